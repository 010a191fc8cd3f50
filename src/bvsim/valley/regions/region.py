"""The actors of one region: wired, run month by month, and what they leave on record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from bvsim.schema.model import Model
from bvsim.valley.cathode.market import CathodeMarket
from bvsim.valley.cathode.recycled import RecycledMinimum
from bvsim.valley.cells import ledger
from bvsim.valley.cells.causes import LIFTS
from bvsim.valley.cells.gigafactory import Gigafactory
from bvsim.valley.cells.lead_acid import LeadAcidPlant
from bvsim.valley.cells.plan import AnnouncedJobs, plan_in_force
from bvsim.valley.cells.planned import PlannedSite, PlanOnly
from bvsim.valley.ground.books import Balance, Books, FloatArray, Trace
from bvsim.valley.ground.calendar import Calendar, Period, make_calendar
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.environment import Environment
from bvsim.valley.ground.limit import MOST_EVENTS, limit_events
from bvsim.valley.ground.streams import Key, Streams
from bvsim.valley.ground.undisturbed import undisturbed_blocks
from bvsim.valley.orders.market import CommonMarket, Demand
from bvsim.valley.orders.storage import StorageMarket
from bvsim.valley.people.market import LabourMarket
from bvsim.valley.record import tables
from bvsim.valley.record.facts import Milestones, Roles, YearlyTable
from bvsim.valley.record.kpis import kpi_table
from bvsim.valley.record.record import Record, Table
from bvsim.valley.regions.outside import outside
from bvsim.valley.regions.planner import Planner
from bvsim.valley.regions.wiring import CELLS, Actors, Plans, SiteBuilder
from bvsim.valley.returns.absent import NoFleet, NoRecycling, Returns
from bvsim.valley.returns.fleet import Fleet
from bvsim.valley.returns.gate import Packs
from bvsim.valley.returns.market import Recycling

if TYPE_CHECKING:
    from bvsim.reading.scenario import Scenario

LIFTABLE: Final = frozenset(LIFTS)
KEPT: Final = ("yearly", "ledger", "binding")
RECYCLED_METALS: Final = ("nickel", "cobalt", "lithium")


class Drawn(NamedTuple):
    """A model of plain numbers; and before settings, where these change blocks."""

    model: Model
    before: Model | None


@dataclass(frozen=True)
class Setting:
    """What all replications of a scenario share.

    Parameters
    ----------
    draw : callable
        Turns the values of the uncertain figures into a model of plain numbers.
    calendar : Calendar
        Periods, months and years.
    past : Calendar
        The same up to `as_of`, where that lies beyond the end.
    as_of_day : float
        Day up to which facts are imposed.
    plans : Plans
        The announced plan in force.
    years : tuple of int
        Years of the key figures.
    monthly : bool
        Whether to return the table ``monthly`` too.
    """

    draw: Callable[[FloatArray], Model]
    calendar: Calendar
    past: Calendar
    as_of_day: float
    plans: Plans
    years: tuple[int, ...]
    monthly: bool
    before: Callable[[FloatArray], Model] | None = None
    """The same for the model before settings, where these change what blocks are solved at."""
    layouts: dict[str, tables.TableLayout] = field(default_factory=dict, compare=False)
    """Labels of tables, found by the first replication (they are the same in all)."""

    def drawn(self, values: FloatArray) -> Drawn:
        """Return the model at the values of its uncertain figures, and as it was before."""
        before = None if self.before is None else self.before(values)
        return Drawn(self.draw(values), before)


def calendar_to(end: date, scenario: Scenario, model: Model) -> Calendar:
    """Return the periods of a scenario up to a date."""
    spec = model.calendar
    return make_calendar(
        scenario.start,
        end,
        review_days=spec.review,
        scheduled_days=round(spec.scheduled),
        august_share=spec.august_share,
    )


def setting_of(scenario: Scenario, years: Sequence[int] = (), monthly: bool = False) -> Setting:
    """Do once what all replications of a region's scenario share."""
    model = scenario.drawn(scenario.median())
    calendar = calendar_to(scenario.end, scenario, model)
    whole = scenario.as_of <= scenario.end
    return Setting(
        draw=scenario.drawn,
        calendar=calendar,
        past=calendar if whole else calendar_to(scenario.as_of, scenario, model),
        as_of_day=calendar.day(scenario.as_of),
        plans=Plans.of(plan_in_force(model.plan, scenario.plan_as_of), calendar),
        years=tuple(years),
        monthly=monthly,
        before=scenario.undisturbed if scenario.settled else None,
    )


def last_periods(calendar: Calendar) -> list[Period]:
    """Return the last period of every month."""
    found, last = [], calendar.periods[0]
    for period in calendar.periods:
        if period.month != last.month:
            found.append(last)
        last = period
    return [*found, last]


@dataclass(frozen=True)
class Surroundings:
    """What regions simulated together share: time, and the log of dated events."""

    env: Environment
    trace: Trace

    @classmethod
    def of(cls, calendar: Calendar, *, trace: bool) -> Surroundings:
        """Return fresh ones."""
        env = Environment()
        limit_events(env, calendar.date, MOST_EVENTS)
        return cls(env, Trace(calendar, keep=trace))


def context_of(
    setting: Setting,
    model: Model,
    key: Key,
    shared: Surroundings,
    *,
    lifts: frozenset[str] = frozenset(),
    before: Model | None = None,
) -> Context:
    """Return the surroundings of a region's actors; parameters as those of `Valley`."""
    return Context(
        env=shared.env,
        clock=shared.env.clock,
        calendar=setting.calendar,
        streams=Streams(key),
        books=Books(setting.calendar, shared.trace),
        trace=shared.trace,
        as_of_day=setting.as_of_day,
        lifts=LIFTABLE if model.announced else lifts,
        lift_day=0.0 if model.announced else setting.as_of_day,
        before={} if before is None else undisturbed_blocks(before),
    )


class Valley:
    """All actors of one replication.

    Parameters
    ----------
    setting : Setting
        What all replications share.
    model : Model
        Drawn figures.
    key : Key
        Seed, draw and replication.
    trace : bool
        Whether to keep the dated events.
    lifts : frozenset of str
        Constraints lifted from `as_of` on.
    before : Model, optional
        Figures before settings, where these differ.
    ctx : Context, optional
        Surroundings, where other regions share them; its own by default.
    common : CommonMarket, optional
        Where its sites bid against those of other regions.
    region : str
        Under which the common market knows it.
    """

    def __init__(
        self,
        setting: Setting,
        model: Model,
        key: Key,
        *,
        trace: bool = False,
        lifts: frozenset[str] = frozenset(),
        before: Model | None = None,
        ctx: Context | None = None,
        common: CommonMarket | None = None,
        region: str = "",
    ) -> None:
        self.setting, self.model = setting, model
        if ctx is None:
            shared = Surroundings.of(setting.calendar, trace=trace)
            ctx = context_of(setting, model, key, shared, lifts=lifts, before=before)
        self.ctx = ctx
        self.actors = self._make_actors(common, region)
        self.sites = self._make_sites()
        self.planned = self._make_planned()
        self.outside = outside(self.ctx, self.actors, self.sites)
        self.jobs = AnnouncedJobs(self.setting.plans.jobs, self.ctx)
        self.lead_acid = [
            LeadAcidPlant(name, site, self.ctx)
            for name, site in sorted(model.sites.items())
            if site.kind != CELLS
        ]

    # -- wiring ----------------------------------------------------------------------

    def _make_actors(self, common: CommonMarket | None, region: str) -> Actors:
        model, ctx = self.model, self.ctx
        storage = None if model.storage is None else model.storage.demand
        demand = Demand(model.demand, ctx, storage, common=common, region=region)
        labour = LabourMarket(model.labour, ctx)
        recycling = self._make_returns(demand)
        cathode = CathodeMarket(
            materials=model.materials,
            cathode=model.cathode,
            imports=model.imports,
            ctx=ctx,
            shock=model.shock,
            labour=labour,
            gate=recycling,
            minimum=RecycledMinimum(model.recycling, ctx.calendar),
        )
        return Actors(
            labour=labour,
            cathode=cathode,
            demand=demand,
            recycling=recycling,
            storage=None if storage is None else StorageMarket(storage, ctx),
        )

    def _make_returns(self, demand: Demand) -> Returns:
        """Return who takes packs and scrap: what a model does not have is not there."""
        model, ctx = self.model, self.ctx
        fleet: Packs = NoFleet(ctx.calendar.months)
        if model.fleet is not None:
            fleet = Fleet(model.fleet, demand.registrations, ctx)
        if model.recycling is None:
            return NoRecycling(fleet, ctx)
        return Recycling(model.recycling, fleet, ctx)

    def _make_sites(self) -> list[Gigafactory]:
        builder = SiteBuilder(
            self.model, self.setting.plans, self.actors, self.ctx, past=self.setting.past
        )
        cells = {n: s for n, s in self.model.sites.items() if s.kind == CELLS}
        return [builder.build(name, site) for name, site in sorted(cells.items())]

    def _make_planned(self) -> list[PlanOnly]:
        """Return what stands in the plan only; in `announced` sites build all of theirs."""
        built = {each.block.entity for site in self.sites for each in site.blocks}
        paths = {e: path for e, path in self.setting.plans.paths.items() if e not in built}
        names = {entity.rsplit(".", 1)[0] for entity in paths} - set(self.model.sites)
        others = {name: PlannedSite(name) for name in names}
        return [
            PlanOnly(
                entity,
                path,
                self.ctx,
                comes_true=self.model.announced,
                site=others.get(entity.rsplit(".", 1)[0]),
            )
            for entity, path in paths.items()
        ]

    # -- running ---------------------------------------------------------------------

    def run(self) -> None:
        """Start the actors, and close the books of one month after another."""
        self.start()
        self.planner().start()
        for last in last_periods(self.ctx.calendar):
            self.ctx.env.run(until=last.end_day)  # up to what happens on the next first of a month
            self.close_month(last)

    def planner(self) -> Planner:
        """Return who shares out people, orders, cathode material and feed."""
        return Planner(self.sites, self.actors, self.ctx, self.outside)

    def start(self) -> None:
        """Start the actors, the planner apart."""
        actors = self.actors
        for site in self.sites:
            site.start()
        for plant in self.lead_acid:
            plant.start()
        for planned in self.planned:
            planned.start()
        self.jobs.start()
        actors.demand.start()
        actors.cathode.start()
        actors.recycling.start()
        actors.labour.start()
        for actor in self.outside:
            actor.start()

    def close_month(self, last: Period) -> None:
        """Settle the month that ends with a period, and close its books."""
        actors = self.actors
        for metal in RECYCLED_METALS:
            actors.cathode.receive_recycled(metal, actors.recycling.recovered_since_last(metal))
        for site in self.sites:
            site.month_end(last)
        for planned in self.planned:
            planned.month_end(last)
        self.jobs.month_end(last)
        for lead_acid in self.lead_acid:
            lead_acid.month_end()
        for actor in self.outside:
            actor.month_end(last)
        self.ctx.books.close_month()

    @property
    def today(self) -> date:
        """The simulated day."""
        return self.ctx.calendar.date(self.ctx.clock.now)

    # -- afterwards ------------------------------------------------------------------

    def balances(self) -> Iterator[Balance]:
        """Yield every closed account."""
        actors = self.actors
        for site in self.sites:
            yield from site.balances()
        for actor in (actors.labour, actors.cathode, actors.demand, actors.recycling):
            yield from actor.balances()
        for other in self.outside:
            yield from other.balances()

    def record(self) -> Record:
        """Check the identities and return the tables."""
        calendar, books = self.ctx.calendar, self.ctx.books
        balances = list(self.balances())
        tables.check_balances(balances, calendar)
        by_table = tables.accounts_of(books)
        accounts = {name: by_table.get(name, {}) for name in KEPT}
        ledger.check_ledger(accounts["ledger"], calendar)
        ledger.check_binding(accounts["binding"], calendar)
        for site in self.sites:
            site.wiring.purse.check(calendar)
        layouts = self.setting.layouts
        for name, own in accounts.items():
            if name not in layouts:
                layouts[name] = tables.TableLayout.of(own)
        observed_to = -1.0 if self.model.announced else self.ctx.as_of_day
        months = tables.Months(calendar, observed_to)
        numbers = months.by_year(books)
        found: dict[str, Table] = {
            name: tables.by_entity(own, layouts[name], months, numbers, monthly=False)
            for name, own in accounts.items()
        }
        found["balances"] = tables.balances_table(balances)
        found["kpis"] = self.kpis(found["yearly"])
        if self.setting.monthly:
            found["monthly"] = tables.by_entity(
                accounts["yearly"], layouts["yearly"], months, books.closed, monthly=True
            )
        return Record(found, tuple(self.ctx.trace.events))

    def kpis(self, yearly: Table) -> Table:
        """Return the key figures of a yearly table: which there are holds before the run too."""
        return kpi_table(
            YearlyTable(yearly),
            self.roles(),
            self.setting.years,
            self.milestones(),
            self.cam_sop_years(),
        )

    def milestones(self) -> list[Milestones]:
        """Return when each site started and closed."""
        return [self._milestones(site) for site in self.sites]

    def cam_sop_years(self) -> dict[str, float]:
        """Return the SOP of cathode and precursor plants as decimal years, by name."""
        decimal = self.ctx.calendar.decimal_year
        return {plant.name: decimal(plant.sop_day) for plant in self.actors.cathode.plants}

    def _milestones(self, site: Gigafactory) -> Milestones:
        calendar = self.ctx.calendar
        sops = [(each.block.entity, each.block.pipeline.sop_day) for each in site.blocks]
        return Milestones(
            site.name,
            tuple((name, calendar.decimal_year(day)) for name, day in sops),
            calendar.decimal_year(site.closed_day),
            site.second_year_gwh(min(day for _, day in sops)),
        )

    def roles(self) -> Roles:
        """Return which entities play which part in the key figures."""
        cells = tuple(site.name for site in self.sites)
        others = {p.entity.rsplit(".", 1)[0] for p in self.planned} - set(self.model.sites)
        lead_acid = [plant.name for plant in self.lead_acid]
        sites = tuple(sorted({*cells, *others, *lead_acid}))
        recyclers = tuple(sorted(self.model.recyclers))
        staffed = tuple(sorted({*self.actors.labour.workforces, *recyclers}))
        programmes = tuple(sorted(self.model.labour.programmes))
        return Roles(sites, cells, recyclers, staffed, programmes, self._basins())

    def _basins(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the plants of each employment basin."""
        model = self.model
        located = {**model.sites, **model.cathode, **model.recyclers}
        return tuple(
            (basin, tuple(sorted(n for n, plant in located.items() if plant.basin == basin)))
            for basin in sorted(model.labour.basins)
        )
