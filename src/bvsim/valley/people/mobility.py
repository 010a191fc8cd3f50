"""Who would work where, and how many can be won in a month."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bvsim.valley.ground.rows import vec
from bvsim.valley.people.pools import GRADUATES, SOURCE_COUNT, BasinPool
from bvsim.valley.people.skills import SKILL_COUNT

if TYPE_CHECKING:
    from mypy_extensions import i64


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
        self._pools, self._contact = dict(pools), contact
        self._all: dict[tuple[str, str], Commute] = {}
        self._links: list[Commute] = []
        self._links_to: dict[int, list[Commute]] = {}
        self._last_works: i64 = 0
        self._last_links: list[Commute] = []
        """Where links were last asked for to, and these."""
        self._nearest: dict[str, list[Near]] = {}

    def update(self, share: dict[tuple[str, str], float]) -> None:
        """Take over a matrix by (home, workplace); own basins are served first."""
        self.share = share
        self._links = []
        self._links_to.clear()
        self._last_works, self._last_links = 0, []
        self._nearest.clear()
        for home, work in sorted(share, key=lambda pair: (pair[0] != pair[1], pair)):
            if share[home, work] > 0.0:
                link = self._all.get((home, work))
                if link is None:
                    link = Commute(self._pools[home], self._pools[work].index)
                    self._all[home, work] = link
                link.reach(share[home, work], self._contact)
                self._links.append(link)

    def links_to(self, works: i64) -> list[Commute]:
        """Return the links to some workplaces, in the order in which they are served.

        Parameters
        ----------
        works : int
            A bit for each basin, by its index.
        """
        if works != self._last_works:
            self._last_works, self._last_links = works, self._find_links(works)
        return self._last_links

    def _find_links(self, works: i64) -> list[Commute]:
        links = self._links_to.get(works)
        if links is None:
            links = [link for link in self._links if works >> link.work & 1]
            self._links_to[works] = links
        return links

    def nearest(self, work: str) -> list[Near]:
        """Return how much of each basin would work somewhere, the nearest basin first."""
        found = self._nearest.get(work)
        if found is None:
            self._nearest[work] = found = self._sorted(work)
        return found

    def _sorted(self, work: str) -> list[Near]:
        """Return all basins, those first of which most would work somewhere."""
        found = [
            Near(self.share.get((home, work), 0.0), pool) for home, pool in self._pools.items()
        ]
        found.sort(key=lambda near: (-near.share, near.pool.name))
        return found


class Near:
    """A basin, and the share of its people who would work somewhere."""

    __slots__ = ("pool", "share")

    def __init__(self, share: float, pool: BasinPool) -> None:
        self.share, self.pool = share, pool


class Commute:
    """One entry of the mobility matrix.

    Parameters
    ----------
    home : BasinPool
        The people of a basin.
    work : int
        Index of the basin of the workplaces.
    """

    __slots__ = ("_kept", "_rates", "home", "people", "work")

    def __init__(self, home: BasinPool, work: i64) -> None:
        self.home = home
        self.work: i64 = work
        self.people = home.here
        self._rates = vec[float]([0.0] * SOURCE_COUNT)
        """By source: share of the people that can be won in a month."""
        self._kept = vec[float]([0.0] * (SOURCE_COUNT * SKILL_COUNT))
        """Fractions of people kept from month to month, by source and skill."""

    def reach(self, share: float, contact: float) -> None:
        """Take over the share of the people who would work there."""
        for source in range(SOURCE_COUNT):
            self._rates[source] = share if source == GRADUATES else share * contact

    def won(self, number: float, source: i64, place: i64) -> float:
        """Return how many of `number` people of a source, who stand at a place, can be won."""
        kept = self._kept
        due = kept[place] + number * self._rates[source]
        count = float(int(due))
        kept[place] = due - count
        return count if count < number else number
