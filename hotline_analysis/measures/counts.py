"""Count tables: how many index calls had their next call after how long, or were watched for how long without one.

Every question makes its own small table from the gap table: the strata it needs x caller group x time x (event or censored). The exact
form keeps whole seconds, for the rates that are printed; the binned form keeps about 700 bins and the caller groups, for intervals.
"""

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.measures.definition import HOUR, Definition
from hotline_analysis.measures.frames import needed, pandas
from hotline_analysis.measures.gaps import CONTROL_WEEKS, DAY, LEVELS, control, known_path, same
from hotline_analysis.stats import binned

GROUPS = 100


def within(gaps: nw.LazyFrame, start_s: int, end_s: int) -> nw.LazyFrame:
    """The index calls that start in a period."""
    return within_any(gaps, [(start_s, end_s)])


def within_any(gaps: nw.LazyFrame, stretches: Sequence[tuple[int, int]]) -> nw.LazyFrame:
    """The index calls that start in one of some stretches [start, end)."""
    start = nw.col("start_s")
    return gaps.filter(nw.any_horizontal(*[(start >= a) & (start < b) for a, b in stretches], ignore_nulls=False))


def gap_column(definition: Definition) -> str:
    """Which gap the definition's match asks for; target issues were looked for when the table was made."""
    return same(definition.level) if definition.match == "same" else "gap_s"


def timed(
    gaps: nw.LazyFrame,
    definition: Definition,
    *,
    horizon_s: int,
    gap: str = "",
    follow: str = "follow_s",
    beside: Sequence[str] | None = None,
) -> nw.LazyFrame:
    """Adds `seconds` and `event` (1 when the gap is at most the horizon, else 0): time to the callback, or how long there was none.

    Nothing beyond the horizon is told apart: a later callback and a longer watch are both censored at horizon + 1. Under `same`, calls
    whose issue is unknown are left out, because nobody can tell whether the next one was about it. beside: the only other columns that
    are wanted; every step writes all columns that there are, and a gap table has some thirty.
    """
    gap = gap or gap_column(definition)
    if gap.startswith("gap_same_"):
        needed(gaps, LEVELS[: definition.level], "the same issue")
        gaps = gaps.filter(known_path(LEVELS[: definition.level]))
    gaps = gaps.select(*dict.fromkeys([*beside, gap, follow])) if beside is not None else gaps
    gaps = gaps.with_columns(event=nw.when(nw.col(gap) <= horizon_s).then(nw.lit(1)).otherwise(nw.lit(0)))
    watched = nw.when(nw.col(follow) <= horizon_s).then(nw.col(follow)).otherwise(nw.lit(horizon_s + 1))
    return gaps.with_columns(seconds=nw.when(nw.col("event") == 1).then(nw.col(gap)).otherwise(watched))


def exact(gaps: nw.LazyFrame, definition: Definition, *, horizon_s: int, by: Sequence[str] = ()) -> pd.DataFrame:
    """Calls by (strata, seconds, event): the exact count table, for printed rates. Columns: by..., seconds, event, calls; ordered."""
    rows = timed(gaps, definition, horizon_s=horizon_s, beside=by).group_by(*by, "seconds", "event").agg(calls=nw.len())
    return ordered(pandas(rows), *by, "seconds", "event")


def both(
    gaps: nw.LazyFrame, definition: Definition, *, edges: np.ndarray, horizon_s: int = 0, by: Sequence[str] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The exact count table to a horizon (the last edge, unless it is said) and the binned one of the same calls: `exact` and `cube` from one query.

    A gap is never longer than its call was watched, so what lies beyond a nearer horizon was watched beyond it. Raises ValueError for a
    horizon beyond the last edge.
    """
    if horizon_s > edges[-1]:
        raise ValueError(f"the horizon of {horizon_s} s lies beyond the last edge, {edges[-1]} s")
    fine = exact(gaps, definition, horizon_s=int(edges[-1]), by=[*by, "caller_group"])
    binned_rows = _summed(fine.assign(bin=binned.bin_of(fine["seconds"], edges)), *by, "caller_group", "bin", "event")
    beyond = fine["seconds"] > (horizon_s or edges[-1])
    cut = fine.assign(seconds=fine["seconds"].mask(beyond, (horizon_s or int(edges[-1])) + 1), event=fine["event"].mask(beyond, 0))
    return _summed(cut, *by, "seconds", "event"), binned_rows


def _summed(frame: pd.DataFrame, *keys: str) -> pd.DataFrame:
    return ordered(frame.groupby(list(keys), dropna=False, as_index=False, sort=False)["calls"].sum(), *keys)


def ordered(frame: pd.DataFrame, *keys: str) -> pd.DataFrame:
    """Whole numbers as int64 and a total order, so that no engine's own order or type shows."""
    numbers = [c for c in frame.columns if c in ("seconds", "event", "calls", "bin", "caller_group", "followed", "weeks")]
    return frame.astype(dict.fromkeys(numbers, "int64")).sort_values(list(keys), ignore_index=True)


def bin_expression(edges: np.ndarray, seconds: str = "seconds") -> nw.Expr:
    """The bin of `seconds` as arithmetic, so that every engine can group by it: steps of 1 min to 1 h, 5 min to 24 h, 30 min beyond.

    Windows of the menu that lie between the regular edges cut a bin in two: each adds 1 to all that is longer. Equals `binned.bin_of`.
    """
    regular = binned.bin_edges_seconds(horizon_seconds=int(edges[-1]))
    t = nw.col(seconds)

    def up(start: int, step: int) -> nw.Expr:
        return (t - start + step - 1) // step

    day = nw.when(t <= HOUR).then(up(60, 60)).otherwise(59 + up(HOUR, 300))
    base = nw.when(t <= 24 * HOUR).then(day).otherwise(59 + 23 * 12 + up(24 * HOUR, 1800))
    base = nw.when(t <= 60).then(t * 0).otherwise(base)
    extra = [int(e) for e in np.setdiff1d(edges, regular)]
    for edge in extra:
        base = base + nw.when(t > edge).then(nw.lit(1)).otherwise(nw.lit(0))
    return base


def cube(
    gaps: nw.LazyFrame, definition: Definition, *, edges: np.ndarray, by: Sequence[str] = (), gap: str = "", follow: str = "follow_s"
) -> pd.DataFrame:
    """Calls by (strata, caller group, bin, event). Columns: by..., caller_group, bin, event, calls; ordered."""
    rows = timed(gaps, definition, horizon_s=int(edges[-1]), gap=gap, follow=follow, beside=[*by, "caller_group"])
    rows = rows.with_columns(bin=bin_expression(edges)).group_by(*by, "caller_group", "bin", "event").agg(calls=nw.len())
    return ordered(pandas(rows), *by, "caller_group", "bin", "event")


def control_cube(
    gaps: nw.LazyFrame, definition: Definition, *, edges: np.ndarray, span: tuple[int, int], by: Sequence[str] = ()
) -> pd.DataFrame:
    """The same for the control instants, all four weeks stacked: what the index calls' callers do at that weekday and clock time anyway.

    `weeks` says how far away the instants lie, 2 or 3.

    An instant outside `span` (its start included, its end not) is no control. What lies after the end of the span is not known yet: a
    control is watched from its instant to there at most. Always the caller's next call of any issue. Columns as in `cube`, and weeks.
    """
    parts = [
        _controlled(gaps, week, span).with_columns(weeks=nw.lit(abs(week))).select(*by, "weeks", "caller_group", "control_s", "watched_s")
        for week in CONTROL_WEEKS
    ]
    stacked = nw.concat(parts, how="vertical")
    return cube(stacked, definition, edges=edges, by=[*by, "weeks"], gap="control_s", follow="watched_s")


def _controlled(gaps: nw.LazyFrame, week: int, span: tuple[int, int]) -> nw.LazyFrame:
    """The control instants of one week as rows, with control_s (gap, null when none was seen) and watched_s."""
    gap, follow = (nw.col(name) for name in control(week))
    instant = nw.col("reference_s") + week * 7 * DAY
    rows = gaps.filter(~follow.is_null() & (instant >= span[0]) & (instant < span[1]))
    rows = rows.with_columns(watched_s=nw.when(follow < span[1] - instant).then(follow).otherwise(span[1] - instant))
    return rows.with_columns(control_s=nw.when(gap < nw.col("watched_s")).then(gap))


def issue_path(level: int) -> tuple[str, ...]:
    """The columns that name an issue at a level: a name may stand under two parents, its path may not."""
    return LEVELS[:level]


def by_cause(gaps: nw.LazyFrame, definition: Definition, *, edges: np.ndarray, by: Sequence[str] = ()) -> pd.DataFrame:
    """The same with the event told apart: 1 the caller's next call has the same issue at the definition's level, 2 another or an unknown one.

    Calls without an issue at that level are left out. Columns: by..., caller_group, bin, event (0 censored), calls; ordered.
    """
    path = issue_path(definition.level)
    wanted = [*by, *path, *[f"next_{c}" for c in path], "caller_group"]
    rows = timed(gaps.filter(~nw.col(path[-1]).is_null()), definition, horizon_s=int(edges[-1]), gap="gap_s", beside=wanted)
    alike = nw.all_horizontal(*[nw.col(c) == nw.col(f"next_{c}") for c in path], ignore_nulls=False)
    other = nw.when(nw.col("event") == 0).then(nw.lit(0)).otherwise(nw.lit(2))
    rows = rows.with_columns(event=nw.when((nw.col("event") == 1) & alike).then(nw.lit(1)).otherwise(other))
    rows = rows.with_columns(bin=bin_expression(edges)).group_by(*by, "caller_group", "bin", "event").agg(calls=nw.len())
    return ordered(pandas(rows), *by, "caller_group", "bin", "event")


def tables(frame: pd.DataFrame, *, edges: np.ndarray, by: Sequence[str] = (), causes: int = 1) -> dict[tuple, np.ndarray]:
    """One dense count table (groups x bins + 1 x (event of each cause, censored)) for each stratum of a `cube`, in the strata's order."""
    parts = frame.groupby(list(by), sort=True, dropna=False) if by else [((), frame)]
    return {plain(key): dense(f, edges=edges, causes=causes) for key, f in parts}


def plain(key: tuple) -> tuple:
    """A stratum's key with None for a missing word or number: pandas says it in three ways, and they do not equal one another."""
    return tuple(None if pd.isna(part) else part for part in key)


def dense(frame: pd.DataFrame, *, edges: np.ndarray, causes: int = 1) -> np.ndarray:
    """The rows of a `cube` as one count table; strata that stand in it add up."""
    columns = (frame[c] for c in ("caller_group", "bin", "event", "calls"))
    return binned.cube(*columns, groups=GROUPS, edges=edges, causes=causes)


def totals(gaps: nw.LazyFrame, definition: Definition, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """Index calls, those followed on the same day, and callers, by strata. Columns: by..., calls, same_day, callers."""
    next_day = f"next_day_same_{definition.level}" if definition.match == "same" else "next_day"
    if definition.match == "same":
        needed(gaps, LEVELS[: definition.level], "the same issue")
        gaps = gaps.filter(known_path(LEVELS[: definition.level]))
    marked = gaps.select(*dict.fromkeys([*by, next_day, "day", "who"])).with_columns(
        hit=nw.when(nw.col(next_day) == nw.col("day")).then(nw.lit(1)).otherwise(nw.lit(0))
    )
    sums = [nw.len().alias("calls"), nw.col("hit").sum().alias("same_day"), nw.col("who").n_unique().alias("callers")]
    frame = pandas(marked.group_by(*by).agg(*sums)).sort_values(list(by), ignore_index=True) if by else pandas(marked.select(*sums))
    return frame.fillna({"calls": 0, "same_day": 0, "callers": 0}).astype({"calls": "int64", "same_day": "int64", "callers": "int64"})
