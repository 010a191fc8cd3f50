"""How good the fit is at plants that it has not seen, beside the classes as judged."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bvsim.analysis.scoring import crps
from bvsim.analysis.truth.calibration.judged import JudgedClasses
from bvsim.analysis.truth.calibration.leave_one_out import LeftOutPlant
from bvsim.analysis.truth.calibration.table import Row

FloatArray = NDArray[np.float64]

LEVEL: Final = 0.8
LEAST_SHARE: Final = 1e-3
"""Below it a share is as good as nothing: the floor of logarithms."""
_RESAMPLES: Final = 4000


@dataclass(frozen=True)
class Scored:
    """One published figure and how it was foretold.

    Parameters
    ----------
    row : Row
        The figure.
    low, middle, high : float
        P10, P50 and P90 of the forecast.
    rank : float
        Share of the forecast below what happened; ties count half.
    crps_log : float
        CRPS of ln(max(x, 0.001)).
    judged_rank, judged_crps_log : float
        The same of the class as judged; NaN where it says nothing.
    """

    row: Row
    low: float
    middle: float
    high: float
    rank: float
    crps_log: float
    judged_rank: float = math.nan
    judged_crps_log: float = math.nan

    @property
    def covered(self) -> bool:
        """Whether it lies in the central 80%."""
        return self.low <= self.row.value <= self.high


@dataclass(frozen=True)
class Summary:
    """Scores of several figures, each with an interval that resamples plants.

    Parameters
    ----------
    plants, points : int
        How many.
    coverage, ratio : tuple of float
        Share of points in the 80% band; CRPS of logarithms over that of the classes as judged,
        both averaged within plants first: value, and 2.5% and 97.5% of resamples.
    judged_coverage : float
        Of the classes as judged.
    crps_log, judged_crps_log : float
        The two averages.
    """

    plants: int
    points: int
    coverage: tuple[float, float, float]
    ratio: tuple[float, float, float]
    judged_coverage: float
    crps_log: float
    judged_crps_log: float


def score(found: Sequence[LeftOutPlant], judged: JudgedClasses | None) -> list[Scored]:
    """Return the scores of each published figure, plant by plant."""
    return [
        _score(row, members, each.weights, judged)
        for each in found
        for row, members in zip(each.rows, each.members, strict=True)
    ]


def _score(
    row: Row, members: FloatArray, weights: FloatArray, judged: JudgedClasses | None
) -> Scored:
    tail = (1.0 - LEVEL) / 2.0
    low, middle, high = weighted_quantiles(members, weights, (tail, 0.5, 1.0 - tail))
    own = crps(floored_log(members), _log(row.value), weights)
    rank = weighted_rank(members, weights, row.value)
    if judged is None or row.part not in ("share", "scrap"):
        return Scored(row, low, middle, high, rank, own)
    other = judged.members(row)
    even = np.full(len(other), 1.0 / len(other))
    return Scored(
        row,
        low,
        middle,
        high,
        rank,
        own,
        weighted_rank(other, even, row.value),
        crps(floored_log(other), _log(row.value)),
    )


def floored_log(members: FloatArray) -> FloatArray:
    """Return ln(max(x, 0.001))."""
    return np.log(np.maximum(members, LEAST_SHARE))


def _log(value: float) -> float:
    return math.log(max(value, LEAST_SHARE))


def weighted_quantiles(
    members: FloatArray, weights: FloatArray, levels: Sequence[float]
) -> list[float]:
    """Return quantiles of weighted members: the least value whose mass reaches the level."""
    order = np.argsort(members, kind="stable")
    mass = np.cumsum(weights[order])
    at = np.searchsorted(mass / mass[-1], levels)
    return [float(x) for x in members[order][np.minimum(at, len(members) - 1)]]


def weighted_rank(members: FloatArray, weights: FloatArray, value: float) -> float:
    """Return the mass below a value; ties count half."""
    below = weights[members < value].sum() + weights[members == value].sum() / 2.0
    return float(below / weights.sum())


def summarise(scored: Sequence[Scored], seed: int = 1) -> Summary:
    """Return coverage and CRPS over figures, with intervals from resampled plants."""
    groups = _by_plant(scored)
    rng = np.random.default_rng(seed)
    resampled = [
        [groups[i] for i in rng.integers(len(groups), size=len(groups))] for _ in range(_RESAMPLES)
    ]
    return Summary(
        plants=len(groups),
        points=len(scored),
        coverage=_with_interval(coverage, groups, resampled),
        ratio=_with_interval(_ratio, groups, resampled),
        judged_coverage=judged_coverage(groups),
        crps_log=_mean(groups, lambda each: each.crps_log),
        judged_crps_log=_mean(groups, lambda each: each.judged_crps_log),
    )


Groups = Sequence[Sequence[Scored]]


def _by_plant(scored: Sequence[Scored]) -> list[list[Scored]]:
    plants = sorted({each.row.plant for each in scored})
    return [[each for each in scored if each.row.plant == plant] for plant in plants]


def _with_interval(
    statistic: Callable[[Groups], float], groups: Groups, resampled: Sequence[Groups]
) -> tuple[float, float, float]:
    low, high = np.quantile([statistic(each) for each in resampled], [0.025, 0.975])
    return statistic(groups), float(low), float(high)


def coverage(groups: Groups) -> float:
    """Return the share of figures in their 80% band."""
    inside = [each.covered for group in groups for each in group]
    return float(np.mean(inside))


def judged_coverage(groups: Groups) -> float:
    """Return the same of the classes as judged."""
    tail = (1.0 - LEVEL) / 2.0
    ranks = np.array([each.judged_rank for group in groups for each in group])
    return float(np.mean((tail <= ranks) & (ranks <= 1.0 - tail)))


def _mean(groups: Groups, of: Callable[[Scored], float]) -> float:
    return float(np.mean([np.mean([of(each) for each in group]) for group in groups]))


def _ratio(groups: Groups) -> float:
    ours = _mean(groups, lambda each: each.crps_log)
    return ours / _mean(groups, lambda each: each.judged_crps_log)
