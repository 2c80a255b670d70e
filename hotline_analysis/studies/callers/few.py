"""How much of the calls do a few callers bring, and what do they come for? (集中度, F0 A23; methods 6)"""

import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.measures.frames import needed
from hotline_analysis.measures.orders import NONE
from hotline_analysis.measures.view import View
from hotline_analysis.stats import concentration as spread
from hotline_analysis.studies.callers.rules import of_period

TOP = 0.01


def concentration(view: View) -> pd.DataFrame:
    """How much of the calls the busiest callers bring: one row a share of the callers (1, 5, 10, 20, 50 %).

    Columns: share_of_callers, callers (how many these are), share_of_calls, calls, gini (of all callers' calls). Of 1 to 7 callers neither is told: what one of them called could be had from it.
    Source: A23; methods 6.
    """
    sizes = of_period(view).groupby("caller").size().to_numpy()
    tops = [0.01, 0.05, 0.1, 0.2, 0.5]
    rows = [{"share_of_callers": t, "callers": spread.top_size(len(sizes), t), "share_of_calls": spread.top_share(sizes, t)} for t in tops]
    frame = pd.DataFrame(rows).assign(calls=int(sizes.sum()), gini=spread.gini(sizes))
    return disclosure.untold(frame, ["callers"], ["share_of_calls"], view.smallest)


def heavy(view: View, *, top_share: float = TOP) -> pd.DataFrame:
    """What the busiest callers come for, beside all others: one row an issue, first those of which the busiest have most calls more than the others' shares foresee.

    The busiest are at most `top_share` of the callers: those with more calls than all others (as in the study of definitions). Columns: issue, calls (all), busiest_calls, busiest_share (of the busiest
    callers' calls of known issue), other_share (of the others'), ratio (of the two), busiest (callers), of_all_calls (their share of all calls), said (found, none; few: of 1 to 7
    callers nothing is told, in one row). Issues with few calls are pooled; of 1 to 7 calls of the busiest callers, or of all others, about an issue neither's share is told: its calls are. Raises DataRefused without
    issues, and as `schemes`.
    """
    needed(view.table("calls"), ["issue_1"], "what heavy callers come for")
    frame = of_period(view)
    size = frame.groupby("caller")["seq"].transform("size")
    limit = _limit(frame, top_share)
    known = frame.assign(top=size > limit, issue=frame["issue_1"].fillna(NONE))
    busiest = int(known.loc[known["top"], "caller"].nunique())
    if 0 < busiest < view.smallest:
        return pd.DataFrame({"said": ["few"], "calls": len(frame)})
    sizes = known.groupby("issue", as_index=False).agg(calls=("top", "size"), busiest_calls=("top", "sum"))
    sizes = disclosure.pooled(sizes, ["issue"], view.smallest).groupby("issue", as_index=False).sum()
    others = sizes["calls"] - sizes["busiest_calls"]
    told = sizes.assign(
        busiest_share=sizes["busiest_calls"] / max(sizes["busiest_calls"].sum(), 1),
        other_share=others / max(others.sum(), 1),
        busiest=busiest,
        of_all_calls=float(known["top"].mean()),
    )
    told = told.assign(ratio=(told["busiest_share"] / told["other_share"]).where(told["other_share"] > 0))
    more = told["busiest_calls"] - told["busiest_calls"].sum() * told["other_share"]
    told = told.assign(more=more).sort_values(["more", "issue"], ascending=[False, True], ignore_index=True).drop(columns="more")
    others = told["calls"] - told["busiest_calls"]
    shares = ["busiest_share", "other_share", "ratio"]
    told = disclosure.untold(told, ["busiest_calls"], shares, view.smallest, parts_of=())
    told = disclosure.untold_of(told, others, ["busiest_calls", *shares], view.smallest, parts_of=())
    return told.assign(said="found" if known["top"].any() else "none")


def _limit(frame: pd.DataFrame, top_share: float) -> float:
    """So many calls all but the busiest callers have at most."""
    sizes = np.sort(frame.groupby("caller").size().to_numpy())[::-1]
    return float(sizes[int(top_share * len(sizes))])
