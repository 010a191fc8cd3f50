"""A figure that levers change at given days, as an actor reads it period by period."""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bvsim.schema.unit import Timed


class OverTime:
    """A `Timed` figure that remembers how long its value holds: days are asked for in turn.

    Parameters
    ----------
    figure : Timed
        As files and levers have it.
    """

    __slots__ = ("_days", "_since", "_until", "_value", "_values")

    def __init__(self, figure: Timed) -> None:
        self._days, self._values = figure.days, figure.values
        self._value: float = figure.values[0]
        self._since = -math.inf
        self._until: float = figure.days[0] if figure.days else math.inf

    def at(self, day: float) -> float:
        """Return the value on a day; a change acts from its own day on."""
        if day < self._since or day >= self._until:
            self._find(day)
        return self._value

    def _find(self, day: float) -> None:
        """Find the value on a day, and how long it holds."""
        days = self._days
        after = bisect_right(days, day)
        self._value = self._values[after]
        self._since = days[after - 1] if after > 0 else -math.inf
        self._until = days[after] if after < len(days) else math.inf
