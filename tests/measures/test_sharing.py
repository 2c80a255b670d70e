"""What leaves in a share, attacked as its reader would: every number of the file may be taken from every other, and a value may be worked back to the calls that it is made of."""

import json
from dataclasses import replace

import narwhals.stable.v2 as nw
import numpy as np
import pytest

from hotline_analysis.disclosure import SMALLEST
from hotline_analysis.errors import DataRefused, NoInput
from hotline_analysis.measures import rates, sharing
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.gaps import DAY
from hotline_analysis.measures.view import View
from tests.spec import frames

BEGIN = frames.second("03-01 00:00")
NEAR = 1e-8  # a value has nine digits


def hotline(calls: list[tuple], end_s: int, **rule) -> View:
    """A view of calls (start, caller, unit, issue), all of them one period in whose last day the data end."""
    starts, callers, units, issues = (list(column) for column in zip(*calls, strict=True))
    columns = {"start_s": starts, "local_s": starts, "end_s": starts, "caller": callers, "caller_group": [c % 100 for c in callers]}
    words = {"call_id": [f"c{n}" for n in range(len(calls))], "unit": units, "issue_1": issues, "outcome": ["answered"] * len(calls)}
    table = frames.on("polars", {**columns, **words, "seq": list(range(len(calls))), "direction": ["in"] * len(calls)})
    return replace(frames.view(table, rule, start_s=BEGIN, end_s=end_s), smallest=SMALLEST)


def plain(view: View, window_hours: float = 24, by: str = "") -> dict:
    return json.loads(sharing.share(view, by=by, window_hours=window_hours).text())


def had(unit: dict) -> list[tuple[str, int]]:
    """Every count of 1 to 7 that a unit's numbers give by subtraction; and 'unseen' where a value is not what its counts give, so that calls stopped being watched of which the file is silent."""
    events, censored = (np.cumsum([0, *[step[c] for step in unit["curve"]]]) for c in ("events", "censored"))
    left = unit["calls"] - events - censored
    told = {"callbacks": [0, unit["repeats"], *events], "stopped": [0, *censored], "left": [0, *left[censored > 0]]}
    few = {(name, int(abs(a - b))) for name, counts in told.items() for a in counts for b in counts if 0 < abs(a - b) < SMALLEST}
    values = np.array([0.0, *[step["value"] for step in unit["curve"]]])
    still = 1 - (1 - values[:-1]) * (1 - np.diff(events) / np.maximum(left[:-1], 1))
    unseen = (np.diff(censored) == 0) & (np.abs(values[1:] - still) > NEAR)
    return sorted(few) + [("unseen", int(unseen.sum()))] * bool(unseen.any())


def step(window_hours: float, events: int, censored: int, value: float) -> dict:
    return {"window_hours": window_hours, "events": events, "censored": censored, "value": value, "se": 0.01}


def last_day() -> View:
    """60人各打一次、每3小时一人，其中16人5小时后再打；数据止于3月11日零时，10日清晨另有3人打来，2小时后各再打一次：看满24小时的76通，复电16次；没看满的6通里有3次."""
    first = [(BEGIN + n * 3 * HOUR, n, "甲", "供水") for n in range(60)]
    back = [(start + 5 * HOUR, n, *word) for start, n, *word in first[:16]]
    late = [(BEGIN + 9 * DAY + h * HOUR, 900 + n, "甲", "供水") for n in range(3) for h in (6, 8)]
    return hotline(first + back + late, BEGIN + 10 * DAY)


def test_the_attack_finds_what_shares_told_before():
    """The same hotline as version 1 told it: 82 calls, 76 of them watched, 16 repeats, a curve of all 82 with 19 callbacks. And three calls told a step late, which the value gives away."""
    all_calls = {"calls": 82, "repeats": 16, "curve": [step(2, 0, 0, 0.0), step(24, 19, 0, round(19 / 82, 9))]}
    assert had(all_calls) == [("callbacks", 3)]
    value = 1 - (1 - 16 / 76) * (1 - 4 / 60) * (1 - 4 / 53)  # 4 of 60, then 3 stopped, 4 of 53
    late = {"calls": 76, "repeats": 16, "curve": [step(24, 16, 0, round(16 / 76, 9)), step(48, 8, 0, round(value, 9))]}
    assert had(late) == [("unseen", 1)]
    assert had({**late, "curve": [late["curve"][0], step(48, 8, 3, round(value, 9))]}) == [("stopped", 3)]


def test_nothing_is_told_of_calls_that_were_not_watched_for_the_window():
    (unit,) = plain(last_day())["units"]
    assert (unit["calls"], unit["repeats"], unit["cells"]) == (76, 16, [{"issue": "供水", "calls": 76, "repeats": 16}])
    told = [(s["window_hours"], s["events"], s["censored"], s["value"]) for s in unit["curve"]]
    assert told[:4] == [(2.0, 0, 0, 0.0), (12.0, 16, 0, (rate := round(16 / 76, 9))), (24.0, 0, 0, rate), (48.0, 0, 0, rate)]
    assert had(unit) == []


def test_what_stopped_being_watched_is_told_in_eights_or_not_at_all():
    """24通看满7天、16通只看满30小时（各8次12小时后再打），3通看满60小时：48小时一步少16通，72小时一步只少3通，不列；120小时也还是3通."""
    whole = [(BEGIN + n, n, "甲", "供水") for n in range(24)]
    end = BEGIN + 10 * DAY
    calls = whole + [(end - 60 * HOUR, 100 + n, "甲", "供水") for n in range(3)]
    calls += [(end - 30 * HOUR, 200 + n, "甲", "供水") for n in range(16)]
    calls += [(start + 90 * 60, who, *word) for start, who, *word in whole[:8]]
    (unit,) = plain(hotline(calls, end))["units"]
    told = {s["window_hours"]: (s["events"], s["censored"]) for s in unit["curve"]}
    assert told == {2.0: (8, 0), 12.0: (0, 0), 24.0: (0, 0), 48.0: (0, 16)}


def test_calls_watched_for_just_the_window_stop_behind_it():
    """A call that was watched for exactly 24 h is at risk at 24 h, so its own step has nobody who stopped before."""
    end = BEGIN + 10 * DAY
    calls = [(BEGIN + n, n, "甲", "供水") for n in range(20)] + [(end - DAY, 100 + n, "甲", "供水") for n in range(3)]
    (unit,) = plain(hotline(calls, end))["units"]
    assert unit["calls"] == 23 and [(s["window_hours"], s["censored"]) for s in unit["curve"]] == [(2.0, 0), (12.0, 0), (24.0, 0)]


def drawn(seed: int, **rule) -> View:
    """A hotline of two to four units whose calls thin out towards the end, so that few are watched for this window and not for that."""
    rng = np.random.default_rng(seed)
    n, end = int(rng.integers(60, 500)), BEGIN + int(rng.integers(2 * DAY, 12 * DAY))
    starts = BEGIN + ((end - BEGIN) * rng.beta(1, rng.uniform(0.7, 3), n)).astype(int)
    units, issues = (
        rng.choice(list("甲乙丙丁")[: rng.integers(2, 5)], n),
        rng.choice(["供水", "交通", "社保", ""], n, p=[0.5, 0.3, 0.17, 0.03]),
    )
    calls = [(int(at), who, str(unit), str(issue) or None) for who, (at, unit, issue) in enumerate(zip(starts, units, issues, strict=True))]
    after = np.exp(rng.normal(np.log(9 * HOUR), 1.5, n)).astype(int) + 60
    back = [(at + int(t), *rest) for (at, *rest), t in zip(calls, after, strict=True) if rng.random() < 0.45 and at + t < end]
    return hotline(calls + back, end, **rule)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("window_hours", [2, 24, 36, 72])
def test_no_share_tells_a_count_of_calls_that_were_not_watched(monkeypatch, seed, window_hours):
    """A law: the file is the same without them, so nothing of them can be had; and what it tells of the others gives no few of them."""
    view = drawn(seed)
    try:
        made = {by: plain(view, window_hours, by) for by in ("", "unit")}
    except DataRefused as refused:
        assert "no calls watched for the whole window" in str(refused)
        return
    if made[""]["units"][0]["repeats"] >= SMALLEST:  # what the hotline itself is told of is no small group's
        assert [(unit["name"], had(unit)) for told in made.values() for unit in told["units"] if had(unit)] == []
    gaps = View.gaps
    monkeypatch.setattr(View, "gaps", lambda self: gaps(self).filter(nw.col("follow_s") >= window_hours * HOUR))
    assert {by: plain(view, window_hours, by) for by in ("", "unit")} == made


@pytest.mark.parametrize("seed", range(6))
def test_of_the_same_issue_calls_of_unknown_issue_are_no_calls(monkeypatch, seed):
    """Nobody can tell whether the next call was about it, so they are in no rate; a curve without them beside a rate with them told how few they are."""
    view = drawn(seed, match="same")
    made = plain(view)
    (unit,) = made["units"]
    rate = rates.followed(view.gaps(), view.definition.but(follow_up="full"), DAY)
    assert (unit["repeats"], unit["calls"]) == (rate.numerator, rate.denominator), "as the other pages have it"
    assert had(unit) == [] or unit["repeats"] < SMALLEST
    gaps = View.gaps
    monkeypatch.setattr(View, "gaps", lambda self: gaps(self).filter(~nw.col("issue_1").is_null()))
    assert plain(view) == made


def test_a_share_of_the_version_before_is_refused_and_may_be_written_over(tmp_path):
    made = sharing.share(last_day())
    older = json.loads(made.text()) | {"version": 1}
    older["units"][0] |= {"watched": 76, "calls": 82}
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(older), encoding="utf-8")
    with pytest.raises(DataRefused) as refused:
        sharing.read(file)
    assert str(refused.value) == "mine.json › is no file that `hotline share` of version 2 wrote. Ask for it again."
    sharing.write(file, made)
    assert sharing.read(file) == made


@pytest.mark.parametrize(
    ("tables", "alone", "beside"),
    [
        (["orders"], " (orders alone are there)", "; orders stand side by side in `hotline study complaints --table departments`"),
        (["surveys"], "", ""),
    ],
)
def test_a_share_without_calls_says_what_is_missing_and_what_would_be_right(tables, alone, beside):
    view = last_day()
    with pytest.raises(NoInput) as refused:
        sharing.share(replace(view, tables=dict.fromkeys(tables, view.tables["calls"])))
    assert str(refused.value) == (
        f"units › params name no calls{alone}, and what units share and compare is who called again after a call. "
        f"Add 'calls:' with files and the columns started_at and caller{beside}."
    )


def test_two_shares_of_one_hotline_tell_what_each_hides_and_the_command_says_so():
    """Three calls without a unit stand in the hotline's own share and in none by unit: 83 less 80. Each file alone tells no count of 1 to 7, and no rule that knows one of them alone could."""
    calls = [(BEGIN + n * 60, n, "甲" if n % 2 else "乙", "供水") for n in range(80)] + [
        (BEGIN + n, 900 + n, None, "供水") for n in range(3)
    ]
    view = hotline(calls, BEGIN + 10 * DAY)
    whole, parts = (sum(unit["calls"] for unit in plain(view, by=by)["units"]) for by in ("", "unit"))
    assert (whole, parts) == (83, 80)
    assert all(had(unit) == [] for by in ("", "unit") for unit in plain(view, by=by)["units"])
    assert "two shares" in sharing.TWICE and "periods that overlap" in sharing.TWICE
