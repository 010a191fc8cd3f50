"""The page of the public interface: what it consists of; mkdocstrings fills in the docstrings."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType

import bvsim

PAGE = "reference/api.md"

HEAD = """\
# Public interface

The names that `import bvsim as bv` gives, from their docstrings. What they are for, by example,
stands on the page of [the library](library.md); which of them stay as they are, in [what
stays](compatibility.md).

"""

ROOMS = ("plot", "report")
"""Public modules, whose own public functions are shown."""


def page() -> str:
    """Return the page, in which each name is a directive of mkdocstrings."""
    return HEAD + "\n".join(_lines())


def names() -> dict[str, str]:
    """Return the public names and the full names of the places that define them."""
    found = {f"bv.{name}": _home(getattr(bvsim, name)) for name in vars(bvsim)["__all__"]}
    for room in ROOMS:
        module = getattr(bvsim, room)
        found |= {f"bv.{room}.{name}": _home(getattr(module, name)) for name in module.__all__}
    return {name: home for name, home in found.items() if home}


def _lines() -> Iterator[str]:
    for name, home in names().items():
        yield f"::: {home}\n    options: {{heading: {name}, toc_label: {name}}}\n"


def _home(named: object) -> str:
    """Return the full name of a class or function; nothing for modules and values."""
    if isinstance(named, ModuleType) or not (inspect.isclass(named) or callable(named)):
        return ""
    return f"{named.__module__}.{getattr(named, '__name__', '')}"
