"""Scenarios between two scenarios: each thing that they do not share is taken from either.

What differs is found by walking both models: figures in force, choices, and entries such as dated
facts that only one of them has. A date that both write down (``started``, ``done``, ``cancelled``)
and only the later one knows of differs too: it becomes a fact between their `as_of`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, is_dataclass, replace
from datetime import date
from typing import Any, Literal

from bvsim.reading.correlations import KEY, Tie
from bvsim.reading.resolved import canonical
from bvsim.reading.scenario import Scenario
from bvsim.reading.tree_paths import figures_of
from bvsim.schema.errors import Place, Problem, SpecError
from bvsim.schema.figure import Figure

TIME = "as_of"
_DATES = ("as_of", "plan_as_of")
_FIXED = ("start", "end")
_DAYS = frozenset({"started", "done", "cancelled"})
_KNOWN = "known_from"
_MISSING = object()

Kind = Literal["figure", "choice", "fact", "time"]


@dataclass(frozen=True)
class Change:
    """One thing that two scenarios do not share.

    Parameters
    ----------
    path : str
        Its dotted path, or the name of a date of the scenario.
    kind : {"figure", "choice", "fact", "time"}
        What it is: a figure in force, any other value, an entry or a day that only one of them
        has or knows, or a date of the scenario.
    says : str
        Old and new in words.
    """

    path: str
    kind: Kind
    says: str


def changes(old: Scenario, new: Scenario) -> tuple[Change, ...]:
    """Return everything that two scenarios do not share, by path; dates of the scenario first.

    Raises
    ------
    SpecError
        When they do not simulate the same days.
    """
    for name in _FIXED:
        if getattr(old, name) != getattr(new, name):
            text = f"{getattr(old, name)} against {getattr(new, name)}: the same days are needed"
            raise SpecError([Problem(Place(new.name), name, text)])
    times = [
        Change(name, "time", f"{getattr(old, name)} -> {getattr(new, name)}")
        for name in _DATES
        if getattr(old, name) != getattr(new, name)
    ]
    ends = tuple(sorted((old.as_of, new.as_of)))
    found = list(_walk(old.model, new.model, "", ends))
    if old.correlations != new.correlations:
        pairs = f"{len(old.correlations)} pairs -> {len(new.correlations)} pairs"
        found.append(Change(KEY, "choice", pairs))
    return (*times, *sorted(found, key=lambda change: change.path))


def _walk(a: Any, b: Any, path: str, ends: tuple[date, ...]) -> Iterator[Change]:
    if path == "sources":
        return
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        for key in {**a, **b}:
            below = f"{path}.{key}" if path else str(key)
            if key in a and key in b:
                yield from _walk(a[key], b[key], below, ends)
            else:
                yield Change(below, "fact", "new" if key in b else "gone")
    elif _is_part(a) and type(a) is type(b):
        for name in vars(a):
            yield from _walk(getattr(a, name), getattr(b, name), f"{path}.{name}".lstrip("."), ends)
    elif _day_between(path, a, b, ends):
        yield Change(path, "fact", str(b))
    elif canonical(a) != canonical(b):
        figure = isinstance(a, Figure) or isinstance(b, Figure)
        yield Change(path, "figure" if figure else "choice", f"{_said(a)} -> {_said(b)}")


def _is_part(value: object) -> bool:
    return is_dataclass(value) and not isinstance(value, (Figure, type))


def _day_between(path: str, a: object, b: object, ends: tuple[date, ...]) -> bool:
    """Tell whether a day that both write down becomes a fact between their `as_of`."""
    is_day = path.rpartition(".")[2] in _DAYS and isinstance(a, date) and a == b
    return is_day and isinstance(a, date) and ends[0] < a <= ends[-1]


def _said(value: object) -> str:
    return value.describe() if isinstance(value, Figure) else str(value)


def blend(
    old: Scenario, new: Scenario, taken: frozenset[str], found: tuple[Change, ...]
) -> Scenario:
    """Return a scenario that has some things of the new one, and all others of the old one.

    Taking them from the new one to the old one, for all others, gives the same scenario.

    Parameters
    ----------
    old, new : Scenario
        The ends.
    taken : frozenset of str
        Paths of the changes that are taken from the new one.
    found : tuple of Change
        Of `changes`.
    """
    dates = {name: getattr(new if name in taken else old, name) for name in _DATES}
    differing = {change.path: change for change in found}
    above = {"", *(path[:i] for path in differing for i in _cuts(path))}
    later = new if new.as_of > old.as_of else old
    blender = _Blender(taken, differing, above, dates["as_of"], later is new, later.as_of)
    model = blender.blended(old.model, new.model, "")
    ties = _tied((new if KEY in taken else old)._ties, figures_of(model))
    return replace(new, model=model, turned=(), _ties=ties, **dates)


def _tied(ties: tuple[Tie, ...], figures: Mapping[str, Figure]) -> tuple[Tie, ...]:
    """Return the correlations of figures that are uncertain."""
    return tuple(
        tie for tie in ties if all(p in figures and figures[p].uncertain for p in tie.pair)
    )


def _cuts(path: str) -> Iterator[int]:
    """Yield where a dotted path may be cut."""
    yield from (i for i, letter in enumerate(path) if letter == ".")


@dataclass(frozen=True)
class _Blender:
    """Takes each thing from either side."""

    taken: frozenset[str]
    differing: Mapping[str, Change]
    above: set[str]
    as_of: date
    later_is_new: bool
    latest: date

    def blended(self, a: Any, b: Any, path: str) -> Any:
        """Return what stands at a path; where nothing below it differs, the new one's."""
        if path in self.differing:
            return self._either(a, b, path)
        if path not in self.above:
            return b
        if isinstance(b, Mapping):
            below = {key: f"{path}.{key}" if path else str(key) for key in {**b, **a}}
            made = {
                key: self.blended(a.get(key, _MISSING), b.get(key, _MISSING), place)
                for key, place in below.items()
            }
            return {key: value for key, value in made.items() if value is not _MISSING}
        copy = object.__new__(type(b))
        for name in vars(b):
            place = f"{path}.{name}".lstrip(".")
            copy.__dict__[name] = self.blended(getattr(a, name), getattr(b, name), place)
        return copy

    def _either(self, a: Any, b: Any, path: str) -> Any:
        value = b if path in self.taken else a
        if self.differing[path].kind != "fact":
            return value
        if a == b:  # a day: known to the later side alone
            knows = (path in self.taken) == self.later_is_new
            return value if knows or self.as_of < self.latest else None
        known = getattr(value, _KNOWN, None)
        return _MISSING if isinstance(known, date) and known > self.as_of else value
