"""Where did a line of events fall silent, and where did it burst? One stretch of time against the same stretch of other days.

Counts are compared with counts, so a profile that is itself known only from a few days never passes for the truth: with Poisson counts, the events of
all these days together, each is as likely to belong to any day as that day is busy, which makes every test here binomial (hypergeometric for
shares). Days of real life vary more than that; `unrest` says by how much, and `tempered` takes it off.
"""

import numpy as np
import scipy

MEDIAN_SQUARE = 0.4549364  # of a standard normal value: chi-squared with one degree of freedom


def log_silence(events, days, *, share=1.0):
    """Logarithm of the p of a stretch without one event, in which `events` came on `days` other days; `share`: the own day's level over theirs.

    (days / (days + share))^events: each of the events could have fallen on the own day and did not. Where the stretch ends with the own day's next event this
    is exact (a race between two Poisson lines). 0 where nothing came on the other days. Arrays give arrays.
    """
    events, days, share = (np.asarray(x, float) for x in (events, days, share))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((events > 0) & (days > 0), -events * np.log1p(share / days), 0.0)[()]


def burst(count, events, days, *, share=1.0):
    """p of `count` or more events in a stretch in which `events` came on `days` other days: binomial, count of count + events.

    Przyborowski and Wilenski 1940, Biometrika 31. 1 without another day.
    """
    count, events, days, share = (np.asarray(x, float) for x in (count, events, days, share))
    with np.errstate(divide="ignore", invalid="ignore"):
        p = scipy.stats.binom.sf(count - 1, count + events, share / (share + days))
    return np.where(days > 0, p, 1.0)[()]


def fewer(count, events, days, *, share=1.0):
    """p of `count` or fewer events in a stretch in which `events` came on `days` other days: the other side of `burst`."""
    count, events, days, share = (np.asarray(x, float) for x in (count, events, days, share))
    with np.errstate(divide="ignore", invalid="ignore"):
        p = scipy.stats.binom.cdf(count, count + events, share / (share + days))
    return np.where(days > 0, p, 1.0)[()]


def more_often(k, n, others_k, others_n):
    """p of k or more hits of n, where the same stretch of other days had `others_k` of `others_n`: Fisher's exact test, one side.

    1 where the own stretch or the others have no case.
    """
    k, n, others_k, others_n = (np.asarray(x, np.int64) for x in (k, n, others_k, others_n))
    p = scipy.stats.hypergeom.sf(k - 1, n + others_n, k + others_k, n)
    return np.where((n > 0) & (others_n > 0), p, 1.0)[()]


def unrest(z) -> float:
    """How many times more stretches vary than chance, at least 1: the median of the squared deviations over that of chance.

    The median, because the one stretch that is looked for must not hide itself. z: deviations in standard errors; nan is left out.
    """
    z = np.asarray(z, float)
    z = z[np.isfinite(z)]
    return max(float(np.median(z**2)) / MEDIAN_SQUARE, 1.0) if len(z) else 1.0


def deviations(count, expected, variance, *, least=5.0) -> np.ndarray:
    """(count - expected) / sqrt(variance), nan where fewer than `least` are expected: of small counts the median says nothing."""
    count, expected, variance = (np.asarray(x, float) for x in (count, expected, variance))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((expected >= least) & (variance > 0), (count - expected) / np.sqrt(variance), np.nan)


def tempered(p, unrest) -> np.ndarray:
    """p with the deviation it stands for made smaller by the square root of the unrest; p of the lower half stays above one half."""
    return scipy.stats.norm.sf(scipy.stats.norm.isf(np.asarray(p, float)) / np.sqrt(unrest))


def whole_look(p, looked: int) -> np.ndarray:
    """p of the smallest of so many looks, at most 1 (Bonferroni): a month with thousands of gaps has long ones by chance."""
    return np.minimum(np.asarray(p, float) * looked, 1.0)
