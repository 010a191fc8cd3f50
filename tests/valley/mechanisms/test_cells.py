"""Cells: every share between the nameplate of a line and a good cell that is delivered.

A site of 34.3 GWh a year: a week of seven of the year's 343 scheduled days is 0.7 GWh. Its
line is mature: rating 0.9, a tenth of scrap, so 0.63 GWh good of 0.7 started.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from gigafactory_case import PRODUCTION, RECIPE, Buyer, make_site
from world import SHOCK, make_context, make_project, make_ramp

from bvsim.spec.materials import Recipe
from bvsim.spec.production import Production
from bvsim.spec.ramp import RampClass
from bvsim.valley.block import Block, Stops
from bvsim.valley.process import InProcess
from bvsim.valley.ramp import make_curve
from bvsim.valley.stages import Pipeline
from mechanisms.table import Fortune, exact, table

MONTH = 30.4375
ONE_MEAN = 1.0 - 1.0 / math.e
"""The uniform number at which an exponential time is as long as its mean."""


@dataclass(frozen=True)
class World:
    """What a table may change."""

    ramp: RampClass
    recipe: Recipe
    production: Production
    in_cell: float


WORLD = World(
    ramp=make_ramp(scrap_start=0.1, scrap_mature=0.1, mtbf=1e9),
    recipe=RECIPE,
    production=PRODUCTION,
    in_cell=0.8,
)


# -- a week of a site ----------------------------------------------------------------------------


def site_of(world, *, nameplate=34.3, state=1e3, ordered=1e4, **others):
    """Return a site on its first day, with its line released and mature."""
    case = make_site(world.ramp, nameplate=nameplate, ordered_gwh=ordered, **others)
    case.site.wiring.process.production = world.production
    while case.ctx.env.peek() == 0.0:
        case.ctx.env.step()
    case.cell_block.block.lines[0].state = state
    case.site.ask_people()
    case.book.open(0.0)
    case.book.committed = ordered
    return case


def run_week(case):
    week = case.ctx.calendar.periods[0]
    case.book.place(week.scheduled_days / 343, unlimited=False)
    case.site.ask_cathode(week)
    case.site.produce(week)
    return case


def good_gwh(world):
    return run_week(site_of(world)).site.account.now[0]


def started_gwh(world):
    return run_week(site_of(world)).site.account.now[1]


def good_with_half_the_crews(world):
    return run_week(site_of(world, crew=0.5)).site.account.now[0]


def good_with_some_cathode(world):
    """Good cells of a week with cathode material for half a GWh started."""
    return run_week(site_of(world, cathode_t=0.5 * Buyer.cam_t_per_gwh)).site.account.now[0]


def good_under_a_cap(world):
    case = site_of(world)
    case.site.wiring.purse.throttle_wanted = True  # to half of what the ramp would allow
    return run_week(case).site.account.now[0]


def good_for_orders(world):
    """Good cells where stock is full, orders are half of nameplate, and nothing is in process."""
    case = site_of(world, ordered=17.15)
    case.book.stock_gwh = 2.0
    return run_week(case).site.account.now[0]


def good_with_cells_in_process(world):
    """The same with orders of 0.05 GWh a day, and 1.3 GWh in process."""
    case = site_of(world, ordered=18.2625)
    case.book.stock_gwh = 2.0
    case.site.wiring.process.gwh = 1.3
    return run_week(case).site.account.now[0]


def cathode_used_t(world):
    return run_week(site_of(world)).site.wiring.buyer.used


@table(
    WORLD,
    ("ramp.rating", 0.8, good_gwh, 0.56),  # 0.8 x 0.7
    ("ramp.rating", 0.8, started_gwh, 0.56 / 0.9),
    ("ramp.scrap_start", 0.37, good_gwh, 0.441),  # 0.63 of the 0.7 started
    ("ramp.rating", 0.8, good_with_half_the_crews, 0.28),
    ("ramp.scrap_start", 0.37, good_with_some_cathode, 0.315),  # 0.63 x 0.5
    ("ramp.rating", 0.8, good_under_a_cap, 0.28),
    ("ramp.scrap_start", 0.37, good_for_orders, 0.35),  # it starts more for as many good ones
    # A week's orders, 18.2625 x 7 / 343, less what is in process beyond 20 days of them.
    ("production.detection", 20.0, good_with_cells_in_process, 0.372704081632653 - 0.3),
    ("production.detection", 24.0, good_with_cells_in_process, 0.372704081632653 - 0.1),
    ("production.detection", 10.0, good_with_cells_in_process, 0.0),
    ("ramp.rating", 0.9, cathode_used_t, 0.7 * 1300 / 0.92),
)
def test_week(spec, measure, expected):
    assert measure(spec) == exact(expected)


def learnt_months(world):
    """Engineering time after a week with half of the engineers."""
    return run_week(site_of(world, crew=0.5)).cell_block.block.engineering_months


def learnt_starts(world):
    """Starts learnt by a mature line in a week with half of its crews, in years."""
    return run_week(site_of(world, crew=0.5)).cell_block.block.lines[0].state - 1e3


def reported_yield(world):
    return reported(world)[0]


def reported_use(world):
    return reported(world)[1]


def reported(world):
    """Return what buyers hear of January, in which the site ran for a week."""
    case = run_week(site_of(world))
    case.site.month_end(next(p for p in case.ctx.calendar.periods if p.end_day == 31.0))
    return case.book.reported


@table(
    WORLD,
    ("ramp.rating", 0.9, learnt_months, 3.5 / MONTH),
    ("ramp.rating", 0.9, learnt_starts, 3.5 / 343),
    ("ramp.scrap_start", 0.37, reported_yield, 0.63),
    ("ramp.rating", 0.8, reported_use, 0.56 / (34.3 * 31 / 365.25)),
)
def test_what_a_week_leaves(spec, measure, expected):
    assert measure(spec) == exact(expected)


class Seller(Buyer):
    """Cathode material of 1000 t a GWh started, planned for a year ahead."""

    cam_t_per_gwh = 1000.0
    lead_days = 365.25

    def request(self, tonnes, outlook=0.0):
        self.outlook = outlook


def planned_cathode(world, state):
    """Return the use per day that a site of 36.525 GWh a year plans for a year ahead."""
    case = site_of(world, nameplate=36.525, state=state)
    buyer = Seller()
    case.site.wiring = case.site.limits.wiring = replace(case.site.wiring, buyer=buyer)
    case.site.ask_cathode(case.ctx.calendar.periods[0])
    return buyer.outlook


def planned_when_mature(world):
    return planned_cathode(world, 1e3)


def planned_at_half_rate(world):
    curve = make_curve(world.ramp)
    return planned_cathode(world, curve.state_at(world.ramp.t50 / 12))


# 36.525 GWh a year x 0.9 / 0.9 x 1000 t / 365.25 days: 100 t a day.
@table(
    WORLD,
    ("ramp.rating", 0.72, planned_when_mature, 80.0),
    ("ramp.scrap_mature", 0.28, planned_when_mature, 125.0),  # 0.9 / 0.72
    ("ramp.k", 0.3, planned_at_half_rate, 97.3403006423134),  # 1 / (1 + e^-3.6)
)
def test_outlook_of_cathode_use(spec, measure, expected):
    assert measure(spec) == exact(expected)


# -- scrap and cells in process ------------------------------------------------------------------


def process_of(world, gate=lambda *delivery: None):
    return InProcess(
        site="site",
        recipe=world.recipe,
        production=world.production,
        in_cell=world.in_cell,
        deliver_scrap=gate,
    )


def scrap_of_ten(world):
    """Scrap of 10 GWh started of which 8 are good."""
    return process_of(world).scrap_of(10.0, 8.0)


def trim_t(world):
    return scrap_of_ten(world).trim


def dry_cells_t(world):
    return scrap_of_ten(world).dry_cell


def filled_cells_t(world):
    return scrap_of_ten(world).filled_cell


def found_day(world):
    """Day on which the cells of the first week are told apart, and their scrap handed over."""
    gates = []
    process = process_of(world, lambda *delivery: gates.append(delivery))
    week = make_context().calendar.periods[0]
    process.begin(week, 8.0, scrap_of_ten(world), [])
    day = 0.0
    while not process.finish(day):
        day += 0.5
    assert len(gates) == 3
    return day


# Rejects 2 GWh x 4000 t x 0.7 = 5600 t: 2240 of electrodes, 1400 dry, 1960 filled. Trim of
# electrodes of 2450 t a GWh, a quarter of what stays in the cells: 6125 t.
@table(
    WORLD,
    ("production.detection", 21.0, found_day, 21.0),
    ("production.detection", 35.0, found_day, 35.0),
    ("production.reject_mass", 0.5, filled_cells_t, 1400.0),  # 0.35 x 4000
    ("production.reject_electrodes", 0.5, trim_t, 8925.0),  # 6125 + 2800
    ("production.reject_electrodes", 0.5, filled_cells_t, 1400.0),
    ("production.reject_dry_cells", 0.3, dry_cells_t, 1680.0),
    ("production.reject_dry_cells", 0.3, filled_cells_t, 1680.0),
    ("in_cell", 0.7, trim_t, 12_740.0),  # 24,500 x 3/7 + 2240
    ("recipe.cam", 1.7, trim_t, 9365.0),  # 28,500 / 4 + 2240
    ("recipe.cell_mass", 5000.0, dry_cells_t, 1750.0),
)
def test_scrap(spec, measure, expected):
    assert measure(spec) == exact(expected)


# -- curves --------------------------------------------------------------------------------------


def rate_at_twenty_months(world):
    curve = make_curve(world.ramp)
    return curve.rate(curve.state_at(20 / 12))


def starts_of_a_year(world):
    """Starts of an unconstrained line in its first year, in years at full rate."""
    curve = make_curve(world.ramp)
    return curve.starts(curve.start, 1.0)


# 1 / (1 + e^(-k (20 - t50))); the starts are ln((1 + e^(k (12 - t50))) / (1 + e^(-k t50))) / 12 k.
@table(
    WORLD,
    ("ramp.t50", 12.0, rate_at_twenty_months, 0.916827303506078),  # e^-2.4
    ("ramp.k", 0.5, rate_at_twenty_months, 0.952574126822433),  # e^-3
    ("ramp.t50", 12.0, starts_of_a_year, 0.185052802097705),  # (ln 2 - ln(1 + e^-3.6)) / 3.6
    # Half of e^(-k (t - t50)): (1/2)^(e^-1.8); 1 - 1/2 e^(-1.8) with the lag of 14 - ln 2 / 0.3.
    ("ramp.family", "gompertz", rate_at_twenty_months, 0.891743754581768),
    ("ramp.family", "lagged-exponential", rate_at_twenty_months, 0.917350555889207),
)
def test_learning_curves(spec, measure, expected):
    assert measure(spec) == exact(expected)


# -- a block -------------------------------------------------------------------------------------


def block_of(world, *, luck=None, lines=1, elders=(), name="block-1"):
    ctx = make_context(chance=False) if not elders else elders[0].ctx
    if luck is not None:
        ctx = replace(ctx, streams=Fortune(luck))
    made = Block(
        entity=name,
        nameplate=34.3,
        lines=lines,
        line_interval_months=2.0,
        first_sales_months=0.0,
        ramp=world.ramp,
        ctx=ctx,
        pipeline=Pipeline(make_project(sop=0.0), name, ctx, SHOCK),
        elders=elders,
    )
    made.start()
    return made


def scrap_after_four_months(world):
    made = block_of(world)
    made.engineering_months = 4.0
    return made.scrap


def second_line_state(world):
    """Experience of the second line, where the first has two years."""
    made = block_of(world, lines=2)
    made.ctx.env.run(until=1.0)
    made.lines[0].state = 2.0
    made.ctx.env.run(until=100.0)
    return made.lines[1].state


def second_line_state_behind(world):
    """The same where the first is half a year behind its class."""
    made = block_of(world, lines=2)
    made.ctx.env.run(until=1.0)
    made.lines[0].state = -0.5
    made.ctx.env.run(until=100.0)
    return made.lines[1].state


def engineering_of_a_second_block(world):
    elder = block_of(world)
    elder.ctx.env.run(until=0.5)
    elder.engineering_months = 10.0
    second = block_of(world, elders=(elder,), name="block-2")
    second.ctx.env.run(until=1.0)
    return second.engineering_months


def lost_days(world):
    """Days lost in 62 scheduled ones, where every time is as long as its mean."""
    ramp = world.ramp
    return Stops(ramp.mtbf, ramp.mttr / 24.0, Fortune(ONE_MEAN).stream("", "")).down_days(62.0, 1.0)


def lost_days_with_few_technicians(world):
    """The same where repairs take twice as long."""
    ramp = world.ramp
    return Stops(ramp.mtbf, ramp.mttr / 24.0, Fortune(ONE_MEAN).stream("", "")).down_days(62.0, 2.0)


def made_in_a_stall(world):
    made = block_of(world)
    made.ctx.env.run(until=380.0)
    made.lines[0].state = 1e3
    week = make_context().calendar.periods[0]
    return made.levels(week, 1.0).available


def stalled_from(world):
    """Day on which a stall begins that is certain, half-way through its span."""
    made = block_of(world)
    return first_log_day(made, "stall begins", 800.0)


def stalled_until(world):
    return first_log_day(block_of(world), "stall ends", 1500.0)


def first_log_day(made, event, until):
    made.ctx.env.run(until=until)
    days = [each.day for each in made.ctx.trace.events if each.event == event]
    return min(days, default=math.inf)


def after_a_product_change(world):
    """Engineering time left of ten months after a change, which comes after its mean interval."""
    made = block_of(world, luck=ONE_MEAN)
    made.engineering_months = 10.0
    made.ctx.env.run(until=1.0)
    made.engineering_months = 10.0
    made.ctx.env.run(until=1500.0)
    return made.engineering_months


def major_stop_days(world):
    made = block_of(world, luck=ONE_MEAN)
    made.ctx.env.run(until=105.0)
    return made.major_stop_left_days


CERTAIN = replace(
    WORLD,
    ramp=replace(
        WORLD.ramp,
        scrap_start=0.4,
        scrap_mature=0.06,
        transfer=0.4,
        mtbf=20.0,
        stall_probability=1.0,
        relapse=0.15,
        product_change_interval=40.0,
        major_stops=3.6525,
        major_stop_gsd=1.0,
    ),
)


@table(
    CERTAIN,
    ("ramp.scrap_time", 4.0, scrap_after_four_months, 0.18507900999829),  # 0.06 + 0.34 / e
    ("ramp.scrap_time", 2.0, scrap_after_four_months, 0.106013996300448),  # 0.06 + 0.34 / e^2
    ("ramp.scrap_mature", 0.1, scrap_after_four_months, 0.210363832351433),  # 0.1 + 0.3 / e
    ("ramp.transfer", 0.3, second_line_state, 0.6),  # 0.3 x 2 years
    ("ramp.transfer", 0.3, second_line_state_behind, -0.5),  # a delay is handed on in full
    ("ramp.transfer", 0.3, engineering_of_a_second_block, 3.0),
    # Up 20, down 2/3, three times over.
    ("ramp.mttr", 16.0, lost_days, 2.0),
    ("ramp.mttr", 16.0, lost_days_with_few_technicians, 8 / 3),  # two repairs of 4/3
    ("ramp.mtbf", 10.0, lost_days, 10 / 3),  # five repairs
    ("ramp.stall_capacity", 0.3, made_in_a_stall, 0.441),  # 0.7 x 0.63
    ("ramp.stall_within", 24.0, stalled_from, 365.25),
    ("ramp.stall_within", 12.0, stalled_from, 182.625),
    ("ramp.stall_length", 6.0, stalled_until, 547.875),  # 365.25 + 182.625
    ("ramp.stall_probability", 0.9, stalled_from, math.inf),  # not certain
    ("ramp.relapse", 0.2, after_a_product_change, 8.0),
    ("ramp.product_change_interval", 60.0, after_a_product_change, 10.0),  # not yet
    ("ramp.product_change_interval", 20.0, after_a_product_change, 7.225),  # twice
    ("ramp.major_stop", 9.0, major_stop_days, 9.0),  # one, on day 100
    ("ramp.major_stops", 7.305, major_stop_days, 14.0),  # two, on days 50 and 100
)
def test_blocks(spec, measure, expected):
    assert measure(spec) == exact(expected)
