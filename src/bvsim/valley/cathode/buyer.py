"""A cell plant's side of the market for cathode active material (CAM)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bvsim.schema.materials import Materials, Recipe
from bvsim.valley.cathode.feed import Feed
from bvsim.valley.cathode.recycled import (
    COBALT,
    IN_CELLS,
    LITHIUM,
    NICKEL,
    RecycledMinimum,
)
from bvsim.valley.cathode.restocking import IMPORTED
from bvsim.valley.ground.books import Account, Balance
from bvsim.valley.ground.calendar import DAYS_PER_WEEK
from bvsim.valley.ground.columns import Columns, flow, laid_out, stock
from bvsim.valley.ground.rows import i64, vec

_KG_PER_T: Final = 1000.0


@dataclass(frozen=True)
class UseColumns(Columns):
    """CAM that a cell plant, or all of them, used."""

    cam_needed_t: i64 = flow("CAM that orders, people and ramp-up asked for.")
    cam_used_t: i64 = flow("CAM charged to cells: in cells, scrap and trim.")
    cam_in_cells_t: i64 = flow("CAM in good cells.")
    cam_scrap_t: i64 = flow("CAM in scrap and trim.")
    cam_local_t: i64 = flow("CAM used from the valley's counted makers.")
    cam_import_t: i64 = flow("CAM used that was imported.")
    pcam_t: i64 = flow("Precursor within the CAM used, wherever it was made.")
    pcam_local_t: i64 = flow("Precursor of the valley within the CAM used.")
    recycled_lithium_in_cam_t: i64 = flow("Recycled lithium within the CAM used.")
    recycled_nickel_in_cam_t: i64 = flow("Recycled nickel within the CAM used.")
    recycled_cobalt_in_cam_t: i64 = flow("Recycled cobalt within the CAM used.")
    cam_exposed_t: i64 = flow("CAM use that would stop within the exposure span.")


USE: Final = laid_out(UseColumns)


@dataclass(frozen=True)
class SupplyColumns(UseColumns):
    """CAM that a cell plant used, its stock, and other materials."""

    cam_stock_t: i64 = stock("CAM in stock.")
    recycled_bought_t: i64 = flow("Recycled metals bought to reach the least content.")
    cam_short_weeks: i64 = flow("Weeks in which CAM did not suffice for what was asked.")
    cam_written_off_t: i64 = flow("CAM past its shelf life.")
    cam_flown_t: i64 = flow("CAM flown in.")
    nickel_used_t: i64 = flow("Nickel in the CAM used.")
    lithium_used_t: i64 = flow("Lithium in the CAM used.")
    copper_foil_t: i64 = flow("Copper foil in cells started (recorded need).")
    aluminium_foil_t: i64 = flow("Aluminium foil in cells started (recorded need).")
    anode_t: i64 = flow("Graphite or hard carbon in cells started (recorded need).")
    electrolyte_t: i64 = flow("Electrolyte in cells started (recorded need).")
    foil_carbon_local_t: i64 = flow("CO2 of the foil's metal if it came from the nearest smelter.")
    foil_carbon_world_t: i64 = flow("CO2 of the foil's metal at the world's average.")


SUPPLY: Final = laid_out(SupplyColumns)


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
    materials : Materials
        What its cells hold, and how much of the CAM charged trim leaves in them.
    feed : Feed
        Stock, local deliveries and imports.
    counted : tuple of int
        Positions of the sources that count as local.
    minimum : RecycledMinimum or None
        The least recycled content of its cells; None where the model knows of none.
    """

    def __init__(
        self,
        *,
        site: str,
        chemistry: str,
        materials: Materials,
        feed: Feed,
        counted: tuple[int, ...],
        minimum: RecycledMinimum | None = None,
    ) -> None:
        recipe = materials.recipes[chemistry]
        self.site, self.chemistry, self.recipe = site, chemistry, recipe
        self.feed, self.counted, self.minimum = feed, counted, minimum
        self.cam_t_per_gwh = recipe.cam * _KG_PER_T / materials.in_cell
        self.closed = False
        self.account: Account
        self.region: Account
        self._precursor: float = recipe.precursor
        self._cobalt: float = recipe.cobalt
        self._needs = vec[float](_needs_per_cam(recipe, materials))
        self._booked = vec[float]([0.0] * len(feed.stock.shares))
        """Tonnes used so far, by source, and their contents, at the last booking."""
        self._news = vec[float]([0.0] * len(feed.stock.shares))
        """What was used between the last two bookings."""
        self._metals = vec[float]([0.0] * len(IN_CELLS))
        self._recycled = vec[float]([0.0] * len(IN_CELLS))
        self._needed = self._in_cells = 0.0
        self._short_weeks = self._written_off = self._flown = 0.0
        self._settled = False

    @property
    def stock(self) -> float:
        """CAM in stock, t."""
        return self.feed.stock.total

    @property
    def lead_days(self) -> float:
        """Lead time that the plant counts on when it orders, days."""
        return self.feed.lead

    def request(self, tonnes: float, outlook_t_per_day: float = 0.0) -> None:
        """Say what could be used in the coming period if CAM were at will.

        Parameters
        ----------
        tonnes : float
            CAM for the period, trim and scrap included.
        outlook_t_per_day : float
            Use per day that the plant plans for `lead_days` ahead, when it knows more
            than its past use tells (a ramp, a line to be released); 0 when it does not.
            What past plans came to is allowed for.
        """
        self.feed.requested = tonnes
        self.feed.outlook = outlook_t_per_day

    @property
    def limit_t(self) -> float:
        """CAM that the period's starts may use, trim and scrap included."""
        return self.feed.limit_t

    def use(self, t_in_cells: float, t_scrap: float) -> None:
        """Report the CAM of the period's starts: in good cells, and in scrap and trim.

        Raises
        ------
        ValueError
            When it is more than `limit_t` in a period after `as_of`.
        """
        tonnes = t_in_cells + t_scrap
        if tonnes > 0.0:
            used = self.feed.use(tonnes)
            self._in_cells += used * t_in_cells / tonnes

    def book(self, local_backed: float, exposure_days: float) -> None:
        """Book a month: what was used since the last booking, by source.

        Parameters
        ----------
        local_backed : float
            Local supply that needs nothing from overseas, t/day.
        exposure_days : float
            Span over which exposure is measured.
        """
        if self._settled:
            return
        self._settled = self.closed
        feed, row, news = self.feed, self.account.now, self._news
        self._count()
        sources, tonnes, local = feed.stock.sources, 0.0, 0.0
        for source in range(sources):
            tonnes += news[source]
        for source in self.counted:
            local += news[source]
        row[USE.cam_needed_t] = feed.needed - self._needed
        row[USE.cam_used_t] = tonnes
        row[USE.cam_in_cells_t] = self._in_cells
        row[USE.cam_scrap_t] = tonnes - self._in_cells
        row[USE.cam_local_t] = local
        row[USE.cam_import_t] = news[IMPORTED]
        row[USE.pcam_t] = tonnes * self._precursor
        for i in range(len(news) - sources):
            row[USE.pcam_local_t + i] = news[sources + i]
        row[USE.cam_exposed_t] = tonnes * self._exposed(local_backed, exposure_days)
        now = self.region.now
        for i in range(len(now)):
            now[i] += row[i]
        for i, per_cam in enumerate(self._needs):
            row[SUPPLY.nickel_used_t + i] = tonnes * per_cam
        self._needed, self._in_cells = feed.needed, 0.0
        self._book_stock()

    def _count(self) -> None:
        """Count what was used since the last booking, by source, with contents."""
        news, booked, used = self._news, self._booked, self.feed.used_by_source()
        for i in range(len(used)):
            news[i] = used[i] - booked[i]
            booked[i] = used[i]

    def _exposed(self, local_backed: float, exposure_days: float) -> float:
        """Return the share of use that neither stock nor the valley would cover."""
        need = self.feed.rate * exposure_days
        if need <= 0.0:
            return 0.0
        exposed = 1.0 - (self.feed.stock.total + local_backed * exposure_days) / need
        return exposed if exposed > 0.0 else 0.0

    def _book_stock(self) -> None:
        feed, row = self.feed, self.account.now
        short = feed.short_days / DAYS_PER_WEEK
        written, flown = feed.written_off, feed.restocking.flown
        row[SUPPLY.cam_stock_t] = feed.stock.total
        row[SUPPLY.cam_short_weeks] = short - self._short_weeks
        row[SUPPLY.cam_written_off_t] = written - self._written_off
        row[SUPPLY.cam_flown_t] = flown - self._flown
        self._short_weeks, self._written_off, self._flown = short, written, flown

    def sourcing(self, day: float) -> tuple[float, float]:
        """Return what a month's CAM means to buyers and to cost, once the month is booked.

        Returns
        -------
        local : float
            Share of the CAM used that came from the valley's counted makers.
        dearer : float
            Rise of the cost of materials by duties on the imported rest, as a share.
        """
        row, lanes = self.account.now, self.feed.lanes
        used = row[SUPPLY.cam_used_t]
        if used <= 0.0:
            return 0.0, 0.0
        imported = row[SUPPLY.cam_import_t] / used
        dearer = lanes.duty("cam", day) * imported * lanes.cam_of_materials
        return row[SUPPLY.cam_local_t] / used, dearer

    def buy_salts(self, day: float) -> float:
        """Buy recycled salts for what a month's cells lack, once it is booked; in EUR million."""
        row = self.account.now
        tonnes = row[SUPPLY.cam_used_t]
        if self.minimum is None or tonnes <= 0.0:
            return 0.0
        used, recycled = self._metals, self._recycled
        used[LITHIUM] = row[SUPPLY.lithium_used_t]
        used[NICKEL] = row[SUPPLY.nickel_used_t]
        used[COBALT] = tonnes * self._cobalt
        recycled[LITHIUM] = row[USE.recycled_lithium_in_cam_t]
        recycled[NICKEL] = row[USE.recycled_nickel_in_cam_t]
        recycled[COBALT] = row[USE.recycled_cobalt_in_cam_t]
        row[SUPPLY.recycled_bought_t], cost = self.minimum.missing(day, used, recycled)
        return cost

    def close(self) -> None:
        """Close the plant: its stock, and what still arrives, is sold outside the valley."""
        self.closed = True
        self.feed.close()

    def reopen(self) -> None:
        """Buy again."""
        self.closed = self._settled = False
        self.feed.reopen()

    def balances(self, names: tuple[str, ...]) -> Iterator[Balance]:
        """Yield tonnes in, used, lost and left, by source."""
        used, left = self.feed.used_by_source(), self.feed.stock.parts
        for source, name in enumerate(names):
            out = used[source] + self.feed.lost(source)
            inflow = self.feed.inflow(source)
            yield Balance(f"cam.{name}", self.site, 0.0, inflow, out, left[source], "t")


def _needs_per_cam(recipe: Recipe, materials: Materials) -> tuple[float, ...]:
    """Return tonnes of the recorded needs per tonne of CAM charged."""
    per_cam = materials.in_cell / recipe.cam
    aluminium = materials.aluminium
    metal = recipe.aluminium_foil * per_cam / aluminium.foil_yield
    return (
        recipe.nickel,
        recipe.lithium,
        recipe.copper_foil * per_cam,
        recipe.aluminium_foil * per_cam,
        recipe.anode * per_cam,
        recipe.electrolyte * per_cam,
        metal * aluminium.local,
        metal * aluminium.world,
    )
