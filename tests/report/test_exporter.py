"""A notebook saved as a page: which hotline it is of. JupyterLab itself is in `tests/browser/test_lab.py`; here stands what needs neither it nor nbconvert."""

import importlib
import sys
from types import ModuleType

import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from hotline_analysis import open_hotline, show
from hotline_analysis.errors import BadParams
from tests.report.notebooks import about, executed, text
from tests.small import write_hotline

HOME, ABROAD = 'params = "../home.yaml"', 'params = "../abroad.yaml"'


class Plain:
    """nbconvert's part: a notebook and what is known of its place, as they are."""

    def from_notebook_node(self, nb, resources=None, **_):
        return nb, resources or {}


@pytest.fixture
def exporter(monkeypatch):
    """The module, with a stand-in for what of nbconvert it is built on."""
    for name, held in {
        "nbconvert": {},
        "nbconvert.exporters": {"Exporter": Plain},
        "nbconvert.utils": {},
        "nbconvert.utils.exceptions": {"ConversionException": Exception},
    }.items():
        module = ModuleType(name)
        vars(module).update(held)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.delitem(sys.modules, "hotline_analysis.report.exporter", raising=False)
    made = importlib.import_module("hotline_analysis.report.exporter")
    yield made
    sys.modules.pop(made.__name__, None)


@pytest.fixture
def folder(tmp_path):
    """Beside my/ two hotlines: numbers of the second count as personal in the United States too."""
    plain = write_hotline(tmp_path).rename(tmp_path / "home.yaml")
    (tmp_path / "abroad.yaml").write_text(
        plain.read_text(encoding="utf-8").replace("kind: phone", "kind: phone, country: US"), encoding="utf-8"
    )
    (tmp_path / "my").mkdir()
    return tmp_path / "my"


def cell(source: str, *tags: str):
    return new_code_cell(source, metadata={"tags": list(tags)})


@pytest.mark.parametrize(
    ("cells", "name"),
    [
        ([cell(HOME, "parameters")], "home"),
        ([cell(f"# {ABROAD}\n%matplotlib inline\n{HOME}  # {ABROAD}", "parameters")], "home"),
        ([cell(f"x = '{ABROAD}'"), cell(f"# {ABROAD}"), cell(HOME, "parameters"), cell("f(params == 1, params=params)")], "home"),
        ([new_markdown_cell(ABROAD, metadata={"tags": ["parameters"]}), cell(HOME, "parameters")], "home"),
        ([cell(f"{HOME}\n{ABROAD}", "parameters")], "abroad"),  # the last one holds
        ([cell(HOME.replace("=", ": str ="), "parameters")], "home"),
        ([cell(HOME, "parameters"), cell(ABROAD, "injected-parameters")], "abroad"),  # with which papermill ran it
        ([cell(HOME, "parameters"), cell('month = "2024-01"', "injected-parameters")], "home"),
    ],
)
def test_the_hotline_is_that_of_papermills_cell(exporter, folder, cells, name):
    assert exporter.hotline_of(new_notebook(cells=cells), "mine", folder).path.stem == name


NONE = 'mine › names no params file. Give it a cell tagged parameters with params = "../params/mine.yaml", as `hotline new` does.'
ANEW = "mine › gives params anew in another cell. A page is of one hotline: name it in the cell tagged parameters."
NO_TEXT = 'mine › parameters › params is no plain text. Write params = "../params/mine.yaml".'


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([cell(HOME)], NONE),
        ([cell(f"# {HOME}", "parameters")], NONE),
        ([cell('month = "latest"', "parameters"), cell(HOME)], NONE),
        ([cell('month = "latest"', "parameters"), cell(HOME, "parameters")], NONE),  # papermill takes the first
        ([cell(HOME, "parameters"), cell(ABROAD)], ANEW),
        ([cell(HOME, "parameters"), cell("for params in ['a']:\n    pass")], ANEW),
        ([cell(HOME, "parameters"), cell(f"%%time\n{ABROAD}")], ANEW),
        ([cell(HOME, "parameters"), cell(f"h?\n{ABROAD}")], ANEW),
        ([cell(f"{HOME}\nif 1:\n    {ABROAD}", "parameters")], NO_TEXT),
        ([cell(f"{HOME}\nparams += 'x'", "parameters")], NO_TEXT),
        ([cell('params, month = "a", "b"', "parameters")], NO_TEXT),
        ([cell("params = None", "parameters")], NO_TEXT),
        ([cell("params = (", "parameters")], NO_TEXT),
    ],
)
def test_a_page_whose_hotline_is_not_sure_is_refused(exporter, folder, cells, said):
    with pytest.raises(BadParams) as refused:
        exporter.hotline_of(new_notebook(cells=cells), "mine", folder)
    assert str(refused.value) == said


def test_a_notebook_becomes_a_page_or_a_sentence(exporter, folder):
    place = {"metadata": {"name": "mine", "path": str(folder)}}
    open_hotline(folder.parent / "home.yaml", "2024-01", progress=False)
    table = executed(text("# 本月", "zh"), text("# Month", "en"), show(about()), show(pd.DataFrame({"a": [1, 2]})))
    book = new_notebook(cells=[cell(HOME, "parameters"), *table.cells])
    told, resources = exporter.HotlinePage().from_notebook_node(book, dict(place))
    assert told.startswith("<!DOCTYPE html>") and "本月" in told and resources == place
    for cells, said in (
        (
            [cell(HOME, "parameters")],
            "mine › its outputs hold no figure and no table of the workbook. Run all its cells, save it, and export it again.",
        ),
        ([], NONE),
    ):
        with pytest.raises(exporter.Refused) as refused:
            exporter.HotlinePage().from_notebook_node(new_notebook(cells=cells), dict(place))
        assert str(refused.value) == said
