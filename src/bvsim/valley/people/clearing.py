"""One clearing of the labour market: who gets which people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bvsim.valley.ground.rows import vec
from bvsim.valley.people.claims import HiringClaim
from bvsim.valley.people.mobility import Commute
from bvsim.valley.people.pools import SOURCE_COUNT, BasinPool
from bvsim.valley.people.register import Register
from bvsim.valley.people.rules import Division, Rule, in_turn
from bvsim.valley.people.skills import SKILL_COUNT

if TYPE_CHECKING:
    from mypy_extensions import i64


class Clearing:
    """Shares the people of all basins among claims, skill by skill, source by source.

    Employers are served from their own basin first, then from the others.

    Parameters
    ----------
    register : Register
        Who can be won; it is told of everyone who is taken.
    rule : {"proportional", "by-pay", "first-come"}
        How scarce people are shared.
    claims : list of HiringClaim
        Of all who may ever want people: who wants none now has claims of nobody.
    """

    def __init__(self, register: Register, rule: Rule, claims: list[HiringClaim]) -> None:
        self._register, self._rule = register, rule
        self._proportional = rule == "proportional"
        self._claims: list[list[HiringClaim]] = [[] for _ in register.basins]
        """By basin where they work."""
        for claim in claims:
            self._claims[claim.basin].append(claim)
        self._wanted = vec[float]([0.0] * len(register.basins))
        """By basin: people of the skill that is settled who are still wanted."""
        room = vec[float]([0.0] * len(claims))
        self._division = Division(room, room[:])

    def settle(self) -> None:
        """Take people out of the pools for the claims, and reduce these."""
        skill: i64
        basin: i64
        works: i64
        for skill in range(SKILL_COUNT):
            works, basins = 0, 0
            for basin, claims in enumerate(self._claims):
                wanted = 0.0
                for claim in claims:
                    wanted += claim.wants[skill]
                self._wanted[basin] = wanted
                if wanted > 0.0:
                    basins += 1
                    works |= 1 << basin
            if works:
                self._settle_skill(self._register.reach.links_to(works), skill, basins)

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
        wanted = self._wanted
        for source in range(SOURCE_COUNT):
            place = SKILL_COUNT * source + skill
            for link in links:
                here = link.people[place]
                if here > 0.0 and wanted[link.work] > 0.0:
                    number = link.won(here, source, place)
                    if number > 0.0:
                        self._share_out(link, skill, source, number)
                        if wanted[link.work] <= 0.0:
                            basins -= 1
                            if not basins:
                                return

    def _share_out(self, link: Commute, skill: i64, source: i64, number: float) -> None:
        """Share people of one pool among the claims of one basin."""
        work = link.work
        wanted = self._wanted[work]
        if number < wanted:
            self._divide(link, skill, source, number)
            return
        for claim in self._claims[work]:
            wants = claim.wants[skill]
            if wants > 0.0:
                self._hire(claim, skill, source, wants, link.home)
        self._wanted[work] = 0.0

    def _divide(self, link: Commute, skill: i64, source: i64, number: float) -> None:
        """Divide scarce people of one pool among the claims of one basin by the rule."""
        i: i64
        work, i = link.work, 0
        claims, shares = self._claims[work], self._shares(link.work, skill, number)
        for claim in claims:
            if claim.wants[skill] > 0.0:
                share = shares[i]
                i += 1
                if share > 0.0:
                    self._hire(claim, skill, source, share, link.home)
                    self._wanted[work] -= share

    def _shares(self, work: i64, skill: i64, number: float) -> vec[float]:
        """Return what each claim that wants people gets of fewer than are wanted in a basin."""
        count: i64 = 0
        division = self._division
        weights, ranks = division.weights, division.ranks
        for claim in self._claims[work]:
            wants = claim.wants[skill]
            if wants > 0.0:
                weights[count], ranks[count] = wants, claim.rank
                count += 1
        if self._proportional:
            return division.shares_of(number, self._wanted[work], count)
        order = [claim.order for claim in self._claims[work] if claim.wants[skill] > 0.0]
        return in_turn(number, weights[:count], vec[float](order), ranks[:count])

    def _hire(
        self, claim: HiringClaim, skill: i64, source: i64, number: float, home: BasinPool
    ) -> None:
        """Give people of one pool to an employer."""
        claim.wants[skill] -= number
        self._register.take_on(claim, skill, source, number, home)
        home.hire_out(source, skill, number)
