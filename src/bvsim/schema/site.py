"""What a file says of a gigafactory: blocks, lines, class, people, what was observed."""

from __future__ import annotations

from dataclasses import field
from datetime import date
from typing import Annotated, Literal

from bvsim.schema.fates import Then
from bvsim.schema.labour import Staffing
from bvsim.schema.part import part
from bvsim.schema.ramp import RampClass
from bvsim.schema.stages import Project
from bvsim.schema.units import (
    FigureIn,
    Gwh,
    GwhPerYear,
    Heads,
    KeptLines,
    Loss,
    Months,
    OnDate,
    TimedKeptMonths,
)

MegaWatt = Annotated[float, FigureIn("MW", 0, 1e5)]


@part
class OutputWindow:
    """Good cells observed over a span of days, with the error of that knowledge."""

    first: date
    last: date
    known_from: date
    good: Gwh
    """Good cells made in the window."""
    throttled: bool = False
    """True where it is a fact that the plant itself capped its starts."""
    fitted: date | None = None
    """The vintage whose ramp figures of this site were fitted to it: from then on it is in the
    plant's curve, and moves its state no more."""


@part
class ScrapReading:
    """Scrap observed on a day, as a share of cells started."""

    on: date
    known_from: date
    scrap: Loss
    fitted: date | None = None
    """The vintage whose ramp figures of this site were fitted to it."""


@part
class HeadsReading:
    """Own staff observed on a day."""

    on: date
    known_from: date
    heads: Heads


@part
class CellBlock:
    """One block of a gigafactory: lines released one after another."""

    nameplate: GwhPerYear
    lines: KeptLines
    line_interval: TimedKeptMonths
    """Time between the releases of two lines; sooner where the class's curve needs it."""
    first_sales: Months
    """Time from first cells (SOP) to approval by customers: until then none is delivered."""
    project: Project
    closes: OnDate | None = None
    """A day given by a scenario from which the block is out of service for good, built or not."""
    output: dict[str, OutputWindow] = field(default_factory=dict)
    scrap: dict[str, ScrapReading] = field(default_factory=dict)


@part
class LeadAcid:
    """A lead-acid plant, for the record."""

    capacity: GwhPerYear
    heads: Heads


@part
class Site:
    """A gigafactory."""

    title: str
    kind: Literal["cells", "lead-acid"] = "cells"
    """What stands behind the name; only cell plants count in output and plan."""
    basin: str
    chemistry: str
    ramp: RampClass
    staffing: Staffing
    blocks: dict[str, CellBlock] = field(default_factory=dict)
    heads: dict[str, HeadsReading] = field(default_factory=dict)
    grid_connection: MegaWatt
    """Power that the site may draw from the grid."""
    closes: OnDate | None = None
    """A stop given by a scenario."""
    then: Then = "winding-up"
    """What becomes of a site that stops on a date given by a scenario."""
    lead_acid: LeadAcid | None = None
    caveat: str = ""
    """What a reader must know before using the site's figures."""
