"""`bvsim trace`: one row replayed, with its dated events and its ledger."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bvsim.cli.options import (
    changed,
    changes_options,
    count_option,
    echo_json,
    json_option,
    lang_option,
    scenario_argument,
    seed_option,
    site_option,
    year_option,
)

if TYPE_CHECKING:
    from bvsim.cli.trace_text import Filter
    from bvsim.valley.record.record import Record


@click.command()
@scenario_argument("run_or_scenario")
@click.argument("words", nargs=-1, metavar="[WORD]...")
@site_option
@year_option
@count_option("--draw", default=0, least=0, help="The draw.")
@count_option("--replication", default=0, least=0, help="Its replication.")
@seed_option(help="Seed, for a scenario.  [default: 1]")
@changes_options
@lang_option("Language of story, events and ledger.")
@json_option
def trace(
    *,
    run_or_scenario: str,
    words: tuple[str, ...],
    site: str | None,
    year: int | None,
    draw: int,
    replication: int,
    seed: int | None,
    sets: dict[str, object],
    levers: tuple[str, ...],
    lang: str,
    as_json: bool,
) -> None:
    """Replay one row of a run or SCENARIO: dated events, each with its cause, and its ledger.

    A story of a few sentences comes first. WORDs keep the events in whose entity, event or cause
    they stand.
    """
    from bvsim.analysis.replay import SEED, replay_run, replay_scenario
    from bvsim.ensemble.store.folder import code_hash
    from bvsim.ensemble.store.results import open_run

    if (Path(run_or_scenario) / "manifest.json").is_file():
        if sets or levers or seed is not None:
            raise click.UsageError(
                "--set, --lever and --seed are for a scenario: a run has its own"
            )
        run = open_run(run_or_scenario)
        if run.manifest["code_hash"] != code_hash():
            made = f"bvsim {run.manifest['bvsim']} with other code"
            click.echo(f"the run was made by {made}: its rows may come out otherwise", err=True)
        name, record = run.scenario_name, replay_run(run, draw, replication)
    else:
        scenario = changed(run_or_scenario, sets, levers)
        chosen = SEED if seed is None else seed
        name, record = scenario.name, replay_scenario(scenario, draw, replication, seed=chosen)
    from bvsim.cli.trace_text import Filter, print_trace

    filtered = Filter(site, year, words)
    _check_site(site, record)
    head: dict[str, str | int] = {"scenario": name, "draw": draw, "replication": replication}
    if as_json:
        echo_json(trace_json(head, record, filtered))
        return
    print_trace(head, record, filtered, lang)


def _check_site(site: str | None, record: Record) -> None:
    """Refuse a site that the row does not have."""
    from bvsim.cli.trace_text import entities_of
    from bvsim.schema.errors import did_you_mean

    names = entities_of(record)
    if site is not None and site not in names:
        near = did_you_mean(site, names)
        raise click.UsageError(f"--site {site}: the row has no such entity{near}")


def trace_json(head: dict[str, str | int], record: Record, chosen: Filter) -> dict[str, object]:
    """Return a replayed row as plain Python types, as far as the filter lets it."""
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
        for event in chosen.events(record.events)
    ]
    ledger = {str(year): row for year, row in chosen.ledger(record).items()}
    return {"schema_version": 1, **head, "events": events, "ledger": ledger}
