"""The store: exports in, canonical Parquet out, rebuilt only where a file or its settings changed.

Each file becomes a part: its rows with canonical columns, the key of each row and what was wrong with it. The parts of a table are then put
together: a row that several exports hold is kept once, from the newest; rows in a total order that no file name or row order decides.
The store holds pseudonyms, categories, ids and the names of those who handled a call. Personal forms and narratives are kept out (`guard.py`); a name
alone in a category cannot be told from a word and stays in it.
"""

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import accumulate
from pathlib import Path

import duckdb
from tqdm import tqdm

from hotline_analysis import machine, tables
from hotline_analysis.errors import BadParams, CannotWrite, DataRefused, Held, NoInput
from hotline_analysis.intake import cost, sealed
from hotline_analysis.intake.convert import convert, evidence, guard, identity, instants
from hotline_analysis.intake.convert.parts import FORMAT, Job, Part, count_findings, part_key, seen, span, unchanged, unmet
from hotline_analysis.intake.engine import connect, literal, parquet
from hotline_analysis.intake.read import database
from hotline_analysis.intake.read.ahead import Ahead, Asked
from hotline_analysis.intake.read.files import find_files
from hotline_analysis.intake.read.ledger import FileLedger
from hotline_analysis.intake.read.readers import TextTable, read
from hotline_analysis.intake.read.stored import text_bytes
from hotline_analysis.intake.store import contract, lake
from hotline_analysis.intake.store.merge import Merge, calendar, cells_of, ledgers_of, merge_key
from hotline_analysis.params import Params
from hotline_analysis.tables import IDENTITY, Table

PINNED = "HOTLINE_PINNED"  # in a run's notebooks: the digest and the folder of the store that all of them read


class Store:
    """The canonical tables of one params file, in its workspace."""

    patience = 300  # seconds to wait for another builder: a first build of a year of exports takes a minute or two

    def __init__(self, params: Params):
        self.params, self.folder = params, params.store_folder
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._inputs: list[Path] = []  # what the engine may read beside the store
        self._damaged: set[str] = set()
        self._seen: dict = {}
        self._state = self._told()

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The locked-down engine with a view of each table."""
        if self._connection is None:
            self._open()
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

    def clock(self, name: str) -> str:
        """The column that places a table's rows in time."""
        return self._table(name).clock

    def _view(self, name: str, view: str) -> duckdb.DuckDBPyRelation:
        if name not in self.tables:
            raise NoInput(
                self.params.path.name, f"there is no table '{name}' in the store.", f"It has: {', '.join(self.tables) or 'nothing yet'}."
            )
        return self.connection.table(view)

    @property
    def facts(self) -> dict:
        """What is known of the data as a whole: key_id, time_zone, masked, digests, leading (the table that places the hotline in time),
        data_start, data_end, span, and the same by table.
        """
        return self._state.get("facts", {})

    @property
    def told(self) -> dict[str, list[list[int]]]:
        """Of the rows of each table from which instant on its exports tell until when (`merge.Merge`), as seconds; nothing of a lake, which tells of all that it has."""
        return {name: made["facts"]["told"] for name, made in self._state["merged"].items() if made["facts"].get("told")}

    @property
    def recorded_days(self) -> set[str]:
        """The days of the leading table that have records in it, as the hotline cuts them."""
        lead = self.facts["leading"]
        return {day for ledger in self.ledgers if ledger.table == lead for day, fates in ledger.days.items() if "accepted" in fates}

    @property
    def made(self) -> dict[str, str]:
        """Table -> a digest of everything that it was made from: it changes when the table does."""
        return {name: merged["made"] for name, merged in self._state.get("merged", {}).items()}

    @property
    def ledgers(self) -> list[FileLedger]:
        """The account of every file, in the order in which params name them."""
        return [FileLedger.from_dict(plain) for plain in self._ledger.get("files", [])]

    @property
    def cells(self) -> list[dict]:
        """Cells that did not convert or had to be mended: table, file, column, reason, done (reject, blank, count), count, lines (the first numbers),
        filled (the column's cells that hold anything) and shape (of the first that was not read: `dm dds`), days (day -> [found, filled]).
        """
        return self._ledger.get("cells", [])

    @property
    def _ledger(self) -> dict:
        return self._read(self._state["ledger"]) if "ledger" in self._state else {}

    def days(self, name: str) -> tuple[list, list[list]]:
        """What tells how far two states of a table are equal: its columns with their types, how its rows are ordered, and of each day since 1970 (of its
        clock, UTC) that has rows (day, rows, a digest of them), in order."""
        made = self._state["merged"][name]
        return made["schema"], [day for file in ([made["lake"]] if "lake" in made else made["files"]) for day in file["days"]]

    def lying(self, name: str) -> lake.Lying | None:
        """Where a table lies that is a lake's; None of one that this store holds."""
        made = self._state["merged"][name]
        return lake.Lying.from_dict(made["lake"]) if "lake" in made else None

    def files(self, name: str) -> dict[Path, int]:
        """The files of a table of this store in the order of its rows, each with the number of rows before it."""
        files = self._state["merged"][name]["files"]
        sizes = [sum(n for _, n, _ in file.get("days", ())) for file in files]
        return {self.folder / file["file"]: before for file, before in zip(files, [0, *accumulate(sizes[:-1])], strict=True)}

    @property
    def pin(self) -> str:
        """What the notebooks of a run are given in the environment variable PINNED, so that all of them read this state of the store."""
        return f"{digest_of(self.made)} {self.folder}"

    def sizes(self) -> tuple[int, int]:
        """How many records the table has that the months are of, and how many its busiest calendar month."""
        name = self.facts["leading"]
        clock = self._table(name).clock
        month = f"date_trunc('month', {clock})" if clock in self._state["merged"][name]["facts"]["columns"] else "1"
        counts = f"SELECT {month} AS month, count(*) AS n FROM {name} GROUP BY month"
        query = f"SELECT coalesce(sum(n), 0)::BIGINT, coalesce(max(n) FILTER (month IS NOT NULL), 0) FROM ({counts})"
        return self.connection.execute(query).fetchone()

    def check_unchanged(self) -> None:
        """Raise DataRefused when another run has made the store anew since it was opened: figures of two states would stand side by side."""
        if self._seen and self._files_seen() != self._seen:
            raise _made_anew(self.params)
        self._check_lake()

    def _check_lake(self) -> None:
        """Raise DataRefused where a file of the lake is not the one that was looked at: it is read anew for each question."""
        for name, made in self._state.get("merged", {}).items():
            if "lake" in made and self.lying(name).seen != made["lake"]["seen"]:
                raise contract.changed(self.lying(name))

    def _files_seen(self) -> dict:
        names = ["store.json", *self._state.get("files", {})]
        return {name: seen(self.folder / name) if (self.folder / name).exists() else None for name in names}

    def build(self, progress: bool = True) -> None:
        """Bring the store up to date with its files. Does nothing where no file and no setting changed, and in a notebook of a pinned run.

        What is not as it was written is made again from the exports, and said on stderr in one line: the store is a cache.
        """
        pinned, _, folder = os.environ.get(PINNED, "").partition(" ")
        if folder == str(self.folder):
            self._open_pinned(pinned)
            return
        with _sentences(self.params), self._held():
            self._tidy()
            try:
                key = self._key()
                self._verify()
                jobs = self._jobs(key)
                found = {name: lake.find(self.params, name) for name in self.params.tables}
                self._close()  # an engine that builds is opened where there is something to build
                # the exports are read by Python alone: their folders may have names that the engine cannot take
                self._inputs = [lying.folder for lying in found.values()]
                self._assemble(jobs, self._parts(jobs, key, progress), key, found)
                self._inputs = []
                self._open()  # a fresh engine: one that built knows written numbers, and may read the exports
            finally:
                self._tidy()
            self._seen = self._files_seen()
            self._say_damage()
            self._narrow()

    def _narrow(self) -> None:
        """Params as if the columns of the lake's tables were mapped, now that they are known."""
        held = {name: self._state["merged"][name]["facts"]["columns"] for name in self.params.tables}
        self.params = self.params.lying(held) if held else self.params

    def _open_pinned(self, pinned: str) -> None:
        if digest_of(self.made) != pinned:
            raise _made_anew(self.params)
        self._check_lake()
        self._seen = self._files_seen()
        self._open()
        self._narrow()

    def _tidy(self) -> None:
        """What a run left that was killed, or is not the kind of thing that it is named for, goes; and files that no table is made of."""
        for left in (
            "staging",
            *self._names("*.staged"),
            *self._names("*.new"),
            *self._names(".*-????????"),
            *self._names("parts/.*-????????"),
            *self._unused(),
        ):
            machine.remove(self.folder / left)
        for name in ("parts", "kept", "kept/frames", "spill"):
            if not (self.folder / name).is_dir():
                machine.remove(self.folder / name)
        for name in (name for pattern in ("*.parquet", "*.json", "parts/*", "kept/*.*", "kept/frames/*") for name in self._names(pattern)):
            if (self.folder / name).is_dir():
                self._damaged.add(name)
                machine.remove(self.folder / name)
        machine.private_folder(self.folder / "parts")
        with contextlib.suppress(machine.Locked, FileNotFoundError), machine.lock(self.folder / "kept" / "lock"):
            for left in self._names("kept/*.tmp"):
                machine.remove(self.folder / left)

    def _names(self, pattern: str) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.glob(pattern))

    def _unused(self) -> list[str]:
        """Tables and ledgers beside those of the store's state."""
        used = {"identities.parquet", self._state.get("ledger")}
        used |= {file["file"] for made in self._state.get("merged", {}).values() for file in _files_of(made)}
        return [name for name in [*self._names("*.parquet"), *self._names("ledger*.json")] if name not in used]

    def _verify(self) -> None:
        """Forget what is not as it was written: a table, or everything where the mapping of the callers' integers is not."""
        mapping = self.folder / "identities.parquet"
        told = self._state.get("files", {})
        broken = {name for name, digest in told.items() if sealed.digest(self.folder / name) != digest}
        exported = mapping.exists() or any("lake" not in made for made in self._state.get("merged", {}).values())
        if exported and not identity.Registry.fits(mapping):  # integers without their mapping would mean other people
            self._damaged |= {mapping.name} if self._state or mapping.exists() else set()
            for name in ("parts", "kept", mapping.name, "identities.json"):
                machine.remove(self.folder / name)
            machine.private_folder(self.folder / "parts")
            self._state = {}
        elif broken:
            self._damaged |= broken
            merged = {name: made for name, made in self._state["merged"].items() if not broken & {file["file"] for file in _files_of(made)}}
            self._state = {**self._state, "merged": merged, "files": {}}

    def _read(self, name: str) -> dict:
        """A sealed file of the store; {} where there is none, or none that is as it was written."""
        try:
            return sealed.read(self.folder / name)
        except sealed.Damaged:
            self._damaged.add(name)
            return {}

    def _told(self) -> dict:
        """What the store says of itself; of one from before its files had names of their own only under which key it was made."""
        state = self._read("store.json")
        return state if not state or "ledger" in state else {"facts": state["facts"]}

    def _say_damage(self) -> None:
        if self._damaged:
            say_damage(self.folder, {name.split("/")[0] for name in self._damaged})
            self._damaged = set()

    def _say_size(self, stale: list[Job]) -> None:
        """Before anything is read: what will not fit on the disk or into the memory of this machine, with the setting that helps."""
        exports = sum(text_bytes(file) for file in {replace(job.file, sheet="") for job in stale if not job.source.database})
        for line in cost.warnings(exports, self.folder, self.params.limits):
            print(line, file=sys.stderr)

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
        lock = self.folder / "lock"
        if lock.is_dir():
            machine.remove(lock)
        try:
            with machine.patient_lock(lock, self.patience, lambda: waiting(self.folder, self.patience)):
                self._damaged = set()
                self._state = self._told()
                yield
        except machine.Locked:
            raise Held(str(self.folder), "another run is building this store.", "Wait for it to end.") from None

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

    def _jobs(self, key: identity.Key, only: str = "") -> list[Job]:
        """A job a file, of every table or of one. Sources that ask a database for the same share one copy of its rows: it is asked once."""
        asked = cache(lambda settings: database.ask(settings, self._staging))
        return [
            Job(table, source, file, part_key(self.params, table, source, file, key.id), () if source.database else seen(file.path))
            for table in map(self._table, [only] if only else tables.TABLES)
            for source in self.params.sources(table.name)
            for file in ([asked(source.database)] if source.database else find_files(source, self.params))
        ]

    def _table(self, name: str) -> Table:
        """The table, by the instant that places its rows in these exports."""
        table = tables.TABLES[name]
        made = self._state.get("merged", {}).get(name, {})
        have = made["facts"]["columns"] if "lake" in made else {column for source in self.params.sources(name) for column in source.columns}
        return replace(table, clock=self.params.placed(table, have))

    @property
    def _staging(self) -> Path:
        return self.folder / "staging"

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _open(self) -> None:
        """A connection that may read the inputs and the store and write the store."""
        self._close()
        inputs = {*self._inputs, *(lying.folder for lying in map(self.lying, self.tables) if lying)}
        self._connection = connect([self.folder, *inputs], self.folder / "spill", self.params.limits)
        self._make_views()

    def _make_views(self) -> None:
        """A view of each table, with the row's place in it (`seq`) and the wall time of its clock in whole seconds (`local_s`)."""
        for name in self.tables:
            made = self._state["merged"][name]
            clock, have = self._table(name).clock, made["facts"]["columns"]
            local = f", epoch({clock})::BIGINT AS local_s" if clock in have else ""
            if lying := self.lying(name):
                if lying.seen != made["lake"]["seen"]:
                    continue  # a view of files that are gone is none; the table is looked at anew
                for view, which in ((name, ""), (name + "_left_out", " WHERE false")):
                    self._connection.execute(
                        f"CREATE OR REPLACE VIEW {view} AS SELECT {', '.join(['seq', *have])}{local} FROM {lying.rows}{which}"
                    )
                continue
            for view, files in ((name, self.files(name)), (name + "_left_out", {self.folder / made["left_out"]["file"]: 0})):
                rows = parquet(list(files)).removesuffix(")") + ", file_row_number = true)"
                before = f" + {literal([*files.values()])}[file_index::BIGINT + 1]" if len(files) > 1 else ""
                self._connection.execute(
                    f"CREATE OR REPLACE VIEW {view} AS SELECT file_row_number{before} AS seq, * EXCLUDE (file_row_number){local} FROM {rows}"
                )

    def _parts(self, jobs: list[Job], key: identity.Key, progress: bool) -> list[Part]:
        """Each file's part, from disk where it is there; of a table that will be put together, only as it was written."""
        stale = [job for job in jobs if self._part(job, whole=not self._fresh(job.table.name, jobs)) is None]
        if stale:
            self._say_size(stale)
            machine.private_folder(self._staging)
            self.connection.execute(instants.MACROS + convert.MACROS)
            registry = identity.Registry(self.connection, self.folder / "identities.parquet")
            asked = (Asked(job.key, job.file, job.source, convert.wanted(job.source)) for job in stale)
            with Ahead(asked, self._staging, self.params.limits) as ahead:
                for job in tqdm(stale, desc=self.params.name, unit="file", disable=not progress):
                    text = self._read_text(job, ahead=ahead)
                    with _parameters(self.params, job):
                        self._convert(job, text, key, registry)
        return [self._part(job) for job in jobs]

    def _fresh(self, name: str, jobs: list[Job]) -> bool:
        made = merge_key([(job, None) for job in jobs if job.table.name == name], self.params)
        return self._state.get("merged", {}).get(name, {}).get("made") == made

    def _part(self, job: Job, whole: bool = False) -> Part | None:
        """The file's part, where it is there as it was written; `whole`: its rows are looked at too."""
        plain, rows = self._read(f"parts/{job.key}.json"), self._at(job, ".parquet")
        if not plain or not rows.exists():
            return None
        if plain["key"] != job.key or (whole and sealed.digest(rows) != plain["rows"]):
            self._damaged.add(f"parts/{rows.name}")
            return None
        return Part.from_dict(plain["part"])

    def _at(self, job: Job, ending: str) -> Path:
        return self.folder / "parts" / (job.key + ending)

    @contextlib.contextmanager
    def reading(self, name: str) -> Iterator[tuple[list[tuple[Job, int, int]], identity.Key]]:
        """The exports that a table was made of, to be read once more: (job, first and last second of its rows) of each, and the key. Nobody builds meanwhile.

        Raises DataRefused where one of them is not what it was then, is gone, or has come.
        """
        with _sentences(self.params), self._held():
            key = self._key()
            try:
                jobs = self._jobs(key, name)
                parts = [(job, self._part(job)) for job in jobs]
                changed = [job.file.name for job, part in parts if part is None]
                if changed or not self._fresh(name, jobs):  # one that is gone, or has come, is no job of the store's
                    raise DataRefused([*changed, f"{self.params.name} › {name}"][0], "changed since the store was built.", "Run again.")
                machine.private_folder(self._staging)
                yield [(job, part.first_s or 0, part.last_s or 2**40) for job, part in parts if part], key
            finally:
                machine.remove(self._staging)

    def text_of(self, job: Job, connection: duckdb.DuckDBPyConnection) -> TextTable:
        """One export's records as text, in a folder that only its owner may open; the caller removes it."""
        return self._read_text(job, connection)

    def _read_text(self, job: Job, connection: duckdb.DuckDBPyConnection | None = None, ahead: Ahead | None = None) -> TextTable:
        asked = job.source.database
        if asked and not job.file.path.exists():
            database.fetch(asked, job.file.path)
        text = ahead and ahead.take(job.key)
        text = text or read(job.file, job.source, self._staging, connection or self.connection, convert.wanted(job.source))
        database.unchanged(asked, job.file) if asked else unchanged(job)
        return text

    def _convert(self, job: Job, text: TextTable, key: identity.Key, registry: identity.Registry) -> None:
        """Convert one file's records and put its part on disk."""
        sheet = evidence.weighed(
            self.connection, job, convert.sheet(text.path, text.columns, text.typed, job.source, job.file.name), text.ledger.separator
        )
        found = self._identities(job, sheet, key, registry)
        guarded = guard.guard(self.connection, job.table, job.source, sheet, where=job.file.name, countries=self.params.countries, key=key)
        conversion = convert.convert(
            job.table,
            job.source,
            sheet,
            zone=self.params.time_zone,
            salt=key.row_salt,
            identities={n: f"id_{n}" for n in found},
            order=self.params.identity,
            guarded=guarded,
            odd_key=guard.odd_keys(self.connection, job.source, sheet, self.params.countries),
            items=self.params.items,
            period=self.params.period,
        )
        staged = self._staging / (job.key + ".parquet")
        self.connection.execute(f"COPY ({conversion.sql}) TO {literal(str(staged))} (FORMAT parquet)")
        part = Part(list(conversion.columns), conversion.rejecting, text.ledger, [], found)
        count_findings(self.connection, job, part, conversion, sheet, staged)
        span(self.connection, job.table, part, staged)
        part.unmet = unmet(self.connection, job.source, sheet)
        registry.save()
        digest = sealed.digest(staged)
        machine.publish(staged, self._at(job, ".parquet"))
        sealed.write(self._at(job, ".json"), {"key": job.key, "rows": digest, "part": part.as_dict()})
        machine.remove(text.path)

    def _identities(self, job: Job, sheet: convert.Sheet, key: identity.Key, registry: identity.Registry) -> dict[str, dict[str, int]]:
        """Pseudonyms for the file's identity columns; how many cells of each column are in which state."""
        counts = {}
        for name, (kind, rule) in convert.identity_columns(job.table, job.source, self.params.identity).items():
            table = registry.resolve(
                f"SELECT {convert.text_sql(rule, sheet)} AS text FROM {parquet(sheet.path)}", rule, kind, key, f"id_{name}"
            )
            rows = self.connection.execute(
                f"SELECT CASE note WHEN 'masked' THEN note ELSE state END, sum(n)::BIGINT FROM {table} GROUP BY 1 ORDER BY 1"
            ).fetchall()
            counts[name] = dict(rows)
        return counts

    def _assemble(self, jobs: list[Job], parts: list[Part], key: identity.Key, found: dict[str, lake.Lying]) -> None:
        """Put the parts of each table together, where they or their settings changed, and look at the tables of the lake where their files did."""
        merged, old = {}, self._state.get("merged", {})
        for name in dict.fromkeys(job.table.name for job in jobs):
            mine = [(job, part) for job, part in zip(jobs, parts, strict=True) if job.table.name == name]
            if self._fresh(name, jobs):
                merged[name] = old[name]
                continue
            made = Merge(self.connection, self.folder, self._table(name), mine, self.params, old.get(name, {})).run()
            self._guard(self._table(name), mine, parquet([self.folder / file["file"] for file in made["files"]]))
            merged[name] = {"made": merge_key(mine, self.params), **made}
        merged |= {name: self._of_lake(name, lying, old.get(name, {})) for name, lying in found.items()}
        merged = {name: merged[name] for name in tables.TABLES if name in merged}
        self._refuse_two_numberings(parts, merged)
        if merged != old or not self._state.get("files"):
            self._record(jobs, parts, merged, key)

    def _of_lake(self, name: str, lying: lake.Lying, old: dict) -> dict:
        """A table of the lake, as it was looked at: anew where a file of it, or what is asked of it, is another than then."""
        asked = [
            FORMAT,
            contract.RULES,
            duckdb.__version__,
            calendar(self.params),
            self.params.time_zone,
            self.params.complaints.placed_by,
            sorted(self.params.countries),
        ]
        asked = hashlib.sha256(json.dumps([*asked, lying.as_dict()]).encode("utf-8", "surrogatepass")).hexdigest()
        if old.get("asked") == asked:
            return old
        return {"asked": asked, **contract.looked_at(self.connection, lying, name, self.params)}

    def _refuse_two_numberings(self, parts: list[Part], merged: dict) -> None:
        """The integers of callers mean the same people in all tables, or every join of two tables is wrong."""
        people = {
            name: [c for c in made["facts"]["columns"] if c in tables.TABLES[name] and tables.TABLES[name][c].kind == IDENTITY]
            for name, made in merged.items()
        }
        of_lake, of_exports = ([name for name in people if people[name] and ("lake" in merged[name]) == lain] for lain in (True, False))
        if of_lake and of_exports:
            raise DataRefused(
                f"{self.params.path.name} › tables › {of_lake[0]} › {people[of_lake[0]][0]}",
                f"numbers people otherwise than the exports of {of_exports[0]}, whose integers are made here.",
                "Put both into the lake, or leave the people out of one of them.",
            )

    def _guard(self, table: Table, mine: list[tuple[Job, Part]], made: str) -> None:
        """Refuse a table whose categories are none, and keep nothing of it: its files are in no state, and go (`_tidy`)."""
        try:
            guard.refuse_no_category(self.connection, table, guard.called(self.params.path.name, table, mine), made)
        except DataRefused:
            for left in (self._at(job, end) for job, _ in mine for end in (".json", ".parquet")):
                machine.remove(left)
            raise

    def _record(self, jobs: list[Job], parts: list[Part], merged: dict, key: identity.Key) -> None:
        """Write the ledger, then the state that makes it and the new tables the store's, in one step; forget what no table is made of.

        Every file of a state has a name of its own, so that until that step the store is whole as it was.
        """
        files = [ledger.as_dict() for ledger in ledgers_of(jobs, parts, merged, self.params)] + [
            made["ledger"] for made in merged.values() if "lake" in made
        ]
        account = {"files": files, "cells": cells_of(jobs, parts, merged)}
        ledger = f"ledger.{digest_of(account)}.json"
        sealed.write(self.folder / ledger, account)
        files = {ledger: sealed.digest(self.folder / ledger)}
        files |= {file["file"]: file["digest"] for made in merged.values() for file in _files_of(made)}
        facts = _facts(self.params, jobs, merged, key)
        self._state = json.loads(json.dumps({"format": FORMAT, "merged": merged, "facts": facts, "ledger": ledger, "files": files}))
        sealed.write(self.folder / "store.json", self._state)
        kept = {job.key for job in jobs}
        for path in (self.folder / "parts").iterdir():
            if path.name.split(".")[0] not in kept:
                machine.remove(path)


def _facts(params: Params, jobs: list[Job], merged: dict, key: identity.Key) -> dict:
    """The store's facts; those of the leading table stand at the top too: the first that has records with a time, in the order of `tables.TABLES`."""
    by_table = {name: made["facts"] for name, made in merged.items()}
    leading = next((name for name, facts in by_table.items() if facts["data_start"]), next(iter(by_table), ""))
    first = by_table.get(leading, {})
    top = {"leading": leading} | {
        name: first.get(name) for name in ("masked", "data_start", "data_end", "data_start_s", "data_end_s", "span")
    }
    return {
        "key_id": key.id,
        "time_zone": params.time_zone,
        **top,
        "digests": {job.file.name: job.file.digest for job in jobs}
        | {made["lake"]["told"]: made["made"] for made in merged.values() if "lake" in made},
        "tables": by_table,
    }


def digest_of(made: dict) -> str:
    """Sixteen digits that change with what is told: of `Store.made`, with the content of any table."""
    return hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()[:16]


def say_damage(folder: Path, names: Iterable[str]) -> None:
    print(f"{folder} › not as they were written: {', '.join(sorted(names))}. They were made again.", file=sys.stderr)


def waiting(folder: Path, seconds: float) -> None:
    print(f"{folder} › another run is at work here; waiting for it, at most {seconds:g} seconds.", file=sys.stderr)


def _made_anew(params: Params) -> DataRefused:
    return DataRefused(params.path.name, "another run has made the store anew meanwhile: the exports changed.", "Run again.")


def _files_of(made: dict) -> list[dict]:
    """The files of a table, as the store's state tells of it; of a state from before it told, none."""
    return [*made.get("files", ()), *([made["left_out"]] if "left_out" in made else ())]


def _from_before_marks(folder: Path) -> bool:
    """True for a store that was made before stores had marks, or has lost its own: its state says so."""
    try:
        return {"format", "merged", "facts"} <= json.loads((folder / "store.json").read_bytes()).keys()
    except (OSError, ValueError, AttributeError):
        return False


@contextlib.contextmanager
def _parameters(params: Params, job: Job):
    """What the engine refuses while it converts an export is a pattern, a format or a value of the settings: 64, with their place."""
    try:
        yield
    except (duckdb.DataError, duckdb.ProgrammingError, duckdb.NotSupportedError) as fault:
        raise BadParams(
            f"{params.path.name} › {job.table.name} › columns",
            f"the engine refused a pattern, a format or a value that they give for {job.file.name} ({type(fault).__name__}).",
            "A pattern is a regular expression such as 're:^9+$', a format is like '%Y-%m-%d %H:%M:%S'.",
        ) from None


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
