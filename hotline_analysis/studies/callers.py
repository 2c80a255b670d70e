"""Who calls again and again, and is it a habit or a problem? (短期重复致电群众监控, F0 A21-A23, A29-A34)

`counts`: how many they are and how many come for an unsolved problem, without numbers. `schemes`: callers found by each watch rule (k calls within d days). `grid`: the same for many k and d, to choose by. `concentration`: how much of the calls a few bring.
`frequent`: the callers found, those with most problem-driven calls first. `regular`: who comes by the clock. `timeline`: one caller's calls. Names of callers are
pseudonyms of the store; tables of single callers are for staff, the others are counts. Source: methods 6.
"""

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import BadParams, DataRefused
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import DAY, scoped
from hotline_analysis.measures.view import View
from hotline_analysis.stats import concentration as spread
from hotline_analysis.stats import rhythm, tests
from hotline_analysis.words import Field, Term

DAYS_A_MONTH = 365.25 / 12
PRESETS = ((4, 7.0), (5, 31.0), (12, 92.0))  # ≥4 in 7 days (telecom practice); ≥5 in a month or ≥12 in three (FreCaNN)
SHARED_A_MONTH = 60  # a number with more calls a month is taken for a switchboard (judgement default; methods 1)
LEAST_REGULAR, MOST_Q = 6, 0.05
CALLS, WITHIN_DAYS = (3, 4, 5, 6, 8, 10, 15), (1.0, 2.0, 3.0, 7.0, 14.0, 31.0)
FEW_FOUND, MANY_FOUND = 5, 200  # callers that a team can look at in a month: outside, the grid suggests another rule
PRIVATE = True
STAFF = ("frequent", "regular", "timeline")
PERIODS = {"day": 24 * HOUR, "week": 168 * HOUR}
COLUMNS = {
    "caller": Field(Term("来电人（化名）", "Caller (pseudonym)")),
    "calls": Field(Term("来电", "Calls"), "count"),
    "least_calls": Field(Term("至少几通", "Calls or more"), "count"),
    "within_days": Field(Term("几天之内", "Within days"), "plain"),
    "callers": Field(Term("来电人", "Callers"), "count"),
    "found": Field(Term("找到的来电人", "Callers found"), "count"),
    "found_calls": Field(Term("他们的来电", "Their calls"), "count"),
    "call_share": Field(Term("占来电", "Share of calls"), "share"),
    "shared": Field(Term("其中共用号码", "Of these shared numbers"), "count"),
    "suggested": Field(Term("建议", "Suggested"), words={"True": Term("建议", "suggested"), "False": Term("", "")}),
    "share_of_callers": Field(Term("来电人中的前", "Top of the callers"), "share"),
    "share_of_calls": Field(Term("占来电", "Share of calls"), "share"),
    "gini": Field(Term("基尼系数", "Gini"), "ratio"),
    "most_calls": Field(Term("窗口内最多", "Most within the window"), "count"),
    "span_days": Field(Term("跨度", "Span in days"), "number"),
    "median_gap_hours": Field(Term("间隔中位", "Median gap"), "hours"),
    "issues": Field(Term("诉求数", "Issues"), "count"),
    "main_issue": Field(Term("最多的诉求", "Main issue")),
    "main_share": Field(Term("占其来电", "Share of their calls"), "share"),
    "agents": Field(Term("话务员数", "Agents"), "count"),
    "same_issue_calls": Field(Term("一周内同一诉求的再次来电", "Back within a week about the same"), "count"),
    "talk_minutes": Field(Term("通话分钟", "Minutes of talk"), "number"),
    "rating": Field(Term("评价均分", "Mean rating"), "number"),
    "kind": Field(Term("类别", "Kind"), words={
        "problem": Term("问题未解决", "unsolved problem"), "habit": Term("习惯性来电", "habit"), "regular": Term("定期来电", "regular"), "shared": Term("共用号码", "shared number"),
    }),
    "period": Field(Term("周期", "Period"), words={"day": Term("每天", "daily"), "week": Term("每周", "weekly")}),
    "strength": Field(Term("集中程度", "How gathered"), "ratio"),
    "weekday": Field(Term("星期", "Weekday"), words={str(n): t for n, t in enumerate((Term("周一", "Monday"), Term("周二", "Tuesday"), Term("周三", "Wednesday"), Term("周四", "Thursday"), Term("周五", "Friday"), Term("周六", "Saturday"), Term("周日", "Sunday")))}),
    "hour": Field(Term("钟点", "Hour"), "number"),
    "q": Field(Term("q", "q"), "probability"),
    "problem": Field(Term("其中问题未解决", "Of these, unsolved problems"), "count"),
    "habit": Field(Term("其中习惯性来电", "Of these, habit"), "count"),
    "regular": Field(Term("其中定期来电", "Of these, regular"), "count"),
    "top_share": Field(Term("最多的1%占来电", "Share of the busiest 1%"), "share"),
    "started_at": Field(Term("来电时间", "Start")),
    "issue": Field(Term("诉求", "Issue")),
    "agent": Field(Term("话务员", "Agent")),
    "outcome": Field(Term("结果", "Outcome")),
    "talk_seconds": Field(Term("通话秒数", "Talk, s"), "count"),
    "next_hours": Field(Term("至下一通", "To the next call"), "hours"),
    "later": Field(Term("其后来电数", "Later calls"), "count"),
    "said": Field(Term("结论", "Case")),
}  # fmt: skip


def _calls(view: View) -> pd.DataFrame:
    """The period's calls of identified callers, by caller and time. Columns: caller, start_s, local_s, seq, and what the export has of issue_1, agent, outcome, talk_seconds, rating."""
    if view.masked:
        raise DataRefused(
            "callers",
            "the callers' numbers are masked, so different citizens look alike.",
            "Ask for an export with whole numbers, or with one code per citizen.",
        )
    rows = scoped(view.table("calls"), view.definition)
    rows = rows.filter((nw.col("start_s") >= view.period.start_s) & (nw.col("start_s") < view.period.end_s))
    have = rows.collect_schema().names()
    kept = [c for c in ("issue_1", "agent", "outcome", "talk_seconds", "rating") if c in have]
    frame = pandas(rows.select(nw.col("who").alias("caller"), "start_s", "local_s", "seq", *kept))
    if frame.empty:
        raise DataRefused("callers", "no known callers")
    return frame.sort_values(["caller", "start_s", "seq"], ignore_index=True)


def _days(view: View) -> int:
    return (view.period.last_day - view.period.first_day).days + 1


def most_within(frame: pd.DataFrame, within_days: float) -> pd.Series:
    """By caller, the most calls that lie within so many days of one another (both ends counted). frame: sorted by caller and start_s."""
    start, caller = frame["start_s"].to_numpy(), frame["caller"].to_numpy()
    if not len(frame):
        return pd.Series(dtype="int64")
    span = round(within_days * DAY)
    first = np.r_[True, caller[1:] != caller[:-1]].cumsum() - 1  # the callers' places, and times that keep them apart on one line
    line = start - start.min() + first * (int(start.max() - start.min()) + span + 1)
    count = np.searchsorted(line, line + span, side="right") - np.arange(len(line))
    return pd.Series(count).groupby(caller).max()


def schemes(view: View, *, rules: Sequence[Sequence[float]] = PRESETS) -> pd.DataFrame:
    """The callers that each watch rule finds: one row a rule of (calls, days).

    Counted are identified callers whose calls of the period lie so close: any `least_calls` of them within `within_days` (a rolling window, both ends counted).

    Columns: least_calls, within_days, callers (all), found, found_calls (all their calls of the period), call_share, shared (of the found: numbers of SHARED_A_MONTH or more calls a month, taken for
    switchboards), said (found, none). Raises DataRefused with masked numbers or without known callers. Source: A21, A29; methods 6.
    """
    frame = _calls(view)
    sizes, shared = frame.groupby("caller").size(), _shared(frame, view)
    rows = []
    for least, days in _ruled(rules):
        found = (most_within(frame, days) >= least).reindex(sizes.index)
        rows.append({
            "least_calls": least, "within_days": days, "callers": len(sizes), "found": int(found.sum()), "found_calls": int(sizes[found].sum()),
            "call_share": float(sizes[found].sum() / sizes.sum()), "shared": int((found & shared).sum()),
        })  # fmt: skip
    told = pd.DataFrame(rows)
    return told.assign(said="found" if told["found"].any() else "none")


def _ruled(rules: Sequence[Sequence[float]]) -> list[tuple[int, float]]:
    told = []
    for rule in rules:
        if len(rule) != 2 or rule[0] < 2 or rule[1] <= 0:
            raise BadParams("callers › rules", f"{list(rule)} is no rule.", "A rule is two numbers: calls (2 or more) and days, as [4, 7].")
        told.append((int(rule[0]), float(rule[1])))
    return told


def _shared(frame: pd.DataFrame, view: View) -> pd.Series:
    """By caller, whether the number calls so often that it must be many people's."""
    return frame.groupby("caller").size() >= _switchboard(view)


def _switchboard(view: View) -> float:
    """Calls of the period from which a number is taken for many people's."""
    return SHARED_A_MONTH * _days(view) / DAYS_A_MONTH


def grid(view: View) -> pd.DataFrame:
    """How many callers each k and d would find (试算): one row a pair; the suggested one finds as many as a team can look at.

    Columns: least_calls, within_days, found (without shared numbers), suggested (the smallest rule of 7 days that finds FEW_FOUND to MANY_FOUND callers, else the one nearest to that), said. More calls or
    fewer days never find more. Raises as `schemes`. Source: A32.
    """
    frame = _calls(view)
    own = frame[~frame["caller"].map(_shared(frame, view))]
    rows = [
        {"least_calls": k, "within_days": d, "found": int((most >= k).sum())}
        for d, most in ((d, most_within(own, d)) for d in WITHIN_DAYS)
        for k in CALLS
    ]
    told = pd.DataFrame(rows)
    week = told[told["within_days"] == 7.0]
    able = week[week["found"].between(FEW_FOUND, MANY_FOUND)]
    away = np.abs(np.log((week["found"] + 0.5) / np.sqrt(FEW_FOUND * MANY_FOUND)))
    chosen = able.index[0] if len(able) else away.idxmin()
    return told.assign(suggested=told.index == chosen, said="found" if told["found"].any() else "none")


def concentration(view: View) -> pd.DataFrame:
    """How much of the calls the busiest callers bring: one row a share of the callers (1, 5, 10, 20, 50 %).

    Columns: share_of_callers, callers (how many these are), share_of_calls, calls, gini (of all callers' calls). Source: A23; methods 6.
    """
    sizes = _calls(view).groupby("caller").size().to_numpy()
    tops = [0.01, 0.05, 0.1, 0.2, 0.5]
    rows = [{"share_of_callers": t, "callers": max(1, round(t * len(sizes))), "share_of_calls": spread.top_share(sizes, t)} for t in tops]
    return pd.DataFrame(rows).assign(calls=int(sizes.sum()), gini=spread.gini(sizes))


def frequent(view: View, *, least_calls: int = 4, within_days: float = 7.0) -> pd.DataFrame:
    """The callers that a rule finds, those with most unsolved problems first: one row a caller. For staff.

    Columns: caller (the store's pseudonym), calls, most_calls (within the window), span_days (first to last), median_gap_hours, issues, main_issue, main_share, agents, same_issue_calls (calls that follow another about the
    same issue within a week), talk_minutes, rating (mean), kind: shared (SHARED_A_MONTH or more calls a month), regular (`regular` finds a clock), problem (half of the further calls or more are about the same issue within a
    week), habit. Raises as `schemes`. Source: A21-A23, A34.
    """
    ((least, days),) = _ruled([(least_calls, within_days)])
    everybody = _calls(view)
    most = most_within(everybody, days)
    frame = everybody[everybody["caller"].isin(most.index[most >= least])]
    clocks = set(_regular(frame, everybody)["caller"]) if len(frame) else set()
    rows = [_caller(caller, part, int(most[caller]), view, clocks) for caller, part in frame.groupby("caller", sort=True)]
    told = pd.DataFrame(rows, columns=FREQUENT)
    order = {"problem": 0, "regular": 1, "habit": 2, "shared": 3}
    return (
        told.assign(place=told["kind"].map(order))
        .sort_values(["place", "same_issue_calls", "calls", "caller"], ascending=[True, False, False, True], ignore_index=True)
        .drop(columns="place")
    )


FREQUENT = [
    "caller", "calls", "most_calls", "span_days", "median_gap_hours", "issues", "main_issue", "main_share", "agents", "same_issue_calls", "talk_minutes", "rating", "kind",
]  # fmt: skip


def _caller(caller: int, part: pd.DataFrame, most: int, view: View, clocks: set) -> dict:
    gaps = np.diff(part["start_s"].to_numpy())
    issues = part["issue_1"].dropna().value_counts() if "issue_1" in part else pd.Series(dtype=int)
    again = _again(part) if "issue_1" in part else 0
    shared = len(part) >= _switchboard(view)
    kind = "shared" if shared else "regular" if caller in clocks else "problem" if again * 2 >= len(gaps) and again else "habit"
    return {
        "caller": caller, "calls": len(part), "most_calls": most, "span_days": float(gaps.sum() / DAY), "median_gap_hours": float(np.median(gaps) / HOUR) if len(gaps) else np.nan,
        "issues": len(issues), "main_issue": issues.index[0] if len(issues) else "", "main_share": issues.iloc[0] / len(part) if len(issues) else np.nan,
        "agents": part["agent"].nunique() if "agent" in part else 0, "same_issue_calls": again,
        "talk_minutes": part["talk_seconds"].clip(lower=0).sum() / 60 if "talk_seconds" in part else np.nan, "rating": part["rating"].mean() if "rating" in part else np.nan, "kind": kind,
    }  # fmt: skip


def _again(part: pd.DataFrame) -> int:
    """Calls that follow one about the same issue within a week."""
    gap = part.groupby("issue_1")["start_s"].diff()
    return int((gap <= 7 * DAY).sum())


def regular(view: View) -> pd.DataFrame:
    """Callers who come by the clock, every day or every week: one row a caller and period found, the surest first. For staff.

    Counted are callers with calls in LEAST_REGULAR weeks (days) or more, one of each drawn by lot: several calls about one matter within two days are no habit. Times are freed of everybody's own daily and weekly rhythm first (`stats.rhythm`), or office hours alone would look like a habit. Listed with q
    (Benjamini-Hochberg over all callers and both periods) below MOST_Q.

    Columns: caller, calls (one a week or day), period (day, week), strength (mean length r, 0 to 1), weekday (of weekly callers), hour (of the day), q. Source: A21; methods 6.
    """
    frame = _calls(view)
    return _regular(frame, frame)


def _regular(frame: pd.DataFrame, everybody: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for period, length in PERIODS.items():
        cycles = (frame["local_s"] - 4 * DAY) // length  # 1970-01-05 was a Monday
        drawn = frame.assign(cycle=cycles, lot=frame["seq"] * 2_654_435_761 % 2**32).sort_values(
            "lot"
        )  # the first of a week would always be early in it
        once = drawn[~drawn.duplicated(["caller", "cycle"])]  # a burst about one matter is one call of its week
        everyone = np.sort(_phase(everybody, length))
        for caller, part in once.groupby("caller", sort=True):
            if len(part) >= LEAST_REGULAR:
                own = _phase(part, length)
                found = rhythm.rayleigh(rhythm.rescaled(own, everyone))
                middle = float(np.median((own - own[0] + 0.5) % 1) + own[0] - 0.5) % 1 * length
                weekday = str(int(middle // DAY)) if period == "week" else ""
                told = {"caller": caller, "calls": len(part), "period": period, "strength": found.r, "weekday": weekday}
                rows.append({**told, "hour": middle % DAY / HOUR, "p": found.p})
    told = pd.DataFrame(rows, columns=["caller", "calls", "period", "strength", "weekday", "hour", "p"])
    told["q"] = tests.benjamini_hochberg(told["p"].to_numpy(float))
    return told[told["q"] < MOST_Q].sort_values(["q", "caller"], kind="stable", ignore_index=True).drop(columns="p")


def _phase(frame: pd.DataFrame, length: int) -> np.ndarray:
    """Where in the week (the day) each call lies, 0 to 1."""
    return (((frame["local_s"] - 4 * DAY) % length) / length).to_numpy()


def timeline(view: View, *, caller: int = -1, within_days: float = 7.0) -> pd.DataFrame:
    """One caller's calls of the period in their order: when, about what, with whom, how long until the next. For staff.

    Columns: started_at (local time), and where the export has them issue, agent, outcome, talk_seconds, rating; next_hours (to the next call), later (calls within `within_days` after this one). Raises DataRefused for a caller
    without a call in the period. Source: A22, A30.
    """
    frame = _calls(view)
    own = frame[frame["caller"] == caller].reset_index(drop=True)
    if own.empty:
        raise DataRefused("callers › caller", "has no call in this period.", "Take a number of the column 'caller' of the table frequent.")
    start = own["start_s"].to_numpy()
    later = np.searchsorted(start, start + round(within_days * DAY), side="right") - np.arange(len(start)) - 1
    told = own.rename(columns={"issue_1": "issue"}).drop(columns=["caller", "start_s", "seq", "local_s"])
    when = pd.to_datetime(own["local_s"], unit="s").dt.strftime("%Y-%m-%d %H:%M")
    return pd.concat([when.rename("started_at"), told], axis=1).assign(next_hours=np.append(np.diff(start) / HOUR, np.nan), later=later)


KINDS = ("problem", "regular", "habit", "shared")


def counts(view: View, *, least_calls: int = 4, within_days: float = 7.0) -> pd.DataFrame:
    """How many callers a rule finds and what they come for, for a page that names nobody: one row.

    Columns: least_calls, within_days, callers (identified, all), calls (theirs), found, found_calls (all their calls), call_share, problem, regular, habit, shared (of the found, kinds as in
    `frequent`), top_share (of the busiest 1 %), said (found; few: under the smallest number that is told; none). Counts of 1 to 7 callers are not told (`disclosure.untold`). Raises as `schemes`.
    """
    frame, listed = _calls(view), frequent(view, least_calls=least_calls, within_days=within_days)
    kinds, n, of = listed["kind"].value_counts(), len(listed), int(listed["calls"].sum())
    sizes = frame.groupby("caller").size()
    row = {
        "least_calls": least_calls, "within_days": float(within_days), "callers": len(sizes), "calls": len(frame), "found": n, "found_calls": of, "call_share": of / len(frame),
        **{kind: int(kinds.get(kind, 0)) for kind in KINDS}, "top_share": spread.top_share(sizes.to_numpy(), 0.01),
    }  # fmt: skip
    told = pd.DataFrame([{**row, "said": "none" if not n else "few" if n < view.smallest else "found"}])
    told = disclosure.untold(told, ["found"], ["found_calls", "call_share"], view.smallest)
    return disclosure.untold(told, KINDS, [], view.smallest)


TABLES = {
    "schemes": schemes,
    "grid": grid,
    "concentration": concentration,
    "counts": counts,
    "frequent": frequent,
    "regular": regular,
    "timeline": timeline,
}
