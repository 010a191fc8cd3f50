"""Programmes: who graduates, when, and where trainees come from and go to."""

from __future__ import annotations

import datetime
import math

import pytest

from bvsim.schema.labour import Basin, Intake
from bvsim.schema.unit import Timed
from bvsim.valley.people.market import LabourMarket
from labour_case import (
    always,
    check_balances,
    column,
    context,
    labour,
    play,
    programme,
    staffing,
    steady,
)


def school(spec, *, chance=False, years=4, as_of=0.0, employers=(), plans=None, keep=False, **more):
    """Run a market of one programme in one large basin."""
    basins = {
        "east": Basin(seekers=100_000.0, refill=100_000.0, reach={"east": always(1.0)}, housing=0.0)
    }
    quiet = {"releases": {}, "shuttles": {}, "competitors": {}, "upskilling": {}}
    ctx = context(years=years, chance=chance, as_of=as_of, keep=keep)
    market = LabourMarket(
        labour(**{"basins": basins, "programmes": {"course": spec}, **quiet, **more}), ctx
    )
    for name, staff in employers:
        market.employ(name, "east", staff)
    play(market, ctx, plans=plans)
    check_balances(market)
    return market, ctx


def test_graduates_are_seats_times_completion_on_the_right_dates():
    spec = programme(seats=always(17.0), interval=6.0, drop_out=0.13, exam_pass=0.91)
    _, ctx = school(spec, keep=True)
    events = [event for event in ctx.trace.events if event.event == "graduation"]
    course_days = 400 / 35 * 7
    expected_days = [
        30 + 42 * i + course_days
        for i in range(len(events) + 1)
        if 30 + 42 * i + course_days < 1461
    ]
    assert [event.day for event in events] == pytest.approx(expected_days[: len(events)])
    assert len(expected_days) - len(events) <= 1
    passed = 0
    for i, event in enumerate(events, start=1):
        passed += event.value
        assert passed == math.floor(i * 17 * (1 - 0.13) * 0.91 + 0.5)


def test_columns_follow_the_cohorts_and_their_cost():
    spec = programme(seats=always(10.0), interval=8.0, cost=7.0)
    market, ctx = school(spec)
    intake = column(ctx, "course", "intake")
    assert sum(intake) == market.courses["course"].taken_in
    assert sum(column(ctx, "course", "training_cost_meur")) == pytest.approx(
        sum(intake) * 7.0 / 1000
    )
    assert sum(column(ctx, "region:labour", "training_cost_meur")) == pytest.approx(
        sum(intake) * 7.0 / 1000
    )
    on_course = column(ctx, "course", "in_training")[-1]
    ended = sum(sum(column(ctx, "course", c)) for c in ("graduates", "dropouts", "exam_failures"))
    assert sum(intake) == ended + on_course


def empty(ctx) -> dict[str, float]:
    """Return the seats that stayed empty, by cause."""
    causes = ("applicants", "posts", "rooms", "tutors")
    return {cause: sum(column(ctx, "course", f"empty_for_{cause}")) for cause in causes}


def few_seekers(number):
    """One basin with so many job seekers, of whom six in ten are operators."""
    east = Basin(seekers=number, refill=0.0, reach={"east": always(1.0)}, housing=0.0)
    return {"basins": {"east": east}}


def test_every_seat_is_taken_or_empty_for_a_cause():
    spec = programme(seats=always(10.0), interval=2.0, destination="alpha", runs="vacancies")
    _, ctx = school(
        spec, employers=[("alpha", staffing())], plans={"alpha": steady(5.0, 500.0)}, years=6
    )
    seats, intake = (sum(column(ctx, "course", name)) for name in ("seats", "intake"))
    assert seats == intake + sum(empty(ctx).values())
    assert empty(ctx)["posts"] > 0
    assert empty(ctx)["rooms"] > 0
    assert empty(ctx)["applicants"] == 0


def test_a_course_begins_with_its_smallest_group_of_applicants():
    # 0.1 of 60 operators apply, and then of the 54 who are left: 6, and 5
    spec = programme(seats=always(10.0), smallest=6.0, applicants=0.1, interval=52.0, cost=7.0)
    _, ctx = school(spec, **few_seekers(100.0))
    assert sum(column(ctx, "course", "intake")) == 6
    begun = sum(column(ctx, "course", "seats")) / 10
    assert empty(ctx)["applicants"] == 10 * begun - 6
    # the seats of the cohort that ran are paid, taken or not
    assert sum(column(ctx, "course", "training_cost_meur")) == pytest.approx(10 * 7.0 / 1000)


def test_those_who_wait_for_tutors_keep_the_rooms_of_the_centre():
    spec = programme(destination="alpha", seats=always(30.0), interval=4.0, first_intake=800.0)
    hiring = labour().hiring
    few = {"hiring": type(hiring)(**{**vars(hiring), "trainers": 0.02})}
    plants = [("alpha", staffing(heads_per_unit=30.0, experts_per_unit=0.0))]
    _, ctx = school(spec, years=5, employers=plants, plans={"alpha": steady(10.0, 0.0)}, **few)
    assert empty(ctx)["tutors"] > 0


def test_a_lever_on_seats_acts_from_its_day():
    seats = Timed((730.0,), (10.0, 20.0))
    _, ctx = school(programme(seats=seats, interval=8.0))
    intake = column(ctx, "course", "intake")
    assert set(intake[:24]) == {0.0, 10.0}
    assert set(intake[24:]) == {0.0, 20.0}


def test_a_delay_moves_intakes():
    _, ctx = school(programme(interval=26.0, delay=always(60.0)))
    intake = column(ctx, "course", "intake")
    assert intake[:3] == [0.0, 0.0, 0.0]
    assert intake[3] == 20.0  # day 30 + 60 is the first of April


def test_an_observed_intake_replaces_the_planned_one():
    observed = {"first": Intake(date=datetime.date(2023, 2, 10), trainees=11)}
    spec = programme(seats=always(20.0), interval=8.0, observed=observed)
    _, ctx = school(spec, as_of=100.0)
    assert column(ctx, "course", "intake")[1] == 11.0
    _, ctx = school(spec, as_of=20.0)
    assert column(ctx, "course", "intake")[0] == 20.0  # not known yet: the plan stands


def test_an_intake_on_the_first_day_is_a_fact_like_any_other():
    observed = {"first": Intake(date=datetime.date(2023, 1, 1), trainees=11)}
    spec = programme(seats=always(20.0), interval=10.0, observed=observed)
    _, ctx = school(spec, as_of=100.0)
    assert column(ctx, "course", "intake")[0] == 11.0


def test_cohorts_that_overlap_in_the_centre_need_rooms():
    # a third of 11.4 weeks in the centre is 4 weeks; an intake every 2 weeks
    spec = programme(seats=always(10.0), interval=2.0)
    narrow, _ = school(spec)
    wide, _ = school(programme(seats=always(10.0), interval=2.0, rooms=2.0))
    ratio = narrow.courses["course"].taken_in / wide.courses["course"].taken_in
    assert ratio == pytest.approx(0.5, abs=0.05)


def test_the_plant_part_occupies_tutors_and_waits_for_them():
    rules = labour().hiring
    plans = {"alpha": steady(10.0, 0.0)}
    spec = programme(
        destination="alpha", seats=always(30.0), rooms=3.0, interval=4.0, first_intake=800.0
    )
    staffed = [("alpha", staffing(heads_per_unit=30.0))]
    busy, free = [], []
    for trainers, record in ((0.02, busy), (0.5, free)):
        hiring = {"hiring": type(rules)(**{**vars(rules), "trainers": trainers})}
        market, _ = school(spec, years=5, employers=staffed, plans=plans, **hiring)
        record.append(market.courses["course"].graduated)
        operators = market.workforces["alpha"].staff[0].heads
        assert market.workforces["alpha"].tutors.lent <= max(1, trainers * operators + 5)
    assert busy[0] < free[0]


def test_a_course_for_vacancies_runs_only_while_there_are_some():
    spec = programme(destination="alpha", runs="vacancies", interval=4.0)
    calm = {"attrition": type(labour().attrition)(**{**vars(labour().attrition), "scale": 0.0})}
    market, ctx = school(
        spec,
        years=6,
        employers=[("alpha", staffing())],
        plans={"alpha": steady(5.0, 500.0)},
        **calm,
    )
    intake = column(ctx, "course", "intake")
    assert sum(intake) > 0
    assert sum(intake[36:]) == 0  # full, and nobody leaves
    assert market.workforces["alpha"].vacancies <= 1  # targets are rounded by skill


def test_a_course_ahead_of_sop_begins_when_the_sop_comes_near():
    spec = programme(destination="alpha", first_intake=None, ahead_of_sop=10.0)
    _, ctx = school(spec, employers=[("alpha", staffing())], plans={"alpha": steady(5.0, 900.0)})
    intake = column(ctx, "course", "intake")
    first = next(i for i, number in enumerate(intake) if number)
    day = ctx.calendar.month_starts[first]
    assert abs(day - (900.0 - 10 * 30.44)) < 62
    _, ctx = school(spec, employers=[("alpha", staffing())], plans={"alpha": steady(5.0, math.inf)})
    assert sum(column(ctx, "course", "intake")) == 0  # a stopped block trains nobody


def test_exactly_one_way_to_set_the_first_intake():
    with pytest.raises(ValueError, match="first_intake or ahead_of_sop"):
        school(programme(ahead_of_sop=9.0))


def test_applicants_limit_the_intake():
    few = programme(seats=always(400.0), applicants=0.001, interval=26.0)
    market, ctx = school(few)
    # 60% of 100,000 job seekers are operators; one in a thousand of them applies
    assert column(ctx, "course", "intake")[0] == 60.0
    assert market.courses["course"].taken_in > 0


def test_luck_varies_graduates_around_completion():
    spec = programme(seats=always(20.0), interval=2.0, rooms=9.0)
    market, _ = school(spec, chance=True, years=6)
    course = market.courses["course"]
    ended = course.taken_in - course.in_training
    rate = (1 - 0.12) * 0.92
    error = math.sqrt(rate * (1 - rate) / ended)
    assert course.graduated / ended == pytest.approx(rate, abs=4 * error)


def test_graduates_without_destination_wait_for_any_employer():
    _, ctx = school(programme(placement=1.0, interval=520.0))
    waiting = column(ctx, "east", "graduates_waiting")
    assert max(waiting) == round(20 * (1 - 0.12) * 0.92)
    assert waiting[4:12] == sorted(waiting[4:12], reverse=True)  # they turn to other work


def test_a_course_ahead_of_sop_follows_a_plan_that_changes():
    def plan(day):
        sop = 900.0 if day < 400.0 else 1200.5  # a delay that is told in the second year
        return ((5.0, sop, 0.0),), 1

    spec = programme(destination="alpha", first_intake=None, ahead_of_sop=10.0)
    _, ctx = school(spec, employers=[("alpha", staffing())], plans={"alpha": plan}, keep=True)
    ends = [event.day for event in ctx.trace.events if event.event == "graduation"]
    assert ends[0] == pytest.approx(1200.5 - 10 * 30.4375 + 400 / 35 * 7)
