"""The invented hotline: the files are what the documentation says, and what is planted is there."""

import csv
import hashlib
import io
from collections import Counter
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from zipfile import ZipFile

import holidays
import numpy as np
import pandas as pd
import phonenumbers
import pytest

from hotline_analysis import sample
from hotline_analysis.intake.convert.identity import KNOWN, WITHHELD, identify
from hotline_analysis.params import load
from hotline_analysis.sample import chats, city, draws, export, handling, opinions, planted, records, registers, simulate, staffing, write
from tests.shared import shared

PARAMS = load(Path(__file__).parents[2] / "params" / "sample.yaml")
DIGEST = "b8aeec1c41782d60"
CALLS_DIGEST = "3d62cfb1ef8feaea"  # of version 6: what is added has random streams of its own


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return shared(tmp_path_factory, "sample", lambda made: sample.write_sample(made / "exports", progress=False)) / "exports"


@pytest.fixture(scope="module")
def truth() -> pd.DataFrame:
    return planted.truth()


def text_of(folder: Path, month: str) -> str:
    return (folder / f"来电明细_{month}.csv").read_bytes().decode("gb18030")


def rows_of(folder: Path, month: str) -> list[dict[str, str]]:
    """The whole rows of one month: those with every field."""
    header, *rows = csv.reader(io.StringIO(text_of(folder, month)))
    return [dict(zip(header, row, strict=True)) for row in rows if len(row) == len(header) and any(row)]


def sheet_of(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_excel(folder / f"{name}.xlsx", header=2, engine="calamine", dtype=str)


def all_of(folder: Path, name: str) -> pd.DataFrame:
    """The months of one export put together."""
    return pd.concat([pd.read_csv(path, encoding="gb18030") for path in sorted(folder.glob(f"{name}_*.csv"))], ignore_index=True)


def digest(folder: Path, names: str = "*") -> str:
    """Of the CSV files' bytes and the workbooks' parts: a different zlib may pack the same sheet into other bytes."""
    whole = hashlib.sha256()
    for path in sorted(folder.glob(names)):
        if path.suffix == ".csv":
            whole.update(path.read_bytes())
        elif path.suffix == ".xlsx":
            with ZipFile(path) as book:
                for part in book.namelist():
                    whole.update(book.read(part))
    return whole.hexdigest()[:16]


# -- files ---------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_same_content_on_every_machine(folder):
    assert digest(folder) == DIGEST, "the sample has changed: raise sample.VERSION, write it into docs/sample.md and the changelog"
    assert digest(folder, "来电明细_*.csv") == CALLS_DIGEST


def test_a_second_call_writes_nothing(folder):
    before = {p.name: p.stat().st_mtime_ns for p in folder.iterdir()}
    assert len(sample.write_sample(folder, progress=False)) == write.FILES == 76
    assert {p.name: p.stat().st_mtime_ns for p in folder.iterdir()} == before


def test_a_part_or_another_version_is_not_current(folder, tmp_path):
    assert sample.is_current(folder)
    assert not sample.is_current(tmp_path)
    (tmp_path / sample.STAMP).write_text('{"version": 1, "files": {"来电明细_202308.csv": 5}}', encoding="utf-8")
    assert not sample.is_current(tmp_path)
    (tmp_path / sample.STAMP).write_text("[]", encoding="utf-8")
    assert not sample.is_current(tmp_path)


def test_a_killed_run_leaves_the_old_files_or_none(tmp_path, monkeypatch):
    def killed(folder, calls, step):
        (folder / "来电明细_202308.csv").write_text("half", encoding="utf-8")
        raise KeyboardInterrupt

    monkeypatch.setattr(simulate, "run", lambda: None)
    monkeypatch.setattr(write, "write_all", killed)
    with pytest.raises(KeyboardInterrupt):
        sample.write_sample(tmp_path / "exports", progress=False)
    assert list(tmp_path.iterdir()) == []


def test_params_name_every_column_of_the_exports():
    used = {name for column in PARAMS.calls[0].columns.values() for name in column.source}
    assert used == set(export.CALL_HEADERS)
    assert {name for column in PARAMS.orders[0].columns.values() for name in column.source} == set(export.ORDER_HEADERS)


def test_params_name_every_column_of_the_other_exports(folder):
    """All but the comment in the citizen's own words."""
    for table, name, left in (
        ("order_steps", "流转记录_202404", set()), ("surveys", "满意度调查_202409", {"意见"}), ("scores", "质检抽查", set()), ("checklist", "关键行为检查表", set()),
        ("agent_time", "坐席状态_202404", set()), ("sessions", "在线会话_202404", set()), ("messages", "会话消息_202404", set()),
    ):  # fmt: skip
        header = (folder / f"{name}.csv").read_bytes().decode("gb18030").split("\r\n")[0].split(",")
        used = {header for column in PARAMS.sources(table)[0].columns.values() for header in column.source}
        assert used == set(header) - left
    for table, place, name, left in (
        ("agent_time", 1, "排班表", {"班次"}), ("staff", 0, "人力月报", set()), ("events", 0, "故障登记", set()), ("events", 1, "舆情登记", set()),
        ("events", 2, "知识修复登记", set()), ("aggregates", 0, "手工月报", set()), ("cases", 0, "排查登记", {"详细说明"}),
    ):  # fmt: skip
        used = {header for column in PARAMS.sources(table)[place].columns.values() for header in column.source}
        assert used == set(sheet_of(folder, name)) - left


def test_params_know_every_word_of_the_exports(folder):
    for row in rows_of(folder, "202409"):
        assert row["通话结果"] in PARAMS.calls[0].columns["outcome"].values
        assert row["呼叫方向"] in PARAMS.calls[0].columns["direction"].values
        assert row["满意度评价"] in {"", *PARAMS.calls[0].columns["rating"].values}


def test_files_are_gb18030_and_not_gbk(folder):
    text = text_of(folder, "202409")
    assert "赵䶮(1039)" in text
    with pytest.raises(UnicodeEncodeError):
        text.encode("gbk")


def test_damage_is_as_documented(folder):
    fields = len(export.CALL_HEADERS)
    for month, damage in export.DAMAGE.items():
        records = text_of(folder, month.replace("-", "")).split("\r\n")[:-1]
        short = [r for r in records if r and r.count(",") < fields - 1]
        assert len(short) == damage.get("cut", 0) + 2 * damage.get("split", 0)
        assert sum(r.count(",") > fields - 1 for r in records) == damage.get("extra", 0)
        assert records.count("") == damage.get("blank", 0)
        assert records.count("," * (fields - 1)) == damage.get("commas", 0)


def test_two_days_are_exported_twice_and_the_newer_export_knows_more_ratings(folder):
    for day, old, new in (("2024-02-29", "202402", "202403"), ("2024-08-31", "202408", "202409")):
        first, second = ({r["来电编号"]: r for r in rows_of(folder, m) if r["来电时间"].startswith(day)} for m in (old, new))
        assert first.keys() == second.keys() and len(first) > 500
        changed = [key for key in first if first[key] != second[key]]
        assert 10 < len(changed) < 40
        assert all(first[key]["满意度评价"] == "" and second[key]["满意度评价"] == "满意" for key in changed)


def test_dates_were_written_otherwise_before_2024(folder):
    assert "2023/8/1 0:" in text_of(folder, "202308")
    assert "2024-01-01 0" in text_of(folder, "202401")


# -- numbers that belong to nobody ---------------------------------------------------------------------------------------------------------


def test_no_number_can_be_a_persons():
    own, landline, _ = export.phone_book()
    numbers = ["0647" + str(n) if wired else export.mobile(n) for n, wired in zip(own.tolist(), landline.tolist(), strict=True)]
    assert len(set(numbers)) == len(numbers) == export.callers_total()
    assert all(len(n) == 11 and n.startswith(("154", "0647")) for n in numbers)
    for number in numbers[::50] + numbers[-2:]:
        assert not phonenumbers.is_valid_number(phonenumbers.parse(number, "CN"))


@pytest.mark.slow
def test_every_written_form_leads_back_to_its_caller(folder, truth):
    rule = PARAMS.calls[0].columns["caller"]
    callers, withheld = (truth.set_index("call_id")[name].to_dict() for name in ("caller", "withheld"))
    seen, states, read = {}, Counter(), cache(lambda text: identify(text, rule, "phone"))
    for row in rows_of(folder, "202409"):
        if row["呼叫方向"] != "呼入" or row["通话结果"] == "测试":
            continue
        who, caller = read(row["主叫号码"]), callers[row["来电编号"]]
        states[who.state] += 1
        assert (who.state == WITHHELD) == withheld[row["来电编号"]]
        if who.state == KNOWN:
            assert seen.setdefault(who.value, caller) == caller
    assert len(set(seen.values())) == len(seen)
    assert 0.03 < states[WITHHELD] / sum(states.values()) < 0.04
    assert 20 < states["invalid"] < 100


# -- calendar ------------------------------------------------------------------------------------------------------------------------------


def test_holidays_are_the_announced_ones():
    announced = holidays.country_holidays("CN", years=(2023, 2024))
    days = [city.FIRST_DAY + timedelta(days=n) for n in range(city.DAYS)]
    assert [d for d in days if d.weekday() < 5 and (d in announced) != (d in city.HOLIDAYS)] == []
    assert all(d.weekday() >= 5 for d in city.WORKING_WEEKENDS)
    assert city.is_working(date(2024, 9, 14)) and not city.is_working(date(2024, 9, 16))


# -- truths --------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", city.CLASSES, ids=lambda kind: kind.key)
def test_planted_exposure_is_the_80_percent_point(kind):
    table = simulate.DELAY[city.CLASSES.index(kind)]
    at = draws.read(table, np.array([int(0.8 * (1 << draws.BITS))]))[0] / 3600
    assert at == pytest.approx(kind.exposure_hours, rel=0.005)


@pytest.mark.parametrize("kind", city.CLASSES, ids=lambda kind: kind.key)
def test_labelled_delays_have_the_planted_exposure(kind, truth):
    first = truth[(truth.caused_by != "")].drop_duplicates("caused_by").set_index("caused_by").delay_seconds
    index = truth[truth.answered & (truth.class_key == kind.key) & (truth.start_s < planted.EPOCH + (city.DAYS - 8) * 86_400)]
    assert first.reindex(index.call_id).quantile(0.8) / 3600 == pytest.approx(kind.exposure_hours, rel=0.03)


def test_size_connection_and_the_changed_month(truth):
    months = truth.groupby(pd.to_datetime(truth.start_s + 8 * 3600, unit="s").dt.strftime("%Y-%m")).answered.agg(["size", "mean"])
    assert len(months) == 14 and months["size"].between(33_000, 42_000).all()
    assert months["mean"].iloc[:-1].between(0.935, 0.965).all()
    assert months["mean"].iloc[-1] < 0.92


def test_three_agents_leave_problems_unsolved_and_one_hangs_up(truth):
    answered = truth[truth.answered]
    back = answered.call_id.isin(set(truth.caused_by)).groupby(answered.agent).mean().sort_values(ascending=False)
    assert set(back.index[:3]) == {city.agent_label(a) for a in city.UNSOLVED}
    assert back.iloc[:3].min() > 1.7 * back.iloc[3]
    calls = planted.simulated()[0]
    short = (calls.talk <= 9)[calls.state == simulate.ANSWERED]
    who = calls.agent[calls.state == simulate.ANSWERED]
    assert short[who == city.HANGS_UP].mean() == pytest.approx(0.27, abs=0.015)
    assert short[who != city.HANGS_UP].mean() < 0.01


def test_the_peak_has_too_few_agents(truth):
    hour = (truth.start_s - planted.EPOCH) // 3600 % 24
    assert truth.answered[hour.isin([9, 10])].mean() < 0.84
    assert truth.answered[~hour.isin([9, 10])].mean() > 0.95


def test_the_outage_has_no_record_and_a_burst_after_it(truth):
    first, last = (planted.EPOCH + simulate.day_index(d) * 86_400 + s for d, s in simulate.OUTAGE)
    assert not truth.start_s.between(first, last - 1).any()
    assert truth.start_s.between(last, last + 2_699).sum() > 1.7 * truth.start_s.between(first - 2_700, first - 1).sum()


def test_one_issue_leads_to_another(truth):
    from_ = truth[truth.answered & (truth.issue_3 == city.LEADS_FROM)]
    onwards = truth[(truth.cause == "flow") & (truth.issue_3 == city.LEADS_TO)].caused_by
    assert onwards.isin(set(from_.call_id)).all()
    assert len(onwards) / len(from_) == pytest.approx(0.0875, abs=0.01)


def test_chases_come_before_the_order_is_due(folder, truth):
    _, rows, chases = planted.simulated()
    assert chases.sum() - 5 <= truth.chase.sum() <= chases.sum()  # a few were lost in the outage
    assert truth.chase.sum() > 10_000
    about = rows.orders.due[rows.order_number[chases & (rows.order_number >= 0)]]
    assert (rows.calls.start[chases & (rows.order_number >= 0)] < about).all()
    chased = {r["工单编号"] for r in rows_of(folder, "202409") if r["呼叫方向"] == "呼入" and r["工单编号"] and r["是否派单"] == "否"}
    assert len(chased) > 500


def test_groups_of_callers(truth):
    a_month = truth.groupby(["caller_kind", "caller"]).size() / 14
    assert a_month["switchboard"].between(200, 400).all() and len(a_month["switchboard"]) == 2
    assert a_month["frequent"].between(10, 45).all() and len(a_month["frequent"]) == 40
    assert len(a_month["weekly"]) == 30
    weekly = truth[truth.cause == "weekly"].sort_values(["caller", "start_s"])
    gap = weekly.groupby("caller").start_s.diff().dropna() / 604_800
    assert ((gap - gap.round()).abs() < 0.005).all()


# -- what becomes of orders, and what people say -------------------------------------------------------------------------------------------


def frame_of(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv", encoding="gb18030")


@pytest.fixture(scope="module")
def cases() -> export.Cases:
    _, rows, _ = planted.simulated()
    return export.make_cases(rows, export.call_ids(rows.start))


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    frame = pd.DataFrame(opinions.survey(planted.simulated()[1]))
    return frame.assign(month=month_of(frame["sent"]), there=frame["answered"] >= 0)


def month_of(seconds) -> np.ndarray:
    months = export.months()
    return np.array(months)[np.searchsorted([export.bounds(m)[0] for m in months], seconds, side="right") - 1]


def within_48_h(orders) -> np.ndarray:
    return (orders.resolved >= 0) & (orders.resolved - orders.created <= 48 * 3600)


def test_the_improvement_adds_what_is_said(monkeypatch):
    calls, rows, _ = planted.simulated()
    due, closed = records.order_times(calls)
    monkeypatch.setattr(records, "IMPROVED_SHARE", 0.0)
    without = records.make_orders(calls, records.ordered_calls(calls, due, closed)[0], due, closed)
    since = rows.orders.created >= export.bounds("2024-03")[0]
    assert (rows.orders.resolved == without.resolved)[~since].all() and (rows.orders.closed == without.closed).all()
    assert within_48_h(without)[~since].mean() == pytest.approx(0.292, abs=5e-4)
    assert within_48_h(rows.orders)[since].mean() == pytest.approx(0.398, abs=5e-4)
    gained = within_48_h(rows.orders)[since].mean() - within_48_h(without)[since].mean()
    assert gained == pytest.approx(0.108, abs=5e-4)
    solved = rows.orders.resolved >= 0
    assert (rows.orders.responded <= rows.orders.resolved)[solved].all()


def test_one_category_moved_in_one_month(cases):
    level_2 = np.array([i.level_2 for i in city.ISSUES])[cases.issue]
    counts = pd.crosstab(month_of(cases.orders.created), level_2)
    assert counts.loc[["2024-07", "2024-08", "2024-09"], "市场消费"].tolist() == [462, 964, 446]
    others = counts.drop(columns="市场消费").sum(axis=1)
    assert others["2024-08"] / others["2024-07"] == pytest.approx(1, abs=0.04)
    assert len(set(cases.ids)) == len(cases.ids) == 67_162 and (np.diff(cases.orders.created) >= 0).all()
    assert sum(not call for call in cases.cells["来电编号"]) == records.SURGE


def test_steps_of_an_order_follow_each_other(cases):
    made = pd.DataFrame(handling.steps(cases))
    assert (made["start"].diff().dropna() >= 0).all() and made["start"].between(export.bounds("2024-04")[0], handling.END - 1).all()
    made = made.sort_values(["order", "start"], kind="stable")
    following = made.groupby("order")["start"].shift(-1)
    assert (following.isna() | (made["end"] == following)).all(), "a step ends when the next one begins"
    ended = made[made["end"] >= 0].assign(hours=lambda f: (f["end"] - f["start"]) / 3600)
    assert (ended["hours"] >= 0).all()
    filed = ended[ended["step"] == "反馈备案"].groupby("department")["hours"].median()
    assert filed[handling.LATE_DEPARTMENT] - filed.drop(handling.LATE_DEPARTMENT).median() == pytest.approx(72, abs=1.5)
    handled = made[made["step"] == "办理"].groupby("order")["department"].nunique()
    assert (handled == 2).sum() == 3_505 and (made["step"] == "退回重派").sum() == 1_574


def test_who_answers_and_who_is_asked(answers):
    rate = answers.groupby("unsolved")["there"].mean()
    assert rate[False] == pytest.approx(0.249, abs=0.001) and rate[True] == pytest.approx(0.347, abs=0.001)
    by_agent = answers.groupby("agent")["overall"].min()
    assert by_agent[opinions.ONLY_SATISFIED] == 4 and by_agent.drop(opinions.ONLY_SATISFIED).max() < 4
    assert (answers.loc[answers["there"], "answered"] > answers.loc[answers["there"], "sent"]).all()


def test_one_item_falls_in_one_month_and_the_others_stay(answers):
    there = answers[answers["there"]]
    means = pd.DataFrame({name: there[there[name] > 0].groupby("month")[name].mean() for name in opinions.ITEMS})
    fell = means.loc["2024-09"] - means.drop("2024-09").mean()
    assert fell["响应速度"] == pytest.approx(-0.30, abs=0.05)
    assert fell.drop("响应速度").abs().max() < 0.06


def test_the_overall_judgement_is_made_of_three_items(answers):
    """The weights that are planted, from a least-squares fit to the answers before an item fell."""
    there = answers[answers["there"] & (answers["解决能力"] > 0) & (answers["便捷程度"] > 0) & (answers["month"] < "2024-09")]
    x = np.column_stack([np.ones(len(there)), *(there[name] for name in opinions.ITEMS)])
    weights = np.linalg.lstsq(x, there["overall"], rcond=None)[0][1:]
    assert weights == pytest.approx([opinions.OVERALL.get(name, 0) / 100 for name in opinions.ITEMS], abs=0.03)


def test_staff_rate_themselves_higher_and_checks_know_the_three_agents(folder, answers):
    there = answers[answers["there"]]
    own = pd.read_excel(folder / "话务员自评.xlsx", header=2, engine="calamine")
    for name in opinions.ITEMS:
        assert own[name].astype(int).mean() - there.loc[there[name] > 0, name].mean() == pytest.approx(0.40, abs=0.05)
    checks = frame_of(folder, "质检抽查")
    solving = checks[checks["质检项"] == "解决能力"]
    bad = solving["话务员"].isin([city.agent_label(a) for a in city.UNSOLVED])
    assert solving.loc[bad, "得分"].mean() - solving.loc[~bad, "得分"].mean() == pytest.approx(-0.45, abs=0.12)


def test_the_checklist_agrees_with_spot_checks_as_planted(folder):
    rows = frame_of(folder, "关键行为检查表")
    spot = rows[rows["抽查结果"].notna()]
    a, b = spot["自查完成"].eq("是"), spot["抽查结果"].eq("已做")
    chance = a.mean() * b.mean() + (1 - a.mean()) * (1 - b.mean())
    done, said = opinions.TRULY_DONE, opinions.TRULY_DONE * opinions.HONEST + (1 - opinions.TRULY_DONE) * opinions.PRETENDS
    by_chance = said * done + (1 - said) * (1 - done)
    planted = (done * opinions.HONEST + (1 - done) * (1 - opinions.PRETENDS) - by_chance) / (1 - by_chance)
    assert planted == pytest.approx(0.66, abs=0.005)
    assert ((a == b).mean() - chance) / (1 - chance) == pytest.approx(planted, abs=0.06)
    assert (spot["应做"] == "是").all() and rows.loc[rows["应做"] == "否", "自查完成"].eq("是").sum() == 69


# -- who worked, who chatted, what was registered: counted from the files as they are written ----------------------------------------------


@pytest.fixture(scope="module")
def log(folder) -> pd.DataFrame:
    return all_of(folder, "坐席状态").assign(hour=lambda f: pd.to_datetime(f["统计时段"]), seconds=lambda f: f["时长(秒)"])


@pytest.fixture(scope="module")
def roster(folder) -> pd.DataFrame:
    return sheet_of(folder, "排班表").assign(
        first=lambda f: pd.to_datetime(f["上班时间"]), last=lambda f: pd.to_datetime(f["下班时间"]), day=lambda f: f["first"].dt.normalize()
    )


@pytest.fixture(scope="module")
def sessions(folder) -> pd.DataFrame:
    rows = all_of(folder, "在线会话")
    times = {
        name: pd.to_datetime(rows[header]) for name, header in (("opened", "进入时间"), ("handed", "转人工时间"), ("closed", "结束时间"))
    }
    return rows.assign(**times, human=rows["服务方式"] != "机器人")


def test_the_log_holds_the_hours_of_the_calls_and_no_more(folder, log):
    assert len(log) == 129_674 and log.groupby(["hour", "话务员"])["seconds"].sum().max() == 3600
    assert (log["seconds"] > 0).all() and not log.duplicated(["统计时段", "话务员", "状态"]).any()
    september = pd.DataFrame(rows_of(folder, "202409"))
    inbound = september[(september["呼叫方向"] == "呼入") & (september["通话结果"] == "接通") & (september["来电时间"] >= "2024-09-01")]
    talked = inbound["通话时长(秒)"].astype(int).sum()
    logged = log.loc[(log["状态"] == "通话") & (log["hour"] >= "2024-09-01"), "seconds"].sum()
    assert logged == pytest.approx(talked, rel=1e-3)  # a few calls of the file are damaged, one runs over midnight


def test_the_roster_shows_the_missing_seat_and_who_did_not_come(log, roster):
    working = np.array([city.is_working(d.date()) for d in roster["day"]])
    seats = roster[working].groupby(["班次", roster["first"].dt.strftime("%Y-%m"), "day"]).size().groupby(level=[0, 1]).min().unstack()
    assert seats.loc["早班", "2024-09"] == 10 and seats.loc["早班", "2024-08"] == 11 and seats.loc["早班", "2024-07"] == 12
    assert seats.loc["中班", "2024-09"] == 4 and seats.loc["晚班", "2024-09"] == 7 and seats.loc["夜班", "2024-09"] == 4
    came = set(zip(log["话务员"], log["hour"].dt.floor("D"), strict=True))
    there = [list(zip(roster["话务员"], roster["day"] + pd.Timedelta(days=n), strict=True)) for n in (0, 1)]
    assert came <= {*there[0], *there[1]}, "who signs in was planned"
    gone = [not came & {day, next_day} for day, next_day in zip(*there, strict=True)]
    july = roster["first"].dt.strftime("%Y-%m") == "2024-07"
    early = july & (roster["班次"] == "早班") & working
    assert (pd.Series(gone)[early].groupby(roster["day"][early]).sum() == 1).all() and early.groupby(roster["day"]).any().sum() == 23


def test_attrition_rises_and_comes_back_and_the_days_are_those_of_the_roster(folder, roster):
    sheet = sheet_of(folder, "人力月报")
    months = sheet.assign(**{c: sheet[c].astype(float) for c in sheet.columns[2:]}).groupby("月份", sort=False).sum(numeric_only=True)
    assert months["离职人数"].tolist() == list(staffing.LEAVERS) and len(sheet) == 70
    share = months["离职人数"] / months["在岗人数"]
    assert share.iloc[6:10].min() > 0.068 and share.drop(share.index[6:10]).max() < 0.035
    planned = roster[roster["first"] >= "2024-04"].groupby(roster["first"].dt.strftime("%Y年%-m月")).size()
    assert (months["应出勤天数"].reindex(planned.index) == planned).all()
    assert (months["实出勤天数"] / months["应出勤天数"]).idxmin() == "2024年7月"


def test_one_team_closes_more_often_while_the_citizen_spoke_last(sessions):
    human = sessions[sessions["human"]]
    shut = human["结束方"].eq("客服") & human["最后发言"].eq("用户")
    assert shut.groupby(human["客服组"]).mean().to_dict() == pytest.approx({"在线一组": 0.051, "在线二组": 0.185}, abs=5e-4)
    assert len(sessions) == 9_656 and len(human) == 5_063


def test_replies_take_a_minute_and_sessions_six(folder, sessions):
    lines = all_of(folder, "会话消息").assign(at=lambda f: pd.to_datetime(f["发送时间"])).sort_values(["会话编号", "at"], kind="stable")
    before = lines.groupby("会话编号").shift(1)
    gaps = (lines["at"] - before["at"]).dt.total_seconds()[lines["发送方"].eq("客服") & before["发送方"].eq("用户")]
    assert len(lines) == 60_724 and gaps.mean() == pytest.approx(52.7, abs=0.05) and gaps.median() == 38
    human = sessions[sessions["human"]]
    handling = (human["closed"] - human["handed"].fillna(human["opened"])).dt.total_seconds()
    assert handling.mean() == pytest.approx(381.4, abs=0.05)
    last = lines.groupby("会话编号")["发送方"].last()
    assert (sessions.set_index("会话编号")["最后发言"] == last).all() and set(last.index) == set(sessions["会话编号"])
    ends = sessions.set_index("会话编号")
    assert (lines["at"] >= lines["会话编号"].map(ends["opened"])).all() and (lines["at"] <= lines["会话编号"].map(ends["closed"])).all()


def test_the_robot_contains_a_known_share_of_which_some_come_back():
    made = chats.chats()
    alone = made.served == chats.BOT
    assert alone.mean() == pytest.approx(0.476, abs=5e-4) and made.back.sum() == 710
    assert made.back.sum() / alone.sum() == pytest.approx(0.155, abs=5e-4)
    order = np.lexsort((made.start, made.caller))
    same = made.caller[order][1:] == made.caller[order][:-1]
    within = same & (np.diff(made.start[order]) <= 86_400) & alone[order][:-1]
    assert within.sum() / alone.sum() == pytest.approx(0.155, abs=1e-3)


def test_scripts_answers_and_sensitive_words(sessions):
    human = sessions[sessions["human"]]
    assert human["预存脚本次数"].mean() == pytest.approx(0.80, abs=0.005) and human["预存脚本次数"].gt(0).mean() == pytest.approx(
        0.547, abs=0.001
    )
    assert (
        human["采纳条数"].sum() / human["推荐条数"].sum() == pytest.approx(0.397, abs=5e-4)
        and (human["采纳条数"] <= human["推荐条数"]).all()
    )
    assert human["敏感词次数"].gt(0).mean() == pytest.approx(0.0346, abs=5e-5) and human["敏感词次数"].sum() / len(human) == pytest.approx(
        0.0411, abs=5e-5
    )
    assert sessions.loc[~sessions["human"], ["预存脚本次数", "推荐条数", "采纳条数", "敏感词次数", "客服"]].isna().all(axis=None)


def test_in_one_hour_an_agent_has_eight_citizens_at_once(sessions):
    human = sessions[sessions["human"]].assign(began=lambda f: f["handed"].fillna(f["opened"]))
    most = {}
    for agent, rows in human.groupby("客服"):
        steps = pd.concat([pd.Series(1, rows["began"]), pd.Series(-1, rows["closed"])]).sort_index(kind="stable").cumsum()
        most[agent] = (steps.max(), steps.idxmax().strftime("%Y-%m-%d %H"))
    assert most["客服03"] == (8, "2024-09-20 10") and sorted(n for n, _ in most.values())[-2] == 4


def test_the_outage_is_registered_and_the_other_one_met_nobody(folder):
    began, over = sheet_of(folder, "故障登记")[["开始时间", "恢复时间"]].to_numpy().T.tolist()
    assert (began[1], over[1]) == ("2024-09-11 14:05:00", "2024-09-11 15:20:00")
    for first, last in zip(began, over, strict=True):
        assert not any(first <= row["来电时间"] < last for row in rows_of(folder, first[:7].replace("-", "")) if row["呼叫方向"] == "呼入")


def test_opinions_are_warned_of_in_time_and_one_class_is_never_repaired(folder):
    opinions_ = sheet_of(folder, "舆情登记")
    in_time = opinions_["预警时间"].notna() & (opinions_["预警时间"] <= opinions_["预警时限"])
    assert (in_time.sum(), len(opinions_)) == (135, 156) and opinions_["预警时间"].isna().sum() == 4
    repairs = sheet_of(folder, "知识修复登记")
    done = repairs["修复时间"].notna().groupby(repairs["列入原因"]).agg(["sum", "size"])
    assert done.to_dict("index") == {
        "低点击量": {"sum": 0, "size": 36},
        "知识已更新": {"sum": 39, "size": 45},
        "采纳率低": {"sum": 34, "size": 39},
    }
    assert done["size"].sum() == registers.REPAIRS_A_MONTH * len(registers.months())


def test_typed_figures_are_of_months_and_things_that_no_record_speaks_of(folder):
    typed = sheet_of(folder, "手工月报")
    assert set(typed.loc[typed["指标"] == "connection_rate", "月份"]) < {"2023-05", "2023-06", "2023-07", "2023-08"}
    hits = typed.loc[typed["指标"] == "self_service", "数值"].str.replace(",", "").astype(int)
    assert hits.tolist() == [30_400, 31_100, 31_800, 32_500, 33_200, 33_900]
