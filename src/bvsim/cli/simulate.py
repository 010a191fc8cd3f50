"""`bvsim run`: the Monte Carlo of one scenario."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from bvsim.cli.errors import FAILED, INTERRUPTED
from bvsim.cli.options import json_option, sets_option, years_option
from bvsim.cli.progress import progress_bar


@click.command()
@click.argument("scenario")
@click.option("-n", "--draws", default=512, show_default=True, type=click.IntRange(1), help="Draws.")
@click.option(
    "--per-draw", default=1, show_default=True, type=click.IntRange(1), help="Replications a draw."
)
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Random seed.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Run folder.  [default: runs/…]"
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
    ctx: click.Context, scenario: str, dry_run: bool, as_json: bool, sets: Any, **options: Any
) -> None:
    """Run the Monte Carlo of SCENARIO into a folder, with figures and a report."""
    from bvsim import ensemble, spec

    loaded = spec.load(scenario, sets=sets)
    if options["out"] is None:
        options["out"] = free_folder(Path("runs"), loaded.name, resume=options["resume"])
    if dry_run:
        _say_plan(loaded, options, as_json)
        return
    with progress_bar(loaded.name) as progress:
        finished = ensemble.run(loaded, progress=progress, **options)
    _conclude(ctx, finished, as_json)


def free_folder(parent: Path, name: str, *, resume: bool = False) -> Path:
    """Return the first of NAME, NAME-2, NAME-3 ... that is not there yet (the last, to resume)."""
    number, path = 1, parent / name
    while path.exists():
        number += 1
        latest, path = path, parent / f"{name}-{number}"
    return latest if resume and number > 1 else path


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
        "out": str(options["out"]),
    }
    if as_json:
        click.echo(json.dumps(plan))
        return
    for name, value in plan.items():
        click.echo(f"{name.replace('_', ' '):<18} {value}")


def _conclude(ctx: click.Context, finished: Any, as_json: bool) -> None:
    """Write the report, print the summary and leave with the right code."""
    from bvsim.analysis.summary import number_failed, run_json

    failed = number_failed(finished.manifest)
    interrupted = finished.manifest.get("status") == "interrupted"
    if finished.table("kpis").empty:
        click.echo(f"no row finished; what happened is in {finished.path}", err=True)
        ctx.exit(INTERRUPTED if interrupted else FAILED)
    from bvsim.report import write_report

    page = write_report(finished)
    if as_json:
        click.echo(json.dumps(run_json(finished), allow_nan=False))
    else:
        from bvsim.cli.terminal import print_summary

        print_summary(finished, page)
    if interrupted:
        rows = len(finished.table("kpis"))
        click.echo(f"interrupted; {rows} finished rows kept in {finished.path}", err=True)
        ctx.exit(INTERRUPTED)
    if failed:
        click.echo(f"{failed} rows failed; see {finished.path / 'manifest.json'}", err=True)
        ctx.exit(FAILED)
