"""The 1999 bank's published figures, through the command line, as raw integers (see params/bank1999.yaml for source and rule)."""

import io
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from hotline_analysis.__main__ import main
from hotline_analysis.hotline import open_hotline
from hotline_analysis.measures import indicators
from hotline_analysis.measures.frames import pandas
from hotline_analysis.studies import window
from tests.real import DATA, PARAMS, needs

pytestmark = needs("bank1999")
JANUARY, ALL = ("1999-01", "1999-01"), ("1999-01", "1999-07")
ALONE = "look_ahead=false"
AGENT = ("index_scope=answered", "callback_scope=answered")


def study(capsys, period, *settings, extra=()) -> pd.DataFrame:
    """`hotline study window --format csv` as a user types it."""
    sets = [part for s in settings for part in ("--set", s)]
    code = main(
        [
            "study",
            "window",
            "--params",
            str(PARAMS / "bank1999.yaml"),
            "--from",
            period[0],
            "--to",
            period[1],
            "--format",
            "csv",
            "--quiet",
            *sets,
            *extra,
        ]
    )
    out = capsys.readouterr()
    assert (code, out.err) == (0, "")
    return pd.read_csv(io.StringIO(out.out))


def counts(frame: pd.DataFrame, rule: str, *, whole: bool = False) -> list:
    rows = frame[(frame["follow_up"] == rule) & frame["window_hours"].isin([2, 24, 72, 168])]
    return [f"{k}/{n}" for k, n in zip(rows["numerator"], rows["denominator"], strict=True)] if whole else rows["numerator"].tolist()


@pytest.mark.parametrize(
    ("period", "settings", "calls", "expected"),
    [
        (JANUARY, (ALONE,), 13_200, [3_075, 5_580, 6_969, 8_147]),
        (JANUARY, (ALONE, "match=same"), 13_200, [2_418, 4_855, 6_286, 7_529]),
        (JANUARY, (ALONE, *AGENT), 11_458, [2_035, 4_306, 5_586, 6_663]),
        (JANUARY, (), 13_200, [3_075, 5_648, 7_116, 8_458]),
        (ALL, (), 128_189, [36_073, 63_329, 77_151, 89_743]),
        (ALL, ("match=same",), 128_189, [30_480, 56_968, 71_305, 84_465]),
        (ALL, ("leave_out=none",), 130_078, [36_781, 64_279, 78_235, 90_982]),
    ],
    ids=[
        "January alone",
        "January same issue",
        "January agents only",
        "January with February",
        "all",
        "all same issue",
        "all with PHANTOM",
    ],
)
def test_naive_counts(capsys, period, settings, calls, expected):
    frame = study(capsys, period, *settings)
    assert counts(frame, "naive") == expected
    assert set(frame.loc[frame["follow_up"] == "naive", "denominator"]) == {calls}


def test_customers(capsys):
    assert set(study(capsys, JANUARY, ALONE)["callers"]) == {3_926}
    assert set(study(capsys, ALL)["callers"]) == {10_649}


def by_the_records_as_they_stand() -> pd.DataFrame:
    """January alone, as if 11 and 12 January, which the export lacks, were days on which nobody called."""
    h = open_hotline(PARAMS / "bank1999.yaml", "1999-01", progress=False)
    return window.rates(replace(h.view.but(look_ahead=False), lost=tuple))


def kaplan_meier(frame: pd.DataFrame) -> list[str]:
    km = frame[(frame["follow_up"] == "km") & frame["window_hours"].isin([2, 24, 72, 168])]
    return [f"{100 * v:.4f}" for v in km["value"]]


def test_full_follow_up(capsys):
    """No record is of 11 and 12 January: the calls before them are watched until then, so 7,192 of January's calls were watched for a week, not 11,139."""
    assert counts(by_the_records_as_they_stand(), "full", whole=True) == ["3075/13180", "5475/12792", "6844/12725", "7072/11139"]
    assert counts(study(capsys, JANUARY, ALONE), "full", whole=True) == ["3075/13171", "5115/11787", "6337/11582", "4570/7192"]
    assert counts(study(capsys, ALL), "full", whole=True) == ["36059/128118", "62951/127105", "76119/125876", "84141/119352"]


def test_the_days_without_records_are_counted_by_hand():
    """Each of January's calls is watched to 11 January where it ended before that day, else to the month's end; the counts of `full`, over the plain gaps."""
    h = open_hotline(PARAMS / "bank1999.yaml", "1999-01", progress=False)
    assert h.view.lost() == ((h.calendar.instant(date(1999, 1, 11)), h.calendar.instant(date(1999, 1, 13))),)
    rows = pandas(replace(h.view.but(look_ahead=False), lost=tuple).gaps().select("reference_s", "gap_s"))
    first, counted = h.calendar.instant(date(1999, 1, 11)), []
    until = rows["reference_s"].map(lambda s: first if s < first else h.period.end_s)
    for hours in (2, 24, 72, 168):
        watched = rows[rows["reference_s"] + 3600 * hours <= until]
        counted.append(f"{(watched['gap_s'] <= 3600 * hours).sum()}/{len(watched)}")
    assert counted == ["3075/13171", "5115/11787", "6337/11582", "4570/7192"]


def test_kaplan_meier(capsys):
    assert kaplan_meier(by_the_records_as_they_stand()) == ["23.3037", "42.6202", "53.5588", "63.4007"]
    assert kaplan_meier(study(capsys, JANUARY, ALONE)) == ["23.3090", "43.4058", "54.4719", "64.2685"]


@pytest.mark.parametrize(
    ("period", "settings", "expected"),
    [
        (JANUARY, (ALONE,), 4_413),
        (JANUARY, (ALONE, "match=same"), 3_687),
        (JANUARY, (ALONE, *AGENT), 3_215),
        (ALL, (), 50_402),
        (ALL, ("match=same",), 44_033),
        (ALL, ("leave_out=none",), 51_249),
    ],
)
def test_calendar_day(capsys, period, settings, expected):
    frame = study(capsys, period, "mode=calendar", *settings)
    assert frame["numerator"].tolist() == [expected]


def test_a_copy_elsewhere_reads_plain_text_into_a_store_of_its_own(tmp_path, capsys):
    import zipfile

    zipfile.ZipFile(DATA / "bank1999" / "january.zip").extractall(tmp_path)
    text = (PARAMS / "bank1999.yaml").read_text(encoding="utf-8").replace("../shared/data/bank1999/*.zip", "'*.txt'")
    copy = tmp_path / "mine.yaml"
    copy.write_text(text, encoding="utf-8")
    assert main(["study", "window", "--params", str(copy), "--month", "1999-01", "--format", "csv", "--quiet"]) == 0
    frame = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert counts(frame, "naive") == [3_075, 5_580, 6_969, 8_147]
    stores = list((tmp_path / ".hotline").iterdir())
    assert len(stores) == 1
    assert stores[0].name.startswith("mine-")


def test_the_broken_days_of_may_and_the_identified_share():
    h = open_hotline(PARAMS / "bank1999.yaml", "1999-05", progress=False)
    odd = h.checks[h.checks["check"] == "odd day"]
    assert dict(zip(odd["where"], odd["count"], strict=True)) == {"1999-05-21": 14, "1999-05-23": 3_064}
    share = h.verdicts.set_index("indicator").loc["identified_share"]
    assert f"{share['value']:.3f}" == "0.546"


def test_identified_share_by_month():
    h = open_hotline(PARAMS / "bank1999.yaml", "1999-07", progress=False)
    with_phantom = (
        h.store.table("calls")
        .query("t", "SELECT month(started_at), round(100.0 * count(caller_code) / count(*))::INT FROM t GROUP BY 1 ORDER BY 1")
        .fetchall()
    )
    assert [n for _, n in with_phantom] == [42, 41, 60, 57, 55, 47, 56]


def test_service_level_of_may_under_its_definition():
    """Form A, answered within 20 s of queueing over all offered calls: 36.3 % (methods 7)."""
    h = open_hotline(PARAMS / "bank1999.yaml", "1999-05", progress=False)
    assert f"{100 * h.verdicts.set_index('indicator').loc['service_level_20s', 'value']:.1f}" == "36.3"


def test_short_answers_are_followed_by_a_redial():
    """Identified calls answered for 1-9 s are followed by another of the customer within 10 minutes in 45.2 %, others in 3.0 %."""
    h = open_hotline(PARAMS / "bank1999.yaml", "all", progress=False)
    gaps = h.view.but(index_scope="answered", callback_scope="all").all_gaps().to_native()
    sql = "SELECT talk_seconds BETWEEN 1 AND 9, count(*) FILTER (gap_s <= 600), count(*) FROM t GROUP BY 1 ORDER BY 1"
    assert gaps.query("t", sql).fetchall() == [(False, 2_926, 97_306), (True, 3_261, 7_212)]


def test_no_window_is_recommended_where_none_pays(capsys):
    """January with windows of 24 h and longer: by the rule each costs more than it finds (benefit below 0, purity under a half)."""
    frame = study(capsys, JANUARY, "windows_hours=24,48,72,168", extra=("--table", "evidence"))
    assert (frame["benefit"] < 0).all() and (frame["purity"] < 0.5).all()
    assert [round(100 * b, 1) for b in frame["benefit"]] == [-2.8, -6.2, -8.9, -15.5]
    assert frame[["recommended_hours", "best_hours", "candidates"]].isna().all(axis=None) and set(frame["said"]) == {"volume"}
    assert (frame["support_none"] > 0.9).all()


def test_habit_that_drifts_with_the_distance_of_the_controls_is_said(capsys):
    """March: R(168 h) by the controls two weeks away is 34.9 %, by those three weeks away 37.4 %."""
    last = study(capsys, ("1999-03", "1999-03"), extra=("--table", "evidence")).iloc[-1]
    assert (f"{100 * last['excess_2w']:.1f}", f"{100 * last['excess_3w']:.1f}") == ("34.9", "37.4")
    assert last["drift_z"] > 2 and "habit" in last["caveat"] and pd.isna(last["recommended_hours"])
    assert last["excess_low"] < last["excess_2w"] and last["excess_high"] > last["excess_3w"]


def test_connection_rate_by_month_is_agent_over_all_but_phantom():
    """By the log itself: unzip -p x.zip | tr -d '\\r' | awk -F'\\t' 'NR>1{for(i=1;i<=NF;i++){a+=$i=="AGENT";h+=$i=="HANG"}} END{print a, a+h}'"""
    h = open_hotline(PARAMS / "bank1999.yaml", "1999-07", progress=False)
    rate = h.catalogue["connection_rate"]
    told = indicators.evaluate(h.view, h.trend, [rate, h.catalogue["worst_24h_connection"]]).set_index(["indicator", "period"])
    parts = {m: tuple(told.loc[("connection_rate", m), ["numerator", "denominator"]]) for m in h.months}
    assert parts == {
        "1999-01": (27060, 31359), "1999-02": (27162, 33066), "1999-03": (27847, 38394), "1999-04": (23583, 31731),
        "1999-05": (29923, 39135), "1999-06": (31193, 37613), "1999-07": (29596, 38644),
    }  # fmt: skip
    worst = told.loc["worst_24h_connection"]["value"]
    assert (worst < told.loc["connection_rate"]["value"]).all()  # no day is better than the month, and one is worse
