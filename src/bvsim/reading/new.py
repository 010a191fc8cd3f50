"""Templates of new things, to fill in: what must be known is a blank at its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from bvsim.reading.assembly import kind_of
from bvsim.reading.blanks import BLANK
from bvsim.reading.clearing import cleared
from bvsim.reading.datafiles import MODELS, SCENARIOS, default_model, model_folder
from bvsim.reading.folder import is_model_folder, read_model
from bvsim.reading.levers import FOLDER as LEVERS
from bvsim.reading.new_region import region, section_of
from bvsim.reading.nodes import Node
from bvsim.reading.shapes import shape_of
from bvsim.reading.template_files import HOW, as_yaml, entries_in, insert, refused, write_new
from bvsim.reading.yaml_tree import display_name
from bvsim.schema.errors import SpecError, did_you_mean

SECTIONS = {
    "site": "sites",
    "programme": "labour.programmes",
    "recycler": "recycling.recyclers",
    "shock": "imports.disruptions",
}
"""Entities of a model, and where they stand in it."""
KINDS = ("region", *SECTIONS, "lever", "scenario")

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_DEVICE = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")
_LEVER: dict[str, object] = {
    "title": f"{BLANK} what it does, for a reader",
    "from": f"{BLANK} the day from which it acts",
    "set": {f"{BLANK} the path of a figure": f"{BLANK} its value, or a change of it"},
    "unpriced": f"{BLANK} why it has no price, or total or per_year with a figure instead",
}


def create(
    kind: str,
    name: str,
    existing: str | None = None,
    *,
    model: str | None = None,
    root: Path | None = None,
) -> Path:
    """Write a template into a study folder.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    name : str
        What the new thing is called: small letters, digits and dashes.
    existing : str, optional
        Whose structure it takes; that of the shortest of its kind by default. For a scenario,
        the one it extends, and for a region the model; those of `reference` by default.
    model : str, optional
        The model it belongs to; where the folder holds several, that of `reference` by default.
    root : pathlib.Path, optional
        The study folder; the working directory by default.

    Returns
    -------
    pathlib.Path
        The file that was made or that has grown; of a region its folder.

    Raises
    ------
    SpecError
        When the name is taken or none, or there is nothing to start from.
    """
    base = root or Path.cwd()
    if not _NAME.fullmatch(name):
        raise refused(name, "a name is small letters, digits and dashes")
    if _DEVICE.fullmatch(name):
        raise refused(name, "Windows keeps this name for a device: no file can have it there")
    if kind == "region":
        return region(base, name, existing)
    if kind == "scenario":
        return _scenario(base, name, existing or "reference")
    folder = _model_folder(base, model)
    if kind == "lever":
        path = base / SCENARIOS / LEVERS / f"{folder.name}.yaml"
        entries = entries_in(path, "levers") if path.exists() else {}
        lever = _lever(entries, existing)
        return _grow(path, f"model: {folder.name}\n", "levers", name, lever)
    section = SECTIONS[kind]
    entry = _entity(base, folder, section, kind, existing)
    if kind == "site":
        schema = "# yaml-language-server: $schema=../../schemas/sites-entry.json\n"
        return write_new(folder / section / f"{name}.yaml", f"{schema}{HOW}{as_yaml(entry)}")
    file, _, key = section.partition(".")
    return _grow(folder / f"{file}.yaml", section_of(file, base), key, name, entry)


def _grow(path: Path, head: str, key: str, name: str, entry: Mapping[str, object]) -> Path:
    """Put an entry into a file, which begins with its head where it is not there yet."""
    if not path.exists():
        write_new(path, head)
    return insert(path, key, name, entry)


def _model_folder(base: Path, model: str | None) -> Path:
    """Return the folder of the model that is named, else the only one, else that of `reference`."""
    there = {p.name: p for p in sorted((base / MODELS).glob("*")) if is_model_folder(p)}
    if model is None and len(there) == 1:
        return next(iter(there.values()))
    asked = model or default_model(base)
    if asked in there:
        return there[asked]
    said = f"there is no model {model!r}{did_you_mean(model, there)}" if model else "no one model"
    message = f"{said} here: give --model, in a study folder (bvsim init DIR makes one)"
    raise refused(display_name(base / MODELS), message)


def _existing(entries: Mapping[str, Node], kind: str, name: str) -> Node:
    if name not in entries:
        raise refused(name, f"there is no such {kind} to start from{did_you_mean(name, entries)}")
    return entries[name]


def _entity(
    base: Path, folder: Path, section: str, kind: str, existing: str | None
) -> dict[str, object]:
    """Return the template of an entity, of the same model or else of that of `reference`."""
    path = tuple(section.split("."))
    shape = shape_of(kind_of().cls).at((*path, "any"))
    assert shape is not None  # the section is one of the model's
    own = _entities(folder, path)
    if not own or (existing is not None and existing not in own):
        own = _entities(model_folder(root=base), path) | own
    if existing is not None:
        return cleared(_existing(own, kind, existing), shape)
    if kind == "site":  # plants of cells, not those for the record
        own = {name: node for name, node in own.items() if node.get("blocks")}
    templates = (cleared(node, shape, brief=True) for node in own.values())
    return min(templates, key=lambda each: len(str(each)), default={})


def _entities(folder: Path, path: tuple[str, ...]) -> dict[str, Node]:
    reading = read_model(folder)
    if reading.problems:
        raise SpecError(reading.problems)
    found = reading.tree.find(path)
    return found.children() if found else {}


def _lever(entries: Mapping[str, Node], existing: str | None) -> dict[str, object]:
    """Return a lever; on the same figures as another, where one is named."""
    if existing is None:
        return dict(_LEVER)
    sets = _existing(entries, "lever", existing).get("set")
    paths = sets.children() if sets else {}
    return _LEVER | {"set": dict.fromkeys(paths, f"{BLANK} its value, or a change of it")}


def _scenario(base: Path, name: str, extends: str) -> Path:
    head = {
        "name": name,
        "extends": extends,
        "story": f"{BLANK} a sentence or two on what it asks",
        "set": {f"{BLANK} the path of a figure": f"{BLANK} its value, or a change of it"},
    }
    folder = base / SCENARIOS
    if not folder.is_dir():
        message = "there is no such folder: bvsim init DIR makes a study folder"
        raise refused(display_name(folder), message)
    hint = f"# Fill in each {BLANK}. `bvsim list figures WORD` finds paths.\n"
    return write_new(folder / f"{name}.yaml", hint + as_yaml(head))
