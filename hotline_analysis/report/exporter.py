"""File › Save and Export Notebook As › Hotline_page in JupyterLab, and `jupyter nbconvert --to hotline_page`: an executed notebook as the page that a month would have.

What the month refuses is refused here, by the same check: the sentence stands where the file would, and there is no file. Needs nbconvert, which JupyterLab
brings; nothing else of the package imports this module.
"""

import ast
import re
from pathlib import Path

from nbconvert.exporters import Exporter
from nbconvert.utils.exceptions import ConversionException

from hotline_analysis import params as params_file
from hotline_analysis.errors import BadParams, HotlineError, NoInput
from hotline_analysis.intake.store import Store
from hotline_analysis.params import Params
from hotline_analysis.report import month, page

PARAMETERS, INJECTED = "parameters", "injected-parameters"  # papermill's: the cell that names them, and the one with which it changes them
LIKE = 'params = "../params/mine.yaml"'


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
    store = Store(described)
    words = {"data_words": month.data_words(store, described), "people": month.people(store)}
    return page.make(notebook, name=f"{name}.html", countries=described.countries, **words)


def hotline_of(notebook, name: str, folder: Path) -> Params:
    """The params file of papermill's cells, whose numbers count as personal: the first cell tagged `parameters`, or what a run put behind it. Paths start at the notebook.

    Raises BadParams where it is no plain text, and where another cell gives it anew: the outputs would be of a hotline whose check this is not.
    """
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    papermills = [next((cell for cell in cells if tag in cell.metadata.get("tags", [])), None) for tag in (PARAMETERS, INJECTED)]
    found = [said for cell in filter(None, papermills) for said in _given(cell.source)]
    if not found:
        raise BadParams(name, "names no params file.", f"Give it a cell tagged parameters with {LIKE}, as `hotline new` does.")
    if any(_given(cell.source) for cell in cells if not any(cell is one for one in papermills)):
        raise BadParams(name, "gives params anew in another cell.", "A page is of one hotline: name it in the cell tagged parameters.")
    if not isinstance(found[-1], str):
        raise BadParams(f"{name} › {PARAMETERS}", "params is no plain text.", f"Write {LIKE}.")
    return params_file.load(folder / found[-1])


def _given(source: str) -> list[str | None]:
    """What a cell says that `params` is, each time that it does; None where that is not a plain text."""
    python = "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines())
    try:
        tree = ast.parse(python)
    except SyntaxError:
        return [None] * bool(re.search(r"^\s*params\s*=(?!=)", source, re.MULTILINE))
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "params" and isinstance(node.ctx, ast.Store)]
    plain = {id(target): line.value for line in tree.body for target in _targets(line) if isinstance(line.value, ast.Constant)}
    return [plain[id(node)].value if id(node) in plain else None for node in sorted(names, key=lambda node: (node.lineno, node.col_offset))]


def _targets(line: ast.stmt) -> list[ast.expr]:
    return line.targets if isinstance(line, ast.Assign) else [line.target] if isinstance(line, ast.AnnAssign) else []
