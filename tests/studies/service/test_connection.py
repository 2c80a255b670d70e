"""When one gets through: by hand, by laws and slow loops, on three engines, and on public data."""

import numpy as np
import pandas as pd
import pytest

from hotline_analysis import open_hotline
from hotline_analysis.errors import DataRefused
from hotline_analysis.show.forms import say, show
from hotline_analysis.studies import service
from hotline_analysis.studies.service import calls, connection
from tests.real import PARAMS, needs
from tests.spec.frames import ENGINES
from tests.studies.service.service_calls import told, view


def days(first: int, last: int, hour: int, good: int, bad: int, month: str = "2024-09", **more) -> list[dict]:
    """On every day so many answered and so many abandoned calls at an hour."""
    outcomes = ["answered"] * good + ["abandoned"] * bad
    return [
        {"at": f"{month}-{d:02d} {hour:02d}:{n:02d}", "outcome": o, **more} for d in range(first, last + 1) for n, o in enumerate(outcomes)
    ]


WEEKDAYS = [row for row in days(1, 30, 10, 6, 4) + days(1, 30, 15, 9, 1) if pd.Timestamp(row["at"]).weekday() < 5]
WEEKEND = [row for row in days(1, 30, 10, 4, 0) if pd.Timestamp(row["at"]).weekday() >= 5]
EXTRA = [
    {"at": "2024-09-02 10:30", "outcome": None},
    {"at": "2024-09-02 10:31", "outcome": "test"},
    {"at": "2024-09-02 10:32", "direction": "out"},
]
MONTH = WEEKDAYS + WEEKEND + EXTRA


@pytest.mark.parametrize("engine", ENGINES)
def test_the_hours_of_the_week_by_hand(engine):
    """周一至周五10时十接六、15时十接九；周末10时全接。结果不明、测试和呼出的不计。"""
    frame = connection.connection(view(MONTH, engine=engine)).set_index(["weekday", "hour"])
    monday = frame.loc[(0, 10)]  # 2024-09 has five Mondays
    assert (monday["numerator"], monday["denominator"], monday["value"], monday["calls_a_day"]) == (30, 50, 0.6, 10)
    assert frame.loc[(1, 15), "value"] == 0.9 and frame.loc[(5, 10), ["numerator", "denominator"]].tolist() == [16, 16]
    assert not monday["few"] and frame.loc[(5, 10), "few"] and np.isnan(frame.loc[(5, 10), "q"])
    assert frame["hard"].sum() == frame["hard_hours"].iloc[0] == 5 and frame["worst_hour"].iloc[0] == 10
    assert (
        monday["low"] < 0.6 < monday["high"]
        and (frame["low"] <= frame["value"] + 1e-12).all()
        and (frame["value"] <= frame["high"] + 1e-12).all()
    )


def test_the_cells_add_to_the_whole_month():
    frame, slow = connection.connection(view(MONTH)), {}
    for row in MONTH:
        if row.get("outcome", "answered") in ("answered", "abandoned") and row.get("direction") != "out":
            place = (pd.Timestamp(row["at"]).weekday(), pd.Timestamp(row["at"]).hour)
            k, n = slow.get(place, (0, 0))
            slow[place] = (k + (row.get("outcome", "answered") == "answered"), n + 1)
    assert {(r.weekday, r.hour): (r.numerator, r.denominator) for r in frame.itertuples()} == slow


def test_kinds_of_day_and_the_sentence_of_reports():
    frame = connection.day_types(view(MONTH)).set_index("kind")
    assert list(frame.index) == ["workday", "weekend"] and list(frame["days"]) == [21, 9]
    assert frame.loc["workday", ["numerator", "denominator"]].tolist() == [21 * 15, 21 * 20]
    assert frame.loc["weekend", "gap"] == pytest.approx(0.75 - 1) and frame["said"].iloc[0] == "lower"
    text = say(told(connection.day_types(view(MONTH)), "day_types"), language="zh").text
    assert text.startswith("工作日接通率75.0%，周末100.0%：工作日反而低于周末，两者之差−25.0个百分点（")


def test_holidays_and_make_up_days_stand_apart_and_an_unpublished_year_is_said():
    """2024年中秋：9月14日（周六）上班，16、17日（周一、周二）放假；2024年国庆：29日（周日）上班。"""
    frame = connection.day_types(view(MONTH, holidays="CN")).set_index("kind")
    assert frame["days"].to_dict() == {"workday": 19, "weekend": 7, "holiday": 2, "make-up": 2} and frame["calendar"].iloc[0] == "published"
    assert frame.loc["make-up", ["numerator", "denominator"]].tolist() == [8, 8]
    later = [{**row, "at": row["at"].replace("2024-09", "2034-09")} for row in MONTH]
    frame = connection.day_types(view(later, month="2034-09", start="2034-09-01", end="2034-10-01", holidays="CN"))
    assert frame["calendar"].iloc[0] == "unpublished"
    assert "官方日历未发布" in say(told(frame, "day_types"), language="zh").text


def test_days_of_the_params_stand_above_the_calendar():
    """下一年的安排还没发布：自己写明的日子算数，那一年也就不再是未发布。"""
    later = [{**row, "at": row["at"].replace("2024-09", "2034-09")} for row in MONTH]
    own = {
        "2034-09-04": "rest",
        "2034-09-09": "work",
    }  # a Monday off, a Saturday worked; the 27th is 中秋 by the moon, which every calendar knows
    frame = connection.day_types(view(later, month="2034-09", start="2034-09-01", end="2034-10-01", holidays="CN", days=own)).set_index(
        "kind"
    )
    assert frame["days"].to_dict() == {"workday": 19, "weekend": 8, "holiday": 2, "make-up": 1} and frame["calendar"].iloc[0] == "published"


def test_the_peak_by_hand():
    """高峰取最忙的四分之一：这里十六个有来电的钟点取四个。工作日十时与十五时各十通，周一至周四的十时在先。"""
    frame = connection.peak(view(MONTH)).set_index("part")
    week = connection.connection(view(MONTH))
    assert len(week) == 12 and frame.loc["peak", "hours"] == week["peak"].sum() == 3
    assert set(week.loc[week["peak"], "hour"]) == {10, 15}
    assert frame["denominator"].sum() == week["denominator"].sum() and frame["share_of_calls"].sum() == pytest.approx(1)
    assert frame.loc["peak", "gap"] == pytest.approx(frame.loc["peak", "value"] - frame.loc["other", "value"])
    whole = connection.peak(view(MONTH, service={"peak_share": 0.42})).set_index("part")
    assert whole.loc["peak", "hours"] == 5


def test_the_peak_is_lower_only_where_the_data_say_so():
    even = days(1, 30, 10, 8, 2) + days(1, 30, 15, 4, 1)
    assert connection.peak(view(even))["said"].iloc[0] == "none"
    low = days(1, 30, 10, 5, 5) + days(1, 30, 15, 5, 0)
    frame = connection.peak(view(low, service={"peak_share": 0.5}))
    assert frame["said"].iloc[0] == "lower" and frame["gap_high"].iloc[0] < 0
    assert connection.peak(view(low[:8]))["said"].iloc[0] in ("few", "one")
    assert "高峰较低，两者之差−50.0个百分点" in say(told(frame, "peak"), language="zh").text


def test_paired_intervals_against_the_slow_loop():
    """Each day left out of both parts at once; se^2 = (D - 1)/D sum (theta_d - mean)^2."""
    rng = np.random.default_rng(3)
    n = rng.integers(20, 60, (2, 12))
    k = rng.binomial(n, [[0.8], [0.9]])
    parts = [pd.DataFrame({"k": k[i], "n": n[i]}) for i in range(2)]
    theta = []
    for d in range(12):
        keep = [i for i in range(12) if i != d]
        theta.append(k[0, keep].sum() / n[0, keep].sum() - k[1, keep].sum() / n[1, keep].sum())
    se = np.sqrt(11 / 12 * ((np.array(theta) - np.mean(theta)) ** 2).sum())
    found = connection._paired(*parts)
    assert found["gap_high"] - found["gap"] == pytest.approx(2.200985 * se, rel=1e-6)  # t of 11 degrees of freedom


def test_one_design_effect_of_independent_days_is_near_one():
    rng = np.random.default_rng(5)
    n = np.full(4000, 50)
    cell = np.repeat(np.arange(1000), 4)
    assert calls.design_effect(rng.binomial(n, 0.9), n, cell) == pytest.approx(1, abs=0.05)
    restless = rng.binomial(n, rng.beta(18, 2, 4000))  # rho = 1/21: 1 + 49/21 = 3.33
    assert calls.design_effect(restless, n, cell) == pytest.approx(3.33, abs=0.25)


def test_nothing_is_called_hard_where_chance_rules():
    """Eighty null months: an hour is called hard in at most a tenth of them (BH holds the rate at 5 %)."""
    rng, found = np.random.default_rng(11), 0
    for _ in range(80):
        week = pd.DataFrame({"denominator": np.full(168, 200), "few": False})
        week["numerator"] = rng.binomial(200, 0.93, 168)
        week["value"] = week["numerator"] / 200
        found += bool((calls.worse(week, 1.0) < 0.05).any())
    assert found <= 8


def test_what_an_export_lacks_is_said():
    with pytest.raises(DataRefused, match="needs outcome"):
        connection.connection(view(MONTH, without=("outcome",)))


def test_a_column_has_one_meaning_in_the_whole_study():
    """Parts that name a column alike declare it once."""
    parts = (calls, *service.PARTS)
    for n, part in enumerate(parts):
        for other in parts[n + 1 :]:
            twice = {name for name in set(part.COLUMNS) & set(other.COLUMNS) if part.COLUMNS[name] != other.COLUMNS[name]}
            assert not twice, f"{part.__name__} and {other.__name__}: {twice}"
    assert len(service.TABLES) == sum(len(part.TABLES) for part in service.PARTS)


def test_the_map_outlines_the_peak_and_greys_nothing_it_cannot_tell():
    block = show(told(connection.connection(view(MONTH)), "connection"), language="zh")
    assert block.text.startswith("一周有5个钟点比全周难打通，不是巧合，周一10时最低，接通率60.0%")


@needs("bank1999")
def test_the_bank_in_may():
    """Counted with pandas on the raw file: 39,135 calls without PHANTOM in May 1999, 29,923 of them AGENT; weekends are Fridays and Saturdays."""
    h = open_hotline(PARAMS / "bank1999.yaml", "1999-05", progress=False)
    frame = h.study("service", "day_types").set_index("kind")
    assert frame["denominator"].sum() == 39135 and frame["numerator"].sum() == 29923 and list(frame["days"]) == [22, 9]
