"""When things broke: what is planted is found, a quiet month shows nothing, every count against the obvious loop."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hotline_analysis import open_hotline
from hotline_analysis.errors import DataRefused
from hotline_analysis.show.forms import say, show
from hotline_analysis.studies.service import events
from tests.real import PARAMS, needs
from tests.spec.frames import ENGINES
from tests.studies.service.invented import DAY, at, beside, calls, view, without
from tests.studies.service.service_calls import told


@pytest.fixture(scope="module")
def plain():
    return calls(1)


def minute(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


MONTHS = 15  # of a world in which nothing happened

# ---- silences


def test_a_planted_silence_is_found_between_its_calls(plain):
    """9月11日9点到13点没有一通来电，平常这四个小时约有二十七通。"""
    data = without(plain, "2024-09-11T09:00", "2024-09-11T13:00")
    frame = events.outages(view(data))
    assert frame["broken"].tolist() == ["gap"]
    gap, starts = frame.iloc[0], data["start_s"]
    last, following = starts[starts < at("2024-09-11T09:00")].max(), starts[starts >= at("2024-09-11T13:00")].min()
    assert (gap["started_at"], gap["ended_at"]) == (pd.Timestamp(last, unit="s"), pd.Timestamp(following, unit="s"))
    assert gap["minutes"] == pytest.approx((following - last) / 60) and 15 < gap["usual"] < 35 and gap["p"] < 0.01
    zh, en = (say(told(frame, "outages"), language=language).text for language in ("zh", "en"))
    assert zh.startswith("9月11日0") and "没有一通来电" in zh and en.startswith("No call for ") and " minutes from 11 September 0" in en


@pytest.mark.parametrize("engine", ENGINES)
def test_three_engines_agree(plain, engine):
    data = beside(without(plain, "2024-09-11T09:00", "2024-09-11T13:00"), "2024-09-18T10:00", 3000, 40, outcome="abandoned")
    for table in ("outages", "bursts", "events"):
        first, other = (events.TABLES[table](view(data, engine=e)) for e in ("polars", engine))
        pd.testing.assert_frame_equal(first, other, check_dtype=False)


def test_what_is_usual_is_the_mean_of_its_days_without_the_busiest(plain):
    """The slow loop: the same clock of the thirteen Wednesdays before, the busiest left out, at the level of the day."""
    data = without(plain, "2024-09-11T09:00", "2024-09-11T13:00")
    gap = events.outages(view(data)).iloc[0]
    start, end = (int(gap[c].timestamp()) for c in ("started_at", "ended_at"))
    low, high = -(-start // 60) * 60, end // 60 * 60
    before = [sum((data["start_s"] >= low - w * 7 * DAY) & (data["start_s"] < high - w * 7 * DAY)) for w in range(1, 14)]
    whole = [sum((data["start_s"] // DAY) == start // DAY - 7 * w) for w in range(14)]
    level = min((whole[0] + 1) / ((sum(whole[1:]) - sum(before)) / 13 + 1), 1)
    assert gap["usual"] == pytest.approx(level * (sum(before) - max(before)) / 12)


def test_a_past_mass_event_makes_no_later_silence(plain):
    """500 calls on one Wednesday at 3 in the morning: the quiet nights of the Wednesdays after are no silences."""
    assert "gap" not in set(events.outages(view(beside(plain, "2024-08-28T03:00", 1800, 500)))["broken"])


def test_whole_days_without_a_call_are_one_silence(plain):
    frame = events.outages(view(without(plain, "2024-09-16T00:00", "2024-09-18T00:00")))
    assert frame["broken"].tolist() == ["gap"] and frame["minutes"].iloc[0] > 2880


def test_ten_lost_days_do_not_lower_what_was_usual_on_them(plain):
    """平常约1,400通的四天写成“应有约3,694通”：全月的水平里算进了丢失的日子。"""
    data = plain
    for first, last in (("03", "07"), ("09", "13"), ("17", "19")):
        data = without(data, f"2024-09-{first}T00:00", f"2024-09-{last}T00:00")
    told_days = events.outages(view(data)).query("broken == 'gap'").iloc[0]
    whole = events.outages(view(without(plain, "2024-09-03T00:00", "2024-09-07T00:00"))).query("broken == 'gap'").iloc[0]
    assert told_days["usual"] == pytest.approx(whole["usual"], rel=0.05)


def test_a_day_with_hardly_any_calls(plain):
    data = without(plain, "2024-09-12T00:00", "2024-09-12T23:00")
    data = beside(data, "2024-09-12T00:10", 82_000, 5)
    frame = events.outages(view(data)).set_index("broken")
    day = frame.loc["day"]
    assert day["started_at"] == minute("2024-09-12") and day["denominator"] < 12 and day["usual"] > 45
    assert "同类日子平常有" in say(told(frame.reset_index(), "outages"), language="zh").text


def test_an_outage_on_the_register_is_known(plain):
    data = without(plain, "2024-09-11T09:00", "2024-09-11T13:00")
    register = {
        "kind": ["outage", "opinion"],
        "found_s": [at("2024-09-11T10:00"), at("2024-09-11T10:00")],
        "repaired_s": [at("2024-09-11T12:00"), None],
    }
    assert events.outages(view(data, tables={"events": register}))["recorded"].tolist() == ["yes"]
    other = {name: values[1:] for name, values in register.items()}
    assert events.outages(view(data, tables={"events": other}))["recorded"].tolist() == ["no"]
    assert "recorded" not in events.outages(view(data))


def test_an_outage_that_is_not_repaired_yet_lasts(plain):
    """Found at 8:30 and open: the silence from nine is on the register. One that nobody ended since July is not taken to last, nor are those of a register that tells no ends."""
    data = without(plain, "2024-09-11T09:00", "2024-09-11T13:00")
    for found, ended, said in (("2024-09-11T08:30", "2024-09-05T10:00", "yes"), ("2024-07-01T08:30", "2024-09-05T10:00", "no"), ("2024-09-11T08:30", None, "no")):  # fmt: skip
        ends = [None, None if ended is None else at(ended)]
        register = {"kind": ["outage", "outage"], "found_s": [at(found), at("2024-09-05T08:00")], "repaired_s": ends}
        assert events.outages(view(data, tables={"events": register}))["recorded"].tolist() == [said]


# ---- lost calls


def test_a_burst_of_lost_calls(plain):
    """30通在半小时内几乎都没有接通；平常这半小时丢失不到一通。"""
    data = beside(plain, "2024-09-18T10:30", 1800, 30, outcome="abandoned")
    frame = events.outages(view(data))
    assert frame["broken"].tolist() == ["lost"]
    row, inside = frame.iloc[0], (data["start_s"] >= at("2024-09-18T10:30")) & (data["start_s"] < at("2024-09-18T11:00"))
    assert (row["started_at"], row["minutes"]) == (minute("2024-09-18 10:30"), 30)
    assert (row["numerator"], row["denominator"]) == ((data["outcome"][inside] == "abandoned").sum(), inside.sum())
    assert row["low"] < row["value"] <= row["high"] and row["usual"] < 3


def test_a_burst_of_dropped_calls_and_its_runs(plain):
    data = beside(plain, "2024-09-18T10:00", 3600, 60, talk_seconds=3, outcome="answered")
    frame = events.outages(view(data))
    assert frame["broken"].tolist() == ["short"] and frame["minutes"].iloc[0] == 60, "two half-hours are one finding"
    assert "short" not in set(events.outages(view(data, drop=("talk_seconds",)))["broken"])


# ---- mass events


def test_the_calls_of_one_event_are_one_line(plain):
    """37通不同来电人的来电，同一诉求、同一区域，两小时内。"""
    data = beside(plain, "2024-09-19T14:00", 7200, 37, issue_1="诉求1", area="0区")
    frame = events.bursts(view(data))
    assert len(frame) == 1
    row, own = frame.iloc[0], (data["issue_1"] == "诉求1") & (data["area"] == "0区")
    inside = own & (data["start_s"] >= at("2024-09-19T14:00")) & (data["start_s"] < at("2024-09-19T16:00"))
    assert (row["issue"], row["area"], row["span_hours"], row["started_at"]) == ("诉求1", "0区", 2, minute("2024-09-19 14:00"))
    assert (row["count"], row["callers"]) == (inside.sum(), len(set(data["caller"][inside])))
    month = (data["start_s"] >= at("2024-09-01")) & (data["start_s"] < at("2024-10-01"))
    assert (
        row["share"] == pytest.approx(inside.sum() / month.sum()) and row["ratio_low"] > 2 and row["excess"] == row["count"] - row["usual"]
    )
    zh = say(told(frame, "bursts"), language="zh").text
    assert zh.startswith(f"9月19日14:00起2小时，0区关于“诉求1”来电{row['count']}通（{row['callers']:.0f}人），平常")


def test_an_event_in_all_areas_is_one_event_of_its_issue(plain):
    data = plain
    for area in ("0区", "1区"):
        data = beside(data, "2024-09-19T14:00", 3500, 25, issue_1="诉求2", area=area)
    frame = events.bursts(view(data))
    assert frame[["issue", "area"]].to_numpy().tolist() == [["诉求2", "(all)"]] and frame["count"].iloc[0] >= 50


def test_a_busy_day_of_all_issues_is_no_event_of_one(plain):
    """Twice the calls from morning to night: the whole hotline's day, at most, and of no single issue."""
    data = plain
    for hour in range(7, 21):
        for issue in range(3):
            for area in range(2):
                data = beside(data, f"2024-09-19T{hour:02d}:05", 3000, 1, issue_1=f"诉求{issue}", area=f"{area}区")
    assert set(events.bursts(view(data))["issue"]) <= {"(all)"}


def renamed(data: dict, since: str, column: str = "issue_1") -> dict:
    """Every word of a column is another one from an instant on, as where a tree of issues is replaced."""
    return data | {column: np.where(data["start_s"] >= at(since), np.char.add(data[column], "新版"), data[column])}


@pytest.mark.parametrize("since", ["2024-09-01", "2024-08-20", "2024-09-16"])
@pytest.mark.parametrize("column", ["issue_1", "area"])
def test_a_new_name_is_no_event(column, since):
    """换了分类或区划：每天都有的新名字没有以往，但不是集中来电。A day of the new words is as full as the other days since they began."""
    assert len(events.bursts(view(renamed(calls(3, a_day=90), since, column)))) == 0


def test_an_event_of_a_new_name_is_held_against_its_own_days():
    data = beside(renamed(calls(3, a_day=90), "2024-09-01"), "2024-09-19T14:00", 7200, 37, issue_1="诉求1新版", area="0区")
    frame = events.bursts(view(data))
    assert frame[["issue", "area", "started_at"]].to_numpy().tolist() == [["诉求1新版", "0区", minute("2024-09-19 14:00")]]
    own = (data["issue_1"] == "诉求1新版") & (data["area"] == "0区") & np.isin(data["start_s"] // 3600 % 24, (14, 15))
    others = own & (data["start_s"] // DAY != at("2024-09-19") // DAY)
    assert frame["usual"].iloc[0] == pytest.approx(others.sum() / 29, rel=0.25), "29 other days, a Thursday being one like others"


def test_a_word_that_comes_once_is_an_event(plain):
    """从没有过的诉求，一个下午来了三十通，以后再没有。"""
    frame = events.bursts(view(beside(plain, "2024-09-19T14:00", 7200, 30, issue_1="井盖", area="0区")))
    assert frame[["count", "usual"]].to_numpy().tolist() == [[30, 0]] and frame["issue"].iloc[0] == "井盖"


def test_what_grows_for_good_is_no_event(plain):
    """诉求1从9月1日起每天都是以前的三倍。"""
    data = plain
    for day in range(1, 31):
        data = beside(data, f"2024-09-{day:02d}T08:00", 12 * 3600, 36, issue_1="诉求1", area="0区")
    assert len(events.bursts(view(data))) == 0


def test_small_numbers_of_callers_are_not_told(plain):
    data = beside(plain, "2024-09-19T14:00", 3000, 30, issue_1="诉求1", area="0区")
    new = (
        (data["start_s"] >= at("2024-09-19T14:00"))
        & (data["start_s"] < at("2024-09-19T15:00"))
        & (data["issue_1"] == "诉求1")
        & (data["area"] == "0区")
    )
    data["caller"] = np.where(new, 7, data["caller"])
    frame = events.bursts(view(data, smallest=8))
    assert pd.isna(frame["callers"].iloc[0]) and frame["callers_missing"].iloc[0] == "<8"


# ---- with and without


def test_the_month_without_the_events_is_the_month_of_the_other_calls(plain):
    data = beside(plain, "2024-09-18T10:30", 1800, 30, outcome="abandoned")
    frame = events.with_without(view(data)).set_index("indicator")
    inside = (data["start_s"] >= at("2024-09-18T10:30")) & (data["start_s"] < at("2024-09-18T11:00"))
    month = (data["start_s"] >= at("2024-09-01")) & (data["start_s"] < at("2024-10-01"))
    rate = frame.loc["connection_rate"]
    assert rate["with_events"] == pytest.approx((data["outcome"][month] == "answered").mean())
    assert rate["without"] == pytest.approx((data["outcome"][month & ~inside] == "answered").mean())
    assert rate["removed"] == inside.sum() and rate["moved_by"] == pytest.approx(rate["with_events"] - rate["without"])
    assert frame.loc["offered", "moved_by"] == pytest.approx(month.sum() / (month & ~inside).sum() - 1)
    assert "剔除这" in say(told(frame.reset_index(), "with_without"), language="zh").text


def test_a_month_in_which_nothing_happened(plain):
    frame = events.found(view(plain))
    row = frame.iloc[0]
    assert row["said"] == "none" and row[["gap_count", "day_count", "lost_count", "short_count", "burst_count"]].tolist() == [0] * 5
    month = (plain["start_s"] >= at("2024-09-01")) & (plain["start_s"] < at("2024-10-01"))
    assert row["gaps_looked"] == month.sum() - 1, "the data end with the month, and so does its last gap"
    assert row["windows_looked"] == 30 * (24 + 23 + 21 + 17 + 1) * (1 + 3 + 2 + 6)
    assert say(told(frame, "events"), language="en").text.startswith(f"In {row['gaps_looked']:,} gaps and")
    same = events.with_without(view(plain))
    assert set(same["said"]) == {"none"} and (same["moved_by"].dropna() == 0).all()
    assert show(told(same, "with_without"), language="zh").text == "没有发现要剔除的来电，剔除前后相同。"


def test_dates_without_a_clock_are_refused(plain):
    data = {**plain, "start_s": plain["start_s"] // DAY * DAY}
    for table in ("outages", "bursts"):
        with pytest.raises(DataRefused) as fault:
            events.TABLES[table](view(data))
        assert str(fault.value) == "service › no clock time: the calls' times are dates."


def test_a_month_without_a_call_and_one_without_history(plain):
    nothing = {name: values[:0] for name, values in plain.items()}
    assert len(events.outages(view(nothing))) == 0 and len(events.bursts(view(nothing))) == 0
    assert events.found(view(nothing))["said"].iloc[0] == "none"
    one = {name: values[plain["start_s"] >= at("2024-09-20")] for name, values in plain.items()}
    assert len(events.outages(view(one))) == 0, "with fewer than four days of a kind nothing is told"


@pytest.mark.parametrize("share", [0.05, 0.2])
def test_a_hotline_that_begins_is_not_held_to_what_it_became(share):
    """第一个月每天只有几通，以后每天六十通：没有来电的两三天是它当时的平常。As quiet as it is, no kind is found in more than chance allows."""
    hits = 0
    for seed in range(MONTHS):
        data = calls(200 + seed)
        kept = (data["start_s"] >= at("2024-07-01")) | (np.random.default_rng(seed).random(len(data["start_s"])) < share)
        row = events.found(view({name: values[kept] for name, values in data.items()}, month="2024-06")).iloc[0]
        hits += int(row["gap_count"] + row["day_count"] > 0)
    assert hits <= stats.binom.ppf(0.999, MONTHS, 2 * events.LEVEL), "found in more months than chance allows"


# ---- the bank of 1999


@pytest.fixture(scope="module")
def bank():
    return open_hotline(PARAMS / "bank1999.yaml", "1999-05", progress=False)


@needs("bank1999")
def test_the_days_without_rows_in_january(bank):
    """11 and 12 January hold no row: one silence from the last call of the 10th to the first of the 13th."""
    frame = events.outages(bank.view.over(bank._period("1999-01")))
    first = frame.iloc[0]
    assert (
        first["broken"] == "gap"
        and first["started_at"].date() == datetime(1999, 1, 10).date()
        and first["ended_at"].date() == datetime(1999, 1, 13).date()
    )


@needs("bank1999")
def test_the_bank_in_may(bank):
    """21 May has 14 calls; on the evening of 23 May the calls of one type are ten times the usual and nearly all of them are lost."""
    frame, mass = bank.study("service", "outages"), bank.study("service", "bursts")
    day = frame[frame["broken"] == "day"]
    assert day["started_at"].dt.strftime("%m-%d").tolist() == ["05-21"] and day["denominator"].tolist() == [14]
    assert "05-23" in set(frame.loc[frame["broken"] == "lost", "started_at"].dt.strftime("%m-%d"))
    largest = mass.loc[mass["count"].idxmax()]
    assert (
        largest["started_at"].strftime("%m-%d %H") == "05-23 20"
        and largest["count"] == 1351
        and largest["ratio"] == pytest.approx(10.08, abs=0.01)
    )


# ---- the null world


def test_quiet_months_show_no_more_than_chance_allows():
    """Each kind by itself in at most 1 % of the months: more would come by chance in less than one of a thousand such runs; `tests.prove.events` looks at two thousand."""
    hits = dict.fromkeys((*events.KINDS, "burst"), 0)
    for seed in range(MONTHS):
        row = events.found(view(calls(100 + seed, a_day=20))).iloc[0]
        hits = {name: n + (row[f"{name}_count"] > 0) for name, n in hits.items()}
    most = stats.binom.ppf(0.999, MONTHS, events.LEVEL)
    assert all(n <= most for n in hits.values()), hits
