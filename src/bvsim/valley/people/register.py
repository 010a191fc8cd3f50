"""Who is where: every movement of people between pools and employers is booked here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bvsim.schema.labour import Labour
from bvsim.valley.ground.books import Account, Balance
from bvsim.valley.ground.clock import Act, Clock
from bvsim.valley.ground.columns import Columns, flow, laid_out, stock
from bvsim.valley.ground.rows import i64, vec
from bvsim.valley.people.claims import HiringClaim
from bvsim.valley.people.competitors import CompetingSite
from bvsim.valley.people.mobility import Mobility
from bvsim.valley.people.plan import lead_days
from bvsim.valley.people.pools import (
    AUTOMOTIVE,
    BASIN,
    EXPERIENCED,
    GRADUATES,
    OUTSIDE,
    SEEKERS,
    SOURCE_COUNT,
    BasinPool,
    together,
)
from bvsim.valley.people.programmes import Course
from bvsim.valley.people.rules import name_rank
from bvsim.valley.people.skills import SKILL_COUNT
from bvsim.valley.people.workforce import Workforce


@dataclass(frozen=True)
class PeopleColumns(Columns):
    """People of the region, wherever they are."""

    job_seekers: i64 = stock("Able and willing job seekers in all basins.")
    in_training: i64 = stock("People on a course.")
    in_transit: i64 = stock("People with a contract whose first day is ahead.")
    employed: i64 = stock("Own staff of all employers of the valley.")
    vacancies: i64 = stock("Empty posts of all employers of the valley.")
    competitors_heads: i64 = stock("People at competing sites, from these basins.")
    poached: i64 = flow("People who went straight from one plant to another.")
    newcomers: i64 = flow("People hired from outside the region.")
    other_work: i64 = flow("People who retired, left or turned to other work.")
    training_cost_meur: i64 = flow("Cost of the seats of all cohorts that began, EUR million.")
    bonus_cost_meur: i64 = flow("Bonuses that all plants paid their own staff, EUR million.")


PEOPLE: Final = laid_out(PeopleColumns)
GOLDEN: Final = 0.6180339887498949


class Register:
    """The people of one replication.

    Parameters
    ----------
    clock : Clock
        Simulated time.
    spec : Labour
        Drawn figures.
    pools : dict of str to BasinPool
        By name, in the order of names.
    competitors : list of CompetingSite
        In the order of names.
    salt : str
        Goes into the numbers that break ties.
    """

    def __init__(
        self,
        clock: Clock,
        spec: Labour,
        pools: dict[str, BasinPool],
        competitors: list[CompetingSite],
        salt: str,
    ) -> None:
        self.clock, self.spec, self.pools, self.competitors = clock, spec, pools, competitors
        self.basins = list(pools.values())
        self.reach = Mobility(spec.hiring.contact, pools)
        self.staffed: list[Workforce] = []
        self._ranks = vec[float]()
        """Of employers, and from the end of competing sites: as claims are numbered."""
        self.month = 0
        self.courses: dict[str, Course] = {}
        self._courses: list[Course] = []
        self.day = 0.0
        self.account: Account  # opened by the market when the replication starts
        self._salt = salt
        self._post: float = spec.pay.post
        self._lead_days = vec[float](lead_days(spec.hiring))
        self._hired: list[FirstDay | None] = [None] * SKILL_COUNT
        """By skill: who was won since contracts were last signed."""
        self._past: list[FirstDay] = []
        """First days that are over, for others to begin on."""
        self._gaps = vec[float]()
        """By employer, source and skill: what somebody lacks on the first day."""
        self._opening = 0
        self._newcomers = self._departed = 0.0

    def pay_bonus(self, share: float) -> None:
        """Book a month's bonus, a share of usual pay, for all own staff."""
        heads = 0.0
        for workforce in self.staffed:
            heads += workforce.heads
        self.account.now[PEOPLE.bonus_cost_meur] += share * self._post / 12.0 / 1000.0 * heads

    def enrol(self, workforces: Mapping[str, Workforce]) -> None:
        """Number the employers by name."""
        self.staffed = [workforce for _, workforce in sorted(workforces.items())]
        for index, workforce in enumerate(self.staffed):
            workforce.index = index
        names = [each.name for each in self.staffed]
        names += [site.name for site in self.competitors[::-1]]
        self._ranks = vec[float]([name_rank(name, self._salt) for name in names])
        self._gaps = vec[float](
            [
                self._gap(gap, source)
                for each in self.staffed
                for source in range(SOURCE_COUNT)
                for gap in each.start_gaps
            ]
        )

    def open(self) -> None:
        """Count everybody at the start."""
        self._courses = list(self.courses.values())
        self._opening = self.people()

    def rank(self, index: i64) -> float:
        """Return the number that breaks ties for who is numbered so, another one each month.

        The numbers of all names turn by the golden section, so that nobody has the
        better of every tie.
        """
        turned = self._ranks[index] + self.month * GOLDEN
        return turned - int(turned)

    def newcome(self, number: float, pool: BasinPool) -> None:
        """Book people who come from outside the region."""
        self._newcomers += number
        self.account.now[PEOPLE.newcomers] += number
        if pool.account is not None:
            pool.account.now[BASIN.newcomers] += number

    def depart(self, number: float) -> None:
        """Book people who leave for other work, retirement or another region."""
        self._departed += number
        self.account.now[PEOPLE.other_work] += number

    def gap(self, index: i64, skill: i64, source: i64) -> float:
        """Return what somebody from a source lacks to full proficiency on the first day."""
        return self._gaps[(index * SOURCE_COUNT + source) * SKILL_COUNT + skill]

    def _gap(self, gap: float, source: int) -> float:
        spec = self.spec.proficiency
        if source == GRADUATES:
            return max(0.0, gap - spec.trained)
        if source == AUTOMOTIVE:
            return max(0.0, gap - spec.automotive)
        return min(gap, 1.0 - spec.experienced) if source == EXPERIENCED else gap

    def take_on(
        self, claim: HiringClaim, skill: i64, source: i64, number: float, home: BasinPool
    ) -> None:
        """Give people, who are about to leave a pool, to an employer who won them."""
        workforce = claim.employer
        if workforce is None:
            self.competitors[-1 - claim.index].heads[skill] += number
            if source == EXPERIENCED:
                home.freed_among(skill, number, BASIN.freed_to_competitors)
            return
        workforce.count_origin(source, number)
        if source == EXPERIENCED:
            workforce.count_freed(home.freed_among(skill, number, BASIN.freed_hired))
        self._sign_on(claim, workforce, skill, source, number)

    def bring_in(self, claim: HiringClaim, skill: i64, number: float, pool: BasinPool) -> None:
        """Give people from outside the region, whom a basin houses, to an employer."""
        workforce = claim.employer
        if workforce is not None:
            self.newcome(number, pool)
            workforce.count_origin(OUTSIDE, number)
            self._sign_on(claim, workforce, skill, SEEKERS, number)

    def _sign_on(
        self, claim: HiringClaim, workforce: Workforce, skill: i64, source: i64, number: float
    ) -> None:
        """Note when people begin who were won.

        They do after the lead time of their skill; at once where the month's staff is an
        observation.
        """
        if claim.imposed:
            workforce.hire(skill, number, self.gap(claim.index, skill, source))
            return
        workforce.transit[skill] += number
        first_day = self._hired[skill]
        if first_day is None:
            self._hired[skill] = first_day = self._first_day(skill)
        first_day.expect(claim.index, source, number)

    def _first_day(self, skill: i64) -> FirstDay:
        """Return a first day that nobody is won for yet."""
        if not self._past:
            return FirstDay(self, skill)
        first_day = self._past.pop()
        first_day.skill = skill
        return first_day

    def put_back(self, first_day: FirstDay) -> None:
        """Take a first day that is over."""
        self._past.append(first_day)

    def sign(self) -> None:
        """Let everybody won since the last call wait for the first day at work."""
        skill: i64
        clock = self.clock
        for skill, first_day in enumerate(self._hired):
            if first_day is not None:
                days = self.day + self._lead_days[skill] - clock.now
                clock.after(days if days > 0.0 else 0.0, first_day.act)
                self._hired[skill] = None

    def begin_work(self, index: i64, skill: i64, source: i64, number: float) -> None:
        """Let people begin work on their first day, wherever they were won."""
        workforce = self.staffed[index]
        workforce.transit[skill] -= number
        if workforce.closed:
            workforce.pool.give(source, skill, number)
        else:
            workforce.hire(skill, number, self.gap(index, skill, source))

    def disband(self, workforce: Workforce, gone: vec[float]) -> None:
        """Put the staff of a closed plant into the pool of its basin."""
        skill: i64
        pool, awaiting = workforce.pool, workforce.awaiting
        for skill in range(SKILL_COUNT):
            if gone[skill] > 0.0:
                pool.free(skill, gone[skill])
            if awaiting[skill] > 0.0:
                pool.give(GRADUATES, skill, awaiting[skill])
                awaiting[skill] = 0.0

    def people(self) -> int:
        """Return everybody, wherever they are."""
        total = 0.0
        for pool in self.basins:
            total += pool.total()
        for workforce in self.staffed:
            total += sum(staff.heads for staff in workforce.staff)
            total += together(workforce.transit) + together(workforce.awaiting)
        for site in self.competitors:
            total += together(site.heads)
        return int(total) + sum(course.in_training for course in self.courses.values())

    def write(self) -> None:
        """Record the stocks of the region and of the basins."""
        seekers = in_training = in_transit = employed = vacancies = competing = 0.0
        for pool in self.basins:
            seekers += together(pool.here, SEEKERS)
            pool.write()
        for course in self._courses:
            in_training += course.in_training
        for workforce in self.staffed:
            in_transit += together(workforce.transit)
            employed += workforce.heads
            vacancies += workforce.vacancies
        for site in self.competitors:
            competing += together(site.heads)
        now = self.account.now
        now[PEOPLE.job_seekers], now[PEOPLE.in_training] = seekers, in_training
        now[PEOPLE.in_transit], now[PEOPLE.employed] = in_transit, employed
        now[PEOPLE.vacancies], now[PEOPLE.competitors_heads] = vacancies, competing

    def balances(self) -> Iterator[Balance]:
        """Yield the accounts of people: basins, employers, programmes, the region."""
        for name, pool in self.pools.items():
            yield _heads(name, pool.opening, pool.inflow, pool.outflow, pool.total())
        for each in self.staffed:
            closing = sum(staff.heads for staff in each.staff)
            yield _heads(each.name, each.opening, each.hired, each.left, closing)
        for name, course in self.courses.items():
            ended = course.graduated + course.dropped + course.failed
            yield _heads(name, 0, course.taken_in, ended, course.in_training)
        arrived = self._newcomers + sum(pool.arrived for pool in self.pools.values())
        departed = self._departed + sum(pool.departed for pool in self.pools.values())
        yield _heads("region", self._opening, arrived, departed, self.people())


class FirstDay:
    """The day on which people of one skill begin work.

    Parameters
    ----------
    register : Register
        Who notes it.
    skill : int
        Their skill.

    Attributes
    ----------
    act : callable
        What is done on that day.
    """

    __slots__ = ("_numbers", "_register", "act", "skill")

    def __init__(self, register: Register, skill: i64) -> None:
        self._register = register
        self.skill: i64 = skill
        self._numbers = vec[float]([0.0] * (len(register.staffed) * SOURCE_COUNT))
        """How many, by employer and source."""
        self.act: Act = self.begin  # looked up once, as a day serves again when it is over

    def expect(self, index: i64, source: i64, number: float) -> None:
        """Count people who were won, by employer and source."""
        self._numbers[index * SOURCE_COUNT + source] += number

    def begin(self) -> None:
        """Let them begin."""
        place: i64
        index: i64
        numbers, register = self._numbers, self._register
        for place, number in enumerate(numbers):
            if number > 0.0:
                index = place // SOURCE_COUNT
                register.begin_work(index, self.skill, place - index * SOURCE_COUNT, number)
                numbers[place] = 0.0
        register.put_back(self)


def _heads(entity: str, opening: float, inflow: float, outflow: float, closing: float) -> Balance:
    return Balance("people", entity, opening, inflow, outflow, closing, "heads")
