"""Intervals against the textbook, published values and samples whose truth is known."""

import numpy as np
import pytest
from scipy import stats

from bvsim.ensemble.design.interval import (
    ci95_kpi,
    ci95_mean,
    ci95_quantile,
    ci95_share,
    no_interval,
)
from bvsim.ensemble.design.points import KINDS, design

EVEN = np.linspace(-1.0, 1.0, 64)
"""Neither skewed nor heavy-tailed: nothing is corrected."""


def test_a_random_design_gives_the_interval_of_the_textbook():
    expected = stats.t.interval(0.95, 63, 0.0, stats.sem(EVEN))
    assert ci95_mean(EVEN, np.arange(64), "random") == pytest.approx(expected)


@pytest.mark.parametrize("kind", ["sobol", "lhs"])
def test_full_blocks_give_students_interval_of_the_block_means(kind):
    x = np.random.default_rng(1).permutation(EVEN)
    means = [x[block::8].mean() for block in range(8)]
    expected = stats.t.interval(0.95, 7, np.mean(means), stats.sem(means))
    assert ci95_mean(x, np.arange(64), kind) == pytest.approx(expected)


def test_the_longer_tail_has_the_longer_side_by_halls_transformation():
    x = np.exp(np.linspace(-2.0, 2.0, 40))
    low, high = ci95_mean(x, np.arange(40), "random")
    error, lean = stats.sem(x), stats.skew(x) / 40**0.5
    degrees = min(39, 2 * 40 / (stats.kurtosis(x) + 2))
    end = stats.t.ppf(0.975, degrees)
    t = (x.mean() - high) / error  # what Hall's transformation takes to the other quantile
    assert t + lean * t**2 / 3 + lean**2 * t**3 / 27 + lean / 6 == pytest.approx(-end)
    assert x.mean() - low == pytest.approx(end * error)
    mirrored = ci95_mean(-x, np.arange(40), "random")
    assert mirrored == pytest.approx((-high, -low))


def test_replications_of_one_draw_are_not_independent():
    draws = np.repeat(np.arange(64), 5)
    assert ci95_mean(np.repeat(EVEN, 5), draws, "random") == pytest.approx(
        ci95_mean(EVEN, np.arange(64), "random")
    )


@pytest.mark.parametrize(
    "values",
    [[], [1.0], [np.nan, 2.0, np.nan], [np.nan] * 16],
    ids=["none", "one", "one left", "nan"],
)
@pytest.mark.parametrize("kind", KINDS)
def test_too_few_rows_allow_no_interval(values, kind):
    assert ci95_mean(values, np.arange(len(values)), kind) is None
    assert "too few rows" in no_interval(values, np.arange(len(values)), kind)


def test_one_block_alone_allows_no_interval():
    assert ci95_mean([1.0, 2.0, 3.0], [0, 8, 16], "sobol") is None
    assert ci95_mean([1.0, 2.0, 3.0], [0, 8, 16], "random") is not None


@pytest.mark.parametrize("kind", KINDS)
def test_rows_that_agree_tell_no_mean_but_a_probability(kind):
    same = np.zeros(64)
    assert ci95_mean(same, np.arange(64), kind) is None
    assert "all rows agree" in no_interval(same, np.arange(64), kind)
    low, high = ci95_kpi("probability", same, np.arange(64), kind)
    assert low == 0.0
    assert high == pytest.approx(1.0 - 0.025 ** (1 / 64))  # Clopper and Pearson, no hit
    assert ci95_kpi("GWh", same, np.arange(64), kind) is None


def test_rows_of_a_table_are_a_sample_of_nothing():
    draws = np.arange(64)
    for found in (ci95_mean, ci95_share, lambda *words: ci95_quantile(*words, 0.5)):
        assert found(EVEN > 0, draws, "table") is None
    assert "sample of nothing" in no_interval(EVEN, draws, "table")


@pytest.mark.parametrize(("hits", "number"), [(0, 20), (1, 29), (15, 148), (81, 263)])
def test_shares_of_independent_rows_have_the_exact_binomial(hits, number):
    found = ci95_share(np.arange(number) < hits, np.arange(number), "random")
    exact = stats.binomtest(hits, number).proportion_ci(method="exact")
    assert found == pytest.approx((exact.low, exact.high))


def test_replications_that_agree_are_one_trial_those_that_do_not_are_more():
    draws, same = np.repeat(np.arange(40), 2), np.repeat(np.arange(40) < 20, 2)
    low, high = ci95_share(same, draws, "random")
    one_low, one_high = ci95_share(np.arange(40) < 20, np.arange(40), "random")
    assert high - low == pytest.approx(one_high - one_low, rel=0.02)
    luck = np.random.default_rng(1).random(80) < 0.5
    low, high = ci95_share(luck, draws, "random")
    assert high - low < 0.85 * (one_high - one_low)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 1.0])
@pytest.mark.parametrize("kind", [*KINDS, "median"])
def test_probabilities_stay_within_0_and_1(kind, share):
    for number in (1, 2, 3, 9, 64):
        hits = np.random.default_rng(number).random(number) < share
        low, high = ci95_share(hits, np.arange(number), kind)
        assert 0.0 <= low <= hits.mean() <= high <= 1.0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("draws", [64, 100])
def test_intervals_cover_the_mean_as_often_as_they_say(kind, draws):
    exact = np.prod([(np.exp(a) - 1) / a for a in (0.5, 0.3)])
    hits = 0
    for seed in range(200):
        u = design(2, draws, seed, kind).uniforms()
        low, high = ci95_mean(np.exp(u @ [0.5, 0.3]), np.arange(draws), kind)
        hits += low <= exact <= high
    assert 0.89 < hits / 200 <= 1.0  # 0.95 less four standard errors
