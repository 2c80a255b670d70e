"""What was planted in the sample's peak and roster is found again (docs/sample.md, Recovered)."""

import pytest

from hotline_analysis import open_hotline
from tests.real import PARAMS


@pytest.fixture(scope="module")
def months():
    h = open_hotline(PARAMS / "sample.yaml", "2024-09", progress=False)
    return lambda table: (h.study("service", table, month="2024-08"), h.study("service", table))


@pytest.mark.slow
def test_the_planted_peak_is_where_one_does_not_get_through(months):
    """Every day 9-11 h with too few agents: of the hours that are hard in 2024-09 all are there, but one, the burst after Wednesday's outage."""
    _, week = months("connection")
    hard = set(week.loc[week["hard"], ["weekday", "hour"]].itertuples(index=False, name=None))
    assert {(day, 9) for day in (0, 1, 3, 4)} <= hard and {place for place in hard if place[1] not in (9, 10)} == {(2, 15)}
    before, now = (frame.set_index("part")["gap"]["peak"] for frame in months("peak"))
    assert now < before - 0.03 < 0


@pytest.mark.slow
def test_the_seats_that_were_taken_away_are_missing_in_the_roster_and_on_the_calls(months):
    """From 2024-09 on one seat fewer in each day shift, two where early and middle shifts stand together."""
    before, now = (
        frame[(frame["weekday"] < 5) & frame["hour"].isin([12, 13, 14])].groupby("hour")["scheduled"].mean()
        for frame in months("shortfall")
    )
    assert ((before - now).between(1, 3.2)).all()
    before, now = (frame.set_index(["weekday", "hour"])["missing_agents"] for frame in months("shortfall"))
    assert now.loc[0:4].mean() > before.loc[0:4].mean() and now[now > 1].index.isin([(d, h) for d in range(5) for h in (9, 10)]).any()
    before, now = (frame for frame in months("one_more"))
    assert before["agents"].iloc[0] - now["agents"].iloc[0] == pytest.approx(2, abs=0.6), (
        "inferred from who gave up, not from the roster alone"
    )
    for frame in (before, now):
        assert frame["said"].eq("fits").all() and frame["level"].iloc[0] == pytest.approx(frame["observed_level"].iloc[0], abs=0.05)


@pytest.mark.slow
def test_the_planted_patience_is_found(months):
    """Log-normal with a median of 75 s, and the first five seconds left out: half give up by 81 s, those who gave up had waited 46 s."""
    row = months("patience")[1].iloc[0]
    assert row["half_seconds"] == pytest.approx(80, abs=4) and row["abandoned_mean"] == pytest.approx(45.6, abs=1)
