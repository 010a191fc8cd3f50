"""Study folders: copies of the models and scenarios, to edit."""

from __future__ import annotations

import shutil
from pathlib import Path

from bvsim.reading.datafiles import MODELS, SCENARIOS, shipped_root
from bvsim.schema.errors import Place, Problem, SpecError


def init(folder: str | Path) -> list[Path]:
    """Copy the shipped models and scenarios into a folder.

    Parameters
    ----------
    folder : path
        Made when it is not there.

    Returns
    -------
    list of pathlib.Path
        What was made.

    Raises
    ------
    SpecError
        When the folder holds models or scenarios already: nothing is overwritten.
    """
    target = Path(folder)
    made = [target / name for name in (MODELS, SCENARIOS)]
    taken = [path for path in made if path.exists()]
    if target.exists() and not target.is_dir():
        taken = [target]
    if taken:
        message = "is there already: nothing was copied"
        raise SpecError(Problem(Place(str(path)), "", message) for path in taken)
    target.mkdir(parents=True, exist_ok=True)
    for path in made:
        shutil.copytree(
            shipped_root() / path.name, path, ignore=shutil.ignore_patterns("__pycache__", ".*")
        )
    return made
