"""Tables of a replication: months added up to years, and balances that must close."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from bvsim.valley.cells.gigafactory import SITE
from bvsim.valley.ground.books import Balance
from bvsim.valley.ground.errors import IdentityError
from bvsim.valley.record.tables import (
    Months,
    TableLayout,
    accounts_of,
    balances_table,
    by_entity,
    check_balances,
)
from mechanism_table import exact
from world import make_context

CTX = make_context(start=date(2023, 11, 1), end=date(2024, 3, 31))


def months_of(as_of):
    return Months(CTX.calendar, CTX.calendar.day(as_of))


def test_months_make_up_calendar_years():
    months = months_of(date(2023, 12, 31))
    assert (months.firsts, months.lasts) == ([0, 2], [1, 4])


@pytest.mark.parametrize(
    ("as_of", "years", "known_months"),
    [
        (date(2023, 12, 30), (False, False), 1),
        (date(2023, 12, 31), (True, False), 2),
        (date(2024, 1, 30), (True, False), 2),
        (date(2024, 1, 31), (True, False), 3),
        (date(2024, 3, 31), (True, True), 5),
    ],
)
def test_what_ended_by_a_day_was_observed(as_of, years, known_months):
    months = months_of(as_of)
    assert months.observed_years == years
    assert months.observed_months == tuple(month < known_months for month in range(5))


def filled_books():
    """Five months of two sites, of which one has a second account: numbers of the month."""
    books = make_context(start=CTX.calendar.start, end=CTX.calendar.end).books
    names = ("b", "a:orders", "a")
    accounts = [books.open("yearly", name, SITE.columns[:3]) for name in names]
    accounts[1].columns = tuple(replace(each, name=f"{each.name}_2") for each in SITE.columns[:3])
    for month in range(5):
        for size, account in enumerate(accounts, start=1):
            account.now[SITE.good_gwh] += size * (month + 1.0)
            account.now[SITE.nameplate_gwh] = 10.0 * size + month
        books.close_month()
    return books


def test_flows_add_up_and_stocks_are_of_the_last_month():
    books = filled_books()
    yearly = months_of(date(2023, 12, 31)).by_year(books)
    assert yearly[:, 0].tolist() == [3.0, 12.0]  # 1 + 2, 3 + 4 + 5
    assert yearly[:, 2].tolist() == [11.0, 14.0]
    assert yearly[:, 3].tolist() == [6.0, 24.0]  # the next account has twice as much


def test_whole_years_add_up_in_the_order_of_numpy():
    """Bit for bit, whatever the sizes: else tables would change where a horizon is whole years."""
    ctx = make_context(start=date(2023, 1, 1), end=date(2025, 12, 31))
    account = ctx.books.open("yearly", "a", SITE.columns)
    numbers = [1.7**month / 3.0 for month in range(36)]
    for number in numbers:
        account.now[SITE.good_gwh] += number
        ctx.books.close_month()
    yearly = Months(ctx.calendar, 0.0).by_year(ctx.books)
    assert yearly[:, SITE.good_gwh].tolist() == np.add.reduceat(numbers, [0, 12, 24]).tolist()


def test_accounts_of_an_entity_stand_in_one_row():
    books, months = filled_books(), months_of(date(2023, 12, 31))
    accounts = accounts_of(books)["yearly"]
    layout = TableLayout.of(accounts)
    table = by_entity(accounts, layout, months, months.by_year(books), monthly=False)
    labels = dict(table.index)
    assert labels["year"] == (2023, 2023, 2024, 2024)
    assert labels["entity"] == ("a", "b", "a", "b")
    assert labels["observed"] == (True, True, False, False)
    at = {name: i for i, name in enumerate(table.columns)}
    assert table.values[:, at["good_gwh"]].tolist() == [9.0, 3.0, 36.0, 12.0]
    second = table.values[:, at["good_gwh_2"]]
    assert second[[0, 2]].tolist() == [6.0, 24.0]
    monthly = by_entity(accounts, layout, months, books.closed, monthly=True)
    assert dict(monthly.index)["month"][:3] == (*[date(2023, 11, 1)] * 2, date(2023, 12, 1))
    assert dict(monthly.index)["observed"].count(True) == 4
    assert monthly.values[:4, at["good_gwh"]].tolist() == [3.0, 1.0, 6.0, 2.0]


def balance(opening, inflow, outflow, closing, unit="t"):
    return Balance("nickel", "plant", opening, inflow, outflow, closing, unit)


@pytest.mark.parametrize(
    "closed",
    [
        balance(3.0, 4.0, 5.0, 2.0),
        balance(0.0, 1e6 + 5e-4, 1e6, 0.0),  # half a billionth
        balance(0.0, 0.0, 1e6, -1e6 + 5e-4),
        balance(1e6, 0.0, 0.0, 1e6 + 5e-4),
        balance(0.0, 0.0, 5e-10, 0.0),
        balance(3.0, 4.0, 5.0, 2.0, "heads"),
    ],
)
def test_balances_that_close(closed):
    check_balances([closed], CTX.calendar)


@pytest.mark.parametrize(
    ("open_", "off"),
    [
        (balance(3.0, 4.0, 5.0, 2.5), -0.5),
        (balance(0.0, 1e6 + 2e-3, 1e6, 0.0), 2e-3),
        (balance(0.0, 0.0, 2e-9, 0.0), -2e-9),
        (balance(3.0, 4.0, 5.0, 2.0 - 1e-10, "heads"), 1e-10),  # people to the head
    ],
)
def test_balances_that_do_not_close(open_, off):
    with pytest.raises(IdentityError, match="balance of nickel") as raised:
        check_balances([balance(3.0, 4.0, 5.0, 2.0), open_], CTX.calendar)
    assert raised.value.size == pytest.approx(off, rel=1e-5)


def test_balances_stand_in_the_order_of_their_names():
    own = [balance(1.0, 2.0, 3.0, 0.0), replace(balance(4.0, 0.0, 0.0, 4.0), entity="oven")]
    table = balances_table(own)
    assert dict(table.index)["entity"] == ("oven", "plant")
    assert table.values[1].tolist() == exact([1.0, 2.0, 3.0, 0.0])
