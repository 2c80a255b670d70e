"""The indicators: parts by hand, nothing invented where a column or a base is missing, and verdicts that tell chance from change."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from hotline_analysis import findings
from hotline_analysis.measures import indicators
from hotline_analysis.measures.indicators import BY_KEY, CATALOGUE, compare, evaluate
from hotline_analysis.measures.periods import Period
from tests.spec.frames import ENGINES, on, view

DAY = 86400
MAY, JUNE = (
    Period(name, n * 100 * DAY, (n + 1) * 100 * DAY, date(2024, 5, 1), date(2024, 5, 31)) for n, name in enumerate(("2024-05", "2024-06"))
)


def calls(rows: list[tuple]) -> dict[str, list]:
    """(caller, start_s, outcome, queue_seconds, talk_seconds)"""
    return {
        "seq": list(range(len(rows))),
        "start_s": [r[1] for r in rows],
        "local_s": [r[1] for r in rows],
        "end_s": [r[1] + (r[3] or 0) + (r[4] or 0) for r in rows],
        "caller": [r[0] for r in rows],
        "caller_group": [None if r[0] is None else r[0] % 100 for r in rows],
        "outcome": [r[2] for r in rows],
        "queue_seconds": [r[3] for r in rows],
        "talk_seconds": [r[4] for r in rows],
    }


SIX = [
    (1, 0, "answered", 10, 100),
    (1, 3600, "answered", 30, 50),
    (2, 7200, "abandoned", 60, 0),
    (None, 8000, "answered", 20, 60),
    (3, 9000, "test", 0, 0),
    (4, 3 * DAY, "answered", 0, 90),
]


def frame_of(rows, engine="pandas", drop=(), periods=(MAY,), **options) -> pd.DataFrame:
    data = {k: v for k, v in calls(rows).items() if k not in drop}
    whole = on_numbers(engine, data)
    return evaluate(view(whole, {}, start_s=0, end_s=200 * DAY), list(periods), **options)


def on_numbers(engine, data):
    import polars as pl

    numbers = {k: [None if x is None else float(x) for x in v] if k in ("queue_seconds", "talk_seconds") else v for k, v in data.items()}
    if engine == "polars":
        from hotline_analysis.measures.frames import lazy

        return lazy(pl.DataFrame(data))
    plain = {k: v for k, v in numbers.items() if k not in ("queue_seconds", "talk_seconds")}
    frame = on(engine, plain)
    import narwhals.stable.v2 as nw

    for name in ("queue_seconds", "talk_seconds"):
        if name in data:
            expression = nw.lit(0)
            for n, value in enumerate(data[name]):
                expression = nw.when(nw.col("seq") == n).then(nw.lit(value, nw.Float64)).otherwise(expression)
            frame = frame.with_columns(expression.alias(name))
    return frame


@pytest.mark.parametrize("engine", ENGINES)
def test_parts_by_hand(engine):
    found = frame_of(SIX, engine).set_index("indicator")
    parts = {k: (r.numerator, None if pd.isna(r.denominator) else r.denominator) for k, r in found.iterrows()}
    assert parts == {
        "offered": (5, None),
        "connection_rate": (4, 5),
        "abandonment_rate": (1, 5),
        "service_level_20s": (3, 5),
        "asa_seconds": (60, 4),
        "talk_seconds": (300, 4),
        "repeat_rate_24h": (1, 3),
        "identified_share": (4, 5),
    }
    assert found.loc["asa_seconds", "value"] == 15.0


def test_a_missing_column_is_said_and_never_zero():
    found = frame_of(SIX, drop=("queue_seconds",)).set_index("indicator")
    row = found.loc["asa_seconds"]
    assert row["missing"] == "not available: needs queue_seconds"
    assert np.isnan(row["value"])
    assert findings.why_missing(row["missing"]).zh == "未提供：排队时长"
    assert found.loc["connection_rate", "missing"] == ""


@pytest.mark.parametrize("engine", ENGINES)
def test_means_and_levels_are_of_known_durations_only(engine):
    """Waits 10, 30, unknown, unknown and one below 0 of five answered calls; one abandoned. Talk 100, 50, unknown, 90, 60."""
    rows = [(1, 0, "answered", 10, 100), (2, 10, "answered", 30, 50), (3, 20, "answered", None, None), (4, 30, "answered", None, 90)]
    rows += [(5, 40, "answered", -4, 60), (6, 50, "abandoned", None, None)]
    found = frame_of(rows, engine).set_index("indicator")
    parts = {k: (found.loc[k, "numerator"], found.loc[k, "denominator"]) for k in ("service_level_20s", "asa_seconds", "talk_seconds")}
    assert parts == {"service_level_20s": (1, 3), "asa_seconds": (40, 2), "talk_seconds": (300, 4)}
    assert (found.loc["asa_seconds", "value"], found.loc["talk_seconds", "value"]) == (20, 75)


@pytest.mark.parametrize("engine", ENGINES)
def test_durations_of_which_none_is_known_are_missing_and_never_zero(engine):
    found = frame_of([(1, 0, "answered", None, None), (2, 10, "answered", None, None), (3, 20, "abandoned", None, None)], engine)
    found = found.set_index("indicator")
    for key in ("service_level_20s", "asa_seconds", "talk_seconds"):
        assert np.isnan(found.loc[key, "value"]) and found.loc[key, "missing"] == "no known durations"
    assert findings.why_missing("no known durations").zh == "时长均未能读出" and found.loc["connection_rate", "value"] == 2 / 3


def test_a_level_without_an_answered_call_is_zero_not_missing():
    found = frame_of([(1, 0, "abandoned", 5, 0), (2, 9, "abandoned", 7, 0)]).set_index("indicator")
    assert found.loc["service_level_20s", "value"] == 0.0 and found.loc["service_level_20s", "missing"] == ""


def test_an_empty_base_gives_none_and_never_zero():
    found = frame_of([(1, 0, "abandoned", 5, 0)]).set_index("indicator")
    assert np.isnan(found.loc["asa_seconds", "value"])
    assert found.loc["connection_rate", "value"] == 0.0


def test_a_month_without_a_call_is_judged_few():
    found = compare(frame_of(SIX, periods=(MAY, JUNE)), "2024-05", "2024-04")
    assert set(found["judgement"]) == {"few"}


def many(n: int, answered: int, start: int) -> list[tuple]:
    return [(10_000 + start + i, start + i * 60, "answered" if i < answered else "abandoned", 5, 60) for i in range(n)]


@pytest.mark.parametrize(("n", "judgement"), [(1000, "none"), (3000, "better")])
def test_two_points_more_is_a_change_only_with_enough_calls(n, judgement):
    """T5: 90 % against 88 %. With 1,000 calls each p = .153, with 3,000 each p = .013."""
    rows = many(n, round(0.88 * n), 0) + many(n, round(0.9 * n), 100 * DAY)
    data = calls(rows)
    from hotline_analysis.measures.frames import lazy

    seen = view(lazy(pd.DataFrame(data)), {}, start_s=0, end_s=200 * DAY)
    found = compare(evaluate(seen, [MAY, JUNE], [BY_KEY["connection_rate"]]), "2024-06", "2024-05").iloc[0]
    assert (found["judgement"], found["method"]) == (judgement, "two periods")
    zh = findings.sentence(found, "zh")
    said = {"none": "没有证据表明有变化", "better": "变好（两期比较）"}[judgement]
    assert zh == f"接通率90.0%，较上月+2.0个百分点，{said}。"


def months(values: list[float], key: str = "connection_rate") -> pd.DataFrame:
    rows = []
    for n, v in enumerate(values):
        row = {
            "indicator": key,
            "period": f"{2023 + n // 12}-{n % 12 + 1:02d}",
            "group": "",
            "numerator": v * 1000,
            "denominator": 1000,
            "value": v,
        }
        rows.append({**row, "low": v - 0.004, "high": v + 0.004, "se": 0.002, "calls": 1000, "missing": ""})
    return pd.DataFrame(rows)


STEADY = [0.93, 0.94, 0.93, 0.94, 0.93, 0.94, 0.93, 0.94, 0.93, 0.94, 0.93]


def test_with_twelve_months_the_control_chart_decides():
    inside = compare(months([*STEADY, 0.935]), "2023-12", "2023-11").iloc[0]
    outside = compare(months([*STEADY, 0.85]), "2023-12", "2023-11").iloc[0]
    assert (inside["judgement"], inside["method"]) == ("none", "chart")
    assert (outside["judgement"], outside["method"], outside["rule"]) == ("worse", "chart", "outside")


def test_neither_way_is_good_for_volumes_and_lower_is_better_for_abandonment():
    drop = [*STEADY, 0.85]
    assert compare(months(drop, "talk_seconds"), "2023-12", "2023-11").iloc[0]["judgement"] == "less"
    assert compare(months(drop, "abandonment_rate"), "2023-12", "2023-11").iloc[0]["judgement"] == "better"


def test_capability_stands_beside_a_target():
    rows = months([*STEADY, 0.935])
    said = {t: compare(rows, "2023-12", "2023-11", targets={"connection_rate": t}).iloc[0]["capability"] for t in (0.85, 0.935, 0.99)}
    assert said == {0.85: "met", 0.935: "at times", 0.99: "out of reach"}
    assert compare(rows, "2023-12", "2023-11").iloc[0]["capability"] == "no target"


def test_a_catalogue_entry_is_whole():
    for i in CATALOGUE:
        for term in (i.name, i.observe, i.judge, i.formula):
            assert term.zh
            assert term.en
        assert i.source
        assert i.needs
    assert len(BY_KEY) == len(CATALOGUE)


def test_the_glossary_is_made_from_the_declarations():
    frame = indicators.glossary("zh").set_index("key")
    assert frame.loc["connection_rate", "formula"] == "接通量 ÷ 人工服务请求量"
    assert list(frame.index) == [i.key for i in CATALOGUE]
