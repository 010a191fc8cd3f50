"""Stationary storage: what the export market installs, and what converted lines win of it.

Tenders follow the logit of
`tenders.tenders_won` against other makers there: the part of the demand that asks for
cells made there is theirs. Nobody wins more than it offers.
"""

from __future__ import annotations

import math

from bvsim.schema.demand import Supplier
from bvsim.schema.storage import StorageDemand
from bvsim.valley.ground.calendar import Period
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.rows import vec
from bvsim.valley.orders.contracts import Portfolio
from bvsim.valley.orders.customers import ORDERS, OrderBook
from bvsim.valley.orders.storage_path import StoragePath
from bvsim.valley.orders.tenders import monthly_step, tenders_won


class StorageMarket:
    """The customer of converted lines.

    Parameters
    ----------
    spec : StorageDemand
        Drawn figures.
    ctx : Context
        Surroundings of the replication.
    """

    def __init__(self, spec: StorageDemand, ctx: Context) -> None:
        self._spec, self._ctx = spec, ctx
        self._books: list[OrderBook] = []
        self._path = StoragePath(spec)
        self._award = monthly_step(spec.award)
        self._weight = math.exp(spec.preference)
        self._month = -1

    def order_book(self, site: str, room_share: float) -> OrderBook:
        """Return the book of a site whose lines can be converted; sites come by name."""
        book = OrderBook(
            site,
            room_share=room_share,
            gap=0.0,
            account=self._ctx.books.open("yearly", f"{site}:storage-orders", ORDERS.columns),
            portfolio=Portfolio([], 0),
            supplier=Supplier(),
            ctx=self._ctx,
        )
        self._books.append(book)
        return book

    def order(self, period: Period) -> None:
        """Set every book's orders of the period."""
        for book in self._books:
            if book.trading:
                self._order(period)
                return

    def _order(self, period: Period) -> None:
        trading = [book for book in self._books if book.trading]
        ctx = self._ctx
        if period.month != self._month:
            self._month = period.month
            self._update_tenders(trading, period.start_day)
        share = period.scheduled_days / ctx.calendar.scheduled_days_per_year
        for book in trading:
            book.place(share, unlimited="demand" in ctx.lifts)

    def _update_tenders(self, books: list[OrderBook], day: float) -> None:
        won = self._won(day, vec[float]([book.nameplate_gwh for book in books]))
        for book, gwh in zip(books, won):  # noqa: B905 (as many as offers)
            book.won += self._award * (gwh - book.won)
            book.record()

    def _won(self, day: float, offers: vec[float]) -> vec[float]:
        """Return what offers win of the tenders of a day, GWh a year."""
        spec, year = self._spec, self._ctx.calendar.decimal_year(day)
        open_ = self._path.gwh(year, day) * spec.contestable
        won = tenders_won(open_, spec.rivals, offers, vec[float]([self._weight] * len(offers)))
        for i, offer in enumerate(offers):
            won[i] = offer if offer < won[i] else won[i]
        return won

    def outlook_gwh_per_year(self, own: OrderBook, offer: float, day: float) -> float:
        """Return what a site can expect to win in time of the tenders of a day with an offer."""
        others = [book for book in self._books if book.trading and book is not own]
        offers = [offer, *[book.nameplate_gwh for book in others]]
        return self._won(day, vec[float](offers))[0]
