"""`bvsim validate`: what is wrong with files of any kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bvsim.cli.errors import BAD_INPUT

if TYPE_CHECKING:
    from bvsim.schema.errors import Problem


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.pass_context
def validate(ctx: click.Context, files: tuple[str, ...]) -> None:
    """Check models, scenarios, sweeps, levers or a study folder; errors with their place, exit 2.

    All errors of all files are told at once; blanks of templates are among them. Warnings do not
    count: entries of a model that nothing names.
    """
    from bvsim.reading.validating import warnings_of

    every = [file for given in files for file in _files(given)]
    problems = dict.fromkeys(str(problem) for file in every for problem in _problems(file))
    _tell(problems)
    _tell(dict.fromkeys(f"warning: {each}" for file in every for each in warnings_of(file)))
    if problems:
        ctx.exit(BAD_INPUT)
    click.echo(f"{len(every)} file{'s' * (len(every) > 1)} checked, nothing wrong")


def _tell(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line, err=True)


def _files(given: str) -> list[str]:
    """Return what there is to check in a study folder; anything else as it is given."""
    from bvsim.reading.folder import is_model_folder
    from bvsim.reading.validating import files_of_study

    folder = Path(given)
    found = files_of_study(folder) if folder.is_dir() and not is_model_folder(folder) else []
    return list(map(str, found)) or [given]


def _problems(file: str) -> Iterable[Problem]:
    from bvsim.ensemble.sweep_file import is_sweep
    from bvsim.reading.levers import is_lever_file, validate_levers
    from bvsim.reading.validating import validate as check_file
    from bvsim.reading.worded import is_words_file, validate_words

    if is_lever_file(file):
        return validate_levers(file)
    if is_words_file(file):
        return validate_words(file)
    if is_sweep(file):
        return _problems_of_sweep(file)
    return [*check_file(file), *_problems_of_pages(file)]


def _problems_of_pages(file: str) -> Iterator[Problem]:
    """Yield key figures that pages of a model name and no run of it has."""
    from bvsim.analysis.kpi_names import names_of
    from bvsim.reading.assembly import PAGES
    from bvsim.reading.folder import read_model
    from bvsim.reading.pages import scenario_for, wrong_in_pages
    from bvsim.reading.validating import model_folder_of
    from bvsim.schema.errors import SpecError

    folder = model_folder_of(Path(file))
    reading = read_model(folder) if folder is not None else None
    if reading is None or reading.tree.get(PAGES) is None:
        return
    with suppress(SpecError):  # of the model: told by itself
        yield from wrong_in_pages(reading, names_of(scenario_for(reading)))


def _problems_of_sweep(file: str) -> Iterator[Problem]:
    """Yield what is wrong with a sweep, key figures that no point would have included."""
    from bvsim.cli.sweep import lacking_kpis
    from bvsim.ensemble.sweep import SweepRun, validate_sweep
    from bvsim.ensemble.sweep_file import find_sweep, read_sweep
    from bvsim.reading.yaml_tree import read_file
    from bvsim.schema.errors import Problem, unknown

    problems = validate_sweep(file)
    yield from problems
    if problems:
        return
    left, names = lacking_kpis(SweepRun(read_sweep(file), ""))
    node, _ = read_file(find_sweep(file))
    listed = node.get("kpis") if node else None
    for item in listed.value if listed and isinstance(listed.value, list) else ():
        if item.value in left:
            yield Problem(item.place, "kpis", unknown("key figure", str(item.value), names))
