"""What do those who answered a questionnaire say, and of how many others may it be said?

Means, ratios and shares of weighted answers that come in clusters (a respondent who answered twice), weights that give a sample the mix of those it
stands for, and the small measures of questionnaires: change on an ordered scale, reliability, relative importance, NPS, sample size.
Where nothing can be said the ends of an interval are nan, never the value itself: one respondent, or answers that are all alike, have none.
"""

import math
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import scipy

from . import intervals

MOST_ITEMS = 10  # relative importance looks at every subset: 2^10
LEAST_ITEMS = 3  # of a scale whose reliability is asked
FEWEST_OF_TWO, MOST_POINTS = 4, 11  # points of a scale whose two best are told
MOST_OFF = 0.05  # share of scores off their scale from which on the scale is another
MOST_ROUNDS = 500  # of raking


class Estimate(NamedTuple):
    """A mean or a ratio, its standard error and t interval.

    value, se       the figure and its linearised standard error
    df              degrees of freedom: clusters less strata
    low, high       value -+ t_df se; nan where se is 0 or cannot be had
    n               answers
    deff            variance over that of as many independent, equally weighted answers
    effective_n     n / deff
    """

    value: float
    se: float
    df: int
    low: float
    high: float
    n: int
    deff: float
    effective_n: float


class Difference(NamedTuple):
    """Of two samples of ordered answers: how often the first is higher less how often it is lower, its interval, and the p of no difference."""

    value: float
    low: float
    high: float
    se: float
    df: float
    p: float


class Alpha(NamedTuple):
    """Cronbach's alpha with Feldt's interval, of `items` items that vary; alpha without each of them."""

    value: float
    low: float
    high: float
    items: int
    without: np.ndarray


class Score(NamedTuple):
    """A net promoter score with its standard error and normal interval, and the shares it is made of."""

    value: float
    low: float
    high: float
    se: float
    promoters: float
    passives: float
    detractors: float


class Raked(NamedTuple):
    """Weights whose margins are the given ones, the rounds that it took, and the largest relative error that is left."""

    weights: np.ndarray
    rounds: int
    error: float


# ---- means, ratios, shares


def ratio(y, x, weights=None, *, clusters=None, strata=None, post=None, fraction=0.0, level=0.95) -> Estimate:
    """sum(w y) / sum(w x) of answers that come in clusters, by Taylor linearisation with clusters drawn with replacement.

    clusters   who answered (default: every answer is another respondent's)
    strata     strata that were drawn apart; a stratum of one cluster gives no standard error
    post       the margins (codes, one array each) to whose known sizes the weights were fitted: what they explain is taken off the variance
    fraction   share of all clusters that were drawn (finite population correction)

    z_c = sum over the cluster of w (y - R x) / sum(w x); V = sum over strata of (1 - f) k/(k-1) sum (z_c - mean z)^2. Binder 1983, Int. Stat. Rev. 51;
    R's survey::svymean and svyratio.
    """
    y, x = np.asarray(y, float), np.asarray(x, float)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, float)
    if len(y) == 0 or (w * x).sum() == 0:
        return Estimate(np.nan, np.nan, 0, np.nan, np.nan, len(y), np.nan, np.nan)
    value, n = (w * y).sum() / (w * x).sum(), len(y)
    residual = y - value * x
    left = residual if post is None else _unexplained(residual, post)
    se, df = _error(w * left / (w * x).sum(), clusters, strata, fraction)
    alone = w.sum() * (w * residual**2).sum() / (w * x).sum() ** 2 / (n - 1) if n > 1 else 0.0
    se = 0.0 if np.abs(residual).max() < 1e-12 * max(abs(value), 1) else se
    deff = se**2 / alone if se > 0 else np.nan
    reach = scipy.stats.t.ppf(0.5 + level / 2, df) * se if df > 0 and se > 0 else np.nan
    return Estimate(float(value), se, df, float(value - reach), float(value + reach), n, float(deff), n / float(deff))


def mean(y, weights=None, *, level=0.95, **design) -> Estimate:
    """The mean of answers, as `ratio` with x = 1; keywords as there."""
    return ratio(y, np.ones(len(y)), weights, level=level, **design)


NO_BOX = "no two best of so many points"  # why a share has no figure: a key of `words.ABSENT`


def on_scale(off, on):
    """Whether scores are of their scale, but for slips: one, or at most 5 %, lie off it. Of counts, or of arrays of them."""
    return off <= np.maximum(1, MOST_OFF * (off + on))


def best_from(low: float, high: float) -> float:
    """From which score on an answer of a scale of whole points counts as satisfied: the two best (top-2-box), as far as both lie above the middle of the scale.

    Of two or three points that is the highest alone: the middle of three is neither. Not a number on more than eleven points, whose two best hold nearly
    nobody.
    """
    points = round(high - low) + 1
    if points > MOST_POINTS:
        return np.nan
    return high - 1 if points >= FEWEST_OF_TWO else high


def share(hit, weights=None, *, level=0.95, **design) -> Estimate:
    """The share of answers that hit (say, one of the two best), with Wilson's interval on the effective number of answers.

    n_eff = p(1-p) / se^2 x (t_{n-1} / t_df)^2, at most n: Korn and Graubard 1998, Survey Methodology 24. With p 0 or 1, or where the margins explain every answer, the variance says nothing:
    n over Kish's design effect, or the number of clusters where that is less. One respondent has no interval.
    """
    hit = np.asarray(hit, float)
    found = mean(hit, weights, level=level, **design)
    n = len(hit)
    if n == 0 or found.df < 1:
        return found._replace(low=np.nan, high=np.nan)
    if found.value in (0.0, 1.0) or found.se == 0:
        effective = min(n / kish(np.ones(n) if weights is None else weights), found.df + 1)
    else:
        tails = scipy.stats.t.ppf(0.5 + level / 2, [n - 1, found.df])
        effective = min(found.value * (1 - found.value) / found.se**2 * (tails[0] / tails[1]) ** 2, n)
    low, high = intervals.wilson(found.value * effective, effective, level=level)
    return found._replace(low=float(low), high=float(high), effective_n=float(effective), deff=n / effective)


def _error(z, clusters, strata, fraction) -> tuple[float, int]:
    """Standard error of a sum of linearised values, and its degrees of freedom."""
    own = np.arange(len(z)) if clusters is None else _codes(clusters)
    part = np.zeros(len(z), int) if strata is None else _codes(strata)
    pairs, place = np.unique(np.column_stack([part, own]), axis=0, return_inverse=True)
    sums = np.bincount(place.ravel(), weights=z)
    variance, df = 0.0, len(pairs) - len(np.unique(part))
    for stratum in np.unique(part):
        inside = sums[pairs[:, 0] == stratum]
        if len(inside) < 2:
            return np.nan, df
        variance += (1 - fraction) * len(inside) * inside.var(ddof=1)
    return float(np.sqrt(variance)), df


def _codes(labels) -> np.ndarray:
    return np.unique(np.asarray(labels), return_inverse=True)[1]


def _unexplained(values, margins) -> np.ndarray:
    """Residuals of a regression on the groups of every margin, by taking their means off in turns; before fitting all answers weighed alike."""
    coded = [_codes(groups) for groups in margins]
    for _ in range(1 if len(coded) == 1 else MOST_ROUNDS):
        before = values
        for codes in coded:
            values = values - (np.bincount(codes, weights=values) / np.bincount(codes))[codes]
        if np.abs(values - before).max() <= 1e-12 * np.abs(before).max():
            break
    return values


# ---- weights


def kish(weights) -> float:
    """Kish's design effect of unequal weights, n sum w^2 / (sum w)^2 = 1 + cv^2. Kish 1965, Survey Sampling."""
    w = np.asarray(weights, float)
    return float(len(w) * (w**2).sum() / w.sum() ** 2)


def post_stratify(cells, sizes, weights=None) -> np.ndarray:
    """Weights that give each cell its known size, N_h / n_h for equal ones; `cells` are codes 0, 1, ... into `sizes`.

    Raises ValueError for a cell with a size and no answer: join it with another first.
    """
    cells, sizes = np.asarray(cells, int), np.asarray(sizes, float)
    w = np.ones(len(cells)) if weights is None else np.asarray(weights, float)
    held = np.bincount(cells, weights=w, minlength=len(sizes))
    if ((held == 0) & (sizes > 0)).any():
        raise ValueError("a cell has a size and no answer; join it with another")
    return w * (sizes / np.where(held > 0, held, 1))[cells]


def rake(margins: Sequence[tuple], weights=None, *, tolerance=1e-9) -> Raked:
    """Weights that reach several margins at once, each (codes, sizes), fitted in turns (iterative proportional fitting).

    Margins that cannot all hold do not converge: `error`, the largest relative miss, says so. Deming and Stephan 1940, Ann. Math. Stat. 11.
    """
    w = np.ones(len(margins[0][0])) if weights is None else np.asarray(weights, float)
    error, rounds = np.inf, 0
    while error > tolerance and rounds < MOST_ROUNDS:
        for codes, sizes in margins:
            w = post_stratify(codes, sizes, w)
        error = max(_missed(w, codes, sizes) for codes, sizes in margins)
        rounds += 1
    return Raked(w, rounds, error)


def _missed(w, codes, sizes) -> float:
    sizes = np.asarray(sizes, float)
    held = np.bincount(np.asarray(codes, int), weights=w, minlength=len(sizes))
    return float(np.max(np.abs(held - sizes)[sizes > 0] / sizes[sizes > 0]))


def trim(weights, *, most=5.0) -> np.ndarray:
    """No weight above `most` times the median: those are cut to it, then all are scaled so that the total stays.

    Trimmed weights no longer meet their margins exactly: a little bias for much less variance. Potter 1990, ASA Survey Research Methods.
    """
    w = np.asarray(weights, float)
    cut = np.minimum(w, most * np.median(w))
    return cut * w.sum() / cut.sum()


# ---- sample


def sample_size(margin, *, share=0.5, population=math.inf, deff=1.0, response_rate=1.0, level=0.95) -> tuple[int, int]:
    """How many answers give a share -+ margin, and how many invitations bring them, rounded up.

    n0 = deff z^2 p(1-p) / e^2; n = n0 / (1 + (n0 - 1) / N); invitations n / response rate. Cochran 1977, 4.4; the table of Krejcie and Morgan 1970.
    """
    z = scipy.stats.norm.ppf(0.5 + level / 2)
    endless = deff * z**2 * share * (1 - share) / margin**2
    answers = endless if math.isinf(population) else endless / (1 + (endless - 1) / population)
    needed = math.ceil(min(answers, population) - 1e-9)
    return needed, math.ceil(needed / response_rate - 1e-9)


def margin_of_error(effective_n, *, share=0.5, population=math.inf, level=0.95) -> float:
    """How far a share may be from that of all, z sqrt(p(1-p)/n (N-n)/(N-1)): the inverse of `sample_size`; nan without an answer."""
    if not effective_n > 0:
        return np.nan
    left = 1.0 if math.isinf(population) or population <= 1 else max(population - effective_n, 0) / (population - 1)
    return float(scipy.stats.norm.ppf(0.5 + level / 2) * math.sqrt(share * (1 - share) / effective_n * left))


def nonresponse_bounds(response_rate, value) -> intervals.Interval:
    """Between which values the share of all invited lies if nothing is known of the silent: [rr p, rr p + 1 - rr]. Manski 1989, J. Human Res. 24."""
    return intervals.Interval(response_rate * value, response_rate * value + 1 - response_rate)


# ---- ordered answers


def compare_ordinal(
    first, second, *, clusters_first=None, clusters_second=None, strata_first=None, strata_second=None, level=0.95
) -> Difference:
    """Are the first answers higher than the second, on an ordered scale? P(first > second) - P(first < second), ties half a win each.

    clusters   respondents: one who answered in both samples is one, so that their own level cancels
    strata     answers are held against those of their own stratum alone; each stratum (which both samples have) weighs the mean of its shares in the two

    value = 2 U / (n1 n2) - 1, U of Mann and Whitney with ties; its error from placements, as Brunner and Munzel 2000 (Biom. J. 42), summed over
    respondents (Obuchowski 1997, Biometrics 53); df of Satterthwaite; interval value -+ t se within [-1, 1]. Without clusters p is that of
    scipy.stats.brunnermunzel: unlike Mann-Whitney's own it does not take the two spreads for equal. Where every answer of one sample is above the
    other's, or the same people answered alike twice, the error says nothing: Wilson on the smaller number of respondents, without p. nan where all answers of both are one and the same, or
    one sample has fewer than two respondents.
    """
    a, b = np.asarray(first, float), np.asarray(second, float)
    own = [
        np.arange(len(v)) + 0.5 * k if c is None else np.asarray(c) for k, (v, c) in enumerate(((a, clusters_first), (b, clusters_second)))
    ]
    if min(len(np.unique(c)) for c in own) < 2:
        return Difference(*[np.nan] * 6)
    value, away_a, away_b = _wins(
        a, b, *(np.zeros(len(v)) if s is None else np.asarray(s) for v, s in ((a, strata_first), (b, strata_second)))
    )
    if np.ptp(np.concatenate([a, b])) == 0:
        return Difference(0.0, np.nan, np.nan, 0.0, np.nan, np.nan)
    se, df = _paired_error(away_a, away_b, *own)
    if se < 1e-9:
        n = min(len(np.unique(c)) for c in own)
        low, high = intervals.wilson(value * n, n, level=level)
        return Difference(2 * value - 1, 2 * low - 1, 2 * high - 1, 0.0, np.nan, np.nan)
    reach = scipy.stats.t.ppf(0.5 + level / 2, df) * se
    ends = (max(2 * (value - reach) - 1, -1.0), min(2 * (value + reach) - 1, 1.0))
    return Difference(2 * value - 1, *ends, 2 * se, df, float(2 * scipy.stats.t.sf(abs(value - 0.5) / se, df)))


def _wins(a, b, strata_a, strata_b) -> tuple[float, np.ndarray, np.ndarray]:
    """P(first beats second) over the strata by their weights, and what each answer of the two adds to its error."""
    value, away_a, away_b = 0.0, np.zeros(len(a)), np.zeros(len(b))
    for stratum in np.unique(strata_a):
        in_a, in_b = strata_a == stratum, strata_b == stratum
        weight = (in_a.mean() + in_b.mean()) / 2
        win_a, win_b = (
            _placements(a[in_a], b[in_b]),
            1 - _placements(b[in_b], a[in_a]),
        )  # of an answer: the share of the other sample that the first beats
        value += weight * win_a.mean()
        away_a[in_a], away_b[in_b] = (weight * (win - win_a.mean()) / len(win) for win in (win_a, win_b))
    return value, away_a, away_b


def _placements(of, among) -> np.ndarray:
    """For each answer the share of the others that it beats, ties half."""
    others = np.sort(among)
    return (np.searchsorted(others, of, "left") + np.searchsorted(others, of, "right")) / (2 * len(others))


def _paired_error(u, v, own_u, own_v) -> tuple[float, float]:
    """Standard error of sum u + sum v over respondents, those in both counted once; Satterthwaite's degrees of freedom."""
    (names_u, at_u), (names_v, at_v) = (np.unique(own, return_inverse=True) for own in (own_u, own_v))
    sums_u, sums_v = np.bincount(at_u, weights=u), np.bincount(at_v, weights=v)
    parts = [len(s) / (len(s) - 1) * (s**2).sum() for s in (sums_u, sums_v)]
    _, i, j = np.intersect1d(names_u, names_v, return_indices=True)
    variance = max(sum(parts) + 2 * (sums_u[i] * sums_v[j]).sum(), 0.0)
    if sum(parts) < 1e-30:
        return 0.0, np.nan
    df = sum(parts) ** 2 / sum(part**2 / (len(s) - 1) for part, s in zip(parts, (sums_u, sums_v), strict=True))
    return math.sqrt(variance), df


def rank_correlation(x, y, *, level=0.95) -> Estimate:
    """Spearman's rho of pairs, with Bonett and Wright's interval (2000, Psychometrika 65); pairs with a nan are left out.

    tanh(atanh r -+ z sqrt((1 + r^2/2) / (n - 3))); nan below four pairs or without spread.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    known = ~(np.isnan(x) | np.isnan(y))
    x, y, n = x[known], y[known], int(known.sum())
    if n < 4 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return Estimate(np.nan, np.nan, max(n - 2, 0), np.nan, np.nan, n, np.nan, np.nan)
    r = float(scipy.stats.spearmanr(x, y).statistic)
    se = math.sqrt((1 + r * r / 2) / (n - 3))
    reach = scipy.stats.norm.ppf(0.5 + level / 2) * se
    z = np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12))
    return Estimate(r, se, n - 2, float(np.tanh(z - reach)), float(np.tanh(z + reach)), n, 1.0, float(n))


# ---- several items


def alpha(items, *, level=0.95) -> Alpha:
    """Cronbach's alpha of a scale, [respondents, items], every answer known; an item that does not vary is left out.

    k/(k-1) (1 - sum of the items' variances / variance of the sum); 1 - (1 - alpha) F with n-1 and (n-1)(k-1) degrees of freedom: Feldt 1965,
    Psychometrika 30; R's psych::alpha. nan below three items that vary, or two respondents.
    """
    items = np.asarray(items, float)
    items = items[:, np.ptp(items, axis=0) > 0] if len(items) else items[:, :0]
    n, k = items.shape
    if k < LEAST_ITEMS or n < 2:
        return Alpha(np.nan, np.nan, np.nan, k, np.full(k, np.nan))
    covariance = np.cov(items, rowvar=False)
    value = _alpha(covariance)
    without = np.array([_alpha(np.delete(np.delete(covariance, i, 0), i, 1)) for i in range(k)])
    upper, lower = scipy.stats.f.ppf([0.5 + level / 2, 0.5 - level / 2], n - 1, (n - 1) * (k - 1))
    return Alpha(value, float(1 - (1 - value) * upper), float(1 - (1 - value) * lower), k, without)


def _alpha(covariance) -> float:
    k, whole = len(covariance), covariance.sum()
    return float(k / (k - 1) * (1 - np.trace(covariance) / whole)) if whole > 0 else np.nan


def relative_importance(correlation) -> np.ndarray:
    """LMG: each item's part of R^2 of a target, averaged over all orders in which the items may come (the Shapley value); the parts add to R^2.

    correlation   [..., 1 + p, 1 + p], the target first; p at most 10, since all 2^p subsets are looked at

    Items that repeat each other share what they explain. Lindeman, Merenda and Gold 1980; Gromping 2006, J. Stat. Software 17 (R's relaimpo).
    """
    correlation = np.asarray(correlation, float)
    p = correlation.shape[-1] - 1
    if not 1 <= p <= MOST_ITEMS:
        raise ValueError(f"relative importance is of 1 to {MOST_ITEMS} items")
    explained = {(): np.zeros(correlation.shape[:-2])}
    parts = np.zeros((*correlation.shape[:-2], p))
    for size in range(1, p + 1):
        weight = math.factorial(size - 1) * math.factorial(p - size) / math.factorial(p)
        for items in combinations(range(p), size):
            explained[items] = _explained(correlation, [1 + i for i in items])
            for i in items:
                parts[..., i] += weight * (explained[items] - explained[tuple(j for j in items if j != i)])
    return parts


def _explained(correlation, items) -> np.ndarray:
    """R^2 of the target (place 0) by these items; those that repeat others add nothing."""
    inside, target = correlation[..., items, :][..., items], correlation[..., items, 0]
    return np.einsum("...i,...ij,...j->...", target, np.linalg.pinv(inside, rcond=1e-10, hermitian=True), target)


def correlations(answers, clusters=None, *, resamples=0, rng=None) -> tuple[np.ndarray, np.ndarray]:
    """The correlation matrix of answers [respondents, columns], and those of resamples that draw respondents (clusters) anew.

    Resamples in which a column does not vary are left out. Whole clusters are drawn, as many as there are.
    """
    answers = np.asarray(answers, float)
    answers = answers - answers.mean(axis=0)
    own = np.arange(len(answers)) if clusters is None else _codes(clusters)
    rows = np.column_stack([np.ones(len(answers)), answers])
    moments = np.zeros((own.max() + 1, rows.shape[1], rows.shape[1]))
    np.add.at(moments, own, rows[:, :, None] * rows[:, None, :])
    drawn = (
        np.zeros((0, len(moments))) if not resamples else rng.multinomial(len(moments), np.full(len(moments), 1 / len(moments)), resamples)
    )
    sums = np.tensordot(drawn.astype(float), moments, axes=1)
    made = _correlation(sums)
    return _correlation(moments.sum(axis=0)), made[np.isfinite(made).all(axis=(-2, -1))]


def _correlation(moments) -> np.ndarray:
    """From sums of products with a leading 1: [..., 1 + q, 1 + q] to [..., q, q]; nan where a column does not vary."""
    n, sums = moments[..., 0, 0], moments[..., 0, 1:]
    covariance = moments[..., 1:, 1:] - sums[..., :, None] * sums[..., None, :] / n[..., None, None]
    variance = np.diagonal(covariance, axis1=-2, axis2=-1)
    spread = np.sqrt(np.where(variance > 1e-9 * n[..., None], variance, np.nan))
    return covariance / (spread[..., :, None] * spread[..., None, :])


def net_promoter(promoters, passives, detractors, *, level=0.95) -> Score:
    """NPS, the share of promoters less that of detractors. se = sqrt((p+ + p- - NPS^2) / n); nan without an answer, no interval where all agree."""
    n = promoters + passives + detractors
    if n == 0:
        return Score(*[np.nan] * 7)
    up, middle, down = (count / n for count in (promoters, passives, detractors))
    value, se = up - down, math.sqrt(max(up + down - (up - down) ** 2, 0.0) / n)
    reach = scipy.stats.norm.ppf(0.5 + level / 2) * se if se > 0 else np.nan
    return Score(value, max(value - reach, -1.0) if se else np.nan, min(value + reach, 1.0) if se else np.nan, se, up, middle, down)


def homogeneity(hits, trials) -> float:
    """p of the chi-square test that all groups have one share; nan for fewer than two groups that have a trial, or where all hit or none."""
    k, n = np.asarray(hits, float), np.asarray(trials, float)
    k, n = k[n > 0], n[n > 0]
    if len(n) < 2 or k.sum() in (0, n.sum()):
        return np.nan
    return float(scipy.stats.chi2_contingency(np.column_stack([k, n - k]), correction=False).pvalue)


def explains(explained, *, n, items, level=0.95) -> bool:
    """Whether R^2 of so many items is more than chance gives: F = (R^2 / p) / ((1 - R^2) / (n - p - 1)) beyond its upper end."""
    left = n - items - 1
    if left < 1 or explained >= 1:
        return left >= 1
    return bool(explained / items / ((1 - explained) / left) > scipy.stats.f.ppf(level, items, left))


def lower_tail(hits, trials, share) -> np.ndarray:
    """Exact binomial chance of so few hits or fewer in so many trials, where each hits with `share`; nan without a trial."""
    k, n = np.asarray(hits, float), np.asarray(trials, float)
    return np.where(n > 0, scipy.stats.binom.cdf(k, n, share), np.nan)


def upper_tail(z) -> np.ndarray:
    """Chance of a standard normal value of z or more."""
    return scipy.stats.norm.sf(np.asarray(z, float))
