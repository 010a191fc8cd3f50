"""Public names of a room, imported when they are first used: a room by itself costs nothing."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from importlib.abc import InspectLoader


def public_names(room: str) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """Return ``__getattr__``, ``__dir__`` and ``__all__`` of a package (PEP 562).

    Its public names are those that it imports for type checkers, so that each stands there once
    for type checkers, readers and the interpreter alike.

    Parameters
    ----------
    room : str
        ``__name__`` of the package.
    """
    module, homes = sys.modules[room], dict(_imported(room))

    def get(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        home = homes[name]
        value = import_module(f"{home}.{name}") if home == room else _taken(home, name)
        setattr(module, name, value)
        return value

    return get, lambda: sorted({*vars(module), *homes}), sorted(homes)


def _taken(home: str, name: str) -> object:
    """Do what ``from home import name`` does."""
    value: object = getattr(__import__(home, fromlist=[name]), name)
    return value


def _imported(room: str) -> Iterator[tuple[str, str]]:
    """Yield the names that a package imports for type checkers, and the module of each."""
    loader = cast("InspectLoader", sys.modules[room].__loader__)
    for block in ast.parse(loader.get_source(room) or "").body:
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING":
            for line in block.body:
                if isinstance(line, ast.ImportFrom) and line.module:
                    yield from ((each.name, line.module) for each in line.names)
