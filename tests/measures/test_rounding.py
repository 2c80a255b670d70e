"""The profile `internal`: counts under 13 not told, others to the nearest 5, and every figure made of what is told; by hand."""

import importlib

import numpy as np
import pandas as pd
import pytest

from hotline_analysis.errors import DataRefused
from hotline_analysis.hotline import study_names
from hotline_analysis.measures import rounding
from hotline_analysis.stats import intervals
from hotline_analysis.words import SCORE, SECONDS
from tests.measures.invented import KNOWN

BEFORE, NOW = "2024-03", "2024-04"


def month(key: str, k: float, n: float, *, period: str = NOW, value: float | None = None, **more) -> dict:
    """A row of `indicators.evaluate`."""
    row = {"indicator": key, "period": period, "group": "all", "numerator": k, "denominator": n, "value": k / n if value is None else value}
    return row | {"low": np.nan, "high": np.nan, "calls": n, "adjusted": row["value"], "days": 30, "covered": True} | more


def told(*rows: dict) -> pd.Series:
    """The first of some rows, as it is told."""
    return rounding.months(pd.DataFrame(rows), KNOWN).iloc[0]


# ---- one month


@pytest.mark.parametrize(("count", "said"), [(13, 15), (17, 15), (18, 20), (1237, 1235)])
def test_a_count_stands_to_the_nearest_5(count, said):
    assert told(month("connection_rate", count, 4000))["numerator"] == said


@pytest.mark.parametrize("count", [0, 1, 7, 8, 12])
def test_a_count_under_13_is_not_told_nor_what_rests_on_it(count):
    """Nor a nought: beside one it would be known that another unit has all of a total."""
    row = told(month("connection_rate", count, 43))
    assert row[["numerator", "value", "low", "high", "adjusted"]].isna().all() and row["denominator"] == 45
    assert (row["numerator_missing"], row["value_missing"]) == ("<13", "untold")


def test_a_share_is_of_the_rounded_counts_and_so_is_its_interval():
    row = told(month("connection_rate", 14, 43))
    assert row["value"] == row["adjusted"] == 15 / 45
    assert (row["low"], row["high"]) == pytest.approx(intervals.wilson(15.0, 45.0))


def test_a_share_that_is_no_plain_ratio_moves_in_steps_of_five_records():
    """A corrected rate of 0.2531 of 400 index calls: steps of 5 / 400."""
    row = told(month("repeat_rate_24h", 100, 400, value=0.2531, low=0.21, high=0.301))
    assert row["value"] == pytest.approx(0.25) and (row["low"], row["high"]) == pytest.approx((0.2, 0.3125)), "outwards"


def test_a_mean_tells_no_base():
    """3,151 s of 108 calls: 29.2 of 110, and so might 108 to 112 have been; the sum is that of what is told."""
    row = told(month("asa_seconds", 3151, 108, low=25.798, high=32.554))
    assert (row["value"], row["low"], row["high"], row["denominator"]) == pytest.approx((29.2, 25.7, 32.6, 110))
    assert row["numerator"] == pytest.approx(29.2 * 110)
    assert all(any(round(s / n, 1) == 29.2 for s in range(3000, 3500)) for n in range(108, 113))


def test_of_few_calls_a_mean_is_coarse():
    """5 / 15 of a second."""
    assert told(month("asa_seconds", 403, 14))["value"] == pytest.approx(86 / 3)


def test_of_two_means_of_one_sum_the_first_is_told():
    """100 calls of 29.2 s and 80 answered of 30 s would tell 80 of 100 by themselves."""
    asa, queue = month("asa_seconds", 3151, 108), month("queue_seconds", 3574, 122)
    both = rounding.months(pd.DataFrame([queue, asa]), KNOWN).set_index("indicator")
    assert both["value"].notna().to_dict() == {"queue_seconds": False, "asa_seconds": True}
    assert both.loc["queue_seconds", ["numerator", "denominator", "calls"]].isna().all()
    assert told(queue, month("asa_seconds", np.nan, np.nan))["value"] == pytest.approx(29.3), "alone it is told"
    assert rounding.second_means(KNOWN) >= {
        "queue_seconds_of_queued",
        "abandon_seconds",
        "ring_seconds_of_answered",
        "hold_seconds_of_held",
    }


def test_a_volumes_days_stay_and_it_has_no_interval():
    row = told(month("offered", 1237, 31, low=39.0, high=41.0, adjusted=1237 / 31 * 0.97))
    assert row["denominator"] == 31 and row["value"] == pytest.approx(1235 / 31) and np.isnan(row["low"])
    assert row["adjusted"] == pytest.approx(1235 / 31 * 0.97)


def test_amounts_by_days_are_not_told():
    row = told(month("repeat_hours_a_day", 40, 30, value=0.4))
    assert row[["numerator", "denominator", "value"]].isna().all() and row["value_missing"] == "untold"


def test_every_mean_says_what_it_adds_up():
    assert [i.key for i in KNOWN.values() if i.unit in (SECONDS, SCORE) and not i.numerator.sums] == []


def test_what_is_told_depends_on_the_rounded_counts_alone():
    """All of 18 to 22 of 58 to 62 are told as 20 of 60."""
    rows = pd.DataFrame([month("connection_rate", k, n) for k in range(18, 23) for n in range(58, 63)])
    assert len(rounding.months(rows, KNOWN).drop_duplicates()) == 1


# ---- a month beside those before it


def verdict(key: str, *rows: dict, **more) -> pd.Series:
    """One verdict over two months, as it is told; more: its other cells, exact."""
    found = pd.DataFrame(rows)
    now = rows[-1]
    exact = dict.fromkeys(
        ("target", "target_gap", "before", "year_change", "centre", "lower", "upper", "headline", "unsaid", "change"), np.nan
    )
    course = {"months": tuple(found["period"]), "values": tuple(found["adjusted"])} | {
        c: (np.nan,) * len(found) for c in ("centres", "lowers", "uppers")
    }
    row = (
        now
        | exact
        | course
        | {"se": 0.01, "without": (0.1, 0.2), "state": "inside", "reached": False, "reached_months": 0, "target_months": 2}
        | more
    )
    return rounding.judged(pd.DataFrame([row]), rounding.months(found, KNOWN), KNOWN, before=BEFORE).iloc[0]


def test_a_change_is_of_what_the_two_months_are_told_as():
    """116 of 127 and 93 of 102: 115 of 125 and 95 of 100, so + 3.0 points, not - 0.2."""
    row = verdict(
        "connection_rate",
        month("connection_rate", 116, 127, period=BEFORE),
        month("connection_rate", 93, 102),
        before=116 / 127,
        change=-0.0016,
    )
    assert (row["before"], row["change"]) == pytest.approx((0.92, 0.03)) and row["values"] == pytest.approx((0.92, 0.95))
    assert np.isnan(row["se"]) and row["without"] == () and row["state"] == "inside"


def test_nothing_is_said_of_a_change_from_a_month_that_is_not_told():
    row = verdict(
        "connection_rate",
        month("connection_rate", 12, 127, period=BEFORE),
        month("connection_rate", 93, 102),
        before=12 / 127,
        change=0.8,
        unsaid=1.0,
    )
    assert row[["before", "change", "unsaid"]].isna().all() and row["change_missing"] == "untold"
    assert np.isnan(row["values"][0]), "no value is no nought"


def test_a_target_stands_and_is_reached_by_what_is_told():
    """.9 was told as .8333; 93 of 102 is told as 95 of 100, 116 of 130 as 115 of 130."""
    row = verdict("connection_rate", month("connection_rate", 116, 130, period=BEFORE), month("connection_rate", 93, 102), target=0.9)
    assert row["target"] == 0.9 and row["target_gap"] == pytest.approx(0.05) and row["reached"]
    assert (row["reached_months"], row["target_months"]) == (1, 2)


def test_limits_move_outwards_in_steps_of_five_records():
    """Steps of 5 / 100; of March 5 / 125. From exact limits of small months their base could be had."""
    rows = month("connection_rate", 116, 127, period=BEFORE), month("connection_rate", 93, 102)
    ends = {"centre": 0.911, "lower": 0.826, "upper": 0.987, "lowers": (0.834, 0.826), "uppers": (0.9, 0.987), "centres": (0.911, 0.911)}
    row = verdict("connection_rate", *rows, **ends)
    assert (row["centre"], row["lower"], row["upper"]) == pytest.approx((0.9, 0.8, 1.0))
    assert row["lowers"] == pytest.approx((0.8, 0.8)) and row["uppers"] == pytest.approx((0.92, 1.0))
    gone = verdict("connection_rate", month("connection_rate", 12, 127, period=BEFORE), rows[1], **ends)
    assert np.isnan([gone["lower"], *gone["lowers"]]).all(), "a month of the course is not told"


# ---- groups, days, and what is on no list


def group(name: str, count: float, before: float, whole: float = 200, whole_before: float = 250, **more) -> dict:
    row = {
        "group": name,
        "count": count,
        "before": before,
        "share": count / whole,
        "share_low": 0.1,
        "share_high": 0.9,
        "p": 0.04,
        "q": 0.05,
    }
    row |= {
        "difference": count - before,
        "change": count / before - 1 if before else np.nan,
        "share_change": count / whole - before / whole_before,
    }
    a_day = (1 + row["change"]) * 31 / 30 - 1
    return row | {"a_day": a_day, "a_day_low": -0.3, "a_day_high": 0.1, "uneven": a_day, "state": "inside", "share_state": "inside"} | more


def test_a_group_is_told_by_its_rounded_counts():
    """28 after 38 of 197 after 248: 30 after 40, - 25.0 %, - 22.5 % a day, 15.0 % after 16.0 %."""
    frame = rounding.of_groups(pd.DataFrame([group("(all)", 197, 248), group("water", 28, 38)]), None, True).set_index("group")
    row = frame.loc["water"]
    assert tuple(row[["count", "before", "difference"]]) == (30, 40, -10) and frame.loc["(all)", "count"] == 195
    assert tuple(row[["change", "a_day"]]) == pytest.approx((-0.25, 0.75 * 31 / 30 - 1))
    assert row["share"] == pytest.approx(30 / 195) and row["share_change"] == pytest.approx(30 / 195 - 40 / 250)
    assert row[["p", "q", "a_day_low", "a_day_high"]].isna().all(), "two counts can be had from an interval of their ratio"


def test_a_volume_has_one_change_in_table_1_and_beside_its_groups():
    """1,198 calls of 30 days after 1,242 of 31 are told as 1,200 and 1,240: 40 a day each. The kinds of day, 3.04 % apart, are taken off to a thousandth: + 3.0 % in both places."""
    now, before = 1198 / 30, 1242 / 31
    change = now * 1.0304 / before - 1
    months = month("offered", 1242, 31, period=BEFORE), month("offered", 1198, 30, adjusted=now * 1.0304)
    row = verdict("offered", *months, before=before, change=change, raw_change=now / before - 1)
    of_all = group("(all)", 1198, 1242, a_day=change, uneven=now / before - 1)
    told = rounding.of_groups(pd.DataFrame([of_all]), None, True).iloc[0]
    assert (row["change"], row["raw_change"]) == pytest.approx((0.03, 0.0)) == (told["a_day"], told["uneven"])


@pytest.mark.parametrize(("widened", "step"), [(1.0, 1), (1.2, 1.5), (1.4, 2), (2.0, 4), (2.1, 6), (0.5, 1), (np.nan, 1)])
def test_a_share_has_the_width_that_its_days_give_it(widened, step):
    """30 of 195 with a day-based interval twice as wide as Wilson's: as if a quarter of the records had come; between two steps the wider."""
    low, high = intervals.wilson(28, 197)
    middle, reach = (low + high) / 2, widened * (high - low) / 2
    exact = group("water", 28, 38, whole=197, whole_before=248) | {"share_low": middle - reach, "share_high": middle + reach}
    frame = rounding.of_groups(pd.DataFrame([group("(all)", 197, 248), exact]), None, True).set_index("group")
    assert tuple(frame.loc["water", ["share_low", "share_high"]]) == pytest.approx(intervals.wilson(30 / step, 195 / step))


def test_a_small_group_says_nothing_nor_that_it_is_new():
    frame = rounding.of_groups(pd.DataFrame([group("(all)", 200, 250), group("rare", 20, 0, state="new")]), None, True)
    row = frame.iloc[1]
    assert row[["before", "difference", "change", "share_change"]].isna().all() and row["count"] == 20
    assert (row["before_missing"], row["state"]) == ("<13", "few")


def test_of_what_is_small_all_bears_one_mark():
    """`<8` would say of one that it is none of 0 and 8 to 12."""
    rows = [group("(all)", 200, 250) | {"before_missing": ""}, group("rare", 20, np.nan) | {"before_missing": "<8"}]
    assert list(rounding.of_groups(pd.DataFrame(rows), None, True)["before_missing"]) == ["", "<13"]


def test_on_the_hotlines_own_page_the_row_of_all_stays():
    frame = rounding.of_groups(pd.DataFrame([group("(all)", 197, 248), group("water", 28, 38)]), None, False)
    assert list(frame["count"]) == [197, 30] and frame["share"].iloc[1] == pytest.approx(30 / 197)


def test_a_day_that_is_not_told_is_no_nought():
    frame = pd.DataFrame({"calls": [0, 12, 13, 41], "usual": [14.0, 30.0, 20.0, 20.0], "note": ["0/14", "", "", "41/20"]})
    days = rounding.days(frame)
    np.testing.assert_array_equal(days["calls"], [np.nan, np.nan, 15, 40])
    assert list(days["calls_missing"]) == ["<13", "<13", "", ""] and list(days["note"]) == ["", "", "", "40/20"]


@pytest.mark.parametrize(
    ("study", "table", "by", "edition", "known"),
    [
        ("units", "rates", (), False, False), ("units", "rates", (), True, False),
        ("window", "evidence", (), False, True), ("window", "evidence", (), True, False), ("window", "evidence", ("unit",), False, False),
        ("service", "volume", ("issue_1",), True, True), ("complaints", "overview", (), True, True), ("complaints", "overview", ("department",), True, False),
        ("month", "verdicts", (), True, True), ("month", "suggestions", (), True, False), ("month", "of tomorrow", (), True, False),
    ],
)  # fmt: skip
def test_what_is_on_no_list_is_refused(study, table, by, edition, known):
    whole = getattr(importlib.import_module(f"hotline_analysis.studies.{study}"), "WHOLE", ()) if study != "month" else ()
    asked = {"study": study, "table": table, "by": by}
    if known:
        rounding.check(asked, edition=edition, whole=whole)
        return
    with pytest.raises(DataRefused):
        rounding.check(asked, edition=edition, whole=whole)


@pytest.mark.parametrize("study", study_names())
def test_what_a_study_says_is_of_the_whole_is_a_table_of_it_and_not_for_staff(study):
    module = importlib.import_module(f"hotline_analysis.studies.{study}")
    whole = set(getattr(module, "WHOLE", ()))
    assert whole <= set(module.TABLES) - set(getattr(module, "STAFF", ()))
    assert not whole & {table for name, table in rounding.ROUNDED if name == study}
