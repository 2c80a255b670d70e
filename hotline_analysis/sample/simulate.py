"""Fourteen months of calls, one after another: who calls, who answers, who gives up, who comes back. All in whole seconds.

Seconds count from 2023-08-01 00:00 local time. Habitual calls come first (a Poisson stream with a daily and weekly cycle, shared out over
callers with heavy-tailed rates); the loop then serves every attempt in order of time and lets it cause others: redials, callbacks, flows.
"""

import heapq
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from hotline_analysis.sample import city
from hotline_analysis.sample.city import DAY, HOUR, ISSUES, WEEK
from hotline_analysis.sample.draws import bits, chance, choose, generator, lognormal, read

SEED = 12345
CAUSES = ("habit", "weekly", "callback", "flow", "redial_abandoned", "redial_dropped", "redial_outage")
HABIT, WEEKLY, CALLBACK, FLOW, REDIAL_ABANDONED, REDIAL_DROPPED, REDIAL_OUTAGE = range(len(CAUSES))
ANSWERED, ABANDONED, BLOCKED, LOST = range(4)

PEOPLE, FREQUENT, WEEKLY_CALLERS, SWITCHBOARDS = 100_000, 40, 30, 2
FREQUENT_A_MONTH, SWITCHBOARD_A_MONTH = (12, 30), (280, 220)
CALLS_A_DAY = 1_110  # habitual, on an ordinary Tuesday
WEEKDAY_LOAD = (1.12, 1.0, 0.98, 0.97, 0.99, 0.72, 0.64)
HOLIDAY_LOAD = 0.52
HOUR_LOAD = (9, 6, 4, 4, 5, 9, 20, 44, 84, 108, 100, 76, 52, 58, 78, 82, 76, 66, 52, 46, 42, 34, 24, 15)
DAY_NOISE, MONTH_NOISE = 0.05, 0.02

OUTAGE = (("2024-09-11", 14 * HOUR + 300), ("2024-09-11", 15 * HOUR + 1_200))  # 14:05 to 15:20, no record at all
CHANGED_MONTH = "2024-09"  # from here on the day shift has fewer seats

PATIENCE = lognormal(75, 0.9, at_least=3)
TALK = [lognormal(c.talk_seconds, 0.62, at_least=12) for c in city.CLASSES]
WRAP = lognormal(55, 0.7, at_least=3)
DELAY = [lognormal(c.median_hours * HOUR, c.sigma, up_to=WEEK) for c in city.CLASSES]
REDIAL = lognormal(170, 0.9, at_least=15)
LONGEST_WAIT = 900  # a call that would wait longer is turned away
LEADS_SHARE = 0.35  # of the callbacks after 停水报修 that are about 水费减免
SAME_ISSUE, SAME_BRANCH = 0.75, 0.90  # cumulative: the same leaf, another leaf of the same level 1, anything


@dataclass(frozen=True)
class Calls:
    """One entry per attempt, in order of time. `parent` is the attempt that caused it, -1 for none."""

    start: np.ndarray
    caller: np.ndarray
    issue: np.ndarray
    cause: np.ndarray
    parent: np.ndarray
    state: np.ndarray
    agent: np.ndarray
    wait: np.ndarray
    ring: np.ndarray
    talk: np.ndarray
    wrap: np.ndarray

    def __len__(self) -> int:
        return len(self.start)

    @property
    def end(self) -> np.ndarray:
        return self.start + self.wait + self.ring + self.talk


def day_index(text: str) -> int:
    return (city.date.fromisoformat(text) - city.FIRST_DAY).days


def days() -> list:
    return [city.FIRST_DAY + timedelta(days=n) for n in range(city.DAYS)]


def day_loads(rng) -> np.ndarray:
    """Expected habitual calls of each day: weekday, holiday, exchanged weekends, and noise by month and by day."""
    month_noise, day_noise = {}, lognormal(10_000, DAY_NOISE)
    loads = []
    for day in days():
        month = month_noise.setdefault((day.year, day.month), int(read(lognormal(10_000, MONTH_NOISE), bits(rng, 1))[0]))
        usual = WEEKDAY_LOAD[1] if day in city.WORKING_WEEKENDS else HOLIDAY_LOAD if day in city.HOLIDAYS else WEEKDAY_LOAD[day.weekday()]
        loads.append(CALLS_A_DAY * usual * month / 10_000 * int(read(day_noise, bits(rng, 1))[0]) / 10_000)
    return np.array(loads)


def caller_weights(rng) -> np.ndarray:
    """Whole-number rates: ordinary people heavy-tailed, then frequent callers, weekly callers (0: they keep a clock), switchboards."""
    people = read(lognormal(1_000, 1.0), bits(rng, PEOPLE))
    a_month = 30.4 * CALLS_A_DAY * 0.9
    unit = people.sum() / (a_month - 40 * 21 - sum(SWITCHBOARD_A_MONTH))  # weight of one call a month
    frequent = rng.integers(FREQUENT_A_MONTH[0], FREQUENT_A_MONTH[1] + 1, size=FREQUENT)
    return np.concatenate([people, frequent * round(unit), np.zeros(WEEKLY_CALLERS, np.int64), np.array(SWITCHBOARD_A_MONTH) * round(unit)])


def habitual_calls() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """start, caller, issue, cause of every call that nothing caused, in order of time."""
    rng = generator(SEED, 1)
    hours = np.array(HOUR_LOAD) / sum(HOUR_LOAD)
    counts = rng.poisson(np.outer(day_loads(rng), hours)).ravel()
    start = np.repeat(np.arange(len(counts)) * HOUR, counts) + rng.integers(0, HOUR, size=counts.sum())
    caller = choose(rng, len(start), caller_weights(rng))
    issue = choose(rng, len(start), [round(i.share * 1_000) for i in ISSUES])
    home = choose(rng, PEOPLE + FREQUENT + WEEKLY_CALLERS + SWITCHBOARDS, [round(i.share * 1_000) for i in ISSUES])
    keeps = (caller >= PEOPLE) & (caller < PEOPLE + FREQUENT) & chance(rng, len(start), 0.6)
    issue = np.where(keeps, home[caller], issue)
    weekly_start, weekly_caller = weekly_calls(rng)
    start, caller = np.concatenate([start, weekly_start]), np.concatenate([caller, weekly_caller])
    issue = np.concatenate([issue, home[weekly_caller]])
    cause = np.repeat([HABIT, WEEKLY], [len(issue) - len(weekly_start), len(weekly_start)])
    order = np.lexsort((caller, start))
    return start[order], caller[order], issue[order], cause[order]


def weekly_calls(rng) -> tuple[np.ndarray, np.ndarray]:
    """People who call every week on their weekday at their hour, give or take 20 minutes; they miss one week in ten."""
    first = rng.integers(0, 5, size=WEEKLY_CALLERS) * DAY + rng.integers(8 * HOUR, 18 * HOUR, size=WEEKLY_CALLERS)
    weeks = city.DAYS // 7
    start = first[:, None] + np.arange(weeks) * WEEK + rng.integers(-1_200, 1_201, size=(WEEKLY_CALLERS, weeks))
    kept = chance(rng, start.shape, 0.9) & (start < city.DAYS * DAY)
    caller = np.broadcast_to(PEOPLE + FREQUENT + np.arange(WEEKLY_CALLERS)[:, None], start.shape)
    return start[kept], caller[kept]


# shift: first hour, last hour, seats on working days, seats on the others, seats on working days of the changed month
SHIFTS = (("early", 7, 15, 11, 8, 10), ("middle", 11, 19, 5, 3, 4), ("late", 15, 23, 8, 6, 7), ("night", 22, 31.5, 4, 4, 4))


def roster() -> list[tuple[int, int, int]]:
    """(from, until, agent) of every shift, in order of time. The five teams go early, middle, late, night, off; seats rotate in the team."""
    rows = []
    changed = city.date.fromisoformat(CHANGED_MONTH + "-01")
    for n in range(-1, city.DAYS):
        day = city.FIRST_DAY + timedelta(days=n)
        for role, (_, first, last, working, other, later) in enumerate(SHIFTS):
            seats = other if not city.is_working(day) else later if day >= changed else working
            team = (role - n) % 5
            rows += [(n * DAY + first * HOUR, n * DAY + round(last * HOUR), team * 12 + (n // 5 * 5 + k) % 12) for k in range(seats)]
    return sorted(rows)


class _Draws:
    """The random numbers of one attempt, drawn in blocks; every attempt takes one row whether it needs it or not."""

    BLOCK = 1 << 16
    COLUMNS = ("patience", "talk", "wrap", "back", "delay", "issue", "redial", "redial_delay", "cut", "ring")

    def __init__(self):
        self.rng, self.used, self.rows = generator(SEED, 2), 0, iter(())

    def __call__(self):
        if self.used % self.BLOCK == 0:
            self.rows = iter(bits(self.rng, (self.BLOCK, len(self.COLUMNS))).tolist())
        self.used += 1
        return next(self.rows)


TOP = 1 << 28


def _read(table: list[int], draw: int) -> int:
    cell = draw >> 16
    low = table[cell]
    return low + ((table[cell + 1] - low) * (draw & 0xFFFF) >> 16)


class Hotline:
    """The loop's state: agents by the second they are free, calls yet to come, and what has been recorded."""

    def __init__(self):
        self.roster, self.on_duty = roster(), []
        self.next_shift = 0
        self.coming, self.rows = [], []
        self.tables = {"patience": PATIENCE.tolist(), "wrap": WRAP.tolist(), "redial": REDIAL.tolist()}
        self.talk, self.delay = [t.tolist() for t in TALK], [t.tolist() for t in DELAY]
        self.classes = [i.class_index for i in ISSUES]
        self.back = [[round(TOP * i.comes_back * (2 if a in city.UNSOLVED else 1)) for i in ISSUES] for a in range(60)]
        self.weights = np.cumsum([round(i.share * 1_000) for i in ISSUES])
        self.branches = _branches()
        self.outage = tuple(day_index(d) * DAY + s for d, s in OUTAGE)
        self.last = city.DAYS * DAY
        leaves = [i.level_3 for i in ISSUES]
        self.leads_from, self.leads_to = leaves.index(city.LEADS_FROM), leaves.index(city.LEADS_TO)

    def free_agent(self, now: int) -> tuple[int, int, int]:
        """(free from, end of shift, agent) of whoever is free first; agents whose shift is over have gone."""
        rows, duty = self.roster, self.on_duty
        while self.next_shift < len(rows) and rows[self.next_shift][0] <= now:
            first, last, agent = rows[self.next_shift]
            heapq.heappush(duty, (first, last, agent))
            self.next_shift += 1
        while max(duty[0][0], now) >= duty[0][1]:
            heapq.heappop(duty)
        return duty[0]

    def attempt(self, now: int, caller: int, issue: int, cause: int, parent: int, draw: list[int]) -> None:
        """One call: served, given up, turned away, or lost in the outage; and what follows from it."""
        patience, talk, wrap, back, delay, which, redial, redial_delay, cut, ring = draw
        number = len(self.rows)
        if self.outage[0] <= now < self.outage[1]:
            self.rows.append((now, caller, issue, cause, parent, LOST, -1, 0, 0, 0, 0))
            self.again(self.outage[1] + redial_delay % 1_500, caller, issue, REDIAL_OUTAGE, number, redial, 0.6)
            return
        free, off, agent = self.free_agent(now)
        wait = max(0, free - now)
        limit = _read(self.tables["patience"], patience)
        if wait > min(limit, LONGEST_WAIT):
            state, waited = (BLOCKED, 0) if wait > LONGEST_WAIT else (ABANDONED, limit)
            self.rows.append((now, caller, issue, cause, parent, state, -1, waited, 0, 0, 0))
            self.again(now + waited + _read(self.tables["redial"], redial_delay), caller, issue, REDIAL_ABANDONED, number, redial, 0.6)
            return
        ring, wrap = 2 + ring % 5, _read(self.tables["wrap"], wrap)
        dropped = cut < (0.27 if agent == city.HANGS_UP else 0.006) * TOP
        talk = 1 + talk % 9 if dropped else _read(self.talk[self.classes[issue]], talk)
        end = now + wait + ring + talk
        heapq.heapreplace(self.on_duty, (end + wrap, off, agent))
        self.rows.append((now, caller, issue, cause, parent, ANSWERED, agent, wait, ring, talk, wrap))
        if dropped:
            self.again(end + 20 + redial_delay % 540, caller, issue, REDIAL_DROPPED, number, redial, 0.6)
        elif back < self.back[agent][issue]:
            later, flow = self.next_issue(issue, which)
            self.again(end + _read(self.delay[self.classes[issue]], delay), caller, later, FLOW if flow else CALLBACK, number, 0, 1)

    def again(self, when, caller, issue, cause, parent, draw, share) -> None:
        """The caller comes back with this share, unless the data have ended by then."""
        if draw < share * TOP and when < self.last:
            heapq.heappush(self.coming, (when, caller, issue, cause, parent))

    def next_issue(self, issue: int, draw: int) -> tuple[int, bool]:
        """What the callback is about: mostly the same, sometimes a neighbour or anything; after 停水报修 often 水费减免."""
        kind, rest = draw >> 14, draw & 0x3FFF
        if issue == self.leads_from:
            return (self.leads_to, True) if kind < LEADS_SHARE * (1 << 14) else (issue, False)
        if kind < SAME_ISSUE * (1 << 14):
            return issue, False
        if kind < SAME_BRANCH * (1 << 14):
            branch = self.branches[issue]
            return branch[rest % len(branch)], False
        return int(np.searchsorted(self.weights, rest * int(self.weights[-1]) >> 14, side="right")), False

    def run(self) -> Calls:
        """Every attempt of the fourteen months."""
        habit = zip(*(column.tolist() for column in habitual_calls()), strict=True)
        draws, coming = _Draws(), self.coming
        for start, caller, issue, cause in habit:
            while coming and coming[0][0] <= start:
                self.attempt(*heapq.heappop(coming), draws())
            self.attempt(start, caller, issue, cause, -1, draws())
        while coming:
            self.attempt(*heapq.heappop(coming), draws())
        return Calls(*(np.array(column, dtype=np.int64) for column in zip(*self.rows, strict=True)))


def _branches() -> list[list[int]]:
    """For each leaf the leaves of its level 1."""
    return [[n for n, other in enumerate(ISSUES) if other.level_1 == issue.level_1] for issue in ISSUES]


def run() -> Calls:
    """The whole simulation: the same calls every time, in some five seconds."""
    return Hotline().run()
