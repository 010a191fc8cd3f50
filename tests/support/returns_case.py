"""A recycler and the packs of France, with plain figures.

From 1 January 2025 on: packs of NMC cells are collected in France at 10 t a
day. One recycler of 3652.5 t a year (10 t a day, 310 t in January) stands against as much
capacity elsewhere, so that it draws half: 155 t in January. A tonne of packs gives half a
tonne of black mass with a fifth of nickel, of which buyers pay half: 500 EUR a tonne.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bvsim.schema.recycling import (
    Chemistry,
    Economics,
    Metals,
    NonEv,
    Reach,
    RecyclerSpec,
    RecyclingSpec,
    Regulation,
    Scrap,
    ShredderLine,
    Trade,
)
from bvsim.valley.ground.calendar import make_calendar
from bvsim.valley.ground.rows import vec
from bvsim.valley.returns.market import Recycling
from fleet_case import constant, context
from mechanism_table import Fortune

CALENDAR = make_calendar(
    date(2025, 1, 1), date(2028, 12, 31), review_days=31, scheduled_days=343, august_share=0.5
)
ELEMENTS = ("nickel", "cobalt", "lithium", "manganese")
NICKEL = Metals(nickel=0.2, cobalt=0.0, lithium=0.0, manganese=0.0)

LINE = ShredderLine(
    capacity=3652.5,
    opened=date(2025, 1, 1),
    announced=0.0,
    slip=0.0,
    notice=0.0,
    probability=1.0,
    needs_load=0.0,
)
WORKS = RecyclerSpec(
    title="",
    basin="",
    lines={"line-1": LINE},
    per_pack=1.0,
    commissioning=0.0,
    first_rate=1.0,
    ramp=1.0,
    intake=4.0,
    batch=0.0,
    minimum_load=0.0,
    load_window=1.0,
    patience=3.0,
    restart_load=0.35,
    restart_sustained=2.0,
    restart_delay=3.0,
    staff=40.0,
    staff_per_line=10.0,
    mothballed_staff=0.3,
)
WORLD = RecyclingSpec(
    recyclers={"works": WORKS},
    chemistries={
        "nmc": Chemistry(
            black_mass=NICKEL,
            yield_factor=1.0,
            gate_fee=100.0,
            powders={"precursor": Metals(nickel=0.5, cobalt=0.0, lithium=0.0, manganese=0.0)},
        ),
        "lfp": Chemistry(black_mass=NICKEL, yield_factor=1.0, gate_fee=0.0),
    },
    yields={"trim": 0.9, "dry_cell": 0.7, "filled_cell": 0.6, "pack": 0.5, "non_ev": 0.4},
    capture=dict.fromkeys(ELEMENTS, 1.0),
    reach=Reach(local=0.0, pull=1.0, competitors={"2025": 3652.5}),
    scrap=Scrap(contract=constant(1.0), term_first=1.0, term_last=3.0, spread=0.0),
    non_ev=NonEv(collected=0.0, base_year=2023, growth=0.0),
    economics=Economics(
        opex=200.0,
        fixed=0.4,
        prices=dict.fromkeys(ELEMENTS, 10_000.0),
        price_volatility=0.0,
        price_persistence=0.0,
        payable=dict.fromkeys(ELEMENTS, 0.5),
        scrap_price=0.6,
        pass_through=0.0,
        other_metals=50.0,
    ),
    hydromet={},
    trade=Trade(rule_from=500.0, exported_before=0.4, exported_after=0.1),
    regulation=Regulation(recovery={}, recycled_content={}, salt_premium=0.0, efficiency={}),
)


class France:
    """Packs collected in the country, in t a day by month."""

    def __init__(self, nmc, lfp=0.0, until=10**6, since=0):
        months = range(CALENDAR.months)
        self.collected_rates = [
            vec[float]([rate if since <= month < until else 0.0 for month in months])
            for rate in (nmc, lfp, 0.0, 0.0)
        ]
        self.second_life_closing = self.dwell_closing = [0.0] * CALENDAR.months

    def start(self):
        pass

    def pass_month(self, month, days):
        return vec[float]([0.0] * 5)

    def collected_per_year(self, month):
        month = min(month, CALENDAR.months - 1)
        return sum(rates[month] for rates in self.collected_rates) * 365.25


def play(spec, *, packs=None, months=1, scrap=(), luck=None):
    """Run recyclers for some months; `scrap` is delivered in the first one."""
    ctx = context(calendar=CALENDAR, chance=False, as_of=date(2025, 1, 1))
    if luck is not None:
        ctx = replace(ctx, streams=Fortune(luck))
    made = Recycling(spec, packs or France(10.0), ctx)
    made.start()
    for delivery in scrap:
        made.deliver_scrap(*delivery)
    for period in CALENDAR.periods:
        if period.month >= months:
            break
        if period.start_day > 0.0:
            ctx.env.run(until=period.start_day)
        made.process(period)
        if period.end_day == CALENDAR.month_starts[period.month + 1]:
            ctx.books.close_month()
    return made


def column(made, name, entity="region:eol", month=0):
    account = made.ctx.books.accounts["yearly", entity]
    position = [each.name for each in account.columns].index(name)
    return account.months[month][position]


SCRAP = [("plant", "nmc", "filled_cell", 100.0)]
