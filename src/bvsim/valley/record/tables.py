"""The tables of a replication, from the accounts its actors kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from bvsim.valley.ground.books import Account, Balance, Books, FloatArray
from bvsim.valley.ground.calendar import Calendar
from bvsim.valley.ground.columns import Column
from bvsim.valley.ground.errors import IdentityError
from bvsim.valley.record.record import Table

RELATIVE_TOLERANCE: Final = 1e-9
_PEOPLE: Final = "heads"


@dataclass(frozen=True)
class Months:
    """Which months make up a year, and which years were observed.

    Parameters
    ----------
    calendar : Calendar
        The horizon.
    as_of_day : float
        Years that end by then were observed.
    """

    calendar: Calendar
    as_of_day: float

    @cached_property
    def firsts(self) -> list[int]:
        """Position of the first month of each year."""
        months = range(self.calendar.months)
        years = [self.calendar.month_year(month) for month in months]
        return [i for i in months if i == 0 or years[i] != years[i - 1]]

    @cached_property
    def lasts(self) -> list[int]:
        """Position of the last month of each year."""
        return [first - 1 for first in self.firsts[1:]] + [self.calendar.months - 1]

    @cached_property
    def observed_years(self) -> tuple[bool, ...]:
        """Whether each year ended by `as_of`."""
        ends = [self.calendar.month_starts[last + 1] for last in self.lasts]
        return tuple(end <= self.as_of_day + 1.0 for end in ends)

    @cached_property
    def observed_months(self) -> tuple[bool, ...]:
        """Whether each month ended by `as_of`."""
        return tuple(end <= self.as_of_day + 1.0 for end in self.calendar.month_starts[1:])

    def by_year(self, books: Books) -> FloatArray:
        """Add flows up and keep the last value of stocks; shape (years, all columns)."""
        values = np.add.reduceat(books.closed, self.firsts, axis=0)
        stocks = books.stocks()
        values[:, stocks] = books.closed[np.ix_(self.lasts, stocks)]
        return values


def accounts_of(books: Books) -> dict[str, dict[str, list[Account]]]:
    """Return the accounts by table and entity; `entity:topic` belongs to the entity."""
    found: dict[str, dict[str, list[Account]]] = {}
    for (table, name), account in sorted(books.accounts.items()):
        of = found.setdefault(table, {})
        of.setdefault(name.split(":", 1)[0], []).append(account)
    return found


@dataclass(frozen=True)
class TableLayout:
    """Labels of a table: entities, and columns with the position of each account's."""

    entities: tuple[str, ...]
    columns: tuple[Column, ...]
    places: tuple[tuple[int, ...], ...]
    """Per account, in the order of `accounts_of`, the positions of its columns."""

    @classmethod
    def of(cls, accounts: Mapping[str, Iterable[Account]]) -> TableLayout:
        """Return the layout of a table's accounts."""
        columns: dict[str, Column] = {}
        for own in accounts.values():
            for account in own:
                for column in account.columns:
                    columns.setdefault(column.name, column)
        ordered = tuple(columns)
        at = {name: i for i, name in enumerate(ordered)}
        places = tuple(
            tuple(at[column.name] for column in account.columns)
            for own in accounts.values()
            for account in own
        )
        return cls(tuple(accounts), tuple(columns.values()), places)


def by_entity(
    accounts: Mapping[str, Iterable[Account]],
    layout: TableLayout,
    months: Months,
    numbers: FloatArray,
    *,
    monthly: bool,
) -> Table:
    """Return a table with a row per time and entity (entities within times).

    Parameters
    ----------
    accounts : mapping
        By entity.
    layout : TableLayout
        Their labels.
    months : Months
        The horizon.
    numbers : array of float, shape (times, all columns)
        The columns of all accounts side by side, by month or by year.
    monthly : bool
        A row per month instead of one per year.
    """
    times: tuple[object, ...] = months.calendar.years
    observed = months.observed_years
    if monthly:
        times = tuple(months.calendar.date(day) for day in months.calendar.month_starts[:-1])
        observed = months.observed_months
    values = np.full((len(times), len(layout.entities), len(layout.columns)), np.nan)
    place = iter(layout.places)
    for row, own in enumerate(accounts.values()):
        for account in own:
            own_columns = slice(account.offset, account.offset + len(account.columns))
            at = list(next(place))
            before, new = values[:, row, at], numbers[:, own_columns]
            values[:, row, at] = np.where(np.isnan(before), new, before + new)
    count = len(layout.entities)
    index = (
        ("month" if monthly else "year", tuple(time for time in times for _ in range(count))),
        ("entity", layout.entities * len(times)),
        ("observed", tuple(known for known in observed for _ in range(count))),
    )
    names = tuple(column.name for column in layout.columns)
    return Table(index, names, values.reshape(-1, len(names)))


def balances_table(balances: Sequence[Balance]) -> Table:
    """Return the table of balances, one row each, in the order of their names."""
    ordered = sorted(balances, key=lambda b: (b.balance, b.entity))
    index = (
        ("balance", tuple(b.balance for b in ordered)),
        ("entity", tuple(b.entity for b in ordered)),
        ("unit", tuple(b.unit for b in ordered)),
    )
    values = [(b.opening, b.inflow, b.outflow, b.closing) for b in ordered]
    columns = ("opening", "inflow", "outflow", "closing")
    return Table(index, columns, np.array(values, dtype=np.float64).reshape(-1, 4))


def check_balances(balances: Iterable[Balance], calendar: Calendar) -> None:
    """Check that opening + inflow = outflow + closing, people to the head.

    Raises
    ------
    IdentityError
        Naming the account that does not close.
    """
    for b in balances:
        off = b.opening + b.inflow - b.outflow - b.closing
        scale = max(abs(b.opening), abs(b.inflow), abs(b.outflow), abs(b.closing), 1.0)
        allowed = 0.0 if b.unit == _PEOPLE else RELATIVE_TOLERANCE * scale
        if not abs(off) <= allowed:
            raise IdentityError(
                entity=b.entity, quantity=f"balance of {b.balance}", when=calendar.end, size=off
            )
