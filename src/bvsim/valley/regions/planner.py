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
from bvsim.valley.ground.context import Context
from bvsim.valley.regions.outside import Actor
from bvsim.valley.regions.wiring import Actors


class Planner:
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
        self.sites, self.actors, self.ctx, self.outside = sites, actors, ctx, outside

    def start(self, beside: Sequence[Planner] = ()) -> None:
        """Wait for the first planning day, of this region and of those `beside` it."""
        self._planners = [self, *beside]
        calendars = [each.ctx.calendar.periods for each in self._planners]
        self._turns: list[tuple[Period, ...]] = list(zip(*calendars, strict=True))
        self._turn = 0
        self._wait()

    def _wait(self) -> None:
        if self._turn < len(self._turns):
            clock = self.ctx.clock
            clock.after(self._turns[self._turn][0].start_day - clock.now, self.take_turn)

    def take_turn(self) -> None:
        """Go through the phases, each in all regions, once nothing else is left to happen."""
        clock = self.ctx.clock
        if clock.next_day <= clock.now:
            clock.after(0.0, self.take_turn)
            return
        periods, planners = self._turns[self._turn], self._planners
        for phase in PHASES:
            for i, planner in enumerate(planners):
                phase(planner, periods[i])
        self._turn += 1
        self._wait()

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
