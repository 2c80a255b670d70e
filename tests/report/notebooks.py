"""Small notebooks for tests: cells in, a file out."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from hotline_analysis.show.blocks import END, MIME

PARAMETERS = 'month = "2024-09"\nlanguage = "zh"'
HEAD = 'from hotline_analysis.show import blocks\nblocks.masthead(title="测试月报", month=month, language=language)'
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


def executed(*blocks, cells=(), token: str = "t"):
    """A notebook as it looks after a run that showed these blocks, one a cell."""
    shown = []
    for number, block in enumerate(blocks, start=1):
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


__all__ = ["MIME", "code", "executed", "foreign", "notebook", "text"]
