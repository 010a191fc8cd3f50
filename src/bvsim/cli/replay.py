"""`bvsim trace`: one row replayed, with its dated events and its ledger."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bvsim.cli.options import count_option, json_option, seed_option, sets_option

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from bvsim.valley.ground.books import Event
    from bvsim.valley.record.record import Record

_YEARS_A_TABLE = 9


@click.command()
@click.argument("run_or_scenario")
@count_option("--draw", default=0, least=0, help="The draw.")
@count_option("--replication", default=0, least=0, help="Its replication.")
@seed_option(help="Seed, for a scenario.  [default: 1]")
@sets_option
@json_option
def trace(
    *,
    run_or_scenario: str,
    draw: int,
    replication: int,
    seed: int | None,
    sets: dict[str, object],
    as_json: bool,
) -> None:
    """Replay one row of a run or SCENARIO: dated events, each with its cause, and its ledger."""
    from bvsim import reading
    from bvsim.analysis.replay import SEED, replay_run, replay_scenario
    from bvsim.ensemble.store.folder import code_hash
    from bvsim.ensemble.store.results import open_run

    if (Path(run_or_scenario) / "manifest.json").is_file():
        if sets or seed is not None:
            raise click.UsageError("--set and --seed are for a scenario: a run has its own")
        run = open_run(run_or_scenario)
        if run.manifest["code_hash"] != code_hash():
            made = f"bvsim {run.manifest['bvsim']} with other code"
            click.echo(f"the run was made by {made}: its rows may come out otherwise", err=True)
        name, record = run.scenario_name, replay_run(run, draw, replication)
    else:
        scenario = reading.load(run_or_scenario, sets=sets)
        chosen = SEED if seed is None else seed
        name, record = scenario.name, replay_scenario(scenario, draw, replication, seed=chosen)
    head: dict[str, str | int] = {"scenario": name, "draw": draw, "replication": replication}
    if as_json:
        click.echo(json.dumps(trace_json(head, record), allow_nan=False))
        return
    _print_trace(head, record)


def trace_json(head: dict[str, str | int], record: Record) -> dict[str, object]:
    """Return a replayed row as plain Python types."""
    events = [
        {
            "date": event.when.isoformat(),
            "day": event.day,
            "entity": event.entity,
            "event": event.event,
            "cause": event.cause,
            "value": event.value if math.isfinite(event.value) else None,
            "unit": event.unit,
        }
        for event in in_order(record.events)
    ]
    ledger = {str(year): row for year, row in ledger_by_year(record).items()}
    return {"schema_version": 1, **head, "events": events, "ledger": ledger}


def in_order(events: Iterable[Event]) -> list[Event]:
    """Return events by day; those of one moment stay in the order in which they happened."""
    return sorted(events, key=lambda event: event.day)


def ledger_by_year(record: Record) -> dict[int, dict[str, float]]:
    """Return the valley's ledger by year, GWh by column."""
    table = record.tables["ledger"]
    years = dict(table.index)["year"]
    totals: dict[int, dict[str, float]] = {}
    for year, values in zip(years, table.values, strict=True):
        row = totals.setdefault(int(str(year)), dict.fromkeys(table.columns, 0.0))
        for name, value in zip(table.columns, values, strict=True):
            row[name] += float(value)
    return dict(sorted(totals.items()))


def _print_trace(head: dict[str, str | int], record: Record) -> None:
    from bvsim.cli.terminal import make_console

    console = make_console()
    title = ", ".join(f"{name} {value}" for name, value in head.items())
    console.print(f"[bold]{title}[/bold]\n")
    for event in in_order(record.events):
        amount = f"  {event.value:,.4g} {event.unit}" if math.isfinite(event.value) else ""
        cause = f"  ({event.cause})" if event.cause else ""
        console.print(f"{event.when}  {event.entity}: {event.event}{amount}{cause}", markup=False)
    for table in _ledger_tables(ledger_by_year(record)):
        console.print(table)


def _ledger_tables(ledger: dict[int, dict[str, float]]) -> Iterator[Table]:
    """Yield the ledger, ten years a table so that it fits: a row a step, a column a year."""
    from rich import box
    from rich.table import Table

    from bvsim.valley.cells.causes import LOSSES, column, label

    steps = ("announced", "beyond_plan", *LOSSES, "good")
    shown = [step for step in steps if any(row[column(step)] >= 0.05 for row in ledger.values())]
    years = sorted(ledger)
    for first in range(0, len(years), _YEARS_A_TABLE):
        part = years[first : first + _YEARS_A_TABLE]
        table = Table("GWh", *map(str, part), box=box.SIMPLE_HEAD, pad_edge=False)
        for each in table.columns[1:]:
            each.justify = "right"
        for step in shown:
            numbers = (f"{ledger[year][column(step)]:.1f}" for year in part)
            table.add_row(label(step), *numbers)
        yield table
