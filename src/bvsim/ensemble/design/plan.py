"""The plan of a run: which rows it has, what stands behind each, and which remain to be done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bvsim.ensemble.design.correlation import Copula
from bvsim.ensemble.design.points import KINDS, Design, design
from bvsim.ensemble.work import Chunk, FloatArray, IntArray

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

    def quantile(self, u: NDArray[np.float64], /) -> NDArray[np.float64]:
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


def dimensions_of(scenario: Scenario) -> Sequence[int]:
    """Return the column of each of a scenario's figures."""
    return tuple(getattr(scenario, "dimensions", range(len(scenario.paths))))


def copula_of(scenario: Scenario) -> Copula:
    """Return what correlates the columns of a scenario's design."""
    order = getattr(scenario, "order", scenario.paths)
    return Copula(order, getattr(scenario, "correlations", ()))


class Draws:
    """The values of the uncertain figures of each draw.

    Values are computed in blocks of a fixed size and alignment, so that they do not depend on
    the number of draws or on which of them are asked for.

    Parameters
    ----------
    scenario : Scenario
        Whose figures.
    draws, seed, kind : int, int, str
        Number of draws, and the run's seed and design.
    table : array of float, shape (draws, figures), optional
        The values themselves, for the design ``table``.
    """

    def __init__(
        self, scenario: Scenario, draws: int, seed: int, kind: str, table: FloatArray | None = None
    ) -> None:
        self._scenario, self._draws, self._table = scenario, draws, table
        self._width = width_of(scenario)
        sampled = kind in KINDS
        self._design: Design | None = design(self._width, draws, seed, kind) if sampled else None
        self._copula = copula_of(scenario)
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
        """Return the values of a block; the last one is kept."""
        if self._held is None or self._held[0] != block:
            self._held = block, self._made(block)
        return self._held[1]

    def _made(self, block: int) -> FloatArray:
        """Return the values of a block; beyond the last draw of a design: medians."""
        first = block * _BLOCK
        last = min(first + _BLOCK, self._draws)
        if self._table is not None:
            return self._table[first:last]
        uniforms = np.full((_BLOCK, self._width), 0.5)
        if self._design is not None:
            uniforms[: last - first] = self._design.rows(first, last)
            uniforms = self._copula(uniforms)
        return np.asarray(self._scenario.quantile(uniforms), dtype=np.float64)


def row_values(scenario: Scenario, draw: int, draws: int, seed: int, kind: str) -> FloatArray:
    """Return the values behind one draw of a run, exactly as the run used them.

    Parameters
    ----------
    scenario : Scenario
        The run's scenario.
    draw, draws, seed, kind : int, int, int, str
        Which draw of how many, and the run's seed and design (no table: read those of the
        run's own table ``draws``).
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
    table : str
        Hash of the table of draws; empty for other designs.
    years, monthly : tuple of int, bool
        What is recorded.
    bvsim, code_hash : str
        Version of the program, and hash of its text.
    """

    scenario: str
    model_hash: str
    seed: int
    design: str
    table: str
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


@dataclass(frozen=True)
class Shard:
    """A part of a run: those of its draws whose number leaves a certain rest.

    Draws are dealt out in turn, so that each part is spread like the whole.

    Parameters
    ----------
    number, of : int
        Which part, from 1, of how many.
    """

    number: int = 1
    of: int = 1

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read ``I/N``.

        Raises
        ------
        ValueError
            When the text is something else.
        """
        number, slash, of = text.partition("/")
        if not (slash and number.strip().isdecimal() and of.strip().isdecimal()):
            raise ValueError(f"{text!r} is not I/N, such as 2/8")
        made = cls(int(number), int(of))
        if not 1 <= made.number <= made.of:
            raise ValueError(
                f"there is no shard {made}: they go from 1/{made.of} to {made.of}/{made.of}"
            )
        return made

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def has(self, draws: IntArray) -> NDArray[np.bool_]:
        """Tell which draws belong to the part."""
        return np.asarray(draws % self.of == self.number - 1)


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
    shard : Shard
        The part of the run that is ours.
    first : int
        Draws before this one were attended to before.
    """

    def __init__(
        self,
        draws: Draws,
        *,
        seed: int,
        number: int,
        per_draw: int,
        done: tuple[IntArray, IntArray],
        shard: Shard | None = None,
        first: int = 0,
    ) -> None:
        self._draws, self._seed, self._per_draw = draws, seed, per_draw
        open_rows = np.ones((number, per_draw), dtype=bool)
        open_rows[~(shard or Shard()).has(np.arange(number))] = False
        self.total = int(open_rows.sum())
        open_rows[done] = False
        open_rows[:first] = False
        self._rows = np.flatnonzero(open_rows)
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
