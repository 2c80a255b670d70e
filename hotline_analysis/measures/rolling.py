"""Figures of calls that are no ratio of sums: the worst 24 hours, callers told apart, the largest channel, what repeats cost."""

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.measures.counts import GROUPS
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import DAY
from hotline_analysis.measures.indicators import (
    FEW,
    Estimator,
    Indicator,
    interval_over,
    mark,
    offered_calls,
    period_of,
    place,
    row,
    within_data,
)
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.view import View


def _no_trunk(view: View, periods: Sequence[Period], indicators: Sequence[Indicator], by: str) -> list[dict]:
    """Nothing, with its reason: calls that met a busy trunk are in no call export."""
    return [row(i, p, missing=NO_TRUNK) for i in indicators for p in periods]


NO_TRUNK = "no trunk data"
no_trunk = Estimator(_no_trunk, lambda view, periods, indicator, by: NO_TRUNK, adds_up=True)


# ---- the worst 24 hours


def _worst_days(view: View, periods: Sequence[Period], indicators: Sequence[Indicator], by: str) -> list[dict]:
    """The lowest connection rate of any 24 h of each period. Source: GB/T 33358-2016 (95 % in any 24 h)."""
    frame = _known_outcomes(view, periods, by)
    return [r for i in indicators for n, period in enumerate(periods) for r in _worst(view, i, frame[frame["place"] == n], period, by)]


def _known_outcomes(view: View, periods: Sequence[Period], by: str) -> pd.DataFrame:
    asked = [nw.col("seq", "start_s"), mark(nw.col("outcome") == "answered").alias("answered"), *([nw.col(by)] if by else [])]
    calls = offered_calls(view).filter(~nw.col("outcome").is_null())
    frame = pandas(within_data(view, calls, periods).select(*asked))
    return frame.assign(place=place(frame["start_s"].to_numpy(np.int64), periods)).sort_values(["start_s", "seq"], kind="stable")


def _calls_of_worst(view: View, periods: Sequence[Period], indicator: Indicator, by: str) -> pd.DataFrame:
    """The calls of the worst 24 h of each period (and group)."""
    frame = _known_outcomes(view, periods, by)
    parts = [
        part.iloc[worst_calls(part["start_s"].to_numpy(np.int64), part["answered"].to_numpy(np.int64), end_s=min(periods[n].end_s, view.data_end_s))]
        for (n, *_), part in frame[frame["place"] >= 0].groupby(["place", *([by] if by else [])])
    ]  # fmt: skip
    return pd.concat([frame[:0], *parts]).assign(k=lambda f: f["answered"], n=1)


worst_days = Estimator(_worst_days, _calls_of_worst)


def _worst(view: View, indicator: Indicator, frame: pd.DataFrame, period: Period, by: str) -> list[dict]:
    end_s = min(period.end_s, view.data_end_s)
    parts = frame.groupby(by) if by else [("", frame)]
    return [_lowest(indicator, part, period, end_s, str(name)) for name, part in parts]


def _lowest(indicator: Indicator, part: pd.DataFrame, period: Period, end_s: int, group: str) -> dict:
    starts, answered = part["start_s"].to_numpy(np.int64), part["answered"].to_numpy(np.int64)
    k, n = worst_window(starts, answered, end_s=end_s)
    if not n:
        return row(indicator, period, group=group, missing="few in any day" if len(part) else "no calls")
    return row(indicator, period, group=group, numerator=k, denominator=n, value=k / n, calls=len(part), clusters="windows")


def worst_window(starts: np.ndarray, answered: np.ndarray, *, end_s: int, length_s: int = DAY, few: int = FEW) -> tuple[int, int]:
    """Answered and offered calls of the window [start, start + length) with the lowest share answered, of those that begin with a call, end by `end_s` and hold
    `few` calls or more; (0, 0) where there is none. starts: rising.
    """
    held = worst_calls(starts, answered, end_s=end_s, length_s=length_s, few=few)
    return int(answered[held].sum()), held.stop - held.start


def worst_calls(starts: np.ndarray, answered: np.ndarray, *, end_s: int, length_s: int = DAY, few: int = FEW) -> slice:
    """The places of the calls of that window; an empty slice where there is none."""
    last = np.searchsorted(starts, starts + length_s, side="left")
    first = np.searchsorted(starts, starts, side="left")  # calls of the same second are all in the window
    so_far = np.concatenate([[0], np.cumsum(answered)])
    n, k = last - first, so_far[last] - so_far[first]
    taken = (n >= few) & (starts + length_s <= end_s)
    if not taken.any():
        return slice(0, 0)
    at = np.flatnonzero(taken)[np.argmin(k[taken] / n[taken])]
    return slice(int(first[at]), int(last[at]))


# ---- callers, channels


def _callers(view: View, periods: Sequence[Period], indicators: Sequence[Indicator], by: str) -> list[dict]:
    """Calls of identified callers for each caller that was seen in the period: redials and repeats lift it above 1."""
    calls = _identified(view, periods)
    group = nw.col("caller_group") if "caller_group" in calls.collect_schema().names() else nw.col("caller") % GROUPS
    calls = calls.with_columns(place=period_of(periods), cluster=group).filter(nw.col("place") >= 0)
    keys = ["place", *([by] if by else []), "cluster"]
    found = pandas(calls.group_by(*keys, "caller").agg(n=nw.len()).group_by(*keys).agg(nw.col("n").sum(), callers=nw.len()))
    rows = []
    for number, period in enumerate(periods):
        inside = found[found["place"] == number]
        for name, part in inside.groupby(by) if by else [("", inside)]:
            rows += [_each(i, part, period, str(name)) for i in indicators]
    return rows


def _identified(view: View, periods: Sequence[Period]) -> nw.LazyFrame:
    return within_data(view, offered_calls(view).filter(~nw.col("caller").is_null()), periods)


def _calls_of_callers(view: View, periods: Sequence[Period], indicator: Indicator, by: str) -> pd.DataFrame:
    """Calls of identified callers; the first one of each caller in a period (and group) stands for the caller."""
    strata = [by] if by else []
    frame = pandas(_identified(view, periods).select("seq", "start_s", "caller", *strata)).sort_values("seq", ignore_index=True)
    frame = frame.assign(place=place(frame["start_s"].to_numpy(np.int64), periods))
    return frame.assign(k=1, n=(~frame.duplicated(["place", *strata, "caller"])).astype(int))


callers = Estimator(_callers, _calls_of_callers)


def _each(indicator: Indicator, part: pd.DataFrame, period: Period, group: str) -> dict:
    if not len(part):
        return row(indicator, period, group=group, missing="no calls")
    by_group = part.astype({"cluster": "int64"}).groupby("cluster")[["n", "callers"]].sum().reindex(range(GROUPS), fill_value=0)
    k, n = by_group["n"].to_numpy(np.int64), by_group["callers"].to_numpy(np.int64)
    return row(indicator, period, group=group, numerator=int(k.sum()), denominator=int(n.sum()), **interval_over(k, n, indicator))


def _largest_channel(view: View, periods: Sequence[Period], indicators: Sequence[Indicator], by: str) -> list[dict]:
    """The share of the channel that carries most calls of all periods together, so that every month speaks of the same one."""
    day = nw.col("local_s") // DAY
    keys = ["day", "channel", *([by] if by else [])]
    found = pandas(_by_channel(view, periods).with_columns(day=day).group_by(*keys).agg(n=nw.len(), start_s=nw.col("start_s").min()))
    found = found.assign(place=place(found["start_s"].to_numpy(np.int64), periods))
    most = _largest(found.groupby("channel")["n"].sum())
    rows = []
    for n, period in enumerate(periods):
        inside = found[found["place"] == n]
        for name, part in inside.groupby(by) if by else [("", inside)]:
            rows += [_share(i, part, most, period, str(name)) for i in indicators]
    return rows


def _by_channel(view: View, periods: Sequence[Period]) -> nw.LazyFrame:
    return within_data(view, offered_calls(view).filter(~nw.col("channel").is_null()), periods)


def _largest(sizes: pd.Series) -> list[str]:
    """The channel with most calls; of equals the first by name."""
    return sorted(sizes.index, key=lambda name: (-sizes[name], name))[:1]


def _calls_of_channel(view: View, periods: Sequence[Period], indicator: Indicator, by: str) -> pd.DataFrame:
    """Calls of a known channel: k = 1 of the largest one."""
    frame = pandas(_by_channel(view, periods).select(*dict.fromkeys(["seq", "start_s", "channel", *([by] if by else [])]))).sort_values(
        "seq"
    )
    most = _largest(frame.groupby("channel").size())
    return frame.assign(k=frame["channel"].isin(most).astype(int), n=1)


largest_channel = Estimator(_largest_channel, _calls_of_channel)


def _share(indicator: Indicator, part: pd.DataFrame, most: list, period: Period, group: str) -> dict:
    if not len(part):
        return row(indicator, period, group=group, missing="no calls")
    whole = part.groupby("day")["n"].sum()
    own = part[part["channel"].isin(most)].groupby("day")["n"].sum().reindex(whole.index, fill_value=0)
    k, n = own.to_numpy(), whole.to_numpy()
    found = interval_over(k, n, indicator) | {"clusters": "days", "without": ()}
    return row(indicator, period, group=group, numerator=int(k.sum()), denominator=int(n.sum()), **found)
