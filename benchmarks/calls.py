"""Invented calls for the benchmark: integer ids, a month to a year of a hotline, spread evenly over the callers or with heavy ones."""

from datetime import date

import duckdb
import numpy as np
import pandas as pd

from hotline_analysis.measures.periods import Period

DAY = 86400
START_S = 1_704_067_200  # 2024-01-01 00:00 UTC
DAYS = 90
ISSUES, UNITS, AGENTS, CHANNELS = 40, 12, 400, 5
SPREADS = ("even", "heavy")
SEED = 12345


def invented(rows: int, spread: str) -> pd.DataFrame:
    """Canonical calls in order of start, the columns that the gap table carries.

    even: each caller makes about five calls in 90 days. heavy: callers follow a power law, the busiest makes some thousandths of all calls.
    A call is about its caller's usual issue half of the time; nine of ten are answered.
    """
    draw = np.random.default_rng([SEED, rows, SPREADS.index(spread)])
    callers = max(1, rows // 5)
    u = draw.random(rows)
    caller = (u if spread == "even" else u**3) * callers
    caller = caller.astype("int64")
    start = np.sort(draw.integers(START_S, START_S + DAYS * DAY, rows))
    issue = np.where(draw.random(rows) < 0.5, caller % ISSUES, draw.integers(0, ISSUES, rows))
    return pd.DataFrame(
        {
            "seq": np.arange(rows),
            "start_s": start,
            "end_s": start + draw.integers(20, 900, rows),
            "local_s": start,
            "caller": caller,
            "caller_group": caller * 7919 % 100,
            "issue_1": issue,
            "unit": draw.integers(0, UNITS, rows),
            "agent": draw.integers(0, AGENTS, rows),
            "channel": draw.integers(0, CHANNELS, rows),
            "outcome": np.where(draw.random(rows) < 0.9, "answered", "abandoned"),
        }
    )


def period() -> Period:
    """All of the invented days."""
    return Period("all", START_S, START_S + DAYS * DAY, date(2024, 1, 1), date(2024, 3, 30))


def loaded(frame: pd.DataFrame, *, threads: int = 0, memory: str = "") -> duckdb.DuckDBPyConnection:
    """A connection with the calls as a table of its own."""
    connection = duckdb.connect()
    if threads:
        connection.execute(f"SET threads = {threads}")
    if memory:
        connection.execute(f"SET memory_limit = '{memory}'")
    connection.execute("CREATE TABLE calls AS SELECT * FROM frame")
    return connection
