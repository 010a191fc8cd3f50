"""A few rows of a scenario in this process, with their tables and their dated events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import numpy as np

from bvsim.valley.ground.books import Event
from bvsim.valley.record.record import Record

if TYPE_CHECKING:
    from bvsim.reading.scenario import Scenario

DESIGN = "random"
"""Rows that are independent of each other, as the tests between them assume."""

_SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class TracedRows:
    """Which rows are simulated.

    Parameters
    ----------
    seed : int
        Seed of draws and luck.
    number : int
        Number of draws, one replication each.
    traced : int
        How many of the first rows keep their dated events.
    years : tuple of int
        Years of the key figures.
    """

    seed: int
    number: int
    traced: int
    years: tuple[int, ...]


@dataclass(frozen=True)
class TracedRow:
    """What became of one row: a record, or the message of what went wrong."""

    draw: int
    record: Record | None
    error: str = ""


def simulate_rows(
    scenario: Scenario, rows: TracedRows, *, monthly: bool = False
) -> Iterator[TracedRow]:
    """Simulate rows of a scenario one after the other; a failure ends only its own row."""
    from bvsim.ensemble.experiment import Experiment
    from bvsim.valley.valley import prepare, simulate

    experiment = Experiment(scenario, rows.number, rows.seed, design=DESIGN)
    setting = prepare(scenario, rows.years, monthly)
    for draw in range(rows.number):
        row = experiment.row(draw)
        try:
            record = simulate(setting, row.values, row.key, trace=draw < rows.traced)
        except Exception as error:
            text = " ".join(str(error).split())
            yield TracedRow(draw, None, f"{type(error).__name__}: {text}")
        else:
            yield TracedRow(draw, record)


@dataclass(frozen=True, order=True)
class TraceLine:
    """A dated event as it is compared: to the second, values to six digits.

    Events of one second are in the order of their names: which of them comes first may
    depend on the last bit of a number.
    """

    stamp: str
    entity: str
    event: str
    cause: str
    unit: str
    value: str

    def text(self) -> str:
        """Return the event as a line of a file."""
        parts = (self.stamp, self.entity, self.event, self.cause, self.unit, self.value)
        return "\t".join(parts)

    @classmethod
    def of_text(cls, text: str) -> TraceLine:
        """Read what `text` wrote.

        Raises
        ------
        ValueError
            When it is not such a line.
        """
        parts = text.split("\t")
        if len(parts) != 6:
            raise ValueError(f"{text!r} is not an event")
        return cls(*parts)

    @property
    def year(self) -> str:
        """The year in which it happened."""
        return self.stamp[:4]

    def __str__(self) -> str:
        amount = f" {self.value} {self.unit}".rstrip() if self.value else ""
        cause = f" ({self.cause})" if self.cause else ""
        return f"{self.stamp} {self.entity}: {self.event}{amount}{cause}"


def lines_of(events: Sequence[Event], start: date) -> tuple[TraceLine, ...]:
    """Return the events of a row in order.

    Parameters
    ----------
    events : sequence of Event
        As the record has them.
    start : datetime.date
        First day of the simulation.
    """
    midnight = datetime.combine(start, time())
    return tuple(sorted(_line(event, midnight) for event in events))


def _line(event: Event, midnight: datetime) -> TraceLine:
    when = midnight + timedelta(seconds=round(event.day * _SECONDS_A_DAY))
    value = f"{event.value:.6g}" if np.isfinite(event.value) else ""
    entity, happened, cause = (
        " ".join(part.split()) for part in (event.entity, event.event, event.cause)
    )
    return TraceLine(when.isoformat(), entity, happened, cause, event.unit, value)
