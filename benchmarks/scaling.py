"""How the cost of a replication grows with plants, lines and the horizon.

python benchmarks/scaling.py [--json] [--short | --large] [--scenario NAME]

Costs are in bare SimPy timeouts, medians over the same draws at every size. The elasticity
is the per cent by which the cost grows when the size grows by one per cent, between the
smallest and the largest size: at most 1 is linear or better. ``--large`` goes to sizes that nobody
has yet: 500 plants, 200 lines in a block, the year 2100; and says how much memory each took.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import multiprocessing
import resource
import statistics
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import Any

from timing import Sample, draws_of, median_and_spread, replicator, samples, samples_of

import bvsim as bv
from bvsim.valley.valley import Setting, prepare

LINES = "sites.*.blocks.*.lines"
INTERVALS = "sites.*.blocks.*.line_interval"
Sizes = dict[float, list[Sample]]


def by_lines(name: str, count: int, *, short: bool) -> Sizes:
    """Cut the same nameplate into more lines, released within the same time."""
    sizes: Sizes = {}
    for factor in (1, 4) if short else (1, 2, 4):
        sets = {LINES: {"times": factor}, INTERVALS: {"times": 1.0 / factor}}
        sizes[factor] = samples_of(bv.load(name, sets if factor > 1 else None), count)
    return sizes


def by_horizon(name: str, count: int, *, short: bool) -> Sizes:
    """End the simulation earlier."""
    scenario = bv.load(name)
    first, last = scenario.start.year, scenario.end.year
    middle = () if short else ((first + last) // 2,)
    sizes: Sizes = {}
    for year in (scenario.as_of.year + 2, *middle, last):
        ended = bv.load(name, {"end": datetime.date(year, 12, 31)})
        sizes[year - first + 1] = samples_of(ended, count)
    return sizes


def without(setting: Setting, left_out: set[str]) -> Setting:
    """Return the setting of a valley without some sites, and what was announced of them."""

    def draw(row: Any) -> Any:
        model = setting.draw(row)
        sites = {name: site for name, site in model.sites.items() if name not in left_out}
        return replace(model, sites=sites)

    plans = setting.plans
    paths = {b: path for b, path in plans.paths.items() if b.rsplit(".", 1)[0] not in left_out}
    return replace(setting, draw=draw, plans=replace(plans, paths=paths), layouts={})


def by_plants(name: str, count: int, *, short: bool) -> Sizes:
    """Leave out cell plants: the first ones by name stay."""
    scenario = bv.load(name)
    setting, values = prepare(scenario), draws_of(scenario, count)
    model = setting.draw(values[0])
    cells = sorted(site for site, spec in model.sites.items() if spec.kind == "cells")

    sizes: Sizes = {}
    for number in sorted({1, len(cells)} if short else {1, (len(cells) + 1) // 2, len(cells)}):
        fewer = without(setting, set(cells[number:]))
        sizes[number] = samples(replicator(fewer, values), count)
    return sizes


def with_copies(setting: Setting, copies: int) -> Setting:
    """Return the setting of a valley with copies of its first cell plant, all in its basin."""

    def draw(row: Any) -> Any:
        model = setting.draw(row)
        name, site = next((n, s) for n, s in sorted(model.sites.items()) if s.kind == "cells")
        more = {f"{name}-{number}": site for number in range(copies)}
        return replace(model, sites={**model.sites, **more})

    return replace(setting, draw=draw, layouts={})


def large_plants(name: str, count: int) -> Sizes:
    """Add copies of a plant, up to 500 in all."""
    scenario = bv.load(name)
    setting, values = prepare(scenario), draws_of(scenario, count)
    there = sum(spec.kind == "cells" for spec in setting.draw(values[0]).sites.values())
    return {
        size: samples(replicator(with_copies(setting, size - there), values), count)
        for size in (there, 50, 500)
    }


def large_lines(name: str, count: int) -> Sizes:
    """Cut the same nameplate into up to 200 lines a block, released within the same time."""
    sizes: Sizes = {}
    for lines in (5, 30, 200):
        sets = {LINES: {"value": lines, "unit": "count"}, INTERVALS: {"times": 5.0 / lines}}
        sizes[lines] = samples_of(bv.load(name, sets), count)
    return sizes


def large_horizons(name: str, count: int) -> Sizes:
    """End the simulation in the year 2100 at the latest."""
    scenario, sizes = bv.load(name), {}
    for year in (2040, 2060, 2100):
        ended = bv.load(name, {"end": datetime.date(year, 12, 31)})
        sizes[year - scenario.start.year + 1] = samples_of(ended, count)
    return sizes


def in_process(what: str, name: str, count: int) -> tuple[Sizes, float]:
    """Measure one of the large scales in a process of its own; return its peak memory too (MiB)."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_measured, what, name, count).result()


def _measured(what: str, name: str, count: int) -> tuple[Sizes, float]:
    sizes = LARGE[what](name, count)
    return sizes, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def summary(sizes: Sizes) -> dict[str, Any]:
    """Return costs by size, and how they grow."""
    rows = []
    for size, found in sorted(sizes.items()):
        cost, spread = median_and_spread([sample.timeouts for sample in found])
        weeks = statistics.median(sample.line_weeks for sample in found)
        rows.append({"size": size, "timeouts": cost, "spread": spread, "line_weeks": weeks})
    smallest, largest = rows[0], rows[-1]
    grown = math.log(largest["timeouts"] / smallest["timeouts"])
    return {"sizes": rows, "elasticity": grown / math.log(largest["size"] / smallest["size"])}


SCALES = {"plants": by_plants, "lines": by_lines, "years": by_horizon}
LARGE = {"plants": large_plants, "lines": large_lines, "years": large_horizons}


def main() -> int:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description="How cost grows with the model's size.")
    parser.add_argument("--scenario", default="reference")
    parser.add_argument("--short", action="store_true", help="few repeats: for CI")
    parser.add_argument("--large", action="store_true", help="sizes that nobody has yet: minutes")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args()
    count = 4 if options.short else 20
    if options.large:
        found = {}
        for what in LARGE:
            sizes, peak = in_process(what, options.scenario, 2)
            found[what] = summary(sizes) | {"peak_mib": peak}
    else:
        found = {
            what: summary(scale(options.scenario, count, short=options.short))
            for what, scale in SCALES.items()
        }
    if options.json:
        print(json.dumps(found))
        return 0
    for what, figures in found.items():
        peak = f", peak memory {figures['peak_mib']:,.0f} MiB" if "peak_mib" in figures else ""
        print(f"{what}: elasticity {figures['elasticity']:.2f}{peak}")
        for row in figures["sizes"]:
            print(
                f"  {row['size']:6g}  {row['timeouts']:10,.0f} timeouts (P10 to P90 "
                f"{row['spread']:,.0f}), {row['line_weeks']:,.0f} line-weeks"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
