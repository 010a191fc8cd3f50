"""Reorder policies against the textbook; routes, licences and halts against hand-solved cases."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from datetime import date
from statistics import NormalDist

import pytest

from bvsim.schema.imports import Disruption, ExportControl, Halt, Hazard, Tariff
from bvsim.valley.cathode.buyer import SUPPLY
from bvsim.valley.cathode.feed import Feed
from bvsim.valley.cathode.imports import Lanes
from bvsim.valley.cathode.restocking import Forecast, Restocking
from bvsim.valley.ground.books import Account
from cathode_case import context, handling, imports, market, policy

LEAD = 21.0 + 7.0 + 33.0 + 5.0 + 2.0 + 3.0


def daily(end, **options):
    """Return a context whose stocks are looked at every day, and that has no shutdowns."""
    return context(end=end, review=1, scheduled=365, **options)


def feed_of(ctx, spec=None, **changes) -> Feed:
    """Return the supply of a plant that buys in lots of a tonne, as the valley makes it."""
    spec = replace(spec or imports(), cam=policy(lot=1.0, revision=28.0, **changes))
    return market(ctx, spec=spec).buyer("plant", "nmc-811").feed


def restocking(ctx, spec=None, **changes) -> Restocking:
    spec = replace(spec or imports(), cam=policy(**changes))
    return market(ctx, spec=spec).buyer("plant", "nmc-811").feed.restocking


def use_a_tonne_a_day(ctx, feed: Feed):
    """Yield (day, position after the look, stock before the use) while a tonne is used a day."""
    for period in ctx.calendar.periods:
        ctx.env.run(until=ctx.env.timeout(period.start_day - ctx.env.now))
        if period.scheduled_days <= 0.0:
            continue
        feed.requested = 1.0
        feed.turn(period, LEAD, imposed=False)
        yield period.start_day, feed.restocking.position, feed.stock.total
        feed.use(min(1.0, feed.limit_t))


@pytest.mark.parametrize("safety", [0.0, 12.0])
@pytest.mark.parametrize("cycle", [28.0, 100.0])
def test_stock_follows_the_saw_tooth_exactly(safety: float, cycle: float) -> None:
    ctx = daily(date(2027, 12, 31))  # no leap year, whose last day is idle
    feed = feed_of(ctx, safety_stock=safety, order_cover=cycle)
    path = list(use_a_tonne_a_day(ctx, feed))
    positions = {day: position for day, position, _ in path}
    late = [(day, stock) for day, _, stock in path if day > LEAD + 2 * cycle]
    # What is in stock is what was in stock or on its way a lead time ago, less the use since.
    assert all(stock == positions[day - LEAD] - LEAD for day, stock in late)
    # An order of one cycle leaves when the position is down at s = LEAD + safety.
    assert {stock for _, stock in late} == {safety + left for left in range(1, int(cycle) + 1)}
    peaks = [day for day, stock in late if stock == safety + cycle]
    assert {b - a for a, b in itertools.pairwise(peaks)} == {cycle}
    assert feed.short_days == 0.0


def test_a_policy_on_stock_alone_would_order_again_while_orders_are_on_their_way() -> None:
    buyer = restocking(context(), safety_stock=0.0, order_cover=10.0, lot=1.0)
    buyer.plan(1.0, 1.0, LEAD)
    buyer.stock.put_plain(0, LEAD, 0.0)
    for _ in range(6):
        buyer.review()
    assert buyer.position == LEAD + 10.0


def test_stock_out_rate_agrees_with_the_lead_time_distribution() -> None:
    spread, reorder_days, cycle_days = 1.25, 80.0, 200.0
    ctx = daily(date(2400, 12, 31), chance=True)
    spec = imports(handling=handling(spread=spread))
    feed = feed_of(ctx, spec, safety_stock=reorder_days - LEAD, order_cover=cycle_days)
    short, orders, before = set(), 0, math.inf
    for _, position, stock in use_a_tonne_a_day(ctx, feed):
        orders += position > before  # an order is the only thing that raises the position
        before = position
        if stock == 0.0:
            short.add(orders)
    # One order at a time (no crossing): stock is s when it leaves, so that a cycle is short
    # when the lead time is longer than s lasts; what is short is lost.
    expected = 1.0 - NormalDist().cdf(math.log(reorder_days / LEAD) / math.log(spread))
    sd = math.sqrt(expected * (1.0 - expected) / orders)
    assert orders > 500
    assert abs(len(short) / orders - expected) < 3.0 * sd


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


def test_what_buyers_count_on_is_of_the_day_whoever_asked_before() -> None:
    red_sea = Disruption(closes=("suez",), start=100.0, until=200.0, spread=1.0)
    licences = ExportControl(
        goods=("cam",), start=150.0, probability=1.0, length=24.0, licence=45.0, denial=0.0
    )
    spec = imports(disruptions={"red-sea": red_sea}, controls={"licences": licences})
    lanes = Lanes(spec, context())
    days = (250.0, 99.9, 100.0, 149.9, 150.0, 199.9, 200.0, 0.0)
    by_cape, licensed = 14.0, 45.0
    more = [licensed, 0.0, by_cape, by_cape, by_cape + licensed, by_cape + licensed, licensed, 0.0]
    assert [lanes.expected("cam", day) - LEAD for day in days] == pytest.approx(more)
    cape_alone = [0.0, 0.0, by_cape, by_cape, by_cape, by_cape, 0.0, 0.0]
    assert [lanes.expected("pcam", day) - LEAD for day in days] == pytest.approx(cape_alone)


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


TARIFF = Tariff(goods=("cam",), start=100.0, probability=1.0, length=12.0, rate=0.2)


def test_tariffs_are_due_on_their_goods_while_they_last_and_add_up():
    later = replace(TARIFF, start=200.0, rate=0.05)
    lanes = Lanes(imports(tariffs={"one": TARIFF, "two": later}), context())
    end = lanes.duties[0].end
    days = [99.0, 100.0, 200.0, end - 1.0, end]
    assert [lanes.duty("cam", day) for day in days] == pytest.approx([0.0, 0.2, 0.25, 0.25, 0.05])
    assert lanes.duty("pcam", 150.0) == 0.0


def test_tariffs_come_as_often_as_believed():
    often = replace(TARIFF, probability=0.25)
    spec = imports(tariffs={"t": often})
    due = [bool(Lanes(spec, context(chance=True, draw=draw)).duties) for draw in range(400)]
    assert sum(due) == pytest.approx(100, abs=30)


def test_what_a_plant_pays_in_duties_follows_what_it_imports():
    spec = imports(tariffs={"t": TARIFF}, cam_of_materials=0.4)
    ctx = context()
    buyer = market(ctx, spec=spec).buyer("plant", "nmc-811")
    buyer.account = Account("plant", SUPPLY.columns, ctx.books)
    row = buyer.account.now
    assert buyer.sourcing(150.0) == (0.0, 0.0)  # nothing used
    row[SUPPLY.cam_used_t], row[SUPPLY.cam_local_t], row[SUPPLY.cam_import_t] = 100.0, 30.0, 60.0
    assert buyer.sourcing(99.0) == (0.3, 0.0)
    assert buyer.sourcing(150.0) == pytest.approx((0.3, 0.2 * 0.6 * 0.4))
