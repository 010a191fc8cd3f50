"""What a replication records: monthly columns per entity, balances and dated events.

Actors add to rows (`Account.now`); once a month the books lay them aside, one behind the other.
Nothing else is written while the simulation runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bvsim.valley.ground.calendar import Calendar
from bvsim.valley.ground.columns import Column
from bvsim.valley.ground.errors import IdentityError
from bvsim.valley.ground.rows import extend, i64, is_native, numbers_of, vec

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

_NATIVE: Final = is_native(vec[float]([0.0]))


class Account:
    """An entity's columns for the month under way, as a row indexed by position.

    `now` is the running month: add flows to it, set stocks in it. When the month closes, the
    books lay its numbers aside, and flows begin at zero in the same row.
    """

    def __init__(
        self, entity: str, columns: Sequence[Column], books: Books, offset: int = 0
    ) -> None:
        self.entity = entity
        self.columns = tuple(columns)
        self.offset = offset
        """Position of the first of them among the columns of all accounts."""
        self._books = books
        self.now = vec[float]([0.0] * len(columns))
        self.stocks: list[int] = []
        """Positions of the columns that are stocks."""
        flows: list[int] = []
        for i, column in enumerate(self.columns):
            (self.stocks if column.kind == "stock" else flows).append(i)
        self._flows = vec[i64](flows)

    def begin_month(self) -> None:
        """Begin a month: flows at zero, stocks as they were."""
        now = self.now
        for i in self._flows:
            now[i] = 0.0

    def adjust(self, month: int, column: int, amount: float) -> None:
        """Add to a column of the running month or of one that is closed."""
        if month == self._books.month:
            self.now[column] += amount
        else:
            self._books.adjust(month, self.offset + column, amount)

    def take_back(self, month: int, column: int, amount: float) -> None:
        """Subtract what was booked in a month; what rounding leaves below zero is zero."""
        if month == self._books.month:
            left = self.now[column] - amount
            self.now[column] = left if left > 0.0 else 0.0
        else:
            self._books.take_back(month, self.offset + column, amount)

    def monthly(self) -> FloatArray:
        """Return the closed months, shape (months, columns); to be read only."""
        return self._books.closed[:, self.offset : self.offset + len(self.columns)]

    @property
    def months(self) -> list[list[float]]:
        """The closed months as lists."""
        months: list[list[float]] = self.monthly().tolist()
        return months


def _with_room(numbers: int) -> vec[float]:
    """Return an empty row, which where rows are memory has room for numbers to come.

    Room beyond a list is not filled with zeros first, as it is where there is none.
    """
    none: list[float] = []
    return vec[float](none, capacity=numbers) if _NATIVE else vec[float]()


@dataclass  # not frozen: compiled, that would take five times as long to make
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

    Accounts are opened before the first month closes.

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
        self._in_order: list[Account] = []
        self.month = self._width = 0
        self._past = vec[float]()
        """The rows of all accounts, month after month."""
        self._closed: FloatArray | None = None
        """The same as an array, once it was asked for."""

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
        self._in_order.append(account)
        return account

    def close_month(self) -> None:
        """Close the running month of every account."""
        if not self.month:
            self._past = _with_room(self._width * self.calendar.months)
        past = self._past
        for account in self._in_order:
            past = extend(past, account.now)
            account.begin_month()
        self._past, self._closed = past, None
        self.month += 1

    def adjust(self, month: int, column: int, amount: float) -> None:
        """Add to a column, of those of all accounts, in a closed month."""
        self._past[month * self._width + column] += amount
        self._closed = None

    def take_back(self, month: int, column: int, amount: float) -> None:
        """Subtract from a column, of those of all accounts, in a closed month, down to zero."""
        place = month * self._width + column
        left = self._past[place] - amount
        self._past[place] = left if left > 0.0 else 0.0
        self._closed = None

    @property
    def closed(self) -> FloatArray:
        """The closed months, shape (months, columns of all accounts); to be read only."""
        if self._closed is None:
            self._closed = numbers_of(self._past).reshape(self.month, self._width)
        return self._closed

    def stocks(self) -> list[int]:
        """Return the positions of the stocks among all columns."""
        return [each.offset + i for each in self.accounts.values() for i in each.stocks]
