"""Which test uses a helper of the tests: the nearest one, through helpers and imports."""

from __future__ import annotations

import ast
from collections import defaultdict, deque
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pages.chain import ROOT, Spot, in_repository

Definition = tuple[str, str]
"""File and name."""

TESTS = ROOT / "tests"


def nearest_test(file: str, name: str) -> Spot | None:
    """Return the nearest test that uses a definition, mechanisms first; itself if it is one."""
    users, lines = _users(), _lines()
    seen = {(file, name)}
    ahead = deque(seen)
    while ahead:
        here = ahead.popleft()
        if here[1].startswith("test_"):
            return Spot(here[0], lines[here], here[1])
        for user in sorted(users[here] - seen, key=lambda d: ("/mechanisms/" not in d[0], d)):
            seen.add(user)
            ahead.append(user)
    return None


def title(statement: ast.stmt) -> str:
    """Return the name that a statement defines, if it does."""
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    target = getattr(statement, "target", None)
    return str(getattr(statement, "name", "") or getattr(target, "id", ""))


@cache
def trees() -> dict[str, ast.Module]:
    """Return the files of the tests, parsed."""
    files = sorted(TESTS.rglob("*.py"))
    return {in_repository(each): ast.parse(each.read_text(encoding="utf-8")) for each in files}


@cache
def _lines() -> dict[Definition, int]:
    found: dict[Definition, int] = {}
    for file, tree in trees().items():
        for statement in tree.body:
            found.setdefault((file, title(statement)), statement.lineno)
    return found


@cache
def _users() -> dict[Definition, set[Definition]]:
    users = defaultdict[Definition, set[Definition]](set)
    helpers = {Path(each).stem: each for each in trees() if each.startswith("tests/support/")}
    for file, tree in trees().items():
        meant = {title(each): (file, title(each)) for each in tree.body}
        meant |= dict(_imported(tree, helpers))
        for statement in tree.body:
            for word in {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)}:
                if word in meant:
                    users[meant[word]].add((file, title(statement)))
    return users


def _imported(tree: ast.Module, helpers: dict[str, str]) -> Iterator[tuple[str, Definition]]:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module in helpers:
            for each in node.names:
                yield each.asname or each.name, (helpers[node.module], each.name)


def test_of(said: str) -> Spot | None:
    """Return the test that is named ``FILE::NAME``; None for an empty name.

    Raises
    ------
    KeyError
        When there is no such test.
    """
    file, _, name = said.partition("::")
    return Spot(file, _lines()[file, name], name) if said else None
