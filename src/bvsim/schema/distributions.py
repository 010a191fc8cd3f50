"""Distributions of figures, each by its quantile function in closed form or a special function.

Sampling is always by inversion of one uniform number, so that a figure keeps its place in
every design (random, Latin hypercube, Sobol) and common draws stay common.

`scipy.special` is imported where it is needed: it costs half a second, and worker
processes are given values, not distributions.
"""

# ruff: noqa: D102 (the methods are described once, in `Distribution`)

from __future__ import annotations

import itertools
import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from types import ModuleType
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray: TypeAlias = NDArray[np.float64]
Support = tuple[float, float]

_LEAST_MASS = 1e-6
_WEIGHTS_TOLERANCE = 1e-9


def _special() -> ModuleType:
    import scipy.special

    made: ModuleType = scipy.special
    return made


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


class Distribution(ABC):
    """What is known of a number: its quantiles, its distribution function, its support."""

    @property
    @abstractmethod
    def support(self) -> Support:
        """Least and greatest value."""

    @abstractmethod
    def quantile(self, u: FloatArray) -> FloatArray:
        """Return the values below which shares `u` (in 0..1, any shape) of the mass lie."""

    @abstractmethod
    def _cdf(self, x: float) -> float:
        """Return the mass at or below `x`."""

    def cdf(self, x: ArrayLike) -> FloatArray:
        """Return the mass at or below each `x` (any shape)."""
        values = np.asarray(x, dtype=np.float64)
        flat = [self._cdf(float(value)) for value in values.ravel()]
        return np.array(flat, dtype=np.float64).reshape(values.shape)

    @property
    def median(self) -> float:
        """The value with half of the mass on either side."""
        return float(self.quantile(np.array([0.5]))[0])

    @property
    def uncertain(self) -> bool:
        """Whether there is more than one value to draw."""
        return True

    @property
    def kind(self) -> str:
        """The distribution's name in files."""
        return type(self).__name__.lower()

    @property
    def numbers(self) -> tuple[float | tuple[float, ...], ...]:
        """The parameters, in the order of the class."""
        return tuple(getattr(self, field.name) for field in fields(self))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Fixed(Distribution):
    """A number that is taken as known."""

    value: float

    @property
    def kind(self) -> str:
        return "value"

    @property
    def support(self) -> Support:
        return self.value, self.value

    @property
    def uncertain(self) -> bool:
        return False

    @property
    def median(self) -> float:
        return self.value

    def quantile(self, u: FloatArray) -> FloatArray:
        return np.full(np.shape(u), self.value, dtype=np.float64)

    def _cdf(self, x: float) -> float:
        return float(x >= self.value)


@dataclass(frozen=True)
class Uniform(Distribution):
    """Every value between `low` and `high` alike."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _require(self.low < self.high, f"low ({self.low:g}) must be less than high ({self.high:g})")

    @property
    def support(self) -> Support:
        return self.low, self.high

    @property
    def median(self) -> float:
        return 0.5 * (self.low + self.high)

    def quantile(self, u: FloatArray) -> FloatArray:
        return self.low + (self.high - self.low) * np.asarray(u)

    def _cdf(self, x: float) -> float:
        return min(max((x - self.low) / (self.high - self.low), 0.0), 1.0)


def _ordered(low: float, mode: float, high: float) -> None:
    _require(
        low <= mode <= high and low < high,
        f"low, mode, high must ascend ({low:g}, {mode:g}, {high:g})",
    )


@dataclass(frozen=True)
class Triangular(Distribution):
    """A density that rises linearly from `low` to `mode` and falls to `high`."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        _ordered(self.low, self.mode, self.high)

    @property
    def support(self) -> Support:
        return self.low, self.high

    def quantile(self, u: FloatArray) -> FloatArray:
        share = np.asarray(u, dtype=np.float64)
        width, left, right = self.high - self.low, self.mode - self.low, self.high - self.mode
        rising = self.low + np.sqrt(share * width * left)
        falling = self.high - np.sqrt((1.0 - share) * width * right)
        return np.where(share * width < left, rising, falling)

    def _cdf(self, x: float) -> float:
        if x <= self.low:
            return 0.0
        if x >= self.high:
            return 1.0
        width = self.high - self.low
        if x < self.mode:
            return (x - self.low) ** 2 / (width * (self.mode - self.low))
        return 1.0 - (self.high - x) ** 2 / (width * (self.high - self.mode))


@dataclass(frozen=True)
class Beta(Distribution):
    """The beta distribution with shapes `a` and `b`, stretched from 0..1 to `low`..`high`."""

    a: float
    b: float
    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        shapes = self.a > 0.0 and self.b > 0.0
        _require(shapes, f"both shapes must be greater than 0 (a {self.a:g}, b {self.b:g})")

    @property
    def support(self) -> Support:
        return self.low, self.high

    def quantile(self, u: FloatArray) -> FloatArray:
        unit: FloatArray = _special().betaincinv(self.a, self.b, u)
        return self.low + (self.high - self.low) * unit

    def _cdf(self, x: float) -> float:
        unit = min(max((x - self.low) / (self.high - self.low), 0.0), 1.0)
        return float(_special().betainc(self.a, self.b, unit))


def beta_by_mean(mean: float, *, n: float | None = None, sd: float | None = None) -> Beta:
    """Return the beta with a mean and either a sample size `n` (a + b) or a spread `sd`.

    Raises
    ------
    ValueError
        When no beta has that mean and spread.
    """
    _require(0.0 < mean < 1.0, f"mean ({mean:g}) must lie between 0 and 1")
    if n is None:
        spread = sd or 0.0
        most = math.sqrt(mean * (1.0 - mean))
        _require(0.0 < spread < most, f"sd ({spread:g}) must lie between 0 and {most:g}")
        n = mean * (1.0 - mean) / spread**2 - 1.0
    _require(n > 0.0, f"n ({n:g}) must be greater than 0")
    return Beta(mean * n, (1.0 - mean) * n)


@dataclass(frozen=True)
class Pert(Distribution):
    """The PERT distribution: a beta on low..high whose mean is (low + 4 mode + high) / 6."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        _ordered(self.low, self.mode, self.high)

    @property
    def _beta(self) -> Beta:
        left = 4.0 * (self.mode - self.low) / (self.high - self.low)
        return Beta(1.0 + left, 5.0 - left, self.low, self.high)

    @property
    def support(self) -> Support:
        return self.low, self.high

    def quantile(self, u: FloatArray) -> FloatArray:
        return self._beta.quantile(u)

    def _cdf(self, x: float) -> float:
        return self._beta._cdf(x)


@dataclass(frozen=True)
class Normal(Distribution):
    """The normal distribution."""

    mean: float
    sd: float

    def __post_init__(self) -> None:
        _require(self.sd > 0.0, f"sd ({self.sd:g}) must be greater than 0")

    @property
    def support(self) -> Support:
        return -math.inf, math.inf

    @property
    def median(self) -> float:
        return self.mean

    def quantile(self, u: FloatArray) -> FloatArray:
        scores: FloatArray = _special().ndtri(u)
        return self.mean + self.sd * scores

    def _cdf(self, x: float) -> float:
        return 0.5 * math.erfc((self.mean - x) / (self.sd * math.sqrt(2.0)))


@dataclass(frozen=True)
class Lognormal(Distribution):
    """The lognormal distribution by its median `mid` and geometric standard deviation."""

    mid: float
    gsd: float

    def __post_init__(self) -> None:
        _require(self.mid > 0.0, f"median ({self.mid:g}) must be greater than 0")
        _require(self.gsd >= 1.0, f"gsd ({self.gsd:g}) is a factor and cannot be less than 1")

    @property
    def support(self) -> Support:
        return (0.0, math.inf) if self.uncertain else (self.mid, self.mid)

    @property
    def uncertain(self) -> bool:
        return self.gsd > 1.0

    @property
    def median(self) -> float:
        return self.mid

    def quantile(self, u: FloatArray) -> FloatArray:
        if not self.uncertain:  # else 0 * inf at the ends
            return np.full(np.shape(u), self.mid, dtype=np.float64)
        scores: FloatArray = _special().ndtri(u)
        return self.mid * np.exp(math.log(self.gsd) * scores)

    def _cdf(self, x: float) -> float:
        if not self.uncertain:
            return float(x >= self.mid)
        if x <= 0.0:
            return 0.0
        score = math.log(x / self.mid) / math.log(self.gsd)
        return 0.5 * math.erfc(-score / math.sqrt(2.0))


@dataclass(frozen=True)
class Discrete(Distribution):
    """A few values with weights that add up to 1; values ascend."""

    values: tuple[float, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        same = len(self.values) == len(self.weights) > 0
        _require(same, f"{len(self.values)} values but {len(self.weights)} weights")
        _require(min(self.weights) >= 0.0, "a weight is negative")
        total = math.fsum(self.weights)
        off = abs(total - 1.0) > _WEIGHTS_TOLERANCE
        _require(not off, f"the weights add up to {total:.12g}, not to 1")
        _require(len(set(self.values)) == len(self.values), "a value stands twice")
        pairs = sorted(zip(self.values, self.weights, strict=True))
        object.__setattr__(self, "values", tuple(value for value, _ in pairs))
        object.__setattr__(self, "weights", tuple(weight for _, weight in pairs))

    @property
    def support(self) -> Support:
        possible = [v for v, w in zip(self.values, self.weights, strict=True) if w > 0.0]
        return possible[0], possible[-1]

    @property
    def uncertain(self) -> bool:
        return self.support[0] < self.support[1]

    def quantile(self, u: FloatArray) -> FloatArray:
        steps = np.cumsum(self.weights)
        # the least value whose mass reaches u; rounding must not go past the last
        last = int(np.flatnonzero(np.asarray(self.weights))[-1])
        first = int(np.flatnonzero(np.asarray(self.weights))[0])
        index = np.searchsorted(steps - 1e-12, u, side="left")
        return np.asarray(self.values, dtype=np.float64)[np.clip(index, first, last)]

    def _cdf(self, x: float) -> float:
        pairs = zip(self.values, self.weights, strict=True)
        return math.fsum(weight for value, weight in pairs if value <= x)


@dataclass(frozen=True)
class Quantiles(Distribution):
    """Values below which given shares of the mass lie, straight lines between them.

    The first share is 0 and the last 1; both ascend, and so do the values.
    """

    shares: tuple[float, ...]
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        same = len(self.shares) == len(self.values) >= 2
        _require(same, f"{len(self.shares)} shares but {len(self.values)} values")
        ends = self.shares[0] == 0.0 and self.shares[-1] == 1.0
        _require(ends, "the first share must be 0 and the last 1")
        for name, numbers in (("shares", self.shares), ("values", self.values)):
            ascend = all(a < b for a, b in itertools.pairwise(numbers))
            _require(ascend, f"the {name} must ascend")

    @property
    def support(self) -> Support:
        return self.values[0], self.values[-1]

    def quantile(self, u: FloatArray) -> FloatArray:
        return np.asarray(np.interp(u, self.shares, self.values))

    def _cdf(self, x: float) -> float:
        return float(np.interp(x, self.values, self.shares))


@dataclass(frozen=True)
class Truncated(Distribution):
    """Another distribution given that its value lies within `low`..`high`."""

    base: Distribution
    low: float
    high: float

    def __post_init__(self) -> None:
        _require(self.low < self.high, f"truncate: {self.low:g} must be less than {self.high:g}")
        mass = self._mass(self.high) - self._mass(self.low)
        _require(mass >= _LEAST_MASS, f"truncation to {self.low:g}..{self.high:g} leaves nothing")

    def _mass(self, x: float) -> float:
        return float(x > 0) if math.isinf(x) else self.base._cdf(x)

    @property
    def kind(self) -> str:
        return self.base.kind

    @property
    def support(self) -> Support:
        low, high = self.base.support
        return max(low, self.low), min(high, self.high)

    def quantile(self, u: FloatArray) -> FloatArray:
        below, upto = self._mass(self.low), self._mass(self.high)
        values = self.base.quantile(below + (upto - below) * np.asarray(u))
        return np.clip(values, *self.support)

    def _cdf(self, x: float) -> float:
        below, upto = self._mass(self.low), self._mass(self.high)
        return min(max((self.base._cdf(x) - below) / (upto - below), 0.0), 1.0)
