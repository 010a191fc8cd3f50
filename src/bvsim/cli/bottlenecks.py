"""`bvsim bottlenecks`: ledger, binding shares by site and year, relief and Shapley shares."""

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

YEAR = 2030


@click.command()
@scenario_argument("source", "SCENARIO")
@count_option("-n", "--draws", default=64, help="Draws.")
@seed_option(1)
@out_option("Folder.  [default: runs/NAME-relief-TIME]")
@changes_options
@click.option("--stops", is_flag=True, help="Lift stalls and breakdowns too: 64 runs a row.")
@click.option("--year", default=YEAR, show_default=True, help="Year to show in detail.")
@workers_option
@click.option("--resume", is_flag=True, help="Finish an interrupted analysis, or add draws to it.")
@json_option
@click.pass_context
def bottlenecks(
    ctx: click.Context,
    /,
    *,
    source: str,
    year: int,
    as_json: bool,
    **options: Any,
) -> None:
    """Show what holds SCENARIO back, and what lifting it would free.

    Every draw is simulated with each subset of labour, cathode, demand, delay and closure lifted:
    32 simulations a row. SCENARIO may also be a folder that this command made.
    """
    run = _opened(source) or _made(source, year, options)
    failed = len(run.manifest["failures"])
    if failed:
        click.echo(f"{failed} rows failed; see {run.folder / 'manifest.json'}", err=True)
    if run.manifest["tables"]:
        _show(run, year, as_json=as_json)
    if failed or not run.manifest["tables"]:
        ctx.exit(FAILED)


def _opened(source: str) -> Run | None:
    return opened(source) if is_run(source) else None


def _made(source: str, year: int, options: dict[str, Any]) -> Run:
    from bvsim.analysis.ledger.relief import CONSTRAINTS, run_relief
    from bvsim.ensemble.store.folder import fresh_folder

    scenario = changed(source, options.pop("sets"), options.pop("levers"))
    if options["resume"] and options["out"] is None:
        raise click.UsageError("to resume, say which folder: --out")
    first, last = scenario.start.year, scenario.end.year
    if not first <= year <= last:
        raise click.UsageError(f"--year {year}: a run of {scenario.name} is of {first} to {last}")
    options["out"] = options["out"] or fresh_folder(f"{scenario.name}-relief")
    simulations = options["draws"] * 2 ** (len(CONSTRAINTS) + options["stops"])
    click.echo(f"relief: {options['draws']} rows, {simulations} simulations", err=True)
    with progress_bar(scenario.name) as progress:
        return run_relief(scenario, progress=progress, **options)


def _show(run: Run, year: int, *, as_json: bool) -> None:
    from bvsim.analysis.written import records, write_tables

    tables = _tables(run, year)
    place = write_tables(run.folder, tables)
    if as_json:
        from bvsim.analysis.samples import sample_of
        from bvsim.ensemble.store.manifest import picked

        sample = sample_of(run)
        manifest = run.manifest
        head: dict[str, object] = {
            "schema_version": 1,
            "scenario": sample.get("scenario", manifest["scenario"]),
        }
        head |= picked(manifest, ("draws", "seed", "design", "elapsed_s"))
        head |= {"constraints": sample["constraints"], "model_hash": manifest["model_hash"]}
        head |= {"out": str(run.folder), "failed": len(manifest["failures"]), "year": year}
        body = {name: records(table) for name, table in tables.items()}
        echo_json(head | body)
        return
    from bvsim.cli.bottlenecks_text import print_bottlenecks

    print_bottlenecks(run, tables, year)
    click.echo(f"Tables  {place}/*.csv, *.parquet")


def _tables(run: Run, year: int) -> dict[str, pd.DataFrame]:
    """Return everything that is written, by name."""
    import pandas as pd

    from bvsim.analysis.ledger.bottlenecks import ledger_of, share_intervals
    from bvsim.analysis.ledger.relief import booked_and_caused, relief, surplus

    found = {"ledger": ledger_of(run, year).rename_axis("step"), "relief": relief(run)}
    for by in ("loss", "time"):
        parts = [share_intervals(run, group, by=by) for group in ("region", "site")]
        found[f"shares_by_{by}"] = pd.concat(parts)
    return found | {"surplus": surplus(run), "booked_and_caused": booked_and_caused(run)}
