"""From files to a checked model: templates, settings, figures, in that order."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from bvsim.reading.blanks import ASKED, blanks
from bvsim.reading.checking import MISSING, check
from bvsim.reading.correlations import KEY as TIES
from bvsim.reading.facts import facts_known, facts_overruled
from bvsim.reading.folder import EXTENDS, HISTORY, Reading
from bvsim.reading.history_files import missing_series
from bvsim.reading.nodes import Node, from_python
from bvsim.reading.overrides import Override, Overrider, SetLine
from bvsim.reading.references import copied, dangling
from bvsim.reading.shapes import shape_of
from bvsim.reading.templates import LIKE, fill_templates, section_shape
from bvsim.reading.yaml_tree import display_name
from bvsim.schema.errors import Place, Problem, SpecError, unknown
from bvsim.schema.figure import FigureContext
from bvsim.schema.reference import References
from bvsim.schema.sources import known_day
from bvsim.schema.template import Template

SOURCES = "sources"
PAGES = "pages"
APART = (TIES, PAGES)
"""Sections that are no part of what is simulated: each has a reader of its own."""
Fill = Callable[[Mapping[str, object], Path], Mapping[str, object]]


@dataclass(frozen=True)
class Kind:
    """A model class with what its module says of templates and of data beside the YAML files.

    Parameters
    ----------
    cls : type
        The model's data class, one field a section.
    templates : tuple of Template
        Parts that others may take over; their figures are drawn where they are taken over.
    fill : mapping of str to callable
        For a section: a function of its raw mapping and the folder ``history`` that returns
        the mapping with the content of data files written out; it raises ValueError.
    references : References
        Names that others must bear.
    """

    cls: type
    templates: tuple[Template, ...] = ()
    fill: Mapping[str, Fill] = field(default_factory=dict)
    references: References = References()


def kind_of(cls: type | None = None) -> Kind:
    """Return what is known of a model class; that of the valley by default."""
    if cls is None:
        from bvsim.schema import model

        cls = model.Model

    def said(name: str, otherwise: Any) -> Any:
        return getattr(cls, name, getattr(sys.modules[cls.__module__], name, otherwise))

    references = said("REFERENCES", References())
    return Kind(cls, tuple(said("TEMPLATES", ())), dict(said("FILL", {})), references)


def ceilings_of(model: object) -> Mapping[str, tuple[str, ...]]:
    """Return which figures must lie below which others, as the model's module says."""
    say = getattr(sys.modules[type(model).__module__], "ceilings", None)
    return say(model) if say is not None else {}


@dataclass(frozen=True)
class Assembly:
    """A checked model and how it came about.

    Parameters
    ----------
    model : object
        The tree of figures.
    tree : Node
        All that was said, merged.
    overrides : mapping of str to Override
        What settings changed, by path.
    """

    model: Any
    tree: Node
    overrides: Mapping[str, Override]


def assemble(
    reading: Reading,
    groups: Iterable[Iterable[SetLine]],
    kind: Kind,
    as_of: date | None,
    problems: Iterable[Problem] = (),
    *,
    end: date | None = None,
) -> Assembly:
    """Apply settings to a model's tree and check the whole.

    Parameters
    ----------
    reading : Reading
        The model's tree as read.
    groups : iterable of iterable of SetLine
        The settings of each scenario, those of the base first.
    kind : Kind
        The model class.
    as_of : datetime.date or None
        Which vintages count; None takes the newest.
    problems : iterable of Problem
        What is known to be wrong already.
    end : datetime.date or None
        Last simulated day; None when no scenario is at hand.

    Raises
    ------
    SpecError
        With all problems of all files.
    """
    found = [*problems, *reading.problems]
    ordered = [list(group) for group in groups]
    tree = without(_filled(reading, kind.fill, found), *APART)
    # settings on templates come first, so that they reach all that take them over
    tree, overrides = _set_templates(tree, ordered, kind, found)
    shape = shape_of(kind.cls)
    filled = fill_templates(tree, shape, kind.templates)
    alone = EXTENDS in reading.failed  # what it extends is not there: who knows what it lacks
    found += () if alone else filled.problems
    overrider = Overrider(filled.tree, shape)
    for group in ordered:
        overrider.apply(s for s in group if _template_of(s, kind) is None)
    found += overrider.problems
    tree = facts_known(overrider.tree, shape, as_of)
    context = FigureContext(source_days(tree), as_of, end, complete=SOURCES not in reading.failed)
    for template, node in filled.sections:
        found += _check_templates(template, node, context)
    model, wrong = check(kind.cls, tree, context, reading.failed)
    wrong = [*wrong, *dangling(tree, kind.references, reading.failed)]
    wrong = [p for p in wrong if not (alone and p.message.endswith(MISSING))]
    wrong += copied(tree, kind.references)
    found = _blanks_alone(found, without(reading.tree, PAGES), tree)
    found += _news(wrong, filled.problems, {p.place for p in found if p.place.line})
    found += facts_overruled(model, tree, overrider.overrides, as_of)
    if found:
        raise SpecError(found)
    return Assembly(model, tree, overrides | overrider.overrides)


def _blanks_alone(found: Iterable[Problem], *trees: Node) -> list[Problem]:
    """Return what is blank, and what is wrong elsewhere: nothing else is said of a blank."""
    told = list(found)
    empty = [problem for tree in trees for problem in blanks(tree)]
    places = {p.place for p in (*empty, *told) if p.message.startswith(ASKED)}
    return [*empty, *(p for p in told if p.place not in places or p.message.startswith(ASKED))]


def _news(
    wrong: Iterable[Problem], unfilled: Iterable[Problem], told: Collection[Place]
) -> Iterator[Problem]:
    """Leave out what follows from other problems: of one place, or of a missing template."""
    orphans = tuple(problem.path.removesuffix(LIKE) for problem in unfilled)
    for problem in wrong:
        orphaned = problem.message.endswith(MISSING) and problem.path.startswith(orphans)
        if problem.place not in told and not orphaned:
            yield problem


def _template_of(setting: SetLine, kind: Kind) -> Template | None:
    """Return the templates that a setting acts on."""
    fitting = (t for t in kind.templates if setting.pattern.startswith(f"{t.section}."))
    return next(fitting, None)


def _set_templates(
    tree: Node, groups: Iterable[list[SetLine]], kind: Kind, problems: list[Problem]
) -> tuple[Node, dict[str, Override]]:
    """Apply the settings that act on templates."""
    overrides: dict[str, Override] = {}
    for template in kind.templates:
        section = tree.find(template.path)
        if section is None:
            continue
        overrider = Overrider(section, section_shape(template), template.path)
        for group in groups:
            overrider.apply(s for s in group if _template_of(s, kind) is template)
        if overrider.overrides:
            tree = tree.put(template.path, overrider.tree)
        overrides |= overrider.overrides
        problems += overrider.problems
    return tree, overrides


def _check_templates(template: Template, node: Node, context: FigureContext) -> Iterator[Problem]:
    """Check templates, also those that nobody takes over; they need not be complete."""
    _, problems = check(dict[str, template.part], node, context)  # type: ignore[name-defined]
    for problem in problems:
        if not problem.message.endswith(MISSING):
            yield problem._replace(path=f"{template.section}.{problem.path}")


def source_days(tree: Node) -> dict[str, date | None]:
    """Return the day from which each source is known; None for those known always."""
    section = tree.get(SOURCES)
    days: dict[str, date | None] = {}
    for name, source in (section.children() if section else {}).items():
        written = source.get("date")
        try:
            days[name] = known_day(written.plain()) if written else None
        except ValueError:
            days[name] = None  # reported when the source itself is checked
    return days


def add_sources(tree: Node, sources: Node | None) -> tuple[Node, list[Problem]]:
    """Add a scenario's own sources to the model's; ids that it only cites must exist."""
    known = tree.find((SOURCES,))
    names = dict(known.children()) if known else {}
    problems = []
    if sources is None:
        return tree, []
    for item in sources.value if isinstance(sources.value, list) else ():
        if str(item.value) not in names:
            problems.append(Problem(item.place, SOURCES, unknown("source", str(item.value), names)))
    for name, source in sources.children().items():
        if name in names and names[name].plain() != source.plain():
            message = f"the source {name!r} is in {names[name].at} already"
            problems.append(Problem(source.at, f"{SOURCES}.{name}", message))
        names.setdefault(name, source)
    at = known.place if known else sources.place
    return tree.put((SOURCES,), Node(dict(names), at, at)), problems


def without(tree: Node, *sections: str) -> Node:
    """Return a tree without some sections."""
    left = {key: node for key, node in tree.children().items() if key not in sections}
    return replace(tree, value=left)


def _filled(reading: Reading, fill: Mapping[str, Fill], problems: list[Problem]) -> Node:
    """Write out the content of data files beside the YAML files."""
    tree = reading.tree
    if reading.folder is None:
        return tree
    for section, function in fill.items():
        node = tree.get(section)
        if node is None or section in reading.failed:
            continue
        history = _history(reading, node)
        unnamed = list(missing_series(node, history, section))
        problems += unnamed
        if unnamed:
            continue
        try:
            new = function(node.plain(), history)
        except SpecError as error:
            for problem in error.problems:
                place = problem.place._replace(file=display_name(Path(problem.place.file)))
                problems.append(problem._replace(place=place))
        except (ValueError, KeyError, TypeError, OSError, IndexError, AttributeError) as error:
            problems.append(Problem(node.place, section, f"data files: {error}"))
        else:
            tree = tree.put((section,), replace(_updated(node, new), key_place=node.key_place))
    return tree


def _history(reading: Reading, section: Node) -> Path:
    """Return the nearest folder of data files in which all are that a section names."""
    there = [folder / HISTORY for folder in reading.folders]
    whole = (each for each in there if not any(missing_series(section, each, "")))
    return next(whole, there[0])


def _updated(node: Node, new: object) -> Node:
    """Return nodes of a plain value, with the places of those that did not change."""
    if isinstance(node.value, dict) and isinstance(new, Mapping):
        make = partial(from_python, place=node.place)
        children = {
            key: _updated(node.value[key], item) if key in node.value else make(item)
            for key, item in new.items()
        }
        return replace(node, value=children)
    return node if node.plain() == new else replace(from_python(new, node.place))
