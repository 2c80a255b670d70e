"""Tables that are dear to make, such as a gap table: made once from the canonical tables and kept beside them until those change."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import duckdb

from hotline_analysis import machine
from hotline_analysis.intake.engine import literal, parquet
from hotline_analysis.intake.store import Store

KEPT = 40  # files; the longest unused go first


class Kept:
    """Derived tables of one store, each a Parquet file named by what it holds and by the digest of the data that it was made from."""

    def __init__(self, store: Store):
        self.connection = store.connection
        self.digest = hashlib.sha256(json.dumps(store.made, sort_keys=True).encode()).hexdigest()[:16]
        self.folder = store.folder / "kept"

    def get(self, name: str, make: Callable[[], duckdb.DuckDBPyRelation]) -> duckdb.DuckDBPyRelation:
        """The table of that name: read when it is there, otherwise made, kept whole and read."""
        path = self.folder / f"{name}-{self.digest}.parquet"
        if path.exists():
            os.utime(path)
        else:
            self._write(path, make())
        return self.connection.sql(f"SELECT * FROM {parquet(path)}")

    def _write(self, path: Path, relation: duckdb.DuckDBPyRelation) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self._forget()
        staged = path.with_suffix(f".{os.getpid()}.tmp")
        self.connection.execute(f"COPY ({relation.sql_query()}) TO {literal(str(staged))} (FORMAT parquet, COMPRESSION zstd)")
        staged.chmod(0o600)
        os.replace(staged, path)

    def _forget(self) -> None:
        """Remove tables of data that are no more, and the longest unused beyond KEPT."""
        files = sorted(self.folder.glob("*.parquet"), key=lambda f: f.stat().st_mtime, reverse=True)
        for n, file in enumerate(files):
            if n >= KEPT or not file.stem.endswith(self.digest):
                machine.remove(file)
