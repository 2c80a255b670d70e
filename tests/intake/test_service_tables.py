"""Chats, agents' time, staff, events and typed month figures through intake, and what is odd about them."""

import duckdb
import pytest

from hotline_analysis.errors import BadParams, DataRefused, NoInput
from hotline_analysis.hotline import open_hotline
from hotline_analysis.intake import checks
from hotline_analysis.intake.convert import instants
from hotline_analysis.intake.store import Store
from hotline_analysis.params import load
from tests.intake.storing import export, rows

TOP = "title: 热线\nholidays: ''\nkey: published\npublic: true\n"
PARTS = {
    "calls": """calls:
  files: calls.csv
  columns: {started_at: 时间, agent: 工号, unit: 班组}
""",
    "sessions": """sessions:
  files: chats.csv
  key: 会话
  columns:
    session_id: 会话
    caller: {from: 号码, kind: phone}
    agent: 工号
    served_by: {from: 服务方, values: {机器人: bot, 人工: agent, 转人工: both}}
    opened_at: 开始
    handed_at: 转人工
    closed_at: 结束
    closed_by: {from: 结束方, values: {客服: agent, 市民: customer, 超时: system}}
    pushed: 推荐
    adopted: {from: 采纳, values: {无: 0}}
    resolved: 解决
""",
    "messages": """messages:
  files: lines.csv
  columns: {session_id: 会话, sent_at: 时间, speaker: {from: 发言, values: {客服: agent, 市民: customer, 机器人: bot}}}
""",
    "agent_time": """agent_time:
- files: log.csv
  columns: {agent: 工号, unit: 班组, starts_at: 开始, ends_at: 结束, state: {from: 状态, values: {就绪: ready, 通话: talk, 小休: break}}}
- files: roster.csv
  columns: {agent: 工号, starts_at: 上班, seconds: {from: 工时, unit: hours}, state: {is: planned}}
""",
    "events": """events:
- files: outages.csv
  columns: {kind: {is: outage}, found_at: 开始, repaired_at: 恢复}
- files: register.csv
  columns: {event_id: 编号, kind: {from: 类型, values: {舆情: opinion, 知识: script}}, reason: 原因, found_at: 发现, warned_at: 预警, due_at: 时限, repaired_at: 修复}
""",
    "staff": """staff:
  files: hr.csv
  columns: {month_at: 月份, unit: 班组, headcount: 在岗, leavers: 离职, scheduled_days: 应出勤, attended_days: 实出勤, cost: 成本}
""",
    "aggregates": """aggregates:
  files: typed.csv
  columns: {month_at: 月份, indicator: 指标, numerator: 分子, denominator: 分母, value: 数值}
""",
}
FILES = {
    "calls.csv": ("时间,工号,班组", ["2024-03-01 09:00:00,101,一班", "2024-03-02 09:00:00,102,一班"]),
    "chats.csv": (
        "会话,号码,工号,服务方,开始,转人工,结束,结束方,推荐,采纳,解决",
        [
            "H1,15400000001,,机器人,2024-03-01 09:00:00,,2024-03-01 09:02:00,市民,1,1,是",
            "H2,15400000002,201,转人工,2024-03-01 10:00:00,2024-03-01 10:01:00,2024-03-01 10:09:00,客服,2,无,否",
            "H3,15400000001,201,人工,2024-03-02 10:00:00,,2024-03-02 09:00:00,超时,1,3,",  # ends before it begins; adopts more than was pushed
            "H4,,202,人工,2024-03-02 11:00:00,,2024-03-02 11:05:00,市民,1.5,-1,是",  # half a push, a negative number
        ],
    ),
    "lines.csv": (
        "会话,时间,发言",
        ["H2,2024-03-01 10:00:10,市民", "H2,2024-03-01 10:01:30,客服", "H2,2024-03-01 11:00:00,客服", "H9,2024-03-01 10:00:10,市民"],
    ),
    "log.csv": (
        "工号,班组,开始,结束,状态",
        [
            "101,一班,2024-03-01 08:00:00,2024-03-01 09:00:00,就绪",
            "101,一班,2024-03-01 08:30:00,2024-03-01 08:40:00,通话",  # inside the stretch before it
            "101,一班,2024-03-01 09:00:00,2024-03-01 08:59:00,小休",  # negative
            "103,二班,2024-03-01 08:00:00,2024-03-01 08:10:00,用餐",  # a state that params do not list
            "103,二班,2024-03-01 08:10:00,2024-03-01 08:20:00,就绪",
        ],
    ),
    "roster.csv": ("工号,上班,工时", ["101,2024-03-01 08:00:00,8", "102,2024-03-02 08:00:00,8"]),
    "outages.csv": ("开始,恢复", ["2024-03-01 14:05:00,2024-03-01 15:20:00"]),
    "register.csv": (
        "编号,类型,原因,发现,预警,时限,修复",
        ["E1,舆情,,2024-03-01 09:00:00,2024-03-01 08:00:00,2024-03-01 11:00:00,", "E2,知识,知识已更新,2024-03-02 09:00:00,,,2024-03-04 09:00:00"],
    ),
    "hr.csv": (
        "月份,班组,在岗,离职,应出勤,实出勤,成本",
        ["2024-02,一班,12,0,260.5,250,96000", '2024年3月,一班,12人,1,250,255,"1,096,000元"', "202403,二班,10,11,200,190,80000", "2024/3/31,二班,10,1,200,190,80000"],
    ),
    "typed.csv": (
        "月份,指标,分子,分母,数值",
        ["2024-03,self_service,,,31200", "2024-03,call_satisfaction,180,200,90%", "2024-02,call_satisfaction,180,200,90", "2024-01,call_satisfaction,150,200,0.95"],
    ),
}  # fmt: skip


MONTHS = {
    **{text: f"2023-{n}-01" for n in (1, 9, 10, 11, 12) for text in (f"2023年{n}月", f"2023-{n}", f"2023/{n}", f"2023.{n}", f"2023 年 {n} 月份")},
    **{f"2023{n:02}": f"2023-{n:02}-01" for n in (1, 10, 12)},
    "２０２３年１２月": "2023-12-01",
    "2023-13": "2023-13",
    "2023-10-31": "2023-10-31",
    "20231031": "20231031",
    "2023年": "2023年",
    "": "",
}  # fmt: skip


def written(folder, *names, top: str = TOP, **changed):
    for name, (header, lines) in FILES.items():
        export(folder, name, changed.get(name.removesuffix(".csv"), lines), header)
    file = folder / "line.yaml"
    file.write_text(top + "".join(PARTS[name] for name in names), encoding="utf-8")
    return file


def store(folder, *names, **more) -> Store:
    made = Store(load(written(folder, *names, **more)))
    made.build(progress=False)
    return made


def found_in(h) -> dict:
    return {(r["check"], r["where"]): (int(r["count"]), r["severity"]) for r in h.checks.to_dict("records") if r["count"] == r["count"]}


def test_chats_are_rows_with_counts_and_closed_words(tmp_path):
    made = store(tmp_path, "sessions")
    assert rows(made, "session_id, served_by, closed_by, pushed, adopted, resolved, handed_s - opened_s", "sessions") == [
        ("H1", "bot", "customer", 1, 1, True, None),
        ("H2", "both", "agent", 2, 0, False, 60),
        ("H3", "agent", "system", 1, 3, None, None),
        ("H4", "agent", "customer", None, -1, True, None),
    ]
    assert {(c["column"], c["reason"], c["count"]) for c in made.cells} >= {("pushed", "value", 1)}


def test_the_length_of_a_stretch_comes_from_its_ends_where_no_seconds_are_exported(tmp_path):
    made = store(tmp_path, "agent_time")
    assert sorted(rows(made, "agent, state, seconds", "agent_time")) == [
        ("101", "break", -60), ("101", "planned", 28800), ("101", "ready", 3600), ("101", "talk", 600), ("102", "planned", 28800), ("103", "ready", 600),
    ]  # fmt: skip
    (log,) = [ledger for ledger in made.ledgers if ledger.name == "log.csv"]
    assert dict(log.rejected) == {"word › state": 1}, "time in a state that params do not list is in no sum, and told"
    assert made.params.assumed is None, "that a file is the roster assumes nothing of its rows"


def test_a_month_may_be_written_in_any_way_and_is_the_first_of_the_hotlines_month(tmp_path):
    made = store(tmp_path, "staff")
    assert sorted(rows(made, "month_at::VARCHAR, unit, leavers, headcount, scheduled_days, cost", "staff")) == [
        ("2024-02-01 00:00:00", "一班", 0, 12, 260.5, 96000),
        ("2024-03-01 00:00:00", "一班", 1, 12, 250, 1096000),
        ("2024-03-01 00:00:00", "二班", 1, 10, 200, 80000),
        ("2024-03-01 00:00:00", "二班", 11, 10, 200, 80000),
    ]
    assert made.facts["data_start"] == "2024-02-01" and made.facts["data_end"] == "2024-04-01", "a month ends at its last day"


def test_every_written_month_is_its_first_day_and_nothing_else_is_a_month():
    with duckdb.connect() as engine:
        engine.execute(instants.MACROS)
        read = {text: engine.execute("SELECT whole_month(?)", [text]).fetchone()[0] for text in MONTHS}
    assert read == MONTHS


@pytest.mark.parametrize(
    ("period", "month", "starts"),
    [
        ("{start_day: 1, cut_hour: 12}", "2024-03-01 12:00:00", "2024-02-01"),
        ("{start_day: 19}", "2024-03-01 00:00:00", "2024-01-19"),
        ("{start_day: 19, cut_hour: 6}", "2024-03-01 06:00:00", "2024-01-19"),
    ],
)
def test_a_month_is_the_hotlines_own_wherever_it_cuts_its_months_and_days(tmp_path, period, month, starts):
    """2024-03 of a hotline that closes on the 18th runs from 19 February: the first of March lies in it at every hour of the cut."""
    hr = ["2024-02,一班,12,0,260,250,1", "2024-03,一班,12,1,250,245,1"]
    h = open_hotline(written(tmp_path, "staff", top=TOP + f"period: {period}\n", hr=hr), "2024-03", progress=False)
    assert h.months == ["2024-02", "2024-03"] and h.store.facts["data_start"] == starts
    seen = h.view.within("staff").collect("pandas").to_native()
    assert seen["month_at"].dt.strftime("%Y-%m-%d %H:%M:%S").tolist() == [month] and seen["leavers"].tolist() == [1]


def test_typed_figures_keep_their_key_and_a_percentage_is_a_fraction(tmp_path):
    found = rows(store(tmp_path, "aggregates"), "month_at::DATE::VARCHAR, indicator, numerator, denominator, value", "aggregates")
    assert sorted(found, key=str) == sorted(
        [("2024-01-01", "call_satisfaction", 150, 200, 0.95), ("2024-02-01", "call_satisfaction", 180, 200, 90), ("2024-03-01", "call_satisfaction", 180, 200, 0.9),
         ("2024-03-01", "self_service", None, None, 31200)], key=str,
    )  # fmt: skip


EXPECTED = {
    ("out of order", "sessions › closed_at"): (1, "severe"),
    ("more than the whole", "sessions › adopted"): (1, "severe"),
    ("negative number", "sessions › adopted"): (1, "severe"),
    ("unread cells", "sessions › pushed"): (1, "major"),
    ("unknown ids", "messages › session_id"): (1, "major"),
    ("outside its session", "messages › sent_at"): (1, "severe"),
    ("overlap", "agent_time › seconds"): (1, "severe"),
    ("negative duration", "agent_time › seconds"): (1, "severe"),
    ("names not met", "agent_time › agent"): (1, "info"),
    ("names not met", "agent_time › unit"): (1, "info"),
    ("out of order", "events › warned_at"): (1, "severe"),
    ("month typed twice", "staff › unit"): (1, "severe"),
    ("more than the whole", "staff › leavers"): (1, "severe"),
    ("more than the whole", "staff › attended_days"): (1, "severe"),
    ("value contradicts its parts", "aggregates › value"): (1, "severe"),
}


def test_what_is_odd_is_told_in_words(tmp_path):
    h = open_hotline(written(tmp_path, *PARTS), "all", progress=False)
    found = found_in(h)
    assert {key: found.get(key) for key in EXPECTED} == EXPECTED
    told = list(h.checks["told_zh"]) + list(h.checks["told_en"])
    for sentence in (
        "坐席工时 › 时长有1段在同一人的前一段结束之前开始（20.0%），时长会重复计算",
        "人力月报 › 单位有1行的月份已录入过（25.0%），合计会重复计算",
        "在线会话 › 采纳条数有1条大于推荐条数（33.3%）",
        "坐席工时 › 话务员有1个名称在来电中没有出现过（33.3%）",
        "month figures typed in › Value: 1 values are not what their numerator and denominator give (33.3%)",
        "chat messages › Sent at: 1 lie outside their session (33.3%)",
    ):
        assert sentence in told, told


def test_a_word_that_is_no_indicator_is_told_and_hides_no_other_finding(tmp_path):
    h = open_hotline(written(tmp_path, "aggregates", "staff", typed=["2024-03,call_satisfacton,180,200,90%"]), "2024-03", progress=False)
    found = found_in(h)
    assert found[("unknown indicators", "aggregates › indicator")] == (1, "major") and ("month typed twice", "staff › unit") in found
    assert h.grade[0] == "poor"


def test_a_typed_share_above_one_is_told_and_not_used(tmp_path):
    h = open_hotline(
        written(tmp_path, "aggregates", typed=["2024-03,busy_rate,,,95.6", "2024-03,connection_rate,,,95.6%"]), "2024-03", progress=False
    )
    told = h.checks[h.checks["check"] == "typed above its bound"].iloc[0]
    assert (told["severity"], told["detail"]) == ("major", "busy_rate") and "请写95.6%或0.956" in told["told_zh"]
    figures = h.indicators.set_index("indicator")["value"].dropna().to_dict()
    assert figures == {"connection_rate": 0.956}


def test_checks_that_could_not_be_made_are_no_good_grade(tmp_path, monkeypatch):
    def refused(*args, **more):
        raise DataRefused("checks", "no calls.")

    monkeypatch.setattr(checks, "checks", refused)
    h = open_hotline(written(tmp_path, "staff"), "2024-03", progress=False)
    assert h.grade == ("poor", "no calls") and not len(h.checks)


def test_hours_of_states_add_up_to_at_most_an_hour(tmp_path):
    """One row a state and hour: 1,800 + 1,800 s is an hour, 1,801 + 1,801 its rounding, 2,700 + 1,800 is more; a day's plan is no fault."""
    log = [
        f"101,一班,2024-03-01 {hour:02}:00:00,2024-03-01 {hour:02}:{minute}:{second:02},{state}"
        for hour, minute, second in ((8, 30, 0), (9, 30, 1), (10, 37, 30), (11, 20, 0))
        for state in ("就绪", "通话")
    ]
    h = open_hotline(written(tmp_path, "agent_time", log=log), "all", progress=False)
    found = found_in(h)
    assert found[("overfull", "agent_time › seconds")] == (1, "severe") and ("overlap", "agent_time › seconds") not in found
    assert not any(check == "rows twice" for check, _ in found)
    twice = open_hotline(written(tmp_path, "agent_time", log=[*log, log[-1]]), "all", progress=False)
    assert found_in(twice)[("rows twice", "agent_time › state")] == (1, "severe")


def test_a_shift_beside_its_states_counts_their_time_twice_and_a_month_in_a_row_is_of_no_day(tmp_path):
    """Eight states of an hour inside a stretch of eight: all but the first begin before it has ended, one with the shift adds to it. A row of 160 hours is more than its day has."""
    states = [f"101,一班,2024-03-01 {h:02}:00:00,2024-03-01 {h + 1:02}:00:00,{'就绪通话'[h % 2 * 2 : h % 2 * 2 + 2]}" for h in range(9, 17)]
    shift = "101,一班,2024-03-01 08:59:59,2024-03-01 17:00:00,小休"
    found = found_in(open_hotline(written(tmp_path, "agent_time", log=[*states, shift]), "all", progress=False))
    assert found[("overlap", "agent_time › seconds")] == (8, "severe")
    month = [f"{who},一班,2024-03-01 00:00:00,2024-03-07 16:00:00,就绪" for who in (101, 102)]
    found = found_in(open_hotline(written(tmp_path, "agent_time", log=month), "all", progress=False))
    assert found[("overfull", "agent_time › seconds")] == (2, "severe")


def test_a_total_beside_its_teams_is_told_however_it_is_called(tmp_path):
    """20 and 10 people cost 96,000 and 48,000; the sum of both below them doubles every sum. Small numbers add up by chance."""
    rows = ["2024-03,一班,20,1,400,380,96000", "2024-03,二班,10,0,200,190,48000"]
    totals = ["2024-03,合计,30,1,600,570,144000", "2024-03,,30,1,600,570,144000", "2024-03,全中心,30,1,600,570,144000"]
    for total in totals:
        found = found_in(open_hotline(written(tmp_path, "staff", hr=[*rows, total]), "2024-03", progress=False))
        assert found[("total among its parts", "staff › unit")] == (1, "severe"), total
    for more in ([], ["2024-03,三班,10,1,200,188,48000"], ["2024-03,三班,30,1,600,560,150000"]):
        found = found_in(open_hotline(written(tmp_path, "staff", hr=[*rows, *more]), "2024-03", progress=False))
        assert ("total among its parts", "staff › unit") not in found, more


def test_agents_whom_one_of_calls_states_and_roster_lacks_are_told_by_what_they_bring(tmp_path):
    """101 to 104 are planned for 8 h and answer a call each; the states are of 101 and 102 alone, and of 109 of whom nobody planned."""
    calls = [f"2024-03-01 09:0{n}:00,{101 + n},一班,接通" for n in range(4)]
    log = [f"{who},一班,2024-03-01 08:00:00,2024-03-01 12:00:00,就绪" for who in (101, 102, 109)]
    roster = [f"{who},2024-03-01 08:00:00,8" for who in (101, 102, 103, 104)]
    file = written(tmp_path, "calls", "agent_time", log=log, roster=roster)
    export(tmp_path, "calls.csv", calls, "时间,工号,班组,结果")
    said = file.read_text(encoding="utf-8").replace("unit: 班组}", "unit: 班组, outcome: {from: 结果, values: {接通: answered}}}", 1)
    file.write_text(said, encoding="utf-8")
    frame = open_hotline(file, "2024-03", progress=False).checks.set_index("check")
    told = {c: (int(frame.loc[c, "count"]), round(frame.loc[c, "share"], 3), frame.loc[c, "severity"]) for c in frame.index if "out" in c}
    assert {c: told[c] for c in ("calls without time", "roster without time", "time without a roster")} == {
        "calls without time": (2, 0.5, "severe"), "roster without time": (2, 0.5, "severe"), "time without a roster": (1, 0.333, "severe"),
    }  # fmt: skip
    other = [f"{who},一班,2024-03-01 08:00:00,2024-03-01 12:00:00,就绪" for who in ("甲", "乙")]
    export(tmp_path, "log.csv", other, FILES["log.csv"][0])
    found = found_in(open_hotline(file, "2024-03", progress=False))
    assert not {c for c, _ in found} & set(told) and ("names not met", "agent_time › agent") in found  # names are written otherwise


def test_hours_and_days_that_begin_at_midnight_lack_no_clock_time(tmp_path):
    log = [f"101,一班,2024-03-{day:02} 00:00:00,2024-03-{day:02} 06:00:00,就绪" for day in range(1, 20)]
    found = found_in(open_hotline(written(tmp_path, "agent_time", "staff", log=log), "all", progress=False))
    assert not any(check == "midnight only" for check, _ in found)


def test_names_that_never_meet_are_a_fault(tmp_path):
    calls = ["2024-03-01 09:00:00,张三,一班", "2024-03-02 09:00:00,李四,一班"]
    found = found_in(open_hotline(written(tmp_path, "calls", "agent_time", calls=calls), "all", progress=False))
    assert found[("names not met", "agent_time › agent")] == (3, "major")


JUDGED = {  # what is judged of a table without calls
    "sessions": ("bot_interception", "bot_contained", "chat_handling_seconds"), "agent_time": ("adherence", "occupancy", "utilisation"),
    "events": ("script_repair", "script_repaired_due", "opinion_warned", "opinion_warned_judged"), "staff": ("attendance", "attrition", "attrition_a_year"),
    "aggregates": ("call_satisfaction",),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in PARTS if name != "calls"])
def test_each_table_may_stand_alone(tmp_path, name):
    file = written(tmp_path, name)
    h = open_hotline(file, "2024-03", progress=False)
    assert (h.store.tables, h.store.facts["leading"]) == ((name,), name) and h.latest == h.months[-1] == "2024-03"
    assert len(h.view.within(name).collect("pandas")) and not h.checks["check"].isin(("no records", "missing day", "far date")).any()
    if name in JUDGED:
        told = h.verdicts.loc[h.verdicts["value"].notna(), "indicator"]
        assert not h.verdicts.attrs["missing"] and set(JUDGED[name]) <= set(told)
    else:  # no indicator is of this table alone
        assert h.verdicts.attrs["missing"] == {"zh": "未提供：来电", "en": "not provided: calls"} and h.indicators.empty
    if name in ("staff", "aggregates"):
        assert h.days.attrs["missing"] == {"zh": "只有月度数字，没有每日记录", "en": "figures of months only, no records of days"}


def test_a_month_without_its_figures_is_told_and_one_of_a_mistyped_year_ends_nothing(tmp_path):
    hr = ["2024-01,一班,12,0,1,1,1", "2024-02,一班,12,0,1,1,1", "2042-03,一班,12,0,1,1,1"]
    h = open_hotline(written(tmp_path, "staff", hr=hr), "all", progress=False)
    assert h.months == ["2024-01", "2024-02"]
    assert ("outside the data", "staff › 2042-03-01") in found_in(h)
    with pytest.raises(NoInput):
        open_hotline(tmp_path / "line.yaml", "2024-03", progress=False)


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        ("agent_time", ", state: {is: planned}", "", "agent_time › columns: 'state' is missing; without it nobody knows what a row of agent_time is"),
        ("agent_time", "ends_at: 结束, ", "", "agent_time › columns: 'seconds' is missing; map it, or ends_at, from which it is worked out"),
        ("staff", "month_at: 月份, ", "", "staff › columns: 'month_at' is missing; without it no row of staff has a place in time"),
        ("staff", "cost: 成本", "costs: 成本", "staff › columns › 'costs' is not a column of staff. Did you mean 'cost'?"),
        ("events", "is: outage", "is: outages", "events › columns › kind › is: 'outages' is not one of opinion, script, outage, intervention, other. Did you mean 'outage'?"),
        ("sessions", "机器人: bot", "机器人: robot", "sessions › columns › served_by › values: 'robot' is not one of bot, agent, both. Did you mean 'bot'?"),
        ("sessions", "无: 0", "无: 零", "sessions › columns › adopted › values: '零' is not a number; write the score that the word stands for, such as 5"),
        ("aggregates", "indicator: 指标, ", "", "aggregates › columns: 'indicator' is missing; without it nobody knows what a row of aggregates is"),
    ],
)  # fmt: skip
def test_mistakes_are_sentences(tmp_path, name, old, new, sentence):
    file = written(tmp_path, name)
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(BadParams) as said:
        load(file)
    assert sentence in str(said.value)


def test_exports_that_overlap_bring_a_row_once(tmp_path):
    file = written(tmp_path, "sessions")
    export(tmp_path, "chats_2.csv", FILES["chats.csv"][1][2:], FILES["chats.csv"][0])
    file.write_text(file.read_text(encoding="utf-8").replace("files: chats.csv", "files: chats*.csv"), encoding="utf-8")
    h = open_hotline(file, "all", progress=False)
    assert h.ledger["accepted"].sum() == 4 and h.ledger["duplicates"].sum() == 2 and h.ledger["physical"].sum() == 8
