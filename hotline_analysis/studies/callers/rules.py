"""Who is a frequent caller? (短期重复致电监控规则, F0 A21, A29, A32) Watch rules of so many calls within so many days, and what each would find."""

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.errors import BadParams, DataRefused
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import DAY, scoped
from hotline_analysis.measures.view import View
from hotline_analysis.words import Term

DAYS_A_MONTH = 365.25 / 12
CALLS, WITHIN_DAYS = (3, 4, 5, 6, 8, 10, 15), (1.0, 2.0, 3.0, 7.0, 14.0, 31.0)
FEW_FOUND, MANY_FOUND = 5, 200  # callers that a team can look at in a month: outside, the grid suggests another rule
KNOWN_RULES = {
    (4, 7.0): Term("电信行业", "telecom operators"),
    (5, 31.0): Term("频繁来电者网络（一个月）", "frequent caller network, a month"),
    (12, 92.0): Term("频繁来电者网络（三个月）", "frequent caller network, three months"),
    (15, 31.0): Term("共用地址（频繁来电者网络）", "communal address, frequent caller network"),
}


def calls(view: View, *, back_days: float = 0.0, ahead_days: float = 0.0) -> pd.DataFrame:
    """Calls of identified callers, by caller and time: those of the period, and as far before and after it as is asked for and there are data.

    Columns: caller, start_s, local_s, seq, inside (of the period), and what the export has of issue_1, agent, outcome, talk_seconds, rating, order_id. Raises
    DataRefused with masked numbers, and where the period has no known caller.
    """
    if view.masked:
        raise DataRefused(
            "callers",
            "the callers' numbers are masked, so different citizens look alike.",
            "Ask for an export with whole numbers, or with one code per citizen.",
        )
    start_s, end_s = max(view.period.start_s - round(back_days * DAY), view.data_start_s), view.period.end_s
    end_s = max(min(end_s + round(ahead_days * DAY), view.end_s), min(end_s, view.data_end_s))
    rows = scoped(view.table("calls"), view.definition).filter((nw.col("start_s") >= start_s) & (nw.col("start_s") < end_s))
    have = rows.collect_schema().names()
    kept = [c for c in ("issue_1", "agent", "outcome", "talk_seconds", "rating", "order_id") if c in have]
    frame = pandas(rows.select(nw.col("who").alias("caller"), "start_s", "local_s", "seq", *kept))
    inside = (frame["start_s"] >= view.period.start_s) & (frame["start_s"] < view.period.end_s)
    if not inside.any():
        raise DataRefused("callers", "no known callers")
    return frame.assign(inside=inside).sort_values(["caller", "start_s", "seq"], ignore_index=True)


def of_period(view: View) -> pd.DataFrame:
    """The period's calls of identified callers; columns in `calls`."""
    return calls(view).drop(columns="inside")


def so_far(frame: pd.DataFrame, within_days: float) -> pd.Series:
    """At each call, how many calls its caller has made in so many days up to it, itself and both ends counted."""
    start, span = frame["start_s"].to_numpy(), round(within_days * DAY)
    line = _line(frame, span)
    return pd.Series(np.arange(len(start)) + 1 - np.searchsorted(line, line - span, side="left"), index=frame.index)


def later(frame: pd.DataFrame, within_days: float) -> pd.Series:
    """At each call, how many calls its caller makes within so many days after it."""
    span = round(within_days * DAY)
    line = _line(frame, span)
    return pd.Series(np.searchsorted(line, line + span, side="right") - np.arange(len(frame)) - 1, index=frame.index)


def _line(frame: pd.DataFrame, span: int) -> np.ndarray:
    """The calls' times on one line on which callers lie further apart than the span. frame: sorted by caller and start_s."""
    start, caller = frame["start_s"].to_numpy(), frame["caller"].to_numpy()
    if not len(start):
        return start
    place = np.r_[True, caller[1:] != caller[:-1]].cumsum() - 1
    return start - start.min() + place * (int(start.max() - start.min()) + span + 1)


def most(view: View, within_days: float) -> pd.Series:
    """By caller of the period, the most calls in a window of so many days that ends with one of the period's calls; the calls before it are seen too."""
    frame = calls(view, back_days=within_days)
    return so_far(frame, within_days)[frame["inside"]].groupby(frame.loc[frame["inside"], "caller"]).max()


def watched(view: View) -> list[tuple[int, float]]:
    """The hotline's own rules (params, `watch › rules`)."""
    return [(int(least), float(days)) for least, days in view.params.watch.rules]


def listing(view: View, least_calls: int = 0, within_days: float = 0.0) -> tuple[int, float]:
    """The rule by which callers are put on a list: the first of the hotline's own, with other calls or days where they are asked for."""
    first = watched(view)[0]
    ((least, days),) = ruled([(least_calls or first[0], within_days or first[1])])
    return least, days


def schemes(view: View, *, rules: Sequence[Sequence[float]] = ()) -> pd.DataFrame:
    """The callers that each watch rule finds: one row a rule of (calls, days).

    Counted are identified callers who made `least_calls` or more within `within_days`, in a rolling window that ends with a call of the period, both ends counted; what they called
    before the period is seen as far as there are data. rules: in the place of the params' own.

    Columns: least_calls, within_days, preset_zh, preset_en (whose rule it is, where it is a known one), seen_days (days of data that a window can reach over: fewer than within_days where the data
    begin late), callers (of the period), found, found_calls (all their calls of the period), call_share, shared (of the found: numbers with `watch › shared_a_month` or more calls a
    month, taken for switchboards), said (found, none). Raises DataRefused with masked numbers or without known callers. Source: A21, A29; methods 6.
    """
    frame = of_period(view)
    sizes, shared = frame.groupby("caller").size(), are_shared(frame, view)
    rows = []
    for least, days in ruled(rules) or watched(view):
        found = (most(view, days) >= least).reindex(sizes.index)
        name = KNOWN_RULES.get((least, days), Term("", ""))
        rows.append({
            "least_calls": least, "within_days": days, "preset_zh": name.zh, "preset_en": name.en, "seen_days": min(days, (view.period.end_s - view.data_start_s) / DAY),
            "callers": len(sizes), "found": int(found.sum()), "found_calls": int(sizes[found].sum()),
            "call_share": float(sizes[found].sum() / sizes.sum()), "shared": int((found & shared).sum()),
        })  # fmt: skip
    told = pd.DataFrame(rows)
    return told.assign(said="found" if told["found"].any() else "none")


def ruled(rules: Sequence[Sequence[float]]) -> list[tuple[int, float]]:
    told = []
    for rule in rules:
        if len(rule) != 2 or rule[0] < 2 or rule[1] <= 0:
            raise BadParams("callers › rules", f"{list(rule)} is no rule.", "A rule is two numbers: calls (2 or more) and days, as [4, 7].")
        told.append((int(rule[0]), float(rule[1])))
    return told


def are_shared(frame: pd.DataFrame, view: View) -> pd.Series:
    """By caller, whether the number calls so often that it must be many people's."""
    return frame.groupby("caller").size() >= switchboard(view)


def switchboard(view: View) -> float:
    """Calls of the period from which a number is taken for many people's."""
    days = (view.period.last_day - view.period.first_day).days + 1
    return view.params.watch.shared_a_month * days / DAYS_A_MONTH


def grid(view: View) -> pd.DataFrame:
    """How many callers each k and d would find (试算): one row a pair; the suggested one finds as many as a team can look at.

    Columns: least_calls, within_days, found (without shared numbers), suggested, said (found, none). Suggested is the smallest rule of 7 days that finds FEW_FOUND to MANY_FOUND callers; where there
    is none the one of all rules that does, with the fewest calls and then the fewest days; where none does the one that comes nearest to such a number, of those that find somebody; none where nobody is
    found at all. More calls or fewer days never find more. Raises as `schemes`. Source: A32.
    """
    frame = of_period(view)
    own = set(frame["caller"]) - set(frame["caller"][frame["caller"].map(are_shared(frame, view))])
    rows = [
        {"least_calls": k, "within_days": d, "found": int((found >= k).sum())}
        for d, found in ((d, most(view, d)[lambda s: s.index.isin(own)]) for d in WITHIN_DAYS)
        for k in CALLS
    ]
    told = pd.DataFrame(rows)
    return told.assign(suggested=told.index == _suggested(told), said="found" if told["found"].any() else "none")


def _suggested(told: pd.DataFrame) -> int:
    """The place of the rule to take, -1 for none."""
    able = told[told["found"].between(FEW_FOUND, MANY_FOUND)].sort_values(["least_calls", "within_days"])
    week = able[able["within_days"] == 7.0]
    some = told[told["found"] > 0]
    if not len(some):
        return -1
    nearest = np.abs(np.log(some["found"] / np.sqrt(FEW_FOUND * MANY_FOUND))).idxmin()
    return int(week.index[0] if len(week) else able.index[0] if len(able) else nearest)
