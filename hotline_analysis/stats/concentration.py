"""How much of the whole a few bring: Lorenz curve, Gini's coefficient, shares of the top. Source: methods 6."""

from typing import NamedTuple

import numpy as np


class Lorenz(NamedTuple):
    """The share of the units, from the smallest on, and the share of the whole that they bring."""

    units: np.ndarray
    amount: np.ndarray


def lorenz(amounts) -> Lorenz:
    """Both shares from 0 to 1; of no amount at all only the ends."""
    x = np.sort(np.asarray(amounts, float))
    if not x.sum():
        return Lorenz(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    return Lorenz(np.arange(len(x) + 1) / len(x), np.concatenate([[0.0], np.cumsum(x)]) / x.sum())


def gini(amounts) -> float:
    """2 sum i x_(i) / (n sum x) - (n + 1) / n: 0 where all bring the same, towards 1 where one brings everything; nan of nothing."""
    x = np.sort(np.asarray(amounts, float))
    if not len(x) or not x.sum():
        return np.nan
    return float(2 * (np.arange(1, len(x) + 1) @ x) / (len(x) * x.sum()) - (len(x) + 1) / len(x))


def top_share(amounts, share: float) -> float:
    """The share of the whole that the largest `share` of the units bring (at least one of them)."""
    x = np.sort(np.asarray(amounts, float))[::-1]
    return float(x[: max(1, round(share * len(x)))].sum() / x.sum()) if len(x) and x.sum() else np.nan
