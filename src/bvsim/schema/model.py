"""The whole model: one field per section of a model folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from bvsim.schema.cathode import CathodeSource
from bvsim.schema.demand import DemandSpec
from bvsim.schema.energy import EnergySpec
from bvsim.schema.fates import FatesSpec
from bvsim.schema.fleet import FleetSpec, fill_history
from bvsim.schema.imports import Imports
from bvsim.schema.labour import Labour, Staffing
from bvsim.schema.materials import Materials
from bvsim.schema.money import MoneySpec
from bvsim.schema.part import part
from bvsim.schema.place import PlaceSpec
from bvsim.schema.plan import Plan
from bvsim.schema.production import Production
from bvsim.schema.ramp import RampClass
from bvsim.schema.recycling import RecyclerSpec, RecyclingSpec
from bvsim.schema.references import VALLEY
from bvsim.schema.site import Site
from bvsim.schema.sources import Source
from bvsim.schema.stages import Shock, Stages, Stops
from bvsim.schema.storage import StorageSpec
from bvsim.schema.template import Template
from bvsim.schema.units import PlanningDays, Share, WorkedDays


@part
class CalendarSpec:
    """Planning periods and planned shutdowns."""

    review: PlanningDays
    """Length of a planning period; periods are split at month ends."""
    scheduled: WorkedDays
    """Working days a year, the same for plan and simulation."""
    august_share: Share
    """Share of the shutdown days placed in August; the rest closes the year."""


@part
class Model:
    """A valley: its actors, their figures and the sources of these."""

    title: str
    title_fr: str = ""
    """In French, where it differs."""
    place: PlaceSpec | None = None
    """None: there is no map."""
    announced: bool = False
    """True: every date met and every ramp like the brochure, nothing observed imposed."""
    calendar: CalendarSpec
    shock: Shock
    production: Production
    sites: dict[str, Site]
    plan: dict[str, Plan] = field(default_factory=dict)
    materials: Materials
    cathode: dict[str, CathodeSource] = field(default_factory=dict)
    imports: Imports
    labour: Labour
    fleet: FleetSpec | None = None
    """None: no packs of vehicles come back."""
    recycling: RecyclingSpec | None = None
    """None: scrap leaves the region."""
    demand: DemandSpec
    money: MoneySpec
    fates: FatesSpec
    storage: StorageSpec | None = None
    """None: no line is given to stationary storage, and none given up for want of orders."""
    energy: EnergySpec
    sources: dict[str, Source]

    @property
    def recyclers(self) -> Mapping[str, RecyclerSpec]:
        """The recyclers, if the region has any."""
        return self.recycling.recyclers if self.recycling is not None else {}


TEMPLATES = (
    Template("ramp", "classes", RampClass),
    Template("stages", "projects.stages", Stages),
    Template("stops", "projects.stops", Stops),
    Template("staffing", "staffing", Staffing),
)
"""What entities may take over with `like`; templates are not drawn themselves."""

REFERENCES = VALLEY
"""Names that others must bear."""

FILL = {"fleet": fill_history}
"""Sections with data files in the folder ``history``, and what writes these out."""


def ceilings(model: Model) -> dict[str, tuple[str, ...]]:
    """Return figures that observations bound from above: mature scrap by scrap observed.

    Parameters
    ----------
    model : Model
        A model whose facts are those known by `as_of`.

    Returns
    -------
    dict
        Paths of the bounding figures by path of the bounded one.
    """
    found = {}
    for name, site in model.sites.items():
        readings = tuple(
            f"sites.{name}.blocks.{label}.scrap.{reading}.scrap"
            for label, block in site.blocks.items()
            for reading in block.scrap
        )
        if readings:
            found[f"sites.{name}.ramp.scrap_mature"] = readings
    return found
