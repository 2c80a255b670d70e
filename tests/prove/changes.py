"""Changes of a repeat rate between two months of one hotline, drawn at the level of caller groups: is the printed interval a 95 % one?

A hotline of 100 caller groups with two switchboards and twelve heavy callers, who call in both months; everybody else calls about once. A
caller's share of repeats is their own, and the same in both months but for a true change.
"""

from collections.abc import Iterable

import numpy as np

from hotline_analysis.measures.counts import GROUPS
from hotline_analysis.stats import resampling
from tests.prove import Cell, proof

OTHERS, RATE, TRUE_RISE = 12_000, 0.155, 0.012
HEAVY = np.array([356, 282, *[28] * 12])  # calls a month of the two switchboards and the heavy callers
THEIRS = np.array([0.9, 0.9, *[0.75] * 12])


def pair(rng: np.random.Generator, rise: float) -> resampling.Estimate:
    """One pair of months: the printed change with its interval."""
    of = rng.integers(0, GROUPS, OTHERS + len(HEAVY))
    calls = np.concatenate([np.ones(OTHERS, int), HEAVY])
    share = np.concatenate([rng.beta(2, 2 / RATE - 2, OTHERS), THEIRS])
    months = [month(rng, of, calls, np.clip(share + move, 0, 1)) for move in (0.0, rise)]
    (first, before), (now, after) = months
    return resampling.paired(after, before, now, first)


def month(rng: np.random.Generator, of: np.ndarray, calls: np.ndarray, share: np.ndarray) -> tuple[float, np.ndarray]:
    """The rate of one month, and without each caller group."""
    made = rng.poisson(calls)
    k, n = (np.bincount(of, x, GROUPS) for x in (rng.binomial(made, share), made))
    return k.sum() / n.sum(), (k.sum() - k) / (n.sum() - n)


def rejected(rng: np.random.Generator, runs: int, rise: float) -> int:
    found = [pair(rng, rise) for _ in range(runs)]
    return sum(bool(e.low > 0 or e.high < 0) for e in found)


@proof("The change of a repeat rate, paired over the caller groups: how often its interval leaves zero out", runs=2000)
def paired_changes(runs: int, rng: np.random.Generator) -> Iterable[Cell]:
    yield Cell("nothing changed", rejected(rng, runs, 0.0), runs, least=0.035, most=0.075)
    half = runs // 2
    yield Cell("a true rise of 1.2 points", rejected(rng, half, TRUE_RISE), half, least=0.4)
