"""Every table of every study over exports that lack something: a frame or a sentence, never a traceback, and no figure where there is no base."""

import importlib
from functools import cache

import pytest

from hotline_analysis.errors import HotlineError
from hotline_analysis.hotline import open_hotline, study_names
from tests.studies.odd import EXPORTS, odd
from tests.tried import some

TABLES = [(s, t) for s in study_names() for t in importlib.import_module(f"hotline_analysis.studies.{s}").TABLES]


@pytest.fixture(scope="module")
def hotlines(tmp_path_factory):
    """The hotline of an export, opened once."""
    opened = cache(lambda name: open_hotline(odd(tmp_path_factory, name), "2024-04", progress=False))
    yield opened
    opened.cache_clear()


@pytest.mark.parametrize(("export", "asked"), some(EXPORTS, TABLES), ids=str)
def test_a_frame_or_a_sentence(hotlines, export, asked):
    hotline, (study, table) = hotlines(export), asked
    try:
        frame = hotline.study(study, table)
    except HotlineError as said:
        assert " › " in str(said) and "\n" not in str(said)
        return
    assert frame.to_csv(index=False)
    if {"value", "denominator"} <= set(frame):
        nothing = frame[frame["denominator"].fillna(0).eq(0)]
        assert nothing["value"].isna().all(), "an empty base is missing, never 0"
