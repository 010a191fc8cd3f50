"""What packages outside add, found by their entry points; without any nothing is imported."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Final, TypeVar

GROUPS: Final = ("bvsim.actors", "bvsim.distributions", "bvsim.levers", "bvsim.limits")
"""The groups of entry points that are looked at."""

_TEXT: Final = (".py", ".yaml")

T = TypeVar("T")


class PluginError(ValueError):
    """A plug-in cannot be used; the message says which and why."""


@cache
def _found() -> tuple[EntryPoint, ...]:
    """Return the entry points of all groups: by name, so that no order of folders matters."""
    found = [each for group in GROUPS for each in entry_points(group=group)]
    return tuple(sorted(found, key=lambda each: (each.group, each.name, each.value)))


def plugged(group: str, kind: type[T], taken: Collection[str] = ()) -> dict[str, T]:
    """Load what plug-ins add to a group.

    Parameters
    ----------
    group : str
        One of `GROUPS`.
    kind : type
        What each entry point leads to.
    taken : collection of str
        Names that are no longer free.

    Raises
    ------
    PluginError
        When one cannot be imported, is nothing of the kind, or has a name that is taken.
    """
    made: dict[str, T] = {}
    for each in _found():
        if each.group == group:
            made[each.name] = _load(each, kind, (*taken, *made))
    return made


def _load(each: EntryPoint, kind: type[T], taken: Collection[str]) -> T:
    who = f"plug-in {_package(each)}, {each.group} {each.name!r}"
    if each.name in taken or not each.name.isidentifier():
        raise PluginError(f"{who}: the name is {'taken' if each.name in taken else 'no name'}")
    try:
        loaded = each.load()
    except Exception as error:
        raise PluginError(f"{who}: {type(error).__name__}: {error}") from error
    if not isinstance(loaded, kind):
        raise PluginError(f"{who}: {each.value} is no {kind.__name__}")
    if getattr(loaded, "name", each.name) != each.name:
        raise PluginError(f"{who}: it calls itself otherwise")
    return loaded


def _package(each: EntryPoint) -> str:
    return each.dist.name if each.dist is not None else each.module


def plugins() -> dict[str, str]:
    """Return the versions of the packages that add something, by name."""
    return {_package(each): each.dist.version if each.dist else "" for each in _found()}


def plugin_files() -> Iterator[Path]:
    """Yield the files of Python and YAML of those packages, in a stable order."""
    for top in sorted({each.module.partition(".")[0] for each in _found()}):
        spec = find_spec(top)
        for folder in (spec and spec.submodule_search_locations) or ():
            found = sorted(Path(folder).rglob("*"))
            yield from (path for path in found if path.suffix in _TEXT)
        if spec is not None and spec.submodule_search_locations is None and spec.origin:
            yield Path(spec.origin)
