"""Sobol indices of groups of figures: which share of the variance each accounts for.

Estimators are those of `scipy.stats.sobol_indices` (`saltelli_2010`): Saltelli et al. 2010,
Computer Physics Communications 181, 259-270, table 2, rows (b) and (f), on the sample's own
rows, with luck as a group of its own. Written out here as SciPy's needs a power of two rows,
none of them missing, and gives no intervals by group at a price that allows a thousand resamples.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bvsim.analysis.groups import LUCK
from bvsim.analysis.resampling import bootstrap
from bvsim.analysis.samples import BaseRows, Correlate, independent, outcomes, require
from bvsim.analysis.tables import RunLike
from bvsim.ensemble.design.points import Points, design
from bvsim.ensemble.work import FloatArray

KIND = "sobol-indices"
ENOUGH = 64
"""Fewer base points than this are too few to call anything clear."""
NEGLIGIBLE = 0.01
"""A total share whose interval reaches below this is not told from nothing."""


@dataclass(frozen=True)
class SaltelliRows(BaseRows):
    """Base points A and B, and A with one group after the other taken from B.

    The rows A are the draws and luck of a plain Sobol run under the same seed. The B part
    is taken from further dimensions of the same design.

    Parameters
    ----------
    dimensions, groups, bases, seed
        As for `BaseRows`; the group `LUCK` takes the luck of B.
    correlate : callable
        Correlates the columns of A, and of B.
    """

    correlate: Correlate = independent
    design = KIND

    @property
    def rows_per_base(self) -> int:
        """A, B and one row a group."""
        return 2 + len(self.groups)

    @cached_property
    def _points(self) -> Points:
        return design(2 * self.dimensions, self.bases, self.seed, "sobol")

    def uniforms(self, base: int) -> FloatArray:
        """Return A, B and the mixed rows, shape (2 + groups, dimensions)."""
        both = self._points.rows(base, base + 1).reshape(2, self.dimensions)
        a, b = self.correlate(both)
        rows = np.stack([a, b, *[a] * len(self.groups)])
        for row, group in zip(rows[2:], self.groups, strict=True):
            columns = list(group.columns)
            row[columns] = b[columns]
        return rows

    def luck_of(self, role: int) -> int:
        """Return 0 for A's luck, 1 for B's."""
        lucky = role >= 2 and self.groups[role - 2].name == LUCK
        return int(role == 1 or lucky)


def estimate(values: FloatArray) -> FloatArray:
    """Return first-order and total indices.

    Parameters
    ----------
    values : array, shape (n, 2 + groups)
        Outcomes of A, B, and A with each group from B.

    Returns
    -------
    array, shape (2, groups)
        Shares of the variance; NaN where the outcome does not vary.
    """
    values = values - values[:, :2].mean()
    a, b, mixed = values[:, 0], values[:, 1], values[:, 2:]
    variance = np.var(values[:, :2])
    if variance <= 0.0:
        return np.full((2, mixed.shape[1]), np.nan)
    first = (b @ (mixed - a[:, None])) / len(values) / variance
    total = 0.5 * np.mean((a[:, None] - mixed) ** 2, axis=0) / variance
    return np.stack([first, total])


def sobol_indices(run: RunLike, outcome: str) -> pd.DataFrame:
    """Return first-order and total Sobol indices of each group, with bootstrap intervals.

    Parameters
    ----------
    run : RunLike
        A sample made for this (`SaltelliRows`).
    outcome : str
        A key figure.

    Returns
    -------
    pandas.DataFrame
        `first`, `first_lo`, `first_hi`, `total`, `total_lo`, `total_hi` (shares of the
        outcome's variance), `clear` (told from nothing, and n is `ENOUGH`), `n` (base points
        used); index:
        group, largest total first. A base point with a failed or undefined row is left out.

    Raises
    ------
    RunError
        When the sample was made for something else.
    ValueError
        When the run has no such outcome.
    """
    sample = require(run, KIND)
    values = outcomes(run, outcome, sample)
    values = values[np.isfinite(values).all(axis=1)]
    groups = pd.Index(list(sample["groups"]), name="group")
    n = len(values)
    nothing = np.full((2, len(groups)), np.nan)
    found = estimate(values) if n else nothing
    low, high = nothing, nothing
    if n > 1 and np.isfinite(found).all():
        low, high = bootstrap(lambda rows: estimate(values[rows]), n, name="sobol-indices")
    columns: dict[str, NDArray[np.generic]] = {}
    for i, name in enumerate(("first", "total")):
        columns |= {name: found[i], f"{name}_lo": low[i], f"{name}_hi": high[i]}
    columns["clear"] = (n >= ENOUGH) & ((low[0] > 0.0) | (low[1] > NEGLIGIBLE))
    table = pd.DataFrame({**columns, "n": n}, index=groups)
    return table.sort_values("total", ascending=False, kind="stable")
