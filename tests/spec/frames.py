"""Small canonical calls from written tables, on each engine."""

from datetime import UTC, date, datetime, timedelta

import duckdb
import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl

from hotline_analysis.measures.definition import parse
from hotline_analysis.measures.frames import lazy
from hotline_analysis.measures.periods import Calendar, Period
from hotline_analysis.measures.view import View
from hotline_analysis.params import Params
from tests.spec.cases import Case

ENGINES = ("duckdb", "pandas", "polars")
PARAMS = Params.model_validate({"title": "x", "time_zone": "UTC", "calls": {"files": "x.csv", "columns": {"started_at": "x"}}})
CALENDAR = Calendar(PARAMS)


def second(text: str) -> int:
    """`03-01 09:00[:30]` of 2024 as epoch seconds."""
    form = "%Y-%m-%d %H:%M:%S" if text.count(":") == 2 else "%Y-%m-%d %H:%M"
    return int(datetime.strptime(f"2024-{text}", form).replace(tzinfo=UTC).timestamp())


def columns(case: Case) -> dict[str, list]:
    """The case's calls as columns; callers become integers and caller groups."""
    names = sorted({c[0] for c in case.calls if c[0]})
    rows = case.calls
    starts = [second(r[1]) for r in rows]
    return {
        "call_id": [f"c{i}" for i in range(len(rows))],
        "seq": list(range(len(rows))),
        "start_s": starts,
        "local_s": starts,
        "end_s": [s + round(60 * r[2]) for s, r in zip(starts, rows, strict=True)],
        "caller": [names.index(r[0]) if r[0] else None for r in rows],
        "caller_group": [names.index(r[0]) % 100 if r[0] else None for r in rows],
        "issue_1": [r[3] for r in rows],
        "agent": [r[4] for r in rows],
        "outcome": [r[5] for r in rows],
        "direction": [r[6] if len(r) > 6 else "in" for r in rows],
    }


def on(engine: str, data: dict[str, list], connection=None) -> nw.LazyFrame:
    """The columns as a lazy frame of one engine."""
    whole = {k for k in data if k in ("seq", "start_s", "local_s", "end_s", "caller", "caller_group")}
    if engine == "polars":
        return lazy(
            pl.DataFrame(data, schema_overrides={**dict.fromkeys(whole, pl.Int64), **{k: pl.String for k in data if k not in whole}})
        )
    frame = pd.DataFrame({k: pd.array(v, dtype="Int64") if k in whole else pd.array(v, dtype="str") for k, v in data.items()})
    if engine == "pandas":
        return lazy(frame)
    connection = connection or duckdb.connect()
    connection.register("given", pd.DataFrame({k: v.astype("float64") if k in whole else v for k, v in frame.items()}))
    casts = ", ".join(f"{k}::{'BIGINT' if k in whole else 'VARCHAR'} AS {k}" for k in data)
    return lazy(connection.sql(f"SELECT {casts} FROM given"))


def view(calls: nw.LazyFrame, settings: dict, *, start_s: int, end_s: int, params: Params = PARAMS) -> View:
    """The calls, all of them one period, under a definition."""
    period = Period("all", start_s, end_s, date(2024, 3, 1), date(2024, 3, 1) + timedelta(days=30))
    return View(params, CALENDAR, parse(settings, "case"), period, {"calls": calls}, start_s, end_s)


def of_case(case: Case, engine: str, **changes) -> View:
    """The case as a study sees it."""
    windows = [w for w in case.answers if w] or [2]
    settings = {"windows_hours": windows, **case.rules, **changes}
    return view(on(engine, columns(case)), settings, start_s=second("03-01 00:00"), end_s=second(case.data_end))
