"""What one replication of the reference scenario costs, as ratios taken within one run.

python benchmarks/replication.py [--json] [--short] [--scenario NAME] [--max-timeouts X]

A line-week is a week in which a released line runs. Draws of the uncertain figures differ in
line-weeks, so the costs and the line-weeks of all draws are added up before they are divided;
the spread is that among draws. The share of the time in which both workers are busy counts
everything that a run does, start-up and the writing of the store included; two processes
that each simulate half of the draws, and know nothing of each other, show what the machine
can do.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from timing import SEED, draws_of, median_and_spread, replicator, samples

import bvsim as bv
from bvsim.valley.ground.streams import Key
from bvsim.valley.valley import Valley, prepare, wired

WORKERS = 2


def kernel_events(setting: Any, values: np.ndarray) -> int:
    """Return how many events and acts come to their turn in one replication."""
    valley = wired(setting, values, Key(seed=SEED, draw=0, replication=0))
    assert isinstance(valley, Valley)
    valley.run()
    return valley.ctx.clock.done


def cpu_of_children() -> float | None:
    """Return the CPU seconds of all ended child processes; None where unknown."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def fan_out(name: str, draws: int) -> tuple[float, float | None]:
    """Return wall seconds of a run on two workers, and the share of them the workers were busy."""
    scenario = bv.load(name)
    with tempfile.TemporaryDirectory() as folder:
        before = cpu_of_children()
        start = time.perf_counter()
        out = Path(folder) / "run"
        bv.run(scenario, draws=draws, seed=SEED, workers=WORKERS, out=out, fresh=True)
        wall = time.perf_counter() - start
    for child in multiprocessing.active_children():
        child.join(timeout=5)
    after = cpu_of_children()
    if before is None or after is None or after == before:
        return wall, None
    return wall, (after - before) / (WORKERS * wall)


def simulate_part(name: str, draws: int, part: int) -> None:
    """Simulate one worker's part of the draws, and keep nothing."""
    scenario = bv.load(name)
    replicate = replicator(prepare(scenario), draws_of(scenario, draws))
    for row in range(part, draws, WORKERS):
        replicate(row)


def independent(name: str, draws: int) -> float:
    """Return wall seconds of two processes that each simulate half of the draws."""
    start = time.perf_counter()
    parts = [
        multiprocessing.Process(target=simulate_part, args=(name, draws, part))
        for part in range(WORKERS)
    ]
    for part in parts:
        part.start()
    for part in parts:
        part.join()
    return time.perf_counter() - start


def measure(name: str, *, short: bool) -> dict[str, float | str | None]:
    """Return the figures of speed for one scenario."""
    scenario = bv.load(name)
    count, draws = (5, 32) if short else (40, 1000)
    setting, values = prepare(scenario), draws_of(scenario, count)
    replicate = replicator(setting, values)
    found = samples(replicate, count)
    median, spread = median_and_spread([sample.seconds for sample in found])
    weeks = statistics.fmean(sample.line_weeks for sample in found)
    cost = statistics.fmean(sample.timeouts for sample in found)
    wall, busy = fan_out(name, draws)
    return {
        "scenario": name,
        "draws": count,
        "line_weeks": weeks,
        "kernel_events": kernel_events(setting, values[0]),
        "s_per_replication": median,
        "s_per_replication_p90_minus_p10": spread,
        "s_per_bare_timeout": statistics.median(sample.bare for sample in found),
        "timeouts_per_line_week": cost / weeks,
        "fan_out_draws": draws,
        "busy_share_2_workers": busy,
        "s_per_1000": wall / draws * 1000,
        "wall_over_independent": wall / independent(name, draws),
    }


def main() -> int:
    """Measure, and print what was measured; 1 when it is above a given limit."""
    parser = argparse.ArgumentParser(description="Time replications of a scenario.")
    parser.add_argument("--scenario", default="reference")
    parser.add_argument("--short", action="store_true", help="few repeats: for CI")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--max-timeouts", type=float, help="fail above so many per line-week")
    options = parser.parse_args()
    figures = measure(options.scenario, short=options.short)
    if options.json:
        print(json.dumps(figures))
    else:
        for key, value in figures.items():
            shown = f"{value:.4g}" if isinstance(value, float) else value
            print(f"{key:34} {'not measured' if shown is None else shown}")
    limit, reached = options.max_timeouts, figures["timeouts_per_line_week"]
    return int(limit is not None and isinstance(reached, float) and reached > limit)


if __name__ == "__main__":
    sys.exit(main())
