"""A gap table that is kept, and what it costs to make: rows, seconds, peak memory, and a study's time from it."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import duckdb

from benchmarks import full
from benchmarks.calls import written
from benchmarks.gaps import view
from hotline_analysis.intake.store.kept import Kept
from hotline_analysis.measures.frames import lazy
from hotline_analysis.measures.view import View
from hotline_analysis.studies import window

MEMORY = "4GiB"  # what params' limits allow by default; what does not fit is spilled
BY_HAND = 25_000_000  # calls: the hand-written query, which spills, is not waited for beyond
ROOT = Path(__file__).resolve().parents[1]


def kept_view(connection: duckdb.DuckDBPyConnection, folder: Path) -> View:
    """The view of the invented calls whose gap table is kept in a folder, as a hotline's is in its store."""
    kept = Kept(SimpleNamespace(connection=connection, made={}, folder=folder, check_unchanged=lambda: None))
    return view(connection, keep=lambda name, make: lazy(kept.get(name, lambda: make().to_native()), placed=True))


def in_child(rows: int, spread: str) -> dict:
    """One size in a process of its own: seconds to make and keep the full gap table, peak memory, and a study's seconds from it."""
    command = [sys.executable, "-m", "benchmarks.stored", str(rows), spread]
    said = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True, text=True)
    return json.loads(said.stdout.splitlines()[-1])


def measure(rows: int, spread: str) -> dict:
    """What `in_child` says, worked out here. Peak memory is the process's; the calls lie in a Parquet file, as a store has them."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name, written(rows, spread, Path(name), memory=MEMORY) as connection:
        seen = kept_view(connection, Path(name))
        works = {"make": seen.gaps, "study": lambda: window.rates(seen), "by unit": lambda: window.rates(seen, by=["unit"])}
        began = time.process_time()
        seconds = {"make": _seconds(works.pop("make")), "make, processor": time.process_time() - began}
        seconds |= {part: _seconds(work) for part, work in works.items()}
        files = [*(Path(name) / "kept").glob("*.parquet"), Path(name) / "calls.parquet"]
        told = {"rows": rows, "spread": spread, **seconds, "peak_mb": peak_mb(), "file_mb": sum(f.stat().st_size for f in files) >> 20}
        if rows <= BY_HAND:
            told["by hand"] = _seconds(lambda: connection.execute(f"COPY ({full.by_hand()}) TO '{name}/hand.parquet' (COMPRESSION zstd)"))
        return told


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peak_mb() -> int:
    """The most memory that this program has held. Linux hands `getrusage`'s figure on from the parent that started it, so its own page is read first."""
    status = Path("/proc/self/status")
    told = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    if told:
        return int(told[1]) >> 10
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> (20 if sys.platform == "darwin" else 10)


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), sys.argv[2])))
