"""The tree that files are read into: values that remember where they were written.

Nodes are never changed; putting a value somewhere makes new nodes along its path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from bvsim.schema.days import NOT_A_DATE, as_day
from bvsim.schema.errors import Path, Place

Scalar = str | int | float | bool | date | None


@dataclass(frozen=True, slots=True)
class Node:
    """A scalar, mapping or list with its place.

    Parameters
    ----------
    value : scalar, dict of str to Node, or list of Node
        What was written.
    place : Place
        Where the value begins.
    key_place : Place, optional
        Where the key that leads to it begins.
    word : str
        The word as written where YAML 1.1 takes an unquoted word for a truth value.
    """

    value: Scalar | dict[str, Node] | list[Node]
    place: Place
    key_place: Place | None = None
    word: str = ""

    @property
    def at(self) -> Place:
        """Where to point at: the key when there is one, else the value."""
        return self.key_place or self.place

    def children(self) -> dict[str, Node]:
        """Return the nodes of a mapping; nothing for any other node."""
        return self.value if isinstance(self.value, dict) else {}

    def get(self, key: str | int) -> Node | None:
        """Return the node under a key or at a position, or None."""
        if isinstance(self.value, dict):
            return self.value.get(str(key))
        if isinstance(self.value, list) and isinstance(key, int):
            return self.value[key] if 0 <= key < len(self.value) else None
        return None

    def find(self, path: Path) -> Node | None:
        """Return the node at a path, or None."""
        node: Node | None = self
        for key in path:
            if node is None:
                return None
            node = node.get(key)
        return node

    def put(self, path: Path, new: Node) -> Node:
        """Return a tree in which `new` stands at a path of mapping keys."""
        if not path:
            return new
        key, rest = str(path[0]), path[1:]
        children = dict(self.children())
        old = children.get(key) or Node({}, new.place, new.key_place)
        children[key] = old.put(rest, new)
        return replace(self, value=children)

    def plain(self) -> Any:
        """Return the values alone: fresh dictionaries, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def from_python(value: object, place: Place) -> Node:
    """Make nodes of a plain Python value, all at one place.

    Raises
    ------
    TypeError
        For a value that no file could hold.
    """
    if isinstance(value, Node):
        return value
    if isinstance(value, Mapping):
        inner = {str(key): from_python(item, place) for key, item in value.items()}
        return Node(inner, place, place)
    if isinstance(value, (list, tuple)):
        return Node([from_python(item, place) for item in value], place, place)
    if hasattr(value, "item") and not isinstance(value, (str, bytes)):
        value = value.item()  # a numpy scalar
    if isinstance(value, datetime):  # a pandas.Timestamp is one too
        day = as_day(value)
        if day is None:
            raise TypeError(f"{value} {NOT_A_DATE}")
        value = day
    if value is None or isinstance(value, (str, bool, int, float, date)):
        return Node(value, place, place)
    raise TypeError(f"cannot set {value!r}: not a number, date, text, list or mapping")
