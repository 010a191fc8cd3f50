"""How long bvsim takes to begin: imports, `--help`, and the first replication of a run.

python benchmarks/startup.py [--json] [--short]

Everything is measured in fresh interpreters: CPU seconds of `bvsim --help`, CPU seconds of
imports beside those of an interpreter that does nothing, wall seconds from the start of the
command until the first replication begins, and CPU seconds until then where one process does
all of it: on a busy machine these alone tell anything. `heavy_in_help` lists the slow libraries
that `--help` loads all the same; there should be none.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bvsim.ensemble.experiment import ValleyJob
    from bvsim.ensemble.work import Simulate
    from bvsim.valley.ground.books import FloatArray
    from bvsim.valley.ground.streams import Key
    from bvsim.valley.record.record import Record

STAMP = "first-replication"
HEAVY = ("matplotlib", "pandas", "pyarrow", "scipy", "scipy.stats", "dask", "simpy")
IMPORTS = ("yaml", "pydantic", "numpy", "simpy", "scipy.special", "bvsim", "bvsim.valley.valley")

_HELP = """
import sys, time
sys.argv = ["bvsim", "--help"]
try:
    from bvsim.cli import main
    main()
except SystemExit:
    pass
heavy = [name for name in {heavy!r} if name in sys.modules]
print(time.process_time(), ",".join(heavy), file=sys.stderr)
"""
_IMPORT = "import time{imported}; print(time.process_time())"


@dataclass(frozen=True)
class StampedJob:
    """The valley, with a note of when the first replication began.

    Parameters
    ----------
    job : ValleyJob
        What is simulated.
    stamp : str
        File that gets the time.
    """

    job: ValleyJob
    stamp: str

    def prepare(self) -> Simulate:
        """Return the function that simulates a row."""
        simulate, stamp = self.job.prepare(), Path(self.stamp)

        def stamped(values: FloatArray, key: Key) -> Record:
            if not stamp.exists():
                stamp.write_text(f"{time.time()} {time.process_time()}", encoding="utf-8")
            return simulate(values, key)

        return stamped


def run_stamped(folder: Path, workers: int) -> None:
    """Do what `bvsim run reference -n 8` does, and note when the first replication begins."""
    from bvsim.ensemble.experiment import ValleyJob
    from bvsim.ensemble.run import run
    from bvsim.reading.scenario import load

    scenario = load("reference")
    job = StampedJob(ValleyJob(scenario, (2030,), monthly=False), str(folder / STAMP))
    run(scenario, draws=8, workers=workers, job=job, out=folder / "run")


def first_replication(repeats: int, workers: int) -> tuple[float, float]:
    """Return wall seconds from a command to its first replication, and CPU seconds of who does it.

    On one worker that is the command's own process, so that its CPU seconds are all there are.
    """
    wall, cpu = [], []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as folder:
            begun = time.time()
            command = [sys.executable, __file__, "--first", folder, "--workers", str(workers)]
            subprocess.run(command, check=True)
            at, spent = (Path(folder) / STAMP).read_text(encoding="utf-8").split()
            wall.append(float(at) - begun)
            cpu.append(float(spent))
    return median(wall), median(cpu)


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run some code in a fresh interpreter."""
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True)


def median(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def help_cpu(repeats: int) -> tuple[float, list[str]]:
    """Return the CPU seconds of `bvsim --help`, and the heavy libraries it loads."""
    seconds, heavy = [], ""
    for _ in range(repeats):
        line = python(_HELP.format(heavy=HEAVY)).stderr.strip().splitlines()[-1]
        spent, _, heavy = line.partition(" ")
        seconds.append(float(spent))
    return median(seconds), [name for name in heavy.split(",") if name]


def import_cpu(name: str, repeats: int) -> float:
    """Return the CPU seconds of an interpreter that imports a module; none for no name."""
    code = _IMPORT.format(imported=f", {name}" if name else "")
    return median([float(python(code).stdout) for _ in range(repeats)])


def measure(*, short: bool) -> dict[str, object]:
    """Return the figures."""
    repeats = 3 if short else 9
    seconds, heavy = help_cpu(repeats)
    bare = import_cpu("", repeats)
    return {
        "help_cpu_s": seconds,
        "heavy_in_help": heavy,
        "interpreter_cpu_s": bare,
        "import_cpu_s": {name: import_cpu(name, repeats) - bare for name in IMPORTS},
        "first_replication_wall_s": first_replication(repeats, 2)[0],
        "first_replication_cpu_s": first_replication(repeats, 1)[1],
    }


def main() -> int:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description="How long bvsim takes to begin.")
    parser.add_argument("--short", action="store_true", help="few repeats: for CI")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--first", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--workers", type=int, default=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.first:
        run_stamped(options.first, options.workers)
        return 0
    figures = measure(short=options.short)
    if options.json:
        print(json.dumps(figures))
        return 0
    for key, value in figures.items():
        print(f"{key:28} {value:.3f}" if isinstance(value, float) else f"{key:28} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
