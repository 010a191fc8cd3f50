"""Which studies the pages of the documentation show of a model, read and held against it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from bvsim.reading.assembly import PAGES
from bvsim.reading.blanks import blanks
from bvsim.reading.checking import check
from bvsim.reading.datafiles import MODELS, scenario_names
from bvsim.reading.folder import Reading, read_model
from bvsim.reading.levers import lever_names, scenario_of
from bvsim.reading.nodes import Node
from bvsim.reading.references import dangling
from bvsim.reading.scenario import Scenario
from bvsim.schema.errors import Problem, SpecError
from bvsim.schema.pages import PagesSpec, references


def read_pages(model: Path, kpis: Iterable[str] | None = None) -> PagesSpec:
    """Return which studies the pages show of a model.

    Parameters
    ----------
    model : pathlib.Path
        Its folder; without ``pages.yaml`` there are none.
    kpis : iterable of str, optional
        The key figures that there are; None: those named are not looked at.

    Raises
    ------
    SpecError
        With everything that is wrong with the file.
    """
    reading = read_model(model)
    problems = [*reading.problems, *wrong_in_pages(reading, kpis)]
    if problems:
        raise SpecError(problems)
    node = reading.tree.get(PAGES)
    return PagesSpec() if node is None else check(PagesSpec, node)[0]


def wrong_in_pages(reading: Reading, kpis: Iterable[str] | None = None) -> list[Problem]:
    """Return everything that is wrong with a model's file of pages, and what is blank."""
    node = reading.tree.get(PAGES)
    if node is None or reading.folder is None:
        return []
    _, found = check(PagesSpec, node)
    wrong = [problem._replace(path=f"{PAGES}.{problem.path}") for problem in found]
    model, root = _whose(reading.folder)
    known = references(scenario_names(root), lever_names(model, root), kpis)
    wrong += dangling(reading.tree, known, reading.failed)
    empty = list(blanks(node, (PAGES,)))
    told = {problem.place for problem in empty}
    wrong = [*empty, *(problem for problem in wrong if problem.place not in told)]
    return wrong or list(_misfits(reading, node))


def scenario_for(reading: Reading) -> Scenario:
    """Return a scenario of a model, to try on what its pages set and name.

    Raises
    ------
    SpecError
        When there is none.
    """
    return scenario_of(*_whose(reading.folder or Path()))


def _whose(folder: Path) -> tuple[str, Path | None]:
    """Return the name of a model, and the study folder that it stands in."""
    whole = folder.resolve()
    return whole.name, whole.parent.parent if whole.parent.name == MODELS else None


def _misfits(reading: Reading, pages: Node) -> Iterator[Problem]:
    """Yield what runs set and the model cannot take, at its place in the file."""
    runs = pages.find(("cathode", "runs"))
    sets: dict[str, tuple[str, Node]] = {}
    for name, run in (runs.children() if runs else {}).items():
        said = run.get("set")
        sets |= {path: (name, node) for path, node in (said.children() if said else {}).items()}
    if not sets:
        return
    try:
        scenario = scenario_for(reading)
    except SpecError:
        return  # told where the model or the scenario is checked
    try:  # nearly always right: once is enough
        scenario.with_values({path: node.plain() for path, (_, node) in sets.items()})
        return
    except SpecError:
        pass
    for path, (name, node) in sets.items():
        try:
            scenario.with_values({path: node.plain()})
        except SpecError as error:
            where = f"{PAGES}.cathode.runs.{name}.set.{path}"
            yield from (Problem(node.at, where, each.message) for each in error.problems)
