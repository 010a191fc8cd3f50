"""What becomes of a gigafactory that stops: how it comes back, if it does."""

from __future__ import annotations

from typing import Annotated, Literal

from bvsim.schema.part import part
from bvsim.schema.ramp import RampClass
from bvsim.schema.units import FigureIn, Months, Share

MillionEurPerGwh = Annotated[float, FigureIn("EUR million/(GWh/yr)", 0)]

Then = Literal["winding-up", "refinance", "sale"]


@part
class Comeback:
    """One way in which a stopped plant comes back."""

    odds: Share
    """Share of the plants that stop which go this way; the rest are wound up."""
    dark: Months
    """Time from the stop to the restart."""
    capacity: Share
    """Nameplate in service that runs again."""
    people: Share
    """Staff that is kept until the restart."""
    experience: Share
    """Experience that the plant has left at the restart."""
    customers: Share
    """Probability that its customers come back with it."""
    money: MillionEurPerGwh
    """New money per nameplate that runs again."""


@part
class BuyerKind:
    """A kind of buyer."""

    odds: Share
    """Share of sales to this kind; they are scaled to one."""
    ramp: RampClass
    """The class that the plant belongs to from then on."""


@part
class FatesSpec:
    """What becomes of plants that stop."""

    refinanced: Comeback
    """The same plant goes on with new money, in its own class."""
    sold: Comeback
    """Somebody else buys it; customers approve its cells anew."""
    buyers: dict[str, BuyerKind]
    """Who buys."""
