"""Where does an order lie, and how often is it passed on? (流转; D08, B07: the tennis volley)

From the handovers of the period's orders: how long each step takes, how often an order changes departments, and how often it comes back to one
that had it before. Source: catalogue D08, B07; methods 9.
"""

import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import BadParams, DataRefused, nearest
from hotline_analysis.measures import orders
from hotline_analysis.measures.frames import needed, pandas
from hotline_analysis.measures.view import View
from hotline_analysis.stats import intervals, survival

LEAST_PASSED, BEGINS, ENDS = 30, 0.8, 0.5  # orders that say anything, and shares of them that one office begins and ends (judgement)
MOST_HOPS = 4  # orders with so many handovers or more are one row


def handovers(view: View) -> pd.DataFrame:
    """The handovers of the period's orders in their order: order_id, step, department, start_s, end_s (nan while it lasts, or behind the end of the data).

    Of an order that has left the stock none lasts: one without an end ended when the order went on to a later one, at the latest when it left (as far as an export would tell of it). Handovers without a time, of no known order, of orders set apart, and those that begin behind the end of the data are not there. Raises NoInput without order_steps.
    """
    steps = view.table("order_steps")
    needed(steps, ["order_id", "start_s"], "order steps")
    known = orders.within(orders.counted(orders.cases(view, "order_id")), view.period)
    if "order_id" not in known:
        raise DataRefused("complaints", "not available: needs order_id.")
    have = steps.collect_schema().names()
    frame = pandas(steps.select("seq", *(c for c in ("order_id", "step", "department", "start_s", "end_s") if c in have)))
    frame = frame[frame["order_id"].isin(set(known["order_id"].dropna())) & (frame["start_s"] < view.end_s)]
    ended = pd.to_numeric(frame["end_s"]).astype("float64") if "end_s" in frame else pd.Series(np.nan, index=frame.index)
    frame = frame.assign(start_s=pd.to_numeric(frame["start_s"]).astype("float64"), end_s=ended.where(ended < view.end_s))
    frame = frame.sort_values(["order_id", "start_s", "seq"], ignore_index=True)
    return frame.assign(end_s=frame["end_s"].fillna(_over(view, frame, known))) if frame["end_s"].notna().any() else frame


def _over(view: View, frame: pd.DataFrame, known: pd.DataFrame) -> pd.Series:
    """When each handover that an order had when it left the stock was over at the latest: at the next later handover, or when the order left, as far as an export would tell of the handover; nan of others."""
    left = frame["order_id"].map(known.dropna(subset=["order_id"]).groupby("order_id")["left_s"].max())
    begun = frame[["order_id", "start_s"]].drop_duplicates()
    later = begun.assign(later=begun.groupby("order_id")["start_s"].shift(-1))
    later = frame[["order_id", "start_s"]].merge(later, on=["order_id", "start_s"], how="left")["later"]
    told = view.told_until("order_steps", frame["start_s"].to_numpy(float))
    return np.fmin(later, left.where(left <= told)).where(left >= frame["start_s"])


def steps(view: View) -> pd.DataFrame:
    """How long each step takes: one row a step, those without a word `(none)`, small ones pooled; the longest in all first.

    Columns: step, handovers, open (lasting when the data end, of orders that are there), median_hours, p90_hours (Kaplan-Meier, open ones censored; missing where the curve never gets there), share_of_time (of
    all time that the steps took as seen), early (ended before they began: left out). Raises NoInput without order_steps, DataRefused without step or ended_at.
    """
    frame = handovers(view)
    for column, name, there in (("step", "step", "step" in frame), ("end_s", "ended_at", frame["end_s"].notna().any() or not len(frame))):
        if column not in frame or not there:
            raise DataRefused("complaints", f"not available: needs {name}.")
    frame = frame.assign(step=frame["step"].astype("object").where(frame["step"].notna(), orders.NONE))
    sizes = frame.groupby("step", as_index=False).size()
    names = dict(zip(sizes["step"], disclosure.pooled(sizes, ["step"], view.smallest, size="size")["step"], strict=True))
    rows = [_step(view, name, part) for name, part in frame.groupby(frame["step"].map(names))]
    told = pd.DataFrame(rows, columns=["step", "handovers", "open", "median_hours", "p90_hours", "seconds", "early"])
    told["share_of_time"] = told["seconds"] / (told["seconds"].sum() or np.nan)
    told = told.sort_values("share_of_time", ascending=False, ignore_index=True)[
        ["step", "handovers", "open", "median_hours", "p90_hours", "share_of_time", "early"]
    ]
    told = disclosure.untold(told, ["handovers"], ["median_hours", "p90_hours", "share_of_time"], view.smallest, parts_of=())
    return disclosure.untold(told, ["open", "early"], [], view.smallest, parts_of=())


def _step(view: View, name: str, part: pd.DataFrame) -> dict:
    told = np.fmax(
        view.told_until("order_steps", part["start_s"].to_numpy(float)), part["start_s"]
    )  # what lasts, lasted as long as an export would tell of it
    lasted = part["end_s"].fillna(told) - part["start_s"]
    good = part["end_s"].isna() | (part["end_s"] >= part["start_s"])
    curve = survival.kaplan_meier(np.round(lasted[good].to_numpy()), part.loc[good, "end_s"].notna().to_numpy())
    median, p90 = (float(survival.quantile(curve, q)) / orders.HOUR for q in (0.5, 0.9))
    told = {"step": name, "handovers": len(part), "open": int(part["end_s"].isna().sum()), "median_hours": median, "p90_hours": p90}
    return {**told, "seconds": float(lasted[good].sum()), "early": int((~good).sum())}


def _by_an_office(passed: pd.DataFrame) -> bool:
    """Whether one department is the first of nearly all orders that were passed on, and the last of most (the others may not be back yet)."""
    office = passed["first"].mode()
    return len(passed) >= LEAST_PASSED and (passed["first"] == office[0]).mean() >= BEGINS and (passed["last"] == office[0]).mean() >= ENDS


def _handled(frame: pd.DataFrame, words: tuple[str, ...]) -> pd.Series:
    """Which handovers put the order into a department's hands; BadParams for a step that no handover has."""
    if not words:
        return pd.Series(True, index=frame.index)
    if "step" not in frame:
        raise DataRefused("complaints", "not available: needs step.")
    found = set(frame["step"].dropna())
    for word in words if found else ():
        if word not in found:
            raise BadParams("complaints › handling", f"no handover has the step '{word}'.", nearest(word, found))
    return frame["step"].isin(words)


def hops(view: View) -> pd.DataFrame:
    """How often orders change departments: one row a number of hops (4 stands for 4 and more).

    A hop is a handover to another department than the one before; handovers without a department, and steps that params do not name as handling, are passed over. Columns: hops, count (orders), share, low, high
    (Wilson), came_back (orders of these that came back to a department that had them before), mean_hops (of all orders with handovers; not told beside a count that is not: with the number of orders it is a second sum of them), back, back_low, back_high (share of all that came back).
    Raises NoInput without order_steps, DataRefused without department, and where params name no handling although one department begins and ends most orders that are passed on: it is the office that takes
    them in and looks at them last, and no hop, and every order would come back to it.
    """
    frame, handling = handovers(view), view.params.complaints.handling
    if "department" not in frame:
        raise DataRefused("complaints", "not available: needs department.")
    own = frame[frame["department"].notna() & _handled(frame, handling)]
    moved = own["department"] != own.groupby("order_id")["department"].shift()
    visits = own[moved]  # stays of an order in a department, one after the other
    by_order = visits.groupby("order_id")["department"].agg(stays="size", places="nunique", first="first", last="last")
    if not handling and _by_an_office(by_order[by_order["stays"] > 1]):
        raise DataRefused(
            "complaints › handling", "one office begins and ends most orders.", "Name the steps in which a department has the order."
        )
    n, changed = len(by_order), by_order["stays"] - 1
    back = by_order["stays"] > by_order["places"]
    place = changed.clip(upper=MOST_HOPS)
    counts = [(k, int((place == k).sum()), int((back & (place == k)).sum())) for k in range(MOST_HOPS + 1)]
    low, high = intervals.wilson(np.array([c for _, c, _ in counts], float), n or np.nan)
    ends = intervals.wilson(float(back.sum()), n or np.nan)
    told = pd.DataFrame(counts, columns=["hops", "count", "came_back"]).assign(
        share=lambda f: f["count"] / (n or np.nan),
        low=low,
        high=high,
        mean_hops=changed.mean(),
        back=back.mean(),
        back_low=float(ends.low),
        back_high=float(ends.high),
    )
    told = disclosure.untold(told, ["count", "came_back"], ["share", "low", "high"], view.smallest, parts_of=())
    return disclosure.without(told, np.full(len(told), told["count"].isna().any()), ["mean_hops"])
