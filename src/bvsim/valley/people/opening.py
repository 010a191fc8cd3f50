"""The staff with which an employer goes into a replication."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bvsim.valley.ground.calendar import DAYS_PER_MONTH
from bvsim.valley.ground.rows import vec
from bvsim.valley.people.odds import COHORTS
from bvsim.valley.people.plan import Observed
from bvsim.valley.people.skills import SKILL_COUNT, Split
from bvsim.valley.people.staff import Staff

if TYPE_CHECKING:
    from mypy_extensions import i64


def begin_along(
    staff: list[Staff], gaps: vec[float], observed: Observed, mix: Split, day: float
) -> None:
    """Hire the staff of a day as it grew along its observed path; the rest are veterans.

    Parameters
    ----------
    staff : list of Staff
        By skill, empty.
    gaps : row of float
        By skill: what a hire lacks to full proficiency on the first day.
    observed : Observed
        Heads over time.
    mix : Split
        Their skills.
    day : float
        The start, in days since it.
    """
    skill: i64
    older = mix.of(observed.heads(day))
    for age in range(COHORTS):
        before = mix.of(observed.heads(day - (age + 1) * DAYS_PER_MONTH))
        for skill in range(SKILL_COUNT):
            if older[skill] > before[skill]:
                staff[skill].hire(older[skill] - before[skill], gaps[skill], age)
            else:
                before[skill] = older[skill]
        older = before
    for skill, each in enumerate(staff):
        each.settle(older[skill])
