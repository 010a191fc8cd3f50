"""Rank correlations between uncertain figures: a Gaussian copula on the numbers of a design.

Only figures that a correlation names are touched; all others keep their numbers. Within a
group of correlated figures the first in the order of dimensions keeps its numbers too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import ModuleType

import numpy as np

from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.work import FloatArray
from bvsim.reading.correlations import (
    CANNOT_BE,
    Correlation,
    components,
    factor,
    normal_correlation,
)

_EDGE = 2.0**-54


class Copula:
    """Correlates columns of uniform numbers.

    Spearman's rho of a Gaussian copula is 6 asin(r / 2) / pi, r being the correlation of the
    normal scores (Pearson 1907); each group of correlated columns is multiplied by the
    Cholesky factor of its r. A Latin hypercube keeps its strata in the first column of a
    group only.

    Parameters
    ----------
    order : sequence of str
        Dotted path of each column.
    correlations : iterable of (str, str, float)
        Pairs of paths with the rank correlation wanted, within -1..1; pairs that are not named
        are uncorrelated.

    Raises
    ------
    RunError
        When a path is no column, a pair is given twice, or no distribution has all of these
        correlations at once.
    """

    def __init__(self, order: Sequence[str], correlations: Iterable[Correlation]) -> None:
        column = {path: i for i, path in enumerate(order)}
        pairs: dict[tuple[int, int], float] = {}
        for a, b, rho in correlations:
            _check(a, b, rho, column)
            pair = (min(column[a], column[b]), max(column[a], column[b]))
            if pair in pairs:
                raise RunError(f"the correlation of {a} and {b} is given twice")
            pairs[pair] = normal_correlation(rho)
        self.groups = [_group(columns, pairs, order) for columns in components(pairs)]

    def __call__(self, uniforms: FloatArray) -> FloatArray:
        """Return the numbers with their columns correlated, shape (n, width) as given."""
        if not self.groups:
            return uniforms
        special = _special()
        made = uniforms.copy()
        for columns, lower in self.groups:
            scores = special.ndtri(uniforms[:, columns]) @ lower.T
            made[:, columns[1:]] = special.ndtr(scores[:, 1:])
        return np.clip(made, _EDGE, 1.0 - _EDGE)


def _special() -> ModuleType:
    from scipy import special  # half a second: only who correlates pays it

    made: ModuleType = special
    return made


def _check(a: str, b: str, rho: float, column: dict[str, int]) -> None:
    for path in (a, b):
        if path not in column:
            raise RunError(f"a correlation names {path!r}, which is no uncertain figure")
    if a == b:
        raise RunError(f"a correlation of {a} with itself")
    if not -1.0 <= rho <= 1.0:
        raise RunError(f"the rank correlation of {a} and {b} is {rho:g}: it lies within -1..1")


def _group(
    columns: list[int], pairs: dict[tuple[int, int], float], order: Sequence[str]
) -> tuple[list[int], FloatArray]:
    """Return columns and the Cholesky factor of their correlation matrix."""
    made = factor(columns, pairs)
    if made is None:
        raise RunError(f"{CANNOT_BE}: {', '.join(order[column] for column in columns)}")
    return columns, made
