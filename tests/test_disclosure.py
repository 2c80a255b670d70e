"""Small groups: pooled at every level, counts of one to seven not told, and neither to be had by subtraction."""

from collections import defaultdict
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from hotline_analysis.disclosure import (
    OTHER,
    SMALLEST,
    UNTOLD,
    names_told,
    pooled,
    untold,
    untold_across,
    untold_between,
    untold_rest,
    without_sums,
)
from tests.tried import tried


def _calls(**sizes: int) -> pd.DataFrame:
    return pd.DataFrame([{"issue_1": key, "calls": n} for key, n in sizes.items()])


def test_seven_are_pooled_and_eight_are_told():
    told = pooled(_calls(噪声=8, 停水=7, 王小明=1), ["issue_1"], SMALLEST)
    assert told.to_dict("records") == [{"issue_1": "噪声", "calls": 8}, {"issue_1": OTHER, "calls": 7}, {"issue_1": OTHER, "calls": 1}]


def test_one_small_group_is_not_pooled_alone():
    """Of 161 calls 100 and 50 are told: the 11 of the rest are two groups', and nobody can say which."""
    told = pooled(_calls(噪声=100, 停水=50, 王小明=3, 路灯=8), ["issue_1"], SMALLEST)
    assert list(told["issue_1"]) == ["噪声", "停水", OTHER, OTHER]
    assert list(pooled(_calls(噪声=100, 王小明=3), ["issue_1"], SMALLEST)["issue_1"]) == [OTHER, OTHER]
    tied = pooled(_calls(噪声=100, 停水=9, 王小明=3, 路灯=9), ["issue_1"], SMALLEST)
    assert list(tied["issue_1"]) == ["噪声", OTHER, OTHER, OTHER], "of equals neither"


def test_a_groups_rows_add_up_before_it_is_judged():
    rows = pd.DataFrame({"issue_1": ["甲"] * 4 + ["乙"] * 2, "caller_group": [1, 2, 3, 4, 1, 2], "calls": [2, 2, 2, 2, 3, 4]})
    assert list(pooled(rows, ["issue_1"], SMALLEST)["issue_1"]) == [OTHER] * 6
    assert list(pooled(rows.assign(calls=rows["calls"] + 1), ["issue_1"], SMALLEST)["issue_1"]) == ["甲"] * 4 + ["乙"] * 2


def test_a_small_leaf_stays_under_its_parent_and_a_small_parent_goes_with_all_below():
    names = {("甲", "一"): 20, ("甲", "二"): 3, ("甲", "三"): 6, ("乙", "一"): 4, ("乙", "三"): 2, ("丙", "一"): 5}
    told = list(names_told(names, SMALLEST).values())
    assert told == [("甲", "一"), ("甲", OTHER), ("甲", OTHER), (OTHER, OTHER), (OTHER, OTHER), (OTHER, OTHER)]
    frame = pd.DataFrame([{"issue_1": a, "issue_2": b, "calls": n} for (a, b), n in names.items()])
    assert list(pooled(frame, ["issue_1", "issue_2"], SMALLEST)[["issue_1", "issue_2"]].itertuples(index=False, name=None)) == told


def test_controls_follow_their_calls():
    index, control = _calls(甲=8, 乙=2, 丁=6), _calls(甲=1, 乙=90, 丙=90)
    assert list(pooled(control, ["issue_1"], SMALLEST, like=index)["issue_1"]) == ["甲", OTHER, OTHER]


def test_counts_of_one_to_seven_and_what_gives_them_away_are_not_told():
    frame = pd.DataFrame({"hit": [0, 1, 7, 8], "of": [40, 40, 40, 40], "share": [0, 0.025, 0.175, 0.2]})
    told = untold(frame, ["hit", "of"], ["share"], SMALLEST)
    assert list(told["hit"].isna()) == list(told["share"].isna()) == [False, True, True, False] and list(told["of"]) == [40] * 4
    assert list(told["hit_missing"]) == ["", "<8", "<8", ""] and list(told["share_missing"]) == ["", "untold", "untold", ""]
    assert untold(frame, ["hit"], ["share"], 1) is frame


def test_beside_one_small_count_the_next_is_not_told_either():
    """45 in all: 30 and 12 told would leave the 3. Where two small ones have an open sum, they need no third."""
    frame = pd.DataFrame({"hit": [30, 12, 3], "share": [0.3, 0.2, 0.1], "kind": "a"})
    told = untold(frame, ["hit"], ["share"], SMALLEST, parts_of=())
    assert list(told["hit_missing"]) == ["", UNTOLD, UNTOLD] == list(told["share_missing"]) and np.isnan(told["hit"][1])
    assert list(untold(frame, ["hit"], ["share"], SMALLEST)["hit_missing"]) == ["", "", "<8"], "rows that add up to nothing told"
    pair = untold(pd.DataFrame({"hit": [30, 5, 3]}), ["hit"], [], SMALLEST, parts_of=())
    assert list(pair["hit_missing"]) == ["", "<8", "<8"]
    sevens = untold(pd.DataFrame({"hit": [30, 7, 7]}), ["hit"], [], SMALLEST, parts_of=())
    assert list(sevens["hit_missing"]) == [UNTOLD] * 3, "14 of two that are at most 7 each are 7 and 7"


def test_what_one_look_hid_stays_hidden_in_the_next():
    frame = pd.DataFrame({"hit": [30, 5, 3], "open": [0, 40, 2], "share": 0.5})
    told = untold(untold(frame, ["hit"], ["share"], SMALLEST, parts_of=()), ["open"], [], SMALLEST)
    assert list(told["share_missing"]) == ["", UNTOLD, UNTOLD] and list(told["open_missing"]) == ["", "", "<8"]
    again = untold(told, ["open"], ["share"], SMALLEST)
    assert list(again["share_missing"]) == ["", UNTOLD, UNTOLD] and again["share"].notna().sum() == 1


def test_each_whole_is_looked_at_by_itself():
    frame = pd.DataFrame({"hit": [30, 3, 12, 3, 4, 40], "kind": list("aabbbc")})
    told = untold(frame, ["hit"], [], SMALLEST, parts_of=["kind"])
    assert list(told["hit_missing"]) == [UNTOLD, UNTOLD, "", "<8", "<8", ""]


def test_a_whole_of_one_row_says_that_it_is_small():
    assert list(untold(pd.DataFrame({"hit": [3]}), ["hit"], [], SMALLEST, parts_of=())["hit_missing"]) == ["<8"]


def test_running_sums_end_where_a_count_is_not_told():
    frame = pd.DataFrame({"count": [30, 12, 9, 3], "cumulative": [0.55, 0.77, 0.94, 1], "cumulative_low": 0.0, "cumulative_high": 1.0})
    told = without_sums(untold(frame, ["count"], [], SMALLEST, parts_of=()))
    assert list(told["cumulative"].isna()) == [False, False, True, True] and list(told["cumulative_missing"]) == ["", "", UNTOLD, UNTOLD]
    assert without_sums(frame) is frame


def test_counts_of_one_row_that_add_up_protect_each_other():
    frame = pd.DataFrame({"found": [45, 128], "problem": [30, 100], "habit": [3, 20], "shared": [12, 8]})
    told = untold_across(frame, ["problem", "habit", "shared"], SMALLEST)
    assert told.loc[0, "problem"] == 30 and told.loc[0, ["habit", "shared"]].isna().all(), "45 less 30 and 12 would be the 3"
    assert told.loc[0, ["habit_missing", "shared_missing"]].tolist() == [UNTOLD, UNTOLD]
    assert told.loc[1, ["found", "problem", "habit", "shared"]].tolist() == [128, 100, 20, 8]
    assert untold_across(frame, ["habit"], 1) is frame


def test_what_matters_most_is_hidden_for_another_last():
    frame = pd.DataFrame({"problem": [486, 486, 3], "habit": [527, 0, 90], "regular": [0, 0, 0], "shared": [6, 6, 20]})
    told = untold_across(frame, list(frame), SMALLEST, kept=["problem"])
    assert told["problem"].isna().tolist() == [False, True, True], "where there is nothing else to hide, and where it is small itself"
    assert told["habit"].isna().tolist() == [True, False, False] and told["shared"].isna().all() and (told["regular"] == 0).all()


SMALL = 4  # small enough that every table there may be can be looked at


def _of_untold(counts: tuple) -> tuple:
    told = untold(pd.DataFrame({"n": counts}), ["n"], [], SMALL, parts_of=())
    return tuple(zip(told["n"].fillna(-1), told.get("n_missing", [""] * len(counts)), strict=True))


def _of_row(counts: tuple) -> tuple:
    names = [f"n{place}" for place in range(len(counts))]
    told = untold_across(pd.DataFrame([counts], columns=names), names, SMALL)
    return tuple((-1 if pd.isna(told[n].iloc[0]) else told[n].iloc[0], told[f"{n}_missing"].iloc[0]) for n in names)


def _of_row_kept(counts: tuple) -> tuple:
    names = [f"n{place}" for place in range(len(counts))]
    told = untold_across(pd.DataFrame([counts], columns=names), names, SMALL, kept=names[:1])
    return tuple((-1 if pd.isna(told[n].iloc[0]) else told[n].iloc[0], told[f"{n}_missing"].iloc[0]) for n in names)


def _of_pool(counts: tuple) -> tuple:
    names = names_told({(n,): count for n, count in enumerate(counts)}, SMALL)
    return tuple((-1 if names[n,] == (OTHER,) else count, "") for n, count in enumerate(counts))


@pytest.mark.parametrize("publish", [_of_untold, _of_row, _of_row_kept, _of_pool])
@pytest.mark.parametrize("groups", [2, 3])
def test_nobody_can_work_out_what_is_not_told(publish, groups):
    """Every table with the same total that would be published alike: each hidden count of some people is another in one of them.

    The reader knows the total, the rule and the names of all groups. Left out: tables in which every group has one (the total itself says so).
    """
    alike = defaultdict(list)
    for counts in product(range(9), repeat=groups):
        if sum(counts) < 9 and set(counts) != {1}:
            alike[sum(counts), publish(counts)].append(counts)
    for (_, told), tables in alike.items():
        for place, (count, _) in enumerate(told):
            assert count >= 0 or not tables[0][place] or len({table[place] for table in tables}) > 1, (told, tables)


@tried(suppress_health_check=[HealthCheck.too_slow])  # other work on the machine is no fault of it
@given(st.dictionaries(st.tuples(st.sampled_from("甲乙丙"), st.sampled_from("一二三四")), st.integers(1, 20), min_size=1))
def test_no_name_of_a_small_group_is_left_and_nothing_is_lost(sizes):
    frame = pd.DataFrame([{"issue_1": a, "issue_2": b, "calls": n} for (a, b), n in sizes.items()])
    told = pooled(frame, ["issue_1", "issue_2"], SMALLEST)
    assert told["calls"].sum() == frame["calls"].sum()
    for path in (["issue_1"], ["issue_1", "issue_2"]):
        groups = told.groupby(path)["calls"].sum()
        small = groups[groups < SMALLEST].index
        assert all((key if isinstance(key, str) else key[-1]) == OTHER for key in small)


def test_what_a_part_leaves_of_its_whole_is_not_told():
    """Of 20 calls 18 are answered: the two lost are the channel's, and those of another are hidden beside it, because all lost ones are told."""
    frame = pd.DataFrame({"answered": [18, 40, 60, 25], "calls": [20, 50, 90, 25], "share": [0.9, 0.8, 2 / 3, 1.0]})
    told = untold_rest(frame, "answered", "calls", ["share"], SMALLEST, parts_of=())
    assert list(told["answered"].isna()) == list(told["share"].isna()) == [True, True, False, False]
    assert list(told["calls"]) == [20, 50, 90, 25] and set(told["answered_missing"]) == {UNTOLD, ""}


def test_of_two_windows_between_which_few_lie_the_shorter_is_told():
    """Within 2, 24, 48 and 72 h 10, 30, 33 and 41 calls are followed: 3 lie between 24 and 48 h, and 11 between 24 and 72 h."""
    frame = pd.DataFrame({"issue": ["甲"] * 4, "hours": [2, 24, 48, 72], "followed": [10, 30, 33, 41]})
    told = untold_between(frame, "followed", [], SMALLEST, along=["issue"])
    assert list(told["followed"].isna()) == [False, False, True, False]
    both = pd.concat([frame, frame.assign(issue="乙", followed=[20, 40, 60, 80])], ignore_index=True)
    told = untold_between(both, "followed", [], SMALLEST, along=["issue"], parts_of=["hours"])
    assert list(told["followed"].isna()) == [False, False, True, False] * 2, "all calls less the others would tell it"
    assert untold_between(frame, "followed", [], 1, along=["issue"]) is frame
