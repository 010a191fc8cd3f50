"""Where the valley reads each figure: attributes of the schema's classes, by mypy's types."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pages.chain import ROOT, Kind, Spot, in_repository

SOURCES = ("src/bvsim/valley", "src/bvsim/schema")
SCHEMA = "bvsim.schema."


@cache
def reads() -> dict[Kind, tuple[Spot, ...]]:
    """Return the lines that read each field of the schema, those of the valley first.

    Under the empty name of a field stand those that read the part as a whole.

    Libraries are not followed, so that this takes seconds; the types of the schema and of the
    valley are their own.
    """
    found = defaultdict[Kind, dict[Spot, None]](dict)
    result = _typed()
    for state in result.graph.values():
        if state.tree is None or not state.id.startswith("bvsim."):
            continue
        for expression, owners, parts in _named(state.tree, result.types):
            spot = Spot(in_repository(Path(state.path)), expression.line, expression.name)
            for owner in owners:
                found[Kind(owner, expression.name)][spot] = None
            for part in parts:
                found[Kind(part, "")][spot] = None
    return {kind: tuple(sorted(spots, key=_valley_first)) for kind, spots in found.items()}


def _valley_first(spot: Spot) -> tuple[bool, str, int]:
    return "/valley/" not in spot.file, spot.file, spot.line


def _typed() -> Any:
    from mypy import build
    from mypy.find_sources import create_source_list
    from mypy.options import Options

    options = Options()
    options.python_version = sys.version_info[:2]
    options.export_types = options.preserve_asts = True
    options.incremental = False
    options.follow_imports = "skip"
    options.ignore_missing_imports = options.ignore_errors = True
    options.mypy_path = [str(ROOT / "src")]
    sources = create_source_list([str(ROOT / each) for each in SOURCES], options)
    return build.build(sources, options)


def _named(tree: Any, types: Any) -> Iterator[tuple[Any, set[str], set[str]]]:
    """Yield each name and attribute, the parts of the schema it is read of, and those it is."""
    from mypy.nodes import MemberExpr, NameExpr
    from mypy.server.subexpr import get_subexpressions

    for each in get_subexpressions(tree):
        if isinstance(each, MemberExpr):
            yield each, set(_classes(types.get(each.expr))), set(_classes(types.get(each)))
        elif isinstance(each, NameExpr):
            yield each, set(), set(_classes(types.get(each)))


def _classes(of: Any) -> Iterator[str]:
    """Yield the names of the schema's classes that a type stands for; none for no type."""
    from mypy.types import Instance, TypeVarType, UnionType, get_proper_type

    proper = of and get_proper_type(of)
    if isinstance(proper, UnionType):
        for item in proper.items:
            yield from _classes(item)
    elif isinstance(proper, TypeVarType):
        yield from _classes(proper.upper_bound)
    elif isinstance(proper, Instance):
        yield from (c.name for c in proper.type.mro if c.fullname.startswith(SCHEMA))
