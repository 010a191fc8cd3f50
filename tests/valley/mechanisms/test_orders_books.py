"""Order books: every sum between what customers want of a site and what it delivers."""

from __future__ import annotations

import numpy as np
import pytest

from bvsim.schema.demand import Supplier
from bvsim.valley.orders.contracts import OrderContract, Portfolio
from bvsim.valley.orders.customers import ORDERS, OrderBook
from mechanism_table import exact
from world import make_context

MONTH = 30.4375


def contract(start=0.0, build_up=6.0, gwh=12.0, planned=(10.0, 20.0, 0.0)):
    """A contract of 12 GWh a year in the first month, 15 in the second."""
    return OrderContract(start, build_up, np.array([gwh, 15.0, 15.0]), lambda: np.array(planned))


def book_of(*contracts):
    ctx = make_context()
    return OrderBook(
        "plant",
        room_share=0.1,
        gap=0.25,
        account=ctx.books.open("yearly", "plant:demand", ORDERS.columns),
        portfolio=Portfolio(contracts, 3),
        supplier=Supplier(),
        ctx=ctx,
    )


def row(book):
    return dict(zip((each.name for each in book._account.columns), book._account.now, strict=True))


@pytest.mark.parametrize(
    ("since_months", "rate"), [(0.0, 0.0), (2.0, 4.0), (3.0, 6.0), (6.0, 12.0), (7.0, 12.0)]
)
def test_a_contract_builds_up_from_the_opening_or_its_start(since_months, rate):
    for start, opened in ((0.0, 100.0), (100.0, 0.0)):
        made = contract(start)
        assert made.rate(0, 100.0 + since_months * MONTH, opened) == exact(rate)
        portfolio = Portfolio([made], 3)
        portfolio.open(opened)
        assert portfolio.rate(0, 100.0 + since_months * MONTH, opened) == exact(rate)


def test_contracts_of_a_site_add_up():
    portfolio = Portfolio([contract(), contract(start=10 * MONTH, gwh=6.0)], 3)
    portfolio.open(0.0)
    assert portfolio.rate(0, 9 * MONTH, 0.0) == exact(12.0)
    assert portfolio.rate(0, 13 * MONTH, 0.0) == exact(15.0)  # 12 and half of 6
    assert portfolio.rate(0, 16 * MONTH, 0.0) == exact(18.0)
    assert portfolio.rate(1, 16 * MONTH, 0.0) == exact(30.0)
    # Planned volumes double from the first month to the second: 24, and 12 from month 10 on.
    assert portfolio.expected(0, 1, 9 * MONTH) == exact(24.0)
    assert portfolio.expected(0, 1, 10 * MONTH) == exact(36.0)
    assert contract(planned=(0.0, 20.0, 0.0)).expected(0, 1) == exact(20.0)  # nothing to scale


def test_orders_of_all_kinds_are_placed_by_days_worked():
    book = book_of()
    book.nameplate_gwh, book.stock_gwh, book.held_gwh = 20.0, 0.9, 0.2
    book.committed, book.won, book.taken_over = 4.0, 2.0, 1.5
    book.place(0.02, unlimited=False)
    assert book.ordered_gwh == exact(0.15)  # a fiftieth of 7.5
    assert book.limit_gwh == exact(1.45)  # and room for 2 GWh less the 0.7 that are for sale
    book.stock_gwh = 9.0
    book.place(0.02, unlimited=False)
    assert book.limit_gwh == 0.0


@pytest.mark.parametrize(("unlimited", "delivered"), [(False, 0.4), (True, 0.7)])
def test_cells_that_wait_for_approval_are_not_delivered(unlimited, delivered):
    book = book_of()
    book.committed = 20.0
    book.place(0.02, unlimited=unlimited)
    book.stock_gwh, book.held_gwh = 0.5, 0.1
    assert book.deliver(0.3, period=None) == exact(delivered)
    assert book.stock_gwh == exact(0.8 - delivered)
    found = row(book)
    assert found["ordered_gwh"] == found["delivered_gwh"] == exact(delivered)
    assert found["finished_stock_gwh"] == exact(0.8 - delivered)
    book.deliver(0.0, period=None)  # again, with 0.3 for sale, or nothing
    assert row(book)["delivered_gwh"] == exact(0.7)


def test_a_closed_site_writes_off_what_it_has():
    book = book_of()
    book.committed, book.won, book.taken_over = 4.0, 2.0, 1.5
    book.keep(0.5)
    book.record()
    assert row(book)["committed_orders_gwh_per_year"] == exact(4.0)
    assert row(book)["won_orders_gwh_per_year"] == exact(3.5)
    assert row(book)["cost_gap"] == exact(0.25)
    book.place(0.02, unlimited=False)
    book.deliver(0.1, period=None)  # 0.15 of 0.6
    book.close(0.2)
    found = row(book)
    assert found["finished_written_off_gwh"] == exact(0.65)
    assert found["finished_stock_gwh"] == found["won_orders_gwh_per_year"] == 0.0
    assert found["committed_orders_gwh_per_year"] == 0.0
    balance = book.balance()
    assert (balance.inflow, balance.outflow, balance.closing) == exact((0.8, 0.8, 0.0))
