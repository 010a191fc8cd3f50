"""Cells: every share between the nameplate of a line and a good cell that is delivered.

A site of 34.3 GWh a year: a week of seven of the year's 343 scheduled days is 0.7 GWh. Its
line is mature: rating 0.9, a tenth of scrap, so 0.63 GWh good of 0.7 started.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from bvsim.schema.materials import Recipe
from bvsim.schema.production import Production
from bvsim.schema.ramp import RampClass
from bvsim.valley.cells.gigafactory import SITE
from bvsim.valley.cells.process import InProcess
from bvsim.valley.ground.environment import Environment
from gigafactory_case import PRODUCTION, RECIPE, Buyer, make_site
from mechanism_table import exact, table
from stand_ins import Gate
from world import make_context, make_ramp

MONTH = 30.4375


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
    case.site.wiring.process.detection_days = world.production.detection
    while case.ctx.env.peek() == 0.0:
        case.ctx.env.step()
    case.cell_block.block.know_how = state
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
    ("ramp.mature", 0.8, good_gwh, 0.56),  # 0.8 x 0.7
    ("ramp.mature", 0.8, started_gwh, 0.56 / 0.9),
    ("ramp.scrap_start", 0.37, good_gwh, 0.441),  # 0.63 of the 0.7 started
    ("ramp.mature", 0.8, good_with_half_the_crews, 0.28),
    ("ramp.scrap_start", 0.37, good_with_some_cathode, 0.315),  # 0.63 x 0.5
    ("ramp.mature", 0.8, good_under_a_cap, 0.28),
    ("ramp.scrap_start", 0.37, good_for_orders, 0.35),  # it starts more for as many good ones
    # A week's orders, 18.2625 x 7 / 343, less what is in process beyond 20 days of them.
    ("production.detection", 20.0, good_with_cells_in_process, 0.372704081632653 - 0.3),
    ("production.detection", 24.0, good_with_cells_in_process, 0.372704081632653 - 0.1),
    ("production.detection", 10.0, good_with_cells_in_process, 0.0),
    ("ramp.mature", 0.9, cathode_used_t, 0.7 * 1300 / 0.92),
)
def test_week(spec, measure, expected):
    assert measure(spec) == exact(expected)


def learnt_months(world):
    """Engineering time after a week in which people learn at half the speed."""
    case = site_of(world)
    case.site.wiring.workforce.learning_speed = 0.5
    return run_week(case).cell_block.block.engineering_months


def learnt_years(world):
    """Know-how gained by a mature block in a week with half of its crews, in years."""
    return run_week(site_of(world, crew=0.5)).cell_block.block.know_how - 1e3


def reported_yield(world):
    return reported(world).yield_


def reported_use(world):
    return reported(world).utilisation


def reported(world):
    """Return what buyers hear of January, in which the site ran for a week."""
    case = run_week(site_of(world))
    case.site.month_end(next(p for p in case.ctx.calendar.periods if p.end_day == 31.0))
    return case.book.reported


@table(
    WORLD,
    ("ramp.mature", 0.9, learnt_months, 12 * 3.5 / 343),
    ("ramp.mature", 0.9, learnt_years, 3.5 / 343),
    ("ramp.scrap_start", 0.37, reported_yield, 0.63),
    ("ramp.mature", 0.8, reported_use, 0.56 / (34.3 * 31 / 365.25)),
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
    return planned_cathode(world, world.ramp.t50 / 12)


# 36.525 GWh a year x 0.9 / 0.9 x 1000 t / 365.25 days: 100 t a day.
@table(
    WORLD,
    ("ramp.mature", 0.72, planned_when_mature, 80.0),
    ("ramp.scrap_mature", 0.28, planned_when_mature, 125.0),  # 0.9 / 0.72
    ("ramp.steepness", 4.2, planned_at_half_rate, 97.3403006423134),  # 1 / (1 + e^-3.6)
)
def test_outlook_of_cathode_use(spec, measure, expected):
    assert measure(spec) == exact(expected)


# -- scrap and cells in process ------------------------------------------------------------------


def process_of(world, gate=None, env=None):
    return InProcess(
        site="site",
        recipe=world.recipe,
        production=world.production,
        in_cell=world.in_cell,
        gate=gate or Gate(),
        clock=(env or Environment()).clock,
    )


def scrap_of_ten(world):
    """Scrap of 10 GWh started of which 8 are good."""
    period = make_context().calendar.periods[0]
    return process_of(world).begin(period, 10.0, 8.0, [], [])


def trim_t(world):
    return scrap_of_ten(world).trim_t


def dry_cells_t(world):
    return scrap_of_ten(world).dry_cells_t


def filled_cells_t(world):
    return scrap_of_ten(world).filled_cells_t


def found_day(world):
    """Day on which the cells of the first week are told apart, and their scrap handed over."""
    gate, env = Gate(), Environment()
    process = process_of(world, gate, env)
    process.begin(make_context().calendar.periods[0], 10.0, 8.0, [], [])
    while not process.collect():
        env.step()
    assert len(gate.deliveries) == 3
    return env.now


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


def test_a_downsized_block_stands_for_what_is_left_of_it():
    each = site_of(WORLD).cell_block
    pipeline = each.block.pipeline
    for size, state, standing in ((0.7, "construction", 24.01), (1.0, "suspended", 0.0)):
        pipeline.size, pipeline.state = size, state
        each.note_change()
        assert each.standing_gwh == exact(standing)


def test_the_second_year_is_of_the_months_13_to_24_after_sop():
    site, books = site_of(WORLD).site, make_context().books
    site.ctx = replace(site.ctx, books=books)
    site.account = books.open("yearly", "site", SITE.columns)
    for month in range(30):
        site.account.now[SITE.good_gwh] = float(month)
        books.close_month()
    assert site.second_year_gwh(100.0) == exact(246.0)  # SOP in month 3: 15 + ... + 26
    assert site.second_year_gwh(-50.0) == exact(210.0)  # before the first month: 12 + ... + 23
    assert site.second_year_gwh(181.0) == exact(282.0)  # on the first of month 6: 18 + ... + 29
    assert math.isnan(site.second_year_gwh(212.0))  # 19 to 30, of which the last is missing
    assert math.isnan(site.second_year_gwh(math.inf))
