"""Is one of many groups far from the others, or is it luck? Funnels with room for ordinary spread, shrunken rates, how much groups differ.

Spiegelhalter 2005 (Stat. Med. 24, 1185) and 2012 (JRSS A 175, 1): the groups' own spread, without its ends, widens the limits, so that a crowd
of slightly different groups does not become a crowd of alarms. Source: methods 5.
"""

from typing import NamedTuple

import numpy as np
import scipy

TRIM, TRIMMED_FROM = (
    0.1,
    10,
)  # share of z at either end that is pulled in before the spread is taken; of fewer groups the ends are single ones
WIDTHS, EM_TURNS = 12, 100  # of the mixture that real distances are taken from
WARNING, ACTION = 1.959964, 3.090232  # 95 % and 99.8 % of a normal


class Spread(NamedTuple):
    """phi: mean square of the winsorised z (1: no more than chance); tau2: variance between groups on the scale of z."""

    phi: float
    tau2: float


class Scores(NamedTuple):
    """How far each group lies from the target: z by chance alone, and z with room for the groups' ordinary spread."""

    z: np.ndarray
    z_spread: np.ndarray
    spread: Spread


class Shrunken(NamedTuple):
    """Rates drawn towards all groups', with their intervals; a and b of the beta distribution they come from (inf: all groups are one)."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    a: float
    b: float
    log_likelihood: float

    @property
    def rho(self) -> float:
        """How alike two calls of one group are beyond those of different groups, 1 / (1 + a + b)."""
        return 1 / (1 + self.a + self.b)


class Drawn(NamedTuple):
    """What of each group's distance would come again, and how uncertain that is (its variance, without the next period's chance)."""

    value: np.ndarray
    variance: np.ndarray


class Between(NamedTuple):
    """Random-effects summary of several estimates: pooled value and its error, variance between them, Q, and I2 (share of the spread that is no chance)."""

    value: float
    se: float
    tau2: float
    q: float
    i2: float


def shares(k, n, *, target: float | None = None) -> Scores:
    """Shares k of n against a target (all groups' together). z = (asin sqrt(k/n) - asin sqrt(target)) 2 sqrt n; nan where n is 0."""
    k, n = np.asarray(k, float), np.asarray(n, float)
    target = k.sum() / n.sum() if target is None else target
    return _scores(_turned(k, n) - np.arcsin(np.sqrt(target)), n)


def share_limits(n, target: float, *, reach: float = ACTION, tau2: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper limit of a share of n; they narrow with n, also where sin would turn back at its ends."""
    half, middle = _half(n, reach, tau2), np.arcsin(np.sqrt(target))
    low, high = np.maximum(middle - half, 0.0), np.minimum(middle + half, np.pi / 2)
    return np.sin(low) ** 2, np.sin(high) ** 2


def spread_of(z, weight) -> Spread:
    """Spread of the groups beyond chance: z winsorised at its 10 % and 90 % quantiles (from ten groups on), tau2 by DerSimonian and Laird's moments. weight: 1 / s^2."""
    z, weight = np.asarray(z, float), np.asarray(weight, float)
    known = np.isfinite(z) & (weight > 0)
    z, weight = z[known], weight[known]
    if len(z) < 2:
        return Spread(np.nan, 0.0)
    inner = np.clip(z, *np.quantile(z, [TRIM, 1 - TRIM])) if len(z) >= TRIMMED_FROM else z
    phi = float(np.square(inner).mean())
    room = weight.sum() - np.square(weight).sum() / weight.sum()
    return Spread(phi, float(max(0.0, (len(z) * phi - (len(z) - 1)) / room)) if room > 0 else 0.0)


def shrunken(k, n, *, level: float = 0.95) -> Shrunken:
    """Beta-binomial rates by maximum likelihood: (k + a) / (n + a + b), with the interval of that beta distribution.

    Plugging a and b in leaves the intervals a little short (coverage .91 of .95: say 约). Where the groups differ by no more than chance, or there are
    fewer than two, every rate is the pooled one. Groups without a call have the pooled rate.
    """
    k, n = np.asarray(k, float), np.asarray(n, float)
    total, calls = k.sum(), n.sum()
    if not calls:
        return Shrunken(*[np.full(len(k), np.nan)] * 3, np.nan, np.nan, np.nan)
    found = _beta_of(k, n) if 0 < total < calls and (n > 0).sum() > 1 else None
    a, b = found or (np.inf, np.inf)
    if np.isinf(a):
        one = scipy.stats.beta(total + 0.5, calls - total + 0.5)
        ends = one.ppf(0.5 - level / 2), one.ppf(0.5 + level / 2)
        value, low, high = (np.full(len(k), part) for part in (total / calls, *ends))
        return Shrunken(value, low, high, a, b, float(scipy.stats.binom.logpmf(k, n, total / calls).sum()))
    own = scipy.stats.beta(k + a, n - k + b)
    ends = own.ppf(0.5 - level / 2), own.ppf(0.5 + level / 2)
    return Shrunken((k + a) / (n + a + b), *ends, a, b, _log_likelihood(np.log([a, b]), k, n))


def drawn(away, variance) -> Drawn:
    """How far each group really lies from 0, given how far it was seen: away with its chance variance, drawn towards 0 by as much as chance makes of it.

    The groups' real distances are a mixture of normals around 0, of widths from none to twice the largest distance, found by EM from all groups at once (adaptive shrinkage, Stephens 2017, Biostatistics 18, 275-294). One normal for all
    (y tau2 / (tau2 + s2)) draws a few real outliers among equals in as far as the equals: of 60 groups, six of them 2 to 4.4 errors away, their mean lay in its 95 % interval in .44 of the cases, here in .87; where all differ normally, or not at all, both have .92 to .96.
    """
    y, s2 = np.asarray(away, float), np.asarray(variance, float)
    if not len(y):
        return Drawn(y, s2)
    widest = 2 * np.sqrt(max((np.square(y) - s2).max(), s2.min()))
    tau2 = np.square(np.concatenate([[0.0], np.geomspace(np.sqrt(s2.min()) / 10, widest, WIDTHS)]))
    total = s2[:, None] + tau2
    like, weight = np.exp(-np.square(y)[:, None] / (2 * total)) / np.sqrt(total / s2[:, None]), np.full(len(tau2), 1 / len(tau2))
    for _ in range(EM_TURNS):
        part = like * weight
        part /= part.sum(axis=1, keepdims=True)
        weight = part.mean(axis=0)
    mean, within = y[:, None] * tau2 / total, tau2 * s2[:, None] / total
    value = (part * mean).sum(axis=1)
    return Drawn(value, (part * (within + np.square(mean))).sum(axis=1) - np.square(value))


def between(estimates, variances) -> Between:
    """DerSimonian and Laird 1986: pooled estimate with variance between the estimates, by moments."""
    y, v = np.asarray(estimates, float), np.asarray(variances, float)
    known = np.isfinite(y) & np.isfinite(v) & (v > 0)
    y, w = y[known], 1 / v[known]
    if len(y) < 2:
        return Between(*[np.nan] * 5)
    q, df = float(w @ np.square(y - np.average(y, weights=w))), len(y) - 1
    tau2 = max(0.0, (q - df) / (w.sum() - np.square(w).sum() / w.sum()))
    wide = 1 / (1 / w + tau2)
    return Between(float(np.average(y, weights=wide)), float(wide.sum() ** -0.5), tau2, q, max(0.0, (q - df) / q) if q > 0 else 0.0)


def _scores(away: np.ndarray, size: np.ndarray) -> Scores:
    with np.errstate(divide="ignore", invalid="ignore"):
        error = 0.5 / np.sqrt(size)
        z = np.where(size > 0, away / error, np.nan)
        spread = spread_of(z, 4 * size)
        return Scores(z, np.where(size > 0, away / np.sqrt(error**2 + spread.tau2), np.nan), spread)


def _turned(k: np.ndarray, n: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.arcsin(np.sqrt(np.where(n > 0, k / n, np.nan)))


def _half(size, reach: float, tau2: float) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return reach * np.sqrt(0.25 / np.asarray(size, float) + tau2)


def _beta_of(k: np.ndarray, n: np.ndarray) -> tuple[float, float] | None:
    """a and b of highest likelihood, None where it still rises as the groups become one."""
    p = k.sum() / n.sum()
    starts = [np.log([p * size, (1 - p) * size]) for size in (2.0, 50.0)]
    fits = [scipy.optimize.minimize(_steep, start, args=(k, n), jac=True, method="BFGS", options=FINE) for start in starts]
    best = np.clip(min(fits, key=lambda fit: fit.fun).x, *LOGS)
    alone = float((k * np.log(p) + (n - k) * np.log1p(-p)).sum() + _ways(k, n))
    a, b = np.exp(best)
    return (float(a), float(b)) if _log_likelihood(best, k, n) > alone + 1e-6 and a + b < 1e7 else None


LOGS, FINE = (-12.0, 18.0), {"gtol": 1e-7}


def _steep(logs, k: np.ndarray, n: np.ndarray) -> tuple[float, np.ndarray]:
    """The log-likelihood, turned over, and its slope by the logarithms of a and b; level beyond LOGS, where equal groups would lead without end."""
    inside, logs = (np.array(logs) > LOGS[0]) & (np.array(logs) < LOGS[1]), np.clip(logs, *LOGS)
    a, b = np.exp(logs)
    both = scipy.special.digamma(a + b) - scipy.special.digamma(n + a + b)
    slope = [
        a * (scipy.special.digamma(k + a) - scipy.special.digamma(a) + both).sum(),
        b * (scipy.special.digamma(n - k + b) - scipy.special.digamma(b) + both).sum(),
    ]
    return -_log_likelihood(logs, k, n), -np.array(slope) * inside


def _log_likelihood(logs, k: np.ndarray, n: np.ndarray) -> float:
    a, b = np.exp(logs)
    return float((scipy.special.betaln(k + a, n - k + b) - scipy.special.betaln(a, b)).sum() + _ways(k, n))


def _ways(k: np.ndarray, n: np.ndarray) -> float:
    return float((scipy.special.gammaln(n + 1) - scipy.special.gammaln(k + 1) - scipy.special.gammaln(n - k + 1)).sum())
