"""Erlang C and A against published figures, each with where it stands."""

import math

import numpy as np
import pytest

from hotline_analysis.stats import queueing


def test_garnett_mandelbaum_reiman_erlang_c():
    """48 calls a minute, one minute each, 50 agents: P(W>0) .6945, ASA 20.83 s, P90 58.1 s, Lq 16.67, occupancy .96 (Garnett, Mandelbaum, Reiman 2002, table of M/M/50)."""
    queue = queueing.erlang_c(50, 48 * 60, 60, answer_seconds=58.1)
    assert queue.waiting == pytest.approx(0.6945, abs=5e-5) and queue.wait_seconds == pytest.approx(20.83, abs=5e-3)
    assert (
        queue.length == pytest.approx(16.67, abs=5e-3)
        and queue.occupancy == pytest.approx(0.96)
        and queue.within == pytest.approx(0.9, abs=5e-4)
    )


def test_pyworkforce():
    """from pyworkforce.queuing import ErlangC; ErlangC(transactions=100, asa=20/60, aht=3, interval=30, shrinkage=0.3).required_positions(service_level=0.8)

    raw_positions 14, positions 20, service_level 0.8883500191794669, occupancy 0.7142857142857143, waiting_probability 0.1741319335950498; with 13: 0.7955947884177831.
    """
    found = {n: queueing.erlang_c(n, 200, 180, answer_seconds=20) for n in (13, 14)}
    assert found[14].within == pytest.approx(0.8883500191794669, abs=1e-12) and found[14].occupancy == pytest.approx(0.7142857142857143)
    assert found[14].waiting == pytest.approx(0.1741319335950498, abs=1e-12) and found[13].within == pytest.approx(
        0.7955947884177831, abs=1e-12
    )
    needed = queueing.agents_needed(200, 180, answer_seconds=20, target_share=0.8)
    assert needed == 14 and math.ceil(needed / (1 - 0.3)) == 20


def test_garnett_mandelbaum_reiman_erlang_a():
    """The same 48 calls a minute and 50 agents with a mean patience of two minutes: 3.1 % abandon, ASA 3.7 s (Garnett, Mandelbaum, Reiman 2002, section 1)."""
    queue = queueing.erlang_a(50, 48 * 60, 60, 120)
    assert queue.abandonment == pytest.approx(0.031, abs=5e-4) and queue.wait_seconds == pytest.approx(3.7, abs=0.05)


def test_one_agent_of_patient_callers():
    """M/M/1 by hand: load 1/2, one minute a call: half of the calls wait, for a minute on average."""
    queue = queueing.erlang_c(1, 30, 60, answer_seconds=60)
    assert (queue.waiting, queue.wait_seconds, queue.length) == pytest.approx((0.5, 60, 0.5))
    assert queue.within == pytest.approx(1 - 0.5 * np.exp(-0.5))


def test_patience_as_long_as_a_call_makes_a_poisson_crowd():
    """M/M/n+M with equal rates of leaving is M/M/infinity: the calls there are Poisson with the load as their mean, whatever n."""
    load, n = 7.0, 5
    share = queueing._states(n, load, 1.0)
    poisson = np.exp(-load + np.arange(len(share)) * np.log(load) - [math.lgamma(k + 1) for k in range(len(share))])
    assert share == pytest.approx(poisson, abs=1e-12)
