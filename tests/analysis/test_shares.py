"""Intervals of shares: published values, closed forms, and how often they hold the truth."""

import numpy as np
import pytest

from bvsim.analysis.shares import difference_ci95, wilson


@pytest.mark.parametrize(
    ("hits", "number", "low", "high"),
    [  # Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(hits, number, low, high):
    assert wilson(hits / number, number) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("share", [0.01, 0.05, 0.5, 0.97])
def test_wilson_holds_the_truth_as_often_as_it_says(share):
    rng = np.random.default_rng(1)
    inside = []
    for count in rng.binomial(256, share, size=4000):
        low, high = wilson(count / 256, 256)
        inside.append(low <= share <= high)
    assert np.mean(inside) == pytest.approx(0.95, abs=0.025)


@pytest.mark.parametrize(("both", "one", "other"), [(0.3, 0.05, 0.1), (0.02, 0.01, 0.01)])
def test_paired_differences_hold_the_truth_as_often_as_they_say(both, one, other):
    """Rows that meet the target on both sides, only without or only with the change."""
    rng = np.random.default_rng(2)
    draws, inside = np.arange(128), []
    for _ in range(1500):
        kind = rng.choice(4, size=128, p=[both, one, other, 1.0 - both - one - other])
        pairs = np.column_stack([(kind == 0) | (kind == 1), (kind == 0) | (kind == 2)])
        low, high = difference_ci95(pairs.astype(float), draws)
        inside.append(low <= other - one <= high)
    assert np.mean(inside) >= 0.94


def test_equal_sides_differ_by_about_nothing():
    same = np.tile((np.arange(100.0) < 40)[:, None], 2).astype(float)
    low, high = difference_ci95(same, np.arange(100))
    assert low == pytest.approx(-high)
    assert 0.0 < high < 0.1
