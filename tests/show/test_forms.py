"""show and say: a frame by its declaration, its numbers written by `words`, reasons where there are none."""

import math
import re

import pandas as pd
import pytest
from matplotlib.figure import Figure as Sheet

from hotline_analysis import say, show, words
from hotline_analysis.disclosure import untold
from hotline_analysis.errors import BadParams
from hotline_analysis.show import blocks, charts, forms
from hotline_analysis.show.digest import digest
from hotline_analysis.show.forms import Figure, Shown, Table
from hotline_analysis.show.markup import html
from hotline_analysis.studies import window
from hotline_analysis.words import Field, Rows, Sentence, Sentences, Term


def contract(frame: pd.DataFrame, study: str, table: str, columns: dict, **more) -> pd.DataFrame:
    frame.attrs = {
        "study": study, "table": table, "language": "zh", "fields": {c: columns[c].as_dict() for c in columns if c in frame},
        "period": {"label": "2024-09", "zh": "2024年9月", "en": "September 2024"}, "definition": {"zh": "口径一", "en": "rule one"},
        "digest": digest(frame), "missing": None, **more,
    }  # fmt: skip
    return frame


def rates(**more) -> pd.DataFrame:
    """Three windows by one estimator."""
    hours, value = [2.0, 24.0, 72.0], [0.065, 0.17, 0.267]
    plain = {"window_hours": hours, "follow_up": "km", "numerator": [6, 17, 27], "denominator": 100, "value": value}
    frame = pd.DataFrame({**plain, "low": [0.05, 0.15, 0.24], "high": [0.08, 0.19, 0.29]})
    return contract(frame, "window", "rates", window.COLUMNS, **more)


def test_a_frame_is_shown_as_its_study_declared_it():
    block = show(rates())
    assert block.kind == "figure" and block.text.startswith("复电率：2小时6.5%，24小时17.0%，72小时26.7%")
    assert "口径一" in block.html and "2024年9月" in block.html and block.html.count('<svg class="chart"') == 2


def test_the_readers_language_enters_in_show():
    assert show(rates(), language="en").text.startswith("Repeat rate: 6.5% at 2 h, 17.0% at 24 h, 26.7% at 72 h")
    assert "Rule one" in show(rates(language="en")).html


def test_say_takes_its_numbers_from_the_frame():
    assert say(rates()).text == "所计的来电中，6.5%在2小时内、17.0%在24小时内、26.7%在72小时内被同一来电人再次来电。"


def test_a_changed_frame_is_drawn_as_a_selection_and_not_said():
    some = rates().query("window_hours < 72")
    assert show(some).text.startswith("各窗口的复电率（节选）")
    with pytest.raises(BadParams, match="no longer the study's own"):
        say(some)


def test_a_missing_frame_says_its_reason():
    frame = contract(pd.DataFrame(), "window", "rates", {}, missing={"zh": "没有来电", "en": "no calls"})
    assert show(frame).facts == {"missing": "没有来电"} and say(frame, language="en").text == "No calls"


def test_a_plain_frame_is_a_plain_table_and_as_names_another_form():
    plain = pd.DataFrame({"a": [1], "b": ["<x>"]})
    assert show(plain).kind == "table" and "&lt;x&gt;" in show(plain).html
    wide = show(pd.DataFrame([[1, 2]], columns=["first call", 7]))
    assert "first call" in wide.html and ">7<" in wide.html, "a name may hold a blank, and be a number"
    means = plain.assign(team=["东城"]).groupby(["team", "b"]).agg({"a": ["mean", "max"]})
    for told in ("东城", "&lt;x&gt;", "a · mean", "a · max"):
        assert told in show(means).html, "groups keep their names"
    assert show(rates().assign(excess=0.05), as_="window.parts").kind == "figure"
    with pytest.raises(BadParams, match="Did you mean 'density'"):
        show(rates(), as_="densty")


def test_columns_of_one_name_keep_their_own_values():
    """Two frames side by side, both with a column n: 1 and 3 were shown as 2 and 4."""
    beside = pd.DataFrame([[1, 2, "x"], [3, 4, "y"]], columns=["n", "n", "issue"])
    assert [line.split("\t") for line in show(beside).text.splitlines()[1:]] == [["n", "n (2)", "issue"], ["1", "2", "x"], ["3", "4", "y"]]


def test_any_axes_can_stand_on_a_page():
    ax = Sheet().add_subplot()
    ax.plot([1, 2])
    ax.set_title("我的图")
    block = show(ax)
    assert block.text.startswith("我的图") and block.kind == "figure"


def test_a_staff_frame_says_so_to_the_page():
    assert show(rates(audience="staff")).facts["audience"] == "staff" and "audience" not in show(rates()).facts


def test_an_empty_key_can_have_a_word():
    """`left_out` is '' where nobody is left out: a table says so, and a sentence can."""
    field = Field(Term("剔除", "Left out"), words={"": Term("不剔除", "nobody"), "top": Term("最多的", "the busiest")})
    cell, plain = blocks.Cell("left_out", field), blocks.Cell("left_out", Field(Term("剔除", "Left out")))
    assert [cell.written({"left_out": key}, "zh") for key in ("", "top", "x")] == ["不剔除", "最多的", "x"]
    assert [str(c.written({"left_out": v}, "en")) for c in (cell, plain) for v in ("", None)] == [
        "nobody", '<span class="quiet">—</span>', "", '<span class="quiet">—</span>',
    ]  # fmt: skip


# ---- sentences

FIELDS = {
    "name": Field(Term("名", "Name"), words={"a": Term("甲", "A")}),
    "share": Field(Term("占比", "Share"), "share"),
    "n": Field(Term("件", "N"), "count"),
}
FRAME = pd.DataFrame({"name": ["a", "b"], "share": [0.125, math.nan], "n": [1, 1234], "said": ["first", "second"], "hours": ["48, 72", ""]})


def shown(language="zh", **others) -> forms.Shown:
    return forms.Shown(contract(FRAME.copy(), "x", "y", FIELDS), others, language)


@pytest.mark.parametrize(
    ("template", "zh", "en"),
    [
        ("{name}：{share}", "甲：12.5%", "A：12.5%"),
        ("{name@last}", "b", "b"),
        ("{n@b}", "1,234", "1,234"),
        ("{name@*}", "甲和b", "A and b"),
        ("{n} {n:call|calls}, {n@last} {n@last:call|calls}", "1 call, 1,234 calls", "1 call, 1,234 calls"),
        ("{hours:hours_or}", "48小时或72小时", "48 h or 72 h"),
        ("{share@last}", "", ""),
        ("{nothing}", "", ""),
        ("{other.n}", "7", "7"),
        ("{period}", "2024年9月", "September 2024"),
    ],
)
def test_slots(template, zh, en):
    other = pd.DataFrame({"n": [7]})
    for language, said in (("zh", zh), ("en", en)):
        assert shown(language, other=other).first(Sentence(template, template)) == said


def test_cases_rows_and_the_first_that_can_be_said():
    assert shown().said(Sentences({"first": Sentence("{n}", "{n}"), "second": Term("乙", "B")})) == ["1"]
    assert shown().said(Sentences({"other": Term("x", "x")})) == []
    parts = (Sentence("{name}", "{name}"), Sentence("，{share}", ", {share}"))
    assert shown().said(Rows({"first": parts, "second": parts}, by="said")) == ["甲，12.5%。", "b。"]
    assert shown().first((Sentence("{share@last}", ""), Term("否则", "else"))) == "否则"


# ---- tables


def test_a_tables_cells_intervals_and_reasons():
    fields = {
        "issue": Field(Term("诉求", "Issue")),
        "rate": Field(Term("率", "Rate"), "share", interval=("low", "high")),
        "move": Field(Term("变化", "Change"), "points"),
    }
    plain = {
        "issue": ["甲", "None"],
        "rate": [0.052, math.nan],
        "low": [0.046, math.nan],
        "high": [0.058, math.nan],
        "move": [-0.014, 0.02],
    }
    frame = contract(pd.DataFrame({**plain, "rate_missing": ["", "few"], "mine": [True, False]}), "x", "y", fields)
    table = Table("issue rate± move", Term("一", "One"), bold="rate", narrow="issue rate", chosen="mine")
    html = table.block(forms.Shown(frame, {}, "zh")).html
    for said in (
        "率%",
        "5.2",
        "4.6～5.8",
        "样本不足",
        "变化（百分点）",
        "−1.4",
        'class="said">None<',
        'class="chosen"',
        'scope="row"',
        'class="num lo"',
    ):
        assert said in html, said


def test_intervals_in_a_rows_own_unit():
    """A share of .902 (.871 to .925) and a wait of 75 s (70 to 80); a change of -1.3 points and of 5 s."""
    fields = {
        "value": Field(Term("值", "Value"), "level", interval=("low", "high")),
        "change": Field(Term("变化", "Change"), "moved", interval=("change_low", "change_high")),
    }
    rows = {"value": [0.902, 75.0], "low": [0.871, 70.0], "high": [0.925, 80.0], "unit": ["percent", "seconds"]}
    rows |= {"change": [-0.013, 5.0], "change_low": [-0.02, 1.0], "change_high": [-0.006, 9.0]}
    frame = contract(pd.DataFrame(rows), "x", "y", fields)
    html = Table("value± change±", Term("一", "One")).block(forms.Shown(frame, {}, "zh")).html
    for said in ("90.2%", "87.1%～92.5%", "1分15秒", "1分10秒～1分20秒", "−1.3个百分点", "−2.0至−0.6", "+1.0秒至+9.0秒"):
        assert said in html, said


@pytest.mark.parametrize(
    "language, share, legend",
    [
        ("zh", "不列出", "&lt;8：不足8件。这样的件数和由它算出的比率不列出，以免认出个人。"),
        ("en", "not told", "&lt;8: fewer than 8. Such a count and what is made of it are not told, so that nobody can be recognised."),
    ],
)
def test_a_small_count_is_said_to_be_small_and_a_missing_one_stays_a_dash(language, share, legend):
    """Of 3, 8 and unknown callbacks: under the minimum, told, missing. The legend stands only where a cell needs it."""
    frame = pd.DataFrame({"name": ["a", "b", "c"], "n": [3, 8, math.nan], "share": [0.03, 0.08, math.nan]})
    table = Table("name n share", Term("一", "One"))

    def cells(told) -> tuple[list[str], str]:
        html = table.block(forms.Shown(contract(told, "x", "y", FIELDS), {}, language)).html
        return re.findall(r"<td[^>]*>(.*?)</td>", html), html

    quiet = '<span class="quiet">{}</span>'.format
    told, html = cells(untold(frame, ["n"], ["share"], 8))
    assert told == [quiet("&lt;8"), quiet(share), "8", "8.0", quiet("—"), quiet("—")] and legend in html
    told, html = cells(untold(frame, ["n"], ["share"], 2))
    assert told == ["3", "3.0", "8", "8.0", quiet("—"), quiet("—")] and "&lt;" not in html


def test_where_and_total_and_an_empty_table():
    frame = contract(pd.DataFrame({"name": ["a", "b"], "n": [1, 2], "some": [True, True]}), "x", "y", FIELDS)
    table = Table("name n", Term("一", "One"), total=True, where="some")
    assert "<tfoot>" in table.block(forms.Shown(frame, {}, "zh")).html
    assert table.block(forms.Shown(frame.assign(some=False), {}, "zh")).facts == {"missing": "没有可列的内容"}


def test_a_case_in_which_a_picture_would_show_chance_is_said_instead():
    figure = Figure(charts.window_curve, Term("图", "F"), unless={"few": Term("样本不足", "too few")})
    assert figure.block(forms.Shown(rates().assign(said="few"), {}, "zh")).facts == {"missing": "样本不足"}


# ---- blocks


def test_a_block_shows_itself_in_three_ways():
    data, metadata = blocks.sentences(["一<二"])._repr_mimebundle_()
    assert set(data) == {blocks.MIME, "text/html", "text/plain"} and metadata[blocks.MIME]["kind"] == "say"
    assert "一&lt;二" in data[blocks.MIME] and data["text/plain"] == "一<二" and ".hotline.hotline{" in data["text/html"]


def test_every_verdict_has_its_own_shape():
    shapes = {key: html("marks", "mark", judgement=key, direction="up") for key in ("worse", "better", "more", "less", "none", "few")}
    assert len(set(shapes.values())) == 6 and not any("<use" in s or "var(" in s for s in shapes.values())


def test_the_end_marker_hands_over_indicators_without_nan(monkeypatch):
    monkeypatch.setenv(blocks.TOKEN, "abc")
    content = blocks.end(kpis=pd.DataFrame({"indicator": ["a"], "value": [math.nan]}), manifest={"x": 1}).content
    assert content == {"token": "abc", "kpis": [["indicator", "value"], ["a", None]], "manifest": {"x": 1}}


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("transferred after an answer: 2.9%", "en", "Transferred after an answer: 2.9%"),
        ("a needed column is not provided", "en", "A needed column is not provided"),
        ("not told: the figure is a small one", "en", "Not told: the figure is a small one"),
        ("kpis.csv holds them", "en", "kpis.csv holds them"),
        ("created_at is missing", "en", "created_at is missing"),
        ("q after correction", "en", "q after correction"),
        ("95% of them", "en", "95% of them"),
        ("params 没有写", "zh", "params 没有写"),
        ("", "en", ""),
    ],
)
def test_an_english_sentence_begins_with_a_capital_and_code_stays(text, language, said):
    assert words.opening(text, language) == said


def test_a_second_verdict_that_says_the_same_refers_to_the_first():
    """甲：件数与占比都没有证据，只写一遍；乙：占比上升，照写；丙：都没有判断，都空着。"""
    frame = pd.DataFrame({"name": ["甲", "乙", "丙"], "state": ["quiet", "quiet", ""], "share_state": ["quiet", "up", ""]})
    known = {"quiet": Term("没有证据表明有变化", "no evidence of change"), "up": Term("上升", "up")}
    fields = {"state": Field(Term("件数判断", "Count"), words=known), "share_state": Field(Term("占比判断", "Share"), words=known)}
    frame = contract(frame, "window", "rates", fields)
    table = Table("name state share_state", Term("表", "Table"), same={"share_state": ("state", Term("同件数", "as the count"))})
    for language, same, up, quiet in (
        ("zh", "同件数", "上升", "没有证据表明有变化"), ("en", "as the count", "up", "no evidence of change")
    ):  # fmt: skip
        rows = [line.split("\t") for line in table.block(Shown(frame, {}, language)).text.splitlines()[2:]]
        assert rows == [["甲", quiet, same], ["乙", quiet, up], ["丙", "", ""]]


@pytest.mark.parametrize(
    ("differing", "zh", "en"), [(0, "10对中没有一对有差异", "Not one of 10 pairs differs"), (2, "10对中2对有差异", "2 of 10 pairs differ")]
)
def test_none_of_them_is_said_so(differing, zh, en):
    frame = contract(
        pd.DataFrame({"first": ["甲"], "second": ["乙"], "shown": [True], "pairs": [10], "differing": [differing]}), "units", "pairs", {}
    )
    assert [show(frame, language=language).text.split("\n")[0] for language in ("zh", "en")] == [zh, en]
