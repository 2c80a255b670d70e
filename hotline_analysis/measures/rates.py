"""One figure at one window: a share of calls with its parts and its interval, from whichever gap table a definition gives.

What a panel of many definitions, a first-call resolution and a rate with and without some callers have in common. Errors come from the
100 caller groups (delete-a-group jackknife), intervals are Wilson on the effective number of calls (methods M2, M3).
"""

from collections.abc import Sequence
from typing import NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.measures import counts, rules
from hotline_analysis.measures.counts import GROUPS
from hotline_analysis.measures.definition import Definition
from hotline_analysis.measures.frames import pandas
from hotline_analysis.stats import binned, intervals, resampling, survival


class Rate(NamedTuple):
    """numerator, denominator: calls counted (whole numbers); value: the share, nan without calls; low, high: 95 %."""

    numerator: int
    denominator: int
    value: float
    low: float
    high: float


NOTHING = Rate(0, 0, np.nan, np.nan, np.nan)


def shares(k: np.ndarray, n: np.ndarray) -> resampling.Estimate:
    """Shares of counts by caller group, [groups, ...]: jackknife over the groups, Wilson on effective n; nan where there are no calls."""
    with np.errstate(divide="ignore", invalid="ignore"):
        value = k.sum(axis=0) / n.sum(axis=0)
        kept_k, kept_n = resampling.leave_one_out(k, n)
        error = resampling.jackknife(kept_k / kept_n, estimate=value)
    low, high = intervals.wilson_from_error(value, error.se, calls=n.sum(axis=0))
    return resampling.Estimate(value, error.se, low, high)


def curve_shares(exact: pd.DataFrame, cube: np.ndarray, edges: np.ndarray, seconds: Sequence[int]) -> resampling.Estimate:
    """Kaplan-Meier shares at some windows: from whole seconds (`counts.exact`), their errors from the bins of `cube`.

    The two differ by at most .008 percentage points (methods M1).
    """
    curve = survival.kaplan_meier(exact["seconds"].to_numpy(), exact["event"].to_numpy(), weights=exact["calls"].to_numpy())
    value = survival.within(curve, np.asarray(seconds))
    error = resampling.jackknife(curves_without(cube, edges, seconds), estimate=value)
    low, high = intervals.wilson_from_error(value, error.se, calls=cube.sum())
    return resampling.Estimate(value, error.se, low, high)


def curves_without(cube: np.ndarray, edges: np.ndarray, seconds: Sequence[int]) -> np.ndarray:
    """Kaplan-Meier shares at some windows without each occupied caller group in turn, [groups, windows]."""
    (without,) = resampling.leave_one_out(cube)
    return binned.within(without)[:, binned.edge_index(edges, seconds)]


def share(k: np.ndarray, n: np.ndarray) -> Rate:
    """The share of sums by caller group, k of n."""
    if not len(n):
        return NOTHING
    k, n = np.asarray(k, np.int64), np.asarray(n, np.int64)
    found = shares(k, n)
    return Rate(int(k.sum()), int(n.sum()), float(found.value), float(found.low), float(found.high))


def ratio(k: np.ndarray, n: np.ndarray) -> Rate:
    """k / n where it may pass 1 (contacts per problem): t interval of the jackknife."""
    k, n = np.asarray(k, np.int64), np.asarray(n, np.int64)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.divide(k.sum(), n.sum()) if n.sum() else np.nan
        kept_k, kept_n = resampling.leave_one_out(k, n)
        error = resampling.jackknife(kept_k / kept_n, estimate=value)
    return Rate(int(k.sum()), int(n.sum()), float(value), float(error.low), float(error.high))


def groups(rows: nw.LazyFrame, **marks: nw.Expr) -> dict[str, np.ndarray]:
    """Rows by caller group: `calls`, and for each mark how many rows meet the condition; arrays over the 100 groups."""
    ones = {name: nw.when(test).then(nw.lit(1)).otherwise(nw.lit(0)) for name, test in marks.items()}
    found = pandas(
        (rows.with_columns(**ones) if ones else rows).group_by("caller_group").agg(*[nw.col(name).sum() for name in marks], calls=nw.len())
    )
    found = found.astype("int64").set_index("caller_group").reindex(range(GROUPS), fill_value=0)
    return {name: found[name].to_numpy() for name in ("calls", *marks)}


def followed(gaps: nw.LazyFrame, definition: Definition, window_s: int) -> Rate:
    """The share of calls that are followed within a window, as the definition treats the end of the data and chains; or on the same day."""
    if definition.mode == "calendar":
        return same_day(gaps, definition)
    gaps = rules.chained(gaps, definition, window_s)
    if definition.follow_up == "km":
        return kaplan_meier(gaps, definition, window_s)
    if definition.follow_up == "full":
        gaps = gaps.filter(nw.col("follow_s") >= window_s)
    found = groups(counts.timed(gaps, definition, horizon_s=window_s, beside=["caller_group"]), hit=nw.col("event") == 1)
    return share(found["hit"], found["calls"])


def same_day(gaps: nw.LazyFrame, definition: Definition) -> Rate:
    frame = counts.totals(gaps, definition, by=["caller_group"])
    return share(frame["same_day"].to_numpy(), frame["calls"].to_numpy())


def kaplan_meier(gaps: nw.LazyFrame, definition: Definition, window_s: int) -> Rate:
    """The Kaplan-Meier share of calls that are followed within the window."""
    edges = binned.bin_edges_seconds(menu_seconds=[window_s], horizon_seconds=window_s)
    exact, cube = counts.both(gaps, definition, edges=edges)
    return curve(exact, counts.dense(cube, edges=edges), window_s)


def curve(exact: pd.DataFrame, cube: np.ndarray, window_s: int) -> Rate:
    """`curve_shares` at the one window up to which the cube's bins go."""
    if exact.empty:
        return NOTHING
    edges = binned.bin_edges_seconds(menu_seconds=[window_s], horizon_seconds=window_s)
    found = curve_shares(exact, cube, edges, [window_s])
    hits = int(exact.loc[exact["event"] == 1, "calls"].sum())
    return Rate(hits, int(exact["calls"].sum()), float(found.value[0]), float(found.low[0]), float(found.high[0]))
