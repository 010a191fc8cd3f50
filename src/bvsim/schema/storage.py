"""Stationary storage: a customer for lines that cars leave idle, and what converting them takes."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from bvsim.schema.demand import Logit
from bvsim.schema.fates import MillionEurPerGwh
from bvsim.schema.part import part
from bvsim.schema.units import (
    GwhPerYear,
    LookMonths,
    Months,
    Part,
    Share,
    TimedFactor,
    Years,
)


@part
class StorageDemand:
    """Cells for stationary storage in the export market, and what makers there win of them."""

    path: dict[str, GwhPerYear]
    """GWh installed a year on the central path, by calendar year (mid-year values)."""
    level: TimedFactor
    """Multiplies the path."""
    contestable: Share
    """Share of it that asks for cells made there, or pays for them."""
    rivals: GwhPerYear
    """Capacity that other makers there offer for that share."""
    preference: Logit
    """Log odds that buyers grant a site against one of them."""
    award: Months
    """Time constant from a bid to deliveries."""

    @model_validator(mode="after")
    def _has_years(self) -> Self:
        if not self.path:
            raise ValueError("path: at least one year is needed")
        return self


@part
class Conversion:
    """What it takes to give a line to storage, and how it starts again."""

    rebuild: Months
    """Standstill of the line."""
    cost: MillionEurPerGwh
    """Spent on the day of the decision, per nameplate of the line."""
    energy: Part
    """Energy of the line's cells in the new chemistry, over that of the old one."""
    rate_at_start: Share
    """Rate right after the rebuild, as a share of what the line is rated for."""
    rate_time: Months
    """Time constant with which the rest of the rate is learnt."""
    scrap_at_start: Share
    """Scrap right after the rebuild; it falls to that of the site's class in the long run."""
    scrap_time: Months
    """Time constant of that fall."""


@part
class ReviewRule:
    """When a site gives up on car orders for some of its lines."""

    every: LookMonths
    """Time between two reviews."""
    memory: LookMonths
    """Time over which orders and what lines could make are compared."""
    short_below: Share
    """Orders over what lines could make, below which there are lines too many."""
    cover: Share
    """Storage orders expected, over what converted lines could make, that a conversion needs."""
    payback: Years
    """Time in which a converted line's margin pays its conversion, at most."""
    gives_up_after: Years
    """Time after which an idle line is given up."""


@part
class StorageSpec:
    """Lines given to stationary storage."""

    chemistry: str
    """Recipe of the cells."""
    cells: str
    """Class of their price and costs (`money.classes`)."""
    sites: tuple[str, ...]
    """Sites whose lines can be converted."""
    demand: StorageDemand
    """The customer."""
    conversion: Conversion
    """The conversion of a line."""
    review: ReviewRule
    """The decision."""
