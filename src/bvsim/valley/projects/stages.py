"""The way of a project from permit to start of production (SOP), and what may stop it."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from dataclasses import fields
from datetime import date
from typing import Final, NamedTuple, Protocol

import simpy

from bvsim.schema.stages import Project, Shock, Stage, Stages
from bvsim.valley.ground.calendar import DAYS_PER_MONTH, DAYS_PER_YEAR
from bvsim.valley.ground.clock import IN_TURN
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.luck import shocked_uniform
from bvsim.valley.ground.streams import Stream

STAGE_NAMES: Final = tuple(field.name for field in fields(Stages))

DECIDED: Final = "construction"
"""The stage that an expansion enters only once it is decided."""

_COMMITTED: Final = frozenset({DECIDED, "equipment", "commissioning", "in service"})

_EVENTS: Final = {"in service": "SOP", **{name: f"{name} begins" for name in STAGE_NAMES}}

AT_ONCE: Final = IN_TURN - 1
"""The priority with which SimPy begins its processes."""

Events = Generator[simpy.Event, object, None]


class Milestone(NamedTuple):
    """A dated step of a project: the state it enters and why.

    `expected_sop_day` is what those who plan know from that day on; `size` is the
    project's size relative to its nameplate.
    """

    day: float
    state: str
    cause: str
    expected_sop_day: float
    size: float = 1.0

    def later(self, days: float) -> Milestone:
        """Return the milestone some days later."""
        if days <= 0.0:
            return self
        return self._replace(day=self.day + days, expected_sop_day=self.expected_sop_day + days)


class Itinerary:
    """All milestones of one project, from its figures, its facts and its luck.

    Parameters
    ----------
    spec : Project
        Drawn figures and facts.
    as_of_day : float
        Nothing unknown then stops a project before this day.
    fact_day : callable
        Day of a date that is known by `as_of`, else None.
    stops : Stream
        The luck of stops.
    shock : Shock
        The common industry shock.
    """

    def __init__(
        self, spec: Project, as_of_day: float, facts: FactDays, stops: Stream, shock: Shock
    ) -> None:
        self.spec, self.as_of_day, self.facts, self.stops = spec, as_of_day, facts, stops
        self.size = 1.0
        first = stops.uniform()
        self.patience = -math.log(shocked_uniform(first, shock)) if stops.random else math.inf

    def milestones(self) -> Iterator[Milestone]:
        """Yield the milestones in their order; the last is SOP or a cancellation."""
        day, left = self.spec.begins, [self._stage(name) for name in STAGE_NAMES]
        for index, stage in enumerate(left):
            name, after = STAGE_NAMES[index], sum(s.duration for s in left[index + 1 :])
            done = self.facts.day(stage.done)
            length = stage.duration * DAYS_PER_MONTH
            if done is not None:
                day, length = done, 0.0
            expected = day + length + after * DAYS_PER_MONTH
            yield Milestone(day, name, "stage before is over", expected, self.size)
            if done is not None:
                continue
            for milestone in self._pass(stage, name, day, length, after * DAYS_PER_MONTH):
                yield milestone
                if milestone.state == "cancelled":
                    return
                day, length = milestone.day, milestone.expected_sop_day - milestone.day
                length -= after * DAYS_PER_MONTH
            day = (
                max(day + length, self.as_of_day) if day + length < self.as_of_day else day + length
            )
        yield Milestone(day, "in service", "commissioned", day, self.size)

    def _stage(self, name: str) -> Stage:
        stage: Stage = getattr(self.spec.stages, name)
        return stage

    def _pass(
        self, stage: Stage, name: str, day: float, length: float, after: float
    ) -> Iterator[Milestone]:
        """Yield the stops of one stage, each with what follows from it."""
        hazard = stage.stop_hazard / DAYS_PER_YEAR
        while True:
            exposed_from = max(day, self.as_of_day)
            exposed = max(0.0, day + length - exposed_from) * hazard
            if exposed < self.patience:
                self.patience -= exposed
                return
            stop_day = exposed_from + self.patience / hazard
            length = day + length - stop_day
            fate = self.stops.uniform()
            rules = self.spec.stops
            self.patience = -math.log1p(-self.stops.uniform())
            if fate < rules.cancelled:
                yield Milestone(stop_day, "cancelled", "stop hazard", math.inf, self.size)
                return
            if fate < rules.cancelled + rules.downsized:
                self.size *= rules.downsize_factor
                day, cause = stop_day, "downsized"
            else:
                yield Milestone(stop_day, "suspended", "stop hazard", math.inf, self.size)
                day, cause = self._resume_day(stop_day), "resumed at a review"
                if day == math.inf:
                    return
            yield Milestone(day, name, cause, day + length + after, self.size)

    def _resume_day(self, stop_day: float) -> float:
        """Return the day of the review that resumes a suspended project (geometric)."""
        resume = self.spec.stops.resume
        if resume <= 0.0:
            return math.inf
        u = self.stops.uniform()
        looks = math.ceil(math.log(u) / math.log1p(-resume)) if resume < 1.0 else 1
        return stop_day + max(1, looks) * self.spec.stops.review * DAYS_PER_MONTH


class FactDays(NamedTuple):
    """Days of dates, as far as they are known by `as_of`."""

    ctx: Context

    def day(self, when: date | None) -> float | None:
        """Return the day of a date that is a fact by `as_of`, else None."""
        if when is None:
            return None
        day = self.ctx.calendar.day(when)
        return day if day <= self.ctx.as_of_day else None


class Owner(Protocol):
    """Whose project it is."""

    def note_change(self) -> None:
        """Take note that the project has changed."""

    def decides(self) -> bool:
        """Tell whether an expansion is decided now."""

    def gives_up(self) -> bool:
        """Tell whether it never can be."""


class Unasked:
    """An owner who builds what is planned, and need not know how it stands."""

    def note_change(self) -> None:
        """Nothing follows."""

    def decides(self) -> bool:
        """Decide at once."""
        return True

    def gives_up(self) -> bool:
        """Never give up."""
        return False


class Pipeline:
    """One project, which walks through its itinerary.

    Parameters
    ----------
    spec : Project
        Drawn figures and facts.
    entity : str
        Name of the block, such as ``alpha.block-2``.
    ctx : Context
        Surroundings of the replication.
    shock : Shock
        The common industry shock.
    announced_day : float
        Day of the announced release, used when delay is lifted (infinite: none).
    owner : Owner, optional
        Told of every change, and asked to decide on an expansion.

    Attributes
    ----------
    state : str
        ``planned``, a stage's name, ``in service``, ``suspended`` or ``cancelled``.
    sop_day, expected_sop_day : float
        Day of SOP (infinite until then); the day expected now (infinite when stopped).
    size : float
        Size relative to the project's nameplate, below one after downsizing.
    opened : simpy.Event
        Succeeds at SOP.
    """

    def __init__(
        self,
        spec: Project,
        entity: str,
        ctx: Context,
        shock: Shock,
        announced_day: float = math.inf,
        *,
        owner: Owner | None = None,
    ) -> None:
        self.spec, self.entity, self.ctx, self.shock = spec, entity, ctx, shock
        self.announced_day = announced_day
        self.owner: Owner = owner or Unasked()
        self.state = "planned"
        self.size = 1.0
        self.sop_day = math.inf
        self.expected_sop_day = math.inf
        self.opened = ctx.env.event()
        self._closed = self._undecided = False
        self._ahead, self._shift = 0, 0.0
        """Position of the next state in the itinerary, and by how many days a decision was late."""

    def start(self) -> None:
        """Put the beginning down: it comes before all else that is put down for the first day."""
        self._itinerary = self._plan()
        self.ctx.clock.put(0.0, AT_ONCE, self.begin)

    @property
    def committed(self) -> bool:
        """True once construction was decided, unless the project was stopped since."""
        return self.state in _COMMITTED

    @property
    def standing(self) -> bool:
        """True while the project is neither cancelled nor suspended."""
        return self.state not in ("cancelled", "suspended")

    def begin(self) -> None:
        """Let those who plan know when SOP is expected; enter what is due at the start."""
        self.expected_sop_day = self._itinerary[0].expected_sop_day
        self.owner.note_change()
        self._undecided = self.spec.decision is not None and "delay" not in self.ctx.lifts
        self._go_on()

    def _go_on(self) -> None:
        """Enter the states of the itinerary that are due, and put the next one down."""
        clock = self.ctx.clock
        while self._ahead < len(self._itinerary):
            wait = self._itinerary[self._ahead].later(self._shift).day - clock.now
            if wait > 0.0:
                clock.after(wait, self.arrive)
                return
            if not self._enters():
                return

    def arrive(self) -> None:
        """Enter the next state on its day, or after a review; go on from there."""
        if self._enters():
            self._go_on()

    def _enters(self) -> bool:
        """Enter the next state, if the project may; tell whether it did."""
        planned, now = self._itinerary[self._ahead], self.ctx.clock.now
        milestone = planned.later(self._shift)
        if self._undecided and milestone.state == DECIDED:
            if self._puts_off():
                return False
            self._undecided = False
            self._shift += now - milestone.day
            milestone = planned.later(self._shift)
        if self._closed or self.state == "cancelled":
            return False
        self._enter(milestone)
        self._ahead += 1
        return True

    def _puts_off(self) -> bool:
        """Tell whether an expansion is not decided yet; then it is reviewed again, or given up.

        It is once what the site achieved and what demand covers speak for it.
        """
        if self._closed or self.owner.decides():
            return False
        assert self.spec.decision is not None
        now = self.ctx.clock.now
        if self.owner.gives_up():
            cause = "the block before it was given up"
            self._enter(Milestone(now, "cancelled", cause, math.inf, self.size))
            return True
        if self.state != "undecided":
            self._enter(Milestone(now, "undecided", "review", math.inf, self.size))
        self.ctx.clock.after(self.spec.decision.review * DAYS_PER_MONTH, self.arrive)
        return True

    def close(self) -> None:
        """Stop the project because its site is closed."""
        self.owner.note_change()
        self._closed = True
        self.state = "cancelled"
        self.expected_sop_day = math.inf

    def reopen(self, share: float) -> None:
        """Go on after a stop with a share of the nameplate: what had opened stays so."""
        self.state, self.size = "in service", self.size * share
        self.expected_sop_day = self.sop_day
        self.owner.note_change()

    def _plan(self) -> list[Milestone]:
        facts = FactDays(self.ctx)
        cancelled, started = facts.day(self.spec.cancelled), facts.day(self.spec.started)
        if cancelled is not None:
            return [Milestone(cancelled, "cancelled", "fact", math.inf)]
        if started is not None:
            return [Milestone(started, "in service", "fact", started)]
        if self.spec.sop is not None:
            day = max(self.spec.sop, self.ctx.as_of_day)
            return [Milestone(day, "in service", "date given by the scenario", day)]
        stops = self.ctx.streams.stream(self.entity, "stops")
        itinerary = Itinerary(self.spec, self.ctx.as_of_day, facts, stops, self.shock)
        return self._without_delay(list(itinerary.milestones()))

    def _without_delay(self, milestones: list[Milestone]) -> list[Milestone]:
        """Bring SOP forward to the announced day when delay is lifted.

        Overdue blocks open at `as_of`; stopped ones stay stopped.
        """
        last = milestones[-1]
        day = max(self.announced_day, self.ctx.as_of_day)
        if "delay" not in self.ctx.lifts or last.state != "in service" or day >= last.day:
            return milestones
        return [last._replace(day=day, cause="delay lifted", expected_sop_day=day)]

    def _enter(self, milestone: Milestone) -> None:
        self.owner.note_change()
        self.state, self.size = milestone.state, milestone.size
        self.expected_sop_day = milestone.expected_sop_day
        if milestone.state == "in service":
            self.sop_day = milestone.day
            self.opened.succeed()
        smaller = milestone.size < 1.0
        self.ctx.trace.log(
            day=milestone.day,
            entity=self.entity,
            event=_EVENTS.get(milestone.state, milestone.state),
            cause=milestone.cause,
            value=milestone.size if smaller else math.nan,
            unit="of nameplate" if smaller else "",
        )
