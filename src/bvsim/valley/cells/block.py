"""A block of a gigafactory: what it could make, what was observed, and its ledger."""

from __future__ import annotations

import math
from typing import Final

from bvsim.valley.cells import ledger
from bvsim.valley.cells.causes import LIMITS
from bvsim.valley.cells.fates import Fate
from bvsim.valley.cells.observed import ObservedBlock
from bvsim.valley.cells.plan import PlanPath
from bvsim.valley.ground.books import Account
from bvsim.valley.ground.calendar import DAYS_PER_MONTH, Period
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.rows import i64, vec
from bvsim.valley.ground.sums import ExactSum
from bvsim.valley.projects.block import Block
from bvsim.valley.projects.lines import NOTHING, Levels
from bvsim.valley.projects.restart import refinance, sell, share_of_plan
from bvsim.valley.projects.stages import Events

NO_LIMITS: Final[vec[float]] = vec[float]([math.inf] * len(LIMITS))
"""What is never changed: whoever limits something begins with a copy."""


class SiteBlock:
    """One block with its plan, its observations and its accounts.

    Parameters
    ----------
    block : Block
        Lines, rate, yield and stops.
    plan : PlanPath
        What was announced of it.
    observed : ObservedBlock or None
        What was observed of it up to `as_of`.
    ctx : Context
        Surroundings of the replication.
    first_sales_months : float
        Time from SOP to approval by customers, which they give once: until then the block
        makes cells and none is delivered.
    closes : float or None
        Day from which the scenario has it out of service for good.
    """

    def __init__(
        self,
        *,
        block: Block,
        plan: PlanPath,
        observed: ObservedBlock | None,
        ctx: Context,
        first_sales_months: float = 0.0,
        closes: float | None = None,
    ) -> None:
        self.block, self.plan, self.observed, self.ctx = block, plan, observed, ctx
        self.closes = closes
        self.first_sales_days = first_sales_months * DAYS_PER_MONTH
        self.approved = first_sales_months <= 0.0
        """Whether customers take its cells."""
        self._approvals = 0
        """Rounds of approval begun: only the last one counts."""
        self._unapproved: list[float] = []
        self._finished: list[float] = []
        """Good cells made before that, GWh, and the days on which they leave the process."""
        self._gone = 0
        """How many of them have left it."""
        self._held, self._in_process = ExactSum(), ExactSum()
        """The cells that have, and those that have not."""
        self.standing_gwh = 0.0
        """Nameplate while the project is neither cancelled nor suspended."""
        self.storage_gwh = 0.0
        """Nameplate of its lines that were given to storage: not among the block's own lines."""
        self.idle: list[float] = []
        """Days from which lines stand idle for want of orders."""
        self.possible: Levels = NOTHING
        """What the block could make in the period under way."""
        self._limits = NO_LIMITS[:]
        """Its part of the limits of its site."""
        self._observed_until = -math.inf if observed is None else observed.end_day
        self._days_per_year = float(ctx.calendar.scheduled_days_per_year)
        self.ledger: Account
        self.binding: Account

    def start(self) -> None:
        """Open the accounts and start the block."""
        open_ = self.ctx.books.open
        self.ledger = open_("ledger", self.block.entity, ledger.LEDGER.columns)
        self.binding = open_("binding", self.block.entity, ledger.BINDING.columns)
        self.block.start()
        if not self.approved:
            self.ctx.env.process(self.approve())
        if self.closes is not None and "closure" not in self.ctx.lifts:
            self.ctx.env.process(self.leave(self.closes))

    def leave(self, day: float) -> Events:
        """Go out of service for good on a day; the rest of the site goes on."""
        yield self.ctx.env.timeout(max(0.0, day - self.ctx.clock.now))
        self.ctx.trace.log(
            day=self.ctx.clock.now,
            entity=self.block.entity,
            event="block closed",
            cause="date given by the scenario",
        )
        self.close()
        self.block.lines.clear()

    def approve(self, since: float | None = None) -> Events:
        """Let customers approve the cells some months after SOP, or after a sale.

        Parameters
        ----------
        since : float or None
            Day of the sale.
        """
        pipeline, env = self.block.pipeline, self.ctx.env
        self._approvals += 1
        round_ = self._approvals
        yield pipeline.opened
        first = pipeline.sop_day if since is None else since
        yield env.timeout(max(0.0, first + self.first_sales_days - env.now))
        if self.block.closed or round_ != self._approvals:
            return
        self.approved = True
        self._forget_unapproved()
        pipeline.owner.note_change()
        self.ctx.trace.log(
            day=env.now,
            entity=self.block.entity,
            event="approved by customers",
            cause="samples from series lines",
        )

    def hold(self, good: float, day: float) -> None:
        """Keep cells that leave the process on a day for after the approval."""
        self._unapproved.append(good)
        self._finished.append(day)
        self._in_process.add(good)

    def _forget_unapproved(self) -> None:
        self._unapproved.clear()
        self._finished.clear()
        self._gone = 0
        self._held.clear()
        self._in_process.clear()

    def _finish(self, day: float) -> None:
        """Let what leaves the process by a day leave it; days are asked for in turn."""
        while self._gone < len(self._finished) and self._finished[self._gone] <= day:
            good = self._unapproved[self._gone]
            self._held.add(good)
            self._in_process.add(-good)
            self._gone += 1

    def held(self, day: float) -> float:
        """Return the finished cells that wait for approval on a day, GWh."""
        self._finish(day)
        return self._held.value()

    def unapproved_in_process(self, day: float) -> float:
        """Return the cells in process that will wait for approval, GWh."""
        self._finish(day)
        return self._in_process.value()

    @property
    def idle_gwh(self) -> float:
        """Nameplate of its idle lines, GWh a year."""
        idle, lines = float(len(self.idle)), float(len(self.block.lines))
        return self.block.released * idle / lines if lines else 0.0

    @property
    def mature(self) -> float:
        """Scrap in the long run."""
        return self.block.scrap_curve.mature

    def note_change(self) -> None:
        """Take note of how the project stands."""
        pipeline = self.block.pipeline
        self.standing_gwh = self.block.nameplate * pipeline.size if pipeline.standing else 0.0

    def observes(self, period: Period) -> bool:
        """Tell whether output of a period is a fact."""
        if period.start_day >= self._observed_until:
            return False
        return self.observed is not None and period.index in self.observed.good

    def observed_need(self, period: Period) -> float:
        """Return the observed good cells of a period, in GWh at mature yield."""
        assert self.observed is not None
        return self.observed.good[period.index] * (1.0 - self.mature) / self._observed_yield(period)

    def throttled_by_fact(self, period: Period) -> bool:
        """Tell whether it is a fact that the plant capped its starts."""
        return self.observed is not None and period.index in self.observed.throttled

    def look_ahead(self, period: Period, repair_factor: float, learning_speed: float) -> None:
        """Work out what is possible; for an observed period, what must have been."""
        self.block.learning_speed = learning_speed
        self.possible = levels = self.block.levels(period, repair_factor)
        if period.start_day < self._observed_until and self.observes(period):
            self.possible = self._explained(period, levels)

    def _explained(self, period: Period, levels: Levels) -> Levels:
        """Return what must have been possible in an observed period."""
        assert self.observed is not None
        need = self.observed_need(period)
        if self.throttled_by_fact(period) and levels.available >= need:
            return levels
        uptime = self.observed.uptime
        ramped = max(need, min(need / uptime, levels.rated) if uptime > 0.0 else levels.rated)
        return Levels(levels.built, max(levels.rated, ramped), ramped, need)

    def run(self, used: float, period: Period, penalty: float) -> tuple[float, float]:
        """Run for the period; return cells started and good ones (GWh)."""
        if period.start_day >= self._observed_until or not self.observes(period):
            return self.block.run(used, period, penalty)
        observed = self.observed
        assert observed is not None
        self.block.run(min(1.0, used), period, 0.0)
        self._take_over(observed, period)
        good = observed.good[period.index]
        return good / self._observed_yield(period), good

    def _observed_yield(self, period: Period) -> float:
        assert self.observed is not None
        return 1.0 - self.observed.scrap_at(period.start_day + period.days / 2.0)

    def _take_over(self, observed: ObservedBlock, period: Period) -> None:
        """Take over the state that explains the observations, when a window ends."""
        if period.start_day < observed.last_fit_day <= period.end_day:
            self.block.take_over(observed.know_how)
        self.block.engineering_months = observed.engineering_months(period.end_day)

    def part_of(self, limits: vec[float], share: float) -> vec[float]:
        """Return a share of what limits allow a site; it holds until the next is asked for."""
        if share >= 1.0:
            return limits
        own = self._limits
        i: i64 = 0
        for limit in limits:
            own[i] = limit * share
            i += 1  # noqa: SIM113 (a position of the machine's)
        return own

    def post_idle(self, periods: list[Period]) -> None:
        """Post periods without released lines."""
        plan, row = self.plan, self.ledger.now
        if plan.days:
            own = self.standing_gwh
            ledger.post_waiting(row, plan.by_period, own, self._days_per_year, periods)
        ledger.post_standstill(self.binding.now, periods)

    def post(self, limits: vec[float], good: float, period: Period) -> None:
        """Post the period to the ledger and to the account of what bound."""
        levels, scheduled = self.possible, period.scheduled_days
        years = scheduled / self._days_per_year
        announced, standing = self.plan.by_period[period.index], self.standing_gwh * years
        if self.storage_gwh != 0.0:
            announced -= self.announced_of_storage(period)
            standing -= self.storage_gwh * years
            standing = standing if standing > 0.0 else 0.0
        ledger.post(self.ledger.now, announced, standing, levels, limits, good)
        ledger.post_binding(self.binding.now, levels.available, limits, period.days, scheduled)

    def post_closed(self, would: Levels, limits: vec[float], good: float, period: Period) -> None:
        """Post a period after a stop, with what the block would have made."""
        ledger.post_closed(self.ledger.now, self._announced(period), would, limits, good)
        ledger.post_not_running(self.binding.now, period.days)

    def _announced(self, period: Period) -> float:
        """Return the plan, but for lines given to storage, GWh."""
        return self.plan.by_period[period.index] - self.announced_of_storage(period)

    def announced_of_storage(self, period: Period) -> float:
        """Return the part of the plan that lines given to storage stand for, GWh."""
        if self.storage_gwh <= 0.0:
            return 0.0
        years = period.scheduled_days / self._days_per_year
        return min(self.plan.by_period[period.index], self.storage_gwh * years)

    def restart(self, fate: Fate) -> None:
        """Run again with what a refinancing or a buyer leaves of it."""
        how = fate.how
        self.idle.clear()
        if fate.ramp is None:
            refinance(self.block, how.capacity, how.experience)
        else:
            sell(self.block, fate.ramp, how.capacity, how.experience)
            kept = self.storage_gwh * how.capacity
            self.block.pipeline.size += share_of_plan(self.block, kept)
            self.approved = self.first_sales_days <= 0.0
        if not self.approved:
            self.ctx.env.process(self.approve(self.ctx.clock.now))
        self.note_change()

    def close(self) -> None:
        """Close the block, alone or with its site: what is not built yet never is."""
        self.block.close()
        self._forget_unapproved()
        self.standing_gwh = 0.0
