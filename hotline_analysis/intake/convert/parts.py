"""One file of one table: its rows as canonical columns, what was found in them, and what is refused outright."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from hotline_analysis.disclosure import SMALLEST
from hotline_analysis.errors import DataRefused
from hotline_analysis.intake.convert import convert, hints, instants
from hotline_analysis.intake.convert.identity import DAMAGED
from hotline_analysis.intake.engine import literal, parquet
from hotline_analysis.intake.read.ledger import FileLedger
from hotline_analysis.intake.read.stored import InputFile
from hotline_analysis.params import Params, Source
from hotline_analysis.personal import found
from hotline_analysis.tables import INSTANT, ITEMS, Table

FORMAT = 18  # of parts and tables; another number builds every store anew
DUE = "due_at"  # lies ahead: nothing has happened then
FEW = 0.01  # of an export's rows, at most, may be older or later than what it tells of
FAR_OUT_DAYS = 731  # an instant this far outside the data is a sentinel (1900-01-01, 2099-12-31) or a mistyped year
NAMED, LONGEST_WORD, BETWEEN = 5, 12, "、"  # words that are named one by one, how long they may be, and what stands between them
LINES = 20  # line numbers kept of each finding
ALL_REFUSED = 100  # a file of so many rows of which none converts is a wrong setting, not a bad file


@dataclass
class Part:
    """One file's rows as canonical columns on disk, and what is known about them."""

    columns: list[str]
    rejecting: int
    ledger: FileLedger
    cells: list[dict]
    identities: dict[str, dict[str, int]]
    first_s: int | None = None
    last_s: int | None = None
    begins_s: int | None = None  # from which creation on it tells of orders: nearly all of its rows are later
    told_until: str | None = None  # the last day on which anything that it tells of happened
    unmet: list[str] = field(default_factory=list)  # columns whose `when` none of its rows meets
    refusal: tuple[str, ...] = ()  # why no row of it converts: where, what is wrong, what would be right

    def as_dict(self) -> dict:
        return {**self.__dict__, "ledger": self.ledger.as_dict()}

    @classmethod
    def from_dict(cls, plain: dict) -> "Part":
        return cls(**{**plain, "ledger": FileLedger.from_dict(plain["ledger"])})


@dataclass(frozen=True)
class Job:
    """One file to be read for one table."""

    table: Table
    source: Source
    file: InputFile
    key: str
    seen: tuple = field(compare=False, default=())


def part_key(params: Params, table: Table, source: Source, file: InputFile, key_id: str) -> str:
    """A name for the part that changes with whatever its content depends on."""
    settings = source.model_dump(mode="json", exclude={"files", "leave_out"})
    slots = "score" in source.columns or any(name in ITEMS for name in source.columns)
    said = [
        FORMAT,
        duckdb.__version__,
        table.name,
        table.clock,
        settings,
        params.time_zone,
        sorted(params.countries),
        params.identity,
        key_id,
        file.digest,
        file.member,
        file.sheet,
        {slot: item.model_dump(mode="json", include={"scale", "not_applicable"}) for slot, item in params.items.items()} if slots else {},
        params.period.model_dump() if table.monthly else {},
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:32]


def seen(path: Path) -> tuple:
    """What tells that a file was replaced, short of reading it again."""
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def unchanged(job: Job) -> None:
    if not job.file.path.exists() or seen(job.file.path) != job.seen:
        raise DataRefused(job.file.name, "was replaced while it was being read.", "Run again when the export is complete.")


def count_findings(connection, job: Job, part: Part, conversion: convert.Conversion, sheet: convert.Sheet, staged: Path) -> None:
    """Cells by column and reason into the part, rejected rows into its ledger; day-or-month dates and wholly unreadable files are refused."""
    patterns = connection.execute(
        f"SELECT _faults, count(*) FROM {parquet(staged)} WHERE _faults <> 0 GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    rejected: Counter = Counter()
    for faults, n in patterns:
        if faults & conversion.rejecting:
            rejected[_lowest(faults & conversion.rejecting)] += n
    for bit, finding in enumerate(conversion.findings):
        count = sum(n for faults, n in patterns if faults >> bit & 1)
        if count:
            lines = _lines(connection, staged, f"(_faults & {1 << bit}) <> 0")
            said = {"column": finding.column, "reason": finding.reason, "done": finding.action, "count": count, "lines": lines, "bit": bit}
            often = _often(connection, job, finding, sheet, staged, bit) if finding.reason == convert.WORD else {}
            part.cells.append({**said, **_cells_of(connection, job, finding, sheet, lines), **often})
            _refuse_either_way(connection, job, finding, sheet)
    for bit, n in sorted(rejected.items()):
        finding = conversion.findings[bit]
        below = conversion.rejecting & ((1 << bit) - 1)
        lines = _lines(connection, staged, f"(_faults & {1 << bit}) <> 0 AND (_faults & {below}) = 0")
        part.ledger.reject(f"{finding.reason} › {finding.column}", n, lines)
    if rejected and part.ledger.accepted == 0:
        part.refusal = _refusal(connection, job, conversion.findings[rejected.most_common(1)[0][0]], sheet)
        if rejected.total() >= ALL_REFUSED:
            raise DataRefused(*part.refusal)


def unmet(connection, source: Source, sheet: convert.Sheet) -> list[str]:
    """The columns whose `when` no row of the file meets."""
    asked = {name: convert.when_sql(rule, sheet) for name, rule in source.columns.items() if rule.when}
    if not asked:
        return []
    met = connection.execute(
        f"SELECT {', '.join(f'count(*) FILTER ({test})' for test in asked.values())} FROM {parquet(sheet.path)}"
    ).fetchone()
    return [name for name, n in zip(asked, met, strict=True) if not n]


def _cells_of(connection, job: Job, finding: convert.Finding, sheet: convert.Sheet, lines: list[int]) -> dict:
    """How many cells of the column hold anything, and what the first one that was not read looks like (digits as d, letters as a)."""
    rule = job.source.columns.get(finding.column) or job.source.columns.get("caller")
    if rule is None or rule.constant is not None:
        return {"filled": 0, "shape": ""}
    text = convert.text_sql(rule, sheet)
    counts = f"count(*) FILTER (trim({text}) <> ''), max({text}) FILTER (_record = {lines[0]})"
    filled, first = connection.execute(f"SELECT {counts} FROM {parquet(sheet.path)}").fetchone()
    return {"filled": filled, "shape": _shape(first or "") if finding.reason in (convert.VALUE, DAMAGED) else ""}


def _often(connection, job: Job, finding: convert.Finding, sheet: convert.Sheet, staged: Path, bit: int) -> dict:
    """The words that are none of a column's list, the commonest first, of those that recur: a word of a few rows may be somebody's name, and a number is nobody's word."""
    text = f"trim({convert.text_sql(job.source.columns[finding.column], sheet)})"
    rows = f"_record IN (SELECT _record FROM {parquet(staged)} WHERE (_faults & {1 << bit}) <> 0)"
    plain = f"length({text}) <= {LONGEST_WORD} AND NOT regexp_matches({text}, '\\d')"
    words = connection.execute(
        f"SELECT {text} FROM {parquet(sheet.path)} WHERE {rows} AND {plain} GROUP BY 1 HAVING count(*) >= {SMALLEST} "
        f"ORDER BY count(*) DESC, 1 LIMIT {NAMED}"
    ).fetchall()
    return {"shape": BETWEEN.join(word for (word,) in words if not found(word))}


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


def _lines(connection, staged: Path, test: str) -> list[int]:
    return [
        row[0]
        for row in connection.execute(f"SELECT _record FROM {parquet(staged)} WHERE {test} ORDER BY _record LIMIT {LINES}").fetchall()
    ]


def _refuse_either_way(connection, job: Job, finding: convert.Finding, sheet: convert.Sheet) -> None:
    """`05/06/2024` without a declared order is two dates: nobody but the reader knows which."""
    rule = job.source.columns.get(finding.column)
    if rule is None or rule.formats or finding.reason != convert.VALUE or job.table[finding.column].kind != INSTANT:
        return
    text = convert.text_sql(rule, sheet)
    row = connection.execute(
        f"SELECT {text} FROM {parquet(sheet.path)} WHERE regexp_matches(clean({text}), {literal(instants.EITHER_WAY)}) LIMIT 1"
    ).fetchone()
    if row:
        raise DataRefused(
            f"{job.file.name} › {' + '.join(rule.source)}",
            f"dates such as {_shape(row[0])} may put the day or the month first.",
            _declare(connection, job, finding.column, sheet),
        )


def _refusal(connection, job: Job, finding: convert.Finding, sheet: convert.Sheet) -> tuple[str, str, str]:
    """Why a file of which no row converts is a wrong setting, and which setting reads it."""
    rule = job.source.columns[finding.column]
    text = convert.text_sql(rule, sheet)
    row = connection.execute(f"SELECT {text} FROM {parquet(sheet.path)} WHERE trim({text}) <> '' LIMIT 1").fetchone()
    shown = f" such as {_shape(row[0])}" if row else ""
    timed = row and job.table[finding.column].kind == INSTANT
    hint = _declare(connection, job, finding.column, sheet) if timed else f"Look at {job.table.name} › columns › {finding.column}."
    return f"{job.file.name} › {' + '.join(rule.source)}", f"no row of it reads as {finding.column}{shown}.", hint


def _declare(connection, job: Job, column: str, sheet: convert.Sheet) -> str:
    """The forms under which the column would be read, with how many of its cells; both orders where two read it."""
    rule, place = job.source.columns[column], f"{job.table.name} › columns › {column} › formats"
    text = convert.text_sql(rule, sheet)
    ways = hints.forms(connection, sheet.path, text)
    filled = connection.execute(f"SELECT count(*) FROM {parquet(sheet.path)} WHERE trim({text}) <> ''").fetchall()[0][0]
    if not ways:
        return f"Write its form in {place} as strptime patterns, such as '%Y-%m-%d %H:%M:%S'."
    told = [f"{hints.yaml(way)} reads {n:,} of {filled:,} cells" for way, n in ways if n * 10 >= ways[0][1]]
    return f"Say which in {place}: {'; '.join(told[:3])}."


def _shape(text: str) -> str:
    """A cell without its content: digits as d, letters as a; of the first 30 characters."""
    return "".join(
        "d" if c.isdigit() else "a" if c.isascii() and c.isalpha() else c if c in " /-.:年月日时分秒T" else "?" for c in text.strip()[:30]
    )


def span(connection, table: Table, part: Part, staged: Path) -> None:
    """The first and last second of the table's clock in the part, and of which rows it tells until when; what is accepted decides.

    An order may be told of again by a later export. A few old ones among the new ones, which an export of one month may hold, tell nothing of the others of their day;
    and an instant far beyond nearly all rows, such as 2099-12-31 for what is open, is none on which anything happened.
    """
    wall, clock = table.clock, table[table.clock].epoch
    if clock in part.columns:
        times = ", ".join(c.name for c in table.columns if c.kind == INSTANT and c.name in part.columns and c.name != DUE)
        rows = f"FROM {parquet(staged)} WHERE (_faults & {part.rejecting}) = 0"
        asked = f"min({clock}), max({clock}), quantile_disc({clock}, {FEW}), quantile_disc({wall}, {1 - FEW})"
        part.first_s, part.last_s, part.begins_s, late = connection.execute(f"SELECT {asked} {rows}").fetchone()
        if late is not None:
            every = f"SELECT unnest([{times}]) AS happened {rows}"
            told = f"SELECT CAST(CAST(max(happened) AS DATE) AS VARCHAR) FROM ({every}) WHERE happened <= {literal(str(late))}::TIMESTAMP + INTERVAL {FAR_OUT_DAYS} DAY"
            (part.told_until,) = connection.execute(told).fetchone()
