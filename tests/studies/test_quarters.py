"""A quarter's page tells no count of a group that its months' pages hide: 24 less 9 and 12 would be the month's 3."""

import numpy as np
import pandas as pd
import pytest

from hotline_analysis import open_hotline
from hotline_analysis.show.forms import show
from tests.shared import shared

TOPICS = {"供水": (120, 110, 130), "供电": (60, 71, 66), "路灯": (9, 12, 3), "绿化": (2, 20, 9)}  # April, May, June
PARAMS = """title: {zh: 季度热线, en: Quarterly hotline}
holidays: ""
calls:
  files: calls.csv
  columns: {call_id: call, started_at: {from: start, formats: "%Y-%m-%d %H:%M:%S"}, caller: {from: caller, kind: code}, issue_1: issue}
"""


def write(folder) -> None:
    starts = [
        (f"2024-{month:02d}-{1 + n % 30:02d} {8 + n // 30 % 12:02d}:{n % 60:02d}:00", topic)
        for topic, counts in TOPICS.items()
        for month, count in zip((4, 5, 6), counts, strict=True)
        for n in range(count)
    ]
    calls = pd.DataFrame(starts, columns=["start", "issue"]).assign(
        call=lambda f: [f"C{n}" for n in f.index], caller=lambda f: [f"c{n}" for n in f.index]
    )
    calls.to_csv(folder / "calls.csv", index=False)
    (folder / "p.yaml").write_text(PARAMS, encoding="utf-8")


def topics(params, label: str) -> pd.DataFrame:
    return open_hotline(params, label, "en", progress=False).study("service", "volume", by="issue_1")


def counts(params, label: str) -> dict[str, float]:
    told = topics(params, label)
    return dict(zip(told["group"], told["count"], strict=True))


@pytest.fixture
def params(tmp_path_factory):
    return shared(tmp_path_factory, "quarterly", write) / "p.yaml"


def test_a_month_pools_what_its_quarter_rounds(params):
    assert counts(params, "2024-05")["路灯"] == 12 and counts(params, "2024-04")["供电"] == 60
    june, quarter = counts(params, "2024-06"), counts(params, "2024Q2")
    assert np.isnan([june["路灯"], june["绿化"]]).all(), "the 3, and the next larger one"
    assert quarter == {"(all)": 612, "供水": 360, "供电": 195, "路灯": 25, "绿化": 30}, "24 and 31 are told to the nearest 5"


def test_a_table_that_is_rounded_says_so_and_one_that_pools_says_that(params):
    quarter, month = (show(topics(params, label)).html for label in ("2024Q2", "2024-06"))
    assert "Counts of groups stand to the nearest 5, and not at all under 13" in quarter
    assert "nearest 5" not in month and "Not told: the figure is a small one" in month
