"""Hotlines that several tests read: each is written once a run, by whichever process asks first, and its store and its frames are everybody's."""

import os
from collections.abc import Callable
from pathlib import Path

from hotline_analysis import machine
from tests import small
from tests.notebooks import invented


def shared(factory, name: str, write: Callable[[Path], object]) -> Path:
    """The folder that `write` filled; factory: pytest's `tmp_path_factory`. For tests that change nothing in it."""
    base = factory.getbasetemp()
    home = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    home.mkdir(exist_ok=True)
    with machine.patient_lock(home / f"{name}.lock", 600, lambda: None):
        if not (home / name).exists():
            making = home / f"{name}.made"
            making.mkdir()
            write(making)
            making.rename(home / name)
    return home / name


def two_thousand(factory) -> Path:
    """The params of the notebooks' own hotline of 2,000 calls: three months, every column that calls may have."""
    return shared(factory, "two_thousand", invented.write) / "two_thousand.yaml"


def surveyed(factory) -> Path:
    """The params of the small hotline with questionnaires, quality checks and self-ratings."""
    return shared(factory, "surveyed", small.write_surveyed) / "surveyed.yaml"
