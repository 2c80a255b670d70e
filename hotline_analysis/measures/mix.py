"""What a month's records are about, against the months before: counts change in per cent, shares in points, each with its interval and a verdict.

From twelve comparable months the limits of the months before decide, less often for each row the more rows there are; with fewer months the two
periods are compared, by exact Poisson for counts and Newcombe for shares, and several rows are held against the false discovery rate.
Source: D05, D06, B01; methods 7, 9.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.measures import orders, rates, verdicts, volumes
from hotline_analysis.measures.catalogue.orders import BY_CATEGORY, RECEIVED, SHARE
from hotline_analysis.measures.indicators import FEW, FEWEST_DAYS, row
from hotline_analysis.measures.order_shares import volume
from hotline_analysis.measures.periods import Period, grain, period_before
from hotline_analysis.measures.view import View
from hotline_analysis.stats import control, intervals, tests

LEVEL = 0.05  # the false discovery rate of two periods
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
    judged = _judged(view, months, last, len(names)) if judge else pd.DataFrame()
    now, before = (_counts(months, label, names) for label in (view.period.label, last))
    days, covered = _days(months, view.period.label, last), months.groupby("period")["covered"].first()
    if not (covered.get(view.period.label, False) and covered.get(last, False)):  # half a month is not compared with a whole one
        before = np.full(len(now), np.nan)
    rows = [_two(k, b, now.sum(), before.sum(), days) for k, b in zip(now, before, strict=True)]
    found = pd.DataFrame(rows, columns=[c for c in COLUMNS if c not in ("q", "share_q", "state", "share_state", "method")])
    found = found.assign(q=tests.benjamini_hochberg(found["p"]), share_q=tests.benjamini_hochberg(found["share_p"]))
    for kind, indicator in (("", "received"), ("share_", "share")):
        own = (
            judged[judged["indicator"] == indicator].set_index("group").reindex(list(names))
            if len(judged)
            else pd.DataFrame(index=list(names))
        )
        found[f"{kind}state"] = [
            _state(row, own.loc[name], kind) if judge else "" for row, name in zip(found.to_dict("records"), names, strict=True)
        ]
        found["method"] = own["method"].fillna("").to_numpy() if "method" in own else ""
    return found[list(COLUMNS)]


def _by_group(view: View, daily: pd.DataFrame, periods: Sequence[Period], groups: Sequence) -> pd.DataFrame:
    """The volume a day (received) and the share of the whole (share) of some groups in every period, in the columns of `indicators.evaluate`."""
    days, rows = volumes.days(view, periods, daily.sum(axis=1)), []
    for period in periods:
        here = days[days["period"] == period.label]
        first, last = ((day - volumes.EPOCH).days for day in (period.first_day, period.last_day))
        table = daily[(daily.index >= first) & (daily.index <= last)]
        table = table[table.sum(axis=1) > 0]
        for name in groups:
            counts = table[name] if name in table else pd.Series(0, index=table.index)
            found = (volume(RECEIVED, counts, period, here), _category(counts, table.sum(axis=1), period))
            rows += [r | {"group": str(name)} for r in found]
    return pd.DataFrame(rows).merge(volumes.coverage(days, periods), on="period", how="left").assign(definition="")


def _category(counts: pd.Series, whole: pd.Series, period: Period) -> dict:
    """A category's share of the records of one period, its interval from the days."""
    k, n = counts.to_numpy(np.int64), whole.to_numpy(np.int64)
    if not n.sum():
        return row(SHARE, period, missing="no orders")
    if (n > 0).sum() >= FEWEST_DAYS:
        found = {name: float(part) for name, part in rates.shares(k, n)._asdict().items()}
    else:
        found = {"value": float(k.sum() / n.sum())}
    return row(SHARE, period, numerator=int(k.sum()), denominator=int(n.sum()), clusters="orders", **found)


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


def _days(months: pd.DataFrame, now: str, before: str) -> tuple[float, float]:
    """Days with data of the two months: a month of 30 days is not compared with one of 31 as if they were alike."""
    days = months.groupby("period")["days"].first()
    return float(days.get(now, np.nan)), float(days.get(before, np.nan))


def _two(k: float, before: float, whole: float, whole_before: float, days: tuple[float, float]) -> dict:
    """One group in two periods: its count and change in per cent, its share and change in points."""
    low, high = intervals.wilson(k, whole or np.nan)
    row = {"count": k, "before": before, "share": k / whole if whole else np.nan, "share_low": low, "share_high": high}
    row |= dict.fromkeys([c for c in COLUMNS if c not in row], np.nan)
    if np.isnan(before) or not days[1]:
        return row
    row["difference"] = k - before
    if whole and whole_before:
        moved = tests.two_proportions(k, whole, before, whole_before)
        row |= {"share_change": moved.difference, "share_change_low": moved.low, "share_change_high": moved.high, "share_p": moved.p}
    if not before:
        return row
    even = tests.two_counts(int(k), int(before), exposure_first=days[0], exposure_second=days[1])
    a_day = {"a_day": even.ratio - 1, "a_day_low": even.ratio_low - 1, "a_day_high": even.ratio_high - 1}
    return {**row, "change": k / before - 1, **a_day, "uneven": even.ratio - 1 if days[0] != days[1] else np.nan, "p": even.p}


def _state(row: dict, judged, kind: str) -> str:
    """What may be said of a count or a share: by the limits where there are any, otherwise by the two periods."""
    if row["before"] == 0 and row["count"]:
        return "new"
    if row["count"] == 0 and row["before"]:
        return "gone"
    if judged.get("method") in ("chart", "trial"):
        return judged["state"]
    if judged.get("reason") == "poor data" or np.isnan(row["before"]):
        return "not compared"
    if max(row["count"], row["before"]) < FEW:
        return "few"
    q = row[f"{kind}q"]
    return "no evidence" if not q < LEVEL else "few months"


def hidden(view: View, found: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Without counts and shares of groups too small to be told, and what would give them away: the groups of the last column of `by` add up to those before."""
    return disclosure.untold(found, TOLD_COUNTS, [c for c in TOLD_SHARES if c in found], view.smallest, parts_of=by[:-1])
