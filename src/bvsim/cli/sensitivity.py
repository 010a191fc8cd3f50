"""`bvsim sensitivity`: which uncertain figures matter, with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bvsim.cli.errors import FAILED
from bvsim.cli.opened import is_run, opened
from bvsim.cli.options import (
    changed,
    changes_options,
    count_option,
    echo_json,
    json_option,
    out_option,
    scenario_argument,
    seed_option,
    workers_option,
)
from bvsim.cli.progress import progress_bar

if TYPE_CHECKING:
    import pandas as pd

    from bvsim.ensemble.store.results import Run

    Tables = dict[str, pd.DataFrame]
    Remarks = dict[str, tuple[str, ...]]

OUTCOME = "output_2030_gwh"


@click.command()
@scenario_argument("source", "SCENARIO")
@click.option(
    "--method",
    type=click.Choice(["tornado", "morris", "sobol", "prcc"]),
    default="prcc",
    show_default=True,
    help="How to look.",
)
@count_option("-n", "--bases", help="Base draws.  [default: 16, 20, 64 or 512]")
@click.option(
    "--outcome",
    "outcomes",
    multiple=True,
    default=[OUTCOME],
    show_default=True,
    metavar="KPI",
    help="A key figure, or of a run by prcc such as closed_2030.SITE (repeatable).",
)
@click.option(
    "--by",
    type=click.Choice(["actor", "section", "part", "figure", "confidence"]),
    help="Groups of figures.  [default: actor; tornado and prcc: figure]",
)
@click.option("--figures", multiple=True, metavar="GLOB", help="Only these, e.g. 'labour.*'.")
@seed_option(1)
@out_option("Folder.  [default: runs/NAME-METHOD-TIME]")
@changes_options
@workers_option
@click.option("--resume", is_flag=True, help="Finish an interrupted analysis, or add to it.")
@json_option
@click.pass_context
def sensitivity(
    ctx: click.Context,
    /,
    *,
    source: str,
    method: str,
    outcomes: tuple[str, ...],
    as_json: bool,
    **options: Any,
) -> None:
    """Show which uncertain figures an outcome of SCENARIO depends on.

    SCENARIO may also be a folder that this command made for the same method; for prcc, any
    run. Then nothing is simulated.
    """
    from bvsim.analysis.errors import AnalysisError
    from bvsim.analysis.sensitivity.methods import analyse, remarks
    from bvsim.analysis.written import write_tables
    from bvsim.cli.sensitivity_text import print_tables

    if is_run(source):
        run = opened(source)
    else:
        run = _made(source, method, outcomes, dict(options)).require_rows()
    failed = len(run.manifest["failures"])
    if failed:
        click.echo(f"{failed} rows failed; see {run.folder / 'manifest.json'}", err=True)
    found, silent = {}, False
    for name in outcomes:
        try:
            found[name] = analyse(run, method, name, options["figures"])
        except AnalysisError as error:  # one that never varies does not stop the others
            if len(outcomes) == 1:
                raise
            click.echo(f"left out: {error}", err=True)
            silent = True
    said = {name: remarks(run, method, table) for name, table in found.items()}
    beside = {name: _beside(run, name) for name in found} if method == "prcc" else {}
    made = {f"{method}_{name}": table for name, table in found.items()}
    for name, more in beside.items():
        made |= {f"{kind}_{name}": table for kind, table in more.items()}
    place = write_tables(run.folder, made)
    if as_json:
        _print_json(run, method, found, said, beside)
    else:
        print_tables(run, method, found, said, beside)
        click.echo(f"Tables  {place}/*.csv, *.parquet")
    if failed or silent:
        ctx.exit(FAILED)


def _made(source: str, method: str, outcomes: tuple[str, ...], options: dict[str, Any]) -> Run:
    from bvsim.analysis.kpi_names import require_names
    from bvsim.analysis.sensitivity.methods import run_sensitivity
    from bvsim.ensemble.store.folder import fresh_folder

    scenario = changed(source, options.pop("sets"), options.pop("levers"))
    if options["resume"] and options["out"] is None:
        raise click.UsageError("to resume, say which folder: --out")
    require_names(scenario, outcomes)
    options["out"] = options["out"] or fresh_folder(f"{scenario.name}-{method}")
    with progress_bar(f"{scenario.name}, {method}") as progress:
        return run_sensitivity(
            scenario,
            method,
            outcome=outcomes[0],
            progress=progress,
            announce=lambda text: click.echo(text, err=True),
            **options,
        )


def _beside(run: Run, outcome: str) -> Tables:
    """Return what stands beside single figures: their groups, and what happens on the way.

    Nothing where draws are too few for either, or the run has no model to say what a group is.
    """
    import pandas as pd

    from bvsim.analysis.policy.valuation import explained
    from bvsim.analysis.sensitivity.on_the_way import on_the_way
    from bvsim.analysis.sensitivity.prcc import ENOUGH

    if run.manifest["draws"] < ENOUGH or not run.manifest["sites"]:
        return {}
    groups = [each for each in explained(run, outcome) if each.kind == "group"]
    shares = [(each.name, each.value, each.clear) for each in groups]
    table = pd.DataFrame(shares, columns=["group", "share", "clear"]).set_index("group")
    return {"groups": table, "on_the_way": on_the_way(run, outcome)}


def _print_json(
    run: Run, method: str, found: Tables, said: Remarks, beside: dict[str, Tables]
) -> None:
    from bvsim.analysis.samples import sample_of
    from bvsim.analysis.written import records

    sample = sample_of(run)
    manifest = run.manifest
    head = {
        "schema_version": 1,
        "scenario": sample.get("scenario", manifest["scenario"]),
        "method": method,
        "model_hash": sample.get("model_hash", manifest["model_hash"]),
        "seed": manifest["seed"],
        "simulations": manifest["draws"] * manifest["per_draw"],
        "failed": len(manifest["failures"]),
        "elapsed_s": manifest["elapsed_s"],
        "out": str(run.folder),
    }
    body = {
        name: {
            "table": records(table),
            "remarks": list(said[name]),
            **{kind: records(more) for kind, more in beside.get(name, {}).items()},
        }
        for name, table in found.items()
    }
    echo_json(head | {"outcomes": body})
