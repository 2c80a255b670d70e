"""A gap table that is kept, and what it costs to make: rows, seconds, peak memory, and a study's time from it."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import duckdb

from benchmarks.calls import invented, loaded
from benchmarks.gaps import view
from hotline_analysis.intake.store.kept import Kept
from hotline_analysis.measures.frames import lazy
from hotline_analysis.measures.view import View
from hotline_analysis.studies import window

MEMORY = "4GiB"  # what params' limits allow by default; what does not fit is spilled
ROOT = Path(__file__).resolve().parents[1]


def kept_view(connection: duckdb.DuckDBPyConnection, folder: Path) -> View:
    """The view of the invented calls whose gap table is kept in a folder, as a hotline's is in its store."""
    kept = Kept(SimpleNamespace(connection=connection, made={}, folder=folder))
    return view(connection, keep=lambda name, make: lazy(kept.get(name, lambda: make().to_native())))


def in_child(rows: int, spread: str) -> dict:
    """One size in a process of its own: seconds to make and keep the full gap table, peak memory, and a study's seconds from it."""
    command = [sys.executable, "-m", "benchmarks.stored", str(rows), spread]
    said = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True, text=True)
    return json.loads(said.stdout.splitlines()[-1])


def measure(rows: int, spread: str) -> dict:
    """What `in_child` says, worked out here. Peak memory is the process's, with the calls themselves in memory (`loaded_mb`: before the table is made)."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name, loaded(invented(rows, spread), memory=MEMORY) as connection:
        connection.execute(f"SET temp_directory = '{name}/spill'")
        seen, before = kept_view(connection, Path(name)), peak_mb()
        seconds = {}
        for part, work in {
            "make": seen.gaps,
            "study": lambda: window.rates(seen),
            "by unit": lambda: window.rates(seen, by=["unit"]),
        }.items():
            start = time.perf_counter()
            work()
            seconds[part] = time.perf_counter() - start
        size = sum(file.stat().st_size for file in (Path(name) / "kept").iterdir()) >> 20
        return {"rows": rows, "spread": spread, **seconds, "loaded_mb": before, "peak_mb": peak_mb(), "file_mb": size}


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
