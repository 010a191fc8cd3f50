"""Confidence intervals that respect the design the draws came from."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from bvsim.ensemble.design import block_of


def ci95_mean(values: ArrayLike, draws: ArrayLike, kind: str) -> tuple[float, float] | None:
    """Return a 95% confidence interval of a mean, or None where the design allows none.

    Draws of a Sobol or Latin hypercube design are not independent of one another; its
    eight blocks are. The variance is that of a ratio of block sums (Cochran 1977,
    Sampling Techniques, 6.3), which for full blocks is the scatter of block means; the
    quantile is Student's. For a random design each draw is a block.

    Parameters
    ----------
    values : array of float, shape (rows,)
        One value a replication; NaN where undefined, which leaves the row out.
    draws : array of int, shape (rows,)
        The draw of each row; replications of one draw share a block.
    kind : {"random", "lhs", "sobol"}
        The design.
    """
    numbers = np.asarray(values, dtype=np.float64)
    defined = ~np.isnan(numbers)
    blocks = block_of(kind, np.asarray(draws, dtype=np.int64))[defined]
    numbers = numbers[defined]
    _, block, counts = np.unique(blocks, return_inverse=True, return_counts=True)
    if len(counts) < 2:
        return None
    mean = float(numbers.mean())
    excess = np.bincount(block, weights=numbers - mean)
    groups = len(counts)
    variance = float(excess @ excess) * groups / (groups - 1)
    half = _student(groups - 1) * variance**0.5 / len(numbers)
    return mean - half, mean + half


def _student(degrees: int) -> float:
    """Return the 97.5% quantile of Student's t."""
    from scipy.special import stdtrit  # half a second: not at import

    return float(stdtrit(degrees, 0.975))
