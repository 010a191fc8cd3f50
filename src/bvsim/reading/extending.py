"""A model over another: what a region says, laid on the figures of the folder it extends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bvsim.reading.nodes import Node
from bvsim.schema.errors import Problem

_OF_A_FACT = frozenset({"unit", "source"})
"""What has a unit or a source is a figure or a fact: it is taken whole or not at all."""


def laid_on(base: Node, own: Node) -> Node:
    """Return what stands in either tree; where both say something, the second counts.

    Parameters
    ----------
    base : Node
        The tree that is extended.
    own : Node
        Mappings are laid on key by key; figures, with all their vintages, and lists replace
        those of the base whole; null takes out what the base says.

    Returns
    -------
    Node
        Every node keeps the place where it was written.
    """
    if not isinstance(own.value, dict) or not isinstance(base.value, dict) or is_fact(base):
        return own
    children = dict(base.value)
    for key, child in own.value.items():
        if key not in children:
            children[key] = child
        elif child.value is None and not child.word:
            del children[key]
        else:
            children[key] = laid_on(children[key], child)
    return replace(own, value=children)


def is_fact(node: Node) -> bool:
    """Tell whether a node is taken whole: a figure or a fact, no mapping of such."""
    return not _OF_A_FACT.isdisjoint(node.children())


def told_twice(base: Node | None, own: Node | None, section: str) -> Iterator[Problem]:
    """Yield entries of one name that say different things: two sources with one id."""
    known = base.children() if base else {}
    for name, node in (own.children() if own else {}).items():
        if name in known and known[name].plain() != node.plain():
            message = f"{name!r} is in {known[name].at} already, and says something else"
            yield Problem(node.at, f"{section}.{name}", message)
