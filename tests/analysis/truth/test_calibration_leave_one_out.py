"""The evidence of a plant with its deviations integrated out, against the closed form."""

import numpy as np
import pytest
from scipy import stats

from bvsim.analysis.truth.calibration import curves
from bvsim.analysis.truth.calibration.leave_one_out import log_evidence, smoothed_weights
from bvsim.analysis.truth.calibration.model import BY_CLASS, SHARED, design
from bvsim.analysis.truth.calibration.prediction import new_plants, predict
from bvsim.analysis.truth.calibration.sampling import Diagnostics, Posterior
from bvsim.analysis.truth.calibration.table import CLASSES
from plants_made_up import row, table_of

DRAWS = 1500


@pytest.fixture
def posterior(tmp_path):
    """A posterior by hand: months of building in ln are N(usual, spread) and known well."""
    rows = [row("a", "", "build_months", 30.0, low=30 / 1.2, high=30 * 1.2)]
    rng = np.random.default_rng(1)
    h = {name: np.full(DRAWS, 0.3) for name in SHARED}
    h |= {name: np.zeros((DRAWS, len(CLASSES))) for name in BY_CLASS}
    h["build_months"] = np.log(25.0) + 0.1 * rng.standard_normal((DRAWS, len(CLASSES)))
    z = {name: rng.standard_normal((DRAWS, 1)) for name in curves.DEVIATIONS}
    what = design(table_of(tmp_path, rows))
    return Posterior(h, z, what, frozenset(), Diagnostics({"x": 1.0}, {"x": 1.0}, 0, DRAWS))


def test_evidence_is_that_of_the_sum_of_two_normals(posterior):
    found = log_evidence(posterior, posterior, 0, np.random.default_rng(2))
    error = np.log(1.2) / stats.norm.ppf(0.9)
    usual = posterior.h["build_months"][:, CLASSES.index("incumbent-abroad")]
    exact = stats.norm.logpdf(np.log(30.0), usual, np.hypot(0.3, error))
    assert found == pytest.approx(exact, abs=0.1)
    assert np.mean(found - exact) == pytest.approx(0.0, abs=0.02)


def test_what_is_foretold_is_spread_by_plants_and_errors(posterior):
    (own,), (members,) = predict(posterior, 0, np.random.default_rng(3))
    error = np.log(1.2) / stats.norm.ppf(0.9)
    assert own.plant == "a"
    assert np.std(np.log(members)) == pytest.approx(np.sqrt(0.3**2 + 0.1**2 + error**2), rel=0.06)


def test_new_plants_have_rates_that_belong_to_their_half_times(posterior):
    drawn = new_plants(posterior, "incumbent-abroad", 2, np.random.default_rng(4))
    assert drawn["k"] * drawn["t50"] == pytest.approx(drawn["steepness"])
    assert np.std(np.log(drawn["t50"])) == pytest.approx(0.3, rel=0.06)


def test_weights_are_smoothed_and_add_up():
    ratios = np.random.default_rng(5).standard_normal(2000)
    weights, k = smoothed_weights(ratios)
    assert np.exp(weights).sum() == pytest.approx(1.0)
    assert k < 0.5
    _, heavy = smoothed_weights(3.0 * np.random.default_rng(5).standard_cauchy(2000))
    assert heavy > 0.7
