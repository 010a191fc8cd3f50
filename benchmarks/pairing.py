"""What pairing is worth: differences in 2030 output on common draws and luck, and without.

python benchmarks/pairing.py [--pairs N] [--months-pairs M] [--out FOLDER] [--page FILE]

The reference against four levers (scenarios/levers/), each alone, N pairs of rows: once with the
uncertain figures drawn, once with all of them at their medians, so that luck alone is left. The
variance factor is the variance of the difference of two unpaired rows over that of a pair.
That differences are exactly zero before a lever can act is looked at month by month, in every
column of every entity, in M pairs: a setting with a date acts from that date, one without (a
plant's start, for which people are hired ahead) from the day of the forecast. Every run is kept
in FOLDER: the same command goes on.

Replications: 5 scenarios x 2 x N, and 5 x M with months.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import bvsim as bv
from bvsim.analysis.policy.compare import compare
from bvsim.reading.datafiles import model_folder
from bvsim.reading.levers import Lever, load_levers, turn
from bvsim.reading.pages import read_pages
from bvsim.schema.pages import PairingPage
from pages import every, markdown, publish, stamp

KPI = "output_2030_gwh"
PART = "benchmarks/pairing.py"
DESIGNS = {"sobol": "drawn", "median": "fixed"}
BASE = "reference"
COUNTED = ("numbers compared before", "rows that differ before")
KEYS = ["draw", "replication", "month", "entity"]
MOST = 9_999
"""A larger factor says no more than that most pairs differ by next to nothing."""
Row = dict[str, Any]


class Runs:
    """Makes the runs of all scenarios, each once."""

    def __init__(self, options: argparse.Namespace) -> None:
        reference = bv.load(BASE)
        self.page = read_pages(model_folder()).pairing or PairingPage(())
        self.levers: dict[str, Lever] = dict(load_levers(reference))
        self.scenarios = {
            BASE: reference,
            **{name: turn(reference, self.levers, [name]) for name in self.page.levers},
        }
        self._options = options

    def earliest(self, name: str) -> str:
        """Return the first month that a lever can change anything in."""
        as_of = self.scenarios[BASE].as_of
        dates = [value["from"] for value in self.levers[name].set.values() if _dated(value)]
        if dates:
            return f"{min(dates):%Y-%m}"
        if name in self.page.by_calendar_year:
            return f"{as_of:%Y}-01"
        return f"{as_of + timedelta(days=1):%Y-%m}"

    def run(self, name: str, design: str, draws: int, *, monthly: bool = False) -> Any:
        """Return a run of the reference, or of it with one lever turned."""
        what = "months" if monthly else design
        return bv.run(
            self.scenarios[name],
            draws,
            design=design,
            out=self._options.out / f"pairing-{name}-{what}",
            resume=True,
            years=(2030,),
            monthly=monthly,
            workers=self._options.workers,
            progress=every(f"{name}, {what}"),
        )


def _dated(value: Any) -> bool:
    return isinstance(value, Mapping) and "from" in value


def differences(runs: Runs, pairs: int) -> list[Row]:
    """Return what each lever does, with figures drawn and fixed."""
    rows = []
    for design, figures in DESIGNS.items():
        base = runs.run(BASE, design, pairs)
        for name in runs.page.levers:
            found = compare(base, runs.run(name, design, pairs)).difference(KPI)
            rows.append({"lever": name, "figures": figures, **vars(found)})
    return rows


def first_months(runs: Runs, pairs: int) -> list[Row]:
    """Return the first month in which each lever changed any number of any entity."""
    base = _months(runs.run(BASE, "sobol", pairs, monthly=True))
    rows = []
    for name in runs.page.levers:
        other = _months(runs.run(name, "sobol", pairs, monthly=True))
        if not base.index.equals(other.index):
            raise SystemExit(f"{name}: the months of both sides do not match")
        apart = _apart(base, other)
        differ = pd.Index(base.index.get_level_values("month")[apart])
        acts = runs.earliest(name)
        months = base.index.get_level_values("month")
        earlier = months.astype(str).str[:7] < acts
        rows.append(
            {
                "lever": name,
                "acts_from": acts,
                "first_change": None if differ.empty else str(differ.min())[:7],
                "numbers_before": int(earlier.sum()) * base.shape[1],
                "differ_before": int((apart & earlier).sum()),
            }
        )
    return rows


def _months(run: Any) -> pd.DataFrame:
    return run.table("monthly").set_index(KEYS).sort_index()


def _apart(base: pd.DataFrame, other: pd.DataFrame) -> np.ndarray:
    """Tell for each row whether any of its numbers differs by so much as a bit."""
    a, b = (side[base.columns].to_numpy(dtype=np.float64) for side in (base, other))
    return np.asarray(((a != b) & ~(np.isnan(a) & np.isnan(b))).any(axis=1))


def factor(row: Row) -> str:
    """Write a variance factor with its interval."""
    if not math.isfinite(row["variance_factor"]):
        return "no difference varies"
    if row["variance_factor"] > MOST:
        return f"> {MOST:,}"
    low, high = row["factor_lo"], row["factor_hi"]
    return f"{row['variance_factor']:,.1f} ({low:,.1f} to {high:,.1f})"


def unpaired(row: Row) -> str:
    """Write how many draws each of two unpaired runs would have needed."""
    if not math.isfinite(row["unpaired_draws"]):
        return ""
    if row["variance_factor"] > MOST:
        return f"> {MOST * row['pairs']:,}"
    return f"{row['unpaired_draws']:,.0f}"


def text_of(rows: list[Row], months: list[Row], pairs: int, looked: int) -> str:
    """Return both tables in Markdown."""
    columns = ("lever", "figures", "difference, GWh", "95%, paired", "pairs in which it is zero",
               "variance: unpaired / paired", "unpaired draws for the same")  # fmt: skip
    first = markdown(
        columns,
        [
            (
                f"`{row['lever']}`",
                row["figures"],
                f"{row['mean']:+.3f}",
                f"{row['ci95_lo']:+.3f} to {row['ci95_hi']:+.3f}",
                f"{row['chance_equal']:.0%}",
                factor(row),
                unpaired(row),
            )
            for row in rows
        ],
    )
    second = markdown(
        ("lever", "can act from", "first month with any difference", *COUNTED),
        [
            (
                f"`{row['lever']}`",
                row["acts_from"],
                row["first_change"] or "none",
                f"{row['numbers_before']:,}",
                f"{row['differ_before']:,}",
            )
            for row in months
        ],
    )
    said = stamp(BASE, f"{pairs} pairs; months are compared in {looked} pairs")
    return f"{said}\n\n{first}\n\n{second}"


def main() -> int:
    """Measure, and print what was measured; 1 where anything differs before a lever acts."""
    parser = argparse.ArgumentParser(description="Compare paired with unpaired differences.")
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--months-pairs", type=int, default=16)
    parser.add_argument("--out", type=Path, default=Path("runs/benchmarks"), help="run folders")
    parser.add_argument("--page", type=Path, help="write the tables into this page")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args()
    runs = Runs(options)
    rows = differences(runs, options.pairs)
    months = first_months(runs, options.months_pairs)
    if options.json:
        print(json.dumps({"differences": rows, "months": months}))
    else:
        said = text_of(rows, months, options.pairs, options.months_pairs)
        publish(options.page, PART, said)
    return 1 if any(row["differ_before"] for row in months) else 0


if __name__ == "__main__":
    sys.exit(main())
