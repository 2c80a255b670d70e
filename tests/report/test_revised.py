"""A month that was published before says what stood there, once it is final, and always of what was called final; what retention takes from private/, and what it leaves."""

import json

import pytest

from hotline_analysis import machine
from hotline_analysis import params as params_file
from hotline_analysis.measures import catalogue
from hotline_analysis.report import proof, publish
from hotline_analysis.report.revised import Revised, earlier
from hotline_analysis.words import PERCENT
from tests.report.test_proof import manifest

HEAD = ["indicator", "period", "group", "value"]
THEN = [
    HEAD,
    ["repeat_rate_24h", "2024-01", "", "0.1318"],
    ["connection_rate", "2024-01", "", "0.9"],
    ["repeat_rate_24h", "2024-01", "甲", "0.5"],
]


@pytest.fixture
def described(tmp_path):
    file = tmp_path / "params" / "small.yaml"
    file.parent.mkdir()
    file.write_text(
        "title: {zh: 甲, en: A}\nkey: published\npublic: true\ncalls: {files: calls.csv, columns: {started_at: 时间}}\n", encoding="utf-8"
    )
    return params_file.load(file)


RULED = {"definition_hash": "aaaa", "params": "p", "code": "c"}  # of what the pages are made, as their notebooks say


def published(folder, *, provisional: bool, rows=THEN, page=RULED, **more):
    files = {"index.html": b"page", "kpis.csv": publish.csv_bytes(rows)}
    told = {
        "hotline": "small", "month": folder.name, "run_id": "r", "parameters": {"language": "zh"}, "versions": {}, **more,
        "files": {name: {"sha256": publish.digest(content)} for name, content in files.items()}, "pages": {"index.html": manifest(provisional=provisional, **page)},
    }  # fmt: skip
    publish.publish({**files, "manifest.json": publish.json_bytes(told)}, folder, folder.parent / f".{folder.name}.staging")
    return folder


NOW = manifest(provisional=False, **RULED)


def final(value: str, connected: str = "0.9") -> list[list[str]]:
    return [HEAD, ["repeat_rate_24h", "2024-01", "", value], ["connection_rate", "2024-01", "", connected]]


def test_what_was_provisional_is_said_beside_what_is_final(tmp_path, described):
    before = earlier(published(tmp_path / "reports/small/2024-01", provisional=True), described)
    assert before.figures.keys() == {"repeat_rate_24h", "connection_rate"}, "of the whole alone, and of indicators"
    assert before.told(final("0.1362"), NOW, "zh") == "本期曾以暂行数字发布：24小时复电率当时为13.2%，现为13.6%。"
    assert before.told(final("0.1362"), NOW, "en") == "Published before with provisional figures: Repeat rate in 24 h was 13.2%, now 13.6%."
    assert before.told(final("0.13179"), NOW, "zh") == "本期曾以暂行数字发布，定稿后各项数字未变。", "0.13179 prints as 0.1318 does"
    assert before.told([], NOW, "zh") == ""
    assert before.told(final("0.1362"), NOW | {"provisional": True}, "zh") == "", "it moves again"
    both = before.told(final("0.1362", "0.8"), NOW, "zh")  # data that ended within the month complete every figure
    assert "24小时复电率当时为13.2%，现为13.6%" in both and "接通率当时为90.0%，现为80.0%" in both


def test_of_many_figures_that_changed_the_first_are_named(described):
    names = [key for key, i in catalogue.known(described).items() if i.unit is PERCENT][:11]
    before = Revised(dict.fromkeys(names, "0.5"), described)
    note = before.told([HEAD, *[[key, "2024-01", "", "0.25"] for key in names]], NOW, "zh")
    assert note.count("当时为50.0%，现为25.0%") == 8 and note.endswith("；另有3项，见kpis.csv。")


def test_what_was_called_final_and_is_other_now_says_so_whatever_the_page_is_called(tmp_path, described):
    before = earlier(published(tmp_path / "reports/small/2024-01", provisional=False), described)
    assert before.told(final("0.1318"), NOW, "zh") == "", "made again with the same figures"
    said = "本期曾作为定稿发布：24小时复电率当时为13.2%，现为13.6%。"
    assert before.told(final("0.1362"), NOW, "zh") == before.told(final("0.1362"), NOW | {"provisional": True}, "zh") == said
    assert before.told(final("0.1362"), NOW, "en") == "Published before as final: Repeat rate in 24 h was 13.2%, now 13.6%."


@pytest.mark.parametrize("provisional", [True, False])
def test_under_another_definition_no_figure_that_rests_on_it_is_held_against_todays(tmp_path, described, provisional):
    """复电率换了口径，不是后来的数据改了它；员工流失率不随来电的口径，照旧比较."""
    rows = [*THEN, ["attrition", "2024-01", "", "0.05"]]
    before = earlier(published(tmp_path / "reports/small/2024-01", provisional=provisional, rows=rows), described)
    now, kind = NOW | {"definition_hash": "bbbb"}, "以暂行数字" if provisional else "作为定稿"
    rule = "此后口径已变，随口径而变的数字不作比较。"
    assert before.told(final("0.0913"), now, "zh") == f"本期曾{kind}发布：{rule}"
    staff = [*final("0.0913"), ["attrition", "2024-01", "", "0.06"]]
    assert before.told(staff, now, "zh") == f"本期曾{kind}发布：员工流失率（月）当时为5.0%，现为6.0%；{rule}"
    assert before.told(final("0.0913"), now, "en").endswith(
        ": the definition has changed since, so the figures that rest on it are not compared."
    )


@pytest.mark.parametrize("part", ["params", "code"])
def test_later_data_are_not_said_to_have_moved_what_params_or_the_program_may_have(tmp_path, described, part):
    before = earlier(published(tmp_path / "reports/small/2024-01", provisional=True), described)
    told = before.told(final("0.1362"), NOW | {part: "another"}, "zh")
    assert told == "本期曾以暂行数字发布：24小时复电率当时为13.2%，现为13.6%；其间参数或程序也有改动，变化未必出自后来的数据。"
    assert before.told(final("0.1318"), NOW | {part: "another"}, "zh") == "本期曾以暂行数字发布，定稿后各项数字未变。"


def test_the_note_stays_when_the_final_month_is_made_again(tmp_path, described):
    """暂行13.2%，定稿13.6%，再做一次仍是13.6%：说的还是暂行数字；后来成了14.0%：说的是定稿的13.6%，以后也是."""
    folder = tmp_path / "reports/small/2024-01"
    told = []
    for value, provisional in (("0.1318", True), ("0.1362", False), ("0.1362", False), ("0.1400", False), ("0.1410", False)):
        before = earlier(folder, described)
        kept = before.kept() if before else {}
        assert Revised.read(json.loads(json.dumps(kept)), described) == before, "the manifest says all of it"
        told.append(before.told(final(value), NOW | {"provisional": provisional}, "zh") if before else "")
        published(folder, provisional=provisional, rows=final(value), revised=kept)
    assert told == [
        "",
        *["本期曾以暂行数字发布：24小时复电率当时为13.2%，现为13.6%。"] * 2,
        *[f"本期曾作为定稿发布：24小时复电率当时为13.6%，现为{now}。" for now in ("14.0%", "14.1%")],
    ]
    assert earlier(tmp_path / "nowhere", described) is None


def test_retention_takes_pages_for_staff_and_failed_runs_and_leaves_workbooks(tmp_path, described):
    private = tmp_path / "private"
    publish.keep_private({"agents.html": b"x"}, private / "small" / "2023-11")
    (private / "small" / "2023-11" / "callers.xlsx").write_bytes(b"answers")
    publish.keep_private({"agents.html": b"x"}, private / "small" / "2024-02")
    for name, params in (
        ("20231105T101010-bcdfgh", described.path),
        ("20231106T101010-bcdfgh", "/elsewhere.yaml"),
        ("20240306T101010-bcdfgh", described.path),
    ):
        machine.claim(private / name, "run", private=True)
        (private / name / "monthly.ipynb").write_text(f'params = "{params}"', encoding="utf-8")
    edition = published(tmp_path / "reports/small/2023Q4-unit-bcdfghjk", provisional=False)
    asked = {"language": "en"}
    told = proof.purge(str(described.path), "2024-01", **asked)
    assert [line.split(" ")[0] for line in told] == ["removes", "removes", "removes", "leaves", "Nothing"] and edition.exists()
    proof.purge(str(described.path), "2024-01", really=True, **asked)
    assert (
        not edition.exists()
        and (private / "small" / "2023-11" / "callers.xlsx").exists()
        and not (private / "small" / "2023-11" / "agents.html").exists()
    )
    assert (private / "small" / "2024-02" / "agents.html").exists()
    assert sorted(p.name for p in private.iterdir() if "T" in p.name) == ["20231106T101010-bcdfgh", "20240306T101010-bcdfgh"]
