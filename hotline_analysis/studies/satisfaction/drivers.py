"""What goes with the overall score, how reliable the scales are, and would people recommend the hotline?"""

from dataclasses import replace

import numpy as np
import pandas as pd

from hotline_analysis.errors import BadParams, DataRefused, nearest
from hotline_analysis.measures import late
from hotline_analysis.measures.view import View
from hotline_analysis.stats import surveys
from hotline_analysis.studies.satisfaction import ways
from hotline_analysis.studies.satisfaction.answers import FEW, Answers, Item, answers, earlier, judged
from hotline_analysis.studies.satisfaction.response import overall
from hotline_analysis.words import LANGUAGES, Term

LEAST = 50  # complete answers for relative importance
RESAMPLES, SEED = 500, 12345
RELIABLE, LOW = 0.7, 0.6  # conventions of the field, no test
PROMOTER, DETRACTOR = 9, 6  # of 0 to 10
WHOLE = Term("全部题目", "all items")


def drivers(view: View) -> pd.DataFrame:
    """What goes with the overall score (相对贡献): each item's part of R^2, averaged over all orders of the items (LMG). Not causes.

    One row a driver, the largest part first. Target: `satisfaction: overall`, else the first item. Drivers: `satisfaction: drivers`, else the other
    items if they are at most ten, else the means of their dimensions. People who answered the target and all drivers count; the intervals draw them
    anew 500 times (percentiles, fixed seed).

    Columns: item, name (_zh, _en), target_zh, target_en, n (complete answers), share (of R^2), share_low, share_high, part (of the variance), r
    (correlation with the target), explained (R^2), dropped (drivers that do not vary), said (clear: the first part's interval lies above the second's;
    close; none: R^2 is not above chance, F test at 5 %). Raises BadParams for drivers that are no items, NoInput; DataRefused under 50 complete answers.
    Source: D10; Gromping 2006; methods 8.
    """
    now = answers(view)
    target = overall(view, now)
    columns, names = _drivers(view, now, target)
    whole = pd.concat([now.frame[target].rename("target"), columns], axis=1).assign(respondent=now.frame["respondent"]).dropna()
    if len(whole) < LEAST or np.ptp(whole["target"]) == 0:
        raise DataRefused("drivers", f"under {LEAST} complete answers, or all alike: few.")
    varying = [c for c in columns if np.ptp(whole[c]) > 0]
    if len(varying) < 2:
        raise DataRefused("drivers", "fewer than two drivers vary: few.")
    data, rng = whole[["target", *varying]].to_numpy(float), np.random.default_rng(SEED)
    correlation, drawn = surveys.correlations(data, whole["respondent"], resamples=RESAMPLES, rng=rng)
    parts, resampled = surveys.relative_importance(correlation), surveys.relative_importance(drawn)
    low, high = np.quantile(resampled / resampled.sum(axis=1, keepdims=True), [0.025, 0.975], axis=0)
    frame = pd.DataFrame({"item": varying, **{f"name_{n}": [names[c](n) for c in varying] for n in LANGUAGES}})
    frame = frame.assign(**{f"target_{n}": now.items[target].name(n) for n in LANGUAGES}, n=len(whole), share=parts / parts.sum())
    frame = frame.assign(
        share_low=low, share_high=high, part=parts, r=correlation[0, 1:], explained=parts.sum(), dropped=len(names) - len(varying)
    )
    frame = frame.sort_values(["share", "item"], ascending=[False, True], ignore_index=True)
    return frame.assign(said=_case(frame))


def _case(frame: pd.DataFrame) -> str:
    first = frame.iloc[0]
    if not surveys.explains(first["explained"], n=first["n"], items=len(frame)):
        return "none"
    return "clear" if first["share_low"] > frame["share_high"].iloc[1] else "close"


def _drivers(view: View, now: Answers, target: str) -> tuple[pd.DataFrame, dict[str, Term]]:
    """The drivers' columns and names: named in params, else the other items, else their dimensions."""
    named = view.params.satisfaction.drivers
    for key in named:
        if key not in now.items:
            raise BadParams("satisfaction › drivers", f"'{key}' is not an item of the surveys.", nearest(key, now.items))
    keys = [k for k in (named or judged(view, now)) if k != target]
    if not target or len(keys) < 2:
        raise DataRefused("drivers", "fewer than two items beside the overall score: few items.")
    if len(keys) <= surveys.MOST_ITEMS:
        return now.frame[keys], {k: now.items[k].name for k in keys}
    if named:
        raise BadParams("satisfaction › drivers", f"more than {surveys.MOST_ITEMS} are named.", f"Name at most {surveys.MOST_ITEMS}.")
    groups = _dimensions(now, keys)
    if not 2 <= len(groups) <= surveys.MOST_ITEMS:
        raise DataRefused(
            "drivers",
            f"more than {surveys.MOST_ITEMS} items and no dimensions to join them.",
            "Name at most ten under satisfaction › drivers.",
        )
    columns = {name: pd.DataFrame({k: now.items[k].rescaled(now.frame[k]) for k in own}).mean(axis=1) for name, (_, own) in groups.items()}
    return pd.DataFrame(columns), {name: term for name, (term, _) in groups.items()}


def _dimensions(now: Answers, keys: list[str]) -> dict[str, tuple[Term, list[str]]]:
    """The items of each dimension, by its Chinese name."""
    groups: dict[str, tuple[Term, list[str]]] = {}
    for key in keys:
        term = now.items[key].dimension
        if term:
            groups.setdefault(term.zh, (term, []))[1].append(key)
    return groups


def alpha(view: View) -> pd.DataFrame:
    """Do the items of a dimension measure one thing? Cronbach's alpha by dimension, and of all items: one row each, dimensions in their order.

    People who answered every item of the dimension count; an item that does not vary is left out.

    Columns: dimension (_zh, _en), items (that vary), dropped (that do not), n (people), alpha, alpha_low, alpha_high (Feldt's 95 %), weakest (_zh, _en: the
    item without which alpha would be highest), without (that alpha), said (good from .7 on, fair from .6, low, few items under 3, few under 30 people).
    Raises NoInput; DataRefused under 3 items. Source: Cronbach 1951; Feldt 1965; methods 8.
    """
    now = answers(view)
    known = list(judged(view, now))
    if len(known) < surveys.LEAST_ITEMS:
        raise DataRefused("alpha", f"fewer than {surveys.LEAST_ITEMS} items: few items.")
    groups = {**_dimensions(now, known), "": (WHOLE, known)}
    return pd.DataFrame([_reliability(now, term, keys) for term, keys in groups.values()])


def _reliability(now: Answers, term: Term, keys: list[str]) -> dict:
    whole = now.frame[keys].dropna()
    varying = [k for k in keys if len(whole) and np.ptp(whole[k]) > 0]
    found = surveys.alpha(whole[varying].to_numpy(float))
    head = {**{f"dimension_{n}": term(n) for n in LANGUAGES}, "items": len(varying), "dropped": len(keys) - len(varying), "n": len(whole)}
    few = "few" if len(whole) < FEW else "few items" if len(varying) < surveys.LEAST_ITEMS else ""
    if few:
        nothing = dict.fromkeys(("alpha", "alpha_low", "alpha_high", "without"), np.nan)
        return {**head, **nothing, **{f"weakest_{n}": "" for n in LANGUAGES}, "said": few}
    place = int(np.argmax(found.without))
    weakest = now.items[varying[place]].name if np.isfinite(found.without).any() else Term("", "")
    said = "good" if found.value >= RELIABLE else "fair" if found.value >= LOW else "low"
    values = {"alpha": found.value, "alpha_low": found.low, "alpha_high": found.high, "without": found.without[place]}
    return {**head, **values, **{f"weakest_{n}": weakest(n) for n in LANGUAGES}, "said": said}


def nps(view: View) -> pd.DataFrame:
    """Net promoter score of the item that params name (`satisfaction: nps`, 0 to 10): the period, and the month before where there is one.

    Promoters give 9 or 10, detractors 0 to 6. se = sqrt((p+ + p- - NPS^2) / n), widened by the design effect where people answered more than once.

    Columns: period (now, before), name (_zh, _en), denominator (answers), promoters, passives, detractors (shares), nps, nps_low, nps_high (share, 95 %), se,
    moved_nps, moved_low, moved_high (this month less the last, in its row `now`; of several channels within each, by the mean of its shares in the two months), said (first, few, ways: no channel with enough answers in both months, late: answers are still on their way until final_on, stale: only a newer export tells of them, none, two; in every row), told (said in the first). Raises BadParams where the
    scale is not 0 to 10, NoInput; DataRefused where params name no item or nobody answered it.
    """
    now, key = answers(view), view.params.satisfaction.nps
    if not key or key not in now.items:
        raise DataRefused("nps", "params do not say satisfaction: nps.", "Name the slot that asks for recommendation.")
    item = now.items[key]
    if (item.low, item.high) != (0, 10):
        raise BadParams("satisfaction › nps", "the score is defined on a scale of 0 to 10.", "Name an item with scale: [0, 10].")
    past = earlier(view)
    periods = {"now": now} | ({"before": past} if past and key in past.items and len(past.of(key)) else {})
    rows = [{"period": name, **{f"name_{n}": item.name(n) for n in LANGUAGES}, **_promoted(part, item)} for name, part in periods.items()]
    if not rows[0]["denominator"]:
        raise DataRefused("nps", "no answers in this period.")
    lacking, final_on = late.said(view)
    frame = pd.DataFrame(rows).assign(**_moved(rows, lacking, _by_way(now, past, item)), final_on=final_on)
    return frame.assign(told=frame["said"].where(frame.index == 0, ""))


def _promoted(part: Answers, item: Item) -> dict:
    given = part.of(item.key)
    score = given[item.key].to_numpy(float)
    up, down = int((score >= PROMOTER).sum()), int((score <= DETRACTOR).sum())
    found = surveys.net_promoter(up, len(score) - up - down, down)
    votes = np.where(score >= PROMOTER, 1.0, np.where(score <= DETRACTOR, -1.0, 0.0))
    deff = surveys.mean(votes, clusters=given["respondent"]).deff if given["respondent"].nunique() < len(given) else 1.0
    wide = np.sqrt(max(deff, 1.0)) if np.isfinite(deff) else 1.0
    reach = (found.high - found.value) * wide
    ends = {
        "nps_low": max(found.value - reach, -1.0) if reach > 0 else np.nan,
        "nps_high": min(found.value + reach, 1.0) if reach > 0 else np.nan,
    }
    shares = {"promoters": found.promoters, "passives": found.passives, "detractors": found.detractors}
    return {"denominator": len(score), **shares, "nps": found.value, **ends, "se": found.se * wide}


def _by_way(now: Answers, past: Answers | None, item: Item) -> list[tuple[float, dict, dict]] | None:
    """Where the answers of two periods came by several channels: of each that both have its weight, and what it says in either; None where they did not."""
    if past is None or item.key not in past.items or not ways.several(now.of(item.key), past.of(item.key)):
        return None
    parts = [part.of(item.key) for part in (now, past)]
    strata = ways.strata(*parts)
    return [
        (weight, *(_promoted(replace(a, frame=own[which == way]), item) for a, own, which in zip((now, past), parts, strata, strict=True)))
        for way, weight in ways.weights(*strata).items()
    ]


def _moved(rows: list[dict], lacking: str, by_way: list | None) -> dict:
    """The change and its case; lacking: what is said while answers are not in yet (`late.said`); by_way: the two periods within each channel, which are compared then."""
    nothing = dict.fromkeys(("moved_nps", "moved_low", "moved_high"), np.nan)
    if len(rows) < 2:
        return {**nothing, "said": "first"}
    now, was = rows
    if min(now["denominator"], was["denominator"]) < FEW:
        return {**nothing, "said": "few"}
    if lacking:
        return {**nothing, "said": lacking}
    if by_way == []:
        return {**nothing, "said": "ways"}
    pairs = by_way or [(1.0, now, was)]
    change = sum(weight * (a["nps"] - b["nps"]) for weight, a, b in pairs)
    reach = 1.959964 * np.sqrt(sum(weight**2 * (a["se"] ** 2 + b["se"] ** 2) for weight, a, b in pairs))
    told = [change, change - reach, change + reach]
    return {**{n: [v, np.nan] for n, v in zip(nothing, told, strict=True)}, "said": "none" if abs(change) <= reach else "two"}
