"""A small world for the tests of demand and money."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from bvsim.schema.demand import (
    Bonus,
    CarMarket,
    CostGap,
    DemandSpec,
    Deviation,
    Leasing,
    ObservedYear,
    Offtake,
    OpenMarket,
    OtherVehicles,
    PackSizes,
    SecondSource,
    SharePath,
    Supplier,
    VehicleProgramme,
)
from bvsim.schema.unit import Timed
from bvsim.valley.ground.books import Books, Trace
from bvsim.valley.ground.calendar import Calendar, make_calendar
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.environment import Environment
from bvsim.valley.ground.streams import Key, Streams

START = date(2023, 1, 1)
AS_OF = date(2026, 3, 31)
CALENDAR = make_calendar(
    START, date(2032, 12, 31), review_days=7, scheduled_days=343, august_share=0.68
)


def flat(value: float) -> Timed:
    """Return a timed figure that never changes."""
    return Timed((), (value,))


def context(
    *,
    chance: bool = False,
    draw: int = 0,
    as_of: date = AS_OF,
    lifts: frozenset[str] = frozenset(),
    calendar: Calendar = CALENDAR,
) -> Context:
    """Return fresh surroundings."""
    trace = Trace(calendar, keep=True)
    env = Environment()
    return Context(
        env=env,
        clock=env.clock,
        calendar=calendar,
        streams=Streams(Key(1, draw, 0, chance)),
        books=Books(calendar, trace),
        trace=trace,
        as_of_day=calendar.day(as_of),
        lifts=lifts,
    )


def path(weight: float, *shares: float) -> SharePath:
    """Return a path with the same knots in both regions."""
    knots = dict(zip(("2026", "2028", "2032"), shares, strict=True))
    return SharePath(weight=weight, home=knots, export=knots)


def car_market(level: float) -> CarMarket:
    """Return a market that neither grows nor strays."""
    return CarMarket(base_year=2025, level=level, trend=0.0, rho=0.0, sd=0.0)


OBSERVED = ObservedYear(
    known_from=date(2026, 1, 31),
    source=("somewhere",),
    bev_car=300_000,
    bev_lcv=36_000,
    phev_car=100_000,
    cars=1_500_000,
    export_bev_car=2_000_000,
    export_cars=10_000_000,
)
PROGRAMME = VehicleProgramme(
    site="plant",
    customer="carmaker",
    market="none",
    start=0.0,
    base_year=2026,
    volume=100_000.0,
    build_up=0.0,
    energy=50.0,
    sourced_here=flat(0.8),
    lfp=0.0,
)
"""4 GWh a year."""
OFFTAKE = Offtake(
    site="plant",
    customer="carmaker",
    market="none",
    start=0.0,
    base_year=2026,
    volume=10.0,
    build_up=0.0,
    called=flat(0.6),
    take_or_pay=0.2,
)
COST_GAP = CostGap(
    mature=flat(0.25),
    at_start=0.9,
    fixed=0.2,
    reference_yield=0.95,
    reference_use=0.8,
    lowest_use=0.2,
    memory=6.0,
    local_content=0.0,
)


def demand_spec(**changes: Any) -> DemandSpec:
    """Return a small model of demand without chance, policy or open market."""
    spec = DemandSpec(
        follow="drawn",
        path=0.5,
        paths={
            "low": path(0.25, 0.2, 0.3, 0.5),
            "central": path(0.5, 0.25, 0.4, 0.7),
            "high": path(0.25, 0.3, 0.5, 0.9),
        },
        deviation=Deviation(rho=0.7, sd=0.12, correlation=0.6),
        home=car_market(1_600_000.0),
        export=car_market(10_000_000.0),
        observed={"2025": OBSERVED},
        other_vehicles=OtherVehicles(vans=400_000.0, van_share=0.5, phev_of_rest=0.1),
        pack=PackSizes(base_year=2025, home_bev=60, export_bev=60, growth=0.0, lcv=50, phev=20),
        co2_steps={},
        leasing=Leasing(
            opens_month=10,
            opened={},
            probability=flat(0.0),
            places=flat(50_000.0),
            additional=0.5,
            delivery=3.0,
            borrowed=0.6,
            payback=6.0,
        ),
        bonus=Bonus(change=flat(0.0), effect=0.02),
        level=flat(1.0),
        market_response=1.0,
        programmes={},
        offtakes={},
        cost_gap=COST_GAP,
        open_market=OpenMarket(
            contestable=0.0, rival_capacity=1.5, sensitivity=4.0, preference=0.0, award=12.0
        ),
        lfp={"2025": 0.0},
        substitution=0.0,
        second_source=SecondSource(share=0.0, ready=12.0, term=60.0),
        suppliers={"plant": Supplier(open_market=False)},
        finished=30.0,
        transferred=0.5,
    )
    return replace(spec, **changes)
