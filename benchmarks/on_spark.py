"""The full gap table on Spark: ours against hand-written Spark SQL, `python -m benchmarks.on_spark CALLS SPREAD`. Needs the extra `spark` and Java."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.calls import DAY, period, written
from benchmarks.full import KEPT
from hotline_analysis.measures.definition import Definition
from hotline_analysis.measures.gaps import CONTROL_WEEKS, control

ROOT = Path(__file__).resolve().parents[1]
MEMORY = "4g"


def there() -> bool:
    return importlib.util.find_spec("pyspark") is not None and shutil.which("java") is not None


def in_child(rows: int, spread: str) -> dict:
    command = [sys.executable, "-m", "benchmarks.on_spark", str(rows), spread]
    said = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True, text=True)
    return json.loads(said.stdout.splitlines()[-1])


def by_hand() -> str:
    """The same columns as somebody who knows Spark writes them: a window for each kind of gap; the four control instants stand in one line with the
    caller's calls, each filled with the call that follows it, and come back by one more window over the same callers."""
    whole = period()
    names = [control(week)[0] for week in CONTROL_WEEKS]
    asked = ", ".join(f"struct({n} AS k, reference_s + {week * 7 * DAY} AS at)" for n, week in enumerate(CONTROL_WEEKS, 1))
    inside = f"at >= {whole.start_s} AND at < {whole.end_s}"
    found = ", ".join(f"max(CASE WHEN k = {n} AND {inside} THEN found - at END) AS {name}" for n, name in enumerate(names, 1))
    follow = ", ".join(
        f"CASE WHEN reference_s + {week * 7 * DAY} >= {whole.start_s} AND reference_s + {week * 7 * DAY} < {whole.end_s} "
        f"THEN {whole.end_s} - (reference_s + {week * 7 * DAY}) END AS {control(week)[1]}"
        for week in CONTROL_WEEKS
    )
    return f"""
        WITH line AS (
            SELECT seq, start_s, greatest(coalesce(end_s, start_s), start_s) AS reference_s, local_s, local_s div {DAY} AS day, caller AS who,
                   caller_group, issue_1, agent, unit, channel
            FROM calls
            WHERE outcome = 'answered' AND caller IS NOT NULL AND start_s >= {whole.start_s} AND start_s < {whole.end_s}),
        gaps AS (
            SELECT *, lead(start_s) OVER anyone AS next_start, lead(day) OVER anyone AS next_day, lead(seq) OVER anyone AS next_seq,
                   lead(issue_1) OVER anyone AS next_issue_1, lead(agent) OVER anyone AS next_agent, lead(channel) OVER anyone AS next_channel,
                   lead(start_s) OVER alike AS same_start, lead(day) OVER alike AS same_day
            FROM line
            WINDOW anyone AS (PARTITION BY who ORDER BY start_s, seq), alike AS (PARTITION BY who, issue_1 ORDER BY start_s, seq)),
        instants AS (
            SELECT who, seq, one.k, one.at, CASE WHEN one.k = 0 THEN start_s END AS call_s
            FROM (SELECT who, seq, start_s, explode(array(struct(0 AS k, start_s AS at), {asked})) AS one FROM line)),
        filled AS (
            SELECT who, seq, k, at, last(call_s, true) OVER (PARTITION BY who ORDER BY at DESC, k > 0 ROWS UNBOUNDED PRECEDING) AS found
            FROM instants),
        found AS (SELECT who, seq, {found} FROM filled WHERE k > 0 GROUP BY who, seq)
        SELECT {", ".join(f"g.{c}" for c in KEPT)}, {_seconds("next_start")} AS gap_s, next_day, next_seq, next_issue_1, next_agent, next_channel,
               CASE WHEN g.issue_1 IS NOT NULL THEN {_seconds("same_start")} END AS gap_same_1_s,
               CASE WHEN g.issue_1 IS NOT NULL THEN same_day END AS next_day_same_1, {", ".join(names)}, {follow},
               greatest({whole.end_s} - g.reference_s, 0) AS follow_s
        FROM gaps AS g JOIN found AS f ON g.who = f.who AND g.seq = f.seq"""


def _seconds(following: str) -> str:
    return f"CASE WHEN {following} < g.reference_s THEN 0 ELSE {following} - g.reference_s END"


def measure(rows: int, spread: str) -> dict:
    """The seconds of the better of two rounds, each table made and written; whether the two are equal (a sum of row hashes)."""
    from pyspark.sql import SparkSession

    from hotline_analysis.intake.store.spark import LOCAL, SETTINGS

    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name:
        written(rows, spread, Path(name), memory="4GiB").close()
        settings = {
            **LOCAL,
            **SETTINGS,
            "spark.driver.memory": MEMORY,
            "spark.local.dir": f"{name}/spill",
            "spark.sql.shuffle.partitions": "8",
        }
        builder = SparkSession.builder.master("local[2]")
        for key, value in settings.items():
            builder = builder.config(key, value)
        spark = builder.getOrCreate()
        try:
            calls = spark.read.parquet(f"{name}/calls.parquet")
            calls.createOrReplaceTempView("calls")
            ways = {"ours": lambda: ours(calls), "by hand": lambda: spark.sql(by_hand())}
            taken = {way: [] for way in ways}
            for turn in range(2):
                for way in list(ways)[:: -1 if turn else 1]:
                    began = time.perf_counter()
                    ways[way]().write.mode("overwrite").option("compression", "zstd").parquet(f"{name}/{way}")
                    taken[way].append(time.perf_counter() - began)
            prints = [fingerprint(spark.read.parquet(f"{name}/{way}")) for way in ways]
        finally:
            spark.stop()
    return {**{way: min(seconds) for way, seconds in taken.items()}, "equal": prints[0] == prints[1], "rows": prints[0][1]}


def ours(calls):
    """The workbook's own table of a Spark frame of calls."""
    import narwhals.stable.v2 as nw

    from hotline_analysis.measures.gaps import gap_table

    whole = period()
    return gap_table(nw.from_native(calls), Definition(), data_start_s=whole.start_s, data_end_s=whole.end_s, controls=True).to_native()


def fingerprint(made) -> tuple:
    """The columns of a table, sorted, with the number of rows and a sum of row hashes: equal for equal tables in any order."""
    columns = ", ".join(f"CAST({c} AS BIGINT)" for c in sorted(made.columns))
    told = made.selectExpr("count(*) AS n", f"CAST(sum(CAST(xxhash64({columns}) AS DECIMAL(38, 0))) AS STRING) AS hashed").first()
    return sorted(made.columns), int(told["n"]), told["hashed"]


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), sys.argv[2])))
