"""What too few or too green people do to a plant."""

from __future__ import annotations

import math

from bvsim.schema.labour import ThinStaffing


class Thin:
    """The figures of thin staffing, read once.

    Parameters
    ----------
    spec : ThinStaffing
        Drawn figures.

    Attributes
    ----------
    crew_minimum : float
        Share of a crew's posts that must be filled for it to run.
    floor : float
        Share of the skilled people on the path taken as present at least: the contractors.
    """

    __slots__ = (
        "_elasticity",
        "_fastest",
        "_repair_exponent",
        "_scrap_slope",
        "crew_minimum",
        "floor",
    )

    def __init__(self, spec: ThinStaffing) -> None:
        self.crew_minimum: float = spec.crew_minimum
        self.floor: float = spec.technicians_floor
        self._scrap_slope: float = spec.scrap_slope
        self._repair_exponent: float = spec.repair_exponent
        self._elasticity: float = spec.learning_elasticity
        self._fastest: float = spec.fastest

    def learning_speed(self, skilled: float) -> float:
        """Return how fast a plant learns with a share of the skilled people on the path."""
        speed = math.pow(skilled, self._elasticity)
        return speed if speed < self._fastest else self._fastest

    def repair_factor(self, technicians: float) -> float:
        """Return how many times as long repairs take with a share of the technicians."""
        manned = technicians if technicians > self.floor else self.floor
        return math.pow(manned, -self._repair_exponent) if 0.0 < manned < 1.0 else 1.0

    def scrap_penalty(self, missing: float) -> float:
        """Return share points of scrap for what operators' proficiency is short of the path's."""
        return self._scrap_slope * missing if missing > 0.0 else 0.0
