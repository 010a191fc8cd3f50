"""Mean availability of a block's lines, and the rating that it leaves of the mature share.

A class's mature share of nameplate was seen of plants, their stops in it; nobody publishes the
stops. Where those drawn would leave less than the mature share even of lines at full nameplate,
repairs are as much shorter than drawn.
"""

from __future__ import annotations

from math import exp, log
from typing import Final

from bvsim.schema.ramp import RampClass

HOURS_PER_DAY: Final = 24.0


class Availability:
    """Availability of a block in the mean.

    Parameters
    ----------
    ramp : RampClass
        Figures as a scenario sets them.
    before : RampClass
        Figures before any setting.
    scheduled_days_per_year : float
        Days on which lines are scheduled.

    Attributes
    ----------
    repair_pace : float
        Factor on the time to repair: below 1 where the mature share needs it.
    usual : float
        Mean availability before any setting.
    rating : float
        Share of nameplate at which mature lines run while they run, at most 1: what the stops
        before any setting leave of the mature share. Stops that a scenario adds cost output.
    """

    __slots__ = ("_after_major_stops", "_mtbf", "_mttr", "rating", "repair_pace", "usual")

    def __init__(self, ramp: RampClass, before: RampClass, scheduled_days_per_year: float) -> None:
        self._mtbf, self._mttr = float(ramp.mtbf), float(ramp.mttr)
        self._after_major_stops = _after_major_stops(ramp, scheduled_days_per_year)
        self.repair_pace = repair_pace(before, scheduled_days_per_year)
        self.usual = mean_uptime(before, scheduled_days_per_year, self.repair_pace)
        self.rating = min(1.0, ramp.mature / self.usual) if self.usual > 0.0 else 0.0

    @property
    def mttr_days(self) -> float:
        """Mean time to repair of a line, with all technicians present."""
        return self._mttr * self.repair_pace / HOURS_PER_DAY

    def mean(self, repair_factor: float = 1.0) -> float:
        """Return the mean availability where repairs take longer by a factor."""
        repair_factor = self.repair_pace * repair_factor
        return _repaired(self._mtbf, self._mttr, repair_factor) * self._after_major_stops


def repair_pace(ramp: RampClass, scheduled_days_per_year: float) -> float:
    """Return the factor on repairs, at most 1, with which lines are up for the mature share."""
    if ramp.mature <= 0.0 or ramp.mttr <= 0.0:
        return 1.0
    left = _after_major_stops(ramp, scheduled_days_per_year)
    allowed_days = max(0.0, ramp.mtbf * (left / ramp.mature - 1.0))
    return min(1.0, allowed_days * HOURS_PER_DAY / ramp.mttr)


def mean_uptime(
    ramp: RampClass, scheduled_days_per_year: float, repair_factor: float = 1.0
) -> float:
    """Return the mean availability that stops of lines and major stops leave.

    Repairs take mttr out of mtbf + mttr; major stops have lognormal lengths.
    """
    repaired = _repaired(ramp.mtbf, ramp.mttr, repair_factor)
    return repaired * _after_major_stops(ramp, scheduled_days_per_year)


def _repaired(mtbf_days: float, mttr_hours: float, repair_factor: float) -> float:
    repair_days = mttr_hours * repair_factor / HOURS_PER_DAY
    return mtbf_days / (mtbf_days + repair_days) if mtbf_days > 0.0 else 0.0


def _after_major_stops(ramp: RampClass, scheduled_days_per_year: float) -> float:
    """Return the share of scheduled time that major stops leave in the mean."""
    spread = log(ramp.major_stop_gsd) if ramp.major_stop_gsd > 1.0 else 0.0
    lost_days = ramp.major_stops * ramp.major_stop * exp(spread * spread / 2.0)
    return 1.0 - min(1.0, lost_days / scheduled_days_per_year)
