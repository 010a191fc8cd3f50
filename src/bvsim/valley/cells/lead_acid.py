"""A site that is counted among the gigafactories but makes lead-acid batteries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bvsim.schema.site import Site
from bvsim.valley.ground.books import Account
from bvsim.valley.ground.columns import Columns, flow, laid_out, stock
from bvsim.valley.ground.context import Context


@dataclass(frozen=True)
class LeadAcidColumns(Columns):
    """What a lead-acid plant has."""

    good_gwh: int = flow("Good lithium-ion or sodium-ion cells: none here.")
    nameplate_gwh: int = stock("Nameplate for such cells: none here.")
    lead_acid_capacity_gwh: int = stock("Capacity for lead-acid batteries, GWh a year.")
    lead_acid_heads: int = stock("Staff of the lead-acid plant, not counted elsewhere.")


LEAD_ACID: Final = laid_out(LeadAcidColumns)


class LeadAcidPlant:
    """A mature plant outside the valley's markets, shown so that nobody looks for it in vain."""

    def __init__(self, name: str, site: Site, ctx: Context) -> None:
        self.name, self.ctx = name, ctx
        self._capacity_gwh = self._heads = 0.0
        if site.lead_acid is not None:
            self._capacity_gwh, self._heads = site.lead_acid.capacity, site.lead_acid.heads
        self.account: Account

    def start(self) -> None:
        """Open the account."""
        self.account = self.ctx.books.open("yearly", self.name, LEAD_ACID.columns)

    def month_end(self) -> None:
        """Record what stands there."""
        now = self.account.now
        now[LEAD_ACID.lead_acid_capacity_gwh] = self._capacity_gwh
        now[LEAD_ACID.lead_acid_heads] = self._heads
