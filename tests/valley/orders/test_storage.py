"""Stationary storage: its path, and what sites win of it, against sums by hand."""

import math
from dataclasses import replace

import pytest

from bvsim.schema.storage import StorageDemand
from bvsim.schema.unit import Timed
from bvsim.valley.orders.storage import StorageMarket, demand_gwh
from world import make_context

SPEC = StorageDemand(
    path={"2025": 25.0, "2029": 100.0},
    level=Timed((), (1.0,)),
    contestable=0.2,
    rival_capacity=1.5,
    rivals_gap=0.25,
    sensitivity=4.0,
    preference=0.0,
    award=0.0,
)


def test_the_path_is_geometric_between_its_middles_and_level_beyond():
    # 25 to 100 in four years: twice every two
    for year, gwh in ((2020.0, 25.0), (2025.5, 25.0), (2027.5, 50.0), (2029.5, 100.0), (2040, 100)):
        assert demand_gwh(SPEC, year, 0.0) == pytest.approx(gwh, rel=1e-12)
    doubled = replace(SPEC, level=Timed((10.0,), (1.0, 2.0)))
    assert demand_gwh(doubled, 2027.5, 9.0) == pytest.approx(50.0)
    assert demand_gwh(doubled, 2027.5, 10.0) == pytest.approx(100.0)


def test_sites_share_the_tenders_by_offer_and_cost():
    market = StorageMarket(replace(SPEC, path={"2025": 100.0}), make_context())
    near, far = market.order_book("near", 0.0), market.order_book("far", 0.0)
    market.gaps["far"] = 0.5  # a quarter of the price dearer than others in Europe
    market.gaps["near"] = 0.25
    near.open(0.0)
    far.open(0.0)
    near.nameplate_gwh = far.nameplate_gwh = 10.0
    market.order(next(iter(market._ctx.calendar.periods)))
    # 20 GWh are open, others offer 30: 10 at weight 1, and 10 at exp(-1)
    total = 30.0 + 10.0 + 10.0 * math.exp(-1.0)
    assert near.won == pytest.approx(20.0 * 10.0 / total)
    assert far.won == pytest.approx(20.0 * 10.0 * math.exp(-1.0) / total)
    near.nameplate_gwh = 0.0
    assert market.outlook_gwh_per_year(near, 10.0, 0.0) == pytest.approx(20.0 * 10.0 / total)


def test_without_a_contestable_part_nobody_orders():
    market = StorageMarket(replace(SPEC, contestable=0.0), make_context())
    book = market.order_book("site", 0.0)
    book.nameplate_gwh = 5.0
    book.open(0.0)
    market.order(next(iter(market._ctx.calendar.periods)))
    assert book.won == 0.0
    assert market.outlook_gwh_per_year(book, 5.0, 0.0) == 0.0
