"""Recycled metals on their way back into precursor and CAM, and what the law asks of them.

Where the recycled content of a plant's cells is below the minimum in force, it buys recycled
salts from elsewhere at a premium for what is missing. Makers elsewhere must do so too, so
that buyers see no difference in price; the plant's cash does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bvsim.schema.recycling import RecyclingSpec
from bvsim.valley.ground.calendar import Calendar

_EUR_PER_MILLION: Final = 1e6

METALS: Final = ("lithium", "nickel", "cobalt", "manganese")
"""The metals that are followed, in the order of every list of contents."""


class RecycledMetals:
    """Tonnes of recycled metal that wait to displace fresh feed.

    Attributes
    ----------
    received, used, stock : dict of str to float
        Tonnes by metal: delivered so far, put into product so far, waiting.
    """

    def __init__(self) -> None:
        self.received = dict.fromkeys(METALS, 0.0)
        self.used = dict.fromkeys(METALS, 0.0)
        self.stock = dict.fromkeys(METALS, 0.0)

    def receive(self, metal: str, tonnes: float) -> None:
        """Take in tonnes of a metal.

        Raises
        ------
        KeyError
            When the metal is not one of `METALS`.
        """
        self.received[metal] += tonnes
        self.stock[metal] += tonnes

    def use(self, metal: str, needed: float) -> float:
        """Put up to the needed tonnes into product and return them."""
        used = min(needed, self.stock[metal])
        if used > 0.0:
            self.stock[metal] -= used
            self.used[metal] += used
        return used


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
            ((calendar.day(target.applies), target.shares) for target in targets),
            key=lambda dated: dated[0],
        )
        self._premium = 0.0 if spec is None else spec.regulation.salt_premium
        self._prices = {} if spec is None else spec.economics.prices

    def missing(
        self, day: float, used: Mapping[str, float], recycled: Mapping[str, float]
    ) -> tuple[float, float]:
        """Return (tonnes, EUR million) of the salts that a plant must buy.

        Parameters
        ----------
        day : float
            Of the cells.
        used, recycled : mapping of str to float
            Tonnes of each metal in the CAM used, and of what of it was recycled.
        """
        tonnes = cost = 0.0
        for metal, share in self._in_force(day).items():
            if metal not in used:  # the law may name metals that no cell here holds
                continue
            lacking = max(0.0, share * used[metal] - recycled.get(metal, 0.0))
            tonnes += lacking
            cost += lacking * self._prices[metal] * self._premium / _EUR_PER_MILLION
        return tonnes, cost

    def _in_force(self, day: float) -> Mapping[str, float]:
        shares: Mapping[str, float] = {}
        for applies, target in self._targets:
            if applies <= day:
                shares = target
        return shares
