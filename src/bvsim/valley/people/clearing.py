"""One clearing of the labour market: who gets which people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bvsim.valley.people.pools import GRADUATES, SKILL_COUNT, BasinPool
from bvsim.valley.people.rules import Rule, allot

Take = Callable[[int, int, int, int, BasinPool], None]
"""Called with claimant, skill, source, number and pool before people are taken out of it."""


@dataclass
class HiringClaim:
    """What one employer still wants.

    Parameters
    ----------
    index : int
        The employer, as the market numbers them.
    basin : str
        Where it works.
    wants : list of int
        People wanted, by skill; reduced as they are found.
    order, rank : float
        Who is served first under rules other than proportional; breaks ties.
    imposed : bool
        Whether the wants are an observation, which the pools cannot refuse.
    """

    index: int
    basin: str
    wants: list[int]
    order: float
    rank: float
    imposed: bool = False


class Mobility:
    """Who would work where: the mobility matrix, and how many can be won in a month.

    Whole people follow from shares by cumulative rounding for each home, workplace,
    source and skill, so that few people in weak reach are won now and then rather
    than never.

    Parameters
    ----------
    contact : float
        Share of those in reach that hiring plants can win in a month; graduates of
        programmes look for the job themselves.
    pools : mapping of str to BasinPool
        By name of the basin.
    """

    def __init__(self, contact: float, pools: Mapping[str, BasinPool]) -> None:
        self.share: dict[tuple[str, str], float] = {}
        self._pools, self._contact = pools, contact
        self._links: list[Commute] = []
        self._links_to: dict[frozenset[str], list[Commute]] = {}
        self._nearest: dict[str, list[tuple[float, BasinPool]]] = {}
        self._kept: dict[tuple[str, str], list[list[float]]] = {}

    def update(self, share: dict[tuple[str, str], float]) -> None:
        """Take over a matrix by (home, workplace); own basins are served first."""
        self.share = share
        self._links = []
        self._links_to.clear()
        self._nearest.clear()
        for home, work in sorted(share, key=lambda pair: (pair[0] != pair[1], pair)):
            if share[home, work] > 0.0:
                rates = [share[home, work] * self._contact] * 4
                rates[GRADUATES] = share[home, work]
                kept = self._kept.setdefault((home, work), [[0.0] * SKILL_COUNT for _ in rates])
                self._links.append(Commute(self._pools[home], work, rates, kept))

    def links_to(self, works: Iterable[str]) -> list[Commute]:
        """Return the links to some workplaces, in the order in which they are served."""
        key = frozenset(works)
        links = self._links_to.get(key)
        if links is None:
            links = self._links_to[key] = [link for link in self._links if link.work in key]
        return links

    def nearest(self, work: str) -> list[tuple[float, BasinPool]]:
        """Return how much of each basin would work somewhere, the nearest basin first."""
        found = self._nearest.get(work)
        if found is None:
            shares = [(self.share.get((home, work), 0.0), home) for home in self._pools]
            shares.sort(key=lambda pair: (-pair[0], pair[1]))
            found = self._nearest[work] = [(share, self._pools[home]) for share, home in shares]
        return found


class Commute:
    """One entry of the mobility matrix.

    Parameters
    ----------
    home : BasinPool
        The people of a basin.
    work : str
        Basin of the workplaces.
    rates : list of float
        By source: share of the people that can be won in a month.
    kept : list of list of float
        Fractions of people kept from month to month, by source and skill.
    """

    __slots__ = ("_kept", "_rates", "home", "people", "work")

    def __init__(
        self, home: BasinPool, work: str, rates: list[float], kept: list[list[float]]
    ) -> None:
        self.home, self.work = home, work
        self.people = home.people
        self._rates, self._kept = rates, kept

    def won(self, number: int, source: int, skill: int) -> int:
        """Return how many of `number` people can be won."""
        kept = self._kept[source]
        due = kept[skill] + number * self._rates[source]
        count = int(due)
        kept[skill] = due - count
        return count if count < number else number


class Clearing:
    """Shares the people of all basins among claims, skill by skill, source by source.

    Employers are served from their own basin first, then from the others.

    Parameters
    ----------
    reach : Mobility
        Who can be won.
    rule : {"proportional", "by-pay", "first-come"}
        How scarce people are shared.
    take : callable
        Told of everyone who is taken.
    """

    def __init__(self, reach: Mobility, rule: Rule, take: Take) -> None:
        self._reach, self._rule, self._take = reach, rule, take

    def settle(self, claims: Sequence[HiringClaim]) -> None:
        """Take people out of the pools for the claims, and reduce these."""
        for skill in range(SKILL_COUNT):
            by_work: dict[str, list[HiringClaim]] = {}
            for claim in claims:
                if claim.wants[skill]:
                    by_work.setdefault(claim.basin, []).append(claim)
            links = self._reach.links_to(by_work) if by_work else []
            for source in range(4):
                if by_work:
                    self._settle_source(links, by_work, skill, source)

    def _settle_source(
        self,
        links: Sequence[Commute],
        by_work: dict[str, list[HiringClaim]],
        skill: int,
        source: int,
    ) -> None:
        """Serve claims from one source, own basins first; drop those that are satisfied."""
        for link in links:
            here = link.people[source][skill]
            if not here:
                continue
            claims = by_work.get(link.work)
            number = link.won(here, source, skill) if claims else 0
            if not (claims and number):
                continue
            self._share_out(claims, skill, source, number, link.home)
            left = [claim for claim in claims if claim.wants[skill]]
            if left:
                by_work[link.work] = left
                continue
            del by_work[link.work]
            if not by_work:
                return

    def _share_out(
        self, claims: Sequence[HiringClaim], skill: int, source: int, number: int, home: BasinPool
    ) -> None:
        """Share people of one pool among the claims of one basin."""
        if len(claims) == 1:
            wants = claims[0].wants[skill]
            given = [number if number < wants else wants]
        else:
            given = self._divide(number, claims, skill)
        for claim, count in zip(claims, given, strict=True):
            if count:
                claim.wants[skill] -= count
                self._take(claim.index, skill, source, count, home)
                home.hire_out(source, skill, count)

    def _divide(self, number: int, claims: Sequence[HiringClaim], skill: int) -> list[int]:
        """Divide people of one skill among claims by the rule."""
        return allot(
            number,
            [claim.wants[skill] for claim in claims],
            self._rule,
            [claim.order for claim in claims],
            [claim.rank for claim in claims],
        )
