"""A frame is the same whatever order the engine's threads hand its rows over in: the page of a month can be had again byte by byte."""

import importlib
import re

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest

from hotline_analysis import open_hotline
from hotline_analysis.errors import HotlineError
from hotline_analysis.hotline import study_names
from tests.studies.scattered import scattered
from tests.tried import some

MONTH = "2024-03"
TABLES = [(s, t) for s in study_names() for t in importlib.import_module(f"hotline_analysis.studies.{s}").TABLES]
PARTS = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|[()]|ORDER BY")
COLLECT = nw.LazyFrame.collect


def ordered(sql: str) -> bool:
    """Whether the query itself says in which order its rows come."""
    depth = 0
    for part in PARTS.findall(sql):
        depth += {"(": 1, ")": -1}.get(part, 0)
        if part == "ORDER BY" and depth == 0:
            return True
    return False


def shuffled(seed: int):
    """As if the engine's threads had ended in another order: only a query that asks for an order gets it."""
    random = np.random.default_rng(seed)

    def collect(frame, *given, **options):
        made = COLLECT(frame, *given, **options)
        if ordered(frame.to_native().sql_query()):
            return made
        rows = made.to_native()
        return nw.from_native(rows.iloc[random.permutation(len(rows))].reset_index(drop=True), eager_only=True)

    return collect


def test_what_asks_for_an_order_is_known_by_its_text():
    assert ordered("SELECT * FROM (SELECT 1) ORDER BY a")
    assert not ordered("SELECT first(x ORDER BY y) FROM (SELECT 1 ORDER BY z) WHERE a = 'ORDER BY'")


@pytest.fixture(scope="module")
def params(tmp_path_factory):
    return scattered(tmp_path_factory)


def made(params, make) -> pd.DataFrame:
    frame = make(open_hotline(params, MONTH, "en", progress=False).view)
    frame.attrs = {}
    return frame.reset_index(drop=True).map(lambda cell: repr(cell) if isinstance(cell, tuple) else cell)  # nan in it is no nan of pandas


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "asked"), some(range(5), TABLES), ids=str)
def test_a_frame_does_not_hang_on_the_order_of_rows(params, seed, asked, monkeypatch):
    make = importlib.import_module(f"hotline_analysis.studies.{asked[0]}").TABLES[asked[1]]
    try:
        usual = made(params, make)
    except HotlineError:
        pytest.skip("these data do not answer it")
    monkeypatch.setattr(nw.LazyFrame, "collect", shuffled(seed))
    pd.testing.assert_frame_equal(made(params, make), usual, check_exact=True)
