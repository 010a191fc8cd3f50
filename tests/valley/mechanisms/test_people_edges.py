"""People at the edges of their figures: nothing to learn, no time to grow, few applicants."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from bvsim.schema.labour import Learning, Mix
from bvsim.valley.people.mobility import Near
from bvsim.valley.people.moves import TrainingDesk
from bvsim.valley.people.path import ReferencePath
from bvsim.valley.people.plan import Observed, StaffPlan
from bvsim.valley.people.pools import BASIN, _turn_away
from bvsim.valley.people.staff import decay_of
from bvsim.valley.people.tenure import Tenure
from labour_case import PATH, staffing
from people_case import WORLD, market


def test_who_learns_at_once_has_no_gap_left():
    assert decay_of(0.0) == 0.0
    assert 0.0 < decay_of(0.5) < decay_of(5.0) < 1.0


def test_a_staff_that_grows_at_once_is_full_on_the_first_day():
    path = ReferencePath(replace(PATH, to_full=0.0), [Learning(start=1.0, tau=4.0)] * 3, 0.0)
    hours = path.hours(31.0, [(0.0, 1000.0)])
    assert (hours.heads, hours.technicians, hours.engineers) == pytest.approx((600, 200, 100))


def test_seats_are_filled_from_the_nearest_basin_and_the_rest_from_the_next():
    near, middle, far = (SimpleNamespace(here=[5]) for _ in range(3))
    nearest = [Near(1.0, near), Near(1.0, middle), Near(1.0, far)]
    desk = TrainingDesk(SimpleNamespace(reach=SimpleNamespace(nearest=lambda basin: nearest)))
    course = SimpleNamespace(basin="b", applicants=1.0, draws_on=0)

    def found(wanted):
        desk._groups = 0
        desk._from(course, 0, wanted)
        takes = desk._applicants[: desk._groups]
        return [(take.pool, take.source, take.number) for take in takes]

    assert found(8) == [(near, 0, 5), (middle, 0, 3)]
    assert found(4) == [(near, 0, 4)]
    assert found(99) == [(near, 0, 5), (middle, 0, 5), (far, 0, 5)]


def test_nobody_turns_away_who_is_not_there():
    people, kept = [3, 0, 7], [5.0, 9.0, 0.5]
    assert _turn_away(people, 0.5, kept, 0, 2) == 3  # 5 + 3 / 2 are due, three are here
    assert (people, kept) == ([0, 0, 7], [3.5, 9.0, 0.5])


def test_who_leaves_for_other_work_is_added_up():
    made = market(WORLD, plants=())
    pool = made.pools["east"]
    before = pool.account.now[BASIN.other_work]
    pool.depart(3)
    assert pool.account.now[BASIN.other_work] - before == 3.0


def test_two_changes_of_shifts_in_a_month_drive_away_parts_of_what_is_left():
    tenure = Tenure.__new__(Tenure)
    tenure._changes = [
        SimpleNamespace(on=on, leavers=part) for on, part in ((3.0, 0.1), (5.0, 0.2), (40.0, 0.5))
    ]
    assert tenure.shift_leavers(0.0, 31.0) == pytest.approx(1.0 - 0.9 * 0.8)


@pytest.mark.parametrize(("crews", "lines", "wanted"), [(1.0, 1, 1), (0.2, 0, 1), (4.0, 3, 12)])
def test_every_line_has_its_crews_and_a_plant_one_at_least(crews, lines, wanted):
    plan = StaffPlan(staffing(crews=crews))
    plan.update([(1.0, 100.0, 1.0, 1.0)], lines)
    assert plan.crews == wanted


def test_a_plant_that_ran_long_before_it_was_counted_is_as_counted_for_the_month_before():
    seen = Observed([(100.0, 40.0)], 30.0, opened=0.0)
    days = (68.9, 69.0, 100.0)  # a month has 31 days at most
    assert [seen.imposes(day) for day in days] == [False, True, True]
    assert [seen.heads(day) for day in days] == [0.0, 40.0, 40.0]


def test_at_sop_the_skilled_are_further_ahead_than_the_others():
    plan = StaffPlan(staffing(mix=Mix(operators=0.6, technicians=0.2, engineers=0.15)))
    plan.update([(10.0, 100.0, 10.0, 10.0)], 1)  # 600 heads once full; 0.45 and 0.7 of them at SOP
    assert list(plan.targets(100.0)) == pytest.approx([162.0, 84.0, 63.0, 13.5])
