"""The page of results: what the shipped baselines say, written while the site is built.

A baseline holds few rows of each scenario, which `bvsim check` repeats. They are the numbers of
the code beside them; for numbers to quote, more draws are needed, and the page says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from statistics import fmean
from typing import Any

import yaml

from pages import short, table_lines
from pages.chain import ROOT

PAGE, PICTURE = "results.md", "images/results.svg"
BASE = "reference"
YEARS = (2030, 2035)
SHOWN = {
    "output_{}_gwh": "good cells, GWh",
    "nameplate_{}_gwh": "nameplate in service, GWh a year",
    "headcount_{}": "people employed",
    "local_cam_share_{}": "share of cathode material made here",
    "black_mass_{}_t": "black mass, tonnes",
    "storage_cells_{}_gwh": "of the cells, for stationary storage, GWh",
}
"""Key figures of the first table."""
FRAMES = ("announced", "hindcast-2023")
"""Scenarios that no difference is taken of."""
LOSSES = ("not_built", "closure", "delay", "rating", "ramp_up", "availability")
LIMITS = ("labour", "cathode", "demand", "throttle", "yield")

HEAD = """\
# Results

What the shipped scenarios say, from the baselines that `bvsim check` repeats: {rows} futures of
each scenario, the same draws and luck in all. They belong to the code and figures of this site.
So few show size and direction, no odds: take 512 draws for numbers to quote (`bvsim run
reference`). The same with 64 draws and intervals stands in [scenarios](scenarios.md), how far to
trust it in [validation](background/validation.md).

"""


@dataclass(frozen=True)
class Baseline:
    """What a baseline holds: a scenario's name, and its key figures row by row."""

    name: str
    region: str
    metrics: dict[str, Any]

    def rows(self, name: str) -> Sequence[float]:
        """Return a key figure of every row."""
        found: Sequence[float] = self.metrics[name]["rows"]
        return found

    def mean(self, name: str) -> float:
        """Return its mean."""
        return fmean(self.rows(name))


@cache
def baselines() -> tuple[Baseline, ...]:
    """Return the shipped baselines."""
    files = sorted((ROOT / "scenarios" / "baselines").glob("*.json"))
    return tuple(_read(json.loads(file.read_text(encoding="utf-8"))) for file in files)


def page() -> str:
    """Return the page."""
    base = _base()
    rows = len(base.rows(f"output_{YEARS[0]}_gwh"))
    return HEAD.format(rows=rows) + "\n".join(
        [*_reference(base), *_ledger(base), *_scenarios(base)]
    )


def picture() -> str:
    """Return a picture of the good cells of a year, scenario by scenario, future by future."""
    base = _base()
    others = [each for each in baselines() if each.region == base.region and each is not base]
    name = f"output_{YEARS[-1]}_gwh"
    ordered = [base, *sorted(others, key=lambda each: -each.mean(name))]
    most = max(max(each.rows(name)) for each in ordered if each.name != "announced") * 1.05
    height = 60 + 24 * len(ordered)
    parts = [_dots(each, 50 + 24 * at, most, name) for at, each in enumerate(ordered)]
    title = f"Good cells of {YEARS[-1]} in GWh: a dot a future, a bar their mean"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 {height}" fill="#1d2730" '
        f'font-family="sans-serif" font-size="13" role="img" aria-label="{title}">'
        f'<rect width="100%" height="100%" fill="white"/><text x="20" y="24">{title}</text>'
    )
    return "\n".join([head, *parts, "</svg>"]) + "\n"


def _read(said: dict[str, Any]) -> Baseline:
    name = str(said["scenario"])
    return Baseline(name, _model_of(ROOT / "scenarios" / f"{name}.yaml"), said["metrics"])


def _model_of(file: Path) -> str:
    """Return the model of a scenario: what it says, or what it extends."""
    said = yaml.safe_load(file.read_text(encoding="utf-8"))
    if "model" in said:
        return str(said["model"])
    return _model_of(file.with_name(f"{said['extends']}.yaml"))


def _base() -> Baseline:
    return next(each for each in baselines() if each.name == BASE)


def _reference(base: Baseline) -> Iterator[str]:
    yield "## The reference\n\nMean, and least to most of the futures.\n"
    head = ("", *map(str, YEARS))
    rows = [
        [words, *(_said(base.rows(name.format(year))) for year in YEARS)]
        for name, words in SHOWN.items()
    ]
    yield from table_lines(head, rows)


def _said(rows: Sequence[float]) -> str:
    return f"{short(fmean(rows))} ({short(min(rows))} to {short(max(rows))})"


def _ledger(base: Baseline) -> Iterator[str]:
    """Say what was lost of the plan, by cause; the ledger is of means."""
    yield "\n## What the plan lost\n"
    yield "GWh of good cells, means. [The ledger](model.md#the-loss-ledger) says what is what.\n"
    causes = [f"lost_{cause}_{{}}_gwh" for cause in (*LOSSES, *LIMITS)]
    rows = [
        [name[5:-7].replace("_", " "), *(short(base.mean(name.format(year))) for year in YEARS)]
        for name in causes
    ]
    yield from table_lines(("lost to", *map(str, YEARS)), rows)


def _scenarios(base: Baseline) -> Iterator[str]:
    yield f"\n## Scenarios\n\n![Good cells of {YEARS[-1]}, by scenario]({PICTURE})\n"
    yield "Good cells in GWh; differences are taken future by future, on common draws and luck.\n"
    head = ["scenario", *(word for year in YEARS for word in (str(year), "less the reference"))]
    others = [each for each in baselines() if each.region == base.region]
    yield from table_lines(head, [_compared(each, base) for each in others])


def _compared(other: Baseline, base: Baseline) -> list[str]:
    cells = [f"`{other.name}`"]
    for year in YEARS:
        name = f"output_{year}_gwh"
        apart = other is base or other.name in FRAMES
        less = other.mean(name) - base.mean(name)
        cells += [short(other.mean(name)), "-" if apart else f"{less:+.2f}"]
    return cells


def _dots(each: Baseline, y: int, most: float, name: str) -> str:
    def x(value: float) -> float:
        return 220 + 620 * min(value, most) / most

    mean = each.mean(name)
    beyond = f" ({mean:.0f})" if mean > most else ""
    label = f'<text x="210" y="{y + 4}" text-anchor="end">{escape(each.name + beyond)}</text>'
    line = f'<line x1="220" x2="840" y1="{y}" y2="{y}" stroke="#d5dde4"/>'
    circles = "".join(
        f'<circle cx="{x(v):.1f}" cy="{y}" r="4" fill="#00796b" fill-opacity="0.4"/>'
        for v in each.rows(name)
        if v <= most
    )
    bar = f'<path d="M{x(mean):.1f} {y - 8}v16" stroke="#1d2730" stroke-width="2"/>'
    return label + line + circles + bar
