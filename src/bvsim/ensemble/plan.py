"""The plan of a run: which rows it has, what stands behind each, and which remain to be done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bvsim.ensemble.design import design
from bvsim.ensemble.work import Chunk, FloatArray, IntArray

_BLOCK = 64


class Scenario(Protocol):
    """What the ensemble needs to know of a scenario (`bvsim.spec` loads them)."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Dotted paths of the uncertain figures, in the order of the design's dimensions."""

    @property
    def model_hash(self) -> str:
        """A hash of everything that the scenario says."""

    def quantile(self, u: NDArray[np.float64], /) -> NDArray[np.float64]:
        """Return values of the figures from uniform numbers, shape (n, figures)."""

    def to_yaml(self) -> str:
        """Return the resolved scenario as a file."""


class Draws:
    """The values of the uncertain figures of each draw.

    Values are computed in blocks of a fixed size and alignment, so that they do not depend on
    the number of draws or on which of them are asked for.
    """

    def __init__(self, scenario: Scenario, draws: int, seed: int, kind: str) -> None:
        self._scenario, self._draws = scenario, draws
        self._design = design(len(scenario.paths), draws, seed, kind)
        self._held: tuple[int, FloatArray] | None = None

    def values(self, draw: int) -> FloatArray:
        """Return the values of one draw, shape (figures,)."""
        block, row = divmod(draw, _BLOCK)
        values: FloatArray = self._block(block)[row]
        return values

    def blocks(self) -> Iterator[FloatArray]:
        """Yield the values of all draws in order, in arrays of shape (draws, figures)."""
        for block in range(-(-self._draws // _BLOCK)):
            yield self._block(block)[: self._draws - block * _BLOCK]

    def _block(self, block: int) -> FloatArray:
        """Return the values of a block; the last one is kept. Beyond the last draw: medians."""
        if self._held is None or self._held[0] != block:
            first = block * _BLOCK
            last = min(first + _BLOCK, self._draws)
            uniforms = np.full((_BLOCK, self._design.dimensions), 0.5)
            uniforms[: last - first] = self._design.rows(first, last)
            values = np.asarray(self._scenario.quantile(uniforms), dtype=np.float64)
            self._held = block, values
        return self._held[1]


def row_values(scenario: Scenario, draw: int, draws: int, seed: int, kind: str) -> FloatArray:
    """Return the values behind one draw of a run, exactly as the run used them.

    Parameters
    ----------
    scenario : Scenario
        The run's scenario.
    draw, draws, seed, kind : int, int, int, str
        Which draw of how many, and the run's seed and design.
    """
    return Draws(scenario, draws, seed, kind).values(draw)


@dataclass(frozen=True)
class Identity:
    """What must be the same for rows to belong to one run.

    Parameters
    ----------
    scenario, model_hash : str
        Name, and hash of everything it says.
    seed : int
        Seed of draws and luck.
    design : str
        Kind of design.
    years, monthly : tuple of int, bool
        What is recorded.
    bvsim, code_hash : str
        Version of the program, and hash of its text.
    """

    scenario: str
    model_hash: str
    seed: int
    design: str
    years: tuple[int, ...]
    monthly: bool
    bvsim: str
    code_hash: str

    def differences(self, manifest: dict[str, Any]) -> list[str]:
        """Return what differs in the manifest of another run, `name: there -> here`."""
        found = []
        for name, ours in vars(self).items():
            theirs = manifest.get(name)
            theirs = tuple(theirs) if isinstance(theirs, list) else theirs
            if theirs != ours:
                found.append(f"{name}: {theirs} -> {ours}")
        return found


class Plan:
    """The rows still to be simulated, handed out in order of draw and replication.

    Parameters
    ----------
    draws : Draws
        Values behind each draw.
    seed, number, per_draw : int
        The run's seed, number of draws, and replications of each.
    done : (array of int, array of int)
        Draws and replications of rows that need no more work.
    """

    def __init__(
        self,
        draws: Draws,
        *,
        seed: int,
        number: int,
        per_draw: int,
        done: tuple[IntArray, IntArray],
    ) -> None:
        self._draws, self._seed, self._per_draw = draws, seed, per_draw
        open_rows = np.ones((number, per_draw), dtype=bool)
        open_rows[done] = False
        self._rows = np.flatnonzero(open_rows)
        self.total = number * per_draw
        self.done = self.total - len(self._rows)
        self._next = 0

    @property
    def remaining(self) -> int:
        """Number of rows not handed out yet."""
        return len(self._rows) - self._next

    def take(self, rows: int) -> Chunk | None:
        """Return the next chunk of at most so many rows; None when nothing is left."""
        taken = self._rows[self._next : self._next + rows]
        if not len(taken):
            return None
        self._next += len(taken)
        draws, replications = np.divmod(taken, self._per_draw)
        values = np.stack([self._draws.values(int(draw)) for draw in draws])
        return Chunk(self._seed, draws, replications, values)
