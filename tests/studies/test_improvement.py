"""Improvement: worked figures word for word, matrices and measures by hand, planted steps recovered, histories too short refused."""

from dataclasses import replace
from datetime import date, timedelta

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest

from hotline_analysis import open_hotline, say, show
from hotline_analysis.errors import BadParams, DataRefused, NoInput
from hotline_analysis.measures.definition import parse
from hotline_analysis.measures.periods import Calendar
from hotline_analysis.measures.view import View
from hotline_analysis.params import Params
from hotline_analysis.studies import improvement
from tests.small import write_hotline
from tests.spec.frames import ENGINES, KNOWN, on
from tests.studies import orders as written

FIRST = date(2023, 1, 1)


def view_of(project: dict, *, answered=(), calls=40, first=FIRST, days=0, engine="polars", smallest=1, **tables) -> View:
    """A hotline with so many calls a day; answered: the share answered on each day, or by unit ({unit: share a day})."""
    described = {"title": "x", "time_zone": "UTC", "holidays": "", "calls": {"files": "x.csv", "columns": {"started_at": "x"}}}
    params = Params.model_validate({**described, "improvement": project})
    calendar = Calendar(params)
    by_unit = answered if isinstance(answered, dict) else {"a": answered} if len(answered) else {}
    days = days or max((len(v) for v in by_unit.values()), default=31)
    rows = [
        (calendar.instant(first + timedelta(days=n)) + 36_000 + k, unit, k < round(calls * share[n]))
        for unit, share in by_unit.items()
        for n in range(len(share))
        for k in range(calls)
    ]
    data = {
        "start_s": [r[0] for r in rows],
        "local_s": [r[0] for r in rows],
        "seq": list(range(len(rows))),
        "unit": [r[1] for r in rows],
        "outcome": ["answered" if r[2] else "abandoned" for r in rows],
        "direction": ["in"] * len(rows),
    }
    last = first + timedelta(days=days - 1)
    month = calendar.month(calendar.month_of(last))
    start, end = calendar.instant(first), calendar.instant(last + timedelta(days=1))
    held = {"calls": on(engine, data)} if rows else {}
    held |= {name: on(engine, columns) if isinstance(columns, dict) else columns for name, columns in tables.items()}
    return View(params, calendar, parse({}, "test"), month, held, start, end, smallest=smallest)


def shown(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    frame.attrs = {
        "study": "improvement",
        "table": table,
        "fields": {name: f.as_dict() for name, f in improvement.COLUMNS.items() if name in frame or f"{name}_zh" in frame},
        "period": {"label": "2023-12", "zh": "2023年12月", "en": "December 2023"},
    }
    return frame


def said(project: dict, table: str = "kpis", **more) -> dict[str, str]:
    frame = shown(improvement.TABLES[table](view_of(project, **more)), table)
    return {language: say(frame, language=language).text for language in ("zh", "en")}


# ---- worked figures of the sources


def test_t5_a_thousand_calls_each_is_no_evidence_and_three_thousand_two_periods():
    """90 % against 88 %: p .153 with n = 1,000 each; with 3,000 each p .013, interval .4 to 3.6 points, and two periods judge nothing."""
    rate = {
        "name": {"zh": "接通率", "en": "Connection rate"},
        "before": 0.88,
        "after": 0.9,
        "before_period": {"zh": "上月", "en": "last month"},
    }
    few, many = ({**rate, "before_n": n, "after_n": n} for n in (1000, 3000))
    assert said({"kpis": [few]})["zh"].startswith("接通率90.0%，较上月+2.0个百分点，没有证据表明有变化")
    assert said({"kpis": [few]})["en"].startswith("Connection rate 90.0%, +2.0 pp on last month, no evidence of change")
    assert said({"kpis": [many]})["zh"].startswith("接通率90.0%，较上月+2.0个百分点（0.4至3.6），仅有两期，不判好坏")
    assert said({"kpis": [many]})["en"].startswith(
        "Connection rate 90.0%, +2.0 pp on last month (0.4 to 3.6), two periods only, not judged"
    )
    frame = improvement.kpis(view_of({"kpis": [few, many]}))
    assert [round(p, 3) for p in frame["p"]] == [0.153, 0.013]


def test_t7_without_sample_sizes_the_deltas_are_printed_and_the_test_refused():
    """95598: 86.27 to 91.83 %, failures cut by 40.5 %; turnover 4.86 to 2.80 % a month, -42.4 %, 45.0 to 28.9 % a year."""
    solved = {"name": {"zh": "一次解决率", "en": "Solved at once"}, "before": 0.8627, "after": 0.9183}
    left = {"name": {"zh": "员工流失率", "en": "Attrition"}, "kind": "attrition", "before": 0.0486, "after": 0.028}
    zh, en = said({"kpis": [solved, left]}).values()
    assert zh == (
        "一次解决率91.83%，较此前+5.56个百分点；未提供样本量，无法检验，未达成部分−40.5%。"
        "员工流失率2.8%，较此前−2.06个百分点（相对−42.4%）；未提供样本量，无法检验，折算年流失率45.0%变为28.9%。"
    )
    assert "+5.56 pp on before; no sample size given, cannot be tested, what falls short −40.5%." in en
    row = improvement.kpis(view_of({"kpis": [solved]})).iloc[0]
    assert row["relative"] == pytest.approx(0.0644, abs=5e-5)
    assert row["unresolved"] == pytest.approx(-0.405, abs=5e-4)


def test_t7_with_four_thousand_staff():
    left = {"name": "x", "kind": "attrition", "before": 0.0486, "after": 0.028, "before_n": 4000, "after_n": 4000}
    row = improvement.kpis(view_of({"kpis": [left]})).iloc[0]
    assert row["verdict"] == "two periods" and row["points_high"] < 0 and row["p"] < 1e-5


def test_t8_one_period_has_its_interval():
    """SQM: 280 of 400."""
    zh, en = said({"kpis": [{"name": {"zh": "首解率", "en": "FCR"}, "after": 0.7, "after_n": 400}]}).values()
    assert zh == "首解率70.0%（65.3%至74.3%）。"
    assert en == "FCR 70.0% (65.3% to 74.3%)."


def test_t9_calls_per_problem():
    zh, en = said(
        {"kpis": [{"name": {"zh": "每个问题来电", "en": "Calls per problem"}, "kind": "calls_per_problem", "after": 1.9}]}
    ).values()
    assert zh == "每个问题来电1.9通，相当于一次解决52.6%。"
    assert en == "Calls per problem: 1.9 calls, as much as 52.6% solved at once."


def test_t10_scores_without_n_are_shown_and_not_judged():
    zh, en = said({"kpis": [{"name": {"zh": "满意度", "en": "Satisfaction"}, "kind": "score", "before": 4.4, "after": 4.5}]}).values()
    assert zh == "满意度4.50，此前4.40；未提供样本量，不作变化判断。"
    assert en == "Satisfaction 4.50, 4.40 before; no sample size given, change not judged."


# ---- needs and causes


def test_the_tree_takes_this_months_figure():
    project = {
        "needs": [
            {"need": "打得通", "ctq": "接起快", "kpi": "接听率", "indicator": "connection_rate"},
            {"need": "办得好", "ctq": "一次解决", "kpi": "解决率"},
        ]
    }
    found = improvement.tree(view_of(project, answered=[0.9] * 31))
    assert found["value"].iloc[0] == pytest.approx(0.9) and pd.isna(found["value"].iloc[1])
    alone = improvement.tree(view_of(project))
    assert alone["value"].isna().all()


MATRIX = {
    "outputs": {"fast": {"name": "接得快", "weight": 10}, "solved": {"name": "解决", "weight": 5}},
    "causes": [
        {"name": "人手", "ratings": {"fast": 9, "solved": 3}},
        {"name": "知识库", "ratings": {"solved": 9}},
        {"name": "系统", "ratings": {"fast": 3, "solved": 1}},
        {"name": "话术", "ratings": {"fast": 1}},
        {"name": "装修", "ratings": {"fast": 0}},
    ],
}


def test_the_matrix_by_hand():
    """10 x 9 + 5 x 3 = 105; 5 x 9 = 45; 35; 10; 0."""
    found = improvement.causes(view_of(MATRIX))
    assert list(found["score"]) == [105, 45, 35, 10, 0]
    assert list(found["rank"]) == [1, 2, 3, 4, 5]
    assert found["cumulative"].iloc[-1] == pytest.approx(1)
    assert list(found["chosen"]) == [True] * 4 + [False]
    assert found["top_share"].iloc[0] > 0.99


def test_rank_stability_is_the_enumeration_of_every_draw():
    """Two causes, one quality: 3 against 1. Of the nine equally likely pairs (1, 3, 9) x (0, 1, 3) the first leads in seven and ties in two."""
    project = {
        "outputs": {"a": {"name": "x", "weight": 1}},
        "causes": [{"name": str(n), "ratings": {"a": r}} for n, r in enumerate((3, 1))],
    }
    view = view_of(project)
    ratings = improvement._drawn(np.array([[3], [1]]))[:, :, 0]
    pairs, counts = np.unique(ratings, axis=0, return_counts=True)
    assert {tuple(p) for p in pairs} == {(a, b) for a in (1, 3, 9) for b in (0, 1, 3)}
    assert counts / counts.sum() == pytest.approx(np.full(9, 1 / 9), abs=0.012)
    ranks = improvement._ranks(ratings)
    assert (ranks[:, 0] == 1).mean() == pytest.approx(8 / 9, abs=0.01)  # (1, 3) alone is lost
    assert improvement.causes(view)["rank_low"].tolist() == [1, 1]


def test_twelve_causes_give_four():
    rng = np.random.default_rng(3)
    causes = [{"name": f"原因{n}", "ratings": {"a": int(rng.choice([0, 1, 3])), "b": int(rng.choice([0, 1, 3]))}} for n in range(8)]
    causes += [{"name": f"主因{n}", "ratings": {"a": 9, "b": 9}} for n in range(4)]
    found = improvement.causes(view_of({"outputs": {k: {"name": k, "weight": 8} for k in "ab"}, "causes": causes}))
    assert found["chosen"].sum() == 4 and found["cause_zh"].iloc[:4].str.startswith("主因").all()
    assert found["stable"].iloc[0] == 4


# ---- measures


def measure(day: str, **more) -> dict:
    return {"date": day, "name": {"zh": "新班次", "en": "New shifts"}, "indicator": "connection_rate", **more}


def noisy(days: int, level, seed: int = 1) -> list[float]:
    rng = np.random.default_rng(seed)
    return [float(np.clip(level(n) + rng.normal(0, 0.02), 0, 1)) for n in range(days)]


def test_the_log_and_what_is_planned():
    project = {"interventions": [measure("2023-03-15"), {"date": "2024-06-01", "name": "扩容"}]}
    found = improvement.interventions(view_of(project, answered=[0.9] * 181))
    assert found[["day", "months_before", "months_after", "said"]].to_numpy().tolist() == [
        ["2023-03-15", 2, 3, "done"],
        ["2024-06-01", 6, 0, "planned"],
    ]


def test_the_same_months_are_compared():
    """Two years: 80 % until June 2024, 90 % from July 2024 on; winters are 5 points worse. July to December have their pair a year before."""
    days = 731
    begin = (date(2024, 7, 1) - FIRST).days
    season = [-0.05 if (FIRST + timedelta(days=n)).month in (12, 1, 2) else 0.0 for n in range(days)]
    share = noisy(days, lambda n: 0.8 + season[n] + (0.1 if n >= begin else 0))
    row = improvement.effect(view_of({"interventions": [measure("2024-07-01")]}, answered=share)).iloc[0]
    assert (row["pairs"], row["matched"], row["grain"], row["points_before"], row["points_after"]) == (6, "same months", "week", 78, 26)
    assert row["change_low"] < 0.1 < row["change_high"] and row["change_high"] - row["change_low"] < 0.06
    assert row["said"].startswith("series")


def test_a_planted_step_lies_within_the_interval_and_a_trend_is_no_step():
    days = 20 * 7
    step = noisy(days, lambda n: 0.8 + (0.08 if n >= 70 else 0))
    trend = noisy(days, lambda n: 0.75 + 0.001 * n, seed=2)
    project = {"interventions": [measure((FIRST + timedelta(days=70)).isoformat())]}
    planted, drifting = (improvement.effect(view_of(project, answered=s)).iloc[0] for s in (step, trend))
    assert (planted["grain"], planted["points_before"], planted["points_after"], planted["said"]) == ("week", 10, 10, "series clear")
    assert planted["step_low"] < 0.08 < planted["step_high"] and planted["step_low"] > 0
    assert planted["placebos"] == 3 and planted["placebos_larger"] == 0
    assert drifting["said"] == "series none" and drifting["change"] > 0.03


def test_neighbouring_months_are_called_so_where_the_series_speaks():
    """十周对十周，没有一年前的同月：句子说的是走势，表里的前后却是相邻的月份，所以两处都写明；有同月的不说。"""
    project = {"interventions": [measure("2023-03-12")]}
    frame = shown(improvement.effect(view_of(project, answered=noisy(140, lambda n: 0.8 if n < 70 else 0.9))), "effect")
    assert frame["said"].iloc[0].startswith("series") and frame["matched"].iloc[0] == "next months"
    assert "；没有可比的同月，表中的前后是相邻1个月" in say(frame, language="zh").text
    assert "before and after in the table are 1 neighbouring month" in say(frame, language="en").text
    told = str(show(frame).html)
    assert "前后相邻月份" in told and "同月对比" not in told
    frame["matched"] = "same months"
    assert "相邻" not in say(frame, language="zh").text and "同月对比" in str(show(frame).html)


def test_a_change_of_two_measures_is_no_merit_of_each():
    """十周后两项措施同日开始：上升8个点，不是各升8个点；范围不相交、指标不同或相隔两个月的不提。"""
    begun, later = ((FIRST + timedelta(days=n)).isoformat() for n in (70, 131))
    answered = noisy(140, lambda n: 0.8 if n < 70 else 0.9)
    two = {"interventions": [measure(begun, name="甲"), measure(begun, name="乙")]}
    frame = shown(improvement.effect(view_of(two, answered=answered)), "effect")
    assert frame["shared"].tolist() == ["shared", "shared"] and frame["others_zh"].tolist() == ["乙", "甲"]
    assert "甲与乙为同一指标，开始时间相隔不到一个月，上面的变化分不清是谁的，不能各算一次。" in say(frame, language="zh").text
    assert "whose the change above is cannot be told" in say(frame, language="en").text
    for other in (measure(later, name="乙"), measure(begun, name="乙", indicator="offered")):
        alone = improvement.effect(view_of({"interventions": [measure(begun, name="甲"), other]}, answered=answered))
        assert set(alone["shared"]) == {""} and "分不清" not in say(shown(alone, "effect"), language="zh").text


def test_under_eight_points_a_side_there_is_no_series():
    project = {"interventions": [measure("2023-03-01")]}
    row = improvement.effect(view_of(project, answered=noisy(90, lambda n: 0.8 if n < 59 else 0.95))).iloc[0]
    assert (row["step_why"], row["grain"], row["said"], row["matched"], row["pairs"]) == ("few points", "", "two periods", "next months", 1)
    zh = said(project, "effect", answered=noisy(90, lambda n: 0.8 if n < 59 else 0.95), calls=20)["zh"]
    assert zh.startswith("新班次（2023-03-01起）：没有可比的同月，以相邻1个月对比，接通率上升")
    assert zh.endswith("，仅有两期，不判好坏；前后各需8个点，走势未扣除。")


@pytest.mark.parametrize(
    ("project", "answered", "why"),
    [
        ({"interventions": [{"date": "2023-03-01", "name": "x"}]}, [0.9] * 150, "no indicator"),
        ({"interventions": [measure("2024-03-01")]}, [0.9] * 150, "not begun"),
        ({"interventions": [measure("2023-01-10")]}, [0.9] * 150, "no month before"),
        ({"interventions": [measure("2023-05-15")]}, [0.9] * 150, "no month after"),
        ({"interventions": [measure("2023-03-01", units=["z"])]}, [0.9] * 150, "nobody"),
        ({"interventions": [measure("2023-03-01")]}, (), "not available"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_why_an_effect_cannot_be_told(project, answered, why):
    row = improvement.effect(view_of(project, answered=answered, days=150)).iloc[0]
    assert (row["said"], row["why"]) == ("nothing", why)
    assert "看不出效果" in said(project, "effect", answered=answered, days=150)["zh"]


def orders_of(days: int, share, *, a_day: int = 20, seed: int = 3) -> dict:
    """Orders by day, of two departments in turn; share: of each day, resolved after a day, the others after four."""
    rng, start = (
        np.random.default_rng(seed),
        Calendar(Params.model_validate({"title": "x", "time_zone": "UTC", "calls": {"files": "x.csv", "columns": {"started_at": "x"}}})),
    )
    rows = [
        (start.instant(FIRST + timedelta(days=n)) + 36_000 + 60 * k, rng.random() < share(n, k % 2))
        for n in range(days)
        for k in range(a_day)
    ]
    created = [r[0] for r in rows]
    resolved = [r[0] + (1 if r[1] else 4) * 86_400 for r in rows]
    return {"seq": list(range(len(rows))), "created_s": created, "resolved_s": resolved, "department": ["甲局", "乙局"] * (len(rows) // 2)}


def test_a_planted_step_of_orders_lies_within_the_interval():
    """14 months, 29 % resolved within 48 h, from 1 August 2023 on 40 %: seven months a side, so weeks are looked at; the newest orders are still open."""
    begin = (date(2023, 8, 1) - FIRST).days
    held = orders_of(425, lambda n, k: 0.29 + (0.11 if n >= begin else 0))
    project = {"interventions": [measure("2023-08-01", indicator="resolution_48h")]}
    view = view_of(project, days=425, orders=held)
    row = improvement.effect(view).iloc[0]
    assert (row["measure_zh"], row["grain"], row["said"]) == ("48小时内解决率", "week", "series clear")
    assert 0 < row["step_low"] < 0.11 < row["step_high"]
    assert row["change_low"] < 0.11 < row["change_high"]
    assert set(improvement.course(view)["unit"]) == {"percent"}


def test_a_measure_for_one_department_is_looked_at_there():
    begin = (date(2023, 5, 1) - FIRST).days
    held = orders_of(181, lambda n, k: 0.3 + (0.3 if n >= begin and k == 0 else 0))
    told = [measure("2023-05-01", indicator="resolution_48h", units=[name]) for name in ("甲局", "乙局", "丙局")]
    found = improvement.effect(view_of({"interventions": told}, days=181, orders=held)).set_index("where")
    assert found.loc["甲局", "said"] == "series clear" and found.loc["甲局", "step_low"] > 0
    assert found.loc["乙局", "said"] == "series none"
    assert found.loc["丙局", "why"] == "nobody"


def test_all_answered_is_no_series():
    row = improvement.effect(view_of({"interventions": [measure("2023-03-12")]}, answered=[1.0] * 140)).iloc[0]
    assert row["step_why"] == "no variation"


def test_the_worst_of_six_units_comes_back_by_itself():
    """Six units alike, their months pure chance: the worst before the measure is chosen, and nothing is done. What it comes back is foretold."""
    rng = np.random.default_rng(5)
    months = [rng.integers(6, 11, 6) / 10 for _ in range(8)]  # tenths, so that ten calls a day hold them exactly
    units = {f"u{k}": [float(np.clip(months[(FIRST + timedelta(days=n)).month - 1][k], 0, 1)) for n in range(243)] for k in range(6)}
    worst = min(units, key=lambda u: np.mean(units[u][:181]))
    view = view_of({"interventions": [measure("2023-07-01", units=[worst], chosen_worst=True)]}, answered=units, calls=10)
    frame = shown(improvement.effect(view), "effect")
    own, middle = np.mean(units[worst][:181]), np.mean([np.mean(u[:181]) for u in units.values()])
    assert frame["warned"].iloc[0] == "counted"
    assert 0 < frame["by_chance"].iloc[0] <= middle - own + 0.01
    assert f"新班次选的是当时最差的（{worst}）：最差的不做什么也会回落一些" in say(frame, language="zh").text


def test_the_course_marks_every_measure():
    project = {"interventions": [measure("2023-03-01"), {"date": "2023-03-20", "name": {"zh": "培训", "en": "Training"}}]}
    frame = improvement.course(view_of(project, answered=[0.9] * 151))
    assert frame.set_index("period")["event_zh"].to_dict() == {
        "2023-01": "",
        "2023-02": "",
        "2023-03": "新班次、培训",
        "2023-04": "",
        "2023-05": "",
    }
    with pytest.raises(BadParams) as wrong:
        improvement.course(view_of(project, answered=[0.9] * 150), which=2)
    assert str(wrong.value) == "improvement › which › there is no measure 2 with an indicator. Take 1 to 1."


@pytest.mark.parametrize("table", ["effect", "course", "interventions", "tree"])
def test_three_engines_agree(table):
    project = {
        "interventions": [measure("2023-03-01", units=["a"])],
        "needs": [{"need": "x", "ctq": "x", "kpi": "x", "indicator": "connection_rate"}],
    }
    share = {"a": noisy(120, lambda n: 0.8), "b": noisy(120, lambda n: 0.7)}
    first, *others = (improvement.TABLES[table](view_of(project, answered=share, calls=10, engine=engine)) for engine in ENGINES)
    for other in others:
        pd.testing.assert_frame_equal(first, other, check_dtype=False)


# ---- checklists and incidents


def checklist_of(rows: list[tuple], engine: str = "polars", **view) -> View:
    names = ("role", "slot", "item", "done", "required", "spot_checked")
    frame = pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[3:], "boolean"))
    return view_of({}, checklist=nw.from_native(frame).lazy(), **view)


ROWS = [
    ("班长", "早", "巡视", True, True, True),
    ("班长", "早", "晨会", False, True, False),
    ("班长", "晚", "巡视", None, True, None),
    ("班长", "晚", "晨会", True, False, True),
    ("话务员", "早", "签到", True, None, False),
]


def test_compliance_by_hand():
    """Required and filled in: 班长 早 1 of 2; 晚 none filled in; 话务员 1 of 1 (not said: required). All: 2 of 3."""
    found = improvement.checklist(checklist_of(ROWS))
    told = [
        [None if pd.isna(v) else v for v in row]
        for row in found[["role", "slot", "items", "required", "done", "unknown"]].to_numpy().tolist()
    ]
    assert told == [["班长", "早", 2, 2, 1, 0], ["班长", "晚", 1, 0, 0, 1], ["话务员", "早", 1, 1, 1, 0], ["(all)", "", 3, 3, 2, 1]]
    assert pd.isna(found["share"].iloc[1]) and found["share"].iloc[3] == pytest.approx(2 / 3)


def test_agreement_by_hand():
    """Four spot checks: yes-yes twice, no-no once, once reported done and not found."""
    found = improvement.agreement(checklist_of(ROWS))
    last = found.iloc[-1]
    assert (last["checked"], last["agreement"], last["overstated"]) == (4, 0.75, 1)
    assert last["kappa"] == pytest.approx((0.75 - (0.75 * 0.5 + 0.25 * 0.5)) / (1 - 0.5))
    with pytest.raises(DataRefused) as fault:
        improvement.agreement(checklist_of([(*r[:5], None) for r in ROWS]))
    assert str(fault.value) == "improvement › not available: needs spot_checked. Map the column."


def test_incidents_by_hand():
    second = int(pd.Timestamp("2023-01-10").timestamp())
    kinds = ["事故"] * 12 + ["咨询"] * 5
    orders = {"created_s": [second] * 17, "kind": kinds, "category_1": ["系统"] * 6 + ["辱骂"] * 4 + ["泄密"] * 2 + ["x"] * 5}
    found = improvement.incidents(view_of({"incidents": ["事故"]}, orders=orders))
    assert found[["category", "count"]].to_numpy().tolist() == [["系统", 6], ["辱骂", 4], ["泄密", 2]]
    assert list(found["cumulative"]) == pytest.approx([0.5, 10 / 12, 1])
    with pytest.raises(DataRefused) as fault:
        improvement.incidents(view_of({"incidents": ["事故", "事件"]}, orders=orders))
    assert str(fault.value) == "improvement › incidents › no order is of a kind that is named. Write the kinds as the export does."
    small = improvement.incidents(view_of({"incidents": ["事故"]}, orders=orders, smallest=8))
    assert list(small["category"]) == ["(<8)"] and small["count"].iloc[0] == 12


@pytest.mark.parametrize("engine", ENGINES)
def test_incidents_set_apart_are_in_no_figure(engine):
    """受理的事故：系统6件、辱骂4件；另有重复的2件、内部的3件辱骂，不计。投诉之外的类型也算事故。"""
    n = 15
    orders = {"created_s": [written.at("2024-08-05 09:00")] * n, "kind": ["事故"] * n, "category_1": ["系统"] * 6 + ["辱骂"] * 9}
    orders |= {"duplicate": [None] * 10 + [True] * 2 + [False] * 3, "internal": [False] * 12 + [True] * 3}
    held = written.view(orders, engine=engine, kinds=["投诉"])
    given = held.params.model_copy(update={"improvement": held.params.improvement.model_copy(update={"incidents": ("事故",)})})
    found = improvement.incidents(replace(held, params=given))
    assert found[["category", "count"]].to_numpy().tolist() == [["系统", 6], ["辱骂", 4]] and found["total"].eq(10).all()


@pytest.mark.parametrize(("table", "setting"), [("tree", "needs"), ("causes", "causes"), ("kpis", "kpis"), ("interventions", "interventions"), ("effect", "interventions"), ("incidents", "incidents")])  # fmt: skip
def test_what_is_not_declared_is_said(table, setting):
    with pytest.raises(DataRefused) as fault:
        improvement.TABLES[table](view_of({}, answered=[0.9] * 31))
    assert str(fault.value) == f"improvement › not declared: {setting}. Add 'improvement: {{{setting}: ...}}' to the params."


def test_no_checklist_is_no_input():
    with pytest.raises(NoInput):
        improvement.checklist(view_of({}, answered=[0.9] * 31))


# ---- the page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_table_is_shown(tmp_path, language):
    file = write_hotline(tmp_path)
    kpi = "{name: 接通率, before: 0.9, after: 0.92}"
    lines = (
        "improvement:\n"
        "  needs: [{need: 打得通, ctq: 接起快, kpi: 接听率, indicator: connection_rate}]\n"
        "  outputs: {fast: {name: 接得快, weight: 9}}\n"
        "  causes: [{name: 人手, ratings: {fast: 9}}]\n"
        f"  kpis: [{kpi}]\n"
        "  interventions: [{date: 2024-02-01, name: 新班次, indicator: connection_rate, units: [甲], chosen_worst: true}]\n"
    )
    file.write_text(file.read_text(encoding="utf-8") + lines, encoding="utf-8")
    h = open_hotline(file, "2024-02", language, progress=False)
    for table in improvement.TABLES:
        assert show(h.study("improvement", table)).text
    assert say(h.study("improvement", "kpis")).text


def test_an_indicator_that_is_none_is_refused_when_the_hotline_is_opened(tmp_path):
    file = write_hotline(tmp_path)
    more = "improvement: {interventions: [{date: 2024-02-01, name: x, indicator: conection_rate}]}\n"
    file.write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")
    with pytest.raises(BadParams) as wrong:
        open_hotline(file, progress=False)
    assert str(wrong.value) == (
        "small.yaml › improvement › interventions › 1 › indicator › 'conection_rate' is not an indicator here. Did you mean 'connection_rate'?"
    )


def test_a_volume_falls_by_no_more_than_all_of_itself():
    sides = [pd.DataFrame({"value": [value], "se": [30.0]}) for value in (40.0, 10.0)]
    told = improvement._paired(*sides, KNOWN["offered"])
    assert (told["change"], told["change_low"]) == (-0.75, -1.0) and told["change_high"] > 0
    nothing = improvement._paired(sides[0].assign(value=0.0), sides[1], KNOWN["offered"])
    assert "change" not in nothing and nothing["mean_after"] == 10
