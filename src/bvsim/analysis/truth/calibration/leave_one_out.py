"""What the fit says of a plant that it has not seen.

The posterior without a plant is the posterior with importance weights 1 / p(plant's rows | figures
of the population), the plant's own deviations integrated out: with them left in, the weights of
a plant with several rows would rest on a handful of draws (Merkle, Furr and Rabe-Hesketh,
Psychometrika 84, 2019). Weights are smoothed, and where their tail is too long (Pareto k above
0.7) the model is fitted again without the plant (Vehtari, Gelman and Gabry, Statistics and
Computing 27, 2017).
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bvsim.analysis.truth.calibration import curves
from bvsim.analysis.truth.calibration.likelihood import Evidence, expected, log_density
from bvsim.analysis.truth.calibration.prediction import noise_of, predict
from bvsim.analysis.truth.calibration.sampling import Fitter, Posterior
from bvsim.analysis.truth.calibration.table import Row

FloatArray = NDArray[np.float64]

LONGEST_TAIL: Final = 0.7
_DRAWS: Final = 1500
_POINTS: Final = 160
_WIDER: Final = 1.3
"""The proposal is wider than the deviations that it stands for."""
TOGETHER: Final = {
    ("share",): ("t50", "steepness", "mature"),
    ("scrap",): ("start", "time", "scrap_mature"),
    ("build",): ("build",),
    ("heads", "full"): ("heads", "at_sop"),
}
"""Parts, and the deviations on which they rest: given the population they are independent."""


@dataclass(frozen=True)
class LeftOutPlant:
    """A plant foretold from the others.

    Parameters
    ----------
    plant : str
        Which.
    pareto_k : float
        Of the importance weights.
    refitted : bool
        Whether the model was fitted again.
    rows : tuple of Row
        Its rows with a value.
    members : tuple of array
        What may be published of each, by draw: errors of observation included.
    weights : array, shape (members,)
        Of the draws; they add up to 1.
    log_density : float
        ln of the predictive density of all its rows.
    """

    plant: str
    pareto_k: float
    refitted: bool
    rows: tuple[Row, ...]
    members: tuple[FloatArray, ...]
    weights: FloatArray
    log_density: float


def leave_one_out(
    fitter: Fitter, posterior: Posterior, seed: int, plants: Sequence[str] | None = None
) -> Iterator[LeftOutPlant]:
    """Yield each plant as the others foretell it.

    Parameters
    ----------
    fitter : Fitter
        Fits again where that is needed.
    posterior : Posterior
        With all plants.
    seed : int
        Of what is drawn.
    plants : sequence of str, optional
        Only these.
    """
    for plant in posterior.what.plants if plants is None else plants:
        yield _foretold(fitter, posterior, seed, plant)


def _foretold(fitter: Fitter, posterior: Posterior, seed: int, plant: str) -> LeftOutPlant:
    i = posterior.what.index(plant)
    rng = np.random.default_rng([seed, i])
    used, k, again = thinned(posterior), 0.0, plant in posterior.without
    weights = np.full(used.size, 1.0 / used.size)
    evidence = log_evidence(used, posterior, i, rng)
    if not again:
        log_weights, k = smoothed_weights(-evidence)
        weights = np.exp(log_weights)
    if k > LONGEST_TAIL:
        again = True
        used = thinned(fitter.fit(seed, without=[plant], effort=fitter.effort.half))
        weights = np.full(used.size, 1.0 / used.size)
        evidence = log_evidence(used, posterior, i, rng)
    rows, members = predict(used, i, rng)
    density = float(np.logaddexp.reduce(np.log(weights) + evidence))
    return LeftOutPlant(plant, k, again, rows, members, weights, density)


def thinned(posterior: Posterior, draws: int = _DRAWS) -> Posterior:
    """Return about so many draws, evenly spaced."""
    step = max(1, posterior.size // draws)
    return Posterior(
        h={name: values[::step] for name, values in posterior.h.items()},
        z={name: values[::step] for name, values in posterior.z.items()},
        what=posterior.what,
        without=posterior.without,
        diagnostics=posterior.diagnostics,
    )


def smoothed_weights(log_ratios: FloatArray) -> tuple[FloatArray, float]:
    """Return Pareto-smoothed log weights that add up to 1, and the k of their tail."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        az: Any = importlib.import_module("arviz")
        smoothed, k = az.psislw(log_ratios)
    return np.asarray(smoothed), float(k)


def log_evidence(used: Posterior, seen: Posterior, i: int, rng: np.random.Generator) -> FloatArray:
    """Return ln p(rows of plant i | figures of the population) by draw, deviations integrated.

    By importance sampling: deviations are proposed from a normal distribution fitted to those
    of a posterior that has seen the plant, somewhat wider.
    """
    total = np.zeros(used.size)
    for parts, names in TOGETHER.items():
        own = [used.what.evidence[part].only(i) for part in parts]
        if any(evidence.rows for evidence in own):
            scores = np.stack([seen.z[name][:, i] for name in names])
            total += _log_mean(used, i, own, names, _proposal(scores, rng))
    return total


def _log_mean(
    used: Posterior,
    i: int,
    own: Sequence[Evidence],
    names: Sequence[str],
    proposal: tuple[FloatArray, FloatArray],
) -> FloatArray:
    scores, log_ratio = proposal
    log_p = np.empty((len(log_ratio), used.size))
    for point, score in enumerate(scores.T):
        log_p[point] = log_ratio[point] + log_likelihood(
            used, i, own, dict(zip(names, score, strict=True))
        )
    most = log_p.max(axis=0)
    return np.asarray(most + np.log(np.mean(np.exp(log_p - most), axis=0)))


def _proposal(seen: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return points, shape (deviations, points), and ln of standard normal over proposal."""
    middle = seen.mean(axis=1, keepdims=True)
    root = np.linalg.cholesky(np.atleast_2d(np.cov(seen)) * _WIDER**2)
    raw = rng.standard_normal((len(seen), _POINTS))
    points = middle + root @ raw
    log_q = -0.5 * (raw**2).sum(axis=0) - np.log(np.diag(root)).sum()
    return points, -0.5 * (points**2).sum(axis=0) - log_q


def log_likelihood(
    used: Posterior, i: int, own: Sequence[Evidence], scores: dict[str, float]
) -> FloatArray:
    """Return ln p(rows | population, deviations) of one plant by draw.

    Parameters
    ----------
    used : Posterior
        Draws of the population.
    i : int
        The plant.
    own : sequence of Evidence
        Its rows.
    scores : dict of str to float
        Its deviations, in standard scores; 0 where none is given.
    """
    what = used.what
    z = {name: np.full((1, 1), scores.get(name, 0.0)) for name in curves.DEVIATIONS}
    figures = curves.plant_figures(np, used.h, z, what.ramp[[i]], what.known[[i]])
    total = np.zeros(used.size)
    for evidence in own:
        if evidence.rows:
            mu = expected(np, evidence, figures, used.offsets, what.family)
            each = log_density(np, evidence, evidence.y, mu, noise_of(used, evidence))
            total += each.sum(axis=-1)
    return total
