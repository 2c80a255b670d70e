"""A day beside the earlier days of its kind: by hand, planted and null days, what is refused, the words, the drawing, and the page."""

import re
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from hotline_analysis import disclosure, open_hotline
from hotline_analysis.__main__ import main
from hotline_analysis.errors import BadParams, DataRefused, NoInput
from hotline_analysis.measures.frames import lazy, pandas
from hotline_analysis.measures.orders import NONE
from hotline_analysis.params import check_period
from hotline_analysis.report import month
from hotline_analysis.show import charts
from hotline_analysis.show.digest import digest
from hotline_analysis.show.forms import say, show
from hotline_analysis.studies import day

PARAMS = """title: {zh: 日报热线, en: Daily hotline}
key: published
public: true
holidays: CN
calls:
  files: calls.csv
  key: 编号
  columns:
    call_id: 编号
    started_at: {from: 来电时间, formats: "%Y-%m-%d %H:%M:%S"}
    caller: {from: 主叫号码, kind: phone, unknown: 匿名}
    issue_1: 诉求
    outcome: {from: 结果, values: {接通: answered, 放弃: abandoned}, other: reject}
definition: {clock: start}
"""
FIRST, DAYS = date(2024, 3, 4), 105  # a Monday; to Sunday 16 June
BUSY, QUIET, HOLIDAY = "2024-06-12", "2024-06-13", "2024-05-02"  # Wednesday, Thursday, the Labour Day holiday


def rows(day: date, rng: np.random.Generator) -> list[tuple[str, str, str]]:
    """Calls of one day: 40 on a workday, 16 on a day of the weekend; on the busy Wednesday 30 more at 10 h about water, and a third of calls lost."""
    busy = day.isoformat() == BUSY
    count = rng.poisson(40 if day.weekday() < 5 else 16)
    calls = [
        (f"{rng.integers(8, 20):02d}:{rng.integers(60):02d}", str(rng.choice(["供水", "交通", "社保"])), rng.random()) for _ in range(count)
    ]
    calls += [(f"10:{rng.integers(60):02d}", "供水", rng.random()) for _ in range(30 * busy)]
    return [(f"{day} {clock}:00", issue, "放弃" if p < (0.35 if busy else 0.08) else "接通") for clock, issue, p in sorted(calls)]


@pytest.fixture(scope="module")
def params(tmp_path_factory):
    return write(tmp_path_factory.mktemp("day"), DAYS)


def write(folder, days: int):
    """The params file of the hotline, of whose calls so many days are there."""
    rng = np.random.default_rng(7)
    told = [row for n in range(days) for row in rows(FIRST + timedelta(days=n), rng)]
    lines = [f"C{n},{at},1540000{n % 900:04d},{issue},{outcome}" for n, (at, issue, outcome) in enumerate(told)]
    (folder / "calls.csv").write_text("\n".join(["编号,来电时间,主叫号码,诉求,结果", *lines]) + "\n", encoding="utf-8")
    (folder / "daily.yaml").write_text(PARAMS, encoding="utf-8")
    return folder / "daily.yaml"


@pytest.fixture(scope="module")
def export(params):
    """The calls as a slow reader sees them."""
    frame = pd.read_csv(params.parent / "calls.csv", parse_dates=["来电时间"])
    return frame.assign(day=frame["来电时间"].dt.date, hour=frame["来电时间"].dt.hour)


@pytest.fixture(scope="module")
def busy(params):
    return open_hotline(params, BUSY, progress=False)


@pytest.fixture(scope="module")
def quiet(params):
    return open_hotline(params, QUIET, progress=False)


def wednesdays(export) -> list[date]:
    """The earlier Wednesdays that were no holiday: of the Labour Day week 1 May was one."""
    return [d for d in sorted(set(export["day"])) if d.weekday() == 2 and d < date(2024, 6, 12) and d != date(2024, 5, 1)]


def test_hours_are_the_days_own_beside_the_mean_of_its_kind(busy, export):
    found, before = busy.study("day", "hours"), wednesdays(export)
    assert found["alike"].iloc[0] == len(before) == 13 and found["kind"].iloc[0] == "wed"
    own = export[export["day"] == date(2024, 6, 12)]
    assert found["calls"].tolist() == [int((own["hour"] == h).sum()) for h in range(24)]
    assert found["answered"].tolist() == [int(((own["hour"] == h) & (own["结果"] == "接通")).sum()) for h in range(24)]
    usual = [export[export["day"].isin(before) & (export["hour"] == h)].shape[0] / 13 for h in range(24)]
    assert found["usual"].tolist() == pytest.approx(usual)


def test_the_planted_hour_and_topic_are_found_and_nothing_else(busy):
    found, topics = busy.study("day", "hours"), busy.study("day", "topics")
    assert found.loc[found["odd"], "hour"].tolist() == [10] and found["said"].iloc[0] == "some"
    assert topics.loc[topics["odd"], "topic"].tolist() == ["供水"] and topics["state"].iloc[0] == "more"
    assert topics["count"].sum() == found["calls"].sum()


def test_a_day_that_brought_what_such_days_bring_has_nothing_to_say(quiet):
    assert not quiet.study("day", "hours")["odd"].any() and not quiet.study("day", "topics")["odd"].any()
    assert quiet.study("day", "figures")["said"].iloc[0] == "quiet"
    assert [str(say(quiet.study("day", t))) for t in ("figures", "hours", "topics")] == [
        "各项指标都在同类日的范围内。",
        "各时段来电与平常无异。",
        "没有证据表明哪类诉求多于平常。",
    ]


def test_figures_that_left_their_range_are_worse_or_more(busy, export):
    found = busy.study("day", "figures").set_index("key")
    own = export[export["day"] == date(2024, 6, 12)]
    assert found.loc["offered", "value"] == len(own) and found.loc["offered", "state"] == "more"
    assert found.loc["connection_rate", "value"] == pytest.approx((own["结果"] == "接通").mean())
    assert found.loc["connection_rate", "state"] == "worse" and found.loc["connection_rate", "side"] == "down"
    assert (found["lower"] <= found["centre"]).all() and (found["centre"] <= found["upper"]).all()
    told = str(say(busy.study("day", "figures")))
    assert "放弃率" not in told and found.loc["abandonment_rate", ["state", "lead"]].tolist() == ["worse", ""]  # one event, one sentence
    assert found["moved"].iloc[0] == found["lead"].isin(["worse", "better", "more", "less"]).sum()
    assert re.match(r"日均来电量[\d.]+通，高于此前13个周三的范围（[\d.]+通～[\d.]+通）", told) and told.endswith(
        "其余指标在同类日的范围内。"
    )


def test_a_topic_that_came_few_times_before_has_no_mean(busy):
    """Nine calls of a topic on the day and one on each of three of the 13 days before: 3 / 13 would tell the three. The next rarest topic's mean is silent too, and the sentence says no number."""
    calls = pandas(busy.view.tables["calls"]).sort_values("seq", ignore_index=True)
    calls["issue_1"] = calls["issue_1"].astype(object)
    own = calls.index[calls["start_s"].between(busy.period.start_s, busy.period.end_s - 1)]
    calls.loc[own[calls["issue_1"][own] == "供水"][:9], "issue_1"] = "燃气"
    for weeks in (1, 2, 3):
        start = busy.period.start_s - 7 * 86_400 * weeks
        calls.loc[calls.index[calls["start_s"].between(start, start + 86_399)][0], "issue_1"] = "燃气"
    found = day.topics(replace(busy.view, tables={"calls": lazy(calls)})).set_index("topic")
    assert found.loc["燃气", "count"] == 9 and found.loc["燃气", "odd"] and found.loc["燃气", "rise"] == "seldom"
    assert found.loc["燃气", list(day.AGAINST)].isna().all() and found.loc["燃气", "usual_missing"] == disclosure.UNTOLD
    assert found["usual"].isna().sum() == 2, "all calls less the others"


def test_two_days_of_a_kind_do_not_tell_the_one_between():
    """Eight days of ten calls, then twelve, then five, which that day's page pools: n times the mean went from 80 over 92 to 97, and 97 - 80 - 12 is the five. In whole calls it is ten each time."""
    for history in (8 * [10], [*8 * [10], 12], [*8 * [10], 12, 5]):
        frame = pd.DataFrame(
            {"usual": [np.mean(history)], "ratio": [11 / np.mean(history)], "ratio_low": [0.72], "ratio_high": [1.61], "q": [0.1234]}
        )
        told = day._coarse(frame)
        assert [round(float(told[c].iloc[0]), 6) for c in day.AGAINST] == [10, 1.1, 0.7, 1.7, 0.12]


def test_small_topics_and_calls_of_none_have_words_and_are_not_compared(busy):
    """Five calls each of two rare topics and ten of none are put among the busy day's."""
    calls = pandas(busy.view.tables["calls"]).sort_values("seq", ignore_index=True)
    own = calls.index[calls["start_s"].between(busy.period.start_s, busy.period.end_s - 1)]
    calls["issue_1"] = calls["issue_1"].astype(object)
    calls.loc[own[:20], "issue_1"] = [*["燃气"] * 5, *["供热"] * 5, *[None] * 10]
    found = day.topics(replace(busy.view, tables={"calls": lazy(calls)})).set_index("topic")
    assert "燃气" not in found.index and found.loc[disclosure.OTHER, "count"] >= 10 and found.loc[NONE, "count"] == 10
    assert np.isnan(found.loc[[disclosure.OTHER, NONE], "q"]).all()
    assert found["count"].sum() == len(own)
    words = day.COLUMNS["topic"].words
    assert (words[disclosure.OTHER]("zh"), words[NONE]("zh")) == ("其他（含不足8的）", "未填")


def renamed(held, since: str, first: str = ""):
    """The calls of a hotline whose topics have other names from a day on; first: the day from which calls are there at all."""
    calls = pandas(held.view.tables["calls"]).sort_values("seq", ignore_index=True)
    at = held.view.calendar.instant(date.fromisoformat(since))
    calls["issue_1"] = np.where(calls["start_s"] >= at, calls["issue_1"].astype(str) + "新版", calls["issue_1"])
    return replace(held.view, tables={"calls": lazy(calls)})


def test_a_new_list_of_topics_is_held_against_days_since_then(quiet):
    """6月13日是周四：换名不足两周不说；换了八周的只与其后的周四比，与没有换名时同一个数。"""
    for since in ("2024-06-13", "2024-06-05"):
        with pytest.raises(DataRefused) as fault:
            day.topics(renamed(quiet, since))
        assert str(fault.value) == "day › most topics have other names than two weeks ago. It takes two weeks of them."
    young = day.topics(renamed(quiet, "2024-05-20"))
    own = young["topic"].str.endswith("新版")
    assert set(young["state"]) == {"not compared"} and young.loc[own, "ratio"].isna().all() and young["said"].iloc[0] == "none"
    old = day.topics(renamed(quiet, "2024-04-12")).set_index("topic")
    calls = pandas(quiet.view.tables["calls"])
    weeks = [quiet.view.calendar.day(date(2024, 6, 13) - timedelta(days=7 * n)) for n in range(1, 9) if n != 6]  # 2 May was a holiday
    usual = [((calls["start_s"] >= p.start_s) & (calls["start_s"] < p.end_s) & (calls["issue_1"] == "供水")).sum() for p in weeks]
    assert old.loc["供水新版", "usual"] == round(np.mean(usual)) and set(old["state"]) <= {"usual", "not compared"}


def test_a_topic_that_no_such_day_had_is_said_without_a_ratio(quiet):
    """当日三十通“井盖”，以前从没有过：是多于平常，没有倍数；页面照常出。"""
    calls = pandas(quiet.view.tables["calls"]).sort_values("seq", ignore_index=True)
    own = calls.index[calls["start_s"].between(quiet.period.start_s, quiet.period.end_s - 1)]
    more = calls.loc[own[:1].repeat(30)].assign(issue_1="井盖")
    calls = pd.concat([calls, more], ignore_index=True).sort_values("start_s", kind="stable").drop(columns="seq")
    frame = quiet.study("day", "topics")
    found = day.topics(replace(quiet.view, tables={"calls": lazy(calls)}))
    row = found.iloc[0]
    assert (row["topic"], row["state"], row["count"], row["usual"]) == ("井盖", "more", 30, 0) and np.isnan(row["ratio"])
    found.attrs = {**frame.attrs, "digest": digest(found)}
    assert [say(found, language=each).text for each in ("zh", "en")] == ["井盖30件，同类日从没有过。", "井盖: 30, on no such day before."]
    assert "井盖" in show(found).text


def test_a_window_that_is_still_running_says_when_it_is_final(params, busy):
    last = open_hotline(params, "2024-06-16", progress=False).study("day", "figures").set_index("key")
    assert last.loc["repeat_rate_24h", ["final_on", "state"]].tolist() == ["2024-06-18", "running"] and np.isnan(
        last.loc["repeat_rate_24h", "value"]
    )
    assert last.loc["connection_rate", "final_on"] == ""
    assert busy.study("day", "figures").set_index("key").loc["repeat_rate_24h", "final_on"] == ""


def test_a_holiday_is_compared_with_holidays_alone(params):
    """Three days off fell on weekdays before 2 May 2024: 4 and 5 April, and 1 May. That is too few to tell a range."""
    found = open_hotline(params, HOLIDAY, progress=False)
    hours = found.study("day", "hours")
    assert (hours["kind"].iloc[0], hours["alike"].iloc[0], hours["said"].iloc[0]) == ("holiday", 3, "few days")
    assert str(say(hours)) == "此前只有3个节假日，不足6个，不与平常相比"
    assert found.study("day", "figures")["said"].iloc[0] == "few days" and not hours["odd"].any()


@pytest.mark.parametrize(
    ("tuesday", "said"),
    [
        ("2024-04-02", "此前只有4个周二，不足6个，不与平常相比"),
        ("2024-04-16", "此前只有6个周二，连同当日不足12个：范围供参考，不判好坏"),
        ("2024-05-14", "此前只有10个周二，连同当日不足12个：范围供参考，不判好坏"),
    ],
)
def test_the_sentence_of_few_days_says_what_the_table_below_it_shows(params, tuesday, said):
    """Tuesdays since 5 March: ranges from the sixth on, the day among them; verdicts from the twelfth on."""
    found = open_hotline(params, tuesday, progress=False).study("day", "figures")
    assert str(say(found)).rstrip("。") == said and found["lower"].notna().any() == ("范围" in said)
    judged = open_hotline(params, "2024-05-21", progress=False).study("day", "figures")
    assert judged["alike"].iloc[0] == 11 and judged["said"].iloc[0] in ("quiet", "changed")


def test_the_first_day_stands_alone(params):
    first = open_hotline(params, FIRST.isoformat(), progress=False)
    assert first.study("day", "hours")["usual"].isna().all() and first.study("day", "topics")["alike"].iloc[0] == 0
    assert set(first.study("day", "figures")["state"]) <= {"few days", "not compared", "few"}
    assert "0" in str(show(first.study("day", "hours")))


@pytest.mark.parametrize("text", ["2024-06-31", "2024-6-12", "2024-06-1x", "2024-00-12", "20240612"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(BadParams):
        check_period(text)


def test_a_day_without_data_and_a_month_are_refused(params):
    with pytest.raises(
        NoInput, match=r"daily.yaml › 2024-06-17 › there are no calls on this day; they run from 2024-03-04 to 2024-06-16\."
    ):
        open_hotline(params, "2024-06-17", progress=False)
    month_of = open_hotline(params, "2024-05", progress=False).study("day", "hours")
    assert month_of.attrs["missing"]["en"] and not len(month_of)


def test_the_drawing_has_a_bar_an_hour_and_names_the_odd_one(busy):
    found = busy.study("day", "hours")
    axes = charts.hours(found)
    assert [bar.get_height() for bar in axes.patches[:24]] == found["calls"].tolist()
    odd = found[found["odd"]].iloc[0]
    assert f"{odd['calls']:,.0f}/{odd['usual']:,.0f}" in [text.get_text() for text in axes.texts]


def test_the_days_edition_is_published_beside_the_months(params, capsys):
    """One page, its figures, its manifest; no month's page lists the day's study."""
    assert main(["report", "--params", str(params), "--day", "latest", "--quiet"]) == 0
    folder = params.parent / "reports" / "daily" / "2024-06-16"
    assert {f.name for f in folder.iterdir() if not f.name.startswith(".")} == {"index.html", "kpis.csv", "manifest.json"}
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert (
        "2024年6月16日（周日）" in re.sub(r"<[^>]+>", "", page)
        and "运行日报" in page
        and "本月" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    )
    rows = pd.read_csv(folder / "kpis.csv", keep_default_na=False).set_index("indicator")
    assert rows.index[0] == "offered" and set(rows["period"]) == {"2024-06-16"}
    assert rows[["provisional", "final_on"]].loc[["offered", "repeat_rate_24h"]].to_numpy().tolist() == [[False, ""], [True, "2024-06-18"]]
    assert "day.html" not in month.pages() and main(["report", "--params", str(params), "--day", "2024-06-31", "--quiet"]) == 64
    assert capsys.readouterr().err == "day '2024-06-31' › is not a day. Write it as 2024-09-18.\n"


def test_a_day_that_was_provisional_is_rendered_again_when_its_last_calls_have_been_watched(tmp_path, capsys):
    """The edition of 16 June waits for 24 June: with the data of the 22nd nothing is due, with those of the 23rd it is, and afterwards no more."""
    params = write(tmp_path, DAYS)
    assert main(["report", "--params", str(params), "--day", "latest", "--quiet"]) == 0
    page = tmp_path / "reports" / "daily" / "2024-06-16" / "index.html"
    assert "暂行版" in page.read_text(encoding="utf-8")
    capsys.readouterr()
    nothing = "没有要重新生成的：没有以暂行版发布的，或其所等的数据还没有到。\n"
    for days, said in ((0, ("", nothing)), (6, ("", nothing)), (7, (f"{page}\n", "")), (7, ("", nothing))):
        write(tmp_path, DAYS + days)
        assert main(["report", "--params", str(params), "--month", "due", "--quiet"]) == 0
        assert tuple(capsys.readouterr()) == said, days
    assert "暂行版" not in page.read_text(encoding="utf-8")
    told = pd.read_csv(page.with_name("kpis.csv"), keep_default_na=False)
    assert not told["provisional"].any()


def test_a_hotline_of_orders_alone_has_no_days_edition(tmp_path, capsys):
    """只有工单：日报说的是来电，一句话说明，不出空页；月报照出。"""
    rows = "".join(f"Q-{n:03d},2024-03-{n % 28 + 1:02d} 10:00:00\n" for n in range(60))
    (tmp_path / "a.csv").write_text(f"工单编号,受理时间\n{rows}", encoding="utf-8")
    params = tmp_path / "orders.yaml"
    params.write_text(
        "title: x\nkey: published\npublic: true\norders: {files: a.csv, key: 工单编号, columns: {order_id: 工单编号, created_at: 受理时间}}\n",
        encoding="utf-8",
    )
    assert main(["report", "--params", str(params), "--day", "2024-03-12", "--quiet"]) == NoInput.code
    assert capsys.readouterr().err == "calls › params name no calls, and a day's edition is of calls. Ask for the month: --month.\n"
    assert not (tmp_path / "reports" / "orders").exists() or not list((tmp_path / "reports" / "orders").glob("*/index.html"))
