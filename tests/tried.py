"""How many examples a law is tried on: a fifth of them in `make test`, all of them in `make prove` (TRIED=whole)."""

import os

from hypothesis import settings

WHOLE = os.environ.get("TRIED") == "whole"
DEFAULT = 100  # of a law that says nothing


def tried(examples: int = DEFAULT, **more) -> settings:
    """Settings of a law with so many examples in a whole run, without a time limit for one of them: a busy machine is no counterexample."""
    return settings(max_examples=_part(examples), deadline=None, **more)


def by_default() -> None:
    """The same for every law without settings of its own."""
    settings.register_profile("tried", max_examples=_part(DEFAULT), deadline=None)
    settings.load_profile("tried")


def _part(examples: int) -> int:
    return examples if WHOLE else max(examples // 5, min(examples, 10))
