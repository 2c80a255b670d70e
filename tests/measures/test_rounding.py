"""The profile `internal`: counts of 1 to 7 not told, others to the nearest 5, shares of the rounded counts; by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_analysis import disclosure
from hotline_analysis.measures import rounding
from hotline_analysis.stats import intervals
from hotline_analysis.words import Field, Term

FIELDS = {
    "group": Field(Term("组", "group"), words={disclosure.OTHER: disclosure.POOLED}),
    "numerator": Field(Term("分子", "k"), "count"),
    "denominator": Field(Term("分母", "n"), "count"),
    "value": Field(Term("值", "value"), "share", interval=("low", "high")),
    "low": Field(Term("低", "low"), "share"),
    "high": Field(Term("高", "high"), "share"),
    "change": Field(Term("变", "change"), "points", interval=("change_low", "change_high")),
    "change_low": Field(Term("变", "change"), "points"),
    "change_high": Field(Term("变", "change"), "points"),
    "run_months": Field(Term("月", "months"), "count"),
}


def frame(*rows: dict, by: tuple = ()) -> pd.DataFrame:
    made = pd.DataFrame(rows)
    made.attrs = {"fields": {name: field.as_dict() for name, field in FIELDS.items()}, "by": by}
    return made


def rate(group: str, k: int, n: int, **more) -> dict:
    low, high = intervals.wilson(float(k), float(n))
    return {"group": group, "numerator": k, "denominator": n, "value": k / n, "low": low, "high": high, **more}


@pytest.mark.parametrize(("count", "told"), [(0, 0), (8, 10), (12, 10), (13, 15), (17, 15), (18, 20), (1237, 1235)])
def test_a_count_stands_to_the_nearest_5(count, told):
    assert rounding.internal(frame(rate("甲", count, 4000)), edition=True)["numerator"].iloc[0] == told


@pytest.mark.parametrize("count", [1, 7])
def test_one_to_seven_are_not_told_nor_what_rests_on_them(count):
    row = rounding.internal(frame(rate("甲", count, 43, change=0.02)), edition=True).iloc[0]
    assert row[["numerator", "value", "low", "high", "change"]].isna().all() and row["denominator"] == 45
    assert (row["numerator_missing"], row["value_missing"], row["change_missing"]) == ("<8", "untold", "untold")


def test_a_share_is_of_the_rounded_counts_and_so_is_its_interval():
    row = rounding.internal(frame(rate("甲", 12, 43)), edition=True).iloc[0]
    assert row["value"] == pytest.approx(10 / 45)
    assert (row["low"], row["high"]) == pytest.approx(intervals.wilson(10.0, 45.0))


def test_an_interval_of_callers_stays_as_wide_beside_wilsons():
    """1.3 times as wide as Wilson's: told as 1.5 times."""
    row = rate("甲", 12, 43)
    middle, half = (row["high"] + row["low"]) / 2, (row["high"] - row["low"]) / 2 * 1.3
    told = rounding.internal(frame(row | {"low": middle - half, "high": middle + half}), edition=True).iloc[0]
    low, high = intervals.wilson(10.0, 45.0)
    assert told["low"] == pytest.approx(10 / 45 - 1.5 * (10 / 45 - low)) and told["high"] == pytest.approx(10 / 45 + 1.5 * (high - 10 / 45))


def test_what_is_no_plain_ratio_moves_in_steps_of_five_records():
    """A corrected rate of 0.2531 of 400 index calls: steps of 5 / 400."""
    row = rate("甲", 100, 400) | {"value": 0.2531, "low": 0.21, "high": 0.301, "change": -0.031, "change_low": -0.05, "change_high": -0.011}
    told = rounding.internal(frame(row), edition=True).iloc[0]
    assert told["value"] == pytest.approx(0.25) and told["change"] == pytest.approx(-0.025)
    assert told["low"] == pytest.approx(0.2) and told["high"] == pytest.approx(0.3125), "outwards"
    assert told["change_low"] == pytest.approx(-0.05) and told["change_high"] == pytest.approx(0.0)


def test_months_are_no_records():
    assert rounding.internal(frame(rate("甲", 12, 43, run_months=3)), edition=True)["run_months"].iloc[0] == 3


def test_on_the_hotlines_page_only_groups_are_rounded():
    whole = frame(rate("all", 1237, 4003), rate("甲", 12, 43))
    told = rounding.internal(whole, edition=False)
    assert list(told["numerator"]) == [1237, 10] and list(told["denominator"]) == [4003, 45]
    assert told["value"].iloc[0] == 1237 / 4003
    none = frame({"numerator": 3, "denominator": 10, "value": 0.3})
    assert rounding.internal(none, edition=False) is none


def test_a_volumes_days_stay_and_its_value_is_of_the_rounded_calls():
    row = {"unit": "calls_a_day", "numerator": 1237, "denominator": 31, "value": 1237 / 31, "low": 39.0, "high": 41.0}
    told = rounding.internal(frame(row), edition=True).iloc[0]
    assert told["denominator"] == 31 and told["value"] == pytest.approx(1235 / 31)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(60, 400)), min_size=1, max_size=6))
def test_what_is_told_depends_on_the_rounded_counts_alone(counts):
    """Two pages whose counts round alike are the same page, as far as counts and plain shares go."""
    told = rounding.internal(frame(*[rate(str(n), k, of) for n, (k, of) in enumerate(counts)]), edition=True)
    moved = [(k if k < 8 else int(rounding.nearest(k)), int(rounding.nearest(of))) for k, of in counts]
    again = rounding.internal(frame(*[rate(str(n), k, of) for n, (k, of) in enumerate(moved)]), edition=True)
    for column in ("numerator", "denominator", "value", "low", "high"):
        np.testing.assert_allclose(told[column].to_numpy(float), again[column].to_numpy(float), atol=1e-12)
