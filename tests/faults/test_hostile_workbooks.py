"""N9: hostile and damaged workbooks. Each is answered with a sentence after little work, and the process that asked is alive."""

import io
import os
import random
import zipfile

import pytest
import xlsxwriter

from hotline_analysis.errors import DataRefused
from hotline_analysis.intake.read import workbooks
from tests.intake.reading import put, rows, staged, take

TOO_LARGE = (
    "workbook too large: it needs more than 1.5 GB of memory or 22 seconds of processor time, or one of its cells lies far from all others. "
    "Save the table as .csv, or copy its rows into a new workbook."
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def plain() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet("x").write_row(0, 0, ["id", "time"])
    return out.getvalue()


def changed(part: str, content: bytes, drop: str = "") -> bytes:
    """A plain workbook with one part replaced, and another left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != drop:
                new.writestr(name, content if name == part else old.read(name))
    return out.getvalue()


def sheet(body: str, head: str = "") -> bytes:
    text = f'<?xml version="1.0"?>{head}<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'
    return changed("xl/worksheets/sheet1.xml", text.encode())


def far_cell() -> bytes:
    return sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


def far_column() -> bytes:
    return sheet('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>')


def unpacks_to_gigabytes() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for name in old.namelist():
            if name != "xl/worksheets/sheet1.xml":
                new.writestr(name, old.read(name))
        with new.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            rows = "".join(f'<row><c t="inlineStr"><is><t>{"x" * 2000}</t></is></c></row>' for _ in range(1000)).encode()
            for _ in range(1000):
                part.write(rows)
            part.write(b"</sheetData></worksheet>")
    return out.getvalue()


def laughing_entities() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return sheet('<row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row>', f'<!DOCTYPE x [<!ENTITY l0 "ha">{entities}]>')


def outside_entity() -> bytes:
    return sheet(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>&file;</t></is></c></row>', '<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd">]>'
    )


def ods_repeats() -> bytes:
    spaces = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    cell = '<table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="1"/>'
    row = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    body = f'<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="x">{row}</table:table></office:spreadsheet></office:body></office:document-content>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", body)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return out.getvalue()


def compound(rng: random.Random) -> bytes:
    """The head of an old .xls, and noise where its sector tables should be."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + rng.randbytes(8192)


HOSTILE = {
    "far cell": ("a.xlsx", far_cell),
    "far column": ("a.xlsx", far_column),
    "gigabytes": ("a.xlsx", unpacks_to_gigabytes),
    "laughing entities": ("a.xlsx", laughing_entities),
    "outside entity": ("a.xlsx", outside_entity),
    "repeated cells": ("a.ods", ods_repeats),
    "torn zip": ("a.xlsx", lambda: plain()[:-300]),
    "noise": ("a.xlsx", lambda: b"\0" + random.Random(1).randbytes(5000)),
    "noise in an old workbook": ("a.xls", lambda: compound(random.Random(2))),
    "no list of sheets": ("a.xlsx", lambda: changed("", b"", drop="xl/workbook.xml")),
    "no sheet": ("a.xlsx", lambda: changed("", b"", drop="xl/worksheets/sheet1.xml")),
    "broken xml": ("a.xlsx", lambda: sheet("<row><c r='A1'><v>1</c>")),
    "text that is not there": ("a.xlsx", lambda: sheet('<row r="1"><c r="A1" t="s"><v>99999999</v></c></row>')),
    "binary noise": ("a.xlsb", lambda: changed("xl/workbook.xml", random.Random(3).randbytes(2000))),
}
SAID = {
    "far cell": TOO_LARGE,
    "far column": "workbook too large: sheet 'x' has 16,384 columns. A table of records has at most 2,000.",
    "gigabytes": TOO_LARGE,
    "repeated cells": TOO_LARGE,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_answered_with_little_work(tmp_path, kind, bar):
    """Processor time of the child, because a wall clock tells of the machine's other work too."""
    bar("N9 workbooks")
    name, made = HOSTILE[kind]
    file = put(tmp_path, made(), name)
    before = os.times()
    with pytest.raises(DataRefused) as refusal:
        take(file, tmp_path, ["id"])
    after = os.times()
    assert after.children_user + after.children_system - before.children_user - before.children_system < 30
    assert str(refusal.value).startswith(f"{name} › ")
    if kind in SAID:
        assert str(refusal.value) == f"{name} › {SAID[kind]}"
    assert staged(tmp_path) == []  # nothing of it stays in the staging folder


def test_the_parent_goes_on(tmp_path):
    with pytest.raises(DataRefused):
        take(put(tmp_path, far_cell(), "a.xlsx"), tmp_path)
    assert rows(take(put(tmp_path, plain(), "b.xlsx"), tmp_path)) == []


def test_a_busy_machine_is_no_fault_of_the_file(tmp_path, monkeypatch):
    """The child's limit is processor time; by the wall clock it may take many times that, and a good file is read to its end."""
    waited, real = [], workbooks.subprocess.run
    monkeypatch.setattr(workbooks.subprocess, "run", lambda *a, **more: waited.append(more["timeout"]) or real(*a, **more))
    assert workbooks.sheet_names(put(tmp_path, plain(), "x.xlsx"))[0] == ["x"]
    assert waited[0] >= 10 * workbooks.MODULES["sheets"][1]
