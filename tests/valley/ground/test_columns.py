"""Columns of accounts: declared as fields, read as positions."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import pytest

from bvsim.valley.cathode.buyer import SUPPLY, USE
from bvsim.valley.cathode.makers import CAM, PCAM
from bvsim.valley.cells.energy import METERED
from bvsim.valley.cells.lead_acid import LEAD_ACID
from bvsim.valley.cells.ledger import BINDING, LEDGER
from bvsim.valley.cells.money import MONEY
from bvsim.valley.cells.site_account import SITE
from bvsim.valley.ground.columns import Column, Columns, flow, flows, laid_out, stock
from bvsim.valley.orders.customers import ORDERS
from bvsim.valley.orders.market import VEHICLES
from bvsim.valley.people.columns import COURSE
from bvsim.valley.people.pools import BASIN
from bvsim.valley.people.register import PEOPLE
from bvsim.valley.people.workforce import STAFF
from bvsim.valley.returns.market import RETURNS
from bvsim.valley.returns.recycler import RECYCLER

ALL: Final[list[Columns]] = [
    *(BASIN, BINDING, CAM, COURSE, LEAD_ACID, LEDGER, METERED, MONEY, ORDERS, PCAM, PEOPLE),
    *(RECYCLER, RETURNS, SITE, STAFF, SUPPLY, USE, VEHICLES),
]


@dataclass(frozen=True)
class PlainColumns(Columns):
    """Two columns of their own, and one for each colour between them."""

    made_t: int = flow("Made.")
    painted: int = flows("painted_{}_t", {"red": "Painted red.", "blue": "Painted blue."})
    store_t: int = stock("In store.")


@dataclass(frozen=True)
class LongerColumns(PlainColumns):
    """One column more, after those of the class that it extends."""

    sold_t: int = flow("Sold.")


def test_columns_stand_side_by_side_in_the_order_of_their_declaration() -> None:
    plain = laid_out(PlainColumns)
    assert (plain.made_t, plain.painted, plain.store_t) == (0, 1, 3)
    assert plain.columns == (
        Column("made_t", "flow", "Made."),
        Column("painted_red_t", "flow", "Painted red."),
        Column("painted_blue_t", "flow", "Painted blue."),
        Column("store_t", "stock", "In store."),
    )


def test_columns_that_extend_others_keep_their_places() -> None:
    plain, longer = laid_out(PlainColumns), laid_out(LongerColumns)
    assert longer.columns[: len(plain.columns)] == plain.columns
    assert (longer.store_t, longer.sold_t) == (3, 4)


@pytest.mark.parametrize("columns", ALL, ids=lambda each: type(each).__name__)
def test_every_position_is_that_of_the_column_of_its_name(columns: Columns) -> None:
    names = [column.name for column in columns.columns]
    assert len(set(names)) == len(names)
    for each in fields(columns):
        at = getattr(columns, each.name)
        assert names[at] == each.name or each.name in names[at].split("_")
