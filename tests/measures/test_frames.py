"""A consultant's own frame at the door of the measures: its rows are told in the order of time, or it is refused."""

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest

from hotline_analysis.errors import DataRefused
from hotline_analysis.measures.definition import parse
from hotline_analysis.measures.frames import lazy, pandas
from hotline_analysis.measures.gaps import gap_table

MAKE = {"pandas": pd.DataFrame, "polars": pl.DataFrame}
EVERY = {
    **MAKE,
    "polars lazy": lambda data: pl.LazyFrame(data),
    "duckdb": lambda data: duckdb.from_df(pd.DataFrame(data)),
}
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
    rows = pandas(
        gap_table(frame.with_columns(local_s=nw.col("start_s")), parse({"clock": "start"}, "test"), data_start_s=0, data_end_s=10_000)
    )
    assert {c: g for c, g in zip(rows["call_id"], rows["gap_s"].astype(float), strict=True) if g == g} == {"first": 800.0, "later": 0.0}


@pytest.mark.parametrize("engine", EVERY)
@pytest.mark.parametrize(
    "seq",
    [[0, 1, 2, 3], [2, 0, 2, 1], [9, 9, 9, 9], [2, None, 3, 1]],
    ids=["as they stand", "a place twice", "no order", "a place missing"],
)
def test_places_that_do_not_tell_the_order_of_time_are_refused(engine, seq):
    with pytest.raises(DataRefused) as told:
        lazy(EVERY[engine]({**CALLS, "seq": seq}))
    assert str(told.value) == (
        "frame › seq › is not each row's own, or does not run as start_s does. "
        "It is a row's place in the order of time: leave it out, and the rows of a DataFrame are numbered so."
    )


@pytest.mark.parametrize("engine", EVERY)
def test_places_may_begin_anywhere_and_a_call_without_a_start_has_any(engine):
    assert named(lazy(EVERY[engine]({**CALLS, "seq": [7, 1, 5, 2]}))) == {"first": 1, "other": 2, "tie": 5, "later": 7}
    assert named(lazy(EVERY[engine]({**CALLS, "start_s": [900, 100, None, 300], "seq": [7, 1, 0, 2]})))["tie"] == 0
    with pytest.raises(DataRefused):
        lazy(EVERY[engine]({**CALLS, "start_s": [900, None, 300, 950], "seq": [0, 1, 2, 3]}))


@pytest.mark.parametrize("engine", EVERY)
@pytest.mark.parametrize("kind", ["int64", "uint32", "below zero"])
def test_gaps_are_the_same_whatever_numbers_places_are(engine, kind):
    """With a least gap, for which the engines that have no join look along one line."""
    seq = np.array([2, 0, 3, 1], dtype="int64" if kind == "below zero" else kind)
    frame = lazy(EVERY[engine]({**CALLS, "local_s": CALLS["start_s"], "seq": seq - 9 if kind == "below zero" else seq}))
    rows = pandas(gap_table(frame, parse({"min_gap_seconds": 10, "clock": "start"}, "test"), data_start_s=0, data_end_s=10_000))
    assert rows.set_index("call_id")["gap_s"].dropna().astype(int).to_dict() == {"first": 800}


@pytest.mark.parametrize("engine", EVERY)
def test_a_table_of_a_store_is_not_looked_at_again(engine):
    placed = named(lazy(EVERY[engine]({**CALLS, "seq": [0, 1, 2, 3]}), placed=True))
    assert placed == {"later": 0, "first": 1, "tie": 2, "other": 3}


def test_row_labels_may_be_named_as_a_column_is():
    frame = pd.DataFrame(CALLS).set_index("start_s", drop=False)
    assert named(lazy(frame)) == {"first": 0, "other": 1, "later": 2, "tie": 3}


@pytest.mark.parametrize("engine", MAKE)
def test_another_table_is_numbered_as_it_stands(engine):
    rows = pandas(lazy(MAKE[engine]({"order_id": ["b", "a"], "created_s": [9, 1]})))
    assert dict(zip(rows["order_id"], rows["seq"], strict=True)) == {"b": 0, "a": 1}
