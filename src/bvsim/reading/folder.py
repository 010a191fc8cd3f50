"""A model folder read as one tree: the name of a file is the name of its section."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from bvsim.reading.nodes import Node
from bvsim.reading.yaml_tree import display_name, read_file
from bvsim.schema.errors import Place, Problem

MAIN = "model"
"""The stem of the file whose keys are sections themselves."""
MERGED = "sources"
"""The sub-folder whose files are all parts of one mapping."""
SUFFIXES = frozenset({".yaml", ".yml"})


@dataclass
class Reading:
    """A tree under construction, what is wrong with it, and which sections are incomplete."""

    tree: Node
    problems: list[Problem] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    folder: Path | None = None

    def add(self, section: str, node: Node, *, keep_keys: bool = False) -> None:
        """Put a node under a section; a section that stands already is a problem."""
        children = dict(self.tree.children())
        if section in children:
            first = children[section].at
            self.problems.append(
                Problem(node.at, section, f"the section {section!r} is in {first} already")
            )
            return
        children[section] = node if keep_keys else replace(node, key_place=node.place)
        self.tree = replace(self.tree, value=children)


def is_model_folder(path: Path) -> bool:
    """Tell whether a folder holds a model."""
    return any((path / f"{MAIN}{suffix}").is_file() for suffix in SUFFIXES)


def read_model(folder: Path) -> Reading:
    """Read a model folder.

    Parameters
    ----------
    folder : pathlib.Path
        Holds ``model.yaml``, whose keys are sections; one file for each further section;
        and sub-folders: of ``sources`` the files are merged, of any other (``sites``) each
        file is an entry named by its stem. Other kinds of file are left alone.

    Returns
    -------
    Reading
        With what is wrong with the files' syntax; `failed` names the sections of files
        that could not be read.
    """
    place = Place(display_name(folder / f"{MAIN}.yaml"), 1, 1)
    reading = Reading(Node({}, place, place), folder=folder)
    if not is_model_folder(folder):
        message = f"no model here: a model folder holds {MAIN}.yaml"
        reading.problems.append(Problem(Place(display_name(folder), 1, 1), "", message))
        return reading
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            _read_subfolder(path, reading)
        elif path.suffix in SUFFIXES:
            _read_section(path, reading)
    return reading


def _read_section(path: Path, reading: Reading) -> None:
    section = "" if path.stem == MAIN else path.stem
    node = _mapping(path, reading, section)
    if node is None:
        # keys of the main file that are not known are then not missed either
        reading.failed.add(section or "*")
    elif section:
        reading.add(section, node)
    else:
        for key, child in node.children().items():
            reading.add(key, child, keep_keys=True)


def _read_subfolder(path: Path, reading: Reading) -> None:
    files = [file for file in sorted(path.iterdir()) if file.suffix in SUFFIXES]
    if not files:
        return
    entries: dict[str, Node] = {}
    for file in files:
        node = _mapping(
            file, reading, path.name if path.name == MERGED else f"{path.name}.{file.stem}"
        )
        if node is None:
            reading.failed.add(path.name)
        elif path.name == MERGED:
            _merge(node, entries, path.name, reading)
        else:
            entries[file.stem] = replace(node, key_place=node.place)
    reading.add(path.name, Node(entries, Place(display_name(path), 1, 1)))


def _merge(node: Node, entries: dict[str, Node], section: str, reading: Reading) -> None:
    for key, child in node.children().items():
        if key in entries:
            message = f"{key!r} is in {entries[key].at} already"
            reading.problems.append(Problem(child.at, f"{section}.{key}", message))
        else:
            entries[key] = child


def _mapping(path: Path, reading: Reading, prefix: str) -> Node | None:
    """Read a file that must hold a mapping; its problems are told with their full path."""
    node, problems = read_file(path)
    for problem in problems:
        parts = [part for part in (prefix, problem.path) if part]
        reading.problems.append(problem._replace(path=".".join(parts)))
    if node is not None and not isinstance(node.value, dict):
        reading.problems.append(Problem(node.place, prefix, "should hold keys with values"))
        return None
    return node
