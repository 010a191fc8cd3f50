"""Memory of the parent process of a run, at several numbers of replications.

python benchmarks/parent_memory.py [-n DRAWS ...] [--workers W]

The rows come from a stand-in that returns tables of the reference's size (17 years, 60
entities, 80 columns) at once, so that what is measured is the store: collecting, writing and
merging. Peak resident memory is that of the parent alone, each size in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

import numpy as np

from bvsim.ensemble.run import run
from bvsim.ensemble.work import Simulate
from bvsim.valley.record import Record, Table
from bvsim.valley.streams import Key

YEARS, ENTITIES, COLUMNS = 17, 60, 80


@dataclass(frozen=True)
class Scenario:
    """A thousand uncertain figures."""

    name: str = "memory"
    model_hash: str = "none"
    paths: tuple[str, ...] = tuple(f"figure-{i}" for i in range(1000))

    def quantile(self, u: np.ndarray) -> np.ndarray:
        """Return the uniform numbers."""
        return u

    def to_yaml(self) -> str:
        """Return a name."""
        return f"name: {self.name}\n"


@dataclass(frozen=True)
class Job:
    """Returns a table of random numbers."""

    def prepare(self) -> Simulate:
        """Return the function that makes a row."""
        return self.simulate

    def simulate(self, values: np.ndarray, key: Key) -> Record:
        """Return one replication."""
        rng = np.random.default_rng([key.draw, key.replication])
        labels = [f"entity-{i}" for i in range(ENTITIES)]
        index = (
            ("year", tuple(2023 + i // ENTITIES for i in range(YEARS * ENTITIES))),
            ("entity", tuple(labels) * YEARS),
        )
        names = tuple(f"quantity_{i}_t" for i in range(COLUMNS))
        yearly = Table(index, names, rng.random((YEARS * ENTITIES, COLUMNS)).round(3))
        return Record(
            {"yearly": yearly, "kpis": Table((), ("output_2030_gwh",), rng.random((1, 1)))}
        )


def one(draws: int, workers: int) -> dict[str, float]:
    """Make one run, in chunks of one size, and return the peak memory of this process."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        run(Scenario(), draws, out=f"{folder}/run", workers=workers, job=Job(), chunk_rows=8)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"draws": draws, "parent_mib": peak, "seconds": time.monotonic() - started}


def main() -> int:
    """Measure each size in a process of its own."""
    parser = argparse.ArgumentParser(description="Measure the memory of the parent of a run.")
    parser.add_argument("-n", "--draws", type=int, nargs="+", default=[1000, 10000])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one(options.one, options.workers)))
        return 0
    for draws in options.draws:
        words = [sys.executable, __file__, "--one", str(draws), "--workers", str(options.workers)]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        found = json.loads(done.stdout)
        print(f"{draws:>7,} rows: {found['parent_mib']:.0f} MiB, {found['seconds']:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
