"""People of a basin who look for work: job seekers, the released, the trained."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bvsim.schema.labour import Basin, Mix, Release
from bvsim.valley.ground.books import Account
from bvsim.valley.ground.columns import Columns, flow, laid_out, stock
from bvsim.valley.ground.rows import vec
from bvsim.valley.people.rules import nearest

SKILL_COUNT: Final = 4
SOURCE_COUNT: Final = 4
GRADUATES: Final = 0
EXPERIENCED: Final = 1
AUTOMOTIVE: Final = 2
SEEKERS: Final = 3
"""Sources of people, in the order in which plants turn to them."""
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

    job_seekers: int = stock("Job seekers able and willing to work in a battery plant.")
    graduates_waiting: int = stock("Programme graduates without a post yet.")
    experienced_waiting: int = stock("People who left a battery plant and look for work.")
    automotive_waiting: int = stock("People released by the car industry, willing to join.")
    newcomers: int = flow("People hired from outside the region.")
    hired: int = flow("People hired out of this basin, wherever the plant is.")
    freed: int = flow("Staff of plants that closed in this basin.")
    freed_hired: int = flow("Of those freed by a closure, those whom plants won.")
    freed_to_competitors: int = flow("Of those freed by a closure, those whom competing sites won.")
    freed_to_other_work: int = flow("Of those freed by a closure, those who turned to other work.")
    freed_waiting: int = stock("Of those freed by a closure, those who still look for work.")
    other_work: int = flow("People who turned to other work or left the region.")


BASIN: Final = laid_out(BasinColumns)


class Mover:
    """Turns a flow of fractional people into whole ones by cumulative rounding."""

    __slots__ = ("_carry",)

    def __init__(self) -> None:
        self._carry = 0.0

    def whole(self, due: float) -> int:
        """Add what is due and return how many whole people follow."""
        due += self._carry
        count = int(due + 0.5)  # never negative: what is carried is above minus one half
        self._carry = due - count
        return count


def skill_shares(mix: Mix) -> tuple[float, float, float, float]:
    """Return the shares of the four skills; others are the rest."""
    others = max(0.0, 1.0 - mix.operators - mix.technicians - mix.engineers)
    return (mix.operators, mix.technicians, mix.engineers, others)


def skilled_shares(mix: Mix, trained: float) -> tuple[float, float, float, float]:
    """Return the shares of the four skills where there are more or fewer trained people.

    Parameters
    ----------
    mix : Mix
        The usual mix.
    trained : float
        Technicians and engineers over those of the usual mix; operators make up for it, and
        at most the mix's operators can turn out to be trained.
    """
    operators, technicians, engineers, others = skill_shares(mix)
    skilled = technicians + engineers
    most = (skilled + operators) / skilled if skilled > 0.0 else 1.0
    factor = min(trained, most)
    return (
        operators - (factor - 1.0) * skilled,
        technicians * factor,
        engineers * factor,
        others,
    )


def split_by_skill(total: float, shares: Sequence[float]) -> list[int]:
    """Divide heads by skill so that whole people add up to the rounded total."""
    heads, whole = nearest(total), math.fsum(shares)
    reached, passed, parts = 0, 0.0, []
    for share in shares:
        passed += share
        upto = math.floor(heads * passed / whole + 0.5)
        parts.append(upto - reached)
        reached = upto
    return parts


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
        self.name, self.index = name, index
        self.people = [[0] * SKILL_COUNT for _ in range(SOURCE_COUNT)]
        """By source and skill; the lists stay the same, their numbers change."""
        self.people[SEEKERS] = split_by_skill(spec.seekers * willing, mix)
        self.opening = sum(self.people[SEEKERS])
        self.inflow = self.outflow = 0
        self.arrived = self.departed = 0
        self._refill = vec[float]([spec.refill * willing / 12.0 * share for share in mix])
        self._exit = spec.refill / 12.0 / spec.seekers if spec.seekers > 0 else 0.0
        self._impatience = -math.expm1(-1.0 / patience_months) if patience_months > 0 else 1.0
        self._in = vec[float]([0.5] * SKILL_COUNT)
        self._out = vec[float]([0.5] * (SOURCE_COUNT * SKILL_COUNT))
        """Fractions of people carried from month to month, so that whole ones follow."""
        self.freed = [0] * SKILL_COUNT
        """By skill: those among the experienced who were freed by a closure."""
        self._saw_closure = False
        self._freed_part = [Mover() for _ in range(SKILL_COUNT)]
        self._housing = Mover()
        self._housing_due: float = spec.housing
        self.rooms = 0
        self.account: Account | None = None

    def give(self, source: int, skill: int, number: int) -> None:
        """Put people into the pool."""
        people = self.people[source]
        people[skill] = people[skill] + number
        self.inflow += number

    def take(self, source: int, skill: int, number: int) -> None:
        """Take people out of the pool; the caller has checked that they are there."""
        people = self.people[source]
        people[skill] = people[skill] - number
        self.outflow += number

    def hire_out(self, source: int, skill: int, number: int) -> None:
        """Take out people whom employers hire, wherever these are."""
        self.take(source, skill, number)
        if self.account is not None:
            self.account.now[BASIN.hired] += number

    def free(self, skill: int, number: int) -> None:
        """Put the staff of a closed plant into the pool."""
        self.give(EXPERIENCED, skill, number)
        self._saw_closure = True
        self.freed[skill] = self.freed[skill] + number
        self._book(BASIN.freed, number)

    def freed_among(self, skill: int, number: int, whither: int) -> int:
        """Tell how many of some experienced people who are about to go were freed by a closure.

        In proportion, by cumulative rounding, and never more or fewer than can be.

        Parameters
        ----------
        skill, number : int
            Who goes.
        whither : int
            Column of the basin in which the freed among them are counted.
        """
        freed = self.freed[skill]
        if not freed or not number:
            return 0
        here = self.people[EXPERIENCED][skill]
        part = self._freed_part[skill].whole(number * freed / here)
        part = max(freed - (here - number), min(part, freed, number))
        self.freed[skill] = freed - part
        self._book(whither, part)
        return part

    def _book(self, column: int, number: int) -> None:
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
        gone = 0
        for source, people in enumerate(self.people):
            hazard = self._exit if source == SEEKERS else self._impatience
            before = people.copy() if source == EXPERIENCED and self._saw_closure else None
            gone += _turn_away(people, hazard, self._out, SKILL_COUNT * source)
            if before is not None:
                self._note_turned_away(before)
        if gone:
            self.outflow += gone
            self.depart(gone)
        new = self._come(applicants)
        self.inflow += new
        self.arrived += new

    def _note_turned_away(self, before: list[int]) -> None:
        """Count those freed by a closure among experienced people who turned to other work."""
        people = self.people[EXPERIENCED]
        for skill, here in enumerate(before):
            left, people[skill] = people[skill], here
            self.freed_among(skill, here - left, BASIN.freed_to_other_work)
            people[skill] = left

    def _come(self, applicants: float) -> int:
        """Let new job seekers come; return how many."""
        seekers, kept, new = self.people[SEEKERS], self._in, 0
        for skill, refill in enumerate(self._refill):
            due = kept[skill] + refill * applicants
            if due >= 1.0:
                coming = int(due)
                due -= coming
                seekers[skill] = seekers[skill] + coming
                new += coming
            kept[skill] = due
        return new

    def depart(self, number: int) -> None:
        """Book people who leave the pool for other work or another region."""
        self.departed += number
        if self.account is not None:
            self.account.now[BASIN.other_work] += number

    def write(self) -> None:
        """Record the stocks."""
        if self.account is None:
            return
        now, people = self.account.now, self.people
        now[BASIN.job_seekers] = together(people[SEEKERS])
        now[BASIN.graduates_waiting] = together(people[GRADUATES])
        now[BASIN.experienced_waiting] = together(people[EXPERIENCED])
        now[BASIN.automotive_waiting] = together(people[AUTOMOTIVE])
        if self._saw_closure:
            now[BASIN.freed_waiting] = together(self.freed)

    def total(self) -> int:
        """Return everybody in the pool."""
        return sum(map(sum, self.people))


def together(people: list[int]) -> int:
    """Return people of all skills together."""
    return people[0] + people[1] + people[2] + people[3]


def _turn_away(people: list[int], hazard: float, kept: vec[float], first: int) -> int:
    """Let people of one source turn to other work; return how many did.

    Fractions of people are kept from the place `first` on.
    """
    gone = 0
    for skill, here in enumerate(people):
        if here:
            due = kept[first + skill] + here * hazard
            if due >= 1.0:
                left = int(due)
                left = left if left < here else here
                due -= left
                people[skill] = here - left
                gone += left
            kept[first + skill] = due
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
        self._released = [0] * SKILL_COUNT
        self._over = False

    def month(self, day: float) -> None:
        """Release whoever is due by a day; those before the start count as gone."""
        if day <= self._begins or self._over:
            return
        passed = min((day - self._begins) / self._span, 1.0)
        self._over = passed >= 1.0
        for skill, joining in enumerate(self._joining):
            released = self._released[skill]
            due = math.floor(joining * passed + 0.5) - released
            if due > 0:
                self._released[skill] = released + due
                if day > 0.0:
                    self._pool.arrived += due
                    self._pool.give(AUTOMOTIVE, skill, due)
