"""Blanks: what a template asks for, written ``BLANK`` and what belongs there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bvsim.reading.nodes import Node
from bvsim.schema.errors import Path, Problem, dotted

BLANK = "BLANK"
ASKED = "blank: "
"""How the message of a blank begins."""


def blanks(node: Node, path: Path = ()) -> Iterator[Problem]:
    """Yield each blank of a tree, also those among keys."""
    if isinstance(node.value, str) and is_blank(node.value):
        yield Problem(node.place, dotted(path), _asks(node.value))
    for key, child in _entries(node.value):
        if isinstance(key, str) and is_blank(key):
            yield Problem(child.at, dotted(path), _asks(key))
        if isinstance(child.value, (str, dict, list)):  # most are numbers, which are none
            yield from blanks(child, (*path, key))


def _entries(value: object) -> Iterable[tuple[str | int, Node]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def is_blank(value: object) -> bool:
    """Tell whether a value or a key is still to be filled in."""
    return isinstance(value, str) and (value == BLANK or value.startswith(f"{BLANK} "))


def _asks(blank: str) -> str:
    return f"{ASKED}{blank.removeprefix(BLANK).strip() or 'to be filled in'}"
