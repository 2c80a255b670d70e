"""Does what came first say anything about what comes next? Tables of transitions without their diagonal, and their residuals.

Plain lift (observed over row times column) is below 1 for every pair when most callers come back about the same thing: the diagonal takes the
margins. Quasi-independence takes it out: expected counts are a_i b_j off the diagonal, with the same margins there. Source: methods 4; Agresti
2013, Categorical Data Analysis, 11.3.
"""

from typing import NamedTuple

import numpy as np

TURNS, CLOSE = 10_000, 1e-10


class Expected(NamedTuple):
    """Expected counts (nan where a cell is no part of the table) and whether the margins were met."""

    counts: np.ndarray
    met: bool


class Residuals(NamedTuple):
    """Expected counts, observed over expected, and how many standard errors a cell lies from what was expected."""

    expected: np.ndarray
    lift: np.ndarray
    adjusted: np.ndarray


def quasi_independent(table, *, part=None) -> Expected:
    """Expected counts under quasi-independence, by iterative proportional fitting; the diagonal is left out, or what `part` says is not in it."""
    table = np.asarray(table, float)
    part = ~np.eye(len(table), dtype=bool) if part is None else np.asarray(part, bool)
    kept = np.where(part, table, 0.0)
    rows, columns, fit = kept.sum(axis=1), kept.sum(axis=0), part.astype(float)
    for _ in range(TURNS):
        fit *= _ratio(rows, fit.sum(axis=1))[:, None]
        fit *= _ratio(columns, fit.sum(axis=0))[None, :]
        if np.abs(fit.sum(axis=1) - rows).max(initial=0) <= CLOSE * max(kept.sum(), 1):
            return Expected(np.where(part, fit, np.nan), True)
    return Expected(np.where(part, fit, np.nan), False)


def residuals(table, *, part=None) -> Residuals:
    """Lift and adjusted residuals of the cells that are part of a table (all of them unless `part` says so).

    A residual is (O - E) / sqrt(E v), with v = 1 minus the leverage of the cell in the log-linear model of rows and columns; in a whole table that is
    (1 - row share)(1 - column share). nan where nothing is expected. Haberman 1973, Biometrics 29, 205-220.
    """
    table = np.asarray(table, float)
    part = np.ones(table.shape, bool) if part is None else np.asarray(part, bool)
    expected = quasi_independent(table, part=part).counts
    with np.errstate(divide="ignore", invalid="ignore"):
        lift = np.where(expected > 0, table / expected, np.nan)
        adjusted = (table - expected) / np.sqrt(expected * (1 - _leverage(expected, part)))
    return Residuals(expected, lift, np.where(expected > 0, adjusted, np.nan))


def _leverage(expected: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Diagonal of the hat matrix of log E = row + column, at the cells that are part of the table."""
    rows, columns = np.nonzero(part & (np.nan_to_num(expected) > 0))
    design = np.zeros((len(rows), sum(expected.shape)))
    design[np.arange(len(rows)), rows] = 1
    design[np.arange(len(rows)), expected.shape[0] + columns] = 1
    weight = expected[rows, columns]
    inner = np.linalg.pinv((design * weight[:, None]).T @ design, hermitian=True)
    found = np.full(expected.shape, np.nan)
    found[rows, columns] = weight * np.einsum("ij,jk,ik->i", design, inner, design)
    return found


def _ratio(top, bottom) -> np.ndarray:
    return np.divide(top, bottom, out=np.zeros(len(top)), where=bottom > 0)
