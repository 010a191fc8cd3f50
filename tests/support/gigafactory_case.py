"""One gigafactory with stand-ins for the markets: everybody and everything there but orders."""

from __future__ import annotations

import math
from datetime import date
from types import SimpleNamespace

import numpy as np

from bvsim.schema.demand import Supplier
from bvsim.schema.materials import Recipe
from bvsim.schema.plan import PlanStep
from bvsim.schema.production import Production
from bvsim.schema.unit import Timed
from bvsim.valley.cells.block import SiteBlock
from bvsim.valley.cells.expansion import BlockOwner, SiteProjects
from bvsim.valley.cells.gigafactory import Gigafactory
from bvsim.valley.cells.partners import SiteWiring
from bvsim.valley.cells.plan import PlanPath
from bvsim.valley.cells.process import InProcess
from bvsim.valley.orders.contracts import OrderContract, Portfolio
from bvsim.valley.orders.customers import ORDERS, OrderBook
from bvsim.valley.projects.block import Block
from bvsim.valley.projects.stages import Pipeline
from stand_ins import Gate, Outlook
from world import SHOCK, make_context, make_project

RECIPE = Recipe(
    family="nmc",
    cam=1.3,
    precursor=0.95,
    lithium_hydroxide=0.445,
    lithium_carbonate=0.0,
    lithium=0.07,
    nickel=0.4,
    cobalt=0.1,
    manganese=0.1,
    copper_foil=0.2,
    aluminium_foil=0.1,
    anode=0.85,
    electrolyte=0.36,
    separator=6.7,
    cell_mass=4000.0,
)
PRODUCTION = Production(
    detection=21.0, reject_mass=0.7, reject_electrodes=0.4, reject_dry_cells=0.25
)


class Buyer:
    """Cathode material at will, or up to a limit a period."""

    cam_t_per_gwh = 1.3e3 / 0.92
    lead_days = 60.0

    def __init__(self, limit_t=math.inf):
        self.limit_t, self.used, self.requested, self.closed = limit_t, 0.0, 0.0, False

    def request(self, tonnes, outlook=0.0):
        self.requested += tonnes

    def use(self, in_cells, scrap):
        self.used += in_cells + scrap

    def buy_salts(self, _day):
        return 0.0

    def sourcing(self, _day):
        return 0.0, 0.0

    def close(self):
        self.closed = True

    def reopen(self):
        self.closed = False


class Crew:
    """A workforce of a given strength."""

    def __init__(self, share=1.0):
        self.crew_share = self.technician_share = share
        self.learning_speed = self.repair_factor = 1.0
        self.scrap_penalty, self.heads = 0.0, 100
        self.closed_on = None

    def ask(self, plans, lines=1):
        self.plans = plans

    def close(self, day, kept=0.0):
        self.closed_on, self.kept = day, kept

    def reopen(self):
        self.closed_on = None


class Purse:
    """Money is no object."""

    throttle_wanted, throttle_cap, cash_months, insolvent = False, 0.5, 24.0, False
    closed = False
    sop_day = None

    def open(self, sop_day):
        self.sop_day = sop_day

    def month(self, last, activity):
        pass

    def stop(self):
        self.closed = True

    def restart(self, day, money, patience):
        self.closed, self.money = False, money

    def balances(self):
        return iter(())


class Owner:
    """Owners of a given patience, and what comes after them."""

    def __init__(self, patience, fate):
        self.patience, self.fate = patience, fate

    def closure_patience(self):
        return self.patience

    support_patience = closure_patience

    def after_stop(self, then):
        self.then, fate, self.fate = then, self.fate, None
        return fate


class Meter:
    """No energy is metered."""

    def month(self, **_):
        return 0.0


def make_site(
    ramp,
    *,
    ordered_gwh,
    nameplate=12.0,
    crew=1.0,
    cathode_t=math.inf,
    patience=math.inf,
    closes=None,
    sop=0.0,
    first_sales=0.0,
    announced=0.0,
    fate=None,
    lifts=frozenset(),
):
    """Return a site of one block with one line from day 0, its context and what it delivered."""
    ctx = make_context(chance=False, lifts=lifts)
    projects = SiteProjects("site", Outlook(), ctx)
    owner = BlockOwner(projects, None, (), nameplate)
    pipeline = Pipeline(make_project(sop=sop), "site.block-1", ctx, SHOCK, owner=owner)
    block = Block(
        entity="site.block-1",
        nameplate=nameplate,
        lines=1,
        line_interval=Timed((), (1.0,)),
        ramp=ramp,
        ctx=ctx,
        pipeline=pipeline,
    )
    cell_block = SiteBlock(
        block=block,
        plan=PlanPath(
            {"all": PlanStep(begins=date(2022, 1, 1), nameplate=announced)}, ctx.calendar
        ),
        observed=None,
        ctx=ctx,
        first_sales_months=first_sales,
    )
    account = ctx.books.open("yearly", "site:demand", ORDERS.columns)
    flat = np.full(ctx.calendar.months, ordered_gwh)
    book = OrderBook(
        "site",
        room_share=20.0 / 343.0,
        gap=0.2,
        account=account,
        supplier=Supplier(),
        portfolio=Portfolio([OrderContract(0.0, 0.0, flat, lambda: flat)], ctx.calendar.months),
        ctx=ctx,
    )
    gate = Gate()
    process = InProcess(
        site="site",
        recipe=RECIPE,
        production=PRODUCTION,
        in_cell=0.92,
        gate=gate,
        clock=ctx.clock,
    )
    wiring = SiteWiring(
        workforce=Crew(crew),
        buyer=Buyer(cathode_t),
        orders=book,
        purse=Purse(),
        meter=Meter(),
        process=process,
    )
    site = Gigafactory(
        name="site",
        ramp=ramp,
        blocks=[cell_block],
        projects=projects,
        wiring=wiring,
        fates=Owner(patience, fate),
        remains=1.0,
        ctx=ctx,
        closes=closes,
    )
    site.start()
    return SimpleNamespace(
        site=site,
        ctx=ctx,
        book=book,
        scrap=gate.deliveries,
        cell_block=cell_block,
        ordered_gwh=ordered_gwh,
    )


def ordered(case):
    """Return the constant orders of a case, GWh a year."""
    return case.ordered_gwh


def play(case, years=4):
    """Run the site; yield (period, what it could make, good cells, room, cells in process)."""
    ctx, site, book = case.ctx, case.site, case.book
    month = 0
    for period in ctx.calendar.periods:
        if period.year >= 2023 + years:
            return
        ctx.env.run(until=period.start_day + 1e-6)
        if period.month != month:
            site.month_end(ctx.calendar.periods[period.index - 1])
            ctx.books.close_month()
            month = period.month
        site.ask_people()
        if book.nameplate_gwh > 0.0 and not book.trading and not book.closed:
            book.open(period.start_day)
        share = period.scheduled_days / 343.0
        if book.trading:
            book.committed = ordered(case)
            book.place(share, unlimited=False)
        site.ask_cathode(period)
        before, waiting = site.account.now[0], site.wiring.process.gwh
        room = book.limit_gwh
        could = sum(each.possible.available for each in site._running)
        site.produce(period)
        yield period, could, site.account.now[0] - before, room, waiting
