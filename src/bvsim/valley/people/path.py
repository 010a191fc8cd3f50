"""The reference staffing path: the people that a class's plants have by month after SOP.

A class's ramp-up curve is that of plants with some staff, new hires and lent experts among
them. The path says which: heads by skill as a share of the full staff, hired on time and
leaving at the usual pace, each learning on the job. A plant on the path follows its class;
what it has beyond or short of it moves its learning.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from bvsim.schema.labour import Learning, StaffingPath
from bvsim.valley.ground.calendar import DAYS_PER_MONTH
from bvsim.valley.ground.rows import vec
from bvsim.valley.people.skills import skill_shares
from bvsim.valley.people.staff import NormalMix, decay_of

if TYPE_CHECKING:
    from mypy_extensions import i64

_SETTLED_MONTHS: Final = 60
"""After the full staff its proficiency hardly moves: time constants of learning are months."""
_WIDTH: Final = 4
"""Operators' heads, and hours of operators, technicians and engineers; nothing depends on what the
others know."""


class Hours:
    """People on the path, weighed by their proficiency; `heads` are the operators' heads."""

    __slots__ = ("engineers", "experts", "heads", "operators", "technicians")

    def __init__(self) -> None:
        self.heads = self.operators = self.technicians = self.engineers = self.experts = 0.0

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
        self._lead_months: float = spec.lead
        self._to_full: float = spec.to_full
        self._half_life: float = spec.experts_half_life
        self._all_experts: float = spec.experts
        self._lead = float(math.ceil(spec.lead))
        self._last = self._lead + math.ceil(spec.to_full) + _SETTLED_MONTHS - 1
        self._rows = self._by_month(spec, learning, turnover)
        """Month by month from the lead on, `_WIDTH` numbers each."""

    def _by_month(
        self, spec: StaffingPath, learning: Sequence[Learning], turnover: float
    ) -> vec[float]:
        """Return heads and proficient hours of all months, one after another."""
        i: i64
        operators, technicians, engineers = [
            NormalMix(1.0 - each.start, decay_of(each.tau), turnover) for each in learning[:3]
        ]
        shares = vec[float](skill_shares(spec.mix))
        at_sop: float = spec.at_sop
        skilled_at_sop: float = spec.skilled_at_sop
        rows, since = vec[float]([0.0] * (_WIDTH * int(self._last + 1.0))), -self._lead
        for i in range(0, len(rows), _WIDTH):
            plain, skilled = self._present(since, at_sop), self._present(since, skilled_at_sop)
            a, b, c = shares[0] * plain, shares[1] * skilled, shares[2] * skilled
            rows[i], rows[i + 1] = a, a * operators.age(a)
            rows[i + 2], rows[i + 3] = b * technicians.age(b), c * engineers.age(c)
            since += 1.0
        return rows

    def _present(self, months: float, at_sop: float) -> float:
        """Return the share of the full staff that is there some months after SOP."""
        lead, to_full = self._lead_months, self._to_full
        if months < 0.0:
            part = 1.0 + months / lead if lead > 0.0 else 0.0
            return at_sop * part if part > 0.0 else 0.0
        grown = months / to_full if months < to_full else 1.0
        return at_sop + (1.0 - at_sop) * grown

    def _experts(self, months: float) -> float:
        """Return lent experts per head of the full staff: all until SOP, then halving."""
        if months <= 0.0:
            return self._all_experts if months >= -self._lead_months else 0.0
        half_life = self._half_life
        return self._all_experts * math.pow(0.5, months / half_life) if half_life > 0.0 else 0.0

    def _place(self, months: float) -> float:
        """Return where in the rows a time since SOP stands, in months from the first one on."""
        at = months + self._lead
        return (at if at < self._last else self._last) if at > 0.0 else 0.0

    def hours(self, day: float, blocks: list[tuple[float, float]]) -> Hours:
        """Return the hours on the path of all blocks together.

        Parameters
        ----------
        day : float
            Days since the start.
        blocks : list of (float, float)
            SOP in days since the start, and the heads of the block's full staff.
        """
        hours = Hours()
        sops, staffs = [sop for sop, _ in blocks], [full for _, full in blocks]
        self.add_up(hours, day, vec[float](sops), vec[float](staffs))
        return hours

    def add_up(self, hours: Hours, day: float, sops: vec[float], staffs: vec[float]) -> None:
        """Work the hours out as `hours` does, in an object that is there already.

        Between months they follow straight lines.
        """
        i: i64
        heads = operators = technicians = engineers = experts = 0.0
        rows = self._rows
        for sop, full in zip(sops, staffs):  # noqa: B905 (one of each by block)
            months = (day - sop) / DAYS_PER_MONTH
            place = self._place(months)
            low = int(place)
            i, part = low * _WIDTH, place - low
            a, b, c, d = rows[i], rows[i + 1], rows[i + 2], rows[i + 3]
            if part > 0.0:
                a += (rows[i + 4] - a) * part
                b += (rows[i + 5] - b) * part
                c += (rows[i + 6] - c) * part
                d += (rows[i + 7] - d) * part
            heads += full * a
            operators += full * b
            technicians += full * c
            engineers += full * d
            experts += full * self._experts(months)
        hours.heads, hours.operators, hours.technicians = heads, operators, technicians
        hours.engineers, hours.experts = engineers, experts


def share_of(present: float, needed: float, floor: float = 0.0) -> float:
    """Return people present over those needed, at least a floor; one where none are."""
    if needed <= 0.0:
        return 1.0
    share = present / needed
    return share if share > floor else floor
