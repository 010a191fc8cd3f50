"""Projects: every share between a permit and a line that is released, and closures.

Five stages of six months each. Where luck counts every uniform number is 1/e, so that a
project bears a hazard of one.
"""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from bvsim.schema.imports import ExportControl
from bvsim.schema.stages import Decision, Shock
from bvsim.schema.unit import Timed
from bvsim.valley.cathode.imports import Lanes
from bvsim.valley.cathode.plant import licensed
from bvsim.valley.cells.closure import ClosureHazard
from bvsim.valley.ground.luck import shocked_uniform
from bvsim.valley.projects.availability import mean_uptime
from bvsim.valley.projects.block import Block
from bvsim.valley.projects.stages import Pipeline
from cathode_case import context as cathode_context
from cathode_case import imports
from gigafactory_case import make_site
from mechanism_table import Fortune, exact, table
from stand_ins import OwnerFrom
from world import make_context, make_project, make_ramp

MONTH = 30.4375
UNIT = 1.0 / math.e
"""The uniform number whose unit exponential is one."""
SHOCK = Shock(level=0.5, correlation=0.0)


def pipeline_of(project, *, luck=UNIT, until=6000.0, ready=None):
    ctx = make_context(chance=False)
    if luck is not None:
        ctx = replace(ctx, streams=Fortune(luck))
    owner = OwnerFrom(ctx.env, ready) if ready is not None else None
    made = Pipeline(project, "block", ctx, SHOCK, owner=owner)
    made.start()
    ctx.env.run(until=until)
    return made


def sop_day(project):
    return pipeline_of(project).sop_day


def size(project):
    return pipeline_of(project).size


def cancelled_day(project):
    made = pipeline_of(project)
    log = made.ctx.trace.events
    return min((each.day for each in log if each.event == "cancelled"), default=math.inf)


def test_lines_that_always_stand_still_are_never_up():
    assert mean_uptime(replace(make_ramp(), mtbf=0.0, mttr=0.0), 343.0) == 0.0


@pytest.mark.parametrize("own", [0.1, 0.3, 0.7, 0.9])
def test_a_shock_that_nothing_follows_leaves_luck_as_it_is(own):
    assert shocked_uniform(own, Shock(level=0.9, correlation=0.0)) == own


CALM = make_project()


@table(
    CALM,
    ("stages.construction.duration", 12.0, sop_day, 36 * MONTH),
    ("begins", 100.0, sop_day, 100.0 + 30 * MONTH),
    ("stages.permit.stop_hazard", 4.0, cancelled_day, 91.3125),  # a quarter of a year
    ("stages.permit.stop_hazard", 1.9, cancelled_day, math.inf),  # 0.95 in half a year
    ("stages.commissioning.stop_hazard", 4.0, cancelled_day, 24 * MONTH + 91.3125),
)
def test_stages(spec, measure, expected):
    assert measure(spec) == exact(expected)


# A hazard of 0.6 a year: stopped for the first time after 1 / 0.6 of the two and a half years.
# What is borne next is -ln(1 - 1/e) = 0.4587, so again 0.764 years later.
STOPPED = make_project(hazard=0.6)
DOWNSIZED = replace(STOPPED, stops=replace(STOPPED.stops, cancelled=0.3, downsized=0.5))


def test_luck_equal_to_the_share_that_is_cancelled_is_not_of_it():
    stops = replace(STOPPED.stops, cancelled=UNIT, downsized=1.0 - UNIT)
    made = pipeline_of(replace(STOPPED, stops=stops))
    assert "cancelled" not in [each.event for each in made.ctx.trace.events]
    assert made.size < 1.0


SUSPENDED = replace(
    STOPPED,
    stages=replace(
        STOPPED.stages,
        **{
            name: replace(STOPPED.stages.permit, stop_hazard=0.0)
            for name in ("construction", "equipment", "commissioning")
        },
        permit=replace(STOPPED.stages.permit, stop_hazard=4.0),
    ),
    stops=replace(STOPPED.stops, cancelled=0.2, downsized=0.1),
)


@table(
    DOWNSIZED,
    ("stops.downsize_factor", 0.8, size, 0.64),  # downsized twice
    ("stops.downsize_factor", 0.8, sop_day, 30 * MONTH),
    ("stops.cancelled", 0.4, cancelled_day, 365.25 / 0.6),  # its fate is 1/e, below 0.4
    ("stops.downsized", 0.05, size, 1.0),  # suspended instead
)
def test_downsizing(spec, measure, expected):
    assert measure(spec) == exact(expected)


def resumed_day(project):
    """Day on which a project resumes that was suspended after three months."""
    log = pipeline_of(project).ctx.trace.events
    days = [each.day for each in log if each.cause == "resumed at a review"]
    return min(days, default=math.inf)


# Resumed at the fourth look, as ln(1/e) / ln(0.75) = 3.5.
@table(
    SUSPENDED,
    ("stops.review", 12.0, resumed_day, 91.3125 + 48 * MONTH),
    ("stops.review", 6.0, resumed_day, 91.3125 + 24 * MONTH),
    ("stops.resume", 0.5, resumed_day, 91.3125 + 24 * MONTH),  # the second: 1 / ln 2 = 1.4
    ("stops.resume", 1.0, resumed_day, 91.3125 + 12 * MONTH),
    ("stops.resume", 0.0, resumed_day, math.inf),
)
def test_suspension(spec, measure, expected):
    assert measure(spec) == exact(expected)


def pulled_along(shock):
    """Return what the industry's shock makes of a luck of one half."""
    return shocked_uniform(0.5, shock)


@table(
    Shock(level=0.8413447460685429, correlation=0.25),
    ("correlation", 0.25, pulled_along, 0.691462461274013),  # half a standard deviation
    ("correlation", 1.0, pulled_along, 0.841344746068543),  # one of them
    ("correlation", 0.0, pulled_along, 0.5),
    ("level", 0.5, pulled_along, 0.5),
)
def test_common_shock(spec, measure, expected):
    assert measure(spec) == exact(expected)


# -- release -------------------------------------------------------------------------------------


def released_day(number):
    """Return a measure: the day on which a line is released, of a block with SOP on day 0."""

    def day(figures):
        ctx = make_context(chance=False)
        made = Block(
            entity="block",
            nameplate=12.0,
            lines=figures["lines"],
            line_interval=Timed((), (figures["line_interval"],)),
            ramp=make_ramp(),
            ctx=ctx,
            pipeline=Pipeline(make_project(sop=0.0), "block", ctx, SHOCK),
        )
        made.start()
        while len(made.lines) < number:
            ctx.env.step()
        return ctx.env.now

    day.__name__ = f"line_{number}"
    return day


@table(
    {"lines": 3.0, "line_interval": 2.0},
    ("lines", 5.0, released_day(1), 0.0),  # at SOP
    ("line_interval", 4.0, released_day(3), 8 * MONTH),
)
def test_release_of_lines(spec, measure, expected):
    assert measure(spec) == exact(expected)


def approved_day(figures):
    """Return the day on which customers approve the cells of a site with SOP on day 0."""
    case = make_site(make_ramp(), ordered_gwh=1.0, first_sales=figures["first_sales"])
    while not case.cell_block.approved:
        case.ctx.env.step()
    return case.ctx.env.now


@table({"first_sales": 3.0}, ("first_sales", 5.0, approved_day, 5 * MONTH))
def test_approval_by_customers(spec, measure, expected):
    assert measure(spec) == exact(expected)


def released(project):
    """Return the nameplate released of a block of 12 units a year and three lines."""
    ctx = replace(make_context(chance=False), streams=Fortune(UNIT))
    made = Block(
        entity="block",
        nameplate=12.0,
        lines=3.0,
        line_interval=Timed((), (2.0,)),
        ramp=make_ramp(product_change_interval=1e9),
        ctx=ctx,
        pipeline=Pipeline(project, "block", ctx, SHOCK),
    )
    made.start()
    ctx.env.run(until=1500.0)
    return made.released


@table(
    DOWNSIZED,
    ("stops.downsize_factor", 0.8, released, 7.68),  # 0.8 x 0.8 x 12
    ("stages.permit.stop_hazard", 0.55, released, 5.88),  # 0.7 x 0.7 x 12
)
def test_a_downsized_project_releases_less(spec, measure, expected):
    assert measure(spec) == exact(expected)


def kilns_sop(control):
    """Return the months to SOP of a project whose kilns are ordered after eighteen months."""
    lanes = Lanes(imports(controls={"kilns": control}), cathode_context())
    stages = licensed(CALM, lanes).stages
    return sum(getattr(stages, name).duration for name in vars(stages))


CONTROL = ExportControl(
    goods=("kilns",), start=500.0, probability=1.0, length=24.0, licence=2 * MONTH, denial=0.0
)


@table(
    CONTROL,
    ("licence", 3 * MONTH, kilns_sop, 33.0),
    ("start", 600.0, kilns_sop, 30.0),  # they are ordered on day 547.875
    ("goods", ("cam",), kilns_sop, 30.0),
)
def test_licences_for_kilns(spec, measure, expected):
    assert measure(spec) == exact(expected)


# -- expansion -----------------------------------------------------------------------------------

EXPANSION = make_project(decision=Decision(review=6.0, achieved=0.7, cover=0.6))


def decided_late(project):
    """SOP of an expansion that could be decided from day 400 on, 35 days after its first look."""
    return pipeline_of(project, luck=None, ready=400.0).sop_day


def expands(decision, *, monthly=0.75, outlook=15.0):
    """Tell whether a site of 10 GWh that made 0.75 GWh a month may have 10 GWh more."""
    case = make_site(make_ramp(), ordered_gwh=1.0, nameplate=10.0)
    while case.ctx.env.peek() == 0.0:
        case.ctx.env.step()
    case.site.ask_people()
    projects = case.site.projects
    for _ in range(3):
        projects.note_month(monthly)
    projects.market.gwh_per_year = outlook
    return float(not projects.against(decision, (case.cell_block.block,), 10.0))


@table(
    EXPANSION,
    ("decision.review", 6.0, decided_late, 36 * MONTH),  # at the look half a year later
    ("decision.review", 3.0, decided_late, 33 * MONTH),
)
def test_reviews_of_an_expansion(spec, measure, expected):
    assert measure(spec) == exact(expected)


@table(
    EXPANSION.decision,
    # Output at a rate of 9 GWh a year is 0.9 of nameplate in service.
    ("achieved", 0.85, expands, 1.0),
    ("achieved", 0.95, expands, 0.0),
    # Orders in sight of 15 GWh cover three quarters of 20 GWh.
    ("cover", 0.7, expands, 1.0),
    ("cover", 0.8, expands, 0.0),
)
def test_decision_on_an_expansion(spec, measure, expected):
    assert measure(spec) == exact(expected)


# -- closure -------------------------------------------------------------------------------------


def borne(day, remains=1.0):
    """Return a measure: the hazard borne in the year up to a day after SOP."""

    def hazard(ramp):
        case = make_site(ramp, ordered_gwh=1.0)
        while case.ctx.env.peek() == 0.0:
            case.ctx.env.step()
        made = ClosureHazard(ramp, math.inf, remains, case.ctx)
        made.bears_no_more([case.cell_block], day, 365.25)
        return made.borne

    hazard.__name__ = f"borne_by_day_{day:g}_at_{remains:g}"
    return hazard


@table(
    make_ramp(closure_probability=0.5, closure_hazard_later=0.2),
    ("closure_probability", 0.3, borne(400.0), 0.071334988787746),  # -ln(0.7) / 5
    ("closure_probability", 0.3, borne(400.0, 0.4), 0.028533995515098),  # what cash leaves
    ("closure_probability", 0.3, borne(1900.0), 0.2),  # later than five years
    ("closure_hazard_later", 0.05, borne(1900.0), 0.05),
)
def test_closure_hazard(spec, measure, expected):
    assert measure(spec) == exact(expected)
