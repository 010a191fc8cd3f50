"""What a block is solved at: its figures before any setting of a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # commands that simulate nothing load this, and no schema
    from bvsim.schema.model import Model
    from bvsim.schema.ramp import RampClass
    from bvsim.schema.unit import Timed


class Undisturbed:
    """The figures of a block as they were before any setting of a scenario.

    Parameters
    ----------
    ramp : RampClass
        Of its class.
    lines : float
        Number of lines.
    interval_months : float
        Time between two releases; where the plant's curve needs lines sooner, it gives.
    """

    __slots__ = ("interval_months", "lines", "ramp")

    def __init__(self, ramp: RampClass, lines: float, interval_months: float) -> None:
        self.ramp = ramp
        self.lines = max(1, round(lines))
        self.interval_months = interval_months


def undisturbed_blocks(before: Model) -> dict[str, Undisturbed]:
    """Return the figures of every block of cells and of cathode material, by entity.

    Parameters
    ----------
    before : Model
        Drawn figures as they were before all settings.
    """
    found: dict[str, Undisturbed] = {}
    for name, site in before.sites.items():
        for label, cells in site.blocks.items():
            found[f"{name}.{label}"] = _of(site.ramp, cells.lines, cells.line_interval)
    for name, source in before.cathode.items():
        for label, phase in source.blocks.items():
            found[f"{name}.{label}"] = _of(source.ramp, phase.lines, phase.line_interval)
    return found


def _of(ramp: RampClass, lines: float, interval: Timed) -> Undisturbed:
    return Undisturbed(ramp, lines, interval.values[0])
