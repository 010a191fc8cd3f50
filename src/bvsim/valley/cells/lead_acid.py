"""A site that is counted among the gigafactories but makes lead-acid batteries."""

from __future__ import annotations

from typing import Final

from bvsim.schema.site import Site
from bvsim.valley.ground.books import Account, Column
from bvsim.valley.ground.context import Context

COLUMNS: Final = (
    Column("good_gwh", "flow", "Good lithium-ion or sodium-ion cells: none here."),
    Column("nameplate_gwh", "stock", "Nameplate for such cells: none here."),
    Column("lead_acid_capacity_gwh", "stock", "Capacity for lead-acid batteries, GWh a year."),
    Column("lead_acid_heads", "stock", "Staff of the lead-acid plant, not counted elsewhere."),
)
_CAPACITY: Final = 2
_HEADS: Final = 3


class LeadAcidPlant:
    """A mature plant outside the valley's markets, shown so that nobody looks for it in vain."""

    def __init__(self, name: str, site: Site, ctx: Context) -> None:
        self.name, self.site, self.ctx = name, site, ctx
        self.account: Account

    def start(self) -> None:
        """Open the account."""
        self.account = self.ctx.books.open("yearly", self.name, COLUMNS)

    def month_end(self) -> None:
        """Record what stands there."""
        if self.site.lead_acid is not None:
            self.account.now[_CAPACITY] = self.site.lead_acid.capacity
            self.account.now[_HEADS] = self.site.lead_acid.heads
