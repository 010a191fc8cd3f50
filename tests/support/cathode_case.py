"""A small cathode market for tests: every figure a plain number, no luck unless asked for."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

from bvsim.schema.cathode import (
    Batches,
    CamPlant,
    CathodeBlock,
    Contract,
    Kilns,
    PcamPlant,
    Qualification,
)
from bvsim.schema.imports import Handling, Imports, ReorderPolicy, Route
from bvsim.schema.labour import Mix, Staffing, StaffingPath
from bvsim.schema.materials import Aluminium, Materials, Recipe
from bvsim.schema.ramp import RampClass
from bvsim.schema.stages import Project, Shock, Stage, Stages, Stops
from bvsim.schema.unit import Timed
from bvsim.valley.cathode.buyer import Buyer
from bvsim.valley.cathode.market import CathodeMarket
from bvsim.valley.ground.books import Balance, Books, Trace
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.environment import Environment
from bvsim.valley.ground.streams import Key, Streams
from stand_ins import FullEmployment, Gate
from world import calendar_of, left_by_stops

SHOCK = Shock(level=0.5, correlation=0.0)
AS_OF = date(2026, 3, 31)
NEVER = 1e9


def context(
    start: date = date(2026, 1, 1),
    end: date = date(2032, 12, 31),
    *,
    as_of: date = date(2025, 12, 31),
    chance: bool = False,
    draw: int = 0,
    lifts: frozenset[str] = frozenset(),
    keep: bool = False,
    review: float = 7,
    scheduled: int = 343,
) -> Context:
    calendar = calendar_of(
        start, end, review_days=review, scheduled_days=scheduled, august_share=0.68
    )
    trace = Trace(calendar, keep=keep)
    env = Environment()
    return Context(
        env=env,
        clock=env.clock,
        calendar=calendar,
        streams=Streams(Key(1, draw, 0, chance=chance)),
        books=Books(calendar, trace),
        trace=trace,
        as_of_day=calendar.day(as_of),
        lifts=lifts,
    )


def policy(**changes) -> ReorderPolicy:
    figures = {
        "safety_stock": 35.0,
        "order_cover": 28.0,
        "lot": 18.0,
        "memory": 60.0,
        "revision": 14.0,
        "shelf_life": NEVER,
        "moisture_reject": 0.0,
        "emergency_cover": 0.0,
        "emergency_share": 0.0,
    }
    return ReorderPolicy(**(figures | changes))


def handling(**changes) -> Handling:
    figures = {
        "order_to_ship": 21.0,
        "origin": 7.0,
        "port": 5.0,
        "onward": 2.0,
        "inspection": 3.0,
        "spread": 1.0,
        "late": 0.0,
        "late_by": 5.0,
        "late_spread": 1.6,
    }
    return Handling(**(figures | changes))


ROUTES = {
    "suez": Route(mode="sea", transit=33.0),
    "cape": Route(mode="sea", transit=47.0),
    "air": Route(mode="air", transit=9.0),
}


def imports(**changes) -> Imports:
    parts = {
        "routes": ROUTES,
        "prefer": ("suez", "cape"),
        "emergency": None,
        "handling": handling(),
        "cam": policy(),
        "pcam": policy(),
        "cam_of_materials": 0.4,
        "exposure": 12.0,
    }
    return Imports(**(parts | changes))


def recipe(**changes) -> Recipe:
    figures = {
        "family": "nmc",
        "cam": 1.25,
        "precursor": 0.95,
        "lithium_hydroxide": 0.445,
        "lithium_carbonate": 0.0,
        "lithium": 0.0713,
        "nickel": 0.483,
        "cobalt": 0.061,
        "manganese": 0.057,
        "copper_foil": 0.21,
        "aluminium_foil": 0.1,
        "anode": 0.85,
        "electrolyte": 0.36,
        "separator": 6.7,
        "cell_mass": 4100.0,
    }
    return Recipe(**(figures | changes))


def materials() -> Materials:
    return Materials(
        recipes={
            "nmc-811": recipe(),
            "na-nvpf": recipe(
                family="sodium", cam=2.5, precursor=0.0, lithium_hydroxide=0.0, lithium=0.0
            ),
        },
        in_cell=0.92,
        aluminium=Aluminium(local=4.4, world=16.0, foil_yield=0.85),
        upstream_carbon=50.0,
    )


def ramp(**changes) -> RampClass:
    figures = {
        "t50": 6.0,
        "scrap_start": 0.2,
        "scrap_mature": 0.03,
        "scrap_time": 6.0,
        "scrap_slow_time": 30.0,
        "transfer": 0.4,
        "stall_probability": 0.0,
        "stall_within": 24.0,
        "stall_length": 10.0,
        "stall_capacity": 0.2,
        "product_change_interval": 48.0,
        "relapse": 0.15,
        "mtbf": 45.0,
        "mttr": 18.0,
        "major_stops": 0.0,
        "major_stop": 7.0,
        "major_stop_gsd": 2.0,
    }
    # closure concerns gigafactories alone: its figures are of no matter here
    rest = {f.name: 0.0 for f in fields(RampClass) if f.name.startswith("closure")}
    figures = rest | figures | changes
    figures.setdefault("scrap_knee", figures["scrap_mature"])  # one stage
    figures.setdefault("steepness", figures.pop("k", 0.5) * figures["t50"])
    figures.setdefault("mature", 0.9 * left_by_stops(figures))
    return RampClass(**figures)


PATH = StaffingPath(
    mix=Mix(operators=0.58, technicians=0.25, engineers=0.1),
    lead=12.0,
    at_sop=0.45,
    skilled_at_sop=0.6,
    to_full=12.0,
    experts=0.08,
    experts_half_life=10.0,
)
STAFF = Staffing(
    path=PATH,
    heads_per_unit=10.0,
    later_saving=0.25,
    mix=Mix(operators=0.58, technicians=0.25, engineers=0.1),
    lead=12.0,
    at_sop=0.45,
    skilled_at_sop=0.6,
    to_full=12.0,
    crews=5.0,
    experts_per_unit=0.8,
    experts_half_life=10.0,
    pay=1.0,
    attrition=1.0,
)


def project(**changes) -> Project:
    stage = Stage(duration=4.0, stop_hazard=0.0)
    stages = Stages(
        permit=stage,
        financing=stage,
        construction=stage,
        equipment=stage,
        commissioning=stage,
    )
    stops = Stops(cancelled=0.6, downsized=0.15, downsize_factor=0.7, review=12.0, resume=0.25)
    figures = {"begins": 0.0, "stages": stages, "stops": stops}
    return Project(**(figures | changes))


def block(nameplate: float = 40_000.0, **changes) -> CathodeBlock:
    figures = {
        "nameplate": nameplate,
        "lines": 4.0,
        "line_interval": Timed((), (1.0,)),
        "first_sales": 0.0,
        "project": project(),
    }
    return CathodeBlock(**(figures | changes))


_COMMON = {
    "chemistry": "nmc-811",
    "basin": "dunkirk",
    "staffing": STAFF,
    "kilns": Kilns(campaign=344.0, overhaul=21.0),
    "batches": Batches(residence=4.0, release=7.0),
    "cover": 14.0,
    "memory": 28.0,
}


def cam_plant(contracts: dict[str, Contract] | None = None, **changes) -> CamPlant:
    parts = {
        "kind": "cam_plant",
        "title": "CAM",
        "serves": ("nmc-811",),
        "ramp": ramp(),
        "sop": 300.0,
        "blocks": {"phase-1": block()},
        "qualification": Qualification(duration=6.0, spread=1.0, repeat=0.0, repeat_length=6.0),
        "contracts": contracts or {},
        "saleable": 0.1,
        "outside": 0.1,
    }
    return CamPlant(**(_COMMON | parts | changes))


def pcam_plant(**changes) -> PcamPlant:
    parts = {
        "kind": "pcam_plant",
        "title": "pCAM",
        "ramp": ramp(),
        "sop": 500.0,
        "blocks": {"phase-1": block(38_000.0)},
    }
    return PcamPlant(**(_COMMON | parts | changes))


def contract(share: float = 0.5, of_need: float = 0.7) -> Contract:
    return Contract(share=share, of_need=of_need)


def market(ctx: Context, cathode=None, spec: Imports | None = None) -> CathodeMarket:
    return CathodeMarket(
        materials(),
        cathode or {},
        spec or imports(),
        ctx,
        shock=SHOCK,
        labour=FullEmployment(),
        gate=Gate(),
    )


class Factory:
    """A stand-in for a cell plant: it asks for a rate and uses what it gets."""

    def __init__(self, buyer: Buyer, rate_t_per_day, scrap: float = 0.1) -> None:
        self.buyer, self.rate, self.scrap = buyer, rate_t_per_day, scrap
        self.asked = self.used = 0.0
        self.daily: list[tuple[float, float, float]] = []
        self.close_day = NEVER

    def ask(self, period) -> None:
        if period.start_day >= self.close_day:
            if not self.buyer.closed:
                self.buyer.close()
            self.buyer.request(0.0)
            return
        tonnes = self.rate(period.start_day) * period.scheduled_days
        self.asked += tonnes
        self.buyer.request(tonnes)

    def run(self, period) -> None:
        use = min(self.buyer.feed.requested, self.buyer.limit_t)
        self.used += use
        self.daily.append((period.start_day, self.buyer.feed.requested, use))
        self.buyer.use(use * (1.0 - self.scrap), use * self.scrap)


def simulate(ctx: Context, side: CathodeMarket, factories: list[Factory]) -> list[Balance]:
    """Walk the calendar with the valley's phases and return the balances."""
    side.start()

    def plan():
        for period in ctx.calendar.periods:
            if period.start_day > ctx.env.now:
                yield ctx.env.timeout(period.start_day - ctx.env.now)
            for factory in factories:
                factory.ask(period)
            side.clear(period)
            for factory in factories:
                factory.run(period)
            side.produce(period)
            if period.end_day in ctx.calendar.month_starts:
                ctx.books.close_month()

    done = ctx.env.process(plan())
    ctx.env.run(until=done)
    return list(side.balances())


def assert_closed(balances: list[Balance]) -> None:
    for balance in balances:
        left = balance.opening + balance.inflow - balance.outflow - balance.closing
        size = max(1.0, abs(balance.inflow), abs(balance.outflow))
        assert abs(left) <= 1e-9 * size, balance
        assert min(balance.inflow, balance.outflow, balance.closing) >= -1e-9 * size, balance
