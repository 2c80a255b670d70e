"""Figures whose cases are found by more than one row of a table: each is a list of cases, what it adds to the numerator and to the denominator, by instant.

`estimate_of(find)` makes of it what an `Indicator` asks of an estimator. A figure without cases of its period has none; shares and means have their
intervals from the days of the cases.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from hotline_analysis.measures.indicators import FEWEST_DAYS, Estimator, Indicator, place, ratio, row
from hotline_analysis.measures.orders import local_days
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.view import View
from hotline_analysis.words import PERCENT

UNWEIGHED = "words without a weight"

Find = Callable[[View, Sequence[Period], Indicator], "pd.DataFrame | str"]


def estimate_of(find: Find, of: str = "") -> Estimator:
    """An estimator from what finds the cases of all periods: seq (in the table `of`), start_s (places a case), k (nan where params do not say what
    its word is worth: the period, or the group, has no figure), n and the strata, one row a case; or why there are none. way: by which way a case came ('' unknown), of cases
    that come by several of unlike level, so that their mix moves the whole.
    """

    def estimate(view: View, periods: Sequence[Period], indicators: Sequence[Indicator], by: str) -> list[dict]:
        return [r for i in indicators for r in rows(view, periods, i, find(view, periods, i), by)]

    return Estimator(estimate, lambda view, periods, indicator, by: find(view, periods, indicator), of)


def rows(view: View, periods: Sequence[Period], indicator: Indicator, cases: pd.DataFrame | str, by: str = "") -> list[dict]:
    """The rows of an indicator in every period (and group) from its cases."""
    if isinstance(cases, str) or (by and by not in cases):
        return [row(indicator, p, missing=cases if isinstance(cases, str) else f"not available: needs {by}") for p in periods]
    at, found = place(cases["start_s"].to_numpy(float), periods), []
    cases = cases[[*([by] if by else []), *(["way"] if "way" in cases else []), "k", "n"]].assign(
        day=local_days(view.calendar, cases["start_s"]).to_numpy()
    )
    for n, period in enumerate(periods):
        here = cases[at == n]
        groups = [("", here)] if not by else list(here.groupby(by))
        found += [_row(period, indicator, part, str(name)) for name, part in groups]
    return found


def _row(period: Period, indicator: Indicator, cases: pd.DataFrame, group: str) -> dict:
    """A share or a mean of cases: its interval from their days, of fewer than `FEWEST_DAYS` from the cases themselves."""
    k, n = cases["k"].to_numpy(float), cases["n"].to_numpy(float)
    if not n.sum():
        return row(indicator, period, group=group, missing="no base")
    if np.isnan(k).any():
        return row(indicator, period, group=group, missing=UNWEIGHED)
    sums = cases.groupby("day")[["k", "n"]].sum()
    by_days, share = len(sums) >= FEWEST_DAYS, indicator.unit is PERCENT
    alone = None if by_days and share else ratio(k, n, indicator)
    found = ratio(*(sums[c].to_numpy(float) for c in ("k", "n")), indicator) if by_days else alone
    level = {name: float(part) * indicator.times for name, part in found._asdict().items()}
    noise = 0.0 if share else float(np.nan_to_num(alone.se)) * indicator.times
    parts = {"numerator": _plain(k.sum()), "denominator": _plain(n.sum()), "clusters": "days", "noise": noise, "ways": _ways(cases)}
    return row(indicator, period, group=group, **parts, **level)


def _ways(cases: pd.DataFrame) -> tuple[tuple[str, float, float], ...]:
    """(way, k, n) of each way, none where no case has one that is known."""
    if "way" not in cases or not (cases["way"] != "").any():
        return ()
    return tuple((str(way), float(k), float(n)) for way, k, n in cases.groupby("way")[["k", "n"]].sum().itertuples())


def _plain(number: float) -> int | float:
    return int(number) if float(number).is_integer() else round(float(number), 6)
