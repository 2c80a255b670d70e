"""The store: exports in, canonical Parquet out, rebuilt only where a file or its settings changed.

Each file becomes a part: its rows with canonical columns, the key of each row and what was wrong with it. The parts of a table are then put
together: a row that several exports hold is kept once, from the newest; rows in a total order that no file name or row order decides.
The store holds pseudonyms, categories, ids and the names of those who handled a call. Personal forms and narratives are kept out (`guard.py`); a name
alone in a category cannot be told from a word and stays in it.
"""

import contextlib
import json
import os
import time
from pathlib import Path

import duckdb
from tqdm import tqdm

from hotline_analysis import machine, tables
from hotline_analysis.errors import CannotWrite, DataRefused, Held, NoInput
from hotline_analysis.intake import convert, evidence, guard, identity, instants
from hotline_analysis.intake.engine import connect, literal, parquet
from hotline_analysis.intake.files import find_files
from hotline_analysis.intake.ledger import FileLedger
from hotline_analysis.intake.merge import Merge, cells_of, ledgers_of, merge_key
from hotline_analysis.intake.parts import FORMAT, Job, Part, count_findings, part_key, seen, span, unchanged
from hotline_analysis.params import Params
from hotline_analysis.tables import Table


class Store:
    """The canonical tables of one params file, in its workspace."""

    patience = 300  # seconds to wait for another builder: a first build of a year of exports takes a minute or two

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
    def recorded_days(self) -> set[str]:
        """The days of the first table that have records in it, as the hotline cuts them."""
        return {
            day for ledger in self.ledgers if ledger.table == self.tables[0] for day, fates in ledger.days.items() if "accepted" in fates
        }

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
        """Cells that did not convert or had to be mended: table, file, column, reason, done (reject, blank, count), count, lines (the first numbers),
        filled (the column's cells that hold anything) and shape (of the first that was not read: `dm dds`), days (day -> [found, filled]).
        """
        return _read_json(self.folder / "ledger.json").get("cells", [])

    def build(self, progress: bool = True) -> None:
        """Bring the store up to date with its files. Does nothing where no file and no setting changed."""
        with _sentences(self.params), self._held():
            self.folder.joinpath("parts").mkdir(mode=0o700, exist_ok=True)
            key = self._key()
            jobs = self._jobs(key)
            self._open([])  # the exports are read by Python alone: their folders may have names that the engine cannot take
            try:
                parts = self._parts(jobs, key, progress)
                self._assemble(jobs, parts, key)
            finally:
                machine.remove(self._staging)
                self._open([])  # a fresh engine: the one that built knows written numbers, and may read the exports

    def claim(self) -> None:
        """Make the store's folder ours, or raise CannotWrite, before anything in it is touched, where it holds what this program did not make."""
        with _sentences(self.params):
            if machine.is_made(self.folder, "store") or not _from_before_marks(self.folder):
                machine.claim(self.folder, "store", private=True)
            else:
                machine.mark(self.folder, "store")

    @contextlib.contextmanager
    def _held(self):
        """One builder at a time; another waits a little, since most builds find nothing to do."""
        self.claim()
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
        key = identity.open_key(self.params, made is not None or (self.folder / "identities.parquet").exists())
        if made not in (None, key.id):
            raise DataRefused(
                str(self.folder),
                f"the store was made under key {made}, and the key at hand is {key.id}.",
                "Put the right key back, or delete the store to build it anew.",
            )
        return key

    def _jobs(self, key: identity.Key) -> list[Job]:
        return [
            Job(table, source, file, part_key(self.params, table, source, file, key.id), seen(file.path))
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
        """A view of each table, with the row's place in it (`seq`) and the wall time in whole seconds (`local_s`, of calls)."""
        for name in self.tables:
            local = ", epoch(started_at)::BIGINT AS local_s" if name == "calls" else ""
            for view in (name, name + "_left_out"):
                rows = parquet(self.folder / f"{view}.parquet").removesuffix(")") + ", file_row_number = true)"
                self._connection.execute(
                    f"CREATE OR REPLACE VIEW {view} AS SELECT file_row_number AS seq, * EXCLUDE (file_row_number){local} FROM {rows}"
                )

    def _parts(self, jobs: list[Job], key: identity.Key, progress: bool) -> list[Part]:
        """Each file's part, from disk where it is there."""
        mapping = self.folder / "identities.parquet"
        if not mapping.exists():  # integers without their mapping would mean other people
            machine.remove(self.folder / "parts")
            machine.private_folder(self.folder / "parts")
        stale = [job for job in jobs if self._part(job) is None]
        if stale:
            machine.remove(self._staging)
            machine.private_folder(self._staging)
            registry = identity.Registry(self._connection, mapping)
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
        unchanged(job)
        sheet = evidence.weighed(
            self._connection, job, convert.sheet(text.path, text.columns, text.typed, job.source, job.file.name), text.ledger.separator
        )
        found = self._identities(job, sheet, key, registry)
        guarded = guard.guard(self._connection, job.table, job.source, sheet, where=job.file.name, countries=self.params.countries, key=key)
        conversion = convert.convert(
            job.table,
            job.source,
            sheet,
            zone=self.params.time_zone,
            salt=key.row_salt,
            identities={n: f"id_{n}" for n in found},
            order=self.params.identity,
            guarded=guarded,
            odd_key=guard.odd_keys(self._connection, job.source, sheet, self.params.countries),
        )
        staged = self._staging / (job.key + ".parquet")
        self._connection.execute(f"COPY ({conversion.sql}) TO {literal(str(staged))} (FORMAT parquet)")
        part = Part(list(conversion.columns), conversion.rejecting, text.ledger, [], found)
        count_findings(self._connection, job, part, conversion, sheet, staged)
        span(self._connection, job.table, part, staged)
        registry.save()
        _publish(staged, self._at(job, ".parquet"))
        _write_json(self._at(job, ".json"), part.as_dict())
        machine.remove(text.path)

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
            machine.remove(left)
        merged, old = {}, self._state.get("merged", {})
        for name in dict.fromkeys(job.table.name for job in jobs):
            mine = [(job, part) for job, part in zip(jobs, parts, strict=True) if job.table.name == name]
            made = merge_key(mine, self.params)
            fresh = old.get(name, {}).get("made") == made and (self.folder / f"{name}.parquet").exists()
            merged[name] = (
                old[name] if fresh else {"made": made, **Merge(self._connection, self.folder, tables.TABLES[name], mine, self.params).run()}
            )
            if not fresh:
                self._guard(tables.TABLES[name], mine)
        if merged != old or not (self.folder / "ledger.json").exists():
            self._record(jobs, parts, merged, key)

    def _guard(self, table: Table, mine: list[tuple[Job, Part]]) -> None:
        """Refuse a table whose categories are none, and keep nothing of it."""
        try:
            guard.refuse_no_category(self._connection, table, mine, parquet(self.folder / f"{table.name}.staged"), self.params.path.name)
        except DataRefused:
            for left in [*self.folder.glob("*.staged"), *(self._at(job, end) for job, _ in mine for end in (".json", ".parquet"))]:
                machine.remove(left)
            raise

    def _record(self, jobs: list[Job], parts: list[Part], merged: dict, key: identity.Key) -> None:
        """Publish the new tables with their ledger and the state that makes them the store's; forget what no table is made of."""
        ledgers = [ledger.as_dict() for ledger in ledgers_of(jobs, parts, merged)]
        for staged in sorted(self.folder.glob("*.staged")):
            _publish(staged, staged.with_suffix(".parquet"))
        _write_json(self.folder / "ledger.json", {"files": ledgers, "cells": cells_of(jobs, parts, merged)})
        self._state = {"format": FORMAT, "merged": merged, "facts": _facts(self.params, jobs, merged, key)}
        _write_json(self.folder / "store.json", self._state)
        kept = {job.key for job in jobs}
        for path in (self.folder / "parts").iterdir():
            if path.name.split(".")[0] not in kept:
                machine.remove(path)


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


def _from_before_marks(folder: Path) -> bool:
    """True for a store that was made before stores had marks: its own state says so."""
    return {"format", "merged", "facts"} <= _read_json(folder / "store.json").keys()


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
