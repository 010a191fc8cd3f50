"""Files of templates: written once, or grown by an entry; what stands there stays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from bvsim.reading.blanks import BLANK
from bvsim.reading.nodes import Node
from bvsim.reading.whole_files import write_text
from bvsim.reading.yaml_tree import display_name, read_file
from bvsim.schema.errors import Place, Problem, SpecError

HOW = f"""\
# Fill in each {BLANK}: `bvsim validate` names those that are left. A figure is written as
# {{value: 5, unit: GWh/yr, source: [ID], confidence: judgement, note: "why"}}, or with
# triangular: [4, 5, 7] or another distribution in place of the value; ID stands in sources/.
"""


def refused(name: str, message: str) -> SpecError:
    """Return the error of what cannot be made."""
    return SpecError([Problem(Place(name), "", message)])


def write_new(path: Path, text: str) -> Path:
    """Write a file that is not there yet.

    Raises
    ------
    SpecError
        When it is.
    """
    if path.exists():
        raise refused(display_name(path), "is there already: nothing was written")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, text)
    return path


def as_yaml(entry: Mapping[str, object]) -> str:
    """Return an entry as YAML, in its order and a value a line."""
    return str(yaml.safe_dump(dict(entry), sort_keys=False, allow_unicode=True, width=10_000))


def entries_in(path: Path, key: str) -> dict[str, Node]:
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


def insert(path: Path, key: str, name: str, entry: Mapping[str, object]) -> Path:
    """Put an entry below a key of a file, before the others; all else stays as it is.

    Raises
    ------
    SpecError
        When the name is taken, or the file cannot be read.
    """
    entries = entries_in(path, key)
    if name in entries:
        raise refused(str(entries[name].at), f"{name!r} is there already: nothing was written")
    lines = path.read_text("utf-8").splitlines(keepends=True)
    at = next((i for i, line in enumerate(lines) if line.startswith(f"{key}:")), None)
    if at is None:
        lines += [f"{key}:\n"]
        at = len(lines) - 1
    elif lines[at].partition(":")[2].partition("#")[0].strip():
        raise refused(f"{display_name(path)}:{at + 1}:1", f"write {key} in lines of its own first")
    first = next(iter(entries.values()), None)
    indent = " " * (first.at.column - 1 if first else 2)
    new = "".join(f"{indent}{line}\n" for line in as_yaml({name: entry}).splitlines())
    write_text(path, "".join([*lines[: at + 1], new, *lines[at + 1 :]]))
    return path
