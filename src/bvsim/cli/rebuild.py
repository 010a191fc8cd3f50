"""`bvsim report`: build the page of a run again."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("run", type=click.Path(path_type=Path, file_okay=False))
def report(run: Path) -> None:
    """Rebuild report.html and the figures of the folder RUN."""
    from bvsim.ensemble.results import open_run
    from bvsim.report import write_report

    page = write_report(open_run(run))
    click.echo(str(page))
