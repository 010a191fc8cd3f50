"""Test functions with published answers, as simulators for bvsim's own designs and runner."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bvsim.ensemble.work import Simulate
from bvsim.valley.ground.streams import Key, Streams
from bvsim.valley.record.record import Record, Table

G_COEFFICIENTS = (0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0)
"""The g-function of Saltelli et al. 2008, Global Sensitivity Analysis, section 3.6."""


@dataclass(frozen=True)
class Cube:
    """A scenario of uniform figures between two ends."""

    figures: int
    low: float = 0.0
    high: float = 1.0
    name: str = "cube"
    model_hash: str = "abc"

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(f"x.figure-{i + 1}" for i in range(self.figures))

    def quantile(self, u: np.ndarray) -> np.ndarray:
        return self.low + (self.high - self.low) * u

    def to_yaml(self) -> str:
        return f"name: {self.name}\n"


def ishigami(x: np.ndarray, luck: float = 0.0) -> float:
    """Ishigami and Homma 1990 with a = 7, b = 0.1."""
    return float(np.sin(x[0]) + 7.0 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0]))


def g_function(x: np.ndarray, luck: float = 0.0) -> float:
    a = np.array(G_COEFFICIENTS[: len(x)])
    return float(np.prod((np.abs(4.0 * x - 2.0) + a) / (1.0 + a)))


def half_luck(x: np.ndarray, luck: float = 0.0) -> float:
    """Half of the variance is the first figure's, half is luck; the second figure is idle."""
    return float(x[0] + luck)


@dataclass(frozen=True)
class FunctionJob:
    """Simulates a row by calling one of the functions above."""

    function: str
    fails: frozenset[int] = frozenset()

    def prepare(self) -> Simulate:
        return self.simulate

    def simulate(self, values: np.ndarray, key: Key) -> Record:
        if key.draw in self.fails:
            raise ArithmeticError("on request")
        luck = Streams(key).stream("x", "luck").uniform()
        y = globals()[self.function](values, luck)
        return Record({"kpis": Table((), ("y",), np.array([[y]]))})
