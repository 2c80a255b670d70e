"""What was planted in the sample hotline is found again (docs/sample.md, Recovered)."""

from pathlib import Path

import pytest

from hotline_analysis import open_hotline

SAMPLE = Path(__file__).resolve().parents[2] / "params" / "sample.yaml"
PLANTED = {"紧急抢修": 1, "费用账单": 14, "社保医保": 14, "设施维修": 68, "投诉举报": 108}  # hours, 80 % point
POLICY = {"政策咨询": 8, "办事指引": 8, "意见建议": 8}


@pytest.mark.slow
def test_planted_delays_are_recovered():
    h = open_hotline(SAMPLE, "all", progress=False)
    found = h.study("exposure", "points").set_index("issue")["own_hours_80"]
    for issue, hours in PLANTED.items():
        assert found[issue] == pytest.approx(hours, rel=0.1), issue
    for issue, hours in POLICY.items():
        assert found[issue] == pytest.approx(hours, rel=0.25), issue
    evidence = h.study("window", "evidence")
    assert evidence["excess"].iloc[-1] == pytest.approx(0.201, abs=0.005)
