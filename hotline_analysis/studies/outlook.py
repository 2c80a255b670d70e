"""What comes next month, and what is on the rise? (总结与展望: B14, B15, D17)

Next month is forecast day by day from days of the same kind (a weekday, a public holiday, a make-up workday, the day after a holiday), by three
simple ways that compete at earlier origins; the plain mean of the last four days of a kind stays unless another beats it by 5 %. No way follows
a trend. `total`: the month's volume with its interval. `days`: each day of it. `methods`: what each way missed. `backtest`: what the chosen one
would have said. `months`: the months before, and the forecast. `issues`: the total in categories that add to it. `rising`: topics that are above
what the months before foresee. Calls, or orders of a hotline that has no calls. Source: methods.md 12, catalogue B14, B15.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import BadParams, DataRefused
from hotline_analysis.intake.store.ends import rest_days
from hotline_analysis.measures import orders, volumes
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import DAY
from hotline_analysis.measures.indicators import offered_calls
from hotline_analysis.measures.periods import Period, months_between
from hotline_analysis.measures.view import View
from hotline_analysis.params import WEEKDAYS
from hotline_analysis.stats import forecast, tests
from hotline_analysis.words import CALLS, CALLS_A_DAY, ORDERS, ORDERS_A_DAY, WEEKDAY, Field, Term

REPEATS = False  # no figure here rests on the definition of a repeat call
LEAST_DAYS, SHORT_DAYS = 14, 56  # below the first nothing is forecast, below the second only by the last week, 仅供参考
FIRST_ORIGIN, STEP = 84, 7  # the first origin has twelve weeks behind it; origins are a week apart
TESTED_MONTHS = 3  # the ways compete when the origins' horizons cover so many whole months
BEATS = 0.05  # the mean stays unless another misses less by this share
SHOWN_ORIGINS = 12
BACK, LEAST_BACK = 12, 3  # months before that say what a topic usually brings
CLEAR_Q, CLEAR_EXCESS = 0.05, 5  # a topic rises when chance is ruled out and at least so many more came than foreseen
A_DAY = {CALLS.key: CALLS_A_DAY.key, ORDERS.key: ORDERS_A_DAY.key}
LEVEL_COLUMNS = {"calls": "issue_{}", "orders": "category_{}"}
METHODS = {
    "mean": Term("最近四个同类日的平均", "mean of the last four days of a kind"),
    "naive": Term("最近一个同类日", "the last day of a kind"),
    "rates": Term("近八周各类日的平均（日类型泊松回归）", "eight weeks by kind of day (Poisson regression)"),
}
KINDS = dict(zip(WEEKDAYS, WEEKDAY, strict=True)) | {
    "holiday": Term("节假日", "holiday"),
    "make-up": Term("调休上班日", "make-up workday"),
    "after": Term("节后首日", "first day after a holiday"),
}
UNFILED = "(none)"  # the key of what has no topic
POOLED = {disclosure.OTHER: disclosure.POOLED, UNFILED: orders.NOT_GIVEN}
COLUMNS = {
    "month": Field(Term("月份", "Month"), "month"),
    "period": Field(Term("月份", "Month"), "month"),
    "date": Field(Term("日期", "Day"), "day"),
    "origin": Field(Term("站在哪一天", "Standing at the end of"), "day"),
    "method": Field(Term("方法", "Method"), words=METHODS),
    "kind": Field(Term("日类型", "Kind of day"), words=KINDS),
    "value": Field(Term("预计", "Forecast"), "level"),
    "low": Field(Term("80%下端", "80% low"), "level"),
    "high": Field(Term("80%上端", "80% high"), "level"),
    "a_day": Field(Term("日均", "A day"), "level"),
    "ahead": Field(Term("实际或预计", "Came or foretold"), words={"False": Term("实际", "came"), "True": Term("预计", "forecast")}),
    "now": Field(Term("本月", "This month"), "level"),
    "days": Field(Term("天数", "Days"), "count"),
    "workdays": Field(Term("工作日", "Workdays"), "count"),
    "history_days": Field(Term("历史天数", "Days of history"), "count"),
    "origins": Field(Term("回测次数", "Origins"), "count"),
    "error": Field(Term("月总量误差", "Error of the month's total"), "share"),
    "mean_error": Field(Term("四日平均法的误差", "Error of the mean of four"), "share"),
    "naive_error": Field(Term("最近一日法的误差", "Error of the last day"), "share"),
    "bias": Field(Term("偏高或偏低", "Too high or too low"), "share"),
    "mase": Field(Term("逐日误差（季节性朴素法为1）", "Error by the day (seasonal naive = 1)"), "ratio"),
    "gain": Field(Term("比四日平均少错", "Missed less than the mean of four by"), "share"),
    "chosen": Field(Term("采用", "Used")),
    "calls": Field(Term("预计", "Forecast"), "count"),
    "forecast": Field(Term("当时会预计", "Would have said"), "count"),
    "actual": Field(Term("实际", "Came"), "count"),
    "issue": Field(Term("诉求", "Topic"), words=POOLED),
    "parent": Field(Term("上级诉求", "Above it"), words=POOLED),
    "share": Field(Term("占比", "Share"), "share"),
    "count": Field(Term("本月", "This month"), "count"),
    "before": Field(Term("此前各月合计", "Months before, together"), "count"),
    "expected": Field(Term("按此前应有", "Expected from before"), "count"),
    "ratio": Field(Term("与此前之比", "Ratio to before"), "ratio", interval=("ratio_low", "ratio_high")),
    "q": Field(Term("q值", "q"), "probability"),
    "found": Field(
        Term("判断", "Finding"),
        words={"new": Term("新增", "new"), "rising": Term("上升", "rising"), "none": Term("无证据", "no evidence"), "few": Term("样本不足", "too few")},
    ),
    "rising_count": Field(Term("上升的诉求", "Rising topics"), "count"),
    "new_count": Field(Term("新增的诉求", "New topics"), "count"),
    "topics": Field(Term("诉求数", "Topics"), "count"),
    "months": Field(Term("此前月数", "Months before"), "count"),
    "said": Field(Term("情形", "Case")),
}  # fmt: skip


class Series(NamedTuple):
    """A daily volume up to the origin, the kinds of its days, and the days of the month to come.

    y: [days], nan where a day was not seen; parts: [days, categories], counts; gap: days between the last day and the target's first.
    """

    dates: list[date]
    y: np.ndarray
    kinds: np.ndarray
    parts: pd.DataFrame
    target: Period
    ahead: list[date]
    ahead_kinds: np.ndarray
    gap: int
    unit: str

    @property
    def horizon(self) -> int:
        return len(self.ahead)


# ---- the series


def _table(view: View) -> tuple[str, str]:
    """Which table the volume is counted in, and its unit: calls, or the orders of a hotline without calls. Raises DataRefused for orders that their closing places."""
    if "calls" in view.tables:
        return "calls", CALLS.key
    if view.params.complaints.placed_by == "closed":  # what gets done tells nothing of what will come
        raise DataRefused("outlook", f"{orders.UNPLACED}.")
    return "orders", ORDERS.key


def _counts(view: View, columns: Sequence[str]) -> pd.DataFrame:
    """Volume by local day (its number since 1970) and the given columns, up to the period's end: day, columns..., n. Of orders those that every figure counts (`orders.counted`)."""
    table, _ = _table(view)
    end = min(view.period.end_s, view.data_end_s)
    if table == "orders":
        came = orders.counted(orders.cases(view, *columns))
        came = came[came["placed_s"].between(view.data_start_s, end, inclusive="left")]
        return came.groupby(["day", *columns], dropna=False, as_index=False).agg(n=("placed_s", "size"))
    rows = offered_calls(view).filter((nw.col("start_s") >= view.data_start_s) & (nw.col("start_s") < end))
    rows = rows.with_columns(day=(nw.col("local_s") - 3600 * view.calendar.cut_hour) // DAY)
    return pandas(rows.group_by("day", *columns).agg(n=nw.len())).astype({"day": "int64", "n": "int64"})


def _months(view: View) -> list[Period]:
    """Every month from the first with data to the period's last."""
    first, last = view.calendar.day_of(view.data_start_s), _origin(view)
    return [view.calendar.month(m) for m in months_between(view.calendar.month_of(first), view.calendar.month_of(last))]


def _origin(view: View) -> date:
    """The last day that is known: of the period, or of the data where these end before it."""
    return view.calendar.day_of(min(view.period.end_s, view.data_end_s) - 1)


def _target(view: View) -> Period:
    """The first whole month after the origin."""
    following = _origin(view) + timedelta(days=1)
    month = view.calendar.month(view.calendar.month_of(following))
    return month if month.first_day == following else view.calendar.month(view.calendar.month_of(month.last_day + timedelta(days=1)))


def series(view: View, level: int = 1) -> Series:
    """The daily volume before the period's end with its categories of a level, and the month to come.

    Raises DataRefused for less than two weeks of days that were seen.
    """
    table, unit = _table(view)
    column = LEVEL_COLUMNS[table].format(level)
    have = (offered_calls(view) if table == "calls" else view.table(table)).collect_schema().names()
    found = _counts(view, [column] if column in have else [])
    by_day = found.groupby("day")["n"].sum()
    judged = volumes.days(view, _months(view), by_day)
    judged = judged[judged["date"].between(view.calendar.day_of(view.data_start_s), _origin(view))]
    if judged["seen"].sum() < LEAST_DAYS or not by_day.sum():
        raise DataRefused("outlook", f"{int(judged['seen'].sum())} days are too short to forecast from.", "Give at least two weeks.")
    dates, target = list(judged["date"]), _target(view)
    ahead = _between(target.first_day, target.last_day)
    kinds = day_kinds(view, [*dates, *_between(dates[-1] + timedelta(days=1), target.last_day)])
    y = np.where(judged["seen"], judged["calls"], np.nan).astype(float)
    return Series(
        dates,
        y,
        kinds[: len(dates)],
        _parts(found, column, dates),
        target,
        ahead,
        kinds[-len(ahead) :],
        (ahead[0] - dates[-1]).days - 1,
        unit,
    )


def _between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _parts(found: pd.DataFrame, column: str, dates: list[date]) -> pd.DataFrame:
    """Counts by day and category; UNFILED is what has none."""
    if column not in found:
        return pd.DataFrame(index=dates)
    wide = found.assign(**{column: found[column].fillna(UNFILED)}).pivot_table(index="day", columns=column, values="n", aggfunc="sum")
    return wide.reindex([(d - volumes.EPOCH).days for d in dates]).fillna(0).set_axis(dates)


def day_kinds(view: View, dates: Sequence[date]) -> np.ndarray:
    """The kind of each day: its weekday, a public holiday on a weekday, a weekend day that is worked, or the first day after such a holiday."""
    kinds, off = volumes.kinds(view, list(dates)), rest_days(view.params, list(dates))
    after, festive = [], False
    for kind, rest in zip(kinds, off, strict=True):
        after.append(not rest and festive)
        festive = kind == "holiday" or (festive and rest)
    return np.where(after, "after", kinds)


def _alike(view: View) -> dict[str, str]:
    """What a kind that was never seen is taken for: a holiday for the weekend's last day, a worked day for the middle of the week."""
    weekend = [n for n, name in enumerate(WEEKDAYS) if name in view.params.weekend]
    working = [n for n in range(7) if n not in weekend]
    middle = WEEKDAYS[working[len(working) // 2]] if working else ""
    return {"holiday": WEEKDAYS[weekend[-1]] if weekend else middle, "make-up": middle, "after": WEEKDAYS[working[0]] if working else ""}


# ---- the choice


class Tried(NamedTuple):
    """What each method would have said at each origin: totals of the months ahead, and the chosen method."""

    origins: list[int]
    actual: np.ndarray
    predicted: dict[str, np.ndarray]
    mase: dict[str, float]
    chosen: str
    case: str


def _tried(s: Series, view: View) -> Tried:
    """The methods at every origin, a week apart, from the twelfth week on; the mean of four stays unless another misses BEATS less."""
    origins = list(range(FIRST_ORIGIN, len(s.y) - s.gap - s.horizon + 1, STEP))
    if len(s.y) < SHORT_DAYS:
        return Tried([], np.empty(0), {}, {}, "naive", "short")
    if not origins:
        return Tried([], np.empty(0), {}, {}, "mean", "untested")
    actual = np.array([s.y[o + s.gap : o + s.gap + s.horizon] for o in origins])
    days = {m: _rolled(m, s, origins, view) for m in forecast.METHODS}
    scale = forecast.naive_scale(s.y[:FIRST_ORIGIN], s.kinds[:FIRST_ORIGIN])
    sums = {m: forecast.totals(actual, p) for m, p in days.items()}
    wrong = {m: forecast.wape(*pair) for m, pair in sums.items()}
    best = min(wrong, key=lambda m: (wrong[m], m != "mean"))
    enough = (origins[-1] - origins[0]) + s.horizon >= TESTED_MONTHS * s.horizon
    beaten = enough and wrong[best] < (1 - BEATS) * wrong["mean"]
    chosen = best if beaten else "mean"
    mase = {m: forecast.accuracy(actual, p, scale=scale).mase for m, p in days.items()}
    case = "beaten" if beaten else "kept" if enough else "few origins"
    return Tried(origins, sums["mean"][0], {m: pair[1] for m, pair in sums.items()}, mase, chosen, case)


def _rolled(method: str, s: Series, origins: list[int], view: View) -> np.ndarray:
    return forecast.rolling(method, s.y, s.kinds, origins=origins, gap=s.gap, horizon=s.horizon, alike=_alike(view))


def _ahead(s: Series, method: str, view: View) -> np.ndarray:
    """The days of the month to come; 0 for a kind of which no day was ever seen."""
    return np.nan_to_num(forecast.forecast(method, s.y, s.kinds, s.ahead_kinds, alike=_alike(view)))


def total(view: View) -> pd.DataFrame:
    """Next month's volume in one row.

    Columns: month, value, low, high (80 %, from the errors at earlier origins; none before there is one), unit, method, said (kept: the mean of
    four was not beaten by 5 %; beaten; few origins: they cover less than three months, the mean stays; untested; short: under eight weeks), widest
    (the interval is the largest error of fewer than eight origins), calendar (published, or not: holidays of that year are not known), origins,
    error, mean_error, naive_error (sum of the absolute errors of the months' totals over the totals, at the origins), days, workdays, history_days,
    now (volume of the period's last month, where it is whole). Raises DataRefused below two weeks.
    """
    s = series(view)
    tried = _tried(s, view)
    value = round(_ahead(s, tried.chosen, view).sum())
    error = {m: forecast.wape(tried.actual, p) for m, p in tried.predicted.items()}
    reach = forecast.reach(tried.actual, tried.predicted[tried.chosen]) if tried.origins else forecast.Reach(np.nan, True)
    row = {"month": s.target.label, "value": value, **_ends(value, reach.share), "unit": s.unit, "method": tried.chosen}
    row |= {"said": _case(tried, reach), "calendar": "published" if volumes.published(view.params, s.ahead) else "unpublished"}
    row |= {"origins": len(tried.origins), "error": error.get(tried.chosen, np.nan)}
    row |= {"mean_error": error.get("mean", np.nan), "naive_error": error.get("naive", np.nan)}
    row |= {"days": s.horizon, "workdays": int(sum(not off for off in rest_days(view.params, s.ahead)))}
    return pd.DataFrame([{**row, "history_days": int((~np.isnan(s.y)).sum()), "now": _now(s, view)}])


def _case(tried: Tried, reach: forecast.Reach) -> str:
    return "few origins, widest" if tried.case == "few origins" and reach.widest else tried.case


def _ends(value: float, share: float) -> dict[str, float]:
    return {"low": max(value * (1 - share), 0.0), "high": value * (1 + share)}


def _now(s: Series, view: View) -> float:
    """The volume of the origin's month, missing where the month is not whole."""
    month = view.calendar.month(view.calendar.month_of(s.dates[-1]))
    inside = np.array([month.first_day <= d <= month.last_day for d in s.dates])
    whole = inside.sum() == (month.last_day - month.first_day).days + 1 and not np.isnan(s.y[inside]).any()
    return float(s.y[inside].sum()) if whole else np.nan


def days(view: View) -> pd.DataFrame:
    """Each day of next month: date, calls (the forecast, to the tenth), unit, kind, rest (a day off), month, said."""
    s = series(view)
    tried = _tried(s, view)
    ahead = np.round(_ahead(s, tried.chosen, view), 1)
    told = {"kind": s.ahead_kinds, "rest": rest_days(view.params, s.ahead), "month": s.target.label, "said": tried.case}
    return pd.DataFrame({"date": pd.to_datetime(pd.Series(s.ahead)), "calls": ahead, "unit": s.unit, **told})


def methods(view: View) -> pd.DataFrame:
    """What each way would have missed at the earlier origins, a row each: method, origins, error (of the months' totals: sum of absolute errors over
    the sum), bias (forecast over what came, less 1), mase (error by the day over that of the seasonal naive within the first twelve weeks), gain
    (missed less than the mean of four by this share), chosen, said. Raises DataRefused without an origin.
    """
    s = series(view)
    tried = _tried(s, view)
    if not tried.origins:
        raise DataRefused("outlook", "the history is too short for a test at earlier origins.", "It takes sixteen weeks.")
    error = {m: forecast.wape(tried.actual, p) for m, p in tried.predicted.items()}
    rows = [
        {"method": m, "origins": len(tried.origins), "error": error[m], "bias": p.sum() / tried.actual.sum() - 1, "mase": tried.mase[m],
         "gain": 1 - error[m] / error["mean"] if error["mean"] else np.nan, "chosen": m == tried.chosen, "said": tried.case}
        for m, p in tried.predicted.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def backtest(view: View) -> pd.DataFrame:
    """What the chosen way would have said at each earlier origin: origin (the last day known), forecast, actual, bias (forecast over actual, less 1),
    shown (the last twelve). Sums leave out days that were not seen. Raises DataRefused without an origin.
    """
    s = series(view)
    tried = _tried(s, view)
    if not tried.origins:
        raise DataRefused("outlook", "the history is too short for a test at earlier origins.", "It takes sixteen weeks.")
    predicted = tried.predicted[tried.chosen]
    frame = pd.DataFrame({"origin": pd.to_datetime([s.dates[o - 1] for o in tried.origins]), "forecast": predicted, "actual": tried.actual})
    late = np.arange(len(frame)) >= len(frame) - SHOWN_ORIGINS
    return frame.assign(bias=frame["forecast"] / frame["actual"].replace(0, np.nan) - 1, shown=late, method=tried.chosen)


def months(view: View) -> pd.DataFrame:
    """The months before and the one to come, as a daily mean: period, a_day (over the days seen), lower, upper (80 %, of the forecast alone),
    ahead (True for the forecast), unit. Months with fewer than half of their days are left out.
    """
    s, now = series(view), total(view).iloc[0]
    labels = np.array([view.calendar.month_of(d) for d in s.dates])
    seen = pd.DataFrame({"period": labels, "y": s.y}).groupby("period")["y"].agg(["mean", "count", "size"])
    seen = seen[(seen["count"] >= 15) & np.isfinite(seen["mean"])].tail(13)
    past = pd.DataFrame({"period": seen.index, "a_day": seen["mean"].to_numpy(), "lower": np.nan, "upper": np.nan, "ahead": False})
    next_ = {"period": now["month"], "a_day": now["value"], "lower": now["low"], "upper": now["high"]}
    ahead = pd.DataFrame([{k: v if k == "period" else v / s.horizon for k, v in next_.items()}]).assign(ahead=True)
    return pd.concat([past, ahead], ignore_index=True).assign(unit=A_DAY[s.unit], month=now["month"])


# ---- categories


def issues(view: View, *, level: int = 1) -> pd.DataFrame:
    """Next month's volume by topic, adding to the total exactly: issue, share, value (whole), low, high (80 %), now (this month, where whole), month.

    A topic's share is that of the last eight weeks, drawn towards its share before as far as the two agree; its interval comes from its own errors at the
    earlier origins. A name that began meanwhile (another list of topics) counts from its first day on, one that is over no more (`forecast.lives`); a young one has no interval.
    Topics with fewer than the view's `smallest` in the eight weeks are pooled. Raises DataRefused without the column of the level, and where most names are younger than two weeks.
    """
    _check_level(level)
    s, now = series(view, level), total(view).iloc[0]
    if not s.parts.shape[1]:
        table, _ = _table(view)
        raise DataRefused("outlook", f"not available: needs {LEVEL_COLUMNS[table].format(level)}.", "Map the column.")
    if forecast.unsettled(s.parts):
        raise DataRefused("outlook", "most topics have other names than two weeks ago.", "It takes two weeks of them.")
    parts = _pooled(s.parts, view.smallest)
    shares = _shares(parts.to_numpy(float))
    value = forecast.whole_parts(shares, int(now["value"]))
    reach = _reaches(s, parts.to_numpy(float), now["method"], view)
    month = view.calendar.month(view.calendar.month_of(s.dates[-1]))
    inside = [month.first_day <= d <= month.last_day for d in s.dates]
    this = parts[inside].sum().to_numpy(float) if np.isfinite(now["now"]) else np.nan
    frame = pd.DataFrame(
        {"issue": parts.columns, "share": shares, "value": value, "low": np.maximum(value * (1 - reach), 0), "high": value * (1 + reach)}
    )
    frame = frame.assign(now=this, unit=s.unit, month=now["month"])[(value > 0) | (np.nan_to_num(this) > 0)]
    frame = frame.sort_values(["value", "issue"], ascending=[False, True], ignore_index=True)
    return disclosure.untold(frame, ["now"], [], view.smallest, parts_of=())


def _check_level(level: int) -> None:
    if level not in (1, 2, 3):
        raise BadParams("outlook › level", f"{level} is not a level of topics.", "Take 1, 2 or 3.")


def _pooled(parts: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """The columns with fewer than `smallest` in the last eight weeks as one; its own name is never told."""
    recent = parts.tail(SHORT_DAYS).sum()
    names = disclosure.names_told({(word,): int(n) for word, n in recent.items()}, smallest)
    small = [word for word in recent.index if names[word,] != (word,)]
    if not len(small):
        return parts
    kept = parts.drop(columns=small)
    return kept.assign(**{disclosure.OTHER: parts[small].sum(axis=1)})


def _shares(parts: np.ndarray) -> np.ndarray:
    """Shares of the topics by their last eight weeks: a new name as if it had come from the first of these days on as since its own, and with no other past."""
    begin, live = forecast.lives(parts)
    day, recent = max(len(parts) - SHORT_DAYS, 0), parts[-SHORT_DAYS:].sum(axis=0)
    so_far = np.append(0, parts.sum(axis=1).cumsum())
    recent = live * recent * (so_far[-1] - so_far[day]) / np.maximum(so_far[-1] - so_far[np.maximum(begin, day)], 1)
    old = live & (begin == 0)
    before = parts[:day].sum(axis=0) * old
    grown = before.sum() / recent[old].sum() if recent[old].sum() else 0.0
    return forecast.smoothed_shares(recent, np.where(old, before, recent * grown))


def _reaches(s: Series, parts: np.ndarray, method: str, view: View) -> np.ndarray:
    """How far each topic may be off, from its errors at the origins."""
    origins = list(range(FIRST_ORIGIN, len(s.y) - s.gap - s.horizon + 1, STEP))
    if not origins or len(s.y) < SHORT_DAYS:
        return np.full(parts.shape[1], np.nan)
    actual_days = np.array([s.y[o + s.gap : o + s.gap + s.horizon] for o in origins])
    seen = ~np.isnan(actual_days)
    whole = forecast.totals(actual_days, _rolled(method, s, origins, view))[1]
    actual = np.array([(parts[o + s.gap : o + s.gap + s.horizon] * seen[n][:, None]).sum(axis=0) for n, o in enumerate(origins)])
    predicted = np.array([whole[n] * _shares(parts[:o]) for n, o in enumerate(origins)])
    begin, _ = forecast.lives(parts)
    settled = np.array(origins)[:, None] >= np.where(begin > 0, begin + LEAST_DAYS, 0)
    return np.array([forecast.reach(actual[own, c], predicted[own, c]).share for c, own in enumerate(settled.T)])


# ---- rising topics


def rising(view: View, *, level: int = 1) -> pd.DataFrame:
    """Topics of the period's last month against the (up to) twelve months before: which come more often than these foresee, which are new.

    Columns: issue, parent (of levels 2 and 3), count (this month), before (the months before, together), expected (in this month, from before, kinds of
    day taken off), ratio (of the daily rates), ratio_low, ratio_high (95 %), p, q (Benjamini-Hochberg over the topics), found (new: not once before;
    rising: q < .05 and at least 5 more than expected; none; few: under 30 now and before together), shown (rising or new), and in every row
    rising_count, new_count, topics, months, said (some, none). Topics under the view's `smallest` this month are pooled and not judged.

    The months' own unrest widens the interval (`tests.count_against_history`). Raises DataRefused before three months of history, or without the column.
    """
    _check_level(level)
    table, _ = _table(view)
    path = [LEVEL_COLUMNS[table].format(n) for n in range(1, level + 1)]
    have = (offered_calls(view) if table == "calls" else view.table(table)).collect_schema().names()
    if path[-1] not in have:
        raise DataRefused("outlook", f"not available: needs {path[-1]}.", "Map the column.")
    found = _counts(view, path).fillna(dict.fromkeys(path, UNFILED))
    judged = volumes.days(view, _months(view), found.groupby("day")["n"].sum())
    exposure = judged[judged["seen"]].groupby("period")["factor"].sum()
    label = [view.calendar.month_of(volumes.EPOCH + timedelta(days=int(d))) for d in found["day"]]
    now, back = view.calendar.month_of(_origin(view)), _before(exposure, view)
    if len(back) < LEAST_BACK:
        raise DataRefused("outlook", "there are too few earlier months to tell what rises.", f"It takes {LEAST_BACK}.")
    if not exposure.get(now):
        raise DataRefused("outlook", f"no {table}.")
    wide = found.assign(period=label).pivot_table(index=path, columns="period", values="n", aggfunc="sum", fill_value=0)
    wide = wide.reindex(columns=[*back, now], fill_value=0)
    frame = wide.reset_index()
    frame = disclosure.pooled(frame, path, view.smallest, size=now).groupby(path, as_index=False)[[*back, now]].sum()
    told, hidden = _judged(frame, path, back, now, exposure), ["expected", "ratio", "ratio_low", "ratio_high"]
    return disclosure.untold(told, ["before"], hidden, view.smallest, parts_of=["parent"] if level > 1 else ())


def _before(exposure: pd.Series, view: View) -> list[str]:
    """The labels of the months before the period's last one that have at least half of a month's days."""
    now = view.calendar.month_of(_origin(view))
    return [p for p in sorted(exposure.index) if p < now and exposure[p] >= 15][-BACK:]


def _judged(frame: pd.DataFrame, path: list[str], back: list[str], now: str, exposure: pd.Series) -> pd.DataFrame:
    weights, own = exposure[back].to_numpy(float), float(exposure[now])
    tested = [tests.count_against_history(r[now], own, r[back].to_numpy(float), weights) for _, r in frame.iterrows()]
    pooled = frame[path[-1]].isin([disclosure.OTHER, UNFILED])
    before = frame[back].sum(axis=1)
    few = (frame[now] + before < 30) | pooled
    q = tests.benjamini_hochberg(np.where(few, np.nan, [t.p for t in tested]))
    expected = before / weights.sum() * own
    up = (q < CLEAR_Q) & (frame[now] - expected >= CLEAR_EXCESS)
    state = np.select([few, up & (before == 0), up], ["few", "new", "rising"], "none")
    above = {"parent": frame[path[-2]]} if len(path) > 1 else {}
    told = {"issue": frame[path[-1]], **above, "count": frame[now], "before": before}
    limits = {"ratio": [t.ratio for t in tested], "ratio_low": [t.low for t in tested], "ratio_high": [t.high for t in tested]}
    out = pd.DataFrame({**told, "expected": expected, **limits, "p": [t.p for t in tested], "q": q, "found": state})
    out.loc[out["before"] == 0, list(limits)] = np.nan
    rising, new = int((state == "rising").sum()), int((state == "new").sum())
    said = {"rising_count": rising, "new_count": new, "topics": len(out), "months": len(back), "said": "some" if rising + new else "none"}
    out = out.assign(shown=np.isin(state, ("rising", "new")), month=now, **said)
    return out.sort_values(
        ["shown", "ratio", "count"], ascending=[False, False, False], na_position="first", kind="stable", ignore_index=True
    )


TABLES = {
    "total": total, "days": days, "methods": methods, "backtest": backtest, "months": months, "issues": issues, "rising": rising,
}  # fmt: skip
WHOLE = ("total", "days", "methods", "backtest", "months")  # of the whole hotline alone: told under `disclosure: internal`
