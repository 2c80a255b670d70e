"""A workbook of sheets that are made of frames: what comes from data is a cell's value and nothing else.

A text is written as text, whatever it begins with, so that no spreadsheet runs it or makes a link of it: in cells, headings and names of sheets. More
rows than a sheet holds go on in a further sheet, a text that is longer than a cell holds goes on in a further column. The same book gives the same bytes:
its dates are those that it is given. Rows are written as they come, so that a hundred thousand need no memory.
"""

import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter

from hotline_analysis import machine, words
from hotline_analysis.hotline import Hotline
from hotline_analysis.tables import AMOUNT, COUNT, INSTANT, SCORE, SECONDS, WORDS, Table
from hotline_analysis.words import Field, Term

ROWS = 1_048_576  # of a sheet, as the format has it
HEAD = 2  # rows above the first record: what the sheet is, and its headings
CELL = 16_000  # characters of a cell: the format holds 32,767 halves of them
NAME, FOOTER, LIST = 31, 255, 255  # characters of a sheet's name, of a footer, of a drop-down's words with the commas between them
NARROW, WIDE, LOOKED_AT, COVER, LINE = 7, 40, 200, 92, 16.5  # widths in characters; the height of a line in points
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")  # no file of this kind may hold them
NO_NAME = re.compile(r"[\[\]:*?/\\]")
FORMATS = {
    "count": "#,##0", "share": "0.0%", "number": "#,##0.0", "ratio": "0.00", "probability": "0.000", "hours": "#,##0.0", "seconds": "#,##0",
    "date": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm:ss", "text": "@",
}  # fmt: skip
FORM_OF = {SECONDS: "seconds", SCORE: "ratio", INSTANT: "moment", COUNT: "count", AMOUNT: "number"}  # by the kind of a canonical column
ROOM = {"note": 32, "filled_by": 10}  # what staff write freely
UNITS = {"hours": words.HOURS.term, "seconds": words.SECONDS.term}
GOES_ON = Term("（续{}）", " (continued {})")
YES, NO = Term("是", "yes"), Term("否", "no")
TO_FILL = Term("黄色的列由排查的人填写", "Yellow columns are for whoever looks into the case")
PAGE = Term("第&P页，共&N页", "Page &P of &N")
CHOOSE = Term("请从下拉表中选一个词。", "Please choose a word of the list.")
DAY = Term("请写日期，如 2024-09-18。", "Please write a day, such as 2024-09-18.")


@dataclass(frozen=True)
class Column:
    """A column of a sheet: where its values stand in the frame, its heading and form, and the words of its keys.

    filled: staff write into it, of its words where it has any; hidden: it is there for the way back alone.
    """

    name: str
    heading: str
    form: str = "text"
    words: Mapping[str, str] = field(default_factory=dict)
    filled: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Sheet:
    """One table: its name, the line above it, its columns and rows."""

    name: str
    title: str
    columns: Sequence[Column]
    frame: pd.DataFrame
    frozen: int = 1  # columns that stay in sight


@dataclass(frozen=True)
class Book:
    """What is written: a cover of labelled lines, then the sheets. `made` is the moment that the file says it was made at."""

    title: str
    cover_name: str
    cover: Sequence[tuple[str, str]]
    sheets: Sequence[Sheet]
    made: datetime
    language: str = "zh"


def of_hotline(h: Hotline, title: Term, cover_name: Term, cover: Sequence[tuple[str, str]], sheets: Sequence[Sheet]) -> Book:
    """The book of a hotline's period, which says that it was made on the last day."""
    whole = f"{h.params.title.term(h.language)} {h.period.said(h.language)} {title(h.language)}"
    return Book(whole, cover_name(h.language), cover, sheets, datetime.combine(h.period.last_day, time()), h.language)


def columns(names: Sequence[str], fields: Mapping[str, Field], language: str, **given) -> list[Column]:
    """The columns of a frame by its contract: headings with their units, forms and words."""
    return [_column(name, fields.get(name) or Field(Term(name, name)), language, **given) for name in names]


def _column(name: str, told: Field, language: str, **given) -> Column:
    form = told.form if told.form in FORMATS else "text"
    unit = UNITS[form](language).strip() if form in UNITS else ""
    unit = f"（{unit}）" if unit and language == "zh" else f" ({unit})" if unit else ""
    return Column(name, told.term(language) + unit, form, {key: term(language) for key, term in told.words.items()}, **given)


def fields_of(tables: Iterable[Table]) -> dict[str, Field]:
    """Every column of some canonical tables as a workbook shows it, and the seconds of its instants; of two of one name the first table's."""
    return {
        name: Field(
            c.term, FORM_OF.get(c.kind, "text") if name == c.name else "count", words={k: WORDS[k] for k in c.allowed if k in WORDS}
        )
        for table in reversed(list(tables))
        for c in table.columns
        for name in (c.epoch, c.name)
    }


def with_instants(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its instants as spreadsheets hold them, to the second."""
    moments = (c for c in frame if pd.api.types.is_datetime64_any_dtype(frame[c]))
    return frame.assign(**{c: pd.to_datetime(frame[c]).dt.floor("s").astype(object) for c in moments})


def keep(path: Path, book: Book) -> None:
    """The book as a file of private/, of a hotline and a month: whole or not at all, for its owner alone, as are the three folders that hold it."""
    for folder in (path.parents[2], path.parents[1], path.parent):
        machine.private_folder(folder)
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=path.parent) as staging:
        made = Path(staging) / path.name
        write(made, book)
        made.chmod(0o600)
        machine.replace_safely(made, path)


def write(path: Path, book: Book, *, rows: int = ROWS) -> None:
    """The book as a file. `rows`: how many a sheet may hold."""
    made = xlsxwriter.Workbook(path, {
        "constant_memory": True, "tmpdir": str(Path(path).parent), "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    })  # fmt: skip
    made.set_properties({"title": clean(book.title), "created": book.made, "comments": "hotline-analysis"})
    taken: set[str] = set()
    _write_cover(made, book, taken)
    for sheet in book.sheets:
        columns, frame = _spread(sheet, book.language)
        parts = range(0, max(len(frame), 1), rows - HEAD)
        for number, first in enumerate(parts, start=1):
            name = sheet.name if number == 1 else f"{sheet.name[: NAME - 6]} ({number})"
            _write_sheet(
                made, book, replace(sheet, name=sheet_name(name, taken), columns=columns, frame=frame.iloc[first : first + rows - HEAD])
            )
    made.close()


def clean(text: str) -> str:
    """The text without characters that no workbook may hold; every end of a line is one."""
    return ILLEGAL.sub("", str(text).replace("\r\n", "\n").replace("\r", "\n"))


def sheet_name(text: str, taken: set[str]) -> str:
    """A name that a sheet may have, and no other sheet has; `taken` learns it."""
    plain = NO_NAME.sub(" ", clean(text).replace("\n", " ").replace("\t", " ")).strip().strip("'")[:NAME].strip().strip("'") or "_"
    plain = f"_{plain}" if plain.casefold() == "history" else plain  # Excel keeps this one for itself
    name, number = plain, 1
    while name.casefold() in taken:
        number += 1
        name = f"{plain[: NAME - len(str(number)) - 3]} ({number})"
    taken.add(name.casefold())
    return name


# ---- sheets


def _write_cover(made: xlsxwriter.Workbook, book: Book, taken: set[str]) -> None:
    sheet = made.add_worksheet(sheet_name(book.cover_name, taken))
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, COVER)
    top, label = made.add_format({"bold": True, "font_size": 16}), made.add_format({"bold": True, "valign": "top", "num_format": "@"})
    text = made.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    sheet.write_string(0, 0, clean(book.title), top)
    row = 2
    for heading, said in book.cover:
        for part in in_parts(said):
            sheet.set_row(row, LINE * max(1, -(-_wide(part) // (COVER - 4))))
            sheet.write_string(row, 0, clean(heading), label)
            sheet.write_string(row, 1, part, text)
            row, heading = row + 1, ""
    _page(sheet, book, clean(book.title))


def _write_sheet(made: xlsxwriter.Workbook, book: Book, sheet: Sheet) -> None:
    page, last = made.add_worksheet(sheet.name), HEAD + max(len(sheet.frame), 1) - 1
    forms = _formats(made)
    for at, column in enumerate(sheet.columns):
        page.set_column(at, at, _width(column, sheet.frame), None, {"hidden": column.hidden})
        if column.filled and last >= HEAD:
            _validate(page, at, last, column, book.language)
    page.write_string(0, 0, clean(sheet.title), forms["title"])
    page.set_row(1, 2 * LINE)
    for at, column in enumerate(sheet.columns):
        page.write_string(1, at, clean(column.heading)[:CELL], forms["to fill" if column.filled else "head"])
    values_of = sheet.frame.reindex(columns=[column.name for column in sheet.columns]).astype(object)
    for row, values in enumerate(values_of.itertuples(index=False, name=None), start=HEAD):
        for at, (value, column) in enumerate(zip(values, sheet.columns, strict=True)):
            _write_cell(page, row, at, value, column, forms, book.language)
    page.freeze_panes(HEAD, sheet.frozen)
    page.autofilter(1, 0, last, len(sheet.columns) - 1)
    page.repeat_rows(0, 1)
    _page(page, book, clean(f"{book.title} · {sheet.name}"))


def _formats(made: xlsxwriter.Workbook) -> dict:
    filled = {"bg_color": "#FFF8DC", "border": 1, "border_color": "#D9D2B0", "text_wrap": True, "valign": "top"}
    head = {"bold": True, "text_wrap": True, "valign": "vcenter", "bottom": 1, "num_format": "@"}
    left = {form: {"align": "left", "indent": 1} if form in ("text", "date", "moment") else {} for form in FORMATS}
    plain = {form: made.add_format({"num_format": number, "valign": "top", **left[form]}) for form, number in FORMATS.items()}
    yellow = {f"{form} filled": made.add_format({"num_format": number, **filled, **left[form]}) for form, number in FORMATS.items()}
    return {
        **plain,
        **yellow,
        "title": made.add_format({"bold": True, "num_format": "@"}),
        "head": made.add_format({**head, "bg_color": "#EEF1F5"}),
        "to fill": made.add_format({**head, "bg_color": "#F3DE8A"}),
    }


def _write_cell(page, row: int, at: int, value, column: Column, forms: Mapping, language: str) -> None:
    form = forms[f"{column.form} filled" if column.filled else column.form]
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float | np.floating) and not np.isfinite(value)):
        page.write_blank(row, at, None, form)
    elif isinstance(value, date):
        page.write_datetime(row, at, value, form)
    elif column.words or isinstance(value, str | bool | np.bool_):
        page.write_string(row, at, clean(_said(value, column, language))[:CELL], form)
    else:
        page.write_number(row, at, value, form)


def _said(value, column: Column, language: str) -> str:
    told = column.words.get(str(value))
    if told is None and isinstance(value, bool | np.bool_):
        return (YES if value else NO)(language)
    return str(value) if told is None else told


def _validate(page, at: int, last: int, column: Column, language: str) -> None:
    """A drop-down of the column's words, or a day; a word that is none of them is refused by the spreadsheet already."""
    stop = {"error_title": clean(column.heading)[:32], "ignore_blank": True}
    if choices := list(column.words.values()):
        if len(",".join(choices)) > LIST or any("," in word for word in choices):
            raise ValueError(f"the words of '{column.name}' do not fit into a drop-down")
        page.data_validation(HEAD, at, last, at, {"validate": "list", "source": choices, "error_message": CHOOSE(language), **stop})
    elif column.form == "date":
        ends = {"criteria": "between", "minimum": date(2000, 1, 1), "maximum": date(2099, 12, 31)}
        page.data_validation(HEAD, at, last, at, {"validate": "date", "error_message": DAY(language), **ends, **stop})


def _page(page, book: Book, footer: str) -> None:
    """A4 across, one page wide, with its number."""
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_margins(0.4, 0.4, 0.5, 0.6)
    numbers = f"&R{PAGE(book.language)}"
    page.set_footer("&L" + footer.replace("&", "&&")[: FOOTER - len(numbers) - 4] + numbers)


def _width(column: Column, frame: pd.DataFrame) -> float:
    """Wide enough for its first values and its words; a heading may take two lines, free text has room."""
    said = [_said(v, column, "zh") for v in frame[column.name].head(LOOKED_AT) if isinstance(v, str)] if column.name in frame else []
    said += column.words.values() if column.filled else ()
    longest = max([_wide(column.heading) / 2 + 1, *map(_wide, said)])
    least = {"text": NARROW, "date": 11, "moment": 19, "count": 8}.get(column.form, 9)
    return min(max(longest + 2, ROOM.get(column.name, least)), WIDE)


def _wide(text: str) -> int:
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text.split("\n")[0])


# ---- long texts


def in_parts(text: str) -> list[str]:
    """The text in parts that a cell holds; one part, be it empty, of any other."""
    text = clean(text)
    return [text[at : at + CELL] for at in range(0, len(text), CELL)] or [""]


def _spread(sheet: Sheet, language: str) -> tuple[list[Column], pd.DataFrame]:
    """The sheet with further columns where a text of it is longer than a cell holds: they stand last, and say what they go on with."""
    more, frame = [], sheet.frame
    for column in sheet.columns:
        texts = frame[column.name] if column.name in frame and column.form == "text" and not column.words else pd.Series(dtype=object)
        long = texts[[isinstance(text, str) and len(clean(text)) > CELL for text in texts]] if len(texts) else texts
        for number in range(2, max([len(in_parts(text)) for text in long], default=1) + 1):
            part = f"{column.name} {number}"
            told = {place: in_parts(text)[number - 1] for place, text in long.items() if len(in_parts(text)) >= number}
            frame = frame.assign(**{part: pd.Series(told, dtype=object).reindex(frame.index)})
            more.append(replace(column, name=part, heading=column.heading + GOES_ON(language).format(number)))
    return [*sheet.columns, *more], frame
