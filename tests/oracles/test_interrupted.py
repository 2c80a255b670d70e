"""Segmented regression and kappa against published and recomputed figures."""

import numpy as np
import pytest

from hotline_analysis.stats import interrupted, tests

# Hospital admissions for acute coronary events in Sicily, January 2002 to November 2006, and the standardised population; a smoking ban began in
# January 2005. Barone-Adesi et al. 2011; data of Lopez Bernal, Cummins and Gasparrini 2017 (gasparrini/2017_lopezbernal_IJE_codedata, sicily.csv).
EVENTS = [
    728, 659, 791, 734, 757, 726, 760, 740, 720, 814, 795, 858, 887, 766, 851, 769, 781, 756, 766, 752, 765, 831, 879, 928, 914, 808, 937, 840, 916,
    828, 845, 818, 860, 839, 887, 886, 831, 796, 833, 820, 877, 758, 767, 738, 781, 843, 850, 908, 1021, 859, 976, 888, 962, 838, 810, 876, 843, 936, 912,
]  # fmt: skip
PEOPLE = [
    379875.3, 376495.5, 377040.8, 377116.4, 377383.4, 374113.1, 379513.3, 376295.5, 374653.2, 378485.6, 375955.5, 378349.7, 376762.4, 379032.3,
    379360.4, 376162.0, 377972.4, 381830.7, 379888.6, 380872.2, 380966.9, 381240.4, 382104.9, 381802.7, 381656.3, 383680.0, 383504.2, 386462.9,
    383783.1, 380836.8, 383483.0, 380906.2, 382926.8, 384052.4, 384449.6, 383428.4, 388153.2, 388373.2, 386470.1, 386033.2, 383686.4, 385509.3,
    385901.9, 386516.6, 388436.5, 383255.2, 390148.7, 385874.9, 391613.6, 391750.4, 394005.6, 391364.9, 391664.6, 389022.3, 391878.5, 388575.3,
    392989.0, 390018.8, 390712.3,
]  # fmt: skip
BAN = 36


def test_the_smoking_ban():
    """R: summary(glm(aces ~ offset(log(stdpop)) + smokban + time, family=poisson)); ci.lin(..., Exp=TRUE); family=quasipoisson for the dispersion."""
    found = interrupted.fit(EVENTS, interrupted.design(59, BAN), family="poisson", size=PEOPLE)
    assert np.exp(found.coef[2]) == pytest.approx(0.8943765080, abs=1e-9)
    assert np.exp(found.coef[1]) == pytest.approx(1.0049572, abs=1e-7)
    ends = np.exp(found.coef[2] + np.array([-1.959963985, 1.959963985]) * np.sqrt(found.model[2, 2]))
    assert ends == pytest.approx([0.8646864, 0.9250860], abs=1e-6)
    assert found.dispersion == pytest.approx(3.5591946, abs=1e-4)


def test_newey_west_of_the_rate():
    """R: m <- lm(I(aces/stdpop*1e5) ~ smokban + time); sqrt(diag(sandwich::NeweyWest(m, lag=3, prewhite=FALSE, adjust=FALSE))); lmtest::dwtest(m)."""
    rate = np.array(EVENTS) / np.array(PEOPLE) * 1e5
    found = interrupted.fit(rate, interrupted.design(59, BAN), family="gaussian")
    assert found.coef[[0, 2, 1]] == pytest.approx([193.6223568, -24.0933031, 1.0621396], abs=1e-6)
    assert np.sqrt(np.diag(found.hac))[[0, 2, 1]] == pytest.approx([3.83563012, 6.95386240, 0.16249197], abs=1e-7)
    assert found.durbin_watson == pytest.approx(1.59126, abs=1e-5)


def test_the_bans_change_in_events():
    """The rate ratio as a change of the rate: 1 - .894 of what the line without the ban says, on average over the 23 months after it."""
    found, _ = interrupted.step(EVENTS, step_at=BAN, family="poisson", size=PEOPLE)
    assert found.change == pytest.approx(found.without * (found.ratio - 1), rel=1e-9)
    assert found.low < found.change < found.high < 0
    assert found.ratio_high > 0.9250860, "the error is of the dispersion and the neighbours, not of chance alone"


def test_a_plain_share_before_and_after_is_the_table():
    """Without a trend to tell (two flat sides) the step is the difference of the shares: 80 % of 200 a month, then 90 %."""
    y = [160.0, 161, 159, 160, 160, 159, 161, 160, 180, 181, 179, 180, 180, 179, 181, 180]
    found, fit = interrupted.step(y, step_at=8, family="binomial", size=200.0)
    assert found.change == pytest.approx(0.1, abs=0.002)
    assert fit.dispersion < 1 and found.low < 0.1 < found.high


def test_kappa():
    """Two readers of 50 grants, 20 both yes, 5 and 10 apart, 15 both no: .40; its error by numerical differentiation of the multinomial."""
    table = np.array([[20.0, 5], [10, 15]])
    found = tests.cohen_kappa(table)
    assert (found.value, found.agreement) == (pytest.approx(0.4), pytest.approx(0.7))

    def kappa(p):
        p = p.reshape(2, 2)
        chance = p.sum(axis=1) @ p.sum(axis=0)
        return (np.trace(p) - chance) / (1 - chance)

    p = table.ravel() / 50
    slope = np.array([(kappa(p + d) - kappa(p - d)) / 2e-6 for d in np.eye(4) * 1e-6])
    variance = (slope**2 @ p - (slope @ p) ** 2) / 50
    assert (found.high - found.low) / 2 == pytest.approx(1.959964 * np.sqrt(variance), rel=1e-5)
    assert np.isnan(tests.cohen_kappa([[9, 0], [0, 0]]).value) and np.isnan(tests.cohen_kappa(np.zeros((2, 2))).agreement)


@pytest.mark.slow
@pytest.mark.parametrize(("before", "after", "spread", "neighbours"), [(17, 9, 1, 0.0), (30, 30, 2, 0.3), (8, 8, 1, 0.0), (12, 12, 2, 0.3)])
def test_a_planted_step_lies_within_its_interval(before, after, spread, neighbours):
    """Shares of 70 a point, 30 % then 60 %; points that vary `spread` times as much as chance and resemble their neighbours. Of 600: .93 to .98."""
    rng, share = np.random.default_rng(1), np.repeat([0.3, 0.6], [before, after])
    inside = []
    for _ in range(600):
        noise = np.zeros(len(share))
        for t in range(len(share)):
            noise[t] = neighbours * noise[t - 1] * (t > 0) + np.sqrt(1 - neighbours**2) * rng.normal()
        logit = np.log(share / (1 - share)) + noise * np.sqrt((spread - 1) / 70 / share / (1 - share))
        found, _ = interrupted.step(rng.binomial(70, 1 / (1 + np.exp(-logit))), step_at=before, family="binomial", size=70.0)
        inside.append(found.low <= 0.3 <= found.high)
    assert 0.91 < np.mean(inside) < 0.995
