"""A small labour market for tests: every figure a plain number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bvsim.schema.labour import (
    Attrition,
    Basin,
    Competitor,
    Hiring,
    Labour,
    Learning,
    Mix,
    Pay,
    Proficiency,
    Programme,
    Release,
    Shuttle,
    SkillShares,
    SkillWeeks,
    Staffing,
    StaffingPath,
    ThinStaffing,
    Upskilling,
    Willingness,
)
from bvsim.schema.unit import Timed
from bvsim.valley.ground.books import Books, Trace
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.environment import Environment
from bvsim.valley.ground.streams import Key, Streams
from bvsim.valley.people.market import LabourMarket
from world import calendar_of


def always(value: float) -> Timed:
    return Timed((), (value,))


def by_skill(value: float) -> SkillShares:
    return SkillShares(operators=value, technicians=value, engineers=value, others=value)


MIX = Mix(operators=0.6, technicians=0.2, engineers=0.1)
LEARNING = Learning(start=0.5, tau=4.0)


PATH = StaffingPath(
    mix=MIX,
    lead=9.0,
    at_sop=0.45,
    skilled_at_sop=0.7,
    to_full=12.0,
    experts=4.0 / 60.0,
    experts_half_life=10.0,
)
"""Those whose figures a plant has that is staffed as usual."""


def staffing(**changes) -> Staffing:
    base = Staffing(
        heads_per_unit=60.0,
        later_saving=0.25,
        mix=MIX,
        lead=9.0,
        at_sop=0.45,
        skilled_at_sop=0.7,
        to_full=12.0,
        crews=5.0,
        path=PATH,
        experts_per_unit=4.0,
        experts_half_life=10.0,
        pay=1.0,
        attrition=1.0,
    )
    return replace(base, **changes)


def programme(**changes) -> Programme:
    base = Programme(
        basin="east",
        skill="operators",
        draws_on="operators",
        seats=always(20.0),
        smallest=1.0,
        rooms=1.0,
        interval=4.0,
        first_intake=30.0,
        delay=always(0.0),
        hours=400.0,
        hours_a_week=35.0,
        centre_share=0.35,
        trainees_per_trainer=3.0,
        applicants=1.0,
        automotive=0.0,
        drop_out=0.12,
        exam_pass=0.92,
        placement=0.94,
        cost=7.0,
    )
    return replace(base, **changes)


def labour(**changes) -> Labour:
    base = Labour(
        seekers_mix=MIX,
        automotive_mix=MIX,
        basins={
            "east": Basin(
                seekers=2000.0,
                refill=900.0,
                reach={"east": always(0.8), "west": always(0.2)},
                housing=20.0,
            ),
            "west": Basin(
                seekers=1000.0,
                refill=400.0,
                reach={"west": always(0.7), "east": always(0.3)},
                housing=20.0,
            ),
        },
        willing=Willingness(share=0.04, counted_at=0.04),
        trained_people=1.0,
        releases={
            "engines": Release(basin="east", workers=400.0, begins=300.0, ends=900.0, joins=0.4)
        },
        shuttles={"pods": Shuttle(basin="west", in_service=1500.0, closes_gap=0.5)},
        competitors={
            "works": Competitor(
                basin="west",
                begins=400.0,
                peak_begins=1500.0,
                peak_ends=2500.0,
                ends=3000.0,
                peak=1000.0,
                permanent=200.0,
                local=0.3,
                mix=MIX,
                pull=0.3,
            )
        },
        programmes={"course": programme(destination="alpha"), "open": programme(basin="west")},
        upskilling={"modules": Upskilling(begins=100.0, ends=2000.0, attrition=0.95)},
        hiring=Hiring(
            rule="proportional",
            lead=SkillWeeks(operators=6.0, technicians=16.0, engineers=26.0, others=8.0),
            contact=0.25,
            capacity=60.0,
            outside=SkillShares(operators=0.02, technicians=0.1, engineers=0.3, others=0.1),
            patience=9.0,
            trainers=0.1,
        ),
        attrition=Attrition(
            first_quarter=0.03,
            first_year=0.015,
            second_year=0.009,
            later=0.005,
            scale=1.0,
            news=1.5,
            news_lasts=6.0,
            poached=by_skill(0.2),
            pay_exponent=3.0,
            away=by_skill(0.5),
        ),
        pay=Pay(bonus=always(0.0), applicants=1.0, leaving=1.0, post=48.0),
        proficiency=Proficiency(
            operators=LEARNING,
            technicians=Learning(start=0.4, tau=8.0),
            engineers=Learning(start=0.5, tau=9.0),
            others=LEARNING,
            trained=0.15,
            automotive=0.1,
            experienced=0.85,
        ),
        thin_staffing=ThinStaffing(
            crew_minimum=0.9,
            repair_exponent=0.7,
            technicians_floor=0.2,
            learning_elasticity=0.5,
            fastest=1.25,
            scrap_slope=0.4,
        ),
    )
    return replace(base, **changes)


def masters() -> Proficiency:
    """Return learning in which everybody knows everything on the first day."""
    known = Learning(start=1.0, tau=4.0)
    return replace(
        labour().proficiency, operators=known, technicians=known, engineers=known, others=known
    )


def context(
    *, years: int = 6, chance: bool = True, seed: int = 1, as_of: float = 0.0, lifts=(), keep=False
) -> Context:
    calendar = calendar_of(
        date(2023, 1, 1),
        date(2022 + years, 12, 31),
        review_days=7,
        scheduled_days=343,
        august_share=0.6,
    )
    trace = Trace(calendar, keep=keep)
    env = Environment()
    return Context(
        env=env,
        clock=env.clock,
        calendar=calendar,
        streams=Streams(Key(seed, 0, 0, chance)),
        books=Books(calendar, trace),
        trace=trace,
        as_of_day=as_of,
        lifts=frozenset(lifts),
    )


def play(market: LabourMarket, ctx: Context, *, plans=None, before=None, after=None) -> None:
    """Run the phases of every period; `plans` maps names to (day) -> (plans, lines)."""
    market.start()
    periods = ctx.calendar.periods
    for period, following in zip(periods, [*periods[1:], None], strict=True):
        if period.start_day > ctx.env.now:
            ctx.env.run(until=period.start_day)
        if before is not None:
            before(period)
        for name, plan in (plans or {}).items():
            market.workforces[name].ask(*plan(period.start_day))
        market.clear(period)
        if after is not None:
            after(period)
        if following is None or following.month != period.month:
            ctx.env.run(until=period.end_day)  # what happens within the month belongs to it
            ctx.books.close_month()


def steady(nameplate: float, sop: float, lines: int = 4):
    """Return a plan that is fully released at its SOP."""

    def plan(day: float):
        return (((nameplate, sop, nameplate if day >= sop else 0.0),), lines)

    return plan


def column(ctx: Context, entity: str, name: str) -> list[float]:
    """Return a column of an entity month by month."""
    account = ctx.books.accounts["yearly", entity]
    index = [each.name for each in account.columns].index(name)
    return [month[index] for month in account.months]


def check_balances(market: LabourMarket) -> None:
    for each in market.balances():
        assert each.opening + each.inflow == each.outflow + each.closing, each
        for amount in (each.opening, each.inflow, each.outflow, each.closing):
            assert amount == int(amount) >= 0, each
