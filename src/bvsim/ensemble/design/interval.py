"""Confidence intervals that respect the design the draws came from.

How often each holds the truth is measured: `docs/background/intervals.md`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bvsim.ensemble.design.points import KINDS, MEDIAN, RANDOM, block_of
from bvsim.ensemble.work import FloatArray

Interval = tuple[float, float]
QUANTILES = {"p10": 0.10, "p50": 0.50, "p90": 0.90}
"""What is told of every distribution."""
PROBABILITY = "probability"
"""The unit of key figures that are 1 or 0 in a row."""
MOST_GAIN = 4.0
"""A share is never known better than from so many times as many independent rows: eight blocks
that agree by chance are no proof."""


def ci95_mean(values: ArrayLike, draws: ArrayLike, kind: str) -> Interval | None:
    """Return a 95% confidence interval of a mean, or None where there is none.

    Draws of a Sobol or Latin hypercube design are not independent of one another; its
    eight blocks are. The variance is that of a ratio of block sums (Cochran 1977,
    Sampling Techniques, 6.3), which for full blocks is the scatter of block means; the
    quantile is Student's. For a random design each draw is a block. Two corrections, none for
    rows that lie like a normal sample, hold what they say for skewed and rare outcomes: heavy
    tails leave the variance fewer degrees of freedom (Box 1953, Biometrika 40, 318-335), and
    on its longer side the interval reaches further (Hall 1992, Journal of the Royal
    Statistical Society B 54, 221-228).

    Rows that all agree do not tell how rare another value is: there is no interval then.

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
    if _why_none(numbers, at, kind):
        return None
    scatter = _scatter(numbers, at, kind)
    if scatter.error == 0.0:
        return None
    mean, number = float(numbers.mean()), len(np.unique(at))
    standard = (numbers - mean) / numbers.std()
    heavy = max(float((standard**4).mean()) - 3.0, 0.0)
    half = _student(min(scatter.groups - 1.0, 2.0 * number / (heavy + 2.0)))
    lean = float((standard**3).mean()) / number**0.5
    below = max(half, _uncorrected(half, lean))
    above = max(half, -_uncorrected(-half, lean))
    return mean - scatter.error * below, mean + scatter.error * above


def ci95_share(hits: ArrayLike, draws: ArrayLike, kind: str) -> Interval | None:
    """Return a 95% confidence interval of a share of rows, or None where there is none.

    The exact binomial (Clopper and Pearson 1934, Biometrika 26, 404-413) of the number of
    independent rows that would scatter as much as the design's blocks do (Korn and Graubard
    1998, Survey Methodology 24, 193-201); it lies within 0 and 1, and holds where no row or
    every row is a hit, too.

    Parameters
    ----------
    hits : array, shape (rows,)
        1 where it holds, 0 where not, NaN where the row is left out.
    draws, kind
        As for `ci95_mean`.
    """
    numbers, at = _defined(hits, draws)
    if not len(numbers) or not _sampled(kind):
        return None
    return _binomial(float(numbers.mean()), _independent_rows(numbers, at, kind))


def ci95_kpi(unit: str, values: ArrayLike, draws: ArrayLike, kind: str) -> Interval | None:
    """Return a 95% confidence interval of the mean of a key figure of a unit.

    A probability's is that of a share; see `ci95_share` and `ci95_mean`.
    """
    return (ci95_share if unit == PROBABILITY else ci95_mean)(values, draws, kind)


def ci95_quantile(values: ArrayLike, draws: ArrayLike, kind: str, p: float) -> Interval | None:
    """Return a 95% confidence interval of a quantile, or None where there is none.

    The interval lies between two order statistics, which assumes nothing of the distribution:
    for independent rows (a random design, one replication a draw) those of the binomial table
    (Conover 1999, Practical Nonparametric Statistics, 3.2), otherwise those at the ends of the
    interval of the share of rows below the quantile (Woodruff 1952, Journal of the American
    Statistical Association 47, 635-646; see `ci95_share`). There is none where these lie
    beyond the rows: of 90% it takes about forty.

    Parameters
    ----------
    values, draws, kind
        As for `ci95_mean`.
    p : float
        Which quantile, between 0 and 1.
    """
    numbers, at = _defined(values, draws)
    if not len(numbers) or not _sampled(kind):
        return None
    ordered = np.sort(numbers)
    if _is_independent(at, kind):
        return _between(ordered, *_ranks(len(ordered), p))
    below = (numbers <= np.quantile(numbers, p, method="inverted_cdf")).astype(np.float64)
    low, high = _binomial(p, _independent_rows(below, at, kind))
    return _between(ordered, int(low * len(ordered)) - 1, int(np.ceil(high * len(ordered))))


def no_interval(values: ArrayLike, draws: ArrayLike, kind: str) -> str:
    """Say why there is no interval."""
    numbers, at = _defined(values, draws)
    return _why_none(numbers, at, kind) or "too few rows for an interval"


def _why_none(numbers: FloatArray, draws: NDArray[np.int64], kind: str) -> str:
    """Return why the mean has no interval; nothing where it has one."""
    if not _sampled(kind):
        return "rows of a table are a sample of nothing, which allows no interval"
    if len(np.unique(block_of(kind, draws))) < 2:
        return "too few rows for an interval"
    if np.ptp(numbers) == 0.0:
        return "all rows agree, which does not tell how rare another value is: no interval"
    return ""


def _sampled(kind: str) -> bool:
    """Tell whether rows of a design are a sample of something."""
    return kind in (*KINDS, MEDIAN)


class _Scatter(NamedTuple):
    """The standard error of a mean, and of how many independent groups it comes."""

    error: float
    groups: int


def _scatter(numbers: FloatArray, draws: NDArray[np.int64], kind: str) -> _Scatter:
    """Return how a mean scatters by the groups of the design."""
    _, group, counts = np.unique(block_of(kind, draws), return_inverse=True, return_counts=True)
    groups = len(counts)
    excess = np.bincount(group, weights=numbers - numbers.mean())
    variance = float(excess @ excess) * groups / max(groups - 1, 1)
    return _Scatter(variance**0.5 / len(numbers), groups)


def _uncorrected(value: float, lean: float) -> float:
    """Return which studentised mean Hall's transformation takes to a value.

    It is t + lean t^2 / 3 + lean^2 t^3 / 27 + lean / 6, with the skewness over the root of n.
    """
    if abs(lean) < 1e-8:
        return value
    return float(3.0 / lean * (np.cbrt(1.0 + lean * (value - lean / 6.0)) - 1.0))


def _is_independent(draws: NDArray[np.int64], kind: str) -> bool:
    return kind in (RANDOM, MEDIAN) and len(np.unique(draws)) == len(draws)


def _independent_rows(hits: FloatArray, draws: NDArray[np.int64], kind: str) -> float:
    """Return how many independent rows would tell a share as well as these do."""
    number, share = len(np.unique(draws)), float(hits.mean())
    scatter = _scatter(hits, draws, kind)
    if scatter.error == 0.0 or scatter.groups < 2 or _is_independent(draws, kind):
        return float(number)
    known = _student(number - 1) / _student(scatter.groups - 1)  # fewer groups, less certain
    rows = share * (1.0 - share) / scatter.error**2 * known**2
    return min(max(rows, 1.0), MOST_GAIN * len(hits))


def _binomial(share: float, number: float) -> Interval:
    """Return Clopper and Pearson's interval of a share of so many independent trials."""
    from scipy.special import betaincinv

    hits = share * number
    low = betaincinv(hits, number - hits + 1.0, 0.025) if hits > 0.0 else 0.0
    high = betaincinv(hits + 1.0, number - hits, 0.975) if hits < number else 1.0
    return float(low), float(high)


def _ranks(number: int, p: float) -> tuple[int, int]:
    """Return which two of so many values hold the quantile between them 95 times in 100."""
    from scipy.special import bdtr

    below = bdtr(np.arange(number, dtype=np.float64), number, p)
    low = int(np.searchsorted(below, 0.025, side="right")) - 1
    return low, int(np.searchsorted(below, 0.975, side="left"))


def _between(ordered: FloatArray, low: int, high: int) -> Interval | None:
    """Return two of the values, None where there are not so many."""
    if low < 0 or high >= len(ordered):
        return None
    return float(ordered[low]), float(ordered[high])


def _defined(values: ArrayLike, draws: ArrayLike) -> tuple[FloatArray, NDArray[np.int64]]:
    """Return the values that are defined, and their draws."""
    numbers = np.asarray(values, dtype=np.float64)
    defined = ~np.isnan(numbers)
    return numbers[defined], np.asarray(draws, dtype=np.int64)[defined]


def _student(degrees: float) -> float:
    """Return the 97.5% quantile of Student's t."""
    from scipy.special import stdtrit  # half a second: not at import

    return float(stdtrit(degrees, 0.975))
