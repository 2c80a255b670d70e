"""优化建议: every gate by hand, just passed and just missed; and a null month suggests nothing."""

import numpy as np
import pandas as pd
import pytest

from hotline_analysis import say
from hotline_analysis.measures.suggestions import GROUPS, KINDS, RULES, suggestions
from hotline_analysis.stats import intervals
from hotline_analysis.studies.service import staffing
from tests.studies.service.service_calls import view
from tests.studies.service.test_staffing import every, shifts


def ask(frames: dict, *, months: float = 1.0, window_hours: float = 24.0) -> pd.DataFrame:
    return suggestions(frames, months=months, window_hours=window_hours)


def peak(said="lower", low=-0.12, high=-0.08) -> dict:
    """1,000 calls at the peak, of which 90 % less 10 points are answered."""
    return {
        "peak": pd.DataFrame({"part": ["peak", "other"], "denominator": [1000, 2000], "value": [0.8, 0.9], "gap": [-0.1, np.nan], "gap_low": [low, np.nan], "gap_high": [high, np.nan], "said": said}),
        "connection": pd.DataFrame({"peak": [True, False], "hard": [True, False]}),
    }  # fmt: skip


def roster(said="short", short=20.0, over=30.0) -> dict:
    return {"shortfall": pd.DataFrame({"said": [said], "hours_short": [short], "hours_over": [over]})}


def test_a_worse_peak_asks_for_other_shifts():
    """高峰1000通，比其余时段少接通10个百分点（8至12）：若一样，每月多接通100通（80至120）。"""
    row = ask(peak()).iloc[0]
    assert (row["kind"], row["case"], row["unit"]) == ("shifts", "unrostered", "answered")
    assert tuple(row[["size", "size_low", "size_high"]]) == pytest.approx((100, 80, 120))
    assert ask(peak(), months=2)["size"].iloc[0] == pytest.approx(50)


@pytest.mark.parametrize("short, over, case", [(20, 30, "move"), (30, 20, "add")])
def test_the_roster_says_whether_to_move_or_to_add(short, over, case):
    assert ask(peak() | roster(short=short, over=over))["case"].iloc[0] == case


def test_agents_who_are_rostered_where_nobody_calls_are_moved_before_others_are_added():
    """九点起半小时要11.4人、排2人，一周缺33人时；九点半以后和夜里0至8时排了人而没有来电，多567人时：挪班，不必添人。"""
    held = {"agent_time": shifts((9, 1, 2), (0, 8, 10))}
    row = ask(peak() | {"shortfall": staffing.shortfall(view(every(9, 50), tables=held))}).iloc[0]
    assert row["case"] == "move" and (row["hours_short"], row["hours_over"]) == pytest.approx((7 * (8 / 0.7 - 2) / 2, 7 * 81))


@pytest.mark.parametrize(
    "frames",
    [
        peak(said="none"),
        peak(said="higher"),
        peak() | roster("enough"),
        peak() | {"connection": pd.DataFrame({"peak": [True], "hard": [False]})},
    ],
    ids=["no difference", "peak is better", "the roster is enough", "no hour of the peak is hard"],
)
def test_a_peak_that_is_no_worse_asks_for_nothing(frames):
    assert ask(frames)["said"].tolist() == ["none"]


def notice(said="some", low=10.0) -> dict:
    row = {
        "issue": "停水",
        "then": "减免",
        "denominator": 400,
        "excess": 100.0,
        "told": 0.5,
        "avoidable": 20.0,
        "avoidable_low": low,
        "avoidable_high": 30.0,
        "said": said,
    }
    return {"notices": pd.DataFrame([row])}


def test_the_list_of_notices_is_taken_as_it_is():
    row = ask(notice()).iloc[0]
    assert tuple(row[["kind", "subject", "then", "n", "size", "size_low", "size_high"]]) == ("notify", "停水", "减免", 400, 20, 10, 30)
    assert ask(notice(said="none"))["said"].iloc[0] == "none"


def test_an_interval_that_holds_zero_is_no_suggestion():
    assert ask(notice(low=0.0))["said"].iloc[0] == "none"


def agents(advice="coach", cause="coach", verdict="above", shrunken=0.4, low=0.3) -> dict:
    """甲: 100 calls about 供水, of which 10 repeats are expected; 乙 as expected."""
    cell = {"issue": "供水", "denominator": 100, "expected": 10.0}
    return {
        "cells": pd.DataFrame(
            [
                {**cell, "agent": "甲", "numerator": 42, "shrunken": shrunken, "shrunken_low": low, "shrunken_high": 0.5, "verdict": verdict},
                {**cell, "agent": "乙", "numerator": 10, "shrunken": 0.1, "shrunken_low": 0.05, "shrunken_high": 0.15, "verdict": "inside"},
            ]
        ),
        "agents": pd.DataFrame({"agent": ["甲", "乙"], "advice": [advice, "none"]}),
        "issues": pd.DataFrame([{"issue": "供水", "agents": 2, "denominator": 200, "numerator": 52, "value": 0.26, "low": 0.2, "high": 0.32, "i2": 0.7, "plain_high": 0.5, "cause": cause},
                                {"issue": "交通", "agents": 2, "denominator": 800, "numerator": 80, "value": 0.1, "low": 0.08, "high": 0.12, "i2": 0.0, "plain_high": 0.0, "cause": "even"}]),
    }  # fmt: skip


def test_coaching_is_worth_what_the_shrunken_rates_lie_beyond_expectation():
    """收缩到40%（30%至50%）的100通减去应有的10通：每月少30通（20至40）；不列姓名。"""
    row = ask(agents()).iloc[0]
    assert tuple(row[["kind", "persons", "n"]]) == ("coach", 1, 100) and row["ratio"] == pytest.approx(4.2)
    assert tuple(row[["size", "size_low", "size_high"]]) == pytest.approx((30, 20, 40))
    assert not {"甲", "乙"} & set(map(str, ask(agents()).to_numpy().ravel()))


@pytest.mark.parametrize("changed", [{"advice": "none"}, {"verdict": "inside"}, {"shrunken": 0.29}, {"low": 0.1}])
def test_no_coaching_without_advice_a_cell_enough_of_it_or_an_interval_above_zero(changed):
    assert ask(agents(**changed))["said"].iloc[0] == "none"


def test_training_takes_the_issue_and_leaves_its_people_alone():
    row = ask(agents(cause="train")).iloc[0]
    assert tuple(row[["kind", "subject", "persons"]]) == ("train", "供水", 2)
    assert tuple(row[["size", "size_low", "size_high"]]) == pytest.approx((30, 20, 45))
    assert ask(agents(cause="train"))["kind"].tolist() == ["train"]  # 甲 is above on an issue that all are to be trained in


def test_a_process_is_held_against_all_issues():
    """供水26%（20至32），全部132/1000=13.2%：200通里多25.6通（13.6至37.6）。"""
    row = ask(agents(advice="none", cause="process")).iloc[0]
    assert row["kind"] == "process" and tuple(row[["size", "size_low", "size_high"]]) == pytest.approx((25.6, 13.6, 37.6))


def faq(candidate="yes") -> dict:
    return {
        "faq": pd.DataFrame(
            {
                "issue": ["查询", "其他"],
                "parent": "",
                "answered_calls": [200, 10],
                "share": [0.2, 0.01],
                "candidate": [candidate, "no"],
                "candidate_share": 0.2,
            }
        )
    }


def test_answers_are_written_for_what_keeps_every_threshold():
    row = ask(faq()).iloc[0]
    low, high = (1000 * float(end) for end in intervals.wilson(200, 1000))
    assert tuple(row[["kind", "subject", "persons", "unit"]]) == ("answers", "查询", 1, "concerned")
    assert tuple(row[["size", "size_low", "size_high"]]) == pytest.approx((200, low, high))
    assert ask(faq("maybe"))["said"].iloc[0] == "none"


def evidence(said="clear", candidates="72") -> dict:
    rows = pd.DataFrame(
        {
            "window_hours": [24.0, 72.0],
            "capture": [0.4, 0.9],
            "capture_low": [0.35, 0.85],
            "capture_high": [0.45, 0.95],
            "support": [0.1, 0.8],
            "denominator": 3000,
        }
    )
    return {"evidence": rows.assign(said=said, candidates=candidates, recommended_hours=72.0)}


def test_another_window_only_where_it_is_recommended_and_the_one_in_use_is_no_candidate():
    row = ask(evidence()).iloc[0]
    assert tuple(row[["kind", "hours_now", "hours_new", "size", "size_low", "size_high", "support"]]) == (
        "window",
        24,
        72,
        0.9,
        0.85,
        0.95,
        0.8,
    )
    for frames in (evidence(candidates="24, 72"), evidence(said="insufficient"), evidence(said="none")):
        assert ask(frames)["said"].iloc[0] == "none"
    assert ask(evidence(), window_hours=72.0)["said"].iloc[0] == "none"


def channels(low=0.93, again=0.2) -> dict:
    row = {"channel": "微信", "count": 300, "answered": 0.95, "answered_low": low, "answered_high": 0.97, "again": again, "again_high": 0.3}
    main = {
        "channel": "电话",
        "count": 3000,
        "answered": 0.9,
        "answered_low": 0.89,
        "answered_high": 0.91,
        "again": 0.2,
        "again_high": 0.22,
    }
    return {"channels": pd.DataFrame([main, row])}


def test_callers_are_led_to_a_channel_that_answers_more_and_sends_nobody_back():
    """95%对90%：每千通多接通50通；区间取两端之差，93−91至97−89。"""
    row = ask(channels()).iloc[0]
    assert tuple(row[["kind", "subject", "then"]]) == ("channel", "微信", "电话")
    assert tuple(row[["size", "size_low", "size_high"]]) == pytest.approx((50, 20, 80))
    assert ask(channels(low=0.905))["said"].iloc[0] == "none" and ask(channels(again=0.25))["said"].iloc[0] == "none"


def test_a_month_without_evidence_is_one_row_that_says_so():
    told = ask({})
    assert len(told) == 1 and tuple(told.iloc[0][["kind", "count", "looked", "kinds", "said"]]) == ("", 0, 0, len(RULES), "no data")


def test_suggestions_stand_in_the_order_of_their_kinds_and_are_counted():
    told = ask({**channels(), **notice(), **peak(), **evidence()})
    assert told["kind"].tolist() == [k for k in KINDS if k in ("shifts", "notify", "window", "channel")]
    assert told["place"].tolist() == [1, 2, 3, 4] and set(told["count"]) == {4} and set(told["looked"]) == {4}


@pytest.mark.parametrize("group", GROUPS)
def test_no_issue_that_stands_for_several_or_for_none_is_to_be_trained_or_mended(group):
    for frames in (agents(cause="train"), agents(advice="none", cause="process")):
        named = {name: frame.replace({"issue": {"供水": group}}) if "issue" in frame else frame for name, frame in frames.items()}
        assert ask(frames)["said"].iloc[0] == "some" and ask(named)["said"].iloc[0] == "none"


def test_one_channel_leads_to_no_other():
    assert ask({"channels": channels()["channels"].head(1)})["said"].iloc[0] == "none"
    assert ask({"channels": channels()["channels"][["channel", "count"]]})["said"].iloc[0] == "none"


def test_without_any_kind_of_evidence_no_kind_is_counted():
    """没有一类依据有数据：说没有依据，不说8类依据中0类。"""
    none = ask({})
    assert none[["said", "looked", "count"]].iloc[0].tolist() == ["no data", 0, 0]
    none.attrs = {"study": "month", "table": "suggestions", "fields": {}, "language": "zh", "digest": ""}
    assert [say(none, language=language).text for language in ("zh", "en")] == [
        "本月没有一类依据有数据可看，因此没有建议。",
        "This month no kind of evidence has data, so nothing is suggested.",
    ]
