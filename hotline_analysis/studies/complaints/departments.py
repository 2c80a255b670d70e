"""Which departments have how many orders, how soon do they resolve them, and what comes back? (B02, B05, B07)

And what was kept apart: duplicates, orders raised inside, withdrawn, returned and reopened ones, and times that make no sense.
"""

import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import order_shares, orders
from hotline_analysis.measures.view import View
from hotline_analysis.stats import intervals

FIGURES = ("response", "resolution", "due", "returned", "reopened")


def departments(view: View) -> pd.DataFrame:
    """The period's orders by department, the largest first; departments with fewer orders than the view's `smallest` are one.

    Columns: department, count (orders), share, response, response_low, response_high (share within the first response limit), resolution and its ends (within the last
    resolution limit), due and its ends (by the due time), returned, returned_low, returned_high, reopened and its ends (share of orders; Wilson), response_limit, resolution_limit, final_on (the day on which the shares
    within a limit and by the due time are final, '' where they are).
    What the export lacks is no column; shares of so few orders that their count would not be told are not told. Differences are not ranked: departments have other orders. Raises DataRefused without department.
    """
    frame = orders.counted(orders.cases(view, "department"))
    if "department" not in frame:
        raise DataRefused("complaints", "not available: needs department.")
    given = view.params.complaints
    limits = {"response": given.response[:1], "resolution": given.resolution[-1:]}
    n = len(orders.within(frame, view.period))
    rows = [
        _department(view, orders.within(part, view.period), key[0], limits, n) for key, part in orders.split(view, frame, ["department"])
    ]
    told = pd.DataFrame(rows) if rows else pd.DataFrame([_department(view, frame.iloc[:0], "", limits, 0)]).iloc[:0]
    counts = {name: told.pop(f"{name}_count") for name in FIGURES}
    told = told.dropna(axis=1, how="all") if len(told) else told  # what the export lacks is no column
    told = told.assign(final_on=order_shares.last_on(view))
    shares = [c for c in told if c not in ("department", "count", "final_on") and not c.endswith("limit")]
    told = disclosure.untold(told, ["count"], shares, view.smallest, parts_of=())
    for name, count in counts.items():
        told = disclosure.untold_of(told, count, [name, f"{name}_low", f"{name}_high"], view.smallest, parts_of=())
    return told


def _department(view: View, part: pd.DataFrame, name: str, limits: dict, whole: int) -> dict:
    row = {"department": name, "count": len(part), "share": len(part) / whole if whole else np.nan}
    for measure, texts in limits.items():
        found = order_shares.measured(view, part, f"{measure}_{texts[0]}")[0] if texts else None
        row |= _ends(measure, found)
    row |= _ends("due", order_shares.measured(view, part, "due")[0])
    for flag in ("returned", "reopened"):
        row |= _flagged(part, flag)
    return {**row, **{f"{measure}_limit": f"{measure}_{texts[0]}" if texts else "" for measure, texts in limits.items()}}


def _ends(name: str, found) -> dict:
    values = (found.value, found.low, found.high, found.numerator) if found else (np.nan,) * 4
    return dict(zip((name, f"{name}_low", f"{name}_high", f"{name}_count"), values, strict=True))


def _flagged(part: pd.DataFrame, flag: str) -> dict:
    if flag not in part or not len(part):
        return dict.fromkeys((flag, f"{flag}_low", f"{flag}_high", f"{flag}_count"), np.nan)
    k, n = int(part[flag].sum()), len(part)
    low, high = intervals.wilson(k, n)
    return {flag: k / n, f"{flag}_low": float(low), f"{flag}_high": float(high), f"{flag}_count": k}


def aside(view: View) -> pd.DataFrame:
    """What was kept apart, or ruled by params, among the period's orders: one row a kind that the export can tell.

    Columns: apart (duplicate, internal: in no figure; withdrawn, returned, reopened: in the figures; early: done before they were created; undated: withdrawn at an unknown time), count
    (orders), denominator (the orders in the figures; of those in no figure all orders of the period), share, counts_in (yes, no, rule).
    """
    frame = orders.within(orders.cases(view, "category_1"), view.period)
    told = orders.counted(frame)
    counts = {name: (int((frame["aside"] == name).sum()), "no") for name in ("duplicate", "internal") if name in frame}
    counts |= {name: (int(told[name].sum()), "yes") for name in ("withdrawn", "returned", "reopened") if name in frame}
    times = [c for c in ("dispatched_s", "responded_s", "resolved_s", "closed_s") if c in frame]
    early = (told[times].lt(told["created_s"], axis=0)).any(axis=1) if times and "created_s" in told else None
    counts |= {"early": (int(early.sum()), "rule")} if early is not None else {}
    counts |= {"undated": (int(orders.undated(told, told["done_s"]).sum()), "rule")} if "withdrawn" in frame else {}
    rows = [
        {"apart": kind, "count": k, "denominator": n, "share": k / n if n else np.nan, "counts_in": where}
        for kind, (k, where) in counts.items()
        for n in [len(frame if where == "no" else told)]
    ]
    return disclosure.untold(
        pd.DataFrame(rows, columns=["apart", "count", "denominator", "share", "counts_in"]), ["count"], ["share"], view.smallest
    )
