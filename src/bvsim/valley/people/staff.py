"""People of one employer and one skill, by month of hire: tenure, learning, leaving."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from bvsim.valley.ground.rows import vec
from bvsim.valley.people.odds import COHORTS, SECOND, THIRD, VETERANS, Odds, count_beyond

if TYPE_CHECKING:
    from mypy_extensions import i64

_NEWEST: Final = 4
"""Those hired this month are in no band; they are counted after the four."""
_ROOM: Final = 4 * COHORTS
"""Places for cohorts: each month the newest stands one before the last, until all move back."""


def decay_of(tau_months: float) -> float:
    """Return what a month leaves of a gap in proficiency; nothing where all is learnt at once."""
    return math.exp(-1.0 / tau_months) if tau_months > 0.0 else 0.0


def band_of(age: i64) -> i64:
    """Return the band of tenure of a cohort by months since hire."""
    if age >= SECOND:
        return 1 if age < THIRD else 2
    return 0 if age else _NEWEST


def first_of(band: i64) -> i64:
    """Return the months since hire with which a band of tenure begins."""
    if band >= 2:
        return THIRD if band == 2 else COHORTS
    return SECOND if band else 1


class Fading:
    """What months on the job leave of a gap in proficiency, for one skill.

    Parameters
    ----------
    tau_months : float
        Time constant of learning on the job.

    Attributes
    ----------
    month : float
        Share left after a month.
    after : row of float
        Share left after 0, 1, ... 25 months.
    """

    __slots__ = ("after", "month")

    def __init__(self, tau_months: float) -> None:
        age: i64
        self.month, months = decay_of(tau_months), 0.0
        self.after = vec[float]([0.0] * (COHORTS + 1))
        for age in range(COHORTS + 1):
            self.after[age] = math.pow(self.month, months)
            months += 1.0


class Staff:
    """Heads of one skill at one employer.

    Parameters
    ----------
    fading : Fading
        How its gap closes on the job.

    Attributes
    ----------
    heads : float
        Everybody.
    gap : float
        Sum over heads of what is missing to full proficiency.
    """

    __slots__ = (
        "_ages",
        "_carry",
        "_decay",
        "_faded",
        "_gaps",
        "_in_bands",
        "_newest",
        "gap",
        "heads",
        "old_gap",
    )

    def __init__(self, fading: Fading) -> None:
        self.heads = 0.0
        self.gap = 0.0
        self._ages = vec[float]([0.0] * _ROOM)
        """Heads by months since hire, from `_newest` on."""
        self._gaps = vec[float]([0.0] * _ROOM)
        """Mean gap of each cohort on its first day."""
        self._newest: i64 = _ROOM - COHORTS
        self.old_gap = 0.0
        self._decay, self._faded = fading.month, fading.after
        self._carry = vec[float]([0.0] * 4)
        self._in_bands = vec[float]([0.0] * 5)
        """Heads by band, then the newest: kept up to date, as they are asked for every month."""

    @property
    def ages(self) -> list[int]:
        """Heads by months since hire."""
        return [int(heads) for heads in self._ages[self._newest : self._newest + COHORTS]]

    @property
    def old(self) -> int:
        """Heads hired more than 24 months ago."""
        return int(self._in_bands[VETERANS])

    @property
    def proficiency(self) -> float:
        """Mean proficiency of the heads; one when there are none."""
        return 1.0 - self.gap / self.heads if self.heads > 0.0 else 1.0

    @property
    def hours(self) -> float:
        """Heads, each weighed by what he or she can do."""
        return self.heads - self.gap

    @property
    def bands(self) -> tuple[int, ...]:
        """Heads by band of tenure; the newest, hired this month, are in none."""
        return tuple([int(heads) for heads in self._in_bands[:_NEWEST]])

    def hire(self, number: float, gap: float, age: i64 = 0) -> None:
        """Add people whose first-day gap was `gap`, hired `age` months ago."""
        place, ages, gaps = self._newest + age, self._ages, self._gaps
        before = ages[place]
        ages[place] = together = before + number
        self._in_bands[band_of(age)] += number
        gaps[place] = (gaps[place] * before + gap * number) / together
        self.heads += number
        self.gap += number * gap * self._faded[age]

    def settle(self, number: float) -> None:
        """Add fully proficient veterans (the opening staff of an old plant)."""
        self._in_bands[VETERANS] += number
        self.heads += number

    def age(self) -> None:
        """Let a month pass: tenure and proficiency grow."""
        newest, ages, bands = self._newest, self._ages, self._in_bands
        # the oldest of each band go on to the next
        first, second, leaving = ages[newest + 3], ages[newest + 12], ages[newest + 24]
        bands[0] += bands[4] - first
        bands[1] += first - second
        bands[2] += second - leaving
        bands[4] = 0.0
        self.gap *= self._decay
        self.old_gap *= self._decay
        if leaving > 0.0:
            bands[3] += leaving
            self.old_gap += leaving * self._gaps[newest + 24] * self._faded[COHORTS]
        self._newest = newest = newest - 1 if newest else self._move_back()
        ages[newest] = self._gaps[newest] = 0.0

    def _move_back(self) -> i64:
        """Move all cohorts, a month older, to the end of their rows; return the newest's place."""
        age: i64
        newest: i64 = _ROOM - COHORTS
        ages, gaps = self._ages, self._gaps
        for age in range(COHORTS - 1):
            ages[newest + age + 1], gaps[newest + age + 1] = ages[age], gaps[age]
        return newest

    def attrition(self, u: float, odds: Odds, *, chance: bool) -> float:
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
        bands, logs, left = self._in_bands, odds.logs, 0.0
        nobody = bands[0] * logs[0] + bands[1] * logs[1] + bands[2] * logs[2] + bands[3] * logs[3]
        if u < math.exp(nobody):
            return 0.0  # nobody leaves: the same region of u as below, without the detour
        band: i64
        leaving, staying = odds.probabilities, odds.staying
        for band in range(4):
            here = bands[band]
            if here > 0.0:
                nobody = math.pow(staying[band], here)
                if u < nobody:
                    u /= nobody
                else:
                    count, u = count_beyond(nobody, u, here, leaving[band])
                    self._leave(band, here, count, u)
                    left += count
        self.heads -= left
        return left

    def _expected_attrition(self, u: float, odds: Odds) -> float:
        """Let whole people leave by cumulative rounding of the expected leavers."""
        band: i64
        left, carry, probabilities = 0.0, self._carry, odds.probabilities
        for band in range(4):
            here = self._in_bands[band]
            if here > 0.0:
                due = carry[band] + here * probabilities[band]
                whole = math.floor(due + 0.5)
                count = here if here < whole else whole
                carry[band] = due - count
                if count:
                    self._leave(band, here, count, u)
                    left += count
        self.heads -= left
        return left

    def dismiss(self, number: float) -> None:
        """Let a number of people leave, newest first."""
        age: i64
        newest, rest = self._newest, number
        for age in range(COHORTS):
            if rest <= 0.0:
                break
            here = self._ages[newest + age]
            if here > 0.0:
                gone = rest if rest < here else here
                self._take(age, gone)
                rest -= gone
        self._take_old(rest)
        self.heads -= number

    def dismiss_evenly(self, number: float) -> None:
        """Let a number of people leave, from all cohorts in proportion."""
        age: i64
        everybody, passed, taken = self.heads, 0.0, 0.0
        for age, here in enumerate(self.ages):
            passed += here
            upto = math.floor(passed * number / everybody) if everybody > 0.0 else 0
            gone = upto - taken if upto - taken < here else here
            if gone:
                self._take(age, gone)
                taken += gone
        veterans, rest = self._in_bands[VETERANS], number - taken
        rest = rest if rest < veterans else veterans
        self._take_old(rest)
        self.heads -= taken + rest

    def _leave(self, band: i64, here: float, count: float, u: float) -> None:
        """Take `count` of the `here` people of a band by systematic sampling from `u`.

        Every person has the same chance: the one at position (u + i) here / count of
        the band leaves, for i below `count`.
        """
        if band == VETERANS:
            self._take_old(count)
            return
        newest, ages, age = self._newest, self._ages, first_of(band)
        if count == 1.0:
            place = u * here
            upto = ages[newest + age]
            while upto <= place:
                age += 1
                upto += ages[newest + age]
            self._take(age, 1.0)
            return
        passed = taken = 0.0
        while taken < count and passed < here:
            size = ages[newest + age]
            if size > 0.0:
                passed += size
                upto = passed * count / here - u if passed < here else count
                if upto > taken:
                    gone = math.ceil(upto) - taken
                    gone = gone if gone < size else size
                    self._take(age, gone)
                    taken += gone
            age += 1

    def _take(self, age: i64, number: float) -> None:
        """Take people out of the cohort hired some months ago."""
        place = self._newest + age
        self._ages[place] -= number
        self._in_bands[band_of(age)] -= number
        gap = self.gap - number * self._gaps[place] * self._faded[age]
        self.gap = gap if gap > 0.0 else 0.0

    def _take_old(self, number: float) -> None:
        """Take people out of the veterans."""
        if number <= 0.0:
            return
        part = self.old_gap * number / self._in_bands[VETERANS]
        self._in_bands[VETERANS] -= number
        self.old_gap -= part
        gap = self.gap - part
        self.gap = gap if gap > 0.0 else 0.0


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
