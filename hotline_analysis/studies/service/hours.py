"""In which hours of the day are the calls lost that nobody answers? (D02, D12)

A month's connection rate says that calls were lost, not when. Where the loss lies in few hours, a shift can be moved; where it is spread, it cannot.
"""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd

from hotline_analysis.measures.view import View
from hotline_analysis.stats import intervals
from hotline_analysis.studies.service import calls
from hotline_analysis.words import Field, Term

MOST_NAMED, HALF, GATHERED = 4, 0.5, 0.3  # hours that are named: until they hold half of the loss, and a case only from so much of it on
LEAST_LOST = 30
BACK = timedelta(days=365)
COLUMNS = {
    "lost": Field(Term("没接起", "Not answered"), "count"),
    "lost_share": Field(Term("占没接起的", "Of all not answered"), "share"),
    "usual_value": Field(Term("以往接通率", "Rate before"), "share"),
    "named": Field(Term("集中的钟点", "Where the loss gathers")),
    "named_hours": Field(Term("集中的钟点", "Where the loss gathers")),
    "named_value": Field(Term("这几个钟点的接通率", "Rate of these hours"), "share", interval=("named_low", "named_high")),
    "named_low": Field(Term("下端", "Low"), "share"),
    "named_high": Field(Term("上端", "High"), "share"),
    "named_usual": Field(Term("这几个钟点以往的接通率", "Rate of these hours before"), "share"),
    "named_lost": Field(Term("这几个钟点没接起的", "Not answered in these hours"), "count"),
    "named_share": Field(Term("占全部没接起的", "Of all not answered"), "share"),
    "all_lost": Field(Term("全部没接起的", "All not answered"), "count"),
}


def hours(view: View) -> pd.DataFrame:
    """The calls that nobody answered, by the hour of the clock: one row an hour that had calls.

    Counted are the calls of known outcome. An hour is hard where its rate lies below that of the whole day (exact binomial tail on effective n, one design effect
    of the days for all hours, Benjamini and Hochberg, q below .05). Named are the hard hours with most lost calls, until they hold half of all, four at most; none where the loss is spread.

    Columns: hour, numerator (answered), denominator (calls), value, low, high (95 %, Wilson on effective n), lost (not answered), lost_share (of all lost), usual_value (the same
    hour's rate over up to 365 days before the period; missing without), q, named; and in every row all_lost, named_hours (as text: 9, 10), named_lost, named_share, named_value, named_low,
    named_high, named_usual, said (gathered: the named hours hold GATHERED of the loss or more; spread; few: under LEAST_LOST lost calls). Small counts are not told. Raises DataRefused without outcomes. Source: D02, D12.
    """
    cells = calls.hourly(view)
    effect = calls.design_effect(cells["answered"].to_numpy(), cells["offered"].to_numpy(), cells["hour"].to_numpy())
    frame = cells.groupby("hour", as_index=False).agg(numerator=("answered", "sum"), denominator=("offered", "sum"))
    low, high = intervals.wilson(frame["numerator"] / effect, frame["denominator"] / effect)
    frame = frame.assign(
        value=frame["numerator"] / frame["denominator"], low=low, high=high, lost=frame["denominator"] - frame["numerator"]
    )
    lost, before = int(frame["lost"].sum()), _before(view)
    frame = frame.assign(
        lost_share=frame["lost"] / (lost or np.nan), usual_value=frame["hour"].map(before["value"]), q=calls.worse(frame, effect)
    )
    named = _named(frame, lost)
    told = _together(frame[named], before, effect, lost)
    return frame.assign(named=named & (told["said"] == "gathered"), all_lost=lost, **told)


def _before(view: View) -> pd.DataFrame:
    """answered, offered and value by hour, over up to a year before the period."""
    last = view.period.first_day - timedelta(days=1)
    earlier = view.calendar.span(last - BACK, last, "before") if view.period.dated else replace(view.period, start_s=0, end_s=0)
    found = calls.hourly(view.over(earlier)).groupby("hour")[["answered", "offered"]].sum()
    return found.assign(value=found["answered"] / found["offered"])


def _named(frame: pd.DataFrame, lost: int) -> np.ndarray:
    """The hard hours with most lost calls, until they hold half of all."""
    hard = frame.loc[frame["q"] < 0.05, "lost"].sort_values(ascending=False, kind="stable").head(MOST_NAMED)
    kept = hard[hard.cumsum().shift(fill_value=0) < HALF * lost]
    return frame.index.isin(kept.index)


def _together(named: pd.DataFrame, before: pd.DataFrame, effect: float, lost: int) -> dict:
    k, n, earlier = named["numerator"].sum(), named["denominator"].sum(), before.reindex(named["hour"])
    low, high = intervals.wilson(k / effect, n / effect if n else np.nan)
    share = float(named["lost"].sum() / lost) if lost else 0.0
    told = {"named_hours": ", ".join(str(hour) for hour in named["hour"]), "named_lost": int(named["lost"].sum()), "named_share": share}
    told |= {"named_value": k / n if n else np.nan, "named_low": float(low), "named_high": float(high)}
    told |= {"named_usual": float(earlier["answered"].sum() / earlier["offered"].sum()) if earlier["offered"].sum() else np.nan}
    return told | {"said": "few" if lost < LEAST_LOST else "gathered" if share >= GATHERED else "spread"}


TABLES = {"hours": hours}
