"""How much of the whole a few bring: Gini's coefficient, shares of the top. Source: methods 6."""

import numpy as np


def gini(amounts) -> float:
    """2 sum i x_(i) / (n sum x) - (n + 1) / n: 0 where all bring the same, towards 1 where one brings everything; nan of nothing."""
    x = np.sort(np.asarray(amounts, float))
    if not len(x) or not x.sum():
        return np.nan
    return float(2 * (np.arange(1, len(x) + 1) @ x) / (len(x) * x.sum()) - (len(x) + 1) / len(x))


def top_size(units: int, share: float) -> int:
    """How many the largest `share` of so many units are: at least one."""
    return max(1, round(share * units))


def top_share(amounts, share: float) -> float:
    """The share of the whole that the largest `share` of the units bring (`top_size` of them)."""
    x = np.sort(np.asarray(amounts, float))[::-1]
    return float(x[: top_size(len(x), share)].sum() / x.sum()) if len(x) and x.sum() else np.nan
