"""Blanks: what a template asks for, written ``BLANK`` and what belongs there."""

from __future__ import annotations

from collections.abc import Iterator

from bvsim.reading.nodes import Node
from bvsim.schema.errors import Path, Problem, dotted

BLANK = "BLANK"
ASKED = "blank: "
"""How the message of a blank begins."""


def blanks(node: Node, path: Path = ()) -> Iterator[Problem]:
    """Yield each blank of a tree, also those among keys."""
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            if is_blank(key):
                yield Problem(child.at, dotted(path), _asks(key))
            yield from blanks(child, (*path, key))
    elif isinstance(node.value, list):
        for i, child in enumerate(node.value):
            yield from blanks(child, (*path, i))
    elif is_blank(node.value):
        yield Problem(node.place, dotted(path), _asks(str(node.value)))


def is_blank(value: object) -> bool:
    """Tell whether a value or a key is still to be filled in."""
    return isinstance(value, str) and (value == BLANK or value.startswith(f"{BLANK} "))


def _asks(blank: str) -> str:
    return f"{ASKED}{blank.removeprefix(BLANK).strip() or 'to be filled in'}"
