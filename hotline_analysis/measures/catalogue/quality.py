"""质量: what monitors give, and how much they listen to. 传统指标 12."""

from dataclasses import replace

import narwhals.stable.v2 as nw

from hotline_analysis.measures.indicators import FRONT, MANAGEMENT, Have, Indicator, Part, amount, mark
from hotline_analysis.params import Params
from hotline_analysis.tables import ITEMS
from hotline_analysis.words import SCORE, Term

SCORES = "scores"


def declared(params: Params) -> tuple[Indicator, ...]:
    return (replace(MONITORED, denominator=replace(GIVEN, one_of=_by_scale(params))),)


def _by_scale(params: Params) -> tuple[Part, ...]:
    """The checks' scores of each scale, where params have items of several: five of 5 points and ninety of 100 have no mean."""
    by_scale: dict[tuple, list[str]] = {}
    for key, item in params.items.items():
        by_scale.setdefault(tuple(item.scale), []).append(key)
    return tuple(_of_items(scale, tuple(keys)) for scale, keys in by_scale.items()) if len(by_scale) > 1 else ()


def _of_items(scale: tuple, keys: tuple[str, ...]) -> Part:
    def count(have: Have) -> nw.Expr:
        marks = [mark(_checked(c)) for c in keys if c in have]
        marks += [mark(_checked("score") & nw.col("item").is_in(list(keys)))] if {"score", "item"} <= set(have) else []
        return nw.sum_horizontal(*marks) if marks else nw.lit(0)

    low, high = scale
    words = Term(f"质检的{low:g}至{high:g}分评分", f"scores of {low:g} to {high:g} of quality checks")
    return Part(words, ("source",), count, SCORES)


def _scored(have: Have) -> list[str]:
    """The columns that hold a score: that of a row an item, or one an item."""
    return [c for c in ("score", *ITEMS) if c in have]


def _checked(column: str) -> nw.Expr:
    return (nw.col("source") == "quality_check") & ~nw.col(column).is_null()


def _total(have: Have) -> nw.Expr:
    return nw.sum_horizontal(*[amount(_checked(c), nw.col(c)) for c in _scored(have)])


def _count(have: Have) -> nw.Expr:
    return nw.sum_horizontal(*[mark(_checked(c)) for c in _scored(have)])


GIVEN = Part(Term("质检的评分数", "scores given by quality checks"), ("source",), _count, SCORES)
MONITORED = Indicator(
    "monitoring_score", Term("监听分值", "Monitoring score"),
    Part(Term("质检得分", "scores of quality checks"), ("source",), _total, SCORES, sums=("score",)),
    GIVEN, SCORE, "higher",
    Term("来源为质检的评分，每题一分；自评与其他来源不计；一期里各题量表（参数 items）不同的不算", "scores whose source is the quality check, one an item; self-ratings and other sources are not in it; of a period with items of unlike scales (params › items) there is no figure"),
    Term("与满意度和自评并列看，见满意度专题；抽了多少、抽谁也要看", "beside satisfaction and self-ratings, see the study of satisfaction; and look at how many were drawn, and of whom"),
    Term("各题满分不同时不可相加比较；抽查少的月份区间宽", "items of unlike scales do not compare; a month of few checks has a wide interval", of_period=True), "classic KPI 12",
    audience=(FRONT, MANAGEMENT), tier=2,
)  # fmt: skip
