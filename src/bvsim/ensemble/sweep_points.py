"""The points of a sweep: what they set, how they are labelled, and which are the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bvsim.reading.nodes import Node

Scalar = str | int | float | bool | date
"""What a value of an axis may be."""
OPERATIONS = ("times", "plus", "to", "value")
LEVERS = "levers."
"""How the name of an axis begins that turns a lever: its values are strengths."""


@dataclass(frozen=True)
class Point:
    """One combination of values.

    Parameters
    ----------
    values : mapping of str to scalar
        Value of each axis, by the axis's name.
    settings : mapping of str to Node
        What is set of the scenario, each with its place in the file.
    """

    values: Mapping[str, Scalar]
    settings: Mapping[str, Node] = field(repr=False)

    @property
    def turned(self) -> dict[str, Node]:
        """The levers that the point turns, by name: strength, or text such as ``1@2029-01-01``."""
        own = {path: node for path, node in self.settings.items() if path.startswith(LEVERS)}
        return {path.removeprefix(LEVERS): node for path, node in own.items()}

    @property
    def plain(self) -> dict[str, Node]:
        """What the point sets beside levers."""
        return {p: node for p, node in self.settings.items() if not p.startswith(LEVERS)}

    @property
    def id(self) -> str:
        """A hash of the settings: the same whatever else the sweep holds."""
        plain = {path: _canonical(node.plain()) for path, node in self.settings.items()}
        text = json.dumps(plain, sort_keys=True, default=str)
        return hashlib.blake2b(text.encode(), digest_size=5).hexdigest()


def _canonical(plain: object) -> object:
    """Return a value in which equal numbers are written alike."""
    if isinstance(plain, dict):
        return {key: _canonical(item) for key, item in plain.items()}
    if isinstance(plain, list):
        return [_canonical(item) for item in plain]
    return int(plain) if isinstance(plain, float) and plain.is_integer() else plain


def told_apart(points: Iterable[Point]) -> tuple[Point, ...]:
    """Return each point once, with labels that differ wherever settings do."""
    once: dict[str, Point] = {}
    for point in points:
        once.setdefault(point.id, point)
    made = tuple(once.values())
    meant: dict[tuple[str, str], set[str]] = {}
    for point in made:
        for axis, value in point.values.items():
            meant.setdefault((axis, str(value)), set()).add(_whole(point.settings[axis]))
    doubtful = {axis for (axis, _), settings in meant.items() if len(settings) > 1}
    return tuple(
        replace(
            point,
            values={
                axis: _whole(point.settings[axis]) if axis in doubtful else value
                for axis, value in point.values.items()
            },
        )
        for point in made
    )


def _whole(node: Node) -> str:
    """Return a setting as one line."""
    return json.dumps(_canonical(node.plain()), sort_keys=True, default=str)


def lever_of(node: Node) -> tuple[str | None, Node]:
    """Return the operation whose values vary, and the values; None for plain values."""
    operations = [key for key in OPERATIONS if key in node.children()]
    if len(operations) != 1:
        return None, node
    return operations[0], node.children()[operations[0]]


def with_value(node: Node, lever: str, item: Node) -> Node:
    """Return a lever with one of its values; problems point at the value."""
    children = node.children() | {lever: replace(item, key_place=item.place)}
    return Node(children, item.place, item.place)


def point_of(paths: Sequence[str], nodes: Sequence[Node]) -> Point:
    """Return the point with one setting for each path."""
    settings = dict(zip(paths, nodes, strict=True))
    return Point({path: label(node) for path, node in settings.items()}, settings)


def label(node: Node) -> Scalar:
    """Return the one value that names a setting: of a lever its number, else the value."""
    lever, inner = lever_of(node)
    plain = (inner if lever else node).plain()
    return (
        plain
        if isinstance(plain, (str, int, float, bool, date))
        else json.dumps(plain, default=str)
    )
