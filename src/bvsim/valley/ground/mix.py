"""A perfectly mixed stock that remembers where its tonnes came from."""

from __future__ import annotations

from bvsim.valley.ground.rows import append, i64, vec


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
    pending : vec of float
        Tonnes that left by each outlet since the composition last changed.
    shares : vec of float
        Composition of a tonne: sources, then contents.
    """

    def __init__(self, sources: int, contents: int, outlets: int) -> None:
        self.sources: i64 = sources
        self.total = 0.0
        self.shares = vec[float]([0.0] * (sources + contents))
        self._single = -1
        self.pending = vec[float]([0.0] * outlets)
        self._gone = [vec[float]([0.0] * (sources + contents)) for _ in range(outlets)]
        self._received = 0.0
        self._days = vec[float]()
        """On which each delivery came, and what had come by then: the oldest is at `_oldest`."""
        self._received_by = vec[float]()
        self._oldest: i64 = 0

    @property
    def parts(self) -> list[float]:
        """Tonnes in stock by source, then contents."""
        return [share * self.total for share in self.shares]

    def put(self, parts: vec[float], day: float) -> float:
        """Add tonnes by source, with their contents, on a day; return the tonnes."""
        added = 0.0
        for i in range(self.sources):
            added += parts[i]
        if added <= 0.0:
            return 0.0
        self._settle()
        kept = self.total
        self.total = total = kept + added
        shares = self.shares
        for i in range(len(parts)):
            shares[i] = (shares[i] * kept + parts[i]) / total
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
        parts = vec[float]([0.0] * len(self.shares))
        parts[source] = tonnes
        if self.put(parts, day) > 0.0 and alone:
            self._single = source

    def _date(self, tonnes: float, day: float) -> None:
        self._received += tonnes
        self._days = append(self._days, day)
        self._received_by = append(self._received_by, self._received)

    def take(self, tonnes: float, outlet: int) -> float:
        """Remove tonnes (at most all of them) through an outlet; return how many."""
        tonnes = tonnes if tonnes < self.total else self.total
        self.total -= tonnes
        self.pending[outlet] += tonnes
        return tonnes

    def draw(self, tonnes: float, outlet: int) -> vec[float]:
        """Remove tonnes through an outlet and return them by source, with contents."""
        taken = self.take(tonnes, outlet)
        return vec[float]([share * taken for share in self.shares])

    def gone(self, outlet: int) -> vec[float]:
        """Return all that left through an outlet, by source, with contents; it goes on filling."""
        self._settle()
        return self._gone[outlet]

    def _settle(self) -> None:
        """Divide what left since the composition last changed."""
        pending, shares = self.pending, self.shares
        for outlet in range(len(pending)):
            tonnes = pending[outlet]
            if tonnes:
                gone = self._gone[outlet]
                for i in range(len(shares)):
                    gone[i] += shares[i] * tonnes
                pending[outlet] = 0.0

    def older_than(self, day: float) -> float:
        """Return the tonnes received before a day and still here, first in first out."""
        days, oldest = self._days, self._oldest
        came = len(days)
        if oldest == came or days[oldest] >= day:
            return 0.0
        while oldest + 1 < came and days[oldest + 1] < day:
            oldest += 1
        self._oldest = oldest
        old = self._received_by[oldest] - (self._received - self.total)
        old = old if old > 0.0 else 0.0
        return old if old < self.total else self.total
