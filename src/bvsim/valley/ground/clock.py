"""Simulated time, and the agenda of what is due on which day."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, TypeAlias, final

from bvsim.valley.ground.rows import i64

Act: TypeAlias = Callable[[], object]

IN_TURN: Final = 1
"""The usual priority: of what is due at one instant, first what was put down first."""


def _nothing() -> None:
    """Do nothing."""


class Waiting:
    """Who waits for one day at a time, and is put down again and again (`Clock.wait`)."""

    def take_turn(self) -> None:
        """Do what is due."""
        raise NotImplementedError


@final
class Due:
    """What is to be done on a day, before what has a higher priority then.

    Parameters
    ----------
    who : Waiting or None
        Whose turn it is; whoever waits has one `Due` for all waits.
    act : callable
        What is called where nobody is named.
    """

    __slots__ = ("act", "day", "priority", "who")

    def __init__(self, who: Waiting | None = None, act: Act = _nothing) -> None:
        self.who, self.act = who, act
        self.day = 0.0
        self.priority: i64 = IN_TURN


class Clock:
    """Days since the start, and an agenda on which actors put down what is to be done.

    Compiled actors read the time and put down acts here without a step of Python's; the
    `Environment` on the same agenda does so for SimPy's events and processes. Some seventy acts
    are ahead at any time: in a sorted list the next one costs nothing, and a new one is compared
    with six others, fewer than in a heap. Most are soon due, and so the list is in reverse: few
    make room for a new one.

    Attributes
    ----------
    now : float
        Days since the start.
    done : int
        Acts done so far.
    under_way : Due or None
        What has its turn, for whoever has to say what a replication was busy with.
    """

    __slots__ = ("_agenda", "_most", "_refuse", "done", "now", "under_way")

    def __init__(self) -> None:
        self.now = 0.0
        self.under_way: Due | None = None
        self._agenda: list[Due] = []
        """What was put down, the next last."""
        self.done: i64 = 0
        self._most: i64 = -1
        self._refuse: Act = _nothing

    def limit(self, most: int, refuse: Act) -> None:
        """Have a function called, to raise an error, instead of one act too many."""
        self._most, self._refuse = most, refuse

    def after(self, days: float, act: Act) -> None:
        """Put down a call that is to be made in some days."""
        self.wait(days, Due(None, act))

    def put(self, days: float, priority: int, act: Act) -> None:
        """Put down a call in some days, before what has a higher priority then."""
        due = Due(None, act)
        due.priority = priority
        self.wait(days, due)

    def wait(self, days: float, due: Due) -> None:
        """Let something have its turn in some days; it does not stand on the agenda already."""
        agenda, day = self._agenda, self.now + days
        due.day = day
        low: i64 = 0
        high: i64 = len(agenda)
        while low < high:
            middle = (low + high) >> 1
            other = agenda[middle]
            if day < other.day or (day == other.day and due.priority < other.priority):
                low = middle + 1
            else:
                high = middle
        agenda.insert(low, due)

    @property
    def next_day(self) -> float:
        """The day of what is due next; infinite where nothing is."""
        return self._agenda[-1].day if self._agenda else math.inf

    @property
    def next_due(self) -> Due | None:
        """What is due next."""
        return self._agenda[-1] if self._agenda else None

    def step(self) -> None:
        """Do what is due next.

        Raises
        ------
        IndexError
            When nothing is.
        """
        if self.done == self._most:
            self._refuse()
        due = self._agenda.pop()
        self.done += 1
        self.now, self.under_way = due.day, due
        who = due.who
        if who is None:
            due.act()
        else:
            who.take_turn()

    def run_until(self, day: float) -> None:
        """Do all that is due before a day, on which it is then."""
        agenda = self._agenda
        while agenda and agenda[-1].day < day:
            self.step()
        self.now = day
