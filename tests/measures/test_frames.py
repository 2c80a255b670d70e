"""A consultant's own frame at the door of the measures: its rows are told in the order of time, or it is refused."""

import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pytest

from hotline_analysis.errors import DataRefused
from hotline_analysis.measures.definition import parse
from hotline_analysis.measures.frames import lazy, pandas
from hotline_analysis.measures.gaps import gap_table

MAKE = {"pandas": pd.DataFrame, "polars": pl.DataFrame}
CALLS = {
    "call_id": ["later", "first", "tie", "other"],
    "start_s": [900, 100, 900, 300],
    "caller": [1, 1, 1, 2],
    "outcome": ["answered"] * 4,
}


def named(frame) -> dict[str, int]:
    rows = pandas(frame)
    return dict(zip(rows["call_id"], rows["seq"].astype(int), strict=True))


@pytest.mark.parametrize("engine", MAKE)
def test_calls_without_places_are_numbered_by_the_clock_and_then_as_they_stand(engine):
    frame = lazy(MAKE[engine](CALLS))
    assert named(frame) == {"first": 0, "other": 1, "later": 2, "tie": 3}
    rows = pandas(gap_table(frame.with_columns(local_s=nw.col("start_s")), parse({}, "test"), data_start_s=0, data_end_s=10_000))
    assert {c: g for c, g in zip(rows["call_id"], rows["gap_s"].astype(float), strict=True) if g == g} == {"first": 800.0, "later": 0.0}


@pytest.mark.parametrize("engine", MAKE)
def test_places_that_do_not_run_as_the_clock_does_are_refused(engine):
    with pytest.raises(DataRefused) as told:
        lazy(MAKE[engine]({**CALLS, "seq": [0, 1, 2, 3]}))
    assert str(told.value) == (
        "frame › seq › does not run as start_s does. It is a row's place in the order of time: leave it out, and the rows are numbered so."
    )
    assert named(lazy(MAKE[engine]({**CALLS, "seq": [7, 1, 5, 2]}))) == {"first": 1, "other": 2, "tie": 5, "later": 7}


@pytest.mark.parametrize("engine", MAKE)
def test_another_table_is_numbered_as_it_stands(engine):
    rows = pandas(lazy(MAKE[engine]({"order_id": ["b", "a"], "created_s": [9, 1]})))
    assert dict(zip(rows["order_id"], rows["seq"], strict=True)) == {"b": 0, "a": 1}
