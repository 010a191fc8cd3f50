"""What stands in the plan only: announced, and not built in any scenario but the plan's own."""

from __future__ import annotations

from bvsim.valley.cells import ledger
from bvsim.valley.cells.block import NO_LIMITS
from bvsim.valley.cells.plan import PlanPath
from bvsim.valley.cells.site_account import SITE
from bvsim.valley.ground.books import Account, Books
from bvsim.valley.ground.calendar import Period
from bvsim.valley.ground.context import Context


class PlannedSite:
    """A site that is nothing but announced blocks.

    Parameters
    ----------
    name : str
        The site.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.account: Account

    def open(self, books: Books) -> None:
        """Open the account that its blocks share, with the first of them."""
        if ("yearly", self.name) not in books.accounts:
            self.account = books.open("yearly", self.name, SITE.columns)


class PlanOnly:
    """An announced block that no site lists.

    Parameters
    ----------
    entity : str
        Name of the block, such as ``alpha.plan-only``.
    plan : PlanPath
        What was announced.
    comes_true : bool
        Whether it makes what was announced (in the scenario of the plan itself).
    site : PlannedSite or None
        Where it stands, if that is nothing but such blocks.
    ctx : Context
        Surroundings of the replication.
    """

    def __init__(
        self,
        entity: str,
        plan: PlanPath,
        ctx: Context,
        *,
        comes_true: bool,
        site: PlannedSite | None = None,
    ) -> None:
        self.entity, self.plan, self.ctx, self.comes_true = entity, plan, ctx, comes_true
        self.site = site
        self._nameplate = 0.0
        self.ledger: Account
        self.binding: Account

    def start(self) -> None:
        """Open the accounts: its own, and that of a site which has no other blocks."""
        open_ = self.ctx.books.open
        self.ledger = open_("ledger", self.entity, ledger.LEDGER.columns)
        self.binding = open_("binding", self.entity, ledger.BINDING.columns)
        if self.site is not None:
            self.site.open(self.ctx.books)

    def month_end(self, last: Period) -> None:
        """Post the month that ends with a period: not built, or made as announced."""
        calendar = self.ctx.calendar
        announced = self.plan.by_month[last.month]
        made = announced if self.comes_true else 0.0
        days = last.end_day - calendar.month_starts[last.month]
        if made > 0.0:
            ledger.post_complete(self.ledger.now, announced)
            scheduled = calendar.worked_in_month(last.month)
            ledger.post_binding(self.binding.now, made, NO_LIMITS, days, scheduled)
        else:
            ledger.post_unreleased(self.ledger.now, announced, 0.0)
            ledger.post_not_running(self.binding.now, days)
        if self.site is not None:
            now = self.site.account.now
            now[SITE.good_gwh] += made
            now[SITE.started_gwh] += made
            nameplate = self.plan.nameplate(last.start_day) if self.comes_true else 0.0
            now[SITE.nameplate_gwh] += nameplate - self._nameplate
            self._nameplate = nameplate
