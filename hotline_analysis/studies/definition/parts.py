"""What are the repeats? (复电的组成) Chases, redials, outages, the same problem again, another one, and what would have come anyway."""

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import chance, counts, rates, rules
from hotline_analysis.measures.counts import GROUPS
from hotline_analysis.measures.definition import HOUR, Definition
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import CONTROL_WEEKS, DAY, control, same, scoped
from hotline_analysis.measures.outages import registered
from hotline_analysis.measures.view import View
from hotline_analysis.stats import binned, excess, intervals, resampling
from hotline_analysis.words import Term

DROPPED_SECONDS, REDIAL_MINUTES, OUTAGE_HOURS = 10, 10, 2  # judgement defaults (docs/maths.md)
PARTS = {
    "outage": Term("系统故障", "Outage"),
    "dropped": Term("掉线重拨", "Redial after a dropped call"),
    "chase": Term("催办（工单未到期）", "Chase (order not yet due)"),
    "recurrence": Term("同一诉求再次来电", "The same issue again"),
    "other": Term("另一诉求", "Another issue"),
    "unknown": Term("诉求不明", "Issue not known"),
    "background": Term("平时也会打的", "Would have come anyway"),
    "whole": Term("全部复电", "All repeats"),
}


def parts(
    view: View,
    *,
    window_hours: float = 168.0,
    dropped_seconds: int = DROPPED_SECONDS,
    redial_minutes: int = REDIAL_MINUTES,
    outages: Sequence[tuple[int, int]] = (),
    outage_hours: float = OUTAGE_HOURS,
) -> pd.DataFrame:
    """What the callbacks seen within a window are; the parts add to the whole, in calls.

    Each callback (the caller's next call of any issue, chases included) goes to the first part that fits: outage (it came during an outage
    or up to `outage_hours` after; outages: pairs of epoch seconds, else the `events` of kind outage), dropped (the call lasted under
    `dropped_seconds` and was redialled within `redial_minutes`), chase (see `rules.with_chases`), recurrence (the same issue at the
    definition's level), other (another issue), unknown. From the last three the share that comes by chance is taken off and stands as
    background: the share of the callbacks whose caller's next call is one that habit brings (`excess.by_habit` over F, the areas of
    `window.density`); a chance callback has the call's issue as often as the callbacks after the control instants have. What chance explains is cut at what these three parts hold.

    Columns: part (key of PARTS), seen (callbacks by rule, before chance), calls (after it), denominator (index calls), value (calls /
    index calls), low, high (95 %), share (of the callbacks), said (few under 200 callbacks, none without one, else ''), missing (why a part cannot be told; it then has no figures, and its callbacks
    are among the other parts). One row a part, `whole` last. Calls are whole numbers and add up exactly. Not corrected for the end of the data: it says what was seen. Source: methods 1, 2.
    """
    view = view.near().but(
        match="any",
        level=view.definition.level,
        targets=(),
        open_orders="counted",
        chain="each",
        mode="rolling",
        direction="look-ahead",
        charged="last",
    )
    window_s, missing = round(window_hours * HOUR), {}
    marks = [_outage(view, outages, outage_hours, missing), _dropped(view, dropped_seconds, redial_minutes, missing)]
    gaps = _with_next_chase(view, missing)
    seen = _seen(gaps, view.definition, window_s, [*marks, ("chase", nw.col("next_chase") == 1)])
    base = rates.groups(view.gaps())["calls"]
    by_chance, without_each = _chance(view, window_hours, base, missing)
    alike = _alike(view, window_s)
    whole = np.array([seen[p].sum() for p in seen])
    taken = _split(whole, by_chance, alike)
    kept_base, *kept = resampling.leave_one_out(base, *seen.values())
    with np.errstate(divide="ignore", invalid="ignore"):  # leaving the only group out leaves nothing: no interval
        without = _split(np.stack(kept, axis=-1), without_each, alike) / kept_base[:, None] if base.sum() else np.zeros((0, len(taken)))
    return _parts_frame(dict(zip(seen, whole, strict=True)), _whole_numbers(taken, whole), without, int(base.sum()), missing)


def _outage(view: View, outages: Sequence[tuple[int, int]], hours: float, missing: dict) -> tuple[str, nw.Expr]:
    """Callbacks during an outage or soon after it."""
    outages = list(outages) or _events(view)
    if not outages:
        missing["outage"] = "not available: needs events of kind outage"
    at, inside = nw.col("reference_s") + nw.col("gap_s"), nw.lit(1) == 0
    for start, end in outages:
        inside = inside | ((at >= start) & (at < end + round(hours * HOUR)))
    return "outage", inside


def _events(view: View) -> list[tuple[int, int]]:
    """The outages that the hotline has recorded."""
    known = registered(view)
    found = [] if known is None else known.dropna()
    return [(int(a), int(b)) for a, b in found.itertuples(index=False)] if len(found) else []


def _dropped(view: View, seconds: int, minutes: int, missing: dict) -> tuple[str, nw.Expr]:
    """Redials soon after a call that broke off."""
    calls = view.table("calls")
    if "talk_seconds" not in calls.collect_schema().names():
        missing["dropped"] = "not available: needs talk_seconds"
        return "dropped", nw.lit(1) == 0
    if not int(pandas(calls.select(known=nw.col("talk_seconds").count()))["known"].iloc[0]):
        missing["dropped"] = "no known durations"
    return "dropped", (nw.col("talk_seconds") >= 0) & (nw.col("talk_seconds") < seconds) & (nw.col("gap_s") <= 60 * minutes)


def _with_next_chase(view: View, missing: dict) -> nw.LazyFrame:
    """The gap table with next_chase: 1 where the next call chases an order."""
    gaps = view.gaps()
    try:
        calls = rules.with_chases(view.table("calls"), view.tables.get("orders"), view.definition)
    except DataRefused as refused:
        missing["chase"] = refused.wrong
        return gaps.with_columns(next_chase=nw.lit(0))
    chases = calls.filter(nw.col("chase") == 1).select(nw.col("seq").alias("_seq"), next_chase=nw.lit(1))
    return gaps.join(chases, left_on="next_seq", right_on="_seq", how="left")


def _seen(gaps: nw.LazyFrame, definition: Definition, window_s: int, marks: list[tuple[str, nw.Expr]]) -> dict[str, np.ndarray]:
    """Callbacks by part and caller group."""
    have = gaps.collect_schema().names()
    part, path = nw.lit("unknown"), [c for c in counts.issue_path(definition.level) if c in have]
    if len(path) == definition.level:
        known = ~nw.col(path[-1]).is_null() & ~nw.col(f"next_{path[-1]}").is_null()
        alike = nw.col(same(definition.level)) == nw.col("gap_s")
        for column in path:
            alike = alike & (nw.col(column) == nw.col(f"next_{column}"))
        part = nw.when(known & alike).then(nw.lit("recurrence")).otherwise(nw.when(known).then(nw.lit("other")).otherwise(part))
    for name, test in reversed(marks):
        part = nw.when(test).then(nw.lit(name)).otherwise(part)
    rows = gaps.filter(nw.col("gap_s") <= window_s).with_columns(part=part)
    found = pandas(rows.group_by("part", "caller_group").agg(n=nw.len())).astype({"caller_group": "int64", "n": "int64"})
    wide = found.pivot_table(index="caller_group", columns="part", values="n", aggfunc="sum", fill_value=0)
    wide = wide.reindex(index=range(GROUPS), columns=[p for p in PARTS if p not in ("background", "whole")], fill_value=0).astype("int64")
    return {name: wide[name].to_numpy() for name in wide}


def _chance(view: View, hours: float, base: np.ndarray, missing: dict) -> tuple[np.ndarray, np.ndarray]:
    """The share of callbacks that habit brings first, [1], and without each caller group that has calls; 0 where it cannot be told."""
    counted, kept = chance.counted(view.but(windows_hours=[hours])), base > 0
    tables = counted.of()
    if hours <= chance.HORIZON_HOURS and tables.control.sum():
        (spot,) = binned.edge_index(counted.edges, [round(hours * HOUR)])
        whole, without = tables.index.sum(axis=0), tables.index.sum(axis=0) - tables.index[kept]
        by_chance, less = tables.control.sum(axis=0), tables.control.sum(axis=0) - tables.control[kept]
        shares = [_first_by_habit(i, c, spot) for i, c in ((whole[None], by_chance[None]), (without, less))]
        if np.isfinite(shares[0]).all():
            return tuple(shares)
    missing["background"] = "history" if view.span_days < chance.MIN_HISTORY_DAYS else "no control"
    return np.zeros(1), np.zeros(int(kept.sum()))


def _first_by_habit(index: np.ndarray, control: np.ndarray, spot: int) -> np.ndarray:
    drawn = excess.curves(index, control)
    return np.clip(excess.purity(drawn.followed, excess.by_habit(drawn))[..., spot], 0.0, 1.0)


def _alike(view: View, window_s: int) -> float:
    """How often a callback by chance has the issue of the call: seen on the callbacks after the four control instants; 0 where there are none."""
    path = list(counts.issue_path(view.definition.level))
    gaps = view.gaps(controls=True)
    if any(c not in gaps.collect_schema().names() for c in path) or not chance.comparable(view):
        return 0.0
    found = []
    for week in CONTROL_WEEKS:
        gap = nw.col(control(week)[0])
        at = nw.col("reference_s") + week * 7 * DAY + gap
        found.append(gaps.filter((gap <= window_s) & ~nw.col(path[-1]).is_null()).select("who", *path, at=at.cast(nw.Int64)))
    calls = scoped(view.table("calls"), view.definition).filter(~nw.col(path[-1]).is_null())
    if view.definition.callback_scope == "answered":
        calls = calls.filter(nw.col("outcome") == "answered")
    theirs = calls.group_by("who", "start_s").agg(*[nw.col(c).min().alias(f"their_{c}") for c in path])
    pairs = nw.concat(found).join(theirs, left_on=["who", "at"], right_on=["who", "start_s"], how="inner")
    alike = nw.all_horizontal(*[nw.col(c) == nw.col(f"their_{c}") for c in path], ignore_nulls=False)
    counted = pandas(
        pairs.with_columns(alike=nw.when(alike).then(nw.lit(1)).otherwise(nw.lit(0))).select(n=nw.len(), k=nw.col("alike").sum())
    )
    return float(counted["k"].iloc[0] / counted["n"].iloc[0]) if counted["n"].iloc[0] else 0.0


def _split(seen: np.ndarray, by_chance: np.ndarray, alike: float) -> np.ndarray:
    """Callbacks [..., parts] into parts and background [..., parts + 1]: what comes by chance is taken from recurrence, other, unknown."""
    seen = np.atleast_2d(np.asarray(seen, float))
    recurrence, other, unknown = (seen[:, -3], seen[:, -2], seen[:, -1])
    left = recurrence + other + unknown
    taken = np.minimum(by_chance * seen.sum(axis=-1), left)
    no_issue = np.divide(taken * unknown, left, out=np.zeros_like(left), where=left > 0)
    again = np.clip(alike * (taken - no_issue), taken - no_issue - other, recurrence)
    parts = [*seen[:, :-3].T, recurrence - again, other - (taken - no_issue - again), unknown - no_issue, taken]
    return np.stack(parts, axis=-1).squeeze() if len(seen) == 1 else np.stack(parts, axis=-1)


def _whole_numbers(taken: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Whole calls that add to the callbacks seen: each part rounded down, the rest to the largest remainders, the earlier part first."""
    down = np.floor(taken + 1e-9).astype(np.int64)
    order = np.argsort(-(taken - down), kind="stable")
    down[order[: int(seen.sum() - down.sum())]] += 1
    return down


def _parts_frame(seen: dict[str, int], calls: np.ndarray, without: np.ndarray, base: int, missing: dict) -> pd.DataFrame:
    """One row a part; a part that cannot be told has no figures, only the reason."""
    total = int(calls.sum())
    rows = []
    for place, part in enumerate([*seen, "background"]):
        head = {"part": part, "denominator": base, "missing": missing.get(part, "")}
        rows.append(
            head if part in missing else {**head, "seen": seen.get(part, 0), **_part(int(calls[place]), without[:, place], base, total)}
        )
    rows.append({"part": "whole", "seen": total, **_part(total, without.sum(axis=1), base, total), "denominator": base, "missing": ""})
    frame = pd.DataFrame(rows).astype({"seen": "Int64", "calls": "Int64"})
    return frame[["part", "seen", "calls", "denominator", "value", "low", "high", "share", "missing"]].assign(said=chance.enough(total))


def _part(calls: int, without: np.ndarray, base: int, total: int) -> dict:
    value = calls / base if base else np.nan
    error = resampling.jackknife(without, estimate=value)
    low, high = intervals.wilson_from_error(value, error.se, calls=base)
    return {
        "calls": calls,
        "value": value,
        "low": float(low),
        "high": float(high),
        "share": calls / total if total else np.nan,
    }
