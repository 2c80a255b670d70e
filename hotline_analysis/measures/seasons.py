"""The same months of the year before and after a day: a summer is compared with a summer (E06).

Whole months alone; the month in which the day lies is neither before nor after it, unless it begins with it.
"""

from datetime import date

from hotline_analysis.measures.periods import Period, months_between
from hotline_analysis.measures.view import View

NEIGHBOURS = 3  # months of each side that are compared where no month has its pair


def whole_months(view: View) -> list[Period]:
    """Every month up to the period's end that the data begin before and end after."""
    first, last = ends(view)
    months = [view.calendar.month(m) for m in months_between(view.calendar.month_of(first), view.calendar.month_of(last))]
    return [m for m in months if m.first_day >= first and m.last_day <= last]


def ends(view: View) -> tuple[date, date]:
    """The first day with data, and the last one up to the period's end."""
    return view.calendar.day_of(view.data_start_s), view.calendar.day_of(min(view.data_end_s, view.period.end_s) - 1)


def sides(view: View, day: date) -> tuple[list[Period], list[Period]]:
    """The whole months before a day, and from it on; the month in which the day lies is neither, unless it begins with it."""
    whole = whole_months(view)
    return [m for m in whole if m.last_day < day], [m for m in whole if m.first_day >= day]


def same_months(before: list[str], after: list[str]) -> list[tuple[str, str]]:
    """Each calendar month once: its last occurrence before the measure with its last one after it."""
    latest = {label[-2:]: label for label in before}
    return [(latest[number], label) for number, label in {label[-2:]: label for label in after}.items() if number in latest]


def matched(before: list[str], after: list[str]) -> tuple[list[tuple[str, str]], str]:
    """The pairs of months to compare, and how they were found: same months, or, where there are none, as many neighbouring months of both sides (next months)."""
    pairs = same_months(before, after)
    if pairs:
        return pairs, "same months"
    size = min(len(before), len(after), NEIGHBOURS)
    return (list(zip(before[-size:], after[:size], strict=True)) if size else []), "next months"
