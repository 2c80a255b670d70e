"""Days behind a month on which calls should have come and none is there: nobody can be seen to call back on them, so the month says so and does not judge its repeat rates."""

from datetime import date, datetime, timedelta

import pytest

from hotline_analysis import open_hotline, say
from tests.small import PARAMS, write_teams

JULY, SEPTEMBER = datetime(2024, 7, 1), datetime(2024, 9, 1)
PLAIN = PARAMS.replace("targets:", 'holidays: ""\ntargets:')


def hotline(folder, lost=(), *, weekend=True, month="2024-08", language="zh", **rule):
    """七、八月每天20通，九月到15日；没有九月的某几日（lost），或没有周末."""
    lines = ["编号,来电时间,结束时间,主叫号码,坐席,诉求,结果,排队,通话"]
    for n in range(20 * 77):
        at = JULY + timedelta(minutes=72 * n + 30)
        if not (at >= SEPTEMBER and at.day in lost) and (weekend or at.weekday() < 5):
            lines.append(f"C{n:05d},{at},{at},1540000{n * 7919 % 300:04d},甲,供水,接通,5,60")
    (folder / "calls.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "small.yaml").write_text(PLAIN, encoding="utf-8")
    return open_hotline(folder / "small.yaml", month, language, progress=False, **rule)


def told(h):
    found = h.checks[h.checks["check"] == "lost after"]
    return list(found[["where", "count", "usual", "detail", "severity"]].itertuples(index=False, name=None))


def reason(h) -> str:
    return h.verdicts.set_index("indicator").loc["repeat_rate_24h", "reason"]


@pytest.mark.parametrize(
    ("lost", "found", "judged"),
    [
        ((), [], True),
        ((1, 2, 3), [("2024-09-01..2024-09-03", 3, 60, "2", "major")], False),
        ((1,), [("2024-09-01", 1, 20, "2", "minor")], False),
        ((2,), [("2024-09-02", 1, 20, "48", "minor")], True),
        ((4, 6), [("2024-09-04", 1, 20, "120", "minor"), ("2024-09-06", 1, 20, "168", "minor")], True),
        ((8,), [], True),
    ],
    ids=str,
)
def test_days_lost_behind_the_month_are_told_with_the_windows_that_reach_them(tmp_path, lost, found, judged):
    """9月2日离八月末24小时：24小时的窗口看不到那一天，48小时的看得到；8日在七天以外."""
    h = hotline(tmp_path, lost)
    assert told(h) == found
    assert (reason(h) == "not watched") is not judged
    assert h.grade[0] == {"major": "fair", "minor": "good"}.get(found[0][4] if found else "", "excellent")


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
            "2024年9月1日至2024年9月3日没有记录，平常约60条：期末的来电此后有没有再次来电看不到，窗口在2小时以上的复电率偏低",
            "本月之后有几天没有记录，再次来电看不全",
        ),
        (
            "en",
            "1 September 2024 to 3 September 2024: no record, usually about 60; whoever called again then cannot be seen, so repeat rates within 2 h and more are too low",
            "days after the month have no records, so not all callbacks are seen",
        ),
    ],
)
def test_it_is_said_in_both_languages(tmp_path, language, finding, why):
    h = hotline(tmp_path, (1, 2, 3), language=language)
    assert finding in say(h.checks).text
    row = h.verdicts[h.verdicts["indicator"] == "repeat_rate_24h"]
    assert row.attrs["fields"]["reason"]["words"]["not watched"][language == "en"] == why


def test_earlier_months_know_it_too_and_only_of_their_repeat_rates(tmp_path):
    """从九月往回看，少了9月1日的是八月的复电率；接通率和七月都不缺."""
    found = hotline(tmp_path, (1,), month="2024-09").indicators.set_index(["indicator", "period"])["watched"]
    assert found.loc["repeat_rate_24h"].tolist() == [True, False, True]
    assert found.loc["connection_rate"].all() and found.loc["identified_share"].all()


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
