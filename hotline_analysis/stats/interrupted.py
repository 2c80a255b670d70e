"""Did a series change where something was done? Segmented regression of shares, counts and means, its trend taken off (interrupted time series).

y = b0 + b1 t + b2 step (+ b3 t since the step) (+ a yearly wave), on the logit of a share, the logarithm of a count's rate, or a mean as it is. Points of a
series resemble their neighbours and vary more than chance, so an error is the larger of two: quasi-likelihood (the dispersion) and Newey-West (the
neighbours). Wagner et al. 2002, J. Clin. Pharm. Ther. 27; Lopez Bernal, Cummins and Gasparrini 2017, Int. J. Epidemiol. 46.
"""

from typing import Literal, NamedTuple

import numpy as np
import scipy

FEWEST_POINTS, FEWEST_WAVE = 8, 24  # points on each side of the step; points from which a yearly wave can be told
LAG = 3
Family = Literal["binomial", "poisson", "gaussian"]


class Fit(NamedTuple):
    """A regression: coefficients, their covariance by the model (dispersion 1; of a mean with the residual variance), the Pearson dispersion, their Newey-West
    covariance, degrees of freedom, fitted values (in the unit of y), Durbin-Watson of the residuals.
    """

    coef: np.ndarray
    model: np.ndarray
    dispersion: float
    hac: np.ndarray
    df: int
    fitted: np.ndarray
    durbin_watson: float

    def error(self, place: int) -> float:
        """The larger of the quasi-likelihood and the Newey-West standard error of a coefficient."""
        return float(np.sqrt(max(self.model[place, place] * max(self.dispersion, 1.0), self.hac[place, place])))


class Step(NamedTuple):
    """What the series did at the step: the change of level, averaged over the points after it, in the unit of the share, rate or mean; its 95 % interval;
    the same as a ratio (odds of shares, rates of counts; nan of means); what the points after it would have been without it; p.
    """

    change: float
    low: float
    high: float
    ratio: float
    ratio_low: float
    ratio_high: float
    without: float
    p: float


class Placebo(NamedTuple):
    """Steps tried where nothing was done: how many, and how many of them were at least as large as the real one."""

    tried: int
    larger: int


def design(points: int, step_at: int, *, slope: bool = False, wave: float = 0.0) -> np.ndarray:
    """The columns 1, t, step, (t since the step), (sine and cosine of a year of `wave` points); t counts from 1."""
    t, after = np.arange(1.0, points + 1), np.arange(points) >= step_at
    columns = [np.ones(points), t, after.astype(float)]
    columns += [np.where(after, t - step_at, 0.0)] if slope else []
    columns += [np.sin(2 * np.pi * t / wave), np.cos(2 * np.pi * t / wave)] if wave else []
    return np.column_stack(columns)


def fit(y, x, *, family: Family, size=1.0, lag: int = LAG) -> Fit:
    """Iteratively reweighted least squares under the canonical link.

    y: counts (binomial: of `size` trials; poisson: over an exposure of `size`), or means (gaussian, each of weight `size`).
    Newey-West: Bartlett weights up to `lag`, no small-sample correction. Raises ValueError where it does not converge (a share that is all 0 or all 1
    on one side of a step).
    """
    y, x = np.asarray(y, float), np.asarray(x, float)
    size = np.broadcast_to(np.asarray(size, float), y.shape)
    coef = np.linalg.lstsq(x, _start(y, size, family), rcond=None)[0]
    for _ in range(100):
        mean, variance = _mean(x @ coef, size, family)
        step = np.linalg.lstsq((x.T * variance) @ x, x.T @ _score(y, mean, size, family), rcond=None)[0]
        coef = coef + step
        if not np.isfinite(coef).all() or (np.abs(x @ coef).max() > 50 and family != "gaussian"):
            raise ValueError("the series does not vary on one side of the step")
        if np.abs(step).max() <= 1e-10 * (1 + np.abs(coef).max()):
            return _fit(y, x, coef, size, family, lag)
    raise ValueError("the series does not vary on one side of the step")


def step(y, *, step_at: int, family: Family, size=1.0, wave: float = 0.0, level: float = 0.95) -> tuple[Step, Fit]:
    """The change of level at point `step_at` (the first that has it), the trend before and after taken as one.

    Averaged over the points after the step by their size: what came there on the fitted line less the same line without the step. Monotone in the
    step's coefficient, so the ends of its interval (t on the points less the coefficients) give those of the change.
    """
    x = design(len(np.asarray(y)), step_at, wave=wave)
    found = fit(y, x, family=family, size=size)
    size = np.broadcast_to(np.asarray(size, float), found.fitted.shape)
    far = scipy.stats.t.ppf(0.5 + level / 2, found.df) * found.error(2)
    b = found.coef[2]
    change, low, high = (_change(x, found.coef, value, size, family) for value in (b, b - far, b + far))
    ratio = [np.nan] * 3 if family == "gaussian" else [float(np.exp(v)) for v in (b, b - far, b + far)]
    without = float(np.average(_level(x[step_at:] @ np.where(np.arange(x.shape[1]) == 2, 0, found.coef), family), weights=size[step_at:]))
    return Step(change, low, high, *ratio, without, float(2 * scipy.stats.t.sf(abs(b) / found.error(2), found.df))), found


def placebo(y, *, step_at: int, family: Family, size=1.0, least: int = 4) -> Placebo:
    """The same step tried at every point before the real one that leaves `least` points on both sides, in the points before it alone."""
    y = np.asarray(y, float)
    size = np.broadcast_to(np.asarray(size, float), y.shape)
    real, _ = step(y, step_at=step_at, family=family, size=size)
    found = [_tried(y[:step_at], at, family, size[:step_at]) for at in range(least, step_at - least + 1)]
    known = [f for f in found if np.isfinite(f)]
    return Placebo(len(known), sum(abs(f) >= abs(real.change) for f in known))


def _tried(y, at: int, family: Family, size) -> float:
    try:
        return step(y, step_at=at, family=family, size=size)[0].change
    except ValueError:
        return np.nan


def _fit(y, x, coef, size, family: Family, lag: int) -> Fit:
    mean, variance = _mean(x @ coef, size, family)
    residual = _score(y, mean, size, family)
    bread, df = np.linalg.inv((x.T * variance) @ x), len(y) - x.shape[1]
    pearson = float((residual**2 / variance).sum() / df) if df else np.nan
    meat = _newey_west(x * residual[:, None], lag)
    plain = (y - mean) / np.sqrt(np.where(variance > 0, variance, np.nan)) if family != "gaussian" else y - mean
    watson = float((np.diff(plain) ** 2).sum() / (plain**2).sum()) if (plain**2).sum() else np.nan
    model, dispersion = (bread * pearson, 1.0) if family == "gaussian" else (bread, pearson)
    return Fit(coef, model, dispersion, bread @ meat @ bread, df, mean, watson)


def _newey_west(scores: np.ndarray, lag: int) -> np.ndarray:
    """Newey and West 1987, Econometrica 55: sum of w_l (G_l + G_l'), w_l = 1 - l / (lag + 1)."""
    meat = scores.T @ scores
    for back in range(1, min(lag, len(scores) - 1) + 1):
        cross = scores[back:].T @ scores[:-back]
        meat = meat + (1 - back / (lag + 1)) * (cross + cross.T)
    return meat


def _start(y, size, family: Family) -> np.ndarray:
    if family == "binomial":
        return scipy.special.logit((y + 0.5) / (size + 1))
    return np.log((y + 0.5) / size) if family == "poisson" else y


def _level(line, family: Family) -> np.ndarray:
    """The linear predictor as a share, a rate, a mean."""
    return scipy.special.expit(line) if family == "binomial" else np.exp(line) if family == "poisson" else line


def _mean(line, size, family: Family) -> tuple[np.ndarray, np.ndarray]:
    """Expected y and its variance (of a mean: the weight)."""
    level = _level(line, family)
    if family == "gaussian":
        return level, size
    return size * level, size * level * (1 - level) if family == "binomial" else size * level


def _score(y, mean, size, family: Family) -> np.ndarray:
    return (y - mean) * (size if family == "gaussian" else 1.0)


def _change(x, coef, value: float, size, family: Family) -> float:
    after = x[:, 2] == 1
    line = x[after] @ np.where(np.arange(x.shape[1]) == 2, 0.0, coef)
    return float(np.average(_level(line + value, family) - _level(line, family), weights=size[after]))
