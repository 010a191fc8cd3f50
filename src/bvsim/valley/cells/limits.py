"""What people, cathode, orders and the plant itself allow a gigafactory to start."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, TypeAlias

from bvsim.schema.ramp import RampClass
from bvsim.valley.cells.block import NO_LIMITS, SiteBlock
from bvsim.valley.cells.cause import Prospect
from bvsim.valley.cells.causes import (
    CATHODE,
    DEMAND,
    LABOUR,
    LIMITS,
    THROTTLE,
    material,
    orders,
    own_cap,
    people,
)
from bvsim.valley.cells.partners import SiteWiring
from bvsim.valley.ground.calendar import Period
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.rows import i64, vec
from bvsim.valley.ground.sums import total

_LABOUR: Final = LIMITS.index(LABOUR)
_CATHODE: Final = LIMITS.index(CATHODE)
_DEMAND: Final = LIMITS.index(DEMAND)
_THROTTLE: Final = LIMITS.index(THROTTLE)
_CALLED_BY_NAME: Final = (_LABOUR, _CATHODE, _DEMAND, _THROTTLE)
"""Compiled, a function out of a list costs ten times as much."""
Allows: TypeAlias = list[tuple[int, Callable[[Prospect], float]]]
_OTHERS: Final[Allows] = [
    (i, each.allows) for i, each in enumerate(LIMITS) if i not in _CALLED_BY_NAME
]
"""What all other limits allow."""
_ON_REQUEST: Final[Allows] = [other for other in _OTHERS if LIMITS[other[0]].on_request]
_AT_ONCE: Final[Allows] = [other for other in _OTHERS if not LIMITS[other[0]].on_request]


class SiteLimits(Prospect):
    """Limits of a site's starts in a period, in GWh of good cells at mature yield.

    It is the `Prospect` that each of `causes.LIMITS` looks at; what they allow stands in
    their order.

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
        self.mature = 1.0 - ramp.scrap_mature
        self.rated = self.available = 0.0
        self.in_service = 1.0
        self.unapproved = self.unapproved_in_process = 0.0
        self._running: list[SiteBlock] = []
        self._per_start = -1.0
        """Yield of the site in the period, once it was asked for."""
        self._allowed = NO_LIMITS[:]
        self._row = vec[float]([0.0])
        """A number for each running block, to be added up."""
        self._liftable = bool(ctx.lifts)
        """Whether any of them ever is."""
        self._facts_until = -math.inf
        """Day until which output of a block was observed."""

    def note_facts(self, until_day: float) -> None:
        """Take note of a block whose output was observed until a day."""
        self._facts_until = max(self._facts_until, until_day)

    def before_request(
        self, running: list[SiteBlock], available: float, period: Period
    ) -> vec[float]:
        """Return what the limits allow; those known only on request allow everything yet.

        They hold until the next period is asked for. Where output of a block is a fact nothing
        else limits the site.

        Parameters
        ----------
        running : list of SiteBlock
            Blocks with released lines, which have looked ahead to the period.
        available : float
            What they could make together, above zero.
        period : Period
            The period to come.
        """
        self._per_start = -1.0
        allowed = self._allowed
        i: i64 = 0
        for no_limit in NO_LIMITS:
            allowed[i] = no_limit
            i += 1  # noqa: SIM113 (a position of the machine's)
        known = period.start_day < self._facts_until
        if known and any(each.observes(period) for each in running):
            allowed[_THROTTLE] = _cap_by_fact(running, period)
            return allowed
        self._running, self.available = running, available
        self._add_up(running, period.start_day)
        if not self._lifted(_LABOUR):
            allowed[_LABOUR] = people(self)
        if not self._lifted(_DEMAND):
            allowed[_DEMAND] = orders(self)
        allowed[_THROTTLE] = own_cap(self)
        self._look_at(_AT_ONCE, allowed)
        return allowed

    def _add_up(self, running: list[SiteBlock], day: float) -> None:
        """Add up what blocks could make, at their rating, with idle lines, unapproved."""
        idle, approved, row = False, True, self._row
        if len(row) != len(running):
            self._row = row = vec[float]([0.0] * len(running))
        i: i64 = 0
        for each in running:
            row[i] = each.possible.rated
            i += 1  # noqa: SIM113 (a position of the machine's)
            idle = idle or len(each.idle) > 0
            approved = approved and each.approved
        self.rated = total(row)
        self.in_service = _in_service(running, row) if idle else 1.0
        self.unapproved = self.unapproved_in_process = 0.0
        if not approved:
            self._wait_for_approval(running, day)

    def _wait_for_approval(self, running: list[SiteBlock], day: float) -> None:
        waiting = [each for each in running if not each.approved]
        self.unapproved = total(vec[float]([each.possible.available for each in waiting]))
        self.unapproved_in_process = total(
            vec[float]([each.unapproved_in_process(day) for each in waiting])
        )

    def after_request(self, allowed: vec[float]) -> None:
        """Set the limits that are known once the site has asked."""
        if not self._lifted(_CATHODE):
            allowed[_CATHODE] = material(self)
        self._look_at(_ON_REQUEST, allowed)

    def _look_at(self, which: Allows, allowed: vec[float]) -> None:
        """Look at some limits now; those that are lifted stay as they were."""
        for other in which:
            if not self._lifted(other[0]):
                allowed[other[0]] = other[1](self)

    def _lifted(self, limit: int) -> bool:
        return self._liftable and self.ctx.lifted(LIMITS[limit].lift)

    @property
    def yield_over_mature(self) -> float:
        """Yield of the site now over its mature yield."""
        return self.good_per_start() / self.mature if self.available > 0.0 else 1.0

    def good_per_start(self) -> float:
        """Return the yield of the site now, blocks weighed by what they could make."""
        if self._per_start < 0.0:
            self._per_start = self._yield()
        return self._per_start

    def _yield(self) -> float:
        good, penalty = 0.0, self.wiring.workforce.scrap_penalty
        for each in self._running:
            scrap = each.block.scrap + penalty
            good += each.possible.available * (1.0 - scrap) if scrap < 1.0 else 0.0
        share = good / self.available
        return share if share > 1e-6 else 1e-6


def _in_service(running: list[SiteBlock], row: vec[float]) -> float:
    """Return the share of what blocks could make that lines which do not stand idle make.

    A row with a number for each block is written over.
    """
    i: i64 = 0
    for each in running:
        row[i] = each.possible.available
        i += 1  # noqa: SIM113 (a position of the machine's)
    could, i = total(row), 0
    for each in running:
        lines = float(len(each.block.lines))
        row[i] = row[i] * float(len(each.idle)) / lines
        i += 1  # noqa: SIM113 (a position of the machine's)
    return 1.0 - total(row) / could


def _cap_by_fact(running: list[SiteBlock], period: Period) -> float:
    """Return the cap on starts that is a fact; infinite when there is none."""
    if not any(each.throttled_by_fact(period) for each in running):
        return math.inf
    return sum(
        each.observed_need(period) if each.throttled_by_fact(period) else each.possible.available
        for each in running
    )
