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
from bvsim.analysis.truth.calibration.model import OFFSET
from bvsim.analysis.truth.calibration.sampling import Posterior
from bvsim.analysis.truth.calibration.table import CLASSES, FIRST_CELL, Row

FloatArray = NDArray[np.float64]

_SHORTEST_MONTHS = 0.1
"""Of t50, where a plant was beyond it at its SOP."""


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


def seen_plant(posterior: Posterior, plant: str, kind: str = FIRST_CELL) -> dict[str, FloatArray]:
    """Return the figures of a plant of the table, its own rows in view, one for each draw.

    Class and deviation come from one draw: this is the posterior of the class figures times
    that of the plant's deviation given them.

    Parameters
    ----------
    posterior : Posterior
        Draws.
    plant : str
        Which.
    kind : str
        Of the SOP that its time is counted from: of another than first cells the curves
        have gone on for the offset.
    """
    i = posterior.what.index(plant)
    z = {name: scores[:, [i]] for name, scores in posterior.z.items()}
    found = _figures(posterior, z, int(posterior.what.ramp[i]), float(posterior.what.known[i]))
    if kind == FIRST_CELL:
        return found
    return _counted_from(found, posterior.h[OFFSET][:, posterior.what.kinds.index(kind)])


def _counted_from(p: Mapping[str, FloatArray], months: FloatArray) -> dict[str, FloatArray]:
    """Return figures of the same curves with time counted from some months after first cells."""
    t50 = np.maximum(p["t50"] - months, _SHORTEST_MONTHS)
    fallen = p["scrap_mature"] + (p["scrap_knee"] - p["scrap_mature"]) * np.exp(
        -months / p["scrap_slow_time"]
    )
    start = curves.scrap(np, p, months)
    return {**p, "t50": t50, "steepness": p["k"] * t50, "scrap_knee": fallen, "scrap_start": start}


def _drawn(
    posterior: Posterior, cls: int, known: float, rng: np.random.Generator | None
) -> dict[str, FloatArray]:
    return _figures(posterior, deviations(posterior.size, rng), cls, known)


def _figures(
    posterior: Posterior, z: Mapping[str, FloatArray], cls: int, known: float
) -> dict[str, FloatArray]:
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
    posterior: Posterior, i: int, rng: np.random.Generator, *, seen: bool = False
) -> tuple[tuple[Row, ...], tuple[FloatArray, ...]]:
    """Return what may be published of a plant, errors included.

    Parameters
    ----------
    posterior : Posterior
        Draws of the population.
    i : int
        The plant.
    rng : numpy.random.Generator
        Draws deviations and errors.
    seen : bool
        Whether its own rows count; else only its class, its maker's experience and what is
        asked of it are used.

    Returns
    -------
    rows : tuple of Row
        Those with a value.
    members : tuple of array, shape (draws,)
        One for each.
    """
    what = posterior.what
    own = {name: scores[:, [i]] for name, scores in posterior.z.items()}
    z = own if seen else deviations(posterior.size, rng)
    figures = curves.plant_figures(np, posterior.h, z, what.ramp[[i]], what.known[[i]])
    rows: list[Row] = []
    members: list[FloatArray] = []
    for whole in what.evidence.values():
        evidence = whole.only(i)
        mu = expected(np, evidence, figures, posterior.offsets, what.family)
        values = published(evidence, mu, noise_of(posterior, evidence), rng)
        for j, row in enumerate(evidence.rows):
            if row.role == "value":
                rows.append(row)
                members.append(unscaled(evidence.part, values[:, j]))
    return tuple(rows), tuple(members)
