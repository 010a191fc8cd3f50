"""Checks files of any kind: models, parts of models, scenarios."""

from __future__ import annotations

from pathlib import Path

from bvsim.reading.assembly import assemble, kind_of
from bvsim.reading.folder import SUFFIXES, is_model_folder, read_model
from bvsim.reading.scenario import load
from bvsim.schema.errors import Problem, SpecError


def model_folder_of(path: Path) -> Path | None:
    """Return the model folder that a path is or lies in, or None."""
    inside = [path] if path.is_dir() else []
    if path.suffix in SUFFIXES and path.is_file():
        inside = [path.resolve().parent, path.resolve().parent.parent]
    return next((folder for folder in inside if is_model_folder(folder)), None)


def validate(name: str | Path, *, model_class: type | None = None) -> tuple[Problem, ...]:
    """Return everything that is wrong with a model or a scenario.

    Parameters
    ----------
    name : str or path
        A model folder, a file in one (the whole model is checked), a scenario file, or the
        bare name of a scenario.
    model_class : type, optional
        The data class of the model; the valley's by default.
    """
    folder = model_folder_of(Path(name))
    try:
        if folder is not None:
            assemble(read_model(folder), (), kind_of(model_class), None)
        else:
            load(name, model_class=model_class)
    except SpecError as error:
        return error.problems
    return ()
