"""Columns of accounts, declared once: a name with its unit, how it adds up, a sentence.

An actor declares its columns as the fields of a class, and reads from the one instance
where each stands::

    @dataclass(frozen=True)
    class CourseColumns(Columns):
        intake: int = flow("Trainees who began the course.")
        in_training: int = stock("Trainees on the course.")

    COURSE: Final = laid_out(CourseColumns)

    account = books.open("yearly", name, COURSE.columns)
    account.now[COURSE.intake] += 12.0

The fields are plain numbers, so that booking costs no look-up by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any, Literal, TypeVar

__all__ = ["Column", "Columns", "flow", "flows", "laid_out", "stock"]


@dataclass(frozen=True)
class Column:
    """One recorded quantity.

    Parameters
    ----------
    name : str
        With its unit, as in the tables: ``good_gwh``.
    kind : {"flow", "stock"}
        Flows add up over months; a stock's value is that of the last day.
    doc : str
        A sentence for the table dictionary.
    """

    name: str
    kind: Literal["flow", "stock"]
    doc: str


@dataclass(frozen=True)
class Columns:
    """Positions of an account's columns; subclasses declare them as fields."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns, in the order in which they were declared."""
        kind: Any = type(self)
        return _side_by_side(kind)


AnyColumns = TypeVar("AnyColumns", bound=Columns)


def flow(doc: str) -> Any:
    """Declare a column whose months add up; its name is the field's."""
    return field(metadata={"columns": (Column("", "flow", doc),)})


def stock(doc: str) -> Any:
    """Declare a column whose value is that of the last day; its name is the field's."""
    return field(metadata={"columns": (Column("", "stock", doc),)})


def flows(pattern: str, docs: Mapping[str, str]) -> Any:
    """Declare flows side by side; the field is the position of the first.

    Parameters
    ----------
    pattern : str
        Their names, such as ``lost_{}_gwh``.
    docs : mapping of str to str
        By what stands in the braces, a sentence.
    """
    columns = tuple(Column(pattern.format(name), "flow", doc) for name, doc in docs.items())
    return field(metadata={"columns": columns})


def laid_out(kind: Callable[..., AnyColumns]) -> AnyColumns:
    """Return the positions of a class of columns, side by side in the order of declaration."""
    positions, at = [], 0
    for columns in _declared(kind):
        positions.append(at)
        at += len(columns)
    return kind(*positions)


@cache
def _side_by_side(kind: Any) -> tuple[Column, ...]:
    return tuple(column for columns in _declared(kind) for column in columns)


@cache
def _declared(kind: Any) -> tuple[tuple[Column, ...], ...]:
    """Return the columns that each field of a class declares."""
    return tuple(
        tuple(replace(column, name=column.name or each.name) for column in each.metadata["columns"])
        for each in fields(kind)
    )
