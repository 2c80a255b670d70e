"""When does one get through? (接通率, D01, D02)

`connection`: hour by weekday. `day_types`: workdays, weekends, public holidays and make-up workdays. `peak`: the busiest hours against the others, and
whether the report's usual sentence holds (工作日接通率高于周末，高峰时段接通率相对较低). Source: catalogue D01, D02; methods 7.
"""

from datetime import timedelta

import numpy as np
import pandas as pd

from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import volumes
from hotline_analysis.measures.view import View
from hotline_analysis.stats import intervals, resampling
from hotline_analysis.studies.service import calls
from hotline_analysis.words import Field, Term

WEEK = ["weekday", "hour"]
COLUMNS = {
    "calls_a_day": Field(Term("日均来电", "Calls a day"), "number"),
    "peak": Field(Term("高峰", "Peak")),
    "part": Field(Term("时段", "Part of the week"), words={"peak": Term("高峰", "peak"), "other": Term("其余时段", "other hours")}),
    "hours": Field(Term("每周小时数", "Hours of a week"), "count"),
    "share_of_calls": Field(Term("占来电", "Of the calls"), "share"),
    "gap": Field(Term("相差", "Difference"), "points", interval=("gap_low", "gap_high")),
    "gap_low": Field(Term("相差下端", "Difference, low"), "points"),
    "gap_high": Field(Term("相差上端", "Difference, high"), "points"),
    "q": Field(Term("q值", "q"), "probability"),
    "hard": Field(Term("难打通", "Hard to get through")),
    "hard_hours": Field(Term("难打通的钟点", "Hours hard to get through"), "count"),
    "worst_weekday": Field(Term("最低的星期", "Lowest weekday"), words=calls.COLUMNS["weekday"].words),
    "worst_hour": Field(Term("最低的钟点", "Lowest hour"), "count"),
    "worst_value": Field(Term("最低的接通率", "Lowest rate"), "share"),
    "calendar": Field(Term("官方日历", "Official calendar"), words={"published": Term("已发布", "published"), "unpublished": Term("未发布", "not published")}),
    "said": Field(Term("判断", "Verdict"), words={
        "higher": Term("较高", "higher"), "lower": Term("较低", "lower"), "none": Term("没有证据表明有差异", "no evidence of a difference"), "few": Term("样本不足", "too few"),
        "one": Term("只有一类", "one kind only"), "hard": Term("有难打通的钟点", "some hours are hard"), "gaps": Term("有", "some"), "short": Term("缺人", "short"), "enough": Term("够", "enough"), "known": Term("已知", "known"), "redials": Term("有重拨", "redials"),
        "fits": Term("模型可用", "the model fits"), "poor": Term("模型不合", "the model does not fit"),
    }),
}  # fmt: skip


def connection(view: View) -> pd.DataFrame:
    """The connection rate of every hour of the week: one row a weekday and hour that had calls.

    Calls whose outcome is known, abandoned and blocked ones in the base; weekdays are the calendar's, public holidays among them.
    Columns: weekday (0 Monday), hour (of the clock), numerator (answered), denominator (calls), value, low, high (95 %, Wilson on an effective n from one
    design effect of the days, pooled over all hours: four or five days of one hour cannot show their own), calls_a_day, few (under 30 calls), peak (of
    the busiest hours, see `peak`), q (that the hour is no worse than the whole week: an exact binomial tail on effective n, corrected by Benjamini and Hochberg
    over the hours that are not few), hard (q below 0.05), hard_hours (how many), worst_weekday, worst_hour, worst_value (the lowest of them), said (hard, none,
    few where no hour has 30 calls). Raises DataRefused without outcomes.
    """
    cells = calls.hourly(view)
    place = cells["weekday"] * 24 + cells["hour"]
    effect = calls.design_effect(cells["answered"].to_numpy(), cells["offered"].to_numpy(), place.to_numpy())
    found = cells.groupby(WEEK, as_index=False).agg(numerator=("answered", "sum"), denominator=("offered", "sum"))
    low, high = intervals.wilson(found["numerator"] / effect, found["denominator"] / effect)
    found = found.assign(value=found["numerator"] / found["denominator"], low=low, high=high, few=found["denominator"] < calls.FEW)
    found = found.assign(calls_a_day=_a_day(view, cells, found)).assign(
        peak=lambda f: calls.busiest(f["calls_a_day"], view.params.service.peak_share)
    )
    found = found.assign(q=calls.worse(found, effect)).assign(hard=lambda f: f["q"] < 0.05)
    return found.assign(**_worst(found), said="few" if found["few"].all() else "hard" if found["hard"].any() else "none")


def _a_day(view: View, cells: pd.DataFrame, week: pd.DataFrame) -> pd.Series:
    """Calls of each hour of the week by the days of that weekday on which calls could come."""
    days = calls.seen(view, cells).groupby("weekday").size()
    return week["denominator"] / week["weekday"].map(days).clip(lower=1)


def _worst(week: pd.DataFrame) -> dict:
    told = week[week["hard"]].sort_values(["value", *WEEK])
    return {"hard_hours": len(told)} | {f"worst_{name}": told[name].iloc[0] if len(told) else np.nan for name in (*WEEK, "value")}


def day_types(view: View) -> pd.DataFrame:
    """The connection rate by kind of day: one row a kind that the period has, workdays first.

    A public holiday is one on a day that is no weekend (one on a weekend counts as that); a make-up day is a day of the weekend that is worked.
    Columns: kind, days (on which calls could come), numerator (answered), denominator (calls with a known outcome), value, low, high (95 %, from the days;
    of fewer than five days with the design effect of all), calls_a_day, gap, gap_low, gap_high (workdays less this kind; none for workdays), said (of
    workdays against weekends: higher, lower, none, few, one where the period lacks either), calendar (unpublished: the official days off of a year of
    this period are not out, so none are known). Raises DataRefused without outcomes or calls.
    """
    cells = calls.hourly(view)
    days = cells.groupby("day").agg(k=("answered", "sum"), n=("offered", "sum"), kind=("kind", "first"))
    effect = calls.design_effect(days["k"].to_numpy(), days["n"].to_numpy(), days["kind"].to_numpy())
    seen = calls.seen(view, cells).groupby("kind").size()
    rows = [
        {"kind": kind, "days": int(seen.get(kind, 0)), **_of(days[days["kind"] == kind], effect)}
        for kind in calls.KINDS
        if kind in set(days["kind"])
    ]
    if not rows:
        raise DataRefused("service", "no calls.", "Ask for a month that has some.")
    frame = pd.DataFrame(rows).assign(calls_a_day=lambda f: f["denominator"] / f["days"].clip(lower=1))
    frame = frame.assign(**_gaps(frame, "workday"))
    known = volumes.published(view.params, [volumes.EPOCH + timedelta(days=int(d)) for d in days.index])
    return frame.assign(said=_said(frame, "weekend"), calendar="published" if known else "unpublished")


def _of(days: pd.DataFrame, effect: float) -> dict:
    return calls.share(days["k"].to_numpy(), days["n"].to_numpy(), effect)


def _gaps(frame: pd.DataFrame, first: str) -> dict:
    """The row of the first key less every other, of days that are not the same ones."""
    own = frame[frame.iloc[:, 0] == first]
    if own.empty:
        return dict.fromkeys(("gap", "gap_low", "gap_high"), np.nan)
    a, other = own.iloc[0], frame[frame.iloc[:, 0] != first]
    low, high = intervals.difference(a["value"], (a["low"], a["high"]), other["value"], (other["low"], other["high"]))
    return {"gap": a["value"] - other["value"], "gap_low": low, "gap_high": high}


def _said(frame: pd.DataFrame, key: str) -> str:
    """What the difference to a row says: higher, lower, none; few below five days of either or 30 calls; one where there is no such row."""
    row = frame[frame.iloc[:, 0] == key]
    if row.empty or row["gap"].isna().all():
        return "one"
    pair = frame[frame.iloc[:, 0].isin(["workday", key])]
    if (pair["days"] < calls.FEWEST_DAYS).any() or (pair["denominator"] < calls.FEW).any():
        return "few"
    return _sign(float(row["gap_low"].iloc[0]), float(row["gap_high"].iloc[0]))


def _sign(low: float, high: float) -> str:
    return "higher" if low > 0 else "lower" if high < 0 else "none"


def peak(view: View) -> pd.DataFrame:
    """The busiest hours of the week against the others: two rows, peak and other.

    The peak are those hours of the week (of the 168 those with calls) that bring the most calls a day, the part `service › peak_share` of them: with one handling time for
    all, the hours of the largest offered load. Columns: part, hours (of a week), numerator, denominator, value, low, high (95 %, from the days), days,
    calls_a_day, share_of_calls, gap, gap_low, gap_high (peak less other, each day left out of both at once), said (higher, lower, none, few, one where
    nothing is left beside the peak). Raises DataRefused without outcomes.
    """
    cells, week = calls.hourly(view), connection(view)
    cells = cells.merge(week[[*WEEK, "peak"]], on=WEEK)
    parts = {name: cells[cells["peak"] == (name == "peak")] for name in ("peak", "other")}
    by_day = {
        name: rows.groupby("day").agg(k=("answered", "sum"), n=("offered", "sum")).reindex(sorted(set(cells["day"])), fill_value=0)
        for name, rows in parts.items()
    }
    days = len(calls.seen(view, cells))
    rows = [
        {"part": name, "hours": int((week["peak"] == (name == "peak")).sum()), **_of(by_day[name], 1.0), "days": days} for name in parts
    ]
    frame = pd.DataFrame(rows).assign(
        calls_a_day=lambda f: f["denominator"] / max(days, 1), share_of_calls=lambda f: f["denominator"] / f["denominator"].sum()
    )
    gap = _paired(*by_day.values())
    few = days < calls.FEWEST_DAYS or (frame["denominator"] < calls.FEW).any()
    said = "one" if not frame["denominator"].all() else "few" if few else _sign(gap["gap_low"], gap["gap_high"])
    return frame.assign(**{name: [value, np.nan] for name, value in gap.items()}, said=said)


def _paired(first: pd.DataFrame, second: pd.DataFrame) -> dict:
    """The difference of two rates of the same days, with each day left out of both."""
    rates = []
    for part in (first, second):
        k, n = part["k"].to_numpy(), part["n"].to_numpy()
        with np.errstate(divide="ignore", invalid="ignore"):
            rates.append((k.sum() / n.sum() if n.sum() else np.nan, (k.sum() - k) / (n.sum() - n)))
    (value_1, without_1), (value_2, without_2) = rates
    found = resampling.paired(without_1, without_2, value_1, value_2)
    return {"gap": float(found.value), "gap_low": float(found.low), "gap_high": float(found.high)}


TABLES = {"connection": connection, "day_types": day_types, "peak": peak}
