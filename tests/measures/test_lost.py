"""Which days are lost: those on which calls are usual and none is recorded; none on which a hotline is closed, rests or has just opened."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from hotline_analysis.measures import lost
from hotline_analysis.measures.definition import parse
from hotline_analysis.measures.periods import Calendar
from hotline_analysis.measures.view import View
from tests.spec.frames import ENGINES, PARAMS, on

FIRST, DAYS, A_DAY = date(2024, 6, 3), 119, 12  # a Monday; seventeen weeks, the National Day week (1-7 October 2024) not among them


def view_of(empty, *, engine: str = "duckdb", first: date = FIRST, a_day: int = A_DAY, holidays: str = "CN") -> View:
    """A hotline with so many calls a day, but for the days of which `empty` is true."""
    params = PARAMS.model_copy(update={"holidays": holidays})
    calendar, days = Calendar(params), [first + timedelta(days=n) for n in range(DAYS)]
    starts = [calendar.instant(d) + 3600 * 8 + 300 * k for d in days if not empty(d) for k in range(a_day)]
    n = len(starts)
    calls = {
        "seq": list(range(n)),
        "start_s": starts,
        "local_s": [s + 8 * 3600 for s in starts],
        "caller": [1] * n,
        "caller_group": [1] * n,
        "direction": ["in"] * n,
    }
    ends = calendar.instant(first), calendar.instant(days[-1] + timedelta(days=1))
    return View(params, calendar, parse({}, "test"), calendar.month("2024-08"), {"calls": on(engine, calls)}, *ends)


def told(view: View) -> tuple[list[str], list[str]]:
    """The lost days, and the first day of each stretch."""
    found = lost.days(view)
    starts = [view.calendar.day_of(a) for a, _ in lost.stretches(view, found)] if len(found) else []
    return [d.isoformat()[5:] for d in found["date"]], [d.isoformat()[5:] for d in starts]


AUGUST_20 = date(2024, 8, 20)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("empty", "days", "stretches"),
    [
        (lambda d: False, [], []),
        (lambda d: d == AUGUST_20, ["08-20"], ["08-20"]),
        (lambda d: date(2024, 8, 20) <= d <= date(2024, 8, 22), ["08-20", "08-21", "08-22"], ["08-20"]),
        (lambda d: d.weekday() >= 5, [], []),  # 周末不上班
        (lambda d: d.weekday() >= 5 or d == AUGUST_20, ["08-20"], ["08-20"]),
        (lambda d: d.weekday() >= 5 and d < date(2024, 8, 1), [], []),  # 八月起周末也上班
        (lambda d: d.weekday() == 5 and d >= date(2024, 9, 7), ["09-07", "09-21", "09-28"], ["09-07", "09-21", "09-28"]),  # 14日调休上班；三个还说不定
        (lambda d: d.weekday() == 5 and d >= date(2024, 8, 31), [], []),  # 四个周六，不再上班
        (lambda d: d.weekday() == 5 and date(2024, 7, 6) <= d < date(2024, 8, 3), [], []),  # 七月的四个周六，后来又有
        (lambda d: d.weekday() == 5 and date(2024, 7, 6) <= d < date(2024, 7, 27), ["07-06", "07-13", "07-20"], ["07-06", "07-13", "07-20"]),
        (lambda d: date(2024, 7, 1) <= d <= date(2024, 7, 31), [f"07-{n:02}" for n in range(1, 32)], ["07-01"]),  # 整月没有，不是哪一天停班
        (lambda d: date(2024, 9, 10) <= d <= date(2024, 9, 20), [f"09-{n}" for n in range(10, 21)], ["09-10"]),  # 中秋三天夹在当中
        (lambda d: date(2024, 9, 16) <= d <= date(2024, 9, 17), [], []),  # 中秋放假
    ],
)  # fmt: skip
def test_days_on_which_calls_are_usual_and_none_is_recorded(empty, days, stretches, engine):
    assert told(view_of(empty, engine=engine)) == (days, stretches)


NATIONAL = [f"10-{n:02}" for n in range(1, 8)]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("a_day", "also", "days"),
    [
        (30, lambda d: False, NATIONAL),  # 七天按平常的十分之一也有21通
        (20, lambda d: False, []),  # 14通，说不定
        (90, lambda d: date(2024, 9, 15) <= d <= date(2024, 9, 17), ["09-15", "09-16", "09-17"]),  # 中秋也不上班：头一个节说不定，国庆就不是缺了
        (90, lambda d: d.weekday() >= 5, []),  # 周末不上班，中秋（周一、周二）上：休息日只有两天有来电，不知平常
        (90, lambda d: d.weekday() >= 5 or d in (date(2024, 9, 16), date(2024, 9, 17)), []),  # 机关热线
    ],
)  # fmt: skip
def test_a_holiday_week_without_a_call_is_lost_where_holidays_bring_some(a_day, also, days, engine):
    """国庆七天（10月1日至7日）没有一通：按平常休息日的十分之一计仍不会没有的，是缺；以前的节假日也没有的，是停班."""
    view = view_of(lambda d: date(2024, 10, 1) <= d <= date(2024, 10, 7) or also(d), engine=engine, first=date(2024, 7, 1), a_day=a_day)
    found = lost.days(view)
    assert told(view)[0] == days and found["either"].all()
    said = {"days": {f"2024-{day}": "rest" for day in NATIONAL}}
    assert told(View(**{**vars(view), "params": view.params.model_copy(update=said)}))[0] == [day for day in days if day not in NATIONAL]


def test_what_may_be_a_closing_is_marked():
    """九月的三个周六可能是停班；八月缺的一天，下一周又有来电，就只是缺."""
    view = view_of(lambda d: d == AUGUST_20 or (d.weekday() == 5 and d >= date(2024, 9, 7)))
    assert lost.days(view)["either"].tolist() == [False, True, True, True]


def test_a_day_of_few_calls_is_not_lost_and_many_such_days_are():
    """一天两通的热线，一天没有来电是常事；十天没有不是."""
    assert told(view_of(lambda d: d == AUGUST_20, a_day=2)) == ([], [])
    ten = told(view_of(lambda d: date(2024, 8, 20) <= d <= date(2024, 8, 29), a_day=2))
    assert ten == ([f"08-{n}" for n in range(20, 30)], ["08-20"])


def test_a_day_that_params_call_rest_is_not_lost():
    """九月下旬起周六不上班：写明为休息日的不算缺."""
    view = view_of(lambda d: d.weekday() == 5 and d >= date(2024, 9, 21))
    assert told(view)[0] == ["09-21", "09-28"]
    params = view.params.model_copy(update={"days": {"2024-09-21": "rest"}})
    assert told(View(**{**vars(view), "params": params}))[0] == ["09-28"]


def test_what_comes_later_changes_nothing():
    """A month that is final stays so: of the days after the first quarter of a year it is decided by those before."""

    def chosen(d):
        return d in (date(2024, 9, 3), date(2024, 9, 24))

    whole = view_of(chosen)
    for last in (date(2024, 9, 4), date(2024, 9, 15), date(2024, 9, 29)):
        short = View(**{**vars(whole), "data_end_s": whole.calendar.instant(last)})
        assert told(short)[0] == [d for d in told(whole)[0] if d < last.isoformat()[5:]]
    assert told(whole)[0] == ["09-03", "09-24"]


def test_days_of_test_calls_and_calls_of_the_hotline_alone_are_lost():
    """Only calls of citizens that the hotline counts tell that a day was recorded: an export of the machine's own calls may be there all the same."""
    view = view_of(lambda d: d == AUGUST_20)
    rng = np.arange(5)
    start = view.calendar.instant(AUGUST_20)
    rows = view.table("calls").collect("pandas").to_native()
    more = rows.iloc[:5].assign(seq=rng + len(rows), start_s=start + rng, local_s=start + rng + 28800, direction="out")
    both = pd.concat([rows, more]).sort_values("start_s", ignore_index=True).assign(seq=lambda f: range(len(f)))
    assert told(View(**{**vars(view), "tables": {"calls": on("pandas", both.to_dict("list"))}}))[0] == ["08-20"]
