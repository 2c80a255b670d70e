"""File › Save and Export Notebook As › Hotline_page in JupyterLab, and `jupyter nbconvert --to hotline_page`: an executed notebook as the page that a month would have.

What the month refuses is refused here, by the same check: the sentence stands where the file would, and there is no file. Needs nbconvert, which JupyterLab
brings; nothing else of the package imports this module.
"""

import ast
from pathlib import Path

from nbconvert.exporters import Exporter
from nbconvert.utils.exceptions import ConversionException

from hotline_analysis import params as params_file
from hotline_analysis.errors import BadParams, HotlineError, NoInput
from hotline_analysis.intake.store import Store
from hotline_analysis.params import Params
from hotline_analysis.report import month, page


class Refused(ConversionException):
    """A page that may not leave: its sentence, for the browser and the terminal."""


class HotlinePage(Exporter):
    """One self-contained page of the outputs that the notebook holds, checked for what must not leave."""

    export_from_notebook = "Hotline page"
    output_mimetype = "text/html"
    file_extension = ".html"

    def from_notebook_node(self, nb, resources=None, **given):
        nb, resources = super().from_notebook_node(nb, resources, **given)
        place = resources.get("metadata", {})
        try:
            return exported(nb, place.get("name", "notebook"), Path(place.get("path") or ".")).decode(), resources
        except HotlineError as refused:
            raise Refused(str(refused)) from None


def exported(notebook, name: str, folder: Path) -> bytes:
    """The page of a notebook as it was saved. Raises NoInput where nothing was run, LeakFound for what names people, RunFailed for what no page may hold."""
    described = hotline_of(notebook, name, folder)
    if page.is_empty(notebook):
        raise NoInput(name, "its outputs hold no figure and no table of the workbook.", "Run all its cells, save it, and export it again.")
    words = month.data_words(Store(described), described)
    return page.make(notebook, name=f"{name}.html", countries=described.countries, data_words=words)


def hotline_of(notebook, name: str, folder: Path) -> Params:
    """The params file that the cell tagged `parameters` names: the check needs to know whose numbers count as personal. Paths start at the notebook."""
    cells = [cell.source for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    try:
        lines = [line for source in cells for line in ast.parse(source).body]
    except SyntaxError:
        raise BadParams(name, "its cell tagged parameters is not Python.") from None
    for line in lines:
        if (
            isinstance(line, ast.Assign)
            and isinstance(line.value, ast.Constant)
            and any(getattr(t, "id", "") == "params" for t in line.targets)
        ):
            return params_file.load(folder / str(line.value.value))
    raise BadParams(
        name, "names no params file.", 'Give it a cell tagged parameters with params = "../params/mine.yaml", as `hotline new` does.'
    )
