"""The full gap table: any and same issue, the next call's columns, and four control instants; ours against the same columns by hand."""

import duckdb

from benchmarks.calls import DAY, period
from benchmarks.gaps import view
from hotline_analysis.measures.gaps import CONTROL_WEEKS, control, gap_table

KEPT = ("seq", "start_s", "reference_s", "local_s", "day", "who", "caller_group", "issue_1", "agent", "unit", "channel")


def ours(connection: duckdb.DuckDBPyConnection) -> str:
    """The workbook's gap table with its control instants, as the query that it is."""
    seen = view(connection)
    table = gap_table(seen.table("calls"), seen.definition, data_start_s=seen.data_start_s, data_end_s=seen.end_s, controls=True)
    return table.to_native().sql_query()


def by_hand() -> str:
    """The same columns in hand-written SQL: a window for each kind of gap, an ASOF join for each control instant."""
    whole = period()
    instants = "".join(_instant(week, whole.start_s, whole.end_s) for week in CONTROL_WEEKS)
    joins = "".join(_join(week) for week in CONTROL_WEEKS)
    return f"""
        WITH line AS (
            SELECT seq, start_s, greatest(coalesce(end_s, start_s), start_s) AS reference_s, local_s, local_s // {DAY} AS day, caller AS who,
                   caller_group, issue_1, agent, unit, channel
            FROM calls
            WHERE outcome = 'answered' AND caller IS NOT NULL AND start_s >= {whole.start_s} AND start_s < {whole.end_s}),
        gaps AS (
            SELECT *, lead(start_s) OVER anyone AS next_start, lead(day) OVER anyone AS next_day, lead(seq) OVER anyone AS next_seq,
                   lead(issue_1) OVER anyone AS next_issue_1, lead(agent) OVER anyone AS next_agent, lead(channel) OVER anyone AS next_channel,
                   lead(start_s) OVER alike AS same_start, lead(day) OVER alike AS same_day
            FROM line
            WINDOW anyone AS (PARTITION BY who ORDER BY start_s, seq), alike AS (PARTITION BY who, issue_1 ORDER BY start_s, seq))
        SELECT {", ".join(f"g.{c}" for c in KEPT)}, {_seconds("next_start")} AS gap_s, next_day, next_seq, next_issue_1, next_agent, next_channel,
               CASE WHEN g.issue_1 IS NOT NULL THEN {_seconds("same_start")} END AS gap_same_1_s,
               CASE WHEN g.issue_1 IS NOT NULL THEN same_day END AS next_day_same_1{instants},
               greatest({whole.end_s} - g.reference_s, 0) AS follow_s
        FROM gaps AS g{joins}"""


def _seconds(following: str) -> str:
    return f"CASE WHEN {following} < g.reference_s THEN 0 ELSE {following} - g.reference_s END"


def _at(week: int) -> str:
    return f"g.reference_s + {week * 7 * DAY}"


def _instant(week: int, first: int, end: int) -> str:
    (gap, follow), at = control(week), _at(week)
    inside = f"{at} >= {first} AND {at} < {end}"
    return f", CASE WHEN {inside} THEN {gap}_line.start_s - ({at}) END AS {gap}, CASE WHEN {inside} THEN {end} - ({at}) END AS {follow}"


def _join(week: int) -> str:
    other = f"{control(week)[0]}_line"
    return f" ASOF LEFT JOIN (SELECT who, start_s FROM line) AS {other} ON {other}.who = g.who AND {_at(week)} <= {other}.start_s"


def fingerprint(connection: duckdb.DuckDBPyConnection, table: str) -> tuple:
    """The columns of a table, sorted, with the number of rows and a sum of row hashes: equal for equal tables in any order."""
    columns = sorted(row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall())
    hashed = ", ".join(f"CAST({c} AS BIGINT)" for c in columns)
    return columns, *connection.execute(f"SELECT count(*), sum(hash({hashed}))::VARCHAR FROM {table}").fetchone()
