"""Key figures of one replication, under the names that other programs rely on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np

from bvsim.valley.ground.books import FloatArray
from bvsim.valley.record.record import Table

YEARS: Final = (2026, 2030, 2035, 2040)
"""Years of the key figures where nothing else is asked for."""
THRESHOLDS_GWH: Final = (30, 50, 100)
REACHED_BY: Final = 2030
ELEMENTS: Final = ("cobalt", "lithium", "nickel")


class Roles(NamedTuple):
    """Which entities play which part in the key figures.

    Parameters
    ----------
    sites : tuple of str
        Gigafactories and what counts as one (`unattributed`).
    employers : tuple of str
        Gigafactories whose own staff counts in `headcount`.
    recyclers : tuple of str
        Recyclers.
    """

    sites: tuple[str, ...]
    employers: tuple[str, ...]
    recyclers: tuple[str, ...]


class YearlyTable:
    """The yearly table, by column, year and entity.

    Parameters
    ----------
    table : Table
        Rows by year, entities within years.
    """

    def __init__(self, table: Table) -> None:
        labels = dict(table.index)
        self.years = tuple(dict.fromkeys(labels["year"]))
        self.entities = tuple(dict.fromkeys(labels["entity"]))
        shape = (len(self.years), len(self.entities), len(table.columns))
        self._values = table.values.reshape(shape)
        self._column = {name: i for i, name in enumerate(table.columns)}
        self._entity = {name: i for i, name in enumerate(self.entities)}

    def of(self, column: str, entity: str) -> FloatArray:
        """Return an entity's values of a column by year; NaN where it has none."""
        if column not in self._column or entity not in self._entity:
            return np.full(len(self.years), np.nan)
        values: FloatArray = self._values[:, self._entity[entity], self._column[column]]
        return values

    def total(self, column: str, entities: Sequence[str]) -> FloatArray:
        """Return the sum of a column over entities by year."""
        total: FloatArray = np.nansum([self.of(column, entity) for entity in entities], axis=0)
        return total


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """Return a quotient, NaN where nothing stands below."""
    out = np.full(len(above), np.nan)
    np.divide(above, below, out=out, where=below > 0.0)
    return out


def _first_year(output: FloatArray, years: Sequence[object], threshold: float) -> float:
    reached = np.flatnonzero(output >= threshold)
    return float(years[int(reached[0])]) if len(reached) else float("nan")  # type: ignore[arg-type]


class Milestones(NamedTuple):
    """When a site started and closed, and what it made in its second year.

    Parameters
    ----------
    site : str
        Name of the site.
    sop_years : tuple of (str, float)
        SOP of each block as a decimal year; NaN when it was not reached.
    closed_year : float
        The closure as a decimal year; NaN when there was none.
    second_year_gwh : float
        Good cells in the months 13 to 24 after SOP; NaN when the horizon ends before.
    """

    site: str
    sop_years: tuple[tuple[str, float], ...]
    closed_year: float
    second_year_gwh: float


def kpi_table(
    yearly: YearlyTable, roles: Roles, years: Sequence[int], milestones: Sequence[Milestones] = ()
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
    """
    found: dict[str, float] = {}
    for year in years:
        if year in yearly.years:
            _of_year(found, yearly, roles, yearly.years.index(year), year)
    output = yearly.total("good_gwh", roles.sites)
    for threshold in THRESHOLDS_GWH:
        found[f"year_{threshold}_gwh"] = _first_year(output, yearly.years, threshold)
    for threshold in THRESHOLDS_GWH[:2]:
        by = found[f"year_{threshold}_gwh"] <= REACHED_BY
        found[f"reach_{threshold}_gwh_{REACHED_BY}"] = float(by)
    _of_feedstock(found, yearly, roles)
    for site in milestones:
        for block, sop_year in site.sop_years:
            found[f"sop_year.{block}"] = sop_year
        found[f"closed_year.{site.site}"] = site.closed_year
        found[f"output_months_13_24_gwh.{site.site}"] = site.second_year_gwh
    return Table((), tuple(found), np.array([list(found.values())], dtype=np.float64))


def _of_year(
    found: dict[str, float], yearly: YearlyTable, roles: Roles, at: int, year: int
) -> None:
    def region_and(name: str, column: str, entities: Sequence[str]) -> None:
        found[name] = float(yearly.total(column, entities)[at])
        for entity in entities:
            found[f"{name}.{entity}"] = float(yearly.of(column, entity)[at])

    of: Callable[[str], FloatArray] = lambda column: yearly.of(column, "region")  # noqa: E731
    region_and(f"output_{year}_gwh", "good_gwh", roles.sites)
    region_and(f"nameplate_{year}_gwh", "nameplate_gwh", roles.sites)
    region_and(f"headcount_{year}", "headcount", roles.employers)
    found[f"local_cam_share_{year}"] = float(_ratio(of("cam_local_t"), of("cam_used_t"))[at])
    found[f"local_pcam_share_{year}"] = float(_ratio(of("pcam_local_t"), of("pcam_t"))[at])
    region_and(f"scrap_{year}_t", "scrap_t", roles.employers)
    found[f"eol_feedstock_{year}_t"] = float(of("eol_feedstock_t")[at])
    region_and(f"black_mass_{year}_t", "black_mass_t", roles.recyclers)
    for name in roles.recyclers:
        used = _ratio(yearly.of("processed_t", name), yearly.of("capacity_t", name))
        found[f"recycler_utilisation_{year}.{name}"] = float(used[at])
        scrap = _ratio(yearly.of("feed_scrap_t", name), yearly.of("feed_t", name))
        found[f"scrap_feed_share_{year}.{name}"] = float(scrap[at])
    for element in ELEMENTS:
        content = _ratio(of(f"returned_{element}_t"), of(f"cells_{element}_t"))
        found[f"recycled_content_{year}.{element}"] = float(content[at])


def _of_feedstock(found: dict[str, float], yearly: YearlyTable, roles: Roles) -> None:
    """Add when retired packs overtake scrap, and when each recycler opens."""
    packs, scrap = (yearly.of(f"{kind}_feedstock_t", "region") for kind in ("eol", "scrap"))
    found["eol_overtakes_scrap_year"] = _first_year(packs - scrap, yearly.years, 1e-9)
    for name in roles.recyclers:
        in_service = _first_year(yearly.of("capacity_t", name), yearly.years, 1e-9)
        found[f"opens_year.{name}"] = in_service
