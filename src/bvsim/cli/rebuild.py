"""`bvsim report`, `bvsim brief`: the page of a run again, two pages to hand on."""

from __future__ import annotations

from pathlib import Path

import click

from bvsim.cli.opened import opened
from bvsim.cli.options import FOLDER, RUN, lang_option


@click.command()
@click.argument("run", type=RUN)
@lang_option("Language of the figures, and that the page opens in; it holds both.", None)
@click.option(
    "--beside",
    type=RUN,
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
@click.option(
    "--interactive",
    is_flag=True,
    help="Write planner.html instead: levers with their estimate, and the report, in one file.",
)
def report(
    *,
    run: Path,
    lang: str | None,
    beside: tuple[Path, ...],
    analyses: tuple[Path, ...],
    interactive: bool,
) -> None:
    """Rebuild report.html and the figures of the folder RUN."""
    from bvsim.show.report import render_page, write_report

    for folder in analyses:
        if not any((folder / "analysis").glob("*.parquet")):
            raise click.UsageError(f"{folder} holds no analysis: nothing in {folder / 'analysis'}")
    others = [opened(folder) for folder in beside]
    if interactive:
        page = _interactive(
            run, render_page(opened(run), lang=lang, beside=others, analyses=analyses)
        )
    else:
        page = write_report(opened(run), lang=lang, beside=others, analyses=analyses)
    click.echo(str(page))


def _interactive(run: Path, report_page: str) -> Path:
    """Write the planner's page of a run as one file that needs no server."""
    from bvsim import load
    from bvsim.analysis.policy.estimate_files import known
    from bvsim.analysis.policy.estimates import Asked
    from bvsim.reading.whole_files import write_text
    from bvsim.show.app.page import render, state

    asked = Asked(load(run / "scenario.yaml"))
    estimate = known(asked)
    if estimate is None:
        again = f"bvsim app {run} --prepare"
        raise click.UsageError(f"there is no estimate of this scenario's levers: {again}")
    write_text(run / "planner.html", render(state(asked, estimate, live=False, report=report_page)))
    return run / "planner.html"


@click.command()
@click.argument("run", type=RUN)
@lang_option("Its language.")
@click.option(
    "--to",
    type=click.Choice(["pdf", "pptx"]),
    default="pdf",
    show_default=True,
    help="Two pages, or slides (pptx: needs the extra bvsim[brief]).",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file.  [default: brief.pdf or brief.pptx in RUN]",
)
def brief(run: Path, lang: str, to: str, out: Path | None) -> None:
    """Write pages or slides to hand on: three pictures, odds, what would help, caveats."""
    from bvsim.show.brief import write_brief

    path = out or run / f"brief.{to}"
    if out is not None and out.suffix.lower() != f".{to}":
        raise click.UsageError(f"{out} is no name for --to {to}: let it end in .{to}")
    click.echo(str(write_brief(opened(run), path, lang=lang)))
