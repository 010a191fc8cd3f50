"""The region's feed of batteries and scrap, who gets it, and what becomes of it.

Feed comes from four origins: scrap under contract with the region's recyclers, packs
of retired vehicles, packs replaced in use, and batteries from outside vehicles. What
the region draws of the country's packs grows with the usable capacity of its open
recyclers against that of their competitors. All feed of a month has one mix; it is
brought to the gates in proportion to what each recycler can take, and what none can
take is sent elsewhere. Recyclers act by the month: their store holds weeks of feed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from bvsim.schema.recycling import RecyclingSpec
from bvsim.valley.ground.books import Account, Balance
from bvsim.valley.ground.calendar import DAYS_PER_YEAR, MONTHS_PER_YEAR, Period
from bvsim.valley.ground.columns import Columns, flow, flows, laid_out, stock
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.rows import i64, vec
from bvsim.valley.ground.sums import total
from bvsim.valley.returns.feeds import FEE, ScrapContracts, feeds_of, powder_metals, price_path
from bvsim.valley.returns.fleet import CHEMISTRIES
from bvsim.valley.returns.gate import Gate, Heap, Kind, Packs
from bvsim.valley.returns.hydromet import Hydromet
from bvsim.valley.returns.recycler import ELEMENTS, RECYCLER, Recycler, add, nothing
from bvsim.valley.returns.vehicles import interpolated


@dataclass(frozen=True)
class ReturnColumns(Columns):
    """Packs, scrap and black mass of the region."""

    retired_packs_t: i64 = flow("packs retired with their vehicles in the home market")
    replaced_packs_t: i64 = flow("packs replaced in use, recalled or sent back in the home market")
    packs_exported_t: i64 = flow("packs that left the home market with their vehicles")
    packs_lost_t: i64 = flow("packs that reach no authorised recycler")
    packs_collected_t: i64 = flow("packs handed to recyclers at home or abroad")
    second_life_packs_t: i64 = stock("packs in their second life")
    dwell_packs_t: i64 = stock("packs waiting at dismantlers and car makers")
    scrap_feedstock_t: i64 = flow("scrap and trim brought to the region's gates")
    eol_feedstock_t: i64 = flow("retired packs brought to the region's gates")
    replacement_feedstock_t: i64 = flow("replaced packs brought to the region's gates")
    non_ev_feedstock_t: i64 = flow("other lithium-ion batteries brought to the gates")
    scrap_delivered_t: i64 = flow("scrap and trim handed over by the plants")
    scrap_elsewhere_t: i64 = flow("of it never brought to the region's gates")
    powder_t: i64 = flow("of it rejected powder, passed to hydrometallurgy directly")
    black_mass_t: i64 = flow("black mass made by the region's recyclers")
    black_mass_valley_t: i64 = flow("black mass and powder treated in the valley")
    black_mass_tolled_t: i64 = flow("black mass and powder tolled elsewhere in the export market")
    black_mass_exported_t: i64 = flow("black mass and powder leaving the export market")
    black_mass_sold_t: i64 = flow("black mass and powder sold in the export market")
    recovered: i64 = flows(
        "recovered_{}_t", {e: f"{e} recovered from black mass" for e in ELEMENTS}
    )
    returned: i64 = flows("returned_{}_t", {e: f"{e} returned into the valley" for e in ELEMENTS})
    treated: i64 = flows("treated_{}_t", {e: f"{e} in feed shredded and powder" for e in ELEMENTS})
    cells: i64 = flows("cells_{}_t", {e: f"{e} in good cells" for e in ELEMENTS})
    metal_price_factor: i64 = stock("metal prices relative to their mean")


RETURNS: Final = laid_out(ReturnColumns)


def book_cells(
    account: Account, nickel: float, cobalt: float, lithium: float, manganese: float
) -> None:
    """Book the metals in good cells, in the order of `ELEMENTS`, tonnes."""
    now = account.now
    now[RETURNS.cells] += nickel
    now[RETURNS.cells + 1] += cobalt
    now[RETURNS.cells + 2] += lithium
    now[RETURNS.cells + 3] += manganese


def book_packs(account: Account, fleet: Packs, month: int, days: float) -> None:
    """Book a month's packs, which depend on nothing that happens in the region."""
    now = account.now
    for i, amount in enumerate(fleet.pass_month(month, days)):
        now[RETURNS.retired_packs_t + i] += amount
    now[RETURNS.second_life_packs_t] = fleet.second_life_closing[month]
    now[RETURNS.dwell_packs_t] = fleet.dwell_closing[month]


class Recycling(Gate):
    """Recyclers, their feeds and the way of black mass, in one replication.

    Parameters
    ----------
    spec : RecyclingSpec
        Drawn figures.
    fleet : Packs
        Where packs come from.
    ctx : Context
        Surroundings.
    """

    def __init__(self, spec: RecyclingSpec, fleet: Packs, ctx: Context) -> None:
        super().__init__()
        self.spec, self.fleet, self.ctx = spec, fleet, ctx
        self.recyclers = [Recycler(n, spec.recyclers[n], ctx) for n in sorted(spec.recyclers)]
        self.hydromet = Hydromet(spec.hydromet, spec.trade, spec.regulation, ctx)
        self.contracts = ScrapContracts(spec.scrap, ctx)
        self._first_year = ctx.calendar.start.year
        years = np.array(ctx.calendar.years, dtype=np.float64)
        self._competitors: list[float] = interpolated(spec.reach.competitors, years).tolist()
        grown = (1.0 + spec.non_ev.growth) ** (years - spec.non_ev.base_year)
        self._non_ev: list[float] = (spec.non_ev.collected * grown).tolist()
        self._pull: float = spec.reach.pull
        self._local: float = spec.reach.local
        economics = spec.economics
        self._prices = price_path(economics, len(years), ctx)
        self._margin: float = economics.other_metals - economics.opex * (1.0 - economics.fixed)
        self._fixed: float = economics.opex * economics.fixed
        self._waiting: list[Heap] = []
        """Heaps of the month, in the order in which there was something on them."""
        self._heaps: list[Heap] = []
        """All heaps by plant, chemistry and stage."""
        self._offered: list[Kind] = []
        self._powder: list[Kind] = []
        self._scrap = vec[float]([0.0] * 4)
        self._powders = powder_metals(spec)
        self._scrap_months: deque[float] = deque(maxlen=MONTHS_PER_YEAR)
        self._scrap_year = -1.0
        """Their sum, once somebody asked for it."""
        self._feeds = feeds_of(spec)
        self._other = Kind(spec.non_ev_chemistry, "non_ev")
        self._packs = [Kind(chemistry, "pack") for chemistry in CHEMISTRIES]
        self._capture = vec[float]([max(spec.capture[element], 1e-9) for element in ELEMENTS])
        self._share = 0.0
        self._open: list[Recycler] = []
        self._openings: dict[str, float] = {}
        self._month, self._year, self._price = -1, -1, 1.0
        self._month_end = self._days = 0.0

    def start(self) -> None:
        """Open accounts, decide openings and log the recalls."""
        self.account = self.ctx.books.open("yearly", "region:eol", RETURNS.columns)
        self.fleet.start()
        for recycler in self.recyclers:
            recycler.start()
        self.hydromet.start()

    # -- feeds ---------------------------------------------------------------------

    def take_scrap(self, heap: Heap, tonnes: float) -> None:
        """Take scrap of one kind found at a plant.

        Parameters
        ----------
        heap : Heap
            Where it gathers; the plant's contract decides how much of it is offered to the
            region's recyclers.
        tonnes : float
            Mass of scrap.
        """
        if not heap.waits:
            heap.waits, heap.tonnes = True, 0.0
            self._waiting.append(heap)
        heap.tonnes += tonnes

    def note_cells(self, nickel: float, cobalt: float, lithium: float, manganese: float) -> None:
        """Book the metals in good cells, tonnes: recycled content is a share of it."""
        book_cells(self.account, nickel, cobalt, lithium, manganese)

    def _collect(self) -> float:
        """Sort a month's scrap into what is under contract and powder; return what is free."""
        if len(self._heaps) < len(self.heaps):
            self._heaps = [heap for _, heap in sorted(self.heaps.items())]
        self._offered, self._powder, self._waiting = [], [], []
        free = 0.0
        for heap in self._heaps:
            if heap.waits:
                heap.waits = False
                free += self._sort(heap.site, heap.kind, heap.tonnes)
        return free

    def _sort(self, site: str, kind: Kind, tonnes: float) -> float:
        """Add a plant's scrap of a kind to that of others; return what is under no contract."""
        if kind.month < self._month:
            if kind.month < 0:
                self._know(kind)
            kind.month, kind.tonnes = self._month, 0.0
            (self._offered if kind.contracted else self._powder).append(kind)
        if not kind.contracted:
            kind.tonnes += tonnes
            return 0.0
        share = self.contracts.share(site)
        kind.tonnes += tonnes * share
        return tonnes * (1.0 - share)

    def _know(self, kind: Kind) -> None:
        """Find out whether a kind of scrap is rejected powder."""
        key = kind.chemistry, kind.stage
        kind.contracted = key not in self._powders
        if not kind.contracted:
            kind.amounts = self._powders[key]

    # -- each month ----------------------------------------------------------------

    def process(self, period: Period) -> None:
        """Act at a month's start (reviews) and at its end (feed to the gates, shredding)."""
        if period.month != self._month:
            self._begin(period)
        if period.end_day >= self._month_end:
            self._settle()

    def _begin(self, period: Period) -> None:
        """Review every recycler and set what holds for the month."""
        starts = self.ctx.calendar.month_starts
        self._month, self._month_end = period.month, starts[period.month + 1]
        self._days = self._month_end - starts[period.month]
        year = period.year - self._first_year
        if year != self._year:
            self._year, self._price = year, self._prices[year]
            for feed in self._feeds.values():
                feed.price(self._price)
        for recycler in self.recyclers:
            self._review(recycler)
        self.contracts.renew()
        self._open = [recycler for recycler in self.recyclers if recycler.usable_t > 0.0]
        usable = total(vec[float]([recycler.usable_t for recycler in self._open]))
        self._share = self._reach(usable * DAYS_PER_YEAR)

    def _review(self, recycler: Recycler) -> None:
        if recycler.waits_for_rule:
            if recycler.may_return:
                waits = recycler.awaits_outlet
                recycler.consider_return(0.0 if waits else self._visible(recycler))
        elif recycler.begun:
            visible = self._visible(recycler) if recycler.mothballed else 0.0
            recycler.review(visible, self._fixed, self._days)
            if not recycler.known:
                recycler.known = True
                self._openings[recycler.name] = self.ctx.clock.now

    def _settle(self) -> None:
        """Bring the month's feed to the gates, shred it and send the black mass on."""
        self._book_fleet()
        delivered = total(vec[float]([heap.tonnes for heap in self._waiting]))
        free = self._collect()
        offered = total(vec[float]([kind.tonnes for kind in self._offered]))
        direct = total(vec[float]([kind.tonnes for kind in self._powder]))
        self._scrap_months.append(offered)
        self._scrap_year = -1.0
        brought = offered if self._open else 0.0
        elsewhere = free + offered - brought
        scrap, now = self._scrap, self.account.now
        scrap[0] += delivered
        scrap[1] += brought
        scrap[2] += direct
        scrap[3] += elsewhere
        now[RETURNS.scrap_delivered_t] += delivered
        now[RETURNS.powder_t] += direct
        now[RETURNS.scrap_elsewhere_t] += elsewhere
        self._ship(self._bring(brought) if self._open else nothing())

    def _gather(self, scrap: float) -> tuple[vec[float], vec[float]]:
        """Return the mix of all feed at the gates with its fees, and its tonnes by origin."""
        reached = self._share * self._days
        packs, month = vec[float]([0.0] * 4), self._month
        for i, rates in enumerate(self.fleet.collected_rates):
            packs[i] = rates[month] * reached
        non_ev = self._non_ev[self._year] / DAYS_PER_YEAR * reached
        mix = vec[float]([0.0] * (FEE + 1))
        self._add(mix, self._other, non_ev)
        for i, kind in enumerate(self._packs):
            self._add(mix, kind, packs[i] + packs[i + 2])
        for kind in self._offered:
            self._add(mix, kind, kind.tonnes)
        origins = vec[float]([scrap] * 4)
        origins[1], origins[2] = packs[0] + packs[1], packs[2] + packs[3]
        origins[3] = non_ev
        return mix, origins

    def _add(self, mix: vec[float], kind: Kind, tonnes: float) -> None:
        if tonnes:
            if len(kind.amounts) == 0:
                kind.amounts = self._feeds[kind.chemistry, kind.stage].amounts
            add(mix, kind.amounts, tonnes)

    def _bring(self, scrap: float) -> vec[float]:
        """Share the feed in proportion to what each recycler can take; return what was shredded."""
        mix, origins = self._gather(scrap)
        add(self.account.now, origins, 1.0, RETURNS.scrap_feedstock_t)
        room = vec[float]([recycler.room(self._days) for recycler in self._open])
        weight = total(room)
        tonnes = mix[0] or 1.0
        # With no room anywhere the feed still comes to the gates, by capacity.
        weights = room
        if weight <= 0.0:
            weights = vec[float]([recycler.usable_t for recycler in self._open])
            weight = total(weights)
        money = (mix[FEE], self._price, self._margin)
        made = nothing()
        for i, recycler in enumerate(self._open):
            brought, taken = weights[i] / weight, room[i] / tonnes
            taken = taken if taken < brought else brought
            add(made, recycler.work(mix, brought, taken, self._days, money), 1.0)
            add(recycler.account.now, origins, brought, RECYCLER.feed_scrap_t)
        return made

    def _ship(self, made: vec[float]) -> None:
        """Send the month's black mass and powder to hydrometallurgy or trade."""
        now = self.account.now
        mass, metals = made[1], made[2 : 2 + len(ELEMENTS)]
        contained = metals[:]
        for i, caught in enumerate(self._capture):
            contained[i] /= caught
        now[RETURNS.black_mass_t] += mass
        for kind in self._powder:
            mass += kind.tonnes
            add(metals, kind.amounts, kind.tonnes)
            add(contained, kind.amounts, kind.tonnes)
        if mass <= 0.0:
            return
        self.hydromet.review(self._openings)
        add(now, self.hydromet.treat(mass, metals, self._days), 1.0, RETURNS.black_mass_valley_t)
        add(now, contained, 1.0, RETURNS.treated)

    def _book_fleet(self) -> None:
        """Book the month's packs, which depend on nothing that happens here."""
        book_packs(self.account, self.fleet, self._month, self._days)
        self.account.now[RETURNS.metal_price_factor] = self._price

    def _reach(self, capacity: float) -> float:
        """Return the share of the home market's packs that a capacity here draws (t/yr)."""
        if capacity <= 0.0:
            return 0.0
        pull, local = self._pull * capacity, self._local
        rivals = pull + self._competitors[self._year]
        return local + (1.0 - local) * (pull / rivals if rivals > 0.0 else 0.0)

    def _visible(self, recycler: Recycler) -> float:
        """Return the load that a recycler not in service could count on, share of capacity.

        It would share the region's feed with those in service, and widen its reach. Packs
        are counted as many years ahead as its promoter looks; scrap as in the past year.
        """
        own = recycler.planned_t
        running = total(vec[float]([r.capacity_t for r in self._open]))
        together = own + running * DAYS_PER_YEAR
        if together <= 0.0:
            return 0.0
        rule = recycler.spec.returns
        ahead = rule.foresight if rule is not None and recycler.waits_for_rule else 0.0
        packs = self.fleet.collected_per_year(self._month + round(ahead * MONTHS_PER_YEAR))
        others = packs + self._non_ev[self._year]
        if self._scrap_year < 0.0:
            self._scrap_year = sum(self._scrap_months)
        scrap = self._scrap_year
        return (others * self._reach(together) + scrap) / together

    # -- afterwards ----------------------------------------------------------------

    def recovered_since_last(self, element: str) -> float:
        """Return metal that came back into the valley since the last call, tonnes."""
        return self.hydromet.recovered_since_last(element)

    def balances(self) -> Iterator[Balance]:
        """Yield the accounts of packs, scrap, feed and black mass."""
        yield from self.fleet.balances()
        delivered, *ends = self._scrap
        kept = sum([heap.tonnes for heap in self._waiting])
        yield Balance("scrap", "region", 0.0, delivered + kept, sum(ends), kept, "t")
        for recycler in self.recyclers:
            yield from recycler.balances()
        yield self.hydromet.balance()
