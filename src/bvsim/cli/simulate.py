"""`bvsim run`: the Monte Carlo of one scenario."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click

from bvsim.cli.errors import FAILED, INTERRUPTED, explain
from bvsim.cli.options import json_option, sets_option, years_option
from bvsim.cli.progress import progress_bar


@click.command()
@click.argument("source", metavar="SCENARIO")
@click.option(
    "-n", "--draws", default=512, show_default=True, type=click.IntRange(1), help="Draws."
)
@click.option(
    "--per-draw", default=1, show_default=True, type=click.IntRange(1), help="Replications a draw."
)
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Random seed.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Run folder.  [default: runs/NAME-TIME]",
)
@sets_option
@click.option(
    "--design",
    type=click.Choice(["random", "lhs", "sobol"]),
    default="sobol",
    show_default=True,
    help="How the uncertain figures are sampled.",
)
@click.option("--workers", type=click.IntRange(1), help="Processes.  [default: every core]")
@click.option("--resume", is_flag=True, help="Finish an interrupted run, or add draws to it.")
@years_option
@click.option("--monthly", is_flag=True, help="Keep the monthly table too.")
@click.option("--dry-run", is_flag=True, help="Check the scenario, say what would run, and leave.")
@json_option
@click.pass_context
def run(
    ctx: click.Context, /, source: str, dry_run: bool, as_json: bool, sets: Any, **options: Any
) -> None:
    """Run the Monte Carlo of SCENARIO into a folder, with figures and a report."""
    from bvsim import spec

    scenario = spec.load(source, sets=sets)
    if dry_run:
        _say_plan(scenario, options, as_json)
        return
    from bvsim.ensemble.run import Interrupted
    from bvsim.ensemble.run import run as run_ensemble

    given = {name: value for name, value in options.items() if value is not None}
    try:
        with progress_bar(scenario.name) as progress:
            finished = run_ensemble(scenario, progress=progress, **given)
    except Interrupted as stop:
        _conclude(ctx, stop.run, as_json)
        return
    _conclude(ctx, finished, as_json)


def _say_plan(scenario: Any, options: dict[str, Any], as_json: bool) -> None:
    plan = {
        "schema_version": 1,
        "scenario": scenario.name,
        "draws": options["draws"],
        "per_draw": options["per_draw"],
        "rows": options["draws"] * options["per_draw"],
        "seed": options["seed"],
        "design": options["design"],
        "uncertain_figures": len(scenario.paths),
        "model_hash": scenario.model_hash,
        "out": str(options["out"]) if options["out"] else None,
    }
    if as_json:
        click.echo(json.dumps(plan))
        return
    for name, value in plan.items():
        click.echo(f"{name.replace('_', ' '):<18} {value}")


def _conclude(ctx: click.Context, finished: Any, as_json: bool) -> None:
    """Write the report, print the summary and leave with the right code."""
    from bvsim.analysis.summary import run_json

    failed = len(finished.manifest["failures"])
    rows = len(finished.table("kpis")) if finished.manifest["tables"] else 0
    page = _report(finished) if rows else None
    if rows:
        if as_json:
            click.echo(json.dumps(run_json(finished), allow_nan=False))
        else:
            from bvsim.cli.terminal import print_summary

            print_summary(finished, page)
    if finished.manifest["status"] == "interrupted":
        kept = count(rows, "finished row")
        click.echo(f"interrupted; {kept} kept in {finished.folder}", err=True)
        ctx.exit(INTERRUPTED)
    if failed or not rows:
        place = finished.folder / "manifest.json"
        click.echo(f"{count(failed, 'row')} failed; see {place}", err=True)
    if failed or page is None:
        ctx.exit(FAILED)


def _report(finished: Any) -> Path | None:
    """Write the report; a page that cannot be drawn does not take the numbers with it."""
    from bvsim.report import write_report

    try:
        return write_report(finished)
    except Exception as error:
        if os.environ.get("BVSIM_DEBUG"):
            raise
        click.echo(f"the report could not be written: {explain(error)[0][0]}", err=True)
        return None


def count(number: int, noun: str) -> str:
    """Return a number with its noun in the right form."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
