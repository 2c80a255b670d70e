"""How soon were orders sent on, answered and resolved? (时限; F3 D07, B10)

Shares within any list of limits, in hours or days, by class where a class has limits of its own, on the calendar's clock or on that of working
hours. Open orders count for as long as they were seen (Kaplan-Meier), withdrawn ones compete (Aalen-Johansen); leaving the open ones out and
taking them as late stand beside it. Where times are dates, hours are refused. Source: catalogue D07, B05, B10; methods 9.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hotline_analysis import disclosure, fits
from hotline_analysis.errors import BadParams, DataRefused
from hotline_analysis.measures import order_shares, orders
from hotline_analysis.measures.indicators import FEW
from hotline_analysis.measures.orders import Within
from hotline_analysis.measures.view import View
from hotline_analysis.stats import intervals, survival

PARTS = ("numerator", "denominator", "value", "low", "high", "closed_only", "open_as_failed", "open", "withdrawn", "watched")
BESIDE = ("open", "withdrawn", "watched", "by_closing")  # counts that are in no share but the one of those that were closed
QUANTILES = (0.5, 0.9)


def timeliness(
    view: View, *, by: Sequence[str] = (), response: Sequence[str] = (), resolution: Sequence[str] = (), dispatch: Sequence[str] = ()
) -> pd.DataFrame:
    """What share of the period's orders was done within each limit: one row a stratum, measure and limit.

    response, resolution, dispatch: other limits than the params' (`24h`, `7d`). Counted are the orders created in the period, without duplicates and orders raised inside;
    those done before they were created, and withdrawn ones without a time, are left out and counted: faults of records, told by stratum however few, since all orders less those of a share are these.

    Columns: by..., indicator (response_24h and such; own: each order by its class's first limit; due; recorded), of_class ('' for all; where params name limits of classes), numerator (done within the
    limit as seen), denominator (orders), value, low, high (Aalen-Johansen, Wilson on effective n), closed_only (of those that were done), open_as_failed (open ones taken as
    late), open, withdrawn, watched (orders that could be watched for the whole limit), early, undated (left out), by_closing (answered by their resolution), missing (why there
    is no value), caveat (few), telling (limit, ''), final_on (the day on which the last of all these is final, '' where all are). Raises DataRefused when no limit can be answered, with what would be.
    """
    given = {"response": response, "resolution": resolution, "dispatch": dispatch}
    asked = {name: _limits(view, name, texts) for name, texts in given.items()}
    frame = orders.counted(orders.cases(view, "timely", "class", *by))
    parts = orders.split(view, frame, by) or [((orders.NONE,) * len(by), frame)]
    rows = [
        {**dict(zip(by, key, strict=True)), **row} for key, part in parts for row in _rows(view, orders.within(part, view.period), asked)
    ]
    told = pd.DataFrame(rows).astype(dict.fromkeys(("numerator", "denominator", "open", "withdrawn", "watched"), "Int64"))
    _refuse(view, told, asked)
    told = told[~told["missing"].str.startswith("not available") | (told["indicator"].map(told.groupby("indicator")["value"].count()) > 0)]
    told = told.assign(
        caveat=np.where(told["denominator"].fillna(0) < FEW, "few", ""),
        telling=np.where(told["value"].notna() & (told["of_class"] == ""), "limit", ""),
        final_on=order_shares.last_on(view),
    )
    hidden, parts_of = ["value", "low", "high", "closed_only", "open_as_failed"], ["indicator", "of_class"]
    told = told.reset_index(drop=True)
    unseen = order_shares.unseen(told)
    told = _told(view, told, by, ["numerator", "denominator"], hidden, parts_of)
    unwatched = (told["denominator"] - told["watched"]).to_numpy(float, na_value=np.nan)
    told = _told(view, told, by, BESIDE, ["closed_only"], parts_of)
    told = _less(view, told, by, unwatched, ["watched"], parts_of)
    told = _less(view, told, by, unseen, ["numerator", "open_as_failed"], parts_of)
    return told.drop(columns=[] if (told["of_class"] != "").any() else ["of_class"])


def _told(
    view: View, frame: pd.DataFrame, by: Sequence[str], counts: Sequence[str], shares: Sequence[str], parts_of: Sequence[str]
) -> pd.DataFrame:
    """Without the small counts of a stratum; where nothing is asked by stratum, as it is."""
    return disclosure.untold(frame, counts, shares, view.smallest, parts_of=[*parts_of, *by[:-1]]) if by else frame


def _less(
    view: View, frame: pd.DataFrame, by: Sequence[str], rest: Sequence[float], parts: Sequence[str], parts_of: Sequence[str]
) -> pd.DataFrame:
    """Without a part of a told count that would tell the few others of a stratum."""
    return disclosure.untold_of(frame, rest, parts, view.smallest, parts_of=[*parts_of, *by[:-1]]) if by else frame


def _limits(view: View, measure: str, texts: Sequence[str]) -> tuple[str, ...]:
    texts = (texts,) if isinstance(texts, str) else tuple(texts)
    try:
        return fits.time_limits(texts) or getattr(view.params.complaints, measure)
    except ValueError as wrong:
        raise BadParams(f"study complaints › {measure}", f"{wrong}.") from None


def _rows(view: View, part: pd.DataFrame, asked: dict[str, tuple[str, ...]]) -> list[dict]:
    plain = [_row(view, part, f"{measure}_{text}") for measure in orders.MEASURES for text in asked[measure]]
    own = [row for of in view.params.complaints.by_class for row in _of_class(view, part, of)]
    combined = [_combined(view, part)] if own else []
    return [*plain, *own, *combined, _row(view, part, "due"), _row(view, part, "recorded")]


def _row(view: View, part: pd.DataFrame, key: str, of_class: str = "") -> dict:
    found, why, _ = order_shares.measured(view, part, key)
    measure, _, text = key.partition("_")
    wait = orders.waits(view, part, measure, text[-1]) if measure in orders.MEASURES and found else None
    left = {name: getattr(wait, name) if wait else 0 for name in ("early", "undated", "by_closing")}
    values = {name: getattr(found, name) if found else np.nan for name in PARTS}
    return {"indicator": key, "of_class": of_class, **values, **left, "missing": why}


def _of_class(view: View, part: pd.DataFrame, name: str) -> list[dict]:
    own, given = part[part["class"] == name], view.params.complaints.by_class[name]
    return [_row(view, own, f"{measure}_{text}", name) for measure in ("response", "resolution") for text in getattr(given, measure)]


def _combined(view: View, part: pd.DataFrame) -> dict:
    """All orders, each by the first resolution limit of its class."""
    found: list[Within] = []
    for name, own in part.groupby(part["class"].fillna("")):
        first = orders.limits(view.params, "resolution", name)[:1]
        share, why, _ = order_shares.measured(view, own, f"resolution_{first[0].key}") if first else (None, "not reached", 0)
        if share is None:
            return {
                "indicator": "own",
                "of_class": "",
                **dict.fromkeys(PARTS, np.nan),
                "early": 0,
                "undated": 0,
                "by_closing": 0,
                "missing": why,
            }
        found.append(share)
    if not found:
        return {
            "indicator": "own",
            "of_class": "",
            **dict.fromkeys(PARTS, np.nan),
            "early": 0,
            "undated": 0,
            "by_closing": 0,
            "missing": "no orders",
        }
    whole = orders.own_limit(found)
    return {
        "indicator": "own",
        "of_class": "",
        **{n: getattr(whole, n) for n in PARTS},
        "early": 0,
        "undated": 0,
        "by_closing": 0,
        "missing": "",
    }


def _refuse(view: View, told: pd.DataFrame, asked: dict[str, tuple[str, ...]]) -> None:
    """Raises DataRefused when nothing can be answered: hours of dates first, because days may be asked instead."""
    if told["value"].notna().any() or (told["missing"] == "no orders").any():
        return
    if (told["missing"] == "no clock time").any():
        hours = sorted({t for texts in asked.values() for t in texts if t.endswith("h")}, key=lambda t: int(t[:-1]))
        raise DataRefused(
            "complaints",
            f"not available: no clock time. The orders' times are dates, so {' and '.join(hours)} cannot be told.",
            "Ask in days: resolution: [7d].",
        )
    if not told["missing"].eq("not reached").any():
        raise DataRefused("complaints", told["missing"].iloc[0] + ".")


def durations(view: View, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """How long it took: median and the time within which 90 % were done, one row a stratum and measure.

    Columns: by..., measure (dispatch, response, resolution), counted_in (hours, or days where times are dates), orders, done (as seen), median, median_low, median_high,
    p90 (Aalen-Johansen: open orders censored, withdrawn competing; missing where the curve never gets there), done_median (of those that were done: reads too short),
    missing, said (orders, '' where there is no median). The ends are where the curve's Wilson limits reach one half. Raises DataRefused without any of these times.
    """
    frame = orders.counted(orders.cases(view, *by))
    parts = orders.split(view, frame, by) or [((orders.NONE,) * len(by), frame)]
    rows = [
        {**dict(zip(by, key, strict=True)), **_duration(view, orders.within(part, view.period), measure)}
        for key, part in parts
        for measure, columns in orders.MEASURES.items()
        if "created_s" in frame and any(c in frame for c in columns)
    ]
    if not rows:
        raise DataRefused(
            "complaints",
            "not available: needs responded_at or resolved_at or closed_at." if "created_s" in frame else f"{orders.UNPLACED}.",
        )
    told = pd.DataFrame(rows)
    told = told.assign(said=np.where(told["median"].notna(), "orders", ""))
    undone = (told["orders"] - told["done"]).to_numpy(float)
    told = _told(view, told, by, ["orders", "done"], ["median", "median_low", "median_high", "p90", "done_median"], ["measure"])
    return _less(view, told, by, undone, ["done"], ["measure"])


def _duration(view: View, part: pd.DataFrame, measure: str) -> dict:
    ends = [c for c in ("created_s", *orders.MEASURES[measure]) if c in part]
    unit, size = ("d", 1) if any(orders.dates_only(view.calendar, part[c]) for c in ends) else ("h", orders.HOUR)
    wait = orders.waits(view, part, measure, unit)
    done = wait.length[wait.cause == orders.DONE]
    row = {"measure": measure, "counted_in": {"d": "days", "h": "hours"}[unit], "orders": len(wait.length), "done": len(done)}
    nothing = dict.fromkeys(("median", "median_low", "median_high", "p90", "done_median"), np.nan)
    if not len(wait.length):
        return {**row, **nothing, "missing": "no orders"}
    curve = orders.incidence(wait)
    median, p90 = (_reached(curve, q) / size for q in QUANTILES)
    low, high = (end / size for end in _ends(curve, QUANTILES[0], len(wait.length)))
    shown = {
        "median": median,
        "median_low": low,
        "median_high": high,
        "p90": p90,
        "done_median": float(np.median(done)) / size if len(done) else np.nan,
    }
    return {**row, **shown, "missing": "" if np.isfinite(median) else "not reached"}


def _reached(curve: survival.Incidence, share: float) -> float:
    """The first time at which `share` of all orders were done; nan where they never are."""
    at = np.flatnonzero(curve.incidence[:, 0] >= share - survival.ROUNDING)
    return float(curve.seconds[at[0]]) if len(at) else np.nan


def _ends(curve: survival.Incidence, share: float, n: int) -> tuple[float, float]:
    """Between which times the quantile lies: where the upper, and the lower, limit of the curve reaches it."""

    def limit(place: int, end: int) -> float:
        se = survival.incidence_errors(curve, [curve.seconds[place]])[0, 0]
        return intervals.wilson_from_error(curve.incidence[place, 0], se, calls=n)[end]

    return tuple(_first(len(curve.seconds), lambda place, end=end: limit(place, end) >= share, curve.seconds) for end in (1, 0))


def _first(count: int, holds, seconds: np.ndarray) -> float:
    """The first time at which a condition holds that, once true, stays so."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return float(seconds[low]) if low < count else np.nan
