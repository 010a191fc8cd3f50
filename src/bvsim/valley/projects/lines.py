"""Lines of a block: what they allow step by step, and their unplanned stops."""

from __future__ import annotations

from typing import Final

from bvsim.valley.ground.streams import Stream


class Levels:
    """What a block could make in a period, step by step, in good units at mature yield.

    Parameters
    ----------
    built : float
        Nameplate of released lines over scheduled time.
    rated : float
        ... at the rating that mature lines reach.
    ramped : float
        ... at the rate that the lines have learnt.
    available : float
        ... with unplanned stops.
    """

    __slots__ = ("available", "built", "ramped", "rated")

    def __init__(self, built: float, rated: float, ramped: float, available: float) -> None:
        self.built, self.rated, self.ramped, self.available = built, rated, ramped, available


NOTHING: Final = Levels(0.0, 0.0, 0.0, 0.0)


class Stops:
    """Unplanned stops of one line: an alternating renewal process in working time."""

    __slots__ = ("down_left", "luck", "mtbf_days", "mttr_days", "up_left")

    def __init__(self, mtbf_days: float, mttr_days: float, luck: Stream) -> None:
        self.mtbf_days, self.mttr_days, self.luck = mtbf_days, mttr_days, luck
        self.up_left = luck.exponential(mtbf_days)
        self.down_left = 0.0

    def down_days(self, days: float, repair_factor: float) -> float:
        """Return the days lost within the next `days` of scheduled time."""
        left, down = days, 0.0
        while left > 0.0:
            if self.down_left > 0.0:
                step = self.down_left if self.down_left < left else left
                self.down_left -= step
                down += step
            else:
                step = self.up_left if self.up_left < left else left
                self.up_left -= step
                if self.up_left <= 0.0:
                    self.down_left = self.luck.exponential(self.mttr_days) * repair_factor
                    self.up_left = self.luck.exponential(self.mtbf_days)
            left -= step
        return down


class Line(Stops):
    """One line: its nameplate and its stops."""

    __slots__ = ("nameplate",)

    def __init__(self, nameplate: float, mtbf_days: float, mttr_days: float, luck: Stream) -> None:
        super().__init__(mtbf_days, mttr_days, luck)
        self.nameplate = nameplate
