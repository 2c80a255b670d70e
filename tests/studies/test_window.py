"""The window study: its columns, small cases by hand, and chance against a slow loop."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hotline_analysis.disclosure import OTHER, SMALLEST, UNTOLD
from hotline_analysis.errors import BadParams, DataRefused
from hotline_analysis.measures import chance
from hotline_analysis.measures.frames import lazy, pandas
from hotline_analysis.measures.gaps import CONTROL_WEEKS
from hotline_analysis.stats import binned, excess
from hotline_analysis.studies import window
from tests.spec.frames import ENGINES
from tests.studies.hotlines import DAY, HOUR, WEEK, random_rows, view_of, view_of_world
from tests.tabulated import tabulate
from tests.worlds import world

MENU = (2, 24, 72, 168)


@pytest.fixture(scope="module")
def heavy():
    """A simulated month of 3,000 calls, its four weeks before and its week after."""
    return view_of_world(world("heavy", 1, calls=3_000))


@pytest.mark.parametrize("table", [t for t in window.TABLES if t not in ("rates", "own", "months")])
def test_every_column_has_its_words(heavy, table):
    frame = window.TABLES[table](heavy)
    plain = {c for c in frame if not c.endswith(("_low", "_high"))}
    assert plain <= set(window.COLUMNS), plain - set(window.COLUMNS)
    assert len(frame)


def test_one_row_a_window_with_the_named_ones_marked(heavy):
    frame = window.evidence(heavy, resamples=100)
    assert frame["window_hours"].tolist() == list(heavy.definition.windows_hours)
    assert frame[frame["marked"]]["window_hours"].tolist() == [2, 24, 72]
    assert frame["support"].sum() + frame["support_none"].iloc[0] == pytest.approx(1)
    assert frame["capture"].iloc[-1] == 1


def test_r_purity_and_benefit_follow_from_f_and_b(heavy):
    f = window.evidence(heavy, resamples=10, cost=2.0)
    assert f["excess"].to_numpy() == pytest.approx(1 - (1 - f["value"]) / (1 - f["chance"]))
    assert f["purity"].to_numpy() == pytest.approx(f["excess"] / f["value"])
    assert f["benefit"].to_numpy() == pytest.approx(f["excess"] - 2 * (f["value"] - f["excess"]))
    assert (f["best_hours"] == f["best_hours_two"]).all()
    assert (f["anyway"] + f["excess"]).to_numpy() == pytest.approx(f["value"].to_numpy())


def test_the_same_seed_gives_the_same_support(heavy):
    assert window.evidence(heavy).equals(window.evidence(heavy))


@pytest.mark.parametrize("engine", ENGINES)
def test_chance_by_hand(engine):
    """Habit on the clock: a call every week at nine, for ten minutes. Every control sees the next one after 7 days less 10 minutes."""
    rows = [(1, week * WEEK + 9 * HOUR, 600, "a", "answered") for week in range(9)]
    found = chance.counted(view_of(rows, engine=engine, windows_hours=MENU))
    whole = found.of()
    assert whole.index.sum() == 4 and whole.index[:, :-1, 0].sum() == 4
    # 4 calls x 4 weeks, without days 63, 63 and 70, which lie after the data; two on day 56 are watched for less than a week
    place = binned.bin_of([7 * DAY - 600], found.edges)[0]
    assert whole.control.sum() == 13
    assert whole.control[37, place, 0] == 11
    assert whole.control[37, binned.bin_of([63 * DAY - 56 * DAY - 9 * HOUR - 600], found.edges)[0], 1] == 2


def slow_controls(rows: list[tuple], *, edges, start_s: int, end_s: int, span: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Each index call against each of its caller's calls, at each control instant: the count table the obvious way. And the index calls'."""
    counted = [[], []]
    known = [(i, *r) for i, r in enumerate(rows) if r[0] is not None and r[4] == "answered"]
    for place, who, start, length, *_ in known:
        if not start_s <= start < end_s:
            continue
        end = start + length
        later = [max(s - end, 0) for i, w, s, *_ in known if w == who and (s, i) > (start, place) and s < span[1]]
        counted[0].append(_fate(later, span[1] - end, edges, who))
        for week in CONTROL_WEEKS:
            instant = end + week * WEEK
            if span[0] <= instant < span[1]:
                seen = [s - instant for _, w, s, *_ in known if w == who and instant <= s < span[1]]
                counted[1].append(_fate(seen, span[1] - instant, edges, who))
    return tuple(tabulate(*zip(*part, strict=True), edges=edges) for part in counted)


def _fate(gaps: list[int], follow: int, edges, who: int) -> tuple[int, int, int]:
    gap = min(gaps, default=None)
    event = gap is not None and gap <= edges[-1]
    return (gap if event else max(min(follow, int(edges[-1]) + 1), 0)), int(event), who * 37 % 100


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("seed", range(4))
def test_chance_equals_the_slow_loop(seed, engine):
    rows = random_rows(seed)
    view = view_of(rows, engine=engine, windows_hours=MENU)
    found = chance.counted(view)
    index, control = slow_controls(rows, edges=found.edges, start_s=28 * DAY, end_s=56 * DAY, span=view.span)
    assert np.array_equal(found.of().control, control)
    assert np.array_equal(found.of().index, index)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(50))
def test_three_engines_give_the_same_gaps_and_controls(seed):
    """Cell by cell, missing ones too."""
    rows, told = random_rows(100 + seed, n=90, callers=5), []
    for engine in ENGINES:
        frame = pandas(view_of(rows, engine=engine).all_gaps(controls=True)).sort_values("seq")
        names = [c for c in sorted(frame.columns) if c.startswith(("gap_", "control_", "follow_")) or c == "seq"]
        told.append((names, frame[names].astype("float64").fillna(-1).to_numpy().tolist()))
    assert told[0] == told[1] == told[2] and "control_m3_s" in told[0][0]


@pytest.mark.parametrize("seed", range(3))
def test_data_beyond_four_weeks_and_a_week_change_nothing(seed):
    """A month is final a week after its end: 91 days of data give what the 63 around the month give."""
    rows = random_rows(seed, n=700, days=91)
    wide = view_of(rows, start_day=28, data_days=91, windows_hours=MENU)
    narrow = view_of([r for r in rows if r[1] < 63 * DAY], start_day=28, data_days=63, windows_hours=MENU)
    assert np.array_equal(chance.counted(wide).of().control, chance.counted(narrow).of().control)
    assert narrow.watched_on(168) is None and view_of(rows, data_days=60).watched_on(168)


def test_with_less_than_three_weeks_there_is_no_chance_correction():
    frame = window.evidence(view_of(random_rows(1, days=20), start_day=0, days=20, data_days=20), resamples=10)
    assert set(frame["said"]) == {"history"} and frame["recommended_hours"].isna().all()
    assert frame["excess"].isna().all() and frame["value"].notna().any()
    assert frame["caveat"].str.contains("no control").all() and frame["caveat"].str.contains("provisional").all()


def test_few_callbacks_are_insufficient():
    frame = window.evidence(view_of(random_rows(1)), resamples=10)
    assert set(frame["said"]) == {"few"}
    assert set(frame["candidates"]) == {""}


def test_the_same_issue_has_no_control():
    frame = window.evidence(view_of(random_rows(1), match="same"), resamples=10, min_callbacks=1)
    assert frame["chance"].isna().all() and set(frame["said"]) == {"match"} and frame["recommended_hours"].isna().all()


def test_looking_back_is_refused():
    with pytest.raises(DataRefused, match="look-ahead"):
        window.evidence(view_of(random_rows(1), direction="look-back"))


def test_a_storm_is_said():
    calm = [(n, n * HOUR // 2, 60, "a", "answered") for n in range(63 * 48)]
    storm = calm + [(len(calm) + n, 30 * DAY + n * 60, 60, "a", "answered") for n in range(3000)]
    assert chance.moved(view_of(calm))[:2] == (0, 0) and not chance.moved(view_of(calm)).unsteady
    assert chance.moved(view_of(storm)).week > chance.VOLUME_MOVES and chance.moved(view_of(storm)).unsteady
    assert "volume" in window.evidence(view_of(storm), resamples=10)["caveat"].iloc[0]


@pytest.mark.parametrize(("weeks", "change", "expected"), [
    (8, {}, (0, 0, False)),
    (8, {3: 2.0}, (1 / 7, 1.0, False)),  # twice the usual on one day: a seventh more in the week, and just not beyond
    (8, {3: 2.5}, (1.5 / 7, 1.5, True)),
    (8, dict.fromkeys(range(7), 0.5), (0.5, 0, True)),  # a holiday week of half the calls
    (1, {3: 9.0}, (np.nan, np.nan, False)),
])  # fmt: skip
def test_how_far_the_volume_moved_by_hand(weeks, change, expected):
    """240 calls a day, ten an hour; days of the second week changed by a factor."""
    days = np.full(weeks * 7, 1.0)
    for day, factor in change.items():
        days[min(7 + day, len(days) - 1)] = factor
    found = chance.of_hours(np.repeat(10 * days, 24))
    assert found == pytest.approx(expected, nan_ok=True)


def test_a_moved_month_is_no_basis_for_a_window():
    """Three months of steady calls and one with a storm in its last week: the storm's month stands out, the others carry the window."""
    from dataclasses import replace

    rows = [(n % 40, n * HOUR // 2, 60, "a", "answered") for n in range(120 * 48)]
    rows += [(5000 + n, 58 * DAY + n * 60, 60, "a", "answered") for n in range(3000)]
    view = view_of(rows, data_days=120)
    months = [view.calendar.month(m) for m in ("1970-01", "1970-02", "1970-03", "1970-04")]
    whole = chance.basis(view.over(months[3]))
    assert [chance.moved(view.over(m)).unsteady for m in months] == [False, True, True, False]
    assert (whole.first, whole.last, whole.months, whole.left_out, whole.unsteady) == ("1970-01", "1970-04", 2, 2, False)
    assert whole.stretches == tuple((m.start_s, m.end_s) for m in (months[0], months[3]))
    alone = chance.basis(replace(view, data_start_s=months[1].start_s).over(months[1]))
    assert alone.unsteady and alone.months == 1 and alone.stretches == ((months[1].start_s, months[1].end_s),)


def test_the_basis_is_the_months_to_date_and_at_most_twelve():
    rows = [(n % 40, n * 6 * HOUR, 60, "a", "answered") for n in range(500 * 4)]
    view = view_of(rows, data_days=500)
    of = {m: chance.basis(view.over(view.calendar.month(m))) for m in ("1970-01", "1970-03", "1971-03")}
    assert [(b.first, b.months) for b in of.values()] == [("1970-01", 1), ("1970-01", 3), ("1970-04", 12)]
    assert of["1971-03"].view.period.end_s == view.calendar.month("1971-03").end_s
    later = view.over(view.calendar.stretch("1971-02", "1971-03"))
    assert chance.basis(later).stretches == of["1971-03"].stretches
    part = chance.basis(view_of(rows, data_days=500))  # 29 January to 25 February: of January only what the period holds
    assert part.stretches == ((28 * DAY, 31 * DAY), (31 * DAY, 56 * DAY))


def test_the_recommendation_is_that_of_the_months_counted_together():
    """Counted in one go over both months' stretches, the tables are the sum of the months' own."""
    rows = random_rows(3, n=900, days=100)
    view = view_of(rows, data_days=100, windows_hours=MENU)
    march = view.over(view.calendar.month("1970-03"))
    months = chance.basis(march)
    both = chance.counted(months.view, stretches=months.stretches).of()
    assert both.index.sum() == sum(
        chance.counted(view.over(view.calendar.month(m))).of().index.sum() for m in ("1970-01", "1970-02", "1970-03")
    )
    frame = window.evidence(march, resamples=10)
    own = excess.window_evidence(
        both.index, both.control, far=both.far, edges=chance.counted(march).edges, rng=chance.draws(), history_days=90,
        menu_seconds=[h * HOUR for h in MENU], resamples=10,
    )  # fmt: skip
    assert frame["support"].to_numpy() == pytest.approx(own.support) and set(frame["basis_months"]) == {3}


def test_density_adds_to_the_curves(heavy):
    frame, evidence = window.density(heavy), window.evidence(heavy, resamples=10).set_index("window_hours")
    for hours in (2, 24, 168):
        part = frame[frame["hour_to"] <= hours]
        assert part["seen"].sum() / 1000 == pytest.approx(evidence.loc[hours, "value"])
        assert part["control"].sum() / 1000 == pytest.approx(evidence.loc[hours, "chance"])
        assert part["numerator"].sum() == evidence.loc[hours, "numerator"]
    assert set(frame["horizon_hours"]) == {168} and (frame["habit"] <= frame["control"] + 1e-9).all()
    assert frame["seen"].cumsum().to_numpy() / 1000 == pytest.approx(frame["seen_share"].to_numpy())
    assert frame["habit"].cumsum().to_numpy() / 1000 == pytest.approx(frame["habit_share"].to_numpy())
    assert (frame["seen_share"] * frame["related_share"] + frame["habit_share"]).to_numpy() == pytest.approx(frame["seen_share"].to_numpy())
    assert set(frame["said"]) == {""} and set(window.density(view_of(random_rows(1)))["said"]) == {"few"}


def test_pareto_of_calls_and_of_callbacks(heavy):
    frame = window.pareto(heavy)
    rates = window.rates(heavy).query("follow_up == 'km'").set_index("window_hours")["value"]
    assert frame["cumulative"].iloc[-1] == pytest.approx(1)
    assert frame["cumulative_of_calls"].iloc[-1] == pytest.approx(rates[168])
    assert frame.set_index("hour_to").loc[24, "cumulative_of_calls"] == pytest.approx(rates[24])


def test_a_weeks_callbacks_are_those_of_calls_watched_in_full():
    """六通：一通1小时后复电，一通50小时后；一通只看到10小时。1小时时看得见六通，50小时时四通：六分之一，再是六分之五的四分之一；前者占九分之四，不是看到的两次复电的一半。"""
    first = 28 * DAY
    starts = [
        (1, first),
        (1, first + HOUR),
        (2, first + 2 * HOUR),
        (2, first + 52 * HOUR),
        (3, first + 7 * DAY + 14 * HOUR),
        (4, first + 3 * HOUR),
    ]
    view = view_of([(who, at, 0, "a", "answered") for who, at in starts], days=8, data_days=36)
    frame = window.pareto(view).set_index("hour_to")
    assert frame["numerator"].sum() == 2 and frame.loc[50, "cumulative_of_calls"] == pytest.approx(1 / 6 + 5 / 6 / 4)
    assert tuple(frame.loc[[1, 50], "cumulative"]) == pytest.approx((4 / 9, 1.0)) and frame.loc[50, "share"] == pytest.approx(5 / 9)


def test_strata_add_up(heavy):
    whole, parts = window.evidence(heavy, resamples=10), window.evidence(heavy, by=["issue_1"], resamples=10)
    summed = parts.groupby("window_hours")[["numerator", "denominator"]].sum()
    assert summed["numerator"].tolist() == whole["numerator"].tolist()
    assert summed["denominator"].tolist() == whole["denominator"].tolist()


@pytest.mark.parametrize("engine", ENGINES)
def test_small_strata_are_one_and_their_counts_are_not_told(engine):
    """Two issues of 100 calls, four names with three each: the twelve are one stratum with no small count. (All tables: tests/test_command.py.)"""
    day = [(n % 25, (28 * 24 + n * 3) * HOUR, 60, "ab"[n % 2], "answered") for n in range(200)]
    named = [(100 + n % 6, (30 * 24 + n) * HOUR, 60, f"王{'甲乙丙丁'[n % 4]}", "answered") for n in range(12)]
    view = view_of([*day, *named], engine=engine, windows_hours=MENU)
    hidden = replace(view, smallest=SMALLEST)
    assert set(window.rates(view, by=["issue_1"])["issue_1"]) > {"王甲"}
    rates = window.rates(hidden, by=["issue_1"])
    assert set(rates["issue_1"]) == {"a", "b", OTHER} and not rates["numerator"].between(1, 7).any()
    of_all = rates[(rates["follow_up"] == "naive") & (rates["window_hours"] == 168)].set_index("issue_1")
    told = {c: of_all.loc[OTHER, c] for c in ("numerator", "callers", "numerator_missing")}
    assert pd.isna(told["numerator"]) and pd.isna(told["callers"]) and told["numerator_missing"] == UNTOLD
    assert of_all.loc[OTHER, "denominator"] == 12 and of_all["numerator"].isna().sum() == 2, (
        "what all less the others would be is not told either"
    )
    assert set(window.rates(replace(hidden, definition=view.definition.but(mode="calendar")), by=["issue_1"])["issue_1"]) == {
        "a",
        "b",
        OTHER,
    }


def test_strata_without_a_word_and_below_another(tmp_path):
    """A level below its parent: small leaves stay under it; calls without an issue are a stratum like any other."""
    rows = [(n, (28 * 24 + n) * HOUR, 60, ("a", "b", None)[n % 3], "answered") for n in range(60)]
    view = view_of(rows, windows_hours=MENU)
    calls = pandas(view.table("calls")).assign(issue_2=lambda f: [f"{n % 9}" if n < 27 else "x" for n in range(len(f))])
    view = replace(view, tables={"calls": lazy(calls)}, smallest=SMALLEST)
    found = window.rates(view, by=["issue_1", "issue_2"])
    first = found[found["window_hours"] == 2].drop_duplicates(["issue_1", "issue_2"]).fillna({"issue_1": "-"})
    sizes = first.set_index(["issue_1", "issue_2"])["denominator"].to_dict()
    assert sizes == {("a", "x"): 11, ("a", OTHER): 9, ("b", "x"): 11, ("b", OTHER): 9, ("-", "x"): 11, ("-", OTHER): 9}


# ---- agents


def test_reliability_by_hand():
    """Ten agents, each with a rate of their own that both halves of the callers show: reliability 1, and tau 1 between equal windows."""
    rows, caller = [], 0
    for agent in range(10):
        for n in range(80):
            start, group = 30 * DAY + (agent + 10 * n) * 600, caller
            rows.append((group, start, agent))
            if (n // 2) % 10 < agent:  # followed within two hours, for one caller of either half alike
                rows.append((group, start + HOUR, 99))
            caller += 1
    frame = window.reliability(_with_agents(rows), min_calls=30)
    assert frame["agents"].tolist() == [10] * 7
    assert frame["reliability"].iloc[0] == pytest.approx(1)
    assert frame["tau_24"].iloc[0] == pytest.approx(1)


def _with_agents(rows: list[tuple]):
    from dataclasses import replace

    from tests.spec.frames import on

    calls = [(who, start, 0, "a", "answered") for who, start, _ in rows]
    view = view_of(calls)
    from tests.laws.strategies import table

    columns = {**table(calls), "direction": ["in"] * len(rows), "agent": [f"g{a}" if a != 99 else None for *_, a in rows]}
    columns["caller_group"] = [who % 100 for who, *_ in rows]
    return replace(view, tables={"calls": on("duckdb", columns)})


def test_few_agents_are_not_ordered():
    frame = window.reliability(view_of(random_rows(2)))
    assert frame["reliability"].isna().all() and set(frame["caveat"]) == {"few"}


# ---- each issue's own window


OWN = [
    (1, 30 * DAY, 0, "a", "answered"), (1, 30 * DAY + HOUR, 0, "b", "answered"), (1, 30 * DAY + 5 * HOUR, 0, "c", "answered"),
    (2, 31 * DAY, 0, "a", "answered"), (2, 31 * DAY + 3 * HOUR, 0, "a", "answered"),
]  # fmt: skip


def test_each_issue_is_judged_by_its_own_window():
    """a within 2 h: 1 of 3 (after 1 h; 3 h is too late); b and c within 24 h: b after 4 h, c never."""
    frame = window.own(view_of(OWN, windows_by_issue={"a": 2, "*": 24})).set_index("issue")
    assert (frame.loc["a", "numerator"], frame.loc["a", "denominator"]) == (1, 3)
    assert (frame.loc["*", "numerator"], frame.loc["*", "denominator"]) == (1, 2)
    assert (frame.loc["", "numerator"], frame.loc["", "denominator"]) == (2, 5)
    assert frame.loc["", "value"] == pytest.approx(2 / 5)


def test_calls_without_a_window_are_left_out():
    frame = window.own(view_of(OWN, windows_by_issue={"a": 4}))
    assert frame["denominator"].tolist() == [3, 3] and frame["numerator"].tolist() == [2, 2]


def test_a_window_for_an_issue_that_nobody_called_about_is_refused():
    with pytest.raises(BadParams, match="'aa' is not an issue"):
        window.own(view_of(OWN, windows_by_issue={"aa": 4, "*": 2}))
    with pytest.raises(BadParams, match="no windows_by_issue"):
        window.own(view_of(OWN))


def test_own_windows_of_one_length_are_the_plain_rate(heavy):
    same = view_of_world(world("heavy", 1, calls=3_000), windows_by_issue={"repair": 72, "*": 72})
    plain = window.rates(heavy).query("follow_up == 'km' and window_hours == 72").iloc[0]
    total = window.own(same).iloc[-1]
    assert total["denominator"] == plain["denominator"] and total["numerator"] == plain["numerator"]
    assert total["value"] == pytest.approx(plain["value"], abs=1e-12)


def test_columns_that_say_the_same_agree_in_kind(heavy):
    frame = window.evidence(heavy, resamples=10)
    assert pd.api.types.is_integer_dtype(frame["numerator"]) and pd.api.types.is_integer_dtype(frame["denominator"])
