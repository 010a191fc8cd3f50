"""Lines given to stationary storage: rebuilt, ramped up anew, with another recipe and customer.

A converted line stays on the ledger of its block, with the part of the plan that its nameplate
stands for. While it is rebuilt all of it is lost to ramp-up; afterwards

    rated  = energy x rating x nameplate          (what the other chemistry holds: rating)
    ramped = rated (1 - (1 - q0) exp(-t / tau))   (t: months of running)

and people, cathode material of its own and orders for storage limit its starts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from bvsim.schema.storage import Conversion
from bvsim.valley.cathode.buyer import Buyer
from bvsim.valley.cells import ledger
from bvsim.valley.cells.block import NO_LIMITS, SiteBlock
from bvsim.valley.cells.causes import CATHODE, DEMAND, LABOUR, LIMITS
from bvsim.valley.cells.costs import Outlet
from bvsim.valley.cells.ledger import LEDGER, YIELD
from bvsim.valley.cells.process import InProcess
from bvsim.valley.cells.site_account import SITE
from bvsim.valley.ground.books import Account, Balance
from bvsim.valley.ground.calendar import DAYS_PER_MONTH, DAYS_PER_YEAR, MONTHS_PER_YEAR, Period
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.rows import vec
from bvsim.valley.orders.customers import OrderBook
from bvsim.valley.orders.storage import StorageMarket
from bvsim.valley.projects.lines import Levels, Line

_LABOUR: Final = LIMITS.index(LABOUR)
_CATHODE: Final = LIMITS.index(CATHODE)
_DEMAND: Final = LIMITS.index(DEMAND)


class StorageLine:
    """One converted line."""

    __slots__ = ("engineering_months", "nameplate", "own", "ready_day", "run_months")

    def __init__(self, own: SiteBlock, nameplate: float, ready_day: float) -> None:
        self.own, self.nameplate, self.ready_day = own, nameplate, ready_day
        self.run_months = self.engineering_months = 0.0


@dataclass(frozen=True)
class StorageWiring:
    """Whom storage lines depend on, beside the site's people."""

    market: StorageMarket
    orders: OrderBook
    buyer: Buyer
    process: InProcess


class StorageLines:
    """The lines of one site that were given to storage.

    Parameters
    ----------
    spec : Conversion
        Drawn figures.
    wiring : StorageWiring
        The other actors' side.
    ctx : Context
        Surroundings of the replication.
    """

    def __init__(self, spec: Conversion, wiring: StorageWiring, ctx: Context) -> None:
        self.spec, self.wiring, self.ctx = spec, wiring, ctx
        self.lines: list[StorageLine] = []
        self.month = Outlet()
        """What the lines did since the month began."""
        self.mature = 0.0
        self._could, self._total = vec[float]([]), 0.0
        """What each line could make in the period, and all of them."""
        self._scrap_time: float = spec.scrap_time
        self._rate_time: float = spec.rate_time
        self._late_at_start: float = 1.0 - spec.rate_at_start
        self._scrap_at_start: float = spec.scrap_at_start
        self._energy_share: float = spec.energy
        """Of a line's nameplate, in the chemistry of before."""
        self._used = self._served = 1.0
        self._closed = False

    def start(self) -> None:
        """Register the process in which cells age."""

    # -- what is given to storage ----------------------------------------------------

    def convert(self, own: SiteBlock, line: Line) -> StorageLine:
        """Take over a line of a block and begin to rebuild it; return it."""
        own.block.lines.remove(line)
        own.block.released -= line.nameplate
        own.storage_gwh += line.nameplate
        ready = self.ctx.clock.now + self.spec.rebuild * DAYS_PER_MONTH
        made = StorageLine(own, line.nameplate, ready)
        self.lines.append(made)
        self._update_offer()
        return made

    def energy_of(self, own: SiteBlock, nameplate: float) -> float:
        """Return what a line of some nameplate can make once it has ramped up, GWh a year."""
        return nameplate * self._energy_share * own.block.rating

    def _update_offer(self) -> None:
        """Tell customers what the lines can make: samples are from the rebuilt lines."""
        orders, offer = self.wiring.orders, math.fsum([self._energy(each) for each in self.lines])
        if offer > 0.0 and not orders.trading and not self._closed:
            orders.open(self.ctx.clock.now)
        orders.nameplate_gwh = offer

    def _energy(self, line: StorageLine) -> float:
        return self.energy_of(line.own, line.nameplate)

    @property
    def nameplate(self) -> float:
        """Nameplate of the lines, in the chemistry of before, GWh a year."""
        return math.fsum([line.nameplate for line in self.lines])

    # -- a period --------------------------------------------------------------------

    def ask(self, crew_share: float, period: Period) -> None:
        """Work out what the lines could make, and ask for their cathode material."""
        years = period.scheduled_days / self.ctx.calendar.scheduled_days_per_year
        self._could = vec[float](
            [self._ramped(line, years, period.start_day) for line in self.lines]
        )
        could = self._total = math.fsum(self._could)
        wanted = could * crew_share
        orders = self._orders()
        wanted = wanted if wanted < could else could
        wanted = orders if orders < wanted else wanted
        buyer = self.wiring.buyer
        buyer.request(wanted / (1.0 - self.mature) * buyer.cam_t_per_gwh)

    def _ramped(self, line: StorageLine, years: float, day: float) -> float:
        if day < line.ready_day:
            return 0.0
        time = self._rate_time
        left = math.exp(-line.run_months / time) if time > 0.0 else 0.0
        share = 1.0 - self._late_at_start * left
        return self._energy(line) * years * share * line.own.block.availability.usual

    def _scrap(self, line: StorageLine, penalty: float) -> float:
        time = self._scrap_time
        left = math.exp(-line.engineering_months / time) if time > 0.0 else 0.0
        above = self._scrap_at_start - self.mature
        scrap = self.mature + (above if above > 0.0 else 0.0) * left + penalty
        return scrap if scrap < 1.0 else 1.0

    def _orders(self) -> float:
        """Return the starts whose good cells fill orders and free stock, at mature yield."""
        orders, process = self.wiring.orders, self.wiring.process
        if orders.limit_gwh == math.inf or not self.lines:
            return math.inf
        on_their_way = orders.gwh_per_year * process.detection_days / DAYS_PER_YEAR
        beyond = process.gwh - on_their_way
        room = orders.limit_gwh - (beyond if beyond > 0.0 else 0.0)
        good: float = sum(
            [self._could[i] * (1.0 - self._scrap(e, 0.0)) for i, e in enumerate(self.lines)]
        )
        could = self._total
        per_start = good / could if could > 0.0 else 1.0
        per_start = per_start if per_start > 1e-6 else 1e-6
        return (room if room > 0.0 else 0.0) / per_start * (1.0 - self.mature)

    def run(self, crew_share: float, penalty: float, account: Account, period: Period) -> None:
        """Start cells within all limits, learn, deliver, and post the ledger."""
        wiring = self.wiring
        finished = wiring.process.collect()
        if self.lines:
            self._run(crew_share, penalty, account, period)
        if wiring.orders.trading:
            self.month.delivered_gwh += wiring.orders.deliver(finished, period)

    def _run(self, crew_share: float, penalty: float, account: Account, period: Period) -> None:
        could, limits = self._total, NO_LIMITS[:]
        if could > 0.0:
            buyer = self.wiring.buyer
            limits[_LABOUR] = could * crew_share
            limits[_CATHODE] = buyer.limit_t / buyer.cam_t_per_gwh * (1.0 - self.mature)
            limits[_DEMAND] = self._orders()
        used = limits[ledger.binding_limit(limits)] / could if could > 0.0 else 0.0
        self._used = used if used < 1.0 else 1.0
        started = good = 0.0
        by_line = vec[float]([0.0] * len(self.lines))
        for i, line in enumerate(self.lines):
            able = self._could[i]
            begun, made = self._make(line, able * self._used, penalty, period)
            share = able / could if could > 0.0 else 1.0
            own = vec[float]([each * share for each in limits]) if share < 1.0 else limits
            levels, announced = self._levels(line, able, period), self._announced(line, period)
            ledger.post(line.own.ledger.now, announced, levels.built, levels, own, made)
            started, good = started + begun, good + made
            by_line[i] = made
        if started > 0.0:
            self._book(started, good, by_line, account, period)

    def _make(
        self, line: StorageLine, used: float, penalty: float, period: Period
    ) -> tuple[float, float]:
        """Return cells started and good ones of a line, and learn from them."""
        started = used / (1.0 - self.mature)
        made = started * (1.0 - self._scrap(line, penalty))
        if period.start_day >= line.ready_day:
            days = period.scheduled_days / self.ctx.calendar.scheduled_days_per_year
            months = days * MONTHS_PER_YEAR
            line.run_months += months * self._used
            line.engineering_months += months
        return started, made

    def _levels(self, line: StorageLine, able: float, period: Period) -> Levels:
        """Return the staircase of a line."""
        block = line.own.block
        built = line.nameplate * period.scheduled_days
        built /= self.ctx.calendar.scheduled_days_per_year
        rated = built * self._energy_share * block.rating
        usual = block.availability.usual
        return Levels(built, rated, able / usual if usual > 0.0 else 0.0, able)

    def _announced(self, line: StorageLine, period: Period) -> float:
        """Return a line's part of the plan: that of its nameplate."""
        own = line.own
        part = line.nameplate / own.storage_gwh if own.storage_gwh > 0.0 else 0.0
        return own.announced_of_storage(period) * part

    def _book(
        self,
        started: float,
        good: float,
        by_line: vec[float],
        account: Account,
        period: Period,
    ) -> None:
        """Book a period's starts: material, scrap, cells in process."""
        wiring = self.wiring
        in_cells = wiring.process.cam_in(good)
        wiring.buyer.use(in_cells, started * wiring.buyer.cam_t_per_gwh - in_cells)
        ledgers = [line.own.ledger for line in self.lines]
        batch = wiring.process.begin(period, started, good, ledgers, by_line)
        account.now[SITE.good_gwh] += good
        account.now[SITE.storage_gwh] += good
        account.now[SITE.started_gwh] += started
        account.now[SITE.scrap_t] += batch.scrap_t
        self.month.started_gwh += started
        self.month.good_gwh += good

    def month_end(self) -> Outlet:
        """Return what the lines did in the month."""
        made, self.month = self.month, Outlet()
        if self.lines:
            orders = self.wiring.orders.gwh_per_year
            could = math.fsum([self._energy(line) for line in self.lines])
            self._served = orders / could if could > orders else 1.0
        return made

    # -- closure ---------------------------------------------------------------------

    def close(self, account: Account) -> None:
        """Stop with the site: cells in process are scrapped, finished ones written off."""
        if not self.lines:
            return
        self._closed = True
        finished = self.wiring.process.collect()
        for month, gwh in self.wiring.process.under_way():
            account.take_back(month, SITE.storage_gwh, gwh)
        columns = (SITE.good_gwh, SITE.scrap_t, LEDGER.good_gwh, YIELD)
        self.wiring.process.scrap_all(account, *columns)
        self.wiring.buyer.close()
        self.wiring.orders.close(finished)

    def post_closed(self, periods: list[Period]) -> None:
        """Post periods after the stop: closure is what the lines would have made."""
        for period in periods if self.lines else []:
            years = period.scheduled_days / self.ctx.calendar.scheduled_days_per_year
            for line in self.lines:
                self._post_closed(line, years, period)

    def _post_closed(self, line: StorageLine, years: float, period: Period) -> None:
        able, limits = self._ramped(line, years, period.start_day), NO_LIMITS[:]
        limits[_DEMAND] = able * self._served
        good = able * self._served / (1.0 - self.mature) * (1.0 - self._scrap(line, 0.0))
        would, announced = self._levels(line, able, period), self._announced(line, period)
        ledger.post_closed(line.own.ledger.now, announced, would, limits, good)
        if period.start_day >= line.ready_day:
            line.run_months += years * MONTHS_PER_YEAR * self._served
            line.engineering_months += years * MONTHS_PER_YEAR

    def restart(self, capacity: float, experience: float) -> None:
        """Run again with what a refinancing or a buyer leaves."""
        if not self.lines:
            return
        self._closed = False
        for line in self.lines:
            line.own.storage_gwh += line.nameplate * (capacity - 1.0)
            line.nameplate *= capacity
            line.run_months *= experience
            line.engineering_months *= experience
        self.wiring.buyer.reopen()
        self.wiring.orders.reopen(customers=True)
        self._update_offer()

    def balances(self) -> Iterator[Balance]:
        """Yield the accounts of cells in process and of finished ones."""
        for each in (*self.wiring.process.balances(), self.wiring.orders.balance()):
            yield replace(each, balance=f"{each.balance}.storage")
