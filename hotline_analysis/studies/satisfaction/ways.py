"""Two months whose answers came by several ways of asking (the surveys' own channel: text messages, voice after the call): who answers by one way answers unlike those who
answer by another, so that another mix of ways moves the score of all though nobody scores otherwise.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hotline_analysis.stats import decomposition
from hotline_analysis.studies.satisfaction.answers import FEW

WAY = "way"


def several(*parts: pd.DataFrame) -> bool:
    """Whether the answers say by which way they came, each part at least in part, and more than one way is among them."""
    if any(WAY not in part or not (part[WAY] != "").any() for part in parts):
        return False
    return len(set().union(*(part[WAY] for part in parts))) > 1


def strata(now: pd.DataFrame, was: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The stratum of each answer of two periods, missing where it has none to be compared with: a way with FEW answers in both, or all smaller ones that both have together."""
    sizes = pd.DataFrame({"now": now[WAY].value_counts(), "was": was[WAY].value_counts()}).dropna()
    large = sizes.min(axis=1) >= FEW
    rest = sizes[~large]
    names = {way: way for way in sizes.index[large]} | (dict.fromkeys(rest.index, "(rest)") if rest.sum().min() >= FEW else {})
    return now[WAY].map(names), was[WAY].map(names)


def weights(now: pd.Series, was: pd.Series) -> Mapping[str, float]:
    """What each stratum weighs: the mean of its shares in the two periods."""
    shares = pd.DataFrame({n: part.value_counts(normalize=True) for n, part in enumerate((now, was))})
    return shares.mean(axis=1).to_dict()


def parts(now: pd.DataFrame, was: pd.DataFrame, item: str, smallest: int) -> dict[str, float]:
    """The change of the mean as other mix of ways (`mix`) and other scores by the same ways (`own`), which add to it (Kitagawa). A way of one period alone only changes the mix,
    and one of fewer than `smallest` answers in a period has no part in that period's mix: nobody's score shows in it."""
    sums = [part.groupby(WAY)[item].agg(["size", "mean"]).loc[lambda own: own["size"] >= smallest] for part in (was, now)]
    known = sorted(set(sums[0].index) | set(sums[1].index))
    size, mean = (np.array([own[c].reindex(known) for own in sums], float) for c in ("size", "mean"))
    mix = float(decomposition.rates(np.nan_to_num(size[0]), mean[0], np.nan_to_num(size[1]), mean[1]).first.sum())
    return {"mix": mix, "own": float(now[item].mean() - was[item].mean()) - mix}
