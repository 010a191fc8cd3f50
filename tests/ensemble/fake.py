"""A small stand-in for the valley: fast, deterministic, and able to misbehave on request."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field

import numpy as np

from bvsim.ensemble.work import Simulate
from bvsim.valley.record import Record, Table
from bvsim.valley.streams import Key, Streams

YEARS = (2029, 2030)
ENTITIES = ("acc-douvrin", "aesc-douai", "acc-douvrin.block-1", "battri", "region")


@dataclass(frozen=True)
class FakeModel:
    sites: dict[str, int] = field(default_factory=lambda: {"acc-douvrin": 1, "aesc-douai": 2})


@dataclass(frozen=True)
class FakeScenario:
    name: str = "fake"
    dimensions: int = 3
    model_hash: str = "abc"
    model: FakeModel = FakeModel()

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(f"sites.x.figure-{i}" for i in range(self.dimensions))

    def quantile(self, u: np.ndarray) -> np.ndarray:
        return 10.0 * u

    def to_yaml(self) -> str:
        return f"name: {self.name}\n"


@dataclass(frozen=True)
class FakeJob:
    """Simulates rows; `fails`, `kills` and `odd` are draws that go wrong."""

    fails: frozenset[int] = frozenset()
    kills: frozenset[int] = frozenset()
    odd: frozenset[int] = frozenset()
    seconds: float = 0.0
    broken: bool = False

    def prepare(self) -> Simulate:
        if self.broken:
            raise RuntimeError("no setting")
        return self.simulate

    def simulate(self, values: np.ndarray, key: Key) -> Record:
        time.sleep(self.seconds)
        if key.draw in self.fails:
            raise ArithmeticError("the balance is off")
        if key.draw in self.kills:
            os._exit(9)
        luck = Streams(key).stream("acc-douvrin", "breakdowns").uniform()
        total = float(values.sum()) if len(values) else 0.0
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
