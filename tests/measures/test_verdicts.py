"""What may be said of a month: which months compare, which stand out, which go on; limits by hand, and no verdict on a base that moved."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hotline_analysis import say
from hotline_analysis.hotline import open_hotline
from hotline_analysis.intake.store.ends import rest_days
from hotline_analysis.measures import quotable, verdicts, volumes
from hotline_analysis.measures.indicators import evaluate
from hotline_analysis.measures.verdicts import _breaks, _run, compare
from hotline_analysis.stats import control
from hotline_analysis.stats.intervals import wilson
from hotline_analysis.words import REASON, STATE, Term
from tests.real import needs, reported
from tests.spec.frames import CALENDAR, KNOWN, PARAMS, on, view

DAY = 86400


def months(values, key="connection_rate", *, calls=1000, first=2023, **more) -> pd.DataFrame:
    """A history of one indicator from January 2023, without any error within the month."""
    bases = [calls] * len(values) if isinstance(calls, int) else calls
    periods = [f"{first + n // 12}-{n % 12 + 1:02d}" for n in range(len(values))]
    rows = {"indicator": key, "period": periods, "group": "", "value": values, "calls": bases, "missing": "", "se": 0.0}
    rows |= {"numerator": [round(v * n) for v, n in zip(values, bases, strict=True)], "denominator": bases}
    return pd.DataFrame({**rows, "low": np.array(values) - 0.004, "high": np.array(values) + 0.004, **more})


def judged(frame: pd.DataFrame, **options) -> pd.Series:
    periods = sorted(frame["period"].unique())
    return compare(frame, periods[-1], periods[-2] if len(periods) > 1 else "", KNOWN, **options).iloc[0]


STEADY = [0.93, 0.94, 0.93, 0.94, 0.93, 0.94, 0.93, 0.94, 0.93, 0.94, 0.93]


def test_limits_by_hand_stand_on_the_months_before():
    """Eleven months: mean .93455, s .00522; t of 10 degrees at .99 is 2.764: reach 2.764 x .00522 x sqrt(1 + 1/11) = .01508."""
    row = judged(months([*STEADY, 0.935], calls=100_000))
    assert [row[c] for c in ("centre", "lower", "upper")] == pytest.approx([0.93455, 0.91946, 0.94963], abs=2e-5)
    assert (row["judgement"], row["state"], row["method"], row["baseline_months"]) == ("none", "inside", "chart", 11)
    out = judged(months([*STEADY, 0.919], calls=100_000))
    assert (out["judgement"], out["state"], out["rule"], out["direction"]) == ("worse", "outside", "outside", "down")
    assert out["lower"] == row["lower"]  # the judged month is not in its own limits


def test_limits_stay_on_the_first_twelve_months_until_a_break():
    later = [*STEADY, 0.94, *[0.90] * 6]
    row = judged(months(later, calls=100_000))
    assert (row["baseline_first"], row["baseline_last"], row["state"]) == ("2023-01", "2023-12", "outside")
    assert (row["run"], row["run_months"]) == ("", 6)
    again = judged(months([*later, 0.90], calls=100_000))
    assert (again["run"], again["run_months"], again["judgement"]) == ("low", 7, "worse")
    anew = judged(months([*later, 0.90], calls=100_000), breaks={"2024-01": Term("新系统上线", "new system")})
    assert (anew["method"], anew["baseline_first"], anew["break_zh"], anew["judgement"]) == ("trial", "2024-01", "新系统上线", "none")
    assert np.isnan(anew["lowers"][:12]).all() and np.isfinite(anew["lowers"][12:]).all()


def test_a_month_outside_and_a_run_are_two_facts():
    """A run of seven below the centre whose last month is back within the limits: nothing unusual this month, persistently low."""
    row = judged(months([*STEADY, 0.94, *[0.926] * 7], calls=100_000))
    assert (row["judgement"], row["run"], row["run_months"], row["capability"]) == ("none", "low", 7, "no target")
    assert judged(months([*STEADY, 0.94, *[0.926] * 7], calls=100_000), targets={"connection_rate": 0.9})["capability"] == ""


def test_seven_months_a_little_to_one_side_are_chance():
    """Twelve months: mean .935, s .005222, t of 11 degrees at .99 2.718: the mean of seven lies within 2.718 x .005222 x sqrt(1/7 + 1/12) = .00675."""
    for below, run in ((0.0066, ""), (0.0069, "low")):
        row = judged(months([*STEADY, 0.94, *[0.935 - below] * 7], calls=100_000))
        assert (row["run"], row["run_months"], row["judgement"]) == (run, 7, "none")
    eight = judged(months([*STEADY, 0.94, *[0.935 - 0.0066] * 8], calls=100_000))  # of eight within .0065
    assert (eight["run"], eight["run_months"]) == ("low", 8)


@pytest.mark.parametrize(
    ("calls", "state", "zh"), [(1000, "no evidence", "没有证据表明有变化"), (3000, "few months", "可比的月份不足6个，不判好坏")]
)
def test_ninety_per_cent_after_eighty_eight_is_no_change_of_a_thousand_calls(calls, state, zh):
    """The example report's 90 %, 2 points up: Newcombe -.7 to 4.8 points of 1,000 calls each, .4 to 3.6 of 3,000."""
    rates = [0.88, 0.90]
    ends = [wilson(round(p * calls), calls) for p in rates]
    row = judged(months(rates, calls=calls, low=[float(e.low) for e in ends], high=[float(e.high) for e in ends]))
    assert (row["state"], STATE[row["state"]].zh) == (state, zh) and row["change"] == pytest.approx(0.02)
    told = {1000: (-0.0075, 0.0475), 3000: (0.0042, 0.0358)}[calls]
    assert (row["change_low"], row["change_high"]) == pytest.approx(told, abs=1e-4)


@pytest.mark.parametrize(("events", "judgement"), [(6, "none"), (7, "more")])
def test_few_events_have_the_limits_of_chance(events, judgement):
    """Two of a kind a month, 24 in 360 days: seven or more in 30 days have a chance of .7 %, six or more of 2.3 % (negative binomial)."""
    frame = months([2 / 30] * 12 + [events / 30], "offered", calls=[2] * 12 + [events], days=30, noise=[np.sqrt(2) / 30] * 12 + [0.0])
    frame = frame.assign(numerator=[2] * 12 + [events], denominator=30)
    assert judged(frame, few=1)["judgement"] == judgement
    assert [stats.nbinom.sf(k - 1, 24.5, 360 / 390) < 0.01 for k in (6, 7)] == [False, True]


def test_a_missing_month_ends_a_run():
    frame = months([*STEADY, 0.94, *[0.926] * 8], calls=100_000)
    row = judged(frame[frame["period"] != "2024-05"])
    assert (row["run"], row["run_months"]) == ("", 3)


def test_a_small_month_has_wide_limits():
    """Twelve months of 300 calls at 95 % that vary by chance; 40 calls with 36 answered are 90 % and no news."""
    shares = [0.95, 0.953, 0.937, 0.963, 0.947, 0.94, 0.96, 0.957, 0.943, 0.95, 0.947, 0.953]
    frame = months([*shares, 0.9], calls=[300] * 12 + [40], se=[np.sqrt(0.95 * 0.05 / 300)] * 12 + [np.sqrt(0.09 / 40)])
    row = judged(frame)
    assert (row["judgement"], row["direction"]) == ("none", "none") and row["lower"] < 0.86
    assert judged(months([*shares, 0.9], calls=300, se=0.0126))["judgement"] == "worse"


@pytest.mark.parametrize(("failures", "judgement"), [(1, "none"), (2, "worse")])
def test_a_constant_history_does_not_turn_one_event_into_a_signal(failures, judgement):
    """Nothing in 3,600 calls: one in 300 has a chance of 4 %, two have .2 %."""
    assert judged(months([*[0.0] * 12, failures / 300], "abandonment_rate", calls=300))["judgement"] == judgement


def test_one_call_that_waited_leaves_no_history_that_never_varied():
    assert judged(months([*[0.0] * 12, 0.4], "asa_seconds", noise=0.4))["judgement"] == "none"
    assert judged(months([*[0.0] * 12, 0.4], "asa_seconds", noise=0.01))["judgement"] == "worse"


def test_under_twelve_months_nothing_is_better_or_worse():
    for n in range(2, 12):
        row = judged(months([*STEADY[: n - 1], 0.5], calls=100_000))
        assert row["judgement"] == "not_compared" and row["direction"] == "down"
        assert (row["state"], row["reason"]) == (("outside trial", "trial") if n >= 6 else ("few months", "few months"))
        assert row["trial"] == (n >= 6)


def test_two_months_alike_say_no_evidence():
    row = judged(months([0.93, 0.931]))
    assert (row["judgement"], row["state"], row["method"]) == ("none", "no evidence", "two periods")


@pytest.mark.parametrize(
    ("change", "options", "reason"),
    [
        ({}, {"grade": "poor"}, "poor data"),
        ({"covered": [True] * 12 + [False]}, {}, "not covered"),
        ({"watched": [True] * 12 + [False]}, {}, "not watched"),
        ({"known": [1.0] * 12 + [0.8]}, {}, "unread"),
        ({"unfinished": [False] * 12 + [True]}, {}, "unfinished"),
        ({"definition": ["a"] * 12 + ["b"]}, {}, "definition"),
        ({}, {"breaks": {"2024-01": Term("新系统", "new system")}}, "break"),
        ({"covered": [False] * 12 + [True]}, {}, "month before"),
        ({"watched": [False] * 12 + [True]}, {}, "month before"),
    ],
)
def test_what_does_not_compare_says_why(change, options, reason):
    row = judged(months([*STEADY, 0.94, 0.5], **change), **options)
    assert (row["judgement"], row["state"], row["reason"], row["rule"]) == ("not_compared", "not compared", reason, "")


def test_a_first_month_is_no_small_sample():
    assert judged(months([0.9]))["reason"] == "first month"
    assert judged(months([0.9], calls=29))["judgement"] == "few"


def test_a_partial_month_is_in_nobodys_limits_and_no_month_before():
    frame = months([*STEADY, 0.94, 0.3, 0.935], calls=100_000, covered=[True] * 12 + [False, True])
    row = judged(frame)
    assert (row["judgement"], row["baseline_months"]) == ("none", 12) and np.isnan(row["change"])


def test_a_month_of_which_not_all_can_be_judged_is_in_nobodys_limits_and_reaches_no_target():
    frame = months([*STEADY, 0.94, 0.99, 0.935], calls=100_000, unfinished=[False] * 12 + [True, False])
    row = judged(frame, targets={"connection_rate": 0.95})
    assert (row["judgement"], row["baseline_months"]) == ("none", 12) and np.isnan(row["change"])
    assert (row["reached"], row["reached_months"], row["target_months"]) == (False, 0, 13)
    young = judged(frame[:-1], targets={"connection_rate": 0.95})
    assert (young["reached"], young["reached_months"], young["target_months"]) == (None, 0, 12)


def both(first, second, key):
    return pd.concat([months(first), months(second, key)])


def test_a_repeat_rate_is_not_judged_when_its_base_signals():
    repeat = [0.17, 0.171, 0.169, 0.17, 0.172, 0.168, 0.17, 0.171, 0.169, 0.17, 0.171, 0.14]
    moved = compare(pd.concat([months([*STEADY, 0.85]), months(repeat, "repeat_rate_24h")]), "2023-12", "2023-11", KNOWN).set_index(
        "indicator"
    )
    row = moved.loc["repeat_rate_24h"]
    assert (row["judgement"], row["reason"], row["moved"]) == ("not_compared", "base", "connection_rate")
    still = compare(pd.concat([months([*STEADY, 0.94]), months(repeat, "repeat_rate_24h")]), "2023-12", "2023-11", KNOWN).set_index(
        "indicator"
    )
    assert still.loc["repeat_rate_24h", "judgement"] == "better"


def ways(*shares: float, high: float = 0.9, low: float = 0.6, n: int = 1000) -> list[tuple]:
    """Of n answers a share by text message, `high` of them satisfied; the others by voice, `low` of them."""
    return [(("短信", high * n * s, n * s), ("语音", low * n * (1 - s), n * (1 - s))) for s in shares]


def test_a_month_whose_mix_of_channels_alone_moves_it_is_not_judged():
    """Eleven months of 8 in 10 by text message, .84; then 2 in 10 and every channel as before, .66: the mix is -.6 x .3 = -.18, and nobody scored otherwise."""
    before = ways(*[0.79, 0.81] * 5, 0.8)
    values = [sum(k for _, k, _ in month) / 1000 for month in before]
    row = judged(months([*values, 0.66], calls=1000, ways=[*before, *ways(0.2)]))
    assert (row["judgement"], row["state"], row["reason"], row["run"]) == ("not_compared", "not compared", "ways", "")
    lower = judged(months([*values, 0.74], calls=1000, ways=[*before, *ways(0.8, high=0.8, low=0.5)]))
    assert (lower["judgement"], lower["state"]) == ("worse", "outside"), "every channel by a tenth, the mix as before"
    hidden = judged(months([*values, 0.84], calls=1000, ways=[*before, *ways(1.0, high=0.84, low=0.6)]))
    assert (hidden["judgement"], hidden["reason"]) == ("not_compared", "ways"), "text messages alone: the level is held by the mix"
    untold = judged(months([*values, 0.66], calls=1000, ways=[*[()] * 11, *ways(0.2)]))
    assert untold["judgement"] == "worse", "what the months before came by nobody knows"


def test_of_two_months_the_mix_decides_by_the_interval_of_the_change():
    """.84 and .66, -.18 from -.19 to -.17, all of it mix; as before, but for scores a tenth lower: -.1 is a change of two months."""
    mixed = judged(months([0.84, 0.66], ways=ways(0.8, 0.2)))
    assert (mixed["state"], mixed["reason"]) == ("not compared", "ways")
    scored = judged(months([0.84, 0.74], ways=[*ways(0.8), *ways(0.8, high=0.8, low=0.5)]))
    assert (scored["state"], scored["direction"]) == ("few months", "down")


def test_a_run_that_the_mix_of_channels_makes_does_not_last():
    """Twelve months at 8 in 10 by text message, then seven at 5 in 10: low for seven months, by the mix."""
    mix = ways(*[0.79, 0.81] * 6, *[0.5] * 7)
    values = [sum(k for _, k, _ in month) / 1000 for month in mix]
    alone = judged(months(values, calls=1000))
    row = judged(months(values, calls=1000, ways=mix))
    assert (alone["run"], row["run"], row["reason"]) == ("low", "", "ways")


def test_without_limits_a_base_moves_by_five_points():
    for share, reason in ((0.47, "base"), (0.43, "few months")):
        frame = pd.concat([months([0.41, share], "identified_share"), months([0.434, 0.512], "repeat_rate_24h")])
        found = compare(frame, "2023-02", "2023-01", KNOWN).set_index("indicator")
        assert found.loc["repeat_rate_24h", "reason"] == reason


def test_one_event_has_one_speaker():
    frame = pd.concat([months([*STEADY, 0.85]), months([*[1 - v for v in STEADY], 0.15], "abandonment_rate")])
    found = compare(frame, "2023-12", "2023-11", KNOWN).set_index("indicator")
    assert list(found["judgement"]) == ["worse", "worse"] and list(found["leads"]) == [True, False]
    assert set(found["event"]) == {"answering"} and set(found["events"]) == {1} and set(found["false_flags"]) == {0.02}
    apart = pd.concat([months([*STEADY, 0.99]), months([*STEADY, 9.0], "asa_seconds")])
    assert list(compare(apart, "2023-12", "2023-11", KNOWN)["leads"]) == [True, True]  # better and worse are not one event
    variant = pd.concat([months([*STEADY, 0.85]), months([*[10 * v for v in STEADY], 5.0], "queue_seconds")])
    found = compare(variant, "2023-12", "2023-11", KNOWN)
    assert list(found["judgement"]) == ["worse", "better"] and list(found["leads"]) == [
        True,
        False,
    ]  # a variant says nothing beside its own
    alone = pd.concat([months([*STEADY, STEADY[0]]), months([*[10 * v for v in STEADY], 5.0], "queue_seconds")])
    assert list(compare(alone, "2023-12", "2023-11", KNOWN)["leads"]) == [False, True]


def test_the_change_of_a_repeat_rate_is_paired_over_the_caller_groups():
    """The same switchboard in both months moves both: its group cancels out of the difference."""
    heavy = np.zeros(100)
    heavy[0] = 0.05
    without = [tuple(0.17 - heavy), tuple(0.18 - heavy)]
    frame = months([0.17, 0.18], "repeat_rate_24h", without=without, low=[0.1, 0.1], high=[0.25, 0.25])
    row = judged(frame)
    assert row["change_basis"] == "callers" and (row["change_low"], row["change_high"]) == pytest.approx((0.01, 0.01))
    apart = judged(months([0.17, 0.18], "repeat_rate_24h", low=[0.1, 0.1], high=[0.25, 0.25]))
    assert apart["change_low"] < -0.09


def test_callers_who_are_in_every_month_do_not_widen_its_limits():
    """One switchboard makes 5 points of every month's rate: its group's absence moves all months alike, and no month against another."""
    rates = [0.17 + 0.002 * (-1) ** n for n in range(12)]
    without = [tuple(rate - np.eye(100)[0] * 0.05) for rate in rates]
    row = judged(months(rates, "repeat_rate_24h", calls=40_000, se=0.05, without=without))
    assert row["upper"] - row["lower"] < 0.02
    assert judged(months(rates, "repeat_rate_24h", calls=40_000, se=0.05))["upper"] > 0.25


def test_months_that_differ_widen_the_interval_of_a_change():
    quiet = judged(months([0.93, 0.94], clusters="days"))
    lively = judged(months([0.90, 0.96, 0.93, 0.94], clusters="days"))
    assert (quiet["change_basis"], lively["change_basis"]) == ("days", "days and months")
    assert lively["change_high"] - lively["change_low"] > 3 * (quiet["change_high"] - quiet["change_low"])


def test_targets_are_counted_in_months():
    row = judged(months([*STEADY, 0.935], calls=100_000), targets={"connection_rate": 0.94})
    assert (row["reached_months"], row["target_months"], row["reached"], row["capability"]) == (5, 12, False, "at times")
    assert row["target_gap"] == pytest.approx(-0.005)
    said = {t: judged(months([*STEADY, 0.935], calls=100_000), targets={"connection_rate": t})["capability"] for t in (0.9, 0.96)}
    assert said == {0.9: "met", 0.96: "out of reach"}
    assert (
        judged(months([*STEADY, 0.85], calls=100_000), targets={"connection_rate": 0.8})["capability"] == ""
    )  # no promise beside a signal
    waits = judged(months([10.0, 9.0, 11.0, 9.5], "asa_seconds"), targets={"asa_seconds": 10})
    assert (waits["reached_months"], waits["target_months"]) == (3, 4)


def test_the_highest_and_the_lowest_of_the_months():
    assert [judged(months([*STEADY, v]))["rank"] for v in (0.92, 0.93, 0.95)] == ["lowest", "", "highest"]
    assert judged(months([0.93, 0.95]))["rank"] == ""


def test_months_that_cannot_be_compared_are_no_rank():
    """Across a break, under another rule and typed in: only the others are ranked, and too few of them are none."""
    low = months([*STEADY, 0.92])
    assert (judged(low)["rank"], judged(low)["rank_months"]) == ("lowest", 12)
    since = judged(low, breaks={"2023-06": Term("新流程", "new process")})
    assert (since["rank"], since["rank_months"]) == ("lowest", 7)
    assert judged(low, breaks={"2023-08": Term("新流程", "new process")})["rank"] == ""
    assert judged(months([*STEADY, 0.92], definition=["old"] * 8 + ["new"] * 4))["rank"] == ""
    assert judged(months([*STEADY, 0.92], origin="typed"))["rank"] == ""


def test_a_figure_that_was_typed_in_says_so_in_words():
    row = judged(months([*STEADY, 0.92], origin="typed"))
    assert row["reason"] == "typed" and REASON["typed"]("zh") == "手工填报，不作检验"
    told = quotable.quotable(pd.DataFrame([row]), KNOWN)
    assert np.isnan(told["sample"].iloc[0]) and told["said"].iloc[0] == "typed"


def test_the_judgement_of_one_row_is_that_of_the_limits():
    """The rows of a frame say what the vectorised limits say of the same series."""
    rng = np.random.default_rng(5)
    series = 0.9 + 0.01 * rng.standard_normal((40, 14))
    room = control.foreseen(series[:, :12], np.full((40, 12), 0.002), np.full((40, 12), 9e5), np.full((40, 1), 9e5))
    out = ((series[:, -1] > room.upper[:, 0]) | (series[:, -1] < room.lower[:, 0])).tolist()
    said = [judged(months(list(s), calls=900_000, se=0.002))["state"] == "outside" for s in series]
    assert said == out and sum(out) > 0


# ---- volumes


def hotline(counts, *, start="2024-05", until="2024-06"):
    """Calls by day from the first of May 2024, evenly through the day, without any caller."""
    first = CALENDAR.month(start).start_s
    starts = [first + d * DAY + 80 * n for d, count in enumerate(counts) for n in range(count)]
    data = {"seq": list(range(len(starts))), "start_s": starts, "local_s": starts, "end_s": starts}
    begun = first + DAY * next(n for n, count in enumerate(counts) if count)
    return view(on("pandas", data), {}, start_s=begun, end_s=first + len(counts) * DAY), CALENDAR.months(start, until)


def of_volume(counts, **options) -> pd.DataFrame:
    seen, periods = hotline(counts, **options)
    return evaluate(seen, periods, [KNOWN["offered"]])


def test_volumes_are_a_day_and_a_short_month_is_no_quiet_one():
    """28 days of February beside 31 of January, the same on every day."""
    frame = of_volume([57] * 31 + [58] * 29, start="2024-01", until="2024-02")
    row = judged(frame)
    assert (row["numerator"], row["denominator"], row["value"], row["before"]) == (58 * 29, 29, 58.0, 57.0)
    assert row["change"] == pytest.approx(1 / 57, abs=0.001) and row["change_low"] < 0 < row["change_high"]


def test_kinds_of_day_are_taken_off():
    """100 calls on days worked, 40 on days off: of May 2024 ten are off (the fifth to the first with 11 May worked for it), of June eleven."""
    dates = [CALENDAR.day_of(CALENDAR.month("2024-05").start_s + n * DAY) for n in range(61)]
    frame = of_volume([40 if off else 100 for off in rest_days(PARAMS, dates)])
    may, june = frame["value"]
    assert may == pytest.approx((21 * 100 + 10 * 40) / 31) and june == pytest.approx((19 * 100 + 11 * 40) / 30)
    row = judged(frame)
    assert row["change"] == pytest.approx(0.0, abs=1e-6) and row["raw_change"] == pytest.approx(june / may - 1)


def test_a_volume_falls_by_no_more_than_all_of_itself():
    """Months of 40, 2, 40, 2, ... calls a day vary so much that the error of a change is greater than the month before."""
    days = [(CALENDAR.month(m).end_s - CALENDAR.month(m).start_s) // DAY for m in (f"2024-{n:02}" for n in range(1, 9))]
    frame = of_volume([count for n, k in enumerate(days) for count in [40 if n % 2 else 2] * k], start="2024-01", until="2024-08")
    row = judged(frame[frame["period"] < "2024-08"])
    assert row["change"] == pytest.approx(-0.95, abs=0.01) and row["change_low"] == -1 and row["change_high"] > 0
    assert judged(frame)["change_low"] == -1  # from 2 to 40 calls a day


def test_a_share_of_nought_after_nought_is_no_certainty_and_none_moves_beyond_1():
    """0/5 after 0/7: the caller groups say 0.0 to 0.0. From 72 % (71.6 to 72.4) a share rises by no more than 28.4 points."""
    without = [tuple(np.zeros(100))] * 2
    nought = judged(months([0.0, 0.0], clusters="callers", without=without, low=0.0, high=0.4, adjusted_low=0.0, adjusted_high=0.4))
    assert (nought["change_low"], nought["change_high"]) == pytest.approx((-0.4, 0.4))
    wide = judged(months([0.5, 0.95, 0.4, 0.72, 0.78], clusters="days", se=0.2))
    assert wide["change"] == pytest.approx(0.06) and wide["change_high"] == pytest.approx(1 - (0.72 - 0.004))


def test_calls_without_callers_are_no_surer_than_chance():
    row = of_volume([58] * 29, start="2024-02", until="2024-02").iloc[0]
    assert row["high"] - row["low"] >= 2 * 1.9 * np.sqrt(58 * 29) / 29 and row["clusters"] == "days"


@pytest.mark.parametrize(
    ("counts", "days", "covered"), [([50] * 31, 31, True), ([50] * 28, 28, False), ([50] * 10 + [0] + [50] * 20, 30, True)]
)
def test_days_without_data_are_no_days(counts, days, covered):
    row = of_volume(counts, until="2024-05").iloc[0]
    assert (row["days"], row["covered"], row["value"]) == (days, covered, 50.0)


@pytest.mark.parametrize(
    ("lost", "days", "value"), [(range(10, 20), 21, 3.0), (range(1, 30, 3), 31, 63 / 31)], ids=["on end", "here and there"]
)
def test_days_on_end_without_a_call_are_lost_together(lost, days, value):
    """Three calls a day: a third of the days empty here and there may be so; ten on end, that should have brought 30, are no days of the data."""
    row = of_volume([0 if n in lost else 3 for n in range(31)], until="2024-05").iloc[0]
    assert (row["days"], row["value"]) == (days, pytest.approx(value)) and row["covered"]


def test_a_hotline_with_a_call_a_week_is_covered_though_the_first_days_are_empty():
    counts = [1 if n % 7 == 3 else 0 for n in range(61)]
    frame = of_volume(counts)
    assert list(frame["covered"]) == [True, True] and list(frame["days"]) == [28, 30]


# ---- reported and real hotlines


@needs("reported")
def test_a_small_month_of_a_reported_hotline_is_no_news(tmp_path):
    """Twelve months of 300 calls, then two days with 36 of 40 answered: the data do not cover the month, and nothing is told of it."""
    h = open_hotline(reported("G12_small_month", tmp_path), "2024-09", progress=False)
    v = h.verdicts.set_index("indicator")
    assert v.loc["connection_rate", ["numerator", "denominator", "judgement", "reason"]].tolist() == [36, 40, "not_compared", "not covered"]
    assert not v["judgement"].isin(["better", "worse", "more", "less"]).any()
    assert say(h.verdicts).text == "数据没有覆盖全月。"
    whole = compare(h.indicators.assign(covered=True), "2024-09", "2024-08", h.catalogue).set_index(
        "indicator"
    )  # as if it were a month of 40 calls
    assert whole.loc["connection_rate", ["state", "judgement"]].tolist() == ["inside", "none"]
    assert whole.loc["abandonment_rate", "judgement"] == "none"


def test_a_break_within_a_quarter_or_a_year_stands_at_the_next_too():
    """The quarter in which it lies is of both sides and compares with neither."""
    words = {"2024-02": Term("二月", "February"), "2024-07": Term("七月", "July")}
    assert _breaks(words, "month") == _breaks(words, "") == words
    assert {label: term.zh for label, term in _breaks(words, "quarter").items()} == {"2024Q1": "二月", "2024Q2": "二月", "2024Q3": "七月"}
    assert {label: term.zh for label, term in _breaks({"2024-02": words["2024-02"]}, "year").items()} == {"2024": "二月", "2025": "二月"}
    assert {label: term.zh for label, term in _breaks({"2024-01": words["2024-02"]}, "year").items()} == {"2024": "二月"}


def test_a_run_that_began_with_the_data_is_as_long_as_they_are():
    side, labels = np.array([1.0, 1.0, 1.0]), ["2024-01", "2024-02", "2024-03"]
    assert _run(side, labels, lambda *_: True) == 3
    assert _run(np.array([-1.0, 1.0, 1.0]), labels, lambda *_: True) == 2
    assert _run(side, labels, lambda earlier, _: earlier != "2024-02") == 1
    assert _run(np.array([1.0, 1.0, 0.0]), labels, lambda *_: True) == 0


def test_an_indicator_that_the_month_lacks_has_no_verdict():
    frame = pd.concat([months([0.9, 0.9]), months([0.9], key="transfer_rate")])
    found = compare(frame, "2023-02", "2023-01", KNOWN)
    assert found["indicator"].tolist() == ["connection_rate"]
    assert judged(months([0.9, 0.9], beyond=[False, True]))["reason"] == "beyond"


def test_days_on_which_nobody_is_expected_have_no_mean():
    assert np.isnan([*volumes._spread(np.array([0, 0]), np.zeros(2))]).all()


def test_from_a_volume_of_none_there_is_no_change():
    """No share of nothing: the month before is told, and how much more this one is, is not."""
    was = pd.Series({"value": 0.0, "adjusted": 0.0, "low": 0.0, "high": 0.0})
    said = verdicts._change(KNOWN["offered"], {"value": 5.0, "adjusted": 5.0}, was, pd.DataFrame())
    assert said["before"] == 0 and np.isnan(said["change"]) and said["change_basis"] == ""
    assert np.isnan(verdicts._change(KNOWN["offered"], {}, None, pd.DataFrame())["before"])
