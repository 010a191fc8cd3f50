"""A labour market of one basin in which nothing happens but what a table asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bvsim.schema.labour import Basin, Competitor, Labour, SkillWeeks, Staffing, Upskilling
from bvsim.valley.people.market import LabourMarket
from labour_case import MIX, always, by_skill, context, labour, staffing

NOW = SkillWeeks(operators=0.0, technicians=0.0, engineers=0.0, others=0.0)


@dataclass(frozen=True)
class World:
    """What a table may change: the labour market, and how each plant is staffed."""

    labour: Labour
    alpha: Staffing
    beta: Staffing
    gamma: Staffing


def basin(seekers: float = 0.0, reach: float = 1.0) -> Basin:
    return Basin(seekers=seekers, refill=0.0, reach={"east": always(reach)}, housing=0.0)


RIVAL = Competitor(
    basin="east",
    begins=-2000.0,
    peak_begins=-1000.0,
    peak_ends=5000.0,
    ends=6000.0,
    peak=1000.0,
    permanent=200.0,
    local=0.0,
    mix=MIX,
    pull=0.0,
)
_QUIET = labour()
LABOUR = replace(
    _QUIET,
    basins={"east": basin(), "west": basin(reach=0.0)},
    releases={},
    shuttles={},
    competitors={"rival": RIVAL},
    programmes={},
    upskilling={"modules": Upskilling(begins=0.0, ends=1000.0, attrition=1.0)},
    hiring=replace(
        _QUIET.hiring, lead=NOW, contact=1.0, capacity=1e6, outside=by_skill(0.0), patience=1e12
    ),
    attrition=replace(
        _QUIET.attrition,
        first_quarter=0.0,
        first_year=0.0,
        second_year=0.0,
        later=0.0,
        poached=by_skill(0.0),
        away=by_skill(0.0),
    ),
)
PLANT = staffing(experts_per_unit=0.0, lead=0.0)
WORLD = World(labour=LABOUR, alpha=PLANT, beta=PLANT, gamma=PLANT)


def changed(world: World = WORLD, **parts) -> World:
    """Return a world with parts of its labour market replaced."""
    return replace(world, labour=replace(world.labour, **parts))


SEEKING = changed(basins={"east": basin(1000.0), "west": basin(1000.0, reach=0.0)})
"""600 operators and 200 technicians look for work in either basin."""


def market(world: World, *, heads: float = 0.0, plants=("alpha",)) -> LabourMarket:
    """Return a market that has started; `alpha` has veterans in the usual mix."""
    ctx = context(years=2, chance=False, as_of=0.0)
    made = LabourMarket(world.labour, ctx)
    for name in plants:
        veterans = [(-1.0, heads)] if name == "alpha" and heads else ()
        made.employ(name, "east", getattr(world, name), veterans)
    made.start()
    return made


def pass_until(made: LabourMarket, day: float) -> None:
    """Clear the market period by period, up to the one that begins on a day or before."""
    ctx = made._ctx
    for period in ctx.calendar.periods:
        if period.start_day > day:
            return
        if period.start_day > ctx.env.now:
            ctx.env.run(until=period.start_day)
        made.clear(period)


def booked(made: LabourMarket, entity: str, name: str) -> float:
    """Return a column of the running month."""
    account = made._ctx.books.accounts["yearly", entity]
    return account.now[[each.name for each in account.columns].index(name)]
