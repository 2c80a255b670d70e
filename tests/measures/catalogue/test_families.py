"""满意度、好差评、三率、按时办理、关键行为、服务事故、机器人解决率: answers by hand, each with cells that were not read, an empty base, and what is not judged."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from hotline_analysis.measures import catalogue
from hotline_analysis.measures.frames import lazy
from hotline_analysis.measures.indicators import evaluate
from hotline_analysis.params import Params
from hotline_analysis.words import absent
from tests.spec.frames import CALENDAR, view

MAY, JUNE = CALENDAR.month("2024-05"), CALENDAR.month("2024-06")
BEGIN, HOUR, DAY = MAY.start_s, 3600, 86400
COLUMNS = {"started_at": "a", "outcome": "b"}
ORDERS = {"order_id": "a", "created_at": "b", "kind": "c", "class": "d", "excused": "e"}


def params(**given) -> Params:
    described = {"title": "x", "time_zone": "UTC", "holidays": "", "calls": {"files": "x.csv", "columns": COLUMNS}}
    return Params.model_validate({**described, "orders": {"files": "y.csv", "columns": ORDERS}, **given})


def table(clock: str, rows: list[dict]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    return frame.assign(seq=range(len(frame)), local_s=frame[clock])


def found(
    given: Params, keys, *, periods=(MAY,), end_s: int = JUNE.end_s, by: str = "", lost: tuple = (), **tables: pd.DataFrame
) -> pd.DataFrame:
    held = {"calls": pd.DataFrame({"seq": [0], "start_s": [BEGIN], "local_s": [BEGIN], "outcome": ["answered"]}), **tables}
    lazies = {name: lazy(frame) for name, frame in held.items()}
    known = catalogue.known(given)
    seen = replace(view(lazies.pop("calls"), {}, start_s=BEGIN, end_s=end_s, params=given, **lazies), lost=lambda: lost)
    return evaluate(seen, list(periods), [known[k] for k in keys], by=by).set_index("indicator")


def parts(told: pd.DataFrame) -> dict:
    return {key: (row["numerator"], row["denominator"]) for key, row in told.iterrows()}


def calls(ratings, outcome="answered") -> pd.DataFrame:
    return table("start_s", [{"start_s": BEGIN + 60 * n, "outcome": outcome, "rating": r} for n, r in enumerate(ratings)])


def test_客户满意度与好差评_of_calls_by_hand():
    """5 4 4 3 2 1, one unrated, one off the scale: six rated of eight answered; three in the two best, four good, two bad, 19 points."""
    told = found(
        params(),
        ["call_satisfaction", "call_rating_share", "call_rating_mean", "call_good", "call_bad"],
        calls=calls([5, 4, 4, 3, 2, 1, None, 9]),
    )
    assert parts(told) == {
        "call_satisfaction": (3, 6),
        "call_rating_share": (6, 8),
        "call_rating_mean": (19, 6),
        "call_good": (4, 6),
        "call_bad": (2, 6),
    }
    assert told.loc["call_rating_mean", "value"] == pytest.approx(19 / 6)
    nobody = found(params(), ["call_satisfaction", "call_rating_share"], calls=calls([None, None]))
    assert np.isnan(nobody.loc["call_satisfaction", "value"]) and nobody.loc["call_rating_share", "value"] == 0
    assert (
        found(params(), ["call_good"], calls=calls([5]).drop(columns="rating")).loc["call_good", "missing"] == "not available: needs rating"
    )


def test_a_scale_of_ten_has_two_best_answers_and_no_five_levels():
    ten = params(satisfaction={"rating_scale": [1, 10]})
    assert parts(found(ten, ["call_satisfaction"], calls=calls([10, 9, 8, 1]))) == {"call_satisfaction": (2, 4)}
    assert not {"call_good", "call_bad"} & set(catalogue.known(ten))


@pytest.mark.parametrize("scale", [(0, 1), (1, 2)])
def test_of_two_points_the_upper_alone_is_satisfied(scale):
    """3 of 10 gave the upper point, in calls and in surveys: 30 %, not 100 %."""
    two = params(satisfaction={"rating_scale": list(scale)}, items={"item_1": {"name": "x", "scale": list(scale)}})
    given = [scale[1]] * 3 + [scale[0]] * 7
    asked = table("invited_s", [{"invited_s": BEGIN + n, "answered_s": BEGIN + n + 60, "item_1": x} for n, x in enumerate(given)])
    told = found(two, ["call_satisfaction", "survey_satisfaction"], calls=calls(given), surveys=asked)
    assert parts(told) == {"call_satisfaction": (3, 10), "survey_satisfaction": (3, 10)}


def test_a_scale_of_a_hundred_has_no_two_best_and_says_so():
    """Scores of 95: no share of 0 %, but a sentence."""
    hundred = params(satisfaction={"rating_scale": [0, 100]}, items={"item_1": {"name": "x", "scale": [0, 100]}})
    asked = table("invited_s", [{"invited_s": BEGIN + n, "answered_s": BEGIN + n + 60, "item_1": 95} for n in range(9)])
    told = found(hundred, ["call_satisfaction", "survey_satisfaction", "call_rating_mean"], calls=calls([95] * 9), surveys=asked)
    for key in ("call_satisfaction", "survey_satisfaction"):
        assert np.isnan(told.loc[key, "value"]) and absent(told.loc[key, "missing"]).zh.startswith("量表超过11个分值")
    assert told.loc["call_rating_mean", "value"] == 95


def test_surveys_of_tests_outbound_and_lost_calls_do_not_count():
    """A 2 of a citizen's call, a 1 whose call is not known; 5s of a test, of an outbound call, of one that gave up: 0 of 2 satisfied."""
    asked = params(items={"item_1": {"name": "总体", "scale": [1, 5]}})
    held = [("a", "answered", "in"), ("b", "test", "in"), ("c", "answered", "out"), ("d", "abandoned", "in")]
    made = table("start_s", [{"start_s": BEGIN, "call_id": i, "outcome": o, "direction": d} for i, o, d in held])
    rows = table(
        "invited_s",
        [{"invited_s": BEGIN + n, "call_id": i, "item_1": s} for n, (i, s) in enumerate(zip("abcdz", [2, 5, 5, 5, 1], strict=True))],
    )
    assert parts(found(asked, ["survey_satisfaction"], calls=made, surveys=rows)) == {"survey_satisfaction": (0, 2)}


def test_a_month_of_another_scale_has_no_survey_satisfaction():
    """May on the scale of five: 3 of 4 satisfied; June told on a scale of ten: no figure, not the share of its lower half."""
    asked = params(items={"item_1": {"name": "总体", "scale": [1, 5]}})
    scores = [(BEGIN, s) for s in (5, 4, 4, 1)] + [(JUNE.start_s, s) for s in (9, 8, 10, 7, 5, 4, 3)]
    rows = table("invited_s", [{"invited_s": at + n, "item_1": s} for n, (at, s) in enumerate(scores)])
    told = found(asked, ["survey_satisfaction"], periods=(MAY, JUNE), surveys=rows)
    assert told["numerator"].tolist()[0] == 3 and told["denominator"].tolist()[0] == 4 and np.isnan(told["value"].iloc[1])


def test_the_channels_of_the_surveys_stand_beside_their_satisfaction():
    """By text message 5 and 4, by voice 5, 2 and 1, one by nobody knows what: 4 of 6 satisfied, and what each has; without any channel nothing."""
    asked = params(items={"item_1": {"name": "总体", "scale": [1, 5]}})
    given = [("短信", 5), ("短信", 4), ("语音", 5), ("语音", 2), ("语音", 1), (None, 5)]
    rows = table("invited_s", [{"invited_s": BEGIN + n, "item_1": s, "channel": way} for n, (way, s) in enumerate(given)])
    told = found(asked, ["survey_satisfaction"], surveys=rows)
    assert parts(told) == {"survey_satisfaction": (4, 6)}
    assert told.loc["survey_satisfaction", "ways"] == (("", 1.0, 1.0), ("短信", 2.0, 2.0), ("语音", 1.0, 3.0))
    assert found(asked, ["survey_satisfaction"], surveys=rows.assign(channel=None)).loc["survey_satisfaction", "ways"] == ()
    assert found(asked, ["survey_satisfaction"], surveys=rows.drop(columns="channel")).loc["survey_satisfaction", "ways"] == ()


def test_一事一评_and_surveys_by_hand():
    """Surveys 5 3 1, one without a score, one off the scale, and a 4 of no order: 2 of 4 satisfied; of orders 2 good, 1 bad of 3."""
    asked = params(items={"item_1": {"name": "总体", "scale": [1, 5]}})
    rows = [(5, "o1"), (3, "o2"), (1, "o3"), (None, "o4"), (9, "o5"), (4, None)]
    surveys = table("invited_s", [{"invited_s": BEGIN + DAY * n, "item_1": s, "order_id": o} for n, (s, o) in enumerate(rows)])
    told = found(asked, ["survey_satisfaction", "order_good", "order_bad"], surveys=surveys)
    assert parts(told) == {"survey_satisfaction": (2, 4), "order_good": (2, 3), "order_bad": (1, 3)}
    answered = surveys.rename(columns={"invited_s": "answered_s"})  # an export of answers alone: their times place them
    assert parts(found(asked, ["survey_satisfaction", "order_good", "order_bad"], surveys=answered)) == parts(told)
    untimed = found(asked, ["survey_satisfaction"], surveys=answered.drop(columns="answered_s"))
    assert untimed.loc["survey_satisfaction", "missing"] == "not available: needs invited_at"
    together = found(asked, ["survey_satisfaction", "order_good", "order_bad"], surveys=surveys)
    for key in together.index:  # what is read once for all is what each would read
        alone = found(asked, [key], surveys=surveys).loc[key]
        assert alone.drop("without").equals(together.loc[key].drop("without")), key
    lacking = found(asked, ["order_good", "survey_satisfaction"], surveys=surveys.drop(columns="order_id"))
    assert lacking.loc["order_good", "missing"] == "not available: needs order_id" and lacking.loc["survey_satisfaction", "value"] == 0.5


# created, satisfied, resolved, contacted, excused, closed
FOLLOWED = [
    (0, "满意", "yes", True, None, 1), (1, "满意", "yes", True, False, 2), (2, "基本满意", "partly", True, None, 3), (3, "不满意", "no", False, None, 4),
    (4, "不满意", "no", True, True, 5),  # excused on appeal
    (5, None, "yes", True, None, 6),  # nobody heard the citizen
    (6, "满意", None, True, None, 7),  # whether it was resolved was not read
    (7, None, None, None, None, None),  # still open
    (40, "不满意", "no", False, None, 41),  # received in June
]  # fmt: skip


def orders(rows=FOLLOWED) -> pd.DataFrame:
    names = ("created_s", "satisfied", "resolved", "contacted", "excused", "closed_s")
    frame = pd.DataFrame([dict(zip(names, r, strict=True)) for r in rows])
    times = {c: BEGIN + DAY * frame[c] for c in ("created_s", "closed_s")}
    return table("created_s", frame.assign(**times).to_dict("records")).astype({"contacted": "boolean", "excused": "boolean"})


def test_三率_by_hand():
    """Received in May: eight, of which seven have ended and six were followed up. Without the excused one five are left: contacted 4, satisfied 3 + .9;
    resolved was read in four of them: 2, and 2.5 where a partly resolved one is a half.
    """
    keys = ["followed_up", "response_rate", "solved_rate", "satisfied_rate"]
    told = found(params(), keys, orders=orders())
    assert parts(told) == {"followed_up": (6, 7), "response_rate": (4, 5), "solved_rate": (2, 4), "satisfied_rate": (3.9, 5)}
    half = found(params(follow_up={"partly": 0.5}), ["solved_rate"], orders=orders())
    assert parts(half) == {"solved_rate": (2.5, 4)}


def test_appeals_change_the_base_and_both_are_there():
    told = found(params(), ["satisfied_rate", "satisfied_rate_before_appeals"], orders=orders())
    assert parts(told) == {"satisfied_rate": (3.9, 5), "satisfied_rate_before_appeals": (3.9, 6)}
    plain = params(orders={"files": "y.csv", "columns": {"order_id": "a", "created_at": "b"}})
    assert "satisfied_rate_before_appeals" not in catalogue.known(plain)


def test_the_three_together_by_their_weights():
    """Four orders with all three answers: 1, 1, .2 + 0 + .36 = .56, and 0: 2.56 of 4."""
    told = found(params(follow_up={"weights": [0.2, 0.4, 0.4]}), ["three_rates"], orders=orders())
    assert parts(told) == {"three_rates": (2.56, 4)} and "three_rates" not in catalogue.known(params())


def test_a_word_without_a_worth_leaves_the_rate_out():
    told = found(params(), ["satisfied_rate", "followed_up", "solved_rate"], orders=orders([(0, "很好", "yes", True, None, 1), *FOLLOWED]))
    assert set(told["missing"]) == {"words without a weight"} and told["value"].isna().all()
    assert absent("words without a weight").zh.startswith("满意情况中有")


def test_a_rate_whose_base_the_word_is_not_in_and_a_month_without_it_stand():
    """Whoever said 未评价 was asked nothing else: 解决率 is 2 of 4 whichever way the word is read. In June nobody said it."""
    keys = ["followed_up", "response_rate", "solved_rate", "satisfied_rate"]
    rows = orders([(0, "未评价", None, None, None, 1), *FOLLOWED])
    told = found(params(), keys, orders=rows)
    assert set(told["value"].dropna().index) == {"response_rate", "solved_rate"}
    assert (told["numerator"]["solved_rate"], told["denominator"]["solved_rate"]) == (2, 4)
    june = found(params(), keys, orders=rows, periods=(CALENDAR.month("2024-06"),))
    assert parts(june) == {"followed_up": (1, 1), "response_rate": (0, 1), "solved_rate": (0, 1), "satisfied_rate": (0, 1)}


def test_an_empty_month_has_no_rate():
    told = found(
        params(),
        ["followed_up", "satisfied_rate", "response_on_time"],
        periods=(CALENDAR.month("2024-07"),),
        end_s=JUNE.end_s + 40 * DAY,
        orders=orders().assign(responded_s=np.nan),
    )
    assert told["value"].isna().all() and set(told["missing"]) == {"no base"}


@pytest.mark.parametrize(
    "given", [{"weights": [0.5, 0.4, 0.4]}, {"weights": [1]}, {"satisfied": {"满意": 2}}, {"partly": 3}, {"weight": [1]}]
)
def test_worths_and_weights_are_refused(given):
    with pytest.raises(ValidationError):
        params(follow_up=given)


# created, responded, resolved, due, withdrawn and closed; hours
IN_TIME = [
    (-10, 5, 20, None, False),  # created in April, its 24 h end in May: 15 h, in time; resolved after 30 of 48 h, in time
    (0, 30, 40, None, False),  # answered after 30 h: late
    (100, None, None, None, False),  # never answered: late
    (200, None, 210, None, True),  # withdrawn after 10 h: not judged
    (300, 320, 340, 310, False),  # resolved after 40 h, though it was due after 10: late
    (740, 750, None, None, False),  # due in June
    (-100, 5, 6, None, False),  # fell due in April
]


def timed(rows=IN_TIME) -> pd.DataFrame:
    told = [
        {"created_s": c, "responded_s": r, "resolved_s": None if gone else s, "closed_s": s, "due_s": d, "withdrawn": gone, "class": None} for c, r, s, d, gone in rows
    ]  # fmt: skip
    frame = pd.DataFrame(told)
    times = {
        c: BEGIN + HOUR * pd.to_numeric(frame[c]).astype(float) for c in ("created_s", "responded_s", "resolved_s", "closed_s", "due_s")
    }
    return table("created_s", frame.assign(**times).to_dict("records"))


def test_按时答复率_and_按时办结率_are_of_what_fell_due():
    """In May fell due to be answered: 1 (in time), 2 and 3 (late), 5 (20 h, in time); to be completed: 1 and 2 in time, 3 and 5 late."""
    told = found(params(), ["response_on_time", "resolution_on_time"], orders=timed())
    assert parts(told) == {"response_on_time": (2, 4), "resolution_on_time": (2, 4)}
    june = found(params(), ["response_on_time"], periods=(JUNE,), orders=timed())
    assert parts(june) == {"response_on_time": (1, 1)}
    lacking = found(params(), ["response_on_time"], orders=timed().drop(columns="responded_s"))
    assert lacking.loc["response_on_time", "missing"] == "not available: needs responded_at"


def test_an_order_withdrawn_at_an_unknown_time_is_late_for_nothing():
    """Of four that fell due in May one is in time, one late, one withdrawn after 10 h; of the fourth nobody knows when it was withdrawn, and it was answered in time before: 1 of 2 completed, 2 of 3 answered."""
    rows = [(0, 5, 20, None, False), (0, None, 90, None, False), (0, None, 10, None, True), (0, 5, None, None, True)]
    keys = ["response_on_time", "resolution_on_time"]
    assert parts(found(params(), keys, orders=timed(rows))) == {"response_on_time": (2, 3), "resolution_on_time": (1, 2)}


def test_an_order_that_is_withdrawn_after_the_data_was_open_when_they_ended():
    """Withdrawn in hour 800, when the data ended in hour 744: of 48 h from hour 100 it is late, as it was told on that day; withdrawn at an unknown time it is not judged."""
    late, unknown = ([(100, None, hour, None, True), (0, 5, 20, None, False)] for hour in (800, None))
    told = [parts(found(params(), ["resolution_on_time"], end_s=MAY.end_s, orders=timed(r))) for r in (late, unknown)]
    assert told == [{"resolution_on_time": (1, 2)}, {"resolution_on_time": (1, 1)}]


def test_an_order_that_is_not_due_yet_is_not_judged():
    """The data end at hour 744, when May does: of 12 hours between hour 720 and 740 all are due, of 24 none."""
    rows = [(720 + n, None, None, None, False) for n in range(10)]
    one, two = (
        found(params(complaints={"response": limit}), ["response_on_time"], end_s=MAY.end_s, orders=timed(rows)) for limit in ("12h", "24h")
    )
    assert parts(one) == {"response_on_time": (0, 10)} and two.loc["response_on_time", "missing"] == "no base"


def test_every_order_falls_due_in_one_period_only():
    rng = np.random.default_rng(6)
    rows = [(int(c), int(c + rng.integers(1, 80)), None, None, False) for c in rng.integers(-100, 1400, 60)]
    told = found(params(complaints={"response": "3d"}), ["response_on_time"], periods=(MAY, JUNE), orders=timed(rows))
    days = [(c // 24, (r // 24) - (c // 24)) for c, r, *_ in rows]
    fell = {
        p: [waited <= 3 for day, waited in days if lo <= day + 4 < hi + 1 and lo < day + 4 <= hi]
        for p, lo, hi in (("2024-05", 0, 31), ("2024-06", 31, 61))
    }
    assert [(r.numerator, r.denominator) for r in told.itertuples()] == [(sum(v), len(v)) for v in fell.values()]


def test_关键行为达成率_by_hand():
    """Five rows: done, not done, not filled in, not required, and required left blank and done: 2 of 3."""
    rows = [(True, True), (False, True), (None, True), (True, False), (True, None)]
    checklist = table("checked_s", [{"checked_s": BEGIN, "role": "班长", "done": d, "required": r} for d, r in rows]).astype(
        {"done": "boolean", "required": "boolean"}
    )
    assert parts(found(params(), ["kbi_compliance"], checklist=checklist)) == {"kbi_compliance": (2, 3)}
    assert found(params(), ["kbi_compliance"], periods=(JUNE,), checklist=checklist)["missing"].tolist() == ["no base"]


def test_服务事故占比_by_hand():
    given = params(improvement={"incidents": ["服务事故"]})
    rows = table("created_s", [{"created_s": BEGIN, "kind": k} for k in ("服务事故", "投诉", "投诉", None)])
    assert parts(found(given, ["incident_share"], orders=rows)) == {"incident_share": (1, 4)}
    assert "incident_share" not in catalogue.known(params())
    apart = rows.assign(duplicate=[None, None, True, None], internal=[None, None, None, True]).astype(
        {"duplicate": "boolean", "internal": "boolean"}
    )
    assert parts(found(given, ["incident_share"], orders=apart)) == {"incident_share": (1, 2)}


def test_机器人解决率_is_who_did_not_come_back():
    """1 chats with the bot and telephones after 5 h; 2 chats with the bot and is quiet; 3 is handed over; 4 chats with the bot twice within 24 h, the second
    time for good; 5 cannot be watched for 24 h; one is anonymous: of five sessions two were solved.
    """
    rows = [(1, 0, "bot"), (2, 10, "bot"), (3, 20, "both"), (4, 30, "bot"), (4, 40, "bot"), (5, 735, "bot"), (None, 50, "bot")]
    sessions = table(
        "opened_s", [{"opened_s": BEGIN + HOUR * h, "caller": c, "served_by": s, "session_id": f"s{n}"} for n, (c, h, s) in enumerate(rows)]
    )
    rang = table("start_s", [{"start_s": BEGIN + 5 * HOUR, "caller": 1, "outcome": "answered"}])
    told = found(params(), ["bot_contained", "bot_alone"], end_s=MAY.end_s, calls=rang, sessions=sessions)
    assert parts(told) == {"bot_contained": (2, 5), "bot_alone": (6, 7)}
    without = found(params(), ["bot_contained"], end_s=MAY.end_s, sessions=sessions)
    assert parts(without) == {"bot_contained": (3, 5)}
    short = found(params(service={"contained_hours": 4}), ["bot_contained"], end_s=MAY.end_s, calls=rang, sessions=sessions)
    assert parts(short) == {"bot_contained": (5, 6)}
    day = (
        BEGIN + 48 * HOUR,
        BEGIN + 72 * HOUR,
    )  # the calls of that day are lost: whoever chatted in the 24 h before it may have telephoned on it
    told = found(params(), ["bot_contained"], end_s=MAY.end_s, calls=rang, sessions=sessions, lost=(day,))
    assert parts(told) == {"bot_contained": (1, 3)}, "4's sessions, of the 30th and the 40th hour, cannot be watched"


def test_机器人解决率_counts_from_the_end_of_the_session():
    """Sessions of 3 h, one hour: 1 telephones 10 minutes after the end, 2 two hours after it, 3 while it runs, 4's has no end and 4 telephones two hours after the opening; 5's ends
    half an hour before the data do.
    """
    at, end = MAY.end_s - 24 * HOUR, MAY.end_s
    rows = [(1, at, 3 * HOUR), (2, at, 3 * HOUR), (3, at, 3 * HOUR), (4, at, None), (5, end - 3.5 * HOUR, 3 * HOUR)]
    sessions = table(
        "opened_s",
        [
            {"opened_s": int(t), "closed_s": None if d is None else int(t + d), "caller": c, "served_by": "bot", "session_id": f"s{c}"}
            for c, t, d in rows
        ],
    )
    called = {3: HOUR, 4: 2 * HOUR, 1: 3 * HOUR + 600, 2: 5 * HOUR}
    rang = table("start_s", [{"start_s": at + later, "caller": c, "outcome": "answered"} for c, later in called.items()])
    told = found(params(service={"contained_hours": 1}), ["bot_contained"], end_s=end, calls=rang, sessions=sessions)
    assert parts(told) == {"bot_contained": (2, 4)}


@pytest.mark.parametrize(("items", "value", "missing"), [(("item_1", "item_1"), 4.0, ""), (("item_1", "item_2"), None, "unlike scales"), (("item_2", "item_2"), 4.0, "")])  # fmt: skip
def test_checks_of_items_of_unlike_scales_have_no_mean(items, value, missing):
    """4 of 5 points and 4 of 100 have no mean; of either alone it is 4. Params may have items of other scales that nobody was checked for."""
    scales = {
        "item_1": {"name": "态度", "scale": [1, 5]},
        "item_2": {"name": "总分", "scale": [0, 100]},
        "item_3": {"name": "推荐", "scale": [0, 10]},
    }
    params = Params.model_validate({"title": "x", "time_zone": "UTC", "items": scales, "calls": {"files": "x.csv", "columns": {"started_at": "a"}}, "scores": {"files": "y.csv", "columns": {"source": "a", "scored_at": "b", "item": "c", "score": "d"}}})  # fmt: skip
    may = CALENDAR.month("2024-05")
    at = [may.start_s, may.start_s + 60]
    calls = pd.DataFrame({"seq": [0], "start_s": at[:1], "local_s": at[:1]})
    scores = pd.DataFrame({"seq": [0, 1], "scored_s": at, "local_s": at, "source": "quality_check", "item": list(items), "score": 4.0})
    seen = view(lazy(calls), {}, start_s=may.start_s, end_s=may.end_s, params=params, scores=lazy(scores))
    told = evaluate(seen, [may], [catalogue.known(params)["monitoring_score"]]).iloc[0]
    assert told["missing"] == missing and (np.isnan(told["value"]) if value is None else told["value"] == value)
