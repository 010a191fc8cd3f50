"""Samples written as distributions that model files know, and how far they are off."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bvsim.schema.distributions import Beta, Distribution, Lognormal, Normal, Quantiles

FloatArray = NDArray[np.float64]
Number = float | list[float]

LEVELS: Final = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
"""Where a distribution must agree with the sample."""
_DIGITS: Final = 4
_CLOSE: Final = 0.01
"""How far off a family may be, as a share of the width from P5 to P95."""
_SHARES: Final = (
    *(0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5),
    *(0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99),
)
_ENDS: Final = (0.001, 0.999)
"""Quantiles that are written where no family is close; the last two stand for the ends."""
_PARAMETERS: Final[Mapping[str, Mapping[str, str]]] = {
    "lognormal": {"median": "mid", "gsd": "gsd"},
    "beta": {"a": "a", "b": "b"},
    "normal": {"mean": "mean", "sd": "sd"},
    "quantiles": {"shares": "shares", "values": "values"},
}
"""By family: names in files, and of the attributes."""


@dataclass(frozen=True)
class Marginal:
    """A sample as a distribution.

    Parameters
    ----------
    family : str
        Its name in files.
    distribution : Distribution
        With the parameters as written.
    sampled, written : tuple of float
        Quantiles of both at `LEVELS`.
    """

    family: str
    distribution: Distribution
    sampled: tuple[float, ...]
    written: tuple[float, ...]

    @property
    def worst(self) -> float:
        """The largest distance of quantiles, as a share of the width from P5 to P95."""
        width = self.sampled[-1] - self.sampled[0]
        return max(abs(a - b) for a, b in zip(self.sampled, self.written, strict=True)) / width

    @property
    def entry(self) -> dict[str, dict[str, Number]]:
        """As a file has it."""
        names = _PARAMETERS[self.family]
        numbers = (getattr(self.distribution, own) for own in names.values())
        return {self.family: dict(zip(names, map(_written, numbers), strict=True))}


def _written(x: float | tuple[float, ...]) -> Number:
    return [_rounded(each) for each in x] if isinstance(x, tuple) else _rounded(x)


def _rounded(x: float) -> float:
    return float(f"{x:.{_DIGITS}g}")


def marginal(sample: FloatArray, *, share: bool = False) -> Marginal:
    """Return the distribution of a family that comes closest to a sample.

    Parameters
    ----------
    sample : array
        Draws.
    share : bool
        Whether all lie between 0 and 1: then a beta is tried too.

    Notes
    -----
    A lognormal for what is positive, a normal for what is not; closest means the least squares
    of quantiles at `LEVELS`, on the scale of their width. Where none comes close, the
    quantiles themselves.
    """
    sampled = np.quantile(sample, LEVELS)
    tried = [_fit(family, sampled) for family in _families(sample, share)]
    best = min(tried, key=lambda each: each.worst)
    return best if best.worst <= _CLOSE else _as_quantiles(sample, sampled)


def _as_quantiles(sample: FloatArray, sampled: FloatArray) -> Marginal:
    shares = (0.0, *_SHARES, 1.0)
    values = [_rounded(float(x)) for x in np.quantile(sample, (_ENDS[0], *_SHARES, _ENDS[1]))]
    kept = [i for i in range(len(values)) if i == 0 or values[i] > values[i - 1]]
    distribution = Quantiles((*(shares[i] for i in kept[:-1]), 1.0), tuple(values[i] for i in kept))
    written = tuple(float(x) for x in distribution.quantile(np.array(LEVELS)))
    return Marginal("quantiles", distribution, tuple(float(x) for x in sampled), written)


def _families(sample: FloatArray, share: bool) -> list[str]:
    if sample.min() <= 0.0:
        return ["normal"]
    return ["lognormal", "beta"] if share else ["lognormal"]


_MAKE: Final[Mapping[str, Callable[[FloatArray], Distribution]]] = {
    "lognormal": lambda p: Lognormal(_rounded(math.exp(p[0])), _rounded(1.0 + math.exp(p[1]))),
    "beta": lambda p: Beta(_rounded(math.exp(p[0])), _rounded(math.exp(p[1]))),
    "normal": lambda p: Normal(_rounded(float(p[0])), _rounded(math.exp(p[1]))),
}


def _start(family: str, sampled: FloatArray) -> list[float]:
    low, middle, high = sampled[0], sampled[len(sampled) // 2], sampled[-1]
    if family == "lognormal":
        gsd = math.exp((math.log(high) - math.log(low)) / 3.29)
        return [math.log(middle), math.log(max(gsd - 1.0, 1e-6))]
    sd = (high - low) / 3.29
    if family == "normal":
        return [middle, math.log(sd)]
    size = max(middle * (1.0 - middle) / sd**2 - 1.0, 0.5)
    return [math.log(middle * size), math.log((1.0 - middle) * size)]


def _fit(family: str, sampled: FloatArray) -> Marginal:
    from scipy.optimize import minimize

    make, levels = _MAKE[family], np.array(LEVELS)

    def off(p: FloatArray) -> float:
        return float(np.sum((make(p).quantile(levels) - sampled) ** 2))

    found = minimize(off, _start(family, sampled), method="Nelder-Mead")
    distribution = make(found.x)
    written = tuple(float(x) for x in distribution.quantile(levels))
    return Marginal(family, distribution, tuple(float(x) for x in sampled), written)


def rank_correlations(
    samples: Mapping[str, FloatArray], least: float = 0.1
) -> list[tuple[str, str, float]]:
    """Return Spearman's rank correlations of pairs, those of some size, by names.

    Parameters
    ----------
    samples : mapping of str to array, shape (draws,)
        Figures that were drawn together.
    least : float
        Smaller ones are not worth a line.
    """
    names = sorted(samples)
    ranks = np.array([_ranks(samples[name]) for name in names])
    matrix = np.corrcoef(ranks)
    return [
        (names[i], names[j], round(float(matrix[i, j]), 2))
        for i in range(len(names))
        for j in range(i + 1, len(names))
        if abs(matrix[i, j]) >= least
    ]


def rank_correlation(a: FloatArray, b: FloatArray) -> float:
    """Return Spearman's rank correlation of two figures."""
    return round(float(np.corrcoef(_ranks(a), _ranks(b))[0, 1]), 2)


def _ranks(values: Sequence[Any] | FloatArray) -> FloatArray:
    return np.argsort(np.argsort(np.asarray(values), kind="stable"), kind="stable").astype(float)
