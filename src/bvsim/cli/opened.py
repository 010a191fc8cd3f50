"""Runs that a command answers from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bvsim.ensemble.store.results import Run


def opened(folder: str | Path) -> Run:
    """Open a run with rows; say what its answers rest on where it is not complete."""
    from bvsim.ensemble.store.results import open_run

    run = open_run(folder).require_rows()
    if run.status != "complete":
        said = f"{run.rows} of {run.planned} rows"
        click.echo(f"{folder} is {run.status}: answers rest on {said}", err=True)
    return run


def is_run(source: str) -> bool:
    """Tell whether words on the command line name a run folder."""
    return (Path(source) / "manifest.json").is_file()
