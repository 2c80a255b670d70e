"""Workbooks (.xlsx, .xlsm, .xls, .xlsb, .ods, tables of web pages and of XML) and R files, read in a child process with limits: a hostile or damaged one ends the child, never the run."""

import json
import subprocess
import tempfile
from collections.abc import Collection
from pathlib import Path

from hotline_analysis import machine
from hotline_analysis.errors import DataRefused
from hotline_analysis.intake.read.decode import is_markup, stage_markup
from hotline_analysis.intake.read.stored import R_FILES, WORKBOOKS, InputFile, blocks, unstored
from hotline_analysis.params import Source

MODULES = {  # what reads a file: memory in bytes, CPU seconds, and the sentence when these limits or the reader itself ended it
    "sheets": (
        1536 << 20,
        22,
        "workbook too large: it needs more than 1.5 GB of memory or 22 seconds of processor time, or one of its cells lies far from all others.",
        "Save the table as .csv, or copy its rows into a new workbook.",
    ),
    "rframes": (
        4 << 30,
        120,
        "is damaged, or needs more than 4 GB of memory or 120 seconds of processor time.",
        "Save it again with save() or saveRDS(), or as .csv.",
    ),
}
PATIENCE = 20  # times the CPU's seconds by the wall clock: a machine that is busy with other things is no fault of the file; a sleeping child uses no CPU time


def sheet_names(file: InputFile, encoding: str | None = None) -> tuple[list[str], set[str]]:
    """The names of a workbook's sheets, in its order, and which of them are visible."""
    with tempfile.TemporaryDirectory(prefix="hotline-") as folder:
        said = _ask("sheets", file, Path(folder) / "book", {"list": True}, encoding)
    return said["sheets"], set(said["visible"])


def read_rows(file: InputFile, source: Source, stem: Path, wanted: Collection[str]) -> dict:
    """Write the sheet's rows as text to `stem`.clean (row number first, tab-separated, all quoted) and return the child's account of them:
    sheet, columns, rows, skipped, header, blank, accepted, summary (their rows), rejected (row and reason), typed, unread, unlisted (sheets and their rows),
    beside, left (places left of its first column); of markup also encoding and garbled, as a StagedText has them. Raises DataRefused.

    What else stands at `stem` afterwards (its copy, the question, the answer) is the caller's to remove."""
    asked = {
        "wanted": sorted(wanted),
        "header": list(source.header),
        "header_row": source.header_row,
        "sheet": file.sheet,
        "sheets": list(source.sheet),
    }
    return _ask("sheets", file, stem, {"list": False, "clean": str(stem.with_suffix(".clean")), **asked}, source.encoding)


def read_r_rows(file: InputFile, source: Source, stem: Path) -> dict:
    """The same of a data frame of R: columns, rows, accepted."""
    return _ask("rframes", file, stem, {"clean": str(stem.with_suffix(".clean")), "object": source.object})


def _ask(module: str, file: InputFile, stem: Path, request: dict, encoding: str | None = None) -> dict:
    memory, seconds, *too_large = MODULES[module]
    book = stem.with_suffix(file.kind if file.kind in (*WORKBOOKS, *R_FILES) else ".xlsx")
    question, answer = stem.with_suffix(".request"), stem.with_suffix(".answer")
    text = stage_markup(file, encoding, book) if is_markup(next(blocks(file), b"")) else unstored(file, book)
    limits = {"memory_bytes": memory, "cpu_seconds": seconds}
    question.write_text(json.dumps({**request, **limits, "path": str(book), "answer": str(answer)}, ensure_ascii=False), encoding="utf-8")
    if not _run(module, question, seconds * PATIENCE) or not answer.exists():
        raise DataRefused(file.name, *too_large)
    said = json.loads(answer.read_text(encoding="utf-8"))
    if "refused" in said:
        raise DataRefused(file.name, *said["refused"])
    return {**said, "encoding": text.encoding, "garbled": text.garbled} if text else said


def _run(module: str, question: Path, seconds: int) -> bool:
    """Run the child; False when a limit, or the reader itself, ended it."""
    command = machine.python(f"from hotline_analysis.intake.read import {module}; {module}.main(sys.argv[1])", str(question))
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        return subprocess.run(command, env=machine.clean_environment(), timeout=seconds, check=False, **quiet).returncode == 0
    except subprocess.TimeoutExpired:
        return False
