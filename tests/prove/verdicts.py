"""Null months and real steps, judged as `measures.verdicts` judges them: month series only, all runs of a cell at once.

`whole_chain` goes through `verdicts.compare` and the conclusion's own words; the other simulations call the limits that `compare` calls, and
`tests/measures/test_verdicts.py` holds the two equal.

The worlds have eight indicators as the catalogue declares them: connection rate, abandonment rate, service level and speed of answer lie on one
latent series, volume, talk time, repeat rate and identified share on their own. A month varies by 1 and is known within .2 (the sample's
connection rate: .6 points and .12). The conclusion names a change when an event's month lies outside.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from hotline_analysis.measures import quotable
from hotline_analysis.measures.verdicts import BASELINE, RUN, compare
from hotline_analysis.stats import control
from tests.prove import Cell, proof
from tests.spec.frames import KNOWN, SHEET

WITHIN = 0.2  # standard error within a month, in standard deviations between months
LENGTHS = (12, 14, 18, 24)
EVENTS = len({i.event for i in SHEET})
STEP = 3.1  # 2 points of the sample's connection rate, in its month standard deviations


def series(rng: np.random.Generator, runs: int, months: int, *, phi: float = 0.0, season: float = 0.0) -> np.ndarray:
    """Months of a process of variance 1 with autocorrelation phi, plus a yearly wave of that standard deviation, plus the error within."""
    x = rng.standard_normal((runs, months))
    for t in range(1, months):
        x[:, t] = phi * x[:, t - 1] + np.sqrt(1 - phi**2) * x[:, t]
    wave = np.sqrt(2) * season * np.sin(2 * np.pi * (np.arange(months) / 12 + rng.random((runs, 1))))
    return x + wave + WITHIN * rng.standard_normal((runs, months))


def judged(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whether the newest of twelve months or more lies outside its limits, and whether it ends a run."""
    return outside(x), run(x)


def limits(x: np.ndarray, together: int = 1) -> control.Room:
    past = x[:, : min(BASELINE, x.shape[1] - 1)]
    return control.foreseen(past, np.full(past.shape, WITHIN), np.ones(past.shape), np.ones((len(x), 1)), together=together)


def outside(x: np.ndarray) -> np.ndarray:
    return beyond(x[:, -1], limits(x))


def beyond(figure: np.ndarray, room: control.Room) -> np.ndarray:
    return (figure > room.upper[:, 0]) | (figure < room.lower[:, 0])


def run(x: np.ndarray) -> np.ndarray:
    """The last seven months on one side, and their mean outside what is foreseen of it."""
    room = limits(x, RUN)
    side = np.sign(x[:, -RUN:] - room.centre)
    return (side == side[:, :1]).all(axis=1) & beyond(x[:, -RUN:].mean(axis=1), room)


def world(rng: np.random.Generator, runs: int, months: int, **kind) -> tuple[np.ndarray, np.ndarray]:
    """Whether the conclusion names a change, and whether a run is told, in months in which nothing changed."""
    told = [judged(series(rng, runs, months, **kind)) for _ in range(EVENTS)]
    return np.any([out for out, _ in told], axis=0), np.any([on for _, on in told], axis=0)


WORLDS = {"phi 0": {"phi": 0.0}, "phi .4": {"phi": 0.4}, "phi .7": {"phi": 0.7}, "season of 1.5 sd": {"season": 1.5}}
HELD = {"phi 0": 0.15, "phi .4": 0.25}


@proof("Months in which nothing changed: how often the conclusion names a change", runs=1000)
def null_months(runs: int, rng: np.random.Generator) -> Iterable[Cell]:
    for name, kind in WORLDS.items():
        for months in LENGTHS:
            named, on = world(rng, runs, months, **kind)
            yield Cell(f"{name}, {months} months", int(named.sum()), runs, most=HELD.get(name))
            if months == LENGTHS[-1]:
                yield Cell(f"{name}, {months} months, some run of {RUN}", int(on.sum()), runs)


LATENT = {"connection_rate": 1, "abandonment_rate": -1, "service_level_20s": 1.5, "asa_seconds": -1.5}  # one event: how each moves with it
LEVEL_OF = {"offered": (1300, 30), "asa_seconds": (8, 0.5), "talk_seconds": (249, 1), "identified_share": (0.965, 0.001)}


def month_frame(rng: np.random.Generator, months: int, phi: float) -> pd.DataFrame:
    """One hotline's months as `evaluate` gives them, nothing changed: level and month standard deviation of each indicator."""
    place = [2024 * 12 + 5 - k for k in range(months)][::-1]
    periods, latent, frames = [f"{p // 12}-{p % 12 + 1:02d}" for p in place], series(rng, 1, months, phi=phi)[0], []
    for i in SHEET:
        level, sd = LEVEL_OF.get(i.key, (0.5, 0.0065))
        values = level + sd * (LATENT[i.key] * latent if i.key in LATENT else series(rng, 1, months, phi=phi)[0])
        se = WITHIN * sd
        rows = {
            "indicator": i.key,
            "group": "",
            "period": periods,
            "value": values,
            "low": values - 2 * se,
            "high": values + 2 * se,
            "se": se,
        }
        rows |= {"numerator": np.round(np.abs(values) * 40_000), "denominator": 40_000, "calls": 40_000, "missing": ""}
        frames.append(pd.DataFrame({**rows, "clusters": "callers" if i.callers else "days"}))
    return pd.concat(frames)


@proof("The same through the verdicts and the conclusion's own words, from the first months on", runs=200)
def whole_chain(runs: int, rng: np.random.Generator) -> Iterable[Cell]:
    """Two months to fourteen: under twelve no conclusion names anything."""
    for phi in (0.0, 0.4):
        for months in (2, 6, 11, 14):
            told = [quotable.conclusion(compare(month_frame(rng, months, phi), "2024-06", "2024-05", KNOWN)) for _ in range(runs)]
            named = sum(case.startswith("changed") for case in told)
            yield Cell(f"phi {phi:g}, {months} months", named, runs, most=0.0 if months < 12 else HELD[f"phi {phi:g}".replace("0.", ".")])


@proof("A step of 3.1 month standard deviations (connection rate −2 points): how often it is found", runs=1000)
def steps(runs: int, rng: np.random.Generator) -> Iterable[Cell]:
    for phi in (0.0, 0.4):
        held = phi == 0
        for before in (11, 23):
            first = stepped(rng, runs, before, 1, phi)
            yield Cell(
                f"phi {phi:g}, {before} months before, first month outside", int(judged(first)[0].sum()), runs, least=0.45 if held else None
            )
        for before in (12, 18):
            out, on = judged(stepped(rng, runs, before, 6, phi))
            yield Cell(
                f"phi {phi:g}, {before} months before, sixth month outside or run", int((out | on).sum()), runs, least=0.7 if held else None
            )


def stepped(rng: np.random.Generator, runs: int, before: int, after: int, phi: float) -> np.ndarray:
    x = series(rng, runs, before + after, phi=phi)
    x[:, before:] -= STEP
    return x


@proof("Other limits on the same months: textbook XmR of the months before, and with the judged month in its own limits", runs=1000)
def other_limits(runs: int, rng: np.random.Generator) -> Iterable[Cell]:
    """What was not chosen: printed, not held."""
    for name, rule in (("XmR, months before", before_xmr), ("XmR, all months", whole_xmr)):
        for phi in (0.0, 0.4):
            for months in (12, 18):
                named = np.any([rule(series(rng, runs, months, phi=phi)) for _ in range(EVENTS)], axis=0)
                yield Cell(f"{name}, phi {phi:g}, {months} months, nothing changed", int(named.sum()), runs)
            found = rule(stepped(rng, runs, 11, 1, phi))
            yield Cell(f"{name}, phi {phi:g}, step after 11 months", int(found.sum()), runs)


def before_xmr(x: np.ndarray) -> np.ndarray:
    return _beyond(x[:, : min(BASELINE, x.shape[1] - 1)], x[:, -1])


def whole_xmr(x: np.ndarray) -> np.ndarray:
    return _beyond(x, x[:, -1])


def _beyond(past: np.ndarray, new: np.ndarray) -> np.ndarray:
    reach = control.THREE_SIGMA * np.abs(np.diff(past, axis=1)).mean(axis=1)
    return np.abs(new - past.mean(axis=1)) > reach
