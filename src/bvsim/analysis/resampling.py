"""Bootstrap intervals of statistics over independent units (Efron and Tibshirani 1993)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bvsim.ensemble.design.points import generator
from bvsim.ensemble.work import FloatArray

RESAMPLES = 1000


def bootstrap(
    statistic: Callable[[NDArray[np.intp]], FloatArray],
    units: int,
    *,
    resamples: int = RESAMPLES,
    name: str = "bootstrap",
) -> tuple[FloatArray, FloatArray]:
    """Return 95% percentile intervals of a statistic over resampled units.

    Parameters
    ----------
    statistic : callable
        Gives the statistic of the units whose numbers it gets, repeats included.
    units : int
        Number of independent units (base points, trajectories, rows).
    resamples : int
        Number of resamples.
    name : str
        Names the random stream, so that intervals are the same every time.

    Returns
    -------
    (array, array)
        Lower and upper ends, each of the statistic's shape.
    """
    rng = generator(name, units, resamples)
    found = np.stack(
        [np.asarray(statistic(rng.integers(0, units, size=units))) for _ in range(resamples)]
    )
    with np.errstate(invalid="ignore"):
        low, high = np.nanquantile(found, [0.025, 0.975], axis=0)
    return low, high
