"""What a replication records: monthly columns per entity, balances and dated events.

Actors add to plain lists (`Account.now`); once a month the books copy them into
preallocated arrays. Nothing else is written while the simulation runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bvsim.valley.calendar import Calendar

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Column:
    """One recorded quantity.

    Parameters
    ----------
    name : str
        With its unit, as in the tables: ``good_gwh``.
    kind : {"flow", "stock"}
        Flows add up over months; a stock's value is that of the last day.
    doc : str
        A sentence for the table dictionary.
    """

    name: str
    kind: Literal["flow", "stock"]
    doc: str


class Account:
    """An entity's columns for the month under way, as a list indexed by position.

    `now` is the running month: add flows to it, set stocks in it.
    """

    def __init__(self, entity: str, columns: Sequence[Column], months: int) -> None:
        self.entity = entity
        self.columns = tuple(columns)
        self.now = [0.0] * len(columns)
        self.months: list[list[float]] = []
        self._stocks = [i for i, column in enumerate(columns) if column.kind == "stock"]

    def close_month(self) -> None:
        """Keep the running month and begin the next one; stocks carry over."""
        closed = self.now
        self.months.append(closed)
        self.now = fresh = [0.0] * len(closed)
        for i in self._stocks:
            fresh[i] = closed[i]

    def monthly(self) -> FloatArray:
        """Return the closed months, shape (months, columns)."""
        return np.array(self.months, dtype=np.float64).reshape(-1, len(self.columns))


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


class IdentityError(ArithmeticError):
    """An identity of the model is violated."""

    def __init__(self, *, entity: str, quantity: str, when: date, size: float) -> None:
        super().__init__(f"{entity}: {quantity} is off by {size:.6g} on {when}")
        self.entity, self.quantity, self.when, self.size = entity, quantity, when, size


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
            self.events.append(Event(day, when, entity, event, cause, value, unit))


class Books:
    """All accounts of one replication.

    Parameters
    ----------
    calendar : Calendar
        The months to record.
    trace : Trace
        Where dated events go.
    """

    def __init__(self, calendar: Calendar, trace: Trace) -> None:
        self.calendar = calendar
        self.trace = trace
        self.accounts: dict[tuple[str, str], Account] = {}
        self.month = 0

    def open(self, table: str, entity: str, columns: Sequence[Column]) -> Account:
        """Open the account of an entity in a table (``yearly``, ``ledger``, ``binding``).

        Raises
        ------
        ValueError
            When the entity has an account in the table already.
        """
        if (table, entity) in self.accounts:
            raise ValueError(f"{entity} has an account in {table} already")
        account = Account(entity, columns, self.calendar.months)
        self.accounts[table, entity] = account
        return account

    def close_month(self) -> None:
        """Close the running month of every account."""
        for account in self.accounts.values():
            account.close_month()
        self.month += 1
