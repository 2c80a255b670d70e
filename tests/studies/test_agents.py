"""Agents: the catalogue's own examples, by hand, against slow loops, in worlds of equal and of planted agents, and on the bank's log."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hotline_analysis import open_hotline
from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import agents as measured
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.orders import NONE
from hotline_analysis.params import Coaching
from hotline_analysis.report import month
from hotline_analysis.show.agents import SAY
from hotline_analysis.show.forms import say, show
from hotline_analysis.studies import agents as study
from hotline_analysis.words import Field
from tests.real import PARAMS, needs
from tests.spec.frames import CALENDAR, ENGINES, on, second, view
from tests.tried import WHOLE

HOUR, DAY = 3600, 86400
agents = SimpleNamespace(**study.TABLES)


def seen(rows: list[tuple], days: int = 31, *, engine: str = "duckdb", **rules):
    """Calls of one minute as (caller, second, issue, agent[, talk seconds])."""
    rows = sorted(rows, key=lambda r: r[1])
    calls = {
        "seq": list(range(len(rows))), "call_id": [f"c{n}" for n in range(len(rows))], "start_s": [r[1] for r in rows], "local_s": [r[1] for r in rows],
        "end_s": [r[1] + 60 for r in rows], "caller": [r[0] for r in rows], "caller_group": [r[0] % 100 for r in rows], "issue_1": [r[2] for r in rows],
        "agent": [r[3] for r in rows], "outcome": ["answered"] * len(rows), "talk_seconds": [r[4] if len(r) > 4 else 60 for r in rows],
    }  # fmt: skip
    return view(on(engine, calls), {"index_scope": "all", "callback_scope": "all", **rules}, start_s=0, end_s=days * DAY)


def series(caller: int, issue: str, agent: str, n: int, back: int, *, after: str = "丙") -> list[tuple]:
    """n calls of n callers with one agent, `back` of them followed within the day by a call to another; from noon, spread over the days."""
    rows = []
    for k in range(n):
        start = (k % 25) * DAY + 12 * HOUR + 60 * (k // 25)
        rows.append((caller + k, start, issue, agent))
        if k < back:
            rows.append((caller + k, start + 5 * HOUR, "其他", after))
    return rows


def test_t1_and_t2():
    """VBA16: 【政府服务】 89 calls, 23 within 12 h: 25.84 % (17.9-35.8); 【公共服务】, three children, 38 calls, 9: 23.68 % (13.0-39.2)."""
    rows = series(0, "政府服务", "甲", 89, 23) + series(1000, "公共服务", "甲", 38, 9)
    frame = agents.cells(seen(rows), window_hours=12).set_index(["agent", "issue"])
    one, two = frame.loc[("甲", "政府服务")], frame.loc[("甲", "公共服务")]
    assert (one["numerator"], one["denominator"], two["numerator"], two["denominator"]) == (23, 89, 9, 38)
    assert [round(100 * one[c], 1) for c in ("value", "low", "high")] == [25.8, 17.9, 35.8]
    assert [round(100 * two[c], 1) for c in ("value", "low", "high")] == [23.7, 13.0, 39.2]


def test_both_readings_of_the_sources_example():
    """以后再次来电: any next call, or only one about a named issue (交通出行)."""
    rows = [(1, 0, "公共服务", "甲"), (1, HOUR, "交通出行", "乙"), (2, 0, "公共服务", "甲"), (2, 2 * HOUR, "社保", "乙")]
    any_issue = measured.counted(seen(rows), window_hours=12)
    target = measured.counted(seen(rows, match="target", targets=("交通出行",), level=1), window_hours=12)
    assert [f.query("agent == '甲'")["repeats"].sum() for f in (any_issue, target)] == [2, 1]


@pytest.mark.parametrize("engine", ENGINES)
def test_counts_are_the_slow_loops(engine):
    rng = np.random.default_rng(4)
    rows = [
        (int(c), int(t), [None, "甲类", "乙类"][i], [None, "甲", "乙", "丙"][a])
        for c, t, i, a in zip(
            rng.integers(0, 20, 200), np.sort(rng.integers(0, 31 * DAY, 200)), rng.integers(0, 3, 200), rng.integers(0, 4, 200), strict=True
        )
    ]
    base, left = seen(rows, engine=engine, windows_by_issue={"甲类": 48.0, "*": 24.0}), 0
    slow = {}
    for n, (caller, start, issue, agent) in enumerate(rows):
        window = 48 * HOUR if issue == "甲类" else 24 * HOUR
        if start + 60 + window > 31 * DAY:
            left += 1
            continue
        later = next((r[1] for r in rows[n + 1 :] if r[0] == caller), None)
        key = (agent or "", issue or NONE, start % DAY // (6 * HOUR))
        k, m = slow.get(key, (0, 0))
        slow[key] = (k + (later is not None and later - start - 60 <= window), m + 1)
    found = measured.counted(base)
    assert {(r.agent, r.issue, r.band): (r.repeats, r.calls) for r in found.itertuples()} == slow and set(found["unwatched"]) == {left}
    expected = measured.expected(found)
    for row, value in zip(found.itertuples(), expected, strict=True):
        others = [(k, m) for (a, i, b), (k, m) in slow.items() if a != row.agent and i == row.issue and b == row.band]
        if sum(m for _, m in others):
            assert value == pytest.approx(row.calls * sum(k for k, _ in others) / sum(m for _, m in others))


def world(
    seed: int, *, agents_: int = 30, issues: int = 6, calls: int = 18_000, odd: dict | None = None, mix: bool = False
) -> pd.DataFrame:
    """Counts as `counted` gives them: each agent's calls of each issue, its repeats drawn at the issue's rate, or at that of planted cells.

    mix: agents get very different issues, at the same rates."""
    rng = np.random.default_rng(seed)
    rate = np.linspace(0.05, 0.4, issues)
    share = rng.dirichlet(np.full(issues, 0.6 if mix else 50), agents_)
    rows = []
    for a in range(agents_):
        for i, n in enumerate(rng.multinomial(calls // agents_, share[a])):
            p = (odd or {}).get((a, i), rate[i])
            if n:
                rows.append((f"a{a:02d}", f"i{i}", 1, n, rng.binomial(n, p), 0))
    return pd.DataFrame(rows, columns=["agent", "issue", "band", "calls", "repeats", "unwatched"])


@pytest.fixture
def counted(monkeypatch):
    def give(frame):
        monkeypatch.setattr(measured, "counted", lambda view, **asked: frame)
        return seen([(1, 0, "甲类", "甲")])

    return give


def test_identical_agents_give_hardly_an_alarm(counted):
    """Twelve seeded months of 180 cells of identical agents, at equal and at very unlike mixes: one false alarm in 600 cells at most (all forty months below)."""
    assert sum(alarms(counted, range(12))) <= 3


def alarms(counted, seeds, **more) -> list[int]:
    """Cells called above the others in each month of identical agents; every second month has unlike mixes unless `more` says so."""
    return [int((agents.cells(counted(world(seed, **{"mix": seed % 2 == 0, **more})))["verdict"] == "above").sum()) for seed in seeds]


@pytest.mark.slow
def test_forty_months_of_identical_agents_give_one_alarm_in_600_cells_at_most(counted):
    """7,200 cells, so twelve alarms at most (seen: none)."""
    assert sum(alarms(counted, range(40))) <= 12


@pytest.mark.slow
def test_a_world_that_differs_by_case_mix_alone_flags_nobody(counted):
    """Forty months in which agents have very different issues at the same rates: no cell, no agent, no issue."""
    assert sum(alarms(counted, range(1000, 1040), mix=True)) == 0
    told = [agents.counts(counted(world(seed, mix=True))).iloc[0] for seed in range(1000, 1010)]
    assert sum(int(t["coach"] + t["train"]) for t in told) == 0


def test_planted_agents_are_found_and_coached(counted):
    """Three cells whose odds are 2.5 times as high: found, and nobody else; the advice names who to coach."""
    odd = {(3, 5): 0.62, (7, 4): 0.55, (12, 3): 0.47}
    base = counted(world(1, odd=odd))
    frame = agents.cells(base)
    found = {tuple(r) for r in frame.loc[frame["verdict"] == "above", ["agent", "issue"]].to_numpy()}
    assert found == {("a03", "i5"), ("a07", "i4"), ("a12", "i3")}
    by_agent = agents.agents(base).set_index("agent")
    assert set(by_agent.index[by_agent["advice"] == "coach"]) == {"a03", "a07", "a12"}
    assert agents.counts(base).iloc[0][["coach", "train", "judged", "said"]].tolist() == [3, 0, 30, "some"]


def test_an_issue_that_half_the_agents_have_not_mastered_is_trained(counted):
    odd = {(a, 2): 0.42 if a % 2 else 0.10 for a in range(30)}
    found = agents.issues(counted(world(2, odd=odd))).set_index("issue")
    assert found.loc["i2", "cause"] == "train" and (found.drop("i2")["cause"] != "train").all()
    assert found.loc["i2", "i2"] > 0.5 and found.loc["i2", "rho"] > 3 * found.drop("i2")["rho"].max()


def test_a_table_that_names_nobody_tells_no_small_issue_and_no_share_of_few_agents():
    """话务员数1、单看偏高者100%：那就是一个人的判断；5通的诉求，连同由总数倒推得出它的那一类，也不列出。"""
    big = [call for n in range(3) for call in series(1000 * n, "供水", f"a{n}", 40, 10)]
    base = replace(seen([*big, *series(9000, "养老", "a0", 5, 1), *series(9500, "社保", "a0", 60, 20)]), smallest=8)
    told = agents.issues(base, window_hours=24).set_index("issue")
    assert told.loc["养老", ["denominator", "numerator", "value"]].isna().all() and told.loc["供水", "denominator"] == 120
    assert told.loc["社保", ["denominator", "value"]].isna().all() or told["denominator"].isna().sum() >= 2
    assert (told["agents"] < 5).all() and told[["i2", "plain_high", "flagged_share", "spread_p", "rho"]].isna().all(axis=None)


def test_the_rule_of_training_follows_the_params(counted):
    """The unevenly mastered issue is none to train where nine in ten have to be high; one issue is general coaching where params say one; 500 repeats beyond are nobody's."""
    base = counted(world(2, odd={(a, 2): 0.42 if a % 2 else 0.10 for a in range(30)}))
    assert agents.issues(base).set_index("issue").loc["i2", ["cause", "high_from", "spread_from"]].tolist() == ["train", 0.25, 0.5]
    assert agents.issues(ruled(base, many_high=0.9)).set_index("issue").loc["i2", "cause"] == "spread"
    planted = counted(world(1, odd={(3, 5): 0.62, (7, 4): 0.55, (12, 3): 0.47}))
    assert (agents.agents(ruled(planted, general_issues=1))["advice"] == "general").sum() == 3
    assert not agents.cells(ruled(planted, beyond=500))["told"].any()


def ruled(base, **rule):
    return replace(base, params=base.params.model_copy(update={"coaching": Coaching(**rule)}))


def test_an_issue_that_is_high_with_everybody_is_a_process(counted):
    found = agents.issues(counted(world(3, agents_=20))).set_index("issue")
    assert found.loc["i5", "cause"] == "process" and not found.loc["i0", "above_all"]


@pytest.mark.slow
def test_who_looks_worst_by_luck_does_not_look_so_again(counted):
    """Seeded: of identical agents the worst tenth is foretold near the others, and next month they are: in the interval in at least 33 of 40 pairs of months
    (95 % each; 38 expected, 99.9 % of a binomial is 33); of the first ten in make test in 7."""
    held, picked, least = 0, [], 33 if WHOLE else 7
    for seed in range(40 if WHOLE else 10):
        now, later = world(100 + seed), world(900 + seed).groupby("agent")[["calls", "repeats"]].sum()
        told = agents.regression(counted(now))
        chosen, row = told.query("chosen and agent != ''")["agent"], told.iloc[-1]
        overall = later["repeats"].sum() / later["calls"].sum()
        after = later.loc[chosen, "repeats"].sum() / later.loc[chosen, "calls"].sum() / overall
        held += row["foreseen_low"] <= after <= row["foreseen_high"]
        picked.append(row["seen"] - row["foreseen"])
    assert held >= least and np.mean(picked) > 0.05


def test_few_calls_and_no_agent_are_never_ranked(counted):
    frame = world(5, agents_=8)
    frame = pd.concat(
        [frame, frame.iloc[:3].assign(agent="", repeats=frame["calls"]), frame.iloc[:1].assign(agent="zz", calls=12, repeats=12)],
        ignore_index=True,
    )
    base = counted(frame)
    told = agents.cells(base)
    assert told["agent"].iloc[-1] == "" and set(told.loc[told["agent"].isin(("", "zz")), "verdict"]) == {"few"}
    by_agent = agents.agents(base).set_index("agent")["advice"]
    assert (by_agent[""], by_agent["zz"]) == ("unknown", "few")


def test_short_calls_that_come_back_at_once():
    """By hand: 甲 cuts three of thirty and two come back within ten minutes; 乙 cuts none; a call without an agent is last."""
    rows = [(n, n * HOUR, "甲类", "甲", 5 if n < 3 else 90) for n in range(30)] + [
        (100 + n, n * HOUR + 900, "甲类", "乙", 60) for n in range(30)
    ]
    rows += [(0, 300, "甲类", "乙", 60), (1, HOUR + 400, "甲类", "乙", 60), (500, 9 * DAY, "甲类", None, 3)]
    told = agents.hangups(seen(rows)).set_index("agent")
    assert list(told.index) == ["甲", "乙", ""] and pd.isna(told.loc["", "rank"])
    assert told.loc["甲", ["rank", "denominator", "short", "short_known", "short_followed"]].tolist() == [1, 30, 3, 3, 2]
    assert told.loc["甲", "back_share"] == pytest.approx(2 / 3) and told.loc["甲", "other_back_share"] == 0


def september(base):
    """The same view of a month, with the month before whole in the data."""
    month = CALENDAR.month("2024-02")
    return replace(base, period=month, data_start_s=CALENDAR.month("2024-01").start_s, data_end_s=month.end_s + 7 * DAY)


def gaming(seed: int, *, callers: int = 900, days: int = 56, hides: str = "丁", short: float = 0.0) -> list[tuple]:
    """Callers with a habit of a call in sixteen days; three in ten calls bring another within two days about the same of three matters. 其他 is written for one call in twelve, by `hides` for one in
    three; short: so much more often a call under 200 s brings another."""
    rng, rows = np.random.default_rng(seed), []
    for caller in range(callers):
        for t in rng.integers(0, days * DAY, rng.poisson(days / 16)):
            matter, start, back = "甲乙丙"[int(rng.integers(3))], int(t), True
            while back and start < days * DAY:
                agent, spoken = "甲乙丙丁戊己庚辛壬癸子丑"[int(rng.integers(12))], int(rng.integers(60, 400))
                written = "其他" if rng.random() < (1 / 3 if agent == hides else 1 / 12) else f"{matter}类"
                rows.append((caller, start, written, agent, spoken))
                back = rng.random() < 0.3 + short * (spoken < 200)
                start += 120 + int(rng.integers(2 * DAY))
    return rows


def test_who_hides_calls_under_a_vague_word():
    """Planted: 丁 files one call in three under 其他, the others one in twelve: found with its size, nobody else; and the callers of these calls come back under another issue."""
    told = agents.vague(seen(gaming(2), 56), window_hours=48).set_index("agent")
    assert told.index[told["verdict"] == "above"].tolist() == ["丁"] and told.index[0] == "丁"
    row = told.loc["丁"]
    assert row["vague_low"] < 1 / 3 < row["vague_high"] and row["ratio_low"] < 4 < row["ratio_high"]
    assert row["changed_low"] > row["changed_expected"] and told["words"].iloc[0] == "其他" and told["said"].iloc[0] == "some"
    even = agents.vague(seen(gaming(3, hides=""), 56), window_hours=48)
    assert set(even["verdict"]) == {"inside"} and set(even["said"]) == {"none"}


def test_vague_calls_by_hand():
    """甲 files 20 of 40 under 其他 and leaves 2 blank, 乙 10 of 40, a call without an agent is nobody's; at the same hours 甲 is expected to have 40 x 10/40."""
    rows = [(n, n * HOUR, "其他" if n < 20 else "水", "甲") for n in range(40)] + [
        (50 + n, n * HOUR + 60, "其他诉求" if n < 10 else "水", "乙") for n in range(40)
    ]
    rows += [(100, 0, None, "甲"), (101, 5, None, "甲"), (102, 9, "其他", None)]
    frame, words = measured.filed(seen(rows), level=1, vague=("其他",))
    sums = frame.groupby("agent")[["calls", "repeats", "rows"]].sum()
    assert (
        sums.loc["甲"].tolist() == [40, 20, 42]
        and sums.loc["乙"].tolist() == [40, 10, 40]
        and sums.loc[""].tolist() == [1, 1, 1]
        and words == ["其他", "其他诉求"]
    )
    assert measured.vague_words(["其他", "Other requests", "another", "Mother", None, "水"], ("其他", "other")) == [
        "Other requests",
        "其他",
    ]
    with pytest.raises(DataRefused, match="no vague word"):
        measured.filed(seen([(1, 0, "水", "甲")]), level=1, vague=("其他", ""))


def test_the_vague_word_is_known_by_what_comes_back():
    """Planted: 其他 is no matter of its own, so its callers come back under others; it is suspected where params do not name it, and no other word is."""
    base = seen(gaming(4, callers=1500), 56)
    quiet = replace(base, params=base.params.model_copy(update={"vague_issues": ("不详",)}))
    told = agents.vague_words(quiet, window_hours=48).set_index("issue")
    assert told["like"].to_dict() == {"其他": "suspected", "甲类": "clear", "乙类": "clear", "丙类": "clear"}
    assert told.loc["其他", "moved"] > 0.6 > 0.3 > told.loc["甲类", "moved"] and told.loc["其他", "one_way"] < 0.5
    assert agents.vague_words(base, window_hours=48).set_index("issue").loc["其他", "like"] == "declared"


def test_short_calls_that_bring_more_repeats_are_found_and_others_are_not():
    """Planted: a call under 200 s (two fifths of all) brings another 12 points more often, so the shortest two fifths lie 120 per 1,000 above the others; without it nothing is said."""
    told = agents.talk(seen(gaming(5, short=0.12), 56), window_hours=48)
    assert set(told["said"]) == {"short"} and (told["more_low"].iloc[:2] > 0).all() and (told["more_high"].iloc[3:] < 0).all()
    assert told["slope_low"].iloc[0] > 0 and 60 < told["slope"].iloc[0] < 180 and (told["talk"].diff().dropna() > 0).all()
    none = agents.talk(seen(gaming(6), 56), window_hours=48)
    assert set(none["said"]) == {"none"} and none["denominator"].sum() + none["left_out"].iloc[0] == none["denominator"].sum()


def test_issues_that_are_short_and_come_back_are_no_dose():
    """急 has short calls that come back, 慢 long ones that do not: the crude course falls, like with like there is none (seeded)."""
    rng, rows = np.random.default_rng(7), []
    for n in range(3000):
        quick = n % 2 == 0
        start = int(rng.integers(0, 28 * DAY))
        rows.append((n, start, "急" if quick else "慢", "甲", int(rng.integers(30, 120) if quick else rng.integers(100, 600))))
        if rng.random() < (0.4 if quick else 0.1):
            rows.append((n, start + 3600, "另", "乙", 5))
    told = agents.talk(seen(rows), window_hours=24)
    assert set(told["said"]) == {"none"} and np.ptp(told["adjusted"]) < 0.05


def test_a_call_and_its_repeat_stand_on_one_row():
    """By hand: the pairs that the cells count, one agent's alone, with a minimum gap, and of one issue that leads to another."""
    rows = [
        (1, 0, "水", "甲", 100),
        (1, 2 * HOUR, "电", "乙", 50),
        (2, DAY, "水", "甲", 30),
        (2, DAY + 90, "水", "丙", 20),
        (2, DAY + 5 * HOUR, "电", "乙", 9),
    ]
    told = agents.behind(seen(rows), window_hours=12)
    assert told[["agent", "issue", "next_agent", "next_issue", "rows"]].values.tolist() == [
        ["甲", "水", "丙", "水", 3], ["甲", "水", "乙", "电", 3], ["丙", "水", "乙", "电", 3],
    ]  # fmt: skip
    assert told.loc[0, ["started_at", "next_at", "talk_seconds", "next_talk_seconds"]].tolist() == [
        "1970-01-02 00:00:00",
        "1970-01-02 00:01:30",
        30,
        20,
    ]
    assert len(agents.behind(seen(rows), window_hours=12, agent="丙")) == 1 and len(agents.behind(seen(rows), window_hours=12, rows=2)) == 2
    late = agents.behind(seen(rows, min_gap_seconds=HOUR), window_hours=12)
    assert late["next_issue"].tolist() == ["电", "电", "电"] and late["gap_hours"].round(2).tolist() == [1.98, 4.96, 4.98]
    target = agents.behind(seen(rows, match="target", targets=("水",), level=1), window_hours=12)
    assert target["next_issue"].tolist() == ["水"]
    assert agents.behind(seen(rows, match="same"), window_hours=12)["next_issue"].tolist() == ["水"]


def test_a_window_from_one_gap_to_another():
    """(min_gap, max_gap]: 以后 and 之内 together; a call after 30 minutes is a redial, one after 2 h counts, one after 13 h does not."""
    rows = [
        (1, 0, "水", "甲"),
        (1, 1800, "水", "乙"),
        (2, 0, "水", "甲"),
        (2, 2 * HOUR, "水", "乙"),
        (3, 0, "水", "甲"),
        (3, 13 * HOUR, "水", "乙"),
    ]
    found = measured.counted(seen(rows, min_gap_seconds=HOUR), window_hours=12)
    assert found.query("agent == '甲'")[["calls", "repeats"]].sum().tolist() == [3, 1]
    frame = agents.cells(seen(rows, match="target", targets=("水",), level=1), window_hours=12).set_index("agent")
    assert frame.loc["甲", ["denominator", "numerator"]].tolist() == [3, 2]


@pytest.mark.slow
def test_the_three_numbers_of_those_picked_last_month(monkeypatch):
    """Three who really differ among thirty: what came of them lies where it was foretold (measured coverage .87, so 7 of 12 is the 99.9 % point), and on average within .06 of it;
    one normal for all agents would foretell some .08 too little."""
    odd = {(a, i): p for a, lift in ((3, 0.06), (9, 0.04), (20, 0.03)) for i, p in enumerate(np.linspace(0.05, 0.4, 6) + lift)}
    held, apart = 0, []
    for seed in range(12):
        months = {"2024-01": world(seed, odd=odd), "2024-02": world(500 + seed, odd=odd)}
        monkeypatch.setattr(measured, "counted", lambda view, months=months, **asked: months[view.period.label])
        last = agents.followed(september(seen([(1, 0, "甲类", "甲")]))).iloc[-1]
        held += last["outcome"] == "inside"
        apart.append(last["came"] - last["foreseen"])
        assert last["picked"] > last["foreseen"] > 1
    assert held >= 7 and abs(np.mean(apart)) < 0.06


def test_no_month_before_is_said():
    base = seen([(1, 0, "甲类", "甲")])
    with pytest.raises(DataRefused, match="no month before"):
        agents.followed(base)
    with pytest.raises(DataRefused, match="no month before"):
        agents.followed(replace(september(base), data_start_s=CALENDAR.month("2024-01").start_s + DAY))


def test_every_column_is_declared_and_shown_in_both_languages(counted):
    base = counted(world(1, odd={(3, 5): 0.62, (7, 4): 0.2}))
    own = {
        "hangups": lambda make: make(seen([(n, n * HOUR, "甲类", "甲", 5) for n in range(40)])),
        "followed": lambda make: make(september(base)),
    }
    own |= {
        "vague": lambda make: make(real),
        "vague_words": lambda make: make(real),
        "talk": lambda make: make(real),
        "behind": lambda make: make(real),
    }
    real = seen(gaming(1, callers=400), 56)
    for name, make in study.TABLES.items():
        frame = own[name](make) if name in own else make(base)
        assert set(frame) - {"p"} <= set(study.COLUMNS), name
        fields = {c: f.as_dict() for c, f in study.COLUMNS.items() if isinstance(f, Field)}
        frame.attrs = {
            "study": "agents",
            "table": name,
            "fields": fields,
            "period": {"label": "x", "zh": "3月", "en": "March"},
            "definition": {},
            "language": "zh",
        }
        for language in ("zh", "en"):
            assert show(frame, language=language).text.strip()
            if name in SAY:
                assert say(frame, language=language).text.strip()
        if name == "counts":
            assert say(frame, language="zh").text.startswith("建议：单独辅导1人，查")


def test_its_notebook_is_no_page_of_the_month():
    assert "agents.html" not in month.pages() and (month.notebooks() / "agents.ipynb").is_file() and "flows.html" in month.pages()


def test_what_cannot_be_had():
    rows = [(1, 0, "甲类", "甲"), (1, HOUR, "甲类", "乙")]
    with pytest.raises(DataRefused, match="not available: needs issue_2"):
        agents.cells(seen(rows), level=2)
    with pytest.raises(DataRefused, match="looking back charges whoever takes the repeat"):
        agents.cells(seen(rows, direction="look-back"))
    few = agents.counts(seen(rows))
    assert few["said"].tolist() == ["few"] and few["judged"].tolist() == [0]


@needs("bank1999")
def test_the_bank_moriah_hangs_up():
    """data README: 27.3 % of her 11,805 AGENT calls end within 1-9 s, all named agents together 5.4 %; of identified calls that short 45.2 % are followed within ten minutes."""
    h = open_hotline(PARAMS / "bank1999.yaml", "all", progress=False)
    told = h.study("agents", "hangups", strict=True)
    first, named = told.iloc[0], told[told["agent"] != ""]
    assert first["agent"] == "MORIAH" and first["denominator"] == 11_805 and first["short_share"] == pytest.approx(0.273, abs=5e-4)
    assert named["short"].sum() / named["denominator"].sum() == pytest.approx(0.054, abs=5e-4)
    assert told["agent"].iloc[-1] == "" and pd.isna(told["rank"].iloc[-1])
    assert (told["short_followed"].sum(), told["short_known"].sum()) == (3261, 7212)
    assert h.study("agents", "hangups").attrs["audience"] == "staff" and h.study("agents").attrs["audience"] == "public"


def endless() -> list[tuple]:
    """甲 to 己 each take 100 calls of one issue, 30 of them followed 23 h 58 min after the end of a call of ten minutes: within 24 h of its end, not of its start."""
    rows = []
    for k, agent in enumerate("甲乙丙丁戊己"):
        for n in range(100):
            start = (n % 25) * DAY + 12 * HOUR + 700 * (n // 25)
            rows.append((1000 * k + n, start, "供水", agent))
            rows += [(1000 * k + n, start + 600 + DAY - 120, "其他", "庚")] * (n < 30)
    return rows


def test_an_agent_whose_calls_have_no_known_end_is_not_judged_and_no_measure():
    """己's calls end nobody knows when: from their start none is followed within 24 h, where 30 of 100 were. Not below the others, who are as expected of one another and not above 己."""
    rows = sorted(endless(), key=lambda r: r[1])
    base = seen(rows)
    calls = {name: column.tolist() for name, column in pandas(base.table("calls")).items() if name != "talk_seconds"}
    begin = second("03-01 00:00")
    calls["start_s"] = calls["local_s"] = [begin + start for start in calls["start_s"]]
    calls["end_s"] = [None if who == "己" else start + 600 for who, start in zip(calls["agent"], calls["start_s"], strict=True)]
    made = view(on("duckdb", calls), {"index_scope": "all", "callback_scope": "all"}, start_s=begin, end_s=begin + 31 * DAY)
    told = agents.cells(made, window_hours=24)
    told = told[told["issue"] == "供水"].set_index("agent")
    assert told.loc["己", "numerator"] == 0 and told.loc["己", "verdict"] == "ends"
    assert told.loc[list("甲乙丙丁戊"), "numerator"].tolist() == [30] * 5 and set(told.loc[list("甲乙丙丁戊"), "verdict"]) == {"inside"}
    assert told["expected"].round(6).tolist() == [30] * 6, "30 of 100 with the others that can be judged"
    people = agents.agents(made, window_hours=24).set_index("agent")
    assert people.loc["己", "advice"] == "ends" and set(people.loc[list("甲乙丙丁戊"), "advice"]) == {"none"}
    counted = agents.counts(made, window_hours=24).iloc[0]
    assert (counted["unended"], counted["judged"]) == (1, len(people) - 1)
    assert "己" not in set(agents.regression(made, window_hours=24)["agent"])
