"""What the posterior says of plants: those in the table, and new ones of a class."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bvsim.analysis.truth.calibration import curves
from bvsim.analysis.truth.calibration.likelihood import (
    NOISE,
    Evidence,
    expected,
    published,
    unscaled,
)
from bvsim.analysis.truth.calibration.sampling import Posterior
from bvsim.analysis.truth.calibration.table import CLASSES, Row

FloatArray = NDArray[np.float64]


def noise_of(posterior: Posterior, evidence: Evidence) -> FloatArray:
    """Return the noise of a part by draw, shape (draws, 1)."""
    name = NOISE.get(evidence.part)
    return posterior.h[name][:, None] if name else np.zeros((posterior.size, 1))


def new_plants(
    posterior: Posterior, ramp: str, ramped_before: int, rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Return the figures of a new plant of a class, one for each draw of the population.

    Parameters
    ----------
    posterior : Posterior
        Draws.
    ramp : str
        The class.
    ramped_before : int
        Plants abroad that its maker has ramped before.
    rng : numpy.random.Generator
        Draws the plant's deviations.

    Returns
    -------
    dict of str to array, shape (draws,)
        ``t50``, ``k``, ``mature``, ``scrap_start`` and so on.
    """
    return _drawn(posterior, CLASSES.index(ramp), float(curves.experience(ramped_before)), rng)


def class_figures(posterior: Posterior, ramp: str, ramped_before: int) -> dict[str, FloatArray]:
    """Return the figures of the middle plant of a class (no deviation), one for each draw."""
    return _drawn(posterior, CLASSES.index(ramp), float(curves.experience(ramped_before)), None)


def _drawn(
    posterior: Posterior, cls: int, known: float, rng: np.random.Generator | None
) -> dict[str, FloatArray]:
    z = deviations(posterior.size, rng)
    figures = curves.plant_figures(np, posterior.h, z, np.array([cls]), np.array([known]))
    flat = {name: np.broadcast_to(v, (posterior.size, 1))[:, 0] for name, v in figures.items()}
    flat["k"] = flat["steepness"] / flat["t50"]
    flat["at_sop"] = curves.sigmoid(np, flat["at_sop"])
    return flat


def deviations(draws: int, rng: np.random.Generator | None) -> Mapping[str, FloatArray]:
    """Return deviations of a plant that nothing is known of, shape (draws, 1); none: zeros."""
    if rng is None:
        return dict.fromkeys(curves.DEVIATIONS, np.zeros((draws, 1)))
    return {name: rng.standard_normal((draws, 1)) for name in curves.DEVIATIONS}


def predict(
    posterior: Posterior, i: int, rng: np.random.Generator
) -> tuple[tuple[Row, ...], tuple[FloatArray, ...]]:
    """Return what may be published of a plant that was not seen, errors included.

    Parameters
    ----------
    posterior : Posterior
        Draws of the population.
    i : int
        The plant; of its own only class, maker's experience and what is asked of it are used.
    rng : numpy.random.Generator
        Draws deviations and errors.

    Returns
    -------
    rows : tuple of Row
        Those with a value.
    members : tuple of array, shape (draws,)
        One for each.
    """
    what = posterior.what
    figures = curves.plant_figures(
        np, posterior.h, deviations(posterior.size, rng), what.ramp[[i]], what.known[[i]]
    )
    rows: list[Row] = []
    members: list[FloatArray] = []
    for whole in what.evidence.values():
        evidence = whole.only(i)
        mu = expected(np, evidence, figures, posterior.offsets, what.family)
        seen = published(evidence, mu, noise_of(posterior, evidence), rng)
        for j, row in enumerate(evidence.rows):
            if row.role == "value":
                rows.append(row)
                members.append(unscaled(evidence.part, seen[:, j]))
    return tuple(rows), tuple(members)
