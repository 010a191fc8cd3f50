"""The announced plan as a path of nameplates by block."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from datetime import date

from bvsim.spec.plan import Plan, PlanStep
from bvsim.valley.calendar import Calendar


class PlanPath:
    """One block's announced nameplate over time: steps that hold until the next.

    Parameters
    ----------
    steps : mapping of str to PlanStep
        The steps, by any name.
    calendar : Calendar
        For days since the start.
    """

    def __init__(self, steps: Mapping[str, PlanStep], calendar: Calendar) -> None:
        ordered = sorted((calendar.day(step.begins), step.nameplate) for step in steps.values())
        self.days = [day for day, _ in ordered]
        self.nameplates = [nameplate for _, nameplate in ordered]

    def nameplate(self, day: float) -> float:
        """Return the announced nameplate on a day, GWh a year."""
        index = bisect_right(self.days, day)
        return self.nameplates[index - 1] if index else 0.0

    @property
    def first_day(self) -> float:
        """Day of the first step; infinite for a block that nobody announced."""
        return self.days[0] if self.days else math.inf


NO_PLAN: dict[str, PlanStep] = {}


def plan_in_force(plans: Mapping[str, Plan], plan_as_of: date) -> Plan | None:
    """Return the newest plan published by a date; None when there is none."""
    known = [plan for plan in plans.values() if plan.published <= plan_as_of]
    return max(known, key=lambda plan: plan.published, default=None)
