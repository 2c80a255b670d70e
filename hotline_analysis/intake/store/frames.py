"""Small frames that studies answered with, kept beside the store: made once, read by every later notebook and process.

As JSON: exact (Python writes a float so that it reads back the same), and nothing in it can run.
"""

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from hotline_analysis import machine
from hotline_analysis.errors import CannotWrite, Held
from hotline_analysis.intake import sealed
from hotline_analysis.intake.store.store import say_damage

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
                    found = self._keep(path, {"key": key, **_written(make())})
        except machine.Locked:
            raise Held(str(self.folder), "another process has been making the same frame for long.", "Wait for it to end.") from None
        return found

    def _keep(self, path: Path, plain: dict) -> pd.DataFrame:
        try:
            sealed.write(path, plain)
        except OSError as refused:
            raise CannotWrite(str(self.folder), f"the frame cannot be kept ({refused.strerror}).") from refused
        found = _read(path)
        return _framed(plain) if found is None else found

    def prune(self, most_bytes: int = MOST_BYTES) -> None:
        """Remove the longest unused frames beyond so many bytes, and what killed runs left. Called by the one process that starts others, before it does."""
        files = sorted(_there(self.folder, "*.json"), key=lambda found: found[1].st_mtime, reverse=True)
        for (file, _), so_far in zip(files, np.cumsum([told.st_size for _, told in files]), strict=True):
            if so_far > most_bytes:
                machine.remove(file)
        for lock, _ in _there(self.folder, "*.lock"):
            if not lock.with_suffix(".json").exists():
                _drop(lock)
        for part, told in _there(self.folder, ".*-????????"):
            if time.time() - told.st_mtime > LONG_DEAD:
                machine.remove(part)


def _there(folder: Path, pattern: str) -> list[tuple[Path, os.stat_result]]:
    """Files with what is known of them; one that another process has just removed is none."""
    found = []
    for path in folder.glob(pattern):
        with contextlib.suppress(FileNotFoundError):
            found.append((path, path.stat()))
    return found


def _drop(lock: Path) -> None:
    """Remove a lock that nobody holds: the frame of one that is held is being made."""
    with contextlib.suppress(machine.Locked):
        with machine.lock(lock):
            pass
        machine.remove(lock)


def _written(frame: pd.DataFrame) -> dict:
    """A frame as plain JSON. Its rows are numbered and its columns named, as every study's are: an index of another kind would be lost."""
    if not frame.index.equals(pd.RangeIndex(len(frame))) or not all(isinstance(c, str) for c in frame) or not frame.columns.is_unique:
        raise ValueError("a kept frame › has an index or columns that would be lost; reset the index and name each column once, in text.")
    return {"kinds": {c: _kind(kind) for c, kind in frame.dtypes.items()}, "values": {c: _plain(frame[c]) for c in frame}}


def _kind(dtype) -> str | dict:
    if isinstance(dtype, pd.CategoricalDtype):
        return {"categories": dtype.categories.tolist(), "ordered": dtype.ordered}
    return str(dtype)


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
    return None if value is pd.NA or value is pd.NaT else value


def _read(path: Path) -> pd.DataFrame | None:
    """The kept frame, or None where there is none that is as it was written."""
    try:
        plain = sealed.read(path)
        if plain and plain.get("key") != path.stem:  # another frame's file under this name
            raise sealed.Damaged(path.name)
    except sealed.Damaged:
        say_damage(path.parents[2], ["kept"])
        machine.remove(path)
        return None
    with contextlib.suppress(OSError):  # pruned meanwhile, or another's: it was read all the same
        os.utime(path)
    return _framed(plain) if plain else None


def _framed(plain: dict) -> pd.DataFrame:
    kinds = {c: pd.CategoricalDtype(**kind) if isinstance(kind, dict) else kind for c, kind in plain["kinds"].items()}
    return pd.DataFrame({c: pd.Series([_several(v) for v in values], dtype=kinds[c]) for c, values in plain["values"].items()})


def _several(value):
    """A cell that holds several values is a tuple, as it was made."""
    return tuple(_several(part) for part in value) if isinstance(value, list) else value
