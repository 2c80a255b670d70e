"""How long is a repeat call's window? (维度展开分析法, F0 A01-A16)

`rates`: the share of calls that are followed by another call of the same caller, at every window of the definition, with three ways of
treating the end of the data side by side. `own`: the same with each issue's own window. `evidence`: what speaks for each window once the
callbacks that habit brings anyway are taken off, and which window to choose. `density`, `pareto`: how the time to the next call is spread
over a week (柏拉图). `reliability`: whether a window tells agents apart again. Source: methods.md 1 and 2.
"""

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import BadParams, DataRefused, nearest
from hotline_analysis.measures import chance, counts, indicators, rules, strata
from hotline_analysis.measures import rates as measured
from hotline_analysis.measures.catalogue import repeats
from hotline_analysis.measures.counts import GROUPS
from hotline_analysis.measures.definition import HOUR, Definition
from hotline_analysis.measures.frames import needed, pandas
from hotline_analysis.measures.gaps import LEVELS
from hotline_analysis.measures.periods import months_between
from hotline_analysis.measures.view import View
from hotline_analysis.stats import binned, excess, intervals, resampling, survival, tests
from hotline_analysis.words import Field, Term

WEEK_HOURS = 168
FOLLOW_UP = {
    "km": Term("生存分析", "Kaplan-Meier"),
    "full": Term("已满窗口", "full follow-up"),
    "naive": Term("不修正", "no correction"),
    "calendar": Term("当日", "same day"),
}
COLUMNS = {
    "window_hours": Field(Term("窗口", "Window"), "hours"),
    "follow_up": Field(Term("末端处理", "End of data"), words=FOLLOW_UP),
    "numerator": Field(Term("复电", "Followed"), "count"),
    "denominator": Field(Term("来电", "Calls"), "count"),
    "value": Field(Term("复电率", "Repeat rate"), "share", interval=("low", "high")),
    "low": Field(Term("区间下端", "Low"), "share"),
    "high": Field(Term("区间上端", "High"), "share"),
    "callers": Field(Term("来电人", "Callers"), "count"),
    "caveat": Field(Term("提示", "Caveat")),
    "cut_from": Field(Term("缺记录影响的最短窗口", "Shortest window that lost days reach"), "hours"),
    "share": Field(Term("占一周内复电", "Share of callbacks in a week"), "share"),
    "cumulative": Field(Term("累计", "Cumulative"), "share"),
    "calls": Field(Term("来电", "Calls"), "count"),
    "cumulative_of_calls": Field(Term("占来电累计", "Cumulative share of calls"), "share"),
    "issue": Field(
        Term("诉求", "Issue"), words={disclosure.OTHER: disclosure.POOLED, "*": Term("其他诉求", "all others"), "": Term("全部", "all")}
    ),
    "excess_2w": Field(Term("超出平时的（对照前后2周）", "Beyond habit (controls 2 weeks away)"), "share"),
    "excess_3w": Field(Term("超出平时的（对照前后3周）", "Beyond habit (controls 3 weeks away)"), "share"),
    "drift": Field(Term("3周与2周之差", "3 weeks less 2"), "points"),
    "drift_z": Field(Term("其z值", "Its z"), "number"),
    "benefit": Field(Term("净得", "Net benefit")),
    "support": Field(Term("重抽来电人的支持", "Support (callers drawn again)"), "share"),
    "support_none": Field(Term("重抽来电人不选任何窗口", "No window (callers drawn again)"), "share"),
    "said": Field(Term("判断", "Verdict"), words=chance.SAID),
    "recommended": Field(Term("为建议窗口", "Is the recommended one")),
    "recommended_hours": Field(Term("建议窗口", "Recommended window"), "hours"),
    "candidates": Field(Term("候选窗口", "Candidates")),
    "best_purity": Field(Term("建议窗口的纯度", "Purity at it"), "share"),
    "best_capture": Field(Term("建议窗口的捕获", "Capture at it"), "share"),
    "best_hours": Field(Term("净得最大的窗口", "Window of greatest benefit"), "hours"),
    "f1_hours": Field(Term("兼顾纯度与捕获的窗口", "Window by F1"), "hours"),
    "best_hours_half": Field(Term("误计代价0.5的窗口", "Window at cost 0.5"), "hours"),
    "best_hours_one": Field(Term("误计代价1的窗口", "Window at cost 1"), "hours"),
    "best_hours_two": Field(Term("误计代价2的窗口", "Window at cost 2"), "hours"),
    "basis_drift_z": Field(Term("依据各月的z值", "z over these months")),
    "marked": Field(Term("常用窗口", "Named window")),
    "volume_move": Field(Term("周话务量变动", "Weekly volume moved")),
    "day_move": Field(Term("单日话务量超出", "A day's calls above the usual")),
    "hours": Field(Term("小时", "Hour")),
    "seen": Field(Term("实际（每千通每小时）", "Seen (per 1,000 calls and hour)"), "number"),
    "habit": Field(Term("平时（每千通每小时）", "Habit (per 1,000 calls and hour)"), "number"),
    "control": Field(Term("对照（每千通每小时）", "Control (per 1,000 instants and hour)"), "number"),
    "seen_share": Field(Term("累计复电（占来电）", "Followed so far (of calls)"), "share"),
    "habit_share": Field(Term("其中先到的是平时的来电", "First to come: a call by habit"), "share"),
    "related_share": Field(Term("复电中平时不会打的", "Of the callbacks, not by habit"), "share"),
    "horizon_hours": Field(Term("观察期", "Horizon"), "hours"),
    "agents": Field(Term("话务员", "Agents"), "count"),
    "reliability": Field(Term("信度", "Reliability"), "ratio"),
    "month": Field(Term("月份", "Month"), "month"),
    "identified": Field(Term("可识别占比", "Identified share"), "share", interval=("identified_low", "identified_high")),
    "correlation": Field(Term("相关系数", "Correlation"), "ratio"),
    "follows": Field(Term("随可识别占比而变", "Follows the identified share")),
    "tau_2": Field(Term("与2小时的等级相关", "Tau with 2 h"), "ratio"),
    "tau_24": Field(Term("与24小时的等级相关", "Tau with 24 h"), "ratio"),
    "tau_72": Field(Term("与72小时的等级相关", "Tau with 72 h"), "ratio"),
    **chance.COLUMNS,
}
HIDDEN = (  # what would give a small count of a stratum away
    "value", "low", "high", "callers", "excess", "excess_low", "excess_high", "anyway", "purity", "purity_low", "purity_high", "capture", "capture_low",
    "capture_high", "benefit", "seen",
)  # fmt: skip
COSTS = {"half": 0.5, "one": 1.0, "two": 2.0}  # what blaming a coincidence costs against missing a failure
MIN_AGENTS, MIN_AGENT_CALLS = 10, 30  # below, no reliability; an agent below is left out of it


def rates(view: View, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """Repeat rate at every window, under each way of treating the end of the data.

    Counted are the index calls of the period; unknown callers are left out. One row a stratum, window and follow_up:
    km (all calls, those not watched for the whole window censored), full (only calls watched for the whole window), naive (all calls).

    Columns: by..., window_hours, follow_up, numerator (calls seen to be followed within the window, whole numbers), denominator (index
    calls; for full those watched in full), value (share; for km the Kaplan-Meier estimate, not the ratio of the two), low, high (95 %,
    Wilson on the effective number of calls, from a jackknife over 100 caller groups), callers, caveat (few below 30 calls, or where lost days leave
    fewer that were watched for the window; lost days where they end the follow-up of some calls before it; look-back where agents stand who took a
    repeat, whoever left the problem unsolved), said (of a stratum's callbacks at the longest window: few
    under 200, none where there is not one, else ''); and where lost days end the follow-up of some calls cut_from, the shortest window that it is about. The interval is about other callers having called, not about another month.
    In calendar mode one row a stratum: followed on the same calendar day. Source: methods 1, M2, M3.
    """
    definition, view = view.definition, view.but(follow_up="km")
    gaps = rules.charge(strata.pooled(view, view.gaps(), by), definition, by)
    if definition.mode == "calendar":
        return _told(view, _same_day(gaps, definition, by), by, [])
    if definition.chain != "each" and len(definition.windows_hours) > 1:  # which call begins a chain depends on the window
        parts = pd.concat([rates(view.but(windows_hours=[w]), by=by) for w in definition.windows_hours])
        order = {rule: place for place, rule in enumerate(FOLLOW_UP)}
        return parts.sort_values(
            [*by, "follow_up", "window_hours"], key=lambda c: c.map(order) if c.name == "follow_up" else c, ignore_index=True
        )
    seconds = [round(w * HOUR) for w in definition.windows_hours]
    gaps = rules.chained(gaps, definition, seconds[-1])
    edges = binned.bin_edges_seconds(menu_seconds=seconds, horizon_seconds=max(WEEK_HOURS * HOUR, *seconds))
    sums = _sums(gaps, definition, seconds, by)
    if view.cuts:  # the plain share takes the records as they stand
        plain = rules.charge(strata.pooled(view, view.but(follow_up="naive").gaps(), by), definition, by)
        sums = _with_plain(sums, _sums(rules.chained(plain, definition, seconds[-1]), definition, seconds, by), by)
    exact, cube = counts.both(gaps, definition, edges=edges, horizon_s=seconds[-1], by=by)
    cubes = counts.tables(cube, edges=edges, by=by)
    callers = counts.totals(gaps, definition, by=by)
    keys = [counts.plain(k) for k in callers[list(by)].itertuples(index=False)] if by else [()]
    rows = []
    for place, key in enumerate(keys):
        own = dict(zip(by, key, strict=True))
        part = _stratum(_pick(sums, own), _pick(exact, own), cubes[key], edges, seconds)
        rows.append(part.assign(callers=callers["callers"][place], **own))
    frame = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=list(COLUMNS)[:7])
    taker = "look-back" if "agent" in by and definition.direction == "look-back" else ""
    cut = np.array([view.ends_early(h * HOUR) for h in frame["window_hours"]], bool)
    watched = frame.groupby([*by, "window_hours"], dropna=False)["denominator"].transform("min")  # the calls of `full`
    few = (frame["denominator"] < 30) | (cut & (watched < 30))
    frame["caveat"] = np.select([few, cut], ["few", "lost days"], taker)
    if cut.any():
        frame["cut_from"] = frame["window_hours"][cut].min()
    most = frame.groupby(list(by), dropna=False)["numerator"].transform("max") if by else frame["numerator"].max()
    frame = frame.assign(said=[chance.enough(n) for n in np.broadcast_to(most, len(frame))] if len(frame) else "")
    parts_of = ["window_hours", "follow_up"]
    return _apart(view, _told(view, frame[[*by, *[c for c in frame.columns if c not in by]]], by, parts_of), by, parts_of)


def _told(view: View, frame: pd.DataFrame, by: Sequence[str], parts_of: Sequence[str]) -> pd.DataFrame:
    """Without the small counts of a stratum; where nothing is asked by stratum, as it is."""
    if not by:
        return frame
    hidden, parts_of = [c for c in HIDDEN if c in frame], [*parts_of, *by[:-1]]
    return disclosure.untold(frame, ["numerator", "denominator"], hidden, view.smallest, parts_of=parts_of)


def _apart(view: View, told: pd.DataFrame, by: Sequence[str], parts_of: Sequence[str]) -> pd.DataFrame:
    """Without the small counts of a stratum that two windows tell, or those of all calls and of the ones watched in full, or a share and its rest."""
    if not by:
        return told
    hidden, parts_of = [c for c in HIDDEN if c in told], [*parts_of, *by[:-1]]
    ways = [c for c in ("follow_up",) if c in told]
    told = disclosure.untold_rest(told, "numerator", "denominator", hidden, view.smallest, parts_of=parts_of)
    if "callers" in told:
        told = disclosure.untold_rest(told, "callers", "denominator", [], view.smallest, parts_of=parts_of)
    told = disclosure.untold_between(told, "numerator", hidden, view.smallest, along=[*by, *ways], parts_of=parts_of)
    if not ways:
        return told
    told = disclosure.untold_between(
        told, "denominator", ["numerator", *hidden], view.smallest, along=[*by, "window_hours"], parts_of=parts_of
    )
    return disclosure.untold_between(told, "numerator", hidden, view.smallest, along=[*by, "window_hours"], parts_of=parts_of)


def _pick(frame: pd.DataFrame, own: dict) -> pd.DataFrame:
    for column, value in own.items():
        frame = frame[frame[column].isna() if pd.isna(value) else frame[column] == value]
    return frame


def _sums(gaps: nw.LazyFrame, definition: Definition, seconds: list[int], by: Sequence[str]) -> pd.DataFrame:
    """By stratum and caller group: calls, and for each window the calls followed (seen_: while they were watched, naive_: by the records as they stand), watched in full, and both."""
    gap = counts.gap_column(definition)
    rows = counts.timed(gaps, definition, horizon_s=seconds[-1], beside=[*by, "caller_group"])
    marks = {}
    for i, w in enumerate(seconds):
        hit, whole = nw.col(gap) <= w, nw.col("follow_s") >= w
        marks |= {f"seen_{i}": hit, f"full_{i}": hit & whole, f"watched_{i}": whole}
    marked = rows.with_columns(**{k: nw.when(v).then(nw.lit(1)).otherwise(nw.lit(0)) for k, v in marks.items()})
    sums = [nw.col(k).sum() for k in marks]
    frame = pandas(
        marked.group_by(*by, "caller_group").agg(*sums, calls=nw.len()).sort(*by, "caller_group")
    )  # sums of shares keep their order
    return frame.astype({"caller_group": "int64", **dict.fromkeys([*marks, "calls"], "int64")})


def _with_plain(sums: pd.DataFrame, plain: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """The sums with naive_<n>: the calls followed by the records as they stand, whether they were watched or not."""
    keys = [*by, "caller_group"]
    named = plain[[*keys, *[c for c in plain if c.startswith("seen_")]]].rename(columns=lambda c: c.replace("seen_", "naive_"))
    return sums.merge(named, on=keys, how="left")


def _stratum(sums: pd.DataFrame, exact: pd.DataFrame, cube: np.ndarray, edges: np.ndarray, seconds: list[int]) -> pd.DataFrame:
    """The rows of one stratum: windows x follow_up rules."""
    grouped = sums.groupby("caller_group").sum(numeric_only=True).reindex(range(GROUPS), fill_value=0)
    windows = range(len(seconds))
    parts = {
        "km": ([f"seen_{i}" for i in windows], ["calls"] * len(seconds)),
        "full": ([f"full_{i}" for i in windows], [f"watched_{i}" for i in windows]),
        "naive": ([f"{'naive' if 'naive_0' in grouped else 'seen'}_{i}" for i in windows], ["calls"] * len(seconds)),
    }
    frames = []
    for rule, (top, bottom) in parts.items():
        k, n = grouped[top].to_numpy(), grouped[bottom].to_numpy()
        value, _, low, high = measured.curve_shares(exact, cube, edges, seconds) if rule == "km" else measured.shares(k, n)
        hours = [s / HOUR for s in seconds]
        frames.append(
            pd.DataFrame(
                {
                    "window_hours": hours,
                    "follow_up": rule,
                    "numerator": k.sum(axis=0),
                    "denominator": n.sum(axis=0),
                    "value": value,
                    "low": low,
                    "high": high,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _same_day(gaps: nw.LazyFrame, definition: Definition, by: Sequence[str]) -> pd.DataFrame:
    frame = counts.totals(gaps, definition, by=[*by, "caller_group"])
    callers = counts.totals(gaps, definition, by=by)
    rows = []
    for place in range(len(callers)):
        own = {c: callers[c][place] for c in by}
        part = _pick(frame, own)
        value, _, low, high = measured.shares(part["same_day"].to_numpy(), part["calls"].to_numpy())
        row = {
            **own,
            "window_hours": np.nan,
            "follow_up": "calendar",
            "numerator": part["same_day"].sum(),
            "denominator": part["calls"].sum(),
        }
        rows.append({**row, "value": value, "low": low, "high": high, "callers": callers["callers"][place]})
    result = pd.DataFrame(rows)
    result["caveat"] = np.where(result["denominator"] < 30, "few", "")
    return result.assign(said=[chance.enough(n) for n in result["numerator"]])


def own(view: View) -> pd.DataFrame:
    """Repeat rate with each issue's own window (`windows_by_issue`), and of all calls together.

    A call has the window of the deepest level of its issue that the map names, else that of `*`; calls with neither are left out. One row
    a window's issue, `issue` * for the rest, and a last row `` for all: each call judged by its own window.
    Columns: issue, window_hours (missing in the last row), numerator, denominator, value (Kaplan-Meier), low, high, caveat. Small counts are not
    told (`disclosure.untold`).
    Raises BadParams when the map is empty or names an issue that the data do not have. Source: F0 A03.
    """
    windows, definition = view.definition.windows_by_issue, view.definition
    if not windows:
        raise BadParams(
            "window › own", "the definition has no windows_by_issue.", "Write them with `hotline study exposure --write-windows`."
        )
    have = view.all_gaps().collect_schema().names()
    levels = [c for c in LEVELS if c in have]
    seconds = sorted({round(w * HOUR) for w in windows.values()})
    edges = binned.bin_edges_seconds(menu_seconds=seconds, horizon_seconds=max(WEEK_HOURS * HOUR, *seconds))
    exact, cubes = (_with_own(f, levels, windows) for f in counts.both(view.gaps(), definition, edges=edges, by=levels))
    _known(windows, set(cubes["issue"]))
    parts = {name: counts.dense(rows, edges=edges) for name, rows in cubes.groupby("issue", sort=False)}
    rows = [_own_row(name, parts[name], exact[exact["issue"] == name], edges, windows[name]) for name in windows if name in parts]
    told = disclosure.untold(pd.DataFrame(rows), ["numerator", "denominator"], ["value", "low", "high"], view.smallest, parts_of=())
    frame = pd.concat([told, pd.DataFrame([_own_total(rows, parts, edges, windows)])], ignore_index=True)
    longest = frame["window_hours"].fillna(max(windows.values()))
    cut = [view.ends_early(h * HOUR) for h in longest]
    return frame.assign(caveat=np.select([frame["denominator"] < 30, cut], ["few", "lost days"], ""))


def _with_own(frame: pd.DataFrame, levels: Sequence[str], windows: dict[str, float]) -> pd.DataFrame:
    """The rows with `issue`: the deepest name of each that the map holds, else *; rows with neither go."""
    named = pd.Series(pd.NA, index=frame.index, dtype="object")
    for level in levels:
        named = frame[level].where(frame[level].isin(list(windows)), named)
    frame = frame.assign(issue=named.fillna("*"))
    return frame[frame["issue"].isin(list(windows))]


def _known(windows: dict[str, float], found: set[str]) -> None:
    unknown = [name for name in windows if name != "*" and name not in found]
    if unknown:
        raise BadParams(
            "definition › windows_by_issue", f"'{unknown[0]}' is not an issue of this period's calls.", nearest(unknown[0], found - {"*"})
        )


def _own_row(name: str, cube: np.ndarray, exact: pd.DataFrame, edges: np.ndarray, hours: float) -> dict:
    seconds = round(hours * HOUR)
    (value,), _, (low,), (high,) = measured.curve_shares(exact, cube, edges, [seconds])
    seen = exact[(exact["event"] == 1) & (exact["seconds"] <= seconds)]["calls"].sum()
    return {
        "issue": name,
        "window_hours": hours,
        "numerator": int(seen),
        "denominator": int(cube.sum()),
        "value": value,
        "low": low,
        "high": high,
    }


def _own_total(rows: list[dict], parts: dict[str, np.ndarray], edges: np.ndarray, windows: dict[str, float]) -> dict:
    """All calls, each by its own window: the issues' rates weighted by their calls."""
    calls = sum(r["denominator"] for r in rows)
    value = sum(r["value"] * r["denominator"] for r in rows) / calls if calls else np.nan
    without = dict(zip(parts, resampling.leave_one_out(*parts.values()), strict=True))
    hits = sum(_share_at(table, edges, windows[name]) * table.sum(axis=(1, 2)) for name, table in without.items())
    error = resampling.jackknife(hits / sum(t.sum(axis=(1, 2)) for t in without.values()), estimate=value)
    low, high = intervals.wilson_from_error(value, error.se, calls=calls)
    seen = sum(r["numerator"] for r in rows)
    return {"issue": "", "window_hours": np.nan, "numerator": seen, "denominator": calls, "value": value, "low": low, "high": high}


def _share_at(tables: np.ndarray, edges: np.ndarray, hours: float) -> np.ndarray:
    """F at one window for each table; a table without calls adds nothing."""
    return np.nan_to_num(binned.within(tables)[:, binned.edge_index(edges, [round(hours * HOUR)])[0]])


# ---- which window


def evidence(
    view: View,
    *,
    by: Sequence[str] = (),
    cost: float = 1.0,
    resamples: int = chance.RESAMPLES,
    min_callbacks: int = chance.FEW,
    min_ratio: float = 3.0,
    min_support: float = 0.7,
) -> pd.DataFrame:
    """What speaks for each window up to a week: how many callbacks, how many of them by chance, and which window pays.

    Counted are the index calls of the period; the chance part is what the same callers do at the same weekday and clock time two and three
    weeks before and after (28 days before to 168 h after the period, as far as there are data). One row a stratum and window.

    Columns of the period: by..., window_hours, numerator (calls seen to be followed), denominator (index calls), value, low, high (F:
    Kaplan-Meier share followed), chance... (B: the same at the control instants), excess... (R = 1 - (1 - F) / (1 - B): problem-driven, may
    be below 0), anyway (F - R: of the calls, followed and by habit alone; anyway + excess = value), purity... (R / F), capture... (R / R at
    168 h), each with _low and _high (95 %, jackknife over 100 caller groups); excess_2w, excess_3w (R from the controls two and three weeks
    away), drift, drift_z (R at 168 h of three weeks less that of two, and over its standard error, paired), benefit (R - cost (F - R)),
    marked (2, 24, 72 h), volume_move, day_move (see `chance.moved`), caveat (few, provisional, volume, habit, no control). Where habit is
    changing, beyond 2 standard errors and a twentieth of R, the interval of R is the envelope of all three.

    Columns of the recommendation, from up to 12 months to the end of the period (`chance.basis`), the same in every row of a stratum but
    support and recommended: said (key of `chance.SAID`; only clear and close recommend), recommended_hours (missing otherwise; of two close windows the
    shorter), recommended (true in its row), candidates (hours, best supported first), best_purity, best_capture (at recommended_hours, over those months), best_hours (W*,
    greatest benefit; missing where none pays), best_hours_half, _one, _two (W* at a cost of 0.5, 1, 2), f1_hours (greatest 2 R / (F + R at
    168 h)), support, support_none (share of draws of the callers that choose the window, and none: nothing else is drawn), basis_from,
    basis_to, basis_months, basis_left_out (months), basis_drift_z.

    No window is a candidate (benefit 0), and less than half problem-driven is never worth it. R's error may go either way: a busy fortnight
    counts as problem-driven, a problem that lasts for weeks stands in the controls. Source: methods 2, M2, M3; F0 A02, A12, A16.
    """
    found, months, move = chance.counted(view, by=by), chance.basis(view), chance.moved(view)
    year = chance.counted(months.view, by=by, stretches=months.stretches, told=found.told)
    options = {"cost": cost, "min_callbacks": min_callbacks, "min_ratio": min_ratio, "min_support": min_support}
    parts = []
    for key, tables in found.split().items():
        rows = _evidence(view, tables, found.edges, move, options)
        advice = _advice(months, year.of(key), year.edges, options | {"resamples": resamples})
        parts.append(rows.assign(**advice, **dict(zip(by, key, strict=True))))
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*by, *EVIDENCE])
    return _apart(view, _told(view, frame[[*by, *EVIDENCE]], by, ["window_hours"]), by, ["window_hours"])


EVIDENCE = (
    "window_hours", "numerator", "denominator", "value", "low", "high", "chance", "chance_low", "chance_high", "excess", "excess_low",
    "excess_high", "anyway", "purity", "purity_low", "purity_high", "capture", "capture_low", "capture_high", "excess_2w", "excess_3w", "drift",
    "drift_z", "benefit", "marked", "volume_move", "day_move", "caveat", "said", "recommended_hours", "recommended", "candidates", "best_purity",
    "best_capture", "best_hours", "best_hours_half", "best_hours_one", "best_hours_two", "f1_hours", "support", "support_none", "basis_from",
    "basis_to", "basis_months", "basis_left_out", "basis_drift_z",
)  # fmt: skip


def _evidence(view: View, tables: chance.Tables, edges: np.ndarray, move: chance.Moved, options: dict) -> pd.DataFrame:
    """The rows of one stratum, without the recommendation."""
    found, _ = chance.evidence(view, tables, edges, **options, resamples=1)
    hours = found.menu_seconds / HOUR
    parts = {"value": found.followed, "chance": found.chance, "excess": found.excess, "purity": found.purity, "capture": found.capture}
    columns = {"window_hours": hours, "numerator": found.callbacks, "denominator": found.calls}
    for name, estimate in parts.items():
        prefix = "" if name == "value" else f"{name}_"
        columns |= {name: estimate.value, f"{prefix}low": estimate.low, f"{prefix}high": estimate.high}
    drift = found.drift
    changing = drift.changing(found.excess.value[-1])
    return pd.DataFrame(
        {
            **columns, "anyway": found.followed.value - found.excess.value, "excess_2w": drift.near.value, "excess_3w": drift.far.value,
            "drift": float(drift.difference.value), "drift_z": drift.z, "benefit": found.benefit, "marked": np.isin(hours, chance.NAMED_HOURS),
            "volume_move": move.week, "day_move": move.day,
            "caveat": chance.caveats(view, calls=found.calls, unsteady=move.unsteady, changing=changing),
        }
    )  # fmt: skip


def _advice(months: chance.Basis, tables: chance.Tables, edges: np.ndarray, options: dict) -> dict:
    """The recommendation of one stratum and what it stands on: one value for all rows, support one a window."""
    found, word = chance.evidence(months.view, tables, edges, unsteady=months.unsteady, **options)
    hours, named = found.menu_seconds / HOUR, [s / HOUR for s in found.candidates]
    best = min(named) if word in chance.RECOMMENDS else np.nan
    place = np.flatnonzero(hours == best)
    shares = {f"best_{name}": float(getattr(found, name).value[place[0]]) if len(place) else np.nan for name in ("purity", "capture")}
    by_cost = {f"best_hours_{name}": found.best_by_cost[c] / HOUR for name, c in COSTS.items()}
    return {
        "said": word, "recommended_hours": best, "recommended": hours == best, "candidates": ", ".join(f"{h:g}" for h in named) if len(place) else "", **shares,
        "best_hours": found.best_seconds / HOUR, **by_cost, "f1_hours": found.f1_seconds / HOUR, "support": found.support,
        "support_none": found.support_none, **months.columns, "basis_drift_z": found.drift.z,
    }  # fmt: skip


def density(view: View, *, by: Sequence[str] = (), bin_hours: int = 1) -> pd.DataFrame:
    """How many callbacks an hour brings, and how many habit would have brought: one row a stratum and hour up to a week.

    Columns: by..., hour_from, hour_to (a callback at exactly hour_to is in the row), hours (the middle), numerator (callbacks seen),
    denominator (index calls), seen (callbacks per thousand calls and hour: rise of Kaplan-Meier F), habit (those of them whose next call is
    one that habit brings: rate after the control instants x share still waiting), control (rise of B per thousand control instants and
    hour), seen_share, habit_share (areas under seen and habit up to hour_to, as shares of the calls), related_share (1 - habit_share /
    seen_share: of the callbacks up to hour_to, those that habit does not explain), horizon_hours (168: nothing beyond is shown), said (few
    under 200 callbacks, none with no callback at all, else ''). By stratum seen_share and related_share end with the first hour whose callbacks are not told. Without controls habit and what follows are missing. Source: methods 2; F0 A12.
    """
    found = chance.counted(view, by=by)
    parts = [_density(tables, found.edges, bin_hours).assign(**dict(zip(by, key, strict=True))) for key, tables in found.split().items()]
    frame = pd.concat(parts, ignore_index=True)
    told = _told(view, frame[[*by, *[c for c in frame.columns if c not in by]]], by, ["hour_from"])
    if "numerator_missing" not in told:
        return told
    late = (told["numerator_missing"] != "").groupby([told[c] for c in by], dropna=False).cummax()  # the next sum would tell it
    return disclosure.without(told, late, ["seen_share", "related_share"])


def _density(tables: chance.Tables, edges: np.ndarray, bin_hours: int) -> pd.DataFrame:
    starts = np.arange(0, WEEK_HOURS, bin_hours)
    places = binned.edge_index(edges, (starts + bin_hours) * HOUR)
    drawn = excess.curves(tables.index.sum(axis=0), tables.control.sum(axis=0))
    so_far = [curve[places] for curve in (drawn.followed, excess.by_habit(drawn), drawn.chance)]
    seen, habit, control = (1000 * np.diff(np.append(0.0, curve)) / bin_hours for curve in so_far)
    callbacks = tables.index.sum(axis=0)[:-1, 0].cumsum()[places]
    return pd.DataFrame(
        {
            "hour_from": starts, "hour_to": starts + bin_hours, "hours": starts + bin_hours / 2, "numerator": np.diff(np.append(0, callbacks)),
            "denominator": tables.index.sum(), "seen": seen, "habit": habit, "control": control, "seen_share": so_far[0],
            "habit_share": so_far[1], "related_share": 1 - excess.purity(so_far[0], so_far[1]), "horizon_hours": WEEK_HOURS,
            "said": chance.enough(callbacks[-1]),
        }
    )  # fmt: skip


# ---- does a window tell agents apart again


def reliability(view: View, *, min_agents: int = MIN_AGENTS, min_calls: int = MIN_AGENT_CALLS) -> pd.DataFrame:
    """How far a window orders agents alike, for the callers of odd and of even groups, and against other windows: one row a window.

    An agent's score is repeats over expected (O / E) among calls watched for the whole window, E from the rate of each first-level issue,
    so that nobody is judged by their mix of issues. Agents below `min_calls` such calls in either half are left out, unknown agents too.

    Columns: window_hours, agents, calls, reliability (Spearman-Brown of the two halves; it needs no truth and is highest at the right window),
    tau_2, tau_24, tau_72 (Kendall's tau-b with that window; nested windows share callbacks, so tau alone looks good), marked, caveat.
    Below `min_agents` all are missing. Raises DataRefused without agents. Source: methods 2.
    """
    gaps, definition = view.gaps(), view.definition
    needed(gaps, ["agent"], "reliability")
    issue = [c for c in LEVELS[:1] if c in gaps.collect_schema().names()]
    seconds = chance.menu_seconds(view)
    sums = _sums(gaps.filter(~nw.col("agent").is_null()), definition, seconds, ["agent", *issue])
    scores = [_scores(sums, i, issue, min_calls) for i in range(len(seconds))]
    hours = [s / HOUR for s in seconds]
    whole = {h: score["ratio"] for h, score in zip(hours, scores, strict=True)}
    return pd.DataFrame([_reliable(h, score, whole, min_agents) for h, score in zip(hours, scores, strict=True)])


def _scores(sums: pd.DataFrame, place: int, issue: Sequence[str], min_calls: int) -> pd.DataFrame:
    """By agent: O / E of all callers, of odd and of even caller groups, and calls; agents with too few are missing."""
    rows = pd.DataFrame(
        {"agent": sums["agent"], "half": sums["caller_group"] % 2, "hits": sums[f"full_{place}"], "calls": sums[f"watched_{place}"]}
    )
    strata = [sums[c].fillna("") for c in issue] or [pd.Series(0, index=sums.index)]
    total = rows.groupby(strata)[["hits", "calls"]].transform("sum")
    rows["expected"] = rows["calls"] * (total["hits"] / total["calls"].where(total["calls"] > 0)).fillna(0)
    halves = rows.groupby(["agent", "half"])[["hits", "calls", "expected"]].sum().unstack("half", fill_value=0)
    halves = halves.reindex(columns=pd.MultiIndex.from_product([["hits", "calls", "expected"], [0, 1]]), fill_value=0)
    kept = halves[(halves["calls"] >= min_calls).all(axis=1)]
    both = kept.T.groupby(level=0).sum().T
    ratio = {n: kept["hits"][n] / kept["expected"][n] for n in (0, 1)}
    return pd.DataFrame({"ratio": both["hits"] / both["expected"], "even": ratio[0], "odd": ratio[1], "calls": both["calls"]})


def _reliable(hours: float, score: pd.DataFrame, whole: dict[float, pd.Series], min_agents: int) -> dict:
    enough = len(score) >= min_agents
    row = {"window_hours": hours, "agents": len(score), "calls": int(score["calls"].sum())}
    row["reliability"] = tests.split_half(score["odd"], score["even"]) if enough else np.nan
    for other in chance.NAMED_HOURS:
        row[f"tau_{other:g}"] = _tau(score["ratio"], whole[other]) if enough and other in whole else np.nan
    return {**row, "marked": hours in chance.NAMED_HOURS, "caveat": "" if enough else "few"}


def _tau(one: pd.Series, other: pd.Series) -> float:
    both = pd.concat([one, other], axis=1, join="inner")
    return tests.kendall(both.iloc[:, 0], both.iloc[:, 1])


# ---- month by month


def months(view: View, *, most: int = 24, least_correlation: float = 0.7, least_range: float = 0.05) -> pd.DataFrame:
    """The 24-hour rate of every month beside the share of calls whose caller is known: a rate can only be had for those.

    One row a month with data, up to the period's, at most `most`. Columns: month, numerator, denominator, value (Kaplan-Meier), low, high,
    identified (share of calls offered), identified_low, identified_high; and in every row correlation (Pearson's r of the two over the
    months) and follows: the rate moves with the share (r at least `least_correlation` over five months or more, and the share moved by at least
    `least_range`), so a change from one month to the next is not to be read as better or worse. Both limits are judgement defaults. Raises DataRefused where
    no month has either of them. Source: methods 1, M6.
    """
    first, last = (
        view.calendar.month_of(view.calendar.day_of(s)) for s in (view.data_start_s, min(view.period.end_s, view.data_end_s) - 1)
    )
    periods = [view.calendar.month(m) for m in list(months_between(first, last))[-most:]]
    rate, share = repeats.RATE, repeats.SHARE
    found = indicators.evaluate(view, periods, [rate, share])
    if found["value"].isna().all():
        raise DataRefused("window", f"{found['missing'].iloc[-1].rstrip('.')}.")
    wide = found[found["indicator"] == rate.key].set_index("period")[["numerator", "denominator", "value", "low", "high"]]
    known = found[found["indicator"] == share.key].set_index("period")[["value", "low", "high"]]
    known.columns = ["identified", "identified_low", "identified_high"]
    frame = wide.join(known).rename_axis("month").reset_index()
    r, moved = float(frame["value"].corr(frame["identified"])), frame["identified"].max() - frame["identified"].min()
    return frame.assign(correlation=r, follows=bool(len(frame) >= 5 and r >= least_correlation and moved >= least_range))


# ---- the spread over a week


def pareto(view: View, *, bin_hours: int = 1) -> pd.DataFrame:
    """How the time to the caller's next call is spread over a week (168 h), of the callbacks and of the calls: one row per hour.

    Counted are index calls seen to be followed within 168 h. Columns: hour_to (a callback at exactly hour_to is in the row; it names the row,
    because `cumulative` reaches up to it), hour_from, numerator (callbacks seen), denominator (all that were seen within 168 h), share, cumulative (of
    a week's callbacks, up to hour_to: of the curve of the calls, so that callbacks that the data end before are not taken for none); calls (index calls), share_of_calls, cumulative_of_calls (Kaplan-Meier, so calls not yet watched for a
    week count for as long as they were).
    The two differ: 80 % of the callbacks is not 80 % of the calls. said: few under 200 callbacks, none without one, else ''. Source: F0 A12.
    """
    exact = counts.exact(view.gaps(), view.definition, horizon_s=WEEK_HOURS * HOUR)
    hits = exact[exact["event"] == 1]
    hour = np.maximum(-(-hits["seconds"].to_numpy() // (bin_hours * HOUR)), 1) - 1
    calls = np.bincount(hour, weights=hits["calls"], minlength=WEEK_HOURS // bin_hours).astype("int64")
    total = calls.sum()
    starts = np.arange(len(calls)) * bin_hours
    curve = survival.kaplan_meier(exact["seconds"].to_numpy(), exact["event"].to_numpy(), weights=exact["calls"].to_numpy())
    of_calls = survival.within(curve, (starts + bin_hours) * HOUR)
    frame = pd.DataFrame({"hour_to": starts + bin_hours, "hour_from": starts, "numerator": calls, "denominator": total})
    with np.errstate(divide="ignore", invalid="ignore"):
        frame = frame.assign(share=np.diff(of_calls, prepend=0.0) / of_calls[-1], cumulative=of_calls / of_calls[-1])
    told = {"calls": exact["calls"].sum(), "said": chance.enough(int(total))}
    return frame.assign(share_of_calls=np.diff(of_calls, prepend=0.0), cumulative_of_calls=of_calls, **told)


TABLES = {
    "rates": rates,
    "evidence": evidence,
    "density": density,
    "pareto": pareto,
    "reliability": reliability,
    "own": own,
    "months": months,
}
WHOLE = ("rates", "evidence", "density", "pareto", "months")  # of the whole hotline alone: told under `disclosure: internal`
