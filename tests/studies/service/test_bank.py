"""The bank's public figures through the study's own calls, waits, kinds of day and handling (../shared/data/README.md)."""

import pandas as pd
import pytest

from hotline_analysis import open_hotline
from hotline_analysis.measures.frames import pandas
from hotline_analysis.studies.service import calls
from tests.real import DATA, PARAMS, needs

MONTHS = {
    "1999-01": "january",
    "1999-02": "february",
    "1999-03": "march",
    "1999-04": "april",
    "1999-05": "may",
    "1999-06": "june",
    "1999-07": "july",
}
pytestmark = needs("bank1999")


@pytest.fixture(scope="module")
def summer():
    """Calls of May to July by day, with menu, wait, handling, outcome and agent; without PHANTOM."""
    view = open_hotline(PARAMS / "bank1999.yaml", "1999-05..1999-07", progress=False).view
    rows = calls.offered(view, "outcome", "queue_seconds", "talk_seconds", "menu_seconds")
    have = rows.collect_schema().names()
    frame = pandas(rows.select("day", "outcome", "agent", "menu_seconds", wait=calls.wait(have), handling=calls.handling(have)))
    kind = dict(zip(days := frame["day"].unique(), calls.kinds(view, days), strict=True))
    kept = (frame["menu_seconds"] > 0) & (frame["menu_seconds"] < 1000) & (frame["wait"] < 1000) & ~(frame["handling"] > 3600)
    return frame[kept & (frame["day"].map(kind) == "workday")]


def test_calls_a_day_by_the_time_in_the_queue(summer):
    """Queue 0, 1-30, 31-90, over 90 s: 522.2, 314.5, 348.2, 409.2 calls a day; the weekend is Friday and Saturday."""
    band = pd.cut(summer["wait"], [-1, 0, 30, 90, 1000]).value_counts(sort=False) / summer["day"].nunique()
    assert band.round(1).tolist() == [522.2, 314.5, 348.2, 409.2]


def test_mean_service_time(summer):
    """Answered by a named agent: 192.2 s of 82,062 calls."""
    served = summer[(summer["outcome"] == "answered") & summer["agent"].notna()]
    assert len(served) == 82_062 and served["handling"].mean() == pytest.approx(192.2, abs=0.05)


def test_the_connection_rate_of_every_month_is_agent_over_all_but_phantom():
    h = open_hotline(PARAMS / "bank1999.yaml", "1999-07", progress=False)
    for month, name in MONTHS.items():
        raw = pd.read_csv(DATA / "bank1999" / f"{name}.zip", sep="\t", dtype=str, on_bad_lines="skip")
        raw = raw[raw["outcome"] != "PHANTOM"]
        frame = h.study("service", "day_types", month=month)
        slack = 5 * (month == "1999-07")  # five rows of July have a tab less, and pandas shifts them
        assert (
            abs(frame["denominator"].sum() - len(raw)) <= slack
            and abs(frame["numerator"].sum() - (raw["outcome"] == "AGENT").sum()) <= slack
        )
