"""Small surroundings for tests of single actors."""

from __future__ import annotations

import functools
import math
from datetime import date

from bvsim.schema.ramp import RampClass
from bvsim.schema.stages import Project, Shock, Stage, Stages, Stops
from bvsim.valley.ground.books import Books, Trace
from bvsim.valley.ground.calendar import make_calendar
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.environment import Environment
from bvsim.valley.ground.streams import Key, Streams

calendar_of = functools.cache(make_calendar)
"""Calendars are frozen: one of a kind serves all tests."""
SHOCK = Shock(level=0.5, correlation=0.0)


def make_context(
    *,
    start=date(2023, 1, 1),
    end=date(2040, 12, 31),
    as_of=date(2023, 1, 1),
    chance=True,
    seed=1,
    draw=0,
    lifts=frozenset(),
    scheduled=343,
    review_days=7,
    before=None,
):
    calendar = calendar_of(
        start, end, review_days=review_days, scheduled_days=scheduled, august_share=0.68
    )
    trace = Trace(calendar, keep=True)
    env = Environment()
    return Context(
        env=env,
        clock=env.clock,
        calendar=calendar,
        streams=Streams(Key(seed, draw, 0, chance)),
        books=Books(calendar, trace),
        trace=trace,
        as_of_day=calendar.day(as_of),
        lifts=lifts,
        before=before or {},
    )


def make_ramp(**changes):
    figures = {
        "t50": 14.0,
        "scrap_start": 0.4,
        "scrap_mature": 0.06,
        "scrap_time": 4.0,
        "scrap_slow_time": 30.0,
        "transfer": 0.0,
        "stall_probability": 0.0,
        "stall_within": 24.0,
        "stall_length": 10.0,
        "stall_capacity": 0.2,
        "product_change_interval": 48.0,
        "relapse": 0.0,
        "mtbf": 20.0,
        "mttr": 16.0,
        "major_stops": 0.0,
        "major_stop": 7.0,
        "major_stop_gsd": 2.7,
        "closure_probability": 0.0,
        "closure_hazard_later": 0.0,
        **changes,
    }
    figures.setdefault("scrap_knee", figures["scrap_mature"])  # one stage
    figures.setdefault("steepness", figures.pop("k", 0.3) * figures["t50"])
    rating = figures.pop("rating", 0.9)
    figures.setdefault("mature", rating * left_by_stops(figures))
    return RampClass(**figures)


def left_by_stops(figures):
    """The availability that breakdowns and major stops leave, without the code under test."""
    repair_days = figures["mttr"] / 24.0
    length_days = figures["major_stop"] * math.exp(math.log(figures["major_stop_gsd"]) ** 2 / 2.0)
    between = figures["mtbf"] / (figures["mtbf"] + repair_days) if figures["mtbf"] else 0.0
    return between * (1.0 - min(1.0, figures["major_stops"] * length_days / 343.0))


def make_project(*, begins=0.0, months=6.0, hazard=0.0, **changes):
    stage = Stage(duration=months, stop_hazard=hazard)
    names = (
        "permit",
        "financing",
        "construction",
        "equipment",
        "commissioning",
    )
    stops = Stops(cancelled=1.0, downsized=0.0, downsize_factor=0.7, review=12.0, resume=0.25)
    return Project(
        begins=begins, stages=Stages(**dict.fromkeys(names, stage)), stops=stops, **changes
    )
