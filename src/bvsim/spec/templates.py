"""Templates: parts of a model that entities take over with ``like``, and complete or replace."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bvsim.spec.errors import Path, Problem, dotted, unknown
from bvsim.spec.nodes import Node
from bvsim.spec.shapes import Shape, shape_of

LIKE = "like"
_MAX_CHAIN = 10


@dataclass(frozen=True)
class Template:
    """Where the templates of a field lie.

    Parameters
    ----------
    field : str
        Fields of this name may hold ``like: NAME``, wherever they are in the model.
    section : str
        Dotted path of the mapping that holds the templates by name.
    part : type
        The data class of a template.
    """

    field: str
    section: str
    part: type

    @property
    def path(self) -> Path:
        """The path of the section."""
        return tuple(self.section.split("."))


def fill_templates(
    tree: Node, shape: Shape, templates: Iterable[Template]
) -> tuple[Node, list[Problem]]:
    """Write out what entities take over with ``like``; drop templates that are no fields.

    Parameters
    ----------
    tree : Node
        The model's tree.
    shape : Shape
        The model's shape.
    templates : iterable of Template
        The templates there are.

    Returns
    -------
    Node
        A tree without ``like``.
    list of Problem
        Names of templates that do not exist.
    """
    filler = _Filler(tree, {template.field: template for template in templates})
    sections = {template.path[0] for template in templates} - set(shape.fields())
    children = {
        key: filler.fill(child, shape.child(key, tree), (key,))
        for key, child in tree.children().items()
        if key not in sections
    }
    return replace(tree, value=children), filler.problems


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

    def take_over(self, node: Node, template: Template, path: Path, depth: int) -> Node:
        children = dict(node.children())
        like = children.pop(LIKE)
        own = replace(node, value=children)
        section = self.tree.find(template.path)
        names = section.children() if section else {}
        name = str(like.value)
        if name not in names or depth > _MAX_CHAIN:
            message = f"{unknown('template', name, names)} in {template.section}"
            self.problems.append(Problem(like.place, dotted((*path, LIKE)), message))
            return own
        model = names[name]
        if LIKE in model.children():
            model = self.take_over(model, template, (*template.path, name), depth + 1)
        return _complete(own, model, shape_of(template.part))


def _complete(own: Node, model: Node, shape: Shape | None) -> Node:
    """Add to a mapping what it lacks of a template, part by part; figures stay whole."""
    if shape is None or shape.unit or not isinstance(own.value, dict):
        return own
    children = dict(own.value)
    for key, child in model.children().items():
        if key in children:
            children[key] = _complete(children[key], child, shape.child(key, model))
        else:
            children[key] = child
    return replace(own, value=children)
