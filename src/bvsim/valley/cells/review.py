"""What a site does with lines that lack orders: idle them, convert them, give them up.

At every review orders of the last year are held against what the lines for cars could have
made of them. Above a threshold nothing is given up, and an idle line is called back. Below it,
lines beyond what the orders need are too many: one is converted to storage where that pays
(expected orders, payback, cash), else one is idled; what has been idle too long is given up.
One line a review, so that a site sees what came of the last one.
"""

from __future__ import annotations

import math
from typing import Final

from bvsim.schema.storage import ReviewRule
from bvsim.valley.cells.block import SiteBlock
from bvsim.valley.cells.money import SitePurse
from bvsim.valley.cells.recent import Recent
from bvsim.valley.cells.site_account import SITE
from bvsim.valley.cells.storage import StorageLines
from bvsim.valley.ground.books import Account
from bvsim.valley.ground.calendar import DAYS_PER_MONTH, DAYS_PER_YEAR, Period
from bvsim.valley.ground.context import Context
from bvsim.valley.projects.lines import Line
from bvsim.valley.projects.restart import share_of_plan

_ROUNDING: Final = 1e-9


def lines_needed(orders: float, could: float, lines: int, short_below: float) -> int:
    """Return how many lines the orders need, if each is used as the threshold has it.

    Parameters
    ----------
    orders, could : float
        Orders, and what the lines could have made, over the same time and in one unit.
    lines : int
        The lines, idle ones included.
    short_below : float
        Orders over capability below which there are lines too many.
    """
    if could <= 0.0 or orders >= short_below * could:
        return lines
    return min(lines, max(1, math.ceil(orders / (short_below * could) * lines - _ROUNDING)))


class Reviews:
    """A site's reviews of its lines for cars.

    Parameters
    ----------
    site : str
        Name of the site.
    rule : ReviewRule
        Drawn figures.
    storage : StorageLines or None
        Where lines can be given to; None: they can only stand idle.
    purse : SitePurse
        The site's money.
    ctx : Context
        Surroundings of the replication.

    Attributes
    ----------
    spent_meur : float
        Spent on conversions and not booked yet, EUR million.
    """

    def __init__(
        self,
        site: str,
        rule: ReviewRule,
        storage: StorageLines | None,
        purse: SitePurse,
        ctx: Context,
    ) -> None:
        self.site, self.rule, self.storage, self.purse, self.ctx = site, rule, storage, purse, ctx
        self.spent_meur = 0.0
        self._every_days: float = rule.every * DAYS_PER_MONTH
        self._short_below: float = rule.short_below
        memory = max(1, round(rule.memory))
        self._orders, self._could = Recent(memory), Recent(memory)
        """Of the last months: orders, and what lines could make, GWh."""
        self._next = ctx.as_of_day

    def note_month(self, orders: float, could: float) -> None:
        """Take note of a month: orders (infinite: not limited) and what lines could make, GWh."""
        self._orders.note(orders)
        self._could.note(could)

    def forget(self) -> None:
        """Begin anew after a standstill, or with another number of lines."""
        self._orders.forget()
        self._could.forget()

    def decide(self, blocks: tuple[SiteBlock, ...], account: Account, last: Period) -> bool:
        """Review the lines at the end of a month; return whether anything changed."""
        day = last.end_day
        if day < self._next or self._orders.count < self._orders.most:
            return False
        self._next = day + self._every_days
        orders, could = self._orders.total(), self._could.total()
        running = [each for each in blocks if each.block.lines]
        lines = sum([len(each.block.lines) for each in running])
        if not running or could <= 0.0:
            return False
        use = orders / could
        spare = lines - max(len(running), lines_needed(orders, could, lines, self._short_below))
        idle = sum([len(each.idle) for each in running])
        changed = self._act(running, spare, idle, use, last)
        idle = sum([len(each.idle) for each in running])
        account.now[SITE.idle_lines] = idle
        if changed == "converted":
            account.now[SITE.converted_lines] += 1.0
            account.now[SITE.storage_lines] += 1.0
        elif changed == "given up":
            account.now[SITE.abandoned_lines] += 1.0
        if changed in ("converted", "given up"):
            self.forget()
        return bool(changed)

    def _act(
        self, running: list[SiteBlock], spare: int, idle: int, use: float, last: Period
    ) -> str:
        """Do what the lines without orders call for; return what was done, if anything."""
        day = last.end_day
        if spare < idle:
            each = max(running, key=lambda own: len(own.idle))
            each.idle.pop()
            return self._tell(each, "line called back", "orders have come", use)
        if spare <= 0:
            return ""
        each = max(running, key=lambda own: len(own.block.lines))
        line = each.block.lines[-1]
        if len(each.block.lines) > 1 and self._pays(each, line, last):
            if each.idle:
                each.idle.pop()
            return self._convert(each, line, use)
        if spare > idle:
            each = max(running, key=lambda own: len(own.block.lines) - len(own.idle))
            each.idle.append(day)
            return self._tell(each, "line idled", "too few orders for cars", use)
        return self._give_up(running, day, use)

    def _pays(self, own: SiteBlock, line: Line, last: Period) -> bool:
        """Tell whether a line's conversion finds orders, is paid back, and can be paid."""
        storage, rule = self.storage, self.rule
        if storage is None:
            return False
        energy = storage.energy_of(own, line.nameplate)
        offer = storage.wiring.orders.nameplate_gwh + energy
        market, orders = storage.wiring.market, storage.wiring.orders
        expected = market.outlook_gwh_per_year(orders, offer, last.end_day - 1.0)
        cost = storage.spec.cost * line.nameplate
        margin = self.purse.storage_margin(last) * energy  # EUR/kWh x GWh = EUR million
        return (
            expected >= rule.cover * offer
            and margin * rule.payback >= cost
            and self.purse.headroom >= cost
        )

    def _convert(self, own: SiteBlock, line: Line, use: float) -> str:
        assert self.storage is not None
        made = self.storage.convert(own, line)
        self.spent_meur += self.storage.spec.cost * made.nameplate
        self._log(own, "line given to storage", "too few orders for cars", use)
        self._log(
            own,
            "rebuild begins",
            "line given to storage",
            self.storage.spec.rebuild,
            "months",
        )
        return "converted"

    def _give_up(self, running: list[SiteBlock], day: float, use: float) -> str:
        """Give up the line that has been idle longest, if it was too long."""
        long_ago = day - self.rule.gives_up_after * DAYS_PER_YEAR
        stale = [own for own in running if own.idle and own.idle[0] <= long_ago]
        stale = [own for own in stale if len(own.block.lines) > 1]
        if not stale:
            return ""
        own = min(stale, key=lambda each: each.idle[0])
        own.idle.pop(0)
        block, line = own.block, own.block.lines.pop()
        block.released -= line.nameplate
        block.pipeline.size -= share_of_plan(block, line.nameplate)
        return self._tell(own, "line given up", "idle for too long", use)

    def _tell(self, own: SiteBlock, event: str, cause: str, use: float) -> str:
        self._log(own, event, cause, use)
        return event.removeprefix("line ")

    def _log(self, own: SiteBlock, event: str, cause: str, value: float, unit: str = "") -> None:
        self.ctx.trace.log(
            day=self.ctx.clock.now,
            entity=own.block.entity,
            event=event,
            cause=cause,
            value=value,
            unit=unit or "orders over what lines could make",
        )
