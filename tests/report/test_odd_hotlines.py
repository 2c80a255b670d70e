"""Months of hotlines that lack what the page would like: no callers, masked numbers, a calendar-day rule, a rule that looks back, nulls in strata."""

import pytest

from hotline_analysis import hotline as door
from hotline_analysis.report import month, run
from tests.report.notebooks import page_here
from tests.small import write_hotline


def changed(folder, *pairs):
    """A small hotline whose params say something else."""
    params = write_hotline(folder, calls=300)
    text = params.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    params.write_text(text, encoding="utf-8")
    return params


@pytest.mark.slow
def test_without_callers_the_chapter_says_why(tmp_path):
    params = changed(tmp_path, ("    caller: {from: 主叫号码, kind: phone, unknown: 匿名}\n", ""))
    assert "未提供：来电人" in page_here(params, "2024-01")


@pytest.mark.slow
def test_with_masked_numbers_the_chapter_says_why(tmp_path):
    params = write_hotline(tmp_path, calls=300)
    calls = tmp_path / "calls.csv"
    lines = calls.read_bytes().decode("gb18030").splitlines()
    masked = [lines[0], *[line.replace(line.split(",")[3], "154****0000") for line in lines[1:]]]
    calls.write_bytes(("\n".join(masked) + "\n").encode("gb18030"))
    assert "号码已打码" in page_here(params, "2024-01")


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return write_hotline(tmp_path_factory.mktemp("plain"), calls=300)


RULES = [{"mode": "calendar"}, {"direction": "look-back"}]  # of which some parts of the page cannot be had; of the others all can
RULES += [pytest.param(rule, marks=pytest.mark.slow) for rule in ({"follow_up": "naive"}, {"match": "same"}, {"chain": "first"})]


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_any_rule_renders(plain, rule):
    assert "<h1>" in page_here(plain, "2024-01", **rule)


def test_a_stratum_with_nothing_in_it_is_a_stratum(tmp_path, capsys):
    params = write_hotline(tmp_path, calls=200)
    calls = tmp_path / "calls.csv"
    text = calls.read_bytes().decode("gb18030").replace(",甲,", ",,")
    calls.write_bytes(text.encode("gb18030"))
    h = door.open_hotline(params, "2024-01", progress=False)
    frame = h.study("window", by="agent", windows_hours=24)
    assert frame["agent"].isna().sum() == 3


@pytest.mark.slow
def test_words_that_read_like_a_missing_value_do_not_lose_the_report(tmp_path):
    """`None of the above` as a category, and such words of the hotline's own: they stand on the page, and a missing value would still be refused."""
    own = "report: {organisation: {zh: 甲, en: Nan county}, note: {zh: 无, en: nan is a place}}\nbreaks: {2024-01: {zh: 新, en: None such}}\ntargets:"
    params = changed(
        tmp_path,
        ("en: Small hotline", "en: None such hotline"),
        ("    agent: 坐席\n", "    agent: 坐席\n    area: {is: None}\n"),
        ("targets:", own),
    )
    calls = tmp_path / "calls.csv"
    text = calls.read_bytes().decode("gb18030").replace("供水", "None of the above").replace("交通", "None").replace("社保", "inf. request")
    calls.write_bytes(text.encode("gb18030"))
    page = page_here(params, "2024-01", "en")
    assert "None such hotline" in page and "nan is a place" in page
    h = door.open_hotline(params, "2024-01", "en", progress=False)
    words = month.data_words(h.store, h.params)
    assert {"None of the above", "inf. request", "None", "None such hotline", "nan is a place", "None such"} <= set(words)
    assert "Columns that the export lacks are taken as: Area = None." in words
    assert run.page._not_a_word("Rate: None", words) and run.page._not_a_word("nan calls", words)


def test_a_manifest_that_was_cut_is_no_proof(tmp_path):
    (tmp_path / "manifest.json").write_text('{"files": {"index.ht', encoding="utf-8")
    assert not month.current(tmp_path, "x")
    (tmp_path / "manifest.json").write_text("[]", encoding="utf-8")
    assert not month.current(tmp_path, "x")


@pytest.mark.parametrize("clock", ["invited_at: 邀请, ", ""], ids=["invitations", "answers"])
def test_a_hotline_of_surveys_alone_has_its_month(tmp_path, clock):
    """Chapters of calls say in a line that there are none; nothing is provisional, and the days are those of the invitation, or where none is told of the answer."""
    rows = [f"S{n},2024-01-{n % 31 + 1:02} 10:00:00,2024-01-{n % 31 + 1:02} 11:00:00,{n % 5 + 1}" for n in range(93)]
    (tmp_path / "s.csv").write_text("\n".join(["编号,邀请,答复,态度", *rows]) + "\n", encoding="utf-8")
    params = tmp_path / "small.yaml"
    params.write_text(
        "title: 调查\nholidays: ''\nkey: published\npublic: true\nsurveys:\n  files: s.csv\n  key: 编号\n"
        f"  columns: {{survey_id: 编号, {clock}answered_at: 答复, item_1: 态度}}\nitems: {{item_1: {{name: 态度, scale: [1, 5]}}}}\n",
        encoding="utf-8",
    )
    page = page_here(params, "2024-01")
    assert "未提供：来电" in page and "满意度调查记录" in page and "暂行版" not in page


def test_who_was_asked_is_not_known_where_invitations_have_no_time(tmp_path):
    """84人答复，84人未答；只有答复有时间，未答的不知属于哪个月：不算答复率，不是百分之百。"""
    rows = [f"S{n},2024-01-{n % 28 + 1:02} 11:00:00,是,{n % 5 + 1}" for n in range(84)] + [f"U{n},,否," for n in range(84)]
    (tmp_path / "s.csv").write_text("\n".join(["编号,答复,答了,态度", *rows]) + "\n", encoding="utf-8")
    params = tmp_path / "small.yaml"
    params.write_text(
        "title: 调查\nholidays: ''\nkey: published\npublic: true\nsurveys:\n  files: s.csv\n  key: 编号\n"
        "  columns: {survey_id: 编号, answered_at: 答复, answered: {from: 答了, values: {是: 'yes', 否: 'no'}}, item_1: 态度}\n"
        "items: {item_1: {name: 态度, scale: [1, 5]}}\n",
        encoding="utf-8",
    )
    for asked, denominator in (("2024-01", None), ("all", 168)):
        row = door.open_hotline(params, asked, progress=False).study("satisfaction", "response").iloc[0]
        assert row["numerator"] == 84 and (row["denominator"] == denominator if denominator else row[["denominator", "value"]].isna().all())
