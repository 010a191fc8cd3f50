"""What customers order from one site: contracts, tenders won, and finished goods.

Equations
---------
*Cost gap.* With the mature cost split into a fixed share f and the rest, a plant of
yield y and utilisation u (good output over nameplate) costs, relative to the imported
price::

    1 + gap = (1 + gap_mature) ((1 - f) y_ref / y + f u_ref / max(u, u_low))

*Second source.* Of the share of a month's orders that a site does not deliver customers award
a part to another supplier, and come back slowly once it delivers::

    ds/dt = (part undelivered - s) / (ready where that is above zero, else term)

*Tenders.* Site i offers what it has not sold, K_i; rivals offer K_0. By the logit of
aggregated alternatives (Ben-Akiva and Lerman 1985, ch. 9), whose size enters as a
factor, it wins of the open demand D::

    D K_i w_i / (K_0 + sum_j K_j w_j),   w = exp(preference - sensitivity gap)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bvsim.schema.demand import CostGap, Offtake, SecondSource, Supplier, VehicleProgramme
from bvsim.schema.unit import Timed
from bvsim.valley.ground.books import Account, Balance
from bvsim.valley.ground.calendar import DAYS_PER_MONTH, Period
from bvsim.valley.ground.columns import Columns, flow, laid_out, stock
from bvsim.valley.ground.context import Context

FloatArray: TypeAlias = NDArray[np.float64]

_KWH_PER_GWH: Final = 1e6


@dataclass(frozen=True)
class OrderColumns(Columns):
    """Orders of one site, and its finished goods."""

    ordered_gwh: int = flow("Cells ordered; what is not delivered in its period is lost.")
    delivered_gwh: int = flow("Cells delivered to customers.")
    finished_written_off_gwh: int = flow("Finished cells written off at closure.")
    finished_stock_gwh: int = stock("Good cells not yet delivered.")
    committed_orders_gwh_per_year: int = stock("Rate of orders under contracts.")
    won_orders_gwh_per_year: int = stock("Rate of orders won in tenders and taken over.")
    cost_gap: int = stock("Cost over the price of imported cells, as buyers see it (share).")
    second_sourced: int = stock("Share of contracted orders that a second source has.")


ORDERS: Final = laid_out(OrderColumns)


class Report(NamedTuple):
    """What buyers hear of a plant's month."""

    yield_: float
    utilisation: float
    local_cam: float
    dearer: float


def cost_gap(spec: CostGap, mature: float, yield_: float, utilisation: float) -> float:
    """Return a plant's cost over the price of imported cells, as a share of that price.

    Parameters
    ----------
    spec : CostGap
        Structure of the mature cost.
    mature : float
        Gap of a mature plant.
    yield_, utilisation : float
        Good over started cells; good output over nameplate.
    """
    variable = (1.0 - spec.fixed) * spec.reference_yield / max(yield_, 1e-3)
    fixed = spec.fixed * spec.reference_use / max(utilisation, spec.lowest_use)
    return (1.0 + mature) * (variable + fixed) - 1.0


def sourcing_gap(spec: CostGap, local_cam: float, dearer: float) -> float:
    """Return what the origin of a plant's CAM adds to its cost gap.

    Duties make materials dearer, which are what is not fixed of a mature plant's cost; where
    buyers count local content, CAM of the valley is worth a premium to them.

    Parameters
    ----------
    spec : CostGap
        Structure of the mature cost, and the premium.
    local_cam : float
        Share of the CAM that the valley made.
    dearer : float
        Rise of the cost of materials by duties, as a share.
    """
    return (1.0 - spec.fixed) * dearer - spec.local_content * local_cam


def tenders_won(
    demand: float, rivals: float, offers: Sequence[float], weights: Sequence[float]
) -> list[float]:
    """Return what each site wins of an open demand, in the unit of the demand.

    Parameters
    ----------
    demand : float
        Open demand.
    rivals : float
        What rivals offer, at weight one.
    offers, weights : sequence of float
        What each site offers, and its weight exp(utility).
    """
    pull = [max(offer, 0.0) * weight for offer, weight in zip(offers, weights, strict=True)]
    total = rivals + sum(pull)
    return [demand * p / total if total > 0.0 else 0.0 for p in pull]


def built_up(months: float, build_up_months: float) -> float:
    """Return the share of the full volume reached after some months, linear from zero."""
    if months <= 0.0:
        return 0.0
    return min(1.0, months / build_up_months) if build_up_months > 0.0 else 1.0


class OrderContract:
    """A programme or an offtake contract: GWh a year once built up, month by month.

    Parameters
    ----------
    start : float
        Day of the first deliveries, at the earliest.
    build_up_months : float
        Time to the full volume.
    gwh_per_year, planned : ndarray
        Full volume by month as the market goes, and as the central path has it.
    """

    def __init__(
        self, start: float, build_up_months: float, gwh_per_year: FloatArray, planned: FloatArray
    ) -> None:
        self.start, self.build_up_months = start, build_up_months
        self.gwh_per_year: list[float] = gwh_per_year.tolist()
        self.planned: list[float] = planned.tolist()

    def rate(self, month: int, day: float, opened: float) -> float:
        """Return the orders in GWh a year on a day, for a site that opened earlier."""
        since = (day - max(self.start, opened)) / DAYS_PER_MONTH
        if since <= 0.0:
            return 0.0
        return self.gwh_per_year[month] * built_up(since, self.build_up_months)

    def built_up_by(self, opened: float) -> float:
        """Return the day from which the full volume is ordered."""
        return max(self.start, opened) + self.build_up_months * DAYS_PER_MONTH

    def expected(self, now: int, then: int) -> float:
        """Return the full volume planned in one month for another: growth as on the path."""
        if self.planned[now] <= 0.0:
            return self.planned[then]
        return self.gwh_per_year[now] * self.planned[then] / self.planned[now]


def by_month(timed: Timed, days: Sequence[float]) -> FloatArray:
    """Return a timed figure on the first day of each month."""
    if not timed.days:
        return np.full(len(days), timed.values[0])
    return np.array([timed.at(day) for day in days])


def programme_gwh(
    spec: VehicleProgramme, scale: FloatArray, days: Sequence[float], lfp_share: FloatArray
) -> FloatArray:
    """Return a programme's orders here in GWh a year, by month.

    Parameters
    ----------
    spec : VehicleProgramme
        The programme.
    scale : ndarray
        Volume over that of the base year, by month.
    days : sequence of float
        Day on which each month begins.
    lfp_share : ndarray
        Share of LFP in the market's batteries, by month.
    """
    here = by_month(spec.sourced_here, days) * (1.0 - np.minimum(1.0, spec.lfp * lfp_share))
    return np.asarray(spec.volume * spec.energy / _KWH_PER_GWH * here * scale)


def offtake_gwh(spec: Offtake, scale: FloatArray, days: Sequence[float]) -> FloatArray:
    """Return a contract's orders in GWh a year: what is called, or must be taken."""
    called = by_month(spec.called, days)
    return np.asarray(spec.volume * np.maximum(np.minimum(called * scale, 1.0), spec.take_or_pay))


class Portfolio:
    """All contracts of one site.

    Parameters
    ----------
    contracts : sequence of OrderContract
        Programmes and offtakes; those of a site that has none are none.
    months : int
        Number of months of the horizon.
    """

    def __init__(self, contracts: Sequence[OrderContract], months: int) -> None:
        self.contracts = tuple(contracts)
        full = np.zeros(months)
        for contract in self.contracts:
            full += np.array(contract.gwh_per_year)
        self._full: list[float] = full.tolist()
        self._full_from = math.inf

    def open(self, day: float) -> None:
        """Begin the build-up of the contracts: the site delivers from a day on."""
        self._full_from = max(
            (c.built_up_by(day) for c in self.contracts),
            default=day,
        )

    def rate(self, month: int, day: float, opened: float) -> float:
        """Return the orders in GWh a year on a day, for a site that opened earlier."""
        if day >= self._full_from:
            return self._full[month]
        return math.fsum([c.rate(month, day, opened) for c in self.contracts])

    def expected(self, now: int, then: int, day: float) -> float:
        """Return the orders planned in one month for another, which begins on a day."""
        return math.fsum(c.expected(now, then) for c in self.contracts if c.start <= day)


def second_sourced(share: float, undelivered: float, spec: SecondSource) -> float:
    """Return the share of contracted orders that a second source has a month later.

    Parameters
    ----------
    share : float
        Its share now.
    undelivered : float
        Share of the month's orders that the site did not deliver.
    spec : SecondSource
        What customers do then.
    """
    target = spec.share * undelivered
    months = spec.ready if target > share else spec.term
    return share + monthly_step(months) * (target - share)


class OrderBook:
    """A site's customers, and its finished goods.

    The site sets `nameplate_gwh` (GWh/yr of released lines that customers have approved)
    whenever it changes, and `held_gwh` (finished cells that wait for approval); it reads
    `ordered_gwh` and `limit_gwh` after the demand phase of each period, calls `deliver`
    (before it trades: `keep`) with what it produced, `report` at month ends, and `close`
    if it closes.

    Parameters
    ----------
    site : str
        The supplier.
    room_share : float
        Room for finished cells, as a share of a year's output at nameplate.
    gap : float
        Cost gap that buyers reckon with before the site has a record.
    account : Account
        Where the columns of `ORDERS` are recorded.
    portfolio : Portfolio
        Its contracts.
    supplier : Supplier
        What it may sell besides.
    ctx : Context
        Surroundings of the replication.
    """

    def __init__(
        self,
        site: str,
        *,
        room_share: float,
        gap: float,
        account: Account,
        portfolio: Portfolio,
        supplier: Supplier,
        ctx: Context,
    ) -> None:
        self.site, self.portfolio, self.supplier, self.gap = site, portfolio, supplier, gap
        self.nameplate_gwh = self.held_gwh = 0.0
        self.ordered_gwh, self.limit_gwh, self.stock_gwh = 0.0, 0.0, 0.0
        self.committed, self.won, self.taken_over = 0.0, 0.0, 0.0
        self.second_sourced = 0.0
        """Share of the contracted orders that customers gave to a second source."""
        self.orphaned = 0.0
        """Contracted orders that the site does not serve any more, GWh a year."""
        self.deserted = False
        """Whether its contracts went elsewhere for good."""
        self.opened = math.nan
        self.trading = self.closed = False
        self.reported: Report | None = None
        self._room_share, self._account, self._ctx = room_share, account, ctx
        self._unlimited = False
        self._produced, self._delivered, self._written_off = 0.0, 0.0, 0.0
        self._month_ordered = self._month_delivered = 0.0

    @property
    def gwh_per_year(self) -> float:
        """Rate of all orders in GWh a year."""
        return self.committed + self.won + self.taken_over

    def open(self, day: float) -> None:
        """Begin to trade: customers have approved the site's first line."""
        self.trading, self.opened = True, day
        self.portfolio.open(day)

    def place(self, scheduled_share: float, *, unlimited: bool) -> None:
        """Set what customers want in a period, and what the site can usefully make.

        Parameters
        ----------
        scheduled_share : float
            The period's scheduled days over those of a year: carmakers close when
            their suppliers do.
        unlimited : bool
            All output is sold: the past, where output is a fact, and lifted demand.
        """
        self.ordered_gwh = self.gwh_per_year * scheduled_share
        self._unlimited = unlimited
        if unlimited:
            self.limit_gwh = math.inf
        else:
            room = self._room_share * self.nameplate_gwh - (self.stock_gwh - self.held_gwh)
            self.limit_gwh = max(0.0, self.ordered_gwh + room)

    def deliver(self, produced_gwh: float, period: Period) -> float:
        """Deliver from stock and the period's good output; return the delivered GWh."""
        available = self.stock_gwh + produced_gwh
        ordered = self.ordered_gwh
        saleable = max(0.0, available - self.held_gwh)
        if self._unlimited and saleable > ordered:
            ordered = saleable
        delivered = min(saleable, ordered)
        self.stock_gwh = available - delivered
        self._produced += produced_gwh
        self._delivered += delivered
        if not self._unlimited:
            self._month_ordered += ordered
            self._month_delivered += delivered
        now = self._account.now
        now[ORDERS.ordered_gwh] += ordered
        now[ORDERS.delivered_gwh] += delivered
        now[ORDERS.finished_stock_gwh] = self.stock_gwh
        return delivered

    def keep(self, produced_gwh: float) -> None:
        """Put cells into stock before there is anybody to deliver them to."""
        self.stock_gwh += produced_gwh
        self._produced += produced_gwh
        self._account.now[ORDERS.finished_stock_gwh] = self.stock_gwh

    def report(
        self, yield_: float, utilisation: float, *, local_cam: float = 0.0, dearer: float = 0.0
    ) -> None:
        """Tell the market a month's yield, utilisation (good output over nameplate), and CAM.

        Parameters
        ----------
        yield_, utilisation, local_cam, dearer : float
            As `cost_gap` and `sourcing_gap` take them.
        """
        self.reported = Report(yield_, utilisation, local_cam, dearer)

    def close(self, produced_gwh: float = 0.0) -> None:
        """Close the site: orders stop, finished cells and those just produced are written off."""
        if self.closed:
            return
        self.stock_gwh += produced_gwh
        self._produced += produced_gwh
        self.closed, self.trading = True, False
        self.contract(self.committed)
        self.ordered_gwh = self.limit_gwh = self.won = self.taken_over = 0.0
        self._account.now[ORDERS.finished_written_off_gwh] += self.stock_gwh
        self._written_off += self.stock_gwh
        self._ctx.trace.log(
            day=self._ctx.env.now,
            entity=self.site,
            event="finished goods written off",
            cause="closure",
            value=self.stock_gwh,
            unit="GWh",
        )
        self.stock_gwh = 0.0
        self.record()

    def reopen(self, *, customers: bool) -> None:
        """Trade again as soon as there are lines, with the customers of before or without."""
        self.closed, self.reported = False, None
        self.deserted = self.deserted or not customers

    def find_second_source(self, spec: SecondSource) -> None:
        """Let customers judge a month's deliveries, where orders were not a fact."""
        ordered, delivered = self._month_ordered, self._month_delivered
        self._month_ordered = self._month_delivered = 0.0
        if ordered > 0.0:
            missing = max(0.0, 1.0 - delivered / ordered)
            self.second_sourced = second_sourced(self.second_sourced, missing, spec)

    def contract(self, gwh_per_year: float) -> None:
        """Take note of the rate of contracted orders; what is not served is orphaned."""
        served = not (self.closed or self.deserted)
        self.committed = gwh_per_year * (1.0 - self.second_sourced) if served else 0.0
        self.orphaned = 0.0 if served else gwh_per_year

    def record(self) -> None:
        """Put the rates and the stock in the books."""
        now = self._account.now
        now[ORDERS.finished_stock_gwh] = self.stock_gwh
        now[ORDERS.committed_orders_gwh_per_year] = self.committed
        now[ORDERS.won_orders_gwh_per_year] = self.won + self.taken_over
        now[ORDERS.cost_gap] = self.gap
        now[ORDERS.second_sourced] = self.second_sourced

    def balance(self) -> Balance:
        """Return the account of finished cells."""
        out = self._delivered + self._written_off
        return Balance("finished_goods", self.site, 0.0, self._produced, out, self.stock_gwh, "GWh")


def scale_of(
    registrations: FloatArray, reference: FloatArray, years: NDArray[np.int_], base_year: int
) -> FloatArray:
    """Return registrations over the reference's mean month in a base year, or in the first one.

    Zero where the reference has none.
    """
    base = float(reference[years == max(base_year, int(years[0]))].mean())
    return np.asarray(registrations / base) if base > 0.0 else np.zeros_like(registrations)


def monthly_step(time_constant_months: float) -> float:
    """Return the share of the way to a target that a month covers, of an exponential approach."""
    if time_constant_months <= 0.0:
        return 1.0
    return 1.0 - math.exp(-1.0 / time_constant_months)


def yearly(monthly: FloatArray, years: NDArray[np.int_]) -> FloatArray:
    """Sum a monthly array by calendar year, in order."""
    positions = (years - int(years[0])).astype(np.intp)
    return np.asarray(np.bincount(positions, weights=monthly), dtype=np.float64)
