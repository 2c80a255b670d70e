"""Tables of web pages and of SpreadsheetML 2003, which systems name .xls: a workbook in the shape that `sheets.py` asks of calamine's.

A cell is the text that stands in it, so leading zeros and long ids stay. Each table of a page is a sheet (`table 1`, in the order in which they
begin); one inside a cell of another is a table of its own. [HTML] WHATWG, HTML Living Standard, 4.9 Tabular data. [XMLSS] Microsoft, XML
Spreadsheet Reference, 2003. Imported by the child process that reads workbooks: standard library only.
"""

import contextlib
import datetime as dt
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from xml.etree.ElementTree import ParseError, XMLParser

from python_calamine import SheetTypeEnum, SheetVisibleEnum

from hotline_analysis.intake.read.cells import MOST_COLUMNS, cell_text
from hotline_analysis.intake.read.marks import ERROR, UNCOMPUTED, UNDECODED

SPREADSHEET, VISIBLE = "{urn:schemas-microsoft-com:office:spreadsheet}", "{urn:schemas-microsoft-com:office:excel}Visible"
WORKBOOK = re.compile(r"<(?:\w+:)?Workbook\b")
LOST_QUOTE = re.compile(r"</?t[rdh]\b", re.IGNORECASE)  # cells in an attribute: its end is lost, and it has swallowed what follows
BREAKS = ("br", "p", "div", "li")  # where the text of a cell goes on in a new line
MOST_ROWS = 1 << 20  # of a spreadsheet


class Damaged(ValueError):
    """The file breaks off, contradicts itself, or declares entities, which may unpack to anything."""


@dataclass
class Sheet:
    """The rows of one table, each as wide as what it says."""

    name: str
    typed: bool = True
    whole_rows: bool = False  # a row says its blank cells too, so one of fewer cells than the header has lost some
    nested: bool = False  # a cell of it holds a table
    visible: SheetVisibleEnum = field(default_factory=lambda: SheetVisibleEnum.Visible)
    rows: list[list[str]] = field(default_factory=list)
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    typ, start = SheetTypeEnum.WorkSheet, (0, 0)

    height = property(lambda self: len(self.rows))
    width = property(lambda self: max(map(len, self.rows), default=0))

    @property
    def merged_cell_ranges(self) -> list:
        return [(first, (min(bottom, self.height - 1), right)) for first, (bottom, right) in self.merged]

    def iter_rows(self):
        return iter(self.rows)


class Book(contextlib.nullcontext):
    """What `sheets.py` asks of a workbook."""

    def __init__(self, sheets: list[Sheet]):
        super().__init__(self)
        self.sheets_metadata, named = sheets, {sheet.name: sheet for sheet in sheets}
        self.sheet_names, self.get_sheet_by_name = list(named), named.__getitem__
        if len(named) < len(sheets):
            raise Damaged


def open_book(path: Path) -> Book | None:
    """The tables of a text that is markup (UTF-8, as `decode.stage_markup` left it), None for a file that is none."""
    with path.open("rb") as stream:
        if not stream.read(200).lstrip().startswith(b"<"):
            return None
    text = path.read_bytes().decode("utf-8")
    book = _read_xml(text) if WORKBOOK.search(text, 0, 1 << 16) else _read_page(text)
    return Book(book)


def damage(sheet, cells: list[str], width: int) -> str:
    """Why a row is no record, in the ledger's words; '' where it is one. Of a page each row says all its cells; more of them may only be blank."""
    if not isinstance(sheet, Sheet):
        return ""
    if any(UNDECODED in cell for cell in cells):
        return "undecodable"
    if sheet.whole_rows and len(cells) < width:
        return "short"
    return "long" if sheet.whole_rows and any(cells[width:]) else ""


class _Table:
    """A table while it is read. A cell takes the first free column; one that spans holds its columns, and those of the rows below it."""

    def __init__(self, sheet: Sheet, said=str):
        self.sheet, self.said, self.row, self.cell, self.held = sheet, said, None, None, {}

    def begin_row(self, number: int = 0) -> None:
        """`number` where it is said, from 1."""
        self.end_row()
        if number and not len(self.sheet.rows) < number <= MOST_ROWS:
            raise Damaged
        self.sheet.rows += [[] for _ in range(number - 1 - len(self.sheet.rows))]
        self.row = []

    def end_row(self) -> None:
        self.end_cell()
        if self.row is not None:
            self._pass_held()
            self.sheet.rows.append(self.row)
        self.row = None

    def begin_cell(self, across: int, down: int, column: int = 0) -> None:
        self.end_cell()
        if self.row is None:
            self.begin_row()
        self._pass_held()
        if max(column, len(self.row)) + across - 1 > MOST_COLUMNS or (column and column <= len(self.row)):
            raise Damaged
        self.row += [""] * (column - 1 - len(self.row))
        self.cell, self.across, self.down = [], across, down

    def end_cell(self) -> None:
        if self.cell is None:
            return
        top, left = len(self.sheet.rows), len(self.row)
        self.row += [self.said("".join(self.cell)), *[""] * (self.across - 1)]
        if self.across > 1 or self.down > 1:
            self.held |= dict.fromkeys(range(left, left + self.across), top + self.down - 1)
            self.sheet.merged.append(((top, left), (top + self.down - 1, left + self.across - 1)))
        self.cell = None

    def put(self, text: str) -> None:
        if self.cell is not None:
            self.cell.append(text)

    def _pass_held(self) -> None:
        while self.held.get(len(self.row), -1) >= len(self.sheet.rows):
            self.row.append("")


# ---- web pages


def _read_page(text: str) -> list[Sheet]:
    page = _Page()
    page.feed(text)
    if page.open or "<" in page.rawdata:
        raise Damaged
    return page.sheets


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.sheets, self.open, self.silent = [], [], False

    def handle_starttag(self, tag, attributes):
        if any(LOST_QUOTE.search(value or "") for _, value in attributes):
            raise Damaged
        self.silent, said = tag in ("script", "style"), dict(attributes)
        if tag == "table":
            self._begin_table()
        elif self.open and tag == "tr":
            self.open[-1].begin_row()
        elif self.open and tag in ("td", "th"):
            self.open[-1].begin_cell(_whole(said.get("colspan"), 1) or 1, _whole(said.get("rowspan"), 1) or MOST_ROWS)
        elif self.open and tag in BREAKS:
            self.open[-1].put("\n")

    def handle_endtag(self, tag):
        self.silent = False
        if self.open and tag == "table":
            self.open.pop().end_row()
        elif self.open and tag == "tr":
            self.open[-1].end_row()
        elif self.open and tag in ("td", "th"):
            self.open[-1].end_cell()

    def handle_data(self, data):
        if self.open and not self.silent:
            self.open[-1].put(data.replace("\n", " "))

    def _begin_table(self):
        if self.open:
            self.open[-1].sheet.nested = True
        self.sheets.append(Sheet(f"table {len(self.sheets) + 1}", typed=False, whole_rows=True))
        self.open.append(_Table(self.sheets[-1], _as_shown))


def _as_shown(text: str) -> str:
    """Blanks of any kind and number are one, as a page shows them."""
    return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 8 else otherwise


# ---- SpreadsheetML


def _read_xml(text: str) -> list[Sheet]:
    book = _Workbook()
    parser = XMLParser(target=book)
    try:
        parser.feed(text)
        parser.close()
    except ParseError as fault:
        raise Damaged from fault
    return book.sheets


class _Workbook:
    """What expat tells of a workbook, by the names of [XMLSS]."""

    def __init__(self):
        self.sheets, self.table, self.text, self.kind, self.comment = [], None, None, "", False

    def doctype(self, *_):
        raise Damaged  # with a type declaration go entities

    def start(self, tag, attributes):
        name, said = tag.removeprefix(SPREADSHEET), {key.removeprefix(SPREADSHEET): value for key, value in attributes.items()}
        at = _whole(said.get("Index"), 0)
        if name == "Worksheet":
            self.sheets.append(Sheet(said.get("Name", "")))
            self.table = _Table(self.sheets[-1])
        elif name == "Row":
            self.table.begin_row(at)
        elif name == "Cell":
            self.table.begin_cell(1 + _whole(said.get("MergeAcross"), 0), 1 + _whole(said.get("MergeDown"), 0), at)
            self.computed = "Formula" in said
        elif name == "Comment":
            self.comment = True
        elif (name == "Data" and not self.comment) or tag == VISIBLE:
            self.text, self.kind = [], said.get("Type", "")

    def data(self, text):
        if self.text is not None:
            self.text.append(text)

    def end(self, tag):
        name, told = tag.removeprefix(SPREADSHEET), "".join(self.text or ())
        if name == "Row":
            self.table.end_row()
        elif name == "Cell":
            self.table.put(UNCOMPUTED if self.computed else "")
            self.table.end_cell()
        elif name == "Comment":
            self.comment = False
        elif name == "Data" and self.text is not None:
            self.table.put(_cell(self.kind, told))
            self.computed, self.text = False, None
        elif tag == VISIBLE:
            self.text = None
            self.sheets[-1].visible = SheetVisibleEnum.Hidden if told.startswith("SheetHidden") else SheetVisibleEnum.VeryHidden


def _cell(kind: str, text: str) -> str:
    """A typed cell as `cells.py` writes it; digits of a number are those of the file."""
    with contextlib.suppress(ValueError):
        if kind == "DateTime":
            return cell_text(dt.datetime.fromisoformat(text))
        if kind == "Number":
            return cell_text(float(text)) if "e" in text.lower() else text.removesuffix(".0")
    return {"Boolean": {"1": "TRUE", "0": "FALSE"}.get(text, text), "Error": ERROR}.get(kind, text)
