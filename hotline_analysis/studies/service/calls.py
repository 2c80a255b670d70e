"""The calls that asked for a person, as every table of the study takes them: of the period, without what the definition leaves out.

What one day brings belongs together (staffing, weather, an outage), so intervals come from the days.
"""

from collections.abc import Sequence
from datetime import timedelta

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import scipy

from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import indicators, rates, volumes
from hotline_analysis.measures.counts import GROUPS
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.frames import needed, pandas
from hotline_analysis.measures.gaps import DAY
from hotline_analysis.measures.indicators import FEW, FEWEST_DAYS
from hotline_analysis.measures.view import View
from hotline_analysis.params import WEEKDAYS
from hotline_analysis.stats import intervals, resampling, tests
from hotline_analysis.words import WEEKDAY, Field, Term

HANDLING = ("talk_seconds", "hold_seconds", "wrap_seconds")
KINDS = {
    "workday": Term("工作日", "workday"),
    "weekend": Term("周末", "weekend"),
    "holiday": Term("节假日", "public holiday"),
    "make-up": Term("调休上班日", "make-up workday"),
}
COLUMNS = {  # what tables of several questions have in common; a column has one meaning in the whole study
    "numerator": Field(Term("其中", "Of these"), "count"),
    "denominator": Field(Term("来电", "Calls"), "count"),
    "value": Field(Term("比例", "Share"), "share", interval=("low", "high")),
    "low": Field(Term("区间下端", "Low"), "share"),
    "high": Field(Term("区间上端", "High"), "share"),
    "weekday": Field(Term("星期", "Weekday"), words={str(n): day for n, day in enumerate(WEEKDAY)}),
    "hour": Field(Term("钟点", "Hour"), "count"),
    "kind": Field(Term("日类型", "Kind of day"), words=KINDS),
    "days": Field(Term("天数", "Days"), "count"),
    "few": Field(Term("样本不足", "Too few")),
}


def offered(view: View, *needs: str) -> nw.LazyFrame:
    """The period's calls that asked for a person, with `day` (the hotline's own, since 1970) and `hour` of the clock. Raises DataRefused where a column is absent."""
    calls = indicators.offered_calls(view)
    needed(calls, needs, "service")
    inside = (nw.col("start_s") >= view.period.start_s) & (nw.col("start_s") < view.period.end_s)
    return calls.filter(inside).with_columns(
        day=(nw.col("local_s") - HOUR * view.calendar.cut_hour) // DAY, hour=nw.col("local_s") % DAY // HOUR
    )


def marked(**tests: nw.Expr) -> dict[str, nw.Expr]:
    """Conditions as columns of 0 and 1, for sums."""
    return {name: nw.when(test).then(nw.lit(1)).otherwise(nw.lit(0)) for name, test in tests.items()}


def hourly(view: View) -> pd.DataFrame:
    """Calls by day and hour: day, weekday (0 Monday), kind, hour, offered (their outcome is known), answered. Raises DataRefused without outcomes."""
    calls = offered(view, "outcome").filter(~nw.col("outcome").is_null())
    sums = calls.with_columns(**marked(answered=nw.col("outcome") == "answered"))
    found = pandas(sums.group_by("day", "hour").agg(nw.col("answered").sum(), offered=nw.len())).astype("int64")
    found = found.sort_values(["day", "hour"], ignore_index=True)
    kind = dict(zip(each := found["day"].unique(), kinds(view, each), strict=True))
    return found.assign(weekday=(found["day"] + 3) % 7, kind=found["day"].map(kind))  # 1970-01-01 was a Thursday


def seen(view: View, cells: pd.DataFrame) -> pd.DataFrame:
    """The days of the period on which calls could come: day, weekday, kind, offered. Days before the data, behind them or without the calls that they should
    have brought are not among them (`volumes.days`).
    """
    days = volumes.days(view, [view.period], cells.groupby("day")["offered"].sum())
    number = np.array([(d - volumes.EPOCH).days for d in days["date"]], np.int64)
    found = pd.DataFrame({"day": number, "weekday": (number + 3) % 7, "offered": days["calls"], "kind": kinds(view, number)})
    return found[days["seen"].to_numpy(bool)].reset_index(drop=True)


def kinds(view: View, days: Sequence[int]) -> list[str]:
    """Of days since 1970: workday, weekend, holiday (a day off that is no weekend), make-up (a day of the weekend that is worked)."""
    weekend = {d: "weekend" if d in view.params.weekend else "workday" for d in WEEKDAYS}
    found = volumes.kinds(view, [volumes.EPOCH + timedelta(days=int(day)) for day in days])
    return [weekend.get(kind, kind) for kind in found]


def design_effect(k: np.ndarray, n: np.ndarray, cell: np.ndarray) -> float:
    """How much more the days of one cell differ than single calls would, pooled over the cells; at least 1.

    k of n calls in one cell on one day. sum (k - p n)^2 over the sum of p (1 - p) n (D - 1) / D, p of the cell and D its days.
    """
    rows = pd.DataFrame({"k": k, "n": n, "cell": cell})
    sums = rows.groupby("cell")[["k", "n"]].transform("sum")
    p, days = sums["k"] / sums["n"], rows.groupby("cell")["n"].transform("size")
    chance = (p * (1 - p) * rows["n"] * (days - 1) / days).sum()
    return float(max(((rows["k"] - p * rows["n"]) ** 2).sum() / chance, 1.0)) if chance > 0 else 1.0


def worse(cells: pd.DataFrame, effect: float) -> np.ndarray:
    """q of each cell against the rate of them all: an exact binomial tail on effective n, corrected by Benjamini and Hochberg.

    cells: numerator, denominator. None where a cell has few calls, or where all or none were answered.
    """
    whole, told = cells["denominator"].sum(), (cells["denominator"] >= FEW).to_numpy()
    rate, q = cells["numerator"].sum() / whole if whole else 0.0, np.full(len(cells), np.nan)
    if told.any() and 0 < rate < 1:
        k, n = (cells.loc[told, name].to_numpy() / effect for name in ("numerator", "denominator"))
        p = np.where(k < n, scipy.special.betainc(np.maximum(n - k, 1e-9), k + 1, 1 - rate), 1.0)  # P(at most k of n answered)
        q[told] = tests.benjamini_hochberg(p)
    return q


def share(k: np.ndarray, n: np.ndarray, effect: float = 1.0) -> dict:
    """numerator, denominator, value, low, high of sums by day: Wilson on effective n from the jackknife over days; under five days with the given design effect."""
    top, base = int(k.sum()), int(n.sum())
    if not base:
        return {"numerator": 0, "denominator": 0, "value": np.nan, "low": np.nan, "high": np.nan}
    if (n > 0).sum() >= FEWEST_DAYS:
        found = rates.shares(k, n)
        return {"numerator": top, "denominator": base, "value": top / base, "low": float(found.low), "high": float(found.high)}
    low, high = intervals.wilson(top / effect, base / effect)
    return {"numerator": top, "denominator": base, "value": top / base, "low": float(low), "high": float(high)}


def mean(total: np.ndarray, n: np.ndarray) -> tuple[float, float, float]:
    """The mean of sums by day and its 95 % interval, t of the jackknife over days and not below 0; nan where there is nothing, an interval from two days on."""
    if not n.sum():
        return np.nan, np.nan, np.nan
    kept_total, kept_n = resampling.leave_one_out(total, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = resampling.jackknife(kept_total / kept_n, estimate=total.sum() / n.sum())
    return float(found.value), float(np.maximum(found.low, 0.0)), float(found.high)


def wait(have: Sequence[str]) -> nw.Expr:
    """How long a call waited for a person [s]: the queue, and the ringing where the export has it; none where a part was not read.

    Who gave up before it rang has no ringing, and is known by the queue alone.
    """
    queued = nw.when(nw.col("queue_seconds") >= 0).then(nw.col("queue_seconds"))
    if "ring_seconds" not in have:
        return queued
    rung = nw.when(nw.col("ring_seconds") >= 0).then(nw.col("ring_seconds"))
    return queued + nw.when(nw.col("outcome") == "answered").then(rung).otherwise(nw.coalesce(rung, nw.col("queue_seconds") * 0))


def waits(view: View, by: str) -> pd.DataFrame:
    """How many calls of each outcome waited how long: `by` (day, cluster), outcome, wait_seconds (nan where it is not known), calls.

    by: `day`, or `cluster`, the caller group (an unknown caller has one by the place in the table). Calls of unknown outcome are not there. Raises
    DataRefused without outcome or queue_seconds.
    """
    calls = offered(view, "outcome", "queue_seconds").filter(~nw.col("outcome").is_null())
    have = calls.collect_schema().names()
    group = nw.coalesce(nw.col("caller_group"), nw.col("seq") % GROUPS) if "caller_group" in have else nw.col("seq") % GROUPS
    told = calls.with_columns(cluster=group, wait_seconds=wait(have))
    found = pandas(told.group_by(by, "outcome", "wait_seconds").agg(calls=nw.len())).astype(
        {by: "int64", "wait_seconds": "float64", "calls": "int64"}
    )
    return found.sort_values([by, "outcome", "wait_seconds"], ignore_index=True)


def handling(have: Sequence[str]) -> nw.Expr:
    """Seconds of work of an answered call: talk, and hold and wrap-up where the export has them (an empty cell of these is none); missing where the talk time was not read."""
    talk = nw.when(nw.col("talk_seconds") >= 0).then(nw.col("talk_seconds"))
    for column in HANDLING[1:]:
        if column in have:
            talk = talk + nw.when(nw.col(column) >= 0).then(nw.col(column)).otherwise(nw.col("talk_seconds") * 0)
    return talk


def handled(view: View, *keys: str) -> pd.DataFrame:
    """The period's answered calls of known handling time: keys, handled (calls), work (seconds). Raises DataRefused without outcome or talk_seconds, and where no time is known."""
    rows = offered(view, "outcome", "talk_seconds", *(k for k in keys if k not in ("day", "hour")))
    have = rows.collect_schema().names()
    timed = rows.filter(nw.col("outcome") == "answered").with_columns(work=handling(have)).filter(~nw.col("work").is_null())
    found = pandas(timed.group_by(*keys).agg(nw.col("work").sum(), handled=nw.len())).astype({"work": "float64", "handled": "int64"})
    if found.empty:
        raise DataRefused("load", "no known durations")
    return found.sort_values(list(keys), ignore_index=True, na_position="last")


def busiest(calls_a_day: pd.Series, part: float) -> pd.Series:
    """The given part of the hours that had calls, the busiest first; equals in the order of the week."""
    order = calls_a_day.sort_values(ascending=False, kind="stable").index
    return pd.Series(np.isin(calls_a_day.index, order[: max(round(part * len(order)), 1)]), index=calls_a_day.index)


__all__ = [
    "COLUMNS",
    "FEW",
    "FEWEST_DAYS",
    "KINDS",
    "design_effect",
    "hourly",
    "kinds",
    "marked",
    "mean",
    "offered",
    "seen",
    "share",
    "wait",
    "waits",
    "worse",
]
