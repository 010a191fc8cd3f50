"""Several regions in one replication: people and material apart, one market for their cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from bvsim.valley.ground.books import FloatArray
from bvsim.valley.ground.calendar import Calendar
from bvsim.valley.ground.streams import Key
from bvsim.valley.orders.market import CommonMarket
from bvsim.valley.record.facts import Roles, YearlyTable
from bvsim.valley.record.kpis import kpi_table
from bvsim.valley.record.record import Record, Table
from bvsim.valley.record.together import balances_together, kpis_together, together
from bvsim.valley.regions.region import Setting, Surroundings, Valley, context_of, last_periods


@dataclass(frozen=True)
class SeveralSettings:
    """What all replications of a scenario of several regions share.

    Parameters
    ----------
    regions : mapping of str to Setting
        By name of the region, in order of the names.
    columns : mapping of str to array of int
        Where the values of a region's figures stand among those of all.
    """

    regions: Mapping[str, Setting]
    columns: Mapping[str, np.ndarray]

    @property
    def first(self) -> Setting:
        """The setting of the first region: dates are the same in all."""
        return next(iter(self.regions.values()))

    @property
    def calendar(self) -> Calendar:
        """The calendar of the first region; planned shutdowns differ in the others'."""
        return self.first.calendar


class Valleys:
    """All actors of one replication of several regions; parameters as those of `Valley`."""

    def __init__(
        self,
        settings: SeveralSettings,
        values: FloatArray,
        key: Key,
        *,
        trace: bool = False,
        lifts: frozenset[str] = frozenset(),
    ) -> None:
        self.settings = settings
        shared = Surroundings.of(settings.calendar, trace=trace)
        drawn = {n: each.drawn(values[settings.columns[n]]) for n, each in settings.regions.items()}
        contexts = {
            name: context_of(
                each, drawn[name].model, key, shared, lifts=lifts, before=drawn[name].before
            )
            for name, each in settings.regions.items()
        }
        common = CommonMarket({n: (drawn[n].model.demand, contexts[n]) for n in contexts})
        self.valleys: dict[str, Valley] = {
            name: Valley(
                each, drawn[name].model, key, ctx=contexts[name], common=common, region=name
            )
            for name, each in settings.regions.items()
        }
        self._all: list[Valley] = list(self.valleys.values())

    def run(self) -> None:
        """Start the actors, and close the books of one month after another."""
        for valley in self._all:
            valley.start()
        first, *others = [valley.planner() for valley in self._all]
        first.start(others)
        months = [last_periods(valley.ctx.calendar) for valley in self._all]
        for lasts in zip(*months, strict=True):
            first.ctx.env.run(until=lasts[0].end_day)
            for valley, last in zip(self._all, lasts, strict=True):
                valley.close_month(last)

    @property
    def today(self) -> date:
        """The simulated day."""
        return self._all[0].today

    def record(self) -> Record:
        """Check the identities of each region and return the tables of all."""
        records = {name: valley.record() for name, valley in self.valleys.items()}
        parts: dict[str, dict[str, Table]] = {}
        for region, record in records.items():
            for name, table in record.tables.items():
                parts.setdefault(name, {})[region] = table
        found = {n: together(t) for n, t in parts.items() if n not in ("kpis", "balances")}
        found["balances"] = balances_together(parts["balances"])
        found["kpis"] = kpis_together(self._kpis_of_all(found["yearly"]), parts["kpis"])
        return Record(found, next(iter(records.values())).events)

    def kpis(self, yearly: Table) -> Table:
        """Return the key figures of a yearly table: which there are holds before the run too."""
        own = {name: valley.kpis(yearly) for name, valley in self.valleys.items()}
        return kpis_together(self._kpis_of_all(yearly), own)

    def _kpis_of_all(self, yearly: Table) -> Table:
        valleys = self._all
        return kpi_table(
            YearlyTable(yearly),
            Roles.of_all([valley.roles() for valley in valleys]),
            self.settings.first.years,
            [each for valley in valleys for each in valley.milestones()],
            {n: year for valley in valleys for n, year in valley.cam_sop_years().items()},
        )
