"""The service level under its five definitions: by hand, by its laws, on three engines, and the bank's May."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from hotline_analysis.errors import DataRefused
from hotline_analysis.show.forms import say
from hotline_analysis.studies.service import levels
from tests.real import DATA, needs
from tests.spec.frames import ENGINES
from tests.studies.service.service_calls import told, view
from tests.tried import tried

WAITED = [  # outcome, queue, ringing
    ("answered", 10, 5), ("answered", 12, 3), ("answered", 14, 2), ("answered", 40, 0), ("answered", None, 4), ("abandoned", 3, None), ("abandoned", 15, None),
    ("abandoned", 16, None), ("abandoned", 90, None), ("blocked", None, None), (None, 1, 1), ("test", 0, 0),
]  # fmt: skip
ROWS = [{"at": f"2024-09-{1 + n:02d} 09:00", "outcome": o, "queue_seconds": q, "ring_seconds": r} for n, (o, q, r) in enumerate(WAITED)]
KNOWN = [{**row, "queue_seconds": 10} if row["queue_seconds"] is None and row["outcome"] == "answered" else row for row in ROWS]


@pytest.mark.parametrize("engine", ENGINES)
def test_five_forms_by_hand(engine):
    """十五秒内接通三通（含振铃，15秒整算及时）；短时放弃一通，十五秒内放弃两通；占线在分母。"""
    frame = levels.levels(view(KNOWN, engine=engine)).set_index("form")
    parts = {form: (row["numerator"], row["denominator"]) for form, row in frame.iterrows()}
    assert parts == {"A": (3, 10), "B": (3, 5), "C": (3, 9), "D": (5, 10), "E": (3, 7)}
    assert (
        frame["judged"].tolist() == [True, False, False, False, False] and frame["unread"].eq(1).all()
    )  # the blocked call waited an unknown time
    assert (frame["lowest"].iloc[0], frame["highest"].iloc[0]) == (0.3, 0.6)


def test_several_limits_stand_one_after_the_other():
    frame = levels.levels(view(KNOWN, service={"answer_seconds": [15, 40], "short_abandon_seconds": 16}))
    assert frame[["within_seconds", "form"]].apply(tuple, axis=1).tolist() == [(s, f) for s in (15, 40) for f in "ABCDE"]
    later = frame[frame["within_seconds"] == 40].set_index("form")
    assert later.loc["A", "numerator"] == 5 and later.loc["C", "denominator"] == 8 and later.loc["D", "numerator"] == 8


def test_without_ringing_the_queue_is_the_wait():
    frame = levels.levels(view(KNOWN, without=("ring_seconds",))).set_index("form")
    assert frame.loc["A", "numerator"] == 4


def test_too_few_known_waits_are_no_level():
    with pytest.raises(DataRefused, match="few known durations"):
        levels.levels(view(ROWS))
    with pytest.raises(DataRefused, match="needs queue_seconds"):
        levels.levels(view(ROWS, without=("queue_seconds",)))
    with pytest.raises(DataRefused, match="no calls"):
        levels.levels(view(KNOWN, month="2024-08", start="2024-08-01"))


def test_the_words_of_the_answer():
    frame = told(levels.levels(view(KNOWN)), "levels")
    assert say(frame, language="zh").text == "15秒内接通率30.0%；同一批来电，五种算法从30.0%到60.0%，只有算法A用于评判。"
    assert (
        say(frame, language="en").text
        == "30.0% answered within 15 s; the same calls give 30.0% to 60.0% under five definitions; only form A is judged."
    )


CALLS = st.lists(
    st.tuples(st.integers(1, 28), st.sampled_from(["answered", "abandoned", "blocked"]), st.integers(0, 60)), min_size=1, max_size=40
)


@tried(40, suppress_health_check=[HealthCheck.too_slow])
@given(CALLS, st.integers(0, 60), st.integers(0, 20))
def test_a_is_at_most_each_of_the_others(calls, seconds, short):
    waits = pd.DataFrame(calls, columns=["day", "outcome", "wait_seconds"]).assign(calls=1)
    parts = levels._parts(waits, seconds, short)
    rate = {form: k.sum() / n.sum() for form, (k, n) in parts.items() if n.sum()}
    assert all(rate["A"] <= value + 1e-12 for value in rate.values())
    assert all((k <= n).all() for k, n in parts.values())


@needs("bank1999")
def test_the_bank_in_may():
    """Queue time of all calls but PHANTOM, T = 20, s = 5, counted with pandas on the raw file: A 36.3 B 47.5 C 38.7 D 47.9 E 41.1 %."""
    raw = pd.read_csv(DATA / "bank1999" / "may.zip", sep="\t", dtype=str)
    raw = raw[raw["outcome"] != "PHANTOM"]
    waits = pd.DataFrame(
        {
            "day": raw["date"],
            "outcome": raw["outcome"].map({"AGENT": "answered", "HANG": "abandoned"}),
            "wait_seconds": raw["q_time"].astype(float),
            "calls": 1,
        }
    )
    rate = {form: k.sum() / n.sum() for form, (k, n) in levels._parts(waits, 20, 5).items()}
    assert {form: round(100 * value, 1) for form, value in rate.items()} == {"A": 36.3, "B": 47.5, "C": 38.7, "D": 47.9, "E": 41.1}
