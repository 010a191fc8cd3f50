"""Blocks: every share between a line that is released and what it can make.

A block of 34.3 GWh a year: a week of seven of the year's 343 scheduled days is 0.7 GWh.
"""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest

from bvsim.schema.unit import Timed
from bvsim.valley.projects.availability import mean_uptime
from bvsim.valley.projects.block import Block
from bvsim.valley.projects.line_curve import Schedule
from bvsim.valley.projects.lines import Stops
from bvsim.valley.projects.ramp import make_curve
from bvsim.valley.projects.stages import Pipeline
from mechanism_table import Fortune, exact, table
from world import SHOCK, left_by_stops, make_context, make_project, make_ramp

WEEK = make_context().calendar.periods[0]
ONE_MEAN = 1.0 - 1.0 / math.e
"""The uniform number at which an exponential time is as long as its mean."""

RAMP = make_ramp(scrap_start=0.1, scrap_mature=0.1, mtbf=1e9)


# -- curves --------------------------------------------------------------------------------------


def rate_at_twenty_months(ramp):
    return make_curve(ramp).share(20 / 12)


def made_in_a_year(ramp):
    """Output of an undisturbed plant in its first year, in years of mature output."""
    return make_curve(ramp).made(0.0, 1.0)


# 1 / (1 + e^(-k (20 - t50))); what is made is ln((1 + e^(k (12 - t50))) / (1 + e^(-k t50))) / 12 k.
@table(
    RAMP,
    ("t50", 12.0, rate_at_twenty_months, 0.942675824101131),  # e^-(4.2 x 20 / 12 - 4.2)
    ("steepness", 7.0, rate_at_twenty_months, 0.952574126822433),  # e^-3
    ("t50", 12.0, made_in_a_year, 0.16149117283048264),  # (ln 2 - ln(1 + e^-4.2)) / 4.2
    # Half of e^(-k (t - t50)): (1/2)^(e^-1.8); 1 - 1/2 e^(-1.8) with the lag of 14 - ln 2 / 0.3.
    ("family", "gompertz", rate_at_twenty_months, 0.891743754581768),
    ("family", "lagged-exponential", rate_at_twenty_months, 0.917350555889207),
)
def test_ramp_up_curves(spec, measure, expected):
    assert measure(spec) == exact(expected)


# -- a block -------------------------------------------------------------------------------------


def block_of(ramp, *, luck=None, lines=1, elders=(), name="block-1"):
    ctx = make_context(chance=False) if not elders else elders[0].ctx
    if luck is not None:
        ctx = replace(ctx, streams=Fortune(luck))
    made = Block(
        entity=name,
        nameplate=34.3,
        lines=lines,
        line_interval=Timed((), (2.0,)),
        ramp=ramp,
        ctx=ctx,
        pipeline=Pipeline(make_project(sop=0.0), name, ctx, SHOCK),
        elders=elders,
    )
    made.start()
    return made


def scrap_after_four_months(ramp):
    made = block_of(ramp)
    made.engineering_months = 4.0
    return made.scrap


def second_block(ramp, know_how=0.0):
    """A second block, where the first has ten months of engineering and some know-how."""
    elder = block_of(ramp)
    elder.ctx.env.run(until=0.5)
    elder.engineering_months, elder.know_how = 10.0, know_how
    second = block_of(ramp, elders=(elder,), name="block-2")
    second.ctx.env.run(until=1.0)
    return second


def know_how_of_a_second_block(ramp):
    """Its know-how in years, where the first has two."""
    return second_block(ramp, 2.0).know_how


def know_how_of_a_second_block_behind(ramp):
    """The same where the first is half a year behind its class."""
    return second_block(ramp, -0.5).know_how


def engineering_of_a_second_block(ramp):
    return second_block(ramp).engineering_months


def second_block_on_its_first_line(ramp):
    """A second block, whose two lines come two months apart, with all that the first knows.

    The first is at half of its curve.
    """
    elder = block_of(ramp)
    elder.ctx.env.run(until=0.5)
    elder.know_how = 14 / 12
    second = block_of(ramp, lines=2, elders=(elder,), name="block-2")
    second.ctx.env.run(until=1.0)
    return second


def ramped_with_a_head_start(ramp):
    """Output of a week of a line that runs as it would beside the second."""
    return second_block_on_its_first_line(ramp).levels(WEEK, 1.0).ramped


def ramped_once_observed(ramp):
    """The same where that know-how is a fact: the line makes what the curve says of both."""
    second = second_block_on_its_first_line(ramp)
    second.take_over(14 / 12)
    return second.levels(WEEK, 1.0).ramped


def lost_days(ramp):
    """Days lost in 62 scheduled ones, where every time is as long as its mean."""
    return Stops(ramp.mtbf, ramp.mttr / 24.0, Fortune(ONE_MEAN).stream("", "")).down_days(62.0, 1.0)


def lost_days_with_few_technicians(ramp):
    """The same where repairs take twice as long."""
    return Stops(ramp.mtbf, ramp.mttr / 24.0, Fortune(ONE_MEAN).stream("", "")).down_days(62.0, 2.0)


def made_in_a_stall(ramp):
    made = block_of(ramp)
    made.ctx.env.run(until=380.0)
    made.know_how = 1e3
    return made.levels(WEEK, 1.0).available


def stalled_from(ramp):
    """Day on which a stall begins that is certain, half-way through its span."""
    made = block_of(ramp)
    return first_log_day(made, "stall begins", 800.0)


def stalled_until(ramp):
    return first_log_day(block_of(ramp), "stall ends", 1500.0)


def first_log_day(made, event, until):
    made.ctx.env.run(until=until)
    days = [each.day for each in made.ctx.trace.events if each.event == event]
    return min(days, default=math.inf)


def after_a_product_change(ramp):
    """Engineering time left of ten months after a change, which comes after its mean interval."""
    made = block_of(ramp, luck=ONE_MEAN)
    made.engineering_months = 10.0
    made.ctx.env.run(until=1.0)
    made.engineering_months = 10.0
    made.ctx.env.run(until=1500.0)
    return made.engineering_months


def major_stop_days(ramp):
    made = block_of(ramp, luck=ONE_MEAN)
    made.ctx.env.run(until=105.0)
    return made.major_stop_left_days


CERTAIN = replace(
    RAMP,
    scrap_start=0.4,
    scrap_knee=0.06,
    scrap_mature=0.06,
    transfer=0.4,
    mtbf=20.0,
    stall_probability=1.0,
    relapse=0.15,
    product_change_interval=40.0,
    major_stops=3.6525,
    major_stop_gsd=1.0,
)
CERTAIN = replace(CERTAIN, mature=0.9 * left_by_stops(vars(CERTAIN)))  # the rating is 0.9


@table(
    CERTAIN,
    ("scrap_time", 4.0, scrap_after_four_months, 0.18507900999829),  # 0.06 + 0.34 / e
    ("scrap_time", 2.0, scrap_after_four_months, 0.106013996300448),  # 0.06 + 0.34 / e^2
    # 0.06 + 0.04 / e^(4/30) + 0.3 / e
    ("scrap_knee", 0.1, scrap_after_four_months, 0.2053707651131506),
    ("scrap_mature", 0.1, scrap_after_four_months, 0.210363832351433),  # 0.1 + 0.3 / e
    ("transfer", 0.3, know_how_of_a_second_block, 0.6),  # 0.3 x 2 years
    ("transfer", 0.3, know_how_of_a_second_block_behind, -0.5),  # a delay is handed on in full
    ("transfer", 0.3, engineering_of_a_second_block, 3.0),
    # Up 20, down 2/3, three times over.
    ("mttr", 16.0, lost_days, 2.0),
    ("mttr", 16.0, lost_days_with_few_technicians, 8 / 3),  # two repairs of 4/3
    ("mtbf", 10.0, lost_days, 10 / 3),  # five repairs
    ("stall_capacity", 0.3, made_in_a_stall, 0.441),  # 0.7 x 0.63
    ("stall_within", 24.0, stalled_from, 365.25),
    ("stall_within", 12.0, stalled_from, 182.625),
    ("stall_length", 6.0, stalled_until, 547.875),  # 365.25 + 182.625
    ("stall_probability", 0.9, stalled_from, math.inf),  # not certain
    ("relapse", 0.2, after_a_product_change, 8.0),
    ("product_change_interval", 60.0, after_a_product_change, 10.0),  # not yet
    ("product_change_interval", 20.0, after_a_product_change, 7.225),  # twice
    ("major_stop", 9.0, major_stop_days, 9.0),  # one, on day 100
    ("major_stops", 7.305, major_stop_days, 14.0),  # two, on days 50 and 100
)
def test_blocks(spec, measure, expected):
    assert measure(spec) == exact(expected)


# One line of two: 0.315 GWh at its rating. The curve's mean is ln((1 + e^x) / 2) / x, x = 3.6 / 49.
@table(
    RAMP,
    ("transfer", 1.0, ramped_with_a_head_start, 0.160392206755123),
    ("transfer", 1.0, ramped_once_observed, 0.315),
    ("mature", 0.8, ramped_once_observed, 0.28),
)
def test_lines_of_a_block_with_a_head_start(spec, measure, expected):
    assert measure(spec) == exact(expected)


def test_lines_that_fail_at_once_are_never_up():
    broken = SimpleNamespace(
        mtbf=0.0, mttr=0.0, major_stops=0.0, major_stop=0.0, major_stop_gsd=1.0
    )
    assert mean_uptime(broken, 343.0) == 0.0
    sound = SimpleNamespace(**{**vars(broken), "mtbf": 9.0, "mttr": 24.0})
    assert mean_uptime(sound, 343.0) == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("know_how", "share"),
    # Steps at 0, 1 and 3 years have their middles at 0.5 and 2; the last line is due at 3.
    [(0.2, 1 / 3), (0.5, 1 / 3), (1.25, 0.5), (2.0, 2 / 3), (2.5, 5 / 6), (3.0, 1.0)],
)
def test_a_plants_staircase_is_read_as_straight_lines_through_its_middles(know_how, share):
    schedule = Schedule([10.0, 375.25, 1105.75], 0.0)
    assert schedule.usual(know_how) == exact(share)


@pytest.mark.parametrize("event", ["stall begins", "product change", "major stop"])
def test_what_happens_on_the_day_of_knowledge_itself_was_not_observed_yet(event):
    def first_day(as_of_day):
        made = block_of(CERTAIN, luck=ONE_MEAN)
        made.ctx.env.run(until=1.0)  # its SOP is a fact
        made.ctx = replace(made.ctx, as_of_day=as_of_day)
        return first_log_day(made, event, 3000.0)

    day = first_day(0.0)
    assert 0.0 < day < 3000.0
    assert first_day(day) == day < first_day(day + 1e-6)
