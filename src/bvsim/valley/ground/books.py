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
    own, which is kept when the month closes.
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
        self.past: list[vec[float]] = []
        """The rows of the closed months."""
        self.stocks = [i for i, column in enumerate(columns) if column.kind == "stock"]
        """Positions of the columns that are stocks."""

    def close_month(self) -> None:
        """Begin the next month: flows at zero, stocks as they were."""
        before, now = self.now, self._blank[:]
        for i in self.stocks:
            now[i] = before[i]
        self.past.append(before)
        self.now = now

    def _row(self, month: int) -> vec[float]:
        if month == len(self.past):
            return self.now
        self._books.forget()
        return self.past[month]

    def adjust(self, month: int, column: int, amount: float) -> None:
        """Add to a column of the running month or of one that is closed."""
        row = self._row(month)
        row[column] += amount

    def take_back(self, month: int, column: int, amount: float) -> None:
        """Subtract what was booked in a month; what rounding leaves below zero is zero."""
        row = self._row(month)
        left = row[column] - amount
        row[column] = left if left > 0.0 else 0.0

    def monthly(self) -> FloatArray:
        """Return the closed months, shape (months, columns)."""
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
    month : int
        The month under way.
    """

    def __init__(self, calendar: Calendar, trace: Trace) -> None:
        self.calendar = calendar
        self.trace = trace
        self.accounts: dict[tuple[str, str], Account] = {}
        self.month = self._width = 0
        self._closed: FloatArray | None = None

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
        for account in self.accounts.values():
            account.close_month()
        self.month += 1
        self.forget()

    def forget(self) -> None:
        """Look at the closed months anew when they are asked for."""
        self._closed = None

    @property
    def closed(self) -> FloatArray:
        """The months of all columns of all accounts, in order; shape (months, columns)."""
        if self._closed is None:
            rows = [each.past[m] for m in range(self.month) for each in self.accounts.values()]
            self._closed = np.zeros((self.calendar.months, self._width))
            self._closed[: self.month] = joined(rows).reshape(self.month, self._width)
        return self._closed

    def stocks(self) -> list[int]:
        """Return the positions of the stocks among all columns."""
        return [each.offset + i for each in self.accounts.values() for i in each.stocks]
