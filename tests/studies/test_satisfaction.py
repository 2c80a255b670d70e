"""Satisfaction: answers counted by hand, the words of the two-period rule, and what a strange month says."""

import re
import warnings
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hotline_analysis import disclosure, open_hotline
from hotline_analysis.errors import BadParams, DataRefused, HotlineError, NoInput
from hotline_analysis.measures import catalogue, surveyed
from hotline_analysis.measures.definition import parse
from hotline_analysis.measures.frames import lazy
from hotline_analysis.measures.indicators import evaluate
from hotline_analysis.measures.periods import Calendar, Period
from hotline_analysis.measures.view import View
from hotline_analysis.params import Params
from hotline_analysis.show.forms import Shown, say, show
from hotline_analysis.show.satisfaction import SAY
from hotline_analysis.stats import surveys
from hotline_analysis.studies import satisfaction
from hotline_analysis.studies.satisfaction import TABLES, answers, items, needs, sources, weighted
from hotline_analysis.words import absent
from tests.real import DATA, PARAMS
from tests.real import needs as there
from tests.tried import some

ITEMS = {
    "item_1": {"name": {"zh": "总体满意度", "en": "Overall"}, "scale": [1, 5], "not_applicable": [0], "dimension": {"zh": "甲", "en": "A"}},
    "item_2": {"name": {"zh": "响应速度", "en": "Speed"}, "scale": [1, 5], "not_applicable": [0], "dimension": {"zh": "甲", "en": "A"}},
}
NPS = {"item_9": {"name": {"zh": "推荐", "en": "Recommend"}, "scale": [0, 10]}}


def params(known=ITEMS, **said) -> Params:
    columns = {"survey_id": "编号", **dict.fromkeys(known, "x")}
    return Params.model_validate(
        {"title": "x", "time_zone": "UTC", "surveys": {"files": "x.csv", "columns": columns}, "items": known, "satisfaction": said}
    )


def second(day: int, month: int = 2, hour: int = 10) -> int:
    return int(pd.Timestamp(2024, month, day, hour).timestamp())


def seen(rows: dict | None = None, *, known=ITEMS, smallest: int = 1, month: str = "2024-02", calls=None, scores=None, **said) -> View:
    """A view of surveys written by hand; the data run from January to March 2024."""
    own, calendar = params(known, **said), Calendar(params(known))
    tables = {n: lazy(pd.DataFrame(t)) for n, t in (("surveys", rows), ("calls", calls), ("scores", scores)) if t is not None}
    period = (
        calendar.month(month) if month != "all" else Period("all", second(1, 1, 0), second(31, 3, 23), date(2024, 1, 1), date(2024, 3, 31))
    )
    return View(own, calendar, parse({}, "t"), period, tables, second(1, 1, 0), second(31, 3, 23), smallest=smallest)


def many(scores, *, month: int = 2, item: str = "item_1", callers=None, **more) -> dict:
    """One answered invitation a score, over the days of the month."""
    n = len(scores)
    rows = {"invited_s": [second(1 + i % 28, month) for i in range(n)], item: np.array(scores, float)}
    return {**rows, **({"caller": callers} if callers is not None else {}), **more}


def both(*parts: dict) -> dict:
    return {
        c: np.concatenate([np.asarray(p.get(c, [None] * len(p["invited_s"]))) for p in parts])
        for c in dict.fromkeys(k for p in parts for k in p)
    }


FOUR = {  # 五次邀请：三人作答，其一两份；一格不适用，一格未答，一人未答
    "survey_id": ["s1", "s2", "s3", "s4", "s5"],
    "caller": [1, 1, 2, 3, 4],
    "invited_s": [second(d) for d in (1, 2, 3, 4, 5)],
    "answered": [True, True, True, True, False],
    "item_1": [5.0, 5.0, 3.0, 1.0, None],
    "item_2": [4.0, 0.0, None, 5.0, None],
}


# ---- items


def test_four_answers_of_three_people_by_hand():
    """均分3.5：两份5分是同一个人的，区间按三个人算（docs/maths.md 的例子）。"""
    first, other = TABLES["items"](seen(FOUR)).to_dict("records")
    assert (first["n"], first["respondents"], first["mean"], first["not_applicable"], first["unanswered"]) == (4, 3, 3.5, 0, 0)
    assert (first["mean_high"] - first["mean_low"]) / 2 == pytest.approx(4.302653 * np.sqrt(1.453125), abs=1e-5)
    assert (first["numerator"], first["denominator"], first["value"]) == (2, 4, 0.5)
    assert (other["n"], other["not_applicable"], other["unanswered"], other["mean"]) == (2, 1, 1, 4.5)
    assert first["state"] == "few" and first["source"] == "survey" and first["name_en"] == "Overall"


@pytest.mark.parametrize("codes", [True, False], ids=["codes", "told by intake"])
def test_not_applicable_is_no_score_however_the_table_says_it(codes):
    rows = {**FOUR}
    if not codes:
        rows |= {"item_2": [4.0, None, None, 5.0, None], "not_applicable": [None, "item_2", None, None, None]}
    row = TABLES["items"](seen(rows)).iloc[1]
    assert (row["n"], row["not_applicable"], row["unanswered"], row["mean"]) == (2, 1, 1, 4.5)


def test_a_score_off_the_scale_is_no_score():
    """40份里一份55分：不计分，也不是未答。"""
    row = TABLES["items"](seen(many([5.0] * 20 + [4.0] * 19 + [55.0]))).iloc[0]
    assert (row["n"], row["off_scale"], row["unanswered"], row["numerator"]) == (39, 1, 0, 39)


def test_an_item_whose_scale_became_another_has_no_figure():
    """改用十分制的月份：40份里16份超过5分，剩下24份都是低分，不能当五分制的结果；下一月与它也不比。"""
    ten = [9.0] * 16 + [3.0, 4.0, 5.0] * 8
    row = TABLES["items"](seen(both(many([4.0] * 40, month=1), many(ten)))).iloc[0]
    assert (row["n"], row["off_scale"], row["unanswered"], row["state"], row["said"]) == (0, 40, 0, "off", "off")
    assert np.isnan(row["mean"]) and np.isnan(row["value"])
    later = TABLES["items"](seen(both(many(ten, month=1), many([4.0, 5.0] * 20)))).iloc[0]
    assert (later["n"], later["said"]) == (40, "off") and np.isnan(later["before"])


@pytest.mark.parametrize(
    ("scores", "callers", "state", "interval"),
    [([4.0], [1], "one", False), ([4.0, 5.0], [7, 7], "one", False), ([4.0] * 40, None, "constant", False), ([4.0, 5.0] * 20, None, "", True), ([4.0, 2.0], None, "few", True)],
)  # fmt: skip
def test_a_month_of_one_answer_or_of_one_value_says_so(scores, callers, state, interval):
    row = TABLES["items"](seen(many(scores, callers=callers))).iloc[0]
    assert row["state"] == state and np.isfinite(row["mean_low"]) == interval and row["mean"] == np.mean(scores)


def test_an_item_that_nobody_answered_has_its_state_and_no_figure():
    row = TABLES["items"](seen({**FOUR, "item_2": [None, 0.0, None, None, None]})).iloc[1]
    assert (row["n"], row["state"], row["said"]) == (0, "none", "empty") and np.isnan(row["mean"]) and np.isnan(row["value"])
    assert (row["not_applicable"], row["unanswered"]) == (1, 3)


def test_months_without_rows_and_without_items_are_refused_with_a_sentence():
    with pytest.raises(NoInput) as told:
        TABLES["items"](seen(FOUR, month="2024-03"))
    assert str(told.value) == "surveys › no answers in this period."
    with pytest.raises(DataRefused) as told:
        TABLES["items"](seen({"invited_s": [second(1)], "answered": [True]}))
    assert str(told.value) == "surveys › not available: needs item_1. Map the items, and name them under 'items'."
    with pytest.raises(NoInput) as told:
        TABLES["items"](
            seen(calls={"call_id": ["a"], "start_s": [second(1)], "local_s": [second(1)], "direction": ["in"], "outcome": ["answered"]})
        )
    assert str(told.value) == "surveys › params name no surveys. Add 'surveys:' with files and columns."
    with pytest.raises(DataRefused) as told:
        TABLES["items"](seen({"item_1": [5.0]}))
    assert str(told.value) == "surveys › not available: needs invited_at. Ask for all data at once."


def test_all_data_without_a_time_are_one_period():
    row = TABLES["items"](seen({"item_1": [5.0, 3.0]}, month="all")).iloc[0]
    assert (row["n"], row["mean"], row["said"]) == (2, 4.0, "whole")


# ---- the month before


def changed(before, now, **more) -> dict:
    return TABLES["items"](seen(both(many(before, month=1), many(now)), **more)).iloc[0]


def test_two_months_alike_show_no_evidence_and_others_only_two_periods():
    alike = changed([1, 2, 3, 4, 5] * 20, [5, 4, 3, 2, 1] * 20)
    assert (alike["said"], alike["effect"], alike["before"], alike["change"]) == ("none", 0, 3, 0)
    moved = changed([1, 2, 3] * 20, [3, 4, 5] * 20)
    assert moved["said"] == moved["told"] == "two" and moved["effect_low"] > 0 and moved["before_n"] == 60
    slow = np.mean([(a > b) - (a < b) for a in [3, 4, 5] for b in [1, 2, 3]])
    assert moved["effect"] == pytest.approx(slow)


def test_few_answers_are_not_judged_and_a_first_month_has_none_before():
    assert changed([1] * 20 + [2] * 9, [5] * 40)["said"] == "few"
    assert changed([5] * 40, [5] * 40)["said"] == "same"
    assert TABLES["items"](seen(many([4, 5] * 30))).iloc[0]["said"] == "first"
    assert TABLES["items"](seen(many([4, 5] * 30, month=1), month="2024-01")).iloc[0]["said"] == "first"


def test_one_item_of_many_that_crosses_the_line_by_chance_is_said_so():
    """二十题没有变化，一题p=.03：一并比较以后没有证据。"""
    known = {f"item_{i}": {**ITEMS["item_1"], "name": f"题{i}"} for i in range(1, 21)}
    flat = {f"item_{i}": [1.0, 2, 3, 4, 5] * 20 for i in range(2, 21)}
    low, high = [1.0] * 22 + [2, 3, 4] * 20 + [5] * 18, [1.0] * 12 + [2, 3, 4] * 20 + [5] * 28
    frame = TABLES["items"](seen(both({**many(low, month=1), **flat}, {**many(high), **flat}), known=known))
    assert frame["p"].iloc[0] < 0.05 <= frame["q"].iloc[0]
    assert frame["said"].tolist() == ["many"] + ["none"] * 19
    assert frame["told"].tolist() == ["many"] + [""] * 19


def test_strangers_of_two_months_are_never_one_and_callers_are():
    now, past = pd.DataFrame({"respondent": [-1.0, 5.0]}), pd.DataFrame({"respondent": [-1.0, 5.0]})
    assert set(items._own(now, 1)) & set(items._own(past, 2)) == {5.0}


def sentence(frame: pd.DataFrame, table: str, language: str = "zh") -> str:
    frame = frame.copy()
    frame.attrs["fields"] = {c: f.as_dict() for c, f in satisfaction.COLUMNS.items()}
    return "".join(Shown(frame, {}, language).said(SAY[table]))


def test_t10_scores_without_n_are_shown_and_not_judged():
    """4.5、4.3、4.2，均有小幅提升：只有均分，没有样本量。"""
    known = {
        f"item_{i}": {"name": {"zh": n, "en": e}, "scale": [1, 5]}
        for i, (n, e) in enumerate((("满意度", "Satisfaction"), ("专业性", "Expertise"), ("解决能力", "Solving")), 1)
    }
    now, past = ({f"item_{i}": {"mean": m} for i, m in enumerate(means, 1)} for means in ((4.5, 4.3, 4.2), (4.4, 4.2, 4.1)))
    frame = TABLES["items"](seen({"invited_s": [], "item_1": []}, known=known, published={"2024-02": now, "2024-01": past}))
    assert frame["mean"].tolist() == [4.5, 4.3, 4.2] and frame["before"].tolist() == [4.4, 4.2, 4.1]
    assert set(frame["said"]) == {"no n"} and frame["mean_low"].isna().all() and frame["p"].isna().all()
    assert sentence(frame, "items") == "满意度均分4.50；上月均分4.40；未提供样本量，不作变化判断。"
    assert (
        sentence(frame, "items", "en") == "Satisfaction: mean 4.50; mean of the month before 4.40; no sample size given, change not judged."
    )
    assert satisfaction.SAID["no n"]("zh") == "未提供样本量，不作变化判断"


def test_answers_against_a_published_mean():
    given = {"2024-01": {"item_1": {"mean": 4.0}, "item_2": {"mean": 4.0, "n": 300}}}
    frame = TABLES["items"](seen({**many([4, 5] * 30), "item_2": [4.0, 5.0] * 30}, published=given))
    assert frame["said"].tolist() == ["no n", "means"] and frame["before_n"].tolist()[1] == 300


def test_the_words_of_the_two_period_rule():
    assert "没有证据表明有变化" in sentence(
        TABLES["items"](seen(both(many([1, 2, 3, 4, 5] * 20, month=1), many([5, 4, 3, 2, 1] * 20)))), "items"
    )
    assert sentence(TABLES["items"](seen(both(many([1, 2, 3] * 20, month=1), many([3, 4, 5] * 20)))), "items").endswith(
        "仅有两期，不判好坏。"
    )


# ---- the picture of the scores


def test_a_bar_stands_with_the_middle_of_its_scale_on_the_line():
    own = TABLES["distribution"](seen(many([1, 2, 3, 3, 4, 5, 5, 5, 5, 5]))).query("item == 'item_1'")
    assert own["numerator"].tolist() == [1, 1, 2, 1, 5] and own["value"].sum() == pytest.approx(1)
    assert own["side"].tolist() == ["below", "below", "middle", "above", "above"]
    assert own["left"].round(9).tolist() == [-0.3, -0.2, -0.1, 0.1, 0.2] and own["right"].iloc[-1] == pytest.approx(0.7)
    even = TABLES["distribution"](seen(many([1.0] * 3 + [10.0] * 7), known={"item_1": {"name": "x", "scale": [1, 10]}}))
    assert "middle" not in set(even["side"]) and even["right"].iloc[4] == pytest.approx(0)


def test_gaps_are_within_the_same_person():
    """每个人都把第二题打得比第一题低一分：与本人平均差半分，即量表的八分之一。"""
    level = np.tile([2.0, 3, 4, 5], 15)
    found = TABLES["gaps"](seen({**many(level), "item_2": level - 1})).set_index("item")
    assert found["gap"].round(9).to_dict() == {"item_2": -0.125, "item_1": 0.125}
    mixed = TABLES["gaps"](seen({**many(level), "item_2": np.where(np.arange(60) % 3, level - 1, level)}))
    assert mixed.set_index("item")["said"].to_dict() == {"item_1": "ahead", "item_2": "short"}
    told = TABLES["gaps"](seen({**many(level), "item_2": np.roll(level, 1)}, expected={"item_1": "item_2"}))
    assert told["against"].tolist() == ["expected"] and told["gap"].iloc[0] == pytest.approx(0) and told["said"].iloc[0] == "level"


# ---- who answered


def test_response_by_hand_and_small_groups_are_not_told():
    rows = {**FOUR, "issue_1": ["供水", "供水", "供水", "交通", "交通"]}
    found = TABLES["response"](seen(rows))
    whole = found.iloc[0]
    assert (whole["kind"], whole["numerator"], whole["denominator"], whole["value"], whole["answers"], whole["score"]) == (
        "all",
        4,
        5,
        0.8,
        4,
        3.5,
    )
    issue = found[found["kind"] == "issue_1"]
    assert issue[["group", "numerator", "denominator"]].to_numpy().tolist() == [["供水", 3, 3], ["交通", 1, 2]]
    hidden = TABLES["response"](seen(rows, smallest=8))
    assert hidden[hidden["kind"] == "issue_1"]["group"].tolist() == [disclosure.OTHER]
    assert hidden[hidden["kind"] == "issue_1"]["score"].isna().all() and set(hidden["denominator_missing"]) == {"<8"}


def test_an_export_of_answers_alone_has_no_response_rate():
    rows = {k: v[:4] for k, v in FOUR.items()}
    found = TABLES["response"](seen(rows)).iloc[0]
    assert found["numerator"] == 4 and np.isnan(found["denominator"]) and np.isnan(found["value"]) and found["score"] == 3.5
    told = TABLES["sample"](seen(many([4, 5] * 20))).iloc[0]
    assert told["said"] == "answers only" and np.isnan(told["value"]) and np.isnan(told["invited"])
    assert TABLES["size"](seen(many([4, 5] * 20)))["invited"].isna().all()
    assert np.isnan(TABLES["weighted"](seen({**many([4, 5] * 20), "call_id": CALLS["call_id"][:40]}, calls=CALLS))["bound_low"].iloc[0])


CALLS = {
    "call_id": [f"c{i}" for i in range(400)],
    "start_s": [second(1 + i % 28, hour=9 if i % 2 else 20) for i in range(400)],
    "local_s": [second(1 + i % 28, hour=9 if i % 2 else 20) for i in range(400)],
    "issue_1": ["供水" if i < 300 else "交通" for i in range(400)],
    "agent": [f"a{i % 12}" for i in range(400)],
    "direction": ["in"] * 400,
    "outcome": ["answered"] * 400,
}


def asked(water: int = 30, roads: int = 60, silent: int = 60, **more) -> dict:
    """Answers to calls about water (score 5) and roads (score 1 or 2), and invitations that nobody answered."""
    ids = [f"c{i}" for i in range(water)] + [f"c{300 + i}" for i in range(roads)] + [f"c{100 + i}" for i in range(silent)]
    scores = [5.0] * water + [1.0, 2.0] * (roads // 2) + [None] * silent
    return {
        "call_id": ids,
        "invited_s": [second(1 + i % 28) for i in range(len(ids))],
        "item_1": np.array(scores, float),
        "answered": [s is not None for s in scores],
        **more,
    }


def test_the_sample_in_words():
    row = TABLES["sample"](seen(asked(), calls=CALLS)).iloc[0]
    assert (row["frame_calls"], row["invited"], row["answers"], row["value"], row["linked"], row["said"]) == (
        400,
        150,
        90,
        0.6,
        90,
        "whole",
    )
    assert row["margin"] == pytest.approx(surveys.margin_of_error(90, population=400))
    told = sentence(pd.DataFrame([row]), "sample")
    assert told.startswith("本期接通来电400通，邀请150次（占37.5%），收回90份，回收率60.0%") and told.endswith(
        "比例的误差范围为±9.1%，只含抽样误差。"
    )


def test_weeks_hold_every_answer_once():
    found = TABLES["intake"](seen({**FOUR, "invited_s": [second(d) for d in (1, 4, 5, 5, 29)]}))
    assert found["week"].tolist() == ["2024-01-29", "2024-02-05", "2024-02-12", "2024-02-19", "2024-02-26"]
    assert found["denominator"].tolist() == [2, 2, 0, 0, 1] and found["numerator"].tolist() == [2, 2, 0, 0, 0]
    assert found["days"].tolist() == [4, 7, 7, 7, 4] and found["total"].tolist() == [2, 4, 4, 4, 4]


def test_agents_who_invite_few_and_score_high_are_seen_and_not_named():
    """十二名话务员：邀请得越少，得分越高。"""
    ids, scores = [], []
    for agent in range(12):
        own = [i for i in range(400) if i % 12 == agent][: 6 + 2 * agent]
        ids, scores = ids + [f"c{i}" for i in own], scores + [5.0 - agent / 3] * len(own)
    rows = {
        "call_id": [*ids, "c399"],
        "invited_s": [second(3)] * (len(ids) + 1),
        "item_1": [*scores, None],
        "answered": [True] * len(ids) + [False],
    }
    found = TABLES["bias"](seen(rows, calls=CALLS)).iloc[0]
    assert found["said"] == "negative" and found["rho"] == pytest.approx(-1) and found["agents"] == 12
    assert not {"agent", "group"} & set(found.index) and satisfaction.STAFF == ("agents",)
    named = TABLES["agents"](seen(rows, calls=CALLS))
    assert len(named) == 12 and named["calls"].sum() == 400 and named["denominator"].sum() == len(ids) + 1
    less = {k: [*v[:39], v[-1]] for k, v in rows.items()}
    few = TABLES["bias"](seen(less, calls=CALLS)).iloc[0]
    assert few["said"] == "few" and np.isnan(few["rho"])


TWICE = {  # 甲来电三次，请两次，答一次；乙、丙各一次，乙受邀未答；不明来电人不计
    "call_id": ["c1", "c2", "c3", "c4", "c5", "c6"],
    "caller": [1, 1, 1, 2, 3, None],
    "start_s": [second(n) for n in range(1, 7)],
    "local_s": [second(n) for n in range(1, 7)],
    "outcome": ["answered"] * 6,
    "direction": ["in"] * 6,
}


def test_who_called_several_times_was_invited_several_times():
    rows = {
        "call_id": ["c1", "c2", "c4", "c6"],
        "invited_s": [second(n) for n in (1, 2, 4, 6)],
        "answered": [True, False, False, True],
        "item_1": [2.0, None, None, 5.0],
    }
    found = TABLES["again"](seen(rows, calls=TWICE)).set_index("called")
    counts = found[["callers", "calls", "denominator", "numerator"]].to_numpy().tolist()
    assert list(found.index) == ["once", "again"] and counts == [[2, 2, 1, 0], [1, 3, 2, 1]]
    assert list(found["asked"]) == pytest.approx([1 / 2, 2 / 3]) and found.loc["again", "score"] == 2 and set(found["said"]) == {"few"}
    assert found.loc["once", "value"] == 0 and np.isnan(found.loc["once", "score"])
    hidden = TABLES["again"](seen(rows, calls=TWICE, smallest=8))
    assert hidden[["callers", "calls", "denominator", "numerator", "asked", "score"]].isna().all(axis=None)
    for lacking in (None, {k: v for k, v in TWICE.items() if k != "caller"}):
        with pytest.raises((NoInput, DataRefused)):
            TABLES["again"](seen(rows, calls=lacking))


@pytest.mark.parametrize(("share", "said"), [(0.8, "none"), (0.3, "less"), (0.0, "less")])
def test_fewer_invitations_of_those_who_call_again_are_seen(share, said):
    """Forty callers of one call, four in five invited; forty of three calls, of which fewer or as many are."""
    who = [*range(40), *(40 + n // 3 for n in range(120))]
    calls = {"call_id": [f"c{n}" for n in range(160)], "caller": who, "start_s": [second(1 + n % 28) for n in range(160)]}
    calls |= {"local_s": calls["start_s"], "outcome": ["answered"] * 160, "direction": ["in"] * 160}
    invited = [n for n in range(160) if n % 10 < 10 * (0.8 if n < 40 else share)]
    rows = {
        "call_id": [f"c{n}" for n in invited],
        "invited_s": [second(1 + n % 28) for n in invited],
        "item_1": [4.0, None] * (len(invited) // 2),
    }
    found = TABLES["again"](seen(rows, calls=calls))
    assert set(found["said"]) == {said} and found["difference"].iloc[0] == pytest.approx(share - 0.8)


def test_one_agent_who_only_asks_the_content_is_counted():
    """十二名话务员各请八成，一名只请三成而且全是满分；相关看不出，逐人看得出。"""
    calls = {k: v * 5 if k not in ("call_id", "agent") else v for k, v in CALLS.items()}
    calls |= {"call_id": [f"c{i}" for i in range(2000)], "agent": [f"a{i % 12}" for i in range(2000)]}
    rng, ids, scores = np.random.default_rng(7), [], []
    for agent in range(12):
        own = [i for i in range(2000) if i % 12 == agent][: 50 if agent == 3 else 130]
        ids, scores = ids + [f"c{i}" for i in own], scores + [5.0 if agent == 3 else float(s) for s in rng.integers(1, 6, len(own))]
    rows = {
        "call_id": [*ids, "c1999"],
        "invited_s": [second(3)] * (len(ids) + 1),
        "item_1": [*scores, None],
        "answered": [True] * len(ids) + [False],
    }
    found = TABLES["bias"](seen(rows, calls=calls))
    assert found["choosing"].iloc[0] == 1 and "其中1名邀请偏少" in sentence(found, "bias")
    assert TABLES["agents"](seen(rows, calls=calls)).set_index("agent")["chooses"].pipe(lambda c: list(c[c].index)) == ["a3"]
    fair = {**rows, "item_1": [*[float(s) for s in rng.integers(1, 6, len(ids))], None]}
    assert TABLES["bias"](seen(fair, calls=calls))["choosing"].iloc[0] == 0


# ---- weights


def test_weighting_gives_the_answers_the_mix_of_the_calls():
    """供水占来电四分之三、答卷三分之一：加权后最高两档从33%升到71%，截尾使它不到75%。"""
    rows = TABLES["weighted"](seen(asked(), calls=CALLS, known={"item_1": ITEMS["item_1"]})).set_index("method")
    assert rows.loc["raw", "value"] == pytest.approx(1 / 3)
    weights = surveys.trim(np.repeat([10.0, 100 / 60], [30, 60]))  # 10 is more than five times the median of 5/3, so it is cut to 25/3
    for method in ("cells", "margins"):
        assert rows.loc[method, "value"] == pytest.approx(weights[:30].sum() / weights.sum()) == pytest.approx(250 / 350)
        assert rows.loc[method, "deff"] == pytest.approx(surveys.kish(weights)) and rows.loc[method, "trimmed"] == 30
    assert rows.loc["raw", ["bound_low", "bound_high"]].tolist() == pytest.approx([0.6 / 3, 0.6 / 3 + 0.4])
    assert rows["missing"].tolist() == ["", "", ""]


@pytest.mark.parametrize("seed", range(6))
def test_joined_cells_hold_enough_and_lose_nobody(seed):
    rng = np.random.default_rng(seed)
    cells = [(i, b) for i in "abcdef" for b in answers.BANDS]
    held = {c: int(n) for c, n in zip(cells, rng.integers(0, 40, len(cells)), strict=True) if n}
    calls = {c: int(n) for c, n in zip(cells, rng.integers(0, 3, len(cells)) * 50, strict=True) if n}
    label = weighted.joined(held, calls)
    sums, stands = weighted._sums(label, held), weighted._sums(label, calls)
    assert sum(sums.values()) == sum(held.values()) and sum(stands.values()) == sum(calls.values())
    assert set(label) == {*held, *calls} and all(n >= weighted.LEAST for n in sums.values())


def test_too_few_answers_are_not_weighted_and_ratings_have_no_weights():
    rows = TABLES["weighted"](seen(asked(8, 8, 10), calls=CALLS, known={"item_1": ITEMS["item_1"]})).set_index("method")
    assert rows["missing"].tolist() == ["", "few", "few"] and rows.loc["cells":, "value"].isna().all()
    with pytest.raises(DataRefused, match="needs call_id"):
        TABLES["weighted"](seen(many([4, 5] * 20), calls=CALLS))
    with pytest.raises(NoInput, match="params name no calls"):
        TABLES["weighted"](seen(asked()))


def test_a_call_id_that_two_calls_bear_links_to_neither():
    calls = {**CALLS, "call_id": ["c0", "c0", *CALLS["call_id"][2:]]}
    now = answers.answers(seen(asked(2, 2, 2), calls=calls))
    assert now.frame["linked"].tolist() == [False, False, True, True, True, True]
    nameless = {**asked(2, 2, 2), "call_id": [None, "c1", "c300", None, "c2", None]}
    now = answers.answers(seen(nameless, calls={**CALLS, "call_id": [None, *CALLS["call_id"][1:]]}))
    assert now.frame["linked"].tolist() == [False, True, True, False, True, False]


# ---- ratings


def test_ratings_of_calls_stand_in_where_there_is_no_survey():
    calls = {**CALLS, "rating": [5.0, 3.0] * 150 + [None] * 100}
    view = seen(calls=calls)
    row = TABLES["items"](view).iloc[0]
    assert (row["source"], row["item"], row["n"], row["mean"], row["value"]) == ("rating", "rating", 300, 4.0, 0.5)
    found = TABLES["response"](view).iloc[0]
    assert (found["numerator"], found["denominator"]) == (300, 400)
    whole = TABLES["sample"](seen(calls={**calls, "rating": [5.0, 3.0] * 200})).iloc[0]
    assert whole["said"] == "census" and whole["value"] == 1 and np.isnan(whole["margin"])
    assert "通话后评价" in satisfaction.RULE(view).zh and "满意度调查" not in satisfaction.RULE(seen(FOUR)).zh
    with pytest.raises(DataRefused) as told:
        TABLES["items"](seen(calls={**calls, "rating": [9.0] * 400}))
    assert str(told.value) == "rating › ratings lie off their scale. Write satisfaction: {rating_scale: [lowest, highest]}."
    assert TABLES["items"](seen(calls={**calls, "rating": [9.0] * 400}, rating_scale=[1, 10])).iloc[0]["scale_high"] == 10


# ---- three sources


def scored(n: int = 12) -> dict:
    return {
        "source": ["quality_check"] * n + ["self_rating"] * n,
        "call_id": [f"c{i}" for i in range(n)] * 2,
        "agent": [f"a{i % 12}" for i in range(n)] * 2,
        "scored_s": [second(5)] * (2 * n),
        "item": ["item_1"] * (2 * n),
        "score": [1.0 + i % 4 for i in range(n)] + [2.0 + i % 4 for i in range(n)],
    }


def test_three_sources_stand_side_by_side_and_are_never_averaged():
    rows = {**asked(12, 0, 3), "item_1": np.array([1.0 + i % 4 for i in range(12)] + [np.nan] * 3)}
    found = TABLES["sources"](seen(rows, calls=CALLS, scores=scored()))
    assert found[["source", "n", "mean"]].to_numpy().tolist() == [["survey", 12, 2.5], ["quality_check", 12, 2.5], ["self_rating", 12, 3.5]]
    agreed = TABLES["agreement"](seen(rows, calls=CALLS, scores=scored())).set_index(["first", "second"])
    assert agreed.loc[("survey", "quality_check"), "said"] == "agree" and agreed.loc[("survey", "quality_check"), "level"] == "call"
    apart = agreed.loc[("survey", "self_rating")]
    assert apart["rho"] == pytest.approx(1) and apart["difference"] == pytest.approx(-0.25)


def test_scores_of_one_source_and_of_no_month():
    with pytest.raises(DataRefused, match="one source only"):
        TABLES["agreement"](seen({**asked(2, 2, 2)}, scores={**scored(), "item": ["item_2"] * 24, "source": ["quality_check"] * 24}))
    with pytest.raises(NoInput, match="no scores in this period"):
        TABLES["sources"](seen(FOUR, scores=scored(), month="2024-03"))
    wide = {"source": ["quality_check"], "scored_s": [second(4)], "item_1": [4.0], "item_2": [9.0]}
    assert sources._scores(seen(scores=wide))[["item", "score"]].to_numpy().tolist() == [["item_1", 4.0]]


# ---- drivers, reliability, NPS


def test_drivers_find_what_was_put_in():
    rng = np.random.default_rng(2)
    known = {f"item_{i}": {**ITEMS["item_1"], "scale": [-99, 99], "not_applicable": [], "name": f"题{i}"} for i in range(1, 5)}
    strong, weak, nothing = rng.normal(size=(3, 400)).round(3)
    rows = {**many((2 * strong + weak + rng.normal(size=400)).round(3)), "item_2": strong, "item_3": weak, "item_4": nothing}
    found = TABLES["drivers"](seen(rows, known=known))
    assert found["item"].tolist() == ["item_2", "item_3", "item_4"] and found["said"].iloc[0] == "clear"
    assert found["share"].sum() == pytest.approx(1) and found["explained"].iloc[0] == pytest.approx(5 / 6, abs=0.05)
    assert (found["share_low"] <= found["share"]).all() and (found["share"] <= found["share_high"]).all()
    assert found["share"].iloc[0] == pytest.approx(0.8, abs=0.05)
    by_hand = TABLES["drivers"](seen(rows, known=known, drivers=["item_3", "item_4"]))
    assert set(by_hand["item"]) == {"item_3", "item_4"}
    chance = {**rows, "item_1": rng.normal(size=400).round(3)}
    assert TABLES["drivers"](seen(chance, known=known))["said"].iloc[0] == "none"


def test_drivers_refuse_few_answers_and_a_constant_score():
    known = {f"item_{i}": {**ITEMS["item_1"], "name": f"题{i}"} for i in range(1, 4)}
    rows = {**many([1.0, 2, 3, 4, 5] * 9), "item_2": [1.0, 2, 3] * 15, "item_3": [3.0, 1, 2] * 15}
    with pytest.raises(DataRefused, match="under 50 complete answers"):
        TABLES["drivers"](seen(rows, known=known))
    with pytest.raises(DataRefused, match="two items"):
        TABLES["drivers"](seen(FOUR))


def test_alpha_by_dimension_and_few_items():
    known = {f"item_{i}": {**ITEMS["item_1"], "name": f"题{i}"} for i in range(1, 5)}
    level = np.tile([1.0, 2, 3, 4, 5], 12)
    rows = {**many(level), "item_2": np.roll(level, 1), "item_3": level, "item_4": np.full(60, 4.0)}
    found = TABLES["alpha"](seen(rows, known=known)).iloc[0]
    assert (found["items"], found["dropped"], found["n"], found["weakest_zh"]) == (3, 1, 60, "题2")
    assert found["alpha"] == pytest.approx(surveys.alpha(np.column_stack([level, np.roll(level, 1), level])).value) and found[
        "without"
    ] == pytest.approx(1)
    with pytest.raises(DataRefused, match="few items"):
        TABLES["alpha"](seen(FOUR))


def test_nps_by_hand_and_its_change():
    now, past = [10] * 42 + [8] * 25 + [3] * 33, [9] * 40 + [7] * 25 + [0] * 35
    rows = both(many(past, month=1, item="item_9"), many(now, item="item_9"))
    found = TABLES["nps"](seen(rows, known={**ITEMS, **NPS}, nps="item_9"))
    first = found.iloc[0]
    assert (first["nps"], first["se"]) == pytest.approx((0.09, 0.0861336), abs=5e-8) and first["moved_nps"] == pytest.approx(0.04)
    assert found["said"].tolist() == ["none", "none"] and found["told"].tolist() == ["none", ""]
    assert sentence(found, "nps").startswith("净推荐值+9.0个百分点（−7.9个百分点至+25.9个百分点），100份作答") and sentence(
        found, "nps"
    ).endswith("没有证据表明有变化。")
    with pytest.raises(DataRefused, match="do not say satisfaction: nps"):
        TABLES["nps"](seen(rows, known={**ITEMS, **NPS}))
    with pytest.raises(BadParams) as told:
        TABLES["nps"](seen(FOUR, nps="item_1"))
    assert str(told.value) == "satisfaction › nps › the score is defined on a scale of 0 to 10. Name an item with scale: [0, 10]."


# ---- ways of asking


def by_way(month: int, *lots: tuple[str, list], item: str = "item_1") -> dict:
    """The answers of a month by the surveys' own channel: (channel, scores)."""
    return both(*(many(scores, month=month, item=item, channel=[way] * len(scores)) for way, scores in lots))


def test_a_change_that_is_the_mix_of_the_channels_alone_is_no_change():
    """一月短信60份（均4.8）、语音40份（均3.5）：4.28；二月短信40份、语音160份，各自得分照旧：3.76。两期均分之差−0.52全是构成：(0.2−0.6)×4.8+(0.8−0.4)×3.5；同一渠道内净占比为0。"""
    sms, ivr = [5.0] * 4 + [4.0], [3.0, 4.0]
    rows = both(by_way(1, ("短信", sms * 12), ("语音", ivr * 20)), by_way(2, ("短信", sms * 8), ("语音", ivr * 80)))
    row = TABLES["items"](seen(rows)).iloc[0]
    assert (row["mean"], row["before"]) == pytest.approx((3.76, 4.28)) and (row["mix"], row["own"]) == pytest.approx((-0.52, 0.0))
    assert (row["effect"], row["said"], row["told"]) == (pytest.approx(0.0), "none", "none within")
    text = sentence(TABLES["items"](seen(rows)), "items")
    assert text.endswith(
        "上月均分4.28，均分变化−0.52，其中−0.52来自各渠道答卷的构成，0.00来自同一渠道内的得分；同一渠道内没有证据表明有变化。"
    )
    untold = {name: cells for name, cells in rows.items() if name != "channel"}
    assert TABLES["items"](seen(untold)).iloc[0]["said"] == "two", "nothing tells them apart"
    unknown = {**rows, "channel": [None] * 100 + list(rows["channel"][100:])}
    assert np.isnan(TABLES["items"](seen(unknown)).iloc[0]["mix"]), "of January nobody knows the channels"


def test_a_mix_that_hides_a_change_does_not_hide_it():
    """一月短信40份全5、语音160份全3：3.4；二月短信160份有一半是4、语音40份有一半是2：4.1，比上月高，而两个渠道都低了。"""
    rows = both(by_way(1, ("短信", [5.0] * 40), ("语音", [3.0] * 160)), by_way(2, ("短信", [5.0, 4.0] * 80), ("语音", [3.0, 2.0] * 20)))
    row = TABLES["items"](seen(rows)).iloc[0]
    assert (row["mean"], row["before"]) == pytest.approx((4.1, 3.4)) and (row["mix"], row["own"]) == pytest.approx((1.2, -0.5))
    assert (row["effect"], row["said"]) == (pytest.approx(-0.5), "two")


def test_a_channel_that_began_is_compared_with_nothing():
    """二月起有语音：短信与短信比；一月只有短信、二月只有语音的，不比。"""
    sms = [5.0] * 4 + [4.0]
    rows = both(by_way(1, ("短信", sms * 12)), by_way(2, ("短信", sms * 12), ("语音", [3.0] * 60)))
    row = TABLES["items"](seen(rows)).iloc[0]
    assert (row["effect"], row["said"]) == (pytest.approx(0.0), "none") and (row["mix"], row["own"]) == pytest.approx((-0.9, 0.0))
    apart = TABLES["items"](seen(both(by_way(1, ("短信", sms * 12)), by_way(2, ("语音", [3.0] * 60))))).iloc[0]
    assert (apart["said"], apart["told"]) == ("ways", "ways within") and np.isnan(apart["effect"])


def test_a_channel_of_a_few_answers_has_no_part_in_the_mix():
    """语音在一月只有3份，在二月60份：一月的构成里没有它（否则由构成可以算出那3份的均分），其余仍相加为变化。"""
    sms = [5.0] * 4 + [4.0]
    for few in ([1.0] * 3, [3.0] * 3):
        rows = both(by_way(1, ("短信", sms * 12), ("语音", few)), by_way(2, ("短信", sms * 12), ("语音", [3.0] * 60)))
        row = TABLES["items"](seen(rows, smallest=8)).iloc[0]
        assert row["mix"] == pytest.approx(-0.9) and row["mix"] + row["own"] == pytest.approx(row["change"])


def test_small_channels_are_compared_together():
    """六个渠道每月各10份：合在一起比，60份对60份。"""
    lots = [(f"渠道{n}", [5.0, 4.0] * 5) for n in range(6)]
    row = TABLES["items"](seen(both(by_way(1, *lots), by_way(2, *lots)))).iloc[0]
    assert (row["effect"], row["said"]) == (pytest.approx(0.0), "none")


def test_the_channels_have_numbers_of_their_own():
    """短信邀请100次、收回40份；语音邀请60次、收回30份。没有调查自己的渠道时，页面一句也不说。"""
    asked = [("短信", [5.0] * 40 + [np.nan] * 60), ("语音", [4.0, 3.0] * 15 + [np.nan] * 30)]
    told = TABLES["response"](seen(by_way(2, *asked)))
    text = sentence(told, "ways")
    assert "短信得分5.00，邀请100次，收回40份，回收率40.0%" in text.replace("（5.00至5.00）", "") and "语音得分3.50（" in text
    assert "邀请60次，收回30份，回收率50.0%" in text and sentence(told, "ways", "en").count("invited") == 2
    calls = {**CALLS, "channel": ["电话", "网站"] * 200}
    linked = {**many([4.0] * 40 + [np.nan] * 60), "call_id": CALLS["call_id"][:100]}
    of_calls = TABLES["response"](seen(linked, calls=calls))
    assert set(of_calls["kind"]) >= {"channel"} and not of_calls["told"].any(), "the calls' channel is no way of asking"


def test_nps_of_another_mix_has_not_moved():
    """一月短信60份推荐者、语音40份贬损者：+20；二月40、160：−60；各渠道照旧。"""
    rows = both(
        by_way(1, ("短信", [10.0] * 60), ("语音", [0.0, 8.0] * 20), item="item_9"),
        by_way(2, ("短信", [10.0] * 40), ("语音", [0.0, 8.0] * 80), item="item_9"),
    )
    now = TABLES["nps"](seen(rows, known={**ITEMS, **NPS}, nps="item_9")).iloc[0]
    assert (now["nps"], now["moved_nps"], now["said"]) == (pytest.approx(-0.2), pytest.approx(0.0), "none")
    apart = both(by_way(1, ("短信", [10.0, 8.0] * 30), item="item_9"), by_way(2, ("语音", [0.0, 8.0] * 30), item="item_9"))
    assert TABLES["nps"](seen(apart, known={**ITEMS, **NPS}, nps="item_9"))["said"].tolist() == ["ways"] * 2


# ---- needs, themes


def coded(column: str, words: list[str]) -> View:
    return seen({"invited_s": [second(1 + i % 28) for i in range(len(words))], column: words, "item_1": [float("nan")] * len(words)})


def test_t6_three_bars_of_a_thousand_people():
    words = ["接得快"] * 200 + ["一次解决"] * 160 + ["主动"] * 136 + [f"其他{i % 8}" for i in range(504)]
    found = TABLES["needs"](coded("need", words))
    assert found["need"].tolist()[:3] == ["接得快", "一次解决", "主动"]
    third = found.iloc[2]
    assert (third["cumulative"], third["cumulative_low"], third["cumulative_high"]) == pytest.approx((0.496, 0.465, 0.527), abs=0.0005)
    assert found["said"].iloc[0] == "half" and sentence(found, "needs") == "前3项合计49.6%（46.5%～52.7%），约占一半。"
    assert sentence(found, "needs", "en") == "The first 3 together: 49.6% (46.5%–52.7%), about half."
    same = TABLES["needs"](coded("need", words), base="mentions")
    assert same["cumulative"].to_numpy() == pytest.approx(found["cumulative"].to_numpy())


def test_several_needs_of_one_person_are_not_added_up():
    """四人：甲乙、甲、乙、丙。按人：甲50%，甲或乙75%；按提及：甲40%，甲乙80%。"""
    people = TABLES["needs"](coded("need", ["甲;乙", "甲", "乙", "丙;丙"]))
    assert people[["need", "numerator", "denominator"]].to_numpy().tolist() == [["乙", 2, 4], ["甲", 2, 4], ["丙", 1, 4]]
    assert people["cumulative"].tolist() == [0.5, 0.75, 1.0] and people["unanswered"].iloc[0] == 0
    mentions = TABLES["needs"](coded("need", ["甲;乙", "甲", "乙", "丙;丙"]), base="mentions")
    assert mentions["cumulative"].tolist() == pytest.approx([0.4, 0.8, 1.0]) and mentions["denominator"].tolist() == [5] * 3
    with pytest.raises(BadParams) as told:
        needs.needs(coded("need", ["甲"]), base="people")
    assert str(told.value) == "needs › base › 'people' is not a base here. There are: respondents, mentions."


@pytest.mark.parametrize("base", ["respondents", "mentions"])
@pytest.mark.parametrize("seed", range(3))
def test_needs_equal_the_slow_count(base, seed):
    rng = np.random.default_rng(seed)
    words = [";".join(rng.choice(list("甲乙丙丁"), rng.integers(1, 4), replace=False)) for _ in range(60)]
    found = TABLES["needs"](coded("need", words), base=base)
    order = found["need"].tolist()
    for place, row in enumerate(found.to_dict("records")):
        upto = set(order[: place + 1])
        if base == "respondents":
            slow = np.mean([bool(upto & set(w.split(";"))) for w in words])
        else:
            slow = sum(len(upto & set(w.split(";"))) for w in words) / sum(len(w.split(";")) for w in words)
        assert row["cumulative"] == pytest.approx(slow)
        assert row["cumulative_low"] <= row["cumulative"] <= row["cumulative_high"]


def test_themes_are_counted_and_rare_ones_pooled():
    rows = {
        "invited_s": [second(2)] * 24,
        "theme": ["慢"] * 12 + ["好;慢"] * 8 + ["某事", "别的;某事"] + [None] * 2,
        "item_1": [2.0] * 12 + [4.0] * 12,
    }
    found = TABLES["themes"](seen(rows, smallest=8))
    assert found["theme"].tolist() == ["慢", disclosure.OTHER], "rare ones take the next with them"
    assert found["numerator"].tolist() == [20, 10] and found["denominator"].iloc[0] == 22
    assert found["score"].iloc[0] == pytest.approx((12 * 2 + 8 * 4) / 20) and found["uncoded"].iloc[0] == 2


# ---- engines, frames


@pytest.mark.parametrize("table", ["items", "response", "sample", "intake", "weighted", "needs"])
def test_three_engines_agree(table):
    import duckdb
    import polars as pl

    rows = pd.DataFrame({**asked(), "need": ["甲"] * 30 + ["乙"] * 60 + [None] * 60, "item_2": [3.0] * 150})
    rows.loc[90:, "item_2"] = np.nan
    calls = pd.DataFrame(CALLS)
    plain = seen(rows, calls=calls)
    first = TABLES[table](plain)
    connection = duckdb.connect(config={"threads": 1})
    for name, frame in (("surveys", rows), ("calls", calls)):
        connection.register(name, frame.replace({np.nan: None}) if name == "calls" else frame)
    casts = "SELECT * REPLACE (CASE WHEN isnan(item_1) THEN NULL ELSE item_1 END AS item_1, CASE WHEN isnan(item_2) THEN NULL ELSE item_2 END AS item_2) FROM surveys"
    duck = {"surveys": lazy(connection.sql(casts)), "calls": lazy(connection.sql("SELECT * FROM calls"))}
    poll = {
        "surveys": lazy(pl.DataFrame({c: [None if pd.isna(v) else v for v in rows[c]] for c in rows})),
        "calls": lazy(pl.DataFrame(CALLS)),
    }
    for tables in (duck, poll):
        pd.testing.assert_frame_equal(first, TABLES[table](replace(plain, tables=tables)), check_dtype=False)


def test_every_column_of_every_table_is_declared():
    known = {**ITEMS, **NPS}
    rows = {**asked(120, 60, 40), "item_9": np.arange(220) % 11.0, "need": ["甲", "乙"] * 110, "theme": ["慢", "好"] * 110}
    rows["item_2"] = np.where(np.isnan(rows["item_1"]), np.nan, 1.0 + np.arange(220) % 5)
    for name in ("item_9", "need", "theme"):
        rows[name] = [v if i < 180 else None for i, v in enumerate(rows[name])]
    known["item_3"] = ITEMS["item_2"]
    rows["item_3"] = np.where(np.isnan(rows["item_1"]), np.nan, 1.0 + np.arange(220) % 4)
    view = seen(rows, known=known, calls={**CALLS, "caller": [i // 3 for i in range(400)]}, scores=scored(), nps="item_9")
    inner = {"told", "left", "right"}
    for name, make in TABLES.items():
        frame = make(view)
        plain = {c.removesuffix("_zh").removesuffix("_en") for c in frame if not c.endswith("_missing")}
        assert plain - inner <= set(satisfaction.COLUMNS), name
        assert len(frame), name


def test_frames_are_shown_and_said_in_both_languages():
    rows = {**asked(120, 60, 40), "item_2": 1.0 + np.arange(220) % 5, "need": ["甲", "乙"] * 110}
    view = seen(rows, calls=CALLS)
    for table in ("items", "distribution", "response", "sample", "weighted", "gaps", "needs"):
        frame = TABLES[table](view)
        frame.attrs = {
            "study": "satisfaction",
            "table": table,
            "fields": {c: f.as_dict() for c, f in satisfaction.COLUMNS.items()},
            "period": {"zh": "2024年2月", "en": "February 2024"},
        }
        for language in ("zh", "en"):
            assert show(frame, language=language).text.strip()
            if table in SAY:
                assert say(frame, language=language).text.strip()


ODD = {  # 一个月可能的样子：只有邀请、一份答卷、两份一样、全部不适用、人人满分
    "nobody answered": {"item_1": [None] * 40, "item_2": [None] * 40, "item_9": [None] * 40},
    "one answer": {"item_1": [5.0] + [None] * 39, "item_2": [4.0] + [None] * 39, "item_9": [9.0] + [None] * 39},
    "two alike": {"item_1": [5.0, 5.0] + [None] * 38, "item_2": [5.0, 5.0] + [None] * 38, "item_9": [10.0, 10.0] + [None] * 38},
    "does not apply": {"item_1": [0.0] * 40, "item_2": [0.0] * 40, "item_9": [None] * 40},
    "all content": {"item_1": [5.0] * 40, "item_2": [5.0] * 40, "item_9": [10.0] * 40},
    "one item": {"item_1": [1.0 + i % 5 for i in range(40)], "item_2": [None] * 40, "item_9": [None] * 40},
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("month", "table"), some(ODD, TABLES))
def test_an_odd_month_gives_a_frame_with_its_state_or_a_sentence(table, month):
    rows = {
        "call_id": [f"c{i}" for i in range(40)],
        "invited_s": [second(1 + i % 28) for i in range(40)],
        **{k: np.array(v, float) for k, v in ODD[month].items()},
    }
    rows |= {"need": ["甲" if month == "one item" else None] * 40, "theme": [None] * 40, "answered": [False] * 40}
    view = seen(rows, known={**ITEMS, **NPS}, calls=CALLS, scores=scored(1), nps="item_9", smallest=8)
    try:
        frame = TABLES[table](view)
    except HotlineError as said:
        assert " › " in str(said) and "\n" not in str(said)
        return
    assert len(frame)
    if {"value", "low", "high"} <= set(frame):
        known = frame[frame["low"].notna()]
        assert (known["low"] <= known["value"] + 1e-9).all() and (known["value"] <= known["high"] + 1e-9).all()
    if "state" in frame:
        assert (frame.loc[frame["n"] == 0, "state"] == "none").all() and frame.loc[frame["n"] == 0, "mean"].isna().all()
    frame.attrs = {
        "study": "satisfaction",
        "table": table,
        "fields": {c: f.as_dict() for c, f in satisfaction.COLUMNS.items()},
        "period": {"zh": "二月", "en": "February"},
    }
    assert not re.search(r"\b(nan|NaN|inf|None)\b", show(frame).text)


def test_a_params_file_that_names_no_item_of_it_is_refused():
    with pytest.raises(ValueError, match="satisfaction › overall: items declares no 'item_7'"):
        params(overall="item_7")
    with pytest.raises(ValueError, match="'2024-1' is not a month"):
        params(published={"2024-1": {"item_1": {"mean": 4}}})
    assert SimpleNamespace(**params(nps="item_1").satisfaction.model_dump()).nps == "item_1"


# ---- real data


@there("survey_mobi")
def test_mobile_operator_survey():
    """R: d <- seminr::mobi; colMeans(d); psych::alpha(d[, c("IMAG1", ..., "IMAG5")])$total$raw_alpha; here by numpy from the file itself."""
    rdata = pytest.importorskip("rdata")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw = rdata.read_rda(DATA / "survey_mobi" / "mobi.rda")["mobi"].astype(float)
    h = open_hotline(PARAMS / "survey_mobi.yaml", "all", progress=False)
    found = h.study("satisfaction", "items", strict=True)
    assert found["n"].tolist() == [250] * 24 and found["mean"].to_numpy() == pytest.approx(raw.mean().to_numpy())
    assert found.set_index("item").loc["item_4", "value"] == pytest.approx((raw["CUSA1"] >= 9).mean()) and set(found["said"]) == {"whole"}
    reliable = h.study("satisfaction", "alpha", strict=True).set_index("dimension_en")["alpha"]
    for name, letters in (("image", "IMAG"), ("quality", "PERQ"), ("satisfaction", "CUSA"), ("expectations", "CUEX")):
        own = raw[[c for c in raw if c.startswith(letters) and c != "CUSCO"]].to_numpy()
        k = own.shape[1]
        assert reliable[name] == pytest.approx(k / (k - 1) * (1 - own.var(axis=0, ddof=1).sum() / own.sum(axis=1).var(ddof=1))), name
    drivers = h.study("satisfaction", "drivers", strict=True)
    groups = {
        "CUEX": raw.filter(like="CUEX"),
        "CUSA": raw[["CUSA2", "CUSA3"]],
        **{n: raw.filter(like=n) for n in ("CUSCO", "CUSL", "IMAG", "PERQ", "PERV")},
    }
    x = np.column_stack([np.ones(250), *[own.mean(axis=1) for own in groups.values()]])
    left = raw["CUSA1"] - x @ np.linalg.lstsq(x, raw["CUSA1"].to_numpy(), rcond=None)[0]
    assert drivers["explained"].iloc[0] == pytest.approx(1 - left.var() / raw["CUSA1"].var()) and drivers["share"].sum() == pytest.approx(1)
    assert h.study("satisfaction", "weighted").attrs["missing"]["en"] == "not provided: calls"
    assert "回收率无从得知" in say(h.study("satisfaction", "sample")).text


@there("call_trends")
def test_ratings_of_the_call_trends():
    h = open_hotline(PARAMS / "call_trends.yaml", "all", progress=False)
    frame = h.study("satisfaction", "items", strict=True)
    row = frame.iloc[0]
    assert frame.attrs["definition"]["zh"].startswith("没有满意度调查，取自通话后评价")
    assert (row["source"], row["n"], row["not_applicable"]) == ("rating", 4054, 0) and row["mean"] == pytest.approx(3.403552, abs=1e-6)
    assert h.study("satisfaction", "drivers").attrs["missing"]["zh"] == "题目太少"
    row = evaluate(h.view, [h.period], [h.catalogue["connection_rate"]]).iloc[0]
    assert (row["numerator"], row["denominator"], round(row["value"], 4)) == (4054, 5000, 0.8108)  # 946 rows are not answered


# ---- which answers count as satisfied


@pytest.mark.parametrize(
    ("scale", "best"), [((0, 1), 1), ((1, 2), 2), ((1, 3), 3), ((1, 4), 3), ((1, 5), 4), ((1, 10), 9), ((0, 10), 9), ((0, 100), np.nan)]
)
def test_the_two_best_are_above_the_middle_of_their_scale(scale, best):
    """两点量表只有高的一点算满意；三点量表的中间一点不算满意也不算不满意；百分制没有两档。"""
    np.testing.assert_equal(surveys.best_from(*scale), best)


@pytest.mark.parametrize("scale", [(0, 1), (1, 2)])
def test_thumbs_up_is_satisfied_and_thumbs_down_is_not(scale):
    """十份里三份好评：30%，不是100%。"""
    known = {"item_1": {"name": "总体", "scale": list(scale)}}
    row = TABLES["items"](seen(many([scale[1]] * 3 + [scale[0]] * 7), known=known)).iloc[0]
    assert (row["numerator"], row["denominator"], row["value"]) == (3, 10, 0.3)


# ---- whose answers count, and who was asked


def test_answers_of_tests_outbound_and_lost_calls_are_no_citizens_answers():
    """一百通市民来电打2分；六十通测试、六十通呼出、三十通放弃都打5分：均分2，不是3.8；其余分开计数。"""
    kinds = [("answered", "in", 2.0)] * 100 + [("test", "in", 5.0)] * 60 + [("answered", "out", 5.0)] * 60 + [("abandoned", "in", 5.0)] * 30
    n = len(kinds)
    at = [second(1 + i % 28) for i in range(n)]
    calls = {
        "call_id": [f"c{i}" for i in range(n)],
        "start_s": at,
        "local_s": at,
        "outcome": [k[0] for k in kinds],
        "direction": [k[1] for k in kinds],
        "agent": ["甲"] * n,
    }
    rows = {"call_id": calls["call_id"] + [None] * 10, "invited_s": at + [second(5)] * 10}
    rows |= {"item_1": [k[2] for k in kinds] + [None] * 10, "answered": [True] * n + [False] * 10}
    view = seen(rows, calls=calls)
    row = TABLES["items"](view).iloc[0]
    assert (row["n"], row["mean"]) == (100, 2.0)
    told = TABLES["sample"](view).iloc[0]
    assert (told["answers"], told["not_citizens"], told["lost"], told["frame_calls"]) == (100, 120, 30, 100)
    assert np.isnan(told["invited_share"]) and told["said"] == "census"
    assert TABLES["agents"](view).iloc[0]["denominator"] == 100


def test_a_survey_by_return_calls_alone_says_why_it_has_no_answers():
    """回访六十次都有答卷，来电编号写的是回访那一通：不是没有答卷，指标也说为什么。"""
    at = [second(1 + i % 28) for i in range(60)]
    calls = {"call_id": [f"c{i}" for i in range(60)], "start_s": at, "local_s": at, "outcome": ["answered"] * 60, "direction": ["out"] * 60}
    view = seen({"call_id": calls["call_id"], "invited_s": at, "local_s": at, "item_1": [4.0] * 60, "answered": [True] * 60}, calls=calls)
    with pytest.raises(NoInput, match=surveyed.NOBODYS):
        TABLES["items"](view)
    indicator = catalogue.of_month(view.params)["survey_satisfaction"]
    assert evaluate(view, [view.period], [indicator])["missing"].tolist() == [surveyed.NOBODYS]


def test_rows_that_are_items_are_no_surveys_of_the_indicator_either():
    """十二份答卷各三行，一行一题，都读作总体得分：三十六行不是三十六份，专题不算，指标也不算；一份一行的照算。"""
    rows = {**many([5.0, 4.0, 2.0] * 12), "survey_id": [f"s{n // 3}" for n in range(36)]}
    rows["local_s"] = rows["invited_s"]
    known = catalogue.of_month(seen(rows).params)["survey_satisfaction"]
    told = [
        evaluate(seen(made), [seen(made).period], [known]).iloc[0] for made in (rows, {**rows, "survey_id": [f"s{n}" for n in range(36)]})
    ]
    assert told[0]["missing"] == "long form" and np.isnan(told[0]["value"])
    assert (told[1]["numerator"], told[1]["denominator"]) == (24, 36)


def test_answers_of_other_calls_are_no_census_of_these():
    """导出只有一个队列的40通，答卷60份都不是它们的：有人沉默，且邀请200次不是这40通的。"""
    calls = {k: v[:40] for k, v in CALLS.items()}
    row = TABLES["sample"](seen(many([4.0] * 60 + [np.nan] * 140), calls=calls)).iloc[0]
    assert (row["said"], row["linked"]) == ("apart", 0) and np.isnan(row["invited_share"])
    assert row["margin"] == pytest.approx(surveys.margin_of_error(60, population=np.inf))
    for language in ("zh", "en"):
        assert "40" in sentence(pd.DataFrame([row]), "sample", language=language)


@pytest.mark.parametrize("by", ["month", "channel"])
def test_a_part_that_was_exported_with_its_answers_alone_has_no_response_rate(by):
    """一月只导出答卷，二月连同未作答的邀请；或短信有邀请，语音只有答卷：回收率无从得知。"""
    alone, both_ = many([4.0, 5.0] * 20, month=1 if by == "month" else 2), many([4.0] * 20 + [np.nan] * 40)
    rows = both({**alone, "channel": ["语音"] * 40}, {**both_, "channel": ["短信"] * 60})
    told = TABLES["sample"](seen(rows, month="2024-01" if by == "month" else "2024-02")).iloc[0]
    assert told["said"] == "answers only" and np.isnan(told["value"]) and np.isnan(told["invited"])
    assert TABLES["sample"](seen(both_)).iloc[0]["value"] == pytest.approx(20 / 60)


def test_ratings_of_calls_hold_no_record_of_invitations():
    """400通接通，300通有评价：评价率75%；没有邀请可说，也不说邀请有没有偏。"""
    view = seen(calls={**CALLS, "caller": list(range(400)), "rating": [5.0, 3.0] * 150 + [None] * 100})
    told = TABLES["sample"](view)
    row = told.iloc[0]
    assert (row["frame_calls"], row["answers"], row["value"], row["said"]) == (400, 300, 0.75, "rated")
    assert np.isnan(row["invited"]) and np.isnan(row["invited_share"]) and TABLES["size"](view)["invited"].isna().all()
    for language, name in (("zh", "评价率75.0%"), ("en", "no record of invitations")):
        text = sentence(told, "sample", language)
        assert name in text and "回收率" not in text and "were invited" not in text
    for table in ("bias", "again"):
        with pytest.raises(DataRefused) as refused:
            TABLES[table](view)
        assert absent(refused.value.wrong).zh == "导出没有邀评记录，不知道邀请过谁"
    agents = TABLES["agents"](view)
    assert agents["invited_share"].isna().all() and not agents["chooses"].any()
    assert TABLES["intake"](view)["denominator"].isna().all() and TABLES["intake"](view)["numerator"].sum() == 300
    assert TABLES["response"](view).iloc[0]["value"] == 0.75


# ---- long form


def test_rows_of_one_survey_id_are_one_respondent_and_a_long_form_is_refused():
    """没有来电人时，同一答卷编号是同一个人；多数编号重复的长表不当作一行一份。"""
    rows = many([5.0, 4.0, 3.0], survey_id=["s1", "s1", "s2"])
    assert TABLES["items"](seen(rows)).iloc[0]["respondents"] == 2
    long = many([5.0, 4.0] * 20, survey_id=[f"s{i // 2}" for i in range(40)])
    with pytest.raises(DataRefused) as told:
        TABLES["items"](seen(long))
    assert "long form" in str(told.value) and absent(told.value.wrong).zh.startswith("答卷是一题一行")
