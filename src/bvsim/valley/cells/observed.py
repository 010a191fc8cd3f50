"""Observed output and scrap of a block: what is imposed up to `as_of`, and the state it implies.

Within each window of observed output, all lines follow their class's curve shifted
in time by one offset: the offset at which the block makes what was observed. It
contains whatever delayed or sped up the block, stalls included. What the offset
cannot shape is left to the last rescaling, so the windows add up exactly.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from bvsim.schema.ramp import RampClass
from bvsim.schema.site import CellBlock, OutputWindow
from bvsim.valley.ground.calendar import DAYS_PER_MONTH, Calendar
from bvsim.valley.projects.ramp import Curve

_WIDEST_OFFSET_YEARS: Final = 60.0
_OFFSET_TOLERANCE_YEARS: Final = 1e-7


class Span(NamedTuple):
    """A line's working time within a window: nameplate (GWh/yr), age and length (years)."""

    nameplate: float
    age: float
    length: float


@dataclass(frozen=True)
class ReleasedLine:
    """A line of an observed block: nameplate (GWh/yr) and day of release."""

    nameplate: float
    day: float


class ScrapPath:
    """Observed scrap over time: readings joined by straight lines in log(scrap - mature).

    After the last reading scrap decays towards the mature level with the class's time.

    Parameters
    ----------
    ramp : RampClass
        Drawn figures; mature scrap lies below every reading.
    sop_day : float
        Where the path begins, at the class's scrap at SOP.
    readings : sequence of (day, scrap)
        What was observed, ascending.
    """

    def __init__(
        self,
        ramp: RampClass,
        sop_day: float,
        readings: Sequence[tuple[float, float]],
    ) -> None:
        self.mature = ramp.scrap_mature
        self.decay_days = ramp.scrap_time * DAYS_PER_MONTH
        points = [(sop_day, ramp.scrap_start), *readings]
        self.points = [(day, math.log(max(s - self.mature, 1e-6))) for day, s in points]

    def at(self, day: float) -> float:
        """Return scrap on a day, as a share of cells started."""
        before = self.points[0]
        for point in self.points[1:]:
            if day < point[0]:
                share = (day - before[0]) / (point[0] - before[0])
                return self.mature + math.exp(before[1] + share * (point[1] - before[1]))
            before = point
        if len(self.points) == 1 and day <= before[0]:
            return self.mature + math.exp(before[1])
        return self.mature + math.exp(before[1] - (day - before[0]) / self.decay_days)


class ObservedBlock:
    """What was observed of one block, period by period.

    Parameters
    ----------
    spec : CellBlock
        Drawn figures: windows of output, readings of scrap.
    ramp : RampClass
        Drawn figures of the class.
    curve : Curve
        The class's learning curve.
    lines : sequence of ReleasedLine
        Lines with their days of release.
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
    """

    def __init__(
        self,
        *,
        spec: CellBlock,
        ramp: RampClass,
        curve: Curve,
        lines: Sequence[ReleasedLine],
        calendar: Calendar,
        as_of_day: float,
    ) -> None:
        self.ramp, self.curve, self.lines, self.calendar = ramp, curve, lines, calendar
        self.uptime = ramp.mtbf / (ramp.mtbf + ramp.mttr / 24.0)
        known = [w for w in spec.output.values() if calendar.day(w.known_from) <= as_of_day]
        readings = [
            (calendar.day(r.on), r.scrap)
            for r in spec.scrap.values()
            if calendar.day(r.known_from) <= as_of_day
        ]
        self.scrap = ScrapPath(ramp, lines[0].day, sorted(readings))
        self.good: dict[int, float] = {}
        self.throttled: set[int] = set()
        self.fits: list[tuple[float, float]] = []
        self.end_day = -math.inf
        self._offset = 0.0
        self._offset_day = -math.inf
        for window in sorted(known, key=lambda w: w.first):
            self._impose(window)

    def covers(self, index: int) -> bool:
        """Tell whether output of a period was observed."""
        return index in self.good

    def final_states(self) -> dict[float, float]:
        """Return the state of each line, by its day of release, when the last fit ends."""
        return {
            line.day: self.curve.state_at(self._age(line, self._offset_day) + self._offset)
            for line in self.lines
            if line.day < self._offset_day
        }

    @property
    def last_fit_day(self) -> float:
        """Day on which the last window without a cap ends (minus infinity: none)."""
        return self._offset_day

    def engineering_months(self, day: float) -> float:
        """Return the engineering time that explains the scrap of a day."""
        ramp = self.ramp
        above = max(ramp.scrap_start - ramp.scrap_mature, 1e-6)
        now = max(self.scrap.at(day) - ramp.scrap_mature, 1e-9)
        return -ramp.scrap_time * math.log(now / above)

    def _age(self, line: ReleasedLine, day: float) -> float:
        """Return a line's working years on a day; later lines inherit experience."""
        first = self.calendar.worked_days(self.lines[0].day)
        lag = (1.0 - self.ramp.transfer) * (self.calendar.worked_days(line.day) - first)
        worked = self.calendar.worked_days(day) - first - lag
        return worked * self.uptime / self.calendar.scheduled_days_per_year

    def _good_share(self, day: float) -> float:
        """Return good cells per GWh of starts at mature yield."""
        return (1.0 - self.scrap.at(day)) / (1.0 - self.ramp.scrap_mature)

    def _impose(self, window: OutputWindow) -> None:
        calendar = self.calendar
        first, last = calendar.day(window.first), calendar.day(window.last) + 1.0
        periods = [p for p in calendar.periods if p.start_day < last and p.end_day > first]
        if not window.throttled:
            shape = self._fit(window.good, first, last, [p.start_day for p in periods])
        else:
            shape = [p.scheduled_days for p in periods]
            self.throttled.update(p.index for p in periods)
        total = math.fsum(shape)
        for period, part in zip(periods, shape, strict=True):
            share = part / total if total > 0.0 else period.days / (last - first)
            self.good[period.index] = self.good.get(period.index, 0.0) + window.good * share
        self.end_day = max(self.end_day, periods[-1].end_day)

    def _fit(self, good: float, first: float, last: float, starts: list[float]) -> list[float]:
        """Find the window's offset; return the shape of good output over its periods."""
        bounds = [max(first, starts[0]), *starts[1:], last]
        scrap = self.scrap.at((first + last) / 2.0)
        target, shape, offset = good, [1.0], 0.0
        whole = self._spans(first, last)
        pieces = [
            (self._spans(a, b), self._good_share((a + b) / 2.0))
            for a, b in itertools.pairwise(bounds)
        ]
        for _ in range(3):  # the second and third pass correct for scrap moving in the window
            starts_needed = target * (1.0 - self.ramp.scrap_mature) / (1.0 - scrap)
            offset = self._find_offset(starts_needed, whole)
            shape = [self._output(offset, spans) * share for spans, share in pieces]
            made = math.fsum(shape)
            if made <= 0.0:
                break
            target *= good / made
        self.fits.append((offset, good / math.fsum(shape) if math.fsum(shape) > 0.0 else math.nan))
        self._offset, self._offset_day = offset, last
        return shape

    def _find_offset(self, target: float, spans: Sequence[Span]) -> float:
        """Return by bisection the shift in years at which the lines start `target` GWh."""
        low, high = -_WIDEST_OFFSET_YEARS, _WIDEST_OFFSET_YEARS
        while high - low > _OFFSET_TOLERANCE_YEARS:
            middle = (low + high) / 2.0
            if self._output(middle, spans) < target:
                low = middle
            else:
                high = middle
        return (low + high) / 2.0

    def _spans(self, first: float, last: float) -> list[Span]:
        """Return the working ages of released lines between two days."""
        spans = []
        for line in self.lines:
            begin = max(first, line.day)
            if begin < last:
                age = self._age(line, begin)
                spans.append(Span(line.nameplate, age, self._age(line, last) - age))
        return spans

    def _output(self, offset: float, spans: Sequence[Span]) -> float:
        """Return what lines start over their spans, at mature yield, in GWh."""
        curve, total = self.curve, 0.0
        for nameplate, age, length in spans:
            total += nameplate * curve.starts(curve.state_at(age + offset), length)
        return total * self.ramp.rating
