"""How the cost of a replication grows with plants, lines and the horizon.

python benchmarks/scaling.py [--json] [--short] [--scenario NAME]

Costs are in bare SimPy timeouts, medians over the same draws at every size. The elasticity
is the per cent by which the cost grows when the size grows by one per cent, between the
smallest and the largest size: at most 1 is linear or better.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import statistics
import sys
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


def main() -> int:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description="How cost grows with the model's size.")
    parser.add_argument("--scenario", default="reference")
    parser.add_argument("--short", action="store_true", help="few repeats: for CI")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args()
    count = 4 if options.short else 20
    found = {
        what: summary(scale(options.scenario, count, short=options.short))
        for what, scale in SCALES.items()
    }
    if options.json:
        print(json.dumps(found))
        return 0
    for what, figures in found.items():
        print(f"{what}: elasticity {figures['elasticity']:.2f}")
        for row in figures["sizes"]:
            print(
                f"  {row['size']:6g}  {row['timeouts']:10,.0f} timeouts (P10 to P90 "
                f"{row['spread']:,.0f}), {row['line_weeks']:,.0f} line-weeks"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
