"""Hotlines whose calls come by a known profile, for the tests of what broke."""

from datetime import date

import numpy as np

from hotline_analysis.measures.definition import parse
from hotline_analysis.measures.periods import Calendar
from hotline_analysis.measures.view import View
from tests.spec.frames import on
from tests.studies.service.service_calls import params

DAY = 86_400
FIRST, LAST = date(2024, 6, 3), date(2024, 10, 1)  # seventeen weeks; the month that is looked at is September
HOURS = np.array([1, 1, 1, 1, 1, 2, 4, 8, 14, 18, 18, 14, 10, 12, 14, 14, 12, 10, 8, 6, 5, 4, 3, 2], float)
WEEK = np.array([1.2, 1.1, 1.0, 1.0, 0.9, 0.5, 0.4])


def calls(seed: int, a_day: float = 60.0, *, lost: float = 0.08, issues: int = 3, areas: int = 2) -> dict[str, np.ndarray]:
    """Poisson calls by hour and weekday: start_s (local), issue_1, area, outcome, talk_seconds, caller."""
    rng = np.random.default_rng(seed)
    days = (LAST - FIRST).days
    rate = a_day * WEEK[np.arange(days) % 7][:, None] * HOURS / HOURS.sum()
    n = rng.poisson(rate)
    hour = np.repeat(np.arange(days * 24), n.ravel())
    start = int(Calendar(params()).instant(FIRST)) + hour * 3600 + rng.integers(0, 3600, len(hour))
    start.sort()
    size = len(start)
    return {
        "start_s": start,
        "issue_1": rng.choice([f"诉求{k}" for k in range(issues)], size),
        "area": rng.choice([f"{k}区" for k in range(areas)], size),
        "outcome": np.where(rng.random(size) < lost, "abandoned", "answered"),
        "talk_seconds": rng.integers(30, 600, size),
        "caller": rng.integers(0, 4 * int(a_day) + 8, size),
    }


def at(text: str) -> int:
    return int(np.datetime64(text, "s").astype(int))


def without(data: dict, start: str, end: str) -> dict:
    """The calls without those of a stretch."""
    kept = (data["start_s"] < at(start)) | (data["start_s"] >= at(end))
    return {name: values[kept] for name, values in data.items()}


def beside(data: dict, start: str, seconds: int, n: int, **said) -> dict:
    """The calls and n more, evenly over some seconds; said: what they hold, otherwise as the first call."""
    more = {"start_s": at(start) + np.arange(n) * seconds // n, "caller": 100_000 + np.arange(n)}
    more |= {name: np.full(n, said.get(name, values[0])) for name, values in data.items() if name not in more}
    joined = {
        name: np.concatenate([values, more[name].astype(values.dtype) if values.dtype.kind != "U" else more[name]])
        for name, values in data.items()
    }
    order = np.argsort(joined["start_s"], kind="stable")
    return {name: values[order] for name, values in joined.items()}


def view(
    data: dict, *, engine: str = "polars", month: str = "2024-09", smallest: int = 1, drop: tuple[str, ...] = (), tables: dict | None = None
) -> View:
    """The calls as a study sees them."""
    held = params()
    calendar = Calendar(held)
    table = {name: values.tolist() for name, values in data.items() if name not in drop}
    n = len(data["start_s"])
    table |= {"seq": list(range(n)), "local_s": data["start_s"].tolist(), "call_id": [f"c{k}" for k in range(n)], "direction": ["in"] * n}
    if "caller" in table:
        table["caller_group"] = [c % 100 for c in table["caller"]]
    made = {"calls": on(engine, table)} | {name: on(engine, columns) for name, columns in (tables or {}).items()}
    ends = (calendar.instant(FIRST), calendar.instant(LAST))
    return View(held, calendar, parse({}, "test"), calendar.month(month), made, *ends, smallest=smallest)
