"""Makers of CAM and of its precursor, on the code of the gigafactories' blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bvsim.schema.cathode import CamPlant, PcamPlant
from bvsim.schema.imports import ReorderPolicy
from bvsim.schema.materials import Recipe
from bvsim.valley.cathode.feed import Feed
from bvsim.valley.cathode.plant import CathodePlant, Shared
from bvsim.valley.cathode.qualification import Pair
from bvsim.valley.cathode.recycled import COBALT, LITHIUM, MANGANESE, NICKEL
from bvsim.valley.cathode.restocking import IMPORTED, Sourcing
from bvsim.valley.cathode.sharing import RULES, Claim
from bvsim.valley.cathode.till import Till
from bvsim.valley.ground.books import Account, Balance
from bvsim.valley.ground.calendar import DAYS_PER_YEAR, Period
from bvsim.valley.ground.columns import Columns, flow, laid_out, stock
from bvsim.valley.ground.mix import MixedStock
from bvsim.valley.ground.rows import i64, vec

OWN: Final = 1
"""Position of the valley's precursor among the sources of a precursor stock."""
PCAM_NICKEL: Final = 2
PCAM_COBALT: Final = 3
"""Recycled metals in a precursor stock, after its two sources."""
CAM_CONTENTS: Final = 4
"""Contents of CAM: valley precursor, recycled lithium, nickel, cobalt (t)."""

_SOLD: Final = 0  # outlets of finished product
_EXPORT: Final = 1
_TINY_T: Final = 1e-9


@dataclass(frozen=True)
class CamColumns(Columns):
    """What a CAM plant makes, takes in and sells."""

    nameplate_t: i64 = stock("Nameplate of released kiln lines, t/yr.")
    good_t: i64 = flow("Good product made.")
    started_t: i64 = flow("Product charged, good or not.")
    scrap_t: i64 = flow("Off-specification product.")
    cam_to_valley_t: i64 = flow("CAM delivered to cell plants of the valley.")
    cam_exported_t: i64 = flow("CAM sold outside the valley.")
    pcam_own_t: i64 = flow("Precursor of the valley charged.")
    pcam_import_t: i64 = flow("Imported precursor charged.")
    pcam_stock_t: i64 = stock("Precursor in stock.")
    pcam_short_t: i64 = flow("CAM not made for want of precursor.")
    lithium_hydroxide_t: i64 = flow("Fresh lithium hydroxide charged.")
    recycled_lithium_t: i64 = flow("Recycled lithium charged.")
    cam_stock_t: i64 = stock("Finished CAM in stock or waiting for release.")
    customers: i64 = stock("Cell makers of the valley that have approved the source.")
    maker_cash_meur: i64 = stock("Cash and backing left to the maker, EUR million.")


CAM: Final = laid_out(CamColumns)


@dataclass(frozen=True)
class PcamColumns(Columns):
    """What a precursor plant makes and takes in."""

    nameplate_t: i64 = stock("Nameplate of released lines, t/yr.")
    good_t: i64 = flow("Good product made.")
    started_t: i64 = flow("Product charged, good or not.")
    scrap_t: i64 = flow("Off-specification product.")
    pcam_delivered_t: i64 = flow("Precursor delivered to CAM plants of the valley.")
    recycled_nickel_t: i64 = flow("Recycled nickel charged.")
    recycled_cobalt_t: i64 = flow("Recycled cobalt charged.")
    nickel_t: i64 = flow("Nickel charged, recycled or not.")
    pcam_stock_t: i64 = stock("Finished precursor in stock or waiting for release.")


PCAM: Final = laid_out(PcamColumns)


class PcamMaker(CathodePlant):
    """A precursor plant: sulphates in (recorded as metal), Ni-Co-Mn hydroxide out."""

    def __init__(
        self,
        *,
        name: str,
        spec: PcamPlant,
        recipe: Recipe,
        shared: Shared,
    ) -> None:
        super().__init__(name=name, spec=spec, shared=shared, stock=MixedStock(2, 2, 1))
        self._rejected = shared.gate.heap(name, recipe.family, "precursor")
        self._per_cam: float = recipe.precursor
        self._nickel: float = recipe.nickel
        self._cobalt: float = recipe.cobalt
        self._manganese: float = recipe.manganese
        self.account: Account

    def start(self) -> None:
        """Open the account and register the phases' processes."""
        self.account = self.ctx.books.open("yearly", self.name, PCAM.columns)
        super().start()

    def supply(self, needed: float, period: Period) -> vec[float] | None:
        """Deliver up to the needed tonnes from stock; None when there is nothing."""
        self.calls.learn(needed, period.days)
        if self.stock.total <= _TINY_T or needed <= 0.0:
            return None
        parts = self.stock.draw(needed, _SOLD)
        self.account.now[PCAM.pcam_delivered_t] += parts[OWN]
        return parts

    def produce(self, period: Period) -> None:
        """Make precursor for the period."""
        self.review_phases()
        if self.nameplate <= 0.0:
            return
        row = self.account.now
        row[PCAM.nameplate_t] = self.nameplate
        possible = self.possible(period)
        if possible > 0.0:
            yielded = self.good_share()
            wanted = self.wanted(period) / yielded if yielded > 0.0 else 0.0
            started, good = self.make(wanted if wanted < possible else possible, period)
            if started > 0.0:
                self._book(started, good, period)
        row[PCAM.pcam_stock_t] = self.stock.total + self.waiting + self.held

    def _book(self, started: float, good: float, period: Period) -> None:
        """Charge metals, recycled ones first, and let the batch wait."""
        row = self.account.now
        cam = started / self._per_cam  # the CAM that the charge would make
        nickel = self.metals.use(NICKEL, cam * self._nickel)
        cobalt = self.metals.use(COBALT, cam * self._cobalt)
        self.metals.use(MANGANESE, cam * self._manganese)
        share = good / started
        row[PCAM.good_t] += good
        row[PCAM.started_t] += started
        row[PCAM.scrap_t] += started - good
        row[PCAM.recycled_nickel_t] += nickel
        row[PCAM.recycled_cobalt_t] += cobalt
        row[PCAM.nickel_t] += cam * self._nickel
        self.gate.take_scrap(self._rejected, started - good)
        self.batch(vec[float]([0.0, good, nickel * share, cobalt * share]), period)

    def balances(self) -> Iterator[Balance]:
        """Yield what was made and where it went."""
        closing = self.stock.total + self.in_batches()[OWN]
        sold = self.stock.gone(_SOLD)[OWN]
        yield Balance("pcam.made", self.name, 0.0, self.good, sold, closing, "t")


class CamMaker(CathodePlant):
    """A CAM plant: precursor and lithium in, CAM out, shared among approved cell makers.

    Parameters
    ----------
    index : int
        Position of its product among the sources of CAM stocks.
    sources : int
        Number of sources of CAM (imports included).
    pairs : sequence of Pair
        Its cell makers under contract, by name.
    precursor : PcamMaker or None
        The valley's plant that feeds it first.
    pcam_policy : ReorderPolicy
        How it imports the rest.
    """

    def __init__(
        self,
        *,
        name: str,
        spec: CamPlant,
        recipe: Recipe,
        shared: Shared,
        index: int,
        sources: int,
        precursor: PcamMaker | None,
        pcam_policy: ReorderPolicy,
    ) -> None:
        stock = MixedStock(sources, CAM_CONTENTS, 2)
        super().__init__(name=name, spec=spec, shared=shared, stock=stock)
        self.counted: bool = spec.counted
        self.serves: tuple[str, ...] = spec.serves
        self.precursor = precursor
        self._outside_share: float = spec.outside
        self._saleable: float = spec.saleable
        self._rejected = shared.gate.heap(name, recipe.family, "cathode_material")
        self._per_cam: float = recipe.precursor
        self._lithium: float = recipe.lithium
        self._hydroxide: float = recipe.lithium_hydroxide
        self.index, self.sources = index, sources
        self.rule = RULES[spec.rule]
        self.till = Till(name, spec.money)
        self._sold_t = 0.0
        self.pairs = [
            Pair(
                source=name,
                site=site,
                spec=spec.qualification,
                contract=spec.contracts[site],
                first_product=self.first_product,
                ctx=self.ctx,
            )
            for site in sorted(spec.contracts)
        ]
        sourcing = Sourcing(name, "pcam", spec.chemistry, pcam_policy, shared.lanes, self.ctx)
        self.feed = Feed(sourcing, sources=2, contents=2)
        self.account: Account

    def start(self) -> None:
        """Open the account; register phases and approvals."""
        self.account = self.ctx.books.open("yearly", self.name, CAM.columns)
        super().start()
        for pair in self.pairs:
            pair.start()

    # -- clearing ------------------------------------------------------------------

    def share_out(self, needs: list[Claim], days: float) -> None:
        """Give CAM to approved cell makers by the plant's rule; claims say how much they got."""
        called = 0.0
        for claim in needs:
            called += claim.need
        self.calls.learn(called + self._outside(days), days)
        if self.stock.total <= _TINY_T or not needs:
            return
        given = self.rule(self.stock.total, needs)
        for claim, tonnes in zip(needs, given):  # noqa: B905 (a rule gives each its part)
            if tonnes > 0.0:
                claim.tonnes, claim.parts = tonnes, self.stock.draw(tonnes, _SOLD)
                sold = claim.parts[self.index]
                self._sold_t += sold
                self.account.now[CAM.cam_to_valley_t] += sold

    def _outside(self, days: float) -> float:
        """Return tonnes that customers outside the valley take in some days."""
        years = days / DAYS_PER_YEAR
        share = self._outside_share if self._customers() else self._saleable
        return share * self.nameplate * years

    def _customers(self) -> int:
        """Return how many cell makers have approved the source."""
        now = self.ctx.clock.now
        approved = 0
        for pair in self.pairs:
            if pair.approved_day <= now:
                approved += 1
        return approved

    @property
    def independent_share(self) -> float:
        """Share of its precursor that does not come from overseas."""
        feed = self.feed
        if self._per_cam <= 0.0:
            return 1.0
        return feed.local_rate / feed.rate if feed.rate > 0.0 else 0.0

    def feed_precursor(self, period: Period, lead: float) -> None:
        """Call precursor for the period: from the valley first, imports for the rest."""
        feed = self.feed
        if self.nameplate <= 0.0:
            return
        calls, capacity = self.calls.level, self.daily_capacity
        mature = (capacity if capacity < calls else calls) * period.scheduled_days
        feed.requested = mature * self.charge() * self._per_cam
        feed.turn(period, lead, imposed=False)
        if self.precursor is not None:
            parts = self.precursor.supply(feed.local_need(1.0), period)
            if parts is not None:
                feed.deliver(parts)
        feed.called_off()

    # -- production ----------------------------------------------------------------

    def produce(self, period: Period) -> None:
        """Make CAM for the period, and sell outside what the valley does not take."""
        self.review_phases()
        row = self.account.now
        row[CAM.nameplate_t] = self.nameplate  # also of a maker that has shut down: nothing
        if self.nameplate <= 0.0:
            row[CAM.cam_stock_t] = self.stock.total + self.waiting + self.held
            return
        self._sell_outside(period)
        self._run(period)
        row[CAM.pcam_stock_t] = self.feed.stock.total
        row[CAM.cam_stock_t] = self.stock.total + self.waiting + self.held
        row[CAM.customers] = float(self._customers())
        self._settle(period)

    def _sell_outside(self, period: Period) -> None:
        total, tonnes = self.stock.total, self._outside(period.days)
        tonnes = tonnes if tonnes < total else total
        if tonnes > 0.0:
            taken = self.stock.take(tonnes, _EXPORT)
            self._sold_t += taken
            self.account.now[CAM.cam_exported_t] += taken

    def _settle(self, period: Period) -> None:
        """Pay the period's cost from its sales; stop when cash and backing have ended."""
        self.till.settle(self._sold_t, self.nameplate, period.days)
        self._sold_t = 0.0
        cash = self.till.cash_meur
        self.account.now[CAM.maker_cash_meur] = cash if cash > 0.0 else 0.0
        if self.till.spent and not self.ctx.lifted("closure"):
            self.tell("kilns shut down", "cash and backing have ended", self.nameplate)
            self.give_up()

    def _run(self, period: Period) -> None:
        """Start what kilns, people, calls and precursor allow."""
        possible = self.possible(period)
        yielded = self.good_share()
        if possible <= 0.0 or yielded <= 0.0:
            return
        mature = self.wanted(period) / yielded
        mature = mature if mature < possible else possible
        per_mature = self.charge() * self._per_cam
        fed = self.feed.stock.total / per_mature if per_mature > 0.0 else mature
        if fed < mature:
            self.account.now[CAM.pcam_short_t] += (mature - fed) * yielded
        started, good = self.make(fed if fed < mature else mature, period)
        if started > 0.0:
            self._charge(started, good, period)

    def _charge(self, started: float, good: float, period: Period) -> None:
        """Book what a period's charge took in, and let the batch wait."""
        row, used = self.account.now, self.feed.use(started * self._per_cam)
        shares = self.feed.stock.shares
        own, imported = shares[OWN] * used, shares[IMPORTED] * used
        needed = started * self._lithium
        lithium = self.metals.use(LITHIUM, needed)
        fresh = 1.0 - lithium / needed if self._lithium > 0.0 else 1.0
        share = good / started
        row[CAM.good_t] += good
        row[CAM.started_t] += started
        row[CAM.scrap_t] += started - good
        row[CAM.pcam_own_t] += own
        row[CAM.pcam_import_t] += imported
        row[CAM.lithium_hydroxide_t] += started * self._hydroxide * fresh
        row[CAM.recycled_lithium_t] += lithium
        self.gate.take_scrap(self._rejected, started - good)
        parts = vec[float]([0.0] * (self.sources + CAM_CONTENTS))
        parts[self.index] = good
        parts[self.sources] = own * share
        parts[self.sources + 1] = lithium * share
        parts[self.sources + 2] = shares[PCAM_NICKEL] * used * share
        parts[self.sources + 3] = shares[PCAM_COBALT] * used * share
        self.batch(parts, period)

    # -- at the end ----------------------------------------------------------------

    def balances(self) -> Iterator[Balance]:
        """Yield where the product went and where its precursor came from."""
        closing = self.stock.total + self.in_batches()[self.index]
        out = self.stock.gone(_SOLD)[self.index] + self.stock.gone(_EXPORT)[self.index]
        yield Balance("cam.made", self.name, 0.0, self.good, out, closing, "t")
        feed = self.feed
        used, left = feed.used_by_source(), feed.stock.parts
        for source, label in ((IMPORTED, "imports"), (OWN, "valley")):
            gone = used[source] + feed.lost(source)
            yield Balance(
                f"pcam.{label}", self.name, 0.0, feed.inflow(source), gone, left[source], "t"
            )
        yield from self.till.balances()
