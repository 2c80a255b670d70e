"""Where the data begin and end: the first and the last day on which records are dense, whatever single dates lie beyond them.

One mistyped year, a sentinel (1900-01-01, 2099-12-31) or the first minutes of a day on which an export was taken would otherwise decide the
follow-up of every call. What lies beyond the ends stays counted; only the ends are not taken from it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import holidays

from hotline_analysis.params import WEEKDAYS, Params

BACK_DAYS = 91  # what is usual at an end comes from this many days on the data's side of it, thirteen of each weekday
SHORT_DAYS = 28  # data of fewer days than this are taken as so many, so that a handful of days makes nothing usual
THIN = 0.1  # a tail with at most this share of its usual records is none
LEAST = 10  # and with at least so many usual records: fewer may be missing by chance
APART_DAYS = 731  # a figure of a month so far from all others has a mistyped year
NEAR_DAYS = 14  # a longer tail must also lack its usual days with records, otherwise it is a hotline that became small


def rest_days(params: Params, days: list[date]) -> list[bool]:
    """Which days the hotline's city has off: weekends and public holidays, without make-up workdays (调休); what params say of a day stands above both."""
    own = [params.days.get(d.isoformat()) for d in days]
    return [known if said is None else said == "rest" for known, said in zip(_official(params, days), own, strict=True)]


def _official(params: Params, days: list[date]) -> list[bool]:
    weekend = {WEEKDAYS.index(d) for d in params.weekend}
    if not params.holidays:
        return [d.weekday() in weekend for d in days]
    public = holidays.country_holidays(params.holidays, years=sorted({d.year for d in days}))
    public.weekend = weekend
    return [not public.is_working_day(d) for d in days]


def ends(counts: Mapping[date, int], params: Params, *, monthly: bool = False) -> tuple[date, date] | None:
    """The first and the last day of dense records; `counts` are the records of each day that has any, None without a day. Of a `monthly` table
    the days are months: its ends are those of the first and the last month, without one that is years away from all others.

    A tail of days is cut when it brings at most THIN of the records that its weekdays usually bring (the mean of the days before it, public
    holidays left out) and those are LEAST or more; a tail of more than NEAR_DAYS only when at most THIN of its usual days have records at all.
    No tail is cut with more than THIN both of all records and of all days with records. The shortest such tail goes, as long as there is one;
    the head alike. So weekends, holidays, a closed fortnight and years with few records end nothing.
    """
    days = sorted((day.toordinal(), n) for day, n in counts.items() if n)
    if not days:
        return None
    if monthly:
        return _months_ends([day for day, _ in days], params.period.start_day)
    days = _cut([(-day, n) for day, n in reversed(_cut(days, params))], params)
    return date.fromordinal(-days[-1][0]), date.fromordinal(-days[0][0])


def _months_ends(days: list[int], start_day: int) -> tuple[date, date]:
    """The first day of the first and the last day of the last of the hotline's months that are named by the first of the month."""
    while len(days) > 2 and days[-1] - days[-2] > APART_DAYS:
        days = days[:-1]
    while len(days) > 2 and days[1] - days[0] > APART_DAYS:
        days = days[1:]
    first, last = date.fromordinal(days[0]), date.fromordinal(days[-1])
    if start_day > 1:
        return (first - timedelta(days=1)).replace(day=start_day), last.replace(day=start_day - 1)
    return first, (last + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _cut(days: list[tuple[int, int]], params: Params) -> list[tuple[int, int]]:
    """The days without their thin tail. Days are ordinals, or their negatives for the head: in both seven apart is the same weekday."""
    at, total, last = [day for day, _ in days], [0], len(days) - 1
    for _, n in days:
        total.append(total[-1] + n)
    while (end := next((e for e in range(last - 1, -1, -1) if _thin(at, total, e, last, params)), None)) is not None:
        last = end
    return days[: last + 1]


def _thin(at: list[int], total: list[int], end: int, last: int, params: Params) -> bool:
    """True when the days after place `end` up to place `last` hold next to nothing of what is usual."""
    found, span = total[last + 1] - total[end + 1], at[last] - at[end]
    if found > THIN * total[end + 1] and last - end > THIN * (end + 1):
        return False
    records, recorded = _usual(at, total, end)
    expected = _over_tail(records, at[end], at[last])
    if expected < LEAST or found > THIN * expected:
        return False
    if span > NEAR_DAYS:
        return last - end <= THIN * _over_tail(recorded, at[end], at[last])
    expected -= sum(records[day % 7] for day in _public(at[end] + 1, at[last], params))
    return expected >= LEAST and found <= THIN * expected


def _usual(at: list[int], total: list[int], end: int) -> tuple[list[float], list[float]]:
    """Mean records, and the share of days with records, of each weekday up to place `end`: the lower of the BACK_DAYS and the last SHORT_DAYS,
    so that neither an opening nor a decline makes the other side of it look thin.
    """
    first = bisect_right(at, at[end] - BACK_DAYS)
    long = _means(at, total, end, max(at[end] - at[first] + 1, SHORT_DAYS))
    short = _means(at, total, end, SHORT_DAYS)
    return [min(pair) for pair in zip(long[0], short[0], strict=True)], [min(pair) for pair in zip(long[1], short[1], strict=True)]


def _means(at: list[int], total: list[int], end: int, window: int) -> tuple[list[float], list[float]]:
    records, recorded = [0.0] * 7, [0.0] * 7
    for place in range(bisect_right(at, at[end] - window), end + 1):
        records[at[place] % 7] += total[place + 1] - total[place]
        recorded[at[place] % 7] += 1
    had = [_weekdays(at[end] - window, at[end], weekday) for weekday in range(7)]
    return [r / n for r, n in zip(records, had, strict=True)], [r / n for r, n in zip(recorded, had, strict=True)]


def _over_tail(usual: list[float], after: int, to: int) -> float:
    return sum(value * _weekdays(after, to, weekday) for weekday, value in enumerate(usual))


def _weekdays(after: int, to: int, weekday: int) -> int:
    """How many of the days after `after`, up to `to`, are of a weekday (ordinal modulo 7)."""
    return (to - weekday) // 7 - (after - weekday) // 7


def _public(first: int, last: int, params: Params) -> list[int]:
    """Public holidays among the days: days off that are no weekend."""
    weekend = {WEEKDAYS.index(d) for d in params.weekend}
    days = [d for d in range(first, last + 1) if date.fromordinal(abs(d)).weekday() not in weekend]
    return [d for d, off in zip(days, rest_days(params, [date.fromordinal(abs(d)) for d in days]), strict=True) if off]


def fullest(months: Iterable[str], recorded: Mapping[str, int]) -> str:
    """The last month that has records on most of its days: on more than half as many as the fullest of the twelve months up to it.

    months: in order; recorded: days with records by month. A hotline of a few messages a month is so measured by its own months.
    """
    known = list(months)
    full = [m for n, m in enumerate(known) if recorded.get(m, 0) * 2 > max(recorded.get(k, 0) for k in known[max(n - 11, 0) : n + 1])]
    return full[-1] if full else known[-1]
