"""Decompositions and the errors of Aalen-Johansen curves against published figures and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_analysis.stats import decomposition, survival
from tests.tried import tried

SIZE = {
    1970: [12.9, 10.9, 9.5, 8.0, 7.8, 8.4, 8.6, 7.8, 7.0, 5.9, 4.7, 3.6, 4.9],
    1985: [10.1, 11.2, 11.6, 10.9, 9.4, 7.7, 6.3, 6.0, 6.3, 5.9, 5.1, 4.0, 5.5],
}
RATE = {
    1970: [1.9, 25.8, 45.7, 49.6, 51.2, 51.6, 51.8, 54.9, 58.7, 60.4, 62.8, 66.6, 66.8],
    1985: [2.2, 24.3, 45.8, 52.5, 56.1, 55.6, 56.0, 57.4, 57.2, 61.2, 63.9, 68.6, 72.2],
}


def test_household_headship():
    """Das Gupta 1993, example 5.1: 44.7268 to 47.6940; age structure 1.2269 (41.35 %), rates 1.7403 (58.65 %).

    In R: DasGuptR::dgnpop(eg5.1, pop = "pop", factors = c("size", "rate"), id_vars = "age_group",
                           ratefunction = "sum((size/sum(size))*rate)") |> dg_table()
    """
    parts = decomposition.rates(SIZE[1970], RATE[1970], SIZE[1985], RATE[1985])
    crude = [np.average(RATE[y], weights=SIZE[y]) for y in (1970, 1985)]
    assert crude == pytest.approx([44.7268, 47.6940], abs=5e-5)
    assert (parts.first.sum(), parts.second.sum()) == pytest.approx((1.2269, 1.7403), abs=5e-5)


COUNTS = st.lists(st.tuples(*[st.integers(0, 50)] * 4), min_size=1, max_size=6)


@tried(200)
@given(COUNTS)
def test_the_parts_add(rows):
    k1, n1, k2, n2 = (np.array(x) for x in zip(*[(min(a, b), b, min(c, d), d) for a, b, c, d in rows], strict=True))
    kept = (n1 + n2) > 0
    k1, n1, k2, n2 = (x[kept] for x in (k1, n1, k2, n2))
    if not (n1.sum() and n2.sum()):
        return
    grown = decomposition.counts(n1, n2)
    assert grown.first + grown.second == pytest.approx(n2 - n1, abs=1e-9) and grown.second.sum() == pytest.approx(0, abs=1e-9)
    with np.errstate(invalid="ignore"):
        parts = decomposition.rates(n1, k1 / n1, n2, k2 / n2)
    assert parts.first.sum() + parts.second.sum() == pytest.approx(k2.sum() / n2.sum() - k1.sum() / n1.sum(), abs=1e-12)


def test_the_errors_of_the_parts_are_those_of_many_drawn_months():
    """Two months of three categories, drawn 20,000 times (seed 5): the delta method's reach is within 5 % of 1.96 standard deviations."""
    rng, share, rate = np.random.default_rng(5), np.array([[0.5, 0.3, 0.2], [0.4, 0.4, 0.2]]), np.array([[0.9, 0.5, 0.2], [0.8, 0.5, 0.3]])
    n = [rng.multinomial(400, s, 20_000) for s in share]
    k = [rng.binomial(x, r) for x, r in zip(n, rate, strict=True)]
    drawn = np.array(
        [[p.sum() for p in decomposition.rates(n[0][i], k[0][i] / n[0][i], n[1][i], k[1][i] / n[1][i])] for i in range(20_000)]
    )
    expected = [np.round(400 * s) for s in share]
    totals = decomposition.rate_totals(expected[0] * rate[0], expected[0], expected[1] * rate[1], expected[1])
    assert [(t.high - t.low) / 2 for t in totals] == pytest.approx(list(1.96 * drawn.std(axis=0)), rel=0.05)


@tried(60)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2)), min_size=2, max_size=25), st.integers(0, 12))
def test_the_error_of_an_incidence_is_its_infinitesimal_jackknife(rows, t):
    """Each row's weight raised by 1e-6, one after the other."""
    seconds, cause = (np.array(x) for x in zip(*rows, strict=True))
    curve = survival.cumulative_incidence(seconds, cause, causes=2)
    known = survival.incidence_at(curve, [t])[0]
    if np.isnan(known).any():
        return
    step, n = 1e-6, len(rows)
    raised = [
        survival.incidence_at(survival.cumulative_incidence(seconds, cause, causes=2, weights=1 + step * np.eye(n)[i]), [t])[0]
        for i in range(n)
    ]
    slow = np.sqrt(np.square((np.array(raised) - known) / step).sum(axis=0))
    assert survival.incidence_errors(curve, [t])[0] == pytest.approx(slow, abs=1e-4)


def test_without_censoring_the_error_is_binomial():
    seconds, cause = np.arange(40), np.where(np.arange(40) % 3, 1, 2)
    p = ((seconds <= 20) & (cause == 1)).mean()
    se = survival.incidence_errors(survival.cumulative_incidence(seconds, cause, causes=2), [20])[0, 0]
    assert se == pytest.approx(np.sqrt(p * (1 - p) / 40))
