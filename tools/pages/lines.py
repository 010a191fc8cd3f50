"""Line numbers of links into code and model files, from the names that the links carry.

A page says `[the planner](../../src/bvsim/valley/regions/planner.py#L21 "Planner.plan")`: the
title names what is meant, and the line follows from it.

    python -m pages.lines [DOCS]

writes the lines of all pages anew. A name in Python is a class, function, constant, method or
attribute (`Block.know_how`); in YAML a path of keys (`reference.end`).
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import yaml

LINK: Final = re.compile(r'\]\(([^)\s#"]+\.(?:py|yaml))(?:#L(\d+))? "([^"]+)"\)')
"""A link to a file with a name in it: path, line, name."""


def relined(page: Path) -> str:
    """Return a page whose links lead to the lines of what they name.

    Raises
    ------
    ValueError
        When a file has nothing of a name.
    FileNotFoundError
        When there is no such file.
    """

    def line(link: re.Match[str]) -> str:
        path, _, name = link.groups()
        return f']({path}#L{line_of(page.parent / path, name)} "{name}")'

    return LINK.sub(line, page.read_text(encoding="utf-8"))


def line_of(path: Path, name: str) -> int:
    """Return the line, from 1, on which a file has what a name means."""
    found = _names(path.resolve()).get(name)
    if found is None:
        raise ValueError(f"{path} has no {name}")
    return found


@cache
def _names(path: Path) -> dict[str, int]:
    text = path.read_text(encoding="utf-8")
    found = _keys(yaml.compose(text)) if path.suffix == ".yaml" else _defined(ast.parse(text).body)
    first: dict[str, int] = {}
    for name, line in found:
        first.setdefault(name, line)
    return first


def _keys(node: yaml.Node | None, before: str = "") -> Iterator[tuple[str, int]]:
    """Yield the paths of keys in a YAML file."""
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        yield f"{before}{key.value}", key.start_mark.line + 1
        yield from _keys(value, f"{before}{key.value}.")


def _defined(body: list[ast.stmt], before: str = "") -> Iterator[tuple[str, int]]:
    """Yield what a module or class defines, and what methods set on `self`."""
    for each in body:
        match each:
            case ast.ClassDef():
                yield f"{before}{each.name}", each.lineno
                yield from _defined(each.body, f"{before}{each.name}.")
            case ast.FunctionDef():
                yield f"{before}{each.name}", each.lineno
                yield from _set(each, before)
            case ast.Assign() | ast.AnnAssign():
                yield from ((f"{before}{name}", each.lineno) for name in _targets(each))


def _set(method: ast.FunctionDef, before: str) -> Iterator[tuple[str, int]]:
    """Yield the attributes that a method sets, the first place first."""
    for each in ast.walk(method):
        if isinstance(each, ast.Assign | ast.AnnAssign):
            yield from ((f"{before}{name}", each.lineno) for name in _targets(each, own=True))


def _targets(statement: ast.Assign | ast.AnnAssign, *, own: bool = False) -> Iterator[str]:
    """Yield the names that a statement sets: plain ones, or those on `self`."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    for target in targets:
        for each in target.elts if isinstance(target, ast.Tuple) else (target,):
            if own and isinstance(each, ast.Attribute) and ast.unparse(each.value) == "self":
                yield each.attr
            elif not own and isinstance(each, ast.Name):
                yield each.id


def main(docs: Path) -> None:
    """Write the lines of all pages anew, and name those that changed."""
    for page in sorted(docs.rglob("*.md")):
        if (text := relined(page)) != page.read_text(encoding="utf-8"):
            page.write_text(text, encoding="utf-8")
            print(page)


if __name__ == "__main__":
    main(Path(*sys.argv[1:2] or ["docs"]))
