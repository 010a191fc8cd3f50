"""Cells in process: started, and told apart as good or scrap some weeks later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import simpy

from bvsim.schema.materials import Recipe
from bvsim.schema.production import Production
from bvsim.valley.ground.books import Account, Balance
from bvsim.valley.ground.calendar import Period
from bvsim.valley.ground.passage import Passage
from bvsim.valley.returns.gate import Gate

_KG_PER_KWH_TO_T_PER_GWH: Final = 1000.0


class Mass:
    """Scrap by stage, in tonnes."""

    __slots__ = ("dry_cell", "filled_cell", "trim")

    def __init__(self, trim: float, dry_cell: float, filled_cell: float) -> None:
        self.trim, self.dry_cell, self.filled_cell = trim, dry_cell, filled_cell

    @property
    def total(self) -> float:
        """All stages together."""
        return self.trim + self.dry_cell + self.filled_cell


class Batch:
    """Cells started in one period, and where they were booked."""

    __slots__ = ("blocks", "good_gwh", "month", "scrap")

    def __init__(
        self,
        month: int,
        good_gwh: float,
        scrap: Mass,
        blocks: Sequence[tuple[Account, float]],
    ) -> None:
        self.month, self.good_gwh = month, good_gwh
        self.scrap, self.blocks = scrap, blocks


class InProcess:
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
    env : simpy.Environment
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
        env: simpy.Environment,
    ) -> None:
        self.site, self.recipe, self.production = site, recipe, production
        self.gate = gate
        electrode = recipe.cam + recipe.anode + recipe.copper_foil + recipe.aluminium_foil
        self.trim_t_per_gwh = electrode * _KG_PER_KWH_TO_T_PER_GWH * (1.0 - in_cell) / in_cell
        self.gwh = 0.0
        """Good cells that the site has not handed over to its customers' stock."""
        self._batches: Passage[Batch] = Passage(env, self)
        self._released = 0.0
        self._begun = self._finished = self._written_off = 0.0

    def scrap_of(self, started_gwh: float, good_gwh: float) -> Mass:
        """Return scrap and trim of a period's starts, by stage (t)."""
        production = self.production
        rejects = (started_gwh - good_gwh) * self.recipe.cell_mass * production.reject_mass
        electrodes = rejects * production.reject_electrodes
        dry = rejects * production.reject_dry_cells
        trim = started_gwh * self.trim_t_per_gwh + electrodes
        return Mass(trim, dry, rejects - electrodes - dry)

    def begin(
        self,
        period: Period,
        good_gwh: float,
        scrap: Mass,
        blocks: Sequence[tuple[Account, float]],
    ) -> None:
        """Put a period's cells in process."""
        due = period.start_day + self.production.detection
        self._batches.enter(Batch(period.month, good_gwh, scrap, blocks), due)
        self.gwh += good_gwh
        self._begun += good_gwh

    def come_out(self, item: Batch, day: float) -> None:
        """Tell a batch apart on its day: scrap is handed over, good cells are released."""
        self._released += item.good_gwh
        self._finished += item.good_gwh
        self._hand_over(item.scrap)

    def collect(self) -> float:
        """Return the good cells released since the last call (GWh)."""
        released, self._released = self._released, 0.0
        if released > 0.0:
            under_way = next(iter(self._batches), None)
            self.gwh = self.gwh - released if under_way else 0.0  # no residue of rounding
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
            for account, gwh in batch.blocks:
                account.take_back(batch.month, block_good, gwh)
                account.adjust(batch.month, block_lost, gwh)
            mass = batch.good_gwh * self.recipe.cell_mass
            site.take_back(batch.month, good, batch.good_gwh)
            site.adjust(batch.month, scrap_t, mass)
            self._written_off += batch.good_gwh
            batch.scrap.filled_cell += mass
            self._hand_over(batch.scrap)
        self.gwh = 0.0

    def _hand_over(self, scrap: Mass) -> None:
        family, deliver = self.recipe.family, self.gate.deliver_scrap
        if scrap.trim > 0.0:
            deliver(self.site, family, "trim", scrap.trim)
        if scrap.dry_cell > 0.0:
            deliver(self.site, family, "dry_cell", scrap.dry_cell)
        if scrap.filled_cell > 0.0:
            deliver(self.site, family, "filled_cell", scrap.filled_cell)

    def balances(self) -> Iterator[Balance]:
        """Yield the account of good cells in process, GWh."""
        out = self._finished + self._written_off
        closing = sum(batch.good_gwh for batch in self._batches)
        yield Balance("in_process", self.site, 0.0, self._begun, out, closing, "GWh")
