"""Control charts against qcc, qicharts2, NHSRplotthedots and Montgomery. Each docstring holds the R commands that gave the numbers (R 4.2)."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from hotline_analysis.stats import control

VISCOSITY = [33.75, 33.05, 34.00, 33.81, 33.46, 34.02, 33.68, 33.27, 33.49, 33.20, 33.62, 33.00, 33.54, 33.12, 33.84]
ANTIFREEZE = [2.23, 2.53, 2.62, 2.63, 2.58, 2.44, 2.49, 2.34, 2.95, 2.54, 2.60, 2.45, 2.17, 2.58, 2.57, 2.44, 2.38, 2.23, 2.23, 2.54, 2.66, 2.84, 2.81, 2.39, 2.56, 2.70, 3.00, 2.81, 2.77, 2.89, 2.54, 2.98, 2.35, 2.53]  # fmt: skip
ORANGE_JUICE = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]
ANSWERED = [9012, 8850, 9233, 9105, 8990, 9350, 9410, 9275, 9120, 8899, 9050, 9301]
OFFERED = [10020, 9950, 10110, 10080, 9985, 10240, 10310, 10190, 10095, 9940, 10020, 10205]
NHS = [88.1, 88.9, 87.6, 88.4, 89.2, 88.0, 87.9, 88.6, 88.3, 90.1, 90.2, 90.4, 90.6, 90.8, 91.0, 91.3, 91.2, 90.0, 86.2, 86.0, 91.6, 88.8, 84.0, 88.5, 89.9, 90.3]  # fmt: skip


def first(chart):
    """Centre and limits of the first point."""
    return chart.centre[0], chart.lower[0], chart.upper[0]


def named(chart):
    """{(rule, side): [points, counted from 1]} of the points that stand out."""
    found = {}
    for point, signal in enumerate(control.read(chart), start=1):
        if signal:
            found.setdefault(signal[:2], []).append(point)
    return found


def test_xmr_viscosity():
    """q <- qcc(x, type = "xbar.one"); print(c(q$center, q$limits, q$std.dev), digits = 8). Montgomery, Statistical Quality Control, 6.4"""
    chart = control.xmr(VISCOSITY)
    assert_allclose(first(chart), (33.523333, 32.244838, 34.801829), atol=5.1e-7)
    assert_allclose(chart.sigma, 0.4261651, atol=5.1e-8)
    assert not chart.trial.any()
    assert named(chart) == {}


def test_xmr_with_the_rounded_factor():
    """x <- viscosity; mean(x) + 2.66 * mean(abs(diff(x)))"""
    assert_allclose(control.xmr(VISCOSITY, factor=2.66).upper, 34.802033, atol=5.1e-7)


def test_xmr_antifreeze():
    """q <- qcc(x, type = "xbar.one"); c(q$center, q$std.dev, q$limits); q$violations. Wetherill and Brown 1991, p. 120"""
    chart = control.xmr(ANTIFREEZE)
    assert_allclose(first(chart), (2.569706, 2.031344, 3.108068), atol=5.1e-7)
    assert_allclose(chart.sigma, 0.1794541, atol=5.1e-8)
    assert "outside" not in dict(named(chart))


def test_xmr_with_gaps():
    """x[c(4, 9)] <- NA; the body of qicharts2:::qic.i: amr <- mean(abs(diff(x)), na.rm = TRUE)
    mean(x, na.rm = TRUE) + c(0, -3, 3) * amr / 1.128
    """
    values = np.array(VISCOSITY)
    values[[3, 8]] = np.nan
    assert_allclose(first(control.xmr(values)), (33.50384615, 31.99320786, 35.01448445), atol=5e-9)


@pytest.mark.parametrize(("screen", "limits"), [(False, (31.00242047, 36.67491287)), (True, (32.48671631, 35.19061702))])
def test_screening_of_moving_ranges(screen, limits):
    """x[8] <- 38; options(qic.screenedmr = TRUE); qicharts2:::qic.i, i.e. mr <- abs(diff(x)); mr <- mr[mr < 3.267 * mean(mr)]
    mean(x) + c(0, -3, 3) * mean(mr) / 1.128
    """
    values = np.array(VISCOSITY)
    values[7] = 38
    assert_allclose(first(control.xmr(values, screen_outliers=screen)), (33.83866667, *limits), atol=5e-9)


def test_p_chart_orange_juice():
    """q <- qcc(D[trial], sizes = size[trial], type = "p"); print(c(q$center, q$limits[1, ]), digits = 8); q$violations. Montgomery 7.1"""
    chart = control.p_chart(ORANGE_JUICE, 50)
    assert_allclose(first(chart), (0.23133333, 0.052427548, 0.41023912), atol=5.1e-9)
    assert named(chart)["outside", "up"] == [15, 23]
    assert ("outside", "down") not in named(chart)


def test_p_chart_orange_juice_revised():
    """inc <- setdiff(which(trial), c(15, 23)); q <- qcc(D[inc], sizes = size[inc], type = "p"); c(q$center, q$limits); q$violations
    Montgomery 7.1 goes on in the same way: .2150, .0407 and .3893, and sample 21 now lies above
    """
    known = np.array(ORANGE_JUICE, float)
    known[[14, 22]] = np.nan
    chart = control.p_chart(known, 50)
    assert_allclose(first(chart), (0.215, 0.04070284, 0.3892972), atol=5.1e-8)
    assert named(chart)["outside", "up"] == [21]


def test_laney():
    """qic(m, y, n, data = d, chart = "pp")$data and qic(m, y, n, data = d, chart = "p")$data (qicharts2); sigma_z from its qic.pp"""
    chart, plain = control.laney(ANSWERED, OFFERED), control.p_chart(ANSWERED, OFFERED)
    assert_allclose(first(chart), (0.90465971, 0.88205691, 0.92726250), atol=5.1e-9)
    assert_allclose(chart.sigma_z, 2.5679929985, atol=5e-11)
    assert_allclose(first(plain), (0.90465971, 0.89585797, 0.91346144), atol=5.1e-9)
    assert "outside" in {rule for rule, _ in named(plain)}
    assert "outside" not in {rule for rule, _ in named(chart)}


def test_laney_with_a_baseline():
    """qic(m, y, n, data = d, chart = "pp", freeze = 8)$data; base <- 1:8 in the body of qicharts2:::qic.pp"""
    chart = control.laney(ANSWERED, OFFERED, baseline=8)
    assert_allclose((*first(chart), chart.sigma_z[0]), (0.9052976448, 0.8816078402, 0.9289874495, 2.6995911783), atol=5e-11)
    assert chart.trial.all()


def test_laney_screened():
    """y[6] <- 7000; options(qic.screenedmr = TRUE); qic(m, y, n, data = d, chart = "pp")$data"""
    answered = [*ANSWERED[:5], 7000, *ANSWERED[6:]]
    chart = control.laney(answered, OFFERED, screen_outliers=True)
    assert_allclose((*first(chart), chart.sigma_z[0]), (0.8852614635, 0.8612470683, 0.9092758588, 2.5141653020), atol=5e-11)


def test_nhs_rules():
    """library(NHSRplotthedots); s <- ptd_spc(d, value_field = y, date_field = m, screen_outliers = TRUE)
    s[c("mean_col", "lpl", "upl", "special_cause_type")]
    """
    chart = control.xmr(NHS, screen_outliers=True, factor=2.66)
    assert_allclose(first(chart), (89.073077, 86.787895, 91.358259), atol=5.1e-7)
    assert named(chart) == {
        ("trend", "up"): [9, 10, 11, 12, 13, 14, 15, 16],
        ("two of three", "up"): [17],
        ("one side", "up"): [18],
        ("outside", "down"): [19, 20, 23],
        ("outside", "up"): [21],
    }


def test_nhs_rules_unscreened():
    """s <- ptd_spc(d, value_field = y, date_field = m, screen_outliers = FALSE); s$special_cause_type"""
    chart = control.xmr(NHS, factor=2.66)
    assert_allclose(first(chart), (89.07307692, 85.47675692, 92.66939692), atol=5e-9)
    assert named(chart) == {("trend", "up"): [9, 10, 11, 12, 13, 14, 15, 16], ("one side", "up"): [17, 18], ("outside", "down"): [23]}


def test_nhs_rules_after_a_fixed_baseline():
    """s <- ptd_spc(d, value_field = y, date_field = m, fix_after_n_points = 12); s$special_cause_type"""
    chart = control.xmr(NHS, screen_outliers=True, baseline=12, factor=2.66)
    assert_allclose(first(chart), (88.80833333, 86.84960606, 90.76706061), atol=5e-9)
    assert named(chart) == {
        ("trend", "up"): [9, 10, 11, 12, 13],
        ("outside", "up"): [14, 15, 16, 17, 21],
        ("one side", "up"): [18],
        ("outside", "down"): [19, 20, 23],
    }


def test_nhs_rules_at_a_turning_point():
    """y <- c(5, 1:7, 6:0, 4); s <- ptd_spc(d, value_field = y, date_field = m); s$special_cause_type"""
    chart = control.xmr([5, *range(1, 8), *range(6, -1, -1), 4], screen_outliers=True, factor=2.66)
    assert_allclose(first(chart), (3.625, -0.099, 7.349), atol=5e-10)
    assert named(chart) == {("trend", "up"): list(range(2, 8)), ("trend", "down"): list(range(8, 16))}
