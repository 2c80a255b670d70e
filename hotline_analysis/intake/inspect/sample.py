"""A part of a file that stands for the whole: the head of a long text and pieces spread over the rest, read by the readers of the run."""

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from hotline_analysis.errors import DataRefused
from hotline_analysis.intake.engine import literal, parquet
from hotline_analysis.intake.read.decode import wide_encoding
from hotline_analysis.intake.read.files import real_kind
from hotline_analysis.intake.read.readers import TextTable, read
from hotline_analysis.intake.read.stored import R_FILES, WORKBOOKS, InputFile, blocks
from hotline_analysis.intake.read.workbooks import sheet_names
from hotline_analysis.params import Source

WHOLE = 12 << 20  # bytes of a text that is read whole
HEAD = 3 << 20  # of a longer one: its head,
PIECES, PIECE = 24, 256 << 10  # and as many pieces of this size, spread over the rest
REPAIRS = ("text_after_quote", "backslash_quotes", "dropped_ends")
EVERY = 32  # of the blocks behind the head of a packed text, the one that is read
ROWS = 40_000  # rows that are counted, taken at even steps
FEW = 4_000  # of them, those on which every form is tried


@dataclass
class Taken:
    """One file, or a member or sheet of one: its text table, and what there is of it beside what was read.

    alike: of a workbook the visible sheets with the same columns, in its order: the months of one table, or its versions.
    """

    file: InputFile
    table: TextTable
    rows: int
    whole: bool
    sheets: tuple[str, ...] = ()
    headerless: bool = False
    small: Path = Path()
    repair: str = ""
    alike: tuple[str, ...] = ()


def take(file: InputFile, staging: Path, connection: duckdb.DuckDBPyConnection, header: tuple[str, ...] = ()) -> Taken:
    """The file's table, of a long text a part of it."""
    kind = real_kind(file)
    sheets, visible = sheet_names(file) if kind in WORKBOOKS else ([], set())
    part, whole = (file, True) if kind in (*WORKBOOKS, *R_FILES, ".parquet") else _part(file, staging)
    repair, table = _readable(part, header, staging, connection)
    rows = connection.execute(f"SELECT count(*) FROM {parquet(table.path)}").fetchone()[0]
    if rows > ROWS:
        table.path = _thin(table.path, rows, ROWS, connection)
    small = _thin(table.path, rows, FEW, connection, ".few") if rows > FEW else table.path
    alike = [
        name
        for name in sheets
        if name in visible and (name == table.sheet or _columns(file, name, header, staging, connection) == {*table.columns})
    ]
    return Taken(file, table, rows, whole, tuple(sheets), bool(header), small, repair, tuple(alike))


def _columns(file: InputFile, sheet: str, header: tuple[str, ...], staging: Path, connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The columns of another sheet; none where it is no table."""
    try:
        return {*_readable(replace(file, sheet=sheet), header, staging, connection)[1].columns}
    except DataRefused:
        return set()


def _readable(file: InputFile, header: tuple[str, ...], staging: Path, connection: duckdb.DuckDBPyConnection) -> tuple[str, TextTable]:
    """The table, and the repair that it needs to be one: none, where its first line is its header, or the first that helps."""
    refused = None
    for settings in ({}, *({"header_row": 1, "repair": list(filter(None, [repair]))} for repair in ("", *REPAIRS))):
        source = Source.model_validate({"files": "x", "columns": {"started_at": "x"}, "header": header, **({} if header else settings)})
        try:
            return next(iter(source.repair), ""), read(file, source, staging, connection, ())
        except DataRefused as fault:
            refused = refused or fault
    raise refused


def _part(file: InputFile, staging: Path) -> tuple[InputFile, bool]:
    """A text as it is when it is short, else a copy of parts of it under the same name."""
    if not file.member and not file.packed and file.path.stat().st_size <= WHOLE:
        return file, True
    folder = staging / "parts"
    folder.mkdir(exist_ok=True)
    name = (file.member or file.path.name).rpartition("/")[2].removesuffix(".gz")
    copy = folder / name
    seen = _spread(file.path, copy) if not file.member and not file.packed else _stream(file, copy)
    return InputFile(copy), seen


def _spread(path: Path, copy: Path) -> bool:
    """Head and pieces of a plain file, each piece from the first line that begins in it to the last that ends in it."""
    size = path.stat().st_size
    with path.open("rb") as stream, copy.open("wb") as out:
        head = stream.read(HEAD)
        if wide_encoding(head[:512]):  # a line cannot be found in it byte by byte
            out.write(head[: len(head) // 2 * 2])
            return False
        out.write(head[: head.rfind(b"\n") + 1] or head)
        for n in range(PIECES):
            stream.seek(HEAD + (size - HEAD - PIECE) * n // max(1, PIECES - 1))
            piece = stream.read(PIECE)
            first, last = piece.find(b"\n") + 1, piece.rfind(b"\n") + 1
            out.write(piece[first:last])
    return False


def _stream(file: InputFile, copy: Path) -> bool:
    """The same of a packed file, which can only be read from its beginning: its head, and one block in EVERY of the rest."""
    head, whole = b"", True
    with copy.open("wb") as out:
        for n, block in enumerate(blocks(file)):
            if len(head) < WHOLE:
                head += block
            else:
                whole = False
                out.write(head[: head.rfind(b"\n") + 1] if out.tell() == 0 else b"")
                out.write(block[block.find(b"\n") + 1 : block.rfind(b"\n") + 1] if n % EVERY == 0 else b"")
        if whole:
            out.write(head)
    return whole


def _thin(path: Path, rows: int, most: int, connection: duckdb.DuckDBPyConnection, suffix: str = ".thin") -> Path:
    """Rows of a table at even steps, `most` of them."""
    thin = path.with_suffix(f"{suffix}.parquet")
    step = -(-min(rows, ROWS) // most) if suffix == ".few" else -(-rows // most)
    numbered = f"SELECT *, row_number() OVER (ORDER BY _record) - 1 AS _n FROM {parquet(path)}"
    connection.execute(
        f"COPY (SELECT * EXCLUDE (_n) FROM ({numbered}) WHERE _n % {step} = 0 ORDER BY _n) TO {literal(str(thin))} (FORMAT parquet)"
    )
    return thin
