"""The contest: any-issue and same-issue gaps and counts by a stratum at four windows, worked out by each engine in its own way."""

from collections.abc import Callable

import duckdb
import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl

from benchmarks.calls import period
from hotline_analysis.measures.definition import Definition
from hotline_analysis.measures.frames import lazy, pandas
from hotline_analysis.measures.view import View

WINDOWS = {"2h": 2 * 3600, "24h": 24 * 3600, "72h": 72 * 3600, "168h": 168 * 3600}
COLUMNS = ["calls", *(f"any_{w}" for w in WINDOWS), *(f"same_{w}" for w in WINDOWS)]
NEEDED = ["seq", "start_s", "end_s", "caller", "issue_1", "unit", "outcome"]


def view(connection: duckdb.DuckDBPyConnection, **more) -> View:
    """The invented calls as a study sees them, under the default definition."""
    whole = period()
    return View(
        None, None, Definition(), whole, {"calls": lazy(connection.table("calls"), placed=True)}, whole.start_s, whole.end_s, **more
    )


def ours(seen: View, by: str) -> pd.DataFrame:
    """The workbook's own way: the view's gap table, counted."""
    return tidy(pandas(counted(seen.gaps(), by)), by)


def counted(gaps: nw.LazyFrame, by: str) -> nw.LazyFrame:
    marks = {f"{kind}_{w}": nw.col(gap) <= s for kind, gap in (("any", "gap_s"), ("same", "gap_same_1_s")) for w, s in WINDOWS.items()}
    sums = {name: nw.when(hit).then(nw.lit(1)).otherwise(nw.lit(0)).sum() for name, hit in marks.items()}
    return gaps.group_by(by).agg(calls=nw.len(), **sums)


def by_sql(connection: duckdb.DuckDBPyConnection, by: str) -> pd.DataFrame:
    """Hand-written DuckDB SQL."""
    sums = ", ".join(f"count(*) FILTER (next_{kind} - end_s <= {s}) AS {kind}_{w}" for kind in ("any", "same") for w, s in WINDOWS.items())
    query = f"""
        SELECT {by}, count(*) AS calls, {sums}
        FROM (SELECT {by}, end_s,
                     lead(start_s) OVER (PARTITION BY caller ORDER BY start_s, seq) AS next_any,
                     lead(start_s) OVER (PARTITION BY caller, issue_1 ORDER BY start_s, seq) AS next_same
              FROM calls WHERE outcome = 'answered' AND caller IS NOT NULL)
        GROUP BY {by}"""
    return tidy(connection.execute(query).df(), by)


def by_pandas(calls: pd.DataFrame, by: str) -> pd.DataFrame:
    """pandas: one sort for each kind of gap, the next row where it is the same caller's."""
    rows = calls.loc[(calls["outcome"] == "answered") & calls["caller"].notna(), NEEDED[:-1]]
    for kind, keys in (("any", ["caller"]), ("same", ["caller", "issue_1"])):
        rows = rows.sort_values([*keys, "start_s", "seq"], ignore_index=True)
        alike = (rows[keys] == rows[keys].shift(-1)).all(axis=1)
        gap = (rows["start_s"].shift(-1) - rows["end_s"]).where(alike)
        rows = rows.assign(**{f"{kind}_{w}": gap <= s for w, s in WINDOWS.items()})
    sums = rows.groupby(by)[COLUMNS[1:]].sum()
    return tidy(sums.assign(calls=rows.groupby(by).size()).reset_index(), by)


def by_polars_sorted(calls: pl.DataFrame, by: str) -> pd.DataFrame:
    """Polars: sorted, shifted by one row, kept where it is the same caller's."""
    rows = _polars_rows(calls)
    for kind, keys in (("any", ["caller"]), ("same", ["caller", "issue_1"])):
        alike = pl.all_horizontal(*[pl.col(k) == pl.col(k).shift(-1) for k in keys])
        following = pl.when(alike).then(pl.col("start_s").shift(-1)).alias(f"next_{kind}")
        rows = rows.sort(*keys, "start_s", "seq").with_columns(following)
    return _polars_counts(rows, by)


def by_polars_over(calls: pl.DataFrame, by: str) -> pd.DataFrame:
    """Polars: a window expression for each kind of gap."""
    rows = _polars_rows(calls)
    for kind, keys in (("any", ["caller"]), ("same", ["caller", "issue_1"])):
        rows = rows.with_columns(pl.col("start_s").shift(-1).over(keys, order_by=["start_s", "seq"]).alias(f"next_{kind}"))
    return _polars_counts(rows, by)


def _polars_rows(calls: pl.DataFrame) -> pl.LazyFrame:
    return calls.lazy().filter((pl.col("outcome") == "answered") & pl.col("caller").is_not_null())


def _polars_counts(rows: pl.LazyFrame, by: str) -> pd.DataFrame:
    sums = [
        (pl.col(f"next_{kind}") - pl.col("end_s") <= s).sum().alias(f"{kind}_{w}") for kind in ("any", "same") for w, s in WINDOWS.items()
    ]
    return tidy(pd.DataFrame(rows.group_by(by).agg(pl.len().alias("calls"), *sums).collect().to_dict(as_series=False)), by)


def polars_frame(calls: pd.DataFrame) -> pl.DataFrame:
    return pl.DataFrame({name: pl.Series(calls[name].tolist()) if name == "outcome" else calls[name].to_numpy() for name in NEEDED})


def tidy(frame: pd.DataFrame, by: str) -> pd.DataFrame:
    """One order and one type, so that the contestants' answers can be held against each other."""
    return frame[[by, *COLUMNS]].astype("int64").sort_values(by, ignore_index=True)


def contestants(connection: duckdb.DuckDBPyConnection, calls: pd.DataFrame, by: str) -> dict[str, Callable[[], pd.DataFrame]]:
    """Each engine's way, under the name that the table shows."""
    seen, columns = view(connection), polars_frame(calls)
    return {
        "ours": lambda: ours(seen, by),
        "DuckDB SQL": lambda: by_sql(connection, by),
        "pandas": lambda: by_pandas(calls, by),
        "Polars, sorted shift": lambda: by_polars_sorted(columns, by),
        "Polars, over": lambda: by_polars_over(columns, by),
    }
