"""Where models and scenarios lie: in the repository, in the installed package, in a study."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bvsim.reading.folder import SUFFIXES, is_model_folder
from bvsim.reading.yaml_tree import read_file
from bvsim.schema.errors import Place, Problem, SpecError, did_you_mean

MODELS = "models"
SCENARIOS = "scenarios"
_LONGEST_PATH = 1000


def shipped_root() -> Path:
    """Return the folder that holds the shipped models and scenarios.

    The repository's root when the package is used from a checkout, else the data inside
    the installed package.
    """
    package = Path(__file__).resolve().parents[1]
    root = package.parents[1]
    in_checkout = package.parent.name == "src" and (root / MODELS).is_dir()
    return root if in_checkout else package / "_data"


def roots(root: Path | None = None, near: Path | None = None) -> Iterator[Path]:
    """Yield the folders in which names are looked up, the nearest first.

    Parameters
    ----------
    root : pathlib.Path, optional
        The study folder; the working directory by default.
    near : pathlib.Path, optional
        A scenario file; its own study folder comes first.
    """
    found: list[Path] = []
    if near is not None:
        found.append(near.resolve().parent.parent)
    found += [(root or Path.cwd()).resolve(), shipped_root()]
    yield from dict.fromkeys(found)


def find_scenario(name: str, root: Path | None = None, near: Path | None = None) -> Path | None:
    """Return the file of a scenario: a path, or the bare name of one; None when not found."""
    if not _possible(name):
        return None
    path = Path(name).expanduser()
    if path.suffix in SUFFIXES or len(path.parts) > 1:
        bases = [near.parent] if near else []
        for base in [*bases, root or Path.cwd()]:
            if (base / path).is_file():
                return base / path
        return None
    if near is not None and (near.parent / f"{name}.yaml").is_file():
        return near.parent / f"{name}.yaml"
    files = (folder / SCENARIOS / f"{name}.yaml" for folder in roots(root))
    return next((file for file in files if file.is_file()), None)


def find_model(name: str, root: Path | None = None, near: Path | None = None) -> Path | None:
    """Return a model folder: a path, or the bare name of one; None when not found."""
    if not _possible(name):
        return None
    path = Path(name).expanduser()
    bases = [near.parent] if near else []
    candidates = [base / path for base in [*bases, root or Path.cwd()]]
    candidates += [folder / MODELS / name for folder in roots(root, near)]
    return next((folder for folder in candidates if is_model_folder(folder)), None)


def default_model(root: Path | None = None) -> str:
    """Return the model that the scenario `reference` stands on."""
    file = find_scenario("reference", root)
    node = read_file(file)[0] if file is not None else None
    model = node.get("model") if node is not None else None
    return str(model.value) if model is not None else ""


def model_folder(name: str | None = None, root: Path | None = None) -> Path:
    """Return the folder of a model; of the one that `reference` stands on by default.

    Raises
    ------
    SpecError
        When there is none.
    """
    asked = name or default_model(root)
    found = find_model(asked, root)
    if found is None:
        raise not_found("model", asked, model_names(root), Place(asked))
    return found


def _possible(name: str) -> bool:
    """Tell whether a name can be looked up at all: short, no control signs, a known user's."""
    try:
        Path(name).expanduser().exists()
    except (OSError, ValueError, RuntimeError):
        return False
    return len(name) <= _LONGEST_PATH


def scenario_names(root: Path | None = None) -> list[str]:
    """Return the bare names of all scenarios that can be found."""
    found = {file.stem for folder in roots(root) for file in (folder / SCENARIOS).glob("*.yaml")}
    return sorted(found)


def model_names(root: Path | None = None) -> list[str]:
    """Return the bare names of all models that can be found."""
    folders = (sub for folder in roots(root) for sub in (folder / MODELS).glob("*"))
    return sorted({sub.name for sub in folders if is_model_folder(sub)})


def not_found(what: str, name: str, names: list[str], place: Place, path: str = "") -> SpecError:
    """Return the error for a scenario or model that is not there, with the nearest name."""
    near = did_you_mean(name, names)
    return SpecError([Problem(place, path, f"there is no {what} {name!r}{near}")])
