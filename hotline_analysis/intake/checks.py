"""What is odd about the data, before anyone reads a number from them, and the grade that follows (数据质量).

Every threshold is a judgement default that no run has validated; they are named here and told in docs/maths.md. Counted are the records of a
period, or all; what is usual comes from all data. A check whose column the export lacks is not made.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Protocol

import duckdb
import holidays
import pandas as pd

from hotline_analysis.intake.ledger import GARBLED, UNFINISHED, FileLedger
from hotline_analysis.params import WEEKDAYS, Params
from hotline_analysis.tables import INSTANT, SECONDS, TABLES, Table
from hotline_analysis.words import Term

FAR = 4.5  # a day this many robust standard deviations from its weekday's median is odd
LEAST_FAR = 0.3  # and by at least this share of the median
REJECTED = (0.001, 0.01, 0.05)  # shares of records or cells that are wrong: minor, major, severe
UNKNOWN = (0.2, 0.4)  # shares of callers that are not known: minor, major
UNKNOWN_MOVES = (0.05, 0.10)  # movements of that share on the month before: minor, major
LOST_DAYS = (1, 3, 8)  # days of a month (of a longer period: days for every 30) without records or far from usual: minor, major, severe
MIDNIGHT = (0.01, 0.5)  # shares of instants at 00:00:00: minor (a default time), major (the export has days only)
NEW_CATEGORIES = (0.02, 0.10)  # shares of records in categories that no earlier record had: minor, major
DRIFT = (0.10, 0.25)  # shares of records that changed category on the month before: minor, major
NOISE = 3  # times what chance brings (a standard error, an expected drift) that a movement must exceed
OVERLAP = 0.5  # share of duplicate records from which a file is probably there twice

COLUMNS = {
    "check": Term("检查", "Check"),
    "where": Term("何处", "Where"),
    "count": Term("数量", "Count"),
    "share": Term("占比", "Share"),
    "severity": Term("程度", "Severity"),
}
CHECKS = {
    "no records": Term("期内没有记录", "no records in the period"),
    "missing day": Term("当日无记录", "day without records"),
    "odd day": Term("当日来电量异常", "day far from its weekday's usual"),
    "unknown callers": Term("来电人未识别", "callers not identified"),
    "unknown callers move": Term("未识别占比较上月变动", "share of unknown callers moved"),
    "ends before start": Term("结束早于开始", "ends before it starts"),
    "out of order": Term("时间先后颠倒", "times out of order"),
    "negative duration": Term("时长为负", "negative duration"),
    "midnight only": Term("只有日期没有时刻", "day without a clock time"),
    "duplicate ids": Term("编号重复", "ids that come more than once"),
    "duplicates": Term("重复记录", "duplicate records"),
    "rejected": Term("无法读取的记录", "records that could not be read"),
    "blanked cells": Term("无法转换的单元格", "cells that did not convert"),
    "unknown words": Term("参数未列出的取值", "words that params do not list"),
    "new categories": Term("新出现的分类", "categories not seen before"),
    "category drift": Term("分类构成较上月变动", "make-up by category moved"),
    GARBLED: Term("部分文字疑似乱码", "texts that seem to have been decoded wrongly"),
    UNFINISHED: Term("文件末行没有换行符", "last line without a line end"),
}
SEVERITY = {"info": Term("知悉", "to know"), "minor": Term("轻", "minor"), "major": Term("中", "major"), "severe": Term("重", "severe")}
ORDER = tuple(SEVERITY)
GRADES = {"info": "excellent", "minor": "good", "major": "fair", "severe": "poor"}
SEQUENCES = {  # (earlier, later) instants of one record
    "calls": (("started_at", "ended_at"), ("started_at", "answered_at"), ("answered_at", "ended_at")),
    "orders": (("created_at", "dispatched_at"), ("created_at", "responded_at"), ("created_at", "resolved_at"), ("created_at", "closed_at")),
}
IDS = {"calls": "call_id", "orders": "order_id"}
CATEGORIES = {"calls": "issue_1", "orders": "category_1"}


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
) -> pd.DataFrame:
    """One row a finding: check (key of CHECKS), where (a day, a month, a column, a file), count, share (0-1, missing where none), severity.

    Columns of calls stand by their name, those of other tables as `orders › closed_at`. Files and `cells` (the store's account of cells that
    did not convert) are judged whole. Ordered by severity, then check and place.
    """
    rows = [*_of_files(ledgers), *_of_cells(cells)]
    for name, relation in tables.items():
        rows += _of_table(_Part(TABLES[name], relation, params, period), first=name == next(iter(tables)))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
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

    def __init__(self, table: Table, relation: duckdb.DuckDBPyRelation, params: Params, period: Stretch | None):
        self.table, self.name, self.relation, self.params, self.period = table, table.name, relation, params, period
        self.clock, self.epoch = table.clock, table[table.clock].epoch
        self.inside = f"{self.epoch} >= {period.start_s} AND {self.epoch} < {period.end_s}" if period else "true"
        moment = f"({self.clock} - INTERVAL {params.period.cut_hour} HOUR)"
        start = params.period.start_day - 1
        self.day = f"CAST({moment} AS DATE)"
        self.month = f"strftime(date_trunc('month', {moment} - INTERVAL {start} DAY) + INTERVAL {min(start, 1)} MONTH, '%Y-%m')"

    def __contains__(self, column: str) -> bool:
        return column in self.relation.columns

    def rows(self, sql: str) -> list[tuple]:
        return self.relation.query("t", sql).fetchall()

    def one(self, *counts: str, where: str = "true") -> tuple:
        """Counts over the period's records."""
        return self.rows(f"SELECT {', '.join(counts)} FROM t WHERE ({self.inside}) AND ({where})")[0]

    def said(self, column: str) -> str:
        return column if self.name == "calls" else f"{self.name} › {column}"

    def reported(self, first_s: int) -> bool:
        """True for a month that begins in the period."""
        return self.period is None or self.period.start_s <= first_s < self.period.end_s


def _step(value: float, steps: tuple[float, ...]) -> str:
    """info below the first step, then minor, major, severe."""
    return ORDER[sum(value >= s for s in steps)]


def _of_table(part: _Part, first: bool) -> Iterator[tuple]:
    if part.clock in part:
        (total,) = part.one("count(*)")
        if not total:
            yield "no records", part.name, 0, None, "severe" if first else "minor"
            return
        if first:
            yield from _of_days(part)
        yield from _of_callers(part)
        yield from _of_categories(part)
    elif part.period is not None:
        return  # without its clock no record has a place in the period
    yield from _of_clocks(part)
    yield from _of_ids(part)
    yield from _of_words(part)


def _of_days(part: _Part) -> list[tuple]:
    """Days of the period without a record, and days far from what such a day usually brings."""
    counted = dict(part.rows(f"SELECT {part.day}, count(*) FROM t WHERE {part.clock} IS NOT NULL GROUP BY 1"))
    days = [min(counted) + timedelta(days=n) for n in range((max(counted) - min(counted)).days + 1)]
    judged = judge_days(pd.DataFrame({"date": days, "calls": [counted.get(d, 0) for d in days]}), part.params)
    if part.period:
        judged = judged[(judged["date"] >= part.period.first_day) & (judged["date"] <= part.period.last_day)]
    lost = judged["missing"].sum() + judged["odd"].sum()
    severity = _step(lost * 30 / len(judged) if len(judged) > 31 else lost, LOST_DAYS)
    missing = [("missing day", day.isoformat(), 0, None, severity) for day in judged.loc[judged["missing"], "date"]]
    odd = judged[judged["odd"]]
    return missing + [("odd day", r.date.isoformat(), int(r.calls), r.calls / r.usual, severity) for r in odd.itertuples()]


def judge_days(days: pd.DataFrame, params: Params) -> pd.DataFrame:
    """Days (date, calls; none left out) with `usual`, `missing` and `odd`.

    The usual is the median of the same weekday in all data; for a public holiday on a weekday it is the median of all days off, for a make-up
    workday (调休) that of all workdays. Odd is more than FAR robust standard deviations (1.4826 MAD, at least one call) and more than
    LEAST_FAR of the usual away from it. Missing is a day without a call that usually has some.
    """
    off = pd.Series(rest_days(params, list(days["date"])), index=days.index)
    weekday = pd.Series([d.weekday() for d in days["date"]], index=days.index)
    expected = weekday.isin([WEEKDAYS.index(d) for d in params.weekend])
    known = days["calls"].where(days["calls"] > 0).astype(float)
    usual, spread = _usual(known, weekday)
    usual_kind, spread_kind = _usual(known, off)
    usual, spread = usual.where(off == expected, usual_kind), spread.where(off == expected, spread_kind)
    away = (days["calls"] - usual).abs()
    mostly = days["calls"].groupby(weekday).transform("median") > 0
    return days.assign(
        usual=usual,
        missing=(days["calls"] == 0) & mostly & (off == expected),
        odd=(days["calls"] > 0) & (away > FAR * spread) & (away > LEAST_FAR * usual),
    )


def _usual(known: pd.Series, kind: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Median and robust standard deviation of each day's kind."""
    usual = known.groupby(kind).transform("median")
    return usual, (1.4826 * (known - usual).abs().groupby(kind).transform("median")).clip(lower=1)


def rest_days(params: Params, days: list[date]) -> list[bool]:
    """Which days the hotline's city has off: weekends and public holidays, without make-up workdays (调休)."""
    weekend = {WEEKDAYS.index(d) for d in params.weekend}
    if not params.holidays:
        return [d.weekday() in weekend for d in days]
    public = holidays.country_holidays(params.holidays, years=sorted({d.year for d in days}))
    public.weekend = weekend
    return [not public.is_working_day(d) for d in days]


def _of_callers(part: _Part) -> Iterator[tuple]:
    """The share of records without a known caller, and its movements from month to month."""
    if "caller" not in part:
        return
    unknown, total = part.one("count(*) FILTER (caller IS NULL)", "count(*)")
    yield "unknown callers", part.said("caller"), unknown, unknown / total, _step(unknown / total, UNKNOWN)
    months = part.rows(f"""SELECT {part.month}, min({part.epoch}), count(*) FILTER (caller IS NULL), count(*)
        FROM t WHERE {part.clock} IS NOT NULL GROUP BY 1 ORDER BY 1""")
    for (_, _, before, of_before), (month, first_s, now, of_now) in pairwise(months):
        moved = now / of_now - before / of_before
        error = math.sqrt(now / of_now * (1 - now / of_now) / of_now + before / of_before * (1 - before / of_before) / of_before)
        if part.reported(first_s) and abs(moved) >= max(UNKNOWN_MOVES[0], NOISE * error):
            yield "unknown callers move", month if part.name == "calls" else part.said(month), now, moved, _step(abs(moved), UNKNOWN_MOVES)


def _of_clocks(part: _Part) -> Iterator[tuple]:
    """Instants out of order, durations below 0, and days without a clock time."""
    for earlier, later in SEQUENCES.get(part.name, ()):
        if earlier in part and later in part:
            wrong, both = part.one(
                f"count(*) FILTER ({later} < {earlier})", "count(*)", where=f"{later} IS NOT NULL AND {earlier} IS NOT NULL"
            )
            if wrong:
                check = "ends before start" if (earlier, later) == ("started_at", "ended_at") else "out of order"
                yield check, part.said(later), wrong, wrong / both, _step(wrong / both, REJECTED)
    for column in part.table.columns:
        if column.kind == SECONDS and column.name in part:
            wrong, filled = part.one(f"count(*) FILTER ({column.name} < 0)", f"count({column.name})")
            if wrong:
                yield "negative duration", part.said(column.name), wrong, wrong / filled, _step(wrong / filled, REJECTED)
        if column.kind == INSTANT and column.name in part:
            at_midnight, filled = part.one(f"count(*) FILTER ({column.name} = date_trunc('day', {column.name}))", f"count({column.name})")
            if filled and at_midnight / filled >= MIDNIGHT[0]:
                yield "midnight only", part.said(column.name), at_midnight, at_midnight / filled, _step(at_midnight / filled, MIDNIGHT)


def _of_ids(part: _Part) -> Iterator[tuple]:
    """Ids that come more than once; where params name a record by another key, that is to be expected and only told."""
    column = IDS.get(part.name, "")
    if column not in part:
        return
    repeated, filled = part.one(f"count({column}) - count(DISTINCT {column})", f"count({column})")
    if repeated:
        severity = "info" if _keyed_otherwise(part, column) else _step(repeated / filled, REJECTED)
        yield "duplicate ids", part.said(column), repeated, repeated / filled, severity


def _keyed_otherwise(part: _Part, column: str) -> bool:
    sources = [s for s in part.params.sources(part.name) if s.key and column in s.columns]
    return any(set(s.key) != set(s.columns[column].source) for s in sources)


def _of_words(part: _Part) -> Iterator[tuple]:
    """Words outside the list of a column that has one."""
    for column in part.table.columns:
        if column.allowed and column.name in part:
            known = ", ".join(f"'{word}'" for word in column.allowed)
            strange, filled = part.one(f"count(*) FILTER ({column.name} NOT IN ({known}))", f"count({column.name})")
            if strange:
                yield "unknown words", part.said(column.name), strange, strange / filled, _step(strange / filled, REJECTED)


def _of_categories(part: _Part) -> Iterator[tuple]:
    """Categories of the period that no earlier record had, and months whose make-up moved beyond chance."""
    column = CATEGORIES.get(part.name, "")
    if column not in part:
        return
    yield from _new_categories(part, column)
    months = part.rows(
        f"SELECT {part.month} AS m, min({part.epoch}) FROM t WHERE {column} IS NOT NULL AND {part.clock} IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    counts = pd.DataFrame(
        part.rows(
            f"SELECT {part.month} AS m, {column}, count(*) FROM t WHERE {column} IS NOT NULL AND {part.clock} IS NOT NULL GROUP BY ALL"
        ),
        columns=["month", "word", "n"],
    ).pivot_table(index="word", columns="month", values="n", fill_value=0)
    for (before, _), (month, first_s) in pairwise(months):
        moved, chance = _drift(counts[before], counts[month])
        if part.reported(first_s) and moved >= max(DRIFT[0], NOISE * chance):
            yield "category drift", part.said(f"{column} › {month}"), int(moved * counts[month].sum()), moved, _step(moved, DRIFT)


def _drift(before: pd.Series, now: pd.Series) -> tuple[float, float]:
    """Half the sum of absolute changes of the shares, and what chance alone would make of it."""
    old, new = before / before.sum(), now / now.sum()
    both = (before + now) / (before.sum() + now.sum())
    spread = (both * (1 - both) * (1 / before.sum() + 1 / now.sum()) * 2 / math.pi) ** 0.5
    return float((new - old).abs().sum() / 2), float(spread.sum() / 2)


def _new_categories(part: _Part, column: str) -> Iterator[tuple]:
    if part.period is None:
        return
    sql = f"SELECT {column}, count(*) AS n, n / sum(n) OVER () FROM t WHERE {part.inside} AND {column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
    known = {word for (word,) in part.rows(f"SELECT DISTINCT {column} FROM t WHERE {part.epoch} < {part.period.start_s}")} - {None}
    for word, n, share in part.rows(sql) if known else ():
        if word not in known:
            yield "new categories", str(word), n, share, _step(share, NEW_CATEGORIES)


def _of_files(ledgers: Iterable[FileLedger]) -> Iterator[tuple]:
    for ledger in ledgers:
        records = ledger.physical - ledger.header - ledger.blank - ledger.skipped - ledger.summary
        rejected, doubled = ledger.rejected.total(), ledger.duplicates.total()
        if rejected:
            yield "rejected", ledger.name, rejected, rejected / records, _step(rejected / records, REJECTED)
        if doubled:
            yield "duplicates", ledger.name, doubled, doubled / records, _step(doubled / records, (OVERLAP,))
        if GARBLED in ledger.notes:
            yield GARBLED, ledger.name, None, ledger.notes[GARBLED], _step(ledger.notes[GARBLED], REJECTED)
        if UNFINISHED in ledger.notes:
            yield UNFINISHED, ledger.name, None, None, "info"


def _of_cells(cells: Iterable[Mapping]) -> Iterator[tuple]:
    """Cells that were blanked because they did not convert, by column over all files."""
    counts: dict[tuple[str, str], int] = {}
    for cell in cells:
        if cell["done"] == "blank":
            place = cell["column"] if cell["table"] == "calls" else f"{cell['table']} › {cell['column']}"
            check = "unknown words" if cell["reason"].startswith("word") else "blanked cells"
            counts[check, place] = counts.get((check, place), 0) + cell["count"]
    for (check, place), count in counts.items():
        yield check, place, count, None, "minor"
