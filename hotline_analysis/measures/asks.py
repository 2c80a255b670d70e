"""提请研究的事项: what the month puts before its leaders, three matters at most, each with its size and where it breaks (second look 1).

A matter is something to decide: where the calls are lost that made the month worse, what got worse without saying where, which category of orders left its usual range, a silence that nobody has explained, a target
that was missed in every month. It stands here only where the frames bear it out; a quiet month has none.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.measures.orders import NONE, NOT_GIVEN
from hotline_analysis.words import Field, Term

MOST, MOST_EACH = 3, 2
TARGET_MONTHS = 12  # months in all of which a target was missed
KINDS = {
    "hours": Term("接通", "Answering"),
    "worse": Term("变差", "Worse"),
    "category": Term("诉求", "Orders"),
    "silence": Term("系统", "System"),
    "target": Term("目标", "Target"),
    "suggestions": Term("建议", "Suggestions"),
}
COLUMNS = {
    "kind": Field(Term("事项", "Matter"), words=KINDS),
    "place": Field(Term("次序", "Place"), "count"),
    "at": Field(Term("出处", "Where it stands")),
    "named_hours": Field(Term("钟点", "Hours")),
    "named_value": Field(Term("接通率", "Connection rate"), "share"),
    "named_usual": Field(Term("以往", "Before"), "share"),
    "named_lost": Field(Term("这里没接起的", "Lost there"), "count"),
    "all_lost": Field(Term("没接起的", "Lost"), "count"),
    "named_share": Field(Term("占没接起的", "Of the lost"), "share0"),
    "case": Field(Term("情形", "Case")),
    "category": Field(Term("类别", "Category"), words={disclosure.OTHER: disclosure.POOLED, NONE: NOT_GIVEN}),
    "count": Field(Term("件数", "Orders"), "count"),
    "before": Field(Term("上月", "Last month", of_period=True), "count"),
    "share": Field(Term("占比", "Share"), "share"),
    "share_change": Field(Term("占比变化", "Change of share"), "points"),
    "started_at": Field(Term("自", "From"), "moment"),
    "ended_at": Field(Term("至", "To"), "moment"),
    "usual": Field(Term("平常应有", "Usual"), "count"),
    "indicator": Field(Term("指标", "Indicator")),
    "target": Field(Term("目标", "Target"), "level"),
    "value": Field(Term("本月", "This month", of_period=True), "level"),
    "lower": Field(Term("波动下限", "Lower limit"), "level"),
    "upper": Field(Term("波动上限", "Upper limit"), "level"),
    "spread": Field(Term("没接起的在哪里", "Where calls are lost")),
    "lowest": Field(Term("最低", "Lowest"), "level"),
    "highest": Field(Term("最高", "Highest"), "level"),
    "target_months": Field(Term("月数", "Months", of_period=True), "count"),
    "suggested": Field(Term("建议条数", "Suggestions"), "count"),
    "matters": Field(Term("事项数", "Matters"), "count"),
    "said": Field(Term("结论", "Case")),
}


def asks(sheet: pd.DataFrame, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row a matter, the most pressing first, MOST of them.

    sheet: of `quotable.sheet`; frames: hours (service), categories (complaints), outages (service), suggestions; those that the data allow.

    Columns: kind (hours: the connection rate left its usual range to the worse, or its target lies beyond that range (case: worse, target), and the loss gathers in few hours; worse: what speaks for an event left its usual range to the worse, and no hours are named for it; category: one of the first level left its usual
    range upwards; silence: no call for so long that chance leaves none, and no register knows of it; target: missed in each of TARGET_MONTHS months or more;
    suggestions), place, at (the key of what shows it), what its sentence needs, matters (how many), said (some, none). No matter: a row of its own with kind ''.
    """
    lost = list(_hours(sheet, frames.get("hours")))
    found = [
        *lost,
        *_worse(sheet, frames.get("hours"), bool(lost)),
        *_category(frames.get("categories")),
        *_silence(frames.get("outages")),
        *_target(sheet),
    ]
    found = [*found, *_suggested(frames.get("suggestions"))][:MOST]
    told = pd.DataFrame(found or [{"kind": ""}]).reindex(columns=[*COLUMNS, "unit", "better"])
    told = told.assign(place=np.arange(1, len(told) + 1), matters=len(found), said="some" if found else "none")
    texts = ("at", "case", "named_hours", "spread", "category", "started_at", "ended_at", "indicator", "unit", "better")
    return told.assign(**{name: told[name].astype(object).where(told[name].notna(), "") for name in texts})


def _hours(sheet: pd.DataFrame, hours: pd.DataFrame | None) -> Iterator[dict]:
    rate = sheet[sheet["indicator"] == "connection_rate"]
    if hours is None or rate.empty or hours["said"].iloc[0] != "gathered":
        return
    row = rate.iloc[0]
    case = "worse" if row["judgement"] == "worse" else "target" if row["capability"] == "out of reach" else ""
    if case:
        names = ("named_hours", "named_value", "named_usual", "named_lost", "all_lost", "named_share")
        yield {"kind": "hours", "at": "hours", "case": case, **hours[list(names)].iloc[0].to_dict()}


def _worse(sheet: pd.DataFrame, hours: pd.DataFrame | None, named: bool) -> Iterator[dict]:
    """named: the hours of what the chapter of answering calls worse stand above already."""
    rows = sheet[(sheet["leading"] == "worse") & ~((sheet["chapter"] == "service") & named)]
    for row in rows.head(MOST_EACH).to_dict("records"):
        everywhere = row["indicator"] == "connection_rate" and hours is not None and hours["said"].iloc[0] == "spread"
        told = {name: row[name] for name in ("indicator", "value", "lower", "upper", "unit", "better")}
        yield {"kind": "worse", "at": "ledger", **told, "spread": "spread" if everywhere else ""}


def _category(categories: pd.DataFrame | None) -> Iterator[dict]:
    if categories is None:
        return
    first = categories[(categories["level"] == 1) & ~categories["category"].isin((disclosure.OTHER, NONE))]
    out = first[
        ((first["state"] == "outside") & (first["a_day"] > 0)) | ((first["share_state"] == "outside") & (first["share_change"] > 0))
    ]
    for row in out.head(MOST_EACH).to_dict("records"):
        yield {
            "kind": "category",
            "at": "categories",
            **{name: row[name] for name in ("category", "count", "before", "share", "share_change")},
        }


def _silence(outages: pd.DataFrame | None) -> Iterator[dict]:
    if outages is None or outages.empty:
        return
    known = outages["recorded"] == "yes" if "recorded" in outages else pd.Series(False, index=outages.index)
    for row in outages[(outages["broken"] == "gap") & ~known].sort_values("p").head(MOST_EACH).to_dict("records"):
        told = {name: str(row[name]) for name in ("started_at", "ended_at")}  # as text: this column holds '' in other rows
        yield {"kind": "silence", "at": "challenges", **told, "usual": row["usual"]}


def _target(sheet: pd.DataFrame) -> Iterator[dict]:
    missed = sheet[
        sheet["target"].notna() & (sheet["reached_months"] == 0) & (sheet["target_months"] >= TARGET_MONTHS) & sheet["value"].notna()
    ]
    for row in missed.head(MOST_EACH).to_dict("records"):
        values = [v for v in row["values"] if np.isfinite(v)]
        told = {name: row[name] for name in ("indicator", "target", "target_months", "unit", "better")}
        yield {"kind": "target", "at": "ledger", **told, "lowest": min(values), "highest": max(values)}


def _suggested(suggestions: pd.DataFrame | None) -> Iterator[dict]:
    if suggestions is not None and suggestions["said"].iloc[0] == "some":
        yield {"kind": "suggestions", "at": "suggestions", "suggested": suggestions["count"].iloc[0]}
