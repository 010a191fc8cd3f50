"""What one replication of the reference scenario costs, as ratios taken within one run.

python benchmarks/replication.py [--json] [--short] [--scenario NAME]

Absolute seconds depend on the machine, so each replication is set against SimPy's own price
for a bare `yield env.timeout(...)`, measured beside it, and against the line-weeks simulated:
weeks in which a released line runs. Keys that cannot be measured here are null.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import simpy

import bvsim as bv
from bvsim.valley.streams import Key
from bvsim.valley.valley import prepare, simulate

WORKERS = 2
SEED = 1


def s_per_bare_timeout(timeouts: int, repeats: int = 5) -> float:
    """Return the seconds that one `yield env.timeout(1)` costs, the median of some repeats."""

    def process(env: simpy.Environment) -> Iterator[simpy.Event]:
        for _ in range(timeouts):
            yield env.timeout(1.0)

    def once() -> float:
        env = simpy.Environment()
        env.process(process(env))
        start = time.perf_counter()
        env.run()
        return (time.perf_counter() - start) / timeouts

    return statistics.median(once() for _ in range(repeats))


def replicator(scenario: Any) -> Callable[[int], Any]:
    """Return a function that simulates one replication, everything recorded."""
    setting = prepare(scenario)
    values = scenario.median()

    def replicate(replication: int) -> Any:
        return simulate(setting, values, Key(seed=SEED, draw=0, replication=replication))

    return replicate


def seconds_each(replicate: Callable[[int], Any], count: int) -> tuple[float, float]:
    """Return the median and the spread (P90 - P10) of the seconds of `count` replications."""
    replicate(0)  # warm caches
    seconds = []
    for replication in range(count):
        start = time.perf_counter()
        replicate(replication)
        seconds.append(time.perf_counter() - start)
    deciles = statistics.quantiles(seconds, n=10, method="inclusive")
    return statistics.median(seconds), deciles[8] - deciles[0]


def kernel_events(replicate: Callable[[int], Any]) -> int:
    """Return how many events SimPy's kernel processes in one replication."""
    original, count = simpy.Environment.step, 0

    def counting(self: simpy.Environment) -> None:
        nonlocal count
        count += 1
        original(self)

    simpy.Environment.step = counting  # type: ignore[method-assign]
    try:
        replicate(0)
    finally:
        simpy.Environment.step = original  # type: ignore[method-assign]
    return count


def line_weeks(record: Any) -> float | None:
    """Return the weeks in which released lines ran, summed over lines; None when not recorded."""
    table = record.tables["yearly"]
    if "line_weeks" not in table.columns:
        return None
    column = table.values[:, table.columns.index("line_weeks")]
    return float(column[column == column].sum())  # NaN: not a quantity of that entity


def cpu_of_children() -> float | None:
    """Return the CPU seconds of all ended child processes; None where unknown."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def fan_out(scenario: Any, draws: int) -> tuple[float, float | None]:
    """Return wall seconds of a run on two workers, and the share of them the workers were busy."""
    with tempfile.TemporaryDirectory() as folder:
        before = cpu_of_children()
        start = time.perf_counter()
        bv.run(scenario, draws=draws, seed=SEED, workers=WORKERS, out=Path(folder) / "run")
        wall = time.perf_counter() - start
    for child in multiprocessing.active_children():
        child.join(timeout=1)
    after = cpu_of_children()
    busy = (after - before) / (WORKERS * wall) if before is not None and after is not None else 0.0
    return wall, busy or None


def measure(name: str, *, short: bool) -> dict[str, float | str | None]:
    """Return the figures of speed for one scenario."""
    scenario = bv.load(name)
    replicate = replicator(scenario)
    bare = s_per_bare_timeout(20_000 if short else 200_000)
    median, spread = seconds_each(replicate, 5 if short else 30)
    weeks = line_weeks(replicate(0))
    draws = 32 if short else 512
    wall, busy = fan_out(scenario, draws)
    return {
        "scenario": name,
        "line_weeks": weeks,
        "kernel_events": kernel_events(replicate),
        "s_per_replication": median,
        "s_per_replication_p90_minus_p10": spread,
        "s_per_bare_timeout": bare,
        "timeouts_per_line_week": median / bare / weeks if weeks else None,
        "fan_out_draws": draws,
        "busy_share_2_workers": busy,
        "s_per_1000": wall / draws * 1000,
    }


def main() -> int:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description="Time replications of a scenario.")
    parser.add_argument("--scenario", default="reference")
    parser.add_argument("--short", action="store_true", help="few repeats: for CI")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args()
    figures = measure(options.scenario, short=options.short)
    if options.json:
        print(json.dumps(figures))
    else:
        for key, value in figures.items():
            shown = f"{value:.4g}" if isinstance(value, float) else value
            print(f"{key:34} {'not measured' if shown is None else shown}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
