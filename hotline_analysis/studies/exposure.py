"""How long does each kind of problem take to bring the caller back? (问题暴露周期分析法, F0 A03, A13-A16)

`points`: when half and 80 % of an issue's problem-driven callbacks have come. `curves`, `hazard`, `split`: the same as curves over a week,
by the hour against habit, and by what the next call is about. `comparison`: whether issues (or units) differ. `reconciliation`: whether one
window for all fits every issue (两法相互印证), and which window each should have. `checks`: what the source asks to look at before a
disagreement is believed. Where an issue has too little evidence its parent's figure is used, and the row says so. Groups smaller than the view's
`smallest` are pooled, and counts below it are not told (`disclosure`). Source: methods.md 3.
"""

from collections.abc import Sequence
from itertools import combinations

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import BadParams, DataRefused, nearest
from hotline_analysis.measures import chance, counts
from hotline_analysis.measures.chance import Counted, Tables
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import LEVELS, STRATA
from hotline_analysis.measures.view import View
from hotline_analysis.stats import binned, excess, resampling, tests
from hotline_analysis.words import Field, Term

SHARES = (0.5, 0.8)
TOLD = 10  # pairs that a page shows
ALL = ()  # the path of all calls together
MIN_RATIO = 8.0  # R(168 h) over its standard error, from which an issue speaks for itself (measured: docs/maths.md)
SHORT_BELOW, LONG_BELOW, FLAGGED_ABOVE = 0.6, 0.5, 0.2  # of the reconciliation; no run validated them (methods, Limits; docs/maths.md)
MIN_SHARE, TOP = 0.05, 20
KEPT_HOURS = 24.0  # the single window where the evidence recommends none
MIN_EFFECT, MAX_Q, MIN_CALLS = 0.01, 0.05, 30  # methods M7
CURVE_HOURS = np.array([0, 0.25, 0.5, 1, 1.5, 2, *range(3, 24), *range(24, 72, 2), *range(72, 169, 4)], float)
RECONCILED = {
    "consistent": Term("一致", "consistent"),
    "short": Term("过短", "too short"),
    "long": Term("过长／混入偶然", "too long: coincidence mixed in"),
    "insufficient": Term("证据不足", "insufficient evidence"),
}
SOURCES = {"own": Term("自身", "own"), "all": Term("全部来电", "all calls"), "": Term("样本不足", "too few")}
CHECKS = {
    "recoded": Term("工单类别与来电类别不同", "the order's category differs from the call's"),
    "dispatched": Term("已派单", "dispatched"),
    "booked": Term("工单有约定时限", "the order has a due time"),
    "heaped": Term("间隔落在整点小时一分钟内", "gaps within a minute of a whole hour"),
}
COLUMNS = {
    "issue": Field(Term("诉求", "Issue"), words={disclosure.OTHER: disclosure.POOLED}),
    "group": Field(Term("诉求", "Issue"), words={disclosure.OTHER: disclosure.POOLED}),
    "calls": Field(Term("来电", "Calls"), "count"),
    "callbacks": Field(Term("一周内复电", "Callbacks in a week"), "count"),
    "value": Field(Term("复电率", "Repeat rate"), "share", interval=("low", "high")),
    "hours_50": Field(Term("一半的时刻", "50 % point"), "hours", interval=("low_50", "high_50")),
    "hours_80": Field(Term("八成的时刻", "80 % point"), "hours", interval=("low_80", "high_80")),
    "own_hours_80": Field(Term("自身估计", "Own estimate"), "hours"),
    "ratio": Field(Term("超出平时的÷标准误", "Beyond habit over its error"), "number"),
    "published": Field(Term("可公布", "Published")),
    "own_count": Field(Term("有自己时刻的诉求数", "Issues with a point of their own"), "count"),
    "first_issue": Field(Term("最早的诉求", "Earliest issue")),
    "first_hours": Field(Term("最早的八成时刻", "Its 80 % point"), "hours"),
    "last_issue": Field(Term("最晚的诉求", "Latest issue")),
    "last_hours": Field(Term("最晚的八成时刻", "Its 80 % point"), "hours"),
    "last_half_hours": Field(Term("最晚的一半时刻", "Latest 50 % point"), "hours"),
    "said": Field(Term("结论", "Case")),
    "source": Field(Term("取自", "Taken from"), words=SOURCES),
    "window_hours": Field(Term("窗口", "Window"), "hours"),
    "hours": Field(Term("小时", "Hour")),
    "index": Field(Term("来电后每小时复电", "Callbacks an hour after the call"), "number"),
    "control": Field(Term("平时每小时来电", "Calls an hour by habit"), "number"),
    "same": Field(Term("同一诉求", "Same issue"), "share", interval=("same_low", "same_high")),
    "other": Field(Term("其他诉求", "Another issue"), "share", interval=("other_low", "other_high")),
    "followed": Field(Term("任一诉求", "Any issue"), "share"),
    "first": Field(Term("甲", "First")),
    "second": Field(Term("乙", "Second")),
    "difference": Field(Term("超出平时之差", "Difference"), "points", interval=("low", "high")),
    "z": Field(Term("z", "z"), "number"),
    "p": Field(Term("p", "p"), "probability"),
    "q": Field(Term("q", "q"), "probability"),
    "differs": Field(Term("有差异", "Differs")),
    "log_rank": Field(Term("对数秩统计量", "Log-rank statistic")),
    "log_rank_p": Field(Term("对数秩p", "Log-rank p"), "probability"),
    "log_rank_q": Field(Term("对数秩q", "Log-rank q"), "probability"),
    "overall_p": Field(Term("总体对数秩p", "Overall log-rank p"), "probability"),
    "verdict": Field(Term("印证", "Reconciliation"), words=RECONCILED),
    "own_window_hours": Field(Term("自身窗口", "Own window"), "hours"),
    "recommended_hours": Field(Term("建议窗口", "Recommended"), "hours"),
    "flagged_share": Field(Term("不符诉求占来电", "Share of calls flagged"), "share"),
    "flagged": Field(Term("建议与统一窗口不同", "Recommended otherwise")),
    "flagged_count": Field(Term("不符诉求数", "Issues flagged"), "count"),
    "flagged_issues": Field(Term("不符诉求", "Issues flagged, by name")),
    "check": Field(Term("核查", "Check"), words=CHECKS),
    "numerator": Field(Term("件数", "Count"), "count"),
    "denominator": Field(Term("其中", "Of"), "count"),
    "share": Field(Term("占比", "Share"), "share"),
    "expected": Field(Term("通常不超过", "Usually at most"), "share"),
    "notable": Field(Term("提示", "Note"), words={"True": Term("需留意", "look at it"), "False": Term("", "")}),
    "marked": Field(Term("常用窗口", "Named window")),
    "shown": Field(Term("列出", "Shown")),
    "pairs": Field(Term("对数", "Pairs"), "count"),
    "differing": Field(Term("有差异的对数", "Pairs that differ"), "count"),
    "seen": Field(Term("实际", "Seen"), "number"),
    "habit": Field(Term("平时", "Habit"), "number"),
    "missing": Field(Term("未提供", "Not available")),
    "caveat": Field(Term("提示", "Caveat")),
    **chance.COLUMNS,
}


# ---- strata


def path_of(view: View, by: Sequence[str]) -> tuple[str, ...]:
    """The columns that name a stratum: an issue with its parents, or one other column such as unit. Raises BadParams, DataRefused."""
    known = [*LEVELS, *STRATA]
    if len(by) != 1 or by[0] not in known:
        wrong = by[0] if len(by) == 1 else ", ".join(by)
        raise BadParams(
            "exposure", f"'{wrong}' is not one column to look by.", nearest(wrong, known) or "Use issue_1, issue_2, issue_3 or unit."
        )
    path = LEVELS[: LEVELS.index(by[0]) + 1] if by[0] in LEVELS else (by[0],)
    have = view.all_gaps().collect_schema().names()
    missing = [c for c in path if c not in have]
    if missing:
        raise DataRefused("exposure", f"not available: needs {', '.join(missing)}.")
    return path


def _counted(view: View, by: Sequence[str], stretches: Sequence[tuple[int, int]] = ()) -> tuple[Counted, list[tuple]]:
    """The counts by path, and the paths, most calls first; of some stretches of the period only, where they are given."""
    path = path_of(view, by)
    found = chance.counted(view, by=path, known=path, stretches=stretches)
    return found, _large(found.index, path, view)


def _large(counted: pd.DataFrame, path: Sequence[str], view: View) -> list[tuple]:
    """The paths of a count table, most calls first; what is still too small after pooling is not told."""
    calls = counted.groupby(list(path))["calls"].sum().sort_index().sort_values(ascending=False, kind="stable")
    return [key if isinstance(key, tuple) else (key,) for key in calls[calls >= view.smallest].index]


def _named(path: tuple) -> str:
    return str(path[-1])


# ---- when it shows


def points(view: View, *, by: Sequence[str] = ("issue_1",), min_ratio: float = MIN_RATIO) -> pd.DataFrame:
    """When half and 80 % of the problem-driven callbacks have come, of those that come within a week: one row an issue, most calls first.

    Counted are the period's index calls that have an issue. Problem-driven is what exceeds the same callers' habit (R of `window.evidence`).
    An issue's own point is published when R(168 h) is at least `min_ratio` standard errors; otherwise the nearest parent's that is published
    stands in its place, `source` says whose, and there is no interval, because the parent's is not the issue's.

    Columns: the path (issue_1, ...), issue, calls, callbacks, value (F at 168 h), chance, excess, excess_low, excess_high, anyway (value -
    excess), ratio (excess over its standard error), hours_50, low_50, high_50, hours_80, low_80, high_80 (hours after the call's end; 95 %,
    percentiles of the caller groups drawn anew), own_hours_80 (the issue's own, published or not), published, source (own, a parent's name,
    all, or '' when nobody's is), caveat; and in every row, of the issues with a point of their own: own_count, first_issue, first_hours,
    last_issue, last_hours (80 % points, earliest and latest), last_half_hours (the latest 50 % point), said (some half comes after a day: late, each within one: day; one issue has a point of its own: one, none: few).
    W(q) = inf{u: R(u) >= q R(168 h)}. Small counts are not told (`disclosure.untold`). Source: methods 3; F0 A14.
    """
    found, paths = _counted(view, by)
    frame = _points(found, paths, min_ratio)
    unsteady = chance.moved(view).unsteady
    frame = frame.assign(caveat=[chance.caveats(view, calls=n, unsteady=unsteady) for n in frame["calls"]], **_ends(frame))
    return disclosure.untold(frame, ["callbacks"], ["value", "anyway"], view.smallest, parts_of=path_of(view, by)[:-1])


POINTS = (
    "issue", "calls", "callbacks", "value", "chance", "excess", "excess_low", "excess_high", "anyway", "ratio", "hours_50", "low_50", "high_50",
    "hours_80", "low_80", "high_80", "own_hours_80", "published", "source",
)  # fmt: skip


def _points(found: Counted, paths: list[tuple], min_ratio: float) -> pd.DataFrame:
    """The rows of `points` that follow from the counts alone."""
    made = found.followed.setdefault(("exposure", min_ratio), {})

    def exposed(path: tuple) -> excess.Exposure:
        if path not in made:
            tables = found.of(path)
            made[path] = excess.exposure(
                tables.index, tables.control, edges=found.edges, rng=chance.draws(), shares=SHARES, min_ratio=min_ratio
            )
        return made[path]

    rows = [{**dict(zip(found.by, path, strict=True)), "issue": _named(path), **_point(found, path, exposed)} for path in paths]
    return pd.DataFrame(rows, columns=[*found.by, *POINTS])


def _point(found: Counted, path: tuple, exposed) -> dict:
    own, tables = exposed(path), found.of(path)
    levels = [path[:n] for n in range(len(path), -1, -1)] if found.by[0] in LEVELS else [path, ALL]
    source = next((p for p in levels if exposed(p).published), None)
    hours = exposed(source).seconds / HOUR if source is not None else np.full(2, np.nan)
    lines = {}
    for place, share in enumerate(SHARES):
        ends = (own.low[place] / HOUR, own.high[place] / HOUR)  # missing where the point is not its own
        lines |= dict(zip((f"{name}_{100 * share:.0f}" for name in ("hours", "low", "high")), (hours[place], *ends), strict=True))
    curve = excess.curves(tables.index.sum(axis=0), tables.control.sum(axis=0))
    return {
        "calls": int(tables.index.sum()), "callbacks": int(tables.index[:, :-1, 0].sum()), "value": curve.followed[-1],
        "chance": curve.chance[-1], "excess": own.excess.value, "excess_low": own.excess.low, "excess_high": own.excess.high,
        "anyway": curve.followed[-1] - own.excess.value, "ratio": own.excess.value / own.excess.se if own.excess.se > 0 else np.nan,
        **lines, "own_hours_80": own.seconds[1] / HOUR, "published": source == path,
        "source": "" if source is None else "own" if source == path else "all" if source == ALL else _named(source),
    }  # fmt: skip


def _ends(frame: pd.DataFrame) -> dict:
    """The earliest and the latest issue among those with a point of their own, and the case."""
    own = frame[frame["source"] == "own"].sort_values("hours_80", kind="stable")
    first, last = (own.iloc[place] if len(own) else {"issue": "", "hours_80": np.nan} for place in (0, -1))
    half = own["hours_50"].max() if len(own) else np.nan
    return {
        "own_count": len(own), "first_issue": first["issue"], "first_hours": first["hours_80"], "last_issue": last["issue"],
        "last_hours": last["hours_80"], "last_half_hours": half, "said": "few" if not len(own) else "one" if len(own) == 1 else "late" if half > 24 else "day",
    }  # fmt: skip


def curves(view: View, *, by: Sequence[str] = ("issue_1",), most: int = 20) -> pd.DataFrame:
    """The share of an issue's calls whose problem has brought the caller back, by the time since the call: long, one row an issue and hour.

    The `most` issues with most calls. Columns, as charts.cumulative wants them: group (the issue), hours, value (R, 0-1), low, high (95 %,
    jackknife), followed (F, any callback); and in every row of a group point_hours (its own 80 % point, missing where it has none), few (too
    little evidence for a curve of its own). The horizon is 168 h. Source: methods 3.
    """
    found, paths = _counted(view, by)
    told = points(view, by=by).to_dict("records")[:most]
    parts = [_curve(found.of(path), found.edges, row) for path, row in zip(paths[:most], told, strict=True)]
    columns = ["group", "hours", "value", "low", "high", "followed", "point_hours", "few"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _curve(tables: Tables, edges: np.ndarray, row: dict) -> pd.DataFrame:
    places = binned.edge_index(edges, (CURVE_HOURS[1:] * HOUR).astype(np.int64))
    whole = excess.curves(tables.index.sum(axis=0), tables.control.sum(axis=0))
    without = excess.curves(*resampling.leave_one_out(tables.index, tables.control))
    error = resampling.jackknife(without.excess[:, places], estimate=whole.excess[places])
    at_zero = [np.append(0.0, values) for values in (error.value, error.low, error.high, whole.followed[places])]
    told = {name: [value] * len(CURVE_HOURS) for name, value in _said(row).items()}
    return pd.DataFrame(
        {"group": row["issue"], "hours": CURVE_HOURS, **dict(zip(("value", "low", "high", "followed"), at_zero, strict=True)), **told}
    )


def _said(row: dict) -> dict:
    """The 80 % point where it is the issue's own."""
    own = row["source"] == "own"
    return {"point_hours": row["hours_80"] if own else np.nan, "few": not own}


def hazard(view: View, *, by: Sequence[str] = ("issue_1",), bin_hours: int = 1, slowest: bool = False) -> pd.DataFrame:
    """How many callbacks an hour come from those still waiting, after the call and by habit: one row an issue and bin of hours.

    slowest: only the issue whose own 80 % point is latest; without one no row. Columns: the path, issue, hour_from, hour_to, hours (the
    middle), index and control (events per call-hour at risk, after the calls and after their control instants), seen and habit (the same
    per thousand still waiting). Both show the daily wave; what lies between them is beyond habit. Source: methods 3.
    """
    found, paths = _counted(view, by)
    if slowest:
        last = _ends(_points(found, paths, MIN_RATIO))["last_issue"]
        paths = [path for path in paths if _named(path) == last][:1]
    starts = np.arange(0, chance.HORIZON_HOURS, bin_hours)
    parts = []
    for path in paths:
        tables = found.of(path)
        rates = (binned.hazard_per_hour(table.sum(axis=0), found.edges) for table in (tables.index, tables.control))
        index, control = (rate.reshape(-1, bin_hours).mean(axis=1) for rate in rates)
        columns = {"hour_from": starts, "hour_to": starts + bin_hours, "hours": starts + bin_hours / 2, "index": index, "control": control}
        frame = pd.DataFrame({"issue": _named(path), **columns, "seen": 1000 * index, "habit": 1000 * control})
        parts.append(frame.assign(**dict(zip(found.by, path, strict=True))))
    columns = ["issue", "hour_from", "hour_to", "hours", "index", "control", "seen", "habit"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def split(view: View, *, by: Sequence[str] = ("issue_1",)) -> pd.DataFrame:
    """What the next call is about: the same issue or another, at every window up to a week; the two add to any callback.

    Columns: the path, issue, window_hours, calls, same, same_low, same_high, other, other_low, other_high (shares of the calls, 95 %,
    jackknife), followed, marked (2, 24, 72 h). A next call without an issue counts as another. Aalen-Johansen: whichever comes first ends the wait.
    Of a share of 1 to 7 calls neither of the two is told, since `followed` is both. Source: methods 3. Raises BadParams when `by` is not an issue.
    """
    path = path_of(view, by)
    if path[-1] not in LEVELS:
        raise BadParams("exposure › split", f"'{by[0]}' is not an issue.", "Use issue_1, issue_2 or issue_3.")
    menu = chance.menu_seconds(view)
    edges = binned.bin_edges_seconds(menu_seconds=menu, horizon_seconds=chance.HORIZON_HOURS * HOUR)
    counted = counts.by_cause(view.gaps(), view.definition.but(match="any", level=len(path)), edges=edges, by=path)
    counted = disclosure.pooled(counted, path, view.smallest)
    tables = counts.tables(counted, edges=edges, by=path, causes=2)
    places = binned.edge_index(edges, menu)
    keys = _large(counted, path, view)
    parts = [_split(tables[key], places, menu).assign(issue=_named(key), **dict(zip(path, key, strict=True))) for key in keys]
    columns = [
        *path,
        "issue",
        "window_hours",
        "calls",
        "same",
        "same_low",
        "same_high",
        "other",
        "other_low",
        "other_high",
        "followed",
        "marked",
    ]
    told = pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
    exact = told
    for name in ("same", "other", "followed"):
        ends = ["same", "same_low", "same_high", "other", "other_low", "other_high", *(["followed"] if name == "followed" else [])]
        told = disclosure.untold_of(told, exact[name] * told["calls"], ends, view.smallest)
    return told


def _split(table: np.ndarray, places: np.ndarray, menu: list[int]) -> pd.DataFrame:
    (without,) = resampling.leave_one_out(table)
    shares = binned.incidence(table.sum(axis=0))[places]
    error = resampling.jackknife(binned.incidence(without)[:, places], estimate=shares)
    columns = {"window_hours": np.array(menu) / HOUR, "calls": int(table.sum())}
    for k, name in enumerate(("same", "other")):
        ends = (np.clip(end[:, k], 0, 1) for end in (error.low, error.high))
        columns |= {name: shares[:, k], **dict(zip((f"{name}_low", f"{name}_high"), ends, strict=True))}
    return pd.DataFrame({**columns, "followed": shares.sum(axis=1), "marked": np.isin(columns["window_hours"], chance.NAMED_HOURS)})


# ---- do they differ


def comparison(
    view: View, *, by: Sequence[str] = ("issue_1",), most: int = TOP, min_effect: float = MIN_EFFECT, max_q: float = MAX_Q
) -> pd.DataFrame:
    """Which issues (or units) bring their callers back for unsolved problems more than others: one row a pair of the `most` largest.

    `differs` needs q <= max_q, a difference of at least `min_effect` and 30 calls on either side. q is Benjamini-Hochberg's over the pairs,
    from the jackknife z of the difference of R(168 h), the caller groups left out on both sides together, so that callers of both issues are
    allowed for. The log-rank test compares the times to any callback as if calls were independent: it describes, it does not decide.
    Columns: first, second, difference (R of first less R of second), low, high (95 %), z, p, q, differs, log_rank, log_rank_p, log_rank_q,
    overall (log-rank statistic of all of them), overall_df, overall_p; pairs, differing (how many), shown (the largest that differ), said (few
    where there is nothing to compare, none where no pair differs, some). Source: methods 3, M7; F0 A13.
    """
    found, paths = _counted(view, by)
    tables = {path: found.of(path) for path in paths[:most]}
    strata = np.stack([t.index.sum(axis=0) for t in tables.values()]) if tables else np.zeros((0, len(found.edges) + 1, 2))
    overall = tests.log_rank(strata)
    places = {path: n for n, path in enumerate(tables)}
    rows = [_pair(a, b, tables, strata[[places[a], places[b]]]) for a, b in combinations(tables, 2)]
    columns = ["first", "second", "difference", "low", "high", "z", "p", "log_rank", "log_rank_p", "calls"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["q"], frame["log_rank_q"] = tests.benjamini_hochberg(frame["p"]), tests.benjamini_hochberg(frame["log_rank_p"])
    frame["differs"] = (frame["q"] <= max_q) & (frame["difference"].abs() >= min_effect) & (frame["calls"] >= MIN_CALLS)
    largest = frame["difference"].abs().where(frame["differs"]).rank(ascending=False, method="first") <= TOLD
    told = {"pairs": len(frame), "differing": int(frame["differs"].sum()), "shown": largest}
    told["said"] = "few" if not np.isfinite(overall.statistic) else "some" if told["differing"] else "none"
    return frame.drop(columns="calls").assign(overall=overall.statistic, overall_df=overall.df, overall_p=overall.p, **told)


def _pair(a: tuple, b: tuple, tables: dict[tuple, Tables], strata: np.ndarray) -> dict:
    parts = [tables[path] for path in (a, b)]
    whole = [excess.curves(t.index.sum(axis=0), t.control.sum(axis=0)).excess[-1] for t in parts]
    one_out = resampling.leave_one_out(*[array for t in parts for array in (t.index, t.control)])
    without = [excess.curves(*one_out[2 * n : 2 * n + 2]).excess[:, -1] for n in (0, 1)]
    error = resampling.jackknife(without[0] - without[1], estimate=whole[0] - whole[1])
    ranked = tests.log_rank(strata)
    return {
        "first": _named(a), "second": _named(b), "difference": error.value, "low": error.low, "high": error.high,
        "z": error.value / error.se if error.se > 0 else np.nan, "p": float(resampling.jackknife_p(error, groups=len(without[0]))),
        "log_rank": ranked.statistic, "log_rank_p": ranked.p, "calls": int(strata.sum(axis=(1, 2)).min()),
    }  # fmt: skip


# ---- one window, or one for each


def reconciliation(
    view: View,
    *,
    by: Sequence[str] = ("issue_1",),
    cost: float = 1.0,
    min_share: float = MIN_SHARE,
    top: int = TOP,
    short_below: float = SHORT_BELOW,
    long_below: float = LONG_BELOW,
    flagged_above: float = FLAGGED_ABOVE,
    kept_hours: float = KEPT_HOURS,
) -> pd.DataFrame:
    """Does the one window of 维度展开 fit every issue of 问题暴露周期? One row an issue with at least `min_share` of the calls or among the `top`.

    It stands on up to 12 months to the end of the period (`chance.basis`), a function of the data alone, so that no window follows one
    month's noise. The window is the recommended one of all calls (`window.evidence`), or `kept_hours` where none is. An issue speaks when its
    R(168 h) reaches MIN_RATIO standard errors: it is short (过短) when the window surely captures less than `short_below` of its
    problem-driven callbacks (upper end of the interval), long (过长／混入偶然) when surely less than `long_below` of what it counts is
    problem-driven, otherwise consistent (一致); an issue that cannot speak is insufficient and has no interval. An issue's own window is
    its 80 % point rounded up to the menu, its parent's where it has none; one that nothing but all calls together could speak for keeps the one window.
    Flagged is an issue that is short or long and whose own window is another. Where flagged issues hold more than `flagged_above` of the
    index calls a window for each issue is recommended, otherwise the one window with the flagged issues as exceptions.

    Columns: the path, issue, calls, share_of_calls, window_hours, capture, capture_low, capture_high, purity, purity_low, purity_high,
    verdict, hours_80, source, own_window_hours, flagged, recommended_hours; and in every row flagged_count, flagged_share, flagged_issues
    (names with "; " between them, most calls first), said (per_issue, exceptions, single, keep), evidence (what is said of W*), basis_from, basis_to, basis_months,
    basis_left_out. No run validated the cut-offs. Source: methods 3 and Limits; F0 A15, A16.
    """
    months = chance.basis(view)
    found, paths = _counted(months.view, by, months.stretches)
    whole, word = chance.evidence(months.view, found.of(), found.edges, cost=cost, unsteady=months.unsteady)
    sure = word in chance.RECOMMENDS
    hours = min(whole.candidates) / HOUR if sure else kept_hours
    told = _points(found, paths, MIN_RATIO)
    told["share_of_calls"] = told["calls"] / told["calls"].sum()
    told = told[(told["share_of_calls"] >= min_share) | (np.arange(len(told)) < top)].reset_index(drop=True)
    paths = told[list(found.by)].itertuples(index=False, name=None)
    judged = [
        _judged(months.view, found, path, hours, ratio, short_below, long_below) for path, ratio in zip(paths, told["ratio"], strict=True)
    ]
    own = excess.round_up_to_menu(told["hours_80"].to_numpy(float) * HOUR, chance.menu_seconds(view)) / HOUR
    verdicts = pd.DataFrame(judged, columns=JUDGED)
    frame = pd.concat([told[[*found.by, "issue", "calls", "share_of_calls", "hours_80", "source"]], verdicts], axis=1)
    frame = frame.assign(own_window_hours=own, window_hours=hours, evidence=word)
    return _recommended(frame, sure, flagged_above).assign(**months.columns)


JUDGED = ("capture", "capture_low", "capture_high", "purity", "purity_low", "purity_high", "verdict")


def _judged(view: View, found: Counted, path: tuple, hours: float, ratio: float, short_below: float, long_below: float) -> dict:
    """Capture and purity of one issue at the window, and what follows; without enough evidence only the estimates."""
    told, _ = chance.evidence(view, found.of(path), found.edges, resamples=1)
    place = int(np.flatnonzero(told.menu_seconds >= hours * HOUR)[0]) if (told.menu_seconds >= hours * HOUR).any() else -1
    speaks = ratio >= MIN_RATIO
    ends = {
        f"{name}{end}": float(getattr(getattr(told, name), field)[place]) if speaks or not end else np.nan
        for name in ("capture", "purity")
        for end, field in (("", "value"), ("_low", "low"), ("_high", "high"))
    }
    return {**ends, "verdict": _verdict(ends["capture_high"], ends["purity_high"], short_below, long_below)}


def _verdict(capture_high: float, purity_high: float, short_below: float, long_below: float) -> str:
    if np.isnan(capture_high) and np.isnan(purity_high):
        return "insufficient"
    return "short" if capture_high < short_below else "long" if purity_high < long_below else "consistent"


def _recommended(frame: pd.DataFrame, sure: bool, flagged_above: float) -> pd.DataFrame:
    """What follows for each issue and for all of them."""
    spoken = frame["own_window_hours"].notna() & ~frame["source"].isin(("all", ""))
    own = frame["own_window_hours"].where(spoken, frame["window_hours"])
    flagged = frame["verdict"].isin(("short", "long")) & (own != frame["window_hours"])
    share = float(frame.loc[flagged, "share_of_calls"].sum())
    word = "keep" if not sure else "per_issue" if share > flagged_above else "exceptions" if flagged.any() else "single"
    taken = {"keep": flagged & False, "single": flagged & False, "exceptions": flagged, "per_issue": flagged | True}[word]
    told = {
        "flagged_count": int(flagged.sum()),
        "flagged_share": share,
        "flagged_issues": "; ".join(frame.loc[flagged, "issue"]),
        "said": word,
    }
    return frame.assign(flagged=flagged, recommended_hours=own.where(taken, frame["window_hours"]), **told)


def windows(frame: pd.DataFrame) -> dict[str, float]:
    """The map that a reconciliation recommends: each issue with a window of its own, and * for the rest. Issues of one name are refused."""
    twice = frame.loc[frame["issue"].duplicated(), "issue"].tolist()
    if twice:
        raise DataRefused(
            "windows", f"'{twice[0]}' stands under two parents, so a window for that name would be ambiguous.", "Use issue_1."
        )
    own = frame[(frame["recommended_hours"] != frame["window_hours"]) & (frame["issue"] != disclosure.OTHER)] if len(frame) else frame
    rest = {"*": float(frame["window_hours"].iloc[0])} if len(frame) else {}
    return {**{r.issue: float(r.recommended_hours) for r in own.itertuples()}, **rest}


# ---- before a disagreement is believed


def checks(
    view: View, *, by: Sequence[str] = ("issue_1",), recoded: float = 0.1, dispatched: float = 0.5, booked: float = 0.5, heaped: float = 1.5
) -> pd.DataFrame:
    """The data checks that the source asks for first (先查数据): one row an issue and check.

    recoded: index calls whose order has another category than the call, of those with an order; dispatched: index calls that were
    dispatched; booked: index calls whose order has a due time (somebody said when to expect an answer); heaped: callbacks whose gap lies
    within a minute of a whole hour from 1 h on (clock times rounded by hand heap there; 121 of 3,600 s by chance).
    Columns: the path, issue, check, numerator, denominator, share, expected (above it the row is notable; a parameter that no run
    validated), notable, missing (what the data lack, '' otherwise), said (notable where one is, else quiet). Small counts are not told (`disclosure.untold`). Source: methods 3; F0 A15, A27.
    """
    path = path_of(view, by)
    limits = {"recoded": recoded, "dispatched": dispatched, "booked": booked, "heaped": heaped * 121 / 3600}
    rows = _marked(view, path)
    have = rows.collect_schema().names()
    made = [name for name in CHECKS if f"{name}_base" in have]
    sums = [nw.col(f"{name}_{part}").sum().alias(f"{name}_{part}") for name in made for part in ("base", "hit")]
    frame = disclosure.pooled(pandas(rows.group_by(*path).agg(*sums, calls=nw.len())), path, view.smallest)
    frame = frame.groupby(list(path), as_index=False).sum().query("calls >= @view.smallest")
    frame = frame.sort_values(["calls", *path], ascending=[False, *[True] * len(path)], ignore_index=True)
    parts = [_checked(frame, path, name, limits[name], name in made) for name in CHECKS]
    order = {key: n for n, key in enumerate(frame[list(path)].itertuples(index=False, name=None))}
    told = pd.concat(parts, ignore_index=True)
    place = [order[key] for key in told[list(path)].itertuples(index=False, name=None)]
    told = told.assign(place=place).sort_values("place", kind="stable", ignore_index=True).drop(columns="place")
    told = told.assign(said="notable" if told["notable"].any() else "quiet")
    return disclosure.untold(told, ["numerator", "denominator"], ["share"], view.smallest, parts_of=["check", *path[:-1]])


def _marked(view: View, path: tuple[str, ...]) -> nw.LazyFrame:
    """The period's index calls with 0/1 columns <check>_base and <check>_hit for each check that the data allow."""
    rows = view.gaps()
    have = rows.collect_schema().names()
    for column in path:
        rows = rows.filter(~nw.col(column).is_null())
    gap = nw.col("gap_s")
    past = gap % HOUR
    week = (gap >= HOUR - 60) & (gap <= chance.HORIZON_HOURS * HOUR)
    marks = {"heaped_base": week, "heaped_hit": week & ((past <= 60) | (past >= HOUR - 60))}
    if "dispatched" in have:
        marks |= {"dispatched_base": ~nw.col("dispatched").is_null(), "dispatched_hit": nw.col("dispatched")}
    rows, columns = _with_orders(view, rows, have)
    category = f"category_{len(path)}"
    if category in columns and path[-1] in LEVELS:
        both = ~nw.col(category).is_null()
        marks |= {"recoded_base": both, "recoded_hit": both & (nw.col(category) != nw.col(path[-1]))}
    if "due_s" in columns:
        marks |= {"booked_base": nw.lit(True), "booked_hit": ~nw.col("due_s").is_null()}
    return rows.with_columns(**{name: nw.when(mark).then(nw.lit(1)).otherwise(nw.lit(0)) for name, mark in marks.items()})


def _with_orders(view: View, rows: nw.LazyFrame, have: Sequence[str]) -> tuple[nw.LazyFrame, list[str]]:
    """The rows with their order's categories and due time, where an order names the call; the columns that it brought."""
    if "orders" not in view.tables or "call_id" not in have:
        return rows, []
    orders = view.table("orders")
    known = orders.collect_schema().names()
    columns = [c for c in ("category_1", "category_2", "category_3", "due_s") if c in known]
    if "call_id" not in known or not columns:
        return rows, []
    first = orders.filter(~nw.col("call_id").is_null()).group_by("call_id").agg(*[nw.col(c).min() for c in columns])
    return rows.join(first, on="call_id", how="left"), columns


def _checked(frame: pd.DataFrame, path: tuple[str, ...], name: str, limit: float, made: bool) -> pd.DataFrame:
    base = frame[f"{name}_base"].astype("int64") if made else 0
    hit = frame[f"{name}_hit"].astype("int64") if made else 0
    told = frame[list(path)].assign(issue=frame[path[-1]].astype(str), check=name, numerator=hit, denominator=base, expected=limit)
    told["share"] = told["numerator"] / told["denominator"].where(told["denominator"] > 0)
    return told.assign(notable=(told["share"] > limit) & (told["denominator"] >= MIN_CALLS), missing="" if made else "needs columns")


TABLES = {
    "points": points,
    "curves": curves,
    "hazard": hazard,
    "split": split,
    "comparison": comparison,
    "reconciliation": reconciliation,
    "checks": checks,
}
