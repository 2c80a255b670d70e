"""Sentences read the frame; forms for a loud month, a quiet one and one that cannot be judged."""

import re

import numpy as np
import pandas as pd
import pytest

from hotline_analysis import findings
from hotline_analysis.measures.indicators import BY_KEY
from hotline_analysis.measures.verdicts import compare


def verdicts(**judgements) -> pd.DataFrame:
    """Rows of `verdicts.compare`, with twelve months and limits; `few` and `not_compared` have none."""
    base = {
        "group": "", "period": "2024-09", "numerator": 90, "denominator": 100, "value": 0.9, "adjusted": 0.9, "low": 0.85, "high": 0.94, "calls": 100,
        "change": -0.014, "change_low": -0.02, "change_high": -0.01, "year_change": np.nan, "centre": 0.92, "lower": 0.91, "upper": 0.95, "trial": False,
        "run": "", "run_months": 1, "target": np.nan, "capability": "", "missing": "", "moved": "",
    }  # fmt: skip
    direction = {"worse": "down", "better": "up", "more": "up", "less": "down", "none": "none", "few": "few", "not_compared": "none"}
    state = {"none": "inside", "few": "few", "not_compared": "not compared"}
    rows = []
    for key, j in judgements.items():
        unjudged = j in ("few", "not_compared")
        said = {"state": state.get(j, "outside"), "rule": "" if j in state else "outside", "method": "" if unjudged else "chart"}
        reason = {"reason": "first month" if j == "not_compared" else "", "direction": direction[j], "event": BY_KEY[key].event}
        rows.append({**base, "indicator": key, "judgement": j, **said, **reason})
    frame = pd.DataFrame(rows)
    return frame.assign(leads=~frame.duplicated(["event", "judgement"]))


@pytest.mark.parametrize(
    ("judgements", "zh", "en"),
    [
        ({"connection_rate": "none"}, "本月各项指标都在正常波动内。", "Every indicator is within its usual variation."),
        (
            {"connection_rate": "worse", "talk_seconds": "none"},
            "接通率异常偏低；其余指标在正常波动内。",
            "Connection rate unusually low; the others are within their usual variation.",
        ),
        (
            {"connection_rate": "worse", "service_level_20s": "worse", "repeat_rate_24h": "better"},
            "接通率异常偏低；24小时复电率异常偏高。",
            "Connection rate unusually low; Repeat rate in 24 h unusually high.",
        ),
        (
            {"connection_rate": "not_compared", "offered": "not_compared"},
            "本月为第一期，没有可比的月份。",
            "The first month, with none to compare it with.",
        ),
        (
            {"offered": "few", "connection_rate": "few"},
            "本月来电100通，样本不足，不作判断。",
            "There were 100 calls this month, too few to judge.",
        ),
    ],
)
def test_the_month_in_one_sentence(judgements, zh, en):
    assert "".join(findings.conclusion(verdicts(**judgements), "zh")) == zh
    assert "".join(findings.conclusion(verdicts(**judgements), "en")) == en


def test_under_twelve_months_the_conclusion_names_nothing():
    frame = verdicts(connection_rate="not_compared", offered="none")
    frame = frame.assign(method=["trial", "trial"], state=["outside trial", "inside trial"], reason=["trial", ""], trial=True)
    assert findings.conclusion(frame, "zh") == ["历史不足12个月，本月不判好坏。"]


def test_poor_data_are_not_judged():
    assert findings.conclusion(verdicts(connection_rate="worse"), "zh", grade="poor") == ["数据质量为差，本月不作判断。"]


def test_at_most_three_clauses():
    told = findings.conclusion(verdicts(connection_rate="worse", repeat_rate_24h="better", offered="more", talk_seconds="none"), "zh")
    assert len(told) == 3


def test_a_sentence_and_its_proof():
    row = verdicts(connection_rate="worse").iloc[0]
    assert findings.sentence(row, "zh") == "接通率90.0%，较上月−1.4个百分点，本月异常：低于以往波动范围91.0%～95.0%。"
    assert (
        findings.sentence(row, "en")
        == "Connection rate 90.0%, −1.4 pp on last month, unusual this month: below the usual range 91.0% to 95.0%."
    )
    assert findings.proof(row, "zh") == "95%区间85.0%～94.0%，90/100，控制限91.0%～95.0%"


def test_a_volume_says_its_change_as_it_is_and_without_the_kinds_of_day():
    row = verdicts(offered="none").iloc[0].copy()
    row["value"], row["change"], row["raw_change"], row["denominator"] = 1336.0, 0.0299, 0.0135, 30
    assert findings.sentence(row, "zh") == "日均来电量1,336通，较上月+1.4%（扣除周末、节假日的差别后+3.0%），正常波动。"
    en = "Calls offered a day 1,336 calls, +1.4% on last month (with weekends and holidays taken off +3.0%), usual variation."
    assert findings.sentence(row, "en") == en


def test_a_run_says_worse_than_what():
    row = verdicts(connection_rate="none").iloc[0].copy()
    row["run"], row["run_months"], row["change"] = "low", 7, 0.002
    assert findings.sentence(row, "zh") == "接通率90.0%，较上月+0.2个百分点，正常波动；已连续7个月低于均值92.0%。"


def test_a_base_that_moved_heads_the_list_with_its_reason():
    frame = verdicts(connection_rate="none", repeat_rate_24h="not_compared")
    frame.loc[1, ["reason", "moved"]] = ["base", "identified_share"]
    frame.loc[0, ["change", "change_low", "change_high"]] = [-0.5, -0.51, -0.49]
    told = findings.hold(frame, "zh").to_dict("records")
    assert told[0] == {"text": "24小时复电率降1.4个百分点", "reason": "不作比较：来电人识别率变动"}
    assert told[1] == {"text": "接通率降50.0个百分点", "reason": "正常波动"}


def test_noise_is_listed_with_its_reason_and_what_prints_as_zero_is_not():
    frame = verdicts(connection_rate="none", abandonment_rate="none", offered="worse").assign(method="two periods", state="no evidence")
    frame.loc[frame["indicator"] == "abandonment_rate", "change"] = 0.0001
    frame.loc[frame["indicator"] == "connection_rate", ["change_low", "change_high"]] = [-0.03, 0.002]
    told = findings.hold(frame, "zh")
    assert told.to_dict("records") == [{"text": "接通率降1.4个百分点", "reason": "区间−3.0至+0.2，含零"}]


JUDGING = re.compile("变好|变差|变多|变少|好转|better|worse|improved|达标|reliably")


@pytest.mark.parametrize("histories", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_no_sentence_contradicts_its_own_change(histories):
    """Random histories: no word of better or worse stands beside a change, above stands only over the limits and below under them."""
    rng = np.random.default_rng(11)
    for _ in range(histories):
        rows = compare(random_history(rng), "2024-06", "2024-05", targets={"connection_rate": 0.94}).to_dict("records")
        for row, language in ((row, language) for row in rows for language in ("zh", "en")):
            said = findings.sentence(row, language)
            assert not JUDGING.search(said), said
            for high, zh, en in ((True, "高于以往", "above the usual"), (False, "低于以往", "below the usual")):
                if (zh if language == "zh" else en) in said:
                    assert row["adjusted"] > row["upper"] if high else row["adjusted"] < row["lower"], said
            if row["run"]:
                assert row["run_months"] >= 7 and (row["run"] == "high") == (row["adjusted"] > row["centre"])
            assert not (row["capability"] == "met" and (row["rule"] or row["run"])), said
            assert (row["judgement"] in ("better", "worse", "more", "less")) == (row["state"] == "outside")


def random_history(rng) -> pd.DataFrame:
    """Two indicators over 2 to 18 months up to 2024-06, with steps, jumps, small months and holes."""
    n = int(rng.integers(2, 19))
    place = [2024 * 12 + 5 - k for k in range(n)][::-1]
    periods = [f"{p // 12}-{p % 12 + 1:02d}" for p in place]
    frames = []
    for key in ("connection_rate", "repeat_rate_24h"):
        values = 0.93 + 0.006 * rng.standard_normal(n) + rng.choice([0, 0.02, -0.02]) * (np.arange(n) >= rng.integers(0, n + 8))
        calls = rng.choice([20, 400, 40000], n, p=[0.05, 0.2, 0.75])
        rows = {
            "indicator": key,
            "group": "",
            "period": periods,
            "numerator": np.round(values * calls),
            "denominator": calls,
            "value": values,
        }
        rows |= {"low": values - 0.002, "high": values + 0.002, "se": 0.001, "calls": calls, "missing": ""}
        frames.append(pd.DataFrame({**rows, "covered": rng.random(n) > 0.03}))
    return pd.concat(frames)


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
