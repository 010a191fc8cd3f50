"""Observed output and scrap of a block: what is imposed up to `as_of`, and the state it implies.

Within each window of observed output the block follows its class's curve shifted in time
by one offset: the offset at which it makes what was observed, with the scrap that was
observed. It contains whatever delayed or sped up the block, stalls included. What no
offset reaches is left to a last rescaling, so the windows add up exactly.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from bvsim.schema.ramp import RampClass
from bvsim.schema.site import CellBlock, OutputWindow
from bvsim.valley.ground.calendar import DAYS_PER_MONTH, Calendar
from bvsim.valley.projects.line_curve import LineCurve, mean_uptime

_WIDEST_OFFSET_YEARS: Final = 60.0
_TOLERANCE: Final = 1e-9
_MOST_STEPS: Final = 100


class Piece(NamedTuple):
    """A part of a window: working age at its start and length (years), day, share good."""

    age: float
    years: float
    day: float
    good_share: float


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
        Drawn figures: nameplate, windows of output, readings of scrap.
    ramp : RampClass
        Drawn figures of the class.
    line_curve : LineCurve
        The frozen rate of the block's lines.
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
        line_curve: LineCurve,
        calendar: Calendar,
        as_of_day: float,
    ) -> None:
        self.ramp, self.line_curve, self.calendar = ramp, line_curve, calendar
        self.uptime = mean_uptime(ramp, calendar.scheduled_days_per_year)
        self._full_gwh_per_year = spec.nameplate * ramp.rating * self.uptime
        self.sop_day = line_curve.schedule.days[0]
        known = [w for w in spec.output.values() if calendar.day(w.known_from) <= as_of_day]
        readings = [
            (calendar.day(r.on), r.scrap)
            for r in spec.scrap.values()
            if calendar.day(r.known_from) <= as_of_day
        ]
        self.scrap = ScrapPath(ramp, self.sop_day, sorted(readings))
        self.good: dict[int, float] = {}
        self.throttled: set[int] = set()
        self.fits: list[tuple[float, float]] = []
        self.end_day = self.last_fit_day = -math.inf
        self.know_how = 0.0
        for window in sorted(known, key=lambda w: w.first):
            self._impose(window)

    def covers(self, index: int) -> bool:
        """Tell whether output of a period was observed."""
        return index in self.good

    def engineering_months(self, day: float) -> float:
        """Return the engineering time that explains the scrap of a day."""
        ramp = self.ramp
        above = max(ramp.scrap_start - ramp.scrap_mature, 1e-6)
        now = max(self.scrap.at(day) - ramp.scrap_mature, 1e-9)
        return -ramp.scrap_time * math.log(now / above)

    def _age(self, day: float) -> float:
        """Return the block's working years on a day."""
        worked = self.calendar.worked_days(day) - self.calendar.worked_days(self.sop_day)
        return worked / self.calendar.scheduled_days_per_year

    def _impose(self, window: OutputWindow) -> None:
        calendar = self.calendar
        first, last = calendar.day(window.first), calendar.day(window.last) + 1.0
        periods = [p for p in calendar.periods if p.start_day < last and p.end_day > first]
        if window.throttled:
            shape = [p.scheduled_days for p in periods]
            self.throttled.update(p.index for p in periods)
        else:
            shape = self._fit(window.good, first, last, [p.start_day for p in periods])
        if not any(shape):  # within a shutdown
            shape = [p.days for p in periods]
        total = math.fsum(shape)
        for period, part in zip(periods, shape, strict=True):
            share = part / total
            self.good[period.index] = self.good.get(period.index, 0.0) + window.good * share
        self.end_day = max(self.end_day, periods[-1].end_day)

    def _fit(self, good: float, first: float, last: float, starts: list[float]) -> list[float]:
        """Find the window's offset; return the good output of its periods, GWh."""
        bounds = [max(first, starts[0]), *starts[1:], last]
        pieces = [self._piece(a, b) for a, b in itertools.pairwise(bounds)]
        offset = self._find_offset(good, pieces)
        shape = self._output(offset, pieces)
        made = math.fsum(shape)
        self.fits.append((offset, good / made if made > 0.0 else math.nan))
        self.last_fit_day = last
        self.know_how = self._age(last) + offset
        return shape

    def _piece(self, start: float, end: float) -> Piece:
        age = self._age(start)
        scrap = self.scrap.at((start + end) / 2.0)
        good_share = (1.0 - scrap) / (1.0 - self.ramp.scrap_mature)
        return Piece(age, self._age(end) - age, start, good_share)

    def _find_offset(self, good: float, pieces: Sequence[Piece]) -> float:
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

    def _miss(self, offset: float, pieces: Sequence[Piece], target: float) -> float:
        """Return the logarithm of what the block makes at a shift, less that of the target."""
        return math.log(max(math.fsum(self._output(offset, pieces)), 1e-300)) - target

    def _output(self, offset: float, pieces: Sequence[Piece]) -> list[float]:
        """Return the good cells that the block makes in each piece at a shift, GWh."""
        curve, full = self.line_curve, self._full_gwh_per_year
        made = []
        for age, years, day, good_share in pieces:
            rate = curve.rate(age + offset, years, day) if years > 0.0 else 0.0
            made.append(full * curve.schedule.due(day) * rate * years * good_share)
        return made
