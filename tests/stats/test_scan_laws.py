"""Silences and bursts: against the slow obvious sum, against simulation, and what has to hold for any counts."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from hotline_analysis.stats import scan

COUNT = st.integers(0, 60)


@given(COUNT, st.integers(1, 20), st.floats(0.1, 1))
def test_a_silence_is_a_burst_of_none(events, days, share):
    """No event of the own day among so many: the binomial chance of 0."""
    p = np.exp(scan.log_silence(events, days, share=share))
    assert p == pytest.approx(stats.binom.pmf(0, events, share / (share + days)))
    assert p == pytest.approx(scan.fewer(0, events, days, share=share))


@given(COUNT, COUNT, st.integers(1, 20))
def test_the_two_sides_share_what_came(count, events, days):
    slow = sum(math.comb(count + events, k) * days ** (count + events - k) for k in range(count, count + events + 1)) / (days + 1) ** (
        count + events
    )
    assert scan.burst(count, events, days) == pytest.approx(slow)
    assert scan.burst(count, events, days) + scan.fewer(count, events, days) >= 1 - 1e-12


@given(COUNT, COUNT, st.integers(1, 20))
def test_more_of_the_same_is_never_less_remarkable(count, events, days):
    assert scan.burst(count + 1, events, days) <= scan.burst(count, events, days) + 1e-12
    assert scan.log_silence(events + 1, days) <= scan.log_silence(events, days)


def test_nothing_to_compare_with_says_nothing():
    assert scan.burst(50, 0, 0) == scan.fewer(0, 0, 0) == scan.more_often(3, 3, 0, 0) == 1 and scan.log_silence(0, 5) == 0
    assert scan.unrest([]) == 1 and scan.unrest([np.nan]) == 1


def test_fisher_by_hand():
    """3 of 3 lost where the other days lost 1 of 5: 4 lost among 8, all three of the own: C(4,3)/C(8,3) = 4/56."""
    assert scan.more_often(3, 3, 1, 5) == pytest.approx(4 / 56)


def test_a_race_of_two_lines_is_exact():
    """The wait for the own next event, counted in events of 9 other days of the same pace: (9/10)^k."""
    rng = np.random.default_rng(12345)
    counts = rng.poisson(9 * rng.exponential(size=100_000))
    for k in (1, 10, 30):
        assert (counts >= k).mean() == pytest.approx(np.exp(scan.log_silence(k, 9)), abs=0.005)


def test_unrest_takes_the_middle():
    """Chance alone is 1; three times its spread 9; one wild stretch changes nothing."""
    z = np.random.default_rng(1).standard_normal(4001)
    assert scan.unrest(z) == pytest.approx(1, abs=0.1) and scan.unrest(3 * z) == pytest.approx(9, rel=0.1)
    assert scan.unrest([*3 * z, 500]) == pytest.approx(scan.unrest(3 * z), rel=0.01)
    assert scan.tempered(stats.norm.sf(4), 4.0) == pytest.approx(stats.norm.sf(2))


def test_many_looks():
    assert scan.whole_look(0.001, 20) == pytest.approx(0.02) and scan.whole_look(0.5, 20) == 1
