"""How many orders are open, and does the stock grow? (积压; B11)

The stock at the end is the stock at the start, and what came, and less what left: exactly. Little's law ties the mean stock to arrivals and time
in the system; where the two sides differ much, the stock is not in balance. Source: catalogue B11; methods 9.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import orders
from hotline_analysis.measures.gaps import DAY
from hotline_analysis.measures.view import View

AGES = (0, 2, 7, 30, 90)  # days from which a bucket of open orders begins
MOST_UNTOLD = 0.05  # of the open orders, whose fate nobody knows, that a stock may leave out


def backlog(view: View, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """The stock of open orders over the period: one row a stratum.

    An order is in the stock from its creation to its closing (its resolution, in an export without closings). Duplicates and orders raised inside are not in it, nor are orders closed before
    they were created, withdrawn ones without a time and those that no export tells of up to the end, which are counted. What came before the data begin is unknown, so the first months' stocks read low: where more than
    `MOST_UNTOLD` of the orders open at the end are older than the data reach back before the period, as many may be missing at its start: open_before and what rests on it (flow, mean_open, little_gap) are missing, and nothing is said of growth (said: begins).

    Columns: by..., open_before, came, went, open_after = open_before + came - went (orders), flow (came - went), days, arrivals_a_day, mean_open (L, orders), mean_days (W, of those that
    went in the period), little_gap (|L - lambda W| / L), unclear (left out), said (grew, shrank, level, begins). Where one of a stratum's four counts is not told none is: each is the others'. Raises DataRefused without closed_at and resolved_at,
    and where later exports tell of older orders no more.
    """
    frame = orders.cases(view, *by)
    _needs(view, frame)
    first = frame["created_s"].min()
    parts = orders.split(view, frame, by) or [((orders.NONE,) * len(by), frame)]
    found = pd.DataFrame([{**dict(zip(by, key, strict=True)), **_stock(view, orders.counted(part), first)} for key, part in parts])
    counts, made = ["open_before", "came", "went", "open_after"], ["flow", "arrivals_a_day", "mean_open", "mean_days", "little_gap"]
    if not by:
        return _begins(found)
    told = disclosure.untold(found, counts, made, view.smallest, parts_of=by[:-1])
    told = disclosure.without(told, told[counts].isna().any(axis=1), counts)
    return _begins(disclosure.untold(told, ["unclear"], [], view.smallest, parts_of=by[:-1]))


def _begins(found: pd.DataFrame) -> pd.DataFrame:
    """What was open before the data began is unknown, and no nought."""
    begins = found["said"] == "begins"
    unknown = ["open_before", "flow", "mean_open", "little_gap"]
    return found.assign(**{name: found[name].mask(begins) for name in unknown}) if begins.any() else found  # counts stay whole numbers


def ageing(view: View) -> pd.DataFrame:
    """How long the orders open at the end of the period have been open: one row a bucket.

    Columns: days_from, days_to (not included; missing for the last), count (orders), share, overdue (of these past their due time, where the export has one). Small counts are not told.
    """
    frame = orders.counted(orders.cases(view))
    _needs(view, frame)
    end = _end(view)
    stock = frame[~_unclear(frame, end) & (frame["created_s"] < end) & ~(frame["left_s"] < end)]
    age = (end - stock["created_s"]) / DAY
    place = np.searchsorted(AGES, age, side="right") - 1
    late = (stock["due_s"] < end).to_numpy() if "due_s" in stock and stock["due_s"].notna().any() else None
    rows = [{"days_from": low, "days_to": high, "count": int((place == n).sum()), "overdue": np.nan if late is None else int(late[place == n].sum())} for n, (low, high) in enumerate(zip(AGES, (*AGES[1:], np.nan), strict=True))]  # fmt: skip
    told = pd.DataFrame(rows).assign(share=lambda f: f["count"] / (f["count"].sum() or np.nan), open=len(stock))
    return disclosure.untold(
        told[["days_from", "days_to", "count", "share", "overdue", "open"]], ["count", "overdue"], ["share"], view.smallest, parts_of=()
    )


def _needs(view: View, frame: pd.DataFrame) -> None:
    if not {"closed_s", "resolved_s"} & set(frame):
        raise DataRefused("complaints", "not available: needs closed_at or resolved_at.")
    if "created_s" not in frame:
        raise DataRefused("complaints", f"{orders.UNPLACED}.")
    untold, stock = orders.untold(frame, _end(view)), frame["left_s"].isna() & (frame["created_s"] < _end(view))
    if untold.sum() > MOST_UNTOLD * stock.sum():
        raise DataRefused("complaints", f"{untold.sum():,} of {stock.sum():,} open orders are told of by no later export.")


def _end(view: View) -> int:
    return min(view.period.end_s, view.end_s)


def _unclear(frame: pd.DataFrame, end: int) -> pd.Series:
    """Orders of which nobody knows when they were open: closed before they were created, withdrawn at an unknown time, or open in the last export that tells of them, before the end."""
    return (frame["left_s"] < frame["created_s"]) | orders.undated(frame, frame["left_s"]) | orders.untold(frame, end)


def _stock(view: View, frame: pd.DataFrame, first: float) -> dict:
    """The stock's row; first: when the first order of all was created."""
    start, end = view.period.start_s, _end(view)
    unclear = _unclear(frame, end)
    clear = frame[~unclear & (frame["created_s"] < end)]
    born, left = clear["created_s"].to_numpy(float), clear["left_s"].fillna(np.inf).to_numpy(float)
    open_before = int(((born < start) & (left >= start)).sum())
    came = int((born >= start).sum())
    gone = (left >= start) & (left < end)
    days = (end - start) / DAY
    mean_open = float(np.maximum(np.minimum(left, end) - np.maximum(born, start), 0).sum() / (end - start)) if end > start else np.nan
    mean_days = float((left - born)[gone].mean() / DAY) if gone.any() else np.nan
    rate = came / days if days > 0 else np.nan
    flow = came - int(gone.sum())
    gap = abs(mean_open - rate * mean_days) / mean_open if mean_open else np.nan
    ages = end - born[(born < end) & (left >= end)]
    begins = len(ages) > 0 and (ages >= start - first).mean() > MOST_UNTOLD
    return {
        "open_before": open_before, "came": came, "went": int(gone.sum()), "open_after": int(((born < end) & (left >= end)).sum()), "flow": flow, "days": days,
        "arrivals_a_day": rate, "mean_open": mean_open, "mean_days": mean_days, "little_gap": gap,
        "unclear": int((unclear & (frame["created_s"] >= start) & (frame["created_s"] < end)).sum()), "said": "begins" if begins else "grew" if flow > 0 else "shrank" if flow < 0 else "level",
    }  # fmt: skip
