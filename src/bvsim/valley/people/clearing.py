"""One clearing of the labour market: who gets which people."""

from __future__ import annotations

from bvsim.valley.people.mobility import Commute
from bvsim.valley.people.pools import SKILL_COUNT, SOURCE_COUNT, BasinPool
from bvsim.valley.people.register import Register
from bvsim.valley.people.rules import Rule, allot


class HiringClaim:
    """What one employer still wants.

    Parameters
    ----------
    index : int
        The employer, as the register numbers them.
    basin : int
        Where it works, as the pools are numbered.
    wants : list of int
        People wanted, by skill; reduced as they are found.
    order, rank : float
        Who is served first under rules other than proportional; breaks ties.
    imposed : bool
        Whether the wants are an observation, which the pools cannot refuse.
    """

    __slots__ = ("basin", "imposed", "index", "order", "rank", "wants")

    def __init__(
        self,
        index: int,
        basin: int,
        wants: list[int],
        order: float,
        rank: float,
        *,
        imposed: bool = False,
    ) -> None:
        self.index, self.basin, self.wants = index, basin, wants
        self.order, self.rank, self.imposed = order, rank, imposed

    @property
    def unmet(self) -> bool:
        """Whether anybody is still wanted."""
        wants = self.wants
        return wants[0] + wants[1] + wants[2] + wants[3] > 0

    def give(self, skill: int, number: int) -> None:
        """Reduce what is wanted."""
        self.wants[skill] = self.wants[skill] - number


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
        for skill in range(SKILL_COUNT):
            works, wanting = 0, self._wanting
            for claim in claims:
                if claim.wants[skill]:
                    wanting[claim.basin].append(claim)
                    works |= 1 << claim.basin
            if works:
                links = self._register.reach.links_to(works)
                for source in range(SOURCE_COUNT):
                    self._settle_source(links, skill, source)
                for each in wanting:
                    each.clear()

    def _settle_source(self, links: list[Commute], skill: int, source: int) -> None:
        """Serve claims from one source, own basins first; drop those that are satisfied."""
        for link in links:
            here = link.people[source][skill]
            if here:
                claims = self._wanting[link.work]
                if claims:
                    number = link.won(here, source, skill)
                    if number and self._share_out(claims, skill, source, number, link.home):
                        self._wanting[link.work] = [c for c in claims if c.wants[skill]]

    def _share_out(
        self, claims: list[HiringClaim], skill: int, source: int, number: int, home: BasinPool
    ) -> bool:
        """Share people of one pool among the claims of one basin; tell whether one is satisfied."""
        if len(claims) == 1:
            claim = claims[0]
            self._hire(claim, skill, source, min(number, claim.wants[skill]), home)
            return not claim.wants[skill]
        satisfied = False
        given = self._divide(number, claims, skill)
        for claim, count in zip(claims, given):  # noqa: B905 (a number for each claim)
            if count:
                self._hire(claim, skill, source, count, home)
                satisfied = satisfied or not claim.wants[skill]
        return satisfied

    def _hire(
        self, claim: HiringClaim, skill: int, source: int, number: int, home: BasinPool
    ) -> None:
        """Give people of one pool to an employer."""
        claim.give(skill, number)
        self._register.take_on(claim.index, skill, source, number, home)
        home.hire_out(source, skill, number)

    def _divide(self, number: int, claims: list[HiringClaim], skill: int) -> list[int]:
        """Divide people of one skill among claims by the rule."""
        return allot(
            number,
            [claim.wants[skill] for claim in claims],
            self._rule,
            [claim.order for claim in claims],
            [claim.rank for claim in claims],
        )
