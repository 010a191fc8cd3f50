"""A figure of a model file: a number or a distribution, with unit, source and confidence."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bvsim.schema.distributions import Distribution
from bvsim.schema.unit import Unit

Confidence = Literal["seed", "published", "derived", "background", "judgement"]
Operation = Literal["to", "times", "plus"]

FloatArray = NDArray[np.float64]

_EPOCH = date(1970, 1, 1)
DATE_SYMBOL = "date"
"""The symbol of the unit whose values are dates."""


def day_number(when: date) -> float:
    """Return a date as days since 1970-01-01: how figures that are dates are drawn."""
    return float((when - _EPOCH).days)


def day_date(number: float) -> date:
    """Return the date in which a day number falls."""
    return _EPOCH + timedelta(days=int(number // 1))


@dataclass(frozen=True)
class Vintage:
    """What was known of a figure from a date on.

    Parameters
    ----------
    distribution : Distribution
        Dates are days since 1970-01-01.
    sources : tuple of str
        Ids of the publications (or ``user``) that say so.
    confidence : str
        One of seed, published, derived, background, judgement.
    note : str
        What a reader should know.
    known_from : datetime.date or None
        First day on which it was known: as written, else the latest date of the
        sources; None when it has always been known.
    """

    distribution: Distribution
    sources: tuple[str, ...] = ("user",)
    confidence: str = "judgement"
    note: str = ""
    known_from: date | None = None


@dataclass(frozen=True)
class Change:
    """A lever on a figure: set to, multiplied by, or increased by a value.

    Parameters
    ----------
    operation : {"to", "times", "plus"}
        What happens to the value.
    value : float
        In the figure's unit; without one for ``times``.
    since : datetime.date or None
        From which day on; None acts on the whole run.
    """

    operation: Operation
    value: float
    since: date | None = None


@dataclass(frozen=True)
class Figure:
    """A number or distribution with all that is known about it.

    Parameters
    ----------
    unit : Unit
        Unit and physical bounds.
    vintages : tuple of Vintage
        Everything that was known at some time, in the order of the file.
    index : int
        The vintage in force.
    changes : tuple of Change
        Levers, those without a date first, then by date.
    before : Figure or None
        What it was before a setting replaced it, where that is kept (`Unit.kept`).
    """

    unit: Unit
    vintages: tuple[Vintage, ...]
    index: int = 0
    changes: tuple[Change, ...] = ()
    before: Figure | None = None

    @property
    def vintage(self) -> Vintage:
        """The vintage in force."""
        return self.vintages[self.index]

    @property
    def distribution(self) -> Distribution:
        """What the vintage in force says."""
        return self.vintage.distribution

    @property
    def drawn_from(self) -> Distribution:
        """What a draw takes: what is said, or what was said before it became one number."""
        if self.before is not None and not self.distribution.uncertain:
            return self.before.distribution
        return self.distribution

    @property
    def uncertain(self) -> bool:
        """Whether there is something to draw."""
        return self.drawn_from.uncertain

    @property
    def base(self) -> Figure:
        """The figure as it was before settings, where that is kept; else the figure itself."""
        if self.before is not None:
            return self.before
        return replace(self, changes=()) if self.unit.kept and self.changes else self

    def before_settings(self, drawn: FloatArray) -> FloatArray:
        """Return values before settings from values drawn: those at the same quantiles."""
        if self.before is None or not self.distribution.uncertain:
            return drawn
        return self.before.distribution.quantile(self.distribution.cdf(drawn))

    def describe(self) -> str:
        """Write the vintage in force and the levers in a line, as ``show`` prints it."""
        text = describe(self.distribution, self.unit)
        for change in self.changes:
            value = _write(change.value, self.unit, in_unit=change.operation == "to")
            since = f" from {change.since}" if change.since else ""
            text += f", {change.operation} {value}{since}"
        return text


def describe(distribution: Distribution, unit: Unit) -> str:
    """Write a distribution with its unit: ``triangular 24, 38, 60 months``."""
    base = getattr(distribution, "base", distribution)
    spans = _SPANS.get(base.kind, ())
    parts = []
    for position, item in enumerate(base.numbers):
        in_unit = position not in spans
        if isinstance(item, tuple):
            parts.append(f"[{', '.join(_write(x, unit, in_unit=in_unit) for x in item)}]")
        else:
            parts.append(_write(item, unit, in_unit=in_unit))
    if base.kind == "beta":
        parts = parts[:2]
    text = ", ".join(parts) if base.kind == "value" else f"{base.kind} {', '.join(parts)}"
    if base is not distribution:
        low, high = (_write(x, unit, in_unit=True) for x in distribution.support)
        text += f" in {low}..{high}"
    return text if unit.symbol in {DATE_SYMBOL, "1"} else f"{text} {unit.symbol}"


_SPANS = {"normal": (1,), "lognormal": (1,), "beta": (0, 1), "discrete": (1,), "quantiles": (0,)}
"""Positions of the parameters that are not values of the figure itself."""


def _write(number: float, unit: Unit, *, in_unit: bool) -> str:
    return write_value(number, unit) if in_unit else f"{number:.6g}"


def write_value(number: float, unit: Unit) -> str:
    """Write a value of a figure: a date where the unit is one."""
    as_date = unit.symbol == DATE_SYMBOL and math.isfinite(number)
    return day_date(number).isoformat() if as_date else f"{number:.6g}"


@dataclass(frozen=True)
class FigureContext:
    """What the figures of a file are checked against.

    Parameters
    ----------
    sources : mapping of str to date or None
        The day from which each source is known; None: always.
    as_of : datetime.date or None
        Vintages known later are refused; None takes the newest.
    end : datetime.date or None
        Last simulated day; None when no scenario is at hand.
    complete : bool
        False when a file of sources could not be read: unknown ids are let through.
    """

    sources: Mapping[str, date | None] = field(default_factory=dict)
    as_of: date | None = None
    end: date | None = None
    complete: bool = True
