"""What every actor of one replication is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bvsim.valley.ground.books import Books, Trace
from bvsim.valley.ground.calendar import Calendar
from bvsim.valley.ground.clock import Clock
from bvsim.valley.ground.environment import Environment
from bvsim.valley.ground.streams import Streams
from bvsim.valley.ground.undisturbed import Undisturbed


@dataclass(frozen=True)
class Context:
    """The shared surroundings of the actors of one replication.

    Parameters
    ----------
    env : Environment
        Where processes and events of SimPy are made.
    clock : Clock
        Its time in days since the start, and its agenda.
    calendar : Calendar
        Periods, months and dates.
    streams : Streams
        Random streams by name.
    books, trace : Books, Trace
        Where quantities and dated events are recorded.
    as_of_day : float
        Day since the start up to which facts are imposed.
    lifts : frozenset of str
        Constraints that are lifted, as `causes.LIFTS` names them.
    before : mapping of str to Undisturbed
        Figures of blocks before settings of the scenario; a block that is not there has
        none changed.
    lift_day : float
        Day since the start from which they are: `as_of`, or the first day in the plan's
        own scenario.
    """

    env: Environment
    clock: Clock
    calendar: Calendar
    streams: Streams
    books: Books
    trace: Trace
    as_of_day: float
    lifts: frozenset[str] = frozenset()
    lift_day: float = 0.0
    before: Mapping[str, Undisturbed] = field(default_factory=dict)

    def lifted(self, constraint: str) -> bool:
        """Tell whether a constraint is lifted now."""
        return constraint in self.lifts and self.clock.now >= self.lift_day
