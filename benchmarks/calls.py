"""Invented calls for the benchmark: integer ids, a month to a year of a hotline, spread evenly over the callers or with heavy ones."""

from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from hotline_analysis.measures.periods import Period

DAY = 86400
START_S = 1_704_067_200  # 2024-01-01 00:00 UTC
DAYS = 90
ISSUES, UNITS, AGENTS, CHANNELS = 40, 12, 400, 5
SPREADS = ("even", "heavy")
SEED = 12345


def query(rows: int, spread: str) -> str:
    """Canonical calls in order of start, the columns that the gap table carries, as SQL: the engine invents any number of them in little memory.

    even: each caller makes about five calls in 90 days. heavy: callers follow a power law, the busiest makes some thousandths of all calls.
    A call is about its caller's usual issue half of the time; nine of ten are answered.
    """
    callers, power = max(1, rows // 5), 1 if spread == "even" else 3
    start = f"{START_S} + CAST(floor((i + {_draw(1)}) / {rows} * {DAYS * DAY}) AS BIGINT)"
    return f"""
        SELECT seq, start_s, start_s + {_below(2, 880)} + 20 AS end_s, start_s AS local_s, caller, caller * 7919 % 100 AS caller_group,
               CASE WHEN {_draw(3)} < 0.5 THEN caller % {ISSUES} ELSE {_below(4, ISSUES)} END AS issue_1, {_below(5, UNITS)} AS unit,
               {_below(6, AGENTS)} AS agent, {_below(7, CHANNELS)} AS channel, CASE WHEN {_draw(8)} < 0.9 THEN 'answered' ELSE 'abandoned' END AS outcome
        FROM (SELECT i, i AS seq, {start} AS start_s, CAST(floor(pow({_draw(9)}, {power}) * {callers}) AS BIGINT) AS caller FROM range({rows}) AS t(i))"""


def _draw(which: int) -> str:
    """A number from 0 to 1 that is the same for the same row in every run."""
    return f"(hash(i, {which + SEED}) % 1000000007 / 1000000007.0)"


def _below(which: int, most: int) -> str:
    return f"CAST(hash(i, {which + SEED}) % {most} AS BIGINT)"


def invented(rows: int, spread: str) -> pd.DataFrame:
    with duckdb.connect() as connection:
        return connection.execute(query(rows, spread)).df()


def written(rows: int, spread: str, folder: Path, *, memory: str) -> duckdb.DuckDBPyConnection:
    """A connection with the calls in a Parquet file, as a hotline's store has them."""
    connection = duckdb.connect()
    connection.execute(f"SET memory_limit = '{memory}'")
    connection.execute(f"SET temp_directory = '{folder}/spill'")
    connection.execute(f"COPY ({query(rows, spread)}) TO '{folder}/calls.parquet'")
    connection.execute(f"CREATE VIEW calls AS SELECT * FROM read_parquet('{folder}/calls.parquet')")
    return connection


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
