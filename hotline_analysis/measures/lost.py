"""Which days of a hotline are lost: calls are usual on them and none is recorded, by an outage or because an export is missing. Nobody else decides it.

On a lost day nobody can be seen to call back, whoever did. So the follow-up of the calls before it ends where it begins (`View.lost`, `gaps.until_lost`), as it
does at the end of the data. Days are judged as the checks judge them (`intake.usual.judge_days`): by the days of their kind before them, so that a day on which the hotline
is closed is none. What comes later changes a month that is final in one case alone: a weekday on which the hotline closes is taken as lost until so many of them have been seen that it is no loss.
"""

import math
from dataclasses import replace
from datetime import timedelta

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.intake.usual import judge_days
from hotline_analysis.measures import indicators
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.view import View
from hotline_analysis.measures.volumes import EPOCH

Stretch = tuple[int, int]


def days(view: View) -> pd.DataFrame:
    """The lost days of all data, of the whole hotline: date, usual (calls that such a day brings), either (it may be a day on which the hotline was closed), in order.

    A day without calls of which it is not known whether the hotline was closed is lost where it lies between lost days on end; one that params call a day of rest (`days`) never is.
    """
    whole = replace(view, tables=view.whole or view.tables, only=("", ""), whole={})
    rows = indicators.offered_calls(whole).filter((nw.col("start_s") >= view.data_start_s) & (nw.col("start_s") < view.data_end_s))
    rows = rows.with_columns(day=indicators.day_of(view)).group_by("day").agg(calls=nw.len())
    found = pandas(rows).astype("int64").set_index("day")["calls"]
    first, last = view.calendar.day_of(view.data_start_s), view.calendar.day_of(view.data_end_s - 1)
    listed = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    calls = [int(found.get((d - EPOCH).days, 0)) for d in listed]
    if min(calls, default=1):
        return pd.DataFrame(columns=["date", "usual", "either"])
    judged = judge_days(pd.DataFrame({"date": listed, "calls": calls}), view.params)
    rest = [view.params.days.get(d.isoformat()) == "rest" for d in listed]
    return judged.loc[_lost(judged) & ~np.array(rest), ["date", "usual", "either"]].reset_index(drop=True)


def _lost(judged: pd.DataFrame) -> pd.Series:
    """The missing days, and of the days without calls on end those of a known usual that lie between two of them."""
    missing, run = judged["missing"], (judged["calls"] > 0).cumsum()
    between = missing.groupby(run).cummax() & missing[::-1].groupby(run[::-1]).cummax()[::-1]
    return missing | (between & (judged["calls"] == 0) & judged["usual"].notna())


def stretches(view: View, lost: pd.DataFrame) -> tuple[Stretch, ...]:
    """The lost days as stretches of days on end, each [start, end) in seconds, in order."""
    runs = lost.groupby(pd.to_datetime(lost["date"]).diff().dt.days.ne(1).cumsum())["date"]
    return tuple((view.calendar.day(run.iloc[0]).start_s, view.calendar.day(run.iloc[-1]).end_s) for _, run in runs)


def after(lost: pd.DataFrame, period: Period, hours: float) -> pd.DataFrame:
    """The lost days that begin within so many hours after a period."""
    reach = timedelta(math.ceil(hours / 24))
    return lost[(lost["date"] > period.last_day) & (lost["date"] <= period.last_day + reach)]
