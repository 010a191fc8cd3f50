"""Shapes of luck: inverse distribution functions of one uniform."""

from __future__ import annotations

import math
from typing import Final

from scipy.special import ndtr, ndtri

from bvsim.schema.stages import Shock
from bvsim.valley.ground.streams import Stream

_EDGE: Final = 1e-12
"""As far as a drawn level keeps from 0 and 1, where the normal quantile is infinite."""


def normal_quantile(u: float) -> float:
    """Return the standard normal quantile of u."""
    return float(ndtri(u))


def lognormal(u: float, median: float, gsd: float) -> float:
    """Return the lognormal quantile of u, by median and geometric standard deviation."""
    return median * math.exp(math.log(gsd) * normal_quantile(u)) if gsd > 1.0 else median


def shocked_uniform(u: float, shock: Shock) -> float:
    """Return a uniform that the common shock pulls along (one-factor Gaussian copula).

    High values of the shock give high values here; the marginal stays uniform.
    """
    if not 0.0 < u < 1.0 or shock.correlation <= 0.0:
        return u
    weight = shock.correlation
    level = normal_quantile(min(max(shock.level, _EDGE), 1.0 - _EDGE))
    mixed = math.sqrt(weight) * level + math.sqrt(1.0 - weight) * normal_quantile(u)
    return float(ndtr(mixed))


def patience(stream: Stream, shock: Shock) -> float:
    """Return the hazard somebody bears: a unit exponential that the common shock shortens.

    Infinite when chance is off.
    """
    if not stream.random:
        return math.inf
    return -math.log(shocked_uniform(stream.uniform(), shock))
