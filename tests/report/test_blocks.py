"""Blocks: numbers written by `words`, reasons where there are none, one MIME type for the page."""

import math

import pandas as pd
import pytest

from hotline_analysis.show import blocks, charts
from hotline_analysis.words import SECONDS, Term

INDICATOR = {
    "indicator": "rate", "name": Term("接通率（本月）", "Connection rate"), "unit": "percent", "value": 0.932, "judgement": "worse", "direction": "down", "change": -0.014, "change_low": -0.017,
    "change_high": -0.011, "target": 0.95, "target_side": "at least", "capability": "at times", "months": ["2024-08", "2024-09"], "values": [0.946, 0.932], "lower": 0.942, "upper": 0.958, "provisional": True,
}  # fmt: skip


def row(**changes) -> pd.DataFrame:
    return pd.DataFrame([{**INDICATOR, **changes}])


def test_a_block_shows_itself_in_three_ways():
    data, metadata = blocks.prose("一<二")._repr_mimebundle_()
    assert set(data) == {blocks.MIME, "text/html", "text/plain"} and metadata[blocks.MIME]["kind"] == "prose"
    assert "一&lt;二" in data[blocks.MIME] and data["text/plain"] == "一<二" and ".hotline.hotline{" in data["text/html"]


def test_the_ledger_writes_numbers_as_the_brief_says():
    html = blocks.ledger(row(), title="一").html
    for said in ("93.2%", "−1.4<span class='pp'>个百分点</span>", "−1.7至−1.1", "≥95%", "时有不达", "暂", "变差 1项", "2024.8—2024.9"):
        assert said in html, said


@pytest.mark.parametrize(
    ("unit", "value", "change", "ends", "said"),
    [
        ("orders", 1286, -0.042, (-0.112, 0.034), ("1,286件", "−4.2%", "−11.2%至+3.4%")),
        (SECONDS, 312, 3, (-2, 8), ("5分12秒", "+3.0秒", "−2.0至+8.0")),
    ],
)
def test_counts_and_durations_change_in_their_own_units(unit, value, change, ends, said):
    html = blocks.ledger(
        row(
            unit=unit,
            value=value,
            change=change,
            change_low=ends[0],
            change_high=ends[1],
            target=math.nan,
            values=[value, value],
            lower=None,
            upper=None,
        ),
        title="一",
    ).html
    assert all(part in html for part in said) and "不设目标" in html


def test_a_missing_value_shows_its_reason():
    html = blocks.ledger(
        row(value=math.nan, missing="缺少接通时间列", judgement="few", change=math.nan, change_missing=Term("上线仅5个月", "")), title="一"
    ).html
    assert "缺少接通时间列" in html and "上线仅5个月" in html and "nan" not in html


def test_cards_and_tally_come_from_the_same_rows():
    frame = pd.concat([row(), row(indicator="b", judgement="none", direction=""), row(indicator="c", judgement="none", direction="")])
    assert blocks.cards(frame).html.count('<li class="card"') == 3 and "93.2<small>%</small>" in blocks.cards(frame).html
    assert blocks.tally(frame).html.index("v worse") < blocks.tally(frame).html.index("v none") and "<b>2</b>" in blocks.tally(frame).html


def test_every_verdict_has_its_own_shape_and_its_word():
    shapes = {key: blocks.mark(key, "up") for key in ("worse", "better", "more", "less", "none", "few", "fact")}
    assert len(set(shapes.values())) == 7 and not any("<use" in s or "var(" in s for s in shapes.values())
    assert "变差" in blocks.verdict({"judgement": "worse", "direction": "up"})


def test_a_table_formats_its_columns_and_says_why_cells_are_empty():
    frame = pd.DataFrame(
        {
            "issue": ["甲", "乙"],
            "n": [1234, None],
            "rate": [0.052, None],
            "low": [0.046, None],
            "high": [0.058, None],
            "why": ["", "样本不足"],
        }
    )
    columns = [
        blocks.Column("issue", "问题"),
        blocks.Column("n", "件", "count"),
        blocks.Column("rate", "率%", "rate", reason="why"),
        blocks.Column("low", "区间", "interval", low="low", high="high"),
        blocks.Column("rate", "", "bar", low="low", high="high", top=0.24),
    ]
    html = blocks.table(frame, columns, key="t", title="一", total={"issue": "合计", "n": 1234, "rate": ""}).html
    for said in ("1,234", "5.2", "4.6～5.8", "样本不足", "无数据", "0—24%", "<tfoot>", '<svg class="bar"', 'scope="row"'):
        assert said in html, said


def test_an_empty_table_says_so():
    assert "无数据" in blocks.table(pd.DataFrame({"a": []}), [blocks.Column("a", "甲")], key="t", title="一").html


def test_empty_sentences_leave_nothing_behind():
    nothing = pd.DataFrame({"judgement": [], "direction": [], "sentence": [], "proof": [], "text": [], "reason": []})
    assert blocks.findings(nothing).html == "" and blocks.asks(nothing).html == "" and "没有" in blocks.hold(nothing).html


def test_a_figure_is_drawn_twice_from_one_frame():
    frame = pd.DataFrame({"date": pd.date_range("2024-09-01", periods=30), "calls": range(30)})
    html = blocks.figure(charts.coverage, frame, key="days", title="一", subtitle="二", description="三").html
    assert html.count('<svg class="chart"') == 2 and 'width="640"' in html and 'width="358"' in html
    assert 'id="days-w-t"' in html and 'id="days-n-t"' in html and html.count("<desc") == 2


def test_the_end_marker_hands_over_indicators_without_nan(monkeypatch):
    monkeypatch.setenv(blocks.TOKEN, "abc")
    content = blocks.end(kpis=pd.DataFrame({"indicator": ["a"], "value": [math.nan]}), manifest={"x": 1}).content
    assert content == {"token": "abc", "kpis": [["indicator", "value"], ["a", None]], "manifest": {"x": 1}}


def test_speaking_sets_the_language_once():
    show = blocks.speaking("en")
    assert "pp" in show.ledger(row(), title="x").html and "too few" in show.tally(row(judgement="few")).html
