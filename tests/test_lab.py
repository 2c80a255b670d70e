"""What JupyterLab adds, as far as it needs no JupyterLab: the figures under the controls are the study's, and without the lab's packages all else goes on."""

import sys
from types import SimpleNamespace
from unittest.mock import Mock

import pandas as pd
import pytest

from hotline_analysis import explore, lab, open_hotline
from hotline_analysis.errors import DataRefused
from hotline_analysis.show import blocks
from tests.shared import two_thousand

COLUMNS = ["window_hours", "numerator", "denominator", "value", "low", "high"]


@pytest.fixture(scope="module")
def h(tmp_path_factory):
    return open_hotline(two_thousand(tmp_path_factory), "2024-02", progress=False)


@pytest.fixture(scope="module")
def curves(h):
    return lab.Curves(h)


@pytest.mark.parametrize("clock", ["end", "start"])
@pytest.mark.parametrize(("match", "level"), [("any", 1), ("same", 1), ("same", 2)])
@pytest.mark.parametrize("month", ["2024-02", "2024-03"])
def test_what_moves_are_the_studys_own_figures(h, curves, month, match, level, clock):
    moved = curves.rates(month, match=match, level=level, clock=clock)
    told = h.study("window", month=month, match=match, level=level, clock=clock).query("follow_up == 'km'").reset_index(drop=True)
    pd.testing.assert_frame_equal(moved[COLUMNS], told[COLUMNS], check_dtype=False)


def test_a_chain_rule_of_the_params_holds_here_too(tmp_path_factory):
    chains = open_hotline(two_thousand(tmp_path_factory), "2024-02", progress=False, chain="first")
    moved = lab.Curves(chains).rates("2024-02", match="any", level=1, clock="end")
    told = chains.study("window").query("follow_up == 'km'").reset_index(drop=True)
    pd.testing.assert_frame_equal(moved[COLUMNS], told[COLUMNS], check_dtype=False)


def test_what_was_asked_once_is_not_counted_again(curves, monkeypatch):
    first = curves.rates("2024-01", match="any", level=1, clock="end")
    monkeypatch.setattr(lab.window, "rates", lambda view: pytest.fail("counted again"))
    assert curves.rates("2024-01", match="any", level=1, clock="end") is first


def test_line_rate_and_curve_say_the_same_rule(h, curves):
    given = {"match": "any", "level": 2, "clock": "end", "month": "2024-02"}
    day, two = (lab.drawn(h, curves, window=hours, **given) for hours in (24.0, 2.0))
    same = lab.drawn(h, curves, window=24.0, **{**given, "match": "same"})
    assert "任一诉求" in day["line"] and "滚动24小时" in day["line"] and "滚动2小时" in two["line"] and "第2级相同诉求" in same["line"]
    row = h.study("window").query("follow_up == 'km' and window_hours == 24").iloc[0]
    assert day["rate"].startswith(f"{row.denominator}通来电，{row.numerator}通在24小时内") and f"{100 * row.value:.1f}%" in day["rate"]
    assert f"24小时 {100 * row.value:.1f}%" in day["curve"] and "2小时" in two["curve"] and day["curve"] != same["curve"]


def test_what_cannot_be_had_is_a_sentence_in_place_of_the_curve(h, curves):
    refused = lab.drawn(h, curves, window=24.0, match="same", level=3, clock="end", month="2024-02")
    assert refused["curve"] == "" and "issue_3" in refused["rate"]


def test_an_edition_is_refused_with_a_sentence_before_anything_is_drawn(monkeypatch):
    """Its figures are rounded one by one; the gap tables of the controls did not have its column."""
    monkeypatch.setattr(lab, "find_spec", lambda name: None)
    with pytest.raises(DataRefused, match="explore › is of the whole hotline, not of unit=一班"):
        explore(SimpleNamespace(only=("unit", "一班"), language="zh"))


def test_without_ipywidgets_it_says_what_it_needs(h, monkeypatch):
    monkeypatch.setattr(lab, "find_spec", lambda name: None)
    assert explore(h).text == lab.NEEDS("zh")


@pytest.mark.parametrize("where", ["", "no notebook", "a report's kernel", "a forked kernel", "no itables"])
def test_frames_stay_as_they_are_outside_an_opened_notebook(where, monkeypatch):
    asked = Mock()
    shell = SimpleNamespace(kernel=None if where == "no notebook" else object(), display_formatter=asked)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setattr(lab, "find_spec", lambda name: None if where == "no itables" else object())
    monkeypatch.setenv(blocks.TOKEN, "x" if where == "a report's kernel" else "")
    monkeypatch.delitem(sys.modules, "hotline_analysis.report.forks", raising=False)
    if where == "a forked kernel":
        monkeypatch.setitem(sys.modules, "hotline_analysis.report.forks", object())
    asked.formatters = {"text/html": Mock()}
    lab.wide_frames()
    assert bool(asked.formatters["text/html"].for_type.call_count) is (where == "")
