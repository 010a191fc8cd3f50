"""Names in a model that nothing bears, entries that nobody names, facts copied from another."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bvsim.reading.nodes import Node
from bvsim.schema.errors import Path, Place, Problem, did_you_mean, dotted, unknown
from bvsim.schema.reference import Reference, References

Found = tuple[Path, Node]


def matches(tree: Node, pattern: str) -> Iterator[Found]:
    """Yield the nodes at a dotted pattern, in which ``*`` stands for any key or position."""
    yield from _below(tree, tuple(pattern.split(".")), ())


def _below(node: Node, keys: tuple[str, ...], path: Path) -> Iterator[Found]:
    if not keys:
        yield path, node
    elif keys[0] != "*":
        child = node.get(keys[0])
        if child is not None:
            yield from _below(child, keys[1:], (*path, keys[0]))
    else:
        listed = enumerate(node.value) if isinstance(node.value, list) else node.children().items()
        for key, child in listed:
            yield from _below(child, keys[1:], (*path, key))


def dangling(tree: Node, references: References, failed: Collection[str]) -> Iterator[Problem]:
    """Yield every name that nothing bears.

    Parameters
    ----------
    tree : Node
        A model's tree, all settings applied.
    references : References
        Where names stand.
    failed : collection of str
        Sections that could not be read: nothing is said of what stands there.
    """
    for reference in references.names:
        if {"*", *(section.split(".")[0] for section in reference.sections)} & set(failed):
            continue
        bearers = _bearers(tree, reference)
        names = [*bearers, *reference.also]
        for path, name, place in _named(tree, reference):
            owner, dot, block = name.partition(".") if _in_parts(reference) else (name, "", "")
            if owner not in names:
                message = f"{unknown(reference.what, owner, names)} in {_where(reference)}"
                yield Problem(place, dotted(path), message)
            elif dot and owner in bearers and block not in references.alone:
                yield from _missing_block(path, place, block, bearers[owner], references)


def _where(reference: Reference) -> str:
    return " or ".join(reference.sections)


def _in_parts(reference: Reference) -> bool:
    return reference.pattern.endswith(":parts")


def _bearers(tree: Node, reference: Reference) -> dict[str, Node]:
    """Return what can be named, by name."""
    sections = (tree.find(tuple(section.split("."))) for section in reference.sections)
    return {name: node for each in sections if each for name, node in each.children().items()}


def _named(tree: Node, reference: Reference) -> Iterator[tuple[Path, str, Place]]:
    """Yield each name that a reference finds, with its path and place."""
    pattern, _, keys = reference.pattern.partition(":")
    for path, node in matches(tree, pattern):
        if keys:
            yield from (((*path, name), name, below.at) for name, below in node.children().items())
        elif isinstance(node.value, str):
            yield path, node.value, node.place


def _missing_block(
    path: Path, place: Place, block: str, owner: Node, references: References
) -> Iterator[Problem]:
    blocks = owner.get("blocks")
    names = blocks.children() if blocks else {}
    if block not in names:
        alone = f"; one of the plan alone is called {references.alone[0]}"
        yield Problem(place, dotted(path), unknown("block", block, names) + alone)


def unused(tree: Node, references: References) -> Iterator[Problem]:
    """Yield, as warnings, entries that nobody names: they do nothing."""
    named: dict[str, set[str]] = {section: set() for section in references.needed}
    for reference in references.names:
        for section in named.keys() & set(reference.sections):
            named[section] |= {
                name for path, name, _ in _named(tree, reference) if not _itself(path, section)
            }
    for section, names in named.items():
        for path, node in matches(tree, f"{section}.*"):
            if path[-1] not in names:
                yield Problem(node.at, dotted(path), f"nothing names {path[-1]!r}: it does nothing")


def _itself(path: Path, section: str) -> bool:
    """Tell whether a name stands in the very entry that bears it."""
    return dotted(path).startswith(f"{section}.{path[-1]}.")


def copied(tree: Node, references: References) -> Iterator[Problem]:
    """Yield facts of one entity that another has word for word: what a copied file leaves."""
    for pattern in references.own:
        first: dict[str, Path] = {}
        for path, node in matches(tree, pattern):
            said = repr(node.plain())
            owner = first.setdefault(said, path)
            if owner[:2] != path[:2]:
                yield Problem(node.at, dotted(path), _is_copied(owner))


def _is_copied(owner: Path) -> str:
    return f"word for word {dotted(owner)}: a fact of {owner[1]}, left in a copy? delete one"


def unfitted(tree: Node, known: dict[str, set[object]]) -> Iterator[Problem]:
    """Yield observations said to be in a fit whose vintage their site's ramp does not have.

    Parameters
    ----------
    tree : Node
        The model as read.
    known : dict of str to set of datetime.date
        Days from which vintages of the ramp's figures are known, by site.
    """
    for kind in ("output", "scrap"):
        for path, node in matches(tree, f"sites.*.blocks.*.{kind}.*.fitted"):
            days = known.get(str(path[1]), set())
            if node.value not in days:
                near = did_you_mean(str(node.value), map(str, days))
                message = f"no figure of the site's ramp has a vintage of {node.value}{near}"
                yield Problem(node.place, dotted(path), message)
