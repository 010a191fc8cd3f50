"""Why the valley makes less than announced: every cause, with all that is said of it.

This is the one table of causes. The columns of the ledger and of what bound, the constraints
that can be lifted, labels, colours and the words of the page follow from it. To add a limit of
what sites may start, such as electricity: write what it allows, and add it to `LIMITS`. A package
outside adds one by the entry point ``bvsim.limits``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from bvsim.schema.plugins import PluginError, plugged
from bvsim.valley.cells.cause import Cause, Limit, Prospect
from bvsim.valley.ground.calendar import DAYS_PER_YEAR


def people(site: Prospect) -> float:
    """Return what the people present can run."""
    return site.rated * site.wiring.workforce.crew_share


def material(site: Prospect) -> float:
    """Return what the cathode market gave."""
    buyer = site.wiring.buyer
    return buyer.limit_t / buyer.cam_t_per_gwh * site.mature


def orders(site: Prospect) -> float:
    """Return starts whose good cells fill orders and free stock.

    Cells in process beyond what is ordered while they pass take up that room. Lines whose
    cells wait for approval are not held back: nobody can order from them yet.
    """
    book, process = site.wiring.orders, site.wiring.process
    if book.limit_gwh == math.inf or site.unapproved >= site.available:
        return math.inf
    in_process = process.gwh - site.unapproved_in_process
    on_their_way = book.gwh_per_year * process.detection_days / DAYS_PER_YEAR
    beyond = in_process - on_their_way
    room = book.limit_gwh - beyond if beyond > 0.0 else book.limit_gwh
    room = room if room > 0.0 else 0.0
    wanted = site.unapproved + room / site.good_per_start() * site.mature
    in_service = site.available * site.in_service
    return wanted if site.in_service >= 1.0 or wanted < in_service else in_service


def own_cap(site: Prospect) -> float:
    """Return the cap that the site sets itself while scrap is too dear."""
    purse = site.wiring.purse
    return site.available * purse.throttle_cap if purse.throttle_wanted else math.inf


LABOUR: Final = Limit(
    "labour",
    "#cc6677",
    ("labour", "main-d'œuvre"),
    (
        "too few proficient people to run what is installed",
        "trop peu de personnes formées pour faire tourner les lignes installées",
    ),
    lift="labour",
    allows=people,
)
CATHODE: Final = Limit(
    "cathode",
    "#117733",
    ("cathode", "cathode"),
    (
        "too little cathode material on hand",
        "trop peu de matériau de cathode disponible",
    ),
    lift="cathode",
    allows=material,
    on_request=True,
)
DEMAND: Final = Limit(
    "demand",
    "#ddcc77",
    ("demand", "demande"),
    ("no orders for the cells", "pas de commandes pour les cellules"),
    lift="demand",
    allows=orders,
)
THROTTLE: Final = Limit(
    "throttle",
    "#aa4499",
    ("throttling", "bridage"),
    (
        "starts capped while scrap is too dear",
        "lancements limités tant que les rebuts coûtent trop cher",
    ),
    allows=own_cap,
)
_OUTSIDE: Final = plugged("bvsim.limits", Limit).values()
LIMITS: tuple[Limit, ...] = (LABOUR, CATHODE, DEMAND, THROTTLE, *_OUTSIDE)
"""The limits of what a site may start; of equal ones the first binds."""

NOT_BUILT: Final = Cause(
    "not_built",
    "#7d858f",
    ("not built", "non construit"),
    ("cancelled, suspended or downsized blocks", "blocs abandonnés, suspendus ou réduits"),
    prose=("blocks not built", "blocs non construits"),
    of_plan=True,
)
CLOSURE: Final = Cause(
    "closure",
    "#882255",
    ("closure", "fermeture"),
    (
        "what sites that have stopped would have made",
        "ce que les sites arrêtés auraient produit",
    ),
    lift="closure",
)
DELAY: Final = Cause(
    "delay",
    "#b4bac2",
    ("delay", "retard"),
    ("lines released later than announced", "lignes mises en service plus tard qu'annoncé"),
    lift="delay",
    of_plan=True,
)
RATING: Final = Cause(
    "rating",
    "#999933",
    ("rating", "cadence en régime établi"),
    (
        "nameplate that mature lines of the class never reach",
        "capacité nominale que les lignes mûres de la classe n'atteignent jamais",
    ),
    prose=(
        "lines that stay below nameplate",
        "lignes qui restent sous leur capacité nominale",
    ),
)
RAMP_UP: Final = Cause(
    "ramp_up",
    "#5a549e",
    ("ramp-up", "montée en cadence"),
    (
        "lines still learning to run at rate, stalls and rebuilds",
        "lignes encore en apprentissage, arrêts de mise au point et reconstructions",
    ),
)
STOPS: Final = Cause(
    "availability",
    "#88ccee",
    ("stops", "arrêts"),
    ("breakdowns and other unplanned stops", "pannes et autres arrêts non prévus"),
    lift="stops",
)
YIELD: Final = Cause(
    "yield",
    "#44aa99",
    ("yield", "rendement"),
    (
        "cells rejected beyond the mature share",
        "cellules rejetées au-delà du taux d'une ligne mûre",
    ),
)

_STAIRCASE: Final = (NOT_BUILT, CLOSURE, DELAY, RATING, RAMP_UP, STOPS, *LIMITS, YIELD)
_LEVELS: Final = (
    Cause(
        "beyond_plan",
        "#7fb8da",
        ("beyond the plan", "hors plan"),
        (
            "made by lines that were never announced, or earlier than announced",
            "produit par des lignes jamais annoncées, ou plus tôt qu'annoncé",
        ),
    ),
    Cause(
        "none",
        "#eceef1",
        ("none", "aucun"),
        ("nothing planned, or nothing lost", "rien de prévu, ou rien de perdu"),
    ),
    Cause("announced", "#3d454e", ("announced", "annoncé")),
    Cause("good", "#0072b2", ("good cells", "cellules conformes")),
)
"""What stands at the ends of the staircase, or in its place."""


def _by(name: str, causes: Iterable[Cause]) -> dict[str, Cause]:
    """Return causes by one of their names, which no two share."""
    found: dict[str, Cause] = {}
    for each in causes:
        key: str = getattr(each, name)
        if found.setdefault(key, each) is not each:
            raise PluginError(f"two causes have the {name} {key!r}: a plug-in takes another")
    return found


CAUSES: Final = _by("name", (*_STAIRCASE, *_LEVELS))
"""Every cause and level, by name."""
LOSSES: Final = tuple(each.name for each in _STAIRCASE)
"""Every loss, from the top of the staircase down."""
PLAN_LOSSES: Final = tuple(each.name for each in _STAIRCASE if each.of_plan)
BOTTLENECKS: Final = tuple(each.name for each in _STAIRCASE if not each.of_plan)
"""What can be a bottleneck; of equal losses the earlier one is named."""
NONE: Final = "none"
"""The bottleneck of a year in which nothing was planned or nothing was lost."""
RUNNING: Final = ("ramp", *(each.name for each in LIMITS))
"""What binds a block that runs: its own lines, or a limit; of equal times the first is named."""
LIFTS: Final = _by("lift", [e for e in (*LIMITS, DELAY, CLOSURE, STOPS) if e.lift])
"""What can be lifted, by the name under which it is."""


def column(name: str) -> str:
    """Return the ledger column of a loss, `announced`, `beyond_plan` or `good`."""
    return f"lost_{name}_gwh" if name in LOSSES else f"{name}_gwh"


def cause_of(name: str) -> Cause | None:
    """Return a cause by its own name, or by that of its lift."""
    return CAUSES.get(name) or LIFTS.get(name)


def label(name: str) -> str:
    """Return how a cause or a lift is written; unknown names lose their underscores."""
    cause = cause_of(name)
    return cause.label[0] if cause else name.replace("_", " ")
