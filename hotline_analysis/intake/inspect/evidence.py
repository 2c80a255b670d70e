"""What the cells of each column prove: how many are filled and different, and how many the converters of the run would read, and as what."""

import tomllib
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import duckdb
import numpy as np

from hotline_analysis.intake.convert import convert, durations, hints, identity
from hotline_analysis.intake.engine import literal, parquet
from hotline_analysis.intake.inspect import names
from hotline_analysis.params import ColumnRule
from hotline_analysis.personal import found
from hotline_analysis.tables import NO, YES

FEW = 40  # different words of a code list, at most
LOOKED_AT = 400  # different cells of which each is looked at by itself
LONGEST_NUMBER = 60  # characters of a cell that may be somebody's number, with a name before it
CLOCK = r"^\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$"
NUMBER = r"^[+-]?\d+([.,]\d+)?$"
PATH = ("->", "→", ">", "/", "|", "—")  # between the levels of a path
MORE_FORMS = ("%a %b %d %H:%M:%S +0000 %Y", "%y%m%d")  # instants that no refusal proposes: a public interface's, and a day of six digits
SERIALS = ("excel", "excel1904")  # any number of five digits may be a day: the header has to say so
SIX = r"^\d{6}$"
TIMELIKE = r"\d[-/.年]\s?\d|^\s*\d{6,17}(\.\d+)?\s*$|^\s*[2-7]\d{4}(\.\d+)?\s*$|[A-Za-z]{3},? \d|\d-[A-Za-z]{3}-\d"  # what no other cell can be a time


@lru_cache(maxsize=1)
def codes() -> dict[str, dict[str, str]]:
    """Code list -> word in lower case -> what it means."""
    said = tomllib.loads((Path(__file__).parent / "codes.toml").read_text(encoding="utf-8"))
    return {kind: {word: meaning for meaning, words in lists.items() for word in words} for kind, lists in said.items()}


@dataclass
class Evidence:
    """One column of one file: counts of its cells, the share that reads as each kind of thing, its shapes. No cell is kept but the words of a code list."""

    header: str
    place: int
    rows: int
    filled: int
    distinct: int
    once: int  # cells whose text no other cell has
    length: float
    instant: float = 0.0
    ways: list[tuple[tuple[str, ...], float]] = field(default_factory=list)  # forms of instants and their shares, the best first
    daily: bool = False  # an instant without a clock
    clock: float = 0.0
    midnight: float = 0.0  # 0:00:00 among the clock times
    number: float = 0.0
    low: float = 0.0
    middle: float = 0.0
    high: float = 0.0
    whole: bool = True
    duration: float = 0.0
    worded: float = 0.0  # durations that name their units or stand on a clock of three parts
    phone: float = 0.0
    mobile: float = 0.0  # numbers with a country's full form
    masked: float = 0.0
    withheld: float = 0.0
    personal: float = 0.0
    told: float = 0.0  # sentences
    code: dict[str, float] = field(default_factory=dict)  # code list -> share of the cells in it
    words: dict[str, int] = field(default_factory=dict)  # of a list of few words: word -> cells
    path: str = ""
    shapes: list[tuple[str, float]] = field(default_factory=list)
    looked_at: int = 0  # filled cells of which the forms were tried

    @property
    def share_filled(self) -> float:
        return self.filled / max(1, self.rows)

    @property
    def unique(self) -> float:
        return self.distinct / max(1, self.filled)

    @property
    def decimals(self) -> bool:
        """Numbers with decimals that measure something; a switch's ids (second and serial) are none."""
        return self.number > 0.5 and not self.whole and self.high < 1e8

    @property
    def item(self) -> bool:
        """Answers to one question: few small whole numbers."""
        return self.number > 0.9 and self.whole and self.distinct <= 14 and self.low >= -3 and 3 <= self.high <= 10 and self.filled > 0

    @property
    def category(self) -> bool:
        """Whether its words repeat, as those of a list do, and none of them is a sentence, a number of somebody's or a time."""
        return (
            self.filled > 0
            and self.once <= 0.5 * self.filled
            and self.told < 0.2
            and self.personal < 0.2
            and self.instant < 0.5
            and self.length <= 40
            and 1 < self.distinct <= max(FEW, 0.2 * self.filled)
        )


def column(connection: duckdb.DuckDBPyConnection, path: Path, small: Path, header: str, place: int) -> Evidence:
    """The evidence of one column of a text table: its counts from all rows that were taken, its forms from `small`, fewer of the same."""
    c, table = f"c{place}", parquet(path)
    rows, filled, distinct, length = connection.execute(
        f"SELECT count(*), count({c}), count(DISTINCT trim({c})), coalesce(avg(length({c})), 0) FROM {table} "
    ).fetchone()
    once = connection.execute(
        f"SELECT count(*) FILTER (n = 1) FROM (SELECT count(*) AS n FROM {table} WHERE {c} IS NOT NULL GROUP BY trim({c}))"
    )
    seen = Evidence(header, place, rows, filled, distinct, once.fetchone()[0], length)
    path, table = small, parquet(small)
    seen.looked_at = connection.execute(f"SELECT count({c}) FROM {table}").fetchone()[0]
    if seen.looked_at:
        timed, lengths, clock = _share(
            connection,
            table,
            seen,
            [f"regexp_matches(c{place}, {literal(TIMELIKE)})", f"regexp_matches(c{place}, '[:秒分时hmsHMS]')", f"contains(c{place}, ':')"],
        )
        _numbers(connection, table, seen)
        if max(timed, clock) > 0.5:
            _instants(connection, table, path, seen)
        if seen.number < 0.95 and lengths > 0.3:
            _durations(connection, table, seen)
        elif seen.low >= 0 and seen.high < convert.LARGEST["seconds"]:
            seen.duration = seen.number
        _texts(connection, table, seen)
    return seen


def _share(connection, table: str, seen: Evidence, tests: list[str], rows: str = "") -> list[float]:
    counts = ", ".join(f"count(*) FILTER ({test})" for test in tests)
    found = connection.execute(f"SELECT {counts} FROM {rows or table}").fetchone()
    return [n / seen.looked_at for n in found]


def _instants(connection, table: str, path: Path, seen: Evidence) -> None:
    """The forms that read it, the clock alone, and whether it is a day without a clock."""
    c = f"c{seen.place}"
    ways = [(way, n / seen.looked_at) for way, n in hints.forms(connection, path, c)]
    tried = [f"{hints.read_sql(f'clean({c})', (form,))} IS NOT NULL" for form in MORE_FORMS]
    six = f"regexp_matches(clean({c}), '{SIX}')"
    clock = f"regexp_matches(clean({c}), '{CLOCK}')"
    mail, day, seen.clock, seen.midnight = _share(
        connection, table, seen, [tried[0], f"{six} AND {tried[1]}", clock, f"{clock} AND regexp_matches(clean({c}), '^0?0:00(:00)?$')"]
    )
    ways += [((form,), share) for form, share in zip(MORE_FORMS, (mail, day), strict=True) if share > 0.9]
    plain = connection.execute(f"SELECT count(*) FILTER (regexp_matches(clean({c}), '^[+-]?\\d+(\\.\\d+)?$')) FROM {table}").fetchone()[0]
    if plain > 0.5 * seen.looked_at:  # numbers: a time only in a form of digits that every cell has
        ways = [(way, share) for way, share in ways if share > 0.98 and (way[0] not in SERIALS or names.of_time(seen.header))]
    if not seen.whole and names.folded(seen.header).endswith("id"):  # 1709280000.12 is a switch's id, whatever second stands in it
        ways = []
    seen.ways = sorted(ways, key=lambda way: (-round(way[1], 3), way[0][0] != "iso"))
    seen.instant = seen.ways[0][1] if seen.ways else 0.0
    if seen.instant > 0.5:
        timed = f"{hints.read_sql(f'clean({c})', seen.ways[0][0])}"
        seen.daily = connection.execute(
            f"SELECT count(*) FILTER ({timed} % 86400000000 <> 0) = 0 AND count(*) FILTER (contains({c}, ':')) = 0 FROM {table}"
        ).fetchone()[0]


def _numbers(connection, table: str, seen: Evidence) -> None:
    c = f"clean(c{seen.place})"
    value = f"try_cast(replace({c}, ',', '.') AS DOUBLE)"
    numeric = f"regexp_matches({c}, '{NUMBER}')"
    (seen.number,) = _share(connection, table, seen, [numeric])
    if seen.number > 0.5:
        low, middle, high, whole = connection.execute(
            f"SELECT min({value}), median({value}), max({value}), bool_and({value} = floor({value})) FROM {table} WHERE {numeric}"
        ).fetchone()
        seen.low, seen.middle, seen.high, seen.whole = low, middle, high, bool(whole)


def _durations(connection, table: str, seen: Evidence) -> None:
    """The share that the converter reads as seconds, and of it what says its own unit."""
    rule = ColumnRule.model_validate({"from": seen.header or "x"})
    fast, rest = durations.seconds_sql("x", rule, durations.POINT)
    layer = (
        f"SELECT *, {durations.pointed_sql('k_x', durations.POINT)} AS p_x, lettered({durations.pointed_sql('k_x', durations.POINT)}) AS w_x "
        f"FROM (SELECT c{seen.place} AS t_x, clean(c{seen.place}) AS k_x FROM {table})"
    )
    tests = [
        f"coalesce({fast}, {rest}) BETWEEN 0 AND {convert.LARGEST['seconds']}",
        "coalesce(clock_seconds(p_x), worded_seconds(w_x)) IS NOT NULL",
    ]
    seen.duration, seen.worded = _share(connection, table, seen, tests, f"({layer})")


def _texts(connection, table: str, seen: Evidence) -> None:
    """Of the commonest different cells: identities, personal forms, sentences, words of code lists, a path's separator, shapes."""
    cells = connection.execute(
        f"SELECT trim(c{seen.place}) AS t, count(*) AS n FROM {table} WHERE c{seen.place} IS NOT NULL GROUP BY t ORDER BY n DESC, hash(t) LIMIT {LOOKED_AT}"
    ).fetchall()
    total = sum(n for _, n in cells)
    states, shapes, lists, marks = Counter(), Counter(), Counter(), Counter()
    rule = ColumnRule.model_validate({"from": seen.header or "x", "kind": "phone"})
    for text, n in cells:
        who = identity.identify(text, rule, "phone") if len(text) <= LONGEST_NUMBER else identity.BROKEN
        states["phone"] += n * (who.state == identity.KNOWN)
        states["mobile"] += n * (
            who.state == identity.KNOWN and str(who.value).startswith("+") and len(str(who.value)) >= 12 and not who.note
        )
        states["masked"] += n * (who.note == identity.MASKED and sum(map(str.isdigit, text)) >= 3)
        states["withheld"] += n * (text.casefold() in identity.WITHHELD_WORDS)
        states["personal"] += n * bool(found(text))
        states["told"] += n * (any(mark in text for mark in "，。；！？") or len(text) > 60 or (len(text) > 40 and text.count(" ") > 5))
        shapes[shown(text)] += n
        for kind, words in codes().items():
            lists[kind] += n * (text.casefold() in words)
        for mark in PATH:
            marks[mark] += n * (0 < text.count(mark) <= 5)
    seen.phone, seen.mobile, seen.masked, seen.withheld, seen.personal, seen.told = (
        states[name] / total for name in ("phone", "mobile", "masked", "withheld", "personal", "told")
    )
    lists["flag"] += sum(n for text, n in cells if text.casefold() in (*YES, *NO) and text.casefold() not in codes()["flag"])
    seen.code = {kind: n / total for kind, n in lists.items() if n}
    seen.shapes = [(form, n / total) for form, n in shapes.most_common(3)]
    mark, n = max(marks.items(), key=lambda m: (m[1], len(m[0])), default=("", 0))
    seen.path = mark if n > 0.6 * total and seen.instant < 0.5 and seen.told < 0.2 and mark in PATH[:3] else ""
    if seen.distinct <= FEW and seen.personal == 0 and seen.told == 0:
        seen.words = dict(cells)


def shown(text: str) -> str:
    """A cell's shape: digits as #, runs of letters as A and of characters as 字; the 1 of a mobile number stays."""
    text = text.strip()[:40]
    if len(text) == 11 and text.isdigit() and text[0] == "1":
        return "1" + "#" * 10
    made, last = [], ""
    for c in text:
        form = "#" if c.isdigit() else "字" if c > "\u2e80" and c.isalpha() else "A" if c.isalpha() else c
        if form in "A字" and form == last:
            continue
        made.append(form)
        last = form
    return "".join(made)


def pairs(later: np.ndarray, earlier: np.ndarray, seconds: np.ndarray, within: int = 1) -> float:
    """The share of the rows that have all three in which later − earlier = seconds, to `within` seconds."""
    there = ~np.isnan(later) & ~np.isnan(earlier) & (seconds > 0)
    return float((np.abs(later - earlier - seconds)[there] <= within).mean()) if there.sum() >= 10 else 0.0


def not_before(later: np.ndarray, earlier: np.ndarray) -> float:
    """The share of the rows with both in which the later one is not before the earlier."""
    there = ~np.isnan(later) & ~np.isnan(earlier)
    return float((later >= earlier)[there].mean()) if there.sum() >= 10 else 0.0


def seconds_of(seen: Evidence, way: tuple[str, ...] = ()) -> str:
    """A column of times as SQL seconds: an instant since 1970, a clock since midnight."""
    cell = f"clean(c{seen.place})"
    if seen.clock > 0.9 and not way:
        return f"clock_seconds({cell} || CASE WHEN length({cell}) < 6 THEN ':00' ELSE '' END)"
    return f"({hints.read_sql(cell, way or seen.ways[0][0])}) // 1000000"


def order_of_days(connection: duckdb.DuckDBPyConnection, path: Path, seen: Evidence) -> str:
    """`day first` or `month first` where the values or the order of the rows decide it, `open` where both fit, '' where there is no such choice."""
    both = {hints.way_order(way): (way, share) for way, share in sorted(seen.ways, key=lambda w: w[1]) if hints.way_order(way)}
    if not both:
        return ""
    if len(both) == 1 or abs(both["day first"][1] - both["month first"][1]) > 0.001:
        return max(both, key=lambda order: both[order][1])
    steps = {order: _rising(connection, path, seen, way) for order, (way, _) in both.items()}
    best = max(steps, key=steps.get)
    other = min(steps, key=steps.get)
    return best if steps[best] > 0.98 and steps[other] < 0.9 else "open"


def _rising(connection, path: Path, seen: Evidence, way: tuple[str, ...]) -> float:
    return connection.execute(
        f"SELECT coalesce(avg((t >= before)::INT), 0) FROM (SELECT t, lag(t) OVER (ORDER BY _record) AS before FROM "
        f"(SELECT _record, {hints.read_sql(f'clean(c{seen.place})', way)} AS t FROM {parquet(path)}) WHERE t IS NOT NULL) WHERE before IS NOT NULL AND t <> before"
    ).fetchone()[0]
