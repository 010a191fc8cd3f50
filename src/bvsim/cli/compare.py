"""`bvsim compare`: scenarios side by side on common draws and common luck."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bvsim.cli.compare_targets import Target, print_robustness, read_targets, robustness
from bvsim.cli.errors import FAILED, INTERRUPTED
from bvsim.cli.opened import is_run, opened
from bvsim.cli.options import (
    changed,
    changes_options,
    count_option,
    echo_json,
    engine_options,
    given,
    json_option,
    runs_option,
    scenario_argument,
    seed_option,
    years_option,
)
from bvsim.cli.progress import progress_bar

if TYPE_CHECKING:
    from bvsim.analysis.policy.compare import Comparison
    from bvsim.ensemble.store.results import Run
    from bvsim.reading.scenario import Scenario

SCHEME = ("draws", "per_draw", "seed", "design", "years")
"""Options that all runs of a comparison share."""


@click.command()
@scenario_argument("sources", "RUN_OR_SCENARIO...", many=True)
@changes_options
@count_option("-n", "--draws", help="Draws.  [default: 512]")
@count_option("--per-draw", help="Replications a draw.  [default: 1]")
@seed_option(help="Random seed.  [default: 1]")
@click.option(
    "--design",
    type=click.Choice(["random", "lhs", "sobol", "median"]),
    help="How the uncertain figures are sampled.  [default: sobol]",
)
@runs_option(
    "Folder for the runs of scenarios; used again, it resumes.  [default: runs/compare-TIME]"
)
@click.option(
    "--kpi",
    "patterns",
    multiple=True,
    metavar="PATTERN",
    help="Key figures to read, of sites too, e.g. '*2030*' (repeatable).  [default: the valley's]",
)
@click.option("--all", "every", is_flag=True, help="Show also what did not move.")
@click.option(
    "--target",
    "targets",
    multiple=True,
    callback=read_targets,
    metavar="KPI>=NUMBER",
    help="Say how often each scenario meets it, and its regret (repeatable; >, <=, < too).",
)
@engine_options
@years_option
@json_option
@click.pass_context
def compare(
    ctx: click.Context,
    /,
    *,
    sources: tuple[str, ...],
    sets: dict[str, object],
    levers: tuple[str, ...],
    patterns: tuple[str, ...],
    targets: tuple[Target, ...],
    out: Path | None,
    every: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Compare runs or scenarios with the first one: paired differences with intervals.

    Scenarios are run first, all with the same draws and luck; beside a finished run they take
    its seed, design and number of draws. What --set and --lever say is changed in all but the
    first; with one SCENARIO it is compared with itself so changed.
    """
    sides = _sides(sources, sets, levers)
    from bvsim.analysis.policy.compare import compare as compare_runs
    from bvsim.cli.compare_text import print_comparison
    from bvsim.ensemble.run import Interrupted

    try:
        runs = _runs(sides, out, given(options), (patterns, [kpi for kpi, _, _ in targets]))
    except Interrupted as stop:
        click.echo(f"interrupted; finished rows kept in {stop.run.folder}", err=True)
        ctx.exit(INTERRUPTED)
    comparisons = [compare_runs(runs[0], run) for run in runs[1:]]
    robust = robustness(runs, targets) if targets else None
    if as_json:
        answer = to_json(runs[0], comparisons, patterns)
        if robust is not None:
            from bvsim.analysis.written import records

            answer |= {"targets": [list(target) for target in targets]}
            answer |= {"robustness": records(robust)}
        echo_json(answer)
    else:
        for each in comparisons:
            print_comparison(each, patterns, every=every)
        if robust is not None:
            print_robustness(robust, targets)
    failed = sum(len(run.manifest["failures"]) for run in runs)
    if failed:
        click.echo(f"{failed} rows failed and are left out; see the manifests", err=True)
        ctx.exit(FAILED)


def _sides(
    sources: tuple[str, ...], sets: dict[str, object], levers: tuple[str, ...]
) -> list[Run | Scenario]:
    """Return what is compared: the first as it is, the others with what is set and turned.

    A run and what is set or turned are compared through the scenario that the run holds.
    """
    from bvsim import reading

    def side(source: str, *, as_it_is: bool) -> Run | Scenario:
        done = is_run(source)
        if as_it_is:
            return opened(source) if done else reading.load(source)
        if done and len(sources) > 1:
            raise click.UsageError(
                f"{source} is a run: nothing can be set or turned in it any more"
            )
        return changed(str(Path(source) / "scenario.yaml") if done else source, sets, levers)

    plain = not (sets or levers)
    others = sources[1:] or (() if plain else sources)
    if not others:
        raise click.UsageError("compare takes two runs or scenarios, or one and --lever or --set")
    return [side(sources[0], as_it_is=True), *(side(each, as_it_is=plain) for each in others)]


def _runs(
    sides: list[Run | Scenario],
    out: Path | None,
    options: dict[str, Any],
    asked: tuple[Sequence[str], Sequence[str]],
) -> list[Run]:
    """Run the scenarios, if all will have the key figures asked for."""
    from bvsim.ensemble.run import run
    from bvsim.reading import Scenario

    had = [side for side in sides if not isinstance(side, Scenario)]
    scheme = _scheme(next(iter(had), None)) | options
    if any(asked):
        _check_names(sides, scheme.get("years"), *asked)
    base = out or Path("runs") / f"compare-{datetime.now():%Y%m%d-%H%M%S}"
    made: list[Run] = []
    taken: set[str] = set()
    for side in sides:
        if not isinstance(side, Scenario):
            made.append(side)
            continue
        target = base / _folder_name(side, taken)
        with progress_bar(side.name) as progress:
            again = target.exists()
            done = run(side, out=target, resume=again, progress=progress, **scheme)
            made.append(done.require_rows())
    return made


def _check_names(
    sides: list[Run | Scenario],
    years: Sequence[int] | None,
    patterns: Sequence[str],
    targets: Sequence[str],
) -> None:
    """Refuse key figures that a side lacks, and patterns that match in no comparison."""
    from bvsim.analysis.kpi_names import missing
    from bvsim.cli.compare_text import fits

    found = [_label_and_names(side, years) for side in sides]
    for kpi in targets:
        for label, names in found:
            if kpi not in names:
                raise missing(kpi, names, f"a run of {label}")
    (_, base), *others = found
    shared = [name for name in base if any(name in names for _, names in others)]
    for pattern in patterns:
        if not any(fits(name, (pattern,)) for name in shared):
            raise missing(pattern, shared, "the comparison")


def _label_and_names(
    side: Run | Scenario, years: Sequence[int] | None
) -> tuple[str, tuple[str, ...]]:
    """Return what a run or a scenario is called, and the key figures that it has or will have."""
    from bvsim.analysis.kpi_names import names_of
    from bvsim.analysis.tables import ROW
    from bvsim.reading import Scenario
    from bvsim.valley.record.kpis import YEARS

    if isinstance(side, Scenario):
        return side.name, names_of(side, years or YEARS)
    return side.scenario_name, tuple(name for name in side.columns("kpis") if name not in ROW)


def _scheme(run: Run | None) -> dict[str, Any]:
    """Return how a finished run was made, so that others can be paired with it."""
    from bvsim.ensemble.store.manifest import picked

    if run is None:
        return {}
    return picked(run.manifest, (*SCHEME, "monthly"))


def _folder_name(scenario: Scenario, taken: set[str]) -> str:
    """Give a scenario a folder of its own, named after it and its levers."""
    whole = "-".join([scenario.name, *map(str, scenario.turned)])
    name, number = whole, 1
    while name in taken:
        number += 1
        name = f"{whole}-{number}"
    taken.add(name)
    return name


def to_json(
    base: Run, comparisons: list[Comparison], patterns: tuple[str, ...] = ()
) -> dict[str, object]:
    """Return the comparison as plain Python types; all key figures unless some are asked for."""
    from bvsim.analysis.policy.reading import verdict
    from bvsim.cli.compare_text import fits, read_names
    from bvsim.ensemble.store.manifest import picked

    manifest = base.manifest
    others = [
        {
            "verdict": verdict(each, read_names(each, patterns)),
            **each.to_json([name for name in each.kpis if fits(name, patterns or ("*",))]),
        }
        for each in comparisons
    ]
    return {
        "schema_version": 1,
        "base": {"scenario": manifest["scenario"], "out": str(base.folder)},
        **picked(manifest, ("seed", "design", "draws", "per_draw")),
        "others": others,
    }
