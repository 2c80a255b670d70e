"""The notebook lint: each rule catches its fault and names file, cell and what would be right; a good notebook passes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = ROOT / "tools" / "lint_notebooks.py"
GOOD = "h = open_hotline('params/sample.yaml', month='latest')\nframe = h.study('window')\nframe.head()"


def code(text: str, *, count: int | None = None, outputs: list | None = None, metadata: dict | None = None) -> dict:
    return {"cell_type": "code", "source": text, "execution_count": count, "outputs": outputs or [], "metadata": metadata or {}}


def shown(text: str) -> list[dict]:
    return [{"output_type": "stream", "name": "stdout", "text": text}]


@pytest.fixture
def lint(tmp_path):
    def run(*cells: dict, folder: str = "notebooks") -> subprocess.CompletedProcess:
        path = tmp_path / folder / "made.ipynb"
        path.parent.mkdir(parents=True)
        prose = {
            "cell_type": "markdown",
            "source": "## Leadership\n\nIf HTML( stands in prose, it is prose.",
            "metadata": {"tags": ["lab"]},
        }
        path.write_text(json.dumps({"cells": [prose, *cells], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")
        return subprocess.run([sys.executable, LINT, path], capture_output=True, encoding="utf-8", env=None)

    return run


def test_a_good_notebook_passes(lint):
    plain = (
        "%matplotlib inline\ntotals = [row for row in names if row]\nwide = 1 if totals else 2\nshow(charts.pareto(frame, style_name='x'))"
    )
    result = lint(code(GOOD), code(plain), code("show(Markdown('plain'))"))
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("def rate(frame):\n    return frame", "'def'"),
        ("class Rate:\n    pass", "'class'"),
        ("for window in windows:\n    h.study(window)", "'for'"),
        ("while True:\n    break", "'while'"),
        ("if frame.empty:\n    frame = None", "'if'"),
        ("with quiet():\n    if frame.empty:\n        pass", "'if'"),
        ("\n".join(f"a{n} = {n}" for n in range(9)), "has 9 lines"),
        ("HTML('<b>x</b>')", "'HTML('"),
        ("display.HTML(page)", "'HTML('"),
        ("frame.style.background_gradient()", "'.style'"),
        ("Markdown(f'{rate}')", "'Markdown(f"),
        ("frame.to_html()", "'to_html('"),
        ("frame.to_excel('x.xlsx')", "'to_excel('"),
        ("frame.to_csv('x.csv')", "'to_csv('"),
        ("!ls", "shell command"),
        ("files = !ls", "shell command"),
        ("%%bash\nls", "shell command"),
        ("%%html\n<b>x</b>", "markup"),
        ("frame = = 1", "is not Python"),
    ],
)
def test_each_rule_is_caught_and_says_where(lint, text, wrong):
    result = lint(code(GOOD), code(text))
    assert result.returncode == 1
    assert "made.ipynb › cell 3 › " in result.stderr
    assert wrong in result.stderr
    assert "; " in result.stderr


@pytest.mark.parametrize(
    "cell",
    [code(GOOD, count=3), code(GOOD, outputs=shown("1")), code(GOOD, metadata={"execution": {"iopub.execute_input": "2024"}})],
    ids=["count", "output", "metadata"],
)
def test_what_a_run_left_behind_is_caught(lint, cell):
    result = lint(cell)
    assert result.returncode == 1
    assert "nbstripout" in result.stderr


def test_a_test_notebook_keeps_its_outputs(lint):
    assert lint(code(GOOD, count=1, outputs=shown("1")), folder="tests/notebooks").returncode == 0


def test_a_test_notebook_without_outputs_is_caught_since_nothing_would_be_compared(lint):
    result = lint(code(GOOD), folder="tests/notebooks")
    assert result.returncode == 1
    assert "no stored outputs" in result.stderr


def test_ordinary_comparisons_and_eight_lines_pass(lint):
    assert lint(code("\n".join(f"a{n} = {n}" for n in range(7)) + "\nshow(frame)\n\n")).returncode == 0


def text(zh: str, en: str) -> list[dict]:
    return [{"cell_type": "markdown", "source": said, "metadata": {"tags": [tag]}} for tag, said in (("zh", zh), ("en", en))]


@pytest.fixture
def study(tmp_path):
    """The lint's words on a notebook of the window study."""

    def run(*cells: dict | list[dict]) -> list[str]:
        whole = [one for cell in cells for one in (cell if isinstance(cell, list) else [cell])]
        path = tmp_path / "window.ipynb"
        path.write_text(json.dumps({"cells": whole, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")
        said = subprocess.run([sys.executable, LINT, path], capture_output=True, encoding="utf-8").stderr
        return [line.partition(" › ")[2] for line in said.splitlines()]

    return run


LONG = text("## 窗口\n\n" + "为" * 1500, "## Window\n\nWhy.")
SHOWN = code("show(h.study('window'))")


def test_a_study_that_teaches_its_method_passes(study):
    assert (
        study(
            LONG,
            SHOWN,
            SHOWN,
            text("怎么读", "How to read it"),
            code("show(h.about, as_='special')"),
            text("## 末", "## End"),
            text("完", "Done"),
        )
        == []
    )


def test_a_figure_without_its_reading_or_its_idea_is_caught(study):
    assert study(LONG, SHOWN, text("## 末\n\n完", "## End\n\nDone")) == ["cell 3 › has no reading behind its figure; say how to read it"]
    assert study(LONG, SHOWN) == ["cell 3 › has no reading behind its figure; say how to read it"]
    assert "cell 1 › has no idea before its figure; say first what it asks" in study(SHOWN, LONG, text("完", "Done"))
    bare = study(LONG, text("## 图", "## Figure"), SHOWN, text("怎么读", "How to read it"))
    assert bare == ["cell 5 › has no idea before its figure; say first what it asks"]


def test_words_that_point_at_a_figure_by_its_place_are_caught(study):
    """下图…: on a page whose figure had too few calls nothing stood there."""
    read = text("下图每小时一根柱，怎么读。", "One bar an hour: see the table below. How to read it.")
    assert study(LONG, SHOWN, read) == [
        "cell 4 › points at 下图, which a page may lack; name what it shows",
        "cell 5 › points at table below, which a page may lack; name what it shows",
    ]


def test_a_study_of_few_words_or_few_text_cells_is_caught(study):
    short = text("## 窗口\n\n" + "为" * 1490, "## Window\n\n" + "why " * 690)
    assert study(short, SHOWN, text("读法", "Reading")) == ["the notebook › has 1496 characters and 693 words; 1500 or 700 at least"]
    assert study(text("## 窗口\n\n为", "## Window\n\n" + "why " * 700), SHOWN, text("读", "Read")) == []
    assert study(LONG, SHOWN, SHOWN, SHOWN, text("读", "Read"), SHOWN, text("读", "Read"), code("h.end()")) == []
    few = study(LONG, SHOWN, SHOWN, SHOWN, text("读", "Read"), code("h.end()"))
    assert few == [f"the notebook › has 2 text cells ({language}) to 4 code cells; 0.6 to one at least" for language in ("zh", "en")]


def test_other_notebooks_are_no_studies(lint):
    assert lint(code("show(h.study('window'))")).returncode == 0
