"""What people make possible: plans, crews, tutors, experts, proficiency, and courses.

The plant: 10 GWh a year at 60 heads each, so 360 operators in ten crews of 36, 120
technicians and 60 engineers.
"""

from __future__ import annotations

from dataclasses import replace

from bvsim.schema.labour import Learning
from bvsim.valley.people.pools import AUTOMOTIVE, EXPERIENCED, GRADUATES, SEEKERS
from labour_case import masters
from mechanism_table import exact, table
from people_case import WORLD, changed, market, pass_until

OPERATORS, TECHNICIANS, ENGINEERS = range(3)
MONTH = 30.4375
FULL = [(10.0, -5000.0, 10.0)]
"""One block, ten crews with two lines, long in service: everybody is wanted."""
AT_SOP = [(10.0, 0.0, 10.0)]
MASTERS = changed(
    replace(WORLD, alpha=replace(WORLD.alpha, path=replace(WORLD.alpha.path, experts=0.0))),
    proficiency=masters(),
    thin_staffing=replace(WORLD.labour.thin_staffing, learning_elasticity=1.0),
)
"""Everybody is proficient on the first day, here and on the path of the class."""


# -- plans ---------------------------------------------------------------------------------------


def planned(spec, plan, skill, day):
    alpha = market(spec).workforces["alpha"]
    alpha.ask(plan, 2)
    return alpha.plan.target(skill, day)


def operators_once_full(spec):
    return planned(spec, FULL, OPERATORS, 0.0)


def operators_of_two_blocks(spec):
    return planned(spec, [*FULL, (10.0, -4000.0, 10.0)], OPERATORS, 0.0)


def operators_at_sop(spec):
    return planned(spec, AT_SOP, OPERATORS, 0.0)


def engineers_at_sop(spec):
    return planned(spec, AT_SOP, ENGINEERS, 0.0)


def operators_six_months_later(spec):
    return planned(spec, AT_SOP, OPERATORS, 6 * MONTH)


def operators_three_months_before(spec):
    return planned(spec, AT_SOP, OPERATORS, -3 * MONTH)


@table(
    replace(WORLD, alpha=replace(WORLD.alpha, lead=9.0)),
    ("alpha.heads_per_unit", 50.0, operators_once_full, 300.0),  # 0.6 x 500
    ("alpha.later_saving", 0.4, operators_of_two_blocks, 576.0),  # 360 + 0.6 x 360
    ("alpha.at_sop", 0.5, operators_at_sop, 180.0),
    ("alpha.skilled_at_sop", 0.8, engineers_at_sop, 48.0),
    ("alpha.to_full", 12.0, operators_six_months_later, 261.0),  # 0.45 + 0.55 / 2 of 360
    ("alpha.to_full", 8.0, operators_six_months_later, 310.5),  # 0.45 + 0.55 x 3/4
    ("alpha.lead", 12.0, operators_three_months_before, 121.5),  # 0.45 x 9/12 of 360
    ("alpha.lead", 6.0, operators_three_months_before, 81.0),
)
def test_planned_staff(spec, measure, expected):
    assert measure(spec) == exact(expected)


# -- crews, tutors and experts -------------------------------------------------------------------


def staffed(spec, *heads, plan=FULL):
    """Return a plant with heads by skill, all proficient; no month passes."""
    alpha = market(spec).workforces["alpha"]
    alpha.ask(plan, 2)
    for skill, number in enumerate(heads):
        alpha.staff[skill].settle(number)
    alpha.heads = sum(heads)
    alpha.review(0.0)
    alpha.refresh(0.0, lifted=False)
    return alpha


def crews_of_300(spec):
    """Share of the crews that 300 of 360 operators make up."""
    return staffed(spec, 300, 120, 60).crew_share


def with_tutors(spec, wanted=1000):
    alpha = staffed(spec, 360, 120, 60, plan=AT_SOP)
    alpha.lend_tutors(wanted, lambda _: None)  # takes those who are free
    alpha.refresh(0.0, lifted=False)
    return alpha


def tutors_lent(spec):
    return with_tutors(spec).tutors.lent


def crews_without_the_tutors(spec):
    return with_tutors(spec).crew_share


def crews_with_thirty_tutors(spec):
    return with_tutors(spec, 30).crew_share


def repairs_with_half_the_technicians(spec):
    return staffed(spec, 360, 60, 60).repair_factor


def repairs_without_technicians(spec):
    return staffed(spec, 360, 0, 60).repair_factor


@table(
    MASTERS,
    ("labour.thin_staffing.crew_minimum", 0.9, crews_of_300, 0.9),  # 300 / 32.4 = 9.26 crews
    ("labour.thin_staffing.crew_minimum", 0.8, crews_of_300, 1.0),  # 300 / 28.8 = 10.4
    ("labour.thin_staffing.crew_minimum", 1.0, crews_of_300, 0.8),  # 300 / 36 = 8.33
    ("alpha.crews", 4.0, crews_of_300, 0.875),  # of 8 crews of 45: 300 / 40.5 = 7.4
    ("labour.hiring.trainers", 0.2, tutors_lent, 72),  # of 360 operators
    # They are missing on the line: 288 operators / 32.4 = 8.9 crews.
    ("labour.hiring.trainers", 0.2, crews_without_the_tutors, 0.8),
    ("labour.thin_staffing.repair_exponent", 0.5, repairs_with_half_the_technicians, 2**0.5),
    ("labour.thin_staffing.repair_exponent", 2.0, repairs_with_half_the_technicians, 4.0),
    # Contractors count as a quarter of them: four times as long, to the power of 0.7.
    ("labour.thin_staffing.technicians_floor", 0.25, repairs_without_technicians, 2.639015821546),
)
def test_crews_and_repairs(spec, measure, expected):
    assert measure(spec) == exact(expected)


def experts_at_ten_months(spec):
    alpha = market(spec).workforces["alpha"]
    alpha.ask(AT_SOP, 2)
    return alpha.plan.experts(10 * MONTH)


def pace_with_experts(spec):
    """Speed of learning at SOP with all 84 technicians of the path, and 21 of 42 engineers."""
    return staffed(spec, 360, 84, 21, plan=AT_SOP).learning_speed


def technicians_with_experts(spec):
    """Share of the path's 84 technicians where half are there, and ten engineers are missing."""
    return staffed(spec, 360, 42, 32, plan=AT_SOP).technician_share


@table(
    replace(MASTERS, alpha=replace(MASTERS.alpha, experts_per_unit=4.0, lead=9.0)),
    ("alpha.experts_per_unit", 1.5, pace_with_experts, 120 / 126),  # to the power of one
    ("alpha.experts_per_unit", 1.6, technicians_with_experts, 0.5714285714285714),  # 48 of 84
    ("alpha.experts_per_unit", 0.5, technicians_with_experts, 0.5),  # none is spare
    ("alpha.experts_half_life", 10.0, experts_at_ten_months, 20),
    ("alpha.experts_half_life", 5.0, experts_at_ten_months, 10),
    ("labour.hiring.trainers", 0.2, tutors_lent, 112),  # 72 and the 40 experts
    ("labour.hiring.trainers", 0.2, crews_without_the_tutors, 0.8),  # experts leave no gap
    ("labour.hiring.trainers", 0.2, crews_with_thirty_tutors, 1.0),  # all of them experts
)
def test_lent_experts(spec, measure, expected):
    assert measure(spec) == exact(expected)


# -- the speed of learning -----------------------------------------------------------------------


def pace_with(*heads, plan=FULL):
    """Return what measures the speed of learning of a plant with such a staff."""
    return lambda spec: staffed(spec, *heads, plan=plan).learning_speed


def pace_with_released_twice_as_fast(spec):
    """At SOP, with the path's skilled people and half of the lines where a quarter is due."""
    return staffed(spec, 360, 84, 42, plan=[(10.0, 0.0, 5.0, 0.25)]).learning_speed


@table(
    MASTERS,
    # 120 technicians and 60 engineers are on the path
    ("labour.thin_staffing.learning_elasticity", 0.5, pace_with(360, 120, 60), 1.0),
    ("labour.thin_staffing.learning_elasticity", 0.5, pace_with(360, 60, 60), 0.816496580927726),
    ("labour.thin_staffing.learning_elasticity", 1.0, pace_with(360, 60, 60), 2 / 3),
    ("labour.thin_staffing.learning_elasticity", 0.0, pace_with(360, 0, 0), 1.0),
    ("labour.thin_staffing.technicians_floor", 0.25, pace_with(360, 0, 0), 0.25),
    ("labour.thin_staffing.fastest", 1.3, pace_with(360, 240, 60), 1.3),  # 5/3 is more
    ("alpha.path.skilled_at_sop", 0.35, pace_with(360, 42, 0, plan=AT_SOP), 2 / 3),  # 42 of 63
    ("alpha.path.experts", 0.07, pace_with(360, 84, 42, plan=AT_SOP), 0.75),  # 126 of 168
    ("alpha.path.mix.technicians", 0.3, pace_with(360, 84, 42, plan=AT_SOP), 0.75),
    # six months after SOP 0.85 are there, after ten months of a slower path 0.85 too
    ("alpha.path.to_full", 12.0, pace_with(360, 102, 0, plan=[(10.0, -6 * MONTH, 10.0)]), 2 / 3),
    ("alpha.path.to_full", 20.0, pace_with(360, 102, 0, plan=[(10.0, -10 * MONTH, 10.0)]), 2 / 3),
    # three months before SOP two thirds of 0.7 are there, 84 people of 180
    ("alpha.path.lead", 9.0, pace_with(0, 42, 0, plan=[(10.0, 3 * MONTH, 0.0)]), 0.5),
    ("labour.thin_staffing.fastest", 2.0, pace_with_released_twice_as_fast, 0.5),
)
def test_the_speed_of_learning(spec, measure, expected):
    assert measure(spec) == exact(expected)


# -- proficiency ---------------------------------------------------------------------------------


def first_day(spec, source):
    """Return the proficiency of operators of a source on their first day."""
    made = market(spec)
    made.pools["east"].give(source, OPERATORS, 100)
    alpha = made.workforces["alpha"]
    alpha.ask(FULL, 2)
    pass_until(made, 7.0)
    return alpha.staff[OPERATORS].proficiency


def of_a_job_seeker(spec):
    return first_day(spec, SEEKERS)


def of_a_graduate(spec):
    return first_day(spec, GRADUATES)


def of_a_car_worker(spec):
    return first_day(spec, AUTOMOTIVE)


def of_an_experienced_one(spec):
    return first_day(spec, EXPERIENCED)


def after_four_months(spec):
    staff = market(spec).workforces["alpha"].staff[OPERATORS]
    staff.hire(100, 0.5)
    for _ in range(4):
        staff.age()
    return staff.proficiency


def penalty_of_the_green(spec):
    """Scrap added by operators who are all new, where the plan expects a settled staff."""
    alpha = staffed(spec, 0, 120, 60)
    alpha.staff[OPERATORS].hire(360, 0.5)
    alpha.refresh(0.0, lifted=False)
    return alpha.scrap_penalty


def penalty_of_veterans(spec):
    """The same for veterans, in the month in which the plan expects everybody to be new."""
    made = market(spec, heads=600.0)
    alpha = made.workforces["alpha"]
    alpha.ask(FULL, 2)
    pass_until(made, 0.0)
    return alpha.scrap_penalty


@table(
    WORLD,
    ("labour.proficiency.operators.start", 0.4, of_a_job_seeker, 0.4),
    ("labour.proficiency.trained", 0.2, of_a_graduate, 0.7),  # 0.5 + 0.2
    ("labour.proficiency.automotive", 0.15, of_a_car_worker, 0.65),
    ("labour.proficiency.experienced", 0.8, of_an_experienced_one, 0.8),
    ("labour.proficiency.experienced", 0.3, of_an_experienced_one, 0.5),  # no worse than anybody
    # 1 - 0.5 e^-1, 1 - 0.5 e^-0.5
    (
        "labour.proficiency.operators",
        Learning(start=0.5, tau=4.0),
        after_four_months,
        0.816060279414279,
    ),
    (
        "labour.proficiency.operators",
        Learning(start=0.5, tau=8.0),
        after_four_months,
        0.696734670143683,
    ),
    # 0.3 x (1 - 0.5 - g), with g left to the path's operators, hired from month -8 to 12, at
    # month 71: half of 0.05 e^(-(71 - m) / 4) a month to SOP, and of 0.55 / 12 of it later
    ("labour.thin_staffing.scrap_slope", 0.3, penalty_of_the_green, 0.14999998780660315),
    ("labour.thin_staffing.scrap_slope", 0.3, penalty_of_veterans, 0.0),  # no reward
)
def test_proficiency(spec, measure, expected):
    assert measure(spec) == exact(expected)
