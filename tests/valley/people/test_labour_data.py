"""The shipped figures about people against what is known of the region as a whole."""

from __future__ import annotations

import math

import pytest

from bvsim.reading.scenario import load


@pytest.fixture(scope="module")
def labour():
    scenario = load("reference")
    return scenario.drawn(scenario.median()).labour


def test_the_region_can_train_some_1_200_to_2_000_people_a_year(labour):
    supply = 0.0
    for programme in labour.programmes.values():
        if programme.ahead_of_sop is None:  # those that run today
            completion = (1 - programme.drop_out) * programme.exam_pass
            supply += programme.seats.at(1500.0) * 52.2 / programme.interval * completion
    assert 1000 <= supply <= 2000


def test_the_training_center_offers_some_240_seats_a_year(labour):
    center = labour.programmes["btc-douvrin"]
    assert 200 <= center.seats.at(800.0) * 52.2 / center.interval <= 300
    assert center.hours / center.hours_a_week == pytest.approx(400 / 35)


def test_pools_are_three_to_six_thousand_and_refill_in_two_years(labour):
    assert 3000 <= sum(basin.seekers for basin in labour.basins.values()) <= 6000
    assert 1500 <= sum(basin.refill for basin in labour.basins.values()) <= 2500


def drawn_share(name):
    scenario = load(name)
    return scenario.drawn(scenario.median()).labour.willing.share


def test_one_to_six_in_a_hundred_job_seekers_are_willing():
    shares = [drawn_share(name) for name in ("applicants-few", "reference", "applicants-ample")]
    assert shares == sorted(shares)
    assert (shares[0], shares[2]) == (0.01, 0.06)


def test_a_fifth_of_new_hires_leave_within_a_year(labour):
    hazards = labour.attrition
    first = 3 * hazards.first_quarter + 9 * hazards.first_year
    assert 0.15 <= 1 - math.exp(-first) <= 0.30
    assert 0.07 <= 1 - math.exp(-12 * hazards.second_year) <= 0.15
    assert 0.04 <= 1 - math.exp(-12 * hazards.later) <= 0.09


def test_operators_become_proficient_within_months_and_technicians_within_a_year_or_so(labour):
    def months_to_90_percent(learning):
        return learning.tau * math.log((1 - learning.start) / 0.1)

    assert 4 <= months_to_90_percent(labour.proficiency.operators) <= 8
    assert 10 <= months_to_90_percent(labour.proficiency.technicians) <= 18


def test_dunkirk_is_hard_to_reach_without_a_shuttle(labour):
    own = {name: basin.reach[name].at(0.0) for name, basin in labour.basins.items()}
    assert min(own, key=own.get) == "dunkirk"
    assert labour.shuttles["urbanloop"].basin == "dunkirk"


def test_the_hindcast_has_a_vintage_of_every_figure():
    scenario = load("hindcast-2023")
    drawn = scenario.drawn(scenario.median()).labour
    assert drawn.programmes["btc-douvrin"].seats.at(0.0) >= 10
