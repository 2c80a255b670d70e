"""What a page says of the verdicts: which rows speak, which lead, which movements must not be quoted, and the month's conclusion as a case.

`verdicts.compare` judges; this adds to its frame what sentences, cards and tables need, so that none of them computes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from hotline_analysis import tables
from hotline_analysis.measures.cases import UNWEIGHED
from hotline_analysis.measures.indicators import Indicator
from hotline_analysis.measures.periods import months_in
from hotline_analysis.words import (
    CAPABILITY,
    DIFFERING,
    JUDGEMENT,
    LANGUAGES,
    PERCENT,
    REASON,
    RUN,
    SECONDS,
    STATE,
    Field,
    Term,
    absent,
    listed,
)

CHANGED = ("worse", "better", "more", "less")
HEADLINES = ("connection_rate", "service_level", "repeat_rate_24h", "offered")
MOST_HEADLINES, MOST_UNSAID = 4, 6
PEOPLE = ("attrition", "attendance", "occupancy")  # of whom the chapter of challenges speaks
FOLLOW_UPS = (
    "followed_up",
    "response_rate",
    "solved_rate",
    "satisfied_rate",
    "three_rates",
)  # 三率, of which the chapter of satisfaction speaks
LEAST_MONTHS = 3  # months of a course
INSIDE = ("inside", "inside trial")
COLUMN_TERMS = tables.terms()
NO_ANSWER = Term("这些数据不能回答这个问题", "these data cannot answer this")
COLUMNS = {
    "indicator": Field(Term("指标", "Indicator")),
    "formula": Field(Term("指标定义", "Definition")),
    "scope": Field(Term("统计口径", "What is counted")),
    "observe": Field(Term("评估观察", "What to observe")),
    "judge": Field(Term("判断特征", "How to judge")),
    "period": Field(Term("月份", "Month", of_period=True), "month"),
    "numerator": Field(Term("分子", "Numerator"), "count"),
    "denominator": Field(Term("分母", "Denominator"), "count"),
    "counted": Field(Term("分子（比率）", "Numerator of a share"), "count"),
    "sample": Field(Term("依据的来电", "Calls it rests on"), "count"),
    "value": Field(Term("本月", "Value", of_period=True), "level", interval=("low", "high")),
    "adjusted": Field(Term("每日", "A day"), "level"),
    "change": Field(Term("较上月", "On last month", of_period=True), "moved", interval=("change_low", "change_high")),
    "plain_change": Field(Term("不扣除日期差别", "As counted"), "moved"),
    "year_change": Field(Term("较去年同月", "On the same month last year", of_period=True), "moved"),
    "judgement": Field(Term("判断", "Verdict"), words=JUDGEMENT),
    "state": Field(Term("判断", "Verdict"), words=STATE),
    "reason": Field(Term("原因", "Reason"), words=REASON),
    "side": Field(
        Term("在波动范围的哪一侧", "Which side of the usual range"), words={"up": Term("高于", "above"), "down": Term("低于", "below")}
    ),
    "bases": Field(Term("变动的基础", "The bases that moved")),
    "within": Field(Term("变化的区间", "The interval of the change"), words={"limits": Term("波动范围内", "in usual range")}),
    "run": Field(Term("持续", "Run"), words={key: term for key, term in RUN.items() if key}),
    "run_months": Field(Term("连续", "In a row"), "count"),
    "rank": Field(Term("位次", "Rank"), words={"highest": Term("最高", "highest"), "lowest": Term("最低", "lowest")}),
    "rank_months": Field(Term("月数", "Months", of_period=True), "count"),
    "lower": Field(Term("波动下限", "Lower limit"), "level"),
    "upper": Field(Term("波动上限", "Upper limit"), "level"),
    "target": Field(Term("目标", "Target"), "level"),
    "capability": Field(Term("达标能力", "Capability"), words=CAPABILITY),
    "events": Field(Term("判断的事件", "Events judged"), "count"),
    "false_flags": Field(Term("偶然报出的", "Flagged by chance"), "number"),
    "count": Field(Term("指标数", "Indicators"), "count"),
    "final_on": Field(Term("定稿日", "Final on"), "day"),
    "provisional": Field(Term("暂行", "Provisional"), words={"True": Term("暂", "prov."), "False": Term("", "")}),
    "awaited": Field(Term("还会补齐的", "Still completed by later data")),
    **{
        f"{name}_on": Field(Term("定稿日", "Final on"), "day")
        for name in ("month", "calls", "orders", "classes", "due", "sessions", "surveys")
    },
    "export_to": Field(Term("工单导出到", "Orders exported up to"), "day"),
    "survey_export_to": Field(Term("答卷导出到", "Answers exported up to"), "day"),
    "late_days": Field(Term("收回答卷的天数", "Days until answers come"), "count"),
    "missing": Field(Term("缺失原因", "Why missing")),
    "why": Field(Term("缺失原因", "Why missing")),
    "origin": Field(Term("来源", "Origin"), words={"records": Term("", ""), "typed": Term("手工填报", "typed in")}),
    "replaced": Field(Term("被取代的指标", "Replaced")),
    "absent": Field(Term("未提供的数据表", "Tables not provided")),
    "absent_count": Field(Term("没有数字的指标", "Indicators without figures"), "count"),
    "event": Field(Term("事件", "Event")),
}


def columns(catalogue: Mapping[str, Indicator]) -> dict[str, Field]:
    """The columns, the indicators by their names."""
    return {**COLUMNS, "indicator": Field(COLUMNS["indicator"].term, words={key: i.name for key, i in catalogue.items()})}


def course_columns(catalogue: Mapping[str, Indicator]) -> dict[str, Field]:
    """The columns of `history`, whose rows are of every month: none of its values is this month's alone."""
    return columns(catalogue) | {"value": replace(COLUMNS["value"], term=Term("数值", "Value"))}


def quotable(
    frame: pd.DataFrame,
    catalogue: Mapping[str, Indicator],
    *,
    headlines: Sequence[str] = (),
    final_on: Mapping[str, date | None] | None = None,
) -> pd.DataFrame:
    """The verdicts of one month (one row an indicator) with what may be quoted.

    renewal: its rule begins with this month (new), in the place of another (replaces), which `replaced` names: the month shows both (口径变化).

    Adds unit (key of `words.UNITS`), counted (the numerator of a share), sample (of other figures: the calls that it rests on), known_value, withheld (a word without a worth keeps it from being given), spoken (it has a value, and the month's page speaks of it), better, sheet (it stands on the first sheet: those of `Indicator.first`, and what speaks for an event that changed), beside (it does not, and
    has a value), chapter (the chapter that speaks of it), count (indicators of the sheet), said (the case of the conclusion), side (up, down: of the limits
    that the month lies outside of), bases_zh, bases_en (the bases that moved, in words), within ("limits": the month lies inside its limits though
    its change on the last month excludes 0, so that interval is not shown beside the verdict), plain_change (of volumes: the change before kinds of day are taken off), leading (the judgement of a row that speaks for a changed event, else ''), headline (1-4 for the cards:
    those asked for that have a value, then the usual ones), unsaid (1-6: movements that print as other than 0 and that nothing bears out;
    those whose base moved first, then the largest against their interval), provisional (later data still complete the figure), final_on (from which day on they do not; '' where nobody can say), why_zh, why_en (why
    there is no value).
    """
    known = [catalogue[key] for key in frame["indicator"]]
    awaited = frame["indicator"].isin(final_on or {}) & frame["value"].notna() & (frame["origin"] != "typed")
    until = {key: day.isoformat() for key, day in (final_on or {}).items() if day}
    speaks = frame["leads"].astype(bool) & frame["judgement"].isin(CHANGED)
    sheet = pd.Series([i.first for i in known], index=frame.index, dtype=bool) | speaks
    return frame.assign(
        sheet=sheet,
        beside=~sheet & frame["value"].notna(),
        withheld=np.where(frame["missing"] == UNWEIGHED, "withheld", ""),
        known_value=frame["value"].notna(),
        spoken=frame["value"].notna() & (sheet | frame["indicator"].isin((*PEOPLE, *FOLLOW_UPS))),
        counted=[k if i.unit is PERCENT else np.nan for i, k in zip(known, frame["numerator"], strict=True)],
        sample=[
            np.nan if i.unit is PERCENT or origin == "typed" else n
            for i, n, origin in zip(known, frame["calls"], frame["origin"], strict=True)
        ],
        chapter=[i.chapter for i in known],
        **_renewals(frame, catalogue),
        **{f"formula_{language}": [i.formula(language) for i in known] for language in LANGUAGES},
        unit=[i.unit.key for i in known],
        better=[i.better or "" for i in known],
        count=int(sheet.sum()),
        said=conclusion(frame[sheet]),
        side=frame["direction"].where(frame["state"].isin(("outside", "outside trial")), ""),
        within=np.where(frame["state"].isin(INSIDE) & ((frame["change_low"] > 0) | (frame["change_high"] < 0)), "limits", ""),
        leading=np.where(speaks, frame["judgement"], ""),
        plain_change=[r if i.denominator is None else np.nan for i, r in zip(known, frame["raw_change"], strict=True)],
        headline=_headlines(frame, headlines, catalogue),
        unsaid=_unsaid(frame, known, sheet),
        provisional=awaited,
        final_on=[until.get(key, "") if young else "" for key, young in zip(frame["indicator"], awaited, strict=True)],
        **{f"why_{language}": [why(m)(language) if m else "" for m in frame["missing"]] for language in LANGUAGES},
        **{f"bases_{language}": [_named(m, catalogue, language) for m in frame["moved"]] for language in LANGUAGES},
    )


def _renewals(frame: pd.DataFrame, catalogue: Mapping[str, Indicator]) -> dict[str, list[str]]:
    """Whose rule begins with this month, and what it takes the place of."""
    before = {i.replaced_by: i.name for i in catalogue.values() if i.replaced_by}
    begins = [catalogue[key].since == months_in(period)[0] for key, period in zip(frame["indicator"], frame["period"], strict=True)]
    names = [before.get(key) if now else None for key, now in zip(frame["indicator"], begins, strict=True)]
    told = {"renewal": ["replaces" if name else "new" if now else "" for name, now in zip(names, begins, strict=True)]}
    return told | {f"replaced_{language}": [name(language) if name else "" for name in names] for language in LANGUAGES}


def sheet(calls: pd.DataFrame | None, orders: pd.DataFrame | None) -> pd.DataFrame:
    """The first sheet: the rows of calls and of orders that stand on it, as one frame of `quotable`; either may be missing, not both.

    The cards are those of the calls, of orders where no row of the calls stands on it (a hotline of orders alone has indicators of follow-ups among them); conclusion, counts and the movements not to be quoted are of all rows together. opening: `volume` or `empty` of the
    row that a hotline of orders alone begins with (`concluded`: a volume whose reason is the conclusion), else ''.
    """
    given = [part for part in (calls, orders) if part is not None]
    parts = [on for on in (part[part["sheet"].astype(bool)] for part in given) if len(on)]
    of_orders = calls is None or not calls["sheet"].any()
    rows = pd.concat(parts, ignore_index=True)
    own = np.arange(len(rows)) < len(parts[0])
    telling = rows.get("telling", pd.Series("", index=rows.index)).fillna("")
    said = conclusion(rows)
    opening = telling.where(of_orders & telling.isin(("volume", "empty")), "")
    told = rows.assign(
        headline=rows["headline"].where(own),
        opening=opening.mask((opening == "volume") & (rows["reason"] == said), "concluded"),
        leading=np.where(rows["leads"].astype(bool) & rows["judgement"].isin(CHANGED), rows["judgement"], ""),
        said=said,
        count=len(rows),
        **{name: sum(part[name].iloc[0] for part in given) for name in ("events", "false_flags")},
    )
    return told.assign(unsaid=_ranked(told))


def _ranked(rows: pd.DataFrame) -> pd.Series:
    """The movements not to be quoted of both parts, in turn, and no more than fit."""
    order = rows["unsaid"].dropna().sort_values(kind="stable").index[:MOST_UNSAID]
    return pd.Series(np.arange(1.0, len(order) + 1), index=order).reindex(rows.index)


def why(refusal: str) -> Term:
    """Why these data cannot answer, in both languages, from what a refusal or a cell says (`not available: needs queue_seconds`)."""
    table = re.search(r"params name no (\w+)", refusal)
    asked = (
        [tables.TABLES[table[1]].term]
        if table
        else [COLUMN_TERMS[w] for w in dict.fromkeys(re.findall(r"\w+", re.sub(r"\bneeds?\b", "", refusal, count=1))) if w in COLUMN_TERMS]
    )
    known = asked if table or "need" in refusal else []
    if known:
        return Term("未提供：" + "、".join(t.zh for t in known), "not provided: " + ", ".join(t.en.lower() for t in known))
    return absent(refusal) or NO_ANSWER


def _named(moved: str, catalogue: Mapping[str, Indicator], language: str) -> str:
    return listed([catalogue[key].name(language) for key in moved.split(", ")], language) if moved else ""


def conclusion(frame: pd.DataFrame) -> str:
    """The case of the month's conclusion; nothing is said of change where nothing was compared.

    changed, quiet: every indicator with a value was judged; with "in part": some were not; changed alone: none of the others was. Otherwise poor
    data, first month, few, few months, or the reason (key of `words.REASON`) of most that have a value; not compared where there is none.
    """
    judged = frame[frame["value"].notna()]
    changed, inside = judged["judgement"].isin(CHANGED), judged["state"] == "inside"
    if changed.any() and not inside.any():
        return "changed alone"
    if changed.any() or inside.any():
        return ("changed" if changed.any() else "quiet") + ("" if (changed | inside).all() else " in part")
    reasons = set(judged["reason"])
    if "poor data" in reasons:
        return "poor data"
    if reasons == {"first month"}:  # of a single one that is new the others are not
        return "first month"
    if len(judged) and (judged["judgement"] == "few").all():
        return "few"
    short = judged["method"].isin(("trial", "two periods")).any()
    told = [r for r in judged["reason"] if r]
    return "few months" if short else max(dict.fromkeys(told), key=told.count) if told else "not compared"


def main_level(catalogue: Mapping[str, Indicator]) -> str:
    """The service level of the first sheet, '' where there is none."""
    return next((key for key, i in catalogue.items() if i.first and key.startswith("service_level_")), "")


def _headlines(frame: pd.DataFrame, asked: Sequence[str], catalogue: Mapping[str, Indicator]) -> list[float]:
    there = set(frame.loc[frame["value"].notna(), "indicator"])
    usual = [main_level(catalogue) if key == "service_level" else key for key in HEADLINES]
    order = [key for key in dict.fromkeys([*asked, *usual, *frame["indicator"]]) if key in there][:MOST_HEADLINES]
    return [order.index(key) + 1.0 if key in order else np.nan for key in frame["indicator"]]


def _unsaid(frame: pd.DataFrame, known: Sequence[Indicator], sheet: pd.Series) -> pd.Series:
    """The rank of each movement of the first sheet that must not be quoted, missing for the others."""
    places = [1 if i.unit is SECONDS or i.unit in DIFFERING else 3 for i in known]  # what prints as 0.0 nobody quotes
    size = frame["change"].abs()
    moved = pd.Series([s >= 0.5 * 10.0**-p if np.isfinite(s) else False for s, p in zip(size, places, strict=True)], index=frame.index)
    based = frame["reason"].isin(("base", "ways")) & (moved | size.isna())
    held = sheet & frame["leads"].astype(bool) & ((moved & (frame["judgement"] == "none")) | based)
    spread = (frame["change_high"] - frame["change_low"]).abs()
    against = (size / spread.where(spread > 0)).where(held)
    first = frame["reason"].isin(("base", "ways")).astype(float).where(held)
    order = pd.DataFrame({"first": first, "against": against.fillna(0)}).where(held, axis=0)
    rank = order.sort_values(["first", "against"], ascending=False, kind="stable", na_position="last")
    ranks = pd.Series(np.arange(1.0, len(rank) + 1), index=rank.index).where(held)
    return ranks.where(ranks <= MOST_UNSAID)


def history(verdicts: pd.DataFrame, indicators: pd.DataFrame, declared: Indicator) -> pd.DataFrame:
    """One indicator month by month, as `charts.run_chart` wants it, with its verdict of the last month in every row.

    Columns: period, value (per day for volumes), numerator, denominator, lower, upper, target, judgement (of the last month, none before),
    unit, event (words of a declared break, in the month in which it begins), and of the verdict: indicator, change, rank, rank_months,
    formula_zh, formula_en, judge_zh, judge_en; said (course; few months: too few to be drawn). Raises KeyError for an indicator that has no row.
    """
    key = declared.key
    row = verdicts.set_index("indicator").loc[key]
    months = list(row["months"])
    parts = indicators[(indicators["indicator"] == key) & (indicators["group"] == row["group"])].set_index("period").reindex(months)
    told = {name: row[name] for name in ("change", "rank", "rank_months", "unit")}
    term = {f"{name}_{language}": getattr(declared, name)(language) for name in ("formula", "judge") for language in LANGUAGES}
    return pd.DataFrame(
        {
            "indicator": key,
            "period": months,
            "numerator": parts["numerator"].to_numpy(),
            "denominator": parts["denominator"].to_numpy(),
            "value": list(row["values"]),
            "lower": list(row["lowers"]),
            "upper": list(row["uppers"]),
            "target": row["target"],
            "judgement": ["none"] * (len(months) - 1) + [row["judgement"]],
            **{
                f"event_{language}": [row[f"break_{language}"] if m == row["break_month"] else "" for m in months] for language in LANGUAGES
            },
            **told,
            **term,
            "said": "few months" if sum(np.isfinite(v) for v in row["values"]) < LEAST_MONTHS else "course",
        }
    )


def glossary(catalogue: Mapping[str, Indicator]) -> pd.DataFrame:
    """Every indicator in words: its formula, what is counted, what to look at, how to judge, in both languages."""
    rows = [
        {
            "indicator": i.key,
            **{
                f"{name}_{language}": getattr(i, name)(language)
                for name in ("formula", "scope", "observe", "judge")
                for language in LANGUAGES
            },
        }
        for i in catalogue.values()
    ]
    return pd.DataFrame(rows)
