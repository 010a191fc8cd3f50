"""Stationary storage: its path, and what sites win of it, against sums by hand."""

import math
from dataclasses import replace

import pytest

from bvsim.schema.storage import StorageDemand
from bvsim.schema.unit import Timed
from bvsim.valley.orders.storage import StorageMarket
from bvsim.valley.orders.storage_path import StoragePath
from world import make_context

SPEC = StorageDemand(
    path={"2025": 25.0, "2029": 100.0},
    level=Timed((), (1.0,)),
    contestable=0.2,
    rivals=30.0,
    preference=-1.0,
    award=0.0,
)


def test_the_path_is_geometric_between_its_middles_and_level_beyond():
    # 25 to 100 in four years: twice every two
    for year, gwh in ((2020.0, 25.0), (2025.5, 25.0), (2027.5, 50.0), (2029.5, 100.0), (2040, 100)):
        assert StoragePath(SPEC).gwh(year, 0.0) == pytest.approx(gwh, rel=1e-12)
    doubled = replace(SPEC, level=Timed((10.0,), (1.0, 2.0)))
    assert StoragePath(doubled).gwh(2027.5, 9.0) == pytest.approx(50.0)
    assert StoragePath(doubled).gwh(2027.5, 10.0) == pytest.approx(100.0)


def test_sites_share_the_tenders_with_other_makers():
    market = StorageMarket(replace(SPEC, path={"2025": 100.0}), make_context())
    big, little = market.order_book("big", 0.0), market.order_book("little", 0.0)
    big.open(0.0)
    little.open(0.0)
    big.nameplate_gwh, little.nameplate_gwh = 10.0, 5.0
    first = next(iter(market._ctx.calendar.periods))
    market.order(first)
    # 20 GWh are open, others offer 30: 15 at exp(-1) against them
    total = 30.0 + 15.0 * math.exp(-1.0)
    assert big.won == pytest.approx(20.0 * 10.0 * math.exp(-1.0) / total)
    assert little.won == pytest.approx(big.won / 2.0)
    outlook = market.outlook_gwh_per_year(little, 10.0, 0.0)
    total = 30.0 + 20.0 * math.exp(-1.0)
    assert outlook == pytest.approx(20.0 * 10.0 * math.exp(-1.0) / total)


def test_nobody_wins_more_than_it_offers():
    rich = replace(SPEC, path={"2025": 1000.0}, contestable=1.0)
    market = StorageMarket(rich, make_context())
    book = market.order_book("site", 0.0)
    assert market.outlook_gwh_per_year(book, 2.0, 0.0) == 2.0


def test_without_a_contestable_part_nobody_orders():
    market = StorageMarket(replace(SPEC, contestable=0.0), make_context())
    book = market.order_book("site", 0.0)
    book.nameplate_gwh = 5.0
    book.open(0.0)
    market.order(next(iter(market._ctx.calendar.periods)))
    assert book.won == 0.0
    assert market.outlook_gwh_per_year(book, 5.0, 0.0) == 0.0
