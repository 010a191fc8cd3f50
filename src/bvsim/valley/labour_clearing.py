"""One clearing of the labour market: who gets which people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bvsim.valley.labour_pools import GRADUATES, SKILL_COUNT, BasinPool, Mover
from bvsim.valley.labour_rules import Rule, allot

Take = Callable[[int, int, int, int], None]
"""Called with claimant, skill, source and number when people are taken."""


@dataclass
class Claim:
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


@dataclass
class Reach:
    """Whole people of a basin who can be won for another one in a month.

    Fractions are kept from month to month, so that few people in weak reach are
    won now and then rather than never.
    """

    share: dict[tuple[str, str], float]
    contact: float
    _carry: dict[tuple[str, str, int, int], Mover] = field(default_factory=dict)

    def people(self, number: int, home: str, work: str, source: int, skill: int) -> int:
        """Return how many of `number` people can be won."""
        share = self.share.get((home, work), 0.0)
        if source != GRADUATES:
            share *= self.contact
        if share <= 0.0:
            return 0
        if share >= 1.0:
            return number
        key = (home, work, source, skill)
        mover = self._carry.get(key)
        if mover is None:
            mover = self._carry[key] = Mover()
        return min(number, max(0, mover.whole(number * share)))


class Clearing:
    """Shares the people of all basins among claims, skill by skill, source by source.

    Employers are served from their own basin first, then from the others.

    Parameters
    ----------
    pools : mapping of str to BasinPool
        By name of the basin, in the order of names.
    reach : Reach
        Who can be won.
    rule : {"proportional", "by-pay", "first-come"}
        How scarce people are shared.
    take : callable
        Told of everyone who is taken.
    """

    def __init__(
        self, pools: Mapping[str, BasinPool], reach: Reach, rule: Rule, take: Take
    ) -> None:
        self._pools = sorted(pools.items())
        self._reach, self._rule, self._take = reach, rule, take

    def settle(self, claims: Sequence[Claim]) -> None:
        """Take people out of the pools for the claims, and reduce these."""
        for skill in range(SKILL_COUNT):
            open_claims = [claim for claim in claims if claim.wants[skill]]
            for source in range(4):
                if not open_claims:
                    break
                for own in (True, False):
                    self._pass(open_claims, skill, source, own=own)
                open_claims = [claim for claim in open_claims if claim.wants[skill]]

    def _pass(self, claims: Sequence[Claim], skill: int, source: int, *, own: bool) -> None:
        works = sorted({claim.basin for claim in claims if claim.wants[skill]})
        for home, pool in self._pools:
            if not pool.people[source][skill]:
                continue
            for work in works:
                if (work == home) == own:
                    near = [c for c in claims if c.basin == work and c.wants[skill]]
                    self._share_out(near, pool, skill, source)

    def _share_out(self, claims: Sequence[Claim], pool: BasinPool, skill: int, source: int) -> None:
        number = pool.people[source][skill]
        if not number or not claims:
            return
        number = self._reach.people(number, pool.name, claims[0].basin, source, skill)
        if not number:
            return
        given = self.share(number, claims, skill)
        for claim, count in zip(claims, given, strict=True):
            if count:
                pool.take(source, skill, count)
                if pool.account is not None:
                    pool.account.now[5] += count
                claim.wants[skill] -= count
                self._take(claim.index, skill, source, count)

    def share(self, number: int, claims: Sequence[Claim], skill: int) -> list[int]:
        """Divide people of one skill among claims by the rule."""
        return allot(
            number,
            [claim.wants[skill] for claim in claims],
            self._rule,
            [claim.order for claim in claims],
            [claim.rank for claim in claims],
        )
