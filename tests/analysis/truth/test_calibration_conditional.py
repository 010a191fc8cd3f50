"""A plant's deviations given its rows, against closed forms."""

import numpy as np
import pytest
from scipy import stats

from bvsim.analysis.truth.calibration import curves
from bvsim.analysis.truth.calibration.conditional import conditional_scores
from bvsim.analysis.truth.calibration.likelihood import expected
from bvsim.analysis.truth.calibration.model import BY_CLASS, SHARED, design
from bvsim.analysis.truth.calibration.sampling import Diagnostics, Posterior
from bvsim.analysis.truth.calibration.table import CLASSES
from plants_made_up import row, table_of

DRAWS = 800


def population(folder, rows):
    """A population whose figures are known exactly."""
    h = {name: np.full(DRAWS, 0.3) for name in SHARED}
    h |= {name: np.zeros((DRAWS, len(CLASSES))) for name in BY_CLASS}
    h["build_months"] = np.full((DRAWS, len(CLASSES)), np.log(25.0))
    h["t50"] = np.full((DRAWS, len(CLASSES)), np.log(20.0))
    h["steepness"] = np.full((DRAWS, len(CLASSES)), np.log(4.0))
    h["mature_share"] = np.full(DRAWS, 2.2)
    h["share_noise"], h["t50_experience"] = np.full(DRAWS, 0.1), np.zeros(DRAWS)
    z = {name: np.zeros((DRAWS, 1)) for name in curves.DEVIATIONS}
    none = Diagnostics({"x": 1.0}, {"x": 1.0}, 0, DRAWS)
    return Posterior(h, z, design(table_of(folder, rows)), frozenset(), none)


@pytest.fixture
def uniforms():
    rng = np.random.default_rng(1)
    return {name: (rng.permutation(DRAWS) + 0.5) / DRAWS for name in curves.DEVIATIONS}


def test_a_normal_observed_with_an_error_is_conjugate(tmp_path, uniforms):
    rows = [row("a", "", "build_months", 36.0, low=36 / 1.2, high=36 * 1.2)]
    found = conditional_scores(population(tmp_path, rows), "a", uniforms)["build"]
    error = np.log(1.2) / stats.norm.ppf(0.9)
    weight = 0.3**2 / (0.3**2 + error**2)
    mean = weight * np.log(36 / 25) / 0.3
    sd = np.sqrt(1.0 - weight)
    exact = stats.norm(mean, sd).ppf(uniforms["build"])
    assert found == pytest.approx(exact, abs=0.02)


def test_where_nothing_was_observed_deviations_are_standard_normal(tmp_path, uniforms):
    rows = [row("a", "", "build_months", 36.0)]
    found = conditional_scores(population(tmp_path, rows), "a", uniforms)
    for name in ("t50", "steepness", "mature", "start"):
        assert found[name] == pytest.approx(stats.norm.ppf(uniforms[name]), abs=0.06)


def test_an_observed_share_is_met_and_a_slow_plant_is_slow(tmp_path, uniforms):
    rows = [row("a", months, "share", share, 0.03) for months, share in ((12, 0.05), (24, 0.25))]
    known = population(tmp_path, rows)
    scores = conditional_scores(known, "a", uniforms)
    z = {name: score[:, None] for name, score in scores.items()}
    what = known.what
    figures = curves.plant_figures(np, known.h, z, what.ramp, what.known)
    evidence = what.evidence["share"]
    seen = curves.sigmoid(np, expected(np, evidence, figures, known.offsets))
    assert np.median(seen, axis=0) == pytest.approx([0.05, 0.25], rel=0.12)
    assert np.median(figures["t50"]) > 25.0


def test_deviations_move_smoothly_with_their_uniform_numbers(tmp_path, uniforms):
    rows = [row("a", 12, "share", 0.05, 0.03)]
    known = population(tmp_path, rows)
    before = conditional_scores(known, "a", uniforms)
    nudged = conditional_scores(
        known, "a", {n: np.clip(u + 1e-4, 0, 1) for n, u in uniforms.items()}
    )
    inner = (uniforms["t50"] > 0.01) & (uniforms["t50"] < 0.99)
    moved = np.abs(nudged["t50"] - before["t50"])[inner]
    assert np.all(moved < 0.02)
    assert np.all(nudged["t50"] >= before["t50"])
