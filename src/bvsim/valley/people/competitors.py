"""Large sites outside the valley's industry that hire from the same basins."""

from __future__ import annotations

from bvsim.schema.labour import Competitor
from bvsim.valley.ground.rows import vec
from bvsim.valley.people.skills import SKILL_COUNT, Split, skill_shares


class CompetingSite:
    """Heads along a trapezoid: up to the peak, level, down to the permanent staff.

    Parameters
    ----------
    name : str
        The site.
    spec : Competitor
        Its dates and heads.
    """

    def __init__(self, name: str, spec: Competitor) -> None:
        self.name: str = name
        self.basin: str = spec.basin
        self.pay = 1.0
        self.since: float = spec.begins
        self.heads = vec[float]([0.0] * SKILL_COUNT)
        self.opening = 0
        self._peak_begins: float = spec.peak_begins
        self._peak_ends: float = spec.peak_ends
        self._ends: float = spec.ends
        self._peak: float = spec.peak
        self._permanent: float = spec.permanent
        self._local: float = spec.local
        self._pull: float = spec.pull
        self._mix = Split(vec[float](skill_shares(spec.mix)))
        self._total = -1.0
        self._targets = vec[float]([0.0] * SKILL_COUNT)

    def path(self, day: float) -> float:
        """Return heads on a day."""
        if day <= self.since:
            return 0.0
        if day < self._peak_begins:
            return self._peak * (day - self.since) / (self._peak_begins - self.since)
        if day <= self._peak_ends:
            return self._peak
        if day >= self._ends:
            return self._permanent
        left = (self._ends - day) / (self._ends - self._peak_ends)
        return self._permanent + (self._peak - self._permanent) * left

    def pull(self, day: float) -> float:
        """Return the factor on technicians' hazard of leaving plants of the basin."""
        if self._peak <= 0.0:
            return 1.0
        return 1.0 + self._pull * self.path(day) / self._peak

    def targets(self, day: float) -> vec[float]:
        """Return heads wanted from the valley's basins, by skill."""
        total = self.path(day) * self._local
        if total != self._total:
            self._total, self._targets = total, self._mix.of(total)
        return self._targets
