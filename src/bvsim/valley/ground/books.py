"""What a replication records: monthly columns per entity, balances and dated events.

Actors add to plain lists (`Account.now`); once a month the books copy them into
preallocated arrays. Nothing else is written while the simulation runs.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bvsim.valley.ground.calendar import Calendar
from bvsim.valley.ground.columns import Column
from bvsim.valley.ground.errors import IdentityError

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
    """An entity's columns for the month under way, as a list indexed by position.

    `now` is the running month: add flows to it, set stocks in it. It stays the same list.
    """

    def __init__(self, entity: str, columns: Sequence[Column], books: Books) -> None:
        self.entity = entity
        self.columns = tuple(columns)
        self.now = [0.0] * len(columns)
        self.offset = 0
        self._books = books
        self._blank = self.now.copy()
        self.begun = self._blank
        """How the running month began: an entity that does nothing leaves `now` so."""
        self.stocks = [i for i, column in enumerate(columns) if column.kind == "stock"]
        """Positions of the columns that are stocks."""

    def begin_month(self) -> None:
        """Begin the next month: flows at zero, stocks as they were."""
        now, begun = self.now, self._blank
        if self.stocks:
            begun = begun.copy()
            for i in self.stocks:
                begun[i] = now[i]
        self.begun = begun
        now[:] = begun

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
        self.month = 0
        self.closed: FloatArray = np.zeros((calendar.months, 0))
        self._row = struct.Struct("")

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
        account = Account(entity, columns, self)
        self.accounts[table, entity] = account
        return account

    def close_month(self) -> None:
        """Close the running month of every account."""
        if not self.month:
            self._lay_out()
        row: list[float] = []
        for account in self.accounts.values():
            now = account.now
            row += now
            if now != account.begun:
                account.begin_month()
        self._row.pack_into(self.closed[self.month], 0, *row)
        self.month += 1

    def stocks(self) -> list[int]:
        """Return the positions of the stocks among all columns."""
        return [each.offset + i for each in self.accounts.values() for i in each.stocks]

    def _lay_out(self) -> None:
        """Give every account its columns in the rows of the closed months."""
        width = 0
        for account in self.accounts.values():
            account.offset = width
            width += len(account.columns)
        self.closed = np.zeros((self.calendar.months, width))
        self._row = struct.Struct(f"{width}d")
