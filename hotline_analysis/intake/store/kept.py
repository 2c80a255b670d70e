"""Tables that are dear to make, such as a gap table: made once from the canonical tables and kept beside them until those change.

A gap table of all data grows with them: the one that was made stays, and beside it lie the callers who called since, with their rows as they are now.
"""

import contextlib
import glob
import os
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import duckdb

from hotline_analysis import machine
from hotline_analysis.errors import Held
from hotline_analysis.intake import sealed
from hotline_analysis.intake.engine import literal, parquet
from hotline_analysis.intake.store.merge import DAY
from hotline_analysis.intake.store.store import Store, digest_of, say_damage, waiting

KEPT_IN = "HOTLINE_KEPT_IN"  # another folder of the store for derived tables and frames: who verifies uses none that was kept before
KEPT = 100  # tables, of which one that grows has four; the longest unused go first
GROWING = 12  # tables of other data among them, from which one grows: two each
GROWS = 0.25  # share of a table's rows that later calls may touch before it is made anew


class Kept:
    """The tables of one store as its engine reads them: canonical ones, and derived ones, each in Parquet files named by what they hold, the digest
    of the data that they were made from, which of how many pieces they are, and their own digest. A table by callers that the engine's memory would not hold is made of so many callers at a time.
    """

    patience = 300  # seconds to wait for another process that keeps a table
    piece_rows = 4_000_000  # calls: the windows over them stay within the memory that params allow by default

    def __init__(self, store: Store):
        self.store, self.connection, self.digest = store, store.connection, digest_of(store.made)
        self.folder = store.folder / os.environ.get(KEPT_IN, "kept")
        self.frames = self.folder / "frames"
        self._whole: set[Path] = set()

    def table(self, name: str) -> duckdb.DuckDBPyRelation:
        """A canonical table, lazily."""
        return self.store.table(name)

    def get(self, name: str, make: Callable[[], duckdb.DuckDBPyRelation]) -> duckdb.DuckDBPyRelation:
        """The table of that name: read when it is there as it was written, otherwise made, kept whole and read."""
        return self._read(self._find(name) or self._keep(name, make()))

    def grown(
        self,
        name: str,
        schema: list,
        days: list[list],
        end_s: int,
        line: duckdb.DuckDBPyRelation,
        make: Callable[[duckdb.DuckDBPyRelation | None], duckdb.DuckDBPyRelation],
    ) -> duckdb.DuckDBPyRelation:
        """The table of that name whose every row follows from the calls of its caller (`who`) before `end_s`, and from their places in the table of calls.

        schema, days: those of the calls (`Store.days`); line: `who` and `start_s` of every call; make: the table, of some callers or of all. Up to the first
        day that is another than it was when the table was made, calls and their places are the same. So the rows of whoever called since are made
        again, and only they; of whoever called before and is gone since, too. With no such day, or too many such rows, the table is made whole.
        """
        table = self._grown(name, schema, days, end_s)
        if table is None:
            with self._held():  # another may have made it meanwhile
                table = self._grown(name, schema, days, end_s)
                return self._grow(name, schema, days, end_s, line, make) if table is None else table
        return table

    def _grown(self, name: str, schema: list, days: list[list], end_s: int) -> duckdb.DuckDBPyRelation | None:
        """The table, where nothing is left to be made."""
        base = self._base(name, schema, days, end_s)
        if not base or base["since"] is None:
            return self._read(base["whole"]) if base else None
        changed, now = (self._find(f"{name}-{kind}-{base['made']}") for kind in ("changed", "now"))
        return self._both(base["whole"], changed, now) if changed and now else None

    def _grow(self, name: str, schema: list, days: list[list], end_s: int, line, make) -> duckdb.DuckDBPyRelation:
        """Make what `_grown` lacks, and read it. Whoever calls holds the lock."""
        calls, base = f"({line.sql_query()})", self._base(name, schema, days, end_s)
        if base:
            since = f"start_s >= {base['since']}"
            who = f"SELECT who FROM {parquet(base['last'])} WHERE last_s >= {base['since']} UNION SELECT who FROM {calls} WHERE {since}"
            changed = self._write(f"{name}-changed-{base['made']}", self.connection.sql(who), in_one=True)
            touched = f"count(*) FILTER (who IN (FROM {parquet(changed)}))"
            ((rows, gone),) = self.connection.execute(f"SELECT count(*), {touched} FROM {parquet(base['whole'])}").fetchall()
            if gone <= GROWS * rows:
                now = self._write(f"{name}-now-{base['made']}", make(self._read(changed)), in_one=True)
                return self._both(base["whole"], changed, now)
        whole = self._find(f"{name}-whole") or self._write(f"{name}-whole", make(None))
        last = self.connection.sql(f"SELECT who, max(start_s) AS last_s FROM {calls} GROUP BY who")
        self._write(f"{name}-last", last, in_one=True)
        sealed.write(self.folder / f"{name}.json", {"made": self.digest, "schema": schema, "days": days, "end_s": end_s})
        return self._read(whole)

    def _both(self, whole: list[Path], changed: list[Path], now: list[Path]) -> duckdb.DuckDBPyRelation:
        old = f"SELECT * FROM {parquet(whole)} AS old ANTI JOIN {parquet(changed)} AS changed USING (who)"
        return self.connection.sql(f"{old} UNION ALL BY NAME SELECT * FROM {parquet(now)}")

    def _base(self, name: str, schema: list, days: list[list], end_s: int) -> dict | None:
        """What was made whole, with its files, and `since` when it may differ; None where there is none as it was written, or its calls had other columns."""
        try:
            said = sealed.read(self.folder / f"{name}.json")
        except sealed.Damaged:
            say_damage(self.store.folder, ["kept"])
            machine.remove(self.folder / f"{name}.json")
            return None
        if not said or said["schema"] != schema:
            return None
        files = {kind: self._find(f"{name}-{kind}", said["made"]) for kind in ("whole", "last")}
        return {**said, **files, "since": _since(said["days"], days, said["end_s"], end_s)} if all(files.values()) else None

    def _read(self, pieces: list[Path]) -> duckdb.DuckDBPyRelation:
        return self.connection.sql(f"SELECT * FROM {parquet(pieces)}")

    def _seal(self, path: Path) -> str:
        """Sixteen digits that change with the content."""
        return sealed.digest(path)[:16]

    def _find(self, name: str, digest: str = "") -> list[Path]:
        """The pieces of a table; none where one of them is missing or not as it was written. digest: of other data than these."""
        pieces = sorted(self.folder.glob(f"{glob.escape(name)}-{digest or self.digest}.*of*.*.parquet"))
        if not pieces or len(pieces) != int(pieces[0].suffixes[-3].partition("of")[2]):
            return []
        for path in pieces:
            if path not in self._whole and self._seal(path) != path.suffixes[-2][1:]:
                say_damage(self.store.folder, ["kept"])
                machine.remove(path)
                return []
            self._whole.add(path)
            os.utime(path)
        return pieces

    def _keep(self, name: str, relation: duckdb.DuckDBPyRelation) -> list[Path]:
        """Make the table, one process at a time: another may have made it meanwhile."""
        with self._held():
            return self._find(name) or self._write(name, relation)

    @contextlib.contextmanager
    def _held(self) -> Iterator[None]:
        machine.private_folder(self.folder)
        try:
            with machine.patient_lock(self.folder / "lock", self.patience, lambda: waiting(self.folder, self.patience)):
                yield
        except machine.Locked:
            raise Held(str(self.folder), "another run is keeping a table here.", "Wait for it to end.") from None

    def _write(self, name: str, relation: duckdb.DuckDBPyRelation, *, in_one: bool = False) -> list[Path]:
        self._forget(name)
        ranges = [""] if in_one else self._ranges(relation)
        return [self._write_piece(name, relation, where, f"{n}of{len(ranges)}") for n, where in enumerate(ranges, start=1)]

    def _write_piece(self, name: str, relation: duckdb.DuckDBPyRelation, where: str, which: str) -> Path:
        staged = self.folder / f"{name}.tmp"
        try:
            query = f"SELECT * FROM ({relation.sql_query()}){where}"
            self.connection.execute(f"COPY ({query}) TO {literal(str(staged))} (FORMAT parquet, COMPRESSION zstd)")
            staged.chmod(0o600)
            return self._named(name, staged, which)
        except BaseException:  # refused or stopped: what it left goes
            machine.remove(staged)
            raise

    def _named(self, name: str, staged: Path, which: str = "1of1") -> Path:
        """What was written whole, under its name; refused where the data are others by now, for the name says of which it was made."""
        self.store.check_unchanged()
        path = self.folder / f"{name}-{self.digest}.{which}.{self._seal(staged)}.parquet"
        machine.replace_safely(staged, path)
        self._whole.add(path)
        return path

    def _ranges(self, relation: duckdb.DuckDBPyRelation) -> list[str]:
        """Ranges of callers with some `piece_rows` calls each, as SQL; the engine filters by them before it looks for next calls."""
        pieces = -(-self._one("count(*) FROM calls") // self.piece_rows) if "who" in relation.columns else 1
        if pieces < 2:
            return [""]
        at = [n / pieces for n in range(1, pieces)]
        edges = self._one(f"quantile_disc(who, {literal(at)}) FROM ({relation.sql_query()})")
        edges = sorted(set(edges or []))  # one caller's calls are never parted
        if not edges:
            return [""]
        between = [f" WHERE who >= {low} AND who < {high}" for low, high in pairwise(edges)]
        return [f" WHERE who < {edges[0]}", *between, f" WHERE who >= {edges[-1]}"]

    def _one(self, asked: str):
        return self.connection.execute(f"SELECT {asked}").fetchone()[0]

    def _forget(self, name: str) -> None:
        """Remove what a killed run left, tables of data that are no more and from which none grows, pieces of the table to be made, and the longest unused
        tables beyond KEPT. Whoever calls holds the lock."""
        for left in self.folder.glob("*.tmp"):
            machine.remove(left)
        grows = {f"{told.stem}-{kind}-{_made(told)}": told for told in self.folder.glob("*.json") for kind in ("whole", "last")}
        tables: dict[str, list[Path]] = {}
        for file in sorted(self.folder.glob("*.parquet"), key=lambda f: f.stat().st_mtime, reverse=True):
            tables.setdefault(file.name.split(".")[0], []).append(file)
        grown = [table for table in tables if table in grows and not table.endswith(self.digest)][:GROWING]
        for n, (table, files) in enumerate(tables.items()):
            if n >= KEPT or not (table.endswith(self.digest) or table in grown) or table == f"{name}-{self.digest}":
                for file in [*files, *([grows[table]] if table in grows else [])]:
                    machine.remove(file)


def _made(told: Path) -> str:
    with contextlib.suppress(sealed.Damaged):
        return sealed.read(told).get("made", "")
    return ""


def _since(before: Sequence[list], now: Sequence[list], end_s: int, new_end_s: int) -> int | None:
    """The instant from which two states of the calls may differ, as far as they are seen (up to the end of each); None where they nowhere do."""
    # a call without a time is in no such table, and stands last
    old, new = ([day for day in days if day[0] is not None] for days in (before, now))
    same = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    first = [day[0] for days in (old, new) for day in days[same : same + 1]]
    since = [(day - 1 if day <= 0 else day) * DAY for day in first]  # numbers of days are cut towards 0
    since += [end_s, new_end_s] if end_s != new_end_s else []
    return min(since, default=None)
