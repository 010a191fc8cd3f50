"""What the data classes of the model say of a path in a file: its type, keys, unit."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, is_dataclass
from functools import cache, cached_property
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from bvsim.reading.nodes import Node
from bvsim.schema.errors import Path
from bvsim.schema.unit import Unit

_UNIONS = (Union, types.UnionType)


@dataclass(frozen=True)
class Ref:
    """Marks text (or the keys of a mapping) that must name something of another section.

    Parameters
    ----------
    *sections : str
        Dotted paths of mappings whose keys are the names: ``Annotated[str, Ref("labour.basins")]``.
    """

    sections: tuple[str, ...]

    def __init__(self, *sections: str) -> None:
        object.__setattr__(self, "sections", sections)


@dataclass(frozen=True)
class Shape:
    """The possible types of a value: one, or the members of a union.

    Parameters
    ----------
    members : tuple
        Types without `Annotated` and without unions.
    marks : tuple
        What `Annotated` says: `Unit`, `Ref`, ...
    """

    members: tuple[object, ...]
    marks: tuple[object, ...] = ()

    @cached_property
    def unit(self) -> Unit | None:
        """The unit, when the value is a figure."""
        return next((mark for mark in self.marks if isinstance(mark, Unit)), None)

    @cached_property
    def ref(self) -> Ref | None:
        """What the value must name, if it names anything."""
        return next((mark for mark in self.marks if isinstance(mark, Ref)), None)

    def parts(self, node: Node | None = None) -> list[type]:
        """Return the data classes that the value may be, given its choice fields."""
        classes = self._classes
        if node is None or len(classes) < 2:
            return classes
        return [cls for cls in classes if _fits(cls, node)] or classes

    @cached_property
    def _classes(self) -> list[type]:
        return [m for m in self.members if isinstance(m, type) and is_dataclass(m)]

    def fields(self, node: Node | None = None) -> dict[str, Shape]:
        """Return the fields of the data classes that the value may be."""
        found: dict[str, Shape] = {}
        for cls in self.parts(node):
            found.update(fields_of(cls))
        return found

    def retired(self, node: Node | None = None) -> dict[str, str]:
        """Return the keys of earlier versions, and what to write instead."""
        found: dict[str, str] = {}
        for cls in self.parts(node):
            found.update(getattr(cls, "RETIRED", {}))
        return found

    @cached_property
    def keys(self) -> Shape | None:
        """The shape of the keys, when the value is a mapping by name."""
        mapping = self._mapping()
        return shape_of(get_args(mapping)[0]) if mapping else None

    @cached_property
    def values(self) -> Shape | None:
        """The shape of the entries, when the value is a mapping by name."""
        mapping = self._mapping()
        return shape_of(get_args(mapping)[1]) if mapping else None

    @cached_property
    def items(self) -> Shape | None:
        """The shape of the entries, when the value is a list."""
        for member in self.members:
            if get_origin(member) in {list, tuple, frozenset, set} and get_args(member):
                return shape_of(get_args(member)[0])
        return None

    def accepts(self, kind: type) -> bool:
        """Tell whether a plain type, such as bool, is among the types."""
        return any(
            member is kind or member is Any or kind in map(type, _choices(member))
            for member in self.members
        )

    @cached_property
    def choices(self) -> tuple[object, ...]:
        """The words among which one is chosen; none where any will do."""
        return tuple(choice for member in self.members for choice in _choices(member))

    def child(self, key: str | int, node: Node | None = None) -> Shape | None:
        """Return the shape under a key (or at a position), or None when there is none."""
        if isinstance(key, int):
            return self.items
        found = [fields_of(cls)[key] for cls in self.parts(node) if key in fields_of(cls)]
        return found[-1] if found else self.values

    def at(self, path: Path, node: Node | None = None) -> Shape | None:
        """Return the shape at a path, or None when the model has no such path."""
        shape: Shape | None = self
        for key in path:
            if shape is None:
                return None
            shape = shape.child(key, node)
            node = node.get(key) if node else None
        return shape

    def _mapping(self) -> object:
        for member in self.members:
            origin = get_origin(member)
            if isinstance(origin, type) and issubclass(origin, Mapping):
                return member
        return None


def _choices(member: object) -> Iterable[object]:
    return get_args(member) if get_origin(member) is Literal else ()


def _fits(cls: type, node: Node) -> bool:
    """Tell whether the choice fields of a node agree with those of a class."""
    for key, shape in fields_of(cls).items():
        choices = [choice for member in shape.members for choice in _choices(member)]
        written = node.get(key)
        if choices and written is not None and written.value not in choices:
            return False
    return True


def shape_of(annotation: object) -> Shape:
    """Return the shape that an annotation describes."""
    if get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        shape = shape_of(inner)
        return Shape(shape.members, (*shape.marks, *marks))
    if get_origin(annotation) in _UNIONS:
        shapes = [shape_of(arg) for arg in get_args(annotation) if arg is not type(None)]
        return Shape(
            tuple(member for each in shapes for member in each.members),
            tuple(mark for each in shapes for mark in each.marks),
        )
    return Shape((annotation,))


@cache
def fields_of(cls: type) -> dict[str, Shape]:
    """Return the shapes of a data class's fields, by their names in files."""
    hints = typing.get_type_hints(cls, include_extras=True)
    fields: dict[str, Any] = getattr(cls, "__pydantic_fields__", {})
    return {
        (field.alias if field.alias else name): shape_of(hints[name])
        for name, field in fields.items()
    }
