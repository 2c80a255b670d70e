"""Tables that are dear to make, such as a gap table: made once from the canonical tables and kept beside them until those change."""

import glob
import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import duckdb

from hotline_analysis import machine
from hotline_analysis.errors import Held
from hotline_analysis.intake import sealed
from hotline_analysis.intake.engine import literal, parquet
from hotline_analysis.intake.store.store import Store, digest_of, say_damage, waiting

KEPT_IN = "HOTLINE_KEPT_IN"  # another folder of the store for derived tables and frames: who verifies uses none that was kept before
KEPT = 40  # tables; the longest unused go first


class Kept:
    """The tables of one store as its engine reads them: canonical ones, and derived ones, each in Parquet files named by what they hold, the digest of the data that they were made from, which of how
    many pieces they are, and their own digest. A table by callers that the engine's memory would not hold is made of so many callers at a time.
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
        pieces = self._find(name) or self._keep(name, make())
        return self._read(pieces)

    def _read(self, pieces: list[Path]) -> duckdb.DuckDBPyRelation:
        return self.connection.sql(f"SELECT * FROM {parquet(pieces)}")

    def _seal(self, path: Path) -> str:
        """Sixteen digits that change with the content."""
        return sealed.digest(path)[:16]

    def _find(self, name: str) -> list[Path]:
        """The pieces of a table; none where one of them is missing or not as it was written."""
        pieces = sorted(self.folder.glob(f"{glob.escape(name)}-{self.digest}.*of*.*.parquet"))
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
        machine.private_folder(self.folder)
        try:
            with machine.patient_lock(self.folder / "lock", self.patience, lambda: waiting(self.folder, self.patience)):
                return self._find(name) or self._write(name, relation)
        except machine.Locked:
            raise Held(str(self.folder), "another run is keeping a table here.", "Wait for it to end.") from None

    def _write(self, name: str, relation: duckdb.DuckDBPyRelation) -> list[Path]:
        self._forget(name)
        ranges = self._ranges(relation)
        return [self._write_piece(name, relation, where, f"{n}of{len(ranges)}") for n, where in enumerate(ranges, start=1)]

    def _write_piece(self, name: str, relation: duckdb.DuckDBPyRelation, where: str, which: str) -> Path:
        staged = self.folder / f"{name}.tmp"
        try:
            query = f"SELECT * FROM ({relation.sql_query()}){where}"
            self.connection.execute(f"COPY ({query}) TO {literal(str(staged))} (FORMAT parquet, COMPRESSION zstd)")
        except BaseException:
            machine.remove(staged)
            raise
        staged.chmod(0o600)
        return self._named(name, staged, which)

    def _named(self, name: str, staged: Path, which: str = "1of1") -> Path:
        """What was written whole, under its name."""
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
        """Remove what a killed run left, tables of data that are no more, pieces of the table to be made, and the longest unused tables beyond KEPT. Whoever calls holds the lock."""
        for left in self.folder.glob("*.tmp"):
            machine.remove(left)
        tables: dict[str, list[Path]] = {}
        for file in sorted(self.folder.glob("*.parquet"), key=lambda f: f.stat().st_mtime, reverse=True):
            tables.setdefault(file.name.split(".")[0], []).append(file)
        for n, (table, files) in enumerate(tables.items()):
            if n >= KEPT or not table.endswith(self.digest) or table == f"{name}-{self.digest}":
                for file in files:
                    machine.remove(file)
