"""Moves that need no clearing: leavers, graduates with an offer, newcomers, trainees."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bvsim.schema.labour import SkillShares
from bvsim.valley.ground.rows import vec
from bvsim.valley.people.claims import HiringClaim
from bvsim.valley.people.pools import (
    AUTOMOTIVE,
    EXPERIENCED,
    GRADUATES,
    POACHED,
    SEEKERS,
    BasinPool,
)
from bvsim.valley.people.programmes import Course, Recruiter
from bvsim.valley.people.register import PEOPLE, Register
from bvsim.valley.people.rules import Division, Rule, added_first, allot
from bvsim.valley.people.skills import SKILL_COUNT
from bvsim.valley.people.workforce import Workforce

if TYPE_CHECKING:
    from mypy_extensions import i64


class Ways:
    """Where people of one plant would go: who would work there, and what its pay is worth."""

    __slots__ = ("reach", "worth")

    def __init__(self, reach: list[float], worth: list[float]) -> None:
        self.reach, self.worth = vec[float](reach), vec[float](worth)


class Leavers:
    """Sends leavers to other plants, to other work, or to look for work in their basin."""

    def __init__(self, register: Register) -> None:
        self._register = register
        spec = register.spec.attrition
        self._away = vec[float](by_skill(spec.away))
        self._poached = vec[float](by_skill(spec.poached))
        self._pay_exponent: float = spec.pay_exponent
        self._ways: list[Ways | None] = []
        """By employer, as the register numbers them."""
        self._share: dict[tuple[str, str], float] = {}
        self._division = Division(vec[float](), vec[float]())
        """Of those who move to other plants."""

    def place(self, leaving: list[Workforce], claims: list[HiringClaim]) -> None:
        """Place everybody who left in a month; claims of plants that win some are reduced."""
        skill: i64
        for workforce in leaving:
            for skill, number in enumerate(workforce.leavers):
                if number > 0.0:
                    self._place(workforce, skill, number, claims)

    def _place(
        self, workforce: Workforce, skill: i64, number: float, claims: list[HiringClaim]
    ) -> None:
        """Place those of one skill who left one plant."""
        away = workforce.away[skill].whole(number * self._away[skill])
        away = away if away < number else number
        moving = workforce.poached[skill].whole(number * self._poached[skill])
        moving = moving if moving < number - away else number - away
        if moving > 0.0:
            number -= self._poach(workforce, skill, moving, claims)
        if away > 0.0:
            self._register.depart(away)
        if number > away:
            workforce.pool.give(EXPERIENCED, skill, number - away)

    def _poach(
        self, origin: Workforce, skill: i64, number: float, claims: list[HiringClaim]
    ) -> float:
        """Let people go straight to other plants with vacancies; return how many did."""
        count: i64 = 0
        only: HiringClaim | None = None
        ways = self._ways_from(origin)
        division = self._division
        reach, worth = ways.reach, ways.worth
        weights, ranks = division.weights, division.ranks
        for claim in claims:
            wanted = claim.wants[skill]
            if wanted > 0.0 and reach[claim.index] > 0.0:
                weights[count] = wanted * reach[claim.index] * worth[claim.index]
                ranks[count], only = claim.rank, claim
                count += 1
        if only is None:
            return 0.0
        if count == 1:
            return self._move(only, skill, number)
        return self._move_all(reach, skill, number, claims, count)

    def _move_all(
        self, reach: vec[float], skill: i64, number: float, claims: list[HiringClaim], count: i64
    ) -> float:
        """Let people go straight to those plants in reach that want them; return how many did."""
        i: i64
        division, moved, i = self._division, 0.0, 0
        whole = added_first(division.weights, count)
        if whole <= 0.0 or number <= 0.0:
            return 0.0
        shares = division.shares_of(number, whole, count)
        for claim in claims:
            if claim.wants[skill] > 0.0 and reach[claim.index] > 0.0:
                if shares[i] > 0.0:
                    moved += self._move(claim, skill, shares[i])
                i += 1
        return moved

    def _move(self, claim: HiringClaim, skill: i64, number: float) -> float:
        """Let people go straight to a plant, as far as it wants them; return how many do."""
        hired = claim.wants[skill]
        hired = number if number < hired else hired
        if hired > 0.0:
            register = self._register
            claim.wants[skill] -= hired
            winner = register.staffed[claim.index]
            winner.hire(skill, hired, register.gap(claim.index, skill, EXPERIENCED))
            winner.count_origin(POACHED, hired)
            register.account.now[PEOPLE.poached] += hired
        return hired

    def _ways_from(self, origin: Workforce) -> Ways:
        """Return by plant who would work there, and what its pay is worth; nobody stays."""
        register = self._register
        if self._share is not register.reach.share:  # the mobility matrix has changed
            self._share = register.reach.share
            self._ways = [None] * len(register.staffed)
            room = vec[float]([0.0] * len(register.staffed))
            self._division = Division(room, room[:])
        ways = self._ways[origin.index]
        if ways is None:
            self._ways[origin.index] = ways = self._worked_out(origin)
        return ways

    def _worked_out(self, origin: Workforce) -> Ways:
        reach, worth = [], []
        for there in self._register.staffed:
            near = self._share.get((origin.basin, there.basin), 0.0)
            reach.append(near if there is not origin else 0.0)
            paid = there.pay / origin.pay if origin.pay > 0.0 else 1.0
            worth.append(math.pow(paid, self._pay_exponent))
        return Ways(reach, worth)


def by_skill(shares: SkillShares) -> list[float]:
    """Return shares in the order of the skills."""
    return [shares.operators, shares.technicians, shares.engineers, shares.others]


def place_graduates(register: Register, claims: list[HiringClaim]) -> None:
    """Let graduates with an offer begin work; those not needed join the pool."""
    index: i64
    for index, workforce in enumerate(register.staffed):
        if workforce.holds_offers:
            claim = None
            for each in claims:
                if each.index == index:
                    claim = each
            _place_graduates(register, index, workforce, claim)


def _place_graduates(
    register: Register, index: i64, workforce: Workforce, claim: HiringClaim | None
) -> None:
    """Let graduates with an offer of one plant begin work there, as far as it wants them."""
    skill: i64
    awaiting = workforce.awaiting
    for skill in range(SKILL_COUNT):
        number, hired = awaiting[skill], 0.0
        if number > 0.0 and claim is not None:
            hired = claim.wants[skill]
            hired = number if number < hired else hired
            if hired > 0.0:
                claim.wants[skill] -= hired
                workforce.hire(skill, hired, register.gap(index, skill, GRADUATES))
                workforce.count_origin(GRADUATES, hired)
        if number > hired:
            workforce.pool.give(GRADUATES, skill, number - hired)
        awaiting[skill] = 0.0


class Newcomers:
    """Brings people from outside the region to posts, as far as they can be housed."""

    def __init__(self, register: Register, rule: Rule) -> None:
        self._register, self._rule = register, rule
        spec = register.spec
        operators, technicians, engineers, others = by_skill(spec.hiring.outside)
        trained: float = spec.trained_people
        self._shares = vec[float](
            [operators, min(1.0, technicians * trained), min(1.0, engineers * trained), others]
        )
        """Share of vacant posts that newcomers fill in a month, by skill."""

    def hire(self, claims: list[HiringClaim]) -> None:
        """Let newcomers to the region fill posts that are still empty."""
        left = [claim for claim in claims if claim.index >= 0 and claim.unmet]
        if left:
            for pool in self._register.basins:
                near = [claim for claim in left if claim.basin == pool.index]
                if near:
                    self._fill(near, pool)

    def _fill(self, claims: list[HiringClaim], pool: BasinPool) -> None:
        """Let newcomers fill posts in one basin."""
        asked: list[Asked] = []
        for claim in claims:
            if claim.imposed:
                self._complete(claim, pool)
        for claim in claims:
            if not claim.imposed:
                self._ask(claim, asked)
        if asked:
            self._house(asked, pool)

    def _complete(self, claim: HiringClaim, pool: BasinPool) -> None:
        """Complete an observed staff with people whose origin nobody recorded."""
        skill: i64
        for skill, number in enumerate(claim.wants):
            if number > 0.0:
                self._register.bring_in(claim, skill, number, pool)

    def _ask(self, claim: HiringClaim, asked: list[Asked]) -> None:
        """Note how many newcomers would come to an employer."""
        skill: i64
        movers = self._register.staffed[claim.index].outside
        for skill, wanted in enumerate(claim.wants):
            if wanted > 0.0:
                number = movers[skill].whole(wanted * self._shares[skill])
                number = number if number < wanted else wanted
                if number > 0.0:
                    asked.append(Asked(claim, skill, number))

    def _house(self, asked: list[Asked], pool: BasinPool) -> None:
        """Let come who can be housed."""
        i: i64
        numbers = vec[float]([0.0] * len(asked))
        order, ranks = numbers[:], numbers[:]
        for i, each in enumerate(asked):
            numbers[i], order[i] = each.number, each.claim.order
            ranks[i] = each.claim.rank + int(each.skill)
        given = allot(pool.rooms, numbers, self._rule, order, ranks)
        for i, each in enumerate(asked):
            if given[i] > 0.0:
                self._register.bring_in(each.claim, each.skill, given[i], pool)


class Asked:
    """Newcomers of one skill who would come to one employer."""

    __slots__ = ("claim", "number", "skill")

    def __init__(self, claim: HiringClaim, skill: i64, number: float) -> None:
        self.claim, self.number = claim, number
        self.skill: i64 = skill


class Applicants:
    """People of one source and basin whom a programme would take."""

    __slots__ = ("number", "pool", "source")

    def __init__(self, pool: BasinPool) -> None:
        self.pool = pool
        self.source: i64 = 0
        self.number = 0.0


class TrainingDesk(Recruiter):
    """Finds trainees for the programmes and hands their graduates on."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._applicants: list[Applicants] = []
        """Who applies at an intake: as many as `_groups`, others are of earlier ones."""
        self._groups = 0

    def recruit(self, programme: Course, wanted: int, smallest: int, *, imposed: bool) -> int:
        """Take trainees out of the pools of the basins in reach; return how many.

        Nobody is taken where fewer than the smallest group apply. An observed intake that
        the pools cannot fill is completed from outside.
        """
        self._groups = 0
        released = math.floor(wanted * programme.automotive + 0.5)
        found = self._from(programme, AUTOMOTIVE, released)
        if programme.automotive < 1.0:
            found += self._from(programme, SEEKERS, wanted - found)
        if found < smallest and not imposed:
            return 0
        for group in range(self._groups):
            take = self._applicants[group]
            take.pool.take(take.source, programme.draws_on, take.number)
        if imposed and found < wanted:
            self._register.newcome(wanted - found, self._register.pools[programme.basin])
            found = wanted
        return found

    def _from(self, programme: Course, source: i64, wanted: int) -> int:
        """Note applicants of one source, from the nearest basin first; return how many."""
        left = wanted
        if wanted > 0:
            place: i64 = SKILL_COUNT * source + programme.draws_on
            for near in self._register.reach.nearest(programme.basin):
                number = int(near.pool.here[place] * near.share * programme.applicants + 1e-9)
                number = number if number < left else left
                if number > 0:
                    self._note(near.pool, source, number)
                    left -= number
                    if not left:
                        break
        return wanted - left

    def _note(self, pool: BasinPool, source: i64, number: float) -> None:
        """Note people of one source and basin who apply."""
        if self._groups == len(self._applicants):
            self._applicants.append(Applicants(pool))
        take = self._applicants[self._groups]
        take.pool, take.source, take.number = pool, source, number
        self._groups += 1

    def pay(self, meur: float) -> None:
        """Book what a cohort costs."""
        self._register.account.now[PEOPLE.training_cost_meur] += meur

    def release_trainees(self, programme: Course, number: int, *, trained: bool) -> None:
        """Send those who end a course without a battery job to the pool or to other work."""
        if not number:
            return
        if trained:
            self._register.depart(number)
        else:
            self._register.pools[programme.basin].give(SEEKERS, programme.draws_on, number)

    def graduate(self, programme: Course, number: int) -> None:
        """Give graduates to the destination, or to the pool when there is none."""
        employer = programme.employer
        if employer is not None and not employer.closed:
            employer.offer(programme.skill, number)
        elif number:
            self._register.pools[programme.basin].give(GRADUATES, programme.skill, number)
