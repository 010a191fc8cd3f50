"""What a run would cost: time, disk and memory, from a few of its rows."""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bvsim.ensemble.design.draws import Scenario
from bvsim.ensemble.run import run
from bvsim.ensemble.store.results import Run

SAMPLE: Final = 8
"""Rows that are simulated to know what one costs."""
_SECONDS_PER_HOUR: Final = 3600.0


@dataclass(frozen=True)
class Cost:
    """Expected cost of a run.

    Parameters
    ----------
    rows, workers : int
        How many rows, on how many processes.
    row_s : float
        CPU seconds of a row.
    row_kb : float
        Kilobytes of a row in the finished tables.
    worker_gb : float
        Memory of a worker; not a number where the system does not tell.
    """

    rows: int
    workers: int
    row_s: float
    row_kb: float
    worker_gb: float

    @property
    def cpu_hours(self) -> float:
        """CPU time of all rows."""
        return self.rows * self.row_s / _SECONDS_PER_HOUR

    @property
    def hours(self) -> float:
        """Time until the last row, all workers busy."""
        return self.cpu_hours / self.workers

    @property
    def disk_gb(self) -> float:
        """Size of the finished tables; as much again is needed while they are made."""
        return self.rows * self.row_kb / 1e6

    @property
    def memory_gb(self) -> float:
        """Memory of all workers."""
        return self.workers * self.worker_gb


def cost_of(scenario: Scenario, rows: int, workers: int, **options: Any) -> Cost:
    """Simulate a few rows, and say what all of them would cost.

    Parameters
    ----------
    scenario : Scenario
        What would be simulated.
    rows : int
        Rows of the run: draws times replications a draw.
    workers : int
        Processes that would share them.
    **options
        Of `bvsim.run`, where they change what a row costs: years, monthly, seed, design.
    """
    with tempfile.TemporaryDirectory() as folder:
        alone = {**options, "workers": 1, "fresh": True}
        first = run(scenario, 1, out=Path(folder) / "first", **alone)  # loads what rows need
        began = time.process_time()
        sample = run(scenario, 1 + SAMPLE, out=Path(folder) / "sample", **alone)
        row_s = (time.process_time() - began) / (1 + SAMPLE)
        row_kb = (_size(sample) - _size(first)) / SAMPLE / 1e3
    return Cost(rows, workers, row_s, row_kb, _memory_gb())


def _size(made: Run) -> int:
    """Return the bytes of a run's tables."""
    return sum(path.stat().st_size for path in made.folder.glob("*.parquet"))


def _memory_gb() -> float:
    """Return the most memory that this process has held."""
    if sys.platform == "win32":
        return float("nan")
    import resource

    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held / (1e9 if sys.platform == "darwin" else 1e6)  # bytes there, kilobytes elsewhere
