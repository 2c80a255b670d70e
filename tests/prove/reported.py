"""The month that a page reports, after 23 others in which nothing changed: how often `verdicts.compare` flags it, by any rule.

A flag is a month outside its limits (better, worse, more, less) or a run that is told. Each series goes through `compare` as a page's does, as a group of
one frame: many calls whose months differ by more than chance, few calls, rare events, a handful of events a month, durations, counts on sessions.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from hotline_analysis.measures.verdicts import CHANGED, compare
from hotline_analysis.words import TIMES
from tests.prove import Cell, proof
from tests.spec.frames import KNOWN

MONTHS, TOGETHER = 24, 25
PERIODS = [f"{2022 + n // 12}-{n % 12 + 1:02d}" for n in range(MONTHS)]
OF_SESSIONS = "talk_seconds"  # its declaration with another unit stands for counts on sessions
CATALOGUE = KNOWN | {OF_SESSIONS: replace(KNOWN[OF_SESSIONS], unit=TIMES, most=None)}
Drawn = tuple[str, np.ndarray, dict]


def many_calls(rng: np.random.Generator) -> Drawn:
    """A connection rate of 40,000 calls; months differ by .6 points and are known within .12."""
    x = 0.92 + 0.006 * rng.standard_normal(MONTHS) + 0.0012 * rng.standard_normal(MONTHS)
    return "connection_rate", x, {"calls": 40_000, "se": 0.0012}


def few_calls(rng: np.random.Generator) -> Drawn:
    return _shares(rng, 300, 0.95, "connection_rate")


def rare(rng: np.random.Generator) -> Drawn:
    return _shares(rng, 400, 0.004, "abandonment_rate")


def _shares(rng: np.random.Generator, n: int, p: float, key: str) -> Drawn:
    x = rng.binomial(n, p, MONTHS) / n
    return key, x, {"calls": n, "se": np.sqrt(x * (1 - x) / n)}


def a_handful(rng: np.random.Generator) -> Drawn:
    """Six events a month, as a volume a day: its error is never below that of chance, as `volumes.a_day` has it."""
    k = rng.poisson(6, MONTHS)
    error = np.sqrt(np.maximum(k, 1)) / 30
    return "offered", k / 30, {"calls": k, "se": error, "noise": error, "numerator": k, "denominator": 30}


def durations(rng: np.random.Generator) -> Drawn:
    """A mean wait of 3,000 calls whose spread is as large as their mean; months differ by half a second."""
    x = 12 + 0.5 * rng.standard_normal(MONTHS) + rng.standard_normal(MONTHS) * 12 / np.sqrt(3000)
    return "asa_seconds", x, {"calls": 3000, "se": 12 / np.sqrt(3000), "noise": 12 / np.sqrt(3000)}


def on_sessions(rng: np.random.Generator) -> Drawn:
    """Three in a thousand of 900 sessions hold a word that should not fall."""
    k = rng.poisson(2.7, MONTHS)
    error = np.sqrt(k) / 900
    return OF_SESSIONS, k / 900, {"calls": 900, "se": error, "noise": error, "numerator": k, "denominator": 900}


KINDS: dict[str, Callable[[np.random.Generator], Drawn]] = {
    "40,000 calls a month": many_calls, "300 calls a month": few_calls, "rare: 4 in 1,000 of 400 calls": rare,
    "six events a month": a_handful, "a mean of 3,000 waits": durations, "three in 1,000 sessions": on_sessions,
}  # fmt: skip


def flags(rng: np.random.Generator, draw: Callable, runs: int) -> tuple[int, int]:
    """Of so many series, those whose last month is outside its limits, and those with any flag."""
    out = any_ = 0
    for done in range(0, runs, TOGETHER):
        frames = [_frame(f"{n}", *draw(rng)) for n in range(min(TOGETHER, runs - done))]
        told = compare(pd.concat(frames, ignore_index=True), PERIODS[-1], PERIODS[-2], CATALOGUE, few=1)
        outside = told["judgement"].isin(CHANGED)
        out, any_ = out + int(outside.sum()), any_ + int((outside | (told["run"] != "")).sum())
    return out, any_


def _frame(group: str, key: str, values: np.ndarray, parts: dict) -> pd.DataFrame:
    calls = np.broadcast_to(parts["calls"], values.shape)
    rows = {"indicator": key, "period": PERIODS, "group": group, "value": values, "missing": "", "clusters": "days"}
    rows |= {"numerator": np.rint(values * calls), "denominator": calls, **parts}
    return pd.DataFrame(rows).assign(low=values - 2 * parts["se"], high=values + 2 * parts["se"])


@proof("The reported month after 23 others in which nothing changed: how often one indicator is flagged, by all rules", runs=4000)
def reported_month(runs: int, rng: np.random.Generator) -> Iterable[Cell]:
    for name, draw in KINDS.items():
        out, any_ = flags(rng, draw, runs)
        yield Cell(f"{name}, outside", out, runs)
        yield Cell(f"{name}, outside or run", any_, runs, most=0.03)
