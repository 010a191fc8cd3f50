"""People of a basin who look for work: job seekers, the released, the trained."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bvsim.schema.labour import Basin, Release
from bvsim.valley.ground.books import Account
from bvsim.valley.ground.columns import Columns, flow, laid_out, stock
from bvsim.valley.ground.rows import i64, vec
from bvsim.valley.people.skills import SKILL_COUNT, split_by_skill

SOURCE_COUNT: Final = 4
GRADUATES: Final = 0
EXPERIENCED: Final = 1
AUTOMOTIVE: Final = 2
SEEKERS: Final = 3
"""Sources of people, in the order in which plants turn to them."""
_FIRST_SEEKERS: Final = SKILL_COUNT * SEEKERS
"""Their first place in a row by source and skill."""
OUTSIDE: Final = 4
POACHED: Final = 5
"""Where else people come from: outside the region, and straight from another plant."""
ORIGINS: Final = {
    "courses": "programmes",
    "plants": "the pool of people who left a plant, closed or not",
    "car_works": "the car industry",
    "seekers": "job seekers",
    "outside": "outside the region",
    "poaching": "another plant, without a day between",
}
"""Every origin by its name in the tables, in the order of the numbers above."""


@dataclass(frozen=True)
class BasinColumns(Columns):
    """People of a basin who look for work."""

    job_seekers: i64 = stock("Job seekers able and willing to work in a battery plant.")
    graduates_waiting: i64 = stock("Programme graduates without a post yet.")
    experienced_waiting: i64 = stock("People who left a battery plant and look for work.")
    automotive_waiting: i64 = stock("People released by the car industry, willing to join.")
    newcomers: i64 = flow("People hired from outside the region.")
    hired: i64 = flow("People hired out of this basin, wherever the plant is.")
    freed: i64 = flow("Staff of plants that closed in this basin.")
    freed_hired: i64 = flow("Of those freed by a closure, those whom plants won.")
    freed_to_competitors: i64 = flow("Of those freed by a closure, those whom competing sites won.")
    freed_to_other_work: i64 = flow("Of those freed by a closure, those who turned to other work.")
    freed_waiting: i64 = stock("Of those freed by a closure, those who still look for work.")
    other_work: i64 = flow("People who turned to other work or left the region.")


BASIN: Final = laid_out(BasinColumns)


class Mover:
    """Turns a flow of fractional people into whole ones by cumulative rounding."""

    __slots__ = ("_carry",)

    def __init__(self) -> None:
        self._carry = 0.0

    def whole(self, due: float) -> float:
        """Add what is due and return how many whole people follow."""
        due += self._carry
        count = float(int(due + 0.5))  # never negative: what is carried is above minus one half
        self._carry = due - count
        return count


class BasinPool:
    """The people of one basin outside plants and courses, by source and skill.

    Parameters
    ----------
    name : str
        The basin.
    index : int
        Its place among the basins, by name.
    spec : Basin
        Stock and refill.
    mix : sequence of float
        Skills of the job seekers.
    patience_months : float
        Mean time before people of the other sources turn to other work.
    willing : float
        Job seekers over those counted in the basin's figures.
    """

    def __init__(
        self,
        *,
        name: str,
        index: int,
        spec: Basin,
        mix: Sequence[float],
        patience_months: float,
        willing: float,
    ) -> None:
        self.name = name
        self.index: i64 = index
        self.here = vec[float]([0.0] * (SOURCE_COUNT * SKILL_COUNT))
        """Heads by source and skill; the row stays the same, its numbers change."""
        self.opening = 0
        for skill, number in enumerate(split_by_skill(spec.seekers * willing, mix)):
            self.here[_FIRST_SEEKERS + skill] = number
            self.opening += int(number)
        self.inflow = self.outflow = 0.0
        self.arrived = self.departed = 0.0
        self._refill = vec[float]([spec.refill * willing / 12.0 * share for share in mix])
        self._exit = spec.refill / 12.0 / spec.seekers if spec.seekers > 0 else 0.0
        self._impatience = -math.expm1(-1.0 / patience_months) if patience_months > 0 else 1.0
        self._in = vec[float]([0.5] * SKILL_COUNT)
        self._out = vec[float]([0.5] * (SOURCE_COUNT * SKILL_COUNT))
        """Fractions of people carried from month to month, so that whole ones follow."""
        self.freed = vec[float]([0.0] * SKILL_COUNT)
        """By skill: those among the experienced who were freed by a closure."""
        self._saw_closure = False
        self._freed_part = [Mover() for _ in range(SKILL_COUNT)]
        self._housing = Mover()
        self._housing_due: float = spec.housing
        self.rooms = 0.0
        self.account: Account | None = None

    @property
    def people(self) -> list[list[int]]:
        """Heads by source and skill."""
        heads = [int(number) for number in self.here]
        return [heads[i : i + SKILL_COUNT] for i in range(0, len(heads), SKILL_COUNT)]

    def give(self, source: i64, skill: i64, number: float) -> None:
        """Put people into the pool."""
        self.here[SKILL_COUNT * source + skill] += number
        self.inflow += number

    def take(self, source: i64, skill: i64, number: float) -> None:
        """Take people out of the pool; the caller has checked that they are there."""
        self.here[SKILL_COUNT * source + skill] -= number
        self.outflow += number

    def hire_out(self, source: i64, skill: i64, number: float) -> None:
        """Take out people whom employers hire, wherever these are."""
        self.here[SKILL_COUNT * source + skill] -= number
        self.outflow += number
        if self.account is not None:
            self.account.now[BASIN.hired] += number

    def free(self, skill: i64, number: float) -> None:
        """Put the staff of a closed plant into the pool."""
        self.give(EXPERIENCED, skill, number)
        self._saw_closure = True
        self.freed[skill] += number
        self._book(BASIN.freed, number)

    def freed_among(self, skill: i64, number: float, whither: i64) -> float:
        """Tell how many of some experienced people who are about to go were freed by a closure.

        In proportion, by cumulative rounding, and never more or fewer than can be.

        Parameters
        ----------
        skill, number : int
            Who goes.
        whither : int
            Column of the basin in which the freed among them are counted.
        """
        if not self._saw_closure:
            return 0.0
        here = self.here[SKILL_COUNT * EXPERIENCED + skill]
        return self._freed_of(here, skill, number, whither)

    def _freed_of(self, here: float, skill: i64, number: float, whither: i64) -> float:
        """Tell how many of those who go, of some who were here, were freed by a closure."""
        freed = self.freed[skill]
        if freed <= 0.0 or number <= 0.0:
            return 0.0
        part = self._freed_part[skill].whole(number * freed / here)
        most = freed if freed < number else number
        least = freed - (here - number)
        part = part if part < most else most
        part = part if part > least else least
        self.freed[skill] = freed - part
        self._book(whither, part)
        return part

    def _book(self, column: i64, number: float) -> None:
        if self.account is not None:
            self.account.now[column] += number

    def month(self, applicants: float = 1.0) -> None:
        """Let a month pass: new job seekers come, some turn to other work.

        Parameters
        ----------
        applicants : float
            Those who come, in proportion to the usual.
        """
        self.rooms = self._housing.whole(self._housing_due)
        here, kept, closure = self.here, self._out, self._saw_closure
        before = here[:] if closure else here
        gone = _turn_away(here, self._impatience, kept, 0, _FIRST_SEEKERS)
        gone += _turn_away(here, self._exit, kept, _FIRST_SEEKERS, len(here))
        if closure:
            self._note_turned_away(before)
        if gone > 0.0:
            self.outflow += gone
            self.depart(gone)
        new = self._come(applicants)
        self.inflow += new
        self.arrived += new

    def _note_turned_away(self, before: vec[float]) -> None:
        """Count those freed by a closure among experienced people who turned to other work."""
        skill: i64
        for skill in range(SKILL_COUNT):
            place = SKILL_COUNT * EXPERIENCED + skill
            here = before[place]
            self._freed_of(here, skill, here - self.here[place], BASIN.freed_to_other_work)

    def _come(self, applicants: float) -> float:
        """Let new job seekers come; return how many."""
        skill: i64
        here, kept, new = self.here, self._in, 0.0
        for skill, refill in enumerate(self._refill):
            due = kept[skill] + refill * applicants
            if due >= 1.0:
                coming = float(int(due))
                due -= coming
                here[_FIRST_SEEKERS + skill] += coming
                new += coming
            kept[skill] = due
        return new

    def depart(self, number: float) -> None:
        """Book people who leave the pool for other work or another region."""
        self.departed += number
        if self.account is not None:
            self.account.now[BASIN.other_work] += number

    def write(self) -> None:
        """Record the stocks."""
        if self.account is None:
            return
        now, here = self.account.now, self.here
        now[BASIN.job_seekers] = together(here, SEEKERS)
        now[BASIN.graduates_waiting] = together(here, GRADUATES)
        now[BASIN.experienced_waiting] = together(here, EXPERIENCED)
        now[BASIN.automotive_waiting] = together(here, AUTOMOTIVE)
        if self._saw_closure:
            now[BASIN.freed_waiting] = together(self.freed)

    def total(self) -> int:
        """Return everybody in the pool."""
        return int(sum(self.here))


def together(people: vec[float], source: i64 = 0) -> float:
    """Return people of all skills together, of one source where they stand by source."""
    first = SKILL_COUNT * source
    return people[first] + people[first + 1] + people[first + 2] + people[first + 3]


def _turn_away(
    people: vec[float], hazard: float, kept: vec[float], first: i64, beyond: i64
) -> float:
    """Let people of some places turn to other work; return how many did.

    Fractions of people are kept at the same places.
    """
    place: i64
    gone = 0.0
    for place in range(first, beyond):
        here = people[place]
        if here > 0.0:
            due = kept[place] + here * hazard
            if due >= 1.0:
                left = here
                if due < here:
                    left = float(int(due))
                due -= left
                people[place] = here - left
                gone += left
            kept[place] = due
    return gone


class Departures:
    """Workers released by the car industry who would join a battery plant.

    Parameters
    ----------
    spec : Release
        How many, when.
    mix : sequence of float
        Their skills.
    pool : BasinPool
        Where they look for work.
    """

    def __init__(self, spec: Release, mix: Sequence[float], pool: BasinPool) -> None:
        self._pool = pool
        self._begins: float = spec.begins
        self._span = max(spec.ends - spec.begins, 1.0)
        self._joining = split_by_skill(spec.workers * spec.joins, mix)
        self._released = vec[float]([0.0] * SKILL_COUNT)
        self._over = False

    def month(self, day: float) -> None:
        """Release whoever is due by a day; those before the start count as gone."""
        if self._over or day <= self._begins:
            return
        skill: i64
        passed = (day - self._begins) / self._span
        self._over = passed >= 1.0
        passed = 1.0 if self._over else passed
        for skill, joining in enumerate(self._joining):
            released = self._released[skill]
            due = int(joining * passed + 0.5) - released
            if due > 0.0:
                self._released[skill] = released + due
                if day > 0.0:
                    self._pool.arrived += due
                    self._pool.give(AUTOMOTIVE, skill, due)
