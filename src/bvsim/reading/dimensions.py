"""The stable order of uncertain figures: a list that is committed and only grows at its end.

Sobol sequences and other designs give each figure a dimension. Were the dimensions numbered
afresh, another plant would move all others; so a figure keeps the line it was given.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bvsim.reading.assembly import assemble, kind_of
from bvsim.reading.folder import read_model
from bvsim.reading.tree_paths import figures_of
from bvsim.reading.whole_files import write_text

FILE = "dimensions.txt"
_HEADER = "# Dotted paths of uncertain figures, in the order of dimensions. Append only.\n"


def read_dimensions(*folders: Path) -> tuple[str, ...]:
    """Return the committed list of a model; empty when there is none.

    Parameters
    ----------
    *folders : pathlib.Path
        The model's, then those it extends: their lists come first.
    """
    files = (folder / FILE for folder in reversed(folders))
    texts = (file.read_text("utf-8") for file in files if file.is_file())
    lines = (line.strip() for text in texts for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line and not line.startswith("#")))


def order_of(listed: Iterable[str], paths: Iterable[str]) -> tuple[str, ...]:
    """Return the committed paths, then those that are not among them by name."""
    first = tuple(listed)
    return (*first, *sorted(set(paths).difference(first)))


def missing_dimensions(folder: Path, model_class: type | None = None) -> list[str]:
    """Return paths of figures that some vintage leaves uncertain and the list lacks.

    Raises
    ------
    SpecError
        When the model is not valid.
    """
    reading = read_model(folder)
    made = assemble(reading, (), kind_of(model_class), None)
    figures = figures_of(made.model)
    uncertain = {
        path
        for path, figure in figures.items()
        if any(vintage.distribution.uncertain for vintage in figure.vintages)
    }
    return sorted(uncertain.difference(read_dimensions(*reading.folders)))


def write_dimensions(folder: Path, model_class: type | None = None) -> list[str]:
    """Append to a model's list what it lacks; return what was appended."""
    missing = missing_dimensions(folder, model_class)
    if missing:
        file = folder / FILE
        before = file.read_text("utf-8") if file.is_file() else _HEADER
        write_text(file, before + "".join(f"{path}\n" for path in missing))
    return missing
