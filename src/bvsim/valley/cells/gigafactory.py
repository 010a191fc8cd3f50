"""A gigafactory: its blocks, and the people, cathode, orders and money that bind them."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Generator, Iterator, Sequence
from typing import Final

import simpy

from bvsim.schema.fates import Then
from bvsim.schema.ramp import RampClass
from bvsim.valley.cells.block import NO_LIMITS, SiteBlock
from bvsim.valley.cells.closure import ClosureHazard
from bvsim.valley.cells.costs import Activity, Outlet
from bvsim.valley.cells.expansion import SiteProjects
from bvsim.valley.cells.fates import SOLD, Fate, Fates
from bvsim.valley.cells.foregone import Foregone
from bvsim.valley.cells.ledger import LEDGER, YIELD, binding_limit
from bvsim.valley.cells.limits import SiteLimits
from bvsim.valley.cells.partners import SiteWiring
from bvsim.valley.cells.review import Reviews
from bvsim.valley.cells.site_account import SITE
from bvsim.valley.ground.books import Account, Balance
from bvsim.valley.ground.calendar import DAYS_PER_WEEK, DAYS_PER_YEAR, MONTHS_PER_YEAR, Period
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.rows import i64, vec
from bvsim.valley.ground.sums import exact, total
from bvsim.valley.projects.stages import Events

DATED: Final = "date given by the scenario"
"""The cause of a stop that a scenario dates."""
_NO_OUTLET: Final = Outlet()
_NAMEPLATE: Final[i64] = SITE.nameplate_gwh
_LINE_WEEKS: Final[i64] = SITE.line_weeks
_IN_PROCESS: Final[i64] = SITE.in_process_gwh
_GOOD: Final[i64] = SITE.good_gwh
_STARTED: Final[i64] = SITE.started_gwh
_SCRAP: Final[i64] = SITE.scrap_t


class Gigafactory:
    """One site.

    Parameters
    ----------
    name : str
        Such as ``alpha``.
    ramp : RampClass
        Drawn figures of its class.
    blocks : sequence of SiteBlock
        Its blocks.
    projects : SiteProjects
        What their projects have in common.
    wiring : SiteWiring
        The other actors' side.
    fates : Fates
        The luck of its owners, and of what comes after them.
    remains : float
        Part of the class's closure hazard that owners have left beside cash.
    closes : float or None
        Day of a stop that the scenario gives.
    then : str
        What becomes of the site after it.
    reviews : Reviews or None
        What it does with lines that lack orders; None: nothing.
    ctx : Context
        Surroundings of the replication.
    """

    def __init__(
        self,
        *,
        name: str,
        ramp: RampClass,
        blocks: Sequence[SiteBlock],
        projects: SiteProjects,
        wiring: SiteWiring,
        fates: Fates,
        remains: float,
        ctx: Context,
        closes: float | None = None,
        then: Then = "winding-up",
        reviews: Reviews | None = None,
    ) -> None:
        self.name, self.ramp, self.ctx = name, ramp, ctx
        self.mature_yield: float = 1.0 - ramp.scrap_mature
        self.blocks, self.projects, self.wiring = tuple(blocks), projects, wiring
        self.fates, self.remains = fates, remains
        self.hazard = ClosureHazard(ramp, fates.closure_patience(), remains, ctx)
        self.limits = SiteLimits(wiring, ramp, ctx)
        self.foregone = Foregone(ctx.calendar.scheduled_days_per_year)
        self.closed, self.closed_day = False, math.inf
        self.closes, self.then = closes, then
        self.reviews = reviews
        self.storage = None if reviews is None else reviews.storage
        self._running: list[SiteBlock] = []
        self._ledgers: list[Account] = []
        self._made = vec[float]()
        """Ledgers of the running blocks, and the good cells of each in a period, GWh."""
        self._unapproved: list[SiteBlock] = []
        self._idle: list[SiteBlock] = list(self.blocks)
        self._unposted: list[Period] = []
        """Periods of the month that are not in the ledger of idle blocks yet."""
        self._lines = 0
        self._outlook, self._outlook_month = 0.0, -1
        self._available = 0.0
        self._limits = NO_LIMITS
        self._month_good = self._month_started = self._month_delivered = 0.0
        self._month_could = 0.0
        self._idle_gwh = 0.0
        """Nameplate of idle lines, GWh a year."""
        self.account: Account

    def start(self) -> None:
        """Open the site's account and start its blocks."""
        self.account = self.ctx.books.open("yearly", self.name, SITE.columns)
        for cell_block in self.blocks:
            if cell_block.observed is not None:
                self.limits.note_facts(cell_block.observed.end_day)
            cell_block.start()
        if self.storage is not None:
            self.storage.mature = self.ramp.scrap_mature
            self.storage.start()
        self.ctx.env.process(self.await_sop())
        self._life = self.ctx.env.process(self.live())

    def await_sop(self) -> Events:
        """Open the purse with the first SOP."""
        pipelines = [each.block.pipeline for each in self.blocks]
        yield self.ctx.env.any_of([pipeline.opened for pipeline in pipelines])
        self.wiring.purse.open(min(pipeline.sop_day for pipeline in pipelines))

    def live(self) -> Events:
        """Run until something stops the site; come back, or be wound up."""
        closes = None if "closure" in self.ctx.lifts else self.closes
        while True:
            cause = yield from self._run_until_stopped(closes)
            fate = self.fates.after_stop(self.then if cause == DATED else None)
            self._close(self.ctx.clock.now, cause, fate)
            if fate is None:
                return
            yield self.ctx.env.timeout(fate.dark_days)
            self._restart(fate)
            closes = None if cause == DATED else closes

    def _run_until_stopped(self, closes: float | None) -> Generator[simpy.Event, object, str]:
        """Run until a day, or until an interrupt says why to stop; return the cause."""
        env = self.ctx.env
        try:
            if closes is None:
                yield env.event()  # nothing but an interrupt ends it
            else:
                yield env.timeout(max(0.0, closes - env.now))
        except simpy.Interrupt as closure:
            return str(closure.cause)
        return DATED

    # -- phases --------------------------------------------------------------------

    def ask_people(self) -> None:
        """Tell the labour market what the site plans to run, and the customers what it has."""
        if self.projects.changed and not self.closed:
            self.projects.changed = False
            self._ask_people()
        if self._unapproved:
            day = self.ctx.clock.now
            self.wiring.orders.held_gwh = exact(vec[float]([e.held(day) for e in self._unapproved]))

    def _ask_people(self) -> None:
        self._post_idle()
        plans, lines, self._idle_gwh = [], 0, 0.0
        self.projects.released = total(
            vec[float]([each.block.released + each.storage_gwh for each in self.blocks])
        )
        self._running = [each for each in self.blocks if each.block.lines]
        self._ledgers = [each.ledger for each in self._running]
        self._made = vec[float]([0.0] * len(self._running))
        self._idle = [each for each in self.blocks if not each.block.lines]
        for each in self.blocks:
            block = each.block
            each.note_change()
            if not block.closed:
                planned = block.nameplate * block.pipeline.size
                idle = each.idle_gwh
                manned = block.released + each.storage_gwh - idle
                plans.append((planned - idle, block.pipeline.expected_sop_day, manned, block.due))
                lines += len(block.lines) - len(each.idle)
                self._idle_gwh += idle
        lines += len(self.storage.lines) if self.storage is not None else 0
        self._lines = lines
        self.wiring.orders.nameplate_gwh = sum(
            [each.block.released for each in self.blocks if each.approved]
        )
        self._unapproved = [each for each in self._running if not each.approved]
        if not self._unapproved:
            self.wiring.orders.held_gwh = 0.0
        self.wiring.workforce.ask(plans, max(1, lines))

    def ask_cathode(self, period: Period) -> None:
        """Work out what blocks, people and orders allow; ask for the cathode material."""
        if not self._running:
            self._outlook, self._outlook_month = 0.0, period.month
            return
        people, available = self.wiring.workforce, 0.0
        if self.storage is not None and self.storage.lines:
            self.storage.ask(people.crew_share, period)
        for each in self._running:
            each.look_ahead(period, people.repair_factor, people.learning_speed)
            available += each.possible.available
        self._available, wanted = available, 0.0
        if available > 0.0:
            self._limits = self.limits.before_request(self._running, available, period)
            self._month_could += available * self.limits.yield_over_mature
            wanted = self._limits[binding_limit(self._limits)]
            wanted = wanted if wanted < available else available
        buyer = self.wiring.buyer
        started = wanted / self.mature_yield
        if period.month != self._outlook_month:
            self._outlook_month = period.month
            self._outlook = self._plan_cathode(buyer.lead_days)
        buyer.request(started * buyer.cam_t_per_gwh, self._outlook)

    def _plan_cathode(self, lead_days: float) -> float:
        """Return the cathode use per day that the blocks plan for a lead time ahead."""
        years = lead_days / DAYS_PER_YEAR
        rate = total(vec[float]([each.block.planned(years) for each in self._running]))
        return rate / self.mature_yield * self.wiring.buyer.cam_t_per_gwh / DAYS_PER_YEAR

    def produce(self, period: Period) -> None:
        """Start cells within all limits, learn, and post the ledger."""
        wiring = self.wiring
        finished = wiring.process.collect()
        self._unposted.append(period)
        if self._running:
            row = self.account.now
            row[_NAMEPLATE] = self.projects.released
            row[_LINE_WEEKS] += self._lines * period.days / DAYS_PER_WEEK
            self._run(period)
            row[_IN_PROCESS] = wiring.process.gwh
        if wiring.orders.trading:  # cells released since the last period began
            self._month_delivered += wiring.orders.deliver(finished, period)
        elif finished > 0.0:
            wiring.orders.keep(finished)
        if self.storage is not None and self.storage.lines and not self.closed:
            people = wiring.workforce
            self.storage.run(people.crew_share, people.scrap_penalty, self.account, period)

    def _run(self, period: Period) -> None:
        """Let the released lines run."""
        available, used = self._available, 0.0
        limits = NO_LIMITS
        if available > 0.0:
            limits = self._limits
            self.limits.after_request(limits)
            used = limits[binding_limit(limits)] / available
            used = used if used < 1.0 else 1.0
        penalty, detection = self.wiring.workforce.scrap_penalty, self.wiring.process.detection_days
        good = started = 0.0
        i: i64 = 0
        for each in self._running:
            made, possible = 0.0, each.possible.available
            own = NO_LIMITS
            if possible > 0.0:
                begun, made = each.run(used, period, penalty)
                if not each.approved:
                    each.hold(made, period.start_day + detection)
                started += begun
                good += made
                own = each.part_of(limits, possible / available)
            each.post(own, made, period)
            self._made[i] = made
            i += 1  # noqa: SIM113 (a position of the machine's)
        if started > 0.0:
            self._book(started, good, period)

    def month_end(self, last: Period) -> None:
        """Settle the month: energy, money, the market's view, throttle and closure."""
        self._post_idle()
        wiring, released = self.wiring, self.projects.released
        started, good = self._month_started, self._month_good
        outlet = self._of_storage()
        all_started = started + outlet.started_gwh
        all_good = good + outlet.good_gwh
        energy = wiring.meter.month(
            last=last,
            started_gwh=all_started,
            nameplate_gwh=released - self._idle_gwh,
            mature_yield=self.mature_yield,
        )
        scrap = 1.0 - good / started if started > 0.0 else 0.0
        local, dearer = wiring.buyer.sourcing(last.start_day)
        wiring.purse.month(
            last,
            Activity(
                delivered_gwh=self._month_delivered + outlet.delivered_gwh,
                good_gwh=all_good,
                started_gwh=all_started,
                scrap=1.0 - all_good / all_started if all_started > 0.0 else 0.0,
                nameplate_gwh=released,
                heads=0.0 if self.closed else float(wiring.workforce.heads),
                energy_gwh=energy,
                storage=outlet,
                dearer=dearer,
                salts_meur=self._buy_salts(last.start_day),
            ),
        )
        days = last.end_day - self.ctx.calendar.month_starts[last.month]
        cars = released
        if self.storage is not None and self.storage.lines:
            given: float = sum([each.storage_gwh for each in self.blocks])
            cars -= given
        if started > 0.0 and cars > 0.0:
            used = good * DAYS_PER_YEAR / days / cars
            wiring.orders.report(1.0 - scrap, used, local_cam=local, dearer=dearer)
        self.projects.note_month(all_good)
        if self._running:
            orders = wiring.orders
            asked = orders.limit_gwh < math.inf and not self._unapproved
            rate = orders.gwh_per_year if asked else math.inf
            self.foregone.note_month(wiring.workforce.crew_share, rate)
            self._review(rate * days / DAYS_PER_YEAR, last)
        self._month_good = self._month_started = self._month_delivered = 0.0
        self._month_could = 0.0
        if not self.closed:
            self._stop_for_cause(last.end_day, days)

    def _buy_salts(self, day: float) -> float:
        """Return the EUR million that recycled salts cost in the month."""
        cost = self.wiring.buyer.buy_salts(day)
        if self.storage is not None and self.storage.lines:
            cost += self.storage.wiring.buyer.buy_salts(day)
        return cost

    def _of_storage(self) -> Outlet:
        """Return what lines given to storage did in the month, and what conversions cost."""
        if self.storage is None or self.reviews is None:
            return _NO_OUTLET
        made = self.storage.month_end()
        made.spent_meur, self.reviews.spent_meur = self.reviews.spent_meur, 0.0
        return made

    def _review(self, orders_gwh: float, last: Period) -> None:
        """Let the site decide on lines that lack orders."""
        if self.reviews is None or self.closed:
            return
        self.reviews.note_month(orders_gwh, self._month_could)
        if self.reviews.decide(self.blocks, self.account, last):
            self.projects.changed = True

    def _stop_for_cause(self, day: float, days: float) -> None:
        """Stop the site when its cash and backing have ended, or its owners give it up."""
        gives_up = self.hazard.bears_no_more(self.blocks, day, days)
        if self.wiring.purse.insolvent and not self.ctx.lifted("closure"):
            self._life.interrupt("cash, credit and owners' backing have ended")
        elif gives_up:
            self._life.interrupt("its owners give it up")

    # -- books -----------------------------------------------------------------------

    def _book(self, started: float, good: float, period: Period) -> None:
        """Book a period's starts: material, scrap, cells in process."""
        wiring, row = self.wiring, self.account.now
        charged = started * wiring.buyer.cam_t_per_gwh
        in_cells = wiring.process.cam_in(good)
        wiring.buyer.use(in_cells, charged - in_cells)
        batch = wiring.process.begin(period, started, good, self._ledgers, self._made)
        row[_GOOD] += good
        row[_STARTED] += started
        row[_SCRAP] += batch.scrap_t
        self._month_started += started
        self._month_good += good

    # -- closure ---------------------------------------------------------------------

    def _post_idle(self) -> None:
        """Post what has passed since idle blocks were posted last: nothing changed for them."""
        if self.closed:
            self.foregone.post(self._unposted)
            if self.storage is not None:
                self.storage.post_closed(self._unposted)
        else:
            for each in self._idle:
                each.post_idle(self._unposted)
        self._unposted.clear()

    def _close(self, day: float, cause: str, fate: Fate | None) -> None:
        """Stop the site: people, stock and customers are released, cells in process scrapped."""
        self._post_idle()
        self.closed, self.closed_day = True, min(day, self.closed_day)
        self._tell("closed", cause, self.wiring.purse.cash_months, "months of cash")
        self.account.now[SITE.stops] += 1.0
        self.foregone.begin(self.blocks)
        for each in self.blocks:
            each.close()
        self.projects.released, self._idle_gwh, self._lines = 0.0, 0.0, 0
        self._running, self._ledgers, self._unapproved, self._idle = [], [], [], []
        self._made = vec[float]()
        self._available = 0.0
        columns = (SITE.good_gwh, SITE.scrap_t, LEDGER.good_gwh, YIELD)
        finished = self.wiring.process.collect()
        self.wiring.process.scrap_all(self.account, *columns)
        self.account.now[SITE.in_process_gwh] = self.account.now[SITE.nameplate_gwh] = 0.0
        self.wiring.workforce.close(day, 0.0 if fate is None else fate.how.people)
        self.wiring.buyer.close()
        self.wiring.orders.close(finished)
        if self.storage is not None:
            self.storage.close(self.account)
        self.account.now[SITE.idle_lines] = self.account.now[SITE.storage_lines] = 0.0
        self.wiring.purse.stop()
        if fate is None:
            self.account.now[SITE.wound_up] += 1.0
            self._tell("wound up", "nobody goes on with it")

    def _restart(self, fate: Fate) -> None:
        """Run again what a refinancing or a buyer leaves, with the people and customers left."""
        self._post_idle()
        self.closed, wiring, day = False, self.wiring, self.ctx.clock.now
        if fate.ramp is not None:
            self.ramp, self.mature_yield = fate.ramp, 1.0 - fate.ramp.scrap_mature
            self.limits = SiteLimits(wiring, fate.ramp, self.ctx)
        for each in self.blocks:
            if each.block.lines:
                each.restart(fate)
        if self.storage is not None:
            self.storage.mature = self.ramp.scrap_mature
            self.storage.restart(fate.how.capacity, fate.how.experience)
            self.account.now[SITE.storage_lines] = float(len(self.storage.lines))
        if self.reviews is not None:
            self.reviews.forget()
        nameplate = sum([each.block.released + each.storage_gwh for each in self.blocks])
        wiring.workforce.reopen()
        wiring.buyer.reopen()
        wiring.orders.reopen(customers=fate.customers)
        wiring.purse.restart(day, nameplate * fate.how.money, self.fates.support_patience())
        patience = self.fates.closure_patience()
        self.hazard = ClosureHazard(self.ramp, patience, self.remains, self.ctx)
        self.foregone = Foregone(self.ctx.calendar.scheduled_days_per_year)
        now = self.account.now
        now[SITE.sold if fate.name == SOLD else SITE.refinanced] += 1.0
        now[SITE.dark_months] += fate.how.dark
        whose = "its customers stay" if fate.customers else "its customers have gone elsewhere"
        self._tell(fate.name, whose, nameplate, "GWh a year")
        self.projects.changed = True

    def _tell(self, event: str, cause: str, value: float = math.nan, unit: str = "") -> None:
        self.ctx.trace.log(
            day=self.ctx.clock.now,
            entity=self.name,
            event=event,
            cause=cause,
            value=value,
            unit=unit,
        )

    def second_year_gwh(self, sop_day: float) -> float:
        """Return the good cells of the months 13 to 24 after SOP; NaN without all of them."""
        if not math.isfinite(sop_day):
            return math.nan
        starts = self.ctx.calendar.month_starts
        first = bisect_right(starts, max(sop_day, 0.0)) - 1 + MONTHS_PER_YEAR
        months = self.account.monthly()[first : first + MONTHS_PER_YEAR, SITE.good_gwh]
        return math.fsum(months) if len(months) == MONTHS_PER_YEAR else math.nan

    def balances(self) -> Iterator[Balance]:
        """Yield the accounts of cells in process and of money."""
        yield from self.wiring.process.balances()
        yield from self.wiring.purse.balances()
        if self.storage is not None:
            yield from self.storage.balances()
