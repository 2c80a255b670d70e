"""Months that close on the 19th, days cut at noon, zones with summer time."""

from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from hotline_analysis.errors import BadParams
from hotline_analysis.measures import periods
from hotline_analysis.measures.periods import Calendar, Period, month_before, months_between
from hotline_analysis.params import Params
from hotline_analysis.words import format_month

CALLS = {"files": "x.csv", "columns": {"started_at": "x"}}


def calendar(**settings) -> Calendar:
    return Calendar(Params.model_validate({"title": "x", "calls": CALLS, **settings}))


def at(text: str, zone: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


def test_a_plain_month():
    month = calendar().month("2024-02")
    assert (month.first_day, month.last_day) == (date(2024, 2, 1), date(2024, 2, 29))
    assert (month.start_s, month.end_s) == (at("2024-02-01", "Asia/Shanghai"), at("2024-03-01", "Asia/Shanghai"))


def test_a_month_that_closes_on_the_19th_is_named_after_its_end():
    month = calendar(period={"start_day": "20"}).month("2024-01")
    assert (month.first_day, month.last_day) == (date(2023, 12, 20), date(2024, 1, 19))


def test_a_day_cut_at_noon():
    c = calendar(period={"cut_hour": 12})
    assert c.day_of(at("2024-05-01T11:59:59", "Asia/Shanghai")) == date(2024, 4, 30)
    assert c.day_of(at("2024-05-01T12:00:00", "Asia/Shanghai")) == date(2024, 5, 1)


def test_the_days_of_summer_time_are_23_and_25_hours():
    c = calendar(time_zone="America/New_York")
    day = c.span(date(2024, 3, 10), date(2024, 3, 10), "d")
    assert day.end_s - day.start_s == 23 * 3600
    day = c.span(date(2024, 11, 3), date(2024, 11, 3), "d")
    assert day.end_s - day.start_s == 25 * 3600


def test_every_day_belongs_to_the_month_that_holds_it():
    c = calendar(period={"start_day": "20"})
    for month in c.months("2023-11", "2024-03"):
        assert c.month_of(month.first_day) == month.label
        assert c.month_of(month.last_day) == month.label


def test_months_in_a_row_touch():
    parts = calendar(period={"start_day": "7", "cut_hour": "6"}).months("2023-11", "2024-02")
    assert all(a.end_s == b.start_s for a, b in pairwise(parts))


def test_counting_months():
    assert list(months_between("2023-11", "2024-02")) == ["2023-11", "2023-12", "2024-01", "2024-02"]
    assert (month_before("2024-01"), month_before("2024-01", 12), month_before("2024-12", 0)) == ("2023-12", "2023-01", "2024-12")


def test_ends_the_wrong_way_round_are_refused():
    with pytest.raises(BadParams) as fault:
        calendar().stretch("2024-03", "2024-02")
    assert str(fault.value) == "period › 2024-03 is after 2024-02. Write the earlier month first."


def test_a_period_of_one_whole_month_is_that_month_under_every_label():
    for label in ("2024-02", "all", "2024-02..2024-02"):
        period = Period(label, 0, 1, date(2024, 2, 1), date(2024, 2, 29))
        assert (period.said("zh"), period.said("en")) == ("2024年2月", format_month("2024-02", "en"))
    assert Period("all", 0, 1, date(2024, 2, 1), date(2024, 2, 28)).said("zh") == "2024年2月1日至2024年2月28日"
    assert Period("all", 0, 1, date(2024, 2, 1), date(2024, 3, 31)).said("zh") == "2024年2月1日至2024年3月31日"


def test_what_is_published_again_and_again_has_one_before_it():
    assert [periods.grain(label) for label in ("2024-09", "2024Q3", "2024H2", "2024", "2024-09-18", "all", "2024-01..2024-03")] == [
        "month",
        "quarter",
        "half",
        "year",
        "",
        "",
        "",
    ]
    assert [periods.period_before(label) for label in ("2024-01", "2024Q1", "2024H1", "2024")] == ["2023-12", "2023Q4", "2023H2", "2023"]
    assert [periods.period_before(label, -1) for label in ("2024-12", "2024Q4", "2024H2", "2024")] == [
        "2025-01",
        "2025Q1",
        "2025H1",
        "2025",
    ]
    assert [periods.year_before(label) for label in ("2024-01", "2024Q3", "2024H2", "2024")] == ["2023-01", "2023Q3", "2023H2", "2023"]
    assert [periods.months_in(label) for label in ("2024-02", "2024Q4", "2024H1", "2024H2", "2024")] == [
        ("2024-02", "2024-02"),
        ("2024-10", "2024-12"),
        ("2024-01", "2024-06"),
        ("2024-07", "2024-12"),
        ("2024-01", "2024-12"),
    ]
    assert [periods.holding(month, "half") for month in ("2024-01", "2024-06", "2024-07", "2024-12")] == [
        "2024H1",
        "2024H1",
        "2024H2",
        "2024H2",
    ]
