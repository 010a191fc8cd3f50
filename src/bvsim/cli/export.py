"""`bvsim export`: a run for other tools."""

from __future__ import annotations

from pathlib import Path

import click

from bvsim.cli.opened import opened
from bvsim.cli.options import FOLDER


@click.command()
@click.argument("run", type=FOLDER)
@click.option(
    "--to",
    type=click.Choice(["xlsx", "csv", "parquet"]),
    required=True,
    help="A workbook of summaries, or every table as a file.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The workbook or folder to write.  [default: inside RUN]",
)
def export(run: Path, to: str, out: Path | None) -> None:
    """Write the tables of the folder RUN for Excel or other tools."""
    from bvsim.show.export import export_run

    click.echo(str(export_run(opened(run), to, out)))
