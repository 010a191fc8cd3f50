"""What makers of CAM and of precursor share: phases, kilns, batches, people, stock."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from operator import add
from typing import Final, NamedTuple

from bvsim.schema.cathode import CamPlant, CathodeBlock, PcamPlant
from bvsim.schema.stages import Decision, Project, Shock
from bvsim.valley.cathode.imports import Lanes
from bvsim.valley.cathode.phases import PhaseOwner
from bvsim.valley.cathode.recycled import RecycledMetals
from bvsim.valley.cathode.restocking import Forecast
from bvsim.valley.ground.books import Balance
from bvsim.valley.ground.calendar import DAYS_PER_MONTH, DAYS_PER_YEAR, Period
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.mix import MixedStock
from bvsim.valley.ground.passage import End, Passage
from bvsim.valley.ground.rows import vec
from bvsim.valley.people.market import LabourMarket
from bvsim.valley.projects.block import Block
from bvsim.valley.projects.lines import Levels
from bvsim.valley.projects.stages import Pipeline
from bvsim.valley.returns.gate import Gate

_T_PER_KT: Final = 1000.0
_BEFORE_EQUIPMENT: Final = ("permit", "financing", "construction")


class Shared(NamedTuple):
    """What all makers of a valley share.

    Parameters
    ----------
    ctx : Context
        Surroundings of the replication.
    shock : Shock
        The common industry shock.
    lanes : Lanes
        For imports, and for licences on kilns.
    metals : RecycledMetals
        Recycled metals that wait to displace fresh feed.
    labour : LabourMarket
        Where people come from.
    gate : Gate
        Where rejected powder goes.
    """

    ctx: Context
    shock: Shock
    lanes: Lanes
    metals: RecycledMetals
    labour: LabourMarket
    gate: Gate


def licensed(project: Project, lanes: Lanes) -> Project:
    """Return a project whose equipment waits for the licences that its kilns need.

    Kilns are ordered when equipment begins by plan; where a control acts then, the
    stage takes the licence's time longer.
    """
    months = sum(getattr(project.stages, name).duration for name in _BEFORE_EQUIPMENT)
    licences = lanes.licence("kilns", project.begins + months * DAYS_PER_MONTH)
    if licences is None:
        return project
    equipment = project.stages.equipment
    late = replace(equipment, duration=equipment.duration + licences.days / DAYS_PER_MONTH)
    return replace(project, stages=replace(project.stages, equipment=late))


class Lot:
    """Product that waits for its release.

    Parameters
    ----------
    day : float
        Of its release.
    parts : vec of float
        Tonnes by source, and their contents.
    """

    __slots__ = ("day", "parts")

    def __init__(self, day: float, parts: vec[float]) -> None:
        self.day, self.parts = day, parts


class CathodePlant(End[Lot]):
    """Phases of kiln lines on the valley's pipeline, release, ramp-up and yield code.

    Parameters
    ----------
    name : str
        Entity, such as ``cam-mill``.
    spec : CamPlant or PcamPlant
        Drawn figures.
    shared : Shared
        What it shares with other makers.
    stock : MixedStock
        Where released batches go.

    Attributes
    ----------
    good, started : float
        Tonnes made and tonnes charged so far, in product.
    nameplate : float
        Nameplate of released lines, t/yr.
    calls, making : Forecast
        Averages of what customers call for and of what is made, t a day.
    waiting, held : float
        Tonnes in batches that wait for quality control; in those that wait for the approval
        of their phase.
    daily_capacity : float
        Tonnes of good product at mature yield that a working day allows now.
    crew : Workforce
        Its people.
    """

    def __init__(
        self,
        *,
        name: str,
        spec: CamPlant | PcamPlant,
        shared: Shared,
        stock: MixedStock,
    ) -> None:
        self.name, self.spec, self.stock = name, spec, stock
        self.ctx, self.gate, self.metals = shared.ctx, shared.gate, shared.metals
        self.crew = shared.labour.employ(name, spec.basin, spec.staffing)
        kilns = spec.kilns
        self._campaign: float = kilns.campaign / (kilns.campaign + kilns.overhaul)
        self.first_product = self.ctx.env.event()
        self.good = self.started = self.waiting = self.held = 0.0
        self.calls, self.making = Forecast(spec.memory), Forecast(DAYS_PER_YEAR)
        batches = spec.batches
        self._wait_days: float = batches.residence + batches.release
        self._cover: float = spec.cover
        self._scrap_penalty = 0.0
        """Scrap that thin staffing adds in the period under way."""
        self._ready: list[Lot] = []
        self._held: list[Lot] = []
        self._first_sales_days: list[float] = [
            spec.blocks[label].first_sales * DAYS_PER_MONTH for label in sorted(spec.blocks)
        ]
        self._made = vec[float]([0.0] * len(spec.blocks))
        """Tonnes that each phase made in the period under way."""
        self.daily_capacity = self.nameplate = 0.0
        self._available = 0.0
        self._levels: list[Levels] = []
        self._has_product = False
        self._asked = False
        """Whether the labour market knows what is planned now."""
        self.blocks: list[Block] = []
        self.batches: Passage[Lot] = Passage(self.ctx.clock, self)
        for label in sorted(spec.blocks):
            self.blocks.append(self._make_block(label, spec.blocks[label], shared))

    def _make_block(self, label: str, spec: CathodeBlock, shared: Shared) -> Block:
        entity = f"{self.name}.{label}"
        project = licensed(spec.project, shared.lanes)
        if not self.blocks and self.spec.sop is not None:
            project = replace(project, sop=self.spec.sop)
        owner = PhaseOwner(self, project.decision, spec.nameplate)
        return Block(
            entity=entity,
            nameplate=spec.nameplate,
            lines=round(spec.lines),
            line_interval=spec.line_interval,
            ramp=self.spec.ramp,
            ctx=self.ctx,
            pipeline=Pipeline(project, entity, self.ctx, shared.shock, owner=owner),
            elders=tuple(self.blocks),
            campaign=self._campaign,
        )

    def start(self) -> None:
        """Register the processes of every phase."""
        for block in self.blocks:
            block.start()

    def produce(self, period: Period) -> None:
        """Make product for some days."""
        raise NotImplementedError

    def balances(self) -> Iterator[Balance]:
        """Yield what was made, what went into it and where it went."""
        raise NotImplementedError

    # -- as the owner of its phases ------------------------------------------------------

    def note_change(self) -> None:
        """Take note that a project has changed."""
        self._asked = False

    def against(self, decision: Decision, nameplate_t: float) -> str:
        """Return what speaks against a further phase; empty where nothing does.

        Parameters
        ----------
        decision : Decision
            What is wanted.
        nameplate_t : float
            Nameplate of the phase, t a year.
        """
        if self.nameplate <= 0.0:
            return "the phase before it is not in service"
        if self.making.level * DAYS_PER_YEAR < decision.achieved * self.nameplate:
            return "kilns in service make too little"
        wanted = decision.cover * (self.nameplate + nameplate_t)
        covered = self.calls.level * DAYS_PER_YEAR >= wanted
        return "" if covered else "calls of customers do not cover it"

    def tell(self, event: str, cause: str, nameplate_t: float) -> None:
        """Put a decision on a phase into the trace."""
        self.ctx.trace.log(
            day=self.ctx.clock.now,
            entity=self.name,
            event=event,
            cause=cause,
            value=nameplate_t,
            unit="t a year",
        )

    # -- phases --------------------------------------------------------------------------

    @property
    def cancelled(self) -> bool:
        """True once the first phase has been given up."""
        return self.blocks[0].pipeline.state == "cancelled"

    def review_phases(self) -> None:
        """Add up what is released; give up later phases when the first was cancelled."""
        nameplate = 0.0
        for block in self.blocks:
            nameplate += block.released
        self.nameplate = nameplate
        if self.cancelled:
            for block in self.blocks[1:]:
                if not block.closed:
                    block.close()

    def give_up(self) -> None:
        """Close every phase for good."""
        for block in self.blocks:
            if not block.closed:
                block.close()

    # -- a period ------------------------------------------------------------------

    def ask_people(self) -> None:
        """Tell the labour market what the plant plans to run, in kt a year, if that changed."""
        if self._asked:
            return
        self._asked = True
        plans, lines = [], 0
        for block in self.blocks:
            if not block.closed:
                planned = block.nameplate * block.pipeline.size / _T_PER_KT
                sop_day = block.pipeline.expected_sop_day
                plans.append((planned, sop_day, block.released / _T_PER_KT, block.due))
                lines += len(block.lines)
        self.crew.ask(plans, max(1, lines))

    def come_out(self, item: Lot, day: float) -> None:
        """Take note of a batch whose quality control is over: it is offered with the next calls."""
        item.day = day
        self._ready.append(item)

    def offer(self, day: float) -> None:
        """Move batches that are ready, and approved, into the stock shared among the callers."""
        if self._ready:
            for lot in self._ready:
                self.waiting -= self.stock.put(lot.parts, lot.day)
            self._ready.clear()
        if self._held:
            self._release_held(day)

    def _release_held(self, day: float) -> None:
        for lot in self._held:
            if lot.day <= day:
                self.held -= self.stock.put(lot.parts, lot.day)
        self._held = [lot for lot in self._held if lot.day > day]
        self.held = self.held if self._held else 0.0  # no residue of rounding

    def wanted(self, period: Period) -> float:
        """Return tonnes to make so that stock and waiting batches reach their target."""
        days = self._cover + self._wait_days + period.days
        wanted = self.calls.level * days - self.stock.total - self.waiting
        return wanted if wanted > 0.0 else 0.0

    def possible(self, period: Period) -> float:
        """Return tonnes of good product at mature yield that kilns and people allow."""
        crew, available, rated = self.crew, 0.0, 0.0
        repair, speed = crew.repair_factor, crew.learning_speed
        self._levels.clear()
        for block in self.blocks:
            block.learning_speed = speed
            levels = block.levels(period, repair)
            available += levels.available
            rated += levels.rated
            self._levels.append(levels)
        self._available, self._scrap_penalty = available, crew.scrap_penalty
        staffed = crew.crew_share * rated
        possible = staffed if staffed < available else available
        if period.scheduled_days > 0.0:
            self.daily_capacity = possible / period.scheduled_days
        return possible

    def good_share(self) -> float:
        """Return good product per tonne of it at mature yield, as scrap stands now."""
        available = self._available
        if available <= 0.0:
            return 0.0
        good = 0.0
        for block, levels in zip(self.blocks, self._levels):  # noqa: B905 (one for each)
            scrap = block.scrap + self._scrap_penalty
            scrap = scrap if scrap < 1.0 else 1.0
            good += levels.available * (1.0 - scrap) / (1.0 - block.scrap_curve.mature)
        return good / available

    def charge(self) -> float:
        """Return tonnes charged per tonne of good product at mature yield."""
        return 1.0 / (1.0 - self.blocks[0].scrap_curve.mature)

    @property
    def sop_day(self) -> float:
        """Day of the first phase's SOP; infinite where none is reached."""
        return min((block.pipeline.sop_day for block in self.blocks), default=math.inf)

    def make(self, mature: float, period: Period) -> tuple[float, float]:
        """Make tonnes (in good units at mature yield); return tonnes (started, good)."""
        used = mature / self._available if self._available > 0.0 else 0.0
        used = used if used < 1.0 else 1.0
        started = good = 0.0
        for i, block in enumerate(self.blocks):
            self._made[i] = 0.0
            if block.lines:
                a, b = block.run(used, period, self._scrap_penalty)
                started, good = started + a, good + b
                self._made[i] = b
        self.started += started
        self.good += good
        self.making.learn(good, period.days)
        return started, good

    def batch(self, parts: vec[float], period: Period) -> None:
        """Let what was made in a period wait for its release, from the period's middle on."""
        tonnes = self._tonnes(parts)
        if tonnes <= 0.0:
            return
        due = period.start_day + period.days / 2 + self._wait_days
        approved = self._keep_unapproved(due, parts)
        if approved > 0.0:
            self.waiting += tonnes * approved
            own = parts if approved == 1.0 else vec[float]([part * approved for part in parts])
            self.batches.enter(Lot(due, own), due)
        if not self._has_product:
            self._has_product = True
            self.first_product.succeed()

    def _tonnes(self, parts: vec[float]) -> float:
        """Return the tonnes of parts, whose contents are no part of them."""
        tonnes = 0.0
        for source in range(self.stock.sources):
            tonnes += parts[source]
        return tonnes

    def _keep_unapproved(self, due: float, parts: vec[float]) -> float:
        """Keep what phases made long before their approval; return the share of the others."""
        approved, made = 1.0, 0.0
        for of_phase in self._made:
            made += of_phase
        for i, block in enumerate(self.blocks):
            day = block.pipeline.sop_day + self._first_sales_days[i]
            if self._made[i] > 0.0 and day > due:
                share = self._made[i] / made
                own = vec[float]([part * share for part in parts])
                self._held.append(Lot(day, own))
                self.held += self._tonnes(own)
                approved -= share
        return approved if approved > 0.0 else 0.0

    def in_batches(self) -> list[float]:
        """Return what waits for release, by source with contents."""
        total = [0.0] * len(self.stock.shares)
        for lot in (*self._ready, *self._held, *self.batches):
            total = list(map(add, total, lot.parts))
        return total
