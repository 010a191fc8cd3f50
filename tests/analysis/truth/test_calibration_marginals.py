"""Samples as distributions of model files."""

import numpy as np
import pytest
from scipy import stats

from bvsim.analysis.truth.calibration.marginals import LEVELS, marginal, rank_correlations
from bvsim.schema.distributions import Beta, Lognormal

UNIFORMS = (np.arange(20000) + 0.5) / 20000


def test_a_lognormal_is_found_again():
    found = marginal(Lognormal(14.0, 1.6).quantile(UNIFORMS))
    assert found.entry["lognormal"] == pytest.approx({"median": 14.0, "gsd": 1.6}, rel=0.01)
    assert found.worst < 0.005


def test_a_share_that_a_lognormal_cannot_have_becomes_a_beta():
    found = marginal(Beta(9.0, 2.0).quantile(UNIFORMS), share=True)
    assert found.family == "beta"
    assert found.entry["beta"] == pytest.approx({"a": 9.0, "b": 2.0}, rel=0.02)


def test_what_may_be_negative_becomes_a_normal():
    found = marginal(stats.norm(-0.2, 0.3).ppf(UNIFORMS))
    assert found.entry["normal"] == pytest.approx({"mean": -0.2, "sd": 0.3}, rel=0.01)


def test_quantiles_are_those_of_the_sample_and_of_what_is_written():
    sample = stats.lognorm(0.5, scale=20.0).ppf(UNIFORMS)
    found = marginal(sample)
    assert found.sampled == pytest.approx(np.quantile(sample, LEVELS))
    numbers = found.entry["lognormal"]
    again = Lognormal(numbers["median"], numbers["gsd"]).quantile(np.array(LEVELS))
    assert found.written == pytest.approx(again)


def test_a_family_that_does_not_fit_shows():
    two_humps = np.concatenate([np.full(500, 1.0), np.full(500, 100.0)])
    assert marginal(two_humps + UNIFORMS[:1000]).worst > 0.1


def test_rank_correlations_are_spearmans():
    rng = np.random.default_rng(3)
    a, c = rng.standard_normal(3000), rng.standard_normal(3000)
    b = np.exp(-a + 0.5 * rng.standard_normal(3000))
    (pair,) = rank_correlations({"a": a, "b": b, "c": c})
    assert pair[:2] == ("a", "b")
    assert pair[2] == pytest.approx(stats.spearmanr(a, b).statistic, abs=0.006)
