"""Which tests guard each figure: lines of the mechanism tables first, then what else sets it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from bvsim.reading.shapes import Shape, fields_of
from pages.chain import Kind, Spot
from pages.chain.kinds import figure_unit, shape_of_model
from pages.chain.users import nearest_test, title, trees

TABLE, SET, PATH, WORLD = "a number by hand", "sets it", "sets it in a model", "its world has it"
"""How a test guards, the strongest first."""
_ORDER = (TABLE, SET, PATH, WORLD)


@dataclass(frozen=True)
class Guard:
    """A test and how it guards; `spot` bears the test's name."""

    how: str
    spot: Spot


def guards(kinds: Iterable[Kind]) -> dict[Kind, list[Guard]]:
    """Return the guards of each kind of figure, the strongest first."""
    by_field = defaultdict[str, set[str]](set)
    for kind in kinds:
        by_field[kind.field].add(kind.part)
    found = defaultdict[Kind, dict[Guard, None]](dict)
    for file, tree in trees().items():
        for kind, how, line, name in _Reader(tree, by_field).guarded():
            test = Spot(file, line, name) if name.startswith("test_") else nearest_test(file, name)
            if test:
                found[kind][Guard(how if how == TABLE or test.name == name else WORLD, test)] = None
    return {kind: sorted(each, key=_strength) for kind, each in found.items()}


def _strength(guard: Guard) -> tuple[int, bool, str, int]:
    spot = guard.spot
    return _ORDER.index(guard.how), "/mechanisms/" not in spot.file, spot.file, spot.line


class _Reader:
    """Reads what a file of tests sets.

    Parameters
    ----------
    tree : ast.Module
        The file.
    by_field : mapping of str to set of str
        The parts of the schema that have a figure of a name.
    """

    def __init__(self, tree: ast.Module, by_field: dict[str, set[str]]) -> None:
        self.tree, self.by_field = tree, by_field
        self.words = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
        self.words |= {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
        self.words |= {
            a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names
        }

    def guarded(self) -> Iterator[tuple[Kind, str, int, str]]:
        """Yield kind, way, line and test of all that is set."""
        for statement in self.tree.body:
            name = title(statement)
            for node in ast.walk(statement):
                if isinstance(node, ast.Call):
                    for kind, how, line in self._called(node):
                        yield kind, how, line, name
                elif isinstance(node, ast.Dict):
                    for kind, line in self._listed(node):
                        yield kind, SET, line, name
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    for kind in _at_path(node.value):
                        yield kind, PATH, node.lineno, name

    def _called(self, call: ast.Call) -> Iterator[tuple[Kind, str, int]]:
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        if name == "table":
            for line in call.args[1:]:
                if isinstance(line, ast.Tuple) and isinstance(line.elts[0], ast.Constant):
                    for kind in self._named(str(line.elts[0].value).split(".")):
                        yield kind, TABLE, line.lineno
        for word in call.keywords:
            parts = self.by_field.get(word.arg or "", set())
            chosen = {name} & parts or self._likely(parts)
            for part in chosen:
                yield Kind(part, str(word.arg)), SET, word.value.lineno

    def _listed(self, mapping: ast.Dict) -> Iterator[tuple[Kind, int]]:
        """Yield what a mapping of fields to values sets."""
        for key in mapping.keys:
            field = getattr(key, "value", None)
            if isinstance(field, str) and field in self.by_field:
                for part in self._likely(self.by_field[field]):
                    yield Kind(part, field), mapping.lineno

    def _named(self, keys: list[str]) -> Iterator[Kind]:
        """Yield the kinds that a path in a small world may mean: by what holds the figure."""
        for back in (1, 2):
            if len(keys) < back or keys[-back] not in self.by_field:
                continue
            parts = self.by_field[keys[-back]]
            above = [part for key in keys[-back - 1 :: -1][:2] for part in _holding(key) & parts]
            for part in above[:1] or self._likely(parts):
                yield Kind(part, keys[-back])
            return

    def _likely(self, parts: set[str]) -> set[str]:
        """Return the parts that are meant: the only one, or the one that the file names."""
        named = parts & self.words
        return parts if len(parts) == 1 else named if len(named) == 1 else set()


@cache
def _holding(field: str) -> frozenset[str]:
    """Return the parts that a field of this name holds, wherever it is."""
    return frozenset(name for key, name in _held() if key == field)


@cache
def _held() -> frozenset[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    seen: set[type] = set()

    def look(fields: dict[str, Shape]) -> None:
        for key, shape in fields.items():
            inner = shape
            while not inner.parts() and (inner.values or inner.items):
                inner = inner.values or inner.items or inner
            for part in inner.parts():
                found.add((key, part.__name__))
                if part not in seen:
                    seen.add(part)
                    look(fields_of(part))

    look(shape_of_model().fields())
    return frozenset(found)


def _at_path(text: str) -> Iterator[Kind]:
    """Yield the kind of figure at a path of a model, if a text is one."""
    keys = text.split("=", maxsplit=1)[0].split(".")
    if len(keys) < 3 or not all(keys) or " " in keys[0]:
        return
    shape: Shape | None = shape_of_model()
    owner, field = "", ""
    for key in keys:
        if shape is None:
            return
        parts = [each for each in shape.parts() if key in fields_of(each)]
        if parts:
            owner, field = parts[0].__name__, key
        shape = shape.child(key) or (shape.items if key.isdigit() or key == "*" else None)
    if owner and figure_unit(shape):
        yield Kind(owner, field)
