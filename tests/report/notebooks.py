"""Small notebooks for tests: cells in, a file out."""

from pathlib import Path

import nbformat
import pandas as pd
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from hotline_analysis import open_hotline, say, show
from hotline_analysis.measures.periods import LONGER, grain
from hotline_analysis.report import month, notes, page
from hotline_analysis.show.blocks import END, MIME

PARAMETERS = 'month = "2024-09"\nlanguage = "zh"'
ABOUT = {
    "title_zh": "测试", "title_en": "Test", "author_zh": "", "author_en": "", "month": "2024-09", "first_day": "2024-09-01", "last_day": "2024-09-30",
    "provisional": True, "data_to": "2024-09-30", "issue": None, "note_zh": "", "note_en": "", "sample": False, "hash": "abcd1234",
}  # fmt: skip
IMPORTS = "import pandas as pd\nfrom hotline_analysis import show\nfrom hotline_analysis.show import blocks"
END_CELL = "blocks.end()"
# The same cells as a kernel gives them that imports none of ours: most tests are about a run and not about what it draws, and charts take
# three seconds to import.
SHOWN = """class Shown:
    def __init__(self, *told):
        self.told = told
    def _repr_mimebundle_(self, *_, **__):
        return self.told
Shown(*{told!r})"""
TAIL = f"""import os
class End:
    def _repr_mimebundle_(self, *_, **__):
        return {{{END!r}: {{"token": os.environ["HOTLINE_RUN_TOKEN"], "kpis": [], "manifest": {{}}}}}}
End()"""


def code(source: str, *tags: str):
    return new_code_cell(source, metadata={"tags": list(tags)} if tags else {})


def text(source: str, *tags: str):
    return new_markdown_cell(source, metadata={"tags": list(tags)} if tags else {})


def shown(frame: pd.DataFrame):
    """A cell that gives what `show(frame)` gives."""
    return code(SHOWN.format(told=show(frame)._repr_mimebundle_()))


def notebook(folder: Path, *cells, name: str = "monthly.ipynb", head: bool = True, tail: bool = True, imports: bool = False) -> Path:
    """A report notebook around these cells, with parameters, masthead and end marker; `imports` for cells that call ours themselves."""
    cells = [cell if not isinstance(cell, str) else code(cell) for cell in cells]
    first = [*([code(IMPORTS)] if imports else []), *([shown(about())] if head else [])]
    whole = [code(PARAMETERS, "parameters"), *first, *cells, *([code(END_CELL if imports else TAIL)] if tail else [])]
    path = folder / name
    nbformat.write(new_notebook(cells=whole), path)
    return path


def about(language: str = "zh", **changes) -> pd.DataFrame:
    """The frame of a page's head."""
    frame = pd.DataFrame([{**ABOUT, **changes}])
    frame.attrs = {"study": "month", "table": "about", "language": language}
    return frame


def executed(*blocks, cells=(), token: str = "t"):
    """A notebook as it looks after a run that showed these blocks, one a cell; a text cell stands where it is given."""
    told = []
    for number, block in enumerate(blocks, start=1):
        if isinstance(block, dict):
            told.append(block)
            continue
        data, metadata = block._repr_mimebundle_()
        told.append(
            new_code_cell(
                "show", execution_count=number, outputs=[new_output("execute_result", data, metadata=metadata, execution_count=number)]
            )
        )
    last = new_code_cell(
        "end",
        execution_count=len(told) + 1,
        outputs=[new_output("execute_result", {END: {"token": token, "kpis": [], "manifest": {}}}, execution_count=len(told) + 1)],
    )
    return new_notebook(cells=[*told, *cells, last])


def foreign(mime: str, content: str):
    """A cell that shows something which is not ours."""
    return new_code_cell("other", execution_count=9, outputs=[new_output("execute_result", {mime: content}, execution_count=9)])


def page_here(params: Path, label: str, language: str = "zh", **rule) -> str:
    """The page of a month or a longer period, its notebook run in this process: for tests of what a page says, which need no kernel. rule: changes of the definition."""
    h = open_hotline(params, label, language, progress=False, **rule)
    file = month.notebooks() / ("longer.ipynb" if grain(label) in LONGER else "monthly.ipynb")
    book, known = nbformat.read(file, as_version=4), {"h": h, "say": say, "show": show}
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    for number, cell in enumerate(cells, start=1):
        cell.execution_count, cell.outputs = number, [] if number <= 2 else _given(cell.source, known, number)  # parameters and imports
    written = notes.read(h.params, page.chapters(file))
    given = {"sections": h.params.report.sections, "notes": notes.of_month(written, label, language)}
    given["data_words"] = month.data_words(h.store, h.params, written)
    return page.make(book, name="index.html", countries=h.params.countries, **given).decode()


def _given(source: str, known: dict, number: int) -> list:
    *before, last = source.splitlines()
    exec("\n".join(before), known)
    told = eval(last, known)._repr_mimebundle_()
    data, metadata = told if isinstance(told, tuple) else (told, {})
    return [new_output("execute_result", data, metadata=metadata, execution_count=number)]


__all__ = ["MIME", "about", "code", "executed", "foreign", "notebook", "page_here", "shown", "text"]
