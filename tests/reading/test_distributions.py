import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bvsim.schema.distributions import (
    Beta,
    Discrete,
    Fixed,
    Lognormal,
    Normal,
    Pert,
    Quantiles,
    Triangular,
    Truncated,
    Uniform,
    beta_by_mean,
)

U = np.array([1e-6, 0.01, 0.2, 0.5, 0.77, 0.99, 1 - 1e-6])

ORACLES = [
    (Uniform(2, 6), stats.uniform(2, 4)),
    (Triangular(24, 38, 60), stats.triang((38 - 24) / 36, 24, 36)),
    (Triangular(0, 0, 1), stats.triang(0, 0, 1)),
    (Triangular(0, 1, 1), stats.triang(1, 0, 1)),
    (Pert(2, 3, 9), stats.beta(1 + 4 / 7, 1 + 4 * 6 / 7, 2, 7)),
    (Normal(10, 2.5), stats.norm(10, 2.5)),
    (Lognormal(8, 1.8), stats.lognorm(math.log(1.8), scale=8)),
    (Beta(2, 5), stats.beta(2, 5)),
    (beta_by_mean(0.3, n=10), stats.beta(3, 7)),
    (Truncated(Normal(1, 2), 0, math.inf), stats.truncnorm(-0.5, math.inf, 1, 2)),
    (Truncated(Normal(0.48, 0.06), 0.3, 0.7), stats.truncnorm(-3, 0.22 / 0.06, 0.48, 0.06)),
]


@pytest.mark.parametrize(("ours", "theirs"), ORACLES, ids=lambda d: getattr(d, "kind", ""))
def test_quantile_cdf_and_median_agree_with_scipy(ours, theirs):
    np.testing.assert_allclose(ours.quantile(U), theirs.ppf(U), rtol=1e-9, atol=1e-12)
    x = theirs.ppf(U)
    np.testing.assert_allclose(ours.cdf(x), theirs.cdf(x), rtol=1e-9, atol=1e-12)
    assert ours.median == pytest.approx(theirs.median(), rel=1e-12)
    assert ours.support == pytest.approx(theirs.support())


def test_truncation_is_the_conditional_distribution():
    base, cut = Lognormal(8, 1.8), Truncated(Lognormal(8, 1.8), 5, 20)
    mass = base.cdf(20.0) - base.cdf(5.0)
    x = np.linspace(5, 20, 7)
    np.testing.assert_allclose(cut.cdf(x), (base.cdf(x) - base.cdf(5.0)) / mass, rtol=1e-12)


def test_beta_by_mean_and_spread_has_that_mean_and_spread():
    made = beta_by_mean(0.3, sd=0.1)
    oracle = stats.beta(made.a, made.b)
    assert oracle.mean() == pytest.approx(0.3)
    assert oracle.std() == pytest.approx(0.1)


def test_discrete_takes_each_value_with_its_weight():
    ours = Discrete((90.0, 60.0, 30.0), (0.7, 0.1, 0.2))
    u = (np.arange(1000) + 0.5) / 1000
    values, counts = np.unique(ours.quantile(u), return_counts=True)
    assert values.tolist() == [30, 60, 90]
    assert counts.tolist() == [200, 100, 700]
    assert ours.quantile(np.array([0.0, 1.0])).tolist() == [30, 90]


def test_a_value_without_weight_is_never_drawn():
    ours = Discrete((1.0, 2.0, 3.0), (0.0, 1.0, 0.0))
    assert set(ours.quantile(np.array([0.0, 0.5, 1.0]))) == {2.0}
    assert not ours.uncertain


def test_quantiles_have_the_shares_they_are_given():
    ours = Quantiles((0.0, 0.1, 0.5, 1.0), (2.0, 3.0, 7.0, 17.0))
    assert ours.quantile(np.array([0.0, 0.05, 0.1, 0.3, 0.5, 0.75, 1.0])).tolist() == pytest.approx(
        [2.0, 2.5, 3.0, 5.0, 7.0, 12.0, 17.0]
    )
    assert ours.cdf([1.0, 2.5, 12.0, 99.0]).tolist() == pytest.approx([0.0, 0.05, 0.75, 1.0])


def test_lognormal_without_spread_is_a_number():
    ours = Lognormal(5, 1)
    assert not ours.uncertain
    assert ours.quantile(np.array([0.0, 0.5, 1.0])).tolist() == [5, 5, 5]
    assert Fixed(5).median == ours.median


@pytest.mark.parametrize(
    "make",
    [
        lambda: Uniform(2, 2),
        lambda: Triangular(3, 2, 5),
        lambda: Pert(1, 6, 5),
        lambda: Normal(1, 0),
        lambda: Lognormal(1, 0.9),
        lambda: Lognormal(-1, 1.5),
        lambda: Beta(0, 1),
        lambda: beta_by_mean(0.5, sd=0.5),
        lambda: beta_by_mean(1.5, n=4),
        lambda: Discrete((1.0, 2.0), (0.5, 0.5 + 1e-8)),
        lambda: Discrete((1.0, 2.0), (1.5, -0.5)),
        lambda: Discrete((1.0, 1.0), (0.5, 0.5)),
        lambda: Quantiles((0.0, 1.0), (1.0, 1.0)),
        lambda: Quantiles((0.0, 0.5, 0.5, 1.0), (1.0, 2.0, 3.0, 4.0)),
        lambda: Quantiles((0.1, 1.0), (1.0, 2.0)),
        lambda: Quantiles((0.0, 1.0), (1.0, 2.0, 3.0)),
        lambda: Truncated(Normal(0, 1), 50, 60),
    ],
)
def test_impossible_parameters_are_refused(make):
    with pytest.raises(ValueError, match=r"\w"):
        make()


numbers = st.floats(-1e6, 1e6, allow_nan=False)


@given(st.lists(numbers, min_size=3, max_size=3).map(sorted), st.floats(0.001, 0.999))
def test_the_distribution_function_undoes_the_quantile(bounds, u):
    low, mode, high = bounds
    if high - low < 1e-3:
        return
    for made in (Uniform(low, high), Triangular(low, mode, high), Pert(low, mode, high)):
        value = made.quantile(np.array([u]))
        assert low <= value[0] <= high
        assert made.cdf(value)[0] == pytest.approx(u, abs=1e-6)


@given(st.floats(0.01, 1e5), st.floats(1.01, 5), st.floats(0.001, 0.999), st.floats(0.5, 2))
def test_cut_lognormals_stay_inside_and_invert(median, gsd, u, width):
    cut = Truncated(Lognormal(median, gsd), median / gsd, median * gsd**width)
    value = cut.quantile(np.array([u]))
    assert cut.low <= value[0] <= cut.high
    assert cut.cdf(value)[0] == pytest.approx(u, abs=1e-9)
