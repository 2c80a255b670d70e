"""Which instants a month, a range of months or a day is: some hotlines close the month on the 19th and cut the day at noon."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from hotline_analysis.errors import BadParams
from hotline_analysis.params import Params, check_month
from hotline_analysis.words import Term, format_date, format_month

QUARTER_S = 900  # clocks change by quarters of an hour

UNDATED = Term("全部数据（没有时间）", "all data (without times)")


@dataclass(frozen=True)
class Period:
    """A half-open stretch of time, [start_s, end_s), in epoch seconds, with its local first and last day.

    `label` is the key in frames and files: 2024-09, 1999-01..1999-07, 2024-09-18, or `all`. Not `dated`: all of data that have no times; it
    holds no instant.
    """

    label: str
    start_s: int
    end_s: int
    first_day: date
    last_day: date
    dated: bool = True

    def said(self, language: str = "zh") -> str:
        """9月1日至30日 and its like, for the line under a title."""
        if not self.dated:
            return UNDATED(language)
        if grain(self.label):
            return format_month(self.label, language)
        a, b = self.first_day, self.last_day
        if a == b:
            return format_date(a, language)
        if a.day == 1 and (b + timedelta(days=1)).day == 1 and f"{a:%Y-%m}" == f"{b:%Y-%m}":  # all of data that hold one month
            return format_month(f"{a:%Y-%m}", language)
        if language == "zh":
            return f"{a.year}年{a.month}月{a.day}日至{b.year}年{b.month}月{b.day}日"
        return f"{a.isoformat()} to {b.isoformat()}"


MONTHS_OF = {"month": 1, "quarter": 3, "half": 6, "year": 12}  # what is published again and again, and how many months it takes
LONGER = ("quarter", "half", "year")
LETTERS = {"quarter": "Q", "half": "H"}  # before its number in the year


def grain(label: str) -> str:
    """What is published again and again under such labels: `month`, `quarter` (2024Q3), `half` (2024H1) or `year` (2024); '' for a day, a stretch or all data."""
    forms = {"month": r"\d{4}-\d\d", "quarter": r"\d{4}Q[1-4]", "half": r"\d{4}H[12]", "year": r"\d{4}"}
    return next((name for name, form in forms.items() if re.fullmatch(form, label)), "")


def months_in(label: str) -> tuple[str, str]:
    """The first and the last month of a month, a quarter, a half or a year."""
    if (what := grain(label)) in LETTERS:
        last = MONTHS_OF[what] * int(label[-1])
        return f"{label[:4]}-{last - MONTHS_OF[what] + 1:02d}", f"{label[:4]}-{last:02d}"
    return (f"{label}-01", f"{label}-12") if grain(label) == "year" else (label, label)


def holding(month: str, what: str) -> str:
    """The label of the month, quarter, half or year that holds a month."""
    if what in LETTERS:
        return f"{month[:4]}{LETTERS[what]}{(int(month[5:]) - 1) // MONTHS_OF[what] + 1}"
    return month if what == "month" else month[:4]


def period_before(label: str, back: int = 1) -> str:
    """The label of the period of the same kind so many before it."""
    what = grain(label)
    return holding(month_before(months_in(label)[0], back * MONTHS_OF[what]), what)


def year_before(label: str) -> str:
    """The same month, quarter or half of the year before; of a year the year before."""
    return period_before(label, 12 // MONTHS_OF[grain(label)])


class Calendar:
    """The hotline's own calendar: its time zone, where its month starts and where its day is cut."""

    def __init__(self, params: Params):
        self.zone, self.start_day, self.cut_hour = ZoneInfo(params.time_zone), params.period.start_day, params.period.cut_hour

    def instant(self, day: date) -> int:
        """Epoch seconds of the moment at which the hotline's `day` begins."""
        return int(datetime(day.year, day.month, day.day, self.cut_hour, tzinfo=self.zone).timestamp())

    def day_of(self, second: int) -> date:
        """The hotline's day in which an instant lies."""
        return (datetime.fromtimestamp(second, self.zone) - timedelta(hours=self.cut_hour)).date()

    def span(self, first: date, last: date, label: str) -> Period:
        """All of the days from first to last."""
        return Period(label, self.instant(first), self.instant(last + timedelta(days=1)), first, last)

    def day(self, day: date) -> Period:
        """One of the hotline's days."""
        return self.span(day, day, day.isoformat())

    def hours_long(self, day: date) -> np.ndarray:
        """How long each clock hour (0 to 23) of one of the hotline's days is, in hours: 1, but where clocks change none or twice that."""
        quarters = range(self.instant(day), self.instant(day + timedelta(days=1)), QUARTER_S)
        return np.bincount([datetime.fromtimestamp(s, self.zone).hour for s in quarters], minlength=24) / 4

    def month(self, month: str) -> Period:
        """The month that is named after the calendar month in which it ends: with start day 20, 2024-09 is 20 August to 19 September."""
        year, number = (int(part) for part in check_month(month).split("-"))
        following = date(year + number // 12, number % 12 + 1, 1)
        if self.start_day == 1:
            return self.span(date(year, number, 1), following - timedelta(days=1), month)
        before = date(year, number, 1) - timedelta(days=1)
        return self.span(before.replace(day=self.start_day), date(year, number, self.start_day - 1), month)

    def months(self, first: str, last: str) -> list[Period]:
        """Every month from first to last."""
        if check_month(first) > check_month(last):
            raise BadParams("period", f"{first} is after {last}.", "Write the earlier month first.")
        return [self.month(m) for m in months_between(first, last)]

    def stretch(self, first: str, last: str) -> Period:
        """One period from the first month to the end of the last."""
        parts = self.months(first, last)
        return Period(
            first if first == last else f"{first}..{last}", parts[0].start_s, parts[-1].end_s, parts[0].first_day, parts[-1].last_day
        )

    def named(self, label: str) -> Period:
        """A month, a quarter, a half or a year."""
        return replace(self.stretch(*months_in(label)), label=label)

    def up_to(self, label: str, first: str, last: str = "9999-12") -> list[Period]:
        """The periods of its kind up to it of which all months lie between `first` and `last`, and itself."""
        found = [label]
        while months_in(before := period_before(found[0]))[0] >= first:
            found.insert(0, before)
        return [self.named(name) for name in found if name == label or months_in(name)[1] <= last]

    def month_of(self, day: date) -> str:
        """The month to which one of the hotline's days belongs."""
        if self.start_day > 1 and day.day >= self.start_day:
            day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        return f"{day.year}-{day.month:02d}"


def months_between(first: str, last: str) -> Iterator[str]:
    """2023-11, 2023-12, 2024-01 ... both ends included."""
    year, number = (int(part) for part in first.split("-"))
    while f"{year}-{number:02d}" <= last:
        yield f"{year}-{number:02d}"
        year, number = year + number // 12, number % 12 + 1


def month_before(month: str, back: int = 1) -> str:
    """The month `back` months earlier."""
    year, number = (int(part) for part in month.split("-"))
    place = year * 12 + number - 1 - back
    return f"{place // 12}-{place % 12 + 1:02d}"
