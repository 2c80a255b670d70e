"""Calls of which no end is known, and what that takes off repeat rates: their gaps run from the start, so that callbacks towards a window's end are missed.

Callbacks grow rarer with time. So of those within a window no more than (length of a call) / window lie in its last such stretch, which is what a gap that is
too long by a call's length leaves out; and a rate is too low by no more than that share of it, times the share of calls without a known end.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import narwhals.stable.v2 as nw
import pandas as pd

from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import DAY, end_of, ended, identity, in_index, inbound, not_left_out, written_end
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.view import View, once

TOLD, UNJUDGED = 0.005, 0.02  # shares of a repeat rate by which it may be too low: told, and not judged
COLUMNS = ["period", "group", "calls", "worked_out", "unknown", "lasted_s"]


@once
def any_end(view: View) -> bool:
    """Whether gaps of these calls can run from the end of the call."""
    return ended(view.line)


def counted(view: View, periods: Sequence[Period], by: str = "") -> pd.DataFrame:
    """The index calls of each period (and group of column `by`), one row each: period, group, calls, worked_out (their end from how long they lasted), unknown (no
    end known: their gaps run from the start), lasted_s (mean length of the others). No row for a rule whose gaps do not run from the end of the call, and where the calls
    lack a column that it needs."""
    have, definition = view.table("calls").collect_schema().names(), view.definition
    who, asked = identity(have, definition), {"start_s", "local_s", *([by] if by else [])}
    asked |= {"outcome"} if definition.index_scope == "answered" else set()
    if definition.clock == "start" or definition.mode == "calendar" or who is None or not asked <= set(have):
        return pd.DataFrame(columns=COLUMNS)
    rows = in_index(inbound(not_left_out(view.table("calls"), definition)).filter(~who.is_null()), definition)
    sums = [nw.len().alias("calls"), *[nw.col(c).sum() for c in ("worked_out", "unknown", "lasted_s")]]
    found = pandas(_marked(rows, have, definition.cut_hour).group_by("day", *([by] if by else [])).agg(*sums))
    found = found.assign(group=found[by] if by else "")
    parts = [found[found["day"].between(*(_number(day) for day in (p.first_day, p.last_day)))].assign(period=p.label) for p in periods]
    sums = pd.concat(parts).groupby(["period", "group"], as_index=False)[COLUMNS[2:]].sum()
    known = sums["calls"] - sums["unknown"]
    return sums.assign(lasted_s=sums["lasted_s"] / known.where(known > 0))


def too_low(view: View, hours: float, by: str = "", names: Mapping[str, str] | None = None) -> set[str]:
    """The groups of column `by` ('' for all calls) whose repeat rate of a window may be too low by UNJUDGED of itself or more: nobody judges it. names: under what they are told, where several are one."""
    found = counted(view, [view.period], by).dropna(subset="group")
    groups = found["group"].astype(str)
    sums = found.assign(
        group=groups.map(names) if names is not None else groups,
        lasted_s=(found["calls"] - found["unknown"]) * found["lasted_s"].fillna(0.0),
    )
    sums = sums.groupby("group")[["calls", "unknown", "lasted_s"]].sum()
    known = (sums["calls"] - sums["unknown"]).replace(0, float("nan"))  # nobody knows how long the calls of a group without any end were
    return {
        name
        for name, n, k, s in zip(sums.index, sums["calls"], sums["unknown"], sums["lasted_s"] / known, strict=True)
        if missed(n, k, s, hours) >= UNJUDGED
    }


def _marked(rows: nw.LazyFrame, have: Sequence[str], cut_hour: int) -> nw.LazyFrame:
    end, written = nw.col("_end").is_null(), nw.col("_written").is_null()
    rows = rows.with_columns(_end=end_of(have), _written=written_end(have))
    marks = {"unknown": end, "worked_out": ~end & written}
    return rows.with_columns(
        day=(nw.col("local_s") - HOUR * cut_hour) // DAY,
        lasted_s=nw.when(~end).then(nw.col("_end") - nw.col("start_s")).otherwise(nw.lit(0)),
        **{name: nw.when(test).then(nw.lit(1)).otherwise(nw.lit(0)) for name, test in marks.items()},
    )


def _number(day: date) -> int:
    """A day as its number since 1970."""
    return (day - date(1970, 1, 1)).days


def missed(calls: int, unknown: int, lasted_s: float, hours: float) -> float:
    """By which share of itself the repeat rate of a window may be too low, at most."""
    return unknown / calls * min(1.0, lasted_s / (hours * HOUR)) if unknown else 0.0
