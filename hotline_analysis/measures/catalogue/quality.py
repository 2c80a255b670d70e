"""质量: what monitors give, and how much they listen to. 传统指标 12."""

import narwhals.stable.v2 as nw

from hotline_analysis.measures.indicators import FRONT, MANAGEMENT, Have, Indicator, Part, amount, mark
from hotline_analysis.params import Params
from hotline_analysis.tables import ITEMS
from hotline_analysis.words import SCORE, Term

SCORES = "scores"


def declared(params: Params) -> tuple[Indicator, ...]:
    return (MONITORED,)


def _scored(have: Have) -> list[str]:
    """The columns that hold a score: that of a row an item, or one an item."""
    return [c for c in ("score", *ITEMS) if c in have]


def _checked(column: str) -> nw.Expr:
    return (nw.col("source") == "quality_check") & ~nw.col(column).is_null()


def _total(have: Have) -> nw.Expr:
    return nw.sum_horizontal(*[amount(_checked(c), nw.col(c)) for c in _scored(have)])


def _count(have: Have) -> nw.Expr:
    return nw.sum_horizontal(*[mark(_checked(c)) for c in _scored(have)])


MONITORED = Indicator(
    "monitoring_score", Term("监听分值", "Monitoring score"),
    Part(Term("质检得分", "scores of quality checks"), ("source",), _total, SCORES, sums=("score",)),
    Part(Term("质检的评分数", "scores given by quality checks"), ("source",), _count, SCORES), SCORE, "higher",
    Term("来源为质检的评分，每题一分；自评与其他来源不计", "scores whose source is the quality check, one an item; self-ratings and other sources are not in it"),
    Term("与满意度和自评并列看，见满意度专题；抽了多少、抽谁也要看", "beside satisfaction and self-ratings, see the study of satisfaction; and look at how many were drawn, and of whom"),
    Term("各题满分不同时不可相加比较；抽查少的月份区间宽", "items of unlike scales do not compare; a month of few checks has a wide interval", of_period=True), "classic KPI 12",
    audience=(FRONT, MANAGEMENT), tier=2,
)  # fmt: skip
