"""PRIM: a box of figures inside which an outcome is common.

The patient rule induction method (Friedman and Fisher 1999, Statistics and Computing 9,
123-143), for an outcome that happens or not, as scenario discovery uses it (Bryant and
Lempert 2010, Technological Forecasting and Social Change 77, 34-49).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bvsim.ensemble.work import FloatArray

Truth = NDArray[np.bool_]
CHANCE = 0.05
"""A restriction must be rarer than this by chance, shared among all figures."""


@dataclass(frozen=True)
class Box:
    """Limits on some columns; the others are free.

    Parameters
    ----------
    limits : mapping of int to (float, float)
        Lower and upper limit, both inside the box, by column; infinite where open.
    """

    limits: dict[int, tuple[float, float]] = field(default_factory=dict)

    @property
    def ends(self) -> int:
        """Number of limits, lower and upper counted apart."""
        return sum(int(np.isfinite(end)) for limit in self.limits.values() for end in limit)

    def holds(self, x: FloatArray) -> Truth:
        """Tell which rows of x lie inside, shape (rows,)."""
        inside = np.ones(len(x), dtype=bool)
        for column, (low, high) in self.limits.items():
            inside &= (x[:, column] >= low) & (x[:, column] <= high)
        return inside

    def limited(self, column: int, low: float, high: float) -> Box:
        """Return the box with other limits on a column; open on both sides frees it."""
        limits = {**self.limits, column: (low, high)}
        if low == -np.inf and high == np.inf:
            del limits[column]
        return Box(dict(sorted(limits.items())))

    def without(self, column: int) -> Box:
        """Return the box with a column free."""
        return Box({c: limit for c, limit in self.limits.items() if c != column})


@dataclass(frozen=True)
class Fit:
    """How well a box catches an outcome.

    Parameters
    ----------
    cases, caught, inside, rows : int
        Rows in which the outcome happens, those of them inside the box, rows inside, all rows.
    """

    cases: int
    caught: int
    inside: int
    rows: int

    @property
    def coverage(self) -> float:
        """Share of the cases that the box catches."""
        return self.caught / self.cases if self.cases else float("nan")

    @property
    def density(self) -> float:
        """Share of the rows inside that are cases."""
        return self.caught / self.inside if self.inside else float("nan")

    @property
    def base(self) -> float:
        """Share of all rows that are cases."""
        return self.cases / self.rows if self.rows else float("nan")


def fit(box: Box, x: FloatArray, y: Truth) -> Fit:
    """Count how a box fits rows."""
    inside = box.holds(x)
    return Fit(int(y.sum()), int((inside & y).sum()), int(inside.sum()), len(y))


def prim(
    x: FloatArray, y: Truth, *, peel: float = 0.05, paste: float = 0.05, least: float = 0.1
) -> list[Box]:
    """Peel a box down to where the outcome is common, then paste back what does no harm.

    Parameters
    ----------
    x : array, shape (rows, columns)
        The figures.
    y : array of bool, shape (rows,)
        Where the outcome happens.
    peel, paste : float
        Share of the rows inside that one step removes or adds.
    least : float
        Share of the rows that a box must keep.

    Returns
    -------
    list of Box
        The trajectory: from no limits to the smallest box, the last one pasted.
    """
    boxes = [Box()]
    floor = max(2, int(np.ceil(least * len(y))))
    while (smaller := _peeled(boxes[-1], x, y, peel, floor)) is not None:
        boxes.append(smaller)
    pasted = _pasted(boxes[-1], x, y, paste)
    if pasted.limits != boxes[-1].limits:
        boxes.append(pasted)
    return boxes


def _peeled(box: Box, x: FloatArray, y: Truth, peel: float, floor: int) -> Box | None:
    """Return the box less the strip whose removal raises the density most; None at the end."""
    inside = box.holds(x)
    values, hits = x[inside], y[inside]
    if not len(hits) or hits.all():
        return None
    density = float(hits.mean())
    candidates = _strips(values, hits, peel, floor)
    if candidates is None:
        return None
    gain, column, low, high = candidates
    if gain <= density + 1e-12:
        return None
    before = box.limits.get(column, (-np.inf, np.inf))
    return box.limited(column, max(before[0], low), min(before[1], high))


def _strips(
    values: FloatArray, hits: Truth, peel: float, floor: int
) -> tuple[float, int, float, float] | None:
    """Return density, column and limits of the best box after removing one strip.

    Of equal densities the one that keeps more rows is taken, then the first column.
    """
    rows = len(hits)
    count = max(1, int(peel * rows))
    order = np.argsort(values, axis=0, kind="stable")
    ordered = np.take_along_axis(values, order, axis=0)
    best: tuple[float, int, int, float, float] | None = None
    for upper in (False, True):
        edge = ordered[rows - count - 1 if upper else count]
        kept = values <= edge if upper else values >= edge
        size = kept.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            density = (kept & hits[:, None]).sum(axis=0) / size
        density[(size < floor) | (size == rows)] = -1.0
        for column in np.flatnonzero(density == density.max())[:1]:
            found = (float(density[column]), int(size[column]), int(column))
            limits = (-np.inf, float(edge[column])) if upper else (float(edge[column]), np.inf)
            if found[0] >= 0.0 and (best is None or found[:2] > best[:2]):
                best = (*found, *limits)
    return None if best is None else (best[0], best[2], best[3], best[4])


def _pasted(box: Box, x: FloatArray, y: Truth, paste: float) -> Box:
    """Widen limits again for as long as the density does not fall."""
    while True:
        now = fit(box, x, y)
        wider = [
            (fit(other, x, y), other)
            for column in box.limits
            for other in _widened(box, column, x, paste)
        ]
        better = [
            (found.density, found.inside, i)
            for i, (found, _) in enumerate(wider)
            if found.inside > now.inside and found.density >= now.density
        ]
        if not better:
            return box
        box = wider[max(better)[2]][1]


def _widened(box: Box, column: int, x: FloatArray, paste: float) -> list[Box]:
    """Return the box with one limit of a column moved outwards, by a share of its rows."""
    low, high = box.limits[column]
    inside = box.holds(x)
    others = x[box.without(column).holds(x), column]
    count = max(1, int(paste * int(inside.sum())))
    found = []
    if np.isfinite(low):
        below = np.sort(others[others < low])[::-1]
        edge = float(below[count - 1]) if len(below) > count else -np.inf
        found.append(box.limited(column, edge, high))
    if np.isfinite(high):
        above = np.sort(others[others > high])
        edge = float(above[count - 1]) if len(above) > count else np.inf
        found.append(box.limited(column, low, edge))
    return found


def chance(box: Box, x: FloatArray, y: Truth) -> dict[int, float]:
    """Return, by column, how likely its limits would raise the density so far by chance.

    The binomial probability that as many of the rows inside are cases, if cases were as
    common there as in the box without that column's limits ("quasi-p-value" of Bryant and
    Lempert 2010).
    """
    now = fit(box, x, y)
    return {
        column: by_chance(now.caught, now.inside, fit(box.without(column), x, y).density)
        for column in box.limits
    }


def by_chance(cases: int, rows: int, density: float) -> float:
    """Return the binomial probability of so many cases, or more, in rows of a density."""
    from scipy.special import bdtrc

    return 1.0 if cases == 0 else float(bdtrc(cases - 1, rows, density))


def trimmed(box: Box, x: FloatArray, y: Truth, figures: int) -> Box:
    """Drop, one after another, the limits that chance alone may have set.

    Parameters
    ----------
    box : Box
        What PRIM found.
    x, y : array
        The rows it was found in.
    figures : int
        Among how many figures it looked: `CHANCE` is shared among them.
    """
    while box.limits:
        likely = chance(box, x, y)
        column = max(likely, key=lambda c: (likely[c], c))
        if likely[column] <= CHANCE / max(figures, 1):
            break
        box = box.without(column)
    return box


def knee(boxes: list[Box], x: FloatArray, y: Truth) -> Box:
    """Return the box of a trajectory that balances coverage and density best.

    The largest product of the two (their geometric mean); of equal ones the larger box.
    """
    fits = [fit(box, x, y) for box in boxes]
    scores = [(found.coverage * found.density, found.inside) for found in fits]
    best = max(range(len(boxes)), key=lambda i: scores[i])
    return boxes[best]
