"""From each figure to its equation, the code that reads it and the test that guards it.

Nothing of it is typed by hand but the equations (`equations.yaml`): figures are those of the
schema, code is found by the types that mypy infers, tests by what they set.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[3]


class Kind(NamedTuple):
    """A kind of figure: a field of a data class of the schema."""

    part: str
    field: str

    def __str__(self) -> str:
        return f"{self.part}.{self.field}"


class Spot(NamedTuple):
    """A line of a file of the repository; `name` says what stands there, if it has a name."""

    file: str
    line: int
    name: str = ""


def in_repository(path: Path) -> str:
    """Return a path as the repository names it."""
    return path.resolve().relative_to(ROOT.resolve()).as_posix()
