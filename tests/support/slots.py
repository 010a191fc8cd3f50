"""Objects of classes that have slots and no way of their own to be copied."""

from __future__ import annotations


def changed(thing, **changes):
    """Return an object like another one, but for some of its attributes."""
    kept = {name: getattr(thing, name) for name in thing.__slots__}
    return type(thing)(**(kept | changes))
