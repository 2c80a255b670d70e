"""An edition's figures are those of its own records: the same as the hotline's by unit, before they are rounded; quarters and years stand beside their like."""

import ast
import copy
import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

import hotline_analysis
from hotline_analysis import open_hotline
from hotline_analysis.errors import BadParams, DataRefused, NoInput
from hotline_analysis.hotline import study_names
from hotline_analysis.measures import editions, indicators, orders, rounding
from hotline_analysis.params import Words
from hotline_analysis.words import LANGUAGES, Field, Language, Sentence, Term, in_period
from tests.small import write_teams
from tests.spec.frames import on

MONTH = "2024-11"


@pytest.fixture(scope="module")
def params(tmp_path_factory):
    return write_teams(tmp_path_factory.mktemp("teams"))


@pytest.fixture(scope="module")
def whole(params):
    return open_hotline(params, MONTH, progress=False)


@pytest.fixture(scope="module")
def east(params):
    return open_hotline(params, MONTH, only="unit=东城", progress=False)


def plain(frame: pd.DataFrame, columns) -> np.ndarray:
    return frame.set_index("indicator")[list(columns)].astype(float).sort_index()


def test_every_figure_of_an_edition_is_the_hotlines_figure_by_unit(whole, east):
    """Every indicator of calls, repeat calls among them, which look for the next call among everybody's."""
    asked = [i for i in whole.catalogue.values() if (i.tables == ("calls",) and i.estimate is None) or i.window_hours]
    by = indicators.evaluate(whole.view, [whole.period], asked, by="unit")
    own = indicators.evaluate(east.view, [east.period], asked)
    by = by[
        (by["group"] == "东城") & by["value"].notna() & (by["indicator"] != "repeat_hours_a_day")
    ]  # by unit it takes everybody's handling time
    columns = ("numerator", "denominator", "value")
    expected, found = plain(by, columns), plain(own[own["value"].notna()], columns)
    assert len(expected) > 8 and "repeat_rate_24h" in expected.index
    pd.testing.assert_frame_equal(found.loc[expected.index], expected)


def test_a_callback_that_another_team_took_is_one(params, whole, east):
    """Index calls of the team alone, callbacks of everybody: more than among the team's own calls."""
    gaps = east.gaps()
    assert set(gaps["unit"]) == {"东城"}
    alone = whole.calls()
    mine = set(alone.loc[alone["unit"] == "东城", "seq"])
    assert {int(s) for s in gaps["next_seq"].dropna()} - mine


def test_what_is_told_of_an_edition_is_rounded(east):
    told, exact = (frame.set_index("indicator") for frame in (east.verdicts, east._judged_exactly))
    rate, was = told.loc["connection_rate"], exact.loc["connection_rate"]
    assert rate["numerator"] % 5 == 0 and rate["denominator"] % 5 == 0
    assert rate["value"] == rate["numerator"] / rate["denominator"] != was["value"]
    assert abs(rate["numerator"] - was["numerator"]) <= 2
    assert told.loc["offered", "denominator"] == 30, "days are no records"


def test_a_month_is_told_once(east):
    """The course, the month before and the change are what those months are told as, in their own editions too."""
    course, row = east.history("connection_rate"), east.verdicts.set_index("indicator").loc["connection_rate"]
    assert course["value"].iloc[-1] == row["value"] and (course["numerator"] % 5 == 0).all()
    np.testing.assert_array_equal(course["value"], course["numerator"] / course["denominator"])
    assert row["before"] == course["value"].iloc[-2] and row["change"] == pytest.approx(row["value"] - row["before"])
    own = open_hotline(east.params.path, "2024-10", only="unit=东城", progress=False).verdicts.set_index("indicator").loc["connection_rate"]
    assert (own["value"], own["numerator"]) == (row["before"], course["numerator"].iloc[-2])


def test_a_target_is_reached_by_what_is_told(east):
    row, course = east.verdicts.set_index("indicator").loc["connection_rate"], east.history("connection_rate")
    assert row["target"] == 0.9 and (row["reached"], row["reached_months"]) == (row["value"] >= 0.9, (course["value"] >= 0.9).sum())


def test_a_small_figure_says_on_the_first_sheet_that_it_is_not_told(east):
    row = east.sheet.set_index("indicator").loc["repeat_rate_24h"]
    assert pd.isna(row["value"]) and (row["why_zh"], row["value_missing"], row["numerator_missing"]) == ("不列出", "untold", "<13")


def test_a_missing_figure_of_an_edition_says_why_beside_one_that_is_not_told(east):
    rows = east.verdicts.set_index("indicator")[["missing", "value", "why_zh", "why_en"]]
    lacking = rows[rows["missing"].ne("")]
    assert len(lacking) and lacking["why_zh"].str.len().gt(0).all() and lacking["why_en"].str.len().gt(0).all()
    assert (rows.loc[rows["value"].notna(), ["why_zh", "why_en"]] == "").all(axis=None)


def test_an_edition_tells_nothing_that_is_on_no_list(east):
    """Every table of every study but those of `rounding.ROUNDED`, and suggestions, which are made of them."""
    for study in study_names():
        module = importlib.import_module(f"hotline_analysis.studies.{study}")
        for table in set(module.TABLES) - set(getattr(module, "STAFF", ())) - {t for s, t in rounding.ROUNDED if s == study}:
            frame = east.study(study, table)
            assert frame.empty and frame.attrs["missing"]["zh"] == "按披露规则，这里不列分组的数字", (study, table)
    assert east.suggestions.attrs["missing"] and not east.verdicts.attrs["missing"] and not east.days.attrs["missing"]


def test_the_hotlines_own_page_under_internal_tells_its_totals_exactly_and_groups_rounded(params, whole):
    file = params.with_name("internal.yaml")
    file.write_text(params.read_text(encoding="utf-8") + "report: {disclosure: internal}\n", encoding="utf-8")
    h = open_hotline(file, MONTH, progress=False)
    told, exact = (x.study("service", "volume", by="issue_1").set_index("group") for x in (h, whole))
    assert told.loc["(all)", "count"] == exact.loc["(all)", "count"] and told.loc["(all)", "count"] % 5
    rows = told.drop("(all)")
    assert (rows["count"].dropna() % 5 == 0).all() and list(rows["count"].isna()) == list(exact.drop("(all)")["count"] < 13)
    assert not h.study("service", "connection").attrs["missing"]
    for refused in (h.study("units"), h.study("service", "channels"), h.study("window", by="issue_1")):
        assert refused.attrs["missing"]["zh"] == "按披露规则，这里不列分组的数字"


def test_the_definition_says_what_is_counted(east, whole):
    assert "班组" in east.definition() or "单位" in east.definition()
    assert "东城" in east.definition("zh") and "东城" in east.definition("en") and "东城" not in whole.definition()
    assert east.about["edition_zh"].iloc[0].endswith("东城") and whole.about["edition_zh"].iloc[0] == ""


def test_a_table_that_names_no_unit_says_so(east, params):
    missing = east.study("complaints").attrs["missing"]
    assert missing["zh"] == "这些记录不分单位、部门或片区，只在全热线的页面上"
    assert not open_hotline(params, MONTH, only="area=东城", progress=False).study("complaints").attrs["missing"]


def test_where_lost_calls_name_no_team_nothing_is_said_of_answering(tmp_path):
    h = open_hotline(write_teams(tmp_path, calls=1200, months=2, lost_named=False), "2024-02", only="unit=东城", progress=False)
    told = h._exact.set_index(["period", "indicator"]).loc["2024-02"]
    assert told.loc["connection_rate", "missing"] == "not available: needs outcome"
    assert pd.notna(told.loc["repeat_rate_24h", "value"])


def test_editions_are_of_places_and_not_of_what_became_of_a_call(params):
    """单位、区域、诉求等热线自己的词可以出分版；接通与否、号码状态不是谁的一页。"""
    h = open_hotline(params, "2024-01", progress=False)
    assert "unit" in editions.strata(h.canonical) and not {"outcome", "caller_state", "direction"} & set(editions.strata(h.canonical))
    with pytest.raises(BadParams, match=r"--for › these data have no editions by 'outcome'"):
        editions.parsed("outcome=answered", h.canonical)


def test_small_and_unknown_words_have_no_edition(params):
    year = open_hotline(params, "2024", progress=False)
    sizes = editions.sizes(year, "unit")
    assert editions.told(sizes, 8) == ["东城", "西城", "南城", "北城"]
    assert editions.told({"甲": 100, "乙": 20, "丙": 3}, 8) == ["甲"], "100 of 123: the 20 would give the 3 away"
    assert editions.told({"甲": 100, "乙": 20, "丙": 7, "丁": 6}, 8) == ["甲", "乙"]
    for wrong, kind in (
        ("unit=天边", DataRefused),
        ("unti=东城", BadParams),
        ("unit", BadParams),
        ("agent=甲", BadParams),
        ("unit=", BadParams),
    ):
        with pytest.raises(kind):
            open_hotline(params, MONTH, only=wrong, progress=False)


SIZED = """title: {zh: 小热线, en: Small}
key: published
public: true
holidays: ""
definition: {leave_out: [channel=测试]}
complaints: {kinds: [投诉]}
calls:
  files: calls.csv
  key: 编号
  columns: {call_id: 编号, started_at: 时间, area: 班组, channel: 渠道, direction: {from: 方向, values: {呼入: in, 呼出: out}}}
orders:
  files: orders.csv
  key: 编号
  columns: {order_id: 编号, created_at: 时间, closed_at: 办结, area: 班组, kind: 类型, duplicate: {from: 重复, values: {是: true, 否: false}}, internal: {from: 内部, values: {是: true, 否: false}}}
"""
FATES = {  # what becomes of the records of each team, by hand: 甲 40 orders; 乙 9 that count of 39; 丙 10 calls that count of 50
    "orders": [(40, "甲", "投诉,否,否"), (9, "乙", "投诉,否,否"), (10, "乙", "投诉,是,否"), (10, "乙", "投诉,否,是"), (10, "乙", "咨询,否,否")],
    "calls": [(10, "丙", "电话,呼入"), (20, "丙", "测试,呼入"), (20, "丙", "电话,呼出"), (5, "甲", "电话,呼入")],
}  # fmt: skip


def test_an_edition_is_as_large_as_what_its_figures_are_of(tmp_path):
    """Duplicates, internal orders and other kinds, calls that the hotline made and those that the definition leaves out are in no figure, and make no edition."""
    heads = {"calls": "编号,时间,班组,渠道,方向", "orders": "编号,时间,办结,班组,类型,重复,内部"}
    for table, head in heads.items():
        every = [(team, rest) for n, team, rest in FATES[table] for _ in range(n)]
        days = [f"2024-05-{1 + n % 31:02d} 09:{n % 60:02d}:00" for n in range(len(every))]
        lines = [f"{table}{n},{day}{',' + day if table == 'orders' else ''},{team},{rest}" for n, (day, (team, rest)) in enumerate(zip(days, every, strict=True))]  # fmt: skip
        tmp_path.joinpath(f"{table}.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    tmp_path.joinpath("sized.yaml").write_text(SIZED, encoding="utf-8")
    h = open_hotline(tmp_path / "sized.yaml", "2024-05", progress=False)
    assert editions.sizes(h, "area") == {"甲": 40, "丙": 10, "乙": 9}
    assert len(orders.within(orders.counted(orders.cases(h.view, "area")), h.period)) == 49
    with pytest.raises(DataRefused, match="too few records"):
        open_hotline(tmp_path / "sized.yaml", "2024-05", only="area=乙", progress=False)


def test_a_small_unit_is_refused_without_its_name(params):
    month = next(m for m in ("2024-01", "2024-02", "2024-03", "2024-04") if 0 < _size(params, m) < 8)
    with pytest.raises(DataRefused) as refused:
        open_hotline(params, month, only="unit=北城", progress=False)
    assert (
        str(refused.value)
        == "--for › this unit has no edition: too few records, or what is left of the whole when the others are taken off."
    )


def _size(params, month: str) -> int:
    h = open_hotline(params, month, progress=False)
    return editions.sizes(h, "unit").get("北城", 0)


def test_an_edition_is_given_to_a_notebook_that_asks_for_none(params, monkeypatch):
    monkeypatch.setenv(editions.ONLY, "unit=东城")
    assert open_hotline(params, MONTH, progress=False).only == ("unit", "东城")


# ---- quarters and years


def test_a_quarter_is_the_sum_of_its_months_and_stands_beside_the_one_before(params):
    quarter = open_hotline(params, "2024Q3", progress=False)
    told = quarter.verdicts.set_index("indicator").loc["connection_rate"]
    months = [open_hotline(params, f"2024-{m:02d}", progress=False)._exact for m in range(4, 10)]
    parts = [m[(m["indicator"] == "connection_rate")].iloc[-1] for m in months]
    now, before = parts[3:], parts[:3]
    assert (told["numerator"], told["denominator"]) == (sum(p["numerator"] for p in now), sum(p["denominator"] for p in now))
    assert told["before"] == pytest.approx(sum(p["numerator"] for p in before) / sum(p["denominator"] for p in before))
    assert told["months"] == ("2024Q1", "2024Q2", "2024Q3") and told["method"] == "two periods"
    assert told["judgement"] in ("none", "not_compared"), "two periods judge nothing"
    assert quarter.study("complaints").attrs["period"]["zh"] == "2024年第三季度"


def test_part_of_a_quarter_or_of_a_year_is_refused(params):
    with pytest.raises(NoInput):
        open_hotline(params, "2025Q1", progress=False)
    assert open_hotline(params, "2024", progress=False).period.label == "2024"


QUARTER = {language: Language(language, "quarter") for language in LANGUAGES}


def test_what_is_declared_of_the_period_says_quarter_and_all_else_stands_as_it_is():
    quarter, year = QUARTER["zh"], Language("en", "year")
    compared = Term("本月与上月相比，12个月中，月末", "the month before, 12 months, --month {month}, {n:month|months}", of_period=True)
    assert compared(quarter) == "本季度与上季度相比，12个季度中，季末"
    assert compared(year) == "the year before, 12 years, --month {month}, {n:month|months}"
    assert compared("zh") == compared.zh and quarter == "zh" and copy.deepcopy(quarter).per == "quarter"
    for plain in (Term("依据9个月", "from 9 months"), Sentence("依据9个月", "from 9 months"), Words(zh="本月办热线", en="Month line").term):
        assert (plain(quarter), plain(year)) == (plain.zh, plain.en)
    there_and_back = Field.from_dict(json.loads(json.dumps(Field(compared, words={"a": compared, "b": Term("本月", "b")}).as_dict())))
    assert there_and_back.term == compared and [there_and_back.words[key](quarter)[:3] for key in "ab"] == ["本季度", "本月"]


OF_MONTHS = {  # declarations that speak of this month or the month before and mean months, whatever the period is
    "intake/check_words.py": "checks go month by month", "report/audit/kinds.py": "of figures that others published",
    "show/agents.py": "`followed` is of a month or refused", "studies/agents/ahead.py": "`followed` is of a month or refused",
    "studies/outlook.py": "the month to come and the period's last month", "studies/satisfaction/__init__.py": "NPS is beside that of a month or alone",
    "studies/satisfaction/items.py": "says that the period is no month", "words.py": "why `followed` is refused, and months around a measure",
}  # fmt: skip
SAYS = re.compile(r"[本上]月|去年同月|[Tt]his month|[Ll]ast month|month before")


def _declared() -> Iterator[tuple[str, list[str], bool]]:
    """File, texts and mark of every term and sentence of the package, those in its templates too."""
    home = Path(hotline_analysis.__file__).parent
    for file in sorted(home.rglob("*.py")):
        calls = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        for call in (c for c in calls if getattr(c.func, "id", "") in ("Term", "Sentence")):
            texts = [part.value for arg in call.args[:2] for part in ast.walk(arg) if isinstance(part, ast.Constant)]
            yield str(file.relative_to(home)), [t for t in texts if isinstance(t, str)], "of_period" in {k.arg for k in call.keywords}
    for file in sorted(home.rglob("*.j2")):
        for zh, en, marked in re.findall(r'Term\("([^"]*)", "([^"]*)"(, of_period=True)?\)', file.read_text(encoding="utf-8")):
            yield str(file.relative_to(home)), [zh, en], bool(marked)


def test_every_declaration_that_says_this_month_is_of_the_period_or_known_to_be_of_months():
    declared = list(_declared())
    for file, texts, marked in declared:
        if marked:
            assert any(in_period(text, QUARTER[language]) != text for text in texts for language in LANGUAGES), (file, texts)
        else:
            assert not any(map(SAYS.search, texts)) or file in OF_MONTHS, (file, texts)
    assert sum(marked for *_, marked in declared) > 100


@pytest.mark.parametrize("engine", ["duckdb", "pandas", "polars"])
def test_the_steps_of_an_order_follow_it_into_its_edition(engine):
    """A step names a department that has the order, the order whose it is; one of no order is nobody's."""
    base = duckdb.connect()
    there = {
        "orders": on(engine, {"order_id": ["o1", "o2", None], "department": ["水务", "电力", "水务"]}, base),
        "order_steps": on(
            engine, {"order_id": ["o1", "o2", "o1", None], "department": ["电力", "电力", "水务", "水务"], "step": list("abcd")}, base
        ),
    }
    own = editions.rows(there, ("department", "水务"))
    assert sorted(indicators.pandas(own["order_steps"])["step"]) == ["a", "c"]
    assert len(indicators.pandas(own["orders"])) == 2 and editions.rows(there, ("", "")) == there


@pytest.mark.parametrize(("unit", "kept"), [(["甲", "甲", None, None], False), (["甲", "甲", "甲", "乙"], True)])
def test_what_became_of_calls_is_an_editions_where_lost_ones_name_it_too(unit, kept):
    calls = on("pandas", {"unit": unit, "outcome": ["answered", "answered", "abandoned", "blocked"]})
    assert ("outcome" in indicators.pandas(editions.rows({"calls": calls}, ("unit", "甲"))["calls"])) is kept
    told = editions.rows({"calls": calls.drop("outcome")}, ("unit", "甲"))["calls"]
    assert indicators.pandas(told)["unit"].tolist() == ["甲"] * unit.count("甲")
