"""The reference staffing path: the people that a class's plants have by month after SOP.

A class's ramp-up curve is that of plants with some staff, new hires and lent experts among
them. The path says which: heads by skill as a share of the full staff, hired on time and
leaving at the usual pace, each learning on the job. A plant on the path follows its class;
what it has beyond or short of it moves its learning.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from bvsim.schema.labour import Learning, StaffingPath
from bvsim.valley.ground.calendar import DAYS_PER_MONTH
from bvsim.valley.people.pools import skill_shares
from bvsim.valley.people.staff import NormalMix, decay_of

_SETTLED_MONTHS: Final = 60
"""After the full staff its proficiency hardly moves: time constants of learning are months."""
_SKILLS: Final = 3
"""Operators, technicians and engineers; nothing depends on what the others know."""


class Hours:
    """People on the path, weighed by their proficiency; `heads` are the operators' heads."""

    __slots__ = ("engineers", "experts", "heads", "operators", "technicians")

    def __init__(
        self,
        heads: float,
        operators: float,
        technicians: float,
        engineers: float,
        experts: float,
    ) -> None:
        self.heads, self.operators = heads, operators
        self.technicians, self.engineers, self.experts = technicians, engineers, experts

    @property
    def skilled(self) -> float:
        """Technicians, engineers and lent experts together."""
        return self.technicians + self.engineers + self.experts

    @property
    def proficiency(self) -> float:
        """Mean proficiency of operators; one where there are none."""
        return self.operators / self.heads if self.heads > 0.0 else 1.0


class ReferencePath:
    """Hours of a class's plants for each head of their full staff, by time since SOP.

    Parameters
    ----------
    spec : StaffingPath
        Shares of the full staff by time since SOP.
    learning : sequence of Learning
        By skill: a hire's proficiency on the first day and how fast it grows.
    turnover : float
        Monthly leavers per head of a staff kept at its size.
    """

    def __init__(self, spec: StaffingPath, learning: Sequence[Learning], turnover: float) -> None:
        self._spec, self._lead = spec, math.ceil(spec.lead)
        self._experts_from, self._half_life = -spec.lead, spec.experts_half_life
        self._all_experts: float = spec.experts
        shares = skill_shares(spec.mix)[:_SKILLS]
        at_sop = (spec.at_sop, spec.skilled_at_sop, spec.skilled_at_sop)
        mixes = [
            NormalMix(1.0 - each.start, decay_of(each.tau), turnover) for each in learning[:_SKILLS]
        ]
        self._rows: list[tuple[float, float, float, float]] = []
        for month in range(-self._lead, math.ceil(spec.to_full) + _SETTLED_MONTHS):
            heads = [
                share * self._present(month, start)
                for share, start in zip(shares, at_sop, strict=True)
            ]
            able = [n * mix.age(n) for n, mix in zip(heads, mixes, strict=True)]
            self._rows.append((heads[0], able[0], able[1], able[2]))

    def _present(self, months: float, at_sop: float) -> float:
        """Return the share of the full staff that is there some months after SOP."""
        spec = self._spec
        if months < 0.0:
            return at_sop * max(0.0, 1.0 + months / spec.lead) if spec.lead > 0.0 else 0.0
        grown = min(1.0, months / spec.to_full) if spec.to_full > 0.0 else 1.0
        return at_sop + (1.0 - at_sop) * grown

    def _experts(self, months: float) -> float:
        """Return lent experts per head of the full staff: all until SOP, then halving."""
        if months < self._experts_from:
            return 0.0
        if months <= 0.0:
            return self._all_experts
        half_life = self._half_life
        return self._all_experts * (math.pow(0.5, months / half_life) if half_life > 0.0 else 0.0)

    def _row(self, months: float) -> tuple[float, float, float, float]:
        """Return heads and proficient hours, straight lines between the months."""
        at = months + self._lead
        if at <= 0.0:
            return self._rows[0]
        low = int(at)
        if low >= len(self._rows) - 1:
            return self._rows[-1]
        a, b, c, d = self._rows[low]
        e, f, g, h = self._rows[low + 1]
        part = at - low
        return (a + (e - a) * part, b + (f - b) * part, c + (g - c) * part, d + (h - d) * part)

    def hours(self, day: float, blocks: list[tuple[float, float]]) -> Hours:
        """Return the hours on the path of all blocks together.

        Parameters
        ----------
        day : float
            Days since the start.
        blocks : list of (float, float)
            SOP in days since the start, and the heads of the block's full staff.
        """
        heads = operators = technicians = engineers = experts = 0.0
        for sop, full in blocks:
            months = (day - sop) / DAYS_PER_MONTH
            a, b, c, d = self._row(months)
            heads += full * a
            operators += full * b
            technicians += full * c
            engineers += full * d
            experts += full * self._experts(months)
        return Hours(heads, operators, technicians, engineers, experts)
