"""The summary of a run on the terminal: at most 100 columns wide, and whole on 60."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, NoReturn

from bvsim.analysis.ledger.bottlenecks import ledger_of, shares
from bvsim.analysis.ledger.limits import sentences
from bvsim.analysis.policy.labels import levers_of
from bvsim.analysis.summary import FEWEST_ROWS, quantiles, summarise
from bvsim.analysis.tables import (
    Kept,
    RunLike,
    by_year,
    cell,
    columns_from,
    columns_of,
    last_years,
    ranked,
    row_count,
)
from bvsim.cli.frames import Column, FittedTable, frame_table, signed
from bvsim.valley.cells.causes import LOSSES, label

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from rich.console import Console

WIDTH = 100
BAR = 30
_NOTHING = 0.05
"""GWh; losses below it are named in a line and not in the table."""


def make_console() -> Console:
    """Return a console on standard output, never wider than 100 columns."""
    from rich.console import Console

    probe = Console(highlight=False)
    width = min(probe.width, WIDTH) if sys.stdout.isatty() else WIDTH
    console = Console(width=width, highlight=False, soft_wrap=False)
    console.on_broken_pipe = _leave  # type: ignore[method-assign]
    return console


def _leave() -> NoReturn:
    """Have the command end as with any output that is not read: rich would end it on its own."""
    raise BrokenPipeError


def say(*lines: str) -> None:
    """Print sentences: folded at words on a terminal, a line each elsewhere."""
    console = make_console()
    for line in lines:
        console.print(line, markup=False, soft_wrap=not sys.stdout.isatty())


def print_summary(finished: RunLike) -> None:
    """Print output by year, the ledger of 2030, the bottlenecks, and where the tables are."""
    console, run = make_console(), Kept(finished)
    manifest = run.manifest
    rows = f"rows {row_count(run)} of {manifest['draws'] * manifest['per_draw']}"
    console.print(
        f"[bold]{manifest['scenario']}[/bold]  {rows}, seed {manifest['seed']}, "
        f"{manifest['design']}, {manifest['elapsed_s']:.1f} s\n"
    )
    for each in levers_of(run):
        console.print(f"Lever {each} from {each.since}: {each.title}", markup=False)
    console.print(_by_year(run))
    year = _year(run)
    stairs = ledger_of(run, year)
    console.print(ledger_table(stairs, year))
    for line in (*limits(run, stairs, year), *_chances(run)):
        console.print(line, markup=False)
    console.print("\n[bold]Limits of what plants may start[/bold]")
    for line, _ in sentences(run).values():
        console.print(line, markup=False)
    console.print()
    print_place("Tables", f"{run.folder}/*.parquet")


def print_place(name: str, place: str | Path) -> None:
    """Print where files are, on one line however long: names can be copied whole."""
    make_console().print(f"[bold]{name}[/bold]  {place}", soft_wrap=True)


def _year(run: RunLike) -> int:
    return min(2030, last_years(run)[0])


def _by_year(run: RunLike) -> FittedTable:
    found = quantiles(run, "good_gwh")
    plan = by_year(run, "announced_gwh").mean()
    causes = shares(run)
    rows = []
    for year in found.index:
        numbers = (cell(found, year, name) for name in ("p10", "p50", "p90", "mean"))
        texts = (f"{number:.1f}" for number in (plan[year], *numbers))
        rows.append((str(year), *texts, *_ranked(causes.loc[year])))
    title = "Output, GWh of good cells a year, and what holds it back (share of rows)"
    header = (
        Column("year"),
        Column("announced", 2),
        *(Column("P10"), Column("P50"), Column("P90"), Column("mean", 1)),
        *(Column("main bottleneck"), Column("second", 3), Column("third", 4)),
    )
    return frame_table(title, header, rows)


def _ranked(row: pd.Series[float]) -> list[str]:
    """Name the three most frequent bottlenecks of a year."""
    named = [
        f"{label(cause)} {share:.0%}" if share >= 0.005 else f"{label(cause)} <1%"
        for cause, share in ranked(row)[:3]
    ]
    return [*named, "", ""][:3]


def ledger_table(stairs: pd.DataFrame, year: int) -> FittedTable:
    """Return the staircase of a year, each step with its sign in the sum.

    Parameters
    ----------
    stairs : pandas.DataFrame
        Of `ledger_of`.
    year : int
        The year.
    """
    widest = float(stairs["mean"].max()) or 1.0
    rows: list[tuple[str, ...]] = []
    strong: list[int] = []
    for step, row in stairs.iterrows():
        whole = step in ("announced", "good")
        if row["mean"] < _NOTHING and not whole:
            continue
        sign = sign_of(str(step))
        numbers = (signed(float(row[name]), sign) for name in ("mean", "p10", "p90"))
        bar = "█" * round(BAR * float(row["mean"]) / widest)
        strong += [len(rows)] if whole else []
        rows.append((label(str(step)), *numbers, bar))
    header = ("", "mean", Column("P10", 1), Column("P90", 1), Column("", 2, whole=True))
    return frame_table(f"From announced to delivered in {year}, GWh", header, rows, strong)


def sign_of(step: str) -> str:
    """Return the sign that a step of the ledger has in the sum."""
    return "\N{MINUS SIGN}" if step in LOSSES else "+" if step == "beyond_plan" else ""


def limits(run: RunLike, stairs: pd.DataFrame, year: int) -> list[str]:
    """Say which sites have stopped by a year, and which limits take nothing in it."""
    lines = []
    closed = closures(run, year)
    if closed:
        said = ", ".join(f"{site} in {share:.0%}" for site, share in closed)
        lines.append(f"Stopped by the end of {year} (share of rows; some run again): {said}.")
    idle = [label(cause) for cause in LOSSES if cell(stairs, cause, "mean") < _NOTHING]
    if idle:
        lines.append(f"Idle limits, which take less than {_NOTHING} GWh: {', '.join(idle)}.")
    return lines


def closures(run: RunLike, year: int) -> list[tuple[str, float]]:
    """Return the sites that have stopped by the end of a year, and in what share of rows."""
    names = [name for name in columns_of(run, "kpis") if name.startswith("closed_year.")]
    table = columns_from(run, "kpis", names)
    found = [(name.partition(".")[2], float((table[name] < year + 1).mean())) for name in names]
    return sorted((each for each in found if each[1] > 0.0), key=lambda each: -each[1])


def _chances(run: RunLike) -> list[str]:
    reached = ("reach_30_gwh_2030", "reach_50_gwh_2030")
    table = summarise(run, (*reached, "output_2030_gwh"))
    lines = []
    for name in reached:
        if name in table.index:
            gwh = name.split("_")[1]
            lines.append(f"Chance of {gwh} GWh a year by 2030: {cell(table, name, 'mean'):.0%}")
    if "output_2030_gwh" in table.index:
        lines += _precision(table, row_count(run))
    return lines


def _precision(table: pd.DataFrame, rows: int) -> list[str]:
    """Say how well the mean output of 2030 is known; and where it cannot be told."""
    if rows < FEWEST_ROWS:
        said = "1 row is" if rows == 1 else f"{rows} rows are"
        return [f"{said} too few to tell how well the mean output of 2030 is known."]
    low, high = (cell(table, "output_2030_gwh", end) for end in ("ci95_lo", "ci95_hi"))
    if math.isnan(low):
        return ["How well the mean output of 2030 is known cannot be told from these rows."]
    said = f"Mean output of 2030 is known to 95% within {low:.2f} to {high:.2f} GWh."
    negative = "Output is never below zero: the interval knows nothing of that."
    return [said, negative] if low < 0.0 else [said]
