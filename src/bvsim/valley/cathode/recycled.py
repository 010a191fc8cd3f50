"""Recycled metals on their way back into precursor and CAM, and what the law asks of them.

Where the recycled content of a plant's cells is below the minimum in force, it buys recycled
salts from elsewhere at a premium for what is missing. Makers elsewhere must do so too, so
that buyers see no difference in price; the plant's cash does.
"""

from __future__ import annotations

from typing import Final

from bvsim.schema.recycling import RecoveryTarget, RecyclingSpec
from bvsim.valley.ground.calendar import Calendar
from bvsim.valley.ground.rows import vec

_EUR_PER_MILLION: Final = 1e6

METALS: Final = ("lithium", "nickel", "cobalt", "manganese")
"""The metals that are followed, in the order of every list of contents."""

LITHIUM: Final = 0
NICKEL: Final = 1
COBALT: Final = 2
MANGANESE: Final = 3
"""Their positions in rows."""

IN_CELLS: Final = METALS[:3]
"""Those of which the law asks a least recycled content."""

_POSITION: Final = {metal: i for i, metal in enumerate(METALS)}


class RecycledMetals:
    """Tonnes of recycled metal that wait to displace fresh feed.

    Attributes
    ----------
    received, used, stock : row of float
        Tonnes of `METALS`: delivered so far, put into product so far, waiting.
    """

    def __init__(self) -> None:
        self.received = vec[float]([0.0] * len(METALS))
        self.used = vec[float]([0.0] * len(METALS))
        self.stock = vec[float]([0.0] * len(METALS))

    def receive(self, metal: str, tonnes: float) -> None:
        """Take in tonnes of a metal.

        Raises
        ------
        KeyError
            When the metal is not one of `METALS`.
        """
        position = _POSITION[metal]
        self.received[position] += tonnes
        self.stock[position] += tonnes

    def use(self, metal: int, needed: float) -> float:
        """Put up to the needed tonnes of the metal at a position into product; return them."""
        there = self.stock[metal]
        used = there if there < needed else needed
        if used > 0.0:
            self.stock[metal] -= used
            self.used[metal] += used
        return used


class _Minimum:
    """Shares in force from a day on, with the metals' positions, in the order of the law."""

    def __init__(self, target: RecoveryTarget, calendar: Calendar) -> None:
        self.day = calendar.day(target.applies)
        # the law may name metals that no cell here holds
        named = [metal for metal in target.shares if metal in IN_CELLS]
        self.metals = [IN_CELLS.index(metal) for metal in named]
        self.shares = vec[float]([target.shares[metal] for metal in named])


class RecycledMinimum:
    """The least recycled content of cells, and what reaching it costs.

    Parameters
    ----------
    spec : RecyclingSpec or None
        Drawn figures: targets, metal prices and the premium; None: nothing is asked for.
    calendar : Calendar
        The horizon.
    """

    def __init__(self, spec: RecyclingSpec | None, calendar: Calendar) -> None:
        targets = () if spec is None else spec.regulation.recycled_content.values()
        self._targets = sorted(
            [_Minimum(target, calendar) for target in targets], key=lambda target: target.day
        )
        self._premium = 0.0 if spec is None else spec.regulation.salt_premium
        prices = {} if spec is None else spec.economics.prices
        self._prices = vec[float]([prices[metal] for metal in IN_CELLS] if prices else [])

    def missing(self, day: float, used: vec[float], recycled: vec[float]) -> tuple[float, float]:
        """Return (tonnes, EUR million) of the salts that a plant must buy.

        Parameters
        ----------
        day : float
            Of the cells.
        used, recycled : row of float
            Tonnes of `IN_CELLS` in the CAM used, and of what of it was recycled.
        """
        tonnes = cost = 0.0
        target = self._in_force(day)
        if target is None:
            return tonnes, cost
        for i, metal in enumerate(target.metals):
            lacking = target.shares[i] * used[metal] - recycled[metal]
            if lacking > 0.0:
                tonnes += lacking
                cost += lacking * self._prices[metal] * self._premium / _EUR_PER_MILLION
        return tonnes, cost

    def _in_force(self, day: float) -> _Minimum | None:
        latest: _Minimum | None = None
        for target in self._targets:
            if target.day <= day:
                latest = target
        return latest
