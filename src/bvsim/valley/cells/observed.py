"""Observed output and scrap of a block: what is imposed up to `as_of`, and the state it implies.

Within each window of observed output the block follows its class's curve shifted in time
by one offset: the offset at which it makes what was observed, with the scrap that was
observed. It contains whatever delayed or sped up the block, stalls included. What no
offset reaches is left to a last rescaling, so the windows add up exactly.

Where the site's figures were fitted to a window already, its curve is drawn given what was
made there, and the observation must not count twice: the block stands where that curve, before
any setting of a scenario, has it at its age. The same for scrap.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from datetime import date
from typing import Final

from bvsim.schema.ramp import RampClass
from bvsim.schema.site import CellBlock, OutputWindow
from bvsim.valley.ground.calendar import DAYS_PER_MONTH, Calendar, Period
from bvsim.valley.projects.availability import Availability
from bvsim.valley.projects.line_curve import (
    LineCurve,
    ScrapCurve,
    UndisturbedYield,
)

_WIDEST_OFFSET_YEARS: Final = 60.0
_TOLERANCE: Final = 1e-9
_MOST_STEPS: Final = 100


class Piece:
    """A part of a window: working age at its start and length (years), day, share good."""

    __slots__ = ("age", "day", "good_share", "years")

    def __init__(self, age: float, years: float, day: float, good_share: float) -> None:
        self.age, self.years, self.day, self.good_share = age, years, day, good_share


class ScrapPath:
    """Observed scrap over time: readings joined by straight lines in log(scrap - mature).

    After the last reading scrap falls as the class has it from that level on, or, where the
    class was fitted to the readings, as it has it at that age.

    Parameters
    ----------
    ramp : RampClass
        Drawn figures; mature scrap lies below every reading.
    usual : UndisturbedYield
        Scrap by age, before any setting.
    sop_day : float
        Where the path begins, at the class's scrap at SOP.
    readings : sequence of (day, scrap)
        What was observed, ascending.
    pace : float
        Factor on the times in which scrap falls.
    fitted : bool
        Whether the class was fitted to them.
    """

    def __init__(
        self,
        ramp: RampClass,
        usual: UndisturbedYield,
        sop_day: float,
        readings: Sequence[tuple[float, float]],
        *,
        pace: float = 1.0,
        fitted: bool = False,
    ) -> None:
        self.curve, self.fitted = ScrapCurve(ramp, pace), fitted
        self.mature, self._usual = ramp.scrap_mature, usual
        self._changed = not usual.has_scrap_of(self.curve)
        points = [(sop_day, ramp.scrap_start), *readings]
        self.points = [(day, math.log(max(s - self.mature, 1e-6))) for day, s in points]

    def at(self, day: float, age: float) -> float:
        """Return scrap on a day, at a working age in years, as a share of cells started."""
        before = self.points[0]
        for point in self.points[1:]:
            if day < point[0]:
                share = (day - before[0]) / (point[0] - before[0])
                return self.mature + math.exp(before[1] + share * (point[1] - before[1]))
            before = point
        return self.curve.at(self.engineering_months(day, age))

    def engineering_months(self, day: float, age: float) -> float:
        """Return the engineering time that explains the scrap of a day."""
        last_day, last = self.points[-1]
        if self.fitted or len(self.points) == 1:
            months = self._usual.engineering_months(age)
            return self.curve.months(self._usual.scrap(months)) if self._changed else months
        if day < last_day:
            return self.curve.months(self.at(day, age))
        since = (day - last_day) / DAYS_PER_MONTH
        return self.curve.months(self.mature + math.exp(last)) + since


class ObservedBlock:
    """What was observed of one block, period by period.

    Parameters
    ----------
    spec : CellBlock
        Drawn figures: nameplate, windows of output, readings of scrap.
    ramp : RampClass
        Drawn figures of the class.
    availability : Availability
        Of its lines, in the mean.
    yield_pace : float
        Factor on the times in which its scrap falls.
    line_curve : LineCurve
        The frozen rate of the block's lines.
    usual_curve : LineCurve
        The same before any setting of a scenario.
    calendar : Calendar
        Periods and scheduled days.
    as_of_day : float
        Windows that were known later are not used.

    Attributes
    ----------
    good : dict of int to float
        Imposed good cells (GWh) by period index.
    throttled : set of int
        Periods in which it is a fact that the plant capped its own starts.
    fits : list of (float, float)
        Per window, the offset found (years) and the rescaling left over.
    last_fit_day : float
        Day on which the last window without a cap ends (minus infinity: none).
    know_how : float
        The block's know-how on that day, in years.
    """

    def __init__(
        self,
        *,
        spec: CellBlock,
        ramp: RampClass,
        availability: Availability,
        yield_pace: float,
        line_curve: LineCurve,
        usual_curve: LineCurve,
        calendar: Calendar,
        as_of_day: float,
    ) -> None:
        self.ramp, self.line_curve, self.calendar = ramp, line_curve, calendar
        self.usual_curve = usual_curve
        self.uptime = availability.mean()
        self._full_gwh_per_year = spec.nameplate * availability.rating * self.uptime
        self.sop_day = line_curve.schedule.days[0]
        self._worked_at_sop = calendar.worked_days(self.sop_day)
        known = [w for w in spec.output.values() if calendar.day(w.known_from) <= as_of_day]
        seen = [r for r in spec.scrap.values() if calendar.day(r.known_from) <= as_of_day]
        self.scrap = ScrapPath(
            ramp,
            usual_curve.usual_yield,
            self.sop_day,
            sorted((calendar.day(r.on), r.scrap) for r in seen),
            pace=yield_pace,
            fitted=all(self._in_fit(r.fitted, as_of_day) for r in seen),
        )
        self._day = self._scrap = math.nan
        """The last day that was asked for, and scrap then."""
        self.good: dict[int, float] = {}
        self.throttled: set[int] = set()
        self.fits: list[tuple[float, float]] = []
        self.end_day = self.last_fit_day = -math.inf
        self.know_how = 0.0
        for window in sorted(known, key=lambda w: w.first):
            self._impose(window, fitted=self._in_fit(window.fitted, as_of_day))

    def covers(self, index: int) -> bool:
        """Tell whether output of a period was observed."""
        return index in self.good

    def engineering_months(self, day: float) -> float:
        """Return the engineering time that explains the scrap of a day."""
        return self.scrap.engineering_months(day, self._age(day))

    def scrap_at(self, day: float) -> float:
        """Return the scrap of a day, as a share of cells started."""
        if day != self._day:  # a period asks several times
            self._day, self._scrap = day, self.scrap.at(day, self._age(day))
        return self._scrap

    def _in_fit(self, fitted: date | None, as_of_day: float) -> bool:
        """Tell whether the figures in force were fitted to an observation."""
        return fitted is not None and self.calendar.day(fitted) <= as_of_day

    def _age(self, day: float) -> float:
        """Return the block's working years on a day."""
        worked = self.calendar.worked_days(day) - self._worked_at_sop
        return worked / self.calendar.scheduled_days_per_year

    def _impose(self, window: OutputWindow, *, fitted: bool) -> None:
        calendar = self.calendar
        first, last = calendar.day(window.first), calendar.day(window.last) + 1.0
        periods = self._between(first, last)
        if window.throttled:
            shape = [p.scheduled_days for p in periods]
            self.throttled.update(p.index for p in periods)
        else:
            shape = self._fit(
                window.good, first, last, [p.start_day for p in periods], shifted=not fitted
            )
        if not any(shape):  # within a shutdown
            shape = [p.days for p in periods]
        total = math.fsum(shape)
        for period, part in zip(periods, shape, strict=True):
            share = part / total
            self.good[period.index] = self.good.get(period.index, 0.0) + window.good * share
        self.end_day = max(self.end_day, periods[-1].end_day)

    def _between(self, first: float, last: float) -> list[Period]:
        """Return the periods that a span touches."""
        calendar = self.calendar
        start, end = calendar.period_index(first), calendar.period_index(last)
        near = calendar.periods[start : end + 1]
        return [p for p in near if p.start_day < last and p.end_day > first]

    def _fit(
        self, good: float, first: float, last: float, starts: list[float], *, shifted: bool
    ) -> list[float]:
        """Find the window's offset; return the good output of its periods, GWh."""
        bounds = [max(first, starts[0]), *starts[1:], last]
        pieces = [self._piece(a, b) for a, b in itertools.pairwise(bounds)]
        aim = good if shifted else math.fsum(self._output(0.0, pieces, self.usual_curve))
        same = not shifted and self.usual_curve is self.line_curve
        offset = 0.0 if same else self._find_offset(aim, pieces)
        shape = self._output(offset, pieces)
        made = math.fsum(shape)
        self.fits.append((offset, good / made if made > 0.0 else math.nan))
        self.last_fit_day = last
        self.know_how = self._age(last) + offset
        return shape

    def _piece(self, start: float, end: float) -> Piece:
        age = self._age(start)
        scrap = self.scrap_at((start + end) / 2.0)
        good_share = (1.0 - scrap) / (1.0 - self.ramp.scrap_mature)
        return Piece(age, self._age(end) - age, start, good_share)

    def _find_offset(self, good: float, pieces: list[Piece]) -> float:
        """Return the shift in years at which the block makes some GWh.

        By false position (Illinois) on the logarithm of the output, which is nearly a
        straight line in the shift while the curve is far from its end.
        """
        target = math.log(max(good, 1e-12))
        low, high = -_WIDEST_OFFSET_YEARS, _WIDEST_OFFSET_YEARS
        below, above = self._miss(low, pieces, target), self._miss(high, pieces, target)
        if below >= 0.0 or above <= 0.0:
            return low if below >= 0.0 else high
        side = 0
        for _ in range(_MOST_STEPS):
            middle = (low * above - high * below) / (above - below)
            miss = self._miss(middle, pieces, target)
            if abs(miss) < _TOLERANCE:
                return middle
            if miss < 0.0:
                low, below = middle, miss
                above = above / 2.0 if side < 0 else above
                side = -1
            else:
                high, above = middle, miss
                below = below / 2.0 if side > 0 else below
                side = 1
        return (low + high) / 2.0

    def _miss(self, offset: float, pieces: list[Piece], target: float) -> float:
        """Return the logarithm of what the block makes at a shift, less that of the target."""
        return math.log(max(math.fsum(self._output(offset, pieces)), 1e-300)) - target

    def _output(
        self, offset: float, pieces: list[Piece], curve: LineCurve | None = None
    ) -> list[float]:
        """Return the good cells that the block makes in each piece at a shift, GWh."""
        curve, full = curve or self.line_curve, self._full_gwh_per_year
        made = []
        for each in pieces:
            years, day = each.years, each.day
            rate = curve.rate(each.age + offset, years, day) if years > 0.0 else 0.0
            made.append(full * curve.schedule.due(day) * rate * years * each.good_share)
        return made
