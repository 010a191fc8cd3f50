"""The valley's market for cathode active material (CAM): local makers, imports, cell makers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from bvsim.spec.cathode import CamPlant, CathodeSource, PcamPlant
from bvsim.spec.imports import Imports
from bvsim.spec.materials import Materials, Recipe
from bvsim.spec.stages import Shock
from bvsim.valley.books import Account, Balance, Column
from bvsim.valley.calendar import Period
from bvsim.valley.cam_plant import CAM_CONTENTS, CamMaker, PcamMaker
from bvsim.valley.cam_sharing import Claim
from bvsim.valley.context import Context
from bvsim.valley.feed import Feed
from bvsim.valley.imports import Lanes
from bvsim.valley.recycled import METALS, RecycledMetals
from bvsim.valley.restocking import IMPORTED

_DAYS_PER_WEEK = 7.0
_KG_PER_T = 1000.0
_SHORT = 1e-9

USE_COLUMNS = (
    Column("cam_needed_t", "flow", "CAM that orders, people and ramp-up asked for."),
    Column("cam_used_t", "flow", "CAM charged to cells: in cells, scrap and trim."),
    Column("cam_in_cells_t", "flow", "CAM in good cells."),
    Column("cam_scrap_t", "flow", "CAM in scrap and trim."),
    Column("cam_local_t", "flow", "CAM used from the valley's counted makers."),
    Column("cam_import_t", "flow", "CAM used that was imported."),
    Column("pcam_t", "flow", "Precursor within the CAM used, wherever it was made."),
    Column("pcam_local_t", "flow", "Precursor of the valley within the CAM used."),
    Column("recycled_lithium_in_cam_t", "flow", "Recycled lithium within the CAM used."),
    Column("recycled_nickel_in_cam_t", "flow", "Recycled nickel within the CAM used."),
    Column("recycled_cobalt_in_cam_t", "flow", "Recycled cobalt within the CAM used."),
    Column("cam_exposed_t", "flow", "CAM use that would stop within the exposure span."),
)
(
    _NEEDED,
    _USED,
    _IN_CELLS,
    _SCRAP,
    _LOCAL,
    _IMPORT,
    _PCAM,
    _PCAM_LOCAL,
    _REC_LITHIUM,
    _REC_NICKEL,
    _REC_COBALT,
    _EXPOSED,
) = range(len(USE_COLUMNS))

SITE_COLUMNS = (
    *USE_COLUMNS,
    Column("cam_stock_t", "stock", "CAM in stock."),
    Column("cam_short_weeks", "flow", "Weeks in which CAM did not suffice for what was asked."),
    Column("cam_written_off_t", "flow", "CAM past its shelf life."),
    Column("cam_flown_t", "flow", "CAM flown in."),
    Column("nickel_used_t", "flow", "Nickel in the CAM used."),
    Column("lithium_used_t", "flow", "Lithium in the CAM used."),
    Column("copper_foil_t", "flow", "Copper foil in cells started (recorded need)."),
    Column("aluminium_foil_t", "flow", "Aluminium foil in cells started (recorded need)."),
    Column("anode_t", "flow", "Graphite or hard carbon in cells started (recorded need)."),
    Column("electrolyte_t", "flow", "Electrolyte in cells started (recorded need)."),
)
_STOCK = len(USE_COLUMNS)
_SHORT_WEEKS, _WRITTEN_OFF, _FLOWN, _NICKEL = (_STOCK + i for i in range(1, 5))
_NEEDS = _NICKEL


class Buyer:
    """One cell plant's supply of CAM.

    Each period the plant says what it could use (`request`), learns after the
    clearing how much it may start with (`limit_t`), and reports what it used
    (`use`).

    Parameters
    ----------
    site : str
        The cell plant.
    chemistry : str
        Its chemistry: one of the recipes.
    recipe : Recipe
        What its cells hold.
    in_cell : float
        Share of the CAM charged that trim leaves in the cell.
    feed : Feed
        Stock, local deliveries and imports.
    counted : tuple of int
        Positions of the sources that count as local.
    """

    def __init__(
        self,
        *,
        site: str,
        chemistry: str,
        recipe: Recipe,
        in_cell: float,
        feed: Feed,
        counted: tuple[int, ...],
    ) -> None:
        self.site, self.chemistry, self.recipe = site, chemistry, recipe
        self.feed, self.counted = feed, counted
        self.cam_t_per_gwh = recipe.cam * _KG_PER_T / in_cell
        self.limit_t = 0.0
        self.closed = False
        self.in_cells = [0.0] * len(feed.stock.parts)
        self.in_scrap = [0.0] * len(feed.stock.parts)
        self.account: Account
        self.region: Account
        self._exposed = 0.0
        self._needs = _needs_per_cam(recipe, in_cell)
        self._flown = self._written_off = 0.0

    @property
    def stock(self) -> float:
        """CAM in stock, t."""
        return self.feed.stock.total

    @property
    def cover_days(self) -> float:
        """Days of use in stock; infinite without use."""
        return self.feed.days_of_cover()

    def request(self, tonnes: float, outlook_t_per_day: float = 0.0) -> None:
        """Say what could be used in the coming period if CAM were at will.

        Parameters
        ----------
        tonnes : float
            CAM for the period, trim and scrap included.
        outlook_t_per_day : float
            Use per day that the plant plans for a lead time ahead, when it knows more
            than its past use tells (a line about to be released); 0 when it does not.
        """
        self.feed.requested = tonnes
        self.feed.outlook = outlook_t_per_day

    def settle(self, period: Period, exposure_days: float, local_backed: float) -> None:
        """Set the limit of the period and book what was asked for."""
        feed, row, region = self.feed, self.account.now, self.region.now
        self.limit_t = feed.limit_t
        requested = feed.requested
        row[_NEEDED] += requested
        region[_NEEDED] += requested
        if self.limit_t < requested * (1.0 - _SHORT):
            row[_SHORT_WEEKS] += period.days / _DAYS_PER_WEEK
        written_off = sum(feed.written_off[: feed.stock.sources])
        row[_WRITTEN_OFF] += written_off - self._written_off
        row[_FLOWN] += feed.restocking.flown - self._flown
        self._written_off, self._flown = written_off, feed.restocking.flown
        row[_STOCK] = feed.stock.total
        need = feed.rate * exposure_days
        held = feed.stock.total + local_backed * exposure_days
        self._exposed = max(0.0, 1.0 - held / need) if need > 0.0 else 0.0

    def use(self, t_in_cells: float, t_scrap: float) -> None:
        """Report the CAM of the period's starts: in good cells, and in scrap and trim.

        Raises
        ------
        ValueError
            When it is more than `limit_t` in a period after `as_of`.
        """
        tonnes = t_in_cells + t_scrap
        if tonnes <= 0.0:
            return
        parts = self.feed.take(tonnes)
        share = t_in_cells / tonnes
        for i, part in enumerate(parts):
            if part:
                cells = part * share
                self.in_cells[i] += cells
                self.in_scrap[i] += part - cells
        self._book(parts, tonnes, t_in_cells)

    def _book(self, parts: list[float], tonnes: float, in_cells: float) -> None:
        """Add a use to the accounts of site and region."""
        contents = parts[self.feed.stock.sources :]
        values = (
            tonnes,
            in_cells,
            tonnes - in_cells,
            sum(parts[i] for i in self.counted),
            parts[IMPORTED],
            tonnes * self.recipe.precursor,
            *contents,
            tonnes * self._exposed,
        )
        for row in (self.account.now, self.region.now):
            for i, value in enumerate(values, _USED):
                row[i] += value
        row = self.account.now
        for i, per_cam in enumerate(self._needs, _NEEDS):
            row[i] += tonnes * per_cam
        row[_STOCK] = self.feed.stock.total

    def close(self) -> None:
        """Close the plant: its stock, and what still arrives, is sold outside the valley."""
        self.closed = True
        self.feed.requested = self.feed.outlook = 0.0
        self.feed.close()

    def balances(self, names: tuple[str, ...]) -> Iterator[Balance]:
        """Yield tonnes in, used, lost and left, by source."""
        for source, name in enumerate(names):
            out = self.in_cells[source] + self.in_scrap[source] + self.feed.lost(source)
            inflow, closing = self.feed.inflow(source), self.feed.stock.parts[source]
            yield Balance(f"cam.{name}", self.site, 0.0, inflow, out, closing, "t")


def _needs_per_cam(recipe: Recipe, in_cell: float) -> tuple[float, ...]:
    """Return tonnes of the recorded needs per tonne of CAM charged."""
    per_cam = in_cell / recipe.cam
    return (
        recipe.nickel,
        recipe.lithium,
        recipe.copper_foil * per_cam,
        recipe.aluminium_foil * per_cam,
        recipe.anode * per_cam,
        recipe.electrolyte * per_cam,
    )


class Makers(NamedTuple):
    """The valley's makers, each kind by name."""

    cam: tuple[CamMaker, ...]
    pcam: tuple[PcamMaker, ...]


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

    Attributes
    ----------
    plants : tuple of PcamMaker and CamMaker
        The makers, to be wired with people (`crew`) and recyclers (`deliver_scrap`).
    """

    def __init__(
        self,
        materials: Materials,
        cathode: Mapping[str, CathodeSource],
        imports: Imports,
        ctx: Context,
        *,
        shock: Shock,
    ) -> None:
        self.materials, self.imports, self.ctx = materials, imports, ctx
        self.lanes = Lanes(imports, ctx)
        self.metals = RecycledMetals()
        names = sorted(name for name, spec in cathode.items() if isinstance(spec, CamPlant))
        self.sources = ("imports", *names)
        self.buyers: dict[str, Buyer] = {}
        self.makers = self._make(cathode, shock)
        self._counted = tuple(maker.index for maker in self.makers.cam if maker.maker.counted)
        self.plants: tuple[PcamMaker | CamMaker, ...] = (*self.makers.pcam, *self.makers.cam)
        self._ordered: list[Buyer] = []

    def _make(self, cathode: Mapping[str, CathodeSource], shock: Shock) -> Makers:
        """Build the makers: precursor plants first, as CAM plants refer to them."""
        pcam: dict[str, PcamMaker] = {}
        cam: list[CamMaker] = []
        for name in sorted(cathode, key=lambda name: (cathode[name].kind != "pcam_plant", name)):
            spec = cathode[name]
            recipe = self.materials.recipes[spec.chemistry]
            if isinstance(spec, PcamPlant):
                pcam[name] = PcamMaker(
                    name=name,
                    spec=spec,
                    recipe=recipe,
                    ctx=self.ctx,
                    shock=shock,
                    lanes=self.lanes,
                    metals=self.metals,
                )
                continue
            cam.append(
                CamMaker(
                    name=name,
                    spec=spec,
                    recipe=recipe,
                    ctx=self.ctx,
                    shock=shock,
                    lanes=self.lanes,
                    metals=self.metals,
                    index=self.sources.index(name),
                    sources=len(self.sources),
                    precursor=pcam[spec.precursor] if spec.precursor else None,
                    pcam_policy=self.imports.pcam,
                )
            )
        return Makers(tuple(cam), tuple(pcam.values()))

    def buyer(self, site: str, chemistry: str) -> Buyer:
        """Register a cell plant and return its side of the market.

        Raises
        ------
        KeyError
            When there is no recipe of that chemistry.
        """
        feed = Feed(
            entity=site,
            goods="cam",
            chemistry=chemistry,
            sources=len(self.sources),
            contents=CAM_CONTENTS,
            policy=self.imports.cam,
            lanes=self.lanes,
            ctx=self.ctx,
        )
        buyer = Buyer(
            site=site,
            chemistry=chemistry,
            recipe=self.materials.recipes[chemistry],
            in_cell=self.materials.in_cell,
            feed=feed,
            counted=self._counted,
        )
        self.buyers[site] = buyer
        return buyer

    def start(self) -> None:
        """Open the accounts and register the processes of all makers."""
        books = self.ctx.books
        region = books.open("yearly", "region:cathode", USE_COLUMNS)
        for site in sorted(self.buyers):
            buyer = self.buyers[site]
            buyer.account = books.open("yearly", f"{site}:cathode", SITE_COLUMNS)
            buyer.region = region
            self._ordered.append(buyer)
        self.lanes.start()
        for plant in self.plants:
            plant.start()

    # -- a period ------------------------------------------------------------------

    def clear(self, period: Period) -> None:
        """Clear the market for a period: local CAM shared, imports ordered, limits set."""
        day = period.start_day
        lead = self.lanes.expected("cam", day)
        for plant in self.plants:
            plant.release(day)
        for buyer in self._ordered:
            buyer.feed.look_ahead(period, lead)
        backed = self._share_local(period)
        exposure = self.imports.exposure * _DAYS_PER_WEEK
        for buyer in self._ordered:
            if not buyer.closed:
                buyer.feed.restock(lead)
            buyer.settle(period, exposure, backed.get(buyer.site, 0.0))
        pcam_lead = self.lanes.expected("pcam", day)
        for maker in self.makers.cam:
            maker.feed_precursor(period, pcam_lead)

    def _share_local(self, period: Period) -> dict[str, float]:
        """Share out local CAM; return per site what local supply stands without imports, t/day."""
        backed: dict[str, float] = {}
        for maker in self.makers.cam:
            claims = self._claims(maker)
            needed = sum(claim.need for claim in claims)
            alone = _independent_share(maker)
            for site, parts in maker.share_out(claims, period):
                feed = self.buyers[site].feed
                feed.deliver(parts)
                rate = min(feed.local_rate.level, feed.rate)
                if needed > 0.0:
                    backed[site] = backed.get(site, 0.0) + rate * alone
        return backed

    def _claims(self, maker: CamMaker) -> list[Claim]:
        """Return the claims of the cell makers that have approved a source."""
        claims: list[Claim] = []
        now = self.ctx.env.now
        for pair in maker.pairs:
            buyer = self.buyers.get(pair.site)
            if buyer is None or buyer.closed or pair.approved_day > now:
                continue
            if buyer.chemistry not in maker.maker.serves:
                continue
            need = buyer.feed.local_need(pair.contract.of_need)
            if need > 0.0:
                claims.append(Claim(pair.site, need, pair.contract.share, pair.approved_day))
        return claims

    def produce(self, period: Period) -> None:
        """Let the makers of precursor and CAM produce, after the cell plants."""
        for plant in self.makers.pcam:
            plant.produce(period)
        for maker in self.makers.cam:
            maker.produce(period)

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
        for metal in METALS:
            received, used = self.metals.received[metal], self.metals.used[metal]
            closing = self.metals.stock[metal]
            yield Balance(f"recycled.{metal}", "cathode", 0.0, received, used, closing, "t")


def _independent_share(maker: CamMaker) -> float:
    """Return the share of a maker's precursor that does not come from overseas."""
    feed = maker.feed
    if maker.recipe.precursor <= 0.0:
        return 1.0
    if feed.rate <= 0.0:
        return 0.0
    return min(1.0, feed.local_rate.level / feed.rate)


def local_share(row: Mapping[str, float]) -> float:
    """Return counted local CAM per CAM used; nan where none was used."""
    used = row["cam_used_t"]
    return row["cam_local_t"] / used if used > 0.0 else math.nan
