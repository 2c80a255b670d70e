"""Does 通话时长 have its hold in it? Canonical talk has none, so that talk and hold add: to handling times, and to ends that are worked out. Params say it, and ends prove it."""

from datetime import datetime, timedelta

import pytest

from hotline_analysis import open_hotline, say
from hotline_analysis.errors import BadParams
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import end_of

PARAMS = """title: {{zh: 保持, en: On hold}}
key: published
public: true
holidays: ""
calls:
  files: calls.csv
  columns:
    started_at: {{from: 开始, formats: "%Y-%m-%d %H:%M:%S"}}
    {end}
    caller: {{from: 号码, kind: phone}}
    outcome: {{is: answered}}
    queue_seconds: 排队
    talk_seconds: {talk}
    hold_seconds: 保持
    wrap_seconds: 话后
"""
END = 'ended_at: {from: 结束, formats: "%Y-%m-%d %H:%M:%S", on_error: blank}'
PLAIN, LESS = "通话", "{from: 通话, includes: hold_seconds}"


def hotline(folder, *, holds=True, talk=PLAIN, end=END, held=40, language="zh", spoken=300, hold=60):
    """三月每天10通：排队10秒，通话300秒，话后30秒；前 held 通保持60秒，holds：是否在通话的300秒里。"""
    lines = ["开始,结束,号码,排队,通话,保持,话后"]
    for n in range(310):
        at, on_hold = datetime(2024, 3, 1, 9) + timedelta(days=n // 10, minutes=20 * (n % 10)), hold * (n < held)
        over = at + timedelta(seconds=10 + spoken + (0 if holds else on_hold))
        lines.append(f"{at},{over},1540000{n:04d},10,{spoken},{on_hold},30")
    (folder / "calls.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "p.yaml").write_text(PARAMS.format(talk=talk, end=end), encoding="utf-8")
    return open_hotline(folder / "p.yaml", "2024-03", language, progress=False)


def handling(h) -> float:
    found = h.indicators.set_index(["indicator", "period"])["numerator"]
    return found["handle_seconds", "2024-03"]


def told(h) -> list[tuple]:
    found = h.checks[h.checks["check"].str.contains("hold")]
    return list(found[["check", "count", "severity"]].itertuples(index=False, name=None))


def test_hold_within_the_talk_is_counted_once_where_params_say_it(tmp_path):
    """310 通各 300+30 秒，40 通里的 60 秒保持在通话的 300 秒里：102,300 秒，不是 104,700。"""
    h = hotline(tmp_path, talk=LESS)
    assert handling(h) == 310 * 330 and told(h) == []
    talk = h.store.table("calls").aggregate("sum(talk_seconds), sum(hold_seconds)").fetchall()[0]
    assert talk == (310 * 300 - 40 * 60, 40 * 60)


def test_hold_beside_the_talk_adds(tmp_path):
    h = hotline(tmp_path, holds=False)
    assert handling(h) == 310 * 330 + 40 * 60 and told(h) == []


def test_an_end_that_is_worked_out_has_the_hold_once(tmp_path):
    """没有结束时间：第一通 9:00:00 起，排队10、通话300（内含保持60），9:05:10 结束。"""
    calls = hotline(tmp_path, talk=LESS, end="").view.table("calls")
    ends = pandas(calls.sort("start_s").select("start_s", end=end_of(calls.collect_schema().names())).head(1))
    assert int((ends["end"] - ends["start_s"]).iloc[0]) == 310


@pytest.mark.parametrize("language", ["zh", "en"])
def test_ends_prove_that_talk_has_the_hold_in_it(tmp_path, language):
    h = hotline(tmp_path, language=language)
    assert told(h) == [("hold in talk", 40, "major")]
    said = (
        "通话时长已含保持时长（40通的结束时间为证）" if language == "zh" else "as the ends of 40 calls prove: handling times count it twice"
    )
    assert said in say(h.checks).text


def test_ends_prove_that_params_take_off_what_is_not_in_it(tmp_path):
    assert told(hotline(tmp_path, holds=False, talk=LESS)) == [("hold not in talk", 40, "major")]


@pytest.mark.parametrize(("held", "end"), [(40, ""), (29, END)], ids=["no end", "too few"])
def test_without_a_proof_the_reading_is_told(tmp_path, held, end):
    h = hotline(tmp_path, held=held, end=end)
    assert told(h) == [("hold unproven", held, "info")] and h.grade[0] == "excellent"
    assert f"{held}通有保持时长，没有足够的结束时间可核对通话时长是否已含保持" in "".join(h.checks["told_zh"])


@pytest.mark.parametrize(
    "more", [{"held": 0}, {"end": "", "talk": LESS}, {"end": "", "spoken": 50}], ids=["no hold", "params say it", "talk is shorter"]
)
def test_nothing_is_told_where_it_is_known(tmp_path, more):
    assert told(hotline(tmp_path, **more)) == []


def test_a_talk_that_is_shorter_than_the_hold_in_it_is_not_read(tmp_path):
    h = hotline(tmp_path, talk=LESS, spoken=50)
    assert h.store.table("calls").aggregate("count(talk_seconds), count(hold_seconds)").fetchall()[0] == (270, 310)
    assert h.checks.query("check == 'unread cells'")["count"].tolist() == [40]


@pytest.mark.parametrize(
    ("talk", "why"),
    [
        ("{from: 通话, includes: hold}", "includes: 'hold' is not another mapped duration. Did you mean 'hold_seconds'?"),
        ("{from: 通话, includes: talk_seconds}", "includes: 'talk_seconds' is not another mapped duration."),
        ("{from: 通话, includes: started_at}", "includes: 'started_at' is not another mapped duration."),
    ],
)
def test_what_a_duration_holds_is_another_mapped_one(tmp_path, talk, why):
    with pytest.raises(BadParams, match="includes") as fault:
        hotline(tmp_path, talk=talk)
    assert why in str(fault.value)
