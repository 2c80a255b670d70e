"""Scores of which the lowest is the best are told, with a line of params that turns them; an honest survey has none."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
import yaml

from hotline_analysis.intake.check_words import sentence
from hotline_analysis.intake.checks import checks
from tests.intake.storing import built, export
from tests.intake.test_checks import CONNECTION, MAY, calls, found, params

MINE = ("words turned", "low is best", "low is best?")
TURNED = "values: {1: 5, 2: 4, 3: 3, 4: 2, 5: 1}"
LIKERT = {"非常满意": 5, "满意": 4, "基本满意": 3, "不满意": 2, "非常不满意": 1}


def survey(days=31, a_day=10, **made):
    """Ten answers a day: a person's mood runs 1, 2, 3, 4, 5, 1, ..; items 1 and 2 are the mood, item 3 the mood moved by one every third time."""
    frame = calls(date(2024, 5, 1), date.fromordinal(date(2024, 5, 1).toordinal() + days - 1), a_day).rename(
        columns={"started_at": "invited_at", "start_s": "invited_s"}
    )
    n = np.arange(len(frame))
    mood = 1.0 + n % 5
    frame = frame.assign(survey_id=[f"S{i}" for i in n], order_id=[f"O{i}" for i in n], item_1=mood, item_2=mood)
    frame["item_3"] = np.clip(mood + (n % 3 == 0), 1, 5)
    return frame.assign(**made)


def asked(columns=None, nps="", **items):
    """Params of three items of 1 to 5."""
    said = {f"item_{n}": {"name": f"题{n}", "scale": [1, 5]} for n in (1, 2, 3)} | items
    mapped = {"invited_at": "t", "survey_id": "id", "order_id": "o", **{name: f"第{name[5:]}题" for name in said}, **(columns or {})}
    return {"items": said, "surveys": {"files": "y", "columns": mapped}, "satisfaction": {"nps": nps}}


def mine(tables, period=MAY, **settings) -> dict:
    tables = {"surveys": tables} if isinstance(tables, pd.DataFrame) else tables
    return {key: value for key, value in found(tables, period, **settings).items() if key[0] in MINE}


def orders(frame, satisfied):
    return pd.DataFrame(
        {"order_id": frame["order_id"], "created_at": frame["invited_at"], "created_s": frame["invited_s"], "satisfied": satisfied}
    )


def test_an_honest_survey_has_none():
    frame = survey()
    words = frame["item_1"].map({v: k for k, v in LIKERT.items()})
    assert mine(frame, **asked()) == {} == mine({"surveys": frame, "orders": orders(frame, words)}, **asked())
    chance = np.random.default_rng(1).integers(1, 6, (2, len(frame))).astype(float)
    assert mine(frame.assign(item_1=chance[0], item_2=chance[1]), **asked()) == {}


def test_one_item_against_the_others_is_asked_about():
    """310 answers; item 2 turned: it alone runs against both others. Of 290 answers nothing is said."""
    frame = survey()
    frame["item_2"] = 6 - frame["item_2"]
    assert mine(frame, **asked()) == {("low is best?", "surveys › item_2"): (310, None, "major")}
    assert mine(frame.head(290), None, **asked()) == {}
    assert mine(frame, **asked(columns={"item_2": {"from": "第2题", "values": {"非常满意": "5", "不满意": "2"}}})) == {
        ("low is best", "surveys › item_1"): (310, 0.4, "severe"),
        ("low is best", "surveys › item_3"): (310, 0.4, "severe"),
    }  # which way item 2 runs is known by its words: 124 of 310 above the middle


def test_the_willingness_to_recommend_tells_that_all_others_are_turned():
    frame = survey()
    frame = frame.assign(item_4=2 * frame["item_1"], **{f"item_{n}": 6 - frame[f"item_{n}"] for n in (1, 2, 3)})
    told = mine(frame, **asked(nps="item_4", item_4={"name": "推荐", "scale": [0, 10]}))
    assert told == {("low is best?", f"surveys › item_{n}"): (310, None, "major") for n in (1, 2, 3)}


def test_words_of_the_same_order_prove_it():
    """310 orders, 124 of them satisfied (满意, 非常满意), all items turned."""
    frame = survey()
    words = frame["item_1"].map({v: k for k, v in LIKERT.items()})
    turned = frame.assign(**{f"item_{n}": 6 - frame[f"item_{n}"] for n in (1, 2, 3)})
    told = mine({"surveys": turned, "orders": orders(frame, words)}, **asked())
    assert told == {("low is best", f"surveys › item_{n}"): (310, 0.4, "severe") for n in (1, 2, 3)}
    few = mine({"surveys": turned.head(90), "orders": orders(frame, words)}, None, **asked())
    assert few == {}


@pytest.mark.parametrize("how", [
    {"from": "评价", "values": {"非常满意": "1", "满意": "2", "一般": "3", "不满意": "4", "非常不满意": "5"}},
    {"from": "评价", "values": {"1-非常满意": "1", "5-非常不满意": "5", "": ""}},
    {"from": "满意度（1=非常满意，5=非常不满意）"}, {"from": "非常满意:1 满意:2 不满意:3"}, {"from": "Rating (1 = very satisfied, 5 = very dissatisfied)"},
])  # fmt: skip
def test_words_of_params_and_headers_prove_it(how):
    frame = calls(date(2024, 5, 1), date(2024, 5, 31), 10, rating=2.0)
    source = {"columns": {"started_at": "time", "rating": how}}
    assert mine({"calls": frame}, source=source) == {("words turned", "rating"): (310, None, "severe")}
    assert mine({"calls": frame.assign(rating=np.nan)}, source=source) == {}


@pytest.mark.parametrize("how", [
    {"from": "评价", "values": {"非常满意": "5", "满意": "4", "不满意": "2"}}, {"from": "满意度（5非常满意、1非常不满意）"}, {"from": "评价", "values": {"满意": "1"}},
    {"from": "满意度（1=非常满意，5=非常不满意）", "values": {"1": "5", "2": "4", "4": "2", "5": "1"}},
])  # fmt: skip
def test_words_the_right_way_round_are_not_told(how):
    frame = calls(date(2024, 5, 1), date(2024, 5, 31), 10, rating=2.0)
    assert mine({"calls": frame}, source={"columns": {"started_at": "time", "rating": how}}) == {}


def test_chats_that_solved_it_have_the_lower_ratings():
    """310 chats, 186 of them resolved with 1, 124 not with 5."""
    frame = survey().rename(columns={"invited_at": "opened_at", "invited_s": "opened_s"})[["opened_at", "opened_s", "item_1"]]
    frame = frame.assign(resolved=frame["item_1"] < 4, rating=np.where(frame["item_1"] < 4, 1.0, 5.0)).drop(columns="item_1")
    said = {"sessions": {"files": "y", "columns": {"opened_at": "t", "resolved": "r", "rating": "s"}}}
    assert mine({"sessions": frame}, **said) == {("low is best", "sessions › rating"): (310, 0.6, "severe")}
    assert mine({"sessions": frame.assign(rating=6 - frame["rating"])}, **said) == {}


def test_the_line_that_is_told_turns_the_scores(tmp_path):
    """The sentence's line put into params: 1 is 5, and nothing is told any more."""
    frame = survey()
    frame["item_2"] = 6 - frame["item_2"]
    told = checks(CONNECTION, {"surveys": CONNECTION.from_df(frame)}, [], params(**asked()), period=MAY)
    row = told[told["check"] == "low is best?"].iloc[0]
    assert row["detail"] == f"surveys › columns › item_2: {{from: 第2题, {TURNED}}}" and row["detail"] in sentence(row, "en")
    line = yaml.safe_load(row["detail"].rpartition(" › ")[2])
    rows = [f"S{n},2024-05-01 10:{n:02}:00,{n + 1}" for n in range(5)]
    export(tmp_path, "a.csv", rows, "编号,时间,第2题")
    file = tmp_path / "line.yaml"
    columns = {"survey_id": "编号", "invited_at": "时间", **line}
    said = {
        "title": "热线",
        "key": "published",
        "public": True,
        "items": {"item_2": {"name": "题2", "scale": [1, 5]}},
        "surveys": {"files": "*.csv", "columns": columns},
    }
    file.write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    assert [score for (score,) in built(file).table("surveys").project("item_2").order("item_2").fetchall()] == [1, 2, 3, 4, 5]
    assert built(file).table("surveys").filter("survey_id = 'S0'").project("item_2").fetchall() == [(5.0,)]
