"""`bvsim people`: do training seats make cells, and which link stops the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bvsim.cli.options import count_option, engine_options, json_option, out_option

if TYPE_CHECKING:
    import pandas as pd

SWEEP = "people"


@click.command()
@out_option("Folder; used again, it resumes.  [default: runs/people]")
@count_option("-n", "--draws", help="Draws, instead of the file's 64.")
@engine_options
@json_option
def people(
    out: Path | None,
    draws: int | None,
    *,
    as_json: bool,
    workers: int | None,
    engine: str | None,
    scheduler: str | None,
) -> None:
    """Say whether training seats make cells, and which link of the chain stops the rest."""
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
        click.echo(json.dumps(to_json(grid, said), allow_nan=False))
    else:
        _print(grid, said)


def to_json(grid: pd.DataFrame, said: str) -> dict[str, object]:
    """Return the grid as plain Python types."""
    from bvsim.analysis.summary import plain

    cells = [
        {str(name): plain(value) for name, value in row.items()}
        for _, row in grid.reset_index().iterrows()
    ]
    return {"schema_version": 1, "cells": cells, "verdict": said}


def _print(grid: pd.DataFrame, said: str) -> None:
    from bvsim.cli.frames import Column, frame_table
    from bvsim.cli.terminal import make_console, say

    header = (
        Column("willing"),
        Column("seats"),
        Column("elasticity"),
        Column("GWh", 2),
        Column("change"),
        Column("95%", 4),
        Column("%"),
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
        f"{row['filled']:.0%}",
        f"{row['speed']:.2f}",
        str(row["link"]),
    )
