"""One plant's supply of one material: its stock, local deliveries, and imports behind them."""

from __future__ import annotations

import math

from bvsim.spec.imports import ReorderPolicy
from bvsim.valley.calendar import Period
from bvsim.valley.context import Context
from bvsim.valley.imports import Lanes
from bvsim.valley.mix import MixedStock
from bvsim.valley.restocking import IMPORTED, Forecast, Restocking

_TINY_T = 1e-9
_ROUNDING = 1e-9


class Feed:
    """A stock fed from the valley and from overseas, and who decides to reorder.

    Parameters
    ----------
    entity : str
        The plant that uses the material.
    goods : {"cam", "pcam"}
        The material, as export controls name it.
    chemistry : str
        Its chemistry.
    sources, contents : int
        Sources of the material (imports first), and contents that travel along.
    policy : ReorderPolicy
        Drawn figures of the reorder policy.
    lanes : Lanes
        Routes, lead times, licences.
    ctx : Context
        Surroundings of the replication.

    Attributes
    ----------
    delivered, written_off, resold : list of float
        Tonnes by source (contents after them) that came from the valley, passed
        their shelf life, or were sold outside when the plant closed.
    at_will : float
        Tonnes of imports that were imposed: what observed or unlimited use needed.
    """

    def __init__(
        self,
        *,
        entity: str,
        goods: str,
        chemistry: str,
        sources: int,
        contents: int,
        policy: ReorderPolicy,
        lanes: Lanes,
        ctx: Context,
    ) -> None:
        self.entity, self.goods, self.chemistry = entity, goods, chemistry
        self.policy, self.lanes, self.ctx = policy, lanes, ctx
        self.stock = MixedStock(sources, contents)
        self.restocking = Restocking(
            entity=entity,
            goods=goods,
            chemistry=chemistry,
            policy=policy,
            lanes=lanes,
            ctx=ctx,
            stock=self.stock,
        )
        self.forecast = Forecast(policy.memory)
        self._possible = Forecast(policy.memory)
        self.requested = 0.0
        self.outlook = 0.0
        self.limited = True
        self.rate = 0.0
        self.local_rate = Forecast(policy.memory)
        self.at_will = 0.0
        self.delivered, self.written_off, self.resold = self._zeros(), self._zeros(), self._zeros()
        self._arrived_locally = 0.0
        self._used = 0.0
        self._opened = False
        self._used_before = False

    def _zeros(self) -> list[float]:
        return [0.0] * len(self.stock.parts)

    # -- a period ------------------------------------------------------------------

    def look_ahead(self, period: Period, lead: float) -> None:
        """Revise the forecast from what is requested, and open the stock at first use."""
        day = self.ctx.env.now
        observed = day < self.ctx.as_of_day
        self.limited = not (observed or self.ctx.lifted("cathode"))
        self.forecast.learn(self.requested, period.scheduled_days)
        self._possible.learn(self.outlook, period.scheduled_days)
        self.rate = max(self.forecast.ahead(lead), self.outlook * self._load())
        self.local_rate.learn(self._arrived_locally, period.days)
        self._arrived_locally = 0.0
        if observed:
            self._used_before = self._used_before or self.requested > 0.0
        elif not self._opened and self.requested > 0.0:
            self._open(period, lead)

    def _load(self) -> float:
        """Return the share of what was possible that was asked for of late, at most one."""
        possible = self._possible.level
        return min(1.0, self.forecast.level / possible) if possible > 0.0 else 1.0

    def _open(self, period: Period, lead: float) -> None:
        """Begin with the policy's stock; a new plant ordered it a lead time ago, if it could."""
        self._opened = True
        if self.restocking.position > _TINY_T:
            return
        if period.scheduled_days > 0.0:
            self.rate = max(self.rate, self.requested / period.scheduled_days)
        ordered = max(self.ctx.as_of_day, self.ctx.env.now - lead)
        stopped = self.lanes.halt(self.goods, self.chemistry, ordered) is not None
        if self._used_before or not stopped:
            self.restocking.open(self.rate, self.import_rate, lead)

    @property
    def import_rate(self) -> float:
        """Use per day that local deliveries leave to imports."""
        return max(0.0, self.rate - self.local_rate.level)

    def local_need(self, share: float) -> float:
        """Return tonnes wanted from the valley: a share of use, more when stock is short."""
        wanted = self.requested * share
        target = self.rate * self.policy.safety_stock
        gap = self.requested + target - self.stock.total - wanted
        return wanted + min(max(gap, 0.0), self.requested)

    def deliver(self, parts: list[float]) -> None:
        """Take in a delivery from the valley."""
        self.delivered = [a + b for a, b in zip(self.delivered, parts, strict=True)]
        self.stock.put(parts, self.ctx.env.now)
        self._arrived_locally += sum(parts[: self.stock.sources])

    def restock(self, lead: float) -> None:
        """Write off what is too old, and order what the policy asks for."""
        if self.restocking.closed or (not self._opened and self.outlook <= 0.0):
            return
        self._drop_old()
        self.restocking.review(self.rate, self.import_rate, lead)
        if self.lanes.spec.emergency is not None:
            self.restocking.fly_in(self.rate, self._used)
        self._used = 0.0

    def _drop_old(self) -> None:
        if self.stock.total > 0.0:
            old = self.restocking.write_off()
            self.written_off = [a + b for a, b in zip(self.written_off, old, strict=True)]

    @property
    def limit_t(self) -> float:
        """Tonnes that may be used in the period."""
        return self.stock.total if self.limited else math.inf

    def take(self, tonnes: float) -> list[float]:
        """Use tonnes and return them by source; imposed use beyond the stock is imported.

        Raises
        ------
        ValueError
            When more is used than there is, in a period that is limited.
        """
        missing = tonnes - self.stock.total
        if missing > _ROUNDING * max(1.0, tonnes):
            if self.limited:
                raise ValueError(f"{self.entity} uses {missing} t more {self.goods} than it has")
            self.at_will += missing
            parts = self._zeros()
            parts[IMPORTED] = missing
            self.stock.put(parts, self.ctx.env.now)
        self._used += tonnes
        return self.stock.take(tonnes)

    def close(self) -> None:
        """Sell the stock outside the valley, and whatever still arrives."""
        self.restocking.closed = True
        self.resold = [
            a + b for a, b in zip(self.resold, self.stock.take(self.stock.total), strict=True)
        ]

    # -- at the end ----------------------------------------------------------------

    def inflow(self, source: int) -> float:
        """Return the tonnes that came from a source."""
        inflow = self.delivered[source]
        return inflow + self.restocking.received + self.at_will if source == IMPORTED else inflow

    def lost(self, source: int) -> float:
        """Return the tonnes of a source refused, written off, or sold outside."""
        lost = self.written_off[source] + self.resold[source]
        restocking = self.restocking
        return (
            lost + restocking.refused + restocking.resold + restocking.paid
            if source == IMPORTED
            else lost
        )

    def days_of_cover(self) -> float:
        """Return days of use on hand; infinite without use."""
        return self.stock.total / self.rate if self.rate > 0.0 else math.inf
