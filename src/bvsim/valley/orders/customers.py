"""What customers order from one site, and its finished goods."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from bvsim.schema.demand import Supplier
from bvsim.valley.ground.books import Account, Balance
from bvsim.valley.ground.calendar import Period
from bvsim.valley.ground.columns import Columns, flow, laid_out, stock
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.rows import i64
from bvsim.valley.orders.contracts import Portfolio
from bvsim.valley.orders.tenders import SecondSupplier


@dataclass(frozen=True)
class OrderColumns(Columns):
    """Orders of one site, and its finished goods."""

    ordered_gwh: i64 = flow("Cells ordered; what is not delivered in its period is lost.")
    delivered_gwh: i64 = flow("Cells delivered to customers.")
    finished_written_off_gwh: i64 = flow("Finished cells written off at closure.")
    finished_stock_gwh: i64 = stock("Good cells not yet delivered.")
    committed_orders_gwh_per_year: i64 = stock("Rate of orders under contracts.")
    won_orders_gwh_per_year: i64 = stock("Rate of orders won in tenders and taken over.")
    cost_gap: i64 = stock("Cost over the price of imported cells, as buyers see it (share).")
    second_sourced: i64 = stock("Share of contracted orders that a second source has.")


ORDERS: Final = laid_out(OrderColumns)


class Report:
    """What buyers hear of a plant's month.

    Parameters
    ----------
    yield_, utilisation, local_cam, dearer : float
        As `tenders.CostOfCells` takes them.
    """

    __slots__ = ("dearer", "local_cam", "utilisation", "yield_")

    def __init__(self, yield_: float, utilisation: float, local_cam: float, dearer: float) -> None:
        self.yield_, self.utilisation = yield_, utilisation
        self.local_cam, self.dearer = local_cam, dearer


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
        self.site, self.portfolio, self.gap = site, portfolio, gap
        self.bids: bool = supplier.open_market
        """Whether it takes part in tenders."""
        self.takes_over: bool = supplier.takes_over
        """Whether it takes over the customers of a site that closes."""
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
            limit = self.ordered_gwh + room
            self.limit_gwh = limit if limit > 0.0 else 0.0

    def deliver(self, produced_gwh: float, period: Period) -> float:
        """Deliver from stock and the period's good output; return the delivered GWh."""
        available = self.stock_gwh + produced_gwh
        ordered = self.ordered_gwh
        saleable = available - self.held_gwh
        saleable = saleable if saleable > 0.0 else 0.0
        if self._unlimited and saleable > ordered:
            ordered = saleable
        delivered = ordered if ordered < saleable else saleable
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
            As `tenders.CostOfCells` takes them.
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
            day=self._ctx.clock.now,
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

    def find_second_source(self, other: SecondSupplier) -> None:
        """Let customers judge a month's deliveries, where orders were not a fact."""
        ordered, delivered = self._month_ordered, self._month_delivered
        self._month_ordered = self._month_delivered = 0.0
        if ordered > 0.0:
            missing = 1.0 - delivered / ordered
            missing = missing if missing > 0.0 else 0.0
            self.second_sourced = other.month_later(self.second_sourced, missing)

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
