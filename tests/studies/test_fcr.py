"""First-call resolution: by hand, on three engines, between its bounds."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hotline_analysis.errors import BadParams, DataRefused
from hotline_analysis.studies import fcr, window
from tests.laws.strategies import HORIZON, random_hotline
from tests.spec.cases import SENT, SENT_ON, Case
from tests.spec.frames import ENGINES, columns, of_case, on, second, view


def seen(seed: int, engine: str = "polars", **rule):
    calls, _ = random_hotline(seed, 120)
    return view(on(engine, calls), {"windows_hours": [2, 24, 48], **rule}, start_s=0, end_s=HORIZON)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "rule", [{}, {"dispatch": "a:resolved"}, {"dispatch": "b:excluded"}, {"match": "same"}, {"chain": "cluster"}], ids=str
)
def test_resolution_lies_between_its_bounds(seed, rule):
    """max(0, 1 - r - d) <= FCR <= min(1 - r, 1 - d), and FCR is the naive figure plus the overlap."""
    found = fcr.rates(seen(seed, **rule))
    r, d, value = (found[c].to_numpy() for c in ("repeat_rate", "dispatch_rate", "value"))
    known = ~np.isnan(value) & ~np.isnan(r)
    assert known.any()
    assert (np.maximum(0, 1 - r - d)[known] <= value[known] + 1e-12).all()
    assert (value[known] <= np.minimum(1 - r, 1 - d)[known] + 1e-12).all()
    assert (found["naive"] + found["overlap"])[known].to_numpy() == pytest.approx(value[known], abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_a_longer_window_resolves_no_more(seed):
    value = fcr.rates(seen(seed))["value"].dropna().to_numpy()
    assert (np.diff(value) <= 1e-12).all()


@pytest.mark.parametrize("seed", range(4))
def test_three_engines_agree(seed):
    first, *others = (fcr.rates(seen(seed, engine, charged="first"), by=("agent",)) for engine in ENGINES)
    for other in others:
        pd.testing.assert_frame_equal(first, other, check_dtype=False)
    first, *others = (fcr.dispatch(seen(seed, engine, dispatch="a:resolved")) for engine in ENGINES)
    for other in others:
        pd.testing.assert_frame_equal(first, other, check_dtype=False)


def test_on_closed_data_it_is_one_less_the_union():
    calls, _ = random_hotline(5, 120)
    for column in ("start_s", "local_s", "end_s"):
        calls[column] = [s // 4 if column != "end_s" else calls["start_s"][i] for i, s in enumerate(calls[column])]
    closed = view(on("polars", calls), {"windows_hours": [2, 24]}, start_s=0, end_s=4 * HORIZON)
    found = fcr.rates(closed)
    assert found["value"].to_numpy() == pytest.approx((found["numerator"] / found["denominator"]).to_numpy())
    naive = window.rates(closed).query("follow_up == 'naive'")
    assert (found["denominator"] + found["unknown"] == naive["denominator"].to_numpy()).all()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_call_of_which_nobody_knows_whether_it_was_dispatched_is_left_out_and_counted(engine):
    more = {**SENT_ON, "dispatched": (True, False, None, False)}
    found = fcr.rates(of_case(Case("u", "", "", SENT, more=more), engine)).iloc[0]
    assert (found["numerator"], found["denominator"], found["unknown"]) == (2, 3, 1)
    assert found["value"] == pytest.approx(2 / 3)


@pytest.mark.parametrize("engine", ENGINES)
def test_all_dispatched_resolves_nothing(engine):
    found = fcr.rates(of_case(Case("d", "", "", SENT, more={"dispatched": (True,) * 4}), engine)).iloc[0]
    assert (found["value"], found["dispatch_rate"], found["numerator"]) == (0, 1, 0)


def test_what_the_dispatch_rule_does():
    found = fcr.dispatch(of_case(Case("r", "", "", SENT, {"dispatch": "供水×水务局:resolved"}, more=SENT_ON), "polars"))
    assert found.to_dict("records") == [
        {"issue": "交通", "department": "交通局", "fate": "unresolved", "calls": 1},
        {"issue": "供水", "department": "水务局", "fate": "resolved", "calls": 1},
    ]


def test_a_small_department_is_pooled_and_a_small_count_is_not_told():
    """Two calls at two departments: below eight neither may be named, and what is pooled of two is below eight too."""
    view = replace(of_case(Case("r", "", "", SENT, {"dispatch": "供水×水务局:resolved"}, more=SENT_ON), "polars"), smallest=8)
    found = fcr.dispatch(view)
    assert found[["issue", "department", "fate"]].to_numpy().tolist() == [
        ["(<8)", "(<8)", "resolved"],
        ["(<8)", "(<8)", "unresolved"],
    ]
    assert found["calls"].isna().all() and list(found["calls_missing"]) == ["untold", "untold"], (
        "two of one each add up to what all of them are"
    )


def test_refusals_word_for_word():
    case = Case("r", "", "", SENT, more=SENT_ON)
    with pytest.raises(DataRefused) as fault:
        fcr.rates(of_case(Case("n", "", "", SENT), "polars"))
    assert str(fault.value) == "dispatch rule › not available: needs dispatched. Map the column, or leave 'dispatch' empty."
    with pytest.raises(DataRefused) as fault:
        fcr.rates(of_case(case, "polars", mode="calendar"))
    assert (
        str(fault.value)
        == "first-call resolution › it is defined for rolling windows, looking ahead. Set mode: rolling, direction: look-ahead."
    )
    with pytest.raises(BadParams) as fault:
        fcr.rates(of_case(case, "polars", dispatch={"供水×水务": "resolved"}))
    assert str(fault.value) == "definition › dispatch › no call of this period has the issue or department '水务'. Did you mean '水务局'?"
    data = {**columns(case)}
    del data["department"]
    short = view(on("polars", data), {"dispatch": "供水×水务局:excluded"}, start_s=second("03-01 00:00"), end_s=second("03-20 00:00"))
    with pytest.raises(DataRefused) as fault:
        fcr.rates(short)
    assert str(fault.value) == "dispatch rule › not available: needs department. Map the column, or leave 'dispatch' empty."
