"""What always holds for queues with and without patience, and the slow simulation beside them."""

import heapq

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_analysis.stats import queueing

LOADS = st.floats(0.2, 30)
TIMES = st.floats(20, 900)


@given(LOADS, st.integers(1, 40), TIMES, TIMES, st.floats(0, 120))
def test_balance(load, agents, handling, patience, seconds):
    """Little's law, flow in = flow out, and shares within 0 to 1."""
    arrivals = load * 3600 / handling
    queue = queueing.erlang_a(agents, arrivals, handling, patience, answer_seconds=seconds)
    assert queue.length == pytest.approx(arrivals / 3600 * queue.wait_seconds)
    assert queue.occupancy * agents == pytest.approx(load * (1 - queue.abandonment)) and 0 <= queue.occupancy <= 1 + 1e-9
    assert -1e-9 <= queue.abandonment <= queue.waiting + 1e-9 <= 1 + 2e-9
    assert 1 - queue.waiting - 1e-9 <= queue.within <= 1 - queue.abandonment + 1e-9, (
        "who does not wait is answered in time; who gives up is not"
    )


@given(LOADS, st.integers(1, 40), TIMES, TIMES)
def test_everybody_is_answered_or_gives_up(load, agents, handling, patience):
    queue = queueing.erlang_a(agents, load * 3600 / handling, handling, patience, answer_seconds=1e7)
    assert queue.within == pytest.approx(1 - queue.abandonment, abs=1e-9)


@given(st.floats(0.2, 20), st.integers(1, 6), TIMES, st.floats(1, 120))
def test_erlang_a_tends_to_erlang_c(load, spare, handling, seconds):
    """As patience grows the queue becomes the one in which nobody gives up."""
    agents, arrivals = int(load) + spare, load * 3600 / handling
    if load > 0.97 * agents:
        return
    patient, endless = (queueing.erlang_a(agents, arrivals, handling, p, answer_seconds=seconds) for p in (1e9 * handling, np.inf))
    assert patient.within == pytest.approx(endless.within, abs=1e-5) and patient.waiting == pytest.approx(endless.waiting, abs=1e-5)
    assert endless == queueing.erlang_c(agents, arrivals, handling, answer_seconds=seconds)
    nearer = [queueing.erlang_a(agents, arrivals, handling, p * handling, answer_seconds=seconds).waiting for p in (1, 10, 100, 1000)]
    assert all(a <= b + 1e-12 for a, b in zip(nearer, [*nearer[1:], endless.waiting], strict=True)), "impatience shortens the queue"


@given(LOADS, st.integers(0, 30), TIMES, TIMES, st.floats(0, 60))
def test_one_more_agent_is_never_worse(load, agents, handling, patience, seconds):
    arrivals = load * 3600 / handling
    now, more = (queueing.erlang_a(n, arrivals, handling, patience, answer_seconds=seconds) for n in (agents, agents + 1))
    assert more.within >= now.within - 1e-9 and more.abandonment <= now.abandonment + 1e-9


@given(LOADS, TIMES, st.one_of(TIMES, st.just(np.inf)), st.floats(1, 60), st.floats(0.1, 0.99))
def test_the_fewest_agents_are_enough_and_one_less_is_not(load, handling, patience, seconds, target):
    given_ = {"answer_seconds": seconds, "target_share": target, "patience_seconds": patience}
    arrivals = load * 3600 / handling
    n = queueing.agents_needed(arrivals, handling, **given_)
    level = [queueing.erlang_a(k, arrivals, handling, patience, answer_seconds=seconds).within for k in (n - 1, n)]
    assert level[1] >= target > level[0]


@given(st.integers(1, 60), LOADS)
def test_erlang_b_is_the_sum(agents, load):
    """B = (a^n / n!) / sum of a^k / k!."""
    weight = np.exp(np.arange(agents + 1) * np.log(load) - np.cumsum(np.log(np.maximum(np.arange(agents + 1), 1))))
    assert queueing.erlang_b(agents, load) == pytest.approx(weight[-1] / weight.sum())


def test_nobody_calls():
    assert queueing.agents_needed(0, 180, answer_seconds=15, target_share=0.8) == 0
    assert queueing.erlang_a(3, 0, 180, 60) == (0, 1, 0, 0, 0, 0)


def test_more_load_than_agents_grows_without_end_unless_callers_give_up():
    assert queueing.erlang_c(5, 360, 60, answer_seconds=20) == (1, 0, 0, np.inf, np.inf, 1)
    assert 0 < queueing.erlang_a(5, 360, 60, 60, answer_seconds=20).within < 1


@pytest.mark.parametrize(
    "wrong", [(-1, 60, 60, 60), (2, -1, 60, 60), (2, 60, 0, 60), (2, 60, 60, 0), (2, np.nan, 60, 60), (2, 60, 60, np.nan)]
)
def test_what_makes_no_queue_is_refused(wrong):
    with pytest.raises(ValueError):
        queueing.erlang_a(*wrong)


def simulated(
    agents: int, arrivals_per_hour: float, handling: float, patience: float, seconds: float, *, calls: int, seed: int
) -> tuple[float, float, float]:
    """(answered within, gave up, mean wait) of a queue played call by call: each takes the agent who is free first, or leaves before that."""
    rng = np.random.default_rng(seed)
    start = np.cumsum(rng.exponential(3600 / arrivals_per_hour, calls))
    talk, stay = rng.exponential(handling, calls), rng.exponential(patience, calls)
    free, within, lost, waited = [0.0] * agents, 0, 0, 0.0
    heapq.heapify(free)
    for t, service, limit in zip(start, talk, stay, strict=True):
        wait = max(free[0] - t, 0.0)
        if wait > limit:
            lost, waited = lost + 1, waited + limit
            continue
        heapq.heapreplace(free, t + wait + service)
        within, waited = within + (wait <= seconds), waited + wait
    return within / calls, lost / calls, waited / calls


@pytest.mark.parametrize("agents", [3, 4, 6])
def test_the_slow_simulation_agrees(agents):
    """90 calls an hour of 150 s with a patience of 100 s, 200,000 calls: within .006 of each share and 2 % of the wait."""
    queue = queueing.erlang_a(agents, 90, 150, 100, answer_seconds=15)
    within, lost, wait = simulated(agents, 90, 150, 100, 15, calls=200_000, seed=4)
    assert queue.within == pytest.approx(within, abs=6e-3) and queue.abandonment == pytest.approx(lost, abs=6e-3)
    assert queue.wait_seconds == pytest.approx(wait, rel=0.03)


def test_patience_is_all_waiting_over_those_who_gave_up():
    """Waits 10, 20, 30 (gave up), 3 (gave up at once): 63 s over two; without the first five seconds 5 + 15 + 25 over one."""
    wait, gone = [10, 20, 30, 3], [0, 0, 1, 1]
    assert queueing.patience(wait, gone) == 31.5 and queueing.patience(wait, gone, ignore_seconds=5) == 45
    assert (
        queueing.patience([10, 20], [0, 0]) == np.inf
        and np.isnan(queueing.patience([0, 0], [0, 1]))
        and np.isnan(queueing.patience([], []))
    )


def test_patience_is_found_again():
    rng = np.random.default_rng(8)
    stay, offered = rng.exponential(240, 50_000), rng.exponential(60, 50_000)
    found = queueing.patience(np.minimum(stay, offered), stay < offered, ignore_seconds=5)
    assert found == pytest.approx(240, rel=0.03)
