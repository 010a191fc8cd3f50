"""The last months of a series, as rules of sites look back on them."""

from __future__ import annotations

from bvsim.valley.ground.rows import vec
from bvsim.valley.ground.sums import exact


class Recent:
    """The last so many numbers of a series: a new one takes the place of the oldest.

    Parameters
    ----------
    most : int
        How many are kept, at least one.

    Attributes
    ----------
    count : int
        How many there are.
    """

    __slots__ = ("_next", "_numbers", "count", "most")

    def __init__(self, most: int) -> None:
        self.most = most
        self._numbers = vec[float]([0.0] * most)
        self.count = self._next = 0

    def note(self, number: float) -> None:
        """Take note of a number."""
        self._numbers[self._next] = number
        self._next += 1
        if self._next == self.most:
            self._next = 0
        if self.count < self.most:
            self.count += 1

    def forget(self) -> None:
        """Begin anew."""
        self.count = self._next = 0

    def numbers(self) -> list[float]:
        """Return the numbers, the oldest first."""
        first = self._next if self.count == self.most else 0
        return [self._numbers[(first + i) % self.most] for i in range(self.count)]

    def total(self) -> float:
        """Return their exact sum."""
        if self.count == self.most:
            return exact(self._numbers)
        return exact(vec[float]([self._numbers[i] for i in range(self.count)]))
