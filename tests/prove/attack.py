"""What an attacker who knows every published number of a hotline and of its editions can tell of a single cell: a linear programme bounds each in turn.

Invented tables of topics by units, some of a few cells, some of many, with small and empty ones. Published are the units' editions and the hotline's own table of topics, made by the product's own code;
or, of indicators (`kpis.csv`: rows are calls answered, abandoned, ...), every count of every edition by itself, none pooled, beside the hotline's exact ones;
the attacker also knows the rules, and that counts are whole numbers. A cell is recovered where the least and the most that it can be are the same, and no published number says so itself.
Source: Hundepool et al., Statistical Disclosure Control (2012), 4.2; HES rule, NHS Digital 2018.
"""

from collections.abc import Iterable
from functools import cache

import numpy as np
import pandas as pd
from scipy import optimize, sparse

from hotline_analysis import disclosure
from hotline_analysis.measures import rounding
from tests.measures.invented import KNOWN
from tests.prove import Cell, proof

SMALL, LEAST = disclosure.SMALLEST, 13  # the least count that an edition tells
REACH = 2  # of a rounding


def invented(rng: np.random.Generator) -> np.ndarray:
    """Counts of some topics (rows) by units (columns): gamma sizes, so that some are small and some nothing."""
    topics, units = rng.integers(3, 9), rng.integers(2, 7)
    sizes = np.outer(rng.gamma(0.7, 1, topics), rng.gamma(1.5, 1, units))
    return rng.poisson(sizes / sizes.mean() * rng.choice([6, 15, 40]))


def listed(counts: np.ndarray, *, rounded: bool) -> tuple[dict[int, float], float | None]:
    """What a page tells of some groups: the counts of those that it names, and of the rest together (None: there is no rest; nan: not told)."""
    names = disclosure.names_told({(n,): int(count) for n, count in enumerate(counts) if count}, SMALL)
    rows = [("rest" if name == (disclosure.OTHER,) else str(key[0]), float(counts[key[0]])) for key, name in names.items()]
    frame = pd.DataFrame(rows, columns=["group", "count"]).groupby("group", as_index=False).sum()
    shown = _rounded(frame) if rounded else disclosure.untold(frame, ["count"], [], SMALL, parts_of=())
    told = dict(zip(shown["group"], shown["count"], strict=True))
    rest = told.pop("rest", None)
    return {int(key): value for key, value in told.items()}, rest


def _rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """A page's groups as an edition tells them."""
    figures = ("share", "share_low", "share_high", "before", "difference", "change", "a_day", "uneven", "share_change")
    return rounding.of_groups(frame.assign(state="inside", share_state="inside", **dict.fromkeys(figures, np.nan)), None, True)


def told(counts: np.ndarray) -> np.ndarray:
    """What an edition's kpis.csv tells of some counts, each the calls answered of very many."""
    rows = [
        {
            "indicator": "connection_rate",
            "period": "2024-04",
            "group": "all",
            "numerator": int(k),
            "denominator": 10**6,
            "value": k / 1e6,
            "calls": 1,
        }
        for k in counts
    ]
    return rounding.months(pd.DataFrame(rows), KNOWN)["numerator"].to_numpy(float)


def within(value: float, *, rounded: bool) -> tuple[float, float]:
    """The least and the most that a count can be that a page tells; one that it does not tell may guard another, unless it is rounded and so small itself."""
    if not rounded:
        return (1, np.inf) if np.isnan(value) else (value, value)
    return (0, LEAST - 1) if np.isnan(value) else (max(value - REACH, LEAST), value + REACH)


class Known:
    """What the attacker has: the ends of every cell, and of sums of cells."""

    def __init__(self, shape: tuple[int, int], total: float):
        self.low, self.high = np.zeros(shape), np.full(shape, float(total))
        self.sums = [(np.ones(shape).ravel(), float(total), float(total))]  # the hotline's total is exact

    def add(self, places: tuple, ends: tuple[float, float]) -> None:
        mask = np.zeros(self.low.shape)
        mask[places] = 1
        self.sums.append((mask.ravel(), *ends))

    def unit(self, unit: int, counts: np.ndarray, *, rounded: bool) -> None:
        """An edition: its named topics, the rest of them as one, its total."""
        named, rest = listed(counts, rounded=rounded)
        for topic, value in named.items():
            low, high = within(value, rounded=rounded)
            self.low[topic, unit], self.high[topic, unit] = low, min(high, self.high[topic, unit])
        others = [n for n in range(len(counts)) if n not in named]
        if rest is None:
            self.high[others, unit] = 0
        else:
            self.add((others, unit), within(rest, rounded=rounded))
        total = float(counts.sum())
        self.add((slice(None), unit), within(told([total])[0], rounded=True) if rounded else (total, total))

    def indicators(self, unit: int, counts: np.ndarray) -> None:
        """An edition's kpis.csv: every count by itself, and that of all."""
        for row, value in enumerate(told(counts)):
            self.low[row, unit], self.high[row, unit] = within(value, rounded=True)
        self.add((slice(None), unit), within(told([counts.sum()])[0], rounded=True))

    def page(self, totals: np.ndarray, *, rounded: bool) -> None:
        """The hotline's own table of topics."""
        named, rest = listed(totals, rounded=rounded)
        for topic, value in named.items():
            self.add((topic, slice(None)), within(value, rounded=rounded))
        others = [n for n in range(len(totals)) if n not in named]
        self.add((others, slice(None)), (0, 0) if rest is None else within(rest, rounded=rounded))

    def ends(self, place: tuple[int, int]) -> tuple[int, int]:
        """The least and the most of one cell, whole numbers."""
        rows, low, high = zip(*self.sums, strict=True)
        goal = np.zeros(self.low.shape)
        goal[place] = 1.0
        known = optimize.LinearConstraint(sparse.csr_array(np.array(rows)), np.array(low), np.array(high))
        ask = {"constraints": [known], "bounds": optimize.Bounds(self.low.ravel(), self.high.ravel()), "integrality": np.ones(goal.size)}
        ends = [optimize.milp(sign * goal.ravel(), **ask) for sign in (1, -1)]
        if any(end.x is None for end in ends):
            raise AssertionError("what is published contradicts itself")
        return tuple(round(end.x.reshape(goal.shape)[place]) for end in ends)


def recovered(table: np.ndarray, *, editions: str, page: str) -> tuple[int, int]:
    """How many cells of 1 to 7 can be had exactly, of how many, where the editions and the hotline's own table of topics follow these profiles (pooled, internal)."""
    known = Known(table.shape, table.sum())
    for unit, counts in enumerate(table.T):
        if counts.sum() >= (LEAST if editions == "internal" else SMALL):  # a smaller unit has no edition
            known.unit(unit, counts, rounded=editions == "internal")
    known.page(table.sum(1), rounded=page == "internal")
    return _had(known, table)


def periods(rng: np.random.Generator, months: int = 3) -> np.ndarray:
    """Counts of some topics (rows) by month, each topic as many in every month but for chance."""
    sizes = rng.gamma(0.7, 1, rng.integers(3, 9))
    return rng.poisson(np.repeat((sizes / sizes.mean() * rng.choice([6, 15, 40]))[:, None], months, 1))


def recovered_months(table: np.ndarray, *, quarter: str) -> tuple[int, int]:
    """The same of the topics of the hotline's pages of some months, pooled, beside its page of all of them together under this profile; the total of each is exact."""
    known = Known(table.shape, table.sum())
    for month, counts in enumerate(table.T):
        known.unit(month, counts, rounded=False)
    known.page(table.sum(1), rounded=quarter == "internal")
    return _had(known, table)


def recovered_plainly(table: np.ndarray) -> tuple[int, int]:
    """The same where counts of 1 to 7 are merely not told, beside exact others and exact totals: what the attack finds where nothing protects."""
    known = Known(table.shape, table.sum())
    small = (table > 0) & (table < SMALL)
    known.low, known.high = np.where(small, 1, table), np.where(small, SMALL - 1, table)
    for axis, totals in enumerate((table.sum(1), table.sum(0))):
        for n, total in enumerate(totals):
            known.add((n, slice(None)) if axis == 0 else (slice(None), n), (total, total))
    return _had(known, table)


def recovered_indicators(table: np.ndarray) -> tuple[int, int]:
    """The same of indicators: every edition's counts by themselves, beside the hotline's own, which are exact."""
    known = Known(table.shape, table.sum())
    for unit, counts in enumerate(table.T):
        if counts.sum() >= LEAST:
            known.indicators(unit, counts)
    for row, total in enumerate(table.sum(1)):
        known.add((row, slice(None)), (total, total))
    return _had(known, table)


def recovered_alone(table: np.ndarray) -> tuple[int, int]:
    """The same of the topics of the hotline's own page under `pooled`, without any edition: one table with one total."""
    counts = table.sum(1)
    known = Known((len(counts), 1), counts.sum())
    known.page(counts, rounded=False)
    return _had(known, counts[:, None])


def _had(known: Known, table: np.ndarray) -> tuple[int, int]:
    small = list(zip(*np.nonzero((table > 0) & (table < SMALL)), strict=True))
    return sum(len({*known.ends(place)}) == 1 for place in small), len(small)


ATTACKS = {
    "internal": lambda table: recovered(table, editions="internal", page="internal"),
    "default": lambda table: recovered(table, editions="internal", page="pooled"),
    "pooled": lambda table: recovered(table, editions="pooled", page="pooled"),
    "indicators": recovered_indicators,
    "alone": recovered_alone,
    "plain": recovered_plainly,
    "quarter": lambda table: recovered_months(table, quarter="internal"),
    "quarter pooled": lambda table: recovered_months(table, quarter="pooled"),
}


@cache
def attacked(seed: int, tables: int, page: str) -> tuple[int, int]:
    """Cells that were recovered, and cells that were attacked, over so many tables."""
    rng = np.random.default_rng(seed)
    found = []
    while len(found) < tables:
        table = periods(rng) if page.startswith("quarter") else invented(rng)
        if table.sum() >= SMALL:
            found.append(ATTACKS[page](table))
    return tuple(int(n) for n in np.sum(found, axis=0))


@proof("Cells of 1 to 7 recovered exactly by a linear programme, over 200 invented tables of topics by units", runs=200)
def attack(runs: int, rng: np.random.Generator) -> Iterable[Cell]:
    seed = int(rng.integers(1 << 32))
    yield Cell("editions and the hotline's page under `internal`", *attacked(seed, runs, "internal"), most=0.0)
    yield Cell("editions under `internal`, the hotline's page under `pooled`", *attacked(seed, runs, "default"), most=0.0)
    yield Cell("indicators: kpis.csv of the editions, the hotline's exact beside them", *attacked(seed, runs, "indicators"), most=0.0)
    yield Cell("the hotline's page under `pooled`, without editions", *attacked(seed, runs, "alone"), most=0.0)
    yield Cell("editions and page under `pooled`: what rounding is there for", *attacked(seed, runs, "pooled"))
    yield Cell("months under `pooled` beside their quarter, whose groups are rounded", *attacked(seed, runs, "quarter"), most=0.02)
    yield Cell("months and their quarter under `pooled`: what rounding the quarter is there for", *attacked(seed, runs, "quarter pooled"))
    yield Cell("counts under 8 not told, all else exact", *attacked(seed, runs, "plain"), least=0.1)
