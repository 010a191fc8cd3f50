"""Shares of rows with intervals that hold what they say, also near 0 and 1."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bvsim.ensemble.work import FloatArray

Interval = tuple[float, float]
_Z = 1.959963984540054
"""The 97.5% quantile of the normal distribution."""


def wilson(share: float, number: float) -> Interval:
    """Return the 95% score interval of a share (Wilson 1927, JASA 22, 209-212).

    Parameters
    ----------
    share : float
        The share observed.
    number : float
        Of how many independent trials.
    """
    if not number > 0.0:
        return math.nan, math.nan
    weight = _Z**2 / number
    middle = (share + weight / 2.0) / (1.0 + weight)
    half = (share * (1.0 - share) * weight + weight**2 / 4.0) ** 0.5 / (1.0 + weight)
    return max(0.0, middle - half), min(1.0, middle + half)


def by_draw(values: FloatArray, draws: NDArray[np.int64]) -> FloatArray:
    """Return the means of the replications of each draw; of a single draw the rows themselves."""
    _, group, counts = np.unique(draws, return_inverse=True, return_counts=True)
    if len(counts) < 2:
        return values
    return np.bincount(group, weights=values) / counts


def difference_ci95(both: FloatArray, draws: NDArray[np.int64]) -> Interval:
    """Return the 95% interval of the difference of two shares of the same rows.

    The square-and-add interval of paired shares from Wilson's limits (Newcombe 1998, Statistics
    in Medicine 17, 2635-2650, method 10, whose correction for small numbers is in).

    Parameters
    ----------
    both : array, shape (rows, 2)
        1 where it holds on each side, else 0; the difference is second less first.
    draws : array of int, shape (rows,)
        The draw of each row.
    """
    first, second = (by_draw(side, draws) for side in both.T)
    number = len(first)
    if not number:
        return math.nan, math.nan
    b, a = float(first.mean()), float(second.mean())
    (low_b, high_b), (low_a, high_a) = wilson(b, number), wilson(a, number)
    phi = _phi(by_draw(both[:, 0] * both[:, 1], draws), a, b)
    down, up = (a - low_a, high_b - b), (high_a - a, b - low_b)
    widths = [max(0.0, x**2 - 2.0 * phi * x * y + y**2) ** 0.5 for x, y in (down, up)]
    return a - b - widths[0], a - b + widths[1]


def _phi(joint: FloatArray, a: float, b: float) -> float:
    """Return the correlation of two shares, with Newcombe's correction for small numbers."""
    spread = a * (1.0 - a) * b * (1.0 - b)
    if spread <= 0.0:
        return 0.0
    number, both = len(joint), float(joint.mean())
    product = number**2 * (both * (1.0 - a - b + both) - (a - both) * (b - both))
    if product > 0.0:
        product = max(product - number / 2.0, 0.0)
    return product / float(number**2) / math.sqrt(spread)
