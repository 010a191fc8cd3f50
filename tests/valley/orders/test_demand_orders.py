"""Orders of one site: contracts, tenders, finished goods, closure."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from bvsim.schema.demand import DemandSpec, OpenMarket, Supplier
from bvsim.valley.ground.context import Context
from bvsim.valley.orders.contracts import built_up
from bvsim.valley.orders.customers import OrderBook
from bvsim.valley.orders.market import Demand
from bvsim.valley.orders.tenders import CostOfCells, tenders_won
from demand_case import (
    CALENDAR,
    COST_GAP,
    OFFTAKE,
    PROGRAMME,
    context,
    demand_spec,
    flat,
)

ONE = {"one": PROGRAMME}
AS_OF_PERIOD = next(p.index for p in CALENDAR.periods if p.start_day >= context().as_of_day)


def play(
    demand: Demand,
    ctx: Context,
    make: Callable[[OrderBook], float],
    books: list[OrderBook],
    first: int = AS_OF_PERIOD,
) -> list[list[tuple[float, float, float]]]:
    """Walk the periods; return per book (limit, produced, delivered) of each."""
    rows: list[list[tuple[float, float, float]]] = [[] for _ in books]
    for period in CALENDAR.periods[first:]:
        ctx.env._now = period.start_day
        demand.order(period)
        for book, row in zip(books, rows, strict=True):
            produced = make(book) if book.trading else 0.0
            delivered = book.deliver(produced, period) if book.trading else 0.0
            row.append((book.limit_gwh, produced, delivered))
    return rows


def one_plant(spec: DemandSpec, ctx: Context, nameplate: float = 10.0) -> tuple[Demand, OrderBook]:
    demand = Demand(spec, ctx)
    book = demand.order_book("plant")
    book.nameplate_gwh = nameplate
    return demand, book


def test_build_up_is_linear() -> None:
    assert built_up(-1.0, 12.0) == 0.0
    assert built_up(0.0, 0.0) == 0.0
    assert built_up(3.0, 12.0) == 0.25
    assert built_up(40.0, 12.0) == 1.0
    assert built_up(0.1, 0.0) == 1.0


def test_cost_gap_of_the_mature_plant_is_the_mature_gap() -> None:
    assert CostOfCells(COST_GAP).gap(0.25, 0.95, 0.8) == pytest.approx(0.25)


def test_cost_gap_of_a_plant_in_ramp_up_by_hand() -> None:
    # Half the yield doubles the variable 0.8; a fifth of the use counts as the lowest, 0.2.
    gap = CostOfCells(COST_GAP).gap(0.25, 0.475, 0.05)
    assert gap == pytest.approx(1.25 * (0.8 * 2 + 0.2 * 4) - 1)


def test_tenders_by_hand() -> None:
    won = tenders_won(100.0, 300.0, [10.0, 20.0], [math.exp(-1.0), 1.0])
    total = 300.0 + 10.0 * math.exp(-1.0) + 20.0
    assert won == pytest.approx([1000.0 * math.exp(-1.0) / total, 2000.0 / total])
    assert tenders_won(100.0, 300.0, [-5.0], [1.0]) == [0.0]


def test_tenders_follow_a_binary_logit_in_the_gap() -> None:
    # Equal size, rivals at weight one: the log odds are the utility.
    for gap in (0.0, 0.25, 0.9):
        share = tenders_won(1.0, 7.0, [7.0], [math.exp(0.5 - 4.0 * gap)])[0]
        assert math.log(share / (1.0 - share)) == pytest.approx(0.5 - 4.0 * gap)


def test_orders_of_a_year_are_the_contracts() -> None:
    ctx = context()
    spec = demand_spec(programmes=ONE, offtakes={"two": OFFTAKE})
    demand, book = one_plant(spec, ctx, nameplate=50.0)
    first = next(p.index for p in CALENDAR.periods if p.year == 2028)
    rows = play(demand, ctx, lambda b: b.limit_gwh, [book], first)[0]
    year = [p.year for p in CALENDAR.periods[first:]]
    delivered = sum(row[2] for row, y in zip(rows, year, strict=True) if y == 2030)
    assert delivered == pytest.approx(4.0 + 0.6 * 10.0)


def test_what_must_be_taken_is_taken() -> None:
    ctx = context()
    little = replace(OFFTAKE, called=flat(0.1))
    demand, book = one_plant(demand_spec(offtakes={"two": little}), ctx)
    demand.order(CALENDAR.periods[AS_OF_PERIOD])
    assert book.gwh_per_year == pytest.approx(2.0)


def test_a_plant_without_customers_makes_its_finished_stock_and_stops() -> None:
    ctx = context()
    demand, book = one_plant(demand_spec(), ctx)
    rows = play(demand, ctx, lambda b: min(b.limit_gwh, 0.15), [book])[0]
    assert sum(row[1] for row in rows) == pytest.approx(10.0 * 30.0 / 343.0)
    assert all(row[1] == pytest.approx(0.0, abs=1e-12) for row in rows[10:])
    assert all(row[2] == 0.0 for row in rows)


def test_finished_goods_balance_and_stay_within_their_room() -> None:
    ctx = context()
    demand, book = one_plant(demand_spec(programmes=ONE), ctx)
    rng = np.random.default_rng(3)
    play(demand, ctx, lambda b: b.limit_gwh * float(rng.uniform(0.0, 1.0)), [book])
    account = book.balance()
    assert account.opening + account.inflow == pytest.approx(
        account.outflow + account.closing, rel=1e-9
    )
    assert account.inflow > 10.0
    assert 0.0 <= book.stock_gwh <= 10.0 * 30.0 / 343.0 + 1e-12


def test_a_plant_at_eight_percent_is_not_bound_by_demand() -> None:
    ctx = context()
    demand, book = one_plant(demand_spec(programmes=ONE), ctx)
    weekly = 0.08 * 10.0 / 52.0
    rows = play(demand, ctx, lambda _: weekly, [book])[0]
    assert all(limit > weekly for limit, _, _ in rows)


def test_a_mature_plant_whose_demand_is_cut_to_a_quarter_is_bound() -> None:
    ctx = context()
    full = replace(PROGRAMME, volume=250_000.0)  # 10 GWh a year
    demand, book = one_plant(demand_spec(programmes={"one": full}, level=flat(0.25)), ctx)
    weekly = 0.88 * 10.0 / 52.0
    rows = play(demand, ctx, lambda b: min(b.limit_gwh, weekly), [book])[0]
    year = [p.year for p in CALENDAR.periods[AS_OF_PERIOD:]]
    made = sum(row[1] for row, y in zip(rows, year, strict=True) if y == 2029)
    assert made == pytest.approx(2.5)


def test_the_level_acts_from_its_date() -> None:
    ctx = context()
    day = CALENDAR.day(CALENDAR.start.replace(year=2028))
    level = replace(flat(1.0), days=(day,), values=(1.0, 0.5))
    demand, book = one_plant(demand_spec(programmes=ONE, level=level), ctx)
    rates = {}
    for period in CALENDAR.periods[AS_OF_PERIOD:]:
        demand.order(period)
        rates[period.month] = book.gwh_per_year
    assert rates[59] == pytest.approx(4.0)
    assert rates[60] == pytest.approx(2.0)


def test_lifted_demand_takes_all_output() -> None:
    ctx = context(lifts=frozenset({"demand"}))
    demand, book = one_plant(demand_spec(), ctx)
    rows = play(demand, ctx, lambda _: 0.2, [book])[0]
    assert all(limit == math.inf and made == sent for limit, made, sent in rows)
    assert book.stock_gwh == 0.0


def test_before_as_of_output_is_a_fact_and_sold() -> None:
    ctx = context()
    demand, book = one_plant(demand_spec(), ctx)
    demand.order(CALENDAR.periods[0])
    assert book.limit_gwh == math.inf
    assert book.deliver(0.3, CALENDAR.periods[0]) == 0.3


def test_programmes_follow_their_market() -> None:
    spec = demand_spec(programmes={"one": replace(PROGRAMME, market="export")}, market_response=0.5)
    rate = {}
    for follow in ("central", "high"):
        ctx = context()
        demand, book = one_plant(replace(spec, follow=follow), ctx)
        for period in CALENDAR.periods:
            demand.order(period)
            rate[follow, period.month] = book.gwh_per_year
    # At the middle of 2028 the shares are 0.4 and 0.5: the square root of their ratio.
    june = (2028 - 2023) * 12 + 5
    assert rate["high", june] / rate["central", june] == pytest.approx(1.25**0.5, rel=0.01)
    assert rate["central", 36 + 6] == pytest.approx(4.0, rel=0.03)


def test_a_better_record_wins_more_tenders() -> None:
    market = OpenMarket(
        contestable=0.3, rival_capacity=1.5, sensitivity=4.0, preference=0.0, award=12.0
    )
    won = {}
    for record in ((0.95, 0.8), (0.6, 0.1)):
        ctx = context()
        spec = demand_spec(open_market=market, suppliers={})
        demand, book = one_plant(spec, ctx)
        book.report(*record)
        play(demand, ctx, lambda b: min(b.limit_gwh, 0.1), [book])
        won[record] = book.won
        assert book.gap == pytest.approx(CostOfCells(COST_GAP).gap(0.25, *record), rel=1e-3)
    assert won[0.95, 0.8] > 3.0 * won[0.6, 0.1] > 0.0


def test_local_cathode_material_is_worth_orders_and_duties_cost_them() -> None:
    market = OpenMarket(
        contestable=0.3, rival_capacity=1.5, sensitivity=4.0, preference=0.0, award=12.0
    )
    worth, won = replace(COST_GAP, local_content=0.1), []
    for sourced, off in (((0.0, 0.1), 0.08), ((0.0, 0.0), 0.0), ((0.5, 0.0), -0.05)):
        ctx = context()
        spec = demand_spec(open_market=market, suppliers={}, cost_gap=worth)
        demand, book = one_plant(spec, ctx)
        book.report(0.95, 0.8, local_cam=sourced[0], dearer=sourced[1])
        play(demand, ctx, lambda b: min(b.limit_gwh, 0.1), [book])
        # At the record of reference the gap is that of a mature plant, and a fifth is fixed.
        assert book.gap == pytest.approx(0.25 + off, rel=1e-3)
        won.append(book.won)
    assert 0.0 < won[0] < won[1] < won[2]


def test_a_closing_site_hands_part_of_its_customers_on() -> None:
    ctx = context()
    spec = demand_spec(programmes=ONE, suppliers={"hermit": Supplier(takes_over=False)})
    demand = Demand(spec, ctx)
    books = {name: demand.order_book(name) for name in ("plant", "heir", "large", "hermit")}
    for name, nameplate in (("plant", 10.0), ("heir", 5.0), ("large", 15.0), ("hermit", 9.0)):
        books[name].nameplate_gwh = nameplate
    periods = CALENDAR.periods[AS_OF_PERIOD:]
    demand.order(periods[0])
    books["plant"].deliver(books["plant"].limit_gwh, periods[0])
    stock = books["plant"].stock_gwh
    assert stock > 0.0
    books["plant"].close()
    for period in periods[1:60]:
        demand.order(period)
    assert books["heir"].taken_over == pytest.approx(4.0 * 0.5 * 0.25)
    assert books["large"].taken_over == pytest.approx(4.0 * 0.5 * 0.75)
    assert books["hermit"].taken_over == books["plant"].gwh_per_year == 0.0
    assert books["plant"].orphaned == pytest.approx(4.0)
    account = books["plant"].balance()
    assert account.closing == 0.0
    assert account.inflow == pytest.approx(account.outflow)


@pytest.mark.parametrize(("customers", "own", "others"), [(True, 4.0, 0.0), (False, 0.0, 2.0)])
def test_a_plant_that_comes_back_has_its_customers_or_others_keep_them(
    customers: bool, own: float, others: float
) -> None:
    demand = Demand(demand_spec(programmes=ONE), context())
    plant, heir = (demand.order_book(name) for name in ("plant", "heir"))
    plant.nameplate_gwh = heir.nameplate_gwh = 10.0
    periods = CALENDAR.periods[AS_OF_PERIOD:]
    demand.order(periods[0])
    plant.close()
    for period in periods[1:60]:
        demand.order(period)
    assert heir.taken_over == pytest.approx(2.0)
    plant.reopen(customers=customers)
    for period in periods[60:300]:
        demand.order(period)
    assert plant.trading
    assert plant.committed == pytest.approx(own)
    assert heir.taken_over == pytest.approx(others)


def test_the_outlook_of_a_site_without_tenders_is_its_contracts() -> None:
    ctx = context()
    later = replace(PROGRAMME, start=CALENDAR.day(CALENDAR.start.replace(year=2030)))
    spec = demand_spec(programmes={"one": PROGRAMME, "two": later})
    demand, _ = one_plant(spec, ctx)
    demand.order(CALENDAR.periods[AS_OF_PERIOD])
    day = CALENDAR.day(CALENDAR.start.replace(year=2031))
    assert demand.outlook_gwh_per_year("plant", 30.0, day) == pytest.approx(8.0)
    assert demand.outlook_gwh_per_year("plant", 30.0, day - 700) == pytest.approx(4.0)


def test_no_result_depends_on_the_order_of_subscription() -> None:
    market = OpenMarket(
        contestable=0.3, rival_capacity=1.5, sensitivity=4.0, preference=0.0, award=12.0
    )
    spec = demand_spec(open_market=market, suppliers={})
    ends = []
    for names in (("a", "b", "c"), ("c", "a", "b")):
        ctx = context(chance=True)
        demand = Demand(spec, ctx)
        books = {name: demand.order_book(name) for name in names}
        for i, name in enumerate(sorted(books)):
            books[name].nameplate_gwh = 5.0 + i
        play(demand, ctx, lambda b: 0.5 * min(b.limit_gwh, 1.0), list(books.values()))
        ends.append({name: (book.won, book.stock_gwh) for name, book in books.items()})
    assert ends[0] == ends[1]
