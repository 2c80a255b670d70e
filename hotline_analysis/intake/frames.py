"""Small frames that studies answered with, kept beside the store: made once, read by every later notebook and process.

As JSON: exact (Python writes a float so that it reads back the same), and nothing in it can run.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from hotline_analysis import machine
from hotline_analysis.errors import Held
from hotline_analysis.intake import sealed
from hotline_analysis.intake.store import say_damage

MOST_BYTES = 200_000_000
LONG_DEAD = 3600  # seconds; a file is written in a moment, so an older part of one is nobody's


class Frames:
    """The kept frames of one store, each under a key that names everything it depends on."""

    patience = 1800  # seconds to wait for another process that is making the same frame

    def __init__(self, folder: Path):
        self.folder = folder

    def get(self, key: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """The frame under that key: read when it is there, otherwise made, kept and read, so that both are one and the same.

        One process makes it; another that asks meanwhile waits for its lock and reads. What is not as it was written is made again.
        """
        path = self.folder / f"{key}.json"
        found = _read(path)
        if found is not None:
            return found
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with machine.patient_lock(self.folder / f"{key}.lock", self.patience, lambda: None):
                found = _read(path)
                if found is None:
                    sealed.write(path, _written(make()))
                    found = _read(path)
        except machine.Locked:
            raise Held(str(self.folder), "another process has been making the same frame for long.", "Wait for it to end.") from None
        return found

    def prune(self, most_bytes: int = MOST_BYTES) -> None:
        """Remove the longest unused frames beyond so many bytes, and what killed runs left. Called by the one process that starts others, before it does."""
        files = sorted(self.folder.glob("*.json"), key=lambda f: f.stat().st_mtime, reverse=True)
        for file, so_far in zip(files, np.cumsum([f.stat().st_size for f in files]), strict=True):
            if so_far > most_bytes:
                machine.remove(file)
        for lock in self.folder.glob("*.lock"):
            if not lock.with_suffix(".json").exists():
                machine.remove(lock)
        for part in self.folder.glob(".*-????????"):
            if time.time() - part.stat().st_mtime > LONG_DEAD:
                machine.remove(part)


def _written(frame: pd.DataFrame) -> dict:
    kinds = {c: "object" if isinstance(kind, pd.CategoricalDtype) else str(kind) for c, kind in frame.dtypes.items()}
    return {"kinds": kinds, "values": {c: _plain(frame[c]) for c in frame}}


def _plain(column: pd.Series) -> list:
    if pd.api.types.is_datetime64_any_dtype(column):
        return [None if pd.isna(v) else v.isoformat() for v in column]
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "fiub":
        return column.tolist()
    return [_cell(value) for value in column]


def _cell(value):
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        value = value.item()
    if isinstance(value, list | tuple | np.ndarray):
        return [_cell(part) for part in value]
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    return value


def _read(path: Path) -> pd.DataFrame | None:
    """The kept frame, or None where there is none that is as it was written."""
    try:
        plain = sealed.read(path)
        if not plain:
            return None
        os.utime(path)
    except sealed.Damaged:
        say_damage(path.parents[2], ["kept"])
        machine.remove(path)
        return None
    return pd.DataFrame({c: pd.Series(values, dtype=plain["kinds"][c]) for c, values in plain["values"].items()})
