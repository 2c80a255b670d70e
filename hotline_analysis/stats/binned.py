"""After how long does it happen, from a count table instead of single calls?

A count table has the shape [..., bins + 1, causes + 1] and holds whole numbers of calls:
- bins: `bins` upper edges [s], closed on the right (a gap of exactly an edge is inside; a gap of 0 is in the first bin);
  the last entry, beyond the last edge, holds calls that were seen to be still at risk there;
- causes: the events of each cause, then the censored in the last place; with one cause that is [event, censored];
- whatever stands before (caller groups, issues, resamples) is carried along, so one call makes all their curves.

The curve is Kaplan-Meier on times rounded up to their edge: exact at every edge while nobody is censored before it, and
.008 percentage points off at 168 h at the end of a month's data (measured, methods.md M1).
"""

import numpy as np

from .survival import ROUNDING, whole

HOUR = 3600


def bin_edges_seconds(*, menu_seconds=(), horizon_seconds=168 * HOUR) -> np.ndarray:
    """Upper edges of the gap bins [s]: every minute to 1 h, 5 minutes to 24 h, 30 minutes to the horizon, and every window of the menu.

    Raises ValueError where a window of the menu is not above 0 and within the horizon.
    """
    menu = whole(menu_seconds, "menu_seconds")
    if ((menu <= 0) | (menu > horizon_seconds)).any():
        raise ValueError(f"windows lie above 0 and within the horizon of {horizon_seconds} s")
    grid = np.r_[60 : HOUR + 1 : 60, HOUR + 300 : 24 * HOUR + 1 : 300, 24 * HOUR + 1800 : horizon_seconds + 1 : 1800]
    return np.union1d(grid[grid <= horizon_seconds], np.append(menu, horizon_seconds)).astype(np.int64)


def bin_of(seconds, edges) -> np.ndarray:
    """The bin of each gap or follow-up: 0 for 0 to the first edge inclusive, len(edges) for beyond the last."""
    return np.searchsorted(edges, whole(seconds, "seconds"), side="left")


def edge_index(edges, seconds) -> np.ndarray:
    """Where the windows `seconds` stand among the edges; ValueError where one is not an edge (a bin cannot be cut in two)."""
    found = np.minimum(np.searchsorted(edges, seconds), len(edges) - 1)
    if not np.array_equal(np.asarray(edges)[found], seconds):
        raise ValueError(f"windows must be bin edges: {np.setdiff1d(seconds, edges).tolist()} s are not")
    return found


def cube(group, bins, cause, calls, *, groups, edges, causes=1) -> np.ndarray:
    """Long counts (group, bin, cause, calls), as a query returns them, as one count table of shape groups x bins + 1 x causes + 1.

    cause   0 censored, 1..causes the cause of the event (a censored row lands in the last place)

    Rows of the same cell add up. Raises ValueError where a group, bin or cause lies outside the table.
    """
    shape = (groups, len(edges) + 1, causes + 1)
    cause = whole(cause, "cause")
    if (cause > causes).any():
        raise ValueError(f"a cause is a whole number from 0 (censored) to {causes}")
    place = np.where(cause == 0, causes, cause - 1)
    flat = np.ravel_multi_index((whole(group, "group"), whole(bins, "bins"), place), shape)
    table = np.zeros(np.prod(shape), np.int64)
    np.add.at(table, flat, whole(calls, "calls"))
    return table.reshape(shape)


def at_risk(counts) -> np.ndarray:
    """Calls still at risk as each bin begins, shape [..., bins + 1]."""
    return np.flip(np.cumsum(np.flip(counts.sum(axis=-1), axis=-1), axis=-1), axis=-1)


def survival(counts) -> np.ndarray:
    """S at every edge, shape [..., bins]: share without any event up to and including the edge.

    nan from the first edge that nobody was followed to, unless by then everyone has had the event. Formula: `survival.kaplan_meier`.
    """
    return np.cumprod(1.0 - _hazards(counts[..., :-1].sum(axis=-1), at_risk(counts))[..., :-1], axis=-1)


def within(counts) -> np.ndarray:
    """F at every edge, 1 - S, shape [..., bins]."""
    return 1.0 - survival(counts)


def incidence(counts) -> np.ndarray:
    """Aalen-Johansen incidence of each cause at every edge, shape [..., bins, causes]; the causes add to `within`."""
    curve = survival(counts)
    before = np.concatenate([np.ones((*curve.shape[:-1], 1)), curve[..., :-1]], axis=-1)
    risk = at_risk(counts)
    parts = [before * _hazards(counts[..., k], risk, counts[..., :-1].sum(axis=-1))[..., :-1] for k in range(counts.shape[-1] - 1)]
    return np.cumsum(np.stack(parts, axis=-1), axis=-2)


def hazard_per_hour(counts, edges, *, step_seconds=HOUR) -> np.ndarray:
    """Events per call-hour at risk in each step of `step_seconds`, shape [..., steps]; nan where nobody was at risk.

    Who leaves inside a bin (event or censored) is taken to have been there for half of it. `edges` must hold every multiple of the step.
    """
    starts = edge_index(edges, np.arange(step_seconds, edges[-1] + 1, step_seconds)) + 1
    starts = np.concatenate([[0], starts[:-1]])
    leaving = counts.sum(axis=-1)
    hours = (at_risk(counts) - leaving / 2)[..., :-1] * np.diff(edges, prepend=0) / HOUR
    events = np.add.reduceat(counts[..., :-1, :-1].sum(axis=-1), starts, axis=-1)
    hours = np.add.reduceat(hours, starts, axis=-1)
    return np.divide(events, hours, out=np.full(hours.shape, np.nan), where=hours > 0)


def first_passage(values, edges, target) -> np.ndarray:
    """When a rising curve (0 at 0 s, `values` at the edges) first reaches `target`, straight between edges [s]; nan where it never does.

    values   [..., bins], rising        target   [...]
    """
    values = np.concatenate([np.zeros((*values.shape[:-1], 1)), values], axis=-1)
    knots = np.concatenate([[0], edges])
    target = np.asarray(target, float)[..., None]
    reached = values[..., 1:] >= target - ROUNDING
    bins = np.argmax(reached, axis=-1)[..., None]
    low, high = np.take_along_axis(values, bins, -1), np.take_along_axis(values, bins + 1, -1)
    part = np.divide(target - low, high - low, out=np.zeros(low.shape), where=high > low)
    seconds = knots[bins] + np.clip(part, 0.0, 1.0) * (knots[bins + 1] - knots[bins])
    return np.where(reached.any(axis=-1), seconds[..., 0], np.nan)


def _hazards(events, risk, all_events=None):
    """events / at risk per bin; 0 once everyone has had the event, nan where nobody is left to tell."""
    all_events = events if all_events is None else all_events
    over = np.maximum.accumulate((risk > 0) & (all_events == risk), axis=-1)
    hazards = np.divide(events, risk, out=np.full(np.shape(risk), np.nan), where=risk > 0)
    return np.where(over & (risk == 0), 0.0, hazards)
