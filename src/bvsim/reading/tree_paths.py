"""The figures of a loaded model, each with its dotted path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import is_dataclass

from bvsim.schema.errors import Path, dotted
from bvsim.schema.figure import Figure


def walk_figures(value: object, path: Path = ()) -> Iterator[tuple[Path, Figure]]:
    """Yield every figure of a tree of parts, mappings and lists, by sorted keys."""
    if isinstance(value, Figure):
        yield path, value
    elif isinstance(value, dict):
        for key in sorted(value, key=str):
            yield from walk_figures(value[key], (*path, str(key)))
    elif isinstance(value, (list, tuple)):
        for i, item in enumerate(value):
            yield from walk_figures(item, (*path, i))
    elif is_dataclass(value) and not isinstance(value, type):
        for key in sorted(vars(value)):
            yield from walk_figures(vars(value)[key], (*path, key))


def figures_of(model: object) -> dict[str, Figure]:
    """Return the figures of a model by dotted path."""
    return {dotted(path): figure for path, figure in walk_figures(model)}
