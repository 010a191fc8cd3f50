"""Checks files of any kind: models, parts of models, scenarios, and whole study folders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bvsim.reading.assembly import assemble, kind_of, source_days
from bvsim.reading.checking import MISSING
from bvsim.reading.datafiles import MODELS, SCENARIOS
from bvsim.reading.folder import (
    SUFFIXES,
    Reading,
    is_base_folder,
    is_model_folder,
    read_bases,
    read_model,
)
from bvsim.reading.nodes import Node
from bvsim.reading.pages import wrong_in_pages
from bvsim.reading.references import matches, unfitted, unused
from bvsim.reading.scenario import load
from bvsim.reading.shapes import shape_of
from bvsim.reading.templates import fill_templates
from bvsim.schema.errors import Problem, SpecError, tidy


def model_folder_of(path: Path) -> Path | None:
    """Return the model folder that a path is or lies in, or None."""
    inside = [path] if path.is_dir() else []
    if path.suffix in SUFFIXES and path.is_file():
        inside = [path.resolve().parent, path.resolve().parent.parent]
    return next((folder for folder in inside if is_model_folder(folder)), None)


def base_folder_of(path: Path) -> Path | None:
    """Return the folder that a path is or lies in and that models extend, or None."""
    inside = (path.resolve(), *path.resolve().parents[:2])
    found = (each for each in inside if each.parent.name == MODELS and is_base_folder(each))
    return next(found, None)


def validate(name: str | Path, *, model_class: type | None = None) -> tuple[Problem, ...]:
    """Return everything that is wrong with a model or a scenario.

    Parameters
    ----------
    name : str or path
        A model folder or one that models extend, a file in one (the whole is checked), a
        scenario file, or the bare name of a scenario.
    model_class : type, optional
        The data class of the model; the valley's by default.
    """
    folder = model_folder_of(Path(name))
    base = base_folder_of(Path(name)) if folder is None else None
    try:
        if base is not None:
            return _wrong_in_base(base, model_class)
        if folder is None:
            load(name, model_class=model_class)
            return ()
        reading = read_model(folder)
        apart = [*_apart(reading, model_class), *wrong_in_pages(reading)]
        assemble(reading, (), kind_of(model_class), None)
    except SpecError as error:
        return error.problems if folder is None else tidy((*error.problems, *apart))
    return tidy(apart)


def _wrong_in_base(folder: Path, model_class: type | None) -> tuple[Problem, ...]:
    """Return what is wrong with figures that models have in common, not what they lack.

    Templates and sources may stand in another such folder beside it.
    """
    beside = filter(is_base_folder, sorted(folder.parent.iterdir()))
    reading = read_bases(*(each for each in beside if each != folder), folder)
    try:
        assemble(reading, (), kind_of(model_class), None)
    except SpecError as error:
        said = (each for each in error.problems if not each.message.endswith(MISSING))
        return tidy(each for each in said if Path(each.place.file).resolve().is_relative_to(folder))
    return ()


def warnings_of(name: str | Path) -> tuple[Problem, ...]:
    """Return what is right in a model and does nothing: own entries that nothing names."""
    folder = model_folder_of(Path(name))
    if folder is None:
        return ()
    found, own = unused(read_model(folder).tree, kind_of().references), folder.resolve()
    return tidy(each for each in found if Path(each.place.file).resolve().is_relative_to(own))


def files_of_study(folder: Path) -> list[Path]:
    """Return the models and the files of scenarios, sweeps and levers in a study folder."""
    folders = sorted((folder / MODELS).glob("*"))
    models = [path for path in folders if is_model_folder(path) or is_base_folder(path)]
    files = (p for p in sorted((folder / SCENARIOS).rglob("*")) if p.suffix in SUFFIXES)
    return [*models, *files]


def _apart(reading: Reading, model_class: type | None) -> list[Problem]:
    """Return what is said of files only, not of a model with settings on top."""
    kind = kind_of(model_class)
    filled = fill_templates(reading.tree, shape_of(kind.cls), kind.templates)
    return list(unfitted(filled.tree, _vintages(filled.tree)))


def _vintages(tree: Node) -> dict[str, set[object]]:
    """Return the days from which vintages of each site's ramp are known, by site."""
    days = source_days(tree)
    found: dict[str, set[object]] = {}
    for path, figure in matches(tree, "sites.*.ramp.*"):
        vintages = figure.value if isinstance(figure.value, list) else [figure]
        known = (day for vintage in vintages for day in _known(vintage, days))
        found.setdefault(str(path[1]), set()).update(known)
    return found


def _known(vintage: Node, days: dict[str, date | None]) -> Iterator[object]:
    since, sources = vintage.get("known_from"), vintage.get("source")
    if since is not None:
        yield since.value
    for source in sources.value if sources and isinstance(sources.value, list) else ():
        yield days.get(str(source.value))
