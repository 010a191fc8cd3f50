"""How the staff of one employer leaves: hazards by tenure, new shift patterns."""

from __future__ import annotations

from bvsim.schema.labour import Attrition, Staffing, Upskilling
from bvsim.valley.ground.rows import vec
from bvsim.valley.ground.streams import Stream
from bvsim.valley.people.odds import Odds, steady_turnover


class Courses:
    """Short courses for those employed: fewer leave meanwhile.

    Parameters
    ----------
    spec : Upskilling
        Drawn figures.
    """

    __slots__ = ("_attrition", "_begins", "_ends")

    def __init__(self, spec: Upskilling) -> None:
        self._begins: float = spec.begins
        self._ends: float = spec.ends
        self._attrition: float = spec.attrition

    def factor(self, day: float) -> float:
        """Return the factor on the hazard of leaving on a day."""
        return self._attrition if self._begins <= day < self._ends else 1.0


def usual_turnover(spec: Attrition) -> float:
    """Return monthly leavers per head of a usual staff kept at its size."""
    return steady_turnover(Odds(_hazards(spec), 1.0).probabilities)


def _hazards(spec: Attrition, factor: float = 1.0) -> vec[float]:
    """Return the hazards of the four bands of tenure, per month."""
    bands = (spec.first_quarter, spec.first_year, spec.second_year, spec.later)
    return vec[float]([hazard * spec.scale * factor for hazard in bands])


class Tenure:
    """The hazards of one employer.

    Parameters
    ----------
    spec : Attrition
        Hazards by tenure, shared by all employers.
    staffing : Staffing
        This employer's factor and changes of its shift pattern.
    shifts : Stream
        Decides which of these changes are introduced.

    Attributes
    ----------
    turnover : float
        Monthly leavers per head of a staff kept at its size.
    usual, pulled : Odds
        Of leaving within this month: for all, and for technicians, whom other sites pull.
    """

    def __init__(self, spec: Attrition, staffing: Staffing, shifts: Stream) -> None:
        self._hazards = _hazards(spec, staffing.attrition)
        self.usual = self.pulled = Odds(self._hazards, 1.0)
        self._own = Odds(self._hazards, 1.0)
        """Of technicians, while other sites pull them."""
        self.turnover = steady_turnover(self.usual.probabilities)
        self._changes = [
            change
            for _, change in sorted(staffing.shift_changes.items())
            if shifts.happens(change.happens)
        ]

    def month(self, factor: float, pull: float) -> None:
        """Take over the factors on all hazards of this month, and on those of technicians."""
        if self.usual.multiplier != factor:
            self.usual.multiply(factor)
        if pull == factor:
            self.pulled = self.usual
        else:
            self.pulled = self._own
            if self._own.multiplier != pull:
                self._own.multiply(pull)

    def shift_leavers(self, day: float, month_end: float) -> float:
        """Return the share of operators whom a new shift pattern drives away this month."""
        staying = 1.0
        for change in self._changes:
            if day <= change.on < month_end:
                staying *= 1.0 - change.leavers
        return 1.0 - staying
