"""The one door of a notebook: what `open_hotline` and `Hotline` give, what they refuse and in which words, and that they name nobody."""

import importlib
import inspect
import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hotline_analysis import open_hotline, say, show, studies
from hotline_analysis.errors import BadParams, DataRefused, HotlineError, NoInput
from hotline_analysis.hotline import OFFERED, Hotline, study_names
from tests.notebooks import invented
from tests.shared import two_thousand

MONTHS = ["2024-01", "2024-02", "2024-03"]


@pytest.fixture(scope="module")
def params(tmp_path_factory):
    return two_thousand(tmp_path_factory)


@pytest.fixture(scope="module")
def h(params) -> Hotline:
    return open_hotline(params, "2024-02", progress=False)


@pytest.fixture(scope="module")
def export(params) -> pd.DataFrame:
    return pd.read_csv(params.parent / "calls.csv", encoding="gb18030", dtype=str, keep_default_na=False)


# ---- opened


def test_the_hotline_is_that_of_its_export(h, export):
    assert len(export) == invented.CALLS == h.ledger["physical"].sum() - h.ledger["header"].sum() == h.ledger["accepted"].sum()
    in_february = export["来电时间"].str.startswith("2024-02").sum()
    assert h.study("window", month="all")["denominator"].max() > h.study("window")["denominator"].max()
    assert h.days["calls"].sum() == in_february == h.ledger_of_month["dated"].sum()


def test_months_days_and_what_lies_before(h):
    assert (h.month, h.months, h.latest) == ("2024-02", MONTHS, "2024-03")
    assert h.data_days == (date(2024, 1, 1), date(2024, 3, 31))
    assert (h.everything.label, h.everything.first_day, h.everything.last_day) == ("all", *h.data_days)
    assert (h.before(), h.before(2), h.before(12)) == ("2024-01", "2023-12", "2023-02")
    assert [period.label for period in h.trend] == MONTHS[:2]


def test_a_hotline_prints_its_name_and_month(h, params):
    assert repr(h) == "两千通热线 2024-02"
    assert repr(open_hotline(params, "all", "en", progress=False)) == "Hotline of two thousand calls all"


def test_the_tables_are_those_that_the_export_became(h):
    (row,) = h.tables.to_dict("records")
    assert (row["table"], row["rows"], row["first_day"], row["last_day"]) == ("calls", invented.CALLS, "2024-01-01", "2024-03-31")
    assert row["columns"].split(", ") == h.store.facts["tables"]["calls"]["columns"] and "caller" in row["columns"]
    assert "来电" in show(h.tables).text and "First day" in show(h.tables, language="en").text


def test_sql_asks_the_tables_of_all_data_and_its_rows_stay_inside(h, export):
    counted = h.sql("select issue_1, count(*) as calls from calls group by issue_1")
    assert counted.set_index("issue_1")["calls"].to_dict() == export["诉求"].value_counts().to_dict()
    assert counted.attrs["audience"] == "staff" and show(counted).facts["audience"] == "staff"
    assert set(h.sql("describe calls")["column_name"]) >= {"caller", "started_at", "issue_1"}
    callers = h.sql("select * from calls")
    assert not callers.astype(str).apply(lambda column: column.str.contains("1540000")).any().any()
    with pytest.raises(BadParams, match=r"h\.sql › 'orders' is not a table here\. There are: calls\."):
        h.sql("select * from orders")


def test_every_study_and_table_is_listed_with_what_it_says_of_itself(h):
    listed = h.studies.set_index(["study", "table"])
    modules = {name: importlib.import_module(f"hotline_analysis.studies.{name}") for name in study_names()}
    assert list(listed.index) == [(name, table) for name, module in modules.items() for table in module.TABLES]
    assert listed.loc[("window", "density"), "name"] == "复电密度与平时的对照" and (listed["about"] != "").all()
    assert listed.loc[("agents", "cells"), "audience"] == "staff" and listed.loc[("window", "rates"), "audience"] == "public"


def test_the_tab_key_lists_what_a_consultant_asks_for_and_everything_there_answers(h):
    assert dir(h) == sorted(OFFERED) and all(hasattr(h, name) for name in OFFERED)
    assert {"study", "studies", "tables", "sql", "calls", "gaps", "rows"} <= set(OFFERED) and not {"store", "kept", "frames"} & set(OFFERED)
    texts = {name: inspect.getdoc(inspect.getattr_static(Hotline, name, None)) for name in OFFERED if hasattr(Hotline, name)}
    assert [name for name, text in texts.items() if not text] == []


@pytest.mark.parametrize(
    ("month", "label", "first", "last"),
    [
        ("latest", "2024-03", "2024-03-01", "2024-03-31"),
        ("2024-02", "2024-02", "2024-02-01", "2024-02-29"),
        ("2024-01..2024-02", "2024-01..2024-02", "2024-01-01", "2024-02-29"),
        ("all", "all", "2024-01-01", "2024-03-31"),
    ],
)
def test_a_period_is_a_month_a_stretch_or_all(h, params, month, label, first, last):
    opened = open_hotline(params, month, progress=False)
    assert (opened.month, str(opened.period.first_day), str(opened.period.last_day)) == (label, first, last)
    assert h.study("window", month=month).attrs["period"]["label"] == label


def test_a_frame_says_its_period_in_both_languages(h):
    assert h.study("window", month="2024-01..2024-02").attrs["period"] == {
        "label": "2024-01..2024-02",
        "zh": "2024年1月1日至2024年2月29日",
        "en": "2024-01-01 to 2024-02-29",
    }


def test_the_contract_of_a_frame_goes_along_uncopied_with_every_row_that_is_taken(h):
    """pandas copies attrs, deep, with every row and column: half of the time of a page went there."""
    frame = h.study("window")
    assert frame.iloc[[0]]["value"].attrs["fields"] is frame.attrs["fields"] == {**frame.attrs["fields"]}


def test_whatever_the_windows_are_the_rate_can_be_said(h):
    usual = say(h.study("window")).text
    assert "在24小时内、" in usual
    told = say(h.study("window", windows_hours=[3, 30])).text
    assert told.count("被同一来电人再次来电的占") == 2 and told.startswith("3小时内") and "30小时内" in told
    assert say(h.study("window", mode="calendar")).text.startswith("当日被同一来电人再次来电的占")
    assert say(h.study("window", by="issue_1", windows_hours=[3])).text == ""  # rows of strata, which it would not name


def test_only_a_month_that_was_watched_for_a_week_is_final(h, params):
    assert not h.provisional and open_hotline(params, "2024-03", progress=False).provisional


@pytest.mark.parametrize("windows", [[2], [24, 72], [168]])
def test_the_day_on_which_a_month_is_final_is_a_week_after_it_whatever_its_windows(params, windows):
    told = open_hotline(params, "2024-03", progress=False, windows_hours=windows).about.iloc[0]
    assert (told["provisional"], told["final_on"], told["awaited"]) == (True, "2024-04-08", "calls")


def test_settings_of_the_door_are_the_rule_of_every_study(h, params):
    same = open_hotline(params, "2024-02", progress=False, match="same", windows_hours=[24])
    asked = h.study("window", match="same", windows_hours=[24])
    pd.testing.assert_frame_equal(same.study("window"), asked)
    assert same.rule.hash == asked.attrs["hash"] != h.rule.hash


# ---- asked


def test_calls_and_gaps_are_the_rows_behind_the_figures_for_staff(h):
    calls, gaps = h.calls(), h.gaps()
    verdict = h.verdicts.set_index("indicator")
    assert (
        len(calls) == verdict.loc["connection_rate", "denominator"]
        and (calls["outcome"] == "answered").sum() == verdict.loc["connection_rate", "numerator"]
    )
    assert len(gaps) == verdict.loc["repeat_rate_24h", "denominator"]
    watched = gaps[gaps["follow_s"] >= 24 * 3600]
    assert (watched["gap_s"] <= 24 * 3600).sum() <= verdict.loc["repeat_rate_24h", "numerator"] <= (gaps["gap_s"] <= 24 * 3600).sum()
    assert show(calls.head(3)).facts["audience"] == "staff" and calls["seq"].is_monotonic_increasing


def test_the_studies_are_the_files_of_their_folder():
    files = {path.stem for path in Path(studies.__path__[0]).iterdir() if not path.name.startswith("_")}
    assert study_names() == sorted(files) and {"definition", "exposure", "fcr", "window"} <= files


def test_the_first_table_is_the_one_without_a_name(h):
    pd.testing.assert_frame_equal(h.study("window"), h.study("window", "rates"))


def test_a_changed_rule_changes_the_frame_and_what_it_says_of_itself(h):
    usual, same, fine = h.study("window"), h.study("window", match="same"), h.study("window", match="same", level=2)
    counted = [frame.query("follow_up == 'km'")["value"].tolist() for frame in (usual, same, fine)]
    assert all(a >= b >= c for a, b, c in zip(*counted, strict=True)) and counted[0] != counted[1] != counted[2]
    assert "任一诉求" in usual.attrs["definition"]["zh"] and "any issue" in usual.attrs["definition"]["en"]
    assert "第2级相同诉求" in fine.attrs["definition"]["zh"] and "the same issue at level 2" in fine.attrs["definition"]["en"]
    assert len({frame.attrs["hash"] for frame in (usual, same, fine)}) == 3
    assert h.definition() == "口径：" + usual.attrs["definition"]["zh"]
    assert h.definition("en", match="same", level=2) == "Definition: " + fine.attrs["definition"]["en"]


def test_strata_part_the_calls(h, export):
    whole, parted = (h.study("window", windows_hours=24, **by).query("follow_up == 'km'") for by in ({}, {"by": "issue_1"}))
    assert sorted(parted["issue_1"]) == sorted(invented.ISSUES) and parted["denominator"].sum() == whole["denominator"].sum()
    pd.testing.assert_frame_equal(h.study("window", by=["issue_1"]), h.study("window", by="issue_1"))


def test_what_parts_by_agent_is_for_staff(h):
    assert h.study("window", by="agent").attrs["audience"] == "staff"
    assert h.study("window", by="issue_1").attrs["audience"] == h.study("window").attrs["audience"] == "public"


def test_the_contract_is_plain_and_whole(h):
    attrs = h.study("window", by="issue_1", options={}).attrs
    assert attrs.keys() == {
        "study", "table", "audience", "by", "options", "language", "period", "definition", "hash", "fields", "missing", "digest",
    }  # fmt: skip
    assert attrs["fields"]["value"] == {**attrs["fields"]["value"], "term": ["复电率", "Repeat rate"], "form": "share"}


@pytest.mark.parametrize(
    ("asked", "zh", "en"),
    [
        ({"match": "same", "level": 3}, "未提供：诉求三级分类", "Not provided: issue, level 3"),
        ({"name": "exposure", "direction": "look-back"}, "与平时的对照只在向后看的口径下有定义", "The comparison with habit is defined looking ahead only"),
    ],
)  # fmt: skip
def test_what_cannot_be_had_is_an_empty_frame_with_its_reason(h, asked, zh, en):
    asked = {"name": "window", **asked}
    frame = h.study(**asked)
    assert frame.empty and frame.attrs["missing"] == {"zh": zh, "en": en[:1].lower() + en[1:]}
    assert (show(frame).text, say(frame, language="en").text) == (zh, en)
    with pytest.raises((DataRefused, NoInput)):
        h.study(**asked, strict=True)


def test_one_indicator_month_by_month(h, export):
    answered = export.assign(month=export["来电时间"].str[:7], got=export["结果"].eq("接通")).groupby("month")["got"].mean()
    history = h.history("connection_rate")
    assert history["period"].tolist() == MONTHS[:2]
    np.testing.assert_allclose(history["value"], answered[MONTHS[:2]])
    assert history["target"].tolist() == [0.9] * 2


def test_the_verbs_speak_the_readers_language(h):
    rates = h.study("window", windows_hours=[2, 24, 72])
    share = rates.query("follow_up == 'km'").set_index("window_hours")["value"]
    assert (
        say(rates).text
        == f"所计的来电中，{share[2]:.1%}在2小时内、{share[24]:.1%}在24小时内、{share[72]:.1%}在72小时内被同一来电人再次来电。"
    )
    assert say(rates, language="en").text == (
        f"Of the calls, {share[2]:.1%} are followed by another of the same caller within 2 h, "
        f"{share[24]:.1%} within 24 h, {share[72]:.1%} within 72 h."
    )
    assert re.search("[一-鿿]", show(rates, language="en").text) is None


# ---- refused


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"name": "windw"}, "study › 'windw' is not a study here. Did you mean 'window'?"),
        ({"name": "x"}, f"study › 'x' is not a study here. There are: {', '.join(study_names())}."),
        ({"table": "densty"}, "study window › 'densty' is not a table of it. Did you mean 'density'?"),
        ({"table": "x"}, "study window › 'x' is not a table of it. There are: rates, evidence, density, pareto, reliability, own, months."),
        ({"by": "isue_1"}, "study window › the calls have no stratum 'isue_1'. Did you mean 'issue_1'?"),
        ({"by": "caller"}, "study window › the calls have no stratum 'caller'. There are: issue_1, issue_2, agent, department, dispatched."),
        ({"table": "pareto", "by": "issue_1"}, "study window › 'pareto' is not made by strata. Leave --by out."),
        ({"table": "density", "options": {"bin_hour": 6}}, "study window › 'density' takes no option 'bin_hour'. Did you mean 'bin_hours'?"),
        ({"table": "density", "options": {"by": "agent"}}, "study window › 'density' takes no option 'by'. There are: bin_hours."),
        ({"table": "months", "options": {"x": 1}}, "study window › 'months' takes no option 'x'. There are: most, least_correlation, least_range."),
        ({"options": {"x": 1}}, "study window › 'rates' takes no option 'x'. Leave it out."),
        (
            {"table": "pareto", "options": {"bin_hours": 5}},
            "study window › bin_hours › 168 hours have no such parts. Take 1, 2, 3, 4, 6, 7, 8, 12, 14, 21, 24, 28, 42, 56, 84, 168.",
        ),
        (
            {"name": "definition", "table": "hours", "options": {"band_hours": "4"}},
            "study definition › band_hours › 24 hours have no such parts. Take 1, 2, 3, 4, 6, 8, 12, 24.",
        ),
        (
            {"name": "definition", "table": "waterfall", "options": {"old": {"mach": "same"}}},
            "waterfall › old › 'mach' is not a setting here. Did you mean 'match'?",
        ),
        ({"mach": "same"}, "definition › 'mach' is not a setting here. Did you mean 'match'?"),
        ({"match": "sme"}, "definition › match: Input should be 'any', 'same' or 'target', not 'sme'. Did you mean 'same'?"),
        ({"month": "2024-1"}, "month '2024-1' › is not a month. Write it as 2024-09, 2024-01..2024-06, 2024Q3, 2024H1, 2024, 2024-09-18, latest or all; the data have 2024-01 to 2024-03."),
        ({"month": "2024-02..2024-01"}, "period › 2024-02 is after 2024-01. Write the earlier month first."),
        ({"month": "2025-01"}, "two_thousand.yaml › 2025-01 › there are no calls in this month; they run from 2024-01 to 2024-03."),
    ],
)  # fmt: skip
def test_what_is_not_there_is_named_with_the_nearest_that_is(h, asked, sentence):
    with pytest.raises((BadParams, NoInput)) as refused:
        h.study(**{"name": "window", **asked})
    assert str(refused.value) == sentence


def test_an_indicator_or_a_language_that_is_not_there(h):
    with pytest.raises(BadParams) as refused:
        h.history("conection_rate")
    assert str(refused.value) == "history › 'conection_rate' is not an indicator here. Did you mean 'connection_rate'?"
    with pytest.raises(BadParams, match=r"history › 'x' is not an indicator here. There are: offered, "):
        h.history("x")
    with pytest.raises(BadParams) as refused:
        h.definition("fr")
    assert str(refused.value) == "language › 'fr' is not a language here. Use zh or en."


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"month": "2024-13"},
            "month '2024-13' › is not a month. Write it as 2024-09, 2024-01..2024-06, 2024Q3, 2024H1, 2024, 2024-09-18, latest or all; the data have 2024-01 to 2024-03.",
        ),
        (
            {"month": "2024Q9"},
            "month '2024Q9' › is not a month. Write it as 2024-09, 2024-01..2024-06, 2024Q3, 2024H1, 2024, 2024-09-18, latest or all; the data have 2024-01 to 2024-03.",
        ),
        (
            {"month": "latset"},
            "month 'latset' › is not a month. Write it as 2024-09, 2024-01..2024-06, 2024Q3, 2024H1, 2024, 2024-09-18, latest or all; the data have 2024-01 to 2024-03.",
        ),
        (
            {"month": ""},
            "month '' › is not a month. Write it as 2024-09, 2024-01..2024-06, 2024Q3, 2024H1, 2024, 2024-09-18, latest or all; the data have 2024-01 to 2024-03.",
        ),
        (
            {"month": "2024-01.."},
            "month '2024-01..' › is not a month. Write it as 2024-09, 2024-01..2024-06, 2024Q3, 2024H1, 2024, 2024-09-18, latest or all; the data have 2024-01 to 2024-03.",
        ),
        (
            {"month": None},
            "month 'None' › is not a month. Write it as 2024-09, 2024-01..2024-06, 2024Q3, 2024H1, 2024, 2024-09-18, latest or all; the data have 2024-01 to 2024-03.",
        ),
        (
            {"month": 202403},
            "month '202403' › is not a month. Write it as 2024-09, 2024-01..2024-06, 2024Q3, 2024H1, 2024, 2024-09-18, latest or all; the data have 2024-01 to 2024-03.",
        ),
        ({"month": "2024-04"}, "two_thousand.yaml › 2024-04 › there are no calls in this month; they run from 2024-01 to 2024-03."),
        (
            {"month": "2023-12..2024-01"},
            "two_thousand.yaml › 2023-12 › there are no calls in this month; they run from 2024-01 to 2024-03.",
        ),
        ({"language": "fr"}, "language › 'fr' is not a language here. Use zh or en."),
        ({"mach": "same"}, "two_thousand.yaml › definition › 'mach' is not a setting here. Did you mean 'match'?"),
    ],
)
def test_the_door_refuses_in_a_sentence(params, given, sentence):
    with pytest.raises(HotlineError) as refused:
        open_hotline(params, progress=False, **given)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("targets: {conection_rate: 0.9}", "› targets › 'conection_rate' is not an indicator here. Did you mean 'connection_rate'?"),
        ("targets: {connection_rate: 95}", "› targets › connection_rate › 95 is not a rate between 0 and 1. 95 % is written as 0.95."),
        ("targets: {offered: 95}", "› targets › neither way is better for 'offered'. Leave its target out."),
    ],
)
def test_a_target_that_means_nothing_is_refused(params, tmp_path, line, sentence):
    text = params.read_text(encoding="utf-8").replace("targets: {connection_rate: 0.9}", line)
    (tmp_path / "other.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadParams) as refused:
        open_hotline(tmp_path / "other.yaml", progress=False)
    assert str(refused.value) == f"other.yaml {sentence}"


# ---- names nobody

FRAMES = ["indicators", "verdicts", "checks", "ledger", "ledger_of_month", "days", "glossary", "about"]
ASKED = [("window", "rates"), ("window", "evidence"), ("exposure", "points"), ("definition", "heavy"), ("definition", "identities"), ("fcr", "dispatch")]  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_that_is_printed_holds_a_number_an_id_or_an_agent(h, export, language):
    frames = [getattr(h, name) for name in FRAMES] + [h.study(*asked) for asked in ASKED]
    with pd.option_context("display.max_columns", None, "display.max_colwidth", None, "display.width", None):
        printed = "\n".join([repr(h), *map(repr, frames), *(repr(frame.attrs) for frame in frames)])
    printed += "\n".join(show(frame, language=language).text + str(show(frame, language=language).html) for frame in frames)
    assert not re.search(r"1540000\d{4}|1540000\*+", printed) and not re.search(r"\bC\d{5}\b", printed)
    assert not re.search("[甲乙丙丁](?![一-鿿])", printed)


def test_without_callers_nothing_is_announced_as_becoming_final(tmp_path):
    """The last month of data is provisional; only repeat rates are completed later, and an export without callers has none."""
    path = invented.write(tmp_path)
    last = open_hotline(path, "2024-03", progress=False).about
    assert (bool(last["provisional"][0]), last["final_on"][0]) == (True, "2024-04-08")
    text = path.read_text(encoding="utf-8")
    path.write_text("".join(line for line in text.splitlines(True) if "caller:" not in line), encoding="utf-8")
    assert open_hotline(path, "2024-03", progress=False).about["final_on"][0] == ""


def test_whatever_rests_on_the_indicators_says_why_they_cannot_be_had(h, monkeypatch):
    """Refused indicators are refused to all who ask for them; none of these frames breaks."""

    def refuse(self):
        raise DataRefused("indicators", "not available: masked")

    for name in ("indicators", "_exact", "verdicts", "_judged_exactly", "glossary"):
        h.__dict__.pop(name, None)
    monkeypatch.setattr(Hotline, "_evaluated", refuse)
    monkeypatch.setattr(h, "_frame_key", lambda told, view: "")
    monkeypatch.setattr(h.frames, "get", lambda key, make: make())
    frames = (h.indicators, h.verdicts, h.history("connection_rate"), h.glossary)
    for name in ("indicators", "_exact", "verdicts", "_judged_exactly", "glossary"):
        h.__dict__.pop(name, None)
    assert all(frame.empty and frame.attrs["missing"]["en"] for frame in frames)
