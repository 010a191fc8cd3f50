"""A template made of an existing entity: its structure, and blanks for what must be known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from pydantic.fields import FieldInfo

from bvsim.reading.blanks import BLANK
from bvsim.reading.nodes import Node
from bvsim.reading.shapes import Shape
from bvsim.reading.templates import LIKE
from bvsim.schema.figure import DATE_SYMBOL

_FACT_FIELDS = frozenset({"known_from", "date"})
"""Parts with one of these are dated facts: they belong to one entity."""


class _Taken(NamedTuple):
    """How much of an entity its template takes; see `cleared`."""

    brief: bool
    bare: bool


def cleared(
    node: Node, shape: Shape, *, brief: bool = False, bare: bool = False
) -> dict[str, object]:
    """Return what another entity of the same kind must say, with blanks for values.

    Names of templates and choices stay; a figure becomes one blank with its unit; dated facts,
    sources and notes are left out.

    Parameters
    ----------
    node : Node
        The existing entity.
    shape : Shape
        Its shape.
    brief : bool
        Of several blocks or lines only the first is kept, of a curve its ends.
    bare : bool
        What may be left out is left out.
    """
    return dict(_entries(node, shape, None, _Taken(brief, bare)))


def _entries(
    node: Node, shape: Shape, about: FieldInfo | None, taken: _Taken
) -> Iterator[tuple[str, object]]:
    said = {key: info for cls in shape.parts(node) for key, info in _fields(cls)}
    for key in _kept(list(node.children()), shape) if taken.brief else node.children():
        child, below, info = node.children()[key], shape.child(key, node), said.get(key)
        if key == LIKE:
            yield key, child.value
        elif below is not None and not (taken.bare and info is not None and not info.is_required()):
            made = _made(key, child, below, info or about, taken)
            if made not in (None, {}):
                yield key, made


def _kept(keys: list[str], shape: Shape) -> list[str]:
    """Return which keys a brief template keeps: the first of several parts, a curve's ends."""
    if shape.values is not None and shape.values.parts():
        return keys[:1]
    return [keys[0], keys[-1]] if len(keys) > 1 and all(map(str.isdigit, keys)) else keys


def _fields(cls: type) -> Iterator[tuple[str, FieldInfo]]:
    for name, info in getattr(cls, "__pydantic_fields__", {}).items():
        yield info.alias or name, info


def _made(key: str, node: Node, shape: Shape, info: FieldInfo | None, taken: _Taken) -> object:
    """Return what stands under a key of the template; None or nothing for what is left out."""
    if shape.unit is not None:
        return _blank(key, info, shape.unit.symbol)
    if isinstance(node.value, dict):
        about = info if shape.values is not None and shape.values.unit else None
        entries = () if _are_facts(shape.values) else _entries(node, shape, about, taken)
        return dict(entries)
    if info is None or not info.is_required():
        return None
    if isinstance(node.value, list):
        return [_blank(key, info)]
    if shape.accepts(date):
        return _blank(key, info, DATE_SYMBOL)
    chosen = shape.choices or not shape.accepts(str)
    return node.value if chosen else _blank(key, info)


def _blank(key: str, info: FieldInfo | None, unit: str = "") -> str:
    """Ask for a value in the words of its field, with its unit."""
    words = " ".join((info.description if info and info.description else key).split())
    sentence = words.split(". ")[0].split("; ")[0].rstrip(".").replace("_", " ")
    measured = "" if unit in {"", "1"} else f" ({unit})"
    return f"{BLANK} {sentence}{measured}"


def _are_facts(shape: Shape | None) -> bool:
    return shape is not None and bool(_FACT_FIELDS & set(shape.fields()))
