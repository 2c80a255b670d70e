"""Every written table gives its answer, on every engine."""

import pytest

from hotline_analysis.measures.definition import parse, with_settings
from hotline_analysis.studies import fcr, window
from tests.spec.cases import CASES, Case
from tests.spec.frames import ENGINES, of_case


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CASES, ids=lambda c: c.key)
def test_repeats_by_hand(case: Case, engine: str):
    found = window.rates(of_case(case, engine))
    rule = "calendar" if case.rules.get("mode") == "calendar" else case.rules.get("follow_up", "km")
    found = found[found["follow_up"] == rule]
    said = {
        0 if rule == "calendar" else w: f"{k}/{n}"
        for w, k, n in zip(found["window_hours"], found["numerator"], found["denominator"], strict=True)
    }
    assert said == case.answers


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", [c for c in CASES if c.rates], ids=lambda c: c.key)
def test_rates_by_hand(case: Case, engine: str):
    found = window.rates(of_case(case, engine))
    found = found[found["follow_up"] == case.rules.get("follow_up", "km")].set_index("window_hours")["value"]
    assert {w: round(100 * v, 6) for w, v in found.items()} == {w: round(v, 6) for w, v in case.rates.items()}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", [c for c in CASES if c.agents], ids=lambda c: c.key)
def test_who_is_charged(case: Case, engine: str):
    found = window.rates(of_case(case, engine), by=("agent",))
    found = found[found["follow_up"] == "km"]
    assert {a: f"{k}/{n}" for a, k, n in zip(found["agent"], found["numerator"], found["denominator"], strict=True)} == case.agents


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", [c for c in CASES if c.fcr], ids=lambda c: c.key)
def test_first_call_resolution_by_hand(case: Case, engine: str):
    found = fcr.rates(of_case(case, engine)).set_index("window_hours")["value"]
    assert {w: round(100 * v, 6) for w, v in found.items()} == {w: round(v, 6) for w, v in case.fcr.items()}


def test_words_are_read_in_the_width_in_which_the_store_has_them():
    """４Ｇ咨询 of the command line or of a notebook is the 4G咨询 that an export's words became."""
    assert parse({"match": "target", "targets": ["４Ｇ咨询"]}, "test").targets == ("4G咨询",)
    assert with_settings(parse({}, "test"), ["match=target", "targets=４Ｇ咨询"]).targets == ("4G咨询",)
    assert parse({"windows_by_issue": {"４Ｇ咨询": 48}}, "test").windows_by_issue == {"4G咨询": 48}
