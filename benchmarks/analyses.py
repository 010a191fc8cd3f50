"""What the analyses cost: seconds at a small n, and what a sensible n would take.

python benchmarks/analyses.py [--json] [--scenario NAME] [--rows N] [--workers W]

Each analysis is run on a few rows of the scenario. The estimate for its usual n scales the
simulations; what an analysis does besides simulating is timed on its own.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bvsim as bv
from bvsim.analysis.relief import relief, run_relief
from bvsim.analysis.sensitivity import METHODS, analyse, make_plan, run_sensitivity

RELIEF_ROWS = 64
RELIEF_SUBSETS = 16
BASES = {"tornado": 1, "morris": 1, "sobol": 2, "prcc": 16}
MOVED = ("shock.*", "demand.cost_gap.*")


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that some work takes, and its result."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def time_relief(scenario: Any, folder: Path, rows: int, workers: int) -> dict[str, float]:
    """Time the relief of a few rows."""
    seconds, run = timed(lambda: run_relief(scenario, rows, out=folder / "relief", workers=workers))
    after, _ = timed(lambda: relief(run))
    return {
        "simulations": rows * RELIEF_SUBSETS,
        "s_simulating": seconds,
        "s_analysing": after,
        "usual_n": RELIEF_ROWS,
        "s_at_usual_n": seconds / rows * RELIEF_ROWS + after,
    }


def time_method(scenario: Any, method: str, folder: Path, workers: int) -> dict[str, float]:
    """Time a method of sensitivity at a few base draws."""
    bases, figures = BASES[method], MOVED if method == "tornado" else ()
    seconds, run = timed(
        lambda: run_sensitivity(
            scenario, method, bases, out=folder / method, figures=figures, workers=workers
        )
    )
    after, _ = timed(lambda: analyse(run, method))
    usual = METHODS[method].bases
    rows = 1
    if method != "prcc":
        rows = make_plan(scenario, method, bases, 1, figures=figures).rows_per_base
    return {
        "simulations": bases * rows,
        "s_simulating": seconds,
        "s_analysing": after,
        "usual_n": usual,
        "s_at_usual_n": seconds / bases * usual + after,
    }


def measure(name: str, rows: int, workers: int) -> dict[str, dict[str, float]]:
    """Return what each analysis of a scenario costs."""
    scenario = bv.load(name)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        found = {"relief": time_relief(scenario, folder, rows, workers)}
        for method in BASES:
            found[method] = time_method(scenario, method, folder, workers)
    return found


def main() -> int:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description="Time the analyses of a scenario.")
    parser.add_argument("--scenario", default="reference")
    parser.add_argument("--rows", type=int, default=2, help="rows of relief")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args()
    figures = measure(options.scenario, options.rows, options.workers)
    if options.json:
        print(json.dumps(figures))
        return 0
    for name, row in figures.items():
        print(
            f"{name:8} {row['simulations']:5.0f} simulations {row['s_simulating']:7.1f} s, "
            f"analysis {row['s_analysing']:5.1f} s; at n = {row['usual_n']:.0f} about "
            f"{row['s_at_usual_n'] / 60:.1f} min"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
