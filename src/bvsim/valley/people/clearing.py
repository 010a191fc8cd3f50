"""One clearing of the labour market: who gets which people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bvsim.valley.ground.rows import vec
from bvsim.valley.people.mobility import Commute
from bvsim.valley.people.pools import SOURCE_COUNT, BasinPool
from bvsim.valley.people.register import Register
from bvsim.valley.people.rules import Rule, allot, in_proportion
from bvsim.valley.people.skills import SKILL_COUNT

if TYPE_CHECKING:
    from mypy_extensions import i64


class HiringClaim:
    """What one employer still wants.

    Parameters
    ----------
    index : int
        The employer, as the register numbers them.
    basin : int
        Where it works, as the pools are numbered.
    wants : row of float
        People wanted, by skill; reduced as they are found.
    order, rank : float
        Who is served first under rules other than proportional; breaks ties.
    imposed : bool
        Whether the wants are an observation, which the pools cannot refuse.
    """

    __slots__ = ("basin", "imposed", "index", "order", "rank", "wants")

    def __init__(
        self,
        index: i64,
        basin: i64,
        wants: vec[float],
        order: float,
        rank: float,
        *,
        imposed: bool = False,
    ) -> None:
        self.index: i64 = index
        self.basin: i64 = basin
        self.renew(wants, order, rank, imposed=imposed)

    def renew(self, wants: vec[float], order: float, rank: float, *, imposed: bool) -> None:
        """Take over what the employer wants in another month."""
        self.wants, self.order, self.rank = wants, order, rank
        self.imposed = imposed

    @property
    def unmet(self) -> bool:
        """Whether anybody is still wanted."""
        wants = self.wants
        return wants[0] + wants[1] + wants[2] + wants[3] > 0.0


class Clearing:
    """Shares the people of all basins among claims, skill by skill, source by source.

    Employers are served from their own basin first, then from the others.

    Parameters
    ----------
    register : Register
        Who can be won; it is told of everyone who is taken.
    rule : {"proportional", "by-pay", "first-come"}
        How scarce people are shared.
    """

    def __init__(self, register: Register, rule: Rule) -> None:
        self._register, self._rule = register, rule
        self._wanting: list[list[HiringClaim]] = [[] for _ in register.pools]
        """By basin: claims on people of the skill that is settled."""

    def settle(self, claims: list[HiringClaim]) -> None:
        """Take people out of the pools for the claims, and reduce these."""
        skill: i64
        for skill in range(SKILL_COUNT):
            works, wanting, basins = 0, self._wanting, 0
            for claim in claims:
                if claim.wants[skill] > 0.0:
                    there = wanting[claim.basin]
                    if not there:
                        basins += 1
                        works |= 1 << claim.basin
                    there.append(claim)
            if works:
                self._settle_skill(self._register.reach.links_to(works), skill, basins)
                for each in wanting:
                    if each:
                        each.clear()

    def _settle_skill(self, links: list[Commute], skill: i64, basins: i64) -> None:
        """Serve claims from one source after another, own basins first, until none is left.

        Parameters
        ----------
        links : list of Commute
            To where the claims are.
        skill : int
            What is claimed.
        basins : int
            In how many basins.
        """
        source: i64
        for source in range(SOURCE_COUNT):
            place = SKILL_COUNT * source + skill
            for link in links:
                here = link.people[place]
                if here > 0.0:
                    claims = self._wanting[link.work]
                    if claims:
                        number = link.won(here, source, skill)
                        if number > 0.0:
                            self._share_out(claims, skill, source, number, link.home)
                            if not claims:
                                basins -= 1
                                if not basins:
                                    return

    def _share_out(
        self, claims: list[HiringClaim], skill: i64, source: i64, number: float, home: BasinPool
    ) -> None:
        """Share people of one pool among the claims of one basin; drop those that are satisfied."""
        wanted = 0.0
        for claim in claims:
            wanted += claim.wants[skill]
        if number >= wanted:
            for claim in claims:
                self._hire(claim, skill, source, claim.wants[skill], home)
            claims.clear()
        elif len(claims) == 1:
            self._hire(claims[0], skill, source, number, home)
        else:
            self._divide(claims, skill, source, number, home)

    def _divide(
        self, claims: list[HiringClaim], skill: i64, source: i64, number: float, home: BasinPool
    ) -> None:
        """Divide scarce people of one pool by the rule; drop claims that are satisfied."""
        i: i64
        given, satisfied = self._shares(claims, skill, number), False
        for i, claim in enumerate(claims):
            if given[i] > 0.0:
                self._hire(claim, skill, source, given[i], home)
                satisfied = satisfied or claim.wants[skill] <= 0.0
        if satisfied:
            left = [claim for claim in claims if claim.wants[skill] > 0.0]
            claims.clear()
            claims += left

    def _shares(self, claims: list[HiringClaim], skill: i64, number: float) -> vec[float]:
        """Return what each claim gets of people who are fewer than wanted."""
        i: i64
        wants, wanted = vec[float]([0.0] * len(claims)), 0.0
        ranks = wants[:]
        for i, claim in enumerate(claims):
            wants[i], ranks[i] = claim.wants[skill], claim.rank
            wanted += wants[i]
        if self._rule == "proportional":
            return in_proportion(number, wants, wanted, ranks)
        order = vec[float]([claim.order for claim in claims])
        return allot(number, wants, self._rule, order, ranks)

    def _hire(
        self, claim: HiringClaim, skill: i64, source: i64, number: float, home: BasinPool
    ) -> None:
        """Give people of one pool to an employer."""
        claim.wants[skill] -= number
        self._register.take_on(claim.index, skill, source, number, home)
        home.hire_out(source, skill, number)
