"""How many calls are settled at once? (首解率: a call neither repeated nor sent on, F0 A09-A10)

`rates`: first-call resolution at every window, from repeats and dispatches together: a call that is both counts once (union, not sum).
The usual 1 - repeat - dispatch stands beside it as what it is, with the bounds between which any right figure lies. `dispatch`: what the
rule by issue and department does to the dispatched calls. Source: methods 1 (FCR), catalogue A09, A10.
"""

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import resolution, rules, strata
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.view import View
from hotline_analysis.words import Field, Term

FEW = 30
COLUMNS = {
    "window_hours": Field(Term("窗口", "Window"), "hours"),
    "numerator": Field(Term("已解决来电", "Resolved calls"), "count"),
    "denominator": Field(Term("来电", "Calls"), "count"),
    "value": Field(Term("首解率", "First-call resolution"), "share", interval=("low", "high")),
    "low": Field(Term("区间下端", "Low"), "share"),
    "high": Field(Term("区间上端", "High"), "share"),
    "repeat_rate": Field(Term("复电率", "Repeat rate"), "share"),
    "dispatch_rate": Field(Term("派单率", "Dispatch rate"), "share"),
    "overlap": Field(Term("派单且复电", "Both"), "share"),
    "naive": Field(Term("1−复电率−派单率", "1 − repeat − dispatch"), "share"),
    "bound_low": Field(Term("下界", "Lower bound"), "share"),
    "bound_high": Field(Term("上界", "Upper bound"), "share"),
    "unknown": Field(Term("派单情况不明", "Dispatch unknown")),
    "caveat": Field(Term("提示", "Caveat")),
    "issue": Field(Term("诉求", "Issue"), words={disclosure.OTHER: disclosure.POOLED}),
    "department": Field(Term("承办部门", "Department"), words={disclosure.OTHER: disclosure.POOLED}),
    "fate": Field(
        Term("派单如何计", "Counted as"), words={"resolved": Term("已解决", "resolved"), "unresolved": Term("未解决", "unresolved")}
    ),
    "calls": Field(Term("派单来电", "Dispatched calls"), "count"),
}


def rates(view: View, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """First-call resolution at every window: one row a stratum and window.

    Counted are the index calls of the period by identified callers; those whose dispatch is not known are left out (unknown), as are those
    that the dispatch rule excludes. A dispatched call is unresolved unless the rule says otherwise.

    Columns: by..., window_hours, numerator (calls neither dispatched nor seen to be followed), denominator (calls), value (share, see
    below), low, high (95 %, jackknife over caller groups, Wilson on effective n), repeat_rate, dispatch_rate, overlap (dispatched and
    followed), naive (1 - repeat - dispatch, which takes the overlap off twice), bound_low, bound_high, unknown (calls), caveat (few; lost days
    where they end the follow-up of some calls before the window).

    value = (1 - d) S(W) with d the share dispatched and S the Kaplan-Meier curve of the calls not dispatched; repeat_rate is made of the
    two curves in the same way, so that max(0, 1-r-d) <= value <= min(1-r, 1-d) holds exactly. By stratum small counts are not told (`_told`). Raises DataRefused without `dispatched`.
    """
    definition = view.definition
    if definition.mode == "calendar" or definition.direction == "look-back":
        raise DataRefused(
            "first-call resolution", "it is defined for rolling windows, looking ahead.", "Set mode: rolling, direction: look-ahead."
        )
    gaps = rules.charge(strata.pooled(view, resolution.marked(view.gaps(), view.definition), by), definition, by)
    unknown = _unknown(gaps, by)
    known = gaps.filter(~nw.col("dispatched").is_null())
    rows = [row for hours in definition.windows_hours for row in resolution.window(known, definition, hours, by)]
    frame = pd.DataFrame(rows, columns=[*by, *list(COLUMNS)[:12]])
    frame["unknown"] = [unknown.get(tuple(row), 0) for row in frame[list(by)].itertuples(index=False)] if by else unknown.get((), 0)
    cut = np.array([view.ends_early(h * HOUR) for h in frame["window_hours"]], bool)
    frame["caveat"] = np.select([frame["denominator"] < FEW, cut], ["few", "lost days"], "")
    frame = frame.sort_values([*by, "window_hours"], ignore_index=True)
    return _told(view, frame, by) if by else frame


def _told(view: View, frame: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Without the small counts of a stratum. value = 1 - repeat - dispatch + overlap, and the share dispatched is one at every window: where few calls were dispatched,
    followed, both or followed alone within any of them, the stratum has neither its share dispatched nor what could give it away.
    """
    parts_of = ["window_hours", *by[:-1]]
    n, resting = frame["denominator"], ["dispatch_rate", "overlap", "naive", "bound_low", "bound_high"]
    shares = ["value", "low", "high", "repeat_rate", *resting]
    followed, both = (np.round(frame[share] * n) for share in ("repeat_rate", "overlap"))
    dispatched = np.round(frame["dispatch_rate"] * n)
    few = np.any([count.between(1, view.smallest - 1) for count in (followed, both, followed - both, dispatched)], axis=0)
    few = pd.Series(few, index=frame.index).groupby([frame[c] for c in by], dropna=False).transform("any")
    told = disclosure.untold_of(frame, np.where(few, 2, dispatched), resting, view.smallest, parts_of=parts_of)  # 2: as a small one
    told = disclosure.untold_of(told, followed, ["repeat_rate"], view.smallest, parts_of=parts_of)
    told = disclosure.untold(told, ["numerator", "denominator"], shares, view.smallest, parts_of=parts_of)
    told = disclosure.untold_rest(told, "numerator", "denominator", shares, view.smallest, parts_of=parts_of)
    told = told.assign(_unresolved=told["denominator"] - told["numerator"])  # the longer window holds the shorter one's
    told = disclosure.untold_between(told, "_unresolved", ["numerator", *shares], view.smallest, along=by, parts_of=parts_of)
    told = told.drop(columns=["_unresolved", "_unresolved_missing"], errors="ignore")
    return disclosure.untold(told, ["unknown"], [], view.smallest, parts_of=parts_of)


def _unknown(gaps: nw.LazyFrame, by: Sequence[str]) -> dict[tuple, int]:
    """By stratum: calls of which nobody knows whether they were dispatched."""
    left = gaps.filter(nw.col("dispatched").is_null())
    found = pandas(left.group_by(*by).agg(n=nw.len()) if by else left.select(n=nw.len()))
    return {tuple(row[:-1]): int(row[-1]) for row in found[[*by, "n"]].itertuples(index=False)}


def dispatch(view: View) -> pd.DataFrame:
    """What the dispatch rule does: dispatched index calls of identified callers by first-level issue and department, with their fate.

    Columns: issue, department (those that the export has), fate (unresolved, resolved; excluded ones are not index calls and are not here),
    calls. Issues and departments with fewer calls than the view's `smallest` are pooled, and small counts are not told (`disclosure`).
    Source: A09.
    """
    gaps = resolution.marked(view.gaps(), view.definition).filter(rules.true("dispatched"))
    have = gaps.collect_schema().names()
    names = {c: n for c, n in (("issue_1", "issue"), ("department", "department")) if c in have}
    frame = pandas(gaps.with_columns(fate=rules.fate(have, view.definition)).group_by(*names, "fate").agg(calls=nw.len()))
    path = list(names.values())
    frame = disclosure.pooled(frame.rename(columns=names).astype({"calls": "int64"}), path, view.smallest) if path else frame
    frame = frame.groupby([*path, "fate"], as_index=False, dropna=False)["calls"].sum()
    frame = frame.sort_values(["calls", *path, "fate"], ascending=[False, *[True] * (len(path) + 1)], ignore_index=True)
    return disclosure.untold(frame, ["calls"], [], view.smallest, parts_of=())


TABLES = {"rates": rates, "dispatch": dispatch}
WHOLE = ("rates",)  # of the whole hotline alone: told under `disclosure: internal`
