"""Recycled metals on their way back into precursor and CAM."""

from __future__ import annotations

from typing import Final

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
