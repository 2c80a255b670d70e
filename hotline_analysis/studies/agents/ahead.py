"""Whoever was picked for a high figure was partly unlucky: what to expect next month of those who stand out now if nothing is done. Source: methods 2, 5."""

import numpy as np
import pandas as pd

from hotline_analysis.measures.view import View
from hotline_analysis.stats import funnel
from hotline_analysis.studies.agents.cells import agents
from hotline_analysis.words import Field, Term

COLUMNS = {
    "seen": Field(Term("本月实际÷应有", "Seen now"), "ratio"),
    "foreseen": Field(Term("下月预计（不采取措施）", "Expected next month, nothing done"), "ratio", interval=("foreseen_low", "foreseen_high")),
    "foreseen_low": Field(Term("下端", "Low"), "ratio"),
    "foreseen_high": Field(Term("上端", "High"), "ratio"),
    "chosen": Field(Term("所选", "Chosen")),
}  # fmt: skip


def regression(view: View, *, level: int = 1, window_hours: float = 0.0, share: float = 0.1) -> pd.DataFrame:
    """What the agents who look worst now will have next month if nothing is done: one row an agent judged, and last a row of all that were chosen.

    Whoever is picked for a high figure was partly unlucky, and luck does not come again. The expected figure is drawn towards the others' by as much as the spread between agents is
    chance: y tau2 / (tau2 + s2) on the arcsine scale, tau2 of DerSimonian and Laird, with the next month's own chance in its interval.

    Columns: agent ('' for all chosen together), denominator, seen (over expected, this month), foreseen, foreseen_low, foreseen_high (next month, as many calls; 95 %), chosen (among the `share` that look worst).
    Source: methods 2, 5 (reliability).
    """
    frame = agents(view, level=level, window_hours=window_hours)
    able = frame[~frame["advice"].isin(("few", "unknown"))].reset_index(drop=True)
    k, n, e = (able[c].to_numpy(float) for c in ("numerator", "denominator", "expected"))
    target = np.clip(e / n, 0, 1)
    z = funnel.shares(k, n, target=target).z if len(able) else np.array([])
    away, s2 = z / (2 * np.sqrt(n)), 1 / (4 * n)
    tau2 = np.nan_to_num(funnel.between(away, s2).tau2)
    drawn = away * tau2 / (tau2 + s2)
    worst = pd.Series(away).rank(ascending=False, method="first").to_numpy() <= max(1, round(share * len(able)))
    rows = _ahead(target, drawn, tau2 * s2 / (tau2 + s2) + s2)
    told = pd.DataFrame({"agent": able["agent"], "denominator": able["denominator"], "seen": able["ratio"], **rows, "chosen": worst})
    return pd.concat([told, _chosen(target, away, drawn, tau2, s2, n, worst)], ignore_index=True) if len(told) else told


def _ahead(target, drawn, variance) -> dict[str, np.ndarray]:
    """The ratio to expectation that a place on the arcsine scale stands for, with its 95 %."""
    middle, reach = np.arcsin(np.sqrt(target)), funnel.WARNING * np.sqrt(variance)
    ends = {"foreseen": drawn, "foreseen_low": drawn - reach, "foreseen_high": drawn + reach}
    with np.errstate(divide="ignore", invalid="ignore"):
        return {name: np.sin(np.clip(middle + x, 0, np.pi / 2)) ** 2 / target for name, x in ends.items()}


def _chosen(target, away, drawn, tau2, s2, n, worst) -> pd.DataFrame:
    """All chosen agents together, weighted by their calls."""
    w = n[worst] / n[worst].sum()
    variance = (np.square(w) * (tau2 * s2 / (tau2 + s2) + s2)[worst]).sum()
    middle = np.array([w @ target[worst]])
    row = {name: values[0] for name, values in _ahead(middle, np.array([w @ drawn[worst]]), np.array([variance])).items()}
    seen = _ahead(middle, np.array([w @ away[worst]]), np.array([0.0]))["foreseen"][0]
    return pd.DataFrame([{"agent": "", "denominator": int(n[worst].sum()), "seen": seen, **row, "chosen": True}])


TABLES = {"regression": regression}
STAFF = ("regression",)
