"""Sentences read the frame; forms for a loud month, a quiet one and one that cannot be judged."""

import numpy as np
import pandas as pd
import pytest

from hotline_analysis import findings


def verdicts(**judgements) -> pd.DataFrame:
    base = {
        "group": "", "period": "2024-09", "numerator": 90, "denominator": 100, "value": 0.9, "low": 0.85, "high": 0.94, "calls": 100, "change": -0.014, "change_low": -0.02,
        "change_high": -0.01, "year_change": np.nan, "lower": np.nan, "upper": np.nan, "method": "two periods", "rule": "", "target": np.nan, "capability": "", "missing": "",
    }  # fmt: skip
    direction = {"worse": "down", "better": "up", "more": "up", "less": "down", "none": "none", "few": "few"}
    return pd.DataFrame([{**base, "indicator": k, "judgement": j, "direction": direction[j]} for k, j in judgements.items()])


@pytest.mark.parametrize(
    ("judgements", "zh", "en"),
    [
        ({"connection_rate": "none"}, "没有指标出现有证据的变化。", "No indicator changed on the evidence."),
        (
            {"connection_rate": "worse", "talk_seconds": "none"},
            "接通率变差；其余指标没有证据表明有变化。",
            "Connection rate worse; no evidence of change in the others.",
        ),
        (
            {"connection_rate": "worse", "abandonment_rate": "worse", "repeat_rate_24h": "better"},
            "接通率和放弃率变差；24小时复电率变好。",
            "Connection rate and abandonment rate worse; Repeat rate in 24 h better.",
        ),
        (
            {"offered": "more", "connection_rate": "none"},
            "来电量变多；其余指标没有证据表明有变化。",
            "Calls offered more; no evidence of change in the others.",
        ),
    ],
)
def test_the_month_in_one_sentence(judgements, zh, en):
    assert "".join(findings.conclusion(verdicts(**judgements), "zh")) == zh
    assert "".join(findings.conclusion(verdicts(**judgements), "en")) == en


def test_poor_data_are_not_judged():
    assert findings.conclusion(verdicts(connection_rate="worse"), "zh", grade="poor") == ["数据质量为差，本月不作判断。"]


def test_at_most_three_clauses():
    told = findings.conclusion(verdicts(connection_rate="worse", repeat_rate_24h="better", offered="more", talk_seconds="none"), "zh")
    assert len(told) == 3


def test_a_sentence_and_its_proof():
    row = verdicts(connection_rate="worse").iloc[0]
    assert findings.sentence(row, "zh") == "接通率90.0%，较上月−1.4个百分点，变差（两期比较）。"
    assert findings.sentence(row, "en") == "Connection rate 90.0%, −1.4 pp on last month, worse (two periods compared)."
    assert findings.proof(row, "zh") == "95%区间85.0%～94.0%，90/100，变化的95%区间−2.0至−1.0"


def test_noise_is_listed_with_its_reason_and_what_prints_as_zero_is_not():
    frame = verdicts(connection_rate="none", talk_seconds="none", abandonment_rate="none", offered="worse")
    frame.loc[frame["indicator"] == "abandonment_rate", "change"] = 0.0001
    frame.loc[frame["indicator"] == "connection_rate", ["change_low", "change_high"]] = [-0.03, 0.002]
    told = findings.hold(frame[frame["indicator"] != "talk_seconds"], "zh")
    assert told.to_dict("records") == [{"text": "接通率降1.4个百分点", "reason": "区间−3.0至+0.2，含零"}]


def test_a_grade_says_why():
    odd = pd.DataFrame(
        {
            "check": ["odd day", "odd day"],
            "where": ["1999-05-21", "1999-05-23"],
            "count": [14, 3064],
            "usual": [522.0, 1662.4],
            "share": [None, None],
            "detail": ["", ""],
            "severity": ["minor", "minor"],
        }
    )
    said = "1999年5月21日有14条记录，平常约522条；1999年5月23日有3,064条记录，平常约1,662条。"
    assert findings.grade_reason("good", odd, "zh") == said
    said = "1999年5月21日有14条记录，平常约522条；另有1项。"
    assert findings.grade_reason("good", odd, "zh", most=1) == said
    assert findings.grade_reason("excellent", odd.head(0), "zh") == "没有发现异常。"
