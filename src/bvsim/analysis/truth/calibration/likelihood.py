"""How likely a row is: errors of observation from its low and high, and bounds.

As in `curves`, the module that computes comes first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bvsim.analysis.truth.calibration import curves
from bvsim.analysis.truth.calibration.table import FIRST_CELL, Part, Row

FloatArray = NDArray[np.float64]

PARTS: Final[tuple[Part, ...]] = ("share", "scrap", "build", "heads", "full")
NOISE: Final = {"share": "share_noise", "scrap": "scrap_noise", "heads": "heads_noise"}
"""What of a part does not follow its smooth curve."""
_NORMAL_P90: Final = 1.2815515655446004
_LEAST_ERROR: Final = 0.02
"""Of ln or logit: no published figure is better."""
_FULL: Final = 0.985
"""A share of nameplate of 1 has no logit."""
_LOGISTIC: Final = 1.702
"""Scale at which the logistic function is closest to the normal's distribution function."""
_LN_SQRT_2_OVER_PI: Final = 0.5 * math.log(2.0 / math.pi)


@dataclass(frozen=True)
class Evidence:
    """The rows of one part as arrays, on the scale on which errors are about even.

    Parameters
    ----------
    part : str
        Which.
    rows : tuple of Row
        In the order of the arrays, each of shape (rows,).
    plant : array of int
        Index of each row's plant.
    y, below, above : array of float
        Value, and spread below and above it: logit of shares, ln of months and heads.
    months, averages, nameplate : array of float
        As published.
    kind : array of int
        Index of the kind of SOP among the kinds with an offset; -1 for first cells.
    sign : array of int
        0 for a value, 1 where the truth is at most y, -1 where it is at least y.
    """

    part: Part
    rows: tuple[Row, ...]
    plant: NDArray[np.int64]
    y: FloatArray
    below: FloatArray
    above: FloatArray
    months: FloatArray
    averages: FloatArray
    nameplate: FloatArray
    kind: NDArray[np.int64]
    sign: NDArray[np.int64]

    def only(self, plant: int) -> Evidence:
        """Return the rows of one plant, which is then the only one."""
        at = np.flatnonzero(self.plant == plant)
        arrays = {
            field.name: getattr(self, field.name)[at]
            for field in fields(self)
            if field.name not in ("part", "rows")
        }
        arrays["plant"] = np.zeros(len(at), dtype=np.int64)
        return Evidence(part=self.part, rows=tuple(self.rows[i] for i in at), **arrays)


def gather(
    rows: Sequence[Row], part: Part, plants: Sequence[str], kinds: Sequence[str]
) -> Evidence:
    """Return the rows of one part as arrays."""
    own = tuple(row for row in rows if row.part == part)
    scaled = np.array([_scaled(row) for row in own], dtype=np.float64).reshape(-1, 3)
    signs = {"value": 0, "at-most": 1, "at-least": -1}
    return Evidence(
        part=part,
        rows=own,
        plant=np.array([plants.index(row.plant) for row in own], dtype=np.int64),
        y=scaled[:, 1],
        below=_spread(scaled[:, 1] - scaled[:, 0]),
        above=_spread(scaled[:, 2] - scaled[:, 1]),
        months=np.array([row.months for row in own], dtype=np.float64),
        averages=np.array([row.averages for row in own], dtype=np.float64),
        nameplate=np.array([row.nameplate for row in own], dtype=np.float64),
        kind=np.array([_kind(row, kinds) for row in own], dtype=np.int64),
        sign=np.array([signs[row.role] for row in own], dtype=np.int64),
    )


def _kind(row: Row, kinds: Sequence[str]) -> int:
    return -1 if row.kind == FIRST_CELL else kinds.index(row.kind)


def _scaled(row: Row) -> list[float]:
    values = (row.low, row.value, row.high)
    if row.part in ("share", "scrap"):
        return [math.log(x / (1.0 - x)) for x in (min(value, _FULL) for value in values)]
    return [math.log(value) for value in values]


def _spread(distance: FloatArray) -> FloatArray:
    return np.maximum(distance / _NORMAL_P90, _LEAST_ERROR)


def unscaled(part: Part, y: FloatArray) -> FloatArray:
    """Return values from the scale of the fit."""
    if part in ("share", "scrap"):
        return curves.sigmoid(np, y)  # type: ignore[no-any-return]
    return np.exp(y)


def expected(
    xp: Any,
    evidence: Evidence,
    figures: curves.Values,
    offsets: Any,
    family: curves.Family = "logistic",
) -> Any:
    """Return what a plant's figures say of each row, on the scale of the fit.

    Parameters
    ----------
    xp : module
        numpy or pytensor.tensor.
    evidence : Evidence
        The rows.
    figures : mapping
        Of the plants, plants last.
    offsets : array
        Months from first cells to each kind of SOP, kinds last and then a zero.
    family : str
        Of the ramp's curve.
    """
    p = {
        name: value[..., evidence.plant] if _by_plant(name) else value
        for name, value in figures.items()
    }
    later = offsets[..., evidence.kind]
    months = evidence.months + later
    if evidence.part == "share":
        return curves.logit(xp, curves.mean_share(xp, p, months, evidence.averages, family))
    if evidence.part == "scrap":
        return curves.logit(xp, curves.scrap(xp, p, xp.maximum(months, 0.0)))
    if evidence.part == "build":
        return xp.log(p["build"] + later)
    full = xp.log(curves.full_staff(xp, p, evidence.nameplate))
    return full if evidence.part == "full" else full + xp.log(curves.staffed(xp, p, months))


def _by_plant(name: str) -> bool:
    return name not in curves.COMMON


def log_density(xp: Any, evidence: Evidence, y: Any, mu: Any, noise: Any) -> Any:
    """Return the log density of each row: of values y given what is expected.

    A value has a split normal error: below what is published with one spread, above it with
    another, each widened by the noise. A bound is a soft step of the same width.
    """
    off = mu - y
    below, above = (xp.sqrt(side**2 + noise**2) for side in (evidence.below, evidence.above))
    # the truth lies above what was published where mu exceeds y
    spread = xp.where(off > 0.0, above, below)
    value = _LN_SQRT_2_OVER_PI - xp.log(below + above) - 0.5 * (off / spread) ** 2
    inside = -evidence.sign * off / spread * _LOGISTIC
    return xp.where(evidence.sign == 0, value, -xp.logaddexp(0.0, -inside))


def published(
    evidence: Evidence, mu: FloatArray, noise: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Return what may be published of what is expected: errors and noise added.

    The inverse of `log_density`: where the truth is mu, y falls below it as often, and as far,
    as published figures lie below the truth.
    """
    below, above = (np.sqrt(side**2 + noise**2) for side in (evidence.below, evidence.above))
    size = np.abs(rng.standard_normal(mu.shape))
    under = rng.random(mu.shape) < above / (below + above)
    return np.asarray(mu + np.where(under, -above, below) * size)
