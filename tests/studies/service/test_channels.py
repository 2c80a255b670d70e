"""Channels, repeats across them, self-service and marketing: by hand and by the slow loop."""

from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import stats

from hotline_analysis.errors import DataRefused, NoInput
from hotline_analysis.measures.frames import lazy
from hotline_analysis.show.forms import say, show
from hotline_analysis.studies.service import channels
from tests.spec.frames import ENGINES
from tests.studies.service.service_calls import at, told, view


def rows() -> list[dict]:
    """60 callers by telephone, 40 by chat; 30 of the first call again by telephone after a day, 10 of them and 20 of the others by the other channel."""
    made = []
    for k in range(100):
        first = "电话" if k < 60 else "微信"
        made.append(
            {
                "at": f"2024-09-{2 + k % 10:02d} 10:{k % 60:02d}",
                "caller": k,
                "channel": first,
                "talk_seconds": 100 + k,
                "outcome": "answered",
            }
        )
        again = "电话" if k < 30 else "微信" if k < 40 else "电话" if 60 <= k < 80 else ""
        if again:
            made.append(
                {
                    "at": f"2024-09-{3 + k % 10:02d} 10:{k % 60:02d}",
                    "caller": k,
                    "channel": again,
                    "talk_seconds": 50,
                    "outcome": "answered",
                }
            )
    return [*made, {"at": "2024-09-05 09:00", "caller": None, "channel": None, "outcome": "abandoned"}]


ROWS = rows()


def test_channels_by_hand():
    """电话60+30+20=110通，微信40+10=50通，一通没有渠道；接通的110通里再来40通。"""
    frame = channels.channels(view(ROWS)).set_index("channel")
    assert frame["count"].to_dict() == {"电话": 110, "微信": 50, "(none)": 1}
    assert (
        frame.loc["电话", "value"] == pytest.approx(110 / 161)
        and frame.loc["电话", "answered"] == 1
        and frame.loc["(none)", "answered"] == 0
    )
    assert frame.loc["电话", ["again_numerator", "again_denominator"]].tolist() == [40, 110]
    assert frame.loc["微信", ["again_numerator", "again_denominator"]].tolist() == [20, 50]
    assert frame.loc["微信", "talk"] == pytest.approx(np.mean([*range(160, 200), *[50] * 10]))
    assert say(told(frame.reset_index(), "channels"), language="zh").text == "最多的渠道是电话，占68.3%。"


def test_the_last_days_are_not_taken_as_not_repeated():
    late = [{"at": "2024-09-29 10:00", "caller": 500 + k, "channel": "电话", "outcome": "answered"} for k in range(20)]
    frame = channels.channels(view(ROWS + late)).set_index("channel")
    assert frame.loc["电话", "count"] == 130 and frame.loc["电话", "again_denominator"] == 110


@pytest.mark.parametrize("engine", ENGINES)
def test_where_the_next_call_comes_from(engine):
    """电话来的110通：30通又打电话，10通换微信；微信来的50通：20通换电话。"""
    frame = channels.flow(view(ROWS, engine=engine)).set_index(["channel", "next_channel"])
    assert frame.loc[("电话", "电话"), ["numerator", "denominator"]].tolist() == [30, 110]
    assert frame.loc[("电话", "微信"), ["numerator", "denominator"]].tolist() == [10, 110]
    assert frame.loc[("微信", "电话"), ["numerator", "denominator"]].tolist() == [20, 50] and frame.loc[("微信", "微信"), "numerator"] == 0
    assert frame.loc[("电话", "微信"), "of_repeats"] == pytest.approx(10 / 40) and frame.loc[("电话", "微信"), "mix"] == pytest.approx(
        50 / 160
    )
    assert frame["switched_share"].iloc[0] == pytest.approx(30 / 60) and frame["repeats"].iloc[0] == 60
    assert frame["said"].iloc[0] == "few", "under 200 repeats no share is said"


def test_the_flow_against_the_slow_loop():
    rng = np.random.default_rng(3)
    table = [
        {"at": str(pd.Timestamp("2024-09-01") + pd.Timedelta(minutes=int(m)))[:16], "caller": int(c), "channel": str(ch), "outcome": "answered"}
        for m, c, ch in zip(np.sort(rng.choice(30 * 1440, 900, replace=False)), rng.integers(0, 60, 900), rng.choice(["电话", "微信", "网页"], 900, p=[0.6, 0.3, 0.1]), strict=True)
    ]  # fmt: skip
    frame, slow, window = channels.flow(view(table, rule={"clock": "start"})), {}, 72 * 3600
    for i, one in enumerate(table):
        if at("2024-10-01") - at(one["at"]) >= window:
            later = next((o for o in table[i + 1 :] if o["caller"] == one["caller"]), None)
            k, n = slow.get(one["channel"], ({}, 0))
            if later and at(later["at"]) - at(one["at"]) <= window:
                k = {**k, later["channel"]: k.get(later["channel"], 0) + 1}
            slow[one["channel"]] = (k, n + 1)
    for row in frame.itertuples():
        assert (row.numerator, row.denominator) == (slow[row.channel][0].get(row.next_channel, 0), slow[row.channel][1])
    assert frame["said"].iloc[0] == "some" and "换了渠道" in say(told(frame, "channel_flow"), language="zh").text
    assert frame.groupby("channel")["of_repeats"].sum().to_numpy() == pytest.approx(np.ones(3))


def test_one_channel_has_no_flow():
    frame = channels.flow(view([{**row, "channel": "电话"} for row in ROWS]))
    assert show(told(frame, "channel_flow"), language="zh").text == "来电都经同一个渠道。"
    with pytest.raises(DataRefused):
        channels.channels(view(ROWS, without=("channel",)))


@pytest.mark.parametrize("engine", ENGINES)
def test_who_chats_and_then_telephones(engine):
    """甲会话后一小时来电，再一小时又来电；乙来电后会话；丙会话后无下文；不明来访人不计；月末没看满的不计。"""
    rows = [
        {"at": "2024-09-03 10:00", "caller": 1, "outcome": "answered"},
        {"at": "2024-09-03 11:00", "caller": 1, "outcome": "answered"},
        {"at": "2024-09-05 09:00", "caller": 2, "outcome": "answered"},
    ]
    sessions = [
        (1, "2024-09-03 09:00"),
        (2, "2024-09-05 12:00"),
        (3, "2024-09-06 12:00"),
        (None, "2024-09-03 09:30"),
        (1, "2024-09-30 12:00"),
    ]
    given = {
        "session_id": [f"s{n}" for n in range(5)],
        "seq": list(range(5)),
        "caller": [c for c, _ in sessions],
        "opened_s": [at(t) for _, t in sessions],
    }
    held = view(rows, engine=engine)
    held = replace(held, tables={**held.tables, "sessions": lazy(pl.DataFrame({**given, "served_by": ["agent"] * 5}))})
    frame = channels.contact_flow(held).set_index(["channel", "next_channel"])
    parts = frame[["numerator", "denominator"]].to_numpy().tolist()
    assert dict(zip(frame.index, parts, strict=True)) == {
        ("(call)", "(call)"): [1, 3], ("(call)", "(chat)"): [1, 3], ("(chat)", "(call)"): [1, 3], ("(chat)", "(chat)"): [0, 3],
    }  # fmt: skip
    with pytest.raises(NoInput):
        channels.contact_flow(view(rows))


def test_what_switched_in_all_does_not_tell_a_small_pair():
    """电话110通中3通换微信，微信50通中20通换电话：说出共23通换了渠道，就说出了那3通。"""
    small = [row for n, row in enumerate(ROWS) if not (row["channel"] == "微信" and n % 7 and row["caller"] < 50)]
    frame = channels.flow(view(small, smallest=8))
    hidden = frame["numerator"].isna()
    assert hidden.sum() >= 2 and frame["switched_share"].isna().all() and set(frame["said"]) == {"few"}


# ---- month figures typed in


def beside(rows: list[dict], given: dict[str, list], **more):
    """Calls with typed figures beside them."""
    held = view(rows, engine="polars", **more)
    kinds = {"indicator": pl.String, "unit": pl.String, "seq": pl.Int64, "month_s": pl.Int64}
    frame = pl.DataFrame(given, schema={name: kinds.get(name, pl.Float64) for name in given})
    return replace(held, tables={**held.tables, "aggregates": lazy(frame)})


def typed(**of: list[tuple]) -> dict[str, list]:
    """Typed figures by indicator: (month, numerator, denominator, value, unit)."""
    made = [(name, *row) for name, given in of.items() for row in given]
    return {
        "seq": list(range(len(made))), "indicator": [r[0] for r in made], "month_s": [at(f"{r[1]}-01") for r in made],
        "numerator": [r[2] for r in made], "denominator": [r[3] for r in made], "value": [r[4] for r in made], "unit": [r[5] for r in made],
    }  # fmt: skip


def months(calls_a_day: list[int]) -> list[dict]:
    return [
        {"at": f"2024-{m:02d}-{d:02d} {10 + k}:00", "outcome": "answered"}
        for m, n in enumerate(calls_a_day, start=1)
        for d in range(1, pd.Period(f"2024-{m:02d}").days_in_month + 1)
        for k in range(n)
    ]


def test_self_service_beside_calls():
    calls, uses = [6, 5, 5, 4, 4, 3, 3, 2, 2], [100, 300, 200, 500, 400, 700, 600, 900, 800]
    given = typed(self_service=[(f"2024-{m:02d}", None, None, u, None) for m, u in enumerate(uses, start=1)])
    frame = channels.self_service(beside(months(calls), given, start="2024-01-01"))
    assert frame["contacts"].tolist() == [n * pd.Period(f"2024-{m:02d}").days_in_month for m, n in enumerate(calls, start=1)]
    assert frame["per_contact"].iloc[0] == pytest.approx(100 / 186)
    assert frame["rho"].iloc[0] == pytest.approx(stats.spearmanr(uses, frame["contacts"]).statistic)
    assert frame["rho_changes"].iloc[0] == pytest.approx(stats.spearmanr(np.diff(uses), np.diff(frame["contacts"])).statistic)
    bare = {
        name: cells for name, cells in given.items() if name in ("seq", "indicator", "month_s", "value")
    }  # as a file that gives values alone
    pd.testing.assert_frame_equal(channels.self_service(beside(months(calls), bare, start="2024-01-01")), frame)
    zh = say(told(frame, "self_service"), language="zh").text
    assert zh.startswith("9个月里，自助使用与来电量的秩相关为−0.9") and zh.endswith("只是相关，不说明自助分流了来电。")


def test_few_months_and_no_months():
    given = typed(self_service=[("2024-08", None, None, 100, None), ("2024-09", 120, None, None, None), ("2024-12", None, None, 5, None)])
    frame = channels.self_service(beside(months([1] * 9), given, start="2024-01-01"))
    assert frame["uses"].tolist() == [100, 120] and np.isnan(frame["rho"]).all()
    assert say(told(frame, "self_service"), language="en").text == "Self-service uses are known of 2 months only: no correlation is given."
    with pytest.raises(NoInput):
        channels.self_service(view(ROWS))
    with pytest.raises(DataRefused):
        channels.self_service(beside(ROWS, typed(other=[("2024-09", 1, 2, None, None)])))


def test_units_are_added_unless_the_whole_is_given():
    units = [("2024-09", 30, 40, None, "一班"), ("2024-09", 20, 60, None, "二班")]
    frame = channels.marketing(beside(ROWS, typed(marketing_completion=units)))
    assert frame[["numerator", "denominator", "value"]].to_numpy().tolist() == [[50, 100, 0.5]]
    whole = channels.marketing(beside(ROWS, typed(marketing_completion=[*units, ("2024-09", 45, 100, None, None)])))
    assert whole["value"].tolist() == [0.45]
    bare = channels.marketing(beside(ROWS, typed(channel_conversion=[("2024-09", None, None, 0.03, None)])))
    assert bare["value"].tolist() == [0.03] and "渠道有效转化率" in show(told(bare, "marketing"), language="zh").text


def test_a_whole_figure_stands_for_its_own_month_and_indicator_alone():
    """八月只有两班的数，相加；九月另有全中心的数，用它；转化率只按全中心填，与完成率各不相干。"""
    units = [
        ("2024-08", 30, 40, None, "一班"),
        ("2024-08", 20, 60, None, "二班"),
        ("2024-09", 30, 40, None, "一班"),
        ("2024-09", 45, 90, None, None),
    ]
    whole = [("2024-07", 3, 100, None, None), ("2024-09", 4, 100, None, None)]
    frame = channels.marketing(beside(ROWS, typed(marketing_completion=units, channel_conversion=whole)))
    assert frame[["indicator", "month", "numerator", "denominator"]].to_numpy().tolist() == [
        ["channel_conversion", "2024-07", 3, 100], ["channel_conversion", "2024-09", 4, 100],
        ["marketing_completion", "2024-08", 50, 100], ["marketing_completion", "2024-09", 45, 90],
    ]  # fmt: skip
    uses = typed(
        self_service=[("2024-08", 500, None, None, "一班"), ("2024-08", 300, None, None, "二班"), ("2024-09", 1000, None, None, None)]
    )
    assert channels.self_service(beside(months([1] * 9), uses, start="2024-01-01"))["uses"].tolist() == [800, 1000]
