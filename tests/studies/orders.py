"""Small orders written by hand, and views of them, for the tests of the study of complaints."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from hotline_analysis.measures.definition import parse
from hotline_analysis.measures.periods import Calendar
from hotline_analysis.measures.view import View
from hotline_analysis.params import Params
from tests.spec import frames
from tests.spec.frames import on

COLUMNS = {"order_id": "a", "kind": "c", "class": "d"}
FLAGS = ("withdrawn", "duplicate", "internal", "returned", "reopened", "timely")
SECONDS = ("created_s", "dispatched_s", "due_s", "responded_s", "resolved_s", "closed_s")
frames.FLAGS = (*frames.FLAGS, *FLAGS)


def params(zone: str = "UTC", **complaints) -> Params:
    """The params of a hotline of orders alone."""
    columns = COLUMNS | ({"closed_at": "e"} if complaints.get("placed_by") == "closed" else {"created_at": "b"})
    given = {"title": "x", "time_zone": zone, "holidays": "", "orders": {"files": "x.csv", "columns": columns}}
    return Params.model_validate({**given, "complaints": complaints})


def at(text: str) -> int:
    """`2024-07-01 09:00` as epoch seconds (UTC)."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def view(
    data: dict[str, list], *, month: str = "2024-08", start: str = "2024-07-01", end: str = "2024-09-01", engine: str = "duckdb", smallest: int = 1,
    steps: dict[str, list] | None = None, zone: str = "UTC", given: Params | None = None, **complaints
) -> View:  # fmt: skip
    """Orders as a study sees them: columns of equal length, instants as epoch seconds; the data run from `start` to `end`."""
    held = given or params(zone, **complaints)
    calendar = Calendar(held)
    n = len(next(iter(data.values())))
    whole = {"order_id": [f"o{i}" for i in range(n)], "seq": list(range(n)), "local_s": data.get("created_s", [0] * n), **data}
    tables = {"orders": on(engine, whole)} | (
        {"order_steps": on(engine, {"seq": list(range(len(steps["order_id"]))), **steps})} if steps else {}
    )
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    period = calendar.month(month) if month != "all" else calendar.span(first, last - timedelta(days=1), "all")
    made = View(held, calendar, parse({}, "test"), period, tables, calendar.instant(first), calendar.instant(last))
    return replace(made, smallest=smallest, leading="orders")


def spread(month: str, counts: dict[str, int], *, hour: int = 9, mixed: bool = True) -> dict[str, list]:
    """So many orders of each category, one after the other over the days of a month; mixed as chance has it, or on every day alike."""
    first = datetime.fromisoformat(f"{month}-01T00:00:00+00:00")
    days = ((first + timedelta(days=32)).replace(day=1) - first).days
    names = [name for name, n in counts.items() for _ in range(n)]
    order = np.random.default_rng(1).permutation(len(names))
    day = [i % days for i in range(len(names))]
    if not mixed:
        order = np.argsort([(k + 0.5) / n for n in counts.values() for k in range(n)], kind="stable")
        day = [i * days // len(names) for i in range(len(names))]
    created = [int((first + timedelta(days=d, hours=hour, minutes=i // days)).timestamp()) for i, d in enumerate(day)]
    return {"created_s": created, "category_1": [names[i] for i in order]}


def joined(*parts: dict[str, list]) -> dict[str, list]:
    return {name: [x for part in parts for x in part[name]] for name in parts[0]}
