"""Ratios of after to before: by hand, against a slow loop, against another package, and what always holds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from hotline_analysis.stats import survival
from hotline_analysis.stats.before_after import Lengths, quantile, quantile_ratio, rate_ratio


def cases(lengths, done=1, days=None) -> Lengths:
    lengths = np.asarray(lengths, float)
    return Lengths(lengths, np.broadcast_to(done, lengths.shape), np.arange(len(lengths)) if days is None else np.asarray(days))


# ---- durations


def test_medians_by_hand():
    """Before 10 20 30 40 50 hours, after 2 4 6 8 10: medians 30 and 6, a fifth; nine in ten within 50 and 10."""
    before, after = cases([10, 20, 30, 40, 50]), cases([2, 4, 6, 8, 10])
    assert (quantile(before, 0.5), quantile(after, 0.5), quantile(before, 0.9), quantile(after, 0.9)) == (30, 6, 50, 10)
    found = quantile_ratio(before, after)
    assert found.value == pytest.approx(0.2) and found.low < 0.2 < found.high < 1


def test_an_open_case_counts_for_as_long_as_it_was_seen():
    """Done after 1, 2 and 4 hours, one still open after 3: within 2 h one half is done. Left out, the median of three would be 2 as well; as late, 4.

    With the open one, the share done within 4 h is 1, because at 4 only one is left; withdrawn at 3 instead it never passes 3/4.
    """
    assert quantile(cases([1, 2, 4, 3], [1, 1, 1, 0]), 0.5) == 2
    assert quantile(cases([1, 2, 4, 3], [1, 1, 1, 0]), 0.9) == 4
    assert np.isnan(quantile(cases([1, 2, 4, 3], [1, 1, 1, 2]), 0.9))


@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from([0, 1, 2])), min_size=1, max_size=40), st.sampled_from([0.25, 0.5, 0.9]))
def test_the_quantile_is_where_the_incidence_reaches_it(rows, share):
    lengths, done = np.array([r[0] for r in rows], float), np.array([r[1] for r in rows])
    curve = survival.cumulative_incidence(lengths, done, causes=2)
    reached = [t for t in sorted(set(lengths)) if survival.incidence_at(curve, [t])[0, 0] >= share - 1e-9]
    found = quantile(cases(lengths, done), share)
    assert np.isnan(found) if not reached else found == reached[0]


@given(st.lists(st.integers(1, 500), min_size=4, max_size=40), st.sampled_from([0.1, 0.5, 3.0]))
def test_all_durations_times_a_factor_is_that_factor(lengths, factor):
    found = quantile_ratio(cases(lengths), cases(np.array(lengths) * factor), draws=50)
    assert found.value == pytest.approx(factor) and found.low <= factor * (1 + 1e-9) and found.high >= factor * (1 - 1e-9)


def test_the_days_are_drawn_as_a_slow_loop_draws_them():
    """The same draws, days put together case by case."""
    rng = np.random.default_rng(4)
    days, lengths = rng.integers(0, 12, 150), rng.exponential(20, 150).round(1)
    before, after = cases(lengths, days=days), cases((lengths * 0.4).round(1), days=days)
    found, draws = quantile_ratio(before, after, draws=300, seed=9), np.random.default_rng(9)
    logs = []
    for side in (before, after):
        weights = draws.multinomial(12, np.full(12, 1 / 12), size=300)
        logs.append([np.sort(np.repeat(side.length, w[side.day]))[int(np.ceil(0.5 * w[side.day].sum() - 1e-9)) - 1] for w in weights])
    ends = np.exp(np.percentile(np.log(np.array(logs[1]) / np.array(logs[0])), [2.5, 97.5]))
    assert_allclose((found.low, found.high), ends)


def test_months_that_differ_widen_the_interval():
    """Three pairs whose own ratios are .2, .5 and .8: the days alone say next to nothing of that."""
    rng = np.random.default_rng(2)
    months = [cases(rng.exponential(10, 400), days=rng.integers(0, 30, 400)) for _ in range(3)]
    later = [m._replace(length=m.length * f) for m, f in zip(months, (0.2, 0.5, 0.8), strict=True)]

    def whole(parts):
        return Lengths(
            *(
                np.concatenate([getattr(p, name) + (1000 * k if name == "day" else 0) for k, p in enumerate(parts)])
                for name in Lengths._fields
            )
        )

    alone = quantile_ratio(whole(months), whole(later))
    paired = quantile_ratio(whole(months), whole(later), pairs=list(zip(months, later, strict=True)))
    assert alone.value == paired.value and paired.low < alone.low and paired.high > 1 > alone.high


def test_what_cannot_be_a_ratio_is_none():
    assert np.isnan(quantile_ratio(cases([0, 0, 0]), cases([1, 2, 3])).value)
    assert np.isnan(quantile_ratio(cases([1, 2, 3]), cases([], 1)).value)
    assert np.isnan(quantile_ratio(cases([1, 2, 3], 0), cases([1, 2, 3])).value)
    one_day = quantile_ratio(cases([2, 4, 6], days=[1, 1, 1]), cases([1, 2, 3], days=[2, 2, 2]))
    assert one_day.value == 0.5 and np.isnan(one_day.low)


# ---- volumes


def test_rates_by_hand():
    """Equal exposures: 225 after 310 is .726, its logarithm's error by chance sqrt(1/225 + 1/310) = .0876."""
    found = rate_ratio([100, 120, 90], [80, 70, 75], [30, 30, 30], [30, 30, 30])
    assert found.value == pytest.approx(225 / 310)
    chance = rate_ratio([310], [225], [90], [90])
    assert (chance.low, chance.high) == pytest.approx(tuple(225 / 310 * np.exp(np.array([-1, 1]) * 1.959964 * 0.08758)), rel=1e-4)
    wide = rate_ratio([310], [225], [90], [90], dispersion=4)
    assert np.log(wide.high / wide.value) == pytest.approx(2 * np.log(chance.high / chance.value))


def test_rates_against_another_package():
    """statsmodels.GLM(y, x, family=Poisson(), exposure=e).fit(scale="X2"): the same coefficient and standard error, t with two degrees of freedom."""
    sm = pytest.importorskip("statsmodels.api")
    from scipy import stats

    before, after, e1, e2 = np.array([1000, 1420, 880.0]), np.array([640, 1020, 745.0]), np.array([30, 31, 28.0]), np.array([30, 31, 29.0])
    x = np.column_stack([np.tile(np.eye(3), (2, 1)), np.repeat([0.0, 1.0], 3)])
    theirs = sm.GLM(np.concatenate([before, after]), x, family=sm.families.Poisson(), exposure=np.concatenate([e1, e2])).fit(scale="X2")
    ours = rate_ratio(before, after, e1, e2)
    assert theirs.scale > 1
    ends = np.exp(theirs.params[-1] + np.array([0, -1, 1]) * stats.t.ppf(0.975, 2) * theirs.bse[-1])
    assert_allclose(ours, ends, rtol=1e-6)


@given(st.lists(st.tuples(st.integers(1, 900), st.integers(1, 900), st.floats(1, 31), st.floats(1, 31)), min_size=1, max_size=6))
def test_before_and_after_exchanged_is_the_inverse(rows):
    a, b, e, f = (np.array(x, float) for x in zip(*rows, strict=True))
    there, back = rate_ratio(a, b, e, f), rate_ratio(b, a, f, e)
    assert_allclose([there.value, there.low, there.high], [1 / back.value, 1 / back.high, 1 / back.low], rtol=1e-6)


def test_nothing_on_a_side_is_no_ratio():
    assert np.isnan(rate_ratio([0, 0], [5, 6], [30, 30], [30, 30]).value)
