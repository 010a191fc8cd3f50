"""Settings: how scenarios, ``--set`` and `with_values` change a model's tree.

Precedence in a sentence: the last scenario of a chain that sets a path decides; a value
replaces the figure and its levers, a lever replaces the levers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bvsim.reading.nodes import Node
from bvsim.reading.shapes import Shape
from bvsim.schema.errors import Path, Problem, did_you_mean, dotted
from bvsim.schema.grammar import OPERATIONS, USER
from bvsim.schema.unit import Unit

TWICE = "set twice"
"""How the message about a path that two settings of one scenario reach begins."""
_LEVER_KEYS = frozenset({*OPERATIONS, "from"})


@dataclass(frozen=True)
class SetLine:
    """A line of a scenario's ``set``: a dotted path, perhaps with ``*``, and a value."""

    pattern: str
    node: Node
    origin: str


@dataclass(frozen=True)
class Override:
    """What settings made of a path.

    Parameters
    ----------
    path : str
        Dotted path.
    old, new : object
        As files hold them, before all settings and after; None where nothing was.
    origin : str
        The scenario that decided, or ``--set``.
    """

    path: str
    old: object
    new: object
    origin: str


@dataclass(frozen=True)
class Match:
    """A path that a pattern stands for; `exact` when it was written without ``*``."""

    path: Path
    exact: bool


class Overrider:
    """Applies groups of settings, one scenario after the other, to a tree.

    Parameters
    ----------
    tree : Node
        The model's tree, or a section of it.
    shape : Shape
        The shape of the tree.
    prefix : tuple of str
        Where in the model the tree lies.
    """

    def __init__(self, tree: Node, shape: Shape, prefix: Path = ()) -> None:
        self.tree = tree
        self.prefix = prefix
        self.shape = shape
        self.problems: list[Problem] = []
        self.overrides: dict[str, Override] = {}

    def apply(self, group: Iterable[SetLine]) -> None:
        """Apply the settings of one scenario; none may touch what another one sets."""
        taken: dict[Path, SetLine] = {}
        for setting in group:
            for match in self._matches(setting):
                rival = _rival(match.path, taken)
                if rival is not None and rival is not setting:
                    message = f"{TWICE}: by {rival.pattern!r} too ({rival.node.at})"
                    self._say(setting, self._path(match), message)
                    continue
                taken[match.path] = setting
                self._set(setting, match)

    def _say(self, setting: SetLine, path: str, message: str) -> None:
        self.problems.append(Problem(setting.node.at, path, message))

    def _path(self, match: Match) -> str:
        return dotted((*self.prefix, *match.path))

    def _matches(self, setting: SetLine) -> list[Match]:
        pattern = setting.pattern[len(dotted((*self.prefix, ""))) :]
        found, failures = _expand(self.tree, self.shape, pattern, setting.node)
        if not found:
            depth = max((len(path) for path, _ in failures), default=0)
            reasons = [message for path, message in failures if len(path) == depth]
            message = reasons[0] if reasons else "matches nothing"
            self._say(setting, setting.pattern, message)
        return found

    def _set(self, setting: SetLine, match: Match) -> None:
        shape = self.shape.at(match.path, self.tree)
        old = self.tree.find(match.path)
        node = setting.node
        if shape is not None and shape.unit is not None:
            levers = _levers(node)
            if levers and old is None and not match.exact:
                return
            new = _with_levers(old, levers, node) if levers else _figure(node, shape.unit)
            kept = _kept(old) if shape.unit.kept and not levers else None
        else:
            if _is_lever(node) and set(node.children()) != {"to"}:
                keys = " and ".join(sorted(node.children()))
                self._say(setting, self._path(match), f"not a figure: {keys} cannot act on it")
                return
            new, kept = _bare(node), None
        # the place of the setting stands for the path from now on
        new = replace(new, key_place=node.at)
        self.tree = self.tree.put(match.path, _with_before(new, kept))
        self._remember(self._path(match), old, new, setting.origin)

    def _remember(self, path: str, old: Node | None, new: Node, origin: str) -> None:
        first = self.overrides[path].old if path in self.overrides else old and old.plain()
        self.overrides[path] = Override(path, first, new.plain(), origin)


def reaches(tree: Node, shape: Shape, pattern: str, value: Node) -> tuple[bool, bool]:
    """Tell whether a setting fits a tree, and whether what it sets is there already."""
    found, _ = _expand(tree, shape, pattern, value)
    return bool(found), any(tree.find(match.path) is not None for match in found)


def _rival(path: Path, taken: dict[Path, SetLine]) -> SetLine | None:
    """Return the setting that has taken a path, one above it or one below it."""
    for other, setting in taken.items():
        shorter = min(len(path), len(other))
        if path[:shorter] == other[:shorter]:
            return setting
    return None


# -- paths ---------------------------------------------------------------------------

_Failures = list[tuple[Path, str]]


def _expand(tree: Node, shape: Shape, pattern: str, value: Node) -> tuple[list[Match], _Failures]:
    """Return the paths that a pattern stands for, or why there is none."""
    found: list[Match] = []
    failures: _Failures = []

    def walk(node: Node | None, shape: Shape, rest: str, path: Path, *, exact: bool) -> None:
        if not rest:
            found.append(Match(path, exact))
            return
        if shape.unit is not None:
            failures.append((path, f"{dotted(path)} is a figure: nothing lies below it"))
            return
        head, _, tail = rest.partition(".")
        if head == "*":
            for key in sorted(node.children() if node else {}):
                below = shape.child(key, node)
                if below is not None:
                    walk(node and node.get(key), below, tail, (*path, key), exact=False)
            return
        name = _longest_key(rest, node, shape)
        if name is None and _may_add(shape, rest, value):
            name = rest
        below = None if name is None else shape.child(name, node)
        if name is None or below is None:
            failures.append((path, _no_such(head, path, node, shape)))
            return
        walk(node and node.get(name), below, rest[len(name) + 1 :], (*path, name), exact=exact)

    walk(tree, shape, pattern, (), exact=True)
    return found, failures


def _names(node: Node | None, shape: Shape) -> list[str]:
    """Return the keys that may follow: fields of a part, or names in a mapping by name."""
    if shape.values is not None:
        return list(node.children()) if node else []
    return list(shape.fields(node))


def _longest_key(rest: str, node: Node | None, shape: Shape) -> str | None:
    """Return the key that a dotted path begins with; keys may hold dots themselves."""
    fitting = [key for key in _names(node, shape) if rest == key or rest.startswith(f"{key}.")]
    return max(fitting, key=len, default=None)


def _may_add(shape: Shape, rest: str, value: Node) -> bool:
    """Tell whether a setting may add an entity to a mapping by name."""
    entity = shape.values is not None and bool(shape.values.parts())
    return entity and "." not in rest and isinstance(value.value, dict)


def _no_such(head: str, path: Path, node: Node | None, shape: Shape) -> str:
    where = f"in {dotted(path)}" if path else "in the model"
    instead = shape.retired(node).get(head)
    if instead:
        return f"there is no {head!r} {where} any more: {instead}"
    return f"there is no {head!r} {where}{did_you_mean(head, _names(node, shape))}"


# -- values --------------------------------------------------------------------------


def _is_lever(node: Node) -> bool:
    keys = set(node.children())
    return bool(keys) and keys <= _LEVER_KEYS


def _levers(node: Node) -> Sequence[Node]:
    """Return the levers that a setting holds; none for a value or a whole figure."""
    node = _value_from(node)
    if isinstance(node.value, list):
        items = [_value_from(item) for item in node.value]
        return items if items and all(map(_acts, items)) else ()
    return (node,) if _acts(node) and set(node.children()) != {"to"} else ()


def _acts(node: Node) -> bool:
    """Tell whether a setting of a figure is meant as a lever, if perhaps misspelt."""
    return any(key in node.children() for key in OPERATIONS)


def _value_from(node: Node) -> Node:
    """Read ``{value: x, from: DATE}`` as ``{to: x, from: DATE}``."""
    if isinstance(node.value, dict) and set(node.value) == {"value", "from"}:
        return replace(node, value={"to": node.value["value"], "from": node.value["from"]})
    return node


def _bare(node: Node) -> Node:
    """Return the value of ``{to: x}``, or the value itself."""
    inner = node.get("to") if set(node.children()) == {"to"} else None
    return inner or node


def _with_levers(old: Node | None, levers: Sequence[Node], at: Node) -> Node:
    """Return a figure whose levers are these."""
    changes = Node(list(levers), at.place, at.at)
    if old is None or old.value is None:
        return Node({"changes": changes}, at.place)
    if isinstance(old.value, dict):
        return replace(old, value={**old.value, "changes": changes})
    return Node({"vintages": old, "changes": changes}, old.place)


def _kept(old: Node | None) -> Node | None:
    """Return what a figure was before all settings, levers apart."""
    if old is None or not isinstance(old.value, dict):
        return old
    if "before" in old.value:
        return old.value["before"]
    return replace(old, value={key: old.value[key] for key in old.value if key != "changes"})


def _with_before(new: Node, kept: Node | None) -> Node:
    """Return a figure that remembers what it was."""
    if kept is None or kept.value is None or new.value is None:
        return new
    whole = new.value if isinstance(new.value, dict) else {"vintages": new}
    return replace(new, value={**whole, "before": kept})


def _figure(node: Node, unit: Unit) -> Node:
    """Return a whole figure for a bare value; what a setting leaves out is filled in."""
    node = _bare(node)
    if node.value is None:
        return node
    if isinstance(node.value, list):
        return replace(node, value=[_complete(item, unit) for item in node.value])
    if isinstance(node.value, dict):
        return _complete(node, unit)
    inner = {"value": replace(node, key_place=node.at)}
    return _complete(Node(inner, node.place, node.at), unit)


def _complete(node: Node, unit: Unit) -> Node:
    if not isinstance(node.value, dict) or "vintages" in node.value:
        return node
    at = node.place
    filled = dict(node.value)
    filled.setdefault("unit", Node(unit.symbol, at, at))
    if "source" not in filled:
        filled["source"] = Node([Node(USER, at, at)], at, at)
        filled.setdefault("confidence", Node("judgement", at, at))
    return replace(node, value=filled)
