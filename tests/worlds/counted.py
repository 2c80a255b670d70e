"""A world's calls as the count tables that the estimators take, on arrays: what `measures.gaps` and `measures.counts` give, without a store.

Hundreds of months would take an hour through an engine. tests/studies/test_simulated.py holds these tables equal to the workbook's own on a
month of each world, then reads the estimators' errors from them.
"""

from dataclasses import dataclass, replace

import numpy as np

from hotline_analysis.stats import binned
from tests.worlds import DAY, GROUPS, HISTORY_DAYS, HOUR, MENU_HOURS, NEVER, WEEK, World

WEEKS = (-3, -2, 2, 3)
MENU_SECONDS = tuple(round(h * HOUR) for h in MENU_HOURS)
EDGES = binned.bin_edges_seconds(menu_seconds=MENU_SECONDS)
REACH = 1 << 40  # seconds between two callers in one sorted line: more than any instant is away from the start


@dataclass(frozen=True)
class Watched:
    """Seconds to the callback or of follow-up, whether it was one, and the caller group, of index calls or control instants."""

    seconds: np.ndarray
    event: np.ndarray
    group: np.ndarray
    weeks: np.ndarray | None = None  # how far away a control instant lies, 2 or 3

    def table(self, kept=slice(None)) -> np.ndarray:
        """The count table [groups, bins + 1, (event, censored)] of some of them."""
        bins = binned.bin_of(self.seconds[kept], EDGES)
        flat = (self.group[kept] * (len(EDGES) + 1) + bins) * 2 + np.where(self.event[kept] == 1, 0, 1)
        return np.bincount(flat, minlength=GROUPS * (len(EDGES) + 1) * 2).reshape(GROUPS, len(EDGES) + 1, 2)


def index(world: World, *, tail_hours: float = 168) -> Watched:
    """The month's calls, when data end `tail_hours` after the month."""
    at = world.index
    follow = np.maximum(world.end + round(tail_hours * HOUR) - world.end_s[at], 0)
    return _watched(world.gap[at], follow, world.group[at])


def control(world: World, *, tail_hours: float = 168, caller: np.ndarray | None = None) -> tuple[Watched, np.ndarray]:
    """The control instants of the month's calls, four weeks stacked, inside the data; and the position of each one's call."""
    caller = world.caller if caller is None else caller
    first, last = world.start - HISTORY_DAYS * DAY, world.end + round(tail_hours * HOUR)
    at = np.concatenate([world.index] * len(WEEKS))
    instant = world.end_s[at] + np.repeat(WEEKS, len(world.index)) * WEEK
    inside = (instant >= first) & (instant < last)
    weeks = np.abs(np.repeat(WEEKS, len(world.index)))[inside]
    at, instant = at[inside], instant[inside]
    gap = next_after(caller, world.start_s, caller[at], instant, first=first, last=last)
    return replace(_watched(gap, last - instant, world.group[at]), weeks=weeks), at


def by_hour(world: World, *, tail_hours: float = 168) -> np.ndarray:
    """Calls by the hour over the data around the month."""
    first, last = world.start - HISTORY_DAYS * DAY, world.end + round(tail_hours * HOUR)
    known = world.start_s[(world.start_s >= first) & (world.start_s < last)]
    return np.bincount((known - first) // HOUR, minlength=(last - first) // HOUR)


def next_after(caller, start_s, who, instant, *, first: int, last: int) -> np.ndarray:
    """Seconds from each instant to the first call of `who` at or after it, before `last`; NEVER for none."""
    known = (start_s >= first) & (start_s < last)
    line = np.sort(caller[known] * REACH + (start_s[known] - first))
    wanted = who * REACH + (instant - first)
    place = np.searchsorted(line, wanted, side="left")
    found = np.append(line, np.iinfo(np.int64).max)[place]
    return np.where(found // REACH == who, found - wanted, NEVER)


def permuted(world: World, rng) -> Watched:
    """The month's calls with its callers' names dealt anew: chance that is conditional on counts which hold the callbacks."""
    at = world.index
    caller = rng.permutation(world.caller[at])
    gap = next_after(caller, world.start_s[at], caller, world.end_s[at], first=world.start, last=world.end)
    return _watched(gap, np.maximum(world.end - world.end_s[at], 0), world.group[at])


def _watched(gap, follow, group) -> Watched:
    event = (gap < follow) & (gap <= EDGES[-1])
    return Watched(np.where(event, gap, np.minimum(follow, EDGES[-1] + 1)), event.astype(np.int64), group)
