"""How many of the repeat calls are about the call, how many would have come anyway, and which window tells them apart best?

维度展开分析法 (one window for all) and 问题暴露周期分析法 (how long a kind of problem takes to show). Two count tables go in, both
of shape [caller groups, bins + 1, (event, censored)] as in `binned`: `index` has the gaps after the calls, `control` the gaps
after the same callers' same weekday and clock time some weeks away. Every figure comes from their curves:

F(W) any callback within W        B(W) callback by chance        R(W) = 1 - (1 - F) / (1 - B) problem-driven
purity R / F        capture R(W) / R(horizon)        net benefit R - c (F - R): c is the cost of blaming a coincidence

R is left as it comes out, below 0 too: cutting it at 0 would bias every mean and error made from it. What is printed as a
share of a whole (purity, capture) is cut to 0..1 at the very end.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from . import binned
from .intervals import wilson_from_error
from .resampling import Estimate, group_weights, jackknife, leave_one_out, resample

ROUNDING = 1e-12  # benefits this close are equal on paper: the shorter window is taken
MENU_SECONDS = tuple(hours * binned.HOUR for hours in (2, 12, 24, 48, 72, 120, 168))


class Curves(NamedTuple):
    """F, B and R at every edge, each [..., bins]."""

    followed: np.ndarray
    chance: np.ndarray
    excess: np.ndarray


class Verdict(NamedTuple):
    """`word` is "clear", "two candidates" or "insufficient" (证据不足); `reason` is "" or the first of "history", "callbacks", "excess" that fell short."""

    word: str
    reason: str


class Exposure(NamedTuple):
    """When a share of the problem-driven callbacks has come; arrays over the shares asked for.

    seconds        W(q) [s]; nan where R(horizon) is not above 0
    se_log         jackknife standard error of log W(q)
    low, high      its interval [s], from log W(q) +- t se_log
    published      whether the evidence carries it (otherwise the parent category's is used, and said so)
    excess         R(horizon) as an `Estimate`
    """

    seconds: np.ndarray
    se_log: np.ndarray
    low: np.ndarray
    high: np.ndarray
    published: np.ndarray
    excess: Estimate


@dataclass(frozen=True)
class WindowEvidence:
    """What speaks for each window of the menu; arrays over the menu unless said otherwise.

    menu_seconds   the windows [s], rising
    calls          index calls (one number)
    callbacks      index calls seen to be followed within each window
    followed       F as `Estimate`: jackknife se, Wilson on effective n
    chance         B likewise
    excess         R as `Estimate`: jackknife se and t interval; may be below 0
    purity, capture  R/F and R(W)/R(horizon) as `Estimate`, value and interval cut to 0..1
    benefit        R - cost (F - R)
    support        share of bootstrap resamples that choose each window; adds to 1 unless a resample chose none
    best_seconds   window of the greatest benefit (one number, nan where none)
    f1_seconds     window of the greatest 2 R / (F + R(horizon)) (one number)
    best_by_cost   cost -> best window [s]
    candidates     the windows to report [s]: one, two where none has enough support, none where evidence is insufficient
    verdict        see `Verdict`
    """

    menu_seconds: np.ndarray
    calls: int
    callbacks: np.ndarray
    followed: Estimate
    chance: Estimate
    excess: Estimate
    purity: Estimate
    capture: Estimate
    benefit: np.ndarray
    support: np.ndarray
    best_seconds: float
    f1_seconds: float
    best_by_cost: dict
    candidates: tuple
    verdict: Verdict


def curves(index, control) -> Curves:
    """F, B and R at every edge from count tables [..., bins + 1, 2], already summed over whichever groups are meant."""
    followed, chance = binned.within(index), binned.within(control)
    return Curves(followed, chance, problem_driven(followed, chance))


def problem_driven(followed, chance):
    """R = 1 - (1 - F) / (1 - B): callbacks beyond what the same callers do anyway (net survival). nan where chance alone makes everyone call."""
    followed, chance = np.asarray(followed, float), np.asarray(chance, float)
    return 1.0 - _ratio(1.0 - followed, 1.0 - chance)


def purity(followed, excess):
    """R / F: share of what the window counts as repeats that is problem-driven; nan without callbacks."""
    return _ratio(excess, followed)


def capture(excess, excess_at_horizon):
    """R(W) / R(horizon): share of all problem-driven callbacks that the window sees; nan where there are none."""
    return np.where(np.asarray(excess_at_horizon) > 0, _ratio(excess, excess_at_horizon), np.nan)


def net_benefit(followed, excess, *, cost=1.0):
    """R - c (F - R): failures found less `cost` times coincidences blamed. With c = 1 a window is worth widening while at least half of what it adds is problem-driven."""
    return excess - cost * (np.asarray(followed) - excess)


def f1(followed, excess, excess_at_horizon):
    """2 R / (F + R(horizon)): the harmonic mean of purity and capture."""
    return _ratio(2.0 * np.asarray(excess), np.asarray(followed) + excess_at_horizon)


def best_window(score) -> np.ndarray:
    """Place of the greatest score along the last axis, the shorter window on a tie, -1 where every score is nan."""
    score = np.where(np.isnan(score), -np.inf, score)
    top = score.max(axis=-1)
    return np.where(np.isneginf(top), -1, np.argmax(score >= top[..., None] - ROUNDING, axis=-1))


def window_evidence(
    index,
    control,
    *,
    edges,
    rng,
    history_days,
    menu_seconds=MENU_SECONDS,
    cost=1.0,
    costs=(0.5, 1.0, 2.0),
    resamples=1000,
    level=0.95,
    **thresholds,
) -> WindowEvidence:
    """Everything that the choice of a window rests on, from the two count tables [groups, bins + 1, 2].

    edges          upper bin edges [s]; the last is the horizon; every window of the menu is one
    rng            numpy Generator for the resamples; the same seed gives the same shares
    history_days   days of data before and after that control instants could be drawn from
    cost, costs    c of the net benefit, and the c whose best windows are listed beside it
    thresholds     `min_callbacks`, `min_ratio`, `min_history_days`, `min_support` of `verdict`

    Without control instants (a table of zeros) B, R and all that follow are nan and the verdict is insufficient; F stands.
    Raises ValueError where the tables do not fit the edges or a window is not an edge. Source: methods.md M1-M3, section 2.
    """
    index, control, menu = _table(index, edges), _table(control, edges), np.sort(np.asarray(menu_seconds))
    places = binned.edge_index(edges, menu)
    figures, horizon = _estimates(index, control, places, level)
    f, r = figures["followed"].value, figures["excess"].value
    chosen = bootstrap_choices(index, control, places=places, cost=cost, resamples=resamples, rng=rng)
    support = np.bincount(chosen[chosen >= 0], minlength=len(menu)) / resamples
    callbacks = index[:, :-1, 0].sum(axis=0).cumsum()
    said = verdict(history_days=history_days, callbacks=callbacks[-1], excess=horizon, top_support=support.max(), **thresholds)
    return WindowEvidence(
        menu_seconds=menu,
        calls=int(index.sum()),
        callbacks=callbacks[places],
        **figures,
        benefit=net_benefit(f, r, cost=cost),
        support=support,
        best_seconds=_window(menu, net_benefit(f, r, cost=cost)),
        f1_seconds=_window(menu, f1(f, r, horizon.value)),
        best_by_cost={c: _window(menu, net_benefit(f, r, cost=c)) for c in costs},
        candidates=candidates(menu, support, said),
        verdict=said,
    )


def bootstrap_choices(index, control, *, places, cost=1.0, resamples=1000, rng) -> np.ndarray:
    """The place in the menu that each resample of the caller groups chooses, int [resamples]; -1 where it chooses none."""
    weights = group_weights(len(index), resamples, rng=rng)
    drawn = curves(resample(index, weights), resample(control, weights))
    return best_window(net_benefit(drawn.followed[:, places], drawn.excess[:, places], cost=cost))


def verdict(
    *, history_days, callbacks, excess, top_support, min_history_days=21, min_callbacks=200, min_ratio=3.0, min_support=0.7
) -> Verdict:
    """Whether a window may be recommended at all, and whether one or two.

    history_days  days of data that control instants could be drawn from
    callbacks     index calls seen to be followed within the horizon
    excess        R(horizon) as an `Estimate`: value / se must reach `min_ratio`
    top_support   greatest share of resamples behind one window

    "insufficient" where any of the first three falls short (keep the configured window), "two candidates" where only the last does.
    """
    enough = {
        "history": history_days >= min_history_days,
        "callbacks": callbacks >= min_callbacks,
        "excess": _stands_out(excess, min_ratio),
    }
    short = [reason for reason, met in enough.items() if not met]
    if short:
        return Verdict("insufficient", short[0])
    return Verdict("clear" if top_support >= min_support else "two candidates", "")


def candidates(menu_seconds, support, said) -> tuple:
    """The windows to name under a verdict [s], best supported first, the shorter on a tie."""
    order = np.argsort(-np.asarray(support), kind="stable")
    count = {"insufficient": 0, "clear": 1, "two candidates": 2}[said.word]
    return tuple(float(menu_seconds[place]) for place in order[:count])


def exposure_seconds(excess, edges, share) -> np.ndarray:
    """W(q) = inf{u: R(u) >= q R(horizon)} [s], R straight between edges and made to rise; nan where R(horizon) is not above 0.

    excess   [..., bins] R at every edge        share   q, one number

    R(horizon) is taken as it is, not as the greatest R on the way: that one is too high by chance, and W(.8) with it
    (four simulated worlds, 300 months each of 3,000 to 12,000 calls: 0 to 36 % too long in the median; this way within 4 %).
    """
    rising, end = np.maximum.accumulate(np.maximum(excess, 0.0), axis=-1), excess[..., -1]
    return np.where(end > 0, binned.first_passage(rising, edges, share * end), np.nan)[()]


def exposure(index, control, *, edges, shares=(0.5, 0.8), level=0.95, max_se_log=0.35, min_ratio=3.0) -> Exposure:
    """How long until `shares` of a category's problem-driven callbacks have come, and whether the evidence carries it.

    index, control   count tables [groups, bins + 1, 2] of the category's calls and of their control instants
    max_se_log       greatest standard error of log W(q), and min_ratio least R(horizon) / se, at which W(q) is published

    Source: methods.md section 3.
    """
    full, without = _all_and_without(_table(index, edges), _table(control, edges))
    seconds, left_out = (np.stack([exposure_seconds(drawn.excess, edges, q) for q in shares], axis=-1) for drawn in (full, without))
    log = jackknife(np.log(left_out), estimate=np.log(seconds), level=level)
    horizon = jackknife(without.excess[:, -1], estimate=full.excess[-1], level=level)
    published = _stands_out(horizon, min_ratio) & (log.se <= max_se_log)
    return Exposure(seconds, log.se, np.exp(log.low), np.exp(log.high), published, horizon)


def round_up_to_menu(seconds, menu_seconds) -> np.ndarray:
    """The shortest window of the menu that is at least `seconds` long [s]; nan where none is, or where seconds is nan."""
    menu = np.append(np.sort(np.asarray(menu_seconds, float)), np.nan)
    return menu[np.searchsorted(menu[:-1], seconds, side="left")]


def _estimates(index, control, places, level):
    """F, B, R, purity and capture at the menu, by their names in `WindowEvidence`, and R at the horizon."""
    full, without = _all_and_without(index, control)
    parts = zip(_figures(full, places), _figures(without, places), strict=True)
    f, b, r, pure, caught = (jackknife(left_out, estimate=value, level=level) for value, left_out in parts)
    figures = {
        "followed": _as_rate(f, index, level),
        "chance": _as_rate(b, control, level),
        "excess": r,
        "purity": _as_share(pure),
        "capture": _as_share(caught),
    }
    return figures, jackknife(without.excess[:, -1], estimate=full.excess[-1], level=level)


def _all_and_without(index, control):
    """The curves of all caller groups together, and without each group in turn."""
    return curves(index.sum(axis=0), control.sum(axis=0)), curves(*leave_one_out(index, control))


def _figures(drawn, places):
    f, b, r = (curve[..., places] for curve in drawn)
    return f, b, r, purity(f, r), capture(r, drawn.excess[..., -1:])


def _as_rate(estimate, counts, level):
    low, high = wilson_from_error(estimate.value, estimate.se, calls=counts.sum(), level=level)
    return estimate._replace(low=low, high=high)


def _as_share(estimate):
    return estimate._replace(value=np.clip(estimate.value, 0, 1), low=np.clip(estimate.low, 0, 1), high=np.clip(estimate.high, 0, 1))


def _stands_out(estimate, min_ratio):
    return bool(estimate.se > 0 and estimate.value / estimate.se >= min_ratio)


def _window(menu_seconds, score):
    place = int(best_window(score))
    return float(menu_seconds[place]) if place >= 0 else np.nan


def _table(counts, edges):
    counts = np.asarray(counts)
    if counts.ndim != 3 or counts.shape[1:] != (len(edges) + 1, 2):
        raise ValueError(f"a count table of groups x {len(edges) + 1} x 2 (event, censored) is needed, got {counts.shape}")
    return counts


def _ratio(top, bottom):
    top, bottom = np.broadcast_arrays(np.asarray(top, float), np.asarray(bottom, float))
    return np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom != 0)[()]
