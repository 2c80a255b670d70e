"""`hotline workbook`: the month's list goes into the case register, and the workbook into private/, where only its owner may look."""

from datetime import date
from pathlib import Path

from hotline_analysis.errors import BadParams, CannotWrite, HotlineError
from hotline_analysis.hotline import Hotline
from hotline_analysis.intake import register
from hotline_analysis.intake.register import Register
from hotline_analysis.report.workbook import backfill, book, cases


def workbook(h: Hotline, name: str) -> Path:
    """Write the workbook of callers or agents of the month; its path.

    Its cases are in the register before it has its name. One that is there already is replaced, unless it holds answers that the register lacks.
    Raises BadParams for a period that is no month, DataRefused or NoInput where the data cannot give it, CannotWrite and Held.
    """
    if h.month not in h.months:
        raise BadParams("--month", f"'{h.month}' is not one month.", "A workbook is of one month, such as 2024-09.")
    found = cases.listed(h, name)
    path = register.folder(h.params) / h.month / f"{name}.xlsx"
    with register.changing(h.params) as held:
        refuse_answered(path, held)
        held.list_cases(h.month, found.kind, found.cases)
        book.keep(path, cases.made(h, name, found, held))
    return path


def refuse_answered(path: Path, held: Register) -> None:
    """Nobody's work is written over: a workbook with answers that the register does not hold, or that cannot be read any more, stays."""
    if not path.exists():
        return
    try:
        rows = [row for row in backfill.read(path, date.max) if register.is_filled(row.values)]
    except HotlineError as fault:
        raise CannotWrite(
            str(path), "is there already and cannot be read, so that nobody knows what it holds.", "Give it another name."
        ) from fault
    if any(row.place not in held.rows or register.answer(held.rows[row.place]) != register.answer(row.values) for row in rows):
        raise CannotWrite(
            str(path), "holds answers that the register does not have.", "Run `hotline backfill` on it first, or give it another name."
        )
