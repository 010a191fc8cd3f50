"""Samples of the posterior, with what shows whether they can be trusted."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bvsim.analysis.truth.calibration import curves
from bvsim.analysis.truth.calibration.model import (
    BY_CLASS,
    DEVIATION,
    OFFSET,
    PUBLISHED,
    SHARED,
    WEIGHTS,
    Design,
    build_model,
)
from bvsim.analysis.truth.calibration.priors import Priors

FloatArray = NDArray[np.float64]

EXTRA: Final = "pip install 'bvsim[calibrate]'"


@dataclass(frozen=True)
class Effort:
    """How much is sampled."""

    chains: int = 4
    draws: int = 1500
    tune: int = 1000
    target_accept: float = 0.95

    @property
    def half(self) -> Effort:
        """Half the chains: for fits without a plant."""
        return replace(self, chains=max(2, self.chains // 2))


@dataclass(frozen=True)
class Diagnostics:
    """Whether chains agree.

    Parameters
    ----------
    rhat, ess : mapping of str to float
        The largest R-hat (rank-normalised, split) and the least bulk or tail effective sample
        size of each figure of the population.
    divergences, draws : int
        Of all chains, after tuning.
    """

    rhat: Mapping[str, float]
    ess: Mapping[str, float]
    divergences: int
    draws: int

    @property
    def worst_rhat(self) -> float:
        """The largest of all."""
        return max(self.rhat.values())

    @property
    def least_ess(self) -> float:
        """The least of all."""
        return min(self.ess.values())


@dataclass(frozen=True)
class Posterior:
    """Draws of the population's figures and of the plants' deviations.

    Parameters
    ----------
    h : mapping of str to array
        Figures of the population on the scale of the fit: shape (draws,), by class
        (draws, classes), `offset` (draws, kinds) in months.
    z : mapping of str to array, shape (draws, plants)
        Deviations in standard scores.
    what : Design
        What was fitted.
    without : frozenset of str
        Plants that the fit has not seen.
    diagnostics : Diagnostics
        Whether to trust it.
    """

    h: Mapping[str, FloatArray]
    z: Mapping[str, FloatArray]
    what: Design
    without: frozenset[str]
    diagnostics: Diagnostics

    @property
    def size(self) -> int:
        """How many draws."""
        return len(self.h["share_noise"])

    @property
    def offsets(self) -> FloatArray:
        """Months from first cells to each kind of SOP, shape (draws, kinds + 1), zeros last."""
        none = np.zeros((self.size, 1))
        return np.concatenate([self.h[OFFSET], none], axis=1) if self.what.kinds else none


class Fitter:
    """The compiled model: compiled once, sampled with all plants or without some.

    Parameters
    ----------
    what : Design
        Plants and rows.
    priors : Priors
        What was believed before.
    effort : Effort
        How much to sample.

    Raises
    ------
    RuntimeError
        When the extra is not installed.
    """

    def __init__(self, what: Design, priors: Priors, effort: Effort | None = None) -> None:
        self.what, self.effort = what, effort or Effort()
        self._nutpie = _sampler()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._compiled = self._nutpie.compile_pymc_model(build_model(what, priors))

    def fit(
        self,
        seed: int,
        without: Collection[str] = (),
        published: Mapping[str, FloatArray] | None = None,
        effort: Effort | None = None,
    ) -> Posterior:
        """Sample the posterior.

        Parameters
        ----------
        seed : int
            Of the sampler: the same gives the same.
        without : collection of str
            Plants whose rows do not count. Their deviations are then drawn from the population.
        published : mapping of str to array, optional
            Other values of the rows than the table's, by part, on the scale of the fit.
        effort : Effort, optional
            Another than usual.
        """
        data = {f"{part}{PUBLISHED}": y for part, y in (published or {}).items()}
        weights = np.ones(len(self.what.plants))
        weights[[self.what.index(plant) for plant in without]] = 0.0
        effort = effort or self.effort
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            trace = self._nutpie.sample(
                self._compiled.with_data(**{WEIGHTS: weights}, **data),
                seed=seed,
                chains=effort.chains,
                draws=effort.draws,
                tune=effort.tune,
                target_accept=effort.target_accept,
                cores=1,
                progress_bar=False,
            )
        return _posterior(trace, self.what, frozenset(without))


def _sampler() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import nutpie
            import pymc  # noqa: F401
    except ImportError as error:
        raise RuntimeError(f"the fit needs a sampler: {EXTRA} ({error})") from error
    return nutpie


def _posterior(trace: Any, what: Design, without: frozenset[str]) -> Posterior:
    names = [*BY_CLASS, *SHARED, *([OFFSET] if what.kinds else [])]
    chains = {name: np.asarray(trace.posterior[name]) for name in names}
    return Posterior(
        h={name: _joined(values) for name, values in chains.items()},
        z={
            name: _joined(np.asarray(trace.posterior[f"{DEVIATION}{name}"]))
            for name in curves.DEVIATIONS
        },
        what=what,
        without=without,
        diagnostics=_diagnose(chains, trace),
    )


def _joined(values: FloatArray) -> FloatArray:
    """Put chains one after another."""
    return values.reshape(-1, *values.shape[2:])


def _diagnose(chains: Mapping[str, FloatArray], trace: Any) -> Diagnostics:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        az: Any = importlib.import_module("arviz")
        data = az.convert_to_dataset(dict(chains))
        rhat = az.rhat(data)
        ess = [az.ess(data, method=method) for method in ("bulk", "tail")]
    diverging = np.asarray(trace.sample_stats["diverging"])
    return Diagnostics(
        rhat={name: float(rhat[name].max()) for name in chains},
        ess={name: min(float(each[name].min()) for each in ess) for name in chains},
        divergences=int(diverging.sum()),
        draws=int(diverging.size),
    )
