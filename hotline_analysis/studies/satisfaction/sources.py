"""Survey, self-rating and quality check side by side: they measure different things, and are never averaged."""

from itertools import combinations

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from hotline_analysis.errors import DataRefused, NoInput
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.view import View
from hotline_analysis.stats import surveys
from hotline_analysis.studies.satisfaction.answers import RATING, Item, answers, declared, rating
from hotline_analysis.studies.satisfaction.items import boxed
from hotline_analysis.tables import ITEMS
from hotline_analysis.words import Term

FEWEST_PAIRS = 10
WHOSE = {
    "survey": Term("满意度调查（市民）", "survey (citizens)"),
    "rating": Term("通话后评价（市民）", "call rating (citizens)"),
    "quality_check": Term("质检抽查", "quality check"),
    "self_rating": Term("客服自评", "self-rating"),
    "other": Term("其他来源", "other source"),
}
LEVELS = {"call": Term("同一通来电", "same call"), "agent": Term("同一话务员", "same agent"), "": Term("", "")}


def sources(view: View) -> pd.DataFrame:
    """Each item by source: one row an item and source, items in the order of params, never averaged over sources.

    Citizens' answers of the period and scores given in it. The interval of a citizens' score is over respondents, of a checked or self-given one over
    agents: it is about other agents having been scored.

    Columns: item, name, dimension (each _zh, _en), source, n (scores), agents (scored, missing for citizens' without agents), mean, mean_low, mean_high
    (score), numerator, denominator, value, low, high (top-2-box, share), said (alone: one source has the item; apart: the intervals of two means do not
    meet; meet). Raises NoInput without scores, DataRefused where no item is known. Source: D04.
    """
    long = _long(view)
    items = {**declared(view), **_rating_item(view)}
    rows = []
    for key in [k for k in items if k in set(long["item"])]:
        own = [_row(items[key], name, long[(long["item"] == key) & (long["source"] == name)]) for name in WHOSE]
        own = [row for row in own if row["n"]]
        said = "alone" if len(own) < 2 else "apart" if _apart(own) else "meet"
        rows += [{**row, "said": said} for row in own]
    return pd.DataFrame(rows)


def _apart(rows: list[dict]) -> bool:
    return any(max(a["mean_low"], b["mean_low"]) > min(a["mean_high"], b["mean_high"]) for a, b in combinations(rows, 2))


def _row(item: Item, source: str, own: pd.DataFrame) -> dict:
    score = own["score"].to_numpy(float)
    by = own["respondent"] if source in ("survey", "rating") else own["agent"].fillna("")
    mean = surveys.mean(score, clusters=by)
    head = {"item": item.key, **item.words, "source": source, "n": len(score), "agents": own["agent"].nunique() or np.nan}
    return {**head, "mean": mean.value, "mean_low": mean.low, "mean_high": mean.high, **boxed(item, score, by)}


def _long(view: View) -> pd.DataFrame:
    """All scores of the period: source, item, score, agent, call_id, respondent."""
    scored = _scores(view)
    try:
        now = answers(view)
        parts = [
            pd.DataFrame(
                {
                    "source": now.source,
                    "item": key,
                    "score": own[key].astype(float),
                    "agent": own.get("agent"),
                    "call_id": own.get("call_id"),
                    "respondent": own["respondent"],
                }
            )
            for key in now.items
            if len(own := now.of(key))
        ]
    except NoInput:
        parts = []
    whole = pd.concat([*parts, scored.assign(respondent=np.nan)], ignore_index=True)
    return whole.astype({"agent": "object", "call_id": "object"})


def _rating_item(view: View) -> dict[str, Item]:
    if "surveys" in view.tables or "calls" not in view.tables:
        return {}
    return {RATING: rating(view)}


def _scores(view: View) -> pd.DataFrame:
    """The table of scores in its long form, of the period: a row an item; those off their scale or of unknown items left out."""
    table = view.table("scores")
    have = table.collect_schema().names()
    if view.period.label != "all":
        if "scored_s" not in have:
            raise DataRefused("scores", "not available: needs scored_at.", "Ask for all data at once.")
        table = table.filter((nw.col("scored_s") >= view.period.start_s) & (nw.col("scored_s") < view.period.end_s))
    items = declared(view)
    wanted = [c for c in ("source", "agent", "call_id", "item", "score", *ITEMS) if c in have]
    frame = pandas(table.select(wanted))
    for name in ("source", "agent", "call_id"):
        frame[name] = frame.get(name)
    slots = [k for k in items if k in frame]
    tall = [frame.assign(score=frame[k].astype(float), item=k)[["source", "agent", "call_id", "item", "score"]] for k in slots]
    if {"item", "score"} <= set(have):
        tall.append(frame[["source", "agent", "call_id", "item", "score"]].astype({"score": float}))
    if not tall:
        raise DataRefused("scores", "not available: needs score.", "Map item and score, or item_1 and so on.")
    long = pd.concat(tall, ignore_index=True)
    inside = [k in items and items[k].low <= s <= items[k].high for k, s in zip(long["item"], long["score"], strict=True)]
    long = long[np.array(inside, bool)].assign(source=lambda f: f["source"].fillna("other"))
    if long.empty:
        raise NoInput("scores", "no scores in this period.")
    return long


def agreement(view: View) -> pd.DataFrame:
    """Do two sources agree about the same thing? One row an item and pair of sources.

    Compared on calls that both scored, where there are at least 10, else on agents whom both scored (their means), where there are at least 10. Both on
    0 to 1 of the item's scale.

    Columns: item, name, dimension (each _zh, _en), first, second (sources), level (call, agent), pairs, difference, difference_low, difference_high
    (first less second, share of the scale, t interval), rho, rho_low, rho_high (Spearman), said (few; no agreement: rho's interval holds 0; agree, level
    apart: the order agrees, and the difference does not, or does, leave 0 out; opposite). Raises NoInput, DataRefused. Source: D04.
    """
    long = _long(view)
    items = {**declared(view), **_rating_item(view)}
    rows = []
    for key in [k for k in items if k in set(long["item"])]:
        own = long[long["item"] == key]
        there = [name for name in WHOSE if (own["source"] == name).any()]
        rows += [_pair(items[key], own, *two) for two in combinations(there, 2)]
    if not rows:
        raise DataRefused("agreement", "one source only, so there is nothing to compare it with: few sources.")
    return pd.DataFrame(rows)


def _pair(item: Item, own: pd.DataFrame, first: str, second: str) -> dict:
    level, both = _matched(own, first, second)
    a, b = (item.rescaled(both[name].to_numpy(float)) for name in (first, second)) if len(both) else (np.array([]), np.array([]))
    difference, rho = surveys.mean(a - b), surveys.rank_correlation(a, b)
    if len(both) < FEWEST_PAIRS or np.isnan(rho.value):
        said = "few"
    elif rho.low <= 0 <= rho.high:
        said = "no agreement"
    else:
        said = "opposite" if rho.high < 0 else "level apart" if difference.low > 0 or difference.high < 0 else "agree"
    head = {"item": item.key, **item.words, "first": first, "second": second, "level": level, "pairs": len(both)}
    if said == "few":
        return {
            **head,
            **dict.fromkeys(("difference", "difference_low", "difference_high", "rho", "rho_low", "rho_high"), np.nan),
            "said": said,
        }
    head |= {"difference": difference.value, "difference_low": difference.low, "difference_high": difference.high}
    return {**head, "rho": rho.value, "rho_low": rho.low, "rho_high": rho.high, "said": said}


def _matched(own: pd.DataFrame, first: str, second: str) -> tuple[str, pd.DataFrame]:
    """Mean scores of the calls, else of the agents, that both sources scored."""
    best = ("", pd.DataFrame(columns=[first, second]))
    for level, column in (("call", "call_id"), ("agent", "agent")):
        known = own[own[column].notna()]
        table = known.groupby([column, "source"])["score"].mean().unstack().reindex(columns=[first, second]).dropna()
        if len(table) >= FEWEST_PAIRS:
            return level, table
        best = max(best, (level, table), key=lambda pair: len(pair[1]))
    return best
