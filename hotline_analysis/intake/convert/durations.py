"""Numbers and durations: written forms to values in SQL; durations to seconds, with the parts of a second that the export has.

Parts are kept to 1/1024 s: a limit of 15 s parts 15.0 from 15.001, a mean is not moved, and sums are the same in any order. A plain number of minutes,
hours or days has decimals that were cut somewhere (.000174 of a day is 15 s): it is whole seconds, halves rounded up.

A plain number has the unit that params declare. Forms that name their units (`4m 5s`, `4分5秒`, `PT4M5S`) or stand on a clock (`0:04:05`,
`1.02:03:04`, `0 days 00:04:05`) say it themselves. `4:05` is minutes or hours: it is read where params say which (unit minutes_clock or clock).
"""

from hotline_analysis.intake.engine import literal
from hotline_analysis.params import ColumnRule

FACTORS = {"minutes": 60, "hours": 3600, "day_fraction": 86400, "milliseconds": 0.001}  # of any other unit a plain number is seconds
POINT, COMMA, TYPED = (
    ".",
    ",",
    "typed",
)  # what stands before decimals; TYPED: a comma in text, and a point in the numbers that the file knew as such
NUMBERS = {POINT: "point_number", COMMA: "comma_number", TYPED: "typed_number"}
PAIRS = {"clock": (3600, 60), "minutes_clock": (60, 1)}
LETTERS = (  # a unit's letter, and the words for it; long words first, so that 分钟 is no 分 and MSEC no M
    ("S", "''|[″”\"]"),
    ("D", "天|日|DAYS?"),
    ("H", "[个個]?(?:小时|小時|钟头|鐘頭)|时|時|HOURS?|HRS?"),
    ("F", "毫秒|MILLISECONDS?|MSECS?|MS"),
    ("M", "分钟|分鐘|分|MINUTES?|MINS?|[′’']"),
    ("S", "秒钟|秒鐘|秒|SECONDS?|SECS?"),
)
D, H, M, S, F = (rf"(?:\d+(?:\.\d+)?{unit})?" for unit in "DHMSF")
SAID = f"^[+-]?(?:P{D}(?:T{H}{M}{S})?|{D}{H}{M}{S}{F})$"  # behind a P, minutes need their T: P1M is a month
SIXTY = r"[0-5]?\d"  # all that stands behind a colon of a clock
MINUTES = rf"{SIXTY}:{SIXTY}(?:\.\d+)?"
CLOCK = rf"^[+-]?(?:(?:\d+[D. ](?:[01]?\d|2[0-3])|\d+):{MINUTES}|(?:0?\d|1[0-2]):{MINUTES} ?[AP]M)$"
PAIR = rf"^[+-]?\d+:{SIXTY}(?:\.\d+)?$"
DAY_ZERO = r"^(?:1899[-/]12[-/]30|1900[-/]0?1[-/]00?)[ T]+"  # a duration in a cell that is formatted as a date
THOUSANDS = r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$"  # the only commas that part thousands
POINTS = r"^[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d+)?$"  # and where a comma stands before the decimals, the only points


def _letters(x: str) -> str:
    for letter, words in LETTERS:
        word = literal(rf"\s*(?:{words})\.?")
        x = f"regexp_replace({x}, {word}, '{letter}', 'g')"
    return f"regexp_replace({x}, '([DHMSF])[,，]?\\s*(?:AND\\s+|零)?', '\\1', 'g')"


MACROS = f"""
CREATE OR REPLACE TEMP MACRO point_number(k) AS CASE WHEN regexp_matches(k, '{THOUSANDS}') THEN replace(k, ',', '') ELSE k END;
CREATE OR REPLACE TEMP MACRO comma_number(k) AS
    CASE WHEN regexp_matches(k, '{POINTS}') THEN replace(replace(k, '.', ''), ',', '.') WHEN contains(k, '.') THEN NULL
         ELSE regexp_replace(k, '(\\d),(\\d)', '\\1.\\2') END;
CREATE OR REPLACE TEMP MACRO rounded(x) AS CASE WHEN abs(x) < 1e12 THEN floor(x + 0.5) END;
CREATE OR REPLACE TEMP MACRO kept(x) AS CASE WHEN abs(x) < 1e12 THEN round(x * 1024) / 1024 END;
CREATE OR REPLACE TEMP MACRO typed_number(k) AS CASE WHEN contains(k, ',') THEN comma_number(k) ELSE k END;
CREATE OR REPLACE TEMP MACRO sign_of(x) AS CASE WHEN x[1] = '-' THEN -1 ELSE 1 END;
CREATE OR REPLACE TEMP MACRO lettered(k) AS
    CASE WHEN regexp_matches(k, '[^\\d:.,+-]') THEN {_letters(f"regexp_replace(upper(k), '{DAY_ZERO}', '')")} END;
CREATE OR REPLACE TEMP MACRO said_part(x, unit) AS coalesce(try_cast(regexp_extract(x, '([\\d.]+)' || unit, 1) AS DOUBLE), 0);
CREATE OR REPLACE TEMP MACRO said_seconds(x) AS
    CASE WHEN regexp_matches(x, '{SAID}') AND regexp_matches(x, '\\d') THEN sign_of(x) * kept(
        said_part(x, 'D') * 86400 + said_part(x, 'H') * 3600 + said_part(x, 'M') * 60 + said_part(x, 'S') + said_part(x, 'F') / 1000) END;
CREATE OR REPLACE TEMP MACRO clock_part(x, pattern) AS coalesce(try_cast(regexp_extract(x, pattern, 1) AS DOUBLE), 0);
CREATE OR REPLACE TEMP MACRO half_day(x, hours) AS CASE right(x, 2) WHEN 'AM' THEN hours % 12 WHEN 'PM' THEN hours % 12 + 12 ELSE hours END;
CREATE OR REPLACE TEMP MACRO clock_seconds(x) AS
    CASE WHEN regexp_matches(x, '{CLOCK}') THEN sign_of(x) * kept(
        clock_part(x, '(\\d+)[D. ]\\d+:') * 86400 + half_day(x, clock_part(x, '(\\d+):\\d+:')) * 3600
        + clock_part(x, ':(\\d+):') * 60 + clock_part(x, ':([\\d.]+)(?: ?[AP]M)?$')) END;
CREATE OR REPLACE TEMP MACRO clock_pair(x, big, small) AS
    CASE WHEN regexp_matches(x, '{PAIR}') THEN sign_of(x) * kept(clock_part(x, '(\\d+):') * big + clock_part(x, ':([\\d.]+)$') * small) END;
CREATE OR REPLACE TEMP MACRO worded_seconds(x) AS coalesce(clock_seconds(x), said_seconds(x));
"""


def seconds_sql(name: str, rule: ColumnRule, mark: str) -> tuple[str, str]:
    """The plain reading of a column's cell t_, and the readings of every other form: of k_ (cleaned), p_ (`pointed_sql`) and w_ (lettered). `mark`: key of NUMBERS."""
    t, k, said = f"t_{name}", f"k_{name}", f"p_{name}"
    factor = FACTORS.get(rule.unit, 1)
    number = f"{'kept' if factor <= 1 else 'rounded'}(finite(try_cast({{x}} AS DOUBLE)) * {factor})"
    fast = number.format(x=t)
    plain = number.format(x=number_sql(k, mark))
    pair = f"clock_pair({said}, {', '.join(map(str, PAIRS[rule.unit]))}), " if rule.unit in PAIRS else ""
    return _unless_comma(fast, t, mark), f"{plain}, clock_seconds({said}), {pair}worded_seconds(w_{name})"


def score_sql(t: str, k: str, mark: str) -> tuple[str, str]:
    """A number, plain and in other forms (`4.5分`)."""
    fast = f"finite(try_cast({t} AS DOUBLE))"
    number = number_sql(f"replace({k}, '分', '')", mark)
    return _unless_comma(fast, t, mark), f"finite(try_cast({number} AS DOUBLE))"


def amount_sql(t: str, k: str, mark: str) -> tuple[str, str]:
    """A number as `score_sql`, also with its unit behind it (`12人`, `3,500元`), and a percentage as a fraction."""
    fast, _ = score_sql(t, k, mark)
    number = number_sql(f"regexp_replace({k}, '\\s*[元人天次个件条%％]+$', '')", mark)
    return fast, f"finite(try_cast({number} AS DOUBLE)) / CASE WHEN regexp_matches({k}, '[%％]$') THEN 100 ELSE 1 END"


def number_sql(k: str, mark: str) -> str:
    """A cleaned cell with a point before its decimals and nothing between its thousands."""
    return f"{NUMBERS[mark]}({_bare(k)})"


def pointed_sql(k: str, mark: str) -> str:
    """A cleaned cell with a point before its decimals, as the forms of a duration write it."""
    return f"regexp_replace({_bare(k)}, '(\\d),(\\d)', '\\1.\\2', 'g')" if mark != POINT else _bare(k)


def _bare(k: str) -> str:
    """Without the apostrophe that makes a spreadsheet keep a cell as text."""
    return f"ltrim({k}, '''')"


def _unless_comma(fast: str, t: str, mark: str) -> str:
    """Where a comma stands before the decimals, a point is none of them, and 1.234 is no fast 1."""
    return f"CASE WHEN NOT contains({t}, '.') THEN {fast} END" if mark == COMMA else fast
