"""The labour market as a whole: conservation, facts, scarcity, order of names."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bvsim.schema.labour import Basin, ShiftChange
from bvsim.schema.unit import Timed
from bvsim.valley.people.market import LabourMarket
from bvsim.valley.people.pools import ORIGINS
from labour_case import (
    always,
    by_skill,
    check_balances,
    column,
    context,
    labour,
    masters,
    play,
    programme,
    staffing,
    steady,
)

PLANTS = ("alpha", "beta", "gamma")
BASINS = {"alpha": "east", "beta": "west", "gamma": "east"}


def market_of(ctx, spec=None, observed=None, order=PLANTS, **changes):
    market = LabourMarket(spec or labour(), ctx)
    for name in order:
        market.employ(name, BASINS[name], staffing(**changes), (observed or {}).get(name, ()))
    return market


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 1000),
    chance=st.booleans(),
    closing=st.dictionaries(st.sampled_from(PLANTS), st.integers(200, 1400), max_size=3),
    heads=st.lists(st.integers(0, 600), min_size=2, max_size=4),
    rule=st.sampled_from(["proportional", "by-pay", "first-come"]),
    poached=st.floats(0.0, 0.7),
    lift=st.booleans(),
)
def test_people_are_conserved(seed, chance, closing, heads, rule, poached, lift):
    spec = labour()
    spec = replace(
        spec,
        hiring=replace(spec.hiring, rule=rule),
        attrition=replace(spec.attrition, poached=by_skill(poached), away=by_skill(0.4)),
    )
    ctx = context(years=5, chance=chance, seed=seed, as_of=800.0, lifts=["labour"] if lift else [])
    observed = {"gamma": [(100.0 + 150.0 * i, float(n)) for i, n in enumerate(heads)]}
    market = market_of(ctx, spec, observed)

    def close(period):
        for name, day in closing.items():
            if period.start_day >= day:
                market.workforces[name].close(period.start_day)

    def look(period):
        for each in market.workforces.values():
            assert each.heads == sum(staff.heads for staff in each.staff) >= 0
            assert 0 <= each.crew_share <= 1
        for pool in market.pools.values():
            assert min(map(min, pool.people)) >= 0

    plans = {name: steady(6.0, 400.0 + 200.0 * i) for i, name in enumerate(PLANTS)}
    play(market, ctx, plans=plans, before=close, after=look)
    check_balances(market)
    for name in closing:
        assert market.workforces[name].heads == 0
    check_freed(market, ctx)


def check_freed(market, ctx):
    """Everybody whom a closure freed is with a plant, a competing site, other work, or waits."""
    basins = {
        name: {
            each: sum(column(ctx, name, each))
            for each in ("freed", "freed_hired", "freed_to_competitors", "freed_to_other_work")
        }
        for name in market.pools
    }
    for name, pool in market.pools.items():
        own = basins[name]
        gone = own["freed_hired"] + own["freed_to_competitors"] + own["freed_to_other_work"]
        assert own["freed"] == gone + sum(pool.freed)
        assert all(0 <= f <= n for f, n in zip(pool.freed, pool.people[1], strict=True))
    won = sum(sum(column(ctx, f"{n}:labour", "won_freed")) for n in market.workforces)
    assert won == sum(own["freed_hired"] for own in basins.values())


def test_everybody_who_begins_work_comes_from_somewhere():
    ctx = context(years=5)
    market = market_of(ctx)
    play(market, ctx, plans={name: steady(6.0, 500.0) for name in PLANTS})
    for name in PLANTS:
        won = sum(sum(column(ctx, f"{name}:labour", f"won_from_{origin}")) for origin in ORIGINS)
        hires = sum(column(ctx, f"{name}:labour", "hires"))
        assert won == hires + sum(market.workforces[name].transit) > 0


def test_a_plant_that_closes_is_absorbed_to_the_person():
    ctx = context(years=6, seed=3)
    market = market_of(ctx)
    alpha, there = market.workforces["alpha"], []

    def close(period):
        if period.start_day >= 1000.0:
            there.append(alpha.heads)
            alpha.close(period.start_day)

    play(market, ctx, plans={n: steady(6.0, 500.0) for n in PLANTS}, before=close)
    assert sum(column(ctx, "east", "freed")) == there[0] > 100
    check_freed(market, ctx)


def test_monthly_columns_conserve_people_too():
    ctx = context(years=5)
    market = market_of(ctx)
    play(market, ctx, plans={name: steady(6.0, 500.0) for name in PLANTS})
    for name in PLANTS:
        heads = column(ctx, f"{name}:labour", "headcount")
        hires = column(ctx, f"{name}:labour", "hires")
        left = column(ctx, f"{name}:labour", "leavers")
        for month in range(1, len(heads)):
            assert heads[month] == heads[month - 1] + hires[month] - left[month]
        by_skills = [
            column(ctx, f"{name}:labour", skill)
            for skill in ("operators", "technicians", "engineers", "others")
        ]
        assert [sum(parts) for parts in zip(*by_skills, strict=True)] == heads


def test_order_of_names_changes_nothing():
    spec = labour()
    turned = replace(
        spec,
        basins=dict(reversed(spec.basins.items())),
        programmes=dict(reversed(spec.programmes.items())),
    )
    results = []
    for each, order in ((spec, PLANTS), (turned, PLANTS[::-1])):
        ctx = context(years=4, seed=7)
        market = market_of(ctx, each, {"beta": [(300.0, 20.0), (700.0, 90.0)]}, order)
        play(market, ctx, plans={name: steady(6.0, 500.0) for name in PLANTS})
        tables = {key: account.months for key, account in ctx.books.accounts.items()}
        shares = {n: (w.crew_share, w.scrap_penalty) for n, w in market.workforces.items()}
        results.append((tables, shares))
    assert results[0] == results[1]


def test_observed_heads_are_imposed_and_interpolated():
    readings = [(200.0, 100.0), (565.0, 300.0), (930.0, 250.0)]
    ctx = context(years=5, as_of=1000.0)
    market = market_of(ctx, observed={"alpha": readings}, lead=6.0)
    play(market, ctx, plans={name: steady(8.0, 600.0) for name in PLANTS})
    heads = column(ctx, "alpha:labour", "headcount")
    starts = ctx.calendar.month_starts
    for month, end in enumerate(starts[1:]):
        if end <= 200.0 - 6 * 365.25 / 12:
            assert heads[month] == 0
        elif 200.0 <= end <= 565.0:
            assert heads[month] == pytest.approx(100 + 200 * (end - 200) / 365, abs=0.5)
        elif 565.0 <= end <= 930.0:
            assert heads[month] == pytest.approx(300 - 50 * (end - 565) / 365, abs=0.5)
    check_balances(market)


def test_a_plant_that_ran_for_years_before_it_was_counted_follows_its_plan_until_then():
    reading, sop = 1300.0, 200.0
    ctx = context(years=5, as_of=1400.0)
    market = LabourMarket(labour(), ctx)
    market.employ("alpha", "east", staffing(lead=6.0), [(reading, 70.0)], sop)
    market.employ("beta", "west", staffing(lead=6.0))
    market.employ("gamma", "east", staffing(lead=6.0), [(reading, 70.0)], reading)
    play(market, ctx, plans={name: steady(8.0, sop) for name in market.workforces})
    alpha, beta, gamma = (
        column(ctx, f"{name}:labour", "headcount") for name in ("alpha", "beta", "gamma")
    )
    counted = next(m for m, end in enumerate(ctx.calendar.month_starts[1:]) if end > reading)
    before = counted - 12
    assert alpha[before] > 0.5 * beta[before] > 0
    assert gamma[before] == 0  # opened on the day it was counted: its rise began six months ago
    assert gamma[counted] == 70
    assert alpha[counted] == pytest.approx(70, abs=2)  # who was hired before has a first day
    check_balances(market)


def test_readings_after_as_of_are_not_imposed():
    runs = []
    for readings in ([(100.0, 50.0)], [(100.0, 50.0), (900.0, 999.0)]):
        ctx = context(years=4, as_of=365.0)
        market = market_of(ctx, observed={"alpha": readings})
        play(market, ctx, plans={name: steady(6.0, 500.0) for name in PLANTS})
        runs.append(column(ctx, "alpha:labour", "headcount"))
    assert runs[0] == runs[1]


def test_heads_observed_at_the_start_are_there_on_the_first_day():
    ctx = context(years=1, as_of=10.0)
    market = market_of(ctx, observed={"alpha": [(-400.0, 40.0), (0.0, 300.0)]})
    market.start()
    alpha = market.workforces["alpha"]
    assert alpha.heads == 300 == sum(staff.heads for staff in alpha.staff)
    assert [staff.heads for staff in alpha.staff] == [180, 60, 30, 30]


def test_staff_leads_the_ramp_and_fills_up():
    calm = replace(labour().attrition, scale=0.0)
    ctx = context(years=6, chance=False)
    market = LabourMarket(replace(labour(), attrition=calm, programmes={}), ctx)
    market.employ("alpha", "east", staffing())
    sop = 900.0
    play(market, ctx, plans={"alpha": steady(6.0, sop)})
    heads = column(ctx, "alpha:labour", "headcount")
    ends = ctx.calendar.month_starts[1:]
    before = [n for n, end in zip(heads, ends, strict=True) if end <= sop - 9 * 30.44 - 190]
    assert set(before) == {0.0}
    at_sop = next(n for n, end in zip(heads, ends, strict=True) if end >= sop)
    assert at_sop == pytest.approx(360 * (0.7 * 0.45 + 0.3 * 0.7), rel=0.15)
    assert heads[-1] == pytest.approx(360, abs=2)
    assert market.workforces["alpha"].crew_share == 1.0


def starved(seekers: float, *, lifts=(), seats: float = 0.0, seed: int = 1, years: int = 5):
    """A valley where only job seekers and one programme bring people."""
    basins = {"east": Basin(seekers=seekers, refill=0.0, reach={"east": always(1.0)}, housing=0.0)}
    programmes = {}
    if seats:
        basins["east"] = replace(basins["east"], refill=3000.0, seekers=3000.0)
        programmes = {"course": programme(destination="alpha", seats=always(seats))}
    hiring = replace(labour().hiring, contact=0.25 if not seats else 0.0, outside=by_skill(0.0))
    spec = labour(
        basins=basins,
        releases={},
        shuttles={},
        competitors={},
        programmes=programmes,
        hiring=hiring,
    )
    ctx = context(years=years, seed=seed, lifts=lifts)
    market = LabourMarket(spec, ctx)
    market.employ("alpha", "east", staffing(experts_per_unit=0.0))
    shares = []
    play(
        market,
        ctx,
        plans={"alpha": steady(10.0, 500.0)},
        after=lambda period: shares.append(market.workforces["alpha"].crew_share),
    )
    check_balances(market)
    return market, ctx, shares


def test_without_people_nothing_runs():
    market, _, shares = starved(0.0)
    assert market.workforces["alpha"].heads == 0
    assert shares[-1] == 0.0
    assert market.workforces["alpha"].technician_share == 0.0
    assert market.workforces["alpha"].learning_speed == pytest.approx(0.2**0.5)  # contractors
    assert market.workforces["alpha"].vacancies == 600


def test_lifting_labour_gives_people_at_once_and_proficient():
    market, ctx, shares = starved(0.0, lifts=["labour"])
    alpha = market.workforces["alpha"]
    assert set(shares) == {1.0}
    assert alpha.heads == 600
    assert alpha.vacancies == 0
    assert (alpha.repair_factor, alpha.scrap_penalty) == (1.0, 0.0)
    assert alpha.staff[0].proficiency == 1.0
    assert max(column(ctx, "alpha:labour", "vacancies")) == 0


def test_more_seats_staff_a_starved_plant_better():
    gains = []
    for seed in range(8):
        few = sum(starved(0.0, seats=8.0, seed=seed)[2])
        many = sum(starved(0.0, seats=16.0, seed=seed)[2])
        gains.append(many - few)
    mean = sum(gains) / len(gains)
    sd = math.sqrt(sum((g - mean) ** 2 for g in gains) / (len(gains) - 1))
    assert mean - 1.96 * sd / math.sqrt(len(gains)) > 0


def test_crews_run_in_whole_steps():
    ctx = context(years=3, chance=False)
    market = market_of(ctx)
    market.start()
    alpha = market.workforces["alpha"]
    alpha.ask(((10.0, 0.0, 10.0),), 2)  # 360 operators in ten crews of 36, 90% filled
    for operators, share in ((0, 0.0), (32, 0.0), (33, 0.1), (64, 0.1), (65, 0.2), (324, 1.0)):
        staff = alpha.staff[0]
        staff.dismiss(staff.heads)
        if operators:
            staff.hire(operators, 0.0)
        alpha.refresh(0.0, lifted=False)
        assert alpha.crew_share == pytest.approx(share), operators


def test_operators_greener_than_on_the_path_count_for_less():
    ctx = context(years=3, chance=False)
    market = market_of(ctx)
    market.start()
    alpha = market.workforces["alpha"]
    alpha.ask(((10.0, 0.0, 10.0),), 2)
    alpha.staff[0].hire(360, 0.5)
    blocks = list(zip(alpha.plan.sops, alpha.plan.manned, strict=True))
    path = alpha._path.hours(0.0, blocks).proficiency
    assert 0.5 < path < 1.0
    alpha.refresh(0.0, lifted=False)
    # proficiency 0.5 against the path's; crews of 36 that run with 32.4 heads
    assert alpha.crew_share == pytest.approx(math.floor(360 * 0.5 / path / 32.4) / 10)
    assert alpha.scrap_penalty == pytest.approx(0.4 * (path - 0.5))
    alpha.staff[0].gap = 360 * (1.0 - path)
    alpha.refresh(0.0, lifted=False)
    assert (alpha.crew_share, alpha.scrap_penalty) == (1.0, pytest.approx(0.0))


def test_few_technicians_lengthen_repairs():
    ctx = context(years=1, chance=False)
    spec = replace(labour(), proficiency=masters())
    market = market_of(ctx, spec, experts_per_unit=0.0)
    market.start()
    alpha = market.workforces["alpha"]
    alpha.ask(((10.0, -5000.0, 10.0),), 1)  # 120 technicians needed
    alpha.staff[1].hire(60, 0.0)
    alpha.staff[2].hire(60, 0.0)
    alpha.refresh(0.0, lifted=False)
    assert alpha.technician_share == pytest.approx(0.5)
    assert alpha.repair_factor == pytest.approx(2**0.7)
    alpha.staff[1].dismiss(60)
    alpha.refresh(0.0, lifted=False)
    assert alpha.repair_factor == pytest.approx(5**0.7)  # contractors: 0.2 at least


def test_a_later_block_needs_fewer_people():
    ctx = context(years=1)
    market = market_of(ctx)
    alpha = market.workforces["alpha"]
    alpha.ask(((10.0, 400.0, 0.0), (10.0, 0.0, 10.0)), 1)
    assert alpha.plan.target(0, 1e5) == pytest.approx((600 + 450) * 0.6)
    assert alpha.plan.operators_needed == pytest.approx(360)


def test_experts_halve_after_sop():
    ctx = context(years=1)
    alpha = market_of(ctx).workforces["alpha"]
    alpha.ask(((10.0, 400.0, 0.0),), 1)
    month = 365.25 / 12
    assert alpha.plan.experts(400.0 - 10 * month) == 0
    assert alpha.plan.experts(390.0) == 40
    assert alpha.plan.experts(400.0 + 10 * month) == 20
    assert alpha.plan.experts(400.0 + 20 * month) == 10


def test_a_closed_plant_hands_its_people_to_the_others():
    runs = {}
    for closes in (False, True):
        spec = replace(
            labour(programmes={}, releases={}, competitors={}),
            basins={
                "east": Basin(seekers=500.0, refill=100.0, reach={"east": always(1.0)}, housing=0.0)
            },
        )
        spec = replace(spec, shuttles={})
        ctx = context(years=6, seed=3)
        market = LabourMarket(spec, ctx)
        market.employ("alpha", "east", staffing())
        market.employ("beta", "east", staffing())

        def close(period, market=market, closes=closes):
            if closes and period.start_day >= 1100.0:
                market.workforces["alpha"].close(period.start_day)

        play(
            market,
            ctx,
            plans={"alpha": steady(6.0, 300.0), "beta": steady(6.0, 1300.0)},
            before=close,
        )
        check_balances(market)
        runs[closes] = market.workforces["beta"].heads
    assert runs[True] > runs[False] + 20


def test_a_plant_that_comes_back_has_those_who_were_kept_and_hires_again():
    spec = labour(programmes={}, competitors={}, releases={})
    spec = replace(
        spec,
        basins={"east": Basin(seekers=500.0, refill=100.0, reach={"east": always(1.0)}, housing=0)},
        shuttles={},
    )
    ctx = context(years=6, seed=3)
    market = LabourMarket(spec, ctx)
    alpha = market.employ("alpha", "east", staffing())
    heads = {}

    def stop_and_restart(period):
        heads[period.start_day] = alpha.heads
        if 1100.0 <= period.start_day < 1107.0:
            before = [staff.heads for staff in alpha.staff]
            alpha.close(period.start_day, kept=0.5)
            assert [staff.heads for staff in alpha.staff] == [n // 2 for n in before]
            heads["kept"] = alpha.heads
        if 1460.0 <= period.start_day < 1467.0:
            alpha.reopen()

    plans = {"alpha": steady(6.0, 300.0)}
    play(market, ctx, plans=plans, before=stop_and_restart)
    check_balances(market)
    dark = [n for day, n in heads.items() if day != "kept" and 1107.0 <= day < 1460.0]
    assert max(dark) <= heads["kept"]
    assert dark == sorted(dark, reverse=True)  # some leave, nobody is hired
    assert alpha.heads > heads["kept"]


def test_a_shuttle_brings_people_to_a_basin():
    found = []
    for in_service in (1e9, 700.0):
        spec = labour(programmes={}, competitors={}, releases={})
        spec = replace(
            spec,
            shuttles={"pods": replace(spec.shuttles["pods"], in_service=in_service)},
            basins={
                "east": replace(
                    spec.basins["east"], reach={"east": always(0.8), "west": always(0.01)}
                ),
                "west": Basin(seekers=60.0, refill=20.0, reach={"west": always(0.6)}, housing=0.0),
            },
        )
        ctx = context(years=6, seed=2)
        market = LabourMarket(spec, ctx)
        market.employ("beta", "west", staffing())
        play(market, ctx, plans={"beta": steady(10.0, 600.0)})
        found.append(market.workforces["beta"].heads)
    assert found[1] > found[0] + 100


def test_by_pay_staffs_the_better_payer_first():
    def heads(rule):
        spec = labour(programmes={}, competitors={}, releases={})
        spec = replace(
            spec,
            hiring=replace(spec.hiring, rule=rule, outside=by_skill(0.0)),
            attrition=replace(spec.attrition, scale=0.0),
            basins={
                "east": Basin(seekers=300.0, refill=0.0, reach={"east": always(1.0)}, housing=0.0)
            },
            shuttles={},
        )
        ctx = context(years=4)
        market = LabourMarket(spec, ctx)
        market.employ("rich", "east", staffing(pay=1.2))
        market.employ("poor", "east", staffing(pay=1.0))
        play(market, ctx, plans={"rich": steady(8.0, 400.0), "poor": steady(8.0, 400.0)})
        return market.workforces["rich"].heads, market.workforces["poor"].heads

    rich, poor = heads("proportional")
    assert abs(rich - poor) <= 8
    rich_first, poor_last = heads("by-pay")
    assert rich_first > 1.5 * poor_last


def test_a_change_of_shifts_drives_operators_away_in_its_month():
    change = ShiftChange(on=800.0, happens=1.0, leavers=0.1)
    losses = []
    for changes in ({}, {"twelve-hours": change}):
        ctx = context(years=4, chance=False)
        market = market_of(ctx, shift_changes=changes)
        play(market, ctx, plans={name: steady(6.0, 200.0) for name in PLANTS})
        losses.append(column(ctx, "alpha:labour", "leavers"))
    month = next(i for i, start in enumerate(ctx.calendar.month_starts) if start > 800.0) - 1
    operators = column(ctx, "alpha:labour", "operators")[month - 1]
    assert losses[1][:month] == losses[0][:month]
    assert losses[1][month] - losses[0][month] == pytest.approx(0.1 * operators, rel=0.15)


def test_unknown_basins_are_named():
    with pytest.raises(ValueError, match=r"programmes\.course: no basin 'nowhere'"):
        LabourMarket(labour(programmes={"course": programme(basin="nowhere")}), context(years=1))
    market = LabourMarket(labour(), context(years=1))
    with pytest.raises(ValueError, match="no basin 'nowhere'"):
        market.employ("alpha", "nowhere", staffing())


def test_levers_on_reach_act_from_their_day():
    spec = labour()
    reach = {"east": Timed((900.0,), (0.0, 1.0)), "west": always(0.0)}
    spec = replace(
        labour(programmes={}, competitors={}, releases={}, shuttles={}),
        basins={
            "east": replace(spec.basins["east"], reach=reach, housing=0.0),
            "west": replace(spec.basins["west"], reach={"west": always(1.0)}),
        },
    )
    ctx = context(years=5)
    market = LabourMarket(spec, ctx)
    market.employ("alpha", "east", staffing())
    play(market, ctx, plans={"alpha": steady(6.0, 300.0)})
    hires = column(ctx, "alpha:labour", "hires")
    first = next(i for i, number in enumerate(hires) if number)
    assert ctx.calendar.month_starts[first] >= 900.0
