"""A site's projects together: who is told when one changes, and when an expansion is decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from bvsim.schema.stages import Decision
from bvsim.valley.cells.recent import Recent
from bvsim.valley.ground.calendar import DAYS_PER_YEAR, MONTHS_PER_YEAR
from bvsim.valley.ground.context import Context
from bvsim.valley.projects.block import Block

MONTHS_PER_QUARTER: Final = 3


class Outlook(Protocol):
    """What a site knows of the orders to come."""

    def outlook_gwh_per_year(self, site: str, nameplate_gwh: float, day: float) -> float:
        """Return the orders expected on a later day, with a given nameplate in service."""


class SiteProjects:
    """What the projects of a site have in common.

    Parameters
    ----------
    site : str
        The site.
    market : Outlook
        Where orders come from.
    ctx : Context
        Surroundings of the replication.

    Attributes
    ----------
    changed : bool
        Whether a project has changed since the site told the markets of its plans.
    released : float
        Nameplate of released lines, GWh a year, when the site last told.
    """

    def __init__(self, site: str, market: Outlook, ctx: Context) -> None:
        self.site, self.market, self.ctx = site, market, ctx
        self.changed = True
        self.released = 0.0
        self._quarter = Recent(MONTHS_PER_QUARTER)

    def note_month(self, good_gwh: float) -> None:
        """Take note of a month's good cells."""
        self._quarter.note(good_gwh)

    def tell(self, event: str, cause: str, gwh_per_year: float) -> None:
        """Put a decision on an expansion into the trace."""
        self.ctx.trace.log(
            day=self.ctx.clock.now,
            entity=self.site,
            event=event,
            cause=cause,
            value=gwh_per_year,
            unit="GWh a year",
        )

    def against(self, decision: Decision, elders: Sequence[Block], nameplate_gwh: float) -> str:
        """Return what speaks against an expansion: what was achieved, or what demand covers.

        Empty where it is decided.

        Parameters
        ----------
        decision : Decision
            What is wanted.
        elders : sequence of Block
            The blocks before it, which must at least be under construction.
        nameplate_gwh : float
            Nameplate of the expansion, GWh a year.
        """
        if not all(elder.pipeline.committed for elder in elders):
            return "the block before it is not under construction"
        if self.released > 0.0:
            rate = sum(self._quarter.numbers()) * MONTHS_PER_YEAR / MONTHS_PER_QUARTER
            if rate < decision.achieved * self.released:
                return "lines in service make too little"
        total = sum(elder.nameplate * elder.pipeline.size for elder in elders) + nameplate_gwh
        next_year = self.ctx.clock.now + DAYS_PER_YEAR
        covered = self.market.outlook_gwh_per_year(self.site, total, next_year)
        return "" if covered >= decision.cover * total else "orders do not cover it"


class BlockOwner:
    """The site as the owner of one block's project (`stages.Owner`).

    Parameters
    ----------
    projects : SiteProjects
        All of the site's.
    decision : Decision or None
        What is wanted before the block is built; None where nothing is to be decided.
    elders : sequence of Block
        The blocks before it.
    nameplate_gwh : float
        The block's nameplate, GWh a year.
    """

    def __init__(
        self,
        projects: SiteProjects,
        decision: Decision | None,
        elders: Sequence[Block],
        nameplate_gwh: float,
    ) -> None:
        self._projects, self._decision = projects, decision
        self._elders, self._nameplate_gwh = elders, nameplate_gwh
        self._told = ""

    def note_change(self) -> None:
        """Take note that the project has changed."""
        self._projects.changed = True

    def decides(self) -> bool:
        """Tell whether the block is decided now."""
        if self._decision is None:
            return True
        why = self._projects.against(self._decision, self._elders, self._nameplate_gwh)
        if why and why != self._told:
            self._projects.tell("expansion put off", why, self._nameplate_gwh)
        self._told = why
        return not why

    def gives_up(self) -> bool:
        """Tell whether it never can be: a block before it was given up."""
        return any(elder.pipeline.state == "cancelled" for elder in self._elders)
