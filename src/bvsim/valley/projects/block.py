"""Lines released one after another: rate, yield and unplanned stops of a block.

A block serves gigafactories (GWh) and cathode plants (t) alike: its quantities
are in units of good product at mature yield.
"""

from __future__ import annotations

import math
from typing import Final

from bvsim.schema.ramp import RampClass
from bvsim.valley.ground.calendar import DAYS_PER_MONTH, DAYS_PER_YEAR, Period
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.luck import lognormal
from bvsim.valley.ground.streams import Stream
from bvsim.valley.projects.ramp import Curve, make_curve
from bvsim.valley.projects.stages import Events, Pipeline

HOURS_PER_DAY: Final = 24.0


class Levels:
    """What a block could make in a period, step by step, in good units at mature yield.

    Parameters
    ----------
    built : float
        Nameplate of released lines over scheduled time.
    rated : float
        ... at the rating that mature lines reach.
    ramped : float
        ... at the rate that the lines have learnt.
    available : float
        ... with unplanned stops.
    """

    __slots__ = ("available", "built", "ramped", "rated")

    def __init__(self, built: float, rated: float, ramped: float, available: float) -> None:
        self.built, self.rated, self.ramped, self.available = built, rated, ramped, available


NOTHING: Final = Levels(0.0, 0.0, 0.0, 0.0)


class Stops:
    """Unplanned stops of one line: an alternating renewal process in working time."""

    def __init__(self, mtbf_days: float, mttr_days: float, luck: Stream) -> None:
        self.mtbf_days, self.mttr_days, self.luck = mtbf_days, mttr_days, luck
        self.up_left = luck.exponential(mtbf_days)
        self.down_left = 0.0

    def down_days(self, days: float, repair_factor: float) -> float:
        """Return the days lost within the next `days` of scheduled time."""
        if self.down_left <= 0.0 and self.up_left > days:
            self.up_left -= days
            return 0.0
        left, down = days, 0.0
        while left > 0.0:
            if self.down_left > 0.0:
                step = self.down_left if self.down_left < left else left
                self.down_left -= step
                down += step
            else:
                step = self.up_left if self.up_left < left else left
                self.up_left -= step
                if self.up_left <= 0.0:
                    self.down_left = self.luck.exponential(self.mttr_days) * repair_factor
                    self.up_left = self.luck.exponential(self.mtbf_days)
            left -= step
        return down


class Line:
    """One line: its nameplate, its experience and its stops."""

    __slots__ = ("nameplate", "possible", "state", "stops")

    def __init__(self, nameplate: float, state: float, stops: Stops) -> None:
        self.nameplate = nameplate
        self.state = state
        self.stops = stops
        self.possible = 0.0  # starts of the period under way, years at full rate


class Block:
    """One block: lines, their common yield, stalls, product changes, major stops.

    Parameters
    ----------
    entity : str
        Name of the block, such as ``acc-douvrin.block-2``.
    nameplate : float
        Good units a year when all lines are released.
    lines : int
        How many lines share the nameplate.
    line_interval_months : float
        Time between two releases.
    ramp : RampClass
        Drawn figures of the block's class.
    ctx : Context
        Surroundings of the replication.
    pipeline : Pipeline
        The project whose SOP opens the block.
    elders : sequence of Block
        Earlier blocks of the site, whose experience is handed on.
    """

    def __init__(
        self,
        *,
        entity: str,
        nameplate: float,
        lines: float,
        line_interval_months: float,
        ramp: RampClass,
        ctx: Context,
        pipeline: Pipeline,
        elders: tuple[Block, ...] = (),
    ) -> None:
        self.entity, self.nameplate, self.line_count = entity, nameplate, max(1, round(lines))
        self.line_interval_days = line_interval_months * DAYS_PER_MONTH
        self.ramp, self.ctx, self.pipeline, self.elders = ramp, ctx, pipeline, elders
        self.curve: Curve = make_curve(ramp)
        self._scrap_mature, self._scrap_time = ramp.scrap_mature, ramp.scrap_time
        self._scrap_above = max(0.0, ramp.scrap_start - ramp.scrap_mature)
        self._liftable = "stops" in ctx.lifts
        self.lines: list[Line] = []
        self.released = 0.0
        self.closed = False
        self.stalled = False
        self.engineering_months = 0.0
        self.major_stop_left_days = 0.0
        self._span_years = 0.0

    def start(self) -> None:
        """Register the block's processes."""
        streams = self.ctx.streams
        self._stall_luck = streams.stream(self.entity, "stall")
        self._change_luck = streams.stream(self.entity, "product-changes")
        self._major_luck = streams.stream(self.entity, "major-stops")
        self.pipeline.start()
        self.ctx.env.process(self.release())
        self.ctx.env.process(self.stall())
        self.ctx.env.process(self.change_products())
        self.ctx.env.process(self.stop_for_long())

    # -- processes -----------------------------------------------------------------

    def release(self) -> Events:
        """Release the lines: the first at SOP (its first cells), the others at intervals."""
        yield self.pipeline.opened
        self.engineering_months = self.ramp.transfer * max(
            (elder.engineering_months for elder in self.elders), default=0.0
        )
        for number in range(1, self.line_count + 1):
            if self.closed:
                return
            self._release_line(number)
            yield self.ctx.env.timeout(self._wait(self.line_interval_days))

    def _wait(self, days: float) -> float:
        """Return a wait between releases: none after `as_of` when delay is lifted."""
        if "delay" not in self.ctx.lifts:
            return days
        return min(days, max(0.0, self.ctx.as_of_day - self.ctx.env.now))

    def _release_line(self, number: int) -> None:
        peers = self.lines or [line for elder in self.elders for line in elder.lines]
        state = self.curve.start
        if peers:  # a block that is behind its class hands its delay on in full
            gained = sum(line.state for line in peers) / len(peers) - state
            state += gained * (self.ramp.transfer if gained > 0.0 else 1.0)
        nameplate = self.nameplate * self.pipeline.size / self.line_count
        cause = "interval after the line before" if number > 1 else "SOP"
        self._add_line(number, nameplate, cause, state)

    def _add_line(self, number: int, nameplate: float, cause: str, state: float = 0.0) -> None:
        luck = self.ctx.streams.stream(f"{self.entity}.line-{number}", "breakdowns")
        stops = Stops(self.ramp.mtbf, self.ramp.mttr / HOURS_PER_DAY, luck)
        self.lines.append(Line(nameplate, state, stops))
        self.released += nameplate
        self.pipeline.owner.note_change()
        self.ctx.trace.log(
            day=self.ctx.env.now,
            entity=self.entity,
            event=f"line {number} released",
            cause=cause,
            value=nameplate,
            unit="a year",
        )

    def stall(self) -> Events:
        """Stall at most once: no learning and less rate while equipment is rebuilt."""
        yield self.pipeline.opened
        happens = self._stall_luck.happens(self.ramp.stall_probability)
        wait = self._stall_luck.uniform() * self.ramp.stall_within * DAYS_PER_MONTH
        if not happens or "stops" in self.ctx.lifts:
            return
        yield self.ctx.env.timeout(wait)
        if self.ctx.env.now < self.ctx.as_of_day:
            return  # what was observed contains it
        self.stalled = True
        self._log("stall begins", "equipment is rebuilt", self.ramp.stall_length)
        yield self.ctx.env.timeout(self.ramp.stall_length * DAYS_PER_MONTH)
        self.stalled = False
        self._log("stall ends", "equipment is rebuilt")

    def change_products(self) -> Events:
        """Change product or process now and then; each change undoes some of the yield."""
        yield self.pipeline.opened
        mean = self.ramp.product_change_interval * DAYS_PER_MONTH
        while True:
            wait = self._change_luck.exponential(mean)
            if wait == math.inf or self.closed:
                return
            yield self.ctx.env.timeout(wait)
            if self.ctx.env.now >= self.ctx.as_of_day and not self.closed:
                self.engineering_months *= 1.0 - self.ramp.relapse
                self._log("product change", "yield relapses", self.ramp.relapse)

    def stop_for_long(self) -> Events:
        """Suffer major stops (fire, dry room, utilities) as a Poisson process."""
        yield self.pipeline.opened
        if self.ramp.major_stops <= 0.0 or "stops" in self.ctx.lifts:
            return
        while not self.closed:
            wait = self._major_luck.exponential(DAYS_PER_YEAR / self.ramp.major_stops)
            if wait == math.inf:
                return
            yield self.ctx.env.timeout(wait)
            length = lognormal(
                self._major_luck.uniform(), self.ramp.major_stop, self.ramp.major_stop_gsd
            )
            if self.ctx.env.now >= self.ctx.as_of_day and self.lines and not self.closed:
                self.major_stop_left_days += length
                self._log("major stop", "fire, dry room or utilities", length)

    # -- a period ------------------------------------------------------------------

    @property
    def scrap(self) -> float:
        """Scrap now, as a share of units started."""
        left = math.exp(-self.engineering_months / self._scrap_time)
        return self._scrap_mature + self._scrap_above * left

    def levels(self, period: Period, repair_factor: float) -> Levels:
        """Return what the block could make in a period, and remember it line by line."""
        lines, scheduled = self.lines, period.scheduled_days
        if self.closed or not lines or scheduled <= 0.0:
            for line in lines:
                line.possible = 0.0
            return NOTHING
        self._span_years = years = scheduled / self.ctx.calendar.scheduled_days_per_year
        lost = self._lose_to_major_stops(scheduled) if self.major_stop_left_days > 0.0 else 0.0
        working = scheduled - lost
        no_stops = self._liftable and self.ctx.lifted("stops")
        curve, ramped, available = self.curve, 0.0, 0.0
        for line in lines:
            line.possible = possible = curve.starts(line.state, years)
            ramped += line.nameplate * possible
        for line in lines:
            down = 0.0 if no_stops else line.stops.down_days(working, repair_factor)
            if down + lost > 0.0:
                line.possible = curve.starts(line.state, years * (1.0 - (down + lost) / scheduled))
            available += line.nameplate * line.possible
        rating = self.ramp.rating
        share = 1.0 - self.ramp.stall_capacity if self.stalled else 1.0
        built, scale = self.released * years, rating * share
        return Levels(built, built * rating, ramped * scale, available * scale)

    def _lose_to_major_stops(self, scheduled: float) -> float:
        """Return the days of a period that are lost to major stops."""
        lost = min(self.major_stop_left_days, scheduled)
        self.major_stop_left_days -= lost
        return lost

    def run(
        self, used_share: float, period: Period, engineer_share: float, penalty: float
    ) -> tuple[float, float]:
        """Use a share of what was available; learn from it; return (started, good) units.

        Parameters
        ----------
        used_share : float
            Share of the available level that was started, between 0 and 1.
        period : Period
            The period for which `levels` was asked last.
        engineer_share : float
            Engineers present relative to the need, weighing what is learnt of yield.
        penalty : float
            Scrap added by thin staffing, in share points.
        """
        if not self.lines or self.closed:
            return 0.0, 0.0
        scrap = min(self.scrap + penalty, 1.0)
        made, learning = 0.0, not self.stalled
        curve, years = self.curve, self._span_years
        for line in self.lines:
            possible = line.possible
            made += line.nameplate * possible
            if learning:
                line.state = curve.advance(line.state, used_share * possible, possible, years)
        share = 1.0
        if learning:
            self.engineering_months += period.days / DAYS_PER_MONTH * engineer_share
        else:
            share = 1.0 - self.ramp.stall_capacity
        started = made * share * self.ramp.rating * used_share / (1.0 - self._scrap_mature)
        return started, started * (1.0 - scrap)

    def close(self) -> None:
        """Close the block for good."""
        self.closed = True
        self.released = 0.0
        self.pipeline.close()

    def _log(self, event: str, cause: str, value: float = math.nan) -> None:
        if self.lines and not self.closed:
            self.ctx.trace.log(
                day=self.ctx.env.now, entity=self.entity, event=event, cause=cause, value=value
            )
