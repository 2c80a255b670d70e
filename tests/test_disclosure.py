"""Small groups: pooled at every level, and counts of one to seven not told."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from hotline_analysis.disclosure import OTHER, SMALLEST, pooled, untold


def _calls(**sizes: int) -> pd.DataFrame:
    return pd.DataFrame([{"issue_1": key, "calls": n} for key, n in sizes.items()])


def test_seven_are_pooled_and_eight_are_told():
    told = pooled(_calls(噪声=8, 停水=7, 王小明=1), ["issue_1"], SMALLEST)
    assert told.to_dict("records") == [{"issue_1": "噪声", "calls": 8}, {"issue_1": OTHER, "calls": 7}, {"issue_1": OTHER, "calls": 1}]


def test_a_groups_rows_add_up_before_it_is_judged():
    rows = pd.DataFrame({"issue_1": ["甲"] * 4 + ["乙"] * 2, "caller_group": [1, 2, 3, 4, 1, 2], "calls": [2, 2, 2, 2, 3, 4]})
    assert list(pooled(rows, ["issue_1"], SMALLEST)["issue_1"]) == ["甲"] * 4 + [OTHER] * 2


def test_a_small_leaf_stays_under_its_parent_and_a_small_parent_goes_with_all_below():
    frame = pd.DataFrame({"issue_1": ["甲", "甲", "乙", "乙"], "issue_2": ["一", "二", "一", "三"], "calls": [20, 3, 4, 2]})
    told = pooled(frame, ["issue_1", "issue_2"], SMALLEST)
    assert list(zip(told["issue_1"], told["issue_2"], strict=True)) == [("甲", "一"), ("甲", OTHER), (OTHER, OTHER), (OTHER, OTHER)]


def test_controls_follow_their_calls():
    index, control = _calls(甲=8, 乙=2), _calls(甲=1, 乙=90, 丙=90)
    assert list(pooled(control, ["issue_1"], SMALLEST, like=index)["issue_1"]) == ["甲", OTHER, OTHER]


def test_counts_of_one_to_seven_and_what_gives_them_away_are_not_told():
    frame = pd.DataFrame({"hit": [0, 1, 7, 8], "of": [40, 40, 40, 40], "share": [0, 0.025, 0.175, 0.2]})
    told = untold(frame, ["hit", "of"], ["share"], SMALLEST)
    assert list(told["hit"].isna()) == list(told["share"].isna()) == [False, True, True, False] and list(told["of"]) == [40] * 4
    assert list(told["hit_missing"]) == ["", "<8", "<8", ""] and list(told["share_missing"]) == ["", "untold", "untold", ""]
    assert untold(frame, ["hit"], ["share"], 1) is frame


@given(st.dictionaries(st.tuples(st.sampled_from("甲乙丙"), st.sampled_from("一二三四")), st.integers(1, 20), min_size=1))
def test_no_name_of_a_small_group_is_left_and_nothing_is_lost(sizes):
    frame = pd.DataFrame([{"issue_1": a, "issue_2": b, "calls": n} for (a, b), n in sizes.items()])
    told = pooled(frame, ["issue_1", "issue_2"], SMALLEST)
    assert told["calls"].sum() == frame["calls"].sum()
    for path in (["issue_1"], ["issue_1", "issue_2"]):
        groups = told.groupby(path)["calls"].sum()
        small = groups[groups < SMALLEST].index
        assert all((key if isinstance(key, str) else key[-1]) == OTHER for key in small)
