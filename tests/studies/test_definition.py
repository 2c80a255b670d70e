"""The same calls under other definitions: by hand, on three engines, and what must add up."""

from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
import pytest

from hotline_analysis.errors import DataRefused
from hotline_analysis.hotline import open_hotline
from hotline_analysis.show.forms import show
from hotline_analysis.studies import definition, window
from hotline_analysis.studies.definition import callers, clock, parts, published, waterfall
from hotline_analysis.words import Field
from tests.laws.strategies import HORIZON, random_hotline
from tests.real import PARAMS, needs
from tests.spec.cases import Case
from tests.spec.frames import ENGINES, columns, of_case, on, second, view
from tests.studies.hotlines import random_rows, view_of, view_of_world
from tests.worlds import world

# the worked example of methods.md 1: three callers, seven calls
SEVEN = Case(
    "seven", "三人七通", "Three callers, seven calls",
    (
        ("a", "03-01 09:00", 5, "供水", "张", "answered"), ("a", "03-01 10:30", 3, "供水", "李", "answered"), ("a", "03-01 23:30", 4, "交通", "王", "answered"),
        ("a", "03-02 00:10", 2, "供水", "张", "answered"), ("b", "03-01 12:00", 6, "交通", "李", "answered"), ("b", "03-04 11:59", 4, "交通", "张", "answered"),
        ("c", "03-01 08:00", 3, "社保", "王", "answered"),
    ),
)  # fmt: skip
BY_HAND = {
    "own": "3/7", "vba16": "1/7", "easemob_24h": "1/4", "easemob_168h": "2/3", "telecom_24h": "3/7", "telecom_four": "4/7", "unicom_2h": "2/7", "bpo_72h": "4/7",
    "genesys_7d": "4/7", "genesys_mcp_1d": "3/7", "genesys_mcp_7d": "4/7", "queuemetrics": "2/3", "kpi_mcp": "3/7", "calendar": "2/7", "same_168h": "3/7",
    "any_168h": "4/7", "one_and_done": "6/7", "problems": "4/7", "ni14": "7/3", "callers": "2/3",
    "capturi": "4/7", "cuic_recaller": "1/7", "skill_1h": "0/7", "skill_24h": "2/7", "skill_72h": "3/7", "skill_168h": "3/7", "skill_336h": "3/7", "skill_720h": "3/7",
    "caller_success": "0/3",
}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_published_definitions_by_hand(engine):
    found = published.panel(of_case(SEVEN, engine))
    assert {r.key: f"{r.numerator}/{r.denominator}" for r in found.itertuples()} == BY_HAND
    assert found["missing"].eq("").all()
    assert found.set_index("key").loc["ni14", "value"] == pytest.approx(7 / 3)


QUEUED = Case(
    "queued", "队列与转接", "Queues and transfers",
    (
        ("a", "03-01 09:00", 5, "供水", "张", "abandoned"), ("a", "03-01 09:14", 3, "供水", "李", "answered"),  # within 15 min: the same call, handed on
        ("a", "03-01 09:29", 3, "供水", "李", "answered"),  # at 15 min to the second: a repeat
        ("a", "03-08 09:29", 3, "交通", "李", "answered"),  # at 7 days to the second: none any more
        ("b", "03-01 10:00", 3, "供水", "张", "abandoned"), ("b", "03-01 11:00", 3, "供水", "张", "abandoned"), ("b", "03-15 10:00", 3, "供水", "张", None),
        ("c", "03-02 10:00", 3, "供水", "张", None), ("d", "03-02 10:00", 3, "供水", "张", "answered"), ("", "03-02 11:00", 3, "供水", "张", "abandoned"),
    ),
    more={"queue": ("水", "水", "路", "水", "水", "水", "水", None, "水", "水")},
)  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_rules_in_public_use_by_hand(engine):
    """Triggers: of a's three answered calls and d's one only the one at 09:14 has its next call after 15 min and within 7 days. Recalls: 09:14 follows 09:00 in
    one queue on one day, 11:00 follows 10:00; of eight calls with a queue. Same skill before, of answered calls: a's first by queue 水 is 09:14, and 8 March
    comes 7 days and 15 min later. Reached: a and d, not b; of c nobody knows.
    """
    found = published.panel(of_case(QUEUED, engine)).set_index("key")
    asked = ["capturi", "cuic_recaller", "skill_168h", "skill_336h", "caller_success"]
    assert {k: f"{found.loc[k, 'numerator']}/{found.loc[k, 'denominator']}" for k in asked} == {
        "capturi": "1/4", "cuic_recaller": "2/8", "skill_168h": "0/4", "skill_336h": "1/4", "caller_success": "1/3",
    }  # fmt: skip
    assert np.isnan(found.loc["caller_success", "fcr"]) and found["rules"].iloc[0] == found["fcr"].notna().sum()


def test_without_queue_or_issue_there_is_no_skill():
    data = {k: v for k, v in columns(SEVEN).items() if k != "issue_1"}
    found = published.panel(view(on("polars", data), {}, start_s=second("03-01 00:00"), end_s=second("03-20 00:00"))).set_index("key")
    assert found.loc[["cuic_recaller", "skill_24h"], "missing"].tolist() == ["not available: needs queue."] * 2


def test_every_published_definition_says_what_it_is():
    found = published.panel(of_case(SEVEN, "polars"))
    assert len(published.PANEL) >= 10
    assert found["hash"].is_unique or found.loc[found["hash"].duplicated(keep=False), "key"].isin(["telecom_24h", "own", "kpi_mcp"]).all()
    assert set(found["caveat"]) <= set(published.CAVEATS)
    assert (found.loc[found["direction"] == "look-back", "caveat"] != "").all()
    for row in found.itertuples():
        assert row.name_zh
        assert row.name_en
        assert row.line_zh.endswith("。")
        assert row.line_en.endswith(".")


def test_without_outcomes_a_rule_of_answered_calls_says_why_it_has_no_value():
    data = columns(SEVEN)
    del data["outcome"]
    seen = view(
        on("polars", data),
        {"index_scope": "all", "callback_scope": "all", "leave_out": "none"},
        start_s=second("03-01 00:00"),
        end_s=second("03-20 00:00"),
    )
    found = published.panel(seen).set_index("key")
    assert found.loc["telecom_24h", "missing"] == "the calls have no column outcome, which this definition needs."
    assert np.isnan(found.loc["telecom_24h", "value"])
    assert found.loc["own", "numerator"] == 3


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_three_engines_give_the_same_tables(seed):
    calls, orders = random_hotline(seed, 150)
    made = {}
    for engine in ENGINES:
        connection = duckdb.connect(config={"threads": 1}) if engine == "duckdb" else None
        tables = {"orders": on(engine, orders, connection)}
        seen = view(on(engine, calls, connection), {}, start_s=0, end_s=HORIZON, **tables)
        made[engine] = {name: make(seen) for name, make in definition.TABLES.items()}
    for name, frame in made["duckdb"].items():
        for engine in ("pandas", "polars"):
            pd.testing.assert_frame_equal(made[engine][name], frame, check_dtype=False, obj=f"{engine} {name}")


@pytest.mark.parametrize("seed", range(3))
def test_the_steps_of_the_waterfall_add_to_the_difference(seed):
    seen = view_of(random_rows(seed), engine="polars")
    for old in (None, {"match": "same", "chain": "first", "min_gap_seconds": 60}, {}):
        found = waterfall.waterfall(seen, old=old)
        steps = found.iloc[1:-1]["change"].sum()
        assert steps == pytest.approx(found["value"].iloc[-1] - found["value"].iloc[0], abs=1e-12)
        assert found["change"].iloc[-1] == pytest.approx(steps, abs=1e-12)
        assert found["hash"].iloc[-1] == seen.definition.but(windows_hours=[24]).hash
        km = window.rates(seen.but(windows_hours=[24])).set_index("follow_up").loc["km"]
        assert found["value"].iloc[-1] == pytest.approx(km["value"], abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_the_parts_add_to_the_whole_exactly(seed):
    seen = view_of(random_rows(seed), engine="polars")
    for hours in (24.0, 168.0):
        found = parts.parts(seen, window_hours=hours).set_index("part")
        own = found.drop(index="whole")
        naive = window.rates(seen.but(windows_hours=[hours])).set_index("follow_up").loc["naive"]
        assert own["calls"].sum() == own["seen"].sum() == found.loc["whole", "calls"] == naive["numerator"]
        assert (own["calls"] >= 0).all()
        assert own["share"].sum() == pytest.approx(1)
        assert list(found.loc["whole", ["low", "high"]]) == pytest.approx(list(naive[["low", "high"]]))  # one figure, one interval
        assert own.loc["background", "calls"] > 0


def test_a_part_that_was_not_seen_may_still_be_there():
    """None of n calls: the 95 % interval ends at z^2 / (n + z^2) (Wilson), not at 0."""
    found = parts.parts(view_of(random_rows(1), engine="polars"), window_hours=24.0)
    empty = found[found["calls"].eq(0) & found["missing"].eq("")]
    z2 = 1.959964**2
    assert len(empty) and (empty["low"] == 0).all()
    assert list(empty["high"]) == pytest.approx([z2 / (n + z2) for n in empty["denominator"]], abs=1e-4)


def test_four_in_seven_days_are_seen_across_the_ends_of_the_month():
    """a: two calls in the week before the month, two in its first days: its two calls of the month count, though the month holds only two.
    b: the same number of calls, eight days apart. c: two at the end, two in the week after. d: four in one day and one a fortnight later."""
    start, end, hour = 28 * 86400, 56 * 86400, 3600
    at = {
        1: [start - 50 * hour, start - 30 * hour, start + hour, start + 30 * hour],
        2: [start - 190 * hour, start - 30 * hour, start + hour, start + 30 * hour],
        3: [end - 30 * hour, end - hour, end + hour, end + 100 * hour],
        4: [start + 300 * hour, start + 301 * hour, start + 302 * hour, start + 303 * hour, start + 640 * hour],
    }
    rows = sorted((who, second, 0, "a", "answered") for who, seconds in at.items() for second in seconds)
    for engine in ENGINES:
        found = published.panel(view_of(rows, engine=engine)).set_index("key").loc["telecom_four"]
        assert (found["numerator"], found["denominator"]) == (2 + 0 + 2 + 4, 2 + 2 + 2 + 5)


def test_what_would_have_come_anyway_is_the_area_under_habit():
    """The figure of the month and the table of the parts say one share."""
    seen = view_of_world(world("heavy", 1, calls=2_000))
    away = parts.parts(seen).set_index("part").loc["background"]
    area = window.density(seen).iloc[-1]
    assert away["share"] == pytest.approx(1 - area["related_share"], abs=0.002)  # whole calls


PARTED = Case(
    "parted", "各组成", "One of each part",
    (
        ("a", "03-01 09:00", 0.1, "供水", "张", "answered"), ("a", "03-01 09:05", 3, "供水", "李", "answered"),  # dropped, then redialled
        ("b", "03-01 10:00", 3, "供水", "张", "answered"), ("b", "03-02 10:00", 3, "供水", "张", "answered"),  # a chase: the order is due on 3 March
        ("c", "03-01 10:00", 3, "供水", "张", "answered"), ("c", "03-02 09:00", 3, "供水", "张", "answered"),  # the same issue again
        ("d", "03-01 10:00", 3, "供水", "张", "answered"), ("d", "03-02 09:00", 3, "交通", "张", "answered"),  # another issue
        ("e", "03-01 10:00", 3, "供水", "张", "answered"), ("e", "03-02 09:00", 3, None, "张", "answered"),  # not known
        ("f", "03-01 10:00", 3, "供水", "张", "answered"), ("f", "03-03 08:30", 3, "供水", "张", "answered"),  # an outage from 8:00 to 9:00
    ),
    more={"talk_seconds": (6, *[180] * 11)},
    orders=(("w1", "b", "c2", "03-01 10:02", "03-03 00:00", None),),
)  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_the_parts_by_hand(engine):
    outage = (second("03-03 08:00"), second("03-03 09:00"))
    found = parts.parts(of_case(PARTED, engine), outages=[outage]).set_index("part")
    assert found["calls"].dropna().to_dict() == {
        "outage": 1,
        "dropped": 1,
        "chase": 1,
        "recurrence": 1,
        "other": 1,
        "unknown": 1,
        "whole": 6,
    }
    assert found["denominator"].eq(12).all()
    assert found.loc["background", "missing"] == "history"
    assert found.loc["chase", "missing"] == ""


def test_parts_that_cannot_be_told_say_why():
    found = parts.parts(of_case(SEVEN, "polars")).set_index("part")
    assert found["value"].notna().to_dict() == {p: p in ("recurrence", "other", "unknown", "whole") for p in parts.PARTS}
    found = found["missing"]
    assert found["chase"] == "not available: needs orders."
    assert found["outage"] == "not available: needs events of kind outage"
    assert found["dropped"] == "not available: needs talk_seconds"


def test_habit_alone_is_background():
    """Callers who call every week at the same minute: the week-shifted controls see the same, so nothing is problem-driven."""
    rows = [
        (c, (7 * week + c % 5) * 86400 + 3600 * (9 + c % 7) + 60 * c + part * 3 * 86400, 60, "a", "answered")
        for c in range(40)
        for week in range(10)
        for part in (0, 1)
    ]
    found = parts.parts(view_of(rows, engine="polars"), window_hours=80.0).set_index("part")
    assert found.loc["whole", "calls"] > 100
    assert found.loc["background", "share"] == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_unknown_callers_could_change(engine):
    case = Case("b", "", "", (*SEVEN.calls, (None, "03-01 09:00", 1, "供水", "张", "answered")))
    found = callers.bounds(of_case(case, engine, windows_hours=[24])).iloc[0]
    assert (found["denominator"], found["calls"]) == (7, 8)
    assert found["identified"] == pytest.approx(7 / 8)
    assert (found["bound_low"], found["bound_high"]) == pytest.approx((3 / 8, 3 / 8 + 2 * 1 / 8))  # it may repeat, and it may be a repeat
    assert found["unknown_callbacks"] == 1 and found["base"] == "answered"


@pytest.mark.parametrize("seed", range(3))
def test_the_bounds_hold_the_printed_rate(seed):
    found = callers.bounds(view_of(random_rows(seed), engine="polars"))
    assert (found["bound_low"] <= found["value"] + 1e-12).all()
    assert (found["value"] <= found["bound_high"] + 1e-12).all()
    s, u = found["identified"], found["unknown_callbacks"] / found["calls"]
    assert found["bound_high"].to_numpy() == pytest.approx(np.minimum(found["value"] * s + (1 - s) + u, 1))


@pytest.mark.parametrize("seed", range(6))
def test_the_bounds_hold_the_rate_that_nobody_can_see(seed):
    """Every caller is known; then calls are made anonymous at random, whoever makes them: the bounds hold what was counted before."""
    rng, rows = np.random.default_rng(seed), [row for row in random_rows(seed, n=300) if row[0] is not None]
    hidden = [(None if u < 0.4 else who, *rest) for u, (who, *rest) in zip(rng.random(len(rows)), rows, strict=True)]
    true, told = (callers.bounds(view_of(part, engine="polars", follow_up="naive")) for part in (rows, hidden))
    assert (told["bound_low"] <= true["value"] + 1e-12).all() and (true["value"] <= told["bound_high"] + 1e-12).all()
    assert (told["value"] < true["value"]).any()


@pytest.mark.parametrize("engine", ENGINES)
def test_the_rate_under_each_key(engine):
    more = {"caller_person": (7, 7, None, None, 8, 8, 9), "caller_phone": (1, 2, 1, 1, 3, 4, 5)}
    found = callers.identities(of_case(Case("i", "", "", SEVEN.calls, more=more), engine)).set_index("key")
    assert found["numerator"].drop("code").to_dict() == {"caller": 3, "phone": 2, "person": 1, "phone,person": 2, "person,phone": 2}
    assert found["denominator"].drop("code").to_dict() == {"caller": 7, "phone": 7, "person": 5, "phone,person": 7, "person,phone": 7}
    assert found.loc["person", "identified"] == pytest.approx(5 / 7)
    assert found.loc["code", "missing"] == "not available: needs caller_code"


@pytest.mark.parametrize("engine", ENGINES)
def test_with_and_without_heavy_callers(engine):
    found = callers.heavy(of_case(SEVEN, engine), calls_a_month=3, top_share=0.4).set_index("left_out")
    assert found.loc["", ["callers", "calls", "numerator", "denominator"]].tolist() == [0, 0, 3, 7]
    assert found.loc["switchboards", ["callers", "calls", "numerator", "denominator"]].tolist() == [1, 4, 0, 3]
    assert found.loc["top", ["callers", "calls", "numerator", "denominator"]].tolist() == [1, 4, 0, 3]


def test_the_title_of_the_few_says_what_the_figures_do():
    """“剔除0个来电最多的号码，从10.7%降到10.7%”，曾是这样的标题。"""
    for more, smallest, title in (
        ({"calls_a_month": 3}, 1, "剔除1个来电最多的号码，24小时复电率由42.9%变为0.0%"),
        ({"calls_a_month": 60, "top_share": 0.0}, 1, "没有来电特别多的号码可剔除，24小时复电率42.9%"),
        ({"calls_a_month": 3}, 8, "剔除的号码太少，剔除后的复电率不列"),
    ):
        frame = callers.heavy(replace(of_case(SEVEN, "duckdb"), smallest=smallest), **{"top_share": 0.4, **more})
        fields = {c: f.as_dict() for c, f in definition.COLUMNS.items() if isinstance(f, Field)}
        frame.attrs = {
            "study": "definition",
            "table": "heavy",
            "fields": fields,
            "language": "zh",
            "period": {"label": "x", "zh": "x", "en": "x"},
        }
        assert show(frame).text.startswith(title), show(frame).text


def test_what_one_caller_lifts_the_rate_by_is_not_told():
    """剔除的只有一人：剔除前后之差就是他的来电。"""
    found = callers.heavy(replace(of_case(SEVEN, "duckdb"), smallest=8), calls_a_month=3, top_share=0.4).set_index("left_out")
    assert found.loc["", ["callers", "numerator", "denominator"]].tolist() == [0, 3, 7]
    assert (
        found.loc[["switchboards", "top", "both"], ["callers", "calls", "share", "numerator", "denominator", "value"]].isna().all(axis=None)
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_the_calendar_day_by_hour(engine):
    found = clock.hours(of_case(SEVEN, engine)).set_index("hour")
    seen = found.loc[[8, 9, 10, 12, 23], ["calls", "calendar_numerator", "rolling_numerator"]]
    assert seen.to_numpy().tolist() == [[1, 0, 0], [1, 1, 1], [1, 1, 1], [1, 0, 0], [1, 0, 1]]
    assert found["calls"].sum() == 7


@pytest.mark.parametrize("seed", range(4))
def test_the_calendar_day_is_never_more_than_rolling_24_hours(seed):
    found = clock.hours(view_of(random_rows(seed), engine="polars", clock="start"))
    assert (found["calendar_numerator"] <= found["rolling_numerator"]).all()


def test_chases_are_refused_where_nothing_tells_them():
    with pytest.raises(DataRefused, match="needs orders"):
        window.rates(of_case(SEVEN, "polars", open_orders="apart"))


@pytest.fixture(scope="module")
def bank():
    return open_hotline(PARAMS / "bank1999.yaml", "1999-05", progress=False)


@needs("bank1999")
class TestBank:
    """May of the 1999 bank, answered calls, from end to start (methods 1)."""

    RULE = {"index_scope": "answered", "callback_scope": "answered", "clock": "end", "look_ahead": False, "follow_up": "naive"}

    def test_calendar_days_reward_late_shifts(self, bank):
        found = bank.study("definition", "hours", options={"band_hours": 2}, **self.RULE).set_index("hour")
        whole = found[["calls", "calendar_numerator", "rolling_numerator"]].sum()
        assert round(100 * whole["calendar_numerator"] / whole["calls"], 1) == 36.2
        assert round(100 * whole["rolling_numerator"] / whole["calls"], 1) == 47.2
        late = found.loc[22]
        assert (round(100 * late["calendar_numerator"] / late["calls"], 1), round(100 * late["rolling_numerator"] / late["calls"], 1)) == (
            9.2,
            39.2,
        )

    def test_unknown_callers_and_heavy_ones(self, bank):
        found = bank.study("definition", "bounds", **{**self.RULE, "windows_hours": [24]}).iloc[0]
        assert round(100 * found["value"], 1) == 47.2
        assert round(100 * (1 - found["identified"]), 1) == 42.6
        assert round(100 * found["bound_low"], 1) == 27.1
        heavy = bank.study("definition", "heavy", **self.RULE).set_index("left_out")
        assert heavy.loc["", "denominator"] == 17_184
        assert heavy.loc["top", "callers"] == 43
        assert heavy.loc["top", "value"] < 0.36

    def test_the_definitions_lie_far_apart(self, bank):
        found = bank.study("definition", "panel").set_index("key")
        assert found["missing"].eq("").all()
        assert found["fcr"].min() < 0.25
        assert found["fcr"].max() > 0.75
        assert found.loc["callers", "denominator"] == 4_387


OWN = (
    {"direction": "look-back"},
    {"match": "target", "targets": "a"},
    {"chain": "cluster"},
    {"mode": "calendar", "cut_hour": 12},
    {"match": "same", "outbound": "reset"},
)


@pytest.mark.parametrize("own", OWN, ids=str)
def test_every_table_is_made_whatever_the_hotlines_own_rule(own):
    seen = view_of(random_rows(1), engine="polars", **own)
    for name, make in definition.TABLES.items():
        assert len(make(seen)), name


def test_a_month_without_calls_has_tables_without_figures():
    seen = view_of([], engine="polars")
    for name, make in definition.TABLES.items():
        frame = make(seen)
        assert "value" not in frame or frame["value"].isna().all(), name
