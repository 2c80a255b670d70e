"""按时转出、答复、办结: of the orders that fell due in a period, those done in time; an order that is not due yet is not judged. GB/T 33357-2016.

And what a centre owes itself: key behaviours done (KBI, F4 E07) and incidents (E08).
"""

from collections.abc import Sequence
from functools import partial

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.measures import orders
from hotline_analysis.measures.cases import estimate_of
from hotline_analysis.measures.indicators import Indicator, Part, mark, said
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.view import View
from hotline_analysis.params import Params
from hotline_analysis.words import PERCENT, Term, format_limit

CHAPTER = "duty"
NAMES = {
    "dispatch": (Term("按时转出率", "Sent on in time"), Term("转出", "sent on")),
    "response": (Term("按时答复率", "Answered in time"), Term("答复", "answered")),
    "resolution": (Term("按时办结率", "Completed in time"), Term("办结", "completed")),
}


def declared(params: Params) -> tuple[Indicator, ...]:
    stages = [_on_time(m, getattr(params.complaints, m)[0]) for m in NAMES if getattr(params.complaints, m)]
    return (*stages, KBI, *((_incidents(tuple(params.improvement.incidents)),) if params.improvement.incidents else ()))


def _on_time(measure: str, limit: str) -> Indicator:
    name, done = NAMES[measure]
    own = "；有到期时间的以到期时间为准" if measure == "resolution" else ""
    own_en = "; an order's own due time goes first" if measure == "resolution" else ""
    return Indicator(
        f"{measure}_on_time", name, said(f"按时{done.zh}的", f"{done.en} in time", "orders"), said("本期到期的诉求", "orders that fell due in the period", "orders"), PERCENT, "higher",
        Term(f"本期到期的诉求中按时{done.zh}的占比，时限{format_limit(limit)}（各等级可另定）{own}；到期前撤回的、撤回而时间不明的不计，未到期的不计", f"of the orders that fell due in the period those {done.en} in time, limit {format_limit(limit, 'en')} (classes may have their own){own_en}; withdrawn before it or at an unknown time, or not yet due: not judged"),
        Term("按部门与时限等级看", "by department and class"), Term("按受理月份的限时率看当月来件，本项看当月到期的件，两者不可比", "shares within a limit are of what came in the month, this is of what fell due in it: they do not compare", of_period=True),
        "GB/T 33357-2016", estimate=estimate_of(partial(_due, measure=measure)), most=1, chapter=CHAPTER,
    )  # fmt: skip


def _due(view: View, periods: Sequence[Period], indicator: Indicator, *, measure: str) -> pd.DataFrame | str:
    """The orders that fell due in each period, at its beginning, with whether they were done in time."""
    frame = orders.counted(orders.cases(view, "class", "department", "area", "category_1"))
    ends = [c for c in orders.MEASURES[measure] if c in frame]
    if "created_s" not in frame:
        return orders.UNPLACED
    if not ends:
        return f"not available: needs {orders.MEASURES[measure][0].removesuffix('_s')}_at"
    if not len(frame):
        return "no orders"
    parts = [_fallen(view, periods, part, limits, measure) for part, limits in _by_class(view, frame, measure)]
    return pd.concat(parts) if parts else "no orders"


def _by_class(view: View, frame: pd.DataFrame, measure: str) -> list[tuple[pd.DataFrame, orders.Limit]]:
    """The orders of each class with its first limit; all of them with the hotline's own where classes have none."""
    given = view.params
    names = (
        frame["class"].where(frame["class"].isin(list(given.complaints.by_class)), "").fillna("")
        if "class" in frame and given.complaints.by_class
        else None
    )
    groups = [("", frame)] if names is None else list(frame.groupby(names))
    return [(part, orders.limits(given, measure, str(name))[0]) for name, part in groups]


def _fallen(view: View, periods: Sequence[Period], frame: pd.DataFrame, limit: orders.Limit, measure: str) -> pd.DataFrame:
    created, due = (
        frame["created_s"].to_numpy(float),
        frame["due_s"].to_numpy(float) if measure == "resolution" and "due_s" in frame else np.full(len(frame), np.nan),
    )
    event, gone = (
        orders.event_of(frame.assign(responded_s=frame.get("responded_s", np.nan)), measure).to_numpy(float),
        frame["withdrawn_s"].to_numpy(float),
    )
    clock = orders.Clock(view, created.min())
    timed = np.where(np.isnan(due), _elapsed(clock, created, event, limit) <= limit.most, event <= due)
    left = np.where(np.isnan(due), _elapsed(clock, created, gone, limit) <= limit.most, gone <= due) & ~(
        event <= np.nan_to_num(gone, nan=np.inf)
    )
    told = frame["told_s"].to_numpy(float)
    seen = ~np.isnan(event) | np.where(np.isnan(due), _elapsed(clock, created, told, limit) > limit.most, due < told)
    found = []
    for period in periods:
        begin, end = (np.full(len(created), float(min(edge, view.end_s))) for edge in (period.start_s, period.end_s))
        past = [
            np.where(np.isnan(due), (_elapsed(clock, created, edge, limit) > limit.most) & (edge > created), due < edge)
            for edge in (begin, end)
        ]
        fell = past[1] & ~past[0] & ~left & seen & ~orders.undated(frame, event)
        found.append(frame[fell].assign(start_s=period.start_s, k=timed[fell].astype(int), n=1))
    return pd.concat(found)


def _elapsed(clock: orders.Clock, begin: np.ndarray, end: np.ndarray, limit: orders.Limit) -> np.ndarray:
    """How long it took by the clock of the params, in the unit of the limit; nan where it has not happened."""
    return clock.seconds(begin, end) if limit.unit == "h" else clock.days_between(begin, end)


# ---- what a centre owes itself


def _required(have) -> nw.Expr:
    known = ~nw.col("done").is_null()
    return known & (nw.col("required").is_null() | (nw.col("required") == True)) if "required" in have else known  # noqa: E712


def _done(have) -> nw.Expr:
    return _required(have) & (nw.col("done") == True)  # noqa: E712


KBI = Indicator(
    "kbi_compliance", Term("关键行为达成率", "Key behaviours done"),
    Part(Term("做到的项次", "items done"), ("done", "role"), lambda have: mark(_done(have)), "checklist"),
    Part(Term("应做且已填报的项次", "required items that were filled in"), ("done", "role"), lambda have: mark(_required(have)), "checklist"), PERCENT, "higher",
    Term("检查表中应做的项次里做到的占比；没有填报的不在分子分母里", "of the required items of the checklist those done; what was not filled in is in neither part"),
    Term("按岗位与时段看，并与抽查对照", "by role and slot, beside spot checks"), Term("自报与抽查不一致时，以抽查为准", "where reports and spot checks disagree, spot checks count"), "F4 E07",
    tier=3, most=1, chapter=CHAPTER,
)  # fmt: skip


def _incidents(kinds: tuple[str, ...]) -> Indicator:
    part = Part(
        Term("服务事故", "incidents"), ("kind",), lambda have: mark(nw.col("kind").is_in(list(kinds)) & orders.not_aside(have)), "orders"
    )
    whole = Part(Term("全部工单", "all orders"), (), lambda have: mark(orders.not_aside(have)), "orders")
    return Indicator(
        "incident_share", Term("服务事故占比", "Share of incidents"), part, whole, PERCENT, "lower",
        Term("列为服务事故的工单÷全部工单，重复件、内部件除外", "orders of a kind that counts as an incident over all orders, duplicates and internal ones apart"),
        Term("按场景看，见改善专题", "by scene, see the study of improvement"), Term("事故少，几件的升降多是偶然", "incidents are few: a few more or fewer are mostly chance"), "F4 E08",
        most=1, chapter=CHAPTER,
    )  # fmt: skip
