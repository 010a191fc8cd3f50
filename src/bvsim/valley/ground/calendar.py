"""Simulated time: days since the start, planning periods, months, planned shutdowns."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

DAYS_PER_WEEK: Final = 7.0
DAYS_PER_YEAR: Final = 365.25
MONTHS_PER_YEAR: Final = 12
DAYS_PER_MONTH: Final = DAYS_PER_YEAR / MONTHS_PER_YEAR


@dataclass(init=False, eq=False)
class Period:
    """One planning period: a review period, or the part of one within a month.

    Parameters
    ----------
    index : int
        Position among all periods.
    start_day, days : float
        First day since the start of the simulation, and length, in days.
    scheduled_days : float
        Days on which plants are planned to work: the length less shutdowns.
    month, year : int
        Index of the month since the start; calendar year.

    Attributes
    ----------
    end_day : float
        First day after the period, days since the start.
    """

    __slots__ = ("days", "end_day", "index", "month", "scheduled_days", "start_day", "year")

    index: int
    start_day: float
    days: float
    scheduled_days: float
    month: int
    year: int

    # Compiled, the constructor that a data class is given costs forty times as much.
    def __init__(  # noqa: PLR0917
        self,
        index: int,
        start_day: float,
        days: float,
        scheduled_days: float,
        month: int,
        year: int,
    ) -> None:
        self.index, self.month, self.year = index, month, year
        self.start_day, self.days, self.scheduled_days = start_day, days, scheduled_days
        self.end_day = start_day + days


@dataclass(frozen=True)
class Calendar:
    """The horizon cut into periods that add up to months and years.

    Parameters
    ----------
    start, end : datetime.date
        First and last simulated day.
    scheduled_days_per_year : int
        Days a year on which plants are planned to work, in every year.
    periods : tuple of Period
        Ascending, without gaps.
    month_starts : tuple of float
        Days since the start on which each month begins, and the end of the last.
    worked_before : tuple of float
        Scheduled days before each period.
    period_on : tuple of int
        Index of the period of each day.
    """

    start: date
    end: date
    scheduled_days_per_year: int
    periods: tuple[Period, ...]
    month_starts: tuple[float, ...]
    worked_before: tuple[float, ...]
    period_on: tuple[int, ...]

    def worked_days(self, day: float) -> float:
        """Return the scheduled days between the start and a day."""
        if day <= 0.0:
            return 0.0
        index = self.period_index(day)
        period = self.periods[index]
        share = min(1.0, (day - period.start_day) / period.days)
        return self.worked_before[index] + share * period.scheduled_days

    def period_index(self, day: float) -> int:
        """Return the index of the period of a day: the first before the start, the last after."""
        if day < 0.0:
            return 0
        if day >= self.month_starts[-1]:
            return len(self.periods) - 1
        return self.period_on[int(day)]

    def decimal_year(self, day: float) -> float:
        """Return a day as a decimal year; NaN for an infinite one."""
        if not math.isfinite(day):
            return math.nan
        when = self.date(day)
        first = date(when.year, 1, 1)
        length = (date(when.year + 1, 1, 1) - first).days
        return when.year + (day - self.day(first)) / length

    def worked_in_month(self, month: int) -> float:
        """Return the scheduled days of a month."""
        first, end = self.month_starts[month : month + 2]
        return self.worked_days(end) - self.worked_days(first)

    @property
    def months(self) -> int:
        """Number of months touched by the horizon."""
        return len(self.month_starts) - 1

    @property
    def years(self) -> tuple[int, ...]:
        """Calendar years of the horizon."""
        return tuple(range(self.start.year, self.end.year + 1))

    @property
    def horizon_days(self) -> float:
        """Length of the simulation in days."""
        return self.month_starts[-1]

    def day(self, when: date) -> float:
        """Return days from the start to the beginning of a date (negative before it)."""
        return float((when - self.start).days)

    def date(self, day: float) -> date:
        """Return the date in which a day since the start falls."""
        return self.start + timedelta(days=int(day // 1))

    def month_year(self, month: int) -> int:
        """Return the calendar year of a month index."""
        return self.start.year + (self.start.month - 1 + month) // MONTHS_PER_YEAR


def month_firsts(start: date, end: date) -> list[date]:
    """Return `start`, then the first of each later month up to the one after `end`."""
    firsts = [start]
    year, month = start.year, start.month
    while firsts[-1] <= end:
        year, month = (year + 1, 1) if month == MONTHS_PER_YEAR else (year, month + 1)
        firsts.append(min(date(year, month, 1), end + timedelta(days=1)))
    return firsts


def shutdown_dates(years: Iterable[int], scheduled_days: int, august_share: float) -> set[date]:
    """Return the planned shutdown days: from mid-August on, and the last days of the year.

    Every year keeps exactly `scheduled_days` working days, leap years included.
    """
    closed: set[date] = set()
    for year in years:
        length = (date(year + 1, 1, 1) - date(year, 1, 1)).days
        idle = length - scheduled_days
        august = min(round(idle * august_share), 31)
        first_august = date(year, 8, 1 + (31 - august) // 2)
        closed.update(first_august + timedelta(days=i) for i in range(august))
        closed.update(date(year, 12, 31) - timedelta(days=i) for i in range(idle - august))
    return closed


def make_calendar(
    start: date, end: date, *, review_days: float, scheduled_days: int, august_share: float
) -> Calendar:
    """Cut the horizon into review periods, split at month ends.

    Parameters
    ----------
    start, end : datetime.date
        First and last simulated day.
    review_days : float
        Length of a review period in whole days.
    scheduled_days : int
        Working days a year, the same for plan and simulation.
    august_share : float
        Share of the shutdown days placed in August; the rest closes the year.

    Raises
    ------
    ValueError
        When `end` is not after `start`.
    """
    if end <= start:
        raise ValueError(f"end {end} is not after start {start}")
    firsts = month_firsts(start, end)
    closed = shutdown_dates(range(start.year, end.year + 1), scheduled_days, august_share)
    step = max(1, round(review_days))
    total = (end - start).days + 1
    cuts = sorted({(first - start).days for first in firsts} | set(range(0, total, step)))
    month_of = {(first - start).days: i for i, first in enumerate(firsts)}
    periods, month = [], 0
    for index, (a, b) in enumerate(itertools.pairwise(cuts)):
        month = month_of.get(a, month)
        days = [start + timedelta(days=d) for d in range(a, b)]
        scheduled = sum(day not in closed for day in days)
        periods.append(Period(index, float(a), float(b - a), float(scheduled), month, days[0].year))
    worked = itertools.accumulate((p.scheduled_days for p in periods), initial=0.0)
    return Calendar(
        start,
        end,
        scheduled_days,
        tuple(periods),
        tuple(float((first - start).days) for first in firsts),
        tuple(worked)[:-1],
        tuple(period.index for period in periods for _ in range(int(period.days))),
    )
