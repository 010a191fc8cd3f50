"""The hierarchical model: plants within classes, with what was believed before.

Needs the extra ``bvsim[calibrate]``; `design` does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bvsim.analysis.truth.calibration import curves
from bvsim.analysis.truth.calibration.likelihood import (
    NOISE,
    PARTS,
    Evidence,
    expected,
    gather,
    log_density,
)
from bvsim.analysis.truth.calibration.priors import Prior, Priors
from bvsim.analysis.truth.calibration.table import CLASSES, FIRST_CELL, Table

FloatArray = NDArray[np.float64]

BY_CLASS: Final = ("t50", "steepness", "scrap_start", "scrap_time", "build_months")
SHARED: Final = (
    "t50_experience",
    "t50_spread",
    "steepness_between",
    "steepness_spread",
    "mature_share",
    "mature_share_spread",
    "share_noise",
    "scrap_start_experience",
    "scrap_start_spread",
    "scrap_time_experience",
    "scrap_time_spread",
    "scrap_knee",
    "scrap_slow",
    "scrap_mature",
    "scrap_mature_spread",
    "scrap_noise",
    "build_spread",
    "heads_per_gwh",
    "heads_size",
    "heads_spread",
    "heads_at_sop",
    "heads_at_sop_spread",
    "heads_pace",
    "heads_noise",
)
OFFSET: Final = "offset"
WEIGHTS: Final = "weights"
PUBLISHED: Final = "_published"
"""Ends the name of what was published, on the scale of the fit, part by part."""
DEVIATION: Final = "z_"
"""Begins the name of a plant's own deviations."""


@dataclass(frozen=True)
class Design:
    """What is fitted to what: plants, their classes, the rows as arrays.

    Parameters
    ----------
    plants : tuple of str
        Sorted.
    ramp : array of int, shape (plants,)
        Class of each, an index of `CLASSES`.
    known : array of float, shape (plants,)
        The maker's experience, 0 to 1.
    kinds : tuple of str
        Kinds of SOP other than first cells.
    evidence : mapping of str to Evidence
        By part.
    family : str
        Of the ramp's curve.
    """

    plants: tuple[str, ...]
    ramp: NDArray[np.int64]
    known: FloatArray
    kinds: tuple[str, ...]
    evidence: Mapping[str, Evidence]
    family: curves.Family

    def index(self, plant: str) -> int:
        """Return the place of a plant.

        Raises
        ------
        ValueError
            When the table has no row of it.
        """
        if plant not in self.plants:
            raise ValueError(f"no row of {plant!r}; known: {', '.join(self.plants)}")
        return self.plants.index(plant)


def design(table: Table, family: curves.Family = "logistic") -> Design:
    """Return what is fitted to the rows of a table."""
    plants = table.plants
    first = {row.plant: row for row in reversed(table.rows)}
    kinds = tuple(sorted({row.kind for row in table.rows} - {FIRST_CELL}))
    return Design(
        plants=plants,
        ramp=np.array([CLASSES.index(first[plant].ramp) for plant in plants], dtype=np.int64),
        known=curves.experience([first[plant].ramped_before for plant in plants]),
        kinds=kinds,
        evidence={part: gather(table.rows, part, plants, kinds) for part in PARTS},
        family=family,
    )


def build_model(what: Design, priors: Priors) -> Any:
    """Return the PyMC model; its data can be replaced.

    `weights` (one a plant) takes plants out; `share_published` and its like are the values.
    """
    import pymc as pm
    import pytensor.tensor as pt

    with pm.Model() as model:
        h = dict(_population(pm, pt, what.family, priors))
        offsets = _offsets(pm, pt, what, priors)
        z = {name: _deviation(pm, name, h, what) for name in curves.DEVIATIONS}
        weights = pm.Data(WEIGHTS, np.ones(len(what.plants)))
        figures = curves.plant_figures(pt, h, z, what.ramp, what.known)
        for part, evidence in what.evidence.items():
            if evidence.rows:
                y = pm.Data(f"{part}{PUBLISHED}", evidence.y)
                mu = expected(pt, evidence, figures, offsets, what.family)
                each = log_density(pt, evidence, y, mu, _noise(h, evidence))
                pm.Potential(part, (weights[evidence.plant] * each).sum())
    return model


def _deviation(pm: Any, name: str, h: Mapping[str, Any], what: Design) -> Any:
    """Return the standard scores of plants.

    Months of building are known of most plants, and well: there the plant's own value is the
    variable and the score follows, or the sampler would crawl.
    """
    if name != "build":
        return pm.Normal(f"{DEVIATION}{name}", shape=len(what.plants))
    usual, spread = h["build_months"][what.ramp], h["build_spread"]
    own = pm.Normal("ln_build", usual, spread, shape=len(what.plants))
    return pm.Deterministic(f"{DEVIATION}{name}", (own - usual) / spread)


def _noise(h: Mapping[str, Any], evidence: Evidence) -> Any:
    name = NOISE.get(evidence.part)
    return h[name] if name else 0.0


def _population(
    pm: Any, pt: Any, family: curves.Family, priors: Priors
) -> Iterator[tuple[str, Any]]:
    shared = {name: _variable(pm, name, priors.of(name)) for name in SHARED}
    yield from shared.items()
    yield (
        "steepness",
        _steepness(pm, pt, shared["steepness_between"], priors.of("steepness", family)),
    )
    for name in sorted(set(BY_CLASS) - {"steepness"}):
        raw = pm.Normal(f"{name}_raw", shape=len(CLASSES))
        mean, spread = _by_class([priors.of(name, cls) for cls in CLASSES])
        yield name, pm.Deterministic(name, mean + pt.dot(spread, raw))


def _steepness(pm: Any, pt: Any, between: Any, prior: Prior) -> Any:
    """Return the steepness of each class: classes differ, but learn from one another.

    New technology begins where new entrants are.
    """
    usual = _variable(pm, "steepness_usual", prior)
    raw = pm.Normal("steepness_raw", shape=len(CLASSES))
    kin = np.eye(len(CLASSES))
    kin[CLASSES.index("new-technology"), CLASSES.index("new-entrant")] = 1.0
    return pm.Deterministic("steepness", usual + between * pt.dot(kin, raw))


def _by_class(own: Sequence[Prior]) -> tuple[FloatArray, FloatArray]:
    """Return means, and what standard scores of the classes are multiplied by.

    A class that is relative to another (which is not) has that one's mean and score as well.
    """
    mean = np.array([prior.mean for prior in own])
    spread = np.diag([prior.sd for prior in own])
    for i, prior in enumerate(own):
        if prior.relative_to:
            other = CLASSES.index(prior.relative_to)
            mean[i] += mean[other]
            spread[i, other] = own[other].sd
    return mean, spread


def _variable(pm: Any, name: str, prior: Prior) -> Any:
    if prior.family == "spread":
        return pm.LogNormal(name, prior.mean, prior.sd)
    return pm.Normal(name, prior.mean, prior.sd)


def _offsets(pm: Any, pt: Any, what: Design, priors: Priors) -> Any:
    """Return months from first cells to each kind of SOP, and a zero for first cells."""
    if not what.kinds:
        return pt.zeros(1)
    own = [priors.of(OFFSET, kind) for kind in what.kinds]
    mean, sd = np.array([p.mean for p in own]), np.array([p.sd for p in own])
    raw = pm.Normal(f"{OFFSET}_raw", shape=len(own))
    months = pm.Deterministic(OFFSET, pt.exp(mean + sd * raw))
    return pt.concatenate([months, pt.zeros(1)])
