"""Names of data files and of their columns, checked before the files are read."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from bvsim.reading.nodes import Node
from bvsim.schema.errors import Problem, unknown


def missing_series(section: Node, folder: Path, name: str) -> Iterator[Problem]:
    """Yield each series of a section whose file, or column in it, is not there.

    Parameters
    ----------
    section : Node
        Its `history` holds series by name, each with a `file` and a `column`.
    folder : pathlib.Path
        Where the files are.
    name : str
        The section's name.
    """
    history = section.get("history")
    for series, node in (history.children() if history else {}).items():
        file, column = node.get("file"), node.get("column")
        if file is None or not isinstance(file.value, str) or node.get("values") is not None:
            continue
        path = f"{name}.history.{series}"
        if not (folder / file.value).is_file():
            files = (each.name for each in folder.glob("*.csv"))
            yield Problem(file.place, f"{path}.file", unknown("file of history", file.value, files))
            continue
        columns = _columns(folder / file.value)
        if column is not None and columns and column.value not in columns:
            what = f"column of {file.value}"
            yield Problem(column.place, f"{path}.column", unknown(what, str(column.value), columns))


def _columns(file: Path) -> list[str]:
    """Return the names in the first line that is no comment; none where it cannot be read."""
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except (OSError, ValueError):
        return []
    rows = csv.reader(line for line in lines if line and line[0] != "#")
    return [name.strip() for name in next(rows, [])]
