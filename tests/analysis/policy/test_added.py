"""Effects added row by row, against mixes worked out by hand."""

from datetime import date

import numpy as np
import pytest

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.policy.added import Badge, Effects, badges, errors, measures
from bvsim.reading.turning import Turn

FIGURES = ("output_2030_gwh", "jobs_2030")
BASE = np.array([[10.0, 100.0], [30.0, 300.0]])
LATER = date(2029, 1, 1)
TURNS = (Turn("seats", 0.5), Turn("seats", 1.0), Turn("shuttle", 1.0), Turn("seats", 1.0, LATER))
ADDED = np.array(
    [
        [[1.0, 10.0], [2.0, 0.0]],
        [[4.0, 20.0], [4.0, 0.0]],
        [[-20.0, 1.0], [0.5, 1.0]],
        [[2.0, 0.0], [1.0, 0.0]],
    ]
)
DAYS = {"seats": date(2027, 1, 1), "shuttle": date(2028, 1, 1)}
JOINT = np.array([[[1.0, 5.0], [-3.0, 5.0]]])


@pytest.fixture
def effects():
    return Effects(FIGURES, BASE, TURNS, ADDED, DAYS, frozenset({"seats"}))


@pytest.fixture
def paired():
    pairs = (("seats", "shuttle"),)
    return Effects(FIGURES, BASE, TURNS, ADDED, DAYS, frozenset({"seats"}), pairs, JOINT)


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


def test_between_days_lines_lead_from_the_own_day_to_the_later_one(effects):
    half = date.fromordinal((DAYS["seats"].toordinal() + LATER.toordinal()) // 2)
    exact = (LATER - half).days / (LATER - DAYS["seats"]).days
    found = effects.estimate([Turn("seats", 1.0, half)]) - BASE
    assert found == pytest.approx(exact * ADDED[1] + (1.0 - exact) * ADDED[3])
    assert (
        effects.estimate([Turn("seats", 1.0, DAYS["seats"])]).tolist() == (BASE + ADDED[1]).tolist()
    )


def test_a_later_day_at_another_strength_shrinks_as_the_own_day_does(effects):
    share = (1.0 * 4.0 + 2.0 * 4.0) / (4.0 * 4.0 + 4.0 * 4.0)  # of output, through the origin
    found = effects.estimate([Turn("seats", 0.5, LATER)])[:, 0]
    assert found == pytest.approx([10.0 + share * 2.0, 30.0 + share * 1.0])


def test_a_pair_adds_what_it_adds_beyond_both(paired, effects):
    both = [Turn("seats"), Turn("shuttle")]
    assert paired.estimate(both).tolist() == [[0.0, 126.0], [31.5, 306.0]]
    assert paired.estimate(both[:1]).tolist() == effects.estimate(both[:1]).tolist()


def test_a_pair_grows_with_the_effects_of_its_levers(paired, effects):
    mix = [Turn("seats", 0.5), Turn("shuttle")]
    joint = paired.estimate(mix)[1] - effects.estimate(mix)[1]
    shares = [12.0 / 32.0, 200.0 / 400.0]
    assert joint == pytest.approx([-3.0 * shares[0], 5.0 * shares[1]])


@pytest.mark.parametrize(
    "text",
    [
        "seats=2.1",
        "shuttle=0.5",
        "seats@2026-01-01",
        "seats@2029-01-02",
        "shuttle@2029-01-01",
        "other",
    ],
)
def test_what_was_not_simulated_has_no_estimate(effects, text):
    with pytest.raises(AnalysisError, match="exact rows only"):
        effects.estimate([Turn.parse(text)])


def test_odds_are_told_of_outputs_alone():
    assert measures("output_2030_gwh", np.array([10.0, 30.0, 40.0, 50.0]), 30.0)["odds"] == 0.75
    assert "odds" not in measures("jobs_2030", np.array([1.0, 2.0]), 30.0)
    assert "odds" not in measures("output_2030_gwh", np.array([1.0, 2.0]), None)


def test_errors_are_relative_and_those_of_odds_are_not():
    found = errors("output_2030_gwh", np.array([33.0, 33.0]), np.array([30.0, 29.0]), 30.0)
    assert found["mean"] == pytest.approx(3.5 / 29.5)
    assert found["odds"] == 0.5
    nothing = errors("jobs_2030", np.zeros(2), np.zeros(2), None)
    assert nothing == {"mean": 0.0, "p10": 0.0, "p90": 0.0}
    assert errors("jobs_2030", np.ones(2), np.zeros(2), None)["mean"] == 1.0


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
