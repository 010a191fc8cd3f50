"""The valley's market for cathode active material (CAM): local makers, imports, cell makers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bvsim.schema.cathode import CamPlant, CathodeSource, PcamPlant
from bvsim.schema.imports import Imports
from bvsim.schema.materials import Materials
from bvsim.schema.stages import Shock
from bvsim.valley.cathode.buyer import SUPPLY, USE, Buyer
from bvsim.valley.cathode.feed import Feed
from bvsim.valley.cathode.imports import Lanes
from bvsim.valley.cathode.makers import CAM_CONTENTS, CamMaker, PcamMaker
from bvsim.valley.cathode.plant import CathodePlant, Shared
from bvsim.valley.cathode.recycled import METALS, RecycledMetals, RecycledMinimum
from bvsim.valley.cathode.restocking import Sourcing
from bvsim.valley.cathode.sharing import Claim
from bvsim.valley.ground.books import Balance
from bvsim.valley.ground.calendar import DAYS_PER_WEEK, Period
from bvsim.valley.ground.context import Context
from bvsim.valley.people.market import LabourMarket
from bvsim.valley.returns.gate import Gate

__all__ = ["Buyer", "CathodeMarket", "Makers"]


class Makers:
    """The valley's makers, each kind by name.

    Parameters
    ----------
    cam, pcam : list of CamMaker, list of PcamMaker
        Those of cathode material, and those of its precursor.
    """

    __slots__ = ("cam", "pcam")

    def __init__(self, cam: list[CamMaker], pcam: list[PcamMaker]) -> None:
        self.cam, self.pcam = cam, pcam


class CathodeMarket:
    """All CAM of the valley: one clearing a period, before the cell plants produce.

    Parameters
    ----------
    materials : Materials
        Recipes, drawn.
    cathode : mapping of str to CathodeSource
        The valley's makers of CAM and precursor, drawn, by name.
    imports : Imports
        Routes, policies and disturbances, drawn.
    ctx : Context
        Surroundings of the replication.
    shock : Shock
        The common industry shock.
    labour : LabourMarket
        Where the makers' people come from.
    gate : Gate
        Where rejected powder goes.
    minimum : RecycledMinimum or None
        The least recycled content of cells.

    Attributes
    ----------
    plants : tuple of CathodePlant
        The makers.
    """

    def __init__(
        self,
        materials: Materials,
        cathode: Mapping[str, CathodeSource],
        imports: Imports,
        ctx: Context,
        *,
        shock: Shock,
        labour: LabourMarket,
        gate: Gate,
        minimum: RecycledMinimum | None = None,
    ) -> None:
        self.materials, self.imports, self.ctx = materials, imports, ctx
        self.minimum = minimum
        self.lanes = Lanes(imports, ctx)
        self.metals = RecycledMetals()
        names = sorted(name for name, spec in cathode.items() if isinstance(spec, CamPlant))
        self.sources = ("imports", *names)
        self.buyers: dict[str, Buyer] = {}
        self._ordered: list[Buyer] = []
        self._feeds: list[Feed] = []
        self._span: Period | None = None
        self._selling = False
        self._called = 0.0
        self._days = self._working = 0.0
        self._liftable = "cathode" in ctx.lifts
        self._revision: float = imports.cam.revision
        self._exposure_days: float = imports.exposure * DAYS_PER_WEEK
        shared = Shared(ctx, shock, self.lanes, self.metals, labour, gate)
        self.makers = self._make(cathode, shared)
        self._counted = tuple([maker.index for maker in self.makers.cam if maker.counted])
        self.plants: tuple[CathodePlant, ...] = (*self.makers.pcam, *self.makers.cam)

    def _make(self, cathode: Mapping[str, CathodeSource], shared: Shared) -> Makers:
        """Build the makers: precursor plants first, as CAM plants refer to them."""
        pcam: dict[str, PcamMaker] = {}
        cam: list[CamMaker] = []
        for name in sorted(cathode, key=lambda name: (cathode[name].kind != "pcam_plant", name)):
            spec = cathode[name]
            recipe = self.materials.recipes[spec.chemistry]
            if isinstance(spec, PcamPlant):
                pcam[name] = PcamMaker(name=name, spec=spec, recipe=recipe, shared=shared)
                continue
            cam.append(
                CamMaker(
                    name=name,
                    spec=spec,
                    recipe=recipe,
                    shared=shared,
                    index=self.sources.index(name),
                    sources=len(self.sources),
                    precursor=pcam[spec.precursor] if spec.precursor else None,
                    pcam_policy=self.imports.pcam,
                )
            )
        return Makers(cam, list(pcam.values()))

    def buyer(self, site: str, chemistry: str) -> Buyer:
        """Register a cell plant and return its side of the market.

        Raises
        ------
        KeyError
            When there is no recipe of that chemistry.
        """
        sourcing = Sourcing(site, "cam", chemistry, self.imports.cam, self.lanes, self.ctx)
        feed = Feed(sourcing, sources=len(self.sources), contents=CAM_CONTENTS)
        buyer = Buyer(
            site=site,
            chemistry=chemistry,
            materials=self.materials,
            feed=feed,
            counted=self._counted,
            minimum=self.minimum,
        )
        self.buyers[site] = buyer
        for maker in self.makers.cam:
            for pair in maker.pairs:
                if pair.site == site and chemistry in maker.serves:
                    pair.buyer = buyer
        return buyer

    def start(self) -> None:
        """Open the accounts and register the processes of all makers."""
        books = self.ctx.books
        region = books.open("yearly", "region:cathode", USE.columns)
        for site in sorted(self.buyers):
            buyer = self.buyers[site]
            buyer.account = books.open("yearly", f"{site}:cathode", SUPPLY.columns)
            buyer.region = region
            self._ordered.append(buyer)
            self._feeds.append(buyer.feed)
        self.lanes.start()
        for plant in self.plants:
            plant.start()

    # -- a period ------------------------------------------------------------------

    def clear(self, period: Period) -> None:
        """Clear the market for a period: local CAM shared, imports ordered, limits set."""
        day = period.start_day
        imposed = day < self.ctx.as_of_day or (self._liftable and self.ctx.lifted("cathode"))
        lead = self.lanes.expected("cam", day)
        short = False
        for feed in self._feeds:
            feed.turn(period, lead, imposed=imposed)
            if feed.limit_t < feed.requested:
                short = True
        if self._selling and (short or self._span is not None):
            self._call_off(day)
            self._span = None

    def _call_off(self, day: float) -> None:
        """Share local product among those who call, for the days since the last calls.

        Calls are made on the rhythm of revisions, and in every period in which somebody
        is short.
        """
        days, self._called = day - self._called, day
        for plant in self.plants:
            plant.offer(day)
        for maker in self.makers.cam:
            if maker.nameplate > 0.0:
                claims = self._claims(maker)
                maker.share_out(claims, days)
                for claim in claims:
                    if claim.tonnes > 0.0:
                        self.buyers[claim.site].feed.deliver(claim.parts)
        for feed in self._feeds:
            feed.called_off()
        if self._span is not None:
            lead = self.lanes.expected("pcam", day)
            for maker in self.makers.cam:
                maker.feed_precursor(self._span, lead)

    def _claims(self, maker: CamMaker) -> list[Claim]:
        """Return the claims of the cell makers that have approved a source."""
        claims: list[Claim] = []
        now = self.ctx.clock.now
        for pair in maker.pairs:
            buyer = pair.buyer
            if buyer is None or buyer.closed or pair.approved_day > now:
                continue
            need = buyer.feed.local_need(pair.of_need)
            if need > 0.0:
                claims.append(Claim(pair.site, need, pair.share, pair.approved_day))
        return claims

    def produce(self, period: Period) -> None:
        """Let the makers of precursor and CAM produce, after the cell plants.

        Makers plan on the rhythm of calls, and at the end of every month: the periods
        since the last plan are one span to them.
        """
        self._days += period.days
        self._working += period.scheduled_days
        month_end = period.end_day >= self.ctx.calendar.month_starts[period.month + 1]
        if month_end or self._days >= self._revision:
            first = period.end_day - self._days
            span = Period(period.index, first, self._days, self._working, period.month, period.year)
            self._days = self._working = 0.0
            for plant in self.plants:
                plant.produce(span)
            self._selling = any(plant.nameplate > 0.0 for plant in self.plants)
            self._span = span
        if month_end:
            self._give_up_orphans()
            self._book_month()

    def _give_up_orphans(self) -> None:
        """Give up precursor plants whose CAM plants have all been cancelled."""
        for plant in self.makers.pcam:
            fed = [maker for maker in self.makers.cam if maker.precursor is plant]
            if fed and all(maker.cancelled for maker in fed):
                plant.give_up()

    def _book_month(self) -> None:
        """Book what the cell plants used in the month."""
        for buyer in self._ordered:
            if buyer.feed.used > 0.0 or buyer.feed.requested > 0.0:
                buyer.book(self._backed(buyer), self._exposure_days)

    def _backed(self, buyer: Buyer) -> float:
        """Return the local supply of a cell plant that needs nothing from overseas, t/day."""
        feed = buyer.feed
        delivered, local = feed.delivered, 0.0
        for source in range(feed.stock.sources):
            local += delivered[source]
        if local <= 0.0:
            return 0.0
        backed = 0.0
        for maker in self.makers.cam:
            backed += delivered[maker.index] * maker.independent_share
        return feed.local_rate * backed / local

    # -- recycled metals -------------------------------------------------------------

    def receive_recycled(self, metal: str, tonnes: float) -> None:
        """Take in a recycled metal (one of `METALS`), which displaces fresh feed."""
        self.metals.receive(metal, tonnes)

    # -- at the end ----------------------------------------------------------------

    def balances(self) -> Iterator[Balance]:
        """Yield every balance of CAM, precursor and recycled metals, by source."""
        for buyer in self._ordered:
            yield from buyer.balances(self.sources)
        for plant in self.plants:
            yield from plant.balances()
        for i, metal in enumerate(METALS):
            received, used = self.metals.received[i], self.metals.used[i]
            closing = self.metals.stock[i]
            yield Balance(f"recycled.{metal}", "cathode", 0.0, received, used, closing, "t")
