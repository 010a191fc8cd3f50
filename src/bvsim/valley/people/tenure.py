"""How the staff of one employer leaves: hazards by tenure, new shift patterns."""

from __future__ import annotations

from bvsim.schema.labour import Attrition, Staffing
from bvsim.valley.ground.streams import Stream
from bvsim.valley.people.staff import Odds, steady_turnover


def usual_turnover(spec: Attrition) -> float:
    """Return monthly leavers per head of a usual staff kept at its size."""
    return steady_turnover(Odds(_hazards(spec), 1.0).probabilities)


def _hazards(spec: Attrition, factor: float = 1.0) -> list[float]:
    """Return the hazards of the four bands of tenure, per month."""
    bands = (spec.first_quarter, spec.first_year, spec.second_year, spec.later)
    return [hazard * spec.scale * factor for hazard in bands]


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
    """

    def __init__(self, spec: Attrition, staffing: Staffing, shifts: Stream) -> None:
        self._hazards = _hazards(spec, staffing.attrition)
        self._odds = {1.0: Odds(self._hazards, 1.0)}
        self.turnover = steady_turnover(self._odds[1.0].probabilities)
        self._changes = [
            change
            for _, change in sorted(staffing.shift_changes.items())
            if shifts.happens(change.happens)
        ]

    def odds(self, factor: float) -> Odds:
        """Return the probabilities of leaving within a month, with a factor on all hazards."""
        odds = self._odds.get(factor)
        if odds is None:
            odds = self._odds[factor] = Odds(self._hazards, factor)
        return odds

    def shift_leavers(self, day: float, month_end: float) -> float:
        """Return the share of operators whom a new shift pattern drives away this month."""
        staying = 1.0
        for change in self._changes:
            if day <= change.on < month_end:
                staying *= 1.0 - change.leavers
        return 1.0 - staying
