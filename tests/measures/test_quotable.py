"""What may be quoted of a month: the case of its conclusion, headlines, movements that must not be quoted, one indicator's history, reasons."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from hotline_analysis.measures import quotable
from hotline_analysis.words import ABSENT, LANGUAGES
from tests.judged import verdicts
from tests.spec.frames import KNOWN, SHEET


def quoted(frame: pd.DataFrame, **options) -> pd.DataFrame:
    return quotable.quotable(frame, KNOWN, **options).set_index("indicator")


# ---- the conclusion


@pytest.mark.parametrize(
    ("judgements", "changes", "case"),
    [
        ({"connection_rate": "worse", "talk_seconds": "none"}, {}, "changed"),
        ({"connection_rate": "worse", "talk_seconds": "none", "repeat_rate_24h": "few"}, {}, "changed in part"),
        ({"connection_rate": "worse"}, {}, "changed alone"),
        ({"offered": "more", "repeat_rate_24h": "not_compared"}, {}, "changed alone"),
        ({"connection_rate": "none"}, {}, "quiet"),
        ({"connection_rate": "none", "repeat_rate_24h": "not_compared"}, {}, "quiet in part"),
        ({"connection_rate": "not_compared"}, {"reason": "poor data"}, "poor data"),
        ({"connection_rate": "not_compared"}, {"reason": "first month"}, "first month"),
        ({"connection_rate": "few", "offered": "few"}, {}, "few"),
        ({"connection_rate": "few", "offered": "not_compared"}, {"reason": "month before", "method": ""}, "month before"),
        ({"connection_rate": "not_compared"}, {"reason": "trial", "state": "outside trial", "method": "trial"}, "few months"),
        ({"connection_rate": "none"}, {"state": "inside trial", "method": "trial"}, "few months"),
        ({"connection_rate": "not_compared"}, {"reason": "few months", "state": "few months", "method": "two periods"}, "few months"),
        ({"connection_rate": "none"}, {"state": "no evidence", "method": "two periods"}, "few months"),
        ({"connection_rate": "not_compared"}, {"reason": "definition", "method": ""}, "definition"),
    ],
)
def test_the_case_of_the_conclusion(judgements, changes, case):
    assert set(quoted(verdicts(**judgements).assign(**changes))["said"]) == {case}


def test_what_has_no_value_decides_nothing():
    frame = verdicts(connection_rate="none", repeat_rate_24h="not_compared")
    frame.loc[1, ["value", "reason"]] = [np.nan, "missing"]
    told = quoted(frame)
    assert set(told["said"]) == {"quiet"} and set(told["count"]) == {2}, "the claim over the table counts the rows that stand below it"


def test_one_row_speaks_for_an_event():
    told = quoted(verdicts(connection_rate="worse", abandonment_rate="worse", offered="more", talk_seconds="none"))
    assert told["leading"].to_dict() == {"connection_rate": "worse", "abandonment_rate": "", "offered": "more", "talk_seconds": ""}


def test_the_side_is_of_what_lies_outside_and_nothing_else_has_one():
    told = quoted(verdicts(connection_rate="worse", repeat_rate_24h="worse", talk_seconds="none", offered="few"))
    assert told["side"].to_dict() == {"connection_rate": "down", "repeat_rate_24h": "up", "talk_seconds": "", "offered": ""}


def test_a_new_indicator_beside_old_ones_does_not_make_a_first_month():
    assert set(quoted(verdicts(connection_rate="none", talk_seconds="not_compared"))["said"]) == {"quiet in part"}
    frame = verdicts(connection_rate="not_compared", talk_seconds="not_compared").assign(
        reason=["trial", "first month"], method=["trial", ""]
    )
    assert set(quoted(frame)["said"]) == {"few months"}


# ---- headlines


def test_headlines_are_those_asked_for_then_the_usual_ones_four_at_most():
    frame = verdicts(talk_seconds="none", connection_rate="none", offered="none", repeat_rate_24h="none", service_level_20s="none")
    usual = quoted(frame)["headline"].dropna().sort_values().index.tolist()
    assert usual == ["connection_rate", "service_level_20s", "repeat_rate_24h", "offered"]
    asked = quoted(frame, headlines=["talk_seconds", "offered"])["headline"].dropna().sort_values().index.tolist()
    assert asked == ["talk_seconds", "offered", "connection_rate", "service_level_20s"]


def test_a_headline_without_a_value_gives_its_place_to_the_next():
    frame = verdicts(connection_rate="none", talk_seconds="none").assign(value=[np.nan, 300.0])
    assert quoted(frame)["headline"].dropna().to_dict() == {"talk_seconds": 1.0}


# ---- what must not be quoted


def test_the_order_of_what_must_not_be_quoted():
    """Change over the width of its interval: offered .3/.6 = .5, talk 9/6 = 1.5, level .02/.01 = 2; asa is one event with the level."""
    frame = verdicts(
        offered="none",
        talk_seconds="none",
        service_level_20s="none",
        asa_seconds="none",
        repeat_rate_24h="not_compared",
        connection_rate="worse",
    )
    frame["change"] = [0.3, 9.0, -0.02, 0.2, 0.001, -0.3]
    frame["change_low"], frame["change_high"] = [0, 6, -0.025, 0.15, 0, -1], [0.6, 12, -0.015, 0.25, 1, 0]
    frame.loc[4, ["reason", "moved"]] = ["base", "identified_share, connection_rate"]
    order = quoted(frame)["unsaid"].dropna().sort_values().index.tolist()
    assert order == ["repeat_rate_24h", "service_level_20s", "talk_seconds", "offered"]
    assert quoted(frame)["bases_zh"]["repeat_rate_24h"] == "来电人识别率和接通率"


@pytest.mark.parametrize(
    ("key", "change", "listed"),
    [
        ("connection_rate", 0.0004, False),
        ("connection_rate", 0.0005, True),
        ("talk_seconds", 0.04, False),
        ("talk_seconds", -0.05, True),
        ("offered", 0.0004, False),
        ("offered", np.nan, False),
    ],
)
def test_what_prints_as_zero_nobody_quotes(key, change, listed):
    assert quoted(verdicts(**{key: "none"}).assign(change=change))["unsaid"].notna().all() == listed
    moved = verdicts(**{key: "not_compared"}).assign(change=change, reason="base", moved="identified_share")
    assert quoted(moved)["unsaid"].notna().all() == (listed or np.isnan(change)), "whose base moved either: the list began with 0.0个百分点"


def test_at_most_six_are_listed_and_an_event_once():
    apart = list({i.event: i.key for i in SHEET}.values())
    frame = verdicts(**dict.fromkeys(apart, "none")).assign(change=50.0)
    assert sorted(quoted(frame)["unsaid"].dropna()) == [1, 2, 3, 4, 5, 6][: len(apart)]
    twice = verdicts(connection_rate="none", abandonment_rate="none")
    assert quoted(twice)["unsaid"].notna().tolist() == [True, False]


# ---- the rest


def test_what_later_data_complete_is_provisional_until_its_own_day_and_only_volumes_have_a_plain_change():
    awaited = {"final_on": {"repeat_rate_24h": date(2024, 10, 2)}}
    told = quoted(verdicts(repeat_rate_24h="none", connection_rate="none", offered="none"), **awaited)
    assert told["provisional"].tolist() == [True, False, False] and told["final_on"].tolist() == ["2024-10-02", "", ""]
    without = quoted(verdicts(repeat_rate_24h="none").assign(value=[np.nan]), **awaited)
    assert without["provisional"].tolist() == [False]  # a figure that there is not becomes final on no day
    assert told["plain_change"].notna().tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("state", "low", "high", "within"),
    [("inside", 0.01, 0.02, "limits"), ("inside", -0.02, -0.01, "limits"), ("inside", -0.01, 0.01, ""), ("outside", 0.01, 0.02, ""), ("inside", np.nan, np.nan, "")],
)  # fmt: skip
def test_an_interval_that_would_contradict_its_limits_is_marked(state, low, high, within):
    assert quoted(verdicts(connection_rate="none").assign(state=state, change_low=low, change_high=high))["within"].item() == within


def test_one_indicators_history_is_its_row_unrolled():
    frame = verdicts(connection_rate="worse").assign(break_month="2024-08", break_zh="新系统上线", break_en="new system")
    parts = {"indicator": "connection_rate", "group": "", "period": ["2024-08", "2024-09", "2024-06"]}
    evaluated = pd.DataFrame({**parts, "numerator": [91.0, 90.0, 1.0], "denominator": [100.0, 100.0, 1.0]})
    told = quotable.history(quotable.quotable(frame, KNOWN), evaluated, KNOWN["connection_rate"])
    assert told["period"].tolist() == ["2024-07", "2024-08", "2024-09"] and told["value"].tolist() == [0.93, 0.914, 0.9]
    assert told["judgement"].tolist() == ["none", "none", "worse"] and told["event_zh"].tolist() == ["", "新系统上线", ""]
    assert told["numerator"].isna().tolist() == [True, False, False] and told["numerator"].tolist()[1:] == [91, 90]
    with pytest.raises(KeyError):
        quotable.history(quotable.quotable(frame, KNOWN), evaluated, KNOWN["offered"])


@pytest.mark.parametrize(
    ("refusal", "zh", "en"),
    [
        ("not available: needs queue_seconds", "未提供：排队时长", "not provided: queue time"),
        ("not available: needs queue_seconds, caller.", "未提供：排队时长、来电人", "not provided: queue time, caller"),
        ("the calls have no column issue_1, which this definition needs.", "未提供：诉求一级分类", "not provided: issue, level 1"),
        ("params name no orders.", "未提供：工单", "not provided: orders"),
        ("the callers' numbers are masked, so different citizens look alike.", "号码已打码，无法识别同一来电人", None),
        ("not available: masked", "号码已打码，无法识别同一来电人", None),
        ("no calls", "没有来电", "no calls"),
        ("no known durations", "时长均未能读出", "no duration could be read"),
        ("few known durations", "读得出的时长不足95%", None),
        ("few known outcomes", "读得出的通话结果不足95%", None),
        ("few", "样本不足", "too few"),
        ("fewer of something", "这些数据不能回答这个问题", "these data cannot answer this"),
    ],
)
def test_why_there_is_no_figure(refusal, zh, en):
    assert quotable.why(refusal).zh == zh
    assert quotable.why(refusal).en == (en or quotable.why(refusal).en)


def test_reasons_speak_both_languages():
    assert all(term(language) for term in ABSENT.values() for language in LANGUAGES)


def test_the_glossary_has_every_indicator_in_both_languages():
    told = quotable.glossary(KNOWN).set_index("indicator")
    assert list(told.index) == [i.key for i in KNOWN.values()]
    assert told.loc["connection_rate", "formula_zh"] == "接通量 ÷ 结果已知的人工服务请求量" and told.map(bool).all(axis=None)
