"""How precise each design makes the mean of 2030 output, at equal numbers of draws.

python benchmarks/precision.py [-n DRAWS ...] [--repeats R] [--pool FOLDER] [--json]

The standard error of the mean is measured, not estimated: every design is repeated with other
seeds, and the scatter of the means over the repeats is what it is. Two subjects:

- by default a stand-in with twenty uncertain figures, most of them small, and luck that makes 4%
  of the variance: it takes seconds and shows what the designs do;
- with --pool, the reference valley itself: each repeat is simulated into a folder below FOLDER
  (and found there again), so it takes 3 designs x R repeats x DRAWS replications.

The last column is the variance of random draws over that of the design: how many times more
random draws would have been needed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bvsim.ensemble.design import KINDS, design
from bvsim.ensemble.interval import ci95_mean

KPI = "output_2030_gwh"
FIGURES = 20
LUCK = 0.04
Sample = Callable[[str, int, int], np.ndarray]
"""Returns the values of one repeat from the design, the number of draws and the seed."""


def stand_in(kind: str, draws: int, seed: int) -> np.ndarray:
    """Return 'output' from twenty figures: a product of factors, a threshold, and luck."""
    u = design(FIGURES, draws, seed, kind).uniforms()
    weights = 0.8 / np.arange(1, FIGURES + 1)
    smooth = 20.0 * np.exp((u - 0.5) @ weights)
    stopped = u[:, 1] * u[:, 2] < 0.05  # a plant that is never built: a jump
    value = np.where(stopped, 0.6, 1.0) * smooth
    noise = np.random.default_rng([seed, draws]).normal(size=draws)
    return np.asarray(value + noise * value.std() * (LUCK / (1.0 - LUCK)) ** 0.5)


def reference(folder: Path, workers: int | None) -> Sample:
    """Return what simulates the reference valley, once for each design, size and seed."""
    import bvsim as bv

    scenario = bv.load("reference")

    def sample(kind: str, draws: int, seed: int) -> np.ndarray:
        out = folder / f"{kind}-{draws}-{seed}"
        made = bv.run(
            scenario,
            draws,
            seed,
            design=kind,
            out=out,
            resume=out.exists(),
            years=(2030,),
            workers=workers,
        )
        print(f"{out.name}: {made.manifest['elapsed_s']:.0f} s", file=sys.stderr)
        return made.table("kpis", [KPI])[KPI].to_numpy()

    return sample


def measure(sample: Sample, draws: int, repeats: int) -> list[dict[str, float | str]]:
    """Return the standard error of the mean under each design, and how its intervals did."""
    means, widths = {}, {}
    for kind in KINDS:
        values = [sample(kind, draws, seed) for seed in range(1, repeats + 1)]
        means[kind] = np.array([each.mean() for each in values])
        spans = [ci95_mean(each, np.arange(len(each)), kind) for each in values]
        widths[kind] = np.array([(high - low) / 2 for low, high in spans if high > low])
    best = np.mean([means[kind].mean() for kind in KINDS if kind != "random"])
    rows: list[dict[str, float | str]] = []
    for kind in KINDS:
        error = float(means[kind].std(ddof=1))
        covered = float((np.abs(means[kind] - best) <= widths[kind]).mean())
        ratio = float((means["random"].std(ddof=1) / error) ** 2)
        rows.append(
            {
                "design": kind,
                "draws": draws,
                "mean": float(means[kind].mean()),
                "standard_error": error,
                "median_half_width": float(np.median(widths[kind])),
                "covered": covered,
                "variance_ratio": ratio,
            }
        )
    return rows


def print_table(rows: list[dict[str, float | str]], repeats: int) -> None:
    """Print a table in Markdown."""
    print(f"Standard error of the mean over {repeats} repeats\n")
    print("| draws | design | mean | standard error | median half-width | covered | ratio |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        print(
            f"| {row['draws']} | {row['design']} | {row['mean']:.3f} | {row['standard_error']:.4f}"
            f" | {row['median_half_width']:.3f} | {row['covered']:.0%}"
            f" | {row['variance_ratio']:.1f} |"
        )


def main() -> int:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description="Compare the precision of designs.")
    parser.add_argument("-n", "--draws", type=int, nargs="+", default=[256, 1024])
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--pool", type=Path, help="simulate the reference into this folder")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args()
    sample = reference(options.pool, options.workers) if options.pool else stand_in
    rows = [row for draws in options.draws for row in measure(sample, draws, options.repeats)]
    if options.json:
        subject = "reference" if options.pool else "stand-in"
        print(json.dumps({"subject": subject, "repeats": options.repeats, "rows": rows}))
    else:
        print_table(rows, options.repeats)
    return 0


if __name__ == "__main__":
    sys.exit(main())
