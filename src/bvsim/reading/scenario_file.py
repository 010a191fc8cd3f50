"""Scenario files: a few lines over another scenario or over a model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bvsim.reading.blanks import blanks
from bvsim.reading.checking import check
from bvsim.reading.datafiles import (
    find_model,
    find_scenario,
    model_names,
    not_found,
    scenario_names,
)
from bvsim.reading.folder import Reading, read_model
from bvsim.reading.nodes import Node
from bvsim.reading.overrides import SetLine
from bvsim.reading.yaml_tree import read_file
from bvsim.schema.correlation import RankCorrelation
from bvsim.schema.errors import Place, Problem, SpecError
from bvsim.schema.part import part

DATES = ("as_of", "plan_as_of", "start", "end")
REGIONS = "regions"
"""Before the path of a figure that regions do not share; and what a resolved scenario has them
under."""

_LONGEST_NAME = 100
_NAME = re.compile(rf"(?=\w)[\w .-]{{1,{_LONGEST_NAME}}}")


@part
class ScenarioFile:
    """What a scenario file may say."""

    name: str
    """The scenario's name; that of the file as a rule."""
    story: str = ""
    """A sentence or two: what it asks."""
    extends: str | None = None
    """The scenario that this one changes: a name or a path."""
    model: str | list[str] | dict[str, Any] | None = None
    """The model: the name or path of a folder, or the whole tree (in a run folder); or several
    folders, whose regions are simulated together and sell in one market."""
    without: list[str] = field(default_factory=list)
    """Regions of a list under `model` that are left out: figures and luck of the others stay."""
    as_of: date | None = None
    """The day that parts facts from uncertainty: figures known later are refused."""
    plan_as_of: date | None = None
    """The day whose announced plan the losses are measured against."""
    start: date | None = None
    """First simulated day."""
    end: date | None = None
    """Last simulated day."""
    sources: list[str] | dict[str, Any] | None = None
    """Ids of the sources behind the story, or sources that the model does not have."""
    set: dict[str, Any] = field(default_factory=dict)
    """Settings: dotted paths, perhaps with `*`, and values, figures or levers."""
    correlations: list[RankCorrelation] | None = None
    """Uncertain figures that go together: pairs of paths with their rank correlation."""
    dimensions: list[str] | None = None
    """The stable order of the uncertain figures (in a run folder)."""


@dataclass(frozen=True)
class ChainLink:
    """One scenario file of a chain."""

    path: Path
    node: Node

    def text(self, key: str) -> str | None:
        """Return what stands under a key, when it is text."""
        node = self.node.get(key)
        return node.value if node is not None and isinstance(node.value, str) else None

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.text("name") or self.path.stem

    def settings(self) -> Iterator[SetLine]:
        """Yield what is under ``set``, the scenario's own dates apart."""
        node = self.node.get("set")
        for key, child in (node.children() if node else {}).items():
            if key not in DATES:
                yield SetLine(key, child, self.name)

    def said(self, key: str) -> Node | None:
        """Return what stands under a key; a date may stand under ``set`` too."""
        node = self.node.get(key)
        if key in DATES and (node is None or node.value is None):
            node = self.node.find(("set", key))
        return node


def read_chain(name: str, root: Path | None = None) -> tuple[list[ChainLink], list[Problem]]:
    """Read a scenario and all that it extends.

    Parameters
    ----------
    name : str
        A path, or the bare name of a scenario.
    root : pathlib.Path, optional
        The study folder; the working directory by default.

    Returns
    -------
    list of Link
        From the one that extends no other to the one asked for.
    list of Problem
        What is wrong with the files.

    Raises
    ------
    SpecError
        When a file is missing or cannot be read, or scenarios extend each other in a circle.
    """
    chain: list[ChainLink] = []
    problems: list[Problem] = []
    place, near = Place(name), None
    wanted: str | None = name
    while wanted is not None:
        path = find_scenario(wanted, root, near)
        if path is None:
            raise not_found("scenario", wanted, scenario_names(root), place, "extends" * bool(near))
        if any(link.path.samefile(path) for link in chain):
            names = " -> ".join([*(link.path.stem for link in chain), path.stem])
            raise SpecError([*problems, Problem(place, "extends", f"a circle: {names}")])
        link = _read_link(path, problems)
        chain.append(link)
        near = path
        wanted = link.text("extends")
        inherited = link.node.get("extends")
        place = inherited.place if inherited else place
    return chain[::-1], problems


def _read_link(path: Path, problems: list[Problem]) -> ChainLink:
    node, found = read_file(path)
    if node is not None and not isinstance(node.value, dict):
        found = [*found, Problem(node.place, "", "a scenario holds keys with values")]
        node = None
    if node is None:
        raise SpecError([*problems, *found])
    _, wrong = check(ScenarioFile, node)
    found = [*found, *blanks(node)]
    told = {problem.place for problem in found}
    problems += [*found, *(problem for problem in wrong if problem.place not in told)]
    problems += [*_bad_name(node), *_twice(node)]
    return ChainLink(path, node)


def _bad_name(node: Node) -> Iterator[Problem]:
    """Refuse a name that could lead elsewhere: the default run folder is called by it."""
    name = node.get("name")
    if name is not None and isinstance(name.value, str) and not _NAME.fullmatch(name.value):
        message = "a name is letters, digits, blanks, '.', '-' and '_', and begins with a letter"
        yield Problem(name.place, "name", f"{message} or digit (at most {_LONGEST_NAME} of them)")


def _twice(node: Node) -> Iterator[Problem]:
    """Refuse a date that stands both beside ``set`` and in it."""
    for key in DATES:
        inner = node.find(("set", key))
        if inner is not None and node.get(key) is not None:
            yield Problem(inner.at, f"set.{key}", f"{key} is given twice: above `set`, too")


def inherit(chain: list[ChainLink], key: str) -> tuple[Node | None, ChainLink]:
    """Return what the last scenario of a chain that has a key says, and that scenario."""
    for link in reversed(chain):
        node = link.said(key)
        if node is not None and node.value is not None:
            return node, link
    return None, chain[-1]


def read_header(
    chain: list[ChainLink],
) -> tuple[dict[str, Any], dict[str, Place], list[Problem]]:
    """Read name, story and dates of a chain: values, where they were written, what is missing."""
    header = {key: inherit(chain, key)[0] for key in ("story", *DATES)}
    plain: dict[str, Any] = {key: node.plain() for key, node in header.items() if node}
    plain["name"] = chain[-1].name
    missing = [key for key in DATES if key not in plain]
    at = chain[-1].node.place
    problems = [Problem(at, key, f"no {key} here or in what it extends") for key in missing]
    return plain, {key: node.place for key, node in header.items() if node}, problems


def read_regions_of(chain: list[ChainLink], root: Path | None = None) -> dict[str, Reading]:
    """Read the models of several regions that a chain stands on, by name; none where it is one.

    Raises
    ------
    SpecError
        When one is not there.
    """
    node, link = inherit(chain, "model")
    if node is None:
        return {}
    trees = node.get(REGIONS)
    if trees is not None and set(node.children()) == {REGIONS}:  # in a run folder
        return {name: Reading(tree) for name, tree in sorted(trees.children().items())}
    if not isinstance(node.value, list):
        return {}
    readings = [_read_folder_of(item, link, root) for item in node.value]
    return {
        each.folders[0].name: each for each in sorted(readings, key=lambda r: r.folders[0].name)
    }


def read_model_of(chain: list[ChainLink], root: Path | None = None) -> Reading:
    """Read the model that a chain of scenarios stands on.

    Raises
    ------
    SpecError
        When there is none.
    """
    node, link = inherit(chain, "model")
    if node is None:
        raise SpecError([Problem(link.node.place, "model", "no model: name its folder")])
    if isinstance(node.value, dict):
        return Reading(node)
    return _read_folder_of(node, link, root)


def _read_folder_of(node: Node, link: ChainLink, root: Path | None) -> Reading:
    if not isinstance(node.value, str):
        message = "should be the name or path of a folder"
        raise SpecError([Problem(node.place, "model", message)])
    folder = find_model(node.value, root, link.path)
    if folder is None:
        raise not_found("model", node.value, model_names(root), node.place, "model")
    return read_model(folder)
