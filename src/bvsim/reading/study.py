"""Study folders: copies of the models and scenarios, to edit."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from bvsim.reading.datafiles import MODELS, SCENARIOS, shipped_root
from bvsim.reading.folder import SUFFIXES, folders_of, is_model_folder
from bvsim.reading.whole_files import write_text
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

    Notes
    -----
    A README says what there is; one that stands there already is left alone.
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
    _copy(made)
    readme = target / README
    if not readme.exists():
        write_text(readme, "".join(f"{line}\n" for line in _readme(target)))
        made.append(readme)
    return made


def _copy(made: Iterable[Path]) -> None:
    """Copy shipped folders to where they are to be: all of them whole, or none."""
    aside = {path: path.with_name(f".{path.name}.tmp") for path in made}
    leave = shutil.ignore_patterns("__pycache__", ".*")
    try:
        for path, copy in aside.items():
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(shipped_root() / path.name, copy, ignore=leave)
        for path, copy in aside.items():
            copy.rename(path)
    except shutil.Error as error:  # a list of what went wrong, file by file
        _, where, why = error.args[0][0]
        raise SpecError([Problem(Place(str(where)), "", str(why))]) from None
    finally:
        for copy in aside.values():
            shutil.rmtree(copy, ignore_errors=True)


README = "README.md"
_NEXT = """
## What to do next

    bvsim run reference -n 64          # simulate
    bvsim list figures seats           # find a figure by word
    bvsim new scenario my-question     # a template, its blanks marked BLANK
    bvsim new site my-plant
    bvsim validate .                   # every mistake and every blank, with its place
    bvsim compare reference my-question
"""


def _readme(study: Path) -> Iterator[str]:
    """Say what a study folder holds."""
    yield "# A study with bvsim"
    yield "\nCopies of the model and the scenarios, to edit: commands in this folder use them."
    for model in filter(is_model_folder, sorted((study / MODELS).glob("*"))):
        yield f"\n## The model {model.name}\n"
        for base in folders_of(model)[1:]:
            where = base.relative_to(study.resolve()).as_posix()
            yield f"It extends `{where}`: {_listed(base)}.\n"
        yield f"A file a section in `{model.relative_to(study).as_posix()}`:\n"
        yield f"{_listed(model)}."
        sites = (path.stem for path in sorted((model / "sites").glob("*.yaml")))
        yield f"\nSites: {', '.join(sites)}."
    for title, folder in (("Scenarios", "."), ("Sweeps", "sweeps"), ("Levers", "levers")):
        files = sorted((study / SCENARIOS / folder).glob("*"))
        yield f"\n## {title}\n"
        yield ", ".join(f"`{path.stem}`" for path in files if path.suffix in SUFFIXES)
    yield _NEXT.rstrip()


def _listed(folder: Path) -> str:
    return ", ".join(f"`{path.name}`" for path in sorted(folder.iterdir()))
