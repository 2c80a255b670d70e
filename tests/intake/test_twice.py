"""The same records in two files, where no key names them: told where they are no chance, in every table of records; and honest rows that look alike are not."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hotline_analysis.errors import DataRefused
from hotline_analysis.intake import checks
from hotline_analysis.intake.check_words import sentence
from hotline_analysis.intake.store import Store
from tests.intake.storing import built

ASKED = "surveys", "call_id: 来电, agent: 员, invited_at: 邀评, answered_at: 答复, item_1: 总体", "来电,员,邀评,答复,总体"
TABLES = {  # table: columns, header, a row of it
    "calls": ("started_at: 时间, caller: {from: 号码, kind: phone}, issue_1: 类", "时间,号码,类", "{at},154{n:08d},水"),
    "orders": ("created_at: 时间, category_1: 类, department: 部门", "时间,类,部门", "{at},类{n},部门"),
    "order_steps": ("order_id: 单, started_at: 时间, department: 部门", "单,时间,部门", "O{n},{at},部门"),
    "surveys": ("call_id: 来电, invited_at: 时间, item_1: 总体", "来电,时间,总体", "C{n},{at},5"),
    "scores": (
        "source: {from: 源, values: {质检: quality_check}}, call_id: 来电, scored_at: 时间, item_1: 总体",
        "源,来电,时间,总体",
        "质检,C{n},{at},5",
    ),
    "checklist": ("role: 岗, item: 项, checked_at: 时间, done: 做", "岗,项,时间,做", "班长,项{n},{at},是"),
    "sessions": ("opened_at: 时间, agent: 员", "时间,员", "{at},员"),
    "messages": ("session_id: 会话, sent_at: 时间, speaker: {from: 方, values: {市民: customer}}", "会话,时间,方", "S{n},{at},市民"),
    "events": ("kind: {from: 类, values: {故障: outage}}, found_at: 时间, area: 区", "类,时间,区", "故障,{at},区"),
    "cases": (
        "listed_at: 时间, kind: {from: 类, values: {来电人: caller}}, caller: {from: 号码, kind: phone}",
        "时间,类,号码",
        "{at},来电人,154{n:08d}",
    ),
}


def stores(
    folder: Path, table: str, columns: str, header: str, files: dict[str, list[str]], more: str = "", once: str = ",导出"
) -> dict[str, dict]:
    """File -> file that has rows of it too -> day -> rows; every file says when it was exported, which no column maps."""
    for n, (name, lines) in enumerate(files.items()):
        text = "\n".join([header + once, *(line + (f",{n}" if once else "") for line in lines)])
        (folder / name).write_text(text + "\n", encoding="utf-8")
    path = folder / "line.yaml"
    items = "items: {item_1: {name: {zh: 总体, en: Overall}, scale: [1, 5]}}"
    path.write_text(
        f"title: 热线\nkey: published\npublic: true\n{items}\n{table}:\n  files: '*.csv'\n  columns: {{{columns}}}\n{more}",
        encoding="utf-8",
    )
    return {ledger.name: ledger.twice for ledger in built(path).ledgers}


def at(n: int, day: int = 2) -> datetime:
    return datetime(2024, 9, day, 8) + timedelta(minutes=7 * n, seconds=n)


@pytest.mark.parametrize("table", TABLES)
def test_the_same_records_in_two_files_are_told_in_every_table(table, tmp_path):
    """8 records exported twice, the second time at another hour: nothing is deleted, and all 8 are told. Of 7 it may be chance."""
    columns, header, row = TABLES[table]
    lines = [row.format(at=at(n), n=n) for n in range(8)]
    assert stores(tmp_path, table, columns, header, {"a.csv": lines, "b.csv": lines})["b.csv"] == {"a.csv": {"2024-09-02": 8}}
    assert stores(tmp_path, table, columns, header, {"a.csv": lines, "b.csv": lines[:7]}) == {"a.csv": {}, "b.csv": {}}


@pytest.mark.parametrize("table", ["surveys", "scores"])
def test_records_with_a_key_are_known_by_it(table, tmp_path):
    """Two graders of one call, or the export sent twice: the key says which."""
    columns, header, row = TABLES[table]
    lines = [row.format(at=at(n), n=n) for n in range(20)]
    assert not any(stores(tmp_path, table, columns, header, {"a.csv": lines, "b.csv": lines}, "  key: [来电, 导出]\n").values()), "two lots"
    assert not any(stores(tmp_path, table, columns, header, {"a.csv": lines, "b.csv": lines}, "  key: 来电\n").values()), "one lot, deleted"


def test_an_answer_that_has_come_since_makes_no_other_invitation(tmp_path):
    """20 invitations of September, 10 answered; the export of October has all 20 again, 18 answered, and the dates in another form. 12 of the 20 rows are equal in every cell and are
    one record already; the other 8 stand twice."""
    _, columns, header = ASKED
    asked = [(f"C{n}", f"员{n % 3}", at(n), at(n, 3 if n < 10 else 20) if n < 18 else "") for n in range(20)]
    old = [f"{c},{who},{when},{then if n < 10 else ''},{5 if n < 10 else ''}" for n, (c, who, when, then) in enumerate(asked)]
    new = [f"{c},{who},{when},{then},{5 if n < 18 else ''}" for n, (c, who, when, then) in enumerate(asked)]
    found = stores(tmp_path, "surveys", columns, header, {"9月.csv": old, "累计.csv": new}, once="")
    assert found == {"9月.csv": {}, "累计.csv": {"9月.csv": {"2024-09-02": 8}}}
    other = [f"{c},{who},{when:%Y/%m/%d %H:%M},," for c, who, when, _ in asked]
    found = stores(tmp_path, "surveys", columns, header, {"9月.csv": old, "累计.csv": other}, once="")
    assert [sum(days.values()) for pairs in found.values() for days in pairs.values()] == [20], "seconds that a spreadsheet took away"


def test_answers_alone_are_placed_by_when_they_came(tmp_path):
    lines = [f"C{n},{at(n)},5" for n in range(9)]
    found = stores(
        tmp_path, "surveys", "call_id: 来电, answered_at: 答复, item_1: 总体", "来电,答复,总体", {"a.csv": lines, "b.csv": lines}
    )
    assert found["b.csv"] == {"a.csv": {"2024-09-02": 9}}


def test_honest_rows_that_look_alike_are_no_record_exported_twice(tmp_path):
    """Two teams' checks of every day; two halls that each text their callers of yesterday at 9 o'clock; two desks with one answer a day each, of which only the day is known."""
    days = range(2, 28)
    checked = [f"班长,项{n},2024-09-{day:02d},是" for day in days for n in range(4)]
    columns, header, _ = TABLES["checklist"]
    assert not any(stores(tmp_path, "checklist", columns, header, {"东.csv": checked, "西.csv": checked}).values())
    _, columns, header = ASKED
    texted = [f",员{n % 2},2024-09-{day:02d} 09:00:00,," for day in days for n in range(40)]
    assert not any(stores(tmp_path, "surveys", columns, header, {"东.csv": texted, "西.csv": texted}).values())
    daily = [f",员1,2024-09-{day:02d},,5" for day in days]
    assert not any(stores(tmp_path, "surveys", columns, header, {"东.csv": daily, "西.csv": daily}).values())


def test_two_ways_of_asking_that_a_column_tells_apart_are_two_lots(tmp_path):
    """Each call is asked about by text message and by voice in the same minute: with the channel no row is another's."""
    _, columns, header = ASKED
    ways = {f"{way}.csv": [f"C{n},员,{at(n)},,,{way}" for n in range(20)] for way in ("短信", "语音")}
    assert [*stores(tmp_path, "surveys", columns, header + ",方式", ways)["语音.csv"]] == ["短信.csv"]
    assert not any(stores(tmp_path, "surveys", f"{columns}, channel: 方式", header + ",方式", ways).values())


def test_what_a_later_export_has_besides_does_not_hide_the_rest(tmp_path):
    """The later file says the department too, and params map it as a second source: they are compared by what both say."""
    lines = [f"C{n},{at(n)}" for n in range(8)]
    (tmp_path / "a.txt").write_text("\n".join(["来电,邀评", *lines]), encoding="utf-8")
    (tmp_path / "b.txt").write_text("\n".join(["来电,邀评,部门", *(f"{line},水务" for line in lines)]), encoding="utf-8")
    both = "  - {files: a.txt, columns: {call_id: 来电, invited_at: 邀评}}\n  - {files: b.txt, columns: {call_id: 来电, invited_at: 邀评, department: 部门}}\n"
    path = tmp_path / "line.yaml"
    path.write_text(f"title: 热线\nkey: published\npublic: true\nsurveys:\n{both}", encoding="utf-8")
    store = built(path)
    assert {ledger.name: ledger.twice for ledger in store.ledgers} == {"a.txt": {}, "b.txt": {"a.txt": {"2024-09-02": 8}}}
    (told,) = [row for row in _told(store) if row["check"] == "records twice"]
    assert (told["check"], told["where"], told["count"], told["share"], told["severity"]) == ("records twice", "b.txt", 8, 0.5, "severe")
    assert sentence(told, "zh").startswith("b.txt有8条与另一文件a.txt的记录同一时刻、同一人与同样的分类，编号不同或没有编号（50.0%）：")


def test_invitations_and_answers_in_two_sources_are_no_surveys_of_their_own(tmp_path):
    """20 invitations in one file, the answers to 10 of them in another, under no key: not 30 invitations of which 10 answered (33 %), but refused. Answers to other calls are another way of asking."""
    (tmp_path / "邀评.csv").write_text("来电,邀评\n" + "".join(f"C{n},{at(n)}\n" for n in range(20)), encoding="utf-8")
    sources = "  - {files: 邀评.csv, columns: {call_id: 来电, invited_at: 邀评}}\n  - {files: 答卷.csv, columns: {call_id: 来电, answered_at: 答复, item_1: 总体}}\n"
    path = tmp_path / "line.yaml"
    items = "items: {item_1: {name: {zh: 总体, en: Overall}, scale: [1, 5]}}"
    path.write_text(f"title: 热线\nkey: published\npublic: true\n{items}\nsurveys:\n{sources}", encoding="utf-8")
    answers = tmp_path / "答卷.csv"
    answers.write_text("来电,答复,总体\n" + "".join(f"C{n},{at(n, 3)},5\n" for n in range(10)), encoding="utf-8")
    with pytest.raises(DataRefused) as told:
        built(path)
    assert str(told.value) == (
        "surveys › call_id › 10 of 10 rows of 答卷.csv are answers to invitations of 邀评.csv, and each would count as an invitation of its own. "
        "Join the two into one file, an invitation a row with its answer."
    )
    answers.write_text("来电,答复,总体\n" + "".join(f"D{n},{at(n, 3)},5\n" for n in range(10)), encoding="utf-8")
    assert len(built(path).table("surveys").fetchall()) == 30


def test_agents_of_surveys_and_scores_whom_no_call_names_are_told(tmp_path):
    """Answers about two agents of the hotline and two of another's: nobody says whose they are, so they count, and are told."""
    (tmp_path / "来电.csv").write_text("时间,员\n" + "".join(f"{at(n)},员{n % 2}\n" for n in range(20)), encoding="utf-8")
    (tmp_path / "答卷.csv").write_text("时间,员,总体\n" + "".join(f"{at(n)},员{n % 4},5\n" for n in range(20)), encoding="utf-8")
    path = tmp_path / "line.yaml"
    tables = "calls: {files: 来电.csv, columns: {started_at: 时间, agent: 员}}\nsurveys: {files: 答卷.csv, columns: {invited_at: 时间, agent: 员, item_1: 总体}}"
    scores = "scores: {files: 答卷.csv, columns: {source: {is: quality_check}, scored_at: 时间, agent: 员, item_1: 总体}}"
    items = "items: {item_1: {name: {zh: 总体, en: Overall}, scale: [1, 5]}}"
    path.write_text(f"title: 热线\nkey: published\npublic: true\n{items}\n{tables}\n{scores}\n", encoding="utf-8")
    told = {row["where"]: (row["count"], row["share"], row["severity"]) for row in _told(built(path)) if row["check"] == "names not met"}
    assert told == {"surveys › agent": (2, 0.5, "info"), "scores › agent": (2, 0.5, "info")}


def test_surveys_of_several_exports_whose_channel_is_not_said_are_told(tmp_path):
    """Text messages and voice of September as two sources: which is which nobody says. With both channels, or in other months, there is nothing to say."""

    def said(month: int, *channels: str) -> list[tuple]:
        for name, n in (("短信", 9), ("语音", month)):
            (tmp_path / f"{name}.csv").write_text(
                "来电,邀评\n" + "".join(f"{name}{k},2024-0{n}-{k + 10} 08:00:00\n" for k in range(9)), encoding="utf-8"
            )
        sources = [
            f"  - {{files: {n}.csv, columns: {{call_id: 来电, invited_at: 邀评{c}}}}}"
            for n, c in zip(("短信", "语音"), channels, strict=True)
        ]
        path = tmp_path / "line.yaml"
        path.write_text("\n".join(["title: 热线", "key: published", "public: true", "surveys:", *sources]), encoding="utf-8")
        return [(row["where"], row["count"], row["severity"]) for row in _told(built(path)) if row["check"] == "channel not said"]

    assert said(9, "", "") == said(9, ", channel: {constant: 短信}", "") == [("surveys", 2, "info")]
    assert not said(9, ", channel: {constant: 短信}", ", channel: {constant: 语音}") and not said(8, "", "")


def _told(store: Store) -> list[dict]:
    tables = {name: store.table(name) for name in store.tables}
    return checks.checks(store.connection, tables, store.ledgers, store.params, cells=store.cells).to_dict("records")
