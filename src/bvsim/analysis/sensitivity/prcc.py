"""Partial rank correlations of an outcome with the uncertain figures, from any run's draws.

PRCC: the correlation of ranks once the linear effect of the other figures' ranks is taken
out of both (Marino et al. 2008, Journal of Theoretical Biology 254, 178-196). It needs more
rows than figures; where there are fewer, figures are first screened by their plain rank
correlation, and those left out count as noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.resampling import bootstrap
from bvsim.analysis.samples import DRAWN, require
from bvsim.analysis.tables import ROW, RunLike
from bvsim.analysis.variables import values_of
from bvsim.ensemble.work import FloatArray

ROWS_PER_FIGURE = 10
"""Screening keeps one figure for so many rows."""
ENOUGH = 50
"""Fewer draws than this are too few to call anything clear."""
RESAMPLES = 400


def ranks(values: FloatArray) -> FloatArray:
    """Return the ranks of each column, ties at their mean."""
    from scipy.stats import rankdata

    ranked: FloatArray = np.asarray(rankdata(values, axis=0), dtype=np.float64)
    return ranked


def partial_correlations(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return the correlation of y with each column of x, the other columns taken out of both.

    By the inverse P of the correlation matrix of (x, y): -P[i, y] / sqrt(P[i, i] P[y, y]).

    Parameters
    ----------
    x : array, shape (n, k)
        n above k + 1; a column that is a mixture of others gives NaN or noise.
    y : array, shape (n,)
    """
    joint = np.column_stack([x, y])
    with np.errstate(invalid="ignore", divide="ignore"):
        matrix = np.corrcoef(joint, rowvar=False)
    if not np.isfinite(matrix).all():
        return np.full(x.shape[1], np.nan)
    inverse = np.linalg.pinv(matrix, hermitian=True)
    scale = np.sqrt(np.diag(inverse)[:-1] * inverse[-1, -1])
    return np.asarray(-inverse[:-1, -1] / scale)


def rank_correlations(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return Spearman's correlation of y with each column of x; 0 for a constant column."""
    a, b = ranks(x), ranks(y[:, None])[:, 0]
    a, b = a - a.mean(axis=0), b - b.mean()
    scale = np.sqrt((a**2).sum(axis=0) * (b @ b))
    found = np.zeros(x.shape[1])
    np.divide(a.T @ b, scale, out=found, where=scale > 0.0)
    return found


def figures_and_outcome(
    run: RunLike, outcome: str, figures: Sequence[str] = ()
) -> tuple[pd.DataFrame, FloatArray]:
    """Return the uncertain figures of each draw and the mean of a key figure over its rows.

    Draws in which the key figure is undefined are left out.

    Parameters
    ----------
    run : RunLike
        A plain run, or one made for relief (whose rows are those of a plain run).
    outcome : str
        A key figure, or another variable (see `bvsim.analysis.variables`).
    figures : sequence of str
        Patterns of dotted paths; all figures by default.

    Raises
    ------
    RunError
        When the sample was made for something else.
    AnalysisError
        When there is no such key figure, or a pattern matches nothing.
    """
    require(run, *DRAWN)
    kpis = run.table("kpis").set_index(ROW)
    values = pd.Series(values_of(run, outcome, kpis), kpis.index)
    means = values.groupby(level="draw").mean().dropna()
    y: FloatArray = np.asarray(means.to_numpy(), dtype=np.float64)
    return matching_draws(run, means.index.to_numpy(), figures), y


def matching_draws(run: RunLike, draws: NDArray[np.int64], figures: Sequence[str]) -> pd.DataFrame:
    """Return the figures behind some rows, those that match a pattern and do vary."""
    table = run.table("draws").set_index("draw")
    for pattern in figures:
        if not any(fnmatchcase(str(path), pattern) for path in table.columns):
            raise AnalysisError(f"no uncertain figure matches {pattern!r}")
    if figures:
        chosen = [p for p in table.columns if any(fnmatchcase(str(p), g) for g in figures)]
        table = table[chosen]
    found = table.loc[draws]
    varying = found.nunique() > 1
    return found.loc[:, varying]


def prcc(
    run: RunLike, outcome: str, figures: Sequence[str] = (), keep: int | None = None
) -> pd.DataFrame:
    """Return partial rank correlations with a key figure; no new simulations are needed.

    Parameters
    ----------
    run : RunLike
        A plain run of any design.
    outcome : str
        A key figure.
    figures : sequence of str
        Patterns of dotted paths; all figures by default.
    keep : int, optional
        Figures that screening keeps; by default one for `ROWS_PER_FIGURE` draws, and ten
        where there are three times as many draws.

    Returns
    -------
    pandas.DataFrame
        `prcc` with `lo` and `hi` (95%, bootstrap over draws, screening not repeated), `rank`
        (plain rank correlation), `clear`, `n` (draws), `candidates` (figures before
        screening); index: figure, largest first. `clear` asks more than that the interval
        leaves out zero: the value must pass a test at 5% shared among all candidates, as
        among a thousand figures fifty would pass by chance.
    """
    table, y = figures_and_outcome(run, outcome, figures)
    n, candidates = table.shape
    if n < 4 or len(np.unique(y)) < 2:
        why = f"{n} rows" if n < 4 else "the same value in every row"
        raise AnalysisError(f"{outcome} has {why}: there is nothing to correlate")
    x = table.to_numpy(dtype=np.float64)
    plain = rank_correlations(x, y)
    room = max(1, n // ROWS_PER_FIGURE, min(10, n // 3)) if keep is None else keep
    room = min(room, candidates, n - 3)
    chosen = np.sort(np.argsort(-np.abs(plain), kind="stable")[:room])
    x = x[:, chosen]
    found = partial_correlations(ranks(x), ranks(y[:, None])[:, 0])
    low, high = bootstrap(
        lambda rows: partial_correlations(ranks(x[rows]), ranks(y[rows][:, None])[:, 0]),
        n,
        resamples=RESAMPLES,
        name="prcc",
    )
    clear = (
        (n >= ENOUGH)
        & (np.abs(found) > threshold(n, room, candidates))
        & ((low > 0.0) | (high < 0.0))
    )
    names = pd.Index([str(name) for name in table.columns[chosen]], name="figure")
    columns = {"prcc": found, "lo": low, "hi": high, "rank": plain[chosen], "clear": clear}
    made = pd.DataFrame({**columns, "n": n, "candidates": candidates}, index=names)
    return made.sort_values("prcc", key=np.abs, ascending=False, kind="stable")


def threshold(rows: int, kept: int, candidates: int) -> float:
    """Return the size above which a PRCC is no chance finding among the candidates.

    Student's t with rows - 1 - kept degrees of freedom at 5% shared among the candidates
    (Bonferroni).
    """
    from scipy.special import stdtrit

    degrees = rows - 1 - kept
    if degrees < 1:
        return float("inf")
    t = float(stdtrit(degrees, 1.0 - 0.025 / max(candidates, 1)))
    return float(t / (degrees + t * t) ** 0.5)
