"""What people, cathode, orders and the plant itself allow a gigafactory to start."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bvsim.schema.ramp import RampClass
from bvsim.valley.cathode.buyer import Buyer
from bvsim.valley.cells.block import CellBlock, Limits
from bvsim.valley.cells.energy import EnergyMeter
from bvsim.valley.cells.money import SitePurse
from bvsim.valley.cells.process import InProcess
from bvsim.valley.ground.calendar import DAYS_PER_YEAR, Period
from bvsim.valley.ground.context import Context
from bvsim.valley.orders.customers import OrderBook
from bvsim.valley.people.workforce import Workforce
from bvsim.valley.returns.gate import Gate


@dataclass(frozen=True)
class SiteWiring:
    """The other actors' side of a site."""

    workforce: Workforce
    buyer: Buyer
    orders: OrderBook
    purse: SitePurse
    meter: EnergyMeter
    process: InProcess
    gate: Gate


class SiteLimits:
    """Limits of a site's starts in a period, in GWh of good cells at mature yield.

    Parameters
    ----------
    wiring : SiteWiring
        The other actors' side.
    ramp : RampClass
        Drawn figures of the site's class.
    ctx : Context
        Surroundings of the replication.
    """

    def __init__(self, wiring: SiteWiring, ramp: RampClass, ctx: Context) -> None:
        self.wiring, self.ctx = wiring, ctx
        self._mature = 1.0 - ramp.scrap_mature
        self._liftable = bool(ctx.lifts)
        self._facts_until = -math.inf
        """Day until which output of a block was observed."""

    def note_facts(self, until_day: float) -> None:
        """Take note of a block whose output was observed until a day."""
        self._facts_until = max(self._facts_until, until_day)

    def before_cathode(
        self, running: Sequence[CellBlock], available: float, period: Period
    ) -> Limits:
        """Return what labour, demand and throttle allow; cathode is not known yet.

        Where output of a block is a fact nothing else limits the site.

        Parameters
        ----------
        running : sequence of CellBlock
            Blocks with released lines, which have looked ahead to the period.
        available : float
            What they could make together, above zero.
        period : Period
            The period to come.
        """
        known = period.start_day < self._facts_until
        if known and any(each.observes(period) for each in running):
            return (math.inf, math.inf, math.inf, _cap_by_fact(running, period))
        labour = math.inf
        if not (self._liftable and self.ctx.lifted("labour")):
            rated = sum([each.possible.rated for each in running])
            labour = rated * self.wiring.workforce.crew_share
        return (labour, math.inf, self._orders(running, available), self._own_cap(available))

    def with_cathode(self, limits: Limits) -> Limits:
        """Return the limits with what the cathode market gave."""
        labour, _, demand, throttle = limits
        if self._liftable and self.ctx.lifted("cathode"):
            return limits
        buyer = self.wiring.buyer
        started = buyer.limit_t / buyer.cam_t_per_gwh
        return (labour, started * self._mature, demand, throttle)

    def _orders(self, running: Sequence[CellBlock], available: float) -> float:
        """Return starts at mature yield whose good cells fill orders and free stock.

        Cells in process beyond what is ordered while they pass take up that room.
        """
        orders, process = self.wiring.orders, self.wiring.process
        if orders.limit_gwh == math.inf:
            return math.inf
        on_their_way = orders.gwh_per_year * process.production.detection / DAYS_PER_YEAR
        room = orders.limit_gwh - max(0.0, process.gwh - on_their_way)
        good = _good_per_start(running, available, self.wiring.workforce.scrap_penalty)
        return max(0.0, room) / good * self._mature

    def _own_cap(self, available: float) -> float:
        """Return the cap that the site sets itself while scrap is too dear."""
        purse = self.wiring.purse
        return available * purse.throttle_cap if purse.throttle_wanted else math.inf


def _good_per_start(running: Sequence[CellBlock], available: float, penalty: float) -> float:
    """Return the yield of a site now, blocks weighed by what they could make."""
    good = 0.0
    for each in running:
        scrap = each.block.scrap + penalty
        good += each.possible.available * (1.0 - scrap) if scrap < 1.0 else 0.0
    return max(good / available, 1e-6)


def _cap_by_fact(running: Sequence[CellBlock], period: Period) -> float:
    """Return the cap on starts that is a fact; infinite when there is none."""
    if not any(each.throttled_by_fact(period) for each in running):
        return math.inf
    return sum(
        each.observed_need(period) if each.throttled_by_fact(period) else each.possible.available
        for each in running
    )
