"""Redials as one attempt: by hand, by laws and the slow loop, on three engines, and on public data."""

import numpy as np
import pytest

from hotline_analysis import open_hotline
from hotline_analysis.errors import DataRefused
from hotline_analysis.show.forms import say
from hotline_analysis.studies.service import attempts
from tests.real import PARAMS, needs
from tests.spec.frames import ENGINES
from tests.studies.service.service_calls import at, told, view


def call(when: str, caller, outcome="abandoned") -> dict:
    return {"at": f"2024-09-{when}", "caller": caller, "outcome": outcome}


ROWS = [
    call("02 09:00", 1), call("02 09:20", 1), call("02 09:49", 1, "answered"),  # one attempt of three calls
    call("02 09:50", 1, "answered"),  # answered before: another attempt
    call("02 10:00", 2), call("02 10:31", 2),  # 31 minutes: two attempts, both lost
    call("02 11:00", 3, "blocked"), call("02 11:30", 3, "answered"),  # half an hour is inside
    call("02 12:00", None), call("02 12:05", None, "answered"),  # nobody knows whether these are one
    call("02 13:00", 4), call("02 13:10", 4, None),  # nobody knows how it ended
]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_attempts_by_hand(engine):
    """九点打了三次才通，算一次求助；三十一分钟后再打是另一次；占线后重拨也算同一次；来电人不明的只在第一行。"""
    frame = attempts.attempts(view(ROWS, engine=engine)).set_index("counted")
    parts = {name: (row["numerator"], row["denominator"]) for name, row in frame.iterrows()}
    assert parts == {"all": (4, 11), "calls": (3, 8), "first_call": (1, 5), "eventual": (3, 5)}
    row = frame.iloc[0]
    assert (row["redials"], row["unreached"], row["demand"], row["calls_per_attempt"]) == (3, 2, 8, 8 / 5)
    assert row["identified"] == pytest.approx(10 / 12) and row["redial_share"] == pytest.approx(3 / 8)


def test_an_attempt_belongs_to_the_period_in_which_it_begins():
    rows = [call("01 00:05", 1, "answered"), {"at": "2024-08-31 23:55", "caller": 1, "outcome": "abandoned"}]
    rows += [
        {"at": "2024-09-30 23:55", "caller": 2, "outcome": "abandoned"},
        {"at": "2024-10-01 00:05", "caller": 2, "outcome": "answered"},
    ]
    frame = attempts.attempts(view(rows, start="2024-08-01", end="2024-11-01")).set_index("counted")
    assert frame.loc["eventual", ["numerator", "denominator"]].tolist() == [1, 1] and frame.loc["first_call", "numerator"] == 0


def test_the_minutes_are_a_setting():
    frame = attempts.attempts(view(ROWS, service={"redial_minutes": 15})).set_index("counted")
    assert frame.loc["eventual", "denominator"] == 8 and frame["said"].iloc[0] == "none"


def random_rows(seed: int) -> list[dict]:
    rng = np.random.default_rng(seed)
    minutes = np.sort(rng.integers(0, 3 * 24 * 60, 150))
    who, how = rng.integers(0, 12, 150), rng.choice(["answered", "abandoned", "blocked"], 150, p=[0.5, 0.4, 0.1])
    return [
        call(f"{2 + m // 1440:02d} {m % 1440 // 60:02d}:{m % 60:02d}", int(w), str(h)) for m, w, h in zip(minutes, who, how, strict=True)
    ]


@pytest.mark.parametrize("seed", range(8))
def test_the_slow_loop_agrees(seed):
    rows = random_rows(seed)
    made = []
    for caller in range(12):
        before = None
        for row in (r for r in rows if r["caller"] == caller):
            goes_on = before is not None and before["outcome"] != "answered" and at(row["at"]) - at(before["at"]) <= 1800
            if goes_on:
                made[-1].append(row["outcome"])
            else:
                made.append([row["outcome"]])
            before = row
    frame = attempts.attempts(view(rows)).set_index("counted")
    assert frame.loc["eventual", ["numerator", "denominator"]].tolist() == [sum("answered" in a for a in made), len(made)]
    assert frame.loc["first_call", "numerator"] == sum(a[0] == "answered" for a in made)
    value = frame["value"]
    assert value["eventual"] >= value["first_call"] and value["eventual"] >= value["calls"], "an attempt ends when it is answered"


def test_what_an_export_lacks_is_said():
    with pytest.raises(DataRefused, match="needs outcome"):
        attempts.attempts(view(ROWS, without=("outcome",)))
    with pytest.raises(DataRefused, match="no column caller"):
        attempts.attempts(view(ROWS, without=("caller", "caller_group")))
    with pytest.raises(DataRefused, match="no known callers"):
        attempts.attempts(view([row for row in ROWS if row["caller"] is None]))


def test_the_words_of_the_answer():
    frame = told(attempts.attempts(view(ROWS)), "attempts")
    assert (
        say(frame, language="zh").text
        == "可识别的来电人中，首拨接通20.0%，最终接通60.0%；逐通计是37.5%。3通是没打通又重拨的（占37.5%），去掉它们，需求是8。"
    )


@needs("bank1999")
def test_the_bank_in_may():
    """The three rates differ by points, as methods 7 says; the first row is the plain rate, 29,923 of 39,135. Calls that nobody answered end with their menu and queue."""
    h = open_hotline(PARAMS / "bank1999.yaml", "1999-05", progress=False)
    frame = h.study("service", "attempts").set_index("counted")
    assert frame.loc["all", ["numerator", "denominator"]].tolist() == [29923, 39135]
    assert frame.loc["calls", "denominator"] == frame.loc["eventual", "denominator"] + frame["redials"].iloc[0]
    assert [round(100 * frame.loc[name, "value"], 1) for name in ("calls", "first_call", "eventual")] == [80.5, 81.3, 86.0]
