"""The staff that a plant plans for its blocks, and the staff observed so far."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from bvsim.schema.labour import SKILLS, Hiring, Staffing
from bvsim.valley.ground.calendar import DAYS_PER_MONTH
from bvsim.valley.ground.rows import vec
from bvsim.valley.people.rules import added, nearest
from bvsim.valley.people.skills import skill_shares

if TYPE_CHECKING:
    from mypy_extensions import i64


class Plan:
    """What a plant plans for one block: units are GWh or kt a year.

    Parameters
    ----------
    nameplate : float
        Of all its lines.
    sop : float
        Expected or actual, days since the start; infinite when stopped.
    released : float
        Nameplate of released lines.
    due : float
        Share of its lines that an undisturbed plant would have released by now.
    """

    __slots__ = ("due", "nameplate", "released", "sop")

    def __init__(self, nameplate: float, sop: float, released: float, due: float = 1.0) -> None:
        self.nameplate, self.sop, self.released, self.due = nameplate, sop, released, due

    @property
    def manned(self) -> float:
        """Return the nameplate that the class's path mans: by released lines, once there are."""
        return self.released / self.due if self.released > 0.0 else self.nameplate


SKILLED: Final = [False, True, True, False]


def lead_days(hiring: Hiring) -> list[float]:
    """Return the days from the decision to hire to the first day at work, by skill."""
    return [getattr(hiring.lead, skill) * 7.0 for skill in SKILLS]


class StaffPlan:
    """Target heads by skill, ahead of the ramp of each block.

    A block has nobody before its lead time, a share of its staff at SOP (linear in
    between) and all of it some months later; later blocks need less per unit.
    """

    def __init__(self, staffing: Staffing) -> None:
        self._per_unit: float = staffing.heads_per_unit
        self._later_per_unit: float = staffing.heads_per_unit * (1.0 - staffing.later_saving)
        self._line_crews = nearest(staffing.crews)
        self.mix = skill_shares(staffing.mix)
        self._shares = vec[float](self.mix)
        self._lead = staffing.lead * DAYS_PER_MONTH
        self._to_full = max(staffing.to_full * DAYS_PER_MONTH, 1e-9)
        self._at_sop: float = staffing.at_sop
        self._skilled_at_sop: float = staffing.skilled_at_sop
        self._experts_per_unit: float = staffing.experts_per_unit
        self._half_life = staffing.experts_half_life * DAYS_PER_MONTH
        self._asked: list[tuple[float, ...]] = []
        self._plans: list[Plan] = []
        self._lines = -1
        self.sops = vec[float]()
        self._staffs = vec[float]()
        self.manned = vec[float]()
        """By block: SOP, the full staff, and the full staff of what its path mans."""
        self._full_from = math.inf
        self._full = vec[float]([0.0] * 4)
        self.operators_needed = 0.0
        """Operators of all crews of the released lines."""
        self.crews = 1.0
        self.active = False
        """Whether any block is still planned or built."""
        self.first_sop = self._last_sop = math.inf
        self._experts_left = math.inf
        """Day from which on nobody is lent any more, once there was one."""
        self.asked = 0.0

    def update(self, asked: Sequence[tuple[float, ...]], lines: int) -> bool:
        """Take over a plan; return whether anything changed."""
        plans = list(asked)
        if plans == self._asked and lines == self._lines:
            return False
        self._asked, self._lines = plans, lines
        self._plans = [_plan(each) for each in plans]
        self._man(_by_sop(self._plans))
        self.operators_needed *= self.mix[0]
        self.crews = float(max(1, self._line_crews * max(1, lines)))
        return True

    def _man(self, plans: list[Plan]) -> None:
        """Take over the full staff of each block that has an SOP, the earliest first."""
        i: i64
        begun = [each for each in plans if each.sop < math.inf and each.nameplate > 0.0]
        sops = vec[float]([0.0] * len(begun))
        staffs, manned, needed, per_unit, i = sops[:], sops[:], 0.0, self._per_unit, 0
        for plan in plans:
            needed += plan.released * per_unit
            if plan.sop < math.inf and plan.nameplate > 0.0:
                sops[i], staffs[i] = plan.sop, plan.nameplate * per_unit
                manned[i] = plan.manned * per_unit
                i += 1
            per_unit = self._later_per_unit
        self.sops, self._staffs, self.manned, self.operators_needed = sops, staffs, manned, needed
        self._fill(added(staffs))

    def _fill(self, full: float) -> None:
        """Take over the full staff of all blocks together."""
        skill: i64
        self.active = len(self.sops) > 0
        self._full = self._shares[:]
        for skill, share in enumerate(self._shares):
            self._full[skill] = full * share
        self.first_sop, self._full_from = math.inf, math.inf
        self._experts_left, self._last_sop = math.inf, math.inf
        if self.active:
            self.first_sop = self.sops[0]
            self._last_sop = self.sops[-1]
            self._full_from = self._last_sop + self._to_full

    def begun(self, day: float) -> bool:
        """Tell whether the plan wants anybody on a day."""
        return day - self.first_sop > -self._lead

    def targets(self, day: float) -> vec[float]:
        """Return the heads that the plan wants on a day, by skill."""
        if day >= self._full_from:
            return self._full
        shares = self._shares
        plain = self._heads(day, self._at_sop)
        skilled = self._heads(day, self._skilled_at_sop)
        return vec[float](
            [plain * shares[0], skilled * shares[1], skilled * shares[2], plain * shares[3]]
        )

    def target(self, skill: i64, day: float) -> float:
        """Return the heads of a skill that the plan wants on a day."""
        if day >= self._full_from:
            return self._full[skill]
        at_sop = self._skilled_at_sop if SKILLED[skill] else self._at_sop
        return self._heads(day, at_sop) * self._shares[skill]

    def target_ahead(self, skill: i64, day: float, days: float) -> float:
        """Return the heads of a skill wanted some days later; once a staff is full, all of it."""
        return self._full[skill] if day >= self._full_from else self.target(skill, day + days)

    def _heads(self, day: float, at_sop: float) -> float:
        """Return the heads of all skills on a day, if a given share is there at SOP."""
        heads = 0.0
        for sop, full in zip(self.sops, self._staffs):  # noqa: B905 (one of each by block)
            since = day - sop
            if since >= self._to_full:
                heads += full
            elif since >= 0.0:
                heads += full * (at_sop + (1.0 - at_sop) * since / self._to_full)
            elif since > -self._lead:
                heads += full * at_sop * (1.0 + since / self._lead)
        return heads

    def experts(self, day: float) -> int:
        """Return the experts lent on a day: all until SOP, then halving."""
        per_unit, half_life = self._experts_per_unit, self._half_life
        if per_unit <= 0.0:
            return 0
        if day >= self._experts_left:
            return 0
        total = 0.0
        for plan in self._plans:
            past = day - plan.sop
            if past > 0.0:
                decay = math.pow(0.5, past / half_life) if half_life > 0.0 else 0.0
                total += plan.nameplate * per_unit * decay
            elif day > plan.sop - self._lead:
                total += plan.nameplate * per_unit
        if total < 0.5 and day > self._last_sop:
            self._experts_left = day  # from now on they only become fewer
        return nearest(total)


def _plan(asked: tuple[float, ...]) -> Plan:
    """Return what is asked for one block; all its lines are due where nothing else is said."""
    return Plan(asked[0], asked[1], asked[2], asked[3] if len(asked) > 3 else 1.0)


def _by_sop(plans: list[Plan]) -> list[Plan]:
    """Return the plans of all blocks, the earliest SOP first."""
    ordered: list[Plan] = []
    for plan in plans:
        place = len(ordered)
        while place and ordered[place - 1].sop > plan.sop:
            place -= 1
        ordered.insert(place, plan)
    return ordered


LONGEST_MONTH: Final = 31.0
"""Days by which a month may begin before a reading that falls into it."""


class Observed:
    """Own staff as observed, interpolated between the observations.

    Parameters
    ----------
    readings : sequence of (day, heads)
        Days since the start, any order.
    lead_days : float
        Before the first reading heads rise in proportion to time from nobody over
        this long.
    opened : float
        Day on which the plant opened, where that is a fact. If it ran before anybody of
        that rise was there, its plan holds until the first reading.
    """

    def __init__(
        self, readings: Sequence[tuple[float, float]], lead_days: float, opened: float = math.inf
    ) -> None:
        ordered = sorted(readings)
        self._from = -math.inf
        if ordered and opened < ordered[0][0] - lead_days:
            self._from = ordered[0][0] - LONGEST_MONTH
        elif ordered and lead_days > 0.0:
            ordered.insert(0, (ordered[0][0] - lead_days, 0.0))
        self._days = [day for day, _ in ordered]
        self._heads = [heads for _, heads in ordered]
        self._until = self._days[-1] if self._days else -math.inf

    def imposes(self, day: float) -> bool:
        """Tell whether the month that begins on a day is covered by observations."""
        return self._from <= day <= self._until

    def heads(self, day: float) -> float:
        """Return the heads on a day; the first and last values beyond the ends.

        None before the first reading where the plan holds until then.
        """
        if not self._days or day < self._from:
            return 0.0
        i = bisect_right(self._days, day)
        if i == 0:
            return self._heads[0]
        if i == len(self._days):
            return self._heads[-1]
        a, b = self._days[i - 1], self._days[i]
        return self._heads[i - 1] + (self._heads[i] - self._heads[i - 1]) * (day - a) / (b - a)
