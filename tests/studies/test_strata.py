"""Every table that is made by strata answers a list of one, of two and an unknown name: a frame, or a sentence that says what would be right; never a traceback."""

import importlib
import inspect
import typing

import pandas as pd
import pytest

from hotline_analysis import open_hotline
from hotline_analysis.errors import BadParams, HotlineError
from hotline_analysis.hotline import study_names
from tests.studies.scattered import scattered

MONTH = "2024-03"
STRATA = {"calls": ["issue_1", "channel"], "orders": ["category_1", "department"]}


def tables() -> list[tuple[str, str]]:
    """Study and table of every frame that takes strata."""
    modules = {name: importlib.import_module(f"hotline_analysis.studies.{name}") for name in study_names()}
    return [
        (name, table)
        for name, module in modules.items()
        for table, make in module.TABLES.items()
        if "by" in inspect.signature(make).parameters
    ]


@pytest.fixture(scope="module")
def hotline(tmp_path_factory):
    return open_hotline(scattered(tmp_path_factory), MONTH, "en", progress=False)


def of(name: str) -> list[str]:
    return STRATA[getattr(importlib.import_module(f"hotline_analysis.studies.{name}"), "OF", "calls")]


def asked(hotline, name: str, table: str, by) -> pd.DataFrame | HotlineError:
    """The frame, or the refusal, which says where, what and what would be right."""
    try:
        frame = hotline.study(name, table, by=by, strict=True)
    except HotlineError as refused:
        assert refused.where and refused.wrong.rstrip().endswith(".") and refused.right.rstrip().endswith("."), str(refused)
        return refused
    assert isinstance(frame, pd.DataFrame) and list(frame.attrs["by"]) == ([by] if isinstance(by, str) else list(by))
    return frame


@pytest.mark.parametrize(("name", "table"), tables())
def test_strata_are_names_in_a_row(name, table):
    """One way for all: `by` is a sequence of columns, in the signature and in its default."""
    taken = inspect.signature(importlib.import_module(f"hotline_analysis.studies.{name}").TABLES[table]).parameters["by"]
    assert typing.get_origin(taken.annotation).__name__ == "Sequence" and isinstance(taken.default, tuple)


@pytest.mark.parametrize(("name", "table"), tables())
def test_one_stratum_two_and_an_unknown_one(hotline, name, table):
    one, other = of(name)
    assert not isinstance(asked(hotline, name, table, [other]), BadParams) or table == "split"
    pd.testing.assert_frame_equal(hotline.study(name, table, by=one), hotline.study(name, table, by=[one]))
    asked(hotline, name, table, [one, other])
    unknown = asked(hotline, name, table, ["colour"])
    assert isinstance(unknown, BadParams) and "no stratum 'colour'" in str(unknown)


@pytest.mark.parametrize("table", ["change", "mix"])
def test_why_orders_changed_is_asked_of_one_column(hotline, table):
    fault = asked(hotline, "complaints", table, ["category_1", "department"])
    assert isinstance(fault, BadParams) and str(fault) == f"complaints {table} › told by one column at a time. Give --by once."
    frame = asked(hotline, "complaints", table, ["department"])
    assert isinstance(frame, pd.DataFrame) and "供电局" in set(frame["category"])
