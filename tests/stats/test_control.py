"""What always holds for control charts, their signals and the word for the target."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from hotline_analysis.stats import control

OTHER_SIDE = {"up": "down", "down": "up"}
OTHER_WORD = {"better": "worse", "worse": "better", "more": "less", "less": "more"}

figures = st.one_of(st.integers(-40, 40).map(lambda v: v / 4), st.just(np.nan))
series = st.lists(figures, min_size=0, max_size=40).map(np.array)
ways = st.sampled_from(["higher", "lower", None])


@st.composite
def months(draw):
    """Followed and all calls of up to 30 months; a month may be empty."""
    n = np.array(draw(st.lists(st.integers(0, 400), min_size=1, max_size=30)))
    return np.array([draw(st.integers(0, int(size))) for size in n]), n


@given(series, st.integers(-1000, 1000), st.sampled_from([0.01, 0.3, 1.0, 7.0, 600.0]), st.booleans())
def test_xmr_moves_and_stretches_with_the_figures(values, shift, scale, screen):
    """60 times as many seconds in a minute change neither the picture nor the verdict."""
    ours, moved = control.xmr(values, screen_outliers=screen), control.xmr(values * scale + shift, screen_outliers=screen)
    near = {"rtol": 1e-9, "atol": 1e-9 * (abs(shift) + scale)}
    for name in ("centre", "lower", "upper"):
        assert_allclose(getattr(moved, name), getattr(ours, name) * scale + shift, **near)
    assert_allclose(moved.sigma, ours.sigma * scale, **near)
    assert control.read(moved) == control.read(ours)


@given(series, ways, st.booleans())
def test_the_mirrored_series_signals_on_the_other_side(values, better, screen):
    ours = control.read(control.xmr(values, screen_outliers=screen), improvement=better)
    mirrored = control.read(control.xmr(-values, screen_outliers=screen), improvement=better)
    assert mirrored == [s and control.Signal(s.rule, OTHER_SIDE[s.side], OTHER_WORD[s.judgement]) for s in ours]


@given(st.floats(-1e9, 1e9), st.integers(0, 40), st.booleans())
def test_a_constant_series_never_signals(value, length, screen):
    chart = control.xmr(np.full(length, value), screen_outliers=screen)
    assert control.read(chart) == [None] * length
    if length > 1:
        assert_array_equal(chart.sigma, 0)


@given(st.integers(0, 30), st.integers(1, 30), st.lists(st.integers(1, 500), min_size=1, max_size=30))
def test_a_constant_share_never_signals(k, more, times):
    """1 of 3, 2 of 6, 5 of 15: the same share in floating point only almost."""
    times = np.array(times)
    for chart in (control.p_chart(k * times, (k + more) * times), control.laney(k * times, (k + more) * times)):
        assert control.read(chart) == [None] * len(times)


@given(series, st.sampled_from([None, 1, 5, 12]), st.booleans(), st.sets(st.integers(0, 40)))
def test_a_segment_is_its_own_chart(values, baseline, screen, breaks):
    breaks = sorted(b for b in breaks if b <= len(values))
    options = {"baseline": baseline, "screen_outliers": screen}
    whole = control.xmr(values, breaks=breaks, **options)
    parts = [control.xmr(part, **options) for part in np.split(values, breaks) if len(part)]
    for name in ("centre", "lower", "upper", "sigma", "trial"):
        assert_array_equal(getattr(whole, name), np.concatenate([[], *(getattr(part, name) for part in parts)]))
    assert control.read(whole) == [signal for part in parts for signal in control.read(part)]


@given(series.filter(len), st.lists(st.floats(-10, 10), max_size=10))
def test_what_comes_after_the_baseline_does_not_move_the_limits(known, later):
    chart, before = control.xmr([*known, *later], baseline=len(known)), control.xmr(known)
    for name in ("centre", "lower", "upper", "trial"):
        assert_array_equal(getattr(chart, name), np.full(len(known) + len(later), getattr(before, name)[0]))


@given(months())
def test_limits_of_a_share_stay_within_0_and_1_and_hold_the_centre(data):
    for chart in (control.p_chart(*data), control.laney(*data), control.xmr(control.p_chart(*data).values, bounds=(0, 1))):
        known = ~np.isnan(chart.lower)
        assert ((chart.lower[known] >= 0) & (chart.upper[known] <= 1)).all()
        assert ((chart.lower[known] <= chart.centre[known]) & (chart.centre[known] <= chart.upper[known])).all()


@given(months(), st.sampled_from([control.p_chart, control.laney]))
def test_cutting_the_limits_at_known_bounds_changes_no_signal(data, draw):
    cut, uncut = draw(*data), draw(*data, bounds=None)
    assert control.read(cut) == control.read(uncut)


@given(months())
def test_laney_is_the_p_chart_stretched_by_sigma_z(data):
    plain, wide = control.p_chart(*data, bounds=None), control.laney(*data, bounds=None)
    assert_array_equal(plain.centre, wide.centre)
    told = ~np.isnan(wide.sigma)
    assert_allclose(wide.sigma[told], (plain.sigma * wide.sigma_z)[told], rtol=1e-12)
    assert_array_equal(plain.sigma_z, 1)


@given(months())
def test_complements_have_mirrored_charts(data):
    """Answered and lost calls tell the same story."""
    k, n = data
    ours, other = control.laney(k, n), control.laney(n - k, n)
    assert_allclose(other.lower, 1 - ours.upper, atol=1e-9)
    assert [s and s.side for s in control.read(other)] == [s and OTHER_SIDE[s.side] for s in control.read(ours)]


def slow_signals(values, centre, lower, upper):
    """The four rules, said point by point and window by window, without rounding."""
    n = len(values)
    found = []

    def windows(i, length):
        return [range(s, s + length) for s in range(max(0, i - length + 1), min(i, n - length) + 1)]

    def side(i):
        return 1 if values[i] > centre[i] else -1 if values[i] < centre[i] else 0

    def outside(i):
        return 1 if values[i] > upper[i] else -1 if values[i] < lower[i] else 0

    def close(i):
        return not outside(i) and abs(values[i] - centre[i]) > 2 / 3 * (upper[i] - centre[i])

    def trend(i):
        last = 0
        for w in windows(i, 7):
            steps = {np.sign(values[j + 1] - values[j]) for j in w[:-1]}
            last = 1 if steps == {1} else -1 if steps == {-1} else last
        return last

    def pair(i):
        return side(i) if close(i) and any({side(j) for j in w} in ({1}, {-1}) and sum(map(close, w)) >= 2 for w in windows(i, 3)) else 0

    def run(i):
        return side(i) if any({side(j) for j in w} in ({1}, {-1}) for w in windows(i, 7)) else 0

    for i in range(n):
        broken = [(rule, said) for rule, said in zip(control.RULES, (outside(i), trend(i), pair(i), run(i)), strict=True) if said]
        found.append((broken[0][0], control.SIDE[broken[0][1]]) if broken else None)
    return found


@given(st.lists(st.one_of(st.integers(-8, 8), st.just(np.nan)), min_size=1, max_size=30), st.sampled_from([0.5, 2.5, 5.3]))
def test_signals_equal_the_slow_loop(values, reach):
    values, centre = np.array(values, float), np.full(len(values), 0.25)
    ours = control.signals(values, centre, centre - reach, centre + reach)
    assert [s and s[:2] for s in ours] == slow_signals(values, centre, centre - reach, centre + reach)


@pytest.mark.parametrize(
    ("title", "values", "expected"),
    [
        ("界线上不算越界", [0, 3, 0, -3], {}),
        ("越出上限一次", [0, 3.1, 0, -3.2], {1: ("outside", "up"), 3: ("outside", "down")}),
        ("三点中两点超过三分之二", [2.1, 0.5, 2.1], {0: ("two of three", "up"), 2: ("two of three", "up")}),
        ("恰在三分之二不算", [2.0, 0.5, 2.0], {}),
        ("三点须在同一侧", [2.1, -0.5, 2.1], {}),
        ("越限点不计入两点", [2.1, 3.1, 0.5], {1: ("outside", "up")}),
        ("隔两点不算", [-2.1, -1, -1, -2.1], {}),
        ("连续七点在上", [0.5, 1, 0.5, 1, 0.5, 1, 0.5], dict.fromkeys(range(7), ("one side", "up"))),
        ("六点不够", [0.5, 1, 0.5, 1, 0.5, 1], {}),
        ("中心线上的点中断", [0.5, 1, 0.5, 0, 0.5, 1, 0.5], {}),
        ("连续七点下降", [1.5, 1, 0.5, 0, -0.5, -1, -1.5], dict.fromkeys(range(7), ("trend", "down"))),
        ("持平中断趋势", [1.5, 1, 0.5, 0.5, -0.5, -1, -1.5], {}),
    ],
)
def test_the_rules_by_hand(title, values, expected):
    """Centre 0, limits -3 and 3."""
    found = control.signals(values, 0, -3, 3)
    assert {i: signal[:2] for i, signal in enumerate(found) if signal} == expected


def test_no_run_goes_across_a_declared_change():
    """2月起换了新口径，前后各算各的。"""
    rising, above, near = np.arange(8) / 10, np.array([1, 2] * 4) / 2, [1, 2.5, 2.5, 1]
    for values, across in ((rising, 4), (above, 4), (near, 2)):
        assert any(control.signals(values, -0.1, -3.6, 3.4))
        assert not any(control.signals(values, -0.1, -3.6, 3.4, breaks=[across]))


def test_two_thirds_are_taken_of_the_uncut_limit():
    """98 % with a limit cut at 100 %: two months of 99.5 % are near the limit that is drawn, not near the true one."""
    values, cut = [0.995, 0.98, 0.995, 0.96], (0.978, 0.918, 1.0)
    assert control.signals(values, *cut) == control.signals(values, 0.978, 0.918, 1.038) == [None] * 4
    assert control.signals(values, 0.978, 0.956, 1.0)[0].rule == "two of three"
    assert control.signals(values, 0.978, 0.956, 1.0, reach=0.06) == [None] * 4


def test_breaks_at_the_ends_change_nothing():
    for ours, plain in zip(control.xmr([1, 2, 4, 3], breaks=[0, 4]), control.xmr([1, 2, 4, 3]), strict=True):
        assert_array_equal(ours, plain)


@pytest.mark.parametrize(("times", "dropped"), [(3.2, False), (3.3, True)])
def test_a_range_is_dropped_from_3267_mean_ranges_on(times, dropped):
    """Ten ranges of 1 and one that is so many times the mean of all eleven."""
    jump = 10 * times / (11 - times)
    chart = control.xmr([*[0, 1] * 5, 0, jump], screen_outliers=True)
    assert_allclose(chart.sigma, (1 if dropped else (10 + jump) / 11) / control.D2)


def test_a_share_that_is_always_0_or_1_has_its_limits_there():
    """每月100%：中心线与界线都在100%，目标95%稳定达标。"""
    for draw in (control.p_chart, control.laney):
        assert_array_equal(draw([0, 0, 0], [9, 8, 7]).upper, 0)
        full = draw([9, 8, 7], [9, 8, 7])
        assert control.capability(full.lower[-1], full.upper[-1], 0.95, "higher") == "met"


@pytest.mark.parametrize("gap", range(12))
def test_a_missing_month_never_signals_and_ends_a_run(gap):
    values = np.where(np.arange(12) == gap, np.nan, np.arange(12.0))
    found = control.signals(values, -1.0, -np.inf, np.inf)
    assert found[gap] is None
    assert [s is not None for s in found] == [i != gap and (gap >= 7 if i < gap else 11 - gap >= 7) for i in range(12)]


@pytest.mark.parametrize(
    ("values", "word"),
    [([5, 5, 6, 5, 5, 12], "better"), ([5, 5, 6, 5, 5, -2], "worse")],
)
def test_what_a_signal_means_follows_from_the_way_that_is_good(values, word):
    newest = {way: control.signals(values, 5.0, 3.0, 7.0, improvement=way)[-1] for way in ("higher", "lower", None)}
    assert newest["higher"].judgement == word
    assert newest["lower"].judgement == OTHER_WORD[word]
    assert newest[None].judgement == {"up": "more", "down": "less"}[newest[None].side]


@pytest.mark.parametrize(("points", "trial"), [(2, True), (11, True), (12, False), (13, False)])
def test_limits_from_fewer_than_twelve_points_are_on_trial(points, trial):
    """十二个点以下为试用限；缺月不计。"""
    values = np.arange(points) % 3 / 10
    assert set(control.xmr(values).trial) == {trial}
    assert set(control.xmr([*values, np.nan, np.nan]).trial) == {trial}
    assert set(control.p_chart(values * 10, 10).trial) == {trial}
    assert set(control.laney(values * 10, 10).trial) == {trial}


def test_a_declared_change_starts_trial_limits_anew():
    values = [5, 6, 5, 4, 5, 6, 5, 4, 5, 6, 5, 4, 9, 10, 9, 8]
    chart = control.xmr(values, breaks=[12])
    assert chart.trial.tolist() == [False] * 12 + [True] * 4
    assert_allclose(chart.centre[[0, 11, 12, 15]], [5, 5, 9, 9])
    assert control.read(chart) == [None] * 16
    assert control.read(control.xmr(values))[13][:2] == ("outside", "up")


@pytest.mark.parametrize("values", [[], [5.0], [np.nan, np.nan], [5.0, np.nan, 6.0], [1.0, 1.0, np.nan, 2.0, 2.0]])
def test_without_neighbours_that_differ_there_are_no_limits(values):
    chart = control.xmr(values)
    assert np.isnan(chart.lower).all()
    assert np.isnan(chart.upper).all()
    assert control.read(chart) == [None] * len(values)


@given(st.lists(st.integers(0, 1), min_size=2, max_size=30), st.integers(5, 100))
def test_screening_never_widens_the_limits_nor_leaves_none(values, jump):
    """0 0 0 0 5 0: dropping both jumps would leave no spread at all and flag every month, so nothing is dropped."""
    values = np.array([0, *values, jump])
    plain, screened = control.xmr(values), control.xmr(values, screen_outliers=True)
    assert (screened.sigma > 0).all()
    assert (screened.sigma <= plain.sigma).all()


def test_months_without_calls_are_gaps():
    for draw in (control.p_chart, control.laney):
        chart, without = draw([5, 0, 6, 4], [10, 0, 10, 10]), draw([5, np.nan, 6, 4], [10, 12, 10, 10])
        assert np.isnan(chart.values[1])
        for name in control.Chart._fields:
            assert_array_equal(getattr(chart, name), getattr(without, name))


@given(st.floats(-5, 5), st.floats(0, 5), st.floats(-10, 10), st.sampled_from(["higher", "lower"]))
def test_capability_mirrors_and_names_every_case_once(lower, width, target, better):
    upper = lower + width
    word = control.capability(lower, upper, target, better)
    assert word == control.capability(-upper, -lower, -target, {"higher": "lower", "lower": "higher"}[better])
    assume(target not in (lower, upper))
    good, bad = (target < lower, target > upper) if better == "higher" else (target > upper, target < lower)
    assert word == ("met" if good else "out of reach" if bad else "at times")


@pytest.mark.parametrize(
    ("lower", "upper", "target", "better", "word"),
    [
        (0.91, 0.95, 0.90, "higher", "met"),
        (0.90, 0.95, 0.90, "higher", "met"),
        (0.86, 0.94, 0.90, "higher", "at times"),
        (0.80, 0.90, 0.90, "higher", "at times"),
        (0.80, 0.89, 0.90, "higher", "out of reach"),
        (10.0, 20.0, 20.0, "lower", "met"),
        (21.0, 30.0, 20.0, "lower", "out of reach"),
        (1.0, 1.0, 1.0, "higher", "met"),
        (0.8, 0.9, None, "higher", "no target"),
        (0.8, 0.9, np.nan, "lower", "no target"),
        (0.8, 0.9, 0.85, None, "no target"),
        (np.nan, np.nan, 0.85, "higher", None),
    ],
)
def test_capability(lower, upper, target, better, word):
    """达标能力: the limits against the target."""
    assert control.capability(lower, upper, target, better) == word


def test_what_cannot_be_charted_is_refused_in_words():
    with pytest.raises(ValueError, match="0 <= k <= n"):
        control.laney([5, 11], [10, 10])
    with pytest.raises(ValueError, match="index from 0 to 3"):
        control.xmr([1, 2, 3], breaks=[4])
    with pytest.raises(ValueError, match="at least one point"):
        control.xmr([1, 2, 3], baseline=0)
    with pytest.raises(ValueError, match="'higher', 'lower' or None"):
        control.capability(0.1, 0.2, 0.3, "up")


# ---- limits from the months before


@given(st.integers(0, 60), st.floats(1, 500), st.lists(st.floats(0.5, 500), min_size=1, max_size=6))
def test_limits_of_few_events_hold_what_chance_makes_of_them(events, exposure, exposures):
    """Each end is a quantile of the negative binomial, summed by hand; from enough expected events on there is none."""
    lower, upper = control.counted_events(events, exposure, exposures, level=0.02)
    for month, low, high in zip(exposures, lower, upper, strict=True):
        if np.isnan(low):
            assert (events + 0.5) / exposure * month >= control.ENOUGH_EVENTS * (1 - 1e-12)
            continue
        chance = np.cumsum(by_hand(events + 0.5, exposure, month, round(high * month)))
        assert chance[-1] >= 0.99 - 1e-9 and (len(chance) == 1 or chance[-2] < 0.99 + 1e-9)
        least = round(low * month)
        assert chance[least] >= 0.01 - 1e-9 and (least == 0 or chance[least - 1] < 0.01 + 1e-9)


def by_hand(shape: float, exposure: float, month: float, most: int) -> list[float]:
    """P(0), P(1), ... of the negative binomial by its recursion."""
    p = month / (exposure + month)
    found = [(1 - p) ** shape]
    for k in range(1, most + 1):
        found.append(found[-1] * p * (shape + k - 1) / k)
    return found


def test_without_exposure_nothing_is_foreseen():
    assert np.isnan(control.counted_events(0, 0.0, [30.0])).all() and np.isnan(control.counted_events(3, 30.0, [0.0])).all()


@pytest.mark.parametrize("kind", ["p", "u", "laney"])
def test_over_many_months_the_limits_are_those_of_the_textbook(kind):
    """3,000 months of two sizes: shares (p) and counts (u) that vary by chance have the textbook's limits, shares that vary by more lie within Laney's."""
    rng, n = np.random.default_rng(11), np.tile([400.0, 1600.0], 1500)
    rate = 0.3 + (0.03 * rng.standard_normal(3000) if kind == "laney" else 0.0)
    k = rng.poisson(rate * n) if kind == "u" else rng.binomial(n.astype(int), rate)
    x, centre, sizes = k / n, k.sum() / n.sum(), np.array([400.0, 1600.0])
    se = np.sqrt(x / n) if kind == "u" else np.sqrt(x * (1 - x) / n)
    room = control.foreseen(x, se, n, sizes, level=0.0027)
    reach = room.upper - room.centre
    if kind == "laney":
        theirs = control.laney(k, n, bounds=None).reach
        assert theirs.min() < reach.min() < reach.max() < theirs.max()
    else:
        assert_allclose(reach, 3 * np.sqrt(centre * (1.0 if kind == "u" else 1 - centre) / sizes), rtol=0.06)
    assert_allclose(room.centre, centre)


@given(st.integers(2, 20), st.integers(1, 12))
def test_the_mean_of_months_has_the_limits_of_a_mean(m, together):
    """Equal months without error inside: t s sqrt(1/k + 1/m)."""
    x = np.arange(m, dtype=float)
    room = control.foreseen(x, np.zeros(m), np.ones(m), np.ones(1), together=together)
    far = stats.t.ppf(0.99, m - 1) * x.std(ddof=1) * np.sqrt(1 / together + 1 / m)
    assert_allclose(room.upper - room.centre, [far])
