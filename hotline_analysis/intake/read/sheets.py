"""The child process that opens a workbook: `python -m hotline_analysis.intake.read.sheets request.json`.

A few kilobytes of workbook can ask for more memory than there is, and the reader then ends its process. So this one has limits and nothing
to lose: it reads the request, writes the rows as text and an account of them, and ends. See `workbooks.py` for its parent.
"""

import csv
import fnmatch
import io
import json
import lzma
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from hotline_analysis.errors import nearest
from hotline_analysis.intake.read import biff, marks, markup
from hotline_analysis.intake.read.cells import MOST_COLUMNS, SEPARATOR, cell_text, named
from hotline_analysis.intake.read.rows import LISTED, described, header_at, is_summary
from hotline_analysis.intake.read.stored import EMPTY
from hotline_analysis.machine import limit_process

DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,
)  # what unpacking says of a part that calamine did not read
TITLE_ROWS = 30  # the header stands within the first so many rows that are not blank


class Refused(Exception):
    """(what is wrong, what would be right)"""


def main(path: str) -> None:
    request = json.loads(Path(path).read_text(encoding="utf-8"))
    limit_process(memory_bytes=request["memory_bytes"], cpu_seconds=request["cpu_seconds"])
    try:
        answer = _answer(request)
    except Refused as refusal:
        answer = {"refused": list(refusal.args)}
    except markup.Damaged:
        answer = {"refused": ["is a damaged web page or XML table: it breaks off, or declares what no export does.", "Export it again."]}
    except PasswordError:
        answer = {"refused": ["is protected by a password.", "Save it without one."]}
    except (CalamineError, OSError, ValueError, *DAMAGED) as fault:
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
    if biff.is_broken(Path(request["path"]).read_bytes()):
        raise Refused(
            "is a damaged workbook: its records break off.", "Copy it again, or open it in a spreadsheet program and save it as .xlsx."
        )
    with _open(request["path"]) as book:
        return {"visible": _visible(book), "sheets": book.sheet_names} if request["list"] else _read(book, request)


def _open(path: str) -> CalamineWorkbook | markup.Book:
    """By its first characters, the file's ending, or as whatever it is; when it is nothing, the first complaint is the telling one."""
    if book := markup.open_book(Path(path)):
        return book
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
    name, sheet, header, first, others = _choose(book, request)
    columns = header or named(map(cell_text, next(_from(sheet, first))))
    answer = {
        "sheet": name,
        "columns": list(columns),
        "rows": 0,
        "skipped": 0,
        "header": 0,
        "blank": 0,
        "accepted": 0,
        "summary": [],
        "rejected": [],
        "typed": getattr(sheet, "typed", True),
        "left": (sheet.start or (0, 0))[1],
        **others,
    }
    if getattr(sheet, "nested", False):
        raise Refused(f"holds tables inside the cells of '{name}', which has the mapped columns.", "Export the table by itself.")
    asked = [at for at, column in enumerate(columns) if column in request["wanted"]]
    with open(request["clean"], "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=SEPARATOR, quoting=csv.QUOTE_ALL, lineterminator="\n")
        unread, merged_away, left = (
            marks.uncomputed(Path(request["path"]), name),
            marks.merged(sheet.merged_cell_ranges),
            answer["left"],
        )
        for number, row in _numbered(sheet, unread):
            cells = _marked([cell_text(v) for v in row], unread.get(number - 1), left)
            fate = _fate(cells, number, first, columns, bool(header))
            answer["rows"] += 1
            if fate == "accepted" and is_summary(cells, asked):
                answer["summary"].append(number)
                continue
            damage = markup.damage(sheet, cells, len(columns)) if fate == "accepted" else ""
            if damage:
                answer["rejected"].append([number, damage])
                continue
            answer[fate] += 1
            if fate == "accepted":
                writer.writerow([number, *_to_width(_marked(cells, merged_away.get(number - 1), left), len(columns))])
    return answer


def _marked(cells: list[str], found: dict[int, str] | None, left: int) -> list[str]:
    """The row with its blank cells marked that are not blank in the workbook; `left` is the column of the first cell."""
    if not found:
        return cells
    width = max(len(cells), max(found) + 1 - left)
    return [cell or found.get(left + at, "") for at, cell in enumerate(_to_width(cells, width))]


def _numbered(sheet: CalamineSheet, unread: dict) -> Iterator[tuple[int, list]]:
    """Every row with its number; rows of nothing but unread cells lie beyond those that the reader knows."""
    number = 0
    for number, row in enumerate(sheet.iter_rows(), 1):
        yield number, row
    yield from ((below + 1, []) for below in sorted(unread) if below >= number)


def _fate(cells: list[str], number: int, first: int, columns: tuple[str, ...], declared: bool) -> str:
    """What becomes of a row; `first` is the header's, or the first data row where params declare the header."""
    if not any(c.strip() for c in cells):
        return "blank"
    if number < first:
        return "skipped"
    return "header" if not declared and (number == first or named(cells) == columns) else "accepted"


def _to_width(cells: list[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))][:width]


def _choose(book: CalamineWorkbook, request: dict) -> tuple[str, CalamineSheet, tuple[str, ...], int, dict]:
    """(name, sheet, declared header, row of the header or of the first record, what is not read): the named sheet, or the only one that shows
    the most wanted names. Where several do, nobody but the user knows whether they are months or versions of one table.
    """
    names = [request["sheet"]] if request["sheet"] else _visible(book)
    tried = {name: _scored(book, name, request) for name in names}
    found = {name: scored for name, scored in tried.items() if scored[1]}
    best = max((score for _, _, score in found.values()), default=0)
    if not found or (request["wanted"] and not best):
        raise _none_shows(found, request)
    alike = [name for name, (sheet, row, score) in found.items() if score == best and _records(sheet, row, request)]
    if request["wanted"] and len(alike) > 1:
        listed = ", ".join(alike[:LISTED])
        raise Refused(f"holds the mapped columns on {len(alike)} sheets: {listed}.", f"Say in params which are read: sheet: [{listed}].")
    name = next(iter(alike), next(n for n, scored in found.items() if scored[2] == best))
    sheet, row, _ = found[name]
    return name, sheet, tuple(request["header"]), row, _others(book, request, name, best, tried)


def _none_shows(found: dict, request: dict) -> Refused:
    asked = ", ".join(sorted(request["wanted"])[:LISTED])
    if not request["wanted"]:
        return Refused("is empty.", EMPTY)
    name, (sheet, row, _) = next(iter(found.items()), ("", (None, 0, 0)))
    said = f"Sheet '{name}', row {row} {described(named(map(cell_text, next(_from(sheet, row)))))}" if row and not request["header"] else ""
    return Refused(f"shows none of the mapped columns ({asked}) in {_where(request)}.", said)


def _scored(book: CalamineWorkbook, name: str, request: dict) -> tuple[CalamineSheet, int, int]:
    """(sheet, row of its header or first record, wanted names found); row 0 for an empty sheet."""
    sheet = _sheet(book, name)
    if request["header"]:
        return sheet, int(sheet.height > 0), len({*request["wanted"]} & {*request["header"]})
    return sheet, *_header(sheet, {*request["wanted"]}, request["header_row"])


def _records(sheet: CalamineSheet, row: int, request: dict) -> int:
    """Filled rows below the header, or from the first record on."""
    return sum(any(cell_text(cell).strip() for cell in cells) for cells in _from(sheet, row if request["header"] else row + 1))


def _others(book: CalamineWorkbook, request: dict, taken: str, best: int, tried: dict) -> dict:
    """`unread`: hidden sheets that show as many of the wanted names, with their rows; `unlisted`: visible ones that do, and that params name no sheet like;
    `beside`: other sheets that hold anything. Where params name sheets, only the hidden ones that a pattern means; all once, beside the first sheet that is read.
    """
    hidden, unlisted = _left(book, request, taken) if request["wanted"] else ([], [])
    scored = {name: _scored(book, name, request) for name in (*hidden, *unlisted)}
    unread = {
        name: rows for name, (sheet, row, score) in scored.items() if row and score >= best and (rows := _records(sheet, row, request))
    }
    other = {**tried, **{name: scored[name] for name in hidden}}
    beside = [name for name, (sheet, _, _) in other.items() if name != taken and name not in unread and sheet.height]
    told = {"unread": hidden, "unlisted": unlisted}
    return {"beside": beside, **{key: {name: unread[name] for name in names if name in unread} for key, names in told.items()}}


def _left(book: CalamineWorkbook, request: dict, taken: str) -> tuple[list[str], list[str]]:
    """The hidden sheets, and the visible ones that params do not mean, that belong to the account of the sheet that is taken."""
    visible = _visible(book)
    hidden = [s.name for s in book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet and s.name not in visible]
    if not request["sheet"]:
        return hidden, []

    def meant(name: str) -> bool:
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in request["sheets"])

    first = taken == next((name for name in visible if meant(name)), "")
    if not first:
        return [], []
    return [name for name in hidden if meant(name) and name not in request["sheets"]], [name for name in visible if not meant(name)]


def _sheet(book: CalamineWorkbook, name: str) -> CalamineSheet:
    if name not in book.sheet_names:
        raise Refused(f"has no sheet '{name}'.", nearest(name, book.sheet_names) or f"Its sheets are: {', '.join(_visible(book))}.")
    sheet = book.get_sheet_by_name(name)
    if sheet.width > MOST_COLUMNS:
        raise Refused(
            f"workbook too large: sheet '{name}' has {sheet.width:,} columns.", f"A table of records has at most {MOST_COLUMNS:,}."
        )
    return sheet


def _header(sheet: CalamineSheet, wanted: set[str], declared: int | None) -> tuple[int, int]:
    """(row, wanted names in it) of the header: the declared row, the one with the most wanted names, or the first that is no title; (0, 0) for an empty sheet."""
    rows = ((number, [cell_text(value) for value in row]) for number, row in enumerate(_from(sheet, declared or 1), declared or 1))
    filled = ((number, cells) for number, cells in rows if any(cell.strip() for cell in cells))
    seen = list(islice(filled, 1 if declared else TITLE_ROWS))
    if not seen:
        return 0, 0
    if not wanted:
        return seen[header_at([cells for _, cells in seen])][0], 0
    score, at = max(((len(wanted & set(named(cells))), number) for number, cells in seen), key=lambda found: found[0])
    return at, score


def _from(sheet: CalamineSheet, first: int) -> Iterator[list]:
    rows: Iterable[list] = sheet.iter_rows()
    return (row for number, row in enumerate(rows, 1) if number >= first)


def _where(request: dict) -> str:
    if request["header"]:
        return "the names that params › header gives"
    row = f"row {request['header_row']}" if request["header_row"] else f"the first {TITLE_ROWS} rows"
    return row + (f" of sheet '{request['sheet']}'" if request["sheet"] else "")


if __name__ == "__main__":
    main(sys.argv[1])
