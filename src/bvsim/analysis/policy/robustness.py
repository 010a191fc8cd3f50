"""Robustness of levers over what nobody knows, and what a lever gives for its money.

All functions take runs of several scenarios under one seed and design, so that their rows
share draws and luck and can be compared one by one.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.ledger.bottlenecks import share_interval
from bvsim.analysis.samples import DRAWN, known, require
from bvsim.analysis.tables import ROW, RunLike, by_year
from bvsim.ensemble.design.interval import ci95_mean
from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.store.manifest import picked
from bvsim.ensemble.work import FloatArray

Runs = Mapping[str, RunLike]
UNKNOWN = (float("nan"), float("nan"))
_SAME = ("seed", "design")
_COMPARE: dict[str, Callable[[pd.DataFrame, float], pd.DataFrame]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
}


def paired(runs: Runs, kpi: str, years: tuple[int, int] | None = None) -> pd.DataFrame:
    """Return a key figure by row (index) and scenario (columns); rows that all runs have.

    Parameters
    ----------
    runs : mapping of str to RunLike
        By the name of the scenario.
    kpi : str
        The key figure; with `years` a yearly quantity of the valley, such as ``good_gwh``.
    years : (int, int), optional
        First and last year over which the quantity is added up.

    Raises
    ------
    RunError
        When the runs do not share seed and design, so that their rows have nothing in common,
        or when one was made for another analysis.
    AnalysisError
        When there is no run, no common row, or no such key figure.
    """
    if not runs:
        raise AnalysisError("no runs to compare")
    first = next(iter(runs.values()))
    columns = {}
    for name, run in runs.items():
        require(run, *DRAWN)
        theirs = picked(run.manifest, _SAME)
        for key, ours in picked(first.manifest, _SAME).items():
            if theirs[key] != ours:
                raise RunError(
                    f"{run.folder} has {key} {theirs[key]}, {first.folder} {ours}: "
                    f"rows can be compared only under the same {key}"
                )
        columns[name] = _values(run, kpi, years)
    _refuse_other_hypercubes(runs)
    found = pd.concat(columns, axis=1, join="inner").sort_index()
    if found.empty:
        raise AnalysisError("the runs have no row in common")
    return found


def _values(run: RunLike, kpi: str, years: tuple[int, int] | None) -> pd.Series[float]:
    if years is not None:
        first, last = years
        summed: pd.Series[float] = by_year(run, kpi).loc[:, first:last].sum(axis=1)
        return summed
    table = run.table("kpis")
    known(table, kpi)
    return table.set_index(ROW)[kpi].astype(float)


def _refuse_other_hypercubes(runs: Runs) -> None:
    """Refuse Latin hypercubes of different sizes: their draws differ."""
    sizes = {run.manifest["draws"] for run in runs.values()}
    if len(sizes) > 1 and any(run.manifest["design"] == "lhs" for run in runs.values()):
        raise RunError("Latin hypercubes of different sizes share no draws")


def regret(runs: Runs, kpi: str, *, less_is_better: bool = False) -> pd.DataFrame:
    """Return how far each scenario falls short of the best one, row by row.

    Parameters
    ----------
    runs : mapping of str to RunLike
        By the name of the scenario.
    kpi : str
        The key figure; rows in which it is undefined anywhere are left out.
    less_is_better : bool
        The best is the least instead of the most.

    Returns
    -------
    pandas.DataFrame
        `mean`, `ci95_lo`, `ci95_hi`, `p90`, `max` of the regret (Savage 1951, Journal of the
        American Statistical Association 46, 55-67), `share_best` (rows in which it is the best,
        ties included), `n`; index: scenario.
    """
    values = paired(runs, kpi).dropna()
    sign = -1.0 if less_is_better else 1.0
    best = (sign * values).max(axis=1)
    short = (-sign * values).add(best, axis=0)
    draws, design = _draws(values), _design(runs)
    rows = {}
    for name in short.columns:
        numbers = short[name].to_numpy()
        low, high = ci95_mean(numbers, draws, design) or UNKNOWN
        rows[name] = {
            "mean": numbers.mean(),
            "ci95_lo": low,
            "ci95_hi": high,
            "p90": np.quantile(numbers, 0.9),
            "max": numbers.max(),
            "share_best": float((numbers <= 0.0).mean()),
            "n": len(numbers),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("scenario")


def satisficing(runs: Runs, criteria: Mapping[str, tuple[str, float]]) -> pd.DataFrame:
    """Return in which share of rows each scenario is good enough in every respect.

    Parameters
    ----------
    runs : mapping of str to RunLike
        By the name of the scenario.
    criteria : mapping of str to (str, float)
        Key figure to comparison and limit: ``{"output_2030_gwh": (">=", 30)}``. An undefined
        key figure is not good enough.

    Returns
    -------
    pandas.DataFrame
        `share`, `ci95_lo`, `ci95_hi`, `n`; index: scenario.
    """
    if not criteria:
        raise AnalysisError("no criteria")
    enough: pd.DataFrame | None = None
    for kpi, (sign, limit) in criteria.items():
        if sign not in _COMPARE:
            raise AnalysisError(
                f"{sign!r} is no comparison: it must be one of {', '.join(_COMPARE)}"
            )
        values = paired(runs, kpi)
        holds = _COMPARE[sign](values, limit) & values.notna()
        enough = holds if enough is None else enough & holds
    assert enough is not None
    draws, design = _draws(enough), _design(runs)
    rows = {}
    for name in enough.columns:
        hits = enough[name].to_numpy(dtype=float)
        share, low, high = share_interval(hits, draws, design)
        rows[name] = {"share": share, "ci95_lo": low, "ci95_hi": high, "n": len(hits)}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("scenario")


def target_probability(runs: Runs, kpi: str, target: float) -> pd.DataFrame:
    """Return the probability of reaching a target: `satisficing` with one criterion."""
    return satisficing(runs, {kpi: (">=", target)})


def value_for_money(
    base: RunLike,
    levers: Runs,
    costs_meur: Mapping[str, ArrayLike],
    kpi: str = "output_2030_gwh",
    years: tuple[int, int] | None = None,
) -> pd.DataFrame:
    """Return what each lever adds to a key figure for each EUR million that it costs.

    Parameters
    ----------
    base : RunLike
        The run without any lever.
    levers : mapping of str to RunLike
        Runs with one lever each, under the same seed and design.
    costs_meur : mapping of str to float or array
        Extra cost of each lever, EUR million: one number, or one a row in the order of
        (draw, replication).
    kpi : str
        The key figure, by default good cells of 2030 in GWh.
    years : (int, int), optional
        With them `kpi` is a yearly quantity of the valley, such as ``good_gwh``, added up
        from the first to the last; costs should be those of the same years.

    Returns
    -------
    pandas.DataFrame
        `gain` (paired mean), `gain_lo`, `gain_hi`, `cost_meur` (mean), `per_meur` (ratio of the
        means) with `per_meur_lo`, `per_meur_hi` (linearised ratio over the design's blocks;
        Cochran 1977, Sampling Techniques, 6.4), `clear` (the interval does not cover zero),
        `n`; index: lever, the most for its money first.

    Raises
    ------
    AnalysisError
        When a lever has no cost, or one that is not above zero.
    """
    rows = {}
    for name, run in levers.items():
        if name not in costs_meur:
            raise AnalysisError(f"lever {name!r} has no cost")
        pair = paired({"": base, name: run}, kpi, years)
        cost = np.broadcast_to(np.asarray(costs_meur[name], dtype=np.float64), (len(pair),))
        if not (cost > 0.0).all():
            raise AnalysisError(f"lever {name!r} has a cost that is not above zero")
        keep = pair.notna().all(axis=1).to_numpy()
        gain = (pair[name] - pair[""]).to_numpy()[keep]
        rows[name] = _for_money(gain, cost[keep], _draws(pair[keep]), _design(levers))
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("lever")
    return table.sort_values("per_meur", ascending=False, kind="stable")


def _for_money(
    gain: FloatArray, cost: FloatArray, draws: NDArray[np.int64], design: str
) -> dict[str, float]:
    low, high = ci95_mean(gain, draws, design) or UNKNOWN
    spent = float(cost.mean())
    ratio = float(gain.mean()) / spent
    off = ci95_mean(gain - ratio * cost, draws, design) or UNKNOWN
    ends = [ratio + end / spent for end in off]
    return {
        "gain": gain.mean(),
        "gain_lo": low,
        "gain_hi": high,
        "cost_meur": spent,
        "per_meur": ratio,
        "per_meur_lo": ends[0],
        "per_meur_hi": ends[1],
        "clear": bool(ends[0] > 0.0 or ends[1] < 0.0),
        "n": len(gain),
    }


def _draws(table: pd.DataFrame) -> NDArray[np.int64]:
    return np.asarray(table.index.get_level_values("draw"), dtype=np.int64)


def _design(runs: Runs) -> str:
    return str(next(iter(runs.values())).manifest["design"])
