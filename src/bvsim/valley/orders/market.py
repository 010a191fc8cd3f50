"""Demand: turns the vehicle market into orders for each site, period by period."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bvsim.schema.demand import DemandSpec, Offtake, Supplier, VehicleProgramme
from bvsim.schema.storage import StorageDemand
from bvsim.valley.ground.books import Balance
from bvsim.valley.ground.calendar import MONTHS_PER_YEAR, Calendar, Period
from bvsim.valley.ground.columns import Columns, flow, laid_out, stock
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.rows import i64, vec
from bvsim.valley.orders.contracts import (
    FloatArray,
    OrderContract,
    Portfolio,
    by_month,
    mean_month,
    offtake_gwh,
    programme_gwh,
    yearly,
)
from bvsim.valley.orders.customers import ORDERS, OrderBook
from bvsim.valley.orders.storage_path import storage_by_month
from bvsim.valley.orders.tenders import CostOfCells, SecondSupplier, monthly_step, tenders_won
from bvsim.valley.orders.vehicles import EvMarket, MarketMonths, make_ev_markets, months_to, ratio

_YEARS_AHEAD: Final = 10
"""How far beyond the horizon plans made within it may look."""


@dataclass(frozen=True)
class VehicleColumns(Columns):
    """Electric vehicles sold, and their batteries."""

    home_bev_share: i64 = stock("Battery-electric share of the year's new cars, home market.")
    home_bev_registrations: i64 = flow("New battery-electric cars, home market.")
    export_bev_registrations: i64 = flow("New battery-electric cars export market.")
    home_demand_gwh: i64 = flow("Batteries of electric cars, vans and hybrids, home market.")
    export_demand_gwh: i64 = flow("Batteries of electric cars, export market.")
    lfp_share: i64 = stock("Share of LFP in the batteries of electric cars, export market.")


VEHICLES: Final = laid_out(VehicleColumns)


class _Months:
    """The vehicle market's columns, by month."""

    def __init__(
        self, market: EvMarket, shares: FloatArray, years: NDArray[np.int_], months: int
    ) -> None:
        yearly_share = shares[np.minimum(years[:months] - years[0], len(shares) - 1)]
        self._home_share: list[float] = yearly_share.tolist()
        self._home_bev: list[float] = market.home_bev[:months].tolist()
        self._export_bev: list[float] = market.export_bev[:months].tolist()
        self._home_gwh: list[float] = market.home_gwh[:months].tolist()
        self._export_gwh: list[float] = market.export_gwh[:months].tolist()
        self._lfp_share: list[float] = market.lfp_share[:months].tolist()

    def record(self, now: vec[float], month: int) -> None:
        """Put a month in the books."""
        now[VEHICLES.home_bev_share] = self._home_share[month]
        now[VEHICLES.home_bev_registrations] += self._home_bev[month]
        now[VEHICLES.export_bev_registrations] += self._export_bev[month]
        now[VEHICLES.home_demand_gwh] += self._home_gwh[month]
        now[VEHICLES.export_demand_gwh] += self._export_gwh[month]
        now[VEHICLES.lfp_share] = self._lfp_share[month]


def last_year_of(spec: DemandSpec, calendar: Calendar) -> int:
    """Return the horizon's last year, or a later one to which a volume refers."""
    referred = [programme.base_year for programme in spec.programmes.values()]
    referred += [offtake.base_year for offtake in spec.offtakes.values()]
    return max(calendar.years[-1], *referred, 0)


class Demand:
    """All customers of the valley.

    Call `order_book` once for every site while the valley is wired, then `order` in
    the demand phase of each period.

    Parameters
    ----------
    spec : DemandSpec
        Drawn figures.
    ctx : Context
        Surroundings of the replication.
    storage : StorageDemand or None
        What contracts of the market `storage` follow.
    common : CommonMarket, optional
        Where sites bid against those of other regions; a market of its own by default.
    region : str
        Under which the common market knows the region.
    """

    def __init__(
        self,
        spec: DemandSpec,
        ctx: Context,
        storage: StorageDemand | None = None,
        *,
        common: CommonMarket | None = None,
        region: str = "",
    ) -> None:
        self._spec, self._ctx = spec, ctx
        calendar = ctx.calendar
        self._common = common or CommonMarket({region: (spec, ctx)})
        self._common.demands.append(self)
        months, market = self._common.months, self._common.markets[region]
        self.market = market
        self._starts, self._years = months.starts, months.years
        self.first_year = int(self._years[0])
        until = len(calendar.years)
        self.registrations: dict[str, FloatArray] = {
            "bev_car": yearly(market.home_bev, self._years)[:until],
            "bev_lcv": yearly(market.home_lcv, self._years)[:until],
            "phev_car": yearly(market.home_phev, self._years)[:until],
        }
        """Vehicles a year at home, by kind; shape (years,), from `first_year` to the end's."""
        cars = yearly(market.home_cars, self._years)[:until]
        shares = ratio(self.registrations["bev_car"], cars)
        rest = (1.0 - market.lfp_share) * spec.open_market.contestable * MONTHS_PER_YEAR
        self._open: list[float] = (market.export_gwh * rest).tolist()
        rivals = rest * spec.open_market.rival_capacity
        self._rivals: list[float] = (market.export_central_gwh * rivals).tolist()
        self._central_gwh: list[float] = market.export_central_gwh.tolist()
        self._months = _Months(market, shares, self._years, calendar.months)
        flat = np.ones(len(self._years))
        self._central = {
            "home": market.home_central,
            "export": market.export_central,
            "none": flat,
        }
        self._sold = {"home": market.home_bev, "export": market.export_bev, "none": flat}
        self._central["storage"], self._sold["storage"] = flat, flat
        if storage is not None:
            path, sold = storage_by_month(storage, market.times, self._starts)
            self._central["storage"], self._sold["storage"] = path, sold
        self._base: dict[tuple[str, int], float] = {}
        self._scales: dict[tuple[str, int], FloatArray] = {}
        first_days = self._starts[:-1]
        self._level: list[float] = by_month(spec.level, first_days).tolist()
        self._mature: list[float] = by_month(spec.cost_gap.mature, first_days).tolist()
        self._memory = monthly_step(spec.cost_gap.memory)
        self._award = monthly_step(spec.open_market.award)
        self._cost = CostOfCells(spec.cost_gap)
        self._second = SecondSupplier(spec.second_source)
        self._preference: float = spec.open_market.preference
        self._sensitivity: float = spec.open_market.sensitivity
        self._substitution: float = spec.substitution
        self._unlimited = "demand" in ctx.lifts
        self._books: dict[str, OrderBook] = {}
        self.sites: list[OrderBook] = []
        """The order books, by name of the site."""
        self._month = -1
        self._region = ctx.books.open("yearly", "region:demand", VEHICLES.columns)

    def start(self) -> None:
        """Nothing happens at times of its own."""

    # --- wiring -------------------------------------------------------------------------

    def order_book(self, site: str) -> OrderBook:
        """Return the order book of a site; the same one at each call."""
        if site not in self._books:
            spec, days = self._spec, self._ctx.calendar.scheduled_days_per_year
            self._books[site] = OrderBook(
                site,
                room_share=spec.finished / days,
                gap=spec.cost_gap.at_start,
                account=self._ctx.books.open("yearly", f"{site}:demand", ORDERS.columns),
                portfolio=Portfolio(self._contracts(site), self._ctx.calendar.months),
                supplier=spec.suppliers.get(site) or Supplier(),
                ctx=self._ctx,
            )
            self.sites = [self._books[name] for name in sorted(self._books)]
        return self._books[site]

    def _contracts(self, site: str) -> list[OrderContract]:
        spec, found = self._spec, []
        for name in sorted(spec.programmes):
            programme = spec.programmes[name]
            if programme.site == site:
                real, plan = self._of_programme(programme), partial(self._planned, programme)
                found.append(OrderContract(programme.start, programme.build_up, real, plan))
        for name in sorted(spec.offtakes):
            offtake = spec.offtakes[name]
            if offtake.site == site:
                real, plan = self._of_offtake(offtake), partial(self._planned, offtake)
                found.append(OrderContract(offtake.start, offtake.build_up, real, plan))
        return found

    def _of_programme(self, spec: VehicleProgramme) -> FloatArray:
        """Return what a programme orders once built up, GWh a year, by month of the horizon."""
        until = self._ctx.calendar.months
        gwh = programme_gwh(spec, self._starts[:until], self.market.lfp_share[:until])
        return gwh * self._scale(spec)

    def _of_offtake(self, spec: Offtake) -> FloatArray:
        """Return what an offtake contract orders once built up, by month of the horizon."""
        return offtake_gwh(spec, self._scale(spec), self._starts[: self._ctx.calendar.months])

    def _planned(self, spec: VehicleProgramme | Offtake) -> FloatArray:
        """Return what a contract orders as planned, by month of the horizon and after it."""
        scale, days = self._scaled(self._central[spec.market], spec), self._starts[:-1]
        if isinstance(spec, Offtake):
            return offtake_gwh(spec, scale, days)
        return programme_gwh(spec, days, self.market.lfp_share) * scale

    def _scale(self, spec: VehicleProgramme | Offtake) -> FloatArray:
        """Return a market's volume over that of a contract's base year, by month."""
        key = spec.market, spec.base_year
        if key not in self._scales:
            sold = self._sold[spec.market][: self._ctx.calendar.months]
            self._scales[key] = self._scaled(sold, spec)
        return self._scales[key]

    def _scaled(self, volume: FloatArray, spec: VehicleProgramme | Offtake) -> FloatArray:
        """Return how orders respond to a market's volume over that of the base year as planned."""
        market, year = spec.market, max(spec.base_year, self.first_year)
        if (market, year) not in self._base:
            months = self._common.months.of_year[year]
            self._base[market, year] = mean_month(self._central[market][months])
        base = self._base[market, year]
        scale = volume / base if base > 0.0 else np.zeros(len(volume))
        return np.asarray(scale**self._spec.market_response)

    # --- phases -------------------------------------------------------------------------

    def order(self, period: Period) -> None:
        """Set every book's orders of the period (phase 2)."""
        if period.month != self._common.month:
            self._common.begin_month(period)
        ctx = self._ctx
        share = period.scheduled_days / ctx.calendar.scheduled_days_per_year
        unlimited = self._unlimited or period.start_day < ctx.as_of_day
        for book in self.sites:
            if book.trading:
                book.place(share, unlimited=unlimited)
            elif book.nameplate_gwh > 0.0 and not book.closed:
                book.open(period.start_day)
                self._set_contracts(book, period)
                book.place(share, unlimited=unlimited)

    def begin_month(self, period: Period) -> None:
        """Let customers and buyers judge the month before; the common market calls it."""
        self._month = period.month
        self._months.record(self._region.now, period.month)
        for book in self.sites:
            book.find_second_source(self._second)
            if book.trading or book.closed:
                self._set_contracts(book, period)
        self._update_gaps(period.month)

    def _set_contracts(self, book: OrderBook, period: Period) -> None:
        month = period.month
        rate = book.portfolio.rate(month, period.end_day, book.opened)
        book.contract(rate * self._level[month] * self._kept_chemistry(book))

    def _kept_chemistry(self, book: OrderBook) -> float:
        """Return the share of orders that has not turned to LFP as materials became dearer."""
        turned = 0.0 if book.reported is None else self._substitution * book.reported.dearer
        return 1.0 - (turned if turned < 1.0 else 1.0)

    def _update_gaps(self, month: int) -> None:
        cost, mature = self._cost, self._mature[month]
        for book in self.sites:
            heard = book.reported
            if heard is not None and book.trading:
                gap = cost.gap(mature, heard.yield_, heard.utilisation)
                gap += cost.sourcing(heard.local_cam, heard.dearer)
                book.gap += self._memory * (gap - book.gap)

    def weight(self, gap: float) -> float:
        """Return how buyers weigh an offer at a cost gap."""
        return math.exp(self._preference - self._sensitivity * gap)

    def award(self, bidders: list[OrderBook], weights: vec[float], month: int) -> None:
        """Let sites win their parts of the open demand of a month, those of all regions."""
        offers = vec[float]([book.nameplate_gwh - book.committed for book in bidders])
        won = tenders_won(self._open[month], self._rivals[month], offers, weights)
        level = self._level[month]
        for book, gwh in zip(bidders, won):  # noqa: B905 (as many as offers)
            book.won += self._award * (gwh * level - book.won)

    def hand_over(self, sites: list[OrderBook]) -> None:
        """Give part of the closed sites' orders to open ones, by nameplate."""
        released = 0.0
        for book in sites:
            released += book.orphaned
            if book.trading:
                book.taken_over = 0.0
        if released <= 0.0:
            return
        heirs = [b for b in sites if b.trading and b.takes_over and not b.deserted]
        total = sum([book.nameplate_gwh for book in heirs])
        if total > 0.0:
            share = released * self._spec.transferred / total
            for book in heirs:
                book.taken_over = share * book.nameplate_gwh

    # --- outlook ------------------------------------------------------------------------

    def outlook_gwh_per_year(self, site: str, nameplate_gwh: float, day: float) -> float:
        """Return the orders that planners expect on a later day, with a given nameplate.

        Planners know today's registrations and the central path, not the luck to come:
        contracts grow with the central path from where the market stands, and tenders
        are won at the cost gap that buyers see today.

        Parameters
        ----------
        site : str
            The supplier; its order book must exist.
        nameplate_gwh : float
            GWh a year of released lines by then.
        day : float
            Day since the start, within the horizon or some years after it.
        """
        book, starts = self._books[site], self._starts
        now = max(self._month, 0)
        then = min(max(bisect_right(starts, day) - 1, now), len(starts) - 2)
        committed = 0.0
        if not book.deserted:
            committed = book.portfolio.expected(now, then, starts[then]) * self._level[now]
            committed *= (1.0 - book.second_sourced) * self._kept_chemistry(book)
        if not book.bids:
            return committed + book.taken_over
        others = [b for b in self._common.sites() if b.trading and b is not book]
        offers = [nameplate_gwh - committed, *[b.nameplate_gwh - b.committed for b in others]]
        weights = [self.weight(b.gap) for b in [book, *others]]
        today = self._central_gwh[now]
        growth = self._central_gwh[then] / today if today > 0.0 else 0.0
        won = tenders_won(
            self._open[now] * growth,
            self._rivals[then],
            vec[float](offers),
            vec[float](weights),
        )
        return committed + won[0] * self._level[now] + book.taken_over

    def balances(self) -> Iterator[Balance]:
        """Yield the accounts of finished cells, by site."""
        for book in self.sites:
            yield book.balance()


class CommonMarket:
    """Where the sites of all regions bid: what one wins, and takes over, the others do not.

    Regions have home markets, contracts and memories of their own. They are part of one
    export market, whose figures are the same in all of them: the first speaks for it.

    Parameters
    ----------
    regions : mapping of str to (DemandSpec, Context)
        Drawn figures and surroundings by region.
    """

    def __init__(self, regions: Mapping[str, tuple[DemandSpec, Context]]) -> None:
        calendar = next(iter(regions.values()))[1].calendar
        last = max([last_year_of(spec, calendar) for spec, _ in regions.values()])
        self.months: MarketMonths = months_to(calendar, last + _YEARS_AHEAD)
        found = make_ev_markets(list(regions.values()), self.months)
        self.markets: dict[str, EvMarket] = dict(zip(regions, found, strict=True))
        self.demands: list[Demand] = []
        """The regions' customers, who join it when they are made."""
        self.month = -1

    def sites(self) -> list[OrderBook]:
        """Return the order books of all regions, by name of the site."""
        if len(self.demands) == 1:
            return self.demands[0].sites
        return sorted([b for d in self.demands for b in d.sites], key=lambda book: book.site)

    def begin_month(self, period: Period) -> None:
        """Let buyers judge all sites, then award tenders and orders without a supplier."""
        self.month = period.month
        for demand in self.demands:
            demand.begin_month(period)
        sites, first = self.sites(), self.demands[0]
        trading = [book for book in sites if book.trading]
        bidders = [book for book in trading if book.bids]
        weights = vec[float]([first.weight(book.gap) for book in bidders])
        first.award(bidders, weights, period.month)
        first.hand_over(sites)
        for book in trading:
            book.record()
