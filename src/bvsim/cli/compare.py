"""`bvsim compare`: scenarios side by side on common draws and common luck."""

from __future__ import annotations

import fnmatch
import json
import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bvsim.cli.compare_targets import Target, print_robustness, read_targets, robustness
from bvsim.cli.errors import FAILED, INTERRUPTED
from bvsim.cli.frames import Column, FittedTable, frame_table
from bvsim.cli.options import (
    count_option,
    engine_options,
    given,
    json_option,
    out_option,
    scenario_argument,
    seed_option,
    years_option,
)
from bvsim.cli.progress import progress_bar

if TYPE_CHECKING:
    from bvsim.analysis.policy.compare import Comparison, Difference
    from bvsim.ensemble.store.results import Run
    from bvsim.reading.scenario import Scenario

SCHEME = ("draws", "per_draw", "seed", "design", "years")
"""Options that all runs of a comparison share."""


@click.command()
@scenario_argument("sources", "RUN_OR_SCENARIO...", many=True)
@count_option("-n", "--draws", help="Draws.  [default: 512]")
@count_option("--per-draw", help="Replications a draw.  [default: 1]")
@seed_option(help="Random seed.  [default: 1]")
@click.option(
    "--design",
    type=click.Choice(["random", "lhs", "sobol", "median"]),
    help="How the uncertain figures are sampled.  [default: sobol]",
)
@out_option(
    "Folder for the runs of scenarios; used again, it resumes.  [default: runs/compare-TIME]"
)
@click.option(
    "--kpi",
    "patterns",
    multiple=True,
    metavar="PATTERN",
    help="Key figures to show, e.g. 'output_*' (repeatable).  [default: the valley's]",
)
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
    sources: tuple[str, ...],
    patterns: tuple[str, ...],
    targets: tuple[Target, ...],
    *,
    out: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Compare runs or scenarios with the first one: paired differences with intervals.

    Scenarios are run first, all with the same draws and luck; beside a finished run they take
    its seed, design and number of draws.
    """
    if len(sources) < 2:
        raise click.UsageError("compare takes two runs or scenarios, or more")
    from bvsim.analysis.policy.compare import compare as compare_runs
    from bvsim.ensemble.run import Interrupted

    try:
        runs = _runs(sources, out, given(options), (patterns, [kpi for kpi, _, _ in targets]))
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
        click.echo(json.dumps(answer, allow_nan=False))
    else:
        for each in comparisons:
            _print(each, patterns)
        if robust is not None:
            print_robustness(robust, targets)
    failed = sum(len(run.manifest["failures"]) for run in runs)
    if failed:
        click.echo(f"{failed} rows failed and are left out; see the manifests", err=True)
        ctx.exit(FAILED)


def _runs(
    sources: tuple[str, ...],
    out: Path | None,
    options: dict[str, Any],
    asked: tuple[Sequence[str], Sequence[str]],
) -> list[Run]:
    """Open the runs and run the scenarios, if all will have the key figures asked for."""
    from bvsim import reading
    from bvsim.ensemble.run import run
    from bvsim.ensemble.store.results import open_run

    opened = {
        source: open_run(source) for source in sources if (Path(source) / "manifest.json").is_file()
    }
    scenarios = {source: reading.load(source) for source in sources if source not in opened}
    scheme = _scheme(next(iter(opened.values()), None)) | options
    if any(asked):
        years = scheme.get("years")
        _check_names([opened.get(each) or scenarios[each] for each in sources], years, *asked)
    base = out or Path("runs") / f"compare-{datetime.now():%Y%m%d-%H%M%S}"
    made = dict(opened)
    for name, (source, scenario) in _named(scenarios.items()):
        with progress_bar(scenario.name) as progress:
            target = base / name
            made[source] = run(
                scenario, out=target, resume=target.exists(), progress=progress, **scheme
            )
    return [made[source] for source in sources]


def _check_names(
    sides: list[Run | Scenario],
    years: Sequence[int] | None,
    patterns: Sequence[str],
    targets: Sequence[str],
) -> None:
    """Refuse key figures that a side lacks, and patterns that match in no comparison."""
    from bvsim.analysis.kpi_names import missing

    found = [_label_and_names(side, years) for side in sides]
    for kpi in targets:
        for label, names in found:
            if kpi not in names:
                raise missing(kpi, names, f"a run of {label}")
    (_, base), *others = found
    shared = [name for name in base if any(name in names for _, names in others)]
    for pattern in patterns:
        if not any(_fits(name, (pattern,)) for name in shared):
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


def _named(scenarios: Iterable[tuple[str, Scenario]]) -> Iterable[tuple[str, tuple[str, Scenario]]]:
    """Give each scenario a folder name of its own."""
    taken: set[str] = set()
    for source, scenario in scenarios:
        name, number = scenario.name, 1
        while name in taken:
            number += 1
            name = f"{scenario.name}-{number}"
        taken.add(name)
        yield name, (source, scenario)


def to_json(
    base: Run, comparisons: list[Comparison], patterns: tuple[str, ...] = ()
) -> dict[str, object]:
    """Return the comparison as plain Python types; all key figures unless some are asked for."""
    from bvsim.ensemble.store.manifest import picked

    manifest = base.manifest
    others = [
        each.to_json([name for name in each.kpis if _fits(name, patterns or ("*",))])
        for each in comparisons
    ]
    return {
        "schema_version": 1,
        "base": {"scenario": manifest["scenario"], "out": str(base.folder)},
        **picked(manifest, ("seed", "design", "draws", "per_draw")),
        "others": others,
    }


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _print(comparison: Comparison, patterns: tuple[str, ...]) -> None:
    """Print the differences of one run from the base."""
    from bvsim.cli.terminal import make_console

    names = [
        name for name in comparison.kpis if (_fits(name, patterns) if patterns else "." not in name)
    ]
    if not names:
        raise click.UsageError(f"no key figure is called {', '.join(patterns)}")
    console = make_console()
    for note in comparison.notes:
        click.echo(note, err=True)
    console.print(_table(comparison, names))
    for side, run in (("Base", comparison.base), ("Other", comparison.other)):
        console.print(f"[bold]{side}[/bold]  {run.folder}", soft_wrap=True)
    console.print(
        "Paired: rows with the same figures and luck. Factor: how many times more independent "
        "draws two unpaired runs would have needed. Higher: share of pairs.\n"
    )


def _table(comparison: Comparison, names: list[str]) -> FittedTable:
    manifest = comparison.base.manifest
    title = f"{comparison.name}: {comparison.pairs} pairs, {manifest['design']}"
    found = map(comparison.difference, names)
    header = (
        *(Column(""), Column("base", 3), Column("other", 4), Column("difference")),
        *(Column("95% interval"), Column("higher", 1, right=True), Column("factor", 2)),
    )
    return frame_table(title, header, [_cells(each) for each in found if each.pairs])


def _cells(found: Difference) -> tuple[str, ...]:
    """Return the texts of one row."""
    factor = found.variance_factor
    return (
        found.kpi,
        number(found.base_mean, year=found.unit == "year"),
        number(found.other_mean, year=found.unit == "year"),
        number(found.mean, sign=True),
        f"{number(found.ci95_lo, sign=True)} .. {number(found.ci95_hi, sign=True)}",
        "same" if found.chance_equal == 1.0 else f"{found.chance_higher:.0%}",
        _factor(factor),
    )


def _factor(factor: float) -> str:
    """Return a variance factor; beyond four digits it says no more than that it is large."""
    if math.isnan(factor):
        return ""
    if factor > 9999.5:
        return "> 9,999"
    return f"{factor:.1f}" if factor < 100 else f"{factor:,.0f}"


def number(value: float, *, sign: bool = False, year: bool = False) -> str:
    """Return a number with about four digits, and thousands set apart; nothing for NaN."""
    if math.isnan(value):
        return ""
    if year:
        return f"{value:.1f}"
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2 if abs(value) >= 1 else 3
    return f"{value:{'+' if sign else ''},.{digits}f}"
