"""Checks a tree against the model's data classes; every mistake is told with its place."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from pydantic import TypeAdapter, ValidationError

from bvsim.reading.nodes import Node
from bvsim.reading.shapes import Ref, Shape, shape_of
from bvsim.reading.wording import say
from bvsim.schema.errors import Path, Place, Problem, dotted, unknown
from bvsim.schema.figure import FigureContext

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MISSING = "is missing"
"""How the message of a key that is not there ends."""


def check(
    cls: Any,
    tree: Node,
    context: FigureContext | None = None,
    failed: Collection[str] = (),
) -> tuple[Any, list[Problem]]:
    """Make an object of a tree.

    Parameters
    ----------
    cls : type
        A data class made with `bvsim.schema.part.part`, or a mapping of them.
    tree : Node
        What was read.
    context : FigureContext, optional
        What figures are checked against.
    failed : collection of str
        Sections of files that could not be read: nothing is said of them. ``*`` stands for
        sections that are not known.

    Returns
    -------
    object or None
        None when there is a problem.
    list of Problem
        Everything that is wrong.
    """
    shape = shape_of(cls)
    problems = list(_Traps(tree, failed).find(tree, shape, ()))
    trapped = {problem.place for problem in problems}
    made = None
    try:
        made = adapter(cls).validate_python(tree.plain(), context=context or FigureContext())
    except ValidationError as error:
        found = (p for item in error.errors(include_url=False) for p in _located(item, tree, shape))
        problems += [problem for problem in found if problem.place not in trapped]
    problems = [problem for problem in problems if not _excused(problem, failed)]
    return (None if problems else made), problems


@cache
def adapter(cls: Any) -> TypeAdapter[Any]:
    """Return the validator of a class, made once."""
    return TypeAdapter(cls)


def _excused(problem: Problem, failed: Collection[str]) -> bool:
    section, _, rest = problem.path.partition(".")
    return section in failed or ("*" in failed and not rest)


def _located(item: ErrorDetails, tree: Node, shape: Shape) -> Iterator[Problem]:
    """Turn one of pydantic's errors into problems with a place."""
    walked = _walk(tree, shape, item["loc"])
    if walked is None:
        return
    node, path, left = walked
    if item["type"] == "located":
        for below, message in item["ctx"]["problems"]:
            whole = not below and bool(node.children())
            place = node.at if whole else _deepest(node, below).place
            yield Problem(place, dotted((*path, *below)), message)
        return
    key = str(left[-1]) if left else ""
    if item["type"] == "missing":
        yield Problem(node.at, dotted((*path, key)), f"{key!r} {MISSING}")
        return
    if item["type"] in {"unexpected_keyword_argument", "extra_forbidden"}:
        parent = tree.find(path[:-1]) or tree
        inside = shape.at(path[:-1], tree) or shape
        yield Problem(node.at, dotted(path), _unexpected(str(path[-1]), inside, parent))
        return
    if item["type"].startswith("union_tag"):
        tag = node.get(item["ctx"]["discriminator"].strip("'"))
        node = tag or node
    yield Problem(node.place, dotted(path), say(item))


def _unexpected(key: str, shape: Shape, parent: Node) -> str:
    """Say of a key that it is unknown, or what has taken its place."""
    instead = shape.retired(parent).get(key)
    return f"no longer a key: {instead}" if instead else unknown("key", key, shape.fields(parent))


def _walk(tree: Node, shape: Shape, loc: Path) -> tuple[Node, Path, Path] | None:
    """Follow a location of pydantic's as far as the tree goes, past the tags of unions.

    None when it lies in a member of a union that the value does not fit.
    """
    node, inner = tree, cast("Shape | None", shape)
    path: Path = ()
    left: Path = ()
    for position, key in enumerate(loc):
        tagged = inner is not None and len(inner.members) > 1
        child = None if tagged and position < len(loc) - 1 else node.get(key)
        if child is None:
            left = (key,)
            if tagged and inner is not None and position < len(loc) - 1:
                if _other_member(inner, node, key):
                    return None
                inner = _untagged(inner, node)
            continue
        left = ()
        inner = inner.child(key, node) if inner else None
        node, path = child, (*path, key)
    return node, path, left


def _other_member(shape: Shape, node: Node, tag: str | int) -> bool:
    """Tell whether a tag names a data class that the node does not fit."""
    names = {cls.__name__ for cls in shape.parts()}
    return tag in names - {cls.__name__ for cls in shape.parts(node)}


def _untagged(shape: Shape, node: Node) -> Shape:
    """Return the one member of a union that a node is, once its tag is behind."""
    parts = shape.parts(node)
    return Shape(tuple(parts[:1])) if parts else shape


def _deepest(node: Node, path: Path) -> Node:
    for key in path:
        child = node.get(key)
        if child is None:
            break
        node = child
    return node


@dataclass(frozen=True)
class _Traps:
    """Finds what pydantic would let through: YAML's truth values, numbers for dates, names."""

    root: Node
    failed: Collection[str]

    def find(self, node: Node, shape: Shape | None, path: Path) -> Iterator[Problem]:
        if shape is None or shape.unit is not None:
            return
        if isinstance(node.value, dict):
            keys = shape.keys
            for key, child in node.value.items():
                if keys is not None and keys.ref is not None:
                    yield from self.dangling(key, keys.ref, child.at, (*path, key))
                yield from self.find(child, shape.child(key, node), (*path, key))
        elif isinstance(node.value, list):
            for i, child in enumerate(node.value):
                yield from self.find(child, shape.items, (*path, i))
        else:
            yield from self.scalar(node, shape, path)

    def scalar(self, node: Node, shape: Shape, path: Path) -> Iterator[Problem]:
        if node.word and not shape.accepts(bool):
            message = f"YAML reads {node.word} as a truth value: put it in quotes if text is meant"
            yield Problem(node.place, dotted(path), message)
        elif _number_for_date(node.value, shape):
            message = f"{node.value} is not a date: write YYYY-MM-DD"
            yield Problem(node.place, dotted(path), message)
        elif shape.ref is not None and isinstance(node.value, str):
            yield from self.dangling(node.value, shape.ref, node.place, path)

    def dangling(self, name: str, ref: Ref, place: Place, path: Path) -> Iterator[Problem]:
        """Find a name that nothing bears."""
        names: list[str] = []
        for section in ref.sections:
            where = section.split(".")
            if where[0] in self.failed:
                return
            found = self.root.find(tuple(where))
            names += found.children() if found else ()
        if name not in names:
            what = f"name (of {' or '.join(ref.sections)})"
            yield Problem(place, dotted(path), unknown(what, name, names))


def _number_for_date(value: object, shape: Shape) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and shape.accepts(date) and not (shape.accepts(int) or shape.accepts(float))
