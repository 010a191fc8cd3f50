"""Money and energy: every share between a cell sold and the cash that is left.

A month of a plant of 12 GWh a year: 1.25 GWh started and a fifth of it scrapped, so 1 GWh
good and delivered; 1000 heads, 50 GWh of energy. EUR million: sales 100; materials 50,
consumables 10, energy 4, people and fixed cost (60 + 120) / 12 = 15, scrap
0.4 x 20 points x 1.25 = 10. What is left is 11.
"""

from __future__ import annotations

import math
from dataclasses import replace

from bvsim.schema.energy import CellProcess, EnergySpec
from bvsim.schema.money import (
    ClosureRule,
    CostClass,
    MoneySpec,
    Owners,
    SiteMoney,
    Support,
    ThrottleRule,
)
from bvsim.valley.cells.costs import Activity, Outlet
from bvsim.valley.cells.energy import EnergyMeter
from bvsim.valley.cells.money import MONEY, SitePurse
from demand_case import CALENDAR, START, context, flat
from mechanism_table import exact, table
from slots import changed

MONTH = Activity(
    delivered_gwh=1.0,
    good_gwh=1.0,
    started_gwh=1.25,
    scrap=0.2,
    nameplate_gwh=12.0,
    heads=1000.0,
    energy_gwh=50.0,
)
STORAGE = CostClass(
    base_year=2021,
    price=flat(60.0),
    materials=30.0,
    trend=0.0,
    other_variable=6.0,
    scrap_point=0.4,
    fixed=10.0,
)
LAST = [
    p for p, q in zip(CALENDAR.periods, CALENDAR.periods[1:], strict=False) if p.month != q.month
]
"""The last period of each month."""

WORLD = MoneySpec(
    classes={
        "nmc": CostClass(
            base_year=2021,
            price=flat(100.0),
            materials=50.0,
            trend=0.0,
            other_variable=8.0,
            scrap_point=0.4,
            fixed=10.0,
        )
    },
    default_class="nmc",
    default_funds=100.0,
    default_shareholders=0.0,
    default_owners=Owners(credit=0.0, backing=0.0, lasts=1e9),
    support_sooner=0.0,
    wage=60_000.0,
    electricity=flat(80.0),
    sites={},
    supports={},
    throttle=ThrottleRule(cap_above=0.3, lift_below=0.1, grace=0.0, cap=0.5),
    closure=ClosureRule(remains=0.5, memory=0.0),
)


def purse(spec, *months):
    ctx = context(as_of=START)
    made = SitePurse("plant", spec, ctx)
    made.open(0.0)
    for last, activity in zip(LAST, months, strict=False):
        made.month(last, activity)
    return made


def flow(spec):
    """Cash flow of January."""
    return purse(spec, MONTH)._account.now[4]


def cash(spec):
    return purse(spec, MONTH).cash


@table(
    WORLD,
    ("classes.nmc.price", 110.0, flow, 21.0),
    ("classes.nmc.materials", 60.0, flow, 1.0),
    ("classes.nmc.other_variable", 12.0, flow, 6.0),  # 5 more on cells started
    ("classes.nmc.scrap_point", 0.5, flow, 8.5),  # 2.5 more
    ("classes.nmc.fixed", 16.0, flow, 5.0),  # 72 / 12 more
    ("classes.nmc.trend", 0.1, flow, 13.31),  # all of it 1.1 squared
    ("wage", 84_000.0, flow, 9.0),  # 24 / 12 more
    ("electricity", 120.0, flow, 9.0),  # 50 x 40 / 1000 more
    ("default_funds", 60.0, cash, 71.0),
    (
        "sites",
        {
            "plant": SiteMoney(
                cells="nmc",
                funds=30.0,
                shareholders=0.0,
                owners=Owners(credit=0.0, backing=0.0, lasts=0.0),
            )
        },
        cash,
        41.0,
    ),
)
def test_month(spec, measure, expected):
    assert measure(spec) == exact(expected)


LOSING = replace(WORLD, classes={"nmc": replace(WORLD.classes["nmc"], price=flat(50.0))})
"""39 million are lost in the month."""


def runway(spec):
    """Months of cash."""
    return purse(spec, MONTH).cash_months


def runway_after_a_better_month(spec):
    """Runway after a second month that lost 19 million."""
    return purse(spec, MONTH, changed(MONTH, delivered_gwh=1.4)).cash_months


def headroom(spec):
    return purse(spec, MONTH).headroom


def insolvent(spec):
    return float(purse(spec, MONTH).insolvent)


@table(
    LOSING,
    ("default_shareholders", 0.5, cash, 80.5),  # 100 - 39 + 19.5
    ("default_shareholders", 0.5, runway, 80.5 / 19.5),
    ("closure.memory", 0.0, runway_after_a_better_month, 42 / 19),
    # The loss that counts: 39 - 20 (1 - e^(-1/3)) = 33.330626211475.
    ("closure.memory", 3.0, runway_after_a_better_month, 1.260102337517419),
    ("default_owners.credit", 10.0, headroom, 71.0),  # 100 - 39, and the line
    ("default_owners.credit", 10.0, runway, 71.0 / 39.0),
    ("default_funds", 20.0, insolvent, 1.0),
    ("default_funds", 40.0, insolvent, 0.0),
)
def test_runway_and_line(spec, measure, expected):
    assert measure(spec) == exact(expected)


POOR = replace(LOSING, default_funds=20.0, default_owners=Owners(credit=10.0, backing=0, lasts=1))
"""30 of the 39 million can be paid."""


def owing(spec):
    """Bills left unpaid."""
    return purse(spec, MONTH)._account.now[MONEY.creditors_meur]


def owing_without_patience(spec):
    ctx = context(as_of=START)
    made = SitePurse("plant", spec, ctx, patience=0.5)
    made.open(0.0)
    made.month(LAST[0], MONTH)
    return made._account.now[MONEY.creditors_meur]


@table(
    POOR,
    ("default_owners.credit", 12.0, owing, 7.0),
    ("default_owners.backing", 4.0, owing, 5.0),
    ("default_owners.lasts", 3.0, owing_without_patience, 9.0),
    ("support_sooner", 0.6, owing, 9.0),
)
def test_what_stays_unpaid(spec, measure, expected):
    assert measure(spec) == exact(expected)


BACKED = replace(POOR, default_owners=Owners(credit=10.0, backing=4.0, lasts=1.0))


@table(
    BACKED,
    ("default_owners.lasts", 2.0, owing_without_patience, 5.0),
    ("default_owners.lasts", 0.0, owing_without_patience, 9.0),
    ("support_sooner", 0.6, owing_without_patience, 9.0),  # half a year less 0.6
    ("support_sooner", 0.4, owing_without_patience, 5.0),
)
def test_owners_stand_by_for_their_time(spec, measure, expected):
    assert measure(spec) == exact(expected)


LOAN = Support(
    kind="loan",
    total=flat(60.0),
    start=0.0,
    shares={"plant": 0.5, "other": 0.5},
    grace=1.0,
    term=5.0,
)
"""30 million for the plant, paid back at half a million a month."""


def support(spec, months):
    account = purse(spec, *[MONTH] * months)._account
    return account.now[3]


def paid(spec):
    return support(spec, 1)


def after_fourteen_months(spec):
    """Loans less repayments up to February of the second year."""
    return support(spec, 14)


@table(
    replace(WORLD, supports={"booster": LOAN}),
    ("supports.booster.shares", {"plant": 0.2}, paid, 12.0),
    ("supports.booster.total", 90.0, paid, 45.0),
    ("supports.booster.start", 10.0, paid, 0.0),  # the month had begun
    ("supports.booster.grace", 1.0, after_fourteen_months, 29.5),  # once, on day 396
    ("supports.booster.grace", 0.5, after_fourteen_months, 26.5),  # seven times, from August on
    ("supports.booster.term", 2.5, after_fourteen_months, 29.0),
    ("supports.booster.kind", "grant", after_fourteen_months, 30.0),
)
def test_supports(spec, measure, expected):
    assert measure(spec) == exact(expected)


def capped(scrap, months=1):
    """Return a measure: whether starts are capped after some months of a scrap."""

    def caps(spec):
        return float(purse(spec, *[changed(MONTH, scrap=scrap)] * months).throttle_wanted)

    caps.__name__ = f"capped_at_{scrap:g}"
    return caps


def still_capped(spec):
    """Whether a cap set at 40% scrap still holds at 20%."""
    high, low = (changed(MONTH, scrap=scrap) for scrap in (0.4, 0.2))
    return float(purse(spec, high, low).throttle_wanted)


@table(
    WORLD,
    ("throttle.cap_above", 0.3, capped(0.31), 1.0),
    ("throttle.cap_above", 0.3, capped(0.29), 0.0),
    ("throttle.lift_below", 0.1, still_capped, 1.0),
    ("throttle.lift_below", 0.25, still_capped, 0.0),
    ("throttle.grace", 2.0, capped(0.4), 0.0),  # one month since SOP
    ("throttle.grace", 2.0, capped(0.4, 3), 1.0),
)
def test_throttle(spec, measure, expected):
    assert measure(spec) == exact(expected)


# -- energy ------------------------------------------------------------------------------------

POWER = EnergySpec(
    base_year=2021,
    improvement=0.0,
    fixed=0.5,
    grid=flat(50.0),
    gas=200.0,
    processes={
        "nmc": CellProcess(mature=30.0, electricity=0.8, materials=60.0),
        "sodium": CellProcess(mature=40.0, electricity=0.8, materials=60.0),
    },
    default_process="nmc",
    sites={},
)


def metered(spec, column):
    """Meter January: 1.25 GWh started where a month at nameplate would be 1 GWh."""
    meter = EnergyMeter("plant", spec, context(), grid_connection_mw=1e9)
    meter.month(last=LAST[0], started_gwh=1.25, nameplate_gwh=365.25 / 31)
    return meter._account.now[column]


def energy_gwh(spec):
    return metered(spec, 0)


def electricity_gwh(spec):
    return metered(spec, 1)


def co2e_kt(spec):
    return metered(spec, 2)


def load_mw(spec):
    return metered(spec, 3)


# 30 (0.5 x 1.25 + 0.5) = 33.75 GWh: 27 of electricity (1.35 kt) and 6.75 of gas (1.35 kt);
# materials 75 kt.
@table(
    POWER,
    ("fixed", 0.4, energy_gwh, 34.5),  # 30 (0.6 x 1.25 + 0.4)
    ("processes.nmc.mature", 40.0, energy_gwh, 45.0),
    ("sites", {"plant": "sodium"}, energy_gwh, 45.0),
    ("improvement", 0.1, energy_gwh, 27.3375),  # 0.9 squared
    ("processes.nmc.electricity", 0.6, electricity_gwh, 20.25),
    ("processes.nmc.electricity", 0.8, load_mw, 27_000 / 744),
    ("processes.nmc.materials", 80.0, co2e_kt, 102.7),
    ("grid", 100.0, co2e_kt, 79.05),
    ("gas", 300.0, co2e_kt, 78.375),
)
def test_energy_and_carbon(spec, measure, expected):
    assert measure(spec) == exact(expected)


def test_cells_for_storage_have_a_price_and_costs_of_their_own():
    spec = replace(WORLD, classes={**WORLD.classes, "storage": STORAGE})
    for name, left in (("storage", 11.0 - 16.0 + 8.0 + 1.0 - 3.0), ("", 11.0)):
        made = SitePurse("plant", spec, context(as_of=START), storage=name)
        made.open(0.0)
        # 0.4 of the 1 GWh are sold 40 cheaper with 20 less material; 0.5 started at 2 less
        outlet = Outlet(delivered_gwh=0.4, good_gwh=0.4, started_gwh=0.5, spent_meur=3.0)
        made.month(LAST[0], changed(MONTH, storage=outlet))
        assert made._account.now[MONEY.cash_flow_meur] == exact(left)


def test_duties_make_materials_dearer():
    made = purse(WORLD, changed(MONTH, dearer=0.2))
    assert math.isclose(made._account.now[4], 1.0)  # a fifth of 50 less than 11
