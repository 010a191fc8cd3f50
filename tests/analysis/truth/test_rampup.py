"""How plants ramp up: classes in a test valley without history; the assessment's dates."""

import numpy as np
import pytest

from bvsim.reading.datafiles import model_folder
from bvsim.reading.pages import read_pages
from bvsim.reading.scenario import load
from pages.rampup import class_outcomes, read_assessment


def outcomes(name, draws=120):
    scenario = load("reference")
    uniforms = np.random.default_rng(3).uniform(size=(draws, scenario.width))
    site = read_pages(model_folder()).rampup.takers[name]
    return class_outcomes(
        [scenario.drawn(row).sites[site].ramp for row in scenario.quantile(uniforms)]
    )


def test_incumbents_at_home_ramp_within_two_years_and_new_entrants_may_not():
    high, low = outcomes("incumbent at home")
    assert high > 0.8
    assert low < 0.05
    high, low = outcomes("new entrant")
    assert high < 0.1
    assert 0.0 < low < 0.4


def test_the_assessment_is_read():
    assessment = read_assessment(model_folder() / "history/sop-assessment.csv")
    assert assessment["acc-douvrin.block-2"].probability == 0.85
    assert assessment["acc-douvrin.block-2"].median == pytest.approx(2027.0)
    assert len(assessment) == 10
