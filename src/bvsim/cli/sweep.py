"""`bvsim sweep`: a study over levers, one run a combination of values."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bvsim.cli.errors import FAILED, INTERRUPTED
from bvsim.cli.frames import Column, FittedTable, frame_table
from bvsim.cli.options import (
    count_option,
    echo_json,
    engine_options,
    json_option,
    levers_option,
    out_option,
)
from bvsim.cli.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from bvsim.cli.progress import Report
    from bvsim.ensemble.store.results import Run
    from bvsim.ensemble.sweep import Cost, SweepRun
    from bvsim.ensemble.sweep_points import Point
    from bvsim.ensemble.workers.engine import Engine

_MOST_LINES = 40


@click.command()
@click.argument("source", metavar="SWEEP")
@levers_option
@out_option("Folder; used again, it resumes.  [default: runs/NAME]")
@count_option("-n", "--draws", help="Draws, instead of the file's.")
@click.option("--yes", is_flag=True, help="Start however large it is.")
@click.option("--dry-run", is_flag=True, help="Say what it would take, and leave.")
@engine_options
@json_option
@click.pass_context
def sweep(
    ctx: click.Context,
    /,
    source: str,
    levers: tuple[str, ...],
    out: Path | None,
    draws: int | None,
    *,
    yes: bool,
    dry_run: bool,
    as_json: bool,
    workers: int | None,
    engine: str | None,
    scheduler: str | None,
) -> None:
    """Run the study in the file SWEEP (or a shipped one): a grid, zip, list or sample of levers."""
    from dataclasses import replace

    from bvsim.ensemble.run import Interrupted
    from bvsim.ensemble.sweep import MOST_ROWS, SweepRun
    from bvsim.ensemble.sweep_file import read_sweep
    from bvsim.ensemble.workers.engine import Engine

    asked = replace(read_sweep(source), levers=levers)
    if draws is not None:
        asked = replace(asked, draws=draws)
    study = SweepRun(asked, out or Path("runs") / asked.name)
    _check_kpis(study)
    crew = Engine(engine or "local", workers, scheduler)
    cost = study.cost(workers)
    click.echo(f"{asked.name}: {cost}", err=True)
    if dry_run:
        _say_cost(study, cost, as_json)
        return
    if cost.rows_left > MOST_ROWS and not yes:
        raise click.UsageError(
            f"{cost.rows_left:,} replications are more than {MOST_ROWS:,}: confirm with --yes"
        )
    try:
        runs = _simulate(study, crew)
    except Interrupted as stop:
        click.echo(f"interrupted in {stop.run.folder}; the same command goes on", err=True)
        ctx.exit(INTERRUPTED)
    _conclude(ctx, study, runs, as_json=as_json)


def _check_kpis(study: SweepRun) -> None:
    """Refuse key figures that the file asks for and no point would have, before any point runs."""
    from bvsim.analysis.kpi_names import missing

    left, names = lacking_kpis(study)
    if left:
        raise missing(left[0], names, f"{study.sweep.scenario_place.file}, kpis: a run")


def lacking_kpis(study: SweepRun) -> tuple[list[str], tuple[str, ...]]:
    """Return the key figures that a file asks for and no point would have, and those of a point."""
    from bvsim.analysis.kpi_names import names_of
    from bvsim.ensemble.sweep_file import KPIS

    asked = study.sweep
    # a file may have other years, and ask for no key figure at all
    left = [] if asked.kpis == KPIS else list(asked.kpis)
    names: tuple[str, ...] = ()
    for point in asked.points:
        if not left:
            break
        names = names_of(study.scenario_of(point), asked.years)
        left = [name for name in left if name not in names]
    return left, names


def _simulate(study: SweepRun, crew: Engine) -> tuple[Run, ...]:
    """Run the sweep with a bar for each point."""
    from contextlib import ExitStack

    total = len(study.sweep.points)
    with ExitStack() as stack:

        def bar(number: int, point: Point) -> Report:
            stack.close()
            title = f"{study.sweep.name} {number + 1}/{total}"
            return stack.enter_context(progress_bar(title))

        return study.simulate(crew, bar)


def _say_cost(study: SweepRun, cost: Cost, as_json: bool) -> None:
    """Print what the sweep would take."""
    if not as_json:
        return
    found = {
        "schema_version": 1,
        "sweep": study.sweep.name,
        "points": cost.points,
        "rows": cost.rows,
        "rows_left": cost.rows_left,
        "seconds": round(cost.seconds, 1),
        "workers": cost.workers,
    }
    echo_json(found)


def _conclude(ctx: click.Context, study: SweepRun, runs: Sequence[Run], *, as_json: bool) -> None:
    """Draw the figures, print the table and leave with the right code."""
    from bvsim.show.plot.sweep import save_sweep_figures

    table = study.table(list(runs))
    known = set(table["kpi"])
    kpis = [name for name in study.sweep.kpis if name in known]
    for name in study.sweep.kpis:
        if name not in known:
            click.echo(f"no run has a key figure {name!r}", err=True)
    figures = save_sweep_figures(table, study.sweep.axes, kpis, study.out)
    failed = sum(len(run.manifest["failures"]) for run in runs)
    if as_json:
        echo_json(to_json(study, table, failed, runs))
    else:
        _print(study, table, kpis, figures)
        _say_worth(study, runs)
    if failed:
        click.echo(f"{failed} rows failed; see the manifests below {study.out}", err=True)
        ctx.exit(FAILED)


def to_json(
    study: SweepRun, table: pd.DataFrame, failed: int, runs: Sequence[Run]
) -> dict[str, object]:
    """Return the table of a sweep as plain Python types."""
    from bvsim.analysis.policy.labels import levers_of
    from bvsim.analysis.policy.sweep_worth import worths
    from bvsim.analysis.summary import plain

    axes = list(study.sweep.axes)
    pairs = list(zip(study.sweep.points, runs, strict=True))
    found = worths(pairs)
    levers = {point.id: [each.entry() for each in levers_of(run)] for point, run in pairs}
    points = []
    for name, rows in table.groupby("point", sort=False):
        first = rows.iloc[0]
        kpis = rows.drop(columns=["point", *axes]).set_index("kpi")
        points.append(
            {
                "point": name,
                "values": {axis: plain(first[axis]) for axis in axes},
                "levers": levers[str(name)],
                "worth": found[str(name)].to_json() if str(name) in found else None,
                "kpis": {
                    str(kpi): {str(key): plain(value) for key, value in row.items()}
                    for kpi, row in kpis.iterrows()
                },
            }
        )
    return {
        "schema_version": 1,
        "sweep": study.sweep.name,
        "scenario": study.sweep.scenario,
        "out": str(study.out),
        "draws": study.sweep.draws,
        "seed": study.sweep.seed,
        "design": study.sweep.design,
        "axes": axes,
        "failed": failed,
        "points": points,
    }


def _print(study: SweepRun, table: pd.DataFrame, kpis: list[str], figures: list[Path]) -> None:
    """Print a table for each key figure asked for, and where the files are."""
    from bvsim.cli.terminal import make_console

    console = make_console()
    for kpi in kpis:
        console.print(_table(study.sweep.axes, table[table["kpi"] == kpi], kpi))
    console.print(f"[bold]Table[/bold]  {study.out}/sweep.csv, sweep.parquet", soft_wrap=True)
    if figures:
        console.print(f"[bold]Figures[/bold]  {study.out}/*.png, *.svg", soft_wrap=True)


def _say_worth(study: SweepRun, runs: Sequence[Run]) -> None:
    """Print what levers cost, and what they give for it beside the points without them."""
    from bvsim.analysis.policy.labels import levers_of, price_in_words
    from bvsim.analysis.policy.sweep_worth import worths
    from bvsim.cli.frames import long_number as number
    from bvsim.cli.terminal import make_console, say

    every = {str(each): each for run in runs for each in levers_of(run)}
    if not every:
        return
    found = worths(zip(study.sweep.points, runs, strict=True))
    axes = study.sweep.axes
    rows = []
    for point in study.sweep.points:
        if (value := found.get(point.id)) is not None:
            per = "" if value.gwh_per_meur is None else f"{value.gwh_per_meur:.2g}"
            cost = "no price" if value.meur is None else number(value.meur)
            span = f"{number(value.gwh_lo)} .. {number(value.gwh_hi)}"
            values = (str(point.values[axis]) for axis in axes)
            rows.append((*values, cost, number(value.gwh), span, per))
    if rows:
        first = next(iter(found.values()))
        names = [axis.rsplit(".", 1)[-1] for axis in axes]
        heads = ("EUR million", "GWh more", Column("95% interval", 1), "GWh/EUR million")
        title = f"What levers cost and give, {first.first}-{first.last}"
        make_console().print(frame_table(title, (*names, *heads), rows))
    say(*(price_in_words(each) for each in every.values()))


def _table(axes: tuple[str, ...], rows: pd.DataFrame, kpi: str) -> FittedTable:
    from bvsim.cli.frames import long_number as number

    names = [axis.rsplit(".", 1)[-1] if len(axis) > 24 else axis for axis in axes]
    header = [
        *map(Column, [*names, "mean"]),
        *(Column("95% interval", 1), Column("P10", 2), Column("P90", 2)),
    ]
    shown = []
    for _, row in rows.head(_MOST_LINES).iterrows():
        span = f"{number(row['ci95_lo'])} .. {number(row['ci95_hi'])}"
        numbers = (number(row["mean"]), span, number(row["p10"]), number(row["p90"]))
        shown.append((*(str(row[axis]) for axis in axes), *numbers))
    return frame_table(kpi, header, shown)
