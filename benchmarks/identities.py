"""The same tables, bit for bit, of the reference itself, however it is simulated.

python benchmarks/identities.py [-n ROWS] [--extend N M] [--out FOLDER] [--page FILE]

A run of ROWS rows on one worker is compared with runs on two, on a Dask cluster of two, on one of
whose workers is killed, in three shards merged, killed half-way (SIGKILL) and resumed, and with one
row made to fail (all other rows must be there). A random and a Sobol run of N rows, extended to M,
are compared with runs of M rows made at once; a Latin hypercube must refuse. Every table of the
run folders is compared (compare_runs.py). Exit code 1 where anything differs.

Replications: 8 x ROWS and 4 x M.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from compare_runs import compare_runs

import bvsim as bv
from bvsim.ensemble.experiment import ValleyJob
from bvsim.ensemble.merging import merge
from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.work import Simulate
from bvsim.valley.ground.streams import Key
from bvsim.valley.record.record import Record
from pages import every, markdown, publish, stamp

PART = "benchmarks/identities.py"
YEARS = (2030,)
SCENARIO = "reference"
PATIENCE_S = 600.0
SAME = "the same, bit for bit"


@dataclass(frozen=True)
class Failing:
    """Simulates the valley, and raises an error in one draw.

    Parameters
    ----------
    scenario : bvsim.reading.scenario.Scenario
        What to simulate.
    draw : int
        The draw that fails.
    """

    scenario: Any
    draw: int

    def prepare(self) -> Simulate:
        """Return the function that simulates a row."""
        simulate = ValleyJob(self.scenario, YEARS, False).prepare()

        def failing(values: np.ndarray, key: Key) -> Record:
            if key.draw == self.draw:
                raise RuntimeError("made to fail")
            return simulate(values, key)

        return failing


class Checks:
    """Makes the runs and compares them."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.out, self.rows = options.out, options.rows
        self.first, self.last = options.extend
        self.scenario = bv.load(SCENARIO)
        self.refusal = ""

    def run(self, name: str, rows: int | None = None, **options: Any) -> Any:
        """Make a run, or go on with it."""
        out = self.out / name
        chosen = {"workers": 2, "resume": out.exists(), "years": YEARS, "progress": every(name)}
        return bv.run(self.scenario, rows or self.rows, out=out, **(chosen | options))

    def one_worker(self) -> Path:
        """Return the folder that the others are compared with."""
        return Path(self.run("one-worker", workers=1).folder)

    def against_one(self, folder: Path) -> list[str]:
        """Return how a folder differs from the run on one worker."""
        return compare_runs(self.one_worker(), folder)

    def two_workers(self) -> list[str]:
        """Two processes."""
        return self.against_one(self.run("two-workers").folder)

    def dask(self) -> list[str]:
        """Dask with two workers."""
        return self.against_one(self.run("dask", engine="dask").folder)

    def dask_killed(self) -> list[str]:
        """Dask, one of two workers killed after the first rows."""
        from distributed import LocalCluster

        shutil.rmtree(self.out / "dask-killed", ignore_errors=True)
        killed: list[int] = []
        with LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as cluster:
            pid = next(iter(cluster.workers.values())).pid

            def progress(done: int, total: int, failed: int) -> None:
                if done and not killed:
                    killed.append(pid)
                    os.kill(pid, signal.SIGKILL)

            made = self.run(
                "dask-killed",
                engine="dask",
                scheduler=cluster.scheduler_address,
                progress=progress,
                chunk_rows=1,
            )
        missed = [] if killed else ["no worker was killed"]
        return [*missed, *map(str, made.failures), *self.against_one(made.folder)]

    def shards(self) -> list[str]:
        """Three shards, merged."""
        parts = [self.run(f"shard-{i}", shard=f"{i}/3").folder for i in (1, 2, 3)]
        shutil.rmtree(self.out / "merged", ignore_errors=True)
        return self.against_one(merge(parts, self.out / "merged").folder)

    def killed(self) -> list[str]:
        """Killed half-way (SIGKILL) and resumed."""
        out = self.out / "killed"
        shutil.rmtree(out, ignore_errors=True)
        years = ",".join(map(str, YEARS))
        words = [sys.executable, "-m", "bvsim", "run", SCENARIO, "-n", str(self.rows)]
        words += ["--years", years, "--workers", "2", "--out", str(out)]
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + PATIENCE_S
        while not list(out.glob("shards/*.arrow")):
            if process.poll() is not None or time.monotonic() > until:
                return ["the run ended before it could be killed"]
            time.sleep(0.02)
        process.kill()
        process.wait()
        status = bv.open_run(out).status
        missed = [] if status == "running" else [f"nothing was left to resume: {status}"]
        return [*missed, *self.against_one(self.run("killed").folder)]

    def failing(self) -> list[str]:
        """One row made to fail: it is listed, and all others are there."""
        bad = self.rows // 2
        shutil.rmtree(self.out / "failing", ignore_errors=True)
        made = self.run("failing", job=Failing(self.scenario, bad))
        said = [(row.draw, row.replication, row.message) for row in made.failures]
        lines = [] if [s[:2] for s in said] == [(bad, 0)] else [f"failures: {said}"]
        whole = bv.open_run(self.one_worker())
        for name in whole.manifest["tables"]:
            expected = whole.table(name)
            expected = expected[expected["draw"] != bad].reset_index(drop=True)
            if not made.table(name).equals(expected):
                lines.append(f"{name}: the other rows differ")
        return lines

    def extended(self, design: str) -> list[str]:
        """Return how a run that was extended differs from one made at once."""
        name = f"{design}-extended"
        shutil.rmtree(self.out / name, ignore_errors=True)
        self.run(name, self.first, design=design)
        longer = self.run(name, self.last, design=design)
        return compare_runs(
            self.run(f"{design}-at-once", self.last, design=design).folder, longer.folder
        )

    def hypercube(self) -> list[str]:
        """A Latin hypercube refuses to be extended."""
        shutil.rmtree(self.out / "lhs", ignore_errors=True)
        self.run("lhs", 8, design="lhs")
        try:
            self.run("lhs", 16, design="lhs")
        except RunError as error:
            self.refusal = str(error).replace(str(self.out), "FOLDER")
            return []
        return ["it was extended"]


def main() -> int:
    """Make all comparisons; 1 where anything differs."""
    parser = argparse.ArgumentParser(description="Compare runs of the reference bit for bit.")
    parser.add_argument("-n", "--rows", type=int, default=16)
    parser.add_argument("--extend", type=int, nargs=2, default=(128, 256), metavar=("N", "M"))
    parser.add_argument("--out", type=Path, default=Path("runs/benchmarks/identities"))
    parser.add_argument("--page", type=Path, help="write the table into this page")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    checks = Checks(options)
    n, m = options.extend
    wanted: dict[str, Callable[[], list[str]]] = {
        "two processes": checks.two_workers,
        "Dask, two workers": checks.dask,
        "Dask, one of two workers killed": checks.dask_killed,
        "three shards merged": checks.shards,
        "killed (SIGKILL) half-way and resumed": checks.killed,
        "one row made to fail, all others": checks.failing,
        f"random, {n} extended to {m}, against {m} at once": lambda: checks.extended("random"),
        f"Sobol, {n} extended to {m}, against {m} at once": lambda: checks.extended("sobol"),
        "Latin hypercube extended": checks.hypercube,
    }
    rows, wrong = [], 0
    for name, check in wanted.items():
        lines = check()
        wrong += bool(lines)
        verdict = "; ".join(lines[:3]) if lines else SAME
        if name.startswith("Latin") and not lines:
            verdict = f"refused: {checks.refusal}"
        print(f"{name}: {verdict}", file=sys.stderr)
        rows.append((name, verdict))
    said = stamp(SCENARIO, f"{options.rows} rows, one process against each of these")
    publish(options.page, PART, f"{said}\n\n{markdown(('run', 'tables'), rows)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
