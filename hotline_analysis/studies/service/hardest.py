"""Which issues are the hardest to resolve, and which come first? (B02, A25)

Each part (repeats, dispatching, transfers, handling time, days to close, reopening, dissatisfaction) is put on one scale: how many standard deviations
between issues an issue lies above their mean, drawn towards it as far as its own figure is uncertain. The mean over the parts orders the issues; the parts stand beside it, because no sum of
unlike things is more than an order to look at them. How sure a rank is, callers drawn anew tell.
"""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from hotline_analysis import disclosure
from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import chance
from hotline_analysis.measures.counts import GROUPS
from hotline_analysis.measures.indicators import FEW
from hotline_analysis.measures.quotable import why
from hotline_analysis.measures.view import View
from hotline_analysis.stats import funnel, resampling, tests
from hotline_analysis.studies.service import grouped
from hotline_analysis.studies.service.parts import PARTS, Measured, estimates, few, measured
from hotline_analysis.words import Field, Term, listed

FEWEST = 3  # issues, and parts of an agreement: below nothing is ranked
WEIGHTS = ("repeats", "handling", "unsatisfied")
COLUMNS = {
    "rank": Field(Term("名次", "Rank"), "count"),
    "rank_low": Field(Term("名次自", "Rank from"), "count"),
    "rank_high": Field(Term("至", "to"), "count"),
    "score": Field(Term("综合分", "Score"), "signed"),
    "top": Field(Term("居首的可能", "First in"), "share0"),
    "transfer": Field(Term("转接率", "Transfer rate"), "share", interval=("transfer_low", "transfer_high")),
    "closing": Field(Term("办结天数", "Days to close"), "number", interval=("closing_low", "closing_high")),
    "reopened": Field(Term("重办率", "Reopened"), "share", interval=("reopened_low", "reopened_high")),
    "dissatisfied": Field(Term("不满意率", "Not satisfied"), "share", interval=("dissatisfied_low", "dissatisfied_high")),
    **{f"{name}_z": Field(Term(f"{term.zh}z", f"z of {term.en}"), "signed") for name, term in PARTS.items()},
    "parts_count": Field(Term("方面数", "Parts"), "count"),
    "agreement": Field(Term("各方面次序的一致", "Agreement of the parts"), "signed"),
    "beside_count": Field(Term("可能并列第一的", "That may be first as well"), "count"),
    "left_out": Field(Term("缺少的方面", "Parts that are lacking")),
    "of_part": Field(Term("方面", "Part"), words=PARTS),
    "with_part": Field(Term("对照", "Against"), words=PARTS),
    "tau": Field(Term("肯德尔τ", "Kendall's tau"), "signed"),
    "issues": Field(Term("诉求数", "Issues"), "count"),
    "urgency": Field(Term("优先分", "Priority"), "number", interval=("urgency_low", "urgency_high")),
    "urgency_share": Field(Term("占合计", "Of all"), "share"),
    "weight_repeats": Field(Term("复电的权重", "Weight of repeats"), "number"),
    "weight_handling": Field(Term("处理时长的权重", "Weight of handling time"), "number"),
    "weight_unsatisfied": Field(Term("不满意的权重", "Weight of not satisfied"), "number"),
}


def _scores(found: Measured, hidden: Mapping[str, np.ndarray], weights: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """The z of every issue in each part, [weights, issues]: of the callers as they are, or under weights, always on the scale of the callers as they are, and of the
    issues whose figure is told: a scale that the others had a part in would tell of them to whoever solves for it."""
    made = {}
    for name in PARTS:
        if name in found.parts:
            own = estimates(found, name)
            se = _errors(own)
            scale = funnel.between(_without(own.value, hidden[name]), np.square(se))
            value = own.value[None] if weights is None else found.parts[name].of(weights)
            made[name] = _shrunken(value, se, scale)
    return made


def _without(value: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    return np.where(hidden, np.nan, value)


def _hidden(found: Measured, smallest: int) -> dict[str, np.ndarray]:
    """Whose figure of each part is not told: a share of 1 to 7 calls, and what would give one away."""
    counts, nobody = few(found), np.zeros(len(found.strata), bool)
    each = {name: pd.DataFrame({name: np.zeros(len(found.strata))}) for name in counts}
    told = {name: disclosure.untold_of(frame, counts[name], [name], smallest, parts_of=()) for name, frame in each.items()}
    return dict.fromkeys(PARTS, nobody) | {name: frame[name].isna().to_numpy() for name, frame in told.items()}


def _ranked(found: Measured, smallest: int) -> tuple[Measured, dict[str, np.ndarray]]:
    """The issues with the parts that rank them, and whose figures are hidden. A part that is told of too few issues to make a scale ranks nobody: with it no issue would have a score."""
    hidden = _hidden(found, smallest)
    silent = {name for name in PARTS if name in found.parts and hidden[name].any() and (~hidden[name]).sum() < FEWEST}
    parts = {name: part for name, part in found.parts.items() if name not in silent}
    if not set(PARTS) & set(parts):
        raise DataRefused("service", "untold: every part is of 1 to 7 calls of too many issues; it takes one that is told of 3.")
    return Measured(found.strata, parts, found.missing | dict.fromkeys(silent, disclosure.UNTOLD)), hidden


def _errors(own: resampling.Estimate) -> np.ndarray:
    """Standard errors for the scale: at least what the interval says (where all or none were, the caller groups agree and the jackknife says 0), never 0."""
    return np.fmax(np.fmax(own.se, (own.high - own.low) / (2 * 1.959964)), 1e-6 * np.nanmax(np.abs(own.value), initial=1e-6))


def _shrunken(value: np.ndarray, se: np.ndarray, between: funnel.Between) -> np.ndarray:
    """Each issue's distance from the mean in standard deviations between issues, drawn towards 0 as far as its own figure is uncertain; 0 where issues do not differ.

    tau (x - mean) / (tau^2 + se^2): the best linear guess of (true - mean) / tau. Morris 1983, JASA 78, 47-55.
    """
    if not np.isfinite(between.value):
        return np.full(value.shape, np.nan)
    if not between.tau2:
        return np.where(np.isfinite(value), 0.0, np.nan)
    return np.sqrt(between.tau2) * (value - between.value) / (between.tau2 + se**2)


def _mean(scores: Mapping[str, np.ndarray]) -> np.ndarray:
    """The mean over the parts that an issue has; none for an issue that lacks half of them or more: one part would stand for all."""
    stacked = np.stack(list(scores.values()))
    known = np.isfinite(stacked)
    total, n = np.where(known, stacked, 0.0).sum(axis=0), known.sum(axis=0)
    return np.divide(total, n, out=np.full(total.shape, np.nan), where=2 * n > len(stacked))


def _ranks(score: np.ndarray) -> np.ndarray:
    """1 for the highest score of each row; equal ones share the mean rank."""
    return pd.DataFrame(-score).rank(axis=1, method="average").to_numpy()


def _issues(view: View, level: int) -> Measured:
    found = measured(view, level, least=FEW)
    if len(found.strata) < FEWEST or not set(PARTS) & set(found.parts):
        raise DataRefused("service", f"few issues: {len(found.strata)} were answered {FEW} times or more; it takes {FEWEST} to rank.")
    return found


def hardest(view: View, *, level: int = 1) -> pd.DataFrame:
    """The issues by how hard they are to resolve: one row an issue answered at least 30 times, the hardest first.

    An issue that lacks half of the parts or more has no rank. Columns: issue, answered_calls, rank, rank_low, rank_high (95 %, 1,000 draws of the 100 caller groups), score (mean of the parts' z), top (share of the draws in which it ranks first), and of each part that the export has its
    figure (repeat, dispatch, transfer, reopened, dissatisfied: shares; handling: seconds; closing: days, at most 14), its ends `<part>_low`, `<part>_high` (95 %, jackknife), and its z `<part>_z`; and in every row parts_count, agreement (mean of
    Kendall's tau-b over the pairs of parts), window_hours, left_out_zh, left_out_en (parts that the export lacks, with the reason), named (the first issue and those whose rank intervals reach its own), said (apart: the first rank is
    sure; close; alike: the parts' issues do not differ beyond chance). z = tau (x - mean) / (tau^2 + se^2), tau^2 of DerSimonian and Laird. An open order counts as far as seen (Kaplan-Meier).
    A share of 1 to 7 calls is not told, and where the others would leave it of a total, the next larger one neither (`disclosure`); nor are its ends and z, nor the score of these issues: the score times
    the parts less the other z is the z, and the z the share. The others' z and scores, the scale itself (mean, tau^2) and the agreement are made of told figures alone, so that they say nothing of a hidden one; a part that is told of
    fewer than three issues is in no score and no rank (left_out). Ranks are of all figures, hidden ones on the same scale: that an issue stands between two others bounds its own score, and is all that is told of it. Raises
    DataRefused below three issues, or where no part is left. Source: B02.
    """
    every = _issues(view, level)
    found, hidden = _ranked(every, view.smallest)
    draws = resampling.group_weights(GROUPS, chance.RESAMPLES, rng=chance.draws())
    scores, drawn = _scores(found, hidden), _mean(_scores(found, hidden, draws))
    score, ranks = _mean(scores)[0], _ranks(drawn)
    frame = pd.DataFrame(
        {"issue": [key[-1] for key in found.strata], "answered_calls": found.parts["calls"].sizes, "rank": _ranks(score[None])[0]}
    )
    low, high = np.quantile(ranks, (0.025, 0.975), axis=0, method="inverted_cdf")
    frame = frame.assign(
        rank_low=low,
        rank_high=high,
        score=score,
        top=(ranks == np.where(np.isnan(ranks), np.inf, ranks).min(axis=1, keepdims=True)).mean(axis=0),
    )
    for name in (name for name in PARTS if name in every.parts):
        own = estimates(every, name)
        frame = frame.assign(**{name: own.value, f"{name}_low": own.low, f"{name}_high": own.high})
        frame = frame.assign(**({f"{name}_z": scores[name][0]} if name in scores else {}))
    frame = frame.assign(**_about(found, _told(scores, hidden)), window_hours=grouped.window_hours(view))
    frame = _named(frame.sort_values(["rank", "answered_calls"], ascending=[True, False], kind="stable"))
    for name in PARTS:
        own = [name, f"{name}_low", f"{name}_high", *([f"{name}_z", "score"] if name in scores else [])]
        frame = disclosure.without(frame, hidden[name][frame.index], own)
    return frame.reset_index(drop=True)


def _told(scores: Mapping[str, np.ndarray], hidden: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: _without(z, hidden[name]) for name, z in scores.items()}


def _about(found: Measured, scores: Mapping[str, np.ndarray]) -> dict:
    """What the ranking stands on, and what it lacks."""
    taus = [tests.kendall(scores[a][0], scores[b][0]) for a, b in combinations(scores, 2)]
    known = [t for t in taus if np.isfinite(t)]
    lacking = {name: found.missing[name] for name in PARTS if name not in scores and name in found.missing}
    told = {
        f"left_out_{language}": listed([f"{PARTS[name](language)}{'（' if language == 'zh' else ' ('}{why(reason)(language)}{'）' if language == 'zh' else ')'}" for name, reason in lacking.items()], language)
        for language in ("zh", "en")
    }  # fmt: skip
    return {"parts_count": len(scores), "agreement": float(np.mean(known)) if known else np.nan, **told}


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Which issues the sentence names: the first, and those that may as well be the first."""
    alike = not (frame["score"].abs() > 0).any()
    place = np.arange(len(frame))
    reach = (frame["rank_low"] <= frame["rank_high"].iloc[0]) & (place > 0)
    case = "alike" if alike else "close" if reach.any() else "apart"
    beside = frame["issue"].where(reach & (place <= 3), "")
    named = np.where(place == 0, "first", np.where(beside != "", "beside", ""))
    return frame.assign(named=named, said=case, beside_count=int(reach.sum()))


def agreement(view: View, *, level: int = 1) -> pd.DataFrame:
    """Do the parts order the issues alike? One row a pair of parts: of_part, with_part, tau (Kendall's tau-b of their z), issues (both told, see `hardest`). Raises DataRefused below three issues. Source: B02."""
    found = _issues(view, level)
    hidden = _hidden(found, view.smallest)
    scores = _told(_scores(found, hidden), hidden)
    rows = [
        {"of_part": a, "with_part": b, "tau": tests.kendall(scores[a][0], scores[b][0]), "issues": int((np.isfinite(scores[a][0]) & np.isfinite(scores[b][0])).sum())}
        for a, b in combinations(scores, 2)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["of_part", "with_part", "tau", "issues"])


def priority(view: View, *, level: int = 1) -> pd.DataFrame:
    """Which issue to work on first: repeats × handling time × (1 - satisfied), one row an issue answered at least 30 times, the largest first.

    Columns: issue, answered_calls, repeats (calls × repeat rate within the window), handling (mean seconds), dissatisfied (share below the best marks), urgency (repeats^a × handling in hours^b × dissatisfied^c, with the
    weights a, b, c of params › service › priority; a factor that the export lacks is left out), urgency_low, urgency_high (95 %, 1,000 draws of the caller groups), urgency_share (of all issues' values), rank, rank_low, rank_high; and in every row weight_repeats,
    weight_handling, weight_unsatisfied (as printed), left_out_zh, left_out_en, window_hours, said (whole; part: a factor is left out). A factor of 1 to 7 calls is not told, nor the product (`disclosure`); where a product is not,
    urgency_share is told of no issue: a product by its share is the whole, and the whole less the told products is a sum of two counts by told weights, of which whole numbers often leave one. Raises DataRefused without repeats or below three issues. Source: A25.
    """
    found = _issues(view, level)
    if "repeat" not in found.parts:
        raise DataRefused("service", found.missing.get("repeat", "not available: needs caller"))
    weights = view.params.service.priority
    draws = resampling.group_weights(GROUPS, chance.RESAMPLES, rng=chance.draws())
    value, factors = _priority(found, np.ones((1, GROUPS)), weights)
    drawn, _ = _priority(found, draws, weights)
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    ranks = np.quantile(_ranks(drawn), (0.025, 0.975), axis=0, method="inverted_cdf")
    frame = pd.DataFrame(
        {
            "issue": [key[-1] for key in found.strata],
            "answered_calls": found.parts["calls"].sizes,
            **{name: part[0] for name, part in factors.items()},
        }
    )
    frame = frame.assign(
        urgency=value[0],
        urgency_low=low,
        urgency_high=high,
        urgency_share=value[0] / np.nansum(value[0]),
        rank=_ranks(value)[0],
        rank_low=ranks[0],
        rank_high=ranks[1],
    )
    lacking = Measured(found.strata, found.parts, {n: r for n, r in found.missing.items() if n in ("handling", "dissatisfied")})
    told = {name: text for name, text in _about(lacking, {}).items() if name.startswith("left_out")}
    said = {"window_hours": grouped.window_hours(view), "said": "part" if lacking.missing else "whole"}
    used = {f"weight_{name}": float(getattr(weights, name)) for name in WEIGHTS}
    frame = frame.assign(**used, **told, **said).sort_values(["urgency", "answered_calls"], ascending=False, kind="stable")
    for part, name in (("repeat", "repeats"), ("dissatisfied", "dissatisfied")):
        hidden = [name, "urgency", "urgency_low", "urgency_high"]
        count = few(found).get(part, np.full(len(frame), np.nan))
        frame = disclosure.untold_of(frame, count[frame.index], hidden, view.smallest, parts_of=())
    some = "urgency_missing" in frame and frame["urgency_missing"].ne("").any()
    return disclosure.without(frame, np.full(len(frame), some), ["urgency_share"]).reset_index(drop=True)


def _priority(found: Measured, draws: np.ndarray, weights) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The product of every issue under each row of weights of the caller groups, and its factors."""
    calls = resampling.resample(found.parts["calls"].n, draws)
    factors = {"repeats": calls * found.parts["repeat"].of(draws)}
    factors |= {name: found.parts[name].of(draws) for name in ("handling", "dissatisfied") if name in found.parts}
    power = {"repeats": weights.repeats, "handling": weights.handling, "dissatisfied": weights.unsatisfied}
    hours = {name: part / 3600 if name == "handling" else part for name, part in factors.items()}
    return np.prod([part ** power[name] for name, part in hours.items()], axis=0), factors


TABLES = {"hardest": hardest, "agreement": agreement, "priority": priority}
