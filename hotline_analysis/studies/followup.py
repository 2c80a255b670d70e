"""What became of the cases that were looked into? (排查回填与闭环: F0 VBA17 回填重复来电排查结果, VBA16 其他具体原因; A35, A41)

`counts`: cases listed in the period, of them looked into, closed, solved. `causes`: why people had to call again, a Pareto. `recurrence`: whether the callers of closed
cases call again about the same, by days since. `cases`: the cases themselves, for staff. A case is a caller, or an agent and an issue, that a month's workbook put on the list
(`hotline workbook`), and that somebody answered (`hotline backfill`); or a row of a register that params name. Counts below the view's `smallest` are not told. Source: A35, A41, M1.
"""

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import NoInput
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import DAY, callbacks
from hotline_analysis.measures.view import View
from hotline_analysis.stats import intervals, survival
from hotline_analysis.tables import CASE_KINDS, CLOSED
from hotline_analysis.words import ANSWERS, NOT_SAID, Field, Term

PRIVATE = True
STAFF = ("cases",)
REPEATS = ("recurrence",)
REGISTER = True
DAYS, SAID_DAYS = (7, 14, 30, 60, 90), 30
STEPS = {"listed": None, "investigated": "listed", "closed": "listed", "solved": "closed"}  # step -> of which
CAUSES = {**ANSWERS["cause"], NOT_SAID: Term("未写原因", "no cause given"), disclosure.OTHER: disclosure.POOLED}
COLUMNS = {
    "kind": Field(Term("案件", "Cases of"), words={"caller": Term("来电人", "callers"), "agent": Term("话务员与诉求", "agents and issues")}),
    "step": Field(Term("进展", "Step"), words={
        "listed": Term("列入", "listed"), "investigated": Term("已排查", "looked into"), "closed": Term("已办结", "closed"), "solved": Term("其中已解决", "of these solved"),
    }),
    "numerator": Field(Term("案件数", "Cases"), "count"),
    "denominator": Field(Term("共", "Of"), "count"),
    "value": Field(Term("占比", "Share"), "share", interval=("low", "high")),
    "low": Field(Term("下端", "Low"), "share"),
    "high": Field(Term("上端", "High"), "share"),
    "cumulative": Field(Term("累计占比", "Cumulative share"), "share"),
    "avoidable": Field(Term("可避免", "Avoidable"), words={"True": Term("是", "yes"), "False": Term("", "")}),
    "cause": Field(Term("原因", "Cause"), words=ANSWERS["cause"]),
    "category": Field(Term("原因", "Cause"), words=CAUSES),
    "share": Field(Term("占比", "Share"), "share", interval=("low", "high")),
    "found": Field(Term("排查结果", "What was found"), words=ANSWERS["found"]),
    "days": Field(Term("办结后几天内", "Days since it was closed"), "count"),
    "cases": Field(Term("已办结的案件", "Closed cases"), "count"),
    "watched": Field(Term("看满的案件", "Watched so long"), "count"),
    "returned": Field(Term("再次来电的案件", "Called again"), "count"),
    "case_id": Field(Term("案件编号", "Case id")),
    "month": Field(Term("列入月份", "Listed in")),
    "agent": Field(Term("话务员", "Agent")),
    "issue": Field(Term("诉求", "Issue")),
    "solvable": Field(Term("可否解决", "Can it be solved"), words=ANSWERS["solvable"]),
    "measure": Field(Term("对策", "Measure"), words=ANSWERS["measure"]),
    "closed_on": Field(Term("办结日期", "Closed on")),
    "again_days": Field(Term("再次来电（天后）", "Called again after, days"), "count"),
    "said": Field(Term("结论", "Case")),
    "told": Field(Term("说出", "Said")),
    "best_cause": Field(Term("首要原因", "First cause"), words=CAUSES),
    "avoidable_share": Field(Term("可避免的占比", "Avoidable"), "share"),
}  # fmt: skip
LAST = ("policy", "unreasonable", "habit", "other")  # causes that no better answer would have avoided, or of which nobody knows
TEXTS = ("case_id", "kind", "agent", "issue_1", "found", "cause", "solvable", "measure")
NUMBERS = ("caller", "closed_s", "listed_s")


def _cases(view: View) -> pd.DataFrame:
    """Every case, with every column that a case may have ('' and missing where its source has none), in a total order. NoInput where there is none."""
    if "cases" not in view.tables:
        raise NoInput("cases", "no cases were filled in.", "Write a list with `hotline workbook`, and take it in with `hotline backfill`.")
    frame = pandas(view.table("cases"))
    texts = {c: frame[c].astype(object).where(frame[c].notna(), "") if c in frame else "" for c in TEXTS}
    whole = {c: frame[c].astype("float64") if c in frame else np.nan for c in NUMBERS}
    told = pd.DataFrame({**texts, **whole}, index=frame.index)
    return told.sort_values(["listed_s", "kind", "case_id", "caller", "agent", "issue_1"], ignore_index=True)


def _listed(view: View) -> pd.DataFrame:
    frame = _cases(view)
    if not view.period.dated:
        return frame
    found = frame[(frame["listed_s"] >= view.period.start_s) & (frame["listed_s"] < view.period.end_s)].reset_index(drop=True)
    if found.empty:
        raise NoInput("cases", "no cases were filled in for this period.", "Write its list with `hotline workbook`.")
    return found


def counts(view: View) -> pd.DataFrame:
    """How far the cases of the period have come: a row a kind of case and step.

    Counted are the cases that were listed in the period. investigated: somebody said what was found; closed: solved or explained; solved: of the closed.

    Columns: kind (caller, agent), step (listed, investigated, closed, solved), numerator, denominator (listed; of solved: closed), value, low, high (95 %, Wilson; missing
    for listed), said (some, unfilled: nobody has answered yet). Counts below `smallest` are not told. Raises NoInput without cases. Source: A35.
    """
    frame = _listed(view)
    rows = [row for kind in CASE_KINDS if (frame["kind"] == kind).any() for row in _steps(kind, frame[frame["kind"] == kind])]
    told = pd.DataFrame(rows).assign(said="some" if (frame["found"] != "").any() else "unfilled")
    return disclosure.untold(told, ["numerator", "denominator"], ["value", "low", "high"], view.smallest)


def _steps(kind: str, frame: pd.DataFrame) -> list[dict]:
    n = {
        "listed": len(frame), "investigated": int((frame["found"] != "").sum()), "closed": int(frame["found"].isin(CLOSED).sum()),
        "solved": int((frame["found"] == "solved").sum()),
    }  # fmt: skip
    return [{"kind": kind, "step": step, **_share(n[step], n[of] if of else 0)} for step, of in STEPS.items()]


def _share(k: int, n: int) -> dict:
    low, high = intervals.wilson(k, n) if n else (np.nan, np.nan)
    return {"numerator": k, "denominator": n or None, "value": k / n if n else np.nan, "low": float(low), "high": float(high)}


def causes(view: View) -> pd.DataFrame:
    """Why people had to call again, as staff found: a row a cause, the commonest first.

    Counted are the cases listed in the period that somebody looked into; one without a cause is `not said`.

    Columns: category (the cause), numerator (cases), denominator (cases looked into), share, low, high (95 %, Wilson), cumulative (share of this and all before it), avoidable (the contact need
    not have been: all causes but LAST; NI14), avoidable_share (of the cases with a cause), best_cause (the first), said (some). Causes of fewer cases than `smallest` are pooled and stand last, with those
    of which nobody said any. Raises NoInput without answered cases. Source: A41.
    """
    frame = _listed(view)
    given = frame.loc[frame["found"] != "", "cause"]
    if given.empty:
        raise NoInput("cases", "nobody has answered a case of this period yet.", "Take the filled workbook in with `hotline backfill`.")
    sizes = given.where(given != "", NOT_SAID).value_counts().rename_axis("category").reset_index(name="numerator")
    pooled = disclosure.pooled(sizes, ["category"], view.smallest, size="numerator").groupby("category", as_index=False)["numerator"].sum()
    last = pooled["category"].isin((NOT_SAID, disclosure.OTHER))
    told = pooled.assign(last=last).sort_values(["last", "numerator", "category"], ascending=[True, False, True], ignore_index=True)
    low, high = intervals.wilson(told["numerator"], np.full(len(told), len(given)))
    told = told.assign(
        denominator=len(given), share=told["numerator"] / len(given), low=low, high=high, cumulative=told["numerator"].cumsum() / len(given),
        avoidable=~(told["category"].isin(LAST) | told["last"]), avoidable_share=_avoidable(given[given != ""], told[~told["last"]], view.smallest),
        best_cause=None if told["last"].iloc[0] else told["category"].iloc[0], said="some",
    )  # fmt: skip
    return disclosure.untold(told.drop(columns="last"), ["numerator"], ["share", "low", "high", "cumulative"], view.smallest, parts_of=[])


def _avoidable(given: pd.Series, told: pd.DataFrame, smallest: int) -> float:
    """The share of avoidable causes; missing where it would tell a small count: of the avoidable ones or of the others, of all or of those that are pooled. told: the causes with a row of their own."""
    parts = []
    for last in (True, False):
        of_all = int((given.isin(LAST) == last).sum())
        parts += [of_all, of_all - int(told.loc[told["category"].isin(LAST) == last, "numerator"].sum())]
    return parts[2] / len(given) if len(given) >= smallest and not any(1 <= n < smallest for n in parts) else np.nan


def recurrence(view: View) -> pd.DataFrame:
    """Whether callers call again about the same issue after their case was closed: a row a result and number of days.

    Counted are the cases of callers that were closed by the end of the period, those of earlier months among them. A case recurs with the caller's first call about its issue (of any, where the
    case or the calls have none) that the definition takes for a callback, from the day after the closing on; it is watched until the data end, or the first lost day (`View.lost`). The curve is Kaplan and Meier's, so that cases that were closed of late count for as long as they were watched.

    Columns: found (solved, explained), days (DAYS), cases (closed), watched (for so many days, or until they recurred), returned (seen to recur within them), value (share that recurs), low, high (95 %, log-log; Wilson of those
    watched where none or all recurred), said (some, none: nobody called again, few: nothing may be told), told (the result, in the row that is said: SAID_DAYS, or the longest that there is). Rows that nobody was watched for are left out; counts below `smallest` are not told, nor the shares of their rows. Raises NoInput without closed cases
    of callers. Source: A35, M1.
    """
    closed = _watched(view)
    rows = [row for found in CLOSED if (closed["found"] == found).any() for row in _curve(found, closed[closed["found"] == found])]
    told = pd.DataFrame(rows, columns=["found", "days", "cases", "watched", "returned", "value", "low", "high"])
    told = told[told["value"].notna()].reset_index(drop=True)
    if told.empty:
        raise NoInput("cases", "no closed case has been watched for a week yet.", "Look again later.")
    sayable = told[told["days"] <= SAID_DAYS].groupby("found")["days"].idxmax()
    told = told.assign(said="some" if told["returned"].any() else "none", told=np.where(told.index.isin(sayable), told["found"], ""))
    told = disclosure.untold(told, ["cases", "watched", "returned"], ["value", "low", "high"], view.smallest)
    return told.assign(said="few") if told["value"].isna().all() else told


def _watched(view: View) -> pd.DataFrame:
    """Closed cases of callers with `again_s` (to the call that makes it one, missing for none) and `follow_s` (how long it was watched)."""
    frame = _cases(view)
    closed = frame[frame["found"].isin(CLOSED) & (frame["kind"] == "caller") & frame["caller"].notna() & frame["closed_s"].notna()].copy()
    if view.period.dated:
        closed = closed[closed["closed_s"] < view.period.end_s]
    first = [view.calendar.instant(view.calendar.day_of(int(s)) + pd.Timedelta(days=1).to_pytimedelta()) for s in closed["closed_s"]]
    closed = closed.assign(first_s=first, follow_s=view.seen_until(np.array(first)) - np.array(first))
    closed = closed[closed["follow_s"] > 0].reset_index(drop=True)
    if closed.empty:
        raise NoInput("cases", "no case of a caller has been closed yet.", "A case is closed when it is solved or explained, on a day.")
    again = _again(view, closed)
    return closed.assign(again_s=again.where(again <= closed["follow_s"]))


def _again(view: View, closed: pd.DataFrame) -> pd.Series:
    """Seconds from the day after the closing to the caller's next call about the case's issue; missing for none."""
    calls = callbacks(view.line, view.definition, data_start_s=view.data_start_s, data_end_s=view.end_s)
    have = calls.collect_schema().names()
    wanted = sorted({int(c) for c in closed["caller"]})
    rows = pandas(calls.filter(nw.col("who").is_in(wanted)).select("who", "start_s", *[c for c in ("issue_1",) if c in have]))
    by_caller = {caller: part.sort_values("start_s") for caller, part in rows.groupby("who")}
    return pd.Series([_next(by_caller.get(int(row.caller)), row) for row in closed.itertuples()], index=closed.index, dtype="float64")


def _next(calls: pd.DataFrame | None, case) -> float:
    if calls is None:
        return np.nan
    later = calls[calls["start_s"] >= case.first_s]
    if case.issue_1 and "issue_1" in calls:
        later = later[later["issue_1"] == case.issue_1]
    return later["start_s"].iloc[0] - case.first_s if len(later) else np.nan


def _curve(found: str, closed: pd.DataFrame) -> list[dict]:
    again = closed["again_s"].to_numpy()
    seen = np.isfinite(again)
    seconds = np.where(seen, again, closed["follow_s"].to_numpy())
    curve = survival.kaplan_meier(seconds, seen)
    ends = survival.log_log_limits(curve)
    rows = []
    for days in DAYS:
        limit = days * DAY
        value = float(survival.within(curve, limit))
        returned, watched = int((seen & (again <= limit)).sum()), int((seen & (again <= limit) | (closed["follow_s"] >= limit)).sum())
        at = np.searchsorted(curve.seconds, limit, side="right") - 1
        sure = 0 < value < 1 and at >= 0
        low, high = (1 - ends[1][at], 1 - ends[0][at]) if sure else intervals.wilson(returned, watched) if watched else (np.nan, np.nan)
        rows.append(
            {
                "found": found,
                "days": days,
                "cases": len(closed),
                "watched": watched,
                "returned": returned,
                "value": value,
                "low": float(low),
                "high": float(high),
            }
        )
    return rows


def cases(view: View) -> pd.DataFrame:
    """The cases of the period with what was found: those that nobody has answered first, then the open ones. For staff.

    Columns: case_id, month (listed in), kind, agent, issue, found, cause, solvable, measure, closed_on, again_days (to the caller's next call about the same after the closing; missing for none
    or where it cannot be told). Raises NoInput without cases. Source: A35.
    """
    frame = _listed(view)
    try:
        again = _watched(view).dropna(subset=["again_s"]).drop_duplicates("case_id").set_index("case_id")["again_s"] // DAY + 1
    except NoInput:
        again = pd.Series(dtype=float)
    order = frame["found"].map({"": 0, "unreached": 1, "in_hand": 2}).fillna(3)
    days = [view.calendar.day_of(int(s)).isoformat() if s == s else "" for s in frame["closed_s"]]
    told = frame.assign(
        place=order, month=[view.calendar.month_of(view.calendar.day_of(int(s))) for s in frame["listed_s"]], closed_on=days,
        again_days=frame["case_id"].map(again).where(frame["found"].isin(CLOSED)),
    )  # fmt: skip
    told = told.sort_values(["place", "kind", "case_id"], kind="stable", ignore_index=True).rename(columns={"issue_1": "issue"})
    return told[["case_id", "month", "kind", "agent", "issue", "found", "cause", "solvable", "measure", "closed_on", "again_days"]]


TABLES = {"counts": counts, "causes": causes, "recurrence": recurrence, "cases": cases}
WHOLE = ("counts", "recurrence")  # of the whole hotline alone: told under `disclosure: internal`
