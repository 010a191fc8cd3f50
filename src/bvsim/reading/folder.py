"""A model folder read as one tree: the name of a file is the name of its section.

A model may extend another folder: of the same kind, or one that holds no model by itself but
the figures that several have in common.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import Path

from bvsim.reading.extending import laid_on, told_twice
from bvsim.reading.nodes import Node
from bvsim.reading.yaml_tree import display_name, read_file
from bvsim.schema.errors import Place, Problem, unknown

MAIN = "model"
"""The stem of the file whose keys are sections themselves."""
MERGED = "sources"
"""The sub-folder whose files are all parts of one mapping."""
EXTENDS = "extends"
"""The key of the main file that names the folder a model extends, or a list of them."""
HISTORY = "history"
"""The sub-folder of data files."""
PLACE = "place.json"
"""The one section that is written as JSON, as maps are; YAML reads it too."""
SUFFIXES = frozenset({".yaml", ".yml"})


@dataclass
class Reading:
    """A tree under construction, what is wrong with it, and which sections are incomplete."""

    tree: Node
    problems: list[Problem] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    folders: tuple[Path, ...] = ()

    @property
    def folder(self) -> Path | None:
        """The model's own folder; those that it extends come after it in `folders`."""
        return self.folders[0] if self.folders else None

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


def is_base_folder(path: Path) -> bool:
    """Tell whether a folder holds sections of models and no model: one to be extended."""
    files = (file for pattern in ("*", "*/*") for file in path.glob(pattern))
    return not is_model_folder(path) and any(file.suffix in SUFFIXES for file in files)


def read_model(folder: Path) -> Reading:
    """Read a model folder, and what it extends.

    Parameters
    ----------
    folder : pathlib.Path
        Holds ``model.yaml``, whose keys are sections; one file for each further section;
        and sub-folders: of ``sources`` the files are merged, of any other (``sites``) each
        file is an entry named by its stem; ``place.json``. Other kinds of file are left alone.
        Its main file may say ``extends``: a path from the folder, whose sections this one's
        are laid on; or a list of paths, each laid on those before it.

    Returns
    -------
    Reading
        With what is wrong with the files' syntax; `failed` names the sections of files
        that could not be read.
    """
    if not is_model_folder(folder):
        place = Place(display_name(folder), 1, 1)
        message = f"no model here: a model folder holds {MAIN}.yaml"
        return Reading(Node({}, place, place), [Problem(place, "", message)], folders=(folder,))
    return _read_over(folder, ())


def read_bases(*folders: Path) -> Reading:
    """Read folders that others extend, each laid on those before it.

    What they lack, those that extend them say.
    """
    return reduce(_laid_over, map(_read_folder, folders))


def folders_of(folder: Path) -> tuple[Path, ...]:
    """Return a model's folder and those that it extends, the nearest first."""
    return read_model(folder).folders


def history_file(folder: Path, name: str) -> Path:
    """Return a data file of a model: its own, else that of the nearest folder it extends."""
    files = [each / HISTORY / name for each in folders_of(folder)]
    return next((file for file in files if file.is_file()), files[0])


def _read_over(folder: Path, before: tuple[Path, ...]) -> Reading:
    """Read a folder and lay it on what it extends; `before` are those that extend it."""
    own = _read_folder(folder)
    said = own.tree.get(EXTENDS)
    if said is None:
        return own
    sections = {key: node for key, node in own.tree.children().items() if key != EXTENDS}
    own.tree = replace(own.tree, value=sections)
    each_said = said.value if isinstance(said.value, list) else [said]
    bases = [_extended(folder, each, (*before, folder), own) for each in each_said]
    found = [_read_over(base, (*before, folder)) for base in bases if base is not None]
    if len(found) < len(bases):
        own.failed |= {"*", EXTENDS}
    return reduce(_laid_over, [*found, own])


def _laid_over(base: Reading, own: Reading) -> Reading:
    """Lay what was read in one folder on what was read in another."""
    problems = [*base.problems, *own.problems]
    problems += told_twice(base.tree.get(MERGED), own.tree.get(MERGED), MERGED)
    return Reading(
        laid_on(base.tree, own.tree),
        problems,
        base.failed | own.failed,
        (*own.folders, *base.folders),
    )


def _extended(folder: Path, said: Node, chain: tuple[Path, ...], own: Reading) -> Path | None:
    """Return the folder that is extended; none, with a problem, where there is no such one."""
    beside = sorted(p.name for p in folder.resolve().parent.iterdir() if _holds_sections(p))
    base = folder / str(said.value)
    if not isinstance(said.value, str) or not _holds_sections(base):
        names = [f"../{name}" for name in beside if name != folder.resolve().name]
        problem = Problem(said.place, EXTENDS, unknown("model folder", str(said.value), names))
    elif any(base.samefile(each) for each in chain):
        names = [each.resolve().name for each in (*chain, base)]
        problem = Problem(said.place, EXTENDS, f"a circle: {' -> '.join(names)}")
    else:
        return base.resolve()
    own.problems.append(problem)
    return None


def _holds_sections(path: Path) -> bool:
    return is_model_folder(path) or is_base_folder(path)


def _read_folder(folder: Path) -> Reading:
    place = Place(display_name(folder / f"{MAIN}.yaml"), 1, 1)
    reading = Reading(Node({}, place, place), folders=(folder,))
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            _read_subfolder(path, reading)
        elif path.suffix in SUFFIXES or path.name == PLACE:
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
