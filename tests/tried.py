"""How many examples a law is tried on, and how many cells of a wide grid: a fifth in `make test` (less where an example is dear), all of them in `make prove` (TRIED=whole)."""

import os
from collections.abc import Iterable
from itertools import product

from hypothesis import settings

WHOLE = os.environ.get("TRIED") == "whole"
DEFAULT = 100  # of a law that says nothing


def tried(examples: int = DEFAULT, *, one_in: int = 5, **more) -> settings:
    """Settings of a law with so many examples in a whole run, and one in `one_in` of them (never under ten) in `make test`.

    Without a time limit for an example: a busy machine is no counterexample.
    """
    return settings(max_examples=_part(examples, one_in), deadline=None, **more)


def by_default() -> None:
    """The same for every law without settings of its own."""
    settings.register_profile("tried", max_examples=_part(DEFAULT), deadline=None)
    settings.load_profile("tried")


def _part(examples: int, one_in: int = 5) -> int:
    return examples if WHOLE else max(examples // one_in, min(examples, 10))


def some(rows: Iterable, columns: Iterable) -> list[tuple]:
    """Every cell (row, column) of a grid in a whole run, else each fifth of a diagonal: with five of each, no row and no column goes without."""
    return [(r, c) for (i, r), (j, c) in product(enumerate(rows), enumerate(columns)) if WHOLE or (i + j) % 5 == 0]
