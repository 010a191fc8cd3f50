"""`bvsim run`: the Monte Carlo of one scenario."""

from __future__ import annotations

import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from bvsim.cli.errors import FAILED, INTERRUPTED, explain
from bvsim.cli.first_numbers import first_numbers
from bvsim.cli.frames import count
from bvsim.cli.options import (
    OUT,
    changed,
    changes_options,
    count_option,
    echo_json,
    engine_options,
    given,
    json_option,
    lang_option,
    out_option,
    scenario_argument,
    seed_option,
    years_option,
)
from bvsim.cli.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bvsim.ensemble.store.manifest import FailureEntry, PrecisionEntry
    from bvsim.ensemble.store.results import Run
    from bvsim.reading.scenario import Scenario

FAILURES_TOLD = 3
FIRST_DRAWS = QUICK_DRAWS = 64
"""Where a run with --until-ci begins when -n does not say; how many a first look has."""


@click.command()
@scenario_argument("source", "SCENARIO")
@count_option("-n", "--draws", default=512, help="Draws.")
@count_option("--per-draw", default=1, help="Replications a draw.")
@seed_option(1)
@out_option("Run folder, or its URL.  [default: runs/NAME-TIME]", kind=OUT)
@changes_options
@click.option(
    "--design",
    type=click.Choice(["random", "lhs", "sobol", "median"]),
    default="sobol",
    show_default=True,
    help="How the uncertain figures are sampled (median: not at all, luck alone).",
)
@click.option(
    "--table",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="CSV or Parquet file with the draws themselves: a column a figure.",
)
@click.option(
    "--until-ci",
    multiple=True,
    metavar="KPI=HALFWIDTH",
    help="Go on until a mean (KPI@p90: a quantile) is known to +/- this, or to X% (repeatable).",
)
@count_option("--max-draws", help="Budget of --until-ci.  [default: 4096]")
@click.option("--shard", metavar="I/N", help="Make one part of N, for `bvsim merge`.")
@engine_options
@click.option("--resume", is_flag=True, help="Finish an interrupted run, or add draws to it.")
@years_option
@click.option("--monthly", is_flag=True, help="Keep the monthly table too.")
@click.option("--no-report", is_flag=True, help="Draw no figures and write no page.")
@lang_option("Language of figures and page.  [default: English; the reader's]", None)
@click.option("--fresh", is_flag=True, help="Simulate anew what has been simulated before.")
@click.option("--quick", is_flag=True, help="A first look: 64 draws, no report.")
@click.option("--dry-run", is_flag=True, help="Check the scenario, say what would run, and leave.")
@click.option(
    "--estimate", is_flag=True, help="Say what the run would cost, from a few of its rows."
)
@json_option
@click.pass_context
def run(
    ctx: click.Context,
    /,
    *,
    source: str,
    dry_run: bool,
    estimate: bool,
    no_report: bool,
    quick: bool,
    lang: str | None,
    as_json: bool,
    sets: dict[str, object],
    levers: tuple[str, ...],
    **options: Any,
) -> None:
    """Run the Monte Carlo of SCENARIO into a folder, with figures and a report."""
    if quick and ctx.get_parameter_source("draws") == ParameterSource.DEFAULT:
        options["draws"] = QUICK_DRAWS
    report = not (no_report or quick)
    words = {} if levers or dry_run or estimate else _words(source, sets, options)
    if words and (answer := _remembered(words, options["out"])) is not None:
        _say_answered(answer)
        conclude(ctx, answer, as_json, report=report, known=True, lang=lang)
        return
    scenario = changed(source, sets, levers)
    _check_targets(scenario, options)
    if dry_run:
        _say_plan(scenario, options, as_json)
        return
    if estimate:
        _say_estimate(scenario, options, as_json)
        return
    from bvsim.ensemble.run import Interrupted
    from bvsim.ensemble.run import run as run_ensemble

    if options["until_ci"] and ctx.get_parameter_source("draws") == ParameterSource.DEFAULT:
        options["draws"] = FIRST_DRAWS
    asked = datetime.now(UTC).replace(microsecond=0)
    rows: list[int] = []
    try:
        with progress_bar(scenario.name) as shown:

            def progress(done: int, total: int, failed: int) -> None:
                rows.append(done)
                shown(done, total, failed)

            if not as_json and sys.stderr.isatty():
                told = first_numbers(shown.say, options["design"], options["draws"])
                options["looks"] = told
            finished = run_ensemble(scenario, progress=progress, **given(options))
    except Interrupted as stop:
        quick = stop.ordered
        conclude(ctx, stop.run, as_json, report=report and not quick, lang=lang, quick=quick)
        return
    known = not rows and datetime.fromisoformat(finished.manifest["started"]) < asked
    if known:
        _say_answered(finished)
    if words:
        from bvsim.ensemble.asked import remember

        remember(words, scenario, finished.manifest)
    conclude(ctx, finished, as_json, report=report, known=known, lang=lang)


_ROWS = ("draws", "per_draw", "seed", "design", "shard", "years", "monthly")
_ANEW = ("resume", "fresh", "until_ci", "table")


def _words(source: str, sets: dict[str, object], options: dict[str, Any]) -> dict[str, object]:
    """Return all that says which rows are asked for; nothing where more is asked than rows."""
    if any(options[name] for name in _ANEW):
        return {}
    return {"source": source, "sets": sets} | {name: options[name] for name in _ROWS}


def _remembered(words: dict[str, object], out: Path | None) -> Run | None:
    """Return the run that the same words have made, over the same files."""
    from bvsim.ensemble.asked import remembered
    from bvsim.ensemble.shelved import answered

    begun = remembered(words)
    return answered(begun, out) if begun is not None else None


def _say_answered(finished: Run) -> None:
    click.echo(f"answered from {finished.folder} (--fresh simulates anew)", err=True)


def _check_targets(scenario: Scenario, options: dict[str, Any]) -> None:
    """Refuse a key figure of --until-ci that no row would have, before a row is simulated."""
    if not options["until_ci"]:
        return
    from bvsim.analysis.kpi_names import require_names
    from bvsim.ensemble.precision import Target

    asked = [Target.parse(text).kpi for text in options["until_ci"]]
    require_names(scenario, asked, options["years"])


def _say_plan(scenario: Scenario, options: dict[str, Any], as_json: bool) -> None:
    plan = {
        "schema_version": 1,
        "scenario": scenario.name,
        "draws": options["draws"],
        "per_draw": options["per_draw"],
        "rows": options["draws"] * options["per_draw"],
        "seed": options["seed"],
        "design": "table" if options["table"] else options["design"],
        "shard": options["shard"],
        "until_ci": list(options["until_ci"]),
        "uncertain_figures": len(scenario.paths),
        "model_hash": scenario.model_hash,
        "out": str(options["out"]) if options["out"] else None,
    }
    if as_json:
        echo_json(plan)
        return
    for name, value in plan.items():
        click.echo(f"{name.replace('_', ' '):<18} {value}")


def _say_estimate(scenario: Scenario, options: dict[str, Any], as_json: bool) -> None:
    """Simulate a few rows and say what all would cost; a shard costs its part."""
    from bvsim.analysis.summary import plain
    from bvsim.ensemble.cost import cost_of
    from bvsim.ensemble.design.shard import Shard
    from bvsim.ensemble.workers.engine import available_workers

    rows = options["draws"] * options["per_draw"]
    if options["shard"]:
        rows = -(-rows // Shard.parse(options["shard"]).of)
    workers = min(options["workers"] or available_workers(), rows)
    asked = {name: options[name] for name in ("seed", "design", "years", "monthly")}
    cost = cost_of(scenario, rows, workers, **given(asked))
    names = ("rows", "workers", "row_s", "row_kb", "cpu_hours", "hours", "disk_gb", "memory_gb")
    found = {name: plain(getattr(cost, name)) for name in names}
    if as_json:
        echo_json({"schema_version": 1, "scenario": scenario.name} | found)
        return
    click.echo(
        f"{rows:,} rows of {cost.row_s:.3g} s: {cost.cpu_hours:.3g} CPU hours, "
        f"{cost.hours:.3g} hours on {count(workers, 'worker')};\n{cost.disk_gb:.3g} GB of tables "
        f"(as much again while they are made), {cost.memory_gb:.2g} GB of memory"
    )


def conclude(
    ctx: click.Context,
    finished: Run,
    as_json: bool,
    *,
    report: bool = True,
    known: bool = False,
    lang: str | None = None,
    quick: bool = False,
) -> None:
    """Print the summary, then write the report if it is wanted; leave with the right code.

    A run that was `known` before keeps the report that it has; who has to be `quick` prints none.
    """
    from bvsim.analysis.tables import row_count
    from bvsim.ensemble.store.remote import address, publish

    failed = len(finished.manifest["failures"])
    rows = row_count(finished) if finished.manifest["tables"] else 0
    if rows:
        if not as_json and not quick:
            _say_numbers(finished)
        _say_precision(finished.manifest.get("precision"), err=as_json)
        sys.stdout.flush()
    page = _report(finished, rows, known=known, lang=lang) if rows and report else None
    if page is not None and not as_json and not quick:
        from bvsim.cli.terminal import print_place

        print_place("Report", page)
    if (url := address(finished.folder)) is not None:
        publish(finished.folder, url)
        click.echo(f"copied to {url}", err=True)
    if rows and as_json:
        _say_json(finished, url)
    if finished.manifest["status"] == "interrupted":
        kept = count(rows, "finished row")
        click.echo(f"interrupted; {kept} kept in {finished.folder}", err=True)
        ctx.exit(INTERRUPTED)
    if failed or not rows:
        place = finished.folder / "manifest.json"
        click.echo(f"{count(failed, 'row')} failed; see {place}", err=True)
        _say_failures(finished.manifest["failures"])
    if failed or not rows or (report and page is None):
        ctx.exit(FAILED)


def _say_numbers(finished: Run) -> None:
    """Print what the run says, before anybody waits for its report."""
    from bvsim.cli.terminal import print_summary

    print_summary(finished)
    _print_variance(finished)


def _say_json(finished: Run, url: str | None) -> None:
    from bvsim.analysis.summary import run_json
    from bvsim.ensemble.store.manifest import picked

    more = picked(finished.manifest, ("precision", "shard"))
    found = run_json(finished) | {name: value for name, value in more.items() if value}
    echo_json(found | ({"out": url} if url else {}))


def _say_failures(failures: Sequence[FailureEntry]) -> None:
    """Say why rows failed: the first ones, with entity, mechanism and day."""
    for failure in failures[:FAILURES_TOLD]:
        click.echo(f"  draw {failure['draw']}: {failure['message']}", err=True)


def _say_precision(record: PrecisionEntry | None, *, err: bool) -> None:
    """Say of each target of --until-ci whether it was met."""
    for target in record["targets"] if record else ():
        known = target["half_width"]
        reached = "not known" if known is None else f"{target['estimate']:.4g} +/- {known:.3g}"
        word = "met" if target["met"] else "NOT met within the budget"
        click.echo(f"{target['target']}: {reached}, {word}", err=err)


def _print_variance(finished: Run) -> None:
    """Say what share of the spread is luck, where replications can tell."""
    if finished.manifest["per_draw"] < 2:
        return
    from bvsim.analysis.sensitivity.variance import variance_shares
    from bvsim.cli.terminal import say

    names = [name for name in finished.columns("kpis") if re.fullmatch(r"output_\d+_gwh", name)]
    for name, row in variance_shares(finished, names).dropna(subset=["parameters"]).iterrows():
        low, high = (f"{100 * row[side]:.0f}" for side in ("ci95_lo", "ci95_hi"))
        say(
            f"Of the variance of {name}, {row['parameters']:.0%} comes from the uncertain figures "
            f"({low} to {high}%), {row['luck']:.0%} from luck."
        )


def _report(finished: Run, rows: int, *, known: bool, lang: str | None) -> Path | None:
    """Write the report; a page that cannot be drawn does not take the numbers with it."""
    page = finished.folder / "report.html"
    if known and lang is None and page.is_file():
        return page
    from bvsim.show.report import write_report

    click.echo(f"writing the report of {count(rows, 'row')}", err=True)
    try:
        return write_report(finished, lang=lang)
    except Exception as error:
        if os.environ.get("BVSIM_DEBUG"):
            raise
        click.echo(f"the report could not be written: {explain(error)[0][0]}", err=True)
        return None
