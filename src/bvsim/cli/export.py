"""`bvsim export`: a run for other tools."""

from __future__ import annotations

from pathlib import Path

import click

from bvsim.cli.opened import opened
from bvsim.cli.options import RUN, lang_option


@click.command()
@click.argument("run", type=RUN)
@click.option(
    "--to",
    type=click.Choice(["xlsx", "csv", "parquet", "ro-crate"]),
    required=True,
    help="A workbook of summaries, every table as a file, or the folder described for archives.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The workbook or folder to write.  [default: inside RUN]",
)
@lang_option("Language of the workbook; of a CSV: fr for a French Excel (';' and ',').")
@click.option(
    "--beside",
    type=RUN,
    multiple=True,
    metavar="RUN",
    help="Compare another run with this one on a sheet of the workbook (repeatable).",
)
def export(run: Path, to: str, out: Path | None, lang: str, beside: tuple[Path, ...]) -> None:
    """Write the tables of the folder RUN for Excel or other tools."""
    from bvsim.show.export import export_run

    if to != "xlsx" and beside:
        raise click.UsageError(f"--beside is for workbooks, not for --to {to}")
    if to not in ("xlsx", "csv") and lang != "en":
        raise click.UsageError(f"--lang is for workbooks and CSV, not for --to {to}")
    others = [opened(folder) for folder in beside]
    click.echo(str(export_run(opened(run), to, out, lang=lang, beside=others)))
