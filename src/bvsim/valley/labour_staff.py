"""People of one employer and one skill, by month of hire: tenure, learning, leaving."""

from __future__ import annotations

import math
from collections.abc import Sequence

YEAR_BANDS = ((1, 4), (4, 13), (13, 25))
"""Tenure bands as slices of months since hire; veterans are the fourth band."""
COHORTS = 25
"""Month of hire and the 24 months before; older staff are veterans."""


def monthly_probabilities(hazards: Sequence[float], multiplier: float) -> tuple[float, ...]:
    """Return the probability of leaving within a month for each hazard per month."""
    return tuple(-math.expm1(-hazard * multiplier) for hazard in hazards)


def invert_binomial(u: float, trials: int, probability: float) -> tuple[int, float]:
    """Return a binomial count for a uniform number, and what is left of that number.

    The position of `u` within the step of the distribution function that it fell
    in is uniform again and independent of the count, so one number serves several
    draws in turn.
    """
    if probability >= 1.0:
        return trials, u
    term = (1.0 - probability) ** trials
    if u < term:
        return 0, u / term
    if term < 1e-290:  # the first terms underflow: two halves in turn
        half = trials // 2
        first, rest = invert_binomial(u, half, probability)
        second, rest = invert_binomial(rest, trials - half, probability)
        return first + second, rest
    odds = probability / (1.0 - probability)
    below, count = 0.0, 0
    while below + term <= u and count < trials:
        below += term
        term *= odds * (trials - count) / (count + 1)
        count += 1
    return count, min(max((u - below) / term, 0.0), 1.0 - 1e-12) if term > 0.0 else 0.5


class Staff:
    """Heads of one skill at one employer.

    Parameters
    ----------
    tau_months : float
        Time constant of learning on the job.

    Attributes
    ----------
    heads : int
        Everybody.
    gap : float
        Sum over heads of what is missing to full proficiency.
    """

    __slots__ = ("_carry", "_decay", "_faded", "ages", "gap", "gaps", "heads", "old", "old_gap")

    def __init__(self, tau_months: float) -> None:
        self.heads = 0
        self.gap = 0.0
        self.ages = [0] * COHORTS
        self.gaps = [0.0] * COHORTS
        """Mean gap of each cohort on its first day."""
        self.old = 0
        self.old_gap = 0.0
        self._decay = math.exp(-1.0 / tau_months)
        self._faded = [self._decay**age for age in range(COHORTS + 1)]
        self._carry = [0.0] * 4

    @property
    def decay(self) -> float:
        """Share of a gap left after a month."""
        return self._decay

    @property
    def proficiency(self) -> float:
        """Mean proficiency of the heads; one when there are none."""
        return 1.0 - self.gap / self.heads if self.heads else 1.0

    def hire(self, number: int, gap: float, age: int = 0) -> None:
        """Add people whose first-day gap was `gap`, hired `age` months ago."""
        before = self.ages[age]
        self.gaps[age] = (self.gaps[age] * before + gap * number) / (before + number)
        self.ages[age] = before + number
        self.heads += number
        self.gap += number * gap * self._faded[age]

    def settle(self, number: int) -> None:
        """Add fully proficient veterans (the opening staff of an old plant)."""
        self.old += number
        self.heads += number

    def age(self) -> None:
        """Let a month pass: tenure and proficiency grow."""
        if not self.heads:
            return
        leaving, gap = self.ages.pop(), self.gaps.pop()
        self.ages.insert(0, 0)
        self.gaps.insert(0, 0.0)
        self.gap *= self._decay
        self.old_gap *= self._decay
        if leaving:
            self.old += leaving
            self.old_gap += leaving * gap * self._faded[COHORTS]

    def attrition(self, u: float, probabilities: Sequence[float], *, chance: bool) -> int:
        """Let people leave, each with the probability of their tenure band; return how many.

        Parameters
        ----------
        u : float
            A uniform number; with chance off only its value one half is used.
        probabilities : sequence of float
            For the four bands, within this month.
        chance : bool
            False: whole people by cumulative rounding of the expected leavers.
        """
        if not self.heads:
            return 0
        left = 0
        for band in range(4):
            here = self.old if band == 3 else sum(self.ages[slice(*YEAR_BANDS[band])])
            if not here:
                continue
            if chance:
                count, u = invert_binomial(u, here, probabilities[band])
            else:
                due = self._carry[band] + here * probabilities[band]
                count = min(here, math.floor(due + 0.5))
                self._carry[band] = due - count
            if count:
                left += count
                self._leave(band, here, count, u)
        return left

    def dismiss(self, number: int) -> None:
        """Let a number of people leave, newest first."""
        rest = number
        for age in range(COHORTS):
            if rest <= 0:
                break
            gone = min(rest, self.ages[age])
            self._take(age, gone)
            rest -= gone
        self._take_old(rest)

    def _leave(self, band: int, here: int, count: int, u: float) -> None:
        """Take `count` of the `here` people of a band by systematic sampling from `u`."""
        if band == 3:
            self._take_old(count)
            return
        start, stop = YEAR_BANDS[band]
        passed = taken = 0
        for age in range(start, stop):
            size = self.ages[age]
            if not size:
                continue
            passed += size
            upto = count if passed == here else math.ceil(passed * count / here - u)
            gone = min(size, max(0, upto - taken))
            if gone:
                self._take(age, gone)
                taken += gone
        if taken < count:  # rounding of the positions: the rest from where there are people
            for age in range(start, stop):
                gone = min(self.ages[age], count - taken)
                self._take(age, gone)
                taken += gone

    def _take(self, age: int, number: int) -> None:
        self.ages[age] -= number
        self.heads -= number
        self.gap = max(0.0, self.gap - number * self.gaps[age] * self._faded[age])

    def _take_old(self, number: int) -> None:
        if number <= 0:
            return
        part = self.old_gap * number / self.old
        self.old -= number
        self.heads -= number
        self.old_gap -= part
        self.gap = max(0.0, self.gap - part)


class NormalMix:
    """Proficiency of a staff that is hired on time and leaves at the usual pace.

    Published ramp-ups have new staff too; only what falls below this mix counts as
    thin staffing, or learning would be counted twice.
    """

    __slots__ = ("_decay", "_gap", "_heads", "_start_gap", "_turnover")

    def __init__(self, start_gap: float, decay: float, turnover: float) -> None:
        self._start_gap = start_gap
        self._decay = decay
        self._turnover = turnover
        self._heads = 0.0
        self._gap = 0.0

    def age(self, heads: float) -> float:
        """Let a month pass to a planned number of heads; return the mean proficiency."""
        if heads <= 0.0:
            self._heads = self._gap = 0.0
            return 1.0
        stayed = min(self._heads, heads) * (1.0 - self._turnover)
        if self._heads > 0.0:
            self._gap *= self._decay * stayed / self._heads
        self._gap += (heads - stayed) * self._start_gap
        self._heads = heads
        return 1.0 - self._gap / heads


def steady_turnover(probabilities: Sequence[float]) -> float:
    """Return monthly leavers per head of a staff of constant size, in the long run.

    In the steady state hires equal leavers, so turnover is one over the expected
    number of months that a hire stays.
    """
    staying, months = 1.0, 0.0
    for age in range(1, COHORTS):
        months += staying
        band = 0 if age < 4 else 1 if age < 13 else 2
        staying *= 1.0 - probabilities[band]
    months += staying / probabilities[3] if probabilities[3] > 0.0 else math.inf
    return 1.0 / months
