"""How precise each design makes the mean of 2030 output, at equal numbers of draws.

python benchmarks/precision.py [-n DRAWS] [--repeats R] [--out FOLDER] [--page FILE]
python benchmarks/precision.py --stand-in [-n DRAWS ...] [--page FILE]

The standard error of the mean is measured, not estimated: each design is drawn anew with other
seeds, and the scatter of the means over the repeats is what it is. Two subjects:

- the valley itself: 3 designs x R repeats x DRAWS replications, all rows of one run in FOLDER, so
  that the same command goes on where it was stopped;
- with --stand-in twenty uncertain figures, most of them small, a threshold and luck that makes
  4% of the variance: seconds instead of minutes, so at many numbers of draws.

The last column is the variance of random draws over that of the design: how many times more
random draws would have been needed.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import bvsim as bv
from bvsim.ensemble.design.draws import spread
from bvsim.ensemble.design.interval import ci95_mean
from bvsim.ensemble.design.points import KINDS, design
from pages import every, markdown, publish, stamp

KPI = "output_2030_gwh"
PART, STAND_IN_PART = "benchmarks/precision.py", "benchmarks/precision.py --stand-in"
NAMES = {"random": "random", "lhs": "Latin hypercube", "sobol": "Sobol"}
FIGURES = 20
LUCK = 0.04
Row = dict[str, Any]
Values = dict[str, list[np.ndarray]]
"""By design: the values of each repeat."""


def stand_in(kind: str, draws: int, seed: int) -> np.ndarray:
    """Return 'output' from twenty figures: a product of factors, a threshold, and luck."""
    u = design(FIGURES, draws, seed, kind).uniforms()
    weights = 0.8 / np.arange(1, FIGURES + 1)
    smooth = 20.0 * np.exp((u - 0.5) @ weights)
    stopped = u[:, 1] * u[:, 2] < 0.05  # a plant that is never built: a jump
    value = np.where(stopped, 0.6, 1.0) * smooth
    noise = np.random.default_rng([seed, draws]).normal(size=draws)
    return np.asarray(value + noise * value.std() * (LUCK / (1.0 - LUCK)) ** 0.5)


def plans(draws: int, repeats: int) -> Iterator[tuple[str, int, int]]:
    """Yield (design, seed, first row) of every sample of the run that holds them all."""
    for i in range(repeats):
        for j, kind in enumerate(KINDS):
            yield kind, i + 1, (len(KINDS) * i + j) * draws


def valley(draws: int, repeats: int, out: Path, workers: int | None) -> Values:
    """Return the 2030 output of the reference in every sample, simulated in one run."""
    scenario = bv.load("reference")
    samples = [
        np.concatenate(list(spread(scenario, draws, seed, kind).blocks()))
        for kind, seed, _ in plans(draws, repeats)
    ]
    run = bv.run(
        scenario,
        table=pd.DataFrame(np.concatenate(samples), columns=list(scenario.paths)),
        out=out / f"precision-{draws}x{repeats}",
        resume=True,
        years=(2030,),
        workers=workers,
        progress=every("precision"),
    )
    kpis = run.table("kpis", ["draw", KPI]).sort_values("draw")
    if len(kpis) != len(KINDS) * repeats * draws:
        raise SystemExit(f"{run.folder}: some rows failed, so that the samples are not whole")
    output = kpis[KPI].to_numpy()
    values: Values = {kind: [] for kind in KINDS}
    for kind, _, first in plans(draws, repeats):
        values[kind].append(output[first : first + draws])
    return values


def summary(values: Values) -> list[Row]:
    """Return the standard error of the mean under each design, and how its intervals did."""
    means = {kind: np.array([each.mean() for each in values[kind]]) for kind in KINDS}
    best = np.mean([means[kind].mean() for kind in KINDS if kind != "random"])
    rows: list[Row] = []
    for kind in KINDS:
        found = [ci95_mean(each, np.arange(len(each)), kind) for each in values[kind]]
        spans = [span or (math.nan, math.nan) for span in found]
        half = np.array([(high - low) / 2 for low, high in spans])
        error = float(means[kind].std(ddof=1))
        rows.append(
            {
                "design": kind,
                "draws": len(values[kind][0]),
                "repeats": len(values[kind]),
                "mean": float(means[kind].mean()),
                "standard_error": error,
                "median_half_width": float(np.median(half)),
                "covered": float((np.abs(means[kind] - best) <= half).mean()),
                "variance_ratio": float((means["random"].std(ddof=1) / error) ** 2),
            }
        )
    return rows


def table(rows: list[Row]) -> str:
    """Return what was measured as a table in Markdown."""
    columns = ("draws", "design", "mean, GWh", "standard error", "interval, +/-", "covers",
               "variance: random / this")  # fmt: skip
    return markdown(
        columns,
        [
            (
                f"{row['draws']:,}",
                NAMES[row["design"]],
                f"{row['mean']:.2f}",
                f"{row['standard_error']:.3f}",
                f"{row['median_half_width']:.2f}",
                f"{row['covered']:.0%}",
                f"{row['variance_ratio']:.1f}",
            )
            for row in rows
        ],
    )


def note(repeats: int) -> str:
    """Return how well the figures of a table are known themselves."""
    error = 1.0 / math.sqrt(2.0 * (repeats - 1))
    ratio = math.exp(1.96 * math.sqrt(4.0 / (repeats - 1)))
    return (
        f"Standard errors are the scatter of the means of {repeats} repeats with other seeds; each "
        f"is itself known to about {error:.0%}, a ratio of variances within a factor of "
        f"{ratio:.1f}. The interval is the median half-width that a single run states; `covers` is "
        "how often it holds the mean of all stratified repeats."
    )


def main() -> int:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description="Compare the precision of designs.")
    parser.add_argument("-n", "--draws", type=int, nargs="+", help="[32; of the stand-in more]")
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--stand-in", action="store_true", help="no valley: a formula")
    parser.add_argument("--out", type=Path, default=Path("runs/benchmarks"), help="run folders")
    parser.add_argument("--page", type=Path, help="write the table into this page")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args()
    if options.repeats < 2:
        parser.error("a scatter takes two repeats or more")
    sizes = options.draws or ([64, 256, 1024, 4096] if options.stand_in else [32])
    rows: list[Row] = []
    for draws in sizes:
        if options.stand_in:
            seeds = range(1, options.repeats + 1)
            rows += summary({k: [stand_in(k, draws, s) for s in seeds] for k in KINDS})
        else:
            rows += summary(valley(draws, options.repeats, options.out, options.workers))
    if options.json:
        print(json.dumps({"stand_in": options.stand_in, "rows": rows}))
        return 0
    counted = f"{len(KINDS) * options.repeats * sum(sizes):,} replications"
    said = "" if options.stand_in else stamp("reference", counted) + " "
    text = f"{said}{note(options.repeats)}\n\n{table(rows)}"
    publish(options.page, STAND_IN_PART if options.stand_in else PART, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
