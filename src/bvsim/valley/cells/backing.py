"""What stands behind a site's cash: owners, public loans and grants, and loans to serve."""

from __future__ import annotations

import math

from bvsim.schema.money import Loan, Owners, Support
from bvsim.valley.ground.calendar import DAYS_PER_YEAR, MONTHS_PER_YEAR


class SupportAccount:
    """One public loan or grant as one site sees it."""

    def __init__(self, support: Support, share: float) -> None:
        self._support, self._share = support, share
        self._start: float = support.start
        self._grant = support.kind == "grant"
        self._grace_days: float = support.grace * DAYS_PER_YEAR
        self._instalments: float = max(1.0, support.term * MONTHS_PER_YEAR)
        self._paid_on: float | None = None
        self.drawn, self.repaid = 0.0, 0.0

    def month(self, day: float) -> tuple[float, float]:
        """Return what is paid in and paid back in the month that begins on a day."""
        if self._paid_on is None:
            if day < self._start:
                return 0.0, 0.0
            self._paid_on = day
            self.drawn = self._support.total.at(day) * self._share
            return self.drawn, 0.0
        due = self._due(day - self._paid_on)
        self.repaid += due
        return 0.0, due

    def _due(self, days_since_payment: float) -> float:
        if self._grant or days_since_payment < self._grace_days:
            return 0.0
        rest, instalment = self.drawn - self.repaid, self.drawn / self._instalments
        return instalment if instalment < rest else rest


class LoanAccount:
    """A loan of before: interest each month, and equal repayments from a date on."""

    def __init__(self, loan: Loan) -> None:
        self.left: float = loan.amount
        self._interest: float = loan.interest
        self._repaid_from: float = loan.repaid_from
        self._instalment: float = loan.amount / max(1.0, loan.term * MONTHS_PER_YEAR)

    def due(self, day: float) -> float:
        """Return the service of the month that begins on a day, EUR million."""
        interest = self.left * self._interest / MONTHS_PER_YEAR
        if day < self._repaid_from:
            return interest
        repaid = self._instalment if self._instalment < self.left else self.left
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
        self._shareholders: float = shareholders
        self._years = max(0.0, patience * owners.lasts - sooner)
        self.left: float = owners.backing
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
        paid = 0.0
        if day < self.ends_day:
            paid = self.left if self.left < gap else gap
        self.left -= paid
        return paid
