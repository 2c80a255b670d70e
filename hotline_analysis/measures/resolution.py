"""First-call resolution (首解率): calls neither repeated nor sent on, from two Kaplan-Meier curves; and what repeats cost.

Source: F0 A09, A10, A26; methods 1 (FCR).
"""

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.errors import BadParams, nearest
from hotline_analysis.measures import counts, rules
from hotline_analysis.measures.definition import BY_PAIR, HOUR, Definition
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import DAY, LEVELS, inbound, not_left_out
from hotline_analysis.measures.indicators import (
    Estimator,
    Indicator,
    charged,
    followed,
    period_of,
    read,
    repeat_cases,
    repeats,
    row,
    within_data,
)
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.view import View
from hotline_analysis.stats import binned, intervals, resampling, survival
from hotline_analysis.words import PERCENT, YUAN


def _first_call(view: View, periods: Sequence[Period], indicators: Sequence[Indicator], by: str) -> list[dict]:
    """First-call resolution in every period, each within the window of its indicator. Calls whose dispatch is not known are left out."""
    view, gaps = _of_known_dispatch(view, periods, by)
    gaps = gaps.with_columns(place=period_of(periods)).filter(nw.col("place") >= 0)
    keys, rows = ["place", *([by] if by else [])], []
    for indicator in indicators:
        found = window(gaps, view.definition, indicator.window_hours, keys)
        rows += [_row(indicator, periods[int(f["place"])], f[by] if by else "", f) for f in found]
        told = {r["period"] for r in rows if r["indicator"] == indicator.key}
        rows += [row(indicator, p, missing="no calls") for p in periods if not by and p.label not in told]
    return rows


def _of_known_dispatch(view: View, periods: Sequence[Period], by: str) -> tuple[View, nw.LazyFrame]:
    view, gaps = charged(view, periods, by)
    return view, marked(gaps.filter(~nw.col("dispatched").is_null()), view.definition)


def _first_calls(view: View, periods: Sequence[Period], indicator: Indicator, by: str) -> pd.DataFrame:
    """The index calls of known dispatch: k = 1 where the call was neither dispatched (as the rule has it) nor followed within the window."""
    found = followed(*_of_known_dispatch(view, periods, by), indicator)
    return found.assign(k=((found["counted"] == 0) & (found["event"] == 0)).astype(int), n=1)


first_call = Estimator(_first_call, _first_calls)


def _row(indicator: Indicator, period: Period, group: str, found: dict) -> dict:
    kept = {name: found[name] for name in ("numerator", "denominator", "value", "low", "high", "se", "without")}
    return row(indicator, period, group=group, clusters="callers", **kept)


def marked(gaps: nw.LazyFrame, definition: Definition) -> nw.LazyFrame:
    """The index calls with `counted`: 1 where dispatching makes the call unresolved."""
    have = gaps.collect_schema().names()
    rules.needs_dispatch(have, definition)
    _known(gaps, definition)
    unresolved = rules.true("dispatched") & (rules.fate(have, definition) == "unresolved")
    return gaps.with_columns(counted=nw.when(unresolved).then(nw.lit(1)).otherwise(nw.lit(0)))


def _known(gaps: nw.LazyFrame, definition: Definition) -> None:
    """Refuses a dispatch rule for an issue or a department that no call has: a slip of the pen would leave it without effect."""
    have = gaps.collect_schema().names()
    columns = [c for c in (*LEVELS, "department") if c in have]
    wanted = {part.strip() for key in definition.dispatch for part in key.split(BY_PAIR)} - {"*"}
    if not wanted:
        return
    found = {name for c in columns for name in pandas(gaps.select(c).unique())[c].dropna()}
    for word in sorted(wanted - found):
        raise BadParams("definition › dispatch", f"no call of this period has the issue or department '{word}'.", nearest(word, found))


def window(gaps: nw.LazyFrame, definition: Definition, hours: float, by: Sequence[str]) -> list[dict]:
    """First-call resolution within one window from `marked` gaps whose dispatch is known: one row a stratum, the columns of `studies.fcr.rates` with se and without."""
    seconds, keys = round(hours * HOUR), [*by, "counted"]
    edges = binned.bin_edges_seconds(menu_seconds=[seconds], horizon_seconds=seconds)
    gaps = rules.chained(gaps, definition, seconds)
    exact, cube = counts.both(gaps, definition, edges=edges, by=keys)
    exact, cubes = dict(list(exact.groupby(keys, dropna=False))), counts.tables(cube, edges=edges, by=keys)
    nothing = np.zeros((counts.GROUPS, len(edges) + 1, 2), np.int64)
    strata = list(dict.fromkeys(key[:-1] for key in cubes))
    return [
        {
            **dict(zip(by, own, strict=True)),
            "window_hours": hours,
            **_resolved([exact.get((*own, c)) for c in (0, 1)], [cubes.get((*own, c), nothing) for c in (0, 1)], seconds),
        }
        for own in strata
    ]


def _resolved(exact: list[pd.DataFrame | None], cubes: list[np.ndarray], seconds: int) -> dict:
    """FCR of one stratum from its calls that were not (0) and that were (1) dispatched."""
    stays, goes = (int(cube.sum()) for cube in cubes)
    away = goes / (stays + goes)
    again, again_dispatched = (_followed(rows, seconds) for rows in exact)
    parts = {"repeat_rate": (1 - away) * again + away * again_dispatched, "dispatch_rate": away, "overlap": away * again_dispatched}
    value = (1 - away) * (1 - again)
    without = resampling.leave_one_out(*cubes)
    curves = binned.within(without[0])[:, -1]
    left = [part.sum(axis=(1, 2)) for part in without]
    with np.errstate(divide="ignore", invalid="ignore"):
        thetas = np.where(left[0] == 0, 0.0, left[0] / (left[0] + left[1]) * (1 - np.where(left[0] == 0, 0.0, curves)))
    error = resampling.jackknife(thetas, estimate=value)
    low, high = intervals.wilson_from_error(value, error.se, calls=stays + goes)
    naive = 1 - parts["repeat_rate"] - away
    bounds = {"naive": naive, "bound_low": max(naive, 0.0), "bound_high": min(1 - parts["repeat_rate"], 1 - away)}
    seen = 0 if exact[0] is None else int(exact[0].loc[exact[0]["event"] == 1, "calls"].sum())
    head = {"numerator": stays - seen, "denominator": stays + goes, "value": value, "low": float(low), "high": float(high)}
    kept = np.full(len(cubes[0]), np.nan)
    kept[resampling.occupied(*cubes)] = thetas
    return {**head, **parts, **bounds, "se": float(error.se), "without": tuple(kept)}


def _followed(rows: pd.DataFrame | None, seconds: int) -> float:
    """Kaplan-Meier share followed within the window; 0 where there are no such calls (they weigh nothing)."""
    if rows is None:
        return 0.0
    curve = survival.kaplan_meier(rows["seconds"].to_numpy(), rows["event"].to_numpy(), weights=rows["calls"].to_numpy())
    return float(survival.within(curve, seconds))


# ---- what repeats cost


def _repeated(view: View, periods: Sequence[Period], indicators: Sequence[Indicator], by: str) -> list[dict]:
    """Repeat rates; and hours a day that repeats keep agents busy, and what they cost: repeats x mean handling time (talk, hold, wrap-up).

    The repeats are the Kaplan-Meier share of the index calls, found once a window; the interval is the share's, the handling time is taken as known.
    Source: A26.
    """
    first = {i.window_hours: i for i in reversed(indicators)}
    rates = {hours: repeats(view, periods, [i], by) for hours, i in first.items()}
    loads = [i for i in indicators if i.unit is not PERCENT]
    seconds, of = _handling(view, periods) if loads else {}, {p.label: p for p in periods}
    rows = [{**r, "indicator": i.key} for i in indicators if i not in loads for r in rates[i.window_hours]]
    return rows + [_loaded(view, i, of[r["period"]], r, seconds) for i in loads for r in rates[i.window_hours]]


repeated = Estimator(_repeated, repeat_cases)


def _loaded(view: View, indicator: Indicator, period: Period, found: dict, seconds: dict[str, float]) -> dict:
    """Repeats times what one takes, a day."""
    cost = 60 * (view.params.service.cost_a_minute or np.nan) if indicator.unit is YUAN else 1.0
    per = seconds.get(period.label, np.nan) / 3600 * cost
    start, end = max(period.start_s, view.data_start_s), min(period.end_s, view.data_end_s)
    days = (end - start - sum(max(min(b, end) - max(a, start), 0) for a, b in view.lost())) / DAY
    if found["missing"] or not days > 0:
        return row(indicator, period, group=found["group"], missing=found["missing"] or "no calls")
    if not np.isfinite(per):
        return row(indicator, period, group=found["group"], missing="cost a minute" if np.isnan(cost) else "no known durations")
    scale = found["denominator"] * per / days
    value = {name: float(found[name] * scale) for name in ("value", "low", "high", "se")}
    return row(
        indicator, period, group=found["group"], numerator=found["numerator"], denominator=found["denominator"], clusters="callers", **value
    )


def _handling(view: View, periods: Sequence[Period]) -> dict[str, float]:
    """Mean talk, hold and wrap-up time of answered calls by period, over those whose talk time is known; a part that the export lacks adds nothing."""
    answered = view.own(view.line)  # whose outcome is known where an edition's other calls name no unit
    calls = within_data(view, inbound(not_left_out(answered, view.definition)), periods)
    have = [c for c in ("talk_seconds", "hold_seconds", "wrap_seconds") if c in calls.collect_schema().names()]
    rows = calls.filter((nw.col("outcome") == "answered") & read("talk_seconds")).with_columns(place=period_of(periods))
    total = nw.sum_horizontal(*[nw.when(read(c)).then(nw.col(c)).otherwise(nw.lit(0)) for c in have])
    found = pandas(rows.with_columns(work=total).group_by("place").agg(nw.col("work").mean()))
    return {periods[int(n)].label: float(mean) for n, mean in zip(found["place"], found["work"], strict=True) if n >= 0}
