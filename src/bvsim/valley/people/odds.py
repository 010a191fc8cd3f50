"""How likely people are to leave by tenure, and how many do."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from bvsim.valley.ground.rows import vec

if TYPE_CHECKING:
    from mypy_extensions import i64

COHORTS: Final = 25
"""Month of hire and the 24 months before; older staff are veterans."""
SECOND: Final = 4
THIRD: Final = 13
"""Months since hire with which the second and third band of tenure begin; the first with one."""
VETERANS: Final = 3
"""The fourth band: those older than all cohorts."""
_BELOW_ONE: Final = 1.0 - 1e-12


def invert_binomial(u: float, trials: float, probability: float) -> tuple[float, float]:
    """Return a binomial count for a uniform number, and what is left of that number.

    The position of `u` within the step of the distribution function that it fell
    in is uniform again and independent of the count, so one number serves several
    draws in turn.
    """
    term = math.pow(1.0 - probability, trials) if probability < 1.0 else 0.0
    if u < term:
        return 0.0, u / term
    return count_beyond(term, u, trials, probability)


def count_beyond(term: float, u: float, trials: float, probability: float) -> tuple[float, float]:
    """Return what `invert_binomial` does where somebody is counted.

    Parameters
    ----------
    term : float
        Probability that nobody is, not above `u`.
    u, trials, probability : float
        As there.
    """
    if probability >= 1.0:
        return trials, u
    if term < 1e-290:  # the first terms underflow: two halves in turn
        half = trials // 2
        first, rest = invert_binomial(u, half, probability)
        second, rest = invert_binomial(rest, trials - half, probability)
        return first + second, rest
    odds = probability / (1.0 - probability)
    below, upto, count = 0.0, term, 0.0
    while upto <= u and count < trials:
        term *= odds * (trials - count) / (count + 1.0)
        count += 1.0
        below, upto = upto, upto + term
    if term <= 0.0:
        return count, 0.5
    rest = (u - below) / term
    return count, 0.0 if rest < 0.0 else rest if rest < _BELOW_ONE else _BELOW_ONE


class Odds:
    """Probability of leaving within a month for the four bands of tenure.

    Parameters
    ----------
    hazards : row of float
        Per month, by band.
    multiplier : float
        On all of them.
    """

    __slots__ = ("_hazards", "_leaving", "_staying", "_worked_out", "logs", "multiplier")

    def __init__(self, hazards: vec[float], multiplier: float) -> None:
        self._hazards = hazards
        self.logs, self._leaving, self._staying = hazards[:], hazards[:], hazards[:]
        """Logarithms of the probabilities of staying; those of leaving, of staying."""
        self.multiply(multiplier)

    def multiply(self, multiplier: float) -> None:
        """Take over another factor on all hazards."""
        band: i64
        self.multiplier = multiplier
        logs = self.logs
        for band, hazard in enumerate(self._hazards):
            logs[band] = -hazard * multiplier
        self._worked_out = False  # in many a month nobody leaves, and the logarithms say so

    @property
    def probabilities(self) -> vec[float]:
        """By band: of leaving."""
        if not self._worked_out:
            self._work_out()
        return self._leaving

    @property
    def staying(self) -> vec[float]:
        """By band: of staying."""
        if not self._worked_out:
            self._work_out()
        return self._staying

    def _work_out(self) -> None:
        band: i64
        self._worked_out = True
        leaving, staying = self._leaving, self._staying
        for band, log in enumerate(self.logs):
            leaving[band] = probability = -math.expm1(log)
            staying[band] = 1.0 - probability


def steady_turnover(probabilities: vec[float]) -> float:
    """Return monthly leavers per head of a staff of constant size, in the long run.

    In the steady state hires equal leavers, so turnover is one over the expected
    number of months that a hire stays.
    """
    staying, months = 1.0, 0.0
    for age in range(1, COHORTS):
        months += staying
        band = 0 if age < SECOND else 1 if age < THIRD else 2
        staying *= 1.0 - probabilities[band]
    months += staying / probabilities[VETERANS] if probabilities[VETERANS] > 0.0 else math.inf
    return 1.0 / months
