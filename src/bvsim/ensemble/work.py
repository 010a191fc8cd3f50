"""What a worker does: simulate some rows, and return arrays.

Kept free of heavy imports: workers load this module, the valley, and nothing else.
"""

from __future__ import annotations

import contextlib
import itertools
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bvsim.valley.ground.errors import IdentityError, MechanismError
from bvsim.valley.ground.limit import RowLimitError, place_of
from bvsim.valley.ground.streams import Key
from bvsim.valley.record.record import Record, Table

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Simulate = Callable[[FloatArray, Key], Record]
"""Simulates one replication from the values of the uncertain figures and a key."""


ROW_SECONDS = 600.0
"""A row that takes longer is a failure: those of the reference valley take about a second."""


class Job(Protocol):
    """What is to be simulated; pickled, sent to each worker once, and prepared there."""

    def prepare(self) -> Simulate:
        """Do what is needed once, and return the function that simulates a row."""


@dataclass(frozen=True)
class Layout:
    """The labels of a table, the same in every replication.

    Parameters
    ----------
    index : tuple of (str, tuple)
        Index columns by name, with one label a row.
    columns : tuple of str
        Names of the value columns.
    rows : int
        Rows a replication.
    """

    index: tuple[tuple[str, tuple[object, ...]], ...]
    columns: tuple[str, ...]
    rows: int

    @classmethod
    def of(cls, table: Table) -> Layout:
        """Return the layout of a table."""
        return cls(table.index, table.columns, len(table.values))


Layouts = Mapping[str, Layout]


@dataclass(frozen=True)
class Row:
    """One row of an experiment: its name in the tables, and what stands behind it.

    Parameters
    ----------
    draw, replication : int
        What identifies it.
    key : Key
        Its luck. Rows of one draw differ in it; the rows of a base of a sample may share it.
    values : array of float, shape (figures,)
        Values of the uncertain figures.
    """

    draw: int
    replication: int
    key: Key
    values: FloatArray


class Rows:
    """Rows that are still to be simulated, handed out in their order.

    Parameters
    ----------
    rows : iterable of Row
        The rows, made when they are taken.
    remaining : int
        How many there are.
    """

    def __init__(self, rows: Iterable[Row], remaining: int) -> None:
        self._rows, self.remaining = iter(rows), remaining

    def take(self, count: int) -> list[Row]:
        """Return the next rows, at most so many; none when all are taken."""
        taken = list(itertools.islice(self._rows, count))
        self.remaining -= len(taken)
        return taken


@dataclass(frozen=True)
class Failure:
    """A row that could not be simulated.

    Parameters
    ----------
    draw, replication : int
        The row.
    stage : str
        Where it failed: ``simulate``, ``record`` (what came back does not fit), ``worker``
        (the process died), or the ``stage`` attribute of the exception.
    message : str
        The exception, and the line that raised it.
    """

    draw: int
    replication: int
    stage: str
    message: str


@dataclass(frozen=True)
class Result:
    """What became of some rows.

    Parameters
    ----------
    draws, replications : array of int, shape (rows,)
        The rows that were simulated.
    layouts : mapping of str to Layout
        The tables' labels; empty when no row was simulated.
    tables : mapping of str to array, shape (rows, rows of the table, columns)
        The tables' values.
    failures : tuple of Failure
        The rows that were not.
    seconds : float
        Time taken.
    """

    draws: IntArray
    replications: IntArray
    layouts: Layouts
    tables: Mapping[str, FloatArray]
    failures: tuple[Failure, ...]
    seconds: float

    @property
    def attempted(self) -> int:
        """Number of rows that were simulated or failed."""
        return len(self.draws) + len(self.failures)


def simulate_rows(simulate: Simulate, rows: Sequence[Row], stopped: Callable[[], bool]) -> Result:
    """Simulate rows one by one, until told to stop.

    An exception in one row, or too long a time, is recorded as a failure and does not stop the
    rest.
    """
    started = time.perf_counter()
    made: list[tuple[Row, Record]] = []
    failures: list[Failure] = []
    layouts: dict[str, Layout] = {}
    for row in itertools.takewhile(lambda _: not stopped(), rows):
        try:
            with _alarm(stopped):
                record = simulate(row.values, row.key)
            layouts = _fitting(record, layouts)
        except _StoppedError:
            break
        except Exception as error:
            failures.append(_failure(row, error))
        else:
            made.append((row, record))
    return Result(
        np.array([row.draw for row, _ in made], dtype=np.int64),
        np.array([row.replication for row, _ in made], dtype=np.int64),
        layouts,
        {name: np.stack([record.tables[name].values for _, record in made]) for name in layouts},
        tuple(failures),
        time.perf_counter() - started,
    )


class _StoppedError(BaseException):
    """A stop was asked for while a row was under way."""


@contextlib.contextmanager
def _alarm(stopped: Callable[[], bool]) -> Iterator[None]:
    """End a row that takes too long, where the system can (in a main thread, not on Windows)."""
    if not (hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()):
        yield
        return

    def ring(_number: int, frame: FrameType | None) -> None:
        if stopped():
            raise _StoppedError
        raise RowLimitError(f"more than {ROW_SECONDS:g} s: {place_of(frame)}")

    usual = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, ROW_SECONDS, 1.0)  # again where an exception was lost
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, usual)


def hurry(seconds: float) -> None:
    """Leave the row that is under way in this thread, if there is one, only so much more time."""
    if hasattr(signal, "setitimer") and signal.getitimer(signal.ITIMER_REAL)[0] > 0.0:
        signal.setitimer(signal.ITIMER_REAL, seconds)


class RecordError(ValueError):
    """A replication returned tables unlike those of the others."""

    stage = "record"


def _fitting(record: Record, layouts: dict[str, Layout]) -> dict[str, Layout]:
    """Return the layouts of a record, which must be those of the records before it."""
    found = {name: Layout.of(table) for name, table in sorted(record.tables.items())}
    if layouts and found != layouts:
        raise RecordError(f"the labels of {', '.join(differing(found, layouts))} differ")
    return layouts or found


def differing(a: Layouts, b: Layouts) -> list[str]:
    """Return the names of the tables that two sets of layouts do not share."""
    return [name for name in sorted({*a, *b}) if a.get(name) != b.get(name)]


def _failure(row: Row, error: Exception) -> Failure:
    """Describe an exception in one line, with the place that raised it.

    What the valley raises names the place in the model itself.
    """
    told = isinstance(error, (IdentityError, MechanismError))
    frames = [] if told else traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    stage = str(getattr(error, "stage", "simulate"))
    text = " ".join(str(error).split())
    return Failure(row.draw, row.replication, stage, f"{type(error).__name__}: {text}{place}")


def lost_rows(rows: Sequence[Row], stage: str, message: str) -> Result:
    """Return the result of rows none of which could be simulated."""
    none = np.empty(0, dtype=np.int64)
    failures = tuple(Failure(row.draw, row.replication, stage, message) for row in rows)
    return Result(none, none, {}, {}, failures, 0.0)
