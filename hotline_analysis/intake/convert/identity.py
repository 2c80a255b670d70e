"""Who called: written numbers to one form, unknown callers told apart from known ones, and keyed pseudonyms instead of both.

A phone number has so few possible values that a plain hash of it is no protection (the Chinese mobile numbers are tried in 38 minutes),
so a pseudonym is HMAC-SHA256 under a key that lies outside the project. The store keeps 128 bits of it and a dense integer beside them.
A withheld, damaged or masked number is nobody: it never equals another.
"""

import contextlib
import hashlib
import hmac
import os
import re
import stat
import sys
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd
import phonenumbers

from hotline_analysis import machine
from hotline_analysis.errors import CannotWrite, DataRefused
from hotline_analysis.intake import sealed
from hotline_analysis.intake.engine import literal, parquet
from hotline_analysis.params import ColumnRule, Params

KNOWN, WITHHELD, INVALID = "known", "withheld", "invalid"
REPAIRED, MASKED, DAMAGED = "repaired", "masked", "damaged"
UNPLANNED = "not in the plan"  # a number of a possible length that the country's number plan, as old as the library, does not know
NOTES = (DAMAGED, MASKED, REPAIRED, UNPLANNED)
PUBLISHED_KEY = hashlib.sha256(b"hotline-analysis: the published key of the sample and of public data; it protects nobody").digest()
KEY_BYTES = 32

WITHHELD_WORDS = frozenset(
    "匿名 匿名用户 匿名来电 保密 未知 未知号码 隐藏 隐藏号码 号码隐藏 私人号码 无 无号码 未提供 不详 不明 未显示 "
    "anonymous restricted unknown private unavailable blocked withheld none null nan n/a na #n/a nil - -- — ? \\n [none] [deleted] undefined".split()
)
KEYPAD = {"266696687", "1266696687", "86282452253"}  # ANONYMOUS, UNAVAILABLE: no telephone number looks like these
KEYPAD_PLUS = KEYPAD | {"7378742833", "2562533", "8656696"}  # RESTRICTED, BLOCKED, UNKNOWN: could be local numbers without their plus sign

MOBILE = re.compile(r"1[3-9][0-9]{9}")
MOBILE_PREFIXED = re.compile(r"(?:(?:86|0|9|90|17951|12593|17911|17909|10193|11808))(1[3-9]\d{9})")
LANDLINE = re.compile(r"0?(?:(10|2\d)([2-9]\d{7})|([3-9]\d{2})([2-9]\d{6,7}))")
SERVICE = re.compile(r"[48]00\d{7}")
SHORT = re.compile(r"1[12]\d|100\d{2}|10[1-6]\d{2}|11[68]114|12\d{3}|123\d{2}|95\d{3,6}|96\d{3,4}")
SHORT_WITH_AREA = re.compile(r"(0(?:10|2\d|[3-9]\d{2}))(12\d{3}|95\d{3}|96\d{3,4}|11[0-9]|12[0-2])")
LOCAL = re.compile(r"[2-9]\d{6,7}")
EXTENSION = re.compile(
    r"\s*(?:转|分机|ext\.?|x|#|,|;)\s*\d{1,6}$|(?<=^\d{3}-\d{8})-\d{1,6}$|(?<=^\d{4}-\d{7})-\d{1,6}$|(?<=^\d{4}-\d{8})-\d{1,6}$",
    re.IGNORECASE,
)
SCIENTIFIC = re.compile(r"(\d)(?:\.(\d+))?e\+?(\d+)", re.IGNORECASE)
FLOAT = re.compile(r"\d+\.0+")
POWER = re.compile(r"\d(\.\d+)?e\+\d+", re.IGNORECASE)  # of ids: 1E5 may be a code, 1.0E+05 is a spreadsheet's number
DIGITS = 15  # as many a spreadsheet keeps of a number
GROUPED = re.compile(r"\d{1,3}(,\d{3})+")
CASED = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[!-~]{11,}")  # a machine's token, such as 0015g00000Ab1Cd: its case tells records apart
NORTH_AMERICAN = re.compile(r"[2-9]\d{2}[2-9]\d{6}")  # the form of every number under +1 since 1995
MASK = re.compile(r"[*＊×●•■]{2,}|(?<=\d)[xX#-]{3,}(?=\d|$)|某")
SEPARATORS = re.compile(r"[\s\-().·/—–_]+")
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")


class Identity(NamedTuple):
    """What a written identity stands for: its state, the one form it is known by (None when nobody), and what had to be done to it."""

    state: str
    value: str | None = None
    note: str = ""


NOBODY = Identity(WITHHELD)
BROKEN = Identity(INVALID, note=DAMAGED)
HIDDEN = Identity(INVALID, note=MASKED)


def identify(text: str, rule: ColumnRule, kind: str, cut: frozenset[int] = frozenset()) -> Identity:
    """The identity behind one written cell: a phone as E.164, a person or a code in one of its written forms. `cut`: see `cut_lengths`."""
    if kind == "phone" and MOBILE.fullmatch(text) and rule.country == "CN":
        return _marked(text, _of_digits(rule.unknown)) or Identity(KNOWN, "+86" + text)
    clean = _clean(text)
    if not clean or clean.casefold() in WITHHELD_WORDS:
        return NOBODY
    marked = _marked(clean, rule.unknown)
    if marked:
        return marked
    if MASK.search(clean):
        return HIDDEN
    return _phone(clean, rule) if kind == "phone" else _id(clean, joined=len(rule.source) > 1, cut=cut)


def _clean(text: str) -> str:
    """Full-width as half-width, nothing invisible, single blanks, no quotes around it."""
    return " ".join(INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).split()).strip("'\"‘’“”` ")


def _id(text: str, joined: bool, cut: frozenset[int]) -> Identity:
    """A person's or a code's id in one form, or damaged where digits are lost. Case says nothing, but in a machine's token; blanks part nothing
    within a long number, but they part the cells of an id that is `joined` of several.
    """
    whole, repaired = _unfloat(text) if POWER.fullmatch(text) else (text.split(".")[0] if FLOAT.fullmatch(text) else text, False)
    if whole is None or (FLOAT.fullmatch(text) and len(whole) > DIGITS) or is_cut(whole, cut):
        return BROKEN
    if GROUPED.fullmatch(whole):
        whole = whole.replace(",", "")
    if not joined and sum(c.isdigit() for c in whole) >= 6:
        whole = whole.replace(" ", "")
    return Identity(KNOWN, whole if CASED.fullmatch(whole) else whole.upper(), REPAIRED if repaired else "")


def is_cut(digits: str, cut: Collection[int]) -> bool:
    """True for a number of a cut length that has nothing but zeros behind its 15th digit."""
    return len(digits) in cut and digits.isascii() and digits.isdigit() and not digits[DIGITS:].strip("0")


def cut_lengths(numbers: Mapping[int, tuple[int, int]]) -> frozenset[int]:
    """The lengths at which a column's numbers of more than 15 digits were cut by a spreadsheet, which keeps 15 and writes zeros behind them.

    numbers: length -> (how many, how many of them with zeros only from the 16th digit on). One in 10, 100, 1000 (16, 17, 18 digits) ends so
    by chance; more than three standard errors above that is no chance.
    """
    expected = {length: n * 10.0 ** (DIGITS - length) for length, (n, _) in numbers.items()}
    return frozenset(length for length, (_, zeros) in numbers.items() if zeros > expected[length] + 3 * expected[length] ** 0.5)


def _tails(texts: Iterable[str]) -> frozenset[int]:
    """The cut lengths among written ids."""
    longs = [text for text in map(_clean, texts) if len(text) > DIGITS and text.isascii() and text.isdigit()]
    every, zeros = Counter(map(len, longs)), Counter(len(t) for t in longs if not t[DIGITS:].strip("0"))
    return cut_lengths({length: (n, zeros[length]) for length, n in every.items()})


def _marked(text: str, unknown: tuple[str, ...]) -> Identity | None:
    """Nobody, when the text is one of the params' unknown markers; damaged when the marker is `E+`, a spreadsheet's scientific notation."""
    for mark in unknown:
        if matches(mark, text):
            return BROKEN if mark == "E+" else NOBODY
    return None


@lru_cache(maxsize=64)
def _of_digits(unknown: tuple[str, ...]) -> tuple[str, ...]:
    """The markers that could mean a plain mobile number: patterns, and texts of digits."""
    return tuple(mark for mark in unknown if mark.startswith("re:") or "*" in mark or "?" in mark or mark.isdigit())


def matches(mark: str, text: str) -> bool:
    """True when an unknown marker means this text: `re:` a regular expression, `E+` inside, `*` and `?` a pattern, else the same text."""
    if mark.startswith("re:"):
        return _regex(mark[3:]).fullmatch(text) is not None
    if mark == "E+":
        return "E+" in text.upper()
    if "*" in mark or "?" in mark:
        return fnmatchcase(text.casefold(), mark.casefold())
    return text.casefold() == mark.casefold()


@lru_cache(maxsize=64)
def _regex(pattern: str) -> re.Pattern:
    return re.compile(pattern)


def _phone(text: str, rule: ColumnRule) -> Identity:
    """One written phone number as E.164, or as what is wrong with it."""
    named = re.search(r"<([^<>]*)>$", text)
    number, repaired = _unfloat(re.sub(r"^tel:", "", named[1] if named else text, flags=re.IGNORECASE))
    if number is None:
        return BROKEN
    number = EXTENSION.sub("", number)
    plus = number.lstrip("(").startswith("+")
    digits = SEPARATORS.sub("", number).lstrip("+")
    if not digits.isascii() or not digits.isdigit():
        return BROKEN
    if len(set(digits)) == 1 or digits in (KEYPAD_PLUS if plus else KEYPAD):
        return NOBODY
    found = _chinese(digits, plus, rule.area_code) if rule.country == "CN" else None
    if found:
        return Identity(KNOWN, found.value, REPAIRED if repaired else found.note)
    return BROKEN if len(digits) > 15 else _foreign(number, digits, plus, rule.country, repaired)


def _unfloat(text: str) -> tuple[str | None, bool]:
    """A number that a spreadsheet turned into a float, back as digits when none was lost (True), or None when some were."""
    if FLOAT.fullmatch(text):
        whole = text.split(".")[0]
        return (whole if len(whole) <= DIGITS else None), True
    power = SCIENTIFIC.fullmatch(text)
    if not power:
        return text, False
    full = power[1] + (power[2] or "")
    return (full if len(full) == int(power[3]) + 1 <= DIGITS else None), True


def _chinese(digits: str, plus: bool, area_code: str) -> Identity | None:
    """A number of mainland China as E.164; None when it has none of their forms."""
    if digits.startswith("0086"):
        digits, plus = digits[2:], True
    if plus and not digits.startswith("86"):
        return None
    if MOBILE.fullmatch(digits):
        return Identity(KNOWN, "+86" + digits)
    mobile = MOBILE_PREFIXED.fullmatch(digits)
    if mobile:
        return Identity(KNOWN, "+86" + mobile[1])
    if digits.startswith("86") and len(digits) >= 12:
        digits, plus = digits[2:], True
    return _fixed_line(digits, plus, area_code)


def _fixed_line(digits: str, has_country: bool, area_code: str) -> Identity | None:
    """A landline, a 400 or 800 number or a short code. A landline without its leading 0 lost it in a numeric cell: repaired."""
    if SERVICE.fullmatch(digits):
        return Identity(KNOWN, "+86" + digits)
    line = LANDLINE.fullmatch(digits)
    if line:
        lost = not digits.startswith("0") and not has_country
        return Identity(KNOWN, "+86" + digits.lstrip("0"), REPAIRED if lost else "")
    if SHORT.fullmatch(digits):
        return Identity(KNOWN, "short:" + digits)
    city = SHORT_WITH_AREA.fullmatch(digits)
    if city:
        return Identity(KNOWN, f"short:{city[1]}-{city[2]}")
    if LOCAL.fullmatch(digits):
        return Identity(KNOWN, "+86" + area_code.lstrip("0") + digits if area_code else "local:" + digits)
    return None


def _foreign(number: str, digits: str, plus: bool, country: str, repaired: bool) -> Identity:
    """Any other number, by Google's telephone rules; slow, so only what no rule above knows comes here."""
    if digits.startswith("00"):
        number, plus = "+" + digits[2:], True
    try:
        parsed = phonenumbers.parse(number if plus else digits, None if plus else country)
    except phonenumbers.NumberParseException:
        return BROKEN
    planned = phonenumbers.is_valid_number(parsed)
    if not planned and not _possible(parsed):
        return BROKEN
    note = REPAIRED if repaired else "" if planned else UNPLANNED
    return Identity(KNOWN, phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164), note)


def _possible(number: phonenumbers.PhoneNumber) -> bool:
    """True for a number of a length that its country has. Which of them are given out changes every month and says nothing about who calls.
    Numbers of mainland China have the forms above, and no other.
    """
    if number.country_code == 1:
        return NORTH_AMERICAN.fullmatch(str(number.national_number)) is not None
    return number.country_code != 86 and phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE


class Key:
    """The secret under which pseudonyms are made. It prints as its id, never as itself."""

    def __init__(self, secret: bytes):
        self.id = hashlib.sha256(b"id" + secret).hexdigest()[:8]
        padded = secret.ljust(64, b"\0")
        self._inner = hashlib.sha256(bytes(b ^ 0x36 for b in padded))
        self._outer = hashlib.sha256(bytes(b ^ 0x5C for b in padded))
        self.row_salt = hmac.digest(secret, b"rows", "sha256").hex()

    def __repr__(self) -> str:
        return f"Key({self.id})"

    def digests(self, kind: str, values: Iterable[str]) -> list[bytes]:
        """HMAC-SHA256 of each identity; the two key blocks are hashed once, which is four times as fast as hmac.digest."""
        made, inner, outer, prefix = [], self._inner, self._outer, f"{kind}:".encode()
        for value in values:
            inside, outside = inner.copy(), outer.copy()
            inside.update(prefix + value.encode())
            outside.update(inside.digest())
            made.append(outside.digest())
        return made


def pseudonym(digest: bytes) -> tuple[str, int]:
    """128 bits of a keyed hash as hex, and the caller group 0-99 from bits that are not among them."""
    return digest[:16].hex(), int.from_bytes(digest[16:24], "big") % 100


def key_file() -> Path:
    """Where the key lies: HOTLINE_KEY_FILE, or the user's configuration folder; never inside a project."""
    said = os.environ.get("HOTLINE_KEY_FILE")
    if said:
        return Path(said).expanduser()
    base = os.environ.get("APPDATA") if sys.platform == "win32" else os.environ.get("XDG_CONFIG_HOME")
    return Path(base or Path.home() / ".config") / "hotline-analysis" / "key"


def open_key(params: Params, store_exists: bool) -> Key:
    """The key of these params: the published one, the file's, or a new file's on first use. No new key is minted beside a store that has one."""
    if params.key == "published":
        return Key(PUBLISHED_KEY)
    path = key_file()
    if path.exists():
        return Key(_read_key(path))
    if store_exists:
        raise DataRefused(
            str(path),
            "the key of this store's pseudonyms is not there.",
            "Put the key file back, or delete the store to build it anew under a new key.",
        )
    return Key(_new_key(path))


def _read_key(path: Path) -> bytes:
    try:
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise DataRefused(str(path), "others may read the key file.", f"Close it: chmod 600 {path}")
        secret = path.read_bytes()
    except OSError as fault:
        raise DataRefused(str(path), f"the key file cannot be read ({fault.strerror}).") from None
    if len(secret) != KEY_BYTES:
        raise DataRefused(str(path), f"is not a key: it holds {len(secret)} bytes.", f"A key file holds {KEY_BYTES}.")
    return secret


def _new_key(path: Path) -> bytes:
    """A new random key, on disk with mode 0600 before anything is made under it."""
    secret = os.urandom(KEY_BYTES)
    try:
        machine.private_folder(path.parent) if not path.parent.exists() else None
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(secret)
            out.flush()
            os.fsync(out.fileno())
    except FileExistsError:
        return _read_key(path)
    except OSError as fault:
        raise CannotWrite(
            str(path), f"the key file cannot be written ({fault.strerror}).", "Name another place in HOTLINE_KEY_FILE."
        ) from None
    print(
        f"{path} › is the new key of your callers' pseudonyms. Keep a copy where secrets are kept: without it the store cannot be brought up to "
        "date, only deleted and built again from the exports.",
        file=sys.stderr,
    )
    return secret


class Registry:
    """Pseudonyms and their dense integers, kept across files, months and runs. The integers say nothing and nothing is ordered by them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path):
        self.connection, self.path = connection, path
        known = (
            f"SELECT * FROM {parquet(path)}"
            if path.exists()
            else "SELECT NULL::UUID AS pseudonym, NULL::BIGINT AS id, NULL::BIGINT AS grp LIMIT 0"
        )
        connection.execute(f"CREATE OR REPLACE TEMP TABLE identities AS {known}")

    def resolve(self, texts: str, rule: ColumnRule, kind: str, key: Key, name: str) -> str:
        """A temporary table `name` (text, n, state, note, id, grp) of the distinct written identities of a query with one column `text`."""
        written = self.connection.execute(f"SELECT text, count(*) AS n FROM ({texts}) WHERE text IS NOT NULL GROUP BY text").fetchnumpy()
        cut = _tails(written["text"]) if kind != "phone" else frozenset()
        people = [identify(text, rule, kind, cut) for text in written["text"]]
        known = iter(pseudonym(d) for d in key.digests(kind, (who.value for who in people if who.value is not None)))
        marks = [(None, None) if who.value is None else next(known) for who in people]
        frame = pd.DataFrame(
            {
                "text": _cells(written["text"]),
                "n": written["n"],
                "state": _cells([who.state for who in people]),
                "note": _cells([who.note for who in people]),
                "pseudonym": _cells([mark for mark, _ in marks]),
                "grp": _cells([group for _, group in marks]),
            }
        )
        self._keep(frame, name)
        return name

    def _keep(self, frame: pd.DataFrame, name: str) -> None:
        """The frame as a temporary table with the integers in place of the pseudonyms."""
        self.connection.register("written", frame)
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE resolved AS SELECT text::VARCHAR AS text, n::BIGINT AS n, state::VARCHAR AS state, "
            "note::VARCHAR AS note, pseudonym::VARCHAR::UUID AS pseudonym, grp::BIGINT AS grp FROM written"
        )
        self.connection.unregister("written")
        self._number("resolved")
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT w.text, w.n, w.state, w.note, i.id, i.grp "
            "FROM resolved AS w LEFT JOIN identities AS i USING (pseudonym)"
        )
        self.connection.execute("DROP TABLE resolved")

    def _number(self, written: str) -> None:
        """The next integers for pseudonyms not met before."""
        self.connection.execute(
            f"INSERT INTO identities SELECT pseudonym, (SELECT coalesce(max(id), 0) FROM identities) + row_number() OVER (ORDER BY pseudonym), grp "
            f"FROM (SELECT DISTINCT pseudonym, grp FROM {written} WHERE pseudonym IS NOT NULL) ANTI JOIN identities USING (pseudonym)"
        )

    def save(self) -> None:
        """The mapping on disk, before any table refers to it; its digest is written beside it first, so that a kill in between leaves one that fits."""
        staged = self.path.with_suffix(".new")
        self.connection.execute(f"COPY (SELECT * FROM identities ORDER BY id) TO {literal(str(staged))} (FORMAT parquet)")
        staged.chmod(0o600)
        sealed.write(self.path.with_suffix(".json"), {"fits": [sealed.digest(self.path), sealed.digest(staged)]})
        machine.replace_safely(staged, self.path)

    @staticmethod
    def fits(path: Path) -> bool:
        """True when the mapping is as it was written."""
        with contextlib.suppress(sealed.Damaged):
            return sealed.digest(path) in (told for told in sealed.read(path.with_suffix(".json")).get("fits", ()) if told)
        return False


def _cells(values) -> np.ndarray:
    """Python objects as they are: pandas would look into each of them for a type."""
    return np.array(values, dtype=object)
