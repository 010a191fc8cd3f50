"""Key figures of an experiment, block by block: from the row store, or simulated into it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass

import numpy as np

from bvsim.ensemble.experiment import Experiment
from bvsim.ensemble.shelved import Shelved
from bvsim.ensemble.work import FloatArray, IntArray, Result, Rows
from bvsim.ensemble.workers.engine import HERE, Engine
from bvsim.ensemble.workers.pool import Pool

BLOCK_ROWS = 16
_TABLE = "kpis"
View = Callable[[Result], tuple[tuple[str, ...], FloatArray]]
"""What is told of some rows: names, and values of shape (rows, names)."""


def key_figures(result: Result) -> tuple[tuple[str, ...], FloatArray]:
    """Return the key figures of some rows."""
    return result.layouts[_TABLE].columns, result.tables[_TABLE][:, 0, :]


@dataclass(frozen=True)
class Block:
    """Figures of some draws.

    Parameters
    ----------
    draws : array of int, shape (rows,)
        Which, in order; those that failed are missing.
    figures : tuple of str
        Their names.
    values : array of float, shape (rows, figures)
        Each in its own unit.
    simulated : int
        Rows that the row store did not have.
    """

    draws: IntArray
    figures: tuple[str, ...]
    values: FloatArray
    simulated: int


def blocks(
    experiment: Experiment,
    engine: Engine = HERE,
    *,
    size: int = BLOCK_ROWS,
    turn: AbstractContextManager[object] | None = None,
    view: View = key_figures,
) -> Generator[Block, None, None]:
    """Yield figures of an experiment of one replication a draw, in order of draws.

    Parameters
    ----------
    experiment : Experiment
        Whose rows.
    engine : Engine
        Who simulates those that the row store lacks; they are kept in it block by block.
    size : int
        Draws in a block.
    turn : context manager, optional
        Held while a block is looked up and made: those who share a lock make no row twice.
    view : callable
        Which figures; the key figures by default.
    """
    shelved, made = Shelved(experiment), _Made(experiment, engine)
    with closing(made):
        for first in range(0, experiment.draws, size):
            numbers = range(first, min(first + size, experiment.draws))
            with turn or nullcontext():
                block = _block(experiment, shelved, made, numbers, view)
            yield block


def _block(
    experiment: Experiment, shelved: Shelved, made: _Made, numbers: range, view: View
) -> Block:
    kept = list(shelved.recall(_rows(experiment, numbers)))
    known = {draw for result in kept for draw in result.draws.tolist()}
    left = [number for number in numbers if number not in known]
    fresh = made.results(_rows(experiment, left)) if left else []
    for result in fresh:
        shelved.keep(experiment, result)
    return _joined([*kept, *fresh], len(left), view)


def _rows(experiment: Experiment, numbers: range | list[int]) -> Rows:
    return Rows((experiment.row(number) for number in numbers), len(numbers))


def _joined(results: list[Result], simulated: int, view: View) -> Block:
    full = [result for result in results if len(result.draws)]
    if not full:
        return Block(np.empty(0, dtype=np.int64), (), np.empty((0, 0)), simulated)
    draws = np.concatenate([result.draws for result in full])
    seen = [view(result) for result in full]
    values = np.concatenate([own for _, own in seen])
    order = np.argsort(draws)
    return Block(draws[order], seen[0][0], values[order], simulated)


class _Made:
    """Who simulates what is missing, called in for the first row that is."""

    def __init__(self, experiment: Experiment, engine: Engine) -> None:
        self._experiment, self._engine = experiment, engine
        self._pool: Pool | None = None

    def results(self, rows: Rows) -> list[Result]:
        """Simulate some rows."""
        if self._pool is None:
            self._pool = self._engine.pool(self._experiment.simulator, self._experiment.draws)
            self._pool.start()
        self._pool.begin(rows)
        return list(self._pool.results(rows))

    def close(self) -> None:
        """Send the workers home."""
        if self._pool is not None:
            self._pool.close()
