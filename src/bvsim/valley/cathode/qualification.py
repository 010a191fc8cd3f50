"""Approval of a new source of CAM by a cell maker, with its repeat loops."""

from __future__ import annotations

import math
from typing import Final

import simpy

from bvsim.schema.cathode import Contract, Qualification
from bvsim.valley.cathode.buyer import Buyer
from bvsim.valley.ground.calendar import DAYS_PER_MONTH
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.luck import lognormal
from bvsim.valley.projects.stages import Events

_MOST_LOOPS: Final = 20


class Pair:
    """One (source, cell maker) pair on its way to approval.

    Parameters
    ----------
    source, site : str
        Names of the two.
    spec : Qualification
        Drawn figures of the source's approvals.
    contract : Contract
        What the two have agreed on.
    first_product : simpy.Event
        Succeeds with the source's first product: the clock's start.
    ctx : Context
        Surroundings of the replication.

    Attributes
    ----------
    approved_day : float
        Day of approval, infinite before it.
    """

    def __init__(
        self,
        *,
        source: str,
        site: str,
        spec: Qualification,
        contract: Contract,
        first_product: simpy.Event,
        ctx: Context,
    ) -> None:
        self.source, self.site = source, site
        self.spec, self.contract, self.ctx = spec, contract, ctx
        self.of_need: float = contract.of_need
        """Largest share of the cell maker's need that is called from the source."""
        self.share: float = contract.share
        """Share of the source's output that the contract reserves."""
        self.buyer: Buyer | None = None
        """The cell maker's side of the market, where its cells can use the product."""
        self.first_product = first_product
        self.approved_day = math.inf
        self.rounds = 0
        self._luck = ctx.streams.stream(f"{source}.{site}", "qualification")

    def start(self) -> None:
        """Register the approval's process."""
        self.ctx.env.process(self.qualify())

    def qualify(self) -> Events:
        """Wait for first product, then for rounds of samples until one passes."""
        yield self.first_product
        if self.contract.approved is not None:
            yield self.ctx.env.timeout(max(0.0, self.contract.approved - self.ctx.clock.now))
        else:
            for days in self._rounds():
                self.rounds += 1
                yield self.ctx.env.timeout(days)
        self.approved_day = self.ctx.clock.now
        self.ctx.trace.log(
            day=self.ctx.clock.now,
            entity=self.source,
            event=f"approved by {self.site}",
            cause=f"rounds of samples: {self.rounds}",
            value=float(self.rounds),
            unit="rounds",
        )

    def _rounds(self) -> list[float]:
        """Draw the lengths in days of the rounds needed: a first one, then repeats."""
        first = lognormal(self._luck.uniform(), self.spec.duration, self.spec.spread)
        months = [first]
        while len(months) < _MOST_LOOPS and self._luck.happens(self.spec.repeat):
            months.append(self.spec.repeat_length)
        return [length * DAYS_PER_MONTH for length in months]
