"""How the indicators of orders are found, month by month in the form of `indicators.evaluate`, so that the verdicts that exist judge them too.

Volumes a day with the kinds of day taken off, shares within a limit as Kaplan-Meier and Aalen-Johansen give them, shares of categories. Orders
are taken as independent cases in a share within a limit; what a day brings belongs together in volumes and in shares of categories.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from hotline_analysis.measures import orders, volumes
from hotline_analysis.measures.indicators import Estimator, Indicator, month_on, row
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.view import View

PLAIN = 1e-9  # by which a share may differ from the ratio of its counts for rounding


def _months_of(view: View, periods: Sequence[Period], indicators: Sequence[Indicator], by: str) -> list[dict]:
    """The rows of the orders' indicators: the estimator that `catalogue.orders` names. Orders are asked by strata through `orders.split`."""
    if by:
        frame = orders.counted(orders.cases(view, "timely", by))
        return [r | {"group": name} for name, part in frame.groupby(by) for r in _rows(view, part, periods, indicators)]
    return _rows(view, orders.counted(orders.cases(view, "timely")), periods, indicators)


def _orders_of(view: View, periods: Sequence[Period], indicator: Indicator, by: str) -> pd.DataFrame:
    """The orders behind one of these indicators: of a volume each adds one; of a share n = 1 in its base and k = 1 where it was done in time."""
    frame = orders.counted(orders.cases(view, "timely", *([by] if by else [])))
    frame = frame.assign(start_s=frame["placed_s"], k=1, n=0)
    if indicator.denominator is None:
        return frame
    return pd.concat([frame[:0], *(_judged(view, orders.within(frame, p), indicator.key) for p in periods)])


def _judged(view: View, part: pd.DataFrame, key: str) -> pd.DataFrame:
    """The orders of which a share is, with whether each was in time."""
    if lacking(view, part, key):
        return part[:0]
    if key == "recorded":
        said = part["timely"].astype("boolean")
        return part.assign(k=said.fillna(False).astype(int), n=1)[said.notna()]
    if key == "due":
        judged, met = orders.due_marks(view, part)
        return part.assign(k=met.astype(int), n=1)[judged]
    measure, _, text = key.partition("_")
    wait = orders.waits(view, part, measure, text[-1])
    return part.iloc[wait.rows].assign(k=orders.met(wait, orders.limit(text).most).astype(int), n=1)


months_of = Estimator(_months_of, _orders_of)


def of_orders(view: View, frame: pd.DataFrame, periods: Sequence[Period], indicators: Sequence[Indicator]) -> pd.DataFrame:
    """Every indicator of some orders in every period: the columns of `indicators.evaluate`.

    frame: `orders.cases`. A limit in hours where times are dates, a limit that no order of the period could have reached, and a column that the export lacks
    are rows without a value and with the reason in `missing`. Beside them unfinished: of an order of the period nobody knows yet whether it was resolved by its due time,
    so that this share is of those with short limits, and compares with no month.
    """
    return pd.DataFrame(_rows(view, orders.counted(frame), periods, indicators)).assign(definition="")


def _rows(view: View, told: pd.DataFrame, periods: Sequence[Period], indicators: Sequence[Indicator]) -> list[dict]:
    days, rows = _days(view, told, periods), []
    covered = volumes.coverage(days, periods).set_index("period")
    for period in periods:
        part, here = orders.within(told, period), days[days["period"] == period.label]
        seen = covered.loc[period.label]
        found = [
            volume(i, part.groupby("day").size(), period, here) if i.denominator is None else _share(view, part, period, i)
            for i in indicators
        ]
        for i, r in zip(indicators, found, strict=True):  # of a month that is not over a count compares with none, a share does
            compares = bool(seen["covered"] and (seen["ended"] or i.denominator is not None))
            rows.append({**r, "days": int(seen["days"]), "covered": compares, "unfinished": unfinished(view, part, i.key)})
    return rows


def whole(view: View, frame: pd.DataFrame, periods: Sequence[Period]) -> bool:
    """Whether the data hold all days of some periods, so that counts of orders compare; what is usual is told by all months before too."""
    listed = list({p.label: p for p in (*orders.months(view), *periods)}.values())
    return bool(volumes.coverage(_days(view, frame, listed), periods)["whole"].all())


def _days(view: View, frame: pd.DataFrame, periods: Sequence[Period]) -> pd.DataFrame:
    return volumes.days(view, periods, frame.groupby("day").size())


def volume(indicator: Indicator, counts: pd.Series, period: Period, days: pd.DataFrame) -> dict:
    """Orders a day of one period; `numerator` is their count."""
    n = int(counts.sum())
    return row(indicator, period, calls=n) | volumes.a_day(counts, days, nothing="no orders") | {"numerator": n}


def _share(view: View, part: pd.DataFrame, period: Period, indicator: Indicator) -> dict:
    """A share within a limit, by the due time or as exported, of the orders of one period."""
    found, why, known = measured(view, part, indicator.key)
    if why:
        return row(indicator, period, missing=why)
    value = {name: getattr(found, name) for name in ("numerator", "denominator", "value", "low", "high", "se")}
    return row(indicator, period, known=known, clusters="orders", **value)


def measured(view: View, part: pd.DataFrame, key: str) -> tuple[orders.Within | None, str, float]:
    """One share of some orders, or why it cannot be had; and the share of the orders that it could be had of."""
    why = lacking(view, part, key)
    if why:
        return None, why, np.nan
    if key in ("due", "recorded"):
        found = orders.by_due(view, part) if key == "due" else orders.recorded(part)
        return (found, "", 1.0) if found.denominator else (None, "not reached" if key == "due" else "no orders", np.nan)
    measure, _, text = key.partition("_")
    wait = orders.waits(view, part, measure, text[-1])
    found = orders.share_within(wait, orders.limit(text).most)
    if not found.denominator:
        return None, "no orders", np.nan
    return (found, "", found.denominator / len(part)) if np.isfinite(found.value) else (None, "not reached", np.nan)


def unseen(told: pd.DataFrame) -> np.ndarray:
    """By share (numerator, denominator, value, watched) the orders that its numerator tells beside its value: where that is not the plain ratio, no more than were not watched for the limit, and than were not done; where it is, none, and the numerator stands.

    A department of 37 orders, 36 done in time, with a value of 1 has one open order, whose number is not told.
    """
    k, n, value, watched = (told[c].to_numpy(float, na_value=np.nan) for c in ("numerator", "denominator", "value", "watched"))
    with np.errstate(divide="ignore", invalid="ignore"):
        plain = np.abs(value - k / n) < PLAIN
    return np.where(plain, k, np.fmin(n - k, n - watched))


def unfinished(view: View, part: pd.DataFrame, key: str) -> bool:
    """Whether a share by the due time is of some of the orders only, because others fall due when the data have ended, or no export tells of them any more."""
    return key == "due" and not lacking(view, part, key) and bool((part["due_s"] >= part["told_s"]).any())


def watched_on(view: View, part: pd.DataFrame, key: str) -> date | None:
    """The day on which later data change a share of some orders no longer: its last one has been watched for the whole limit, or has fallen due; None where it is final, or cannot be had."""
    day = _complete_on(view, part, key) if view.waits else None
    return day if day and view.end_s < view.calendar.instant(day) else None


def _complete_on(view: View, part: pd.DataFrame, key: str) -> date | None:
    """The day on which the last of some orders has been watched for the whole limit, or has fallen due, past or to come; None where there is no such share."""
    measure, _, text = key.partition("_")
    if not (key == "due" or measure in orders.MEASURES) or lacking(view, part, key):
        return None
    return view.calendar.day_of(int(part["due_s"].max())) + timedelta(days=1) if key == "due" else orders.complete_on(view, text)


def final_on(view: View, part: pd.DataFrame, keys: Iterable[str]) -> dict[str, date | None]:
    """By indicator of some orders of the period the day from which on later data do not change its figure; of those that they still do. None where it waits for a newer export of
    the orders, whatever day it is.
    """
    month, found = month_on(view), {}
    for key in keys:
        if days := [day for day in (month, watched_on(view, part, key)) if day]:
            found[key] = max(days)
        elif _outdated(view, part, key):
            found[key] = None
    return found


def _outdated(view: View, part: pd.DataFrame, key: str) -> bool:
    """Whether a figure of some orders lacks what no export of them reaches, though the data go on. What a newer export does not tell of any more is lacking for good, and is not waited for."""
    told_s, (measure, _, text) = view.told_to("orders"), key.partition("_")
    if not len(part) or not view.waits or told_s >= view.end_s:
        return False
    if told_s < view.period.end_s and not volumes.coverage(_days(view, part, [view.period]), [view.period])["ended"].iloc[0]:
        return True
    if (day := _complete_on(view, part, key)) is None or told_s >= view.calendar.instant(day):
        return False
    if key == "due":
        return unfinished(view, part, key)
    wait = orders.waits(view, part, measure, text[-1])
    return bool(((wait.cause == orders.UNKNOWN) & (wait.follow < orders.limit(text).most)).any())


def awaited(view: View) -> dict[str, date | None]:
    """What later data complete of the period's orders, and on which day it is final: `orders`, not watched for the hotline's longest limit; `classes`, not
    watched for that of a class that came; `due`, of which some have not fallen due; `export`, where only a newer export can tell, on no day that is known. Nothing where no such figure can be had, or the rule does not look ahead.
    """
    part = orders.within(orders.counted(orders.cases(view, "class")), view.period)
    given = view.params.complaints
    classes = [] if "class" not in part else [(part[part["class"] == name], own) for name, own in given.by_class.items()]
    told = {"orders": [(part, given)], "classes": classes}
    days = {name: [watched_on(view, rows, key) for rows, own in of for key in _limits(own)] for name, of in told.items()}
    days["due"] = [watched_on(view, part, "due")]
    told = {name: max(known) for name, every in days.items() if (known := [day for day in every if day])}
    outdated = any(_outdated(view, part, key) for key in ("received", *_limits(given), "due"))
    return told | ({"export": None} if outdated else {})


def _limits(given) -> list[str]:
    """The shares within the limits that are given."""
    return [f"{measure}_{text}" for measure in orders.MEASURES for text in getattr(given, measure, ())]


def last_on(view: View) -> str:
    """The day on which the last share of the period's orders is final; '' where all are, or nobody can say."""
    return max((day.isoformat() for day in awaited(view).values() if day), default="")


def lacking(view: View, part: pd.DataFrame, key: str) -> str:
    """Why a share cannot be had of these orders, '' when it can: a column that the export lacks, or hours of dates."""
    if not len(part):
        return "no orders"
    if key == "recorded":
        return "" if "timely" in part and part["timely"].notna().any() else "not available: needs timely"
    if "created_s" not in part:  # of closed orders alone nothing can be said about how many were late
        return orders.UNPLACED
    measure, _, text = key.partition("_")
    ends = [c for c in orders.MEASURES["resolution" if key == "due" else measure] if c in part]
    if not ends:
        needs = " or ".join(f"{c.removesuffix('_s')}_at" for c in orders.MEASURES["resolution" if key == "due" else measure])
        return f"not available: needs {needs}"
    if key == "due":
        return "" if "due_s" in part and part["due_s"].notna().any() else "not available: needs due_at"
    return "no clock time" if text[-1] == "h" and any(orders.dates_only(view.calendar, part[c]) for c in ("created_s", *ends)) else ""
