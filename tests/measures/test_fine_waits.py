"""A wait of 15.4 s is no wait within 15 s, whatever unit the export writes it in, and the mean is of the waits as they were."""

import pytest

from hotline_analysis import open_hotline

PARAMS = """title: {zh: 小热线, en: Small hotline}
key: published
public: true
service: {answer_seconds: [15]}
calls:
  files: calls.csv
  columns:
    started_at: t
    outcome: {is: answered}
    queue_seconds: {from: q, unit: UNIT}
    talk_seconds: {from: q, unit: UNIT}
"""
WAITS = (15.0, 15.4, 15.5, 16.0)


@pytest.mark.parametrize(("unit", "factor"), [("milliseconds", 1000), ("seconds", 1)])
def test_a_part_of_a_second_is_beyond_the_limit_and_in_the_mean(tmp_path, unit, factor):
    """Of waits of 15.0, 15.4, 15.5 and 16.0 s one is within 15 s; their mean is 61.9 / 4 = 15.475 s."""
    rows = [f"2024-05-{n + 1:02d} 10:00:00,{wait * factor:g}" for n, wait in enumerate(WAITS)]
    (tmp_path / "calls.csv").write_text("\n".join(["t,q", *rows]) + "\n")
    (tmp_path / "p.yaml").write_text(PARAMS.replace("UNIT", unit), encoding="utf-8")
    told = open_hotline(tmp_path / "p.yaml", "2024-05", progress=False).indicators.set_index("indicator")
    level = told.loc["service_level_15s"]
    assert (level["numerator"], level["denominator"]) == (1, 4)
    assert told.loc["asa_seconds", "value"] == pytest.approx(15.475, abs=0.0005)
    assert told.loc["talk_seconds", "value"] == pytest.approx(15.475, abs=0.0005)
