"""手工填报的月度数字: shown where records give none, never judged; where both are there the records stand and the difference is told."""

import numpy as np
import pandas as pd
import pytest

from hotline_analysis.hotline import open_hotline
from hotline_analysis.measures import indicators
from hotline_analysis.measures.indicators import evaluate
from hotline_analysis.measures.quotable import quotable
from hotline_analysis.measures.verdicts import compare
from tests.measures.catalogue.test_traditional import CALENDAR, KNOWN, MAY, _numbers, seen
from tests.small import write_hotline

PERIODS = [CALENDAR.month(f"2023-{n:02d}") for n in range(6, 13)] + [CALENDAR.month(f"2024-{n:02d}") for n in range(1, 7)]
NAMES = ("indicator", "unit", "numerator", "denominator", "value")


def typed(rows: list[tuple], month=MAY):
    return _numbers("pandas", rows, NAMES, "month_s", [month.start_s] * len(rows))


def test_a_typed_figure_stands_where_records_give_none():
    rows = [("busy_rate", None, 12.0, 400.0, None), ("connection_rate", None, None, None, 0.5), ("attendance", "一班", 9.0, 10.0, None)]
    told = evaluate(
        seen(drop=("staff",), aggregates=typed(rows)), [MAY], [KNOWN[k] for k in ("busy_rate", "connection_rate", "attendance")]
    )
    told = told.set_index("indicator")
    assert told.loc["busy_rate", ["numerator", "denominator", "value", "origin", "missing"]].tolist() == [12, 400, 0.03, "typed", ""]
    assert told.loc["connection_rate", ["value", "origin"]].tolist() == [pytest.approx(4 / 6), "records"]  # records stand
    assert told.loc["attendance", "missing"] == "params name no staff"  # one unit's figure is not the hotline's
    assert np.isnan(told.loc["busy_rate", "low"]) and not told.loc["busy_rate", "beyond"]


def test_a_share_above_one_is_no_figure_and_its_parts_are():
    """0.8 in May and 1.2 in June are per cent or slips; nobody knows. 956 of 1,000 written as 95.6 are 95.6 %."""
    june = CALENDAR.month("2024-06")
    rows = [("busy_rate", None, None, None, 0.8), ("attendance", None, 956.0, 1000.0, 95.6), ("busy_rate", None, None, None, 1.2)]
    table = _numbers("pandas", rows, NAMES, "month_s", [MAY.start_s, MAY.start_s, june.start_s])
    told = evaluate(seen(drop=("staff",), aggregates=table), [MAY], [KNOWN[k] for k in ("busy_rate", "attendance")]).set_index("indicator")
    assert np.isnan(told.loc["busy_rate", "value"]) and told.loc["busy_rate", "missing"] == "no trunk data"
    assert (told.loc["attendance", "value"], bool(told.loc["attendance", "beyond"])) == (0.956, False)


def test_a_typed_value_is_turned_as_the_indicator_is():
    rows = [("attrition_a_year", None, 1.0, 20.0, None), ("calls_an_hour", None, 100.0, 36000.0, None)]
    told = evaluate(seen(drop=("staff", "agent_time"), aggregates=typed(rows)), [MAY], [KNOWN["attrition_a_year"], KNOWN["calls_an_hour"]])
    assert told["value"].tolist() == [pytest.approx(1 - 0.95**12), 10.0]


def test_a_typed_figure_is_never_judged_and_in_no_limits():
    """Twelve months typed at 3 %, the thirteenth at 30 %: shown, and nothing is said of it."""
    at = [p.start_s for p in PERIODS]
    rows = [("busy_rate", None, 3.0, 100.0, None)] * 12 + [("busy_rate", None, 30.0, 100.0, None)]
    table = _numbers("pandas", rows, NAMES, "month_s", at)
    frame = evaluate(seen(aggregates=table), PERIODS, [KNOWN["busy_rate"]])
    assert frame["value"].tolist() == [0.03] * 12 + [0.3]
    told = quotable(compare(frame, "2024-06", "2024-05", KNOWN), KNOWN).iloc[0]
    assert (told["judgement"], told["state"], told["reason"], told["method"]) == ("not_compared", "not compared", "typed", "")
    assert np.isnan([told["change"], told["lower"], told["upper"]]).all() and told["beside"] and not told["sheet"]


def quarter(rows: list[tuple], months: list[int], key: str = "busy_rate") -> list:
    """What typed rows of months (by their place in PERIODS, 4 to 6 are the last of the year) make of a quarter: of all its parts and its value."""
    table = _numbers("pandas", [(key, None, *row) for row in rows], NAMES, "month_s", [PERIODS[n].start_s for n in months])
    told = indicators.typed(seen(aggregates=table), [CALENDAR.named("2023Q4")], [KNOWN[key]])
    return [(r["numerator"], r["denominator"], pytest.approx(r["value"])) for r in told]


def test_a_quarter_has_what_all_its_months_make_and_never_the_last_ones_figure():
    parts = [(2.0, 100.0, None), (3.0, 100.0, None), (10.0, 200.0, None)]
    assert quarter(parts, [4, 5, 6]) == [(15, 400, 0.0375)]
    assert quarter(parts, [4, 5, 7]) == []  # December was not typed
    assert quarter([*parts[:2], (None, None, 0.05)], [4, 5, 6]) == []  # a rate without its parts
    assert quarter(parts, [4, 5, 6], "attrition_a_year") == []  # a year's rate of a month is no sum


def test_a_day_has_no_figure_of_a_month():
    table = typed([("busy_rate", None, 12.0, 400.0, None)])
    assert indicators.typed(seen(aggregates=table), [CALENDAR.day(MAY.first_day)], [KNOWN["busy_rate"]]) == []


AGGREGATES = (
    "aggregates:\n  files: typed.csv\n  columns: {month_at: 月份, indicator: 指标, numerator: 分子, denominator: 分母, value: 数值}\n"
)


def hotline(tmp_path, rows: list[str]):
    file = write_hotline(tmp_path)
    file.write_text(file.read_text(encoding="utf-8") + AGGREGATES, encoding="utf-8")
    (tmp_path / "typed.csv").write_text("\n".join(["月份,指标,分子,分母,数值", *rows]) + "\n", encoding="utf-8")
    return open_hotline(file, "2024-01", progress=False)


def test_records_stand_and_the_difference_is_a_finding(tmp_path):
    h = hotline(tmp_path, ["2024-01,connection_rate,,,0.5", "2024-01,busy_rate,3,100,", "2024-01,offered,,,10"])
    told = h.verdicts.set_index("indicator")
    assert told.loc["connection_rate", "origin"] == "records" and told.loc["connection_rate", "value"] > 0.8
    assert told.loc["busy_rate", ["value", "origin"]].tolist() == [0.03, "typed"]
    found = h.checks.set_index("check").loc["typed otherwise"]
    assert found["told_zh"] == "手工填报的1项数字与记录算出的不同，以记录为准：connection_rate" and found["severity"] == "minor"
    assert pd.isna(h.indicators.set_index(["indicator", "period"]).loc[("busy_rate", "2024-01"), "low"])


def test_a_word_that_is_no_indicator_is_a_finding_by_name_and_takes_no_other_figure_along(tmp_path):
    h = hotline(tmp_path, ["2024-01,connection_rat,,,0.5", "2024-01,busy_rate,3,100,"])
    found = h.checks.set_index("check").loc["unknown indicators"]
    assert found["severity"] == "major" and found["told_en"] == (
        "month figures typed in › Indicator: 1 words are no indicators (connection_rat), so their figures are not used; see `hotline glossary`"
    )
    told = h.verdicts.set_index("indicator")
    assert told.loc["busy_rate", "value"] == 0.03 and told.loc["connection_rate", "value"] > 0.8 and "connection_rat" not in told.index


def test_a_typed_row_without_a_figure_has_none_and_says_so():
    """Twelve of none, and a row of which nothing was filled in; what the records lack is then said of the month."""
    rows = [("busy_rate", None, 12.0, 0.0, None), ("attrition_a_year", None, None, None, None)]
    view, asked = seen(drop=("staff", "agent_time"), aggregates=typed(rows)), [KNOWN["busy_rate"], KNOWN["attrition_a_year"]]
    assert [row["missing"] for row in indicators.typed(view, [MAY], asked)] == ["typed without a value"] * 2
    assert evaluate(view, [MAY], asked)["missing"].tolist() == ["no trunk data", "params name no staff"]
