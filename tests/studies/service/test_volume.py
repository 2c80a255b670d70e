"""How many calls about what, and who keeps the targets: by hand, by laws, with small groups hidden."""

import numpy as np
import pandas as pd
import pytest

from hotline_analysis.errors import DataRefused
from hotline_analysis.show.forms import say, show
from hotline_analysis.stats import intervals
from hotline_analysis.studies.service import volume
from tests.spec import frames
from tests.spec.frames import ENGINES
from tests.studies.service.service_calls import at, told, view

frames.FLAGS = (*frames.FLAGS, "withdrawn", "duplicate")


def spread(month: str, days: int, **of: int) -> list[dict]:
    """So many calls of each issue a day, one after the other over the days of a month; 'none' has no issue."""
    return [
        {
            "at": f"{month}-{d + 1:02d} {8 + k // 12:02d}:{5 * (k % 12):02d}",
            "issue_1": None if name == "none" else name,
            "area": "东" if k % 2 else "西",
        }
        for name, n in of.items()
        for d in range(days)
        for k in range(n)
    ]


TWO = [*spread("2024-08", 31, 水=4, 电=4, 路=2), *spread("2024-09", 30, 水=6, 电=4, 路=2, none=1)]


def two(**more):
    return view(TWO, start="2024-08-01", **more)


def test_counts_and_shares_by_hand():
    """9月390通：水180、电120、路60、未填30；8月310通。水的占比由40%升到46.2%。"""
    frame = volume.volume(two()).set_index("group")
    assert frame["count"].to_dict() == {"(all)": 390, "水": 180, "电": 120, "路": 60, "(none)": 30}
    assert frame["before"].to_dict() == {"(all)": 310, "水": 124, "电": 124, "路": 62, "(none)": 0}
    water = frame.loc["水"]
    assert water["share"] == pytest.approx(180 / 390) and water["share_change"] == pytest.approx(180 / 390 - 124 / 310)
    assert [water["share_low"], water["share_high"]] == pytest.approx(list(intervals.wilson(180, 390)))
    assert [water["share_change_low"], water["share_change_high"]] == pytest.approx(list(intervals.newcombe(180, 390, 124, 310)))
    assert water["change"] == pytest.approx(180 / 124 - 1) and water["uneven"] == pytest.approx((180 / 30) / (124 / 31) - 1)
    assert frame.loc["(none)", "state"] == "new" and frame.loc["(all)", "state"] == "few months", "two months: the interval, and no verdict"


def test_the_sentence():
    frame = told(volume.volume(two()), "volume")
    zh, en = (say(frame, language=language).text for language in ("zh", "en"))
    assert (
        zh
        == "来电390通，较上月+25.8%，可比日均+30.0%，可比的月份不足6个，不判好坏；电占30.8%，较上月−9.2个百分点，可比的月份不足6个，不判好坏。"
    )
    assert en.startswith(
        "390 calls, +25.8% on last month, +30.0% on comparable days, fewer than 6 comparable months, not judged; 电 30.8%, −9.2 pp"
    )
    assert "未填" in show(frame, language="zh").text


@pytest.mark.parametrize("by", [("issue_1",), ("area",), ("issue_1", "area")])
def test_the_strata_add_to_the_whole(by):
    frame = volume.volume(two(), by=by)
    parts = frame[frame["named"] != "all"]
    assert parts["count"].sum() == 390 and parts["share"].sum() == pytest.approx(1) and parts["before"].sum() == 310
    assert (len(by) < 2) == (parts["state"] != "").all()


def test_the_pareto_tells_no_count_that_the_table_keeps():
    rows = [
        *spread("2024-08", 31, 水=2),
        *spread("2024-08", 3, 甲=1, 乙=5),
        *spread("2024-09", 30, 水=2),
        *spread("2024-09", 11, 甲=1),
        *spread("2024-09", 5, 乙=1),
    ]
    seen = view(rows, start="2024-08-01", smallest=8)
    table = volume.volume(seen).query("named != 'all'").set_index("group")["count"]
    drawn = volume.pareto(seen).set_index("category")["count"]
    assert drawn.dropna().to_dict() == table[table > 0].dropna().to_dict()


@pytest.mark.parametrize(("lost", "said"), [(20, "unfilled"), (5, ""), (0, "")])
def test_calls_without_an_issue_are_called_lost_where_they_mostly_are(lost, said):
    """“没有接通的来电大多没有记下诉求”，也写在接通的来电没有诉求的热线上。"""
    rows = [
        *spread("2024-09", 30, 水=2),
        *({**row, "outcome": "abandoned" if n < lost else "answered"} for n, row in enumerate(spread("2024-09", 30, none=1))),
    ]
    frame = volume.pareto(view(rows))
    assert set(frame["said"]) == {said} and ("没有接通的多在其中" in show(told(frame, "pareto"), language="zh").html) == bool(said)


def test_small_strata_are_pooled_and_untold():
    rows = [*spread("2024-09", 30, 水=4), *spread("2024-09", 3, 甲=1, 乙=2)]
    frame = volume.volume(view(rows, smallest=8)).set_index("group")
    assert list(frame.index) == ["(all)", "水", "(<8)"] and frame.loc["(<8)", "count"] == 9
    lone = volume.volume(view([*spread("2024-09", 30, 水=4), *spread("2024-09", 3, 甲=1)], smallest=8)).set_index("group")
    assert list(lone.index) == ["(all)", "(<8)"] and lone.loc["(<8)", "count"] == 123, "three of one name are not what is left of 123"


@pytest.mark.parametrize("engine", ENGINES)
def test_three_engines_agree(engine):
    for table in ("volume", "pareto"):
        first, other = (volume.TABLES[table](two(engine=e)) for e in ("polars", engine))
        pd.testing.assert_frame_equal(first, other, check_dtype=False)


def test_a_pareto_reaches_all_and_its_bars_are_the_shares():
    frame = volume.pareto(two())
    assert frame["category"].tolist() == ["水", "电", "路", "(none)"] and frame["cumulative"].iloc[-1] == 1
    assert frame["cumulative"].tolist() == pytest.approx(list(np.cumsum([180, 120, 60, 30]) / 390))
    from hotline_analysis.show.charts import WIDE, pareto

    axes = pareto(frame, width=WIDE, language="zh")
    widths = sorted((bar.get_width() for bar in axes.patches), reverse=True)[:4]
    assert widths == pytest.approx([100 * s for s in frame["share"]])


def test_a_missing_column_and_an_empty_month():
    with pytest.raises(DataRefused) as fault:
        volume.volume(view(TWO, without=("issue_1",)))
    assert str(fault.value) == "service › not available: needs issue_1."
    nothing = volume.volume(view(spread("2024-09", 30, 水=1), month="2024-10", end="2024-11-01"))
    assert nothing["count"].fillna(0).sum() == 0


# ---- targets


def orders(**late: tuple[int, int]) -> dict[str, list]:
    """Of each department so many orders on time and so many late."""
    rows = [(name, due) for name, (good, bad) in late.items() for due in [True] * good + [False] * bad]
    created = [at("2024-09-02 09:00") + 3600 * n for n in range(len(rows))]
    return {
        "seq": list(range(len(rows))), "order_id": [f"o{n}" for n in range(len(rows))], "department": [name for name, _ in rows],
        "created_s": created, "due_s": [c + 86_400 for c in created], "resolved_s": [c + (3600 if good else 2 * 86_400) for c, (_, good) in zip(created, rows, strict=True)],
    }  # fmt: skip


def test_departments_against_one_target():
    """目标90%：甲100件里60件按期，明显未达到；乙100件里98件，达到；丙20件里17件分不清；丁5件太少。"""
    made = orders(甲=(60, 40), 乙=(98, 2), 丙=(36, 4), 丁=(5, 0))
    frame = volume.targets(view(TWO, tables={"orders": made}, targets={"due": 0.9})).set_index("group")
    assert frame["against"].to_dict() == {"甲": "missed", "乙": "met", "丙": "open", "丁": "few"}
    assert frame.loc["甲", ["numerator", "denominator", "value"]].tolist() == [60, 100, 0.6] and set(frame["target"]) == {0.9}
    assert [frame.loc["甲", "low"], frame.loc["甲", "high"]] == pytest.approx(list(intervals.wilson(60, 100)))
    zh = say(told(frame.reset_index(), "targets"), language="zh").text
    assert zh == "对照同一张目标表的3项中，1项达到，1项未达到，其余分不清。"
    assert set(frame["indicator"]) == {"due"} and set(frame["indicator_name_zh"]) == {"按期解决率"}


def test_a_department_whose_orders_have_not_all_fallen_due_is_held_to_no_target():
    """甲100件里60件按期，还有一件期末以后才到期：此前所计只是时限短的。"""
    made = orders(甲=(60, 41), 乙=(60, 40))
    made["due_s"][100] = at("2024-12-02 09:00")
    frame = volume.targets(view(TWO, tables={"orders": made}, targets={"due": 0.9})).set_index("group")
    assert frame["against"].to_dict() == {"甲": "unfinished", "乙": "missed"} and frame.loc["甲", "denominator"] == 100
    assert frame["target"].tolist() == [0.9, 0.9] and set(frame["judged_count"]) == {1} and set(frame["said"]) == {"judged"}


def test_of_shares_that_are_not_final_nobody_says_that_they_have_no_target():
    """按期的目标写在参数里，只是还有一件没有到期：不说“没有设目标”。"""
    made = orders(甲=(60, 41))
    made["due_s"][100] = at("2024-12-02 09:00")
    frame = volume.targets(view(TWO, tables={"orders": made}, targets={"due": 0.9}))
    assert frame["against"].tolist() == ["unfinished"] and np.isnan(frame["q"]).all() and frame["target"].tolist() == [0.9]
    assert say(told(frame, "targets")).text == "这些比例还没有定稿，暂不对照目标，只列比例。"


def test_without_a_target_the_shares_stand_alone():
    frame = volume.targets(view(TWO, tables={"orders": orders(甲=(60, 40))}))
    assert set(frame["against"]) == {"no target"} and frame["value"].tolist() == [0.6]
    assert say(told(frame, "targets"), language="en").text == "Params set no target for these shares, so the shares stand alone."


def test_teams_are_told_only_where_lost_calls_have_one():
    """Where a call has a team because somebody took it, every team answers everything."""
    rows = [
        {**row, "unit": "一班" if n % 2 else "二班", "outcome": "abandoned" if n % 10 == 0 else "answered"} for n, row in enumerate(TWO)
    ]
    frame = volume.targets(view(rows, start="2024-08-01", targets={"connection_rate": 0.95}))
    assert set(frame["of"]) == {"unit"} and (frame["value"] < 1).any()
    blank = [{**row, "unit": None if row["outcome"] == "abandoned" else row["unit"]} for row in rows]
    with pytest.raises(DataRefused) as fault:
        volume.targets(view(blank, start="2024-08-01", targets={"connection_rate": 0.95}))
    assert str(fault.value) == "service › not available: needs department in orders or unit in calls."
