"""智能多媒体十项，每项两种口径: answers by hand, each with a cell that was not read; an empty month has none; what the document's formulas do is shown."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_analysis.measures import catalogue, chats
from hotline_analysis.measures.catalogue.intelligent import TEN
from hotline_analysis.measures.indicators import FRONT, evaluate
from hotline_analysis.words import PERCENT
from tests.spec import frames
from tests.spec.frames import CALENDAR, ENGINES, on, view
from tests.tried import tried

frames.WHOLE = (*frames.WHOLE, "scripts_used", "pushed", "adopted", "sensitive_words")
MAY, JUNE = CALENDAR.month("2024-05"), CALENDAR.month("2024-06")
BEGIN, HOUR, DAY = MAY.start_s, 3600, 86400
BY_KEY = {i.key: i for i in TEN}

# id, served_by, opened, handed, closed, closed_by, last_speaker, scripts, pushed, adopted, words, agent
SESSIONS = [
    ("s1", "agent", 0, None, 600, "agent", "customer", 2, 1, 1, 0, "甲"),
    ("s2", "agent", 300, None, 900, "customer", "agent", 0, 2, 0, 1, "甲"),
    ("s3", "both", 1000, 1100, 1700, "agent", "agent", 1, 3, 2, 2, "甲"),
    ("s4", "bot", 2000, None, 2060, "system", "bot", None, 1, 1, None, None),
    ("s5", "bot", 2500, None, 2600, "customer", "customer", None, 2, None, None, None),
    ("s6", "agent", 3000, None, None, None, None, None, None, None, None, "乙"),  # nothing of it was read, and it is still open
    ("s7", "agent", 5000, None, 5300, "system", "customer", 3, 1, 0, 0, "乙"),
    ("s8", None, 6000, None, None, None, None, 1, 1, 1, 5, "乙"),  # nobody knows who served it
]
NAMES = ("session_id", "served_by", "opened_s", "handed_s", "closed_s", "closed_by", "last_speaker", "scripts_used", "pushed", "adopted", "sensitive_words", "agent")  # fmt: skip
# session, sent, speaker
MESSAGES = [
    ("s1", 0, "customer"), ("s1", 20, "customer"), ("s1", 50, "agent"), ("s1", 60, "customer"), ("s1", 70, "agent"), ("s1", 550, "customer"),
    ("s2", 300, "customer"), ("s2", 330, "agent"),
    ("s3", 1000, "customer"), ("s3", 1001, "bot"), ("s3", 1050, "customer"), ("s3", 1120, "agent"), ("s3", 1130, "agent"), ("s3", 1200, "customer"),
    ("s4", 2000, "customer"), ("s4", 2001, "bot"), ("s6", 3001, None),
]  # fmt: skip
# kind, found, warned, due, repaired
EVENTS = [
    ("script", DAY, None, 10 * DAY, 5 * DAY),
    ("script", 2 * DAY, None, 12 * DAY, None),
    ("script", -10 * DAY, None, 3 * DAY, 2 * DAY),  # an older item, repaired in May
    ("script", 3 * DAY, None, None, 40 * DAY),  # without a time, repaired in June
    ("opinion", DAY, DAY + HOUR, DAY + 2 * HOUR, None),
    ("opinion", 2 * DAY, 2 * DAY + 3 * HOUR, None, None),  # without a time: two hours
    ("opinion", 31 * DAY - HOUR // 2, None, None, None),  # not yet due when May ends
    (None, 5 * DAY, None, None, None),
]


def after(value):
    return None if value is None else BEGIN + value


def columns(rows, names, clock: str, times: set[str]) -> dict[str, list]:
    held = {name: [after(r[k]) if name in times else r[k] for r in rows] for k, name in enumerate(names)}
    return {"seq": list(range(len(rows))), "local_s": held[clock], **held}


def held(engine: str = "pandas", sessions=SESSIONS, messages=MESSAGES, events=EVENTS, drop=()) -> dict:
    times = {"opened_s", "handed_s", "closed_s", "sent_s", "found_s", "warned_s", "due_s", "repaired_s"}
    told = {
        "sessions": columns(sessions, NAMES, "opened_s", times),
        "messages": columns(messages, ("session_id", "sent_s", "speaker"), "sent_s", times),
        "events": columns(events, ("kind", "found_s", "warned_s", "due_s", "repaired_s"), "found_s", times),
    }
    calls = on(engine, {"seq": [0], "start_s": [BEGIN], "local_s": [BEGIN]})
    return {"calls": calls, **{name: on(engine, {k: v for k, v in data.items() if k not in drop}) for name, data in told.items()}}


def found(engine: str = "pandas", periods=(MAY,), end_s: int = MAY.end_s, indicators=TEN, by: str = "", **more) -> pd.DataFrame:
    tables = held(engine, **more)
    seen = view(tables.pop("calls"), {}, start_s=BEGIN, end_s=end_s, **tables)
    return evaluate(seen, list(periods), list(indicators), by=by)


GOLDEN = {  # 指标: numerator, denominator, value
    "script_use": (6, 4, 1.5),
    "script_sessions": (3, 4, 0.75),
    "bot_interception": (3, 8, 0.375),
    "bot_alone": (2, 7, 2 / 7),
    "script_repair": (2, 3, 2 / 3),
    "script_repaired_due": (2, 4, 0.5),
    "adoption": (5, 5, 1.0),
    "adopted_of_pushed": (5, 9, 5 / 9),
    "opinion_warned": (1, 3, 1 / 3),
    "opinion_warned_judged": (1, 2, 0.5),
    "sensitive_words": (3, 4, 0.75),
    "sensitive_sessions": (2, 4, 0.5),
    "agent_closed": (2, 4, 0.5),
    "cut_off": (1, 2, 0.5),
    "chat_handling_seconds": (2100, 4, 525.0),
    "reply_gap_seconds": (160, 4, 40.0),
    "reply_gap_median_seconds": (None, 4, 40.0),
    "at_once_max": (None, 1800, 2.0),
    "at_once_mean": (2100, 1800, 7 / 6),
    "at_once_p95": (None, 1800, 2.0),
    "exchanges_percent": (15, 4, 3.75),
    "exchanges": (15, 4, 3.75),
}


@pytest.mark.parametrize("engine", ENGINES)
def test_十项指标两种口径_by_hand(engine):
    told = found(engine).set_index("indicator")
    assert set(told.index) == set(GOLDEN) == set(BY_KEY)
    for key, (k, n, value) in GOLDEN.items():
        row = told.loc[key]
        assert (None if pd.isna(row["numerator"]) else row["numerator"], row["denominator"]) == (k, n), key
        assert row["value"] == pytest.approx(value) and row["missing"] == "", key


def test_an_empty_month_has_no_value_and_says_why():
    told = found(periods=(JUNE,), end_s=JUNE.end_s, events=EVENTS[4:5])
    assert told["value"].isna().all() and set(told["missing"]) == {"no base"}


def test_without_a_table_or_a_column_it_says_which():
    told = found(drop=("scripts_used", "closed_s")).set_index("indicator")
    assert told.loc["script_use", "missing"] == "not available: needs scripts_used"
    assert told.loc["chat_handling_seconds", "missing"] == "not available: needs closed_at"
    assert told.loc["exchanges", "missing"] == ""
    tables = held()
    alone = evaluate(view(tables["calls"], {}, start_s=BEGIN, end_s=MAY.end_s), [MAY], list(TEN))
    assert set(alone["missing"]) == {"params name no sessions", "params name no messages", "params name no events"}


def test_each_is_there_twice_and_names_its_twin():
    document, suggested = ([i for i in TEN if i.reading == r] for r in ("document", "suggested"))
    assert (
        len(document) == 10
        and {i.twin for i in suggested} == {i.key for i in document}
        and {i.twin for i in document} <= {i.key for i in suggested}
    )
    assert [i.source for i in document] == [f"F2 C{n:02d}" for n in range(1, 11)]
    for i in document:  # the four headings of the document, and its class
        assert all(term.zh and term.en for term in (i.formula, i.scope, i.observe, i.judge)) and i.group in catalogue.GROUPS
    assert [sum(i.group == g for i in document) for g in catalogue.GROUPS] == [4, 3, 3]


def test_only_what_the_document_recommends_is_for_the_front_line():
    """一线客服人员: 智能预存应用率、敏感词出现率、平均回复间隔时长; the others are for management and support."""
    front = {i.twin if i.reading == "suggested" else i.key for i in TEN if FRONT in i.audience}
    assert front == {"script_use", "sensitive_words", "chat_handling_seconds"}


def test_what_may_pass_a_hundred_per_cent_says_why_and_nothing_else_does():
    over = {i.key for i in TEN if i.unit is PERCENT and i.most is None}
    assert over == {"script_use", "script_repair", "adoption", "sensitive_words", "exchanges_percent"}
    assert all(BY_KEY[key].beyond is not None for key in over) and all(i.beyond is None for i in TEN if i.key not in over)
    told = found().set_index("indicator")
    assert told.loc["script_use", "value"] == 1.5 and not told["beyond"].any()


def test_a_handed_over_session_is_on_both_sides_of_the_documents_interception():
    """Ten sessions, all handed over: one half by the document, none of them the bot's alone."""
    rows = [(f"s{n}", "both", 10 * n, None, 10 * n + 5, "agent", "agent", 0, 0, 0, 0, "甲") for n in range(10)]
    told = found(sessions=rows, messages=[("s1", 1, "agent")]).set_index("indicator")
    assert (told.loc["bot_interception", "value"], told.loc["bot_alone", "value"]) == (0.5, 0.0)


def test_by_unit_of_agents_the_sums_add_up():
    told = found(by="agent", indicators=[BY_KEY["script_use"], BY_KEY["at_once_max"]]).set_index(["indicator", "group"])
    assert told.loc[("script_use", "甲"), ["numerator", "denominator"]].tolist() == [3, 3]
    assert told.loc[("script_use", "乙"), ["numerator", "denominator"]].tolist() == [3, 1]
    assert told.loc["at_once_max", "value"].to_dict() == {"乙": 1.0, "甲": 2.0}


# ---- laws and slow loops

SPAN = st.tuples(st.sampled_from("甲乙丙"), st.integers(0, 400), st.integers(0, 60))


@given(st.lists(SPAN, min_size=1, max_size=25))
def test_sessions_at_once_equal_the_count_of_every_second(spans):
    frame = pd.DataFrame(
        [(agent, float(start), float(start + lasts)) for agent, start, lasts in spans if lasts], columns=["agent", "from_s", "to_s"]
    )
    held = chats._held(frame)
    seconds = [sum(a == agent and s <= t < s + d for a, s, d in spans) for agent in "甲乙丙" for t in range(470)]
    busy = np.sort([c for c in seconds if c])
    ours = {which: chats._at_once(BY_KEY[f"at_once_{which}"], MAY, "", held)["value"] for which in ("max", "mean", "p95")}
    if not len(busy):
        assert np.isnan(list(ours.values())).all()
        return
    assert ours["max"] == busy.max() and ours["mean"] == pytest.approx(busy.mean())
    assert ours["p95"] == busy[int(np.ceil(0.95 * len(busy) - 1e-9)) - 1]


SAID = st.tuples(st.sampled_from(["s1", "s2", "s3"]), st.integers(0, 900), st.sampled_from(["customer", "agent", "bot", None]))


@tried(25)
@given(st.lists(SAID, min_size=1, max_size=30))
def test_waits_for_a_reply_equal_the_slow_walk_through_each_session(said):
    rows = [(f"s{n}", "agent", 0, None, 1000, "agent", "agent", 0, 0, 0, 0, "甲") for n in (1, 2, 3)]
    tables = held(sessions=rows, messages=said)
    ours = sorted(chats.replies(view(tables.pop("calls"), {}, start_s=BEGIN, end_s=MAY.end_s, **tables))["k"])
    slow = []
    for session in ("s1", "s2", "s3"):
        asked = None
        for _, sent, speaker in sorted((m for m in said if m[0] == session), key=lambda m: (m[1], {"customer": 0, "bot": 1}.get(m[2], 2))):
            if speaker == "customer":
                asked = sent if asked is None else asked
                continue
            if speaker == "agent" and asked is not None:
                slow.append(sent - asked)
            asked = None
    assert ours == sorted(slow)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 0, 3, 2), (3, 2, 1, 0)])
def test_a_reply_within_the_minute_of_an_export_of_minutes_is_one(order):
    """Asked and answered at 0, asked and answered at 5 minutes, in whatever order the rows stand: two waits of nothing, none of five minutes."""
    said = [("s1", 0, "customer"), ("s1", 0, "agent"), ("s1", 300, "customer"), ("s1", 300, "agent")]
    tables = held(sessions=[("s1", "agent", 0, None, 1000, "agent", "agent", 0, 0, 0, 0, "甲")], messages=[said[n] for n in order])
    assert chats.replies(view(tables.pop("calls"), {}, start_s=BEGIN, end_s=MAY.end_s, **tables))["k"].tolist() == [0, 0]


@tried(8)
@given(st.lists(st.tuples(st.sampled_from(["bot", "agent", "both"]), st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30))
def test_the_suggested_share_never_passes_the_documents_count(rows):
    told = found(
        sessions=[(f"s{n}", by, 100 * n, None, 100 * n + 50, "agent", "customer", used, 1, 1, words, "甲") for n, (by, used, words) in enumerate(rows)],
        messages=[("s0", 1, "agent")], indicators=[i for i in TEN if i.source in ("F2 C01", "F2 C02", "F2 C06")],
    ).set_index("indicator")["value"]  # fmt: skip
    for document, suggested in (("script_use", "script_sessions"), ("sensitive_words", "sensitive_sessions")):
        assert np.isnan(told[suggested]) or (told[suggested] <= told[document] + 1e-12 and told[suggested] <= 1)
    assert told["bot_alone"] <= told["bot_interception"] + 1e-12
