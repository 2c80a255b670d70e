"""Simulated hotlines with labels: the truth is known call by call, so that an estimator's error can be measured instead of argued about.

A world is habit plus problems. Habit: every caller is a Poisson process with a rate of their own (log-normal over callers: heavy-tailed), times a
daily and weekly cycle. Problems: an answered call of a category leads, with that category's chance (times its agent's effect), to one
problem-driven callback after a log-normal delay; a callback is a call and may lead to another. Delays do not look at the clock.

    flat    no cycle                 heavy   cycle, heavy habit           trend   heavy, and the chance to come back rises through the month
    cycle   the same as heavy        light   cycle, light habit           null    heavy habit and nothing else: independent callers

Three more break what the comparison with chance assumes, each heavy but for one thing:

    bursty  40 % of the callers are active in one fortnight of three      ten_day a quarter of the problems takes ten days (median)
    storm   three days of the month bring 2.8 times their calls

The parameters (SETTINGS, CATEGORIES) were tuned once, on the labels alone, so that the truths lie within 2 percentage points of the tables of
methods.md 1-3 at the seeds of test_worlds.py, before any estimator had been run on a world. They are frozen: a test holds a digest of a
world's calls, and an estimator that misses gets repaired, not its world. docs/maths-worlds.md shows the truths.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

HOUR, DAY, WEEK = 3_600, 86_400, 604_800
EPOCH = 1_711_900_800  # Monday 2024-04-01 00:00 in Asia/Shanghai, start of the month under study
HISTORY_DAYS, TAIL_DAYS = 28, 28
BURN_IN_DAYS = 21  # before the history, so that callbacks to calls before it are there
CALLS = 52_000  # in thirty days
GROUPS, AGENTS = 100, 60
MENU_HOURS = (0.5, 2, 12, 24, 72, 168)
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Category:
    """Share of habitual calls; chance that a call leads to a problem-driven callback; its delay."""

    name: str
    share: float
    comes_back: float
    median_hours: float
    sigma: float


CATEGORIES = (
    Category("urgent", 0.255, 0.250, 0.40, 1.085),
    Category("billing", 0.215, 0.165, 5.0, 1.26),
    Category("repair", 0.26, 0.232, 36.0, 0.881),
    Category("policy", 0.17, 0.062, 2.6, 1.385),
    Category("complaint", 0.10, 0.175, 76.0, 0.579),
)
NAMES = tuple(c.name for c in CATEGORIES)
SAME_CATEGORY = 0.85  # of callbacks; the others are about anything
AGENT_SPREAD = 0.25  # standard deviation of an agent's effect on the log-odds of a callback
TALK_MEDIAN, TALK_SIGMA = 200, 0.6


@dataclass(frozen=True)
class Setting:
    """What tells one world from another."""

    habit: float = 1.25  # mean calls a caller and 30 days, from habit alone
    spread: float = 0.7  # sigma of the log-normal rates
    cycle: bool = True
    problems: bool = True
    rise: float = 0.0  # the chance to come back is (1 + rise * share of the month gone) times its own, 1 before the month
    callers: float = 0.64  # callers for each call of the month
    bursts: float = 0.0  # share of callers who call in one fortnight of three only, three times as often
    slow: float = 0.0  # share of problems whose delay has a median of ten days instead of their category's
    storm: float = 0.0  # habitual calls more, as a share of a day's, on each of STORM_DAYS


SETTINGS = {
    "flat": Setting(cycle=False),
    "cycle": Setting(),
    "heavy": Setting(),
    "trend": Setting(rise=0.42, callers=0.61),
    "light": Setting(habit=0.36, callers=2.22),
    "null": Setting(problems=False, callers=0.79),
    "bursty": Setting(bursts=0.4),
    "ten_day": Setting(slow=0.25),
    "storm": Setting(storm=1.8, callers=0.543),
}
STREAMS = {name: n for n, name in enumerate(("cycle", "flat", "heavy", "light", "null", "trend", "bursty", "ten_day", "storm"))}
STORM_DAYS = (11, 12, 13)
SLOW_HOURS, SLOW_SIGMA = 240.0, 0.5

# share of a day's calls by hour, and of a week's by day from Monday: relative
HOURS = np.array([6, 4, 3, 3, 4, 8, 22, 48, 86, 100, 94, 80, 62, 66, 78, 80, 76, 68, 56, 48, 42, 32, 20, 11], float)
DAYS = np.array([1.12, 1.03, 1.0, 1.0, 1.02, 0.72, 0.62])


@dataclass(frozen=True)
class World:
    """The calls around one month, in order of time; arrays of one length. Seconds are epoch seconds; the month is [start, end).

    caller, group (0-99), start_s, end_s, issue (0-4, index of CATEGORIES), agent (0-59);
    parent: index of the call whose problem caused this one, -1 for habit (or a call before the history); callback_delay: seconds from this call's end to the
    problem-driven callback that it causes, NEVER for none.
    """

    name: str
    seed: int
    start: int
    end: int
    caller: np.ndarray
    group: np.ndarray
    start_s: np.ndarray
    end_s: np.ndarray
    issue: np.ndarray
    agent: np.ndarray
    parent: np.ndarray
    callback_delay: np.ndarray
    agent_effect: np.ndarray

    def __len__(self) -> int:
        return len(self.caller)

    @cached_property
    def index(self) -> np.ndarray:
        """Positions of the month's calls."""
        return np.flatnonzero((self.start_s >= self.start) & (self.start_s < self.end))

    @cached_property
    def gap(self) -> np.ndarray:
        """Seconds from each call's end to the caller's next call, 0 when that began earlier, NEVER for none."""
        order = np.lexsort((np.arange(len(self)), self.start_s, self.caller))
        following = np.full(len(self), NEVER)
        same = self.caller[order][1:] == self.caller[order][:-1]
        following[order[:-1][same]] = self.start_s[order[1:][same]]
        return np.where(following == NEVER, NEVER, np.maximum(following - self.end_s, 0))

    def followed(self, hours: float, category: str | None = None) -> float:
        """The true F(W): share of the month's calls followed by another call of the caller within the window."""
        return float((self.gap[self._of(category)] <= hours * HOUR).mean())

    def problem_driven(self, hours: float, category: str | None = None) -> float:
        """The true R(W): share of the month's calls whose own problem brings the caller back within the window."""
        return float((self.callback_delay[self._of(category)] <= hours * HOUR).mean())

    def exposure(self, share: float, category: str | None = None, horizon_hours: float = 168) -> float:
        """The true W(q) in hours: the shortest time by which this share of R(horizon) has come; nan without callbacks."""
        delay = self.callback_delay[self._of(category)]
        delay = np.sort(delay[delay <= horizon_hours * HOUR])
        return float(delay[int(np.ceil(share * len(delay))) - 1]) / HOUR if len(delay) else float("nan")

    def window(self, cost: float = 1.0, menu=MENU_HOURS) -> float:
        """The true W*: argmax over the menu of R - cost (F - R), the shortest of equals."""
        benefit = [self.problem_driven(w) - cost * (self.followed(w) - self.problem_driven(w)) for w in menu]
        return menu[int(np.argmax(benefit))]

    def _of(self, category: str | None) -> np.ndarray:
        return self.index if category is None else self.index[self.issue[self.index] == NAMES.index(category)]

    def frame(self, *, history_days: float = HISTORY_DAYS, tail_hours: float = 168) -> pd.DataFrame:
        """What an export would hold: calls from `history_days` before the month to `tail_hours` after it, without the labels.

        Columns: call_id (position), start_s, end_s, caller, caller_group, issue_1, agent, outcome, caller_state.
        """
        kept = (self.start_s >= self.start - history_days * DAY) & (self.start_s < self.end + tail_hours * HOUR)
        at = np.flatnonzero(kept)
        return pd.DataFrame(
            {
                "call_id": at, "start_s": self.start_s[at], "end_s": self.end_s[at], "caller": self.caller[at], "caller_group": self.group[at],
                "issue_1": np.array(NAMES, dtype=object)[self.issue[at]], "agent": np.array([f"a{n:02}" for n in range(AGENTS)], dtype=object)[self.agent[at]],
                "outcome": "answered", "caller_state": "known",
            }
        )  # fmt: skip


def world(name: str, seed: int, *, calls: int = CALLS, days: int = 30) -> World:
    """A month of `days` days of about `calls` calls with 28 days before and after it. The same name, seed and size give the same calls."""
    setting = SETTINGS[name]
    rng = np.random.Generator(np.random.PCG64([seed, STREAMS["heavy" if name == "cycle" else name]]))
    first, last = -(HISTORY_DAYS + BURN_IN_DAYS) * DAY, (days + TAIL_DAYS) * DAY
    people = round(setting.callers * calls * 30 / days)
    agent_effect = rng.normal(0, AGENT_SPREAD, AGENTS)
    caller, start = _habit(rng, setting, people, first, last)
    issue = rng.choice(len(CATEGORIES), len(caller), p=_shares())
    parts = _generations(rng, setting, caller, start, issue, agent_effect, last, days)
    group = rng.permutation(people) % GROUPS
    return _assembled(name, seed, days, parts, group, agent_effect)


def _shares() -> np.ndarray:
    return np.array([c.share for c in CATEGORIES]) / sum(c.share for c in CATEGORIES)


def _habit(rng, setting: Setting, people: int, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
    """caller and start of the habitual calls in [first, last)."""
    rate = rng.lognormal(np.log(setting.habit) - setting.spread**2 / 2, setting.spread, people) * (3 if setting.bursts else 1)
    count = rng.poisson(rate * (last - first) / (30 * DAY))
    caller = np.repeat(np.arange(people), count)
    start = _instants(rng, len(caller), first, last) if setting.cycle else rng.integers(first, last, len(caller))
    if setting.bursts:
        kept = _in_burst(rng, setting.bursts, people, caller, start)
        caller, start = caller[kept], start[kept]
    if setting.storm:
        more = np.repeat(np.arange(people), rng.poisson(setting.storm * rate * len(STORM_DAYS) / 30))
        day = rng.choice(STORM_DAYS, len(more))
        caller, start = np.append(caller, more), np.append(start, day * DAY + _instants(rng, len(more), 0, DAY))
    return caller, start


def _in_burst(rng, share: float, people: int, caller: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Which calls stand: all of a steady caller's third, and of a bursty caller's those of the fortnights in which they are active."""
    bursty, phase = rng.random(people) < share, rng.integers(0, 2 * WEEK, people)
    fortnight = (start + phase[caller]) // (2 * WEEK)
    active = rng.random((people, 12)) < 1 / 3
    third = rng.random(len(caller)) < 1 / 3
    return np.where(bursty[caller], active[caller, fortnight % 12], third)


def _instants(rng, size: int, first: int, last: int) -> np.ndarray:
    """Instants in proportion to the hour of the week; `first` and `last` are midnights, day 0 is a Monday."""
    day = np.arange(first // DAY, last // DAY)
    weight = np.outer(DAYS[day % 7], HOURS).ravel()
    hour = np.searchsorted(np.cumsum(weight) / weight.sum(), rng.random(size), side="right")
    return first + np.minimum(hour, len(weight) - 1) * HOUR + rng.integers(0, HOUR, size)


def _generations(rng, setting, caller, start, issue, agent_effect, last, days) -> list[dict[str, np.ndarray]]:
    """Habitual calls, their callbacks, the callbacks of those, until nobody comes back before `last`. `parent` counts through all parts."""
    parts, before, parent = [], 0, np.full(len(caller), -1)
    while len(caller):
        talk = np.maximum(rng.lognormal(np.log(TALK_MEDIAN), TALK_SIGMA, len(caller)).astype(np.int64), 5)
        agent = rng.integers(0, AGENTS, len(caller))
        delay = _delays(rng, setting, start, issue, agent_effect[agent], days)
        made = {"caller": caller, "start": start, "end": start + talk, "issue": issue, "agent": agent, "parent": parent, "delay": delay}
        parts.append(made)
        again = np.flatnonzero((delay != NEVER) & (np.where(delay == NEVER, 0, delay) + start + talk < last))
        parent, before = before + again, before + len(caller)
        start = start[again] + talk[again] + delay[again]
        caller, issue = caller[again], _next_issue(rng, issue[again])
    return parts


def _delays(rng, setting: Setting, start, issue, effect, days: int) -> np.ndarray:
    """Seconds to the problem-driven callback of each call, NEVER for none."""
    if not setting.problems:
        return np.full(len(start), NEVER)
    chance = np.array([c.comes_back for c in CATEGORIES])[issue]
    chance = chance * (1 + setting.rise * np.clip(start / (days * DAY), 0, 1.25))
    odds = chance / (1 - chance) * np.exp(effect)
    median, sigma = (np.array([getattr(c, key) for c in CATEGORIES])[issue] for key in ("median_hours", "sigma"))
    if setting.slow:
        slow = rng.random(len(start)) < setting.slow
        median, sigma = np.where(slow, SLOW_HOURS, median), np.where(slow, SLOW_SIGMA, sigma)
    delay = rng.lognormal(np.log(median * HOUR), sigma).astype(np.int64)
    return np.where(rng.random(len(start)) < odds / (1 + odds), delay, NEVER)


def _next_issue(rng, issue: np.ndarray) -> np.ndarray:
    """What a callback is about."""
    other = rng.choice(len(CATEGORIES), len(issue), p=_shares())
    return np.where(rng.random(len(issue)) < SAME_CATEGORY, issue, other)


def _assembled(name, seed, days, parts, group, agent_effect) -> World:
    """All generations in order of time, without the burn-in; parents renumbered."""
    whole = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    order = np.lexsort((whole["caller"], whole["start"]))
    order = order[whole["start"][order] >= -HISTORY_DAYS * DAY]
    place = np.full(len(whole["start"]) + 1, -1)  # the last one stands for habit: parent -1
    place[order] = np.arange(len(order))
    caller = whole["caller"][order]
    return World(
        name, seed, EPOCH, EPOCH + days * DAY, caller, group[caller], whole["start"][order] + EPOCH, whole["end"][order] + EPOCH,
        whole["issue"][order], whole["agent"][order], place[whole["parent"][order]], whole["delay"][order], agent_effect,
    )  # fmt: skip
