"""Actors of packages outside, by the entry point ``bvsim.actors``.

This file is not compiled, so that their classes can stand on one of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from bvsim.schema.plugins import plugged
from bvsim.valley.cells.gigafactory import Gigafactory
from bvsim.valley.ground.books import Balance
from bvsim.valley.ground.calendar import Period
from bvsim.valley.ground.context import Context
from bvsim.valley.regions.wiring import Actors


class Actor:
    """An actor of a package outside, with the life of every other: subclass it.

    Parameters
    ----------
    ctx : Context
        Surroundings of the replication: time, books, trace, random streams.
    actors : Actors
        The markets.
    sites : sequence of Gigafactory
        By name.
    """

    name: ClassVar[str] = ""
    """Its name in tables: the entry point's."""

    def __init__(self, ctx: Context, actors: Actors, sites: Sequence[Gigafactory]) -> None:
        self.ctx, self.actors, self.sites = ctx, actors, sites

    def start(self) -> None:
        """Open accounts and register processes; constructors have no effect on others."""

    def act(self, period: Period) -> None:
        """Decide on a planning day, when all actors of the valley have."""

    def month_end(self, last: Period) -> None:
        """Book the month, before its books are closed."""

    def balances(self) -> Iterator[Balance]:
        """Yield accounts that close; each is checked in every replication."""
        yield from ()


_KINDS: Final = tuple(plugged("bvsim.actors", type).values())


def outside(ctx: Context, actors: Actors, sites: Sequence[Gigafactory]) -> tuple[Actor, ...]:
    """Return the actors of packages outside, by name; without such packages none."""
    return tuple(kind(ctx, actors, sites) for kind in _KINDS)
