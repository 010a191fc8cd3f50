"""What a closed site would have made: the part of its plan that the closure is booked with.

Lines in service at the stop, and those of their blocks that were due later, go on along
their frozen curve at the mean of their stops, with the staffing and the orders of the last
quarter. What of the plan they would not have made either is booked where it would have
been lost; blocks that never opened are not built.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from bvsim.valley.cells.block import NO_LIMITS, SiteBlock
from bvsim.valley.cells.causes import DEMAND, LABOUR, LIMITS
from bvsim.valley.cells.expansion import MONTHS_PER_QUARTER
from bvsim.valley.cells.ledger import binding_limit
from bvsim.valley.cells.recent import Recent
from bvsim.valley.ground.calendar import MONTHS_PER_YEAR, Period
from bvsim.valley.ground.rows import vec
from bvsim.valley.ground.sums import exact
from bvsim.valley.projects.lines import NOTHING, Levels

_LABOUR: Final = LIMITS.index(LABOUR)
_DEMAND: Final = LIMITS.index(DEMAND)


class ForegoneBlock:
    """The lines of one block, as they would have gone on.

    Parameters
    ----------
    own : SiteBlock
        A block that closes now and has released lines.
    """

    def __init__(self, own: SiteBlock) -> None:
        block = own.block
        self.own, self.block = own, block
        self._released = block.released
        self._whole = max(0.0, block.nameplate * block.pipeline.size - own.storage_gwh)
        self.know_how, self.engineering_months = block.know_how, block.engineering_months
        self.levels = self._own_levels = Levels(0.0, 0.0, 0.0, 0.0)
        self.limits = NO_LIMITS[:]
        self.yield_over_mature = 1.0
        """In the period looked ahead to."""

    def look_ahead(self, period: Period, years: float) -> float:
        """Work out what it would have had; return the good cells it could have made."""
        if years <= 0.0:
            self.levels = NOTHING
            return 0.0
        block, day = self.block, period.start_day
        released = max(self._released, self._whole * block.line_curve.schedule.due(day))
        rated = released * years * block.rating
        ramped = rated * block.line_curve.rate(self.know_how, years, day)
        up = block.availability.usual * block.campaign
        self.levels = levels = self._own_levels
        levels.built, levels.rated, levels.ramped = released * years, rated, ramped
        levels.available = ramped * up
        scrap = block.scrap_curve.at(self.engineering_months)
        self.yield_over_mature = (1.0 - scrap) / (1.0 - self.own.mature)
        return levels.available * self.yield_over_mature

    def post(self, period: Period, years: float, staffing: float, sold: float) -> float:
        """Post a period and learn from it; return the good cells that would have been made.

        Parameters
        ----------
        period : Period
            The period.
        years : float
            Its scheduled time.
        staffing : float
            What people could have run, over what lines are rated for.
        sold : float
            The share of what it could have made for which there were orders.
        """
        levels, limits = self.levels, self.limits
        limits[_LABOUR] = levels.rated * staffing
        limits[_DEMAND] = levels.available * sold if sold < 1.0 else math.inf
        used = limits[binding_limit(limits)]
        used = used if used < levels.available else levels.available
        good = used * self.yield_over_mature
        self.own.post_closed(levels, limits, good, period)
        self.know_how += years * (used / levels.available if levels.available > 0.0 else 1.0)
        self.engineering_months += years * MONTHS_PER_YEAR
        return good


class Foregone:
    """What a site would have made, from the day of its stop.

    Parameters
    ----------
    scheduled_days_per_year : float
        Of the calendar.
    """

    def __init__(self, scheduled_days_per_year: float) -> None:
        self._days_per_year = scheduled_days_per_year
        self._staffing, self._orders = Recent(MONTHS_PER_QUARTER), Recent(MONTHS_PER_QUARTER)
        self._staffed = self._ordered = math.nan
        """The means of both, once the site has stopped."""
        self._running: list[ForegoneBlock] = []
        self._others: list[SiteBlock] = []

    def note_month(self, staffing: float, orders_gwh_per_year: float) -> None:
        """Take note of a month in which the site ran.

        Parameters
        ----------
        staffing : float
            What people can run, over what lines are rated for.
        orders_gwh_per_year : float
            Rate of orders; infinite while nothing asks for any.
        """
        self._staffing.note(staffing)
        self._orders.note(orders_gwh_per_year)

    def begin(self, blocks: Sequence[SiteBlock]) -> None:
        """Take note of the blocks as they stand when the site stops."""
        self._staffed, self._ordered = _mean(self._staffing, 1.0), _mean(self._orders, math.inf)
        self._running = [ForegoneBlock(each) for each in blocks if each.block.lines]
        self._others = [each for each in blocks if not each.block.lines]

    def post(self, periods: list[Period]) -> None:
        """Post periods in which the site is closed."""
        for each in self._others:
            each.post_idle(periods)
        if self._running:
            for period in periods:
                self._post(period)

    def _post(self, period: Period) -> None:
        years = period.scheduled_days / self._days_per_year
        could = exact(vec[float]([each.look_ahead(period, years) for each in self._running]))
        orders = self._ordered * years
        sold = orders / could if could > orders else 1.0
        for each in self._running:
            each.post(period, years, self._staffed, sold)


def _mean(months: Recent, without: float) -> float:
    return months.total() / months.count if months.count else without
