"""`bvsim people`: do training seats make cells, and which link stops the rest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bvsim.cli.frames import Column, FittedTable, frame_table
from bvsim.cli.opened import opened
from bvsim.cli.options import (
    RUN,
    count_option,
    echo_json,
    engine_options,
    json_option,
    runs_option,
)

if TYPE_CHECKING:
    import pandas as pd

SWEEP = "people"


@click.command()
@click.argument("run", required=False, type=RUN)
@runs_option("Folder; used again, it resumes.  [default: runs/people]")
@count_option("-n", "--draws", help="Draws, instead of the file's 64.")
@engine_options
@json_option
def people(
    run: Path | None,
    out: Path | None,
    draws: int | None,
    *,
    as_json: bool,
    workers: int | None,
    engine: str | None,
    scheduler: str | None,
) -> None:
    """Say whether training seats make cells, and which link of the chain stops the rest.

    With a run folder RUN: from where its plants won their people, and who absorbed the staff
    of plants that closed.
    """
    if run is not None:
        _say_moves(run, as_json=as_json)
        return
    from dataclasses import replace

    from bvsim.analysis.policy.people import people_grid, verdict
    from bvsim.ensemble.sweep import SweepRun
    from bvsim.ensemble.sweep_file import read_sweep
    from bvsim.ensemble.workers.engine import Engine

    asked = read_sweep(SWEEP)
    if draws is not None:
        asked = replace(asked, draws=draws)
    study = SweepRun(asked, out or Path("runs") / asked.name)
    click.echo(f"{asked.name}: {study.cost(workers)}", err=True)
    runs = study.simulate(Engine(engine or "local", workers, scheduler))
    grid = people_grid([(p.values, run) for p, run in zip(asked.points, runs, strict=True)])
    said = verdict(grid)
    if as_json:
        echo_json(to_json(grid, said))
    else:
        _print(grid, said)


def _say_moves(folder: Path, *, as_json: bool) -> None:
    """Print from where to where people went in a run, means of its rows."""
    from bvsim.analysis.ledger.moves import absorbed, origins
    from bvsim.cli.terminal import make_console

    run = opened(folder)
    by_plant = origins(run).groupby(level="entity").sum()
    tables = {"won": by_plant, "absorbed": absorbed(run)}
    if as_json:
        found = {name: _rows(table) for name, table in tables.items()}
        echo_json({"schema_version": 1, **found})
        return
    console = make_console()
    titles = ("People won, all years, by where they come from", "Staff of closed plants, by year")
    for title, table in zip(titles, tables.values(), strict=True):
        console.print(_heads(title, table))


def _rows(table: pd.DataFrame) -> list[dict[str, object]]:
    from bvsim.analysis.summary import plain

    return [
        {str(name): plain(value) for name, value in row.items()}
        for _, row in table.reset_index().iterrows()
    ]


def _heads(title: str, table: pd.DataFrame) -> FittedTable:
    """Return a table of heads; the columns with the fewest people leave first."""
    ranks = table.sum().rank(ascending=False).astype(int)
    columns = [Column(str(name), int(ranks[name])) for name in table.columns]
    header: list[str | Column] = [str(table.index.name), *columns]
    rows = [(str(key), *(f"{value:,.0f}" for value in row)) for key, row in table.iterrows()]
    return frame_table(title, header, rows)


def to_json(grid: pd.DataFrame, said: str) -> dict[str, object]:
    """Return the grid as plain Python types."""
    return {"schema_version": 1, "cells": _rows(grid), "verdict": said}


def _print(grid: pd.DataFrame, said: str) -> None:
    from bvsim.cli.terminal import make_console, say

    header = (
        Column("willing"),
        Column("seats"),
        Column("elasticity"),
        Column("GWh", 2),
        Column("change"),
        Column("95%", 4),
        Column("%"),
        Column("of all, %", 2),
        Column("filled", 1),
        Column("speed", 3),
        Column("what stops the rest", 1),
    )
    rows = [_row(key, row) for key, row in grid.iterrows()]  # type: ignore[arg-type]
    title = "Output of 2028-2032, and the paired change from the seats of today"
    make_console().print(frame_table(title, header, rows))
    say(said)


def _row(key: tuple[float, float, float], row: pd.Series[float]) -> tuple[str, ...]:
    willing, times, elasticity = key
    return (
        f"{willing:.0%}",
        f"x {times:g}",
        f"{elasticity:g}",
        f"{row['output_gwh']:.1f}",
        f"{row['change_gwh']:+.2f}",
        f"{row['ci95_lo']:+.2f} to {row['ci95_hi']:+.2f}",
        f"{100 * row['change']:+.1f}",
        f"{100 * row['of_all']:+.1f}",
        f"{row['filled']:.0%}",
        f"{row['speed']:.2f}",
        str(row["link"]),
    )
