"""Memory of the parent process of a run, at several numbers of replications.

python benchmarks/parent_memory.py [-n DRAWS ...] [--workers W] [--page FILE]

Rows are the reference's own, but only the first few are simulated and handed out again and
again, so that what is measured is the store: collecting, writing and merging, and then what
`bvsim run` does besides: summary and report. Peak resident memory is that of the parent alone,
each size in a process of its own. 10,000 rows take about 400 MB below the folder for temporary
files.
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
from pathlib import Path
from typing import Any

import numpy as np

import bvsim as bv
from bvsim.analysis.summary import run_json
from bvsim.ensemble.experiment import ValleyJob
from bvsim.ensemble.work import Simulate
from bvsim.show.report import write_report
from bvsim.valley.ground.streams import Key
from bvsim.valley.record.record import Record
from pages import every, markdown, publish

PART = "benchmarks/parent_memory.py"
YEARS = (2026, 2030, 2035, 2040)
SIMULATED = 4
_MIB = 1024.0


@dataclass(frozen=True)
class Again:
    """Simulates the first rows that a worker is asked for, and hands them out again.

    Parameters
    ----------
    scenario : bvsim.reading.scenario.Scenario
        What to simulate.
    """

    scenario: Any

    def prepare(self) -> Simulate:
        """Return the function that makes a row."""
        simulate = ValleyJob(self.scenario, YEARS, False).prepare()
        made: list[Record] = []

        def again(values: np.ndarray, key: Key) -> Record:
            if len(made) < SIMULATED:
                made.append(simulate(values, key))
            return made[key.draw % len(made)]

        return again


def peak_mib() -> float:
    """Return the peak resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MIB


def one(draws: int, workers: int) -> dict[str, float]:
    """Make one run and its report, and return the peak memory of this process after each."""
    scenario = bv.load("reference")
    started = time.monotonic()
    found: dict[str, float] = {"draws": draws, "before_mib": peak_mib()}
    with tempfile.TemporaryDirectory() as folder:
        run = bv.run(
            scenario,
            draws,
            out=f"{folder}/run",
            workers=workers,
            job=Again(scenario),
            chunk_rows=8,
            progress=every(f"{draws:,} rows"),
        )
        found |= {"run_mib": peak_mib(), "run_s": time.monotonic() - started}
        run_json(run)
        found["summary_mib"] = peak_mib()
        write_report(run)
        found |= {"report_mib": peak_mib(), "s": time.monotonic() - started}
    return found


def measure(draws: int, workers: int) -> dict[str, float]:
    """Measure one size in a process of its own."""
    words = [sys.executable, __file__, "--one", str(draws), "--workers", str(workers)]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout))


def main() -> int:
    """Measure each size, and print what was measured."""
    parser = argparse.ArgumentParser(description="Measure the memory of the parent of a run.")
    parser.add_argument("-n", "--draws", type=int, nargs="+", default=[1000, 10000])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--page", type=Path, help="write the table into this page")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one(options.one, options.workers)))
        return 0
    rows = [measure(draws, options.workers) for draws in options.draws]
    if options.json:
        print(json.dumps({"rows": rows}))
        return 0
    columns = ("replications", "after loading, MiB", "peak while running, MiB",
               "with the summary, MiB", "with the report, MiB", "wall, s")  # fmt: skip
    said = [
        (
            f"{row['draws']:,}",
            f"{row['before_mib']:.0f}",
            f"{row['run_mib']:.0f}",
            f"{row['summary_mib']:.0f}",
            f"{row['report_mib']:.0f}",
            f"{row['s']:.0f}",
        )
        for row in rows
    ]
    publish(options.page, PART, markdown(columns, said))
    return 0


if __name__ == "__main__":
    sys.exit(main())
