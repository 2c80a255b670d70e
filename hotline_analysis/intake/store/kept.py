"""Tables that are dear to make, such as a gap table: made once from the canonical tables and kept beside them until those change."""

import glob
import os
from collections.abc import Callable
from pathlib import Path

import duckdb

from hotline_analysis import machine
from hotline_analysis.errors import Held
from hotline_analysis.intake import sealed
from hotline_analysis.intake.engine import literal, parquet
from hotline_analysis.intake.store.store import Store, digest_of, say_damage, waiting

KEPT_IN = "HOTLINE_KEPT_IN"  # another folder of the store for derived tables and frames: who verifies uses none that was kept before
KEPT = 40  # files; the longest unused go first


class Kept:
    """Derived tables of one store, each a Parquet file named by what it holds, the digest of the data that it was made from and its own."""

    patience = 300  # seconds to wait for another process that keeps a table

    def __init__(self, store: Store):
        self.connection, self.digest, self.folder = store.connection, digest_of(store.made), store.folder / os.environ.get(KEPT_IN, "kept")
        self._whole: set[Path] = set()

    def get(self, name: str, make: Callable[[], duckdb.DuckDBPyRelation]) -> duckdb.DuckDBPyRelation:
        """The table of that name: read when it is there as it was written, otherwise made, kept whole and read."""
        path = self._find(name) or self._keep(name, make())
        return self.connection.sql(f"SELECT * FROM {parquet(path)}")

    def _find(self, name: str) -> Path | None:
        for path in sorted(self.folder.glob(f"{glob.escape(name)}-{self.digest}.*.parquet")):
            if path in self._whole or sealed.digest(path)[:16] == path.suffixes[-2][1:]:
                self._whole.add(path)
                os.utime(path)
                return path
            say_damage(self.folder.parent, ["kept"])
            machine.remove(path)
        return None

    def _keep(self, name: str, relation: duckdb.DuckDBPyRelation) -> Path:
        """Make the table, one process at a time: another may have made it meanwhile."""
        machine.private_folder(self.folder)
        try:
            with machine.patient_lock(self.folder / "lock", self.patience, lambda: waiting(self.folder, self.patience)):
                return self._find(name) or self._write(name, relation)
        except machine.Locked:
            raise Held(str(self.folder), "another run is keeping a table here.", "Wait for it to end.") from None

    def _write(self, name: str, relation: duckdb.DuckDBPyRelation) -> Path:
        self._forget()
        staged = self.folder / f"{name}.tmp"
        try:
            self.connection.execute(f"COPY ({relation.sql_query()}) TO {literal(str(staged))} (FORMAT parquet, COMPRESSION zstd)")
        except BaseException:
            machine.remove(staged)
            raise
        staged.chmod(0o600)
        path = self.folder / f"{name}-{self.digest}.{sealed.digest(staged)[:16]}.parquet"
        machine.replace_safely(staged, path)
        self._whole.add(path)
        return path

    def _forget(self) -> None:
        """Remove what a killed run left, tables of data that are no more, and the longest unused beyond KEPT. Whoever calls holds the lock."""
        for left in self.folder.glob("*.tmp"):
            machine.remove(left)
        files = sorted(self.folder.glob("*.parquet"), key=lambda f: f.stat().st_mtime, reverse=True)
        for n, file in enumerate(files):
            if n >= KEPT or not file.name.rsplit(".", 2)[0].endswith(self.digest):
                machine.remove(file)
