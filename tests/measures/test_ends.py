"""From where gaps run when nobody wrote down when a call ended: from an end that its durations tell, or from its start, and then the page says so."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hotline_analysis import open_hotline, say
from hotline_analysis.errors import DataRefused
from hotline_analysis.measures import indicators, sharing, unended
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.gaps import end_of, ended
from hotline_analysis.studies import window
from tests.spec.frames import ENGINES, on, second, view

PARAMS = """title: {zh: 长谈, en: Long talks}
key: published
public: true
holidays: ""
calls:
  files: calls.csv
  columns:
    call_id: 编号
    started_at: {from: 开始, formats: "%Y-%m-%d %H:%M:%S"}
    ended_at: {from: 结束, formats: "%Y-%m-%d %H:%M:%S", on_error: blank}
    caller: {from: 号码, kind: phone}
    outcome: {from: 结果, values: {接通: answered, 放弃: abandoned}, other: reject}
    queue_seconds: 排队
    talk_seconds: 通话
definition: {windows_hours: [0.5, 24]}
units: {window_hours: 0.5}
"""
JULY = datetime(2024, 7, 1, 9)


def hotline(folder, *, lacking=(), blank=lambda n: False, month="2024-08", language="zh", added="", **options):
    """七、八月每天24通：12人各打两次，每次谈40分钟，隔10分钟再打；lacking：导出没有的列，blank：哪几通的结束与通话是空的."""
    lines = ["编号,开始,结束,号码,结果,排队,通话"]
    for n in range(24 * 62):
        day, pair, again = n // 24, n % 24 // 2, n % 2
        at = JULY + timedelta(days=day, minutes=20 * pair + 51 * again)
        end, talk = ("", "") if blank(n) else (at + timedelta(minutes=41), 2400)
        lines.append(f"C{n:05d},{at},{end},1540000{(12 * day + pair) * 7919 % 300:04d},接通,60,{talk}")
    (folder / "calls.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    kept = [line for line in PARAMS.splitlines(True) if not line.strip().startswith(tuple(f"{name}:" for name in lacking))]
    (folder / "long.yaml").write_text("".join(kept) + added, encoding="utf-8")
    return open_hotline(folder / "long.yaml", month, language, progress=False, **options)


def rate(h, hours=0.5, **rule) -> str:
    found = h.study("window", **rule).set_index(["follow_up", "window_hours"]).loc[("km", hours)]
    return f"{found['numerator']}/{found['denominator']}"


def told(h) -> list[tuple]:
    found = h.checks[h.checks["check"].str.contains("ends ")]
    return list(found[["check", "count", "severity", "detail"]].itertuples(index=False, name=None))


@pytest.mark.parametrize("engine", ENGINES)
def test_nor_is_the_answer_that_only_the_waits_tell(engine):
    """`ended_at` mapped to the answer, which has no column: 1000 and 60 s of queue; the talk of 300 s ends at 1360, as the check says that it is worked out."""
    rows = {"start_s": [1000] * 3, "end_s": [1060, 1060, 1062], "queue_seconds": [60] * 3, "talk_seconds": [300, 0, 300], "outcome": ["answered"] * 3}  # fmt: skip
    told = pandas(on(engine, {**rows, "seq": list(range(3))}).select("seq", end=end_of(list(rows))))
    assert list(told.sort_values("seq")["end"].astype(int)) == [1360, 1060, 1062]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_start_or_the_answer_of_a_call_that_was_talked_on_is_no_end(engine):
    """Queue 60, talk 300: an end at the start (0) or the answer (60) is 360; where nobody talked, or the end is later, it stands."""
    rows = {"start_s": [1000] * 5, "end_s": [1000, 1060, 1000, 1061, 999], "answered_s": [None, 1060, None, 1060, None],
            "queue_seconds": [60] * 5, "talk_seconds": [300, 300, 0, 300, 300], "outcome": ["answered"] * 5}  # fmt: skip
    told = pandas(on(engine, {**rows, "seq": list(range(5))}).select("seq", end=end_of(list(rows))))
    assert list(told.sort_values("seq")["end"].astype(int)) == [1360, 1360, 1000, 1061, 1360]


def test_an_end_that_the_export_lacks_is_worked_out_from_what_it_tells(tmp_path):
    """每天24通里有12通10分钟后又打来：写明结束的、由排队与通话推算的，都是372/744."""
    written = hotline(tmp_path)
    assert rate(written) == "372/744" and told(written) == []
    h = hotline(tmp_path, lacking=("ended_at",))
    assert rate(h) == "372/744" and told(h) == [("ends worked out", 744, "info", "")] and h.grade[0] == "excellent"
    assert "自来电结束起算" in h.definition() and h.rule.hash == written.rule.hash


@pytest.mark.parametrize("lacking", [("ended_at", "talk_seconds"), ()], ids=["no column", "all blank"])
def test_where_no_end_is_known_the_rule_runs_from_the_start_and_says_so(tmp_path, lacking):
    """谈了41分钟、隔10分钟再打：自开始起算是51分钟，半小时内没有一通复电；口径和口径号都不同."""
    written = hotline(tmp_path).rule
    h = hotline(tmp_path, lacking=lacking, blank=lambda n: True)
    assert rate(h) == "0/744" and rate(h, 24) == "372/744" and told(h) == []
    assert "自来电开始起算" in h.definition() and "自来电结束起算" not in h.definition()
    assert h.rule == written.but(clock="start") and h.rule.hash != written.hash
    assert h.study("window").attrs["hash"] == h.share().hash == h.rule.hash
    refused = h.study("window", clock="end")
    assert refused.empty and refused.attrs["missing"]["zh"] == "未提供：结束时间、通话时长"


def test_who_asks_for_the_end_where_none_is_known_is_refused_by_name(tmp_path):
    h = hotline(tmp_path, lacking=("ended_at", "talk_seconds"))
    text = (tmp_path / "long.yaml").read_text(encoding="utf-8").replace("definition: {", "definition: {clock: end, ")
    (tmp_path / "long.yaml").write_text(text, encoding="utf-8")
    asked = open_hotline(tmp_path / "long.yaml", "2024-08", progress=False)
    assert asked.rule.clock == "end" and h.rule.clock == "start"
    with pytest.raises(DataRefused, match="needs ended_at or talk_seconds in calls, because"):
        asked.study("window", strict=True)
    assert set(asked.indicators.query("indicator == 'repeat_rate_24h'")["missing"]) == {"not available: needs ended_at or talk_seconds"}
    assert asked.indicators.query("indicator == 'connection_rate'")["value"].notna().all()


def test_hotlines_with_ends_and_without_are_not_put_beside_one_another_as_alike(tmp_path):
    for name in ("with", "without"):
        (tmp_path / name).mkdir()
    sharing.write(tmp_path / "with.json", hotline(tmp_path / "with").share())
    file = tmp_path / "with.json"
    file.write_text(file.read_text(encoding="utf-8").replace("长谈", "另一条"), encoding="utf-8")  # not itself once more, which is refused
    shares = "units: {shares: [../with.json], window_hours: 0.5}\n"
    h = hotline(tmp_path / "without", lacking=("ended_at", "talk_seconds", "units"), added=shares)
    assert h.study("units", "sources")["like"].tolist() == ["own", "unlike"]
    alike = hotline(tmp_path / "without", lacking=("ended_at", "units"), added=shares)
    assert alike.study("units", "sources")["like"].tolist() == ["own", "like"]


def test_what_is_not_judged_is_not_put_beside_others(tmp_path):
    """一半来电不知结束：半小时的窗口不能相比，24小时的可以."""
    h = hotline(tmp_path, blank=lambda n: n % 2 == 0)
    with pytest.raises(DataRefused, match="ends unknown of so many calls"):
        h.share()
    assert h.study("units").attrs["missing"]["zh"] == "不少来电不知何时结束"
    assert sharing.share(h.view, window_hours=24).units and h.share(clock="start").units


def teams(folder, *, blank=lambda team, n: False, language="zh"):
    """八月：六个班组每天各10对来电，庚组每天1对；每次谈40分钟，隔10分钟再打。blank：哪个班组的第几对没有结束与通话."""
    lines = ["编号,开始,结束,号码,结果,排队,通话,班组"]
    for day in range(31):
        for n, (team, pair) in enumerate([(t, p) for t in "甲乙丙丁戊己" for p in range(10)] + [("庚", 0)]):
            for again in (0, 1):
                at = JULY + timedelta(days=31 + day, minutes=7 * n + 51 * again)
                end, talk = ("", "") if blank(team, 10 * day + pair) else (at + timedelta(minutes=41), 2400)
                lines.append(f"C{len(lines):05d},{at},{end},1540{day:03d}{n:04d},接通,60,{talk},{team}")
    lines.append(f"C99999,{JULY + timedelta(days=70)},,15400099999,接通,60,2400,甲")
    (folder / "calls.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "teams.yaml").write_text(
        PARAMS.replace("    talk_seconds: 通话\n", "    talk_seconds: 通话\n    unit: 班组\n"), encoding="utf-8"
    )
    return open_hotline(folder / "teams.yaml", "2024-08", language, progress=False)


def beside(h, table="units"):
    return h.study("units", table, by="unit", strict=True)


def test_every_team_brings_half_of_its_callers_back(tmp_path):
    """每对的第一通都有复电：六个班组620通310次，庚组62通31次，谁也不高于谁."""
    found = beside(teams(tmp_path)).set_index("unit_zh")
    assert found[["numerator", "denominator"]].loc["甲"].tolist() == [310, 620] and found[["numerator", "denominator"]].loc[
        "庚"
    ].tolist() == [31, 62]
    assert set(found["verdict"]) == {"inside"} and (found["units_unended"] == 0).all()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_small_unit_of_unknown_ends_is_no_low_unit(tmp_path, language):
    """庚组62通（全热线的1.6%，没有一通知道结束）自开始起算，没有一次复电：不是低于同类，也不拉低其他班组的应有."""
    h = teams(tmp_path, blank=lambda team, n: team == "庚", language=language)
    found = beside(h).set_index("unit_zh")
    assert found.loc["庚", ["numerator", "denominator", "verdict"]].tolist() == [0, 62, "ends"]
    assert found.loc["庚", ["expected", "ratio", "direct", "q", "rank_low", "rank_high"]].isna().all()
    rest = found.drop(index="庚")
    assert rest["expected"].tolist() == pytest.approx([310] * 6) and set(rest["verdict"]) == {"inside"} and rest["rank_high"].max() == 6
    assert set(found["said"]) == {"others"} and set(found["units_unended"]) == {1}
    text = say(beside(h)).text
    assert ("1个单位有不少来电不知何时结束" if language == "zh" else "For 1 unit the end of many calls is not known") in text
    for table, columns in (("pairs", ["first_zh", "second_zh"]), ("curves", ["group_zh"])):
        assert not beside(h, table)[columns].isin(["庚"]).any().any()
    assert beside(h, "difference")["said"].iloc[0] == "none"


def test_a_share_says_which_unit_has_unknown_ends_and_another_hotline_reads_it(tmp_path):
    whole, lacking = (tmp_path / name for name in ("whole", "lacking"))
    for folder in (whole, lacking):
        folder.mkdir()
    assert '"ended"' not in teams(whole).share("unit").text(), "as before where every unit's ends are known"
    made = teams(lacking, blank=lambda team, n: team == "庚").share("unit")
    sharing.write(tmp_path / "share.json", made)
    assert [u.name for u in sharing.read(tmp_path / "share.json").units if not u.ended] == ["庚"]
    assert unended.too_low(teams(whole).view, 0.5, "unit") == set()


def test_few_unknown_ends_of_a_unit_are_judged(tmp_path):
    """甲组每100对有一对不知结束：半小时的复电率至多低1%，照常判断；每20对一对是5%，不判."""
    for every, judged in ((100, True), (20, False)):
        (tmp_path / str(every)).mkdir()
        h = teams(tmp_path / str(every), blank=lambda team, n, every=every: team == "甲" and n % every == 0)
        assert (beside(h).set_index("unit_zh").loc["甲", "verdict"] == "inside") == judged
    assert unended.too_low(h.view, 0.5, "unit") == {"甲"} and unended.too_low(h.view, 24, "unit") == set()
    assert unended.too_low(h.view, 0.5, "unit", dict.fromkeys("甲乙丙丁戊己庚", "全部")) == set(), "what is told as one is judged as one"


PARTLY = [
    (2, ("ends unknown", 372, "major", "24"), False),
    (24, ("ends unknown", 31, "major", "0.5"), False),
    (124, ("ends unknown", 6, "minor", "0.5"), True),
    (744, ("few ends unknown", 1, "info", ""), True),
]


@pytest.mark.parametrize(("every", "found", "judged"), PARTLY, ids=str)
def test_ends_that_are_blank_in_part_are_told_by_what_they_may_move(tmp_path, every, found, judged):
    """谈41分钟，半小时的窗口全在其中：一半不知结束，半小时的复电率至多低一半，24小时的至多低1.4%；24通里一通，半小时的至多低4.2%."""
    h = hotline(tmp_path, blank=lambda n: n % every == 0)
    assert told(h) == [found] and h.grade[0] == {"major": "fair", "minor": "good", "info": "excellent"}[found[2]]
    day = h.catalogue["repeat_rate_24h"]
    rates = indicators.evaluate(h.view, h.trend, [replace(day, window_hours=0.5)])
    assert len(rates) == 2 and rates["ended"].tolist() == [judged] * 2
    assert indicators.evaluate(h.view, h.trend, [day, h.catalogue["connection_rate"]])["ended"].all()


def test_where_gaps_run_from_the_start_ends_are_not_missed(tmp_path):
    h = hotline(tmp_path, blank=lambda n: n % 2 == 0)
    assert rate(h) == "0/744", "each of the pairs' first calls lacks its end"
    assert unended.counted(h.view.but(clock="start"), h.trend).empty and unended.counted(h.view.but(mode="calendar"), h.trend).empty
    assert (
        unended.counted(h.view, h.trend)[["calls", "worked_out", "unknown", "lasted_s"]].to_numpy().tolist() == [[744, 0, 372, 2460.0]] * 2
    )


@pytest.mark.parametrize(
    ("language", "finding", "why"),
    [
        (
            "zh",
            "372通来电没有结束时间，也没有通话时长可推算（50.0%）：间隔自来电开始起算，窗口在24小时以内的复电率偏低",
            "不少来电不知何时结束，这一窗口的复电率偏低",
        ),
        (
            "en",
            "372 calls have no Ended at and no talk time to work it out (50.0%): their gaps run from the start, so repeat rates within up to 24 h are too low",
            "the end of many calls is not known, so the rate of this window is too low",
        ),
    ],
)
def test_it_is_said_in_both_languages(tmp_path, language, finding, why):
    h = hotline(tmp_path, blank=lambda n: n % 2 == 0, language=language)
    assert finding in say(h.checks).text
    assert h.verdicts.attrs["fields"]["reason"]["words"]["not ended"][language == "en"] == why


def test_a_group_whose_ends_are_unknown_is_not_judged_though_the_hotline_is():
    """甲组都写明结束，乙组（八分之一）没有."""
    rows = 80
    data = {
        "seq": list(range(rows)), "start_s": [second("03-02 09:00") + 600 * n for n in range(rows)], "caller": list(range(rows)),
        "caller_group": list(range(rows)), "outcome": ["answered"] * rows, "unit": ["乙" if n % 8 == 0 else "甲" for n in range(rows)],
    }  # fmt: skip
    data |= {"local_s": data["start_s"], "end_s": [None if n % 8 == 0 else s + 600 for n, s in enumerate(data["start_s"])]}
    for engine in ENGINES:
        seen = view(on(engine, data), {}, start_s=second("03-01 00:00"), end_s=second("03-20 00:00"))
        found = unended.counted(seen, [seen.period], "unit").set_index("group")
        assert found[["calls", "unknown"]].loc["甲"].tolist() == [70, 0] and found[["calls", "unknown"]].loc["乙"].tolist() == [10, 10]
        assert found["lasted_s"]["甲"] == 600 and found["lasted_s"].isna()["乙"]
    assert [unended.missed(10, 10, float("nan"), 24), unended.missed(70, 0, 600, 24)] == [1.0, 0.0]


@pytest.mark.parametrize("engine", ENGINES)
def test_what_a_frame_of_ones_own_has_to_tell(engine):
    """没有结束、没有通话时长：自结束起算的口径被拒绝；只有放弃的来电则无从谈起."""
    data = {
        "seq": [0, 1],
        "start_s": [10, 20],
        "local_s": [10, 20],
        "caller": [1, 1],
        "caller_group": [1, 1],
        "outcome": ["answered", "abandoned"],
    }
    ends = {"start_s": 0, "end_s": 1000}
    assert (
        not ended(on(engine, data))
        and ended(on(engine, {**data, "end_s": [15, None]}))
        and ended(on(engine, {**data, "talk_seconds": [5, None]}))
    )
    assert ended(on(engine, {**data, "outcome": ["abandoned"] * 2})) and not ended(on(engine, {**data, "end_s": [5, None]})), (
        "before the start"
    )
    with pytest.raises(DataRefused, match="needs ended_at or talk_seconds"):
        window.rates(view(on(engine, data), {"callback_scope": "all"}, **ends))
    assert window.rates(view(on(engine, data), {"callback_scope": "all", "clock": "start"}, **ends))["numerator"].iloc[0] == 1
