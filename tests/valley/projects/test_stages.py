"""Pipelines: dates without chance, stop probabilities in closed form, facts, lifted delay."""

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from bvsim.schema.stages import Shock, Stage
from bvsim.valley.ground.calendar import DAYS_PER_MONTH, DAYS_PER_YEAR
from bvsim.valley.projects.stages import Pipeline
from world import SHOCK, make_context, make_project


def run_pipeline(ctx, project, shock=SHOCK, announced=math.inf):
    pipeline = Pipeline(project, "a.block-1", ctx, shock, announced)
    pipeline.start()
    ctx.env.run(until=ctx.calendar.horizon_days)
    return pipeline


def test_milestones_without_chance_fall_on_the_day():
    ctx = make_context(chance=False)
    pipeline = run_pipeline(ctx, make_project(begins=100.0, months=6.0, hazard=0.5))
    days = [event.day for event in ctx.trace.events]
    assert days == pytest.approx([100.0 + i * 6.0 * DAYS_PER_MONTH for i in range(6)])
    assert pipeline.sop_day == pytest.approx(100.0 + 30.0 * DAYS_PER_MONTH)
    assert [event.event for event in ctx.trace.events][-1] == "SOP"


def test_probability_of_sop_is_that_of_surviving_the_hazard():
    hazard, years = 0.3, 30.0 * DAYS_PER_MONTH / DAYS_PER_YEAR
    project = make_project(months=6.0, hazard=hazard)
    n = 1500
    reached = sum(
        math.isfinite(run_pipeline(make_context(draw=i), project).sop_day) for i in range(n)
    )
    expected = math.exp(-hazard * years)
    assert abs(reached / n - expected) < 3.0 * math.sqrt(expected * (1.0 - expected) / n)


def test_the_shock_correlates_projects_and_keeps_their_odds():
    rng = np.random.default_rng(5)
    project = make_project(months=6.0, hazard=0.3)
    both = first = second = 0
    n = 800
    for i in range(n):
        shock = Shock(level=rng.uniform(), correlation=0.6)
        ctx = make_context(draw=i)
        pipelines = [Pipeline(project, name, ctx, shock) for name in ("a.block-1", "b.block-1")]
        for pipeline in pipelines:
            pipeline.start()
        ctx.env.run(until=ctx.calendar.horizon_days)
        a, b = (math.isfinite(p.sop_day) for p in pipelines)
        first, second, both = first + a, second + b, both + (a and b)
    p = math.exp(-0.75)
    assert first / n == pytest.approx(p, abs=0.06)
    assert both / n > (first / n) * (second / n) + 0.05


def test_a_suspended_project_comes_back_at_a_review():
    project = make_project(months=6.0, hazard=2.0)
    project = replace(project, stops=replace(project.stops, cancelled=0.0, resume=1.0))
    ctx = make_context(draw=3)
    pipeline = run_pipeline(ctx, project)
    causes = [event.event for event in ctx.trace.events]
    assert "suspended" in causes
    stopped = next(e.day for e in ctx.trace.events if e.event == "suspended")
    resumed = next(e.day for e in ctx.trace.events if e.cause == "resumed at a review")
    assert resumed - stopped == pytest.approx(12.0 * DAYS_PER_MONTH)
    assert math.isfinite(pipeline.sop_day)


def test_facts_up_to_as_of_are_taken_and_later_ones_are_not():
    fact = date(2025, 12, 15)
    project = make_project(months=6.0, started=fact)
    knows = run_pipeline(make_context(as_of=date(2026, 3, 31), chance=False), project)
    ignorant = run_pipeline(make_context(as_of=date(2023, 12, 31), chance=False), project)
    assert knows.sop_day == make_context().calendar.day(fact)
    # the permit, due in the middle of 2023, was not reported by the end of the year
    assert ignorant.sop_day == pytest.approx(364.0 + 24.0 * DAYS_PER_MONTH)


def test_nothing_unknown_stops_a_project_before_as_of():
    for i in range(40):
        ctx = make_context(draw=i, as_of=date(2025, 6, 30))
        run_pipeline(ctx, make_project(hazard=3.0))
        for event in ctx.trace.events:
            assert event.event != "cancelled" or event.day >= ctx.as_of_day


def test_an_unfinished_stage_ends_after_as_of():
    ctx = make_context(as_of=date(2026, 3, 31), chance=False)
    pipeline = run_pipeline(ctx, make_project(begins=-2000.0, months=3.0))
    done = make_project(begins=-2000.0, months=3.0)
    stages = replace(done.stages, permit=Stage(duration=3, stop_hazard=0, done=date(2024, 5, 1)))
    assert pipeline.sop_day == pytest.approx(ctx.as_of_day + 12.0 * DAYS_PER_MONTH)
    later = run_pipeline(
        make_context(as_of=date(2026, 3, 31), chance=False), replace(done, stages=stages)
    )
    assert later.sop_day == pytest.approx(ctx.as_of_day + 9.0 * DAYS_PER_MONTH)


def test_lifted_delay_opens_on_the_announced_day_and_stopped_ones_stay_stopped():
    announced, as_of = 500.0, date(2024, 1, 1)
    lifted = frozenset({"delay"})
    project = make_project(months=6.0, hazard=0.4)
    opened = stopped = 0
    for i in range(30):
        base = run_pipeline(make_context(draw=i, as_of=as_of), project)
        ctx = make_context(draw=i, as_of=as_of, lifts=lifted)
        relieved = run_pipeline(ctx, project, announced=announced)
        if math.isfinite(base.sop_day):
            assert relieved.sop_day == announced
            opened += 1
        else:
            assert relieved.sop_day == base.sop_day
            stopped += 1
    assert opened
    assert stopped


def test_a_date_given_by_the_scenario_replaces_the_draw():
    project = make_project(months=6.0, hazard=5.0, sop=2000.0)
    assert run_pipeline(make_context(), project).sop_day == 2000.0
