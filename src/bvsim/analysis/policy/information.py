"""What knowing more is worth: EVPI, EVPPI and EVSI of a decision, by regression on ordinary rows.

A decision is a choice among runs on common draws and luck, such as the valley without a lever and
with each lever alone. With perfect information the best is chosen in each row (EVPI: figures and
luck known). With some figures known, the best is chosen by what they foretell: each option's gain
is regressed on them (Strong, Oakley and Brennan 2014, Medical Decision Making 34, 311-326). The fit
that decides a row was made without it, and the row's own utility counts, so that noise is worth
nothing on average and no part is worth more than the whole. A noisy observation of a figure is
regressed on like the figure itself (Strong, Oakley, Brennan and Breeze 2015, Medical Decision
Making 35, 570-583).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.policy.robustness import paired
from bvsim.analysis.tables import RunLike
from bvsim.ensemble.design.points import generator
from bvsim.ensemble.work import FloatArray

FOLDS = 8
_KNOTS = (0.2, 0.4, 0.6, 0.8)
_MOST_FIGURES = 6
"""Of a group, the figures that go most with the gains are regressed on."""
_RIDGE = 1e-2
_SCREENED = 40
"""Figures whose value is worked out one by one: those that go most with the gains."""


@dataclass(frozen=True)
class Known:
    """What it is worth to know something.

    Parameters
    ----------
    name, kind : str
        What: a figure, a group, a source or an observation.
    value, se : float
        EVPPI (EVSI) and its standard error, in the unit of the utility. Without a decision: the
        share of variance that it explains, and no error.
    clear : bool
        Whether it is above what the best of so many looks by chance.
    """

    name: str
    kind: str
    value: float
    se: float
    clear: bool


@dataclass(frozen=True)
class Information:
    """What knowing more is worth for a decision.

    Parameters
    ----------
    options : tuple of str
        What can be chosen.
    best : str
        What is chosen now: the highest mean utility.
    means : dict of str to float
        The mean utility of each option.
    evpi, evpi_se : float
        The value of knowing figures and luck, and its standard error.
    known : tuple of Known
        The parts, the most valuable first.
    rows : int
        Rows that it rests on.
    """

    options: tuple[str, ...]
    best: str
    means: dict[str, float]
    evpi: float
    evpi_se: float
    known: tuple[Known, ...]
    rows: int


Parts = Mapping[tuple[str, str], Sequence[str]]
"""Figures by the kind and the name of what is known together."""


def utilities(
    runs: Mapping[str, RunLike],
    kpi: str,
    costs_meur: Mapping[str, float] | None = None,
    meur_per_unit: float | None = None,
    *,
    less_is_better: bool = False,
) -> pd.DataFrame:
    """Return the utility of each option (columns) in each row (index) that all have.

    Parameters
    ----------
    runs : mapping of str to RunLike
        The options.
    kpi : str
        What is maximised; rows in which it is undefined are left out.
    costs_meur, meur_per_unit
        With both the utility is money: the key figure times what a unit is worth, less the cost of
        the option, EUR million.
    less_is_better : bool
        The key figure is minimised instead.
    """
    values = paired(runs, kpi).dropna() * (-1.0 if less_is_better else 1.0)
    if values.empty:
        raise AnalysisError(f"{kpi} is undefined in every row of some option")
    if meur_per_unit is None:
        return values
    costs = pd.Series({name: (costs_meur or {}).get(name, 0.0) for name in values.columns})
    return values * meur_per_unit - costs


def information(
    table: pd.DataFrame,
    figures: pd.DataFrame,
    parts: Parts,
    observations: Mapping[str, float] | None = None,
) -> Information:
    """Return what knowing more is worth.

    Parameters
    ----------
    table : pandas.DataFrame
        Of `utilities`.
    figures : pandas.DataFrame
        The values of the uncertain figures by draw (index).
    parts : mapping
        Groups and sources of figures; single figures come by themselves.
    observations : mapping of str to float, optional
        Figures that can be measured, with the standard deviation of the measurement's error.
    """
    names = [str(name) for name in table.columns]
    utility = table.to_numpy(dtype=np.float64)
    draws = np.asarray(table.index.get_level_values("draw"), dtype=np.int64)
    ranks = _ranks(figures.reindex(draws))
    chosen = int(utility.mean(axis=0).argmax())
    gains = utility - utility[:, [chosen]]
    case = _Case(gains, draws % FOLDS)
    perfect = gains.max(axis=1)
    singles = _screened(ranks, gains)
    wanted = {("figure", name): (name,) for name in singles} | dict(parts)
    known = [case.known(kind, name, ranks, paths) for (kind, name), paths in wanted.items()]
    for name, sd in (observations or {}).items():
        known.append(case.known("observation", name, _observed(figures, draws, name, sd), (name,)))
    tests = max(1, len(ranks.columns))
    judged = [_judged(each, tests if each.kind == "figure" else len(wanted)) for each in known]
    return Information(
        tuple(names),
        names[chosen],
        dict(zip(names, map(float, utility.mean(axis=0)), strict=True)),
        float(perfect.mean()),
        _error(perfect, draws),
        tuple(sorted(judged, key=lambda each: (-each.value, each.kind, each.name))),
        len(utility),
    )


def variance_explained(
    values: pd.Series[float], figures: pd.DataFrame, parts: Parts
) -> tuple[Known, ...]:
    """Return the share of a key figure's variance that figures explain, where nothing is decided.

    It is measured in rows that a fit has not seen; luck and interactions are not in it.
    """
    draws = np.asarray(values.index.get_level_values("draw"), dtype=np.int64)
    ranks = _ranks(figures.reindex(draws))
    target = values.to_numpy(dtype=np.float64)[:, None]
    centred: FloatArray = target - target.mean()
    if not centred.any():
        raise AnalysisError(f"{values.name or 'the outcome'} does not vary: nothing to explain")
    case = _Case(centred, draws % FOLDS)
    wanted = {("figure", name): (name,) for name in _screened(ranks, centred)} | dict(parts)
    found = []
    for (kind, name), paths in wanted.items():
        left = case.gains - case.foretold(ranks, paths)
        share = max(0.0, 1.0 - float((left**2).mean() / (case.gains**2).mean()))
        looks = len(ranks.columns) if kind == "figure" else len(wanted)
        clear = share > _limit(looks / 2.0) ** 2 / len(target)
        found.append(Known(name, kind, share, float("nan"), clear=clear))
    return tuple(sorted(found, key=lambda each: (-each.value, each.kind, each.name)))


@dataclass(frozen=True)
class _Case:
    """Gains of each option over the one chosen now, and the fold of each row."""

    gains: FloatArray
    folds: NDArray[np.int64]

    def known(self, kind: str, name: str, ranks: pd.DataFrame, paths: Sequence[str]) -> Known:
        """Return what it is worth to know some figures."""
        foretold = self.foretold(ranks, paths)
        choice = np.where(foretold.max(axis=1) > 0.0, foretold.argmax(axis=1), -1)
        rows = np.arange(len(self.gains))
        gained = np.where(choice >= 0, self.gains[rows, choice], 0.0)
        return Known(name, kind, float(gained.mean()), _error(gained, rows), clear=False)

    def foretold(self, ranks: pd.DataFrame, paths: Sequence[str]) -> FloatArray:
        """Return each option's gain as the figures foretell it, by fits without the row itself."""
        columns = ranks[[path for path in paths if path in ranks.columns]].to_numpy()
        found = np.zeros_like(self.gains)
        for fold in np.unique(self.folds):
            there, here = self.folds != fold, self.folds == fold
            best = _most_telling(columns[there], self.gains[there])
            basis = _basis(columns[:, best])
            found[here] = basis[here] @ _fit(basis[there], self.gains[there])
        return found


def _ranks(figures: pd.DataFrame) -> pd.DataFrame:
    """Return figures as ranks in (0, 1); those that do not vary are left out."""
    varying = figures.loc[:, figures.nunique() > 1]
    return (varying.rank() - 0.5) / len(varying)


def _observed(
    figures: pd.DataFrame, draws: NDArray[np.int64], name: str, sd: float
) -> pd.DataFrame:
    """Return what would be observed of a figure: its value and an error, as ranks."""
    if name not in figures.columns:
        raise AnalysisError(f"the run has no uncertain figure {name!r} to observe")
    values = figures[name].reindex(draws).to_numpy(dtype=np.float64)
    noise = generator("observation", name, len(figures)).normal(0.0, sd, int(draws.max()) + 1)
    return _ranks(pd.DataFrame({name: values + noise[draws]}))


def _screened(ranks: pd.DataFrame, gains: FloatArray) -> list[str]:
    """Return the figures that go most with the gains."""
    strength = _strength(ranks.to_numpy(), gains)
    return [str(ranks.columns[i]) for i in np.argsort(-strength, kind="stable")[:_SCREENED]]


def _strength(columns: FloatArray, gains: FloatArray) -> FloatArray:
    """Return how much each column goes with any of the gains, in size and in its square."""
    centred = columns - 0.5
    outcome: FloatArray = np.subtract(gains, gains.mean(axis=0))
    scale: FloatArray = np.asarray((outcome**2).sum(axis=0) ** 0.5, dtype=np.float64)
    usable: FloatArray = np.divide(outcome[:, scale > 0.0], scale[scale > 0.0])
    if not usable.size:
        return np.zeros(columns.shape[1])
    linear = np.abs(centred.T @ usable).max(axis=1)
    squares = centred**2
    square = np.abs((squares - squares.mean(axis=0)).T @ usable).max(axis=1)
    found: FloatArray = np.maximum(linear, 4.0 * square)  # of the same scale for uniform numbers
    return found


def _most_telling(columns: FloatArray, gains: FloatArray) -> NDArray[np.intp]:
    """Return which columns of a group are regressed on: a few that chance would not show, or one.

    A column of ranks, uniform with variance 1/12, reaches z / sqrt(12) by chance.
    """
    strength = _strength(columns, gains)
    order = np.argsort(-strength, kind="stable")[:_MOST_FIGURES]
    told = strength[order] > _limit(columns.shape[1]) / 12**0.5
    return order[: max(1, int(told.sum()))]


def _basis(ranks: FloatArray) -> FloatArray:
    """Return a constant, and for each column broken lines with four knots."""
    parts = [np.ones((len(ranks), 1)), ranks, *(np.maximum(ranks - knot, 0.0) for knot in _KNOTS)]
    return np.hstack(parts)


def _fit(basis: FloatArray, gains: FloatArray) -> FloatArray:
    """Return the coefficients of a least-squares fit, held back a little."""
    penalty = _RIDGE * np.eye(basis.shape[1])
    penalty[0, 0] = 0.0
    found = np.linalg.solve(basis.T @ basis + penalty, basis.T @ gains)
    return np.asarray(found, dtype=np.float64)


def _error(values: FloatArray, draws: NDArray[np.int64]) -> float:
    """Return the standard error of a mean; replications of a draw go together."""
    _, group, counts = np.unique(draws, return_inverse=True, return_counts=True)
    if len(counts) < 2:
        return float("nan")
    sums = np.bincount(group, weights=values - values.mean())
    return float(np.sqrt((sums**2).sum()) / len(values))


def _judged(known: Known, looks: int) -> Known:
    """Tell whether a value is above what the best of so many looks by chance."""
    from scipy.special import ndtri

    limit = float(-ndtri(0.05 / max(1, looks)))
    value = max(0.0, known.value)
    return Known(
        known.name, known.kind, value, known.se, clear=known.value > limit * known.se > 0.0
    )


def _limit(looks: float) -> float:
    """Return how many standard errors the best of so many looks exceeds once in twenty times."""
    from scipy.special import ndtri

    return float(-ndtri(0.05 / max(1.0, looks)))
