"""Facts: entries with a ``known_from`` are left out when not yet known; settings change none."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from bvsim.reading.nodes import Node
from bvsim.reading.shapes import Shape
from bvsim.reading.tree_paths import figures_of
from bvsim.schema.errors import Problem
from bvsim.schema.figure import DATE_SYMBOL, day_date, day_number

KNOWN_FROM = "known_from"


def facts_known(tree: Node, shape: Shape, as_of: date | None) -> Node:
    """Return the tree as it was known on a day.

    Parameters
    ----------
    tree : Node
        The model's tree. An entry of a mapping by name whose part has a field
        ``known_from`` is a dated fact; its figures are known from that day.
    shape : Shape
        The model's shape.
    as_of : datetime.date or None
        Facts known later are left out; None keeps all.
    """
    if not isinstance(tree.value, dict) or shape.unit is not None:
        return tree
    children = {}
    for key, child in tree.value.items():
        below = shape.child(key, tree)
        if below is None:
            children[key] = child
            continue
        known = _known_from(child, below)
        if known is None:
            children[key] = facts_known(child, below, as_of)
        elif as_of is None or not isinstance(known.value, date) or known.value <= as_of:
            children[key] = _dated(child, below, known)
    return replace(tree, value=children)


def _known_from(node: Node, shape: Shape) -> Node | None:
    is_fact = shape.unit is None and KNOWN_FROM in shape.fields(node)
    return node.get(KNOWN_FROM) if is_fact else None


def _dated(node: Node, shape: Shape | None, known: Node) -> Node:
    """Give the figures of a fact its date, where they have none of their own."""
    if shape is None or not isinstance(node.value, dict):
        return node
    if shape.unit is not None:
        return replace(node, value={KNOWN_FROM: known, **node.value})
    children = {
        key: _dated(child, shape.child(key, node), known) for key, child in node.value.items()
    }
    return replace(node, value=children)


def facts_overruled(
    model: object, tree: Node, paths: Iterable[str], as_of: date | None
) -> Iterator[Problem]:
    """Yield settings that move a date to what is past at `as_of`, where facts stand.

    Parameters
    ----------
    model : object
        The checked model; None when it is not.
    tree : Node
        Where settings have their places.
    paths : iterable of str
        What was set.
    as_of : datetime.date or None
        The day up to which facts stay.
    """
    figures = {} if model is None or as_of is None else figures_of(model)
    for path in paths:
        figure = figures.get(path)
        if figure is None or figure.unit.symbol != DATE_SYMBOL or as_of is None:
            continue
        low, _ = figure.distribution.support
        earliest = low if math.isfinite(low) else figure.distribution.median
        node = tree.find(tuple(path.split(".")))
        if earliest <= day_number(as_of) and node is not None:
            message = f"{day_date(earliest)} is not after as_of ({as_of}): facts stay"
            yield Problem(node.at, path, message)
