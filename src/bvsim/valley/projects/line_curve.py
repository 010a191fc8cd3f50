"""The rate of a block's lines, solved so that the block follows its plant's curve, then frozen.

Published ramp-ups are of plants: good output over the whole nameplate, with lines released
in turn, scrap and stops in it. When nothing outside binds, a block therefore makes

    P(s) = A L(s),   A = rating x mean availability,

with A the class's mature share of nameplate, its curve L and the block's know-how s, in
years of scheduled time since SOP. The rating is what the drawn stops leave of A.
All its lines share s. Each released line runs at the share of its rating

    f(s) = L(s) / (m y0(s)),   at most 1,

with m the share of lines that the undisturbed schedule has released, and y0 the yield at
undisturbed engineering time over the mature yield: m f y0 = L. The schedule and y0 come
from the figures as they were before any setting of a scenario; what is set, and all that
happens, acts on f as it is frozen here.
"""

from __future__ import annotations

import itertools
import math
from math import exp, expm1
from typing import Final

from bvsim.schema.ramp import RampClass
from bvsim.valley.ground.calendar import (
    DAYS_PER_MONTH,
    DAYS_PER_YEAR,
    MONTHS_PER_YEAR,
    Calendar,
)
from bvsim.valley.ground.rows import vec
from bvsim.valley.ground.undisturbed import Undisturbed
from bvsim.valley.projects.ramp import Curve, make_curve

SHORTFALL: Final = 0.02
"""By how much of its value a plant's output may fall short of its curve."""
_STEP_YEARS: Final = 0.25
_STEPS: Final = 33
_PACE_HALVINGS: Final = 12
"""Eight years in quarters; a pace to a quarter of a thousandth."""
_SHORTEST_MONTHS: Final = 1e-6
_ROUNDING_DAYS: Final = 1e-6
_MAX_EXPONENT: Final = 700.0  # exp() of more overflows a double
_NEAR_MATURE: Final = 1e-6
"""Scrap this close to the mature level is reached; it never gets there."""
_PRECISE_MONTHS: Final = 1e-6


class ScrapCurve:
    """Scrap by engineering time e, in two stages: quickly to the knee, slowly from there.

    s(e) = s_mature + (s_knee - s_mature) exp(-e / slow) + (s_start - s_knee) exp(-e / fast)

    Parameters
    ----------
    ramp : RampClass
        Figures of the class.
    pace : float
        Factor on both times: see `yield_pace`.
    """

    __slots__ = (
        "_months",
        "_scrap",
        "_slow_time",
        "_time",
        "above",
        "below",
        "fast_months",
        "mature",
        "slow_months",
    )

    def __init__(self, ramp: RampClass, pace: float = 1.0) -> None:
        self.mature: float = ramp.scrap_mature
        self._time: float = ramp.scrap_time
        self._slow_time: float = ramp.scrap_slow_time
        knee: float = ramp.scrap_knee
        self.below = max(0.0, knee - self.mature)
        self.above = max(0.0, ramp.scrap_start - self.mature - self.below)
        self.fast_months = self.slow_months = 0.0
        self._months = self._scrap = math.nan
        """The last time asked for, and scrap then: each is asked for several times."""
        self.set_pace(pace)

    def set_pace(self, pace: float) -> None:
        """Set the factor on both times."""
        fast, slow = self._time * pace, self._slow_time * pace
        self.fast_months = fast if fast > _SHORTEST_MONTHS else _SHORTEST_MONTHS
        self.slow_months = slow if slow > _SHORTEST_MONTHS else _SHORTEST_MONTHS
        self._months = math.nan

    def at(self, months: float) -> float:
        """Return scrap after an engineering time, as a share of units started."""
        if months != self._months:
            self._months, self._scrap = months, self.once(months)
        return self._scrap

    def once(self, months: float) -> float:
        """Return the same of a time that is asked for once."""
        fast, slow = -months / self.fast_months, -months / self.slow_months
        fast = self.above * exp(fast if fast < _MAX_EXPONENT else _MAX_EXPONENT)
        slow = self.below * exp(slow if slow < _MAX_EXPONENT else _MAX_EXPONENT)
        return self.mature + slow + fast

    def months(self, scrap: float) -> float:
        """Return the engineering time after which scrap is at some level.

        Above the scrap at SOP it is negative; at the mature level or below, very long. None at
        all where scrap is mature from the start.
        """
        if self.above <= 0.0 and self.below <= 0.0:
            return 0.0
        wanted = max(scrap, self.mature + _NEAR_MATURE)
        low = -self.fast_months - self.slow_months
        while self.at(low) < wanted:
            low *= 2.0
        high = 0.0
        while self.at(high) > wanted:
            high = 2.0 * high + self.slow_months + self.fast_months
        while high - low > _PRECISE_MONTHS:
            middle = (low + high) / 2.0
            low, high = (middle, high) if self.at(middle) > wanted else (low, middle)
        return (low + high) / 2.0


class UndisturbedYield:
    """y0(s): the yield of a block that follows its class, over the mature yield.

    Engineering time then is time itself, less what product changes are expected to undo:
    e' = 1 - e relapse / interval.

    Parameters
    ----------
    ramp : RampClass
        Figures before any setting.
    changes : bool
        Whether there are product changes at all.
    pace : float
        Factor on the times in which scrap falls.
    """

    __slots__ = ("_fading_per_month", "_good", "_scrap")

    def __init__(self, ramp: RampClass, *, changes: bool, pace: float = 1.0) -> None:
        self._scrap = ScrapCurve(ramp, pace)
        self._good = max(1.0 - ramp.scrap_mature, 1e-9)
        interval = ramp.product_change_interval
        self._fading_per_month = ramp.relapse / interval if changes and interval > 0.0 else 0.0

    def engineering_months(self, know_how: float) -> float:
        """Return the undisturbed engineering time at a know-how (years)."""
        months = know_how * MONTHS_PER_YEAR if know_how > 0.0 else 0.0
        fading = self._fading_per_month
        return -expm1(-fading * months) / fading if fading > 0.0 else months

    def scrap(self, months: float) -> float:
        """Return scrap after an engineering time, as a share of units started."""
        return self._scrap.at(months)

    def has_scrap_of(self, other: ScrapCurve) -> bool:
        """Tell whether another scrap curve is the same."""
        own = self._scrap
        return (
            own.mature == other.mature
            and own.above == other.above
            and own.below == other.below
            and own.fast_months == other.fast_months
            and own.slow_months == other.slow_months
        )

    def at(self, know_how: float) -> float:
        """Return the yield at a know-how (years), as a share of the mature one."""
        months = know_how * MONTHS_PER_YEAR if know_how > 0.0 else 0.0
        fading = self._fading_per_month
        if fading > 0.0:  # as in `engineering_months`, without a call in each period
            months = -expm1(-fading * months) / fading
        return (1.0 - self._scrap.once(months)) / self._good

    def after(self, months: float) -> float:
        """Return the yield after an engineering time, over the mature yield."""
        return (1.0 - self._scrap.once(months)) / self._good

    def set_pace(self, pace: float) -> None:
        """Set the factor on the times in which scrap falls."""
        self._scrap.set_pace(pace)


class Schedule:
    """The undisturbed releases of a block's lines.

    Parameters
    ----------
    days : list of float
        Day of each release, ascending.
    given_days : float
        How much sooner the last line comes than at the drawn interval.

    Attributes
    ----------
    lines : int
        Number of lines.
    """

    __slots__ = (
        "_all_day",
        "_due",
        "_last_middle",
        "_middles",
        "_since",
        "_steps",
        "_until",
        "days",
        "given_days",
        "lines",
    )

    def __init__(self, days: list[float], given_days: float) -> None:
        self.days, self.given_days = days, given_days
        self.lines = len(days)
        ages = [(day - days[0]) / DAYS_PER_YEAR for day in days]
        middles = [(a + b) / 2.0 for a, b in itertools.pairwise(ages)]
        middles.append(ages[-1])
        self._middles = vec[float](middles)
        self._steps = vec[float](days)
        self._all_day, self._last_middle = days[-1], ages[-1]
        self._due = self._since = self._until = 0.0
        """The share last asked for, and from when until when it holds."""

    def due(self, day: float) -> float:
        """Return the share of lines that is released by a day."""
        day += _ROUNDING_DAYS
        if day >= self._all_day:
            return 1.0
        if day < self._since or day >= self._until:
            self._find_due(day)
        return self._due

    def _find_due(self, day: float) -> None:
        """Find the share on a day before the last release, and how long it holds."""
        released = _passed(self._steps, day)
        self._since = self.days[released - 1] if released > 0 else -math.inf
        self._until = self.days[released]
        self._due = max(1, released) / self.lines

    def usual(self, know_how: float) -> float:
        """Return the share that a plant without a head start has at a know-how (years).

        The staircase is drawn as straight lines through the middles of its steps: a block
        that passes it at another pace meets no jumps.
        """
        if know_how >= self._last_middle:
            return 1.0
        i = _passed(self._middles, know_how)
        if i <= 0:
            return 1.0 / self.lines
        low = self._middles[i - 1]
        return (i + (know_how - low) / (self._middles[i] - low)) / self.lines


def _passed(steps: vec[float], at: float) -> int:
    """Return how many of a few ascending steps do not lie beyond some point."""
    passed = 0
    for step in steps:
        if step > at:
            break
        passed += 1
    return passed


class LineCurve:
    """The frozen rate of a block's released lines.

    Parameters
    ----------
    curve : Curve
        The plant's curve L.
    usual_yield : UndisturbedYield
        y0.
    schedule : Schedule
        The undisturbed releases.
    head_start : float
        Know-how that the block began with, in years; not above zero: none.
    """

    __slots__ = ("_all_released", "curve", "head_start", "schedule", "usual_yield")

    def __init__(
        self, curve: Curve, usual_yield: UndisturbedYield, schedule: Schedule, head_start: float
    ) -> None:
        self.curve, self.usual_yield, self.schedule = curve, usual_yield, schedule
        self.head_start = head_start
        self._all_released = schedule.days[-1]
        """Day from which no line is missing: the share that is released is one."""

    def rate(self, know_how: float, years: float, day: float) -> float:
        """Return the mean rate of lines over a period of scheduled time, as a share of rating.

        Parameters
        ----------
        know_how : float
            At the start of the period, in years.
        years : float
            Length of the period in scheduled time, above zero.
        day : float
            On which the period starts.
        """
        full = self.usual_yield.at(know_how)
        if day < self._all_released:
            full = self.released(know_how, day) * full
        asked = self.curve.made(know_how, years) / years
        return asked / full if asked < full else 1.0

    def released(self, know_how: float, day: float) -> float:
        """Return m: the share of lines that share the plant's output at a know-how and day.

        A block that began with a head start has fewer lines than a plant usually has at
        its know-how: each runs as it would there, and the block makes less than P.
        """
        due = self.schedule.due(day)
        if self.head_start > 0.0:
            usual = self.schedule.usual(know_how)
            return usual if usual > due else due
        return due

    def planned(self, know_how: float, day: float) -> float:
        """Return the starts expected at a know-how and day: share of the block's rating."""
        due = self.schedule.due(day)
        share = due / self.released(know_how, day)
        share *= self.curve.share(know_how) / self.usual_yield.at(know_how)
        return share if share < due else due


def solve(
    ramp: RampClass,
    before: Undisturbed,
    *,
    opened: float,
    calendar: Calendar,
    head_start: float = 0.0,
    changes: bool = True,
    pace: float | None = None,
) -> LineCurve:
    """Solve the lines' rate for a block that opens on a day.

    Parameters
    ----------
    ramp : RampClass
        The class's figures, those that a scenario sets included: its t50 and k make L.
    before : Undisturbed
        The figures that the rest is solved at.
    opened : float
        Day of SOP.
    calendar : Calendar
        Planning periods and scheduled time.
    head_start : float
        Know-how at the opening, in years.
    changes : bool
        Whether products change by chance.
    pace : float, optional
        What `yield_pace` gives, where it is known.
    """
    if pace is None:
        pace = yield_pace(before.ramp, changes=changes)
    usual_yield = UndisturbedYield(before.ramp, changes=changes, pace=pace)
    needs = _Needs(make_curve(before.ramp), usual_yield, before.lines, opened, calendar)
    schedule = releases(needs, before.interval_months * DAYS_PER_MONTH)
    return LineCurve(make_curve(ramp), usual_yield, schedule, head_start)


def yield_pace(ramp: RampClass, *, changes: bool = True) -> float:
    """Return the factor on the times of scrap with which yield keeps up with the plant's curve.

    Lines at their full rating make m y0 of the mature output, so no plant can follow L where
    L > y0. Output was seen of more plants than scrap was: where the two draws contradict each
    other, yield comes as soon as the curve needs it.

    Returns
    -------
    float
        The largest factor, at most 1, with which y0 falls short of L by `SHORTFALL` at most.
    """
    plant = _Plant(ramp, changes=changes)
    if plant.as_drawn():
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(_PACE_HALVINGS):
        middle = (low + high) / 2.0
        if plant.keeps_up(middle):
            low = middle
        else:
            high = middle
    return low


class _Plant:
    """A plant's curve quarter by quarter, and whether yield keeps up with it at some pace."""

    __slots__ = ("_behind", "_months", "_shares", "_yield")

    def __init__(self, ramp: RampClass, *, changes: bool) -> None:
        curve, usual = make_curve(ramp), UndisturbedYield(ramp, changes=changes)
        ages = [i * _STEP_YEARS for i in range(_STEPS)]
        self._yield = usual
        self._shares = vec[float]([curve.share(age) for age in ages])
        self._months = vec[float]([usual.engineering_months(age) for age in ages])
        """The same at any pace."""
        self._behind: list[int] = []
        """Quarters in which yield as drawn falls short: sooner, it does so in none but those."""

    def as_drawn(self) -> bool:
        """Tell whether yield keeps up as drawn."""
        self._behind = [i for i in range(_STEPS) if not self._reaches(i)]
        return not self._behind

    def keeps_up(self, pace: float) -> bool:
        """Tell whether yield falls short by `SHORTFALL` at most in every quarter."""
        self._yield.set_pace(pace)
        return all(self._reaches(i) for i in self._behind)

    def _reaches(self, quarter: int) -> bool:
        return self._shares[quarter] <= (1.0 + SHORTFALL) * self._yield.after(self._months[quarter])


class _Needs:
    """Which lines the plant's curve needs by when, period by period."""

    __slots__ = ("_calendar", "_curve", "_worked", "_yield", "count", "opened")

    def __init__(
        self,
        curve: Curve,
        usual_yield: UndisturbedYield,
        count: int,
        opened: float,
        calendar: Calendar,
    ) -> None:
        self._curve, self._yield, self._calendar = curve, usual_yield, calendar
        self.count, self.opened = count, opened
        self._worked = calendar.worked_days(opened)

    def _age(self, day: float) -> float:
        """Return the scheduled time since the opening, in years."""
        worked = self._calendar.worked_days(day) - self._worked
        return worked / self._calendar.scheduled_days_per_year

    def period(self, day: float) -> int:
        """Return the index of the period that a day falls in."""
        return self._calendar.period_index(day)

    def start(self, index: int) -> float:
        """Return the first day of a period."""
        return self._calendar.periods[index].start_day

    def exceed(self, lines: int, index: int) -> bool:
        """Tell whether the plant's curve needs more than some lines within a period."""
        period = self._calendar.periods[index]
        share = self._curve.share(self._age(period.end_day))
        return self.count * share > lines * self._yield.at(self._age(period.start_day))


def releases(needs: _Needs, interval_days: float) -> Schedule:
    """Return the releases at an interval, each sooner where the curve needs the line.

    The interval is an upper bound: how lines follow one another is judgement, what plants
    made is evidence. A line begins to run in the first period after its release.
    """
    days = [needs.opened]
    for lines in range(1, needs.count):
        latest = days[-1] + interval_days
        low, high = needs.period(days[-1]), needs.period(latest)
        if not needs.exceed(lines, high):
            days.append(latest)
            continue
        while low < high:  # the first period in which the lines there are too few
            middle = (low + high) // 2
            low, high = (low, middle) if needs.exceed(lines, middle) else (middle + 1, high)
        days.append(min(latest, max(days[-1], needs.start(low))))
    given = needs.opened + interval_days * (needs.count - 1) - days[-1]
    return Schedule(days, given if given > _ROUNDING_DAYS else 0.0)
