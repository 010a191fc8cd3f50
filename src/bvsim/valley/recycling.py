"""The region's feed of batteries and scrap, who gets it, and what becomes of it.

Feed comes from four origins: scrap under contract with the region's recyclers, packs
of retired vehicles, packs replaced in use, and batteries from outside vehicles. What
the region draws of the country's packs grows with the usable capacity of its open
recyclers against that of their competitors. All feed of a period has one mix; it is
brought to the gates in proportion to what each recycler can take, and what none can
take is sent elsewhere.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from bvsim.spec.recycling import RecyclingSpec
from bvsim.valley.books import Balance, Column
from bvsim.valley.calendar import DAYS_PER_YEAR, MONTHS_PER_YEAR, Period
from bvsim.valley.context import Context
from bvsim.valley.fleet import CHEMISTRIES, Fleet
from bvsim.valley.hydromet import Hydromet
from bvsim.valley.luck import normal_quantile
from bvsim.valley.recycler import (
    ELEMENTS,
    EOL,
    MIX,
    NON_EV,
    REPLACEMENT,
    SCRAP,
    Recycler,
)
from bvsim.valley.vehicles import interpolated

STAGES = ("trim", "dry_cell", "filled_cell")
_ORIGINS = (SCRAP, EOL, REPLACEMENT, NON_EV)

COLUMNS = (
    Column("retired_packs_t", "flow", "packs retired with their vehicles in France"),
    Column("replaced_packs_t", "flow", "packs replaced in use, recalled or sent back in France"),
    Column("packs_exported_t", "flow", "packs that left France with their vehicles"),
    Column("packs_lost_t", "flow", "packs that reach no authorised recycler"),
    Column("packs_collected_t", "flow", "packs handed to recyclers in France or abroad"),
    Column("second_life_packs_t", "stock", "packs in their second life"),
    Column("dwell_packs_t", "stock", "packs waiting at dismantlers and car makers"),
    Column("scrap_feedstock_t", "flow", "scrap and trim brought to the region's gates"),
    Column("eol_feedstock_t", "flow", "retired packs brought to the region's gates"),
    Column("replacement_feedstock_t", "flow", "replaced packs brought to the region's gates"),
    Column("non_ev_feedstock_t", "flow", "other lithium-ion batteries brought to the gates"),
    Column("scrap_delivered_t", "flow", "scrap and trim handed over by the plants"),
    Column("scrap_elsewhere_t", "flow", "of it never brought to the region's gates"),
    Column("black_mass_t", "flow", "black mass made"),
    Column("black_mass_valley_t", "flow", "of it treated by stages in the valley"),
    Column("black_mass_tolled_t", "flow", "of it tolled elsewhere in the Union"),
    Column("black_mass_exported_t", "flow", "of it leaving the Union"),
    Column("black_mass_sold_t", "flow", "of it sold in the Union"),
    *(Column(f"recovered_{e}_t", "flow", f"{e} recovered from black mass") for e in ELEMENTS),
    *(Column(f"returned_{e}_t", "flow", f"{e} returned into the valley") for e in ELEMENTS),
    *(Column(f"treated_{e}_t", "flow", f"{e} in the feed of that black mass") for e in ELEMENTS),
    Column("metal_price_factor", "stock", "metal prices relative to their mean"),
)
_AT = {column.name: i for i, column in enumerate(COLUMNS)}
_SCRAP_FEED = _AT["scrap_feedstock_t"]
_DELIVERED = _AT["scrap_delivered_t"]
_SCRAP_ELSEWHERE = _AT["scrap_elsewhere_t"]
_BLACK_MASS = _AT["black_mass_t"]
_SECOND_LIFE = _AT["second_life_packs_t"]
_DWELL = _AT["dwell_packs_t"]
_TREATED = _AT["treated_nickel_t"]
_PRICE = _AT["metal_price_factor"]
Feed = tuple[float, ...]
"""Amounts (`MIX`) in a tonne of one kind of feed, then the fee for it in EUR."""


class Recycling:
    """Recyclers, their feeds and the way of black mass, in one replication.

    Parameters
    ----------
    spec : RecyclingSpec
        Drawn figures.
    fleet : Fleet
        Where packs come from.
    ctx : Context
        Surroundings.
    """

    def __init__(self, spec: RecyclingSpec, fleet: Fleet, ctx: Context) -> None:
        self.spec, self.fleet, self.ctx = spec, fleet, ctx
        self.recyclers = [Recycler(n, spec.recyclers[n], ctx) for n in sorted(spec.recyclers)]
        self.hydromet = Hydromet(spec.hydromet, spec.trade, spec.regulation, ctx)
        years = np.array(ctx.calendar.years, dtype=np.float64)
        self._competitors: list[float] = interpolated(spec.reach.competitors, years).tolist()
        grown = (1.0 + spec.non_ev.growth) ** (years - spec.non_ev.base_year)
        self._non_ev: list[float] = (spec.non_ev.collected * grown).tolist()
        self._prices = self._price_path(len(years))
        economics = spec.economics
        self._worth = [economics.prices[e] * economics.payable[e] for e in ELEMENTS]
        self._contracts: dict[str, tuple[float, float, Callable[[], float]]] = {}
        self._pending = [0.0] * (len(MIX) + 1)
        self._offered_scrap = 0.0
        self._elsewhere = 0.0
        self._scrap = [0.0, 0.0, 0.0]
        self._scrap_months: deque[float] = deque(maxlen=MONTHS_PER_YEAR)
        self._month, self._year = -1, 0
        self._month_scrap = 0.0
        self._price = 1.0
        self._feeds: dict[tuple[str, str], Feed] = {}
        self._share = 0.0
        self._openings: dict[str, float] = {}

    def _price_path(self, years: int) -> list[float]:
        """Return metal prices relative to their mean by year (autoregressive in the log)."""
        stream = self.ctx.streams.stream("recycling", "metal-prices")
        economics = self.spec.economics
        kept = economics.price_persistence
        fresh = economics.price_volatility * math.sqrt(1.0 - kept * kept)
        path, log = [], 0.0
        for _ in range(years):
            log = kept * log + fresh * normal_quantile(stream.uniform())
            path.append(math.exp(log))
        return path

    def start(self) -> None:
        """Open accounts, decide openings and log the recalls."""
        self.account = self.ctx.books.open("yearly", "region:eol", COLUMNS)
        self.fleet.start()
        for recycler in self.recyclers:
            recycler.start()
        self.hydromet.start()

    # -- feeds ---------------------------------------------------------------------

    def _price_feeds(self) -> None:
        """Set yields, metals and fees of each kind of feed at this year's prices."""
        spec, factor = self.spec, self._price
        for chemistry, black in spec.chemistries.items():
            for kind, base in spec.yields.items():
                mass = base * black.yield_factor
                metals = [mass * getattr(black.black_mass, element) for element in ELEMENTS]
                value = self._metal_value(metals)
                if kind in STAGES:
                    fee = -spec.economics.scrap_price * value * factor
                else:
                    fee = black.gate_fee - spec.economics.pass_through * value * (factor - 1.0)
                self._feeds[chemistry, kind] = (1.0, mass, *metals, fee)

    def _metal_value(self, metals: Sequence[float]) -> float:
        """Return what buyers of black mass pay for its metals at mean prices, EUR."""
        return sum([tonnes * worth for tonnes, worth in zip(metals, self._worth, strict=True)])

    def deliver_scrap(self, site: str, chemistry: str, stage: str, tonnes: float) -> None:
        """Hand over scrap found at a plant.

        Parameters
        ----------
        site : str
            The plant; its contract decides how much is offered to the region's recyclers.
        chemistry : str
            Family of cells, one of the model's `recycling.chemistries`.
        stage : str
            ``trim``, ``dry_cell`` or ``filled_cell``.
        tonnes : float
            Mass of scrap.
        """
        if not self._feeds:
            self._price_feeds()
        offered = tonnes * self._contract(site)
        pending = self._pending
        for i, amount in enumerate(self._feeds[chemistry, stage]):
            pending[i] += amount * offered
        self._offered_scrap += offered
        self._elsewhere += tonnes - offered
        self._scrap[0] += tonnes
        self.account.now[_DELIVERED] += tonnes

    def _contract(self, site: str) -> float:
        """Return the share of a plant's scrap under contract; renewed when its term ends."""
        now, scrap = self.ctx.env.now, self.spec.scrap
        if site in self._contracts:
            stray, until, uniform = self._contracts[site]
        else:
            stray, until = 0.0, -math.inf
            uniform = self.ctx.streams.stream(f"recycling.{site}", "contracts").uniform
        if now >= until:
            term = scrap.term_first + (scrap.term_last - scrap.term_first) * uniform()
            stray = scrap.spread * (2.0 * uniform() - 1.0)
            self._contracts[site] = (stray, now + term * DAYS_PER_YEAR, uniform)
        return min(1.0, max(0.0, scrap.contract.at(now) + stray))

    # -- each period ---------------------------------------------------------------

    def process(self, period: Period) -> None:
        """Bring the period's feed to the gates, shred, and send black mass on."""
        if period.month != self._month:
            self._review(period)
        now = self.account.now
        for i, amount in enumerate(self.fleet.flows(period)):
            now[i] += amount
        now[_SECOND_LIFE] = self.fleet.second_life_closing[period.month]
        now[_DWELL] = self.fleet.dwell_closing[period.month]
        mix, origins = self._gather(period)
        if mix[0] > 0.0:
            self._bring(mix, origins, period)
        self._treat(period)

    def _gather(self, period: Period) -> tuple[list[float], tuple[float, ...]]:
        """Return all feed offered at the gates, and its tonnes by origin."""
        mix, self._pending = self._pending, [0.0] * (len(MIX) + 1)
        scrap, self._offered_scrap = self._offered_scrap, 0.0
        elsewhere, self._elsewhere = self._elsewhere, 0.0
        self._month_scrap += scrap
        share = self._share
        if share <= 0.0:
            elsewhere += scrap
            self._leave(elsewhere)
            return [0.0] * (len(MIX) + 1), (0.0,) * len(_ORIGINS)
        self._leave(elsewhere)
        self._scrap[1] += scrap
        packs = [tonnes * share for tonnes in self.fleet.offered(period)]
        non_ev = self._non_ev[self._year] / DAYS_PER_YEAR * period.days * share
        feeds = self._feeds
        for chemistry, retired, replaced in zip(CHEMISTRIES, packs[:2], packs[2:], strict=True):
            _add(mix, feeds[chemistry, "pack"], retired + replaced)
        _add(mix, feeds[self.spec.non_ev_chemistry, "non_ev"], non_ev)
        return mix, (scrap, packs[0] + packs[1], packs[2] + packs[3], non_ev)

    def _leave(self, elsewhere: float) -> None:
        self._scrap[2] += elsewhere
        self.account.now[_SCRAP_ELSEWHERE] += elsewhere

    def _bring(self, mix: list[float], origins: tuple[float, ...], period: Period) -> None:
        """Share the feed in proportion to what each recycler can take."""
        now = self.account.now
        for i, tonnes in enumerate(origins):
            now[_SCRAP_FEED + i] += tonnes
        open_ones = [recycler for recycler in self.recyclers if recycler.usable_t > 0.0]
        room = [recycler.free(period) for recycler in open_ones]
        if sum(room) <= 0.0:
            room = [0.0] * len(open_ones)
            weights = [recycler.usable_t for recycler in open_ones]
        else:
            weights = room
        total = sum(weights)
        fees = mix.pop()
        for recycler, weight, free in zip(open_ones, weights, room, strict=True):
            brought = weight / total
            recycler.take(mix, brought, min(brought, free / mix[0]), fees)
            account = recycler.account.now
            for column, tonnes in zip(_ORIGINS, origins, strict=True):
                account[column] += tonnes * brought

    def _treat(self, period: Period) -> None:
        """Shred, sell by-products, and pass black mass to hydrometallurgy."""
        spec, economics = self.spec, self.spec.economics
        variable = economics.opex * (1.0 - economics.fixed)
        total = [0.0] * len(MIX)
        for recycler in self.recyclers:
            if not recycler.capacity_t and not recycler.mothballed:
                continue
            left = recycler.process(period)
            if left[0] <= 0.0:
                continue
            for i, amount in enumerate(left):
                total[i] += amount
            value = self._metal_value(left[2:]) * self._price
            recycler.earn(value + (economics.other_metals - variable) * left[0])
        if total[1] <= 0.0:
            return
        now = self.account.now
        now[_BLACK_MASS] += total[1]
        metals = total[2:]
        for i, amount in enumerate(self.hydromet.treat(total[1], metals, period)):
            now[_BLACK_MASS + 1 + i] += amount
        for i, element in enumerate(ELEMENTS):
            now[_TREATED + i] += metals[i] / max(spec.capture[element], 1e-9)

    # -- each month ----------------------------------------------------------------

    def _review(self, period: Period) -> None:
        """Look back at a month and set what holds for the next."""
        spec = self.spec
        if self._month >= 0:
            self._scrap_months.append(self._month_scrap)
        self._month_scrap = 0.0
        self._month = period.month
        year = period.year - self.ctx.calendar.start.year
        if year != self._year or not self._feeds:
            self._year = year
            self._price = self._prices[year]
            self._price_feeds()
        fixed = spec.economics.opex * spec.economics.fixed * DAYS_PER_YEAR / MONTHS_PER_YEAR
        for recycler in self.recyclers:
            if recycler.waits_for_rule:
                recycler.consider_return(self._visible(recycler))
            else:
                visible = self._visible(recycler) if recycler.mothballed else 0.0
                recycler.review(visible, fixed)
            if recycler.begun and recycler.name not in self._openings:
                self._openings[recycler.name] = self.ctx.env.now
        self._share = self._reach(sum(r.usable_t for r in self.recyclers) * DAYS_PER_YEAR)
        self.hydromet.review(self._openings)
        self.account.now[_PRICE] = self._price

    def _reach(self, capacity: float) -> float:
        """Return the share of France's packs that a capacity in the region draws (t/yr)."""
        if capacity <= 0.0:
            return 0.0
        reach = self.spec.reach
        pull = reach.pull * capacity
        return reach.local + (1.0 - reach.local) * pull / (pull + self._competitors[self._year])

    def _visible(self, recycler: Recycler) -> float:
        """Return the load that a recycler not in service could count on, share of capacity.

        It would share the region's feed with those in service, and widen its reach. Packs
        are counted as many years ahead as its promoter looks; scrap as in the past year.
        """
        own = recycler.planned_t
        in_service = sum(r.capacity_t for r in self.recyclers) * DAYS_PER_YEAR
        total = own + in_service
        if total <= 0.0:
            return 0.0
        rule = recycler.spec.returns
        ahead = rule.foresight if rule is not None and recycler.waits_for_rule else 0.0
        packs = self.fleet.collected_per_year(self._month + round(ahead * MONTHS_PER_YEAR))
        scrap = sum(self._scrap_months)
        return ((packs + self._non_ev[self._year]) * self._reach(total) + scrap) / total

    # -- afterwards ----------------------------------------------------------------

    def recovered_since_last(self, element: str) -> float:
        """Return metal that came back into the valley since the last call, tonnes."""
        return self.hydromet.recovered_since_last(element)

    def balances(self) -> Iterator[Balance]:
        """Yield the accounts of packs, scrap, feed and black mass."""
        yield from self.fleet.balances()
        delivered, brought, elsewhere = self._scrap
        waiting = self._offered_scrap + self._elsewhere
        yield Balance("scrap", "region", 0.0, delivered, brought + elsewhere, waiting, "t")
        for recycler in self.recyclers:
            yield from recycler.balances()
        yield from self.hydromet.balances()


def _add(mix: list[float], feed: Feed, tonnes: float) -> None:
    for i, amount in enumerate(feed):
        mix[i] += amount * tonnes
