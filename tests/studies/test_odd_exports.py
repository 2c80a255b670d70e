"""Every table of every study over exports that lack something: a frame or a sentence, never a traceback, and no figure where there is no base."""

import importlib

import pytest

from hotline_analysis.errors import HotlineError
from hotline_analysis.hotline import Hotline, open_hotline, study_names
from tests.studies.odd import EXPORTS, odd


@pytest.fixture(scope="module", params=EXPORTS)
def hotline(request, tmp_path_factory) -> Hotline:
    return open_hotline(odd(tmp_path_factory, request.param), "2024-04", progress=False)


@pytest.mark.parametrize(
    ("study", "table"), [(s, t) for s in study_names() for t in importlib.import_module(f"hotline_analysis.studies.{s}").TABLES]
)
def test_a_frame_or_a_sentence(hotline, study, table):
    try:
        frame = hotline.study(study, table)
    except HotlineError as said:
        assert " › " in str(said) and "\n" not in str(said)
        return
    assert frame.to_csv(index=False)
    if {"value", "denominator"} <= set(frame):
        nothing = frame[frame["denominator"].fillna(0).eq(0)]
        assert nothing["value"].isna().all(), "an empty base is missing, never 0"
