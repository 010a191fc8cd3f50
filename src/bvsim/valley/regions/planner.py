"""The conditional activities: who gets what, once the events of a planning day are over.

The valley runs in three phases (Tocher 1963; Pidd 2004). *A*: time moves to the next event.
*B*: all that is bound to this instant happens; those are SimPy processes, each in the room
of its actor. *C*: what depends on how things stand is decided, here and nowhere else, by
one process that takes its turn on the first day of every period.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from bvsim.valley.cells.gigafactory import Gigafactory
from bvsim.valley.ground.calendar import Period
from bvsim.valley.ground.context import Context
from bvsim.valley.projects.stages import Events
from bvsim.valley.regions.outside import Actor
from bvsim.valley.regions.wiring import Actors


class Planner:
    """The one process in which people, orders, cathode material and feed are shared out.

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
        """Register the one process that plans for this region, and for those `beside` it."""
        self.ctx.env.process(self.plan((self, *beside)))

    def plan(self, planners: Sequence[Planner]) -> Events:
        """Go through the phases on the first day of every period, each phase in all regions."""
        regions = range(len(planners))
        for periods in zip(*[each.ctx.calendar.periods for each in planners], strict=True):
            yield from self._after_events_of(periods[0].start_day)
            for phase in PHASES:
                for i in regions:
                    phase(planners[i], periods[i])

    def _after_events_of(self, day: float) -> Events:
        """Wait for a day, and until nothing else is left to happen at its beginning."""
        env = self.ctx.env
        yield env.timeout(day - env.now)
        while env.peek() <= env.now:
            yield env.timeout(0.0)

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
