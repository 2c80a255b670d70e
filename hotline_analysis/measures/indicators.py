"""The service indicators (指标), each declared once and whole; values, comparisons, cards, sentences and the glossary are made from that.

A missing column gives "not available: needs ...", never 0; an empty base gives none, never 0 %. Every row carries its numerator and its
denominator. Calls of one caller belong together, so intervals come from a jackknife over the 100 caller groups.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.measures import counts, rates, rules
from hotline_analysis.measures.counts import GROUPS
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import inbound, not_left_out
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.view import View
from hotline_analysis.stats import binned, control, intervals, resampling
from hotline_analysis.words import CALLS, PERCENT, SECONDS, Term, Unit

FEW = 30  # a base below this is shown and not judged
CHART_MONTHS = 12  # from here on the control chart decides, before it the interval of two periods
COLUMNS = {
    "indicator": Term("指标", "Indicator"),
    "period": Term("期间", "Period"),
    "group": Term("分组", "Group"),
    "numerator": Term("分子", "Numerator"),
    "denominator": Term("分母", "Denominator"),
    "value": Term("数值", "Value"),
    "low": Term("区间下端", "Low"),
    "high": Term("区间上端", "High"),
    "missing": Term("缺失原因", "Why missing"),
}


@dataclass(frozen=True)
class Part:
    """A numerator or a denominator: what it is in words, the columns it needs, and the whole number a row adds to it."""

    term: Term
    needs: tuple[str, ...]
    amount: Callable[[], nw.Expr]


@dataclass(frozen=True)
class Indicator:
    """One indicator: its parts, its unit, which way is better (None: neither), what to observe and how to judge, its source and readers.

    `window_hours` makes it a repeat-call rate, whose parts come from the gap table under the hotline's definition. `known`: the calls without
    any of which there is no value, such as those of known queue time.
    """

    key: str
    name: Term
    numerator: Part
    denominator: Part | None
    unit: Unit
    better: str | None
    observe: Term
    judge: Term
    source: str
    audience: tuple[str, ...] = ("management",)
    window_hours: float | None = None
    known: Part | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.numerator.needs, *(self.denominator.needs if self.denominator else ())]))

    @property
    def formula(self) -> Term:
        """The formula in words, made from the parts."""
        if self.denominator is None:
            return self.numerator.term
        top, bottom = self.numerator.term, self.denominator.term
        return Term(f"{top.zh} ÷ {bottom.zh}", f"{top.en} ÷ {bottom.en}")


def _mark(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))


def _answered() -> nw.Expr:
    return nw.col("outcome") == "answered"


def _known(column: str) -> nw.Expr:
    """A duration that was read; a negative one is none."""
    return nw.col(column) >= 0


def _seconds_of(condition: nw.Expr, column: str) -> nw.Expr:
    """The column's known seconds where the condition holds; the base of a mean is `_known` too, so that what is not known is in neither part."""
    return nw.when(condition & _known(column)).then(nw.col(column)).otherwise(nw.lit(0))


OFFERED = Part(Term("人工服务请求量", "calls offered"), ("outcome",), lambda: _mark(~nw.col("outcome").is_null()))
ANSWERED = Part(Term("接通量", "calls answered"), ("outcome",), lambda: _mark(_answered()))
ABANDONED = Part(Term("放弃量", "calls abandoned"), ("outcome",), lambda: _mark(nw.col("outcome") == "abandoned"))
IDENTIFIED = Part(
    Term("已识别来电人的来电", "calls of identified callers"), ("outcome", "caller"), lambda: _mark(~nw.col("caller").is_null())
)
WAITED = Part(
    Term("接通来电的排队时长", "queue time of answered calls"),
    ("outcome", "queue_seconds"),
    lambda: _seconds_of(_answered(), "queue_seconds"),
)
TALKED = Part(
    Term("接通来电的通话时长", "talk time of answered calls"), ("outcome", "talk_seconds"), lambda: _seconds_of(_answered(), "talk_seconds")
)
WAIT_KNOWN = Part(
    Term("排队时长已知的接通量", "answered calls of known queue time"),
    ("outcome", "queue_seconds"),
    lambda: _mark(_answered() & _known("queue_seconds")),
)
TALK_KNOWN = Part(
    Term("通话时长已知的接通量", "answered calls of known talk time"),
    ("outcome", "talk_seconds"),
    lambda: _mark(_answered() & _known("talk_seconds")),
)
IN_20_SECONDS = Part(
    Term("20秒内接通量", "calls answered within 20 s"),
    ("outcome", "queue_seconds"),
    lambda: _mark(_answered() & _known("queue_seconds") & (nw.col("queue_seconds") <= 20)),
)
TIMED = Part(
    Term("人工服务请求量（不含排队时长不明的接通）", "calls offered, without answered calls of unknown queue time"),
    ("outcome", "queue_seconds"),
    lambda: _mark(~nw.col("outcome").is_null() & (~_answered() | _known("queue_seconds"))),
)
REPEATED = Part(Term("24小时内再次来电的来电", "calls followed by another within 24 h"), ("outcome", "caller"), lambda: nw.lit(0))
FIRST = Part(Term("已识别来电人的来电", "calls of identified callers"), ("outcome", "caller"), lambda: nw.lit(0))

CATALOGUE = (
    Indicator(
        "offered", Term("来电量", "Calls offered"), OFFERED, None, CALLS, None,
        Term("请求人工服务的来电，不含测试与呼出", "calls that asked for a person, without tests and outbound"),
        Term("量的变化没有好坏，只看是否超出平时的波动", "neither way is good; only whether it leaves its usual range"), "F3 D01",
    ),
    Indicator(
        "connection_rate", Term("接通率", "Connection rate"), ANSWERED, OFFERED, PERCENT, "higher",
        Term("分母是全部人工服务请求，含放弃", "the base is every request for a person, abandoned ones included"),
        Term("低于目标且控制图有信号时，看高峰时段的人力", "when it signals below target, look at staffing in the peak"), "F3 D01; GB/T 33358-2016",
    ),
    Indicator(
        "abandonment_rate", Term("放弃率", "Abandonment rate"), ABANDONED, OFFERED, PERCENT, "lower",
        Term("排队或振铃中挂断的来电", "calls that hung up while queueing or ringing"),
        Term("短时挂断未剔除，口径变动时另行说明", "short abandonments are not taken out"), "classic KPI 14",
    ),
    Indicator(
        "service_level_20s", Term("20秒接通率", "Service level in 20 s"), IN_20_SECONDS, TIMED, PERCENT, "higher",
        Term("分母含放弃的来电；另有四种算法，不可混比", "abandoned calls are in the base; four other forms exist and do not compare"),
        Term("与接通率一起看：接通率不变而它下降，是等得久了", "read with the connection rate: if only this falls, people wait longer"), "classic KPI 21, form A", known=WAIT_KNOWN,
    ),
    Indicator(
        "asa_seconds", Term("平均应答速度", "Average speed of answer"), WAITED, WAIT_KNOWN, SECONDS, "lower",
        Term("接通来电从排队到应答的平均秒数", "mean seconds from queue to answer of answered calls"),
        Term("放弃的来电不在内，所以会偏低", "leaves abandoned calls out, so it reads low"), "classic KPI 9", known=WAIT_KNOWN,
    ),
    Indicator(
        "talk_seconds", Term("平均通话时长", "Average talk time"), TALKED, TALK_KNOWN, SECONDS, None,
        Term("只含通话，不含保持与话后", "talk only, without hold and wrap-up"),
        Term("长短没有好坏，突变时看诉求结构", "neither way is good; on a jump look at the mix of issues"), "classic KPI 10", known=TALK_KNOWN,
    ),
    Indicator(
        "repeat_rate_24h", Term("24小时复电率", "Repeat rate in 24 h"), REPEATED, FIRST, PERCENT, "lower",
        Term("滚动24小时，生存分析修正，其余按本热线口径", "rolling 24 h, corrected by Kaplan-Meier, otherwise under the hotline's definition"),
        Term("含习惯性来电；窗口长短见重复来电一章", "contains habitual callers; see the chapter on repeat calls for the window"), "F0 A01",
        window_hours=24,
    ),
    Indicator(
        "identified_share", Term("来电人识别率", "Identified share"), IDENTIFIED, OFFERED, PERCENT, None,
        Term("能识别来电人的来电占比；复电率只在其中计算", "calls whose caller is known; repeat rates are made of these only"),
        Term("它变动时，复电率的月度变动不可直接比较", "when it moves, months of repeat rates do not compare"), "methods M6",
    ),
)  # fmt: skip
BY_KEY = {i.key: i for i in CATALOGUE}


def offered_calls(view: View) -> nw.LazyFrame:
    """The calls that service indicators are made of: what the definition leaves out and outbound calls are not in it."""
    return inbound(not_left_out(view.table("calls"), view.definition))


def evaluate(view: View, periods: Sequence[Period], indicators: Sequence[Indicator] = CATALOGUE, *, by: str = "") -> pd.DataFrame:
    """Every indicator in every period (and group of column `by`): one row each.

    Columns: indicator, period, group, numerator and denominator (whole numbers; denominator of a count is missing), value (share, seconds
    or count), low, high (95 %), se, calls (the base), missing (why there is no value, '' otherwise). Unknown callers count; each is a
    cluster of its own. Shares: Wilson on effective n. Means and counts: t interval of the jackknife. Source: methods M2, M3.
    """
    calls = offered_calls(view)
    have = calls.collect_schema().names()
    lacking = {i.key: _lacking(i, have, view) for i in indicators}
    plain = [i for i in indicators if i.window_hours is None and not lacking[i.key]]
    frames = [_missing(i, periods, lacking[i.key]) for i in indicators if lacking[i.key]]
    if plain:
        frames.append(_from_calls(calls, plain, periods, by, have))
    for indicator in indicators:
        if indicator.window_hours is not None and not lacking[indicator.key]:
            frames.append(_from_gaps(view, indicator, periods, by))
    order = {i.key: n for n, i in enumerate(indicators)}
    frame = pd.concat([f for f in frames if len(f)], ignore_index=True)
    frame["place"] = frame["indicator"].map(order)
    return frame.sort_values(["place", "period", "group"], ignore_index=True).drop(columns="place")


def _lacking(indicator: Indicator, have: Sequence[str], view: View) -> str:
    """Why an indicator cannot be had, '' when it can: missing columns, or numbers that tell nobody apart."""
    if indicator.window_hours is None:
        needs = indicator.needs
    else:
        scoped = "answered" in (view.definition.index_scope, view.definition.callback_scope)
        needs = ("caller", "outcome") if scoped else ("caller",)
        if view.masked:
            return "not available: masked"
    missing = [c for c in needs if c not in have]
    return "not available: needs " + ", ".join(missing) if missing else ""


def _missing(indicator: Indicator, periods: Sequence[Period], reason: str) -> pd.DataFrame:
    return pd.DataFrame([_no_value(indicator, p.label, reason) for p in periods])


def _no_value(indicator: Indicator, period: str, reason: str) -> dict:
    nothing = dict.fromkeys(("value", "low", "high", "se"), np.nan)
    return {
        "indicator": indicator.key,
        "period": period,
        "group": "",
        "numerator": pd.NA,
        "denominator": pd.NA,
        "calls": 0,
        "missing": reason,
        **nothing,
    }


def _period_of(periods: Sequence[Period]) -> nw.Expr:
    """The place of the period in which a call starts; periods do not overlap."""
    place = nw.lit(-1)
    for n, period in enumerate(periods):
        inside = (nw.col("start_s") >= period.start_s) & (nw.col("start_s") < period.end_s)
        place = nw.when(inside).then(nw.lit(n)).otherwise(place)
    return place


def _from_calls(calls, indicators: Sequence[Indicator], periods: Sequence[Period], by: str, have: Sequence[str]) -> pd.DataFrame:
    """Sums by period, group and caller group in one query; a caller that is not known is put in a caller group by its place in the table."""
    group = nw.coalesce(nw.col("caller_group"), nw.col("seq") % GROUPS) if "caller_group" in have else nw.col("seq") % GROUPS
    parts = {p.term.en: p for i in indicators for p in _parts(i)}
    rows = calls.filter((nw.col("start_s") >= periods[0].start_s) & (nw.col("start_s") < periods[-1].end_s))
    rows = rows.with_columns(place=_period_of(periods), cluster=group, **{f"part_{n}": p.amount() for n, p in enumerate(parts.values())})
    keys = ["place", *([by] if by else []), "cluster"]
    sums = pandas(rows.group_by(*keys).agg(*[nw.col(f"part_{n}").sum() for n in range(len(parts))]))
    sums = sums.rename(columns={f"part_{n}": name for n, name in enumerate(parts)})
    found = []
    for place, period in enumerate(periods):
        inside = sums[sums["place"] == place]
        groups = sorted(inside[by].dropna().unique()) if by else [""]
        for name in groups:
            part = (
                (inside[inside[by] == name] if by else inside)
                .groupby("cluster")
                .sum(numeric_only=True)
                .reindex(range(GROUPS), fill_value=0)
            )
            found += [_row(i, period.label, name, part) for i in indicators]
    return pd.DataFrame(found)


def _parts(indicator: Indicator) -> list[Part]:
    beside = (indicator.known, ANSWERED) if indicator.known else ()
    return [p for p in (indicator.numerator, indicator.denominator, *beside) if p is not None]


def _row(indicator: Indicator, period: str, group: str, part: pd.DataFrame) -> dict:
    if indicator.known and part[ANSWERED.term.en].sum() and not part[indicator.known.term.en].sum():
        return {**_no_value(indicator, period, "no known durations"), "group": group}
    k = part[indicator.numerator.term.en].to_numpy(np.int64)
    row = {"indicator": indicator.key, "period": period, "group": group, "numerator": int(k.sum()), "missing": ""}
    if indicator.denominator is None:
        error = resampling.jackknife((k.sum() - k) * GROUPS / (GROUPS - 1), estimate=float(k.sum()))
        return {
            **row,
            "denominator": pd.NA,
            "value": float(k.sum()),
            "low": max(error.low, 0.0),
            "high": error.high,
            "se": error.se,
            "calls": int(k.sum()),
        }
    n = part[indicator.denominator.term.en].to_numpy(np.int64)
    return {**row, "denominator": int(n.sum()), "calls": int(n.sum()), **_ratio(k, n, indicator.unit)}


def _ratio(k: np.ndarray, n: np.ndarray, unit: Unit) -> dict:
    """A share or a mean with its interval; nothing where the base is empty."""
    if n.sum() == 0:
        return {"value": np.nan, "low": np.nan, "high": np.nan, "se": np.nan, "missing": "no calls"}
    if unit is PERCENT:
        return {name: float(part) for name, part in rates.shares(k, n)._asdict().items()}
    value = k.sum() / n.sum()
    kept_k, kept_n = resampling.leave_one_out(k, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = resampling.jackknife(kept_k / kept_n, estimate=value)
    return {"value": value, "low": float(max(error.low, 0.0)), "high": float(error.high), "se": float(error.se)}


def _from_gaps(view: View, indicator: Indicator, periods: Sequence[Period], by: str) -> pd.DataFrame:
    """A repeat rate in every period: Kaplan-Meier, so that the newest month's last days do not read as an improvement."""
    window = round(indicator.window_hours * HOUR)
    edges = binned.bin_edges_seconds(menu_seconds=[window], horizon_seconds=max(168 * HOUR, window))
    view = view.but(
        mode="rolling", direction="look-ahead", charged="last" if view.definition.charged == "taker" else view.definition.charged
    )
    gaps = rules.charge(counts.within(view.all_gaps(), periods[0].start_s, periods[-1].end_s), view.definition, [by])
    gaps = rules.chained(gaps, view.definition, window).with_columns(place=_period_of(periods)).filter(nw.col("place") >= 0)
    keys = ["place", *([by] if by else [])]
    cubes = counts.tables(counts.cube(gaps, view.definition, edges=edges, by=keys), edges=edges, by=keys)
    exact = counts.exact(gaps, view.definition, horizon_s=window, by=keys)
    found = []
    for key, rows in exact.groupby(keys, sort=True):
        rate, calls = rates.curve_shares(rows, cubes[counts.plain(key)], edges, [window]), int(cubes[counts.plain(key)].sum())
        base = {"indicator": indicator.key, "period": periods[int(key[0])].label, "group": key[1] if by else "", "missing": ""}
        parts = {"numerator": int(rows.loc[rows["event"] == 1, "calls"].sum()), "denominator": calls, "calls": calls}
        found.append({**base, **parts, **{name: float(part[0]) for name, part in rate._asdict().items()}})
    told = {row["period"] for row in found}
    return pd.DataFrame([*found, *[_no_value(indicator, p.label, "no calls") for p in periods if not by and p.label not in told]])


def compare(
    frame: pd.DataFrame, now: str, before: str, *, year: str = "", targets: Mapping[str, float] | None = None, few: int = FEW
) -> pd.DataFrame:
    """One row an indicator and group: this period against another, and what may be said of the change.

    frame: from `evaluate`, with all periods that are comparable; those up to `now` make the control chart. year: the period to show beside
    it (the same month of last year), without a verdict of its own.

    Adds to this period's columns: before, change (difference of shares and seconds, relative for counts), change_low, change_high (95 %),
    year_change, centre, lower, upper (limits; missing below 12 periods), trial, direction (up, down, none, few), judgement (better, worse,
    more, less, none, few), method (chart, two periods, ''), rule (of the chart), target and capability (met, at times, out of reach,
    no target, '' without limits). With 12 or more periods the control chart decides, with fewer the interval of the change (两期比较).
    """
    rows = [
        _compared(key, part, now, before, year, dict(targets or {}), few) for key, part in frame.groupby(["indicator", "group"], sort=False)
    ]
    return pd.DataFrame([r for r in rows if r])


def _compared(key: tuple, part: pd.DataFrame, now: str, before: str, year: str, targets: dict, few: int) -> dict:
    indicator = BY_KEY[key[0]]
    series = part[part["period"] <= now].set_index("period")
    if now not in series.index:
        return {}
    row = series.loc[now]
    others = [series.loc[p] if p in series.index else None for p in (before, year)]
    change, year_change = (_change(indicator, row, other) for other in others)
    chart = _chart(series["value"].to_numpy(float), indicator)
    direction, method = _direction(row, change, chart, few)
    target = targets.get(indicator.key, np.nan) if indicator.better else np.nan
    limits = {name: float(getattr(chart, name)[-1]) if chart else np.nan for name in ("centre", "lower", "upper")}
    able = control.capability(limits["lower"], limits["upper"], None if np.isnan(target) else target, indicator.better)
    rule = control.read(chart)[-1].rule if method == "chart" and direction in ("up", "down") else ""
    said = {
        "direction": direction,
        "judgement": _judgement(indicator, direction),
        "method": method,
        "rule": rule,
        "target": target,
        "capability": able or "",
    }
    return {
        **row,
        "period": now,
        **change,
        "year_change": year_change["change"],
        **limits,
        "trial": bool(chart.trial[-1]) if chart else False,
        **said,
    }


def _change(indicator: Indicator, row, last) -> dict:
    nothing = {"before": np.nan, "change": np.nan, "change_low": np.nan, "change_high": np.nan}
    if last is None or pd.isna(row["value"]) or pd.isna(last["value"]):
        return nothing
    low, high = intervals.difference(row["value"], (row["low"], row["high"]), last["value"], (last["low"], last["high"]))
    scale = last["value"] if indicator.denominator is None else 1.0
    if scale == 0:
        return {**nothing, "before": last["value"]}
    return {
        "before": last["value"],
        "change": (row["value"] - last["value"]) / scale,
        "change_low": low / scale,
        "change_high": high / scale,
    }


def _chart(values: np.ndarray, indicator: Indicator) -> control.Chart | None:
    """The control chart of the periods so far; none below 12 of them."""
    if np.isfinite(values).sum() < CHART_MONTHS:
        return None
    return control.xmr(values, bounds=(0.0, 1.0) if indicator.unit is PERCENT else (0.0, np.inf))


def _direction(row, change: dict, chart: control.Chart | None, few: int) -> tuple[str, str]:
    if pd.isna(row["value"]) or row["calls"] < few:
        return "few", ""
    if chart is not None:
        signal = control.read(chart)[-1]
        return (signal.side if signal else "none"), "chart"
    if np.isnan(change["change_low"]):
        return "few", ""
    return ("up" if change["change_low"] > 0 else "down" if change["change_high"] < 0 else "none"), "two periods"


def _judgement(indicator: Indicator, direction: str) -> str:
    if direction in ("none", "few"):
        return direction
    if indicator.better is None:
        return "more" if direction == "up" else "less"
    return "better" if (direction == "up") == (indicator.better == "higher") else "worse"


def glossary(language: str = "zh", indicators: Sequence[Indicator] = CATALOGUE) -> pd.DataFrame:
    """Every indicator in words: key, name, formula, unit, better, observe, judge, source."""
    better = {"higher": Term("高为好", "higher"), "lower": Term("低为好", "lower"), None: Term("不分好坏", "neither")}
    return pd.DataFrame(
        [
            {
                "key": i.key,
                "name": i.name(language),
                "formula": i.formula(language),
                "unit": i.unit.term(language).strip(),
                "better": better[i.better](language),
                "observe": i.observe(language),
                "judge": i.judge(language),
                "source": i.source,
            }
            for i in indicators
        ]
    )
