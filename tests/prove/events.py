"""Months in which nothing happened, looked at for what broke: Poisson calls by hour and weekday, and the same with days that are busier and quieter."""

import numpy as np

from hotline_analysis.studies.service import events
from tests.prove import Cell, proof
from tests.studies.service.invented import calls, view


@proof("A month in which nothing happened shows something broken", runs=2000)
def quiet_months(runs: int, rng: np.random.Generator) -> list[Cell]:
    """Each kind of finding by itself keeps its level, whatever the size of the hotline."""
    found = dict.fromkeys((*events.KINDS, "burst"), 0)
    for seed in rng.integers(0, 2**31, runs):
        row = events.found(view(calls(int(seed), a_day=float(rng.choice([20, 60]))))).iloc[0]
        for name in found:
            found[name] += int(row[f"{name}_count"] > 0)
    return [Cell(name, hits, runs, most=events.LEVEL) for name, hits in found.items()]
