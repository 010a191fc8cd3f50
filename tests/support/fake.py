"""A small stand-in for the valley: fast, deterministic, and able to misbehave on request."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bvsim.ensemble.work import Simulate
from bvsim.valley.ground.streams import Key, Streams
from bvsim.valley.record.record import Record, Table

YEARS = (2029, 2030)
ENTITIES = ("acc-douvrin", "aesc-douai", "acc-douvrin.block-1", "battri", "region")


@dataclass(frozen=True)
class FakeModel:
    sites: dict[str, int] = field(default_factory=lambda: {"acc-douvrin": 1, "aesc-douai": 2})


@dataclass(frozen=True)
class FakeScenario:
    """Figures between 0 and 10; `fixed` ones keep their columns in the design."""

    name: str = "fake"
    count: int = 3
    model_hash: str = "abc"
    model: FakeModel = FakeModel()
    story: str = "What if?"
    fixed: frozenset[int] = frozenset()
    correlations: tuple[tuple[str, str, float], ...] = ()

    @property
    def order(self) -> tuple[str, ...]:
        return tuple(f"sites.x.figure-{i}" for i in range(self.count))

    @property
    def width(self) -> int:
        return self.count

    @property
    def dimensions(self) -> tuple[int, ...]:
        return tuple(i for i in range(self.count) if i not in self.fixed)

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(self.order[i] for i in self.dimensions)

    def quantile(self, u: np.ndarray) -> np.ndarray:
        assert u.shape[1] == self.width
        return 10.0 * u[:, list(self.dimensions)]

    def to_yaml(self) -> str:
        return f"name: {self.name}\n"


@dataclass(frozen=True)
class FakeJob:
    """Simulates rows; `fails`, `kills` and `odd` are draws that go wrong.

    Each process that simulates leaves a file of its number in the folder `marks`.
    """

    fails: frozenset[int] = frozenset()
    kills: frozenset[int] = frozenset()
    odd: frozenset[int] = frozenset()
    seconds: float = 0.0
    broken: bool = False
    lever: float = 0.0
    marks: str = ""

    def prepare(self) -> Simulate:
        if self.broken:
            raise RuntimeError("no setting")
        return self.simulate

    def simulate(self, values: np.ndarray, key: Key) -> Record:
        if self.marks:
            Path(self.marks, str(os.getpid())).touch()
        time.sleep(self.seconds)
        if key.draw in self.fails:
            raise ArithmeticError("the balance is off")
        if key.draw in self.kills:
            os._exit(9)
        luck = Streams(key).stream("acc-douvrin", "breakdowns").uniform()
        total = float(values.sum()) + self.lever if len(values) else self.lever
        index = (
            ("year", tuple(year for year in YEARS for _ in ENTITIES)),
            ("entity", ENTITIES * len(YEARS)),
        )
        yearly = np.full((len(index[0][1]), 3), np.nan)
        yearly[:, 0] = np.array(index[0][1]) < 2030
        yearly[[0, 1, 5, 6], 1] = [total, luck, 2 * total, 2 * luck]  # sites: good_gwh
        yearly[[3, 8], 2] = [luck, total]  # recycler: black_mass_t
        columns = ("observed", "good_gwh", "black_mass_t")
        if key.draw in self.odd:
            columns = ("observed", "good_gwh", "other")
        balances = Table(
            (("entity", ("a", "b")), ("unit", ("t", "heads"))), ("opening",), np.ones((2, 1))
        )
        kpis = np.array([[total, luck, np.nan if luck < 0.5 else 1.0]])
        names = ("output_2030_gwh", "luck", "sometimes")
        return Record(
            {
                "yearly": Table(index, columns, yearly),
                "balances": balances,
                "kpis": Table((), names, kpis),
            }
        )


def wait_for(truth: Callable[[], object], what: str, patience_s: float = 300.0) -> None:
    """Wait until something is true; machines may be slow, so wait long."""
    deadline = time.monotonic() + patience_s
    while not truth():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)
