"""What the benchmarks share: CPU time beside the price of a bare SimPy timeout.

Absolute seconds depend on the machine and on who else uses it. So CPU seconds are taken, not
those of the wall clock, and each is set against SimPy's own price for a bare
`yield env.timeout(...)`, measured right before it.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import simpy

from bvsim.valley.ground.streams import Key
from bvsim.valley.valley import Setting, prepare, simulate

SEED = 1
_TIMEOUTS = 20_000


@dataclass(frozen=True)
class Sample:
    """One replication.

    Parameters
    ----------
    seconds, bare : float
        CPU seconds of the replication, and of one bare timeout before it.
    line_weeks : float
        Weeks in which released lines ran, summed over lines.
    """

    seconds: float
    bare: float
    line_weeks: float

    @property
    def timeouts(self) -> float:
        """The replication's cost in bare timeouts."""
        return self.seconds / self.bare


def s_per_bare_timeout(timeouts: int = _TIMEOUTS) -> float:
    """Return the CPU seconds that one `yield env.timeout(1)` costs."""

    def process(env: simpy.Environment) -> Iterator[simpy.Event]:
        for _ in range(timeouts):
            yield env.timeout(1.0)

    env = simpy.Environment()
    env.process(process(env))
    start = time.process_time()
    env.run()
    return (time.process_time() - start) / timeouts


def line_weeks(record: Any) -> float:
    """Return the weeks in which released lines ran, summed over lines."""
    table = record.tables["yearly"]
    column = table.values[:, table.columns.index("line_weeks")]
    return float(np.nansum(column))


def draws_of(scenario: Any, count: int) -> np.ndarray:
    """Return some draws of the uncertain figures, the same ones at each call."""
    uniform = np.random.default_rng(SEED).uniform(size=(count, len(scenario.paths)))
    return np.asarray(scenario.quantile(uniform))


def replicator(setting: Setting, values: np.ndarray) -> Callable[[int], Any]:
    """Return a function that simulates one row of draws, everything recorded."""

    def replicate(row: int) -> Any:
        return simulate(setting, values[row], Key(seed=SEED, draw=row, replication=0))

    return replicate


def samples(replicate: Callable[[int], Any], count: int) -> list[Sample]:
    """Return the cost of some replications, after one that warms the caches.

    What stands by then is left out of the search for garbage, as it is in a run's workers.
    """
    replicate(0)
    gc.collect()
    gc.freeze()
    found = []
    for row in range(count):
        bare = s_per_bare_timeout()
        start = time.process_time()
        record = replicate(row)
        found.append(Sample(time.process_time() - start, bare, line_weeks(record)))
    return found


def samples_of(scenario: Any, count: int) -> list[Sample]:
    """Return the cost of some replications of a scenario."""
    return samples(replicator(prepare(scenario), draws_of(scenario, count)), count)


def median_and_spread(values: Sequence[float]) -> tuple[float, float]:
    """Return the median, and the distance from P10 to P90."""
    deciles = statistics.quantiles(values, n=10, method="inclusive")
    return statistics.median(values), deciles[8] - deciles[0]
