"""Sweep files: a scenario, what is varied of it, and how the values are combined."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar, cast

from bvsim.ensemble.design.points import KINDS, MEDIAN, generator
from bvsim.ensemble.sweep_points import (
    Point,
    label,
    lever_of,
    point_of,
    told_apart,
    with_value,
)
from bvsim.reading.datafiles import find_scenario, roots
from bvsim.reading.folder import SUFFIXES
from bvsim.reading.nodes import Node
from bvsim.reading.yaml_tree import read_file
from bvsim.schema.errors import Place, Problem, SpecError, did_you_mean, unknown
from bvsim.valley.record.kpis import YEARS

Span = tuple[float, float] | tuple[date, date]
T = TypeVar("T", int, str)
COMBINE = ("grid", "zip", "list", "sampled")
KPIS = ("output_2030_gwh",)
"""What a file without `kpis` draws."""
MOST_POINTS = 10_000
"""A sweep with more is a slip of the finger: a grid multiplies its axes."""
_RANGE = "uniform"
_FOLDER = ("scenarios", "sweeps")
_COUNTS = {"draws": 256, "per_draw": 1, "seed": 1, "samples": 32}
_TEXTS = {"name": "", "story": "", "scenario": "", "combine": "grid", "design": "sobol"}
_KEYS = (*_TEXTS, *_COUNTS, "set", "sweep", "points", "years", "kpis", "sources")


@dataclass(frozen=True)
class Sweep:
    """What a sweep file asks.

    Parameters
    ----------
    name, story, scenario : str
        What it is called, what it asks, and of which scenario.
    combine : {"grid", "zip", "list", "sampled"}
        How the points come about.
    axes : tuple of str
        Names of what varies: dotted paths.
    points : tuple of Point
        The combinations, each once.
    common : mapping of str to Node
        What is set at every point.
    draws, per_draw, seed, design, years
        As for a run.
    kpis : tuple of str
        Key figures to draw.
    levers : tuple of str
        Levers that are turned at every point.
    """

    name: str
    story: str
    scenario: str
    combine: str
    axes: tuple[str, ...]
    points: tuple[Point, ...]
    common: Mapping[str, Node] = field(repr=False)
    draws: int
    per_draw: int
    seed: int
    design: str
    years: tuple[int, ...]
    kpis: tuple[str, ...]
    scenario_place: Place = Place("")
    levers: tuple[str, ...] = ()


def is_sweep(name: str | Path) -> bool:
    """Tell whether a file is a sweep: it says what is varied, or lies among the shipped ones.

    A bare name is one when a shipped sweep, and no scenario, bears it.
    """
    path = Path(name)
    if not path.is_file():
        bare = path.name == str(name) and find_scenario(str(name)) is None
        return bare and _shipped(str(name)) is not None
    if path.suffix not in SUFFIXES:
        return False
    if path.resolve().parent.name == _FOLDER[-1]:
        return True
    node, _ = read_file(path)
    return node is not None and not {"sweep", "points"}.isdisjoint(node.children())


def _shipped(name: str) -> Path | None:
    """Return the file of a shipped sweep, or of one of the study folder."""
    files = (root.joinpath(*_FOLDER, f"{name}.yaml") for root in roots())
    return next((file for file in files if file.is_file()), None)


def find_sweep(name: str) -> Path:
    """Return the file of a sweep: a path, or the bare name of one that is shipped.

    Raises
    ------
    SpecError
        When there is none.
    """
    if Path(name).is_file():
        return Path(name)
    found = _shipped(name)
    if found is None:
        folders = [root.joinpath(*_FOLDER) for root in roots()]
        names = sorted({file.stem for folder in folders for file in folder.glob("*.yaml")})
        message = f"there is no sweep {name!r}{did_you_mean(name, names)}"
        raise SpecError([Problem(Place(name), "", message)])
    return found


def read_sweep(name: str | Path) -> Sweep:
    """Read a sweep file.

    Parameters
    ----------
    name : str or path
        The file, or the bare name of one in ``scenarios/sweeps/``.

    Raises
    ------
    SpecError
        With everything that is wrong with it, located.
    """
    path = find_sweep(str(name))
    node, problems = read_file(path)
    if node is None:
        raise SpecError(problems)
    reader = _Reader(node, path, problems)
    sweep = reader.sweep()
    if reader.problems or sweep is None:
        raise SpecError(reader.problems)
    return sweep


class _Reader:
    """Reads one file and collects what is wrong with it."""

    def __init__(self, node: Node, path: Path, problems: list[Problem]) -> None:
        self.node, self.path, self.problems = node, path, problems

    def say(self, node: Node, path: str, message: str) -> None:
        """Report a problem at a node."""
        self.problems.append(Problem(node.at, path, message))

    def sweep(self) -> Sweep | None:
        """Return the sweep; None when something is so wrong that nothing can be made of it."""
        if not isinstance(self.node.value, dict):
            self.say(self.node, "", "a sweep is a mapping: name, scenario, sweep, ...")
            return None
        for key, child in self.node.children().items():
            if key not in _KEYS:
                self.say(child, key, unknown("key", key, _KEYS))
        texts = {key: self._text(key, default) for key, default in _TEXTS.items()}
        counts = {key: self._count(key, default) for key, default in _COUNTS.items()}
        combine = "list" if self.node.get("points") is not None else texts["combine"]
        self._one_of("combine", combine, COMBINE)
        self._one_of("design", texts["design"], (*KINDS, MEDIAN))
        points = self._points(combine, counts)
        once = told_apart(points)
        return Sweep(
            name=texts["name"] or self.path.stem,
            story=texts["story"],
            scenario=self._scenario(texts["scenario"]),
            combine=combine,
            axes=tuple(dict.fromkeys(axis for point in points for axis in point.values)),
            points=once,
            common=self._mapping("set"),
            draws=counts["draws"],
            per_draw=counts["per_draw"],
            seed=counts["seed"],
            design=texts["design"],
            years=tuple(self._list("years", int)) or YEARS,
            kpis=tuple(self._list("kpis", str)) or KPIS,
            scenario_place=(self.node.get("scenario") or self.node).at,
        )

    def _points(self, combine: str, counts: Mapping[str, int]) -> list[Point]:
        """Return all combinations of values, or none where something is wrong."""
        before = len(self.problems)
        points = self._listed() if combine == "list" else self._combined(combine, counts)
        if not points and len(self.problems) == before:
            self.say(self.node, "", "nothing is varied: write a mapping `sweep` or a list `points`")
        return points if len(self.problems) == before else []

    def _listed(self) -> list[Point]:
        """Return the points that the file writes out."""
        listed = self.node.get("points")
        if self.node.get("sweep") is not None:
            self.say(listed or self.node, "points", "both sweep and points: one is enough")
        items = listed.value if listed is not None else None
        if not isinstance(items, list) or listed is None:
            self.say(listed or self.node, "points", "a list of points takes a list `points`")
            return []
        for item in items:
            if not item.children():
                self.say(item, "points", "a point is a mapping of paths to values")
        return [
            Point({path: label(node) for path, node in item.children().items()}, item.children())
            for item in items
        ]

    def _combined(self, combine: str, counts: Mapping[str, int]) -> list[Point]:
        """Return the combinations of the values of all axes."""
        axes = self._mapping("sweep")
        if combine == "sampled" and counts["samples"] > MOST_POINTS:
            self._too_many(counts["samples"])
            return []
        if combine == "sampled":
            number, seed = counts["samples"], counts["seed"]
            columns = [self._sampled(path, node, number, seed) for path, node in axes.items()]
        else:
            columns = [self._values(path, node) for path, node in axes.items()]
        if not all(columns) or not columns:
            return []
        if combine != "grid" and len({len(column) for column in columns}) > 1:
            lengths = ", ".join(str(len(column)) for column in columns)
            self.say(self.node, "sweep", f"zip takes axes of one length, not {lengths}")
            return []
        number = math.prod(map(len, columns)) if combine == "grid" else len(columns[0])
        if number > MOST_POINTS:
            self._too_many(number)
            return []
        rows = itertools.product(*columns) if combine == "grid" else zip(*columns, strict=True)
        return [point_of(tuple(axes), row) for row in rows]

    def _too_many(self, number: int) -> None:
        say = f"{number:,} points are more than {MOST_POINTS:,}: take fewer axes or values"
        self.say(self.node.get("sweep") or self.node, "sweep", say)

    def _values(self, path: str, node: Node) -> list[Node]:
        """Return the settings that an axis stands for, one a value."""
        lever, inner = lever_of(node)
        if not isinstance(inner.value, list) or not inner.value:
            self.say(node, path, "an axis takes a list of values, or a lever with one")
            return []
        if lever is None:
            return inner.value
        beside = (each for key, each in node.children().items() if key != lever)
        if any(isinstance(each.value, list) for each in beside):
            self.say(node, path, f"one list a lever: {lever} varies, what stands beside it may not")
            return []
        return [with_value(node, lever, item) for item in inner.value]

    def _sampled(self, path: str, node: Node, number: int, seed: int) -> list[Node]:
        """Return sampled settings of an axis: one in each of as many strata."""
        lever, inner = lever_of(node)
        draw = generator("sweep", seed, path)
        strata = draw.permutation(number) + draw.random(number)
        uniforms = [float(u) for u in strata / number]
        if isinstance(inner.value, list) and inner.value:
            items = [inner.value[int(u * len(inner.value))] for u in uniforms]
        else:
            span = self._range(path, inner)
            if span is None:
                return []
            items = [replace(inner, value=_between(span[0], span[1], u)) for u in uniforms]
        return items if lever is None else [with_value(node, lever, item) for item in items]

    def _range(self, path: str, node: Node) -> Span | None:
        """Return the two ends of ``{uniform: [low, high]}``: numbers or dates."""
        inner = node.get(_RANGE)
        ends = [end.value for end in inner.value] if inner and isinstance(inner.value, list) else []
        same = all(_is_number(end) for end in ends) or all(isinstance(end, date) for end in ends)
        if len(ends) != 2 or not same or set(node.children()) != {_RANGE}:
            self.say(node, path, "a sampled axis takes a list, or {uniform: [low, high]}")
            return None
        low, high = ends
        if not low < high:  # type: ignore[operator]
            self.say(node, path, f"{low} is not below {high}")
            return None
        return cast("Span", (low, high))

    def _scenario(self, name: str) -> str:
        """Return the scenario, a path relative to the file where it is one."""
        if not name:
            self.say(self.node, "scenario", "no scenario: say of which one this is a sweep")
        near = self.path.parent / name
        return str(near) if name.endswith((".yaml", ".yml")) and near.is_file() else name

    def _text(self, key: str, default: str) -> str:
        node = self.node.get(key)
        if node is None:
            return default
        if not isinstance(node.value, str):
            self.say(node, key, f"{node.plain()!r} is not text")
            return default
        return node.value

    def _count(self, key: str, default: int) -> int:
        node = self.node.get(key)
        if node is None:
            return default
        least = 0 if key == "seed" else 1
        whole = isinstance(node.value, int) and not isinstance(node.value, bool)
        if not whole or int(str(node.value)) < least:
            self.say(node, key, f"{node.plain()!r} is not a whole number from {least} up")
            return default
        return int(str(node.value))

    def _one_of(self, key: str, word: str, words: Sequence[str]) -> None:
        if word not in words:
            self.say(self.node.get(key) or self.node, key, unknown(key, word, words))

    def _mapping(self, key: str) -> dict[str, Node]:
        node = self.node.get(key)
        if node is not None and not isinstance(node.value, dict):
            self.say(node, key, "is not a mapping of paths to values")
        return {} if node is None else node.children()

    def _list(self, key: str, kind: type[T]) -> Iterator[T]:
        node = self.node.get(key)
        items = node.value if node is not None else []
        if not isinstance(items, list):
            self.say(node or self.node, key, "is not a list")
            return
        for item in items:
            if isinstance(item.value, kind):
                yield item.value
            else:
                self.say(
                    item, key, f"{item.plain()!r} is not {'a year' if kind is int else 'text'}"
                )


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _between(low: float | date, high: float | date, share: float) -> float | date:
    """Return what lies at a share of the way between two numbers or dates."""
    if isinstance(low, date) and isinstance(high, date):
        return low + timedelta(days=round(share * (high - low).days))
    assert not isinstance(low, date)
    assert not isinstance(high, date)
    return low + share * (high - low)
