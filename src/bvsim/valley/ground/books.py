"""What a replication records: monthly columns per entity, balances and dated events.

Actors add to rows (`Account.now`); once a month the books lay them aside. Nothing else is
written while the simulation runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bvsim.valley.ground.calendar import Calendar
from bvsim.valley.ground.columns import Column
from bvsim.valley.ground.errors import IdentityError
from bvsim.valley.ground.rows import joined, vec

__all__ = [
    "Account",
    "Balance",
    "Books",
    "Event",
    "FloatArray",
    "IdentityError",
    "Trace",
]

FloatArray: TypeAlias = NDArray[np.float64]


class Account:
    """An entity's columns for the month under way, as a row indexed by position.

    `now` is the running month: add flows to it, set stocks in it. Each month has a row of its
    own.
    """

    def __init__(
        self, entity: str, columns: Sequence[Column], books: Books, offset: int = 0
    ) -> None:
        self.entity = entity
        self.columns = tuple(columns)
        self.offset = offset
        """Position of the first of them among the columns of all accounts."""
        self._books = books
        self._blank = vec[float]([0.0] * len(columns))
        self.now = vec[float]([0.0] * len(columns))
        self.stocks = [i for i, column in enumerate(columns) if column.kind == "stock"]
        """Positions of the columns that are stocks."""

    def close_month(self) -> vec[float]:
        """Begin the next month, flows at zero, stocks as they were; return the one before."""
        before, now = self.now, self._blank[:]
        for i in self.stocks:
            now[i] = before[i]
        self.now = now
        return before

    def adjust(self, month: int, column: int, amount: float) -> None:
        """Add to a column of the running month or of one that is closed."""
        if month == self._books.month:
            self.now[column] += amount
        else:
            self._books.closed[month, self.offset + column] += amount

    def take_back(self, month: int, column: int, amount: float) -> None:
        """Subtract what was booked in a month; what rounding leaves below zero is zero."""
        closed, place = self._books.closed, self.offset + column
        running = month == self._books.month
        left = (self.now[column] if running else float(closed[month, place])) - amount
        left = left if left > 0.0 else 0.0
        if running:
            self.now[column] = left
        else:
            closed[month, place] = left

    def monthly(self) -> FloatArray:
        """Return the closed months, shape (months, columns); a view."""
        books = self._books
        return books.closed[: books.month, self.offset : self.offset + len(self.columns)]

    @property
    def months(self) -> list[list[float]]:
        """The closed months as lists."""
        months: list[list[float]] = self.monthly().tolist()
        return months


@dataclass(frozen=True)
class Balance:
    """A closed account: opening + inflow = outflow + closing, in one unit."""

    balance: str
    entity: str
    opening: float
    inflow: float
    outflow: float
    closing: float
    unit: str


@dataclass(frozen=True)
class Event:
    """One dated event of a trace, with its cause."""

    day: float
    when: date
    entity: str
    event: str
    cause: str
    value: float
    unit: str


class Trace:
    """The dated events of a replication, kept only when asked for."""

    def __init__(self, calendar: Calendar, *, keep: bool) -> None:
        self._calendar = calendar
        self.keep = keep
        self.events: list[Event] = []

    def log(
        self,
        *,
        day: float,
        entity: str,
        event: str,
        cause: str,
        value: float = float("nan"),
        unit: str = "",
    ) -> None:
        """Record an event, with what caused it."""
        if self.keep:
            when = self._calendar.date(day)
            self.events.append(Event(day, when, entity, event, cause, float(value), unit))


class Books:
    """All accounts of one replication.

    Accounts are opened before the first month closes; each month is then one row of all
    columns of all accounts.

    Parameters
    ----------
    calendar : Calendar
        The months to record.
    trace : Trace
        Where dated events go.

    Attributes
    ----------
    closed : array of float, shape (months, all columns)
        The closed months.
    month : int
        The month under way.
    """

    def __init__(self, calendar: Calendar, trace: Trace) -> None:
        self.calendar = calendar
        self.trace = trace
        self.accounts: dict[tuple[str, str], Account] = {}
        self.month = self._width = 0
        self.closed: FloatArray = np.zeros((calendar.months, 0))

    def open(self, table: str, entity: str, columns: Sequence[Column]) -> Account:
        """Open the account of an entity in a table (``yearly``, ``ledger``, ``binding``).

        Raises
        ------
        ValueError
            When the entity has an account in the table already, or a month has closed.
        """
        if (table, entity) in self.accounts:
            raise ValueError(f"{entity} has an account in {table} already")
        if self.month:
            raise ValueError(f"{entity}: accounts are opened before the first month closes")
        account = Account(entity, columns, self, self._width)
        self._width += len(account.columns)
        self.accounts[table, entity] = account
        return account

    def close_month(self) -> None:
        """Close the running month of every account."""
        if not self.month:
            self.closed = np.zeros((self.calendar.months, self._width))
        rows = [account.close_month() for account in self.accounts.values()]
        self.closed[self.month] = joined(rows)
        self.month += 1

    def stocks(self) -> list[int]:
        """Return the positions of the stocks among all columns."""
        return [each.offset + i for each in self.accounts.values() for i in each.stocks]
