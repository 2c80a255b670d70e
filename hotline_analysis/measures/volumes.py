"""Calls a day, and what kinds of day make of them: a short month or one with a holiday week is not a quiet one.

A day is of one kind: its weekday, a public holiday (节假日), or a weekend day that is worked (调休). Calls of a day are taken as the month's level
times the kind's factor; levels and factors are found in turn (the Poisson maximum likelihood of two factors), so a level is what an average
day of that month would have brought. Source: methods 7 (day types), 12.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import holidays
import numpy as np
import pandas as pd

from hotline_analysis.intake.store.ends import rest_days
from hotline_analysis.intake.usual import run_sums
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.view import View
from hotline_analysis.params import WEEKDAYS, Params
from hotline_analysis.stats import resampling

EPOCH = date(1970, 1, 1)
UNLIKELY = -np.log(0.01)  # a day that should bring this many calls brings none in 1 of 100 cases
UNLIKELY_ON_END = UNLIKELY + np.log(31)  # and days on end: each day of a month may begin such a run
NOTHING_MORE = 0.5  # expected records of the days behind the data, below which a month is over: a closed weekend or holiday brings none
TURNS, FEWEST_OF_KIND = 50, 3


def days(view: View, periods: Sequence[Period], calls: pd.Series) -> pd.DataFrame:
    """One row a calendar day of the periods: date, period, calls, factor (of its kind, 1 on average), expected (calls), seen.

    calls: offered calls by the day's number since 1970. Seen is False where the data have not begun or have ended, and for a day without a
    call that should have brought some (fewer than 1 such day in 100 stays empty by chance), or such days on end (1 month in 100).
    """
    listed = [(d, p.label) for p in periods for d in _dates(p)]
    frame = pd.DataFrame(listed, columns=["date", "period"])
    frame["calls"] = [int(calls.get((d - EPOCH).days, 0)) for d in frame["date"]]
    first, last = view.calendar.day_of(view.data_start_s), view.calendar.day_of(view.data_end_s - 1)
    inside = np.array([first <= d <= last for d in frame["date"]], bool)
    kind = _common_kinds(view, list(frame["date"]))
    seen = inside
    for _ in range(2):  # a missing day first counts as an empty one, and is then left out
        level, factor = _levels(frame["calls"].to_numpy(float), frame["period"].to_numpy(), kind, seen)
        empty, due = (frame["calls"] == 0).to_numpy(), level * factor
        seen = inside & ~(empty & ((due >= UNLIKELY) | (run_sums(empty, due) >= UNLIKELY_ON_END)))
    return frame.assign(factor=factor, expected=level * factor, seen=seen)


def _dates(period: Period) -> list[date]:
    return [period.first_day + timedelta(days=n) for n in range((period.last_day - period.first_day).days + 1)]


def kinds(view: View, dates: list[date]) -> np.ndarray:
    """The kind of each day: its weekday, a public holiday on a weekday, or a make-up day (a day of the weekend that is worked)."""
    weekend = [n for n, name in enumerate(WEEKDAYS) if name in view.params.weekend]
    turned = {True: "holiday", False: "make-up"}
    off = rest_days(view.params, dates)
    return np.array(
        [WEEKDAYS[d.weekday()] if rest == (d.weekday() in weekend) else turned[rest] for d, rest in zip(dates, off, strict=True)]
    )


def published(params: Params, dates: Sequence[date]) -> bool:
    """False where China's calendar of days off is not out for a year of these days and params say nothing of it: then no holiday of it is known."""
    if params.holidays != "CN":
        return True
    years = {d.year for d in dates} - {int(day[:4]) for day in params.days}
    worked = holidays.country_holidays("CN", years=sorted(years)).weekend_workdays if years else {}
    return years <= {d.year for d in worked}


def _common_kinds(view: View, dates: list[date]) -> np.ndarray:
    """The kinds, those of which there are few (below `FEWEST_OF_KIND`) counted as the last day of the weekend, or as the middle of the working week."""
    weekend = [n for n, name in enumerate(WEEKDAYS) if name in view.params.weekend]
    working, found = [n for n in range(7) if n not in weekend], kinds(view, dates)
    for name, alike in (("holiday", weekend[-1:]), ("make-up", working[len(working) // 2 :][:1])):
        if alike and (found == name).sum() < FEWEST_OF_KIND:
            found = np.where(found == name, WEEKDAYS[alike[0]], found)
    return found


def _levels(calls: np.ndarray, period: np.ndarray, kind: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The level of each day's period and the factor of its kind, both at every day; the factors are 1 on average over the days seen."""
    months, month = np.unique(period, return_inverse=True)
    kinds, kind = np.unique(kind, return_inverse=True)
    factor = np.ones(len(kinds))
    for _ in range(TURNS):
        level = _ratio(np.bincount(month, calls * seen, len(months)), np.bincount(month, factor[kind] * seen, len(months)))
        factor = _ratio(np.bincount(kind, calls * seen, len(kinds)), np.bincount(kind, level[month] * seen, len(kinds)), otherwise=1.0)
        factor /= (factor[kind] * seen).sum() / max(seen.sum(), 1) or 1.0
    typical = level[level > 0].mean() if (level > 0).any() else 0.0
    return np.where(level > 0, level, typical)[month], factor[kind]  # a month without a call should have had some


def _ratio(top: np.ndarray, bottom: np.ndarray, otherwise: float = 0.0) -> np.ndarray:
    return np.divide(top, bottom, out=np.full(len(top), otherwise), where=bottom > 0)


def coverage(days: pd.DataFrame, periods: Sequence[Period]) -> pd.DataFrame:
    """One row a period: days (seen), covered: whether every unseen day lies within the period and the data go on after it; ended: whether what is
    still to come of it is next to nothing; whole: whether its counts are all there: both hold, and no day within it lacks its records.

    Edge days that would bring few calls (a hotline closed on a holiday, or with a call a week) do not count as missing.
    """
    rows = []
    for period in periods:
        part = days[days["period"] == period.label]
        seen, expected = part["seen"].to_numpy(bool), part["expected"].to_numpy(float)
        at = np.flatnonzero(seen)
        before, after = (expected[: at[0]].sum(), expected[at[-1] + 1 :].sum()) if len(at) else (np.inf, np.inf)
        covered, ended = bool(before + after < UNLIKELY), bool(after < NOTHING_MORE)
        whole = covered and ended and bool(expected[~seen].sum() < UNLIKELY)
        rows.append({"period": period.label, "days": int(seen.sum()), "covered": covered, "ended": ended, "whole": whole})
    return pd.DataFrame(rows)


def a_day(calls: pd.Series, days: pd.DataFrame, *, nothing: str = "no calls") -> dict:
    """Calls a day of one period: value, adjusted (the level of an average day) and their intervals, over the days seen.

    nothing: why there is no value where no day was seen. calls: by the day's number since 1970; days: of this period. A count of single calls cannot vary less than they come by chance, so the
    error is at least the square root of the calls.
    """
    seen = days[days["seen"]]
    y = np.array([int(calls.get((d - EPOCH).days, 0)) for d in seen["date"]], np.int64)
    if not len(y):
        return {"denominator": pd.NA, "numerator": pd.NA, "missing": nothing}
    plain, level = _spread(y, np.ones(len(y))), _spread(y, seen["factor"].to_numpy(float))
    parts = {"denominator": len(y), "value": plain.value, "low": plain.low, "high": plain.high, "se": level.se}
    noise = float(np.sqrt(max(y.sum(), 1)) / len(y))
    return {**parts, "adjusted": level.value, "adjusted_low": level.low, "adjusted_high": level.high, "noise": noise, "clusters": "days"}


def _spread(y: np.ndarray, weight: np.ndarray) -> resampling.Estimate:
    """sum y / sum weight with its error over the days, at least that of chance; nothing where none of the days is expected to hold a call."""
    total, base = y.sum(), weight.sum()
    if not base:
        return resampling.Estimate(np.nan, np.nan, np.nan, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = resampling.jackknife((total - y) / (base - weight), estimate=total / base)
    chance = np.sqrt(max(total, 1)) / base
    se = max(float(error.se), chance) if np.isfinite(error.se) else chance
    reach = (error.high - error.value) / error.se if np.isfinite(error.se) and error.se > 0 else 1.96
    return resampling.Estimate(float(total / base), se, max(float(total / base - reach * se), 0.0), float(total / base + reach * se))
