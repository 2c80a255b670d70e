"""Small frames that studies answered with, kept beside the store: made once, read by every later notebook and process.

As JSON: exact (Python writes a float so that it reads back the same), and nothing in it can run.
"""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from hotline_analysis import machine

MOST_BYTES = 200_000_000


class Frames:
    """The kept frames of one store, each under a key that names everything it depends on."""

    def __init__(self, folder: Path):
        self.folder = folder

    def get(self, key: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """The frame under that key: read when it is there, otherwise made, kept and read, so that both are one and the same.

        One process makes it; another that asks meanwhile waits for its lock and reads. What cannot be read is made again.
        """
        path = self.folder / f"{key}.json"
        found = _read(path)
        if found is not None:
            return found
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _turn(self.folder / f"{key}.lock"):
            found = _read(path)
            if found is None:
                written = _written(make())
                machine.replace_file(path, written)
                path.chmod(0o600)
                found = _read(path)
        return found

    def prune(self, most_bytes: int = MOST_BYTES) -> None:
        """Remove the longest unused frames beyond so many bytes. Called by the one process that starts others, before it does."""
        files = sorted(self.folder.glob("*.json"), key=lambda f: f.stat().st_mtime, reverse=True)
        for file, so_far in zip(files, np.cumsum([f.stat().st_size for f in files]), strict=True):
            if so_far > most_bytes:
                machine.remove(file)
        for lock in self.folder.glob("*.lock"):
            if not lock.with_suffix(".json").exists():
                machine.remove(lock)


class _turn:
    """Wait for one's turn at a lock; whoever holds it is making what we want."""

    def __init__(self, path: Path):
        self.path = path

    def __enter__(self):
        while True:
            self._held = machine.lock(self.path)
            try:
                return self._held.__enter__()
            except machine.Locked:
                time.sleep(0.05)

    def __exit__(self, *fault):
        return self._held.__exit__(*fault)


def _written(frame: pd.DataFrame) -> bytes:
    kinds = {c: "object" if isinstance(kind, pd.CategoricalDtype) else str(kind) for c, kind in frame.dtypes.items()}
    return json.dumps({"kinds": kinds, "values": {c: _plain(frame[c]) for c in frame}}, ensure_ascii=False).encode()


def _plain(column: pd.Series) -> list:
    if pd.api.types.is_datetime64_any_dtype(column):
        return [None if pd.isna(v) else v.isoformat() for v in column]
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "fiub":
        return column.tolist()
    return [_cell(value) for value in column]


def _cell(value):
    if isinstance(value, list | tuple | np.ndarray):
        return [_cell(part) for part in value]
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value


def _read(path: Path) -> pd.DataFrame | None:
    """The kept frame, or None where there is none that can be read."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        frame = pd.DataFrame({c: pd.Series(values, dtype=plain["kinds"][c]) for c, values in plain["values"].items()})
        os.utime(path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return frame
