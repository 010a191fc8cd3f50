"""Moves that need no clearing: leavers, graduates with an offer, newcomers, trainees."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bvsim.spec.labour import SKILLS
from bvsim.valley.labour_clearing import Claim
from bvsim.valley.labour_pools import (
    AUTOMOTIVE,
    EXPERIENCED,
    GRADUATES,
    SEEKERS,
    SKILL_COUNT,
    BasinPool,
)
from bvsim.valley.labour_register import R_COST, R_POACHED, Register
from bvsim.valley.labour_rules import allot, largest_remainder
from bvsim.valley.programmes import Course
from bvsim.valley.workforce import Workforce


def place_leavers(
    register: Register, leaving: Sequence[tuple[Workforce, list[int]]], claims: Sequence[Claim]
) -> None:
    """Send leavers to other plants, to other work, or to look for work in their basin."""
    spec = register.spec.attrition
    for workforce, gone in leaving:
        pool = register.pools[workforce.basin]
        for skill, number in enumerate(gone):
            if not number:
                continue
            name, poached = workforce.name, getattr(spec.poached, SKILLS[skill])
            away = register.whole(name, "away", skill, number, getattr(spec.away, SKILLS[skill]))
            moving = register.whole(name, "poached", skill, number, poached)
            moved = _poach(register, workforce, skill, min(moving, number - away), claims)
            register.depart(away)
            if number > moved + away:
                pool.give(EXPERIENCED, skill, number - moved - away)


def _poach(
    register: Register, origin: Workforce, skill: int, number: int, claims: Sequence[Claim]
) -> int:
    """Let people go straight to other plants with vacancies; return how many did."""
    if number <= 0:
        return 0
    exponent = register.spec.attrition.pay_exponent
    weights = []
    for claim in claims:
        there = register.staffed[claim.index]
        reach = register.reach.share.get((origin.basin, claim.basin), 0.0)
        worth = (there.pay / origin.pay) ** exponent if origin.pay > 0.0 else 1.0
        weights.append(0.0 if there is origin else claim.wants[skill] * reach * worth)
    moved = 0
    ranks = [claim.rank for claim in claims]
    for claim, count in zip(claims, largest_remainder(number, weights, ranks), strict=True):
        hired = min(count, claim.wants[skill])
        if hired:
            claim.wants[skill] -= hired
            gap = register.gap(claim.index, skill, EXPERIENCED)
            register.staffed[claim.index].hire(skill, hired, gap)
            moved += hired
    register.account.now[R_POACHED] += moved
    return moved


def place_graduates(register: Register, claims: Sequence[Claim]) -> None:
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
            if number > hired:
                register.pools[workforce.basin].give(GRADUATES, skill, number - hired)
        workforce.awaiting = [0] * SKILL_COUNT


def hire_outside(register: Register, claims: Sequence[Claim]) -> None:
    """Let newcomers to the region fill posts, as far as they can be housed."""
    for name, pool in register.pools.items():
        near = [claim for claim in claims if claim.basin == name and claim.index >= 0]
        for claim in near:
            if claim.imposed:
                _complete(register, claim, pool)
        _house(register, [claim for claim in near if not claim.imposed], pool)


def _complete(register: Register, claim: Claim, pool: BasinPool) -> None:
    """Complete an observed staff with people whose origin nobody recorded."""
    for skill, number in enumerate(claim.wants):
        if number:
            register.newcome(number, pool)
            register.take_on(claim.index, skill, SEEKERS, number)
            claim.wants[skill] = 0


def _house(register: Register, claims: Sequence[Claim], pool: BasinPool) -> None:
    asked = []
    for claim in claims:
        name = register.staffed[claim.index].name
        for skill, wanted in enumerate(claim.wants):
            if wanted:
                share = getattr(register.spec.hiring.outside, SKILLS[skill])
                number = register.whole(name, "outside", skill, wanted, share)
                asked.append((claim, skill, number))
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

    def recruit(self, programme: Course, wanted: int, *, imposed: bool) -> int:
        """Take trainees out of the pools of the basins in reach; return how many.

        An observed intake that the pools cannot fill is completed from outside.
        """
        kept = math.floor(wanted * programme.spec.automotive + 0.5)
        found = self._draw(programme, AUTOMOTIVE, kept)
        if programme.spec.automotive < 1.0:
            found += self._draw(programme, SEEKERS, wanted - found)
        register = self._register
        if imposed and found < wanted:
            register.newcome(wanted - found, register.pools[programme.spec.basin])
            found = wanted
        register.account.now[R_COST] += found * programme.spec.cost / 1000.0
        return found

    def _draw(self, programme: Course, source: int, wanted: int) -> int:
        """Take applicants of one source, from the nearest basin first."""
        register, spec, skill = self._register, programme.spec, programme.draws_on
        found = 0
        for _, home in self._nearest(spec.basin):
            if found >= wanted:
                break
            pool = register.pools[home]
            reach = register.reach.share.get((home, spec.basin), 0.0)
            apply = math.floor(pool.people[source][skill] * reach * spec.applicants + 1e-9)
            number = min(apply, wanted - found)
            if number > 0:
                pool.take(source, skill, number)
                found += number
        return found

    def _nearest(self, work: str) -> list[tuple[float, str]]:
        share = self._register.reach.share
        return sorted((-share.get((home, work), 0.0), home) for home in self._register.pools)

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
