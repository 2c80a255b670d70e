"""Columns mapped wrongly or with a wrong unit are told, with the nearest fix; an honest hotline's are not."""

from datetime import date

import numpy as np
import pytest

from hotline_analysis.intake import mapped
from hotline_analysis.intake.checks import _answered, _Part
from hotline_analysis.intake.read.ledger import FileLedger
from hotline_analysis.tables import TABLES
from tests.intake.test_checks import CONNECTION, MAY, calls, found, params

MINE = ("unit proved", "unit changes", "talk in minutes?", "queue in minutes?", "end is no end", "queue and talk exchanged",
        "answered without talk", "abandoned with talk")  # fmt: skip
OUTCOME = {"columns": {"started_at": "time", "outcome": {"from": "结果", "values": {"接听": "answered", "排队放弃": "answered"}}}}


def honest(days=31, a_day=10, first=date(2024, 5, 1), **made):
    """Ten calls a day: every fifth is abandoned; queues of 0, 10, .. 40 s, of abandoned ones 20, 60, 20 .. s; talks of 60, 120, .. 420 s; the end is when both are over."""
    frame = calls(first, date.fromordinal(first.toordinal() + days - 1), a_day)
    n = np.arange(len(frame))
    lost = n % 5 == 4
    frame["outcome"] = np.where(lost, "abandoned", "answered")
    frame["queue_seconds"] = np.where(lost, 20 + 40 * (n // 5 % 2), 10 * (n % 5))
    frame["talk_seconds"] = np.where(lost, 0, 60 * (1 + n % 7))
    frame["agent"] = np.where(lost, None, "A1")
    frame["end_s"] = frame["start_s"] + frame["queue_seconds"] + frame["talk_seconds"]
    return frame.assign(**made)


def minutes(column):
    return (column / 60 + 0.5).astype("int64")


def mine(frame, period=MAY, **asked) -> dict:
    return {key: value for key, value in found(frame, period, **asked).items() if key[0] in MINE}


def mapped_only(frame) -> list:
    """The findings of `mapped` alone: months by the hundred take seconds."""
    part = _Part(TABLES["calls"], CONNECTION, CONNECTION.from_df(frame), params(), None)
    return list(mapped.wrongly(part, [], _answered(part)))


def test_an_honest_hotline_has_none():
    """310 calls, 62 of them abandoned; with hold in its talk, ends after 90 s of wrap-up, without ends, answers or agents."""
    frame = honest()
    assert mine(frame) == {}
    answered = frame["outcome"] == "answered"
    assert mine(frame.assign(end_s=frame["end_s"] + 90 * answered)) == {}
    held = frame.assign(hold_seconds=60 * (frame.index % 3), end_s=frame["end_s"] + 60 * (frame.index % 3) * answered)
    assert mine(held) == {} == mine(held.assign(end_s=frame["end_s"]))
    assert mine(frame.assign(answered_s=frame["start_s"] + frame["queue_seconds"])) == {}
    for lacking in ("end_s", "agent", "queue_seconds", "talk_seconds", "outcome"):
        assert mine(frame.drop(columns=lacking)) == {}


def test_talk_in_another_unit_is_proved_by_ends():
    """248 answered calls of 1 to 7 minutes: as 1 to 7, as milliseconds, and as seconds that params read as minutes or as milliseconds."""
    frame = honest()
    talk = frame["talk_seconds"]
    for wrong, unit in ((talk // 60, "minutes"), (talk * 1000, "milliseconds"), (talk * 60, "seconds"), ((talk + 500) // 1000, "")):
        told = mine(frame.assign(talk_seconds=wrong))
        assert told == ({("unit proved", "talk_seconds"): (248, None, "severe")} if unit else {})


def test_queue_in_minutes_is_proved_by_the_ends_of_who_gave_up_and_by_answers():
    """31 of 62 abandoned calls waited a minute, 31 20 s: 1 and 0."""
    frame = honest()
    wrong = frame.assign(queue_seconds=minutes(frame["queue_seconds"]))
    assert mine(wrong)[("unit proved", "queue_seconds")][2] == "severe"
    answered = frame.assign(queue_seconds=60 * (frame.index % 5))
    answered = answered.assign(answered_s=answered["start_s"] + answered["queue_seconds"], queue_seconds=frame.index % 5)
    assert ("unit proved", "queue_seconds") in mine(answered.drop(columns="end_s"))


def test_minutes_without_a_proof_are_asked_about():
    """Talks of 1 to 7, queues of 0 and 1, no ends: all 248 talks, all 310 queues."""
    frame = honest().drop(columns="end_s")
    told = mine(frame.assign(talk_seconds=frame["talk_seconds"] // 60))
    assert told == {("talk in minutes?", "talk_seconds"): (248, 1.0, "major")}
    assert mine(frame.assign(queue_seconds=minutes(frame["queue_seconds"]))) == {
        ("queue in minutes?", "queue_seconds"): (310, 1.0, "major")
    }


def test_ends_that_are_starts_or_answers_are_no_ends():
    frame = honest()
    told = {("end is no end", "ended_at"): (248, 1.0, "major")}
    assert mine(frame.assign(end_s=frame["start_s"])) == told
    answered = frame["start_s"] + frame["queue_seconds"]
    assert mine(frame.assign(end_s=answered, answered_s=answered)) == told
    whole = frame["start_s"] // 60 * 60
    assert mine(frame.assign(start_s=whole, end_s=frame["end_s"] // 60 * 60)) == {}  # clocks of whole minutes


@pytest.mark.parametrize("times", [1 / 60, 1000])
def test_a_unit_that_changes_is_told_with_both_files(times):
    """April in seconds, May in minutes: 248 answered calls of May (each of 1 to 7 minutes as often)."""
    frame = honest(61, first=date(2024, 4, 1)).drop(columns="end_s")
    may = frame["started_at"] >= "2024-05-01"
    frame["talk_seconds"] = (frame["talk_seconds"] * np.where(may, times, 1)).astype("int64")
    assert mine(frame)[("unit changes", "talk_seconds › 2024-05")] == (248, None, "severe")
    days = {d: {"accepted": 10} for d in sorted(frame["started_at"].dt.date.astype(str).unique())}
    ledgers = [
        FileLedger(name, table="calls", days={d: n for d, n in days.items() if d[:7] == m})
        for name, m in (("a.csv", "2024-04"), ("b.csv", "2024-05"))
    ]
    assert mine(frame, ledgers=ledgers)[("unit changes", "talk_seconds › b.csv")] == (248, None, "severe")
    assert ("unit changes", "talk_seconds › a.csv") not in mine(frame, ledgers=ledgers)
    assert ("unit changes", "talk_seconds › a.csv") in mine(frame, None, ledgers=ledgers)


def test_queue_and_talk_exchanged():
    frame = honest()
    swapped = frame.assign(queue_seconds=frame["talk_seconds"], talk_seconds=frame["queue_seconds"])
    assert mine(swapped) == {("queue and talk exchanged", "talk_seconds"): (62, 1.0, "severe")}


def test_words_that_mean_something_else():
    """Who gave up counted as answered: 62 of 310 without talk and agent. All who were answered counted as having given up."""
    frame = honest()
    assert mine(frame.assign(outcome="answered"), source=OUTCOME) == {("answered without talk", "outcome"): (62, 0.2, "severe")}
    turned = frame["outcome"].map({"answered": "abandoned", "abandoned": "answered"})
    assert mine(frame.assign(outcome=turned))[("abandoned with talk", "outcome")] == (248, 1.0, "severe")


def test_chance_gives_quiet_hotlines_none():
    """100 months of 1 to 20 calls a day that are seldom kept waiting, beside menus that are not mapped and ends after wrap-up."""
    rng = np.random.default_rng(0)
    for _ in range(100):
        frame = calls(date(2024, 5, 1), date(2024, 5, 31), int(rng.integers(1, 21)))
        n, lost = len(frame), rng.random(len(frame)) < rng.choice([0.02, 0.1])
        queue = np.where(rng.random(n) < 0.3, rng.exponential(rng.choice([5, 30]), n), rng.integers(0, 3, n)).astype(int)
        patience = rng.exponential(60, n).astype(int) + 1  # who gives up had waited
        queue = np.where(lost, patience, queue)
        talk = np.where(lost, 0, rng.lognormal(np.log(rng.choice([60, 150])), 0.8, n)).astype(int)
        beside = (rng.exponential(40, n) * rng.choice([0, 1])).astype(int)
        wrap = np.where(lost, 0, rng.exponential(60, n) * rng.choice([0, 1])).astype(int)
        told = {"outcome": np.where(lost, "abandoned", "answered"), "queue_seconds": queue, "talk_seconds": talk,
                "agent": np.where(lost, None, "A1"), "end_s": frame["start_s"] + beside + queue + talk + wrap}  # fmt: skip
        frame = frame.assign(**told).drop(columns=[] if rng.random() < 0.5 else ["end_s"])
        assert mapped_only(frame) == []
