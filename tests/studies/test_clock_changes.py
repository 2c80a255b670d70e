"""The night on which clocks change: an hour that is skipped is no silence, one that comes twice no mass event."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from hotline_analysis import open_hotline
from hotline_analysis.measures.periods import Calendar
from hotline_analysis.params import load
from tests.shared import shared

ZONE = ZoneInfo("America/New_York")
NIGHTS = {"2024-03-10": date(2024, 1, 7), "2024-11-03": date(2024, 9, 1)}  # with the first day of their data
PARAMS = """title: {zh: 夜间热线, en: Night line}
holidays: ""
time_zone: America/New_York
calls:
  files: calls.csv
  columns: {call_id: call, started_at: {from: start, formats: iso}, caller: {from: caller, kind: code}}
"""


def write(first: date):
    """A call every two minutes, from midnight to six by the clock, for thirteen weeks."""

    def made(folder) -> None:
        lines, at = ["call,start,caller"], datetime(first.year, first.month, first.day, tzinfo=ZONE).astimezone(UTC)
        for n in range(91 * 720):
            local = (at + timedelta(minutes=2 * n, seconds=7)).astimezone(ZONE)
            if local.hour < 6:
                lines.append(f"C{n},{local.isoformat()},c{n % 5000}")
        (folder / "calls.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "p.yaml").write_text(PARAMS, encoding="utf-8")

    return made


@pytest.fixture(params=NIGHTS)
def night(request, tmp_path_factory):
    return shared(tmp_path_factory, f"night-{request.param}", write(NIGHTS[request.param])) / "p.yaml", request.param


def test_hours_are_as_long_as_the_clock_makes_them(tmp_path):
    (tmp_path / "p.yaml").write_text(PARAMS, encoding="utf-8")
    calendar = Calendar(load(tmp_path / "p.yaml"))
    for day, skipped, twice in ((date(2024, 3, 9), [], []), (date(2024, 3, 10), [2], []), (date(2024, 11, 3), [], [1])):
        long = calendar.hours_long(day)
        assert len(long) == 24 and np.flatnonzero(long == 0).tolist() == skipped and np.flatnonzero(long == 2).tolist() == twice
        assert long.sum() == (calendar.day(day).end_s - calendar.day(day).start_s) / 3600


def test_an_hour_is_held_against_as_many_minutes(night):
    """30 calls an hour: none of none in the hour that is skipped, 60 of 60 in the one that comes twice."""
    params, day = night
    hours = open_hotline(params, day, "en", progress=False).study("day", "hours", strict=True).set_index("hour")
    assert (
        hours["calls"].iloc[:4].tolist() == hours["usual"].iloc[:4].tolist() == ([30, 30, 0, 30] if day < "2024-06" else [30, 60, 30, 30])
    )
    assert not hours["odd"].any() and hours["said"].eq("none").all()


def test_next_weeks_night_is_not_held_against_it(night):
    params, day = night
    after = (date.fromisoformat(day) + timedelta(days=7)).isoformat()
    hours = open_hotline(params, after, "en", progress=False).study("day", "hours", strict=True)
    assert hours["usual"].iloc[:6].tolist() == [30.0] * 6


def test_nothing_broke_and_nothing_happened(night):
    params, day = night
    h = open_hotline(params, day[:7], "en", progress=False)
    assert not len(h.study("service", "outages", strict=True)) and not len(h.study("service", "bursts", strict=True))
    assert "silence" not in set(h.checks["check"])
