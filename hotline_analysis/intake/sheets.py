"""The child process that opens a workbook: `python -m hotline_analysis.intake.sheets request.json`.

A few kilobytes of workbook can ask for more memory than there is, and the reader then ends its process. So this one has limits and nothing
to lose: it reads the request, writes the rows as text and an account of them, and ends. See `workbooks.py` for its parent.
"""

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from hotline_analysis.intake.cells import MOST_COLUMNS, cell_text, named
from hotline_analysis.intake.rows import described, is_summary
from hotline_analysis.machine import limit_process

TITLE_ROWS = 30  # the header stands within the first so many rows that are not blank
SEPARATOR = "\t"  # of the clean copy


class Refused(Exception):
    """(what is wrong, what would be right)"""


def main(path: str) -> None:
    request = json.loads(Path(path).read_text(encoding="utf-8"))
    limit_process(memory_bytes=request["memory_bytes"], cpu_seconds=request["cpu_seconds"])
    try:
        answer = _answer(request)
    except Refused as refusal:
        answer = {"refused": list(refusal.args)}
    except PasswordError:
        answer = {"refused": ["is protected by a password.", "Save it without one."]}
    except (CalamineError, OSError, ValueError) as fault:
        if "limit exceeded" in str(fault).lower():  # the reader's own limit; to the parent it is like any other
            sys.exit(1)
        answer = {
            "refused": [
                f"cannot be opened as a workbook ({type(fault).__name__}).",
                "Open it in a spreadsheet program and save it as .xlsx.",
            ]
        }
    Path(request["answer"]).write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")


def _answer(request: dict) -> dict:
    with _open(request["path"]) as book:
        return {"sheets": _visible(book)} if request["list"] else _read(book, request)


def _open(path: str) -> CalamineWorkbook:
    """By the file's ending, or as whatever it is; when it is nothing, the first complaint is the telling one."""
    try:
        return CalamineWorkbook.from_path(path)
    except CalamineError as fault:
        try:
            return CalamineWorkbook.from_filelike(io.BytesIO(Path(path).read_bytes()))
        except CalamineError:
            raise fault from None


def _visible(book: CalamineWorkbook) -> list[str]:
    return [s.name for s in book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet and s.visible == SheetVisibleEnum.Visible]


def _read(book: CalamineWorkbook, request: dict) -> dict:
    """Write the chosen sheet's rows to `clean`: row number, then the cells as text. The answer is its ledger."""
    name, sheet, header, first = _choose(book, request)
    columns = header or named(map(cell_text, next(_from(sheet, first))))
    answer = {"sheet": name, "columns": list(columns), "rows": 0, "skipped": 0, "header": 0, "blank": 0, "accepted": 0, "summary": []}
    asked = [at for at, column in enumerate(columns) if column in request["wanted"]]
    with open(request["clean"], "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=SEPARATOR, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for number, row in enumerate(sheet.iter_rows(), 1):
            cells = [cell_text(v) for v in row]
            fate = _fate(cells, number, first, columns, bool(header))
            answer["rows"] += 1
            if fate == "accepted" and is_summary(cells, asked):
                answer["summary"].append(number)
                continue
            answer[fate] += 1
            if fate == "accepted":
                writer.writerow([number, *_to_width(cells, len(columns))])
    return answer


def _fate(cells: list[str], number: int, first: int, columns: tuple[str, ...], declared: bool) -> str:
    """What becomes of a row; `first` is the header's, or the first data row where params declare the header."""
    if not any(c.strip() for c in cells):
        return "blank"
    if number < first:
        return "skipped"
    return "header" if not declared and (number == first or named(cells) == columns) else "accepted"


def _to_width(cells: list[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))][:width]


def _choose(book: CalamineWorkbook, request: dict) -> tuple[str, CalamineSheet, tuple[str, ...], int]:
    """(name, sheet, declared header, row of the header or of the first record): the named sheet, or the one with the most wanted names."""
    wanted, declared = set(request["wanted"]), tuple(request["header"])
    best, found = -1, None
    for name in [request["sheet"]] if request["sheet"] else _visible(book):
        sheet = _sheet(book, name)
        row, score = (1, len(wanted & set(declared))) if declared else _header(sheet, wanted, request["header_row"])
        if row and score > best:
            best, found = score, (name, sheet, declared, row)
        if found and score == len(wanted):
            break
    if found is None or (wanted and not best):
        asked = ", ".join(sorted(wanted)[:8])
        raise Refused(f"shows none of the mapped columns ({asked}) in {_where(request)}.", _said(found)) if wanted else Refused("is empty.")
    return found


def _sheet(book: CalamineWorkbook, name: str) -> CalamineSheet:
    if name not in book.sheet_names:
        raise Refused(f"has no sheet '{name}'.", f"Its sheets are: {', '.join(_visible(book))}.")
    sheet = book.get_sheet_by_name(name)
    if sheet.width > MOST_COLUMNS:
        raise Refused(
            f"workbook too large: sheet '{name}' has {sheet.width:,} columns.", f"A table of records has at most {MOST_COLUMNS:,}."
        )
    return sheet


def _header(sheet: CalamineSheet, wanted: set[str], declared: int | None) -> tuple[int, int]:
    """(row, wanted names in it) of the header: the declared row, or the one with the most wanted names; (0, 0) for an empty sheet."""
    best, at, seen = -1, 0, 0
    for number, row in enumerate(_from(sheet, declared or 1), declared or 1):
        cells = [cell_text(v) for v in row]
        if not any(c.strip() for c in cells):
            continue
        score = len(wanted & set(named(cells)))
        if score > best:
            best, at = score, number
        seen += 1
        if declared or seen == TITLE_ROWS or (not wanted and sum(map(bool, cells)) > 1):
            break
    return at, max(best, 0)


def _from(sheet: CalamineSheet, first: int) -> Iterator[list]:
    rows: Iterable[list] = sheet.iter_rows()
    return (row for number, row in enumerate(rows, 1) if number >= first)


def _where(request: dict) -> str:
    if request["header"]:
        return "the names that params › header gives"
    row = f"row {request['header_row']}" if request["header_row"] else f"the first {TITLE_ROWS} rows"
    return row + (f" of sheet '{request['sheet']}'" if request["sheet"] else "")


def _said(found) -> str:
    if not found or found[2]:
        return ""
    name, sheet, _, row = found
    names = named(map(cell_text, next(_from(sheet, row))))
    return f"Sheet '{name}', row {row} {described(names)}"


if __name__ == "__main__":
    main(sys.argv[1])
