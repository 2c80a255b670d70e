"""The service indicators (指标), each declared once and whole; values, comparisons, cards, sentences and the glossary are made from that.

A missing column gives "not available: needs ...", never 0; an empty base gives none, never 0 %. Every row carries its numerator and its
denominator, and the two have one base: a call whose cell was not read is in neither. What one day brings belongs together (staffing,
weather, an outage), so service indicators have their intervals from the days; what one caller does belongs together, so figures about
callers have theirs from the 100 caller groups.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.measures import counts, rates, rules, volumes
from hotline_analysis.measures.counts import GROUPS
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import DAY, inbound, not_left_out
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.view import View
from hotline_analysis.stats import binned, resampling
from hotline_analysis.words import CALLS_A_DAY, PERCENT, SECONDS, Term, Unit

FEW = 30  # a base below this is shown and not judged
FEWEST_DAYS = 5  # below this many days with calls the caller groups give the interval, not the days
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
Have = Sequence[str]  # the columns that the calls have


@dataclass(frozen=True)
class Part:
    """A numerator or a denominator: what it is in words, the columns it needs, and the whole number a row adds to it."""

    term: Term
    needs: tuple[str, ...]
    amount: Callable[[Have], nw.Expr]


@dataclass(frozen=True)
class Indicator:
    """One indicator: its parts, its unit, which way is better (None: neither), what to observe and how to judge, its source and readers.

    `window_hours` makes it a repeat-call rate, whose parts come from the gap table under the hotline's definition. `family` names the one
    event that indicators share: they get one verdict. `known` and `of` say of which rows the figure could be had and of how many; below the
    share `least_known` there is no figure. `callers`: the figure is about callers, so its interval comes from the caller groups.
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
    family: str = ""
    known: Part | None = None
    of: Part | None = None
    least_known: float = 0.0
    callers: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.numerator.needs, *(self.denominator.needs if self.denominator else ())]))

    @property
    def event(self) -> str:
        """The family, or the indicator by itself."""
        return self.family or self.key

    @property
    def formula(self) -> Term:
        """The formula in words, made from the parts."""
        top, bottom = self.numerator.term, self.denominator.term if self.denominator else DAYS
        return Term(f"{top.zh} ÷ {bottom.zh}", f"{top.en} ÷ {bottom.en}")


def _mark(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))


def _outcome(have: Have) -> nw.Expr:
    return ~nw.col("outcome").is_null()


def _answered(have: Have) -> nw.Expr:
    return nw.col("outcome") == "answered"


def _read(column: str) -> nw.Expr:
    """A duration that was read; a negative one was not."""
    return ~nw.col(column).is_null() & (nw.col(column) >= 0)


def _timed(have: Have) -> nw.Expr:
    """Answered calls whose wait is known: the queue, and the ringing where the export has it."""
    queued = _answered(have) & _read("queue_seconds")
    return queued & _read("ring_seconds") if "ring_seconds" in have else queued


def _wait(have: Have) -> nw.Expr:
    return nw.col("queue_seconds") + nw.col("ring_seconds") if "ring_seconds" in have else nw.col("queue_seconds")


def _spoken(have: Have) -> nw.Expr:
    return _answered(have) & _read("talk_seconds")


def _seconds(condition: nw.Expr, seconds: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(seconds).otherwise(nw.lit(0))


DAYS = Term("有数据的天数", "days with data")
WAITS, TALKS = ("outcome", "queue_seconds"), ("outcome", "talk_seconds")
OFFERED = Part(Term("人工服务请求量", "calls offered"), (), lambda have: _mark(~nw.col("start_s").is_null()))
RECORDED = Part(Term("结果已知的人工服务请求量", "calls offered with a known outcome"), ("outcome",), lambda have: _mark(_outcome(have)))
ANSWERED = Part(Term("接通量", "calls answered"), ("outcome",), lambda have: _mark(_answered(have)))
ABANDONED = Part(Term("放弃量", "calls abandoned"), ("outcome",), lambda have: _mark(nw.col("outcome") == "abandoned"))
IDENTIFIED = Part(Term("已识别来电人的来电", "calls of identified callers"), ("caller",), lambda have: _mark(~nw.col("caller").is_null()))
TIMED = Part(Term("等待时长已知的接通量", "calls answered after a known wait"), WAITS, lambda have: _mark(_timed(have)))
WAITED = Part(
    Term("接通来电的排队与振铃时长", "queue and ring time of answered calls"), WAITS, lambda have: _seconds(_timed(have), _wait(have))
)
SPOKEN = Part(Term("通话时长已知的接通量", "calls answered with a known talk time"), TALKS, lambda have: _mark(_spoken(have)))
TALKED = Part(
    Term("接通来电的通话时长", "talk time of answered calls"), TALKS, lambda have: _seconds(_spoken(have), nw.col("talk_seconds"))
)
IN_20_SECONDS = Part(Term("20秒内接通量", "calls answered within 20 s"), WAITS, lambda have: _mark(_timed(have) & (_wait(have) <= 20)))
TIMED_OR_LOST = Part(
    Term("人工服务请求量（接通而等待时长未知的除外）", "calls offered, without those answered after an unknown wait"),
    WAITS,
    lambda have: _mark(_outcome(have) & (~_answered(have) | _timed(have))),
)
REPEATED = Part(Term("24小时内再次来电的来电", "calls followed by another within 24 h"), ("outcome", "caller"), lambda have: nw.lit(0))
FIRST = Part(Term("已识别来电人的来电", "calls of identified callers"), ("outcome", "caller"), lambda have: nw.lit(0))

ANSWERING = "answering"
FAMILIES = {
    ANSWERING: Term("接通", "Answering")
}  # indicators that are one event: 接通率 and 放弃率 are complements, the waits move with them
CATALOGUE = (
    Indicator(
        "offered", Term("日均来电量", "Calls offered a day"), OFFERED, None, CALLS_A_DAY, None,
        Term("请求人工服务的来电，不含测试与呼出，除以有数据的天数；比较时剔除工作日、周末、节假日和调休的差别", "calls that asked for a person, without tests and outbound, by days with data; compared with weekdays, holidays and make-up days taken off"),
        Term("量的变化没有好坏，只看是否超出平时的波动", "neither way is good; only whether it leaves its usual range"), "F3 D01",
    ),
    Indicator(
        "connection_rate", Term("接通率", "Connection rate"), ANSWERED, RECORDED, PERCENT, "higher",
        Term("分母是全部人工服务请求，含放弃", "the base is every request for a person, abandoned ones included"),
        Term("低于目标且控制图有信号时，看高峰时段的人力", "when it signals below target, look at staffing in the peak"), "F3 D01; GB/T 33358-2016",
        family=ANSWERING, known=RECORDED, of=OFFERED,
    ),
    Indicator(
        "abandonment_rate", Term("放弃率", "Abandonment rate"), ABANDONED, RECORDED, PERCENT, "lower",
        Term("排队或振铃中挂断的来电", "calls that hung up while queueing or ringing"),
        Term("短时挂断未剔除，口径变动时另行说明", "short abandonments are not taken out"), "classic KPI 14",
        family=ANSWERING, known=RECORDED, of=OFFERED,
    ),
    Indicator(
        "service_level_20s", Term("20秒接通率", "Service level in 20 s"), IN_20_SECONDS, TIMED_OR_LOST, PERCENT, "higher",
        Term("等待为排队加振铃（导出有振铃时）；分母含放弃的来电；另有四种算法，不可混比", "the wait is queue and ringing, where the export has it; abandoned calls are in the base; four other forms exist and do not compare"),
        Term("与接通率一起看：接通率不变而它下降，是等得久了", "read with the connection rate: if only this falls, people wait longer"), "classic KPI 21, form A",
        family=ANSWERING, known=TIMED, of=ANSWERED, least_known=0.95,
    ),
    Indicator(
        "asa_seconds", Term("平均应答速度", "Average speed of answer"), WAITED, TIMED, SECONDS, "lower",
        Term("接通来电从排队到应答的平均秒数，含振铃（导出有振铃时）", "mean seconds from queue to answer of answered calls, ringing included where the export has it"),
        Term("放弃的来电不在内，所以会偏低", "leaves abandoned calls out, so it reads low"), "classic KPI 9",
        family=ANSWERING, known=TIMED, of=ANSWERED,
    ),
    Indicator(
        "talk_seconds", Term("平均通话时长", "Average talk time"), TALKED, SPOKEN, SECONDS, None,
        Term("只含通话，不含保持与话后", "talk only, without hold and wrap-up"),
        Term("长短没有好坏，突变时看诉求结构", "neither way is good; on a jump look at the mix of issues"), "classic KPI 10",
        known=SPOKEN, of=ANSWERED,
    ),
    Indicator(
        "repeat_rate_24h", Term("24小时复电率", "Repeat rate in 24 h"), REPEATED, FIRST, PERCENT, "lower",
        Term("滚动24小时，生存分析修正，其余按本热线口径", "rolling 24 h, corrected by Kaplan-Meier, otherwise under the hotline's definition"),
        Term("含习惯性来电；窗口长短见重复来电一章", "contains habitual callers; see the chapter on repeat calls for the window"), "F0 A01",
        window_hours=24, callers=True,
    ),
    Indicator(
        "identified_share", Term("来电人识别率", "Identified share"), IDENTIFIED, OFFERED, PERCENT, "higher",
        Term("能识别来电人的来电占比；复电率只在其中计算", "calls whose caller is known; repeat rates are made of these only"),
        Term("它变动时，复电率的月度变动不可直接比较", "when it moves, months of repeat rates do not compare"), "methods M6",
        callers=True,
    ),
)  # fmt: skip
BY_KEY = {i.key: i for i in CATALOGUE}


def offered_calls(view: View) -> nw.LazyFrame:
    """The calls that service indicators are made of: what the definition leaves out and outbound calls are not in it."""
    return inbound(not_left_out(view.table("calls"), view.definition))


def evaluate(view: View, periods: Sequence[Period], indicators: Sequence[Indicator] = CATALOGUE, *, by: str = "") -> pd.DataFrame:
    """Every indicator in every period (and group of column `by`): one row each.

    Columns: indicator, period, group, numerator and denominator (whole numbers; of a volume the days with data), value (share, seconds, or
    calls a day), low, high (95 %), se, calls (the base), missing (why there is no value, '' otherwise); adjusted (a volume with the kinds
    of day taken off, otherwise the value) and adjusted_low, adjusted_high; noise (the standard error that single callers make, however the
    days go); known (share of the rows that the figure could be had of); days, covered (False where the data begin or end within the
    period, or a day is missing at its edge); definition (hash of the rule of repeat rates); clusters (days, callers) and without (the
    figure without each of the 100 caller groups, nan where the group is empty), for changes between periods that share callers.

    Unknown callers count; each is a cluster of its own. Shares: Wilson on effective n. Means and volumes: t interval of the jackknife.
    Source: methods M2, M3.
    """
    calls = offered_calls(view)
    have = calls.collect_schema().names()
    lacking = {i.key: _lacking(i, have, view) for i in indicators}
    plain = [i for i in indicators if i.window_hours is None and not lacking[i.key]]
    sums = _sums(view, calls, plain, periods, by, have)
    days = volumes.days(view, periods, sums.groupby("day")["offered"].sum())
    frames = [_missing(i, periods, lacking[i.key]) for i in indicators if lacking[i.key]]
    frames.append(_from_calls(sums, days, plain, periods, by))
    for indicator in indicators:
        if indicator.window_hours is not None and not lacking[indicator.key]:
            frames.append(_from_gaps(view, indicator, periods, by))
    order = {i.key: n for n, i in enumerate(indicators)}
    frame = pd.concat([f for f in frames if len(f)], ignore_index=True)
    frame = frame.merge(volumes.coverage(days, periods), on="period", how="left").assign(definition=view.definition.hash)
    frame["place"] = frame["indicator"].map(order)
    return frame.sort_values(["place", "period", "group"], ignore_index=True).drop(columns="place")


def _lacking(indicator: Indicator, have: Have, view: View) -> str:
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


NOTHING = dict.fromkeys(("value", "low", "high", "se", "noise", "adjusted", "adjusted_low", "adjusted_high"), np.nan)


def _no_value(indicator: Indicator, period: str, reason: str, group: str = "") -> dict:
    row = {"indicator": indicator.key, "period": period, "group": group, "numerator": pd.NA, "denominator": pd.NA, "calls": 0}
    return {**row, "missing": reason, **NOTHING, "known": np.nan, "clusters": "", "without": ()}


def _place(start_s, periods: Sequence[Period]) -> np.ndarray:
    """The place of the period in which an instant lies, -1 for none; periods are in order and do not overlap."""
    starts, ends = np.array([p.start_s for p in periods]), np.array([p.end_s for p in periods])
    place = np.searchsorted(starts, start_s, side="right") - 1
    return np.where((place >= 0) & (start_s < ends[np.maximum(place, 0)]), place, -1)


def _period_of(periods: Sequence[Period]) -> nw.Expr:
    """`_place` as an expression: how many periods have begun, less one, where none of them has ended since."""
    begun = nw.sum_horizontal(*[_mark(nw.col("start_s") >= p.start_s) for p in periods])
    ended = nw.sum_horizontal(*[_mark(nw.col("start_s") >= p.end_s) for p in periods])
    return nw.when(begun > ended).then(begun - 1).otherwise(nw.lit(-1))


def _sums(view: View, calls, indicators: Sequence[Indicator], periods: Sequence[Period], by: str, have: Have) -> pd.DataFrame:
    """Calls and the sums of all parts by day, caller group and `by`, in one query; an unknown caller's group is its place in the table."""
    group = nw.coalesce(nw.col("caller_group"), nw.col("seq") % GROUPS) if "caller_group" in have else nw.col("seq") % GROUPS
    parts = _parts(indicators)
    start_s, end_s = max(periods[0].start_s, view.data_start_s), min(periods[-1].end_s, view.data_end_s)
    rows = calls.filter((nw.col("start_s") >= start_s) & (nw.col("start_s") < end_s)).with_columns(
        day=(nw.col("local_s") - HOUR * view.calendar.cut_hour) // DAY,
        cluster=group,
        **{f"part_{n}": p.amount(have) for n, p in enumerate(parts.values())},
    )
    sums = [nw.col(f"part_{n}").sum() for n in range(len(parts))]
    found = pandas(rows.group_by(*([by] if by else []), "day", "cluster").agg(*sums, nw.col("start_s").min(), offered=nw.len()))
    found = found.rename(columns={f"part_{n}": name for n, name in enumerate(parts)})
    return found.assign(place=_place(found["start_s"].to_numpy(np.int64), periods)).astype({"day": "int64", "cluster": "int64"})


def _parts(indicators: Sequence[Indicator]) -> dict[str, Part]:
    return {p.term.en: p for i in indicators for p in (i.numerator, i.denominator, i.known, i.of) if p is not None}


def _from_calls(sums, days: pd.DataFrame, indicators: Sequence[Indicator], periods: Sequence[Period], by: str) -> pd.DataFrame:
    parts, found = list(_parts(indicators)), []
    for place, period in enumerate(periods):
        inside = sums[sums["place"] == place]
        for name in sorted(inside[by].dropna().unique()) if by else [""]:
            part = inside[inside[by] == name] if by else inside
            by_day = part.groupby("day")[parts].sum()
            by_group = part.groupby("cluster")[parts].sum().reindex(range(GROUPS), fill_value=0)
            found += [_row(i, period.label, name, by_day, by_group, days[days["period"] == period.label]) for i in indicators]
    return pd.DataFrame(found)


def _row(indicator: Indicator, period: str, group: str, by_day: pd.DataFrame, by_group: pd.DataFrame, days: pd.DataFrame) -> dict:
    """One indicator of one period from its sums by day and by caller group."""
    k = by_group[indicator.numerator.term.en].to_numpy(np.int64)
    known = _known(indicator, by_group)
    row = {**_no_value(indicator, period, "", group), "numerator": int(k.sum()), "known": known}
    if indicator.denominator is None:
        return {**row, "calls": int(k.sum()), **volumes.a_day(by_day[indicator.numerator.term.en], days)}
    n = by_group[indicator.denominator.term.en].to_numpy(np.int64)
    row = {**row, "denominator": int(n.sum()), "calls": int(n.sum())}
    if not n.sum() or known == 0 or known < indicator.least_known:
        return {**row, "numerator": pd.NA, "denominator": pd.NA, "missing": _unread(indicator, known)}
    daily = [by_day[p.term.en].to_numpy(np.int64) for p in (indicator.numerator, indicator.denominator)]
    return {**row, **_ratio(indicator, k, n, *daily)}


def _unread(indicator: Indicator, known: float) -> str:
    """Why there is no figure: nothing that it could be of, or cells that were not read."""
    if np.isnan(known) or known == 1:
        return "no calls"
    return ("few known " if known else "no known ") + ("durations" if indicator.needs[-1].endswith("_seconds") else "outcomes")


def _known(indicator: Indicator, by_group: pd.DataFrame) -> float:
    """The share of the rows of which the figure could be had; 1 where nothing has to be read."""
    if indicator.known is None:
        return 1.0
    of = by_group[indicator.of.term.en].sum()
    return float(by_group[indicator.known.term.en].sum() / of) if of else np.nan


def _ratio(indicator: Indicator, k: np.ndarray, n: np.ndarray, k_day: np.ndarray, n_day: np.ndarray) -> dict:
    """A share or a mean: its interval from days or callers, its noise from callers, its values without each caller group."""
    by_days = not indicator.callers and (n_day > 0).sum() >= FEWEST_DAYS
    callers = _estimate(k, n, indicator.unit)
    said = _estimate(k_day, n_day, indicator.unit) if by_days else callers
    level = {name: float(part) for name, part in said._asdict().items()}
    with np.errstate(divide="ignore", invalid="ignore"):
        without = np.where(n > 0, (k.sum() - k) / (n.sum() - n), np.nan)
    adjusted = {"adjusted": level["value"], "adjusted_low": level["low"], "adjusted_high": level["high"]}
    noise = 0.0 if indicator.unit is PERCENT else float(callers.se)  # of shares `control.counted` knows it exactly
    clusters = {"noise": noise, "clusters": "days" if by_days else "callers", "without": tuple(without)}
    return {**level, **adjusted, **clusters}


def _estimate(k: np.ndarray, n: np.ndarray, unit: Unit) -> resampling.Estimate:
    """k / n with its interval over the clusters: Wilson for a share, t for a mean, which is not below 0."""
    if unit is PERCENT:
        return rates.shares(k, n)
    value = k.sum() / n.sum()
    kept_k, kept_n = resampling.leave_one_out(k, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = resampling.jackknife(kept_k / kept_n, estimate=value)
    return error._replace(low=np.maximum(error.low, 0.0))


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
        base = _no_value(indicator, periods[int(key[0])].label, "", key[1] if by else "")
        found.append({**base, **_repeated(rows, cubes[counts.plain(key)], edges, window)})
    told = {row["period"] for row in found}
    return pd.DataFrame([*found, *[_no_value(indicator, p.label, "no calls") for p in periods if not by and p.label not in told]])


def _repeated(exact: pd.DataFrame, cube: np.ndarray, edges: np.ndarray, window: int) -> dict:
    """The repeat rate of one period, with its values without each caller group."""
    rate, calls = rates.curve_shares(exact, cube, edges, [window]), int(cube.sum())
    level = {name: float(part[0]) for name, part in rate._asdict().items()}
    without = np.full(GROUPS, np.nan)
    without[resampling.occupied(cube)] = rates.curves_without(cube, edges, [window])[:, 0]
    parts = {"numerator": int(exact.loc[exact["event"] == 1, "calls"].sum()), "denominator": calls, "calls": calls, "known": 1.0}
    adjusted = {"adjusted": level["value"], "adjusted_low": level["low"], "adjusted_high": level["high"], "noise": 0.0}
    return {**parts, **level, **adjusted, "clusters": "callers", "without": tuple(without)}


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
