"""A perfectly mixed stock that remembers where its tonnes came from."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence


class MixedStock:
    """Tonnes by source, perfectly mixed, with contents that travel along.

    What leaves has the composition of the whole: the stock keeps no lots apart.
    Age is counted first in, first out on the total.

    Parameters
    ----------
    sources : int
        Number of sources; the first entries of `parts`, which add up to `total`.
    contents : int
        Number of contents carried (recycled nickel, local precursor, ...), the
        entries after the sources; they are no part of `total`.
    """

    def __init__(self, sources: int, contents: int = 0) -> None:
        self.sources = sources
        self.parts = [0.0] * (sources + contents)
        self.total = 0.0
        self._received = 0.0
        self._gone = 0.0
        self._ages: deque[tuple[float, float]] = deque()

    def put(self, parts: Sequence[float], day: float) -> None:
        """Add tonnes by source, and their contents, on a day."""
        self.parts = [a + b for a, b in zip(self.parts, parts, strict=True)]
        before = self.total
        self.total = sum(self.parts[: self.sources])
        self._received += self.total - before
        self._ages.append((day, self._received))

    def take(self, tonnes: float) -> list[float]:
        """Remove tonnes (at most all of them) and return them by source, with contents."""
        if tonnes >= self.total:
            taken, self.parts = self.parts, [0.0] * len(self.parts)
            self._gone += self.total
            self.total = 0.0
            return taken
        share = tonnes / self.total
        taken = [part * share for part in self.parts]
        self.parts = [part - out for part, out in zip(self.parts, taken, strict=True)]
        before = self.total
        self.total = sum(self.parts[: self.sources])
        self._gone += before - self.total
        return taken

    def older_than(self, day: float) -> float:
        """Return the tonnes received before a day and still here, first in first out."""
        ages = self._ages
        received = 0.0
        while ages and ages[0][0] < day:
            received = ages[0][1]
            if len(ages) > 1 and ages[1][0] < day:
                ages.popleft()
            else:
                break
        return min(self.total, max(0.0, received - self._gone))
