"""The store: exports in, canonical Parquet out, rebuilt only where a file or its settings changed.

Each file becomes a part: its rows with canonical columns, the key of each row and what was wrong with it. The parts of a table are then put
together: a row that several exports hold is kept once, from the newest; rows in a total order that no file name or row order decides.
The store holds pseudonyms and categories. No number, name or narrative enters it.
"""

import contextlib
import hashlib
import json
import os
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb
from tqdm import tqdm

from hotline_analysis import machine, tables
from hotline_analysis.errors import CannotWrite, DataRefused, Held, NoInput
from hotline_analysis.intake import convert, identity, instants
from hotline_analysis.intake.engine import connect, literal, parquet
from hotline_analysis.intake.files import InputFile, find_files
from hotline_analysis.intake.ledger import FileLedger
from hotline_analysis.params import Params, Source
from hotline_analysis.tables import IDENTITY, INSTANT, Table

FORMAT = 1  # of parts and merged tables; another number builds every store anew
LINES = 20  # line numbers kept of each finding
ALL_REFUSED = 100  # a file of so many rows of which none converts is a wrong setting, not a bad file
SAME_ROW, OLDER = "same row", "older version"


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


class Store:
    """The canonical tables of one params file, in its workspace."""

    patience = 30  # seconds to wait for another builder

    def __init__(self, params: Params):
        self.params, self.folder = params, params.store_folder
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._state = _read_json(self.folder / "store.json")

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The locked-down engine with a view of each table."""
        if self._connection is None:
            self._open([])
        return self._connection

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that this store has."""
        return tuple(name for name in tables.TABLES if name in self._state.get("merged", {}))

    def table(self, name: str) -> duckdb.DuckDBPyRelation:
        """A canonical table, lazily; rows that params leave out are not in it."""
        return self._view(name, name)

    def left_out(self, name: str) -> duckdb.DuckDBPyRelation:
        """The rows of a table that params' `leave_out` takes from it, with the same columns."""
        return self._view(name, name + "_left_out")

    def _view(self, name: str, view: str) -> duckdb.DuckDBPyRelation:
        if name not in self.tables:
            raise NoInput(
                self.params.path.name, f"there is no table '{name}' in the store.", f"It has: {', '.join(self.tables) or 'nothing yet'}."
            )
        return self.connection.table(view)

    @property
    def facts(self) -> dict:
        """What is known of the data as a whole: key_id, time_zone, masked, digests, data_start, data_end, span, and the same by table."""
        return self._state.get("facts", {})

    @property
    def made(self) -> dict[str, str]:
        """Table -> a digest of everything that it was made from: it changes when the table does."""
        return {name: merged["made"] for name, merged in self._state.get("merged", {}).items()}

    @property
    def ledgers(self) -> list[FileLedger]:
        """The account of every file, in the order in which params name them."""
        return [FileLedger.from_dict(plain) for plain in _read_json(self.folder / "ledger.json").get("files", [])]

    @property
    def cells(self) -> list[dict]:
        """Cells that did not convert or had to be mended: file, column, reason, what was done, count, the first line numbers."""
        return _read_json(self.folder / "ledger.json").get("cells", [])

    def build(self, progress: bool = True) -> None:
        """Bring the store up to date with its files. Does nothing where no file and no setting changed."""
        with self._held(), _sentences(self.params):
            self.folder.joinpath("parts").mkdir(mode=0o700, exist_ok=True)
            key = self._key()
            jobs = self._jobs(key)
            self._open(sorted({job.file.path.resolve().parent for job in jobs}))
            try:
                parts = self._parts(jobs, key, progress)
                self._assemble(jobs, parts, key)
            finally:
                machine.remove_tree(self._staging)

    @contextlib.contextmanager
    def _held(self):
        """One builder at a time; another waits a little, since most builds find nothing to do."""
        machine.private_folder(self.folder)
        with contextlib.ExitStack() as stack:
            for wait in [0.2] * int(self.patience / 0.2) + [None]:
                try:
                    stack.enter_context(machine.lock(self.folder / "lock"))
                    break
                except machine.Locked:
                    if wait is None:
                        raise Held(str(self.folder), "another run is building this store.", "Wait for it to end.") from None
                    time.sleep(wait)
            self._state = _read_json(self.folder / "store.json")
            yield

    def _key(self) -> identity.Key:
        """The pseudonyms' key; another one than the store was made under is refused."""
        made = self._state.get("facts", {}).get("key_id")
        key = identity.open_key(self.params, made is not None)
        if made not in (None, key.id):
            raise DataRefused(
                str(self.folder),
                f"the store was made under key {made}, and the key at hand is {key.id}.",
                "Put the right key back, or delete the store to build it anew.",
            )
        return key

    def _jobs(self, key: identity.Key) -> list[Job]:
        return [
            Job(table, source, file, _part_key(self.params, table, source, file, key), _seen(file.path))
            for table in tables.TABLES.values()
            for source in self.params.sources(table.name)
            for file in find_files(source, self.params)
        ]

    @property
    def _staging(self) -> Path:
        return self.folder / "staging"

    def _open(self, inputs: list[Path]) -> None:
        """A connection that may read the inputs and the store and write the store."""
        if self._connection is not None:
            self._connection.close()
        self._connection = connect([self.folder, *inputs], self.folder / "spill", self.params.limits)
        self._connection.execute(instants.MACROS + convert.MACROS)
        self._make_views()

    def _make_views(self) -> None:
        for name in self.tables:
            for view in (name, name + "_left_out"):
                self._connection.execute(f"CREATE OR REPLACE VIEW {view} AS SELECT * FROM {parquet(self.folder / f'{view}.parquet')}")

    def _parts(self, jobs: list[Job], key: identity.Key, progress: bool) -> list[Part]:
        """Each file's part, from disk where it is there."""
        stale = [job for job in jobs if self._part(job) is None]
        if stale:
            machine.remove_tree(self._staging)
            machine.private_folder(self._staging)
            registry = identity.Registry(self._connection, self.folder / "identities.parquet")
            for job in tqdm(stale, desc=self.params.name, unit="file", disable=not progress):
                self._convert(job, key, registry)
        return [self._part(job) for job in jobs]

    def _part(self, job: Job) -> Part | None:
        plain = _read_json(self._at(job, ".json"))
        return Part.from_dict(plain) if plain and self._at(job, ".parquet").exists() else None

    def _at(self, job: Job, ending: str) -> Path:
        return self.folder / "parts" / (job.key + ending)

    def _convert(self, job: Job, key: identity.Key, registry: identity.Registry) -> None:
        """Read one file, convert it and put its part on disk."""
        from hotline_analysis.intake.readers import read

        text = read(job.file, job.source, self._staging, self._connection, convert.wanted(job.source))
        _unchanged(job)
        sheet = convert.sheet(text.path, text.columns, text.typed, job.source, job.file.name)
        found = self._identities(job, sheet, key, registry)
        conversion = convert.convert(
            job.table,
            job.source,
            sheet,
            zone=self.params.time_zone,
            salt=key.row_salt,
            identities={n: f"id_{n}" for n in found},
            order=self.params.identity,
        )
        staged = self._staging / (job.key + ".parquet")
        self._connection.execute(f"COPY ({conversion.sql}) TO {literal(str(staged))} (FORMAT parquet)")
        part = Part(list(conversion.columns), conversion.rejecting, text.ledger, [], found)
        _count_findings(self._connection, job, part, conversion, sheet, staged)
        _span(self._connection, job.table, part, staged)
        registry.save()
        _publish(staged, self._at(job, ".parquet"))
        _write_json(self._at(job, ".json"), part.as_dict())
        text.path.unlink()

    def _identities(self, job: Job, sheet: convert.Sheet, key: identity.Key, registry: identity.Registry) -> dict[str, dict[str, int]]:
        """Pseudonyms for the file's identity columns; how many cells of each column are in which state."""
        counts = {}
        for name, (kind, rule) in convert.identity_columns(job.table, job.source, self.params.identity).items():
            table = registry.resolve(
                f"SELECT {convert.text_sql(rule, sheet)} AS text FROM {parquet(sheet.path)}", rule, kind, key, f"id_{name}"
            )
            rows = self._connection.execute(
                f"SELECT CASE note WHEN 'masked' THEN note ELSE state END, sum(n)::BIGINT FROM {table} GROUP BY 1 ORDER BY 1"
            ).fetchall()
            counts[name] = dict(rows)
        return counts

    def _assemble(self, jobs: list[Job], parts: list[Part], key: identity.Key) -> None:
        """Put the parts of each table together, where they or their settings changed."""
        for left in self.folder.glob("*.staged"):
            left.unlink()
        merged, old = {}, self._state.get("merged", {})
        for name in dict.fromkeys(job.table.name for job in jobs):
            mine = [(job, part) for job, part in zip(jobs, parts, strict=True) if job.table.name == name]
            made = _merge_key(mine)
            fresh = old.get(name, {}).get("made") == made and (self.folder / f"{name}.parquet").exists()
            merged[name] = old[name] if fresh else {"made": made, **_Merge(self, tables.TABLES[name], mine).run()}
        if merged != old or not (self.folder / "ledger.json").exists():
            self._record(jobs, parts, merged, key)
        self._make_views()

    def _record(self, jobs: list[Job], parts: list[Part], merged: dict, key: identity.Key) -> None:
        """Publish the new tables with their ledger and the state that makes them the store's; forget what no table is made of."""
        ledgers = [ledger.as_dict() for ledger in _ledgers(jobs, parts, merged)]
        cells = [
            {"table": job.table.name, "file": job.file.name, **cell} for job, part in zip(jobs, parts, strict=True) for cell in part.cells
        ]
        for staged in sorted(self.folder.glob("*.staged")):
            _publish(staged, staged.with_suffix(".parquet"))
        _write_json(self.folder / "ledger.json", {"files": ledgers, "cells": cells})
        self._state = {"format": FORMAT, "merged": merged, "facts": _facts(self.params, jobs, merged, key)}
        _write_json(self.folder / "store.json", self._state)
        kept = {job.key for job in jobs}
        for path in (self.folder / "parts").iterdir():
            if path.name.split(".")[0] not in kept:
                path.unlink()


class _Merge:
    """The parts of one table while they become that table."""

    def __init__(self, store: Store, table: Table, mine: list[tuple[Job, Part]]):
        self.connection, self.folder, self.table, self.params = store._connection, store.folder, table, store.params
        places = sorted(
            range(len(mine)), key=lambda i: (mine[i][1].last_s is not None, mine[i][1].last_s or 0, mine[i][0].file.name, mine[i][0].key)
        )
        self.places = places  # the newest export, whose last row is the latest, has the highest rank
        self.ranked = [(rank, mine[place]) for rank, place in enumerate(places)]
        have = {column for _, part in mine for column in part.columns}
        self.columns = [c for c in _column_order(table) if c in have]

    def run(self) -> dict:
        """Write the table and what was left out of it; counts by file, and the table's facts."""
        self._rows()
        gone = [*self._repeated(), *self._folded()]
        counts = {"repeated": self._counts("repeated", "reason"), "folded": self._counts("folded", "'folded'"), "left_out": {}}
        gone_sql = " ".join(f"ANTI JOIN {name} USING (_rank, _record)" for name in gone)
        for ending, test in (("", "_out IS NULL"), ("_left_out", "_out IS NOT NULL")):
            self._write(
                f"SELECT {', '.join(self.columns)} FROM rows_in {gone_sql} WHERE {test} ORDER BY {self._order()}",
                f"{self.table.name}{ending}",
            )
        rows = self.connection.execute(
            f"SELECT _rank, _out, count(*) FROM rows_in {gone_sql} WHERE _out IS NOT NULL GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        for rank, reason, n in rows:
            counts["left_out"].setdefault(str(self.places[rank]), {})[reason] = n
        return {"counts": counts, "facts": self._facts()}

    def _rows(self) -> None:
        """Every row that was not rejected, with the rank of its file and the reason for which params leave it out."""
        selects = [
            f"SELECT *, {rank} AS _rank, {_left_out_sql(self.table, job.source)} AS _out FROM {parquet(self.folder / 'parts' / (job.key + '.parquet'))} "
            f"WHERE (_faults & {part.rejecting}) = 0"
            for rank, (job, part) in self.ranked
        ]
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW rows_in AS {' UNION ALL BY NAME '.join(selects)}")

    def _repeated(self) -> list[str]:
        """Rows whose key another row has: the newest export's stays; in one file the one with the latest times, then the fullest."""
        self.connection.execute("CREATE OR REPLACE TEMP TABLE twice AS SELECT _key FROM rows_in GROUP BY _key HAVING count(*) > 1")
        people = [c for c in self.columns if c in self.table and self.table[c].kind == IDENTITY]
        self.connection.execute(f"""
            CREATE OR REPLACE TEMP TABLE repeated AS
            SELECT _rank, _record, CASE WHEN same THEN '{SAME_ROW}' ELSE '{OLDER}' END AS reason FROM (
                SELECT _rank, _record, row_number() OVER newest AS n, content = first_value(content) OVER newest AS same
                FROM (SELECT *, hash({", ".join(["tie", *people])}) AS content
                      FROM (SELECT *, {self._tie()} AS tie, {self._latest()} AS latest, {self._filled()} AS filled FROM rows_in SEMI JOIN twice USING (_key)))
                WINDOW newest AS (PARTITION BY _key ORDER BY _rank DESC, latest DESC, filled DESC, tie DESC, _record DESC)
            ) WHERE n > 1""")
        return ["repeated"] if self._any("repeated") else []

    def _folded(self) -> list[str]:
        """Events of a contact that another of its events stands for: the first or the last in time, then in the order of files and records."""
        self.connection.execute("CREATE OR REPLACE TEMP TABLE folded (_rank BIGINT, _record BIGINT)")
        for take in {job.source.events.take for _, (job, _) in self.ranked if job.source.events}:
            ranks = [rank for rank, (job, _) in self.ranked if job.source.events and job.source.events.take == take]
            way = "" if take == "first" else " DESC"
            self.connection.execute(f"""
                INSERT INTO folded SELECT _rank, _record FROM (
                    SELECT _rank, _record, row_number() OVER (PARTITION BY _event ORDER BY {self._clock()}{way} NULLS LAST, _rank{way}, _record{way}) AS n
                    FROM rows_in ANTI JOIN repeated USING (_rank, _record) WHERE _rank IN ({", ".join(map(str, ranks))})
                ) WHERE n > 1""")
        return ["folded"] if self._any("folded") else []

    def _any(self, name: str) -> bool:
        return self.connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] > 0

    def _counts(self, name: str, reason: str) -> dict[str, dict[str, int]]:
        counts: dict[str, Counter] = {}
        for rank, why, n in self.connection.execute(f"SELECT _rank, {reason}, count(*) FROM {name} GROUP BY ALL ORDER BY ALL").fetchall():
            counts.setdefault(str(self.places[rank]), Counter())[why] += n
        return {key: dict(found) for key, found in counts.items()}

    def _clock(self) -> str:
        epoch = self.table[self.table.clock].epoch
        return epoch if epoch in self.columns else "CAST(NULL AS BIGINT)"

    def _latest(self) -> str:
        instants_here = [c.epoch for c in self.table.columns if c.kind == INSTANT and c.epoch in self.columns]
        return f"greatest({', '.join(instants_here)})" if instants_here else "0"

    def _filled(self) -> str:
        return " + ".join(f"({c} IS NOT NULL)::INT" for c in self.columns)

    def _tie(self) -> str:
        """A row's content but for the integers of its identities, which differ from store to store."""
        plain = [c for c in self.columns if not (c in self.table and self.table[c].kind == IDENTITY)]
        return f"hash({', '.join(plain)})"

    def _order(self) -> str:
        first = [self._clock(), *(c for c in (f"{self.table.name[:-1]}_id",) if c in self.columns)]
        last = [c for c in ("caller_group", "caller") if c in self.columns]
        return ", ".join(f"{c} NULLS LAST" for c in [*first, self._tie(), *last])

    def _write(self, sql: str, name: str) -> None:
        self.connection.execute(f"COPY ({sql}) TO {literal(str(self.folder / (name + '.staged')))} (FORMAT parquet, COMPRESSION zstd)")

    def _facts(self) -> dict:
        """Rows, span and what the identities are worth."""
        table = parquet(self.folder / f"{self.table.name}.staged")
        rows = self.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        wall = self.table.clock if self.table.clock in self.columns else None
        first, last = self.connection.execute(f"SELECT min({wall}), max({wall}) FROM {table}").fetchone() if wall else (None, None)
        return {
            "rows": rows,
            "columns": self.columns,
            "masked": self._masked(),
            "days_only": self._days_only(table),
            **_days(first, last, self.params.time_zone),
        }

    def _masked(self) -> bool:
        """True when most of the callers' written identities are masked: no figure about repeated calls can be had from them."""
        total = Counter()
        for _, (_, part) in self.ranked:
            for counts in part.identities.values():
                total.update(counts)
        return total["masked"] * 2 > total.total()

    def _days_only(self, table: str) -> list[str]:
        """Instants that never have a clock time: a day at midnight, so that hours cannot be told from them."""
        names = [c.name for c in self.table.columns if c.kind == INSTANT and c.name in self.columns]
        if not names:
            return []
        tests = ", ".join(f"count({n}) > 0 AND count(*) FILTER ({n} <> date_trunc('day', {n})) = 0" for n in names)
        found = self.connection.execute(f"SELECT {tests} FROM {table}").fetchone()
        return [name for name, days in zip(names, found, strict=True) if days]


def _column_order(table: Table) -> list[str]:
    """Canonical columns, each instant followed by its epoch seconds."""
    return [name for c in table.columns for name in ((c.name, c.epoch) if c.kind == INSTANT else (c.name,))]


def _left_out_sql(table: Table, source: Source) -> str:
    """The reason for which a row is left out, such as `outcome test`, or NULL."""
    cases = []
    for name, words in source.leave_out.items():
        for word in words:
            value = ("true" if word.casefold() in convert.YES else "false") if table[name].kind == tables.FLAG else word
            cases.append(f"WHEN CAST({name} AS VARCHAR) = {literal(value)} THEN {literal(f'{name} {word}')}")
    return f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"


def _count_findings(connection, job: Job, part: Part, conversion: convert.Conversion, sheet: convert.Sheet, staged: Path) -> None:
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
            part.cells.append({"column": finding.column, "reason": finding.reason, "done": finding.action, "count": count, "lines": lines})
            _refuse_either_way(connection, job, finding, sheet)
    for bit, n in sorted(rejected.items()):
        finding = conversion.findings[bit]
        below = conversion.rejecting & ((1 << bit) - 1)
        lines = _lines(connection, staged, f"(_faults & {1 << bit}) <> 0 AND (_faults & {below}) = 0")
        part.ledger.reject(f"{finding.reason} › {finding.column}", n, lines)
    if rejected.total() >= ALL_REFUSED and part.ledger.accepted == 0:
        _refuse_all(connection, job, conversion.findings[rejected.most_common(1)[0][0]], sheet)


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
        f"SELECT {text} FROM {parquet(sheet.path)} WHERE regexp_matches(trim({text}), {literal(instants.EITHER_WAY)}) LIMIT 1"
    ).fetchone()
    if row:
        raise DataRefused(
            f"{job.file.name} › {' + '.join(rule.source)}",
            f"dates such as {_shape(row[0])} may put the day or the month first.",
            f"Say which in {job.table.name} › columns › {finding.column} › formats: '%d/%m/%Y %H:%M' or '%m/%d/%Y %H:%M'.",
        )


def _refuse_all(connection, job: Job, finding: convert.Finding, sheet: convert.Sheet) -> None:
    rule = job.source.columns[finding.column]
    text = convert.text_sql(rule, sheet)
    row = connection.execute(f"SELECT {text} FROM {parquet(sheet.path)} WHERE {text} IS NOT NULL LIMIT 1").fetchone()
    shown = f" such as {_shape(row[0])}" if row else ""
    raise DataRefused(
        f"{job.file.name} › {' + '.join(rule.source)}",
        f"no row of it reads as {finding.column}{shown}.",
        f"Look at {job.table.name} › columns › {finding.column}.",
    )


def _shape(text: str) -> str:
    """A cell without its content: digits as d, letters as a; of the first 30 characters."""
    return "".join(
        "d" if c.isdigit() else "a" if c.isascii() and c.isalpha() else c if c in " /-.:年月日时分秒T" else "?" for c in text.strip()[:30]
    )


def _span(connection, table: Table, part: Part, staged: Path) -> None:
    """The first and last second of the table's clock in the part; what is accepted decides."""
    clock = table[table.clock].epoch
    if clock in part.columns:
        query = f"SELECT min({clock}), max({clock}) FROM {parquet(staged)} WHERE (_faults & {part.rejecting}) = 0"
        part.first_s, part.last_s = connection.execute(query).fetchone()


def _days(first: datetime | None, last: datetime | None, zone: str) -> dict:
    """The first day, the midnight after the last day with data, and both ends as epoch seconds."""
    if first is None:
        return {"data_start": None, "data_end": None, "data_start_s": None, "data_end_s": None, "span": None}
    start, end = instants.local_midnight(first, zone), instants.next_midnight(last, zone)
    return {
        "data_start": first.date().isoformat(),
        "data_end": datetime.fromordinal(last.toordinal() + 1).date().isoformat(),
        "data_start_s": start,
        "data_end_s": end,
        "span": [first.isoformat(sep=" "), last.isoformat(sep=" ")],
    }


def _facts(params: Params, jobs: list[Job], merged: dict, key: identity.Key) -> dict:
    """The store's facts; those of the first table stand at the top too."""
    by_table = {name: made["facts"] for name, made in merged.items()}
    first = next(iter(by_table.values()), {})
    top = {name: first.get(name) for name in ("masked", "data_start", "data_end", "data_start_s", "data_end_s", "span")}
    return {
        "key_id": key.id,
        "time_zone": params.time_zone,
        **top,
        "digests": {job.file.name: job.file.digest for job in jobs},
        "tables": by_table,
    }


def _ledgers(jobs: list[Job], parts: list[Part], merged: dict) -> list[FileLedger]:
    """Each file's account after the parts were put together."""
    ledgers, place = [], Counter()
    for job, part in zip(jobs, parts, strict=True):
        mine, counts = str(place[job.table.name]), merged[job.table.name]["counts"]
        ledger = FileLedger.from_dict(part.ledger.as_dict())
        ledger.name = job.file.name
        for reason, n in counts["repeated"].get(mine, {}).items():
            ledger.duplicate(reason, n)
        for reason, n in counts["left_out"].get(mine, {}).items():
            ledger.leave_out(reason, n)
        ledger.fold(sum(counts["folded"].get(mine, {}).values()))
        place[job.table.name] += 1
        ledgers.append(ledger)
    return ledgers


def _part_key(params: Params, table: Table, source: Source, file: InputFile, key: identity.Key) -> str:
    """A name for the part that changes with whatever its content depends on."""
    settings = source.model_dump(mode="json", exclude={"files", "leave_out"})
    said = [
        FORMAT,
        duckdb.__version__,
        table.name,
        settings,
        params.time_zone,
        params.identity,
        key.id,
        file.digest,
        file.member,
        file.sheet,
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:32]


def _merge_key(mine: list[tuple[Job, Part]]) -> str:
    said = [FORMAT, [[job.key, job.file.name, {k: list(v) for k, v in job.source.leave_out.items()}] for job, _ in mine]]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


def _seen(path: Path) -> tuple:
    """What tells that a file was replaced, short of reading it again."""
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def _unchanged(job: Job) -> None:
    if not job.file.path.exists() or _seen(job.file.path) != job.seen:
        raise DataRefused(job.file.name, "was replaced while it was being read.", "Run again when the export is complete.")


def _publish(staged: Path, final: Path) -> None:
    """A finished Parquet file on disk, then under its name."""
    staged.chmod(0o600)
    with staged.open("rb+") as handle:
        os.fsync(handle.fileno())
    machine.replace_safely(staged, final)


def _read_json(path: Path) -> dict:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
        return {}


def _write_json(path: Path, content: dict) -> None:
    staged = path.with_suffix(".new")
    machine.write_safely(staged, json.dumps(content, ensure_ascii=False, indent=1).encode())
    os.chmod(staged, 0o600)
    machine.replace_safely(staged, path)


@contextlib.contextmanager
def _sentences(params: Params):
    """The engine's and the system's refusals as sentences."""
    try:
        yield
    except duckdb.OutOfMemoryException as fault:
        raise CannotWrite(
            params.path.name, "limits › memory_gib and spill_gib are too small for these files.", "Raise them, or free space."
        ) from fault
    except duckdb.IOException as fault:
        raise CannotWrite(
            str(params.store_folder), "the store cannot be written or read.", "Look at the disk's free space and rights."
        ) from fault
    except OSError as fault:
        raise CannotWrite(str(params.store_folder), f"the store cannot be written ({fault.strerror}).") from fault
