"""The tables beside calls: handovers, surveys, scores and checklists through intake, and what is odd about them."""

from dataclasses import replace

import pytest

from hotline_analysis.errors import BadParams, DataRefused, NoInput
from hotline_analysis.hotline import open_hotline
from hotline_analysis.intake.store import Store
from hotline_analysis.params import load
from hotline_analysis.tables import ITEMS, TABLES
from tests.intake.storing import export, rows

TOP = "title: 热线\nholidays: ''\nkey: published\npublic: true\n"
ORDERS = """orders:
  files: orders.csv
  key: 编号
  columns: {order_id: 编号, created_at: 受理}
"""
STEPS = """order_steps:
  files: steps.csv
  columns: {order_id: 工单, step: 环节, department: 单位, agent: 经办, started_at: 开始, ended_at: 结束}
"""
SURVEYS = """surveys:
  files: surveys.csv
  key: 答卷
  columns: {survey_id: 答卷, caller: {from: 号码, kind: phone}, agent: 工号, invited_at: 邀请, answered_at: 答复, item_1: 态度, item_2: 速度, item_3: 方便, theme: 意见, need: 需求}
"""
SCORES = """scores:
- files: check.csv
  columns: {source: {is: quality_check}, agent: 工号, scored_at: 日期, item: {from: 项目, values: {态度: item_1, 速度: item_2}}, score: 得分}
- files: self.csv
  columns: {source: {is: self_rating}, agent: 工号, scored_at: 日期, item_1: 态度, item_2: 速度}
"""
CHECKLIST = """checklist:
  files: list.csv
  columns: {role: 岗位, item: 检查项, slot: 时段, checked_at: 日期, done: 完成, required: 要求, spot_checked: 抽查}
"""
ITEM = """items:
  item_1: {name: {zh: 态度, en: Courtesy}, scale: [1, 5], not_applicable: [0], dimension: 服务}
  item_2: {name: 速度, scale: [1, 10], not_applicable: [0, 99]}
  item_3: {name: 方便, scale: [1, 5]}
"""


def written(folder, *parts):
    export(folder, "orders.csv", ["D1,2024-03-01 09:00:00", "D2,2024-03-02 09:00:00"], "编号,受理")
    export(
        folder,
        "steps.csv",
        [
            "D1,派单,中心,甲,2024-03-01 09:10:00,2024-03-01 10:00:00",
            "D1,办理,水务局,乙,2024-03-01 10:00:00,",  # passed on without an end
            "D1,退回,中心,甲,2024-03-03 10:00:00,2024-03-03 09:00:00",  # ends before it begins
            "D2,派单,中心,甲,2024-03-02 09:10:00,",  # open, as the last one may be
            "D9,派单,中心,甲,2024-03-04 09:10:00,2024-03-04 10:00:00",  # of no known order
        ],
        "工单,环节,单位,经办,开始,结束",
    )
    export(
        folder,
        "surveys.csv",
        [
            "S1,15400000001,101,2024-03-01 09:30:00,2024-03-01 12:00:00,5,10,,停水；停电,水压;水费",
            "S2,15400000002,101,2024-03-02 09:30:00,2024-03-02 12:00:00,0,99,,联系电话15400000002;停水,水压",
            "S3,,102,2024-03-03 09:30:00,,,,,,",
            "S4,15400000001,102,2024-03-04 09:30:00,2024-03-04 08:00:00,6,3,,停水, 水压 ；水压",
        ],
        "答卷,号码,工号,邀请,答复,态度,速度,方便,意见,需求",
    )
    export(folder, "check.csv", ["101,2024-03-05,态度,4", "101,2024-03-05,速度,0", "102,2024-03-05,仪容,3"], "工号,日期,项目,得分")
    export(folder, "self.csv", ["101,2024-03-06,5,9", "102,2024-03-06,0,11"], "工号,日期,态度,速度")
    export(
        folder,
        "list.csv",
        ["班长,晨会,早班,2024-03-01,是,是,是", "班长,巡查,晚班,2024-03-01,是,否,", "话务员,问候,早班,2024-03-02,否,是,否"],
        "岗位,检查项,时段,日期,完成,要求,抽查",
    )
    file = folder / "line.yaml"
    file.write_text(TOP + "".join(parts), encoding="utf-8")
    return file


def store(folder, *parts) -> Store:
    made = Store(load(written(folder, *parts)))
    made.build(progress=False)
    return made


def test_handovers_are_rows_in_time(tmp_path):
    found = rows(store(tmp_path, ORDERS, STEPS), "order_id, step, department, start_s, end_s - start_s", "order_steps")
    assert [row[:3] for row in found] == [
        ("D1", "派单", "中心"),
        ("D1", "办理", "水务局"),
        ("D2", "派单", "中心"),
        ("D1", "退回", "中心"),
        ("D9", "派单", "中心"),
    ]
    assert [row[4] for row in found] == [3000, None, None, -3600, 3000]


def test_a_code_for_no_answer_and_a_number_off_the_scale_are_no_scores(tmp_path):
    made = store(tmp_path, SURVEYS, ITEM)
    assert rows(made, "survey_id, item_1, item_2, item_3", "surveys") == [
        ("S1", 5, 10, None), ("S2", None, None, None), ("S3", None, None, None), ("S4", None, 3, None),
    ]  # fmt: skip
    found = rows(made, "survey_id, not_applicable", "surveys")
    assert found == [("S1", None), ("S2", "item_1;item_2"), ("S3", None), ("S4", None)], (
        "an item left empty is no code, and a code is told beside it"
    )
    told = {(c["column"], c["reason"]): c["count"] for c in made.cells}
    assert told.items() >= {("item_1", "no answer"): 1, ("item_2", "no answer"): 1, ("item_1", "off the scale"): 1}.items()
    callers = "SELECT caller_state, count(*), count(DISTINCT caller) FROM surveys GROUP BY 1 ORDER BY 1"
    assert made.connection.sql(callers).fetchall() == [("known", 3, 2), ("withheld", 1, 0)]


def test_of_a_row_an_item_the_scale_is_that_of_the_item(tmp_path):
    made = store(tmp_path, SCORES, ITEM)
    found = made.table("scores").order("source, agent, item").project("source, agent, item, score, item_1, item_2").fetchall()
    assert found == [
        ("quality_check", "101", "item_1", 4, None, None), ("quality_check", "101", "item_2", None, None, None),
        ("quality_check", "102", "仪容", 3, None, None), ("self_rating", "101", None, None, 5, 9), ("self_rating", "102", None, None, None, None),
    ]  # fmt: skip


def test_a_cell_of_several_words_is_guarded_word_by_word(tmp_path):
    made = store(tmp_path, SURVEYS, ITEM)
    assert rows(made, "survey_id, theme, need", "surveys") == [
        ("S1", "停水;停电", "水压;水费"), ("S2", None, "水压"), ("S3", None, None), ("S4", "停水", "水压;水压"),
    ]  # fmt: skip


def test_many_different_lists_of_few_words_are_a_category(tmp_path):
    """400 cells, nearly each a list of its own, of 12 words: refused as texts, taken as lists."""
    written(tmp_path, SURVEYS, ITEM)
    words = [f"需求{n}" for n in range(12)]
    lists = [";".join(words[k] for k in range(12) if n >> k & 1) for n in range(1, 401)]
    export(tmp_path, "surveys.csv", [f"S{n},,101,2024-03-01 09:30:00,,5,5,5,,{cell}" for n, cell in enumerate(lists)],
           "答卷,号码,工号,邀请,答复,态度,速度,方便,意见,需求")  # fmt: skip
    made = Store(load(tmp_path / "line.yaml"))
    made.build(progress=False)
    assert made.connection.sql("SELECT count(DISTINCT need) FROM surveys").fetchall() == [(400,)]
    text = (tmp_path / "line.yaml").read_text(encoding="utf-8").replace("need: 需求", "issue_1: 需求")
    (tmp_path / "line.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DataRefused, match="is no category"):
        Store(load(tmp_path / "line.yaml")).build(progress=False)


def test_what_is_odd_is_told_in_words(tmp_path):
    h = open_hotline(written(tmp_path, ORDERS, STEPS, SURVEYS, SCORES, CHECKLIST, ITEM), "all", progress=False)
    found = {(r["check"], r["where"]): (int(r["count"]), r["severity"]) for r in h.checks.to_dict("records") if r["count"] == r["count"]}
    expected = {
        ("ends before start", "order_steps › ended_at"): (1, "severe"),
        ("step without an end", "order_steps › ended_at"): (1, "severe"),
        ("unknown ids", "order_steps › order_id"): (1, "major"),
        ("no answer", "surveys › item_1"): (1, "info"),
        ("off the scale", "surveys › item_1"): (1, "major"),
        ("unanswered item", "surveys › item_3"): (4, "minor"),
        ("out of order", "surveys › answered_at"): (1, "severe"),
        ("blanked texts", "surveys › theme"): (1, "major"),
        ("no answer", "scores › score"): (1, "info"),
        ("off the scale", "scores › item_2"): (1, "major"),
        ("unknown items", "scores › item"): (1, "major"),
        ("done, not required", "checklist › done"): (1, "info"),
    }
    assert found.items() >= expected.items()
    sentences = list(h.checks["told_zh"])
    assert "满意度调查 › 态度有1格在分值范围之外（33.3%），不算得分" in sentences
    assert "流转环节 › 环节结束在1个环节中空缺，工单却已转到下一环节（50.0%）" in sentences
    assert "checklist › Done: 1 reported though not required (50.0%); they count in no compliance" in list(h.checks["told_en"])


def test_every_table_but_the_calls_may_stand_alone(tmp_path):
    for name, part in {"orders": ORDERS, "order_steps": STEPS, "surveys": SURVEYS, "scores": SCORES, "checklist": CHECKLIST}.items():
        (tmp_path / name).mkdir()
        h = open_hotline(written(tmp_path / name, part, ITEM), progress=False)
        assert (h.store.tables, h.store.facts["leading"], h.months, h.month) == ((name,), name, ["2024-03"], "2024-03")
        assert not h.checks["check"].eq("no records").any()


def test_the_calls_place_the_hotline_in_time_where_they_have_any(tmp_path):
    calls = "calls: {files: calls.csv, columns: {started_at: 时间}}\n"
    export(tmp_path, "calls.csv", ["2024-04-01 09:00:00"], "时间")
    assert open_hotline(written(tmp_path, calls, SURVEYS, ITEM), progress=False).months == ["2024-04"]
    export(tmp_path, "calls.csv", [], "时间")
    h = open_hotline(tmp_path / "line.yaml", progress=False)
    assert h.months == ["2024-03"] and h.store.facts["leading"] == "surveys"
    assert h.checks.loc[h.checks["check"].eq("no records"), ["where", "severity"]].to_numpy().tolist() == [["calls", "severe"]]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (SURVEYS, "surveys › columns › item_1: items does not say what it asks; write items: {item_1: {name: ..., scale: [1, 5]}}"),
        (SURVEYS + ITEM.replace("item_3", "item_31"), "items › 'item_31' is not a slot; they are item_1 to item_30."),
        (SURVEYS + ITEM.replace("[1, 10]", "[10, 1]"), "items › item_2: scale: 10 is not below 1; write the lowest score first."),
        (SURVEYS + ITEM.replace("[0, 99]", "[0, 9]"), "items › item_2: not_applicable: 9 is a score of the scale 1 to 10; keep one of the two meanings."),
        (SCORES.replace("quality_check", "quality"), "scores › columns › source › is: 'quality' is not one of quality_check, self_rating, other."),
        (SURVEYS.replace("theme: 意见", "theme: {from: 意见, values: {停水: 水}, other: blank}") + ITEM,
         "surveys › columns › theme › other: a cell here may hold several words, and its unknown ones stay; write keep"),
    ],
)  # fmt: skip
def test_mistakes_are_sentences(tmp_path, text, sentence):
    with pytest.raises(BadParams) as said:
        load(written(tmp_path, text))
    assert sentence in str(said.value)


def test_every_table_names_columns_that_it_has():
    for table in TABLES.values():
        for name in (
            table.clock,
            *filter(None, (table.id, table.category)),
            *(n for pair in table.sequences for n in pair),
            *(c for c, _ in table.refers),
        ):
            assert name in table
        assert all(column in TABLES[other] for column, other in table.refers)
        epochs = [c.epoch for c in table.columns if c.kind == "instant"]
        assert len(set(epochs)) == len(epochs) and not set(epochs) & {c.name for c in table.columns}
    assert len(ITEMS) == 30


def test_without_times_all_data_are_one_period_and_there_are_no_months(tmp_path):
    answers = SURVEYS.replace(", invited_at: 邀请, answered_at: 答复", ", answered: {is: 'true'}")
    h = open_hotline(written(tmp_path, answers, ITEM), "all", progress=False)
    assert (h.months, h.month, h.period.said("zh"), h.period.said("en")) == ([], "all", "全部数据（没有时间）", "all data (without times)")
    assert len(h.view.within("surveys").collect("pandas")) == 4
    assert h.ledger["accepted"].sum() == 4 and h.checks["check"].eq("no answer").any()
    assert h.params.assumed.zh == "导出中没有的列一律视为：是否答复=是。"
    for month in ("latest", "2024-03"):
        with pytest.raises(NoInput, match="no row with a time, so there are no months"):
            open_hotline(tmp_path / "line.yaml", month, progress=False)


def test_a_table_without_times_belongs_to_no_month(tmp_path):
    answers = SURVEYS.replace(", invited_at: 邀请, answered_at: 答复", "")
    h = open_hotline(written(tmp_path, ORDERS, answers, ITEM), "2024-03", progress=False)
    assert len(h.view.within("orders").collect("pandas")) == 2
    with pytest.raises(NoInput, match="needs invited_at in surveys to tell its months"):
        h.view.within("surveys")
    assert len(replace(h.view, period=h.everything).within("surveys").collect("pandas")) == 4


def test_a_months_rows_are_those_of_its_days(tmp_path):
    rows_ = [f"S{n},,101,2024-0{3 + n // 10}-{n % 10 + 1:02} 23:59:59,,5,5,5,," for n in range(20)]
    written(tmp_path, SURVEYS, ITEM)
    export(tmp_path, "surveys.csv", rows_, "答卷,号码,工号,邀请,答复,态度,速度,方便,意见,需求")
    h = open_hotline(tmp_path / "line.yaml", "2024-03", progress=False)
    assert sorted(h.view.within("surveys").collect("pandas")["survey_id"]) == [f"S{n}" for n in range(10)]
    assert h.days["calls"].sum() == 10 and set(h.days["of"]) == {"surveys"}
    assert not h.provisional and not h.about["provisional"].any()
    told = h.verdicts.set_index("indicator")["numerator"].dropna()
    assert told.to_dict() == {"survey_satisfaction": 10} and h.glossary["indicator"].tolist() == ["survey_satisfaction"]


def test_handovers_reach_their_study_under_the_names_of_the_store(tmp_path):
    """A frame of one's own may call its columns anything: this one comes from the exports. Ten orders: an hour at the centre, two at a department."""
    written(tmp_path, ORDERS, STEPS)
    export(tmp_path, "orders.csv", [f"D{n},2024-03-0{n % 9 + 1} 09:00:00" for n in range(10)], "编号,受理")
    export(
        tmp_path,
        "steps.csv",
        [
            line
            for n in range(10)
            for day in [f"2024-03-0{n % 9 + 1}"]
            for line in (f"D{n},派单,中心,甲,{day} 09:00:00,{day} 10:00:00", f"D{n},办理,水务局,乙,{day} 10:00:00,{day} 12:00:00")
        ],
        "工单,环节,单位,经办,开始,结束",
    )
    h = open_hotline(tmp_path / "line.yaml", "2024-03", progress=False)
    found = h.study("complaints", "steps", strict=True).set_index("step")
    assert found["handovers"].to_dict() == {"派单": 10, "办理": 10} and found["open"].eq(0).all() and found["early"].eq(0).all()
    assert found["median_hours"].to_dict() == {"派单": 1, "办理": 2}
    assert len(h.study("complaints", "hops", strict=True))
