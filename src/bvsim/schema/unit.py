"""What a figure is measured in, and values that change at given days."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """What a figure is measured in, and which values make physical sense.

    Parameters
    ----------
    symbol : str
        The unit as a file must write it, such as ``GWh/yr``.
    lower, upper : float
        Bounds of every value the figure may take, both included.
    whole : bool
        Drawn values are rounded to whole numbers (heads, lines, seats).
    timed : bool
        A lever may change the figure from a date on; drawn, it is a `Timed`.
    kept : bool
        What it was before settings is kept and drawn too, for what is frozen at that.
    """

    symbol: str
    lower: float = -math.inf
    upper: float = math.inf
    whole: bool = False
    timed: bool = False
    kept: bool = False


@dataclass(frozen=True)
class Timed:
    """A value that levers change at given days: piecewise constant in time.

    Parameters
    ----------
    days : tuple of float
        Days since the start at which the value changes, ascending.
    values : tuple of float
        One more than `days`: the value before the first change, then after each.
    """

    days: tuple[float, ...]
    values: tuple[float, ...]

    def at(self, day: float) -> float:
        """Return the value on a day; a change acts from its own day on."""
        if not self.days:
            return self.values[0]
        return self.values[bisect_right(self.days, day)]
