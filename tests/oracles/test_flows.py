"""Transitions, concentration and rhythm against published figures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hotline_analysis.stats import concentration, independence, rhythm
from tests.tried import tried

HAIR_EYE = np.array(
    [[68, 20, 15, 5], [119, 84, 54, 29], [26, 17, 14, 14], [7, 94, 10, 16]]
)  # Brown Blue Hazel Green by Black Brown Red Blond


def test_party_and_gender():
    """Agresti 2013, table 3.2. R: chisq.test(matrix(c(762, 327, 468, 484, 239, 477), 2, byrow = TRUE))$stdres; X2 = 30.0701."""
    table = np.array([[762, 327, 468], [484, 239, 477]])
    found = independence.residuals(table)
    assert found.adjusted[0] == pytest.approx([4.50205352, 0.69945173, -5.31594554], abs=1e-8)
    assert found.adjusted[1] == pytest.approx(-found.adjusted[0])
    assert (np.square(table - found.expected) / found.expected).sum() == pytest.approx(30.0701, abs=1e-4)


def test_hair_and_eye():
    """R: chisq.test(margin.table(HairEyeColor, c(1, 2)))$stdres."""
    found = independence.residuals(HAIR_EYE)
    assert (found.adjusted[0, 0], found.adjusted[3, 1]) == pytest.approx((6.13651969, 9.96755012), abs=1e-8)


def test_plain_lift_hides_what_quasi_independence_shows():
    """Rows and columns off the diagonal hang together by nothing, the diagonal holds most: plain lift is below 1 everywhere, the other is 1."""
    base = np.outer([10, 20, 30, 40], [4, 3, 2, 1]).astype(float)
    table = base + np.diag([900, 900, 900, 900])
    off = ~np.eye(4, dtype=bool)
    plain = table / (np.outer(table.sum(1), table.sum(0)) / table.sum())
    found = independence.residuals(table, part=off)
    assert (plain[off] < 1).all() and found.lift[off] == pytest.approx(np.ones(12)) and np.isnan(np.diag(found.lift)).all()
    assert found.adjusted[off] == pytest.approx(np.zeros(12), abs=1e-6)


@tried(50)
@given(hnp.arrays(np.int64, st.integers(3, 6).map(lambda n: (n, n)), elements=st.integers(1, 40)))
def test_expected_counts_keep_the_margins_off_the_diagonal(table):
    """So the expected counts of a row add up to those seen; what a row and a column have in common is a_i b_j."""
    fit = independence.quasi_independent(table)
    off = np.where(np.eye(len(table), dtype=bool), 0, table)
    assert (
        fit.met
        and np.nansum(fit.counts, axis=1) == pytest.approx(off.sum(1))
        and np.nansum(fit.counts, axis=0) == pytest.approx(off.sum(0))
    )


def test_empty_rows_and_columns():
    found = independence.residuals([[0, 0, 0], [5, 9, 0], [3, 4, 0]], part=~np.eye(3, dtype=bool))
    assert np.isnan(found.lift[0]).all() and np.isnan(found.lift[:, 2]).all()


def test_gini():
    """R: ineq::Gini(c(541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261))."""
    amounts = [541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261]
    assert concentration.gini(amounts) == pytest.approx(0.4620911303, abs=1e-10)
    assert concentration.top_share(amounts, 0.1) == pytest.approx(22261 / sum(amounts))
    apart = np.abs(np.subtract.outer(amounts, amounts)).mean() / (2 * np.mean(amounts))  # half the mean difference over the mean
    assert apart == pytest.approx(concentration.gini(amounts))
    assert (
        concentration.gini([3, 3, 3]) == pytest.approx(0)
        and np.isnan(concentration.gini([]))
        and np.isnan(concentration.top_share([0], 0.1))
    )


def test_rayleigh():
    """Zar 1999, example 27.1: r .82522, mean 98.99 degrees, z 5.448; p .0019 by this formula (R's circular prints .0016)."""
    found = rhythm.rayleigh(np.array([45, 55, 81, 96, 110, 117, 132, 154]) / 360)
    assert (found.r, 360 * found.phase, found.z) == pytest.approx((0.82522, 98.99, 5.448), rel=1e-4)
    assert found.p == pytest.approx(0.0019, abs=5e-5)


def test_office_hours_are_no_rhythm():
    """Seeded: 400 ordinary callers of eight calls who call in office hours: at 5 % the plain test finds many of them regular, the rescaled one some 5 %;
    who keeps a clock is found. Limit: the 99.9 % point of a binomial of 400 at 5 %."""
    rng = np.random.default_rng(7)
    draw = lambda n: np.clip(rng.normal(0.45, 0.12, n), 0, 0.999)  # noqa: E731 (time of day, most of it before noon)
    everybody = np.sort(draw(50_000))
    plain = sum(rhythm.rayleigh(draw(8)).p < 0.05 for _ in range(400))
    rescaled = sum(rhythm.rayleigh(rhythm.rescaled(draw(8), everybody)).p < 0.05 for _ in range(400))
    assert plain > 200 and rescaled <= 35
    assert rhythm.rayleigh(rhythm.rescaled(0.4 + rng.normal(0, 0.01, 8), everybody)).p < 0.001


@tried(100)
@given(st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=40), st.floats(0, 1))
def test_turning_the_circle_changes_nothing(phases, turn):
    one, other = rhythm.rayleigh(phases), rhythm.rayleigh((np.array(phases) + turn) % 1)
    assert one.r == pytest.approx(other.r, abs=1e-9) and 0 <= one.p <= 1
