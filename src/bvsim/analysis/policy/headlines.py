"""What the planner's page tells of a row: output, staff, load and ledger by year, booked costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bvsim.analysis.tables import REGION
from bvsim.ensemble.blocks import key_figures
from bvsim.ensemble.work import FloatArray, Layout, Result
from bvsim.valley.cells.causes import LOSSES, column

FAMILIES = {
    "output_{}_gwh": "good_gwh",
    "jobs_{}": "headcount",
    "grid_load_{}_mw": "grid_load_mw",
}
"""What is told row by row: names with the year, and the yearly column summed over the plants."""
STEPS = ("announced", "beyond_plan", *LOSSES, "good")
"""Steps of the ledger, told as means."""
_LEDGER, _BOOKED = "ledger.", "booked."


def is_told_by_row(name: str) -> bool:
    """Tell whether a figure is told with its distribution; others as means only."""
    return not name.startswith((_LEDGER, _BOOKED))


@dataclass(frozen=True)
class Headlines:
    """Figures of rows, under the names of the key figures where they are such.

    Parameters
    ----------
    first, last : int
        Calendar years, both included.
    booked : tuple of str
        Yearly columns of the region, EUR million, that book the costs of levers.
    span : (int, int)
        First and last year over which these are added up.
    """

    first: int
    last: int
    booked: tuple[str, ...] = ()
    span: tuple[int, int] = (0, 9999)

    def __call__(self, result: Result) -> tuple[tuple[str, ...], FloatArray]:
        """Return names, and values of shape (rows, names)."""
        found = [*self._families(result), *self._ledger(result), *self._booked(result)]
        kpis = dict(zip(*_transposed(result), strict=True))
        names = tuple(name for name, _ in found)
        return names, np.stack([kpis.get(name, values) for name, values in found], axis=1)

    def _families(self, result: Result) -> Iterator[tuple[str, FloatArray]]:
        table = _Yearly(result.layouts["yearly"], result.tables["yearly"])
        for name, source in FAMILIES.items():
            total = table.total(source, without=REGION)
            for year, at in table.years(self.first, self.last):
                yield name.format(year), total[:, at]

    def _ledger(self, result: Result) -> Iterator[tuple[str, FloatArray]]:
        table = _Yearly(result.layouts["ledger"], result.tables["ledger"])
        for step in STEPS:
            total = table.total(column(step), without=REGION)
            for year, at in table.years(self.first, self.last):
                yield f"{_LEDGER}{step}.{year}", total[:, at]

    def _booked(self, result: Result) -> Iterator[tuple[str, FloatArray]]:
        table = _Yearly(result.layouts["yearly"], result.tables["yearly"])
        places = [at for _, at in table.years(*self.span)]
        for source in self.booked:
            yield f"{_BOOKED}{source}", table.of(source, REGION)[:, places].sum(axis=1)


def _transposed(result: Result) -> tuple[tuple[str, ...], FloatArray]:
    names, values = key_figures(result)
    return names, values.T


@dataclass(frozen=True)
class _Yearly:
    """A table by year and entity, of several rows."""

    layout: Layout
    values: FloatArray

    def _labels(self, name: str) -> Sequence[object]:
        return dict(self.layout.index)[name]

    def years(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Yield years within a span, and their places."""
        for at, year in enumerate(dict.fromkeys(self._labels("year"))):
            if first <= int(str(year)) <= last:
                yield int(str(year)), at

    def _cube(self, name: str) -> FloatArray:
        shape = (len(self.values), len(dict.fromkeys(self._labels("year"))), -1)
        if name not in self.layout.columns:
            return np.zeros((*shape[:2], 1))
        return self.values[:, :, self.layout.columns.index(name)].reshape(shape)

    def total(self, name: str, *, without: str) -> FloatArray:
        """Return a column summed over entities, shape (rows, years)."""
        cube = self._cube(name)
        entities = list(dict.fromkeys(self._labels("entity")))
        kept = [i for i in range(cube.shape[2]) if entities[i] != without]
        return np.asarray(np.nansum(np.moveaxis(cube[:, :, kept], 2, 0), axis=0))

    def of(self, name: str, entity: str) -> FloatArray:
        """Return a column of one entity, zero where it has none, shape (rows, years)."""
        cube = self._cube(name)
        entities = list(dict.fromkeys(self._labels("entity")))
        here = entity in entities and cube.shape[2] > 1
        return np.nan_to_num(cube[:, :, entities.index(entity) if here else 0])
