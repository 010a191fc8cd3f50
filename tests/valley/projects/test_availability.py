"""What stops leave of a mature plant, by hand."""

import pytest

from bvsim.valley.projects.availability import Availability, mean_uptime
from world import make_ramp

NO_MAJOR = {"major_stops": 0.0}


def test_the_rating_is_what_stops_leave_of_the_mature_share():
    ramp = make_ramp(mature=0.81, mtbf=9.0, mttr=24.0, **NO_MAJOR)  # one day in ten
    found = Availability(ramp, ramp, 343.0)
    assert found.usual == pytest.approx(0.9)
    assert found.rating == pytest.approx(0.9)
    assert found.repair_pace == 1.0
    assert found.mttr_days == pytest.approx(1.0)


def test_repairs_are_shorter_where_the_mature_share_was_seen_to_be_higher():
    ramp = make_ramp(mature=0.96, mtbf=24.0, mttr=72.0, **NO_MAJOR)  # 24 of 27 days: 0.889
    found = Availability(ramp, ramp, 343.0)
    assert found.repair_pace == pytest.approx(1.0 / 3.0)  # one day of 25
    assert found.mttr_days == pytest.approx(1.0)  # instead of three days
    assert found.rating == pytest.approx(1.0)
    assert found.mean() == pytest.approx(0.96)
    assert found.mean(2.0) == pytest.approx(24.0 / 26.0)


def test_stops_that_a_scenario_adds_cost_output():
    before = make_ramp(mature=0.81, mtbf=9.0, mttr=24.0, **NO_MAJOR)
    ramp = make_ramp(mature=0.81, mtbf=4.0, mttr=24.0, **NO_MAJOR)
    found = Availability(ramp, before, 343.0)
    assert found.rating * found.mean() == pytest.approx(0.9 * 0.8)


def test_major_stops_alone_may_leave_less_than_the_mature_share():
    ramp = make_ramp(
        mature=0.9, mtbf=9.0, mttr=24.0, major_stops=2.0, major_stop=34.3, major_stop_gsd=1.0
    )
    found = Availability(ramp, ramp, 343.0)  # 68.6 of 343 days are lost
    assert found.repair_pace == 0.0
    assert found.rating == 1.0
    assert found.mean() == pytest.approx(0.8)
    assert mean_uptime(ramp, 343.0) == pytest.approx(0.8 * 0.9)
