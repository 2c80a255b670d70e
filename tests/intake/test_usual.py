"""What is usual on a day and in an hour, on days and calls that one can count."""

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from hotline_analysis.intake.usual import judge_days, silences
from hotline_analysis.params import Params

PLAIN = Params(title="t", time_zone="UTC", holidays="", calls={"files": "x", "columns": {"started_at": "t"}})
CHINA = PLAIN.model_copy(update={"holidays": "CN"})
FIRST = date(2024, 1, 1)  # a Monday
PROFILE = np.array([0.3, 0.2, 0.1, 0.1, 0.1, 0.3, 1, 3, 7, 9, 9, 8, 5, 5, 7, 8, 8, 7, 5, 4, 3, 2, 1, 0.6]) / 94.7


def judged(first: date, last: date, a_day, params=PLAIN) -> pd.DataFrame:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return judge_days(pd.DataFrame({"date": days, "calls": [a_day(d) for d in days]}), params).set_index("date")


def test_public_holidays_are_compared_with_days_off():
    off = {date(2024, 10, n) for n in range(1, 8)} | {date(2024, 5, n) for n in range(1, 6)}
    work = {date(2024, 5, 11), date(2024, 10, 12)}  # make-up workdays on Saturdays

    def a_day(d):
        return 100 if d in work or (d.weekday() < 5 and d not in off) else 20

    frame = judged(FIRST, date(2024, 12, 31), a_day, CHINA)
    assert not frame.loc[[*off, *work], "odd"].any()
    assert frame.loc[date(2024, 10, 1), "usual"] == 20 and frame.loc[date(2024, 10, 12), "usual"] == 100
    assert judged(FIRST, date(2024, 12, 31), a_day).loc[date(2024, 10, 1), "odd"]


def test_a_sparse_later_year_makes_no_good_day_odd():
    """100 a day for two years, then 8: what was usual in the good years is what they brought themselves."""
    frame = judged(date(2021, 1, 1), date(2023, 12, 31), lambda d: 100 + d.day % 7 if d.year < 2023 else 8)
    assert not frame.loc[: date(2022, 12, 31), "odd"].any()
    assert frame.loc[date(2022, 12, 31), "usual"] == pytest.approx(103, abs=3)
    assert frame.loc[date(2023, 1, 1), "odd"] and not frame.loc[date(2023, 3, 1) :, "odd"].any()  # half a quarter later 8 is the usual


def test_usual_looks_back_and_only_at_the_start_ahead():
    """Thirteen Mondays of 10, 20, ..., 130 stand before the fourteenth: their median is 70. The first Monday has the thirteen after it: 80."""
    mondays = {FIRST + timedelta(weeks=n): 10 * (n + 1) for n in range(20)}
    frame = judged(FIRST, FIRST + timedelta(weeks=19), lambda d: mondays.get(d, 50))
    assert frame.loc[FIRST + timedelta(weeks=13), "usual"] == 70
    assert frame.loc[FIRST, "usual"] == 80


def test_a_weekday_that_is_closed_or_small_is_not_missing():
    closed = judged(FIRST, date(2024, 6, 30), lambda d: 0 if d.weekday() == 6 else 50)
    small = judged(FIRST, date(2024, 6, 30), lambda d: 0 if d.day == 9 else 6)
    now_and_then = judged(FIRST, date(2024, 6, 30), lambda d: 50 if d.weekday() < 6 or d.day < 8 else 0)  # one Sunday a month
    assert not any(frame["missing"].any() for frame in (closed, small, now_and_then))
    assert list(judged(FIRST, date(2024, 6, 30), lambda d: 0 if d == date(2024, 5, 9) else 7).query("missing").index) == [date(2024, 5, 9)]
    assert not closed["unclear"].any() and [d.day for d in small.query("unclear").index] == [9] * 6, "six a day: nobody may have called"
    assert not now_and_then["unclear"].any(), "fifty are usual where there are any: a service of one Sunday a month"


def test_days_on_end_are_missing_together():
    """Three a day: one empty day says nothing, the third weeks' ten on end do (4 usual each, 15 are enough); scattered ones stay open."""
    lost = {date(2024, 5, n) for n in range(10, 20)}
    frame = judged(FIRST, date(2024, 6, 30), lambda d: 0 if d in lost else 3)
    assert set(frame.query("missing").index) == lost and not frame["unclear"].any()
    apart = judged(FIRST, date(2024, 6, 30), lambda d: 0 if d.day % 3 == 0 else 3)
    assert not apart["missing"].any() and apart["unclear"].sum() == sum(d.day % 3 == 0 for d in apart.index)


GOLDEN = {date(2024, 10, n) for n in range(1, 8)}


def test_the_same_holiday_a_year_before_says_what_is_due():
    """Ten a day, six on holidays: half of last year's six on seven days are 21, so none is no chance. Without last year a tenth of ten is due a day: seven in all, which nothing tells."""
    public = {date(2023, 9, 29) + timedelta(days=n) for n in range(8)} | GOLDEN
    for first, lost in ((date(2023, 6, 1), GOLDEN), (date(2024, 3, 1), set())):
        frame = judged(first, date(2024, 12, 31), lambda d: 0 if d in GOLDEN else 6 if d in public else 10, CHINA)
        assert set(frame.query("missing").index) == lost and frame.loc[frame["missing"], "either"].all()


def test_a_holiday_on_which_a_hotline_was_closed_the_year_before_is_none_of_the_lost():
    """一百通一天，只有春节停：头一年的春节说不定是缺还是停，第二年的不算缺；同样停的国庆，以前有来电，算缺."""
    spring = {d for year, n in ((2023, 21), (2024, 41)) for d in (date(year, 1, 1) + timedelta(days=n - 1 + k) for k in range(7))}
    frame = judged(date(2022, 6, 1), date(2024, 12, 31), lambda d: 0 if d in spring | GOLDEN else 100, CHINA)
    assert {(d.year, d.month) for d in frame.query("missing").index} == {(2023, 1), (2024, 10)}
    assert set(frame.query("missing and index > @FIRST").index) == GOLDEN


def test_a_weekday_that_closes_is_told_with_its_first_day():
    """Sundays from September on: three may be lost or closed, the fourth says closed; a hotline that never had Sundays closes none."""
    for last, lost, closes in ((date(2024, 9, 20), 3, {}), (date(2024, 9, 29), 0, {date(2024, 9, 1): 5})):
        frame = judged(FIRST, last, lambda d: 0 if d.weekday() == 6 and d >= date(2024, 9, 1) else 50)
        assert (frame["missing"].sum(), frame["either"].sum(), frame.query("closes > 0")["closes"].to_dict()) == (lost, lost, closes)
    assert not judged(FIRST, date(2024, 9, 29), lambda d: 0 if d.weekday() == 6 else 50)["closes"].any()
    assert not judged(FIRST, date(2024, 9, 29), lambda d: 0 if d.weekday() == 6 and d < date(2024, 5, 1) else 50)["closes"].any()


@pytest.mark.parametrize("a_day", [0.5, 1, 2, 4])
def test_days_on_end_are_seldom_empty_by_chance(a_day):
    rng, days = np.random.default_rng(int(10 * a_day)), [FIRST + timedelta(days=n) for n in range(40 * 365)]
    calls = rng.poisson(a_day * rng.gamma(10, 0.1, len(days)))
    missing = judge_days(pd.DataFrame({"date": days, "calls": calls}), PLAIN)["missing"]
    months = {(d.year, d.month) for d, there in zip(days, missing, strict=True) if there}
    assert len(months) <= 12, "of 480 months: one in a hundred, and its own sampling error"


def world(seed: int, a_day: float, days: int, day_noise: float = 0.1, hour_noise: float = 0.15) -> np.ndarray:
    """Seconds of calls: a daily and weekly cycle, days and hours that vary by more than chance."""
    rng = np.random.default_rng(seed)
    times = []
    for n in range(days):
        level = a_day * (0.6 if n % 7 >= 5 else 1.1) * np.exp(rng.normal(0, day_noise))
        for hour, count in enumerate(rng.poisson(level * PROFILE * np.exp(rng.normal(0, hour_noise, 24)))):
            times.append(n * 86400 + hour * 3600 + np.sort(rng.uniform(0, 3600, count)))
    return np.concatenate(times)


def found(times: np.ndarray, days: int) -> list[tuple[str, str, float]]:
    quarters = np.bincount((times // 900).astype(int), minlength=days * 96).reshape(days, 96)
    begin, after = datetime.combine(FIRST, datetime.min.time()), np.flatnonzero(np.diff(times // 900) >= 2)
    gaps = [tuple(begin + timedelta(seconds=float(times[n + k])) for k in (0, 1)) for n in after]
    return [(f"{s.start:%m-%d %H:%M}", f"{s.end:%m-%d %H:%M}", s.usual) for s in silences(FIRST, quarters, gaps, PLAIN)]


def without(times: np.ndarray, day: int, start: float, end: float) -> np.ndarray:
    """The calls without those between two hours of a day; the second may lie in the next."""
    low, high = day * 86400 + start * 3600, day * 86400 + end * 3600
    return times[(times < low) | (times >= high)]


def test_a_hole_of_an_hour_is_found_with_its_ends_and_what_is_usual_in_it():
    times = world(1, 1300, 60)
    [(start, end, usual)] = found(without(times, 50, 14, 15.25), 60)
    assert "02-20 13:59" <= start <= "02-20 14:00" and "02-20 15:15" <= end <= "02-20 15:16"
    assert usual == pytest.approx(1300 * 1.1 * (7 + 8 / 4) / 94.7, rel=0.1)


def test_a_hole_over_midnight_is_one():
    [(start, end, _)] = found(without(world(2, 5000, 60), 50, 21, 31), 60)
    assert start.startswith("02-20 2") and end.startswith("02-21 07")


def test_an_outage_in_the_past_hides_none():
    times = without(without(world(3, 1300, 90), 45, 10, 12), 73, 10, 12)
    assert [start[:5] for start, _, _ in found(times, 90)] == ["02-15", "03-14"]


@pytest.mark.parametrize("a_day, hours", [(20, 9), (60, 3)])
def test_a_small_hotline_may_be_silent(a_day, hours):
    assert found(without(world(4, a_day, 90), 80, 9, 9 + hours), 90) == []


def test_a_line_that_opens_between_quarters_or_keeps_round_hours_has_no_silence():
    """Opening at 8:40 with 60 calls in the first twenty minutes; and calls whose times are rounded to the hour."""
    opening = np.concatenate([d * 86400 + np.linspace(31200, 64000, 900) for d in range(40)])
    rounded = np.concatenate([np.repeat(d * 86400 + np.arange(8, 18) * 3600.0, 40) for d in range(40)])
    assert found(opening, 40) == found(rounded, 40) == []


@pytest.mark.parametrize("a_day", [5, 20, 60, 300, 1300])
def test_chance_alone_is_no_silence(a_day):
    """200 days of a hotline whose days vary by a quarter and hours by two fifths: no silence, and no night is one."""
    assert found(world(a_day, a_day, 200, 0.25, 0.4), 200) == []


@pytest.mark.slow
@pytest.mark.parametrize("a_day", [20, 300, 1300])
def test_false_alarms_of_days(a_day):
    """Days that vary by a tenth: at most one odd or missing day in a thousand."""
    alarms = 0
    for seed in range(10):
        calls = np.bincount((world(seed, a_day, 200) // 86400).astype(int), minlength=200)
        frame = judged(FIRST, FIRST + timedelta(days=199), lambda d, calls=calls: calls[(d - FIRST).days])
        alarms += int((frame["odd"] | frame["missing"]).sum())
    assert alarms <= 2
