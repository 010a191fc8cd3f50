"""Building the sites of a valley: each with its blocks, its plan and what was observed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bvsim.schema.model import Model
from bvsim.schema.plan import JobStep, Plan
from bvsim.schema.ramp import RampClass
from bvsim.schema.site import CellBlock, Site
from bvsim.schema.storage import StorageSpec
from bvsim.valley.cathode.market import CathodeMarket
from bvsim.valley.cells.block import SiteBlock
from bvsim.valley.cells.brochure import BrochureBlock, BrochurePipeline
from bvsim.valley.cells.energy import EnergyMeter
from bvsim.valley.cells.expansion import BlockOwner, SiteProjects
from bvsim.valley.cells.fates import Fates
from bvsim.valley.cells.gigafactory import Gigafactory
from bvsim.valley.cells.money import SitePurse
from bvsim.valley.cells.observed import ObservedBlock
from bvsim.valley.cells.partners import SiteWiring
from bvsim.valley.cells.plan import PlanPath
from bvsim.valley.cells.process import InProcess
from bvsim.valley.cells.review import Reviews
from bvsim.valley.cells.storage import StorageLines, StorageWiring
from bvsim.valley.ground.calendar import Calendar
from bvsim.valley.ground.context import Context
from bvsim.valley.orders.market import Demand
from bvsim.valley.orders.storage import StorageMarket
from bvsim.valley.people.market import LabourMarket
from bvsim.valley.projects.block import Block
from bvsim.valley.projects.line_curve import LineCurve, solve
from bvsim.valley.projects.stages import Pipeline
from bvsim.valley.returns.absent import Returns

CELLS: Final = "cells"


@dataclass(frozen=True)
class Actors:
    """The markets that sites deal with."""

    labour: LabourMarket
    cathode: CathodeMarket
    demand: Demand
    recycling: Returns
    storage: StorageMarket | None


@dataclass(frozen=True)
class Plans:
    """The announced nameplates of the plan in force, by block (`SITE.BLOCK`), and its jobs."""

    paths: dict[str, PlanPath]
    nothing: PlanPath
    jobs: Mapping[str, Mapping[str, JobStep]]

    @classmethod
    def of(cls, plan: Plan | None, calendar: Calendar) -> Plans:
        """Return the paths of a plan; without one nothing was announced."""
        blocks = plan.blocks if plan is not None else {}
        paths = {name: PlanPath(steps, calendar) for name, steps in sorted(blocks.items())}
        return cls(paths, PlanPath({}, calendar), plan.jobs if plan is not None else {})

    def of_block(self, entity: str) -> PlanPath:
        """Return what was announced of a block."""
        return self.paths.get(entity, self.nothing)


def heads_facts(site: Site, ctx: Context) -> list[tuple[float, float]]:
    """Return the staff observed by `as_of`: (day, heads), ascending."""
    day = ctx.calendar.day
    known = [r for r in site.heads.values() if day(r.known_from) <= ctx.as_of_day]
    return sorted((day(reading.on), reading.heads) for reading in known)


def first_start(site: Site, ctx: Context) -> float:
    """Return the day on which a site's first block started, as known by `as_of`; else infinity."""
    facts = [ctx.calendar.day(b.project.started) for b in site.blocks.values() if b.project.started]
    return min((day for day in facts if day <= ctx.as_of_day), default=math.inf)


class SiteBuilder:
    """Builds the gigafactories of one replication.

    Parameters
    ----------
    model : Model
        Drawn figures.
    plans : Plans
        Announced nameplates by block.
    actors : Actors
        The markets.
    ctx : Context
        Surroundings of the replication.
    past : Calendar
        Periods up to `as_of` at least, whenever the simulation ends: the past is fitted
        whole.
    """

    def __init__(
        self, model: Model, plans: Plans, actors: Actors, ctx: Context, *, past: Calendar
    ) -> None:
        self.model, self.plans, self.actors, self.ctx = model, plans, actors, ctx
        self.past = past

    def build(self, name: str, site: Site) -> Gigafactory:
        """Return one site, wired to the markets."""
        model, ctx, actors = self.model, self.ctx, self.actors
        recipe = model.materials.recipes[site.chemistry]
        heads = [] if model.announced else heads_facts(site, ctx)
        opened = first_start(site, ctx)
        workforce = actors.labour.employ(name, site.basin, site.staffing, heads, opened)
        fates = Fates(name, model.fates, model.shock, ctx)
        process = InProcess(
            site=name,
            recipe=recipe,
            production=model.production,
            in_cell=model.materials.in_cell,
            gate=actors.recycling,
            clock=ctx.clock,
        )
        wiring = SiteWiring(
            workforce=workforce,
            buyer=actors.cathode.buyer(name, site.chemistry),
            orders=actors.demand.order_book(name),
            purse=SitePurse(
                name,
                model.money,
                ctx,
                patience=fates.support_patience(),
                storage=self._storage_cells(name),
            ),
            meter=EnergyMeter(name, model.energy, ctx, grid_connection_mw=site.grid_connection),
            process=process,
        )
        projects = SiteProjects(name, actors.demand, ctx)
        build = self._brochure if model.announced else self._blocks
        return Gigafactory(
            name=name,
            ramp=site.ramp,
            blocks=tuple(build(name, site, projects)),
            projects=projects,
            wiring=wiring,
            fates=fates,
            remains=model.money.closure.remains,
            ctx=ctx,
            closes=site.closes,
            then=site.then,
            reviews=self._reviews(name, wiring.purse),
        )

    def _storage_cells(self, name: str) -> str:
        """Return the class of costs of a site's cells for storage; empty where it makes none."""
        spec = self.model.storage
        return spec.cells if spec is not None and name in spec.sites else ""

    def _reviews(self, name: str, purse: SitePurse) -> Reviews | None:
        """Return when a site decides on lines without orders; None where it never does."""
        spec = self.model.storage
        if spec is None:
            return None
        return Reviews(name, spec.review, self._storage(name, spec), purse, self.ctx)

    def _storage(self, name: str, spec: StorageSpec) -> StorageLines | None:
        """Return where lines of a site can be given to; None where they cannot."""
        model, market = self.model, self.actors.storage
        if name not in spec.sites or model.announced or market is None:
            return None
        process = InProcess(
            site=name,
            recipe=model.materials.recipes[spec.chemistry],
            production=model.production,
            in_cell=model.materials.in_cell,
            gate=self.actors.recycling,
            clock=self.ctx.clock,
        )
        room = model.demand.finished / self.ctx.calendar.scheduled_days_per_year
        wiring = StorageWiring(
            market=market,
            orders=market.order_book(name, room),
            buyer=self.actors.cathode.buyer(f"{name}:storage", spec.chemistry),
            process=process,
        )
        return StorageLines(spec.conversion, wiring, self.ctx)

    def _blocks(self, name: str, site: Site, projects: SiteProjects) -> Iterator[SiteBlock]:
        elders: tuple[Block, ...] = ()
        for label, spec in sorted(site.blocks.items()):
            owner = BlockOwner(projects, spec.project.decision, elders, spec.nameplate)
            block = self._block(f"{name}.{label}", site, spec, elders, owner)
            observed = self._observed(site, spec, block)
            yield SiteBlock(
                block=block,
                plan=self.plans.of_block(block.entity),
                observed=observed,
                ctx=self.ctx,
                first_sales_months=spec.first_sales,
                closes=spec.closes,
            )
            elders = (*elders, block)

    def _block(
        self,
        entity: str,
        site: Site,
        spec: CellBlock,
        elders: tuple[Block, ...],
        owner: BlockOwner,
    ) -> Block:
        announced = self.plans.of_block(entity).first_day
        pipeline = Pipeline(
            spec.project, entity, self.ctx, self.model.shock, announced, owner=owner
        )
        return Block(
            entity=entity,
            nameplate=spec.nameplate,
            lines=spec.lines,
            line_interval=spec.line_interval,
            ramp=site.ramp,
            ctx=self.ctx,
            pipeline=pipeline,
            elders=elders,
        )

    def _observed(self, site: Site, spec: CellBlock, block: Block) -> ObservedBlock | None:
        """Return what was observed of a block; None when no output was by `as_of`."""
        calendar, as_of = self.ctx.calendar, self.ctx.as_of_day
        started = spec.project.started
        known = any(calendar.day(w.known_from) <= as_of for w in spec.output.values())
        if started is None or calendar.day(started) > as_of or not known:
            return None
        curve = self._past_curve(site.ramp, block, calendar.day(started))
        before = block.before.ramp
        same = before == site.ramp
        usual = curve if same else self._past_curve(before, block, calendar.day(started))
        return ObservedBlock(
            spec=spec,
            ramp=site.ramp,
            availability=block.availability,
            yield_pace=block.yield_pace,
            line_curve=curve,
            usual_curve=usual,
            calendar=self.past,
            as_of_day=as_of,
        )

    def _past_curve(self, ramp: RampClass, block: Block, opened: float) -> LineCurve:
        """Return the rate of a block's lines since its SOP, over all that was observed."""
        return solve(
            ramp,
            block.before,
            opened=opened,
            calendar=self.past,
            changes=self.ctx.streams.key.chance,
            pace=block.yield_pace,
        )

    def _brochure(self, name: str, site: Site, projects: SiteProjects) -> Iterator[SiteBlock]:
        """Yield a block for everything announced of a site, in service as announced."""
        template = next(iter(site.blocks.values())).project
        for entity, plan in self.plans.paths.items():
            if entity.rsplit(".", 1)[0] == name:
                owner = BlockOwner(projects, None, (), max(plan.nameplates, default=0.0))
                pipeline = BrochurePipeline(
                    template, entity, self.ctx, self.model.shock, plan, owner=owner
                )
                block = BrochureBlock(
                    entity=entity, plan=plan, ramp=site.ramp, ctx=self.ctx, pipeline=pipeline
                )
                yield SiteBlock(block=block, plan=plan, observed=None, ctx=self.ctx)
