"""Proof of a published month: what has changed between two, whether one can be had again, and how old ones go."""

import json
import shutil
from pathlib import Path

import pytest

from hotline_analysis.__main__ import main
from hotline_analysis.errors import BadParams, DataRefused, NoInput, RunFailed
from hotline_analysis.intake.store.kept import KEPT_IN
from hotline_analysis.report import month as monthly
from hotline_analysis.report import proof, publish

KPIS = "indicator,period,group,numerator,denominator,value,low,high,judgement\r\n{}\r\n"
RATE = "connection_rate,2024-01,,90,100,{},0.8,0.95,none"


def manifest(**changes) -> dict:
    """What a page's notebook says of the run."""
    return {
        "data": {"digests": {"a.csv": "1", "b.csv": "2"}, "tables": {"calls": {"rows": 100}}, "key_id": "k"},
        "definition": {"match": "any", "windows_hours": [24.0]},
        "params": "p",
        "code": "c",
        "lock": "l",
        "grade": "excellent",
        "provisional": False,
    } | changes


def month_of(
    folder,
    kpis: str = RATE.format("0.9"),
    label: str = "2024-01",
    language: str = "zh",
    versions=(("duckdb", "1.4"),),
    hotline: str = "small",
    top=(),
    pages=(),
    **said,
):
    """A published month with one page and its figures, and further pages."""
    files = {"index.html": b"page", **dict(pages), "kpis.csv": publish.csv_bytes([])[:3] + KPIS.format(kpis).encode()}
    told = {
        "hotline": hotline, **dict(top), "month": label, "run_id": "r", "parameters": {"language": language}, "versions": dict(versions),
        "files": {name: {"sha256": publish.digest(content)} for name, content in files.items()}, "pages": {"index.html": manifest(**said)},
    }  # fmt: skip
    publish.publish({**files, "manifest.json": publish.json_bytes(told)}, folder, folder.parent / f".{folder.name}.staging")
    return folder


@pytest.fixture
def params(tmp_path):
    file = tmp_path / "small.yaml"
    file.write_text(
        "title: {zh: 甲, en: A}\nkey: published\npublic: true\ncalls: {files: calls.csv, columns: {started_at: 时间}}\n", encoding="utf-8"
    )
    return file


def test_two_runs_differ_in_what_they_are_made_of_word_for_word(tmp_path):
    a = month_of(tmp_path / "a", provisional=True)
    data = {"digests": {"a.csv": "9", "c.csv": "3"}, "tables": {"calls": {"rows": 120}}, "key_id": "q"}
    said = {
        "data": data,
        "definition": {"match": "same", "windows_hours": [24.0]},
        "params": "x",
        "code": "y",
        "lock": "z",
        "grade": "good",
    }
    b = month_of(tmp_path / "b", RATE.format("0.91"), language="en", versions=(("duckdb", "1.5"),), **said)
    assert proof.compare(a, b, "zh") == [
        "数据：新增文件c.csv", "数据：不再有文件b.csv", "数据：文件内容已变a.csv", "数据：来电的记录由100条变为120条", "化名密钥不同，来电人不可比",
        '口径：match由"any"改为"same"', "参数文件的内容不同", "程序的代码不同", "锁定的依赖版本不同", "duckdb的版本由1.4变为1.5", "页面语言不同",
        "暂行数字已定稿", "数据质量由优变为良", "connection_rate：0.91，原为0.9",
    ]  # fmt: skip
    assert proof.compare(a, b, "en")[3].lower() == "data: calls had 100 records, now 120"


def test_a_manifest_of_before_there_were_digests_accuses_nobody(tmp_path):
    a, b = month_of(tmp_path / "a"), month_of(tmp_path / "b")
    said = json.loads((a / "manifest.json").read_text(encoding="utf-8"))
    for part in ("params", "code", "lock"):
        del said["pages"]["index.html"][part]
    (a / "manifest.json").write_text(json.dumps(said), encoding="utf-8")
    assert proof.compare(a, b, "zh") == ["两次发布的数据、口径、参数、代码和数字都相同。"]


def test_two_runs_of_the_same_are_the_same(tmp_path):
    a, b = month_of(tmp_path / "a"), month_of(tmp_path / "b")
    assert proof.compare(a, b, "zh") == ["两次发布的数据、口径、参数、代码和数字都相同。"]


APART = "Another hotline, period or edition: the figures were not compared."


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"label": "2024-02"}, "period: 2024-01; 2024-02"),
        ({"hotline": "large"}, "hotline: small; large"),
        ({"top": {"only": "unit=North"}}, "edition: the whole hotline; unit=North"),
    ],
)
def test_figures_of_something_else_are_not_called_the_same(tmp_path, other, told):
    """Data, definition, params and code are the same; the figures are 0.9 and 0.8."""
    a, b = month_of(tmp_path / "a"), month_of(tmp_path / "b", RATE.format("0.8"), **other)
    assert proof.compare(a, b, "en") == [told, APART]
    assert proof.compare(b, b, "zh") == ["两次发布的数据、口径、参数、代码和数字都相同。"]


def test_nothing_is_the_same_where_no_figures_were_held_together(params, monkeypatch):
    """The page that leads to the editions has no kpis.csv; a month without figures has one without rows."""
    folder = params.parent / "reports" / "small" / "2024-01"
    empty = month_of(params.parent / "b", "")
    assert proof.compare(empty, month_of(folder), "en") == ["There are no figures to compare."]
    month_of(folder, "", top={"editions": "unit"})
    assert proof.compare(folder, empty, "en") == ["edition: unit; the whole hotline", APART]
    assert proof.compare(folder, folder, "zh") == ["没有可以相互对照的数字。"]
    seen = made_again(monkeypatch)
    for whole in (False, True):
        with pytest.raises(NoInput, match="no figures that could be made again"):
            proof.verify(str(params), "2024-01", whole=whole)
    month_of(folder, "")
    with pytest.raises(NoInput, match="--bytes"):
        proof.verify(str(params), "2024-01")
    assert not seen


def test_a_register_that_changed_since_is_named(params, monkeypatch):
    """As `hotline workbook` lists cases that the page then tells of; a manifest of before the register was in it tells nothing."""
    folder = month_of(params.parent / "reports" / "small" / "2024-01", register="")
    made_again(monkeypatch, kpis=RATE.format("0.88"), register="a1", beside="b2")
    with pytest.raises(DataRefused, match="Changed since: the register of cases has changed"):
        proof.verify(str(params), "2024-01", language="en")
    changed = month_of(params.parent / "b", register="a1")
    assert proof.compare(folder, changed, "zh") == ["排查登记有变"]
    assert proof.compare(month_of(folder), changed, "zh") == ["两次发布的数据、口径、参数、代码和数字都相同。"]


def test_figures_that_went_and_came_and_more_of_them_than_a_sentence_names():
    was = KPIS.format("\r\n".join(f"i{n},2024-01,,1,2,0.5,,,none" for n in range(8))).encode()
    now = KPIS.format("\r\n".join(f"i{n},2024-01,,1,2,0.6,,,none" for n in range(1, 9))).encode()
    assert proof.figures(was, now, "zh") == ["i0：不再有数字，原为0.5", *(f"i{n}：0.6，原为0.5" for n in range(1, 6)), "另有3项数字不同"]
    part = KPIS.format("i1,2024-01,,1,2,0.5,,,worse").encode()
    assert proof.figures(was[:0] + KPIS.format("i1,2024-01,,1,2,0.5,,,none").encode(), part, "en") == ["i1 judgement: worse, was none"]


def made_again(monkeypatch, **said):
    """As if the month were rendered anew: what publish leaves, and under which folder of the store."""
    seen = []

    def publish_again(params, *, out, only, **asked):
        from os import environ

        seen.append((environ[KEPT_IN], tuple(only), asked))
        month_of(Path(out) / "small" / "2024-01", **said)

    monkeypatch.setattr(monthly, "publish", publish_again)
    remove = proof.machine.remove
    monkeypatch.setattr(proof.machine, "remove", lambda path: seen.append(path.name) if path.name.startswith("verify-") else remove(path))
    return seen


def test_a_month_that_is_had_again_is_proved_from_nothing_that_was_kept(params, monkeypatch):
    month_of(params.parent / "reports" / "small" / "2024-01")
    seen = made_again(monkeypatch)
    assert proof.verify(str(params), "2024-01") == "2024-01：1行数字由同样的数据重新算出，一致。"
    assert proof.verify(str(params), "2024-01", whole=True, language="en") == "2024-01: 2 files were made again, the same byte by byte."
    (kept, only, asked), gone = seen[0], seen[1]
    assert kept == gone and kept.startswith("verify-") and only == ("index.html",) and asked["month"] == "2024-01" and seen[2][1] == ()


def test_what_changed_since_is_said_even_where_the_figures_agree(params, monkeypatch):
    month_of(params.parent / "reports" / "small" / "2024-01")
    made_again(monkeypatch, code="new")
    assert proof.verify(str(params), "2024-01").splitlines()[1:] == ["发布之后已有变化，没有影响这些数字：", "程序的代码不同"]


def test_a_month_that_cannot_be_had_again_is_refused_with_what_and_why(params, monkeypatch):
    folder = month_of(params.parent / "reports" / "small" / "2024-01")
    made_again(monkeypatch, kpis=RATE.format("0.88"), params="new")
    with pytest.raises(DataRefused) as refused:
        proof.verify(str(params), "2024-01", language="en")
    assert str(refused.value) == (
        f"{folder} › cannot be had again: connection_rate: 0.88, was 0.9. Changed since: the params files differ."
    )
    made_again(monkeypatch, kpis=RATE.format("0.88"))
    with pytest.raises(RunFailed, match="cannot be had again: connection_rate"):
        proof.verify(str(params), "2024-01", language="en")


def test_what_the_month_before_suggested_lies_beside_the_month_that_is_made_again(params, monkeypatch):
    """Its page tells what came of that; a month before that was published anew since is named, of the same month alone."""
    folder = month_of(params.parent / "reports" / "small" / "2024-02", label="2024-02", suggested="s1")
    month_of(params.parent / "reports" / "small" / "2024-01", pages={"units.html": b"units"})
    found = []

    def publish_again(params, *, out, **asked):
        found.append([str(path.relative_to(out)) for path in sorted(Path(out).rglob("*")) if path.is_file()])
        month_of(Path(out) / "small" / "2024-02", RATE.format("0.88"), label="2024-02", suggested="s2")

    monkeypatch.setattr(monthly, "publish", publish_again)
    with pytest.raises(DataRefused, match="Changed since: what was suggested before has changed"):
        proof.verify(str(params), "2024-02", whole=True, language="en")
    assert found == [["small/2024-01/manifest.json"]]
    later = month_of(params.parent / "reports" / "small" / "2024-03", label="2024-03", suggested="s3")
    assert proof.compare(folder, later, "en") == ["period: 2024-02; 2024-03", APART]


def test_a_page_that_could_not_be_made_again_is_named_with_its_reason(params, monkeypatch):
    """The study's page was published; this time a fault stopped it, and the month's own page says so and differs."""
    folder = month_of(params.parent / "reports" / "small" / "2024-01", pages={"units.html": b"units"})
    made_again(monkeypatch, pages={"index.html": b"without units"}, top={"missing": {"units.html": "a fault stopped it"}})
    with pytest.raises(RunFailed) as refused:
        proof.verify(str(params), "2024-01", whole=True, language="en")
    assert str(refused.value) == f"{folder} › cannot be had again: index.html; units.html (a fault stopped it)."


def test_a_file_that_somebody_changed_is_told_before_anything_is_made(params, monkeypatch):
    folder = month_of(params.parent / "reports" / "small" / "2024-01")
    (folder / "kpis.csv").write_text("mine")
    seen = made_again(monkeypatch)
    with pytest.raises(RunFailed) as refused:
        proof.verify(str(params), "2024-01")
    assert (
        str(refused.value) == f"{folder} › changed since it was published: kpis.csv. Publish it again with `hotline report`." and not seen
    )


def test_what_is_not_published_is_refused(params, tmp_path):
    with pytest.raises(NoInput):
        proof.verify(str(params), "2024-01")
    with pytest.raises(BadParams):
        proof.folder_of("", "2024-01")
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "manifest.json").write_text("[]")
    with pytest.raises(NoInput):
        proof.compare(tmp_path / "x", tmp_path / "x", "zh")


def test_old_months_are_named_first_and_removed_with_yes(params, capsys):
    reports = params.parent / "reports" / "small"
    for label in ("2023-11", "2023-12", "2024-01", "2023-12-31"):
        month_of(reports / label, label=label)
    (reports / "2023-12" / "notes.txt").write_text("mine")
    (reports / "2022-01").mkdir()
    (reports / "2022-01" / "theirs.txt").write_text("theirs")
    assert main(["purge", "--before", "2024-01", "--params", str(params), "--language", "en"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told == [
        *(f"removes {reports / label} (3 files)" for label in ("2023-11", "2023-12", "2023-12-31")),
        "Nothing was done; --yes removes them.",
    ]
    assert (reports / "2023-11" / "index.html").is_file()
    assert main(["purge", "--before", "2024-01", "--params", str(params), "--yes"]) == 0
    assert {f.name for f in reports.iterdir() if not f.name.startswith(".")} == {"2022-01", "2023-12", "2024-01"}
    assert [f.name for f in (reports / "2023-12").iterdir()] == ["notes.txt"] and (reports / "2022-01" / "theirs.txt").is_file()
    assert json.loads((reports / "2024-01" / "manifest.json").read_text(encoding="utf-8"))["month"] == "2024-01"
    assert main(["purge", "--before", "2024", "--params", str(params)]) == 64


def test_the_index_of_months_follows(params):
    reports = params.parent / "reports"
    month_of(reports / "small" / "2023-11", label="2023-11")
    proof.purge(str(params), "2024-01", really=True)
    assert "2023-11" not in (reports / "index.html").read_text(encoding="utf-8")
    shutil.rmtree(reports)
