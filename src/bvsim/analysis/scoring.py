"""Scores and tests: how good a forecast was, and whether a difference is more than chance."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from bvsim.ensemble.work import FloatArray


def crps(members: ArrayLike, observed: float, weights: ArrayLike | None = None) -> float:
    """Return the continuous ranked probability score of an ensemble, in its own unit.

    The score of the ensemble taken as a distribution with a step at each member, in closed
    form: E|X - y| - E|X - X'| / 2 (Gneiting and Raftery, JASA 102, 2007, equation 21). Of a
    single member it is the absolute error.

    Parameters
    ----------
    members : array of float, shape (members,)
        The ensemble.
    observed : float
        What happened.
    weights : array of float, shape (members,), optional
        Weights of the members; equal when left out.
    """
    x = np.asarray(members, dtype=np.float64)
    if not len(x):
        raise ValueError("an ensemble without members has no score")
    w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=np.float64)
    order = np.argsort(x, kind="stable")
    x, w = x[order], w[order] / w.sum()
    below = np.cumsum(w) - w / 2.0
    spread = 2.0 * float(np.sum(w * x * (2.0 * below - 1.0)))  # E|X - X'|
    return float(np.sum(w * np.abs(x - observed))) - spread / 2.0


def band(members: ArrayLike, level: float = 0.8) -> tuple[float, float]:
    """Return the central interval that holds a share `level` of the members."""
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(np.asarray(members, dtype=np.float64), [tail, 1.0 - tail])
    return float(low), float(high)


def rank_of(members: ArrayLike, observed: float) -> float:
    """Return the share of members below what happened; ties count half."""
    x = np.asarray(members, dtype=np.float64)
    return float(np.mean(x < observed) + np.mean(x == observed) / 2.0)


def binomial_interval(hits: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a share (Clopper and Pearson, Biometrika 26, 1934)."""
    from scipy.special import betaincinv

    tail = (1.0 - level) / 2.0
    low = 0.0 if hits == 0 else float(betaincinv(hits, trials - hits + 1, tail))
    high = 1.0 if hits == trials else float(betaincinv(hits + 1, trials - hits, 1.0 - tail))
    return low, high


def chance_of_at_most(hits: int, trials: int, share: float) -> float:
    """Return the probability of so few hits or fewer, were each hit as likely as `share`."""
    from scipy.special import bdtr

    return float(bdtr(hits, trials, share))


def sign_test(ups: int, downs: int) -> float:
    """Return the two-sided probability of so uneven a count, were both equally likely."""
    trials = ups + downs
    if trials == 0:
        return 1.0
    return min(1.0, 2.0 * chance_of_at_most(min(ups, downs), trials, 0.5))


def paired_test(old: ArrayLike, new: ArrayLike) -> float:
    """Return the probability of so large a mean difference, were there none in truth.

    A two-sided paired t-test over the rows in which both values are defined, and a sign test
    over those in which only one is (McNemar's, in its exact form); the smaller of the two
    probabilities, doubled. Rows on common draws and luck that did not move differ by zero.
    Where the pairs share nothing any more the test still holds, and is weaker.

    Parameters
    ----------
    old, new : array of float, shape (rows,)
        Values by row, NaN where a quantity is not defined.
    """
    a, b = np.asarray(old, dtype=np.float64), np.asarray(new, dtype=np.float64)
    both = np.isfinite(a) & np.isfinite(b)
    appeared = int(np.sum(~np.isfinite(a) & np.isfinite(b)))
    vanished = int(np.sum(np.isfinite(a) & ~np.isfinite(b)))
    found = sign_test(appeared, vanished)
    return min(1.0, 2.0 * min(found, _t_test(b[both] - a[both])))


def _t_test(differences: FloatArray) -> float:
    from scipy.special import stdtr

    rows = len(differences)
    if rows < 2 or not differences.any():
        return 1.0
    error = float(np.std(differences, ddof=1)) / math.sqrt(rows)
    mean = abs(float(np.mean(differences)))
    if error <= 1e-12 * mean:
        return 0.0
    return float(2.0 * stdtr(rows - 1, -mean / error))


def holm(probabilities: Sequence[float]) -> list[float]:
    """Return probabilities corrected for having looked at so many of them.

    The step-down procedure of Holm (Scandinavian Journal of Statistics 6, 1979): the chance
    of even one false alarm among all stays below the level at which the results are read.
    """
    count = len(probabilities)
    corrected = [1.0] * count
    largest = 0.0
    for rank, i in enumerate(sorted(range(count), key=lambda i: probabilities[i])):
        largest = max(largest, min(1.0, (count - rank) * probabilities[i]))
        corrected[i] = largest
    return corrected
