"""Moves that need no clearing: leavers, graduates with an offer, newcomers, trainees."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from bvsim.schema.labour import Labour, SkillShares
from bvsim.valley.people.clearing import HiringClaim
from bvsim.valley.people.pools import (
    AUTOMOTIVE,
    EXPERIENCED,
    GRADUATES,
    POACHED,
    SEEKERS,
    SKILL_COUNT,
    BasinPool,
)
from bvsim.valley.people.programmes import Course
from bvsim.valley.people.register import PEOPLE, Register
from bvsim.valley.people.rules import allot, largest_remainder
from bvsim.valley.people.workforce import Workforce


class Leavers:
    """Sends leavers to other plants, to other work, or to look for work in their basin."""

    def __init__(self, register: Register) -> None:
        self._register = register
        spec = register.spec.attrition
        self._away, self._poached = by_skill(spec.away), by_skill(spec.poached)
        self._ways: dict[str, list[tuple[float, float]]] = {}
        self._share: Mapping[tuple[str, str], float] = {}

    def place(
        self, leaving: Sequence[tuple[Workforce, list[int]]], claims: Sequence[HiringClaim]
    ) -> None:
        """Place everybody who left in a month; claims of plants that win some are reduced."""
        register = self._register
        wanting = [[c for c in claims if c.wants[skill]] for skill in range(SKILL_COUNT)]
        for workforce, gone in leaving:
            pool = register.pools[workforce.basin]
            for skill, number in enumerate(gone):
                if not number:
                    continue
                away = min(number, workforce.away[skill].whole(number * self._away[skill]))
                moving = workforce.poached[skill].whole(number * self._poached[skill])
                moving = min(moving, number - away)
                if moving > 0 and wanting[skill]:
                    moving = self._poach(workforce, skill, moving, wanting[skill])
                    number -= moving  # noqa: PLW2901
                if away > 0:
                    register.depart(away)
                if number > away:
                    pool.give(EXPERIENCED, skill, number - away)

    def _poach(
        self, origin: Workforce, skill: int, number: int, claims: Sequence[HiringClaim]
    ) -> int:
        """Let people go straight to other plants with vacancies; return how many did."""
        register, ways = self._register, self._ways_from(origin)
        wanting, weights = [], []
        for claim in claims:
            wants, (reach, worth) = claim.wants[skill], ways[claim.index]
            if wants and reach > 0.0:
                wanting.append(claim)
                weights.append(wants * reach * worth)
        if not wanting:
            return 0
        if len(wanting) == 1:
            parts = [number]
        else:
            parts = largest_remainder(number, weights, [claim.rank for claim in wanting])
        moved = 0
        for claim, count in zip(wanting, parts, strict=True):
            hired = min(count, claim.wants[skill])
            if hired:
                claim.wants[skill] -= hired
                gap = register.gap(claim.index, skill, EXPERIENCED)
                register.staffed[claim.index].hire(skill, hired, gap)
                register.staffed[claim.index].count_origin(POACHED, hired)
                moved += hired
        register.account.now[PEOPLE.poached] += moved
        return moved

    def _ways_from(self, origin: Workforce) -> list[tuple[float, float]]:
        """Return by plant who would work there, and what its pay is worth; nobody stays."""
        register = self._register
        if self._share is not register.reach.share:  # the mobility matrix has changed
            self._share = register.reach.share
            self._ways.clear()
        ways = self._ways.get(origin.name)
        if ways is None:
            ways = self._ways[origin.name] = []
            exponent = register.spec.attrition.pay_exponent
            for there in register.staffed:
                reach = self._share.get((origin.basin, there.basin), 0.0)
                worth = (there.pay / origin.pay) ** exponent if origin.pay > 0.0 else 1.0
                ways.append((reach if there is not origin else 0.0, worth))
        return ways


def by_skill(shares: SkillShares) -> tuple[float, float, float, float]:
    """Return shares in the order of the skills."""
    return (shares.operators, shares.technicians, shares.engineers, shares.others)


def place_graduates(register: Register, claims: Sequence[HiringClaim]) -> None:
    """Let graduates with an offer begin work; those not needed join the pool."""
    by_index = {claim.index: claim for claim in claims}
    for index, workforce in enumerate(register.staffed):
        if not any(workforce.awaiting):
            continue
        claim = by_index.get(index)
        for skill, number in enumerate(workforce.awaiting):
            hired = min(number, claim.wants[skill]) if claim else 0
            if hired and claim:
                claim.wants[skill] -= hired
                workforce.hire(skill, hired, register.gap(index, skill, GRADUATES))
                workforce.count_origin(GRADUATES, hired)
            if number > hired:
                register.pools[workforce.basin].give(GRADUATES, skill, number - hired)
        workforce.awaiting = [0] * SKILL_COUNT


def hire_outside(register: Register, claims: Sequence[HiringClaim]) -> None:
    """Let newcomers to the region fill posts, as far as they can be housed."""
    left = [claim for claim in claims if claim.index >= 0 and any(claim.wants)]
    for name, pool in register.pools.items() if left else ():
        near = [claim for claim in left if claim.basin == name]
        for claim in near:
            if claim.imposed:
                _complete(register, claim, pool)
        _house(register, [claim for claim in near if not claim.imposed], pool)


def _complete(register: Register, claim: HiringClaim, pool: BasinPool) -> None:
    """Complete an observed staff with people whose origin nobody recorded."""
    for skill, number in enumerate(claim.wants):
        if number:
            register.newcome(number, pool)
            register.take_on(claim.index, skill, SEEKERS, number)
            claim.wants[skill] = 0


def _newcomers(spec: Labour) -> tuple[float, float, float, float]:
    """Return the share of vacant posts that newcomers fill in a month, by skill."""
    operators, technicians, engineers, others = by_skill(spec.hiring.outside)
    trained = spec.trained_people
    return (operators, min(1.0, technicians * trained), min(1.0, engineers * trained), others)


def _house(register: Register, claims: Sequence[HiringClaim], pool: BasinPool) -> None:
    asked = []
    shares = _newcomers(register.spec)
    for claim in claims:
        movers = register.staffed[claim.index].outside
        for skill, wanted in enumerate(claim.wants):
            if wanted:
                number = min(wanted, movers[skill].whole(wanted * shares[skill]))
                if number > 0:
                    asked.append((claim, skill, number))
    if not asked:
        return
    given = allot(
        pool.rooms,
        [number for _, _, number in asked],
        register.spec.hiring.rule,
        [claim.order for claim, _, _ in asked],
        [claim.rank + skill for claim, skill, _ in asked],
    )
    for (claim, skill, _), number in zip(asked, given, strict=True):
        if number:
            register.newcome(number, pool)
            claim.wants[skill] -= number
            register.take_on(claim.index, skill, SEEKERS, number)


class TrainingDesk:
    """Finds trainees for the programmes and hands their graduates on."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def recruit(self, programme: Course, wanted: int, smallest: int, *, imposed: bool) -> int:
        """Take trainees out of the pools of the basins in reach; return how many.

        Nobody is taken where fewer than the smallest group apply. An observed intake that
        the pools cannot fill is completed from outside.
        """
        takes = self._applicants(programme, wanted)
        found = sum([number for _, _, number in takes])
        if found < smallest and not imposed:
            return 0
        for pool, source, number in takes:
            pool.take(source, programme.draws_on, number)
        if imposed and found < wanted:
            self._register.newcome(wanted - found, self._register.pools[programme.spec.basin])
            found = wanted
        return found

    def _applicants(self, programme: Course, wanted: int) -> list[tuple[BasinPool, int, int]]:
        """Return whom a programme would take: pool, source and number."""
        share = programme.spec.automotive
        takes = self._from(programme, AUTOMOTIVE, math.floor(wanted * share + 0.5))
        if share < 1.0:
            rest = wanted - sum([number for _, _, number in takes])
            takes += self._from(programme, SEEKERS, rest)
        return takes

    def _from(
        self, programme: Course, source: int, wanted: int
    ) -> list[tuple[BasinPool, int, int]]:
        """Return applicants of one source, from the nearest basin first."""
        spec, takes = programme.spec, []
        for reach, pool in self._register.reach.nearest(spec.basin):
            if wanted <= 0:
                break
            here = pool.people[source][programme.draws_on]
            number = min(math.floor(here * reach * spec.applicants + 1e-9), wanted)
            if number > 0:
                takes.append((pool, source, number))
                wanted -= number
        return takes

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
            self._register.pools[programme.spec.basin].give(SEEKERS, programme.draws_on, number)

    def graduate(self, programme: Course, number: int) -> None:
        """Give graduates to the destination, or to the pool when there is none."""
        employer = programme.employer
        if employer is not None and not employer.closed:
            employer.awaiting[programme.skill] += number
        elif number:
            pool = self._register.pools[programme.spec.basin]
            pool.give(GRADUATES, programme.skill, number)
