import numpy as np
import pytest
from scipy import stats

from bvsim.ensemble.design.interval import ci95_mean
from bvsim.ensemble.design.points import KINDS, design


def test_a_random_design_gives_the_interval_of_the_textbook():
    x = np.random.default_rng(1).normal(size=40)
    expected = stats.t.interval(0.95, 39, x.mean(), stats.sem(x))
    assert ci95_mean(x, np.arange(40), "random") == pytest.approx(expected)


@pytest.mark.parametrize("kind", ["sobol", "lhs"])
def test_full_blocks_give_students_interval_of_the_block_means(kind):
    x = np.random.default_rng(1).normal(size=64)
    means = [x[block::8].mean() for block in range(8)]
    expected = stats.t.interval(0.95, 7, np.mean(means), stats.sem(means))
    assert ci95_mean(x, np.arange(64), kind) == pytest.approx(expected)


def test_replications_of_one_draw_are_not_independent():
    x = np.random.default_rng(1).normal(size=10)
    draws = np.repeat(np.arange(10), 5)
    assert ci95_mean(np.repeat(x, 5), draws, "random") == pytest.approx(
        ci95_mean(x, np.arange(10), "random")
    )


@pytest.mark.parametrize(
    "values",
    [[], [1.0], [np.nan, 2.0, np.nan], [np.nan] * 16],
    ids=["none", "one", "one left", "nan"],
)
@pytest.mark.parametrize("kind", KINDS)
def test_too_few_rows_allow_no_interval(values, kind):
    assert ci95_mean(values, np.arange(len(values)), kind) is None


def test_one_block_alone_allows_no_interval():
    assert ci95_mean([1.0, 2.0, 3.0], [0, 8, 16], "sobol") is None
    assert ci95_mean([1.0, 2.0, 3.0], [0, 8, 16], "random") is not None


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
