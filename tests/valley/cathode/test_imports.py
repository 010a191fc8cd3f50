"""Reorder policies against the textbook; routes, licences and halts against hand-solved cases."""

from __future__ import annotations

import itertools
import math
from datetime import date
from statistics import NormalDist

import pytest

from bvsim.schema.imports import Disruption, ExportControl, Halt, Hazard
from bvsim.valley.cathode.imports import Lanes
from bvsim.valley.cathode.restocking import FIRST_USE, Forecast, Restocking
from bvsim.valley.ground.mix import MixedStock
from cathode_case import context, handling, imports, policy

LEAD = 21.0 + 7.0 + 33.0 + 5.0 + 2.0 + 3.0
CONTINUOUS = {"review": "continuous", "lot": 1.0}


def restocking(ctx, spec=None, **changes) -> Restocking:
    return Restocking(
        entity="plant",
        goods="cam",
        chemistry="nmc-811",
        policy=policy(**changes),
        lanes=Lanes(spec or imports(), ctx),
        ctx=ctx,
        stock=MixedStock(2, 0, FIRST_USE + 1),
    )


def consume(ctx, buyer: Restocking, every: float, path: list[tuple[float, float]] | None = None):
    """Withdraw one unit at a fixed interval for ever."""
    while True:
        yield ctx.env.timeout(every)
        buyer.withdraw(1.0)
        if path is not None:
            path.append((ctx.env.now, buyer.stock.total))


@pytest.mark.parametrize("safety", [0.0, 12.0])
@pytest.mark.parametrize("cycle", [28.0, 100.0])
def test_stock_follows_the_saw_tooth_exactly(safety: float, cycle: float) -> None:
    ctx = context()
    buyer = restocking(ctx, safety_stock=safety, order_cover=cycle, **CONTINUOUS)
    buyer.plan(1.0, 1.0, LEAD)
    assert buyer.reorder_point == LEAD + safety
    buyer.stock.put([LEAD + safety + cycle, 0.0], 0.0)
    path: list[tuple[float, float]] = []
    ctx.env.process(consume(ctx, buyer, 1.0, path))
    ctx.env.run(until=2000.5)
    for day, stock in path[int(LEAD + 2 * cycle) :]:
        # the first order leaves when one cycle has been used; arrivals follow every cycle
        since_arrival = (day - LEAD) % cycle
        high = safety + cycle
        assert stock == (high if since_arrival == 0.0 else high - since_arrival)
        assert buyer.position >= buyer.reorder_point
    assert buyer.shortages == 0


def test_a_policy_on_stock_alone_would_order_again_while_orders_are_on_their_way() -> None:
    ctx = context()
    buyer = restocking(ctx, safety_stock=0.0, order_cover=10.0, **CONTINUOUS)
    buyer.plan(1.0, 1.0, LEAD)
    buyer.stock.put([LEAD, 0.0], 0.0)
    buyer.review()
    orders = buyer.orders
    for _ in range(5):
        buyer.review()
    assert orders == buyer.orders == 1
    assert buyer.position == LEAD + 10.0


def test_stock_out_rate_agrees_with_the_lead_time_distribution() -> None:
    every, spread, reorder_days, cycle_days = 0.5, 1.25, 80.0, 200.0
    ctx = context(date(2026, 1, 1), date(2400, 12, 31), chance=True, review=3650)
    spec = imports(handling=handling(spread=spread))
    buyer = restocking(
        ctx, spec, safety_stock=reorder_days - LEAD, order_cover=cycle_days, **CONTINUOUS
    )
    buyer.plan(1.0 / every, 1.0 / every, LEAD)
    buyer.stock.put([(reorder_days + cycle_days) / every, 0.0], 0.0)
    ctx.env.process(consume(ctx, buyer, every))
    ctx.env.run(until=ctx.calendar.horizon_days)
    # One order at a time (no crossing): a cycle is short when the units used in the lead
    # time, floor(L / every), exceed s; owed units are then paid from the arrival.
    units = buyer.reorder_point
    longest = (units + 1.0) * every
    expected = 1.0 - NormalDist().cdf(math.log(longest / LEAD) / math.log(spread))
    cycles = buyer.orders - 1
    sd = math.sqrt(expected * (1.0 - expected) / cycles)
    assert cycles > 500
    assert abs(buyer.shortages / cycles - expected) < 3.0 * sd
    assert abs(buyer.owed) <= cycle_days / every


def test_backorders_count_against_the_position_and_are_paid_first() -> None:
    ctx = context()
    buyer = restocking(ctx, safety_stock=0.0, order_cover=10.0, **CONTINUOUS)
    buyer.plan(0.0, 0.0, LEAD)
    assert buyer.withdraw(4.0) == 0.0
    assert buyer.position == 0.0  # four owed, four ordered at once
    ctx.env.run(until=LEAD + 1.0)
    assert buyer.owed == 0.0
    assert buyer.stock.total == 0.0


def test_forecast_of_constant_and_of_growing_use() -> None:
    flat, growing = Forecast(60.0), Forecast(60.0)
    for week in range(200):
        flat.learn(70.0, 7.0)
        growing.learn((100.0 + week) * 7.0, 7.0)
    assert flat.ahead(75.0) == pytest.approx(10.0, rel=1e-3)
    assert growing.level == pytest.approx(300.0, rel=0.05)
    assert growing.ahead(70.0) == pytest.approx(growing.level + 10.0, rel=0.03)


def test_a_closed_canal_sends_ships_by_the_cape_for_as_long_as_it_is_closed() -> None:
    red_sea = Disruption(closes=("suez",), start=100.0, until=200.0, spread=1.4)
    lanes = Lanes(imports(disruptions={"red-sea": red_sea}), context())
    assert [lanes.departure(day).route for day in (99.0, 100.0, 199.9, 200.0)] == [
        "suez",
        "cape",
        "cape",
        "suez",
    ]
    assert lanes.expected("cam", 150.0) - lanes.expected("cam", 50.0) == 14.0
    assert lanes.departure(150.0).spread == 1.4


def test_the_last_preferred_route_is_taken_when_all_are_closed() -> None:
    war = Disruption(closes=("suez", "cape"), start=0.0, until=9e9, spread=1.0)
    assert Lanes(imports(disruptions={"war": war}), context()).departure(1.0).route == "cape"


def test_late_arrivals_come_as_often_as_the_figure_says() -> None:
    ctx = context(chance=True)
    lanes = Lanes(imports(handling=handling(late=0.48)), ctx)
    stream = ctx.streams.stream("plant", "test")
    leads = [lanes.lead_time(28.0, 28.0, stream) for _ in range(4000)]
    late = sum(lead > LEAD + 1e-9 for lead in leads) / len(leads)
    assert late == pytest.approx(0.48, abs=3 * math.sqrt(0.48 * 0.52 / 4000))
    assert min(leads) == pytest.approx(LEAD)


def test_hazards_alternate_and_take_their_share_of_time() -> None:
    hazard = Hazard(
        closes=("suez",),
        rate=2.0,
        length=30.0,
        length_spread=1.5,
        slowdown=1.0,
        spread=1.0,
    )
    ctx = context(date(2026, 1, 1), date(2400, 12, 31), chance=True, review=3650)
    spells = Lanes(imports(hazards={"storm": hazard}), ctx).spells
    assert all(a.end < b.start for a, b in itertools.pairwise(spells))
    mean_length = 30.0 * math.exp(0.5 * math.log(1.5) ** 2)
    expected = mean_length / (mean_length + 365.25 / 2.0)
    closed = sum(spell.end - spell.start for spell in spells) / ctx.calendar.horizon_days
    assert closed == pytest.approx(expected, rel=0.15)
    quiet = Lanes(imports(hazards={"storm": hazard}), context())
    assert quiet.spells == []  # chance off


@pytest.mark.parametrize(("probability", "acts"), [(1.0, True), (0.0, False)])
def test_export_controls_act_or_not(probability: float, acts: bool) -> None:
    control = ExportControl(
        goods=("pcam",), start=50.0, probability=probability, length=12.0, licence=63.0, denial=0.0
    )
    lanes = Lanes(imports(controls={"licences": control}), context())
    assert (lanes.licence("pcam", 60.0) is not None) == acts
    assert lanes.licence("cam", 60.0) is None
    assert lanes.licence("pcam", 49.0) is None
    extra = lanes.expected("pcam", 60.0) - lanes.expected("cam", 60.0)
    assert extra == (63.0 if acts else 0.0)


def test_refused_licences_leave_the_order_book() -> None:
    control = ExportControl(
        goods=("cam",), start=0.0, probability=1.0, length=120.0, licence=30.0, denial=1.0
    )
    ctx = context()
    buyer = restocking(ctx, imports(controls={"licences": control}))
    buyer.order(36.0)
    assert buyer.on_order == 36.0
    ctx.env.run(until=28.0 + 30.0 + 1.0)
    assert buyer.on_order == buyer.received == 0.0


@pytest.mark.parametrize(("until", "received"), [(400.0, 18.0), (None, 0.0)])
def test_a_halt_holds_back_what_has_not_left(until: float | None, received: float) -> None:
    halt = Halt(goods=("cam",), start=20.0, until=until)
    ctx = context()
    buyer = restocking(ctx, imports(halts={"embargo": halt}))
    buyer.order(18.0)  # would leave on day 28
    ctx.env.run(until=21.0)
    buyer.order(18.0)  # nobody accepts it
    ctx.env.run(until=400.0 + LEAD - 28.0 - 1.0)
    assert buyer.received == 0.0
    ctx.env.run(until=400.0 + LEAD + 1.0)
    assert buyer.received == received
    assert buyer.on_order == 0.0


def test_shipments_afloat_arrive_in_spite_of_a_halt() -> None:
    ctx = context()
    buyer = restocking(ctx, imports(halts={"embargo": Halt(goods=("cam",), start=30.0)}))
    buyer.order(18.0)
    ctx.env.run(until=LEAD + 1.0)
    assert buyer.received == 18.0


def test_what_is_older_than_its_shelf_life_goes_first_in_first_out() -> None:
    stock = MixedStock(2, 0, FIRST_USE + 1)
    stock.put([10.0, 0.0], 0.0)
    stock.put([0.0, 30.0], 100.0)
    stock.take(4.0, FIRST_USE)
    assert stock.older_than(50.0) == pytest.approx(6.0)
    assert stock.older_than(101.0) == pytest.approx(36.0)
    stock.take(8.0, FIRST_USE)
    assert stock.older_than(50.0) == 0.0
    assert stock.older_than(101.0) == pytest.approx(28.0)


def test_a_mixed_stock_gives_out_its_composition() -> None:
    stock = MixedStock(2, 1, 2)
    stock.put([30.0, 0.0, 0.0], 0.0)
    stock.take(10.0, 0)
    stock.put([0.0, 20.0, 5.0], 1.0)
    assert stock.draw(10.0, 1) == pytest.approx([5.0, 5.0, 1.25])
    assert stock.gone(0) == pytest.approx([10.0, 0.0, 0.0])
    assert stock.gone(1) == pytest.approx([5.0, 5.0, 1.25])
    assert stock.parts == pytest.approx([15.0, 15.0, 3.75])


def test_emergency_freight_is_used_when_stock_runs_out_and_kept_within_its_allowance() -> None:
    ctx = context()
    spec = imports(emergency="air")
    buyer = restocking(ctx, spec, emergency_cover=10.0, emergency_share=0.05)
    buyer.plan(4.0, 4.0, LEAD)
    buyer.allow_air(300.0)
    buyer.fly_in()
    assert buyer.on_order == 0.0  # 15 t allowed are less than a lot
    buyer.allow_air(900.0)
    buyer.fly_in()
    assert buyer.on_order == buyer.flown == 54.0  # ten days of use are three lots
    buyer.fly_in()
    assert buyer.on_order == 54.0  # an arrival is due in time
    ctx.env.run(until=7.0 + 9.0 + 3.0 + 0.1)
    assert buyer.received == 54.0
