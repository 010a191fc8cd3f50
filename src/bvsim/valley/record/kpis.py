"""Key figures of one replication, under the names that other programs rely on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType
from typing import Final

import numpy as np

from bvsim.valley.record.facts import Milestones, Recorded, Roles, YearlyTable, ratio
from bvsim.valley.record.record import Table

YEARS: Final = (2026, 2030, 2035, 2040)
"""Years of the key figures where nothing else is asked for."""
THRESHOLDS_GWH: Final = (30, 50, 100)
REACHED_BY: Final = 2030
_NO_PLANTS: Final[Mapping[str, float]] = MappingProxyType({})
ELEMENTS: Final = ("cobalt", "lithium", "nickel")

Formula = Callable[[Recorded, int, int], Mapping[str, float]]
"""Takes facts, the position of the year and a threshold; returns values by entity, the
valley's own under the empty name."""


@dataclass(frozen=True)
class Kpi:
    """A family of key figures.

    Parameters
    ----------
    name : str
        Its name, with Y for the year and N for a threshold.
    unit : str
        Its unit.
    meaning : str
        One sentence for a reader.
    formula : callable
        Works it out.
    thresholds : tuple of int
        What N stands for.
    per : {"", "recycler", "site"}
        Neighbours that are told entity by entity stand side by side in the table.
    """

    name: str
    unit: str
    meaning: str
    formula: Formula
    thresholds: tuple[int, ...] = (0,)
    per: str = ""


def _sum(column: str, role: str) -> Formula:
    """Return the sum of a column over entities, and each one's part."""

    def formula(facts: Recorded, at: int, _: int) -> dict[str, float]:
        entities = getattr(facts.roles, role)
        own = {entity: float(facts.yearly.of(column, entity)[at]) for entity in entities}
        return {"": float(facts.yearly.total(column, entities)[at])} | own

    return formula


def _with_basins(column: str, role: str) -> Formula:
    """Return the sum of a column over entities, each one's part, and that of each basin."""
    plain = _sum(column, role)

    def formula(facts: Recorded, at: int, n: int) -> dict[str, float]:
        counted = set(getattr(facts.roles, role))
        by_basin = {
            basin: float(facts.yearly.total(column, [e for e in there if e in counted])[at])
            for basin, there in facts.roles.basins
            if not counted.isdisjoint(there)
        }
        return {**plain(facts, at, n), **by_basin}

    return formula


def _share(part: str, whole: str) -> Formula:
    """Return a quotient of two columns of the region."""
    return lambda facts, at, _n: {"": float(ratio(facts.region(part), facts.region(whole))[at])}


def _recycler_share(part: str, whole: str) -> Formula:
    """Return a quotient of two columns of each recycler."""
    return lambda facts, at, _n: {
        name: float(ratio(facts.yearly.of(part, name), facts.yearly.of(whole, name))[at])
        for name in facts.roles.recyclers
    }


def _recycled(facts: Recorded, at: int, _: int) -> dict[str, float]:
    columns = {e: (f"returned_{e}_t", f"cells_{e}_t") for e in ELEMENTS}
    return {e: _share(*both)(facts, at, 0)[""] for e, both in columns.items()}


def _overtaken(facts: Recorded, at: int, _: int) -> dict[str, float]:
    packs, scrap = facts.region("eol_feedstock_t"), facts.region("scrap_feedstock_t")
    return {"": facts.lasting_year(packs - scrap)}


def _share_of_market(facts: Recorded, at: int, _: int) -> dict[str, float]:
    cars = facts.yearly.total("good_gwh", facts.roles.sites)
    cars = cars - facts.yearly.total("storage_gwh", facts.roles.employers)
    return {"": float(ratio(cars, facts.region("export_demand_gwh"))[at])}


YEARLY: Final = (
    Kpi(
        "output_Y_gwh", "GWh", "good cells produced in the year", _with_basins("good_gwh", "sites")
    ),
    Kpi(
        "storage_cells_Y_gwh",
        "GWh",
        "good cells for stationary storage, part of the output",
        _sum("storage_gwh", "employers"),
    ),
    Kpi(
        "nameplate_Y_gwh",
        "GWh/yr",
        "nameplate of released lines on 31 December",
        _sum("nameplate_gwh", "sites"),
    ),
    Kpi(
        "headcount_Y",
        "heads",
        "own staff of the gigafactories on 31 December",
        _with_basins("headcount", "employers"),
    ),
    Kpi(
        "jobs_Y",
        "heads",
        "own staff of plants of every kind on 31 December",
        _with_basins("headcount", "plants"),
    ),
    Kpi(
        "jobs_announced_Y",
        "heads",
        "direct jobs announced of plants of every kind by the plan in force",
        _with_basins("jobs_announced", "plants"),
    ),
    Kpi(
        "vacancies_Y",
        "heads",
        "posts that plants want filled on 31 December and that are empty",
        _sum("vacancies", "plants"),
    ),
    Kpi(
        "training_seats_Y",
        "heads",
        "seats of the intakes of training programmes",
        _sum("seats", "programmes"),
    ),
    Kpi("training_intake_Y", "heads", "trainees who began", _sum("intake", "programmes")),
    Kpi("graduates_Y", "heads", "trainees who passed", _sum("graduates", "programmes")),
    Kpi(
        "training_cost_Y_meur",
        "EUR million",
        "cost of the seats of cohorts that began",
        _sum("training_cost_meur", "programmes"),
    ),
    Kpi(
        "local_cam_share_Y",
        "share",
        "cathode material made in the region, of all in cells started",
        _share("cam_local_t", "cam_used_t"),
    ),
    Kpi(
        "local_pcam_share_Y",
        "share",
        "precursor made in the region, of all in cells started",
        _share("pcam_local_t", "pcam_t"),
    ),
    Kpi("scrap_Y_t", "t", "scrap and trim generated in the year", _sum("scrap_t", "employers")),
    Kpi(
        "eol_feedstock_Y_t",
        "t",
        "retired packs that reach the region's recyclers' gates",
        lambda facts, at, _n: {"": float(facts.region("eol_feedstock_t")[at])},
    ),
    Kpi("black_mass_Y_t", "t", "black mass made in the year", _sum("black_mass_t", "recyclers")),
    Kpi(
        "recycler_utilisation_Y",
        "share",
        "processed, of the capacity of lines in service",
        _recycler_share("processed_t", "capacity_t"),
        per="recycler",
    ),
    Kpi(
        "scrap_feed_share_Y",
        "share",
        "production scrap, of the feed at a recycler's gate",
        _recycler_share("feed_scrap_t", "feed_t"),
        per="recycler",
    ),
    Kpi(
        "recycled_content_Y",
        "share",
        "recycled metal returned, of the metal in cells started",
        _recycled,
    ),
)
"""Key figures of each year that is asked for."""

LASTING: Final = (
    Kpi(
        "year_N_gwh",
        "year",
        "first year with that output; empty where never reached",
        lambda facts, _at, threshold: {"": facts.reached(threshold)},
        thresholds=THRESHOLDS_GWH,
    ),
    Kpi(
        "reach_N_gwh_Y",
        "probability",
        "1 if that output is reached by the year, else 0",
        lambda facts, _at, threshold: {"": float(facts.reached(threshold) <= REACHED_BY)},
        thresholds=THRESHOLDS_GWH[:2],
    ),
    Kpi(
        "eol_overtakes_scrap_year",
        "year",
        "year from which retired packs outweigh scrap for good",
        _overtaken,
    ),
    Kpi(
        "opens_year",
        "year",
        "first year with a recycler's lines in service",
        lambda facts, _at, _n: {
            name: facts.first_year(facts.yearly.of("capacity_t", name))
            for name in facts.roles.recyclers
        },
    ),
    Kpi(
        "cam_sop_year",
        "year",
        "start of production of a cathode or precursor plant, as a decimal year",
        lambda facts, _at, _n: facts.cam_sop_years,
    ),
    Kpi(
        "sop_year",
        "year",
        "start of production of a block, as a decimal year",
        lambda facts, _at, _n: dict(pair for site in facts.milestones for pair in site.sop_years),
        per="site",
    ),
    Kpi(
        "closed_year",
        "year",
        "first stop of a site (failure or closure), as a decimal year; empty where there is none",
        lambda facts, _at, _n: {site.site: site.closed_year for site in facts.milestones},
        per="site",
    ),
    Kpi(
        "output_months_13_24_gwh",
        "GWh",
        "good cells in a site's second year after SOP",
        lambda facts, _at, _n: {site.site: site.second_year_gwh for site in facts.milestones},
        per="site",
    ),
)
"""Key figures of the whole horizon."""

SHARED: Final = (
    Kpi(
        "market_demand_Y_gwh",
        "GWh",
        "batteries of the electric cars sold in the market that several regions share",
        lambda facts, at, _n: {"": float(facts.region("export_demand_gwh")[at])},
    ),
    Kpi(
        "market_share_Y",
        "share",
        "cells for cars made in all regions of a run, over the batteries sold in their market",
        _share_of_market,
    ),
)
"""Key figures of each year of runs of several regions."""

KPIS: Final = (*YEARLY, *SHARED, *LASTING)


def kpi_table(
    yearly: YearlyTable,
    roles: Roles,
    years: Sequence[int],
    milestones: Sequence[Milestones] = (),
    cam_sop_years: Mapping[str, float] = _NO_PLANTS,
) -> Table:
    """Return the table of key figures: one row, one column each.

    Parameters
    ----------
    yearly : YearlyTable
        The replication's yearly table.
    roles : Roles
        Which entities count in which figure.
    years : sequence of int
        Years of the figures that have one; those outside the horizon are left out.
    milestones : sequence of Milestones
        One per site.
    cam_sop_years : mapping of str to float
        SOP of cathode and precursor plants as decimal years; NaN where it was not reached.
    """
    facts, found = Recorded(yearly, roles, milestones, cam_sop_years), list[tuple[str, float]]()
    for year in years:
        if year in yearly.years:
            at = yearly.years.index(year)
            found += _figures(YEARLY, facts, at, year)
            found += _figures(SHARED if roles.shared_market else (), facts, at, year)
    found += _figures(LASTING, facts, 0, REACHED_BY)
    names, values = zip(*found, strict=True)
    return Table((), names, np.array([values], dtype=np.float64))


def _figures(
    kpis: Sequence[Kpi], facts: Recorded, at: int, year: int
) -> Iterator[tuple[str, float]]:
    """Yield names and values, families that are told entity by entity side by side."""
    for per, family in groupby(kpis, attrgetter("per")):
        rows = [
            (entity, kpi.name.replace("_N_", f"_{n}_").replace("_Y", f"_{year}"), value)
            for kpi in family
            for n in kpi.thresholds
            for entity, value in kpi.formula(facts, at, n).items()
        ]
        if per:
            rows.sort(key=lambda row: row[0].partition(".")[0])
        yield from ((f"{name}.{entity}" if entity else name, value) for entity, name, value in rows)
