"""A consultant's own notebooks: `hotline new` puts a thin one into `my/`, and a month that names it in its sections has its page too.

The folder lies beside `params/`, where git ignores it. A notebook there is a page as every other is: parameters, run, checked, linked from the month.
"""

import json
import os
import re
from collections.abc import Collection
from pathlib import Path

from hotline_analysis import params as params_file
from hotline_analysis.errors import BadParams
from hotline_analysis.params import Params
from hotline_analysis.report import publish

NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
FILES = "index kpis manifest report monthly daily start explore".split()  # files of a month, and the workbook's own notebooks
DEVICES = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")  # no file can be called so on Windows
TEMPLATE = Path(__file__).parent / "template" / "own.ipynb"


def folder(described: Params) -> Path:
    return described.root / "my"


def pages(described: Params, taken: Collection[str]) -> dict[str, Path]:
    """Page -> notebook of a hotline's own notebooks; one that has the name of something else of the month is none."""
    files = sorted(folder(described).glob("*.ipynb"))
    return {f"{file.stem}.html": file for file in files if NAME.fullmatch(file.stem) and file.stem not in taken}


def new(name: str, params: str, taken: Collection[str]) -> Path:
    """A thin notebook of that name in `my/`, which opens the hotline of these params. taken: names that something else of a month has.

    Raises BadParams for a name that cannot be a page's, CannotWrite where there is such a file already.
    """
    check_name(name, taken)
    described = params_file.load(params)
    path = folder(described) / f"{name}.ipynb"
    seen = Path(os.path.relpath(described.path.resolve(), path.parent.resolve())).as_posix()
    publish.create(path, _filled(name, seen), folder=True)
    return path


def check_name(name: str, taken: Collection[str]) -> None:
    """Refuse what cannot be a page's name on every machine, or is something else's."""
    if not NAME.fullmatch(name) or DEVICES.fullmatch(name):
        raise BadParams(
            "new", f"{name[:40]!r} cannot be a page's name.", "It is small letters, digits, - and _, and begins with a letter: cold_spell."
        )
    if name in taken:
        raise BadParams("new", f"'{name}' is a page or a chapter of the month already.", "Take another name.")


def _filled(name: str, params: str) -> str:
    """The template with the notebook's name, and the params as seen from its folder: a Python text in a JSON text, and last, for their path may hold the word NAME."""
    mark, python = (json.dumps(json.dumps(text, ensure_ascii=False), ensure_ascii=False)[1:-1] for text in ("PARAMS", params))
    return TEMPLATE.read_text(encoding="utf-8").replace("NAME", name).replace(mark, python)
