"""Questions for self-service, misdirected contacts, consistency between agents: by hand, by simulation, and without a name."""

import numpy as np
import pandas as pd
import pytest

from hotline_analysis.errors import DataRefused
from hotline_analysis.show.forms import say, show
from hotline_analysis.stats import funnel
from hotline_analysis.studies.service import issues
from tests.spec import frames
from tests.spec.frames import ENGINES
from tests.studies.service.service_calls import at, told, view

frames.FLAGS = (*frames.FLAGS, "returned")


def calls(
    issue: str | None, n: int, *, again: int = 0, talk: int = 100, dispatched: int = 0, transferred: int = 0, first: int = 0, **more
) -> list[dict]:
    """n callers of an issue, 30 an hour from 2 September on; the first `again` call back after a day."""
    made = []
    for k in range(n):
        start = f"2024-09-{2 + k // 300:02d} {8 + k % 300 // 30:02d}:{2 * (k % 30):02d}"
        own = {
            "caller": first + k,
            "issue_1": issue,
            "talk_seconds": talk,
            "dispatched": k < dispatched,
            "transferred": k < transferred,
            **more,
        }
        made.append({"at": start, **own})
        if k < again:
            made.append({"at": str(pd.Timestamp(start) + pd.Timedelta(days=1))[:16], **own, "dispatched": False, "transferred": False})
    return made


MONTH = [
    *calls("简单", 400, again=10, talk=60, dispatched=4, first=0),
    *calls("难", 300, again=150, talk=400, dispatched=150, first=1000),
    *calls("少", 12, talk=60, first=3000),
    *calls(None, 5, talk=10, first=4000),
]


def test_the_candidates_by_hand():
    """简单：410通接通，60秒，复电10/410，派单4/410；都在门槛之内。难的样样超过。"""
    frame = issues.faq(view(MONTH)).set_index("issue")
    assert list(frame.index) == ["简单", "难"], "under 30 calls nothing is said of an issue"
    row, whole = frame.loc["简单"], len(MONTH)
    assert row["answered_calls"] == 410 and row["share"] == pytest.approx(410 / whole) and row["handling"] == 60
    assert row["repeat"] == pytest.approx(10 / 410) and row["dispatch"] == pytest.approx(4 / 410) and row["candidate"] == "yes"
    assert frame.loc["难", "candidate"] == "no" and not frame.loc["难", "shown"]
    assert row["most_repeat"] == pytest.approx(160 / 860) and row["most_handling"] == pytest.approx((410 * 60 + 450 * 400) / 860)
    zh = say(told(frame.reset_index(), "faq"), language="zh").text
    assert zh == f"1类诉求可考虑改为自助，占接通来电的{410 / whole:.1%}（410通）。"
    assert (
        "门槛：占比至少1.0%，处理至多3分58秒，复电率至多18.6%，派单率至多17.9%"
        in show(told(frame.reset_index(), "faq"), language="zh").html
    )


def test_thresholds_are_params():
    strict = issues.faq(view(MONTH, service={"faq": {"most_repeat": 0.05}}))
    assert strict["candidate"].tolist() == ["no", "no"] and strict["said"].iloc[0] == "none"
    near = issues.faq(view(MONTH, service={"faq": {"most_repeat": 0.15}}))
    assert near.set_index("issue").loc["简单", "candidate"] == "maybe", "2.4 % is below 2.8 %, its interval is not"
    assert "接近门槛" in say(told(near, "faq"), language="zh").text


def test_what_the_export_lacks_is_no_condition():
    frame = issues.faq(view(MONTH, without=("dispatched",)))
    assert np.isnan(frame["most_dispatch"]).all() and frame["candidate"].iloc[0] == "yes"
    with pytest.raises(DataRefused) as fault:
        issues.faq(view(MONTH, without=("talk_seconds",)))
    assert str(fault.value) == "service › not available: needs talk_seconds"


# ---- misdirected


def test_misdirected_by_hand():
    """400通里40通转接，其中10通通话不足一分钟；放弃的和不知道是否转接的不在分母里。"""
    made = [*calls("甲", 300), *calls("甲", 10, talk=30, transferred=10, first=500), *calls("甲", 90, transferred=30, first=600)]
    made += [{"at": "2024-09-20 10:00", "outcome": "abandoned", "transferred": None}, {"at": "2024-09-20 11:00", "transferred": None}]
    orders = {
        "seq": [0, 1, 2, 3],
        "order_id": list("abcd"),
        "created_s": [at("2024-09-03 10:00") + n for n in range(4)],
        "returned": [True, False, False, False],
    }
    frame = issues.misdirected(view(made, tables={"orders": orders})).set_index("misdirected")
    assert frame[["numerator", "denominator"]].to_numpy().tolist() == [[40, 400], [10, 400], [1, 4]]
    assert (frame["low"] < frame["value"]).all() and (frame["value"] < frame["high"]).all()
    zh = say(told(frame.reset_index(), "misdirected"), language="zh").text
    assert zh.startswith("接通后转接10.0%（") and "派错部门而退回的工单25.0%" in zh
    alone = issues.misdirected(view(made)).set_index("misdirected")
    assert alone.loc["returned", "missing"] == "not available: needs orders" and np.isnan(alone.loc["returned", "value"])


def test_misdirected_by_strata():
    made = [
        *calls("甲", 100, transferred=20),
        *calls("乙", 50, first=500),
        *calls("丙", 3, transferred=3, first=900),
        *calls("丁", 9, first=950),
    ]
    frame = issues.misdirected(view(made, smallest=8), by=["issue_1"])
    whole = frame[frame["misdirected"] == "transferred"]
    assert whole["issue_1"].tolist() == ["甲", "乙", "(<8)"] and whole["denominator"].tolist() == [100, 50, 12], "丙's three with 丁's nine"
    assert whole["numerator_missing"].tolist() == ["untold", "", "untold"] and whole["numerator"].iloc[1] == 0, "the 3 are not 23 less 20"
    with pytest.raises(DataRefused):
        issues.misdirected(view([{**row} for row in made], without=("transferred",)))


# ---- consistency


def team(seed: int, agents: int, n: int, rate: float, spread: float = 0.0, odd: tuple[int, float] = (0, 0.0)) -> list[dict]:
    """So many agents with n calls each, dispatched by chance at a rate that may differ by agent; the first `odd` of them at a rate of their own."""
    rng = np.random.default_rng(seed)
    shares = np.clip(rate + spread * rng.standard_normal(agents), 0, 1)
    shares[: odd[0]] = odd[1]
    return [
        {"at": f"2024-09-{2 + k % 28:02d} {8 + a % 12:02d}:{k % 60:02d}", "agent": f"员工{a}", "issue_1": "甲", "caller": a * n + k, "dispatched": bool(rng.random() < shares[a])}
        for a in range(agents)
        for k in range(n)
    ]  # fmt: skip


def dispatch(rows: list[dict], **more) -> pd.Series:
    return issues.consistency(view(rows, engine="polars", **more)).query("measure == 'dispatch'").iloc[0]


def test_phi_and_its_spread_are_those_of_the_funnel():
    rows = team(1, 12, 60, 0.3, 0.15)
    agents = pd.DataFrame(rows).groupby("agent")["dispatched"].agg(["sum", "size"])
    found, row = funnel.shares(agents["sum"], agents["size"]).spread, dispatch(rows)
    assert row["phi"] == pytest.approx(found.phi) and row["agents_compared"] == 12 and row["denominator"] == 720
    reach, centre = 1.959964 * np.sqrt(found.tau2), np.arcsin(np.sqrt(agents["sum"].sum() / 720))
    assert [row["spread_low"], row["spread_high"]] == pytest.approx([np.sin(centre - reach) ** 2, np.sin(centre + reach) ** 2])
    assert row["alike"] == "differ" and row["widest_issue"] == "甲"
    assert not any("员工" in str(value) for value in issues.consistency(view(rows)).to_numpy().ravel()), "no agent is named"


def test_the_window_of_callbacks_is_named_and_of_dispatches_there_is_none():
    frame = issues.consistency(view(team(1, 12, 60, 0.3, 0.15))).assign(widest_measure="repeat", widest_hours=72.0)
    assert "甲的重复来电率（72小时内）：九成五的人员在" in say(told(frame, "consistency"), language="zh").text
    assert "甲的派单率：九成五" in say(told(issues.consistency(view(team(1, 12, 60, 0.3, 0.15))), "consistency"), language="zh").text


def test_a_few_agents_stand_apart():
    row = dispatch(team(2, 40, 80, 0.2, odd=(2, 0.6)))
    assert row["alike"] == "single" and row["i2"] == 0 and row["said"] == "single"
    zh = say(told(issues.consistency(view(team(2, 40, 80, 0.2, odd=(2, 0.6)))), "consistency"), language="zh").text
    assert "没有一项普遍有差异" in zh and "有个别人员不同" in zh


def test_equal_agents_are_called_alike():
    """At most one in twenty teams of equal agents is called otherwise; more than 3 of 8 come by chance less than once in a thousand."""
    told_apart = sum(dispatch(team(seed, 12, 40, 0.3))["alike"] != "alike" for seed in range(8))
    assert told_apart <= 3


def test_few_agents_and_rare_events_are_not_compared():
    row = dispatch(team(3, 2, 100, 0.3))
    assert row["alike"] == "few" and np.isnan(row["value"]) and np.isnan(row["denominator"])
    assert dispatch(team(4, 20, 40, 0.02))["alike"] == "few", "one event an agent shows no spread"
    with pytest.raises(DataRefused):
        issues.consistency(view(team(3, 4, 50, 0.3), without=("agent",)))


@pytest.mark.parametrize("engine", ENGINES)
def test_three_engines_agree(engine):
    for table, rows in (("faq", MONTH), ("misdirected", MONTH), ("consistency", team(1, 5, 40, 0.3))):
        first, other = (issues.TABLES[table](view(rows, engine=e)) for e in ("polars", engine))
        pd.testing.assert_frame_equal(first, other, check_dtype=False)
