"""The region's feed of batteries and scrap, who gets it, and what becomes of it.

Feed comes from four origins: scrap under contract with the region's recyclers, packs
of retired vehicles, packs replaced in use, and batteries from outside vehicles. What
the region draws of the country's packs grows with the usable capacity of its open
recyclers against that of their competitors. All feed of a month has one mix; it is
brought to the gates in proportion to what each recycler can take, and what none can
take is sent elsewhere. Recyclers act by the month: their store holds weeks of feed.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bvsim.schema.recycling import RecyclingSpec
from bvsim.valley.ground.books import Account, Balance
from bvsim.valley.ground.calendar import DAYS_PER_YEAR, MONTHS_PER_YEAR, Period
from bvsim.valley.ground.columns import Columns, flow, flows, laid_out, stock
from bvsim.valley.ground.context import Context
from bvsim.valley.returns.feeds import Feed, ScrapContracts, powder_metals, price_feeds, price_path
from bvsim.valley.returns.fleet import CHEMISTRIES
from bvsim.valley.returns.gate import Gate, Packs
from bvsim.valley.returns.hydromet import Hydromet
from bvsim.valley.returns.recycler import (
    ELEMENTS,
    NOTHING,
    RECYCLER,
    Recycler,
)
from bvsim.valley.returns.vehicles import interpolated


@dataclass(frozen=True)
class ReturnColumns(Columns):
    """Packs, scrap and black mass of the region."""

    retired_packs_t: int = flow("packs retired with their vehicles in the home market")
    replaced_packs_t: int = flow("packs replaced in use, recalled or sent back in the home market")
    packs_exported_t: int = flow("packs that left the home market with their vehicles")
    packs_lost_t: int = flow("packs that reach no authorised recycler")
    packs_collected_t: int = flow("packs handed to recyclers at home or abroad")
    second_life_packs_t: int = stock("packs in their second life")
    dwell_packs_t: int = stock("packs waiting at dismantlers and car makers")
    scrap_feedstock_t: int = flow("scrap and trim brought to the region's gates")
    eol_feedstock_t: int = flow("retired packs brought to the region's gates")
    replacement_feedstock_t: int = flow("replaced packs brought to the region's gates")
    non_ev_feedstock_t: int = flow("other lithium-ion batteries brought to the gates")
    scrap_delivered_t: int = flow("scrap and trim handed over by the plants")
    scrap_elsewhere_t: int = flow("of it never brought to the region's gates")
    powder_t: int = flow("of it rejected powder, passed to hydrometallurgy directly")
    black_mass_t: int = flow("black mass made by the region's recyclers")
    black_mass_valley_t: int = flow("black mass and powder treated in the valley")
    black_mass_tolled_t: int = flow("black mass and powder tolled elsewhere in the export market")
    black_mass_exported_t: int = flow("black mass and powder leaving the export market")
    black_mass_sold_t: int = flow("black mass and powder sold in the export market")
    recovered: int = flows(
        "recovered_{}_t", {e: f"{e} recovered from black mass" for e in ELEMENTS}
    )
    returned: int = flows("returned_{}_t", {e: f"{e} returned into the valley" for e in ELEMENTS})
    treated: int = flows("treated_{}_t", {e: f"{e} in feed shredded and powder" for e in ELEMENTS})
    cells: int = flows("cells_{}_t", {e: f"{e} in good cells" for e in ELEMENTS})
    metal_price_factor: int = stock("metal prices relative to their mean")


RETURNS: Final = laid_out(ReturnColumns)

Kinds = dict[tuple[str, str], float]
"""Tonnes of scrap by chemistry and stage."""
_NO_FEED: Final[Feed] = (*NOTHING, 0.0)


def book_cells(account: Account, metals: tuple[float, ...]) -> None:
    """Book the metals (`ELEMENTS`, tonnes) in good cells."""
    now = account.now
    nickel, cobalt, lithium, manganese = metals
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
        self.spec, self.fleet, self.ctx = spec, fleet, ctx
        self.recyclers = [Recycler(n, spec.recyclers[n], ctx) for n in sorted(spec.recyclers)]
        self.hydromet = Hydromet(spec.hydromet, spec.trade, spec.regulation, ctx)
        self.contracts = ScrapContracts(spec.scrap, ctx)
        years = np.array(ctx.calendar.years, dtype=np.float64)
        self._competitors: list[float] = interpolated(spec.reach.competitors, years).tolist()
        grown = (1.0 + spec.non_ev.growth) ** (years - spec.non_ev.base_year)
        self._non_ev: list[float] = (spec.non_ev.collected * grown).tolist()
        economics = spec.economics
        self._prices = price_path(economics, len(years), ctx)
        self._margin = economics.other_metals - economics.opex * (1.0 - economics.fixed)
        self._fixed = economics.opex * economics.fixed
        self._delivered: defaultdict[tuple[str, str, str], float] = defaultdict(float)
        self._scrap = [0.0, 0.0, 0.0, 0.0]
        self._powders = powder_metals(spec)
        self._scrap_months: deque[float] = deque(maxlen=MONTHS_PER_YEAR)
        self._feeds: dict[tuple[str, str], Feed] = {}
        self._capture = [max(spec.capture[element], 1e-9) for element in ELEMENTS]
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

    def deliver_scrap(self, site: str, chemistry: str, stage: str, tonnes: float) -> None:
        """Hand over scrap found at a plant.

        Parameters
        ----------
        site : str
            The plant; its contract decides how much is offered to the region's recyclers.
        chemistry : str
            Family of cells, one of the model's `recycling.chemistries`.
        stage : str
            ``trim``, ``dry_cell`` or ``filled_cell``; ``precursor`` or ``cathode_material``
            for rejected powder of cathode plants.
        tonnes : float
            Mass of scrap.
        """
        self._delivered[site, chemistry, stage] += tonnes

    def note_cells(self, metals: tuple[float, ...]) -> None:
        """Book the metals (`ELEMENTS`, tonnes) in good cells: recycled content is a share of it."""
        book_cells(self.account, metals)

    def _collect(self) -> tuple[float, Kinds, Kinds]:
        """Return a month's scrap under no contract, that under contract, and powder, by kind."""
        delivered, self._delivered = self._delivered, defaultdict(float)
        kinds: Kinds = {}
        powder: Kinds = {}
        free = 0.0
        for (site, *kind), tonnes in sorted(delivered.items()):
            key = (kind[0], kind[1])
            if key in self._powders:
                powder[key] = powder.get(key, 0.0) + tonnes
            else:
                share = self.contracts.share(site)
                kinds[key] = kinds.get(key, 0.0) + tonnes * share
                free += tonnes * (1.0 - share)
        return free, kinds, powder

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
        year = period.year - self.ctx.calendar.start.year
        if year != self._year:
            self._year, self._price = year, self._prices[year]
            self._feeds = price_feeds(self.spec, self._price)
        for recycler in self.recyclers:
            self._review(recycler)
        self.contracts.renew()
        self._open = [recycler for recycler in self.recyclers if recycler.usable_t > 0.0]
        usable = sum([recycler.usable_t for recycler in self._open])
        self._share = self._reach(usable * DAYS_PER_YEAR)

    def _review(self, recycler: Recycler) -> None:
        if recycler.waits_for_rule:
            if recycler.spec.returns is not None:
                recycler.consider_return(self._visible(recycler))
        elif recycler.begun:
            visible = self._visible(recycler) if recycler.mothballed else 0.0
            recycler.review(visible, self._fixed, self._days)
            self._openings.setdefault(recycler.name, self.ctx.env.now)

    def _settle(self) -> None:
        """Bring the month's feed to the gates, shred it and send the black mass on."""
        self._book_fleet()
        delivered = sum(self._delivered.values())
        free, kinds, powder = self._collect()
        offered, direct = sum(kinds.values()), sum(powder.values())
        self._scrap_months.append(offered)
        brought = offered if self._open else 0.0
        elsewhere = free + offered - brought
        for i, tonnes in enumerate((delivered, brought, direct, elsewhere)):
            self._scrap[i] += tonnes
        now = self.account.now
        now[RETURNS.scrap_delivered_t] += delivered
        now[RETURNS.powder_t] += direct
        now[RETURNS.scrap_elsewhere_t] += elsewhere
        made = self._bring(kinds, brought) if self._open else list(NOTHING)
        self._ship(made, powder)

    def _gather(self, kinds: Kinds) -> tuple[list[float], tuple[float, ...]]:
        """Return the mix of all feed at the gates, and its tonnes from other than scrap."""
        reached = self._share * self._days
        packs = [rate * reached for rate in self.fleet.collected_rates[self._month]]
        non_ev = self._non_ev[self._year] / DAYS_PER_YEAR * reached
        feeds = self._feeds
        parts = [((self.spec.non_ev_chemistry, "non_ev"), non_ev)]
        parts += [((c, "pack"), packs[i] + packs[i + 2]) for i, c in enumerate(CHEMISTRIES)]
        parts += kinds.items()
        mix = list(_NO_FEED)
        for kind, tonnes in parts:
            if tonnes:
                mix = [held + part * tonnes for held, part in zip(mix, feeds[kind])]  # noqa: B905
        return mix, (packs[0] + packs[1], packs[2] + packs[3], non_ev)

    def _bring(self, kinds: Kinds, scrap: float) -> list[float]:
        """Share the feed in proportion to what each recycler can take; return what was shredded."""
        (*mix, fees), others = self._gather(kinds)
        origins = (scrap, *others)
        now = self.account.now
        for i, tonnes in enumerate(origins):
            now[RETURNS.scrap_feedstock_t + i] += tonnes
        room = [recycler.room(self._days) for recycler in self._open]
        total = sum(room)
        tonnes = mix[0] or 1.0
        # With no room anywhere the feed still comes to the gates, by capacity.
        weights = room if total > 0.0 else [recycler.usable_t for recycler in self._open]
        total = total if total > 0.0 else sum(weights)
        money = (fees, self._price, self._margin)
        made = list(NOTHING)
        for i, recycler in enumerate(self._open):
            brought = weights[i] / total
            out = recycler.work(mix, brought, min(brought, room[i] / tonnes), self._days, money)
            made = [before + more for before, more in zip(made, out)]  # noqa: B905 (as many)
            account = recycler.account.now
            for column, amount in enumerate(origins, RECYCLER.feed_scrap_t):
                account[column] += amount * brought
        return made

    def _ship(self, made: Sequence[float], powder: Kinds) -> None:
        """Send the month's black mass and powder to hydrometallurgy or trade."""
        now = self.account.now
        mass, metals = made[1], list(made[2 : 2 + len(ELEMENTS)])
        contained = [each / caught for each, caught in zip(metals, self._capture)]  # noqa: B905
        now[RETURNS.black_mass_t] += mass
        for kind, tonnes in powder.items():
            mass += tonnes
            for i, each in enumerate(self._powders[kind]):
                metals[i] += each * tonnes
                contained[i] += each * tonnes
        if mass <= 0.0:
            return
        self.hydromet.review(self._openings)
        for i, amount in enumerate(self.hydromet.treat(mass, metals, self._days)):
            now[RETURNS.black_mass_valley_t + i] += amount
        for i, each in enumerate(contained):
            now[RETURNS.treated + i] += each

    def _book_fleet(self) -> None:
        """Book the month's packs, which depend on nothing that happens here."""
        book_packs(self.account, self.fleet, self._month, self._days)
        self.account.now[RETURNS.metal_price_factor] = self._price

    def _reach(self, capacity: float) -> float:
        """Return the share of the home market's packs that a capacity here draws (t/yr)."""
        if capacity <= 0.0:
            return 0.0
        reach = self.spec.reach
        pull = reach.pull * capacity
        rivals = pull + self._competitors[self._year]
        return reach.local + (1.0 - reach.local) * (pull / rivals if rivals > 0.0 else 0.0)

    def _visible(self, recycler: Recycler) -> float:
        """Return the load that a recycler not in service could count on, share of capacity.

        It would share the region's feed with those in service, and widen its reach. Packs
        are counted as many years ahead as its promoter looks; scrap as in the past year.
        """
        own = recycler.planned_t
        total = own + sum([r.capacity_t for r in self._open]) * DAYS_PER_YEAR
        if total <= 0.0:
            return 0.0
        rule = recycler.spec.returns
        ahead = rule.foresight if rule is not None and recycler.waits_for_rule else 0.0
        packs = self.fleet.collected_per_year(self._month + round(ahead * MONTHS_PER_YEAR))
        others = packs + self._non_ev[self._year]
        return (others * self._reach(total) + sum(self._scrap_months)) / total

    # -- afterwards ----------------------------------------------------------------

    def recovered_since_last(self, element: str) -> float:
        """Return metal that came back into the valley since the last call, tonnes."""
        return self.hydromet.recovered_since_last(element)

    def balances(self) -> Iterator[Balance]:
        """Yield the accounts of packs, scrap, feed and black mass."""
        yield from self.fleet.balances()
        delivered, *ends = self._scrap
        kept = sum(self._delivered.values())
        yield Balance("scrap", "region", 0.0, delivered + kept, sum(ends), kept, "t")
        for recycler in self.recyclers:
            yield from recycler.balances()
        yield self.hydromet.balance()
