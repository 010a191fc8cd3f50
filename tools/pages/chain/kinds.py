"""The kinds of figure that the schema knows, their paths, and where model files hold them."""

from __future__ import annotations

import ast
import inspect
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bvsim.reading.assembly import kind_of
from bvsim.reading.folder import is_model_folder, read_model
from bvsim.reading.nodes import Node
from bvsim.reading.shapes import Shape, fields_of, shape_of
from bvsim.reading.templates import section_shape
from pages.chain import ROOT, Kind, Spot, in_repository


@dataclass(frozen=True)
class Described:
    """What the schema says of a kind of figure.

    Parameters
    ----------
    unit, meaning : str
        As the schema says.
    paths : tuple of str
        Patterns of its paths in model files.
    said : Spot
        Its field in the schema.
    """

    unit: str
    meaning: str
    paths: tuple[str, ...]
    said: Spot


def described() -> dict[Kind, Described]:
    """Return every kind of figure there is, by section and path."""
    paths = defaultdict[Kind, list[str]](list)
    classes: dict[str, type] = {}
    for owner, field, path in _fields(_root(), ()):
        classes[owner.__name__] = owner
        paths[Kind(owner.__name__, field)].append(".".join(path))
    found = {}
    for kind, ways in sorted(paths.items(), key=lambda item: min(item[1])):
        owner = classes[kind.part]
        line, meaning = _said(owner).get(kind.field, (1, ""))
        said = Spot(_file(owner), line, str(kind))
        unit = _unit(fields_of(owner)[kind.field])
        found[kind] = Described(unit, meaning, tuple(dict.fromkeys(ways)), said)
    return found


def written() -> dict[Kind, list[Spot]]:
    """Return the lines of the shipped models that hold each kind of figure."""
    found = defaultdict[Kind, dict[Spot, None]](dict)
    for model in filter(is_model_folder, sorted((ROOT / "models").iterdir())):
        tree = read_model(model).tree
        for kind, node, path in _held(tree, _root(), None, ()):
            file = Path(node.at.file)
            if file.suffix in {".yaml", ".yml"}:
                found[kind][Spot(in_repository(file), node.at.line, ".".join(path))] = None
    return {kind: list(spots) for kind, spots in found.items()}


def _root() -> dict[str, Shape]:
    """Return the sections of a model file, those of templates included."""
    kind = kind_of()
    sections = {each.path[0]: each for each in kind.templates if len(each.path) == 1}
    templates = {name: section_shape(each) for name, each in sections.items()}
    return templates | dict(fields_of(kind.cls))


def figure_unit(shape: Shape | None) -> str | None:
    """Return the unit of the figures that a field holds: itself, in a mapping or in a list."""
    if shape is None:
        return None
    if shape.unit:
        return shape.unit.symbol
    return figure_unit(shape.values) or figure_unit(shape.items)


def _unit(shape: Shape) -> str:
    return figure_unit(shape) or ""


def _fields(
    fields: dict[str, Shape], path: tuple[str, ...], above: tuple[type, ...] = ()
) -> Iterator[tuple[type, str, tuple[str, ...]]]:
    """Yield data class, field and path of each kind of figure below some fields."""
    for name, shape in fields.items():
        inner, stars = shape, tuple[str, ...]()
        while not inner.parts() and (inner.values or inner.items):
            inner, stars = inner.values or inner.items or inner, (*stars, "*")
        here = (*path, name, *stars)
        if above and figure_unit(shape):
            yield above[-1], name, here
        for part in inner.parts():
            if part not in above:
                yield from _fields(fields_of(part), here, (*above, part))


def _held(
    node: Node, fields: dict[str, Shape], owner: str | None, path: tuple[str, ...]
) -> Iterator[tuple[Kind, Node, tuple[str, ...]]]:
    """Yield each figure of a tree as read: its kind, node and path."""
    for key, child in node.children().items():
        if shape := fields.get(key):
            yield from _inside(child, shape, owner, key, (*path, key))


def _inside(
    node: Node, shape: Shape, owner: str | None, field: str, path: tuple[str, ...]
) -> Iterator[tuple[Kind, Node, tuple[str, ...]]]:
    if shape.unit:
        if owner:
            yield Kind(owner, field), node, path
        return
    for part in shape.parts(node)[:1]:
        yield from _held(node, fields_of(part), part.__name__, path)
    entries = shape.values or shape.items
    if not shape.parts() and entries:
        listed = node.value if isinstance(node.value, list) else []
        named = [*node.children().items(), *((str(at), each) for at, each in enumerate(listed))]
        for key, child in named:
            yield from _inside(child, entries, owner, field, (*path, key))


def _file(cls: type) -> str:
    return in_repository(Path(inspect.getfile(cls)))


@cache
def _said(cls: type) -> dict[str, tuple[int, str]]:
    """Return line and docstring of each field of a data class."""
    tree = ast.parse(Path(inspect.getfile(cls)).read_text(encoding="utf-8"))
    found: dict[str, tuple[int, str]] = {}
    for base in reversed(cls.__mro__[:-1]):
        nodes = (each for each in tree.body if isinstance(each, ast.ClassDef))
        for node in (each for each in nodes if each.name == base.__name__):
            for field, after in zip(node.body, [*node.body[1:], None], strict=True):
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                    found[field.target.id] = (field.lineno, _docstring(after))
    return found


def _docstring(node: ast.stmt | None) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return " ".join(str(node.value.value).split())
    return ""


def shape_of_model() -> Shape:
    """Return the shape of a whole model, for paths from its root."""
    return shape_of(kind_of().cls)
