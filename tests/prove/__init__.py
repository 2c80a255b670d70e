"""What the page claims about chance, measured: seeded simulations whose shares are held between bounds.

`make prove` runs them all and writes docs/proof.md; the slow tests of `.ci/run` run a tenth of each, with every bound moved to the 99.9 %
point of the smaller run's own sampling error, so that it fails only when the bound is broken and not by bad luck.

A simulation is a function of (runs, rng) that gives `Cell`s, marked with `@proof("title", runs=...)` in any module of this folder.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from scipy import stats

SEED = 12345
SURE = 0.999  # a run fails when its share would come by chance less often than 1 - SURE though the bound were kept


@dataclass(frozen=True)
class Cell:
    """How often something happened in so many independent runs, and the share that it must not fall below or pass (None: printed only)."""

    name: str
    hits: int
    runs: int
    least: float | None = None
    most: float | None = None

    @property
    def share(self) -> float:
        return self.hits / self.runs if self.runs else float("nan")

    def held(self, *, tenth: bool) -> bool:
        """Whether the bounds are kept: to the letter, or as far as the sampling error of a tenth can tell."""
        if not self.runs:
            return self.least is None and self.most is None
        if not tenth:
            return (self.least is None or self.share >= self.least) and (self.most is None or self.share <= self.most)
        low = self.least is None or stats.binom.cdf(self.hits, self.runs, self.least) >= 1 - SURE
        return bool(low and (self.most is None or stats.binom.sf(self.hits - 1, self.runs, self.most) >= 1 - SURE))


@dataclass(frozen=True)
class Proof:
    """One simulation: its title, how many runs make it whole, and what makes its cells."""

    title: str
    runs: int
    make: Callable[[int, np.random.Generator], Iterable[Cell]]

    def cells(self, *, tenth: bool = False) -> list[Cell]:
        """The cells of a whole run, or of a tenth of it; the same on every machine."""
        return list(self.make(max(self.runs // 10, 1) if tenth else self.runs, np.random.default_rng(SEED)))


PROOFS: dict[str, Proof] = {}


def proof(title: str, *, runs: int) -> Callable:
    """Register a simulation under its function's name."""

    def register(make: Callable) -> Callable:
        if make.__name__ in PROOFS:
            raise ValueError(f"{make.__module__}: a simulation is called {make.__name__} already, and would run in its place.")
        PROOFS[make.__name__] = Proof(title, runs, make)
        return make

    return register


def found() -> dict[str, Proof]:
    """Every simulation of this folder, by name."""
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith(("_", "test_")):
            importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(PROOFS.items()))
