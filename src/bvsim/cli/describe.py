"""Commands about files: `show`, `validate`, `schema`, `sources` and `init`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bvsim.cli.errors import BAD_INPUT
from bvsim.cli.options import sets_option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bvsim.reading.scenario import Scenario

DATES = ("as_of", "plan_as_of", "start", "end")


@click.command()
@click.argument("scenario")
@sets_option
@click.option("--diff", "base", metavar="BASE", help="Show only what differs from this scenario.")
def show(scenario: str, sets: Mapping[str, object], base: str | None) -> None:
    """Print SCENARIO resolved: nothing inherited, nothing left out."""
    from bvsim import reading

    loaded = reading.load(scenario, sets=sets)
    if base is None:
        click.echo(loaded.to_yaml(), nl=False)
        return
    for line in difference(reading.load(base), loaded):
        click.echo(line)


def difference(base: Scenario, other: Scenario) -> list[str]:
    """Return a line for each date, figure or choice that two scenarios do not share."""
    sides = [_facts(base, other), _facts(other, base)]
    lines = []
    for path in sorted({*sides[0], *sides[1]}):
        old, new = (side.get(path, "(none)") for side in sides)
        if old != new:
            lines.append(f"{path}: {old} -> {new}")
    return lines


def _facts(scenario: Scenario, beside: Scenario) -> dict[str, str]:
    """Write dates, figures with units and sources, and the choices that either scenario sets."""
    facts = {name: str(getattr(scenario, name)) for name in DATES}
    for first, second, rank in scenario.correlations:
        facts[f"rank correlation of {first} and {second}"] = f"{rank:g}"
    figures = dict(scenario.figures())
    for path, figure in figures.items():
        facts[path] = f"{figure.describe()} [{', '.join(figure.vintage.sources)}]"
    for path in {*scenario.overrides, *beside.overrides}:
        if path in figures or any(figure.startswith(f"{path}.") for figure in figures):
            continue
        here = scenario.overrides.get(path)
        facts[path] = str(here.new if here else beside.overrides[path].old)
    return facts


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.pass_context
def validate(ctx: click.Context, files: tuple[str, ...]) -> None:
    """Check model, scenario and sweep files; every error with file:line:column, exit code 2."""
    from bvsim.ensemble.sweep import validate_sweep
    from bvsim.ensemble.sweep_file import is_sweep
    from bvsim.reading.validating import validate as check_file

    problems = [
        str(problem)
        for file in files
        for problem in (validate_sweep if is_sweep(file) else check_file)(file)
    ]
    for problem in dict.fromkeys(problems):
        click.echo(problem, err=True)
    if problems:
        ctx.exit(BAD_INPUT)
    click.echo(f"{len(files)} file{'s' * (len(files) > 1)} checked, nothing wrong")


@click.command()
def schema() -> None:
    """Print the JSON Schema of model files, for editors."""
    from bvsim.reading.json_schema import schema_json

    click.echo(schema_json(), nl=False)


@click.command()
@click.argument("scenario", default="reference")
@click.option("--csv", "as_csv", is_flag=True, help="Print a CSV file.")
def sources(scenario: str, as_csv: bool) -> None:
    """List every figure of SCENARIO with unit, vintages, source and confidence."""
    from bvsim.reading.sourcebook import sourcebook

    click.echo(sourcebook(scenario, as_csv=as_csv), nl=False)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Make a study FOLDER: copies of the model and the scenarios, to edit."""
    from bvsim.reading.study import init as make_study

    make_study(folder)
    click.echo(f"{folder} is ready. Next: cd {folder} && bvsim run reference")
