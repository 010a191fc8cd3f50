"""The conditional activities: who gets what, once the events of a planning day are over.

The valley runs in three phases (Tocher 1963; Pidd 2004). *A*: time moves to the next event.
*B*: all that is bound to this instant happens; those are SimPy processes, each in the room
of its actor. *C*: what depends on how things stand is decided, here and nowhere else, by
one planner that takes its turn on the first day of every period.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from bvsim.valley.cells.gigafactory import Gigafactory
from bvsim.valley.ground.calendar import Period
from bvsim.valley.ground.clock import Due, Waiting
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.rows import i64
from bvsim.valley.regions.outside import Actor
from bvsim.valley.regions.wiring import Actors


class Planner(Waiting):
    """The one in which people, orders, cathode material and feed are shared out.

    Parameters
    ----------
    sites : sequence of Gigafactory
        By name.
    actors : Actors
        The markets.
    ctx : Context
        Surroundings of the replication.
    outside : sequence of Actor
        Actors of packages outside, by name.
    """

    def __init__(
        self,
        sites: Sequence[Gigafactory],
        actors: Actors,
        ctx: Context,
        outside: Sequence[Actor] = (),
    ) -> None:
        self.actors, self.ctx = actors, ctx
        self.sites, self.outside = list(sites), list(outside)
        self.periods = list(ctx.calendar.periods)
        self._planners: list[Planner] = [self]
        self._turn: i64 = 0
        self._due = Due(self)

    def start(self, beside: Sequence[Planner] = ()) -> None:
        """Wait for the first planning day, of this region and of those `beside` it.

        Raises
        ------
        ValueError
            When not all regions have as many periods.
        """
        self._planners = [self, *beside]
        if any(len(each.periods) != len(self.periods) for each in beside):
            raise ValueError("regions have other periods than those beside them")
        self._wait()

    def _wait(self) -> None:
        if self._turn < len(self.periods):
            clock = self.ctx.clock
            clock.wait(self.periods[self._turn].start_day - clock.now, self._due)

    def take_turn(self) -> None:
        """Go through the phases, each in all regions, once nothing else is left to happen."""
        clock = self.ctx.clock
        if clock.next_day <= clock.now:
            clock.wait(0.0, self._due)
            return
        self._go_through_phases(self._turn)
        self._turn += 1
        self._wait()

    def _go_through_phases(self, turn: i64) -> None:
        """Do what `PHASES` names, called by name: through a list each call would cost more."""
        planners = self._planners
        for each in planners:
            each.ask_people(each.periods[turn])
        for each in planners:
            each.place_orders(each.periods[turn])
        for each in planners:
            each.share_people(each.periods[turn])
        for each in planners:
            each.ask_cathode(each.periods[turn])
        for each in planners:
            each.share_cathode(each.periods[turn])
        for each in planners:
            each.make_cells(each.periods[turn])
        for each in planners:
            each.make_cathode(each.periods[turn])
        for each in planners:
            each.share_feed(each.periods[turn])
        for each in planners:
            each.act_outside(each.periods[turn])

    # -- the phases, in their order ----------------------------------------------------

    def ask_people(self, period: Period) -> None:
        """Plants tell the labour market what they plan to run, if that has changed."""
        for site in self.sites:
            site.ask_people()
        for plant in self.actors.cathode.plants:
            plant.ask_people()

    def place_orders(self, period: Period) -> None:
        """Customers order from every site that has a line in service."""
        self.actors.demand.order(period)
        if self.actors.storage is not None:
            self.actors.storage.order(period)

    def share_people(self, period: Period) -> None:
        """Each month people leave, move and are hired, for all plants together."""
        self.actors.labour.clear(period)

    def ask_cathode(self, period: Period) -> None:
        """Sites work out what lines, people and orders allow, and ask for cathode material."""
        for site in self.sites:
            site.ask_cathode(period)

    def share_cathode(self, period: Period) -> None:
        """Local cathode material is shared, imports are ordered, limits are set."""
        self.actors.cathode.clear(period)

    def make_cells(self, period: Period) -> None:
        """Sites start cells within all limits, learn, deliver, and post the ledger."""
        for site in self.sites:
            site.produce(period)

    def make_cathode(self, period: Period) -> None:
        """Makers of precursor and cathode material produce for the calls they expect."""
        self.actors.cathode.produce(period)

    def share_feed(self, period: Period) -> None:
        """Each month recyclers decide, and the region's feed is shared among their gates."""
        self.actors.recycling.process(period)

    def act_outside(self, period: Period) -> None:
        """Actors of packages outside decide."""
        for actor in self.outside:
            actor.act(period)


PHASES: Final[tuple[Callable[[Planner, Period], None], ...]] = (
    Planner.ask_people,
    Planner.place_orders,
    Planner.share_people,
    Planner.ask_cathode,
    Planner.share_cathode,
    Planner.make_cells,
    Planner.make_cathode,
    Planner.share_feed,
    Planner.act_outside,
)
"""The phases of a planning day: markets clear for all at once, so that no plant comes first."""
