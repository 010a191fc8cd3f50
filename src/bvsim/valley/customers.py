"""What customers order from one site: contracts, tenders won, and finished goods.

Equations
---------
*Cost gap.* With the mature cost split into a fixed share f and the rest, a plant of
yield y and utilisation u (good output over nameplate) costs, relative to the Asian
price::

    1 + gap = (1 + gap_mature) ((1 - f) y_ref / y + f u_ref / max(u, u_low))

*Tenders.* Site i offers what it has not sold, K_i; rivals offer K_0. By the logit of
aggregated alternatives (Ben-Akiva and Lerman 1985, ch. 9), whose size enters as a
factor, it wins of the open demand D::

    D K_i w_i / (K_0 + sum_j K_j w_j),   w = exp(preference - sensitivity gap)
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bvsim.spec.demand import CostGap, Offtake, Programme
from bvsim.valley.books import Account, Balance, Column
from bvsim.valley.calendar import DAYS_PER_MONTH, Period
from bvsim.valley.context import Context

FloatArray = NDArray[np.float64]

_KWH_PER_GWH = 1e6

ORDERED, DELIVERED, UNMET, WRITTEN_OFF, STOCK, COMMITTED, WON, GAP = range(8)
COLUMNS = (
    Column("ordered_gwh", "flow", "Cells that customers ordered."),
    Column("delivered_gwh", "flow", "Cells delivered to customers."),
    Column("unmet_orders_gwh", "flow", "Orders that the site could not deliver; they are lost."),
    Column("finished_written_off_gwh", "flow", "Finished cells written off at closure."),
    Column("finished_stock_gwh", "stock", "Good cells not yet delivered."),
    Column("committed_orders_gwh_per_year", "stock", "Rate of orders under contracts."),
    Column("won_orders_gwh_per_year", "stock", "Rate of orders won in tenders and taken over."),
    Column("cost_gap", "stock", "Cost over the Asian price, as buyers see it (share)."),
)


def cost_gap(spec: CostGap, mature: float, yield_: float, utilisation: float) -> float:
    """Return a plant's cost over the Asian price, as a share of that price.

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


class Contract:
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

    def expected(self, now: int, then: int) -> float:
        """Return the full volume planned in one month for another: growth as on the path."""
        if self.planned[now] <= 0.0:
            return self.planned[then]
        return self.gwh_per_year[now] * self.planned[then] / self.planned[now]


def programme_gwh(spec: Programme, scale: FloatArray, days: Sequence[float]) -> FloatArray:
    """Return a programme's orders here in GWh a year, by month.

    Parameters
    ----------
    spec : Programme
        The programme.
    scale : ndarray
        Volume over that of the base year, by month.
    days : sequence of float
        Day on which each month begins.
    """
    here = np.array([spec.sourced_here.at(day) for day in days])
    return np.asarray(spec.volume * spec.energy / _KWH_PER_GWH * here * scale)


def offtake_gwh(spec: Offtake, scale: FloatArray, days: Sequence[float]) -> FloatArray:
    """Return a contract's orders in GWh a year: what is called, or must be taken."""
    called = np.array([spec.called.at(day) for day in days])
    return np.asarray(spec.volume * np.maximum(np.minimum(called * scale, 1.0), spec.take_or_pay))


class OrderBook:
    """A site's customers, and its finished goods.

    The site sets `nameplate_gwh` (GWh/yr of its released lines) whenever it changes,
    reads `ordered_gwh` and `limit_gwh` after the demand phase of each period, calls
    `deliver` with what it produced, `report` at month ends, and `close` if it closes.

    Parameters
    ----------
    site : str
        The supplier.
    room_share : float
        Room for finished cells, as a share of a year's output at nameplate.
    gap : float
        Cost gap that buyers reckon with before the site has a record.
    account : Account
        Where the columns of `COLUMNS` are recorded.
    contracts : sequence of Contract
        Programmes and offtakes.
    """

    def __init__(
        self,
        site: str,
        *,
        room_share: float,
        gap: float,
        account: Account,
        contracts: Sequence[Contract],
        ctx: Context,
    ) -> None:
        self.site, self.contracts, self.gap = site, tuple(contracts), gap
        self.nameplate_gwh = 0.0
        self.ordered_gwh, self.limit_gwh, self.stock_gwh = 0.0, 0.0, 0.0
        self.committed, self.won, self.taken_over = 0.0, 0.0, 0.0
        self.opened: float | None = None
        self.closed = False
        self.reported: tuple[float, float] | None = None
        self._room_share, self._account, self._ctx = room_share, account, ctx
        self._unlimited = False
        self._produced, self._delivered, self._written_off = 0.0, 0.0, 0.0

    @property
    def trading(self) -> bool:
        """Whether the site has opened and not closed."""
        return self.opened is not None and not self.closed

    @property
    def gwh_per_year(self) -> float:
        """Rate of all orders in GWh a year."""
        return self.committed + self.won + self.taken_over

    def contracted(self, month: int, day: float) -> float:
        """Return the orders under contracts in GWh a year, for a site open by then."""
        opened = day if self.opened is None else self.opened
        return math.fsum(contract.rate(month, day, opened) for contract in self.contracts)

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
            room = self._room_share * self.nameplate_gwh - self.stock_gwh
            self.limit_gwh = max(0.0, self.ordered_gwh + room)

    def deliver(self, produced_gwh: float, period: Period) -> float:
        """Deliver from stock and the period's good output; return the delivered GWh."""
        available = self.stock_gwh + produced_gwh
        ordered = self.ordered_gwh
        if self._unlimited and available > ordered:
            ordered = available
        delivered = min(available, ordered)
        self.stock_gwh = available - delivered
        self._produced += produced_gwh
        self._delivered += delivered
        now = self._account.now
        now[ORDERED] += ordered
        now[DELIVERED] += delivered
        now[UNMET] += ordered - delivered
        now[STOCK] = self.stock_gwh
        return delivered

    def report(self, yield_: float, utilisation: float) -> None:
        """Tell the market a month's yield and utilisation (good output over nameplate)."""
        self.reported = (yield_, utilisation)

    def learn_gap(self, gap: float, memory_months: float) -> None:
        """Move the gap that buyers see towards a month's gap."""
        weight = 1.0 - math.exp(-1.0 / memory_months) if memory_months > 0.0 else 1.0
        self.gap += weight * (gap - self.gap)

    def close(self) -> None:
        """Close the site: orders stop, finished cells are written off."""
        if self.closed:
            return
        self.closed = True
        self.ordered_gwh = self.limit_gwh = self.won = self.taken_over = 0.0
        self._account.now[WRITTEN_OFF] += self.stock_gwh
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

    def record(self) -> None:
        """Put the rates and the stock in the books."""
        now = self._account.now
        now[STOCK] = self.stock_gwh
        now[COMMITTED] = 0.0 if self.closed else self.committed
        now[WON] = self.won + self.taken_over
        now[GAP] = self.gap

    def balance(self) -> Balance:
        """Return the account of finished cells."""
        out = self._delivered + self._written_off
        return Balance("finished_goods", self.site, 0.0, self._produced, out, self.stock_gwh, "GWh")


def scale_of(
    registrations: FloatArray, reference: FloatArray, years: FloatArray, base_year: int
) -> FloatArray:
    """Return registrations over the reference's mean month in a base year (nearest in reach)."""
    base = min(max(base_year, int(years[0])), int(years[-1]))
    return np.asarray(registrations / reference[years == base].mean())


def award_weight(award_months: float) -> float:
    """Return the share of the way from present orders to tenders won that a month covers."""
    return 1.0 - math.exp(-1.0 / award_months) if award_months > 0.0 else 1.0


def yearly(monthly: FloatArray, years: FloatArray) -> FloatArray:
    """Sum a monthly array by calendar year, in order."""
    positions = (years - int(years[0])).astype(np.intp)
    return np.asarray(np.bincount(positions, weights=monthly), dtype=np.float64)
