"""One market of several regions: what one wins the others lose, whoever comes first."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from bvsim.schema.demand import Bonus, DemandSpec, OpenMarket
from bvsim.valley.orders.customers import OrderBook
from bvsim.valley.orders.market import CommonMarket, Demand
from bvsim.valley.orders.tenders import monthly_step
from bvsim.valley.orders.vehicles import make_ev_market, make_ev_markets, months_to
from demand_case import CALENDAR, OBSERVED, OFFTAKE, context, demand_spec, flat

OPEN = OpenMarket(contestable=0.3, rival_capacity=1.5, sensitivity=4.0, preference=0.2, award=12.0)
FUTURE = next(p for p in CALENDAR.periods if p.year == 2030)


def regions(
    specs: dict[str, DemandSpec], nameplates: dict[str, float]
) -> tuple[dict[str, Demand], dict[str, OrderBook]]:
    """Return the customers of regions with a plant each, all open since the first day."""
    surroundings = {name: context() for name in specs}
    common = CommonMarket({name: (specs[name], surroundings[name]) for name in specs})
    demands = {n: Demand(specs[n], surroundings[n], common=common, region=n) for n in specs}
    books = {name: demand.order_book(f"{name}-works") for name, demand in demands.items()}
    for name, book in books.items():
        book.nameplate_gwh = nameplates[name]
        book.open(0.0)
    return demands, books


def bid(
    nameplates: dict[str, float], open_market: OpenMarket = OPEN
) -> tuple[dict[str, Demand], dict[str, float]]:
    """Return what each region's plant has won after a month of tenders."""
    demands, books = regions(
        {n: demand_spec(open_market=open_market) for n in nameplates}, nameplates
    )
    next(iter(demands.values())).order(FUTURE)
    return demands, {name: book.won for name, book in books.items()}


def test_what_is_won_by_hand() -> None:
    demands, won = bid({"east": 30.0, "west": 10.0})
    east = demands["east"]
    spec = demand_spec(open_market=OPEN)
    month = FUTURE.month
    open_, rivals = east._open[month], east._rivals[month]
    market = spec.open_market
    weight = math.exp(market.preference - market.sensitivity * spec.cost_gap.at_start)
    whole = rivals + 40.0 * weight
    step = monthly_step(market.award)
    assert open_ > 0.0
    assert won["east"] == pytest.approx(step * open_ * 30.0 * weight / whole)
    assert won["west"] == pytest.approx(step * open_ * 10.0 * weight / whole)


def test_orders_won_by_one_are_lost_by_the_other_and_by_rivals() -> None:
    _, alone = bid({"west": 10.0})
    _, both = bid({"east": 30.0, "west": 10.0})
    assert both["west"] < alone["west"]
    # the tender gives out what is asked for and no more: with no rivals the two share it all
    no_rivals = replace(OPEN, rival_capacity=0.0)
    _, shared = bid({"east": 30.0, "west": 10.0}, no_rivals)
    _, whole = bid({"west": 10.0}, no_rivals)
    assert whole["west"] > 0.0
    assert sum(shared.values()) == pytest.approx(whole["west"])
    assert shared["east"] == pytest.approx(3.0 * shared["west"])


def test_it_does_not_matter_which_region_comes_first() -> None:
    _, one = bid({"east": 30.0, "west": 10.0})
    _, other = bid({"west": 10.0, "east": 30.0})
    assert one == other


def test_a_market_of_one_is_that_of_the_region_alone() -> None:
    spec, ctx = demand_spec(open_market=OPEN), context()
    demand = Demand(spec, ctx)
    book = demand.order_book("west-works")
    book.nameplate_gwh = 10.0
    book.open(0.0)
    demand.order(FUTURE)
    assert bid({"west": 10.0})[1] == {"west": book.won}


def test_orders_of_a_closed_plant_go_to_plants_of_every_region() -> None:
    specs = {
        "east": demand_spec(offtakes={"two": replace(OFFTAKE, site="east-works")}),
        "west": demand_spec(),
    }
    demands, books = regions(specs, {"east": 10.0, "west": 10.0})
    demands["east"].order(FUTURE)
    had = books["east"].committed
    books["east"].close()
    following = next(p for p in CALENDAR.periods if p.month == FUTURE.month + 1)
    demands["west"].order(following)
    assert had > 0.0
    assert books["west"].taken_over == pytest.approx(
        specs["west"].transferred * books["east"].orphaned
    )


def test_policy_of_one_region_adds_to_the_one_export_market() -> None:
    plain, paid = demand_spec(), demand_spec(bonus=Bonus(change=flat(1000.0), effect=0.02))
    months = months_to(CALENDAR, CALENDAR.end.year)
    alone = make_ev_market(plain, context(), months)
    west, east = make_ev_markets([(paid, context()), (plain, context())], months)
    assert np.array_equal(west.export_bev, east.export_bev)
    assert np.array_equal(west.export_gwh, east.export_gwh)
    more = (west.home_bev - alone.home_bev)[48:]
    assert more.min() > 0.0
    assert (east.export_bev - alone.export_bev)[48:] == pytest.approx(more)
    assert np.array_equal(east.home_bev, alone.home_bev)


def test_a_year_that_one_region_knows_is_a_fact_of_the_export_market_alone() -> None:
    seen = replace(OBSERVED, bev_car=240_000, export_bev_car=3_600_000)
    knows, guesses = demand_spec(observed={"2025": OBSERVED, "2026": seen}), demand_spec()
    months = months_to(CALENDAR, CALENDAR.end.year)
    alone = make_ev_market(guesses, context(), months)
    west, east = make_ev_markets([(knows, context()), (guesses, context())], months)
    of_2026 = slice(36, 48)
    for market in (west, east):
        assert market.export_bev[of_2026] == pytest.approx([300_000.0] * 12)
    assert west.home_bev[of_2026] == pytest.approx([20_000.0] * 12)
    assert np.array_equal(east.home_bev, alone.home_bev)
    assert east.home_bev[of_2026].min() > 30_000.0
