"""Tutors: people of a plant who leave the line to teach trainees."""

from __future__ import annotations

from collections.abc import Generator

import simpy


class Tutors:
    """The tutors of a plant, as a SimPy container that follows the size of its staff.

    Who needs tutors takes those who are free, and waits in a queue while there are none.

    Parameters
    ----------
    env : simpy.Environment
        Simulated time.
    """

    def __init__(self, env: simpy.Environment) -> None:
        self._free = simpy.Container(env)
        self._size = 0
        self._beyond = 0
        """Tutors lent beyond what the staff now allows: they go back to the line."""

    @property
    def free(self) -> int:
        """Tutors who could teach today."""
        return int(self._free.level)

    @property
    def lent(self) -> int:
        """Tutors who teach."""
        return self._size + self._beyond - self.free

    @property
    def sought(self) -> int:
        """How many wait for one."""
        return len(self._free.get_queue)

    def resize(self, size: int) -> None:
        """Allow for so many tutors in all, whether they teach or not."""
        change, self._size = size - self._size, size
        if change > 0:
            back = min(change, self._beyond)
            self._beyond -= back
            self._put(change - back)
        elif change < 0:
            idle = min(-change, self.free)
            self._beyond += -change - idle
            if idle:
                self._free.get(idle)

    def lend(self, wanted: int) -> Generator[simpy.Event, object, int]:
        """Wait until a tutor is free; return how many go along, at most those wanted."""
        taken = max(1, min(wanted, self.free))
        yield self._free.get(taken)
        return taken

    def give_back(self, number: int) -> None:
        """Take tutors back, to teach again unless there are fewer of them now."""
        kept = min(number, self._beyond)
        self._beyond -= kept
        self._put(number - kept)

    def _put(self, number: int) -> None:
        if number:
            self._free.put(number)
