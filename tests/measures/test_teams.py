"""A month's cost beside the calls of all teams: where the sheet lacks a month or a team the cost of a call would read low, so there is none."""

import numpy as np
import pandas as pd
import pytest

from hotline_analysis.measures.frames import lazy
from hotline_analysis.measures.indicators import evaluate
from tests.measures.catalogue.test_traditional import KNOWN, PARAMS
from tests.spec.frames import CALENDAR, view

MONTHS = [CALENDAR.month(f"2024-{n:02d}") for n in range(1, 7)]
QUARTER, JUNE = CALENDAR.named("2024Q2"), MONTHS[-1]
TEAMS = ("东", "西")
COSTS = ("cost_per_call", "cost_per_answered_call")


def calls(units=(*TEAMS, "东", "西"), **more) -> pd.DataFrame:
    """Every six hours a call, of the teams in turn: four a day."""
    at = np.arange(MONTHS[0].start_s, JUNE.end_s, 6 * 3600)
    frame = pd.DataFrame(
        {"seq": range(len(at)), "start_s": at, "end_s": at, "local_s": at, "outcome": "answered", "caller": pd.NA, "caller_group": pd.NA}
    )
    return frame.assign(unit=np.resize(np.array(units, dtype=object), len(at)), **more)


def sheet(lacking=(), units=TEAMS) -> pd.DataFrame:
    """Each team costs 600 a month; (month's place, team) that are lacking."""
    rows = [(m.start_s, unit, 600.0) for n, m in enumerate(MONTHS) for unit in units if (n, unit) not in lacking]
    frame = pd.DataFrame(rows, columns=["month_s", "unit", "cost"]).assign(
        headcount=10.0, leavers=1.0, scheduled_days=1.0, attended_days=1.0
    )
    return frame.assign(seq=range(len(frame)), local_s=frame["month_s"])


def cost(period, staff: pd.DataFrame, key: str = "cost_per_call", came: pd.DataFrame | None = None, by: str = "") -> pd.Series:
    seen = view(lazy(calls() if came is None else came), {}, start_s=MONTHS[0].start_s, end_s=JUNE.end_s, params=PARAMS, staff=lazy(staff))
    return evaluate(seen, [period], [KNOWN[key]], by=by).set_index("group")


@pytest.mark.parametrize("key", COSTS)
def test_a_quarter_without_a_months_sheet_has_no_cost_of_a_call(key):
    """3,600 by 364 calls are 9.89; without May 2,400 by the same calls would be 6.59."""
    whole = cost(QUARTER, sheet(), key).iloc[0]
    assert (whole["numerator"], whole["denominator"]) == (3600, 364) and whole["value"] == pytest.approx(3600 / 364)
    told = cost(QUARTER, sheet([(4, "东"), (4, "西")]), key).iloc[0]
    assert told["missing"] == "not every month" and np.isnan(told["value"])


def test_a_quarters_attrition_of_two_months_is_not_covered():
    told = cost(QUARTER, sheet([(4, "东"), (4, "西")]), "attrition").iloc[0]
    assert (told["numerator"], told["denominator"], bool(told["covered"])) == (4, 40, False)
    assert cost(QUARTER, sheet(), "attrition").iloc[0]["covered"]


@pytest.mark.parametrize(
    ("period", "lacking", "came"),
    [
        (MONTHS[4], [(4, "西")], None),
        (QUARTER, [(4, "西")], None),
        (JUNE, [(5, "西")], None),  # the newest month: its calls name the team
        (JUNE, [(n, "西") for n in range(6)], None),  # a team that no sheet tells of
        (MONTHS[4], [(4, "西")], calls().drop(columns="unit")),  # calls name no team, the months before and after do
    ],
)
def test_a_month_whose_sheet_lacks_a_team_has_no_cost_of_a_call(period, lacking, came):
    assert cost(period, sheet(lacking), came=came).iloc[0]["missing"] == "few known figures"


def test_a_sheet_is_whole_where_nobody_lacks():
    begun = cost(JUNE, sheet([(n, "西") for n in range(5)]))  # a team that begins in June
    assert begun.iloc[0]["missing"] == ""
    assert cost(MONTHS[1], sheet(units=("一", "二"))).iloc[0]["missing"] == ""  # a sheet of other names than the calls have
    whole = sheet(units=("东",)).assign(unit=None)  # one row for all
    assert cost(JUNE, whole).iloc[0]["missing"] == ""
    few = calls(units=[*["东", "西"] * 60, "南"])  # a team of one call in 121
    assert cost(JUNE, sheet(), came=few).iloc[0]["missing"] == ""
    assert cost(JUNE, sheet([(5, "西")]), by="unit").loc["东", "value"] == pytest.approx(600 / 60)  # a team has its own cost
