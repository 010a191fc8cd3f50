"""Tornado: each group at its low and at its high end, everything else as it was drawn.

One at a time, on the same draws and the same luck: what is left of the difference is the
group's own doing. Figures of a group go to the same quantile together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from bvsim.analysis.resampling import bootstrap
from bvsim.analysis.samples import BaseRows, Correlate, independent, outcomes, require
from bvsim.analysis.tables import RunLike
from bvsim.ensemble.design.points import Points, design
from bvsim.ensemble.store.manifest import Sample
from bvsim.ensemble.work import FloatArray

KIND = "tornado"
ENOUGH = 16
"""Fewer base draws than this are too few to call anything clear: bootstrap intervals of a
handful of draws are much too narrow."""


@dataclass(frozen=True)
class TornadoRows(BaseRows):
    """Draws of a plain Sobol run, and each with one group low, then high.

    Parameters
    ----------
    dimensions, groups, bases, seed
        As for `BaseRows`.
    low, high : float
        The two quantiles.
    correlate : callable
        Correlates the columns of the draw.
    """

    low: float = 0.1
    high: float = 0.9
    correlate: Correlate = independent
    design = KIND

    @property
    def rows_per_base(self) -> int:
        """The draw itself, and two rows a group."""
        return 1 + 2 * len(self.groups)

    @cached_property
    def _points(self) -> Points:
        return design(self.dimensions, self.bases, self.seed, "sobol")

    def uniforms(self, base: int) -> FloatArray:
        """Return the draw and its changed copies, shape (1 + 2 groups, dimensions)."""
        draw = self.correlate(self._points.rows(base, base + 1))
        rows = np.repeat(draw, self.rows_per_base, axis=0)
        for i, group in enumerate(self.groups):
            rows[1 + 2 * i, list(group.columns)] = self.low
            rows[2 + 2 * i, list(group.columns)] = self.high
        return rows

    def settings(self) -> Sample:
        """Return the two quantiles."""
        return {"low": self.low, "high": self.high}


def _means(values: FloatArray) -> FloatArray:
    """Return mean shifts at low and high, and the swing between them, shape (3, groups)."""
    shift = values[:, 1:] - values[:, :1]
    low, high = shift[:, 0::2].mean(axis=0), shift[:, 1::2].mean(axis=0)
    return np.stack([low, high, high - low])


def tornado(run: RunLike, outcome: str) -> pd.DataFrame:
    """Return how the outcome moves with each group, one at a time.

    Parameters
    ----------
    run : RunLike
        A sample made for this (`TornadoRows`).
    outcome : str
        A key figure.

    Returns
    -------
    pandas.DataFrame
        `low`, `high` (mean shift of the outcome with the group at its low and high
        quantile), `swing` (high less low) with `swing_lo`, `swing_hi` (bootstrap over draws),
        `clear` (the interval does not cover zero, and n is `ENOUGH`), `n` (draws); index: group,
        largest swing
        first. Draws with a failed or undefined row are left out.
    """
    sample = require(run, KIND)
    values = outcomes(run, outcome, sample)
    values = values[np.isfinite(values).all(axis=1)]
    groups, n = list(sample["groups"]), len(values)
    nothing = np.full((3, len(groups)), np.nan)
    low, high = nothing, nothing
    if n > 1:
        low, high = bootstrap(lambda rows: _means(values[rows]), n, name="tornado")
    means = _means(values) if n else nothing
    table = pd.DataFrame(
        {
            "low": means[0],
            "high": means[1],
            "swing": means[2],
            "swing_lo": low[2],
            "swing_hi": high[2],
            "clear": (n >= ENOUGH) & ((low[2] > 0.0) | (high[2] < 0.0)),
            "n": n,
        },
        index=pd.Index(groups, name="group"),
    )
    return table.sort_values("swing", key=np.abs, ascending=False, kind="stable")
