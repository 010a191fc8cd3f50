"""Tutors: people of a plant who leave the line to teach trainees."""

from __future__ import annotations

from bvsim.valley.ground.clock import Act, Clock


class Wait:
    """Somebody who waits for tutors: how many there are to be, and what is done then."""

    __slots__ = ("act", "number")

    def __init__(self, number: int, act: Act) -> None:
        self.number, self.act = number, act


class Tutors:
    """The tutors of a plant, whose number follows the size of its staff.

    Who needs tutors takes those who are free, and waits in a queue while there are none.

    Parameters
    ----------
    clock : Clock
        Simulated time.

    Attributes
    ----------
    free : int
        Tutors who could teach today.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.free = 0
        self._waiting: list[Wait] = []
        self._size = 0
        self._beyond = 0
        """Tutors lent beyond what the staff now allows: they go back to the line."""

    @property
    def lent(self) -> int:
        """Tutors who teach."""
        return self._size + self._beyond - self.free

    @property
    def sought(self) -> int:
        """How many wait for one."""
        return len(self._waiting)

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
            self.free -= idle

    def lend(self, wanted: int, act: Act) -> int:
        """Have something done once a tutor is free; return how many go along, at most those wanted.

        It is done when the instant goes on, even where a tutor is free at once.
        """
        taken = max(1, min(wanted, self.free))
        if taken <= self.free and not self._waiting:
            self.free -= taken
            self._clock.after(0.0, act)
        else:
            self._waiting.append(Wait(taken, act))
            self._serve()
        return taken

    def give_back(self, number: int) -> None:
        """Take tutors back, to teach again unless there are fewer of them now."""
        kept = min(number, self._beyond)
        self._beyond -= kept
        self._put(number - kept)

    def _put(self, number: int) -> None:
        """Let more tutors be free; who waits for them is served when the instant goes on."""
        self.free += number
        if number and self._waiting:
            self._clock.after(0.0, self._serve)

    def _serve(self) -> None:
        """Let those go along who have waited longest, as far as tutors are free."""
        waiting = self._waiting
        while waiting and waiting[0].number <= self.free:
            served = waiting.pop(0)
            self.free -= served.number
            self._clock.after(0.0, served.act)
