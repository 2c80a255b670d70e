"""客户满意度与好差评: what callers and surveys say, and how many were asked. 传统指标 24; 好差评 一次一评 (a call) and 一事一评 (a matter).

A rating off its scale is in no part, and of a period with more than 5 % of its survey scores off the scale there is no figure. Satisfied are the best answers (`surveys.best_from`: two, of two or three points one, of more than eleven no figure); of five levels (好差评) the three upper are good, the two lower bad.
Source: catalogue sections 3 and 4, F2 C11.
"""

from collections.abc import Callable, Sequence

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.measures import surveyed
from hotline_analysis.measures.cases import estimate_of, place
from hotline_analysis.measures.catalogue.parts import ANSWERED, answered
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.indicators import FRONT, MANAGEMENT, Have, Indicator, Part, amount, mark, said
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.view import View
from hotline_analysis.params import Params
from hotline_analysis.stats import surveys
from hotline_analysis.words import PERCENT, SCORE, Term

CHAPTER = "opinion"
FAMILY = "call_ratings"  # satisfied, good, bad and the mean move together
LONG_FORM = "long form"  # a key of `words.ABSENT`: a score a row would count every survey several times
FIVE = 4  # highest less lowest level of a scale of five
RATED_BY = Term("只有评了分的人；与参评率一起看", "only who rated: read with the share who did")
SILENT = Term("参评率低或人员之间差别大时，满意度说明不了全体", "where few rate, or staff invite unlike, it does not speak for all")


def declared(params: Params) -> tuple[Indicator, ...]:
    low, high = params.satisfaction.rating_scale
    calls = (_satisfied(low, high), _participation(low, high), _mean(low, high), *(_levels(low, high) if high - low == FIVE else ()))
    return (*calls, *_of_surveys(params))


def _rated(low: float, high: float, zh: str, en: str, number: Callable[[], nw.Expr] | None = None) -> Part:
    """Answered calls with a rating on the scale, or a number of them."""

    def test(have: Have) -> nw.Expr:
        on = answered(have) & (nw.col("rating") >= low) & (nw.col("rating") <= high)
        return mark(on) if number is None else amount(on, number())

    return Part(Term(zh, en), ("outcome", "rating"), test, sums=("rating",) if number else ())


def _at(low: float, high: float, least: float, most: float, zh: str, en: str) -> Part:
    def test(have: Have) -> nw.Expr:
        return mark(answered(have) & (nw.col("rating") >= max(least, low)) & (nw.col("rating") <= min(most, high)))

    return Part(Term(zh, en), ("outcome", "rating"), test)


def _base(low: float, high: float) -> Part:
    return _rated(low, high, "评了分的接通来电", "answered calls with a rating")


def _satisfied(low: float, high: float) -> Indicator:
    best, box = surveys.best_from(low, high), _box(low, high)
    return Indicator(
        "call_satisfaction", Term("客户满意度（来电评价）", "Satisfaction (ratings of calls)"), _at(low, high, best, high, f"评为最好{box.zh}的", f"rated in the {box.en}"), _base(low, high), PERCENT, "higher",
        Term(f"{_words(low, high).zh}÷评了分的接通来电", f"{_words(low, high).en} over answered calls with a rating"),
        RATED_BY, SILENT, "classic KPI 24; F4 E04", audience=(FRONT, MANAGEMENT), most=1, chapter=CHAPTER, family=FAMILY,
        estimate=None if np.isfinite(best) else estimate_of(lambda view, periods, indicator: surveys.NO_BOX),
    )  # fmt: skip


def _box(low: float, high: float) -> Term:
    return Term("一档", "best") if surveys.best_from(low, high) == high else Term("两档", "two best")


def _words(low: float, high: float) -> Term:
    """What counts as satisfied, as definitions print it."""
    best = surveys.best_from(low, high)
    if best == high:
        return Term(f"满意÷有效评价：{best:g}分", f"the best answer ({best:g})")
    if np.isnan(best):
        return Term("量表超过11个分值，不算满意率：满意", "no figure on a scale of more than 11 points: the satisfied")
    return Term(f"（满意＋非常满意）÷有效评价：{best:g}分及以上", f"the two best answers ({best:g} and above)")


def _participation(low: float, high: float) -> Indicator:
    return Indicator(
        "call_rating_share", Term("来电参评率", "Calls that were rated"), _base(low, high), ANSWERED, PERCENT, "higher",
        Term("评了分的接通来电÷接通量", "answered calls with a rating over calls answered"),
        Term("看各班组、各员工邀评是否一样", "whether teams and staff invite alike"), SILENT, "classic KPI 24", most=1, chapter=CHAPTER,
    )  # fmt: skip


def _mean(low: float, high: float) -> Indicator:
    points = _rated(low, high, "评分之和", "sum of the ratings", lambda: nw.col("rating"))
    return Indicator(
        "call_rating_mean", Term("来电评价均分", "Mean rating of calls"), points, _base(low, high), SCORE, "higher",
        Term(f"{low:g}至{high:g}分的评价之和÷评了分的接通来电", f"ratings of {low:g} to {high:g} over answered calls with one"),
        Term("同时看分布：均分相同，差评可多可少", "with the spread: the same mean may hide many bad ratings or few"), SILENT, "F3 D03", chapter=CHAPTER, family=FAMILY,
    )  # fmt: skip


def _levels(low: float, high: float) -> tuple[Indicator, ...]:
    good, bad = (
        _at(low, high, low + 2, high, "好评（上三档）", "good ratings (the three upper levels)"),
        _at(low, high, low, low + 1, "差评（下两档）", "bad ratings (the two lower levels)"),
    )
    return tuple(_good_bad(key, name, part, _base(low, high), better, "一次一评", "a call each", family=FAMILY) for key, name, part, better in (
        ("call_good", Term("好评率（一次一评）", "Good ratings of calls"), good, "higher"),
        ("call_bad", Term("差评率（一次一评）", "Bad ratings of calls"), bad, "lower"),
    ))  # fmt: skip


def _good_bad(key: str, name: Term, part: Part, base: Part, better: str, zh: str, en: str, **more) -> Indicator:
    way = (
        Term("非常满意、满意、基本满意为好评", "the three upper of five levels are good")
        if better == "higher"
        else Term("不满意、非常不满意为差评", "the two lower of five levels are bad")
    )
    return Indicator(
        key, name, part, base, PERCENT, better, Term(f"好差评五级，{zh}：{way.zh}", f"good and bad ratings in five levels, {en}: {way.en}"),
        Term("差评要逐件回访整改，看整改后是否再评", "bad ratings are followed up one by one"), SILENT, "好差评", most=1, chapter=CHAPTER, **more,
    )  # fmt: skip


# ---- surveys


def _overall(params: Params) -> str:
    """The item that asks for the overall score: the declared one, otherwise the first."""
    return params.satisfaction.overall or next(iter(params.items), "")


def _answers(params: Params, *, matters: bool, test: Callable[[pd.Series], pd.Series]):
    """Finds surveys with an overall score on its scale, but those of tests, calls that the hotline made and calls that nobody answered: by the instant of the invitation, or of the answer where that is not known."""
    key = _overall(params)
    low, high = params.items[key].scale

    def find(view: View, periods: Sequence[Period], indicator: Indicator) -> pd.DataFrame | str:
        rows = view.table("surveys")
        have = rows.collect_schema().names()
        times = [c for c in ("invited_s", "answered_s") if c in have]
        if matters and "order_id" not in have:
            return "not available: needs order_id"
        more = [
            *(["order_id"] if matters else []),
            *[c for c in ("survey_id", "call_id", "unit", "department", "agent", "channel") if c in have],
        ]
        frame = pandas(rows.select("seq", *times, key, *more)).sort_values("seq")
        if "channel" in frame:
            frame["way"] = frame["channel"].fillna("").astype(str)
        if "call_id" in frame:
            citizens = surveyed.counts(surveyed.behind(view, rows), frame["call_id"]) == ""
            if len(frame) and not citizens.any():
                return surveyed.NOBODYS
            frame = frame[citizens]
        score = pd.to_numeric(frame[key]).astype(float)
        start = frame[times].apply(pd.to_numeric).bfill(axis=1).iloc[:, 0].astype(float)
        given, on = score.notna() & ~score.isin(params.items[key].not_applicable) & start.notna(), score.between(low, high)
        kept = (
            on
            & ~_other_scale(place(start.fillna(0).to_numpy(float), periods), given, on)
            & (frame["order_id"].notna() if matters else True)
        )
        told = frame.assign(start_s=start, k=test(score).astype(int), n=1)[kept & start.notna()]
        return LONG_FORM if "survey_id" in told and surveyed.again(told["survey_id"]) else told

    return estimate_of(find)


def _other_scale(at: np.ndarray, given: pd.Series, on: pd.Series) -> pd.Series:
    """The rows of periods with too many scores off the scale: their scale was another."""
    told = pd.DataFrame({"off": given & ~on, "on": given & on}).groupby(at).transform("sum")
    return ~surveys.on_scale(told["off"], told["on"])


def _of_surveys(params: Params) -> tuple[Indicator, ...]:
    key = _overall(params)
    if not key:
        return ()
    low, high = params.items[key].scale
    best, box, words = surveys.best_from(low, high), _box(low, high), _words(low, high)
    top, base = (
        said(zh, en, "surveys", key)
        for zh, en in (
            (f"总体为最好{box.zh}的", f"whose overall score is in the {box.en}"),
            ("有总体评分的答卷", "surveys with an overall score"),
        )
    )
    satisfied = Indicator(
        "survey_satisfaction", Term("客户满意度（调查）", "Satisfaction (surveys)"), top, base, PERCENT, "higher",
        Term(f"{words.zh.replace('：', '：总体评分')}÷有总体评分的答卷；未加权，加权见满意度专题", f"overall score: {words.en} over surveys with one; unweighted, see the study of satisfaction"),
        RATED_BY, SILENT, "classic KPI 24; F3 D03", most=1, chapter=CHAPTER, estimate=_answers(params, matters=False, test=lambda s: s >= best) if np.isfinite(best) else estimate_of(lambda view, periods, indicator: surveys.NO_BOX),
    )  # fmt: skip
    if high - low != FIVE:
        return (satisfied,)
    of_order = {
        "numerator": said("好评或差评的答卷", "surveys rated so", "surveys", key),
        "denominator": said("对事项评了分的答卷", "surveys of an order with a score", "surveys", key),
    }
    levels = tuple(
        _good_bad(name, term, of_order["numerator"], of_order["denominator"], better, "一事一评", "an order each", estimate=_answers(params, matters=True, test=test))
        for name, term, better, test in (
            ("order_good", Term("好评率（一事一评）", "Good ratings of orders"), "higher", lambda s: s >= low + 2),
            ("order_bad", Term("差评率（一事一评）", "Bad ratings of orders"), "lower", lambda s: s <= low + 1),
        )
    )  # fmt: skip
    return (satisfied, *levels)
