"""What do callers call about next, and would a word in the first call have saved the second? (重复来电流向, F0 A17, A18, A26)

`pairs`: every issue and what was called about next within a week, against what the same callers do anyway. `returns`: how many come back about the
same, about something else, not at all. `notices` (主动告知): the pairs worth a word in the first call, and how many calls that would save.
`costs`: the agents' hours
that callbacks beyond habit take. `matrix`: the excess of every pair, for the picture. Same-issue callbacks stand apart: they are a matter of solving, not of telling. Source: methods 4.
"""

import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import chance, flows
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.flows import Transitions
from hotline_analysis.measures.orders import NONE, NOT_GIVEN
from hotline_analysis.measures.view import View
from hotline_analysis.stats import independence, intervals, resampling, tests
from hotline_analysis.words import Field, Term

LEAST_EXPECTED, MOST_Q = 5, 0.05  # expected callbacks from which a pair is tested; false discovery rate
LEAST_EXCESS, LEAST_CALLS = 5.0, 20  # per 1,000 calls, and calls a month: below, a pair is not worth a script
DAYS_A_MONTH = 365.25 / 12
LEAST_TIMED = 0.95  # of the callbacks whose time is known: below, their hours are not told
ALL = "all"
NAMED = 3  # pairs that the sentence names
GROUPS = {disclosure.OTHER: disclosure.POOLED, NONE: NOT_GIVEN, ALL: Term("合计", "All")}
COLUMNS = {
    "issue": Field(Term("首次来电", "First call"), words=GROUPS),
    "then": Field(Term("再次来电", "Next call"), words=GROUPS),
    "same": Field(Term("同一诉求", "Same issue"), words={"True": Term("同一诉求", "same"), "False": Term("其他诉求", "another")}),
    "numerator": Field(Term("再次来电", "Next calls"), "count"),
    "denominator": Field(Term("首次来电数", "First calls"), "count"),
    "value": Field(Term("占比", "Share"), "share", interval=("low", "high")),
    "low": Field(Term("下端", "Low"), "share"),
    "high": Field(Term("上端", "High"), "share"),
    "chance": Field(Term("平时也会打的", "By habit"), "share"),
    "excess": Field(Term("每千通超出平时", "Beyond habit, per 1,000"), "number", interval=("excess_low", "excess_high")),
    "excess_low": Field(Term("下端", "Low"), "number"),
    "excess_high": Field(Term("上端", "High"), "number"),
    "q": Field(Term("q", "q"), "probability"),
    "lift": Field(Term("提升度", "Lift"), "ratio"),
    "adjusted": Field(Term("调整残差", "Adjusted residual"), "number"),
    "median_hours": Field(Term("间隔中位", "Median gap"), "hours"),
    "tested": Field(Term("可检验", "Tested")),
    "stands_out": Field(Term("超出平时", "Beyond habit"), words={"True": Term("是", "yes"), "False": Term("", "")}),
    "leads": Field(Term("摘要所列", "Named in the summary")),
    "avoidable": Field(Term("每月可免", "Avoidable a month"), "number", interval=("avoidable_low", "avoidable_high")),
    "avoidable_low": Field(Term("下端", "Low"), "number"),
    "avoidable_high": Field(Term("上端", "High"), "number"),
    "told": Field(Term("告知比例", "Share told"), "share"),
    "total_avoidable": Field(Term("合计每月可免", "Avoidable a month, all"), "number"),
    "count": Field(Term("对数", "Pairs"), "count"),
    "same_share": Field(Term("同一诉求", "Same issue"), "share", interval=("same_low", "same_high")),
    "other_share": Field(Term("其他诉求", "Another issue"), "share", interval=("other_low", "other_high")),
    **{f"{kind}_{end}": Field(Term("下端", "Low") if end == "low" else Term("上端", "High"), "share") for kind in ("same", "other") for end in ("low", "high")},
    "callbacks": Field(Term("超出平时的复电", "Callbacks beyond habit"), "count", interval=("callbacks_low", "callbacks_high")),
    "callbacks_low": Field(Term("下端", "Low"), "count"),
    "callbacks_high": Field(Term("上端", "High"), "count"),
    "hours": Field(Term("占用人时", "Agent hours"), "number", interval=("hours_low", "hours_high")),
    "hours_low": Field(Term("下端", "Low"), "number"),
    "hours_high": Field(Term("上端", "High"), "number"),
    "hours_a_week": Field(Term("每周人时", "Agent hours a week"), "number", interval=("hours_a_week_low", "hours_a_week_high")),
    "hours_a_week_low": Field(Term("下端", "Low"), "number"),
    "hours_a_week_high": Field(Term("上端", "High"), "number"),
    "share_of_hours": Field(Term("占人时", "Share of the hours"), "share"),
    "cost_a_minute": Field(Term("每分钟成本", "Cost a minute"), "plain"),
    "cost_low": Field(Term("成本，低", "Cost, low"), "count"),
    "cost_high": Field(Term("成本，高", "Cost, high"), "count"),
    "none_share": Field(Term("未再来电", "No further call"), "share"),
    "window_hours": Field(Term("窗口", "Window"), "hours"),
    "unwatched": Field(Term("未看满窗口的来电", "Calls not watched for the window"), "count"),
    "said": Field(Term("结论", "Case")),
    "caveat": Field(Term("提示", "Caveat"), words=chance.CAVEATS),
}  # fmt: skip


def pairs(view: View, *, level: int = 1, window_hours: float = 168.0) -> pd.DataFrame:
    """Every issue and what the caller's next call within the window was about: one row a pair, the largest excess in calls first.

    Counted are the period's index calls with an issue that were watched for the whole window; `unwatched` says how many were not.

    Columns: issue, then, same (the same issue), numerator (next calls about `then`), denominator (calls about `issue`), value (P(then | issue)), low, high (95 %,
    Wilson on effective n), chance (the same after the control instants), excess (per 1,000 calls beyond habit), excess_low, excess_high (95 %, jackknife over caller
    groups), p, q (Benjamini-Hochberg over the pairs of which chance alone expects LEAST_EXPECTED or more), tested, stands_out (q below MOST_Q and more than habit), lift and adjusted (residual) under
    quasi-independence, of different issues only, median_hours (of the gap), leads (one of the first NAMED pairs of different issues that stand out), window_hours, unwatched, caveat, said (found: some pair of different issues stands out; none; history: nothing to compare with).
    Small counts are not told (`disclosure.untold`). Raises DataRefused without issues or looking back. Source: methods 4; F0 A17.
    """
    window_s = round(window_hours * HOUR)
    found = flows.transitions(view, level=level, window_s=window_s)
    frame = _pairs(found, compared=chance.comparable(view))
    medians = flows.gap_quantiles(view, level=level, window_s=window_s, names=found.names)
    frame = frame.merge(medians.assign(median_hours=medians["seconds"] / HOUR).drop(columns="seconds"), on=["issue", "then"], how="left")
    other = frame["stands_out"] & ~frame["same"]
    said = "history" if not chance.comparable(view) else "found" if other.any() else "none"
    frame = frame.assign(window_hours=window_hours, unwatched=found.unwatched, caveat=_caveats(view, found), said=said)
    order = (frame["excess"] * frame["denominator"]).fillna(-np.inf)
    frame = frame.loc[order.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)
    other = frame["stands_out"] & ~frame["same"]
    frame["leads"] = other & (other.cumsum() <= NAMED)
    hidden = ["value", "low", "high", "excess", "excess_low", "excess_high", "lift", "adjusted", "median_hours"]
    return disclosure.untold(frame, ["numerator"], hidden, view.smallest, parts_of=["issue"])


def _caveats(view: View, found: Transitions) -> str:
    return chance.caveats(view, calls=int(found.calls.sum()), unsteady=chance.moved(view).unsteady)


def _pairs(found: Transitions, *, compared: bool) -> pd.DataFrame:
    """The rows of `pairs` that follow from the counts alone."""
    k, n, n_control = found.index.sum(axis=0), found.calls.sum(axis=0), found.instants.sum(axis=0)
    shares = _shares(found)
    excess, p = _excess(found) if compared else (resampling.Estimate(*[np.full(k.shape, np.nan)] * 4), np.full(k.shape, np.nan))
    habit = np.divide(
        found.control.sum(axis=0), n_control[:, None], out=np.full(k.shape, np.nan), where=(n_control[:, None] > 0) & compared
    )
    tested = np.nan_to_num(habit * n[:, None]) >= LEAST_EXPECTED
    residual = independence.residuals(k, part=~np.eye(len(k), dtype=bool))
    row, column = (places.ravel() for places in np.indices(k.shape))
    names = np.array(found.names, dtype=object)
    frame = pd.DataFrame({
        "issue": names[row], "then": names[column], "same": row == column, "numerator": k.ravel(), "denominator": np.repeat(n, len(n)),
        "value": shares.value.ravel(), "low": shares.low.ravel(), "high": shares.high.ravel(), "chance": habit.ravel(),
        "excess": 1000 * excess.value.ravel(), "excess_low": 1000 * excess.low.ravel(), "excess_high": 1000 * excess.high.ravel(),
        "p": np.where(tested, p, np.nan).ravel(), "tested": tested.ravel(), "lift": residual.lift.ravel(), "adjusted": residual.adjusted.ravel(),
    })  # fmt: skip
    frame["q"] = tests.benjamini_hochberg(frame["p"])
    frame["stands_out"] = (frame["q"] < MOST_Q) & (frame["excess"] > 0)
    return frame[frame["denominator"] > 0].reset_index(drop=True)


def _shares(found: Transitions) -> resampling.Estimate:
    """P(then | issue) with Wilson intervals on the calls that are worth it."""
    k, n = found.index.sum(axis=0), found.calls.sum(axis=0)[:, None]
    kept_k, kept_n = resampling.leave_one_out(found.index, found.calls)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = resampling.jackknife(kept_k / kept_n[:, :, None], estimate=k / n)
    low, high = intervals.wilson_from_error(error.value, error.se, calls=np.broadcast_to(n, k.shape))
    return resampling.Estimate(error.value, error.se, low, high)


def _excess(found: Transitions) -> tuple[resampling.Estimate, np.ndarray]:
    """P(then | issue) less the same after the control instants, with each caller group left out of both at once, and its p."""
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = _beyond(found.index.sum(axis=0), found.calls.sum(axis=0), found.control.sum(axis=0), found.instants.sum(axis=0))
        without = _beyond(*resampling.leave_one_out(found.index, found.calls, found.control, found.instants))
        error = resampling.jackknife(without, estimate=whole)
    return error, resampling.jackknife_p(error, groups=len(without))


def _beyond(index, calls, control, instants) -> np.ndarray:
    return index / calls[..., None] - control / instants[..., None]


def returns(view: View, *, level: int = 1, window_hours: float = 168.0) -> pd.DataFrame:
    """How many come back about the same, about another issue, or not at all within the window: one row an issue, most calls first.

    Columns: issue, denominator (calls watched for the window), same_share, same_low, same_high, other_share, other_low, other_high (95 %, Wilson on effective
    n), none_share; the three add to 1. window_hours, unwatched, caveat. What `pairs` does not tell is not told here: beside a pair of the issue with itself neither same nor other,
    of few callbacks about others, and of few calls without one, nothing. Raises as `pairs`. Source: A17 (self-loop share, no-return share).
    """
    found = flows.transitions(view, level=level, window_s=round(window_hours * HOUR))
    same = np.diagonal(found.index, axis1=1, axis2=2)
    other = found.index.sum(axis=2) - same
    frame = pd.DataFrame({"issue": list(found.names), "denominator": found.calls.sum(axis=0)})
    for name, k in (("same", same), ("other", other)):
        with np.errstate(divide="ignore", invalid="ignore"):
            kept_k, kept_n = resampling.leave_one_out(k, found.calls)
            error = resampling.jackknife(kept_k / kept_n, estimate=k.sum(axis=0) / found.calls.sum(axis=0))
        frame[f"{name}_share"] = error.value
        frame[f"{name}_low"], frame[f"{name}_high"] = intervals.wilson_from_error(error.value, error.se, calls=found.calls.sum(axis=0))
    frame["none_share"] = 1 - frame["same_share"] - frame["other_share"]
    frame = frame.assign(window_hours=window_hours, unwatched=found.unwatched, caveat=_caveats(view, found))
    return _without_few(view, found, frame)[frame["denominator"] >= view.smallest].reset_index(drop=True)


def _without_few(view: View, found: Transitions, frame: pd.DataFrame) -> pd.DataFrame:
    """`returns` without what `pairs` hides, and without what a share of few calls would tell."""
    k, n = found.index.sum(axis=0), found.calls.sum(axis=0)
    rows = pd.DataFrame({"issue": np.repeat(np.arange(len(n)), len(n)), "numerator": k.ravel()})
    hidden = disclosure.untold(rows, ["numerator"], [], view.smallest, parts_of=["issue"])["numerator"].isna().to_numpy().reshape(k.shape)
    same, other = [[f"{name}_{end}" for end in ("share", "low", "high")] for name in ("same", "other")]
    told = disclosure.without(frame, np.diagonal(hidden), [*same, *other])
    for count in (k.sum(axis=1) - np.diagonal(k), n - k.sum(axis=1)):
        told = disclosure.untold_of(told, count, [*same, *other, "none_share"], view.smallest)
    return told


def notices(view: View, *, level: int = 1, window_hours: float = 168.0, told: float = 0.5) -> pd.DataFrame:
    """主动告知: the pairs of different issues that a word in the first call could save: one row a pair, most calls first.

    A pair is listed when it stands out (q below MOST_Q), with LEAST_EXCESS or more per 1,000 calls and LEAST_CALLS or more excess calls a month.
    avoidable = excess calls a month x the share of callers who are told (`told`, an assumption: nobody has measured it).

    Columns: issue, then, numerator, denominator, excess, excess_low, excess_high, q, median_hours, avoidable, avoidable_low, avoidable_high (calls a month), told, window_hours, and
    in every row count and total_avoidable; said (some; none; history). An empty list is a row of its own with said and nothing else. Raises as `pairs`. Source: A18; methods 4.
    """
    if not 0 < told <= 1:
        raise DataRefused("flows › told", f"{told:g} is no share of callers.", "Give a number above 0 and at most 1.")
    frame = pairs(view, level=level, window_hours=window_hours)
    months = ((view.period.last_day - view.period.first_day).days + 1) / DAYS_A_MONTH
    a_month = frame["denominator"] / 1000 / months
    kept = frame["stands_out"] & ~frame["same"] & (frame["excess"] >= LEAST_EXCESS) & (frame["excess"] * a_month >= LEAST_CALLS)
    kept &= ~frame["issue"].isin(GROUPS) & ~frame["then"].isin(GROUPS)
    ends = {f"avoidable{end}": (told * frame[f"excess{end}"] * a_month).clip(lower=0) for end in ("", "_low", "_high")}
    columns = [
        "issue",
        "then",
        "numerator",
        "denominator",
        "excess",
        "excess_low",
        "excess_high",
        "q",
        "median_hours",
        *ends,
        "window_hours",
        "caveat",
    ]
    listed = frame.assign(**ends)[kept][columns].sort_values("avoidable", ascending=False, kind="stable")
    said = "history" if (frame["said"] == "history").any() else "some" if len(listed) else "none"
    listed = listed if len(listed) else pd.DataFrame([{**dict.fromkeys(columns), "window_hours": window_hours}])
    return listed.assign(told=told, count=int(kept.sum()), total_avoidable=listed["avoidable"].sum(), said=said).reset_index(drop=True)


def costs(view: View, *, level: int = 1, window_hours: float = 168.0) -> pd.DataFrame:
    """What callbacks beyond habit take of the agents' time: one row an issue (of the first call), most hours first, and last a row of all.

    Counted are the next calls within the window after the period's index calls that were watched for it, less what the same callers' next calls take after the control instants: calls x (seconds a call - seconds a control instant). A callback's time is its talk, hold and
    wrap-up, as far as the export has them; one that nobody answered takes none.

    Columns: issue ('all' in the last row), denominator (calls watched), callbacks, callbacks_low, callbacks_high (beyond habit), hours, hours_low, hours_high (of agents, in the period; 95 %, jackknife over caller groups), hours_a_week, hours_a_week_low, hours_a_week_high, share_of_hours (of the hours of all issues in the table),
    cost_a_minute, cost_low, cost_high (hours x `service › cost_a_minute` at both ends of the interval; nan where params give none), window_hours, unwatched, caveat, said (found: the interval of all lies above 0; none; history: nothing to compare with). Raises as `pairs`, and DataRefused where
    under 95 % of the callbacks are of known time. Source: A26; methods 4.
    """
    found = flows.transitions(view, level=level, window_s=round(window_hours * HOUR))
    if not found.calls.sum():
        raise DataRefused("flows", "no base.", "Ask for a period with answered calls.")
    compared = chance.comparable(view)
    frame = _costs(found) if compared else _uncompared(found)
    weeks = ((view.period.last_day - view.period.first_day).days + 1) / 7
    for end in ("", "_low", "_high"):
        frame[f"hours_a_week{end}"] = frame[f"hours{end}"] / weeks
    price = view.params.service.cost_a_minute if view.params else None
    cost = {
        "cost_a_minute": price or np.nan,
        **{f"cost_{end}": frame[f"hours_{end}"].clip(lower=0) * 60 * (price or np.nan) for end in ("low", "high")},
    }
    said = "history" if not compared else "found" if frame["hours_low"].iloc[-1] > 0 else "none"
    return frame.assign(**cost, window_hours=window_hours, unwatched=found.unwatched, caveat=_caveats(view, found), said=said)


def _costs(found: Transitions) -> pd.DataFrame:
    """The rows of `costs` that follow from the counts alone."""
    n, scale = found.calls.sum(axis=0), [_known(found.index, found.worked), _known(found.control, found.control_worked)]
    parts = (
        found.index.sum(axis=2),
        found.control.sum(axis=2),
        found.worked[..., 0] * scale[0] / HOUR,
        found.control_worked[..., 0] * scale[1] / HOUR,
    )
    whole = _taken(n, *(part.sum(axis=0) for part in (*parts, found.calls, found.instants)))
    without = _taken(n, *resampling.leave_one_out(*parts, found.calls, found.instants))
    told = resampling.jackknife(without, estimate=whole)
    ends = {
        f"{name}{end}": x[i]
        for i, name in enumerate(("callbacks", "hours"))
        for end, x in (("", told.value), ("_low", told.low), ("_high", told.high))
    }
    frame = pd.DataFrame({"issue": [*found.names, ALL], "denominator": [*n, n.sum()], **ends})
    frame = frame[frame["denominator"] > 0].assign(share_of_hours=lambda f: f["hours"] / f["hours"].iloc[-1])
    last = frame["issue"] == ALL
    return (
        frame.assign(last=last)
        .sort_values(["last", "hours"], ascending=[True, False], kind="stable", ignore_index=True)
        .drop(columns="last")
    )


def _taken(n, index, control, seconds, control_seconds, calls, instants) -> np.ndarray:
    """Callbacks and hours beyond habit [..., (callbacks, hours), issues and all]: of each issue's n calls at its mean a call."""
    with np.errstate(divide="ignore", invalid="ignore"):
        beyond = np.stack([n * (a / calls - b / instants) for a, b in ((index, control), (seconds, control_seconds))], axis=-2)
    beyond = np.where(calls[..., None, :] > 0, np.nan_to_num(beyond), 0.0)
    return np.concatenate([beyond, beyond.sum(axis=-1, keepdims=True)], axis=-1)


def _known(callbacks: np.ndarray, worked: np.ndarray) -> float:
    """By how much the seconds of callbacks of known time fall short of all; refused under LEAST_TIMED."""
    all_, timed = callbacks.sum(), worked[..., 1].sum()
    if timed < LEAST_TIMED * all_:
        raise DataRefused("flows", "few known durations" if timed else "no known durations")
    return all_ / timed if timed else 1.0


def _uncompared(found: Transitions) -> pd.DataFrame:
    empty = {f"{name}{end}": np.nan for name in ("callbacks", "hours") for end in ("", "_low", "_high")}
    return pd.DataFrame([{"issue": ALL, "denominator": int(found.calls.sum()), **empty, "share_of_hours": np.nan}])


def matrix(view: View, *, level: int = 1, window_hours: float = 168.0, most: int = 10) -> pd.DataFrame:
    """The excess per 1,000 calls of every pair of the `most` issues with most calls, in their order, for the picture.

    Columns: issue, then, same, excess (per 1,000), denominator, stands_out, said. Raises as `pairs`.
    """
    frame = pairs(view, level=level, window_hours=window_hours)
    sizes = frame.drop_duplicates("issue").sort_values(["denominator", "issue"], ascending=[False, True])
    names = [name for name in sizes["issue"] if name not in GROUPS][:most]
    place = {name: n for n, name in enumerate(names)}
    kept = frame[frame["issue"].isin(names) & frame["then"].isin(names)]
    kept = kept.assign(row=kept["issue"].map(place), column=kept["then"].map(place))
    return kept.sort_values(["row", "column"])[["issue", "then", "same", "excess", "denominator", "stands_out", "said"]].reset_index(
        drop=True
    )


def rule(view: View) -> Term:
    """The hotline's rule, with calls that were watched for the whole window only."""
    watched = view.definition.but(follow_up="full")
    return Term(*(watched.line(language).partition("：" if language == "zh" else ": ")[2] for language in ("zh", "en")))


RULE = rule
TABLES = {"pairs": pairs, "returns": returns, "notices": notices, "costs": costs, "matrix": matrix}
