"""A workbook of many rows: ours, row by row, beside pandas' own way to Excel; each in a process of its own, so that its peak of memory is its own."""

import json
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.stored import peak_mb
from hotline_analysis.report.workbook import book
from hotline_analysis.report.workbook.book import Book, Column, Sheet

WAYS = ("ours", "pandas")


def rows_of(rows: int) -> pd.DataFrame:
    """Calls as the workbook of callers lists them: an id, a number, an instant, four words, four figures."""
    rng = np.random.default_rng(1)
    frame = {"case_id": [f"C-BCDF-GHJK-{n:04}" for n in range(rows)], "number": [f"154****{n % 10_000:04}" for n in range(rows)]}
    frame["started_at"] = pd.Timestamp("2024-09-01") + pd.to_timedelta(rng.integers(0, 30 * 86_400, rows), unit="s")
    words = {f"word_{k}": np.array(["设施维修", "投诉举报", "费用账单", "政策咨询"])[rng.integers(0, 4, rows)] for k in range(4)}
    return pd.DataFrame(frame | words | {f"figure_{k}": rng.integers(0, 3_600, rows) for k in range(4)})


def ours(frame: pd.DataFrame, path: Path) -> None:
    forms = {"started_at": "moment"} | {c: "count" for c in frame if c.startswith("figure")}
    columns = [Column(c, c, forms.get(c, "text")) for c in frame]
    shown = frame.assign(started_at=frame["started_at"].astype(object))
    book.write(path, Book("标题", "说明", [], [Sheet("明细", "明细", columns, shown)], datetime(2024, 9, 30)))


def pandas(frame: pd.DataFrame, path: Path) -> None:
    frame.to_excel(path, index=False, engine="xlsxwriter")


def in_child(way: str, rows: int) -> dict:
    """Seconds, peak memory and size of the file."""
    command = [sys.executable, "-m", "benchmarks.workbook", way, str(rows)]
    return json.loads(subprocess.run(command, cwd=Path(__file__).resolve().parents[1], check=True, capture_output=True, text=True).stdout)


def main(way: str, rows: str) -> None:
    frame = rows_of(int(rows))
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        path, before, processor = Path(folder) / "a.xlsx", time.perf_counter(), time.process_time()
        globals()[way](frame, path)
        told = {
            "seconds": time.perf_counter() - before,
            "processor": time.process_time() - processor,
            "file_mb": path.stat().st_size // 1_000_000,
        }
    print(json.dumps(told | {"peak_mb": peak_mb()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
