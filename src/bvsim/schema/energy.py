"""Energy and carbon of making cells."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated

from bvsim.schema.part import part
from bvsim.schema.unit import Timed
from bvsim.schema.units import FigureIn, KwhPerKwh, Share

YearlyShare = Annotated[float, FigureIn("1/yr", 0, 1)]
KgCo2ePerKwh = Annotated[float, FigureIn("kgCO2e/kWh", 0, 1e4)]
TimedGramsPerKwh = Annotated[Timed, FigureIn("gCO2e/kWh", 0, 1e4, timed=True)]
GramsPerKwh = Annotated[float, FigureIn("gCO2e/kWh", 0, 1e4)]


@part
class CellProcess:
    """A kind of cell, as its factory sees it."""

    mature: KwhPerKwh
    """All energy per kWh of cells at nameplate, in the base year."""
    electricity: Share
    """Share of it that is electricity; the rest is gas."""
    materials: KgCo2ePerKwh
    """Footprint of materials per kWh of cells started."""


@part
class EnergySpec:
    """Energy of a site: part follows the cells started, part the nameplate."""

    base_year: int
    """Year of the mature figures."""
    improvement: YearlyShare
    """Relative fall of the specific energy a year."""
    fixed: Share
    """Share of the load at nameplate that does not follow output (dry rooms, air)."""
    grid: TimedGramsPerKwh
    """Footprint of electricity from the grid."""
    gas: GramsPerKwh
    """Footprint of heat from gas."""
    processes: dict[str, CellProcess]
    """Kinds of cells."""
    default_process: str
    """Kind of a site without an entry."""
    sites: dict[str, str] = field(default_factory=dict)
    """Kind of cells by site."""
