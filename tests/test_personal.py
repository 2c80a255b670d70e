"""What reads as personal and what does not: a table of written forms, one of numbers that must be left alone, and the engine's form of the same list."""

import random
import re
import unicodedata

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_analysis.personal import ANY_DIGIT, NUMERALS, _clean, _is_id, _luhn, found, masked, masked_name, suspicious
from tests.intake.test_identity import WRITTEN
from tests.tried import tried

MOBILES = [
    "13900000123", "+8613900000123", "+86 139 0000 0123", "8613900000123", "008613900000123", "0086-139-0000-0123", "139-0000-0123", "139 0000 0123",
    "139.0000.0123", "139 00000 123", "1390-000-0123", "1 3 9 0 0 0 0 0 1 2 3", "(+86)13900000123", "（+86）139-0000-0123", "＋８６　１３９０００００１２３",
    "１３９０００００１２３", "１３９－００００－０１２３", "013900000123", "913900000123", "9013900000123", "1795113900000123", "13900000123.0", "1.3900000123E+10",
    "13900000123转801", "13900000123#12", "tel:+8613900000123", '"王" <13900000123>', "\u202d13900000123\u202c", "1\u200b3\u200b9\u200b00000123", "139\ufeff0000\u20600123",
    "一三九〇〇〇〇〇一二三", "幺三九零零零零零幺二三", "一三九-零零零零-零一二三", "壹叁玖零零零零零壹贰叁", "洞幺三九〇〇〇〇〇一二三", "139—0000—0123", "139/0000/0123", "139_0000_0123",
    "20240918101112-13900000123", "2024091810111213900000123", "13900000123_20240918", "1390000012320240918", "A13900000123B", "13900000123x", "139-0000-0123 X", "微信13900000123", "١٣٩٠٠٠٠٠١٢٣",
]  # fmt: skip
LINES = [
    "0647-8880123", "06478880123", "(0647)8880123", "（0647）888 0123", "010-62345678", "01062345678", "+861062345678", "86-10-62345678", "0086 10 6234 5678",
    "010-62345678-801", "010—62345678", "0571 8765 4321 转 12", "0512.65221234", "０６４７－８８８０１２３", "零六四七八八八零一二三",
]  # fmt: skip
IDS = [
    "110101199003074514",
    "110101 19900307 4514",
    "110101-19900307-4514",
    "１１０１０１１９９００３０７４５１４",
    "53010219200508011x",
    "53010219200508011X",
    "53010219200508011 X",
    "530102 19200508 011 x",
    "110101900307451",
    "110101 900307 451",
]
CARDS = ["6222021001116245702", "6222 0210 0111 6245 702", "4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005"]
MAILS = ["wang.wu@example.com", "WANG_WU@mail.example.com.cn", "ｗａｎｇ＠ｅｘａｍｐｌｅ．ｃｏｍ", "13900000123@139.com", "a+b@c.io"]
SLIPPED = ["１３９００００１２３", "１３９　００００　１２３"]  # full-width, a digit left out
ABROAD = ["+852 2123 4567", "0085221234567", "+1 202-456-1111", "+12024561111", "+44 20 7946 0958", "+390612345678"]
PERSONAL = [*MOBILES, *LINES, *IDS, *CARDS, *MAILS, *ABROAD, *SLIPPED]

PLAIN = [
    "", "C00123", "工单2024", "12345", "95598", "10086", "110", "010-12345", "0512-12345", "400-123-4567", "8001234567", "62345678",  # public numbers, and a local one that nothing tells
    "1062345678", "57187654321",  # landlines without their first 0 are plain numbers
    "202409180001", "20240918000123", "2024091800001234", "20240918-000123", "GD20240918000012345", "GD-2024-09-18-00001", "A20240918", "20240918101112",  # order numbers
    "320505202409180002", "1836123456789012345", "SF1029384756123", "100000000000", "210000123456", "8f14e45f-ceea-467a-9575-138123456789",
    "2024-09-18 10:00:00", "2024-09-18", "2024/9/18 8:05", "2024年9月18日", "18.09.2024", "2024-01—2024-09", "2024-09-18—2024-10-17", "20240918", "二〇二四年九月十八日",
    "1725123120", "1725123120.4711", "1725123120123", "1725123120123456", "1725123120123456789",  # epoch values
    "18.123456789", "0.1381234567890123", "13.900000123", "139.00000123", "¥13,900,000,123", "13,900,000,123", "1390.50", "0.0512652212345", "-1.390000012E-5", "1.39E+10",
    "138****1234", "1390000", "13:00-14:00", "1.34—9.87", "13.9%—15.6%", "+3.2", "第一三五次", "２０２４０９１８", "２０２４年９月１８日", "周一二三四五六日",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "a13900000123fa13900000123f00112233", "3.11.4", "2001:db8::1", "@", "a@b", "甲@乙",
]  # fmt: skip


ENGINE = duckdb.connect(config={"threads": 1})


def _engine(texts, countries=()):
    query = f"SELECT {suspicious('x', countries)} FROM (SELECT unnest(?::VARCHAR[]) AS x)"
    return [bool(hit) for (hit,) in ENGINE.execute(query, [list(texts)]).fetchall()]


@pytest.mark.parametrize("text", PERSONAL)
def test_every_written_form_is_found(text):
    assert found(text) and found(f"来电人{text}，请回复") and found(f"x {text} y")


@pytest.mark.parametrize("text", PLAIN)
def test_a_number_that_is_nobodys_is_left_alone(text):
    assert found(text) == "" and masked(text) == text


def test_every_form_is_called_what_it_is():
    named = [(MOBILES, "mobile"), (LINES, "landline"), (IDS, "id"), (CARDS, "card"), (MAILS, "mail"), (ABROAD, "number")]
    for forms, name in named:
        assert {found(t) for t in forms} - {name} <= {"number"}  # a float in scientific notation is a number of some kind


def test_what_identify_knows_as_a_telephone_is_found():
    undecidable = {"1062345678", "1062345678.0", "57187654321", "62345678"}  # a lost 0, and no area code
    public = {text for text, value in WRITTEN if value and value.startswith(("short:", "+86400", "+86800"))}
    for text, value in WRITTEN:
        assert bool(found(text)) == (value is not None and text not in undecidable | public), text


@pytest.mark.parametrize(
    ("country", "forms", "plain"),
    [
        (
            "US",
            ["2125551234", "(212) 555-1234", "212.555.1234", "1-212-555-1234", "12125551234"],
            ["1725123120", "20240918", "1125551234", "2024-09-18"],
        ),
        ("GB", ["020 7946 0958", "02079460958", "07700 900123", "00442079460958"], ["20240918", "1725123120", "79460958"]),
        ("FR", ["01 23 45 67 89", "06.12.34.56.78"], ["123456789", "2024091800"]),
        ("HK", ["9123 4567", "21234567"], ["20240918", "12345678"]),
        ("DE", ["030 12345678", "0151-23456789"], ["20240918", "250000000"]),
    ],
)
def test_other_countries_write_their_own_numbers(country, forms, plain):
    assert all(found(text, [country]) for text in forms) and _engine(forms, [country]) == [True] * len(forms)
    assert [found(text, [country]) for text in plain] == [""] * len(plain)


def test_check_digits():
    assert (
        _is_id("11010119900307451X") and not _is_id("110101201503074514") and not _is_id("110101199002304514")
    )  # 30 February is nobody's birthday
    assert _luhn("4111111111111111") and not _luhn("4111111111111112")
    assert found("4111 1111 1111 1112") == "" and found("320505202409180002") == ""


def test_recall_and_false_alarms_are_measured():
    """Of 5,000 numbers of each kind: every person's is found; of orders' and clocks' at most so many are taken for one."""
    rng = random.Random(5)
    mobiles = [f"1{rng.randint(3, 9)}{rng.randrange(10**9):09d}" for _ in range(5_000)]
    assert all(found(text) for text in mobiles)
    alarms = {
        "serial of a day, 12 digits": [
            f"2024{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{rng.randrange(10**4):04d}" for _ in range(5_000)
        ],
        "any 12 digits": [f"{rng.randrange(10**11, 10**12)}" for _ in range(5_000)],
        "any 14 digits": [f"{rng.randrange(10**13, 10**14)}" for _ in range(5_000)],
        "any 16 digits": [f"{rng.randrange(10**15, 10**16)}" for _ in range(5_000)],
        "epoch milliseconds": [f"{rng.randrange(1_500_000_000_000, 1_800_000_000_000)}" for _ in range(5_000)],
        "area, day and serial": [f"320500202409{rng.randint(1, 30):02d}{rng.randrange(10**4):04d}" for _ in range(5_000)],
        "shares": [repr(rng.random() * 100) for _ in range(5_000)],
    }
    shares = {kind: sum(map(bool, map(found, texts))) / len(texts) for kind, texts in alarms.items()}
    bars = {
        "serial of a day, 12 digits": 0,
        "any 12 digits": 0.02,
        "any 14 digits": 0.001,
        "any 16 digits": 0.03,
        "epoch milliseconds": 0,
        "area, day and serial": 0.1,
        "shares": 0,
    }
    assert all(shares[kind] <= bar for kind, bar in bars.items()), shares


SHORT = [  # fewer characters than digits, other signs of digits and of mails, and marks inside what stands before a number
    "１２３４５６７８９", "１２３４５６７８９０", "zhang﹫qq.com", "ｚｈａｎｇ＠qq.com", "⑬⑳⓪⓪①⑬⑭", "1390000012㍛", "17-95113900000123", "2024-050113900000123", "1390000012320-240501",
]  # fmt: skip


def test_the_engine_lets_every_form_through():
    assert all(map(found, SHORT)) and _engine(SHORT) == [True] * len(SHORT)
    assert (
        found("0049 30151234567891")
        and found("004 (930151234567891")
        and _engine(["0049 30151234567891", "004 (930151234567891"]) == [True] * 2
    )
    assert found("00813012345678901234", ["JP"]) == "" or _engine(["00813012345678901234"], ["JP"]) == [True]
    assert _engine(PERSONAL) == [True] * len(PERSONAL)
    assert sum(_engine(PLAIN)) < len(PLAIN) / 3


WHOLE = [
    "8613800138000",
    "1795113800138000",
    "2024050110111213800138000",
    "1380013800020240501",
    "00861062345678",
    "53010219200508011X",
    "53010219200508011 X",
    "530102 19200508 011 x",
    "110101900307451",
]
WHOLE += [
    "6222021001116245702",
    "378282246310005",
    "0085221234567",
    "+12024561111",
    "2125551234",
    "00812012345678901234",
    "02079460958",
    "21234567",
]
MARKS = st.sampled_from(["", "", "", "-", " ", ".", "/", "_", "(", ")", " (", "\u2014", "\u200b"])


@st.composite
def parted(draw) -> str:
    """A whole number with marks anywhere between its digits, some of which are written otherwise."""
    marks = st.lists(MARKS, min_size=20, max_size=20) if draw(st.booleans()) else st.just([""] * 20)
    text = "".join(mark + c for mark, c in zip(draw(marks) + [""] * 9, draw(st.sampled_from(WHOLE)), strict=False))
    other = draw(st.sampled_from(["", "", "０１２３４５６７８９", "零一二三四五六七八九", "⓪①②③④⑤⑥⑦⑧⑨"]))
    return "".join(other[int(c)] if other and c.isascii() and c.isdigit() and draw(st.booleans()) else c for c in text)


PIECES = parted() | st.sampled_from(
    [
        *PERSONAL,
        *PLAIN,
        "⑩",
        "㎡",
        "㋉",
        "﹫",
        "0",
        "1",
        "13",
        "39",
        " ",
        "-",
        ".",
        "+",
        "(",
        ")",
        "x",
        "X",
        "@",
        "转",
        "，",
        "\u200b",
        "０",
        "一",
        "86",
        "2024",
    ]
)


TEXTS = st.lists(st.lists(PIECES, max_size=5).map("".join), min_size=1, max_size=5)


def test_what_stood_beside_a_hidden_number_of_a_name_is_looked_at_again():
    """6.13800138000 is a decimal until its 6 is hidden with the number before it."""
    assert masked_name("86138001380008-6.13800138000") == "**************-*.***********"


@tried(100)
@given(TEXTS, st.sampled_from([(), ("US",), ("HK", "JP")]))
def test_the_engine_is_never_stricter_and_nothing_is_left_by_masking(texts, countries):
    personal = [text for text in texts if found(text, countries)]
    assert _engine(personal, countries) == [True] * len(personal)
    assert [found(masked(text, countries), countries) for text in texts] == [""] * len(texts)
    assert [found(masked_name(text), countries) for text in texts] == [""] * len(texts)


def test_the_engine_knows_every_sign_that_holds_a_digit_or_an_at():
    """All of Unicode as Python reads it: whatever becomes digits is one for the engine too, at most two beside each other."""
    read = {
        c: _clean(c).translate(NUMERALS) for c in map(chr, range(0x80, 0x110000)) if unicodedata.category(c)[0] in "NSPL" or c in "＠﹫"
    }
    digits = [c for c, text in read.items() if re.search("[0-9]", text)]
    missed = ENGINE.execute(
        f"SELECT x FROM (SELECT unnest(?::VARCHAR[]) AS x) WHERE NOT regexp_matches(x, '[{ANY_DIGIT}]')", [digits]
    ).fetchall()
    assert missed == [] and len(digits) > 900
    signs = [c for c in digits if len(max(re.findall("[0-9]+", read[c]), key=len)) > 1]
    assert max(len(run) for c in signs for run in re.findall("[0-9]+", read[c])) == 2
    assert {unicodedata.category(c) for c in signs} == {"No", "So"}
    assert _engine([f"a{c}b.cn" for c in read if "@" in read[c]]) == [True] * 2


DATED = [
    "202401-202412", "202401202412", "20240901-0930", "2024-09-01_2024-09-30", "2024_9_1_2024_9_30", "2024.9.1-2024.9.30", "10086_2024_09", "95598_2024_09_01",
    "20240918T101112-123456", "20240918-1011", "2024-09-18 10.11.12", "20240918 (1)", "2023-12—2024-12", "2024年9月(1)", "2024Q3 2025Q1", "a/2024/09/01/12", "1-2",
]  # fmt: skip


@pytest.mark.parametrize("name", DATED)
def test_days_and_months_of_a_name_stay(name):
    assert masked_name(f"来电 {name}.csv") == f"来电 {name}.csv"


def test_a_name_is_shown_without_numbers_but_with_its_days():
    assert masked_name("calls_13900000123.csv") == "calls_***********.csv"
    assert masked_name("来电_20240901_20240930.csv") == "来电_20240901_20240930.csv"
    assert masked_name("export 20240918101112.xlsx") == "export 20240918101112.xlsx"
    assert masked_name("客户 1725123120.xlsx") == "客户 **********.xlsx"
    assert masked_name("139-0000-0123 的来电.csv") == "***-****-**** 的来电.csv"
    assert (
        masked_name("calls 212-555-0123.csv") == "calls ***-***-****.csv"
        and masked_name("通话(212) 555-0123.csv") == "通话(***) ***-****.csv"
    )
    assert masked_name("calls 9123 4567.csv") == "calls **** ****.csv" and masked_name("202-409-2012.csv") == "***-***-****.csv"
    assert masked_name("2024091234.csv") == "**********.csv" and masked_name("020 2012 1234") == "*** **** ****"
    assert masked_name("来电（一三九〇〇〇〇〇一二三）") == "来电(***********)"
