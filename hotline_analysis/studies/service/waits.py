"""How long do people wait, and how long would they? (等待与耐心; methods 7)

`waits`, `wait_course`: what was waited, by those who were answered and by those who gave up. `patience`, `patience_course`: how long people are willing to wait. Who was answered
would have waited longer, nobody knows how long: an answered call is censored at its wait, and patience is a survival curve. The mean wait of those who gave up
is another thing and far shorter, because the patient ones are answered before they give up. Source: methods 7.
"""

import numpy as np
import pandas as pd

from hotline_analysis.errors import DataRefused
from hotline_analysis.measures.counts import GROUPS
from hotline_analysis.measures.view import View
from hotline_analysis.stats import binned, resampling
from hotline_analysis.studies.service import calls
from hotline_analysis.words import Field, Term

QUANTILES = {"median_seconds": 0.5, "p80_seconds": 0.8, "p90_seconds": 0.9, "p95_seconds": 0.95}
LEAST_ABANDONED, LEAST_AT_RISK = 30, 10
RESAMPLES, SEED = 400, 7
OUTCOMES = {"answered": Term("接通", "answered"), "abandoned": Term("放弃", "abandoned")}
LINES = {"answered": Term("已接通", "answered"), "abandoned": Term("已放弃", "gave up"), "patience": Term("还愿意等", "still willing")}
COLUMNS = {
    "outcome": Field(Term("结果", "Outcome"), words=OUTCOMES),
    "calls": Field(Term("来电", "Calls"), "count"),
    "unknown": Field(Term("等待不明", "Wait unknown"), "count"),
    "mean_seconds": Field(Term("平均等待", "Mean wait"), "seconds", interval=("mean_low", "mean_high")),
    "mean_low": Field(Term("平均下端", "Mean, low"), "seconds"),
    "mean_high": Field(Term("平均上端", "Mean, high"), "seconds"),
    "median_seconds": Field(Term("中位", "Median"), "seconds"),
    "p80_seconds": Field(Term("八成在内", "80% within"), "seconds"),
    "p90_seconds": Field(Term("九成在内", "90% within"), "seconds"),
    "p95_seconds": Field(Term("九成五在内", "95% within"), "seconds"),
    "at_once": Field(Term("不用等", "Without a wait"), "share"),
    "seconds": Field(Term("等待", "Wait"), "seconds"),
    "line": Field(Term("线", "Line"), words=LINES),
    "restricted_seconds": Field(Term("平均耐心", "Mean patience"), "seconds", interval=("restricted_low", "restricted_high")),
    "restricted_low": Field(Term("平均耐心下端", "Mean patience, low"), "seconds"),
    "restricted_high": Field(Term("平均耐心上端", "Mean patience, high"), "seconds"),
    "quarter_seconds": Field(Term("四分之一放弃", "A quarter left"), "seconds", interval=("quarter_low", "quarter_high")),
    "quarter_low": Field(Term("下端", "Low"), "seconds"),
    "quarter_high": Field(Term("上端", "High"), "seconds"),
    "half_seconds": Field(Term("一半放弃", "Half left"), "seconds", interval=("half_low", "half_high")),
    "half_low": Field(Term("下端", "Low"), "seconds"),
    "half_high": Field(Term("上端", "High"), "seconds"),
    "three_quarters_seconds": Field(Term("四分之三放弃", "Three quarters left"), "seconds", interval=("three_quarters_low", "three_quarters_high")),
    "three_quarters_low": Field(Term("下端", "Low"), "seconds"),
    "three_quarters_high": Field(Term("上端", "High"), "seconds"),
    "horizon_seconds": Field(Term("观察期末", "Horizon"), "seconds"),
    "ignored_seconds": Field(Term("不计的头几秒", "Seconds left out"), "seconds"),
    "ignored": Field(Term("其中放弃", "Abandoned in them"), "count"),
    "abandoned": Field(Term("放弃", "Abandoned"), "count"),
    "censored": Field(Term("接通（删失）", "Answered (censored)"), "count"),
    "abandoned_mean": Field(Term("放弃者平均等待", "Wait of those who left"), "seconds"),
    "exponential_seconds": Field(Term("指数耐心", "Exponential patience"), "seconds"),
}  # fmt: skip


def waits(view: View) -> pd.DataFrame:
    """How long those waited who were answered, and those who gave up: one row an outcome.

    Columns: outcome (answered, abandoned), calls (of known wait), unknown (calls of unknown wait), mean_seconds, mean_low, mean_high (95 %, from the days), median_seconds,
    p80_seconds, p90_seconds, p95_seconds (the shortest wait that so many did not exceed), at_once (share that waited 0 s). Raises DataRefused without outcome or
    queue_seconds, and where no wait is known.
    """
    found = calls.waits(view, "day")
    rows = [_summary(outcome, found[found["outcome"] == outcome]) for outcome in OUTCOMES if (found["outcome"] == outcome).any()]
    if not any(row["calls"] for row in rows):
        raise DataRefused("waits", "no known durations" if rows else "no calls")
    return pd.DataFrame(rows)


def _summary(outcome: str, rows: pd.DataFrame) -> dict:
    known = rows[rows["wait_seconds"].notna()].sort_values("wait_seconds", kind="stable")
    wait, n = known["wait_seconds"].to_numpy(), known["calls"].to_numpy()
    row = {"outcome": outcome, "calls": int(n.sum()), "unknown": int(rows["calls"].sum() - n.sum())}
    if not n.sum():
        return {**row, **dict.fromkeys(("mean_seconds", "mean_low", "mean_high", *QUANTILES, "at_once"), np.nan)}
    sums = known.assign(total=wait * n).groupby("day")[["total", "calls"]].sum()
    value, low, high = calls.mean(sums["total"].to_numpy(), sums["calls"].to_numpy())
    reached = np.searchsorted(np.cumsum(n), np.array(list(QUANTILES.values())) * n.sum() - 1e-9)
    quantiles = dict(zip(QUANTILES, wait[reached], strict=True))
    return {**row, "mean_seconds": value, "mean_low": low, "mean_high": high, **quantiles, "at_once": float(n[wait == 0].sum() / n.sum())}


def wait_course(view: View) -> pd.DataFrame:
    """By when calls were answered, and by when they were given up, of all calls of known outcome and wait: one row a second of wait and outcome.

    Columns: line (answered, abandoned), seconds (0 to the wait that 99 % did not exceed, at most ten minutes; 60 steps), value (share of all calls), low, high (95 %,
    from the days), numerator, denominator. Raises as `waits`.
    """
    found = calls.waits(view, "day")
    known = found[found["wait_seconds"].notna() & found["outcome"].isin(list(OUTCOMES))]
    if known.empty:
        raise DataRefused("waits", "no known durations" if len(found) else "no calls")
    n = known.groupby("day")["calls"].sum()
    rows = []
    for line in OUTCOMES:
        own = known[known["outcome"] == line]
        for seconds in _steps(known):
            k = own[own["wait_seconds"] <= seconds].groupby("day")["calls"].sum().reindex(n.index, fill_value=0)
            rows.append({"line": line, "seconds": seconds, **calls.share(k.to_numpy(), n.to_numpy())})
    return pd.DataFrame(rows)


def _steps(known: pd.DataFrame) -> list[int]:
    ordered = known.sort_values("wait_seconds", kind="stable")
    last = ordered["wait_seconds"].to_numpy()[np.searchsorted(ordered["calls"].cumsum(), 0.99 * ordered["calls"].sum())]
    step = max(int(np.ceil(min(max(last, 1), 600) / 60)), 1)
    return list(range(0, int(min(max(last, 1), 600)) + step, step))


# ---- patience


def patience(view: View, *, horizon_seconds: float = 0) -> pd.DataFrame:
    """How long people are willing to wait, in one row: Kaplan-Meier with answered calls censored at their wait.

    Waits under `service › short_abandon_seconds` are left out: who hangs up at once slipped or tried the line. horizon_seconds: up to where the mean is taken; 0: the longest wait that
    ten calls reached.

    Columns: abandoned, censored (calls), restricted_seconds (the mean of patience cut at the horizon), quarter_seconds, half_seconds, three_quarters_seconds (by when
    so many give up; missing where the curve never gets there), each with its interval (95 %, percentiles of 400 draws of the 100 caller groups), horizon_seconds,
    ignored_seconds, ignored (abandoned before that), abandoned_mean (the mean wait of those who gave up, for comparison: it says how long the impatient lasted),
    exponential_seconds (all waiting over those who gave up: the patience of an Erlang A queue), said (known, few: under 30 gave up). Raises DataRefused as `waits`, and
    where nobody waited so long.
    """
    table, short, ignored = _table(view)
    events, others = (int(table[:, :, place].sum()) for place in (0, 1))
    edges = short + np.arange(table.shape[1])
    horizon = _horizon(table, edges, horizon_seconds)
    whole = _figures(table.sum(axis=0)[None], edges, horizon)[0]
    weights = resampling.group_weights(GROUPS, RESAMPLES, rng=np.random.default_rng(SEED))
    drawn = _figures(resampling.resample(table, weights), edges, horizon)
    row = {"abandoned": events, "censored": others, "horizon_seconds": horizon, "ignored_seconds": short, "ignored": ignored}
    for place, name in enumerate(("restricted", "quarter", "half", "three_quarters")):
        ends = np.quantile(drawn[:, place], [0.025, 0.975], method="nearest")
        low, high = (float(end) if np.isfinite(end) and np.isfinite(whole[place]) else np.nan for end in ends)
        row |= {f"{name}_seconds": float(whole[place]) if np.isfinite(whole[place]) else np.nan, f"{name}_low": low, f"{name}_high": high}
    gone, waited = table[:, :, 0].sum(axis=0), table.sum(axis=(0, 2))
    mean = float(gone @ edges / events) if events else np.nan
    told = {"abandoned_mean": mean, "exponential_seconds": float(waited @ (edges - short) / events) if events else np.nan}
    return pd.DataFrame([{**row, **told, "said": "known" if events >= LEAST_ABANDONED else "few"}])


def patience_course(view: View) -> pd.DataFrame:
    """The share still willing to wait after each second: columns line (patience), seconds (to the horizon, 60 steps), value, low, high (95 %), at_risk (calls that waited so long), said."""
    table, short, _ = _table(view)
    edges = short + np.arange(table.shape[1])
    last = _horizon(table, edges, 0)
    weights = resampling.group_weights(GROUPS, RESAMPLES, rng=np.random.default_rng(SEED))
    curve, drawn = _curve(table.sum(axis=0)[None])[0], _curve(resampling.resample(table, weights))
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    risk = binned.at_risk(table.sum(axis=0))
    places = np.unique(np.append(np.arange(0, last - short + 1, max((last - short) // 60, 1)), last - short)).astype(int)
    said = "known" if table[:, :, 0].sum() >= LEAST_ABANDONED else "few"
    return pd.DataFrame(
        {
            "line": "patience",
            "seconds": edges[places],
            "value": curve[places],
            "low": low[places],
            "high": high[places],
            "at_risk": risk[places],
            "said": said,
        }
    )


def _table(view: View) -> tuple[np.ndarray, int, int]:
    """Calls by caller group, second of wait beyond those left out, and whether they gave up or were answered; those seconds; who gave up in them."""
    found, short = calls.waits(view, "cluster"), view.params.service.short_abandon_seconds
    known = found[found["wait_seconds"].notna() & found["outcome"].isin(list(OUTCOMES))]
    gone = known["outcome"] == "abandoned"
    early = (known["wait_seconds"] < short) | ((known["wait_seconds"] == 0) & (short == 0))
    ignored = int(known.loc[early & gone, "calls"].sum())
    known, gone = known[~early], gone[~early]
    if known.empty:
        raise DataRefused("patience", "no known durations")
    place = (known["wait_seconds"] - short).astype(int)
    table = np.zeros((GROUPS, int(place.max()) + 1, 2), np.int64)
    np.add.at(table, (known["cluster"].to_numpy(), place.to_numpy(), np.where(gone, 0, 1)), known["calls"].to_numpy())
    return table, short, ignored


def _curve(tables: np.ndarray) -> np.ndarray:
    """S at every second of [draws, seconds, (gave up, answered)]; where nobody waited so long it stays."""
    risk = np.flip(np.cumsum(np.flip(tables.sum(axis=-1), axis=-1), axis=-1), axis=-1)
    return np.cumprod(1 - np.divide(tables[..., 0], risk, out=np.zeros(risk.shape), where=risk > 0), axis=-1)


def _horizon(table: np.ndarray, edges: np.ndarray, asked: float) -> int:
    """Up to which wait the mean of patience is taken: what was asked, at most the longest wait; else the longest that enough calls reached."""
    if asked:
        return int(min(asked, edges[-1]))
    reached = np.flatnonzero(binned.at_risk(table.sum(axis=0)) >= LEAST_AT_RISK)
    return int(edges[reached[-1]] if len(reached) else edges[-1])


def _figures(tables: np.ndarray, edges: np.ndarray, horizon: int) -> np.ndarray:
    """[draws, 4]: the mean up to the horizon, and by when a quarter, a half and three quarters give up (infinite where the curve never gets there)."""
    curve = _curve(tables)
    inside = edges < horizon
    mean = edges[0] + curve[:, inside].sum(axis=1)
    reached = [
        np.where((1 - curve >= share - 1e-12).any(axis=1), edges[np.argmax(1 - curve >= share - 1e-12, axis=1)], np.inf)
        for share in (0.25, 0.5, 0.75)
    ]
    return np.column_stack([mean, *reached])


TABLES = {"waits": waits, "wait_course": wait_course, "patience": patience, "patience_course": patience_course}
