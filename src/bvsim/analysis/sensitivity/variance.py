"""Where the spread of a run comes from: what nobody knows, or luck.

With several replications a draw, the scatter of a draw's replications is luck, and what the
draws' means scatter beyond that comes from the uncertain figures: one-way analysis of variance
with random effects (Searle, Casella and McCulloch 1992, Variance Components, 3.6).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.tables import ROW, RunLike
from bvsim.ensemble.design.points import BLOCKS
from bvsim.ensemble.work import FloatArray, IntArray


def variance_shares(run: RunLike, names: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the shares of each key figure's variance that parameters and luck cause.

    Parameters
    ----------
    run : RunLike
        A run with at least two replications a draw.
    names : sequence of str, optional
        Key figures; all by default.

    Returns
    -------
    pandas.DataFrame
        `sd` of rows, `parameters` and `luck` (shares that add up to 1), and `ci95_lo` and
        `ci95_hi` of the share of parameters; index: the key figure. NaN where a key figure
        is constant or too rarely defined.

    Raises
    ------
    AnalysisError
        When the run has one replication a draw, or no such key figure.
    """
    if run.manifest["per_draw"] < 2:
        raise AnalysisError(
            "luck and parameters cannot be told apart with one replication a draw: "
            "run with --per-draw 2 or more"
        )
    kpis = run.table("kpis")
    wanted = [name for name in kpis.columns if name not in ROW] if names is None else list(names)
    unknown = [name for name in wanted if name not in kpis.columns]
    if unknown:
        raise AnalysisError(f"the run has no key figure {unknown[0]!r}")
    draws = kpis["draw"].to_numpy(dtype=np.int64)
    rows = {name: _row(kpis[name].to_numpy(dtype=np.float64), draws) for name in wanted}
    columns = ["sd", "parameters", "luck", "ci95_lo", "ci95_hi"]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return frame.rename_axis("kpi")


def _row(values: FloatArray, draws: IntArray) -> list[float]:
    """Return one line of the table."""
    defined = ~np.isnan(values)
    values, draws = values[defined], draws[defined]
    share = parameter_share(values, draws)
    low, high = jackknife(parameter_share, values, draws) or (math.nan, math.nan)
    sd = float(values.std(ddof=1)) if len(values) > 1 else math.nan
    return [sd, share, 1.0 - share, max(low, 0.0), min(high, 1.0)]


def parameter_share(values: FloatArray, draws: IntArray) -> float:
    """Return the share of the variance between draws, by the method of moments.

    Parameters
    ----------
    values : array, shape (rows,)
        One value a replication, all defined.
    draws : array of int, shape (rows,)
        The draw of each; draws may have different numbers of replications.

    Returns
    -------
    float
        Between 0 and 1; NaN where the values do not vary or no draw has two rows.
    """
    _, group, counts = np.unique(draws, return_inverse=True, return_counts=True)
    rows, groups = len(values), len(counts)
    if groups < 2 or rows == groups:
        return math.nan
    means = np.bincount(group, weights=values) / counts
    within = float(((values - means[group]) ** 2).sum()) / (rows - groups)
    between = float((counts * (means - values.mean()) ** 2).sum()) / (groups - 1)
    effective = (rows - float((counts**2).sum()) / rows) / (groups - 1)
    parameters = max(0.0, (between - within) / effective)
    total = parameters + within
    return parameters / total if total > 0.0 else math.nan


def jackknife(
    statistic: Callable[..., float], values: FloatArray, draws: IntArray
) -> tuple[float, float] | None:
    """Return a 95% interval of a statistic by leaving out one eighth of the draws at a time.

    The eighths are the independent blocks of a stratified design (Shao and Tu 1995, The
    Jackknife and Bootstrap, 2.3); the quantile is Student's.

    Parameters
    ----------
    statistic : callable
        Takes `values` (its first axis: rows) and `draws`.
    values, draws : array
        As the statistic takes them.
    """
    from scipy.special import stdtrit

    left = np.array(
        [statistic(values[draws % BLOCKS != i], draws[draws % BLOCKS != i]) for i in range(BLOCKS)]
    )
    whole = statistic(values, draws)
    if not (math.isfinite(whole) and np.isfinite(left).all()):
        return None
    variance = (BLOCKS - 1) / BLOCKS * float(((left - left.mean()) ** 2).sum())
    half = float(stdtrit(BLOCKS - 1, 0.975)) * variance**0.5
    return whole - half, whole + half
