"""What a month's records are about, against the months before: counts change in per cent, shares in points, each with its interval and a verdict.

Changes and their intervals are those of 表1 (`verdicts.compare`): what days, and from some months on months, vary by is in them. From twelve
comparable months the limits of the months before decide, less often for each row the more rows there are, and what has left them for months on end is
said to last, as in 表1; with fewer months the two periods
are compared, and several rows are held against the false discovery rate.
Source: D05, D06, B01; methods 7, 9.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import scipy

from hotline_analysis import disclosure
from hotline_analysis.measures import orders, rates, verdicts, volumes
from hotline_analysis.measures.catalogue.orders import BY_CATEGORY, RECEIVED, SHARE
from hotline_analysis.measures.indicators import FEW, FEWEST_DAYS, row
from hotline_analysis.measures.order_shares import volume
from hotline_analysis.measures.periods import Period, grain, period_before
from hotline_analysis.measures.view import View
from hotline_analysis.stats import control, forecast, intervals, tests
from hotline_analysis.words import RUN, STATE, Term

LEVEL = 0.05  # the false discovery rate of two periods
STATES = {  # of a count and of a share of a group
    **STATE, **{f"run {side}": term for side, term in RUN.items() if side},
    "new": Term("新增", "new"), "gone": Term("本月没有", "none this month", of_period=True),
}  # fmt: skip
COLUMNS = (
    "count", "before", "difference", "change", "a_day", "a_day_low", "a_day_high", "uneven", "p", "q", "state", "share", "share_low", "share_high",
    "share_change", "share_change_low", "share_change_high", "share_p", "share_q", "share_state", "method",
)  # fmt: skip
TOLD_COUNTS = ["count", "before"]
TOLD_SHARES = ["share", "share_low", "share_high", "change", "a_day", "a_day_low", "a_day_high", "uneven", "difference", "p", "q", "share_change", "share_change_low", "share_change_high", "share_p", "share_q"]  # fmt: skip


def compared(view: View, daily: pd.DataFrame, names: Sequence[str], *, judge: bool = True) -> pd.DataFrame:
    """Counts and shares of some groups in the period and in the month before: one row a group, COLUMNS.

    daily: counts by the day's number since 1970 (rows) and group (columns), of all months and all groups: a group that is not named is part of the whole.
    judge: by the limits of the months before, where there are any; otherwise no verdict is given (`state` is '').
    """
    periods = orders.months(view)[0 if judge else -2 :]
    last = period_before(view.period.label) if grain(view.period.label) else ""
    months = _by_group(view, daily, periods, names)
    judged = _judged(view, months, last, len(names) if judge else 1)
    now, before = (_counts(months, label, names) for label in (view.period.label, last))
    covered, whole = (months.groupby("period")[c].first() for c in ("covered", "whole"))
    if not (covered.get(view.period.label, False) and covered.get(last, False)):  # half a month is not compared with a whole one
        before = np.full(len(now), np.nan)
    own = {i: judged[judged["indicator"] == i].set_index("group").reindex(list(names)) for i in ("received", "share")}
    even = _by_chance(months[months["period"].isin([view.period.label, last])]).reindex(list(names), fill_value=False)
    rows = [_two(*row) for row in zip(now, before, own["received"].to_dict("records"), own["share"].to_dict("records"), even, strict=True)]
    found = pd.DataFrame(rows, columns=[c for c in COLUMNS if c not in ("q", "share_q", "state", "share_state", "method")])
    if not (whole.get(view.period.label, False) and whole.get(last, False)):  # what a lost day would have brought is no change
        found[["difference", "change"]] = np.nan
    if daily.shape[1] < 2:  # all there is: a share of 1 that nothing moves
        found.loc[:, [c for c in found if c.startswith("share_")]] = np.nan
    found = found.assign(q=tests.benjamini_hochberg(found["p"]), share_q=tests.benjamini_hochberg(found["share_p"]))
    for kind, indicator in (("", "received"), ("share_", "share")):
        parts = zip(found.to_dict("records"), own[indicator].to_dict("records"), strict=True)
        found[f"{kind}state"] = [_state(row, of, kind) if judge and not (kind and daily.shape[1] < 2) else "" for row, of in parts]
    found["method"] = own["share"]["method"].fillna("").to_numpy() if judge else ""
    return found[list(COLUMNS)]


def _by_group(view: View, daily: pd.DataFrame, periods: Sequence[Period], groups: Sequence) -> pd.DataFrame:
    """The volume a day (received) and the share of the whole (share) of some groups in every period, in the columns of `indicators.evaluate`.

    What a kind of day brings is found in all months, as in 表1, however few of them are told: the same counts have one change a day wherever they stand.
    Months before a group began (`forecast.lives`: another tree of issues, a new area) are no history of it: noughts that would make every later month unusual.
    """
    days, rows = volumes.days(view, orders.months(view), daily.sum(axis=1)), []
    begun = {name: daily.index[first] for name, first in zip(daily, forecast.lives(daily)[0], strict=True) if first}
    before = period_before(view.period.label) if grain(view.period.label) else ""
    for period in periods:
        here = days[days["period"] == period.label]
        first, last = ((day - volumes.EPOCH).days for day in (period.first_day, period.last_day))
        table = daily[(daily.index >= first) & (daily.index <= last)]
        table = table[table.sum(axis=1) > 0]
        for name in groups:
            if begun.get(name, last) > last and period.label not in (view.period.label, before):
                continue
            counts = table[name] if name in table else pd.Series(0, index=table.index)
            found = (volume(RECEIVED, counts, period, here), _category(counts, table.sum(axis=1), period))
            rows += [r | {"group": str(name)} for r in found]
    seen = volumes.coverage(days, periods)
    return pd.DataFrame(rows).merge(seen.assign(covered=seen["covered"] & seen["ended"]), on="period", how="left").assign(definition="")


def _category(counts: pd.Series, whole: pd.Series, period: Period) -> dict:
    """A category's share of the records of one period, its interval from the days; of fewer than FEWEST_DAYS, which show no variation, from the records."""
    k, n = counts.to_numpy(np.int64), whole.to_numpy(np.int64)
    if not n.sum():
        return row(SHARE, period, missing="no orders")
    if (n > 0).sum() >= FEWEST_DAYS:
        found = {name: float(part) for name, part in rates.shares(k, n)._asdict().items()}
    else:
        share = float(k.sum() / n.sum())
        low, high = (float(end) for end in intervals.wilson(k.sum(), n.sum()))
        found = {"value": share, "low": low, "high": high, "se": float(np.sqrt(share * (1 - share) / n.sum()))}
    return row(SHARE, period, numerator=int(k.sum()), denominator=int(n.sum()), clusters="days", **found)


def _judged(view: View, months: pd.DataFrame, last: str, rows: int) -> pd.DataFrame:
    breaks = {month: words.term for month, words in view.params.breaks.items()}
    if not rows:
        return pd.DataFrame()
    return verdicts.compare(
        months,
        view.period.label,
        last,
        BY_CATEGORY,
        breaks=breaks,
        grade=view.grade(view.period),
        level=control.LEVEL / rows,
    )


def _counts(months: pd.DataFrame, label: str, names: Sequence[str]) -> np.ndarray:
    """Orders of each group in a month, nan where there is none."""
    own = months[(months["indicator"] == "received") & (months["period"] == label)].set_index("group").reindex(list(names))
    return pd.to_numeric(own["numerator"]).astype("float64").to_numpy()


def _by_chance(months: pd.DataFrame) -> pd.Series:
    """Whether the days of each group vary no more than chance alone makes them."""
    volumes = months[months["indicator"] == "received"]
    noise = volumes["adjusted"] / np.sqrt(volumes["numerator"].astype("float64").clip(lower=1))
    return (~(volumes["se"] > noise * (1 + 1e-6))).groupby(volumes["group"]).all()


def _two(k: float, before: float, received: Mapping, share: Mapping, even: bool) -> dict:
    """One group in two periods: its count and change in per cent, its share and change in points.

    received, share: of `verdicts.compare`; even: two counts that only chance moves are compared exactly.
    """
    row = dict.fromkeys(COLUMNS, np.nan) | {"count": k, "before": before}
    row |= {"share": share["value"], "share_low": share["low"], "share_high": share["high"]}
    if np.isnan(before):
        return row
    row |= {"difference": k - before, "change": k / before - 1 if before else np.nan}
    row |= {"share_change": share["change"], "share_change_low": share["change_low"], "share_change_high": share["change_high"]}
    row |= {"a_day": received["change"], "a_day_low": received["change_low"], "a_day_high": received["change_high"]}
    unlike = not np.isclose(received["raw_change"], row["change"], rtol=0, atol=1e-12)
    row |= {"share_p": _p(share), "p": _p(received), "uneven": received["raw_change"] if unlike else np.nan}
    if received["change_basis"] == "days" and even and k:
        row["p"] = tests.two_counts(int(k), int(before), exposure_second=(1 + received["raw_change"]) / (k / before)).p
    return row


def _p(judged: Mapping) -> float:
    """Two-sided, of a change with its interval: below .05 where the interval leaves 0 out."""
    change = judged["change"]
    reach = change - judged["change_low"] if change > 0 else judged["change_high"] - change
    return float(2 * scipy.stats.norm.sf(scipy.stats.norm.ppf(0.975) * abs(change) / reach)) if reach > 0 else np.nan


def _state(row: dict, judged, kind: str) -> str:
    """What may be said of a count or a share: by the limits where there are any, otherwise by the two periods."""
    if row["before"] == 0 and row["count"]:
        return "new"
    if row["count"] == 0 and row["before"]:
        return "gone"
    if judged.get("method") in ("chart", "trial"):
        return f"run {judged['run']}" if judged["run"] else judged["state"]  # what has lasted for months is not unusual this month
    if judged.get("reason") == "poor data" or np.isnan(row["before"]):
        return "not compared"
    if max(row["count"], row["before"]) < FEW:
        return "few"
    q = row[f"{kind}q"]
    if np.isnan(q):
        return "not compared"
    return "no evidence" if not q < LEVEL else "few months"


def hidden(view: View, found: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Without counts and shares of groups too small to be told, and what would give them away: the groups of the last column of `by` add up to those before."""
    return disclosure.untold(found, TOLD_COUNTS, [c for c in TOLD_SHARES if c in found], view.smallest, parts_of=by[:-1])
