"""What verdict frames become: conclusion, tally, cards, table 1, findings, movements not to be quoted; and no word that its own row contradicts."""

import re
from collections import Counter
from datetime import date

import numpy as np
import pandas as pd
import pytest

from hotline_analysis import say, show
from hotline_analysis.measures.verdicts import CHANGED, compare
from hotline_analysis.show import forms, month
from hotline_analysis.show.markup import Markup
from tests.judged import ROW, told, verdicts
from tests.spec.frames import KNOWN


def lines(block) -> list[str]:
    """The text of each item of a block's list, its parts apart."""
    return [
        " ".join(Markup(part).striptags() for part in re.split(r"(?=<span|<p)", item)) for item in re.findall(r"<li.*?</li>", block.html)
    ]


# ---- the conclusion


@pytest.mark.parametrize(
    ("judgements", "zh", "en"),
    [
        ({"connection_rate": "none"}, "本月各项指标都在正常波动内。", "All indicators are within their usual variation."),
        (
            {"connection_rate": "worse", "talk_seconds": "none"},
            "接通率低于以往波动范围：90.0%，较上月下降1.4个百分点。其余各件事在正常波动内。",
            "Connection rate below its usual range: 90.0%, down 1.4 pp on last month. Everything else that is judged is within its usual variation.",
        ),
        (
            {"connection_rate": "worse", "abandonment_rate": "worse", "repeat_rate_24h": "worse"},
            "接通率低于以往波动范围：90.0%，较上月下降1.4个百分点。24小时复电率高于以往波动范围：96.0%，较上月下降1.4个百分点。",
            "Connection rate below its usual range: 90.0%, down 1.4 pp on last month. "
            "Repeat rate in 24 h above its usual range: 96.0%, down 1.4 pp on last month.",
        ),
        (
            {"connection_rate": "none", "repeat_rate_24h": "few"},
            "本月可比的指标都在正常波动内。",
            "All indicators that can be compared are within their usual variation.",
        ),
        (
            {"connection_rate": "not_compared", "offered": "not_compared"},
            "本月为第一期，没有可比的月份。",
            "This is the first month; there is none to compare it with.",
        ),
        (
            {"offered": "few", "connection_rate": "few"},
            "本月来电90通，样本不足，不作判断。",
            "90 calls this month: too few to be judged.",
        ),
    ],
)
def test_the_month_in_a_sentence(judgements, zh, en):
    frame = told(verdicts(**judgements))
    assert say(frame).text == zh
    assert say(frame, language="en").text == en


def test_a_run_asks_whether_the_process_changed():
    frame = verdicts(connection_rate="none", talk_seconds="none")
    frame.loc[0, ["run", "run_months"]] = ["low", 7]
    assert say(told(frame), as_="lasting").text == "接通率已连续7个月持续偏低，请确认流程是否有长期变化。"
    assert say(told(verdicts(connection_rate="none")), as_="lasting").text == ""


def test_a_target_that_no_month_can_be_held_to_is_not_reached_in_nought_of_nought():
    frame = verdicts(connection_rate="none").assign(target=0.95, reached_months=[3], target_months=[14])
    assert re.search(r'≥\s*95% <span class="quiet">3/14</span>', show(told(frame)).html)
    html = show(told(frame.assign(reached_months=0, target_months=0))).html
    assert re.search(r"≥\s*95%</td>", html) and "0/0" not in html


# ---- the tally and the cards


def test_the_tally_counts_events_in_the_order_of_verdicts():
    """接通率 and 放弃率 are one event, and count once."""
    frame = told(verdicts(talk_seconds="none", connection_rate="worse", abandonment_rate="worse", offered="more", repeat_rate_24h="few"))
    assert show(frame, as_="tally").text == "1件事差于平时；1件事高于平时；1件事在正常波动内；1件事样本不足"
    assert show(frame, as_="tally", language="en").html.count("<li") == 4


def test_without_limits_nothing_is_called_usual():
    frame = told(verdicts(connection_rate="none").assign(state="no evidence", method="two periods"))
    assert show(frame, as_="tally").text == "1件事没有证据表明有变化"
    assert "没有证据表明有变化 1项" in show(frame).html and "正常波动" not in show(frame).html


@pytest.mark.parametrize("without", [0, 1])
def test_indicators_with_limits_and_without_are_told_apart(without):
    """A new indicator has no limits yet beside one of years: each group says what is true of its own rows, whichever comes first."""
    frame = told(verdicts(connection_rate="none", talk_seconds="none"))
    frame.loc[frame.index[without], "state"] = "no evidence"
    assert show(frame, as_="tally").text == "1件事在正常波动内；1件事没有证据表明有变化"
    assert re.findall(r"正常波动 \d项|没有证据表明有变化 \d项", show(frame).html) == ["正常波动 1项", "没有证据表明有变化 1项"]


def test_cards_are_the_headlines_in_order_with_target_and_change():
    frame = verdicts(offered="none", connection_rate="worse").assign(target=[np.nan, 0.95], reached_months=[0, 3], target_months=[12, 14])
    frame.loc[0, ["value", "change"]] = [1336.0, 0.03]
    zh, en = (show(told(frame), as_="cards", language=language) for language in ("zh", "en"))
    assert zh.text == "接通率 90.0%；日均来电量 1,336通"
    assert "较上月下降1.4个百分点" in zh.html and "目标≥95%，14个月中3个月达到" in zh.html
    assert "down 1.4 pp on last month" in en.html and "target ≥95%: reached in 3 of 14 months" in en.html


@pytest.mark.parametrize(
    ("language", "verdict", "reason"),
    [("zh", "不作比较", "可比的月份不足6个，不判好坏"), ("en", "not compared", "fewer than 6 comparable months, not judged")],
)
def test_a_card_says_once_why_it_is_not_judged(language, verdict, reason):
    frame = verdicts(connection_rate="not_compared").assign(state="few months", reason="few months")
    head, _, foot = show(told(frame), as_="cards", language=language).html.partition('class="value"')
    assert verdict in head and reason not in head and f'<p class="why">{reason}</p>' in foot
    aimed = show(told(frame.assign(target=0.95, reached_months=3, target_months=5)), as_="cards", language=language).html
    assert reason in aimed.partition('class="value"')[0]  # the foot is the target's


def test_a_headline_without_a_value_has_no_card():
    frame = verdicts(offered="none", connection_rate="none").assign(value=[1336.0, np.nan])
    assert show(told(frame), as_="cards").html.count('class="card"') == 1


def test_a_figure_that_later_data_complete_is_marked():
    frame = told(verdicts(connection_rate="none", repeat_rate_24h="none"), final_on={"repeat_rate_24h": date(2024, 10, 2)})
    assert show(frame, as_="cards").html.count('class="prov"') == 1


# ---- table 1


def test_the_table_groups_by_verdict_and_says_why():
    frame = verdicts(connection_rate="none", offered="more", repeat_rate_24h="not_compared", service_level_20s="not_compared")
    frame.loc[2, ["reason", "moved"]] = ["base", "identified_share"]
    frame.loc[3, ["value", "missing", "reason"]] = [np.nan, "not available: needs queue_seconds", "missing"]
    html = show(told(frame)).html
    heads = re.findall(r'class="v (\w+)">(?:<svg.*?</svg>)?([^<]+)', html)
    assert [(kind, text) for kind, text in heads] == [("more", "高于平时 1项"), ("none", "正常波动 1项"), ("not_compared", "不作比较 2项")]
    assert "计算的基础变了，来电人识别率变动" in html and "未提供：排队时长" in html


def test_an_interval_beyond_zero_does_not_stand_beside_usual_variation():
    """Two months differ beyond chance, but months do: inside the limits the interval would contradict the verdict."""
    inside = verdicts(connection_rate="none")
    assert "波动范围内" in show(told(inside)).html and "−2.0至−1.0" not in show(told(inside)).html
    assert "−2.0至+1.0" in show(told(inside.assign(change_high=0.01))).html
    assert "−2.0至−1.0" in show(told(verdicts(connection_rate="worse"))).html


# ---- findings


def test_a_sentence_and_its_proof():
    frame = told(verdicts(connection_rate="worse"))
    zh, en = (show(frame, as_="service", language=language) for language in ("zh", "en"))
    assert zh.text == "接通率90.0%，较上月下降1.4个百分点，本月异常：低于以往波动范围。"
    assert en.text == "Connection rate 90.0%, down 1.4 pp on last month, unusual this month: below the usual range."
    assert "95%区间85.0%～94.0%，90/100，以往波动范围91.0%～95.0%。" in zh.html
    assert "95% interval 85.0–94.0%, 90/100, usual range 91.0% to 95.0%." in en.html and 'href="#n-connection_rate"' in zh.html
    assert zh.facts["marks"] == [["worse", "down"]]


def test_a_volume_says_its_change_as_it_is_and_without_the_kinds_of_day():
    frame = verdicts(offered="none").assign(value=1336.0, change=0.0299, raw_change=0.0135, denominator=np.nan, numerator=40080)
    block = show(told(frame), as_="service")
    assert block.text == "日均来电量1,336通，较上月上升3.0%（不扣除周末、节假日的差别为上升1.4%），正常波动。"
    assert "，n=100，以往波动范围" in block.html


def test_a_rank_and_a_run_are_said():
    frame = verdicts(connection_rate="none").assign(run="low", run_months=7, change=0.002, rank="lowest", rank_months=14)
    block = show(told(frame), as_="service")
    assert block.text == "接通率93.0%，较上月上升0.2个百分点，为14个月最低，正常波动。"
    assert "连续7个月持续偏低" in block.html


def test_findings_are_the_asked_indicators_with_a_value_those_that_changed_first():
    frame = verdicts(offered="none", connection_rate="worse", talk_seconds="none", repeat_rate_24h="worse")
    frame.loc[2, "value"] = np.nan
    assert [line[:3] for line in show(told(frame), as_="service").text.splitlines()] == ["接通率", "日均来"]
    assert show(told(frame), as_="repeat").text.startswith("24小时复电率96.0%")


# ---- what must not be quoted


def test_a_base_that_moved_heads_the_list_with_its_reason():
    frame = verdicts(connection_rate="none", repeat_rate_24h="not_compared")
    frame.loc[1, ["reason", "moved"]] = ["base", "identified_share"]
    frame.loc[0, ["change", "change_low", "change_high"]] = [-0.5, -0.51, -0.49]
    assert lines(show(told(frame), as_="unsaid")) == [
        "24小时复电率−1.4个百分点 计算的基础变了，来电人识别率变动",
        "接通率−50.0个百分点 正常波动",
    ]
    assert lines(show(told(frame), as_="unsaid", language="en"))[0].endswith("the base of the figure moved, Identified share moved")


def test_a_base_that_moved_is_named_though_its_change_is_not_known():
    frame = verdicts(repeat_rate_24h="not_compared").assign(reason="base", moved="identified_share", change=np.nan)
    assert lines(show(told(frame), as_="unsaid")) == ["24小时复电率 计算的基础变了，来电人识别率变动"]


def test_what_prints_as_zero_is_not_listed_and_an_empty_list_says_so():
    frame = verdicts(connection_rate="none", offered="more").assign(change=[0.0001, 0.2])
    assert show(told(frame), as_="unsaid").text == "本月没有这样的数字。"
    poor = told(frame)
    poor["said"] = "poor data"
    assert show(poor, as_="unsaid").text == "数据质量为差：本月的升降一律不宜写。"
    few = told(frame).assign(said="few")
    assert show(few, as_="unsaid").text == "样本不足：本月的升降一律不宜写。", "a month of too few cases has no movement that may be quoted"


def test_a_reason_that_all_share_is_said_once():
    frame = verdicts(connection_rate="none", offered="none")
    html = show(told(frame), as_="unsaid").html
    assert html.count("正常波动") == 1 and "没有足够证据（正常波动）" in html
    assert (
        show(told(frame.head(1)), as_="unsaid").html.count("正常波动") == 1 and "证据（" not in show(told(frame.head(1)), as_="unsaid").html
    )


def test_no_word_of_change_stands_beside_what_is_not_judged():
    frame = verdicts(connection_rate="not_compared").assign(reason="poor data", target=0.95, reached_months=3, target_months=14)
    assert show(told(frame), as_="service").text == "接通率90.0%，不作比较。"
    card = show(told(frame), as_="cards").html
    assert "较上月" not in card and card.count("数据质量为差") == 1 and "14个月中3个月达到" in card


# ---- no sentence contradicts its own change

WORDS = {
    "up": re.compile(r"上升|\bup "), "down": re.compile(r"下降|\bdown "), "none": re.compile("持平|unchanged"), "usual": re.compile("正常波动|usual variation"),
    "above": re.compile("高于以往|above (the|its) usual"), "below": re.compile("低于以往|below (the|its) usual"),
    "high": re.compile("持续偏高|persistently high"), "low": re.compile("持续偏低|persistently low"),
    "highest": re.compile("最高|highest"), "lowest": re.compile("最低|lowest"), "good or bad": re.compile("变好|变差|好转|better|worse|improved|达标|reliably"),
}  # fmt: skip


def random_rows(rng, n: int = 1_000) -> pd.DataFrame:
    """Rows of three indicators whose value, change, limits, run, rank and state are drawn apart, then judged as the limits say.

    So a month may rise and lie below its limits, be the lowest and yet usual, or stand in a run on the other side of its own change.
    """
    keys = rng.choice(["connection_rate", "repeat_rate_24h", "offered"], n)
    level = np.where(keys == "offered", 1000.0, 0.5)
    value, centre, reach = level * rng.uniform(0.7, 1.3, n), level * rng.uniform(0.9, 1.1, n), level * rng.uniform(0.05, 0.2, n)
    change = np.where(rng.random(n) < 0.1, np.nan, rng.uniform(-0.3, 0.3, n) * rng.choice([1, 0.001], n))
    outside = np.sign(value - centre) * (np.abs(value - centre) > reach)
    limits = {"value": value, "adjusted": value, "centre": centre, "lower": centre - reach, "upper": centre + reach}
    moves = {"change": change, "change_low": change - 0.1, "change_high": change + 0.1, "raw_change": rng.uniform(-0.3, 0.3, n)}
    direction = np.select([outside > 0, outside < 0], ["up", "down"], "none")
    good = np.where(keys == "offered", 0, np.where(keys == "repeat_rate_24h", -1, 1)) * outside
    judgement = np.select([outside == 0, good > 0, good < 0, outside > 0], ["none", "better", "worse", "more"], "less")
    run = np.where(rng.random(n) < 0.3, np.where(value > centre, "high", "low"), "")
    rank = np.where(rng.random(n) < 0.3, np.where(value > centre, "highest", "lowest"), "")
    said = {"state": np.where(outside == 0, "inside", "outside"), "direction": direction, "judgement": judgement, "run": run, "rank": rank}
    plain = {k: v for k, v in ROW.items() if not isinstance(v, tuple)}
    rows = {"indicator": keys, **plain, **limits, **moves, **said, "run_months": 8, "method": "chart", "reason": "", "leads": True}
    return pd.DataFrame({**rows, "event": keys})


@pytest.fixture(scope="module")
def drawn() -> pd.DataFrame:
    return told(random_rows(np.random.default_rng(11)))


def random_history(rng) -> pd.DataFrame:
    """Three indicators over 2 to 20 months up to 2024-06, with steps, a jump of the last month, small months and holes."""
    n = int(rng.integers(2, 21))
    place = [2024 * 12 + 5 - k for k in range(n)][::-1]
    periods = [f"{p // 12}-{p % 12 + 1:02d}" for p in place]
    frames = []
    for key, level in (("connection_rate", 0.93), ("repeat_rate_24h", 0.2), ("offered", 1000)):
        step = rng.choice([0, 0.04, -0.04]) * (np.arange(n) >= rng.choice([n - 1, n // 2]))
        values = level * (1 + 0.006 * rng.standard_normal(n) + step)
        calls = rng.choice([20, 400, 40000], n, p=[0.05, 0.2, 0.75])
        rows = {
            "indicator": key,
            "group": "",
            "period": periods,
            "numerator": np.round(values * calls),
            "denominator": calls,
            "value": values,
        }
        rows |= {"low": values * 0.998, "high": values * 1.002, "se": level / 1000, "calls": calls, "missing": ""}
        frames.append(pd.DataFrame({**rows, "covered": rng.random(n) > 0.03}))
    return pd.concat(frames)


@pytest.fixture(scope="module", params=[40, pytest.param(1_000, marks=pytest.mark.slow)])
def worlds(request) -> list[pd.DataFrame]:
    """Verdicts of random histories."""
    rng = np.random.default_rng(11)
    return [
        told(compare(random_history(rng), "2024-06", "2024-05", KNOWN, targets={"connection_rate": 0.94})) for _ in range(request.param)
    ]


def contradictions(row: dict, said: str, language: str) -> list[str]:
    """Which words of a sentence its own row denies."""
    value = row["adjusted"]
    moves = [row["change"], row["plain_change"]]
    truth = {
        "up": max(np.nan_to_num(moves)) > 0,
        "down": min(np.nan_to_num(moves)) < 0,
        "none": min(abs(np.nan_to_num(moves, nan=1.0))) < 0.0005,
        "above": value > row["upper"],
        "below": value < row["lower"],
        "usual": row["lower"] <= value <= row["upper"],
        "high": value > row["centre"] and row["run_months"] >= 7,
        "low": value < row["centre"] and row["run_months"] >= 7,
        "highest": row["rank"] == "highest",
        "lowest": row["rank"] == "lowest",
        "good or bad": False,
    }
    return [word for word, pattern in WORDS.items() if pattern.search(said) and not truth[word]]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_sentence_contradicts_its_own_change(drawn, language):
    """1,000 rows, each in every sentence that a page may make of it: the finding, its proof, the conclusion's clause, the run's, what not to quote."""
    shown = forms.Shown(drawn, {}, language)
    rows, heard = drawn.to_dict("records"), Counter()
    for what in (month.FINDING, month.PROOF, month.MOVED, month.LEADS, month.LASTS):
        for row, said in zip(rows, shown.rows(drawn, what), strict=True):
            assert contradictions(row, said, language) == [], said
            heard.update(word for word, pattern in WORDS.items() if pattern.search(said))
    assert set(heard) >= {"up", "down", "above", "below", "usual", "high", "low"} and min(heard.values()) > 50


def test_a_verdict_says_no_more_than_its_row(worlds):
    """All rows of all histories at once: changed is outside and on the worse or better side; a run is long and on its side; a promise is quiet."""
    rows = pd.concat(worlds, ignore_index=True)
    changed = rows["judgement"].isin(CHANGED)
    assert (changed == (rows["state"] == "outside")).all() and changed.any()
    assert (rows.loc[rows["side"] == "up", "adjusted"] > rows.loc[rows["side"] == "up", "upper"]).all()
    assert (rows.loc[rows["side"] == "down", "adjusted"] < rows.loc[rows["side"] == "down", "lower"]).all()
    run = rows[rows["run"] != ""]
    assert (run["run_months"] >= 7).all() and ((run["run"] == "high") == (run["adjusted"] > run["centre"])).all()
    met = rows[rows["capability"] == "met"]
    assert ((met["rule"] == "") & (met["run"] == "")).all()
    assert set(rows.loc[changed & (rows["indicator"] == "offered"), "judgement"]) <= {"more", "less"}


def test_a_quiet_month_has_nothing_unusual_and_a_changed_one_names_what_changed(worlds):
    for whole in worlds:
        case, changed = whole["said"].iloc[0], whole["judgement"].isin(CHANGED)
        assert case.startswith("changed") == changed.any()
        if case in ("quiet", "changed"):
            assert (changed | (whole["state"] == "inside"))[whole["value"].notna()].all()
        assert set(whole.loc[whole["leading"] != "", "event"]) == set(whole.loc[changed, "event"])
