"""What a file says of how plants of a class learn to make cells (or cathode material)."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from bvsim.schema.part import part
from bvsim.schema.units import (
    FigureIn,
    KeptDays,
    KeptFactor,
    KeptHours,
    KeptInterval,
    KeptMonths,
    KeptMtbf,
    KeptPerYear,
    KeptShare,
    KeptSpan,
    Months,
    PerYear,
    Rest,
    Share,
)

GeometricSd = Annotated[float, FigureIn("1", 1, 20, kept=True)]

_SHORTEST_MONTHS: Final = 1e-3

RampFamily = Literal["logistic", "gompertz", "lagged-exponential", "wright"]


@part
class RampClass:
    """Ramp-up, yield and stops of a class of plants: figures of whole plants, as they are seen."""

    family: RampFamily = "logistic"
    """The shape of the ramp-up curve."""
    t50: KeptMonths
    """Scheduled time from SOP to half of a plant's mature output, when nothing outside binds."""
    steepness: KeptFactor
    """Growth rate k of the odds of the plant's share, times t50: 4 to 5 for most plants."""
    mature: KeptShare
    """Share of nameplate that a mature plant makes in the long run, stops and all."""
    scrap_start: KeptShare
    """Scrap at SOP, as a share of cells started."""
    scrap_knee: Rest
    """Scrap below which it falls slowly; from a yield of about 90% on it is hard work."""
    scrap_mature: Rest
    """Scrap in the long run."""
    scrap_time: KeptSpan
    """Engineering time in which scrap above the knee falls by a factor e."""
    scrap_slow_time: KeptSpan
    """Engineering time in which scrap between knee and mature level falls by a factor e."""
    transfer: Share
    """Share of experience that a later block begins with."""
    stall_probability: Share
    """Probability that a block stalls: no progress while equipment is rebuilt."""
    stall_within: Months
    """A stall begins at a random time within this span after SOP."""
    stall_length: Months
    """How long a stall lasts."""
    stall_capacity: Share
    """Share of the rate that rebuilding takes away during a stall."""
    product_change_interval: KeptInterval
    """Mean time between product or process changes."""
    relapse: KeptShare
    """Share of engineering experience that a product change undoes."""
    mtbf: KeptMtbf
    """Mean working time of a line between unplanned stops."""
    mttr: KeptHours
    """Mean time to repair, with all technicians present."""
    major_stops: KeptPerYear
    """Rate of major stops of a block (fire, dry room, utilities)."""
    major_stop: KeptDays
    """Median length of a major stop."""
    major_stop_gsd: GeometricSd
    """Spread of the length of major stops (geometric standard deviation)."""
    closure_probability: Share
    """Probability that a site is closed within five years of its SOP."""
    closure_hazard_later: PerYear
    """Rate of closures after these five years."""

    @property
    def k(self) -> float:
        """Growth rate of the odds of the plant's share, a month."""
        return self.steepness / max(self.t50, _SHORTEST_MONTHS)
