"""What the call centre's systems keep about each attempt: work orders, chases, ratings, holds, transfers. Still numbers, no words."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from hotline_analysis.sample import city, simulate
from hotline_analysis.sample.city import CLASSES, DAY, HOUR, ISSUES
from hotline_analysis.sample.draws import BITS, bits, chance, generator, lognormal, read
from hotline_analysis.sample.simulate import ABANDONED, ANSWERED, CALLBACK, FLOW, REDIAL_ABANDONED, SEED, Calls

CLASS_OF = np.array([i.class_index for i in ISSUES])
SLOW = np.array([city.DEPARTMENTS[i.level_2] == city.SLOW_DEPARTMENT for i in ISSUES])
CLOSED_AT = lognormal(520, 0.45)  # thousandths of the time allowed: about 7 % of the orders are late
SLOW_CLOSED_AT = lognormal(760, 0.45)  # 27 % late
DISPATCHED_AFTER, RESPONDED_AFTER = lognormal(900, 0.8, at_least=60), lognormal(150, 0.8)
RATINGS = ("", "非常满意", "满意", "基本满意", "不满意", "非常不满意")
RATED_SHARE, RATING_SOLVED, RATING_UNSOLVED = 0.31, (58, 27, 9, 4, 2), (34, 26, 18, 14, 8)
IMPROVED_FROM, IMPROVED_SHARE = "2024-03-01", 0.2
SURGE_MONTH, SURGE_ISSUE, SURGE = "2024-08", "预付卡纠纷", 420
FOLLOWED_UP = 0.15  # of the closed orders get an outbound call


@dataclass(frozen=True)
class Orders:
    """One entry per work order, in order of creation; instants in seconds of the simulation, -1 for not yet or never."""

    call: np.ndarray
    created: np.ndarray
    dispatched: np.ndarray
    due: np.ndarray
    responded: np.ndarray
    resolved: np.ndarray
    closed: np.ndarray
    withdrawn: np.ndarray
    duplicate: np.ndarray
    returned: np.ndarray
    reopened: np.ndarray
    contacted: np.ndarray
    solved: np.ndarray  # 0 yes, 1 partly, 2 no; -1 open
    satisfied: np.ndarray  # 0 satisfied, 1 fairly, 2 not; -1 open or not reached

    def __len__(self) -> int:
        return len(self.call)


def due_at(created: np.ndarray, class_index: np.ndarray) -> np.ndarray:
    """Urgent orders: hours on the clock; the others: that many working days later at the same time of day."""
    start = city.FIRST_DAY.toordinal()
    working = np.array([city.is_working(date.fromordinal(start + n)) for n in range(city.DAYS + 40)])
    so_far, working_days = np.cumsum(working), np.flatnonzero(working)
    allowed = np.array([c.due for c in CLASSES])[class_index]
    day = working_days[so_far[created // DAY] + allowed - 1]
    urgent = np.array([c.key == "urgent" for c in CLASSES])[class_index]
    return np.where(urgent, created + allowed * HOUR, day * DAY + created % DAY)


def order_times(calls: Calls) -> tuple[np.ndarray, np.ndarray]:
    """Due and closing instants that an order would have, for every attempt."""
    created, rng = calls.end, generator(SEED, 3)
    due, draw = due_at(np.minimum(created, city.DAYS * DAY - 1), CLASS_OF[calls.issue]), bits(rng, len(calls))
    part = np.where(SLOW[calls.issue], read(SLOW_CLOSED_AT, draw), read(CLOSED_AT, draw))
    return due, created + (due - created) * part // 1_000


def ordered_calls(calls: Calls, due: np.ndarray, closed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For every attempt the attempt whose order it is about (-1: none), and whether it chases: a callback about an order still open and not due.

    A chase makes no order of its own; a callback about anything else, or after the order is due or closed, may.
    """
    share = np.array([c.dispatched for c in CLASSES])[CLASS_OF[calls.issue]]
    ordered = chance(generator(SEED, 4), len(calls), share) & (calls.state == ANSWERED) & (calls.talk >= 30)
    about = np.where(ordered, np.arange(len(calls)), -1)
    chases = np.zeros(len(calls), bool)
    limit, start, issue, caused_by = np.minimum(due, closed), calls.start, calls.issue, problem_parent(calls)
    for n in np.flatnonzero(caused_by >= 0).tolist():
        order = about[caused_by[n]]
        if order >= 0 and start[n] < limit[order] and issue[n] == issue[order]:
            about[n], chases[n] = order, True
    return about, chases


def problem_parent(calls: Calls) -> np.ndarray:
    """The answered call whose unsolved problem brought the caller back, also through abandoned attempts in between; -1 for none."""
    caused_by = np.where(np.isin(calls.cause, (CALLBACK, FLOW)), calls.parent, -1)
    for n in np.flatnonzero(np.isin(calls.cause, (REDIAL_ABANDONED, simulate.REDIAL_OUTAGE))).tolist():
        caused_by[n] = caused_by[calls.parent[n]]
    return caused_by


def make_orders(calls: Calls, about: np.ndarray, due: np.ndarray, closed: np.ndarray) -> Orders:
    """The orders as they stand when the data end; what happens later is not known yet."""
    call = np.flatnonzero((about == np.arange(len(calls))) & (calls.end < city.DAYS * DAY))
    return improved(_lived(call, calls.end[call], due[call], closed[call], generator(SEED, 5)))


def _lived(call: np.ndarray, created: np.ndarray, due: np.ndarray, closed: np.ndarray, rng) -> Orders:
    """What becomes of orders that are created, due and closed at these instants."""
    n, end = len(call), city.DAYS * DAY
    dispatched = created + read(DISPATCHED_AFTER, bits(rng, n))
    closed = np.maximum(closed, dispatched + 1_800)
    responded = dispatched + (closed - dispatched) * np.minimum(read(RESPONDED_AFTER, bits(rng, n)), 950) // 1_000
    resolved = closed - np.minimum((closed - responded) // 2, rng.integers(600, 20 * HOUR, size=n))
    solved = np.searchsorted([72, 88], rng.integers(0, 100, size=n), side="right")
    satisfied = np.searchsorted([70, 86], rng.integers(0, 100, size=n) + 12 * solved, side="right")
    reached = chance(rng, n, 0.9)
    known, open_ = (lambda when: np.where(when < end, when, -1)), closed >= end
    flags = [chance(rng, n, share) for share in (0.012, 0.03, 0.06, 0.05)]
    return Orders(
        call, created, known(dispatched), due, known(responded), known(resolved), known(closed), *flags, reached & ~open_,
        np.where(open_, -1, solved), np.where(open_ | ~reached, -1, np.minimum(satisfied, 2)),
    )  # fmt: skip


def improved(orders: Orders) -> Orders:
    """Since IMPROVED_FROM orders are watched: IMPROVED_SHARE of those answered within 40 hours that would take longer are resolved within 48 hours.

    They are closed as late as they would have been (the follow-up comes when it comes), so nobody calls more or less for it.
    """
    rng, n = generator(SEED, 17), len(orders)
    earliest, latest = orders.responded + HOUR, orders.created + 47 * HOUR + 1_800
    sooner = earliest + ((latest - earliest) * bits(rng, n) >> BITS)
    late = (orders.resolved < 0) | (orders.resolved - orders.created > 48 * HOUR)
    watched = late & (orders.responded >= 0) & (orders.responded - orders.created <= 40 * HOUR) & (sooner < city.DAYS * DAY)
    moved = watched & (orders.created >= simulate.day_index(IMPROVED_FROM) * DAY) & chance(rng, n, IMPROVED_SHARE)
    return replace(orders, resolved=np.where(moved, sooner, orders.resolved))


def surge() -> tuple[Orders, np.ndarray, np.ndarray]:
    """Orders of SURGE_MONTH that came by WeChat when a chain of gyms shut, with their issues and callers: no call belongs to them."""
    rng = generator(SEED, 18)
    issue = np.full(SURGE, next(n for n, i in enumerate(ISSUES) if i.level_3 == SURGE_ISSUE))
    day = simulate.day_index(SURGE_MONTH + "-01") + rng.integers(0, 31, size=SURGE)
    created = np.sort(day * DAY + rng.integers(8 * HOUR, 22 * HOUR, size=SURGE))
    due = due_at(created, CLASS_OF[issue])
    closed = created + (due - created) * read(CLOSED_AT, bits(rng, SURGE)) // 1_000
    return improved(_lived(np.full(SURGE, -1), created, due, closed, rng)), issue, rng.integers(0, simulate.PEOPLE, size=SURGE)


def ratings(calls: Calls) -> np.ndarray:
    """Index into RATINGS: about three in ten answered calls are rated, and worse when the caller will be back."""
    rng, n = generator(SEED, 6), len(calls)
    returns = np.zeros(n, bool)
    returns[problem_parent(calls)[problem_parent(calls) >= 0]] = True
    draw = rng.integers(0, 100, size=n)
    word = np.where(returns, *(np.searchsorted(np.cumsum(shares), draw, side="right") for shares in (RATING_UNSOLVED, RATING_SOLVED)))
    return np.where(chance(rng, n, RATED_SHARE) & (calls.state == ANSWERED) & (calls.talk >= 20), word + 1, 0)


def recorded(calls: Calls) -> np.ndarray:
    """Attempts that the switch wrote down: all but those in the outage."""
    return np.flatnonzero(np.isin(calls.state, (ANSWERED, ABANDONED, simulate.BLOCKED)))
