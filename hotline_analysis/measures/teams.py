"""Does a month's sheet tell of every team? A sum of teams of which one is lacking, beside the calls of all, reads low."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import narwhals.stable.v2 as nw

from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.periods import Period, months_between
from hotline_analysis.measures.view import View

LEAST = 0.01  # of a month's calls: a team that brings fewer moves no sum


def months_of(view: View, period: Period) -> list[str]:
    """The hotline's months in which a period lies."""
    return list(months_between(*(view.calendar.month_of(day) for day in (period.first_day, period.last_day))))


def lacking(view: View, table: str, periods: Sequence[Period], calls: Callable[[], nw.LazyFrame]) -> set[str]:
    """The labels of the periods with a month in which a table of months has no row of a team that it knows of: one that has its rows in an earlier month and a later one, or that brings LEAST of the month's
    calls, where calls and sheet call any team alike. A month with a row of no team, which is of them all, lacks none.
    """
    if "unit" not in view.table(table).collect_schema().names():
        return set()
    told = _told(view, table)
    by_period = {p.label: months_of(view, p) for p in periods}
    asked = sorted({m for months in by_period.values() for m in months} & set(told))
    expected = _called(view, asked, set().union(*told.values()), calls())
    lacks = {m for m in asked if None not in told[m] and (expected.get(m, set()) | _between(told, m)) - told[m]}
    return {label for label, months in by_period.items() if lacks & set(months)}


def _told(view: View, table: str) -> dict[str, set]:
    """The teams of each month; None for a row of no team."""
    rows = pandas(view.table(table).select("unit", at=nw.col(view.clock(table))).unique())
    found: dict[str, set] = {}
    for unit, at in rows.dropna(subset=["at"]).itertuples(index=False):
        found.setdefault(view.calendar.month_of(view.calendar.day_of(int(at))), set()).add(unit if isinstance(unit, str) else None)
    return found


def _between(told: Mapping[str, set], month: str) -> set:
    before, after = (set().union(*(u for m, u in told.items() if side(m))) for side in (lambda m: m < month, lambda m: m > month))
    return (before & after) - {None}


def _called(view: View, months: Sequence[str], known: set, calls: nw.LazyFrame) -> dict[str, set]:
    """The teams that bring LEAST of each month's calls, where calls know any of the sheet's."""
    if not months or "unit" not in calls.collect_schema().names():
        return {}
    edges = sorted({at for m in months for at in (view.calendar.month(m).start_s, view.calendar.month(m).end_s)})
    by_month = {}
    for start, end in pairwise(edges):
        inside = calls.filter((nw.col("start_s") >= start) & (nw.col("start_s") < end) & ~nw.col("unit").is_null())
        found = pandas(inside.group_by("unit").agg(n=nw.len()))
        by_month[view.calendar.month_of(view.calendar.day_of(start))] = found
    met = known & {unit for found in by_month.values() for unit in found["unit"]}
    return {m: set(f.loc[f["n"] >= LEAST * f["n"].sum(), "unit"]) for m, f in by_month.items() if met and len(f)}
