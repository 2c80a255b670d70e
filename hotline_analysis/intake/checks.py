"""What is odd about the data, before anyone reads a number from them, and the grade that follows (数据质量).

Every threshold is a judgement default that no run has validated; they are named here and told in docs/maths.md. Counted are the records of a
period, or all; what is usual comes from all data. A check whose column the export lacks is not made.
"""

import math
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby, pairwise
from typing import NamedTuple, Protocol

import duckdb
import numpy as np
import pandas as pd

from hotline_analysis.intake import mapped, turned
from hotline_analysis.intake.check_words import SEVERITY
from hotline_analysis.intake.convert import hints
from hotline_analysis.intake.convert.convert import EXCHANGED, NO_ANSWER, OFF_SCALE, SKIPPED, TWICE, VALUE, WORD
from hotline_analysis.intake.convert.identity import DAMAGED, UNPLANNED
from hotline_analysis.intake.convert.parts import BETWEEN, DUE, FAR_OUT_DAYS, LONGEST_WORD, NAMED
from hotline_analysis.intake.read.ledger import CUT, EQUAL, FATES, GARBLED, UNFINISHED, FileLedger
from hotline_analysis.intake.store.ends import ends, fullest
from hotline_analysis.intake.usual import LEAST_USUAL, QUARTERS, Silence, judge_days, silences
from hotline_analysis.params import Params
from hotline_analysis.tables import AMOUNT, CALLS, COUNT, INSTANT, ITEMS, PLANNED, SECONDS, TABLES, Table

A_DAY = 86400  # seconds
APART = (0.02, 0.1, 0.3)  # shares of time or calls of agents whom the other export does not have: minor, major, severe
REJECTED = (0.001, 0.01, 0.05)  # shares of records or cells that are wrong: minor, major, severe
UNKNOWN = (0.2, 0.4)  # shares of callers that are not known: minor, major
UNKNOWN_MOVES = (0.05, 0.10)  # movements of that share on the month before: minor, major
LOST_DAYS = (1, 3, 8)  # days of a month (of a longer period: days for every 30) without records or far from usual: minor, major, severe
MIDNIGHT = (0.01, 0.5)  # shares of instants at 00:00:00: minor (a default time), major (the export has days only)
NEW_CATEGORIES = (0.02, 0.10)  # shares of records in categories that no earlier record had: minor, major
DRIFT = (0.10, 0.25)  # shares of records that changed category on the month before: minor, major
NOISE = 3  # times what chance brings (a standard error, an expected drift) that a movement must exceed
OTHER_IDS = (
    0.01  # share of a table's records that another file has under other ids, from which the repeats that they make are too many to judge
)
UNSETTLED = (
    0.001,
    0.01,
)  # share of a table's records of which another export says something else and nothing tells which is later: major, severe
OVERLAP = 0.5  # share of duplicate records from which a file is probably there twice
SMALLEST = 8  # records that a new category has before it is named
UNREAD = (0.001, 0.01)  # shares of a column's filled cells that did not convert: minor, major
UNREAD_COLUMN = (0.9, 8)  # share of a column's filled cells, and how many, that make it another column than the one that is meant
MISFIT = (0.01, 0.05)  # shares of written numbers that do not fit the declared country: told, major
MARGIN = timedelta(days=31)  # records so far outside the ends are wrong dates; nearer ones may be of the days on which the export was taken
UNMET = 0.5  # share of the names of one table that another lacks, above which the two name people differently
TOTAL = r"合计|总计|小计|汇总|^(全部|全体|总|total|all|sum)$"  # what a row of a sheet is called that adds up the others
BY_NO_CHANCE = 100  # numbers above it that are the sum of others are so by no chance
ROUNDED = 0.01  # a typed value and its parts may differ by so much of it, and by half as much, where figures were rounded
STRAY = (0.01, 0.10)  # shares of records that name a record which no table has: minor, major
LONGEST_HOURS = 6  # of a call: its end is a mistyped day or a wrong clock, as it is for the legs of one call (`store.legs`)
NEAR_S, PROVEN, FEWEST_HELD, ODD = (
    2,
    0.9,
    30,
    0.01,
)  # seconds by which rounded times differ; of the calls on hold whose end says anything, and how many, that make a proof; and that may be shorter than their hold by mistake
LOST = (  # what the files lost: check, fate of the rows, steps
    ("rejected", "rejected", REJECTED),
    ("duplicates", "together", (OVERLAP,)),
    ("unexplained duplicates", "unexplained", REJECTED),
    ("keys used again", "apart", REJECTED),
)
SPREAD = ("calls", "orders", "sessions", "messages")  # tables that bring records on most days; surveys and registers may come in batches
SPARSE, FEWEST_DAYS, LONGEST_RUN = (
    0.5,
    3,
    12,
)  # share of days without a record, days with one, and days in a row: day and month exchanged make no longer run
NUMBER_OF_AGENT = re.compile(r"(?<![^\s()/_-])[A-Za-z]*\d+(?![^\s()/_-])")  # a number in an agent's text, apart from the name
STAMPED, FEWEST_STAMPED = (0.1, 0.2, 0.5), 20  # share of a column's times that are one instant, and how many: no daily batch
LISTED_DAYS = 10  # days outside the data that are named one by one

COLUMNS = ("check", "where", "count", "usual", "share", "detail", "severity")
ORDER = tuple(SEVERITY)
GRADES = {"info": "excellent", "minor": "good", "major": "fair", "severe": "poor"}
CELLS = {VALUE: "unread cells", DAMAGED: "unread cells", WORD: "unknown words", NO_ANSWER: NO_ANSWER, OFF_SCALE: OFF_SCALE}  # blanked
NEGATIVE = {SECONDS: "negative duration", COUNT: "negative number", AMOUNT: "negative number"}
TOLD = {
    UNPLANNED: "number plan",
    SKIPPED: "clock change",
    TWICE: "clock change",
    EXCHANGED: "exchanged dates",
}  # cells that were read, and how is told


class Finding(NamedTuple):
    """One row of the frame; `usual` for days, `detail` the shape of a cell or a setting."""

    check: str
    where: str
    count: int | None
    share: float | None
    severity: str
    usual: float | None = None
    detail: str = ""


class Stretch(Protocol):
    """A period: half-open epoch seconds and its local days."""

    start_s: int
    end_s: int
    first_day: date
    last_day: date


def checks(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, duckdb.DuckDBPyRelation],
    ledgers: Iterable[FileLedger],
    params: Params,
    *,
    period: Stretch | None = None,
    cells: Iterable[Mapping] = (),
    left_out: Mapping[str, duckdb.DuckDBPyRelation] = {},
) -> pd.DataFrame:
    """One row a finding: check (key of CHECKS), where (a day, a month, a column, a file), count, usual (what such a day usually has), share (0-1,
    missing where there is none), detail (the shape of a cell, or the setting that matters), severity.

    Columns of calls stand by their name, those of other tables as `orders › closed_at`. Of a period only what its own rows show is told: files
    and `cells` (the store's account of cells that did not convert) by the rows whose time lies in it. left_out: the rows that params take from a table, whose ids are known. Ordered by severity, then check and place.
    """
    ledgers = list(ledgers)
    rows = [
        *_of_files(ledgers, period),
        *_of_two_files(ledgers, period),
        *_of_versions(ledgers, period),
        *_of_cells(cells, params, period),
        *_of_ways(ledgers, params, period),
    ]
    parts = {name: _Part(TABLES[name], connection, relation, params, period) for name, relation in tables.items()}
    leading = next((name for name, part in parts.items() if part.clock in part), "")  # places the hotline in time
    for name, part in parts.items():
        rows += _of_table(part, first=name == leading)
        rows += [Finding(*told) for told in mapped.wrongly(part, ledgers, _answered(part))]
        rows += [Finding(*told) for told in turned.turned(part, parts)]
        rows += [*_of_references(part, parts, left_out), *_of_names(part, parts), *_of_messages(part, parts), *_of_time_apart(part, parts)]
    return _ordered(pd.DataFrame(rows, columns=list(Finding._fields))[list(COLUMNS)])


def with_more(frame: pd.DataFrame, more: Iterable[Mapping]) -> pd.DataFrame:
    """The findings with others that need figures to be found: the columns of `checks`."""
    rows = [{"count": None, "usual": None, "share": np.nan, "detail": "", **row} for row in more]
    return _ordered(pd.concat([frame, pd.DataFrame(rows)[list(COLUMNS)]], ignore_index=True)) if rows else frame


def _ordered(frame: pd.DataFrame) -> pd.DataFrame:
    frame["rank"] = frame["severity"].map({s: -n for n, s in enumerate(ORDER)})
    return frame.sort_values(["rank", "check", "where"], ignore_index=True).drop(columns="rank")


def grade(frame: pd.DataFrame) -> tuple[str, str]:
    """优 良 中 差 as excellent, good, fair, poor: by the worst finding; and the findings that made it, as `check: where`."""
    if not len(frame):
        return "excellent", ""
    worst = max(frame["severity"], key=ORDER.index)
    made = frame[frame["severity"] == worst] if worst != "info" else frame.head(0)
    return GRADES[worst], "; ".join(f"{r.check}: {r.where}" for r in made.itertuples())


class _Part:
    """One table with its period: questions in SQL, and how its columns are called in the frame. The table is `t` in them."""

    def __init__(
        self, table: Table, connection: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation, params: Params, period: Stretch | None
    ):
        self.table, self.name, self.relation, self.params, self.period = table, table.name, relation, params, period
        self.ask, self.rows_of = connection.execute, relation.sql_query()
        self.clock = params.placed(table, relation.columns)
        self.epoch = table[self.clock].epoch
        self.inside = f"{self.epoch} >= {period.start_s} AND {self.epoch} < {period.end_s}" if period else "true"
        self.moment = moment = f"({self.clock} - INTERVAL {params.period.cut_hour} HOUR)"
        start = params.period.start_day - 1
        self.day = f"CAST({moment} AS DATE)"
        self.month = f"strftime(date_trunc('month', {moment} - INTERVAL {start} DAY) + INTERVAL {min(start, 1)} MONTH, '%Y-%m')"

    def __contains__(self, column: str) -> bool:
        return column in self.relation.columns

    def rows(self, sql: str) -> list[tuple]:
        """Asked of the connection at once: a relation's own `query` binds the text three times more."""
        return self.ask(f"WITH t AS NOT MATERIALIZED ({self.rows_of}) {sql}").fetchall()

    def one(self, *counts: str, where: str = "true") -> tuple:
        """Counts over the period's records."""
        return self.rows(f"SELECT {', '.join(counts)} FROM t WHERE ({self.inside}) AND ({where})")[0]

    def seconds(self, column: str) -> str:
        """An instant in seconds that run on where clocks are put back; the wall's in a frame without them."""
        epoch = self.table[column].epoch
        return epoch if epoch in self else f"epoch({column})"

    def said(self, column: str) -> str:
        return _said(self.name, column)

    def reported(self, first_s: int) -> bool:
        """True for a month that begins in the period."""
        return self.period is None or self.period.start_s <= first_s < self.period.end_s

    @cached_property
    def counted(self) -> dict[date, int]:
        """Records of each day that has any, in all data."""
        return dict(self.rows(f"SELECT {self.day}, count(*) FROM t WHERE {self.clock} IS NOT NULL GROUP BY 1"))

    @cached_property
    def ends(self) -> tuple[date, date] | None:
        """The first and the last day of dense records."""
        return ends(self.counted, self.params, monthly=self.table.monthly)

    @cached_property
    def judged(self) -> pd.DataFrame:
        """The days of the period between the ends: date, calls (records), usual, missing, odd."""
        first, last = self.ends
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        judged = judge_days(pd.DataFrame({"date": days, "calls": [self.counted.get(d, 0) for d in days]}), self.params)
        if self.period is None:
            return judged
        return judged[(judged["date"] >= self.period.first_day) & (judged["date"] <= self.period.last_day)]

    def silences(self) -> list[Silence]:
        """Silences of what comes in that begin in the period, by local time. The days of the hotline start at its cut hour, so `moment` is later than the clock."""
        first, last = self.ends
        coming = f"{self.dense} AND direction NOT IN ('out', 'internal')" if "direction" in self else self.dense
        rows = self.rows(f"""SELECT {self.day} - DATE '{first}', hour({self.moment}) * 4 + minute({self.moment}) // 15, count(*),
            count(*) FILTER ({self.clock} = date_trunc('day', {self.clock})) FROM t WHERE {coming} GROUP BY ALL""")
        if sum(at_midnight for *_, at_midnight in rows) >= MIDNIGHT[1] * sum(n for _, _, n, _ in rows):
            return []
        quarters = np.zeros(((last - first).days + 1, QUARTERS))
        for day, quarter, n, _ in rows:
            quarters[day, quarter] = n
        long = f"to_seconds(abs({self.epoch} - lag({self.epoch}) OVER w))"  # an hour that the clock skips is no part of a gap
        gaps = self.rows(f"""SELECT a, b FROM (SELECT greatest(lag({self.moment}) OVER w, {self.moment} - {long}) AS a, {self.moment} AS b FROM t
            WHERE {coming} WINDOW w AS (ORDER BY {self.clock})) WHERE epoch(b) // 900 - epoch(a) // 900 >= 2 ORDER BY a""")
        cut = timedelta(hours=self.params.period.cut_hour)
        found = [Silence(s.start + cut, s.end + cut, s.usual) for s in silences(first, quarters, gaps, self.params)]
        inside = self.period and (lambda s: self.period.first_day <= (s.start - cut).date() <= self.period.last_day)
        return [s for s in found if inside is None or inside(s)]

    @property
    def dense(self) -> str:
        """The test for a record between the ends."""
        return f"{self.day} BETWEEN DATE '{self.ends[0]}' AND DATE '{self.ends[1]}'" if self.ends else "false"


def _said(table: str, column: str) -> str:
    return column if table == "calls" else f"{table} › {column}"


def _step(value: float, steps: tuple[float, ...]) -> str:
    """info below the first step, then minor, major, severe."""
    return ORDER[sum(value >= s for s in steps)]


def _of_table(part: _Part, first: bool) -> Iterator[Finding]:
    if part.clock in part:
        (total,) = part.one("count(*)")
        if not total:
            yield Finding("no records", part.name, 0, None, "severe" if first else "minor")
            return
        yield from _of_ends(part, first)
        if first and not part.table.monthly:
            yield from _of_days(part)
            yield from _of_hours(part)
        yield from _of_callers(part)
        yield from _of_categories(part)
    elif part.period is not None:
        return  # without its clock no record has a place in the period
    yield from _of_clocks(part)
    yield from _of_lengths(part)
    yield from _of_hold(part)
    yield from _of_ids(part)
    yield from _of_words(part)
    yield from _of_agents(part)
    yield from _of_worths(part)
    yield from _of_items(part)
    yield from _of_steps(part)
    yield from _of_duties(part)
    yield from _of_rows_twice(part)
    yield from _of_totals(part)
    yield from _of_wholes(part)
    yield from _of_stretches(part)
    yield from _of_figures(part)


def _of_ends(part: _Part, first: bool) -> Iterator[Finding]:
    """Days with records outside the ends of the data, instants far outside them, records without a time, a month that has just begun."""
    if part.period is None:
        timeless = part.one("count(*)")[0] - sum(part.counted.values())
        if timeless:
            share = timeless / (timeless + sum(part.counted.values()))
            by_closing = part.name == "orders" and part.params.complaints.placed_by == "closed"
            step = "info" if by_closing else _step(share, REJECTED)
            yield Finding("not closed" if by_closing else "without a time", part.said(part.clock), timeless, share, step)
    if part.ends:
        yield from _outside(part, *part.ends)
        yield from _far_dates(part, *part.ends)
        if part.name in SPREAD:
            yield from _sparse(part, *part.ends)
        if first and not part.table.monthly:
            yield from _begun(part)
            yield from _uncovered(part, *part.ends)


def _outside(part: _Part, first: date, last: date) -> Iterator[Finding]:
    """The LISTED_DAYS days outside that have most records, and the rest: of all data, of the period that holds them, and of one that ends there."""
    out = {day: n for day, n in part.counted.items() if not first <= day <= last and _concerns(part.period, day, first, last)}
    named = sorted(out, key=lambda day: (-out[day], day))[:LISTED_DAYS]
    severity = _step(sum(out.values()) / sum(part.counted.values()), REJECTED)
    if any(day < first - MARGIN or day > last + MARGIN for day in out):
        severity = max(severity, "minor", key=ORDER.index)  # no export runs so far beyond its data: these dates are wrong
    for day in named:
        yield Finding("outside the data", part.said(day.isoformat()), out[day], None, severity, detail=f"{first}..{last}")
    if len(out) > len(named):
        rest = sum(out.values()) - sum(out[day] for day in named)
        yield Finding("outside the data", part.said(f"{min(out)}..{max(out)}"), rest, None, severity, detail=f"{first}..{last}")


def _concerns(period: Stretch | None, day: date, first: date, last: date) -> bool:
    """True for a day of the period, and for any where the period's follow-up or its first day rests on the ends."""
    if period is None or period.first_day <= day <= period.last_day:
        return True
    return last < period.last_day + timedelta(days=8) if day > last else period.first_day <= first <= period.last_day


def _far_dates(part: _Part, first: date, last: date) -> Iterator[Finding]:
    """Instants of other columns that lie years outside the data: sentinels and mistyped years."""
    low, high = first - timedelta(days=FAR_OUT_DAYS), last + timedelta(days=FAR_OUT_DAYS)
    for column in part.table.columns:
        if column.kind == INSTANT and column.name in part and column.name != part.clock:
            far, filled = part.one(
                f"count(*) FILTER ({column.name} < DATE '{low}' OR {column.name} > DATE '{high}')", f"count({column.name})"
            )
            if far:
                unlimited = part.name == "orders" and column.name == DUE
                yield Finding(
                    "far due" if unlimited else "far date",
                    part.said(column.name),
                    far,
                    far / filled,
                    max(_step(far / filled, REJECTED), "minor", key=ORDER.index),
                )


def _sparse(part: _Part, first: date, last: date) -> Iterator[Finding]:
    """All data on a few days far apart that have many records each: a day read as a month, or exports of a few days. Weekdays that never have a record are no lack.

    Day and month may be the other way round where a pattern of params says which comes first and no day is after the 12th.
    """
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    there = [day for day in days if part.counted.get(day)]
    weekdays = {day.weekday() for day in there}
    open_ = [day for day in days if day.weekday() in weekdays]
    runs = [len(list(run)) for held, run in groupby(open_, key=lambda day: day in part.counted) if held]
    if len(there) < FEWEST_DAYS or max(runs) > LONGEST_RUN or len(there) >= SPARSE * len(open_):
        return
    if np.median([part.counted[day] for day in there]) >= LEAST_USUAL:
        other = [form for form in _forms(part) if hints.order(form)] if max(day.day for day in part.counted) <= 12 else []
        check, severity = ("other order", "severe") if other else ("sparse days", "major")
        yield Finding(
            check, part.said(part.clock), len(there), None, severity, usual=len(open_), detail=_exchanged(other[0]) if other else ""
        )


def _forms(part: _Part) -> list[str]:
    """The patterns that params declare for the column which places the records in time."""
    rules = (s.columns[part.clock] for s in part.params.sources(part.name) if part.clock in s.columns)
    return [form for rule in rules for form in rule.formats or ()]


def _exchanged(form: str) -> str:
    """%m/%d/%Y as %d/%m/%Y."""
    return re.sub("[dm]", lambda found: {"d": "m", "m": "d"}[found[0]], form)


def _begun(part: _Part) -> Iterator[Finding]:
    """The months after the last one that has records on most of its days: told of all data, of themselves, and of the month before them."""
    months = part.rows(
        f"SELECT {part.month}, min({part.epoch}), count(DISTINCT {part.day}) FROM t WHERE {part.dense} GROUP BY 1 ORDER BY 1"
    )
    latest = fullest([m for m, *_ in months], {m: n for m, _, n in months})
    for month, first_s, recorded in months:
        if month > latest and (part.reported(first_s) or 0 <= first_s - part.period.end_s < 7 * 86400):
            yield Finding("month begun", month, recorded, None, "info", usual=max(n for *_, n in months[-12:]))


def _uncovered(part: _Part, first: date, last: date) -> Iterator[Finding]:
    """The days of the period before the data begin or after they end, where such days bring records: half a month is no excellent one."""
    if not part.period:
        return
    days = [part.period.first_day + timedelta(days=n) for n in range((part.period.last_day - part.period.first_day).days + 1)]
    lacking = [day for day in days if not first <= day <= last]
    there = pd.Series([part.counted.get(first + timedelta(days=n), 0) for n in range((last - first).days + 1)])
    usual = there.groupby([(first + timedelta(days=n)).weekday() for n in there.index]).mean()
    if sum(usual.get(day.weekday(), 0.0) for day in lacking) >= LEAST_USUAL:
        yield Finding("uncovered days", part.name, len(lacking), None, "minor", usual=len(days))


def _of_days(part: _Part) -> Iterator[Finding]:
    """Days of the period without a record or far from what such a day usually brings, weekdays on which the hotline closed in it, and how many days have no record at all.

    Days that may be closed ones make no period poor.
    """
    judged = part.judged
    told = {"odd day": judged["odd"], "missing day": judged["missing"] & ~judged["either"], "missing or closed": judged["either"]}
    either, lost = told["missing or closed"].sum(), (judged["missing"] | judged["odd"]).sum()
    certain, open_ = (_step(n * 30 / len(judged) if len(judged) > 31 else n, LOST_DAYS) for n in (lost - either, either))
    for name, days in told.items():
        severity = min(open_, "major", key=ORDER.index) if name == "missing or closed" else certain
        for row in judged[days].itertuples():
            yield Finding(name, row.date.isoformat(), int(row.calls), None, severity, usual=row.usual)
    for row in judged[judged["closes"] > 0].itertuples():
        yield Finding("closed weekday", row.date.isoformat(), int(row.closes), None, "info", usual=row.usual)
    empty = int((judged["calls"] == 0).sum())
    if empty and part.period:
        yield Finding("empty days", part.name, empty, None, "info", usual=len(judged))


def _of_hours(part: _Part) -> Iterator[Finding]:
    """Silences inside the days of the period: a table without clock times has none, and a day that is told as a whole is not told again."""
    told = set(part.judged.loc[part.judged["missing"] | part.judged["odd"], "date"])
    cut = timedelta(hours=part.params.period.cut_hour)
    lost = [s for s in part.silences() if not told & {(s.start - cut).date(), (s.end - cut).date()}]
    brought = max(part.one("count(*)")[0], 1)
    severity = max(_step(sum(s.usual for s in lost) / brought, REJECTED), "minor", key=ORDER.index)
    for silence in lost:
        yield Finding("silence", part.said(_stretch(silence)), 0, None, severity, usual=silence.usual)


def _stretch(silence: Silence) -> str:
    """2024-09-11 14:04..15:20, the second end with its day where it is another."""
    start, end = silence.start.strftime("%Y-%m-%d %H:%M"), silence.end.strftime("%Y-%m-%d %H:%M")
    return f"{start}..{end[11:] if start[:10] == end[:10] else end}"


def _of_callers(part: _Part) -> Iterator[Finding]:
    """The share of records without a known caller, and its movements from month to month."""
    if "caller" not in part:
        return
    column, word = part.table.of_callers or ("", "")
    of_one = f"{column} = '{word}'" if column in part else "true"  # rows of which somebody is the caller
    unknown, total = part.one("count(*) FILTER (caller IS NULL)", "count(*)", where=of_one)
    if unknown:
        yield Finding("unknown callers", part.said("caller"), unknown, unknown / total, _step(unknown / total, UNKNOWN))
    months = part.rows(f"""SELECT {part.month}, min({part.epoch}), count(*) FILTER (caller IS NULL), count(*)
        FROM t WHERE {part.dense} AND {of_one} GROUP BY 1 ORDER BY 1""")
    for (_, _, before, of_before), (month, first_s, now, of_now) in pairwise(months):
        moved = now / of_now - before / of_before
        both = (now + before) / (of_now + of_before)
        error = math.sqrt(both * (1 - both) * (1 / of_now + 1 / of_before))
        if part.reported(first_s) and abs(moved) >= max(UNKNOWN_MOVES[0], NOISE * error):
            yield Finding(
                "unknown callers move", month if part.name == "calls" else part.said(month), now, moved, _step(abs(moved), UNKNOWN_MOVES)
            )


def _of_clocks(part: _Part) -> Iterator[Finding]:
    """Instants out of order, durations below 0, times that are one instant, and days without a clock time."""
    for earlier, later in part.table.sequences:
        if earlier in part and later in part:
            a, b = part.seconds(earlier), part.seconds(later)
            wrong, both = part.one(f"count(*) FILTER ({b} < {a})", "count(*)", where=f"{later} IS NOT NULL AND {earlier} IS NOT NULL")
            if wrong:
                check = "ends before start" if (earlier, later) == ("started_at", "ended_at") else "out of order"
                yield Finding(check, part.said(later), wrong, wrong / both, _step(wrong / both, REJECTED))
    for column in part.table.columns:
        if column.name in part and (check := NEGATIVE.get(column.kind)) and column.name != "value":  # a figure may be below 0
            wrong, filled = part.one(f"count(*) FILTER ({column.name} < 0)", f"count({column.name})")
            if wrong:
                yield Finding(check, part.said(column.name), wrong, wrong / filled, _step(wrong / filled, REJECTED))
        if column.kind == INSTANT and column.name in part and not _whole_stretch(part.table, column.name):
            at_midnight, filled = part.one(f"count(*) FILTER ({column.name} = date_trunc('day', {column.name}))", f"count({column.name})")
            if filled and at_midnight / filled >= MIDNIGHT[0]:
                yield Finding(
                    "midnight only", part.said(column.name), at_midnight, at_midnight / filled, _step(at_midnight / filled, MIDNIGHT)
                )
            if filled and at_midnight / filled < MIDNIGHT[-1] and column.name not in (part.clock, "due_at"):  # many fall due at one hour
                yield from _stamped(part, column.name, filled)


def _stamped(part: _Part, column: str, filled: int) -> Iterator[Finding]:
    """Times of a column with clock times that are all one instant: a migration or a closing of many at once wrote them, and what is reckoned from them is its time."""
    often = f"SELECT {column}, count(*) FROM t WHERE ({part.inside}) AND {column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"
    for at, count in part.rows(often):
        if count >= FEWEST_STAMPED and (step := _step(count / filled, STAMPED)) != "info":
            yield Finding("one instant", part.said(column), count, count / filled, step, detail=f"{at:%Y-%m-%d %H:%M:%S}")


def _of_lengths(part: _Part) -> Iterator[Finding]:
    """Calls that end later than any talk does; what ends years away is a far date."""
    if part.name != "calls" or "started_at" not in part or "ended_at" not in part:
        return
    lasted = f"{part.seconds('ended_at')} - {part.seconds('started_at')}"
    long = f"{lasted} > {3600 * LONGEST_HOURS} AND {lasted} < {86_400 * FAR_OUT_DAYS}"
    wrong, both = part.one(f"count(*) FILTER ({long})", "count(*)", where=f"{lasted} >= 0")
    if wrong:
        yield Finding("too long", part.said("ended_at"), wrong, wrong / both, _step(wrong / both, REJECTED), usual=LONGEST_HOURS)


def _of_hold(part: _Part) -> Iterator[Finding]:
    """Whether the talk of calls that were on hold has its hold in it, which handling time and worked-out ends would then count twice: the written end says so where talk and hold are over with it.

    Of each such call: is its end as long after its answer as its talk (the hold is in it), as talk and hold (it is not), or as talk and twice the hold (params took off what was not in it)?
    """
    if part.name != "calls" or "talk_seconds" not in part or "hold_seconds" not in part:
        return
    fits, on_hold = held_sql(part)
    shorter = f"count(*) FILTER (talk_seconds < hold_seconds - {NEAR_S})"
    held, less, *found = part.one("count(*)", shorter, *fits, where=on_hold)
    times = times_held(found)
    if times in (0, 2):
        yield Finding("hold not in talk" if times else "hold in talk", part.said("talk_seconds"), max(found), max(found) / held, "major")
    elif held and times is None and less <= ODD * held and not any(_included(part, "talk_seconds")):
        yield Finding("hold unproven", part.said("talk_seconds"), held, None, "info")


def held_sql(columns: Container[str]) -> tuple[list[str], str]:
    """Of calls with these columns that were on hold (the second, a condition): how many end as long after their answer as their talk, as talk and hold, and as
    talk and twice the hold (the first, three counts)."""
    over = f"end_s - {_answered(columns)} - talk_seconds" if "end_s" in columns else "NULL"
    fits = [f"count(*) FILTER (abs({over} - {times} * hold_seconds) <= {NEAR_S})" for times in range(3)]
    return fits, f"talk_seconds > 0 AND hold_seconds > {2 * NEAR_S}"


def times_held(found: Sequence[int]) -> int | None:
    """How many times the hold lies beside the talk, by these three counts; None where they prove nothing."""
    return found.index(max(found)) if max(found) >= max(PROVEN * sum(found), FEWEST_HELD) else None


def _answered(columns: Container[str]) -> str:
    """When a call was answered: as it is written, else after its waits as far as they are told."""
    waited = " + ".join(["start_s", *(f"coalesce({c}, 0)" for c in ("menu_seconds", "queue_seconds", "ring_seconds") if c in columns)])
    return f"coalesce(answered_s, {waited})" if "answered_s" in columns else f"({waited})"


def _included(part: _Part, column: str) -> list[str]:
    """What params say that a column holds of another, by source."""
    return [s.columns[column].includes for s in part.params.sources(part.name) if column in s.columns]


def _whole_stretch(table: Table, name: str) -> bool:
    """True for an instant that may name a whole stretch by its beginning, a month, an hour or day of an agent, a day: at midnight nothing is missing of it."""
    return name in table.days or (name == table.clock and (table.monthly or table.name == "agent_time"))


def _of_ids(part: _Part) -> Iterator[Finding]:
    """Ids that come more than once; where params name a record by another key, that is to be expected and only told."""
    column = part.table.id
    if column not in part:
        return
    repeated, filled = part.one(f"count({column}) - count(DISTINCT {column})", f"count({column})")
    if repeated:
        severity = "info" if _keyed_otherwise(part, column) else _step(repeated / filled, REJECTED)
        yield Finding("duplicate ids", part.said(column), repeated, repeated / filled, severity)


def _keyed_otherwise(part: _Part, column: str) -> bool:
    sources = [s for s in part.params.sources(part.name) if s.key and column in s.columns]
    return any(set(s.key) != set(s.columns[column].source) for s in sources)


def _of_words(part: _Part) -> Iterator[Finding]:
    """Words outside the list of a column that has one."""
    for column in part.table.columns:
        if column.allowed and column.name in part:
            known = ", ".join(f"'{word}'" for word in column.allowed)
            unknown = f"{column.name} NOT IN ({known})"
            strange, filled = part.one(f"count(*) FILTER ({unknown})", f"count({column.name})")
            if strange:
                short = f"{unknown} AND length({column.name}) <= {LONGEST_WORD} AND NOT regexp_matches({column.name}, '\\d')"
                told = BETWEEN.join(_often(part, column.name, short))
                yield Finding(
                    "unknown words", part.said(column.name), strange, strange / filled, _step(strange / filled, REJECTED), detail=told
                )


def _often(part: _Part, column: str, unknown: str) -> list[str]:
    """The commonest words of a column that are unknown; one that hardly anybody used may be somebody's."""
    often = f"GROUP BY 1 HAVING count(*) >= {SMALLEST} ORDER BY count(*) DESC, 1 LIMIT {NAMED}"
    return [word for (word,) in part.rows(f"SELECT {column} FROM t WHERE ({part.inside}) AND {unknown} {often}")]


def _of_agents(part: _Part) -> Iterator[Finding]:
    """Agents whose text holds the whole of another's, a number: 102 王某 beside 102 may be one person, who is never merged unasked. Nobody is named."""
    if "agent" in part:
        agents = {agent for (agent,) in part.rows(f"SELECT DISTINCT agent FROM t WHERE agent IS NOT NULL AND ({part.inside})")}
        alike = [agent for agent in agents if any(word != agent and word in agents for word in NUMBER_OF_AGENT.findall(agent))]
        if alike:
            yield Finding("agents alike", part.said("agent"), len(alike), len(alike) / len(agents), "minor")


def _of_worths(part: _Part) -> Iterator[Finding]:
    """Words of a follow-up that params give no worth: 三率 are not given."""
    if part.name != "orders" or "satisfied" not in part:
        return
    known = ", ".join("'" + word.replace("'", "''") + "'" for word in ("", *part.params.follow_up.satisfied))
    unknown = f"satisfied NOT IN ({known})"
    strange, filled = part.one(f"count(*) FILTER ({unknown})", "count(satisfied)")
    if strange:
        told = BETWEEN.join(_often(part, "satisfied", unknown)) or "…"
        yield Finding("no worth", part.said("satisfied"), strange, strange / filled, "major", detail=told)


def _of_items(part: _Part) -> Iterator[Finding]:
    """Items that nobody answered, and scores of items whose scale params do not say."""
    there = [name for name in ITEMS if name in part]
    total, *filled = part.one("count(*)", *(f"count({name})" for name in there))
    for name, n in zip(there, filled, strict=True):
        if total and not n:
            yield Finding("unanswered item", part.said(name), total, None, "minor")
    if "item" in part and "score" in part:
        known = ", ".join(f"'{name}'" for name in ("", *part.params.items))
        strange, scored = part.one(f"count(score) FILTER (coalesce(item, '') NOT IN ({known}) OR item IS NULL)", "count(score)")
        if strange:
            yield Finding("unknown items", part.said("item"), strange, strange / scored, _step(strange / scored, UNREAD))


def _of_steps(part: _Part) -> Iterator[Finding]:
    """Steps without an end though the order went on to another."""
    if part.name != "order_steps" or any(column not in part for column in ("order_id", "started_at", "ended_at")):
        return
    rows = "(SELECT *, lead(started_at) OVER (PARTITION BY order_id ORDER BY started_at, ended_at NULLS LAST) AS next_at FROM t WHERE order_id IS NOT NULL)"
    (open_, passed) = part.rows(
        f"SELECT count(*) FILTER (ended_at IS NULL), count(*) FROM {rows} WHERE ({part.inside}) AND next_at IS NOT NULL"
    )[0]
    if open_:
        yield Finding("step without an end", part.said("ended_at"), open_, open_ / passed, _step(open_ / passed, REJECTED))


def _of_duties(part: _Part) -> Iterator[Finding]:
    """What is reported as done though nobody required it: it belongs to no compliance."""
    if "done" in part and "required" in part:
        beside, done = part.one("count(*) FILTER (done AND NOT required)", "count(*) FILTER (done)")
        if beside:
            yield Finding("done, not required", part.said("done"), beside, beside / done, "info")


def _of_references(part: _Part, parts: Mapping[str, _Part], left_out: Mapping[str, duckdb.DuckDBPyRelation]) -> Iterator[Finding]:
    """Records that name a record of another table which that table does not have, not even among those that params leave out."""
    for column, name in part.table.refers:
        if column in part and name in parts and column in parts[name] and (part.period is None or part.clock in part):
            named = part.relation.filter(f"({part.inside}) AND {column} IS NOT NULL").set_alias("a")
            there = parts[name].relation.project(column)
            there = there.union(left_out[name].project(column)) if name in left_out else there
            lost = len(named.join(there.set_alias("b"), f"a.{column} = b.{column}", how="anti"))
            if lost:
                yield Finding("unknown ids", part.said(column), lost, lost / len(named), _step(lost / len(named), STRAY))


def _of_names(part: _Part, parts: Mapping[str, _Part]) -> Iterator[Finding]:
    """Names (agents, teams) of one table that another never has: where they are most, the two exports name people differently and nothing joins."""
    for column, name in part.table.meets:
        if column in part and name in parts and column in parts[name] and (part.period is None or part.clock in part):
            named = part.relation.filter(f"({part.inside}) AND {column} IS NOT NULL").project(column).distinct().set_alias("a")
            lost = len(named.join(parts[name].relation.set_alias("b"), f"a.{column} = b.{column}", how="anti"))
            if lost:
                share = lost / len(named)
                yield Finding("names not met", part.said(column), lost, share, "major" if share > UNMET else "info", detail=name)


def _of_time_apart(part: _Part, parts: Mapping[str, _Part]) -> Iterator[Finding]:
    """What one of calls, states and roster tells of agents whom another never names in the period: of two centres one, and shares of time are of unlike people.

    Nothing where no agent is in both: then names are written otherwise, which is told as such, or there is no such export.
    """
    if part.name != "agent_time" or any(column not in part for column in ("agent", "seconds", "state")):
        return
    own = f"SELECT agent, state = '{PLANNED}' AS plan, sum(seconds) AS n FROM t WHERE ({part.inside}) AND agent IS NOT NULL AND seconds > 0 GROUP BY ALL"
    spent = pd.DataFrame(part.rows(own), columns=["agent", "plan", "n"])
    roster, states = (spent[spent["plan"] == plan] for plan in (True, False))
    sides = [("time without a roster", states, roster), ("roster without time", roster, states)]
    calls = parts.get("calls")
    if calls and "agent" in calls and "outcome" in calls and calls.clock in calls:
        took = f"SELECT agent, count(*) FROM t WHERE ({calls.inside}) AND agent IS NOT NULL AND outcome = 'answered' GROUP BY 1"
        sides.append(("calls without time", pd.DataFrame(calls.rows(took), columns=["agent", "n"]), states))
    for check, ours, theirs in sides:
        beside = ~ours["agent"].isin(theirs["agent"])
        if beside.any() and not beside.all():
            people, share = int(ours.loc[beside, "agent"].nunique()), float(ours.loc[beside, "n"].sum() / ours["n"].sum())
            yield Finding(check, part.said("agent"), people, share, _step(share, APART))


def _of_messages(part: _Part, parts: Mapping[str, _Part]) -> Iterator[Finding]:
    """Messages sent before their session began or after it ended."""
    if part.name != "messages" or "sessions" not in parts or "sent_s" not in part or "session_id" not in part:
        return
    ends = [f"a.sent_s {way} b.{end}" for end, way in (("opened_s", "<"), ("closed_s", ">")) if end in parts["sessions"]]
    if not ends or "session_id" not in parts["sessions"]:
        return
    both = part.relation.filter(part.inside).set_alias("a").join(parts["sessions"].relation.set_alias("b"), "a.session_id = b.session_id")
    wrong, joined = both.aggregate(f"count(*) FILTER ({' OR '.join(ends)}), count(*)").fetchall()[0]
    if wrong:
        yield Finding("outside its session", part.said("sent_at"), wrong, wrong / joined, _step(wrong / joined, REJECTED))


def _of_rows_twice(part: _Part) -> Iterator[Finding]:
    """Rows that have another of the same month, team and the like: of months typed twice every sum is doubled."""
    key = [column for column in part.table.unique if column in part]
    if not key or any(need in part.table.unique and need not in part for need in part.table.needs):
        return
    again, total = part.rows(
        f"SELECT coalesce(sum(n - 1), 0)::BIGINT, coalesce(sum(n), 0)::BIGINT FROM (SELECT count(*) AS n FROM t WHERE {part.inside} GROUP BY {', '.join(key)})"
    )[0]
    if again:
        check = "month typed twice" if part.table.monthly else "rows twice"
        yield Finding(check, part.said(key[-1]), again, again / total, _step(again / total, REJECTED))


def _of_totals(part: _Part) -> Iterator[Finding]:
    """Months of teams with a row that is the sum of the others, their total: every sum is doubled. Small numbers add up by chance; there the row names no team, or a total."""
    have = [c.name for c in part.table.columns if c.kind == AMOUNT and c.name in part]
    if part.name != "staff" or "unit" not in part or not have:
        return
    sums = ", ".join(f"sum({c}) OVER months AS all_{c}" for c in have)
    alike = " AND ".join(f"({c} IS NULL OR abs(2 * {c} - all_{c}) <= {ROUNDED} * all_{c} + 0.5)" for c in have)
    more = " OR ".join(f"{c} > 0" for c in have)
    large = " OR ".join(f"{c} > {BY_NO_CHANCE}" for c in have)
    exact = " AND ".join(f"({c} IS NULL OR {c} <= {BY_NO_CHANCE} OR abs(2 * {c} - all_{c}) <= {ROUNDED} / 10 * all_{c})" for c in have)
    named = f"unit IS NULL OR regexp_matches(unit, '{TOTAL}', 'i')"
    rows = f"(SELECT *, {sums}, count(*) OVER months AS n FROM t WHERE {part.inside} WINDOW months AS (PARTITION BY {part.table.clock}))"
    test = f"n > 1 AND ({alike}) AND ({more}) AND ({named} OR (n > 2 AND ({large}) AND ({exact})))"
    ((found, total),) = part.rows(f"SELECT count(*) FILTER ({test}), count(*) FROM {rows}")
    if found:
        yield Finding("total among its parts", part.said("unit"), found, found / total, "severe")


def _of_wholes(part: _Part) -> Iterator[Finding]:
    """Numbers that are more than the whole that they are part of."""
    for inner, whole in part.table.within:
        if inner in part and whole in part:
            more, both = part.one(f"count(*) FILTER ({inner} > {whole})", f"count(*) FILTER ({inner} IS NOT NULL AND {whole} IS NOT NULL)")
            if more:
                yield Finding("more than the whole", part.said(inner), more, more / both, _step(more / both, REJECTED), detail=whole)


def _of_stretches(part: _Part) -> Iterator[Finding]:
    """Stretches of one agent that begin before an earlier one has ended, and hours (or whatever an export's rows are of) with more seconds than they have, or than a day has.

    Where most rows share their beginning with another, an export has one row a state and hour, and the states of one beginning add up; otherwise each
    row is a stretch of its own: one that holds many others (a shift beside its states) makes all of these overlap. Rounding may add a second a row. The roster and what was are looked at apart.
    A row of a week or a month has more seconds than a day, on which alone its time would count.
    """
    if part.name != "agent_time" or any(column not in part for column in ("agent", "seconds")):
        return
    begins = f"""SELECT agent, state = '{PLANNED}' AS plan, starts_s, sum(seconds) AS held, count(*) AS n FROM t
        WHERE ({part.inside}) AND agent IS NOT NULL AND seconds > 0 GROUP BY ALL"""
    after = f"""SELECT *, lead(starts_s) OVER own - starts_s AS room,
        max(starts_s + held - n) OVER (own ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach
        FROM ({begins}) WINDOW own AS (PARTITION BY agent, plan ORDER BY starts_s)"""
    usual = f"SELECT plan, mode(room) AS usual, sum(n) > 1.5 * count(*) AS shared FROM ({after}) GROUP BY plan"
    (overlaps, overfull, rows) = (
        part.rows(f"""SELECT count(*) FILTER (NOT shared AND starts_s < reach), count(*) FILTER ((shared AND held > usual + n) OR held > {A_DAY} + n), count(*)
        FROM ({after}) JOIN ({usual}) USING (plan)""")[0]
    )
    for check, wrong in (("overlap", overlaps), ("overfull", overfull)):
        if wrong:
            yield Finding(check, part.said("seconds"), wrong, wrong / rows, _step(wrong / rows, REJECTED))


def _of_figures(part: _Part) -> Iterator[Finding]:
    """Typed values that their own numerator and denominator do not give, as a fraction or per cent."""
    if all(column in part for column in ("numerator", "denominator", "value")):
        ratio, near = "numerator / denominator", "abs({v} - {r}) <= greatest({limit} * abs({r}), {limit} / 2)"
        fits = " OR ".join(near.format(v=v, r=f"({ratio})", limit=ROUNDED) for v in ("value", "value / 100"))
        wrong, both = part.one(f"count(*) FILTER (NOT ({fits}))", "count(value)", where="denominator > 0 AND numerator IS NOT NULL")
        if wrong:
            yield Finding("value contradicts its parts", part.said("value"), wrong, wrong / both, _step(wrong / both, REJECTED))


def _of_categories(part: _Part) -> Iterator[Finding]:
    """Categories of the period that no earlier record had, and months whose make-up moved beyond chance."""
    column = part.table.category
    if column not in part:
        return
    yield from _new_categories(part, column)
    months = part.rows(
        f"SELECT {part.month} AS m, min({part.epoch}) FROM t WHERE {column} IS NOT NULL AND {part.dense} GROUP BY 1 ORDER BY 1"
    )
    counts = pd.DataFrame(
        part.rows(f"SELECT {part.month} AS m, {column}, count(*) FROM t WHERE {column} IS NOT NULL AND {part.dense} GROUP BY ALL"),
        columns=["month", "word", "n"],
    ).pivot_table(index="word", columns="month", values="n", fill_value=0)
    for (before, _), (month, first_s) in pairwise(months):
        moved, chance = _drift(counts[before], counts[month])
        if part.reported(first_s) and moved >= max(DRIFT[0], NOISE * chance):
            yield Finding("category drift", part.said(f"{column} › {month}"), int(moved * counts[month].sum()), moved, _step(moved, DRIFT))


def _drift(before: pd.Series, now: pd.Series) -> tuple[float, float]:
    """Half the sum of absolute changes of the shares, and what chance alone would make of it."""
    old, new = before / before.sum(), now / now.sum()
    both = (before + now) / (before.sum() + now.sum())
    spread = (both * (1 - both) * (1 / before.sum() + 1 / now.sum()) * 2 / math.pi) ** 0.5
    return float((new - old).abs().sum() / 2), float(spread.sum() / 2)


def _new_categories(part: _Part, column: str) -> Iterator[Finding]:
    if part.period is None:
        return
    sql = f"SELECT {column}, count(*) AS n, n / sum(n) OVER () FROM t WHERE {part.inside} AND {column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
    known = {word for (word,) in part.rows(f"SELECT DISTINCT {column} FROM t WHERE {part.epoch} < {part.period.start_s}")} - {None}
    for word, n, share in part.rows(sql) if known else ():
        if word not in known and n >= SMALLEST:  # a word that hardly anybody used may be somebody's
            yield Finding("new categories", str(word), n, share, _step(share, NEW_CATEGORIES))


def _of_files(ledgers: Iterable[FileLedger], period: Stretch | None) -> Iterator[Finding]:
    """What the files lost. Of a period: rows whose time lies in it, and the records that nobody can date, of files that have such rows or no dated row at all."""
    for ledger in ledgers:
        found = _fates(ledger, period)
        if found is None:
            continue
        records = ledger.physical - ledger.header - ledger.blank - ledger.skipped - ledger.summary
        dated, undated = max(sum(found[fate] for fate in FATES), 1), _undated(ledger) if period else Counter()
        for check, fate, steps in LOST:
            if count := found[fate] + undated[fate]:
                share = found[fate] / dated + undated[fate] / max(records, 1)
                unlike = _most_unlike(ledger, period) if fate == "together" else None
                yield Finding(check, ledger.name, count, share, _step(share, steps), **unlike or {})._replace(
                    check="unlike duplicates" if unlike else check
                )
        if EQUAL in ledger.notes:
            share = ledger.notes[EQUAL]
            yield Finding(EQUAL, ledger.name, round(share * (ledger.accepted + ledger.left_out.total())), share, _step(share, (OVERLAP,)))
        yield from _of_sheets(ledger, records)
        if GARBLED in ledger.notes:
            yield Finding(GARBLED, ledger.name, None, ledger.notes[GARBLED], _step(ledger.notes[GARBLED], REJECTED))
        yield from _of_tear(ledger, period)
        if UNFINISHED in ledger.notes:
            yield Finding(UNFINISHED, ledger.name, None, None, "info")


def _of_tear(ledger: FileLedger, period: Stretch | None) -> Iterator[Finding]:
    """An export that breaks off in the middle of a record: what followed is lost, and nobody knows how much. Of a month that its last record is not of it is told as minor."""
    if ledger.rejected[CUT]:
        near = not ledger.days or _inside(max(ledger.days), period)
        yield Finding("torn file", ledger.name, None, None, "major" if near else "minor")


def _of_two_files(ledgers: Iterable[FileLedger], period: Stretch | None) -> Iterator[Finding]:
    """Records that another file has too, under another id or without one: each counts. Of calls the second one is a repeat that nobody made. The share is of the table's records."""
    for ledger in ledgers:
        for check, others in (
            ("other ids" if ledger.table == CALLS.name else "records twice", ledger.other_ids),
            ("records twice", ledger.twice),
        ):
            for other, days in others.items():
                if count := sum(n for day, n in days.items() if _inside(day, period)):
                    share = count / max(sum(_accepted(mine, period) for mine in ledgers if mine.table == ledger.table), count)
                    yield Finding(check, ledger.name, count, share, _of_twice(ledger.table, share), detail=other)


def _most_unlike(ledger: FileLedger, period: Stretch | None) -> dict | None:
    """How many of a file's duplicates have other cells than the rows that stay, as `usual`, and the file that most of these are of."""
    counts = {other: _rows_of(days, period) for other, days in ledger.unlike.items()}
    return {"usual": sum(counts.values()), "detail": max(counts, key=counts.get)} if any(counts.values()) else None


def _of_versions(ledgers: Iterable[FileLedger], period: Stretch | None) -> Iterator[Finding]:
    """Records of which two exports say unlike things, where nothing tells which is the later one: figures follow the one that stays. The share is of the table's records."""
    for ledger in ledgers:
        for other, days in ledger.unsettled.items():
            if count := _rows_of(days, period):
                share = count / max(sum(_accepted(mine, period) for mine in ledgers if mine.table == ledger.table), count)
                columns = ",".join(list(ledger.unsettled_in[other])[:NAMED])
                severity = "severe" if share >= UNSETTLED[1] else "major" if share >= UNSETTLED[0] else "minor"
                yield Finding("unsettled versions", ledger.name, count, share, severity, detail=f"{other} › {ledger.table} › {columns}")


def _rows_of(days: Mapping[str, int], period: Stretch | None) -> int:
    """The rows of a period, and those without a day, which may be of any."""
    return sum(n for day, n in days.items() if not day or _inside(day, period))


def _of_ways(ledgers: Iterable[FileLedger], params: Params, period: Stretch | None) -> Iterator[Finding]:
    """Surveys of several kinds of export in one month, of which some do not say their channel: ways of asking that may be unlike are mixed."""
    silent = [n for n, source in enumerate(params.surveys) if "channel" not in source.columns]
    months: dict[str, set[int]] = {}
    for ledger in ledgers:
        for day in ledger.days if ledger.table == "surveys" else ():
            if _inside(day, period):
                months.setdefault(day[:7], set()).add(ledger.source)
    met = set().union(*(sources for sources in months.values() if len(sources) > 1))
    if met.intersection(silent):
        yield Finding("channel not said", "surveys", len(met), None, "info")


def _accepted(ledger: FileLedger, period: Stretch | None) -> int:
    """Records of a period; all of a file whose rows have no day, as answers without the time of the invitation."""
    return (_fates(ledger, period) or Counter())["accepted"] if ledger.days else ledger.accepted


def _of_twice(table: str, share: float) -> str:
    """Of calls each makes a repeat, which rests on few; of other tables it is a count too many, as of an id that comes again."""
    return ("severe" if share >= OTHER_IDS else "major") if table == CALLS.name else _step(share, REJECTED)


def _inside(day: str, period: Stretch | None) -> bool:
    return period is None or period.first_day <= date.fromisoformat(day) <= period.last_day


def _of_sheets(ledger: FileLedger, records: int) -> Iterator[Finding]:
    """What else a workbook holds: hidden sheets with the mapped columns, visible ones that params do not list, and others."""
    for sheet, rows in ledger.unread.items():
        share = rows / (rows + records)
        yield Finding("unread sheet", f"{ledger.name} › {sheet}", rows, share, _step(share, REJECTED))
    for sheet, rows in ledger.unlisted.items():  # the file's name ends with the sheet that is read
        yield Finding("unlisted sheet", f"{ledger.name.rpartition(' › ')[0]} › {sheet}", rows, None, "minor")
    for name in ledger.beside:
        yield Finding("beside", f"{ledger.name} › {name}", None, None, "info")


def _fates(ledger: FileLedger, period: Stretch | None) -> Counter | None:
    """What became of a file's rows, or of those of a period; None when it has none there. A file without a dated row may have its rows in any period,
    and so may a sheet that is not read."""
    if period is None:
        return _of_all(ledger)
    found = Counter()
    for day, fates in ledger.days.items():
        if _inside(day, period):
            found.update(fates)
    anywhere = ledger.unlisted or ledger.unread or (not ledger.days and _of_all(ledger))
    return _with_together(found) if found or anywhere else None


def _of_all(ledger: FileLedger) -> Counter:
    """What became of all rows of a file: fate -> rows, none that is 0."""
    moved = {fate: getattr(ledger, fate).total() for fate in ("rejected", "duplicates", "left_out")}
    kept = {fate: getattr(ledger, fate) for fate in ("accepted", "events", "unexplained", "apart")}
    return _with_together(+Counter({**moved, **kept}))


def _undated(ledger: FileLedger) -> Counter:
    """What became of the rows whose time nobody can read: they may be of any period."""
    return _of_all(ledger) - _with_together(sum(map(Counter, ledger.days.values()), Counter()))


def _with_together(found: Counter) -> Counter:
    """With the duplicates that an overlap of exports explains."""
    return found + Counter(together=found["duplicates"] - found["unexplained"])


def _of_cells(cells: Iterable[Mapping], params: Params, period: Stretch | None) -> Iterator[Finding]:
    """Cells that were blanked or stand for nobody, by column over the files: count, share of the column's filled cells, the commonest shape."""
    counts: dict[tuple[str, str, str], list] = {}
    for cell in cells:
        check = _check_of(cell)
        if check:
            found = counts.setdefault((check, cell["table"], cell["column"]), [0, 0, Counter()])
            wrong, filled = _in_period(cell, period)
            found[0] += wrong
            found[1] += filled
            found[2][cell["shape"]] += wrong
    for (check, table, column), (count, filled, shapes) in counts.items():
        if check == "unread cells" and count >= max(UNREAD_COLUMN[0] * filled, UNREAD_COLUMN[1]):
            yield Finding("unread column", _said(table, column), count, count / filled, "major", detail=shapes.most_common(1)[0][0])
        elif count:
            info = check in ("hidden ids", "no answer", *TOLD.values())
            mended = "minor" if check == "exchanged dates" else "info"
            severity = mended if info else _step(count / filled, MISFIT if check == "country" else UNREAD)
            detail = _country(params, table, column) if check in ("country", "number plan") else _commonest(check, shapes, count)
            yield Finding(check, _said(table, column), count, count / filled, severity, detail=detail)


def _commonest(check: str, shapes: Counter, count: int) -> str:
    """The commonest shape; of words that are none of their list those that the files name, where enough are told of together that none stands for a few."""
    if check != "unknown words":
        return shapes.most_common(1)[0][0]
    words = [word for said, _ in shapes.most_common() for word in said.split(BETWEEN) if word] if count >= SMALLEST else []
    return BETWEEN.join(list(dict.fromkeys(words))[:NAMED])


def _check_of(cell: Mapping) -> str:
    """The check to which a count of cells belongs, '' for one that is beside the point."""
    if cell["done"] == "blank":
        return CELLS.get(cell["reason"], "blanked texts")
    if cell["done"] == "hide":
        return "hidden ids"
    if cell["reason"] in TOLD:
        return TOLD[cell["reason"]]
    if cell["reason"] == DAMAGED:
        return "country" if cell["column"] == "caller_phone" else "unread cells"
    return ""


def _country(params: Params, table: str, column: str) -> str:
    """The setting under which numbers that do not fit were read: `calls › columns › caller › country: CN`."""
    named = [(name, s.columns[name]) for s in params.sources(table) for name in (column, "caller") if name in s.columns]
    return "; ".join(dict.fromkeys(f"{table} › columns › {name} › country: {rule.country}" for name, rule in named))


def _in_period(cell: Mapping, period: Stretch | None) -> tuple[int, int]:
    """Cells found, and filled cells of their column; of a period those of rows whose time lies in it."""
    if period is None:
        return cell["count"], max(cell["filled"], cell["count"])
    days = [pair for day, pair in cell["days"].items() if _inside(day, period)]
    return sum(wrong for wrong, _ in days), sum(filled for _, filled in days)
