"""A consultant's own notebooks: put into my/, never over a file, and a page of the month that names them."""

import ast
import importlib.util
import json
from pathlib import Path

import pytest

from hotline_analysis.__main__ import main
from hotline_analysis.report import month, own
from tests.small import write_hotline

ROOT = Path(__file__).resolve().parents[2]


def lint(path: Path) -> list[str]:
    spec = importlib.util.spec_from_file_location("lint_notebooks", ROOT / "tools" / "lint_notebooks.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool.faults(path)


def new(name: str, params: Path) -> int:
    return main(["new", name, "--params", str(params)])


def test_a_new_notebook_is_thin_and_opens_its_hotline(tmp_path, capsys):
    params = write_hotline(tmp_path)
    assert new("cold_spell", params) == 0
    path = tmp_path / "my" / "cold_spell.ipynb"
    assert capsys.readouterr().out == f"{path}\n"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert cells[0]["metadata"]["tags"] == ["parameters"] and cells[0]["source"][0] == 'params = "../small.yaml"  # the hotline\n'
    assert cells[1]["source"][0] == "# cold_spell\n" and lint(path) == []


def test_the_path_of_the_params_stays_whatever_words_it_holds(tmp_path):
    params = write_hotline(tmp_path)
    renamed = params.rename(tmp_path / "MY_NAME_PARAMS.yaml")
    assert new("mine", renamed) == 0
    cells = json.loads((tmp_path / "my" / "mine.ipynb").read_text(encoding="utf-8"))["cells"]
    assert ast.literal_eval(ast.parse(cells[0]["source"][0]).body[0].value) == f"../{renamed.name}"


def test_it_writes_over_nothing(tmp_path, capsys):
    params = write_hotline(tmp_path)
    new("mine", params)
    path = tmp_path / "my" / "mine.ipynb"
    path.write_text("half a day's work", encoding="utf-8")
    capsys.readouterr()
    assert new("mine", params) == 73
    assert capsys.readouterr().err == f"{path} › is there already, and stays as it is. Take another name.\n"
    assert path.read_text(encoding="utf-8") == "half a day's work"
    (tmp_path / "my" / "linked.ipynb").symlink_to(tmp_path / "elsewhere.ipynb")
    assert new("linked", params) == 73 and not (tmp_path / "elsewhere.ipynb").exists()


@pytest.mark.parametrize(
    "name",
    [
        "../up",
        "/etc/x",
        "a/b",
        "a\\b",
        "..",
        ".hidden",
        "Mine",
        "x.ipynb",
        "con",
        "lpt1",
        "",
        "a" * 41,
        "我的",
        "a\nb",
        "a b",
        "a\0b",
        "$(id)",
    ],
)
def test_a_name_that_cannot_be_a_page_is_refused(tmp_path, capsys, name):
    assert new(name, write_hotline(tmp_path)) == 64
    assert "cannot be a page's name. It is small letters, digits, - and _, and begins with a letter: cold_spell." in capsys.readouterr().err
    assert not (tmp_path / "my").exists()


@pytest.mark.parametrize("name", ["window", "agents", "index", "kpis", "monthly", "start", "answering"])
def test_a_name_that_something_of_the_month_has_is_refused(tmp_path, capsys, name):
    assert new(name, write_hotline(tmp_path)) == 64
    assert capsys.readouterr().err == f"new › '{name}' is a page or a chapter of the month already. Take another name.\n"


@pytest.mark.slow
def test_the_month_names_it_in_its_sections_and_leads_to_it(tmp_path, capsys):
    params = write_hotline(tmp_path)
    new("mine", params)
    report = ["report", "--params", str(params), "--month", "2024-01", "--quiet"]
    assert main([*report, "--sections", "answering,mine"]) == 0
    folder = tmp_path / "reports" / "small" / "2024-01"
    assert {path.name for path in folder.glob("*.html")} == {"index.html", "mine.html"}
    assert 'href="mine.html"' in (folder / "index.html").read_text(encoding="utf-8")
    assert "第1级相同诉求" in (folder / "mine.html").read_text(encoding="utf-8")
    capsys.readouterr()
    assert main([*report, "--sections", "answering,mine"]) == 0 and "(already current)" in capsys.readouterr().out
    path = tmp_path / "my" / "mine.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("# mine", "# 寒潮", 1), encoding="utf-8")
    assert main([*report, "--sections", "answering,mine"]) == 0
    assert "寒潮" in (folder / "index.html").read_text(encoding="utf-8")


def test_without_sections_the_month_is_as_it_was_and_a_taken_name_is_none(tmp_path):
    params = write_hotline(tmp_path)
    new("mine", params)
    (tmp_path / "my" / "window.ipynb").write_text("{}", encoding="utf-8")
    described = month.params_file.load(params)
    assert month.chosen(described) == month.pages()
    assert own.pages(described, month.taken()) == {"mine.html": tmp_path / "my" / "mine.ipynb"}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--day", "latest", "--sections", "mine"], "--sections › are of a month, and a day has none. Leave one of the two out."),
        (["--sections", "window,window"], "--sections › one of them stands twice. A page has it once."),
    ],
)
def test_sections_that_say_nothing_are_refused(tmp_path, capsys, more, said):
    assert main(["report", "--params", str(write_hotline(tmp_path)), *more, "--quiet"]) == 64
    assert capsys.readouterr().err.strip() == said
