"""Reordering of an imported good: (s, S) on the inventory position, shipments on their way."""

from __future__ import annotations

import math
from math import expm1
from typing import Final, NamedTuple

from bvsim.schema.imports import ReorderPolicy
from bvsim.valley.cathode.imports import Lanes
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.mix import MixedStock

IMPORTED: Final = 0
"""Position of imports among the sources of every mixed stock."""

WRITTEN_OFF: Final = 0
RESOLD: Final = 1
USED: Final = 2
"""Outlets of a restocked stock."""

_TINY_T: Final = 1e-9


class Forecast:
    """Expected use per day: Holt's linear smoothing on working days.

    The first use is taken as the level; before it nothing is expected.

    Parameters
    ----------
    memory : float
        Days over which use is averaged.
    """

    def __init__(self, memory: float) -> None:
        self.memory = memory
        self.level = 0.0
        self._trend = 0.0
        self._known = False
        self._days = self._weight = 0.0

    def learn(self, tonnes: float, days: float) -> None:
        """Take in the use of some working days."""
        if days <= 0.0:
            return
        if not self._known:
            self._known, self.level = tonnes > 0.0, tonnes / days
            return
        if days != self._days:  # spans between two revisions are mostly as long
            self._days = days
            self._weight = -expm1(-days / self.memory) if self.memory > 0.0 else 1.0
        weight, before, trend = self._weight, self.level, self._trend
        drifted = before + trend * days
        level = drifted + weight * (tonnes / days - drifted)
        self.level = level = level if level > 0.0 else 0.0
        self._trend = trend + weight * ((level - before) / days - trend)

    def ahead(self, days: float) -> float:
        """Return the use per day expected in some days, at most twice and at least half of now."""
        rate, level = self.level + self._trend * days, self.level
        rate = 0.5 * level if 0.5 * level > rate else rate
        return 2.0 * level if 2.0 * level < rate else rate


class Sourcing(NamedTuple):
    """What a plant buys from overseas, and how.

    Parameters
    ----------
    entity : str
        The buyer.
    goods : {"cam", "pcam"}
        What is bought, as export controls name it.
    chemistry : str
        Chemistry of the good.
    policy : ReorderPolicy
        Drawn figures of the reorder policy.
    lanes : Lanes
        Routes, lead times, licences.
    ctx : Context
        Surroundings of the replication.
    """

    entity: str
    goods: str
    chemistry: str
    policy: ReorderPolicy
    lanes: Lanes
    ctx: Context


class Restocking:
    """One buyer's imports of one good.

    Parameters
    ----------
    sourcing : Sourcing
        Who buys what, and how.
    stock : MixedStock
        Where shipments go.

    Attributes
    ----------
    on_order : float
        Tonnes on their way.
    received, refused, resold : float
        Tonnes that arrived; of these, refused by incoming inspection, and sold on
        because the buyer had closed.
    flown : float
        Tonnes that came by air.
    reorder_point, import_rate : float
        s, and the use per day that imports must cover: set by `plan`.
    """

    def __init__(self, sourcing: Sourcing, stock: MixedStock) -> None:
        self.entity, self.goods, self.chemistry, policy, self.lanes, self.ctx = sourcing
        self.stock = stock
        self._lot: float = policy.lot
        self._safety_stock: float = policy.safety_stock
        self._order_cover: float = policy.order_cover
        self._shelf_life: float = policy.shelf_life
        self._moisture_reject: float = policy.moisture_reject
        self._emergency_cover: float = policy.emergency_cover
        self._emergency_share: float = policy.emergency_share
        self.on_order = 0.0
        self.received = self.refused = self.resold = self.flown = 0.0
        self.reorder_point = self.import_rate = self.rate = 0.0
        self.closed = False
        self._air_allowance = 0.0
        self._due: list[float] = []
        self._luck = self.ctx.streams.stream(self.entity, f"{self.goods}.shipments")

    @property
    def position(self) -> float:
        """Inventory position: on hand + on order."""
        return self.stock.total + self.on_order

    # -- decisions -----------------------------------------------------------------

    def plan(self, rate: float, import_rate: float, lead: float) -> None:
        """Set s: imports over the lead time, and the safety stock.

        Parameters
        ----------
        rate, import_rate : float
            Expected use per day, and the part of it that imports must cover.
        lead : float
            Lead time that the buyer counts on, in days.
        """
        self.rate, self.import_rate = rate, import_rate
        self.reorder_point = import_rate * lead + rate * self._safety_stock

    def review(self) -> None:
        """Order up to S, one order above s, when the position is at or below s."""
        missing = self.reorder_point - (self.stock.total + self.on_order)
        if missing < -_TINY_T:
            return
        wanted = missing + self.import_rate * self._order_cover
        lots = math.ceil(wanted / self._lot - _TINY_T)
        if lots > 0:
            self.order(lots * self._lot)

    def order(self, tonnes: float) -> None:
        """Order tonnes by the usual routes, unless nothing may leave now."""
        day = self.ctx.clock.now
        lanes = self.lanes
        if lanes.halt(self.goods, self.chemistry, day) is not None:
            return
        wait = lanes.to_ship_days
        licences = lanes.licence(self.goods, day + wait)
        if licences is not None:
            wait += licences.days
            if self._luck.happens(licences.denial):
                self._wait_in_vain(tonnes, wait, "licence refused")
                return
        leaves = day + wait
        halt = lanes.halt(self.goods, self.chemistry, leaves)
        if halt is None:
            self._send(tonnes, lanes.lead_time(wait, leaves, self._luck))
        elif halt.end == math.inf:
            self._wait_in_vain(tonnes, max(0.0, halt.start - day), "halted")
        else:
            held = halt.end - leaves
            lead = lanes.lead_time(wait, halt.end, self._luck)
            self._send(tonnes, held + lead, "held back by a halt")

    def allow_air(self, used: float) -> None:
        """Let emergency orders grow with use: they may be a small share of it."""
        self._air_allowance += self._emergency_share * used

    def fly_in(self) -> None:
        """Order by air when stock runs out before the next arrival, within the allowance."""
        lot = self._lot
        if self._air_allowance < lot or self.closed:
            return
        now = self.ctx.clock.now
        lead = self.lanes.emergency_lead_days
        if lead == math.inf or self._next_due() <= now + lead:
            return
        if self.lanes.halt(self.goods, self.chemistry, now) is not None:
            return
        if self.lanes.licence(self.goods, now) is not None:
            return
        wanted = math.ceil(self.rate * self._emergency_cover / lot)
        lots = min(wanted, math.floor(self._air_allowance / lot))
        if lots > 0:
            tonnes = lots * lot
            self._air_allowance -= tonnes
            self.flown += tonnes
            self._send(tonnes, lead, "flown in")

    def open(self, lead: float) -> None:
        """Begin in the middle of a cycle: stock and shipments as the policy keeps them."""
        cover = self._order_cover
        self._take_in(self.rate * self._safety_stock + self.import_rate * cover / 2)
        lot = self.import_rate * cover
        arrival = cover / 2
        while arrival < lead and lot > 0.0:
            self._send(lot, arrival, "ordered before")
            arrival += cover

    def write_off(self, day: float) -> float:
        """Remove what is beyond its shelf life on a day; return the tonnes."""
        old = self.stock.older_than(day - self._shelf_life)
        return self.stock.take(old, WRITTEN_OFF) if old > 0.0 else 0.0

    # -- shipments -----------------------------------------------------------------

    def _send(self, tonnes: float, days: float, event: str = "ordered") -> None:
        """Send a shipment that arrives after some days."""
        self._register(tonnes, event)
        clock = self.ctx.clock
        due, day = self._due, clock.now + days
        at = len(due)
        while at > 0 and due[at - 1] > day:
            at -= 1
        due.insert(at, day)
        clock.after(days, Shipment(self, tonnes).arrive)

    def _next_due(self) -> float:
        """Return the day of the next arrival; infinite when nothing is under way."""
        return self._due[0] if self._due else math.inf

    def receive(self, tonnes: float) -> None:
        """Take in a shipment."""
        self.on_order -= tonnes
        self._due.pop(0)
        self._take_in(tonnes)
        if self.ctx.trace.keep:
            self._log(f"{self.goods} arrives", "shipment", tonnes)

    def _wait_in_vain(self, tonnes: float, days: float, event: str) -> None:
        """Register an order that will never come, which is known after some days."""
        self._register(tonnes, event)
        self.ctx.clock.after(days, Shipment(self, tonnes).get_lost)

    def strike(self, tonnes: float) -> None:
        """Count no longer on an order that never comes."""
        self.on_order -= tonnes
        if self.ctx.trace.keep:
            self._log(f"{self.goods} order lost", "licence refused or halt", tonnes)

    def _register(self, tonnes: float, event: str) -> None:
        self.on_order += tonnes
        if self.ctx.trace.keep:
            self._log(f"{self.goods} {event}", "reorder policy", tonnes)

    def _take_in(self, tonnes: float) -> None:
        """Book tonnes that arrived: refused, sold on, put in stock."""
        self.received += tonnes
        refused = tonnes * self._moisture_reject
        self.refused += refused
        tonnes -= refused
        if self.closed:
            self.resold += tonnes
            return
        self.stock.put_plain(IMPORTED, tonnes, self.ctx.clock.now)

    def _log(self, event: str, cause: str, tonnes: float) -> None:
        self.ctx.trace.log(
            day=self.ctx.clock.now,
            entity=self.entity,
            event=event,
            cause=cause,
            value=tonnes,
            unit="t",
        )


class Shipment:
    """What is under way to one buyer.

    Parameters
    ----------
    to : Restocking
        The buyer's imports.
    tonnes : float
        How much.
    """

    __slots__ = ("_to", "_tonnes")

    def __init__(self, to: Restocking, tonnes: float) -> None:
        self._to, self._tonnes = to, tonnes

    def arrive(self) -> None:
        """Arrive at the buyer's."""
        self._to.receive(self._tonnes)

    def get_lost(self) -> None:
        """Turn out never to come."""
        self._to.strike(self._tonnes)
