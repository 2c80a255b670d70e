"""What the repeat-call studies may claim: 80 % points that cover, and no window where habit does not stand still (tests/worlds)."""

from collections.abc import Iterable, Iterator

import numpy as np

from hotline_analysis.measures import chance
from hotline_analysis.stats import excess
from hotline_analysis.studies.exposure import MIN_RATIO
from tests.prove import Cell, proof
from tests.worlds import NAMES, World, counted, world
from tests.worlds.counted import EDGES, MENU_SECONDS

SIZES = (5_000, 10_000, 17_000, 30_000, 52_000)
STANDING = ("flat", "heavy", "light")  # worlds whose habit and problems stand still
FIRST_SEED = 2_001  # apart from those that the bounds of other tests were seen on


def tables(w: World) -> tuple[counted.Watched, counted.Watched, np.ndarray]:
    index, (control, at) = counted.index(w), counted.control(w)
    return index, control, at


# ---- 80 % points


@proof("80 % points: published intervals of 95 % that hold the month's own truth, in worlds that stand still", runs=3_000)
def exposure_coverage(runs: int, rng: np.random.Generator) -> Iterable[Cell]:
    """`runs` published points, as many of each size; of a size as many of each issue as can be had: slow ones are published more often."""
    each = -(-runs // len(SIZES))
    found = {size: list(_published(size, each)) for size in SIZES}
    every = [row for rows in found.values() for row in rows]
    yield Cell("all", *_covered(every), least=0.90)
    for size, rows in found.items():
        yield Cell(f"{size:,} calls", *_covered(rows), least=0.87)
    for issue in NAMES:
        yield Cell(issue, *_covered([row for row in every if row[0] == issue]))
    for low, high in ((8, 12), (12, 20), (20, np.inf)):
        yield Cell(f"R(168 h) {low} to {high:g} standard errors", *_covered([row for row in every if low <= row[1] < high]))
    yield Cell("further than a factor of 1.5 from the truth", sum(row[3] for row in every), len(every))


def _covered(rows: list[tuple]) -> tuple[int, int]:
    return sum(row[2] for row in rows), len(rows)


def _published(size: int, wanted: int) -> Iterator[tuple[str, float, bool, bool]]:
    """(issue, ratio, covered, far off) of the first `wanted` published points, at most a quarter of them of one issue."""
    made, kept, seed = dict.fromkeys(NAMES, 0), 0, FIRST_SEED
    while kept < wanted:
        w = world(STANDING[seed % len(STANDING)], seed, calls=size)
        index, control, at = tables(w)
        for k, issue in enumerate(NAMES):
            if kept == wanted or made[issue] >= -(-wanted // 4):
                continue
            parts = index.table(w.issue[w.index] == k), control.table(w.issue[at] == k)
            told = excess.exposure(*parts, edges=EDGES, rng=chance.draws(), shares=(0.8,), min_ratio=MIN_RATIO)
            if told.published:
                made[issue], kept = made[issue] + 1, kept + 1
                truth, found = w.exposure(0.8, issue) * 3600, told.seconds[0]
                off = bool(max(found / truth, truth / found) > 1.5)
                yield issue, float(told.excess.value / told.excess.se), bool(told.low[0] <= truth <= told.high[0]), off
        seed += 1


# ---- windows


def judged(w: World, resamples: int = chance.RESAMPLES) -> excess.WindowEvidence:
    """What the study says of a month that stands alone."""
    index, control, _ = tables(w)
    return excess.window_evidence(
        index.table(), control.table(), far=control.table(control.weeks == 3), edges=EDGES, rng=chance.draws(), history_days=65,
        menu_seconds=MENU_SECONDS, resamples=resamples, unsteady=chance.of_hours(counted.by_hour(w)).unsteady,
    )  # fmt: skip


@proof("Windows: recommended, where habit stands still and where it does not (months that stand alone, 52,000 calls)", runs=100)
def windows(runs: int, rng: np.random.Generator) -> Iterable[Cell]:
    """Of the months in which no check of habit would stop the recommendation, those in which it is made; and of broken worlds any."""
    for name in STANDING:
        told = [judged(world(name, FIRST_SEED + n)) for n in range(runs)]
        before = [t for t in told if t.benefit.max() > 0 and _stands_out(t)]
        yield Cell(f"{name}: recommended", sum(t.said in chance.RECOMMENDS for t in before), len(before), least=0.9)
    for name in ("bursty", "ten_day", "storm", "null"):
        told = [judged(world(name, FIRST_SEED + n)) for n in range(runs)]
        yield Cell(f"{name}: recommended", sum(t.said in chance.RECOMMENDS for t in told), runs, most=0.1)
    for name in ("bursty", "ten_day", "storm", "heavy"):
        told = [judged(world(name, FIRST_SEED + n, calls=17_000)) for n in range(runs)]
        yield Cell(f"{name}, 17,000 calls: recommended", sum(t.said in chance.RECOMMENDS for t in told), runs)


def _stands_out(told: excess.WindowEvidence) -> bool:
    return told.callbacks[-1] >= chance.FEW and told.excess.value[-1] >= 3 * told.excess.se[-1]


# ---- rates


@proof(
    "Rates: jackknife intervals of 95 % by size, heavy world, against the world's mean (agents redrawn) and against the month's own truth",
    runs=60,
)
def rate_coverage(runs: int, rng: np.random.Generator) -> Iterable[Cell]:
    """F and R at 24 and 168 h; printed, because what the intervals speak of is callers, not agents or months."""
    places = [MENU_SECONDS.index(hours * 3600) for hours in (24, 168)]
    for size in (5_000, 17_000, 52_000):
        made = [_rates(world("heavy", FIRST_SEED + n, calls=size), places) for n in range(runs)]
        low, high, true = (np.array([m[k] for m in made]) for k in range(3))  # runs x (F, R) x (24, 168 h)
        for name, truth in (("world", true.mean(axis=0)), ("month", true)):
            hits = ((low <= truth) & (truth <= high)).sum(axis=0)
            for which, figure in enumerate("FR"):
                yield from (Cell(f"{figure}({w} h), {size:,} calls, {name}'s", int(hits[which, n]), runs) for n, w in enumerate((24, 168)))


def _rates(w: World, places: list[int]) -> tuple[list, list, list]:
    """Ends and truths of F and R."""
    told = judged(w, resamples=1)
    hours = [MENU_SECONDS[p] / 3600 for p in places]
    truth = [[w.followed(h) for h in hours], [w.problem_driven(h) for h in hours]]
    return *([getattr(e, end)[places] for e in (told.followed, told.excess)] for end in ("low", "high")), truth
