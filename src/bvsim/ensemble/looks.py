"""Numbers first: what the first 64, 128, 256 ... draws say while a run goes on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np

from bvsim.ensemble.work import FloatArray, Result

FIRST = 64
TABLE = "kpis"
_HEADLINE = re.compile(r"output_\d+_gwh")

Tell = Callable[[int, Mapping[str, FloatArray]], None]
"""Called with a number of draws, and the values of each headline for those draws, in order."""


class Looks:
    """Takes in the rows of a run as they come, and tells of each prefix of draws that is whole.

    A prefix of a Sobol design, 64 draws or twice that and so on, is a smaller run of its own.

    Parameters
    ----------
    tell : callable
        Told of each prefix once.
    draws : int
        What the whole run has, of which the run itself tells.
    first : int
        The smallest prefix; each next one is twice as large.
    """

    def __init__(self, tell: Tell, draws: int, first: int = FIRST) -> None:
        self._tell, self._draws, self._next = tell, draws, first
        self._names: tuple[str, ...] = ()
        self._at: list[int] = []
        self._values: dict[int, FloatArray] = {}
        self._whole = 0

    def observe(self, result: Result) -> None:
        """Take in the rows of a chunk: plain ones, one replication a draw."""
        if TABLE not in result.tables:
            return
        if not self._names:
            columns = result.layouts[TABLE].columns
            self._names = tuple(name for name in columns if _HEADLINE.fullmatch(name))
            self._at = [columns.index(name) for name in self._names]
        rows = result.tables[TABLE][:, 0, :][:, self._at]
        self._values |= dict(zip(result.draws.tolist(), rows, strict=True))
        while self._whole in self._values:
            self._whole += 1
            if self._whole == self._next:
                self._next *= 2
                if self._whole != self._draws:
                    self._look()

    def _look(self) -> None:
        values = np.array([self._values[draw] for draw in range(self._whole)])
        self._tell(self._whole, dict(zip(self._names, values.T, strict=True)))
