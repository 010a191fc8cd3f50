"""The summary of a run on the terminal: at most 100 columns wide."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING

from bvsim.analysis.ledger.bottlenecks import ledger_of, shares
from bvsim.analysis.summary import FEWEST_ROWS, quantiles, summarise
from bvsim.analysis.tables import by_year, cell, ranked
from bvsim.valley.cells.causes import LOSSES, label

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from rich.console import Console
    from rich.table import Table

    from bvsim.ensemble.store.results import Run

WIDTH = 100
BAR = 30


def make_console() -> Console:
    """Return a console on standard output, never wider than 100 columns."""
    from rich.console import Console

    probe = Console(highlight=False)
    width = min(probe.width, WIDTH) if sys.stdout.isatty() else WIDTH
    return Console(width=width, highlight=False, soft_wrap=False)


def print_summary(run: Run, page: Path | None = None) -> None:
    """Print output by year, the ledger of 2030, the bottlenecks, and where the files are."""
    console = make_console()
    manifest = run.manifest
    rows = f"rows {len(run.table('kpis'))} of {manifest['draws'] * manifest['per_draw']}"
    console.print(
        f"[bold]{manifest['scenario']}[/bold]  {rows}, seed {manifest['seed']}, "
        f"{manifest['design']}, {manifest['elapsed_s']:.1f} s\n"
    )
    console.print(_by_year(run))
    console.print(_ledger(run, _year(run)))
    _print_chances(console, run)
    for name, place in (("Report", page), ("Tables", f"{run.folder}/*.parquet")):
        if place is not None:
            console.print(f"[bold]{name}[/bold]  {place}", soft_wrap=True)


def _year(run: Run) -> int:
    from bvsim.analysis.tables import column_of

    return min(2030, int(column_of(run, "ledger", "year").max()))


def _table(title: str) -> Table:
    from rich import box
    from rich.table import Table

    return Table(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False
    )


def _by_year(run: Run) -> Table:
    found = quantiles(run, "good_gwh")
    plan = by_year(run, "announced_gwh").mean()
    causes = shares(run)
    table = _table("Output, GWh of good cells a year, and what holds it back")
    for name in ("year", "announced", "P10", "P50", "P90", "mean"):
        table.add_column(name, justify="right")
    table.add_column("main bottleneck, share of rows", min_width=30, no_wrap=True)
    for year in found.index:
        numbers = (cell(found, year, name) for name in ("p10", "p50", "p90", "mean"))
        texts = (f"{number:.1f}" for number in (plan[year], *numbers))
        table.add_row(str(year), *texts, _ranked(causes.loc[year]))
    return table


def _ranked(row: pd.Series[float]) -> str:
    """Name the three most frequent bottlenecks of a year."""
    return ", ".join(
        f"{label(cause)} {share:.0%}" if share >= 0.005 else f"{label(cause)} <1%"
        for cause, share in ranked(row)[:3]
    )


def _ledger(run: Run, year: int) -> Table:
    stairs = ledger_of(run, year)
    table = _table(f"From announced to delivered in {year}, GWh")
    table.add_column("")
    for name in ("mean", "P10", "P90"):
        table.add_column(name, justify="right")
    table.add_column("")
    widest = float(stairs["mean"].max()) or 1.0
    for step, row in stairs.iterrows():
        if row["mean"] < 0.05 and step not in ("announced", "good"):
            continue
        sign = "\N{MINUS SIGN}" if step in LOSSES else "+" if step == "beyond_plan" else ""
        bar = "█" * round(BAR * float(row["mean"]) / widest)
        style = "bold" if step in ("announced", "good") else ""
        numbers = (f"{sign}{row['mean']:.1f}", f"{row['p10']:.1f}", f"{row['p90']:.1f}")
        table.add_row(label(str(step)), *numbers, bar, style=style)
    return table


def _print_chances(console: Console, run: Run) -> None:
    table = summarise(run)
    for name in ("reach_30_gwh_2030", "reach_50_gwh_2030"):
        if name in table.index:
            gwh = name.split("_")[1]
            console.print(f"Chance of {gwh} GWh a year by 2030: {cell(table, name, 'mean'):.0%}")
    if "output_2030_gwh" in table.index:
        console.print(_precision(table, len(run.table("kpis"))))
    console.print()


def _precision(table: pd.DataFrame, rows: int) -> str:
    """Say how well the mean output of 2030 is known; nothing where no interval can be."""
    if rows < FEWEST_ROWS:
        said = "1 row is" if rows == 1 else f"{rows} rows are"
        return f"{said} too few to tell how well the mean output of 2030 is known."
    low, high = (cell(table, "output_2030_gwh", end) for end in ("ci95_lo", "ci95_hi"))
    if math.isnan(low):
        return ""
    said = f"Mean output of 2030 is known to 95% within {low:.2f} to {high:.2f} GWh."
    if low < 0.0:
        said += "\nOutput is never below zero: the interval reaches there because it is symmetric."
    return said
