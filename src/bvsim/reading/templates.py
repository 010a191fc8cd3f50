"""Templates: parts of a model that entities take over with ``like``, and complete or replace."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bvsim.reading.nodes import Node
from bvsim.reading.shapes import Shape, shape_of
from bvsim.schema.errors import Path, Problem, dotted, unknown
from bvsim.schema.template import Template

LIKE = "like"
_MAX_CHAIN = 10


def section_shape(template: Template) -> Shape:
    """Return the shape of a section of templates: parts by name."""
    return shape_of(dict[str, template.part])  # type: ignore[name-defined]


@dataclass(frozen=True)
class Filled:
    """A tree in which nothing is taken over any more.

    Parameters
    ----------
    tree : Node
        Without ``like``, and without templates that are no fields of the model.
    sections : tuple of (Template, Node)
        The templates themselves, with what they take over from each other.
    problems : list of Problem
        Names of templates that do not exist.
    """

    tree: Node
    sections: tuple[tuple[Template, Node], ...]
    problems: list[Problem]


def fill_templates(tree: Node, shape: Shape, templates: Iterable[Template]) -> Filled:
    """Write out what entities take over with ``like``.

    Whatever a part lacks is taken from the template, part by part; a figure is taken whole
    or not at all.

    Parameters
    ----------
    tree : Node
        The model's tree.
    shape : Shape
        The model's shape.
    templates : iterable of Template
        The templates there are.
    """
    by_field = {template.field: template for template in templates}
    filler = _Filler(tree, by_field)
    dropped = {template.path[0] for template in by_field.values()} - set(shape.fields())
    children = {
        key: filler.fill(child, shape.child(key, tree), (key,))
        for key, child in tree.children().items()
        if key not in dropped
    }
    sections = tuple((each, filler.section(each)) for each in by_field.values())
    return Filled(replace(tree, value=children), sections, filler.problems)


class _Filler:
    def __init__(self, tree: Node, by_field: dict[str, Template]) -> None:
        self.tree = tree
        self.by_field = by_field
        self.problems: list[Problem] = []

    def fill(self, node: Node, shape: Shape | None, path: Path) -> Node:
        if not isinstance(node.value, dict) or shape is None or shape.unit:
            return node
        template = self.by_field.get(str(path[-1]))
        if template is not None and LIKE in node.value:
            node = self.take_over(node, template, path, 0)
        children = {
            key: self.fill(child, shape.child(key, node), (*path, key))
            for key, child in node.children().items()
        }
        return replace(node, value=children)

    def section(self, template: Template) -> Node:
        """Return the templates of a field, each complete."""
        found = self.tree.find(template.path) or Node({}, self.tree.place)
        entries = {
            name: self.take_over(node, template, (*template.path, name), 0)
            if LIKE in node.children()
            else node
            for name, node in found.children().items()
        }
        return replace(found, value=entries)

    def take_over(self, node: Node, template: Template, path: Path, depth: int) -> Node:
        children = dict(node.children())
        like = children.pop(LIKE)
        own = replace(node, value=children)
        section = self.tree.find(template.path)
        names = section.children() if section else {}
        name = str(like.value).removeprefix(f"{template.section}.")
        if name not in names or depth > _MAX_CHAIN:
            message = f"{unknown('template', name, names)} in {template.section}"
            if name in names:
                message = f"the templates from {name!r} on take each other over in a circle"
            self.problems.append(Problem(like.place, dotted((*path, LIKE)), message))
            return own
        model = names[name]
        if LIKE in model.children():
            model = self.take_over(model, template, (*template.path, name), depth + 1)
        return _complete(own, model, shape_of(template.part))


def _complete(own: Node, model: Node, shape: Shape | None) -> Node:
    """Add to a part what it lacks of a template."""
    both = isinstance(own.value, dict) and isinstance(model.value, dict)
    if shape is None or shape.unit or not both:
        return own
    children = dict(own.children())
    for key, child in model.children().items():
        if key in children:
            children[key] = _complete(children[key], child, shape.child(key, model))
        else:
            children[key] = child
    return replace(own, value=children)
