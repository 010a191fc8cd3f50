"""Cells in process: started, and told apart as good or scrap some weeks later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bvsim.schema.materials import Recipe
from bvsim.schema.production import Production
from bvsim.valley.ground.books import Account, Balance
from bvsim.valley.ground.calendar import Period
from bvsim.valley.ground.clock import Clock
from bvsim.valley.ground.passage import End, Passage
from bvsim.valley.ground.rows import i64, vec
from bvsim.valley.returns.gate import Gate

_KG_PER_KWH_TO_T_PER_GWH: Final = 1000.0


class Batch:
    """Cells started in one period, their scrap by stage, and where they were booked.

    Parameters
    ----------
    ledgers : list of Account
        Ledgers of the blocks that ran.

    Attributes
    ----------
    month : int
        Of the period.
    good_gwh : float
        Good cells.
    made : vec of float
        What is booked as good in each of the ledgers, GWh.
    """

    __slots__ = (
        "dry_cells_t",
        "filled_cells_t",
        "good_gwh",
        "ledgers",
        "made",
        "month",
        "trim_t",
    )

    def __init__(self, ledgers: list[Account]) -> None:
        self.month, self.good_gwh, self.ledgers = 0, 0.0, ledgers
        self.made = vec[float]([0.0] * len(ledgers))
        self.trim_t = self.dry_cells_t = self.filled_cells_t = 0.0

    @property
    def scrap_t(self) -> float:
        """Scrap of all stages together, tonnes."""
        return self.trim_t + self.dry_cells_t + self.filled_cells_t


class InProcess(End[Batch]):
    """All cells of a site that are not told apart yet.

    Parameters
    ----------
    site : str
        Whose cells.
    recipe : Recipe
        What they hold.
    production : Production
        Time to detection, mass and stages of rejects.
    in_cell : float
        Share of cathode material that trim leaves in a cell.
    gate : Gate
        Where scrap goes when it is found.
    clock : Clock
        Simulated time.
    """

    def __init__(
        self,
        *,
        site: str,
        recipe: Recipe,
        production: Production,
        in_cell: float,
        gate: Gate,
        clock: Clock,
    ) -> None:
        self.site, self.gate, self.detection_days = site, gate, float(production.detection)
        family = recipe.family
        self._trim = gate.heap(site, family, "trim")
        self._dry_cells = gate.heap(site, family, "dry_cell")
        self._filled_cells = gate.heap(site, family, "filled_cell")
        self._cam: float = recipe.cam
        self._nickel, self._cobalt = float(recipe.nickel), float(recipe.cobalt)
        self._lithium, self._manganese = float(recipe.lithium), float(recipe.manganese)
        self._cell_mass: float = recipe.cell_mass
        self._reject_mass: float = production.reject_mass
        self._electrodes: float = production.reject_electrodes
        self._dry: float = production.reject_dry_cells
        electrode = recipe.cam + recipe.anode + recipe.copper_foil + recipe.aluminium_foil
        self.trim_t_per_gwh: float = (
            electrode * _KG_PER_KWH_TO_T_PER_GWH * (1.0 - in_cell) / in_cell
        )
        self.gwh = 0.0
        """Good cells that the site has not handed over to its customers' stock."""
        self._under_way = 0
        """How many batches."""
        self._over: Batch | None = None
        """The last batch that was told apart, to be filled anew."""
        self._released = 0.0
        self._begun = self._finished = self._written_off = 0.0
        self._batches: Passage[Batch] = Passage(clock, self)

    def cam_in(self, good_gwh: float) -> float:
        """Return the cathode material in good cells, tonnes."""
        return good_gwh * self._cam * _KG_PER_KWH_TO_T_PER_GWH

    def begin(
        self,
        period: Period,
        started_gwh: float,
        good_gwh: float,
        ledgers: list[Account],
        made: vec[float],
    ) -> Batch:
        """Put a period's cells in process; return them with their scrap.

        Parameters
        ----------
        period : Period
            In which they were started.
        started_gwh, good_gwh : float
            Cells started, and good ones.
        ledgers : list of Account
            Ledgers of the blocks that ran.
        made : vec of float
            Good cells of each of them, GWh; copied.
        """
        in_cells = self.cam_in(good_gwh)
        self.gate.note_cells(
            in_cells * self._nickel,
            in_cells * self._cobalt,
            in_cells * self._lithium,
            in_cells * self._manganese,
        )
        batch = self._blank(ledgers)
        batch.month, batch.good_gwh = period.month, good_gwh
        i: i64 = 0
        for gwh in made:
            batch.made[i] = gwh
            i += 1  # noqa: SIM113 (a position of the machine's)
        rejects = (started_gwh - good_gwh) * self._cell_mass * self._reject_mass
        electrodes = rejects * self._electrodes
        batch.dry_cells_t = dry = rejects * self._dry
        batch.trim_t = started_gwh * self.trim_t_per_gwh + electrodes
        batch.filled_cells_t = rejects - electrodes - dry
        self._batches.enter(batch, period.start_day + self.detection_days)
        self._under_way += 1
        self.gwh += good_gwh
        self._begun += good_gwh
        return batch

    def _blank(self, ledgers: list[Account]) -> Batch:
        """Return a batch of some blocks to be filled: one that is over, if it was of theirs."""
        batch, self._over = self._over, None
        return Batch(ledgers) if batch is None or batch.ledgers is not ledgers else batch

    def come_out(self, item: Batch, day: float) -> None:
        """Tell a batch apart on its day: scrap is handed over, good cells are released."""
        self._released += item.good_gwh
        self._finished += item.good_gwh
        self._under_way -= 1
        self._hand_over(item)
        self._over = item

    def collect(self) -> float:
        """Return the good cells released since the last call (GWh)."""
        released, self._released = self._released, 0.0
        if released > 0.0:
            self.gwh = self.gwh - released if self._under_way else 0.0  # no residue of rounding
        return released

    def under_way(self) -> Iterator[tuple[int, float]]:
        """Yield month of the start and good cells of what is not told apart yet, GWh."""
        for batch in self._batches:
            yield batch.month, batch.good_gwh

    def scrap_all(
        self, site: Account, good: int, scrap_t: int, block_good: int, block_lost: int
    ) -> None:
        """Scrap everything at a closure: a loss of yield in the periods of the starts.

        Parameters
        ----------
        site : Account
            The site's account.
        good, scrap_t : int
            Its columns of good cells and of scrap.
        block_good, block_lost : int
            The columns of good cells and of lost yield in the ledgers of its blocks.
        """
        for batch in self._batches.clear():
            for account, gwh in zip(batch.ledgers, batch.made, strict=True):
                account.take_back(batch.month, block_good, gwh)
                account.adjust(batch.month, block_lost, gwh)
            mass = batch.good_gwh * self._cell_mass
            site.take_back(batch.month, good, batch.good_gwh)
            site.adjust(batch.month, scrap_t, mass)
            self._written_off += batch.good_gwh
            batch.filled_cells_t += mass
            self._hand_over(batch)
        self.gwh, self._under_way = 0.0, 0

    def _hand_over(self, batch: Batch) -> None:
        gate = self.gate
        if batch.trim_t > 0.0:
            gate.take_scrap(self._trim, batch.trim_t)
        if batch.dry_cells_t > 0.0:
            gate.take_scrap(self._dry_cells, batch.dry_cells_t)
        if batch.filled_cells_t > 0.0:
            gate.take_scrap(self._filled_cells, batch.filled_cells_t)

    def balances(self) -> Iterator[Balance]:
        """Yield the account of good cells in process, GWh."""
        out = self._finished + self._written_off
        closing = sum(batch.good_gwh for batch in self._batches)
        yield Balance("in_process", self.site, 0.0, self._begun, out, closing, "GWh")
