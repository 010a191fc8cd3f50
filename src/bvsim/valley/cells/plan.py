"""The announced plan as a path of nameplates by block."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from bvsim.schema.plan import JobStep, Plan, PlanStep
from bvsim.valley.ground.books import Account
from bvsim.valley.ground.calendar import Calendar, Period
from bvsim.valley.ground.columns import Columns, laid_out, stock
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.rows import vec


@dataclass(frozen=True)
class JobColumns(Columns):
    """What had been announced of the people of a plant."""

    jobs_announced: int = stock("Direct jobs of the plan in force.")


JOBS: Final = laid_out(JobColumns)


class PlanPath:
    """One block's announced nameplate over time: steps that hold until the next.

    Parameters
    ----------
    steps : mapping of str to PlanStep
        The steps, by any name.
    calendar : Calendar
        For days since the start.

    Attributes
    ----------
    by_period, by_month : vec of float
        Announced good cells of each period and month, GWh.
    """

    def __init__(self, steps: Mapping[str, PlanStep], calendar: Calendar) -> None:
        ordered = sorted((calendar.day(step.begins), step.nameplate) for step in steps.values())
        self.days = [day for day, _ in ordered]
        self.nameplates = [nameplate for _, nameplate in ordered]
        periods = [self._announced(period, calendar) for period in calendar.periods]
        self.by_period, self.by_month = vec[float](periods), vec[float]([0.0] * calendar.months)
        for period, announced in zip(calendar.periods, self.by_period, strict=True):
            self.by_month[period.month] += announced

    def _announced(self, period: Period, calendar: Calendar) -> float:
        years = period.scheduled_days / calendar.scheduled_days_per_year
        return self.nameplate(period.start_day) * years

    def nameplate(self, day: float) -> float:
        """Return the announced nameplate on a day, GWh a year."""
        index = bisect_right(self.days, day)
        return self.nameplates[index - 1] if index else 0.0

    @property
    def first_day(self) -> float:
        """Day of the first step; infinite for a block that nobody announced."""
        return self.days[0] if self.days else math.inf


def plan_in_force(plans: Mapping[str, Plan], plan_as_of: date) -> Plan | None:
    """Return the newest plan published by a date; None when there is none."""
    known = [plan for plan in plans.values() if plan.published <= plan_as_of]
    return max(known, key=lambda plan: plan.published, default=None)


class AnnouncedJobs:
    """Writes down the direct jobs of the plan in force, beside those there are.

    Parameters
    ----------
    jobs : mapping of str to mapping of str to JobStep
        Steps by plant.
    ctx : Context
        Surroundings of the replication.
    """

    def __init__(self, jobs: Mapping[str, Mapping[str, JobStep]], ctx: Context) -> None:
        self._ctx = ctx
        day = ctx.calendar.day
        self._steps = {
            plant: sorted((day(step.begins), step.heads) for step in steps.values())
            for plant, steps in sorted(jobs.items())
        }
        self._accounts: dict[str, Account] = {}
        self._changes = -math.inf
        """Day from which something else is announced than in the month before."""

    def start(self) -> None:
        """Open the accounts."""
        open_ = self._ctx.books.open
        self._accounts = {p: open_("yearly", f"{p}:plan", JOBS.columns) for p in self._steps}

    def month_end(self, last: Period) -> None:
        """Set what is announced for the month that ends with a period."""
        end = last.end_day
        if end <= self._changes:
            return
        self._changes = math.inf
        for plant, steps in self._steps.items():
            heads = [heads for begins, heads in steps if begins < end]
            self._accounts[plant].now[JOBS.jobs_announced] = heads[-1] if heads else 0.0
            for begins, _ in steps:
                if end <= begins < self._changes:
                    self._changes = begins
