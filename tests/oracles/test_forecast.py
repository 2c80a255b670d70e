"""Forecasts against published figures."""

import numpy as np
import pandas as pd
import pytest

from hotline_analysis.stats import forecast, tests
from tests.real import DATA, needs

# Quarterly beer production in Australia, megalitres, 1992 Q1 to 2010 Q2 (R: fpp2::ausbeer, Australian Bureau of Statistics cat. 8301.0.55.001).
BEER = [
    443, 410, 420, 532, 433, 421, 410, 512, 449, 381, 423, 531, 426, 408, 416, 520, 409, 398, 398, 507, 432, 398, 406, 526, 428, 397, 403, 517,
    435, 383, 424, 521, 421, 402, 414, 500, 451, 380, 416, 492, 428, 408, 406, 506, 435, 380, 421, 490, 435, 390, 412, 454, 416, 403, 408, 482,
    438, 386, 405, 491, 427, 383, 394, 473, 420, 390, 410, 488, 415, 398, 419, 488, 414, 374,
]  # fmt: skip
QUARTER = np.arange(len(BEER)) % 4


@pytest.mark.parametrize(
    ("method", "kinds", "published"),
    [
        (lambda y, k, a: forecast.mean_of_last(y, k, a, last=64), np.zeros(74), (38.45, 34.83, 8.28, 2.44)),
        (forecast.seasonal_naive, np.zeros(74), (62.69, 57.40, 14.18, 4.01)),
        (forecast.seasonal_naive, QUARTER, (14.31, 13.40, 3.17, 0.94)),
    ],
    ids=["mean", "naive", "seasonal naive"],
)
def test_beer(method, kinds, published):
    """FPP2 3.4: beer2 <- window(ausbeer, start=1992, end=c(2007,4)); accuracy(meanf(beer2, h=10), window(ausbeer, start=2008)); naive, snaive."""
    y = np.array(BEER, float)
    scale = forecast.naive_scale(y[:64], QUARTER[:64])
    found = forecast.accuracy(y[64:], method(y[:64], kinds[:64], kinds[64:]), scale=scale)
    assert [round(v + 1e-9, 2) for v in found] == list(published)


@needs("call_volumes")
def test_a_banks_month_totals():
    """164 working days in seasons of five, origins at day 60, 65, ... (17 of them), h = 20: MAPE of the total 3.43, 2.51 and 2.99 %."""
    rows = pd.read_csv(DATA / "call_volumes" / "fpp3_bank_calls.csv")
    y = rows.groupby(rows["DateTime"].str[:10])["Calls"].sum().to_numpy(float)
    kinds, origins = np.arange(len(y)) % 5, range(60, len(y) - 19, 5)
    actual = np.array([y[o : o + 20] for o in origins])
    wrong = {}
    for name in ("naive", "mean"):
        came, said = forecast.totals(actual, forecast.rolling(name, y, kinds, origins=origins, horizon=20))
        wrong[name] = 100 * np.abs(said / came - 1).mean()
    eight_weeks = [forecast.day_type_rates(y[:o], kinds[:o], kinds[o : o + 20], days=40) for o in origins]
    came, said = forecast.totals(actual, eight_weeks)
    assert len(origins) == 17
    assert (wrong["naive"], wrong["mean"]) == pytest.approx((3.43, 2.51), abs=0.005)
    assert 100 * np.abs(said / came - 1).mean() == pytest.approx(2.99, abs=0.005)


def test_a_rate_against_its_history_is_the_quasi_poisson_of_two_rates():
    """R: y <- c(30, 42, 28, 50, 35, 61); now <- c(0,0,0,0,0,1); the log ratio is that of glm(y ~ now, quasipoisson), and without unrest its error is
    sqrt(1/61 + 1/185); the dispersion of the five months before, sum((y - 37)^2 / 37) / 4 = 2.2162.
    """
    found = tests.count_against_history(61, 1.0, [30, 42, 28, 50, 35], [1.0] * 5)
    assert found.ratio == pytest.approx(61 / 37)
    assert found.unrest == pytest.approx((49 + 25 + 81 + 169 + 4) / 37 / 4)
    error = np.sqrt(found.unrest * (1 / 61 + 1 / 185))
    assert np.log(found.high / found.ratio) == pytest.approx(2.7764451 * error, rel=1e-6)


def test_a_rare_topic_is_tested_exactly():
    """R: poisson.test(c(8, 0), c(30, 360)): nothing before, eight now."""
    found = tests.count_against_history(8, 30, [0] * 12, [30] * 12)
    assert found.p == pytest.approx((30 / 390) ** 8)
    assert np.isinf(found.ratio)
