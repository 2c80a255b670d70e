"""Control instants by hand: the same weekday and clock time, what the caller did after it, and how long it was watched."""

import pandas as pd
import pytest

from hotline_analysis.measures.definition import parse
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import gap_table
from tests.spec.frames import ENGINES, on

WEEK, END = 7 * 86400, 5 * 7 * 86400


def table(starts: list[int]) -> dict[str, list]:
    """One caller's calls of a minute each."""
    n = len(starts)
    return {
        "seq": list(range(n)),
        "start_s": starts,
        "local_s": starts,
        "end_s": [s + 60 for s in starts],
        "caller": [1] * n,
        "caller_group": [1] * n,
        "outcome": ["answered"] * n,
    }


def controls(engine: str, starts: list[int], **rule) -> dict[str, int | None]:
    """The control columns of the last call that starts in week 2."""
    frame = pandas(gap_table(on(engine, table(starts)), parse(rule, "x"), data_start_s=0, data_end_s=END, controls=True))
    row = frame[frame["start_s"] == 2 * WEEK + 100].iloc[0]
    return {c: None if pd.isna(row[c]) else int(row[c]) for c in frame.columns if c.startswith(("control_", "follow_"))}


STARTS = [160, 30 + 160, 2 * WEEK + 100, 4 * WEEK + 100 + 60 + 3600]


@pytest.mark.parametrize("engine", ENGINES)
def test_gaps_from_two_and_three_weeks_away(engine):
    told = controls(engine, STARTS)
    reference = 2 * WEEK + 160
    assert told["control_m2_s"] == 0  # a call two weeks before at the very second counts
    assert told["control_p2_s"] == 3600
    assert told["follow_p2_s"] == END - (reference + 2 * WEEK)
    assert (told["control_m3_s"], told["follow_m3_s"]) == (None, None)  # before the data
    assert (told["control_p3_s"], told["follow_p3_s"]) == (None, None)  # after the data


@pytest.mark.parametrize("engine", ENGINES)
def test_a_minimum_gap_holds_for_the_controls_too(engine):
    assert controls(engine, STARTS, min_gap_seconds=20)["control_m2_s"] == 30
