"""Flows, agents and callers of a month from a kept gap table: seconds, and the most memory."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

from benchmarks.calls import DAY, DAYS, START_S, written
from benchmarks.stored import MEMORY, ROOT, kept_view, peak_mb
from hotline_analysis.measures.periods import Calendar, Period
from hotline_analysis.params import Params
from hotline_analysis.studies import agents, callers, flows

PARAMS = Params.model_validate({"title": "x", "time_zone": "UTC", "calls": {"files": "x.csv", "columns": {"started_at": "x"}}})
MONTH = Period("2024-02", START_S + 31 * DAY, START_S + 60 * DAY, date(2024, 2, 1), date(2024, 2, 29))
STUDIES = {
    "flows, pairs": flows.TABLES["pairs"], "flows, costs": flows.TABLES["costs"], "agents, cells": agents.TABLES["cells"],
    "callers, schemes": callers.TABLES["schemes"], "callers, concentration": callers.TABLES["concentration"],
}  # fmt: skip


def in_child(month_calls: int, spread: str) -> dict:
    """A month of about so many calls in a process of its own (the data hold the months before and after it too)."""
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.who", str(month_calls), spread],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return json.loads(said.stdout.splitlines()[-1])


def measure(month_calls: int, spread: str) -> dict:
    """Seconds of each study from the kept gap table, `make` of that table, and the process's peak memory."""
    rows = round(month_calls * DAYS / 29)
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name, written(rows, spread, Path(name), memory=MEMORY) as connection:
        words = ", ".join(f"{c}::VARCHAR AS {c}" for c in ("issue_1", "agent", "unit", "channel"))
        connection.execute(
            f"CREATE OR REPLACE VIEW calls AS SELECT * REPLACE ({words}), end_s - start_s AS talk_seconds FROM read_parquet('{name}/calls.parquet')"
        )
        seen = replace(kept_view(connection, Path(name)), params=PARAMS, calendar=Calendar(PARAMS), period=MONTH)
        works = {"make": lambda: seen.gaps(controls=True), **{what: lambda make=make: make(seen) for what, make in STUDIES.items()}}
        seconds = {}
        for what, work in works.items():
            start = time.perf_counter()
            work()
            seconds[what] = time.perf_counter() - start
        return {**seconds, "peak_mb": peak_mb()}


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), sys.argv[2])))
