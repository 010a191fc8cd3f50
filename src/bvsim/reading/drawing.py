"""Puts drawn numbers in place of a model's figures, fast: the tree is compiled once.

Only parts that hold an uncertain figure are made anew for a draw; all others are shared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from bvsim.reading.tree_paths import figures_of
from bvsim.schema.figure import DATE_SYMBOL, Change, Figure, day_number
from bvsim.schema.unit import Timed

FloatArray = NDArray[np.float64]
Values = Sequence[float | Timed]


def _act(change: Change, value: float) -> float:
    if change.operation == "times":
        return value * change.value
    return value + change.value if change.operation == "plus" else change.value


@dataclass(frozen=True)
class _Finish:
    """Turns drawn values of figures into what the valley computes with.

    Levers without a date act first, then physical bounds, whole numbers, and dates as days
    since the start; figures that levers may change in time become `Timed`.
    """

    start: date
    scale: FloatArray
    shift: FloatArray
    lower: FloatArray
    upper: FloatArray
    whole: NDArray[np.bool_]
    timed: tuple[tuple[int, tuple[Change, ...]], ...]

    @classmethod
    def of(cls, figures: Sequence[Figure], start: date) -> _Finish:
        affine = [_affine(figure) for figure in figures]
        offsets = [
            day_number(start) if figure.unit.symbol == DATE_SYMBOL else 0.0 for figure in figures
        ]
        timed = tuple(
            (i, tuple(change for change in figure.changes if change.since))
            for i, figure in enumerate(figures)
            if figure.unit.timed
        )
        return cls(
            start,
            np.array([scale for scale, _ in affine], dtype=np.float64),
            np.array([s - offset for (_, s), offset in zip(affine, offsets, strict=True)]),
            np.array([f.unit.lower for f in figures], dtype=np.float64) - offsets,
            np.array([f.unit.upper for f in figures], dtype=np.float64) - offsets,
            np.array([f.unit.whole for f in figures], dtype=np.bool_),
            timed,
        )

    def __call__(self, values: FloatArray) -> list[float | Timed]:
        raw = values * self.scale + self.shift
        plain: list[float] = self._physical(raw, slice(None)).tolist()
        done: list[float | Timed] = [*plain]
        for i, changes in self.timed:
            done[i] = self._timed(i, raw[i], changes) if changes else _constant(plain[i])
        return done

    def _physical(self, raw: FloatArray, at: slice | NDArray[np.intp]) -> FloatArray:
        bounded = np.clip(raw, self.lower[at], self.upper[at])
        return np.where(self.whole[at], np.rint(bounded), bounded)

    def _timed(self, i: int, value: float, changes: tuple[Change, ...]) -> Timed:
        values = [value]
        for change in changes:
            values.append(_act(change, values[-1]))
        days = tuple(float((c.since - self.start).days) for c in changes if c.since)
        done = self._physical(np.array(values), np.full(len(values), i))
        return Timed(days, tuple(done.tolist()))


def _affine(figure: Figure) -> tuple[float, float]:
    """Return the levers without a date as one multiplication and one addition.

    Of a figure that a setting made one number only that number is left: what is drawn is
    what it was before.
    """
    zero, one = 0.0, 1.0
    if figure.distribution is not figure.drawn_from:
        zero = one = figure.distribution.median
    for change in figure.changes:
        if change.since is None:
            zero, one = _act(change, zero), _act(change, one)
    return one - zero, zero


def _constant(value: float) -> Timed:
    """Return a figure that no lever changes: made past its constructor, which sets with care."""
    new = object.__new__(Timed)
    fields = new.__dict__
    fields["days"], fields["values"] = (), (value,)
    return new


_Recipe = Callable[[Values], object]


class _PartRecipe:
    """Makes a part anew from what is common to all draws and from drawn values."""

    def __init__(
        self, made: object, slots: Mapping[str, int], parts: Mapping[str, _Recipe]
    ) -> None:
        self.cls = type(made)
        self.common = {k: v for k, v in vars(made).items() if k not in slots and k not in parts}
        self.slots = tuple(slots.items())
        self.parts = tuple(parts.items())

    def __call__(self, values: Values) -> object:
        new = object.__new__(self.cls)
        fields = new.__dict__
        fields.update(self.common)
        for name, i in self.slots:
            fields[name] = values[i]
        for name, make in self.parts:
            fields[name] = make(values)
        return new


class _MappingRecipe:
    """Makes a mapping, in the order of the file."""

    def __init__(self, entries: Mapping[str, object]) -> None:
        self.entries = dict(entries)
        self.slots = tuple((k, v.index) for k, v in entries.items() if isinstance(v, _Slot))
        self.parts = tuple((k, v) for k, v in entries.items() if isinstance(v, _RECIPES))

    def __call__(self, values: Values) -> dict[str, object]:
        new = self.entries.copy()
        for key, i in self.slots:
            new[key] = values[i]
        for key, make in self.parts:
            new[key] = make(values)
        return new


class _ListRecipe:
    """Makes a tuple or list."""

    def __init__(self, kind: type, entries: Sequence[object]) -> None:
        self.kind = kind
        self.entries = tuple(entries)

    def __call__(self, values: Values) -> object:
        return self.kind(_made(entry, values) for entry in self.entries)


@dataclass(frozen=True)
class _Slot:
    """Where a drawn value goes."""

    index: int


_RECIPES = (_PartRecipe, _MappingRecipe, _ListRecipe)


def _made(entry: object, values: Values) -> object:
    if type(entry) is _Slot:
        return values[entry.index]
    return entry(values) if isinstance(entry, _RECIPES) else entry


class Drawer:
    """The compiled form of a model.

    Parameters
    ----------
    model : part
        The tree of figures.
    figures : mapping of str to Figure
        The uncertain ones by dotted path, in the order of the values; every other figure is
        taken at its median.
    start : datetime.date
        Day 0.
    """

    def __init__(self, model: object, figures: Mapping[str, Figure], start: date) -> None:
        self._start = start
        self._index = {path: i for i, path in enumerate(figures)}
        self._finish = _Finish.of(list(figures.values()), start)
        self._recipe = self._compile(model, "", _as_set)
        base = [figure.base for figure in figures.values()]
        self._finish_before = _Finish.of(base, start)
        self._replaced = [(i, f) for i, f in enumerate(figures.values()) if f.before is not None]
        self.settled = any(f.base is not f for f in figures_of(model).values())
        self._before = self._compile(model, "", _as_it_was) if self.settled else self._recipe

    def __call__(self, values: FloatArray) -> object:
        """Return the tree with numbers, from one value a figure, shape (d,)."""
        return _made(self._recipe, self._finish(np.asarray(values, dtype=np.float64)))

    def before(self, values: FloatArray) -> object:
        """Return the tree with kept figures as they were before settings."""
        drawn = np.array(values, dtype=np.float64)
        for i, figure in self._replaced:
            drawn[i : i + 1] = figure.before_settings(drawn[i : i + 1])
        return _made(self._before, self._finish_before(drawn))

    def _compile(self, value: object, path: str, meant: Callable[[Figure], Figure]) -> object:
        """Return a recipe, a slot, or the finished value where nothing is drawn."""
        if isinstance(value, Figure):
            figure = meant(value)
            if path in self._index and figure.uncertain:
                return _Slot(self._index[path])
            median = np.array([figure.distribution.median])
            return _Finish.of([figure], self._start)(median)[0]
        prefix = f"{path}." if path else ""
        if isinstance(value, dict):
            entries = {k: self._compile(v, f"{prefix}{k}", meant) for k, v in value.items()}
            return _MappingRecipe(entries) if _draws(entries.values()) else entries
        if isinstance(value, (list, tuple)):
            items = [self._compile(v, f"{prefix}{i}", meant) for i, v in enumerate(value)]
            return _ListRecipe(type(value), items) if _draws(items) else type(value)(items)
        if is_dataclass(value) and not isinstance(value, type) and hasattr(value, "__dict__"):
            return self._compile_part(value, prefix, meant)
        return value

    def _compile_part(
        self, value: object, prefix: str, meant: Callable[[Figure], Figure]
    ) -> object:
        fields = {k: self._compile(v, f"{prefix}{k}", meant) for k, v in vars(value).items()}
        slots = {k: v.index for k, v in fields.items() if isinstance(v, _Slot)}
        parts = {k: v for k, v in fields.items() if isinstance(v, _RECIPES)}
        made = object.__new__(type(value))
        made.__dict__.update(fields)
        return _PartRecipe(made, slots, parts) if slots or parts else made


def _as_set(figure: Figure) -> Figure:
    return figure


def _as_it_was(figure: Figure) -> Figure:
    return figure.base


def _draws(entries: Iterable[object]) -> bool:
    return any(isinstance(entry, (_Slot, *_RECIPES)) for entry in entries)
