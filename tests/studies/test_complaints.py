"""Complaints and orders: by hand, against the catalogue's own words, by laws and slow loops, on three engines, and on public data."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_analysis import disclosure, open_hotline
from hotline_analysis.errors import BadParams, DataRefused, NoInput
from hotline_analysis.intake.store.ends import rest_days
from hotline_analysis.measures import catalogue, indicators, mix, orders
from hotline_analysis.show.forms import say, show
from hotline_analysis.stats import intervals, tests
from hotline_analysis.studies import complaints, outlook
from hotline_analysis.studies.complaints.change import _without_few
from hotline_analysis.studies.complaints.steps import handovers
from hotline_analysis.words import Field
from tests.real import PARAMS, needs
from tests.spec.frames import ENGINES
from tests.studies.orders import at, joined, spread, view
from tests.tried import tried

HOUR, DAY = 3600, 86400
NOW = {"产品质量": 48, "服务态度": 36, "物流配送": 24, "其他问题": 12}
BEFORE = {"产品质量": 44, "服务态度": 40, "物流配送": 27, "其他问题": 15}


def told(frame: pd.DataFrame, table: str, period: str = "2024-08") -> pd.DataFrame:
    """A frame as the hotline hands it over."""
    fields = {name: field.as_dict() for name, field in complaints.COLUMNS.items() if isinstance(field, Field)}
    said = {"label": period, "zh": "2024年8月", "en": "August 2024"}
    frame.attrs = {"study": "complaints", "table": table, "fields": fields, "period": said, "definition": {}, "language": "zh"}
    return frame


# ---- exports without a time of creation: their closing places them, where params say so


def closings(engine: str = "duckdb", **more):
    """Five orders: one closed in July, two in August (one of them a duplicate), one on the first second of September, one open."""
    closed = [at("2024-07-03 10:00"), at("2024-08-01 00:00"), at("2024-08-31 23:59"), at("2024-09-01 00:00"), None]
    data = {"closed_s": closed, "category_1": ["水", "电", "水", "水", "电"], "duplicate": [False, False, True, False, False], "timely": [True, True, False, True, True]}  # fmt: skip
    return view(data, engine=engine, placed_by="closed", end="2024-10-01", **more)


@pytest.mark.parametrize("engine", ENGINES)
def test_orders_by_their_closing(engine):
    """八月办结两件，一件是重复件：算一件，七月一件；九月一日零点办结的是九月的，未办结的不在任何一个月。"""
    seen = closings(engine)
    frame = orders.cases(seen)
    assert list(frame["placed_s"]) == [at("2024-07-03 10:00"), at("2024-08-01 00:00"), at("2024-08-31 23:59"), at("2024-09-01 00:00")]
    assert "created_s" not in frame and len(orders.within(orders.counted(frame), seen.period)) == 1
    row = complaints.overview(seen).set_index("indicator")
    assert list(row.index) == ["closed", "recorded"]
    assert (row.loc["closed", "numerator"], row.loc["closed", "previous"], row.loc["closed", "what"]) == (1, 1, "closed orders")
    assert row.loc["recorded", ["numerator", "denominator"]].to_list() == [1, 1]


@pytest.mark.parametrize("table", ["backlog", "ageing", "durations"])
def test_closed_orders_alone_tell_no_limit_and_no_stock(table):
    """只看得见办结的：多少件超时、压了多少，无从算起。"""
    with pytest.raises(DataRefused, match="not available: needs created_at"):
        getattr(complaints, table)(closings())
    assert list(complaints.timeliness(closings())["indicator"]) == ["recorded"]  # the source's own mark, whatever its rule


def test_closed_orders_are_said_to_be_closed_ones():
    frame = complaints.categories(closings())
    zh, en = (say(told(frame, "categories"), language=language).text for language in ("zh", "en"))
    assert zh.startswith("办结的诉求1件，较上月持平（0.0%）") and en.startswith("1 closed orders, unchanged (0.0%)")
    rule = orders.rule(closings())
    assert rule.zh == "全部工单，重复件与内部件另列，导出没有受理时间：按办结时间归入月份，未办结的不在其中，时限与积压无从算起。"
    assert "a month" not in rule.en and rule.en.endswith("open ones are in none, and no limit and no stock can be told.")


def test_what_gets_done_forecasts_nothing():
    with pytest.raises(DataRefused, match="outlook › not available: needs created_at"):
        outlook.months(closings())


# ---- what has lasted for months is not unusual this month


def lasted(month: str):
    """Twelve months with 60 of 200 orders about water, then nine with 120 of 200."""
    months = [f"{2023 + n // 12}-{n % 12 + 1:02d}" for n in range(21)]
    data = joined(*(spread(m, {"水": 60, "电": 140} if n < 12 else {"水": 120, "电": 80}, mixed=False) for n, m in enumerate(months)))
    return view(data, month=month, start="2023-01-01", end="2024-10-01")


@pytest.mark.parametrize(
    ("month", "water", "power"),
    [("2023-12", "inside", "inside"), ("2024-01", "outside", "outside"), ("2024-06", "outside", "outside"), ("2024-07", "run high", "run low"), ("2024-09", "run high", "run low")],
)  # fmt: skip
def test_a_share_that_stays_is_said_to_last(month, water, power):
    """占比从一月起翻倍：头六个月写本月异常，满七个月写持续偏高、持续偏低，不再年年月月“本月异常”。"""
    frame = complaints.volume(lasted(month), by=["category_1"]).set_index("category_1")
    assert (frame.loc["水", "share_state"], frame.loc["电", "share_state"]) == (water, power)


def test_what_lasts_is_said_in_words():
    zh, en = (
        say(told(complaints.categories(lasted("2024-07")), "categories", "2024-07"), language=language).text for language in ("zh", "en")
    )
    assert zh == "诉求200件，较上月持平（0.0%），可比日均−3.2%，正常波动；水占比60.0%，较上月0.0个百分点，持续偏高。"
    assert en.endswith("; 水 60.0%, 0.0 pp, persistently high.")


# ---- T3, T4: the catalogue's own words


def t3(**more):
    data = joined(spread("2024-07", BEFORE, mixed=False), spread("2024-08", NOW, mixed=False))
    return view({**data, "kind": ["投诉"] * len(data["created_s"])}, kinds=["投诉"], **more)


def test_t3_complaints():
    """投诉120件，上月126件：三十一天对三十一天，比率相等的精确检验 p .74996 (R: poisson.test(c(120, 126)))."""
    frame = complaints.categories(t3())
    whole, quality = frame.iloc[0], frame.set_index("category").loc["产品质量"]
    assert (whole["count"], whole["before"], whole["difference"]) == (120, 126, -6)
    assert whole["change"] == pytest.approx(-0.0476, abs=5e-5) and whole["p"] == pytest.approx(0.74996, abs=5e-6)
    assert (quality["count"], quality["before"]) == (48, 44) and quality["share_p"] == pytest.approx(0.41, abs=0.005)
    assert [quality[f"share_change{end}"] for end in ("", "_low", "_high")] == pytest.approx([0.0508, -0.069, 0.169], abs=5e-4)
    zh, en = (say(told(frame, "categories"), language=language).text for language in ("zh", "en"))
    assert (
        zh
        == "投诉120件，较上月减少6件（−4.8%），可比日均−4.3%，没有证据表明有变化；产品质量占比40.0%，较上月+5.1个百分点，没有证据表明有变化。"
    )
    assert (
        en
        == "120 complaints, 6 fewer (−4.8%), −4.3% on comparable days, no evidence of change; 产品质量 40.0%, +5.1 pp, no evidence of change."
    )
    assert list(frame["share"][1:5]) == pytest.approx([0.4, 0.3, 0.2, 0.1])


def test_t4_limits():
    """108 of 120 answered within 24 h, 84 of 120 resolved within 48 h."""
    created = spread("2024-08", {"a": 120})["created_s"]
    answered = [s + (24 if i < 108 else 25) * HOUR for i, s in enumerate(created)]
    resolved = [s + (48 if i < 84 else 90) * HOUR for i, s in enumerate(created)]
    seen = view({"created_s": created, "responded_s": answered, "resolved_s": resolved}, end="2024-10-01")
    frame = complaints.timeliness(seen)
    found = frame.set_index("indicator")[["numerator", "denominator", "value", "low", "high"]]
    assert list(found.loc["response_24h"]) == pytest.approx([108, 120, 0.9, 0.833, 0.942], abs=5e-4)
    assert list(found.loc["resolution_48h"]) == pytest.approx([84, 120, 0.7, 0.613, 0.775], abs=5e-4)
    zh, en = (say(told(frame, "timeliness"), language=language).text for language in ("zh", "en"))
    assert zh == "24小时内响应90.0%（83.3%～94.2%），48小时内解决70.0%（61.3%～77.5%）。"
    assert en == "Responded within 24 h: 90.0% (83.3–94.2%); Resolved within 48 h: 70.0% (61.3–77.5%)."


# ---- counts and categories


def test_what_comes_in_bursts_is_known_as_well_as_its_days():
    """40 then 80 orders of one category, each month's on four days: no exact test of 120 cases that come one by one."""
    calm = {"乙": 310}
    months = [("2024-07", 10), ("2024-08", 20)]
    burst = [
        {
            **spread(m, {"甲": n}),
            "created_s": [at(f"{m}-{d:02d} 10:00") + k for d in (3, 10, 17, 24) for k in range(n)],
            "category_1": ["甲"] * 4 * n,
        }
        for m, n in months
    ]
    data = joined(*(part for (m, _), own in zip(months, burst, strict=True) for part in (spread(m, calm), own)))
    seen = view(data)
    frame = complaints.categories(seen).set_index("category")
    row, whole = frame.loc["甲"], frame.loc["all"]
    assert (row["before"], row["count"], row["change"], row["a_day"]) == (40, 80, 1.0, pytest.approx(1.0, abs=0.3))
    assert tests.two_counts(80, 40).p < 0.001 < 0.05 < row["p"] and row["a_day_low"] < 0 < row["a_day_high"]
    assert row["share_change_low"] < 0 < intervals.newcombe(80, 390, 40, 350).low, "the shares of its days too"
    received = complaints.overview(seen).set_index("indicator").loc["received"]
    for ours, theirs in (("a_day", "change"), ("a_day_low", "change_low"), ("a_day_high", "change_high")):
        assert whole[ours] == pytest.approx(received[theirs], abs=1e-12), "one page has one interval of one change"


@pytest.mark.parametrize("now", [{"甲": 30, "乙": 11, "丙": 5}, {"甲": 30, "乙": 12, "丙": 9, "丁": 4}, {"甲": 40, "乙": 5}])
def test_the_pareto_tells_no_count_that_the_table_keeps(now):
    """The table kept 11 and 5 back for the month before; the Pareto named the 11, and the 5 was what was left."""
    data = joined(spread("2024-07", {"甲": 30, "乙": 3, "丙": 20, "丁": 9}), spread("2024-08", now))
    seen = view(data, smallest=8)
    table = complaints.categories(seen).query("level == 1").set_index("category")
    drawn = complaints.pareto(seen).set_index("category")
    assert drawn["count"].dropna().to_dict() == table["count"][lambda c: c > 0].dropna().to_dict()
    assert drawn["share"].isna().equals(drawn["count"].isna())


def test_of_four_days_a_share_has_the_interval_of_its_records():
    data = spread("2024-08", {"甲": 30, "乙": 10})
    data["created_s"] = [at(f"2024-08-{1 + n % 4:02d} 10:00") + n for n in range(40)]
    row = complaints.categories(view(data)).set_index("category").loc["甲"]
    assert (row["share"], row["share_low"], row["share_high"]) == pytest.approx((0.75, *intervals.wilson(30, 40)))


def test_a_new_category_has_no_per_cent_and_one_that_is_gone_is_said():
    frame = complaints.categories(view(joined(spread("2024-07", {"甲": 40, "乙": 40}), spread("2024-08", {"甲": 40, "丙": 40})))).set_index(
        "category"
    )
    assert frame.loc["丙", "state"] == "new" and pd.isna(frame.loc["丙", "change"]) and frame.loc["丙", "count"] == 40
    assert frame.loc["乙", "state"] == "gone" and frame.loc["乙", "change"] == -1
    assert "新增" in show(told(frame.reset_index(), "categories"), language="zh").text


def test_a_null_category_is_its_own_and_small_ones_are_pooled():
    data = spread("2024-08", {"甲": 30, "乙": 3, "丙": 4, None: 10})
    whole = complaints.categories(view({**data, "category_1": [c or "丁" for c in data["category_1"]]}, smallest=8)).set_index("category")
    assert list(whole["count"]) == [47, 30, 17] and list(whole.index) == ["all", "甲", "(<8)"], "the 7 that are left of 47 would be theirs"
    frame = complaints.categories(view(spread("2024-08", {"甲": 30, "乙": 3, "丙": 6, None: 10}), smallest=8)).set_index("category")
    assert list(frame.index) == ["all", "甲", "(none)", "(<8)"] and list(frame["count"]) == [49, 30, 10, 9]
    drawn = show(
        told(complaints.pareto(view(spread("2024-08", {"甲": 30, "乙": 3, "丙": 6, None: 10}), smallest=8)), "pareto"), language="en"
    )
    assert "Other (with those under 8)" in drawn.html and "not given" in drawn.html, "a drawing has the words of the frame's contract"
    assert complaints.categories(view(data)).set_index("category").loc["丙", "count"] == 4, "a table of one's own tells all"


@pytest.mark.parametrize("engine", ENGINES)
def test_three_engines_agree(engine):
    data = joined(spread("2024-07", BEFORE), spread("2024-08", NOW))
    data["closed_s"] = [s + (i % 5) * DAY if i % 7 else None for i, s in enumerate(data["created_s"])]
    data["withdrawn"] = [i % 11 == 0 for i in range(len(data["created_s"]))]
    for table in ("volume", "categories", "timeliness", "backlog", "mix", "durations"):
        first, other = (complaints.TABLES[table](view(data, engine=e)) for e in ("duckdb", engine))
        pd.testing.assert_frame_equal(first, other, check_dtype=False)


def test_the_tree_rolls_up():
    data = spread("2024-08", {"甲": 20, "乙": 10})
    data["category_2"] = ["一" if i % 2 else "二" for i in range(30)]
    frame = complaints.categories(view(data))
    for name in ("甲", "乙"):
        below = frame[(frame["level"] == 2) & (frame["parent"] == name)]
        assert below["count"].sum() == frame.set_index(["level", "category"]).loc[(1, name), "count"]
    assert list(frame["level"])[:2] == [0, 1] and frame[frame["level"] == 1]["cumulative"].iloc[-1] == 1


def test_months_of_unlike_length_are_compared_by_the_day():
    """28 orders in 28 days and 31 in 31: nothing changed, though the count rose by 10.7 %."""
    data = joined(spread("2023-02", {"a": 28 * 20}), spread("2023-03", {"a": 31 * 20}))
    row = complaints.volume(view(data, month="2023-03", start="2023-02-01", end="2023-04-01")).iloc[0]
    assert (
        row["change"] == pytest.approx(31 / 28 - 1)
        and row["uneven"] == pytest.approx(0)
        and row["state"] == "no evidence"
        and row["p"] == 1
    )


def test_half_a_month_is_not_compared():
    data = joined(spread("2024-07", {"a": 310}), spread("2024-08", {"a": 310}))
    keep = [s < at("2024-08-15 00:00") for s in data["created_s"]]
    half = {name: [x for x, kept in zip(values, keep, strict=True) if kept] for name, values in data.items()}
    row = complaints.volume(view(half, end="2024-08-15")).iloc[0]
    assert pd.isna(row["before"]) and row["state"] == "not compared"
    opening = complaints.overview(view(half, end="2024-08-15")).iloc[0]
    assert (opening["telling"], opening["reason"]) == ("volume", "not covered")
    assert pd.isna(opening["difference"]) and pd.isna(opening["change_of_count"]), "the page's first sentence said 155 orders fewer"
    assert complaints.overview(view(data)).iloc[0]["difference"] == 0
    later = complaints.overview(view(data, start="2024-07-20")).iloc[0]
    assert pd.isna(later["difference"]) and later["previous"] == 310, "half of July is no month to compare with"


def every_fourth_day(end: str):
    """An order every fourth day from 1 July on, before the data end."""
    created = list(range(at("2024-07-01 09:00"), at(f"{end} 00:00"), 4 * DAY))
    return view({"created_s": created, "category_1": ["a", "b"] * (len(created) // 2) + ["a"] * (len(created) % 2)}, end=end)


def test_a_month_in_which_half_an_order_is_still_to_come_is_not_over():
    """按每四天一件：8月30日止还差0.5件以内，算完；8月18日止还差三件，此前写“较上月减少4件”。"""
    over, young = every_fourth_day("2024-08-31"), every_fourth_day("2024-08-18")
    row = complaints.overview(over).iloc[0]
    assert (row["numerator"], row["previous"], row["difference"]) == (8, 8, 0)
    row = complaints.overview(young).iloc[0]
    assert pd.isna(row["difference"]) and pd.isna(row["change"]) and row["reason"] == "not covered" and row["numerator"] == 4
    text = say(told(complaints.overview(young), "overview"), language="zh").text
    assert text.startswith("诉求4件，数据没有覆盖全月。"), text
    assert complaints.volume(young)["before"].isna().all() and complaints.volume(over)["before"].tolist() == [8]
    with pytest.raises(DataRefused, match="half a month"):
        complaints.change(young)
    assert complaints.change(over)["difference"].iloc[-1] == 0


@pytest.mark.parametrize(
    ("month", "end", "over"),
    [  # 31 August 2024 is a Saturday; 29 and 30 September 2023 are days off
        ("2024-08", "2024-08-31", True),
        ("2024-08", "2024-08-30", False),
        ("2023-09", "2023-09-29", True),
        ("2023-09", "2023-09-28", False),
    ],
)
def test_a_hotline_that_is_closed_on_days_off_has_its_month_over_on_the_last_working_day(month, end, over):
    """Two orders on each working day, and none on days off."""
    held = view({"created_s": [0]}).params.model_copy(update={"holidays": "CN"})
    start = f"{month[:5]}{int(month[5:]) - 1:02d}-01"
    days = [str(day)[:10] for day in pd.date_range(start, end, inclusive="left")]
    off = rest_days(held, [date.fromisoformat(day) for day in days])
    created = [at(f"{day} {hour}:00") for day, free in zip(days, off, strict=True) if not free for hour in ("09", "10")]
    row = complaints.overview(view({"created_s": created}, month=month, start=start, end=end, given=held)).iloc[0]
    assert pd.notna(row["difference"]) == over and (row["reason"] == "not covered") != over


def test_a_category_whose_share_is_not_told_is_not_named():
    """A month of one order opened its chapter with '，不作比较。'."""
    data = joined(spread("2024-07", {"甲": 60, "乙": 30}), spread("2024-08", {"甲": 1}))
    frame = complaints.categories(view(data, smallest=8))
    assert frame.loc[frame["category"] == "甲", "share"].isna().all() and "named" not in set(frame["named"])
    assert "named" in set(complaints.categories(view(spread("2024-08", {"甲": 30}), smallest=8))["named"])


def test_a_kind_that_no_order_has_is_refused():
    data = {**spread("2024-08", {"a": 10}), "kind": ["投诉"] * 10}
    with pytest.raises(BadParams) as fault:
        complaints.volume(view(data, kinds=["投诉件"]))
    assert str(fault.value) == "complaints › no order has the kind '投诉件'. Did you mean '投诉'?"
    assert complaints.volume(view({**data, "kind": ["投诉", "咨询"] * 5}, kinds=["投诉"])).iloc[0]["count"] == 5


# ---- why it changed


@tried(40)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=5))
def test_growth_and_shift_add_to_every_difference(counts):
    months = [{f"c{i}": pair[m] for i, pair in enumerate(counts)} for m in (0, 1)]
    if not all(sum(m.values()) for m in months):
        return
    frame = complaints.change(view(joined(spread("2024-07", months[0]), spread("2024-08", months[1])), engine="pandas"))
    assert (frame["growth"] + frame["shift"]).to_numpy() == pytest.approx(frame["difference"].to_numpy(), abs=1e-9)
    assert frame["difference"].iloc[-1] == frame["count"].iloc[-1] - frame["before"].iloc[-1]
    assert frame["shift"].iloc[:-1].sum() == pytest.approx(0, abs=1e-9)


def test_a_rate_of_few_orders_done_is_not_told_nor_what_rests_on_it():
    """Of 67, 50, 32, 21 and 14 orders 45, 33, 17, 18 and 6 are done in time: 6 of 14 is 42.9 %, and 119 done less the others are these 6, so 17 of 32 (the next larger count) is silent too."""
    sizes, done = np.array([67, 50, 32, 21, 14]), np.array([45, 33, 17, 18, 6])
    rows = pd.DataFrame(
        {"category": list("甲乙丙丁戊"), "size_before": 100, "size": sizes, "rate_before": 0.5, "rate": done / sizes}
    ).assign(gap=0.1, mix=0.0, own=0.1)
    whole = pd.DataFrame([{**dict.fromkeys(rows, 0.1), "category": "all", "size": 184}])
    k = np.stack([np.full(5, 50), done], axis=1)
    seen = SimpleNamespace(smallest=disclosure.SMALLEST)
    told = _without_few(seen, pd.concat([rows, whole], ignore_index=True), np.vstack([k, k.sum(axis=0)])).set_index("category")
    for name in ("rate", "gap", "mix", "own"):
        assert told[name].isna().tolist() == [False, False, True, False, True, False], name
    assert told["rate_before"].notna().all() and told.loc["戊", "rate_missing"] == disclosure.UNTOLD


def test_mix_and_handling_add_to_the_change_of_the_rate():
    """Quick 甲 (all in time) shrinks from half to a fifth, slow 乙 (none in time) stays slow: all of the fall is the mix."""
    data = joined(spread("2024-07", {"甲": 50, "乙": 50}), spread("2024-08", {"甲": 20, "乙": 80}))
    data["resolved_s"] = [s + (HOUR if c == "甲" else 5 * DAY) for s, c in zip(data["created_s"], data["category_1"], strict=True)]
    frame = complaints.mix(view(data, end="2024-10-01")).set_index("category")
    whole = frame.loc["all"]
    assert (whole["rate_before"], whole["rate"]) == (0.5, 0.2)
    assert whole["mix"] == pytest.approx(-0.3) and whole["own"] == pytest.approx(0) and whole["said"] == "moved"
    assert frame["mix"].iloc[:-1].sum() + frame["own"].iloc[:-1].sum() == pytest.approx(whole["gap"])


def test_the_first_month_has_nothing_to_decompose():
    with pytest.raises(DataRefused, match="not available: nothing before"):
        complaints.change(view(spread("2024-08", NOW), start="2024-08-01"))


# ---- limits


def one(**columns):
    """A view of one order per entry, all created on 5 August at nine."""
    n = len(next(iter(columns.values())))
    return {"created_s": [at("2024-08-05 09:00")] * n, **columns}


def test_open_cases_do_not_lower_the_share_of_a_young_month():
    """Every order is resolved after 40 h; the data end with the month. Those of the last two days are open: neither late nor in time."""
    created = [at("2024-08-01 00:00") + 6 * HOUR * i for i in range(124)]
    row = (
        complaints.timeliness(view({"created_s": created, "resolved_s": [s + 40 * HOUR for s in created]}))
        .set_index("indicator")
        .loc["resolution_48h"]
    )
    assert row["value"] == 1 and row["open"] == 6 and row["open_as_failed"] == pytest.approx(118 / 124)


def test_a_limit_that_nobody_could_reach_is_undefined():
    created = [at("2024-08-30 12:00") + 600 * i for i in range(40)]
    data = {"created_s": created, "resolved_s": [s + HOUR for s in created[:-1]] + [None]}
    row = complaints.timeliness(view(data)).set_index("indicator").loc["resolution_48h"]
    assert pd.isna(row["value"]) and row["missing"] == "not reached"
    assert complaints.timeliness(view(data, resolution=["24h"])).set_index("indicator").loc["resolution_24h", "value"] == pytest.approx(
        39 / 40
    )


def test_withdrawn_orders_compete():
    """Four orders: resolved after 10 h, withdrawn after 20 h, resolved after 30 h, open. Half are resolved within 48 h; taken as censored it would be 5/8."""
    start = at("2024-08-05 09:00")
    closed = [start + 10 * HOUR, start + 20 * HOUR, start + 30 * HOUR, None]
    row = (
        complaints.timeliness(view(one(closed_s=closed, withdrawn=[False, True, False, False])))
        .set_index("indicator")
        .loc["resolution_48h"]
    )
    assert row["value"] == pytest.approx(0.5) and (row["numerator"], row["withdrawn"], row["open"]) == (2, 1, 1)
    assert row["closed_only"] == 1 and row["open_as_failed"] == 0.5


def test_the_ends_are_included_and_an_early_time_is_ruled():
    start = at("2024-08-05 09:00")
    data = one(resolved_s=[start + 48 * HOUR, start + 48 * HOUR + 1, start - HOUR, None])
    row = complaints.timeliness(view(data)).set_index("indicator").loc["resolution_48h"]
    assert (row["numerator"], row["denominator"], row["early"]) == (1, 3, 1)
    row = complaints.timeliness(view(data, before_created="zero")).set_index("indicator").loc["resolution_48h"]
    assert (row["numerator"], row["denominator"], row["early"]) == (2, 4, 1)


@pytest.mark.parametrize(("rule", "value"), [("last", 0.0), ("first", 1.0)])
def test_a_reopened_order_counts_by_the_rule(rule, value):
    start = at("2024-08-05 09:00")
    data = one(resolved_s=[start + HOUR], closed_s=[start + 100 * HOUR], reopened=[True])
    assert complaints.timeliness(view(data, reopened=rule)).set_index("indicator").loc["resolution_48h", "value"] == value


def test_dates_refuse_hours_and_may_be_asked_in_days():
    days = [at(f"2024-08-{d:02d} 00:00") for d in range(1, 21)]
    data = {"created_s": days, "closed_s": [s + 7 * DAY for s in days]}
    with pytest.raises(DataRefused) as fault:
        complaints.timeliness(view(data))
    assert str(fault.value) == (
        "complaints › not available: no clock time. The orders' times are dates, so 24h and 48h cannot be told. Ask in days: resolution: [7d]."
    )
    found = complaints.timeliness(view(data), resolution=["48h", "6d", "7d"]).set_index("indicator")
    assert found.loc["resolution_48h", "missing"] == "no clock time" and list(found["value"][1:3]) == [0, 1]
    row = complaints.durations(view(data)).iloc[0]
    assert (row["counted_in"], row["median"]) == ("days", 7)


def test_working_hours_with_a_weekend():
    """Created on Friday 2 August 2024 at 16:00, resolved on Monday at 10:00: two working hours, one working day."""
    data = {"created_s": [at("2024-08-02 16:00")], "resolved_s": [at("2024-08-05 10:00")]}
    seen = view(data, clock="working", resolution=["1h", "2h", "0d", "1d"])
    assert list(complaints.timeliness(seen).set_index("indicator")["value"]) == [0, 1, 0, 1]


def test_working_hours_with_a_make_up_day():
    """In mainland China, Sunday 29 September 2024 is worked; 1 to 7 October are off."""
    held = view({"created_s": [0]}).params.model_copy(update={"holidays": "CN", "time_zone": "UTC"})
    given = held.model_copy(update={"complaints": held.complaints.model_copy(update={"clock": "working"})})
    data = {"created_s": [at("2024-09-27 16:00"), at("2024-09-30 16:00")], "resolved_s": [at("2024-09-29 10:00"), at("2024-10-08 10:00")]}
    wait = orders.waits(*(lambda v: (v, orders.cases(v)))(view(data, month="2024-09", end="2024-11-01", given=given)), "resolution", "h")
    assert list(wait.length) == [2 * HOUR, 2 * HOUR]


@tried(60)
@given(st.integers(0, 20 * 24 * 60), st.integers(0, 6 * 24 * 60))
def test_working_time_is_the_slow_loops(begin, length):
    """Minute by minute, 9 to 12 and 14 to 17:30, Monday to Friday, from Thursday 1 August 2024."""
    seen = view({"created_s": [at("2024-08-01 00:00")]}, clock="working", working_hours=["09:00-12:00", "14:00-17:30"])
    clock, first = orders.Clock(seen, at("2024-08-01 00:00")), at("2024-08-01 00:00")
    minutes = [m for m in range(begin, begin + length) if (m // 1440 + 3) % 7 < 5 and (540 <= m % 1440 < 720 or 840 <= m % 1440 < 1050)]
    assert clock.seconds([first + 60 * begin], [first + 60 * (begin + length)])[0] == 60 * len(minutes)


@pytest.mark.parametrize(
    ("month", "clock", "limit", "day"),
    [  # the last order may come in the last second of the month: August 2024 ends on a Saturday, September on a Monday
        ("2024-08", "calendar", "24h", "2024-09-02"),
        ("2024-08", "calendar", "25h", "2024-09-03"),
        ("2024-08", "calendar", "5d", "2024-09-06"),
        ("2024-08", "working", "6h", "2024-09-03"),  # six and a half hours are worked on Monday
        ("2024-08", "working", "8h", "2024-09-04"),
        (
            "2024-08",
            "working",
            "13h",
            "2024-09-05",
        ),  # worked by Tuesday evening, and what is done on Wednesday before work begins is within it
        ("2024-08", "working", "0d", "2024-09-02"),  # nothing is worked on Sunday: what is done then is done on the same day
        ("2024-08", "working", "1d", "2024-09-03"),
        ("2024-09", "working", "1d", "2024-10-09"),  # 1 to 7 October are off
        ("2024-09", "working", "120h", "2024-11-01"),  # eighteen days and a half, a Saturday that is worked among them
    ],
)
def test_the_day_on_which_a_limit_is_final(month, clock, limit, day):
    held = view({"created_s": [0]}).params.model_copy(update={"holidays": "CN", "time_zone": "UTC"})
    given = {"clock": clock, "working_hours": ["09:00-12:00", "14:00-17:30"]}
    given = held.model_copy(update={"complaints": held.complaints.model_copy(update=given)})
    assert orders.complete_on(view({"created_s": [0]}, month=month, given=given), limit).isoformat() == day


def test_a_share_that_later_months_complete_is_provisional_and_has_a_target():
    start = at("2024-08-05 09:00")
    data = one(responded_s=[start + HOUR] * 40, resolved_s=[start + 2 * HOUR] * 40)
    held = view(data).params.model_copy(update={"targets": {"resolution_48h": 0.9}})
    young = complaints.overview(view(data, given=held)).set_index("indicator")
    assert (
        young.loc["resolution_48h", "provisional"]
        and young.loc["resolution_48h", "target"] == 0.9
        and young.loc["resolution_48h", "reached"]
    )
    assert not complaints.overview(view(data, end="2024-09-10")).set_index("indicator").loc["resolution_48h", "provisional"]


def test_the_overview_by_strata_has_a_row_a_stratum():
    data = {**spread("2024-08", {"甲": 40, "乙": 20}), "channel": (["电话"] * 3 + ["网络"]) * 15}
    frame = complaints.overview(view(data), by=["channel"])
    assert list(frame.loc[frame["indicator"] == "received", "numerator"]) == [45, 15] and list(frame.columns)[:2] == [
        "channel",
        "indicator",
    ]


def test_the_overview_by_strata_tells_no_small_count_of_this_month_or_another():
    """By hand: of 40, 30 and 20 orders 5, 20 and 15 are resolved within 24 h; last month 电话 had 3 orders, the others 30 and 21. All 40 are told in all, so beside the 5 the 15 go, and beside the 3 the 21."""
    sizes = {"2024-07": {"电话": 3, "网络": 30, "微信": 21}, "2024-08": {"电话": 40, "网络": 30, "微信": 20}}
    data = joined(*[spread(month, counts) for month, counts in sizes.items()])
    data = {"created_s": data["created_s"], "channel": data["category_1"]}
    soon, seen = {"电话": 5, "网络": 20, "微信": 15}, dict.fromkeys(sizes["2024-08"], 0)
    resolved = []
    for created, channel in zip(data["created_s"], data["channel"], strict=True):
        seen[channel] += created >= at("2024-08-01 00:00")
        resolved.append(created + (1 if 0 < seen[channel] <= soon[channel] else 40) * HOUR)
    base = {**data, "resolved_s": resolved}
    asked = {"end": "2024-10-01", "resolution": ["24h"]}
    whole = complaints.overview(view(base, **asked), by=["channel"]).set_index(["channel", "indicator"])
    assert whole["numerator"].xs("resolution_24h", level=1).to_dict() == soon and whole.loc[("电话", "received"), "previous"] == 3
    quiet = complaints.overview(view(base, smallest=8, **asked), by=["channel"]).set_index(["channel", "indicator"])
    share, volume = quiet.xs("resolution_24h", level=1), quiet.xs("received", level=1)
    assert share["numerator"].dropna().to_dict() == {"网络": 20} and share["missing"].to_dict() == {
        "电话": "untold",
        "网络": "",
        "微信": "untold",
    }
    gone = ["numerator", "denominator", "value", "low", "high", "closed_only", "open_as_failed", "counted", "se"]
    assert share.loc[["电话", "微信"], gone].isna().all(axis=None)
    assert volume["numerator"].to_dict() == {"电话": 40, "网络": 30, "微信": 20}
    assert (
        volume.loc[["电话", "微信"], ["difference", "change_of_count", "change", "before"]].isna().all(axis=None)
        and volume.loc["网络", "previous"] == 30
    )
    assert [np.isnan(values[0]) for values in volume["values"]] == [True, False, True] and volume.loc[
        ["电话", "微信"], "previous"
    ].isna().all()


def test_a_class_has_its_own_limits_and_all_have_one_share():
    start = at("2024-08-05 09:00")
    data = one(resolved_s=[start + 20 * HOUR, start + 30 * HOUR, start + 40 * HOUR, start + 90 * HOUR]) | {
        "class": ["急", "急", "缓", "缓"]
    }
    found = complaints.timeliness(view(data, by_class={"急": {"resolution": ["24h"]}})).set_index(["indicator", "of_class"])
    assert (
        found.loc[("resolution_24h", "急"), "value"] == 0.5
        and found.loc[("own", ""), "value"] == 0.5
        and found.loc[("own", ""), "numerator"] == 2
    )


def test_due_shares_judge_what_has_fallen_due():
    start = at("2024-08-05 09:00")
    due = [start + DAY, start + DAY, start + DAY, at("2024-09-03 00:00"), None]
    data = one(due_s=due, resolved_s=[start + HOUR, start + 2 * DAY, None, start + HOUR, start + HOUR])
    row = complaints.timeliness(view(data)).set_index("indicator").loc["due"]
    assert (row["numerator"], row["denominator"], row["open"]) == (1, 3, 1)


def test_a_stratum_is_judged_by_its_due_times_once_all_of_its_own_orders_have_fallen_due():
    """Both channels have July and August alike; of 网络 one order of August is due in October."""
    data = joined(spread("2024-07", {"电话": 40, "网络": 40}), spread("2024-08", {"电话": 40, "网络": 40}))
    due = [s + DAY for s in data["created_s"]]
    due[80 + data["category_1"][80:].index("网络")] = at("2024-10-02 00:00")
    data = {
        "created_s": data["created_s"],
        "channel": data["category_1"],
        "due_s": due,
        "resolved_s": [s + HOUR for s in data["created_s"]],
    }
    held = view(data, end="2024-09-10")
    row = complaints.overview(held, by=["channel"]).set_index(["indicator", "channel"]).loc["due"]
    assert row["reason"].to_dict() == {"电话": "", "网络": "unfinished"} and row["provisional"].to_dict() == {"电话": False, "网络": True}
    assert set(complaints.timeliness(held)["final_on"]) == {"2024-10-03"}
    assert set(complaints.timeliness(view(data, end="2024-10-03"))["final_on"]) == {""}
    stale = replace(view(data, end="2024-10-03"), told={"orders": [(0, at("2024-09-01 00:00"))]})  # exported once, on 1 September
    row = complaints.overview(stale, by=["channel"]).set_index(["indicator", "channel"]).loc["due"]
    assert set(row["reason"]) == {"unfinished"}
    assert row["provisional"].all() and set(row["final_on"]) == {""}, "it waits for a newer export: nobody can say until when"


def test_duplicates_and_internal_orders_are_apart():
    data = {**one(closed_s=[None] * 4), "duplicate": [True, False, False, None], "internal": [False, True, False, False]}
    assert complaints.volume(view(data)).iloc[0]["count"] == 2
    found = complaints.aside(view(data)).set_index("apart")
    assert list(found.loc[["duplicate", "internal"], "count"]) == [1, 1] and found["denominator"].iloc[0] == 4


def test_what_is_in_the_figures_is_a_share_of_what_is_in_them():
    """四件里一件重复：退回的一件占计入的三件，重复的一件占全部四件。"""
    found = complaints.aside(view({**one(closed_s=[None] * 4), "duplicate": [True] + [False] * 3, "returned": [False] * 3 + [True]}))
    told = found.set_index("apart")
    assert tuple(told.loc["returned", ["count", "denominator"]]) == (1, 3) and told.loc["returned", "share"] == pytest.approx(1 / 3)
    assert tuple(told.loc["duplicate", ["count", "denominator"]]) == (1, 4)


def test_one_count_has_one_change_a_day_whether_it_is_judged_or_not():
    """周末到六月止只有平日的两成，七八月有八成：不作判断的行只看两个月，扣除周末仍用全部月份，与作判断的行同一个数。"""
    shown = view(joined(*(spread(f"2024-{m:02d}", NOW, mixed=False) for m in (3, 4, 5, 6, 7, 8))), start="2024-03-01")
    days = pd.date_range("2024-03-01", "2024-08-31")
    weekend = np.where(days < "2024-07-01", 2, 8)
    daily = pd.DataFrame({"0": np.where(days.dayofweek > 4, weekend, 10)}, index=(days - pd.Timestamp(0)).days)
    judged, bare = (mix.compared(shown, daily, ["0"], judge=judge).iloc[0] for judge in (True, False))
    assert (judged["count"], judged["before"]) == (bare["count"], bare["before"]) and bare["state"] == ""
    assert bare["a_day"] == pytest.approx(judged["a_day"], abs=1e-12)


def test_months_before_a_name_are_no_history_of_it():
    """十四个月前十二个月叫“旧”，后两个月改叫“新”，每天同样多：新名字有的两个月一样，没有什么异常。"""
    months = [f"2023-{m:02d}" for m in range(7, 13)] + [f"2024-{m:02d}" for m in range(1, 9)]
    shown = view(joined(*(spread(m, NOW, mixed=False) for m in months)), start="2023-07-01")
    days = pd.date_range("2023-07-01", "2024-08-31")
    old, since = np.random.default_rng(5).poisson(20, len(days)), days >= "2024-07-01"
    daily = pd.DataFrame({"旧": np.where(since, 0, old), "新": np.where(since, old, 0), "别的": 20}, index=(days - pd.Timestamp(0)).days)
    found = mix.compared(shown, daily, ["新", "别的"]).set_axis(["新", "别的"])
    assert found["share_state"].to_dict() == {"新": "no evidence", "别的": "inside"}
    assert found.loc["新", "state"] == "no evidence" and found.loc["新", "share_change_high"] - found.loc["新", "share_change_low"] < 0.1


def slow_share(rows, most):
    """Aalen-Johansen by walking the hours."""
    left, share, at_risk = 1.0, 0.0, list(rows)
    for t in sorted({length for length, _ in rows}):
        if t > most:
            break
        n, done, gone = (
            sum(1 for x in at_risk if test(x)) for test in (lambda x: True, lambda x, t=t: x == (t, 1), lambda x, t=t: x == (t, 2))
        )
        share += left * done / n
        left *= 1 - (done + gone) / n
        at_risk = [x for x in at_risk if x[0] > t]
    return share


@tried(60)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 2)), min_size=1, max_size=30), st.integers(0, 60))
def test_the_share_is_the_slow_loops(rows, most):
    length, cause = (np.array(x, float) for x in zip(*rows, strict=True))
    found = orders.share_within(orders.Waits(np.arange(len(rows)), length, cause.astype(int), np.full(len(rows), 100.0), 0, 0, 0), most)
    if np.isfinite(found.value):
        assert found.value == pytest.approx(slow_share(rows, most), abs=1e-12)
        assert found.open_as_failed <= found.value + 1e-12 and found.low <= found.value + 1e-12 and found.value <= found.high + 1e-12


@pytest.mark.parametrize(
    "causes, value", [((1, 1, 1, 1), 1.0), ((1, 1, 2, 1), 0.75), ((1, 1, 1, 0), np.nan)], ids=["all done", "one withdrawn", "one open"]
)
def test_a_limit_that_no_order_could_be_watched_for_is_known_once_all_are_decided(causes, value):
    """Four orders of the last 20 hours, limit 48 h: nobody was watched for so long, but of orders that are all decided nothing is left to see."""
    length = np.array([5.0, 8.0, 8.0, 20.0])
    found = orders.share_within(orders.Waits(np.arange(4), length, np.array(causes), np.full(4, 20.0), 0, 0, 0), 48)
    assert found.watched == 0 and found.value == pytest.approx(value, nan_ok=True)


# ---- the stock


@tried(40)
@given(st.lists(st.tuples(st.integers(-20, 40), st.none() | st.integers(0, 30)), min_size=1, max_size=25))
def test_the_stock_flows_exactly(rows):
    created = [at("2024-08-01 00:00") + day * DAY + HOUR for day, _ in rows]
    closed = [None if d is None else s + d * DAY for s, (_, d) in zip(created, rows, strict=True)]
    seen = view({"created_s": created, "closed_s": closed}, end="2024-10-01", engine="pandas")
    row, first = complaints.backlog(seen).iloc[0], min(created)
    start, end = at("2024-08-01 00:00"), at("2024-09-01 00:00")
    before = sum(s < start and (c is None or c >= start) for s, c in zip(created, closed, strict=True))
    assert row["open_after"] == before + row["came"] - row["went"]
    ages = [end - s for s, c in zip(created, closed, strict=True) if s < end and (c is None or c >= end)]
    unknown = sum(age >= start - first for age in ages) > 0.05 * len(ages)
    assert (row["said"] == "begins") == unknown and (np.isnan(row["open_before"]) if unknown else row["open_before"] == before)
    assert row["open_after"] == sum(s < end and (c is None or c >= end) for s, c in zip(created, closed, strict=True))
    assert complaints.ageing(seen)["count"].sum() == row["open_after"]


def test_littles_law_holds_in_balance():
    """One order an hour, each open for two days, for three months: L = 48, lambda = 24 a day, W = 2 days."""
    created = [at("2024-07-01 00:00") + HOUR * i for i in range(24 * 92)]
    row = complaints.backlog(view({"created_s": created, "closed_s": [s + 2 * DAY for s in created]}, end="2024-10-01")).iloc[0]
    assert (
        row["mean_open"] == pytest.approx(48)
        and row["mean_days"] == pytest.approx(2)
        and row["little_gap"] < 0.001
        and row["said"] == "level"
    )


@pytest.mark.parametrize(("since", "said"), [("2024-08-01", "begins"), ("2024-07-20", "begins"), ("2024-07-01", "level")])
def test_what_was_open_before_the_data_began_is_no_nought(since, said):
    """每小时一件，各办二十天：8月的数据只从8月（或7月下旬）起，期初未办的不在数据里，不是0；从7月1日起的，二十天以前的都已办完。"""
    created = [at(f"{since} 00:00") + HOUR * i for i in range(24 * 92) if at(f"{since} 00:00") + HOUR * i < at("2024-09-01 00:00")]
    row = complaints.backlog(view({"created_s": created, "closed_s": [s + 20 * DAY for s in created]}, end="2024-10-01")).iloc[0]
    assert (row["said"], row["open_after"]) == (said, 480)
    assert row[["open_before", "flow", "mean_open", "little_gap"]].isna().all() == (said == "begins")


# ---- handovers


STEPS = {
    "order_id": ["o0", "o0", "o0", "o1", "o2", "o9"],
    "step": ["派单", "办理", "办理", "派单", "派单", "派单"],
    "department": ["甲", "乙", "甲", "甲", "甲", "乙"],
    "start_s": [at(f"2024-08-05 {h:02d}:00") for h in (9, 10, 14, 9, 9, 9)],
    "end_s": [
        at("2024-08-05 10:00"),
        at("2024-08-05 14:00"),
        None,
        at("2024-08-05 11:00"),
        at("2024-08-05 12:00"),
        at("2024-08-05 12:00"),
    ],
}


def test_hops_and_returns():
    """o0 goes 甲, 乙, 甲: two hops, and back; o1 and o2 stay; o9 is no known order."""
    frame = complaints.hops(view(one(closed_s=[None] * 3), steps=STEPS)).set_index("hops")
    assert list(frame["count"]) == [2, 0, 1, 0, 0] and frame.loc[2, "came_back"] == 1
    assert frame["mean_hops"].iloc[0] == pytest.approx(2 / 3) and frame["back"].iloc[0] == pytest.approx(1 / 3)


def test_the_mean_hop_does_not_tell_the_hops_that_are_not_told():
    """30 orders stay, 3 are passed on once and 4 twice: 37 orders and 11 hops would tell the 3 from the 4."""
    hops = [0] * 30 + [1] * 3 + [2] * 4
    rows = [(f"o{i}", "甲乙"[hop % 2], at("2024-08-05 09:00") + 600 * hop) for i, k in enumerate(hops) for hop in range(k + 1)]
    order, department, start = zip(*rows, strict=True)
    steps = {"order_id": list(order), "department": list(department), "start_s": list(start), "end_s": [s + 600 for s in start]}
    seen = {n: view({"created_s": [at("2024-08-05 08:00")] * 37, "closed_s": [None] * 37}, steps=steps, smallest=n) for n in (1, 8)}
    frame = complaints.hops(seen[1])
    assert frame["count"].tolist() == [30, 3, 4, 0, 0] and frame["mean_hops"].iloc[0] == pytest.approx(11 / 37)
    quiet = complaints.hops(seen[8])
    assert quiet["mean_hops"].isna().all() and set(quiet["mean_hops_missing"]) == {"untold"} and quiet["back"].notna().all()
    assert (
        "平均转手" not in say(told(quiet, "hops"), language="zh").text
        and "又回到经手过的部门" in say(told(quiet, "hops"), language="zh").text
    )


def test_only_the_named_steps_are_in_a_departments_hands():
    """Of 办理 alone o0 goes from 乙 to 甲: one hop, and not back; the others were never handled."""
    frame = complaints.hops(view(one(closed_s=[None] * 3), steps=STEPS, handling=["办理"])).set_index("hops")
    assert list(frame["count"]) == [0, 1, 0, 0, 0] and frame["back"].iloc[0] == 0
    with pytest.raises(BadParams) as wrong:
        complaints.hops(view(one(closed_s=[None] * 3), steps=STEPS, handling=["办理中"]))
    assert str(wrong.value) == "complaints › handling › no handover has the step '办理中'. Did you mean '办理'?"


def passed(first: str, *, orders: int = 40) -> dict[str, list]:
    """Orders that the centre takes in (or a department does), one of two departments has, and the centre looks at last."""
    rows = [
        (f"o{i}", step, place, at("2024-08-05 09:00") + 600 * n)
        for i in range(orders)
        for n, (step, place) in enumerate((("受理", first), ("办理", "甲乙"[i % 2]), ("审核", "中心")))
    ]
    order, step, department, start = (list(part) for part in zip(*rows, strict=True))
    return {"order_id": order, "step": step, "department": department, "start_s": start, "end_s": [s + 600 for s in start]}


def test_the_office_that_takes_orders_in_and_looks_at_them_last_is_no_hop():
    """All 40 go centre, department, centre: 2 hops each and all of them back would be said of orders of which no department passed one on."""
    created = {"created_s": [at("2024-08-05 08:00")] * 40, "closed_s": [None] * 40}
    with pytest.raises(DataRefused) as refused:
        complaints.hops(view(created, steps=passed("中心")))
    assert (
        str(refused.value)
        == "complaints › handling › one office begins and ends most orders. Name the steps in which a department has the order."
    )
    named = complaints.hops(view(created, steps=passed("中心"), handling=["办理"]))
    assert named["count"].tolist() == [40, 0, 0, 0, 0] and named["back"].iloc[0] == 0
    other = complaints.hops(view(created, steps=passed("丙")))
    assert other["count"].tolist() == [0, 0, 40, 0, 0] and other["back"].iloc[0] == 0


def test_steps_have_their_durations():
    frame = complaints.steps(view(one(closed_s=[None] * 3), steps=STEPS)).set_index("step")
    assert (frame.loc["派单", "handovers"], frame.loc["派单", "median_hours"]) == (3, 2)
    assert (frame.loc["办理", "open"], frame.loc["办理", "median_hours"]) == (1, 4)


def test_no_handover_lasts_longer_than_its_order():
    """o0 is closed at 18:00: its last 办理, without an end, lasted at most 4 h, and its first one, had it lost its end, until the second began; o1 is open, and one begun after the closing says nothing."""
    steps = {c: [*v, *more] for (c, v), more in zip(STEPS.items(), (["o0", "o1"], ["回访", "办理"], ["甲", "乙"], [at("2024-08-05 20:00"), at("2024-08-05 11:00")], [None, None]), strict=True)}  # fmt: skip
    steps["end_s"][1] = None
    closed = [at("2024-08-05 18:00"), None, None]
    frame = complaints.steps(view(one(closed_s=closed), steps=steps)).set_index("step")
    assert frame.loc["办理", ["handovers", "open", "median_hours"]].tolist() == [3, 1, 4]  # 4 h, 4 h, and o1's that lasts
    assert frame.loc["回访", "open"] == 1
    assert handovers(view(one(closed_s=closed), steps=steps)).query("step == '办理'")["end_s"].dropna().tolist() == [at(f"2024-08-05 {h}:00") for h in (14, 18)]  # fmt: skip


# ---- states


def test_empty_single_and_all_open_months():
    empty = view({"created_s": [at("2024-07-05 09:00")] * 40, "closed_s": [None] * 40, "category_1": ["甲"] * 40})
    assert complaints.volume(empty).iloc[0]["count"] == 0
    assert set(complaints.timeliness(empty)["missing"]) == {"no orders"}
    assert say(told(complaints.overview(empty), "overview"), language="zh").text.startswith("本期没有诉求记录（上月40件）")
    same = view(spread("2024-08", {"甲": 50}))
    assert complaints.categories(same).iloc[1]["share"] == 1 and complaints.pareto(same)["cumulative"].iloc[-1] == 1
    open_ = view({**spread("2024-08", {"甲": 62}), "closed_s": [None] * 62})
    row = complaints.timeliness(open_).set_index("indicator").loc["resolution_48h"]
    assert (row["value"], row["open"]) == (0, 62) and complaints.backlog(open_).iloc[0]["open_after"] == 62
    assert complaints.durations(open_).iloc[-1]["missing"] == "not reached"


def test_a_month_without_records_is_no_fall_to_nothing():
    """An export that is not there must not read as a hundred per cent fewer."""
    seen = view(
        joined(spread("2024-06", {"供水": 60, "交通": 40}), spread("2024-08", {"供水": 60, "交通": 40})),
        month="2024-07",
        start="2024-06-01",
    )
    for table in ("overview", "categories"):
        frame = told(complaints.TABLES[table](seen), table, "2024-07")
        both = [say(frame, language=language).text for language in ("zh", "en")]
        assert both[0].startswith("本期没有诉求记录") and "是没有发生，还是没有导出，这里无从得知。" in both[0]
        assert both[1].startswith("No orders on record in this period") and not any("%" in text or "占比" in text for text in both)
    many = {"供水": 160, "交通": 140}  # so many that an empty day is a missing one
    gone = view(joined(spread("2024-06", many), spread("2024-08", many)), month="2024-07", start="2024-06-01")
    assert complaints.overview(gone).set_index("indicator").loc["received", "missing"] == "no orders"
    assert "（上月100件）" in say(told(complaints.TABLES["overview"](seen), "overview", "2024-07"), language="zh").text


def test_what_most_orders_lack_is_named_first():
    whole = spread("2024-08", {"供水": 30, "交通": 70})
    whole["category_1"] = [c if c == "供水" else None for c in whole["category_1"]]
    frame = told(complaints.TABLES["categories"](view(joined(spread("2024-07", {"供水": 60, "交通": 40}), whole))), "categories")
    assert "(none)" in frame.loc[frame["named"] == "named", "category"].tolist()
    assert "未填占比70.0%" in say(frame, language="zh").text


def test_what_is_not_judged_says_so_once():
    seen = view(joined(spread("2024-07", {"供水": 60}), spread("2024-08", {"供水": 190})))
    assert say(told(complaints.TABLES["overview"](seen), "overview"), language="zh").text.count("不判好坏") == 1


def test_refusals_word_for_word():
    seen = view(spread("2024-08", {"a": 10}))
    for table, sentence in (
        ("timeliness", "complaints › not available: needs responded_at."),
        ("backlog", "complaints › not available: needs closed_at or resolved_at."),
        ("departments", "complaints › not available: needs department."),
        ("durations", "complaints › not available: needs responded_at or resolved_at or closed_at."),
    ):
        with pytest.raises(DataRefused) as fault:
            complaints.TABLES[table](seen)
        assert str(fault.value) == sentence
    with pytest.raises(NoInput):
        complaints.steps(seen)
    with pytest.raises(BadParams) as wrong:
        complaints.timeliness(seen, resolution=["two days"])
    assert (
        str(wrong.value)
        == "study complaints › resolution › 'two days' is not a time limit; write hours as 24h and days as 5d (0d: the same day)."
    )


# ---- twelve months and more


def year(last: dict[str, int], seed: int = 3):
    rng = np.random.default_rng(seed)
    months = [f"2023-{m:02d}" for m in range(8, 13)] + [f"2024-{m:02d}" for m in range(1, 9)]
    counts = [{"甲": int(rng.poisson(200)), "乙": int(rng.poisson(300))} for _ in months[:-1]]
    return view(joined(*(spread(m, c) for m, c in zip(months, [*counts, last], strict=True))), start="2023-08-01")


def test_a_month_of_noise_says_nothing_changed_and_a_moved_one_names_the_category():
    quiet = complaints.categories(year({"甲": 205, "乙": 297}))
    assert set(quiet["state"]) <= {"inside"} and set(quiet["share_state"][1:]) <= {"inside"} and set(quiet["method"]) == {"chart"}
    assert quiet["share_state"][0] == "" and pd.isna(quiet["share_p"][0]), "all of all is no share that could move"
    moved = complaints.categories(year({"甲": 420, "乙": 300}))
    by = moved.set_index("category")
    assert by.loc["甲", "state"] == "outside" and by.loc["乙", "state"] == "inside"
    assert next(iter(moved.loc[moved["named"] == "named", "category"])) == "甲"
    assert "甲占比58.3%" in say(told(moved, "categories"), language="zh").text
    parts = complaints.change(year({"甲": 420, "乙": 300})).set_index("category")
    assert (
        parts.loc["甲", "growth"] + parts.loc["甲", "shift"] == pytest.approx(parts.loc["甲", "difference"])
        and parts.loc["甲", "shift"] > 0 > parts.loc["乙", "shift"]
    )


# ---- public data


def real(name: str, **asked):
    h = open_hotline(PARAMS / f"{name}.yaml", "all", progress=False)
    return lambda table, **more: h.study("complaints", table, strict=True, **more)


@needs("requests311")
def test_requests311():
    """66.9 and 78.6 % of all 4,969 are closed within 24 and 48 h; three of them were created behind the end of the data and are not in the figures."""
    ask = real("requests311")
    found = ask("timeliness").set_index("indicator")
    assert list((100 * found["numerator"] / 4969).round(1)) == [66.9, 78.6] and set(found["denominator"]) == {4966}
    assert list((100 * found["value"]).round(1)) == [67.2, 79.1] and list(found["open"]) == [274, 274]
    by = ask("timeliness", by="area")
    assert by.loc[by["indicator"] == "resolution_24h", "denominator"].sum() == 4966


@needs("complaints_cfpb")
def test_complaints_cfpb_by_channel():
    found = real("complaints_cfpb")("timeliness", by="channel").set_index(["channel", "indicator"])
    assert tuple(found.loc[("Web", "dispatch_0d"), ["numerator", "denominator"]]) == (75, 101)
    assert tuple(found.loc[("Web", "recorded"), ["numerator", "denominator"]]) == (94, 101)


@needs("petitions_zh")
def test_petitions_reply_times():
    ask = real("petitions")
    assert tuple(ask("timeliness").set_index("indicator").loc["response_7d", ["numerator", "denominator"]]) == (45, 120)
    assert ask("durations").iloc[0]["median"] / 24 == pytest.approx(10.1, abs=0.05)


@pytest.mark.slow  # 341,299 records
@needs("council_cases")
def test_council_cases():
    """Days only: the median of the closed is 7 days; 48 h is refused; the open ones among them make the median 9."""
    ask = real("council_cases")
    row = ask("durations").iloc[0]
    assert (row["counted_in"], row["done_median"], row["median"]) == ("days", 7, 9)
    assert ask("timeliness").set_index("indicator").loc["resolution_48h", "missing"] == "no clock time"
    with pytest.raises(DataRefused, match=r"no clock time\. The orders' times are dates, so 24h and 48h cannot be told"):
        ask("timeliness", options={"response": ["24h"], "resolution": ["48h"]})


def test_the_indicators_of_orders_by_department_by_hand():
    """Twenty orders a day of one department, two a day in five days of the other: every third order is resolved after its due time."""
    rows = [(f"2024-08-{day:02d} {8 + n % 10:02d}:{n:02d}", "甲") for day in range(1, 32) for n in range(20)]
    rows += [(f"2024-08-{day:02d} {hour}:30", "乙") for day in range(1, 6) for hour in ("09", "10")]
    created = [at(text) for text, _ in rows]
    done = [s + (90_000 if i % 3 == 0 else 80_000) for i, s in enumerate(created)]
    data = {"created_s": created, "local_s": created, "department": [name for _, name in rows], "due_s": [s + 86_400 for s in created], "resolved_s": done, "closed_s": done}  # fmt: skip
    seen = view(data)
    found = indicators.evaluate(seen, [seen.period], [catalogue.orders.RECEIVED, catalogue.orders.DUE], by="department")
    told = {(r.group, r.indicator): (r.numerator, r.denominator, round(r.value, 4)) for r in found.itertuples()}
    assert told == {  # the limit of the last day's orders lies beyond the data
        ("甲", "received"): (620, 31, 20.0),
        ("乙", "received"): (10, 31, 0.3226),  # days on which the hotline has orders, not those of the department
        ("甲", "due"): (400, 600, 0.6667),
        ("乙", "due"): (7, 10, 0.7),
    }


@pytest.mark.parametrize("of", ["due", "received", "resolution", "resolution_5x", "own"])
def test_a_mix_is_of_a_share_within_a_limit(of):
    created = [at(f"2024-0{month}-{day:02d} 09:00") for month in (7, 8) for day in range(1, 29)]
    data = {"created_s": created, "local_s": created, "category_1": ["甲"] * len(created), "resolved_s": [s + 3600 for s in created]}
    seen = view(data, resolution=["2d", "5d"])
    with pytest.raises(BadParams, match=f"complaints › mix › of › '{of}' is no share within a limit"):
        complaints.mix(seen, of=of)
    assert complaints.mix(seen, of="resolution_5d")["rate"].tolist() == [1, 1]


# ---- counts beside a period of which days are lost


def ten_a_day(*lost: str) -> dict[str, list]:
    """Ten orders a day from May to August 2024, half of them about water, but for some days or months."""
    days = [f"{d:%Y-%m-%d}" for d in pd.date_range("2024-05-01", "2024-08-31")]
    kept = [at(f"{day} 09:00") + n for day in days if not day.startswith(lost) for n in range(10)]
    return {"created_s": kept, "category_1": ["水", "电"] * (len(kept) // 2)}


@pytest.mark.parametrize(
    ("lost", "month", "difference", "before"),
    [
        ((), "2024-08", 0, 310),
        (("2024-07-1",), "2024-08", None, 210),  # the ten days of July that nobody recorded are no growth of August
        (("2024-07-1",), "2024-07", None, 300),
        (("2024-06",), "2024-08", 0, 310),
    ],
)
def test_what_lost_days_would_have_brought_is_no_change_of_count(lost, month, difference, before):
    """Per day nothing changed; the count changed by the days that have no records."""
    seen = view(ten_a_day(*lost), month=month, start="2024-05-01")
    row, kinds = complaints.overview(seen).iloc[0], complaints.categories(seen).iloc[0]
    found = [row["difference"], row["change_of_count"], kinds["difference"], kinds["change"]]
    assert all(pd.isna(x) for x in found) if difference is None else found == [difference] * 4
    assert row["change"] == pytest.approx(0) and kinds["a_day"] == pytest.approx(0) and row["previous"] == kinds["before"] == before
    if difference is None:
        with pytest.raises(DataRefused, match="half a month"):
            complaints.change(seen)


def test_a_quarter_after_one_without_its_last_month_is_told_by_the_day():
    """August is missing: 2024Q3 has 610 orders of 920; the next quarter's 920 are no 50.8 % more."""
    days = [f"{d:%Y-%m-%d}" for d in pd.date_range("2024-01-01", "2024-12-31") if d.month != 8]
    data = {"created_s": [at(f"{day} 09:00") + n for day in days for n in range(10)]}
    seen = view(data, start="2024-01-01", end="2025-01-01")
    row = complaints.overview(replace(seen, period=seen.calendar.named("2024Q4"))).iloc[0]
    assert (row["numerator"], row["previous"]) == (920, 610) and row["change"] == pytest.approx(0)
    assert pd.isna(row["difference"]) and pd.isna(row["change_of_count"])
