"""How long is a repeat call's window? (维度展开分析法, F0 A01-A16)

The share of calls that are followed by another call of the same caller, at every window of the definition, with three ways of treating
the end of the data side by side; and how the time to the next call is spread over a week (柏拉图).
"""

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.measures import counts
from hotline_analysis.measures.counts import GROUPS
from hotline_analysis.measures.definition import HOUR, Definition
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.view import View
from hotline_analysis.stats import binned, intervals, resampling, survival
from hotline_analysis.words import Term

WEEK_HOURS = 168
FOLLOW_UP = {
    "km": Term("生存分析", "Kaplan-Meier"),
    "full": Term("已满窗口", "full follow-up"),
    "naive": Term("不修正", "no correction"),
    "calendar": Term("当日", "same day"),
}
COLUMNS = {
    "window_hours": Term("窗口（小时）", "Window (h)"),
    "follow_up": Term("末端处理", "End of data"),
    "numerator": Term("复电", "Followed"),
    "denominator": Term("来电", "Calls"),
    "value": Term("复电率", "Repeat rate"),
    "low": Term("区间下端", "Low"),
    "high": Term("区间上端", "High"),
    "callers": Term("来电人", "Callers"),
    "caveat": Term("提示", "Caveat"),
    "hour_from": Term("自（小时）", "From (h)"),
    "hour_to": Term("至（小时）", "To (h)"),
    "share": Term("占一周内复电", "Share of callbacks in a week"),
    "cumulative": Term("累计", "Cumulative"),
}


def rates(view: View, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """Repeat rate at every window, under each way of treating the end of the data.

    Counted are the index calls of the period; unknown callers are left out. One row a stratum, window and follow_up:
    km (all calls, those not watched for the whole window censored), full (only calls watched for the whole window), naive (all calls).

    Columns: by..., window_hours, follow_up, numerator (calls seen to be followed within the window, whole numbers), denominator (index
    calls; for full those watched in full), value (share; for km the Kaplan-Meier estimate, not the ratio of the two), low, high (95 %,
    Wilson on the effective number of calls, from a jackknife over 100 caller groups), callers, caveat (few below 30 calls).
    In calendar mode one row a stratum: followed on the same calendar day. Source: methods 1, M2, M3.
    """
    gaps, definition = view.gaps(), view.definition
    if definition.mode == "calendar":
        return _same_day(gaps, definition, by)
    seconds = [round(w * HOUR) for w in definition.windows_hours]
    edges = binned.bin_edges_seconds(menu_seconds=seconds, horizon_seconds=max(WEEK_HOURS * HOUR, *seconds))
    sums = _sums(gaps, definition, seconds, by)
    exact = counts.exact(gaps, definition, horizon_s=seconds[-1], by=by)
    cubes = counts.tables(counts.cube(gaps, definition, edges=edges, by=by), edges=edges, by=by)
    callers = counts.totals(gaps, definition, by=by)
    keys = [tuple(k) for k in callers[list(by)].itertuples(index=False)] if by else [()]
    rows = []
    for place, key in enumerate(keys):
        own = dict(zip(by, key, strict=True))
        part = _stratum(_pick(sums, own), _pick(exact, own), cubes[key], edges, seconds)
        rows.append(part.assign(callers=callers["callers"][place], **own))
    frame = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=list(COLUMNS)[:7])
    frame["caveat"] = np.where(frame["denominator"] < 30, "few", "")
    return frame[[*by, *[c for c in frame.columns if c not in by]]]


def _pick(frame: pd.DataFrame, own: dict) -> pd.DataFrame:
    for column, value in own.items():
        frame = frame[frame[column].isna() if pd.isna(value) else frame[column] == value]
    return frame


def _sums(gaps: nw.LazyFrame, definition: Definition, seconds: list[int], by: Sequence[str]) -> pd.DataFrame:
    """By stratum and caller group: calls, and for each window the calls followed, watched in full, and both."""
    gap = counts.gap_column(definition)
    rows = counts.timed(gaps, definition, horizon_s=seconds[-1])
    marks = {}
    for i, w in enumerate(seconds):
        hit, whole = nw.col(gap) <= w, nw.col("follow_s") >= w
        marks |= {f"naive_{i}": hit, f"full_{i}": hit & whole, f"watched_{i}": whole}
    marked = rows.with_columns(**{k: nw.when(v).then(nw.lit(1)).otherwise(nw.lit(0)) for k, v in marks.items()})
    sums = [nw.col(k).sum() for k in marks]
    frame = pandas(marked.group_by(*by, "caller_group").agg(*sums, calls=nw.len()))
    return frame.astype({"caller_group": "int64", **dict.fromkeys([*marks, "calls"], "int64")})


def _stratum(sums: pd.DataFrame, exact: pd.DataFrame, cube: np.ndarray, edges: np.ndarray, seconds: list[int]) -> pd.DataFrame:
    """The rows of one stratum: windows x follow_up rules."""
    grouped = sums.groupby("caller_group").sum(numeric_only=True).reindex(range(GROUPS), fill_value=0)
    windows = range(len(seconds))
    parts = {
        "km": ([f"naive_{i}" for i in windows], ["calls"] * len(seconds)),
        "full": ([f"full_{i}" for i in windows], [f"watched_{i}" for i in windows]),
        "naive": ([f"naive_{i}" for i in windows], ["calls"] * len(seconds)),
    }
    frames = []
    for rule, (top, bottom) in parts.items():
        k, n = grouped[top].to_numpy(), grouped[bottom].to_numpy()
        value, low, high = _kaplan_meier(exact, cube, edges, seconds) if rule == "km" else share(k, n)
        hours = [s / HOUR for s in seconds]
        frames.append(
            pd.DataFrame(
                {
                    "window_hours": hours,
                    "follow_up": rule,
                    "numerator": k.sum(axis=0),
                    "denominator": n.sum(axis=0),
                    "value": value,
                    "low": low,
                    "high": high,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def share(k: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Share and interval of counts by caller group, [groups, ...]: jackknife over the groups, Wilson on effective n."""
    with np.errstate(divide="ignore", invalid="ignore"):
        value = k.sum(axis=0) / n.sum(axis=0)
        kept_k, kept_n = resampling.leave_one_out(k, n)
        error = resampling.jackknife(kept_k / kept_n, estimate=value)
    low, high = intervals.wilson_from_error(value, error.se, calls=n.sum(axis=0))
    return value, low, high


def _kaplan_meier(exact: pd.DataFrame, cube: np.ndarray, edges: np.ndarray, seconds: list[int]):
    """The printed rate from whole seconds, its interval from the bins (they differ by at most .008 percentage points)."""
    curve = survival.kaplan_meier(exact["seconds"].to_numpy(), exact["event"].to_numpy(), weights=exact["calls"].to_numpy())
    value = survival.within(curve, np.array(seconds))
    places = binned.edge_index(edges, seconds)
    (without,) = resampling.leave_one_out(cube)
    error = resampling.jackknife(binned.within(without)[:, places], estimate=value)
    low, high = intervals.wilson_from_error(value, error.se, calls=cube.sum())
    return value, low, high


def _same_day(gaps: nw.LazyFrame, definition: Definition, by: Sequence[str]) -> pd.DataFrame:
    frame = counts.totals(gaps, definition, by=[*by, "caller_group"])
    callers = counts.totals(gaps, definition, by=by)
    rows = []
    for place in range(len(callers)):
        own = {c: callers[c][place] for c in by}
        part = _pick(frame, own)
        value, low, high = share(part["same_day"].to_numpy(), part["calls"].to_numpy())
        row = {
            **own,
            "window_hours": np.nan,
            "follow_up": "calendar",
            "numerator": part["same_day"].sum(),
            "denominator": part["calls"].sum(),
        }
        rows.append({**row, "value": value, "low": low, "high": high, "callers": callers["callers"][place]})
    result = pd.DataFrame(rows)
    result["caveat"] = np.where(result["denominator"] < 30, "few", "")
    return result


def pareto(view: View, *, bin_hours: int = 1) -> pd.DataFrame:
    """How the time to the caller's next call is spread over a week (168 h): one row per hour.

    Counted are index calls seen to be followed within 168 h; the shares are of those callbacks, not of the calls. Columns: hour_from,
    hour_to (a callback at exactly hour_to is in the row), numerator (callbacks), denominator (all callbacks within 168 h), share,
    cumulative (share up to hour_to). Source: F0 A12.
    """
    exact = counts.exact(view.gaps(), view.definition, horizon_s=WEEK_HOURS * HOUR)
    hits = exact[exact["event"] == 1]
    hour = np.maximum(-(-hits["seconds"].to_numpy() // (bin_hours * HOUR)), 1) - 1
    calls = np.bincount(hour, weights=hits["calls"], minlength=WEEK_HOURS // bin_hours).astype("int64")
    total = calls.sum()
    starts = np.arange(len(calls)) * bin_hours
    frame = pd.DataFrame({"hour_from": starts, "hour_to": starts + bin_hours, "numerator": calls, "denominator": total})
    with np.errstate(divide="ignore", invalid="ignore"):
        return frame.assign(share=calls / total, cumulative=calls.cumsum() / total)


TABLES = {"rates": rates, "pareto": pareto}
