"""Laws of forecasts by kind of day, and the slow loop."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from hotline_analysis.stats import forecast
from tests.tried import tried

SERIES = st.lists(st.one_of(st.none(), st.integers(0, 50)), min_size=8, max_size=60)


def slowly(y, kinds, ahead, last):
    """Each day ahead by itself, looking back one day at a time."""
    said = []
    for kind in ahead:
        found = [y[n] for n in reversed(range(len(y))) if kinds[n] == kind and not np.isnan(y[n])][:last]
        said.append(sum(found) / len(found) if found else np.nan)
    return np.array(said)


@tried()
@given(SERIES, st.integers(1, 5))
def test_it_is_the_slow_loop(values, last):
    y = np.array([np.nan if v is None else v for v in values], float)
    kinds = np.arange(len(y)) % 3
    ahead = np.arange(7) % 4  # the fourth kind was never seen
    assert forecast.mean_of_last(y, kinds, ahead, last=last) == pytest.approx(slowly(y, kinds, ahead, last), nan_ok=True)


@tried()
@given(SERIES, st.integers(2, 9))
def test_a_forecast_scales_with_the_volume_and_never_looks_ahead(values, factor):
    y = np.array([np.nan if v is None else v for v in values], float)
    kinds = np.arange(len(y)) % 3
    for method in forecast.METHODS:
        plain = forecast.forecast(method, y, kinds, kinds[:5])
        assert forecast.forecast(method, factor * y, kinds, kinds[:5]) == pytest.approx(factor * plain, nan_ok=True)
        later = np.append(y, [1e6, 1e6])
        rolled = forecast.rolling(method, later, np.append(kinds, [0, 1]), origins=[len(y)], horizon=2)
        assert rolled[0] == pytest.approx(forecast.forecast(method, y, kinds, [0, 1]), nan_ok=True)


def test_the_mean_of_a_kind_is_the_poisson_regression():
    """The closed form against a numerical maximum of the likelihood with one dummy a kind."""
    rng = np.random.default_rng(5)
    kinds = np.arange(56) % 7
    y = rng.poisson(10 + 3 * kinds).astype(float)
    dummies = (kinds[:, None] == np.arange(7)).astype(float)
    found = optimize.minimize(lambda b: np.exp(dummies @ b).sum() - y @ dummies @ b, np.full(7, 2.0), method="BFGS")
    assert forecast.day_type_rates(y, kinds, np.arange(7)) == pytest.approx(np.exp(found.x), rel=1e-4)


def test_a_kind_never_seen_is_taken_as_another():
    y, kinds = np.array([4.0, 8.0]), np.array(["sun", "mon"])
    assert list(forecast.forecast("mean", y, kinds, ["holiday", "mon"], alike={"holiday": "sun"})) == [4, 8]
    assert np.isnan(forecast.forecast("mean", y, kinds, ["holiday"])).all()


def test_reach_is_the_conformal_quantile_or_the_widest():
    """Nine errors of 1 to 9 %: the eighth, ceil(10 x .8). Seven: the largest, and it says so."""
    predicted = np.full(9, 100.0)
    assert forecast.reach(100 + np.arange(1, 10), predicted) == (pytest.approx(0.08), False)
    assert forecast.reach(100 + np.arange(1, 8), predicted[:7]) == (pytest.approx(0.07), True)
    assert np.isnan(forecast.reach([], []).share)


@pytest.mark.slow
def test_four_fifths_of_new_values_lie_within_reach():
    rng = np.random.default_rng(11)
    inside = []
    for _ in range(2000):
        errors = rng.standard_t(4, 16)
        found = forecast.reach(100 + errors[:15], np.full(15, 100.0))
        inside.append(abs(errors[15]) / 100 <= found.share)
    assert 0.78 < np.mean(inside) < 0.86


@tried()
@given(st.lists(st.integers(0, 500), min_size=2, max_size=9), st.lists(st.integers(0, 500), min_size=9, max_size=9))
def test_shares_add_to_one_and_parts_to_the_total(recent, before):
    shares = forecast.smoothed_shares(recent, before[: len(recent)])
    assert shares.sum() == pytest.approx(1)
    assert (shares >= 0).all()
    parts = forecast.whole_parts(shares, 1234)
    assert parts.sum() == 1234
    assert (np.abs(parts - 1234 * shares) < 1).all()


def test_shares_are_drawn_towards_those_before_only_where_they_agree():
    """Eight of twenty where a tenth is usual might be chance and is drawn in; of two thousand it is not."""
    few = forecast.smoothed_shares([4, 16], [1000, 9000])[0]
    many = forecast.smoothed_shares([800, 1200], [1000, 9000])[0]
    assert 0.1 < few < 0.2
    assert many == pytest.approx(0.4, abs=0.005)
