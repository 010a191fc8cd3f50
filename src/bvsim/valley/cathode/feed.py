"""One plant's supply of one material: its stock, local deliveries, and imports behind them."""

from __future__ import annotations

import math
from typing import Final

from bvsim.valley.cathode.restocking import (
    IMPORTED,
    RESOLD,
    USED,
    WRITTEN_OFF,
    Forecast,
    Restocking,
    Sourcing,
)
from bvsim.valley.ground.calendar import Period
from bvsim.valley.ground.mix import MixedStock
from bvsim.valley.ground.rows import i64, vec

_TINY_T: Final = 1e-9
_ROUNDING: Final = 1e-9
_ENOUGH: Final = 1.0 - 1e-9


class Feed:
    """A stock fed from the valley and from overseas, and who decides to reorder.

    Parameters
    ----------
    sourcing : Sourcing
        The plant, the material, and how it is imported.
    sources, contents : int
        Sources of the material (imports first), and contents that travel along.

    Attributes
    ----------
    requested, outlook : float
        Tonnes asked for in the period; use per day planned for a lead time ahead.
    rate, local_rate : float
        Expected use per day; deliveries from the valley per day, of late.
    lead : float
        Lead time counted on at the last revision, days.
    needed, short_days : float
        Tonnes asked for so far; days on which stock did not suffice for them.
    limit_t : float
        Tonnes that may be used in the period.
    delivered : row of float
        Tonnes by source (contents after them) that came from the valley.
    written_off : float
        Tonnes past their shelf life so far.
    at_will : float
        Tonnes of imports that were imposed: what observed or unlimited use needed.
    """

    def __init__(self, sourcing: Sourcing, *, sources: int, contents: int) -> None:
        self.entity, self.goods, self.chemistry, policy, lanes, self.ctx = sourcing
        self.lanes = lanes
        self.stock = MixedStock(sources, contents, outlets=USED + 1)
        self.restocking = Restocking(sourcing, self.stock)
        self.requested = self.outlook = 0.0
        self.limit_t = math.inf
        self.limited = False
        self.rate = self.local_rate = self.lead = 0.0
        self.at_will = 0.0
        self.delivered = vec[float]([0.0] * (sources + contents))
        self.used = 0.0
        self._use, self._local = Forecast(policy.memory), Forecast(policy.memory)
        self._asked = self._working = self._span = self._came = 0.0
        revisions = int(self.ctx.calendar.horizon_days / max(policy.revision, 1.0)) + 2
        self._plan_days = vec[float]([0.0] * revisions)
        self._plans = vec[float]([0.0] * revisions)
        self._plan: i64 = 0
        self._planned: i64 = 0
        """The plan that was made a lead time ago, and how many were made."""
        self._used_before = self._needed_before = 0.0
        self.needed = self.short_days = self.written_off = 0.0
        self._awake = self._opened = self._in_use_at_as_of = False
        self._flies = lanes.emergency_lead_days < math.inf
        self._revision: float = policy.revision
        self._emergency_cover: float = policy.emergency_cover

    # -- a period ------------------------------------------------------------------

    def turn(self, period: Period, lead: float, *, imposed: bool) -> None:
        """Open a period: forecast, order what the policy asks for, set the limit."""
        requested, restocking = self.requested, self.restocking
        if not self._awake:
            if requested <= 0.0 and self.outlook <= 0.0:
                return
            self._awake = True
            self._span = self._revision  # the first revision comes at once
        if restocking.closed:
            return
        self._asked += requested
        self._working += period.scheduled_days
        self._span += period.days
        if self._span >= self._revision and self._working > 0.0:
            self._revise(lead)
        self.limited = not imposed
        if not self._opened and requested > 0.0:
            self._begin(lead)
        if self._opened:
            self._restock()
        total = self.stock.total
        self.needed += requested
        if imposed:
            self.limit_t = math.inf
        else:
            self.limit_t = total
            if total < requested * _ENOUGH:
                self.short_days += period.days

    def _begin(self, lead: float) -> None:
        """Open the stock at the first use after `as_of`; remember an earlier one."""
        now = self.ctx.clock.now
        if now >= self.ctx.as_of_day:
            self._open(lead)
        else:
            self._in_use_at_as_of = True

    def _restock(self) -> None:
        """Order when the position is at or below s; fly in when stock runs out."""
        restocking, total = self.restocking, self.stock.total
        if total + restocking.on_order <= restocking.reorder_point + _TINY_T:
            restocking.review()
        if self._flies and total < self.rate * self._emergency_cover:
            restocking.fly_in()

    def _revise(self, lead: float) -> None:
        """Learn from what was asked for and delivered since the last revision."""
        self._use.learn(self._asked, self._working)
        self._local.learn(self._came, self._span)
        self.lead = lead
        now = self.ctx.clock.now
        rate, planned = self._use.ahead(lead), self.outlook * self._attainment(now, lead)
        self.rate = rate = planned if planned > rate else rate
        local = self._local.level
        self.local_rate = local = rate if rate < local else local
        self.restocking.plan(rate, rate - local, lead)
        self.restocking.allow_air(self.used - self._used_before)
        self._used_before = self.used
        self._asked = self._working = self._span = self._came = 0.0
        if self.stock.total > 0.0:
            self.written_off += self.restocking.write_off(now)

    def _attainment(self, now: float, lead: float) -> float:
        """Return how much of what was planned a lead time ago for today came true, at most all."""
        days, at, last = self._plan_days, self._plan, self._planned
        days[last], self._plans[last] = now, self.outlook
        self._planned = last + 1
        ago = now - lead
        while at < last and days[at + 1] <= ago:
            at += 1
        self._plan = at
        planned = self._plans[at]
        if days[at] > ago or planned <= 0.0:
            return 1.0
        level = self._use.level
        return level / planned if level < planned else 1.0

    def _open(self, lead: float) -> None:
        """Begin with the policy's stock; a new plant ordered it a lead time ago, if it could."""
        self._opened = True
        if self.restocking.position > _TINY_T:
            return
        now = self.ctx.clock.now
        ordered = max(self.ctx.as_of_day, now - lead)
        stopped = self.lanes.halt(self.goods, self.chemistry, ordered) is not None
        if self._in_use_at_as_of or not stopped:
            self.restocking.open(lead)

    def local_need(self, share: float) -> float:
        """Return tonnes to call from the valley.

        A share of what was asked for since the last call; more when the stock would
        fall below the cover that counts as an emergency.
        """
        since_call = self.needed - self._needed_before
        wanted = since_call * share
        target = self.rate * self._emergency_cover
        gap = self.requested + target - self.stock.total - wanted
        if gap <= 0.0:
            return wanted
        return wanted + (since_call if since_call < gap else gap)

    def called_off(self) -> None:
        """Begin to count requests anew: the valley's makers have been called."""
        self._needed_before = self.needed

    def deliver(self, parts: vec[float]) -> None:
        """Take in a delivery from the valley."""
        delivered = self.delivered
        for i, part in enumerate(parts):
            delivered[i] += part
        now = self.ctx.clock.now
        self._came += self.stock.put(parts, now)
        if self.limited:
            self.limit_t = self.stock.total

    def use(self, tonnes: float) -> float:
        """Use tonnes, and return them.

        Use that is imposed (observed, or unlimited) beyond the stock is imported.

        Raises
        ------
        ValueError
            When more is used than there is, in a period that is limited.
        """
        stock = self.stock
        if tonnes > stock.total:
            self._make_up(tonnes)
            tonnes = tonnes if tonnes < stock.total else stock.total
        stock.total -= tonnes
        stock.pending[USED] += tonnes
        self.used += tonnes
        return tonnes

    def _make_up(self, tonnes: float) -> None:
        """Import what imposed use needs beyond the stock."""
        missing = tonnes - self.stock.total
        if not self.limited:
            self.at_will += missing
            now = self.ctx.clock.now
            self.stock.put_plain(IMPORTED, missing, now)
        elif missing > _ROUNDING * max(1.0, self.limit_t):
            raise ValueError(f"{self.entity} uses {missing} t more {self.goods} than it has")

    def close(self) -> None:
        """Sell the stock outside the valley, and whatever still arrives."""
        self.requested = self.outlook = self.limit_t = 0.0
        self.restocking.closed = True
        self.stock.take(self.stock.total, RESOLD)

    def reopen(self) -> None:
        """Order again, by the same policy."""
        self.restocking.closed = False

    # -- at the end ----------------------------------------------------------------

    def used_by_source(self) -> vec[float]:
        """Return all that was used, by source, with contents."""
        return self.stock.gone(USED)

    def inflow(self, source: int) -> float:
        """Return the tonnes that came from a source."""
        inflow = self.delivered[source]
        return inflow + self.restocking.received + self.at_will if source == IMPORTED else inflow

    def lost(self, source: int) -> float:
        """Return the tonnes of a source refused, written off, or sold outside."""
        lost = sum(self.stock.gone(way)[source] for way in (WRITTEN_OFF, RESOLD))
        if source == IMPORTED:
            lost += self.restocking.refused + self.restocking.resold
        return lost
