"""What stands behind a site's cash: owners, public loans and grants, and loans to serve."""

from __future__ import annotations

import math

from bvsim.schema.money import Loan, Owners, Support
from bvsim.valley.ground.calendar import DAYS_PER_YEAR, MONTHS_PER_YEAR


class SupportAccount:
    """One public loan or grant as one site sees it."""

    def __init__(self, support: Support, share: float) -> None:
        self._support, self._share = support, share
        self._paid_on: float | None = None
        self.drawn, self.repaid = 0.0, 0.0

    def month(self, day: float) -> tuple[float, float]:
        """Return what is paid in and paid back in the month that begins on a day."""
        support = self._support
        if self._paid_on is None:
            if day < support.start:
                return 0.0, 0.0
            self._paid_on = day
            self.drawn = support.total.at(day) * self._share
            return self.drawn, 0.0
        due = self._due(day - self._paid_on)
        self.repaid += due
        return 0.0, due

    def _due(self, days_since_payment: float) -> float:
        support = self._support
        if support.kind == "grant" or days_since_payment < support.grace * DAYS_PER_YEAR:
            return 0.0
        rest = self.drawn - self.repaid
        instalments = max(1.0, support.term * MONTHS_PER_YEAR)
        return min(rest, self.drawn / instalments)


class LoanAccount:
    """A loan of before: interest each month, and equal repayments from a date on."""

    def __init__(self, loan: Loan) -> None:
        self._loan = loan
        self.left = loan.amount

    def due(self, day: float) -> float:
        """Return the service of the month that begins on a day, EUR million."""
        loan = self._loan
        interest = self.left * loan.interest / MONTHS_PER_YEAR
        if day < loan.repaid_from:
            return interest
        repaid = min(self.left, loan.amount / max(1.0, loan.term * MONTHS_PER_YEAR))
        self.left -= repaid
        return interest + repaid


class Backing:
    """Owners who make good a share of losses, and what is missing, as long as they stand by.

    Parameters
    ----------
    owners : Owners
        Drawn figures.
    shareholders : float
        Share of a month's loss that they make good.
    patience : float
        How long they stand by the site, over the mean (a unit exponential).
    sooner : float
        Years by which they end it sooner.
    """

    def __init__(self, owners: Owners, shareholders: float, patience: float, sooner: float) -> None:
        self._shareholders = shareholders
        self._years = max(0.0, patience * owners.lasts - sooner)
        self.left = owners.backing
        """What they would still put in beyond their share of losses, EUR million."""
        self.ends_day = math.inf

    def begin(self, day: float) -> None:
        """Begin to count on a day."""
        self.ends_day = day + self._years * DAYS_PER_YEAR

    def makes_good(self, loss: float, day: float) -> float:
        """Return their part of a month's loss."""
        return self._shareholders * loss if loss > 0.0 and day < self.ends_day else 0.0

    def fills(self, gap: float, day: float) -> float:
        """Put in what is missing on a day, as far as it goes; return it."""
        paid = min(gap, self.left) if day < self.ends_day else 0.0
        self.left -= paid
        return paid
