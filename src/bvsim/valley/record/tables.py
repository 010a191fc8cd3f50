"""The tables of a replication, from the accounts its actors kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bvsim.valley.ground.books import Account, Balance, Books, FloatArray
from bvsim.valley.ground.calendar import MONTHS_PER_YEAR, Calendar
from bvsim.valley.ground.columns import Column
from bvsim.valley.ground.errors import IdentityError
from bvsim.valley.record.record import Table

RELATIVE_TOLERANCE: Final = 1e-9
_PEOPLE: Final = "heads"

Index: TypeAlias = tuple[tuple[str, tuple[object, ...]], ...]
Places: TypeAlias = NDArray[np.int64]


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
        second = MONTHS_PER_YEAR + 1 - self.calendar.start.month
        return [0, *range(second, self.calendar.months, MONTHS_PER_YEAR)]

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

    def times(self, *, monthly: bool) -> tuple[tuple[object, ...], tuple[bool, ...]]:
        """Return the years, or the first days of months, and whether each was observed."""
        if not monthly:
            return self.calendar.years, self.observed_years
        firsts = tuple(self.calendar.date(day) for day in self.calendar.month_starts[:-1])
        return firsts, self.observed_months

    def by_year(self, books: Books) -> FloatArray:
        """Add flows up and keep the last value of stocks; shape (years, all columns)."""
        firsts, stocks, closed = self.firsts, books.stocks(), books.closed
        if len(closed) == MONTHS_PER_YEAR * len(firsts):
            years = closed.reshape(-1, MONTHS_PER_YEAR, closed.shape[1])
            values, last = np.stack([_added(year) for year in years]), years[:, -1]
        else:
            values, last = np.add.reduceat(closed, firsts, axis=0), closed[self.lasts]
        values[:, stocks] = last[:, stocks]
        return values


def _added(m: FloatArray) -> FloatArray:
    """Add up the months of a year, in the order of `np.add.reduceat`, which takes far longer."""
    eight = ((m[1] + m[2]) + (m[3] + m[4])) + ((m[5] + m[6]) + (m[7] + m[8]))
    year: FloatArray = m[0] + (((eight + m[9]) + m[10]) + m[11])
    return year


def accounts_of(books: Books) -> dict[str, dict[str, list[Account]]]:
    """Return the accounts by table and entity; `entity:topic` belongs to the entity."""
    opened: dict[str, dict[str, Account]] = {}
    for (table, name), account in books.accounts.items():
        opened.setdefault(table, {})[name] = account
    found: dict[str, dict[str, list[Account]]] = {}
    for table, named in opened.items():
        of = found[table] = {}
        for name in sorted(named):
            of.setdefault(name.split(":", 1)[0], []).append(named[name])
    return found


@dataclass(frozen=True)
class TableLayout:
    """Labels of a table: entities, and columns with the position of each account's."""

    entities: tuple[str, ...]
    columns: tuple[Column, ...]
    rounds: tuple[tuple[Places, Places, Places], ...]
    """Where numbers go that are written at once: position among all columns of all entities;
    account, in the order of `accounts_of`; column of the account. A column that an entity has in
    several accounts is the sum of them: each but the first is of a later round."""
    indices: dict[tuple[bool, float], Index] = field(default_factory=dict, compare=False)
    """Labels of rows, by whether they are months, and the day up to which they are observed."""

    @classmethod
    def of(cls, accounts: Mapping[str, Iterable[Account]]) -> TableLayout:
        """Return the layout of a table's accounts."""
        columns: dict[str, Column] = {}
        for own in accounts.values():
            for account in own:
                for column in account.columns:
                    columns.setdefault(column.name, column)
        at = {name: i for i, name in enumerate(columns)}
        rounds: list[list[tuple[int, int, int]]] = []
        number = 0
        for row, own in enumerate(accounts.values()):
            times = dict.fromkeys(columns, 0)
            for account in own:
                for i, column in enumerate(account.columns):
                    name = column.name
                    if times[name] == len(rounds):
                        rounds.append([])
                    rounds[times[name]].append((row * len(columns) + at[name], number, i))
                    times[name] += 1
                number += 1
        arrays = [np.array(each, dtype=np.int64).T for each in rounds]
        return cls(
            tuple(accounts), tuple(columns.values()), tuple((a[0], a[1], a[2]) for a in arrays)
        )

    def index(self, months: Months, *, monthly: bool) -> Index:
        """Return the labels of the rows: time, entity, and whether the time was observed."""
        key = (monthly, months.as_of_day)
        if key not in self.indices:
            times, observed = months.times(monthly=monthly)
            count = len(self.entities)
            self.indices[key] = (
                ("month" if monthly else "year", tuple(t for t in times for _ in range(count))),
                ("entity", self.entities * len(times)),
                ("observed", tuple(known for known in observed for _ in range(count))),
            )
        return self.indices[key]


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
    offsets = np.array([account.offset for own in accounts.values() for account in own])
    values = np.full((len(numbers), len(layout.entities) * len(layout.columns)), np.nan)
    for number, (places, account, column) in enumerate(layout.rounds):
        new = numbers[:, offsets[account] + column]
        if number:
            before = values[:, places]
            new = np.where(np.isnan(before), new, before + new)
        values[:, places] = new
    names = tuple(column.name for column in layout.columns)
    index = layout.index(months, monthly=monthly)
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
