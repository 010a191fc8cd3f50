"""The page on speed: runs the benchmarks and writes what they found between its markers.

python benchmarks/page.py [--short] [--compiled FOLDER] [--into docs/background/speed.md]

Ratios that do not depend on the machine come first. `--compiled` names a folder in which
`benchmarks/compiled.py build` has put a compiled valley; without it that part is left out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import compiled
import replication
import rooms
import scaling
import startup

from pages import markdown, publish, stamp

NAME = "page"
SIZES = {"plants": "cell plants", "lines": "lines, times", "years": "years simulated"}
Figures = Mapping[str, Any]


def cost(found: Figures, fast: Figures | None) -> Iterator[str]:
    """Yield what a replication costs, in bare timeouts first."""
    whole = found["timeouts_per_line_week"] * found["line_weeks"]
    rows = [
        ("bare timeouts per line-week", f"{found['timeouts_per_line_week']:.1f}"),
        ("bare timeouts per replication", f"{whole:,.0f}"),
        ("line-weeks per replication, mean", f"{found['line_weeks']:,.0f}"),
        ("events and acts on the agenda", f"{found['kernel_events']:,.0f}"),
    ]
    if fast is not None:
        per_week = fast["compiled"]["timeouts_per_line_week"]
        same = "equal bit by bit" if fast["identical"] else "DIFFERENT"
        rows.append(("bare timeouts per line-week, valley compiled", f"{per_week:.1f}"))
        rows.append(("compiled: times faster, on the same draws", f"{fast['times_faster']:.2f}"))
        rows.append(("compiled: tables against the interpreted ones", same))
    yield markdown(("Cost of one replication", "ratio or count"), rows)
    spread = found["s_per_replication_p90_minus_p10"]
    seconds = [
        ("one replication, median", f"{found['s_per_replication']:.3f} s of CPU"),
        ("its P90 less its P10 among draws", f"{spread:.3f} s of CPU"),
        ("one bare timeout, median", f"{found['s_per_bare_timeout'] * 1e6:.2f} µs of CPU"),
    ]
    if fast is not None:
        figure = fast["compiled"]["s_per_replication"]
        seconds.append(("one replication compiled, median", f"{figure:.3f} s of CPU"))
    yield markdown(("The same on the machine of this page", "seconds"), seconds)


def fan_out(found: Figures) -> Iterator[str]:
    """Yield how well two workers are used."""
    busy = found["busy_share_2_workers"]
    rows = [
        ("both workers busy", "not measured" if busy is None else f"{busy:.0%} of the time"),
        (
            "wall time over that of two independent processes",
            f"{found['wall_over_independent']:.2f}",
        ),
        ("1,000 replications, by this run's pace", f"{found['s_per_1000']:.0f} s"),
    ]
    yield markdown((f"{found['fan_out_draws']} replications on two workers", "figure"), rows)


def profile(shares: Mapping[str, float]) -> Iterator[str]:
    """Yield where the time goes."""
    rows = [(room, f"{share:.0%}") for room, share in shares.items()]
    yield markdown(("Actor", "share of a replication"), rows)


def growth(found: Mapping[str, Figures]) -> Iterator[str]:
    """Yield how the cost grows with the model's size."""
    rows = []
    for what, figures in found.items():
        sizes = figures["sizes"]
        per_week = [row["timeouts"] / row["line_weeks"] for row in sizes]
        rows.append(
            (
                SIZES[what],
                " → ".join(f"{row['size']:g}" for row in sizes),
                " → ".join(f"{row['timeouts'] / 1e3:,.0f}" for row in sizes),
                " → ".join(f"{row['spread'] / 1e3:,.0f}" for row in sizes),
                " → ".join(f"{each:.0f}" for each in per_week),
                f"{figures['elasticity']:.2f}",
            )
        )
    timeouts = "thousand bare timeouts, median"
    heads = ("Size", "from → to", timeouts, "P90 less P10", "a line-week", "elasticity")
    yield markdown(heads, rows)


def beginning(found: Figures) -> Iterator[str]:
    """Yield how long bvsim takes to begin."""
    heavy = ", ".join(found["heavy_in_help"]) or "none"
    rows = [
        ("`bvsim --help`", f"{found['help_cpu_s']:.2f} s of CPU"),
        ("an interpreter that does nothing", f"{found['interpreter_cpu_s']:.2f} s of CPU"),
        ("slow libraries that `--help` loads", heavy),
        (
            "to the first replication, one process",
            f"{found['first_replication_cpu_s']:.1f} s of CPU",
        ),
        ("to the first replication, two workers", f"{found['first_replication_wall_s']:.1f} s"),
    ]
    rows += [
        (f"`import {name}`", f"{cpu:.2f} s of CPU") for name, cpu in found["import_cpu_s"].items()
    ]
    yield markdown(("Start-up, medians", "seconds"), rows)


def measured(name: str, *, short: bool, folder: Path | None) -> Iterator[str]:
    """Run the benchmarks, and yield the parts of the page."""
    if folder is not None:
        compiled.check_fresh(folder)
    found = replication.measure(name, short=short)
    count = 4 if short else 20
    fast = compiled.compare(folder, name, count) if folder is not None else None
    yield stamp(name, f"{found['draws']} draws of the uncertain figures")
    yield from cost(found, fast)
    yield from fan_out(found)
    yield from profile(rooms.shares(name, 4 if short else 30))
    sizes = {
        what: scaling.summary(scale(name, count, short=short))
        for what, scale in scaling.SCALES.items()
    }
    yield from growth(sizes)
    yield from beginning(startup.measure(short=short))


def main() -> int:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser(description="Write the page on speed.")
    parser.add_argument("--scenario", default="reference")
    parser.add_argument("--short", action="store_true", help="few repeats: for CI")
    parser.add_argument("--compiled", type=Path, help="folder with a compiled valley")
    parser.add_argument("--into", type=Path, help="page to write into")
    options = parser.parse_args()
    parts = measured(options.scenario, short=options.short, folder=options.compiled)
    publish(options.into, NAME, "\n\n".join(parts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
