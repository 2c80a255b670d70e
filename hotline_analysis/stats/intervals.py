"""Between which values does a share, a count or a difference lie?

Shares: Wilson, on the number of calls or, where calls of one caller belong together, on the effective number of calls.
Counts: Byar and exact Poisson. Differences: Newcombe. Where nothing can be said the ends are nan, never 0.
"""

from typing import NamedTuple

import numpy as np
import scipy


class Interval(NamedTuple):
    """The two ends; floats or arrays of one shape."""

    low: np.ndarray
    high: np.ndarray


class ClusteredShare(NamedTuple):
    """A share of calls whose calls come in clusters (callers).

    share        followed / calls
    calls        calls
    clusters     callers with at least one call
    deff         design effect: variance over that of as many independent calls; nan where one caller, or a share of 0 or 1, cannot tell
    effective_n  calls / max(deff, 1)
    low, high    Wilson on effective_n
    """

    share: np.ndarray
    calls: np.ndarray
    clusters: np.ndarray
    deff: np.ndarray
    effective_n: np.ndarray
    low: np.ndarray
    high: np.ndarray


def of_base(low, high, base) -> Interval:
    """The ends of a change as fractions of what was before. Nothing falls by more than all of itself, however large the error of the change."""
    return Interval(np.maximum(low / base, -1.0), high / base)


def wilson(k, n, *, level=0.95) -> Interval:
    """Interval of the share k / n; n may be an effective number, so neither needs to be whole. nan where n is 0.

    (p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n). Wilson 1927, JASA 22; Newcombe 1998, Stat. Med. 17, 857-872, method 3.
    """
    k, n, z = np.asarray(k, float), np.asarray(n, float), _z(level)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = k / n
        centre = p + z**2 / (2 * n)
        reach = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
        low, high = (centre - reach) / (1 + z**2 / n), (centre + reach) / (1 + z**2 / n)
    # on paper the ends are 0 and 1 exactly there; in floating point they miss by a rounding
    return Interval(np.where(k == 0, low * 0.0, low)[()], np.where(k == n, high * 0.0 + 1.0, high)[()])


def effective_n(p, se, *, calls=np.inf, parent_deff=1.0):
    """How many independent calls would know the share `p` as well as its standard error `se` says, p(1-p) / se^2, at most `calls`.

    Where p is 0 or 1 every resample says the same and se is 0: then calls / max(parent_deff, 1), with the design effect
    of the wider total that the calls belong to. nan where se is nan (one caller only).
    """
    p, se, calls = np.broadcast_arrays(np.asarray(p, float), np.asarray(se, float), np.asarray(calls, float))
    with np.errstate(divide="ignore", invalid="ignore"):
        n = np.minimum(p * (1 - p) / np.square(se), calls)
    n = np.where((p == 0) | (p == 1), calls / np.maximum(parent_deff, 1.0), n)
    return np.where(np.isnan(se), np.nan, n)[()]


def wilson_from_error(p, se, *, calls, parent_deff=1.0, level=0.95) -> Interval:
    """The interval printed for a rate: Wilson on `effective_n`, with `se` from the jackknife (or `survival.clustered_errors`)."""
    n = effective_n(p, se, calls=calls, parent_deff=parent_deff)
    return wilson(p * n, n, level=level)


def clustered_wilson(followed, calls, *, parent_deff=1.0, level=0.95) -> ClusteredShare:
    """Share of calls that were followed, with an interval that knows that calls of one caller belong together.

    followed, calls   [..., callers] whole numbers, followed <= calls; a caller with 0 calls is not there
    parent_deff       design effect to use where the share is 0 or 1

    Formula: `clustered_wilson_from_sums`.
    """
    y, n = np.asarray(followed, np.int64), np.asarray(calls, np.int64)
    sums = [total.sum(axis=-1) for total in (n > 0, y, n, y * y, y * n, n * n)]
    return clustered_wilson_from_sums(*sums, parent_deff=parent_deff, level=level)


def clustered_wilson_from_sums(clusters, y, n, yy, yn, nn, *, parent_deff=1.0, level=0.95) -> ClusteredShare:
    """`clustered_wilson` from whole-number sums over callers, as one query gives them for every agent or issue at once.

    clusters   callers with a call          y, n         sum of followed, of calls
    yy, yn, nn sum of followed^2, of followed x calls, of calls^2

    V = k/(k-1) * sum (y_i - p n_i)^2 / n^2; deff = V / (p(1-p)/n); n_eff = n / max(deff, 1). With p 0 or 1, V says nothing and
    `parent_deff` is used; with one caller there is no interval (样本不足). V (k-1)/k is the robust variance of a GEE with
    independence (Liang and Zeger 1986, Biometrika 73); the rule of n_eff is that of Korn and Graubard 1998, Survey Methodology 24.
    """
    k, y, n, yy, yn, nn = (np.asarray(total, float) for total in (clusters, y, n, yy, yn, nn))
    with np.errstate(divide="ignore", invalid="ignore"):
        p = y / n
        squares = np.maximum(yy - 2 * p * yn + p * p * nn, 0.0)
        deff = np.where((y == 0) | (y == n) | (k < 2), np.nan, k / (k - 1) * squares / (n * p * (1 - p)))
        effective = n / np.maximum(np.where(np.isnan(deff), parent_deff, deff), 1.0)
    effective = np.where(k < 2, np.nan, effective)
    low, high = wilson(p * effective, effective, level=level)
    return ClusteredShare(p, n, k, deff, effective, low, high)


def newcombe(k1, n1, k2, n2, *, effective_n1=None, effective_n2=None, level=0.95) -> Interval:
    """Interval of the difference of two independent shares, k1/n1 - k2/n2, from their Wilson intervals.

    effective_n1, effective_n2   effective numbers of calls where calls are clustered; the shares stay k / n
    """
    p1, p2 = _share(k1, n1), _share(k2, n2)
    n1, n2 = (n1 if effective_n1 is None else effective_n1), (n2 if effective_n2 is None else effective_n2)
    return difference(p1, wilson(p1 * n1, n1, level=level), p2, wilson(p2 * n2, n2, level=level))


def difference(value1, limits1, value2, limits2) -> Interval:
    """Interval of value1 - value2 of two independent figures with limits of their own (e.g. two months' rates).

    Newcombe 1998, Stat. Med. 17, 873-890, method 10; for other figures Zou and Donner 2008, Stat. Med. 27 (MOVER).
    """
    (low1, high1), (low2, high2) = limits1, limits2
    low = value1 - value2 - np.hypot(value1 - low1, high2 - value2)
    high = value1 - value2 + np.hypot(high1 - value1, value2 - low2)
    return Interval(low, high)


def byar(count, *, level=0.95) -> Interval:
    """Limits of a Poisson count of 10 or more; low is nan for a count of 0.

    O(1 - 1/(9 O) - z/(3 sqrt O))^3 and (O+1)(1 - 1/(9(O+1)) + z/(3 sqrt(O+1)))^3. Breslow and Day 1987; the form of PHE's
    technical guide (R's epitools::pois.byar is another approximation).
    """
    count, z = np.asarray(count, float), _z(level)

    def limit(o, reach):
        return o * (1 - 1 / (9 * o) + reach / (3 * np.sqrt(o))) ** 3

    with np.errstate(divide="ignore", invalid="ignore"):
        return Interval(limit(count, -z)[()], limit(count + 1, z)[()])


def exact_poisson(count, *, level=0.95) -> Interval:
    """Exact limits of a Poisson count, chi2(alpha/2; 2 O)/2 and chi2(1 - alpha/2; 2 O + 2)/2; low is 0 for a count of 0. Garwood 1936."""
    count = np.asarray(count, float)
    low = np.where(count > 0, scipy.stats.chi2.ppf(0.5 - level / 2, 2 * np.maximum(count, 1)) / 2, 0.0)
    return Interval(low[()], (scipy.stats.chi2.ppf(0.5 + level / 2, 2 * count + 2) / 2)[()])


def count_limits(count, *, exact_below=10, level=0.95) -> Interval:
    """Limits of a count: exact below `exact_below`, Byar from there on (the rule of PHE). Divide by E for those of O/E."""
    exact, approximate = exact_poisson(count, level=level), byar(count, level=level)
    few = np.asarray(count) < exact_below
    return Interval(np.where(few, exact.low, approximate.low)[()], np.where(few, exact.high, approximate.high)[()])


def _share(k, n):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.divide(np.asarray(k, float), n)


def _z(level):
    return scipy.stats.norm.ppf(0.5 + level / 2)
