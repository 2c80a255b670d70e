"""What was improved, by how much, and would it have happened anyway? (DMAIC: E01-E10, B09, B10, B12)

`tree`: needs, qualities and KPIs with this month's figure. `causes`: the cause-and-effect matrix, and how far its ranks stand when ratings are one step
off. `kpis`: figures before and after as a report gave them, tested only where their numbers of cases are known. `interventions`: the log. `effect`: each
measure's indicator before and after, the same months of the year side by side, and its series with the trend taken off. `course`: that series. `claims`: durations,
contacts and productivity before and after, as measures are said to have changed them.
`checklist`, `agreement`: what was to be done and was, and whether spot checks bear it out. `incidents`: their Pareto. Source: methods.md 10,
catalogue section 1.E.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import scipy

from hotline_analysis import disclosure
from hotline_analysis.errors import BadParams, DataRefused
from hotline_analysis.measures import catalogue, indicators, order_shares, orders, seasons
from hotline_analysis.measures.frames import needed, pandas
from hotline_analysis.measures.indicators import Indicator
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.view import View
from hotline_analysis.params import Intervention, Kpi
from hotline_analysis.stats import interrupted, intervals, tests
from hotline_analysis.studies.improvement import claims
from hotline_analysis.studies.improvement.log import Target, both, missing, target_of, targets, where
from hotline_analysis.words import LANGUAGES, PERCENT, Field, Term

REPEATS = False  # its figures carry no line of the repeat-call rule
ALL = "(all)"  # the key of a last row
STEPS = (0, 1, 3, 9)  # the ratings of the matrix
DRAWS, SEED = 10_000, 12345
TOP = 4  # the causes that a project takes on
FEW_PAIRS = 3  # pairs of months from which their own variation can be told
FEW_UNITS = 5  # units from which one can tell how much of a bad figure was chance
KINDS = {
    "share": Term("比率", "share"),
    "attrition": Term("月流失率", "monthly attrition"),
    "score": Term("平均分", "mean score"),
    "calls_per_problem": Term("每个问题的来电数", "calls per problem"),
}
WHY_NOT = {  # why a measure's effect cannot be had
    "no indicator": Term("未指明要改善的指标", "no indicator is named"),
    "not begun": Term("措施尚未开始", "it has not begun"),
    "no month before": Term("此前没有数据", "there are no data before it"),
    "no month after": Term("此后没有整月", "there is no whole month after it"),
    "not available": Term("导出中没有所需的列", "the export lacks a column that it needs"),
    "nobody": Term("数据中没有这些单位或诉求", "no such unit or issue in the data"),
    "few points": Term("前后各需8个点", "it takes 8 points on each side"),
    "no variation": Term("一侧没有变化", "one side does not vary"),
}
COLUMNS = {
    "need": Field(Term("客户需求", "Need")),
    "ctq": Field(Term("关键质量特性", "Critical to quality")),
    "kpi": Field(Term("KPI", "KPI")),
    "value": Field(Term("数值", "Value"), "level", interval=("low", "high")),
    "target": Field(Term("目标", "Target"), "level"),
    "cause": Field(Term("原因", "Cause")),
    "score": Field(Term("得分", "Score"), "count"),
    "rank": Field(Term("位次", "Rank"), "count"),
    "rank_low": Field(Term("位次可能到", "May rank as high as"), "count"),
    "rank_high": Field(Term("位次可能低至", "or as low as"), "count"),
    "top_share": Field(Term("仍在前列", "Stays at the top"), "share"),
    "cumulative": Field(Term("累计", "Cumulative"), "share", interval=("cumulative_low", "cumulative_high")),
    "causes": Field(Term("原因数", "Causes"), "count"),
    "top": Field(Term("前列的数目", "Taken on"), "count"),
    "stable": Field(Term("稳在前列的", "Firmly at the top"), "count"),
    "name": Field(Term("名称", "Name")),
    "kind": Field(Term("类别", "Kind"), words=KINDS),
    "before": Field(Term("改善前", "Before"), "typed"),
    "after": Field(Term("改善后", "After"), "typed"),
    "before_n": Field(Term("样本量（前）", "n before"), "count"),
    "after_n": Field(Term("样本量（后）", "n after"), "count"),
    "solved": Field(Term("折算的一次解决率", "Solved at once, worked out"), "share"),
    "points": Field(Term("变化", "Change"), "points2", interval=("points_low", "points_high")),
    "relative": Field(Term("相对变化", "Relative change"), "signed_share"),
    "unresolved": Field(Term("未达成部分的变化", "Change of what falls short"), "signed_share"),
    "p": Field(Term("p值", "p"), "probability"),
    "annual_before": Field(Term("折算年流失率（前）", "A year's attrition before"), "share"),
    "annual_after": Field(Term("折算年流失率（后）", "A year's attrition after"), "share"),
    "verdict": Field(
        Term("判断", "Verdict"),
        words={
            "no n": Term("未提供样本量，无法检验", "no sample size given, cannot be tested"),
            "no n score": Term("未提供样本量，不作变化判断", "no sample size given, change not judged"),
            "none": Term("没有证据表明有变化", "no evidence of change"),
            "two periods": Term("仅有两期，不判好坏", "two periods only, not judged"),
            "one": Term("仅有一期", "one period only"),
            "not tested": Term("只有平均数，无法检验", "means alone cannot be tested"),
        },
    ),
    "date": Field(Term("起始日", "From"), "day"),
    "day": Field(Term("起始日", "From")),
    "measure": Field(Term("指标", "Indicator")),
    "where": Field(Term("范围", "Where")),
    "others": Field(Term("相近开始的措施", "Measures begun about then")),
    "months_before": Field(Term("此前整月", "Whole months before"), "count"),
    "months_after": Field(Term("此后整月", "Whole months after"), "count"),
    "pairs": Field(Term("月份对数", "Pairs of months"), "count"),
    "mean_before": Field(Term("之前", "Before"), "level"),
    "mean_after": Field(Term("之后", "After"), "level"),
    "change": Field(Term("对比之差", "Change"), "moved", interval=("change_low", "change_high")),
    "step": Field(Term("扣除走势后", "Trend taken off"), "moved", interval=("step_low", "step_high")),
    "grain": Field(Term("点", "Points"), words={"month": Term("月", "months"), "week": Term("周", "weeks")}),
    "points_before": Field(Term("此前的点", "Points before"), "count"),
    "points_after": Field(Term("此后的点", "Points after"), "count"),
    "placebos": Field(Term("假日期", "Placebo dates"), "count"),
    "placebos_larger": Field(Term("其中同样大的", "as large"), "count"),
    "why": Field(Term("为何没有", "Why not"), words=WHY_NOT),
    "step_why": Field(Term("为何没有", "Why not"), words=WHY_NOT),
    "matched": Field(Term("对比方式", "How compared"), words={"same months": Term("同月对比", "same months"), "next months": Term("前后相邻月份", "neighbouring months")}),
    "by_chance": Field(Term("碰巧也会回落", "By chance alone"), "moved"),
    "count": Field(Term("件数", "Count"), "count"),
    "category": Field(Term("场景", "Scene"), words={disclosure.OTHER: disclosure.POOLED}),
    "total": Field(Term("合计", "Total"), "count"),
    "role": Field(Term("岗位", "Role"), words={ALL: Term("合计", "All")}),
    "slot": Field(Term("时段", "Slot")),
    "required": Field(Term("应做", "Required"), "count"),
    "done": Field(Term("做到", "Done"), "count"),
    "share": Field(Term("达成", "Compliance"), "share", interval=("share_low", "share_high")),
    "unknown": Field(Term("未填", "Not filled in"), "count"),
    "items": Field(Term("检查项", "Items"), "count"),
    "checked": Field(Term("抽查", "Spot checks"), "count"),
    "agreement": Field(Term("一致", "Agreement"), "share"),
    "kappa": Field(Term("κ", "Kappa"), "ratio", interval=("kappa_low", "kappa_high")),
    "overstated": Field(Term("自报做了、抽查没有", "Reported, not found"), "count"),
    "period": Field(Term("月份", "Month"), "month"),
    "said": Field(Term("情形", "Case")),
} | claims.COLUMNS  # fmt: skip


# ---- define and analyse


def tree(view: View) -> pd.DataFrame:
    """The declared needs, one row a KPI: need, ctq, kpi (in both languages), indicator, value, low, high (this period, 95 %), unit, target.

    The value is missing where no indicator is named or the data lack what it needs. Raises DataRefused where the params declare no needs. Source: E02.
    """
    needs = view.params.improvement.needs
    if not needs:
        raise missing("needs")
    known = catalogue.known(view.params)
    rows = []
    for need in needs:
        row = {**both("need", need.need), **both("ctq", need.ctq), **both("kpi", need.kpi), "indicator": need.indicator}
        unit = known[need.indicator].unit.key if need.indicator else PERCENT.key
        rows.append({**row, **_level_now(view, need.indicator), "unit": unit, "target": view.params.targets.get(need.indicator, np.nan)})
    return pd.DataFrame(rows)


def _level_now(view: View, key: str) -> dict[str, float]:
    """This period's value of an indicator with its interval; missing where the data lack what it needs."""
    nothing = dict.fromkeys(("value", "low", "high"), np.nan)
    if not key:
        return nothing
    row = indicators.evaluate(view, [view.period], [catalogue.known(view.params)[key]]).iloc[0]
    return {name: row[name] for name in nothing}


def causes(view: View) -> pd.DataFrame:
    """The cause-and-effect matrix, most important first: cause (both languages), score, share, cumulative, rank (equal scores share the better),
    rank_low and rank_high (95 % of the draws), top_share (of the draws in which it is among the first TOP), chosen, causes, top, stable.

    score = sum of weight x rating (0, 1, 3, 9). The draws: each rating stays, or is one step higher or lower, with equal chances (inside the scale);
    10,000 with a fixed seed. stable: causes of the first TOP that stay there in nine draws of ten. Raises DataRefused without causes. Source: E03.
    """
    project = view.params.improvement
    if not project.causes:
        raise missing("causes")
    weights = np.array([o.weight for o in project.outputs.values()], float)
    ratings = np.array([[c.ratings.get(key, 0) for key in project.outputs] for c in project.causes])
    score, drawn = ratings @ weights, _drawn(ratings) @ weights
    ranks, top = _ranks(drawn), min(TOP, len(score))
    frame = pd.DataFrame([both("cause", c.name) for c in project.causes]).assign(
        score=score,
        rank=_ranks(score[None])[0],
        rank_low=np.percentile(ranks, 2.5, axis=0, method="inverted_cdf"),
        rank_high=np.percentile(ranks, 97.5, axis=0, method="inverted_cdf"),
        top_share=(ranks <= top).mean(axis=0),
    )
    frame = frame.sort_values("score", ascending=False, kind="stable", ignore_index=True)
    chosen = frame["rank"] <= top
    total = score.sum()
    shares = (
        {"share": frame["score"] / total, "cumulative": frame["score"].cumsum() / total}
        if total
        else {"share": np.nan, "cumulative": np.nan}
    )
    told = {"chosen": chosen, "causes": len(frame), "top": top, "stable": int((chosen & (frame["top_share"] >= 0.9)).sum())}
    return frame.assign(**shares, **told)


def _drawn(ratings: np.ndarray) -> np.ndarray:
    """DRAWS matrices with every rating one step down, as it is, or one step up, inside the scale."""
    place = np.searchsorted(STEPS, ratings)
    moved = place + np.random.default_rng(SEED).integers(-1, 2, (DRAWS, *ratings.shape))
    return np.array(STEPS)[np.clip(moved, 0, len(STEPS) - 1)]


def _ranks(scores: np.ndarray) -> np.ndarray:
    """1 for the highest of each row; equal scores share the better rank."""
    return (scores[:, None, :] > scores[:, :, None]).sum(axis=2) + 1


# ---- measure: figures typed in


def kpis(view: View) -> pd.DataFrame:
    """Typed figures before and after, one row each: name, kind, before, after, their n, change and what may be said of it.

    Of shares and attrition: points (after less before), points_low, points_high (Newcombe) and p (pooled z) where both n are given, relative
    (points / before), unresolved (relative change of 1 - share, of shares), low and high (Wilson, of after). Of attrition: annual_before, annual_after = 1 -
    (1 - m)^12. Of calls per problem: solved = 1 / calls. verdict: no n, none (the interval holds 0), two periods (it does not; two periods without limits judge
    nothing), one (no value before), not tested (means). Raises DataRefused without kpis. Source: E05, T5, T7-T10.
    """
    typed = view.params.improvement.kpis
    if not typed:
        raise missing("kpis")
    return pd.DataFrame([_kpi(k) for k in typed])


def _kpi(k: Kpi) -> dict:
    before = np.nan if k.before is None else k.before
    row = {**both("name", k.name), "kind": k.kind, "before": before, "after": k.after, "before_n": k.before_n, "after_n": k.after_n}
    for place, words in (("before_period", k.before_period), ("after_period", k.after_period)):
        row |= {f"{place}_{language}": words.term(language) if words else "" for language in LANGUAGES}
    row["unit"] = PERCENT.key if k.kind in ("share", "attrition") else ""
    row |= dict.fromkeys(
        ("points", "points_low", "points_high", "p", "unresolved", "annual_before", "annual_after", "solved", "low", "high"), np.nan
    )
    row["relative"] = k.after / before - 1 if before else np.nan
    if k.kind in ("share", "attrition"):
        row |= _share_change(k, before)
    if k.kind == "attrition":
        row |= {"annual_before": 1 - (1 - before) ** 12, "annual_after": 1 - (1 - k.after) ** 12}
    if k.kind == "calls_per_problem":
        row["solved"] = 1 / k.after
    return {**row, "verdict": _verdict(k, row), "said": _kpi_case(k)}


def _share_change(k: Kpi, before: float) -> dict:
    told = {"points": k.after - before, "unresolved": (before - k.after) / (1 - before) if k.kind == "share" and before < 1 else np.nan}
    if k.after_n:
        low, high = intervals.wilson(k.after * k.after_n, k.after_n)
        told |= {"low": float(low), "high": float(high)}
    if k.before is not None and k.before_n and k.after_n:
        found = tests.two_proportions(k.after * k.after_n, k.after_n, before * k.before_n, k.before_n)
        told |= {"points_low": float(found.low), "points_high": float(found.high), "p": float(found.p)}
    return told


def _verdict(k: Kpi, row: dict) -> str:
    if k.before is None:
        return "one"
    if k.kind in ("score", "calls_per_problem"):
        return "not tested" if k.before_n and k.after_n else "no n score" if k.kind == "score" else "no n"
    if np.isnan(row["p"]) and np.isnan(row["points_low"]):
        return "no n"
    return "none" if row["points_low"] <= 0 <= row["points_high"] else "two periods"


def _kpi_case(k: Kpi) -> str:
    if k.kind == "calls_per_problem":
        return "per problem"
    if k.before is None:
        return f"{k.kind} alone"
    return f"{k.kind} since" if k.before_period else k.kind


# ---- improve: what was done, and what came of it


def interventions(view: View) -> pd.DataFrame:
    """The log, by date: day, name, indicator, where (units or issues), months_before and months_after (whole months of data), said (done, planned).

    Raises DataRefused without interventions. Source: E09.
    """
    rows = []
    for target in targets(view):
        before, after = seasons.sides(view, target.day)
        own = {
            "months_before": len(before),
            "months_after": len(after),
            "said": "done" if target.day <= view.period.last_day else "planned",
        }
        rows.append(
            {"day": target.done.date, **both("name", target.done.name), **_measure(view, target.done), "where": where(target), **own}
        )
    return pd.DataFrame(rows)


def effect(view: View) -> pd.DataFrame:
    """What became of each measure's indicator, one row a measure: day, name, indicator, where, unit, and

    - mean_before, mean_after, change, change_low, change_high (95 %): means over pairs of the same calendar month before and after (matched: same months; the last
      month of the pair after the measure, the first before it), or, where no month has its pair, of as many neighbouring months on both sides
      (next months; at most three); pairs. From three pairs on their own variation is in the interval.
    - step, step_low, step_high: the change of level with the trend taken off (`stats.interrupted`), over grain (months, or weeks where there are fewer
      than eight months a side), points_before, points_after; step_why where there is none; placebos and placebos_larger.
    - others, shared (shared, ''): where it changed, the measures for the same indicator and calls that began within NEAR_DAYS of it.
    - by_chance: how far a figure chosen for being the worst comes back by itself (needs five units; regression to the mean); warned.
    - said (the case of its sentence), why (key of WHY_NOT).

    Changes are points of a share, seconds, or a fraction of a volume. Indicators of the params' own names; raises DataRefused without interventions.
    """
    asked = targets(view)
    return pd.DataFrame([{**(row := _effect(view, t)), **_shared(row, t, asked)} for t in asked])


def _shared(row: dict, target: Target, asked: Sequence[Target]) -> dict:
    """The measures that began within a month of one whose indicator changed, for the same indicator and some of the same calls: what each did cannot be told apart."""
    beside = [other.done.name for other in asked if other is not target and _alike(other, target)]
    told = {f"others_{language}": "、".join(name.term(language) for name in beside) for language in LANGUAGES}
    return {**told, "shared": "shared" if beside and row["said"] in CHANGED else ""}


def _alike(one: Target, other: Target) -> bool:
    near = one.done.indicator == other.done.indicator and abs((one.day - other.day).days) <= NEAR_DAYS
    return near and (one.column != other.column or not one.names or not other.names or bool(set(one.names) & set(other.names)))


def productivity(view: View) -> pd.DataFrame:
    """What became of first-call resolution (solved) and of calls an hour (pace) after each measure that is said to have raised them: the columns of `effect`.

    Raises DataRefused where no measure claims either. Source: B12.
    """
    asked = claims.asked(view, tuple(claims.INDICATORS))
    named = [target_of(view, t.done.model_copy(update={"indicator": claims.INDICATORS[claim]})) for t, claim in asked]
    return pd.DataFrame([_effect(view, target) for target in named])


NEAR_DAYS = 30  # measures for one indicator that began so near to each other cannot be told apart
CHANGED = ("series clear", "pairs clear", "two periods", "pairs")  # cases of a change that a measure may be credited with
SERIES = ["period", "n", "value", "se"]
NO_EFFECT = (
    "mean_before", "mean_after", "change", "change_low", "change_high", "step", "step_low", "step_high", "by_chance", "ratio",
)  # fmt: skip


def _effect(view: View, target: Target) -> dict:
    done = target.done
    row = {"day": done.date, **both("name", done.name), **_measure(view, done), "where": where(target)}
    row |= {**dict.fromkeys(NO_EFFECT, np.nan), "pairs": 0, "matched": "", "grain": "", "points_before": 0, "points_after": 0}
    row |= {"placebos": 0, "placebos_larger": 0, "step_why": "", "why": "", "warned": "", "step_case": ""}
    why = _why_not(view, target)
    if why:
        return {**row, "why": why, "said": "nothing"}
    series = _series(view, target, seasons.whole_months(view))
    if not len(series):
        return {**row, "why": "nobody" if target.names else "not available", "said": "nothing"}
    row |= _pairs(view, target, series)
    row |= _step(view, target)
    row |= _by_chance(view, target) if done.chosen_worst else {}
    return {**row, "said": _effect_case(row)}


def _measure(view: View, done: Intervention) -> dict[str, str]:
    """The key, the name in both languages and the unit of the indicator that a measure was to move."""
    indicator = catalogue.known(view.params).get(done.indicator)
    named = {f"measure_{language}": indicator.name(language) if indicator else "" for language in LANGUAGES}
    return {"indicator": done.indicator, **named, "unit": indicator.unit.key if indicator else PERCENT.key}


def _why_not(view: View, target: Target) -> str:
    before, after = seasons.sides(view, target.day)
    if not target.done.indicator:
        return "no indicator"
    if target.day > view.period.last_day:
        return "not begun"
    if not _there(view, target.done.indicator):
        return "not available"
    return "no month before" if not before else "no month after" if not after else ""


def _there(view: View, key: str) -> bool:
    """True where the hotline has the tables of an indicator."""
    return all(table in view.tables for table in catalogue.known(view.params)[key].tables)


def _series(view: View, target: Target, periods: Sequence[Period]) -> pd.DataFrame:
    """The measure's indicator in every period, its groups together: period, n (cases; of a volume, average days), value, se; periods without it left out,
    and for named groups those with fewer than the view's `smallest`.
    """
    indicator = catalogue.known(view.params)[target.done.indicator]
    found = (_of_orders if indicator.chapter == catalogue.orders.FAMILY else _of_calls)(view, target, periods, indicator)
    return found[found["n"] >= view.smallest].reset_index(drop=True) if target.names and indicator.denominator else found


def _of_calls(view: View, target: Target, periods: Sequence[Period], indicator: Indicator) -> pd.DataFrame:
    found = indicators.evaluate(view, periods, [indicator], by=target.column)
    found = found[found["value"].notna() & found["covered"].astype(bool) & found["watched"].astype(bool) & found["ended"].astype(bool)]
    return _together(found[found["group"].isin(target.names)] if target.names else found, indicator)


def _of_orders(view: View, target: Target, periods: Sequence[Period], indicator: Indicator) -> pd.DataFrame:
    frame = orders.counted(orders.cases(view, *filter(None, [target.column])))
    if target.names:
        frame = frame[frame[target.column].isin(target.names)] if target.column in frame else frame.head(0)
    return _order_points(view, frame, periods, indicator)


def _order_points(view: View, frame: pd.DataFrame, periods: Sequence[Period], indicator: Indicator) -> pd.DataFrame:
    """A volume or a share of some orders in every period; a share that no order of a period could reach yet is left out."""
    if indicator.denominator is None:
        found = order_shares.of_orders(view, frame, periods, [indicator])
        return _together(found[found["value"].notna() & found["covered"].astype(bool)], indicator)
    told = {p.label: order_shares.measured(view, orders.within(frame, p), indicator.key)[0] for p in periods}
    rows = [(label, f.denominator, f.value, np.nan_to_num(f.se)) for label, f in told.items() if f is not None]
    return pd.DataFrame(rows, columns=SERIES)


def _together(found: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    """The groups of each period as one: means of shares and durations by their cases, sums of volumes."""
    rows = []
    for period, part in found.groupby("period", sort=True):
        value, se, n = (part[c].to_numpy(float) for c in ("adjusted", "se", "calls"))
        if indicator.denominator is None:
            days = float((part["numerator"].astype(float) / part["adjusted"]).max()) if value.sum() else np.nan
            rows.append({"period": period, "n": days, "value": value.sum(), "se": np.sqrt((se**2).sum())})
        else:
            rows.append({"period": period, "n": n.sum(), "value": value @ n / n.sum(), "se": np.sqrt(((se * n) ** 2).sum()) / n.sum()})
    return pd.DataFrame(rows, columns=SERIES)


def _pairs(view: View, target: Target, series: pd.DataFrame) -> dict:
    """The same calendar months before and after; where there is none, as many neighbouring months on both sides."""
    known = series.set_index("period")
    before, after = ([p.label for p in side if p.label in known.index] for side in seasons.sides(view, target.day))
    pairs, matched = seasons.matched(before, after)
    if not pairs:
        return {"why": "no month before" if not before else "no month after"}
    first, second = (known.loc[[p[side] for p in pairs]] for side in (0, 1))
    return {"pairs": len(pairs), "matched": matched, **_paired(first, second, catalogue.known(view.params)[target.done.indicator])}


def _paired(first: pd.DataFrame, second: pd.DataFrame, indicator: Indicator) -> dict:
    """The mean difference of the pairs, the larger of the cases' and the pairs' own error; a volume's as a fraction of what was before."""
    a, b = first["value"].to_numpy(float), second["value"].to_numpy(float)
    error = np.sqrt((first["se"].to_numpy(float) ** 2 + second["se"].to_numpy(float) ** 2).sum()) / len(a)
    gap, far = float((b - a).mean()), 1.959964
    if len(a) >= FEW_PAIRS:
        own = np.std(b - a, ddof=1) / np.sqrt(len(a))
        far = float(scipy.stats.t.ppf(0.975, len(a) - 1)) if own > error else far
        error = max(error, own)
    told, ends = {"mean_before": a.mean(), "mean_after": b.mean()}, (gap - far * error, gap + far * error)
    if indicator.denominator is None and not a.mean():
        return told  # of nothing there is no fraction
    if indicator.denominator is None:
        gap, ends = gap / a.mean(), intervals.of_base(*ends, a.mean())
    return {**told, "change": gap, "change_low": float(ends[0]), "change_high": float(ends[1])}


def _step(view: View, target: Target) -> dict:
    """The change of level with the trend taken off, over months, or over weeks where months are too few."""
    indicator, fewest = catalogue.known(view.params)[target.done.indicator], interrupted.FEWEST_POINTS
    for grain in ("month", "week"):
        periods = (
            [*seasons.sides(view, target.day)[0], *seasons.sides(view, target.day)[1]] if grain == "month" else _weeks(view, target.day)
        )
        first_after = sum(p.last_day < target.day for p in periods)
        if min(first_after, len(periods) - first_after) < fewest:
            continue
        series = _series(view, target, periods)
        after = series["period"].isin([p.label for p in periods[first_after:]]).to_numpy()
        if min((~after).sum(), after.sum()) >= fewest:
            return _stepped(series, int((~after).sum()), grain, indicator)
    return {"step_why": "few points"}


def _weeks(view: View, day: date) -> list[Period]:
    """Whole weeks counted from the day on, and backwards from the day before it."""
    first, last = seasons.ends(view)
    back, ahead = (day - first).days // 7, ((last - day).days + 1) // 7
    starts = [day + timedelta(days=7 * n) for n in range(-back, ahead)]
    return [view.calendar.span(start, start + timedelta(days=6), start.isoformat()) for start in starts]


def _stepped(series: pd.DataFrame, step_at: int, grain: str, indicator: Indicator) -> dict:
    family = "binomial" if indicator.counted else "poisson" if indicator.denominator is None else "gaussian"
    n, value = series["n"].to_numpy(float), series["value"].to_numpy(float)
    y = value if family == "gaussian" else value * n
    wave = 12.0 if grain == "month" and len(series) >= interrupted.FEWEST_WAVE else 0.0
    try:
        found, _ = interrupted.step(y, step_at=step_at, family=family, size=n, wave=wave)
        tried = interrupted.placebo(y, step_at=step_at, family=family, size=n)
    except ValueError:
        return {"step_why": "no variation"}
    volume = indicator.denominator is None
    low, high = intervals.of_base(found.low, found.high, found.without) if volume else (found.low, found.high)
    told = {
        "step": found.change / (found.without if volume else 1.0),
        "step_low": float(low),
        "step_high": float(high),
        "ratio": found.ratio,
    }
    told |= {"grain": grain, "points_before": step_at, "points_after": len(series) - step_at}
    case = "none" if told["step_low"] <= 0 <= told["step_high"] else "clear"
    return {**told, "placebos": tried.tried, "placebos_larger": tried.larger, "step_case": case}


def _by_chance(view: View, target: Target) -> dict:
    """How far a figure chosen for being the worst comes back by itself: (1 - reliability) x (mean of all groups - its own), before the measure.

    Reliability: of the groups' figures in the odd and in the even months before (`tests.split_half`). Without five groups in both there is the warning alone.
    """
    before, _ = seasons.sides(view, target.day)
    indicator = catalogue.known(view.params)[target.done.indicator]
    wide = _by_group(view, target, before, indicator)
    halves = [wide[wide.columns[place::2]].mean(axis=1) for place in (0, 1)]
    if len(wide.columns) < 2 or (wide.notna().sum(axis=1) >= 2).sum() < FEW_UNITS:
        return {"warned": "warned"}
    reliability = tests.split_half(*halves)
    own, middle = wide.loc[wide.index.isin(target.names)].mean(axis=1).mean(), wide.mean(axis=1).mean()
    if not np.isfinite(reliability):
        return {"warned": "warned"}
    scale = own if indicator.denominator is None else 1.0
    return {"warned": "counted", "by_chance": (1 - np.clip(reliability, 0, 1)) * (middle - own) / scale}


def _by_group(view: View, target: Target, periods: Sequence[Period], indicator: Indicator) -> pd.DataFrame:
    """The indicator of every group, a row each, in every period, a column each."""
    if indicator.chapter != catalogue.orders.FAMILY:
        found = indicators.evaluate(view, periods, [indicator], by=target.column)
        return found[found["value"].notna()].pivot_table(index="group", columns="period", values="value")
    frame = orders.counted(orders.cases(view, target.column))
    parts = {
        name: _order_points(view, part, periods, indicator).set_index("period")["value"] for name, part in frame.groupby(target.column)
    }
    return pd.DataFrame(parts).T


def _effect_case(row: dict) -> str:
    """The case of the sentence: what the series says where there is one, else what the pairs say."""
    if row["why"]:
        return "nothing"
    if row["step_case"]:
        return f"series {row['step_case']}"
    if not np.isfinite(row["change_low"]):
        return "pairs"
    clear = not row["change_low"] <= 0 <= row["change_high"]
    if not clear:
        return "pairs none"
    return "pairs clear" if row["pairs"] >= FEW_PAIRS and row["matched"] == "same months" else "two periods"


def course(view: View, *, which: int = 1) -> pd.DataFrame:
    """The indicator of one measure (which: its place in the log among those with an indicator) month by month, every measure marked: period, value, unit,
    target, event (both languages; the measures that began in that month), name, indicator.

    Raises DataRefused without such a measure or month, BadParams for a place that there is not.
    """
    named = [t for t in targets(view) if t.done.indicator]
    if not named:
        raise missing("interventions › indicator")
    if not 1 <= which <= len(named):
        raise BadParams("improvement › which", f"there is no measure {which} with an indicator.", f"Take 1 to {len(named)}.")
    target = named[which - 1]
    if not _there(view, target.done.indicator):
        raise DataRefused("improvement", "no calls.")
    series = _series(view, target, seasons.whole_months(view))
    if not len(series):
        raise DataRefused("improvement", "no calls.")
    marks = {language: {} for language in LANGUAGES}
    for other in targets(view):
        label = view.calendar.month_of(other.day)
        for language in LANGUAGES:
            said = other.done.name.term(language)
            marks[language][label] = f"{marks[language][label]}、{said}" if label in marks[language] else said
    goal = view.params.targets.get(target.done.indicator, np.nan)
    told = {**_measure(view, target.done), "target": goal, **both("name", target.done.name), "where": where(target)}
    frame = series[["period", "value"]].assign(**told)
    return frame.assign(**{f"event_{language}": [marks[language].get(p, "") for p in frame["period"]] for language in LANGUAGES})


# ---- control: checklists and incidents


def _checklist(view: View) -> pd.DataFrame:
    rows = view.table("checklist")
    needed(rows, ("role", "done"), "improvement")
    have = rows.collect_schema().names()
    if "checked_s" in have:  # a checklist without a time is of the whole hotline
        rows = rows.filter(
            nw.col("checked_s").is_null() | ((nw.col("checked_s") >= view.period.start_s) & (nw.col("checked_s") < view.period.end_s))
        )
    kept = [c for c in ("role", "slot", "item", "done", "required", "spot_checked") if c in have]
    frame = pandas(rows.select(kept))
    if not len(frame):
        raise DataRefused("improvement", "the checklist holds no row of this period.")
    return frame.astype({c: "boolean" for c in ("done", "required", "spot_checked") if c in frame})


def checklist(view: View) -> pd.DataFrame:
    """Compliance with the checklist by role and slot, and of all in the last row: role, slot, items (different ones), required, done, share (done of
    required), share_low, share_high (Wilson), unknown (required, but not filled in: in neither part).

    A row without `required` is required. Raises NoInput without a checklist, DataRefused without role or done. Source: E07.
    """
    rows = _checklist(view)
    rows = rows[rows["required"].fillna(True)] if "required" in rows else rows
    by = [c for c in ("role", "slot") if c in rows]
    parts = [(*(key if isinstance(key, tuple) else (key,)),) for key in rows.groupby(by, dropna=False).groups]
    told = [
        {**dict(zip(by, key, strict=True)), **_complied(part)} for key, (_, part) in zip(parts, rows.groupby(by, dropna=False), strict=True)
    ]
    return pd.DataFrame([*told, {**dict.fromkeys(by, ""), by[0]: ALL, **_complied(rows)}]).assign(total=[*[False] * len(told), True])


def _complied(rows: pd.DataFrame) -> dict:
    known = rows["done"].dropna()
    k, n = int(known.sum()), len(known)
    low, high = intervals.wilson(k, n) if n else (np.nan, np.nan)
    items = int(rows["item"].nunique()) if "item" in rows else np.nan
    return {
        "items": items,
        "required": n,
        "done": k,
        "share": k / n if n else np.nan,
        "share_low": float(low),
        "share_high": float(high),
        "unknown": len(rows) - n,
    }


def agreement(view: View) -> pd.DataFrame:
    """Does the self-report agree with spot checks? One row a role, all in the last: role, checked (rows with both), agreement (share), kappa, kappa_low,
    kappa_high (95 %), overstated (reported done, not found). Raises DataRefused without spot checks. Source: E07.
    """
    rows = _checklist(view)
    if "spot_checked" not in rows or not rows["spot_checked"].notna().any():
        raise DataRefused("improvement", "not available: needs spot_checked.", "Map the column.")
    rows = rows.dropna(subset=["done", "spot_checked"])
    told = [{"role": role, **_agreed(part)} for role, part in rows.groupby("role", dropna=False)]
    return pd.DataFrame([*told, {"role": ALL, **_agreed(rows)}]).assign(total=[*[False] * len(told), True])


def _agreed(rows: pd.DataFrame) -> dict:
    done, found = rows["done"].astype(bool), rows["spot_checked"].astype(bool)
    table = [[int((done & found).sum()), int((done & ~found).sum())], [int((~done & found).sum()), int((~done & ~found).sum())]]
    kappa = tests.cohen_kappa(table)
    limits = {"kappa": kappa.value, "kappa_low": kappa.low, "kappa_high": kappa.high}
    return {"checked": len(rows), "agreement": kappa.agreement, **limits, "overstated": table[0][1]}


def incidents(view: View) -> pd.DataFrame:
    """Orders of the kinds that the params call incidents, duplicates and internal ones apart, by category, most first: category, count, share, cumulative,
    cumulative_low, cumulative_high (Wilson), total. Groups under the view's `smallest` are pooled. Raises DataRefused where none are named or found, NoInput without orders. Source: E08.
    """
    kinds = view.params.improvement.incidents
    if not kinds:
        raise missing("incidents")
    held = view.table("orders")
    needed(held, ("kind", view.clock("orders")), "improvement")
    have = held.collect_schema().names()
    known = set(pandas(held.select("kind").unique())["kind"].dropna())
    if set(kinds) - known:
        raise DataRefused("improvement › incidents", "no order is of a kind that is named.", "Write the kinds as the export does.")
    inside = (nw.col(view.clock("orders")) >= view.period.start_s) & (nw.col(view.clock("orders")) < view.period.end_s)
    column = next(c for c in ("category_1", "kind") if c in have)
    found = pandas(held.filter(nw.col("kind").is_in(list(kinds)) & inside & orders.not_aside(have)).select(column)).fillna("—")
    if not len(found):
        raise DataRefused("improvement", "no incidents in this period.")
    counts = found[column].value_counts().rename_axis("category").reset_index(name="count")
    counts = disclosure.pooled(counts, ["category"], view.smallest, size="count").groupby("category", as_index=False)["count"].sum()
    counts = counts.assign(last=counts["category"] == disclosure.OTHER).sort_values(
        ["last", "count", "category"], ascending=[True, False, True], ignore_index=True
    )
    total = int(counts["count"].sum())
    low, high = intervals.wilson(counts["count"].cumsum(), total)
    parts = {
        "share": counts["count"] / total,
        "cumulative": counts["count"].cumsum() / total,
        "cumulative_low": low,
        "cumulative_high": high,
    }
    told = disclosure.untold(counts.assign(**parts, total=total).drop(columns="last"), ["count"], ["share"], view.smallest, parts_of=())
    return disclosure.without_sums(told)


TABLES = {
    "tree": tree, "causes": causes, "kpis": kpis, "interventions": interventions, "effect": effect, "course": course, "checklist": checklist,
    "agreement": agreement, "incidents": incidents, "productivity": productivity, **claims.TABLES,
}  # fmt: skip
WHOLE = ("tree", "causes", "kpis", "interventions")  # of the whole hotline alone: told under `disclosure: internal`
