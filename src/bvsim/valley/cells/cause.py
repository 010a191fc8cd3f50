"""What a cause of loss is, and a limit of what sites may start.

Packages outside that bring a limit import this file: `causes` has all of them, and so theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bvsim.valley.ground.context import Context

if TYPE_CHECKING:
    from bvsim.valley.cells.partners import SiteWiring

Words = tuple[str, str]
"""A text in English and in French."""


@dataclass(frozen=True)
class Cause:
    """What separates two levels of the ledger, or a level itself.

    Parameters
    ----------
    name : str
        As in the tables.
    colour : str
        Its one colour in every figure.
    label : Words
        How it is written.
    meaning : Words
        What is lost under it.
    prose : Words
        How it is written inside a sentence, where the label will not do.
    lift : str
        The name under which it can be lifted; empty where it cannot.
    of_plan : bool
        A loss of the plan itself: shown beside the bottlenecks, never one of them.
    """

    name: str
    colour: str
    label: Words
    meaning: Words = ("", "")
    prose: Words = ("", "")
    lift: str = ""
    of_plan: bool = False


class Prospect:
    """What a site could make in the coming period, and whom it depends on.

    Attributes
    ----------
    ctx : Context
        Surroundings of the replication: time, calendar, random streams.
    wiring : SiteWiring
        The other actors' side of the site.
    rated, available : float
        GWh of good cells at mature yield that its released lines could make: at the rating
        of the class; with rate learnt and stops.
    mature : float
        Good cells per cell started, in the long run.
    in_service : float
        The part of `available` that lines could make which do not stand idle.
    unapproved, unapproved_in_process : float
        The part of `available` that blocks could make whose cells customers have not
        approved, and such cells in process, GWh.
    """

    ctx: Context
    wiring: SiteWiring
    rated: float
    available: float
    mature: float
    unapproved: float
    unapproved_in_process: float
    in_service: float

    def good_per_start(self) -> float:
        """Return the yield of the site now, blocks weighed by what they could make."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Limit(Cause):
    """What others, or the site itself, allow it to start in a period.

    Parameters
    ----------
    allows : callable
        Returns it in GWh of good cells at mature yield; infinite for no limit.
    on_request : bool
        Known only once the site has asked for what the other limits leave it.
    """

    allows: Callable[[Prospect], float]
    on_request: bool = False
