"""Work, agents needed, rosters, and one more agent: by hand, by laws, on three engines, and on public data."""

import numpy as np
import pandas as pd
import pytest

from hotline_analysis import open_hotline
from hotline_analysis.errors import DataRefused, NoInput
from hotline_analysis.show.forms import say, show
from hotline_analysis.stats import queueing
from hotline_analysis.studies.service import load, staffing
from tests.real import PARAMS, needs
from tests.spec.frames import ENGINES
from tests.studies.service.service_calls import at, told, view


def call(when: str, talk=180, outcome="answered", wait=5, **more) -> dict:
    return {"at": f"2024-09-{when}", "outcome": outcome, "queue_seconds": wait, "talk_seconds": talk, **more}


def every(hour: int, count: int, days=range(2, 30), **more) -> list[dict]:
    """So many calls in the first half of an hour on each day."""
    return [call(f"{d:02d} {hour:02d}:{n % 30:02d}", **more) for d in days for n in range(count)]


# ---- work

WORK = [
    call("02 09:00", 100, issue_1="甲", hold_seconds=20, wrap_seconds=30), call("02 09:10", 50, issue_1="甲", hold_seconds=None, wrap_seconds=0),
    call("02 10:00", 300, issue_1="乙", hold_seconds=0, wrap_seconds=0), call("03 09:00", 200, issue_1=None, hold_seconds=0, wrap_seconds=0),
    call("03 09:30", None, issue_1="甲", hold_seconds=9, wrap_seconds=9), call("03 09:40", 0, "abandoned", issue_1=None, hold_seconds=0, wrap_seconds=0),
]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_work_by_hand(engine):
    """甲两通共200秒（含保持、话后），乙一通300秒，未填一通200秒；没有通话时长的不计。"""
    frame = load.workload(view(WORK, engine=engine)).set_index("category")
    assert frame["handled"].to_dict() == {"乙": 1, "(none)": 1, "甲": 2} and frame["handling_seconds"].to_dict() == {
        "乙": 300,
        "(none)": 200,
        "甲": 100,
    }
    assert frame.loc["乙", "share_of_work"] == pytest.approx(300 / 700) and frame["parts"].eq("talk hold wrap").all()
    assert frame.loc["甲", "busiest_hour"] == 9


def test_work_of_the_hours_adds_to_that_of_the_categories():
    rows = [{**row, "at": row["at"].replace("09-02", f"09-{d:02d}")} for d in range(2, 20) for row in WORK]
    hours, categories = load.load(view(rows)), load.workload(view(rows))
    assert hours.groupby("category")["work_hours_a_day"].sum().to_dict() == pytest.approx(
        categories.set_index("category")["work_hours_a_day"].to_dict()
    )
    nine = hours[hours["hour"] == 9]
    assert nine["busy_agents"].nunique() == 1 and nine["share_of_hour"].sum() == pytest.approx(1) and hours["lead"].sum() == 2
    assert nine["busy_agents"].iloc[0] == pytest.approx(nine["work_hours_a_day"].sum())


def test_small_groups_are_not_told():
    rows = [*every(9, 2, issue_1="甲"), call("05 09:30", issue_1="罕见"), call("05 10:30", issue_1="甲")]
    told_ = load.load(view(rows, smallest=8))
    assert "罕见" not in set(told_["category"]) and not told_["handled"].between(1, 7).any()
    assert "罕见" not in set(load.workload(view(rows, smallest=8))["category"])
    assert "罕见" in set(load.workload(view(rows))["category"])


# ---- what the calls need


def test_agents_needed_by_hand():
    """周一至周日每天九点半小时内50通、每通3分钟：负荷5人。没有人放弃，按厄朗C。"""
    frame = staffing.staffing(view(every(9, 50)))
    monday = frame[(frame["weekday"] == 0)].iloc[0]
    assert (monday["slot"], monday["days"], monday["weekly_calls"], monday["slot_calls"], monday["offered_load"]) == (
        "09:00",
        4,
        200,
        50,
        5,
    )
    expected = queueing.agents_needed(100, 180, answer_seconds=15, target_share=0.8)
    assert monday["required"] == expected == 8 and monday["needed_roster"] == pytest.approx(8 / 0.7) and monday["model"] == "erlang_c"
    assert frame["scheduled"].isna().all() and not frame["short"].any()


def test_who_gives_up_asks_for_fewer_agents():
    lost = every(9, 2, outcome="abandoned", wait=65, talk=0)
    frame = staffing.staffing(view(every(9, 48) + lost))
    waited = 28 * 2 * (65 - 5)  # the answered waited 5 s, which is nothing beyond the first five
    assert frame["model"].eq("erlang_a").all() and frame["patience_seconds"].iloc[0] == pytest.approx(waited / 56)
    assert frame["required"].iloc[0] <= staffing.staffing(view(every(9, 48) + lost, without=("queue_seconds",)))["required"].iloc[0]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_roster_beside_it(engine):
    """八人排9:00至9:30，十五分钟的一段算半个人；排班只有周一至周五，周六、周日没有。"""
    stretches = [
        (f"2024-09-{d:02d} 09:00", 1800, "planned")
        for d in range(2, 30)
        for _ in range(8)
        if pd.Timestamp(f"2024-09-{d:02d}").weekday() < 5
    ]
    stretches += [(f"2024-09-{d:02d} 09:15", 900, "planned") for d in range(2, 30) if pd.Timestamp(f"2024-09-{d:02d}").weekday() < 5]
    stretches += [("2024-09-02 09:00", 1800, "talk")]
    begin = [at(when) for when, *_ in stretches]
    roster = {
        "agent": [f"a{n % 9}" for n in range(len(begin))],
        "starts_s": begin,
        "local_s": begin,
        "seconds": [s for _, s, _ in stretches],
        "state": [s for *_, s in stretches],
        "seq": list(range(len(begin))),
    }
    seen = view(every(9, 50), engine=engine, tables={"agent_time": roster})
    frame = staffing.staffing(seen).set_index("weekday")
    assert frame.loc[0:4, "scheduled"].tolist() == pytest.approx([8.5] * 5) and frame.loc[5:6, "scheduled"].isna().all()
    assert frame.loc[0, "missing_agents"] == pytest.approx(8 / 0.7 - 8.5) and frame.loc[0, "short"]
    week = staffing.shortfall(seen)
    assert len(week) == 5 and week["hours_short"].iloc[0] == pytest.approx(5 * (8 / 0.7 - 8.5) / 2) and week["hours_over"].iloc[0] == 0
    text = say(told(week, "shortfall"), language="zh").text
    assert text == "周一9时最缺人，缺2.9人；一周缺7.3人时，另有0.0人时多排。"
    assert show(told(week, "shortfall"), language="en").text.startswith("Mon 9:00 lacks most, 2.9 agents")


def test_a_stretch_is_spread_over_the_half_hours_that_it_covers():
    """23:45 to 00:40 of the next day: 15 minutes, then half an hour, then 10 minutes."""
    begin = at("2024-09-02 23:45")
    roster = {"agent": ["a"], "starts_s": [begin], "local_s": [begin], "seconds": [55 * 60], "state": ["planned"], "seq": [0]}
    held, covered = staffing._planned(view(every(9, 1), tables={"agent_time": roster}))
    assert covered.tolist() == held["day"].tolist()[:1]
    assert (
        held["seconds"].tolist() == [900, 1800, 600] and held["place"].tolist() == [47, 0, 1] and held["day"].diff().tolist()[1:] == [1, 0]
    )


def test_nights_reach_over_the_ends_of_the_month():
    """Every night one agent from 22:00 to 6:00, from the last of August on: every half hour of the night has one, on every weekday, on the first day too."""
    begin = [at("2024-08-31 22:00") + n * 86400 for n in range(31)]
    roster = {
        "agent": ["a"] * 31,
        "starts_s": begin,
        "local_s": begin,
        "seconds": [8 * 3600] * 31,
        "state": ["planned"] * 31,
        "seq": list(range(31)),
    }
    frame = staffing.staffing(view(every(2, 3, days=range(1, 31)) + every(23, 3, days=range(1, 31)), tables={"agent_time": roster}))
    assert frame["scheduled"].tolist() == pytest.approx([1] * len(frame)) and len(frame) == 7 * 16


def shifts(*begin_hours: tuple[int, int, int], days=range(2, 30)) -> dict[str, list]:
    """A roster: on each day of September so many agents from an hour on for so many hours."""
    starts = [(at(f"2024-09-{d:02d} {hour:02d}:00"), hours) for d in days for hour, hours, agents in begin_hours for _ in range(agents)]
    begin, n = [s for s, _ in starts], len(starts)
    return {
        "agent": [f"a{k}" for k in range(n)], "starts_s": begin, "local_s": begin, "seconds": [h * 3600 for _, h in starts],
        "state": ["planned"] * n, "seq": list(range(n)),
    }  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_rostered_half_hours_without_a_call_are_agents_too_many(engine):
    """每天9:00至9:30来50通，要排8÷0.7=11.4人；9至10时排5人，0至8时排10人而没有来电：一周缺7×6.4÷2=22.5人时，排7×85=595人时，多7×82.5人时。"""
    seen = view(every(9, 50), engine=engine, tables={"agent_time": shifts((9, 1, 5), (0, 8, 10))})
    week = staffing.staffing(seen)
    night = week[week["hour"] < 8]
    assert len(week) == 7 * (16 + 2) and len(night) == 7 * 16 and night["scheduled"].eq(10).all()
    assert night[["weekly_calls", "required", "offered_load"]].eq(0).all(axis=None) and night["handling_seconds"].eq(180).all()
    told_ = staffing.shortfall(seen)
    sums = told_[["hours_short", "hours_over", "hours_needed", "hours_rostered"]].iloc[0].tolist()
    assert sums == pytest.approx([7 * (8 / 0.7 - 5) / 2, 7 * (80 + 2.5), 7 * 8 / 0.7 / 2, 7 * (80 + 5)])
    assert set(told_["hour"]) == {*range(8), 9} and told_.set_index("hour").loc[9, "missing_agents"].iloc[0] == pytest.approx(
        (8 / 0.7 - 10) / 2
    )


def test_a_weekday_of_which_no_day_was_seen_says_nothing_of_its_roster():
    """数据只有周一至周五：周六、周日排了人，不知多还是少。数据有四周而周末从无来电：周末排的是多的。"""
    given = {"tables": {"agent_time": shifts((9, 1, 5))}}
    weekdays = [d for d in range(2, 30) if pd.Timestamp(f"2024-09-{d:02d}").weekday() < 5]
    short = staffing.shortfall(view(every(9, 50, days=range(2, 7)), start="2024-09-02", end="2024-09-07", **given))
    whole = staffing.shortfall(view(every(9, 50, days=weekdays), **given))
    assert set(short["weekday"]) == set(range(5)) and short["hours_rostered"].iloc[0] == 5 * 5
    assert set(whole["weekday"]) == set(range(7)) and whole["hours_rostered"].iloc[0] == 7 * 5


def test_one_more_is_added_where_calls_come():
    """九点半以后没有来电而有人排班：高峰仍是有来电的半小时。"""
    alone, beside = (
        staffing.one_more(view(queue(3), service={"peak_share": 0.99}, tables={"agent_time": shifts(*given)}))
        for given in (((9, 1, 3),), ((9, 1, 3), (0, 8, 3)))
    )
    assert alone["slots"].eq(7).all()
    pd.testing.assert_frame_equal(alone, beside)


def test_without_a_roster_the_map_says_so():
    with pytest.raises(NoInput, match="agent_time"):
        staffing.shortfall(view(every(9, 5)))
    begin = at("2024-09-02 09:00")
    actual = {"agent": ["a"], "starts_s": [begin], "local_s": [begin], "seconds": [60], "state": ["talk"], "seq": [0]}
    with pytest.raises(DataRefused, match="no roster"):
        staffing.shortfall(view(every(9, 5), tables={"agent_time": actual}))
    for lacking in ("talk_seconds", "outcome"):
        with pytest.raises(DataRefused, match=lacking):
            staffing.staffing(view(every(9, 5), without=(lacking,)))


def test_public_holidays_have_another_roster():
    """2024-09-16、17日中秋放假，14、29日调休上班：这四天不进平均。"""
    plain, kept = (
        staffing.staffing(view(every(9, 5, days=range(1, 31)), holidays=h)).set_index("weekday")["days"].to_dict() for h in ("", "CN")
    )
    assert plain == {0: 5, 1: 4, 2: 4, 3: 4, 4: 4, 5: 4, 6: 5} and kept == {0: 4, 1: 3, 2: 4, 3: 4, 4: 4, 5: 3, 6: 4}


# ---- one more


def queue(agents: int, calls: int = 40, *, seed: int = 1) -> list[dict]:
    """Four weeks of a half hour a day at so many calls, as a queue of that many agents played them: 150 s a call, patience 100 s."""
    rng, rows = np.random.default_rng(seed), []
    for day in range(2, 30):
        free, start = np.zeros(agents), np.cumsum(rng.exponential(1800 / calls, 4 * calls))
        for t in start[start < 3600]:  # the first half hour warms up and is left out
            service, limit, wait = rng.exponential(150), rng.exponential(100), max(free.min() - t, 0)
            lost = wait > limit
            if not lost:
                free[free.argmin()] = t + wait + service
            if t >= 1800:
                rows.append(
                    call(
                        f"{day:02d} 09:{int(t - 1800) // 60:02d}",
                        0 if lost else int(service),
                        "abandoned" if lost else "answered",
                        int(min(wait, limit)),
                    )
                )
    return rows


def test_one_more_agent_is_what_one_more_agent_does():
    """Played with 3 agents and with 4: what the model foretells from the first is what the second shows."""
    now, more = (staffing._observed(view(queue(n)), staffing.staffing(view(queue(n)))) for n in (3, 4))
    frame = staffing.one_more(view(queue(3), service={"peak_share": 0.99}))
    assert frame["abandonment"].iloc[0] == pytest.approx(now["observed_abandonment"], abs=1e-4)
    assert frame["level"].iloc[0] == pytest.approx(now["observed_level"], abs=0.06)
    assert frame["abandonment"].iloc[1] == pytest.approx(more["observed_abandonment"], abs=0.05)
    assert frame["agents"].iloc[0] == pytest.approx(3, abs=0.5) and frame["answered_more"].iloc[0] == 0
    assert (frame["level"].diff().dropna() > 0).all() and (frame["abandonment"].diff().dropna() < 0).all()
    text = say(told(frame, "one_more"), language="zh").text
    assert text.startswith("高峰每半小时再添一人，15秒内接通由") and text.endswith("（模型推算）。")


def test_one_more_needs_patience():
    with pytest.raises(DataRefused, match="no known patience"):
        staffing.one_more(view(every(9, 5)))
    with pytest.raises(DataRefused, match="needs queue_seconds"):
        staffing.one_more(view(every(9, 5), without=("queue_seconds",)))


# ---- hours without anybody


def test_waits_that_are_all_the_same_tell_no_patience():
    """三十通以上放弃，人人都等了5秒（短时放弃的界线）：耐心不明，按Erlang C算，不出错。"""
    frame = staffing.staffing(view([*every(9, 20), *every(9, 2, talk=0, outcome="abandoned")]))
    assert set(frame["model"]) == {"erlang_c"} and frame["patience_seconds"].isna().all()


def test_hours_in_which_nobody_answered():
    """十点有八通没有一通接，九点八通接了六通；十一点只有四通，不看。"""
    rows = [call(f"05 10:{n:02d}", outcome="abandoned") for n in range(8)] + [
        call(f"05 09:{n:02d}", outcome="answered" if n < 6 else "abandoned") for n in range(8)
    ]
    rows += [call(f"05 11:{n:02d}", outcome="abandoned") for n in range(4)]
    frame = staffing.coverage(view(rows))
    assert frame["hour"].tolist() == [10, 9] and frame["uncovered"].tolist() == [True, False] and frame["hours_seen"].eq(2).all()
    assert say(told(frame, "coverage"), language="zh").text == "有1个小时几乎无人接（看过2个小时），最确定的是9月5日10时，8通接了0通。"
    quiet = staffing.coverage(view(rows[8:16]))
    assert say(told(quiet, "coverage"), language="en").text == "Of 1 hour looked at none was below 50% answered beyond chance."
    with pytest.raises(DataRefused, match="few"):
        staffing.coverage(view(rows[16:]))


def test_few_quiet_hours_are_called_uncovered_by_chance():
    """Of 20,000 hours of five to forty calls that are answered at 80 %, none."""
    rng = np.random.default_rng(2)
    n = rng.integers(5, 40, 20_000)
    _, high = staffing.intervals.wilson(rng.binomial(n, 0.8), n)
    assert (high < 0.5).mean() < 1e-3


@needs("bank1999")
def test_the_bank_in_may():
    """The bank's 27,000 handled calls; the busiest half hour of a Sunday morning needs twice what a Friday needs; nobody rostered it."""
    h = open_hotline(PARAMS / "bank1999.yaml", "1999-05", progress=False)
    week = h.study("service", "staffing")
    assert week["model"].eq("erlang_a").all() and week["patience_seconds"].iloc[0] == pytest.approx(351.45, abs=0.01)
    sunday = week[(week["weekday"] == 6) & (week["slot"] == "10:00")].iloc[0]
    friday = week[(week["weekday"] == 4) & (week["slot"] == "10:00")].iloc[0]
    assert sunday["required"] > 1.5 * friday["required"] and h.study("service", "shortfall").attrs["missing"]["zh"] == "未提供：坐席工时"
    assert h.study("service", "workload").set_index("category")["handled"].sum() == 29923


def test_a_model_far_from_the_data_foretells_nothing():
    """Everybody waits a minute, answered or not: no queue of one half hour looks like that, and no figure is given for one more agent."""
    rows = every(9, 36, wait=60) + every(9, 4, outcome="abandoned", wait=60, talk=0)
    frame = told(staffing.one_more(view(rows, service={"peak_share": 0.99})), "one_more")
    assert frame["said"].eq("poor").all() and frame["observed_level"].eq(0).all()
    assert "不作推算" in say(frame, language="zh").text and show(frame, language="zh").text == "模型与实际差得太远，不作推算。"
