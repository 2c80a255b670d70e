"""Small notebooks for tests: cells in, a file out."""

from pathlib import Path

import nbformat
import pandas as pd
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from hotline_analysis.show.blocks import END, MIME

PARAMETERS = 'month = "2024-09"\nlanguage = "zh"'
ABOUT = {
    "title_zh": "测试", "title_en": "Test", "author_zh": "", "author_en": "", "month": "2024-09", "first_day": "2024-09-01", "last_day": "2024-09-30",
    "provisional": True, "data_to": "2024-09-30", "issue": None, "note_zh": "", "note_en": "", "sample": False, "hash": "abcd1234",
}  # fmt: skip
HEAD = f"""import pandas as pd
from hotline_analysis import show
from hotline_analysis.show import blocks
about = pd.DataFrame([{{**{ABOUT!r}, "month": month}}])
about.attrs = {{"study": "month", "table": "about", "language": language}}
show(about)"""
TAIL = "blocks.end()"


def code(source: str, *tags: str):
    return new_code_cell(source, metadata={"tags": list(tags)} if tags else {})


def text(source: str, *tags: str):
    return new_markdown_cell(source, metadata={"tags": list(tags)} if tags else {})


def notebook(folder: Path, *cells, name: str = "monthly.ipynb", head: bool = True, tail: bool = True) -> Path:
    """A report notebook around these cells, with parameters, masthead and end marker."""
    cells = [cell if not isinstance(cell, str) else code(cell) for cell in cells]
    whole = [code(PARAMETERS, "parameters"), *([code(HEAD)] if head else []), *cells, *([code(TAIL)] if tail else [])]
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
    shown = []
    for number, block in enumerate(blocks, start=1):
        if isinstance(block, dict):
            shown.append(block)
            continue
        data, metadata = block._repr_mimebundle_()
        shown.append(
            new_code_cell(
                "show", execution_count=number, outputs=[new_output("execute_result", data, metadata=metadata, execution_count=number)]
            )
        )
    last = new_code_cell(
        "end",
        execution_count=len(shown) + 1,
        outputs=[new_output("execute_result", {END: {"token": token, "kpis": [], "manifest": {}}}, execution_count=len(shown) + 1)],
    )
    return new_notebook(cells=[*shown, *cells, last])


def foreign(mime: str, content: str):
    """A cell that shows something which is not ours."""
    return new_code_cell("other", execution_count=9, outputs=[new_output("execute_result", {mime: content}, execution_count=9)])


__all__ = ["MIME", "about", "code", "executed", "foreign", "notebook", "text"]
