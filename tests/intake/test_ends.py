"""Where the data begin and end, on days with so many records each."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_analysis.intake.store.ends import ends, fullest
from hotline_analysis.params import Params

PLAIN = Params(title="t", time_zone="UTC", holidays="", calls={"files": "x", "columns": {"started_at": "t"}})
CHINA = PLAIN.model_copy(update={"holidays": "CN"})
FIRST, LAST = date(2024, 8, 1), date(2024, 9, 30)


def days(first: date, last: date, a_day=25) -> dict[date, int]:
    counts = {first + timedelta(days=n): 0 for n in range((last - first).days + 1)}
    return {d: a_day(d) if callable(a_day) else a_day for d in counts}


@pytest.mark.parametrize(
    "stray",
    [
        {date(2042, 9, 15): 1},
        {date(2024, 10, 1): 1},  # the export was taken just after midnight
        {date(2024, 10, 5): 2},
        {date(2024, 11, 20): 3},
        {date(1900, 1, 1): 800, date(2099, 12, 31): 700},  # half of all rows hold a sentinel
        {date(9999, 12, 31): 5, date(1, 1, 1): 5},
        {date(2030 + n, 1 + n % 12, 7): 1 for n in range(30)},
        {date(2042, 9, 15): 40, date(2042, 9, 16): 40},
        {date(2024, 7, 31): 2, date(2024, 7, 1): 1},
    ],
)
def test_single_dates_decide_no_end(stray):
    assert ends(days(FIRST, LAST) | stray, PLAIN) == (FIRST, LAST)


@pytest.mark.parametrize(
    "counts",
    [
        days(FIRST, LAST, lambda d: 0 if d.weekday() >= 5 else 30),  # closed at weekends; the last day is a Monday
        days(FIRST, LAST, lambda d: 8 if d.day % 2 else 1),
        days(FIRST, LAST) | {LAST: 3},  # a bad last day with more than a tenth
        days(date(2020, 1, 1), date(2022, 12, 31), 100) | days(date(2023, 1, 1), date(2024, 9, 30), 4),  # it became small
        days(date(2020, 1, 1), date(2022, 12, 31), lambda d: d.day in (3, 20)),  # two messages a month
        days(date(2011, 1, 2), date(2013, 12, 30), lambda d: d.day in (2, 9, 16, 23)[: 2 ** (d.year - 2011)]),  # one, two, four a month
        days(date(2023, 1, 1), date(2023, 3, 31), 1) | days(date(2023, 4, 1), date(2023, 12, 31), 1000),  # a pilot, then the opening
        days(date(2020, 1, 1), date(2020, 12, 31), 50) | days(date(2023, 1, 1), date(2023, 12, 31), 50),  # two years are not exported
        days(FIRST, date(2024, 9, 10), 40) | days(date(2024, 9, 21), LAST, 40),  # closed for ten days
        days(FIRST, FIRST),
        days(FIRST, FIRST + timedelta(days=3), 1),
    ],
)
def test_what_is_dense_in_its_own_way_is_kept(counts):
    held = [d for d, n in counts.items() if n]
    assert ends(counts, PLAIN) == (min(held), max(held))


def test_a_public_holiday_at_the_end_is_no_hole():
    """A line for workdays, 30 a day, has 1 or 2 records on each day of the National Day week."""
    counts = days(FIRST, date(2024, 10, 5), lambda d: 2 if d.month == 10 else 0 if d.weekday() >= 5 else 30)
    assert ends(counts, CHINA) == (FIRST, date(2024, 10, 5))
    assert ends(counts, PLAIN) == (FIRST, LAST)


def test_nothing_has_no_ends():
    assert ends({}, PLAIN) is None
    assert ends({FIRST: 0}, PLAIN) is None


@given(
    st.integers(1, 60),
    st.integers(30, 200),
    st.lists(st.tuples(st.integers(400, 3000), st.integers(1, 3)), max_size=3),
    st.lists(st.tuples(st.integers(400, 3000), st.integers(1, 3)), max_size=3),
)
def test_stray_dates_years_away_change_no_end_of_a_daily_hotline(a_day, long, after, before):
    """Whatever dates lie a year and more outside, the ends are those without them; as long as they are at most a tenth of its days."""
    last = FIRST + timedelta(days=long - 1)
    counts = days(FIRST, last, a_day)
    stray = {last + timedelta(days=n): k for n, k in after} | {FIRST - timedelta(days=n): k for n, k in before}
    assert ends(counts | stray, PLAIN) == ends(counts, PLAIN) == (FIRST, last)


@given(st.dictionaries(st.integers(0, 200), st.integers(0, 50), min_size=1))
def test_ends_lie_inside_and_are_their_own_ends(counts):
    held = {FIRST + timedelta(days=n): k for n, k in counts.items()}
    found = ends(held, PLAIN)
    if found:
        first, last = found
        assert min(d for d, k in held.items() if k) <= first <= last <= max(d for d, k in held.items() if k)
        assert held[first] and held[last]


def test_the_latest_month_has_records_on_most_of_its_days():
    assert fullest(["2024-08", "2024-09", "2024-10"], {"2024-08": 31, "2024-09": 30, "2024-10": 3}) == "2024-09"
    assert fullest(["2024-08", "2024-09"], {"2024-08": 31, "2024-09": 16}) == "2024-09"
    assert fullest(["2024-10"], {"2024-10": 3}) == "2024-10"
    assert fullest(["2019-11", "2019-12", "2020-01"], {"2019-11": 17, "2019-12": 10, "2020-01": 4}) == "2019-12"
    assert fullest(["2020-01", "2021-06"], {"2020-01": 31, "2021-06": 9}) == "2020-01"
