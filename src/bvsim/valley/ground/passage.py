"""Ways that take time: what goes in comes out on its day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Generic, TypeVar

from bvsim.valley.ground.clock import Clock, Due, Waiting
from bvsim.valley.ground.rows import append, i64, vec

Item = TypeVar("Item")
_MOST_GONE: Final = 64


class End(Generic[Item]):
    """Who takes what comes out."""

    def come_out(self, item: Item, day: float) -> None:
        """Take something on the day on which it is due."""
        raise NotImplementedError


class Passage(Waiting, Generic[Item]):
    """A passage in which everything keeps its place: first in, first out.

    It waits for whatever is first, and for nothing while nothing is under way.

    Parameters
    ----------
    clock : Clock
        Simulated time.
    end : End
        Who takes what comes out.
    """

    def __init__(self, clock: Clock, end: End[Item]) -> None:
        self._clock, self._end, self._due = clock, end, Due(self)
        self._items: list[Item] = []
        """What came in; `_first` is the first of them that is under way, and when it is due."""
        self._due_days = vec[float]()
        self._first: i64 = 0
        self._waits = False

    def enter(self, item: Item, due_day: float) -> None:
        """Let something in that comes out on a day, not before what is under way already."""
        if self._first >= _MOST_GONE:  # forget what came out
            del self._items[: self._first]
            self._due_days = self._due_days[self._first :]
            self._first = 0
        self._items.append(item)
        self._due_days = append(self._due_days, due_day)
        if not self._waits:
            self._waits = True
            self._wait(due_day)

    def clear(self) -> list[Item]:
        """Take out all that is under way, before its time."""
        items = list(self)
        self._empty()
        return items

    def _empty(self) -> None:
        self._items.clear()
        self._due_days = vec[float]()
        self._first = 0

    def __iter__(self) -> Iterator[Item]:
        """Yield what is under way, the first first."""
        return iter(self._items[self._first :])

    def _wait(self, day: float) -> None:
        days = day - self._clock.now
        self._clock.wait(days if days > 0.0 else 0.0, self._due)

    def take_turn(self) -> None:
        """Let come out what is due, and wait for what is first then."""
        due_days = self._due_days
        now = self._clock.now
        while self._first < len(due_days):
            first = self._first
            day = due_days[first]
            if day > now:  # what was first may have been taken out meanwhile
                self._wait(day)
                return
            self._first = first + 1
            self._end.come_out(self._items[first], day)
        self._empty()
        self._waits = False
