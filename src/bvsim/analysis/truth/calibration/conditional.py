"""A plant's own deviations given what was observed of it, class figures given.

The posterior of a plant is p(class figures | all rows) p(its deviations | class figures, its own
rows). The first factor is what a fit writes down; the second is here, draw by draw: deviations
on a grid, weighed by their standard normal prior and the likelihood of the plant's rows, and
turned into draws by inverting one distribution function after another (Rosenblatt, Annals of
Mathematical Statistics 23, 1952). One uniform number a deviation, so that each keeps its place in
a design.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bvsim.analysis.truth.calibration.leave_one_out import TOGETHER, log_likelihood
from bvsim.analysis.truth.calibration.likelihood import Evidence
from bvsim.analysis.truth.calibration.sampling import Posterior

FloatArray = NDArray[np.float64]

_WIDEST: Final = 4.0
_NODES: Final = (27, 13, 7)
"""Of the first, second and third deviation of a part: where the likelihood is worked out."""
_FINE: Final = np.linspace(-_WIDEST, _WIDEST, 641)
"""Where distribution functions are inverted; in between the likelihood's logarithm is smooth."""


def conditional_scores(
    population: Posterior, plant: str, uniforms: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """Return a plant's deviations in standard scores, one set for each draw of the population.

    Parameters
    ----------
    population : Posterior
        Draws of the figures of the population; the deviations in it are not used.
    plant : str
        Whose rows count.
    uniforms : mapping of str to array, shape (draws,)
        In 0..1, by deviation: `curves.DEVIATIONS`.

    Returns
    -------
    dict of str to array, shape (draws,)
        Where the plant has no row of a part, standard normal scores.
    """
    i = population.what.index(plant)
    found: dict[str, FloatArray] = {}
    for parts, names in TOGETHER.items():
        own = [population.what.evidence[part].only(i) for part in parts]
        given = [uniforms[name] for name in names]
        scores = _invert(*_grid(population, i, own, names), given)
        found.update(zip(names, scores, strict=True))
    return found


def _grid(
    population: Posterior, i: int, own: Sequence[Evidence], names: Sequence[str]
) -> tuple[list[FloatArray], FloatArray]:
    """Return the nodes of each deviation, and log likelihoods, shape (draws, nodes, ...)."""
    axes = [np.linspace(-_WIDEST, _WIDEST, _NODES[j]) for j in range(len(names))]
    log_l = np.empty((*(len(axis) for axis in axes), population.size))
    for at in product(*(range(len(axis)) for axis in axes)):
        scores = {name: float(axes[j][at[j]]) for j, name in enumerate(names)}
        log_l[at] = log_likelihood(population, i, own, scores)
    return axes, np.moveaxis(log_l, -1, 0)


def _invert(
    axes: Sequence[FloatArray], log_l: FloatArray, uniforms: Sequence[FloatArray]
) -> list[FloatArray]:
    """Return draws: each axis from its distribution given those before."""
    found = []
    for axis, later, u in zip(axes, _tails(axes), uniforms, strict=True):
        score = _inverse(axis, _without_later(log_l, later), u)
        found.append(score)
        log_l = _at(axis, log_l, score)
    return found


def _tails(axes: Sequence[FloatArray]) -> list[Sequence[FloatArray]]:
    return [axes[j + 1 :] for j in range(len(axes))]


def _without_later(log_l: FloatArray, later: Sequence[FloatArray]) -> FloatArray:
    """Integrate later axes out, with their standard normal priors; shape (draws, nodes)."""
    for axis in reversed(later):
        log_l = np.logaddexp.reduce(log_l - 0.5 * axis**2, axis=-1)
    return log_l


def _inverse(axis: FloatArray, log_l: FloatArray, u: FloatArray) -> FloatArray:
    """Invert the distribution function of prior times likelihood, by draw."""
    from scipy.interpolate import CubicSpline

    log_p = CubicSpline(axis, log_l, axis=1)(_FINE) - 0.5 * _FINE**2
    density = np.exp(log_p - log_p.max(axis=1, keepdims=True))
    mass = np.cumsum((density[:, 1:] + density[:, :-1]) / 2.0, axis=1)
    mass = np.concatenate([np.zeros((len(mass), 1)), mass], axis=1)
    wanted = u * mass[:, -1]
    return np.array([np.interp(w, m, _FINE) for w, m in zip(wanted, mass, strict=True)])


def _at(axis: FloatArray, log_l: FloatArray, score: FloatArray) -> FloatArray:
    """Return log likelihoods at a score of the first axis, straight between nodes."""
    place = (score - axis[0]) / (axis[1] - axis[0])
    below = np.minimum(place.astype(np.int64), len(axis) - 2)
    part = (place - below).reshape(-1, *[1] * (log_l.ndim - 2))
    draws = np.arange(len(log_l))
    return np.asarray((1.0 - part) * log_l[draws, below] + part * log_l[draws, below + 1])
