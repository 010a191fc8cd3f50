"""What is wrong with model and scenario files: located problems, all in one report."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import NamedTuple

from pydantic_core import PydanticCustomError

Path = tuple[str | int, ...]
"""Keys (and positions in lists) from the root of a tree to one of its nodes."""


class Place(NamedTuple):
    """Where something is written; line 0 stands for a setting outside any file."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class Problem(NamedTuple):
    """One thing that is wrong, and where."""

    place: Place
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{self.place}: {self.path}" if self.path else f"{self.place}"
        return f"{where}: {self.message}"


class SpecError(ValueError):
    """Input that cannot be used, with every problem found in it.

    Parameters
    ----------
    problems : iterable of Problem
        Kept once each, sorted by file, line and column.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tidy(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[SpecError], tuple[tuple[Problem, ...]]]:
        return SpecError, (self.problems,)


def tidy(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sort problems by place; keep the first of those that say the same of one place."""
    kept: dict[tuple[Place, str], Problem] = {}
    for problem in sorted(problems):
        kept.setdefault((problem.place, problem.message), problem)
    return tuple(kept.values())


def dotted(path: Path) -> str:
    """Write a path with dots, as settings and tables name it."""
    return ".".join(map(str, path))


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """Return the choice that a word was probably meant to be, or None."""
    near = difflib.get_close_matches(word, sorted(set(choices)), n=1, cutoff=0.6)
    return near[0] if near else None


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Return `` (did you mean 'x'?)`` for the nearest choice, or nothing when none is near."""
    near = nearest(word, choices)
    return f" (did you mean {near!r}?)" if near else ""


def unknown(what: str, word: str, choices: Iterable[str]) -> str:
    """Say that a word is not one of the choices, with the nearest of them."""
    return f"unknown {what} {word!r}{did_you_mean(word, choices)}"


def problems_error(problems: Iterable[tuple[Path, str]]) -> PydanticCustomError:
    """Return an error for a validator to raise that holds several problems.

    Parameters
    ----------
    problems : iterable of (path, message)
        Paths are relative to what the validator was given.
    """
    found = list(problems)
    text = "; ".join(f"{dotted(path)}: {message}" if path else message for path, message in found)
    return PydanticCustomError("located", "{text}", {"text": text, "problems": found})
