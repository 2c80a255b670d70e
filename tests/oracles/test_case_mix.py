"""What an agent, or an age, should have given the others' rates of each stratum, and how much groups differ, against published figures of other methods."""

import numpy as np
import pandas as pd
import pytest

from hotline_analysis.measures import agents
from hotline_analysis.stats import funnel

AGES = 11
DEATHS_1960 = [141, 926, 1253, 1080, 1869, 4891, 14956, 30888, 41725, 26501, 5928]
PEOPLE_1960 = [1784033, 7065148, 15658730, 10482916, 9939972, 10563872, 9114202, 6850263, 4702482, 1874619, 330915]
DEATHS_1940 = [45, 201, 320, 670, 1126, 3160, 9723, 17935, 22179, 13461, 2238]
PEOPLE_1940 = [906897, 3794573, 10003544, 10629526, 9465330, 8249558, 7294330, 5022499, 2920220, 1019504, 142532]

# R: UCBAdmissions[, , "A"] to "F": men admitted, men rejected, women admitted, women rejected
ADMITTED = np.array(
    [[512, 313, 89, 19], [353, 207, 17, 8], [120, 205, 202, 391], [138, 279, 131, 244], [53, 138, 94, 299], [22, 351, 24, 317]]
)

# R: aggregate(cbind(incidence, size) ~ herd, lme4::cbpp, sum)
ILL = np.array([9, 5, 12, 4, 6, 4, 12, 12, 2, 4, 9, 3, 3, 11, 3])
CATTLE = np.array([40, 61, 74, 35, 71, 72, 40, 34, 29, 84, 96, 29, 87, 26, 64])


def of(agent: str, repeats, calls) -> pd.DataFrame:
    """One "agent" who took so many calls of each issue."""
    return pd.DataFrame({"agent": agent, "issue": [f"{n}" for n in range(len(calls))], "band": 0, "calls": calls, "repeats": repeats})


def test_indirect_standardisation():
    """Deaths of 1940 by the rates of 1960 (Selvin 1998). R: epitools::ageadjust.indirect(count = dth40, pop = pop40, stdcount = dth60, stdpop = pop60): expected 85556.889, SIR .83053511."""
    whole = pd.concat([of("1940", DEATHS_1940, PEOPLE_1940), of("1960", DEATHS_1960, PEOPLE_1960)], ignore_index=True)
    expected = agents.expected(whole)[:AGES].sum()
    assert expected == pytest.approx(85556.889, abs=5e-4) and sum(DEATHS_1940) / expected == pytest.approx(0.83053511, abs=5e-9)


def test_an_apparent_difference_that_is_the_mix_alone():
    """Berkeley 1973: crude, men have 1.84 times the odds; given the department .905. R: mantelhaen.test(UCBAdmissions)$estimate = .9046968; crude from margin.table(UCBAdmissions, c(1, 2)).

    Ours asks how many of the women the men's rates of their departments would admit: 555.0 of 1,835, and 557 were; were all departments one, 816.9.
    """
    men, gone, women, refused = ADMITTED.T
    everybody = ADMITTED.sum(axis=1)
    assert (men * refused / everybody).sum() / (gone * women / everybody).sum() == pytest.approx(0.9046968, abs=5e-8)
    assert men.sum() * refused.sum() / (gone.sum() * women.sum()) == pytest.approx(1.84108, abs=1e-5)
    whole = pd.concat([of("women", women, women + refused), of("men", men, men + gone)], ignore_index=True)
    by_mix = women.sum() / agents.expected(whole)[:6].sum()
    everywhere = agents.expected(whole.assign(issue="all").groupby(["agent", "issue", "band"], as_index=False).sum())[1]  # men, women
    assert everywhere == pytest.approx(1835 * 1198 / 2691)
    by_department = women.sum() / ((women + refused) * men / (men + gone)).sum()
    assert by_mix == pytest.approx(by_department) and by_mix == pytest.approx(1.0036, abs=5e-5)


def test_the_spread_of_herds_is_that_of_a_mixed_model():
    """R: lme4::glmer(cbind(incidence, size - incidence) ~ 1 + (1 | herd), cbpp, binomial, nAGQ = 25): -2.04650591, variance .66975546, on the latent scale an ICC of .16914624.

    Its rates are normal on the logit scale, ours beta; brought to the scale of rates its mean is .139 and its ICC .077, ours .140 and .067, and no herd's drawn rate differs by more than two points.
    """
    centre, sd = -2.04650591, np.sqrt(0.66975546)
    assert sd**2 / (sd**2 + np.pi**2 / 3) == pytest.approx(0.16914624, abs=5e-9)
    at, weight = np.polynomial.hermite_e.hermegauss(60)
    rate, weight = 1 / (1 + np.exp(-centre - sd * at)), weight / weight.sum()
    mean = weight @ rate
    icc = weight @ np.square(rate - mean) / (mean * (1 - mean))
    found = funnel.shrunken(ILL, CATTLE)
    assert found.a / (found.a + found.b) == pytest.approx(mean, abs=0.002) and found.rho == pytest.approx(icc, abs=0.012)
    like = weight * rate ** ILL[:, None] * (1 - rate) ** (CATTLE - ILL)[:, None]
    theirs = like @ rate / like.sum(axis=1)
    assert np.abs(found.value - theirs).max() < 0.02 and (np.argsort(found.value)[-3:] == np.argsort(theirs)[-3:]).all()
