"""Small canonical calls from written tables, on each engine."""

from datetime import UTC, date, datetime, timedelta

import duckdb
import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl

from hotline_analysis.measures import catalogue
from hotline_analysis.measures.definition import parse
from hotline_analysis.measures.frames import lazy
from hotline_analysis.measures.periods import Calendar, Period
from hotline_analysis.measures.view import View
from hotline_analysis.params import Params
from tests.spec.cases import Case

FLAGS = ("dispatched", "transferred")
WHOLE = (
    "seq",
    "caller",
    "caller_group",
    "caller_phone",
    "caller_person",
    "caller_code",
    "talk_seconds",
    "queue_seconds",
    "ring_seconds",
    "hold_seconds",
    "wrap_seconds",
    "rating",
    "menu_seconds",
)
POLARS = {"flag": pl.Boolean, "whole": pl.Int64, "text": pl.String}
PANDAS = {"flag": "boolean", "whole": "Int64", "text": "str"}
DUCKDB = {"flag": "BOOLEAN", "whole": "BIGINT", "text": "VARCHAR"}
ENGINES = ("duckdb", "pandas", "polars")
PARAMS = Params.model_validate(
    {"title": "x", "time_zone": "UTC", "calls": {"files": "x.csv", "columns": {"started_at": "x"}}, "service": {"answer_seconds": [20]}}
)
CALENDAR = Calendar(PARAMS)
KNOWN = catalogue.known(PARAMS)  # the indicators that a frame of one's own may hold
SHEET = tuple(i for key, i in catalogue.of_month(PARAMS).items() if i.first)  # those of the first sheet


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
        "end_s": [None if r[2] is None else s + round(60 * r[2]) for s, r in zip(starts, rows, strict=True)],
        "caller": [names.index(r[0]) if r[0] else None for r in rows],
        "caller_group": [names.index(r[0]) % 100 if r[0] else None for r in rows],
        "issue_1": [r[3] for r in rows],
        "agent": [r[4] for r in rows],
        "outcome": [r[5] for r in rows],
        "direction": [r[6] if len(r) > 6 else "in" for r in rows],
        **{name: list(values) for name, values in case.more.items()},
    }


def order_columns(case: Case) -> dict[str, list]:
    """The case's orders as columns, under the same integers of callers."""
    names = sorted({c[0] for c in case.calls if c[0]})
    rows = case.orders or ()
    return {
        "order_id": [r[0] for r in rows],
        "caller": [names.index(r[1]) if r[1] else None for r in rows],
        "call_id": [r[2] for r in rows],
        "created_s": [second(r[3]) for r in rows],
        "due_s": [second(r[4]) if r[4] else None for r in rows],
        "closed_s": [second(r[5]) if r[5] else None for r in rows],
    }


def in_time(starts: list[int], seq: list[int] | None = None) -> list[int]:
    """Each row's place in the order of time; rows of one start as `seq` has them, or as they stand."""
    order = sorted(range(len(starts)), key=lambda i: (starts[i], seq[i] if seq else i))
    place = {row: n for n, row in enumerate(order)}
    return [place[row] for row in range(len(starts))]


def on(engine: str, data: dict[str, list], connection=None) -> nw.LazyFrame:
    """The columns as a lazy frame of one engine, rows as they stand; `seq` of calls is renumbered to run as the clock does, as in every store."""
    if {"seq", "start_s"} <= set(data):
        data = {**data, "seq": in_time(data["start_s"], data["seq"])}
    kinds = {k: "flag" if k in FLAGS else "whole" if k in WHOLE or k.endswith("_s") else "text" for k in data}
    if engine == "polars":
        return lazy(pl.DataFrame(data, schema={k: POLARS[kind] for k, kind in kinds.items()}))
    frame = pd.DataFrame({k: pd.array(v, dtype=PANDAS[kinds[k]]) for k, v in data.items()})
    if engine == "pandas":
        return lazy(frame)
    connection = connection or duckdb.connect(config={"threads": 1})
    name = "given_" + "_".join(data)[:40]
    connection.register(name, pd.DataFrame({k: v if kinds[k] == "text" else v.astype("float64") for k, v in frame.items()}))
    casts = ", ".join(f"{k}::{DUCKDB[kinds[k]]} AS {k}" for k in data)
    return lazy(connection.sql(f"SELECT {casts} FROM {name}"))


def view(calls: nw.LazyFrame, settings: dict, *, start_s: int, end_s: int, params: Params = PARAMS, **tables: nw.LazyFrame) -> View:
    """The calls, all of them one period, under a definition."""
    period = Period("all", start_s, end_s, date(2024, 3, 1), date(2024, 3, 1) + timedelta(days=30))
    return View(params, CALENDAR, parse(settings, "case"), period, {"calls": calls, **tables}, start_s, end_s)


def of_case(case: Case, engine: str, **changes) -> View:
    """The case as a study sees it."""
    windows = [w for w in case.answers if w] or [2]
    settings = {"windows_hours": windows, **case.rules, **changes}
    connection = duckdb.connect(config={"threads": 1}) if engine == "duckdb" else None
    orders = {"orders": on(engine, order_columns(case), connection)} if case.orders is not None else {}
    return view(on(engine, columns(case), connection), settings, start_s=second("03-01 00:00"), end_s=second(case.data_end), **orders)
