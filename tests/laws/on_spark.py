"""The gap table and every count table of random hotlines on Spark and on DuckDB: `python -m tests.laws.on_spark classic|connect SEEDS`.

A process of its own for each kind of session, because one process cannot have both. Spark plans for seconds what takes milliseconds to do, so the random tables
that share a rule are put side by side as the units of one hotline: other callers, other places, one question. Prints one JSON line: by rule the number of tables, and what differs.
"""

import json
import sys
from collections.abc import Sequence

import duckdb
import narwhals.stable.v2 as nw
import pandas as pd
import pyarrow as pa
from pyspark.sql import SparkSession

from hotline_analysis.measures import counts
from hotline_analysis.measures.definition import parse
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import gap_table
from hotline_analysis.stats import binned
from tests.laws.strategies import HORIZON, blanked, random_calls, table

RULES = [  # the first half takes every way through the gap table
    {},
    {"index_scope": "all", "callback_scope": "answered", "min_gap_seconds": 600},
    {"outbound": "reset"},
    {"direction": "look-back"},
    {"clock": "start", "index_scope": "all", "callback_scope": "all"},
    {"callback_scope": "answered", "index_scope": "all"},
    {"match": "target", "targets": "a"},
    {"direction": "look-back", "min_gap_seconds": 600},
]
STRETCHED = 16  # three days become seven weeks, so that there are control instants
QUICK = {  # for small plans; nothing of it changes a result
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.log.level": "OFF",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.session.timeZone": "UTC",
}


def session(kind: str) -> SparkSession:
    builder = SparkSession.builder
    for name, value in QUICK.items():
        builder = builder.config(name, value)
    return (builder.remote("local[2]") if kind == "connect" else builder.master("local[2]")).getOrCreate()


def side_by_side(seeds: Sequence[int]) -> pa.Table:
    """Random tables as units of one hotline."""
    parts = []
    for seed in seeds:
        data = table(random_calls(seed))
        start = [s * STRETCHED for s in data["start_s"]]
        end = [a + e - s for a, s, e in zip(start, data["start_s"], data["end_s"], strict=True)]
        own = {
            "start_s": start,
            "local_s": start,
            "end_s": end,
            "unit": [f"t{seed}"] * len(start),
            "seq": [s + 1000 * seed for s in data["seq"]],
            "caller": [None if c is None else c + 1000 * seed for c in data["caller"]],
        }
        parts.append(arrow(blanked({**data, **own}, seed)))
    return pa.concat_tables(parts)


def arrow(data: dict[str, list]) -> pa.Table:
    whole = {"seq", "caller", "caller_group"}
    return pa.table({c: pa.array(v, pa.int64() if c in whole or c.endswith(("_s", "_seconds")) else pa.string()) for c, v in data.items()})


def told(calls: nw.LazyFrame, rule, once) -> dict[str, pd.DataFrame]:
    """The gap table and the count tables made of it; `once` holds the gap table, as the store does."""
    edges, end, ahead = binned.bin_edges_seconds(), HORIZON * STRETCHED, rule.direction == "look-ahead"
    gaps = once(gap_table(calls, rule, data_start_s=0, data_end_s=end, controls=ahead))
    frame = pandas(gaps)
    found = {
        "gaps": frame.sort_values("seq", ignore_index=True)[sorted(frame)],
        "exact": counts.exact(gaps, rule, horizon_s=int(edges[-1]), by=["unit"]),
        "cube": counts.cube(gaps, rule, edges=edges, by=["unit"]),
        "causes": counts.by_cause(gaps, rule, edges=edges, by=["unit"]),
        "totals": counts.totals(gaps, rule, by=["unit"]),
        "same": counts.cube(gaps, rule.but(match="same", targets=()), edges=edges, by=["unit"]),
    }
    if ahead:
        found["controls"] = counts.control_cube(gaps, rule, edges=edges, span=(0, end), by=["unit"])
    return found


def held(spark: SparkSession, gaps: nw.LazyFrame) -> nw.LazyFrame:
    return nw.from_native(spark.createDataFrame(gaps.to_native().toArrow()))


def differences(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> list[str]:
    """The tables whose cells are not the same; whole numbers are compared as such, whatever type holds them."""
    return [name for name, frame in one.items() if len(frame) == 0 or plain(frame) != plain(other[name])]


def plain(frame: pd.DataFrame) -> list:
    cells = [[None if pd.isna(v) else v if isinstance(v, str) else int(v) for v in row] for row in frame.itertuples(index=False)]
    return [list(frame), *cells]


def main(kind: str, seeds: int) -> None:
    spark, connection, found = session(kind), duckdb.connect(), {}
    rules = RULES[: seeds // 2]  # two tables a rule at least
    for n, settings in enumerate(rules):
        mine, rule = range(n, seeds, len(rules)), parse(settings, "law")
        calls = side_by_side(mine)
        by_spark = told(nw.from_native(spark.createDataFrame(calls)), rule, lambda g: held(spark, g))
        connection.register("calls", calls)
        by_duckdb = told(nw.from_native(connection.sql("SELECT * FROM calls")), rule, lambda g: g)
        found[json.dumps(settings)] = [len(mine), *differences(by_duckdb, by_spark)]
        print(settings, found[json.dumps(settings)], file=sys.stderr, flush=True)
    spark.stop()
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
