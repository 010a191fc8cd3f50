"""What a file says of battery materials: recipes of cells, by chemistry."""

from __future__ import annotations

from typing import Annotated, Literal

from bvsim.schema.part import part
from bvsim.schema.units import CamPerKwh, FigureIn, KgPerKg, KgPerKwh, Part, Share, TonnesPerGwh

SquareMetresPerKwh = Annotated[float, FigureIn("m2/kWh", 0, 1000)]
TonnesCo2PerTonne = Annotated[float, FigureIn("tCO2/t", 0, 1000)]
KgCo2PerKwh = Annotated[float, FigureIn("kgCO2/kWh", 0, 1e4)]

Family = Literal["nmc", "lfp", "sodium", "solid-state"]


@part
class Recipe:
    """What a kWh of good cells of one chemistry holds, and what its cathode is made of."""

    family: Family
    cam: CamPerKwh
    """Cathode active material (CAM) in the cell, net of trim and scrap."""
    precursor: KgPerKg
    """Ni-Co-Mn hydroxide (pCAM) in a kg of CAM; 0 where the cathode needs none."""
    lithium_hydroxide: KgPerKg
    """LiOH.H2O fed for a kg of CAM, its excess included."""
    lithium_carbonate: KgPerKg
    """For the record: Li2CO3 fed for a kg of CAM."""
    lithium: Share
    """Lithium in a kg of CAM."""
    nickel: Share
    cobalt: Share
    manganese: Share
    copper_foil: KgPerKwh
    aluminium_foil: KgPerKwh
    anode: KgPerKwh
    """Graphite, or hard carbon in sodium-ion cells."""
    electrolyte: KgPerKwh
    separator: SquareMetresPerKwh
    """For the record: separator in a cell."""
    cell_mass: TonnesPerGwh
    """Mass of finished cells."""


@part
class Aluminium:
    """Carbon behind a tonne of the metal that foil is rolled from."""

    local: TonnesCo2PerTonne
    """Metal of the nearest smelter."""
    world: TonnesCo2PerTonne
    """Metal of the world's average smelter."""
    foil_yield: Part
    """Foil in cells per foil bought: what slitting and notching leave."""


@part
class Materials:
    """Recipes by chemistry, and what they share."""

    recipes: dict[str, Recipe]
    in_cell: Part
    """Share of the CAM charged to a cell that electrode trim leaves in it (rejects apart)."""
    aluminium: Aluminium
    upstream_carbon: KgCo2PerKwh
    """For the record: carbon behind all materials of a kWh of NMC cells, made elsewhere.

    Footprints take `energy.processes.NAME.materials`, by kind of cell.
    """
