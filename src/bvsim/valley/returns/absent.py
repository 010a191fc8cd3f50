"""A valley without a fleet, or without recyclers: no packs come back, and scrap leaves."""

from __future__ import annotations

from collections.abc import Iterator

from bvsim.valley.ground.books import Balance
from bvsim.valley.ground.calendar import Period
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.rows import vec
from bvsim.valley.returns.gate import Gate, Heap, Packs
from bvsim.valley.returns.market import RETURNS, Recycling, book_cells, book_packs


class NoFleet(Packs):
    """Vehicles of which nothing is known: no packs are retired or replaced.

    Parameters
    ----------
    months : int
        Months of the horizon.
    """

    def __init__(self, months: int) -> None:
        self.collected_rates = [vec[float]([0.0] * months)] * 4
        self.second_life_closing = [0.0] * months
        self.dwell_closing = [0.0] * months

    def start(self) -> None:
        """Nothing is recalled."""

    def pass_month(self, month: int, days: float) -> vec[float]:
        """Return the month's packs: none retired, replaced, exported, lost or collected."""
        return vec[float]([0.0] * 5)

    def collected_per_year(self, month: int) -> float:
        """Return the packs collected a year: none."""
        return 0.0

    def balances(self) -> Iterator[Balance]:
        """Yield no account."""
        yield from ()


class NoRecycling(Gate):
    """A region without recyclers and hydrometallurgy: scrap and packs go elsewhere.

    Parameters
    ----------
    fleet : Packs
        Where packs come from; other recyclers of the country take them.
    ctx : Context
        Surroundings.
    """

    def __init__(self, fleet: Packs, ctx: Context) -> None:
        super().__init__()
        self.fleet, self.ctx = fleet, ctx
        self._waiting = self._gone = 0.0

    def start(self) -> None:
        """Open the account and log the recalls."""
        self.account = self.ctx.books.open("yearly", "region:eol", RETURNS.columns)
        self.fleet.start()

    def take_scrap(self, heap: Heap, tonnes: float) -> None:
        """Take scrap found at a plant."""
        self._waiting += tonnes

    def note_cells(self, nickel: float, cobalt: float, lithium: float, manganese: float) -> None:
        """Book the metals in good cells."""
        book_cells(self.account, nickel, cobalt, lithium, manganese)

    def process(self, period: Period) -> None:
        """At a month's end send its scrap away, and book its packs."""
        starts = self.ctx.calendar.month_starts
        if period.end_day < starts[period.month + 1]:
            return
        now = self.account.now
        now[RETURNS.scrap_delivered_t] += self._waiting
        now[RETURNS.scrap_elsewhere_t] += self._waiting
        self._gone, self._waiting = self._gone + self._waiting, 0.0
        days = starts[period.month + 1] - starts[period.month]
        book_packs(self.account, self.fleet, period.month, days)

    def recovered_since_last(self, element: str) -> float:
        """Return metal that came back into the valley: none."""
        return 0.0

    def balances(self) -> Iterator[Balance]:
        """Yield the accounts of packs and scrap."""
        yield from self.fleet.balances()
        both = self._gone + self._waiting
        yield Balance("scrap", "region", 0.0, both, self._gone, self._waiting, "t")


Returns = Recycling | NoRecycling
