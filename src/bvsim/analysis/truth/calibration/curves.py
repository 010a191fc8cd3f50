"""What a plant does by month after its first cells: the equations of the fit, once.

Every function takes the module that computes (numpy, or pytensor for the sampler) as its first
argument, so that sampler and forecasts cannot differ. Arrays have draws first (none in the
sampler) and plants, or rows, last.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Values = Mapping[str, Any]

LARGEST_RAMPED: Final = 3
_LARGEST_EXPONENT: Final = 500.0
_LARGEST_POWER: Final = 5.0
"""A Gompertz curve is nothing long before: exp(-ln 2 e^5) is 1e-45."""
_LN_2: Final = math.log(2.0)

Family = Literal["logistic", "gompertz"]
"""Of the ramp's curve."""
DEVIATIONS: Final = (
    "t50",
    "steepness",
    "mature",
    "start",
    "time",
    "scrap_mature",
    "build",
    "heads",
    "at_sop",
)
"""What a plant has of its own: standard normal scores, one of each a plant."""
COMMON: Final = frozenset({"scrap_knee", "heads_size", "heads_pace"})
"""Figures in which plants do not differ."""
_RULE: Final = np.polynomial.legendre.leggauss(12)
NODES: Final[FloatArray] = _RULE[0]
"""Of Gauss and Legendre, on -1..1."""
WEIGHTS: Final[FloatArray] = _RULE[1] / 2.0
"""Of a mean over -1..1: they add up to 1."""


def sigmoid(xp: Any, x: Any) -> Any:
    """Return the logistic function."""
    return 1.0 / (1.0 + xp.exp(xp.minimum(-x, _LARGEST_EXPONENT)))


def logit(xp: Any, share: Any) -> Any:
    """Return the log odds of a share."""
    return xp.log(share / (1.0 - share))


def experience(ramped_before: Any) -> FloatArray:
    """Return the maker's experience on a scale from 0 (none) to 1 (three plants abroad).

    Each further plant adds less: ln(1 + n) / ln(1 + 3).
    """
    ramped = np.minimum(np.asarray(ramped_before, dtype=np.float64), LARGEST_RAMPED)
    return np.asarray(np.log1p(ramped) / math.log1p(LARGEST_RAMPED))


def plant_figures(xp: Any, h: Values, z: Values, cls: Any, known: Any) -> dict[str, Any]:
    """Return each plant's own figures: its class, its maker's experience, its deviation.

    Parameters
    ----------
    xp : module
        numpy or pytensor.tensor.
    h : mapping
        Figures of the population; those by class have the class last.
    z : mapping
        Deviations in standard scores, plants last.
    cls, known : arrays, shape (plants,)
        The class of each plant, and the maker's experience.
    """

    def one(name: str) -> Any:
        return h[name][..., None]

    ln_t50 = h["t50"][..., cls] + one("t50_experience") * known + one("t50_spread") * z["t50"]
    steep = h["steepness"][..., cls] + one("steepness_spread") * z["steepness"]
    mature = one("mature_share") + one("mature_share_spread") * z["mature"]
    start = h["scrap_start"][..., cls] + one("scrap_start_experience") * known
    time = h["scrap_time"][..., cls] + one("scrap_time_experience") * known
    floor = one("scrap_mature") + one("scrap_mature_spread") * z["scrap_mature"]
    knee = xp.exp(one("scrap_knee"))
    over = sigmoid(xp, start + one("scrap_start_spread") * z["start"])
    fast = xp.exp(time + one("scrap_time_spread") * z["time"])
    return {
        "t50": xp.exp(ln_t50),
        "steepness": xp.exp(steep),
        "mature": sigmoid(xp, mature),
        "scrap_start": knee + (1.0 - knee) * over,
        "scrap_knee": knee,
        "scrap_mature": knee * sigmoid(xp, floor),
        "scrap_time": fast,
        "scrap_slow_time": fast * (1.0 + xp.exp(one("scrap_slow"))),
        "build": xp.exp(h["build_months"][..., cls] + one("build_spread") * z["build"]),
        "heads": xp.exp(one("heads_per_gwh") + one("heads_spread") * z["heads"]),
        "at_sop": one("heads_at_sop") + one("heads_at_sop_spread") * z["at_sop"],
        "heads_size": one("heads_size"),
        "heads_pace": xp.exp(one("heads_pace")),
    }


def share_of_nameplate(xp: Any, p: Values, months: Any, family: Family = "logistic") -> Any:
    """Return good cells as a share of nameplate by month after first cells.

    With the steepness s = k t50, which has no unit (a slow plant is a fast one in slow motion,
    unless it has a deviation of its own) and x = s (t / t50 - 1): mature / (1 + exp(-x)), or
    mature 2^(-exp(-x)), Gompertz's curve. Half of the mature share is reached at t50.
    """
    x = p["steepness"] * (months / p["t50"] - 1.0)
    if family == "logistic":
        return p["mature"] * sigmoid(xp, x)
    return p["mature"] * xp.exp(-_LN_2 * xp.exp(xp.minimum(-x, _LARGEST_POWER)))


def mean_share(xp: Any, p: Values, months: Any, averages: Any, family: Family = "logistic") -> Any:
    """Return the share averaged over periods centred at some months; none before SOP.

    Parameters
    ----------
    p : mapping
        Figures of the plant of each row, rows last.
    months, averages : arrays, rows last
        Middle and length of each period.
    """
    nodes = months[..., None] + averages[..., None] / 2.0 * NODES
    each = {name: p[name][..., None] for name in ("mature", "steepness", "t50")}
    return (share_of_nameplate(xp, each, xp.maximum(nodes, 0.0), family) * WEIGHTS).sum(axis=-1)


def scrap(xp: Any, p: Values, months: Any) -> Any:
    """Return scrap as a share of starts: two stages, above and below the knee.

    What lies above the knee (a yield of about 90%) falls with the fast time, what lies between
    knee and mature scrap with the slow one.
    """
    above = (p["scrap_start"] - p["scrap_knee"]) * xp.exp(-months / p["scrap_time"])
    below = (p["scrap_knee"] - p["scrap_mature"]) * xp.exp(-months / p["scrap_slow_time"])
    return p["scrap_mature"] + below + above


def staffed(xp: Any, p: Values, months: Any) -> Any:
    """Return heads by month relative to full staff: logistic through the share at SOP."""
    return sigmoid(xp, p["at_sop"] + months / p["heads_pace"])


def full_staff(xp: Any, p: Values, nameplate: Any) -> Any:
    """Return full staff: heads per GWh at 10 GWh, falling with the size of the plant."""
    return p["heads"] * nameplate * xp.exp(-p["heads_size"] * xp.log(nameplate / 10.0))
