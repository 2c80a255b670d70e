"""Views for the tests of studies: tables written by hand, random small hotlines of two months, and the simulated worlds."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from hotline_analysis.measures.definition import parse
from hotline_analysis.measures.frames import lazy
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.view import View
from tests.laws.strategies import table
from tests.spec.frames import CALENDAR, PARAMS, on
from tests.worlds import DAY, HISTORY_DAYS, HOUR, World

WEEK = 7 * DAY
DAYS = 63  # four weeks before the month, four of the month, one after it


def month(start_s: int, end_s: int) -> Period:
    first = date(1970, 1, 1) + timedelta(days=start_s // DAY)
    return Period(first.strftime("%Y-%m"), start_s, end_s, first, first + timedelta(days=(end_s - start_s) // DAY - 1))


def view_of(rows: list[tuple], *, engine: str = "duckdb", start_day: int = 28, days: int = 28, data_days: int = DAYS, **rule) -> View:
    """Rows (caller, start_s, length_s, issue, outcome) from second 0 on; the month is days 28 to 55, the data are days 0 to 62."""
    columns = {**table(rows), "direction": ["in"] * len(rows)}
    period = month(start_day * DAY, (start_day + days) * DAY)
    return View(PARAMS, CALENDAR, parse(rule, "test"), period, {"calls": on(engine, columns)}, 0, data_days * DAY)


def random_rows(seed: int, n: int = 400, callers: int = 12, days: int = DAYS) -> list[tuple]:
    """A seeded hotline of few callers who call often, with withheld numbers, abandoned calls, ties and overlaps."""
    rng = np.random.default_rng(seed)
    who = [None if u < 0.05 else int(c) for u, c in zip(rng.random(n), rng.integers(0, callers, n), strict=True)]
    start, length = rng.integers(0, days * 24 * 60, n) * 60, rng.choice([0, 60, 600, 4000], n)
    outcome = rng.choice(["answered", "abandoned", "test"], n, p=[0.85, 0.12, 0.03])
    return [
        (w, int(s), int(d), str(i), str(o)) for w, s, d, i, o in zip(who, start, length, rng.choice(list("abc"), n), outcome, strict=True)
    ]


def view_of_world(world: World, *, history_days: float = HISTORY_DAYS, tail_hours: float = 168, **rule) -> View:
    """A world's month as a study sees it: on DuckDB, by its own clock (Asia/Shanghai, cut at midnight)."""
    frame = world.frame(history_days=history_days, tail_hours=tail_hours)
    frame = frame.assign(
        call_id=frame["call_id"].astype(str), seq=np.arange(len(frame)), local_s=frame["start_s"] + 8 * HOUR, direction="in"
    )
    calls = lazy(_relation(frame))
    start, end = world.start - round(history_days * DAY), world.end + round(tail_hours * HOUR)
    period = Period("2024-04", world.start, world.end, date(2024, 4, 1), date(2024, 4, 30))
    return View(PARAMS, CALENDAR, parse(rule, "test"), period, {"calls": calls}, start, end, keep=_kept_in_memory())


def _kept_in_memory():
    """Gap tables made once, as a store keeps them."""
    made = {}

    def keep(name, make):
        if name not in made:
            relation = make().to_native()
            relation.create(f"kept_{len(made)}")
            made[name] = lazy(relation.query("given", f"SELECT * FROM kept_{len(made)}"))
        return made[name]

    return keep


def _relation(frame: pd.DataFrame):
    import duckdb

    connection = duckdb.connect(config={"threads": 1})
    connection.register("given", frame)
    return connection.sql("SELECT * FROM given")
