"""Rank correlations that a model itself has: of its figures, and of those of templates.

The section ``correlations`` holds lists of entries as scenario files have them, each under a
name of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from bvsim.reading.checking import check
from bvsim.reading.correlations import KEY, Tie, read_entries
from bvsim.reading.nodes import Node
from bvsim.reading.templates import LIKE
from bvsim.schema.correlation import RankCorrelation
from bvsim.schema.errors import Path, Problem, dotted
from bvsim.schema.template import Template


def model_ties(
    tree: Node, templates: Iterable[Template], as_of: date | None
) -> tuple[tuple[Tie, ...], list[Problem]]:
    """Read what a model says of correlations.

    Parameters
    ----------
    tree : Node
        The model as read, nothing taken over yet. Of two entries of a pair the one known
        later counts.
    templates : iterable of Template
        The templates there are: what is said of their figures holds wherever one is taken
        over, and what is said of the figures there comes first.
    as_of : datetime.date or None
        Entries known later are not used; None uses all.

    Returns
    -------
    tuple of Tie
        One for each pair.
    list of Problem
        Entries of a wrong form.
    """
    said = tree.get(KEY)
    if said is None:
        return (), []
    _, problems = check(dict[str, list[RankCorrelation]], said)
    if problems:
        return (), [problem._replace(path=f"{KEY}.{problem.path}") for problem in problems]
    known = _entries(said, as_of)
    sections = [template.section for template in templates]
    plain = [tie for tie in known if not tie.pair[0].startswith(tuple(f"{s}." for s in sections))]
    taking = [
        (path, like) for path, node in _walk(tree, ()) if (like := node.get(LIKE)) is not None
    ]
    taken = [
        tie
        for template in templates
        for tie in _taken_over(known, template, _takers(taking, template))
    ]
    return tuple({tie.pair: tie for tie in [*taken, *plain]}.values()), []


def template_ties(tree: Node, section: str, name: str, as_of: date) -> tuple[Tie, ...]:
    """Return the correlations of one template's own figures, by their names."""
    said = tree.get(KEY)
    known = _entries(said, as_of) if said is not None else []
    found = _of_template(known, f"{section}.{name}.", "")
    return tuple({tie.pair: tie for tie in found}.values())


def _entries(said: Node, as_of: date | None) -> list[Tie]:
    """Return the entries known by a day, those known last at the end."""
    every = [tie for listed in said.children().values() for tie in read_entries(listed, own=False)]
    return sorted((tie for tie in every if _known(tie, as_of)), key=_since)


def _since(tie: Tie) -> date:
    node = tie.node.get("known_from")
    written = node.value if node is not None else None
    return written if isinstance(written, date) else date.min


def _known(tie: Tie, as_of: date | None) -> bool:
    return as_of is None or _since(tie) <= as_of


def _takers(taking: Iterable[tuple[Path, Node]], template: Template) -> list[tuple[str, str]]:
    """Return the dotted path of each part that takes a template over, and the template's name."""
    return [
        (dotted(path), str(like.value).removeprefix(f"{template.section}."))
        for path, like in taking
        if path[-1] == template.field
    ]


def _walk(node: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    for key, child in node.children().items():
        yield (*path, key), child
        yield from _walk(child, (*path, key))


def _taken_over(
    known: Sequence[Tie], template: Template, takers: Iterable[tuple[str, str]]
) -> Iterator[Tie]:
    for path, name in takers:
        yield from _of_template(known, f"{template.section}.{name}.", f"{path}.")


def _of_template(known: Iterable[Tie], begins: str, instead: str) -> Iterator[Tie]:
    """Yield ties of a template's figures, with another beginning of their paths."""
    for tie in known:
        if all(path.startswith(begins) for path in tie.pair):
            first, second = sorted(instead + path.removeprefix(begins) for path in tie.pair)
            yield replace(tie, pair=(first, second))
