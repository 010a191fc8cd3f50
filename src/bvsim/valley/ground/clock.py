"""Simulated time, and the agenda of what is due on which day."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, TypeAlias

Act: TypeAlias = Callable[[], object]

IN_TURN: Final = 1
"""The usual priority: of what is due at one instant, first what was put down first."""
_MOST_OVER: Final = 64


def _nothing() -> None:
    """Do nothing."""


class Due:
    """What is to be done on a day, before what has a higher priority then."""

    __slots__ = ("act", "day", "priority")

    def __init__(self, day: float, priority: int, act: Act) -> None:
        self.day, self.priority, self.act = day, priority, act


class Clock:
    """Days since the start, and an agenda on which actors put down what is to be done.

    Compiled actors read the time and put down acts here without a step of Python's; the
    `Environment` on the same agenda does so for SimPy's events and processes. Some sixty acts are
    ahead at any time: in a sorted list the next one costs nothing, and a new one is compared with
    six others, fewer than in a heap.

    Attributes
    ----------
    now : float
        Days since the start.
    done : int
        Acts done so far.
    under_way : callable or None
        The act under way, for whoever has to say what a replication was busy with.
    """

    __slots__ = ("_agenda", "_most", "_over", "_refuse", "done", "now", "under_way")

    def __init__(self) -> None:
        self.now = 0.0
        self.under_way: Act | None = None
        self._agenda: list[Due] = []
        """What was put down, in the order in which it is due; `_over` of it are done."""
        self._over = self.done = 0
        self._most = -1
        self._refuse: Act = _nothing

    def limit(self, most: int, refuse: Act) -> None:
        """Have a function called, to raise an error, instead of one act too many."""
        self._most, self._refuse = most, refuse

    def after(self, days: float, act: Act) -> None:
        """Put down what is to be done in some days."""
        self.put(days, IN_TURN, act)

    def put(self, days: float, priority: int, act: Act) -> None:
        """Put down what is to be done in some days, before what has a higher priority then."""
        agenda, day = self._agenda, self.now + days
        low, high = self._over, len(agenda)
        while low < high:
            middle = (low + high) >> 1
            other = agenda[middle]
            if day < other.day or (day == other.day and priority < other.priority):
                high = middle
            else:
                low = middle + 1
        agenda.insert(low, Due(day, priority, act))

    @property
    def next_day(self) -> float:
        """The day of what is due next; infinite where nothing is."""
        return self._agenda[self._over].day if self._over < len(self._agenda) else math.inf

    @property
    def next_act(self) -> Act | None:
        """What is due next."""
        return self._agenda[self._over].act if self._over < len(self._agenda) else None

    def step(self) -> None:
        """Do what is due next.

        Raises
        ------
        IndexError
            When nothing is.
        """
        if self.done == self._most:
            self._refuse()
        due = self._agenda[self._over]
        self.done += 1
        self._over += 1
        if self._over > _MOST_OVER:  # forget what is done
            del self._agenda[: self._over]
            self._over = 0
        self.now, self.under_way = due.day, due.act
        due.act()

    def run_until(self, day: float) -> None:
        """Do all that is due before a day, on which it is then."""
        while self._over < len(self._agenda) and self._agenda[self._over].day < day:
            self.step()
        self.now = day
