"""Which names of a model must be borne by what, and which facts belong to one plant."""

from __future__ import annotations

from bvsim.schema.reference import Reference, References

UNATTRIBUTED = "unattributed"
"""Stands for no site: what was announced, or is made, without one."""

_BASINS = ("labour.basins",)
_RECIPES = ("materials.recipes",)
_ROUTES = ("imports.routes",)
_SITES = ("sites",)
_PROCESSES = ("energy.processes",)
_EMPLOYERS = ("sites", "cathode", "recycling.recyclers")

VALLEY = References(
    (
        Reference("sites.*.basin", "basin", _BASINS),
        Reference("cathode.*.basin", "basin", _BASINS),
        Reference("recycling.recyclers.*.basin", "basin", _BASINS),
        Reference("labour.releases.*.basin", "basin", _BASINS),
        Reference("labour.shuttles.*.basin", "basin", _BASINS),
        Reference("labour.competitors.*.basin", "basin", _BASINS),
        Reference("labour.programmes.*.basin", "basin", _BASINS),
        Reference("labour.basins.*.reach:keys", "basin", _BASINS),
        Reference("labour.programmes.*.destination", "employer", _EMPLOYERS),
        Reference("sites.*.chemistry", "chemistry", _RECIPES, ("lead-acid",)),
        Reference("cathode.*.chemistry", "chemistry", _RECIPES),
        Reference("cathode.*.serves.*", "chemistry", _RECIPES),
        Reference("imports.halts.*.chemistries.*", "chemistry", _RECIPES),
        Reference("recycling.non_ev_chemistry", "chemistry", ("recycling.chemistries",)),
        Reference("cathode.*.precursor", "maker of precursor", ("cathode",)),
        Reference("cathode.*.contracts:keys", "site", _SITES),
        Reference("imports.prefer.*", "route", _ROUTES),
        Reference("imports.emergency", "route", _ROUTES),
        Reference("imports.disruptions.*.closes.*", "route", _ROUTES),
        Reference("imports.hazards.*.closes.*", "route", _ROUTES),
        Reference("imports.hazards.*.slows.*", "route", _ROUTES),
        Reference("demand.programmes.*.site", "site", _SITES),
        Reference("demand.offtakes.*.site", "site", _SITES),
        Reference("demand.suppliers:keys", "site", _SITES, (UNATTRIBUTED,)),
        Reference("money.sites:keys", "site", _SITES),
        Reference("money.sites.*.cells", "class of costs", ("money.classes",)),
        Reference("storage.chemistry", "chemistry", _RECIPES),
        Reference("storage.cells", "class of costs", ("money.classes",)),
        Reference("storage.sites.*", "site", _SITES),
        Reference("money.default_class", "class of costs", ("money.classes",)),
        Reference("energy.sites:keys", "site", _SITES),
        Reference("energy.sites.*", "kind of cells", _PROCESSES),
        Reference("energy.default_process", "kind of cells", _PROCESSES),
        Reference("recycling.hydromet.*.after", "recycler", ("recycling.recyclers",)),
        Reference("place.places:keys", "plant", _EMPLOYERS),
        Reference("place.basins:keys", "basin", _BASINS),
        Reference("plan.*.blocks:parts", "site", _SITES, (UNATTRIBUTED,)),
    ),
    needed=("labour.basins", "money.classes", "energy.processes"),
    alone=("plan-only", "published-total"),
    own=("sites.*.heads.*", "sites.*.blocks.*.output.*", "sites.*.blocks.*.scrap.*"),
)
