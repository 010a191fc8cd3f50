"""`bvsim check`: scenarios against their baselines."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bvsim.cli.errors import FAILED
from bvsim.cli.options import FOLDER, echo_json, json_option, workers_option
from bvsim.cli.progress import progress_bar

if TYPE_CHECKING:
    from rich.console import Console

    from bvsim.analysis.regression.baseline import Files
    from bvsim.analysis.regression.check import Moved, Verdict
    from bvsim.analysis.regression.measure import ScenarioMetrics, Task

_SHOWN = 12


@click.command()
@click.argument("scenarios", nargs=-1, metavar="[SCENARIO]...")
@click.option("--update", is_flag=True, help="Rewrite the baselines; print old, new, difference.")
@click.option(
    "--baselines",
    type=FOLDER,
    help="Folder of the baselines.  [default: baselines/ beside the scenario]",
)
@click.option(
    "--junit", type=click.Path(path_type=Path, dir_okay=False), help="Write JUnit XML to a file."
)
@workers_option
@json_option
@click.pass_context
def check(
    ctx: click.Context,
    scenarios: tuple[str, ...],
    *,
    update: bool,
    baselines: Path | None,
    junit: Path | None,
    workers: int | None,
    as_json: bool,
) -> None:
    """Compare SCENARIOs (all of them by default) with their baselines; exit 1 if any moved.

    Two layers: a few rows exactly, with the events of the first, and the means of a few more
    statistically.
    """
    from bvsim.analysis.regression import baseline
    from bvsim.analysis.regression.check import DEFAULT_ROWS, compare
    from bvsim.analysis.regression.measure import Task

    if junit is not None and junit.suffix.lower() != ".xml":
        raise click.UsageError(f"{junit} is no name for --junit: let it end in .xml")
    wanted = _wanted(scenarios, baselines)
    stored = {name: baseline.read(files) for name, (_, files) in wanted.items()}
    tasks = []
    for name, (path, _) in wanted.items():
        old = stored[name]
        rows = DEFAULT_ROWS if old is None or update else old.rows
        tasks.append(Task(name, path, rows))
    measured, seconds = _measure(tasks, workers)
    comparable = {
        n: None if o is None or o.rows != measured[n].rows else o for n, o in stored.items()
    }
    verdicts = [compare(comparable[name], measured[name]) for name in sorted(wanted)]
    if not scenarios:
        verdicts += _orphans({files.folder for _, files in wanted.values()}, set(wanted))
    if junit is not None:
        from bvsim.analysis.regression.junit import junit_xml
        from bvsim.reading.whole_files import write_text

        write_text(junit, junit_xml(verdicts, seconds))
    _say(verdicts, update, as_json, sum(seconds.values()))
    if update:
        _write({name: files for name, (_, files) in wanted.items()}, measured, as_json)
    elif not all(verdict.passed for verdict in verdicts):
        ctx.exit(FAILED)


def _wanted(names: Sequence[str], folder: Path | None) -> dict[str, tuple[Path, Files]]:
    """Return the file and the baseline of each scenario, by its bare name.

    Raises
    ------
    click.UsageError
        When two files have the same name, or there is no scenario at all.
    """
    from bvsim.analysis.regression.baseline import FOLDER, Files
    from bvsim.reading.datafiles import find_scenario, not_found, scenario_names
    from bvsim.schema.errors import Place

    found: dict[str, tuple[Path, Files]] = {}
    for name in dict.fromkeys(names or _all_names()):
        path = find_scenario(name)
        if path is None:
            raise not_found("scenario", name, scenario_names(), Place(name))
        if path.stem in found and found[path.stem][0].resolve() != path.resolve():
            raise click.UsageError(f"two scenarios are called {path.stem}: check one at a time")
        found[path.stem] = (path, Files(folder or path.parent / FOLDER, path.stem))
    return found


def _all_names() -> list[str]:
    """Return the scenarios of the study folder, or those shipped where there is none."""
    from bvsim.reading.datafiles import SCENARIOS, roots

    for root in roots():
        names = sorted(str(path) for path in (root / SCENARIOS).glob("*.yaml"))
        if names:
            return names
    raise click.UsageError("there are no scenarios here")


def _measure(
    tasks: Sequence[Task], workers: int | None
) -> tuple[dict[str, ScenarioMetrics], dict[str, float]]:
    from bvsim.analysis.regression.measure import measure_all

    measured: dict[str, ScenarioMetrics] = {}
    seconds: dict[str, float] = {}
    rows = sum(task.rows.number for task in tasks)
    done = failed = 0
    started = time.monotonic()
    with progress_bar("check") as progress:
        progress(0, rows, 0)
        for name, result in measure_all(tasks, workers):
            measured[name] = result
            seconds[name] = max(0.0, time.monotonic() - started - sum(seconds.values()))
            done += result.rows.number
            failed += len(result.failures)
            progress(done, rows, failed)
    return measured, seconds


def _orphans(folders: set[Path], known: set[str]) -> list[Verdict]:
    """Return verdicts on baselines whose scenario is gone."""
    from bvsim.analysis.regression.baseline import names_in
    from bvsim.analysis.regression.check import Verdict

    names = {name for folder in folders for name in names_in(folder)}
    problem = "a baseline without a scenario: delete its files, or bring the scenario back"
    return [Verdict(name, (problem,)) for name in sorted(names - known)]


def _write(files: dict[str, Files], measured: dict[str, ScenarioMetrics], as_json: bool) -> None:
    from bvsim.analysis.regression import baseline

    for name, where in sorted(files.items()):
        baseline.write(where, measured[name])
        if not as_json:
            click.echo(f"{where.figures} written")


def _say(verdicts: list[Verdict], update: bool, as_json: bool, seconds: float) -> None:
    if as_json:
        echo_json(_as_json(verdicts, update, seconds))
        return
    from rich.markup import escape

    from bvsim.cli.terminal import make_console

    console = make_console()
    new = [verdict for verdict in verdicts if verdict.new]
    for verdict in verdicts:
        if verdict.new:
            said = "[cyan]new[/cyan]  " if update else "[red]none[/red] "
            console.print(f"{said}  {escape(verdict.scenario)}")
            for problem in () if update else verdict.problems:
                console.print(f"  {problem}", markup=False, soft_wrap=True)
        else:
            _print(console, verdict, _SHOWN if not update else None)
    moved = sum(not verdict.passed for verdict in verdicts) - len(new)
    what = f"{moved} of {len(verdicts)} moved" if moved or new else f"all {len(verdicts)} hold"
    if new:
        what += f", {len(new)} {'new' if update else 'without a baseline'}"
    console.print(f"[bold]scenarios: {what}[/bold]  ({seconds:.0f} s)")


def _print(console: Console, verdict: Verdict, most: int | None) -> None:
    """Print what moved in a scenario: tables of metrics, then the first event."""
    from rich.markup import escape

    name = escape(verdict.scenario)
    if verdict.passed:
        rows = f"{verdict.rows.traced} rows exact, {verdict.rows.number} statistical"
        console.print(f"[green]holds[/green]  {name}  ({verdict.metrics} metrics, {rows})")
        return
    why = "  (its files say something else than before)" if verdict.model_changed else ""
    console.print(f"[red]moved[/red]  [bold]{name}[/bold]{why}")
    layers = verdict.layers()
    for text in (*layers["rows"], *layers["metrics"], *layers["events"]):
        console.print(f"  {text}", markup=False, soft_wrap=True)
    _table(console, "rows beyond tolerance", verdict.exact, verdict.rows.traced, most)
    title = "means moved by more than chance (Holm)"
    _table(console, title, verdict.statistical, verdict.rows.traced, most)


def _table(
    console: Console, title: str, moved: Sequence[Moved], rows: int, most: int | None
) -> None:
    """Print metrics that moved, the largest moves first."""
    if not moved:
        return
    from bvsim.analysis.regression.check import number
    from bvsim.cli.frames import Column, frame_table

    header = [
        *(Column("metric"), Column("old"), Column(" "), Column("new"), Column("difference", 1)),
        *(Column("unit", 3), Column("rows", 4), Column("p", 2)),
    ]
    shown = []
    for each in moved[:most]:
        numbers = (number(each.old), each.arrow, number(each.new), number(each.difference))
        where = f"{each.rows}/{rows}"
        shown.append((each.name, *numbers, each.unit, where, f"{each.probability:.2g}"))
    console.print(frame_table(title, header, shown))
    if most is not None and len(moved) > most:
        console.print(f"  and {len(moved) - most} more\n")


def _as_json(verdicts: list[Verdict], update: bool, seconds: float) -> dict[str, object]:
    """Return the verdicts as plain Python types."""
    return {
        "schema_version": 1,
        "passed": all(verdict.passed for verdict in verdicts),
        "updated": update,
        "elapsed_s": round(seconds, 3),
        "scenarios": {verdict.scenario: _verdict_json(verdict) for verdict in verdicts},
    }


def _verdict_json(verdict: Verdict) -> dict[str, object]:
    return {
        "passed": verdict.passed,
        "model_changed": verdict.model_changed,
        "problems": list(verdict.problems),
        "appeared": list(verdict.appeared),
        "vanished": list(verdict.vanished),
        "events": list(verdict.events),
        "exact": [_plain(asdict(moved)) for moved in verdict.exact],
        "statistical": [_plain(asdict(moved)) for moved in verdict.statistical],
    }


def _plain(entry: dict[str, object]) -> dict[str, object]:
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in entry.items()
    }
