"""How many of the repeat calls are about the call, how many would have come anyway, and which window tells them apart best?

维度展开分析法 (one window for all) and 问题暴露周期分析法 (how long a kind of problem takes to show). Two count tables go in, both
of shape [caller groups, bins + 1, (event, censored)] as in `binned`: `index` has the gaps after the calls, `control` the gaps
after the same callers' same weekday and clock time some weeks away. Every figure comes from their curves:

F(W) any callback within W        B(W) callback by chance        R(W) = 1 - (1 - F) / (1 - B) problem-driven
purity R / F        capture R(W) / R(horizon)        net benefit R - c (F - R): c is the cost of blaming a coincidence

R is what exceeds habit as it was two and three weeks away. Where that habit is not today's, R is too high (a busy fortnight) or too low
(a problem that lasts for weeks stands in the controls); the two distances then disagree, and `window_evidence` says so. R is left as it comes out, below 0 too: cutting it at 0 would bias every mean and error made from it. What is printed as a
share of a whole (purity, capture) is cut to 0..1 at the very end.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from . import binned
from .intervals import wilson_from_error
from .resampling import Estimate, group_weights, jackknife, leave_one_out, resample

HALF = 0.5  # of what a window counts has to be problem-driven, whatever coincidences cost, before it may be called worth it
ROUNDING = 1e-12  # benefits this close are equal on paper: the shorter window is taken
MENU_SECONDS = tuple(hours * binned.HOUR for hours in (2, 12, 24, 48, 72, 120, 168))


class Curves(NamedTuple):
    """F, B and R at every edge, each [..., bins]."""

    followed: np.ndarray
    chance: np.ndarray
    excess: np.ndarray


class Exposure(NamedTuple):
    """When a share of the problem-driven callbacks has come; arrays over the shares asked for.

    seconds        W(q) [s]; nan where R(horizon) is not above 0
    low, high      its interval [s], percentiles of the caller groups drawn anew; nan where it is not published
    published      whether the evidence carries it (otherwise the parent category's is used, and said so)
    excess         R(horizon) as an `Estimate`
    """

    seconds: np.ndarray
    low: np.ndarray
    high: np.ndarray
    published: bool
    excess: Estimate


class Drift(NamedTuple):
    """R at the menu from the controls two weeks away and from those three weeks away, and how far they disagree at the horizon.

    near, far      R by either distance as an `Estimate`, arrays over the menu
    difference     R(horizon) of three weeks less that of two, as an `Estimate`: the caller groups left out of both at once
    """

    near: Estimate
    far: Estimate
    difference: Estimate

    @property
    def z(self) -> float:
        """difference / se; nan where there is none."""
        return float(_ratio(self.difference.value, self.difference.se))

    def changing(self, at_horizon: float, *, max_z=2.0, min_share=0.05) -> bool:
        """Whether habit is not the same at both distances: beyond `max_z` standard errors and `min_share` of R(horizon)."""
        return bool(abs(self.z) > max_z and abs(self.difference.value) >= min_share * abs(at_horizon))


@dataclass(frozen=True)
class WindowEvidence:
    """What speaks for each window of the menu; arrays over the menu unless said otherwise.

    menu_seconds   the windows [s], rising
    calls          index calls (one number)
    callbacks      index calls seen to be followed within each window
    followed       F as `Estimate`: jackknife se, Wilson on effective n
    chance         B likewise
    excess         R as `Estimate`: jackknife se and t interval; may be below 0; where habit is changing, the envelope with both distances
    purity, capture  R/F and R(W)/R(horizon) as `Estimate`, value and interval cut to 0..1
    benefit        R - cost (F - R)
    support        share of the draws of the caller groups that choose each window
    support_none   share of them that choose no window (one number)
    best_seconds   window of the greatest benefit (one number; nan where none pays)
    f1_seconds     window of the greatest 2 R / (F + R(horizon)) (one number)
    best_by_cost   cost -> best window [s], nan where none pays
    drift          see `Drift`; nan without controls of two distances
    candidates     the windows to report [s]: one, two where none has enough support, none where no window may be recommended
    said           why, or how surely: see `said`
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
    support_none: float
    best_seconds: float
    f1_seconds: float
    best_by_cost: dict
    drift: Drift
    candidates: tuple
    said: str


def curves(index, control) -> Curves:
    """F, B and R at every edge from count tables [..., bins + 1, 2], already summed over whichever groups are meant."""
    followed, chance = binned.within(index), binned.within(control)
    return Curves(followed, chance, problem_driven(followed, chance))


def problem_driven(followed, chance):
    """R = 1 - (1 - F) / (1 - B): callbacks beyond what the same callers do anyway (net survival). nan where chance alone makes everyone call."""
    followed, chance = np.asarray(followed, float), np.asarray(chance, float)
    return 1.0 - _ratio(1.0 - followed, 1.0 - chance)


def by_habit(drawn: Curves) -> np.ndarray:
    """Share of calls whose *next* call is one that habit brings, by every edge: the integral of habit's hazard times the share still waiting.

    F less this is the share whose next call is not habit's; (F - R), the net figure, also counts those whom habit would have brought back
    after the problem did, so it is smaller. nan from where every control has had its call and somebody still waits.
    """
    still, quiet = (np.concatenate([np.ones((*c.shape[:-1], 1)), 1.0 - c], axis=-1) for c in (drawn.followed, drawn.chance))
    hazard = _ratio(-np.diff(quiet, axis=-1), quiet[..., :-1])
    waiting = still[..., :-1]
    return np.cumsum(np.where(waiting == 0, 0.0, hazard * waiting), axis=-1)


def purity(followed, excess):
    """R / F: share of what the window counts as repeats that is problem-driven; nan without callbacks."""
    return _ratio(excess, followed)


def capture(excess, excess_at_horizon):
    """R(W) / R(horizon): share of all problem-driven callbacks that the window sees; nan where there are none."""
    return np.where(np.asarray(excess_at_horizon) > 0, _ratio(excess, excess_at_horizon), np.nan)


def net_benefit(followed, excess, *, cost=1.0):
    """R - c (F - R): failures found less `cost` times coincidences blamed. With c = 1 a window is worth widening while more than half of what it adds is problem-driven."""
    return excess - cost * (np.asarray(followed) - excess)


def f1(followed, excess, excess_at_horizon):
    """2 R / (F + R(horizon)): the harmonic mean of purity and capture."""
    return _ratio(2.0 * np.asarray(excess), np.asarray(followed) + excess_at_horizon)


def best_window(score) -> np.ndarray:
    """Place of the greatest score along the last axis, the shorter window on a tie, -1 where every score is nan."""
    score = np.where(np.isnan(score), -np.inf, score)
    top = score.max(axis=-1)
    return np.where(np.isneginf(top), -1, np.argmax(score >= top[..., None] - ROUNDING, axis=-1))


def choose(followed, excess, *, cost=1.0) -> np.ndarray:
    """Place in the menu (last axis) of the window to take; the menu's length where none pays, -1 where nothing is known.

    The greatest net benefit, the shorter window on a tie. "No window" is a candidate with benefit 0, and a window of which less than HALF is
    problem-driven is none.
    """
    benefit = net_benefit(followed, excess, cost=cost)
    pays = np.where(excess >= HALF * followed - ROUNDING, benefit, -np.inf)
    place = best_window(np.concatenate([np.zeros((*benefit.shape[:-1], 1)), np.where(np.isnan(benefit), np.nan, pays)], axis=-1)) - 1
    place = np.where(place < 0, benefit.shape[-1], place)
    return np.where(np.isnan(benefit).all(axis=-1), -1, place)


def window_evidence(
    index,
    control,
    *,
    edges,
    rng,
    history_days,
    far=None,
    menu_seconds=MENU_SECONDS,
    cost=1.0,
    costs=(0.5, 1.0, 2.0),
    resamples=1000,
    level=0.95,
    unsteady=False,
    **thresholds,
) -> WindowEvidence:
    """Everything that the choice of a window rests on, from the two count tables [groups, bins + 1, 2].

    edges          upper bin edges [s]; the last is the horizon; every window of the menu is one
    far            the part of `control` that lies three weeks away (the rest: two)
    rng            numpy Generator for the resamples; the same seed gives the same shares
    history_days   days of data before and after that control instants could be drawn from
    cost, costs    c of the net benefit, and the c whose best windows are listed beside it
    unsteady       whether the volume of calls moved so much that habit cannot be taken to stand still
    thresholds     `min_callbacks`, `min_ratio`, `min_history_days`, `min_support` of `said`

    Without control instants (a table of zeros) B, R and all that follow are nan and no window is recommended; F stands.
    Raises ValueError where the tables do not fit the edges or a window is not an edge. Source: methods.md M1-M3, section 2.
    """
    index, control, menu = _table(index, edges), _table(control, edges), np.sort(np.asarray(menu_seconds))
    places = binned.edge_index(edges, menu)
    figures, horizon = _estimates(index, control, places, level)
    drift = _drift(index, control, _table(np.zeros_like(control) if far is None else far, edges), places, level)
    changing = drift.changing(horizon.value)
    if changing:
        figures["excess"] = _envelope(figures["excess"], drift)
    f, r = figures["followed"].value, figures["excess"].value
    chosen = bootstrap_choices(index, control, places=places, cost=cost, resamples=resamples, rng=rng)
    shares = np.bincount(chosen[chosen >= 0], minlength=len(menu) + 1) / resamples
    callbacks = index[:, :-1, 0].sum(axis=0).cumsum()
    word = said(
        history_days=history_days,
        callbacks=callbacks[-1],
        excess=horizon,
        unsteady=unsteady,
        changing=changing,
        support=shares,
        **thresholds,
    )
    return WindowEvidence(
        menu_seconds=menu,
        calls=int(index.sum()),
        callbacks=callbacks[places],
        **figures,
        benefit=net_benefit(f, r, cost=cost),
        support=shares[:-1],
        support_none=float(shares[-1]),
        best_seconds=_at(menu, choose(f, r, cost=cost)),
        f1_seconds=_at(menu, best_window(f1(f, r, horizon.value))),
        best_by_cost={c: _at(menu, choose(f, r, cost=c)) for c in costs},
        drift=drift,
        candidates=candidates(menu, shares[:-1], word),
        said=word,
    )


def bootstrap_choices(index, control, *, places, cost=1.0, resamples=1000, rng) -> np.ndarray:
    """What each draw of the caller groups chooses (see `choose`), int [resamples]: callers drawn again, nothing else."""
    weights = group_weights(len(index), resamples, rng=rng)
    drawn = curves(resample(index, weights), resample(control, weights))
    return choose(drawn.followed[:, places], drawn.excess[:, places], cost=cost)


def said(
    *,
    history_days,
    callbacks,
    excess,
    support,
    unsteady=False,
    changing=False,
    min_history_days=21,
    min_callbacks=200,
    min_ratio=3.0,
    min_support=0.7,
) -> str:
    """Whether a window may be recommended, and how surely; the first that holds.

    history         less than `min_history_days` of data that control instants could be drawn from
    few             fewer than `min_callbacks` index calls seen to be followed within the horizon
    insufficient    R(horizon), an `Estimate`, is less than `min_ratio` standard errors: no callbacks beyond habit can be told
    volume          the volume of calls moved (`unsteady`): habit two weeks away is not today's
    habit_changing  controls two and three weeks away disagree (`changing`)
    none            no window pays in more than 1 - `min_support` of the draws (`support`: of each window, and of none in the last place)
    clear, close    one window has at least `min_support` of the draws; or none has

    Only clear and close recommend; otherwise the configured window stays.
    """
    top, none = support[:-1].max(), support[-1]
    cases = {
        "history": history_days < min_history_days,
        "few": callbacks < min_callbacks,
        "insufficient": not _stands_out(excess, min_ratio),
        "volume": unsteady,
        "habit_changing": changing,
        "none": none > 1 - min_support or top == 0,
        "clear": top >= min_support,
    }
    return next((word for word, holds in cases.items() if holds), "close")


def candidates(menu_seconds, support, word) -> tuple:
    """The windows to name [s], best supported first, the shorter on a tie."""
    order = np.argsort(-np.asarray(support), kind="stable")
    return tuple(float(menu_seconds[place]) for place in order[: {"clear": 1, "close": 2}.get(word, 0)])


def exposure_seconds(excess, edges, share) -> np.ndarray:
    """W(q) = inf{u: R(u) >= q R(horizon)} [s], R straight between edges and made to rise; nan where R(horizon) is not above 0.

    excess   [..., bins] R at every edge        share   q, one number

    R(horizon) is taken as it is, not as the greatest R on the way: that one is too high by chance, and W(.8) with it
    (four simulated worlds, 300 months each of 3,000 to 12,000 calls: 0 to 36 % too long in the median; this way within 4 %).
    """
    rising, end = np.maximum.accumulate(np.maximum(excess, 0.0), axis=-1), excess[..., -1]
    return np.where(end > 0, binned.first_passage(rising, edges, share * end), np.nan)[()]


def exposure(index, control, *, edges, rng, shares=(0.5, 0.8), level=0.95, min_ratio=8.0, resamples=1000) -> Exposure:
    """How long until `shares` of a category's problem-driven callbacks have come, and whether the evidence carries it.

    index, control   count tables [groups, bins + 1, 2] of the category's calls and of their control instants
    rng              numpy Generator for the draws of the caller groups, from which the interval's percentiles come
    min_ratio        least R(horizon) / se at which W(q) is published

    A jackknife of log W(q) would be short of its level: W(q) is a quantile of a rough curve. Source: methods.md section 3; coverage by
    the size of the evidence in docs/maths.md.
    """
    index, control = _table(index, edges), _table(control, edges)
    full, without = _all_and_without(index, control)
    seconds = np.stack([exposure_seconds(full.excess, edges, q) for q in shares], axis=-1)
    horizon = jackknife(without.excess[:, -1], estimate=full.excess[-1], level=level)
    if not _stands_out(horizon, min_ratio):
        nothing = np.full(len(shares), np.nan)
        return Exposure(seconds, nothing, nothing, False, horizon)
    weights = group_weights(len(index), resamples, rng=rng)
    drawn = curves(resample(index, weights), resample(control, weights)).excess
    points = np.stack([exposure_seconds(drawn, edges, q) for q in shares], axis=-1)
    low, high = np.nanquantile(points, [0.5 - level / 2, 0.5 + level / 2], axis=0)
    return Exposure(seconds, low, high, True, horizon)


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


def _drift(index, control, far, places, level) -> Drift:
    """R by either distance of the controls, the groups left out of both at once."""
    parts = (control - far, far)
    near, off = (_curve_of(index, part, places) for part in parts)
    kept_index, *kept = leave_one_out(index, *parts)
    near_out, off_out = (_curve_of(kept_index, part, places, axis=None) for part in kept)
    return Drift(
        *(jackknife(out[0], estimate=whole[0], level=level) for out, whole in ((near_out, near), (off_out, off))),
        jackknife(off_out[1] - near_out[1], estimate=off[1] - near[1], level=level),
    )


def _curve_of(index, control, places, axis=0):
    """R at the menu and at the horizon; of all groups together, or of tables that are summed already (axis None)."""
    r = curves(*((index, control) if axis is None else (index.sum(axis=axis), control.sum(axis=axis)))).excess
    return r[..., places], r[..., -1]


def _envelope(excess, drift: Drift) -> Estimate:
    """The interval that holds those of both distances too."""
    ends = [np.stack([getattr(e, end) for e in (excess, drift.near, drift.far)]) for end in ("low", "high")]
    return excess._replace(low=ends[0].min(axis=0), high=ends[1].max(axis=0))


def _at(menu_seconds, place):
    """The window at a place of the menu [s]; nan for none."""
    return float(menu_seconds[place]) if 0 <= place < len(menu_seconds) else np.nan


def _table(counts, edges):
    counts = np.asarray(counts)
    if counts.ndim != 3 or counts.shape[1:] != (len(edges) + 1, 2):
        raise ValueError(f"a count table of groups x {len(edges) + 1} x 2 (event, censored) is needed, got {counts.shape}")
    return counts


def _ratio(top, bottom):
    top, bottom = np.broadcast_arrays(np.asarray(top, float), np.asarray(bottom, float))
    return np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom != 0)[()]
