"""Quantities of a run as arrays, read column by column: a thousand rows fit into little memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bvsim.analysis.tables import ROW, Kept, columns_from
from bvsim.ensemble.store.tables import pack

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

FloatArray = NDArray[np.float64]
MOST_ROWS = 1024
"""Rows that charts are drawn from, so that a page of many replications needs no more memory."""

LEVELS = {"p10": 0.10, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p90": 0.90}


@dataclass(frozen=True)
class Cached(Kept):
    """A run that a page is made of; the yearly table is read only in the columns asked for."""

    def columns(self, name: str, wanted: Iterable[str]) -> pd.DataFrame:
        """Return those of the columns that the table has, read from its file if there is one."""
        path = self.folder / f"{name}.parquet"
        if not path.is_file():
            table = self.table(name)
            return table[[column for column in wanted if column in table.columns]]
        import pyarrow.parquet as pq

        known = set(pq.read_schema(path).names)
        chosen = [column for column in wanted if column in known]
        first = None if self.charted is None else [("draw", "<", self._draws[self.charted])]
        return pd.read_parquet(path, columns=chosen, filters=first)

    @property
    def charted(self) -> int | None:
        """How many of the first draws are charted; None: all.

        More would move no line on a chart; in a Sobol design a power of two is balanced.
        """
        most = max(1, MOST_ROWS // int(self.manifest.get("per_draw", 1)))
        return most if len(self._draws) > most else None

    @cached_property
    def _draws(self) -> NDArray[np.int64]:
        """The draws that the run holds, in order: those of a shard are not consecutive."""
        return np.unique(columns_from(self, "kpis", ["draw"])["draw"].to_numpy(dtype=np.int64))


class Cube:
    """The numeric columns of a table, each as an array (rows, years, entities).

    Parameters
    ----------
    run : Cached
        The run.
    name : str
        ``yearly`` or ``ledger``.
    """

    def __init__(self, run: Cached, name: str) -> None:
        self.run, self.name = run, name
        self._made: dict[str, FloatArray | None] = {}

    @cached_property
    def _index(self) -> pd.DataFrame:
        return self.run.columns(self.name, [*ROW, "year", "entity", "observed"])

    @cached_property
    def _codes(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        index = self._index
        row = pd.factorize(pack(*(index[name].to_numpy() for name in ROW)), sort=True)[0]
        year = np.searchsorted(self.years, index["year"].to_numpy())
        named = index["entity"].astype("category").cat  # a few names for many rows
        places = {name: place for place, name in enumerate(self.entities)}
        place = np.array([places.get(str(name), -1) for name in named.categories], dtype=np.intp)
        return row, year, place[named.codes.to_numpy()]

    @cached_property
    def years(self) -> list[int]:
        """The calendar years."""
        return sorted(int(year) for year in self._index["year"].unique())

    @cached_property
    def entities(self) -> list[str]:
        """The names of the entities."""
        return sorted(str(name) for name in self._index["entity"].unique())

    @cached_property
    def observed(self) -> int | None:
        """The last year that was observed."""
        index = self._index
        if "observed" not in index:
            return None
        years = index.loc[index["observed"].fillna(False).astype(bool), "year"]
        return None if years.empty else int(years.max())

    def of(self, column: str) -> FloatArray | None:
        """Return a column, NaN where it is not the entity's; None when there is none."""
        if column not in self._made:
            self._made[column] = self._read(column)
        return self._made[column]

    def _read(self, column: str) -> FloatArray | None:
        read = self.run.columns(self.name, [column])
        if column not in read:
            return None
        row, year, entity = self._codes
        shape = (int(row.max()) + 1, len(self.years), len(self.entities))
        values = np.full(shape, np.nan)
        values[row, year, entity] = read[column].to_numpy(dtype=np.float64)
        return values

    def entity(self, column: str, name: str) -> FloatArray | None:
        """Return a column of one entity, shape (rows, years); None where it has none."""
        values = self.of(column)
        if values is None or name not in self.entities:
            return None
        own = values[:, :, self.entities.index(name)]
        return None if np.isnan(own).all() else own

    def total(self, column: str, names: Iterable[str]) -> FloatArray | None:
        """Return a column summed over entities, shape (rows, years); None where none has it."""
        values = self.of(column)
        places = [self.entities.index(name) for name in names if name in self.entities]
        if values is None or not places or np.isnan(values[:, :, places]).all():
            return None
        total: FloatArray = np.nansum(values[:, :, places], axis=2)
        return total

    def means(self, column: str) -> dict[str, list[float]]:
        """Return the mean by year of each entity that has the column."""
        values = self.of(column)
        if values is None:
            return {}
        own = ((name, values[:, :, i]) for i, name in enumerate(self.entities))
        return {
            name: listed(np.nanmean(numbers, axis=0))
            for name, numbers in own
            if not np.isnan(numbers).all()
        }


def listed(values: ArrayLike) -> list[float]:
    """Return numbers for the page: four significant digits, NaN as null."""
    return [None if np.isnan(v) else float(f"{v:.4g}") for v in np.asarray(values, dtype=float)]  # type: ignore[misc]


def band(values: FloatArray) -> dict[str, list[float]]:
    """Return mean and quantiles over rows, by year; `values` has shape (rows, years)."""
    found = {name: listed(np.quantile(values, p, axis=0)) for name, p in LEVELS.items()}
    return {"mean": listed(values.mean(axis=0)), **found}
