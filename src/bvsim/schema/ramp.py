"""What a file says of how plants of a class learn to make cells (or cathode material)."""

from __future__ import annotations

from typing import Annotated, Literal

from bvsim.schema.part import part
from bvsim.schema.units import Days, FigureIn, Hours, Months, PerMonth, PerYear, Share

GeometricSd = Annotated[float, FigureIn("1", 1)]

RampFamily = Literal["logistic", "gompertz", "lagged-exponential", "wright"]


@part
class RampClass:
    """Rate, yield and stops of a class of plants."""

    family: RampFamily = "logistic"
    """The shape of the rate's learning curve."""
    t50: Months
    """Scheduled time from release to half of a line's mature rate, when unconstrained."""
    k: PerMonth
    """Steepness of the rate's curve at its middle."""
    rating: Share
    """Share of nameplate that mature lines reach in the long run, stops apart."""
    scrap_start: Share
    """Scrap at SOP, as a share of cells started."""
    scrap_mature: Share
    """Scrap in the long run."""
    scrap_time: Months
    """Engineering time in which scrap above the mature level falls by a factor e."""
    transfer: Share
    """Share of experience that a later line or block begins with."""
    stall_probability: Share
    """Probability that a block stalls: no progress while equipment is rebuilt."""
    stall_within: Months
    """A stall begins at a random time within this span after SOP."""
    stall_length: Months
    """How long a stall lasts."""
    stall_capacity: Share
    """Share of the rate that rebuilding takes away during a stall."""
    product_change_interval: Months
    """Mean time between product or process changes."""
    relapse: Share
    """Share of engineering experience that a product change undoes."""
    mtbf: Days
    """Mean working time of a line between unplanned stops."""
    mttr: Hours
    """Mean time to repair, with all technicians present."""
    major_stops: PerYear
    """Rate of major stops of a block (fire, dry room, utilities)."""
    major_stop: Days
    """Median length of a major stop."""
    major_stop_gsd: GeometricSd
    """Spread of the length of major stops (geometric standard deviation)."""
    closure_probability: Share
    """Probability that a site is closed within five years of its SOP."""
    closure_hazard_later: PerYear
    """Rate of closures after these five years, at the reference runway."""
