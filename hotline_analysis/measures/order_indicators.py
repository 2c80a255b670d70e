"""The indicators of orders, month by month in the form of `indicators.evaluate`, so that the verdicts that exist judge them too.

Volumes a day with the kinds of day taken off, shares within a limit as Kaplan-Meier and Aalen-Johansen give them, shares of categories. Orders
are taken as independent cases in a share within a limit; what a day brings belongs together in volumes and in shares of categories.
"""

import re
from collections.abc import Mapping, Sequence

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.measures import orders, rates, volumes
from hotline_analysis.measures.indicators import BY_KEY as OF_CALLS
from hotline_analysis.measures.indicators import Indicator, Part
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.view import View
from hotline_analysis.params import Params
from hotline_analysis.words import MEASURE, ORDERS_A_DAY, PERCENT, Term, format_measure

FEWEST_DAYS = 5  # below this many days with orders their days give no interval of a share


def _part(zh: str, en: str) -> Part:
    return Part(Term(zh, en), (), lambda have: nw.lit(0))  # counted in `evaluate`, from orders


ALL = _part("受理的诉求", "orders received")
RECEIVED = Indicator(
    "received", Term("日均受理量", "Orders received a day"), ALL, None, ORDERS_A_DAY, None,
    Term("受理的诉求（重复件、内部件除外）除以有数据的天数；比较时剔除工作日、周末、节假日和调休的差别", "orders received, duplicates and internal ones apart, by days with data; compared with weekdays, holidays and make-up days taken off"),
    Term("量的变化没有好坏，只看是否超出平时的波动", "neither way is good; only whether it leaves its usual range"), "F3 D05-D06",
)  # fmt: skip
DUE = Indicator(
    "due", Term("按期解决率", "Resolved by the due time"), _part("到期前解决的", "resolved by their due time"), _part("已到期的诉求", "orders that have fallen due"), PERCENT, "higher",
    Term("以每件诉求自己的到期时间为准；尚未到期的不计", "each order by its own due time; those not yet due are not judged"),
    Term("低于平时的，看是哪个部门、哪类诉求", "when below its usual range, look at departments and categories"), "F3 D07",
)  # fmt: skip
RECORDED = Indicator(
    "recorded", Term("导出所记的及时率", "Timely as exported"), _part("导出记为及时的", "marked timely in the export"), _part("有此记录的诉求", "orders with such a mark"), PERCENT, "higher",
    Term("及时与否由来源系统判断，口径不明", "the source system judges; its rule is not known"),
    Term("只作参考", "for reference"), "F3 D07",
)  # fmt: skip
SHARE = Indicator(
    "share", Term("占比", "Share"), _part("该类诉求", "orders of the category"), ALL, PERCENT, None,
    Term("该类占全部诉求", "of all orders"), Term("占比没有好坏", "neither way is good"), "F3 D06",
)  # fmt: skip


def catalogue(params: Params) -> tuple[Indicator, ...]:
    """The indicators that the orders of a hotline may have: its own limits among them."""
    shares = [_within(measure, text) for measure in orders.MEASURES for text in getattr(params.complaints, measure)]
    return (RECEIVED, *shares, DUE, RECORDED)


def known(params: Params) -> dict[str, Indicator]:
    """All indicators that a hotline may name: those of calls, and those of its orders with its own limits."""
    return {**OF_CALLS, **{i.key: i for i in catalogue(params)}}


def _within(measure: str, text: str) -> Indicator:
    key, zh, en = f"{measure}_{text}", MEASURE[measure].zh, MEASURE[measure].en.lower()
    name = Term(format_measure(key, "zh") + "率", format_measure(key, "en"))
    return Indicator(
        key, name, _part(f"时限内{zh}的", f"{en} within the limit"), ALL, PERCENT, "higher",
        Term("未办结的按看到的时间计（生存分析），撤回为竞争事件", "open orders count for as long as they were seen, withdrawals compete"),
        Term("低于平时的，看是哪个部门、哪类诉求", "when below its usual range, look at departments and categories"), "F3 D07",
    )  # fmt: skip


def evaluate(view: View, frame: pd.DataFrame, periods: Sequence[Period]) -> pd.DataFrame:
    """Every indicator in every period: the columns of `indicators.evaluate`.

    frame: `orders.cases`. A limit in hours where times are dates, a limit that no order of the period could have reached, and a column that the export lacks
    are rows without a value and with the reason in `missing`.
    """
    told = orders.counted(frame)
    days = _days(view, told, periods)
    rows = []
    for period in periods:
        part = orders.within(told, period)
        rows.append(_received(part, period, days[days["period"] == period.label]))
        rows += [_share(view, part, period, i) for i in catalogue(view.params) if i is not RECEIVED]
    return pd.DataFrame(rows).merge(volumes.coverage(days, periods), on="period", how="left").assign(definition="")


def by_group(view: View, daily: pd.DataFrame, periods: Sequence[Period], groups: Sequence) -> pd.DataFrame:
    """The volume a day (received) and the share of the whole (share) of some groups in every period, the columns of `evaluate` and group.

    daily: counts (of orders, of calls) by the day's number since 1970 and group, all groups.
    """
    days, rows = volumes.days(view, periods, daily.sum(axis=1)), []
    for period in periods:
        here = days[days["period"] == period.label]
        first, last = ((day - volumes.EPOCH).days for day in (period.first_day, period.last_day))
        table = daily[(daily.index >= first) & (daily.index <= last)]
        table = table[table.sum(axis=1) > 0]
        for name in groups:
            counts = table[name] if name in table else pd.Series(0, index=table.index)
            rows += [_volume(counts, period, here, str(name)), _category(counts, table.sum(axis=1), period, str(name))]
    return pd.DataFrame(rows).merge(volumes.coverage(days, periods), on="period", how="left").assign(definition="")


def _days(view: View, frame: pd.DataFrame, periods: Sequence[Period]) -> pd.DataFrame:
    return volumes.days(view, periods, frame.groupby("day").size())


NOTHING = dict.fromkeys(("value", "low", "high", "se", "adjusted", "adjusted_low", "adjusted_high"), np.nan)


def _row(key: str, period: Period, group: str = "") -> dict:
    held = {"indicator": key, "period": period.label, "group": group, "numerator": pd.NA, "denominator": pd.NA, "calls": 0, "missing": ""}
    return {**held, **NOTHING, "noise": 0.0, "known": 1.0, "clusters": "orders", "without": ()}


def _received(part: pd.DataFrame, period: Period, days: pd.DataFrame) -> dict:
    return _volume(part.groupby("day").size(), period, days, "")


def _volume(counts: pd.Series, period: Period, days: pd.DataFrame, group: str) -> dict:
    """Orders a day of one period; `numerator` is their count."""
    row, n = _row(RECEIVED.key, period, group), int(counts.sum())
    found = volumes.a_day(counts, days)
    return {**row, "calls": n, **found, "numerator": n}


def _category(counts: pd.Series, whole: pd.Series, period: Period, group: str) -> dict:
    """A category's share of the orders of one period, its interval from the days."""
    row, k, n = _row(SHARE.key, period, group), counts.to_numpy(np.int64), whole.to_numpy(np.int64)
    if not n.sum():
        return {**row, "missing": "no orders"}
    if (n > 0).sum() >= FEWEST_DAYS:
        found = rates.shares(k, n)._asdict()
    else:
        found = {"value": k.sum() / n.sum(), "se": np.nan, "low": np.nan, "high": np.nan}
    level = {name: float(part) for name, part in found.items()}
    same = {f"adjusted{end}": level[name] for end, name in (("", "value"), ("_low", "low"), ("_high", "high"))}
    return {**row, "numerator": int(k.sum()), "denominator": int(n.sum()), "calls": int(n.sum()), **level, **same}


def _share(view: View, part: pd.DataFrame, period: Period, indicator: Indicator) -> dict:
    """A share within a limit, by the due time or as exported, of the orders of one period."""
    row = _row(indicator.key, period)
    found, why, known = measured(view, part, indicator.key)
    if why:
        return {**row, "missing": why}
    value = {name: getattr(found, name) for name in ("value", "low", "high", "se")}
    same = {f"adjusted{end}": value[name] for end, name in (("", "value"), ("_low", "low"), ("_high", "high"))}
    return {
        **row,
        "numerator": found.numerator,
        "denominator": found.denominator,
        "calls": found.denominator,
        "known": known,
        **value,
        **same,
    }


def measured(view: View, part: pd.DataFrame, key: str) -> tuple[orders.Within | None, str, float]:
    """One share of some orders, or why it cannot be had; and the share of the orders that it could be had of."""
    why = lacking(view, part, key)
    if why:
        return None, why, np.nan
    if key in ("due", "recorded"):
        found = orders.by_due(view, part) if key == "due" else orders.recorded(part)
        return (found, "", 1.0) if found.denominator else (None, "not reached" if key == "due" else "no orders", np.nan)
    measure, _, text = key.partition("_")
    wait = orders.waits(view, part, measure, text[-1])
    found = orders.share_within(wait, orders.limit(text).most)
    if not found.denominator:
        return None, "no orders", np.nan
    return (found, "", found.denominator / len(part)) if np.isfinite(found.value) else (None, "not reached", np.nan)


def lacking(view: View, part: pd.DataFrame, key: str) -> str:
    """Why a share cannot be had of these orders, '' when it can: a column that the export lacks, or hours of dates."""
    if not len(part):
        return "no orders"
    if key == "recorded":
        return "" if "timely" in part and part["timely"].notna().any() else "not available: needs timely"
    measure, _, text = key.partition("_")
    ends = [c for c in orders.MEASURES["resolution" if key == "due" else measure] if c in part]
    if not ends:
        needs = " or ".join(f"{c.removesuffix('_s')}_at" for c in orders.MEASURES["resolution" if key == "due" else measure])
        return f"not available: needs {needs}"
    if key == "due":
        return "" if "due_s" in part and part["due_s"].notna().any() else "not available: needs due_at"
    return "no clock time" if text[-1] == "h" and any(orders.dates_only(view.calendar, part[c]) for c in ("created_s", *ends)) else ""


def months(view: View) -> list[Period]:
    """The months of data up to the view's, when it is a month; otherwise the view's period alone."""
    if not re.fullmatch(r"\d{4}-\d\d", view.period.label):
        return [view.period]
    first = view.calendar.month_of(view.calendar.day_of(view.data_start_s))
    return view.calendar.months(min(first, view.period.label), view.period.label)


BY_KEY: Mapping[str, Indicator] = {i.key: i for i in (RECEIVED, SHARE)}
