"""A perfectly mixed stock that remembers where its tonnes came from."""

from __future__ import annotations

from collections import deque


class MixedStock:
    """Tonnes by source, perfectly mixed, with contents that travel along.

    What leaves has the composition of the whole, so that taking changes the total
    alone: outlets add up tonnes, and are divided by source when the composition is
    about to change. Age is counted first in, first out on the total.

    Parameters
    ----------
    sources : int
        Number of sources; their shares of a tonne add up to one.
    contents : int
        Number of contents carried (recycled nickel, local precursor, ...), in tonnes
        per tonne; they are no part of the total.
    outlets : int
        Number of ways out that are counted apart.

    Attributes
    ----------
    total : float
        Tonnes in stock.
    pending : list of float
        Tonnes that left by each outlet since the composition last changed.
    shares : list of float
        Composition of a tonne: sources, then contents.
    """

    def __init__(self, sources: int, contents: int, outlets: int) -> None:
        self.sources = sources
        self.total = 0.0
        self.shares = [0.0] * (sources + contents)
        self._single = -1
        self.pending = [0.0] * outlets
        self._gone = [[0.0] * (sources + contents) for _ in range(outlets)]
        self._received = 0.0
        self._ages: deque[tuple[float, float]] = deque()

    @property
    def parts(self) -> list[float]:
        """Tonnes in stock by source, then contents."""
        return [share * self.total for share in self.shares]

    def put(self, parts: list[float], day: float) -> float:
        """Add tonnes by source, with their contents, on a day; return the tonnes."""
        added = sum(parts[: self.sources])
        if added <= 0.0:
            return 0.0
        if any(self.pending):
            self._settle()
        kept = self.total
        self.total = total = kept + added
        shares = self.shares
        self.shares = [(shares[i] * kept + part) / total for i, part in enumerate(parts)]
        self._single = -1
        self._date(added, day)
        return added

    def put_plain(self, source: int, tonnes: float, day: float) -> None:
        """Add tonnes of one source without contents."""
        if self._single == source:
            self.total += tonnes
            self._date(tonnes, day)
            return
        alone = self.total <= 0.0
        parts = [0.0] * len(self.shares)
        parts[source] = tonnes
        if self.put(parts, day) > 0.0 and alone:
            self._single = source

    def _date(self, tonnes: float, day: float) -> None:
        self._received += tonnes
        self._ages.append((day, self._received))

    def take(self, tonnes: float, outlet: int) -> float:
        """Remove tonnes (at most all of them) through an outlet; return how many."""
        tonnes = tonnes if tonnes < self.total else self.total
        self.total -= tonnes
        self.pending[outlet] += tonnes
        return tonnes

    def draw(self, tonnes: float, outlet: int) -> list[float]:
        """Remove tonnes through an outlet and return them by source, with contents."""
        taken = self.take(tonnes, outlet)
        return [share * taken for share in self.shares]

    def gone(self, outlet: int) -> list[float]:
        """Return all that left through an outlet, by source, with contents."""
        self._settle()
        return self._gone[outlet]

    def _settle(self) -> None:
        """Divide what left since the composition last changed."""
        for outlet, tonnes in enumerate(self.pending):
            if tonnes:
                gone = self._gone[outlet]
                self._gone[outlet] = [gone[i] + s * tonnes for i, s in enumerate(self.shares)]
                self.pending[outlet] = 0.0

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
        return min(self.total, max(0.0, received - (self._received - self.total)))
