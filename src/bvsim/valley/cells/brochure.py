"""The announced plan as if it came true: blocks that do what the brochure says."""

from __future__ import annotations

from bvsim.schema.ramp import RampClass
from bvsim.schema.stages import Project, Shock
from bvsim.schema.unit import Timed
from bvsim.valley.cells.plan import PlanPath
from bvsim.valley.ground.calendar import Period
from bvsim.valley.ground.context import Context
from bvsim.valley.projects.block import Block
from bvsim.valley.projects.lines import Levels
from bvsim.valley.projects.stages import Events, Milestone, Owner, Pipeline


class BrochurePipeline(Pipeline):
    """A project that is in service on the day of its first announced step."""

    def __init__(
        self,
        spec: Project,
        entity: str,
        ctx: Context,
        shock: Shock,
        plan: PlanPath,
        *,
        owner: Owner | None = None,
    ) -> None:
        super().__init__(spec, entity, ctx, shock, owner=owner)
        self.plan = plan

    def _plan(self) -> list[Milestone]:
        day = self.plan.first_day
        return [Milestone(day, "in service", "announced", day)] if self.plan.days else []


class BrochureBlock(Block):
    """A block whose lines run at nameplate from the announced day on: every factor is one."""

    def __init__(
        self,
        *,
        entity: str,
        plan: PlanPath,
        ramp: RampClass,
        ctx: Context,
        pipeline: Pipeline,
    ) -> None:
        super().__init__(
            entity=entity,
            nameplate=max(plan.nameplates, default=0.0),
            lines=1,
            line_interval=Timed((), (0.0,)),
            ramp=ramp,
            ctx=ctx,
            pipeline=pipeline,
        )
        self.plan = plan
        self._made = 0.0

    def start(self) -> None:
        """Register the process that follows the plan's steps."""
        self.pipeline.start()
        self.ctx.env.process(self.release())

    def release(self) -> Events:
        """Put each announced step into service on its day."""
        for number, day in enumerate(self.plan.days, start=1):
            if day > self.ctx.clock.now:
                yield self.ctx.env.timeout(day - self.ctx.clock.now)
            before = self.plan.nameplates[number - 2] if number > 1 else 0.0
            self._add_line(number, self.plan.nameplates[number - 1] - before, "announced")

    @property
    def scrap(self) -> float:
        """Scrap at the mature level of the class."""
        return self.ramp.scrap_mature

    def levels(self, period: Period, repair_factor: float) -> Levels:
        """Return nameplate over scheduled time at every level."""
        years = period.scheduled_days / self.ctx.calendar.scheduled_days_per_year
        self._made = self.released * years
        return Levels(self._made, self._made, self._made, self._made)

    @property
    def due(self) -> float:
        """All that is announced is released."""
        return 1.0

    def run(self, used_share: float, period: Period, penalty: float) -> tuple[float, float]:
        """Make what nameplate says; return (started, good) units."""
        good = self._made * used_share
        return good / (1.0 - self.ramp.scrap_mature), good

    def planned(self, years: float) -> float:
        """Return nameplate in service."""
        return self.released
