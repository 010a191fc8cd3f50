"""What key figures are worked out from: the yearly table, who counts, and what happened when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from bvsim.valley.ground.books import FloatArray
from bvsim.valley.record.record import Table


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
    plants : tuple of str
        Plants of every kind whose own staff counts in `jobs`.
    programmes : tuple of str
        Training programmes.
    basins : tuple of (str, tuple of str)
        Employment basins, and the plants in each.
    shared_market : bool
        Whether they are those of several regions, which sell in one market.
    """

    sites: tuple[str, ...]
    employers: tuple[str, ...]
    recyclers: tuple[str, ...]
    plants: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    basins: tuple[tuple[str, tuple[str, ...]], ...] = ()
    shared_market: bool = False

    @classmethod
    def of_all(cls, regions: Sequence[Roles]) -> Roles:
        """Return the roles of the entities of several regions that share a market."""
        return cls(
            sites=_names(each.sites for each in regions),
            employers=_names(each.employers for each in regions),
            recyclers=_names(each.recyclers for each in regions),
            plants=_names(each.plants for each in regions),
            programmes=_names(each.programmes for each in regions),
            basins=tuple(sorted(basin for each in regions for basin in each.basins)),
            shared_market=True,
        )


def _names(regions: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({name for names in regions for name in names}))


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
        values = [self.of(column, entity) for entity in entities] or [np.zeros(len(self.years))]
        total: FloatArray = np.nansum(values, axis=0)
        return total


def ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """Return a quotient, NaN where nothing stands below."""
    out = np.full(len(above), np.nan)
    np.divide(above, below, out=out, where=below > 0.0)
    return out


class Milestones(NamedTuple):
    """When a site started and closed, and what it made in its second year.

    Parameters
    ----------
    site : str
        Name of the site.
    sop_years : tuple of (str, float)
        SOP of each block as a decimal year; NaN when it was not reached.
    closed_year : float
        The first stop as a decimal year; NaN when there was none.
    second_year_gwh : float
        Good cells in the months 13 to 24 after SOP; NaN when the horizon ends before.
    """

    site: str
    sop_years: tuple[tuple[str, float], ...]
    closed_year: float
    second_year_gwh: float


class Recorded(NamedTuple):
    """What key figures are worked out from: the yearly table, who counts, what happened when."""

    yearly: YearlyTable
    roles: Roles
    milestones: Sequence[Milestones]
    cam_sop_years: Mapping[str, float]

    def region(self, column: str) -> FloatArray:
        """Return a column of the region by year."""
        return self.yearly.of(column, "region")

    def first_year(self, values: FloatArray, threshold: float = 1e-9) -> float:
        """Return the first year in which values reach a threshold; NaN where they never do."""
        reached = np.flatnonzero(values >= threshold)
        years: Sequence[Any] = self.yearly.years
        return float(years[int(reached[0])]) if len(reached) else float("nan")

    def lasting_year(self, values: FloatArray, threshold: float = 1e-9) -> float:
        """Return the year from which values stay at a threshold; NaN where the last does not."""
        below = np.flatnonzero(values < threshold)
        first = int(below[-1]) + 1 if len(below) else 0
        years: Sequence[Any] = self.yearly.years
        return float(years[first]) if first < len(years) else float("nan")

    def reached(self, threshold: int) -> float:
        """Return the first year with so many GWh of good cells."""
        return self.first_year(self.yearly.total("good_gwh", self.roles.sites), threshold)
