"""Templates of new things, to fill in: what must be known is a blank at its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import yaml

from bvsim.reading.assembly import kind_of
from bvsim.reading.blanks import BLANK
from bvsim.reading.clearing import cleared
from bvsim.reading.datafiles import MODELS, SCENARIOS
from bvsim.reading.folder import is_model_folder, read_model
from bvsim.reading.levers import FOLDER as LEVERS
from bvsim.reading.nodes import Node
from bvsim.reading.shapes import shape_of
from bvsim.reading.yaml_tree import display_name, read_file
from bvsim.schema.errors import Place, Problem, SpecError, did_you_mean

SECTIONS = {
    "site": "sites",
    "programme": "labour.programmes",
    "recycler": "recycling.recyclers",
    "shock": "imports.disruptions",
}
"""Entities of a model, and where they stand in it."""
KINDS = (*SECTIONS, "lever", "scenario")

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_LEVER: dict[str, object] = {
    "title": f"{BLANK} what it does, for a reader",
    "from": f"{BLANK} the day from which it acts",
    "set": {f"{BLANK} the path of a figure": f"{BLANK} its value, or a change of it"},
    "unpriced": f"{BLANK} why it has no price, or total or per_year with a figure instead",
}
_HOW = f"""\
# Fill in each {BLANK}: `bvsim validate` names those that are left. A figure is written as
# {{value: 5, unit: GWh/yr, source: [ID], confidence: judgement, note: "why"}}, or with
# triangular: [4, 5, 7] or another distribution in place of the value; ID stands in sources/.
"""


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
        the one it extends; `reference` by default.
    model : str, optional
        The model it belongs to; needed where the folder holds several.
    root : pathlib.Path, optional
        The study folder; the working directory by default.

    Returns
    -------
    pathlib.Path
        The file that was made or that has grown.

    Raises
    ------
    SpecError
        When the name is taken or none, or there is nothing to start from.
    """
    base = root or Path.cwd()
    if not _NAME.fullmatch(name):
        raise _refused(name, "a name is small letters, digits and dashes")
    if kind == "scenario":
        return _scenario(base, name, existing or "reference")
    folder = _model_folder(base, model)
    if kind == "lever":
        path = base / SCENARIOS / LEVERS / f"{folder.name}.yaml"
        return _insert(path, "levers", name, _lever(_entries_in(path, "levers"), existing))
    section = SECTIONS[kind]
    entry = _entity(folder, section, kind, existing)
    if kind == "site":
        schema = "# yaml-language-server: $schema=../../schemas/sites-entry.json\n"
        return _write(folder / section / f"{name}.yaml", f"{schema}{_HOW}{_text(entry)}")
    file, _, key = section.partition(".")
    return _insert(folder / f"{file}.yaml", key, name, entry)


def _refused(name: str, message: str) -> SpecError:
    return SpecError([Problem(Place(name), "", message)])


def _model_folder(base: Path, model: str | None) -> Path:
    """Return the folder of the one model of a study, or of the one that is named."""
    there = {p.name: p for p in sorted((base / MODELS).glob("*")) if is_model_folder(p)}
    if model is None and len(there) == 1:
        return next(iter(there.values()))
    if model in there:
        return there[model]
    said = f"there is no model {model!r}{did_you_mean(model, there)}" if model else "no one model"
    message = f"{said} here: give --model, in a study folder (bvsim init DIR makes one)"
    raise _refused(display_name(base / MODELS), message)


def _existing(entries: Mapping[str, Node], kind: str, name: str) -> Node:
    if name not in entries:
        raise _refused(name, f"there is no such {kind} to start from{did_you_mean(name, entries)}")
    return entries[name]


def _entity(folder: Path, section: str, kind: str, existing: str | None) -> dict[str, object]:
    reading = read_model(folder)
    if reading.problems:
        raise SpecError(reading.problems)
    path = tuple(section.split("."))
    found = reading.tree.find(path)
    entries = found.children() if found else {}
    shape = shape_of(kind_of().cls).at((*path, "any"))
    assert shape is not None  # the section is one of the model's
    if kind == "site" and existing is None:  # plants of cells, not those for the record
        entries = {name: node for name, node in entries.items() if node.get("blocks")}
    if existing is None:
        templates = (cleared(node, shape, brief=True) for node in entries.values())
        return min(templates, key=lambda each: len(str(each)), default={})
    return cleared(_existing(entries, kind, existing), shape)


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
        raise _refused(display_name(folder), message)
    hint = f"# Fill in each {BLANK}. `bvsim list figures WORD` finds paths.\n"
    return _write(folder / f"{name}.yaml", hint + _text(head))


def _write(path: Path, text: str) -> Path:
    if path.exists():
        raise _refused(display_name(path), "is there already: nothing was written")
    path.write_text(text, "utf-8")
    return path


def _text(entry: Mapping[str, object]) -> str:
    return str(yaml.safe_dump(dict(entry), sort_keys=False, allow_unicode=True, width=10_000))


def _entries_in(path: Path, key: str) -> dict[str, Node]:
    """Return the entries under a key of a file.

    Raises
    ------
    SpecError
        When the file cannot be read.
    """
    node, problems = read_file(path)
    if node is None or problems:
        raise SpecError(problems)
    found = node.get(key)
    return found.children() if found else {}


def _insert(path: Path, key: str, name: str, entry: Mapping[str, object]) -> Path:
    """Put an entry below a key of a file, before the others; all else stays as it is."""
    entries = _entries_in(path, key)
    if name in entries:
        raise _refused(str(entries[name].at), f"{name!r} is there already: nothing was written")
    lines = path.read_text("utf-8").splitlines(keepends=True)
    at = next((i for i, line in enumerate(lines) if line.startswith(f"{key}:")), None)
    if at is None:
        lines += [f"{key}:\n"]
        at = len(lines) - 1
    elif lines[at].partition(":")[2].partition("#")[0].strip():
        raise _refused(f"{display_name(path)}:{at + 1}:1", f"write {key} in lines of its own first")
    first = next(iter(entries.values()), None)
    indent = " " * (first.at.column - 1 if first else 2)
    new = "".join(f"{indent}{line}\n" for line in _text({name: entry}).splitlines())
    path.write_text("".join([*lines[: at + 1], new, *lines[at + 1 :]]), "utf-8")
    return path
