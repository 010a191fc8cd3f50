"""What one replication returns: small tables of numbers, and the events if traced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bvsim.valley.ground.books import Event


@dataclass(frozen=True)
class Table:
    """Numbers by row and column; the labels are the same in every replication.

    Parameters
    ----------
    index : tuple of (str, tuple)
        Index columns by name, each with one label a row (text, whole numbers,
        truth values or dates). Empty for a table of a single unlabelled row.
    columns : tuple of str
        Names of the value columns, with their units.
    values : array of float, shape (rows, columns)
        The numbers; NaN where a quantity is not the row's.
    """

    index: tuple[tuple[str, tuple[object, ...]], ...]
    columns: tuple[str, ...]
    values: NDArray[np.float64]

    def __post_init__(self) -> None:
        rows, columns = self.values.shape
        if columns != len(self.columns):
            raise ValueError(f"{columns} columns of values, {len(self.columns)} names")
        for name, labels in self.index:
            if len(labels) != rows:
                raise ValueError(f"index {name!r} has {len(labels)} labels, values {rows} rows")


@dataclass(frozen=True)
class Record:
    """One replication.

    Parameters
    ----------
    tables : mapping of str to Table
        ``yearly``, ``ledger``, ``binding``, ``balances`` and ``kpis`` (one row);
        ``monthly`` when asked for.
    events : tuple of Event
        Dated events with their causes; empty unless traced.
    """

    tables: Mapping[str, Table]
    events: tuple[Event, ...] = ()
