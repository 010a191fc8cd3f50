"""People of one employer and one skill, by month of hire: tenure, learning, leaving."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

YEAR_BANDS: Final = ((1, 4), (4, 13), (13, 25))
"""Tenure bands as slices of months since hire; veterans are the fourth band."""
COHORTS: Final = 25
"""Month of hire and the 24 months before; older staff are veterans."""
_BAND_OF: Final = [3, *(band for band, (a, b) in enumerate(YEAR_BANDS) for _ in range(a, b))]
"""Band by months since hire; those hired this month are in none, which counts as 3 here."""
_BELOW_ONE: Final = 1.0 - 1e-12


def decay_of(tau_months: float) -> float:
    """Return what a month leaves of a gap in proficiency; nothing where all is learnt at once."""
    return math.exp(-1.0 / tau_months) if tau_months > 0.0 else 0.0


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
    term = math.pow(1.0 - probability, trials)
    if u < term:
        return 0, u / term
    if term < 1e-290:  # the first terms underflow: two halves in turn
        half = trials // 2
        first, rest = invert_binomial(u, half, probability)
        second, rest = invert_binomial(rest, trials - half, probability)
        return first + second, rest
    odds = probability / (1.0 - probability)
    below, upto, count = 0.0, term, 0
    while upto <= u and count < trials:
        term *= odds * (trials - count) / (count + 1)
        count += 1
        below, upto = upto, upto + term
    if term <= 0.0:
        return count, 0.5
    rest = (u - below) / term
    return count, 0.0 if rest < 0.0 else rest if rest < _BELOW_ONE else _BELOW_ONE


class Odds:
    """Probability of leaving within a month for the four bands of tenure.

    Parameters
    ----------
    hazards : sequence of float
        Per month, by band.
    multiplier : float
        On all of them.
    """

    __slots__ = ("logs", "probabilities", "staying")

    def __init__(self, hazards: Sequence[float], multiplier: float) -> None:
        self.logs = [-hazard * multiplier for hazard in hazards]
        """Logarithms of the probabilities of staying."""
        self.probabilities = list(monthly_probabilities(hazards, multiplier))
        self.staying = [1.0 - probability for probability in self.probabilities]


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
    ages : list of int
        Heads by months since hire; `old` are those of more than 24 months.
    """

    __slots__ = (
        "_carry",
        "_faded",
        "_in_bands",
        "ages",
        "decay",
        "gap",
        "gaps",
        "heads",
        "old",
        "old_gap",
    )

    def __init__(self, tau_months: float) -> None:
        self.heads = 0
        self.gap = 0.0
        self.ages = [0] * COHORTS
        self.gaps = [0.0] * COHORTS
        """Mean gap of each cohort on its first day."""
        self.old = 0
        """Heads hired more than 24 months ago."""
        self.old_gap = 0.0
        self.decay = decay_of(tau_months)
        """Share of a gap left after a month."""
        self._faded = _faded(self.decay)
        self._carry = [0.0] * 4
        self._in_bands = [0, 0, 0, 0]
        """Heads by band, the newest last: kept up to date, as they are asked for every month."""

    @property
    def proficiency(self) -> float:
        """Mean proficiency of the heads; one when there are none."""
        return 1.0 - self.gap / self.heads if self.heads else 1.0

    @property
    def hours(self) -> float:
        """Heads, each weighed by what he or she can do."""
        return self.heads - self.gap

    @property
    def bands(self) -> tuple[int, int, int, int]:
        """Heads by band of tenure; the newest, hired this month, are in none."""
        first, second, third, _ = self._in_bands
        return (first, second, third, self.old)

    def hire(self, number: int, gap: float, age: int = 0) -> None:
        """Add people whose first-day gap was `gap`, hired `age` months ago."""
        before = self.ages[age]
        self.ages[age] = together = before + number
        bands, band = self._in_bands, _BAND_OF[age]
        bands[band] = bands[band] + number
        self.gaps[age] = (self.gaps[age] * before + gap * number) / together
        self.heads += number
        self.gap += number * gap * self._faded[age]

    def settle(self, number: int) -> None:
        """Add fully proficient veterans (the opening staff of an old plant)."""
        self.old += number
        self.heads += number

    def age(self) -> None:
        """Let a month pass: tenure and proficiency grow."""
        ages = self.ages  # the oldest of each band go on to the next
        newest, first, second, leaving = ages[0], ages[3], ages[12], ages[24]
        bands = self._in_bands
        bands[0] = bands[0] + newest - first
        bands[1] = bands[1] + first - second
        bands[2] = bands[2] + second - leaving
        bands[3] = 0
        ages.pop()
        ages.insert(0, 0)
        gap = self.gaps.pop()
        self.gaps.insert(0, 0.0)
        self.gap *= self.decay
        self.old_gap *= self.decay
        if leaving:
            self.old += leaving
            self.old_gap += leaving * gap * self._faded[COHORTS]

    def attrition(self, u: float, odds: Odds, *, chance: bool) -> int:
        """Let people leave, each with the probability of their tenure band; return how many.

        Parameters
        ----------
        u : float
            A uniform number; with chance off only its value one half is used.
        odds : Odds
            For the four bands, within this month.
        chance : bool
            False: whole people by cumulative rounding of the expected leavers.
        """
        if not chance:
            return self._expected_attrition(u, odds)
        bands = a, b, c, d = self.bands
        logs = odds.logs
        if u < math.exp(a * logs[0] + b * logs[1] + c * logs[2] + d * logs[3]):
            return 0  # nobody leaves: the same region of u as below, without the detour
        left = 0
        for band in range(4):
            here = bands[band]
            if here:
                nobody = math.pow(odds.staying[band], here)
                if u < nobody:
                    u /= nobody
                else:
                    count, u = invert_binomial(u, here, odds.probabilities[band])
                    left += self._leave(band, here, count, u)
        return left

    def _expected_attrition(self, u: float, odds: Odds) -> int:
        """Let whole people leave by cumulative rounding of the expected leavers."""
        left = 0
        for band, here in enumerate(self.bands):
            if here:
                due = self._carry[band] + here * odds.probabilities[band]
                count = min(here, math.floor(due + 0.5))
                self._carry[band] = due - count
                if count:
                    left += self._leave(band, here, count, u)
        return left

    def dismiss(self, number: int) -> None:
        """Let a number of people leave, newest first."""
        rest = number
        for age, here in enumerate(self.ages):
            if rest <= 0:
                break
            if here:
                gone = min(rest, here)
                self._take(age, gone)
                rest -= gone
        self._take_old(rest)

    def dismiss_evenly(self, number: int) -> None:
        """Let a number of people leave, from all cohorts in proportion."""
        everybody, passed, taken = self.heads, 0, 0
        for age in range(COHORTS):
            passed += self.ages[age]
            upto = math.floor(passed * number / everybody) if everybody else 0
            gone = min(self.ages[age], upto - taken)
            if gone:
                self._take(age, gone)
                taken += gone
        self._take_old(min(number - taken, self.old))

    def _leave(self, band: int, here: int, count: int, u: float) -> int:
        """Take `count` of the `here` people of a band by systematic sampling from `u`.

        Every person has the same chance: the one at position (u + i) here / count of
        the band leaves, for i below `count`.
        """
        if band == 3:
            self._take_old(count)
            return count
        start, stop = YEAR_BANDS[band]
        ages, passed, taken = self.ages, 0, 0
        if count == 1:
            place, age = int(u * here), start
            while passed + ages[age] <= place:
                passed += ages[age]
                age += 1
            self._take(age, 1)
            return 1
        for age in range(start, stop):
            size = ages[age]
            if size:
                passed += size
                upto = math.ceil(passed * count / here - u) if passed < here else count
                if upto > taken:
                    gone = min(size, upto - taken)
                    self._take(age, gone)
                    taken += gone
        return taken

    def _take(self, age: int, number: int) -> None:
        ages, bands, band = self.ages, self._in_bands, _BAND_OF[age]
        ages[age] = ages[age] - number
        bands[band] = bands[band] - number
        self.heads -= number
        gap = self.gap - number * self.gaps[age] * self._faded[age]
        self.gap = gap if gap > 0.0 else 0.0

    def _take_old(self, number: int) -> None:
        if number <= 0:
            return
        part = self.old_gap * number / self.old
        self.old -= number
        self.heads -= number
        self.old_gap -= part
        gap = self.gap - part
        self.gap = gap if gap > 0.0 else 0.0


def _faded(decay: float) -> list[float]:
    """Return the share of a gap left after 0, 1, ... 25 months."""
    return [decay**age for age in range(COHORTS + 1)]


class NormalMix:
    """Proficiency of a staff that is hired on time and leaves at the usual pace.

    Published ramp-ups have new staff too; were people compared with a staff of old hands,
    learning would be counted twice.
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
        before = self._heads
        stayed = (before if before < heads else heads) * (1.0 - self._turnover)
        if before > 0.0:
            self._gap *= self._decay * stayed / before
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
