"""SimPy's environment on the agenda of a clock that compiled actors use as well.

Never compiled: SimPy's class is not.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import simpy
from simpy.core import EmptySchedule, StopSimulation
from simpy.events import NORMAL, URGENT

from bvsim.valley.ground.clock import Clock

_AGAIN = URGENT - 1
"""An event that stopped a run has the rest of its callbacks called before all others."""


class Environment(simpy.Environment):
    """Processes, timeouts and events of SimPy, in the order in which SimPy has them.

    Attributes
    ----------
    clock : Clock
        Time and agenda: an act put down there takes its turn among the events.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        super().__init__()

    @property
    def now(self) -> float:
        """Days since the start."""
        return self.clock.now

    def schedule(self, event: simpy.Event, priority: int = NORMAL, delay: float = 0.0) -> None:
        """Put an event down on the agenda."""
        self.clock.put(delay, priority, partial(self.process_event, event))

    def peek(self) -> float:
        """Return the day of what is due next; infinite where nothing is."""
        return self.clock.next_day

    def step(self) -> None:
        """Do what is due next.

        Raises
        ------
        simpy.core.EmptySchedule
            When nothing is.
        """
        if self.clock.next_day == math.inf:
            raise EmptySchedule
        self.clock.step()

    def run(self, until: float | simpy.Event | None = None) -> Any:
        """Go on until an event has happened, or up to what is due on a day; to the end without.

        Raises
        ------
        ValueError
            When the day is not ahead.
        """
        if until is None or isinstance(until, simpy.Event):
            return super().run(until)
        if until <= self.clock.now:
            raise ValueError(f"until ({until}) must be after the current day ({self.clock.now})")
        self.clock.run_until(until)
        return None

    def process_event(self, event: simpy.Event) -> None:
        """Call back all who wait for an event.

        Raises
        ------
        Exception
            What the event failed with, where nobody has seen to it.
        """
        callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
        called = 0
        try:
            for callback in callbacks:
                called += 1
                callback(event)
        except StopSimulation:
            event.callbacks = callbacks[called:]
            self.schedule(event, _AGAIN)
            raise
        if not event.ok and not event.defused:
            failure: Any = event.value
            raise type(failure)(*failure.args) from failure
