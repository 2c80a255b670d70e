"""What always holds for survey estimators, and the slow obvious loops beside them."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from hotline_analysis.stats import surveys

answers = st.lists(st.integers(1, 5), min_size=2, max_size=40)


@st.composite
def sampled(draw):
    """Answers, weights and respondents, at least two of them."""
    n = draw(st.integers(2, 30))
    y = np.array(draw(st.lists(st.integers(1, 5), min_size=n, max_size=n)), float)
    w = np.array(draw(st.lists(st.integers(1, 9), min_size=n, max_size=n)), float)
    who = np.array([0, 1, *draw(st.lists(st.integers(0, 8), min_size=n - 2, max_size=n - 2))])
    return y, w, who


@given(answers)
def test_without_weights_or_clusters_it_is_the_textbook_mean(y):
    ours = surveys.mean(y)
    assert ours.value == pytest.approx(np.mean(y)) and ours.df == len(y) - 1
    if np.ptp(y):
        assert ours.se == pytest.approx(stats.sem(y)) and ours.deff == pytest.approx(1)
        assert_allclose((ours.low, ours.high), stats.t.interval(0.95, len(y) - 1, np.mean(y), stats.sem(y)))
    else:
        assert ours.se == 0 and np.isnan(ours.low)


@given(sampled(), st.floats(0.1, 50))
def test_clusters_equal_the_slow_loop_and_the_scale_of_weights_does_not_matter(data, scale):
    y, w, who = data
    ours, scaled = surveys.mean(y, w, clusters=who), surveys.mean(y, scale * w, clusters=who)
    value = sum(a * b for a, b in zip(w, y, strict=True)) / sum(w)
    sums = [sum(w[i] * (y[i] - value) for i in range(len(y)) if who[i] == c) / sum(w) for c in sorted(set(who.tolist()))]
    k = len(sums)
    assert ours.value == pytest.approx(value)
    assert ours.se == pytest.approx(np.sqrt(k / (k - 1) * sum((s - np.mean(sums)) ** 2 for s in sums)), abs=1e-9)
    assert_allclose(scaled, ours, rtol=1e-6, atol=1e-9)


@given(sampled())
def test_a_share_lies_in_its_interval_and_is_worth_no_more_than_its_answers(data):
    y, w, who = data
    ours = surveys.share(y >= 4, w, clusters=who)
    assert 0 <= ours.low <= ours.value + 1e-12 and ours.value - 1e-12 <= ours.high <= 1 and ours.low < ours.high
    assert 0 < ours.effective_n <= len(y)


def test_one_respondent_has_no_interval():
    ours = surveys.share([1, 0, 1], clusters=[7, 7, 7])
    assert ours.value == pytest.approx(2 / 3) and np.isnan(ours.low) and np.isnan(surveys.mean([4, 5], clusters=[7, 7]).low)
    assert np.isnan(surveys.mean([]).value) and surveys.share([]).n == 0


@given(st.lists(st.integers(0, 3), min_size=4, max_size=60).map(lambda more: np.array([0, 1, 2, 3, *more])), st.data())
def test_post_stratified_weights_reach_their_sizes_and_kish_is_one_plus_cv2(cells, data):
    sizes = np.array(data.draw(st.lists(st.integers(1, 500), min_size=4, max_size=4)))
    w = surveys.post_stratify(cells, sizes)
    assert_allclose(np.bincount(cells, weights=w), sizes)
    assert surveys.kish(w) == pytest.approx(1 + np.var(w) / np.mean(w) ** 2)
    trimmed = surveys.trim(w)
    assert trimmed.sum() == pytest.approx(w.sum()) and trimmed.max() <= 5 * np.median(trimmed) * (1 + 1e-9)
    assert surveys.kish(trimmed) <= surveys.kish(w) + 1e-9


def test_a_cell_without_answers_is_refused_and_margins_that_contradict_each_other_do_not_converge():
    with pytest.raises(ValueError, match="a size and no answer"):
        surveys.post_stratify([0, 0], [5, 5])
    raked = surveys.rake([(np.array([0, 0, 1]), [10, 20]), (np.array([0, 0, 1]), [20, 10])])
    assert raked.error > 0.1 and raked.rounds == surveys.MOST_ROUNDS


@given(answers, answers)
def test_an_ordinal_comparison_only_knows_the_order(a, b):
    ours, back = surveys.compare_ordinal(a, b), surveys.compare_ordinal(b, a)
    other = surveys.compare_ordinal(np.exp(a), np.exp(b))
    assert_allclose(other, ours)
    assert back.value == pytest.approx(-ours.value, abs=1e-12)
    wins = sum((x > y) - (x < y) for x in a for y in b) / (len(a) * len(b))
    assert ours.value == pytest.approx(wins, abs=1e-12)
    if not np.isnan(ours.low):
        assert -1 - 1e-12 <= ours.low <= ours.value + 1e-12 and ours.value - 1e-12 <= ours.high <= 1 + 1e-12
        if not np.isnan(ours.p) and 0.001 < ours.p < 0.999:
            assert (ours.p < 0.05) == (ours.low > 0 or ours.high < 0) or ours.low in (-1, 1) or ours.high in (-1, 1)


def test_the_same_people_twice_move_less_than_others_do():
    rng = np.random.default_rng(3)
    level = rng.integers(1, 6, 200)
    later = np.clip(level + (rng.random(200) < 0.15), 1, 5)
    apart = surveys.compare_ordinal(later, level)
    paired = surveys.compare_ordinal(later, level, clusters_first=np.arange(200), clusters_second=np.arange(200))
    assert paired.value == pytest.approx(apart.value) and paired.se < 0.5 * apart.se
    assert paired.low > 0 > apart.low


@given(st.integers(0, 10_000), st.integers(1, 4))
def test_relative_importance_is_the_mean_over_all_orders(seed, p):
    data = np.random.default_rng(seed).normal(size=(30, p + 1)) @ np.random.default_rng(seed + 1).normal(size=(p + 1, p + 1))
    correlation = np.corrcoef(data, rowvar=False)

    def explained(items):
        if not items:
            return 0.0
        x = np.column_stack([np.ones(30), data[:, [1 + i for i in items]]])
        left = data[:, 0] - x @ np.linalg.lstsq(x, data[:, 0], rcond=None)[0]
        return 1 - left.var() / data[:, 0].var()

    orders = list(permutations(range(p)))
    slow = [np.mean([explained([*o[: o.index(i)], i]) - explained(o[: o.index(i)]) for o in orders]) for i in range(p)]
    ours = surveys.relative_importance(correlation)
    assert_allclose(ours, slow, atol=1e-7)
    assert ours.sum() == pytest.approx(explained(range(p)), abs=1e-7)


def test_two_items_that_say_the_same_share_what_they_explain():
    x = np.random.default_rng(1).normal(size=(50, 2))
    data = np.column_stack([x.sum(axis=1), x[:, 0], x[:, 0], x[:, 1]])
    parts = surveys.relative_importance(np.corrcoef(data, rowvar=False))
    assert parts[0] == pytest.approx(parts[1]) and parts.sum() == pytest.approx(1)


def test_resamples_draw_whole_respondents():
    rng = np.random.default_rng(2)
    data = rng.normal(size=(40, 3))
    twice, who = np.repeat(data, 2, axis=0), np.repeat(np.arange(40), 2)
    _, once = surveys.correlations(data, resamples=300, rng=np.random.default_rng(5))
    _, again = surveys.correlations(twice, who, resamples=300, rng=np.random.default_rng(5))
    assert_allclose(once, again, atol=1e-9)  # an answer that stands twice teaches nothing new


def test_alpha_leaves_a_constant_item_out_and_refuses_two():
    rng = np.random.default_rng(4)
    data = rng.integers(1, 6, (30, 3)) + rng.integers(0, 3, (30, 1))
    ours = surveys.alpha(np.column_stack([data, np.full(30, 5)]))
    assert ours.items == 3 and ours.value == pytest.approx(surveys.alpha(data).value) and ours.low < ours.value < ours.high
    assert np.isnan(surveys.alpha(data[:, :2]).value) and np.isnan(surveys.alpha(data[:0]).value)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_net_promoter_is_the_mean_of_plus_and_minus_one(up, middle, down):
    ours = surveys.net_promoter(up, middle, down)
    if up + middle + down:
        votes = np.repeat([1, 0, -1], [up, middle, down])
        assert ours.value == pytest.approx(votes.mean(), abs=1e-12) and ours.se == pytest.approx(
            votes.std() / np.sqrt(len(votes)), abs=1e-9
        )
    else:
        assert np.isnan(ours.value)


@given(st.floats(0.01, 0.2), st.integers(50, 100_000))
def test_the_size_of_a_sample_gives_its_margin(margin, population):
    n, _ = surveys.sample_size(margin, population=population)
    assert surveys.margin_of_error(n, population=population) <= margin + 1e-9
    assert n <= population and (n < 3 or surveys.margin_of_error(n - 2, population=population) > margin)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_whatever_the_silent_think_lies_within_the_bounds(rate, told, silent):
    low, high = surveys.nonresponse_bounds(rate, told)
    assert low - 1e-12 <= rate * told + (1 - rate) * silent <= high + 1e-12
