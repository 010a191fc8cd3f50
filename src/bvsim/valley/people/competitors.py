"""Large sites outside the valley's industry that hire from the same basins."""

from __future__ import annotations

from bvsim.schema.labour import Competitor
from bvsim.valley.people.pools import SKILL_COUNT, skill_shares, split_by_skill


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
        self.name, self.basin, self.spec = name, spec.basin, spec
        self.pay = 1.0
        self.since = spec.begins
        self.heads = [0] * SKILL_COUNT
        self.opening = 0
        self._mix = skill_shares(spec.mix)

    def path(self, day: float) -> float:
        """Return heads on a day."""
        spec = self.spec
        if day <= spec.begins:
            return 0.0
        if day < spec.peak_begins:
            return spec.peak * (day - spec.begins) / (spec.peak_begins - spec.begins)
        if day <= spec.peak_ends:
            return spec.peak
        if day >= spec.ends:
            return spec.permanent
        left = (spec.ends - day) / (spec.ends - spec.peak_ends)
        return spec.permanent + (spec.peak - spec.permanent) * left

    def pull(self, day: float) -> float:
        """Return the factor on technicians' hazard of leaving plants of the basin."""
        if self.spec.peak <= 0.0:
            return 1.0
        return 1.0 + self.spec.pull * self.path(day) / self.spec.peak

    def targets(self, day: float) -> list[int]:
        """Return heads wanted from the valley's basins, by skill."""
        return split_by_skill(self.path(day) * self.spec.local, self._mix)
