"""The values of the uncertain figures behind each draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np

from bvsim.ensemble.design.correlation import Copula
from bvsim.ensemble.design.points import KINDS, design
from bvsim.ensemble.work import FloatArray

_BLOCK = 64


class Scenario(Protocol):
    """What the ensemble needs to know of a scenario (`bvsim.reading` loads them).

    It may also have a `story`, a `width` with the `dimensions` of its figures among it (the
    columns of a design common to all scenarios of a model), the `order` of dotted paths of
    those columns, and `correlations`.
    """

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Dotted paths of the uncertain figures, in the order of the design's dimensions."""

    @property
    def model_hash(self) -> str:
        """A hash of everything that the scenario says."""

    def quantile(self, u: FloatArray, /) -> FloatArray:
        """Return values of the figures from uniform numbers, shape (n, figures).

        With a `width`, `u` has that many columns.
        """

    def to_yaml(self) -> str:
        """Return the resolved scenario as a file."""


def width_of(scenario: Scenario) -> int:
    """Return the number of columns of a scenario's design.

    It counts the dimensions of figures that this scenario fixes, so that all others keep
    their numbers.
    """
    return int(getattr(scenario, "width", len(scenario.paths)))


def dimensions_of(scenario: Scenario) -> tuple[int, ...]:
    """Return the column of each of a scenario's figures."""
    return tuple(getattr(scenario, "dimensions", range(len(scenario.paths))))


def copula_of(scenario: Scenario) -> Copula:
    """Return what correlates the columns of a scenario's design."""
    order = getattr(scenario, "order", scenario.paths)
    return Copula(order, getattr(scenario, "correlations", ()))


class Draws:
    """The values of the uncertain figures of each draw.

    They are made in blocks of a fixed size and alignment, so that they do not depend on the
    number of draws or on which of them are asked for.

    Parameters
    ----------
    number : int
        Number of draws.
    size : int
        Draws in a block.
    make : callable
        Returns the values of a block, shape (size, figures); the last one may be shorter.
    """

    def __init__(self, number: int, size: int, make: Callable[[int], FloatArray]) -> None:
        self._number, self._size, self._make = number, size, make
        self._held: tuple[int, FloatArray] | None = None

    def values(self, draw: int) -> FloatArray:
        """Return the values of one draw, shape (figures,)."""
        block, row = divmod(draw, self._size)
        values: FloatArray = self._block(block)[row]
        return values

    def blocks(self) -> Iterator[FloatArray]:
        """Yield the values of all draws in order, in arrays of shape (draws, figures)."""
        for block in range(-(-self._number // self._size)):
            yield self._block(block)[: self._number - block * self._size]

    def _block(self, block: int) -> FloatArray:
        """Return the values of a block; the last one is kept."""
        if self._held is None or self._held[0] != block:
            self._held = block, self._make(block)
        return self._held[1]


def spread(scenario: Scenario, number: int, seed: int, kind: str) -> Draws:
    """Return the draws of a scenario under a design.

    Parameters
    ----------
    scenario : Scenario
        Whose figures.
    number, seed : int
        Number of draws, and the run's seed.
    kind : {"sobol", "lhs", "random", "median"}
        How they are spread.
    """
    width, copula = width_of(scenario), copula_of(scenario)
    points = design(width, number, seed, kind) if kind in KINDS else None

    def make(block: int) -> FloatArray:
        uniforms = np.full((_BLOCK, width), 0.5)  # beyond the last draw: medians
        if points is not None:
            first = block * _BLOCK
            last = min(first + _BLOCK, number)
            uniforms[: last - first] = points.rows(first, last)
            uniforms = copula(uniforms)
        return np.asarray(scenario.quantile(uniforms), dtype=np.float64)

    return Draws(number, _BLOCK, make)


def given(values: FloatArray) -> Draws:
    """Return draws whose values are given, shape (draws, figures)."""
    return Draws(len(values), _BLOCK, lambda block: values[block * _BLOCK : (block + 1) * _BLOCK])
