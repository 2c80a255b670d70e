"""Days behind a month on which calls should have come and none is there: the follow-up of its calls ends at them, and the month says so."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from hotline_analysis import open_hotline, say, show
from hotline_analysis.measures import indicators
from hotline_analysis.measures.catalogue import repeats
from tests.small import PARAMS, write_teams

JULY, SEPTEMBER = datetime(2024, 7, 1), datetime(2024, 9, 1)
PLAIN = PARAMS.replace("targets:", 'holidays: ""\ntargets:')


def hotline(folder, lost=(), *, weekend=True, month="2024-08", language="zh", callers=None, **rule):
    """七、八月每天20通，九月到15日；没有九月的某几日（lost），或没有周末。callers：来电人随机，只有这么多人（默认每人15天一通）."""
    draw = np.random.default_rng(1).integers(0, callers or 1, 20 * 77)
    lines = ["编号,来电时间,结束时间,主叫号码,坐席,诉求,结果,排队,通话"]
    for n in range(20 * 77):
        at = JULY + timedelta(minutes=72 * n + 30)
        if not (at >= SEPTEMBER and at.day in lost) and (weekend or at.weekday() < 5):
            lines.append(
                f"C{n:05d},{at},{at + timedelta(seconds=65)},1540000{draw[n] if callers else n * 7919 % 300:04d},甲,供水,接通,5,60"
            )
    (folder / "calls.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "small.yaml").write_text(PLAIN, encoding="utf-8")
    return open_hotline(folder / "small.yaml", month, language, progress=False, **rule)


def told(h):
    found = h.checks[h.checks["check"] == "lost after"]
    return list(found[["where", "count", "usual", "detail", "severity"]].itertuples(index=False, name=None))


def reason(h) -> str:
    return h.verdicts.set_index("indicator").loc["repeat_rate_24h", "reason"]


@pytest.mark.parametrize(
    ("lost", "found"),
    [
        ((), []),
        ((1, 2, 3), [("2024-09-01..2024-09-03", 3, 60, "2", "minor")]),
        ((1,), [("2024-09-01", 1, 20, "2", "minor")]),
        ((2,), [("2024-09-02", 1, 20, "48", "minor")]),
        ((4, 6), [("2024-09-04", 1, 20, "120", "minor"), ("2024-09-06", 1, 20, "168", "minor")]),
        ((8,), []),
    ],
    ids=str,
)
def test_days_lost_behind_the_month_are_told_with_the_windows_that_reach_them(tmp_path, lost, found):
    """9月2日离八月末24小时：24小时的窗口看不到那一天，48小时的看得到；8日在七天以外。数字按看了多久计，所以照常判断."""
    h = hotline(tmp_path, lost)
    assert told(h) == found
    assert reason(h) != "not watched" and not (h.checks["check"] == "few watched").any()
    assert h.grade[0] == ("good" if found else "excellent")


def test_days_that_may_be_closed_ones_are_told_with_the_setting_and_closed_ones_as_such(tmp_path):
    """九月的两个周日没有记录：是缺还是停班说不定，写明在days里怎么写；写了就不再算。八月起四个周日以上没有的，是停班."""
    h = hotline(tmp_path, (1, 8, 15))
    row = h.checks.set_index("check").loc["lost or closed after"]
    assert (row["where"], row["severity"]) == ("2024-09-01", "minor") and "停班的，在参数的days里写为rest" in row["told_zh"]
    assert "written as rest under days in params" in row["told_en"] and told(h) == []
    september = open_hotline(tmp_path / "small.yaml", "2024-09", progress=False).checks
    assert september[september["check"] == "missing or closed"]["where"].tolist() == ["2024-09-01", "2024-09-08"]
    text = (tmp_path / "small.yaml").read_text(encoding="utf-8")
    (tmp_path / "small.yaml").write_text(text + "days: {2024-09-01: rest, 2024-09-08: rest}\n", encoding="utf-8")
    ruled = open_hotline(tmp_path / "small.yaml", "2024-08", progress=False)
    assert not ruled.view.lost() and "lost or closed after" not in set(ruled.checks["check"])
    rows = (tmp_path / "calls.csv").read_text(encoding="utf-8").splitlines()
    closed = [
        row
        for n, row in enumerate(rows)
        if not n or not (row.split(",")[1] >= "2024-08-11" and date.fromisoformat(row.split(",")[1][:10]).weekday() == 6)
    ]
    (tmp_path / "calls.csv").write_text("\n".join(closed) + "\n", encoding="utf-8")
    (tmp_path / "small.yaml").write_text(text, encoding="utf-8")
    august = open_hotline(tmp_path / "small.yaml", "2024-08", progress=False)
    assert august.view.lost() == () and "自2024年8月11日起每周的这一天都没有记录（已有5个），其余日子照常：按停班计，不算缺记录" in set(
        august.checks["told_zh"]
    )


def test_a_day_of_which_no_call_could_be_watched_says_so(tmp_path):
    """8月31日的来电只看到9月1日零时：没有一通看满24小时，18通看满2小时；30日的20通看满24小时，没有一通看满48小时."""
    last, before = (hotline(tmp_path, (1, 2, 3), month=day) for day in ("2024-08-31", "2024-08-30"))
    assert [t[3] for h in (last, before) for t in told(h)] == ["2", "48"]
    few = [h.checks[h.checks["check"] == "few watched"] for h in (last, before)]
    assert [tuple(f[["count", "detail", "severity"]].iloc[0]) for f in few] == [(18, "2", "minor"), (0, "48", "minor")]
    rates = [h.study("day").set_index("key") for h in (last, before)]
    assert [r.loc["repeat_rate_24h", "state"] for r in rates] == ["not watched", "few"]
    assert [r.loc["repeat_rate_24h", "final_on"] for r in rates] == ["", ""] and "first_call_resolution_24h" not in rates[0].index
    assert pd.isna(rates[0].loc["repeat_rate_24h", "value"]) and rates[1].loc["repeat_rate_24h", "value"] == 0
    assert "此后没有记录，看不到再次来电" in show(last.study("day")).text


def test_all_months_and_every_definition_are_cut_at_the_same_days(tmp_path):
    h = hotline(tmp_path, (1, 2, 5))
    days = [h.calendar.span(date(2024, 9, a), date(2024, 9, b), "") for a, b in ((1, 2), (5, 5))]
    assert h.view.lost() == tuple((d.start_s, d.end_s) for d in days)
    assert h.view.over(h.calendar.month("2024-07")).but(clock="start").near().lost() == h.view.lost()


def test_windows_are_counted_by_the_calls_that_were_watched_for_them(tmp_path):
    h = hotline(tmp_path, range(1, 8))
    watched = indicators.watched(h.view, [h.period], [24.0, 72.0])
    assert watched[[24.0, 72.0]].iloc[0].tolist() == [600, 560]


def test_a_longer_window_looks_farther(tmp_path):
    assert told(hotline(tmp_path, (8,), windows_hours=[24, 240])) == [("2024-09-08", 1, 20, "240", "minor")]
    assert told(hotline(tmp_path, (8,), windows_hours=[24, 168])) == []


def test_days_on_which_the_hotline_is_closed_are_none_of_them(tmp_path):
    """1日是星期天，7日、8日是周末：从来没有来电，不是少了记录；2日（星期一）才是."""
    assert told(hotline(tmp_path, weekend=False)) == []
    assert told(hotline(tmp_path, (2,), weekend=False)) == [("2024-09-02", 1, 20, "48", "minor")]


def test_a_rule_that_does_not_look_ahead_and_a_hotline_without_callers_lose_nothing(tmp_path):
    assert told(hotline(tmp_path, (1, 2, 3), look_ahead=False)) == []
    assert told(hotline(tmp_path, (1, 2, 3), data_end="2024-09-01")) == [], "what is not looked at is not missed"
    text = (tmp_path / "small.yaml").read_text(encoding="utf-8")
    bare = "".join(line for line in text.splitlines(True) if "caller:" not in line)
    (tmp_path / "small.yaml").write_text(bare, encoding="utf-8")
    assert told(open_hotline(tmp_path / "small.yaml", "2024-08", progress=False)) == []


@pytest.mark.parametrize(
    ("language", "finding", "why"),
    [
        (
            "zh",
            "2024年9月1日至2024年9月3日没有记录，平常约60条：此前的来电只看到那时为止，2小时及以上窗口的复电率据看得较久的来电估计",
            "有几天没有记录，能看满窗口的来电不足30通",
        ),
        (
            "en",
            "1 September 2024 to 3 September 2024: no record, usually about 60; earlier calls are watched until then, so repeat rates within 2 h and more stand on the calls that were watched for longer",
            "days without records leave fewer than 30 calls that were watched for the window",
        ),
    ],
)
def test_it_is_said_in_both_languages(tmp_path, language, finding, why):
    h = hotline(tmp_path, (1, 2, 3), language=language)
    assert finding in say(h.checks).text
    row = h.verdicts[h.verdicts["indicator"] == "repeat_rate_24h"]
    assert row.attrs["fields"]["reason"]["words"]["not watched"][language == "en"] == why


def test_earlier_months_are_watched_until_there_too_and_are_judged(tmp_path):
    """从九月往回看，少了9月1日的是八月的复电率：据看得较久的来电估计，所以各月都可比."""
    folders = [tmp_path / "whole", tmp_path / "less"]
    for folder in folders:
        folder.mkdir()
    whole, less = (hotline(f, lost, month="2024-09", callers=40) for f, lost in zip(folders, ((), (1,)), strict=True))
    assert less.indicators["watched"].all()
    rates = [h.indicators.set_index(["indicator", "period"])["value"]["repeat_rate_24h"] for h in (whole, less)]
    assert rates[1]["2024-07"] == rates[0]["2024-07"]
    assert abs(rates[1]["2024-08"] - rates[0]["2024-08"]) < 0.004 < rates[0]["2024-08"] - _plain(less)


def _plain(h) -> float:
    """The August rate as it would read if lost days were days on which nobody called."""
    view = replace(h.view, lost=tuple).over(h.calendar.month("2024-08"))
    return indicators.evaluate(view, [view.period], [repeats.RATE])["value"].iloc[0]


def test_an_edition_misses_only_what_the_whole_hotline_lacks(tmp_path):
    """东城二月初一周没有来电，别的班组照常：不是少了记录."""
    file = write_teams(tmp_path, calls=2400, months=3)
    text = (tmp_path / "calls.csv").read_bytes().decode("gb18030")
    week = [f"2024-02-0{n}" for n in range(1, 8)]

    def without(of) -> list:
        kept = [line for line in text.splitlines(True) if not (of(line) and any(f",{day} " in line for day in week))]
        (tmp_path / "calls.csv").write_bytes("".join(kept).encode("gb18030"))
        return told(open_hotline(file, "2024-01", only="unit=东城", progress=False))

    assert without(lambda line: ",东城," in line) == []
    (found,) = without(lambda line: True)
    assert found[:2] == ("2024-02-01..2024-02-07", 7) and date(2024, 2, 1).weekday() == 3


def test_days_lost_inside_the_month_are_told_where_they_leave_a_window_too_few_calls(tmp_path):
    """九月3、6、9、12日没有记录，数据到15日：缺的日子之间只有两天，看满48小时的只有13日的20通."""
    h = hotline(tmp_path, (3, 6, 9, 12), month="2024-09", windows_hours=[24, 48, 72])
    assert told(h) == []
    (few,) = h.checks[h.checks["check"] == "few watched"].to_dict("records")
    assert (few["count"], few["detail"]) == (20, "48")


def test_hours_a_day_are_of_the_days_that_have_records(tmp_path):
    """九月15天的数据少了两天：重复来电占用的工时分在13天上."""
    h = hotline(tmp_path, (5, 6), month="2024-09", callers=40)
    found = h.indicators[h.indicators["period"] == "2024-09"].set_index("indicator")
    rate, load = found.loc["repeat_rate_24h"], found.loc["repeat_hours_a_day"]
    assert load["value"] == pytest.approx(rate["value"] * rate["denominator"] * 60 / 3600 / 13)
