"""Ways that take time: what goes in comes out on its day."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from typing import Generic, Protocol, TypeVar

import simpy

Item = TypeVar("Item")
Taken_contra = TypeVar("Taken_contra", contravariant=True)


class End(Protocol[Taken_contra]):
    """Who takes what comes out."""

    def come_out(self, item: Taken_contra, day: float) -> None:
        """Take something on the day on which it is due."""


class Passage(Generic[Item]):
    """A passage in which everything keeps its place: first in, first out.

    One SimPy process waits for whatever is first, and sleeps while nothing is under way: a
    process for each thing would cost three events of the kernel instead of one.

    Parameters
    ----------
    env : simpy.Environment
        Simulated time.
    end : End
        Who takes what comes out.
    """

    def __init__(self, env: simpy.Environment, end: End[Item]) -> None:
        self._env, self._end = env, end
        self._under_way: deque[tuple[float, Item]] = deque()
        self._entered = env.event()

    def start(self) -> None:
        """Register the process."""
        self._env.process(self.run())

    def enter(self, item: Item, due_day: float) -> None:
        """Let something in that comes out on a day, not before what is under way already."""
        self._under_way.append((due_day, item))
        if not self._entered.triggered:
            self._entered.succeed()

    def clear(self) -> list[Item]:
        """Take out all that is under way, before its time."""
        items = list(self)
        self._under_way.clear()
        return items

    def __iter__(self) -> Iterator[Item]:
        """Yield what is under way, the first first."""
        return (item for _, item in self._under_way)

    def run(self) -> Generator[simpy.Event, object, None]:
        """Let one thing after another come out on its day."""
        env, under_way = self._env, self._under_way
        while True:
            while under_way:
                day, item = under_way[0]
                if day > env.now:  # what is first may have been taken out meanwhile
                    yield env.timeout(day - env.now)
                    continue
                under_way.popleft()
                self._end.come_out(item, day)
            self._entered = env.event()
            yield self._entered
