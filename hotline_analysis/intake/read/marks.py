"""Cells of a workbook that hold something which its reader hands over as blank: errors, formulas never computed, cells under a merged one.

Imported by the child process that reads workbooks: standard library only. The marks stand in the clean copy, where conversion finds and counts them.
"""

import html
import re
import zipfile
from collections import defaultdict
from pathlib import Path

ERROR, UNCOMPUTED, MERGED = "#ERROR!", "#UNCOMPUTED!", "#MERGED!"
UNDECODED = "\ufdd0"  # stands for bytes of a web page that are not in its encoding; no character, and XML may hold it
UNREAD = (
    "#DIV/0!",
    "#VALUE!",
    "#REF!",
    "#NAME?",
    "#NULL!",
    "#NUM!",
    "#SPILL!",
    "#CALC!",
    ERROR,
    UNCOMPUTED,
    MERGED,
)  # the first eight also in texts saved by Excel
CELL = rb"<(?:\w+:)?c\b([^>]*)>"
ERRORS = re.compile(rb"<(?:\w+:)?c\b([^>]*\bt\s*=\s*[\"']e[\"'][^>]*)>")
FORMULAS = re.compile(
    CELL + rb"\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
EMPTY_TEXT = re.compile(rb"\bt\s*=\s*[\"']str[\"']")
PLACE = re.compile(rb"\br\s*=\s*[\"']([A-Z]+)(\d+)[\"']")

Marks = dict[int, dict[int, str]]  # row -> column -> mark, both from 0


def uncomputed(path: Path, sheet: str) -> Marks:
    """Error cells and formulas without a stored value of a sheet of an .xlsx; nothing for other kinds, whose reader does not tell. A formula whose
    result is the empty text has a value."""
    marks: Marks = defaultdict(dict)
    text = _sheet_xml(path, sheet)
    found = [(cell[1], ERROR) for cell in ERRORS.finditer(text)] if b'"e"' in text or b"'e'" in text else []
    if b"f>" in text or b"f " in text:
        found += [(cell[1], UNCOMPUTED) for cell in FORMULAS.finditer(text) if not EMPTY_TEXT.search(cell[1])]
    for attributes, mark in found:
        place = PLACE.search(attributes)
        if place:
            marks[int(place[2]) - 1][_column(place[1])] = mark
    return marks


def merged(ranges) -> Marks:
    """The cells of merged ranges but for the first of each, which carries the value."""
    marks: Marks = defaultdict(dict)
    for (top, left), (bottom, right) in ranges or ():
        for row in range(top, bottom + 1):
            marks[row].update({column: MERGED for column in range(left, right + 1) if (row, column) != (top, left)})
    return marks


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number - 1


def _sheet_xml(path: Path, sheet: str) -> bytes:
    """The part of a zipped workbook that holds a sheet, b'' where there is none to be found."""
    if not zipfile.is_zipfile(path):
        return b""
    with zipfile.ZipFile(path) as book:
        try:
            listed, links = book.read("xl/workbook.xml").decode("utf-8"), book.read("xl/_rels/workbook.xml.rels").decode("utf-8")
            tags = {
                html.unescape(_attribute(tag, "name")): _attribute(tag, r"\w+:id") for tag in re.findall(r"<(?:\w+:)?sheet\b[^>]*>", listed)
            }
            parts = {_attribute(tag, "Id"): _attribute(tag, "Target") for tag in re.findall(r"<Relationship\b[^>]*>", links)}
            part = parts[tags[sheet]]
            return book.read(part.lstrip("/") if part.startswith("/") else f"xl/{part}")
        except (KeyError, UnicodeDecodeError):
            return b""


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf"""\s{name}\s*=\s*("[^"]*"|'[^']*')""", tag)
    return found[1][1:-1] if found else ""
