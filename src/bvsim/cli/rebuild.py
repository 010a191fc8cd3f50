"""`bvsim report`: build the page of a run again."""

from __future__ import annotations

from pathlib import Path

import click

from bvsim.cli.opened import opened
from bvsim.cli.options import FOLDER


@click.command()
@click.argument("run", type=FOLDER)
@click.option(
    "--lang",
    type=click.Choice(["en", "fr"]),
    help="Language that the page opens in; it holds both.  [default: the reader's]",
)
@click.option(
    "--beside",
    type=FOLDER,
    multiple=True,
    metavar="RUN",
    help="Draw the output of another run beside this one's (repeatable).",
)
@click.option(
    "--analysis",
    "analyses",
    type=FOLDER,
    multiple=True,
    metavar="FOLDER",
    help="Show what `bvsim bottlenecks` or `bvsim sensitivity` put there (repeatable).",
)
def report(
    run: Path, lang: str | None, beside: tuple[Path, ...], analyses: tuple[Path, ...]
) -> None:
    """Rebuild report.html and the figures of the folder RUN."""
    from bvsim.show.report import write_report

    for folder in analyses:
        if not any((folder / "analysis").glob("*.parquet")):
            raise click.UsageError(f"{folder} holds no analysis: nothing in {folder / 'analysis'}")
    others = [opened(folder) for folder in beside]
    page = write_report(opened(run), lang=lang, beside=others, analyses=analyses)
    click.echo(str(page))
