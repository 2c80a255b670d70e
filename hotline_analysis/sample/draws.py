"""Random numbers that are the same on every machine: integer tables of a distribution's quantiles, read with integers from PCG64.

Powers and logarithms differ in the last bit between processors; a table rounded to whole units and integer interpolation do not.
"""

from math import exp, log
from statistics import NormalDist

import numpy as np

CELLS = 4096
BITS = 28  # of one draw: 12 choose the cell, 16 the place inside it
NORMAL = NormalDist()


def generator(seed: int, stream: int) -> np.random.Generator:
    """An independent stream of the seed; streams are named so that a later addition leaves the earlier ones as they are."""
    return np.random.Generator(np.random.PCG64([seed, stream]))


def lognormal(median: float, sigma: float, *, up_to: float | None = None, at_least: int = 0) -> np.ndarray:
    """CELLS + 1 quantiles, whole numbers, of a log-normal; with `up_to`, of the part below it."""
    top = NORMAL.cdf(log(up_to / median) / sigma) if up_to else 1.0
    chances = [min(max(k / CELLS, 0.5 / CELLS), 1 - (0 if up_to else 0.5 / CELLS)) * top for k in range(CELLS + 1)]
    values = [round(median * exp(sigma * NORMAL.inv_cdf(min(p, 1 - 1e-12)))) for p in chances]
    return np.maximum(np.array(values, dtype=np.int64), at_least)


def read(table: np.ndarray, draw: np.ndarray) -> np.ndarray:
    """The table's value at each draw (BITS bits), interpolated in integers."""
    cell = draw >> 16
    low = table[cell]
    return low + ((table[cell + 1] - low) * (draw & 0xFFFF) >> 16)


def bits(rng: np.random.Generator, size, width: int = BITS) -> np.ndarray:
    return rng.integers(0, 1 << width, size=size, dtype=np.int64)


def chance(rng: np.random.Generator, size, share) -> np.ndarray:
    """True with the given share."""
    return rng.random(size) < share


def choose(rng: np.random.Generator, size: int, weights) -> np.ndarray:
    """Indices in proportion to whole-number weights."""
    edges = np.cumsum(np.asarray(weights, dtype=np.int64))
    return np.searchsorted(edges, rng.integers(0, edges[-1], size=size, dtype=np.int64), side="right")
