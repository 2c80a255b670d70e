"""How long does one wait for one of several agents, how many give up, and how many agents would do?

Calls come at random (Poisson), each takes an exponential time, `agents` answer them in order. `erlang_c`: nobody gives up. `erlang_a`: everybody waits
an exponential time at most (patience), which is what real queues look like; where callers are endlessly patient it is Erlang C. Offered load is
arrivals x handling time, in Erlang: how many agents the calls would keep busy without any waiting.
Erlang 1917; Palm 1957; Garnett, Mandelbaum and Reiman 2002, Manufacturing & Service Operations Management 4.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import scipy

TAIL = 1e-12  # what the states beyond the last one that is counted may hold together
MOST_AGENTS = 100_000


class Queue(NamedTuple):
    """What a queue in balance gives its callers.

    waiting      share of all calls that wait at all
    within       share of all calls answered within the asked seconds (form A of the service level)
    abandonment  share of all calls that give up
    wait_seconds mean wait of all calls, answered or not [s]; infinite where the queue grows without end
    length       mean number waiting
    occupancy    share of the agents' time that is spent on calls
    """

    waiting: float
    within: float
    abandonment: float
    wait_seconds: float
    length: float
    occupancy: float


def erlang_b(agents: int, load: float) -> float:
    """Share of calls that find all agents busy where nobody can wait: B(n) = a B(n-1) / (n + a B(n-1)), B(0) = 1."""
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(agents: int, arrivals_per_hour: float, handling_seconds: float, *, answer_seconds: float = 0.0) -> Queue:
    """The queue in which nobody gives up; with as much load as agents or more it grows without end, and nobody is answered in time.

    C = n B / (n - a (1 - B)); share answered within T = 1 - C exp(-(n - a) T / h); mean wait C h / (n - a). Raises ValueError as `erlang_a`.
    """
    load = _load(agents, arrivals_per_hour, handling_seconds)
    if load >= agents:
        return Queue(1.0, 0.0, 0.0, np.inf, np.inf, 1.0) if load else _idle()
    blocked = erlang_b(agents, load)
    waiting = agents * blocked / (agents - load * (1 - blocked))
    wait = waiting * handling_seconds / (agents - load)
    late = waiting * np.exp(-(agents - load) * answer_seconds / handling_seconds)
    return Queue(waiting, float(1 - late), 0.0, wait, arrivals_per_hour * wait / 3600, load / agents)


def erlang_a(
    agents: int, arrivals_per_hour: float, handling_seconds: float, patience_seconds: float, *, answer_seconds: float = 0.0
) -> Queue:
    """The queue in which a caller gives up after an exponential time with mean `patience_seconds`; infinite: Erlang C.

    A birth-death chain, its states counted until the rest holds less than 1e-12. Who finds n + j calls there waits for j + 1 departures at rates
    n/h + i/p, i = 0..j, if the patience lasts; exp(-wait/p) is then Beta(n p/h, j + 1), and the share answered within T is the part of its mean
    above exp(-T/p). Raises ValueError for fewer than 0 agents, arrivals below 0, and times that are not above 0.
    """
    load = _load(agents, arrivals_per_hour, handling_seconds)
    if not patience_seconds > 0:
        raise ValueError(f"patience is above 0 s, not {patience_seconds}")
    if np.isinf(patience_seconds) or not load:
        return erlang_c(agents, arrivals_per_hour, handling_seconds, answer_seconds=answer_seconds)
    share = _states(agents, load, handling_seconds / patience_seconds)
    queued = share[agents:]
    length = float(queued @ np.arange(len(queued)))
    wait = length * 3600 / arrivals_per_hour
    abandonment = min(wait / patience_seconds, 1.0)
    within = float(share[:agents].sum() + queued @ _served(len(queued), agents, handling_seconds, patience_seconds, answer_seconds))
    return Queue(float(queued.sum()), within, abandonment, wait, length, load * (1 - abandonment) / agents if agents else 0.0)


def agents_needed(
    arrivals_per_hour: float, handling_seconds: float, *, answer_seconds: float, target_share: float, patience_seconds: float = np.inf
) -> int:
    """The fewest agents on the calls with whom at least `target_share` of all calls are answered within `answer_seconds`; 0 without calls.

    Raises ValueError for a target outside 0 to 1, and where 100,000 agents would not do.
    """
    if not 0 <= target_share < 1:
        raise ValueError(f"a target is a share from 0 to below 1, not {target_share}")
    if not arrivals_per_hour:
        return 0

    def enough(agents: int) -> bool:
        queue = erlang_a(agents, arrivals_per_hour, handling_seconds, patience_seconds, answer_seconds=answer_seconds)
        return queue.within >= target_share

    return _fewest(enough)


def _fewest(enough: Callable[[int], bool]) -> int:
    """The least number that is enough, where every larger one is too."""
    low, high = 0, 1
    while not enough(high):
        low, high = high, 2 * high
        if high > MOST_AGENTS:
            raise ValueError(f"{MOST_AGENTS} agents are not enough")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def patience(wait_seconds, abandoned, *, ignore_seconds: float = 0.0) -> float:
    """The mean of an exponential patience from waits, answered ones censored: all waiting beyond `ignore_seconds` over those who gave up in it [s].

    wait_seconds   n waits, none missing [s]        abandoned   n values 0/1 or bool
    ignore_seconds who hung up before that slipped or tried the line; nobody's patience is told by it

    Infinite where nobody gave up, nan where nobody waited so long. The maximum likelihood estimate under censoring; theta = 1 / it.
    """
    wait, gave_up = np.asarray(wait_seconds, float), np.asarray(abandoned, bool)
    beyond = wait >= ignore_seconds if ignore_seconds else wait > 0
    waited, events = (wait[beyond] - ignore_seconds).sum(), int((gave_up & beyond).sum())
    if not beyond.any() or not waited:
        return np.nan
    return float(waited / events) if events else np.inf


def _load(agents: int, arrivals_per_hour: float, handling_seconds: float) -> float:
    if agents < 0 or not arrivals_per_hour >= 0 or not handling_seconds > 0:
        raise ValueError(
            f"agents and arrivals are 0 or more and handling above 0 s, not {agents}, {arrivals_per_hour} an hour, {handling_seconds} s"
        )
    return arrivals_per_hour * handling_seconds / 3600


def _idle() -> Queue:
    """The queue that nobody joins."""
    return Queue(0.0, 1.0, 0.0, 0.0, 0.0, 0.0)


def _states(agents: int, load: float, restless: float) -> np.ndarray:
    """Share of the time with 0, 1, 2, ... calls there; `restless`: handling over patience time. Rates in handling times: up by the load, down by calls in
    service plus restless times calls waiting.
    """
    most = agents + 64
    while True:
        k = np.arange(1, most + 1)
        down = np.minimum(k, agents) + restless * np.maximum(k - agents, 0)
        logs = np.concatenate([[0.0], np.cumsum(np.log(load) - np.log(down))])
        weight = np.exp(logs - logs.max())
        ratio = load / (down[-1] + restless)  # of each further state to the one before, and falling
        if ratio < 1 and weight[-1] * ratio / (1 - ratio) < TAIL * weight.sum():
            return weight / weight.sum()
        most *= 2


def _served(places: int, agents: int, handling: float, patience: float, seconds: float) -> np.ndarray:
    """Probability of being answered within `seconds` for one who finds 0, 1, 2, ... waiting."""
    if not agents:
        return np.zeros(places)
    first, behind = agents * patience / handling, np.arange(1, places + 1)
    return first / (first + behind) * scipy.special.betaincc(first + 1, behind, np.exp(-seconds / patience))
