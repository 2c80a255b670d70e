"""Whoever was picked for a high figure was partly unlucky: what to expect next month of those who stand out now if nothing is done, and what became of those of
last month. Source: methods 2, 5 (reliability).

`regression`: this month's figure and next month's expectation. `followed`: of those chosen last month the three numbers, picked at, expected, seen.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotline_analysis.errors import DataRefused
from hotline_analysis.measures.periods import month_before
from hotline_analysis.measures.view import View
from hotline_analysis.stats import funnel
from hotline_analysis.studies.agents.cells import ADVICE, agents
from hotline_analysis.words import Field, Term

CAME = {
    "inside": Term("与预计一致", "as expected"), "better": Term("好于预计", "better than expected"), "worse": Term("差于预计", "worse than expected"), "few": Term("本月样本不足", "too few this month"),
}  # fmt: skip
COLUMNS = {
    "seen": Field(Term("本月实际÷应有", "Seen now", of_period=True), "ratio"),
    "foreseen": Field(Term("预计（不采取措施）", "Expected, nothing done"), "ratio", interval=("foreseen_low", "foreseen_high")),
    "foreseen_low": Field(Term("下端", "Low"), "ratio"),
    "foreseen_high": Field(Term("上端", "High"), "ratio"),
    "chosen": Field(Term("所选", "Chosen"), words={"True": Term("是", "yes"), "False": Term("", "")}),
    "picked": Field(Term("上月实际÷应有", "Picked at, last month"), "ratio"),
    "came": Field(Term("本月实际÷应有", "Seen this month"), "ratio"),
    "picked_advice": Field(Term("上月的建议", "Advice of last month"), words=ADVICE),
    "outcome": Field(Term("与预计相比", "Against expectation"), words=CAME),
    "said": Field(Term("结论", "Case")),
}  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """The agents who can be judged: their rows, calls, expected share, distance from it on the arcsine scale, its chance variance; and what of it would come again, and how uncertain that is."""

    frame: pd.DataFrame
    n: np.ndarray
    target: np.ndarray
    away: np.ndarray
    s2: np.ndarray
    drawn: np.ndarray
    left: np.ndarray

    def chosen(self, share: float) -> np.ndarray:
        """The `share` that look worst, at least one, and whoever is to be coached."""
        worst = pd.Series(self.away).rank(ascending=False, method="first").to_numpy() <= max(1, round(share * len(self.n)))
        return worst | self.frame["advice"].isin(("coach", "general")).to_numpy()


def _standing(view: View, level: int, window_hours: float) -> Standing:
    frame = agents(view, level=level, window_hours=window_hours)
    able = frame[~frame["advice"].isin(("few", "ends", "unknown"))].reset_index(drop=True)
    k, n, e = (able[c].to_numpy(float) for c in ("numerator", "denominator", "expected"))
    target = np.clip(e / n, 0, 1)
    away, s2 = (funnel.shares(k, n, target=target).z if len(able) else np.array([])) / (2 * np.sqrt(n)), 1 / (4 * n)
    return Standing(able, n, target, away, s2, *funnel.drawn(away, s2))


def regression(view: View, *, level: int = 1, window_hours: float = 0.0, share: float = 0.1) -> pd.DataFrame:
    """What the agents who look worst now will have next month if nothing is done: one row an agent judged, and last a row of all that were chosen.

    Whoever is picked for a high figure was partly unlucky, and luck does not come again. The expected figure is drawn towards the others' by as much as the distance is chance, on the arcsine scale
    (`stats.funnel.drawn`), with the next month's own chance in its interval.

    Columns: agent ('' for all chosen together), denominator, seen (over expected, this month), foreseen, foreseen_low, foreseen_high (next month, as many calls; 95 %), chosen (among the `share` that look worst,
    or to be coached). Source: methods 2, 5 (reliability).
    """
    now = _standing(view, level, window_hours)
    if now.frame.empty:
        return now.frame
    chosen = now.chosen(share)
    rows = _ahead(now.target, now.drawn, now.left + now.s2)
    told = pd.DataFrame(
        {"agent": now.frame["agent"], "denominator": now.frame["denominator"], "seen": now.frame["ratio"], **rows, "chosen": chosen}
    )
    together = _together(now.target[chosen], now.drawn[chosen], (now.left + now.s2)[chosen], now.n[chosen])
    seen = _together(now.target[chosen], now.away[chosen], now.s2[chosen], now.n[chosen])["foreseen"]
    total = {"agent": "", "denominator": int(now.n[chosen].sum()), "seen": seen, **together, "chosen": True}
    return pd.concat([told, pd.DataFrame([total])], ignore_index=True)


def followed(view: View, *, level: int = 1, window_hours: float = 0.0, share: float = 0.1) -> pd.DataFrame:
    """Those chosen last month: what they were picked at, what was to be expected of them, and what came. One row an agent, and last a row of all together.

    Chosen as in `regression`, of the month before. The expectation is last month's, for as many calls as they had this month; who has fewer than FEW calls now has no figure and is not in the last row. Better than
    expected is only what lies below the interval: a figure that fell within it would have fallen by itself.

    Columns: agent ('' for all together), picked_advice (last month's), picked (over expected, last month), foreseen, foreseen_low, foreseen_high (95 %), denominator, came (over expected, this month), outcome (inside,
    better, worse, few), chosen (how many in the last row), said (outcome of the last row). Raises DataRefused where the period is no month, or the month before is not whole in the data. Source: methods 2, 5.
    """
    earlier = month_earlier(view)
    if earlier is None:
        raise DataRefused("agents", "no month before: last month is not whole in the data.")
    then, now = _standing(earlier, level, window_hours), _standing(view, level, window_hours)
    picked = then.frame.assign(place=np.arange(len(then.n)), chosen=then.chosen(share) if len(then.n) else False).query("chosen")
    both = picked.merge(now.frame.reset_index()[["index", "agent", "denominator", "ratio"]], on="agent", how="left", suffixes=("_then", ""))
    there = both["index"].notna().to_numpy()
    at, place = both.loc[there, "index"].to_numpy(int), both.loc[there, "place"].to_numpy(int)
    variance = then.left[place] + now.s2[at]
    ends = pd.DataFrame(_ahead(now.target[at], then.drawn[place], variance), index=np.flatnonzero(there))
    told = pd.DataFrame({
        "agent": both["agent"], "picked_advice": both["advice"], "picked": both["ratio_then"], "denominator": both["denominator"], "came": both["ratio"],
    }).join(ends)  # fmt: skip
    if there.any():
        n = now.n[at]
        total = _together(now.target[at], then.drawn[place], variance, n)
        seen = {
            "picked": _together(then.target[place], then.away[place], then.s2[place], n),
            "came": _together(now.target[at], now.away[at], now.s2[at], n),
        }
        row = {"agent": "", "picked_advice": "", "denominator": n.sum(), **total, **{name: of["foreseen"] for name, of in seen.items()}}
        told = pd.concat([told, pd.DataFrame([row])], ignore_index=True)
    told["outcome"] = np.select(
        [told["foreseen"].isna(), told["came"] < told["foreseen_low"], told["came"] > told["foreseen_high"]],
        ["few", "better", "worse"],
        "inside",
    )
    return told.assign(chosen=int(there.sum()), said=told["outcome"].iloc[-1] if there.any() else "few")


def month_earlier(view: View) -> View | None:
    """The same view of the month before; None where the period is no month, or that month is not whole in the data."""
    if len(view.period.label) != len("2024-09"):
        return None
    period = view.calendar.month(month_before(view.period.label))
    return view.over(period) if period.start_s >= view.data_start_s else None


def _ahead(target, drawn, variance) -> dict[str, np.ndarray]:
    """The ratio to expectation that a place on the arcsine scale stands for, with its 95 %."""
    middle, reach = np.arcsin(np.sqrt(target)), funnel.WARNING * np.sqrt(variance)
    ends = {"foreseen": drawn, "foreseen_low": drawn - reach, "foreseen_high": drawn + reach}
    with np.errstate(divide="ignore", invalid="ignore"):
        return {name: np.sin(np.clip(middle + x, 0, np.pi / 2)) ** 2 / target for name, x in ends.items()}


def _together(target, away, variance, n) -> dict[str, float]:
    """All chosen agents, weighted by their calls."""
    w = n / n.sum()
    ends = _ahead(np.array([w @ target]), np.array([w @ away]), np.array([np.square(w) @ variance]))
    return {name: float(values[0]) for name, values in ends.items()}


TABLES = {"regression": regression, "followed": followed}
STAFF = ("regression", "followed")
