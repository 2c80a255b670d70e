"""Reported exports in which one date or one setting decided everything: each with its right outcome."""

import pytest

from hotline_analysis.hotline import open_hotline
from hotline_analysis.intake.check_words import sentence
from tests.real import needs, reported


@needs("reported")
def test_one_future_call_decides_nothing(tmp_path):
    params = reported("G03_one_future_call", tmp_path)
    params.with_name("without.yaml").write_text(params.read_text(encoding="utf-8").replace("a.csv", "without.csv"), encoding="utf-8")
    h, without = (open_hotline(params.with_name(name), "latest", progress=False) for name in ("x.yaml", "without.yaml"))
    assert (h.month, h.provisional, h.months) == ("2024-09", True, ["2024-08", "2024-09"])
    rates = h.study("window")
    assert rates.equals(without.study("window"))
    km = rates[rates["follow_up"] == "km"].set_index("window_hours")["value"]
    assert km[24.0] == pytest.approx(0.343822, abs=5e-7) and km[168.0] == pytest.approx(0.951016, abs=5e-7)
    assert "2042年9月15日有1条记录，在数据起止（2024年8月1日至2024年9月30日）之外" in [
        sentence(row, "zh") for row in h.checks.to_dict("records")
    ]
    assert (h.grade[0], without.grade[0]) == ("good", "excellent")
    assert h.ledger_of_month["dated"].sum() == without.ledger_of_month["dated"].sum() and h.ledger["accepted"].sum() == 1575


@needs("reported")
def test_a_total_row_decides_no_end(tmp_path):
    h = open_hotline(reported("G10_total_row", tmp_path), "latest", progress=False)
    assert (h.month, h.data_days[1].isoformat(), h.months) == ("2024-05", "2024-05-28", ["2024-05"])


@needs("reported")
def test_numbers_that_the_plan_lacks_name_the_setting_and_lower_no_grade(tmp_path):
    checks = open_hotline(reported("G16_new_area_codes", tmp_path), "latest", progress=False).checks
    told = checks[checks["check"] != "uncovered days"]  # the export holds half of its month
    assert told[["check", "count", "detail", "severity"]].to_dict("records") == [
        {"check": "number plan", "count": 218, "detail": "calls › columns › caller › country: US", "severity": "info"}
    ]
