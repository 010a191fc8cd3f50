"""Courses: every share between a seat in a training centre and a graduate at work."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bvsim.valley.people.columns import COURSE as COLUMNS
from bvsim.valley.people.pools import AUTOMOTIVE, GRADUATES
from labour_case import always, programme
from mechanism_table import exact, table
from people_case import LABOUR, basin, booked, changed, market

OPERATORS = 0
MONTH = 30.4375

COURSE = programme(
    seats=always(1000.0),
    rooms=99.0,
    interval=52.0,
    first_intake=0.0,
    hours=350.0,
    hours_a_week=35.0,
    centre_share=0.3,
    trainees_per_trainer=3.0,
    drop_out=0.0,
    exam_pass=1.0,
    placement=1.0,
)
"""Ten weeks, three of them in the centre, for a thousand operators; everybody succeeds."""
SCHOOL = changed(
    basins={"east": basin(10_000.0), "west": basin(reach=0.0)}, programmes={"course": COURSE}
)


def course_at(spec, day, plants=()):
    made = market(spec, heads=600.0, plants=plants)
    made._ctx.env.run(until=day)
    return made, made.courses["course"]


def intake(spec):
    return course_at(spec, 1.0)[1].taken_in


def intake_of_car_workers(spec):
    """Of 2000 released by the car industry."""
    made = market(spec, plants=())
    made.pools["east"].give(AUTOMOTIVE, OPERATORS, 2000)
    made._ctx.env.run(until=1.0)
    return 2000 - made.pools["east"].people[AUTOMOTIVE][OPERATORS]


def dropped(spec):
    return course_at(spec, 71.0)[1].dropped


def failed(spec):
    return course_at(spec, 71.0)[1].failed


def graduates_in_the_pool(spec):
    return course_at(spec, 71.0)[0].pools["east"].people[GRADUATES][OPERATORS]


def graduates_elsewhere(spec):
    return booked(course_at(spec, 71.0)[0], "region:labour", "other_work")


def cost_meur(spec):
    return booked(course_at(spec, 1.0)[0], "region:labour", "training_cost_meur")


def graduation_day(spec):
    made, course = course_at(spec, 1.0)
    while not course.graduated:
        made._ctx.env.step()
    return made._ctx.env.now


def first_intake_day(spec):
    made, course = course_at(spec, 0.5)
    while not course.taken_in:
        made._ctx.env.step()
    return made._ctx.env.now


def intake_in_two_weeks(spec):
    return course_at(spec, 20.0)[1].taken_in


@table(
    SCHOOL,
    ("labour.programmes.course.seats", 500.0, intake, 500),
    ("labour.programmes.course.applicants", 0.1, intake, 600),  # of 6000 operators
    ("labour.basins.east.reach.east", 0.05, intake, 300),
    ("labour.programmes.course.smallest", 900.0, intake, 1000),
    ("labour.programmes.course.automotive", 0.5, intake_of_car_workers, 500),
    ("labour.programmes.course.drop_out", 0.12, dropped, 120),
    ("labour.programmes.course.drop_out", 0.12, graduates_in_the_pool, 880),
    ("labour.programmes.course.exam_pass", 0.92, failed, 80),
    ("labour.programmes.course.exam_pass", 0.92, graduates_in_the_pool, 920),
    ("labour.programmes.course.placement", 0.94, graduates_in_the_pool, 940),
    ("labour.programmes.course.placement", 0.94, graduates_elsewhere, 60),
    ("labour.programmes.course.cost", 8.0, cost_meur, 8.0),  # 1000 x EUR 8000
    ("labour.programmes.course.hours", 420.0, graduation_day, 84.0),  # twelve weeks
    ("labour.programmes.course.hours_a_week", 25.0, graduation_day, 98.0),
    ("labour.programmes.course.delay", 10.0, first_intake_day, 10.0),
    ("labour.programmes.course.interval", 1.0, intake_in_two_weeks, 3000),  # days 0, 7 and 14
)
def test_courses(spec, measure, expected):
    assert measure(spec) == exact(expected)


@table(
    changed(SCHOOL, programmes={"course": replace(COURSE, interval=1.0)}),
    # Three weeks in the centre, where two cohorts have room: no third one on day 14.
    ("labour.programmes.course.rooms", 2.0, intake_in_two_weeks, 2000),
    ("labour.programmes.course.until", 7.0, intake_in_two_weeks, 1000),
)
def test_rooms_of_a_course(spec, measure, expected):
    assert measure(spec) == exact(expected)


def tutors_wanted(spec):
    """Tutors of a plant with 360 operators, in the fourth week of a course for a hundred."""
    return course_at(spec, 22.0, ("alpha",))[0].workforces["alpha"].tutors.lent


def tutors_in_the_third_week(spec):
    return course_at(spec, 20.0, ("alpha",))[0].workforces["alpha"].tutors.lent


def tutors_of_nobody(spec):
    """Tutors that a plant without operators still has to its credit after a course."""
    made = market(spec)
    made._ctx.env.run(until=71.0)
    return made.workforces["alpha"].tutors.lent


def intake_for_vacancies(spec):
    """Intake for a plant that lacks 40 of 400 operators."""
    made = market(spec, heads=600.0)
    made.workforces["alpha"].ask([(400 / 36, -5000.0, 400 / 36)])
    made._ctx.env.run(until=1.0)
    return made.courses["course"].taken_in


AT_ALPHA = changed(
    SCHOOL,
    programmes={"course": replace(COURSE, destination="alpha", seats=always(100.0))},
    hiring=replace(LABOUR.hiring, trainers=0.1),
)


def first_intake_ahead_of_sop(spec):
    """First intake for a plant with SOP in a year."""
    made = market(spec)
    made.workforces["alpha"].ask([(10.0, 365.25, 0.0)], 2)
    while not made.courses["course"].taken_in:
        made._ctx.env.step()
    return made._ctx.env.now


@table(
    changed(
        AT_ALPHA,
        programmes={
            "course": replace(
                AT_ALPHA.labour.programmes["course"], first_intake=None, ahead_of_sop=6.0
            )
        },
    ),
    ("labour.programmes.course.ahead_of_sop", 6.0, first_intake_ahead_of_sop, 6 * MONTH),
    ("labour.programmes.course.ahead_of_sop", 3.5, first_intake_ahead_of_sop, 8.5 * MONTH),
)
def test_courses_ahead_of_sop(spec, measure, expected):
    assert measure(spec) == exact(expected)


@table(
    AT_ALPHA,
    ("labour.programmes.course.trainees_per_trainer", 5.0, tutors_wanted, 20),
    ("labour.programmes.course.trainees_per_trainer", 2.0, tutors_wanted, 36),  # 0.1 x 360
    ("labour.programmes.course.centre_share", 0.3, tutors_in_the_third_week, 0),
    ("labour.programmes.course.centre_share", 0.2, tutors_in_the_third_week, 34),  # 100 / 3
    ("labour.programmes.course.trainees_per_trainer", 5.0, tutors_of_nobody, 0),
)
def test_tutors_of_a_course(spec, measure, expected):
    assert measure(spec) == exact(expected)


@table(
    changed(
        AT_ALPHA,
        programmes={
            "course": replace(AT_ALPHA.labour.programmes["course"], runs="vacancies", smallest=1.0)
        },
    ),
    ("labour.programmes.course.drop_out", 0.2, intake_for_vacancies, 50),  # 40 / 0.8
    ("labour.programmes.course.placement", 0.5, intake_for_vacancies, 80),
    ("labour.programmes.course.smallest", 41.0, intake_for_vacancies, 0),
)
def test_courses_for_vacancies(spec, measure, expected):
    assert measure(spec) == exact(expected)


TWO_GROUPS = changed(
    SCHOOL,
    programmes={
        "course": replace(
            COURSE,
            destination="alpha",
            seats=always(100.0),
            trainees_per_trainer=2.0,
            placement=0.9,
        )
    },
    hiring=replace(LABOUR.hiring, trainers=0.1),
)
"""A hundred trainees, and 36 tutors who teach two each: 28 wait from the fourth week on."""


@pytest.mark.parametrize(("day", "waiting", "placed"), [(20, 0, 0), (22, 28, 0), (71, 0, 65)])
def test_trainees_wait_for_tutors_and_are_placed_group_by_group(day, waiting, placed):
    made = market(TWO_GROUPS, heads=600.0)
    made._ctx.env.run(until=float(day))
    course = made.courses["course"]
    assert course._waiting == waiting
    assert course.account.now[COLUMNS.placed] == placed  # 0.9 x 72, carried up
