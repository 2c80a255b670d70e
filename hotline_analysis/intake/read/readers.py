"""Exports as text tables: every record of a file becomes a row of text, or a line of its ledger.

Nothing is converted here. A text file goes through DuckDB's parallel reader, and where that reader's rows and the file's physical lines do not
add up, through a slower one that finds its step again after a stray quote or a broken line (`resync.py`).
"""

import hashlib
import os
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from hotline_analysis import machine
from hotline_analysis.errors import DataRefused, RunFailed
from hotline_analysis.intake.engine import literal, quoted
from hotline_analysis.intake.read.cells import SEPARATOR, named
from hotline_analysis.intake.read.decode import LONGEST_LINE, StagedText, stage_text
from hotline_analysis.intake.read.dialect import Dialect, find_dialect
from hotline_analysis.intake.read.files import real_kind
from hotline_analysis.intake.read.ledger import GARBLED, LONG, OPEN_QUOTE, SHORT, UNFINISHED, FileLedger
from hotline_analysis.intake.read.marks import ERROR
from hotline_analysis.intake.read.resync import QUOTE, ends_cut, resynchronise
from hotline_analysis.intake.read.rows import LABEL, LONE, RULE
from hotline_analysis.intake.read.stored import BLOCK, R_FILES, WORKBOOKS, InputFile, unstored
from hotline_analysis.intake.read.workbooks import read_r_rows, read_rows
from hotline_analysis.params import Source
from hotline_analysis.personal import masked_name

SETTINGS = {  # what to try where no line of a text is a record, by the commonest reason
    OPEN_QUOTE: 'If text goes on after its closing quotes, set repair: text_after_quote; if quotes are plain characters there, quote: "".',
    SHORT: "If the lines lack only last fields that are not mapped, set repair: dropped_ends.",
    LONG: "Name its separator, or every column by header.",
}
OUR_FAULT = "This is a fault of the program; please report it."
OWN_LINE_END = r"new_line = '\n', "  # of our copies, where a cell may hold a lone \r; DuckDB misreads files when told of \r\n
FLOATS = "CASE WHEN isnan({{c}}) THEN NULL WHEN abs({{c}}) >= {first_lost} THEN printf('%.15E', {{c}}) WHEN {{c}} = trunc({{c}}) THEN {{c}}::BIGINT::VARCHAR ELSE {{c}}::VARCHAR END"
# A typed column of a Parquet file as TextTable describes text; {c} is the column, {unread} what stands for bytes that are no text.
AS_TEXT = {
    "VARCHAR": "nullif({c}, '')",
    "BLOB": "nullif(CASE WHEN {c} IS NOT NULL THEN coalesce(TRY(decode({c})), {unread}) END, '')",
    "BOOLEAN": "upper({c}::VARCHAR)",
    "FLOAT": FLOATS.format(first_lost=1 << 24),  # single precision holds every whole number up to here
    "DOUBLE": FLOATS.format(first_lost=1e15),
    "DECIMAL": "CASE WHEN contains({c}::VARCHAR, '.') THEN regexp_replace({c}::VARCHAR, '\\.?0+$', '') ELSE {c}::VARCHAR END",
    "TIMESTAMP": "CASE WHEN {c} = date_trunc('day', {c}) THEN {c}::DATE::VARCHAR ELSE {c}::TIMESTAMP::VARCHAR END",
}


@dataclass
class TextTable:
    """One file's records as text, and their ledger.

    `columns`: the header as the file says it, without BOM and outer blanks; the second column of one name is `Variant (2)`, a nameless one `(3)`.
    `path`: a Parquet file in the staging folder: BIGINT `_record` (1-based physical line of the file, or row of the sheet, on which the record
    starts; increasing in file order) and VARCHAR c0, c1, ... in file order. A blank cell is NULL, never ''; other cells are untrimmed.
    `typed`: the file itself knew types (workbook, Parquet, R). Its instants are ISO text (`2020-01-02 03:04:05`, with `.ffffff` only when there
    are microseconds; `2020-01-02` for a bare day), its clock times and durations always have three parts (`09:12:58`, `27:46:40`), whole numbers have
    no `.0`, other numbers are Python's shortest form, numbers of 16 digits and more (of single precision: of 8) carry `E+` (their last digits
    are not to be trusted), and flags are TRUE and FALSE. Text cells of such a file stay as they are, so ISO is tried first and the declared formats after it.
    `sheet`: of a workbook the one that was read.
    """

    columns: tuple[str, ...]
    path: Path
    ledger: FileLedger
    typed: bool = False
    sheet: str = ""


def read(file: InputFile, source: Source, staging: Path, connection: duckdb.DuckDBPyConnection, wanted: Collection[str]) -> TextTable:
    """The file as a text table in `staging` (a folder of ours that the connection may read and write).

    `wanted` are the header names that params map: the header row, the separator and the sheet are those that show the most of them. Names
    that the file lacks are the caller's to refuse; a file that has none of them is refused here.
    Raises DataRefused (65) where going on would be a guess: encoding, separator, shape, size.
    """
    stem = staging / hashlib.sha256(b"\0".join(map(os.fsencode, (file.path, file.member, file.sheet)))).hexdigest()[:20]
    try:
        table = _read(file, source, stem, connection, wanted)
    finally:
        for left in staging.glob(f"{stem.name}.*"):
            if left.suffix != ".parquet":
                machine.remove(left)
    if table.ledger.unaccounted:
        raise RunFailed(file.name, f"{table.ledger.unaccounted} of its records are unaccounted for.", OUR_FAULT)
    return table


def _read(file: InputFile, source: Source, stem: Path, connection: duckdb.DuckDBPyConnection, wanted: Collection[str]) -> TextTable:
    if source.database:  # our own copy of its rows: how it is written is known, and that it knew types
        known = source.model_copy(update={"encoding": "utf-8", "separator": ",", "quote": '"'})
        return replace(_read_text(file, known, stem, connection, wanted), typed=True)
    kind = real_kind(file, source.encoding)
    if kind in WORKBOOKS:
        return _read_workbook(file, source, stem, connection, wanted)
    if kind in R_FILES:
        return _read_r(file, source, stem, connection)
    if kind == ".parquet":
        return _read_parquet(file, stem, connection, wanted)
    return _read_text(file, source, stem, connection, wanted)


def _read_workbook(
    file: InputFile, source: Source, stem: Path, connection: duckdb.DuckDBPyConnection, wanted: Collection[str]
) -> TextTable:
    said = read_rows(file, source, stem, wanted)
    counts = {name: said[name] for name in ("skipped", "header", "blank", "accepted")}
    ledger = FileLedger(file.name, file.digest, "workbook", lines=said["rows"], **counts)
    ledger.encoding = said.get("encoding", "")
    for row in said["summary"]:
        ledger.summarise(row)
    for row, reason in said["rejected"]:
        ledger.refuse_record(row, reason)
    if said["rejected"] and not said["accepted"]:
        raise DataRefused(
            file.name, f"no row has the {len(said['columns'])} cells of its header.", f"The first: row {said['rejected'][0][0]}."
        )
    if said.get("garbled"):
        ledger.note(GARBLED, round(said["garbled"], 4))
    ledger.unread = {masked_name(sheet): rows for sheet, rows in said["unread"].items()}
    ledger.unlisted = {masked_name(sheet): rows for sheet, rows in said["unlisted"].items()}
    ledger.beside = [masked_name(sheet) for sheet in said["beside"]]
    table = _typed(tuple(said["columns"]), SEPARATOR, stem, connection, ledger, typed=said["typed"])
    table.sheet = said["sheet"]
    return table


def _read_r(file: InputFile, source: Source, stem: Path, connection: duckdb.DuckDBPyConnection) -> TextTable:
    said = read_r_rows(file, source, stem)
    ledger = FileLedger(file.name, file.digest, "r", lines=said["rows"], accepted=said["accepted"], blank=said["rows"] - said["accepted"])
    return _typed(tuple(said["columns"]), SEPARATOR, stem, connection, ledger)


def _typed(
    columns: tuple[str, ...], separator: str, stem: Path, connection: duckdb.DuckDBPyConnection, ledger: FileLedger, typed: bool = True
) -> TextTable:
    target = stem.with_suffix(".parquet")
    load_clean(stem.with_suffix(".clean"), len(columns), len(columns), separator, target, connection, ledger)
    return TextTable(columns, target, ledger, typed)


def _read_parquet(file: InputFile, stem: Path, connection: duckdb.DuckDBPyConnection, wanted: Collection[str]) -> TextTable:
    copy, target = stem.with_suffix(".stored"), stem.with_suffix(".parquet")
    unstored(file, copy)
    stored = f"read_parquet({literal(copy)}, file_row_number = true)"
    try:
        described = connection.execute(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {stored}").fetchall()
        cells = [_as_text(name, kind, name in wanted) for name, kind, *_ in described]
        rows = f"SELECT file_row_number + 1 AS _record, {', '.join(f'{cell} AS c{i}' for i, cell in enumerate(cells))} FROM {stored}"
        total = connection.execute(f"SELECT count(*) FROM {stored}").fetchall()[0][0]
        filled = f"coalesce({', '.join(f'c{i}' for i in range(len(cells)))}) IS NOT NULL"
        accepted = _copy(f"SELECT * FROM ({rows}) WHERE {filled}", target, connection)
    except duckdb.Error as fault:  # what a damaged file makes the engine say is of many kinds
        if isinstance(fault, duckdb.OutOfMemoryException) or target.name in str(fault):
            raise
        raise DataRefused(file.name, "is not a whole Parquet file.", "Export it again.") from fault
    ledger = FileLedger(file.name, file.digest, "parquet", lines=total, accepted=accepted, blank=total - accepted)
    return TextTable(named(name for name, *_ in described), target, ledger, typed=True)


def _as_text(name: str, kind: str, mapped: bool) -> str:
    """A column of a Parquet file as text. Bytes that are no text are an unread cell where params map them; elsewhere they only tell rows apart."""
    column = quoted(name)
    unread = literal(ERROR) if mapped else f"md5({column})"
    return AS_TEXT.get(kind.partition("(")[0].removesuffix("_NS"), "{c}::VARCHAR").format(c=column, unread=unread)


def _read_text(file: InputFile, source: Source, stem: Path, connection: duckdb.DuckDBPyConnection, wanted: Collection[str]) -> TextTable:
    text = stage_text(file, source.encoding, stem.with_suffix(".txt"))
    dialect = find_dialect(text.path, file.name, source, wanted)
    target = stem.with_suffix(".parquet")
    ledger = FileLedger(file.name, file.digest, encoding=text.encoding, separator=dialect.separator)
    asked = [at for at, name in enumerate(dialect.columns) if name in wanted]
    if not _read_fast(text, dialect, target, connection, ledger, asked):
        _read_slowly(text, dialect, source, target, connection, ledger, asked)
    if text.unfinished:
        ledger.note(UNFINISHED)
    if text.garbled:
        ledger.note(GARBLED, round(text.garbled, 4))
    return TextTable(dialect.columns, target, ledger)


def _read_fast(
    text: StagedText, dialect: Dialect, target: Path, connection: duckdb.DuckDBPyConnection, ledger: FileLedger, asked: list[int]
) -> bool:
    """DuckDB's parallel reader, strictly; False, with the ledger untouched, unless its rows and the file's physical lines add up."""
    if not text.plain or dialect.trailing or dialect.data_line - dialect.header_line > 1 or ends_cut(text, dialect):
        return False
    skipped = dialect.data_line - 1
    rows = f"SELECT row_number() OVER () + {skipped} AS _record, * FROM {_csv(text.path, dialect, dialect.width, skipped)}"
    try:
        count = _copy(rows, target, connection)
    except duckdb.InvalidInputException:  # a line that is no record: the slow reader says which
        return False
    whole = count == text.lines - skipped - text.last_blanks and not _drops_fields(text, dialect, target, connection, count)
    if not whole or _odd_rows(target, dialect, connection, asked):
        return False
    ledger.reader, ledger.lines, ledger.accepted, ledger.blank = "fast", text.lines, count, text.last_blanks
    ledger.header = min(1, dialect.header_line)
    ledger.skipped = skipped - ledger.header
    return True


def _drops_fields(text: StagedText, dialect: Dialect, target: Path, connection: duckdb.DuckDBPyConnection, count: int) -> bool:
    """True when the text has more separators than its rows: DuckDB drops blank fields behind the last column without a word, although the
    separator too many may stand further left. Separators inside cells are looked for only where the sum does not fit without them.
    """
    mark, more = dialect.separator.encode(), -(dialect.width - 1) * count
    with text.path.open("rb") as stream:
        for _ in range(dialect.data_line - 1):
            stream.readline()
        while block := stream.read(BLOCK):
            more += block.count(mark)
    if more and dialect.quote:
        cells = [f"coalesce(sum(length(c{i}) - length(replace(c{i}, {literal(dialect.separator)}, ''))), 0)" for i in range(dialect.width)]
        more -= connection.execute(f"SELECT {' + '.join(cells)} FROM read_parquet({literal(target)})").fetchall()[0][0]
    return more != 0


def _odd_rows(target: Path, dialect: Dialect, connection: duckdb.DuckDBPyConnection, asked: list[int]) -> bool:
    """True when a row is blank throughout, the header again, or a summary; all are the slow reader's to count. Mostly the first column says no."""
    filled = [f"nullif(trim(c{i}), '')" for i in range(dialect.width)]
    text, count = f"coalesce({', '.join(filled)})", " + ".join(f"({cell} IS NOT NULL)::INT" for cell in filled)
    header = " AND ".join(f"trim(c{i}) = {literal(name)}" for i, name in enumerate(dialect.columns[:3]))
    lacking = " OR ".join(f"{filled[at]} IS NULL" for at in asked) or "true"
    lone = len(asked) >= LONE
    first = f"{filled[0]} IS NULL OR trim(c0) = {literal(dialect.columns[0])} OR {_says(RULE, filled[0])} OR (({lacking}) AND ({_says(LABEL, filled[0])} OR ({lone} AND {filled[min(1, dialect.width - 1)]} IS NULL)))"
    odd = f"{text} IS NULL OR ({header}) OR {_says(RULE, filled[0])} OR (({lacking}) AND ({_says(LABEL, text)} OR ({lone} AND ({count}) = 1)))"
    stored = f"SELECT 1 FROM read_parquet({literal(target)})"
    return all(connection.execute(f"{stored} WHERE {test} LIMIT 1").fetchall() for test in (first, odd))


def _says(pattern: re.Pattern, cell: str) -> str:
    return f"coalesce(regexp_full_match({cell}, {literal(pattern.pattern)}, 'is'), false)"


def _read_slowly(
    text: StagedText,
    dialect: Dialect,
    source: Source,
    target: Path,
    connection: duckdb.DuckDBPyConnection,
    ledger: FileLedger,
    asked: list[int],
) -> None:
    clean = target.with_suffix(".clean")
    ledger.reader = "resynchronising"
    resynchronise(text, dialect, source, ledger, clean, asked)
    if not ledger.accepted and ledger.rejected:
        raise DataRefused(
            text.name,
            f"no line has the {dialect.width} fields of its header.",
            f"The first: line {ledger.rejected_at[0][0]}, {ledger.rejected_at[0][1]}. {SETTINGS.get(ledger.rejected.most_common(1)[0][0], '')}".rstrip(),
        )
    load_clean(clean, len(dialect.columns), dialect.width, dialect.separator, target, connection, ledger)


def load_clean(
    clean: Path, columns: int, width: int, separator: str, target: Path, connection: duckdb.DuckDBPyConnection, ledger: FileLedger
) -> None:
    """A clean copy (record number, then `width` fields, of which the first `columns` count) as Parquet; what was written must come out."""
    names = ["_record", *(f"c{i}" for i in range(width))]
    cells = ", ".join(f"c{i}" for i in range(columns))
    dialect = Dialect(separator, QUOTE, (), 0, 1, width)
    count = _copy(
        f"SELECT _record::BIGINT AS _record, {cells} FROM {_csv(clean, dialect, width, names=names, extra=OWN_LINE_END)}",
        target,
        connection,
    )
    if count != ledger.accepted:
        raise RunFailed(ledger.name, f"{ledger.accepted} records were read and {count} written.", OUR_FAULT)


def _csv(path: Path, dialect: Dialect, width: int, skip: int = 0, names: list[str] | None = None, extra: str = "") -> str:
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names or [f"c{i}" for i in range(width)])
    quote = literal(dialect.quote)
    return (
        f"read_csv({literal(path)}, columns = {{{columns}}}, auto_detect = false, header = false, skip = {skip}, delim = {literal(dialect.separator)}, "
        f"quote = {quote}, escape = {quote}, {extra}comment = '', nullstr = '', strict_mode = true, null_padding = false, ignore_errors = false, "
        f"max_line_size = {2 * LONGEST_LINE})"
    )


def _copy(query: str, target: Path, connection: duckdb.DuckDBPyConnection) -> int:
    return connection.execute(f"COPY ({query}) TO {literal(target)} (FORMAT parquet)").fetchall()[0][0]
