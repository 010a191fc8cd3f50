"""What a week of one unit costs here and in two other simulators, within one run.

python benchmarks/peers.py [--years N]     # wombat 0.13 and ciw from PyPI beside bvsim

All costs are in bare SimPy timeouts, measured right before each: seconds depend on the machine. A
unit is what each program simulates many of: a line here (with its share of people, cathode,
orders, money, recyclers and the ledger); a turbine in wombat (with failures of its parts by their
own clocks, weather, vessels and crews hour by hour, and logs of every event); a server in ciw (with
one customer a week on average, and nothing else: what a kernel of queues costs at least).
A package that is not installed is left out, and said so.
"""

from __future__ import annotations

import argparse
import importlib
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from timing import s_per_bare_timeout, samples_of

import bvsim as bv
from bvsim.valley import compiled

WEEKS_PER_YEAR = 365.25 / 7.0
HOURS_PER_WEEK = 168.0
SERVERS = 40


def bvsim_line(draws: int) -> float:
    """Return the cost of a line-week of the reference, in bare timeouts."""
    found = samples_of(bv.load("reference"), draws)
    return statistics.fmean(s.timeouts for s in found) / statistics.fmean(
        s.line_weeks for s in found
    )


def wombat_turbine(years: int) -> float:
    """Return the cost of a turbine-week of wombat's published comparison case."""
    case = importlib.import_module("library.code_comparison.dinwoodie")
    core = importlib.import_module("wombat.core")
    simulation = core.Simulation(Path(str(case.__file__)).parent, "base.yaml", random_seed=1)
    bare, hours = s_per_bare_timeout(), round(years * WEEKS_PER_YEAR * HOURS_PER_WEEK)
    seconds = _timed(
        lambda: simulation.run(until=hours, save_metrics_inputs=False, delete_logs=True)
    )
    units = len(simulation.windfarm.turbine_id)
    return seconds / bare / (units * hours / HOURS_PER_WEEK)


def ciw_server(years: int) -> float:
    """Return the cost of a server-week of a queue of many servers, one service a week each."""
    ciw: Any = importlib.import_module("ciw")
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=0.9 * SERVERS)],
        service_distributions=[ciw.dists.Exponential(rate=1.0)],
        number_of_servers=[SERVERS],
    )
    ciw.seed(1)
    simulation, bare = ciw.Simulation(network), s_per_bare_timeout()
    weeks = years * WEEKS_PER_YEAR
    return _timed(lambda: simulation.simulate_until_max_time(weeks)) / bare / (SERVERS * weeks)


def _timed(call: Callable[[], Any]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def main() -> None:
    """Print what each costs."""
    parser = argparse.ArgumentParser(description="Cost of a unit's week beside other simulators.")
    parser.add_argument("--years", type=int, default=3, help="simulated by the others")
    parser.add_argument("--draws", type=int, default=20, help="of the reference")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    build = "compiled" if compiled() else "interpreted"
    print(f"{f'bvsim, a line ({build})':32} {bvsim_line(options.draws):10.3g}")
    others = {"wombat, a turbine": wombat_turbine, "ciw, a server": ciw_server}
    for name, measured in others.items():
        try:
            print(f"{name:32} {measured(options.years):10.3g}")
        except ImportError as error:
            print(f"{name:32} not measured: {error}")
    print("bare SimPy timeouts for a week of one unit")


if __name__ == "__main__":
    main()
