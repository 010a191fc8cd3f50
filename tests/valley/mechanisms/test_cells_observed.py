"""What was observed of a block: output, scrap, and the state that they imply.

A block of 34.3 GWh a year makes 0.1 GWh a scheduled day. Its class is mature after forty years,
at a rating of 0.9, and never stops; more than that was observed, so that no shift of the curve is
enough and a rescaling is left. SOP was on day 365 of the simulation, the first of 2024.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date

import pytest

from bvsim.schema.ramp import RampClass
from bvsim.schema.site import CellBlock, OutputWindow, ScrapReading
from bvsim.schema.unit import Timed
from bvsim.valley.cells.block import SiteBlock
from bvsim.valley.cells.causes import LABOUR, LIMITS
from bvsim.valley.cells.observed import ObservedBlock
from bvsim.valley.cells.plan import PlanPath
from bvsim.valley.ground.undisturbed import Undisturbed
from bvsim.valley.projects.availability import Availability
from bvsim.valley.projects.block import Block
from bvsim.valley.projects.line_curve import solve
from bvsim.valley.projects.lines import Levels
from bvsim.valley.projects.stages import Pipeline
from gigafactory_case import make_site
from mechanism_table import exact, table, with_figure
from world import SHOCK, make_context, make_project, make_ramp

SOP = date(2024, 1, 1)
SIX_DAYS = next(p for p in make_context().calendar.periods if p.start_day == 365.0)
"""The period from SOP to the end of that week."""


@dataclass(frozen=True)
class World:
    """What a table may change."""

    ramp: RampClass
    block: CellBlock


def window(last, good):
    return OutputWindow(first=SOP, last=last, known_from=date(2024, 6, 1), good=good)


def reading(on, scrap):
    return ScrapReading(on=on, known_from=date(2024, 6, 1), scrap=scrap)


WORLD = World(
    make_ramp(
        t50=240.0,
        k=0.2,
        scrap_start=0.28,
        scrap_mature=0.1,
        scrap_time=1e12,
        mtbf=9.0,
        mttr=0.0,
        major_stop_gsd=1.0,
    ),
    CellBlock(
        nameplate=34.3,
        lines=1.0,
        line_interval=Timed((), (4.0,)),
        first_sales=0.0,
        project=make_project(),
        output={"one": window(date(2024, 3, 31), 13.104)},
    ),
)
SIX_OBSERVED = replace(
    WORLD,
    block=replace(
        WORLD.block,
        output={"one": window(date(2024, 1, 6), 0.36)},
    ),
)


def observed_of(world, ctx=None):
    ctx = ctx or make_context(as_of=date(2026, 3, 31), chance=False)
    before = Undisturbed(world.ramp, world.block.lines, world.block.line_interval.values[0])
    curve = solve(world.ramp, before, opened=ctx.calendar.day(SOP), calendar=ctx.calendar)
    return ObservedBlock(
        spec=world.block,
        ramp=world.ramp,
        availability=Availability(world.ramp, world.ramp, 343.0),
        yield_pace=1.0,
        line_curve=curve,
        usual_curve=curve,
        calendar=ctx.calendar,
        as_of_day=ctx.as_of_day,
    )


# -- observed output -----------------------------------------------------------------------------


def rescaled(world):
    """What no shift of the curve explains: observed output over that of mature lines."""
    return observed_of(world).fits[0][1]


def imposed_in_six_days(world):
    return observed_of(world).good.get(SIX_DAYS.index, 0.0)


def know_how(world):
    """Years at the window's end, beyond the 60 of the widest shift."""
    return observed_of(world).know_how - 60.0


def facts_end(world):
    return observed_of(world).end_day


# 91 days x 0.1 x 0.9 x 0.72 / 0.9 = 6.552 GWh, half of what was observed.
@table(
    WORLD,
    ("block.nameplate", 17.15, rescaled, 4.0),
    ("block.output.one.good", 6.552, rescaled, 1.0),
    ("ramp.mature", 0.45, rescaled, 4.0),
    ("ramp.scrap_start", 0.37, rescaled, 16 / 7),  # 0.63 / 0.9
    ("ramp.mttr", 216.0, rescaled, 2.0),  # repairs give, as 0.9 was seen of plants
    ("ramp.major_stops", 24.5, rescaled, 3.6),  # of seven days: half of 343
    ("block.output.one.last", date(2024, 2, 29), rescaled, 91 / 30),  # 60 days
    ("block.output.one.good", 18.2, imposed_in_six_days, 1.2),  # by days worked
    ("block.output.one.known_from", date(2026, 4, 1), imposed_in_six_days, 0.0),
    ("block.output.one.throttled", True, imposed_in_six_days, 13.104 * 6 / 91),
    ("block.output.one.last", date(2024, 2, 29), know_how, 60 / 343),
    ("block.output.one.fitted", date(2026, 3, 31), know_how, 91 / 343 - 60),  # no shift
    ("block.output.one.fitted", date(2026, 4, 1), know_how, 91 / 343),  # not known yet
    ("block.output.one.last", date(2024, 1, 5), facts_end, 371.0),  # the week's end
)
def test_observed_output(spec, measure, expected):
    assert measure(spec) == exact(expected)


def test_what_was_made_in_a_year_is_imposed_by_days_worked():
    world = with_figure(WORLD, "block.output.one.good", 34.3)
    year = with_figure(world, "block.output.one.last", date(2024, 12, 31))
    assert imposed_in_six_days(year) == exact(0.6)


def test_what_was_made_in_a_shutdown_is_imposed_all_the_same():
    # Three days of a week in August that is wholly off.
    off = replace(window(date(2024, 8, 14), 0.3), first=date(2024, 8, 12))
    observed = observed_of(with_figure(WORLD, "block.output.one", off))
    assert list(observed.good.values()) == exact([0.3])
    assert math.isnan(observed.fits[0][1])


SCRAP = replace(
    WORLD,
    ramp=replace(WORLD.ramp, scrap_start=0.5, scrap_time=4.0),
    block=replace(WORLD.block, scrap={"one": reading(date(2024, 4, 10), 0.2)}),
)
"""A hundred days after SOP 20% were scrap."""


def scrap_after(days):
    """Return a measure: scrap some days after SOP."""

    def scrap(world):
        return observed_of(world).scrap_at(365.0 + days)

    scrap.__name__ = f"scrap_after_{days:.4g}_days"
    return scrap


def engineering_months(world):
    """Engineering time that explains what is scrap fifty days after SOP."""
    return observed_of(world).engineering_months(415.0)


FOUR_MONTHS = 121.75
THIRD_OF_A_YEAR = 343 / 3
"""Days worked in four months of engineering."""


@table(
    SCRAP,
    ("ramp.scrap_start", 0.5, scrap_after(50), 0.3),  # sqrt(0.4 x 0.1) above 0.1
    ("block.scrap.one.scrap", 0.35, scrap_after(50), 0.1 + math.sqrt(0.1)),
    ("ramp.scrap_start", 0.2, scrap_after(50), 0.2),
    ("block.scrap.one.on", date(2024, 2, 20), scrap_after(25), 0.3),  # half-way too
    ("ramp.scrap_time", 4.0, scrap_after(100 + FOUR_MONTHS), 0.1 + 0.1 / math.e),
    ("ramp.scrap_time", 8.0, scrap_after(100 + FOUR_MONTHS), 0.1 + 0.1 / math.sqrt(math.e)),
    ("block.scrap", {}, scrap_after(THIRD_OF_A_YEAR), 0.1 + 0.4 / math.e),
    ("block.scrap.one.known_from", date(2026, 3, 31), scrap_after(50), 0.3),
    ("block.scrap", {}, scrap_after(-50), 0.5),
    ("block.scrap.one.known_from", date(2026, 4, 1), scrap_after(0), 0.5),  # nothing known
    (
        "block.scrap.one.known_from",
        date(2026, 4, 1),
        scrap_after(50),
        0.1 + 0.4 * math.exp(-150 / 343),
    ),
    ("block.scrap.one.fitted", SOP, scrap_after(THIRD_OF_A_YEAR), 0.1 + 0.4 / math.e),
    ("ramp.scrap_time", 4.0, engineering_months, 4.0 * math.log(2.0)),  # 0.2 of 0.4 is left
    ("ramp.scrap_time", 8.0, engineering_months, 8.0 * math.log(2.0)),
)
def test_observed_scrap(spec, measure, expected):
    # where engineering time is sought from scrap, it is found to a millionth of a month
    assert measure(spec) == pytest.approx(expected, rel=1e-6)


# In the middle of the six days 0.4 / e are above the mature: 0.6 x (0.9 - 0.4 / e) GWh.
@table(
    World(
        replace(WORLD.ramp, scrap_start=0.5, scrap_time=12.0 * 3.0 / 343.0),
        with_figure(SIX_OBSERVED.block, "output.one.good", 1.08),
    ),
    ("ramp.scrap_start", 0.5, rescaled, 1.08 / (0.54 - 0.24 / math.e)),
    ("ramp.scrap_start", 0.3, rescaled, 1.08 / (0.54 - 0.12 / math.e)),
)
def test_scrap_in_the_middle_of_a_period(spec, measure, expected):
    assert measure(spec) == exact(expected)


# -- a period that was observed ------------------------------------------------------------------


def observed_week(world):
    """Return a site's block with its lines released, and the six days that were observed."""
    ctx = make_context(as_of=date(2026, 3, 31), chance=False)
    block = Block(
        entity="site.block-1",
        nameplate=world.block.nameplate,
        lines=world.block.lines,
        line_interval=world.block.line_interval,
        ramp=world.ramp,
        ctx=ctx,
        pipeline=Pipeline(make_project(started=SOP), "site.block-1", ctx, SHOCK),
    )
    observed = observed_of(world, ctx)
    each = SiteBlock(block=block, plan=PlanPath({}, ctx.calendar), observed=observed, ctx=ctx)
    each.start()
    ctx.env.run(until=365.5)
    block.know_how = 1e3
    period = SIX_DAYS
    each.look_ahead(period, 1.0, 1.0)
    return each, period


def level(name):
    """Return a measure: a level of the six days, in GWh."""

    def measure(world):
        return getattr(observed_week(world)[0].possible, name)

    measure.__name__ = name
    return measure


def started_gwh(world):
    each, period = observed_week(world)
    return each.run(1.0, period, 0.5)[0]  # no penalty for what was observed


def good_gwh(world):
    each, period = observed_week(world)
    return each.run(0.3, period, 0.5)[1]


def months_taken_over(world):
    """Engineering months at the end of the six days."""
    each, period = observed_week(world)
    each.run(1.0, period, 0.0)
    return each.block.engineering_months


def years_taken_over(world):
    each, period = observed_week(world)
    each.run(1.0, period, 0.0)
    return each.block.know_how - 60.0


# 0.36 good of 0.5 started are 0.45 at mature yield; lines allow 0.6, and 0.54 at their rating.
@table(
    SIX_OBSERVED,
    ("block.output.one.good", 0.32, level("available"), 0.4),
    ("block.output.one.good", 0.32, level("ramped"), 0.4),
    ("ramp.mttr", 24.0, level("ramped"), 0.5),  # a day of ten is lost: 0.45 / 0.9
    ("ramp.major_stops", 24.5, level("ramped"), 0.6),  # 0.9, but not above nameplate
    ("ramp.mature", 0.8, level("rated"), 0.48),
    ("ramp.mature", 0.6, level("rated"), 0.45),  # it made more than its rating
    ("block.nameplate", 17.15, level("built"), 0.3),
    ("block.output.one.throttled", True, level("available"), 0.54),  # its own cap took the rest
    ("ramp.scrap_start", 0.37, level("available"), 0.36 * 0.9 / 0.63),
    ("ramp.scrap_start", 0.37, started_gwh, 0.36 / 0.63),
    ("block.output.one.good", 0.3, good_gwh, 0.3),
    ("block.output.one.good", 0.72, years_taken_over, 6 / 343),
)
def test_observed_period(spec, measure, expected):
    assert measure(spec) == exact(expected)


def test_engineering_follows_the_scrap_that_was_observed():
    world = replace(
        SIX_OBSERVED,
        ramp=SCRAP.ramp,
        block=replace(SIX_OBSERVED.block, scrap={"one": reading(date(2024, 1, 7), 0.2)}),
    )
    months = 4.0 * math.log(4.0)  # a quarter of 0.4 is left
    assert months_taken_over(world) == pytest.approx(months, rel=1e-6)


@pytest.mark.parametrize(("throttled", "ramped"), [(True, 0.4), (False, 0.5)])
def test_a_throttled_plant_that_made_all_it_could_is_taken_at_its_lines_rate(throttled, ramped):
    world = with_figure(SIX_OBSERVED, "block.output.one.throttled", throttled)
    each, period = observed_week(with_figure(world, "ramp.mttr", 216.0))
    levels = Levels(0.6, 0.5, 0.4, each.observed_need(period))
    each.block.levels = lambda period, repair_factor: levels
    each.look_ahead(period, 1.0, 1.0)
    assert each.possible.ramped == exact(ramped)  # what was observed, over half of the time


def test_people_limit_a_site_in_a_period_that_nobody_observed_before_one_that_was():
    case = make_site(make_ramp(), ordered_gwh=1.0, crew=0.5)
    case.site.limits.note_facts(100.0)
    case.ctx.env.run(until=1.0)
    case.site.ask_people()
    case.site.ask_cathode(case.ctx.calendar.periods[0])
    rated = case.cell_block.possible.rated
    assert rated > 0.0
    assert case.site._limits[LIMITS.index(LABOUR)] == exact(0.5 * rated)
