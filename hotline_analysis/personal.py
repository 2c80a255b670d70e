"""What is personal in a text: telephone numbers, identity card numbers, bank cards and mail addresses, in every written form.

One list for everybody: intake blanks what it finds, the last check of a page refuses it, and a file's name or an error is shown with it masked.
Two forms of use: `found` and `masked` read one text; `suspicious` is the same list as SQL, true for a little more than `found` finds, so that
Python looks only at the few distinct values which it lets through.

Found are: mobiles of mainland China (plain, +86, 0086, 86, with an outside line or carrier prefix, spaced, dashed, dotted, in brackets, full-width, in
Chinese numerals, with invisible characters inside, as a spreadsheet's float, glued to a date as recorders do), landlines with their area code, numbers of
any country behind + or 00, national numbers of the countries that params name, nine full-width digits or more, identity card numbers of 18 and 15 digits,
bank cards (Luhn), mail addresses.
Not found, because nothing tells them from a plain number: a local number without area code, a landline that lost its first 0, a number with one decimal point in it.
A name or an address in words is none of these; what else may not enter the store is kept out by `intake.convert.guard`.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from datetime import date
from functools import lru_cache

LETTERS = str.maketrans("0123456789", "ghijklmnop")  # a digest written so reads as nobody's number

INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
NUMERALS = str.maketrans("零〇洞一壹幺二贰两三叁四肆五伍六陆七柒拐八捌九玖勾", "000111222334455667778899" + "9")
NUMERAL_RUN = re.compile(
    "[零〇洞一壹幺二贰两三叁四肆五伍六陆七柒拐八捌九玖勾0-9](?:[ \\-]?[零〇洞一壹幺二贰两三叁四肆五伍六陆七柒拐八捌九玖勾0-9]){6,}"
)
BETWEEN = r"[ \t\-().·/—–_]{0,3}"  # what people write between the digits of one number
RUN = re.compile(rf"\+?\d(?:{BETWEEN}\d)*(?:{BETWEEN}[xX](?![A-Za-z0-9]))?")
GROUP = re.compile(rf"\d+(?:{BETWEEN}[xX]$)?")  # of a RUN, which has an X at its end only
DECIMAL = re.compile(
    r"(?<![\d.])((?:0|[1-9]\d{0,6})(?=\.)|[1-9]\d*(?=\.\d{1,7}(?!\d)))(\.\d+)(?![\d.])"
)  # 18.123456789 is no mobile; the whole number before the point is looked at
NO_NUMBER = re.compile(
    r"(?<!\d)(?:19|20)\d\d([-/.年])(?:1[0-2]|0?[1-9])(?:(?:\1|月)(?:[12]\d|3[01]|0?[1-9]))?(?!\d)"  # days and months
    r"|\b(?=[0-9]*[a-f])[0-9a-f]{16,64}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"  # digests and UUIDs
)
CLOCK = r"(?:[-_ T]?[0-2]\d([-_.:]?)[0-5]\d(?:\{}[0-5]\d)?)?"
NAMED_DAY = re.compile(  # what NO_NUMBER leaves: 202409, 20240918101112, 20240918-1011, 2024_9_18
    rf"(?<!\d)(?:(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:(?:[0-2]\d|3[01]){CLOCK.format(1)})?"
    rf"|(?:19|20)\d\d([_ ])(?:1[0-2]|0?[1-9])(?:\2(?:[12]\d|3[01]|0?[1-9]){CLOCK.format(3)})?|20\d{{10}})(?!\d)"
)
SCIENTIFIC = re.compile(r"(?<![\d.])(\d)\.(\d{9,17})[eE]\+?(\d\d)(?!\d)")
FULL_WIDTH = re.compile(
    r"[０-９](?:[\s－—-]?[０-９]){8,}"
)  # no system writes a code so: a person typed a number, whatever digit was left out
MAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+\-]*@[A-Za-z0-9](?:[A-Za-z0-9\-]*\.)+[A-Za-z]{2,}")

CARRIERS = "17951|12593|17911|17909|10193|11808"
STAMP = r"20\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?:\d{6})?"  # a recorder's day or second
LINE = r"(?:(?:10|2\d)[2-9]\d{7}|[3-9]\d\d[2-9]\d{6,7})"
PROVINCES = "1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[123]"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643
YOUNGEST = (
    2010  # an order number of area, day and serial has an identity card's shape; its days are recent ones, and then the check digit decides
)


def found(text: str, countries: Collection[str] = ()) -> str:
    """The first personal form in the text (mobile, landline, number, id, card, mail), '' when there is none."""
    return next((form for form, _, _ in _spans(_clean(text), countries)), "number" if FULL_WIDTH.search(text) else "")


def masked(text: str, countries: Collection[str] = ()) -> str:
    """The text with every character of a personal form as `*`; a text without one as it is."""
    text = FULL_WIDTH.sub(lambda m: "*" * len(m[0]), text)
    while spans := [(start, end) for _, start, end in _spans(_clean(text), countries)]:  # what stood beside one may be another
        text = _starred(_clean(text), spans)
    return text


def masked_name(name: str) -> str:
    """A file's, sheet's or column's name, or a sentence that may hold one, as it may be shown: without personal forms, and without any other number of eight
    or more digits that is no day, in one piece or parted as people part them.

    A name is not worth the doubt that a cell is: nobody counts by it, and some country writes its telephone numbers so.
    """
    name = masked(name)
    clean = _clean(name)
    text = NAMED_DAY.sub(lambda m: "\0" * len(m[0]), _reading(clean))
    spans = [run.span() for run in RUN.finditer(text) if sum(map(str.isdigit, run[0])) >= 8]
    return masked_name(_starred(clean, spans)) if spans else name  # what stood beside one may be another


def _starred(clean: str, spans: list[tuple[int, int]]) -> str:
    hidden = {i for start, end in spans for i in range(start, end)}
    return "".join("*" if i in hidden and c not in " -()" else c for i, c in enumerate(clean))


def _clean(text: str) -> str:
    """Full-width forms and other scripts' digits as ASCII, invisible characters gone."""
    if text.isascii():
        return text
    plain = INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain)


def _reading(clean: str) -> str:
    """The same text, of the same length, with Chinese numerals as digits and without what looks like a number and is none."""
    text = clean if clean.isascii() else NUMERAL_RUN.sub(lambda m: m[0].translate(NUMERALS), clean)
    text = NO_NUMBER.sub(lambda m: "\0" * len(m[0]), text)
    return DECIMAL.sub(lambda m: m[1] + "\0" * len(m[2]), text)


def _spans(clean: str, countries: Collection[str]) -> Iterator[tuple[str, int, int]]:
    """Every personal form with its place."""
    for mail in MAIL.finditer(clean):
        yield "mail", *mail.span()
    for power in SCIENTIFIC.finditer(clean):
        digits = power[1] + power[2]
        if len(digits) == int(power[3]) + 1 and _form(digits, False, countries):
            yield "number", *power.span()
    text = _reading(clean)
    for run in RUN.finditer(text):
        yield from _of_run(run[0], run.start(), countries)


def _of_run(run: str, start: int, countries: Collection[str]) -> Iterator[tuple[str, int, int]]:
    """Neighbouring groups of digits that together are one number."""
    if sum(c.isdigit() for c in run) < 8:
        return
    groups, after = list(GROUP.finditer(run)), 0
    for i, first in enumerate(groups):
        digits = ""
        for last in groups[i:] if first.start() >= after else ():
            digits += re.sub("[^0-9xX]", "", last[0])
            if len(digits) > 33:
                break
            plus = run[0] == "+" and i == 0
            form = _form(digits.upper(), plus, countries) or (_form(digits[:-1], plus, countries) if digits[-1] in "xX" else "")
            if form:
                yield form, start + first.start(), start + last.end()
                after = last.end()
                break


def _form(digits: str, plus: bool, countries: Collection[str]) -> str:
    """What the digits of one number are."""
    if len(digits) < 8:
        return ""
    for form, pattern, holds in FORMS:
        if pattern.fullmatch(digits) and (holds is None or holds(digits)):
            return form
    if digits.endswith("X"):
        return ""
    if (plus and 9 <= len(digits) <= 15 and _possible(digits)) or (len(digits) >= 11 and digits.startswith("00") and _valid(digits[2:])):
        return "number"
    return "number" if any(_national(country).fullmatch(digits) and not _is_day(digits) for country in countries if country != "CN") else ""


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    return (sum(int(d) for d in digits[::-2]) + sum(doubled)) % 10 == 0


def _is_day(digits: str) -> bool:
    try:
        return len(digits) == 8 and 1900 <= date.fromisoformat(digits).year < 2100
    except ValueError:
        return False


def _is_id(digits: str) -> bool:
    """A birthday that exists, and the check digit wherever the day could as well be that of an order."""
    try:
        born = date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    check = "10X98765432"[sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=False)) % 11]
    return born.year < YOUNGEST or digits[17] == check


def _is_old_id(digits: str) -> bool:
    try:
        return bool(date(1900 + int(digits[6:8]), int(digits[8:10]), int(digits[10:12])))
    except ValueError:
        return False


FORMS: tuple[tuple[str, re.Pattern, Callable[[str], bool] | None], ...] = (
    ("mobile", re.compile(rf"(?:(?:00)?86|0|90?|{CARRIERS}|{STAMP})?1[3-9]\d{{9}}(?:{STAMP})?"), None),
    ("landline", re.compile(rf"(?:0|(?:00)?860?){LINE}"), None),
    ("id", re.compile(rf"(?:{PROVINCES})\d{{4}}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{{3}}[\dX]"), _is_id),
    ("id", re.compile(rf"(?:{PROVINCES})\d{{4}}\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{{3}}"), _is_old_id),
    ("card", re.compile(r"62\d{14,17}|9558\d{15}|4\d{15}|5[1-5]\d{14}|2[2-7]\d{14}|35\d{14}|6(?:0|5)\d{14}|3[47]\d{13}"), _luhn),
)


def _possible(digits: str) -> bool:
    """An international number of a length that its country has; not one of China's service numbers, which are nobody's."""
    import phonenumbers

    if digits.startswith("86"):
        return False
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse("+" + digits))
    except phonenumbers.NumberParseException:
        return False


def _valid(digits: str) -> bool:
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse("+" + digits))
    except phonenumbers.NumberParseException:
        return False


@lru_cache(maxsize=64)
def _national(country: str) -> re.Pattern:
    """Numbers as people of a country write them at home: behind its national prefix where it has one, with eight digits or more where it has none."""
    import phonenumbers

    plan = phonenumbers.PhoneMetadata.metadata_for_region(country)
    if plan is None:
        return re.compile(r"(?!)")
    number, code, prefix = plan.general_desc.national_number_pattern, plan.country_code, plan.national_prefix
    optional = "?" if prefix in (None, str(code)) else ""
    return re.compile(rf"(?=\d{{8}})(?:(?:00)?{code}|{prefix or code}){optional}(?:{number})")


# ---- the same list for the engine

APART = r"[ \t().\-/_]{0,3}"
SIGNS = r"\p{No}\p{So}"  # ⑩ 零点 ㎡: signs that hold digits, up to two that stand side by side
ANY_DIGIT = rf"\p{{Nd}}{SIGNS}零〇洞一壹幺二贰两三叁四肆五伍六陆七柒拐八捌九玖勾\x{{f9b2}}\x{{f9d1}}\x{{fa05}}"  # the last three: 零六洞 of another code page


def _apart(pieces: str, more: int = 0) -> str:
    """A pattern whose pieces may stand apart, and so many further digits; D is a digit."""
    return APART.join(r"\d" if piece == "D" else piece for piece in pieces.split() + ["D"] * more)


CHINA = f"(?:{_apart('0 0')}{APART})?{_apart('8 6')}"
DAY = "[01] D [0-3] D"
MOMENT = _apart(f"2 0 D D {DAY}") + f"(?:{APART}{_apart('D', 5)})?"  # STAMP
CARRIER = "|".join(_apart(" ".join(carrier)) for carrier in CARRIERS.split("|"))
SQL_FORMS = (
    f"(?:(?:{CHINA}|{_apart('9 0')}|0|9|{CARRIER}|{MOMENT}){APART})?{_apart('1 [3-9]', 9)}(?:{APART}{MOMENT})?",
    f"(?:0|{CHINA}(?:{APART}0)?){APART}(?:{_apart('1 0')}|{_apart('2 D')}|{_apart('[3-9] D D')}){APART}{_apart('[2-9]', 6)}(?:{APART}[0-9])?",
    _apart(f"[1-8] D D D D D [12] [089] D D {DAY} D D D [0-9xX]"),
    _apart(f"[1-8] D D D D D D D {DAY}", 3),
    f"(?:{_apart('6 [025]')}|4|{_apart('5 [1-5]')}|{_apart('3 [457]')}|{_apart('2 [2-7]')}|{_apart('9 5 5 8')})(?:{APART}[0-9]){{11,18}}",
    f"{_apart('0 0 [1-9]')}(?:{APART}[0-9]){{8,18}}",
)  # fmt: skip
ABROAD = rf"\d(?:{APART}\d){{7,20}}"  # the longest: 00, Japan's 81 and a number of 17


def suspicious(text: str, countries: Collection[str] = ()) -> str:
    """SQL that is true wherever `found` finds something in the text, and seldom elsewhere; `text` is an expression."""
    abroad = bool(set(countries) - {"CN"})
    forms = [*SQL_FORMS, *([ABROAD] if abroad else [])]
    plain = rf"(?:^|\D)(?:{'|'.join(forms)})(?:\D|$)|\+{APART}\d(?:{APART}\d){{8}}|\d\.\d{{9,17}}[eE]"
    ascii_ = f"length({text}) >= {8 if abroad else 10} AND regexp_matches({text}, '{plain}')"  # most words are shorter, and cost nothing
    digits = (
        f"length(regexp_replace({text}, '[^{ANY_DIGIT}]', '', 'g'))"  # counted: a pattern of eight such classes takes longest to compile
    )
    other = f"length({text}) >= 4 AND {digits} >= CASE WHEN regexp_matches({text}, '[{SIGNS}]') THEN 4 ELSE 8 END"
    mail = " OR ".join(f"contains({text}, '{sign}')" for sign in "@＠﹫")
    return f"({mail} OR CASE WHEN strlen({text}) = length({text}) THEN {ascii_} ELSE {other} END)"
