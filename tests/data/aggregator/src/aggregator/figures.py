"""The log-uniform distribution: every order of magnitude alike."""

import math
from dataclasses import dataclass

import numpy as np

from bvsim import Distribution, Form


@dataclass(frozen=True)
class LogUniform(Distribution):
    """Its logarithm is uniform between those of `low` and `high`, both above zero."""

    low: float
    high: float

    def __post_init__(self):
        if not 0.0 < self.low < self.high:
            raise ValueError("log_uniform: 0 < low < high")

    @property
    def kind(self):
        """The distribution's name in files."""
        return "log_uniform"

    @property
    def support(self):
        """Least and greatest value."""
        return self.low, self.high

    def quantile(self, u):
        """Return the values below which shares `u` of the mass lie."""
        return self.low * (self.high / self.low) ** np.asarray(u)

    def _cdf(self, x):
        if not self.low < x < self.high:
            return float(x >= self.high)
        return math.log(x / self.low) / math.log(self.high / self.low)


LOG_UNIFORM = Form(LogUniform, ("low", "high"))
