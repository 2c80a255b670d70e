"""Flows: by hand, against the slow loop on three engines, in worlds with and without a planted pair, and as words and pictures."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import flows as measured
from hotline_analysis.measures.orders import NONE
from hotline_analysis.show import charts
from hotline_analysis.show.forms import say, show
from hotline_analysis.studies import flows
from hotline_analysis.words import Field, Term
from tests.spec.frames import ENGINES, on, view
from tests.tried import WHOLE

HOUR, DAY, WEEK = 3600, 86400, 7 * 86400


def seen(rows: list[tuple[int, int, str | None]], days: int, *, engine: str = "duckdb", **rules):
    """Calls of one minute as (caller, second, issue[, talk seconds]); the data run for so many days, the period is all of them."""
    rows = sorted(rows, key=lambda r: r[1])
    calls = {
        "seq": list(range(len(rows))), "call_id": [f"c{n}" for n in range(len(rows))], "start_s": [r[1] for r in rows], "local_s": [r[1] for r in rows],
        "end_s": [r[1] + 60 for r in rows], "caller": [r[0] for r in rows], "caller_group": [r[0] % 100 for r in rows], "issue_1": [r[2] for r in rows],
        "talk_seconds": [r[3] if len(r) > 3 else 60 for r in rows], "outcome": ["answered"] * len(rows),
    }  # fmt: skip
    settings = {"index_scope": "all", "callback_scope": "all", **rules}
    return view(on(engine, calls), settings, start_s=0, end_s=days * DAY)


def spoken(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    fields = {name: field.as_dict() for name, field in flows.COLUMNS.items() if isinstance(field, Field)}
    frame.attrs = {
        "study": "flows",
        "table": table,
        "fields": fields,
        "period": {"label": "x", "zh": "3月", "en": "March"},
        "definition": {},
        "language": "zh",
    }
    return frame


def test_by_hand():
    """Four callers: 甲 leads to 乙 after an hour, 甲 to 甲 after a day, 乙 to nothing, and one 甲 in the last hour that nobody watched."""
    rows = [
        (1, 10 * DAY, "甲"),
        (1, 10 * DAY + 3660, "乙"),
        (2, 20 * DAY, "甲"),
        (2, 21 * DAY, "甲"),
        (3, 30 * DAY, "乙"),
        (4, 49 * DAY + DAY - HOUR, "甲"),
        (5, 9 * DAY, None),
    ]
    found = measured.transitions(seen(rows, 50), level=1, window_s=48 * HOUR)
    place = {name: n for n, name in enumerate(found.names)}
    total = found.index.sum(axis=0)
    assert found.unwatched == 1 and found.calls.sum(axis=0)[place["甲"]] == 3
    assert (total[place["甲"], place["乙"]], total[place["甲"], place["甲"]], total[place["乙"]].sum()) == (1, 1, 0)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_slow_loop_agrees(engine):
    rng = np.random.default_rng(3)
    rows = [
        (int(c), int(t), [None, "甲", "乙", "丙"][int(i)], None if i == 3 else int(t) % 900)
        for c, t, i in zip(rng.integers(0, 12, 160), np.sort(rng.integers(0, 60 * DAY, 160)), rng.integers(0, 4, 160), strict=True)
    ]
    window, end = 30 * HOUR, 60 * DAY
    found = measured.transitions(seen(rows, 60, engine=engine), level=1, window_s=window)
    index, control, calls, instants, work = {}, {}, {}, {}, {}
    for n, (caller, start, issue, _) in enumerate(rows):
        if issue is None:
            continue
        reference = start + 60
        own = [(t, i, w) for m, (c, t, i, w) in enumerate(rows) if c == caller and m > n]
        if reference + window <= end:
            calls[issue] = calls.get(issue, 0) + 1
            if own and own[0][0] - reference <= window:
                key = (issue, own[0][1] or NONE)
                index[key] = index.get(key, 0) + 1
                seconds, timed = work.get(issue, (0, 0))
                work[issue] = (seconds + (own[0][2] or 0), timed + (own[0][2] is not None))
        for week in (-3, -2, 2, 3):
            at = reference + week * WEEK
            if at < 0 or at + window > end:
                continue
            instants[issue] = instants.get(issue, 0) + 1
            after = [(t, i) for c, t, i, _ in rows if c == caller and t >= at]
            if after and after[0][0] - at <= window:
                key = (issue, after[0][1] or NONE)
                control[key] = control.get(key, 0) + 1
    for name, table, slow in (("index", found.index, index), ("control", found.control, control)):
        total = table.sum(axis=0)
        fast = {(a, b): int(total[i, j]) for i, a in enumerate(found.names) for j, b in enumerate(found.names) if total[i, j]}
        assert fast == slow, name
    worked = dict(zip(found.names, map(tuple, found.worked.sum(axis=0).tolist()), strict=True))
    assert {issue: told for issue, told in worked.items() if told[1]} == work
    sums = dict(zip(found.names, found.calls.sum(axis=0), strict=True)), dict(zip(found.names, found.instants.sum(axis=0), strict=True))
    assert {k: v for k, v in sums[0].items() if v} == calls and {k: v for k, v in sums[1].items() if v} == instants


def priced(base, cost: float):
    """The same view under params with a cost a minute."""
    service = base.params.service.model_copy(update={"cost_a_minute": cost})
    return replace(base, params=base.params.model_copy(update={"service": service}))


def world(seed: int, *, leads: float = 0.0, days: int = 56, callers: int = 500) -> list[tuple[int, int, str]]:
    """Callers with a habit of one call in twelve days about any of four issues; after 甲 a share of them asks about 乙 within a day."""
    rng = np.random.default_rng(seed)
    rows = []
    for caller in range(callers):
        for t in np.sort(rng.integers(0, days * DAY, rng.poisson(days / 12))):
            issue = "甲乙丙丁"[int(rng.integers(4))]
            rows.append((caller, int(t), issue))
            if issue == "甲" and rng.random() < leads and t + DAY < days * DAY:
                rows.append((caller, int(t) + 120 + int(rng.integers(20 * HOUR)), "乙"))
    return rows


def test_a_planted_pair_is_found_with_its_size_and_nothing_else():
    """After 甲, 300 of 1,000 ask about 乙 within a day: seeded, in the interval; no other pair stands out."""
    frame = flows.pairs(seen(world(1, leads=0.3), 56), window_hours=24)
    out = frame[frame["stands_out"]]
    assert out[["issue", "then"]].values.tolist() == [["甲", "乙"]] and set(frame["said"]) == {"found"}
    row = out.iloc[0]
    assert row["excess_low"] < 300 < row["excess_high"] and row["adjusted"] > 3 and 5 < row["median_hours"] < 15
    asked = flows.notices(seen(world(1, leads=0.3), 56), window_hours=24, told=0.5)
    assert asked["said"].tolist() == ["some"] and asked["avoidable"].iloc[0] == pytest.approx(
        0.5 * row["excess"] * row["denominator"] / 1000 / (31 / (365.25 / 12)), rel=1e-9
    )
    assert say(spoken(asked, "notices"), language="zh").text.startswith("1对诉求值得在首次来电时告知后续，告知50%的来电人")
    text = say(spoken(frame, "pairs"), language="zh").text
    assert text.startswith("甲之后乙：每千通多出") and text.count("；") == 0


def test_what_callbacks_cost_by_hand():
    """Every call takes six minutes: hours are a tenth of the callbacks; the planted 300 of 1,000 calls about 甲 are in the interval, nothing else costs beyond habit, and the price stands at both ends."""
    rows = [(c, t, issue, 360) for c, t, issue in world(1, leads=0.3)]
    base = seen(rows, 56)
    told = flows.costs(priced(base, 2.0), window_hours=24)
    all_, first = told.iloc[-1], told.iloc[0]
    assert (all_["issue"], first["issue"], set(told["said"])) == ("all", "甲", {"found"})
    assert told["hours"].to_numpy() == pytest.approx(told["callbacks"].to_numpy() / 10)
    assert first["callbacks_low"] < 0.3 * first["denominator"] < first["callbacks_high"]
    assert told["hours"].iloc[:-1].sum() == pytest.approx(all_["hours"]) and told["denominator"].iloc[:-1].sum() == all_["denominator"]
    assert all_["hours_a_week"] == pytest.approx(all_["hours"] * 7 / 31) and all_["hours_low"] < all_["hours"] < all_["hours_high"]
    assert (all_["cost_low"], all_["cost_high"]) == pytest.approx((120 * all_["hours_low"], 120 * all_["hours_high"]))
    text = say(spoken(told, "costs"), language="zh").text
    assert text.startswith("24小时内超出平时的复电") and "每分钟2元" in text
    assert "每分钟" not in say(spoken(flows.costs(base, window_hours=24), "costs"), language="zh").text


def test_costs_of_a_quiet_hotline_of_short_data_and_of_unknown_times():
    quiet = flows.costs(seen(world(4, callers=150), 56), window_hours=24)
    assert quiet["said"].iloc[0] == "none" and quiet["hours_low"].iloc[-1] < 0 < quiet["hours_high"].iloc[-1]
    short = flows.costs(seen(world(1, callers=60, days=14), 14), window_hours=24)
    assert short["said"].tolist() == ["history"] and short["hours"].isna().all()
    unknown = [(c, t, issue, None if n % 10 == 0 else 60) for n, (c, t, issue) in enumerate(world(1, leads=0.3, callers=80))]
    with pytest.raises(DataRefused, match="few known durations"):
        flows.costs(seen(unknown, 56), window_hours=24)


def test_hours_beside_the_seats_that_are_missing():
    """缺人，还是缺一次说清: both figures in one sentence where the roster's is at hand, the first alone where it is not."""
    told = spoken(flows.costs(seen(world(1, leads=0.3), 56), window_hours=24), "costs")
    short = pd.DataFrame({"hours_short": [63.25]})
    short.attrs = {"study": "service", "table": "shortfall", "fields": {"hours_short": Field(Term("缺", "short"), "number").as_dict()}}
    assert "63.3" in say(told, short, language="zh").text and "缺人，还是缺一次说清" in say(told, short, language="zh").text
    assert "缺人" not in say(told, language="zh").text


@pytest.mark.slow
def test_random_issues_lead_nowhere():
    """Ten seeded worlds (four in make test) in which issues follow one another at random: few have a pair of different issues that stands out (each at
    most .05; the 99.9 % point of a binomial of 10 is 3, of 4 it is 2)."""
    flagged = sum(
        bool(((f := flows.pairs(seen(world(seed, callers=150), 56), window_hours=48))["stands_out"] & ~f["same"]).any())
        for seed in range(10 if WHOLE else 4)
    )
    assert flagged <= (3 if WHOLE else 2)


@pytest.mark.slow
def test_forty_worlds_of_random_issues_flag_no_pair_beyond_the_false_discovery_rate():
    """Every pair that stands out is false, so q .05 promises that at most one world in twenty has any: 2 of 40, and no more than 6 (99 % point of a binomial)."""
    flagged = 0
    for seed in range(100, 140):
        frame = flows.pairs(seen(world(seed, callers=300), 56), window_hours=48)
        flagged += bool((frame["stands_out"] & ~frame["same"]).any())
    assert flagged <= 6


def test_the_three_shares_add_up_and_same_is_the_diagonal():
    frame = flows.returns(seen(world(2, leads=0.3), 56), window_hours=24).set_index("issue")
    assert (frame["same_share"] + frame["other_share"] + frame["none_share"]).to_numpy() == pytest.approx(np.ones(4))
    assert frame["other_share"].idxmax() == "甲" and (frame["same_low"] <= frame["same_share"]).all()


def test_small_issues_and_unknown_ones():
    rows = [*world(4, callers=60), (1, 30 * DAY, "戊"), (1, 30 * DAY + 500, None), (2, 31 * DAY, "甲"), (2, 31 * DAY + 500, "戊")]
    base = seen(rows, 56)
    found = measured.transitions(type(base)(**{**base.__dict__, "smallest": 8}), level=1, window_s=48 * HOUR)
    assert "戊" not in found.names and found.names[-2:] == ("(none)", "(<8)")


def test_what_cannot_be_had():
    with pytest.raises(DataRefused, match="not available: needs issue_2"):
        flows.pairs(seen(world(1, callers=20), 56), level=2)
    with pytest.raises(DataRefused, match="looks ahead"):
        flows.pairs(seen(world(1, callers=20), 56, direction="look-back"))
    with pytest.raises(DataRefused, match="is no share of callers"):
        flows.notices(seen(world(1, callers=20), 56), told=0)
    short = flows.pairs(seen(world(1, callers=100, days=14), 14), window_hours=24)
    assert set(short["said"]) == {"history"} and not short["stands_out"].any() and short["value"].notna().any()
    assert "数据太短" in say(spoken(short, "pairs"), language="zh").text
    none = flows.notices(seen(world(1, callers=60), 56), window_hours=24)
    assert none["said"].tolist() == ["none"] and "不建议增加话术" in show(spoken(none, "notices"), language="zh").text


@pytest.mark.parametrize("width", [charts.WIDE, charts.NARROW])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_pictures_hold_every_link(width, language):
    frame = flows.matrix(seen(world(1, leads=0.3), 56), window_hours=24)
    ax = charts.alluvial(frame, width=width, language=language)
    links = frame[frame["excess"] > 0]
    if width == charts.WIDE:
        assert len(ax.patches) == len(links)
    else:
        assert len(ax.patches) == min(len(links), 10) and any("甲 → 乙" in t.get_text() for t in ax.texts)
    cells = charts.flow_map(frame, width=width, language=language)
    numbers = [t.get_text() for t in cells.texts if t.get_text()]
    assert numbers == [f"{frame[frame['stands_out']]['excess'].iloc[0]:.0f}"]


def test_the_rule_says_that_calls_were_watched():
    base = seen(world(1, callers=5), 56)
    assert "生存分析" in base.definition.line("zh") and "生存分析" not in flows.RULE(base).zh and flows.RULE(base).en


def test_every_column_is_declared_and_shown_in_both_languages():
    base = seen(world(1, leads=0.3, callers=120), 56)
    for name, make in flows.TABLES.items():
        frame = make(base, window_hours=24)
        plain = {c.removesuffix("_missing") for c in frame}
        assert plain - {"p"} <= set(flows.COLUMNS), name
        for language in ("zh", "en"):
            assert show(spoken(frame, name), language=language).text.strip()
    assert SimpleNamespace(**flows.TABLES).pairs is flows.pairs


def test_a_control_instant_of_an_issue_without_a_watched_call_is_beside_no_row():
    """Of 甲 calls were watched, of 乙 none: what came after 乙's instants is nobody's, and neither is a callback about 丙, which nobody called about."""
    rows = [("甲", "甲", 3), ("甲", "丙", 2), ("甲", "", 4), ("乙", "甲", 7)]
    frame = pd.DataFrame(rows, columns=["issue", "then", "calls"]).assign(caller_group=0, work=1, timed=1)
    for place, found, calls in (({"甲": 0}, [[3]], [9]), ({}, np.zeros((0, 0)), [])):
        callbacks, instants = measured._dense(frame, place)
        assert callbacks.sum(axis=0).tolist() == np.asarray(found).tolist() and instants.sum(axis=0).tolist() == calls
        back = measured._of(frame.assign(any=frame["calls"], same=0), place)
        assert [table.sum(axis=0).tolist() for table in back[:2]] == [calls, calls]
