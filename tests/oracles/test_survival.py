"""Exact and binned curves against R's survival. Each docstring holds the R commands that gave the numbers (R 4.2, survival 3.5-3)."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from hotline_analysis.stats import binned, survival

DATA = Path(__file__).parent / "data"

GEHAN_6MP = (
    [10, 7, 32, 23, 22, 6, 16, 34, 32, 25, 11, 20, 19, 6, 17, 35, 6, 13, 9, 6, 10],
    [1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0],
)
GEHAN_CONTROL = [1, 22, 3, 12, 8, 17, 2, 11, 8, 12, 2, 5, 4, 15, 8, 23, 5, 11, 4, 1, 8]

CLUSTERED = {
    "seconds": [2, 3, 3, 8, 10, 1, 4, 4, 6, 9, 12, 12],
    "event": [1, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 0],
    "clusters": [1, 1, 1, 2, 2, 3, 4, 4, 4, 5, 6, 6],
    "weights": [1, 2, 1, 1, 1, 3, 1, 1, 1, 1, 1, 2],
    "at_seconds": [1, 2, 3, 4, 8, 9],
}


def counts_of(name):
    """(times, counts with events first and censored last) of a small aggregated data set."""
    rows = np.loadtxt(DATA / name, delimiter=",", skiprows=3 if "mgus2" in name else 2, dtype=np.int64)
    return rows[:, 0], np.column_stack([rows[:, 2:], rows[:, 1]])


def rows_of(name):
    """The same as rows (seconds, cause, weights): one row per time and cause."""
    times, counts = counts_of(name)
    causes = counts.shape[1] - 1
    cause = np.tile([*range(1, causes + 1), 0], len(times))
    return np.repeat(times, causes + 1), cause, counts.ravel()


def test_kaplan_meier_gehan():
    """f <- survfit(Surv(time, cens) ~ treat, MASS::gehan); print(summary(f[1]), digits = 10)"""
    curve = survival.kaplan_meier(*GEHAN_6MP)
    expected = [0.8571428571, 0.8067226891, 0.7529411765, 0.6901960784, 0.6274509804, 0.5378151261, 0.4481792717]
    times = [6, 7, 10, 13, 16, 22, 23]
    assert_allclose(survival.at(curve, times), expected, atol=5e-11)
    events = curve.events > 0
    assert curve.seconds[events].tolist() == times
    assert curve.at_risk[events].tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert curve.events[events].tolist() == [3, 1, 1, 1, 1, 1, 1]


def test_medians_gehan():
    """summary(survfit(Surv(time, cens) ~ treat, MASS::gehan))$table"""
    assert survival.quantile(survival.kaplan_meier(*GEHAN_6MP), 0.5) == 23
    assert survival.quantile(survival.kaplan_meier(GEHAN_CONTROL, np.ones(21, int)), 0.5) == 8


def test_greenwood_gehan():
    """print(summary(survfit(Surv(time, cens) ~ treat, MASS::gehan)[1]), digits = 10)"""
    curve = survival.kaplan_meier(*GEHAN_6MP)
    expected = [0.07636035483, 0.08693528518, 0.09634965299, 0.10681470778, 0.11405386526, 0.12823375169, 0.13459145676]
    assert_allclose(survival.greenwood(curve)[curve.events > 0], expected, atol=5e-12)


def test_clustered_errors():
    """x <- survfit(Surv(t, e) ~ 1, cluster = id); cbind(x$time, x$surv, x$std.err)"""
    se = survival.clustered_errors(**{**CLUSTERED, "weights": None})
    assert_allclose(se, [0.0844828129208, 0.1001542020962, 0.1502313031443, 0.1642484065752, 0.1514822596874, 0.1613644216130], atol=5e-13)


def test_robust_errors_of_independent_calls():
    """x <- survfit(Surv(t, e) ~ 1, robust = TRUE, id = 1:12); cbind(x$time, x$surv, x$std.err)"""
    se = survival.clustered_errors(**{**CLUSTERED, "weights": None, "clusters": range(12)})
    assert_allclose(se, [0.079785592313, 0.107582870728, 0.125, 0.148231765320, 0.155523310150, 0.151979130969], atol=5e-13)


def test_weighted_curve_and_clustered_errors():
    """x <- survfit(Surv(t, e) ~ 1, cluster = id, weights = w); cbind(x$time, x$surv, x$std.err)"""
    curve = survival.kaplan_meier(CLUSTERED["seconds"], CLUSTERED["event"], weights=CLUSTERED["weights"])
    expected = [0.8125, 0.75, 0.625, 0.486111111111, 0.405092592593, 0.324074074074]
    assert_allclose(survival.at(curve, CLUSTERED["at_seconds"]), expected, atol=5e-13)
    se = survival.clustered_errors(**CLUSTERED)
    assert_allclose(se, [0.169010216037, 0.159344359800, 0.1875, 0.175853149881, 0.166526272880, 0.173249031817], atol=5e-13)


def test_cumulative_incidence_mgus2():
    """m <- mgus2; m$etime <- ifelse(m$pstat == 0, m$futime, m$ptime)
    m$ev <- factor(ifelse(m$pstat == 0, 2 * m$death, 1), 0:2, c("c", "pcm", "death"))
    print(summary(survfit(Surv(etime, ev) ~ 1, m, id = id), times = c(12, 60, 120, 240)), digits = 12)
    """
    seconds, cause, weights = rows_of("mgus2_by_month.csv")
    curve = survival.cumulative_incidence(seconds, cause, causes=2, weights=weights)
    months = [12, 60, 120, 240]
    assert_allclose(survival.at(curve, months), [0.868413337842, 0.645529276758, 0.404460127907, 0.176158307922], atol=5e-13)
    expected = [
        [0.00940125934465, 0.122185402813],
        [0.03410371297435, 0.320367010268],
        [0.06372216801311, 0.531817704080],
        [0.09981371593547, 0.724027976143],
    ]
    assert_allclose(survival.incidence_at(curve, months), expected, atol=5e-13)


def test_binned_incidence_mgus2():
    """The commands of `test_cumulative_incidence_mgus2`: with an edge at every month the bins must say the same."""
    seconds, cause, weights = rows_of("mgus2_by_month.csv")
    edges = np.arange(1, 425)
    table = binned.cube(np.zeros(len(seconds), int), binned.bin_of(seconds, edges), cause, weights, groups=1, edges=edges, causes=2)
    places = binned.edge_index(edges, [12, 60])
    assert_allclose(binned.incidence(table)[0, places, 0], [0.0094012593, 0.0341037130], atol=5e-11)
    assert_allclose(binned.survival(table)[0, places], [0.868413338, 0.645529277], atol=5e-10)


def test_survival_and_greenwood_lung():
    """print(summary(survfit(Surv(time, status) ~ 1, lung), times = c(180, 365, 730)), digits = 9)"""
    seconds, event, weights = rows_of("lung_by_day.csv")
    curve = survival.kaplan_meier(seconds, event, weights=weights)
    assert_allclose(survival.at(curve, [180, 365, 730]), [0.721670653, 0.409241624, 0.115693098], atol=5e-10)
    places = np.searchsorted(curve.seconds, [180, 365, 730], side="right") - 1
    assert_allclose(survival.greenwood(curve)[places], [0.02981241947, 0.03582363817, 0.02829819732], atol=5e-12)
    low, high = survival.log_log_limits(curve)
    assert_allclose(low[places], [0.6583045284, 0.3387142691, 0.0676321515], atol=5e-11)
    assert_allclose(high[places], [0.775314691, 0.478380768, 0.177825200], atol=5e-10)


@pytest.mark.parametrize(("share", "expected"), [(0.25, 170), (0.5, 310), (0.75, 550)])
def test_quantiles_lung(share, expected):
    """quantile(survfit(Surv(time, status) ~ 1, lung, conf.type = "log-log"), c(.25, .5, .75))"""
    seconds, event, weights = rows_of("lung_by_day.csv")
    curve = survival.kaplan_meier(seconds, event, weights=weights)
    assert survival.quantile(curve, share) == expected
