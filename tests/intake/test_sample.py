"""The invented hotline: the files are what the documentation says, and what is planted is there."""

import csv
import hashlib
import io
from collections import Counter
from datetime import date, timedelta
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
from hotline_analysis.sample import city, draws, export, handling, opinions, records, simulate, write

PARAMS = load(Path(__file__).parents[2] / "params" / "sample.yaml")
DIGEST = "58852be95c18153d"
CALLS_DIGEST = "21efb5aa31d680e1"  # of version 1: what is added has random streams of its own


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("sample") / "exports"
    sample.write_sample(target, progress=False)
    return target


@pytest.fixture(scope="module")
def truth() -> pd.DataFrame:
    return sample.truth()


def text_of(folder: Path, month: str) -> str:
    return (folder / f"来电明细_{month}.csv").read_bytes().decode("gb18030")


def rows_of(folder: Path, month: str) -> list[dict[str, str]]:
    """The whole rows of one month: those with every field."""
    header, *rows = csv.reader(io.StringIO(text_of(folder, month)))
    return [dict(zip(header, row, strict=True)) for row in rows if len(row) == len(header) and any(row)]


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


def test_same_content_on_every_machine(folder):
    assert digest(folder) == DIGEST, "the sample has changed: raise sample.VERSION, write it into docs/sample.md and the changelog"
    assert digest(folder, "来电明细_*.csv") == CALLS_DIGEST


def test_a_second_call_writes_nothing(folder):
    before = {p.name: p.stat().st_mtime_ns for p in folder.iterdir()}
    assert len(sample.write_sample(folder, progress=False)) == write.FILES == 51
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

    monkeypatch.setattr(sample, "run", lambda: None)
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
    ):  # fmt: skip
        header = (folder / f"{name}.csv").read_bytes().decode("gb18030").split("\r\n")[0].split(",")
        used = {header for column in PARAMS.sources(table)[0].columns.values() for header in column.source}
        assert used == set(header) - left


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


def test_every_written_form_leads_back_to_its_caller(folder, truth):
    rule = PARAMS.calls[0].columns["caller"]
    known = truth.set_index("call_id")
    seen, states = {}, Counter()
    for row in rows_of(folder, "202409"):
        if row["呼叫方向"] != "呼入" or row["通话结果"] == "测试":
            continue
        who, caller = identify(row["主叫号码"], rule, "phone"), known.at[row["来电编号"], "caller"]
        states[who.state] += 1
        assert (who.state == WITHHELD) == known.at[row["来电编号"], "withheld"]
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
    index = truth[truth.answered & (truth.class_key == kind.key) & (truth.start_s < sample.EPOCH + (city.DAYS - 8) * 86_400)]
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
    calls = sample._simulated()[0]
    short = (calls.talk <= 9)[calls.state == simulate.ANSWERED]
    who = calls.agent[calls.state == simulate.ANSWERED]
    assert short[who == city.HANGS_UP].mean() == pytest.approx(0.27, abs=0.015)
    assert short[who != city.HANGS_UP].mean() < 0.01


def test_the_peak_has_too_few_agents(truth):
    hour = (truth.start_s - sample.EPOCH) // 3600 % 24
    assert truth.answered[hour.isin([9, 10])].mean() < 0.84
    assert truth.answered[~hour.isin([9, 10])].mean() > 0.95


def test_the_outage_has_no_record_and_a_burst_after_it(truth):
    first, last = (sample.EPOCH + simulate.day_index(d) * 86_400 + s for d, s in simulate.OUTAGE)
    assert not truth.start_s.between(first, last - 1).any()
    assert truth.start_s.between(last, last + 2_699).sum() > 1.7 * truth.start_s.between(first - 2_700, first - 1).sum()


def test_one_issue_leads_to_another(truth):
    from_ = truth[truth.answered & (truth.issue_3 == city.LEADS_FROM)]
    onwards = truth[(truth.cause == "flow") & (truth.issue_3 == city.LEADS_TO)].caused_by
    assert onwards.isin(set(from_.call_id)).all()
    assert len(onwards) / len(from_) == pytest.approx(0.0875, abs=0.01)


def test_chases_come_before_the_order_is_due(folder, truth):
    _, rows, chases = sample._simulated()
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
    _, rows, _ = sample._simulated()
    return export.make_cases(rows, export.call_ids(rows.start))


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    frame = pd.DataFrame(opinions.survey(sample._simulated()[1]))
    return frame.assign(month=month_of(frame["sent"]), there=frame["answered"] >= 0)


def month_of(seconds) -> np.ndarray:
    months = export.months()
    return np.array(months)[np.searchsorted([export.bounds(m)[0] for m in months], seconds, side="right") - 1]


def within_48_h(orders) -> np.ndarray:
    return (orders.resolved >= 0) & (orders.resolved - orders.created <= 48 * 3600)


def test_the_improvement_adds_what_is_said(monkeypatch):
    calls, rows, _ = sample._simulated()
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
