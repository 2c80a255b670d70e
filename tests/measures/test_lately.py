"""A count that a view's frames ask for one after the other is made once, and never serves another question."""

from dataclasses import replace

import pandas as pd
import pytest

from hotline_analysis.measures import chance
from hotline_analysis.measures.view import lately
from hotline_analysis.studies import exposure
from tests.studies.hotlines import random_rows, view_of

FRAMES = ("points", "curves", "hazard", "comparison", "reconciliation")


@pytest.fixture
def view():
    return view_of(random_rows(7))


@pytest.fixture
def asked():
    """A count that notes what it was made for, and the notes."""
    made = []

    @lately
    def count(view, *, by=()):
        made.append((view, by))
        return len(made)

    return count, made


def test_the_same_question_is_counted_once(view, asked):
    count, made = asked
    assert [count(view, by=("issue_1",)), count(view.but(), by=("issue_1",))] == [1, 1]
    assert len(made) == 1


def others(view):
    later = replace(view.period, start_s=view.period.start_s + 86400)
    gone = dict(view.tables)
    return {
        "rule": view.but(match="same"), "period": view.over(later), "tables": replace(view, tables=gone), "end": replace(view, data_end_s=view.data_end_s - 1),
        "begin": replace(view, data_start_s=view.data_start_s + 1), "smallest": replace(view, smallest=view.smallest + 1), "only": replace(view, only=("unit", "甲")),
        "masked": replace(view, masked=True), "told": replace(view, told={"calls": ((0, 1),)}), "lost": replace(view, lost=lambda: ((0, 86400),)),
    }  # fmt: skip


@pytest.mark.parametrize("which", ["rule", "period", "tables", "end", "begin", "smallest", "only", "masked", "told", "lost"])
def test_another_question_is_another_count(view, asked, which):
    count, made = asked
    count(view)
    assert count(others(view)[which]) == 2
    assert made[1][0] is not view


def test_two_counts_stay_and_the_one_asked_longest_ago_goes(view, asked):
    count, made = asked
    for by in ("a", "b", "a", "c", "a"):
        count(view, by=by)
    assert [by for _, by in made] == ["a", "b", "c"]
    count(view, by="b")
    assert [by for _, by in made] == ["a", "b", "c", "b"]


def test_frames_are_those_of_a_view_that_holds_nothing(view):
    """In any order and under two rules."""
    rules = [view, view.but(min_gap_seconds=600)]
    alone = [{name: exposure.TABLES[name](replace(of, counts={})) for name in FRAMES} for of in rules]
    for which in (0, 1, 0):
        for name in (*FRAMES, *reversed(FRAMES)):
            pd.testing.assert_frame_equal(exposure.TABLES[name](rules[which]), alone[which][name])


def test_what_speaks_for_a_longer_wait_is_worked_out_once(view, monkeypatch):
    """Four frames of the month stand on the points of the same issues: each issue's caller groups are drawn once."""
    drawn = []
    whole = exposure.excess.exposure
    monkeypatch.setattr(exposure.excess, "exposure", lambda *given, **more: drawn.append(1) or whole(*given, **more))
    exposure.points(view)
    once = len(drawn)
    exposure.curves(view), exposure.hazard(view, slowest=True)
    assert once and len(drawn) == once


def test_a_frame_may_be_changed_by_its_reader(view):
    """`counted` gives every reader the same tables, so no study may write into them."""
    found = chance.counted(view, by=("issue_1",), known=("issue_1",))
    before = found.index.copy(), found.control.copy()
    for name in FRAMES:
        exposure.TABLES[name](view)
    again = chance.counted(view, by=("issue_1",), known=("issue_1",))
    assert again is found
    pd.testing.assert_frame_equal(found.index, before[0])
    pd.testing.assert_frame_equal(found.control, before[1])
