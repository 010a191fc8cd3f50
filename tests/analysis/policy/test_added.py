"""Effects added row by row, against mixes worked out by hand."""

import numpy as np
import pytest

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.policy.added import Badge, Effects, badges, errors, measures
from bvsim.reading.turning import Turn

FIGURES = ("output_2030_gwh", "jobs_2030")
BASE = np.array([[10.0, 100.0], [30.0, 300.0]])
TURNS = (Turn("seats", 0.5), Turn("seats", 1.0), Turn("shuttle", 1.0))
ADDED = np.array([[[1.0, 10.0], [2.0, 0.0]], [[4.0, 20.0], [4.0, 0.0]], [[-20.0, 1.0], [0.5, 1.0]]])


@pytest.fixture
def effects():
    return Effects(FIGURES, BASE, TURNS, ADDED, frozenset({"seats"}))


def test_no_lever_is_the_base(effects):
    assert effects.estimate([]).tolist() == BASE.tolist()
    assert effects.estimate([Turn("seats", 0.0)]).tolist() == BASE.tolist()


def test_effects_are_added_row_by_row_and_nothing_is_made_below_zero(effects):
    found = effects.estimate([Turn("seats"), Turn("shuttle")])
    assert found.tolist() == [[0.0, 121.0], [34.5, 301.0]]


@pytest.mark.parametrize(
    ("strength", "outputs"), [(0.25, [10.5, 31.0]), (0.5, [11.0, 32.0]), (0.75, [12.5, 33.0])]
)
def test_lines_lead_from_strength_to_strength(effects, strength, outputs):
    assert effects.estimate([Turn("seats", strength)])[:, 0].tolist() == outputs


@pytest.mark.parametrize("text", ["seats=1.1", "shuttle=0.5", "seats@2028-01-01", "other"])
def test_what_was_not_simulated_has_no_estimate(effects, text):
    with pytest.raises(AnalysisError, match="exact rows only"):
        effects.estimate([Turn.parse(text)])


def test_odds_are_told_of_outputs_alone():
    assert measures("output_2030_gwh", np.array([10.0, 30.0, 40.0, 50.0]))["odds"] == 0.75
    assert "odds" not in measures("jobs_2030", np.array([1.0, 2.0]))


def test_errors_are_relative_and_those_of_odds_are_not():
    found = errors("output_2030_gwh", np.array([33.0, 33.0]), np.array([30.0, 29.0]))
    assert found["mean"] == pytest.approx(3.5 / 29.5)
    assert found["odds"] == 0.5
    assert errors("jobs_2030", np.zeros(2), np.zeros(2)) == {"mean": 0.0, "p10": 0.0, "p90": 0.0}
    assert errors("jobs_2030", np.ones(2), np.zeros(2))["mean"] == float("inf")


def test_a_badge_is_fixed_on_one_set_and_tried_on_another():
    first = [{"jobs_2030": {"mean": e / 100}} for e in range(1, 11)]
    second = [{"jobs_2030": {"mean": e}} for e in (0.01, 0.04, 0.06, 0.2)]
    assert badges(first, second) == (Badge("jobs_2030", "mean", 0.1, 0.75, 0.5, 4),)


@pytest.mark.parametrize(
    ("error", "within", "holds"), [(0.05, 0.9, True), (0.051, 1.0, False), (0.01, 0.89, False)]
)
def test_an_estimate_that_is_off_is_not_shown(error, within, holds):
    assert Badge("jobs_2030", "mean", error, 1.0, within, 40).holds is holds


def test_without_mixes_held_out_there_is_no_badge():
    with pytest.raises(AnalysisError, match="held out"):
        badges([], [])
