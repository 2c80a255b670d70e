"""How did people score the hotline, item by item, and is this month another than the last?"""

import numpy as np
import pandas as pd

from hotline_analysis.errors import DataRefused, NoInput
from hotline_analysis.measures import late
from hotline_analysis.measures.periods import grain, period_before
from hotline_analysis.measures.view import View
from hotline_analysis.stats import surveys, tests
from hotline_analysis.studies.satisfaction import ways
from hotline_analysis.studies.satisfaction.answers import FEW, Answers, Item, answers, declared, earlier, judged
from hotline_analysis.words import NO_EVIDENCE, Term

SOURCES = {
    "survey": Term("满意度调查", "survey"),
    "rating": Term("通话后评价", "rating after the call"),
    "published": Term("已公布的均分", "published mean"),
}
OFF = Term("不少得分不在量表内，不给数字", "many scores lie off the scale: no figure")
STATES = {
    "": Term("", ""),
    "none": Term("无人作答", "no answer"),
    "one": Term("只有一人作答，没有区间", "one respondent, no interval"),
    "constant": Term("答案全部相同，均分没有区间", "all answers alike, no interval of the mean"),
    "few": Term("样本不足", "too few"),
    "off": OFF,
}
MOST_Q = 0.05  # false discovery rate over the items of a month (methods M7)
MATTERS = 0.01  # of a scale: a part of a change from which on a sentence speaks of the mix of channels
CHANGES = {
    "none": NO_EVIDENCE,
    "many": Term("各题一并比较后没有证据表明有变化", "no evidence of change once all items are compared together"),
    "two": Term("仅有两期，不判好坏", "two periods only, not judged"),
    "no n": Term("未提供样本量，不作变化判断", "no sample size given, change not judged"),
    "means": Term("只有均分，没有逐份答卷，不作变化判断", "means only, no single answers, change not judged"),
    "few": Term("样本不足，不作变化判断", "too few, change not judged"),
    "late": Term("答卷还没有收齐，不作变化判断", "answers are still on their way, change not judged"),
    "stale": Term("要等新的答卷导出，不作变化判断", "waits for a newer export of answers, change not judged"),
    "ways": Term(
        "两月没有同一渠道的足够答卷，不作变化判断", "no channel with enough answers in both months, change not judged", of_period=True
    ),
    "same": Term("两月答案全部相同", "all answers of both months alike", of_period=True),
    "first": Term("没有上月的答卷", "no answers of the month before", of_period=True),
    "whole": Term("不是一个月，不与上月比较", "no single month, not compared"),
    "off": OFF,
    "empty": Term("本月无人作答", "no answer this month", of_period=True),
}


def items(view: View) -> pd.DataFrame:
    """Scores by item, in the order of params: one row an item.

    Counted are the answers of citizens invited in the period (of a rating: of answered inbound calls), whenever the answer came. Not applicable
    and unanswered are no score: they stay out of means and stand apart. The interval knows that one citizen answers more than once.

    Columns: source (survey, rating, published), item, name, dimension (each _zh, _en), n (answers), respondents (n without repeats),
    not_applicable, off_scale (scores that are not on the scale; all, and no figure, where these are more than 5 % of the period's; missing where none), unanswered (counts, of the questionnaires that were answered), mean, mean_low, mean_high (score; t interval over respondents),
    scale_low, scale_high, numerator (answers of the two best scores), denominator (= n), value, low, high (top-2-box, share; Wilson on the effective
    n; none on a scale of more than 11 points), state (why there is no interval), before, before_n (mean and answers of the month before),
    change (of the mean, score), mix, own (what other shares of the surveys' own channels and what other scores by the same channels add to it, score; where answers came by more than one channel), effect,
    effect_low, effect_high (share: how much more often an answer of this month is higher than one of the
    last than lower; of several channels within each, by the mean of its shares in the two months), p, q (over the items, Benjamini and Hochberg), said (what is said of the change), final_on (until when answers to the period's invitations are on their way, and the change is not judged; '', also where only a newer export tells of them: `stale`), told (said where a sentence speaks of the row, and `within` where the mix of channels is no trifle; else '').

    The change is judged on the order of answers alone, `surveys.compare_ordinal`. A month of which params give a published mean only is shown
    and not judged. Raises NoInput, DataRefused. Source: D03, T10, methods 8.
    """
    now, past = _now(view), earlier(view)
    printed = _published(view, period_before(view.period.label) if grain(view.period.label) else "")
    known = list(now.items.values()) if now else [i for i in declared(view).values() if i.key in _published(view, view.period.label)]
    rows = []
    for item in known:
        row = _level(now, item) if now else _printed(view, item)
        rows.append({**row, **_change(now, past, item, row, printed, view.smallest)})
    overall = view.params.satisfaction.overall or (known[0].key if known else "")
    frame, (lacking, final_on) = pd.DataFrame(rows), late.said(view)
    compared = frame["said"].isin(("none", "two", "same", "ways")) & bool(lacking)
    judged_by = ["mix", "own", "effect", "effect_low", "effect_high", "p"]
    frame[judged_by] = frame[judged_by].mask(compared)
    frame = frame.assign(said=frame["said"].mask(compared, lacking), final_on=final_on)
    frame = frame.assign(q=lambda f: tests.benjamini_hochberg(f["p"]))
    if not grain(view.period.label):
        frame["said"] = frame["said"].where(frame["said"] != "first", "whole")
    frame["said"] = frame["said"].mask((frame["said"] == "two") & (frame["q"] >= MOST_Q), "many")
    within = np.where(frame["mix"].abs() >= MATTERS * (frame["scale_high"] - frame["scale_low"]), " within", "")
    return frame.assign(told=np.where((frame["item"] == overall) | (frame["said"] == "two"), frame["said"] + within, ""))


def _now(view: View) -> Answers | None:
    """The period's answers; None where only published means speak of it."""
    try:
        made = answers(view)
    except NoInput:
        if _published(view, view.period.label):
            return None
        raise
    if not made.items:
        raise DataRefused("surveys", "not available: needs item_1.", "Map the items, and name them under 'items'.")
    return made


def _published(view: View, month: str) -> dict:
    """Means of a month that params give, by item."""
    return dict(view.params.satisfaction.published.get(month, {}))


def _printed(view: View, item: Item) -> dict:
    """A row of a published mean: shown, without interval."""
    given = _published(view, view.period.label)[item.key]
    nothing = dict.fromkeys(
        ("mean_low", "mean_high", "numerator", "value", "low", "high", "respondents", "not_applicable", "off_scale", "unanswered"), np.nan
    )
    n = np.nan if given.n is None else given.n
    return {**_head("published", item), "n": n, "denominator": n, "mean": given.mean, **nothing, "state": ""}


def _head(source: str, item: Item) -> dict:
    return {"source": source, "item": item.key, **item.words, "scale_low": item.low, "scale_high": item.high}


def _level(now: Answers, item: Item) -> dict:
    """One item of the period: counts, mean, the two best."""
    given = now.of(item.key)
    score, who, answered = given[item.key].to_numpy(float), given["respondent"], now.given
    apart = int(answered[f"na_{item.key}"].sum())
    mean = surveys.mean(score, clusters=who)
    people = int(who.nunique())
    row = {**_head(now.source, item), "n": len(score), "respondents": people, "not_applicable": apart}
    off = int(answered[f"off_{item.key}"].sum())
    row |= {
        "off_scale": off or np.nan,
        "unanswered": len(answered) - len(score) - apart - off,
        "mean": mean.value,
        "mean_low": mean.low,
        "mean_high": mean.high,
    }
    return {**row, **boxed(item, score, who), "state": "off" if off and not len(score) else _state(score, people)}


def boxed(item: Item, score: np.ndarray, who) -> dict:
    """The two best scores of an item: numerator, denominator, value, low, high."""
    if np.isnan(item.box):
        return {"numerator": np.nan, "denominator": len(score), "value": np.nan, "low": np.nan, "high": np.nan}
    best = score >= item.box
    found = surveys.share(best, clusters=who)
    return {"numerator": int(best.sum()), "denominator": len(score), "value": found.value, "low": found.low, "high": found.high}


def _state(score: np.ndarray, people: int) -> str:
    if len(score) == 0:
        return "none"
    if people == 1:
        return "one"
    return "constant" if np.ptp(score) == 0 else "few" if len(score) < FEW else ""


def _change(now: Answers | None, past: Answers | None, item: Item, row: dict, printed: dict, smallest: int) -> dict:
    """This month's answers against the month before's, and what may be said of it."""
    was = past.of(item.key) if past and item.key in past.items else pd.DataFrame({item.key: [], "respondent": []})
    nothing = dict.fromkeys(("mix", "own", "effect", "effect_low", "effect_high", "p"), np.nan)
    if not len(was) and item.key in printed:
        given = printed[item.key]
        counted = given.n is not None and not np.isnan(row["n"])
        return {**_before(given.mean, given.n, row), **nothing, "said": "means" if counted else "no n"}
    head = _before(was[item.key].mean(), len(was), row)
    if now is None and not len(was):
        return {**head, **nothing, "said": "first" if row["n"] > 0 else "no n"}
    if not len(was) or not row["n"] > 0 or now is None:
        return {**head, **nothing, "said": _nothing(now, past, item, row)}
    return {**head, **nothing, **_compared(now.of(item.key), was, item.key, smallest)}


def _compared(is_: pd.DataFrame, was: pd.DataFrame, item: str, smallest: int) -> dict:
    """The answers of two months held against each other, where they came by several channels within each."""
    if min(len(is_), len(was)) < FEW:
        return {"said": "few"}
    mixed, of_strata = {}, {}
    if ways.several(is_, was):
        mixed, (mine, theirs) = ways.parts(is_, was, item, smallest), ways.strata(is_, was)
        is_, was = is_[mine.notna()], was[theirs.notna()]
        if is_.empty:
            return {**mixed, "said": "ways"}
        of_strata = {"strata_first": mine.dropna(), "strata_second": theirs.dropna()}
    found = surveys.compare_ordinal(
        is_[item].to_numpy(float), was[item].to_numpy(float), clusters_first=_own(is_, 1), clusters_second=_own(was, 2), **of_strata
    )
    if np.isnan(found.low):
        return {**mixed, "said": "same"}
    ends = {"effect": found.value, "effect_low": found.low, "effect_high": found.high, "p": found.p}
    return {**mixed, **ends, "said": "none" if found.low <= 0 <= found.high else "two"}


def _nothing(now: Answers | None, past: Answers | None, item: Item, row: dict) -> str:
    """What is said where either month has no score of the item."""
    if now is None:
        return "means"
    if row["state"] == "off" or (row["n"] and past and item.key in past.items and past.frame[f"off_{item.key}"].any()):
        return "off"
    return "empty" if row["n"] == 0 else "first"


def _own(rows: pd.DataFrame, month: int) -> np.ndarray:
    """Respondents of a month: strangers (negative) of two months are never one, callers are."""
    who = rows["respondent"].to_numpy(float)
    return np.where(who < 0, who - month / 4, who)


def _before(mean: float, n, row: dict) -> dict:
    n = np.nan if n is None else n
    return {"before": mean, "before_n": n, "change": row["mean"] - mean}


def distribution(view: View) -> pd.DataFrame:
    """How often each score was given: one row an item and score, scores rising; items in the order of params.

    Columns: item, name, dimension (each _zh, _en), score, numerator (answers), denominator (answers to the item), value (share), side (below,
    middle, above: of the scale's middle), left, right (where its bar begins and ends when the middle of the scale stands at 0, shares), mean,
    value_top (share of the two best). Only items of at most 11 whole points; an item without an answer has no row. Raises NoInput, DataRefused.
    """
    now = answers(view)
    parts = [_spread(now, item) for item in now.items.values() if item.points <= 11 and len(now.of(item.key))]
    if not parts:
        raise DataRefused("surveys", "no answers to draw." if now.items else "not available: needs item_1.")
    return pd.concat(parts, ignore_index=True)


def _spread(now: Answers, item: Item) -> pd.DataFrame:
    score = now.of(item.key)[item.key]
    points = np.arange(item.low, item.high + 0.5)
    count = np.array([int((score.round() == point).sum()) for point in points])
    share, middle = count / len(score), (item.low + item.high) / 2
    side = np.where(points < middle, "below", np.where(points > middle, "above", "middle"))
    start = -share[side == "below"].sum() - share[side == "middle"].sum() / 2
    right = start + np.cumsum(share)
    return pd.DataFrame(
        {
            "item": item.key,
            **item.words,
            "score": points,
            "numerator": count,
            "denominator": len(score),
            "value": share,
            "side": side,
            "left": right - share,
            "right": right,
            "mean": score.mean(),
            "top": share[points >= item.box].sum() if np.isfinite(item.box) else np.nan,
        }
    )


def gaps(view: View) -> pd.DataFrame:
    """Where the hotline falls short, by dimension: each item against what was expected, or against the respondents' own average.

    One row an item. Where params name an expectation for the item (`satisfaction: expected`), the gap is score less expectation of those who
    answered both; otherwise it is the item less the mean of all items that the same person answered. Both on 0 to 1 of their scale, so that unlike
    scales compare; a negative gap is a shortfall. At least two items.

    Columns: item, name, dimension (each _zh, _en), against (expected, own), n (people who answered both), scaled, reference (share of the scale), gap,
    gap_low, gap_high (t interval over respondents), said (short, ahead, level: whether the interval leaves zero out; few). Items of one dimension
    stand together, the worst dimension first. Raises NoInput, DataRefused. Source: D10.
    """
    now = answers(view)
    known = judged(view, now)
    if len(known) < 2:
        raise DataRefused("gaps", "one item only, so there is nothing to compare it with: few items.")
    expected = {k: v for k, v in view.params.satisfaction.expected.items() if k in known and v in known}
    asked = {k: i for k, i in known.items() if k not in expected.values()}
    scaled = pd.DataFrame({k: i.rescaled(now.frame[k]) for k, i in known.items()})
    own = scaled[list(asked)].mean(axis=1).where(scaled[list(asked)].notna().sum(axis=1) > 1)
    rows = [_gap(now, item, scaled, own, expected.get(key, "")) for key, item in asked.items()]
    frame = pd.DataFrame(rows)
    worst = frame.groupby("dimension_zh")["gap"].transform("mean")
    order = frame.assign(worst=worst).sort_values(["worst", "dimension_zh", "gap"], kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def _gap(now: Answers, item: Item, scaled: pd.DataFrame, own: pd.Series, expected: str) -> dict:
    reference = scaled[expected] if expected else own
    both = scaled[item.key].notna() & reference.notna()
    score, against = scaled.loc[both, item.key], reference[both]
    found = surveys.mean((score - against).to_numpy(float), clusters=now.frame.loc[both, "respondent"])
    few = len(score) < FEW or np.isnan(found.low)
    said = "few" if few else "short" if found.high < 0 else "ahead" if found.low > 0 else "level"
    head = {"item": item.key, **item.words, "against": "expected" if expected else "own", "n": len(score)}
    head |= {"scaled": score.mean(), "reference": against.mean()}
    return {**head, "gap": found.value, "gap_low": found.low, "gap_high": found.high, "said": said}
