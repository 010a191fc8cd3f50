"""The hazard that owners give a gigafactory up, beside its cash: by its class and age."""

from __future__ import annotations

import math
from typing import Final

from bvsim.schema.ramp import RampClass
from bvsim.valley.cells.block import SiteBlock
from bvsim.valley.ground.calendar import DAYS_PER_YEAR
from bvsim.valley.ground.context import Context

EARLY_DAYS: Final = 5.0 * DAYS_PER_YEAR
"""Closure probabilities are given for five years after SOP."""
_NEVER_CERTAIN: Final = 1.0 - 1e-9


class ClosureHazard:
    """Hazard borne month by month, until it exceeds what the site can bear.

    Parameters
    ----------
    ramp : RampClass
        Drawn figures of the site's class.
    patience : float
        Hazard that the site bears before it closes (a unit exponential).
    remains : float
        Part of the class's hazard that owners have left beside cash.
    ctx : Context
        Surroundings of the replication.
    """

    def __init__(self, ramp: RampClass, patience: float, remains: float, ctx: Context) -> None:
        self.patience, self.borne = patience, 0.0
        self._ctx = ctx
        probability = min(ramp.closure_probability, _NEVER_CERTAIN)
        self._early = -math.log1p(-probability) * DAYS_PER_YEAR / EARLY_DAYS * remains
        self._later = ramp.closure_hazard_later * remains

    def bears_no_more(self, blocks: tuple[SiteBlock, ...], day: float, days: float) -> bool:
        """Let the days up to a day pass; tell whether the site closes.

        There is no hazard before a line has been released, nor up to `as_of`, nor where
        closure is lifted.

        Parameters
        ----------
        blocks : tuple of SiteBlock
            The site's blocks.
        day, days : float
            The day, and how many have passed.
        """
        if day <= self._ctx.as_of_day or self._ctx.lifted("closure"):
            return False
        if not any(each.block.lines for each in blocks):
            return False
        first = math.inf
        for each in blocks:
            sop_day = each.block.pipeline.sop_day
            first = sop_day if sop_day < first else first
        early = day < first + EARLY_DAYS
        yearly = self._early if early else self._later
        self.borne += yearly * days / DAYS_PER_YEAR
        return self.borne >= self.patience
