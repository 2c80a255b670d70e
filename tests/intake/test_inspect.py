"""From an unknown export to params that run: how many lines of the proposal are confirmed or changed, and that nothing sure is wrong.

A line counts where it is marked 请确认, where it differs from the right params without being marked, and where it is missing. What is no fact of the
export does not count: title, key and public, the paths, the definition, targets, limits of complaints. Two rules are alike when they take the same
headers, mean the same by the same words and put the same of day and month first; the separator and forms that the reader finds by itself say nothing.
"""

import csv
import glob
import io
import random
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook

from hotline_analysis import open_hotline
from hotline_analysis.__main__ import main
from hotline_analysis.errors import BadParams, CannotWrite, DataRefused, NoInput, StudyMissing
from hotline_analysis.intake import inspect as bench
from hotline_analysis.intake.convert import hints
from hotline_analysis.intake.inspect import evidence, names, proofs, propose, write
from hotline_analysis.params import ColumnRule, Params, load
from hotline_analysis.tables import TABLES
from hotline_analysis.words import Term
from tests.intake import exports
from tests.real import DATA, PARAMS, needs

TWEETS = """title: x
time_zone: UTC
holidays: ''
calls: {files: ../shared/data/tweets/twcs.csv, key: tweet_id, columns: {call_id: tweet_id, started_at: {from: created_at, formats: '%a %b %d %H:%M:%S +0000 %Y'},
  caller: {from: author_id, kind: code}, direction: {from: inbound, values: {'True': in, 'False': out}}}}
"""
BEIJING = """title: x
orders: {files: ../shared/data/orders_beijing/供参考线索_房山500条.csv, key: 工单编号, columns: {order_id: 工单编号, kind: 工单类型, category_1: {from: 问题分类, split: '->'},
  caller_phone: {from: 来电人电话/账号, kind: phone}, closed_at: 办结时间, satisfied: 是否满意}}
complaints: {placed_by: closed}
"""


@dataclass(frozen=True)
class Case:
    """Files of a data set, the right params, and columns that are right too, although the right params do without them."""

    files: tuple[str, ...]
    right: str  # a params file of the project, or its text
    also: dict[str, str] = field(default_factory=dict)  # column -> header


REAL = {
    "bank1999": Case(("bank1999/january.zip",), "bank1999.yaml"),
    "petitions_zh": Case(tuple(f"petitions_zh/示例附件{n}.xlsx" for n in (2, 3, 4)), "petitions.yaml", {"category_1": "一级分类"}),
    "helpdesk": Case(("helpdesk/helpdesk.csv",), "helpdesk.yaml"),
    "requests311": Case(("requests311/311_Animals_short.csv",), "requests311.yaml"),
    "call_trends": Case(("call_trends/Call-Center-Dataset.xlsx",), "call_trends.yaml"),
    "tweets": Case(("tweets/twcs.csv",), TWEETS),
    "orders_beijing": Case(
        ("orders_beijing/供参考线索_房山500条.csv",),
        BEIJING,
        {"resolved": "是否解决", "category_2": "问题分类", "category_3": "问题分类", "area": "被反映街乡镇"},
    ),
}
ALSO = {"tickets": {"call_id": "Ticket ID", "started_at": "Created time"}}


def right_params(said: str, folder: Path) -> Params:
    if said.endswith(".yaml"):
        return load(PARAMS / said)
    path = folder / "right.yaml"
    path.write_text(said, encoding="utf-8")
    return load(path)


def facts(params: Params) -> dict[tuple[str, str, str], object]:
    """(table, file, column) -> what the column is made of; the keys and repairs of the file beside them."""
    told: dict[tuple[str, str, str], object] = {}
    for table in TABLES:
        for source in params.sources(table):
            for file in (Path(f).name for f in source.files):
                told |= {(table, file, setting): value for setting in ("key", "events", "repair") if (value := getattr(source, setting))}
                told |= {(table, file, _plain(name)): _meaning(name, rule) for name, rule in source.columns.items()}
    return told


def _plain(column: str) -> str:
    return "caller" if column.startswith("caller_") else column


def _meaning(column: str, rule) -> tuple:
    kind = (rule.kind or column.removeprefix("caller_")) if column.startswith("caller") else ""
    order = next((o for form in rule.formats if (o := hints.order(form))), "")
    words = tuple(sorted((w, v) for w, v in rule.values.items() if v))
    number = {"person": "code"}.get(kind, kind)
    return rule.source, number, order, words, tuple(rule.aliases.items()), rule.split or "", rule.part if rule.split else 1


def lines(done: bench.Inspected, right: Params) -> tuple[int, list[str]]:
    """How many lines are confirmed or changed, and which."""
    active = [line for line in done.text.splitlines() if "请确认" in line and not line.strip().startswith("#")]
    marked = {line.split("#")[0].strip() for line in active if not line.startswith("title:")}
    wanted, had = facts(right), facts(done.params)
    files = {file for _, file, _ in had}
    told = [f"confirm {line}" for line in sorted(marked)]
    changed = set()
    for (table, file, column), meaning in wanted.items():
        name = next((f for f in files if f == file), next(iter(files)) if len(files) == 1 else file)
        if had.get((table, name, column)) != meaning and not any(line.startswith(f"{column}:") for line in marked):
            changed.add(f"change {table}.{column}")
    for setting in ("time_zone", "holidays", "weekend"):
        if getattr(right, setting) != getattr(done.params, setting) and not any(line.startswith(f"{setting}:") for line in marked):
            changed.add(f"change {setting}")
    if right.complaints.placed_by != done.params.complaints.placed_by:
        changed.add("change complaints")
    return len(told) + len(changed), [*told, *sorted(changed)]


def sure_and_wrong(done: bench.Inspected, right: Params, also: dict[str, str]) -> list[str]:
    """Proposals of more than .8 that the right params do not know, or contradict: another unit, another meaning of a word."""
    wanted: dict[tuple, list[ColumnRule]] = {(column, (header,)): [] for column, header in also.items()}
    for source in (source for table in TABLES for source in right.sources(table)):
        for column, rule in source.columns.items():
            wanted.setdefault((_plain(column), rule.source), []).append(rule)
    return [
        f"{p.column} = {p.rule}"
        for p in proposals(done)
        if p.confidence > 0.8
        and ((_plain(p.column), p.headers) not in wanted or any(contradicts(p, rule) for rule in wanted[_plain(p.column), p.headers]))
    ]


def contradicts(p: propose.Proposal, right: ColumnRule) -> bool:
    said = ColumnRule.model_validate(p.rule if isinstance(p.rule, dict) else {"from": p.rule})
    return said.unit != right.unit or any(right.values.get(word, meaning) != meaning for word, meaning in said.values.items())


def proposals(done: bench.Inspected) -> list[propose.Proposal]:
    return [p for one in done.looked for s in one.sections for p in s.proposals]


@pytest.mark.parametrize("with_presets", [pytest.param(True, id="preset"), pytest.param(False, id="without", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", [pytest.param(n, marks=needs(n)) for n in REAL])
def test_real_exports(name, with_presets, tmp_path, capsys):
    case = REAL[name]
    right = right_params(case.right, tmp_path)
    done = bench.inspect([DATA / f for f in case.files], with_presets=with_presets)
    n, told = lines(done, right)
    with capsys.disabled():
        print(f"\n{name} {'with its preset' if with_presets else 'without'}: {n} lines")
    assert n <= (3 if with_presets else 10), told
    assert sure_and_wrong(done, right, case.also) == []
    assert all(one.preset is not None for one in done.looked) is with_presets


@pytest.mark.parametrize("with_presets", [True, False], ids=["preset", "without"])
@pytest.mark.parametrize("name", exports.EXPORTS)
def test_invented_exports(name, with_presets, tmp_path, capsys):
    file, content, said = exports.EXPORTS[name](random.Random(1))
    (tmp_path / file).write_bytes(content)
    right = right_params(f"title: x\n{said.replace('FILE', file)}", tmp_path)
    done = bench.inspect([tmp_path / file], with_presets=with_presets)
    n, told = lines(done, right)
    with capsys.disabled():
        print(f"\n{name} {'with its preset' if with_presets else 'without'}: {n} lines")
    assert n <= (3 if with_presets else 10), told
    assert sure_and_wrong(done, right, ALSO.get(name, {})) == []


@pytest.mark.parametrize("name", ["queue", "calls"])
def test_the_proposal_runs(name, tmp_path, capsys, monkeypatch):
    """The command's own file goes through the check as it stands, and nothing of a value is told."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOTLINE_KEY_FILE", str(tmp_path / "key"))
    file, content, _ = exports.EXPORTS[name](random.Random(3))
    Path(file).write_bytes(content)
    Path("params").mkdir()
    assert main(["inspect", file, "--out", "params/mine.yaml"]) == 0
    said = capsys.readouterr()
    text = Path("params/mine.yaml").read_text(encoding="utf-8")
    assert said.out == "" and "1380000" not in said.err + text and "138****" not in said.err + text and "Agent/" not in text
    assert main(["check", "--params", "params/mine.yaml", "--quiet"]) == 0
    assert main(["inspect", file, "--out", "params/mine.yaml"]) == CannotWrite.code
    assert capsys.readouterr().err.endswith("params/mine.yaml › is already there, and stays as it is. Name another file.\n")


PUBLISHED = [
    *exports.EXPORTS,
    *(pytest.param(name, marks=needs(name)) for name in REAL),
]


@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLISHED)
def test_the_proposal_is_published(name, tmp_path, monkeypatch):
    """The file as it was proposed makes a page of the last whole month: untouched, or with the one line taken out of its comment that
    places orders without an opening time."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOTLINE_KEY_FILE", str(tmp_path / "key"))
    Path("params").mkdir()
    if name in exports.EXPORTS:
        file, content, _ = exports.EXPORTS[name](random.Random(1))
        Path(file).write_bytes(content)
        files = [file]
    else:
        files = [str(DATA / f) for f in REAL[name].files]
    assert main(["inspect", *files, "--out", "params/mine.yaml"]) == 0
    if name == "orders_beijing":
        assert main(["report", "--params", "params/mine.yaml", "--quiet"]) == NoInput.code
        text = Path("params/mine.yaml").read_text(encoding="utf-8")
        Path("params/mine.yaml").write_text(text.replace("# complaints: {placed_by", "complaints: {placed_by"), encoding="utf-8")
    code = main(["report", "--params", "params/mine.yaml", "--quiet"])
    assert code in (0, StudyMissing.code)
    (page,) = Path("reports/mine").glob("*/index.html")
    assert "<h1" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("told", [True, False])
def test_surveys_without_a_channel_are_told_how_ways_of_asking_are_kept_apart(told, tmp_path, monkeypatch, capsys):
    """短信与语音的答卷没有渠道列：提示分成几份、各写渠道；有“来源”列的不用提示。"""
    monkeypatch.chdir(tmp_path)
    way = ",来源" if told else ""
    rows = "".join(
        f"1{k:05d},2024-03-{k % 28 + 1:02d} 0{k % 8 + 1}:30:00,{k % 5 + 1}{',' + '短信链接'[k % 2 * 2 :][:2] if told else ''}\n"
        for k in range(120)
    )
    Path("答卷.csv").write_text(f"答卷编号,提交答卷时间,总体满意度{way}\n{rows}", encoding="utf-8")
    assert main(["inspect", "答卷.csv"]) == 0
    text = capsys.readouterr().out
    assert "surveys:" in text and ("channel: 来源" in text) == told and ("各写 channel: {is: 短信}" in text) != told


def test_orders_without_an_opening_time_are_told_what_would_place_them(tmp_path, monkeypatch, capsys):
    """只有办结时间的导出：体检照做，月报说明缺哪一列，不拿办结时间充当受理时间。"""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOTLINE_KEY_FILE", str(tmp_path / "key"))
    Path("params").mkdir()
    rows = "".join(f"Q-{n:03d},{'水电'[n % 2]},2024-03-{n % 28 + 1:02d} 10:00:00,{'是否'[n % 2]}\n" for n in range(60))
    Path("a.csv").write_text(f"工单编号,问题分类,办结时间,是否满意\n{rows}", encoding="utf-8")
    Path("params/mine.yaml").write_text(
        "title: x\norders: {files: a.csv, key: 工单编号, columns: {order_id: 工单编号, category_1: 问题分类, closed_at: 办结时间, satisfied: 是否满意}}\n",
        encoding="utf-8",
    )
    assert main(["check", "--params", "params/mine.yaml", "--quiet"]) == 0
    capsys.readouterr()
    assert main(["report", "--params", "params/mine.yaml", "--quiet"]) == NoInput.code
    assert capsys.readouterr().err == (
        "mine.yaml › the exports hold no row with a time, so there are no months. Ask for the column of orders › created_at and map it; "
        "a later time, such as the closing, cannot stand for it. Where no export has it, 'complaints: {placed_by: closed}' counts orders "
        "in the month they were closed, and says so. hotline check tells of the rows, and hotline study takes them all where a table needs no time.\n"
    )


def test_orders_without_an_opening_time_have_months_by_their_closing(tmp_path, monkeypatch):
    """参数写明按办结时间归月：有月份、有件数，说清楚未办结的不在其中；没有办结时间的不算数据有错。"""
    monkeypatch.setenv("HOTLINE_KEY_FILE", str(tmp_path / "key"))
    rows = "".join(f"Q-{n:03d},{'水电'[n % 2]},{f'2024-03-{n % 28 + 1:02d} 10:00:00' if n < 50 else ''}\n" for n in range(60))
    (tmp_path / "a.csv").write_text(f"工单编号,问题分类,办结时间\n{rows}", encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(
        "title: x\norders: {files: a.csv, key: 工单编号, columns: {order_id: 工单编号, category_1: 问题分类, closed_at: 办结时间}}\n"
        "complaints: {placed_by: closed}\n",
        encoding="utf-8",
    )
    h = open_hotline(tmp_path / "mine.yaml", "all", progress=False)
    assert h.months == ["2024-03"]
    found = h.checks.set_index("check").loc["not closed"]
    assert (found["count"], found["severity"], found["told_zh"]) == (
        10,
        "info",
        "10件没有工单 › 办结时间（16.7%），作未办结，不在任何一个月",
    )
    assert "without a time" not in set(h.checks["check"])
    month = open_hotline(tmp_path / "mine.yaml", "2024-03", progress=False)
    assert month.study("complaints", "overview").set_index("indicator").loc["closed", "numerator"] == 50
    told = month.centre.set_index("part").loc["data"]
    assert (told["text_zh"], told["text_en"]) == (
        "工单（没有受理时间：按办结时间归月，未办结的不在其中）",
        "orders (exported without a creation: in the month of their closing, open ones in none)",
    )
    assert [month.study(*t).attrs["missing"]["zh"] for t in (("outlook", "months"), ("outlook", "rising"))] == ["未提供：受理时间"] * 2
    assert month.study("window", "months").attrs["missing"]
    assert month.about["rule_zh"].iloc[0].startswith("口径：全部工单，重复件与内部件另列，导出没有受理时间：按办结时间归入月份")


@pytest.mark.parametrize(
    ("columns", "wrong"),
    [
        ("created_at: b, closed_at: c", "the orders have 'created_at', which places them; leave 'placed_by' out"),
        ("resolved_at: b", "the orders have no column 'closed_at'; map it, or leave 'placed_by' out"),
    ],
)
def test_a_closing_places_only_orders_that_nothing_else_places(columns, wrong, tmp_path):
    (tmp_path / "x.yaml").write_text(
        f"title: x\norders: {{files: a.csv, columns: {{order_id: a, {columns}}}}}\ncomplaints: {{placed_by: closed}}\n", encoding="utf-8"
    )
    with pytest.raises(BadParams) as refused:
        load(tmp_path / "x.yaml")
    assert str(refused.value) == f"x.yaml › complaints › placed_by: {wrong}."


@pytest.mark.parametrize(
    ("columns", "more"), [("closed_at: 办结", "complaints: {placed_by: closed}\n"), ("created_at: 受理, closed_at: 办结", "")]
)
def test_a_cure_that_is_taken_or_would_be_refused_is_not_offered(columns, more, tmp_path, monkeypatch, capsys):
    """没有一行带时间：已经按办结归月的、映射了受理时间的，都不再劝用 placed_by。"""
    monkeypatch.setenv("HOTLINE_KEY_FILE", str(tmp_path / "key"))
    (tmp_path / "a.csv").write_text("工单编号,受理,办结\n" + "".join(f"Q-{n:03d},,\n" for n in range(60)), encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(
        f"title: x\norders: {{files: a.csv, key: 工单编号, columns: {{order_id: 工单编号, {columns}}}}}\n{more}", encoding="utf-8"
    )
    assert main(["report", "--params", str(tmp_path / "mine.yaml"), "--quiet"]) == NoInput.code
    said = capsys.readouterr().err
    assert "the exports hold no row with a time" in said and "placed_by" not in said


def test_a_line_of_group_titles_is_no_header(tmp_path):
    """两行表头（通话信息、客户信息在上）：下一行才是列名，CSV 与 Excel 一样。"""
    groups = ["通话信息", None, "客户信息"]
    book = Workbook()
    for row in ([None, "导出"], groups, list(CALLS), *zip(*CALLS.values(), strict=True)):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    lines = [[g or "" for g in groups], list(CALLS), *zip(*CALLS.values(), strict=True)]
    (tmp_path / "a.csv").write_text("".join(",".join(line) + "\n" for line in lines), encoding="utf-8")
    for name in ("a.xlsx", "a.csv"):
        done = bench.inspect([tmp_path / name])
        assert done.looked[0].taken.table.columns == tuple(CALLS) and done.looked[0].taken.rows == N


def test_titles_that_a_spreadsheet_pads_with_separators_are_no_header(tmp_path):
    """另存为 CSV 的台账：标题行、统计区间行后面跟着一串逗号，末行是合计。"""
    titles = [["某市热线呼入明细表", "", ""], ["统计区间：", "2024-03-01至2024-03-31", ""], list(CALLS)]
    wide = [*CALLS, "评价", "类别"]
    lines = [
        *([*t, "", ""] for t in titles[:2]),
        wide,
        *([*row, "满意", "咨询"] for row in zip(*CALLS.values(), strict=True)),
        ["合计", str(N), "", "", ""],
    ]
    book = Workbook()
    for row in lines:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "a.csv").write_text("".join(",".join(line) + "\n" for line in lines), encoding="gb18030")
    for name in ("a.xlsx", "a.csv"):
        done = bench.inspect([tmp_path / name])
        assert done.looked[0].taken.table.columns == tuple(wide) and told(done)["started_at"][0] == "来电时间"


def test_what_words_and_values_say_of_a_name_that_nobody_knows(tmp_path):
    """没见过的列名：取值和名称里的词说明它是什么，一律请确认。"""
    scores = ["非常满意", "满意", "不满意"] * 20
    calls = {
        "序号": range(1, N + 1),
        "业务流水": [f"LS{k:06d}" for k in range(N)],
        "呼入时刻": CALLS["来电时间"],
        "用户号码": [f"1380000{k:04d}" for k in range(N)],
        "是否接起": ["是", "否"] * 30,
        "等候": [f"{k % 50 + 2}秒" for k in range(N)],
        "评价": scores,
    }
    done = look(tmp_path, calls)
    assert done.looked[0].unit.key == ("业务流水",)
    wanted = {"caller": "用户号码", "outcome": "是否接起", "queue_seconds": "等候", "rating": "评价"}
    assert {
        c: p.headers[0] for p in proposals(done) if propose.LIKELY <= p.confidence < propose.SURE and (c := p.column) in wanted
    } == wanted
    orders = {
        "Case No": CALLS["通话ID"],
        "Date Received": CALLS["来电时间"],
        "Target Date": [f"2024-03-{k % 9 + 10}" for k in range(N)],
        "Handler Team": ["Waste Team", "Highways Team"] * 30,
        "How Reported": ["Phone", "Web form", "App"] * 20,
        "Citizen Ref": [f"CIT{k % 45:05d}" for k in range(N)],
        "Customer Satisfaction": ["Very satisfied", "Satisfied", "Dissatisfied"] * 20,
    }
    wanted = dict(zip(("due_at", "department", "channel", "caller", "satisfied"), list(orders)[2:], strict=True))
    made = [p for p in proposals(look(tmp_path, orders)) if p.table == "orders" and propose.LIKELY <= p.confidence < propose.SURE]
    assert wanted.items() <= {p.column: p.headers[0] for p in made}.items()


def test_whether_it_was_in_time_where_and_no_answer_are_known_words(tmp_path):
    """是否按时办结 is timely, 所属区县 the area; who was not asked said nothing of being satisfied."""
    orders = {
        "工单编号": CALLS["通话ID"],
        "受理时间": CALLS["来电时间"],
        "办结时间": CALLS["来电时间"],
        "承办单位": ["城管局", "水务局"] * 30,
        "所属区县": ["东区", "西区", "南区"] * 20,
        "是否按时办结": ["是", "否"] * 30,
        "是否满意": ["满意", "不满意", "未评价", "未回访"] * 15,
    }
    made = {p.column: p for p in proposals(look(tmp_path, orders)) if p.table == "orders"}
    assert made["timely"].headers == ("是否按时办结",) and made["area"].headers == ("所属区县",)
    assert made["satisfied"].rule == {"from": "是否满意", "values": {"未评价": "", "未回访": ""}}


def test_accepted_orders_without_a_closing_time_are_orders(tmp_path):
    """有承办单位、满意程度而没有办结时间的受理清单是工单，不是留言。"""
    rows = {"流水号": CALLS["通话ID"], "受理时间": CALLS["来电时间"], "来电号码": CALLS["主叫号码"], "诉求类别": ["水", "电"] * 30}
    for more in ({}, {"承办单位": ["水务局", "供电局"] * 30, "满意程度": ["满意", "不满意", "基本满意"] * 20}):
        done = look(tmp_path, rows | more)
        made = {p.column for s in done.looked[0].sections if s.table == "orders" for p in s.proposals if p.confidence >= propose.LIKELY}
        assert made >= {"order_id", "created_at", *(("department", "satisfied") if more else ())}


@pytest.mark.parametrize(
    ("header", "says"), [("工单首次完结时间", False), ("First closed", False), ("工单完结时间", True), ("Closed", True)]
)
def test_the_first_of_several_ends_is_not_surely_the_end(header, says):
    """“首次完结时间”之后可能重办：请确认。"""
    assert proofs._says(propose.Proposal("orders", "closed_at", (header,), 0.7, Term("", ""))) is says


def test_milliseconds_that_a_header_says_may_be_more_than_a_day_of_seconds(tmp_path):
    done = told(look(tmp_path, {**CALLS, "Total Talk (ms)": [k * 15000 for k in range(N)]}))
    assert done["talk_seconds"] == ({"from": "Total Talk (ms)", "unit": "milliseconds"}, False, True)


def test_a_time_with_a_named_month_is_a_time_and_a_reference_a_key(tmp_path):
    times = [f"{k % 28 + 1:02d}-Jul-2024 {8 + k // 6:02d}:{k % 6}0" for k in range(N)]
    rows = {
        "Ref": CALLS["通话ID"],
        "Logged On": times,
        "Due By": [t[:11] for t in times],
        "Finished On": times,
        "Topic": ["Waste", "Roads"] * 30,
    }
    done = look(tmp_path, rows)
    likely = {column for column, (_, _, likely) in told(done).items() if likely}
    assert likely >= {"order_id", "created_at", "closed_at", "category_1"}
    assert done.looked[0].unit.key == ("Ref",) and all(done.looked[0].table.of(h).instant == 1 for h in ("Logged On", "Due By"))


def test_columns_without_a_proposal_are_named_in_the_params(tmp_path):
    """没有对应的列也写在文件里，照着补即可；有人名、号码的列名除外。"""
    done = look(tmp_path, {**CALLS, "内部备用码甲": ["x", "y"] * 30, "13912345678备注": ["a", "b"] * 30})
    (line,) = [line for line in done.text.splitlines() if "没有提出对应的列" in line]
    assert line.strip().startswith("#") and line.endswith(": 内部备用码甲")


def test_a_running_number_is_no_key_beside_an_id(tmp_path):
    """序号每次导出都从1起：不作主键。"""
    rows = {"序号": list(range(1, N + 1)), "工单流水号": CALLS["通话ID"], "受理时间": CALLS["来电时间"], "来电号码": CALLS["主叫号码"]}
    assert look(tmp_path, rows).looked[0].unit.key == ("工单流水号",)


def test_a_level_whose_parent_is_only_a_comment_becomes_the_parent(tmp_path):
    """“来源”像大类、issueType 像小类：提出的文件总能读入。"""
    rows = {
        "taskId": CALLS["通话ID"],
        "telephone": CALLS["主叫号码"],
        "dispatchTime": CALLS["来电时间"],
        "issueType": [f"kind {k % 6}" for k in range(N)],
        "issueOrigin": ["phone web email".split()[k % 3] for k in range(N)],
    }
    columns = {s.table: {p.column for p in s.proposals if p.confidence >= propose.LIKELY} for s in look(tmp_path, rows).looked[0].sections}
    assert all(f"{stem}_1" in c for c in columns.values() for stem in ("issue", "category") if f"{stem}_2" in c)


def test_a_moment_of_solving_or_stopping_is_no_beginning(tmp_path):
    assert "created_at" not in told(
        look(
            tmp_path,
            {
                "Ticket": CALLS["通话ID"],
                "status": ["open", "closed"] * 30,
                "solved_at": CALLS["来电时间"],
                "priority": ["low", "high"] * 30,
            },
        )
    )
    assert propose.later("recStopTime") and propose.later("Completed")


def test_files_that_are_no_records_are_refused(tmp_path):
    for text, said in (
        ("a,b,c\n", "has no records below its header."),
        ("x\n1\n2\n3\n", "has no column whose name and values say enough."),
    ):
        path = tmp_path / "a.csv"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(DataRefused, match=f"a.csv › {said}"):
            bench.inspect([path])


def test_dates_that_no_value_decides_are_told_so(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(
        "Ticket No,Created,Closed,Category\n"
        + "".join(f"{n},0{n % 9 + 1}/0{n % 7 + 1}/2024 10:00,0{n % 9 + 1}/0{n % 7 + 1}/2024 11:00,{'ab'[n % 2]}\n" for n in range(60))
    )
    done = bench.inspect([path])
    assert done.looked[0].dates == "open" and "日月顺序无法判定" in done.found
    (line,) = [line for line in done.text.splitlines() if "created_at" in line]
    assert line.strip().startswith("# created_at:") and "day first" in line and "month first" in line


def test_sums_and_files_that_are_not_there_are_sentences(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("呼入次数,人工接通数,人工接通率,自动呼损,排队次数\n" + "10,9,90%,1,2\n" * 30, encoding="utf-8")
    with pytest.raises(DataRefused, match=r"^r.csv › is a report that is summed already, not a table of records. Export the records.$"):
        bench.inspect([path])
    with pytest.raises(NoInput, match="there is no such file"):
        bench.inspect([tmp_path / "none.csv"])


N = 60
CALLS = {
    "通话ID": [f"C{k}" for k in range(N)],
    "来电时间": [f"2024-03-01 {8 + k // 6:02d}:{k % 6}0:00" for k in range(N)],
    "主叫号码": [f"1380000{k % 40:04d}" for k in range(N)],
}


def look(folder: Path, columns: dict[str, list], name: str = "a.csv") -> bench.Inspected:
    cells = io.StringIO()
    csv.writer(cells).writerows([columns, *zip(*columns.values(), strict=True)])
    (folder / name).write_text(cells.getvalue(), encoding="utf-8")
    return bench.inspect([folder / name])


def told(done: bench.Inspected) -> dict[str, tuple]:
    """Column -> (its rule, whether it is sure, whether it is more than a comment)."""
    return {p.column: (p.rule, p.confidence >= propose.SURE, p.confidence >= propose.LIKELY) for p in proposals(done)}


@pytest.mark.parametrize(
    ("header", "words", "rule"),
    [
        ("Abandoned", "YN", ({"from": "Abandoned", "values": {"N": "answered", "Y": "abandoned"}}, False, True)),
        ("Abandon", "YN", ({"from": "Abandon", "values": {"N": "answered", "Y": "abandoned"}}, False, True)),
        ("是否漏话", "是否", ({"from": "是否漏话", "values": {"否": "answered", "是": "abandoned"}}, False, True)),
        ("是否接通", "是否", ({"from": "是否接通", "values": {"否": "abandoned", "是": "answered"}}, False, True)),
        ("outcome", "YN", None),  # yes to what?
        ("answered or abandoned", "YN", None),
    ],
)
def test_a_yes_means_what_its_name_says(tmp_path, header, words, rule):
    assert told(look(tmp_path, {**CALLS, header: [words[k % 4 == 0] for k in range(N)]})).get("outcome") == rule


@pytest.mark.parametrize(
    ("column", "header", "meaning"),
    [
        ("outcome", "未接听", "abandoned"),
        ("outcome", "Not answered", "abandoned"),
        ("outcome", "Answered (Y/N)", "answered"),
        ("outcome", "接听/放弃", ""),
        ("direction", "是否呼出", "out"),
        ("direction", "isCallin", "in"),
        ("direction", "internal", ""),
    ],
)
def test_what_yes_means(column, header, meaning):
    assert names.yes_means(column, header) == meaning


def test_a_negated_flag_is_not_read_as_it_stands(tmp_path):
    """“未解决：是”不是已解决。"""
    orders = {"工单编号": CALLS["通话ID"], "受理时间": CALLS["来电时间"], "办结时间": CALLS["来电时间"]}
    yes = ["是否"[k % 3 == 0] for k in range(N)]
    assert told(look(tmp_path, {**orders, "是否解决": yes}))["resolved"][0]["values"] == {"否": "no", "是": "yes"}
    assert "resolved" not in told(look(tmp_path, {**orders, "是否未解决": yes}))


TALK = [k % 15 + 1 for k in range(N)]  # minutes, if they are


@pytest.mark.parametrize(
    ("header", "cells", "rule"),
    [
        ("通话时长", TALK, ("通话时长", False, True)),
        ("通话时长", [f"{t / 7:.2f}" for t in TALK], ("通话时长", False, True)),
        ("通话时长", [t * 1000 for t in range(40, 100)], ("通话时长", False, True)),  # milliseconds
        ("通话时长", [t * 30 for t in TALK], ("通话时长", True, True)),  # nobody talks for four hours
        ("通话时长(秒)", TALK, ("通话时长(秒)", True, True)),
        ("通话时长(分)", TALK, ({"from": "通话时长(分)", "unit": "minutes"}, True, True)),
        ("通话时长", [f"{t}分05秒" for t in TALK], ("通话时长", True, True)),
    ],
)
def test_a_length_is_sure_where_its_unit_is_said(tmp_path, header, cells, rule):
    assert told(look(tmp_path, {**CALLS, header: cells}))["talk_seconds"] == rule


def test_minutes_are_proved_by_the_times_between_which_they_lie(tmp_path):
    """应答到结束 t 分 20 秒，时长列写 t：单位是分。"""
    times = {
        "开始时间": CALLS["来电时间"],
        "应答时间": [f"{at[:-2]}10" for at in CALLS["来电时间"]],
        "结束时间": [f"{at[:11]}{int(at[11:13]) + (int(at[14:16]) + t) // 60:02d}:{(int(at[14:16]) + t) % 60:02d}:30" for at, t in zip(CALLS["来电时间"], TALK, strict=True)],
    }  # fmt: skip
    done = look(tmp_path, {"通话ID": CALLS["通话ID"], **times, "主叫号码": CALLS["主叫号码"], "通话时长": TALK})
    assert told(done)["talk_seconds"] == ({"from": "通话时长", "unit": "minutes"}, True, True)


def on_hold(held: int, *, apart: bool) -> dict[str, list]:
    """60 通，应答到结束各 300 秒（保持另计的再加 60）；前 held 通保持 60 秒。"""
    over = [f"{at[:11]}{int(at[11:13]):02d}:{int(at[14:16]):02d}:00" for at in CALLS["来电时间"]]
    ends = [str(datetime.fromisoformat(at) + timedelta(seconds=300 + 60 * (apart and k < held))) for k, at in enumerate(over)]
    lengths = {"通话时长(秒)": [300] * N, "保持时长(秒)": [60 * (k < held) for k in range(N)]}
    return {"通话ID": CALLS["通话ID"], "开始时间": over, "应答时间": over, "结束时间": ends, "主叫号码": CALLS["主叫号码"], **lengths}


@pytest.mark.parametrize(
    ("held", "apart", "rule"),
    [
        (40, False, {"from": "通话时长(秒)", "includes": "hold_seconds"}),
        (40, True, "通话时长(秒)"),  # the ends prove the hold beside the talk
        (29, False, "通话时长(秒)"),  # too few for a proof
    ],
)
def test_ends_prove_that_the_talk_has_its_hold_in_it(tmp_path, held, apart, rule):
    done = look(tmp_path, on_hold(held, apart=apart))
    assert told(done)["talk_seconds"][0] == rule
    assert ("含保持时长，40通的结束时间为证" in done.text) is (rule != "通话时长(秒)")


def orders(**more: list) -> dict[str, list]:
    return {"工单编号": [f"GD2024{k:06d}" for k in range(N)], "受理时间": CALLS["来电时间"], "来电号码": CALLS["主叫号码"]} | {
        "承办单位": ["城管局", "住建局"] * (N // 2), **more
    }  # fmt: skip


def mapped(done: bench.Inspected) -> dict[str, list[str]]:
    """Table -> the columns that params map, of all its files."""
    return {t: [c for s in done.params.sources(t) for c in s.columns] for t in TABLES if done.params.sources(t)}


def test_orders_alone_are_proposed_as_orders_alone(tmp_path):
    """只有工单：不提出没有接通结果的 calls，只在注释里说怎样算作来访、缺什么；去掉注释即可用。"""
    done = look(tmp_path, orders())
    assert mapped(done) == {"orders": ["order_id", "caller", "department", "created_at"]}
    offered = [line for line in done.text.splitlines() if line.startswith(("# calls:", "#   "))]
    assert offered[0] == (
        "# calls:    # 请确认: 文件只有工单：要把每件工单也算作一次来访（看同一人再次来件），去掉以下各行与 orders 的 call_id 行首的#；"
        "未成工单的来电与接通结果（outcome）不在其中，件数不是来电量，接通率无从算起"
    )
    assert "    # call_id: 工单编号    # 请确认: 0.45 每件工单也是一次来访" in done.text
    path = tmp_path / "taken.yaml"
    path.write_text(re.sub("^# (?=calls:|  )", "", done.text.replace("# call_id:", "call_id:"), flags=re.M), encoding="utf-8")
    assert [c for s in load(path).sources("calls") for c in s.columns] == ["call_id", "started_at", "caller"]
    assert "call_id" in load(path).sources("orders")[0].columns


def test_an_order_beside_calls_is_no_call_of_its_own(tmp_path):
    """话务与工单一起给：60 通来电 60 件工单，来电是 60 通，不是 120。"""
    for name, columns in {"calls.csv": CALLS | {"通话时长(秒)": TALK}, "orders.csv": orders()}.items():
        look(tmp_path, columns, name)
    done = bench.inspect([tmp_path / "calls.csv", tmp_path / "orders.csv"])
    assert [source.files[0][-9:] for source in done.params.sources("calls")] == ["calls.csv"]
    assert mapped(done)["orders"] == ["order_id", "caller", "department", "created_at"] and "每件工单" not in done.text


def test_an_order_that_names_its_call_is_no_call_of_its_own(tmp_path):
    done = look(tmp_path, orders(来电编号=[f"CL{k % 50:07d}" for k in range(N)]))
    assert list(mapped(done)) == ["orders"] and done.text.count("call_id:") == 1 and "每件工单" not in done.text


def test_the_call_of_an_order_is_the_column_whose_values_are_calls(tmp_path):
    """工单的来电流水号列的取值是来电的编号，列名不论；取值都不是来电编号的列不作 call_id。"""
    ids = CALLS["通话ID"]
    look(tmp_path, CALLS | {"通话时长(秒)": TALK}, "calls.csv")
    look(tmp_path, orders(关联单=ids, 来电流水号=[f"Q{k:07d}" for k in range(N)]), "orders.csv")
    done = bench.inspect([tmp_path / "calls.csv", tmp_path / "orders.csv"])
    assert len(done.params.sources("calls")) == 1
    assert done.params.sources("orders")[0].columns["call_id"].source == ("关联单",)
    assert "call_id: 关联单    # 0.90 取值的100%是calls的编号" in done.text
    half = [*ids[: N // 2], *(f"C9{k:05d}" for k in range(N // 2))]  # the calls of one of two months
    look(tmp_path, orders(关联单=half), "half.csv")
    assert "call_id: 关联单    # 请确认: 0.75 取值的50%是calls的编号" in bench.inspect([tmp_path / "calls.csv", tmp_path / "half.csv"]).text
    look(tmp_path, orders(来电流水号=[f"Q{k:07d}" for k in range(N)]), "others.csv")
    done = bench.inspect([tmp_path / "calls.csv", tmp_path / "others.csv"])
    assert "call_id" not in done.params.sources("orders")[0].columns


def test_files_that_differ_in_their_words_alone_are_one_and_no_word_is_left_out_unsaid(tmp_path):
    """两个月的来电，结果的词先后不同、各缺一个：一段，values 是两月的词；取消是常见而没有写的，逐一说出。"""
    first = ["接通"] * 30 + ["放弃"] * 20 + ["取消"] * 10
    second = ["放弃"] * 32 + ["接通"] * 28
    for name, words in {"a.csv": first, "b.csv": second}.items():
        look(tmp_path, CALLS | {"通话结果": words, "通话时长(秒)": TALK}, name)
    done = bench.inspect([tmp_path / "a.csv", tmp_path / "b.csv"])
    (source,) = done.params.sources("calls")
    assert source.columns["outcome"].values == {"接通": "answered", "放弃": "abandoned"}
    assert "# 请确认: outcome 没有写进 values 的词，按空值计: 取消" in done.text


def test_a_survey_of_a_row_an_item_is_offered_with_what_to_do(tmp_path):
    """20 份答卷各三题：不是工单；只作注释，说先合成一份一行；单独给时拒绝并说怎样做。"""
    look(tmp_path, orders(), "orders.csv")
    long = {
        "问卷编号": [f"DX{k // 3:05d}" for k in range(N)],
        "工单编号": [f"GD2024{k // 3:06d}" for k in range(N)],
        "承办单位": ["城管局", "住建局"] * (N // 2),
        "回复时间": CALLS["来电时间"],
        "题目": ["服务态度", "办理速度", "办理结果"] * (N // 3),
        "得分": [k % 5 + 1 for k in range(N)],
    }
    with pytest.raises(DataRefused, match="long form"):
        look(tmp_path, long, "短信评价.csv")
    done = bench.inspect([tmp_path / "orders.csv", tmp_path / "短信评价.csv"])
    assert list(mapped(done)) == ["orders"] and len(done.params.sources("orders")) == 1
    assert "# surveys:    # 请确认: 答卷是一行一题" in done.text and "#     survey_id: 问卷编号" in done.text


def test_numbers_of_the_united_states_are_telephones(tmp_path):
    columns = CALLS | {"主叫号码": [f"(212) 555-0{k:03d}" for k in range(100, 100 + N)], "通话时长(秒)": TALK}
    assert "caller: {from: 主叫号码, kind: phone, country: US}    # 请确认: " in look(tmp_path, columns).text


def test_a_team_is_a_unit(tmp_path):
    assert mapped(look(tmp_path, CALLS | {"受理班组": ["一班", "二班", "三班"] * (N // 3)}))["calls"].count("unit") == 1


def test_milliseconds_before_am_are_a_time_and_numbered_legs_one_call(tmp_path):
    """一通两段：一次来电；12:55:39.898 AM 是零点五十五分。"""
    columns = CALLS | {
        "通话ID": [f"C{k // 2:06d}" for k in range(N)],
        "话段序号": [1, 2] * (N // 2),
        "来电时间": [f"2025-10-{1 + k // 4:02d} {12 if k % 2 else 1}:55:{k % 60:02d}.898 {'AM' if k % 4 < 2 else 'PM'}" for k in range(N)],
        "接听状态": ["已接", "排队放弃", "已接"] * (N // 3),
        "通话时长(秒)": TALK,
    }
    done = look(tmp_path, columns)
    assert list(mapped(done)) == ["calls"] and "events: {key: 通话ID, take: merged}" in done.text
    assert told(done)["started_at"][0] == "来电时间"


@pytest.mark.parametrize(
    ("cells", "formats"),
    [
        (lambda day: [day(k) for k in range(N)], ("excel",)),
        (lambda day: [day(k) if k % 3 else f"10/{13 + k % 18}/2025 05:06:07 PM" for k in range(N)], ("excel", "%m/%d/%Y %I:%M:%S %p")),
    ],
)
def test_days_of_a_spreadsheet_are_times_where_the_header_says_so(tmp_path, cells, formats):
    """45931.5 是2025年10月1日正午；数字列只在列名说是时间时才是时间。"""
    days = cells(lambda k: f"{45931 + k % 30 + 0.5 + k / 1e4:.6f}")
    source = look(tmp_path, {"Unique Key": list(range(65000000, 65000000 + N)), "Created Date": days, "Agency": ["NYPD", "DOT"] * (N // 2)}).params.sources("orders")[0]  # fmt: skip
    assert source.columns["created_at"].formats == formats
    assert not names.of_time("面积") and not names.of_time("amount") and names.of_time("Closed Date") and names.of_time("created_at")


def test_what_stands_in_no_file_is_to_be_confirmed(tmp_path):
    """标题、时区、节假日都是推断。"""
    assert look(tmp_path, CALLS, "话务.csv").text.splitlines()[1:4] == [
        "title: 话务    # 请确认: 按文件名",
        "time_zone: Asia/Shanghai    # 请确认: 文件里没有时区和节假日，按中文列名推断",
        "holidays: CN    # 见 time_zone",
    ]


@pytest.mark.parametrize(("winter", "summer", "zone", "said"), [
    ("-0500", "-0400", "America/New_York", "-05:00, -04:00"), ("+01:00", "+02:00", "Europe/Berlin", "+01:00, +02:00"), ("+08:00", "+08:00", "Asia/Shanghai", "+08:00"),
    ("-05:00", "-05:00", "Etc/GMT+5", "-05:00"), ("+05:45", "+05:45", "UTC", "+05:45"), ("-0500", "+0800", "UTC", "-05:00, +08:00"),
])  # fmt: skip
def test_offsets_name_a_zone_that_has_them(tmp_path, winter, summer, zone, said):
    """时间自带时差的，按有这些时差的地方写，不说文件没有时区；说不出是哪里的照UTC。"""
    times = [f"2024-{1 + k % 12:02d}-15 1{k % 10}:{k % 60:02d}:05{summer if 3 <= k % 12 <= 8 else winter}" for k in range(N)]
    found = look(tmp_path, {"Call ID": [f"C{k:06}" for k in range(N)], "Start Time": times, "Duration": [str(k % 300) for k in range(N)]})
    assert found.params.time_zone == zone and f"时间带UTC时差{said}，按有这些时差的一处写，请核对" in found.text.splitlines()[2]


def test_digits_do_not_say_which_end_of_a_rating_is_good(tmp_path):
    assert told(look(tmp_path, {**CALLS, "满意度": [k % 5 + 1 for k in range(N)]}))["rating"] == ("满意度", False, True)
    words = told(look(tmp_path, {**CALLS, "满意度": ["非常满意满意不满意"[a:b] for a, b in [(0, 4), (4, 6), (6, 9)] * 20]}))["rating"]
    assert words == ({"from": "满意度", "values": {"不满意": "2", "满意": "4", "非常满意": "5"}}, True, True)


@pytest.mark.parametrize(
    ("numbers", "agents", "sure", "likely"),
    [
        (40, 7, True, True),
        (6, 7, False, True),  # six people call sixty times, or six agents have a telephone
        (35, 35, False, False),  # each agent has one number
    ],
)
def test_the_agents_own_telephones_are_no_callers(tmp_path, numbers, agents, sure, likely):
    rows = {name: cells * 2 for name, cells in CALLS.items()} | {"通话ID": [f"C{k}" for k in range(2 * N)]}
    rows |= {"主叫号码": [f"1380000{k % numbers:04d}" for k in range(2 * N)], "坐席工号": [f"a{k % agents}" for k in range(2 * N)]}
    assert told(look(tmp_path, rows))["caller"][1:] == (sure, likely)


@pytest.mark.parametrize("numbers", [True, False])
def test_a_first_line_that_is_a_record_is_no_header(tmp_path, numbers):
    """首行是记录：不当作列名，其中的姓名、号码不出现在输出中。"""
    people = {
        name: [name, other] * 30 for name, other in zip(("张三", "王五", "人民路", "水费"), ("李四", "赵六", "中山路", "电费"), strict=True)
    }
    if numbers:  # one says it, where no other cell comes again
        people = {"13912345678": CALLS["主叫号码"]} | {name: [f"{name[0]}{k}" for k in range(N)] for name in people}
    done = look(tmp_path, {"C900": CALLS["通话ID"], "2024-03-02 08:00:00": CALLS["来电时间"], **people})
    said = done.text + done.found
    assert "header: [列1, 列2" in said and not any(cell in said for cell in ("张三", "人民路", "1391234", "C900"))
    assert told(done)["started_at"][0] == "列2" and done.looked[0].taken.rows == N + 1


def test_a_header_that_holds_a_number_is_neither_shown_nor_mapped(tmp_path):
    rows = {**CALLS, "13912345678备注": ["a", "b"] * 30, "13912345678打分": [k % 5 for k in range(N)]}
    done = look(tmp_path, rows, "通话13912345678.csv")
    assert "1391234" not in done.text + done.found and "***********备注" in done.found
    assert glob.glob(done.params.calls[0].files[0]) == [str(tmp_path / "通话13912345678.csv")]


def test_headers_of_two_lines_and_of_yaml_stay_what_they_are(tmp_path):
    rows = {
        "通话\nID": CALLS["通话ID"],
        "开始\n时间: x": CALLS["来电时间"],
        "结束\u2028时间 #1\ntitle: y": CALLS["来电时间"],
        "号码\n一": CALLS["主叫号码"],
        "号码\n二": CALLS["主叫号码"],
    }
    done = look(tmp_path, rows)
    assert done.params.title.zh == "a" and set(rows) >= {h for rule in done.params.calls[0].columns.values() for h in rule.source}
    assert write.note("甲\n乙\u2028丙 13912345678") == "甲 乙 丙 ***********" and write.yaml("甲\u2028乙") == '"甲\\u2028乙"'


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("13800000000", "1##########"),
        ("2024-03-01 10:20", "####-##-## ##:##"),
        ("张三", "字"),
        ("Agent/12", "A/##"),
        ("3分12秒", "#字##字"),
    ],
)
def test_values_are_told_as_shapes(text, shape):
    assert evidence.shown(text) == shape


def test_names_fold_and_units_stay():
    assert names.folded("主叫號碼 ") == names.folded("主叫号码") and names.folded("Call_ID") == names.folded("callId") == "callid"
    assert (
        names.folded("通话时长(分)") == "通话时长" and names.unit("通话时长(分)") == "minutes" and names.unit("hold_ms") == "milliseconds"
    )
    assert names.Names().of("calls", "QUENE")["queue"].systems >= 2
    assert "caller" not in {c for c, like in names.Names({"anonymous_bank_1999"}).of("calls", "customer_id").items() if like.share}
    assert propose.later("办结时间") and not propose.later("来电时间")
