"""A template made of an existing entity: its structure, and blanks for what must be known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pydantic.fields import FieldInfo

from bvsim.reading.blanks import BLANK
from bvsim.reading.nodes import Node
from bvsim.reading.shapes import Shape
from bvsim.reading.templates import LIKE
from bvsim.schema.figure import DATE_SYMBOL

_FACT_FIELDS = frozenset({"known_from", "date"})
"""Parts with one of these are dated facts: they belong to one entity."""


def cleared(node: Node, shape: Shape, *, brief: bool = False) -> dict[str, object]:
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
        Of several blocks or lines only the first is kept.
    """
    return dict(_entries(node, shape, brief=brief))


def _entries(node: Node, shape: Shape, *, brief: bool) -> Iterator[tuple[str, object]]:
    said = {key: info for cls in shape.parts(node) for key, info in _fields(cls)}
    several = shape.values is not None and bool(shape.values.parts())
    for key, child in list(node.children().items())[: 1 if brief and several else None]:
        below = shape.child(key, node)
        if key == LIKE:
            yield key, child.value
        elif below is not None:
            made = _made(key, child, below, said.get(key), brief=brief)
            if made not in (None, {}):
                yield key, made


def _fields(cls: type) -> Iterator[tuple[str, FieldInfo]]:
    for name, info in getattr(cls, "__pydantic_fields__", {}).items():
        yield info.alias or name, info


def _made(key: str, node: Node, shape: Shape, info: FieldInfo | None, *, brief: bool) -> object:
    """Return what stands under a key of the template; None for what is left out."""
    if shape.unit is not None:
        return _blank(key, info, shape.unit.symbol)
    if isinstance(node.value, dict):
        return None if _are_facts(shape.values) else cleared(node, shape, brief=brief)
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
