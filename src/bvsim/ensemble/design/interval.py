"""Confidence intervals that respect the design the draws came from."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bvsim.ensemble.design.points import BLOCKS, KINDS, MEDIAN, RANDOM, block_of
from bvsim.ensemble.work import FloatArray

Interval = tuple[float, float]
QUANTILES = {"p10": 0.10, "p50": 0.50, "p90": 0.90}
"""What is told of every distribution."""


def ci95_mean(values: ArrayLike, draws: ArrayLike, kind: str) -> Interval | None:
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
    kind : {"random", "lhs", "sobol", "median", "table"}
        The design.
    """
    numbers, at = _defined(values, draws)
    _, block, counts = np.unique(block_of(kind, at), return_inverse=True, return_counts=True)
    if len(counts) < 2:
        return None
    mean = float(numbers.mean())
    excess = np.bincount(block, weights=numbers - mean)
    groups = len(counts)
    variance = float(excess @ excess) * groups / (groups - 1)
    half = _student(groups - 1) * variance**0.5 / len(numbers)
    return mean - half, mean + half


def ci95_quantile(values: ArrayLike, draws: ArrayLike, kind: str, p: float) -> Interval | None:
    """Return a 95% confidence interval of a quantile, or None where the design allows none.

    Independent rows (a random design, one replication a draw) give the interval between two
    order statistics, which assumes nothing of their distribution (Conover 1999, Practical
    Nonparametric Statistics, 3.2). Otherwise rows are split into eight sections by draw, the
    blocks of a stratified design; the interval lies around the quantile of all rows, its
    width comes from the scatter of the sections' quantiles around that (Asmussen and Glynn
    2007, Stochastic Simulation, III.5a), so that it holds their bias too.

    Parameters
    ----------
    values, draws, kind
        As for `ci95_mean`.
    p : float
        Which quantile, between 0 and 1.
    """
    numbers, at = _defined(values, draws)
    if kind in (RANDOM, MEDIAN) and len(np.unique(at)) == len(at):
        return _order_statistics(np.sort(numbers), p)
    sections = [numbers[at % BLOCKS == block] for block in range(BLOCKS)]
    if kind not in (*KINDS, MEDIAN) or any(len(section) < 2 for section in sections):
        return None
    whole = float(np.quantile(numbers, p))
    scatter = np.array([np.quantile(section, p) for section in sections]) - whole
    half = _student(BLOCKS - 1) * float(scatter @ scatter / (BLOCKS - 1) / BLOCKS) ** 0.5
    return whole - half, whole + half


def _order_statistics(ordered: FloatArray, p: float) -> Interval | None:
    """Return two of the values, in order, with the quantile between them 95 times in 100."""
    from scipy.special import bdtr

    below = bdtr(np.arange(len(ordered), dtype=np.float64), len(ordered), p)
    low = int(np.searchsorted(below, 0.025, side="right")) - 1
    high = int(np.searchsorted(below, 0.975, side="left"))
    if low < 0 or high >= len(ordered):
        return None
    return float(ordered[low]), float(ordered[high])


def _defined(values: ArrayLike, draws: ArrayLike) -> tuple[FloatArray, NDArray[np.int64]]:
    """Return the values that are defined, and their draws."""
    numbers = np.asarray(values, dtype=np.float64)
    defined = ~np.isnan(numbers)
    return numbers[defined], np.asarray(draws, dtype=np.int64)[defined]


def _student(degrees: int) -> float:
    """Return the 97.5% quantile of Student's t."""
    from scipy.special import stdtrit  # half a second: not at import

    return float(stdtrit(degrees, 0.975))
