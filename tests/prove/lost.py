"""Public holidays that bring fewer calls, or none because the hotline is closed, and whole weeks of them that are lost: what `judge_days` calls missing."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from hotline_analysis.intake.usual import Kinds, judge_days
from hotline_analysis.params import Params
from tests.prove import Cell, proof

PARAMS = Params(title="t", time_zone="UTC", holidays="CN", calls={"files": "x", "columns": {"started_at": "t"}})
DAYS = [date(2022, 6, 1) + timedelta(days=n) for n in range(3 * 365)]
KINDS = Kinds(DAYS, PARAMS)
TIMES = KINDS.holidays()
WEEKS = [time for time in TIMES if len(time) >= 7]  # 春节 and 国庆
FIRSTS = (0, 300, 600)  # where the data begin: with two years behind the last holidays, or none
MONTH = np.array([12 * d.year + d.month for d in DAYS])


def world(rng: np.random.Generator, a_day: float, shut: str) -> np.ndarray:
    """Calls a day of three years: weekends bring 0.3 to 1 of a workday; 春节 0.05 to 0.6 of what its days otherwise would, 国庆 0.15 to 0.8, others 0.4 to 1, each
    a fifth up or down from year to year; days vary by a fifth, and the hotline grows or shrinks. shut: on no holiday, at 春节, or on all.
    """
    weekend, ways = rng.choice([0.3, 0.6, 1.0]), {"spring": (0.05, 0.6), "national": (0.15, 0.8), "short": (0.4, 1.0)}
    brought = {kind: rng.uniform(*ends) for kind, ends in ways.items()}
    level = np.where(KINDS.off, weekend, 1.0)
    for time in TIMES:
        kind = "short" if len(time) < 7 else "spring" if DAYS[time[0]].month < 3 else "national"
        level[time] *= 0 if shut == "all" or shut == kind else brought[kind] * rng.uniform(0.8, 1.2)
    trend = np.exp(rng.normal(0, 0.3) * np.linspace(0, 1, len(DAYS)))
    return rng.poisson(a_day * level * trend * rng.gamma(25, 0.04, len(DAYS)))


def missing(calls: np.ndarray, first: int) -> np.ndarray:
    found = judge_days(pd.DataFrame({"date": DAYS[first:], "calls": calls[first:]}), PARAMS)["missing"].to_numpy()
    return np.r_[np.zeros(first, bool), found]


@proof(
    "Holidays: months with one in which a day is called missing though none is, and weeks of 春节 and 国庆 that are lost and seen whole",
    runs=300,
)
def holiday_weeks(runs: int, rng: np.random.Generator) -> list[Cell]:
    """By the size of the hotline; false alarms of those that are closed on holidays are those of the first ones in the data."""
    cells = []
    for a_day in (3, 10, 30, 100, 300):
        alarms, months, seen = {"": 0, "spring": 0, "all": 0}, dict.fromkeys(("", "spring", "all"), 0), 0
        for n in range(runs):
            first = FIRSTS[n % len(FIRSTS)]
            for shut in alarms:
                calls = world(rng, a_day, shut)
                flagged, there = missing(calls, first), np.arange(len(DAYS)) >= first
                alarms[shut] += len(np.unique(MONTH[flagged & KINDS.holiday]))
                months[shut] += len(np.unique(MONTH[there & KINDS.holiday]))
            week = WEEKS[-1 - n % 2]
            calls = world(rng, a_day, "")
            calls[week] = 0
            seen += int(missing(calls, first)[week].all())
        said = {"": "closed on none", "spring": "closed at 春节", "all": "closed on all"}
        cells += [
            Cell(f"{a_day} a day, {said[shut]}: called missing", alarms[shut], months[shut], most=0.01 if shut == "" else None)
            for shut in alarms
        ]
        least = {30: 0.5, 100: 0.9, 300: 0.95}.get(a_day)
        cells.append(Cell(f"{a_day} a day, a week lost: seen whole", seen, runs, least=least))
    return cells
