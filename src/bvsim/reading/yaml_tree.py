"""Reading YAML into a tree in which every value keeps its file, line and column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

import yaml

from bvsim.reading.nodes import Node
from bvsim.reading.scalars import meaning
from bvsim.schema.errors import Path, Place, Problem, SpecError, did_you_mean, dotted

MAX_BYTES = 16 * 2**20
MAX_DEPTH = 40
MAX_NODES = 300_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BOMS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))


def read_file(path: FilePath, name: str | None = None) -> tuple[Node | None, list[Problem]]:
    """Read one YAML file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    name : str, optional
        How messages name it.

    Returns
    -------
    Node or None
        None when the file as a whole cannot be read; then there is a problem.
    list of Problem
        What is wrong with its syntax.
    """
    name = name or display_name(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        return None, [Problem(Place(name, 1, 1), "", f"cannot be read: {error.strerror}")]
    text, problem = _decode(data, name)
    if problem:
        return None, [problem]
    node, problems = _read_once(text, name)
    return node, list(problems)


def display_name(path: FilePath) -> str:
    """Name a file relative to the working directory where it lies below it."""
    try:
        return path.resolve().relative_to(FilePath.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


@lru_cache(maxsize=64)
def _read_once(text: str, name: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """Read a text that may come again: many scenarios stand on one model; nodes never change."""
    node, problems = read_text(text, name)
    return node, tuple(problems)


def read_text(text: str, name: str) -> tuple[Node | None, list[Problem]]:
    """Read YAML text; see `read_file`."""
    builder = _Builder(name)
    try:
        node = builder.document(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name, 1, 1)
        return None, [*builder.problems, Problem(place, "", _explain(error, text))]
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        message = f"the character {chr(int(error.character))!r} is not allowed"
        return None, [*builder.problems, Problem(Place(name, line, column), "", message)]
    except SpecError as error:
        return None, [*builder.problems, *error.problems]
    return node, builder.problems


def _decode(data: bytes, name: str) -> tuple[str, Problem | None]:
    start = Place(name, 1, 1)
    if len(data) > MAX_BYTES:
        return "", Problem(start, "", f"is larger than {MAX_BYTES // 2**20} MiB")
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return "", Problem(start, "", f"is saved as {encoding}: save it as UTF-8")
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = error.start - before.rfind(b"\n")
        place = Place(name, before.count(b"\n") + 1, column)
        return "", Problem(place, "", "is not UTF-8 (saved as Latin-1?): save it as UTF-8")


def _explain(error: yaml.MarkedYAMLError, text: str) -> str:
    """Put a message of the YAML parser into words that help."""
    problem, context = str(error.problem or ""), str(error.context or "")
    mark = error.problem_mark
    lines = text.splitlines()
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    if "cannot start any token" in problem and "\t" in line:
        return "a tab cannot indent YAML: use spaces"
    if "nesting depth" in problem:  # PyYAML from 6.0.4 on has a limit of its own
        return f"nested more than {MAX_DEPTH} levels deep"
    if "mapping values are not allowed" in problem:
        return "a second colon in a line: put text that holds ': ' in quotes, or check the indent"
    return f"not valid YAML: {problem} ({context})" if context else f"not valid YAML: {problem}"


_WRITTEN = (yaml.ScalarEvent, yaml.SequenceStartEvent, yaml.MappingStartEvent)


class _Builder:
    """Turns parser events into nodes; collects what is wrong on the way."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._nodes = 0

    def document(self, events: Iterator[yaml.Event]) -> Node:
        """Build the one document of a file."""
        found: Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent) and found is not None:
                raise self._fatal(event, "a second document begins: one a file")
            if isinstance(event, yaml.NodeEvent):
                found = self._node(event, events, ())
        if found is None or (found.value is None and not found.word):
            raise SpecError([Problem(Place(self.name, 1, 1), "", "the file is empty")])
        return found

    def _place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        assert mark is not None  # the parser always sets it
        return Place(self.name, mark.line + 1, mark.column + 1)

    def _say(self, event: yaml.Event, path: Path, message: str) -> None:
        self.problems.append(Problem(self._place(event), dotted(path), message))

    def _fatal(self, event: yaml.Event, message: str) -> SpecError:
        return SpecError([Problem(self._place(event), "", message)])

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path) -> Node:
        if len(path) > MAX_DEPTH:
            raise self._fatal(event, f"nested more than {MAX_DEPTH} levels deep")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        assert isinstance(event, _WRITTEN)
        before = self._nodes
        self._count(event, 1)
        if event.tag is not None:
            self._say(event, path, f"the tag {event.tag} is not used here: drop it")
        if isinstance(event, yaml.MappingStartEvent):
            node = self._mapping(event, events, path)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._sequence(event, events, path)
        else:
            node = self._scalar(event, path)
        if event.anchor is not None:
            self._anchors[event.anchor] = (node, self._nodes - before)
        return node

    def _count(self, event: yaml.Event, more: int) -> None:
        self._nodes += more
        if self._nodes > MAX_NODES:
            raise self._fatal(event, f"more than {MAX_NODES} values (aliases expanded)")

    def _alias(self, event: yaml.AliasEvent) -> Node:
        if event.anchor is None or event.anchor not in self._anchors:
            near = did_you_mean(str(event.anchor), self._anchors)
            raise self._fatal(event, f"no anchor &{event.anchor} stands before this alias{near}")
        node, size = self._anchors[event.anchor]
        self._count(event, size)
        return replace(node, place=self._place(event))

    def _scalar(self, event: yaml.ScalarEvent, path: Path) -> Node:
        place = self._place(event)
        if not event.implicit[0]:
            return Node(event.value, place)
        value, word, refused = meaning(event.value)
        if refused:
            self._say(event, path, refused)
        return Node(value, place, word=word)

    def _sequence(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path) -> Node:
        items: list[Node] = []
        for child in events:
            if isinstance(child, yaml.SequenceEndEvent):
                break
            items.append(self._node(child, events, (*path, len(items))))
        return Node(items, self._place(event))

    def _mapping(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path) -> Node:
        children: dict[str, Node] = {}
        for key_event in events:
            if isinstance(key_event, yaml.MappingEndEvent):
                break
            key = self._key(key_event, events, path)
            value = self._node(next(events), events, (*path, key or "?"))
            if key is None:
                continue
            if key in children:
                first = children[key].at.line
                twice = f"the key {key!r} stands here twice (first in line {first})"
                self._say(key_event, (*path, key), twice)
                continue
            children[key] = replace(value, key_place=self._place(key_event))
        return Node(children, self._place(event))

    def _key(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path) -> str | None:
        """Return a key as text; None, with a problem, when it cannot be one."""
        if not isinstance(event, yaml.ScalarEvent):
            if not isinstance(event, yaml.AliasEvent):
                self._node(event, events, (*path, "?"))
            self._say(event, path, "a key must be a word, not a list, mapping or alias")
            return None
        text = str(event.value)
        if not event.implicit[0]:
            return text
        if text == "<<":
            self._say(event, path, "merge keys (<<) are not used here: write the values out")
            return None
        if meaning(text).value is None:
            self._say(event, path, "an empty key: put it in quotes if it is a name")
            return None
        return text  # a key is always a name: `on` and `no` mean themselves
