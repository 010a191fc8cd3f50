"""The cash of a maker of CAM: when it is spent, the maker stops."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bvsim.schema.cathode import MakerMoney
from bvsim.valley.ground.books import Balance
from bvsim.valley.ground.calendar import DAYS_PER_YEAR

_EUR_PER_MILLION: Final = 1e6


class Till:
    """One maker's cash, from its first lines on.

    Parameters
    ----------
    maker : str
        Whose cash it is.
    spec : MakerMoney or None
        Drawn figures; None: cash never runs out, and none is counted.

    Attributes
    ----------
    cash_meur : float
        What is left, EUR million.
    """

    def __init__(self, maker: str, spec: MakerMoney | None) -> None:
        self.maker, self.cash_meur = maker, 0.0
        self._counts = spec is not None
        self._funds: float = 0.0 if spec is None else spec.funds
        self._margin: float = 0.0 if spec is None else spec.margin
        self._fixed: float = 0.0 if spec is None else spec.fixed
        self._in = self._out = 0.0
        self._open = False

    def settle(self, sold_t: float, nameplate_t: float, days: float) -> None:
        """Move what some days earned and cost.

        Parameters
        ----------
        sold_t : float
            Tonnes sold in them.
        nameplate_t : float
            Nameplate in service, t a year.
        days : float
            How many.
        """
        if not self._counts:
            return
        if not self._open:
            self._open = True
            self._move(self._funds)
        self._move(sold_t * self._margin / _EUR_PER_MILLION)
        self._move(-nameplate_t * self._fixed * days / DAYS_PER_YEAR / _EUR_PER_MILLION)

    @property
    def spent(self) -> bool:
        """Whether cash and backing have ended."""
        return self._open and self.cash_meur < 0.0

    def _move(self, amount: float) -> None:
        self.cash_meur += amount
        if amount >= 0.0:
            self._in += amount
        else:
            self._out -= amount

    def balances(self) -> Iterator[Balance]:
        """Yield the cash account, EUR million."""
        if self._counts:
            yield Balance(
                "cash", self.maker, 0.0, self._in, self._out, self.cash_meur, "EUR million"
            )
