"""Groups of uncertain figures: by actor, by section of the model, by confidence, or alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from bvsim.analysis.errors import AnalysisError

ENTITY_SECTIONS = ("sites", "cathode")
"""Sections whose entries are actors of their own; elsewhere the section is the actor."""

LUCK = "luck"
"""The group of no figures: what happens by chance within a draw."""


@dataclass(frozen=True)
class Group:
    """Figures that are varied together.

    Parameters
    ----------
    name : str
        What the group is called.
    columns : tuple of int
        Columns of its figures in the design; none for `LUCK`.
    """

    name: str
    columns: tuple[int, ...]


def _actor(path: str) -> str:
    parts = path.split(".")
    return ".".join(parts[: 2 if parts[0] in ENTITY_SECTIONS else 1])


BY: dict[str, Callable[[str], str]] = {
    "actor": _actor,
    "section": lambda path: path.split(".", 1)[0],
    "part": lambda path: ".".join(path.split(".")[:2]),
    "figure": lambda path: path,
}
"""Ways to name the group of a figure from its dotted path."""

CONFIDENCE = "confidence"
"""The way that asks for what a figure rests on: published, derived, background, judgement."""

WAYS = (*BY, CONFIDENCE)


def make_groups(
    paths: Sequence[str],
    by: str = "actor",
    figures: Sequence[str] = (),
    *,
    dimensions: Sequence[int] | None = None,
    confidence: Mapping[str, str] | None = None,
) -> tuple[Group, ...]:
    """Group uncertain figures.

    Parameters
    ----------
    paths : sequence of str
        Dotted paths of the uncertain figures, in the order of the design.
    by : {"actor", "section", "part", "figure", "confidence"}
        What is a group: one site, cathode plant or section; the first name of the path; the
        first two; each figure; all figures of one confidence.
    figures : sequence of str
        Patterns such as ``labour.*``: only figures that match one of them are grouped. The
        others still vary, but nothing is said of them.
    dimensions : sequence of int, optional
        The column of each figure in the design; their own positions by default.
    confidence : mapping of str to str, optional
        What each figure rests on, by path; groups by confidence need it.

    Raises
    ------
    AnalysisError
        When `by` is unknown, or a pattern matches nothing.
    """
    if by not in WAYS:
        raise AnalysisError(f"groups by {by!r}: it must be one of {', '.join(WAYS)}")
    name_of = BY.get(by, (confidence or {}).__getitem__)
    for pattern in figures:
        if not any(fnmatchcase(path, pattern) for path in paths):
            raise AnalysisError(f"no uncertain figure matches {pattern!r}")
    members: dict[str, list[int]] = {}
    columns = range(len(paths)) if dimensions is None else dimensions
    for i, path in zip(columns, paths, strict=True):
        if not figures or any(fnmatchcase(path, pattern) for pattern in figures):
            members.setdefault(name_of(path), []).append(i)
    return tuple(Group(name, tuple(members[name])) for name in sorted(members))
