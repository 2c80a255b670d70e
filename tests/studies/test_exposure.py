"""The exposure study: its columns, small cases by hand, inheritance, the reconciliation, and the windows file that the monthly run reads."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from hotline_analysis import disclosure
from hotline_analysis.__main__ import main
from hotline_analysis.errors import BadParams, DataRefused
from hotline_analysis.params import load, read_windows, write_windows
from hotline_analysis.studies import exposure
from tests.studies.hotlines import DAY, HOUR, random_rows, view_of, view_of_world
from tests.worlds import world

PARAMS = """
title: x
time_zone: UTC
holidays: ""
key: published
public: true
calls:
  files: calls.csv
  columns:
    started_at: {from: start, formats: "%Y-%m-%d %H:%M:%S"}
    ended_at: {from: end, formats: "%Y-%m-%d %H:%M:%S"}
    caller: {from: caller, kind: code}
    issue_1: issue
    outcome: {from: outcome, values: {answered: answered}}
"""


@pytest.fixture(scope="module")
def heavy():
    """A simulated month of 30,000 calls: enough for the large issues, too little for policy."""
    return view_of_world(world("heavy", 1, calls=30_000))


@pytest.fixture(scope="module")
def made(heavy):
    """The tables of the heavy month, each made once."""
    keep = cache(lambda name: exposure.TABLES[name](heavy))
    return lambda name: keep(name).copy()


@pytest.fixture(scope="module")
def told(made):
    return made("points").set_index("issue")


# ---- columns


@pytest.mark.parametrize("table", exposure.TABLES)
def test_every_column_has_its_words(made, table):
    frame = made(table)
    path = {"issue_1"}
    chart = {"group", "hours", "point_hours", "words", "few"} if table == "curves" else set()
    numbers = {"numerator", "denominator", "low", "high", "overall", "overall_df", "evidence", "low_50", "high_50", "low_80", "high_80"}
    plain = {c for c in frame if not c.endswith(("_low", "_high"))} - path - chart - numbers
    assert plain <= set(exposure.COLUMNS), plain - set(exposure.COLUMNS)
    assert len(frame)


# ---- points


def test_planted_delays_are_found(told):
    """The month's own labels lie inside the intervals of the large issues (how often that holds: tests/prove, docs/maths.md)."""
    labels = world("heavy", 1, calls=30_000)
    for issue in ("billing", "repair", "complaint"):
        hours = labels.exposure(0.8, issue)
        assert told.loc[issue, "low_80"] <= hours <= told.loc[issue, "high_80"], issue
        assert told.loc[issue, "source"] == "own" and told.loc[issue, "published"]


def test_an_issue_with_too_little_evidence_inherits_and_says_so(told):
    policy = told.loc["policy"]
    assert not policy["published"] and policy["source"] == "all"
    assert policy["own_hours_80"] != policy["hours_80"]
    assert told["hours_80"].notna().all()
    assert policy[["low_50", "high_50", "low_80", "high_80"]].isna().all(), "the parent's interval is not the issue's"
    assert policy["ratio"] < exposure.MIN_RATIO <= told.loc["urgent", "ratio"]


def test_what_stands_in_the_sentence_is_a_cell(told):
    own = told[told["source"] == "own"].sort_values("hours_80")
    first = told.iloc[0]
    assert (first["own_count"], first["first_issue"], first["last_issue"]) == (len(own), own.index[0], own.index[-1])
    assert (first["first_hours"], first["last_hours"]) == (own["hours_80"].iloc[0], own["hours_80"].iloc[-1])
    assert first["last_half_hours"] == own["hours_50"].max() and first["said"] == "late"
    assert told["anyway"].to_numpy() + told["excess"].to_numpy() == pytest.approx(told["value"].to_numpy())


def test_half_comes_before_four_fifths(told):
    both = told.dropna(subset=["low_50", "low_80"])
    assert (both["hours_50"] < both["hours_80"]).all()
    assert ((both["low_80"] <= both["hours_80"]) & (both["hours_80"] <= both["high_80"])).all()


def test_a_leaf_inherits_from_its_own_parent():
    """repair's calls under two leaves: the larger speaks for itself, the smaller takes its parent's point, not that of all calls."""
    from dataclasses import replace

    import narwhals.stable.v2 as nw

    view = view_of_world(world("heavy", 1, calls=20_000))
    small = (nw.col("seq") % 150) == 0
    leaf = nw.when(small).then(nw.lit("small")).otherwise(nw.lit("large"))
    frame = exposure.points(replace(view, tables={"calls": view.table("calls").with_columns(issue_2=leaf)}), by=["issue_2"])
    told = frame.set_index(["issue_1", "issue_2"])
    assert told.loc[("repair", "large"), "source"] == "own"
    assert told.loc[("repair", "small"), "source"] == "repair"
    assert told.loc[("complaint", "small"), "source"] == "complaint"


def test_nobody_has_evidence():
    frame = exposure.points(view_of(random_rows(1)))
    assert set(frame["source"]) == {""} and frame[["hours_80", "low_80"]].isna().all(axis=None)
    assert set(frame["said"]) == {"few"} and set(frame["own_count"]) == {0}
    assert exposure.curves(view_of(random_rows(1)))["few"].all()


# ---- curves


def test_same_and_other_add_to_any(made):
    frame = made("split")
    assert frame["followed"].to_numpy() == pytest.approx((frame["same"] + frame["other"]).to_numpy())
    whole = made("points").set_index("issue")["value"]
    at_168 = frame[frame["window_hours"] == 168].set_index("issue")["followed"]
    assert at_168[whole.index].to_numpy() == pytest.approx(whole.to_numpy())


def test_split_by_hand():
    """Three calls about a: followed about a after 1 h, about b after 3 h, not at all; a next call of no known issue is another."""
    rows = [
        (1, 30 * DAY, 0, "a", "answered"), (1, 30 * DAY + HOUR, 0, "a", "answered"), (1, 30 * DAY + 4 * HOUR, 0, "b", "answered"),
        (2, 31 * DAY, 0, "b", "answered"), (2, 31 * DAY + HOUR, 0, None, "answered"),
    ]  # fmt: skip
    frame = exposure.split(view_of(rows)).set_index(["issue", "window_hours"])
    assert frame.loc[("a", 2), ["same", "other"]].tolist() == [0.5, 0]
    assert frame.loc[("a", 12), ["same", "other"]].tolist() == [0.5, 0.5]
    assert frame.loc[("b", 2), ["same", "other"]].tolist() == [0, 0.5]
    assert frame.loc[("b", 2), "calls"] == 2


def test_curves_start_at_nothing_and_hold_the_point(made, told):
    frame = made("curves")
    repair = frame[frame["group"] == "repair"]
    assert repair["value"].iloc[0] == 0 and repair["hours"].iloc[-1] == 168
    assert repair["point_hours"].iloc[0] == told.loc["repair", "hours_80"]
    assert frame[frame["group"] == "policy"]["few"].all() and not repair["few"].any()


def test_the_hazard_of_a_slow_problem_lies_above_habit(made):
    frame = made("hazard")
    repair = frame[(frame["issue"] == "repair") & frame["hour_to"].between(13, 72)]
    assert repair["index"].mean() > 1.3 * repair["control"].mean()
    assert len(frame) == 5 * 168


# ---- comparison


def test_issues_with_unlike_problems_differ_and_units_do_not(heavy, made):
    frame = made("comparison").set_index(["first", "second"])
    assert len(frame) == 10 and (frame["overall_df"] == 4).all()
    pair = frame.loc[next(key for key in frame.index if set(key) == {"urgent", "policy"})]
    assert pair["differs"] and pair["q"] < 0.001
    agents = exposure.comparison(heavy, by=["agent"], most=6)
    assert agents["differs"].sum() <= 1


def test_log_rank_and_bh_are_those_of_the_estimators(made):
    from scipy import stats

    frame = made("comparison")
    assert frame["q"].to_numpy() == pytest.approx(stats.false_discovery_control(frame["p"]))
    assert (frame["log_rank_p"].to_numpy() == pytest.approx(stats.chi2.sf(frame["log_rank"], 1))) and (frame["overall_p"] < 1e-6).all()


def test_what_is_no_stratum_is_refused():
    with pytest.raises(BadParams, match="'isue_1' is not one column"):
        exposure.points(view_of(random_rows(1)), by=["isue_1"])
    with pytest.raises(DataRefused, match="needs issue_2"):
        exposure.points(view_of(random_rows(1)), by=["issue_2"])
    with pytest.raises(BadParams, match="is not an issue"):
        exposure.split(view_of(random_rows(1)), by=["agent"])


# ---- reconciliation


@pytest.mark.parametrize(
    ("capture", "purity", "word"),
    [(0.59, 0.9, "short"), (0.6, 0.9, "consistent"), (0.9, 0.49, "long"), (0.9, 0.5, "consistent"), (0.5, 0.4, "short"), (np.nan, 0.4, "long"), (np.nan, np.nan, "insufficient")],
)  # fmt: skip
def test_the_rule(capture, purity, word):
    assert exposure._verdict(capture, purity, exposure.SHORT_BELOW, exposure.LONG_BELOW) == word


def judged(shares_and_words) -> pd.DataFrame:
    rows = [
        {"issue": f"i{n}", "share_of_calls": share, "verdict": word, "own_window_hours": own, "source": source, "window_hours": 24.0}
        for n, (share, word, own, source) in enumerate(shares_and_words)
    ]
    return pd.DataFrame(rows)


def test_much_flagged_gives_each_issue_its_window():
    frame = exposure._recommended(
        judged([(0.5, "consistent", 12, "own"), (0.25, "short", 120, "own"), (0.25, "long", 72, "all")]), True, 0.2
    )
    assert set(frame["said"]) == {"per_issue"} and frame["recommended_hours"].tolist() == [12, 120, 24]
    assert exposure.windows(frame) == {"i0": 12, "i1": 120, "*": 24}


def test_an_issue_that_gets_the_one_window_all_the_same_is_not_counted():
    """i1 and i2 are found unfit, but one can only take the point of all calls and the other's own window is the one window."""
    frame = exposure._recommended(judged([(0.5, "short", 120, "own"), (0.3, "long", 72, "all"), (0.2, "long", 24, "own")]), True, 0.2)
    assert frame["flagged"].tolist() == [True, False, False]
    assert set(frame["flagged_count"]) == {1} and set(frame["flagged_share"]) == {0.5} and set(frame["flagged_issues"]) == {"i0"}
    alone = exposure._recommended(judged([(0.7, "consistent", 72, "own"), (0.3, "long", 72, "all")]), True, 0.2)
    assert set(alone["said"]) == {"single"} and alone["recommended_hours"].tolist() == [24, 24]


def test_little_flagged_gives_exceptions():
    frame = exposure._recommended(judged([(0.9, "consistent", 12, "own"), (0.1, "short", 120, "own")]), True, 0.2)
    assert set(frame["said"]) == {"exceptions"} and frame["recommended_hours"].tolist() == [24, 120]
    assert exposure.windows(frame) == {"i1": 120, "*": 24}


def test_without_evidence_the_configured_window_stays():
    frame = exposure._recommended(judged([(0.9, "consistent", 12, "own"), (0.1, "short", 120, "own")]), False, 0.2)
    assert set(frame["said"]) == {"keep"} and exposure.windows(frame) == {"*": 24}


def test_a_heavy_month_is_split_by_issue(made):
    """True W* is 12 h: repair and complaint are missed by it."""
    frame = made("reconciliation").set_index("issue")
    assert frame.loc["repair", "verdict"] == "short" and frame.loc["complaint", "verdict"] == "short"
    assert frame.loc["billing", "verdict"] != "short" and frame.loc["urgent", "verdict"] == "consistent"
    assert set(frame["said"]) == {"per_issue"} and frame.loc["complaint", "recommended_hours"] in (120, 168)
    policy = frame.loc["policy"]
    assert policy["verdict"] == "insufficient" and not policy["flagged"]
    assert policy[["capture_low", "capture_high", "purity_low", "purity_high"]].isna().all(), "no interval from 0 to 100"


# ---- checks


def test_gaps_on_the_hour_are_noticed():
    rows = []
    for n in range(60):
        start = 28 * DAY + n * 6 * HOUR
        rows += [(n, start, 60, "a", "answered"), (n, start + 60 + (1 + n % 5) * HOUR, 60, "a", "answered")]
    frame = exposure.checks(view_of(rows)).set_index("check")
    assert frame.loc["heaped", "share"] == 1 and frame.loc["heaped", "notable"]
    assert frame.loc["recoded", "missing"] and frame.loc["dispatched", "missing"] and frame.loc["booked", "missing"]
    assert set(frame["said"]) == {"notable"}
    early = [(who, start, talk, issue, outcome) for who, start, talk, issue, outcome in rows if start % HOUR == 0]
    assert set(exposure.checks(view_of(early))["said"]) == {"quiet"}


# ---- the windows file


def test_a_windows_file_is_written_and_read(tmp_path):
    (tmp_path / "p.yaml").write_text(PARAMS + "definition: {windows_file: windows.yaml}\n")
    with pytest.raises(BadParams, match="no such windows file"):
        load(tmp_path / "p.yaml")
    write_windows(tmp_path / "windows.yaml", {"设施: 维修": 72, "*": 24.5}, hotline="p", period="2024-04", definition="abc")
    assert load(tmp_path / "p.yaml").definition == {"windows_by_issue": {"设施: 维修": 72, "*": 24.5}}
    write_windows(tmp_path / "windows.yaml", {"*": 2}, hotline="p", period="2024-05", definition="abc")
    assert read_windows(tmp_path / "windows.yaml").windows_by_issue == {"*": 2}


def test_a_windows_file_that_is_wrong_is_refused(tmp_path):
    (tmp_path / "both.yaml").write_text(PARAMS + "definition: {windows_file: w.yaml, windows_by_issue: {a: 2}}\n")
    with pytest.raises(BadParams, match="both given"):
        load(tmp_path / "both.yaml")
    (tmp_path / "p.yaml").write_text(PARAMS + "definition: {windows_file: w.yaml}\n")
    for text, said in (
        ("windows_by_isue: {a: 2}", "windows_by_issue"),
        ("windows_by_issue: {a: -2}", "greater than 0"),
        ("windows_by_issue: {}", "at least 1"),
    ):
        (tmp_path / "w.yaml").write_text(text)
        with pytest.raises(BadParams, match=said):
            load(tmp_path / "p.yaml")


def test_nothing_else_is_overwritten(tmp_path):
    (tmp_path / "p.yaml").write_text(PARAMS)
    with pytest.raises(BadParams):
        write_windows(tmp_path / "p.yaml", {"*": 2}, hotline="p", period="", definition="")
    assert (tmp_path / "p.yaml").read_text() == PARAMS


def test_the_command_writes_what_the_monthly_run_reads(tmp_path, capsys):
    """Recommended windows of a simulated month go to a file, and `window own` counts by them."""
    w = world("heavy", 1, calls=3_000)
    frame = w.frame()
    for name in ("start", "end"):
        frame[name] = pd.to_datetime(frame[f"{name}_s"], unit="s").dt.strftime("%Y-%m-%d %H:%M:%S")
    frame[["start", "end", "caller", "issue_1", "outcome"]].rename(columns={"issue_1": "issue"}).to_csv(tmp_path / "calls.csv", index=False)
    (tmp_path / "p.yaml").write_text(PARAMS)
    given = ["--params", str(tmp_path / "p.yaml"), "--month", "2024-04", "--quiet"]
    assert main(["study", "exposure", *given, "--write-windows", str(tmp_path / "windows.yaml"), "--format", "csv"]) == 0
    written = read_windows(tmp_path / "windows.yaml")
    assert "*" in written.windows_by_issue and written.hotline == "p" and written.period == "2024-04"
    (tmp_path / "p.yaml").write_text(PARAMS + "definition: {windows_file: windows.yaml}\n")
    assert main(["study", "window", *given, "--table", "own", "--format", "csv"]) == 0
    assert len(capsys.readouterr().out.splitlines()[-1].split(",")) == 10
    assert main(["study", "window", *given, "--write-windows", str(tmp_path / "x.yaml")]) == 64


def test_small_issues_are_pooled_in_every_table_and_small_counts_are_not_told():
    """Two hundred calls of two issues, and twelve of four names with three calls each: no table names them, their twelve calls stand together."""
    day = [(n % 25, (28 * 24 + n * 3) * HOUR, 60, "ab"[n % 2], "answered") for n in range(200)]
    named = [(100 + n, (30 * 24 + n) * HOUR, 60, f"王{'甲乙丙丁'[n % 4]}", "answered") for n in range(12)]
    view = replace(view_of([*day, *named]), smallest=disclosure.SMALLEST)
    frames = {name: make(view) for name, make in exposure.TABLES.items()}
    for name, frame in frames.items():
        assert "王" not in frame.to_csv(), name
    points = frames["points"].set_index("issue")
    assert list(points.index) == ["a", "b", disclosure.OTHER] and list(points["calls"]) == [100, 100, 12]
    assert points["callbacks"].dropna().between(1, 7).sum() == 0
    assert not frames["checks"]["denominator"].dropna().between(1, 7).any()
    assert disclosure.OTHER not in exposure.windows(frames["reconciliation"])
    assert "王" in exposure.points(replace(view, smallest=1)).to_csv()


def test_a_comparison_says_whether_there_is_one(made):
    frame = made("comparison")
    assert set(frame["said"]) == {"some"} and set(frame["differing"]) == {frame["differs"].sum()}
    nobody = [(n, 30 * DAY + n, 0, "ab"[n % 2], "answered") for n in range(40)]  # nobody calls again
    alone = exposure.comparison(view_of(nobody))
    assert set(alone["said"]) == {"few"} and set(alone["differing"]) == {0}
