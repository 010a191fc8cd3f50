"""CART: a small tree of yes-or-no questions that parts rows with an outcome from those without.

Breiman, Friedman, Olshen and Stone 1984, Classification and Regression Trees: splits that
lower the Gini impurity most, down to a depth and a least number of rows in a leaf.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bvsim.analysis.discovery.prim import Box
from bvsim.ensemble.work import FloatArray

Truth = NDArray[np.bool_]


@dataclass(frozen=True)
class Split:
    """A question: whether the figure is at most the limit."""

    column: int
    limit: float
    at_most: Node
    above: Node


@dataclass(frozen=True)
class Leaf:
    """An end of the tree, with its rows and how many of them are cases."""

    rows: int
    cases: int


Node = Split | Leaf


def grow(x: FloatArray, y: Truth, *, depth: int = 3, least: float = 0.05) -> Node:
    """Grow a tree.

    Parameters
    ----------
    x : array, shape (rows, columns)
        The figures.
    y : array of bool, shape (rows,)
        Where the outcome happens.
    depth : int
        Questions on any way from root to leaf, at most.
    least : float
        Share of the rows that a leaf must keep.
    """
    floor = max(1, int(np.ceil(least * len(y))))
    return _grow(x, y, depth, floor)


def _grow(x: FloatArray, y: Truth, depth: int, floor: int) -> Node:
    leaf = Leaf(len(y), int(y.sum()))
    if depth == 0 or leaf.cases in (0, leaf.rows) or leaf.rows < 2 * floor:
        return leaf
    found = _best_split(x, y, floor)
    if found is None:
        return leaf
    column, limit = found
    below = x[:, column] <= limit
    return Split(
        column,
        limit,
        _grow(x[below], y[below], depth - 1, floor),
        _grow(x[~below], y[~below], depth - 1, floor),
    )


def _best_split(x: FloatArray, y: Truth, floor: int) -> tuple[int, float] | None:
    """Return column and limit of the split of least impurity, None if none lowers it.

    The impurity of a part with n rows and k cases, weighted by its rows, is 2 k (n - k) / n.
    """
    rows = len(y)
    order = np.argsort(x, axis=0, kind="stable")
    ordered = np.take_along_axis(x, order, axis=0)
    cases = np.cumsum(y[order], axis=0)[:-1].astype(np.float64)
    below = np.arange(1, rows, dtype=np.float64)[:, None]
    above, total = rows - below, float(y.sum())
    impurity = cases * (below - cases) / below
    impurity += (total - cases) * (above - total + cases) / above
    impurity[(ordered[1:] <= ordered[:-1]) | (below < floor) | (above < floor)] = np.inf
    at, column = np.unravel_index(int(np.argmin(impurity.T)), impurity.T.shape)[::-1]
    if not impurity[at, column] < total * (rows - total) / rows - 1e-12:
        return None
    limit = 0.5 * (ordered[at, column] + ordered[at + 1, column])
    return int(column), float(limit)


def leaves(node: Node, box: Box | None = None) -> Iterator[tuple[Box, Leaf]]:
    """Yield each leaf with the box of figures that leads to it, left to right."""
    box = Box() if box is None else box
    if isinstance(node, Leaf):
        yield box, node
        return
    low, high = box.limits.get(node.column, (-np.inf, np.inf))
    yield from leaves(node.at_most, box.limited(node.column, low, min(high, node.limit)))
    above = float(np.nextafter(node.limit, np.inf))  # limits of a box lie inside it
    yield from leaves(node.above, box.limited(node.column, max(low, above), high))
