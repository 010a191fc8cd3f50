"""Lines released one after another: rate, yield and unplanned stops of a block.

Know-how is the block's own and moves all its lines: the rate at which they run is solved so
that an undisturbed block follows its class (`line_curve`). A block serves gigafactories
(GWh) and cathode plants (t) alike: its quantities are in units of good product at mature
yield.
"""

from __future__ import annotations

import math
from typing import Final

import simpy

from bvsim.schema.ramp import RampClass
from bvsim.schema.unit import Timed
from bvsim.valley.ground.calendar import DAYS_PER_MONTH, DAYS_PER_YEAR, MONTHS_PER_YEAR, Period
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.luck import lognormal
from bvsim.valley.ground.undisturbed import Undisturbed
from bvsim.valley.projects.availability import Availability
from bvsim.valley.projects.line_curve import (
    LineCurve,
    ScrapCurve,
    solve,
    yield_pace,
)
from bvsim.valley.projects.lines import NOTHING, Levels, Line
from bvsim.valley.projects.stages import Pipeline

_SLOWEST: Final = 0.01
"""Learning so slow that a stall may as well last for ever."""


class Block:
    """One block: lines, their common yield, stalls, product changes, major stops.

    Parameters
    ----------
    entity : str
        Name of the block, such as ``alpha.block-2``.
    nameplate : float
        Good units a year when all lines are released.
    lines : int
        How many lines share the nameplate.
    line_interval : Timed
        Time between two releases, in months.
    ramp : RampClass
        Drawn figures of the block's class.
    ctx : Context
        Surroundings of the replication.
    pipeline : Pipeline
        The project whose SOP opens the block.
    elders : sequence of Block
        Earlier blocks of the site, whose experience is handed on.
    campaign : float
        Share of scheduled time that planned overhauls leave.

    Attributes
    ----------
    know_how : float
        Years of scheduled time in which an undisturbed plant of the class gets so far.
    line_curve : LineCurve
        The lines' rate, frozen when the block opens.
    yield_pace : float
        Factor on the times in which scrap falls: below 1 where the plant's curve needs yield
        sooner than drawn.
    rating : float
        Share of nameplate at which mature lines run while they run: the class's mature share
        over the availability of its stops; at most 1.
    """

    line_curve: LineCurve

    def __init__(
        self,
        *,
        entity: str,
        nameplate: float,
        lines: float,
        line_interval: Timed,
        ramp: RampClass,
        ctx: Context,
        pipeline: Pipeline,
        elders: tuple[Block, ...] = (),
        campaign: float = 1.0,
    ) -> None:
        self.entity, self.nameplate, self.line_count = entity, nameplate, max(1, round(lines))
        self.line_interval, self.campaign = line_interval, campaign
        self.ramp, self.ctx, self.pipeline, self.elders = ramp, ctx, pipeline, elders
        own = Undisturbed(ramp, lines, line_interval.values[0])
        self.before = ctx.before.get(entity, own)
        self._chance = ctx.streams.key.chance
        days = ctx.calendar.scheduled_days_per_year
        self._days_per_year = float(days)
        alike = _alike(elders, ramp, self.before.ramp)
        if alike is None:
            self.yield_pace = yield_pace(self.before.ramp, changes=self._chance)
            self.availability = Availability(ramp, self.before.ramp, days)
            """Of the class: what an undisturbed plant learns at, and what its repairs leave."""
        else:
            self.yield_pace, self.availability = alike.yield_pace, alike.availability
        self.scrap_curve = ScrapCurve(ramp, self.yield_pace)
        self.rating = self.availability.rating
        self._repair_factor = self._pace = 1.0
        self._liftable = "stops" in ctx.lifts
        self.lines: list[Line] = []
        self.released = 0.0
        self.closed = False
        self.sold = False
        """Whether somebody else runs what was there at a sale: no line follows."""
        self._number = 0
        """How many lines were released."""
        self._put_off = False
        """Whether a line was due while the block was closed."""
        self.stalled = False
        self.learning_speed = 1.0
        """How fast rate and yield are learnt and stalls are mended: 1 as in the class."""
        self.know_how = self.engineering_months = 0.0
        self.major_stop_left_days = self._change_days = 0.0
        self._span_years = self._available = 0.0
        self._levels = Levels(0.0, 0.0, 0.0, 0.0)
        """Of the period under way."""
        if self._chance:  # the last of all: compiled, what follows a call may not be there yet
            self._pace = self._pace_at(1.0)

    def start(self) -> None:
        """Wait for SOP."""
        streams = self.ctx.streams
        self._stall_luck = streams.stream(self.entity, "stall")
        self._change_luck = streams.stream(self.entity, "product-changes")
        self._major_luck = streams.stream(self.entity, "major-stops")
        self.pipeline.start()
        callbacks = self.pipeline.opened.callbacks
        assert callbacks is not None
        callbacks.append(self.open)

    # -- what is bound to a day ------------------------------------------------------

    def open(self, opened: simpy.Event) -> None:
        """Release the first line at SOP (its first cells); the others follow at intervals."""
        self._take_over_experience()
        self._solve()
        self.release_next()
        self._begin_luck()

    def release_next(self) -> None:
        """Release a line and put the next one down; a closed block goes on when it runs again."""
        if self.closed:
            self._put_off = True
        elif not self.sold:
            self._number += 1
            self._release_line(self._number)
            if self._number < self.line_count:
                wait = self._wait(self._interval_days(self._number))
                self.ctx.clock.after(wait, self.release_next)

    def _take_over_experience(self) -> None:
        """Begin with a share of what earlier blocks know.

        A block that is behind its class hands its delay on in full.
        """
        self.engineering_months = self.ramp.transfer * max(
            (elder.engineering_months for elder in self.elders), default=0.0
        )
        lines = sum([len(elder.lines) for elder in self.elders])
        if lines:
            known = sum([elder.know_how * len(elder.lines) for elder in self.elders]) / lines
            self.know_how = known * (self.ramp.transfer if known > 0.0 else 1.0)

    def _solve(self) -> None:
        """Freeze the lines' rate."""
        ctx = self.ctx
        self.line_curve = solve(
            self.ramp,
            self.before,
            opened=ctx.clock.now,
            calendar=ctx.calendar,
            head_start=self.know_how,
            changes=self._chance,
            pace=self.yield_pace,
        )
        given = self.line_curve.schedule.given_days
        if self.yield_pace < 1.0:
            self._note("yield comes sooner than drawn", self.yield_pace, "factor on its times")
        if given > 0.0:
            self._note(
                "lines come sooner than drawn", given / DAYS_PER_MONTH, "months, the last line"
            )

    def _note(self, event: str, value: float, unit: str) -> None:
        self.ctx.trace.log(
            day=self.ctx.clock.now,
            entity=self.entity,
            event=event,
            cause="the plant's curve needs it",
            value=value,
            unit=unit,
        )

    def _interval_days(self, number: int) -> float:
        """Return the days from a line's release to the next one's, as levers have it now."""
        days = self.line_curve.schedule.days
        usual = days[number] - days[number - 1] if number < len(days) else math.inf
        before, now = self.before.interval_months, self.line_interval.at(self.ctx.clock.now)
        if now == before and usual < math.inf:
            return usual
        if usual == math.inf or before <= 0.0:
            return now * DAYS_PER_MONTH
        return usual * now / before

    def _wait(self, days: float) -> float:
        """Return a wait between releases: none after `as_of` when delay is lifted."""
        if "delay" not in self.ctx.lifts:
            return days
        return min(days, max(0.0, self.ctx.as_of_day - self.ctx.clock.now))

    def _release_line(self, number: int) -> None:
        nameplate = self.nameplate * self.pipeline.size / self.line_count
        cause = "interval after the line before" if number > 1 else "SOP"
        self._add_line(number, nameplate, cause)

    def _add_line(self, number: int, nameplate: float, cause: str) -> None:
        luck = self.ctx.streams.stream(f"{self.entity}.line-{number}", "breakdowns")
        self.lines.append(Line(nameplate, self.ramp.mtbf, self.availability.mttr_days, luck))
        self.released += nameplate
        self.pipeline.owner.note_change()
        self.ctx.trace.log(
            day=self.ctx.clock.now,
            entity=self.entity,
            event=f"line {number} released",
            cause=cause,
            value=nameplate,
            unit="a year",
        )

    # -- luck --------------------------------------------------------------------------

    def _begin_luck(self) -> None:
        """Put down a stall, if there is one, the first product change and the first major stop."""
        happens = self._stall_luck.happens(self.ramp.stall_probability)
        wait = self._stall_luck.uniform() * self.ramp.stall_within * DAYS_PER_MONTH
        stops = "stops" not in self.ctx.lifts
        if happens and stops:
            self.ctx.clock.after(wait, self.stall)
        self._change_days = self.ramp.product_change_interval * DAYS_PER_MONTH
        self._await_change()
        if stops:
            self._await_major_stop()

    def stall(self) -> None:
        """Stall, at most once: no learning and less rate while equipment is rebuilt."""
        if self.ctx.clock.now < self.ctx.as_of_day:
            return  # what was observed contains it
        self.stalled = True
        months = self.ramp.stall_length / max(self.learning_speed, _SLOWEST)
        self._log("stall begins", "equipment is rebuilt", months)
        self.ctx.clock.after(months * DAYS_PER_MONTH, self.end_stall)

    def end_stall(self) -> None:
        """Run and learn again."""
        self.stalled = False
        self._log("stall ends", "equipment is rebuilt")

    def _await_change(self) -> None:
        """Put the next change of product down, if there is one."""
        wait = self._change_luck.exponential(self._change_days)
        if wait < math.inf:
            self.ctx.clock.after(wait, self.change_product)

    def change_product(self) -> None:
        """Change product or process: that undoes some of the yield."""
        if self.ctx.clock.now >= self.ctx.as_of_day and not self.closed:
            self.engineering_months *= 1.0 - self.ramp.relapse
            self._log("product change", "yield relapses", self.ramp.relapse)
        self._await_change()

    def _await_major_stop(self) -> None:
        """Put the next major stop down: they are a Poisson process."""
        if self.ramp.major_stops <= 0.0:  # of a new owner there may be none
            return
        wait = self._major_luck.exponential(DAYS_PER_YEAR / self.ramp.major_stops)
        if wait < math.inf:
            self.ctx.clock.after(wait, self.stop_for_long)

    def stop_for_long(self) -> None:
        """Suffer a major stop: fire, dry room, utilities."""
        ramp = self.ramp
        length = lognormal(self._major_luck.uniform(), ramp.major_stop, ramp.major_stop_gsd)
        if self.ctx.clock.now >= self.ctx.as_of_day and self.lines and not self.closed:
            self.major_stop_left_days += length
            self._log("major stop", "fire, dry room or utilities", length)
        self._await_major_stop()

    # -- a period ------------------------------------------------------------------

    @property
    def scrap(self) -> float:
        """Scrap now, as a share of units started."""
        return self.scrap_curve.at(self.engineering_months)

    def levels(self, period: Period, repair_factor: float) -> Levels:
        """Return what the block could make in a period; it holds until the next is asked for."""
        scheduled = period.scheduled_days
        if self.closed or not self.lines or scheduled <= 0.0:
            self._span_years = self._available = 0.0
            return NOTHING
        self._span_years = years = scheduled / self._days_per_year
        rate = self.line_curve.rate(self.know_how, years, period.start_day)
        uptime = self._time_up(scheduled, repair_factor)
        built = self.released * years
        rated = built * self.rating
        ramped = rated * rate * (1.0 - self.ramp.stall_capacity if self.stalled else 1.0)
        self._available = ramped * uptime * self.campaign
        if self._available <= 0.0 and not self.stalled:
            # lines are debugged still, or stand as those of the class do now and then
            self.know_how += years * self._pace * self.learning_speed
        levels = self._levels
        levels.built, levels.rated, levels.ramped = built, rated, ramped
        levels.available = self._available
        return levels

    def _pace_at(self, repair_factor: float) -> float:
        """Return the mean availability relative to the class's; 1 where its lines never run."""
        usual = self.availability.usual
        return self.availability.mean(repair_factor) / usual if usual > 0.0 else 1.0

    def _time_up(self, scheduled: float, repair_factor: float) -> float:
        """Return the share of a period's scheduled days that stops leave, over all lines."""
        if repair_factor != self._repair_factor and self._chance:
            self._repair_factor = repair_factor
            self._pace = self._pace_at(repair_factor)
        lost = self._lose_to_major_stops(scheduled) if self.major_stop_left_days > 0.0 else 0.0
        if self._liftable and self.ctx.lifted("stops"):
            return 1.0 - lost / scheduled
        working, down = scheduled - lost, 0.0
        for line in self.lines:
            if line.down_left <= 0.0 and line.up_left > working:
                line.up_left -= working  # as most do
            else:
                down += line.down_days(working, repair_factor)
        return 1.0 - (lost + down / float(len(self.lines))) / scheduled

    def _lose_to_major_stops(self, scheduled: float) -> float:
        """Return the days of a period that are lost to major stops."""
        left = self.major_stop_left_days
        lost = left if left < scheduled else scheduled
        self.major_stop_left_days -= lost
        return lost

    def run(self, used_share: float, period: Period, penalty: float) -> tuple[float, float]:
        """Use a share of what was available; learn from it; return (started, good) units.

        Parameters
        ----------
        used_share : float
            Share of the available level that was started, between 0 and 1.
        period : Period
            The period for which `levels` was asked last.  What is learnt follows what was
            used of it, the repairs that people can do and the speed at which they learn
            (`learning_speed`); the luck of single stops is in the class's band already.
        penalty : float
            Scrap added by thin staffing, in share points.
        """
        if not self.lines or self.closed:
            return 0.0, 0.0
        scrap = self.scrap + penalty
        scrap = scrap if scrap < 1.0 else 1.0
        started = self._available * used_share / (1.0 - self.scrap_curve.mature)
        if not self.stalled:
            years = self._span_years * self.learning_speed
            if self._available > 0.0:
                self.know_how += years * used_share * self._pace
            self.engineering_months += years * MONTHS_PER_YEAR
        return started, started * (1.0 - scrap)

    @property
    def due(self) -> float:
        """Share of the lines that an undisturbed block would have released by now."""
        return self.line_curve.schedule.due(self.ctx.clock.now) if self.lines else 1.0

    def planned(self, years: float) -> float:
        """Return the starts that the block plans for a time ahead, in units a year.

        Good units at mature yield, of the lines that are released by then.
        """
        if not self.lines or self.closed:
            return 0.0
        now = self.ctx.clock.now
        curve = self.line_curve
        share = curve.planned(self.know_how + years, now + years * DAYS_PER_YEAR)
        return self.released / curve.schedule.due(now) * self.rating * share

    def take_over(self, know_how: float) -> None:
        """Take over the know-how that explains what was observed."""
        self.know_how = know_how
        self.line_curve.head_start = 0.0

    def close(self) -> None:
        """Close the block for good."""
        self.closed = True
        self.released = 0.0
        self.pipeline.close()

    def resume(self) -> None:
        """Run again after a stop."""
        self.closed = False
        if self._put_off:
            self._put_off = False
            self.ctx.clock.after(0.0, self.release_next)

    def adopt(self, ramp: RampClass) -> None:
        """Follow another class from now on, with all the lines that are there."""
        self.ramp, self.before = ramp, Undisturbed(ramp, len(self.lines), 0.0)
        self.yield_pace = yield_pace(ramp, changes=self._chance)
        self.scrap_curve = ScrapCurve(ramp, self.yield_pace)
        days = self.ctx.calendar.scheduled_days_per_year
        self.availability = Availability(ramp, ramp, days)
        self.rating = self.availability.rating
        self._repair_factor = self._pace = 1.0
        self._solve()
        for line in self.lines:
            line.mtbf_days, line.mttr_days = ramp.mtbf, self.availability.mttr_days

    def _log(self, event: str, cause: str, value: float = math.nan) -> None:
        if self.lines and not self.closed:
            self.ctx.trace.log(
                day=self.ctx.clock.now, entity=self.entity, event=event, cause=cause, value=value
            )


def _alike(elders: tuple[Block, ...], ramp: RampClass, before: RampClass) -> Block | None:
    """Return an earlier block with the same figures, set and before: what is solved holds."""
    for elder in elders:
        if elder.ramp is ramp and elder.before.ramp is before:
            return elder
    return None
