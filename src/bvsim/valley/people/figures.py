"""Figures that change on given days, as the actors of this room read them."""

from __future__ import annotations

from bvsim.schema.unit import Timed
from bvsim.valley.ground.rows import vec


class OverTime:
    """A figure that changes on given days, read once from its model.

    Parameters
    ----------
    timed : Timed
        The drawn figure.
    """

    __slots__ = ("_days", "_values")

    def __init__(self, timed: Timed) -> None:
        self._days, self._values = vec[float](timed.days), vec[float](timed.values)

    def at(self, day: float) -> float:
        """Return the value on a day; a change acts from its own day on."""
        changes = 0
        for change in self._days:
            if change > day:
                break
            changes += 1
        return self._values[changes]
