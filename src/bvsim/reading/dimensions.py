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

FILE = "dimensions.txt"
_HEADER = "# Dotted paths of uncertain figures, in the order of dimensions. Append only.\n"


def read_dimensions(folder: Path) -> tuple[str, ...]:
    """Return the committed list of a model; empty when there is none."""
    file = folder / FILE
    if not file.is_file():
        return ()
    lines = (line.strip() for line in file.read_text("utf-8").splitlines())
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
    made = assemble(read_model(folder), (), kind_of(model_class), None)
    figures = figures_of(made.model)
    uncertain = {
        path
        for path, figure in figures.items()
        if any(vintage.distribution.uncertain for vintage in figure.vintages)
    }
    return sorted(uncertain.difference(read_dimensions(folder)))


def write_dimensions(folder: Path, model_class: type | None = None) -> list[str]:
    """Append to a model's list what it lacks; return what was appended."""
    missing = missing_dimensions(folder, model_class)
    if missing:
        file = folder / FILE
        before = file.read_text("utf-8") if file.is_file() else _HEADER
        file.write_text(before + "".join(f"{path}\n" for path in missing), "utf-8")
    return missing
