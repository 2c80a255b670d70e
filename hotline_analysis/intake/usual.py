"""What a day and an hour usually bring, looking back, and what falls out of it: days without records, odd days, silences inside a day.

What is usual on a day comes from the days of its kind before it, never from the years after: a hotline that grows, shrinks or opens anew is
measured by itself. Thresholds are judgement defaults; docs/maths.md tells them and their false alarms.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from hotline_analysis.intake.store.ends import rest_days
from hotline_analysis.params import WEEKDAYS, Params

BACK = 13  # days of a kind that say what is usual: a quarter of a year of one weekday
LEAST_BACK = 4  # fewer of them say nothing
FAR = 4.5  # a day this many robust standard deviations from its usual is odd
MUCH, LITTLE = 1.675, 0.26  # a day is odd from this many times its usual, and below this share of it; in between hours tell more than days
LEAST_AWAY = 15  # and an odd day is so many records away: below that a small hotline's day says nothing
LEAST_USUAL = 7  # a day that usually brings fewer records may well bring none: chance alone does it on one day in a thousand
LEAST_OF_RUN = (
    15  # nor may days on end that usually bring fewer together: chance alone does it in under one month in a hundred, at any volume
)
HOLIDAY = 0.1  # of what a day off usually brings a public holiday is expected to bring at least; less where an earlier one brought less
YEAR_AGO = (350, 390)  # days before a holiday in which the same one lies (春节 moves by 20)
AS_BEFORE = 0.5  # and at least so much of what the same holiday brought a year before
CLOSED = 4  # of one weekday on end without a record, other days between them with some: the hotline is closed on it
SELDOM = 0.1  # a weekday with records in at most this share of weeks is one on which the hotline is closed
QUARTERS = 96  # of a day: silences are measured by whole quarters of an hour
SILENT = 20  # a silence in which so many records are usual is none of chance, even at half of the usual pace
STAND_OUT = 2  # and it is this many times the second longest silence of the days like it


def judge_days(days: pd.DataFrame, params: Params) -> pd.DataFrame:
    """Days (date, calls; none left out) with `usual`, `missing`, `odd`, `unclear`, `either` and `closes`.

    The usual is the median of the BACK days of the same kind before the day (at the start of the data: around it); of the same weekday, for a
    public holiday on a weekday of all days off, for a make-up workday (调休) of all workdays. Odd is a day of more
    than MUCH times or less than LITTLE of the usual that lies FAR robust standard deviations from it (1.4826 MAD of these days' logarithms; above
    it counts how much more, below the logarithm: a day can bring twice the usual, but never lose more than all), LEAST_AWAY records, and FAR
    times the standard deviation of a Poisson count. Between the two shares a day is told by its silences, if it has any.
    Missing is a day without a record on which LEAST_USUAL or more are usual, or that lies in a run of such days on which together LEAST_OF_RUN are; of a weekday that had records in most weeks before.
    Of the days off about a public holiday HOLIDAY of the usual counts, or the least that an earlier such time brought, and most of the same holiday a year before (of all before where that is not known, of weekends where there was none) had records.
    Closed, and not missing, is a weekday without a record CLOSED times on end or more though there are some between them and LEAST_OF_RUN are usual on these days together, from the first
    of them, whatever comes later: closes is there how many there are, 0 on other days and where the weekday had none before. A day that params call rest is not missing either.
    Either is a missing day that may be such a closing, of which too few are seen yet, or a holiday: whether it is lost or the hotline was closed, these data do not tell.
    Unclear is another day without a record, of a weekday that has some, where few are usual or what is usual is not known yet: whether nobody called or records are lost, nothing tells.
    """
    counts, kinds = days["calls"].to_numpy(float), Kinds(list(days["date"]), params)
    alike = kinds.alike(counts > 0)
    usual = np.array([np.median(counts[places]) if len(places) >= LEAST_BACK else np.nan for places in alike])
    spread = np.array([_spread(counts[places] / u) if u == u else np.nan for places, u in zip(alike, usual, strict=True)])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = counts / usual
        far = np.where(ratio > 1, (ratio > MUCH) & (ratio - 1 > FAR * spread), (ratio < LITTLE) & (-np.log(ratio) > FAR * spread))
    empty, recorded, (closed, closes) = counts == 0, kinds.recorded(counts > 0), kinds.closed(counts > 0, usual)
    open_ = ~kinds.rest & ~closed & ((recorded > 0.5) | ~kinds.holiday)
    due = np.where(open_, usual * kinds.shares(counts, usual), 0.0)
    missing = empty & open_ & (recorded > 0.5) & ((due >= LEAST_USUAL) | (run_sums(empty, due) >= LEAST_OF_RUN))
    return days.assign(
        usual=usual,
        missing=missing,
        either=missing & (kinds.holiday | kinds.no_more(counts > 0)),
        closes=closes,
        unclear=empty & ~missing & ~closed & ~kinds.rest & kinds.plain & (recorded > SELDOM) & ~(usual >= LEAST_USUAL),
        odd=(counts > 0) & far & (np.abs(counts - usual) > np.fmax(LEAST_AWAY, FAR * np.sqrt(usual))),
    )


def _spread(ratios: np.ndarray) -> float:
    """The robust standard deviation of days about their usual, as a share of it."""
    return 1.4826 * float(np.median(np.abs(np.log(ratios))))


def _ratio(counts: np.ndarray, usual: np.ndarray) -> float:
    """What days brought of their usual; 0 where they brought nothing, or nobody knows what is usual."""
    brought = np.nansum(usual)
    return float(counts.sum() / brought) if brought else 0.0


class Kinds:
    """Days one after another, and which of them are of one kind: a weekday, days off, workdays."""

    def __init__(self, days: list[date], params: Params):
        weekend = {WEEKDAYS.index(d) for d in params.weekend}
        self.weekday = np.array([day.weekday() for day in days])
        self.off = np.array(rest_days(params, days))
        self.plain = self.off == np.isin(self.weekday, list(weekend))  # neither a public holiday nor a make-up workday
        self.rest = np.array([params.days.get(day.isoformat()) == "rest" for day in days], bool)
        self.days = np.array([day.toordinal() for day in days])
        self.time_off = np.cumsum(~self.off)  # days off on end have one number
        self.holiday = self.off & np.isin(self.time_off, self.time_off[self.off & ~self.plain & ~self.rest])

    def alike(self, recorded: np.ndarray) -> list[np.ndarray]:
        """For each day the places of the BACK recorded days of its kind before it; at the start of the data of the first BACK others."""
        by_weekday = [np.flatnonzero(recorded & self.plain & (self.weekday == w)) for w in range(7)]
        by_kind = [np.flatnonzero(recorded & (self.off == kind)) for kind in (False, True)]
        return [
            _before(by_weekday[self.weekday[n]], n, BACK) if self.plain[n] else _before(by_kind[int(self.off[n])], n, 2 * BACK)
            for n in range(len(self.plain))
        ]

    def recorded(self, recorded: np.ndarray) -> np.ndarray:
        """For each plain day in what share of the BACK weeks before it (at the start of the data: after it) its weekday had records; of the days off about a public
        holiday in what share of those before it; 0 for other days.
        """
        found = np.zeros(len(recorded))
        for weekday in range(7):
            places = np.flatnonzero(self.weekday == weekday)
            shares = [recorded[_before(places, n, BACK)] for n in places]
            found[places] = [share.mean() if len(share) else 0.0 for share in shares]
        found *= self.plain
        for time in self.holidays():
            before, same = self._before_holiday(time)
            weekends = _before(np.flatnonzero(self.off & ~self.holiday), int(time[0]), 2 * BACK)
            known = same if len(same) else before[-BACK:] if len(before) else weekends
            found[time] = recorded[known].mean() if len(known) else 0.0
        return found

    def shares(self, counts: np.ndarray, usual: np.ndarray) -> np.ndarray:
        """What share of its usual each day is expected to bring at least: 1, and of the days off about a public holiday AS_BEFORE of that of the same holiday a year before;
        where it is not known or had no records HOLIDAY, or the least of all before it that had some.
        """
        found, least = np.ones(len(counts)), HOLIDAY
        for time in self.holidays():
            _, same = self._before_holiday(time)
            found[time] = min(AS_BEFORE * _ratio(counts[same], usual[same]), 1.0) or least
            least = min(least, _ratio(counts[time], usual[time]) or least)
        return found

    def closed(self, recorded: np.ndarray, usual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The days of a weekday on which the hotline is closed, and on the first of them how many there are, where it was open before."""
        found, since = np.zeros(len(recorded), bool), np.zeros(len(recorded), int)
        for places in self._empty(recorded):
            if len(places) >= CLOSED and np.nansum(usual[places]) >= LEAST_OF_RUN:
                found[places], first = True, places[0]
                since[first] = len(places) if recorded[:first][self.weekday[:first] == self.weekday[first]].any() else 0
        return found, since

    def no_more(self, recorded: np.ndarray) -> np.ndarray:
        """The days of a weekday that has no record from them to the end of the data, in stretches of fewer than three days: the hotline may be closed on it."""
        found, run = np.zeros(len(recorded), bool), np.cumsum(recorded)
        alone = np.bincount(run, ~recorded)[run] <= 2
        for places in self._empty(recorded):
            later = self.plain & (self.weekday == self.weekday[places[0]]) & (self.days > self.days[places[-1]])
            found[places] = alone[places] & (not later.any())
        return found

    def _before_holiday(self, time: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The days off about public holidays before one, and of these those of the same holiday a year before."""
        before = np.flatnonzero(self.holiday & ~self.rest & (self.days < self.days[time[0]]))
        ago = self.days[time[0]] - self.days[before]
        return before, before[(ago >= YEAR_AGO[0]) & (ago <= YEAR_AGO[1])]

    def holidays(self) -> list[np.ndarray]:
        """The days off on end that hold a public holiday, in order."""
        return [np.flatnonzero(self.holiday & (self.time_off == time)) for time in np.unique(self.time_off[self.holiday])]

    def _empty(self, recorded: np.ndarray) -> list[np.ndarray]:
        """The plain days of one weekday on end without a record, other days between them with some."""
        passed, found = np.cumsum(recorded), []
        for weekday in range(7):
            places = np.flatnonzero(self.plain & (self.weekday == weekday))
            apart = recorded[places] | np.r_[True, recorded[places[:-1]] | (np.diff(passed[places]) == 0)] if len(places) else places
            parts = np.split(places, np.flatnonzero(apart)[1:]) if len(places) else []
            found += [part for part in parts if len(part) and not recorded[part[0]]]
        return found


def run_sums(empty: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """For each empty day what the empty days on end that it lies among usually bring together; 0 for others."""
    run = np.cumsum(~empty)
    return np.where(empty, np.bincount(run, np.where(empty, np.nan_to_num(usual), 0.0))[run], 0.0)


def _before(places: np.ndarray, day: int, most: int) -> np.ndarray:
    at = np.searchsorted(places, day)
    return places[at - most : at] if at >= most else places[places != day][:most]


@dataclass(frozen=True)
class Silence:
    """A stretch without a record, and how many records are usual in it."""

    start: datetime
    end: datetime
    usual: float


def silences(first: date, quarters: np.ndarray, gaps: list[tuple[datetime, datetime]], params: Params) -> list[Silence]:
    """Stretches of a day in which records that are usual are lacking.

    first: the first day; quarters: records of each day and quarter of an hour (days x QUARTERS); gaps: neighbouring records with a whole quarter
    or more between them. What is usual in a quarter is the median of the days of the same kind before it, lowered by the day's own level; only
    whole quarters inside the gap count, so that an opening hour between two quarters makes none. A gap is a silence when SILENT records are
    usual in it and STAND_OUT times as many as in the second longest gap of any of those days; gaps over a whole day are missing days.
    """
    days = [first + timedelta(days=n) for n in range(len(quarters))]
    total = quarters.sum(axis=1)
    alike = Kinds(days, params).alike(total > 0)
    usual = np.array([np.median(quarters[places], axis=0) if len(places) >= LEAST_BACK else np.zeros(QUARTERS) for places in alike])
    summed = np.concatenate([[0.0], usual.ravel().cumsum()])  # usual records before each quarter of all days
    begin = datetime.combine(first, datetime.min.time())
    at = np.array([[(moment - begin).total_seconds() / 900 for moment in gap] for gap in gaps]).reshape(-1, 2)
    low, high = np.floor(at[:, 0]).astype(int) + 1, np.floor(at[:, 1]).astype(int)
    lacking, day = _lacking(low, high, summed, total)
    second = _second_longest(lacking, day, alike)
    told = (lacking >= SILENT) & (lacking >= STAND_OUT * second[day]) & (high - low < QUARTERS)
    in_gap = np.interp(at, np.arange(len(summed)), summed)
    return [Silence(*gaps[n], float(in_gap[n, 1] - in_gap[n, 0])) for n in np.flatnonzero(told)]


def _lacking(low: np.ndarray, high: np.ndarray, summed: np.ndarray, total: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many records each gap lacks at its day's own level, and which day it mostly belongs to."""
    middle = (low // QUARTERS + 1) * QUARTERS
    middle = np.minimum(middle, high)
    usual = summed[high] - summed[low]
    day = np.where(summed[middle] - summed[low] >= usual / 2, low, high) // QUARTERS
    day = np.minimum(day, len(total) - 1)
    of_day = summed[(day + 1) * QUARTERS] - summed[day * QUARTERS]
    return usual * np.minimum(1, total[day] / np.fmax(of_day - usual, 1)), day


def _second_longest(lacking: np.ndarray, day: np.ndarray, alike: list[np.ndarray]) -> np.ndarray:
    """Of the days like each day the second longest of their longest gaps: what a gap of this hotline may be."""
    longest = np.zeros(len(alike))
    np.maximum.at(longest, day, lacking)
    return np.array([np.sort(longest[places])[-2] if len(places) > 1 else np.inf for places in alike])
